//! P-E2: signals that hit a thread inside a call.

use crate::peer::api::{self, Producer, Session, Status, expect_status};
use crate::peer::{Gate, Peer, clock, dialogue_with, message};
use crate::scene::{end, run, session};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Signals that threads of this process have handled; one thread at a time gets them.
static ALARMS: AtomicU64 = AtomicU64::new(0);

extern "C" fn on_alarm(_: libc::c_int) {
    ALARMS.fetch_add(1, Ordering::AcqRel);
}

fn alarms() -> u64 {
    ALARMS.load(Ordering::Acquire)
}

/// Calls `work` under 1000 signals a second that hit this very thread.
fn under_alarms<T>(work: impl FnOnce() -> T) -> T {
    // SAFETY: a handler that counts, without SA_RESTART, and a timer for this thread alone.
    let timer = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_alarm as *const () as usize;
        let none = std::ptr::null_mut();
        assert_eq!(libc::sigaction(libc::SIGALRM, &action, none), 0);
        let mut event: libc::sigevent = std::mem::zeroed();
        event.sigev_notify = libc::SIGEV_THREAD_ID;
        event.sigev_signo = libc::SIGALRM;
        event.sigev_notify_thread_id = libc::gettid();
        let mut timer: libc::timer_t = std::mem::zeroed();
        assert_eq!(
            libc::timer_create(libc::CLOCK_MONOTONIC, &mut event, &mut timer),
            0
        );
        let step = libc::timespec {
            tv_sec: 0,
            tv_nsec: 1_000_000,
        };
        let every = libc::itimerspec {
            it_interval: step,
            it_value: step,
        };
        assert_eq!(
            libc::timer_settime(timer, 0, &every, std::ptr::null_mut()),
            0
        );
        timer
    };
    let result = work();
    // SAFETY: the timer made above.
    assert_eq!(unsafe { libc::timer_delete(timer) }, 0);
    result
}

#[test]
fn p_e2_signals_do_not_shorten_or_lengthen_waits() {
    dialogue_with("send_timeout=500", || {
        let peer = Peer::script(|p| {
            p.accept_open();
            p.credit = 0;
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        let producer = session.producer("q").expect("a producer");
        clock::hold();
        for round in 0..4 {
            let waiting = run(move || {
                under_alarms(|| match round % 2 {
                    0 => consumer.receive_within(500).map(drop),
                    _ => producer.send_text("no credit"),
                })
            });
            // the call is in its wait, signals interrupt it, and still it neither returns nor begins anew
            let enough = alarms() + 100;
            waiting.poll("no signals come", || alarms() >= enough);
            clock::advance(Duration::from_millis(499));
            waiting.waits_at_this_time();
            clock::advance(Duration::from_millis(1));
            expect_status(waiting.result(), Status::TIBEMS_TIMEOUT);
        }
        end(connection, peer);
    });
}

#[test]
fn p_e2_signals_do_not_disturb_traffic() {
    dialogue_with("", || {
        let peer = Peer::script(|p| {
            p.accept_open();
            let producer = p.await_producer();
            p.grant(producer, 1);
            let consumer = p.await_consumer();
            for at in 0..100 {
                // one credit at a time, so that each send waits for credit and for its answer
                let received = p.await_transfer();
                assert_eq!(message::text_of(&received.payload), format!("{at}"));
                p.accept_delivery(&received);
                p.await_credit(consumer, 1);
                p.deliver(consumer, &message::text(&format!("{at}")));
                p.grant(producer, 1);
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        let consumer = session.consumer("q").expect("a consumer");
        under_alarms(|| {
            for at in 0..100 {
                producer.send_text(&format!("{at}")).expect("sent");
                let text = consumer.receive_text().expect("received");
                assert_eq!(text, format!("{at}"));
            }
        });
        end(connection, peer);
    });
}

#[test]
fn p_e2_a_receive_without_a_limit_outlives_signals() {
    dialogue_with("", || {
        let go = Gate::new();
        let gone = go.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_consumer();
            p.serve_until_open(&gone);
            p.await_credit(link, 1);
            p.deliver(link, &message::text("at last"));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        let receiving = run(move || under_alarms(|| consumer.receive()));
        // each signal ends a sleep of the call, which goes back to it
        receiving.sleeps_reach(100);
        go.open();
        let got = receiving.result().expect("received");
        assert_eq!(got.body(), "at last");
        got.destroy();
        assert!(alarms() >= 50, "{} signals", alarms());
        end(connection, peer);
    });
}

/// For the handler: what it closes, and how that ended.
static TO_CLOSE: OnceLock<(Producer, Session)> = OnceLock::new();
static CLOSED: AtomicU64 = AtomicU64::new(0);

extern "C" fn closes(_: libc::c_int) {
    let (producer, session) = TO_CLOSE.get().expect("what to close");
    let closed = producer.close().is_ok() && session.close().is_ok();
    CLOSED.store(1 + u64::from(closed), Ordering::Release);
}

#[test]
fn a_handler_closes_the_producer_whose_send_it_has_interrupted() {
    dialogue_with("", || {
        let arrived = Gate::new();
        let told = arrived.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.await_transfer();
            told.open(); // and no answer
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").unwrap();
        TO_CLOSE.get_or_init(|| (producer, session));
        let sending = run(move || producer.send_text("unanswered"));
        arrived.wait();
        sending.blocks();
        sending.interrupt(closes);
        let failure = sending.result().unwrap_err();
        assert!(failure.text.starts_with("outcome unknown:"), "{failure:?}");
        assert_eq!(CLOSED.load(Ordering::Acquire), 2, "closed");
        end(connection, peer);
    });
}
