//! The client side of an AMQP 1.0 connection, sans I/O: bytes and commands in, bytes and events
//! out, the time passed in (spec 40 Part 1).
//!
//! The owner (the client layer, under the connection's lock) calls `input` with received bytes,
//! `tick` when a deadline is reached, the commands of sessions and links, and after each of these
//! `poll_event` until it is empty. It writes what `take_output` gives and reports it with `wrote`.
//! Nothing here blocks. Sending, acknowledging and receiving a message do not allocate.
//!
//! Where things are: `handshake` headers, SASL, our open, `stranger` what a peer of another protocol
//! looks like; `connection` open, close, violations, the way of frames; `timers` heartbeats;
//! `session` begin, end, the windows; `link` attach, detach; `credit` credit and drains; `transfer`
//! messages both ways, `received` the performative of one that came; `settle` dispositions both ways;
//! `txn` the coordinator's commands; `sasl` and `scram` the mechanisms, `digests` what they need of
//! cryptography.

mod connection;
mod credit;
mod digests;
mod handshake;
mod link;
mod output;
mod received;
mod sasl;
mod scram;
mod serial;
mod session;
mod settle;
mod slots;
mod stranger;
mod timers;
mod transfer;
mod txn;
mod types;
mod unsettled;

#[cfg(test)]
mod tests;

pub use digests::{Digests, ScramHash};
pub use sasl::{MECHANISMS, SaslConfig};
pub use scram::{SCRAM_MAX, SCRAM_MIN, ScramCache};
pub use types::{
    AttachSpec, Attached, AuthFailure, Delivery, EngineConfig, EngineError, EngineState, Event,
    FailureKind, LinkId, Outcome, Send, SendError, SessionId, Settle, condition,
};

use crate::amqp::frame::MIN_MAX_FRAME_SIZE;
use crate::amqp::performative::Open;
use connection::Phase;
use link::Link;
use output::Output;
use session::Session;
use slots::Slots;
use std::collections::VecDeque;
use std::time::Instant;
use timers::Timers;

/// One AMQP connection.
pub struct Engine {
    config: EngineConfig,
    phase: Phase,
    timers: Timers,
    out: Output,
    events: VecDeque<Event>,
    peer: Option<Open>,
    /// Largest frame that we send
    send_limit: usize,
    sessions: Slots<Session>,
    /// Session numbers + 1 by the peer's channel; 0: not mapped
    channels: Vec<u32>,
    links: Slots<Link>,
    /// Sessions with an unwritten disposition run or flow
    dirty: Vec<u32>,
    /// Bytes of partial deliveries
    cut: usize,
    /// Reused for small messages that the engine makes itself
    scratch: Vec<u8>,
}

impl Engine {
    /// Starts a connection: the protocol header is in the output. `now` is the time of the TCP
    /// connect; the idle limit runs from there.
    pub fn new(mut config: EngineConfig, now: Instant) -> Engine {
        config.max_frame_size = config.max_frame_size.max(MIN_MAX_FRAME_SIZE);
        let mut engine = Engine {
            phase: Phase::start(&config),
            timers: Timers::new(&config, now),
            out: Output::new(),
            events: VecDeque::new(),
            peer: None,
            send_limit: MIN_MAX_FRAME_SIZE as usize,
            sessions: Slots::new(config.number),
            channels: Vec::new(),
            links: Slots::new(config.number),
            config,
            dirty: Vec::new(),
            cut: 0,
            scratch: Vec::new(),
        };
        engine.send_header();
        engine
    }

    /// Bytes that `take_output` would give; what is still to be written as dispositions and flows
    /// counts a little. 0 exactly when there is nothing to write, or nothing but acknowledges of
    /// batchable links: those may wait until the owner asks for the output.
    pub fn output_len(&self) -> usize {
        let due = |index: &&u32| {
            self.sessions
                .at(**index)
                .is_some_and(|session| !session.may_wait())
        };
        self.out.bytes.len() + self.dirty.iter().filter(due).count() * 16
    }

    /// Swaps the output into `spare`, which should be empty. Pending disposition runs and flows
    /// are written first, so that they have the counters of this moment.
    pub fn take_output(&mut self, spare: &mut Vec<u8>) {
        self.write_pending();
        self.out.take(spare);
    }

    /// Bytes ever put in the output.
    pub fn queued_bytes(&self) -> u64 {
        self.out.total()
    }

    /// What happened next.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// The peer's `open`, once it is there.
    pub fn peer(&self) -> Option<&Open> {
        self.peer.as_ref()
    }

    /// Writes disposition runs, flows and drain answers that are due.
    fn write_pending(&mut self) {
        let mut dirty = std::mem::take(&mut self.dirty);
        for index in dirty.drain(..) {
            self.write_run(index);
            self.write_flows(index);
            if let Some(session) = self.sessions.at_mut(index) {
                session.dirty = false;
            }
        }
        self.dirty = dirty;
    }

    /// Notes that a session has something to be written at the next `take_output`.
    fn mark_dirty(&mut self, index: u32) {
        if !matches!(self.phase, Phase::Open) {
            return;
        }
        if let Some(session) = self.sessions.at_mut(index)
            && !session.dirty
        {
            session.dirty = true;
            self.dirty.push(index);
        }
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("state", &self.state())
            .field("queued", &self.out.bytes.len())
            .finish_non_exhaustive()
    }
}
