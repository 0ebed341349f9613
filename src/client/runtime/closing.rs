//! The ends of things: what a close waits for, no longer than its limit (spec 20 §1.8, spec 40 §1.9, D5).

use std::time::{Duration, Instant};

use super::monitor::Hold;
use crate::client::model::{Object, Owner, Wait};
use crate::client::rules::options;
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
    /// Waits, bounded, until every send of these producers has returned and its bytes are with the system (D5). Without
    /// a server nothing is waited for.
    pub fn await_sends(&mut self, producers: &[u32], deadline: Instant) {
        self.until(&Wait::Sends(producers.to_vec()), Some(deadline));
        self.flush();
        self.until(&Wait::Written(producers.to_vec()), Some(deadline));
    }

    /// Detaches the links of a closed producer; it goes.
    pub fn finish_producer(&mut self, key: u32, deadline: Instant) {
        self.detach_producer(key);
        self.flush();
        self.until(&Wait::Detached(Owner::Producer(key, 0)), Some(deadline));
        self.drop_producer(key);
    }

    /// Puts back what a closed consumer holds and detaches its link; it goes, unless messages of it are in the program's
    /// hands (CLIENT).
    pub fn finish_consumer(&mut self, key: u32, deadline: Instant) {
        self.detach_consumer(key);
        if self.is_kept(key) {
            return;
        }
        self.flush();
        self.until(&Wait::Detached(Owner::Consumer(key)), Some(deadline));
        self.drop_consumer(key);
    }

    /// Puts messages back and ends the AMQP session of a closed session; it goes.
    pub fn finish_session(&mut self, key: u32, deadline: Instant) {
        if self.end_session(key) {
            self.flush();
            self.until(&Wait::Ended(key), Some(deadline));
        }
        self.drop_session(key);
    }

    /// Another thread closes an object just now: waits until that is done, no longer than its own close would take.
    pub fn await_close(&mut self, object: Object, deadline: Instant) {
        self.as_parked(|hold| hold.until(&Wait::Gone(object), Some(deadline)));
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
        let error = self.refusal(Status::TIBEMS_ILLEGAL_STATE);
        self.lost(epoch, error);
    }
}
