//! The ends of things: what a close waits for, no longer than its limit (spec 20 §1.8, spec 40 §1.9, D5).

use std::time::{Duration, Instant};

use super::context::{self, Below};
use super::monitor::Hold;
use crate::client::model::{Calls, Object, Owner, Wait, Waiter};
use crate::client::rules::options;
use crate::client::rules::outage::{Loss, Witness};
use crate::status::Status;

/// When a close that begins now gives up. Inside a callback it is shorter.
pub fn deadline(inside: bool) -> Instant {
    let limit = options::general().close_timeout;
    Instant::now()
        + match inside {
            true => limit.min(Duration::from_secs(5)),
            false => limit,
        }
}

impl Hold<'_> {
    /// Waits, bounded, until every send of these producers has returned, its bytes are with the system (D5), the server has
    /// answered the asynchronous ones and their callbacks have returned. Without a server only callbacks are waited for.
    /// A server that has not answered in time leaves the callbacks as much time again: they tell of that.
    pub fn await_sends(&mut self, producers: &[u32], deadline: Instant) {
        let span = deadline.saturating_duration_since(Instant::now());
        let id = self.driver.id();
        // a send below this signal handler returns later
        let above = |key: &u32| context::interrupts(id, Below::Send(*key));
        let sends = producers.iter().copied().filter(|key| !above(key));
        self.until(&Wait::Sends(sends.collect()), Some(deadline));
        self.flush();
        self.until(&Wait::Written(producers.to_vec()), Some(deadline));
        self.until(&Wait::Promises(producers.to_vec()), Some(deadline));
        self.give_up_promises(producers);
        let deadline = Instant::now() + span;
        self.await_called(producers, deadline);
    }

    /// Detaches the links of a closed producer; it goes.
    pub fn finish_producer(&mut self, key: u32, deadline: Instant) {
        self.until(&Wait::Settled(key), Some(deadline)); // without its link no answer comes
        self.detach_producer(key);
        self.flush();
        self.until(&Wait::Detached(Owner::Producer(key, 0)), Some(deadline));
        self.drop_producer(key);
    }

    /// Puts back what a closed consumer holds and detaches its link; it goes, unless messages of it are in the program's
    /// hands (CLIENT).
    pub fn finish_consumer(&mut self, key: u32, deadline: Instant) {
        self.detach_consumer(key, Instant::now());
        self.flush();
        self.until(&Wait::Detached(Owner::Consumer(key)), Some(deadline));
        if !self.is_kept(key) {
            self.drop_consumer(key);
        }
    }

    /// Detaches the link of a closed browser; it goes.
    pub fn finish_browser(&mut self, key: u32, deadline: Instant) {
        self.detach_browser(key);
        self.flush();
        self.until(&Wait::Detached(Owner::Browser(key)), Some(deadline));
        self.drop_browser(key);
    }

    /// Puts messages back and ends the AMQP session of a closed session; it goes.
    pub fn finish_session(&mut self, key: u32, deadline: Instant) {
        if self.end_session(key) {
            self.flush();
            self.until(&Wait::Ended(key), Some(deadline));
        }
        self.drop_session(key);
    }

    /// Another thread closes an object just now: waits until that is done, no longer than its own close would take. A callback
    /// waits for the object's callbacks only, because that thread may wait for it.
    pub fn await_close(&mut self, object: Object, deadline: Instant) {
        match (self.waiter(), object) {
            (Waiter::Thread, _) => _ = self.until(&Wait::Gone(object), Some(deadline)),
            (_, Object::Consumer(_, key)) => _ = self.await_calls(Calls::Consumer(key), None),
            (_, Object::Producer(_, key)) => self.await_called(&[key], deadline),
            _ => {}
        }
    }

    /// Another thread closes what these belong to, or has closed it: waits until their callbacks have returned, no longer than
    /// the other close does. Whoever closes something may free what its callbacks use.
    pub fn await_callbacks(&mut self, calls: Option<Calls>, producers: &[u32]) {
        // after once its limit it gives up what has no answer, and leaves the callbacks as much time again
        let limit = 2 * options::general().close_timeout;
        if let Some(calls) = calls {
            self.await_calls(calls, None);
        }
        self.await_called(producers, Instant::now() + limit);
    }

    /// Puts every message back, closes the AMQP connection and drops it. The I/O thread ends by itself.
    pub fn say_goodbye(&mut self, deadline: Instant) {
        self.put_all_back();
        self.close_amqp(deadline);
        self.shed();
    }

    /// Puts every message back.
    pub fn put_all_back(&mut self) {
        for key in self.session_keys() {
            self.put_back(key);
        }
    }

    /// Closes the AMQP connection and drops it.
    fn close_amqp(&mut self, deadline: Instant) {
        let Some((epoch, _)) = self.server() else {
            return;
        };
        self.close_server();
        self.flush();
        // the peer's close ends the incarnation (spec 40 §1.9: up to one second); unwritten output may take longer
        let limit = deadline.min(Instant::now() + Duration::from_secs(1));
        let written = false;
        self.until(&Wait::Goodbye { epoch, written }, Some(deadline));
        let written = true;
        self.until(&Wait::Goodbye { epoch, written }, Some(limit));
        // whoever still waits for an answer of this server gets none
        let mut error = self.refusal(Status::TIBEMS_ILLEGAL_STATE);
        error.text =
            "the connection is closed, and the server did not answer the close in time".into();
        self.lost(epoch, Loss::new(Witness::Close, error));
    }
}
