//! P-V8: a close from another thread while a recovery, a reconnect or a send is under way (spec 10 C32, 40 §2.15).

use crate::peer::api::{self, Call, Status, expect_status};
use crate::peer::{Counter, Gate, Peer, Talk, clock, dialogue, dialogue_with, message};
use crate::scene::{
    Exceptions, Recoveries, Running, connect, end, run, session, shared, times_out, unshared,
};
use std::sync::{Arc, Mutex};
use tibemsufo::amqp::performative::{DeliveryState, Disposition, Performative, Role};

/// Where a recovery does not go on.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
enum Stall {
    Connect,
    Sasl,
    Open,
    Begin,
    Producer,
    Consumer,
}

const STALLS: [Stall; 6] = [
    Stall::Connect,
    Stall::Sasl,
    Stall::Open,
    Stall::Begin,
    Stall::Producer,
    Stall::Consumer,
];

/// Serves a recovery up to the answer that is never given.
fn stall_at(p: &mut Talk, stall: Stall) {
    p.accept();
    if stall > Stall::Connect {
        p.offer_sasl(&["ANONYMOUS"]);
        p.expect_sasl_init("ANONYMOUS");
    }
    if stall > Stall::Sasl {
        p.send_outcome(0);
        p.exchange_amqp_header();
        p.expect_open();
    }
    if stall > Stall::Open {
        p.send_open(|_| {});
        let session = p.await_begin();
        if stall == Stall::Begin {
            return;
        }
        p.answer_begin(session);
        let producer = p.await_attach(Role::Sender);
        if stall > Stall::Producer {
            p.answer_attach(producer);
            p.await_attach(Role::Receiver);
        }
    }
}

/// A close from another thread while a recovery or a reconnect is stalled. The clock stands, so the close waits for
/// no limit of time.
fn close_during(stall: Stall, unshared_state: bool, in_flight: bool) {
    eprintln!("{stall:?}, unshared: {unshared_state}, in flight: {in_flight}");
    let (cut, stalled) = (Gate::new(), Gate::new());
    let (go, told) = (cut.clone(), stalled.clone());
    let first = Peer::script(move |p| {
        p.accept_open();
        if in_flight {
            p.await_transfer();
        }
        p.serve_until_open(&go);
        p.drop_socket();
    });
    let second = Peer::script(move |p| {
        stall_at(p, stall);
        told.open();
        p.drain_stream();
    });
    let (connection, recoveries, exceptions);
    if unshared_state {
        let (factory, made) = unshared(&[&first, &second]);
        connection = made;
        let of = Recoveries::of(factory, connection);
        exceptions = of.exceptions.clone();
        recoveries = Some(of);
    } else {
        connection = shared(&[&first, &second]);
        exceptions = Exceptions::of(connection);
        recoveries = None;
    }
    connection.start().unwrap();
    let session = connection.session(api::AUTO).unwrap();
    let producer = session.producer("q").unwrap();
    let consumer = session.consumer("q").unwrap();
    let receiving = run(move || consumer.receive());
    receiving.blocks();
    let early = in_flight.then(|| run(move || producer.send_text("in flight")));
    if let Some(early) = &early {
        early.blocks();
    }
    cut.open();
    stalled.wait();
    let sending = run(move || producer.send_text("waits"));
    sending.blocks();
    let closing = run(move || connection.close());
    closing.result().expect("the close is OK");
    expect_status(sending.result(), Status::TIBEMS_ILLEGAL_STATE);
    expect_status(receiving.result(), Status::TIBEMS_INTR);
    if let Some(early) = early {
        // spec 10 C32: it was written, and its answer does not come
        let failure = expect_status(early.result(), Status::TIBEMS_SERVER_NOT_CONNECTED);
        assert!(failure.text.starts_with("outcome unknown:"), "{failure:?}");
    }
    first.finish();
    second.finish();
    if let Some(recoveries) = recoveries {
        recoveries.done.wait(1);
        let result = recoveries.results.lock().unwrap().remove(0);
        expect_status(result, Status::TIBEMS_ILLEGAL_STATE);
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
    } else {
        exceptions.expect_none();
    }
}

#[test]
fn p_v8_close_wins_over_a_recovery() {
    dialogue_with("", || {
        clock::hold();
        for unshared_state in [true, false] {
            for stall in STALLS {
                close_during(stall, unshared_state, false);
            }
            close_during(Stall::Connect, unshared_state, true);
        }
    });
}

/// The stages of P-V1 behind a recovery: credit, transfer, half of an outcome. A close waits for the answer to what
/// was written, at most so long (spec 10 C32, 40 §2.15), and for nothing else.
#[test]
fn p_v8_close_wins_over_a_send() {
    dialogue_with("close_timeout=900", || {
        clock::hold();
        for stage in 0..3 {
            let written = Gate::new();
            let told = written.clone();
            let peer = Peer::script(move |p| {
                p.accept_open();
                p.credit = 0;
                let link = p.await_producer();
                if stage > 0 {
                    p.grant(link, 1);
                    let received = p.await_transfer();
                    if stage == 2 {
                        let session = p.link(link).session;
                        let outcome = Disposition {
                            role: Role::Receiver,
                            first: received.id,
                            settled: true,
                            state: Some(DeliveryState::Accepted),
                            ..Disposition::default()
                        };
                        let channel = p.session(session).channel;
                        let bytes = p.encoded(channel, &outcome.into(), &[]);
                        p.raw_noted(&bytes[..bytes.len() / 2]);
                    }
                    told.open();
                    p.drain_stream();
                } else {
                    told.open();
                    p.serve_to_close();
                }
            });
            let connection = connect(&peer);
            let exceptions = Exceptions::of(connection);
            let session = connection.session(api::AUTO).unwrap();
            let producer = session.producer("q").unwrap();
            let sending = run(move || producer.send_text("x"));
            written.wait();
            sending.blocks();
            let closing = run(move || connection.close());
            if stage > 0 {
                times_out(&closing, 900);
            }
            closing.result().expect("the close is OK");
            if stage > 0 {
                let failure = expect_status(sending.result(), Status::TIBEMS_SERVER_NOT_CONNECTED);
                assert!(failure.text.starts_with("outcome unknown:"), "{failure:?}");
            } else {
                expect_status(sending.result(), Status::TIBEMS_ILLEGAL_STATE);
            }
            peer.finish();
            exceptions.expect_none();
        }
    });
}

/// One call has closed it; the other one may find that it is no more.
fn one_closed(closers: [Running<Call>; 2], gone: Status) {
    let results = closers.map(Running::result);
    assert!(results.iter().any(Result::is_ok), "{results:?}");
    for failure in results.into_iter().filter_map(Result::err) {
        assert_eq!(failure.status, gone.code(), "{failure:?}");
    }
}

#[test]
fn two_threads_close_the_same_object() {
    // one of them closes, the other one waits for it
    dialogue(|| {
        let (asked, answer) = (Gate::new(), Gate::new());
        let (told, go) = (asked.clone(), answer.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            for _ in 0..2 {
                let arrival = p.await_that("detach", |a| {
                    matches!(a.performative, Performative::Detach(_))
                });
                told.open();
                p.wait(&go);
                p.serve(arrival);
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let (consumer, producer) = (
            session.consumer("q").unwrap(),
            session.producer("q").unwrap(),
        );
        let closers = [run(move || consumer.close()), run(move || consumer.close())];
        asked.wait();
        for closer in &closers {
            closer.blocks();
        }
        answer.open();
        one_closed(closers, Status::TIBEMS_INVALID_CONSUMER);
        let closers = [run(move || producer.close()), run(move || producer.close())];
        one_closed(closers, Status::TIBEMS_INVALID_PRODUCER);
        end(connection, peer);
    });
}

#[test]
fn two_listeners_wait_for_each_others_end() {
    dialogue_with("", || {
        api::allow_close_in_callback();
        let peer = Peer::script(|p| {
            p.accept_open();
            for _ in 0..2 {
                let link = p.await_consumer();
                p.await_credit(link, 1);
                p.deliver(link, &message::text("x"));
            }
            p.serve_to_close();
        });
        let connection = connect(&peer);
        connection.start().unwrap();
        let inside = Counter::new();
        let results = Arc::new(Mutex::new(Vec::new()));
        let done = Counter::new();
        for _ in 0..2 {
            let session = connection.session(api::AUTO).unwrap();
            let consumer = session.consumer("q").unwrap();
            let (inside, results, done) = (inside.clone(), results.clone(), done.clone());
            consumer
                .on_message(move |message| {
                    message.destroy();
                    inside.add();
                    inside.wait(2);
                    let stopped = connection.stop();
                    results.lock().unwrap().push(stopped);
                    done.add();
                })
                .unwrap();
        }
        done.wait(2);
        assert_eq!(*results.lock().unwrap(), [Ok(()), Ok(())]);
        end(connection, peer);
    });
}
