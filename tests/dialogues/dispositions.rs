//! P-D: outcomes of sends, acknowledges of receives.

use crate::fence::{Fence, expect_fence, pass_fence};
use crate::peer::api::{self, Msg, Status, expect_status};
use crate::peer::{Gate, Peer, Talk, clock, dialogue, dialogue_with, error, message};
use crate::scene::{Exceptions, connect, end, expect_lost, run, session, times_out};
use tibemsufo::amqp::performative::{DeliveryState, Disposition, Performative, Role};

#[test]
fn p_d1_one_range_over_fifty_sends() {
    dialogue(|| {
        let answer = Gate::new();
        let go = answer.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_producer();
            p.grant(link, 100);
            let session = p.link(link).session;
            let first = p.await_transfer();
            p.accept_delivery(&first);
            let ids: Vec<u32> = (0..50).map(|_| p.await_transfer().id).collect();
            assert_eq!((ids[0], ids[49]), (1, 50));
            // with one that is settled already, and some that do not exist yet
            p.send_disposition(session, (0, 60), true, Some(DeliveryState::Accepted));
            // those get outcomes of their own
            let later = p.await_transfer();
            assert_eq!(later.id, 51);
            p.wait(&go);
            p.accept_delivery(&later);
            let rejected = p.await_transfer();
            p.settle(&rejected, DeliveryState::Rejected(None));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        producer.send_text("first").expect("sent");
        let sends: Vec<_> = (0..50)
            .map(|_| run(move || producer.send_text("x")))
            .collect();
        sends
            .into_iter()
            .for_each(|send| send.result().expect("sent"));
        let later = run(move || producer.send_text("later"));
        later.blocks();
        answer.open();
        later.result().expect("sent");
        expect_status(producer.send_text("rejected"), Status::TIBEMS_EXCEPTION);
        end(connection, peer);
    });
}

#[test]
fn p_d2_a_range_that_runs_backwards() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_producer();
            p.grant(link, 10);
            let session = p.link(link).session;
            p.await_transfer();
            p.send_disposition(session, (5, 0), true, Some(DeliveryState::Accepted));
            p.expect_close(Some("amqp:not-allowed"));
            p.drain_stream();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let producer = session.producer("q").expect("a producer");
        let failure = expect_status(producer.send_text("x"), Status::TIBEMS_SERVER_NOT_CONNECTED);
        assert!(
            failure.text.starts_with("outcome unknown:"),
            "nothing was applied: {failure:?}"
        );
        expect_lost(connection, &exceptions);
        peer.finish();
    });
}

#[test]
fn p_d2_a_range_of_two_billion() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_producer();
            p.grant(link, 10);
            let session = p.link(link).session;
            p.await_transfer();
            let range = (0, 0x7fff_ffff);
            p.send_disposition(session, range, true, Some(DeliveryState::Accepted));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        // one step an id would take longer than any wait of these tests
        for text in ["x", "y"] {
            let sending = run(move || producer.send_text(text));
            sending.result().expect("sent");
        }
        end(connection, peer);
    });
}

#[test]
fn p_d3_outcomes_and_their_statuses() {
    dialogue(|| {
        let rejected = |c: &str| DeliveryState::Rejected(Some(Box::new(error(c))));
        let modified = DeliveryState::Modified {
            delivery_failed: true,
            undeliverable_here: false,
            message_annotations: Vec::new(),
        };
        let cases = [
            (
                rejected("amqp:resource-limit-exceeded"),
                Status::TIBEMS_DESTINATION_LIMIT_EXCEEDED,
            ),
            (
                rejected("amqp:unauthorized-access"),
                Status::TIBEMS_SECURITY_EXCEPTION,
            ),
            (
                rejected("amqp:not-found"),
                Status::TIBEMS_INVALID_DESTINATION,
            ),
            (rejected("vendor:strange"), Status::TIBEMS_EXCEPTION),
            (DeliveryState::Rejected(None), Status::TIBEMS_EXCEPTION),
            (DeliveryState::Released, Status::TIBEMS_EXCEPTION),
            (modified, Status::TIBEMS_EXCEPTION),
        ];
        let answers = cases.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.accepts = false;
            for (outcome, _) in answers {
                let received = p.await_transfer();
                p.settle(&received, outcome);
            }
            // nobody is subscribed to a topic: that is no error
            let received = p.await_transfer();
            p.settle(&received, DeliveryState::Released);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let producer = session.producer("q").expect("a producer");
        for (outcome, status) in cases {
            let result = producer.send_text("x");
            match result {
                Err(failure) if failure.status == status.code() => {
                    // the server's words are kept, where it has some
                    if let DeliveryState::Rejected(Some(error)) = &outcome {
                        assert!(failure.text.contains(&error.condition), "{failure:?}");
                        assert!(
                            failure.text.contains("said by the scripted peer"),
                            "{failure:?}"
                        );
                    }
                }
                other => panic!("{other:?} for {outcome:?}, expected {status:?}"),
            }
        }
        let topic = api::Destination::topic("t");
        session
            .producer_to(Some(topic))
            .unwrap()
            .send_text("x")
            .expect("nobody is subscribed");
        exceptions.expect_none();
        end(connection, peer);
    });
}

#[test]
fn p_d4_an_outcome_that_is_not_settled() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            p.accepts = false;
            let received = p.await_transfer();
            let session = p.link(received.link).session;
            p.send_disposition(session, (0, 0), false, None);
            p.send_disposition(session, (0, 0), false, Some(DeliveryState::Accepted));
            let disposition = p.await_disposition();
            assert_eq!(disposition.role, Role::Sender);
            assert_eq!((disposition.first, disposition.last.unwrap_or(0)), (0, 0));
            assert!(disposition.settled);
            assert_eq!(disposition.state, Some(DeliveryState::Accepted));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        session.producer("q").unwrap().send_text("x").expect("sent");
        end(connection, peer);
    });
}

#[test]
fn p_d5_settled_without_an_outcome() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            p.accepts = false;
            let received = p.await_transfer();
            let session = p.link(received.link).session;
            p.send_disposition(session, (0, 0), true, None);
            let received = p.await_transfer();
            p.accept_delivery(&received);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        let failure = expect_status(producer.send_text("x"), Status::TIBEMS_SERVER_NOT_CONNECTED);
        assert!(failure.text.starts_with("outcome unknown:"), "{failure:?}");
        producer.send_text("y").expect("the connection lives");
        end(connection, peer);
    });
}

#[test]
fn p_d7_an_outcome_behind_the_send_timeout() {
    dialogue_with("send_timeout=400", || {
        clock::hold();
        let answer = Gate::new();
        let go = answer.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            expect_fence(p);
            let link = p.await_producer();
            p.grant(link, 10);
            let unanswered = p.await_transfer();
            let next = p.await_transfer();
            assert_eq!(message::text_of(&next.payload), "next");
            assert_ne!(unanswered.tag, next.tag, "both are unsettled");
            // the late outcome is of the first alone
            let late = DeliveryState::Rejected(None);
            p.settle(&unanswered, late);
            pass_fence(p, "", |_, _| false);
            p.wait(&go);
            p.accept_delivery(&next);
            // enough to meet the tags of before again
            for _ in 0..300 {
                let received = p.await_transfer();
                p.accept_delivery(&received);
                p.grant(link, 10);
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let fence = Fence::of(connection);
        let producer = session.producer("q").expect("a producer");
        let sending = run(move || producer.send_text("x"));
        times_out(&sending, 400);
        let failure = expect_status(sending.result(), Status::TIBEMS_SERVER_NOT_CONNECTED);
        assert!(failure.text.starts_with("outcome unknown:"), "{failure:?}");
        let next = run(move || producer.send_text("next"));
        next.blocks();
        fence.pass();
        next.blocks();
        answer.open();
        next.result().expect("the late outcome disturbs nobody");
        for _ in 0..300 {
            producer.send_text("more").expect("sent");
        }
        end(connection, peer);
    });
}

#[test]
fn p_d8_a_session_closed_under_a_send_without_an_outcome() {
    dialogue_with("close_timeout=500", || {
        clock::hold();
        for answered in [false, true] {
            let (sent, closing) = (Gate::new(), Gate::new());
            let (told, go) = (sent.clone(), closing.clone());
            let peer = Peer::script(move |p| {
                p.accept_open();
                p.accepts = false;
                let received = p.await_transfer();
                told.open();
                if answered {
                    p.wait(&go);
                    p.accept_delivery(&received);
                }
                p.serve_to_close();
            });
            let (connection, session) = session(&peer, api::AUTO);
            let producer = session.producer("q").expect("a producer");
            let sending = run(move || producer.send_text("x"));
            sent.wait();
            let close = run(move || session.close());
            if answered {
                // the close waits for the outcome
                close.blocks();
                closing.open();
                sending.result().expect("sent");
            } else {
                times_out(&close, 500);
                let failure = expect_status(sending.result(), Status::TIBEMS_SERVER_NOT_CONNECTED);
                assert!(failure.text.starts_with("outcome unknown:"), "{failure:?}");
            }
            close.result().expect("the close is OK");
            end(connection, peer);
        }
    });
}

#[test]
fn p_d10_a_confirmed_acknowledge_without_a_confirmation() {
    dialogue_with("ack_confirm=client request_timeout=500", || {
        clock::hold();
        let answer = Gate::new();
        let go = answer.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            expect_fence(p);
            let link = p.await_consumer();
            p.await_credit(link, 2);
            let session = p.link(link).session;
            for (id, text) in ["one", "two"].into_iter().enumerate() {
                assert_eq!(p.deliver(link, &message::text(text)), id as u32);
            }
            let late = p.await_disposition();
            assert_eq!((late.first, late.settled), (0, false));
            assert_eq!(late.state, Some(DeliveryState::Accepted));
            let next = p.await_disposition();
            assert_eq!((next.first, next.settled), (1, false));
            // a confirmation of the first does not confirm the second
            p.confirm(session, &late);
            pass_fence(p, "", |_, _| false);
            p.wait(&go);
            p.confirm(session, &next);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::CLIENT);
        let fence = Fence::of(connection);
        let consumer = session.consumer("q").expect("a consumer");
        let one = consumer.receive_within(20_000).expect("received");
        let confirming = run(move || one.acknowledge());
        times_out(&confirming, 500);
        expect_status(confirming.result(), Status::TIBEMS_TIMEOUT);
        let two = consumer.receive_within(20_000).expect("received");
        let confirming = run(move || two.acknowledge());
        confirming.blocks();
        fence.pass();
        confirming.blocks();
        answer.open();
        confirming.result().expect("confirmed");
        end(connection, peer);
    });
}

#[test]
fn p_d11_recover_and_close_in_client_mode() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            expect_fence(p);
            let link = p.await_consumer();
            p.await_credit(link, 5);
            for at in 0..4 {
                p.deliver(link, &message::text(&format!("{at}")));
            }
            // two handed out, two buffered; nothing goes back before the drain is over
            p.await_that("a drain, then outcomes", |a| match &a.performative {
                Performative::Disposition(_) => panic!("an outcome before the drain"),
                Performative::Flow(flow) => a.link == Some(link) && flow.drain,
                _ => false,
            });
            p.use_up_credit(link);
            p.send_flow(link, |flow| flow.drain = true);
            let mut states = Vec::new();
            while states.len() < 4 {
                book(p, &mut states);
            }
            let newest_first = [(3, false), (2, false), (1, true), (0, true)];
            assert_eq!(states, newest_first, "id, failed: released first");
            p.await_credit(link, 2);
            p.deliver(link, &message::text("handed out"));
            p.deliver(link, &message::text("buffered"));
            pass_fence(p, "an outcome before the close", |_, a| {
                matches!(a.performative, Performative::Disposition(_))
            });
            let mut states = Vec::new();
            while states.len() < 2 {
                book(p, &mut states);
            }
            assert_eq!(states, [(5, false), (4, true)], "id, failed");
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::CLIENT);
        let fence = Fence::of(connection);
        let consumer = session.consumer("q").expect("a consumer");
        let held: Vec<Msg> = (0..2)
            .map(|_| consumer.receive_within(20_000).unwrap())
            .collect();
        session.recover().expect("recovered");
        let next = consumer.receive_within(20_000).expect("received");
        assert_eq!(next.body(), "handed out");
        // with it the second message is there, too
        fence.pass();
        session.close().expect("closed");
        held.into_iter().for_each(Msg::destroy);
        end(connection, peer);
    });
}

/// Books the outcomes of one disposition: id and whether it says that the delivery failed.
fn book(p: &mut Talk, states: &mut Vec<(u32, bool)>) {
    let disposition = p.await_disposition();
    let failed = match &disposition.state {
        Some(DeliveryState::Released) => false,
        Some(DeliveryState::Modified {
            delivery_failed: true,
            ..
        }) => true,
        other => p.fail(format_args!("{other:?}")),
    };
    assert!(disposition.settled);
    let last = disposition.last.unwrap_or(disposition.first);
    states.extend((disposition.first..=last).rev().map(|id| (id, failed)));
}

#[test]
fn modes_of_sends_on_the_wire() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            for (settled, durable) in [(false, true), (true, false), (true, false)] {
                let received = p.await_transfer();
                assert_eq!(received.settled, settled);
                let header = message::field(
                    &received.payload,
                    tibemsufo::amqp::performative::code::HEADER,
                    0,
                );
                let yes = tibemsufo::amqp::codec::Value::Bool(true);
                assert_eq!(header == Some(yes), durable);
                if !settled {
                    p.accept_delivery(&received);
                }
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        for mode in [api::PERSISTENT, api::NON_PERSISTENT, api::RELIABLE] {
            producer.set_delivery_mode(mode);
            producer.send_text("x").expect("sent");
        }
        end(connection, peer);
    });
}

#[test]
fn non_persistent_sends_with_a_user_are_checked() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_sasl("PLAIN");
            p.welcome();
            p.accepts = false;
            let received = p.await_transfer();
            assert!(!received.settled);
            let denied = error("amqp:unauthorized-access");
            p.settle(&received, DeliveryState::Rejected(Some(Box::new(denied))));
            p.serve_to_close();
        });
        let connection = api::connect_as(&peer.url(), Some("u"), Some("p")).expect("connects");
        let session = connection.session(api::AUTO).expect("a session");
        let producer = session.producer("q").expect("a producer");
        producer.set_delivery_mode(api::NON_PERSISTENT);
        expect_status(producer.send_text("x"), Status::TIBEMS_SECURITY_EXCEPTION);
        end(connection, peer);
    });
}

#[test]
fn acknowledges_of_the_server_for_nothing_are_ignored() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let session = p.await_begin();
            p.answer_begin(session);
            let channel = p.session(session).channel;
            for role in [Role::Receiver, Role::Sender] {
                let nothing = Disposition {
                    role,
                    first: 700,
                    settled: true,
                    state: Some(DeliveryState::Accepted),
                    ..Disposition::default()
                };
                p.send(channel, nothing);
            }
            p.serve_to_close();
        });
        let connection = connect(&peer);
        let session = connection.session(api::AUTO).expect("a session");
        session.producer("q").unwrap().send_text("x").expect("sent");
        end(connection, peer);
    });
}
