//! A send on its way into the output: its link, its turn, credit and room (D21); and held sends that a loss has left
//! (D16).
//!
//! [`Model::try_send`] is one step of a send: it is in the output, or the caller waits for what the step names and tries
//! again.

use std::time::Instant;

use super::link::{Incarnation, Link, Owner};
use super::outbox::{Parcel, Ticket, Verdict};
use super::wait::Wait;
use super::{Key, Model};
use crate::amqp::engine::SendError;
use crate::message::{Destination, readdress};
use crate::status::{Error, Result, Status};
use crate::trace::Topic;

/// One send call, over all its steps.
#[derive(Debug)]
pub struct Sending {
    producer: u32,
    session: u32,
    /// None: to the producer's own destination
    to: Option<Destination>,
    /// No answer is waited for
    held: bool,
    /// The last attach that it has asked for or waited for: link and attempt
    attached: Option<(usize, u32)>,
    /// Number of the break when its transfer was made
    breaks: u32,
}

/// What a step of a send has come to.
#[derive(Debug)]
pub enum Sent {
    /// It is in the output, and so will be its outcome.
    Awaited(Ticket),
    /// It is in the output, and nothing more will be heard of it.
    Held,
    /// There is no server, or not this link any more: back to the gate.
    Lost,
    /// Its link is to be attached first.
    Attach(Owner),
    Wait(Wait),
}

impl Sending {
    /// By a producer of a session; `to` none = its own destination; `held` = no answer is waited for.
    pub fn new(session: u32, producer: u32, to: Option<Destination>, held: bool) -> Sending {
        Sending {
            producer,
            session,
            to,
            held,
            attached: None,
            breaks: 0,
        }
    }

    /// It goes to the producer's own destination.
    pub fn is_bound(&self) -> bool {
        self.to.is_none()
    }

    /// Number of the break when its transfer was made: what is recovered after another one is another connection (U15).
    pub fn breaks(&self) -> u32 {
        self.breaks
    }
}

impl Model {
    /// One step of a send.
    pub fn try_send(&mut self, sending: &mut Sending, payload: &mut Vec<u8>) -> Result<Sent> {
        let key = sending.producer;
        let Some(relay) = self.server.as_ref().map(|s| s.profile().anonymous_relay) else {
            return Ok(Sent::Lost);
        };
        let Some(state) = self.producers.get_mut(&key) else {
            return Ok(Sent::Lost);
        };
        let index = state.senders.route(sending.to.as_ref(), relay);
        let Some(link) = state.senders.at_mut(index) else {
            return Ok(Sent::Lost);
        };
        let wait = Wait::Attached(sending.session, Owner::Producer(key, index));
        let attempt = (index, link.attempt());
        match link.incarnation() {
            Incarnation::Live(_) => link.confirm(),
            Incarnation::Attaching(_) => {
                sending.attached = Some(attempt);
                return Ok(Sent::Wait(wait));
            }
            // the producer's own link has failed for good; of others this send's own attach
            Incarnation::Failed(error)
                if sending.to.is_none() || sending.attached == Some(attempt) =>
            {
                return Err(error.clone());
            }
            _ => return Ok(Sent::Attach(Owner::Producer(key, index))),
        }
        let turn = |room| Wait::Turn {
            session: sending.session,
            producer: key,
            index,
            room,
        };
        if state.outbox.waits() {
            return Ok(Sent::Wait(turn(false))); // what a loss left goes first (D16)
        }
        if !self.has_room(key, payload.len()) {
            if !self.room_waiters.contains(&key) {
                self.room_waiters.push(key);
            }
            return Ok(Sent::Wait(turn(true)));
        }
        match self.put(sending, index, payload) {
            Ok(sent) => {
                sending.breaks = self.breaks();
                Ok(sent)
            }
            Err(SendError::NoCredit) => Ok(Sent::Wait(turn(false))),
            Err(SendError::TooLarge) => Err(Error::new(
                Status::TIBEMS_INVALID_SIZE,
                "the message is larger than the server takes",
            )),
            Err(SendError::Detached) => {
                // attached anew; never tried again as it is
                let state = self.producers.get_mut(&key);
                if let Some(link) = state.and_then(|state| state.senders.at_mut(index)) {
                    link.gone(None);
                }
                Ok(Sent::Lost)
            }
        }
    }

    /// Writes the attach that a send has asked for; what it waits for then.
    pub fn attach_for(
        &mut self,
        sending: &mut Sending,
        owner: Owner,
        now: Instant,
    ) -> Result<Wait> {
        self.offer(owner, now)?;
        if let (Some(link), Owner::Producer(_, index)) = (self.link(owner), owner) {
            sending.attached = Some((index, link.attempt()));
        }
        Ok(Wait::Attached(sending.session, owner))
    }

    /// Puts the message into the output.
    fn put(
        &mut self,
        sending: &Sending,
        index: usize,
        payload: &mut Vec<u8>,
    ) -> std::result::Result<Sent, SendError> {
        let key = sending.producer;
        let (Some(state), Some(server)) = (self.producers.get_mut(&key), self.server.as_mut())
        else {
            return Err(SendError::Detached);
        };
        let link = state.senders.at(index).and_then(Link::live);
        let link = link.ok_or(SendError::Detached)?;
        let end = server.put(link, payload, sending.held, state.outbox.next())?;
        if !sending.held {
            return Ok(Sent::Awaited(state.outbox.begin_awaited(index, end)));
        }
        if let Some(end) = end {
            server.stretch(key, end);
        }
        let parcel = Parcel {
            to: sending.to.clone(),
            payload: std::mem::replace(payload, self.pool.take()),
            made_for: None,
        };
        state.outbox.begin_held(index, end, parcel);
        Ok(Sent::Held)
    }

    /// What is made and not handed over leaves room for a message of this producer (D21).
    fn has_room(&self, key: u32, size: usize) -> bool {
        let (Some(server), Some(state)) = (self.server.as_ref(), self.producers.get(&key)) else {
            return true;
        };
        let waiting = server.unwritten() + self.queued_bytes;
        waiting.saturating_add(size) <= self.basis.options.buffer_limit
            || !state.outbox.is_unwritten(server.written())
    }

    /// A thread hands this many bytes of the output to the system.
    pub fn handing(&mut self, bytes: usize) {
        if let Some(server) = self.server.as_mut() {
            server.handing(bytes);
        }
    }

    /// And these last words, behind them.
    pub fn handing_also(&mut self, bytes: usize) {
        if let Some(server) = self.server.as_mut() {
            server.handing_also(bytes);
        }
    }

    /// The system has them: held sends among them are done with, sends that wait for room look again.
    pub fn handed(&mut self, bytes: usize, now: Instant) {
        let Model {
            server,
            producers,
            pool,
            room_waiters,
            effects,
            ..
        } = self;
        let Some(server) = server.as_mut() else {
            return;
        };
        server.handed(bytes);
        if bytes > 0 {
            server.engine.wrote(now);
        }
        let written = server.written();
        while let Some(key) = server.next_handed() {
            if let Some(state) = producers.get_mut(&key) {
                state.outbox.reclaim(written, |buffer| pool.give(buffer));
            }
        }
        effects.wake(Key::Connection);
        if room_waiters.is_empty() {
            return;
        }
        let limit = self.basis.options.buffer_limit;
        let roomy = server.unwritten() + self.queued_bytes <= limit / 4 * 3;
        room_waiters.retain(|key| {
            let Some(state) = producers.get(key) else {
                return false;
            };
            // whatever others hold back, a producer without unwritten bytes may go on
            let goes_on = roomy || !state.outbox.is_unwritten(written);
            if goes_on {
                effects.wake(Key::Producer(*key));
            }
            !goes_on
        });
    }

    /// A send of this producer waits for room.
    pub(super) fn waits_for_room(&self, key: u32) -> bool {
        self.room_waiters.contains(&key)
    }

    /// Bytes of these producers are not with the system.
    pub fn is_unwritten(&self, producers: &[u32]) -> bool {
        let Some(server) = self.server.as_ref() else {
            return false;
        };
        self.any_producer(producers, |state| {
            state.outbox.is_unwritten(server.written())
        })
    }

    /// Takes the verdict on an awaited send. None: not yet; an error: its producer is gone.
    pub fn take_verdict(&mut self, key: u32, ticket: Ticket) -> Option<Verdict> {
        self.producers.get_mut(&key)?.outbox.take(ticket)
    }

    /// Nobody waits for this verdict any more.
    pub fn abandon(&mut self, key: u32, ticket: Ticket) {
        if let Some(state) = self.producers.get_mut(&key) {
            state.outbox.abandon(ticket);
        }
    }

    /// A producer is there.
    pub fn has_producer(&self, key: u32) -> bool {
        self.producers.contains_key(&key)
    }

    /// Sends what a loss has left of a producer's held sends, in their order, as far as links and credit reach.
    pub(super) fn send_queued(&mut self, key: u32) {
        let waits = |model: &Model| {
            let state = model.producers.get(&key);
            state.is_some_and(|state| state.outbox.waits())
        };
        if !waits(self) {
            return;
        }
        while let Some((ticket, index)) = self.next_queued(key) {
            let (Some(state), Some(server)) = (self.producers.get_mut(&key), self.server.as_mut())
            else {
                return;
            };
            let link = state.senders.at(index).and_then(Link::live);
            let (Some(link), Some((_, parcel))) = (link, state.outbox.first_queued()) else {
                return;
            };
            let size = parcel.payload.len();
            match server.put(link, &parcel.payload, true, ticket) {
                Ok(end) => {
                    if let Some(end) = end {
                        server.stretch(key, end);
                    }
                    state.outbox.begin_queued(ticket, index, end);
                    self.queued_bytes -= size;
                }
                Err(SendError::NoCredit) => return,
                // the event that says why is still to come
                Err(SendError::Detached) => return,
                Err(SendError::TooLarge) => {
                    self.drop_queued(key, ticket, "larger than the server takes");
                }
            }
        }
        if !waits(self) {
            self.effects.wake(Key::Producer(key)); // what is new may go now
            self.effects.wake(Key::Connection);
        }
    }

    /// The first queued send, made fit for the present server, and its link, which is attached when there is none yet.
    fn next_queued(&mut self, key: u32) -> Option<(Ticket, usize)> {
        loop {
            let profile = self.server.as_ref()?.profile().clone();
            let state = self.producers.get_mut(&key)?;
            let own = state.senders.bound().cloned();
            let (ticket, parcel) = state.outbox.first_queued()?;
            let to = parcel.to.clone();
            let old = parcel.made_for.replace(profile.clone());
            if let (Some(old), Some(to)) = (old, to.as_ref().or(own.as_ref()))
                && old.addresses_differ(&profile)
            {
                let before = parcel.payload.len();
                readdress(&mut parcel.payload, to, &*old, &*profile);
                let after = parcel.payload.len();
                state.outbox.resized(before, after);
                self.queued_bytes = self.queued_bytes + after - before;
            }
            let index = state.senders.route(to.as_ref(), profile.anonymous_relay);
            let link = state.senders.at_mut(index)?;
            let failed = match link.incarnation() {
                Incarnation::Live(_) => {
                    link.confirm();
                    return Some((ticket, index));
                }
                Incarnation::Attaching(_) => return None,
                Incarnation::Failed(error) => Some(error.clone()),
                _ => self.offer(Owner::Producer(key, index), self.now).err(),
            };
            match failed {
                None => return None, // its answer goes on
                Some(error) => self.drop_queued(key, ticket, &error.text),
            }
        }
    }

    /// A queued send cannot be sent. Nobody hears of it, as of any send that is not awaited (20 §3.3).
    fn drop_queued(&mut self, key: u32, ticket: Ticket, why: &str) {
        if let Some(state) = self.producers.get_mut(&key) {
            let before = state.outbox.queued_bytes();
            state.outbox.drop_queued(ticket);
            self.queued_bytes -= before - state.outbox.queued_bytes();
        }
        self.note(
            Topic::State,
            format_args!("an unconfirmed send is dropped: {why}"),
        );
    }
}
