//! Connecting: the walk over a list of URLs until a server accepts.
//!
//! Runs in the thread that creates or recovers the connection, or in the I/O thread during automatic
//! reconnect. What is done at one URL stands in `attempt`. Blocks up to the attempt settings; `close` ends it at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::driver::Driver;
use super::rebuild::Built;
use crate::client::rules::condition::Again;
use crate::client::rules::reconnect::Step;
use crate::client::rules::tries::Try;
use crate::client::rules::walk::Walk;
use crate::settings::Purpose;
use crate::status::Result;
use crate::trace::Topic;
use crate::transport::{Waker, wait};

impl Driver {
    /// Goes on with the walk until a server accepts the connection and everything on it (spec 10 §2.3, C16, C17).
    pub fn establish(&self, walk: &mut Walk, purpose: Purpose) -> Result<Built> {
        let waker = self.connecting()?;
        loop {
            match walk.step(Instant::now()) {
                Step::End => return Err(walk.end()),
                Step::Sleep(delay) => {
                    if !self.sleep(delay, &waker) {
                        return Err(walk.end());
                    }
                }
                Step::Try { group, server } => {
                    if self.is_closing() {
                        return Err(walk.end());
                    }
                    let at = (group, server);
                    let again = match self.try_once(at, walk, purpose, &waker) {
                        Ok(built) => return Ok(built),
                        Err(again) => again,
                    };
                    match (again, purpose) {
                        (Again::Retry, _) => {}
                        (Again::Held, Purpose::Reconnect) => {
                            self.renew_generated_id();
                            walk.repeat(at);
                        }
                        _ => walk.forbid(at),
                    }
                }
            }
        }
    }

    /// One try, announced, booked and traced; if it failed, whether the URL has its turn again.
    fn try_once(
        &self,
        at: (usize, usize),
        walk: &mut Walk,
        purpose: Purpose,
        waker: &Arc<Waker>,
    ) -> std::result::Result<Built, Again> {
        self.announce_try(walk, at, purpose);
        let (pass, of) = walk.progress();
        let url = self.plan().url(at);
        let other_left = walk.left().any(|at| self.plan().url(at) != url);
        let begun = Instant::now();
        let answer = self
            .attempt(at, walk.timeout(), other_left, waker)
            .map_err(|failure| walk.failed(at, url, failure));
        let tried = Try {
            url,
            took: begun.elapsed(),
            failure: answer.as_ref().err(),
        };
        let purpose = match purpose {
            Purpose::Connect => "connect",
            Purpose::Reconnect => "reconnect",
        };
        let text = format_args!("{purpose}, attempt {pass} of {of}: {tried}");
        self.lock().note(Topic::Recovery, text);
        answer.map_err(|failure| failure.again)
    }

    /// Sleeps between passes; false when the connection is closed meanwhile.
    fn sleep(&self, delay: Duration, waker: &Waker) -> bool {
        let until = Instant::now() + delay;
        while !self.is_closing() {
            match wait(None, false, waker, Some(until)) {
                Ok(ready) if ready.woken => {}
                _ => return !self.is_closing(),
            }
        }
        false
    }
}
