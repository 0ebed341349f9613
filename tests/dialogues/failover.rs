//! P-V: loss of a server and what follows, with several peers. Unshared state: RecoverConnection in the
//! exception listener (spec 10 §5). Shared state: reconnect by itself (spec 10 §4).

use crate::peer::api::{self, Call, Connection, Factory, Setup, Status, expect_status};
use crate::peer::{
    Counter, Gate, LIMIT, Peer, Talk, dead_url, dialogue, dialogue_with, error, message,
};
use crate::scene::{Exceptions, end, run, shared, unshared};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tibemsufo::amqp::performative::{DeliveryState, Performative, Role};

/// Recovers in the exception listener, as the guide orders, and keeps the results.
struct Recoveries {
    exceptions: Exceptions,
    results: Arc<Mutex<Vec<Call>>>,
    done: Counter,
}

impl Recoveries {
    fn of(factory: Factory, connection: Connection) -> Recoveries {
        let recoveries = Recoveries {
            exceptions: Exceptions::default(),
            results: Arc::default(),
            done: Counter::new(),
        };
        let exceptions = recoveries.exceptions.clone();
        let (results, done) = (recoveries.results.clone(), recoveries.done.clone());
        connection.on_exception(move |status| {
            exceptions.add(status);
            let result = factory.recover(connection);
            results.lock().unwrap().push(result);
            done.add();
        });
        recoveries
    }

    /// Waits for so many recoveries; all of them were OK.
    #[track_caller]
    fn expect_ok(&self, count: u64) {
        self.done.wait(count);
        let results = self.results.lock().unwrap().clone();
        assert_eq!(results, vec![Ok(()); count as usize]);
        let told = vec![Status::TIBEMS_SERVER_NOT_CONNECTED.code(); count as usize];
        assert_eq!(
            self.exceptions.all(),
            told,
            "calls of the exception listener"
        );
    }
}

#[test]
fn objects_come_back_in_one_write_in_their_order_and_get_credit_last() {
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
            // nothing is answered before everything was written
            let mut sessions = Vec::new();
            let mut links = Vec::new();
            while sessions.len() < 2 || links.len() < 5 {
                let arrival = p.expect_frame();
                match &arrival.performative {
                    Performative::Begin(_) => sessions.push(arrival.session.unwrap()),
                    Performative::Attach(_) => links.push(arrival.link.unwrap()),
                    other => p.fail(format_args!("{} before the answers", other.name())),
                }
            }
            for session in &sessions {
                let roles: Vec<Role> = links
                    .iter()
                    .filter(|link| p.link(**link).session == *session)
                    .map(|link| p.link(*link).attach.role)
                    .collect();
                let mut producers_first = roles.clone();
                producers_first.sort_by_key(|role| role.is_receiver());
                assert_eq!(roles, producers_first, "producers before consumers");
            }
            let address = |link| {
                let attach = &p.link(link).attach;
                let source = attach.source.as_ref().and_then(|s| s.address.clone());
                let target = attach
                    .target
                    .as_ref()
                    .and_then(|t| t.target()?.address.clone());
                match attach.role {
                    Role::Sender => target.unwrap_or_default(),
                    Role::Receiver => source.unwrap_or_default(),
                }
            };
            let mut addresses: Vec<String> = links.iter().map(|link| address(*link)).collect();
            addresses.sort();
            assert_eq!(addresses, ["in-1", "in-2", "in-3", "out-1", "out-2"]);
            for session in sessions {
                p.answer_begin(session);
            }
            let consumers = p.links(Role::Receiver);
            let (last, others) = links.split_last().unwrap();
            for link in others {
                p.answer_attach(*link);
            }
            // credit waits until all of them exist
            p.expect_silence(Duration::from_millis(100));
            p.answer_attach(*last);
            for link in consumers {
                p.await_credit(link, 1);
            }
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        connection.start().unwrap();
        let (one, two) = (
            connection.session(api::AUTO).unwrap(),
            connection.session(api::CLIENT).unwrap(),
        );
        one.consumer("in-1").unwrap();
        one.producer("out-1").unwrap();
        two.consumer("in-2").unwrap();
        two.producer("out-2").unwrap();
        two.consumer("in-3").unwrap();
        let gone = two.consumer("gone").unwrap();
        gone.close().unwrap();
        cut.open();
        recoveries.expect_ok(1);
        assert!(!connection.is_disconnected());
        assert_eq!(connection.active_url().unwrap(), second.url());
        first.finish();
        end(connection, second);
    });
}

/// Where the first server dies.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Sasl,
    Open,
    Begin,
    Producer,
    Consumer,
    Credit,
    Transfer,
    HalfAnOutcome,
    Received,
}

const STAGES: [Stage; 9] = [
    Stage::Sasl,
    Stage::Open,
    Stage::Begin,
    Stage::Producer,
    Stage::Consumer,
    Stage::Credit,
    Stage::Transfer,
    Stage::HalfAnOutcome,
    Stage::Received,
];

/// Serves a first server up to its death; the id of the message it got is kept.
fn die_at(p: &mut Talk, stage: Stage, id: &Mutex<Option<String>>) {
    p.accept();
    p.offer_sasl(&["ANONYMOUS"]);
    p.expect_sasl_init("ANONYMOUS");
    if stage == Stage::Sasl {
        return p.drop_socket();
    }
    p.send_outcome(0);
    p.exchange_amqp_header();
    p.expect_open();
    if stage == Stage::Open {
        return p.drop_socket();
    }
    p.send_open(|_| {});
    let session = p.await_begin();
    if stage == Stage::Begin {
        return p.drop_socket();
    }
    p.answer_begin(session);
    let producer = p.await_attach(Role::Sender);
    if stage == Stage::Producer {
        return p.reset();
    }
    p.answer_attach(producer);
    let consumer = p.await_attach(Role::Receiver);
    if stage == Stage::Consumer {
        return p.drop_socket();
    }
    p.answer_attach(consumer);
    p.await_credit(consumer, 1);
    if stage == Stage::Credit {
        return p.drop_socket();
    }
    p.grant(producer, 10);
    let received = p.await_transfer();
    *id.lock().unwrap() = message::id_of(&received.payload);
    if stage == Stage::Transfer {
        return p.drop_socket();
    }
    if stage == Stage::HalfAnOutcome {
        p.cut_after = Some(7);
        return p.accept_delivery(&received);
    }
    p.accept_delivery(&received);
    // the program has the message and acknowledges it later
    p.deliver(consumer, &message::text("from the first"));
    p.await_settled(&[0], &DeliveryState::Accepted);
    p.drop_socket();
}

/// A second server that keeps the ids and texts of all messages and delivers one itself.
fn survive(p: &mut Talk, got: &Mutex<Vec<(Option<String>, String)>>) {
    p.accept_open();
    let mut delivered = false;
    loop {
        let arrival = p.expect_frame();
        let closing = matches!(arrival.performative, Performative::Close(_));
        if let Some(received) = &arrival.complete {
            let text = message::text_of(&received.payload);
            got.lock()
                .unwrap()
                .push((message::id_of(&received.payload), text));
        }
        p.serve(arrival);
        if closing {
            return p.expect_end_of_stream();
        }
        if let (false, Some(consumer)) = (delivered, p.links(Role::Receiver).first())
            && p.link(*consumer).credit > 0
        {
            p.deliver(*consumer, &message::text("from the second"));
            delivered = true;
        }
    }
}

/// One program: everything in order, each call must complete.
fn program(connection: Connection, second: &str) -> (Call, String) {
    connection.start().expect("started");
    let session = connection.session(api::AUTO).expect("a session");
    let producer = session.producer("q").expect("a producer");
    let consumer = session.consumer("q").expect("a consumer");
    let sent = producer.send_text("first");
    let got = consumer.receive_text().expect("received");
    // the next send is not to meet the dying server
    let start = Instant::now();
    while connection.active_url().as_deref() != Ok(second) || connection.is_disconnected() {
        assert!(start.elapsed() < LIMIT, "no other server");
        std::thread::yield_now();
    }
    producer
        .send_text("second")
        .expect("sent on the server that lives");
    (sent, got)
}

#[test]
fn p_v1_unshared_a_cut_at_each_stage() {
    dialogue(|| {
        for stage in STAGES {
            eprintln!("cut at {stage:?}");
            let (id, got) = (Arc::new(Mutex::new(None)), Arc::new(Mutex::new(Vec::new())));
            let (seen, all) = (id.clone(), got.clone());
            let first = Peer::script(move |p| die_at(p, stage, &seen));
            let second = Peer::script(move |p| survive(p, &all));
            let (factory, connection) = unshared(&[&first, &second]);
            let recoveries = Recoveries::of(factory, connection);
            let url = second.url();
            let running = run(move || program(connection, &url));
            let (sent, text) = running.result();
            let unknown = matches!(stage, Stage::Transfer | Stage::HalfAnOutcome);
            if unknown {
                let failure = expect_status(sent, Status::TIBEMS_SERVER_NOT_CONNECTED);
                assert!(failure.text.starts_with("outcome unknown:"), "{failure:?}");
            } else {
                sent.unwrap_or_else(|failure| panic!("{failure:?} at {stage:?}"));
            }
            let from = match stage {
                Stage::Received => "from the first",
                _ => "from the second",
            };
            assert_eq!(text, from, "at {stage:?}");
            let connected = matches!(stage, Stage::Sasl | Stage::Open);
            recoveries.expect_ok(u64::from(!connected));
            assert_eq!(connection.active_url().unwrap(), second.url());
            first.finish();
            end(connection, second);
            // what was in flight is not sent again
            let texts: Vec<String> = got.lock().unwrap().iter().map(|m| m.1.clone()).collect();
            match stage {
                Stage::Transfer | Stage::HalfAnOutcome | Stage::Received => {
                    assert_eq!(texts, ["second"], "at {stage:?}");
                }
                _ => assert_eq!(texts, ["first", "second"], "at {stage:?}"),
            }
        }
    });
}

#[test]
fn p_v1_shared_a_cut_at_each_stage() {
    dialogue(|| {
        for stage in STAGES {
            eprintln!("cut at {stage:?}");
            let (id, got) = (Arc::new(Mutex::new(None)), Arc::new(Mutex::new(Vec::new())));
            let (seen, all) = (id.clone(), got.clone());
            let first = Peer::script(move |p| die_at(p, stage, &seen));
            let second = Peer::script(move |p| survive(p, &all));
            let connection = shared(&[&first, &second]);
            let exceptions = Exceptions::of(connection);
            let url = second.url();
            let (sent, text) = run(move || program(connection, &url)).result();
            sent.unwrap_or_else(|failure| panic!("{failure:?} at {stage:?}"));
            let from = match stage {
                Stage::Received => "from the first",
                _ => "from the second",
            };
            assert_eq!(text, from, "at {stage:?}");
            assert_eq!(connection.active_url().unwrap(), second.url());
            exceptions.expect_none();
            first.finish();
            end(connection, second);
            let got = got.lock().unwrap();
            let texts: Vec<&str> = got.iter().map(|message| message.1.as_str()).collect();
            if stage == Stage::Received {
                assert_eq!(texts, ["second"]);
            } else {
                assert_eq!(texts, ["first", "second"], "at {stage:?}");
            }
            if let (Some(id), Some((again, _))) = (id.lock().unwrap().as_ref(), got.first())
                && stage != Stage::Received
            {
                assert_eq!(Some(id), again.as_ref(), "a resend keeps its message id");
            }
        }
    });
}

#[test]
fn p_v2_one_refused_link_fails_the_whole_try() {
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
            for at in 0.. {
                let link = p.await_that("attach", |a| {
                    matches!(a.performative, Performative::Attach(_))
                });
                let link = link.link.unwrap();
                if at == 2 {
                    p.refuse_attach(link, Some(error("amqp:not-found")));
                    break;
                }
                p.answer_attach(link);
            }
            p.drain_stream();
        });
        let third = Peer::script(|p| {
            p.accept();
            p.drop_socket();
        });
        let fourth = Peer::script(|p| {
            p.accept_open();
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second, &third, &fourth]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).unwrap();
        let producer = session.producer("a").unwrap();
        session.producer("b").unwrap();
        session.consumer("c").unwrap();
        cut.open();
        recoveries.expect_ok(1);
        assert_eq!(connection.active_url().unwrap(), fourth.url());
        producer.send_text("works").unwrap();
        first.finish();
        second.finish();
        third.finish();
        end(connection, fourth);
    });
}

#[test]
fn p_v3_a_cut_during_recovery_starts_over_without_a_second_event() {
    dialogue(|| {
        let cut = Gate::new();
        let go = cut.clone();
        let first = Peer::script(move |p| {
            p.accept_open();
            p.serve_until_open(&go);
            p.drop_socket();
            // back again
            p.accept_open();
            p.serve_to_close();
            assert_eq!(
                p.links(Role::Sender).len(),
                1,
                "an object was created twice"
            );
            assert_eq!(
                p.links(Role::Receiver).len(),
                1,
                "an object was created twice"
            );
        });
        let second = Peer::script(|p| {
            p.accept_open();
            p.await_attach(Role::Sender);
            p.drop_socket();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).unwrap();
        let producer = session.producer("q").unwrap();
        session.consumer("q").unwrap();
        cut.open();
        recoveries.expect_ok(1);
        assert_eq!(connection.active_url().unwrap(), first.url());
        producer.send_text("works").unwrap();
        second.finish();
        end(connection, first);
    });
}

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
        let second = Peer::script(|p| {
            p.accept_open();
            p.serve_to_close();
        });
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
                let start = Instant::now();
                results.push(producer.send_text("from the listener"));
                results.push(connection.session(api::AUTO).map(drop));
                results.push(quiet.receive().map(drop));
                results.push(quiet.receive_within(5000).map(drop));
                results.push(quiet.receive_now().map(drop));
                results.push(connection.start());
                results.push(session.recover());
                results.push(factory.recover(connection));
                assert!(start.elapsed() < Duration::from_secs(3), "not at once");
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
        sending.still_runs(Duration::from_millis(100));
        creating.still_runs(Duration::from_millis(50));
        starting.still_runs(Duration::from_millis(50));
        expect_status(receiving.result(), Status::TIBEMS_TIMEOUT);
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
            let acknowledged = Gate::new();
            let go = acknowledged.clone();
            let second = Peer::script(move |p| {
                p.accept_open();
                let consumer = p.await_consumer();
                p.await_credit(consumer, 2);
                let id = p.deliver(consumer, &message::text("new"));
                // the only disposition is the one of the new message
                p.await_settled(&[id], &DeliveryState::Accepted);
                go.wait();
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
            let old = consumer.receive_within(20_000).unwrap();
            cut.open();
            if let Some(recoveries) = &recoveries {
                recoveries.expect_ok(1);
            }
            let new = consumer
                .receive_within(20_000)
                .expect("received from the new server");
            assert_eq!((old.body().as_str(), new.body().as_str()), ("old", "new"));
            let stale = old.acknowledge();
            match unshared_state {
                true => stale.expect("OK, and nothing happens (U20)"),
                false => drop(expect_status(stale, Status::TIBEMS_ILLEGAL_STATE)),
            }
            let fresh = run(move || new.acknowledge());
            fresh.result().expect("acknowledged");
            acknowledged.open();
            old.destroy();
            first.finish();
            end(connection, second);
        }
    });
}

#[test]
fn p_v6_a_client_id_that_the_dead_connection_still_holds() {
    dialogue(|| {
        let cut = Gate::new();
        let go = cut.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.serve_until_open(&go);
            p.drop_socket();
            for _ in 0..2 {
                p.accept();
                p.accept_sasl_anonymous();
                assert_eq!(p.expect_open().container_id, "held");
                let marker = "amqp:connection-establishment-failed";
                let yes = tibemsufo::amqp::codec::Value::Bool(true);
                p.send_open(|open| open.properties = vec![(marker.into(), yes)]);
                let mut error = error("amqp:invalid-field");
                let container = tibemsufo::amqp::codec::Value::symbol("container-id");
                error.info = vec![("invalid-field".into(), container)];
                p.send_close(Some(error));
                p.drain_stream();
            }
            p.accept_open();
            p.serve_to_close();
        });
        let factory = Factory::new(&Setup {
            url: peer.url(),
            unshared: true,
            client_id: Some("held".into()),
            reconnect: Some((5, 250, 10_000)),
            ..Setup::default()
        });
        let connection = factory.connect().unwrap();
        let recoveries = Recoveries::of(factory, connection);
        cut.open();
        recoveries.expect_ok(1);
        end(connection, peer);
    });
}

#[test]
fn p_v7_unshared_nobody_left() {
    dialogue(|| {
        let cut = Gate::new();
        let go = cut.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.credit = 0;
            p.serve_until_open(&go);
            p.drop_socket();
        });
        let factory = Factory::new(&Setup {
            url: format!("{}+{}", peer.url(), dead_url()),
            unshared: true,
            reconnect: Some((2, 250, 2000)),
            ..Setup::default()
        });
        let connection = factory.connect().unwrap();
        let recoveries = Recoveries::of(factory, connection);
        connection.start().unwrap();
        let session = connection.session(api::AUTO).unwrap();
        let producer = session.producer("q").unwrap();
        let consumer = session.consumer("q").unwrap();
        let sending = run(move || producer.send_text("waits for credit"));
        let receiving = run(move || consumer.receive());
        sending.still_runs(Duration::from_millis(50));
        cut.open();
        peer.finish();
        recoveries.done.wait(1);
        let result = recoveries.results.lock().unwrap().remove(0);
        expect_status(result, Status::TIBEMS_SERVER_NOT_CONNECTED);
        let given_up = Status::TIBEMS_UFO_CONNECTION_FAILURE;
        expect_status(sending.result(), given_up);
        expect_status(receiving.result(), given_up);
        expect_status(producer.send_text("later"), given_up);
        expect_status(connection.session(api::AUTO), given_up);
        assert!(connection.is_disconnected());
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
        let cut = Gate::new();
        let go = cut.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.credit = 0;
            p.serve_until_open(&go);
            p.drop_socket();
        });
        let factory = Factory::new(&Setup {
            url: format!("{},{}", peer.url(), dead_url()),
            reconnect: Some((3, 250, 2000)),
            ..Setup::default()
        });
        let connection = factory.connect().unwrap();
        let exceptions = Exceptions::of(connection);
        connection.start().unwrap();
        let session = connection.session(api::AUTO).unwrap();
        let producer = session.producer("q").unwrap();
        let consumer = session.consumer("q").unwrap();
        let sending = run(move || producer.send_text("waits for credit"));
        let receiving = run(move || consumer.receive());
        sending.still_runs(Duration::from_millis(50));
        receiving.still_runs(Duration::from_millis(50));
        let start = Instant::now();
        cut.open();
        peer.finish();
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
        // three passes, two delays of 250 ms and up to 10 % more
        assert!(
            start.elapsed() >= Duration::from_millis(490),
            "{:?}",
            start.elapsed()
        );
        expect_status(sending.result(), Status::TIBEMS_SERVER_NOT_CONNECTED);
        expect_status(receiving.result(), Status::TIBEMS_INTR);
        expect_status(consumer.receive_now(), Status::TIBEMS_SERVER_NOT_CONNECTED);
        assert!(connection.is_disconnected());
        connection.close().unwrap();
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
    });
}

#[test]
fn p_v8_close_wins_over_a_recovery() {
    dialogue(|| {
        for unshared_state in [true, false] {
            for stage in 0..4 {
                let (cut, stalled) = (Gate::new(), Gate::new());
                let (go, told) = (cut.clone(), stalled.clone());
                let first = Peer::script(move |p| {
                    p.accept_open();
                    p.serve_until_open(&go);
                    p.drop_socket();
                });
                let second = Peer::script(move |p| {
                    p.accept();
                    if stage > 0 {
                        p.accept_sasl_anonymous();
                        p.expect_open();
                    }
                    if stage > 1 {
                        p.send_open(|_| {});
                        let session = p.expect_begin();
                        if stage > 2 {
                            p.answer_begin(session);
                        }
                    }
                    told.open();
                    p.drain_stream();
                });
                let exceptions;
                let connection;
                if unshared_state {
                    let (factory, made) = unshared(&[&first, &second]);
                    connection = made;
                    let recoveries = Recoveries::of(factory, connection);
                    exceptions = recoveries.exceptions;
                } else {
                    connection = shared(&[&first, &second]);
                    exceptions = Exceptions::of(connection);
                }
                let session = connection.session(api::AUTO).unwrap();
                let producer = session.producer("q").unwrap();
                cut.open();
                stalled.wait();
                let sending = run(move || producer.send_text("waits"));
                sending.still_runs(Duration::from_millis(20));
                let start = Instant::now();
                connection.close().expect("the close is OK");
                let took = start.elapsed();
                assert!(took < Duration::from_secs(1), "{took:?} at stage {stage}");
                expect_status(sending.result(), Status::TIBEMS_ILLEGAL_STATE);
                let told = exceptions.all().len();
                first.finish();
                second.finish();
                assert_eq!(exceptions.all().len(), told, "a callback behind the close");
                assert_eq!(told, usize::from(unshared_state));
            }
        }
    });
}

#[test]
fn p_v9_prefetched_messages_of_the_dead_server_are_dropped() {
    dialogue(|| {
        let (delivered, cut) = (Gate::new(), Gate::new());
        let (told, go) = (delivered.clone(), cut.clone());
        let first = Peer::script(move |p| {
            p.accept_open();
            let consumer = p.await_consumer();
            p.await_credit(consumer, 5);
            for at in 0..5 {
                p.deliver(consumer, &message::text(&format!("old {at}")));
            }
            told.open();
            p.serve_until_open(&go);
            p.drop_socket();
        });
        let second = Peer::script(|p| {
            p.accept_open();
            let consumer = p.await_consumer();
            for at in 0..5 {
                p.await_credit(consumer, 1);
                p.deliver(consumer, &message::text(&format!("new {at}")));
            }
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        connection.start().unwrap();
        let session = connection.session(api::AUTO).unwrap();
        let consumer = session.consumer("q").unwrap();
        assert_eq!(consumer.receive_text().unwrap(), "old 0");
        delivered.wait();
        cut.open();
        recoveries.expect_ok(1);
        for at in 0..5 {
            assert_eq!(consumer.receive_text().unwrap(), format!("new {at}"));
        }
        first.finish();
        end(connection, second);
    });
}

#[test]
fn p_v11_recovery_asked_for_by_two_threads_and_without_need() {
    dialogue(|| {
        let cut = Gate::new();
        let go = cut.clone();
        let first = Peer::script(move |p| {
            p.accept_open();
            p.serve_until_open(&go);
            p.drop_socket();
        });
        let answer = Gate::new();
        let go = answer.clone();
        let second = Peer::script(move |p| {
            p.accept();
            p.accept_sasl_anonymous();
            p.expect_open();
            p.wait(&go);
            p.send_open(|_| {});
            p.serve_to_close();
            assert!(!p.accept_within(Duration::ZERO), "a second connection");
        });
        let (factory, connection) = unshared(&[&first, &second]);
        factory.recover(connection).expect("nothing to recover");
        assert_eq!(connection.active_url().unwrap(), first.url());
        let exceptions = Exceptions::of(connection);
        cut.open();
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
        let one = run(move || factory.recover(connection));
        let two = run(move || factory.recover(connection));
        one.still_runs(Duration::from_millis(100));
        two.still_runs(Duration::from_millis(20));
        answer.open();
        one.result().expect("recovered");
        two.result().expect("recovered");
        assert_eq!(connection.active_url().unwrap(), second.url());
        factory.recover(connection).expect("nothing to recover");
        first.finish();
        end(connection, second);
        expect_status(factory.recover(connection), Status::TIBEMS_ILLEGAL_STATE);
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
    });
}

#[test]
fn p_v12_many_cuts_under_load() {
    dialogue(|| {
        const CYCLES: u64 = 25;
        let all: Arc<Mutex<Vec<String>>> = Arc::default();
        let peers: Vec<Peer> = (0..2)
            .map(|_| {
                let got = all.clone();
                Peer::script(move |p| {
                    while p.accept_within(LIMIT) {
                        p.accept_sasl_anonymous();
                        p.expect_open();
                        p.send_open(|_| {});
                        let mut taken = 0;
                        while taken < 20 {
                            let Some(arrival) = p.next_within(LIMIT) else {
                                return;
                            };
                            if let Some(received) = &arrival.complete {
                                // confirmed means kept
                                got.lock()
                                    .unwrap()
                                    .push(message::text_of(&received.payload));
                                taken += 1;
                            }
                            let closing = matches!(arrival.performative, Performative::Close(_));
                            p.serve(arrival);
                            if closing {
                                return p.expect_end_of_stream();
                            }
                            for link in p.links(Role::Receiver) {
                                if p.link(link).credit > 0 {
                                    p.deliver(link, &message::text("x"));
                                }
                            }
                        }
                        p.reset();
                    }
                })
            })
            .collect();
        let (factory, connection) = unshared(&[&peers[0], &peers[1]]);
        let recoveries = Recoveries::of(factory, connection);
        connection.start().unwrap();
        let enough = Gate::new();
        let workers: Vec<_> = (0..4)
            .map(|at| {
                let session = connection.session(api::AUTO).expect("a session");
                let producer = session.producer("out").expect("a producer");
                let consumer = session.consumer("in").expect("a consumer");
                let enough = enough.clone();
                run(move || {
                    let mut confirmed = Vec::new();
                    for number in 0.. {
                        if enough.is_open() {
                            break;
                        }
                        let text = format!("{at}-{number}");
                        match producer.send_text(&text) {
                            Ok(()) => confirmed.push(text),
                            Err(failure) => {
                                assert_eq!(failure.status, 11, "{failure:?}");
                                assert!(
                                    failure.text.starts_with("outcome unknown:"),
                                    "{failure:?}"
                                );
                            }
                        }
                        if number % 4 == 0 {
                            consumer.receive_text().expect("received");
                        }
                    }
                    confirmed
                })
            })
            .collect();
        recoveries.done.wait(CYCLES);
        enough.open();
        let confirmed: Vec<String> = workers.into_iter().flat_map(|w| w.result()).collect();
        connection.close().expect("the close is OK");
        let results = recoveries.results.lock().unwrap().clone();
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        let kept = all.lock().unwrap();
        for text in &confirmed {
            assert!(kept.contains(text), "{text} was confirmed and is lost");
        }
        assert!(confirmed.len() > 100);
        drop(peers);
    });
}

#[test]
fn a_list_of_both_kinds_tries_the_comma_group_first() {
    dialogue(|| {
        let (cut_a1, cut_a2) = (Gate::new(), Gate::new());
        let (go, go_too) = (cut_a1.clone(), cut_a2.clone());
        let a1 = Peer::script(move |p| {
            p.accept_open();
            p.serve_until_open(&go);
            p.drop_socket();
        });
        let a2 = Peer::script(move |p| {
            p.accept_open();
            p.serve_until_open(&go_too);
            p.drop_socket();
        });
        let b1 = Peer::script(|p| {
            p.accept_open();
            p.serve_to_close();
        });
        let factory = Factory::new(&Setup {
            url: format!("{},{}+{}", a1.url(), a2.url(), b1.url()),
            unshared: true,
            reconnect: Some((1, 250, 5000)),
            ..Setup::default()
        });
        let connection = factory.connect().unwrap();
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).unwrap();
        let producer = session.producer("q").unwrap();
        cut_a1.open();
        a1.finish();
        producer
            .send_text("waits for a2")
            .expect("sent after the failover inside the group");
        assert_eq!(connection.active_url().unwrap(), a2.url());
        recoveries.exceptions.expect_none();
        cut_a2.open();
        a2.finish();
        recoveries.expect_ok(1);
        assert_eq!(connection.active_url().unwrap(), b1.url());
        producer.send_text("to b1").expect("sent");
        end(connection, b1);
    });
}

#[test]
fn failover_events_when_asked_for() {
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
            p.serve_to_close();
        });
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
fn a_send_in_flight_is_sent_again_when_wanted() {
    dialogue_with("ufo_resend=1", || {
        let id = Arc::new(Mutex::new(None));
        let seen = id.clone();
        let first = Peer::script(move |p| {
            p.accept_open();
            let producer = p.await_producer();
            p.grant(producer, 1);
            *seen.lock().unwrap() = message::id_of(&p.await_transfer().payload);
            p.drop_socket();
        });
        let second = Peer::script(move |p| {
            p.accept_open();
            let received = p.await_transfer();
            assert_eq!(message::id_of(&received.payload), *id.lock().unwrap());
            assert_eq!(message::text_of(&received.payload), "in flight");
            p.accept_delivery(&received);
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).unwrap();
        let producer = session.producer("q").unwrap();
        producer
            .send_text("in flight")
            .expect("the new server's outcome");
        recoveries.expect_ok(1);
        first.finish();
        end(connection, second);
    });
}

#[test]
fn a_loss_before_the_listener_is_set_is_told_then() {
    dialogue(|| {
        let cut = Gate::new();
        let go = cut.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.serve_until_open(&go);
            p.drop_socket();
        });
        let (_, connection) = unshared(&[&peer]);
        cut.open();
        peer.finish();
        let consumerless = Instant::now();
        while !connection.is_disconnected() {
            assert!(consumerless.elapsed() < LIMIT, "the loss is not seen");
            std::thread::yield_now();
        }
        let exceptions = Exceptions::of(connection);
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
        connection.close().unwrap();
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
    });
}
