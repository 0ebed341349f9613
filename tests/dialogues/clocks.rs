//! P-B7: clocks that jump. Limits and delays run on the monotonic clock, so that nobody is lost or kept waiting when
//! the wall clock is turned; stamps follow the wall clock. A process that was stopped finds that much time has gone
//! at once.

use crate::peer::api::{self, Factory, Setup, Status, expect_status};
use crate::peer::clock;
use crate::peer::{Counter, Gate, Peer, dialogue_with, message};
use crate::scene::{
    Exceptions, Pulse, connect, end, expect_lost, io_thread_sleeps, run, session, times_out,
};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tibemsufo::amqp::codec::Value;
use tibemsufo::amqp::performative::{Performative, code};

const DAY: i64 = 86_400;

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// Turns the wall clock a day forth and two days back, and looks at each time.
fn turned(mut look: impl FnMut()) {
    clock::turn(DAY);
    look();
    clock::turn(-2 * DAY);
    look();
    clock::turn(DAY);
}

/// Milliseconds since 1970 by the wall clock that the library sees.
fn wall() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.expect("a time after 1970").as_millis() as i64
}

#[test]
fn p_b7_the_wall_clock_ends_no_connection_and_stops_no_heartbeat() {
    dialogue_with("", || {
        clock::hold();
        let (beats, pulses) = (Counter::new(), Counter::new());
        let counters = (beats.clone(), pulses.clone());
        let peer = Peer::script(move |p| {
            (p.heartbeats, p.deliveries) = counters;
            p.accept_open_with(|open| open.idle_time_out = Some(200));
            p.serve_to_close();
        });
        let connection = connect(&peer);
        let exceptions = Exceptions::of(connection);
        let mut pulse = Pulse::new(connection, &pulses);
        let mut expected = 0;
        turned(|| {
            // no time has gone: nothing is due
            io_thread_sleeps();
            pulse.lives();
            assert_eq!(beats.get(), expected, "an empty frame for a turned clock");
            // time goes: what is due comes
            for _ in 0..3 {
                io_thread_sleeps();
                clock::advance(ms(100));
                expected += 1;
                beats.wait(expected);
            }
        });
        exceptions.expect_none();
        end(connection, peer);
        assert_eq!(beats.get(), expected);
    });
}

#[test]
fn p_b7_the_wall_clock_neither_ends_nor_extends_a_wait() {
    dialogue_with("send_timeout=500", || {
        clock::hold();
        let peer = Peer::script(|p| {
            p.accept_open();
            p.credit = 0;
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        let producer = session.producer("q").expect("a producer");
        for send in [false, true] {
            let waiting = run(move || match send {
                false => consumer.receive_within(500).map(drop),
                true => producer.send_text("no credit"),
            });
            waiting.blocks();
            clock::advance(ms(499));
            turned(|| waiting.waits_at_this_time());
            clock::turn(-DAY);
            clock::advance(ms(1));
            expect_status(waiting.result(), Status::TIBEMS_TIMEOUT);
            clock::turn(DAY);
        }
        end(connection, peer);
    });
}

#[test]
fn p_b7_the_wall_clock_does_not_move_limits_of_connecting() {
    dialogue_with("", || {
        clock::hold();
        let (asked, again) = (Gate::new(), Gate::new());
        let (told, seen) = (asked.clone(), again.clone());
        let peer = Peer::script(move |p| {
            p.accept();
            p.drop_socket();
            told.open();
            p.accept();
            seen.open();
            p.drain_stream(); // and says nothing
        });
        let factory = Factory::new(&Setup {
            url: peer.url(),
            connect: Some((2, 300, 400)),
            ..Setup::default()
        });
        let connecting = run(move || factory.connect());
        asked.wait();
        connecting.blocks();
        // the delay between two passes: 300 ms and up to a tenth more (D8)
        clock::advance(ms(299));
        turned(|| {
            connecting.waits_at_this_time();
            assert!(!again.is_open(), "a try before its time");
        });
        clock::turn(-DAY);
        clock::advance(ms(31));
        again.wait();
        clock::turn(DAY);
        // the limit of a try
        times_out(&connecting, 400);
        expect_status(connecting.result(), Status::TIBEMS_SERVER_NOT_CONNECTED);
        factory.destroy().expect("destroyed");
        peer.finish();
    });
}

#[test]
fn p_b7_stamps_follow_the_wall_clock() {
    dialogue_with("", || {
        clock::hold();
        let peer = Peer::script(|p| {
            p.accept_open();
            let producer = p.await_producer();
            p.grant(producer, 10);
            let consumer = p.await_consumer();
            let mut created = Vec::new();
            for _ in 0..3 {
                let received = p.await_transfer();
                let stamp = |at| match message::field(&received.payload, code::PROPERTIES, at) {
                    Some(Value::Timestamp(stamp)) => stamp,
                    other => panic!("{other:?} is no time"),
                };
                let (expires, creation) = (stamp(8), stamp(9));
                assert_eq!(expires, creation + 60_000, "creation and time to live");
                let ttl = message::field(&received.payload, code::HEADER, 2);
                assert_eq!(ttl, Some(Value::Uint(60_000)));
                created.push(creation);
                p.accept_delivery(&received);
                // one that ended a minute before this one was made, and one that has a minute left
                for (text, expires) in [("over", creation - 60_000), ("valid", expires)] {
                    p.await_credit(consumer, 1);
                    let mut fields = vec![Value::Null; 8];
                    fields.push(Value::Timestamp(expires));
                    let mut payload = message::section(code::PROPERTIES, &Value::List(fields));
                    payload.extend(message::text(text));
                    p.deliver(consumer, &payload);
                }
            }
            // a day forth, two back; in between the test took less than half a day
            let half = DAY * 500;
            assert!(created[1] > created[0] + half && created[2] < created[0] - half);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        let consumer = session.consumer("q").expect("a consumer");
        producer.set_time_to_live(60_000);
        let exchange = || {
            let before = wall();
            producer.send_text("stamped").expect("sent");
            let text = consumer.receive_text().expect("received");
            assert_eq!(text, "valid", "the other one is over");
            assert!(wall() - before < DAY * 1000, "no turn in between");
        };
        exchange();
        turned(exchange);
        end(connection, peer);
    });
}

/// A process that was stopped for three times the limit of silence. What is left of the connection?
fn stopped(after: impl FnOnce(&mut Pulse, &Exceptions)) {
    clock::hold();
    let pulses = Counter::new();
    let counted = pulses.clone();
    let peer = Peer::script(move |p| {
        p.deliveries = counted;
        p.accept_open();
        let mut close = None;
        while close.is_none() {
            let arrival = p.expect_frame();
            if let Performative::Close(closing) = &arrival.performative {
                close = Some(closing.error.as_ref().map(|e| e.condition.clone()));
            }
            p.serve(arrival);
        }
        let silent = Some("amqp:resource-limit-exceeded".to_owned());
        assert_eq!(close, Some(silent), "the end of the connection");
        p.drain_stream();
    });
    let connection = connect(&peer);
    let exceptions = Exceptions::of(connection);
    let mut pulse = Pulse::new(connection, &pulses);
    // three times T go in one step; the I/O thread finds out by a send, before it reads anything
    pulse.lives_after(ms(60_000));
    exceptions.expect_none();
    after(&mut pulse, &exceptions);
    exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
    expect_lost(connection, &exceptions);
    peer.finish();
}

#[test]
fn p_b7_a_stopped_process_waits_for_the_server() {
    dialogue_with("", || {
        stopped(|pulse, exceptions| {
            // the server speaks: the limit runs from there, as ever
            pulse.speak();
            exceptions.expect_none();
            pulse.lives_after(ms(19_999));
            pulse.lives();
            exceptions.expect_none();
            clock::advance(ms(1));
            pulse.nudge();
        })
    });
}

#[test]
fn p_b7_a_stopped_process_does_not_wait_for_ever() {
    dialogue_with("", || {
        stopped(|pulse, exceptions| {
            // nothing comes: half of T is what a server gets once more
            pulse.lives_after(ms(9_999));
            pulse.lives();
            exceptions.expect_none();
            clock::advance(ms(1));
            pulse.nudge();
        })
    });
}

#[test]
fn p_b7_stopped_again_is_lost_once() {
    dialogue_with("", || {
        stopped(|pulse, _| {
            io_thread_sleeps();
            clock::advance(ms(60_000));
            pulse.nudge();
        })
    });
}
