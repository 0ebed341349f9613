//! A session: dispositions, the end of links and of itself (spec 40 §1.10, §1.14).
//!
//! Windows and credit are in `flow`, incoming deliveries in `incoming`, outgoing ones in `outgoing`,
//! attaching in `attach`. The client's channel and handle numbers are used in both directions.
//! Nothing here blocks.

use crate::link::{Context, Gone, Link, LinkKind};
use crate::queue::LinkRef;
use crate::slab::Key;
use crate::transaction::{self, Outcome, Taken};
use crate::wire::{Fault, Output};
use bytes::Bytes;
use std::collections::VecDeque;
use tibemsufo::amqp::performative::{
    AmqpError, Begin, DeliveryState, Detach, Disposition, End, Performative, Role,
};

/// Highest handle.
pub const HANDLE_MAX: u32 = 16_383;
/// The id of our first transfer frame.
pub const FIRST_OUTGOING_ID: u32 = 1;

/// A delivery that the client has not settled.
#[derive(Debug)]
pub struct Unsettled {
    /// Counts on where the 32 bits of the wire start again
    pub id: i64,
    pub handle: u32,
    /// `None`: a browser's copy
    pub taken: Option<Taken>,
}

/// A delivery that the session window stopped in the middle.
#[derive(Debug)]
pub struct Stopped {
    pub handle: u32,
    pub settled: bool,
    pub rest: Bytes,
}

/// Neighbouring deliveries with the same answer, written as one range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Answers {
    first: u32,
    last: u32,
    /// Enrolled in this transaction
    transaction: Option<u64>,
}

#[derive(Debug)]
pub struct Session {
    pub channel: u16,
    /// We sent `end`: what arrives is ignored until the client's own
    pub ended: bool,
    pub next_incoming_id: u32,
    /// Frames that the client may still send
    pub incoming_left: u32,
    pub next_outgoing_id: u32,
    /// Frames that the client takes
    pub remote_window: u32,
    pub next_delivery: i64,
    /// The id of the client's next delivery, once it sent one
    pub expected_delivery: Option<u32>,
    pub links: Vec<Option<Box<Link>>>,
    /// Sorted by id
    pub unsettled: VecDeque<Unsettled>,
    pub stopped: Option<Stopped>,
    answers: Option<Answers>,
    scratch: Vec<Unsettled>,
}

impl Session {
    /// Answers a `begin`.
    pub fn begin(channel: u16, begin: &Begin, ctx: &mut Context<'_>) -> Session {
        let answer = Begin {
            remote_channel: Some(channel),
            next_outgoing_id: FIRST_OUTGOING_ID,
            incoming_window: ctx.settings.window,
            outgoing_window: u32::MAX,
            handle_max: Some(HANDLE_MAX),
            ..Begin::default()
        };
        ctx.out.frame(channel, answer);
        Session {
            channel,
            ended: false,
            next_incoming_id: begin.next_outgoing_id,
            incoming_left: ctx.settings.window,
            next_outgoing_id: FIRST_OUTGOING_ID,
            remote_window: begin.incoming_window,
            next_delivery: 0,
            expected_delivery: None,
            links: Vec::new(),
            unsettled: VecDeque::new(),
            stopped: None,
            answers: None,
            scratch: Vec::new(),
        }
    }

    pub fn link(&mut self, handle: u32) -> Option<&mut Link> {
        self.links.get_mut(handle as usize)?.as_deref_mut()
    }

    /// Handles a frame of the session other than begin and end.
    pub fn handle(
        &mut self,
        performative: Performative,
        payload: Bytes,
        ctx: &mut Context<'_>,
    ) -> Result<(), Fault> {
        let (handle, result) = match performative {
            Performative::Transfer(transfer) => {
                let handle = transfer.handle;
                (handle, self.on_transfer(*transfer, payload, ctx))
            }
            Performative::Disposition(disposition) => {
                return self.on_disposition(&disposition, ctx);
            }
            Performative::Flow(flow) => return self.on_flow(&flow, ctx),
            Performative::Attach(attach) => return self.on_attach(*attach, ctx),
            Performative::Detach(detach) => return self.on_detach(&detach, ctx),
            other => {
                let text = format!("{} in a session", other.name());
                return Err(Fault::connection("amqp:not-allowed", text));
            }
        };
        match result {
            Err(Fault::Link(error)) => {
                self.detach_link(handle, error, ctx);
                Ok(())
            }
            other => other,
        }
    }

    // Dispositions

    /// Accepts a delivery; neighbours are answered together.
    pub fn accept(&mut self, id: u32, transaction: Option<u64>, out: &mut Output) {
        match &mut self.answers {
            Some(run) if run.last.wrapping_add(1) == id && run.transaction == transaction => {
                run.last = id;
            }
            _ => {
                self.flush(out);
                self.answers = Some(Answers {
                    first: id,
                    last: id,
                    transaction,
                });
            }
        }
    }

    /// Answers one delivery with a state of its own.
    pub fn answer(&mut self, id: u32, state: DeliveryState, out: &mut Output) {
        self.flush(out);
        self.write_answer(id, id, state, out);
    }

    /// Writes the answers that were held back.
    pub fn flush(&mut self, out: &mut Output) {
        let Some(run) = self.answers.take() else {
            return;
        };
        let state = match run.transaction {
            None => DeliveryState::Accepted,
            Some(number) => DeliveryState::Transactional {
                txn_id: transaction::id(number),
                outcome: Some(Box::new(DeliveryState::Accepted)),
            },
        };
        self.write_answer(run.first, run.last, state, out);
    }

    fn write_answer(&self, first: u32, last: u32, state: DeliveryState, out: &mut Output) {
        let disposition = Disposition {
            role: Role::Receiver,
            first,
            last: (last != first).then_some(last),
            settled: true,
            state: Some(state),
            batchable: false,
        };
        out.frame(self.channel, disposition);
    }

    fn on_disposition(&mut self, found: &Disposition, ctx: &mut Context<'_>) -> Result<(), Fault> {
        if found.role == Role::Sender {
            // our answers are settled already
            return Ok(());
        }
        let last = found.last.unwrap_or(found.first);
        if (last.wrapping_sub(found.first) as i32) < 0 {
            return Err(Fault::connection(
                "amqp:not-allowed",
                "disposition whose last delivery is before its first",
            ));
        }
        let (transaction, state) = match &found.state {
            Some(DeliveryState::Transactional { txn_id, outcome }) => {
                let number = transaction::number(txn_id);
                if !ctx.transactions.is_open(number) {
                    return Err(Fault::Session(transaction::unknown()));
                }
                (Some(number), outcome.as_deref())
            }
            state => (None, state.as_ref()),
        };
        let outcome = state.and_then(Outcome::of);
        if outcome.is_none() && !found.settled {
            return Ok(());
        }
        let mut taken = std::mem::take(&mut self.scratch);
        self.take_range(found.first, last, &mut taken);
        // newest first: what is released takes its place at the head
        for unsettled in taken.drain(..).rev() {
            let outcome = outcome.unwrap_or_else(|| self.default_outcome(unsettled.handle));
            match (unsettled.taken, transaction) {
                (None, _) => {}
                (Some(message), Some(number)) => {
                    ctx.transactions.settle(number, message, outcome);
                }
                (Some(message), None) => outcome.apply(ctx.broker, message),
            }
        }
        self.scratch = taken;
        if !found.settled {
            let mut answer = found.clone();
            answer.role = Role::Sender;
            answer.settled = true;
            ctx.out.frame(self.channel, answer);
        }
        Ok(())
    }

    /// Moves the unsettled deliveries of a range, which may be larger than the table.
    fn take_range(&mut self, first: u32, last: u32, taken: &mut Vec<Unsettled>) {
        let first = self.long_id(first);
        let last = self.long_id(last);
        let from = self.unsettled.partition_point(|one| one.id < first);
        let to = self.unsettled.partition_point(|one| one.id <= last);
        if from < to {
            taken.extend(self.unsettled.drain(from..to));
        }
    }

    /// The delivery id near those now in use.
    fn long_id(&self, id: u32) -> i64 {
        let back = (self.next_delivery as u32).wrapping_sub(id) as i32;
        self.next_delivery - i64::from(back)
    }

    fn default_outcome(&mut self, handle: u32) -> Outcome {
        match self.link(handle).map(|link| &link.kind) {
            Some(LinkKind::Consumer(consumer)) => {
                consumer.default_outcome.as_ref().and_then(Outcome::of)
            }
            _ => None,
        }
        .unwrap_or(Outcome::Released)
    }

    // Ends

    fn on_detach(&mut self, detach: &Detach, ctx: &mut Context<'_>) -> Result<(), Fault> {
        let link = self
            .link(detach.handle)
            .ok_or_else(|| unattached(detach.handle))?;
        let answered = matches!(link.kind, LinkKind::Detached);
        let gone = match detach.closed {
            true => Gone::Closed,
            false => Gone::Detached,
        };
        let error = self.end_link(detach.handle, gone, ctx);
        self.links[detach.handle as usize] = None;
        *ctx.link_count -= 1;
        if !answered {
            self.flush(ctx.out);
            let answer = Detach {
                handle: detach.handle,
                closed: detach.closed,
                error,
            };
            ctx.out.frame(self.channel, answer);
        }
        Ok(())
    }

    /// Closes a link from our side.
    pub fn detach_link(&mut self, handle: u32, error: AmqpError, ctx: &mut Context<'_>) {
        match self.link(handle) {
            Some(link) if !matches!(link.kind, LinkKind::Detached) => {}
            _ => return,
        }
        self.end_link(handle, Gone::Detached, ctx);
        self.flush(ctx.out);
        let detach = Detach {
            handle,
            closed: true,
            error: Some(error),
        };
        ctx.out.frame(self.channel, detach);
    }

    /// Gives back what a link holds. The link stays behind as a detached one. The error belongs
    /// into the answer to the client's detach.
    fn end_link(&mut self, handle: u32, gone: Gone, ctx: &mut Context<'_>) -> Option<AmqpError> {
        let link_ref = self.link_ref(handle, ctx.connection);
        let channel = self.channel;
        let link = self.link(handle)?;
        let kind = std::mem::replace(&mut link.kind, LinkKind::Detached);
        let receives = matches!(kind, LinkKind::Producer(_) | LinkKind::Coordinator(_));
        let name = (std::mem::take(&mut link.name), receives);
        if ctx.names.get(&name) == Some(&(channel, handle)) {
            ctx.names.remove(&name);
        }
        let (partial, dynamic) = match kind {
            LinkKind::Consumer(consumer) => {
                self.return_unsettled(Some(handle), gone, ctx);
                if self.stopped.as_ref().is_some_and(|s| s.handle == handle) {
                    self.stopped = None;
                }
                let closed = gone == Gone::Closed;
                ctx.broker.remove_consumer(consumer.queue, link_ref, closed);
                (None, consumer.dynamic)
            }
            LinkKind::Producer(producer) => (producer.partial, producer.dynamic),
            LinkKind::Coordinator(partial) => {
                ctx.transactions.abandon((channel, handle), ctx.broker);
                (partial, None)
            }
            LinkKind::Lookup(name) => {
                return match gone {
                    Gone::Closed => ctx.broker.unsubscribe(&name).err(),
                    _ => None,
                };
            }
            LinkKind::Detached => return None,
        };
        if let Some(partial) = partial {
            *ctx.partial_bytes -= partial.bytes.len();
        }
        if let Some(name) = dynamic {
            ctx.broker.remove_temporary(&name);
        }
        None
    }

    /// Puts deliveries that nobody settled back into their queues: of one link, or of all.
    fn return_unsettled(&mut self, handle: Option<u32>, gone: Gone, ctx: &mut Context<'_>) {
        let mut kept = VecDeque::new();
        // newest first: each takes its place at the head
        while let Some(mut unsettled) = self.unsettled.pop_back() {
            if handle.is_some_and(|handle| handle != unsettled.handle) {
                kept.push_front(unsettled);
            } else if let Some(taken) = &mut unsettled.taken {
                taken.entry.count += u32::from(gone == Gone::Lost);
                ctx.broker.restore(taken.queue, taken.entry.clone());
            }
        }
        self.unsettled = kept;
    }

    /// Ends all links.
    pub fn end(&mut self, gone: Gone, ctx: &mut Context<'_>) {
        self.return_unsettled(None, gone, ctx);
        for handle in 0..self.links.len() {
            self.end_link(handle as u32, gone, ctx);
        }
        *ctx.link_count -= self.links.iter().flatten().count();
        self.links.clear();
        self.stopped = None;
    }

    /// Ends the session from our side.
    pub fn end_with(&mut self, error: AmqpError, ctx: &mut Context<'_>) {
        self.end(Gone::Detached, ctx);
        self.flush(ctx.out);
        self.ended = true;
        ctx.out.frame(self.channel, End { error: Some(error) });
    }

    pub fn link_ref(&self, handle: u32, connection: Key) -> LinkRef {
        LinkRef {
            connection,
            channel: self.channel,
            handle,
        }
    }
}

/// The fault of a frame for a link that is not attached.
pub fn unattached(handle: u32) -> Fault {
    let text = format!("handle {handle} is not attached");
    Fault::session("amqp:session:unattached-handle", text)
}
