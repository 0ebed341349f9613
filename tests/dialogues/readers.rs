//! Calls that read the socket themselves (`src/client/rules/reading.rs`): what they must not cost anybody. All dialogues run with
//! such calls, too (`c-tests/test.sh`); here is what only they could spoil.

use crate::peer::api::{self, Producer, Status, expect_status};
use crate::peer::{Gate, Peer, dialogue, dialogue_in, message};
use crate::scene::{Exceptions, end, poll, run, session};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

/// Each call that waits alone reads, also the first and the slow ones (builds with checks).
const READS: &[(&str, &str)] = &[("TIBEMS_TEST_WAITERS_READ", "1")];

/// Calls that follow each other quickly.
const MANY: u32 = 3000;

#[test]
fn what_comes_behind_quick_calls_needs_no_call() {
    dialogue(|| {
        let (last, ended) = (Gate::new(), Gate::new());
        let (go, cut) = (last.clone(), ended.clone());
        let peer = Peer::script(move |p| {
            p.credit = MANY;
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1);
            for _ in 0..MANY {
                let sent = p.await_transfer();
                p.accept_delivery(&sent);
            }
            go.wait();
            p.deliver(link, &message::text("behind"));
            cut.wait();
            p.drop_socket();
        });
        let (connection, first) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let arrived = Gate::new();
        let told = arrived.clone();
        let consumer = first.consumer("q").unwrap();
        let producer = connection
            .session(api::AUTO)
            .unwrap()
            .producer("q")
            .unwrap();
        for _ in 0..MANY {
            producer.send_text("quick").unwrap();
        }
        let listens = consumer.on_message(move |message| {
            message.destroy();
            told.open();
        });
        listens.unwrap();
        last.open();
        arrived.wait();
        ended.open();
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
        connection.close().unwrap();
        peer.finish();
    });
}

#[test]
fn a_close_wakes_a_call_that_sleeps_at_the_socket() {
    dialogue_in(READS, || {
        let peer = Peer::script(|p| {
            p.accept_open();
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        for _ in 0..3 {
            let consumer = session.consumer("q").unwrap();
            let receiving = run(move || consumer.receive());
            receiving.blocks();
            consumer.close().unwrap();
            expect_status(receiving.result(), Status::TIBEMS_INTR);
        }
        end(connection, peer);
    });
}

static CHILD: AtomicI32 = AtomicI32::new(0);

extern "C" fn forks(_: libc::c_int) {
    // SAFETY: the child does nothing but go on in the call.
    CHILD.store(unsafe { libc::fork() }, Ordering::Release);
}

#[test]
fn a_child_forked_above_a_call_that_reads_takes_nothing_from_it() {
    dialogue_in(READS, || {
        let forked = Gate::new();
        let go = forked.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_consumer();
            go.wait();
            for number in 0..20 {
                p.await_credit(link, 1);
                p.deliver(link, &message::text(&number.to_string()));
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").unwrap();
        let receiving = run(move || (0..20).map(|_| consumer.receive_text()).collect::<Vec<_>>());
        receiving.blocks();
        receiving.interrupt(forks);
        poll("no child", || CHILD.load(Ordering::Acquire) > 0);
        forked.open();
        for (number, text) in receiving.result().into_iter().enumerate() {
            assert_eq!(text.unwrap(), number.to_string());
        }
        let child = CHILD.load(Ordering::Acquire);
        // SAFETY: the child that was just made, which sleeps for ever.
        unsafe {
            libc::kill(child, libc::SIGKILL);
            assert_eq!(libc::waitpid(child, std::ptr::null_mut(), 0), child);
        }
        end(connection, peer);
    });
}

/// For the signal handler: what it sends with, and how that ended.
static ABOVE: OnceLock<Producer> = OnceLock::new();
static SENT: AtomicBool = AtomicBool::new(false);

extern "C" fn sends(_: libc::c_int) {
    let sent = ABOVE.get().expect("a producer").send_text("above");
    SENT.store(sent.is_ok(), Ordering::Release);
}

#[test]
fn a_call_in_a_signal_handler_above_one_that_reads_gets_its_answer() {
    dialogue_in(READS, || {
        let arrived = Gate::new();
        let told = arrived.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let below = p.await_transfer();
            told.open();
            let above = p.await_transfer();
            p.accept_delivery(&above);
            p.accept_delivery(&below);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let below = session.producer("below").unwrap();
        ABOVE.get_or_init(|| session.producer("above").unwrap());
        let sending = run(move || below.send_text("below"));
        arrived.wait();
        sending.blocks();
        sending.interrupt(sends);
        sending.result().unwrap();
        assert!(SENT.load(Ordering::Acquire));
        end(connection, peer);
    });
}
