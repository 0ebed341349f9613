//! A socket on which AMQP is being opened: driven by the thread that connects until it is a server or a failure.
//!
//! A candidate has an engine of its own and belongs to nobody until everything is there (`Built`), so that a failed try
//! leaves nothing behind. `drive` blocks up to the limit it is given; `close` ends it at once.

use std::sync::Arc;
use std::time::Instant;

use bytes::BytesMut;

use super::driver::Driver;
use super::trace_frames::FrameTrace;
use crate::amqp::engine::{AuthFailure, Engine, Event, FailureKind};
use crate::amqp::performative::AmqpError;
use crate::client::rules::answers::{self, Heard};
use crate::client::rules::condition::{self, Again};
use crate::client::rules::options::Options;
use crate::client::rules::profile::Profile;
use crate::client::rules::reason::Reason;
use crate::client::rules::tries::Failure;
use crate::status::Status;
use crate::transport::{Stream, Waker, wait};

pub(super) fn not_connected(text: impl Into<String>) -> Failure {
    Failure::retry(Status::TIBEMS_SERVER_NOT_CONNECTED, text)
}

/// What a candidate consists of.
pub struct Parts {
    pub stream: Stream,
    pub engine: Engine,
    /// What was read and not understood yet
    pub input: BytesMut,
    /// Output that is not written, and how much of it is
    pub unsent: (Vec<u8>, usize),
    /// Bytes written
    pub written: u64,
    pub trace: Option<Box<FrameTrace>>,
    /// Wakes the I/O thread of the incarnation to come
    pub waker: Arc<Waker>,
}

/// A socket with an open AMQP connection, not yet anybody's.
pub struct Candidate {
    stream: Stream,
    pub engine: Engine,
    input: BytesMut,
    output: Vec<u8>,
    from: usize,
    written: u64,
    pub profile: Arc<Profile>,
    trace: Option<Box<FrameTrace>>,
    /// Wakes the thread that works on this candidate.
    connecting: Arc<Waker>,
    /// For the I/O thread of the incarnation to come.
    io_waker: Arc<Waker>,
    pub options: Options,
    /// When the part of the try began that is under way: up to `open`, or behind it
    since: Instant,
    /// A byte has come.
    heard: bool,
    /// What the server has to send next.
    awaited: &'static str,
    opened: bool,
}

impl Candidate {
    /// A candidate on a connected socket, on which nothing has been written.
    pub fn new(
        stream: Stream,
        engine: Engine,
        options: Options,
        trace: Option<Box<FrameTrace>>,
        connecting: Arc<Waker>,
    ) -> std::result::Result<Candidate, Failure> {
        let io_waker =
            Waker::new().map_err(|error| not_connected(format!("TIBEMS_SOCKET_LIMIT: {error}")))?;
        Ok(Candidate {
            stream,
            engine,
            input: BytesMut::new(),
            output: Vec::new(),
            from: 0,
            written: 0,
            profile: Arc::new(Profile::default()),
            trace,
            connecting,
            io_waker: Arc::new(io_waker),
            options,
            since: Instant::now(),
            heard: false,
            awaited: "",
            opened: false,
        })
    }

    /// Everything up to the server's `open`, and what it says with it.
    pub fn open(
        &mut self,
        driver: &Driver,
        deadline: Option<Instant>,
    ) -> std::result::Result<(), Failure> {
        self.drive(driver, deadline, &mut |_, event| {
            Ok(matches!(event, Event::Opened))
        })?;
        (self.opened, self.since) = (true, Instant::now());
        self.refused_at_once()?;
        let profile = Profile::detect(self.engine.peer(), &self.options, driver.id());
        self.profile = Arc::new(profile);
        Ok(())
    }

    /// Writes, reads and runs timers until `done` says so for an event. Ends at `deadline`, also while bytes come that
    /// decide nothing: what was there at that moment is still read.
    pub fn drive(
        &mut self,
        driver: &Driver,
        deadline: Option<Instant>,
        done: &mut dyn FnMut(&mut Engine, Event) -> std::result::Result<bool, Failure>,
    ) -> std::result::Result<(), Failure> {
        let mut late = false;
        loop {
            self.awaited = self.engine.awaits();
            let timer = self.engine.tick(Instant::now());
            while let Some(event) = self.engine.poll_event() {
                match event {
                    Event::Closed { error } => return Err(self.turned_away(error.as_ref())),
                    Event::AuthFailed { failure, text } => return Err(auth_failed(failure, &text)),
                    Event::Failed { ref error, kind } => return Err(self.violated(error, kind)),
                    event => {
                        if done(&mut self.engine, event)? {
                            return Ok(());
                        }
                    }
                }
            }
            if late {
                return Err(self.silent());
            }
            let full = self.write()?;
            let limit = match (deadline, timer) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            let ready = wait(Some(self.stream.fd()), full, &self.connecting, limit)
                .map_err(|error| not_connected(format!("waiting failed: {error}")))?;
            if driver.is_closing() {
                return Err(not_connected("the connection was closed meanwhile"));
            }
            late = deadline.is_some_and(|deadline| Instant::now() >= deadline);
            if ready.readable {
                self.read()?;
            }
        }
    }

    /// Writes what the socket takes; true when it is full.
    fn write(&mut self) -> std::result::Result<bool, Failure> {
        loop {
            if self.from == self.output.len() {
                self.output.clear();
                self.from = 0;
                self.engine.take_output(&mut self.output);
                if self.output.is_empty() {
                    return Ok(false);
                }
            }
            match self.stream.write(&self.output[self.from..]) {
                Ok(count) => {
                    if let Some(trace) = &mut self.trace {
                        trace.written(&self.output[self.from..self.from + count]);
                    }
                    self.from += count;
                    self.written += count as u64;
                    self.engine.wrote(Instant::now());
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(true),
                Err(error) => return Err(self.ended(Some(&error))),
            }
        }
    }

    fn read(&mut self) -> std::result::Result<(), Failure> {
        match self.stream.read(&mut self.input) {
            Ok(0) => Err(self.ended(None)),
            Ok(count) => {
                self.heard = true;
                if let Some(trace) = &mut self.trace {
                    trace.read(&self.input[self.input.len() - count..]);
                }
                self.engine.input(&mut self.input, Instant::now());
                Ok(())
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(self.ended(Some(&error))),
        }
    }

    /// How far the conversation has come.
    fn heard(&self) -> Heard {
        match (self.opened, self.heard) {
            (true, _) => Heard::Open,
            (false, true) => Heard::Before(self.awaited),
            (false, false) => Heard::Nothing,
        }
    }

    /// The time of this part of the try is over.
    fn silent(&self) -> Failure {
        not_connected(answers::silent(self.heard(), self.since.elapsed()))
    }

    /// The stream has ended, or broke.
    fn ended(&self, error: Option<&std::io::Error>) -> Failure {
        let mut failure = not_connected(answers::ended(self.heard(), error));
        failure.sasl_drop = error.is_none() && self.engine.sasl_final_sent();
        failure
    }

    /// A peer that closes instead of serving us: its close is answered, best effort (spec 40 §1.9).
    fn turned_away(&mut self, error: Option<&AmqpError>) -> Failure {
        let _ = self.write();
        refused(error)
    }

    /// A peer that breaks the protocol: its close goes out best effort. The finer status ends up in the
    /// error context (spec 40 §1.1).
    fn violated(&mut self, error: &AmqpError, kind: FailureKind) -> Failure {
        let _ = self.write();
        let text = match (kind, &error.description) {
            (FailureKind::Idle, _) => return self.silent(),
            (FailureKind::Protocol | FailureKind::Version, Some(looks)) => looks.clone(),
            _ => Reason::Library(Some(error)).text(),
        };
        Failure::retry(condition::failure(kind), text)
    }

    /// A refusal that arrived together with `open` (spec 40 §1.9).
    fn refused_at_once(&mut self) -> std::result::Result<(), Failure> {
        while let Some(event) = self.engine.poll_event() {
            match event {
                Event::Closed { error } => return Err(self.turned_away(error.as_ref())),
                Event::Failed { ref error, kind } => return Err(self.violated(error, kind)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Takes the parts for installation.
    pub fn into_parts(mut self) -> Parts {
        let unsent = if self.from < self.output.len() {
            (std::mem::take(&mut self.output), self.from)
        } else {
            (Vec::new(), 0)
        };
        Parts {
            stream: self.stream,
            engine: self.engine,
            input: self.input,
            unsent,
            written: self.written,
            trace: self.trace,
            waker: self.io_waker,
        }
    }
}

fn refused(error: Option<&AmqpError>) -> Failure {
    let reason = Reason::Server(error);
    let container = error.is_some_and(condition::names_container_id);
    let (status, again) = condition::connect_refusal(reason.condition(), container);
    Failure::retry(status, reason.turned_away(status)).with(again)
}

fn auth_failed(failure: AuthFailure, text: &str) -> Failure {
    if failure == AuthFailure::Outcome(4) {
        return not_connected(format!("SASL: {text}")); // temporary (spec 40 §1.4)
    }
    Failure::retry(Status::TIBEMS_SECURITY_EXCEPTION, format!("SASL: {text}")).with(Again::Stop)
}
