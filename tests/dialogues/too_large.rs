//! Servers that refuse one message by its size and detach the link that it came over (spec 40 §3.6, decision 16).

use crate::peer::api::{self, Msg, Status, expect_status};
use crate::peer::{Gate, LinkId, Peer, Talk, dialogue, error, message};
use crate::scene::{Exceptions, Recoveries, end, run, session, unshared};
use tibemsufo::amqp::performative::{Performative, Role};

const TOO_LARGE: &str = "amqp:link:message-size-exceeded";

/// Refuses by its size whatever has come over this link.
fn refuse(p: &mut Talk, link: LinkId) {
    p.send_detach(link, true, Some(error(TOO_LARGE)));
    assert!(p.await_detach(link).closed);
}

/// The next send's producer, with credit.
fn producer(p: &mut Talk) -> LinkId {
    let link = p.await_producer();
    p.grant(link, 10);
    link
}

#[test]
fn a_message_that_is_too_large_fails_alone() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = producer(p);
            let small = p.await_transfer();
            p.accept_delivery(&small);
            p.await_transfer();
            refuse(p, link);
            let again = producer(p);
            for body in ["b", "c"] {
                let received = p.await_transfer();
                assert_eq!(received.link, again);
                assert_eq!(message::text_of(&received.payload), body);
                p.accept_delivery(&received);
            }
            p.serve_to_close();
            assert_eq!(p.links(Role::Sender).len(), 2);
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let producer = session.producer("q").expect("a producer");
        producer.send_text("a").expect("sent");
        let failure = expect_status(
            producer.send_text(&"large".repeat(1000)),
            Status::TIBEMS_INVALID_SIZE,
        );
        assert!(failure.text.contains(TOO_LARGE), "{failure:?}");
        producer.send_text("b").expect("sent");
        producer.send_text("c").expect("sent");
        exceptions.expect_none();
        end(connection, peer);
    });
}

/// One that does so with every message gets each of them once.
#[test]
fn a_server_that_finds_every_message_too_large_gets_each_once() {
    dialogue(|| {
        const SENDS: usize = 7;
        let peer = Peer::script(|p| {
            p.accept_open();
            for _ in 0..SENDS {
                let link = producer(p);
                p.await_transfer();
                refuse(p, link);
            }
            p.serve_to_close();
            assert_eq!(p.links(Role::Sender).len(), SENDS);
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let producer = session.producer("q").expect("a producer");
        for _ in 0..SENDS {
            expect_status(producer.send_text("x"), Status::TIBEMS_INVALID_SIZE);
        }
        exceptions.expect_none();
        end(connection, peer);
    });
}

/// The refused one is the largest of which anything may have arrived. What else had left whole may be with the server: it is
/// repeated once, and the program learns that its outcome is unknown if that ends the same way.
#[test]
fn of_two_sends_under_way_the_larger_one_was_refused() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let mut link = producer(p);
            p.await_transfer();
            p.await_transfer();
            refuse(p, link);
            link = producer(p);
            let received = p.await_transfer();
            assert_eq!(message::text_of(&received.payload), "small");
            p.accept_delivery(&received);
            p.serve_to_close();
            assert_eq!(p.links(Role::Sender).len(), 2);
            assert_eq!(received.link, link);
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        let small = run(move || producer.send_text("small"));
        let large = run(move || producer.send_text(&"large".repeat(1000)));
        expect_status(large.result(), Status::TIBEMS_INVALID_SIZE);
        small.result().expect("sent");
        end(connection, peer);
    });
}

/// Nobody hears of an unconfirmed send; those behind it go on, in their order, also over a recovery.
#[test]
fn unconfirmed_sends_behind_a_message_that_is_too_large_go_on() {
    dialogue(|| {
        let expect = |p: &mut Talk, body: &str| {
            let received = p.await_transfer();
            assert_eq!(message::text_of(&received.payload), body);
        };
        let first = Peer::script(move |p| {
            p.window = 2;
            p.accept_open_with(|open| open.max_frame_size = Some(512));
            let link = producer(p);
            expect(p, "a");
            // the large one is under way, and keeps the session's window from those behind it
            p.await_that("its first frame", |a| {
                matches!(a.performative, Performative::Transfer(_))
            });
            refuse(p, link);
            let link = producer(p);
            let session = p.link(link).session;
            p.open_window(session, 4);
            expect(p, "b");
            expect(p, "c");
            // and again, with a part of it here when the server goes
            p.await_that("a frame", |a| {
                matches!(a.performative, Performative::Transfer(_))
            });
            p.drop_socket();
        });
        let second = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_producer();
            p.grant(link, 1);
            let received = p.await_transfer();
            assert!(received.payload.len() > 4000, "the large one again");
            refuse(p, link);
            producer(p);
            expect(p, "d");
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).expect("a session");
        let producer = session.producer("q").expect("a producer");
        producer.set_delivery_mode(api::RELIABLE);
        let large = "large".repeat(1000);
        for body in ["a", &large, "b", "c", &large, "d"] {
            let message = Msg::text(body);
            producer.send(message).expect("sent");
            message.destroy();
        }
        recoveries.expect_ok(1);
        first.finish();
        end(connection, second);
    });
}

/// A link that comes back for nothing is given up, however politely the server takes it away.
#[test]
fn a_producer_whose_link_is_taken_away_before_every_send_is_closed() {
    dialogue(|| {
        let waits = Gate::new();
        let go = waits.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let mut link = p.await_producer();
            p.serve_until_open(&go);
            for round in 1..=5 {
                p.send_detach(link, true, Some(error("amqp:link:detach-forced")));
                assert!(p.await_detach(link).closed);
                if round < 5 {
                    link = p.await_producer();
                }
            }
            p.serve_to_close();
            assert_eq!(p.links(Role::Sender).len(), 5);
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let producer = session.producer("q").expect("a producer");
        let sending = run(move || producer.send_text("never"));
        sending.blocks();
        waits.open();
        let failure = expect_status(sending.result(), Status::TIBEMS_INVALID_PRODUCER);
        let ours = failure
            .text
            .starts_with("closed by this library: detached 5 times");
        assert!(ours, "{failure:?}");
        exceptions.expect_one(Status::TIBEMS_INVALID_PRODUCER);
        end(connection, peer);
    });
}
