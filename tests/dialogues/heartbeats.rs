//! P-B: heartbeats and servers that are half dead.
//!
//! Times of the rules are shown to the millisecond with a clock that the test holds (`peer/clock.rs`). The I/O
//! thread looks at it whenever its own sleep ends, and at once when a send wakes it: see `Pulse`.

use crate::peer::api::{self, Msg, Status, expect_status};
use crate::peer::clock;
use crate::peer::system;
use crate::peer::{Counter, Gate, Peer, dialogue, dialogue_with, error, listen, message};
use crate::scene::{Exceptions, Pulse, connect, end, expect_lost, io_thread_sleeps, run, session};
use std::time::{Duration, Instant};
use tibemsufo::amqp::performative::{Close, Performative};

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

#[test]
fn p_b1_a_server_that_wants_to_hear_from_us() {
    dialogue_with("", || {
        clock::hold();
        let (beats, seen) = (Counter::new(), Gate::new());
        let (counted, enough) = (beats.clone(), seen.clone());
        let peer = Peer::script(move |p| {
            p.heartbeats = counted;
            p.accept_open_with(|open| open.idle_time_out = Some(200));
            p.credit = 0;
            let link = p.await_consumer();
            p.await_credit(link, 1);
            p.deliver(link, &message::text("blocks the listener"));
            let producer = p.await_producer();
            // the send waits until the test has seen enough empty frames
            p.serve_until_open(&enough);
            p.grant(producer, 1);
            let received = p.await_transfer();
            p.accept_delivery(&received);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let other = connection.session(api::AUTO).expect("a session");
        let consumer = session.consumer("q").expect("a consumer");
        let (blocked, done) = (Gate::new(), Gate::new());
        let (entered, release) = (blocked.clone(), done.clone());
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
        sending.blocks();
        // a listener blocks, a send waits for credit, nobody else does anything
        assert_eq!(beats.get(), 0, "empty frames before the time is up");
        for beat in 1..=15 {
            // what it wrote last counts from now
            io_thread_sleeps();
            clock::advance(ms(100));
            beats.wait(beat);
        }
        seen.open();
        sending.result().expect("sent");
        done.open();
        end(connection, peer);
        assert_eq!(beats.get(), 15, "one frame in 100 ms");
    });
}

#[test]
fn p_b2_a_server_that_does_not_care() {
    dialogue_with("idle=0", || {
        clock::hold();
        for timeout in [None, Some(0)] {
            let (beats, pulses) = (Counter::new(), Counter::new());
            let counters = (beats.clone(), pulses.clone());
            let peer = Peer::script(move |p| {
                (p.heartbeats, p.deliveries) = counters;
                p.accept_open_with(|open| open.idle_time_out = timeout);
                p.serve_to_close();
            });
            let connection = connect(&peer);
            let mut pulse = Pulse::new(connection, &pulses);
            for _ in 0..3 {
                pulse.lives_after(ms(3_600_000));
            }
            end(connection, peer);
            assert_eq!(beats.get(), 0, "empty frames");
        }
    });
}

/// A server falls silent: the connection lives at 1 ms before the limit and is lost at the limit.
fn falls_silent(limit: u64) {
    clock::hold();
    let pulses = Counter::new();
    let counted = pulses.clone();
    let peer = Peer::script(move |p| {
        p.deliveries = counted;
        let open = p.accept_open();
        let half = u32::try_from(limit / 2).expect("a short limit");
        assert_eq!(open.idle_time_out, Some(half), "half of our own limit");
        // a pulse may still be on its way in front of the close
        let arrival = p.await_that("close", |a| {
            matches!(a.performative, Performative::Close(_))
        });
        let Performative::Close(Close { error }) = &arrival.performative else {
            unreachable!("chosen above")
        };
        let condition = error.as_ref().map(|e| e.condition.as_str());
        assert_eq!(condition, Some("amqp:resource-limit-exceeded"));
        p.drain_stream();
    });
    let connection = connect(&peer);
    let exceptions = Exceptions::of(connection);
    let mut pulse = Pulse::new(connection, &pulses);
    pulse.lives_after(ms(limit - 1));
    pulse.lives();
    exceptions.expect_none();
    clock::advance(ms(1));
    pulse.nudge();
    exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
    let failure = expect_status(
        pulse.producer.send_text("x"),
        Status::TIBEMS_SERVER_NOT_CONNECTED,
    );
    assert!(failure.text.contains("nothing received"), "{failure:?}");
    expect_lost(connection, &exceptions);
    peer.finish();
}

#[test]
fn p_b3_a_server_that_falls_silent() {
    dialogue_with("idle=2000", || falls_silent(2000));
}

#[test]
fn p_b3_a_silent_server_counts_as_dead_after_20_s() {
    dialogue_with("", || falls_silent(20_000));
}

#[test]
fn p_b3_the_timer_runs_on_the_clock_of_the_system_too() {
    dialogue_with("idle=3000", || {
        // nobody wakes the library: its own timer ends the silence, not before the limit
        let peer = Peer::script(|p| {
            p.accept_open();
            p.expect_close(Some("amqp:resource-limit-exceeded"));
            p.drain_stream();
        });
        let start = Instant::now();
        let connection = connect(&peer);
        let exceptions = Exceptions::of(connection);
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
        assert!(start.elapsed() >= ms(3000), "{:?}", start.elapsed());
        expect_lost(connection, &exceptions);
        peer.finish();
    });
}

#[test]
fn p_b4_empty_frames_keep_a_connection_alive() {
    dialogue_with("idle=2000", || {
        clock::hold();
        let pulses = Counter::new();
        let counted = pulses.clone();
        let peer = Peer::script(move |p| {
            p.deliveries = counted;
            p.accept_open();
            // an empty frame behind each pulse, and nothing else that is a byte of ours
            let mut sent = 0;
            loop {
                let arrival = p.expect_frame();
                let closing = matches!(arrival.performative, Performative::Close(_));
                if arrival.complete.is_some() {
                    sent += 1;
                    p.send_heartbeat();
                }
                p.serve(arrival);
                if closing {
                    break;
                }
            }
            assert_eq!(sent, 9);
            p.expect_end_of_stream();
        });
        let connection = connect(&peer);
        let exceptions = Exceptions::of(connection);
        let mut pulse = Pulse::new(connection, &pulses);
        // 8 times nine tenths of the limit, each with an empty frame before the next: more than five times T
        for _ in 0..8 {
            pulse.lives_after(ms(1800));
        }
        exceptions.expect_none();
        end(connection, peer);
    });
}

#[test]
fn idle_off_waits_for_a_silent_server() {
    dialogue_with("idle=0", || {
        clock::hold();
        let pulses = Counter::new();
        let counted = pulses.clone();
        let peer = Peer::script(move |p| {
            p.deliveries = counted;
            let open = p.accept_open();
            assert!(matches!(open.idle_time_out, None | Some(0)));
            p.serve_to_close();
        });
        let connection = connect(&peer);
        let exceptions = Exceptions::of(connection);
        let mut pulse = Pulse::new(connection, &pulses);
        for _ in 0..3 {
            pulse.lives_after(ms(86_400_000));
        }
        exceptions.expect_none();
        end(connection, peer);
    });
}

/// A server neither reads nor writes while a send is blocked on the socket; what the lost send says.
fn stops_reading() -> api::Failure {
    let over = Gate::new();
    let go = over.clone();
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
    let lost = Status::TIBEMS_SERVER_NOT_CONNECTED.code();
    assert_eq!(failure.status, lost, "{failure:?}");
    over.open();
    expect_lost(connection, &exceptions);
    peer.finish();
    failure
}

#[test]
fn p_b5_a_server_that_stops_reading() {
    dialogue_with("idle=0", || {
        // 40 §3.5: 30 s at least; the system is told so, and here told to hurry
        system::shorten_user_timeout(ms(1500));
        let failure = stops_reading();
        assert!(failure.text.contains("timed out"), "{failure:?}");
        assert_eq!(system::user_timeouts(), [ms(30_000)]);
    });
}

#[test]
fn p_b5_the_output_limit_is_never_below_the_silence_limit() {
    dialogue_with("idle=45000", || {
        system::shorten_user_timeout(ms(1500));
        let peer = Peer::script(|p| {
            p.accept_open();
            p.serve_to_close();
        });
        end(connect(&peer), peer);
        assert_eq!(system::user_timeouts(), [ms(45_000)]);
    });
}

#[test]
fn p_b5_silence_counts_although_a_send_is_blocked_in_the_socket() {
    dialogue_with("idle=3000", || {
        let failure = stops_reading();
        assert!(failure.text.contains("nothing received"), "{failure:?}");
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
        let producer = session.producer("q").expect("a producer");
        let receiving = run(move || consumer.receive());
        receiving.blocks();
        ready.open();
        expect_status(receiving.result(), Status::TIBEMS_INTR);
        // the cause is the reset, not the close of which half arrived
        let later = expect_status(producer.send_text("x"), Status::TIBEMS_SERVER_NOT_CONNECTED);
        assert!(later.text.contains("reset"), "{later:?}");
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
        sending.blocks();
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
