//! Finding the next server: RecoverConnection, and automatic reconnect inside a comma group.
//!
//! `recover` is RecoverConnection (spec 10 §5.4), `reconnect_automatically` the reconnect of spec 10 §4. Both block
//! in the thread that calls them, and nobody else does anything on the wire meanwhile. What is dropped stands in
//! `loss`, what is created again in `rebuild`.

use std::sync::Arc;

use bytes::BytesMut;
use parking_lot::MutexGuard;

use super::connection::Connection;
use super::context;
use super::gate::{Caller, State};
use super::plan::generated_container_id;
use super::random;
use super::rebuild::Built;
use super::reconnect::{Series, after, after_group};
use super::state::Core;
use crate::settings::{self, Purpose};
use crate::status::{Error, Result, Status};
use crate::trace::{self, Topic};

impl Connection {
    /// Reconnects inside the comma group of the lost server, if that is what the URL asks for; runs in
    /// the I/O thread. The result is what the thread serves next; none ends it.
    pub(super) fn reconnect_automatically(self: &Arc<Self>, epoch: u32) -> Option<(u32, BytesMut)> {
        let series = {
            let core = self.lock();
            if core.state != State::Reconnecting || core.epoch != epoch {
                return None;
            }
            self.group_series(core.active)
        };
        let result = self.establish(series, Purpose::Reconnect);
        let mut core = self.lock();
        if core.state != State::Reconnecting {
            return None; // closed meanwhile; a candidate is dropped with its socket
        }
        match result {
            Ok(built) => {
                let installed = self.install(&mut core, built);
                self.report_switch(&mut core);
                Some(installed)
            }
            Err(error) => {
                core.cause = error;
                self.lost_for_good(&mut core);
                None
            }
        }
    }

    /// The walk inside the group of a lost server.
    fn group_series(&self, lost: (usize, usize)) -> Series {
        let attempts = self.plan.attempts(Purpose::Reconnect);
        let start = match after(&self.plan.groups, lost) {
            (group, server) if group == lost.0 => (group, server),
            _ => (lost.0, 0),
        };
        Series::within(&self.plan.groups, lost.0, start, attempts, random::number())
    }

    fn report_switch(&self, core: &mut Core) {
        if settings::EXCEPTION_ON_FT_EVENTS.is_on() || settings::EXCEPTION_ON_FT_SWITCH.is_on() {
            let (group, server) = core.active;
            let text = format!(
                "FT-SWITCH: reconnected to {}",
                self.plan.groups[group][server]
            );
            self.report(core, Status::TIBEMS_SERVER_RECONNECTED, text);
        }
    }

    /// One event per URL tried, before the try (E2).
    pub(super) fn announce_try(
        &self,
        series: &Series,
        group: usize,
        server: usize,
        purpose: Purpose,
    ) {
        if purpose == Purpose::Connect || !settings::EXCEPTION_ON_FT_EVENTS.is_on() {
            return;
        }
        let mut core = self.lock();
        if core.state == State::Reconnecting {
            let (pass, of) = series.progress();
            let url = &self.plan.groups[group][server];
            let text = format!("FT-SWITCH: reconnecting to {url}, attempt {pass} of {of}");
            self.report(&mut core, Status::TIBEMS_SERVER_RECONNECTING, text);
        }
    }

    /// A refused client id that we made up ourselves is replaced (spec 40 §2.1).
    pub(super) fn renew_generated_id(&self) {
        let mut core = self.lock();
        if core.client_id.is_none() {
            core.container_id = generated_container_id();
        }
    }

    /// RecoverConnection (spec 10 §5.4, U8 to U14): blocks until everything exists again on another
    /// server or every attempt has failed. `factory` is the factory that the program passes.
    pub fn recover(self: &Arc<Self>, factory: u64) -> Result<()> {
        let Some(maker) = self.plan.unshared else {
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
        let mut core = self.lock();
        loop {
            match core.state {
                State::Connected => return Ok(()),
                State::Closed => return Err(core.refusal(Status::TIBEMS_ILLEGAL_STATE)),
                _ if caller == Caller::MessageListener => {
                    return Err(core.refusal(Status::TIBEMS_SERVER_NOT_CONNECTED));
                }
                State::Over => return Err(core.refusal(Status::TIBEMS_SERVER_NOT_CONNECTED)),
                State::Reconnecting => self.wait(&mut core, None)?,
                State::Recovering => {
                    let number = core.recovery;
                    while core.state == State::Recovering && core.recovery == number {
                        self.wait(&mut core, None)?;
                    }
                    // closed meanwhile: the first one got no result
                    if core.recovery == number && core.state != State::Closed {
                        return match &core.recovery_result {
                            None => Ok(()),
                            Some(error) => Err(error.clone()),
                        };
                    }
                }
                State::Broken | State::GivenUp => break,
            }
        }
        core.state = State::Recovering;
        core.recovery += 1;
        trace::line(
            Topic::Recovery,
            format_args!(
                "connection {}: RecoverConnection {}",
                self.id(),
                core.recovery
            ),
        );
        let lost = core.active;
        self.changed.notify_all();
        drop(core);
        let start = after_group(&self.plan.groups, lost.0);
        let attempts = self.plan.attempts(Purpose::Reconnect);
        let series = Series::new(&self.plan.groups, start, attempts, random::number());
        let result = self.establish(series, Purpose::Reconnect);
        let mut core = self.lock();
        self.finish_recovery(&mut core, result, caller)
    }

    fn finish_recovery(
        self: &Arc<Self>,
        core: &mut MutexGuard<'_, Core>,
        result: Result<Built>,
        caller: Caller,
    ) -> Result<()> {
        if core.state != State::Recovering {
            return Err(core.refusal(Status::TIBEMS_ILLEGAL_STATE)); // closed meanwhile
        }
        match result {
            Ok(built) => {
                core.recovery_result = None;
                core.recovery_failed_in_listener = false;
                if core.listener.is_none() {
                    core.events.clear(); // the program knows of the loss (E7)
                }
                let (epoch, input) = self.install(core, built);
                self.start_io(core, epoch, input)
            }
            Err(error) => {
                core.recovery_result = Some(error.clone());
                core.cause = error.clone();
                core.state = State::Broken;
                if matches!(caller, Caller::ExceptionListener(_)) {
                    core.recovery_failed_in_listener = true;
                } else if !core.listener_running {
                    core.state = State::GivenUp;
                }
                self.changed.notify_all();
                core.wake_all();
                Err(error)
            }
        }
    }

    /// The listener invocation for a break has returned (U17).
    pub(super) fn listener_returned(&self, core: &mut Core) {
        core.listener_running = false;
        if core.state == State::Broken && core.recovery_failed_in_listener {
            core.state = State::GivenUp;
            self.changed.notify_all();
            core.wake_all();
        }
        core.recovery_failed_in_listener = false;
    }
}
