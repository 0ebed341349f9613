//! P-V1, P-V12: a server that dies at each stage of a program, and again and again under load. Unshared state
//! (RecoverConnection in the exception listener, spec 10 §5) and shared state (reconnect by itself, spec 10 §4).

use crate::leaks::Held;
use crate::peer::api::{self, Call, Connection, Consumer, Producer, Status, expect_status};
use crate::peer::{Gate, Peer, Talk, dialogue, dialogue_within, message};
use crate::scene::{Exceptions, Recoveries, end, poll, run, shared, unshared};
use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tibemsufo::amqp::performative::{DeliveryState, Performative, Role};

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
    p.accept_sasl("ANONYMOUS");
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
    poll("no other server", || {
        connection.active_url().as_deref() == Ok(second) && !connection.is_disconnected()
    });
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

/// A server that is reset after each twenty deliveries, again and again until the program closes its connection or
/// the gate opens. What it confirmed is kept.
fn mortal(kept: &Arc<Mutex<HashSet<String>>>, over: &Gate) -> Peer {
    let (kept, over) = (kept.clone(), over.clone());
    Peer::script(move |p| {
        while !over.is_open() {
            if p.accept_within(Duration::from_millis(5)) && live_and_die(p, &kept) {
                return;
            }
        }
    })
}

/// One life; true when the program has closed the connection.
fn live_and_die(p: &mut Talk, kept: &Mutex<HashSet<String>>) -> bool {
    p.accept_sasl_anonymous();
    p.expect_open();
    p.send_open(|_| {});
    let mut taken = 0;
    while taken < 20 {
        let arrival = p.expect_frame();
        if let Some(received) = &arrival.complete {
            // confirmed means kept
            let text = message::text_of(&received.payload);
            kept.lock().unwrap().insert(text);
            taken += 1;
        }
        let closing = matches!(arrival.performative, Performative::Close(_));
        p.serve(arrival);
        if closing {
            p.expect_end_of_stream();
            return true;
        }
        for link in p.links(Role::Receiver) {
            if p.link(link).credit > 0 && p.link(link).answered {
                p.deliver(link, &message::text("x"));
            }
        }
    }
    p.reset();
    false
}

/// Sends and receives until the gate opens; the texts that were confirmed.
fn work(at: usize, producer: Producer, consumer: Consumer, enough: &Gate) -> Vec<String> {
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
                assert!(failure.text.starts_with("outcome unknown:"), "{failure:?}");
            }
        }
        if number % 4 == 0 {
            consumer.receive_text().expect("received");
        }
    }
    confirmed
}

/// A program with four producers and four consumers that is cut off so many times, from its first connection to its
/// last handle.
fn cut_off(cycles: u64) {
    let kept: Arc<Mutex<HashSet<String>>> = Arc::default();
    let (enough, over) = (Gate::new(), Gate::new());
    let peers = [mortal(&kept, &over), mortal(&kept, &over)];
    let (factory, connection) = unshared(&[&peers[0], &peers[1]]);
    let recoveries = Recoveries::of(factory, connection);
    connection.start().unwrap();
    let mut objects = Vec::new();
    let workers: Vec<_> = (0..4)
        .map(|at| {
            let session = connection.session(api::AUTO).expect("a session");
            let producer = session.producer("out").expect("a producer");
            let consumer = session.consumer("in").expect("a consumer");
            objects.push((session, producer, consumer));
            let enough = enough.clone();
            run(move || work(at, producer, consumer, &enough))
        })
        .collect();
    for reached in 1..=cycles {
        recoveries.done.wait(reached);
    }
    enough.open();
    let confirmed: Vec<String> = workers.into_iter().flat_map(|w| w.result()).collect();
    connection.close().expect("the close is OK");
    for (session, producer, consumer) in objects {
        producer.close().expect("closed");
        consumer.close().expect("closed");
        session.close().expect("closed");
    }
    factory.destroy().expect("destroyed");
    over.open();
    peers.into_iter().for_each(|peer| {
        peer.transcript().clear();
        peer.finish();
    });
    let results = std::mem::take(&mut *recoveries.results.lock().unwrap());
    recoveries.exceptions.clear(); // the library keeps the closure
    assert!(results.len() as u64 >= cycles);
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    // at least one send a cycle came through, and none of those is lost
    assert!(confirmed.len() as u64 >= cycles);
    let kept = kept.lock().unwrap();
    for text in &confirmed {
        assert!(kept.contains(text), "{text} was confirmed and is lost");
    }
}

/// What the process holds when every thread that was to end has ended.
fn held(threads: usize) -> Held {
    poll("threads stay", || Held::now().threads <= threads);
    Held::now()
}

/// A thousand cycles need 15 s, and on a busy machine much more.
const LONG: Duration = Duration::from_secs(600);

#[test]
fn p_v12_many_cuts_under_load() {
    // in a process of its own, because what it holds is counted
    dialogue_within(LONG, "", || {
        let threads = Held::now().threads;
        // once to let everything grow that is kept for the life of the process
        cut_off(20);
        let start = held(threads);
        cut_off(20);
        let few = held(threads);
        cut_off(1000);
        let many = held(threads);
        assert_eq!(many.descriptors, start.descriptors, "{start:?} {many:?}");
        // what a program leaves (the closures of its listeners, mostly) does not depend on the number of its cycles:
        // there are less than four bytes for each
        let (left, more) = (few.bytes - start.bytes, many.bytes - few.bytes);
        assert!(more - left < 4 * 980, "{left} bytes, then {more}");
    });
}
