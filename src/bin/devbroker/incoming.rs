//! Deliveries from the client: assembled, checked as strictly as the strictest known broker does
//! (spec 40 §1.13), then stored or given to the transaction coordinator.

use crate::broker::{Node, Sort};
use crate::link::{Context, Delivery, LinkKind, Partial, Producer};
use crate::management;
use crate::message::{Facts, Message};
use crate::session::{Session, unattached};
use crate::transaction::{self, Command};
use crate::wire::Fault;
use bytes::{Bytes, BytesMut};
use std::rc::Rc;
use tibemsufo::amqp::performative::{AmqpError, DeliveryState, Transfer};

/// Largest message.
pub const MAX_MESSAGE: usize = 256 << 20;
/// Most bytes of a connection's deliveries that have not arrived whole.
const MAX_PARTIAL: usize = 512 << 20;
/// Payloads up to this size are copied, so that they do not hold on to a whole read.
const COPIED: usize = 4096;

impl Session {
    pub(crate) fn on_transfer(
        &mut self,
        transfer: Transfer,
        payload: Bytes,
        ctx: &mut Context<'_>,
    ) -> Result<(), Fault> {
        let Some(left) = self.incoming_left.checked_sub(1) else {
            let text = "more transfers than the window allows";
            return Err(Fault::session("amqp:session:window-violation", text));
        };
        self.incoming_left = left;
        self.next_incoming_id = self.next_incoming_id.wrapping_add(1);
        let handle = transfer.handle;
        let aborted = transfer.aborted;
        let complete = self.assemble(transfer, payload, ctx)?;
        if aborted || complete.is_some() {
            self.grant(handle, ctx);
        }
        if self.incoming_left <= ctx.settings.window / 2 {
            self.write_flow(None, ctx.settings.window, ctx.out);
        }
        match complete {
            Some(delivery) => self.on_delivery(handle, delivery, ctx),
            None => Ok(()),
        }
    }

    /// Adds one frame to its delivery; gives the delivery when it is whole.
    fn assemble(
        &mut self,
        transfer: Transfer,
        payload: Bytes,
        ctx: &mut Context<'_>,
    ) -> Result<Option<Delivery>, Fault> {
        let invalid = |text: &str| Fault::session("amqp:invalid-field", text);
        let expected = self.expected_delivery;
        let handle = transfer.handle;
        let link = self.link(handle).ok_or_else(|| unattached(handle))?;
        let partial = match &mut link.kind {
            LinkKind::Producer(producer) => &mut producer.partial,
            LinkKind::Coordinator(partial) => partial,
            LinkKind::Detached => {
                // the sequence goes on although nobody listens
                if let Some(id) = transfer.delivery_id {
                    self.expected_delivery = Some(id.wrapping_add(1));
                }
                return Ok(None);
            }
            LinkKind::Consumer(_) | LinkKind::Lookup(_) => {
                let text = "transfer on a link where the client receives";
                return Err(Fault::session("amqp:not-allowed", text));
            }
        };
        let settled = transfer.settled.unwrap_or(false);
        let mut delivery = match partial.take() {
            Some(mut known) => {
                *ctx.partial_bytes -= known.bytes.len();
                if transfer.delivery_id.is_some_and(|id| id != known.id) {
                    let text = "another delivery inside a delivery";
                    return Err(Fault::link("amqp:invalid-field", text));
                }
                known.settled |= settled;
                known.state = transfer.state.or(known.state);
                known
            }
            None => {
                let id = transfer
                    .delivery_id
                    .ok_or_else(|| invalid("delivery-id is missing"))?;
                match transfer.delivery_tag {
                    Some(tag) if tag.len() <= 32 => {}
                    _ => return Err(invalid("delivery-tag is missing or too long")),
                }
                if expected.is_some_and(|expected| expected != id) {
                    return Err(invalid("delivery-id out of sequence"));
                }
                let credit = link.credit.checked_sub(1);
                link.credit = credit.unwrap_or(0);
                link.delivery_count = link.delivery_count.wrapping_add(1);
                self.expected_delivery = Some(id.wrapping_add(1));
                if credit.is_none() {
                    let text = "more deliveries than the credit allows";
                    return Err(Fault::link("amqp:link:transfer-limit-exceeded", text));
                }
                if transfer.resume {
                    return Err(Fault::link("amqp:not-implemented", "no link is resumed"));
                }
                Partial {
                    id,
                    format: transfer.message_format.unwrap_or(0),
                    settled,
                    state: transfer.state,
                    bytes: BytesMut::new(),
                }
            }
        };
        if transfer.aborted {
            return Ok(None);
        }
        let payload = if !transfer.more && delivery.bytes.is_empty() {
            if payload.len() <= COPIED {
                Bytes::copy_from_slice(&payload)
            } else {
                payload
            }
        } else {
            if delivery.bytes.len() + payload.len() > MAX_MESSAGE {
                let text = "the message is too large";
                return Err(Fault::link("amqp:link:message-size-exceeded", text));
            }
            delivery.bytes.extend_from_slice(&payload);
            if transfer.more {
                *ctx.partial_bytes += delivery.bytes.len();
                self.keep(handle, delivery);
                if *ctx.partial_bytes > MAX_PARTIAL {
                    let text = "too many unfinished deliveries";
                    return Err(Fault::connection("amqp:resource-limit-exceeded", text));
                }
                return Ok(None);
            }
            std::mem::take(&mut delivery.bytes).freeze()
        };
        Ok(Some(Delivery {
            id: delivery.id,
            format: delivery.format,
            settled: delivery.settled,
            state: delivery.state,
            payload,
        }))
    }

    fn keep(&mut self, handle: u32, unfinished: Partial) {
        match self.link(handle).map(|link| &mut link.kind) {
            Some(LinkKind::Producer(producer)) => producer.partial = Some(unfinished),
            Some(LinkKind::Coordinator(partial)) => *partial = Some(unfinished),
            _ => {}
        }
    }

    fn on_delivery(
        &mut self,
        handle: u32,
        delivery: Delivery,
        ctx: &mut Context<'_>,
    ) -> Result<(), Fault> {
        let link = self.link(handle).ok_or_else(|| unattached(handle))?;
        let LinkKind::Producer(producer) = &link.kind else {
            return self.on_command(handle, &delivery, ctx);
        };
        let (id, settled) = (delivery.id, delivery.settled);
        let transaction = match &delivery.state {
            Some(DeliveryState::Transactional { txn_id, .. }) => Some(transaction::number(txn_id)),
            _ => None,
        };
        let stored = match transaction.is_some_and(|number| !ctx.transactions.is_open(number)) {
            true => Err(transaction::unknown()),
            false => store(producer, delivery, transaction, ctx),
        };
        match stored {
            _ if settled => {}
            Ok(()) => self.accept(id, transaction, ctx.out),
            Err(error) => {
                let rejected = DeliveryState::Rejected(Some(Box::new(error)));
                let state = match transaction {
                    None => rejected,
                    Some(number) => DeliveryState::Transactional {
                        txn_id: transaction::id(number),
                        outcome: Some(Box::new(rejected)),
                    },
                };
                self.answer(id, state, ctx.out);
            }
        }
        Ok(())
    }

    /// A message to the coordinator.
    fn on_command(
        &mut self,
        handle: u32,
        delivery: &Delivery,
        ctx: &mut Context<'_>,
    ) -> Result<(), Fault> {
        let command = Command::read(&delivery.payload)
            .map_err(|error| Fault::link("amqp:decode-error", error.to_string()))?;
        let owner = (self.channel, handle);
        let result = match command {
            Command::Declare => ctx
                .transactions
                .declare(owner, ctx.broker)
                .map(|number| DeliveryState::Declared(Some(transaction::id(number)))),
            Command::Discharge(discharge) => ctx
                .transactions
                .discharge(
                    transaction::number(&discharge.txn_id),
                    discharge.fail,
                    ctx.broker,
                    ctx.now,
                )
                .map(|()| DeliveryState::Accepted),
        };
        if !delivery.settled {
            let state =
                result.unwrap_or_else(|error| DeliveryState::Rejected(Some(Box::new(error))));
            self.answer(delivery.id, state, ctx.out);
        }
        Ok(())
    }
}

/// Stores a message, or enrolls it in its transaction.
fn store(
    producer: &Producer,
    delivery: Delivery,
    transaction: Option<u64>,
    ctx: &mut Context<'_>,
) -> Result<(), AmqpError> {
    let stored = try_store(producer, delivery, transaction, ctx);
    if let (Err(_), Some(number)) = (&stored, transaction) {
        ctx.transactions.fail(number);
    }
    stored
}

fn try_store(
    producer: &Producer,
    delivery: Delivery,
    transaction: Option<u64>,
    ctx: &mut Context<'_>,
) -> Result<(), AmqpError> {
    let mut facts = Facts::read(&delivery.payload, ctx.now, producer.node.is_none())
        .map_err(|error| AmqpError::new("amqp:decode-error", error.to_string()))?;
    let named;
    let node: &Node = match &producer.node {
        Some(node) => node,
        None => {
            let to = facts.to.take().ok_or_else(|| {
                AmqpError::new("amqp:not-found", "the message does not say where it goes")
            })?;
            let sort = match facts.kind {
                Some(0 | 2) => Some(Sort::Queue),
                Some(1 | 3) => Some(Sort::Topic),
                _ => None,
            };
            named = ctx.broker.resolve_target(&to, sort)?;
            &named
        }
    };
    ctx.broker.admit(node, ctx.now)?;
    if ctx.broker.is_asked(node) {
        return management::answer(ctx.broker, delivery.payload, ctx.now);
    }
    let deliver_at = facts.deliver_at;
    let origin = ctx.container.clone();
    let message = Message::new(
        delivery.payload,
        delivery.format,
        facts,
        origin,
        &ctx.broker.meter,
    );
    let message = Rc::new(message);
    match transaction {
        Some(number) => ctx
            .transactions
            .send(number, node.clone(), message, deliver_at),
        None => ctx.broker.publish(node, message, deliver_at, ctx.now),
    }
    Ok(())
}
