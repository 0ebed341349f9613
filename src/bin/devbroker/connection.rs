//! One client's connection: its socket, the frames of its sessions, heartbeats, close (spec 40 §1.9).
//! How it begins is in `handshake`.
//!
//! The socket does not block. The server calls `read`, `tick` and `flush` once per turn of its loop.
//! Whatever the client does wrong ends at most this connection.

use crate::broker::Broker;
use crate::handshake::CHANNEL_MAX;
use crate::link::{Context, Gone, Names, Settings};
use crate::queue::{Entry, LinkRef};
use crate::sasl::Login;
use crate::session::Session;
use crate::slab::Key;
use crate::transaction::Transactions;
use crate::wire::{Fault, Output};
use bytes::BytesMut;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::rc::Rc;
use std::time::{Duration, Instant};
use tibemsufo::amqp::frame::{self, EMPTY_FRAME, FrameDecoder};
use tibemsufo::amqp::performative::{AmqpError, Close, End, Open, Performative};

/// With this much output waiting, nothing more is delivered.
const OUTPUT_FULL: usize = 1 << 20;
/// With this much, the client is not read either.
const OUTPUT_STUCK: usize = 8 << 20;
/// From TCP connect to open.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long a closed connection may take to go away.
const LINGER: Duration = Duration::from_secs(1);

/// What the command line says about connections.
#[derive(Clone)]
pub struct Options {
    pub login: Option<Login>,
    /// Nothing heard for so long: the client is gone. Zero: never
    pub idle: Duration,
    pub max_frame: u32,
    pub trace: bool,
    pub settings: Settings,
}

/// The time of one turn of the server's loop.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    pub at: Instant,
    /// Milliseconds since the epoch
    pub epoch: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The first protocol header is due
    Header,
    Sasl,
    /// Logged in; the AMQP header is due
    LoggedIn,
    /// The open is due
    Opening,
    Open,
    /// We sent a close, the client's is due
    Closing,
    /// Only our last bytes have to go out
    Over,
    /// The socket can be dropped
    Gone,
}

pub struct Connection {
    pub(crate) key: Key,
    stream: TcpStream,
    pub(crate) options: Rc<Options>,
    pub(crate) state: State,
    input: BytesMut,
    pub(crate) out: Output,
    sessions: Vec<Option<Box<Session>>>,
    transactions: Transactions,
    names: Names,
    partial_bytes: usize,
    link_count: usize,
    pub(crate) container: Rc<str>,
    last_read: Instant,
    last_write: Instant,
    /// We have to write at least this often
    pub(crate) heartbeat: Option<Duration>,
    /// Ends the handshake, or a closed connection
    pub(crate) deadline: Option<Instant>,
    /// Deliveries wait for the output to shrink
    choked: bool,
}

impl Connection {
    /// Takes over an accepted, non-blocking socket.
    pub fn new(key: Key, stream: TcpStream, options: Rc<Options>, now: Now) -> Self {
        let peer = stream.peer_addr().map(|peer| peer.to_string());
        let trace = options.trace.then(|| peer.unwrap_or_default());
        Connection {
            key,
            stream,
            options,
            state: State::Header,
            input: BytesMut::new(),
            out: Output::new(trace),
            sessions: Vec::new(),
            transactions: Transactions::default(),
            names: Names::new(),
            partial_bytes: 0,
            link_count: 0,
            container: "".into(),
            last_read: now.at,
            last_write: now.at,
            heartbeat: None,
            deadline: Some(now.at + HANDSHAKE),
            choked: false,
        }
    }

    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }

    pub fn is_gone(&self) -> bool {
        self.state == State::Gone
    }

    /// Does the loop wait for bytes of the client?
    pub fn wants_read(&self) -> bool {
        self.out.pending().len() < OUTPUT_STUCK
    }

    pub fn wants_write(&self) -> bool {
        !self.out.pending().is_empty()
    }

    fn split<'a>(
        &'a mut self,
        broker: &'a mut Broker,
        now: Now,
    ) -> (&'a mut Vec<Option<Box<Session>>>, Context<'a>) {
        let ctx = Context {
            out: &mut self.out,
            broker,
            transactions: &mut self.transactions,
            names: &mut self.names,
            partial_bytes: &mut self.partial_bytes,
            link_count: &mut self.link_count,
            connection: self.key,
            container: &self.container,
            settings: &self.options.settings,
            now: now.epoch,
        };
        (&mut self.sessions, ctx)
    }

    // Input

    /// Reads what is there and handles every whole frame of it.
    pub fn read(&mut self, chunk: &mut [u8], broker: &mut Broker, now: Now) {
        match self.stream.read(chunk) {
            Ok(0) => self.lose(broker, now),
            Ok(count) => {
                self.last_read = now.at;
                if matches!(self.state, State::Over | State::Gone) {
                    return;
                }
                self.input.extend_from_slice(&chunk[..count]);
                if let Err(error) = self.process(broker, now) {
                    self.close_with(error, broker, now);
                }
                for session in self.sessions.iter_mut().flatten() {
                    session.flush(&mut self.out);
                }
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => self.lose(broker, now),
        }
    }

    fn process(&mut self, broker: &mut Broker, now: Now) -> Result<(), AmqpError> {
        let mut decoder = FrameDecoder::new(self.options.max_frame);
        loop {
            match self.state {
                State::Header | State::LoggedIn => {
                    let Some(header) = self.input.first_chunk::<8>().copied() else {
                        return Ok(());
                    };
                    let _ = self.input.split_to(header.len());
                    self.on_header(header, now);
                }
                State::Over | State::Gone => {
                    self.input.clear();
                    return Ok(());
                }
                _ => {
                    let frame = decoder.next_frame(&mut self.input).map_err(|error| {
                        let condition = match error {
                            frame::FrameError::Decode(_) => "amqp:decode-error",
                            _ => "amqp:connection:framing-error",
                        };
                        AmqpError::new(condition, error.to_string())
                    })?;
                    match frame {
                        Some(frame) => self.on_frame(frame, broker, now)?,
                        None => return Ok(()),
                    }
                }
            }
        }
    }

    fn on_frame(
        &mut self,
        found: frame::Frame,
        broker: &mut Broker,
        now: Now,
    ) -> Result<(), AmqpError> {
        let violation = |text: &str| AmqpError::new("amqp:connection:framing-error", text);
        let Some(performative) = found.performative else {
            return match self.state {
                State::Sasl => Err(violation("an empty SASL frame")),
                _ => Ok(()),
            };
        };
        self.out.note("<-", found.channel, &performative);
        if performative.is_sasl() != (self.state == State::Sasl) {
            return Err(violation("a frame of another layer"));
        }
        match (self.state, performative) {
            (State::Sasl, frame) => self.on_sasl(&frame, now),
            (State::Opening, Performative::Open(open)) => self.on_open(&open, broker, now),
            (State::Opening, _) => return Err(violation("open must come first")),
            (State::Open | State::Closing, Performative::Close(_)) => {
                self.finish(Gone::Detached, broker, now);
                if self.state == State::Open {
                    self.out.frame(0, Close::default());
                }
                self.over(now);
            }
            (State::Closing, _) => {}
            (_, Performative::Open(_)) => return Err(violation("a second open")),
            (_, performative) => {
                return self.on_session_frame(
                    found.channel,
                    performative,
                    found.payload,
                    broker,
                    now,
                );
            }
        }
        Ok(())
    }

    fn on_session_frame(
        &mut self,
        channel: u16,
        performative: Performative,
        payload: bytes::Bytes,
        broker: &mut Broker,
        now: Now,
    ) -> Result<(), AmqpError> {
        let at = usize::from(channel);
        let framing = |text: String| AmqpError::new("amqp:connection:framing-error", text);
        let (sessions, mut ctx) = self.split(broker, now);
        if let Performative::Begin(begin) = &performative {
            if channel > CHANNEL_MAX || begin.remote_channel.is_some() {
                return Err(framing(format!("begin on channel {channel}")));
            }
            if sessions.len() <= at {
                sessions.resize_with(at + 1, || None);
            }
            if sessions[at].is_some() {
                return Err(framing(format!("channel {channel} is in use")));
            }
            sessions[at] = Some(Box::new(Session::begin(channel, begin, &mut ctx)));
            return Ok(());
        }
        let Some(session) = sessions.get_mut(at).and_then(Option::as_mut) else {
            return Err(framing(format!("no session on channel {channel}")));
        };
        if let Performative::End(_) = performative {
            session.end(Gone::Detached, &mut ctx);
            if !session.ended {
                session.flush(ctx.out);
                ctx.out.frame(channel, End::default());
            }
            sessions[at] = None;
            return Ok(());
        }
        if session.ended {
            return Ok(());
        }
        match session.handle(performative, payload, &mut ctx) {
            Ok(()) => Ok(()),
            Err(Fault::Session(error) | Fault::Link(error)) => {
                session.end_with(error, &mut ctx);
                Ok(())
            }
            Err(Fault::Connection(error)) => Err(error),
        }
    }

    // Deliveries and what other connections cause

    /// Can the link take a delivery now?
    pub fn is_able(&self, link: LinkRef) -> bool {
        !self.choked
            && self
                .sessions
                .get(usize::from(link.channel))
                .and_then(Option::as_ref)
                .is_some_and(|session| session.is_able(link.handle))
    }

    /// Sends a message; true: it is not needed any more.
    pub fn deliver(&mut self, link: LinkRef, queue: Key, entry: Entry, copy: bool) -> bool {
        let session = self.sessions.get_mut(usize::from(link.channel));
        let Some(session) = session.and_then(Option::as_mut) else {
            return false;
        };
        let done = session.deliver(link.handle, queue, entry, copy, &mut self.out);
        self.choked = self.out.pending().len() >= OUTPUT_FULL;
        done
    }

    /// Closes one of its links.
    pub fn detach(&mut self, link: LinkRef, error: AmqpError, broker: &mut Broker, now: Now) {
        let (sessions, mut ctx) = self.split(broker, now);
        let session = sessions.get_mut(usize::from(link.channel));
        if let Some(session) = session.and_then(Option::as_mut) {
            session.detach_link(link.handle, error, &mut ctx);
        }
    }

    /// Answers a drain if the queue has nothing more; false: not yet.
    pub fn finish_drain(&mut self, link: LinkRef, broker: &mut Broker, now: Now) -> bool {
        let (sessions, mut ctx) = self.split(broker, now);
        match sessions.get_mut(usize::from(link.channel)) {
            Some(Some(session)) => session.finish_drain(link, &mut ctx),
            _ => true,
        }
    }

    // Output, timers, ends

    /// Gives the socket what it takes.
    pub fn flush(&mut self, broker: &mut Broker, now: Now) {
        while !self.out.pending().is_empty() {
            match self.stream.write(self.out.pending()) {
                Ok(count) => {
                    self.out.advance(count);
                    self.last_write = now.at;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return self.lose(broker, now),
            }
        }
        if self.choked && self.out.pending().len() < OUTPUT_FULL / 2 {
            self.choked = false;
            let (sessions, mut ctx) = self.split(broker, now);
            for session in sessions.iter().flatten() {
                session.mark_all(&mut ctx);
            }
        }
        if self.state == State::Over && self.out.pending().is_empty() {
            // the client reads our last bytes and then closes, or the deadline comes
            let _ = self.stream.shutdown(Shutdown::Write);
        }
    }

    /// Does what is due; gives the time of the next call.
    pub fn tick(&mut self, broker: &mut Broker, now: Now) -> Option<Instant> {
        if self.deadline.is_some_and(|deadline| deadline <= now.at) {
            self.out.remark(format_args!("dropped at a deadline"));
            self.lose(broker, now);
            return None;
        }
        if self.state != State::Open {
            return self.deadline;
        }
        let mut next = self.deadline;
        let mut consider = |at: Instant| next = Some(next.map_or(at, |next| next.min(at)));
        if !self.options.idle.is_zero() {
            let heard = match self.wants_read() {
                true => self.last_read,
                false => self.last_read.max(self.last_write),
            };
            let silent_until = heard + self.options.idle;
            if silent_until <= now.at {
                let text = "nothing heard for the idle time-out";
                let error = AmqpError::new("amqp:resource-limit-exceeded", text);
                self.close_with(error, broker, now);
                return self.deadline;
            }
            consider(silent_until);
        }
        if let Some(period) = self.heartbeat {
            if self.out.pending().is_empty() && self.last_write + period <= now.at {
                self.out.raw(&EMPTY_FRAME);
                consider(now.at + period);
            } else {
                consider((self.last_write + period).max(now.at + Duration::from_millis(5)));
            }
        }
        next
    }

    /// Closes the connection from our side.
    pub(crate) fn close_with(&mut self, error: AmqpError, broker: &mut Broker, now: Now) {
        self.out.remark(format_args!("closed: {error}"));
        self.finish(Gone::Lost, broker, now);
        match self.state {
            State::Open => {
                self.out.frame(0, Close { error: Some(error) });
                self.state = State::Closing;
                self.deadline = Some(now.at + LINGER);
            }
            State::Opening => {
                let open = Open {
                    container_id: "devbroker".into(),
                    ..Open::default()
                };
                self.out.frame(0, open);
                self.out.frame(0, Close { error: Some(error) });
                self.over(now);
            }
            _ => self.over(now),
        }
    }

    /// The last bytes are queued.
    pub(crate) fn over(&mut self, now: Now) {
        self.state = State::Over;
        self.deadline = Some(now.at + LINGER);
    }

    /// The socket is of no use any more.
    fn lose(&mut self, broker: &mut Broker, now: Now) {
        self.finish(Gone::Lost, broker, now);
        self.state = State::Gone;
    }

    /// Gives back everything that the connection holds.
    fn finish(&mut self, gone: Gone, broker: &mut Broker, now: Now) {
        for session in self.sessions.iter_mut().flatten() {
            session.flush(&mut self.out);
        }
        broker.unregister(&self.container, self.key);
        let (sessions, mut ctx) = self.split(broker, now);
        for session in sessions.iter_mut().flatten() {
            session.end(gone, &mut ctx);
        }
        sessions.clear();
    }
}
