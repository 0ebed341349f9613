//! The thread of a session that calls the callbacks of its asynchronous sends, one at a time, in the order of the sends of
//! each producer (spec 20 §1.7, §3.8).
//!
//! It is there from the first asynchronous send of the session, which fails when it cannot be had, and ends with the
//! session, when every callback has been called. No lock of the library is held while a callback runs; what it has
//! left of the message is given back before anybody who waits for it goes on.

use std::sync::Arc;

use super::context;
use super::driver::{Driver, Thread};
use super::monitor::Hold;
use crate::client::model::Wait;
use crate::status::{Error, Result, Status};

impl Hold<'_> {
    /// Starts the thread of a session unless it runs.
    pub fn start_completer(&mut self, session: u32) -> Result<()> {
        if !self.claim_completer(session) {
            return Ok(());
        }
        let started = self
            .driver
            .spawn(Thread::Completion(session), move |driver| {
                run(driver, session)
            });
        started.map_err(|error| {
            self.drop_completer(session);
            Error::new(
                Status::TIBEMS_NO_MEMORY,
                format!("no thread for the callbacks of asynchronous sends: {error}"),
            )
        })
    }
}

/// Calls what is due, as long as the session is there.
fn run(driver: &Arc<Driver>, session: u32) {
    let mut hold = driver.lock();
    let mut batch = Vec::new();
    while hold.wants_completer(session) {
        if !hold.take_completions(session, &mut batch) {
            hold.until(&Wait::Completion(session), None);
            continue;
        }
        hold.unlocked(|| {
            for completion in &mut batch {
                let object = completion
                    .message()
                    .map_or(0, |object| Arc::as_ptr(object).addr());
                context::in_completion(driver.id(), session, object, || completion.call());
                completion.release();
            }
        });
        hold.completed(session, &mut batch);
    }
    hold.drop_completer(session);
}
