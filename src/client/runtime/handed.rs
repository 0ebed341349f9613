//! Acknowledge and Recover of single messages, in the modes in which the program does it (spec 20 §1.4).
//!
//! A `HandedDelivery` goes with each such message. It holds a place in its session's list, not a link:
//! after a loss it is stale and never reaches the wire. Both calls may block at the gate, and, where
//! acknowledgements are confirmed (D2), for the server's answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

use super::context;
use super::driver::Driver;
use super::monitor::Hold;
use crate::client::model::{Entry, Handed, Object, Spoken, Wait};
use crate::client::rules::gate::Call;
use crate::client::rules::modes::AcknowledgeMode;
use crate::client::rules::options::{self, AckConfirm};
use crate::message::Delivery;
use crate::status::{Error, Result, Status};

const HELD: u8 = 0;
const ACKNOWLEDGED: u8 = 1;
const RECOVERED: u8 = 2;

/// The delivery of a message that the program acknowledges.
pub struct HandedDelivery {
    driver: Arc<Driver>,
    session: u32,
    mode: AcknowledgeMode,
    epoch: u32,
    /// Among those that the server waits to hear of; none if it came settled
    number: Option<u64>,
    consumer: u32,
    state: AtomicU8,
}

fn illegal(text: &'static str) -> Error {
    Error::new(Status::TIBEMS_ILLEGAL_STATE, text)
}

impl HandedDelivery {
    /// Of the message with this number among those that the program has in hand; none for one that came settled.
    pub fn new(
        driver: &Arc<Driver>,
        (session, mode): (u32, AcknowledgeMode),
        epoch: u32,
        number: Option<u64>,
        consumer: u32,
    ) -> Self {
        HandedDelivery {
            driver: driver.clone(),
            session,
            mode,
            epoch,
            number,
            consumer,
            state: AtomicU8::new(HELD),
        }
    }

    /// Passes the gate.
    fn enter(&self) -> Result<Hold<'_>> {
        let mut hold = self.driver.lock();
        hold.check_open()?;
        let entry = Entry {
            caller: context::caller(self.driver.id()),
            call: Call::Server,
            object: Object::Session(self.session),
        };
        hold.enter(entry, None)?;
        if hold
            .check(Object::Consumer(self.session, self.consumer))
            .is_err()
        {
            return Err(illegal("the consumer that received the message is closed"));
        }
        Ok(hold)
    }

    fn is_stale(&self, hold: &Hold<'_>) -> bool {
        hold.server().is_none_or(|(epoch, _)| epoch != self.epoch)
    }

    /// The status of acknowledging a message from before a loss (10 F2, U20).
    fn stale_status(&self) -> Result<()> {
        let unshared = self.driver.plan().unshared.is_some();
        if unshared || self.mode == AcknowledgeMode::ExplicitDupsOk {
            return Ok(());
        }
        Err(illegal(
            "the message was received before a reconnect; the server delivers it again",
        ))
    }

    /// Accepts deliveries; waits for the server's confirmation where that is asked for.
    fn accept(&self, hold: &mut Hold<'_>, handed: &[Handed]) -> Result<()> {
        if hold.accept(self.session, handed, self.confirms()) {
            return self.await_confirmation(hold, handed);
        }
        hold.write_acknowledgements(self.session, None, false);
        Ok(())
    }

    fn confirms(&self) -> bool {
        let plan = self.driver.plan();
        let shared = plan.unshared.is_none() && plan.groups.iter().any(|group| group.len() > 1);
        let default = if shared {
            AckConfirm::Client
        } else {
            AckConfirm::Never
        };
        options::general().ack_confirm.unwrap_or(default) != AckConfirm::Never && !self.mode.lazy()
    }

    fn await_confirmation(&self, hold: &mut Hold<'_>, handed: &[Handed]) -> Result<()> {
        let deadline = Instant::now() + hold.request_timeout();
        hold.flush();
        for delivery in handed {
            let wait = Wait::Confirmed(self.epoch, *delivery);
            let in_time = hold.until(&wait, Some(deadline));
            if self.is_stale(hold) {
                return self.stale_status();
            }
            if !hold.is_confirming(delivery) {
                continue;
            }
            hold.forget_confirming(handed);
            return Err(match in_time {
                true => illegal(
                    "the consumer or session ended before the acknowledgement was confirmed",
                ),
                false => Error::new(
                    Status::TIBEMS_TIMEOUT,
                    "the server did not confirm the acknowledgement",
                ),
            });
        }
        Ok(())
    }
}

impl Delivery for HandedDelivery {
    fn acknowledge(&self) -> Result<()> {
        let mut hold = self.enter()?;
        if self.is_stale(&hold) {
            return self.stale_status();
        }
        if self.mode == AcknowledgeMode::Client {
            let handed = hold.take_handed(self.session);
            self.accept(&mut hold, &handed)?;
            hold.drop_kept_consumers(self.session);
            return Ok(());
        }
        let Some(number) = self.number else {
            return Ok(()); // the server has forgotten it
        };
        match hold.take_one_handed(self.session, number) {
            Some(handed) => {
                self.state.store(ACKNOWLEDGED, Ordering::Relaxed);
                self.accept(&mut hold, &[handed])
            }
            None if self.state.load(Ordering::Relaxed) == ACKNOWLEDGED => Ok(()),
            None => Err(illegal("the message was recovered and comes again")),
        }
    }

    fn recover(&self) -> Result<()> {
        if self.mode == AcknowledgeMode::Client {
            return Err(illegal(
                "messages are recovered one by one only in the EXPLICIT modes",
            ));
        }
        let mut hold = self.enter()?;
        if self.is_stale(&hold) {
            return self.stale_status();
        }
        let Some(number) = self.number else {
            return Err(illegal(
                "the server sent the message settled: it counts as acknowledged and does not come again",
            ));
        };
        let Some(handed) = hold.take_one_handed(self.session, number) else {
            return Err(illegal("the message was acknowledged or recovered before"));
        };
        self.state.store(RECOVERED, Ordering::Relaxed);
        hold.recover_handed(handed);
        Ok(())
    }
}

impl Hold<'_> {
    /// Has acknowledgements written as the session's mode says; `waits` = a further message waits. `consumer`: of its
    /// messages alone.
    pub fn write_acknowledgements(&mut self, session: u32, consumer: Option<u32>, waits: bool) {
        if self.speak(session, consumer, waits, Instant::now()) == Spoken::Now {
            self.flush();
        }
    }
}
