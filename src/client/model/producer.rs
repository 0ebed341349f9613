//! Producers: their links, their sends, how they end (spec 20 §3).

use super::completing::Promised;
use super::link::Incarnation;
use super::outbox::{Outbox, Parting};
use super::senders::Senders;
use super::{Key, Model};
use crate::client::rules::attach;
use crate::client::rules::verdict::unknown;
use crate::message::Destination;
use crate::status::Error;

/// A producer.
pub(super) struct ProducerState {
    session: u32,
    open: bool,
    pub(super) senders: Senders,
    pub(super) outbox: Outbox,
    pub(super) promised: Promised,
    /// Threads inside a send
    sending: u32,
}

impl ProducerState {
    pub fn session(&self) -> u32 {
        self.session
    }

    pub fn is_open(&self) -> bool {
        self.open
    }

    /// A thread is inside a send.
    pub fn is_sending(&self) -> bool {
        self.sending > 0
    }
}

impl Model {
    /// A new producer, with a link of its own when it has a destination.
    pub fn new_producer(&mut self, session: u32, bound: Option<Destination>) -> u32 {
        let key = self.key();
        let address = bound.as_ref().map(Destination::name);
        let address = address.as_deref().unwrap_or_default();
        let name = attach::name("snd", self.container_id(), key, address);
        let state = ProducerState {
            session,
            open: true,
            senders: Senders::new(name, bound),
            outbox: Outbox::default(),
            promised: Promised::default(),
            sending: 0,
        };
        self.producers.insert(key, state);
        key
    }

    /// A thread is inside a send from now on.
    pub fn begin_sending(&mut self, key: u32) {
        if let Some(state) = self.producers.get_mut(&key) {
            state.sending += 1;
        }
    }

    /// The thread has left its send.
    pub fn end_sending(&mut self, key: u32) {
        if let Some(state) = self.producers.get_mut(&key) {
            state.sending -= 1;
            if state.sending == 0 {
                self.effects.wake(Key::Connection); // a close may wait for it
            }
        }
    }

    /// The program closes a producer. False: it was closed.
    pub fn close_producer(&mut self, key: u32) -> bool {
        let state = self.producers.get_mut(&key);
        let session = state.as_ref().map(|state| state.session);
        let closes = state.is_some_and(|state| std::mem::replace(&mut state.open, false));
        session
            .into_iter()
            .for_each(|key| self.effects.wake(Key::Session(key)));
        self.effects.wake(Key::Producer(key));
        closes
    }

    /// Writes the detaches of a closed producer. Those of links that the server knows are to be awaited.
    pub fn detach_producer(&mut self, key: u32) {
        let (Some(state), Some(server)) = (self.producers.get_mut(&key), self.server.as_mut())
        else {
            return;
        };
        for (_, link) in state.senders.iter_mut() {
            match (link.live(), link.take()) {
                (Some(id), _) => {
                    server.engine.detach(id, true, None);
                    link.closing(id);
                }
                (None, Some(id)) => server.close_link(id),
                (None, None) => {}
            }
        }
    }

    /// A producer goes, and what it still had to send; callbacks that are owed are told so.
    pub fn drop_producer(&mut self, key: u32) {
        self.give_up_promises(&[key]);
        let Some(mut state) = self.producers.remove(&key) else {
            return;
        };
        self.queued_bytes -= state.outbox.queued_bytes();
        if let Some(transaction) = state.outbox.enrolled() {
            let error = unknown("its producer was closed before the server had answered");
            self.send_failed(state.session, transaction, &error);
        }
        if let Some(server) = self.server.as_mut() {
            for (_, link) in state.senders.iter_mut() {
                let closing = matches!(link.incarnation(), Incarnation::Closing(_));
                match link.take() {
                    Some(id) if closing => drop(server.disown(id)),
                    Some(id) => server.close_link(id),
                    None => {}
                }
            }
        }
        self.effects.wake(Key::Producer(key));
        self.effects.wake(Key::Connection);
    }

    /// The producers of a session (or all).
    pub fn producers_of(&self, session: Option<u32>) -> Vec<u32> {
        let of = |state: &ProducerState| session.is_none_or(|key| key == state.session);
        let found = self.producers.iter().filter(|(_, state)| of(state));
        found.map(|(key, _)| *key).collect()
    }

    /// One of these producers has such a state.
    pub(super) fn any_producer(&self, keys: &[u32], is: impl Fn(&ProducerState) -> bool) -> bool {
        let mut found = keys.iter().filter_map(|key| self.producers.get(key));
        found.any(is)
    }

    /// The server closed everything of a producer: every later send returns the error.
    pub(super) fn producer_failed(&mut self, key: u32, error: &Error) {
        let Some(state) = self.producers.get_mut(&key) else {
            return;
        };
        let reached = self.server.as_ref().map_or(0, |server| server.reached());
        let session = state.session;
        let mut enrolled = None;
        for (index, link) in state.senders.iter_mut() {
            link.gone(Some(error.clone()));
            enrolled = enrolled.max(state.outbox.enrolled_on(index));
            state.outbox.detach(index, Parting::Failed, reached, error);
        }
        if let Some(transaction) = enrolled {
            self.send_failed(session, transaction, error);
        }
        self.effects.wake(Key::Producer(key));
        self.complete(key);
    }
}
