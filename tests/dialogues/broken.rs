//! P-V: what the program's calls and its exception listener see while a connection is broken, and when nobody is
//! left (spec 10 §4, §5.6).

use crate::fence::{Fence, pass_fence};
use crate::peer::api::{
    self, Call, Connection, Consumer, Factory, Msg, Producer, Setup, Status, expect_status,
};
use crate::peer::{Counter, Gate, Peer, dialogue, dialogue_with, message};
use crate::scene::{
    Exceptions, Recoveries, Running, end, poll, run, serves, serves_until, shared, unshared,
};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tibemsufo::amqp::performative::{DeliveryState, Performative};

#[test]
fn while_broken_listener_calls_fail_at_once_and_others_wait() {
    dialogue(|| {
        let (cut, recover, broken) = (Gate::new(), Gate::new(), Gate::new());
        let go = cut.clone();
        let first = Peer::script(move |p| {
            p.accept_open();
            let consumer = p.await_consumer();
            p.await_credit(consumer, 1);
            p.deliver(consumer, &message::text("the last one"));
            p.serve_until_open(&go);
            p.drop_socket();
        });
        let second = serves();
        let (factory, connection) = unshared(&[&first, &second]);
        let exceptions = Exceptions::default();
        let (told, known, go) = (exceptions.clone(), broken.clone(), recover.clone());
        let own_calls = Arc::new(Mutex::new(Vec::new()));
        let own = own_calls.clone();
        connection.on_exception(move |status| {
            told.add(status);
            // in the exception listener calls fail at once, too
            own.lock()
                .unwrap()
                .push(connection.session(api::AUTO).map(drop));
            known.open();
            go.wait();
            own.lock().unwrap().push(factory.recover(connection));
        });
        connection.start().unwrap();
        let listening = connection.session(api::AUTO).unwrap();
        let consumer = listening.consumer("in").unwrap();
        let session = connection.session(api::CLIENT).unwrap();
        let producer = session.producer("out").unwrap();
        let quiet = session.consumer("quiet").unwrap();
        let (inside, results) = (Gate::new(), Arc::new(Mutex::new(Vec::new())));
        let (entered, at_break) = (inside.clone(), broken.clone());
        let (kept, done) = (results.clone(), Gate::new());
        let over = done.clone();
        consumer
            .on_message(move |message| {
                entered.open();
                at_break.wait();
                let mut results = kept.lock().unwrap();
                // a call that waited would wait for ever: recovery begins when all of them are over
                results.push(producer.send_text("from the listener"));
                results.push(connection.session(api::AUTO).map(drop));
                results.push(quiet.receive().map(drop));
                results.push(quiet.receive_within(5000).map(drop));
                results.push(quiet.receive_now().map(drop));
                results.push(connection.start());
                results.push(session.recover());
                results.push(factory.recover(connection));
                message.destroy();
                over.open();
            })
            .unwrap();
        inside.wait();
        cut.open();
        done.wait();
        for (at, result) in results.lock().unwrap().drain(..).enumerate() {
            match result {
                Err(failure) if failure.status == Status::TIBEMS_SERVER_NOT_CONNECTED.code() => {}
                other => panic!("{other:?} for call {at} in the message listener"),
            }
        }
        // elsewhere
        assert!(connection.is_disconnected());
        assert_eq!(connection.active_url().unwrap(), first.url());
        expect_status(quiet.receive_now(), Status::TIBEMS_NOT_FOUND);
        let start = Instant::now();
        expect_status(quiet.receive_within(300), Status::TIBEMS_TIMEOUT);
        assert!(start.elapsed() >= Duration::from_millis(290));
        let sending = run(move || producer.send_text("from elsewhere"));
        let creating = run(move || connection.session(api::AUTO));
        let receiving = run(move || quiet.receive_within(500));
        let starting = run(move || connection.start());
        expect_status(receiving.result(), Status::TIBEMS_TIMEOUT);
        sending.blocks();
        creating.blocks();
        starting.blocks();
        recover.open();
        sending.result().expect("sent to the new server");
        creating.result().expect("made on the new server");
        starting.result().expect("started");
        let own = own_calls.lock().unwrap().clone();
        expect_status(own[0].clone(), Status::TIBEMS_SERVER_NOT_CONNECTED);
        assert_eq!(own.get(1), Some(&Ok(())));
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
        first.finish();
        end(connection, second);
    });
}

#[test]
fn p_v5_an_acknowledge_of_a_dead_server_never_reaches_the_next() {
    dialogue(|| {
        for unshared_state in [true, false] {
            let cut = Gate::new();
            let go = cut.clone();
            let first = Peer::script(move |p| {
                p.accept_open();
                let consumer = p.await_consumer();
                p.await_credit(consumer, 2);
                p.deliver(consumer, &message::text("old"));
                p.serve_until_open(&go);
                p.drop_socket();
            });
            let second = Peer::script(move |p| {
                p.accept_open();
                let consumer = p.await_consumer();
                p.await_credit(consumer, 2);
                // not an id of the first server
                p.set_next_delivery(p.link(consumer).session, 100);
                let id = p.deliver(consumer, &message::text("new"));
                // the only disposition is the one of the new message
                p.await_settled(&[id], &DeliveryState::Accepted);
                pass_fence(p, "a stale acknowledge", |_, a| {
                    matches!(a.performative, Performative::Disposition(_))
                });
                p.serve_to_close();
            });
            let (connection, recoveries) = if unshared_state {
                let (factory, connection) = unshared(&[&first, &second]);
                (connection, Some(Recoveries::of(factory, connection)))
            } else {
                (shared(&[&first, &second]), None)
            };
            connection.start().unwrap();
            let session = connection.session(api::CLIENT).unwrap();
            let consumer = session.consumer("q").unwrap();
            let (inside, resumed, done) = (Gate::new(), Gate::new(), Counter::new());
            let (entered, go, told) = (inside.clone(), resumed.clone(), done.clone());
            let results = Arc::new(Mutex::new(Vec::new()));
            let kept = results.clone();
            consumer
                .on_message(move |message| {
                    let text = message.body();
                    entered.open();
                    go.wait();
                    let result = message.acknowledge().map_err(|failure| failure.status);
                    kept.lock().unwrap().push((text, result));
                    message.destroy();
                    told.add();
                })
                .unwrap();
            inside.wait();
            cut.open();
            if let Some(recoveries) = &recoveries {
                recoveries.expect_ok(1);
            }
            let url = Ok(second.url());
            poll("no other server", || connection.active_url() == url);
            resumed.open();
            done.wait(2);
            let stale = match unshared_state {
                true => Ok(()), // and nothing happens (U20)
                false => Err(Status::TIBEMS_ILLEGAL_STATE.code()),
            };
            assert_eq!(
                *results.lock().unwrap(),
                [("old".to_owned(), stale), ("new".to_owned(), Ok(()))]
            );
            Fence::of(connection).pass();
            first.finish();
            end(connection, second);
        }
    });
}

/// A peer that gives credit to nobody and dies when the gate opens.
fn stingy_until(cut: &Gate) -> Peer {
    let go = cut.clone();
    Peer::script(move |p| {
        p.accept_open();
        p.credit = 0;
        p.serve_until_open(&go);
        p.drop_socket();
    })
}

/// A peer that drops exactly so many connections; there must be no other one until the gate opens.
fn drops(count: usize, over: &Gate) -> Peer {
    let over = over.clone();
    Peer::script(move |p| {
        for _ in 0..count {
            p.accept();
            p.drop_socket();
        }
        p.wait(&over);
        assert!(!p.accept_within(Duration::ZERO), "a pass too many");
    })
}

/// A send that waits for credit and a receive that waits for a message.
fn stuck(connection: Connection) -> (Producer, Consumer, Running<Call>, Running<Call<Msg>>) {
    connection.start().unwrap();
    let session = connection.session(api::AUTO).unwrap();
    let producer = session.producer("q").unwrap();
    let consumer = session.consumer("q").unwrap();
    let sending = run(move || producer.send_text("waits for credit"));
    let receiving = run(move || consumer.receive());
    sending.blocks();
    receiving.blocks();
    (producer, consumer, sending, receiving)
}

#[test]
fn p_v7_unshared_nobody_left() {
    dialogue(|| {
        let (cut, over) = (Gate::new(), Gate::new());
        let (peer, other) = (stingy_until(&cut), drops(2, &over));
        let factory = Factory::new(&Setup {
            url: format!("{}+{}", peer.url(), other.url()),
            unshared: true,
            reconnect: Some((2, 250, 2000)),
            ..Setup::default()
        });
        let connection = factory.connect().unwrap();
        let recoveries = Recoveries::of(factory, connection);
        let (producer, _, sending, receiving) = stuck(connection);
        let start = Instant::now();
        cut.open();
        peer.finish();
        recoveries.done.wait(1);
        // two passes, and one delay between them
        assert!(start.elapsed() >= Duration::from_millis(250));
        let result = recoveries.results.lock().unwrap().remove(0);
        expect_status(result, Status::TIBEMS_SERVER_NOT_CONNECTED);
        let given_up = Status::TIBEMS_UFO_CONNECTION_FAILURE;
        expect_status(sending.result(), given_up);
        expect_status(receiving.result(), given_up);
        expect_status(producer.send_text("later"), given_up);
        expect_status(connection.session(api::AUTO), given_up);
        assert!(connection.is_disconnected());
        over.open();
        other.finish();
        recoveries
            .exceptions
            .expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
        connection.close().unwrap();
        expect_status(factory.recover(connection), Status::TIBEMS_ILLEGAL_STATE);
    });
}

#[test]
fn p_v7_shared_nobody_left() {
    dialogue(|| {
        let (cut, over) = (Gate::new(), Gate::new());
        let (peer, other) = (stingy_until(&cut), drops(3, &over));
        let factory = Factory::new(&Setup {
            url: format!("{},{}", peer.url(), other.url()),
            reconnect: Some((3, 250, 2000)),
            ..Setup::default()
        });
        let connection = factory.connect().unwrap();
        let exceptions = Exceptions::of(connection);
        let (_, consumer, sending, receiving) = stuck(connection);
        let start = Instant::now();
        cut.open();
        peer.finish();
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
        // three passes, and two delays between them
        assert!(start.elapsed() >= Duration::from_millis(500));
        expect_status(sending.result(), Status::TIBEMS_SERVER_NOT_CONNECTED);
        expect_status(receiving.result(), Status::TIBEMS_INTR);
        expect_status(consumer.receive_now(), Status::TIBEMS_SERVER_NOT_CONNECTED);
        assert!(connection.is_disconnected());
        over.open();
        other.finish();
        connection.close().unwrap();
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
    });
}

#[test]
fn failover_events_when_asked_for() {
    dialogue_with("", || {
        api::report_failover_events();
        let cut = Gate::new();
        let first = serves_until(&cut);
        let second = serves();
        let connection = shared(&[&first, &second]);
        let (exceptions, texts) = (Exceptions::default(), Arc::new(Mutex::new(Vec::new())));
        let (told, kept) = (exceptions.clone(), texts.clone());
        let again = Arc::new(Mutex::new(Vec::new()));
        let refused = again.clone();
        connection.on_exception(move |status| {
            kept.lock().unwrap().push(api::last_error());
            // no call to the server during 23 and 24, all calls at 28
            refused
                .lock()
                .unwrap()
                .push(connection.session(api::AUTO).map(drop));
            told.add(status);
        });
        cut.open();
        exceptions.wait(3);
        assert_eq!(
            exceptions.all(),
            [
                Status::TIBEMS_SERVER_DISCONNECTED.code(),
                Status::TIBEMS_SERVER_RECONNECTING.code(),
                Status::TIBEMS_SERVER_RECONNECTED.code(),
            ]
        );
        let texts = texts.lock().unwrap().clone();
        for (text, url) in texts.iter().zip([first.url(), second.url(), second.url()]) {
            assert!(text.starts_with("FT-SWITCH: "), "{texts:?}");
            assert!(text.contains(&url), "{texts:?}");
        }
        let results = again.lock().unwrap().clone();
        expect_status(results[0].clone(), Status::TIBEMS_NOT_PERMITTED);
        expect_status(results[1].clone(), Status::TIBEMS_NOT_PERMITTED);
        assert_eq!(results[2], Ok(()));
        first.finish();
        end(connection, second);
    });
}

#[test]
fn a_loss_before_the_listener_is_set_is_told_then() {
    dialogue(|| {
        let cut = Gate::new();
        let peer = serves_until(&cut);
        let (_, connection) = unshared(&[&peer]);
        cut.open();
        peer.finish();
        poll("the loss is not seen", || connection.is_disconnected());
        let exceptions = Exceptions::of(connection);
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
        connection.close().unwrap();
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
    });
}

#[test]
fn a_close_ends_every_recovery_under_way() {
    dialogue(|| {
        let cut = Gate::new();
        let first = serves_until(&cut);
        let (asked, over) = (Gate::new(), Gate::new());
        let (told, end) = (asked.clone(), over.clone());
        let second = Peer::script(move |p| {
            p.accept();
            told.open();
            p.wait(&end); // it says nothing
        });
        let (factory, connection) = unshared(&[&first, &second]);
        cut.open();
        first.finish();
        poll("no loss", || connection.is_disconnected());
        let one = run(move || factory.recover(connection));
        asked.wait();
        let two = run(move || factory.recover(connection));
        two.blocks();
        connection.close().unwrap();
        expect_status(one.result(), Status::TIBEMS_ILLEGAL_STATE);
        expect_status(two.result(), Status::TIBEMS_ILLEGAL_STATE);
        over.open();
        second.finish();
    });
}
