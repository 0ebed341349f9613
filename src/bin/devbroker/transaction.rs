//! Local transactions of one connection (spec 40 §1.15): sends wait for the commit, what was
//! acknowledged comes back at a rollback with one more failed delivery.

use crate::broker::{Broker, Node};
use crate::message::Message;
use crate::queue::Entry;
use crate::slab::Key;
use bytes::Bytes;
use std::collections::HashMap;
use std::rc::Rc;
use tibemsufo::amqp::codec::{DecodeError, Decoder, Descriptor};
use tibemsufo::amqp::performative::{AmqpError, Declare, DeliveryState, Discharge, code};

/// Most transactions of a connection at once.
const MAX_OPEN: usize = 1024;

/// What a message to the coordinator asks for.
#[derive(Debug, PartialEq)]
pub enum Command {
    Declare,
    Discharge(Discharge),
}

impl Command {
    pub fn read(payload: &[u8]) -> Result<Command, DecodeError> {
        let mut decoder = Decoder::new(payload);
        while decoder.descriptor()? != Descriptor::Code(code::AMQP_VALUE) {
            decoder.skip()?;
        }
        match decoder.clone().descriptor()? {
            Descriptor::Code(code::DECLARE) => {
                Declare::decode(&mut decoder)?;
                Ok(Command::Declare)
            }
            _ => Discharge::decode(&mut decoder).map(Command::Discharge),
        }
    }
}

/// The link of the coordinator: channel and handle.
pub type Owner = (u16, u32);

/// How a consumer settled a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Accepted,
    Rejected,
    Released,
    Modified { failed: bool, undeliverable: bool },
}

impl Outcome {
    /// The outcome in a delivery state; `None` when it is not terminal.
    pub fn of(state: &DeliveryState) -> Option<Outcome> {
        Some(match state {
            DeliveryState::Accepted => Outcome::Accepted,
            DeliveryState::Rejected(_) => Outcome::Rejected,
            DeliveryState::Released => Outcome::Released,
            DeliveryState::Modified {
                delivery_failed,
                undeliverable_here,
                ..
            } => Outcome::Modified {
                failed: *delivery_failed,
                undeliverable: *undeliverable_here,
            },
            _ => return None,
        })
    }

    /// Lets a queue's message go its way.
    pub fn apply(self, broker: &mut Broker, taken: Taken) {
        let Taken {
            queue,
            consumer,
            mut entry,
        } = taken;
        match self {
            Outcome::Accepted => broker.forget(queue),
            Outcome::Rejected => broker.bury(queue, entry),
            Outcome::Released => broker.restore(queue, entry),
            Outcome::Modified {
                failed,
                undeliverable,
            } => {
                entry.count += u32::from(failed);
                if undeliverable {
                    entry.exclude(consumer);
                }
                broker.restore(queue, entry);
            }
        }
    }
}

/// A message that a consumer has.
#[derive(Debug)]
pub struct Taken {
    pub queue: Key,
    /// The consumer's number in the queue
    pub consumer: u64,
    pub entry: Entry,
}

#[derive(Debug)]
struct Transaction {
    owner: Owner,
    sends: Vec<(Node, Rc<Message>, i64)>,
    settled: Vec<(Taken, Outcome)>,
    /// A send was refused: it cannot be committed
    failed: bool,
}

#[derive(Debug, Default)]
pub struct Transactions {
    open: HashMap<u64, Transaction>,
}

/// The number in a transaction id; other ids were not given by us.
pub fn number(txn_id: &[u8]) -> u64 {
    txn_id.try_into().map_or(0, u64::from_be_bytes)
}

/// The transaction id of a number.
pub fn id(number: u64) -> Bytes {
    Bytes::copy_from_slice(&number.to_be_bytes())
}

/// The error for an id that names no open transaction.
pub fn unknown() -> AmqpError {
    AmqpError::new("amqp:transaction:unknown-id", "no such transaction")
}

impl Transactions {
    pub fn declare(&mut self, owner: Owner, broker: &mut Broker) -> Result<u64, AmqpError> {
        if self.open.len() >= MAX_OPEN {
            let text = "too many open transactions";
            return Err(AmqpError::new("amqp:resource-limit-exceeded", text));
        }
        let number = broker.number();
        let transaction = Transaction {
            owner,
            sends: Vec::new(),
            settled: Vec::new(),
            failed: false,
        };
        self.open.insert(number, transaction);
        Ok(number)
    }

    pub fn is_open(&self, number: u64) -> bool {
        self.open.contains_key(&number)
    }

    /// Enrolls a send.
    pub fn send(&mut self, number: u64, node: Node, message: Rc<Message>, deliver_at: i64) {
        if let Some(transaction) = self.open.get_mut(&number) {
            transaction.sends.push((node, message, deliver_at));
        }
    }

    /// A send was refused.
    pub fn fail(&mut self, number: u64) {
        if let Some(transaction) = self.open.get_mut(&number) {
            transaction.failed = true;
        }
    }

    /// Enrolls an acknowledgement.
    pub fn settle(&mut self, number: u64, taken: Taken, outcome: Outcome) {
        if let Some(transaction) = self.open.get_mut(&number) {
            transaction.settled.push((taken, outcome));
        }
    }

    /// Ends a transaction; the error says why it was rolled back instead.
    pub fn discharge(
        &mut self,
        number: u64,
        fail: bool,
        broker: &mut Broker,
        now: i64,
    ) -> Result<(), AmqpError> {
        let transaction = self.open.remove(&number).ok_or_else(unknown)?;
        if fail {
            transaction.roll_back(broker);
            return Ok(());
        }
        if let Some(why) = transaction.refusal(broker, now) {
            transaction.roll_back(broker);
            return Err(AmqpError::new("amqp:transaction:rollback", why));
        }
        for (node, message, deliver_at) in transaction.sends {
            broker.publish(&node, message, deliver_at, now);
        }
        for (taken, outcome) in transaction.settled {
            outcome.apply(broker, taken);
        }
        Ok(())
    }

    /// Rolls back what a coordinator link leaves behind.
    pub fn abandon(&mut self, owner: Owner, broker: &mut Broker) {
        let numbers: Vec<u64> = self
            .open
            .iter()
            .filter(|(_, transaction)| transaction.owner == owner)
            .map(|(number, _)| *number)
            .collect();
        for number in numbers {
            if let Some(transaction) = self.open.remove(&number) {
                transaction.roll_back(broker);
            }
        }
    }
}

impl Transaction {
    /// Why it cannot be committed: a send was refused, or there is no room any more for one that was taken.
    fn refusal(&self, broker: &mut Broker, now: i64) -> Option<String> {
        if self.failed {
            return Some("a message of the transaction was refused".into());
        }
        let mut refused = self
            .sends
            .iter()
            .filter_map(|(node, ..)| broker.admit(node, now).err());
        refused.next().map(|error| {
            format!(
                "a message of the transaction has no room: {}",
                error.description.unwrap_or_default()
            )
        })
    }

    fn roll_back(self, broker: &mut Broker) {
        // newest first: each takes its place at the head
        for (mut taken, _) in self.settled.into_iter().rev() {
            taken.entry.count += 1;
            broker.restore(taken.queue, taken.entry);
        }
    }
}
