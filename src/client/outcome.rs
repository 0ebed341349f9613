//! The end of a send that is answered: waiting for the outcome, and what it means for the program (spec 20 §3.5,
//! spec 40 §1.17).
//!
//! The wait is on the producer's condition; it ends with the outcome, the loss of the connection or link, or the
//! limits of send and close.

use std::time::Instant;

use parking_lot::MutexGuard;

use super::condition::{self, Place};
use super::gate::State;
use super::io::parts;
use super::model::outbox::{Ticket, Verdict};
use super::options;
use super::profile::Broker;
use super::send::Order;
use super::state::Core;
use crate::amqp::engine::Outcome;
use crate::message::DestinationKind;
use crate::status::{Error, Result, Status};

/// Beginning of the error text of a send or commit whose outcome nobody knows (D13).
pub const OUTCOME_UNKNOWN: &str = "outcome unknown:";

pub(super) fn unknown(cause: &str) -> Error {
    Error::new(
        Status::TIBEMS_SERVER_NOT_CONNECTED,
        format!("{OUTCOME_UNKNOWN} {cause}"),
    )
}

impl Order<'_> {
    pub fn await_outcome(
        &self,
        core: &mut MutexGuard<'_, Core>,
        ticket: Ticket,
        begun: &mut bool,
    ) -> Result<bool> {
        let key = self.producer.key;
        let close_limit = options::general().close_timeout;
        let mut give_up_at = None;
        loop {
            let Some(state) = core.producers.get_mut(&key) else {
                *begun = true;
                return Err(unknown("closed while the answer was awaited"));
            };
            if let Some(verdict) = state.outbox.take(ticket) {
                return match verdict {
                    Verdict::Outcome(outcome) => {
                        *begun = true;
                        self.judge(core, outcome).map(|()| true)
                    }
                    Verdict::Lost { sent } => {
                        *begun |= sent;
                        Ok(false)
                    }
                    Verdict::LinkFailed(error) => {
                        *begun = true;
                        Err(error)
                    }
                    Verdict::Detached(error) => {
                        *begun = true;
                        match self.repeated.replace(true) {
                            false => Ok(false), // attached again and repeated, once (spec 40 §3.6)
                            true => Err(error),
                        }
                    }
                };
            }
            let closing = core.state == State::Closed || self.alive(core).is_err();
            if closing && give_up_at.is_none() {
                give_up_at = Some(Instant::now() + close_limit);
            }
            if self.sleep_until(core, give_up_at.or(self.deadline)) {
                if let Some(state) = core.producers.get_mut(&key) {
                    state.outbox.abandon(ticket);
                }
                *begun = true;
                return Err(unknown("the server did not answer the send in time"));
            }
        }
    }

    /// The status of a confirmed outcome (spec 20 §3.5, spec 40 §1.17).
    fn judge(&self, core: &Core, outcome: Outcome) -> Result<()> {
        let topic = self.destination.kind() == DestinationKind::Topic;
        let rabbit = core
            .wire
            .as_ref()
            .is_some_and(|wire| wire.profile.broker == Broker::RabbitMq);
        match outcome {
            Outcome::Accepted => Ok(()),
            Outcome::Rejected(error) => {
                let (condition, text) = parts(error.as_deref());
                Err(condition::error(condition, text, Place::Rejected, false))
            }
            Outcome::Released if topic => Ok(()), // nobody is subscribed
            Outcome::Released => Err(Error::new(
                if rabbit {
                    Status::TIBEMS_INVALID_DESTINATION
                } else {
                    Status::TIBEMS_EXCEPTION
                },
                "the server released the message: it was not stored",
            )),
            Outcome::Modified { .. } => Err(Error::new(
                Status::TIBEMS_EXCEPTION,
                "the server did not store the message (modified)",
            )),
            _ => Err(unknown("the server settled the message without an outcome")),
        }
    }
}
