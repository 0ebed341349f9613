//! P-B: heartbeats and servers that are half dead.

use crate::peer::api::{self, Msg, Status, expect_status};
use crate::peer::{Gate, Peer, dialogue, dialogue_with, error, listen, message};
use crate::scene::{Exceptions, connect, end, expect_lost, run, session};
use std::time::{Duration, Instant};
use tibemsufo::amqp::performative::{Close, Performative};

#[test]
fn p_b1_a_server_that_wants_to_hear_from_us() {
    dialogue(|| {
        let (blocked, done) = (Gate::new(), Gate::new());
        let (entered, release) = (blocked.clone(), done.clone());
        let measured = Gate::new();
        let told = measured.clone();
        let peer = Peer::script(move |p| {
            p.accept_open_with(|open| open.idle_time_out = Some(200));
            p.credit = 0;
            let link = p.await_consumer();
            p.await_credit(link, 1);
            p.deliver(link, &message::text("blocks the listener"));
            let producer = p.await_producer();
            let _ = producer;
            p.heartbeats.clear();
            let start = Instant::now();
            // a listener blocks, a send waits for credit, nobody else does anything
            while start.elapsed() < Duration::from_millis(1500) {
                if let Some(arrival) = p.next_within(Duration::from_millis(50)) {
                    p.serve(arrival);
                }
            }
            let mut last = start;
            for at in &p.heartbeats {
                let gap = *at - last;
                assert!(gap < Duration::from_millis(400), "{gap:?} without a frame");
                last = *at;
            }
            assert!(p.heartbeats.len() >= 10, "{} frames", p.heartbeats.len());
            assert!(p.heartbeats.len() <= 40, "{} frames", p.heartbeats.len());
            told.open();
            p.credit = 10;
            p.grant(producer, 10);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let other = connection.session(api::AUTO).expect("a session");
        let consumer = session.consumer("q").expect("a consumer");
        consumer
            .on_message(move |message| {
                entered.open();
                release.wait();
                message.destroy();
            })
            .expect("a listener");
        blocked.wait();
        let producer = other.producer("q").expect("a producer");
        let sending = run(move || producer.send_text("waits"));
        measured.wait();
        done.open();
        sending.result().expect("sent");
        end(connection, peer);
    });
}

#[test]
fn p_b2_a_server_that_does_not_care() {
    dialogue(|| {
        for timeout in [None, Some(0)] {
            let quiet = Gate::new();
            let told = quiet.clone();
            let peer = Peer::script(move |p| {
                p.accept_open_with(|open| open.idle_time_out = timeout);
                p.expect_silence(Duration::from_millis(400));
                assert!(
                    p.heartbeats.is_empty(),
                    "{} empty frames",
                    p.heartbeats.len()
                );
                told.open();
                p.serve_to_close();
            });
            let connection = connect(&peer);
            quiet.wait();
            end(connection, peer);
        }
    });
}

#[test]
fn p_b3_a_server_that_falls_silent() {
    dialogue_with("idle=1000", || {
        let peer = Peer::script(|p| {
            let open = p.accept_open();
            assert_eq!(open.idle_time_out, Some(500), "half of our own limit");
            let start = Instant::now();
            p.expect_close(Some("amqp:resource-limit-exceeded"));
            let took = start.elapsed();
            assert!(took >= Duration::from_millis(950), "{took:?}");
            assert!(took <= Duration::from_millis(3000), "{took:?}");
            p.drain_stream();
        });
        let connection = connect(&peer);
        let exceptions = Exceptions::of(connection);
        expect_lost(connection, &exceptions);
        peer.finish();
    });
}

#[test]
fn p_b4_empty_frames_keep_a_connection_alive() {
    dialogue_with("idle=500", || {
        let alive = Gate::new();
        let told = alive.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            for _ in 0..25 {
                p.send_heartbeat();
                p.expect_silence(Duration::from_millis(100));
            }
            told.open();
            p.serve_to_close();
        });
        let connection = connect(&peer);
        let exceptions = Exceptions::of(connection);
        alive.wait();
        exceptions.expect_none();
        end(connection, peer);
    });
}

#[test]
fn idle_off_waits_for_a_silent_server() {
    dialogue_with("idle=0", || {
        let quiet = Gate::new();
        let told = quiet.clone();
        let peer = Peer::script(move |p| {
            let open = p.accept_open();
            assert!(matches!(open.idle_time_out, None | Some(0)));
            p.expect_silence(Duration::from_millis(1500));
            told.open();
            p.serve_to_close();
        });
        let connection = connect(&peer);
        let exceptions = Exceptions::of(connection);
        quiet.wait();
        exceptions.expect_none();
        end(connection, peer);
    });
}

#[test]
fn p_b5_a_server_that_stops_reading() {
    dialogue_with("idle=1500", || {
        // it neither reads nor writes: the silence limit ends it although a send is blocked in the socket
        let full = Gate::new();
        let go = full.clone();
        let peer = Peer::on(listen(Some(4096)), move |p| {
            p.accept_open();
            let link = p.await_producer();
            p.grant(link, 1_000_000);
            p.wait(&go);
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let producer = session.producer("q").expect("a producer");
        producer.set_delivery_mode(api::RELIABLE);
        let sending = run(move || {
            let large = Msg::data(&[0; 1_000_000]);
            loop {
                if let Err(failure) = producer.send(large) {
                    return failure;
                }
            }
        });
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
        let failure = sending.result();
        assert_eq!(
            failure.status,
            Status::TIBEMS_SERVER_NOT_CONNECTED.code(),
            "{failure:?}"
        );
        full.open();
        expect_lost(connection, &exceptions);
        peer.finish();
    });
}

#[test]
fn p_b6_a_reset_in_the_middle_of_a_frame() {
    dialogue(|| {
        let ready = Gate::new();
        let go = ready.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.serve_until_open(&go);
            p.cut_after = Some(11);
            p.send_close(Some(error("amqp:connection:forced")));
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let consumer = session.consumer("q").expect("a consumer");
        let receiving = run(move || consumer.receive());
        receiving.still_runs(Duration::from_millis(50));
        ready.open();
        expect_status(receiving.result(), Status::TIBEMS_INTR);
        expect_lost(connection, &exceptions);
        peer.finish();
    });
}

#[test]
fn p_b6_a_close_and_the_end_of_the_stream_in_one_segment() {
    dialogue(|| {
        let ready = Gate::new();
        let go = ready.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.credit = 0;
            p.serve_until_open(&go);
            let close = Close {
                error: Some(error("amqp:connection:forced")),
            };
            let bytes = p.encoded(0, &close.into(), &[]);
            p.raw_noted(&bytes);
            p.shut_output();
            p.await_that("close", |a| {
                matches!(a.performative, Performative::Close(_))
            });
            p.expect_end_of_stream();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let producer = session.producer("q").expect("a producer");
        let sending = run(move || producer.send_text("waits"));
        sending.still_runs(Duration::from_millis(50));
        ready.open();
        let failure = expect_status(sending.result(), Status::TIBEMS_SERVER_NOT_CONNECTED);
        assert!(
            failure.text.contains("amqp:connection:forced"),
            "{failure:?}"
        );
        expect_lost(connection, &exceptions);
        peer.finish();
    });
}
