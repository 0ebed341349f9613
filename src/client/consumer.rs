//! Consumers: creation, listeners, close, and the credit that they grant (spec 20 §4, spec 40 §1.12).
//!
//! `receive.rs` holds the receive calls and the hand-out of messages, `dispatch.rs` the listener thread.
//! A `Consumer` is what a handle stands for; its incarnation lives behind the connection's lock under
//! `key`. Creation, close and the removal of a listener may block.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, MutexGuard};

use super::condition::Place;
use super::connection::Connection;
use super::context;
use super::gate::{Call, State};
use super::rebuild::check_filters;
use super::request::outcome;
use super::session::{FAILED, Session};
use super::state::{
    AcknowledgeMode, ConsumerDefinition, ConsumerState, Core, MessageListener, Owner, Prefetch,
};
use super::{links, options, profile};
use crate::amqp::engine::{LinkId, Settle};
use crate::message::{Destination, DestinationKind};
use crate::status::{Error, Result, Status};

/// Documented prefetch to start with (spec 20 §4.3).
const PREFETCH_QUEUE: u32 = 5;
const PREFETCH_TOPIC: u32 = 64;
/// Most that an adaptive prefetch grows to (D15).
const PREFETCH_MAX: u32 = 1000;
/// Age of a buffered message above which the prefetch shrinks (D15).
const STALE: Duration = Duration::from_millis(100);
/// Age below which a consumer that used up its credit is fast enough for more.
const FRESH: Duration = Duration::from_millis(10);

/// A consumer.
pub struct Consumer {
    pub(super) session: Arc<Session>,
    pub(super) key: u32,
    definition: ConsumerDefinition,
}

impl Consumer {
    /// Creates a consumer; returns when the server has confirmed it (spec 20 §4.1).
    pub fn create(
        session: &Arc<Session>,
        destination: Destination,
        selector: Option<&str>,
        no_local: bool,
    ) -> Result<Consumer> {
        session.ensure_open()?;
        let connection = session.connection();
        let topic = destination.kind() == DestinationKind::Topic;
        let invalid = |text| Error::new(Status::TIBEMS_INVALID_DESTINATION, text);
        if let Some(node) = destination.temporary_node()
            && (node.is_deleted() || node.connection() != connection.id())
        {
            return Err(invalid(
                "a temporary destination of another connection, or a deleted one",
            ));
        }
        let wild = profile::check_name(&destination, topic).map_err(invalid)?;
        let mut core = connection.lock();
        let key = core.key();
        let definition = ConsumerDefinition {
            name: links::name("rcv", &core.container_id, key, &destination.name_str()),
            destination,
            selector: selector
                .filter(|text| !text.trim().is_empty())
                .map(str::to_owned),
            no_local: no_local && topic,
            presettled: session.mode() == AcknowledgeMode::No,
            lazy: session.mode().lazy(),
        };
        loop {
            connection.enter(&mut core, Call::Server, None, &mut |core| {
                session.check(core)
            })?;
            let (wire, profile) = connection.session_wire(&core, session.key)?;
            if wild && !profile.has_wildcards() {
                return Err(Error::new(
                    Status::TIBEMS_NOT_IMPLEMENTED,
                    "the broker has no wildcard subscriptions",
                ));
            }
            let spec = links::receiver(&definition, &profile);
            let selecting = definition.selector.is_some();
            let attached =
                connection.attach(&mut core, wire, spec, Place::AttachConsumer, selecting);
            let Some((link, filters)) = outcome(attached)? else {
                continue;
            };
            let checked =
                check_filters(&profile, &definition, &filters).map_err(|failure| failure.error);
            let checked =
                checked.and_then(|filter_local| session.check(&core).map(|()| filter_local));
            let filter_local = match checked {
                Ok(filter_local) => filter_local,
                Err(error) => {
                    connection.close_link(&mut core, link);
                    connection.kick(&mut core);
                    return Err(error);
                }
            };
            core.mark_origin |= filter_local;
            let state = ConsumerState::new(session.key, definition.clone(), link, filter_local);
            core.consumers.insert(key, state);
            if let Some(wire) = core.wire.as_mut() {
                wire.own(link, Owner::Consumer(key));
            }
            connection.grant(&mut core, key);
            connection.flush(&mut core);
            drop(core);
            return Ok(Consumer {
                session: session.clone(),
                key,
                definition,
            });
        }
    }

    /// The destination given at creation.
    pub fn destination(&self) -> &Destination {
        &self.definition.destination
    }

    /// The selector given at creation.
    pub fn selector(&self) -> Option<&str> {
        self.definition.selector.as_deref()
    }

    /// The no-local flag; false for queues.
    pub fn no_local(&self) -> bool {
        self.definition.no_local
    }

    /// The session.
    pub fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// Refuses calls on a consumer closed with its session or connection.
    pub fn ensure_open(&self) -> Result<()> {
        let core = self.session.connection.lock();
        self.session.connection.check_open(&core)?;
        self.session.check(&core)
    }

    /// The message listener, if set.
    pub fn listener(&self) -> Result<Option<MessageListener>> {
        self.ensure_open()?;
        let core = self.session.connection.lock();
        Ok(core
            .consumers
            .get(&self.key)
            .and_then(|state| state.listener.clone()))
    }

    /// Sets, replaces or removes the listener (spec 20 §4.4). Removing waits for a running callback,
    /// unless called from it.
    pub fn set_listener(&self, listener: Option<MessageListener>) -> Result<()> {
        let connection = self.session.connection();
        self.ensure_open()?;
        let mut core = connection.lock();
        let Some(state) = core.consumers.get_mut(&self.key) else {
            return Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "the consumer is closed",
            ));
        };
        if let Some(error) = &state.failed {
            return Err(error.clone());
        }
        if listener.is_some() && state.receiving > 0 {
            return Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "another thread is blocked in a receive on this consumer",
            ));
        }
        let removed = listener.is_none();
        core.listen(self.key, listener);
        if removed {
            let inside = context::inside_consumer(connection.id(), self.key);
            if !inside {
                connection.await_calls(&mut core, None, &|core| core.calls_consumer(self.key));
            }
            return Ok(());
        }
        connection.start_dispatcher(&mut core, &self.session)
    }

    /// Ends the consumer (spec 20 §1.4, §1.8, spec 40 §2.15).
    pub fn close(&self) -> Result<()> {
        let connection = self.session.connection();
        let mut core = connection.lock();
        if core.state == State::Closed || self.session.check(&core).is_err() {
            return Ok(());
        }
        let inside = context::inside_consumer(connection.id(), self.key);
        let deadline = Instant::now() + options::general().close_timeout;
        let Some(state) = core.consumers.get_mut(&self.key) else {
            return Ok(());
        };
        if state.closed {
            if !inside {
                connection.await_close(&mut core, deadline, &|core| {
                    let state = core.consumers.get(&self.key);
                    state.is_some_and(|state| !state.kept && !state.closed_inside)
                });
            }
            return Ok(());
        }
        state.closed = true;
        state.closed_inside = inside;
        state.cv.notify_all();
        core.listen(self.key, None);
        if inside {
            // the running callback's message is still acknowledged at its return; the dispatcher ends the rest
            return Ok(());
        }
        connection.await_calls(&mut core, None, &|core| {
            let receiving = |state: &ConsumerState| state.receiving > 0;
            core.calls_consumer(self.key) || core.consumers.get(&self.key).is_some_and(receiving)
        });
        connection.finish_consumer(&mut core, &self.session, self.key, deadline);
        Ok(())
    }
}

impl ConsumerDefinition {
    /// The library must filter no-local when the server does not.
    pub fn filters_local(&self) -> bool {
        self.no_local && self.destination.kind() == DestinationKind::Topic
    }
}

impl Prefetch {
    fn new(destination: &Destination) -> Prefetch {
        let options = options::general();
        let (fixed, start) = match destination.kind() {
            DestinationKind::Queue => (options.prefetch_queue, PREFETCH_QUEUE),
            DestinationKind::Topic => (options.prefetch_topic, PREFETCH_TOPIC),
        };
        Prefetch {
            limit: fixed.unwrap_or(start),
            adaptive: fixed.is_none(),
            start,
        }
    }

    /// Learns from the age of the message just handed out. `starved` = the server had used all credit.
    fn learn(&mut self, age: Duration, starved: bool) {
        if !self.adaptive {
            return;
        }
        if age > STALE {
            self.limit = (self.limit / 2).max(self.start.min(PREFETCH_QUEUE));
        } else if starved && age < FRESH {
            self.limit = (self.limit * 2).min(PREFETCH_MAX);
        }
    }
}

impl ConsumerState {
    fn new(
        session: u32,
        definition: ConsumerDefinition,
        link: LinkId,
        filter_local: bool,
    ) -> ConsumerState {
        ConsumerState {
            session,
            prefetch: Prefetch::new(&definition.destination),
            definition,
            link: Some(link),
            closed: false,
            closed_inside: false,
            kept: false,
            failed: None,
            cv: Arc::new(Condvar::new()),
            buffer: VecDeque::new(),
            buffered_bytes: 0,
            listener: None,
            receiving: 0,
            busy: 0,
            parked: 0,
            detaches: 0,
            draining: false,
            filter_local,
        }
    }
}

impl Connection {
    /// Puts back what a closed consumer holds and closes its link; its entry goes.
    pub(super) fn finish_consumer(
        &self,
        core: &mut MutexGuard<'_, Core>,
        session: &Session,
        key: u32,
        deadline: Instant,
    ) {
        let mode = session.mode();
        let Core {
            consumers,
            sessions,
            wire,
            buffered_bytes,
            ..
        } = &mut **core;
        let Some(state) = consumers.get_mut(&key) else {
            return;
        };
        *buffered_bytes = buffered_bytes.saturating_sub(state.buffered_bytes);
        let buffer = std::mem::take(&mut state.buffer);
        let link = state.link;
        let mut keep = false;
        if let (Some(wire), Some(link)) = (wire.as_mut(), link) {
            wire.engine.set_credit(link, 0, false);
            for message in buffer.iter().rev().filter(|message| !message.settled) {
                wire.engine
                    .settle(link, message.delivery_id, Settle::Released, true, None);
            }
            if let Some(state) = sessions.get_mut(&session.key) {
                if mode == AcknowledgeMode::Client {
                    // kept without credit until its messages are acknowledged or the session ends
                    keep = state
                        .unacknowledged
                        .values()
                        .any(|handed| handed.consumer == key);
                } else {
                    let own = |handed: &super::state::Handed| handed.consumer == key;
                    for handed in state
                        .unacknowledged
                        .values()
                        .rev()
                        .filter(|handed| own(handed))
                    {
                        wire.engine
                            .settle(handed.link, handed.delivery_id, FAILED, true, None);
                    }
                    state.unacknowledged.retain(|_, handed| !own(handed));
                }
            }
        }
        self.relieve(core);
        if keep {
            if let Some(state) = core.consumers.get_mut(&key) {
                state.kept = true;
            }
            self.kick(core);
            return;
        }
        if let Some(link) = link {
            self.close_link_and_wait(core, link, deadline);
        }
        core.consumers.remove(&key);
        self.changed.notify_all();
    }

    /// Grants the full prefetch of a consumer: at its creation, at start, after a recovery.
    pub(super) fn grant(&self, core: &mut Core, key: u32) {
        self.raise_credit(core, key, u32::MAX);
    }

    /// Raises the credit of a consumer that may have some to its prefetch, or to `most`. True when a flow was queued.
    fn raise_credit(&self, core: &mut Core, key: u32, most: u32) -> bool {
        let Core {
            consumers,
            wire,
            started,
            sessions,
            ..
        } = core;
        let (Some(state), Some(wire)) = (consumers.get(&key), wire.as_mut()) else {
            return false;
        };
        let paused = sessions
            .get(&state.session)
            .is_none_or(|session| session.recovering || session.closed);
        let Some(link) = state.link else { return false };
        if !*started || paused || state.closed || state.draining {
            return false;
        }
        let buffered = u32::try_from(state.buffer.len()).unwrap_or(u32::MAX);
        // prefetch 0: one message per waiting receive or per listener turn
        let credit = if state.prefetch.limit == 0 {
            u32::from(buffered == 0 && (state.receiving > 0 || state.listener.is_some()))
        } else {
            state.prefetch.limit.saturating_sub(buffered)
        };
        let credit = credit.min(most);
        let raised = credit > wire.engine.link_credit(link);
        if raised {
            wire.engine.set_credit(link, credit, false);
        }
        raised
    }

    /// Grants credit to every consumer.
    pub(super) fn grant_all(&self, core: &mut Core) {
        let keys: Vec<u32> = core.consumers.keys().copied().collect();
        for key in keys {
            self.grant(core, key);
        }
    }

    /// Grants credit to the consumers of a session.
    pub(super) fn grant_session(&self, core: &mut Core, session: u32) {
        let keys: Vec<u32> = core
            .consumers
            .iter()
            .filter(|(_, state)| state.session == session)
            .map(|(key, _)| *key)
            .collect();
        for key in keys {
            self.grant(core, key);
        }
    }

    /// Grants credit to listening consumers without prefetch that wait for their next message.
    pub(super) fn grant_waiting(&self, core: &mut Core, session: u32) {
        let Some(state) = core.sessions.get_mut(&session) else {
            return;
        };
        let keys = std::mem::take(&mut state.unprefetched);
        for key in &keys {
            self.grant(core, *key);
        }
        if let Some(state) = core.sessions.get_mut(&session) {
            state.unprefetched = keys;
        }
    }

    /// Takes all credit back (Stop).
    pub(super) fn withdraw_credit(&self, core: &mut Core) {
        let Core {
            consumers, wire, ..
        } = core;
        let Some(wire) = wire.as_mut() else { return };
        // a drain under way takes the credit back by itself
        let with_credit = consumers.values().filter(|state| !state.draining);
        for link in with_credit.filter_map(|state| state.link) {
            if wire.engine.link_credit(link) > 0 {
                wire.engine.set_credit(link, 0, false);
            }
        }
    }

    /// Bytes have left the buffers: above three quarters of the limit nothing happens, below it credit that was
    /// withheld is granted. True when a flow was queued.
    pub(super) fn relieve(&self, core: &mut Core) -> bool {
        let relieved =
            core.throttled && core.buffered_bytes <= options::general().buffer_limit / 4 * 3;
        if relieved {
            core.throttled = false;
            self.grant_all(core);
        }
        relieved
    }

    /// Above the byte limit a consumer that has nothing left goes on with one message at a time, whatever others
    /// hold (D20). True when a flow was queued.
    fn keep_going(&self, core: &mut Core, key: u32) -> bool {
        let dry = core
            .consumers
            .get(&key)
            .is_some_and(|state| state.buffer.is_empty());
        dry && self.raise_credit(core, key, 1)
    }

    /// A message of this age has left the buffer: renews credit when half of it is used up and little is
    /// buffered (spec 40 §1.12), within the byte limit of the connection. True when a flow was queued.
    pub(super) fn renew(&self, core: &mut Core, key: u32, at: Instant) -> bool {
        if core.buffered_bytes > options::general().buffer_limit {
            core.throttled = true;
        }
        if core.throttled {
            return self.relieve(core) || self.keep_going(core, key);
        }
        let Core {
            consumers, wire, ..
        } = core;
        let (Some(state), Some(wire)) = (consumers.get_mut(&key), wire.as_mut()) else {
            return false;
        };
        let Some(link) = state.link else { return false };
        let outstanding = wire.engine.link_credit(link);
        let buffered = state.buffer.len() as u64;
        let prefetch = state.prefetch.limit;
        let low = outstanding <= prefetch / 2
            && (u64::from(outstanding) + buffered) * 10 <= u64::from(prefetch) * 7;
        if !low {
            return false;
        }
        state.prefetch.learn(at.elapsed(), outstanding == 0);
        self.grant(core, key);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(start: Prefetch, age: Duration, starved: bool, times: u32) -> u32 {
        let mut prefetch = start;
        for _ in 0..times {
            prefetch.learn(age, starved);
        }
        prefetch.limit
    }

    #[test]
    fn an_adaptive_prefetch_stays_within_its_bounds() {
        let queue = Prefetch {
            limit: PREFETCH_QUEUE,
            start: PREFETCH_QUEUE,
            adaptive: true,
        };
        let (fresh, old) = (Duration::ZERO, STALE + Duration::from_millis(1));
        assert_eq!(learned(queue, fresh, true, 1), 2 * PREFETCH_QUEUE);
        assert_eq!(learned(queue, fresh, true, 100), PREFETCH_MAX);
        // only a consumer that had to wait gets more, and only a fast one
        assert_eq!(learned(queue, fresh, false, 100), PREFETCH_QUEUE);
        assert_eq!(learned(queue, FRESH, true, 100), PREFETCH_QUEUE);
        let grown = Prefetch {
            limit: PREFETCH_MAX,
            ..queue
        };
        assert_eq!(learned(grown, old, true, 1), PREFETCH_MAX / 2);
        assert_eq!(learned(grown, STALE, true, 1), PREFETCH_MAX);
        assert_eq!(learned(grown, old, false, 100), PREFETCH_QUEUE);
        let fixed = Prefetch {
            limit: 1,
            start: 1,
            adaptive: false,
        };
        assert_eq!(learned(fixed, fresh, true, 100), 1);
        assert_eq!(learned(fixed, old, true, 100), 1);
    }
}
