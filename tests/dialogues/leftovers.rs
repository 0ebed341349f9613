//! What a loss leaves behind: unconfirmed sends that were not written (D16), a Recover or drain under way, consumers
//! that the server had closed, filters that the next server lacks, events for the exception listener.

use crate::peer::api::{self, Destination, Factory, Msg, Setup, Status, expect_status};
use crate::peer::{
    Counter, Gate, LIMIT, LinkId, Peer, Received, Talk, assert_apart, dialogue, dialogue_with,
    error, listen, message,
};
use crate::scene::{Exceptions, Recoveries, end, run, serves_until, shared, unshared};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tibemsufo::amqp::codec::Value;
use tibemsufo::amqp::performative::{DeliveryState, Role};

/// Messages that no pair of socket buffers holds.
const COUNT: usize = 500;
/// Of these, what the first server reads before it dies.
const READ: usize = 200;
const SIZE: usize = 20_011;

fn numbered(number: usize) -> Msg {
    let mut bytes = format!("{number:06}").into_bytes();
    bytes.resize(SIZE, b'.');
    Msg::data(&bytes)
}

fn number_of(received: &Received) -> usize {
    match message::find(&received.payload, 0x75) {
        Some(Value::Binary(bytes)) => std::str::from_utf8(&bytes[..6]).unwrap().parse().unwrap(),
        other => panic!("{other:?}"),
    }
}

/// The first server reads late, and then dies; what the system had taken whole goes to it, and nothing of that to the second
/// one, which gets the rest in order and before anything new, although it grants little at a time.
#[test]
fn unconfirmed_sends_go_on_where_the_dead_server_stopped() {
    dialogue(|| {
        let full = Gate::new();
        let go = full.clone();
        let first_got = Arc::new(Mutex::new(Vec::new()));
        let kept = first_got.clone();
        let first = Peer::on(listen(Some(4096)), move |p| {
            p.accept_open();
            let link = p.await_producer();
            p.await_consumer();
            p.grant(link, 10_000);
            p.wait(&go);
            // the system takes more from the middle of what waits: that, and no more, is done with
            let mut numbers: Vec<_> = (0..READ).map(|_| number_of(&p.await_transfer())).collect();
            p.shut_output();
            while let Some(arrival) = p.next_within(LIMIT) {
                numbers.extend(arrival.complete.iter().map(number_of));
            }
            *kept.lock().unwrap() = numbers;
        });
        let second_got = Arc::new(Mutex::new(Vec::new()));
        let kept = second_got.clone();
        let second = Peer::script(move |p| {
            p.accept_open();
            p.credit = 0;
            let link = p.await_producer();
            // the first credit is here before everything else exists again
            p.grant(link, 7);
            p.await_consumer();
            loop {
                for _ in 0..7 {
                    let number = number_of(&p.await_transfer());
                    kept.lock().unwrap().push(number);
                    if number == COUNT {
                        return p.serve_to_close();
                    }
                }
                p.grant(link, 7);
            }
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).unwrap();
        let producer = session.producer("q").unwrap();
        session.consumer("q").unwrap();
        producer.set_delivery_mode(api::RELIABLE);
        for number in 0..COUNT {
            let message = numbered(number);
            producer.send(message).unwrap();
            message.destroy();
        }
        full.open();
        recoveries.expect_ok(1);
        producer.send(numbered(COUNT)).unwrap();
        first.finish();
        end(connection, second);
        let first = first_got.lock().unwrap().clone();
        assert_eq!(first, (0..first.len()).collect::<Vec<_>>());
        // the one that was cut was not sent: it is the first of the rest
        let rest: Vec<_> = (first.len()..=COUNT).collect();
        assert_eq!(*second_got.lock().unwrap(), rest);
    });
}

#[test]
fn a_loss_inside_a_recover_leaves_a_session_that_works() {
    dialogue(|| {
        let first = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 2);
            p.deliver(link, &message::text("old"));
            p.await_drain(link);
            p.drop_socket();
        });
        let second = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 2);
            let id = p.deliver(link, &message::text("new"));
            p.await_settled(&[id], &DeliveryState::Accepted);
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        connection.start().unwrap();
        let session = connection.session(api::CLIENT).unwrap();
        let consumer = session.consumer("q").unwrap();
        assert_eq!(consumer.receive_text().unwrap(), "old");
        session.recover().expect("the loss has put everything back");
        recoveries.expect_ok(1);
        let message = consumer.receive_within(20_000).expect("received");
        assert_eq!(message.body(), "new");
        message.acknowledge().unwrap();
        first.finish();
        end(connection, second);
    });
}

#[test]
fn no_local_is_filtered_here_when_the_next_server_cannot() {
    dialogue(|| {
        let cut = Gate::new();
        let go = cut.clone();
        let first = Peer::script(move |p| {
            p.accept_open();
            p.serve_until_open(&go);
            p.drop_socket();
        });
        let second = Peer::script(|p| {
            p.accept_open();
            let consumer = p.await_attach(Role::Receiver);
            p.answer_attach_with(consumer, |attach| {
                attach.source.as_mut().unwrap().filter.clear();
            });
            p.await_credit(consumer, 2);
            let own = p.await_transfer();
            p.accept_delivery(&own);
            let first = p.deliver(consumer, &own.payload);
            let second = p.deliver(consumer, &message::text("from elsewhere"));
            p.await_settled(&[first, second], &DeliveryState::Accepted);
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        connection.start().unwrap();
        let session = connection.session(api::AUTO).unwrap();
        let topic = Destination::topic("t");
        let consumer = session.consumer_of(topic, None, true).unwrap();
        cut.open();
        recoveries.expect_ok(1);
        let producer = session.producer_to(Some(topic)).unwrap();
        producer.send_text("own").expect("sent");
        assert_eq!(consumer.receive_text().expect("received"), "from elsewhere");
        first.finish();
        end(connection, second);
    });
}

/// Of two objects on an unshared connection the server closes one: a recovery brings back the other alone. `awaited`
/// gives the peer's link of the first, `make` makes an object, `refused` is what a call on the closed one returns.
fn what_the_server_closed_stays_closed<T: Copy>(
    role: Role,
    awaited: impl Fn(&mut Talk) -> LinkId + Send + 'static,
    make: impl Fn(api::Session, &str) -> T,
    refused: impl Fn(T),
) {
    let cut = Gate::new();
    let (go, ready) = (cut.clone(), Gate::new());
    let closing = ready.clone();
    let first = Peer::script(move |p| {
        p.accept_open();
        let link = awaited(p);
        p.serve_until_open(&closing);
        p.send_detach(link, true, Some(error("amqp:resource-deleted")));
        p.serve_until_open(&go);
        p.drop_socket();
    });
    let second = Peer::script(move |p| {
        p.accept_open();
        p.serve_to_close();
        assert_eq!(p.links(role).len(), 1, "both came back");
    });
    let (factory, connection) = unshared(&[&first, &second]);
    let exceptions = Exceptions::of(connection);
    let session = connection.session(api::AUTO).unwrap();
    let gone = make(session, "gone");
    make(session, "stays");
    ready.open();
    exceptions.expect_one(Status::TIBEMS_INVALID_DESTINATION);
    let recoveries = Recoveries::of(factory, connection);
    cut.open();
    recoveries.expect_ok(1);
    refused(gone);
    first.finish();
    end(connection, second);
}

#[test]
fn a_consumer_that_the_server_closed_stays_closed() {
    dialogue(|| {
        what_the_server_closed_stays_closed(
            Role::Receiver,
            |p| p.await_consumer(),
            |session, name| session.consumer(name).unwrap(),
            |gone| {
                drop(expect_status(
                    gone.receive_now(),
                    Status::TIBEMS_INVALID_DESTINATION,
                ))
            },
        );
    });
}

#[test]
fn a_producer_that_the_server_closed_stays_closed() {
    dialogue(|| {
        what_the_server_closed_stays_closed(
            Role::Sender,
            |p| p.await_producer(),
            |session, name| session.producer(name).unwrap(),
            |gone| {
                drop(expect_status(
                    gone.send_text("x"),
                    Status::TIBEMS_INVALID_DESTINATION,
                ))
            },
        );
    });
}

/// Waits until a reconnect has led there.
fn await_server(connection: api::Connection, url: &str) {
    let start = Instant::now();
    while connection.active_url().unwrap() != url || connection.session(api::AUTO).is_err() {
        assert!(start.elapsed() < LIMIT, "no reconnect");
        std::thread::yield_now();
    }
}

#[test]
fn failover_events_of_before_are_not_told_to_a_later_listener() {
    dialogue_with("", || {
        api::report_failover_events();
        let (one, two) = (Gate::new(), Gate::new());
        let (cut_one, cut_two) = (one.clone(), two.clone());
        let first = Peer::script(move |p| {
            p.accept_open();
            p.serve_until_open(&cut_one);
            p.drop_socket();
            p.accept_open();
            p.serve_to_close();
        });
        let second = Peer::script(move |p| {
            p.accept_open();
            p.serve_until_open(&cut_two);
            p.drop_socket();
        });
        let connection = shared(&[&first, &second]);
        one.open();
        await_server(connection, &second.url());
        let (exceptions, texts) = (Exceptions::default(), Arc::new(Mutex::new(Vec::new())));
        let (told, kept) = (exceptions.clone(), texts.clone());
        connection.on_exception(move |status| {
            kept.lock().unwrap().push(api::last_error());
            told.add(status);
        });
        two.open();
        exceptions.wait(3);
        let disconnected = texts.lock().unwrap()[0].clone();
        assert!(disconnected.contains(&second.url()), "{disconnected}");
        second.finish();
        end(connection, first);
    });
}

/// One event at a time, and none behind the program's close.
#[test]
fn events_wait_for_each_other_and_end_with_the_close() {
    dialogue_with("", || {
        api::report_failover_events();
        let cut = Gate::new();
        let go = cut.clone();
        let first = Peer::script(move |p| {
            p.accept_open();
            p.serve_until_open(&go);
            p.drop_socket();
        });
        let second = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1);
            p.deliver(link, &message::text("x"));
            p.serve_to_close();
        });
        let connection = shared(&[&first, &second]);
        connection.start().unwrap();
        let (exceptions, calls, held) = (Exceptions::default(), Counter::new(), Gate::new());
        let (told, called, wait) = (exceptions.clone(), calls.clone(), held.clone());
        connection.on_exception(move |status| {
            told.add(status);
            called.add();
            wait.wait();
        });
        cut.open();
        exceptions.wait(1);
        await_server(connection, &second.url());
        // two more events wait for the first call to return
        let disconnected = Status::TIBEMS_SERVER_DISCONNECTED;
        assert!(!calls.reaches(2, Duration::from_millis(200)));
        exceptions.expect_one(disconnected);
        // a callback holds the close up, and the first call returns meanwhile
        let (running, busy) = (Gate::new(), Gate::new());
        let (tell, hold) = (running.clone(), busy.clone());
        let session = connection.session(api::AUTO).unwrap();
        let consumer = session.consumer("q").unwrap();
        consumer
            .on_message(move |message| {
                tell.open();
                hold.wait();
                message.destroy();
            })
            .unwrap();
        running.wait();
        let closing = run(move || connection.close());
        let start = Instant::now();
        while !connection.is_disconnected() {
            assert!(start.elapsed() < LIMIT, "the close does not begin");
            std::thread::yield_now();
        }
        held.open();
        let start = Instant::now();
        while runs("ems-exception") {
            assert!(start.elapsed() < LIMIT, "the listener's thread stays");
            std::thread::yield_now();
        }
        exceptions.expect_one(disconnected);
        busy.open();
        closing.result().unwrap();
        first.finish();
        second.finish();
    });
}

/// Has the process a thread of this name?
fn runs(name: &str) -> bool {
    assert_apart();
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let names =
        tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.into_iter().any(|found| found.trim_end() == name)
}

#[test]
fn recovery_given_up_by_another_thread_ends_what_waits() {
    dialogue(|| {
        let cut = Gate::new();
        let go = cut.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.credit = 0;
            let link = p.await_producer();
            p.serve_until_open(&go);
            let _ = link;
            p.drop_socket();
        });
        let factory = Factory::new(&Setup {
            url: peer.url(),
            unshared: true,
            reconnect: Some((1, 250, 2000)),
            ..Setup::default()
        });
        let connection = factory.connect().unwrap();
        connection.start().unwrap();
        let session = connection.session(api::AUTO).unwrap();
        let producer = session.producer("q").unwrap();
        let consumer = session.consumer("q").unwrap();
        let sending = run(move || producer.send_text("waits for credit"));
        let receiving = run(move || consumer.receive());
        cut.open();
        peer.finish();
        let start = Instant::now();
        while !connection.is_disconnected() {
            assert!(start.elapsed() < LIMIT, "the loss is not seen");
            std::thread::yield_now();
        }
        expect_status(
            factory.recover(connection),
            Status::TIBEMS_SERVER_NOT_CONNECTED,
        );
        let given_up = Status::TIBEMS_UFO_CONNECTION_FAILURE;
        expect_status(sending.result(), given_up);
        expect_status(receiving.result(), given_up);
        connection.close().unwrap();
    });
}

/// The first event that a listener of after the repair hears is that of the next loss.
#[test]
fn a_repaired_loss_is_not_told_to_a_later_listener() {
    dialogue(|| {
        let (one, two) = (Gate::new(), Gate::new());
        let first = serves_until(&one);
        let go = two.clone();
        let second = Peer::script(move |p| {
            p.accept_open();
            p.serve_until_open(&go);
            p.send_close(Some(error("amqp:connection:forced")));
            p.drain_stream();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        one.open();
        let start = Instant::now();
        while !connection.is_disconnected() {
            assert!(start.elapsed() < LIMIT, "the loss is not seen");
            std::thread::yield_now();
        }
        factory.recover(connection).expect("recovered");
        let (exceptions, texts) = (Exceptions::default(), Arc::new(Mutex::new(Vec::new())));
        let (told, kept) = (exceptions.clone(), texts.clone());
        connection.on_exception(move |status| {
            kept.lock().unwrap().push(api::last_error());
            told.add(status);
        });
        two.open();
        exceptions.wait(1);
        let text = texts.lock().unwrap()[0].clone();
        assert!(text.contains("amqp:connection:forced"), "{text}");
        connection.close().unwrap();
        first.finish();
        second.finish();
    });
}
