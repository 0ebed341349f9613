//! Flow: session windows, link credit, drains (spec 40 §1.10, §1.12).

use crate::link::{Context, Link, LinkKind};
use crate::queue::LinkRef;
use crate::session::{FIRST_OUTGOING_ID, Session, unattached};
use crate::wire::{Fault, Output};
use tibemsufo::amqp::performative::Flow;

impl Session {
    pub(crate) fn on_flow(&mut self, flow: &Flow, ctx: &mut Context<'_>) -> Result<(), Fault> {
        let violation = |text: &str| Fault::session("amqp:session:window-violation", text);
        let ahead = flow.next_outgoing_id.wrapping_sub(self.next_incoming_id) as i32;
        if ahead < 0 {
            return Err(violation("next-outgoing-id is behind the transfers sent"));
        }
        self.next_incoming_id = flow.next_outgoing_id;
        let known = flow.next_incoming_id.unwrap_or(FIRST_OUTGOING_ID);
        let in_flight = self.next_outgoing_id.wrapping_sub(known);
        if (in_flight as i32) < 0 {
            return Err(violation("next-incoming-id is ahead of what was sent"));
        }
        let was_shut = self.remote_window == 0;
        self.remote_window = flow.incoming_window.saturating_sub(in_flight);
        if was_shut && self.remote_window > 0 {
            self.resume(ctx.out);
            self.mark_all(ctx);
        }
        if let Some(handle) = flow.handle {
            self.on_link_flow(handle, flow, ctx)?;
        }
        if flow.echo {
            self.write_flow(flow.handle, ctx.settings.window, ctx.out);
        }
        Ok(())
    }

    fn on_link_flow(
        &mut self,
        handle: u32,
        flow: &Flow,
        ctx: &mut Context<'_>,
    ) -> Result<(), Fault> {
        let link_ref = self.link_ref(handle, ctx.connection);
        let link = self.link(handle).ok_or_else(|| unattached(handle))?;
        match &mut link.kind {
            LinkKind::Consumer(consumer) => {
                if let Some(credit) = flow.link_credit {
                    let seen = flow.delivery_count.unwrap_or(0);
                    let limit = seen.wrapping_add(credit);
                    link.credit = (limit.wrapping_sub(link.delivery_count) as i32).max(0) as u32;
                }
                consumer.drain = flow.drain;
                if flow.drain {
                    ctx.broker.draining.push(link_ref);
                }
                ctx.broker.mark(consumer.queue);
            }
            LinkKind::Producer(_) | LinkKind::Coordinator(_) => {
                // a producer may give credit up, as the answer to a drain
                if let Some(count) = flow.delivery_count {
                    let given_up = count.wrapping_sub(link.delivery_count);
                    if given_up as i32 > 0 {
                        link.delivery_count = count;
                        link.credit = link.credit.saturating_sub(given_up);
                    }
                }
                self.grant(handle, ctx);
            }
            LinkKind::Lookup(_) | LinkKind::Detached => {}
        }
        Ok(())
    }

    /// Gives a producer new credit when half of it is used.
    pub fn grant(&mut self, handle: u32, ctx: &mut Context<'_>) {
        let full = ctx.settings.credit;
        match self.link(handle) {
            Some(link) if link.receives() && link.credit <= full / 2 => link.credit = full,
            _ => return,
        }
        self.write_flow(Some(handle), ctx.settings.window, ctx.out);
    }

    /// Writes a flow of the session, and of a link if one is named. It opens the window again.
    pub fn write_flow(&mut self, handle: Option<u32>, window: u32, out: &mut Output) {
        self.incoming_left = window;
        let mut flow = Flow {
            next_incoming_id: Some(self.next_incoming_id),
            incoming_window: window,
            next_outgoing_id: self.next_outgoing_id,
            outgoing_window: u32::MAX,
            ..Flow::default()
        };
        if let Some(link) = handle.and_then(|handle| self.link(handle)) {
            flow.handle = Some(link.handle);
            flow.delivery_count = Some(link.delivery_count);
            flow.link_credit = Some(link.credit);
            flow.drain = matches!(&link.kind, LinkKind::Consumer(consumer) if consumer.drain);
        }
        out.frame(self.channel, flow);
    }

    /// Answers a drain when the queue has nothing more for the consumer; false: not yet.
    pub fn finish_drain(&mut self, link_ref: LinkRef, ctx: &mut Context<'_>) -> bool {
        let stopped = self.stopped.as_ref().map(|stopped| stopped.handle);
        let Some(link) = self.link(link_ref.handle) else {
            return true;
        };
        let LinkKind::Consumer(consumer) = &link.kind else {
            return true;
        };
        if !consumer.drain {
            return true;
        }
        let queue = ctx.broker.queues.get_mut(consumer.queue);
        let exhausted = queue.is_none_or(|queue| queue.is_exhausted(link_ref, ctx.now));
        if stopped == Some(link_ref.handle) || (link.credit > 0 && !exhausted) {
            return false;
        }
        link.delivery_count = link.delivery_count.wrapping_add(link.credit);
        link.credit = 0;
        self.write_flow(Some(link_ref.handle), ctx.settings.window, ctx.out);
        if let Some(Link {
            kind: LinkKind::Consumer(consumer),
            ..
        }) = self.link(link_ref.handle)
        {
            consumer.drain = false;
        }
        true
    }

    /// Notes that the queues of all consumers may have something to send.
    pub fn mark_all(&self, ctx: &mut Context<'_>) {
        for link in self.links.iter().flatten() {
            if let LinkKind::Consumer(consumer) = &link.kind {
                ctx.broker.mark(consumer.queue);
            }
        }
    }
}
