//! Links of producers and consumers on the way: attached for their first use and again, answered, refused, left
//! unanswered, and detached by the server while the connection lives (spec 40 §1.11, §3.6, D4).
//!
//! Forced and unexplained detaches are a server's housekeeping: a producer is attached again by its next send, a
//! consumer at once and then at growing intervals. Everything else closes the object and is reported once.

use std::time::{Duration, Instant};

use super::link::{Incarnation, Link, Owner, unanswered};
use super::outbox::Verdict;
use super::server::Request;
use super::{Key, Model};
use crate::amqp::engine::{Attached, EngineState, LinkId};
use crate::amqp::performative::AmqpError;
use crate::client::rules::condition::{Ended, Place};
use crate::status::{Error, Result, Status};

/// Detaches of a consumer without a message in between after which it is closed.
const GIVE_UP: u32 = 5;

/// How long after the n-th detach in a row a consumer is attached again.
fn delay(detaches: u32) -> Duration {
    match detaches {
        0 | 1 => Duration::ZERO,
        n => Duration::from_secs((1 << (n - 2)).min(15)),
    }
}

/// What the condition of a detach means for the object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Return {
    /// The link comes back by itself, silently.
    Always,
    /// Closed and reported; the next send tries one new attach.
    NextSend,
    Never,
}

fn returns(condition: &str) -> Return {
    match condition {
        "" | "amqp:link:detach-forced" => Return::Always,
        "amqp:internal-error" | "failed" => Return::NextSend,
        _ => Return::Never,
    }
}

impl Model {
    pub(super) fn link(&self, owner: Owner) -> Option<&Link> {
        match owner {
            Owner::Producer(key, index) => self.producers.get(&key)?.senders.at(index),
            Owner::Consumer(key) => Some(&self.consumers.get(&key)?.link),
        }
    }

    fn link_mut(&mut self, owner: Owner) -> Option<&mut Link> {
        match owner {
            Owner::Producer(key, index) => self.producers.get_mut(&key)?.senders.at_mut(index),
            Owner::Consumer(key) => Some(&mut self.consumers.get_mut(&key)?.link),
        }
    }

    fn session_of(&self, owner: Owner) -> Option<u32> {
        match owner {
            Owner::Producer(key, _) => Some(self.producers.get(&key)?.session()),
            Owner::Consumer(key) => Some(self.consumers.get(&key)?.session()),
        }
    }

    fn is_owner_open(&self, owner: Owner) -> bool {
        match owner {
            Owner::Producer(key, _) => self.producers.get(&key).is_some_and(|p| p.is_open()),
            Owner::Consumer(key) => self.consumers.get(&key).is_some_and(|c| c.is_open()),
        }
    }

    /// Something goes over its links: a producer that is being closed has still to send what a loss has left (D5).
    fn is_wanted(&self, owner: Owner) -> bool {
        let waits = match owner {
            Owner::Producer(key, _) => self.producers.get(&key).is_some_and(|p| p.outbox.waits()),
            Owner::Consumer(_) => false,
        };
        waits || self.is_owner_open(owner)
    }

    /// The wait for something of this object.
    fn wake_owner(&mut self, owner: Owner) {
        self.effects.wake(match owner {
            Owner::Producer(key, _) => Key::Producer(key),
            Owner::Consumer(key) => Key::Consumer(key),
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
            Incarnation::Attaching(_) | Incarnation::Closing(_) | Incarnation::Kept(_) => {
                return None;
            }
            Incarnation::None | Incarnation::Detached(_) => {}
        }
        self.offer(owner, now).err().map(Err)
    }

    /// Writes the attach of a link, whatever became of it before.
    pub(super) fn offer(&mut self, owner: Owner, now: Instant) -> Result<()> {
        let Some(session) = self.session_of(owner) else {
            return Ok(());
        };
        let Some(session) = self.session_on_wire(session)? else {
            return Ok(());
        };
        let limit = now.checked_add(self.request_timeout());
        let (Some(definition), Some(server)) = (
            self.link(owner).map(|link| link.definition().clone()),
            self.server.as_mut(),
        ) else {
            return Ok(());
        };
        if server.engine.state() != EngineState::Open {
            return Ok(()); // the loss that follows refuses nothing
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
        let terms = link.definition().terms(&profile, answer);
        match terms {
            Ok(terms) => {
                if let Some(link) = self.link_mut(owner) {
                    link.attached(id);
                }
                match owner {
                    Owner::Consumer(key) => self.consumer_attached(key, terms),
                    Owner::Producer(key, _) => self.send_queued(key),
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
        let Some(owner) = self.server.as_mut().and_then(|server| server.disown(id)) else {
            return;
        };
        let Some(link) = self.link(owner) else {
            return;
        };
        match owner {
            // one that was there before: as if it had been detached
            Owner::Consumer(key) if link.is_confirmed() => {
                let by_peer = true;
                self.consumer_detached(key, Ended { error, by_peer }, now);
            }
            _ => {
                let error = link.definition().refusal(error);
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
                Request::Attach(id, owner) => self.attach_unanswered(id, owner),
            }
        }
    }

    fn attach_unanswered(&mut self, id: LinkId, owner: Owner) {
        let server = self.server.as_ref();
        let refused = server.is_some_and(|server| server.engine.refusal_pending(id));
        let again = self.link(owner).is_some_and(Link::is_confirmed);
        self.close_link(id);
        let error = unanswered(refused);
        self.link_failed(owner, error.clone());
        if again && matches!(owner, Owner::Consumer(_)) {
            self.report(error.status, error.text.into_owned());
        }
    }

    /// A link will not do: its object has failed.
    fn link_failed(&mut self, owner: Owner, error: Error) {
        match owner {
            Owner::Consumer(key) => self.consumer_failed(key, &error),
            Owner::Producer(key, _) => {
                if let Some(link) = self.link_mut(owner) {
                    link.gone(Some(error));
                }
                self.send_queued(key);
            }
        }
        self.wake_owner(owner);
    }

    /// Detaches a link that is nobody's business any more.
    fn close_link(&mut self, id: LinkId) {
        if let Some(server) = self.server.as_mut() {
            server.close_link(id);
        }
    }

    /// A link is gone: by the server, by the library for what the server did, or as the answer to our detach.
    pub(super) fn detached(&mut self, id: LinkId, ended: Ended<'_>, now: Instant) {
        self.effects.wake(Key::Connection); // an acknowledgement may wait for its confirmation
        let Some(owner) = self.server.as_mut().and_then(|server| server.disown(id)) else {
            return;
        };
        let Some(link) = self.link_mut(owner) else {
            return;
        };
        let closing = matches!(link.incarnation(), Incarnation::Closing(_));
        if closing || !link.is_confirmed() {
            // the answer to our detach, or a link that went as soon as it came
            let refusal = link.definition().refusal(ended.error);
            link.gone((!closing).then_some(refusal));
            return self.wake_owner(owner);
        }
        match owner {
            Owner::Producer(key, index) => self.producer_detached(key, index, ended),
            Owner::Consumer(key) if self.is_kept(key) => self.drop_consumer(key),
            Owner::Consumer(key) => self.consumer_detached(key, ended, now),
        }
        self.wake_owner(owner);
    }

    fn producer_detached(&mut self, key: u32, index: usize, ended: Ended<'_>) {
        let error = ended.error(Place::DetachProducer);
        let back = returns(ended.condition());
        let Some(state) = self.producers.get_mut(&key) else {
            return;
        };
        let queued = state.outbox.queued_bytes();
        if let Some(link) = state.senders.at_mut(index) {
            link.gone((back == Return::Never).then(|| error.clone()));
        }
        // sends under way get the verdict; later sends return the error, or attach again
        let verdict = || match back {
            Return::Always => Verdict::Detached(error.clone()),
            _ => Verdict::LinkFailed(error.clone()),
        };
        state.outbox.detach(index, back != Return::Never, verdict);
        self.queued_bytes += state.outbox.queued_bytes() - queued;
        self.send_queued(key);
        if back != Return::Always {
            self.report(error.status, error.text.into_owned());
        }
    }

    fn consumer_detached(&mut self, key: u32, ended: Ended<'_>, now: Instant) {
        let Some(state) = self.consumers.get_mut(&key) else {
            return;
        };
        state.inbox.lose(&mut self.clamp);
        let detaches = state.link.count_detach();
        let session = state.session();
        let back = returns(ended.condition()) == Return::Always;
        let comes_back = back && detaches < GIVE_UP;
        if comes_back {
            let again = now + delay(detaches);
            state.link.detached(again);
            self.detached_consumers.push(key);
            self.effects.rearm(again);
        }
        self.relieve();
        if let Some(session) = self.sessions.get_mut(&session) {
            session.unacknowledged.retain(|_, h| h.consumer != key);
        }
        self.effects.wake(Key::Session(session));
        if comes_back {
            self.attach_again(now);
            return;
        }
        let error = match back {
            true => Error::new(
                Status::TIBEMS_INVALID_CONSUMER,
                format!("detached {detaches} times: {}", ended.text()),
            ),
            false => ended.error(Place::DetachConsumer),
        };
        self.consumer_failed(key, &error);
        self.report(error.status, error.text.into_owned());
    }

    /// Attaches the consumers whose time has come; when that of the next one comes.
    pub(super) fn attach_again(&mut self, now: Instant) -> Option<Instant> {
        let mut next = None;
        let mut waiting = std::mem::take(&mut self.detached_consumers);
        waiting.retain(|key| {
            let owner = Owner::Consumer(*key);
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
        self.detached_consumers = waiting;
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consumer_comes_back_at_growing_intervals() {
        let seconds: Vec<u64> = (1..=7).map(|detaches| delay(detaches).as_secs()).collect();
        assert_eq!(seconds, [0, 1, 2, 4, 8, 15, 15]);
    }
}
