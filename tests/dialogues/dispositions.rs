//! P-D: outcomes of sends, acknowledges of receives.

use crate::peer::api::{self, Msg, Status, expect_status};
use crate::peer::{Gate, Peer, Talk, dialogue, dialogue_with, error, message};
use crate::scene::{Exceptions, connect, end, expect_lost, run, session};
use std::time::{Duration, Instant};
use tibemsufo::amqp::performative::{DeliveryState, Disposition, Performative, Role, SaslOutcome};

#[test]
fn p_d1_one_range_over_fifty_sends() {
    dialogue(|| {
        let peer = Peer::script(|p| {
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
            let later = p.await_transfer();
            p.accept_delivery(&later);
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
        producer.send_text("later").expect("sent");
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
            p.send_disposition(
                session,
                (0, 0x7fff_fffe),
                true,
                Some(DeliveryState::Accepted),
            );
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        let start = Instant::now();
        producer.send_text("x").expect("sent");
        assert!(start.elapsed() < Duration::from_secs(2));
        producer.send_text("y").expect("sent");
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
                Err(failure) if failure.status == status.code() => {}
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
        let late = Gate::new();
        let go = late.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.accepts = false;
            let received = p.await_transfer();
            p.wait(&go);
            p.accept_delivery(&received);
            let next = p.await_transfer();
            assert_eq!(message::text_of(&next.payload), "next");
            p.accept_delivery(&next);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        let start = Instant::now();
        let failure = expect_status(producer.send_text("x"), Status::TIBEMS_SERVER_NOT_CONNECTED);
        assert!(failure.text.starts_with("outcome unknown:"), "{failure:?}");
        assert!(start.elapsed() >= Duration::from_millis(390));
        late.open();
        producer
            .send_text("next")
            .expect("the late outcome disturbs nobody");
        end(connection, peer);
    });
}

#[test]
fn p_d8_a_session_closed_under_a_send_without_an_outcome() {
    dialogue_with("close_timeout=500", || {
        let sent = Gate::new();
        let told = sent.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.accepts = false;
            p.await_transfer();
            told.open();
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        let sending = run(move || producer.send_text("x"));
        sent.wait();
        let start = Instant::now();
        session.close().expect("the close is OK");
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "{:?}",
            start.elapsed()
        );
        let failure = expect_status(sending.result(), Status::TIBEMS_SERVER_NOT_CONNECTED);
        assert!(failure.text.starts_with("outcome unknown:"), "{failure:?}");
        end(connection, peer);
    });
}

/// Delivers as credit allows until `count` messages are out; returns their ids.
fn deliver_all(p: &mut Talk, link: crate::peer::LinkId, count: u32) -> Vec<u32> {
    let mut ids = Vec::new();
    for at in 0..count {
        p.await_credit(link, 1);
        ids.push(p.deliver(link, &message::text(&format!("{at}"))));
    }
    ids
}

#[test]
fn p_d9_auto_acknowledges_in_few_ranges() {
    dialogue_with("prefetch_queue=1000", || {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1000);
            let ids: Vec<u32> = (0..1000)
                .map(|at| p.deliver(link, &message::text(&format!("{at}"))))
                .collect();
            let dispositions = p.await_settled(&ids, &DeliveryState::Accepted);
            // a receive loop waits for nothing while messages are there
            assert!(
                dispositions.len() < 500,
                "{} dispositions",
                dispositions.len()
            );
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        for at in 0..1000 {
            assert_eq!(consumer.receive_text().expect("received"), format!("{at}"));
        }
        end(connection, peer);
    });
}

#[test]
fn p_d9_client_acknowledges_everything_handed_out() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            let ids = deliver_all(p, link, 3);
            let dispositions = p.await_settled(&ids, &DeliveryState::Accepted);
            assert_eq!(dispositions.len(), 1, "one range: {dispositions:?}");
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::CLIENT);
        let consumer = session.consumer("q").expect("a consumer");
        let messages: Vec<Msg> = (0..3)
            .map(|_| consumer.receive_within(20_000).unwrap())
            .collect();
        messages[1].acknowledge().expect("acknowledged");
        messages[0].acknowledge().expect("nothing is left to do");
        messages.into_iter().for_each(Msg::destroy);
        end(connection, peer);
    });
}

#[test]
fn p_d9_explicit_acknowledges_exactly_that_message() {
    dialogue(|| {
        let all = Gate::new();
        let told = all.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_consumer();
            let ids = deliver_all(p, link, 4);
            p.await_settled(&[ids[1], ids[3]], &DeliveryState::Accepted);
            told.open();
            // at the close the others go back, marked as failed
            let mut back = Vec::new();
            while back.len() < 2 {
                let disposition = p.await_disposition();
                assert!(matches!(
                    disposition.state,
                    Some(DeliveryState::Modified {
                        delivery_failed: true,
                        ..
                    })
                ));
                back.extend(disposition.first..=disposition.last.unwrap_or(disposition.first));
            }
            back.sort();
            assert_eq!(back, [ids[0], ids[2]]);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::EXPLICIT);
        let consumer = session.consumer("q").expect("a consumer");
        let messages: Vec<Msg> = (0..4)
            .map(|_| consumer.receive_within(20_000).unwrap())
            .collect();
        messages[1].acknowledge().expect("acknowledged");
        messages[3].acknowledge().expect("acknowledged");
        all.wait();
        session.close().expect("closed");
        end(connection, peer);
    });
}

#[test]
fn p_d9_dups_ok_acknowledges_lazily_but_soon() {
    dialogue(|| {
        let acknowledged = Gate::new();
        let told = acknowledged.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_consumer();
            let ids = deliver_all(p, link, 3);
            p.await_settled(&ids, &DeliveryState::Accepted);
            told.open();
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::DUPS_OK);
        let consumer = session.consumer("q").expect("a consumer");
        for at in 0..3 {
            assert_eq!(consumer.receive_text().expect("received"), format!("{at}"));
        }
        // nothing more is called: the library acknowledges by itself
        let start = Instant::now();
        acknowledged.wait();
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "{:?}",
            start.elapsed()
        );
        end(connection, peer);
    });
}

#[test]
fn p_d9_no_acknowledge_sends_none() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            deliver_all(p, link, 2);
            let arrival = p.await_that("disposition or close", |a| {
                matches!(
                    a.performative,
                    Performative::Disposition(_) | Performative::Close(_)
                )
            });
            assert!(matches!(arrival.performative, Performative::Close(_)));
            p.serve(arrival);
            p.expect_end_of_stream();
        });
        let (connection, session) = session(&peer, api::NO_ACK);
        let consumer = session.consumer("q").expect("a consumer");
        for at in 0..2 {
            assert_eq!(consumer.receive_text().expect("received"), format!("{at}"));
        }
        end(connection, peer);
    });
}

#[test]
fn p_d10_a_confirmed_acknowledge_without_a_confirmation() {
    dialogue_with("ack_confirm=client request_timeout=500", || {
        let late = Gate::new();
        let go = late.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 2);
            let session = p.link(link).session;
            p.deliver(link, &message::text("one"));
            let unanswered = p.await_disposition();
            assert!(!unanswered.settled);
            p.wait(&go);
            p.confirm(session, &unanswered);
            p.deliver(link, &message::text("two"));
            // this one is confirmed by serve
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::CLIENT);
        let consumer = session.consumer("q").expect("a consumer");
        let one = consumer.receive_within(20_000).expect("received");
        let start = Instant::now();
        expect_status(one.acknowledge(), Status::TIBEMS_TIMEOUT);
        assert!(start.elapsed() >= Duration::from_millis(490));
        late.open();
        let two = consumer.receive_within(20_000).expect("received");
        two.acknowledge().expect("confirmed");
        end(connection, peer);
    });
}

#[test]
fn p_d11_recover_and_close_in_client_mode() {
    dialogue(|| {
        let (recovered, again) = (Gate::new(), Gate::new());
        let (go, told) = (recovered.clone(), again.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 5);
            for at in 0..4 {
                p.deliver(link, &message::text(&format!("{at}")));
            }
            // two handed out, two buffered; recover drains first
            let mut states = Vec::new();
            while states.len() < 4 {
                book(p, &mut states);
            }
            assert!(states[2..].iter().all(|(_, failed)| *failed), "{states:?}");
            assert!(
                states[..2].iter().all(|(_, failed)| !*failed),
                "released first: {states:?}"
            );
            let ids: Vec<u32> = states.iter().map(|(id, _)| *id).collect();
            assert_eq!(ids, [3, 2, 1, 0], "newest first");
            go.open();
            p.await_credit(link, 2);
            p.deliver(link, &message::text("handed out"));
            p.deliver(link, &message::text("buffered"));
            told.open();
            let mut states = Vec::new();
            loop {
                let arrival = p.await_that("disposition or detach", |a| {
                    let performative = &a.performative;
                    matches!(
                        performative,
                        Performative::Disposition(_) | Performative::Detach(_)
                    )
                });
                let detach = matches!(arrival.performative, Performative::Detach(_));
                p.give_back(arrival);
                if detach {
                    break;
                }
                book(p, &mut states);
            }
            // a message that crosses the detach is the server's again without a word
            states.sort();
            assert!(
                states == [(4, true), (5, false)] || states == [(4, true)],
                "{states:?}"
            );
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::CLIENT);
        let consumer = session.consumer("q").expect("a consumer");
        let held: Vec<Msg> = (0..2)
            .map(|_| consumer.receive_within(20_000).unwrap())
            .collect();
        session.recover().expect("recovered");
        recovered.wait();
        let next = consumer.receive_within(20_000).expect("received");
        assert_eq!(next.body(), "handed out");
        again.wait();
        // the second message is on its way; the close finds it buffered
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
            p.accept();
            p.offer_sasl(&["PLAIN"]);
            p.expect_sasl_init("PLAIN");
            p.send(0, SaslOutcome::default());
            p.exchange_amqp_header();
            p.expect_open();
            p.send_open(|_| {});
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
