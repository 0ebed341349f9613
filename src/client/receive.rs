//! Receive calls and the hand-out of messages (spec 20 §4.3).
//!
//! A receive waits on its consumer's condition; the gate decides at every wake what the connection's
//! state means for it. Decoding happens outside the lock; the acknowledgement of the automatic modes
//! belongs to the call that returns the message.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::MutexGuard;

use super::acknowledge::HandedDelivery;
use super::connection::Connection;
use super::consumer::Consumer;
use super::context;
use super::gate::{self, Call, Decision};
use super::send::now_ms;
use super::state::{AcknowledgeMode, Buffered, Core, Handed};
use crate::amqp::engine::{LinkId, Settle};
use crate::message::{Delivery, Destination, DestinationKind, Message, Received};
use crate::status::{Error, Result, Status};

/// What a hand-out gives: the message and, in the modes in which the program acknowledges, its delivery.
pub type HandedOut = (Message, Option<Arc<dyn Delivery>>);

/// Largest message that is copied out of the chunk it was read with; a chunk is some 34 kB.
const SMALL: usize = 4096;

/// How long ReceiveNoWait waits for the server to say that there is nothing (spec 20 §4.3).
const PROBE: Duration = Duration::from_secs(1);

/// Most lazy acknowledgements before they are written, and how long they may wait (spec 40 §2.12).
const LAZY_COUNT: u32 = 64;
const LAZY_TIME: Duration = Duration::from_millis(100);

/// A message taken from the buffer, on its way to the program.
pub(super) struct Taken {
    pub message: Buffered,
    pub link: LinkId,
    pub epoch: u32,
    consumer: u32,
    destination: Destination,
    filter_local: Option<String>,
    profile: Arc<super::profile::Profile>,
}

/// What became of a taken message. Lives on the stack for a moment, so its size does not matter.
#[allow(clippy::large_enum_variant)]
pub(super) enum Opened {
    Message(Message),
    /// Not shown: settled like this.
    Skip(Settle),
}

impl Taken {
    /// Decodes the message; without the lock. Expired, undecodable and own no-local messages are not
    /// shown (spec 40 §2.12).
    pub fn open(&self) -> Opened {
        let received = Received {
            consumer_destination: &self.destination,
            now_ms: now_ms(),
            addresses: &*self.profile,
        };
        let unwanted = Settle::Modified {
            delivery_failed: true,
            undeliverable_here: true,
        };
        match Message::decode(unpinned(&self.message.payload), &received) {
            Err(_) => Opened::Skip(unwanted),
            Ok(message) => {
                let local = self
                    .filter_local
                    .as_deref()
                    .is_some_and(|own| message.origin() == Some(own));
                let expired = message.expiration() != 0 && message.expiration() <= received.now_ms;
                let topic = self.destination.kind() == DestinationKind::Topic;
                match (local, expired) {
                    (true, _) => Opened::Skip(Settle::Accepted),
                    (_, true) if topic => Opened::Skip(Settle::Accepted),
                    (_, true) => Opened::Skip(unwanted),
                    _ => Opened::Message(message),
                }
            }
        }
    }
}

/// The bytes of a message for a program that may keep it: a small one gets memory of its own, because with it a whole
/// chunk of what was read would stay (D20).
fn unpinned(payload: &Bytes) -> Bytes {
    match payload.len() {
        0..=SMALL => Bytes::copy_from_slice(payload),
        _ => payload.clone(),
    }
}

impl Consumer {
    /// Waits for the next message: none = without limit.
    pub fn receive(&self, limit: Option<Duration>) -> Result<HandedOut> {
        let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
        let connection = self.session.connection();
        let caller = context::caller(connection.id());
        let mut waiting = false;
        let mut core = connection.lock();
        loop {
            self.check_receive(&core, waiting)?;
            match gate::decide(core.state, caller, Call::Receive { waiting }) {
                Decision::Fail(status) => return Err(core.refusal(status)),
                Decision::Go => {
                    if let Some(handed) = self.hand_out(&mut core)? {
                        return Ok(handed);
                    }
                    self.check_receive(&core, true)?;
                }
                Decision::Wait => {}
            }
            // the lock may have been released since the first look
            match gate::decide(core.state, caller, Call::Receive { waiting: true }) {
                Decision::Fail(status) => return Err(core.refusal(status)),
                Decision::Go if self.has_message(&core) => continue,
                Decision::Go | Decision::Wait => {}
            }
            waiting = true;
            if !self.wait(&mut core, deadline) {
                self.take_back(&mut core);
                return Err(Error::from(Status::TIBEMS_TIMEOUT));
            }
        }
    }

    /// Without prefetch the credit of a receive that ran out of time is taken back; a message that is on its
    /// way just then waits for the next receive (spec 40 §1.12).
    fn take_back(&self, core: &mut MutexGuard<'_, Core>) {
        let Some(state) = core.consumers.get(&self.key) else {
            return;
        };
        if state.prefetch.limit == 0 && state.receiving == 0 && !state.draining {
            self.drain_credit(core, 0);
        }
    }

    /// The message that is ready now, else `TIBEMS_NOT_FOUND`; asks the server when nothing is buffered.
    pub fn receive_no_wait(&self) -> Result<HandedOut> {
        let connection = self.session.connection();
        let caller = context::caller(connection.id());
        let deadline = Instant::now() + PROBE;
        let mut asked = false;
        let mut core = connection.lock();
        loop {
            self.check_receive(&core, asked)?;
            match gate::decide(core.state, caller, Call::ReceiveNoWait) {
                Decision::Fail(status) => return Err(core.refusal(status)),
                Decision::Wait => return Err(Error::from(Status::TIBEMS_NOT_FOUND)),
                Decision::Go => {}
            }
            if let Some(handed) = self.hand_out(&mut core)? {
                return Ok(handed);
            }
            let draining = core
                .consumers
                .get(&self.key)
                .is_some_and(|state| state.draining);
            if !core.started || (asked && !draining) {
                return Err(Error::from(Status::TIBEMS_NOT_FOUND));
            }
            if !asked {
                asked = true;
                self.probe(&mut core);
                continue;
            }
            if !self.wait(&mut core, Some(deadline)) {
                return Err(Error::from(Status::TIBEMS_NOT_FOUND));
            }
        }
    }

    /// Asks the server to send what it has for this consumer now, or to say that there is nothing.
    fn probe(&self, core: &mut MutexGuard<'_, Core>) {
        self.drain_credit(core, 1);
    }

    /// Has the server use up the credit of this consumer, at least `least`, or give it back.
    fn drain_credit(&self, core: &mut MutexGuard<'_, Core>, least: u32) {
        let Core {
            consumers, wire, ..
        } = &mut **core;
        let (Some(state), Some(wire)) = (consumers.get_mut(&self.key), wire.as_mut()) else {
            return;
        };
        let Some(link) = state.link else { return };
        let credit = wire.engine.link_credit(link).max(least);
        if credit > 0 {
            state.draining = true;
            wire.engine.set_credit(link, credit, true);
            self.session.connection().flush(core);
        }
    }

    fn has_message(&self, core: &Core) -> bool {
        let paused = core
            .sessions
            .get(&self.session.key)
            .is_none_or(|session| session.closed || session.recovering);
        let ready =
            |state: &super::state::ConsumerState| state.link.is_some() && !state.buffer.is_empty();
        core.started
            && core.wire.is_some()
            && !paused
            && core.consumers.get(&self.key).is_some_and(ready)
    }

    /// Waits on the consumer's condition; false at the deadline.
    fn wait(&self, core: &mut MutexGuard<'_, Core>, deadline: Option<Instant>) -> bool {
        let connection = self.session.connection();
        let Some(state) = core.consumers.get_mut(&self.key) else {
            return true;
        };
        let cv = state.cv.clone();
        state.receiving += 1;
        if state.prefetch.limit == 0 {
            connection.grant(core, self.key);
        }
        // acknowledgements of the messages before go out while nothing else is to do
        let released = connection.flush(core);
        let in_time = if released || self.has_message(core) {
            self.has_message(core) || deadline.is_none_or(|deadline| Instant::now() < deadline)
        } else {
            match deadline {
                None => {
                    cv.wait(core);
                    true
                }
                Some(deadline) => {
                    !cv.wait_until(core, deadline).timed_out() || self.has_message(core)
                }
            }
        };
        if let Some(state) = core.consumers.get_mut(&self.key) {
            state.receiving -= 1;
            if state.closed {
                connection.changed.notify_all();
            }
        }
        in_time
    }

    /// Refuses receives on closed or failed consumers and beside a listener.
    fn check_receive(&self, core: &Core, waiting: bool) -> Result<()> {
        if core.state == gate::State::Closed {
            return Ok(()); // the gate knows the status
        }
        let gone = |text| {
            let status = if waiting {
                Status::TIBEMS_INTR
            } else {
                Status::TIBEMS_ILLEGAL_STATE
            };
            Err(Error::new(status, text))
        };
        if self.session.check(core).is_err() {
            return gone("the session is closed");
        }
        let Some(state) = core.consumers.get(&self.key).filter(|state| !state.closed) else {
            return gone("the consumer is closed");
        };
        if let Some(error) = &state.failed {
            return Err(error.clone());
        }
        if state.listener.is_some() {
            return Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "the consumer has a message listener",
            ));
        }
        Ok(())
    }

    /// Takes the next message and gives it to the caller with its acknowledgement.
    fn hand_out(&self, core: &mut MutexGuard<'_, Core>) -> Result<Option<HandedOut>> {
        let connection = self.session.connection();
        while let Some(taken) = connection.take(core, self.key) {
            let opened = MutexGuard::unlocked(core, || taken.open());
            let closed = self
                .check_receive(core, true)
                .and_then(|()| connection.check_open(core));
            if let (Opened::Message(_), Err(_)) = (&opened, &closed) {
                connection.settle_taken(core, &taken, Settle::Released);
                connection.not_busy(core, self.session.key, self.key);
                connection.kick(core);
                return Ok(None);
            }
            if let Some(handed) = connection.hand_over(core, &self.session, taken, opened) {
                return Ok(Some(handed));
            }
        }
        Ok(None)
    }
}

impl Connection {
    /// Takes the oldest buffered message of a consumer; its session counts as busy until the message is
    /// handed over or given back.
    pub(super) fn take(&self, core: &mut Core, key: u32) -> Option<Taken> {
        let Core {
            consumers,
            sessions,
            wire,
            started,
            buffered_bytes,
            container_id,
            ..
        } = core;
        let (state, wire) = (consumers.get_mut(&key)?, wire.as_ref()?);
        let session = sessions.get_mut(&state.session)?;
        if !*started || session.closed || session.recovering {
            return None;
        }
        let (link, message) = (state.link?, state.buffer.pop_front()?);
        state.buffered_bytes = state.buffered_bytes.saturating_sub(message.payload.len());
        *buffered_bytes = buffered_bytes.saturating_sub(message.payload.len());
        session.busy += 1;
        state.busy += 1;
        Some(Taken {
            message,
            link,
            epoch: wire.epoch,
            consumer: key,
            destination: state.definition.destination.clone(),
            filter_local: state.filter_local.then(|| container_id.clone()),
            profile: wire.profile.clone(),
        })
    }

    /// The end of the busy span that `take` began.
    pub(super) fn not_busy(&self, core: &mut Core, session: u32, consumer: u32) {
        if let Some(state) = core.sessions.get_mut(&session) {
            state.busy = state.busy.saturating_sub(1);
        }
        if let Some(state) = core.consumers.get_mut(&consumer) {
            state.busy = state.busy.saturating_sub(1);
        }
        self.changed.notify_all();
    }

    /// Puts a taken message back in front of its consumer's buffer, or releases it when the consumer is gone.
    pub(super) fn untake(&self, core: &mut Core, key: u32, taken: Taken) {
        let open = |session: u32| {
            core.sessions
                .get(&session)
                .is_some_and(|state| !state.closed)
        };
        let kept = core
            .consumers
            .get(&key)
            .is_some_and(|consumer| !consumer.closed && open(consumer.session));
        if !kept {
            return self.settle_taken(core, &taken, Settle::Released);
        }
        let size = taken.message.payload.len();
        if let Some(consumer) = core.consumers.get_mut(&key) {
            let order = taken.message.order;
            consumer.buffer.push_front(taken.message);
            consumer.buffered_bytes += size;
            consumer.cv.notify_one();
            core.buffered_bytes += size;
            if consumer.listener.is_some()
                && let Some(session) = core.sessions.get_mut(&consumer.session)
            {
                session.ready.insert([order].into_iter(), key);
            }
        }
    }

    /// Settles a taken message unless it came settled or its server is gone.
    pub(super) fn settle_taken(&self, core: &mut Core, taken: &Taken, settle: Settle) {
        if let Some(wire) = core
            .wire
            .as_mut()
            .filter(|wire| wire.epoch == taken.epoch && !taken.message.settled)
        {
            wire.engine
                .settle(taken.link, taken.message.delivery_id, settle, true, None);
        }
    }

    /// Acknowledges a synchronously received message by the session's mode and returns it. None = it is
    /// not for the program, or its server is gone.
    fn hand_over(
        self: &Arc<Self>,
        core: &mut MutexGuard<'_, Core>,
        session: &Arc<super::session::Session>,
        taken: Taken,
        opened: Opened,
    ) -> Option<HandedOut> {
        self.not_busy(core, session.key, taken.consumer);
        let current = core
            .wire
            .as_ref()
            .is_some_and(|wire| wire.epoch == taken.epoch);
        let message = match opened {
            Opened::Message(message) if current => message,
            Opened::Message(_) => return None, // comes again from the server that has it now
            Opened::Skip(settle) => {
                self.settle_taken(core, &taken, settle);
                self.renew(core, taken.consumer, taken.message.at);
                self.kick(core);
                return None;
            }
        };
        let delivery = self.acknowledge_handed(core, session, &taken);
        self.renew(core, taken.consumer, taken.message.at);
        let waiting = core
            .consumers
            .get(&taken.consumer)
            .is_some_and(|consumer| !consumer.buffer.is_empty());
        self.write_acknowledgements(core, session.key, waiting);
        Some((message, delivery))
    }

    /// What the mode does at hand-out: settle, note for later, or remember for the program.
    pub(super) fn acknowledge_handed(
        self: &Arc<Self>,
        core: &mut Core,
        session: &Arc<super::session::Session>,
        taken: &Taken,
    ) -> Option<Arc<dyn Delivery>> {
        match session.mode() {
            AcknowledgeMode::Auto => {
                self.settle_taken(core, taken, Settle::Accepted);
                None
            }
            AcknowledgeMode::DupsOk => {
                self.settle_taken(core, taken, Settle::Accepted);
                self.count_lazy(core, session.key);
                None
            }
            AcknowledgeMode::No | AcknowledgeMode::Transacted => None,
            AcknowledgeMode::Client
            | AcknowledgeMode::Explicit
            | AcknowledgeMode::ExplicitDupsOk => Some(self.remember(core, session, taken)),
        }
    }

    /// Notes a message as in the hands of the program.
    pub(super) fn remember(
        self: &Arc<Self>,
        core: &mut Core,
        session: &Arc<super::session::Session>,
        taken: &Taken,
    ) -> Arc<dyn Delivery> {
        let mut order = 0;
        if let Some(state) = core.sessions.get_mut(&session.key) {
            state.next_handed += 1;
            order = state.next_handed;
            let handed = Handed {
                consumer: taken.consumer,
                link: taken.link,
                delivery_id: taken.message.delivery_id,
            };
            state.unacknowledged.insert(order, handed);
        }
        Arc::new(HandedDelivery::new(
            session.clone(),
            taken.epoch,
            order,
            taken.consumer,
        ))
    }

    /// One more lazy acknowledgement is queued.
    pub(super) fn count_lazy(&self, core: &mut Core, session: u32) {
        if let Some(state) = core.sessions.get_mut(&session) {
            state.lazy += 1;
        }
    }

    /// Has acknowledgements written: here and now when no further message waits (one system call for all of
    /// them, no thread woken), else by the I/O thread while the next message is handled; in the lazy modes when
    /// enough have collected, or in time.
    pub(super) fn write_acknowledgements(
        &self,
        core: &mut MutexGuard<'_, Core>,
        session: u32,
        waiting: bool,
    ) {
        let Core {
            sessions,
            consumers,
            wire,
            ..
        } = &mut **core;
        let (Some(state), Some(wire)) = (sessions.get_mut(&session), wire.as_mut()) else {
            return;
        };
        if !state.mode.lazy() {
            match waiting {
                true => self.kick(core),
                false => drop(self.flush(core)),
            }
            return;
        }
        let window = consumers
            .values()
            .filter(|consumer| consumer.session == session)
            .map(|consumer| consumer.prefetch.limit)
            .min()
            .unwrap_or(LAZY_COUNT);
        if state.lazy >= LAZY_COUNT.min(window / 2).max(1) || wire.engine.output_len() > 0 {
            state.lazy = 0;
            return self.kick(core);
        }
        if wire.lazy_deadline.is_none() {
            wire.lazy_deadline = Some(Instant::now() + LAZY_TIME);
            // the I/O thread must learn of the new deadline
            if wire.io_asleep {
                wire.io_asleep = false;
                wire.waker.wake();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_message_keeps_no_chunk() {
        let chunk = Bytes::from(vec![7; 34_000]);
        for (size, shared) in [(100, false), (SMALL, false), (SMALL + 1, true)] {
            let part = chunk.slice(1000..1000 + size);
            let own = unpinned(&part);
            assert_eq!(own, part);
            assert_eq!(own.as_ptr() == part.as_ptr(), shared, "{size}");
        }
    }
}
