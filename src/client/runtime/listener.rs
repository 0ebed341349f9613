//! The thread that calls the exception listener of a connection: events in order, one at a time (spec 10 §3.2, E3 to E8).
//! It is there from the moment a listener is set, so that a break is told however short of threads the system is just then
//! (D32); it ends with the listener or the connection.
//!
//! No lock is held while the program's callback runs.

use std::sync::Arc;

use super::context;
use super::driver::{Driver, Thread};
use super::monitor::Hold;
use crate::client::model::Wait;
use crate::status::{Error, Result, Status};
use crate::trace::Topic;

impl Hold<'_> {
    /// Starts the thread unless it runs.
    pub fn start_teller(&mut self) -> Result<()> {
        if !self.claim_teller() {
            return Ok(());
        }
        let started = self.driver.spawn(Thread::Exception, run);
        started.map_err(|error| {
            self.drop_teller();
            Error::new(
                Status::TIBEMS_NO_MEMORY,
                format!("no thread for the exception listener: {error}"),
            )
        })
    }
}

/// Tells event after event, as long as there is a listener.
fn run(driver: &Arc<Driver>) {
    let mut hold = driver.lock();
    while hold.wants_teller() {
        let Some((listener, event)) = hold.next_notice() else {
            hold.until(&Wait::Notice, None);
            continue;
        };
        let (status, text) = (event.status, &event.text);
        let line = format_args!("the exception listener is told {status:?}: {text}");
        hold.note(Topic::Recovery, line);
        hold.unlocked(|| {
            context::in_exception_listener(driver.id(), event.status, || {
                (listener.call)(event.status, &event.text);
            });
        });
        hold.notice_returned();
    }
    hold.drop_teller();
}
