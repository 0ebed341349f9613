//! Links of producers and consumers on the way: attached for their first use and again, answered, refused, left
//! unanswered, and detached by the server while the connection lives (spec 40 §1.11, §3.6, D4).
//!
//! What a detach ends is said by `rules/detach.rs`: housekeeping and a message that was too large leave the producer, which
//! is attached again by its next send; a consumer comes back at once and then at growing intervals. Everything else closes
//! the object and is reported once.

use std::sync::Arc;
use std::time::Instant;

use super::browser::BrowserState;
use super::consumer::ConsumerState;
use super::link::{Incarnation, Link, Owner, unanswered};
use super::outbox::Parting;
use super::producer::ProducerState;
use super::server::Request;
use super::{Key, Model, temporary};
use crate::amqp::engine::{Attached, EngineState, LinkId, SessionId};
use crate::amqp::performative::AmqpError;
use crate::client::rules::condition::Place;
use crate::client::rules::detach::{self, GIVE_UP, Means};
use crate::client::rules::profile::Profile;
use crate::client::rules::reason::{self, Reason};
use crate::status::{Error, Result, Status};

/// The object whose link came back for nothing, again and again.
pub(super) fn gave_up(status: Status, reason: &Reason<'_>) -> Error {
    let why = format!("detached {GIVE_UP} times in a row: {}", reason.text());
    Error::new(status, reason::by_library(&why))
}

impl Model {
    pub(super) fn link(&self, owner: Owner) -> Option<&Link> {
        match owner {
            Owner::Producer(key, index) => self.producers.get(&key)?.senders.at(index),
            Owner::Consumer(key) => Some(&self.consumers.get(&key)?.link),
            Owner::Browser(key) => Some(&self.browsers.get(&key)?.link),
            Owner::Coordinator(key) => Some(self.coordinator(key)?.link()),
            Owner::Temporary(key) => Some(&self.temporaries.get(key)?.link),
            Owner::Unsubscribing(key) => Some(&self.unsubscribing.get(&key)?.link),
        }
    }

    fn link_mut(&mut self, owner: Owner) -> Option<&mut Link> {
        match owner {
            Owner::Producer(key, index) => self.producers.get_mut(&key)?.senders.at_mut(index),
            Owner::Consumer(key) => Some(&mut self.consumers.get_mut(&key)?.link),
            Owner::Browser(key) => Some(&mut self.browsers.get_mut(&key)?.link),
            Owner::Coordinator(key) => Some(self.coordinator_mut(key)?.link_mut()),
            Owner::Temporary(key) => Some(&mut self.temporaries.get_mut(key)?.link),
            Owner::Unsubscribing(key) => Some(&mut self.unsubscribing.get_mut(&key)?.link),
        }
    }

    /// The session on the wire that a link belongs to; none without a server, or without its owner.
    fn session_of(&mut self, owner: Owner, now: Instant) -> Result<Option<SessionId>> {
        let session = match owner {
            Owner::Producer(key, _) => self.producers.get(&key).map(ProducerState::session),
            Owner::Consumer(key) => self.consumers.get(&key).map(ConsumerState::session),
            Owner::Browser(key) => self.browsers.get(&key).map(BrowserState::session),
            Owner::Coordinator(key) => Some(key),
            Owner::Unsubscribing(key) => self.session_of_unsubscribing(key),
            Owner::Temporary(_) => return self.own_session(now),
        };
        session.map_or(Ok(None), |session| self.session_on_wire(session))
    }

    fn is_owner_open(&self, owner: Owner) -> bool {
        match owner {
            Owner::Producer(key, _) => self.producers.get(&key).is_some_and(|p| p.is_open()),
            Owner::Consumer(key) => self.consumers.get(&key).is_some_and(|c| c.is_open()),
            Owner::Browser(key) => self.browsers.get(&key).is_some_and(|b| b.is_open()),
            Owner::Coordinator(key) => self.sessions.get(&key).is_some_and(|s| s.is_open()),
            Owner::Temporary(key) => self.temporaries.get(key).is_some_and(|t| t.is_open()),
            Owner::Unsubscribing(key) => self.unsubscribing.contains_key(&key),
        }
    }

    /// Something goes over its links: a producer that is being closed has still to send what a loss has left (D5).
    fn is_wanted(&self, owner: Owner) -> bool {
        let waits = match owner {
            Owner::Producer(key, _) => self.producers.get(&key).is_some_and(|p| p.outbox.waits()),
            Owner::Consumer(_)
            | Owner::Browser(_)
            | Owner::Coordinator(_)
            | Owner::Temporary(_)
            | Owner::Unsubscribing(_) => false,
        };
        waits || self.is_owner_open(owner)
    }

    /// The wait for something of this object.
    pub(super) fn wake_owner(&mut self, owner: Owner) {
        self.effects.wake(match owner {
            Owner::Producer(key, _) => Key::Producer(key),
            Owner::Consumer(key) => Key::Consumer(key),
            Owner::Browser(key) => Key::Browser(key),
            Owner::Coordinator(key) => Key::Session(key),
            Owner::Temporary(_) => Key::Connection,
            Owner::Unsubscribing(key) => match self.session_of_unsubscribing(key) {
                Some(session) => Key::Session(session),
                None => return,
            },
        });
    }

    /// Where a link stands.
    pub fn incarnation(&self, owner: Owner) -> Option<&Incarnation<LinkId>> {
        Some(self.link(owner)?.incarnation())
    }

    /// The one attach path: writes the attach of a link unless it is there or on its way. None = its answer is to come, or
    /// there is no server.
    pub fn attach(&mut self, owner: Owner, now: Instant) -> Option<Result<()>> {
        let link = self.link_mut(owner)?;
        match link.incarnation() {
            Incarnation::Live(_) => {
                link.confirm();
                if let Owner::Consumer(key) = owner {
                    self.grant(key);
                }
                return Some(Ok(()));
            }
            Incarnation::Failed(error) => return Some(Err(error.clone())),
            Incarnation::Queued
            | Incarnation::Attaching(_)
            | Incarnation::Closing(_)
            | Incarnation::Kept(_) => {
                return None;
            }
            Incarnation::None | Incarnation::Detached(_) => {}
        }
        self.offer(owner, now).err().map(Err)
    }

    /// Writes the attach of a link, whatever became of it before; refused on a temporary destination that was deleted,
    /// whose name may be another node by now.
    pub(super) fn offer(&mut self, owner: Owner, now: Instant) -> Result<()> {
        let on = self
            .link(owner)
            .and_then(|link| link.definition().temporary_node());
        if on.is_some_and(|node| node.is_deleted()) {
            return Err(temporary::deleted());
        }
        let server = self.server.as_ref();
        if server.is_none_or(|server| server.engine.state() != EngineState::Open) {
            return Ok(()); // the loss that follows refuses nothing
        }
        let Some(session) = self.session_of(owner, now)? else {
            return Ok(());
        };
        let limit = now.checked_add(self.request_timeout());
        let (Some(definition), Some(server)) = (
            self.link(owner).map(|link| link.definition().clone()),
            self.server.as_mut(),
        ) else {
            return Ok(());
        };
        let name = definition.chosen_name();
        if name.is_some_and(|name| server.engine.is_named(&name)) {
            server.expect(limit, Request::Name(owner));
            self.waiting_for_names.push(owner);
            if let Some(link) = self.link_mut(owner) {
                link.queue();
            }
            limit.into_iter().for_each(|at| self.effects.rearm(at));
            return Ok(());
        }
        let profile = server.profile().clone();
        let id = definition.offer(&mut server.engine, session, &profile)?;
        server.own(id, session, owner);
        server.expect(limit, Request::Attach(id, owner));
        if let Some(link) = self.link_mut(owner) {
            link.attaching(id);
        }
        limit.into_iter().for_each(|at| self.effects.rearm(at));
        Ok(())
    }

    /// A link has ended: whose attach waited for a name tries again.
    pub(super) fn offer_queued(&mut self, now: Instant) {
        for owner in std::mem::take(&mut self.waiting_for_names) {
            if self.incarnation(owner) == Some(&Incarnation::Queued)
                && let Err(error) = self.offer(owner, now)
            {
                self.link_failed(owner, error);
            }
        }
    }

    /// The server has answered an attach.
    pub(super) fn attached(&mut self, id: LinkId, answer: &Attached) {
        let Some(server) = self.server.as_mut() else {
            return;
        };
        let Some(owner) = server.owner(id) else {
            return;
        };
        let profile = server.profile().clone();
        let wanted = self.is_wanted(owner);
        let link = self.link_mut(owner);
        let Some(link) = link.filter(|link| *link.incarnation() == Incarnation::Attaching(id))
        else {
            return self.close_link(id);
        };
        if !wanted {
            link.gone(None); // closed meanwhile
            self.close_link(id);
            return self.wake_owner(owner);
        }
        if let Owner::Unsubscribing(key) = owner {
            return self.subscription_looked_up(key, id, answer); // its end is to come
        }
        let terms = link.definition().terms(&profile, answer);
        match terms {
            Ok(terms) => {
                if let Some(link) = self.link_mut(owner) {
                    link.attached(id);
                }
                match owner {
                    Owner::Consumer(key) => self.consumer_attached(key, terms),
                    Owner::Browser(key) => self.browser_attached(key),
                    Owner::Producer(key, _) => self.send_queued(key),
                    Owner::Unsubscribing(_) => {}
                    Owner::Coordinator(key) => self.declare(key),
                    Owner::Temporary(key) => self.temporary_attached(key, terms.address),
                }
                self.wake_owner(owner);
            }
            Err(error) => {
                let again = self.link(owner).is_some_and(Link::is_confirmed);
                self.close_link(id);
                self.link_failed(owner, error.clone());
                if again {
                    self.report(error.status, error.text.into_owned());
                }
            }
        }
    }

    /// The server has refused an attach; the link is gone.
    pub(super) fn attach_refused(&mut self, id: LinkId, error: Option<&AmqpError>, now: Instant) {
        let Some((owner, profile)) = self.disown(id) else {
            return;
        };
        let Some(link) = self.link(owner) else {
            return;
        };
        match owner {
            // one that was there before: as if it had been detached
            Owner::Consumer(key) if link.is_confirmed() => {
                self.consumer_detached(key, Reason::Server(error), now);
            }
            Owner::Browser(key) if link.is_confirmed() => {
                self.browser_detached(key, Reason::Server(error), now);
            }
            Owner::Unsubscribing(key) => {
                self.unsubscribed(key, Reason::Server(error), now);
            }
            _ => {
                let reason = Reason::Server(error);
                let error = link.definition().refusal(reason, &profile);
                self.link_failed(owner, error);
            }
        }
    }

    /// When the next answer comes too late.
    pub fn answer_limit(&self) -> Option<Instant> {
        self.server.as_ref()?.answer_limit()
    }

    /// The answers that come too late (spec 40 §1.11).
    pub fn give_up_unanswered(&mut self, now: Instant) {
        while let Some((limit, request)) = self.server.as_ref().and_then(|s| s.first_request()) {
            let waits = match request {
                Request::Begin(key) => self.is_beginning(key),
                Request::Attach(id, owner) => {
                    self.incarnation(owner) == Some(&Incarnation::Attaching(id))
                }
                Request::Declare(key, token) => self.is_declaring(key, token),
                Request::Name(owner) => self.incarnation(owner) == Some(&Incarnation::Queued),
            };
            if waits && limit > now {
                return;
            }
            if let Some(server) = self.server.as_mut() {
                server.drop_first_request();
            }
            match request {
                _ if !waits => {} // answered
                Request::Begin(key) => self.session_unanswered(key),
                Request::Declare(key, _) => self.declare_unanswered(key),
                Request::Attach(id, owner) => {
                    let server = self.server.as_ref();
                    let refused = server.is_some_and(|server| server.engine.refusal_pending(id));
                    self.close_link(id);
                    self.attach_unanswered(owner, refused);
                }
                Request::Name(owner) => self.attach_unanswered(owner, false),
            }
        }
    }

    fn attach_unanswered(&mut self, owner: Owner, refused: bool) {
        let again = self.link(owner).is_some_and(Link::is_confirmed);
        let mut error = unanswered(refused);
        if again {
            // it was there, and it is the library that gives it up (D27)
            error.text = reason::by_library(&error.text).into();
        }
        self.link_failed(owner, error.clone());
        if again && matches!(owner, Owner::Consumer(_)) {
            self.report(error.status, error.text.into_owned());
        }
    }

    /// A link will not do: its object has failed.
    fn link_failed(&mut self, owner: Owner, error: Error) {
        match owner {
            Owner::Consumer(key) => self.consumer_failed(key, &error),
            Owner::Browser(key) => self.browser_failed(key, &error),
            Owner::Producer(key, _) => {
                if let Some(link) = self.link_mut(owner) {
                    link.gone(Some(error));
                }
                self.send_queued(key);
            }
            Owner::Unsubscribing(key) => self.unsubscribe_failed(key, error),
            Owner::Coordinator(key) => self.coordinator_failed(key, error),
            Owner::Temporary(_) => {
                if let Some(link) = self.link_mut(owner) {
                    link.gone(Some(error));
                }
            }
        }
        self.wake_owner(owner);
    }

    /// Nobody is told about a link any more; who was, and on which kind of server.
    fn disown(&mut self, id: LinkId) -> Option<(Owner, Arc<Profile>)> {
        let server = self.server.as_mut()?;
        let owner = server.disown(id)?;
        Some((owner, server.profile().clone()))
    }

    /// Detaches a link that is nobody's business any more.
    fn close_link(&mut self, id: LinkId) {
        if let Some(server) = self.server.as_mut() {
            server.close_link(id);
        }
    }

    /// A link is gone: by the server, by the library for what the server did, or as the answer to our detach.
    pub(super) fn detached(&mut self, id: LinkId, reason: Reason<'_>, now: Instant) {
        self.effects.wake(Key::Connection); // an acknowledgement may wait for its confirmation
        let Some((owner, profile)) = self.disown(id) else {
            return;
        };
        if let Owner::Unsubscribing(key) = owner {
            return self.unsubscribed(key, reason, now);
        }
        let Some(link) = self.link_mut(owner) else {
            return;
        };
        let closing = matches!(link.incarnation(), Incarnation::Closing(_));
        if closing || !link.is_confirmed() {
            // the answer to our detach, or a link that went as soon as it came
            let reason = if closing { reason.said() } else { reason };
            let refusal = link.definition().refusal(reason, &profile);
            let refused = !closing || link.definition().fails_to_close(&reason);
            link.gone(refused.then_some(refusal));
            return self.wake_owner(owner);
        }
        match owner {
            Owner::Producer(key, index) => self.producer_detached(key, index, reason),
            Owner::Consumer(key) if self.is_kept(key) => self.drop_consumer(key),
            Owner::Consumer(key) => self.consumer_detached(key, reason, now),
            Owner::Browser(key) => self.browser_detached(key, reason, now),
            Owner::Coordinator(key) => self.coordinator_detached(key, &reason),
            Owner::Temporary(key) => self.temporary_detached(key, reason),
            Owner::Unsubscribing(_) => {}
        }
        self.wake_owner(owner);
    }

    fn producer_detached(&mut self, key: u32, index: usize, reason: Reason<'_>) {
        let reached = self.server.as_ref().map_or(0, |server| server.reached());
        let mut error = reason.error(Place::DetachProducer, false);
        let Some(state) = self.producers.get_mut(&key) else {
            return;
        };
        let queued = state.outbox.queued_bytes();
        let seen = state.outbox.seen(index, reached);
        let (session, enrolled) = (state.session(), state.outbox.enrolled_on(index));
        let wanted = state.is_sending() || state.outbox.waits() || state.outbox.promised() > 0;
        let Some(link) = state.senders.at_mut(index) else {
            return;
        };
        let mut parting = match detach::means(&reason) {
            Means::Housekeeping => Parting::Housekeeping,
            Means::Message if seen.anything => Parting::TooLarge,
            Means::Trouble => Parting::Trouble,
            Means::Message | Means::Object => Parting::Failed, // no message: no reason
        };
        if seen.whole || parting == Parting::TooLarge {
            link.serves(); // something is done with
        } else if parting == Parting::Housekeeping && wanted && link.count_detach() >= GIVE_UP {
            parting = Parting::Failed;
            error = gave_up(Status::TIBEMS_INVALID_PRODUCER, &reason);
        }
        link.gone((parting == Parting::Failed).then(|| error.clone()));
        // sends under way get the verdict; later sends return the error, or attach again
        let dropped = state.outbox.detach(index, parting, reached, &error);
        self.queued_bytes += state.outbox.queued_bytes() - queued;
        if dropped {
            self.note_dropped(&error.text);
        }
        if let Some(transaction) = enrolled {
            self.send_failed(session, transaction, &error);
        }
        self.complete(key);
        self.send_queued(key);
        if matches!(parting, Parting::Failed | Parting::Trouble) {
            self.report(error.status, error.text.into_owned());
        }
    }

    fn consumer_detached(&mut self, key: u32, reason: Reason<'_>, now: Instant) {
        let Some(state) = self.consumers.get_mut(&key) else {
            return;
        };
        state.inbox.lose(&mut self.clamp);
        let detaches = state.link.count_detach();
        let session = state.session();
        let back = detach::means(&reason) == Means::Housekeeping;
        let comes_back = back && detaches < GIVE_UP;
        if comes_back {
            self.come_back(Owner::Consumer(key), detaches, now);
        }
        self.relieve();
        self.lose_enrolled(session, key);
        self.effects.wake(Key::Session(session));
        if comes_back {
            return;
        }
        let error = match back {
            true => gave_up(Status::TIBEMS_INVALID_CONSUMER, &reason),
            false => reason.error(Place::DetachConsumer, false),
        };
        self.consumer_failed(key, &error);
        self.report(error.status, error.text.into_owned());
    }

    /// Attaches a receiving link once more after its n-th detach in a row: at once, or later.
    pub(super) fn come_back(&mut self, owner: Owner, detaches: u32, now: Instant) {
        let again = now + detach::delay(detaches);
        if let Some(link) = self.link_mut(owner) {
            link.detached(again);
        }
        self.detached_receivers.push(owner);
        self.effects.rearm(again);
        self.attach_again(now);
    }

    /// Attaches the receiving links whose time has come; when that of the next one comes.
    pub(super) fn attach_again(&mut self, now: Instant) -> Option<Instant> {
        let mut next = None;
        let mut waiting = std::mem::take(&mut self.detached_receivers);
        waiting.retain(|owner| {
            let owner = *owner;
            let at = match self.incarnation(owner) {
                Some(Incarnation::Detached(at)) if self.is_owner_open(owner) => *at,
                _ => return false,
            };
            if at > now {
                next = Some(next.map_or(at, |next: Instant| next.min(at)));
                return true;
            }
            if let Some(Err(error)) = self.attach(owner, now) {
                self.link_failed(owner, error);
            }
            false
        });
        self.detached_receivers = waiting;
        next
    }
}
