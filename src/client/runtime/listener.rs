//! The thread that calls the exception listener of a connection: events in order, one at a time (spec 10 §3.2, E3 to E8).
//! It exists only while there is something to tell.
//!
//! No lock is held while the program's callback runs.

use std::sync::Arc;

use super::context;
use super::driver::Driver;

/// Tells event after event; ends when there is none left.
pub fn run(driver: &Arc<Driver>) {
    let mut hold = driver.lock();
    while let Some((listener, event)) = hold.next_notice() {
        hold.unlocked(|| {
            context::in_exception_listener(driver.id(), event.status, || {
                (listener.call)(event.status, &event.text);
            });
        });
        hold.notice_returned();
    }
}
