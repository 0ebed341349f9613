//! Connecting: one try of one URL, and the walk over a list until a server accepts.
//!
//! Runs in the thread that creates or recovers the connection, or in the I/O thread during automatic
//! reconnect. A try works on a socket and an engine of its own; the connection sees them only when
//! everything is there (`Built`), so that a failed try leaves nothing behind. Blocks up to the attempt
//! settings; `close` ends it at once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use bytes::BytesMut;

use super::digests::OpenSsl;
use super::driver::Driver;
use super::rebuild::Built;
use super::trace_frames::FrameTrace;
use crate::amqp::engine::{AuthFailure, Engine, EngineConfig, Event, FailureKind, SaslConfig};
use crate::amqp::performative::AmqpError;
use crate::client::rules::condition::{self, Again, parts};
use crate::client::rules::options::{self, Options};
use crate::client::rules::profile::Profile;
use crate::client::rules::reconnect::{Series, Step};
use crate::client::rules::url::ServerUrl;
use crate::settings::{self, Purpose};
use crate::status::{Error, Result, Status};
use crate::trace::{self, Topic};
use crate::transport::{self, Buffers, Stream, Waker, wait};

/// Engines made so far: none takes a session or link of another for its own (spec 40 §3.7).
static ENGINES: AtomicU32 = AtomicU32::new(0);
/// EOFs directly behind our last SASL frame that count as a refused password (spec 40 §1.4).
const SASL_DROPS: u32 = 3;

/// Why a try failed.
#[derive(Debug)]
pub struct Failure {
    pub error: Error,
    pub again: Again,
    /// The name did not resolve.
    pub lookup: bool,
    /// The server dropped the socket while it had our password.
    pub sasl_drop: bool,
}

impl Failure {
    pub fn retry(status: Status, text: impl Into<String>) -> Failure {
        Failure {
            error: Error::new(status, text.into()),
            again: Again::Retry,
            lookup: false,
            sasl_drop: false,
        }
    }

    fn with(mut self, again: Again) -> Failure {
        self.again = again;
        self
    }
}

fn not_connected(text: impl Into<String>) -> Failure {
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
    deadline: Option<Instant>,
}

impl Candidate {
    /// Writes, reads and runs timers until `done` says so for an event. Ends at the deadline of the try.
    pub fn drive(
        &mut self,
        driver: &Driver,
        deadline: Option<Instant>,
        done: &mut dyn FnMut(&mut Engine, Event) -> std::result::Result<bool, Failure>,
    ) -> std::result::Result<(), Failure> {
        loop {
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
            if ready.readable {
                self.read()?;
            } else if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Err(not_connected("no answer within the attempt timeout"));
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
                Err(error) => return Err(not_connected(format!("writing failed: {error}"))),
            }
        }
    }

    fn read(&mut self) -> std::result::Result<(), Failure> {
        match self.stream.read(&mut self.input) {
            Ok(0) => {
                let mut failure = not_connected("the server closed the socket");
                failure.sasl_drop = self.engine.sasl_final_sent();
                Err(failure)
            }
            Ok(count) => {
                if let Some(trace) = &mut self.trace {
                    trace.read(&self.input[self.input.len() - count..]);
                }
                self.engine.input(&mut self.input, Instant::now());
                Ok(())
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(not_connected(format!("reading failed: {error}"))),
        }
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
        let (condition, text) = parts(Some(error));
        let status = condition::failure(kind);
        Failure::retry(status, format!("{condition}: {}", text.unwrap_or_default()))
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

    /// End of the present try.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }
}

fn refused(error: Option<&AmqpError>) -> Failure {
    let (condition, text) = parts(error);
    let container = error.is_some_and(condition::names_container_id);
    let (status, again) = condition::connect_refusal(condition, container);
    Failure::retry(status, condition::describe(condition, text)).with(again)
}

fn auth_failed(failure: AuthFailure, text: &str) -> Failure {
    if failure == AuthFailure::Outcome(4) {
        return not_connected(format!("SASL: {text}")); // temporary (spec 40 §1.4)
    }
    Failure::retry(Status::TIBEMS_SECURITY_EXCEPTION, format!("SASL: {text}")).with(Again::Stop)
}

impl Driver {
    /// Walks `series` until a server accepts the connection and everything on it (spec 10 §2.3, C16, C17).
    pub fn establish(&self, mut series: Series, purpose: Purpose) -> Result<Built> {
        let waker = self.connecting()?;
        let mut refusal: Option<Error> = None;
        let mut last: Option<Error> = None;
        let mut only_lookups = true;
        let mut drops: Vec<((usize, usize), u32)> = Vec::new();
        let mut step = series.step();
        loop {
            match step {
                Step::End => break,
                Step::Sleep(delay) => {
                    if !self.sleep(delay, &waker) {
                        break;
                    }
                }
                Step::Try { group, server } => {
                    if self.is_closing() {
                        break;
                    }
                    self.announce_try(&series, group, server, purpose);
                    let mut failure = match self.attempt(group, server, series.timeout(), &waker) {
                        Ok(built) => return Ok(built),
                        Err(failure) => failure,
                    };
                    only_lookups &= failure.lookup;
                    if failure.sasl_drop && count_drop(&mut drops, (group, server)) >= SASL_DROPS {
                        failure.error.status = Status::TIBEMS_SECURITY_EXCEPTION;
                        failure.again = Again::Stop;
                    }
                    let url = &self.plan().groups[group][server];
                    let error = Error::new(
                        failure.error.status,
                        format!("{url}: {}", failure.error.text),
                    );
                    trace::line(
                        Topic::Recovery,
                        format_args!(
                            "connection {}: {purpose:?} failed: {}",
                            self.id(),
                            error.text
                        ),
                    );
                    if is_refusal(error.status) {
                        refusal = Some(error.clone());
                    }
                    last = Some(error);
                    match (failure.again, purpose) {
                        (Again::Retry, _) => {}
                        (Again::Held, Purpose::Reconnect) => {
                            self.renew_generated_id();
                            step = series.repeat_after_delay(group, server);
                            continue;
                        }
                        _ => series.forbid(group, server),
                    }
                }
            }
            step = series.step();
        }
        let last = last.unwrap_or_else(|| Error::from(Status::TIBEMS_SERVER_NOT_CONNECTED));
        Err(match refusal {
            _ if only_lookups && last.status == Status::TIBEMS_INVALID_HOSTNAME => last,
            Some(refusal) => refusal,
            None => Error::new(
                Status::TIBEMS_SERVER_NOT_CONNECTED,
                match last.status {
                    Status::TIBEMS_SERVER_NOT_CONNECTED => last.text.into_owned(),
                    finer => format!("{finer:?}: {}", last.text),
                },
            ),
        })
    }

    /// Sleeps between passes; false when the connection is closed meanwhile.
    fn sleep(&self, delay: Duration, waker: &Waker) -> bool {
        let until = Instant::now() + delay;
        while !self.is_closing() {
            match wait(None, false, waker, Some(until)) {
                Ok(ready) if ready.woken => {}
                _ => return !self.is_closing(),
            }
        }
        false
    }

    /// One try: lookup, connect, SASL, open, and whatever the connection consists of.
    fn attempt(
        &self,
        group: usize,
        server: usize,
        timeout: Option<Duration>,
        waker: &Arc<Waker>,
    ) -> std::result::Result<Built, Failure> {
        let url = &self.plan().groups[group][server];
        let options = options::for_server(url);
        // without a timeout the silence limit ends a try whose server says nothing (C13)
        let limit = timeout.or(options.idle);
        let deadline = limit.map(|limit| Instant::now() + limit);
        let addresses = transport::resolve(&url.host, url.port, deadline, &|| self.is_closing())
            .map_err(|error| Failure {
                lookup: error.kind() == std::io::ErrorKind::NotFound,
                ..Failure::retry(
                    Status::TIBEMS_INVALID_HOSTNAME,
                    format!("the host name does not resolve: {error}"),
                )
            })?;
        let mut last = not_connected("the host has no address");
        for (index, address) in addresses.iter().enumerate() {
            // the addresses share the limit, each gets at least a quarter of it (spec 40 §3.2)
            let until = limit.zip(deadline).map(|(limit, deadline)| {
                let now = Instant::now();
                let left = deadline.saturating_duration_since(now);
                let share = left / u32::try_from(addresses.len() - index).unwrap_or(1);
                deadline.min(now + share.max(limit / 4))
            });
            let candidate = match self.open_transport(
                *address,
                url,
                options.clone(),
                (until, timeout.and(deadline)),
                waker,
            ) {
                Ok(candidate) => candidate,
                Err(failure) if failure.again == Again::Retry => {
                    last = failure;
                    continue;
                }
                Err(failure) => return Err(failure),
            };
            return self.rebuild(candidate, (group, server));
        }
        Err(last)
    }

    /// Connects to one address and opens AMQP on it.
    fn open_transport(
        &self,
        address: SocketAddr,
        url: &ServerUrl,
        options: Options,
        (connect_until, deadline): (Option<Instant>, Option<Instant>),
        waker: &Arc<Waker>,
    ) -> std::result::Result<Candidate, Failure> {
        let buffers = Buffers {
            receive: settings::buffer_bytes(settings::Buffer::Receive),
            send: settings::buffer_bytes(settings::Buffer::Send),
        };
        let stream = Stream::connect(address, buffers, connect_until, waker, &|| {
            self.is_closing()
        })
        .and_then(|stream| stream.tune(options.idle).map(|()| stream))
        .map_err(|error| match error.raw_os_error() {
            Some(libc::EMFILE | libc::ENFILE) => {
                not_connected(format!("TIBEMS_SOCKET_LIMIT: {error}"))
            }
            _ => not_connected(format!("connecting failed: {error}")),
        })?;
        let io_waker =
            Waker::new().map_err(|error| not_connected(format!("TIBEMS_SOCKET_LIMIT: {error}")))?;
        let engine = Engine::new(self.engine_config(url, &options), Instant::now());
        let mut candidate = Candidate {
            stream,
            engine,
            input: BytesMut::new(),
            output: Vec::new(),
            from: 0,
            written: 0,
            profile: Arc::new(Profile::default()),
            trace: FrameTrace::start(&url.to_string()),
            connecting: waker.clone(),
            io_waker: Arc::new(io_waker),
            options,
            deadline,
        };
        candidate.drive(self, deadline, &mut |_, event| {
            Ok(matches!(event, Event::Opened))
        })?;
        candidate.refused_at_once()?;
        let chosen = candidate.options.broker.as_deref();
        candidate.profile = Arc::new(Profile::detect(candidate.engine.peer(), chosen, self.id()));
        Ok(candidate)
    }

    fn engine_config(&self, url: &ServerUrl, options: &Options) -> EngineConfig {
        let hold = self.lock();
        let hostname = match options.vhost.as_deref() {
            Some("") => None,
            Some(vhost) => Some(vhost.to_owned()),
            None => Some(url.host.clone()),
        };
        let mut desired: Vec<String> = ["DELAYED_DELIVERY", "ANONYMOUS-RELAY", "SHARED-SUBS"]
            .map(str::to_owned)
            .into();
        if hold.client_id().is_some() {
            desired.insert(0, "sole-connection-for-container".to_owned());
        }
        let sasl_off = options.sasl.as_ref().is_some_and(Vec::is_empty);
        EngineConfig {
            number: ENGINES.fetch_add(1, Ordering::Relaxed),
            container_id: hold.container_id().to_owned(),
            hostname: hostname.clone(),
            max_frame_size: options.frame_size,
            channel_max: 32_767,
            idle_timeout: options.idle,
            desired_capabilities: desired,
            properties: vec![
                ("product".into(), "libtibemsufo".into()),
                ("version".into(), env!("CARGO_PKG_VERSION").into()),
                ("platform".into(), format!("C/{}", std::env::consts::OS)),
            ],
            message_limit: options.message_limit,
            sasl: (!sasl_off).then(|| SaslConfig {
                user: self.plan().user.clone(),
                password: self
                    .plan()
                    .user
                    .as_ref()
                    .map(|_| self.plan().password.clone().unwrap_or_default()),
                plain_ok: options.plain_ok,
                tls: false,
                allowed: options.sasl.clone(),
                hostname,
                scram_cache: self.scram_cache().clone(),
                digests: Some(&OpenSsl),
                ..SaslConfig::default()
            }),
            ..EngineConfig::default()
        }
    }
}

/// Counts a drop at this URL.
fn count_drop(drops: &mut Vec<((usize, usize), u32)>, at: (usize, usize)) -> u32 {
    match drops.iter_mut().find(|(of, _)| *of == at) {
        Some((_, count)) => {
            *count += 1;
            *count
        }
        None => {
            drops.push((at, 1));
            1
        }
    }
}

/// The refusals that win over "not connected" (C16).
fn is_refusal(status: Status) -> bool {
    matches!(
        status,
        Status::TIBEMS_SECURITY_EXCEPTION
            | Status::TIBEMS_INVALID_CLIENT_ID
            | Status::TIBEMS_SERVER_LIMIT
    ) || (150..=161).contains(&status.code())
}
