//! Temporary destinations (spec 20 §2.6, spec 40 §2.10): the link that makes each and keeps it for its life, the session of
//! the connection's own that these links belong to, and the name, which is another one on every server.
//!
//! The program's handles, consumers, producers and the reply-to of messages share the node of a [`Destination`]; a
//! recovery names it anew in the one step that installs the server, before anything of it is used.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use super::link::{Definition, Incarnation, Link};
use super::session::SessionState;
use super::{Key, Model};
use crate::amqp::engine::SessionId;
use crate::client::rules::condition::Place;
use crate::client::rules::modes::AcknowledgeMode;
use crate::client::rules::profile::Profile;
use crate::client::rules::reason::Reason;
use crate::message::{Addresses, Destination, DestinationKind, TemporaryNode};
use crate::status::{Error, Result, Status};
use crate::trace::Topic;

fn invalid(text: &'static str) -> Error {
    Error::new(Status::TIBEMS_INVALID_DESTINATION, text)
}

/// The answer to whoever uses a deleted temporary destination.
pub fn deleted() -> Error {
    invalid("the temporary destination was deleted")
}

/// A temporary destination.
pub(super) struct TemporaryState {
    destination: Destination,
    pub(super) link: Link,
    /// Names on lost servers that sends still carry which no server has got
    former: Vec<Arc<str>>,
}

impl TemporaryState {
    /// It is there and nobody deletes it.
    pub fn is_open(&self) -> bool {
        !self.node().is_deleted()
    }

    /// A recovery makes it again.
    pub fn is_recovered(&self) -> bool {
        self.is_open() && self.link.is_recovered()
    }

    fn node(&self) -> &Arc<TemporaryNode> {
        let node = self.destination.temporary_node();
        node.expect("made by Destination::temporary")
    }

    fn is(&self, destination: &Destination) -> bool {
        match destination.temporary_node() {
            Some(node) if Arc::ptr_eq(node, self.node()) => true,
            _ => *destination == self.destination, // identity is kind and name
        }
    }
}

/// The temporary destinations of a connection.
#[derive(Default)]
pub(super) struct Temporaries {
    states: BTreeMap<u32, TemporaryState>,
    /// The session that their links belong to
    session: Option<u32>,
}

impl Temporaries {
    pub fn get(&self, key: u32) -> Option<&TemporaryState> {
        self.states.get(&key)
    }

    pub fn get_mut(&mut self, key: u32) -> Option<&mut TemporaryState> {
        self.states.get_mut(&key)
    }

    pub fn iter(&self) -> impl Iterator<Item = (u32, &TemporaryState)> {
        self.states.iter().map(|(key, state)| (*key, state))
    }

    /// The session that their links belong to.
    pub fn session(&self) -> Option<u32> {
        self.session
    }

    /// The server is lost, and all of them with it.
    pub fn lose(&mut self) {
        for state in self.states.values_mut() {
            state.link.lose(true);
        }
    }

    /// Sends that wait may carry a name of a server that is gone.
    pub fn are_renamed(&self) -> bool {
        self.states.values().any(|state| !state.former.is_empty())
    }

    fn find(&self, destination: &Destination) -> Option<(u32, &TemporaryState)> {
        self.iter().find(|(_, state)| state.is(destination))
    }
}

/// Addresses of a server that is gone: its names of the temporary destinations stand for what they are now.
pub(super) struct Former<'a> {
    pub profile: &'a Profile,
    pub temporaries: &'a Temporaries,
}

impl Addresses for Former<'_> {
    fn to_wire<'a>(&'a self, destination: &'a Destination) -> Cow<'a, str> {
        self.profile.to_wire(destination)
    }

    fn from_wire(&self, address: &str, kind: DestinationKind, temporary: bool) -> Destination {
        let was = |state: &&TemporaryState| {
            state.destination.kind() == kind && state.former.iter().any(|name| **name == *address)
        };
        let found = self.temporaries.states.values().find(was);
        match found {
            Some(state) if temporary => state.destination.clone(),
            _ => self.profile.from_wire(address, kind, temporary),
        }
    }
}

impl Model {
    /// A new temporary destination, which no server has made yet.
    pub fn new_temporary(&mut self, kind: DestinationKind) -> u32 {
        let key = self.key();
        let purpose = match kind {
            DestinationKind::Queue => "tmpq",
            DestinationKind::Topic => "tmpt",
        };
        let name = format!("ems:{purpose}:{}:{key}", self.container_id());
        let destination = Destination::temporary(kind, "", self.basis.id);
        let definition = Definition::Temporary {
            name,
            destination: destination.clone(),
        };
        let state = TemporaryState {
            destination,
            link: Link::new(definition),
            former: Vec::new(),
        };
        self.temporaries.states.insert(key, state);
        key
    }

    /// The destination that a key stands for.
    pub fn temporary(&self, key: u32) -> Option<&Destination> {
        self.temporaries.get(key).map(|state| &state.destination)
    }

    /// The session of the connection's own for these links, on the wire; its begin may still be unanswered. None: there
    /// is no server.
    pub(super) fn own_session(&mut self, now: Instant) -> Result<Option<SessionId>> {
        let failed = |key: &u32| {
            let state = self.sessions.get(key);
            state.is_none_or(|state| state.incarnation().failed().is_some())
        };
        let key = match self.temporaries.session {
            Some(key) if !failed(&key) => key,
            old => {
                old.into_iter().for_each(|key| self.forget_session(key));
                let key = self.new_session(AcknowledgeMode::Auto);
                self.temporaries.session = Some(key);
                key
            }
        };
        if let Some(Err(error)) = self.begin_session(key, now) {
            return Err(error);
        }
        Ok(self
            .sessions
            .get(&key)
            .and_then(|state| state.incarnation().id()))
    }

    /// The server has made a temporary destination of this name, for the call that asked or in a recovery.
    pub(super) fn temporary_attached(&mut self, key: u32, address: Option<Arc<str>>) {
        if let Some(session) = self.temporaries.session
            && let Some(state) = self.sessions.get_mut(&session)
        {
            state.confirm();
        }
        let waits = self.queued_bytes > 0;
        let Some(state) = self.temporaries.states.get_mut(&key) else {
            return;
        };
        let Some(address) = address else {
            return; // refused as `Definition::terms` says
        };
        let old = state.node().name();
        state.node().rename(address.clone());
        if !waits {
            state.former.clear();
        }
        let kind = state.destination.kind();
        if old.is_empty() {
            self.note(
                Topic::State,
                format_args!("temporary {kind:?} {address} is made"),
            );
        } else {
            if waits {
                state.former.push(old.clone());
            }
            self.note(
                Topic::Recovery,
                format_args!("temporary {kind:?} {old} is {address} now"),
            );
        }
    }

    /// The server has taken a temporary destination away while the connection lives: whoever reads it has failed.
    pub(super) fn temporary_detached(&mut self, key: u32, reason: Reason<'_>) {
        let error = reason.error(Place::Session, false);
        let Some(state) = self.temporaries.states.remove(&key) else {
            return;
        };
        state.node().delete();
        for consumer in self.consumers_on(state.node()) {
            self.end_with_node(consumer, &reason.error(Place::DetachConsumer, false));
        }
        let name = state.node().name();
        let text = format!("temporary destination {name}: {}", error.text);
        self.report(Status::TIBEMS_INVALID_DESTINATION, text);
    }

    /// A consumer has failed with what it reads. Its link is detached here: not every server does that, and what came over
    /// it would be nobody's.
    fn end_with_node(&mut self, key: u32, error: &Error) {
        let Some(state) = self.consumers.get_mut(&key) else {
            return;
        };
        let (session, link) = (state.session(), state.link.take());
        self.consumer_failed(key, error);
        if let (Some(server), Some(link)) = (self.server.as_mut(), link) {
            server.close_link(link);
        }
        self.relieve();
        self.lose_enrolled(session, key);
        self.effects.wake(Key::Session(session));
    }

    /// The session of their links has ended: so have they.
    pub(super) fn own_session_ended(&mut self, reason: Reason<'_>) {
        self.temporaries.session = None;
        let Some(profile) = self.server.as_ref().map(|server| server.profile().clone()) else {
            return;
        };
        let keys: Vec<u32> = self.temporaries.states.keys().copied().collect();
        for key in keys {
            let Some(state) = self.temporaries.states.get_mut(&key) else {
                continue;
            };
            match state.link.incarnation() {
                Incarnation::Attaching(_) => {
                    let refusal = state.link.definition().refusal(reason, &profile);
                    state.link.gone(Some(refusal));
                }
                Incarnation::Live(_) if state.link.is_confirmed() => {
                    self.temporary_detached(key, reason);
                }
                _ => state.link.gone(None),
            }
        }
        self.effects.wake_everyone();
    }

    /// The open consumers of a temporary destination.
    fn consumers_on(&self, node: &Arc<TemporaryNode>) -> Vec<u32> {
        let on = |destination: &Destination| {
            let own = destination.temporary_node();
            own.is_some_and(|own| Arc::ptr_eq(own, node))
        };
        let consumers = self.consumers.iter();
        let found = consumers.filter(|(_, state)| state.is_open() && on(state.destination()));
        found.map(|(key, _)| *key).collect()
    }

    /// What a link on this destination is attached to: one of the connection's own temporary destinations where this is a
    /// name of it.
    fn own_temporary(&self, destination: &Destination) -> Option<Destination> {
        let (_, state) = self.temporaries.find(destination)?;
        Some(state.destination.clone())
    }

    /// What a consumer on this destination reads: not a temporary destination of somebody else, and no deleted one
    /// (spec 20 §2.6).
    pub fn consumable(&self, destination: Destination) -> Result<Destination> {
        let destination = self.producible(destination)?;
        match destination.temporary_node() {
            Some(node) if node.connection() != self.basis.id => Err(invalid(
                "the temporary destination is of another connection",
            )),
            _ => Ok(destination),
        }
    }

    /// What a producer on this destination sends to: no deleted temporary destination.
    pub fn producible(&self, destination: Destination) -> Result<Destination> {
        let destination = self.own_temporary(&destination).unwrap_or(destination);
        match destination.is_deleted() {
            true => Err(deleted()),
            false => Ok(destination),
        }
    }

    /// A recovery attaches links on this destination: not those on temporary destinations that are deleted, or not ours to
    /// make again.
    pub(super) fn is_within_reach(&self, definition: &Definition) -> bool {
        let Some(node) = definition.temporary_node() else {
            return true;
        };
        let mut states = self.temporaries.states.values();
        states.any(|state| state.is_recovered() && Arc::ptr_eq(state.node(), node))
    }

    /// The own temporary destination of this kind that a program wants to delete.
    pub fn deletable(&self, destination: &Destination, kind: DestinationKind) -> Result<u32> {
        let found = self.temporaries.find(destination);
        match found.filter(|(_, state)| state.is_open()) {
            Some((key, state)) if state.destination.kind() == kind => Ok(key),
            Some(_) => Err(invalid("the temporary destination is of the other kind")),
            None => Err(invalid(
                "no temporary destination of this connection, or a deleted one",
            )),
        }
    }

    /// Deletes a temporary destination: its detach is written, and its answer is to be awaited.
    pub fn delete_temporary(&mut self, key: u32) -> Result<()> {
        let Some(state) = self.temporaries.get(key) else {
            return Ok(());
        };
        if !self.consumers_on(state.node()).is_empty() {
            return Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "the temporary destination still has consumers",
            ));
        }
        let (Some(state), Some(server)) =
            (self.temporaries.states.get_mut(&key), self.server.as_mut())
        else {
            return Ok(());
        };
        state.node().delete();
        if let Some(link) = state.link.live() {
            server.engine.detach(link, true, None);
            state.link.closing(link);
        }
        Ok(())
    }

    /// A temporary destination goes; the error with which the server has refused to delete it.
    pub fn drop_temporary(&mut self, key: u32) -> Result<()> {
        let Some(mut state) = self.temporaries.states.remove(&key) else {
            return Ok(());
        };
        state.node().delete();
        let refused = state.link.incarnation().failed().cloned();
        let closing = matches!(state.link.incarnation(), Incarnation::Closing(_));
        if let (Some(server), Some(link)) = (self.server.as_mut(), state.link.take()) {
            match closing {
                true => drop(server.disown(link)),
                false => server.close_link(link),
            }
        }
        self.effects.wake(Key::Connection);
        refused.map_or(Ok(()), Err)
    }

    /// The session of these links is wanted by a recovery.
    pub(super) fn is_session_recovered(&self, key: u32, state: &SessionState) -> bool {
        let own = self.temporaries.session == Some(key);
        let mut temporaries = self.temporaries.states.values();
        state.is_recovered() && (!own || temporaries.any(TemporaryState::is_recovered))
    }
}
