//! The dispatcher of a session: calls its message listeners, one at a time, in order of arrival over
//! all its consumers (spec 20 §1.7, §4.4).
//!
//! One thread per session with a listener; it ends with the last listener or the session. The program's
//! callback runs without any lock of the library.

use std::sync::Arc;
use std::time::Instant;

use parking_lot::MutexGuard;

use super::connection::Connection;
use super::context;
use super::gate::State;
use super::receive::{Opened, Taken};
use super::session::{FAILED, Session};
use super::state::{AcknowledgeMode, Core, MessageListener};
use crate::amqp::engine::Settle;
use crate::message::{Delivery, Message};
use crate::status::{Error, Result, Status};

impl Core {
    /// Sets or removes the listener of a consumer.
    pub(super) fn listen(&mut self, key: u32, listener: Option<MessageListener>) {
        let Core {
            consumers,
            sessions,
            ..
        } = self;
        let Some(consumer) = consumers.get_mut(&key) else {
            return;
        };
        let Some(session) = sessions.get_mut(&consumer.session) else {
            return;
        };
        match (consumer.listener.is_some(), listener.is_some()) {
            (false, true) => {
                session.listening += 1;
                if consumer.prefetch.limit == 0 {
                    session.unprefetched.push(key);
                }
                let backlog = consumer.buffer.iter().map(|message| message.order);
                session.ready.insert(backlog, key);
            }
            (true, false) => {
                session.listening -= 1;
                session.unprefetched.retain(|listening| *listening != key);
            }
            _ => {}
        }
        consumer.listener = listener;
    }

    /// The consumer of a session whose listener is next.
    pub fn next_listener(&mut self, session: u32) -> Option<u32> {
        let Core {
            consumers,
            sessions,
            ..
        } = self;
        let ready = &mut sessions.get_mut(&session)?.ready;
        ready.first(|order, key| {
            consumers.get(&key).is_some_and(|consumer| {
                let first = consumer.buffer.front();
                consumer.listener.is_some() && first.is_some_and(|message| message.order == order)
            })
        })
    }
}

impl Connection {
    /// Starts the dispatcher of a session unless it runs.
    pub(super) fn start_dispatcher(&self, core: &mut Core, session: &Arc<Session>) -> Result<()> {
        let Some(state) = core.sessions.get_mut(&session.key) else {
            return Ok(());
        };
        state.cv.notify_all();
        if state.dispatcher {
            return Ok(());
        }
        let session = session.clone();
        let connection = session.connection().clone();
        connection
            .spawn("ems-dispatch", move || run(&session))
            .map_err(|error| {
                Error::new(
                    Status::TIBEMS_NO_MEMORY,
                    format!("no thread for the message listener: {error}"),
                )
            })?;
        state.dispatcher = true;
        Ok(())
    }
}

/// Dispatches until there is no listener any more.
fn run(session: &Arc<Session>) {
    let connection = session.connection().clone();
    let mut core = connection.lock();
    while let Some((key, taken)) = next(&connection, &mut core, session) {
        deliver(&connection, &mut core, session, key, taken);
    }
    if let Some(state) = core.sessions.get_mut(&session.key) {
        state.dispatcher = false;
        if state.closed_inside && core.state != State::Closed {
            // closed inside its own listener: the rest of the close is ours
            let deadline = std::time::Instant::now() + super::options::general().close_timeout;
            connection.finish_session(&mut core, session.key, deadline);
        }
    }
    if core.goodbye_in == Some(session.key) {
        core.goodbye_in = None;
        let deadline = Instant::now() + super::options::general().close_timeout;
        connection.say_goodbye(&mut core, deadline);
    }
    connection.changed.notify_all();
}

/// Waits for the next message for a listener; none ends the dispatcher.
fn next(
    connection: &Arc<Connection>,
    core: &mut MutexGuard<'_, Core>,
    session: &Arc<Session>,
) -> Option<(u32, Taken)> {
    loop {
        let state = core.sessions.get(&session.key)?;
        if state.closed || core.state == State::Closed {
            return None;
        }
        if state.listening == 0 {
            return None;
        }
        let cv = state.cv.clone();
        if let Some(key) = core.next_listener(session.key)
            && let Some(taken) = connection.take(core, key)
        {
            return Some((key, taken));
        }
        connection.grant_waiting(core, session.key);
        if connection.flush(core) {
            continue;
        }
        let ready = core.next_listener(session.key).is_some();
        let paused = core
            .sessions
            .get(&session.key)
            .is_none_or(|state| state.recovering || state.closed);
        if !(ready && core.started && !paused && core.wire.is_some()) {
            cv.wait(core);
        }
    }
}

/// Opens a message, calls the listener, acknowledges by the mode.
fn deliver(
    connection: &Arc<Connection>,
    core: &mut MutexGuard<'_, Core>,
    session: &Arc<Session>,
    key: u32,
    taken: Taken,
) {
    let opened = MutexGuard::unlocked(core, || taken.open());
    let current = core
        .wire
        .as_ref()
        .is_some_and(|wire| wire.epoch == taken.epoch);
    match opened {
        Opened::Message(message) if current => {
            let Some(listener) = listener_now(core, session, key) else {
                return not_for_a_listener(connection, core, session, key, taken);
            };
            let delivery = session
                .mode()
                .by_program()
                .then(|| connection.remember(core, session, &taken));
            call(connection, core, session, key, &listener, message, delivery);
            let recovered = core
                .sessions
                .get_mut(&session.key)
                .is_some_and(|state| std::mem::take(&mut state.current_recovered));
            match session.mode() {
                AcknowledgeMode::Auto | AcknowledgeMode::DupsOk if recovered => {
                    connection.settle_taken(core, &taken, FAILED);
                }
                AcknowledgeMode::Auto => connection.settle_taken(core, &taken, Settle::Accepted),
                AcknowledgeMode::DupsOk => {
                    connection.settle_taken(core, &taken, Settle::Accepted);
                    connection.count_lazy(core, session.key);
                }
                _ => {}
            }
        }
        Opened::Message(_) => {} // its server is gone
        Opened::Skip(settle) => connection.settle_taken(core, &taken, settle),
    }
    connection.renew(core, key, taken.message.at);
    connection.not_busy(core, session.key, key);
    let waiting = core
        .consumers
        .get(&key)
        .is_some_and(|consumer| !consumer.buffer.is_empty());
    connection.write_acknowledgements(core, session.key, waiting);
    if core
        .consumers
        .get(&key)
        .is_some_and(|consumer| consumer.closed_inside)
    {
        // closed inside its own listener: the rest of the close is ours
        let deadline = Instant::now() + super::options::general().close_timeout;
        connection.finish_consumer(core, session, key, deadline);
    }
}

/// The listener as it is now: the message may have been decoded while it was replaced or removed, or while
/// consumer, session or connection were closed or stopped.
fn listener_now(core: &Core, session: &Session, key: u32) -> Option<MessageListener> {
    let open = core.started
        && core
            .sessions
            .get(&session.key)
            .is_some_and(|state| !state.closed);
    let consumer = core
        .consumers
        .get(&key)
        .filter(|consumer| open && !consumer.closed)?;
    consumer.listener.clone()
}

/// The listener went while the message was on its way: it goes back where it came from.
fn not_for_a_listener(
    connection: &Arc<Connection>,
    core: &mut MutexGuard<'_, Core>,
    session: &Session,
    key: u32,
    taken: Taken,
) {
    connection.untake(core, key, taken);
    connection.not_busy(core, session.key, key);
    connection.kick(core);
}

/// The callback itself, without the lock.
fn call(
    connection: &Arc<Connection>,
    core: &mut MutexGuard<'_, Core>,
    session: &Arc<Session>,
    key: u32,
    listener: &MessageListener,
    message: Message,
    delivery: Option<Arc<dyn Delivery>>,
) {
    let id = connection.id();
    MutexGuard::unlocked(core, || {
        context::in_message_listener(id, session.key, key, || (listener.call)(message, delivery));
    });
}
