//! Calls that meet: closes beside callbacks, receives, acknowledges and creations, and losses beside all of
//! them. Whatever the order, every call returns soon and nothing is told wrongly (spec 10 C32, 20 §1.8).

use crate::fence::{Fence, expect_fence};
use crate::peer::api::{self, Connection, Destination, Factory, Msg, Setup, Status, expect_status};
use crate::peer::system::{Late, hold_next_write};
use crate::peer::{Gate, Peer, Talk, clock, dialogue, dialogue_with, error, message};
use crate::scene::{
    Exceptions, connect, end, expect_lost, poll, producer_on, run, serves_until, session, times_out,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tibemsufo::amqp::performative::{DeliveryState, Open, Performative};

/// A call that has nothing to wait for. One that waits for an answer that never comes takes 60 s, far longer than the
/// limit of this wait.
#[track_caller]
fn returns<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    run(work).result()
}

#[test]
fn a_close_of_the_server_under_many_unconfirmed_senders() {
    dialogue(|| {
        for _ in 0..10 {
            let peer = Peer::script(|p| {
                p.accept_open();
                p.credit = 1000;
                for _ in 0..2000 {
                    p.await_transfer();
                    for link in p.links(tibemsufo::amqp::performative::Role::Sender) {
                        if p.link(link).answered {
                            p.grant(link, 1000);
                        }
                    }
                }
                p.send_close(Some(error("amqp:connection:forced")));
                p.drain_stream();
            });
            let connection = connect(&peer);
            let exceptions = Exceptions::of(connection);
            let senders: Vec<_> = (0..4)
                .map(|_| {
                    run(move || {
                        let session = connection.session(api::AUTO)?;
                        let producer = session.producer("q")?;
                        producer.set_delivery_mode(api::RELIABLE);
                        loop {
                            producer.send_text("one of very many")?;
                        }
                        #[allow(unreachable_code)]
                        Ok::<(), api::Failure>(())
                    })
                })
                .collect();
            for sender in senders {
                expect_status(sender.result(), Status::TIBEMS_SERVER_NOT_CONNECTED);
            }
            exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
            returns(move || connection.close()).expect("closed");
            peer.finish();
        }
    });
}

#[test]
fn a_consumer_closed_while_its_callback_ends() {
    dialogue(|| {
        const TURNS: usize = 100;
        let peer = Peer::script(|p| {
            p.accept_open();
            for _ in 0..TURNS {
                let link = p.await_consumer();
                p.await_credit(link, 1);
                p.deliver(link, &message::text("for the listener"));
                let detach = p.await_detach(link);
                p.send_detach(link, detach.closed, None);
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        for turn in 0..TURNS {
            let consumer = session.consumer("q").expect("a consumer");
            let (entered, release) = (Gate::new(), Gate::new());
            let (inside, go) = (entered.clone(), release.clone());
            consumer
                .on_message(move |message| {
                    message.destroy();
                    inside.open();
                    go.wait();
                })
                .expect("a listener");
            entered.wait();
            let closing = run(move || consumer.close());
            if turn % 2 == 0 {
                closing.blocks();
            }
            release.open();
            closing.result().expect("closed");
        }
        returns(move || session.close()).expect("closed");
        end(connection, peer);
    });
}

/// A message that takes a while to decode.
fn laborious() -> Vec<u8> {
    use tibemsufo::amqp::codec::Value;
    let properties = (0..20_000)
        .map(|n| (Value::string(format!("property{n}")), Value::Int(n)))
        .collect();
    let mut payload = message::section(0x74, &Value::Map(properties));
    payload.extend(message::text("at last"));
    payload
}

#[test]
fn a_consumer_closed_while_a_message_is_handed_out() {
    dialogue(|| {
        const TURNS: u64 = 60;
        let peer = Peer::script(|p| {
            p.accept_open();
            let payload = laborious();
            for _ in 0..TURNS {
                let link = p.await_consumer();
                p.await_credit(link, 1);
                p.deliver(link, &payload);
                let detach = p.await_detach(link);
                p.send_detach(link, detach.closed, None);
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        for turn in 0..TURNS {
            let consumer = session.consumer("q").expect("a consumer");
            let receiving = run(move || consumer.receive());
            // the message is on its way when the close comes: a little before, in, and after its decoding, each turn at
            // another moment. Whatever it meets, what follows must hold.
            std::thread::sleep(Duration::from_micros(400 * turn));
            returns(move || consumer.close()).expect("closed");
            match receiving.result() {
                Ok(message) => message.destroy(),
                Err(failure) => {
                    let closed = [
                        Status::TIBEMS_INTR,
                        Status::TIBEMS_INVALID_CONSUMER,
                        Status::TIBEMS_ILLEGAL_STATE,
                    ];
                    let closed = closed.map(|status| status.code());
                    assert!(closed.contains(&failure.status), "{failure:?}");
                }
            }
        }
        returns(move || connection.stop()).expect("stopped");
        returns(move || session.close()).expect("closed");
        end(connection, peer);
    });
}

#[test]
fn a_client_acknowledge_beside_the_close_of_a_consumer() {
    dialogue(|| {
        let (closing, acknowledged) = (Gate::new(), Gate::new());
        let (told, go) = (closing.clone(), acknowledged.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            let gone = p.await_consumer();
            let other = p.await_consumer();
            p.await_credit(other, 1);
            p.deliver(other, &message::text("kept"));
            let detach = p.await_detach(gone);
            told.open();
            p.serve_until_open(&go);
            p.send_detach(gone, detach.closed, None);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::CLIENT);
        let gone = session.consumer("gone").unwrap();
        let other = session.consumer("other").unwrap();
        let kept = other.receive().unwrap();
        let close = run(move || gone.close());
        closing.wait();
        kept.acknowledge().expect("acknowledged");
        kept.destroy();
        acknowledged.open();
        close.result().expect("closed");
        end(connection, peer);
    });
}

#[test]
fn a_detach_that_is_answered_by_the_end_of_the_session() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_detach(link);
            let session = p.link(link).session;
            p.send_end(session, Some(error("amqp:internal-error")));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").unwrap();
        returns(move || consumer.close()).expect("closed");
        returns(move || session.close()).expect("closed");
        end(connection, peer);
    });
}

#[test]
fn a_session_closed_beside_its_consumer() {
    dialogue(|| {
        let asked = Gate::new();
        let told = asked.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_detach(link); // never answered
            told.open();
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").unwrap();
        let one = run(move || consumer.close());
        asked.wait();
        returns(move || session.close()).expect("closed");
        returns(move || one.result()).expect("closed");
        end(connection, peer);
    });
}

#[test]
fn a_confirmation_that_dies_with_its_link_or_session() {
    dialogue_with("ack_confirm=client", || {
        for whole_session in [false, true] {
            let peer = Peer::script(move |p| {
                p.accept_open();
                let link = p.await_consumer();
                p.await_credit(link, 1);
                p.deliver(link, &message::text("to be confirmed"));
                let arrival = p.await_that("disposition", |a| {
                    matches!(a.performative, Performative::Disposition(_))
                });
                drop(arrival); // no confirmation
                if whole_session {
                    let session = p.link(link).session;
                    p.send_end(session, Some(error("amqp:internal-error")));
                } else {
                    p.send_detach(link, true, Some(error("amqp:resource-deleted")));
                }
                p.serve_to_close();
            });
            let (connection, session) = session(&peer, api::CLIENT);
            let consumer = session.consumer("q").unwrap();
            let got = consumer.receive().unwrap();
            let result = returns(move || got.acknowledge());
            expect_status(result, Status::TIBEMS_ILLEGAL_STATE);
            got.destroy();
            end(connection, peer);
        }
    });
}

#[test]
fn a_creation_under_way_when_the_connection_is_closed() {
    dialogue(|| {
        let asked = Gate::new();
        let told = asked.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.await_begin(); // never answered, and the close neither
            told.open();
            p.drain_stream();
        });
        let connection = connect(&peer);
        let creating = run(move || connection.session(api::AUTO));
        asked.wait();
        returns(move || connection.close()).expect("closed");
        let result = returns(move || creating.result());
        expect_status(result, Status::TIBEMS_ILLEGAL_STATE);
        peer.finish();
    });
}

#[test]
fn a_begin_nobody_answers_is_taken_back() {
    dialogue_with("request_timeout=300", || {
        let peer = Peer::script(|p| {
            p.accept_open();
            let lost = p.await_begin();
            let arrival = p.await_that("end", |a| matches!(a.performative, Performative::End(_)));
            assert_eq!(arrival.session, Some(lost));
            p.serve_to_close();
        });
        let connection = connect(&peer);
        expect_status(connection.session(api::AUTO), Status::TIBEMS_TIMEOUT);
        end(connection, peer);
    });
}

#[test]
fn a_producer_closed_while_its_fallback_link_is_attached() {
    dialogue(|| {
        let asked = Gate::new();
        let told = asked.clone();
        let peer = Peer::script(move |p| {
            p.accept_open_with(|open| open.offered_capabilities.clear());
            let link = p.await_attach(tibemsufo::amqp::performative::Role::Sender);
            told.open();
            // the close does not wait for the answer to the attach
            let detach = p.await_detach(link);
            p.answer_attach(link);
            p.send_detach(link, detach.closed, None);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer_to(None).unwrap();
        let sending = run(move || {
            let to = Destination::queue("q");
            let message = Msg::text("never sent");
            let result = producer.send_to(to, message);
            message.destroy();
            to.destroy().expect("destroyed");
            result
        });
        asked.wait();
        returns(move || producer.close()).expect("closed");
        expect_status(sending.result(), Status::TIBEMS_ILLEGAL_STATE);
        end(connection, peer);
    });
}

#[test]
fn a_send_in_flight_whose_time_is_over_while_reconnecting() {
    dialogue_with("send_timeout=600", || {
        clock::hold();
        let peer = Peer::script(|p| {
            p.accept_open();
            p.await_transfer();
            p.drop_socket();
        });
        let other = Peer::script(|p| {
            p.accept();
            p.drop_socket();
        });
        let factory = Factory::new(&Setup {
            url: format!("{},{}", peer.url(), other.url()),
            reconnect: Some((30, 250, 2000)),
            ..Setup::default()
        });
        let connection = factory.connect().unwrap();
        let producer = producer_on(connection);
        let sending = run(move || producer.send_text("told wrongly?"));
        // the loss is known, and nobody else takes the send
        other.finish();
        times_out(&sending, 600);
        let failure = expect_status(sending.result(), Status::TIBEMS_SERVER_NOT_CONNECTED);
        assert!(failure.text.starts_with("outcome unknown:"), "{failure:?}");
        connection.close().unwrap();
        peer.finish();
    });
}

#[test]
fn a_silent_server_without_an_attempt_timeout() {
    dialogue_with("idle=700", || {
        let peer = Peer::script(|p| {
            p.accept();
            p.drain_stream();
        });
        let factory = Factory::new(&Setup {
            url: peer.url(),
            connect: Some((1, 250, 0)),
            ..Setup::default()
        });
        let result = returns(move || factory.connect());
        expect_status(result, Status::TIBEMS_SERVER_NOT_CONNECTED);
        peer.finish();
    });
}

/// A consumer of a started connection without any message, and a thread that sends without a pause.
fn receive_beside_a_sender(connection: Connection, over: Arc<AtomicBool>) {
    let session = connection.session(api::AUTO).unwrap();
    let producer = session.producer("q").unwrap();
    producer.set_delivery_mode(api::RELIABLE);
    let quiet = connection
        .session(api::AUTO)
        .unwrap()
        .consumer("quiet")
        .unwrap();
    let stop = over.clone();
    let sending = run(move || {
        while !stop.load(Ordering::Relaxed) {
            producer.send_text("noise").expect("sent");
        }
    });
    for ms in [300_u64, 100, 20] {
        let receiving = run(move || quiet.receive_within(ms as i64));
        times_out(&receiving, ms);
        expect_status(receiving.result(), Status::TIBEMS_TIMEOUT);
    }
    over.store(true, Ordering::Relaxed);
    sending.result();
}

#[test]
fn a_timed_receive_ends_in_time_beside_a_busy_sender() {
    dialogue_with("", || {
        clock::hold();
        let peer = Peer::script(|p: &mut Talk| {
            p.accept_open();
            p.credit = 1000;
            p.serve_to_close();
        });
        let connection = connect(&peer);
        connection.start().unwrap();
        receive_beside_a_sender(connection, Arc::default());
        end(connection, peer);
    });
}

#[test]
fn a_recover_lets_go_of_a_closed_consumer() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1);
            p.deliver(link, &message::text("one"));
            p.await_settled(
                &[0],
                &DeliveryState::Modified {
                    delivery_failed: true,
                    undeliverable_here: false,
                    message_annotations: Vec::new(),
                },
            );
            let detach = p.await_detach(link);
            p.send_detach(link, detach.closed, None);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::CLIENT);
        let consumer = session.consumer("q").unwrap();
        let got = consumer.receive().unwrap();
        consumer.close().unwrap();
        session.recover().unwrap();
        got.destroy();
        let record = peer.transcript();
        poll("the link stays", || record.holds("Detach"));
        end(connection, peer);
    });
}

#[test]
fn the_last_words_of_a_server_that_resets_are_heard() {
    dialogue(|| {
        for _ in 0..15 {
            let peer = Peer::script(|p| {
                p.accept_open();
                p.credit = 1_000_000;
                for _ in 0..200 {
                    p.await_transfer();
                }
                p.send_close(Some(error("amqp:connection:forced")));
                // what the program has sent meanwhile is not read: the system answers it with a reset
                p.reset_when_written();
            });
            let connection = connect(&peer);
            let session = connection.session(api::AUTO).unwrap();
            let producer = session.producer("q").unwrap();
            producer.set_delivery_mode(api::RELIABLE);
            let sending = run(move || {
                loop {
                    if let Err(failure) = producer.send_text("streaming") {
                        return failure;
                    }
                }
            });
            let failure = sending.result();
            assert_eq!(failure.status, Status::TIBEMS_SERVER_NOT_CONNECTED.code());
            assert!(
                failure.text.contains("amqp:connection:forced"),
                "{failure:?}"
            );
            connection.close().expect("closed");
            peer.finish();
        }
    });
}

#[test]
fn a_loss_that_the_program_repaired_itself_is_not_told_later() {
    dialogue(|| {
        let (cut, again) = (Gate::new(), Gate::new());
        let (first, second) = (serves_until(&cut), serves_until(&again));
        let (factory, connection) = crate::scene::unshared(&[&first, &second]);
        cut.open();
        poll("the loss is not seen", || connection.is_disconnected());
        factory.recover(connection).expect("recovered");
        let exceptions = Exceptions::of(connection);
        connection.session(api::AUTO).expect("a session");
        // the next loss is told; the one before would come first
        again.open();
        second.finish();
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
        connection.close().expect("the close is OK");
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
        first.finish();
    });
}

#[test]
fn a_connection_closed_inside_a_listener_still_acknowledges_its_message() {
    dialogue_with("", || {
        api::allow_close_in_callback();
        let peer = Peer::script(|p| {
            p.accept_open();
            expect_fence(p);
            let link = p.await_consumer();
            p.await_credit(link, 2);
            p.deliver(link, &message::text("the last one"));
            p.deliver(link, &message::text("never shown"));
            let mut states = Vec::new();
            loop {
                let arrival = p.expect_frame();
                match &arrival.performative {
                    Performative::Disposition(d) => states.push((d.first, d.state.clone())),
                    Performative::Close(_) => {
                        p.serve(arrival);
                        break;
                    }
                    _ => p.serve(arrival),
                }
            }
            states.sort_by_key(|(id, _)| *id);
            assert_eq!(
                states,
                [
                    (0, Some(DeliveryState::Accepted)),
                    (1, Some(DeliveryState::Released))
                ]
            );
            p.drain_stream();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let fence = Fence::of(connection);
        let consumer = session.consumer("q").unwrap();
        let (closed, results) = (Gate::new(), Arc::new(std::sync::Mutex::new(Vec::new())));
        let (told, kept) = (closed.clone(), results.clone());
        consumer
            .on_message(move |message| {
                message.destroy();
                // with it the second message is there
                fence.pass();
                kept.lock().unwrap().push(connection.close());
                told.open();
            })
            .unwrap();
        closed.wait();
        assert_eq!(results.lock().unwrap().clone(), [Ok(())]);
        assert!(connection.is_disconnected());
        peer.finish();
    });
}

/// The server breaks the protocol while a thread of the program is inside a write: that thread says the last words.
#[test]
fn the_last_words_stand_behind_what_is_being_written() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            p.accepts = false;
            p.await_transfer();
            p.send(0, Open::default());
            p.expect_close(Some("amqp:connection:framing-error"));
            p.drain_stream();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let producer = session.producer("q").unwrap();
        let late = Late::default();
        let own = late.clone();
        let sending = run(move || {
            hold_next_write(&own);
            producer.send_text("x")
        });
        late.there.wait();
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
        late.go.open();
        expect_status(sending.result(), Status::TIBEMS_SERVER_NOT_CONNECTED);
        expect_lost(connection, &exceptions);
        peer.finish();
    });
}
