//! Finding the next server: RecoverConnection, and automatic reconnect inside a comma group.
//!
//! `recover` is RecoverConnection (spec 10 §5.4), `reconnect_automatically` the reconnect of spec 10 §4. Both block
//! in the thread that calls them, and nobody else does anything on the wire meanwhile. What is dropped and what is created
//! again stands in the model (`loss`, `rebuild`).

use std::sync::Arc;
use std::time::Instant;

use super::context;
use super::driver::Driver;
use super::monitor::Hold;
use super::plan::generated_container_id;
use super::random;
use crate::client::model::Wait;
use crate::client::rules::gate::{Caller, State};
use crate::client::rules::reconnect::{Attempts, Series, after, after_group};
use crate::client::rules::tries::Failure;
use crate::client::rules::walk::Walk;
use crate::settings::{self, Purpose};
use crate::status::{Error, Result, Status};
use crate::trace::Topic;

impl Driver {
    /// Reconnects inside the comma group of the lost server, if that is what the URL asks for; runs in
    /// the I/O thread.
    pub(super) fn reconnect_automatically(self: &Arc<Self>, epoch: u32) {
        let begun = Instant::now();
        let Some(mut walk) = self.walk_in_group(epoch) else {
            return;
        };
        let result = self.establish(&mut walk, Purpose::Reconnect);
        self.keep_walk(walk);
        let mut hold = self.lock();
        if hold.state() != State::Reconnecting {
            return; // closed meanwhile; a candidate is dropped with its socket
        }
        match result {
            Ok(built) => {
                hold.install(built);
                let ms = begun.elapsed().as_millis();
                let text = format_args!("the reconnect is done ({ms} ms)");
                hold.note(Topic::Recovery, text);
                hold.put_in_service();
                self.report_switch(&mut hold);
            }
            Err(error) => {
                let (ms, cause) = (begun.elapsed().as_millis(), &error.text);
                let text = format_args!("the reconnect has failed ({ms} ms): {cause}");
                hold.note(Topic::Recovery, text);
                hold.reconnect_failed(error);
            }
        }
    }

    /// The walk behind the loss of this incarnation, inside the group of its server; none if there is nothing to do.
    fn walk_in_group(&self, epoch: u32) -> Option<Walk> {
        let mut hold = self.lock();
        if hold.state() != State::Reconnecting || hold.epoch() != epoch {
            return None;
        }
        let (lost, attempts) = (hold.active(), self.plan().attempts(Purpose::Reconnect));
        let good = hold.take_goodness(Instant::now(), attempts.pass_delay);
        let series = self.group_series(lost, attempts);
        let mut walk = self.take_walk();
        if good {
            walk.forget();
            walk.begin(series);
        } else {
            let text = format!("took the connection and lost it: {}", hold.cause().text);
            let died = Failure::retry(Status::TIBEMS_SERVER_NOT_CONNECTED, text);
            walk.go_on(series, lost, self.plan().url(lost), died);
        }
        Some(walk)
    }

    /// A series inside the group of a lost server.
    fn group_series(&self, lost: (usize, usize), attempts: Attempts) -> Series {
        let start = match after(&self.plan().groups, lost) {
            (group, server) if group == lost.0 => (group, server),
            _ => (lost.0, 0),
        };
        Series::within(
            &self.plan().groups,
            lost.0,
            start,
            attempts,
            random::number(),
        )
    }

    fn report_switch(&self, hold: &mut Hold<'_>) {
        if settings::EXCEPTION_ON_FT_EVENTS.is_on() || settings::EXCEPTION_ON_FT_SWITCH.is_on() {
            let text = format!(
                "FT-SWITCH: reconnected to {}",
                self.plan().url(hold.active())
            );
            hold.report(Status::TIBEMS_SERVER_RECONNECTED, text);
        }
    }

    /// One event per URL tried, before the try (E2).
    pub(super) fn announce_try(&self, walk: &Walk, at: (usize, usize), purpose: Purpose) {
        if purpose == Purpose::Connect || !settings::EXCEPTION_ON_FT_EVENTS.is_on() {
            return;
        }
        let mut hold = self.lock();
        if hold.state() == State::Reconnecting {
            let (pass, of) = walk.progress();
            let url = self.plan().url(at);
            let text = format!("FT-SWITCH: reconnecting to {url}, attempt {pass} of {of}");
            hold.report(Status::TIBEMS_SERVER_RECONNECTING, text);
        }
    }

    /// A refused client id that we made up ourselves is replaced (spec 40 §2.1).
    pub(super) fn renew_generated_id(&self) {
        self.lock().renew_container_id(generated_container_id());
    }

    /// RecoverConnection (spec 10 §5.4, U8 to U14): blocks until everything exists again on another
    /// server or every attempt has failed. `factory` is the factory that the program passes.
    pub fn recover(self: &Arc<Self>, factory: u64) -> Result<()> {
        let Some(maker) = self.plan().unshared else {
            return Err(Error::new(
                Status::TIBEMS_INVALID_CONNECTION,
                "the connection was not made by an unshared-state factory",
            ));
        };
        if maker != factory {
            return Err(Error::new(
                Status::TIBEMS_INVALID_ARG,
                "the connection was made by another factory",
            ));
        }
        let caller = context::caller(self.id());
        let mut hold = self.lock();
        loop {
            match hold.state() {
                State::Connected => return Ok(()),
                State::Closed => return Err(hold.refusal(Status::TIBEMS_ILLEGAL_STATE)),
                _ if matches!(caller, Caller::MessageListener | Caller::CompletionListener) => {
                    return Err(hold.refusal(Status::TIBEMS_SERVER_NOT_CONNECTED));
                }
                State::Over => return Err(hold.refusal(Status::TIBEMS_SERVER_NOT_CONNECTED)),
                State::Reconnecting => {
                    hold.until(&Wait::Reconnected, None);
                }
                State::Recovering => {
                    let number = hold.recovery();
                    hold.until(&Wait::Recovered(number), None);
                    // closed meanwhile: the first one got no result
                    if hold.recovery() == number && hold.state() != State::Closed {
                        return hold.recovery_result();
                    }
                }
                State::Broken | State::GivenUp => break,
            }
        }
        let number = hold.begin_recovery();
        let begun = Instant::now();
        let text = format_args!("RecoverConnection {number} begins");
        hold.note(Topic::Recovery, text);
        let (lost, _) = hold.active();
        let attempts = self.plan().attempts(Purpose::Reconnect);
        let good = hold.take_goodness(Instant::now(), attempts.pass_delay);
        drop(hold);
        let mut walk = self.take_walk();
        if good {
            walk.forget();
        }
        let start = after_group(&self.plan().groups, lost);
        walk.begin(Series::new(
            &self.plan().groups,
            start,
            attempts,
            random::number(),
        ));
        let result = self.establish(&mut walk, Purpose::Reconnect);
        walk.close();
        self.keep_walk(walk);
        let mut hold = self.lock();
        if hold.state() != State::Recovering {
            return Err(hold.refusal(Status::TIBEMS_ILLEGAL_STATE)); // closed meanwhile
        }
        match result {
            Ok(built) => {
                hold.recovery_succeeded();
                hold.install(built);
                let ms = begun.elapsed().as_millis();
                let text = format_args!("RecoverConnection {number} is done ({ms} ms)");
                hold.note(Topic::Recovery, text);
                self.serve(&mut hold)
            }
            Err(error) => {
                let (ms, cause) = (begun.elapsed().as_millis(), &error.text);
                let text = format_args!("RecoverConnection {number} has failed ({ms} ms): {cause}");
                hold.note(Topic::Recovery, text);
                let in_listener = matches!(caller, Caller::ExceptionListener(_));
                hold.recovery_failed(error.clone(), in_listener);
                Err(error)
            }
        }
    }
}
