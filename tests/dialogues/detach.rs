//! P-A9 to P-A15: links that the server or the program ends, and what comes back.

use crate::peer::api::{self, Status, expect_status};
use crate::peer::clock;
use crate::peer::{Counter, Gate, Peer, dialogue, dialogue_with, error, message};
use crate::scene::{Exceptions, Pulse, end, run, session, times_out};
use std::time::Duration;
use tibemsufo::amqp::performative::{DeliveryState, Role};

#[test]
fn p_a9_a_stolen_consumer_is_not_attached_again() {
    dialogue(|| {
        let ready = Gate::new();
        let go = ready.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_consumer();
            p.serve_until_open(&go);
            p.send_detach(link, true, Some(error("amqp:link:stolen")));
            assert!(p.await_detach(link).closed);
            p.serve_to_close();
            assert_eq!(p.links(Role::Receiver).len(), 1, "attached again");
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let consumer = session.consumer("q").expect("a consumer");
        let receiving = run(move || consumer.receive());
        receiving.blocks();
        ready.open();
        expect_status(receiving.result(), Status::TIBEMS_ID_IN_USE);
        exceptions.expect_one(Status::TIBEMS_ID_IN_USE);
        expect_status(consumer.receive_now(), Status::TIBEMS_ID_IN_USE);
        consumer.close().expect("closed");
        end(connection, peer);
        exceptions.expect_one(Status::TIBEMS_ID_IN_USE);
    });
}

#[test]
fn p_a10_an_idle_producer_comes_back_with_the_next_send() {
    dialogue(|| {
        let (made, detached) = (Gate::new(), Gate::new());
        let (go, told) = (made.clone(), detached.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_producer();
            p.wait(&go);
            p.send_detach(link, true, Some(error("amqp:link:detach-forced")));
            p.await_detach(link);
            told.open();
            let again = p.await_producer();
            assert_ne!(link, again);
            p.grant(again, 5);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let producer = session.producer("q").expect("a producer");
        made.open();
        detached.wait();
        producer.send_text("again").expect("sent over a new link");
        exceptions.expect_none();
        end(connection, peer);
    });
}

#[test]
fn p_a11_a_consumer_is_attached_again_with_growing_delays_and_then_closed() {
    dialogue_with("idle=0", || {
        clock::hold();
        let (attached, detached, pulses) = (Counter::new(), Counter::new(), Counter::new());
        let (told, gone, counted) = (attached.clone(), detached.clone(), pulses.clone());
        let peer = Peer::script(move |p| {
            p.deliveries = counted;
            p.accept_open();
            for _ in 0..5 {
                let link = p.await_consumer();
                told.add();
                p.await_credit(link, 1); // it is in use
                p.send_detach(link, true, Some(error("amqp:link:detach-forced")));
                assert!(p.await_detach(link).closed);
                gone.add(); // the delay runs
            }
            p.serve_to_close();
            assert_eq!(p.links(Role::Receiver).len(), 5, "attached again");
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let mut pulse = Pulse::new(connection, &pulses);
        let consumer = session.consumer("q").expect("a consumer");
        let receiving = run(move || consumer.receive());
        // at once, then after 1, 2 and 4 s (40 §3.6)
        attached.wait(2);
        detached.wait(2);
        for (count, seconds) in [(3, 1), (4, 2), (5, 4)] {
            // 1 ms before its time nothing happens
            pulse.lives_after(Duration::from_millis(seconds * 1000 - 1));
            pulse.lives();
            assert_eq!(attached.get(), count - 1, "before {seconds} s");
            clock::advance(Duration::from_millis(1));
            pulse.send();
            detached.wait(count);
        }
        expect_status(receiving.result(), Status::TIBEMS_INVALID_CONSUMER);
        exceptions.expect_one(Status::TIBEMS_INVALID_CONSUMER);
        expect_status(consumer.receive_now(), Status::TIBEMS_INVALID_CONSUMER);
        consumer.close().expect("closed");
        end(connection, peer);
        exceptions.expect_one(Status::TIBEMS_INVALID_CONSUMER);
    });
}

#[test]
fn p_a11_a_message_in_between_starts_the_delays_anew() {
    dialogue(|| {
        let back = Gate::new();
        let told = back.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            // at once every time, because each link has brought a message
            for round in 0..6 {
                let link = p.await_consumer();
                p.await_credit(link, 1);
                let id = p.deliver(link, &message::text(&format!("{round}")));
                p.await_settled(&[id], &DeliveryState::Accepted);
                p.send_detach(link, true, Some(error("amqp:link:detach-forced")));
            }
            p.await_consumer();
            told.open();
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let consumer = session.consumer("q").expect("a consumer");
        for round in 0..6 {
            let text = consumer.receive_text().expect("received");
            assert_eq!(text, format!("{round}"));
        }
        back.wait();
        exceptions.expect_none();
        end(connection, peer);
    });
}

#[test]
fn p_a12_a_full_destination_fails_every_waiting_send() {
    dialogue(|| {
        let waiting = Gate::new();
        let go = waiting.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_producer();
            p.serve_until_open(&go);
            p.send_detach(link, true, Some(error("amqp:resource-limit-exceeded")));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let producer = session.producer("q").expect("a producer");
        let sends: Vec<_> = (0..10)
            .map(|_| run(move || producer.send_text("waits")))
            .collect();
        sends.iter().for_each(|send| send.blocks());
        waiting.open();
        for send in sends {
            expect_status(send.result(), Status::TIBEMS_DESTINATION_LIMIT_EXCEEDED);
        }
        exceptions.expect_one(Status::TIBEMS_DESTINATION_LIMIT_EXCEEDED);
        expect_status(
            producer.send_text("later"),
            Status::TIBEMS_DESTINATION_LIMIT_EXCEEDED,
        );
        producer.close().expect("closed");
        end(connection, peer);
    });
}

#[test]
fn p_a13_detaches_that_cross_and_one_that_only_detaches() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let one = p.await_producer();
            let two = p.await_producer();
            assert!(p.await_detach(one).closed);
            // sent before theirs was seen
            p.send_detach(one, true, Some(error("amqp:resource-deleted")));
            assert!(p.await_detach(two).closed);
            p.send_detach(two, false, None);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let one = session.producer("one").expect("a producer");
        let two = session.producer("two").expect("a producer");
        one.close().expect("the close is OK");
        two.close().expect("the close is OK");
        exceptions.expect_none();
        end(connection, peer);
    });
}

#[test]
fn p_a14_nobody_answers_our_detach() {
    dialogue_with("close_timeout=500", || {
        clock::hold();
        let asked = Gate::new();
        let told = asked.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_producer();
            p.await_detach(link);
            told.open();
            let handle = p.link(link).attach.handle;
            let next = p.await_producer();
            assert_ne!(
                p.link(next).attach.handle,
                handle,
                "the handle is not free yet"
            );
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        let closing = run(move || producer.close());
        asked.wait();
        times_out(&closing, 500);
        closing.result().expect("the close is OK");
        session.producer("q").expect("a producer");
        end(connection, peer);
    });
}

#[test]
fn p_a15_late_frames_for_a_closed_consumer() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 3);
            p.strict = false; // the credit is gone, the frames were on their way
            p.await_detach(link);
            p.deliver(link, &message::text("late"));
            p.deliver_in(link, &message::text("late and in several frames"), 4);
            p.send_flow(link, |_| {});
            p.send_detach(link, true, None);
            p.strict = true;
            let next = p.await_consumer();
            p.await_credit(next, 1);
            p.deliver(next, &message::text("for the new one"));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        session
            .consumer("q")
            .expect("a consumer")
            .close()
            .expect("closed");
        let consumer = session.consumer("q").expect("a consumer");
        assert_eq!(
            consumer.receive_text().expect("received"),
            "for the new one"
        );
        exceptions.expect_none();
        end(connection, peer);
    });
}

/// Nobody waits for the answer to an attach that the library makes by itself: its limit is the I/O thread's.
#[test]
fn an_attach_again_that_nobody_answers_is_given_up() {
    dialogue_with("request_timeout=300", || {
        clock::hold();
        let asked = Gate::new();
        let told = asked.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1);
            p.send_detach(link, true, Some(error("amqp:link:detach-forced")));
            let again = p.await_attach(Role::Receiver);
            told.open();
            assert!(p.await_detach(again).closed);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let consumer = session.consumer("q").expect("a consumer");
        asked.wait();
        exceptions.expect_none();
        clock::advance(Duration::from_millis(300));
        exceptions.expect_one(Status::TIBEMS_TIMEOUT);
        expect_status(consumer.receive_now(), Status::TIBEMS_TIMEOUT);
        end(connection, peer);
    });
}
