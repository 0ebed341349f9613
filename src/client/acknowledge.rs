//! Acknowledge and Recover of single messages, in the modes in which the program does it (spec 20 §1.4).
//!
//! A `HandedDelivery` goes with each such message. It holds a place in its session's list, not a link:
//! after a loss it is stale and never reaches the wire. Both calls may block at the gate, and, where
//! acknowledgements are confirmed (D2), for the server's answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

use parking_lot::MutexGuard;

use super::connection::Connection;
use super::gate::{Call, State};
use super::options::{self, AckConfirm};
use super::session::{FAILED, Session};
use super::state::{AcknowledgeMode, Core, Handed, Wire};
use crate::amqp::engine::Settle;
use crate::message::Delivery;
use crate::status::{Error, Result, Status};

const HELD: u8 = 0;
const ACKNOWLEDGED: u8 = 1;
const RECOVERED: u8 = 2;

/// The delivery of a message that the program acknowledges.
pub struct HandedDelivery {
    session: Arc<Session>,
    epoch: u32,
    order: u64,
    consumer: u32,
    state: AtomicU8,
}

fn illegal(text: &'static str) -> Error {
    Error::new(Status::TIBEMS_ILLEGAL_STATE, text)
}

impl HandedDelivery {
    pub(super) fn new(session: Arc<Session>, epoch: u32, order: u64, consumer: u32) -> Self {
        HandedDelivery {
            session,
            epoch,
            order,
            consumer,
            state: AtomicU8::new(HELD),
        }
    }

    /// Passes the gate; none when the message is from before a loss and the call is answered `stale`.
    fn enter<'a>(&'a self) -> Result<MutexGuard<'a, Core>> {
        let connection = self.session.connection();
        let mut core = connection.lock();
        if core.state == State::Closed {
            return Err(core.refusal(Status::TIBEMS_ILLEGAL_STATE));
        }
        connection.enter(&mut core, Call::Server, None, &mut |core| {
            self.session.check(core)
        })?;
        if core
            .consumers
            .get(&self.consumer)
            .is_none_or(|consumer| consumer.closed)
        {
            return Err(illegal("the consumer that received the message is closed"));
        }
        Ok(core)
    }

    fn stale(&self, core: &Core) -> bool {
        core.wire
            .as_ref()
            .is_none_or(|wire| wire.epoch != self.epoch)
    }

    fn stale_status(&self) -> Result<()> {
        self.session.connection().stale_status(self.session.mode())
    }

    fn take(&self, core: &mut Core) -> Option<Handed> {
        core.sessions
            .get_mut(&self.session.key)?
            .unacknowledged
            .remove(&self.order)
    }
}

impl Delivery for HandedDelivery {
    fn acknowledge(&self) -> Result<()> {
        let mut core = self.enter()?;
        if self.stale(&core) {
            return self.stale_status();
        }
        let connection = self.session.connection();
        let mode = self.session.mode();
        if mode == AcknowledgeMode::Client {
            let Some(session) = core.sessions.get_mut(&self.session.key) else {
                return Ok(());
            };
            let handed: Vec<Handed> = std::mem::take(&mut session.unacknowledged)
                .into_values()
                .collect();
            connection.accept(&mut core, &self.session, &handed)?;
            connection.drop_kept_consumers(&mut core, self.session.key);
            return Ok(());
        }
        match self.take(&mut core) {
            Some(handed) => {
                self.state.store(ACKNOWLEDGED, Ordering::Relaxed);
                connection.accept(&mut core, &self.session, &[handed])
            }
            None if self.state.load(Ordering::Relaxed) == ACKNOWLEDGED => Ok(()),
            None => Err(illegal("the message was recovered and comes again")),
        }
    }

    fn recover(&self) -> Result<()> {
        if self.session.mode() == AcknowledgeMode::Client {
            return Err(illegal(
                "messages are recovered one by one only in the EXPLICIT modes",
            ));
        }
        let mut core = self.enter()?;
        if self.stale(&core) {
            return self.stale_status();
        }
        let Some(handed) = self.take(&mut core) else {
            return Err(illegal("the message was acknowledged or recovered before"));
        };
        self.state.store(RECOVERED, Ordering::Relaxed);
        if let Some(wire) = core.wire.as_mut() {
            wire.engine
                .settle(handed.link, handed.delivery_id, FAILED, true, None);
        }
        self.session.connection().kick(&mut core);
        Ok(())
    }
}

impl Connection {
    /// The status of acknowledging a message from before a loss (10 F2, U20).
    fn stale_status(&self, mode: AcknowledgeMode) -> Result<()> {
        if self.plan.unshared.is_some() || mode == AcknowledgeMode::ExplicitDupsOk {
            return Ok(());
        }
        Err(illegal(
            "the message was received before a reconnect; the server delivers it again",
        ))
    }

    /// Accepts deliveries; waits for the server's confirmation where that is asked for.
    fn accept(
        &self,
        core: &mut MutexGuard<'_, Core>,
        session: &Session,
        handed: &[Handed],
    ) -> Result<()> {
        let Core {
            wire, confirming, ..
        } = &mut **core;
        let Some(wire) = wire.as_mut() else {
            return Ok(());
        };
        let confirm = self.confirms(session.mode()) && wire.profile.confirms_accepts();
        for delivery in handed {
            wire.engine.settle(
                delivery.link,
                delivery.delivery_id,
                Settle::Accepted,
                !confirm,
                None,
            );
            if confirm {
                confirming.insert((delivery.link, delivery.delivery_id));
            }
        }
        if !confirm {
            if session.mode().lazy() {
                self.count_lazy(core, session.key);
            }
            self.write_acknowledgements(core, session.key, false);
            return Ok(());
        }
        self.await_confirmation(core, session.mode(), handed)
    }

    fn confirms(&self, mode: AcknowledgeMode) -> bool {
        let shared =
            self.plan.unshared.is_none() && self.plan.groups.iter().any(|group| group.len() > 1);
        let default = if shared {
            AckConfirm::Client
        } else {
            AckConfirm::Never
        };
        options::general().ack_confirm.unwrap_or(default) != AckConfirm::Never && !mode.lazy()
    }

    fn await_confirmation(
        &self,
        core: &mut MutexGuard<'_, Core>,
        mode: AcknowledgeMode,
        handed: &[Handed],
    ) -> Result<()> {
        let epoch = core.epoch;
        let deadline = Instant::now() + core.request_timeout;
        self.flush(core);
        let mut first = 0; // those before it are confirmed
        let result = loop {
            if core.wire.as_ref().is_none_or(|wire| wire.epoch != epoch) {
                return self.stale_status(mode);
            }
            let open = |delivery: &&Handed| {
                let entry = (delivery.link, delivery.delivery_id);
                core.confirming.contains(&entry)
            };
            let left = handed.get(first..).unwrap_or_default();
            let Some(ahead) = left.iter().position(|delivery| open(&delivery)) else {
                return Ok(());
            };
            first += ahead;
            let delivery = &handed[first];
            let attached = |wire: &Wire| wire.owners.contains_key(&delivery.link);
            if !core.wire.as_ref().is_some_and(attached) {
                let text = "the consumer or session ended before the acknowledgement was confirmed";
                break Err(illegal(text));
            }
            if self.wait(core, Some(deadline)).is_err() {
                break Err(Error::new(
                    Status::TIBEMS_TIMEOUT,
                    "the server did not confirm the acknowledgement",
                ));
            }
        };
        for delivery in handed {
            core.confirm(delivery.link, delivery.delivery_id);
        }
        result
    }

    /// Consumers of a CLIENT session that were closed with messages in hand go when those are settled.
    pub(super) fn drop_kept_consumers(&self, core: &mut MutexGuard<'_, Core>, session: u32) {
        let gone: Vec<u32> = core
            .consumers
            .iter()
            .filter(|(_, consumer)| consumer.kept && consumer.session == session)
            .map(|(key, _)| *key)
            .collect();
        for key in gone {
            if let Some(link) = core
                .consumers
                .remove(&key)
                .and_then(|consumer| consumer.link)
            {
                self.close_link(core, link);
                self.kick(core);
            }
        }
    }
}
