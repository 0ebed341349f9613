//! The exception listener of a connection: events queued in order, told one at a time on a thread of
//! its own that exists only while there is something to tell (spec 10 §3.2, E3 to E8).
//!
//! No lock is held while the program's callback runs.

use std::sync::Arc;

use parking_lot::MutexGuard;

use super::connection::Connection;
use super::context;
use super::gate::State;
use super::state::{Core, ExceptionEvent};
use crate::status::Status;

impl Connection {
    /// Queues an event. Who holds the lock calls `tell` afterwards, or the I/O thread's end does.
    pub(super) fn report(&self, core: &mut Core, status: Status, text: String) {
        if core.state == State::Closed {
            return;
        }
        let failover = status != Status::TIBEMS_SERVER_NOT_CONNECTED;
        if failover && core.listener.is_none() {
            return; // only a loss waits for a listener that is set later (E7)
        }
        core.events.push_back(ExceptionEvent { status, text });
        if let Some(connection) = self.this() {
            connection.tell(core);
        }
    }

    /// Starts the listener thread if there is something to tell and somebody to tell it to.
    pub(super) fn tell(self: &Arc<Self>, core: &mut Core) {
        if core.events.is_empty() || core.listener.is_none() || core.listener_thread {
            return;
        }
        let connection = self.clone();
        core.listener_thread = self
            .spawn("ems-exception", move || run(&connection))
            .is_ok();
    }
}

/// Tells event after event; ends when there is none left.
fn run(connection: &Arc<Connection>) {
    let mut core = connection.lock();
    loop {
        let Some(listener) = core.listener.clone() else {
            break;
        };
        let Some(event) = next(&mut core) else { break };
        core.listener_running = event.status == Status::TIBEMS_SERVER_NOT_CONNECTED;
        let id = connection.id();
        MutexGuard::unlocked(&mut core, || {
            context::in_exception_listener(id, event.status, || {
                (listener.call)(event.status, &event.text)
            });
        });
        if event.status == Status::TIBEMS_SERVER_NOT_CONNECTED {
            connection.listener_returned(&mut core);
        }
    }
    core.listener_thread = false;
}

/// The next event that is still true: the program's own close silences the rest (E8).
fn next(core: &mut Core) -> Option<ExceptionEvent> {
    if core.state == State::Closed {
        core.events.clear();
    }
    core.events.pop_front()
}
