//! A send on its way into the output: its link, its turn, credit and room (`room`); and sends that wait in the outbox (D16).
//!
//! [`Model::try_send`] is one step of a send: it is in the output, or the caller waits for what the step names and tries
//! again.

use std::sync::Arc;
use std::time::Instant;

use super::link::{Incarnation, Link, Owner};
use super::outbox::{Enrolled, Parcel, Ticket, Verdict};
use super::promise::Promise;
use super::server::Kind;
use super::temporary::{Former, deleted};
use super::wait::{For, Wait};
use super::{Key, Model};
use crate::amqp::engine::SendError;
use crate::client::rules::gate::Caller;
use crate::message::{Destination, DestinationKind, readdress};
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
    /// In a transacted session: what the message goes to
    enrolled: Option<DestinationKind>,
    /// Of an asynchronous send, until that is in the outbox
    promise: Option<Promise>,
    /// Where an asynchronous send is called
    caller: Caller,
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
    /// It is in the output, and nothing more will be heard of it here.
    Held,
    /// It is in the outbox, and its outcome will be told by a callback.
    Promised,
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
            enrolled: None,
            promise: None,
            caller: Caller::Application,
            attached: None,
            breaks: 0,
        }
    }

    /// In a transacted session, to a destination of this kind: it belongs to the transaction, whatever its delivery mode.
    pub fn enroll(&mut self, to: DestinationKind) {
        (self.held, self.enrolled) = (false, Some(to));
    }

    /// An asynchronous one. In a completion callback, of whatever connection, it never waits for callbacks.
    pub fn promising(mut self, promise: Promise, caller: Caller) -> Sending {
        (self.promise, self.caller) = (Some(promise), caller);
        self
    }

    /// It waits for nothing but room, and leaves the rest to its outbox: it is sent inside a completion callback (20 §3.8).
    /// What is in a transaction waits for credit, too.
    fn is_patient(&self) -> bool {
        self.caller == Caller::CompletionListener
            && self.promise.is_some()
            && self.enrolled.is_none()
    }

    /// The promise of an asynchronous one, which is not in the outbox yet: where it is called.
    pub(super) fn promises(&self) -> Option<Caller> {
        self.promise.as_ref().map(|_| self.caller)
    }

    pub(super) fn producer(&self) -> u32 {
        self.producer
    }

    pub(super) fn to(&self) -> Option<&Destination> {
        self.to.as_ref()
    }

    /// The server does not answer it.
    pub(super) fn is_settled(&self) -> bool {
        self.held
    }

    pub(super) fn take_promise(&mut self) -> Option<Promise> {
        self.promise.take()
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
        // first of all, so that what goes nowhere is bounded, too
        if let Some(caller) = sending.promises()
            && !self.has_window(key, payload.len(), caller)
        {
            self.await_window(key);
            return Ok(Sent::Wait(Wait::Window(sending.session, key)));
        }
        if sending.enrolled.is_some()
            && let Some(instead) = self.enter_transaction(sending.session, key)?
        {
            return Ok(match (instead, self.undone(sending.session)) {
                (Sent::Held, Some(error)) if sending.promise.is_some() => {
                    self.keep_promise(sending, Verdict::LinkFailed(error), payload.len());
                    Sent::Promised
                }
                (instead, _) => instead,
            });
        }
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
                return Ok(self.wait(sending, payload, wait));
            }
            // the producer's own link has failed for good; of others this send's own attach
            Incarnation::Failed(error)
                if sending.to.is_none() || sending.attached == Some(attempt) =>
            {
                return Err(error.clone());
            }
            _ if sending.is_patient() => return Ok(self.wait(sending, payload, wait)),
            _ => return Ok(Sent::Attach(Owner::Producer(key, index))),
        }
        let session = sending.session;
        let turn = |what| Wait::Turn {
            session,
            producer: key,
            index,
            what,
        };
        if state.outbox.waits() {
            return Ok(self.wait(sending, payload, turn(For::Credit))); // what a loss left goes first (D16)
        }
        if !self.has_room(key, payload.len()) {
            if !self.room_waiters.contains(&key) {
                self.room_waiters.push(key);
            }
            return Ok(Sent::Wait(turn(For::Room)));
        }
        match self.put(sending, index, payload) {
            Ok(sent) => {
                sending.breaks = self.breaks();
                Ok(sent)
            }
            Err(SendError::NoCredit) => Ok(self.wait(sending, payload, turn(For::Credit))),
            Err(SendError::TooLarge) => Err(too_large()),
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

    /// What a send has to wait for: one that does not is left to its outbox, if that has room.
    fn wait(&mut self, sending: &mut Sending, payload: &mut Vec<u8>, wait: Wait) -> Sent {
        let key = sending.producer;
        if !sending.is_patient() {
            return Sent::Wait(wait);
        }
        if self.has_room(key, payload.len())
            && let Some(sent) = self.queue(sending, payload)
        {
            return sent;
        }
        if !self.room_waiters.contains(&key) {
            self.room_waiters.push(key);
        }
        Sent::Wait(Wait::Room(sending.session, key))
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
        sending: &mut Sending,
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
        let ticket = state.outbox.next();
        if let Some(to) = sending.enrolled {
            let session = self.sessions.get_mut(&sending.session);
            let coordinator = session.and_then(|session| session.coordinator.as_mut());
            let (transaction, txn) = coordinator
                .and_then(|coordinator| coordinator.open())
                .ok_or(SendError::Detached)?;
            let place = server.put((link, index), payload, Kind::Transacted(&txn), ticket)?;
            let enrolled = Enrolled { transaction, to };
            let Some(mut promise) = sending.promise.take() else {
                state.outbox.begin_enrolled(place, enrolled, None);
                self.enrolled(sending.session);
                return Ok(Sent::Held);
            };
            self.promise(key, &mut promise, payload.len());
            if let Some(state) = self.producers.get_mut(&key) {
                state.outbox.begin_enrolled(place, enrolled, Some(promise));
            }
            self.enrolled(sending.session);
            return Ok(Sent::Promised);
        }
        let kind = match sending.held {
            true => Kind::Settled,
            false => Kind::Unsettled,
        };
        let place = server.put((link, index), payload, kind, ticket)?;
        if !sending.held && sending.promise.is_none() {
            return Ok(Sent::Awaited(state.outbox.begin_awaited(place)));
        }
        if let Some(end) = place.end.filter(|_| sending.held) {
            server.stretch(key, end);
        }
        let parcel = Parcel {
            to: sending.to.clone(),
            payload: std::mem::replace(payload, self.pool.take()),
            made_for: None,
            settled: sending.held,
        };
        let Some(mut promise) = sending.promise.take() else {
            state.outbox.begin_held(place, parcel);
            return Ok(Sent::Held);
        };
        promise.wrote(server.epoch());
        self.promise(key, &mut promise, parcel.payload.len());
        if let Some(state) = self.producers.get_mut(&key) {
            state.outbox.begin_promised(place, parcel, promise);
        }
        Ok(Sent::Promised)
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
            let (size, settled) = (parcel.payload.len(), parcel.settled);
            let kind = match settled {
                true => Kind::Settled,
                false => Kind::Unsettled,
            };
            match server.put((link, index), &parcel.payload, kind, ticket) {
                Ok(place) => {
                    if let Some(end) = place.end.filter(|_| settled) {
                        server.stretch(key, end);
                    }
                    state.outbox.begin_queued(ticket, place);
                    state.outbox.wrote(ticket, server.epoch());
                    self.queued_bytes -= size;
                }
                Err(SendError::NoCredit) => return,
                // the event that says why is still to come
                Err(SendError::Detached) => return,
                Err(SendError::TooLarge) => self.drop_queued(key, ticket, &too_large()),
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
            if (to.as_ref().or(own.as_ref())).is_some_and(Destination::is_deleted) {
                self.drop_queued(key, ticket, &deleted());
                continue;
            }
            let old = parcel.made_for.replace(profile.clone());
            if let (Some(old), Some(to)) = (old, to.as_ref().or(own.as_ref()))
                && (old.addresses_differ(&profile)
                    || !Arc::ptr_eq(&old, &profile) && self.temporaries.are_renamed())
            {
                let former = Former {
                    profile: &old,
                    temporaries: &self.temporaries,
                };
                let before = parcel.payload.len();
                readdress(&mut parcel.payload, to, &former, &*profile);
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
                Some(error) => self.drop_queued(key, ticket, &error),
            }
        }
    }

    /// A queued send cannot be sent. Nobody hears of one that is neither awaited nor promised (20 §3.3).
    fn drop_queued(&mut self, key: u32, ticket: Ticket, why: &Error) {
        let Some(state) = self.producers.get_mut(&key) else {
            return;
        };
        let before = state.outbox.queued_bytes();
        let unheard = state.outbox.drop_queued(ticket, why);
        self.queued_bytes -= before - state.outbox.queued_bytes();
        self.complete(key);
        self.relieve_room();
        if unheard {
            self.note_dropped(&why.text);
        }
    }

    /// Nobody is told of it but the trace.
    pub(super) fn note_dropped(&mut self, why: &str) {
        self.note(
            Topic::State,
            format_args!("an unconfirmed send is dropped: {why}"),
        );
    }
}

fn too_large() -> Error {
    Error::new(
        Status::TIBEMS_INVALID_SIZE,
        "the message is larger than the server takes",
    )
}
