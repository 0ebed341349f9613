//! P-C: credit and drain.

use crate::peer::api::{self, Status, expect_status};
use crate::peer::{Gate, Peer, dialogue, dialogue_with, message};
use crate::scene::{Exceptions, end, run, session};
use std::time::{Duration, Instant};
use tibemsufo::amqp::performative::{DeliveryState, Performative};

#[test]
fn p_c1_no_credit_within_the_send_timeout() {
    dialogue_with("send_timeout=400", || {
        let late = Gate::new();
        let go = late.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_producer();
            p.wait(&go);
            p.grant(link, 10);
            let received = p.await_transfer();
            assert_eq!(message::text_of(&received.payload), "in time");
            p.accept_delivery(&received);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        let start = Instant::now();
        expect_status(producer.send_text("never sent"), Status::TIBEMS_TIMEOUT);
        assert!(
            start.elapsed() >= Duration::from_millis(390),
            "{:?}",
            start.elapsed()
        );
        late.open();
        producer.send_text("in time").expect("sent");
        end(connection, peer);
    });
}

#[test]
fn p_c2_one_credit_at_a_time() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            p.credit = 0;
            let link = p.await_producer();
            for at in 0..20 {
                p.grant(link, 1);
                // the checker refuses a transfer beyond the credit
                let received = p.await_transfer();
                assert_eq!(message::text_of(&received.payload), format!("{at}"));
                p.accept_delivery(&received);
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        producer.set_delivery_mode(api::RELIABLE);
        for at in 0..20 {
            if at == 10 {
                producer.set_delivery_mode(api::PERSISTENT);
            }
            producer.send_text(&format!("{at}")).expect("sent");
        }
        end(connection, peer);
    });
}

#[test]
fn p_c3_credit_taken_back() {
    dialogue(|| {
        let (revoked, granted) = (Gate::new(), Gate::new());
        let (told, go) = (revoked.clone(), granted.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.credit = 0;
            let link = p.await_producer();
            p.grant(link, 100);
            let received = p.await_transfer();
            // the new limit is in place before the outcome is
            p.grant(link, 0);
            p.accept_delivery(&received);
            told.open();
            p.expect_silence(Duration::from_millis(300));
            p.wait(&go);
            p.grant(link, 5);
            let received = p.await_transfer();
            p.accept_delivery(&received);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        producer.send_text("one").expect("sent");
        revoked.wait();
        let sending = run(move || producer.send_text("two"));
        sending.still_runs(Duration::from_millis(400));
        granted.open();
        sending.result().expect("sent");
        end(connection, peer);
    });
}

#[test]
fn p_c4_credit_without_a_delivery_count() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            p.credit = 0;
            let link = p.await_producer();
            p.send_flow(link, |flow| {
                flow.delivery_count = None;
                flow.link_credit = Some(2);
            });
            for _ in 0..2 {
                let received = p.await_transfer();
                p.accept_delivery(&received);
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        producer.send_text("one").expect("sent");
        producer.send_text("two").expect("sent");
        end(connection, peer);
    });
}

#[test]
fn p_c5_the_server_drains_our_credit() {
    dialogue(|| {
        let drained = Gate::new();
        let told = drained.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.credit = 0;
            let link = p.await_producer();
            p.grant(link, 10);
            let received = p.await_transfer();
            p.send_flow(link, |flow| {
                flow.link_credit = Some(9);
                flow.drain = true;
            });
            let flow = p.await_that("flow", |a| {
                matches!(a.performative, Performative::Flow(_)) && a.link == Some(link)
            });
            if let Performative::Flow(flow) = &flow.performative {
                assert_eq!(flow.delivery_count, Some(10), "the credit is used up");
                assert_eq!(flow.link_credit, Some(0));
            }
            p.accept_delivery(&received);
            told.open();
            p.grant(link, 1);
            let received = p.await_transfer();
            p.accept_delivery(&received);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        producer.send_text("one").expect("sent");
        drained.wait();
        producer.send_text("two").expect("sent");
        end(connection, peer);
    });
}

#[test]
fn p_c6_a_transfer_too_many() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 3);
            p.strict = false;
            for at in 0..=p.link(link).credit {
                p.deliver(link, &message::text(&format!("{at}")));
            }
            let detach = p.await_detach(link);
            assert!(detach.closed);
            let condition = detach.error.map(|e| e.condition);
            assert_eq!(
                condition.as_deref(),
                Some("amqp:link:transfer-limit-exceeded")
            );
            p.send_detach(link, true, None);
            p.strict = true;
            p.serve_to_close();
        });
        // nothing is read from the buffer, so that no credit is renewed
        let connection = crate::scene::connect(&peer);
        let session = connection.session(api::CLIENT).expect("a session");
        let exceptions = Exceptions::of(connection);
        let consumer = session.consumer("q").expect("a consumer");
        connection.start().expect("started");
        exceptions.expect_one(Status::TIBEMS_EXCEPTION);
        expect_status(consumer.receive_now(), Status::TIBEMS_EXCEPTION);
        session
            .producer("q")
            .unwrap()
            .send_text("x")
            .expect("the session lives");
        end(connection, peer);
    });
}

#[test]
fn p_c7_nobody_answers_a_drain() {
    dialogue_with("drain_timeout=500", || {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 2);
            p.deliver(link, &message::text("one"));
            p.await_that(
                "drain",
                |a| matches!(&a.performative, Performative::Flow(flow) if flow.drain),
            );
            // silence; what comes next must not need the answer
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::CLIENT);
        let consumer = session.consumer("q").expect("a consumer");
        let one = consumer.receive_within(20_000).expect("received");
        let start = Instant::now();
        // OK or a timeout: it ends
        let result = session.recover();
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "{:?}: {result:?}",
            start.elapsed()
        );
        one.destroy();
        connection.close().expect("the close is OK");
        peer.finish();
    });
}

#[test]
fn p_c8_drains_answered_in_other_ways() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1);
            for round in 0..2 {
                p.await_that(
                    "drain",
                    |a| matches!(&a.performative, Performative::Flow(flow) if flow.drain),
                );
                if round == 1 {
                    // messages first
                    p.deliver(link, &message::text("at the last moment"));
                }
                p.use_up_credit(link);
                // without the drain flag
                p.send_flow(link, |flow| flow.drain = false);
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        expect_status(consumer.receive_now(), Status::TIBEMS_NOT_FOUND);
        let message = consumer.receive_now().expect("received");
        assert_eq!(message.body(), "at the last moment");
        end(connection, peer);
    });
}

#[test]
fn p_c9_a_slow_reader_bounds_what_is_buffered() {
    dialogue_with("prefetch_queue=100 buffer_limit=1000000", || {
        const SIZE: usize = 100_000;
        const COUNT: u32 = 150;
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            let body = vec![b'x'; SIZE];
            let (mut sent, mut acknowledged, mut most) = (0_u32, 0_u32, 0_u32);
            while acknowledged < COUNT {
                while sent < COUNT && p.link(link).credit > 0 {
                    p.deliver(link, &message::data(&body));
                    sent += 1;
                    most = most.max(sent - acknowledged);
                }
                let arrival = p.expect_frame();
                if let Performative::Disposition(disposition) = &arrival.performative {
                    assert_eq!(disposition.state, Some(DeliveryState::Accepted));
                    let last = disposition.last.unwrap_or(disposition.first);
                    acknowledged += last - disposition.first + 1;
                }
                p.serve(arrival);
            }
            // the soft limit stops renewal; what was granted before may still come
            assert!(most <= 160, "{most} messages of {SIZE} bytes under way");
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        for _ in 0..COUNT {
            let message = consumer.receive_within(20_000).expect("no starvation");
            message.destroy();
        }
        end(connection, peer);
    });
}

#[test]
fn p_c9_credit_comes_in_large_steps() {
    dialogue_with("prefetch_queue=100", || {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 100);
            let (mut sent, mut flows) = (0, 0);
            while sent < 1000 {
                while sent < 1000 && p.link(link).credit > 0 {
                    p.deliver(link, &message::text("x"));
                    sent += 1;
                }
                if sent < 1000 {
                    let arrival = p.expect_frame();
                    flows += usize::from(matches!(arrival.performative, Performative::Flow(_)));
                    p.serve(arrival);
                }
            }
            // at most about one for each half of the prefetch
            assert!(flows <= 25, "{flows} flows for 1000 messages");
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        for _ in 0..1000 {
            consumer.receive_text().expect("received");
        }
        end(connection, peer);
    });
}

#[test]
fn p_c10_prefetch_nothing() {
    dialogue_with("prefetch_queue=0", || {
        let quiet = Gate::new();
        let told = quiet.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_consumer();
            p.expect_silence(Duration::from_millis(200));
            told.open();
            // a receive grants one
            p.await_credit(link, 1);
            assert_eq!(p.link(link).credit, 1);
            p.deliver(link, &message::text("first"));
            // the next one runs out of time: drain, and the message arrives exactly then
            p.await_that(
                "drain",
                |a| matches!(&a.performative, Performative::Flow(flow) if flow.drain),
            );
            p.deliver(link, &message::text("at the drain"));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        quiet.wait();
        assert_eq!(consumer.receive_text().expect("received"), "first");
        let text = match consumer.receive_within(200) {
            Ok(message) => message.body(),
            Err(failure) => {
                assert_eq!(failure.status, Status::TIBEMS_TIMEOUT.code(), "{failure:?}");
                consumer.receive_text().expect("not lost")
            }
        };
        assert_eq!(text, "at the drain");
        end(connection, peer);
    });
}
