//! Sessions: their definition, what they are on the present server, the callbacks and hand-outs under way, and how they
//! end (spec 20 §1).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use super::acknowledge::Handed;
use super::coordinator::Coordinator;
use super::link::{Incarnation, Owner, limit};
use super::ready::Listening;
use super::server::Request;
use super::wait::Waiter;
use super::{Key, Model};
use crate::amqp::engine::SessionId;
use crate::client::rules::attach;
use crate::client::rules::condition::Place;
use crate::client::rules::modes::AcknowledgeMode;
use crate::client::rules::reason::Reason;
use crate::client::rules::transaction;
use crate::message::{Delivery, Message};
use crate::status::{Error, Result, Status};

/// What a message listener is called with: the message, and its delivery in the modes in which the
/// program acknowledges.
pub type MessageCall = dyn Fn(Message, Option<Arc<dyn Delivery>>) + Send + Sync;

/// Called for each message of a consumer. The numbers let the C side give callback and closure back.
#[derive(Clone)]
pub struct MessageListener {
    pub callback: usize,
    pub closure: usize,
    pub call: Arc<MessageCall>,
}

/// How far the close of an object has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Closing {
    #[default]
    Open,
    Closed,
    /// Closed inside its own listener: the dispatcher does the rest of the close
    Inside,
}

/// Callbacks and hand-outs under way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Running {
    busy: u32,
    /// How many of these wait for others to end
    parked: u32,
}

impl Running {
    pub fn begin(&mut self) {
        self.busy += 1;
    }

    pub fn end(&mut self) {
        self.busy = self.busy.saturating_sub(1);
    }

    pub fn park(&mut self, parked: bool) {
        self.parked = match parked {
            true => self.parked + 1,
            false => self.parked.saturating_sub(1),
        };
    }

    /// Something runs. For a callback that waits, what waits for others itself does not count.
    pub fn is_any(&self, waiter: Waiter) -> bool {
        match waiter {
            Waiter::Callback => self.busy > self.parked,
            Waiter::Thread => self.busy > 0,
        }
    }
}

/// A session.
pub(super) struct SessionState {
    mode: AcknowledgeMode,
    incarnation: Incarnation<SessionId>,
    /// It was there when it was created; a recovery makes it again
    confirmed: bool,
    closing: Closing,
    dispatcher: bool,
    pub(super) listening: Listening,
    pub(super) running: Running,
    /// Messages handed to the program and not acknowledged, by order of hand-out
    pub(super) unacknowledged: BTreeMap<u64, Handed>,
    pub(super) next_handed: u64,
    /// The message of the running callback was recovered and is not acknowledged at its return
    current_recovered: bool,
    /// Lazy acknowledgements not yet written
    pub(super) lazy: u32,
    /// A Recover or Rollback is draining; nothing is handed out meanwhile
    recovering: bool,
    /// Of a transacted session
    pub(super) coordinator: Option<Box<Coordinator>>,
}

impl SessionState {
    fn new(mode: AcknowledgeMode, coordinator: Option<Box<Coordinator>>) -> SessionState {
        SessionState {
            mode,
            incarnation: Incarnation::None,
            confirmed: false,
            closing: Closing::Open,
            dispatcher: false,
            listening: Listening::default(),
            running: Running::default(),
            unacknowledged: BTreeMap::new(),
            next_handed: 0,
            current_recovered: false,
            lazy: 0,
            recovering: false,
            coordinator,
        }
    }

    pub fn mode(&self) -> AcknowledgeMode {
        self.mode
    }

    pub fn incarnation(&self) -> &Incarnation<SessionId> {
        &self.incarnation
    }

    pub fn is_open(&self) -> bool {
        self.closing == Closing::Open
    }

    /// A recovery makes it again.
    pub fn is_recovered(&self) -> bool {
        self.confirmed && self.is_open() && self.incarnation.failed().is_none()
    }

    /// Nothing is handed out and no credit is given.
    pub fn is_paused(&self) -> bool {
        self.recovering || !self.is_open()
    }

    /// It is there on the server of a new incarnation.
    pub fn begun(&mut self, id: SessionId) {
        self.confirmed = true;
        self.incarnation = Incarnation::Live(id);
    }

    /// It was there when it was wanted: a recovery makes it again.
    pub fn confirm(&mut self) {
        self.confirmed = true;
    }

    /// The server is lost, with everything that only it could settle.
    pub fn lose(&mut self, reached: u64, cause: &str) {
        if let Some(coordinator) = &mut self.coordinator {
            coordinator.lose(reached, cause);
        }
        if self.incarnation.failed().is_none() {
            self.incarnation = Incarnation::None;
        }
        self.unacknowledged.clear();
        self.listening.clear();
        self.lazy = 0;
        self.recovering = false;
    }
}

impl Model {
    /// A new session; `begin_session` makes it known to the server.
    pub fn new_session(&mut self, mode: AcknowledgeMode) -> u32 {
        self.life.use_it();
        let key = self.key();
        let coordinator = (mode == AcknowledgeMode::Transacted).then(|| {
            let name = attach::coordinator_name(self.container_id(), key);
            Box::new(Coordinator::new(name))
        });
        self.sessions
            .insert(key, SessionState::new(mode, coordinator));
        key
    }

    /// A session that could not be created goes.
    pub fn forget_session(&mut self, key: u32) {
        let state = self.sessions.remove(&key);
        let (Some(state), Some(server)) = (state, self.server.as_mut()) else {
            return;
        };
        match state.incarnation {
            Incarnation::Closing(id) => drop(server.disown_session(id)),
            other => {
                if let Some(id) = other.id() {
                    server.end_session(id);
                }
            }
        }
    }

    /// Writes the begin of a session unless that is done, and then the attach of its coordinator. None = the answer is to come.
    pub fn begin_session(&mut self, key: u32, now: Instant) -> Option<Result<()>> {
        let limit_at = now.checked_add(self.request_timeout());
        let (Some(state), Some(server)) = (self.sessions.get_mut(&key), self.server.as_mut())
        else {
            return None;
        };
        match &state.incarnation {
            Incarnation::Live(_) => {
                if state.coordinator.is_some() {
                    let attached = self.attach(Owner::Coordinator(key), now)?;
                    if attached.is_err() {
                        return Some(attached);
                    }
                }
                if let Some(state) = self.sessions.get_mut(&key) {
                    state.confirmed = true;
                }
                return Some(Ok(()));
            }
            Incarnation::Failed(error) => return Some(Err(error.clone())),
            Incarnation::None => {}
            _ => return None,
        }
        match server.engine.begin() {
            Ok(id) => {
                state.incarnation = Incarnation::Attaching(id);
                server.own_session(id, key);
                server.expect(limit_at, Request::Begin(key));
                limit_at.into_iter().for_each(|at| self.effects.rearm(at));
                None
            }
            Err(error) => Some(Err(limit(&error))),
        }
    }

    /// The server has begun a session.
    pub(super) fn session_begun(&mut self, id: SessionId) {
        let Some(server) = self.server.as_mut() else {
            return;
        };
        let Some(key) = server.session(id) else {
            return;
        };
        if let Some(state) = self.sessions.get_mut(&key)
            && state.incarnation.is_attaching()
        {
            state.incarnation = Incarnation::Live(id);
        }
        self.effects.wake(Key::Session(key));
    }

    /// The answer to its begin, or to the attach of its coordinator, is awaited.
    pub(super) fn is_coming(&self, key: u32) -> bool {
        let coordinator = self.incarnation(Owner::Coordinator(key));
        self.is_beginning(key) || coordinator.is_some_and(Incarnation::is_attaching)
    }

    /// The answer to its begin is awaited.
    pub(super) fn is_beginning(&self, key: u32) -> bool {
        let state = self.sessions.get(&key);
        state.is_some_and(|state| state.incarnation.is_attaching())
    }

    /// The server has not answered a begin in time.
    pub(super) fn session_unanswered(&mut self, key: u32) {
        let Some(state) = self.sessions.get_mut(&key) else {
            return;
        };
        if let Incarnation::Attaching(id) = state.incarnation {
            state.incarnation = Incarnation::Failed(super::link::unanswered(false));
            if let Some(server) = self.server.as_mut() {
                server.end_session(id);
            }
            self.effects.wake(Key::Session(key));
        }
    }

    /// The session on the wire; none without a server. An error once the server has ended it.
    pub(super) fn session_on_wire(&self, key: u32) -> Result<Option<SessionId>> {
        let gone = || Error::new(Status::TIBEMS_EXCEPTION, "the session has ended");
        match self.sessions.get(&key).map(|state| &state.incarnation) {
            Some(Incarnation::Live(id)) => Ok(Some(*id)),
            Some(Incarnation::Failed(error)) => Err(error.clone()),
            _ if self.server.is_none() => Ok(None),
            _ => Err(gone()),
        }
    }

    /// The server ended an AMQP session.
    pub(super) fn session_ended(&mut self, id: SessionId, reason: Reason<'_>) {
        let Some(server) = self.server.as_mut() else {
            return;
        };
        let profile = server.profile().clone();
        let Some(key) = server.disown_session(id) else {
            return;
        };
        if self.temporaries.session() == Some(key) {
            self.sessions.remove(&key);
            return self.own_session_ended(reason);
        }
        let Some(state) = self.sessions.get_mut(&key) else {
            return;
        };
        match state.incarnation {
            Incarnation::Closing(_) => {
                state.incarnation = Incarnation::None;
                return self.effects.wake(Key::Session(key));
            }
            _ if !state.confirmed => {
                // it went as soon as it came, or because it was asked for transactions
                let error = match &mut state.coordinator {
                    Some(coordinator) if state.incarnation.live().is_some() => {
                        let error = transaction::refused(&profile, &reason);
                        coordinator.end(&error);
                        error
                    }
                    _ => reason.error(Place::Session, false),
                };
                state.incarnation = Incarnation::Failed(error);
                return self.effects.wake(Key::Session(key));
            }
            _ => {}
        }
        // every object of it is closed with the mapped error, one event (D4)
        let error = reason.error(Place::Session, false);
        state.incarnation = Incarnation::Failed(error.clone());
        state.unacknowledged.clear();
        if let Some(coordinator) = &mut state.coordinator {
            coordinator.end(&error);
        }
        for consumer in self.consumers_of(key) {
            self.consumer_failed(consumer, &error);
        }
        for browser in self.browsers_of(key) {
            self.browser_failed(browser, &error);
        }
        self.fail_unsubscribing(key, &error);
        self.relieve();
        for producer in self.producers_of(Some(key)) {
            self.producer_failed(producer, &error);
            self.send_queued(producer); // nothing takes them any more: a close must not wait for them
        }
        self.effects.wake_everyone();
        self.report(error.status, error.text.into_owned());
    }

    /// A Recover of the session begins: nothing is handed out until it ends.
    pub fn begin_recover(&mut self, key: u32) {
        if let Some(state) = self.sessions.get_mut(&key) {
            state.recovering = true;
        }
        self.interrupt(key);
    }

    /// The Recover has put everything back.
    pub fn end_recover(&mut self, key: u32) {
        if let Some(state) = self.sessions.get_mut(&key) {
            state.recovering = false;
        }
        self.effects.wake(Key::Session(key));
        for consumer in self.consumers_of(key) {
            self.effects.wake(Key::Consumer(consumer));
        }
        self.grant_session(key);
    }

    /// The message of the callback that runs is not acknowledged at its return.
    pub fn recover_current(&mut self, key: u32) {
        if let Some(state) = self.sessions.get_mut(&key) {
            state.current_recovered = true;
        }
        self.interrupt(key);
    }

    /// The message of the callback that has returned was recovered. True once.
    pub fn take_recovered(&mut self, key: u32) -> bool {
        let state = self.sessions.get_mut(&key);
        state.is_some_and(|state| std::mem::take(&mut state.current_recovered))
    }

    /// The program closes a session; `inside` its own listener the dispatcher does the rest.
    pub fn close_session(&mut self, key: u32, inside: bool) {
        if let Some(state) = self.sessions.get_mut(&key) {
            state.closing = if inside {
                Closing::Inside
            } else {
                Closing::Closed
            };
        }
        self.interrupt(key);
        self.effects.wake_everyone();
    }

    /// The session was closed inside its own listener.
    pub fn is_session_closed_inside(&self, key: u32) -> bool {
        let state = self.sessions.get(&key);
        state.is_some_and(|state| state.closing == Closing::Inside)
    }

    /// Puts messages back and writes the end of a closed session. True when its answer is to be awaited.
    pub fn end_session(&mut self, key: u32) -> bool {
        self.put_back(key);
        self.abandon_transaction(key);
        self.empty_browsers(key);
        self.effects.wake_everyone(); // its links are gone at once, whoever waits for an answer on them
        let Model {
            consumers,
            browsers,
            sessions,
            server,
            ..
        } = self;
        let (Some(state), Some(server)) = (sessions.get_mut(&key), server.as_mut()) else {
            return false;
        };
        let consumers = consumers.values_mut().filter(|c| c.session() == key);
        let browsers = browsers.values_mut().filter(|b| b.session() == key);
        let links = consumers.map(|state| &mut state.link);
        for link in links.chain(browsers.map(|state| &mut state.link)) {
            if let Some(link) = link.take() {
                server.close_link(link);
            }
        }
        let Some(id) = state.incarnation.take() else {
            return false;
        };
        server.engine.end(id, None);
        state.incarnation = Incarnation::Closing(id);
        true
    }

    /// A closed session is over; everything of it goes.
    pub fn drop_session(&mut self, key: u32) {
        self.forget_session(key);
        for consumer in self.consumers_of(key) {
            self.drop_consumer(consumer);
        }
        for browser in self.browsers_of(key) {
            self.drop_browser(browser);
        }
        for producer in self.producers_of(Some(key)) {
            self.drop_producer(producer);
        }
        self.relieve();
        self.effects.wake_everyone();
    }

    /// Starts no second dispatcher: true when there was none.
    pub fn claim_dispatcher(&mut self, key: u32) -> bool {
        self.effects.wake(Key::Session(key));
        let state = self.sessions.get_mut(&key);
        state.is_some_and(|state| !std::mem::replace(&mut state.dispatcher, true))
    }

    /// There is something to do for the dispatcher of a session, or may be later.
    pub fn wants_dispatcher(&self, key: u32) -> bool {
        let state = self.sessions.get(&key);
        !self.is_closed()
            && state.is_some_and(|state| state.is_open() && !state.listening.is_none())
    }

    /// The dispatcher is gone.
    pub fn drop_dispatcher(&mut self, key: u32) {
        if let Some(state) = self.sessions.get_mut(&key) {
            state.dispatcher = false;
        }
        self.effects.wake(Key::Connection);
    }

    /// Every session.
    pub fn session_keys(&self) -> Vec<u32> {
        self.sessions.keys().copied().collect()
    }

    /// The consumers of a session.
    pub(super) fn consumers_of(&self, session: u32) -> Vec<u32> {
        let of = self.consumers.iter();
        let of = of.filter(|(_, state)| state.session() == session);
        of.map(|(key, _)| *key).collect()
    }
}
