//! P-E: the process around the library: signals, forks, descriptors, exits, closes in callbacks.

use crate::peer::api::{self, Status, expect_status};
use crate::peer::{Gate, Peer, assert_apart, dialogue, dialogue_with, message};
use crate::scene::{Exceptions, connect, end, expect_lost, poll, run, session};
use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use tibemsufo::amqp::performative::DeliveryState;

#[test]
fn p_e1_a_broken_pipe_does_not_kill_the_process() {
    dialogue_with("", || {
        // SAFETY: the test harness ignores the signal; a C program has the default action.
        unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
        for _ in 0..10 {
            let peer = Peer::script(|p| {
                p.accept_open();
                let link = p.await_producer();
                p.grant(link, 1_000_000);
                for _ in 0..5 {
                    p.await_transfer();
                }
                p.reset();
            });
            let (connection, session) = session(&peer, api::AUTO);
            let exceptions = Exceptions::of(connection);
            let producer = session.producer("q").expect("a producer");
            producer.set_delivery_mode(api::RELIABLE);
            let failure = loop {
                if let Err(failure) = producer.send_text("into the void") {
                    break failure;
                }
            };
            assert_eq!(
                failure.status,
                Status::TIBEMS_SERVER_NOT_CONNECTED.code(),
                "{failure:?}"
            );
            expect_lost(connection, &exceptions);
            peer.finish();
        }
    });
}

#[test]
fn p_e3_a_forked_child_is_refused_and_disturbs_nobody() {
    dialogue_with("", || {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1);
            p.deliver(link, &message::text("for the parent"));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        let consumer = session.consumer("q").expect("a consumer");
        let traffic = Gate::new();
        let over = traffic.clone();
        let sending = run(move || {
            let mut count = 0;
            while count == 0 || !over.is_open() {
                producer.send_text("traffic").expect("sent");
                count += 1;
            }
            count
        });
        for _ in 0..5 {
            // SAFETY: the child calls the library, as a careless program would, and leaves by _exit.
            let child = unsafe { libc::fork() };
            if child == 0 {
                // SAFETY: plain system calls; the alarm ends a child that hangs.
                unsafe { libc::alarm(20) };
                let status = |call: api::Call| call.err().map_or(0, |failure| failure.status);
                let results = [
                    status(connection.session(api::AUTO).map(drop)),
                    status(producer.send_text("from the child")),
                    status(consumer.receive_now().map(drop)),
                    status(connection.close()),
                ];
                let refused = Status::TIBEMS_INVALID_CONNECTION.code();
                let wrong = results.iter().find(|status| **status != refused);
                // SAFETY: leaves without running the parent's exit handlers.
                unsafe { libc::_exit(wrong.map_or(7, |status| 128 + status)) };
            }
            assert!(child > 0);
            let mut status = 0;
            // SAFETY: waits for the child made above.
            assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
            assert!(libc::WIFEXITED(status), "the child died: {status:#x}");
            assert_eq!(libc::WEXITSTATUS(status), 7, "what the child was told");
        }
        traffic.open();
        assert!(sending.result() > 0);
        assert_eq!(consumer.receive_text().expect("received"), "for the parent");
        end(connection, peer);
    });
}

#[test]
fn p_e4_two_thousand_descriptors() {
    dialogue_with("", || {
        let limit = libc::rlimit {
            rlim_cur: 4096,
            rlim_max: 4096,
        };
        // SAFETY: sets a limit of this process, which is the test's own.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) }, 0);
        let files: Vec<std::fs::File> = (0..2000)
            .map(|_| std::fs::File::open("/dev/null").expect("a descriptor"))
            .collect();
        let peer = Peer::script(|p| {
            p.accept_open();
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        session.producer("q").unwrap().send_text("x").expect("sent");
        end(connection, peer);
        drop(files);
    });
}

/// Set in a child process that is to exit by itself.
const EXITING: &str = "TIBEMSUFO_EXITING";

/// The process ends while threads of the library run.
fn exit_in_the_middle(inside_listener: bool) -> ! {
    let peer = Peer::script(|p| {
        p.accept_open();
        let link = p.await_consumer();
        p.await_credit(link, 1);
        p.deliver(link, &message::text("x"));
        p.serve_to_close();
    });
    let (_, session) = session(&peer, api::AUTO);
    let consumer = session.consumer("q").expect("a consumer");
    let entered = Gate::new();
    let told = entered.clone();
    consumer
        .on_message(move |_| {
            told.open();
            if inside_listener {
                std::process::exit(7);
            }
            Gate::new().wait();
        })
        .expect("a listener");
    entered.wait();
    if inside_listener {
        Gate::new().wait();
    }
    std::process::exit(7);
}

fn exits(name: &str, inside_listener: bool) {
    if std::env::var_os(EXITING).is_some() {
        exit_in_the_middle(inside_listener);
    }
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(EXITING, "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a child process");
    let mut stderr = child.stderr.take().expect("piped");
    let text = run(move || {
        let mut text = String::new();
        let _ = stderr.read_to_string(&mut text);
        text
    });
    let (id, done) = (child.id() as libc::pid_t, run(move || child.wait()));
    let status = match done.within(crate::peer::LIMIT) {
        Some(status) => status.expect("a child to wait for"),
        None => {
            // SAFETY: a plain system call, on the child made above.
            unsafe { libc::kill(id, libc::SIGKILL) };
            panic!("the exit hangs\n{}", text.result());
        }
    };
    assert_eq!(status.code(), Some(7), "{status}\n{}", text.result());
}

#[test]
fn p_e5_exit_while_threads_run() {
    exits("process::p_e5_exit_while_threads_run", false);
}

#[test]
fn p_e5_exit_inside_a_listener() {
    exits("process::p_e5_exit_inside_a_listener", true);
}

/// What a message listener is told when it closes this and that.
fn closes_in_listener(allowed: bool) {
    if allowed {
        api::allow_close_in_callback();
    }
    let peer = Peer::script(move |p| {
        p.accept_open();
        let link = p.await_consumer();
        p.await_credit(link, 1);
        let id = p.deliver(link, &message::text("x"));
        // acknowledged when the listener returns, also behind its own close
        p.await_settled(&[id], &DeliveryState::Accepted);
        p.serve_to_close();
    });
    let (connection, session) = session(&peer, api::AUTO);
    let consumer = session.consumer("q").expect("a consumer");
    let other = session.consumer("r").expect("a consumer");
    let (results, done) = (Arc::new(Mutex::new(Vec::new())), Gate::new());
    let (kept, told) = (results.clone(), done.clone());
    consumer
        .on_message(move |message| {
            let mut results = kept.lock().unwrap();
            results.push(other.close());
            results.push(connection.stop());
            results.push(consumer.close());
            results.push(session.close());
            message.destroy();
            told.open();
        })
        .expect("a listener");
    done.wait();
    let results = results.lock().unwrap().clone();
    assert_eq!(results[0], Ok(()), "another consumer");
    assert_eq!(results[2], Ok(()), "the listener's own consumer");
    for at in [1, 3] {
        if allowed {
            assert_eq!(results[at], Ok(()), "call {at}");
        } else {
            expect_status(results[at].clone(), Status::TIBEMS_ILLEGAL_STATE);
        }
    }
    end(connection, peer);
}

#[test]
fn p_e6_closes_in_a_message_listener_are_refused_by_default() {
    dialogue(|| closes_in_listener(false));
}

#[test]
fn p_e6_closes_in_a_message_listener_when_allowed() {
    dialogue_with("", || closes_in_listener(true));
}

#[test]
fn p_e6_a_connection_closed_in_its_message_listener() {
    dialogue_with("", || {
        api::allow_close_in_callback();
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1);
            p.deliver(link, &message::text("x"));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        let (result, done) = (Arc::new(Mutex::new(None)), Gate::new());
        let (kept, told) = (result.clone(), done.clone());
        consumer
            .on_message(move |message| {
                *kept.lock().unwrap() = Some(connection.close());
                message.destroy();
                told.open();
            })
            .expect("a listener");
        done.wait();
        assert_eq!(*result.lock().unwrap(), Some(Ok(())));
        peer.finish();
        assert!(connection.is_disconnected());
        session.close().expect("children can be closed afterwards");
    });
}

#[test]
fn p_e6_closes_in_the_exception_listener() {
    dialogue(|| {
        let ready = Gate::new();
        let go = ready.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.serve_until_open(&go);
            p.drop_socket();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        let (results, done) = (Arc::new(Mutex::new(Vec::new())), Gate::new());
        let (kept, told) = (results.clone(), done.clone());
        connection.on_exception(move |_| {
            let calls = [consumer.close(), session.close(), connection.close()];
            kept.lock().unwrap().extend(calls);
            told.open();
        });
        ready.open();
        done.wait();
        assert_eq!(*results.lock().unwrap(), [Ok(()), Ok(()), Ok(())]);
        peer.finish();
    });
}

#[test]
fn a_receive_in_another_thread_ends_with_the_close() {
    dialogue(|| {
        for case in 0..3 {
            let peer = Peer::script(|p| {
                p.accept_open();
                p.serve_to_close();
            });
            let (connection, session) = session(&peer, api::AUTO);
            let consumer = session.consumer("q").expect("a consumer");
            let receiving = run(move || consumer.receive());
            receiving.blocks();
            match case {
                0 => consumer.close(),
                1 => session.close(),
                _ => connection.close(),
            }
            .expect("the close is OK");
            expect_status(receiving.result(), Status::TIBEMS_INTR);
            connection.close().expect("the close is OK");
            peer.finish();
        }
    });
}

/// Threads and descriptors of this process.
fn resources() -> (usize, usize) {
    assert_apart();
    let count = |path| std::fs::read_dir(path).expect("procfs").count();
    (count("/proc/self/task"), count("/proc/self/fd"))
}

#[test]
fn connections_leave_no_thread_and_no_descriptor_behind() {
    dialogue_with("", || {
        let cycle = |cut: bool| {
            let ready = Gate::new();
            let go = ready.clone();
            let peer = Peer::script(move |p| {
                p.accept_open();
                let link = p.await_consumer();
                p.await_credit(link, 1);
                p.deliver(link, &message::text("x"));
                match cut {
                    true => {
                        p.serve_until_open(&go);
                        p.reset();
                    }
                    false => p.serve_to_close(),
                }
            });
            let connection = connect(&peer);
            let exceptions = Exceptions::of(connection);
            let session = connection.session(api::AUTO).expect("a session");
            let producer = session.producer("q").expect("a producer");
            let consumer = session.consumer("q").expect("a consumer");
            let received = Gate::new();
            let told = received.clone();
            consumer
                .on_message(move |message| {
                    message.destroy();
                    told.open();
                })
                .expect("a listener");
            connection.start().expect("started");
            producer.send_text("x").expect("sent");
            received.wait();
            ready.open();
            if cut {
                exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
            }
            consumer.close().expect("closed");
            producer.close().expect("closed");
            session.close().expect("closed");
            connection.close().expect("closed");
            peer.finish();
        };
        cycle(true);
        cycle(false);
        let before = resources();
        for at in 0..30 {
            cycle(at % 2 == 0);
        }
        // threads end shortly behind the close that they saw
        poll(
            "a thread or a descriptor is left",
            || matches!(resources(), now if now.0 <= before.0 && now.1 <= before.1),
        );
    });
}
