//! Named subscriptions of a connection: subscribers beside each other, and the deletion of durable ones by name (spec 20
//! §4.5 to §4.7, spec 40 §2.6).
//!
//! A subscriber is a consumer; what its name means for others is said by `rules/subscription.rs`. An [`Unsubscribing`] is
//! one call of the program: a link that asks for the subscription by its name, and its end, which deletes that.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use super::consumer::ConsumerState;
use super::link::{Definition, Incarnation, Link, Owner};
use super::{Model, Object};
use crate::amqp::engine::{Attached, LinkId};
use crate::client::rules::condition::Place;
use crate::client::rules::modes::AcknowledgeMode;
use crate::client::rules::reason::Reason;
use crate::client::rules::subscription::{self, Kind, Other, Subscription};
use crate::message::Destination;
use crate::message::selector::Selector;
use crate::status::{Error, Result, Status};

/// The deletion of a durable subscription.
pub(super) struct Unsubscribing {
    name: Arc<str>,
    session: u32,
    pub(super) link: Link,
    /// A server has named the subscription, and was asked to delete it
    found: bool,
    /// It is asked for again, because the server may have kept it without a word: whether it is still there
    again: Option<bool>,
    result: Option<Result<()>>,
}

/// Durable subscriptions of the client id that the present server keeps, as far as this connection has used them.
pub(super) type Known = HashMap<Arc<str>, Kind>;

impl Unsubscribing {
    /// The server is lost; another one is asked anew.
    pub fn lose(&mut self) {
        self.link.lose(false);
        self.again = None;
    }

    fn end(&mut self, error: Option<Error>) {
        self.result = Some(match self.again {
            Some(true) => Err(subscription::kept(&self.name)),
            _ => subscription::unsubscribed(&self.name, self.found, error),
        });
        self.link.gone(None);
    }
}

impl Model {
    /// A new subscriber, not attached yet; refused when another one of this connection excludes it.
    pub fn new_subscriber(
        &mut self,
        session: u32,
        (topic, selector): (Destination, Option<Arc<Selector>>),
        no_local: bool,
        (kind, name): (Kind, Arc<str>),
    ) -> Result<u32> {
        subscription::check_kind(&name, self.subscriptions.get(&name).copied(), kind)?;
        self.take_over(kind, &name)?;
        let others = self.consumers.values();
        let others = others.filter(|state| state.is_subscribed());
        let others = others.filter_map(ConsumerState::as_subscriber);
        let subscription = Subscription::beside(
            (kind, name),
            self.client_id().is_some(),
            (&topic, selector.as_deref()),
            others,
        )?;
        Ok(self.insert_consumer(session, topic, selector, no_local, Some(subscription)))
    }

    /// Subscribers that are closed and stay for the messages in the program's hands make room for a new one: those
    /// messages go back to the subscription. What is in a transaction is bound to that.
    fn take_over(&mut self, kind: Kind, name: &str) -> Result<()> {
        let of = self.consumers.iter();
        let of = of.filter(|(_, state)| state.is_kept() && kind.is_durable());
        let of = of.filter(|(_, state)| state.is_deleted_with(name));
        let of: Vec<_> = of.map(|(key, state)| (*key, state.session())).collect();
        for (key, session) in of {
            let mode = self.sessions.get(&session).map(|state| state.mode());
            if mode == Some(AcknowledgeMode::Client) {
                self.fail_in_hand(key);
                self.drop_consumer(key);
            } else if !kind.is_shared() {
                return Err(Error::new(
                    Status::TIBEMS_INVALID_CONSUMER,
                    format!("messages of the subscription \"{name}\" are in a transaction"),
                ));
            }
        }
        Ok(())
    }

    /// Begins to delete a durable subscription; refused while it is in use on this connection.
    pub fn new_unsubscribing(&mut self, session: u32, name: Arc<str>) -> Result<u32> {
        let mut of = self.consumers.values();
        let used = of.find(|state| state.is_subscribed() && state.is_deleted_with(&name));
        if let Some(state) = used {
            let why = match state.is_kept() {
                true => "messages of it are not acknowledged",
                false => "it has an active consumer",
            };
            return Err(Error::new(
                Status::TIBEMS_EXCEPTION,
                format!("the subscription \"{name}\" cannot be deleted: {why}"),
            ));
        }
        let key = self.key();
        let definition = Definition::Lookup {
            name: name.clone(),
            has_client_id: self.client_id().is_some(),
        };
        let state = Unsubscribing {
            name,
            session,
            link: Link::new(definition),
            found: false,
            again: None,
            result: None,
        };
        self.unsubscribing.insert(key, state);
        Ok(key)
    }

    /// Asks the server for a subscription that is to be deleted, unless that is done. None = its answers are to come.
    pub fn unsubscribe(&mut self, key: u32, now: Instant) -> Option<Result<()>> {
        let state = self.unsubscribing.get(&key)?;
        if let Some(result) = &state.result {
            return Some(result.clone());
        }
        let there = !matches!(state.link.incarnation(), Incarnation::None);
        if there || self.server.is_none() {
            return None;
        }
        self.offer(Owner::Unsubscribing(key), now).err().map(Err)
    }

    /// The answers to an Unsubscribe are awaited.
    pub(super) fn is_unsubscribing(&self, key: u32) -> bool {
        let state = self.unsubscribing.get(&key);
        state.is_some_and(|state| {
            let there = !matches!(state.link.incarnation(), Incarnation::None);
            there && state.result.is_none() && self.check_session(state.session).is_ok()
        })
    }

    /// The call is over.
    pub fn drop_unsubscribing(&mut self, key: u32) {
        let state = self.unsubscribing.remove(&key);
        let link = state.and_then(|mut state| state.link.take());
        if let (Some(server), Some(link)) = (self.server.as_mut(), link) {
            server.close_link(link); // given up: what is not deleted yet stays
        }
    }

    /// The session that an Unsubscribe goes over.
    pub(super) fn session_of_unsubscribing(&self, key: u32) -> Option<u32> {
        self.unsubscribing.get(&key).map(|state| state.session)
    }

    /// The server has answered for the name: it is told to delete what it has found. Its answer to that is the result.
    pub(super) fn subscription_looked_up(&mut self, key: u32, id: LinkId, answer: &Attached) {
        let (Some(state), Some(server)) = (self.unsubscribing.get_mut(&key), self.server.as_mut())
        else {
            return;
        };
        match &mut state.again {
            None => {
                state.found |= answer.source.is_some();
                server.engine.detach(id, true, None);
            }
            Some(there) => {
                *there = answer.source.is_some();
                server.engine.leave(id);
            }
        }
    }

    /// The link of an Unsubscribe has ended, or was refused.
    pub(super) fn unsubscribed(&mut self, key: u32, reason: Reason<'_>, now: Instant) {
        let (Some(state), Some(server)) = (self.unsubscribing.get_mut(&key), self.server.as_ref())
        else {
            return;
        };
        let said = !reason.condition().is_empty();
        let sure = server.profile().tells_of_kept_subscriptions();
        if state.found && !said && !sure && state.again.is_none() {
            (state.again, _) = (Some(false), state.link.take());
            if let Err(error) = self.offer(Owner::Unsubscribing(key), now) {
                self.unsubscribe_failed(key, error);
                self.wake_owner(Owner::Unsubscribing(key));
            }
            return;
        }
        state.end(said.then(|| reason.error(Place::Unsubscribe, false)));
        if state.result == Some(Ok(())) {
            self.subscriptions.remove(&state.name);
        }
        self.wake_owner(Owner::Unsubscribing(key));
    }

    /// The subscriber of a name is attached: the server keeps that, as this kind.
    pub(super) fn note_subscription(&mut self, key: u32) {
        let state = self.consumers.get(&key);
        let subscription = state.and_then(|state| state.definition().subscription.as_ref());
        if let Some((name, kind)) = subscription.and_then(Subscription::is_kept_as) {
            self.subscriptions.insert(name.clone(), kind);
        }
    }

    /// An Unsubscribe has failed without a word of the server.
    pub(super) fn unsubscribe_failed(&mut self, key: u32, error: Error) {
        if let Some(state) = self.unsubscribing.get_mut(&key) {
            state.end(Some(error));
        }
    }

    /// The server has ended a session: what is asked for over it is not answered.
    pub(super) fn fail_unsubscribing(&mut self, session: u32, error: &Error) {
        let of = self.unsubscribing.values_mut();
        let of = of.filter(|state| state.session == session);
        // what was deleted just before stays so
        for state in of.filter(|state| state.result != Some(Ok(()))) {
            state.end(Some(error.clone()));
        }
    }

    fn check_session(&self, session: u32) -> Result<()> {
        self.check_open()?;
        self.check(Object::Session(session))
    }
}

impl ConsumerState {
    /// Others of its connection must know of its subscription: it is used, or was and is not free yet.
    fn is_subscribed(&self) -> bool {
        let ended = self.link.incarnation().failed().is_some();
        !ended
    }

    fn as_subscriber(&self) -> Option<Other<'_>> {
        let definition = self.definition();
        Some(Other {
            subscription: definition.subscription.as_ref()?,
            topic: &definition.destination,
            selector: definition.selector.as_deref(),
        })
    }

    /// An Unsubscribe of this name would take its messages.
    fn is_deleted_with(&self, name: &str) -> bool {
        let subscription = self.definition().subscription.as_ref();
        subscription.is_some_and(|subscription| subscription.is_deleted_with(name))
    }
}
