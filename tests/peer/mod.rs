//! The scripted AMQP peer: a test server with frame-level control on a real loopback socket.
//!
//! A script is a closure that reads like the conversation. It runs on its own thread and owns a
//! [`Talk`], whose verbs come in three kinds: `expect_…` takes the very next frame and fails when it
//! is anything else; `await_…` answers like a plain broker until the frame comes; all others send.
//! Every wait has a limit, so that a wrong conversation ends with its transcript and never hangs.
//! A checker runs along: frame sizes, channels, handles, delivery ids, credit and session windows of
//! the library are verified on every frame (spec 40 §1.5 to §1.14).
//!
//! Built on `amqp::frame` and `amqp::performative`, which are neutral about the role. `api` drives the
//! library through the exported C functions, because that is what programs call. `clock` and `system` stand in for
//! calls of the system, so that limits are shown exactly and on a machine of any speed.

#![allow(dead_code, unused_imports)]

pub mod api;
mod check;
pub mod clock;
mod clumsy;
mod credit;
mod dialogue;
mod gate;
pub mod message;
mod opening;
#[cfg(test)]
#[path = "../support/reading.rs"]
mod reading;
pub mod scram;
mod serve;
pub mod statuses;
pub mod system;
mod talk;
#[cfg(test)]
mod tests;
mod transcript;
mod verbs;

use std::net::TcpListener;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

pub use check::{LinkId, SessionId};
pub use credit::flow_of;
pub use dialogue::{assert_apart, dialogue, dialogue_in, dialogue_with, dialogue_within};
pub use gate::{Counter, Gate};
pub use talk::{Arrival, Talk};
pub use transcript::Transcript;
pub use verbs::{Received, error};

/// How long anything may take that should happen at once, on a loaded machine.
pub const LIMIT: Duration = Duration::from_secs(20);

/// A running script.
pub struct Peer {
    port: u16,
    transcript: Arc<Transcript>,
    done: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Peer {
    /// Starts a script on a port chosen by the system.
    pub fn script(script: impl FnOnce(&mut Talk) + Send + 'static) -> Peer {
        Peer::on(listen(None), script)
    }

    /// Starts a script on a listener made before (see [`listen`]).
    pub fn on(listener: TcpListener, script: impl FnOnce(&mut Talk) + Send + 'static) -> Peer {
        let port = listener.local_addr().expect("a bound listener").port();
        let transcript = Transcript::new(format!("peer at port {port}"));
        dialogue::register(&transcript);
        let (finished, done) = channel();
        let record = transcript.clone();
        let thread = std::thread::Builder::new()
            .name(format!("peer-{port}"))
            .spawn(move || {
                let _real = clock::real();
                let mut talk = Talk::new(listener, record.clone());
                let result = catch_unwind(AssertUnwindSafe(|| script(&mut talk)));
                record.note(if result.is_ok() {
                    "script ended"
                } else {
                    "script FAILED"
                });
                drop(talk);
                let _ = finished.send(());
                if let Err(panic) = result {
                    resume_unwind(panic);
                }
            })
            .expect("a thread for the script");
        Peer {
            port,
            transcript,
            done,
            thread: Some(thread),
        }
    }

    /// Port of the listener.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL a program would use.
    pub fn url(&self) -> String {
        format!("tcp://127.0.0.1:{}", self.port)
    }

    /// The conversation so far.
    pub fn transcript(&self) -> Arc<Transcript> {
        self.transcript.clone()
    }

    /// Waits for the end of the script. Fails the test when the script failed or does not end.
    pub fn finish(mut self) {
        let _real = clock::real();
        if self.done.recv_timeout(LIMIT).is_err() {
            panic!("the script of the peer does not end\n{}", self.transcript);
        }
        let thread = self.thread.take().expect("joined once");
        if let Err(panic) = thread.join() {
            panic!(
                "{}\n{}",
                dialogue::panic_text(panic.as_ref()),
                self.transcript
            );
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // finish() was not reached: show what the peer saw
        if std::thread::panicking() && self.thread.is_some() {
            eprintln!("{}", self.transcript);
        }
    }
}

/// A listener on a free port, with a small receive buffer when `receive_buffer` is given (so that a
/// peer that stops reading blocks the library soon).
pub fn listen(receive_buffer: Option<usize>) -> TcpListener {
    use socket2::{Domain, Socket, Type};
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    if let Some(size) = receive_buffer {
        socket.set_recv_buffer_size(size).expect("SO_RCVBUF");
    }
    let address: std::net::SocketAddr = ([127, 0, 0, 1], 0).into();
    socket.bind(&address.into()).expect("a loopback port");
    socket.listen(64).expect("listen");
    socket.into()
}

/// A URL to which nobody listens.
pub fn dead_url() -> String {
    let port = listen(None).local_addr().expect("a bound listener").port();
    format!("tcp://127.0.0.1:{port}")
}
