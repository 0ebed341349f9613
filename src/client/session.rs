//! Sessions: creation, recover, close (spec 20 §1).
//!
//! A `Session` is what a handle stands for; its state lives behind the connection's lock under `key`.
//! Creation, recover and close may block; the rest does not. Transacted sessions are refused for now.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, MutexGuard};

use super::condition::{Ended, Place};
use super::connection::Connection;
use super::context;
use super::gate::{Call, State};
use super::model::ready::Ready;
use super::options;
use super::request::outcome;
use super::state::{AcknowledgeMode, ConsumerState, Core, Owner, SessionState};
use crate::amqp::engine::{SessionId, Settle};
use crate::status::{Error, Result, Status};

/// A session.
pub struct Session {
    pub(super) connection: Arc<Connection>,
    pub(super) key: u32,
    mode: AcknowledgeMode,
}

/// What the program may have seen of a message goes back with its count raised.
pub(super) const FAILED: Settle = Settle::Modified {
    delivery_failed: true,
    undeliverable_here: false,
};

impl Session {
    /// Creates a session (spec 20 §1.1, §1.2).
    pub fn create(connection: &Arc<Connection>, transacted: bool, mode: i32) -> Result<Session> {
        connection.ensure_open()?;
        if transacted {
            return Err(Error::new(
                Status::TIBEMS_NOT_IMPLEMENTED,
                "transacted sessions are not built into this release",
            ));
        }
        let mode = AcknowledgeMode::from_number(mode).ok_or_else(|| {
            Error::new(
                Status::TIBEMS_INVALID_ARG,
                "the acknowledge mode of a non-transacted session is invalid",
            )
        })?;
        let mut core = connection.lock();
        loop {
            connection.enter(&mut core, Call::Server, None, &mut |_| Ok(()))?;
            core.used = true;
            if let Some(wire) = outcome(connection.begin(&mut core))? {
                let key = core.key();
                core.sessions.insert(key, SessionState::new(mode, wire));
                if let Some(state) = core.wire.as_mut() {
                    state.sessions.insert(wire, Owner::Session(key));
                }
                return Ok(Session {
                    connection: connection.clone(),
                    key,
                    mode,
                });
            }
        }
    }

    /// The acknowledge mode.
    pub fn mode(&self) -> AcknowledgeMode {
        self.mode
    }

    /// True for transacted sessions.
    pub fn is_transacted(&self) -> bool {
        self.mode == AcknowledgeMode::Transacted
    }

    /// The connection.
    pub fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    /// Refuses calls on a session that was closed, by itself or with its connection (spec 20 §0.3).
    pub fn ensure_open(&self) -> Result<()> {
        let core = self.connection.lock();
        self.connection.check_open(&core)?;
        self.check(&core)
    }

    /// The same for callers that hold the lock and have checked the connection.
    pub(super) fn check(&self, core: &Core) -> Result<()> {
        match core.sessions.get(&self.key) {
            Some(session) if !session.closed => Ok(()),
            _ => Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "the session is closed",
            )),
        }
    }

    /// Takes the session back to its last acknowledgement (spec 20 §1.5).
    pub fn recover(&self) -> Result<()> {
        let connection = &self.connection;
        let mut core = connection.lock();
        let inside = context::inside_listener(connection.id(), Some(self.key));
        connection.enter(&mut core, Call::Server, None, &mut |core| self.check(core))?;
        if inside
            && matches!(self.mode, AcknowledgeMode::Auto | AcknowledgeMode::DupsOk)
            && let Some(session) = core.sessions.get_mut(&self.key)
        {
            session.current_recovered = true;
        }
        if !self.mode.by_program() {
            connection.flush(&mut core); // lazy acknowledgements go first
            return Ok(());
        }
        connection.recover_session(&mut core, self.key)
    }

    /// Closes the session (spec 20 §1.8).
    pub fn close(&self) -> Result<()> {
        let connection = &self.connection;
        let inside = context::inside_listener(connection.id(), Some(self.key));
        let mut core = connection.lock();
        if core.state == State::Closed {
            core.sessions.remove(&self.key);
            return Ok(());
        }
        if self.check(&core).is_err() {
            return Ok(());
        }
        if inside && !crate::settings::ALLOW_CLOSE_IN_CALLBACK.is_on() {
            return Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "a session cannot be closed inside its own message listener",
            ));
        }
        if let Some(session) = core.sessions.get_mut(&self.key) {
            session.closed = true;
            session.closed_inside = inside;
        }
        core.wake_all();
        connection.changed.notify_all();
        let limit = options::general().close_timeout;
        let limit = if inside {
            limit.min(Duration::from_secs(5))
        } else {
            limit
        };
        let deadline = Instant::now() + limit;
        connection.await_callbacks(&mut core, Some(self.key), None);
        let producers = core.producers_of(Some(self.key));
        connection.await_sends(&mut core, &producers, deadline);
        if inside {
            // the running callback's message is still acknowledged at its return; the dispatcher ends the rest
            return Ok(());
        }
        connection.finish_session(&mut core, self.key, deadline);
        Ok(())
    }
}

impl SessionState {
    fn new(mode: AcknowledgeMode, wire: SessionId) -> SessionState {
        SessionState {
            mode,
            wire: Some(wire),
            failed: None,
            closed: false,
            closed_inside: false,
            cv: Arc::new(Condvar::new()),
            dispatcher: false,
            listening: 0,
            unprefetched: Vec::new(),
            ready: Ready::default(),
            busy: 0,
            parked: 0,
            unacknowledged: BTreeMap::new(),
            next_handed: 0,
            current_recovered: false,
            lazy: 0,
            recovering: false,
        }
    }
}

impl Connection {
    /// The AMQP session of a session, and the profile of the server.
    pub(super) fn session_wire(
        &self,
        core: &Core,
        session: u32,
    ) -> Result<(
        crate::amqp::engine::SessionId,
        std::sync::Arc<super::profile::Profile>,
    )> {
        let state = core.sessions.get(&session);
        if let Some(error) = state.and_then(|session| session.failed.clone()) {
            return Err(error);
        }
        match (state.and_then(|session| session.wire), core.wire.as_ref()) {
            (Some(id), Some(wire)) => Ok((id, wire.profile.clone())),
            _ => Err(Error::new(
                Status::TIBEMS_EXCEPTION,
                "the server has ended the session",
            )),
        }
    }

    /// Puts messages back and ends the AMQP session of a closed session; its entry goes.
    pub(super) fn finish_session(
        &self,
        core: &mut MutexGuard<'_, Core>,
        key: u32,
        deadline: Instant,
    ) {
        self.put_back(core, key);
        let consumers: Vec<u32> = core
            .consumers
            .iter()
            .filter(|(_, c)| c.session == key)
            .map(|(k, _)| *k)
            .collect();
        for consumer in consumers {
            if let Some(link) = core
                .consumers
                .get_mut(&consumer)
                .and_then(|state| state.link.take())
            {
                self.close_link(core, link);
            }
        }
        if let Some(wire) = core
            .sessions
            .get_mut(&key)
            .and_then(|session| session.wire.take())
        {
            self.end_session_and_wait(core, wire, deadline);
        }
        core.sessions.remove(&key);
        core.consumers.retain(|_, consumer| consumer.session != key);
        for producer in core.producers_of(Some(key)) {
            core.forget_producer(producer);
        }
        self.relieve(core);
        self.changed.notify_all();
    }

    /// Gives the server back what the session holds: buffered messages released, messages in the hands of
    /// the program with their count raised, each newest first (spec 40 §2.12).
    pub(super) fn put_back(&self, core: &mut Core, session: u32) {
        let Core {
            consumers,
            sessions,
            wire,
            buffered_bytes,
            ..
        } = core;
        let Some(wire) = wire.as_mut() else { return };
        for consumer in consumers
            .values_mut()
            .filter(|consumer| consumer.session == session)
        {
            let Some(link) = consumer.link else { continue };
            if wire.engine.link_credit(link) > 0 {
                wire.engine.set_credit(link, 0, false);
            }
            while let Some(message) = consumer.buffer.pop_back() {
                *buffered_bytes = buffered_bytes.saturating_sub(message.payload.len());
                if !message.settled {
                    wire.engine
                        .settle(link, message.delivery_id, Settle::Released, true, None);
                }
            }
            consumer.buffered_bytes = 0;
        }
        if let Some(state) = sessions.get_mut(&session) {
            while let Some((_, handed)) = state.unacknowledged.pop_last() {
                wire.engine
                    .settle(handed.link, handed.delivery_id, FAILED, true, None);
            }
        }
    }

    /// Drains the session's consumers, puts everything back, grants credit again.
    fn recover_session(&self, core: &mut MutexGuard<'_, Core>, key: u32) -> Result<()> {
        let Some(session) = core.sessions.get_mut(&key) else {
            return Ok(());
        };
        session.recovering = true;
        let epoch = core.epoch;
        let deadline = Instant::now() + options::general().drain_timeout;
        let undrained = self.drain_session(core, key, deadline);
        if core.epoch != epoch || core.wire.is_none() {
            return Ok(()); // the loss has put everything back
        }
        self.put_back(core, key);
        self.drop_kept_consumers(core, key);
        self.relieve(core);
        for consumer in &undrained {
            self.attach_anew(core, *consumer);
        }
        if let Some(session) = core.sessions.get_mut(&key) {
            session.recovering = false;
            session.cv.notify_all();
        }
        self.grant_session(core, key);
        self.flush(core);
        match undrained[..] {
            [] => Ok(()),
            _ => Err(Error::new(
                Status::TIBEMS_TIMEOUT,
                "the server did not answer the drain",
            )),
        }
    }

    /// Waits until the server has used up or given back the credit of every consumer of the session. Gives the
    /// consumers for which it did neither.
    fn drain_session(
        &self,
        core: &mut MutexGuard<'_, Core>,
        key: u32,
        deadline: Instant,
    ) -> Vec<u32> {
        let epoch = core.epoch;
        let Core {
            consumers, wire, ..
        } = &mut **core;
        let Some(engine) = wire.as_mut().map(|wire| &mut wire.engine) else {
            return Vec::new();
        };
        for consumer in consumers
            .values_mut()
            .filter(|consumer| consumer.session == key && !consumer.draining)
        {
            if let Some(link) = consumer.link {
                let credit = engine.link_credit(link);
                if credit > 0 {
                    consumer.draining = true;
                    engine.set_credit(link, credit, true);
                }
            }
        }
        self.flush(core);
        loop {
            let draining = |consumer: &ConsumerState| consumer.session == key && consumer.draining;
            if core.wire.is_none() || core.epoch != epoch || !core.consumers.values().any(draining)
            {
                return Vec::new();
            }
            if self.wait(core, Some(deadline)).is_err() {
                return core
                    .consumers
                    .iter()
                    .filter(|(_, consumer)| draining(consumer))
                    .map(|(key, _)| *key)
                    .collect();
            }
        }
    }

    /// The server ended an AMQP session: every object of it is closed with the mapped error, one event (D4).
    pub(super) fn session_ended(&self, core: &mut Core, session: SessionId, ended: Ended<'_>) {
        let Some(key) = core
            .sessions
            .iter()
            .find(|(_, state)| state.wire == Some(session))
            .map(|(key, _)| *key)
        else {
            return;
        };
        let error = ended.error(Place::Session);
        if let Some(state) = core.sessions.get_mut(&key) {
            state.wire = None;
            state.failed = Some(error.clone());
            state.unacknowledged.clear();
        }
        let Core {
            consumers,
            buffered_bytes,
            ..
        } = core;
        for consumer in consumers.values_mut().filter(|c| c.session == key) {
            *buffered_bytes = buffered_bytes.saturating_sub(consumer.buffered_bytes);
            consumer.fail(&error);
        }
        self.relieve(core);
        for producer in core
            .producers
            .values_mut()
            .filter(|producer| producer.session == key)
        {
            producer.fail(&error);
        }
        for producer in core.producers_of(Some(key)) {
            self.send_queued(core, producer); // nothing takes them any more: a close must not wait for them
        }
        self.changed.notify_all();
        core.wake_all();
        self.report(core, error.status, error.text.into_owned());
    }
}
