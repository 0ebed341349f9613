//! Deliveries to the client: numbered, cut into frames, stopped and continued by the session window.

use crate::link::LinkKind;
use crate::queue::Entry;
use crate::session::{Session, Stopped, Unsettled};
use crate::slab::Key;
use crate::transaction::Taken;
use crate::wire::{Output, TransferHead};
use bytes::Bytes;

impl Session {
    /// May a delivery be started on the link now?
    pub fn is_able(&self, handle: u32) -> bool {
        !self.ended
            && self.remote_window > 0
            && self.stopped.is_none()
            && self
                .links
                .get(handle as usize)
                .and_then(Option::as_ref)
                .is_some_and(|link| link.credit > 0 && matches!(link.kind, LinkKind::Consumer(_)))
    }

    /// Starts a delivery on an able link. True: the message is not needed any more.
    pub fn deliver(
        &mut self,
        handle: u32,
        queue: Key,
        entry: Entry,
        copy: bool,
        out: &mut Output,
    ) -> bool {
        let id = self.next_delivery;
        let Some(link) = self.link(handle) else {
            return false;
        };
        let LinkKind::Consumer(consumer) = &link.kind else {
            return false;
        };
        let (settled, number) = (consumer.presettled, consumer.number);
        link.credit = link.credit.saturating_sub(1);
        link.delivery_count = link.delivery_count.wrapping_add(1);
        self.next_delivery += 1;
        let head = TransferHead {
            handle,
            id: id as u32,
            format: entry.message.format,
            settled,
            continued: false,
        };
        self.send(head, entry.payload(), out);
        if !settled {
            let taken = (!copy).then_some(Taken {
                queue,
                consumer: number,
                entry,
            });
            self.unsettled.push_back(Unsettled { id, handle, taken });
        }
        settled && !copy
    }

    fn send(&mut self, mut head: TransferHead, mut payload: Bytes, out: &mut Output) {
        loop {
            let size = out.transfer(self.channel, head, &payload);
            self.next_outgoing_id = self.next_outgoing_id.wrapping_add(1);
            self.remote_window -= 1;
            if size == payload.len() {
                return;
            }
            let _ = payload.split_to(size);
            head.continued = true;
            if self.remote_window == 0 {
                self.stopped = Some(Stopped {
                    handle: head.handle,
                    settled: head.settled,
                    rest: payload,
                });
                return;
            }
        }
    }

    /// Goes on with the delivery that the window stopped.
    pub fn resume(&mut self, out: &mut Output) {
        if let Some(stopped) = self.stopped.take() {
            let head = TransferHead {
                handle: stopped.handle,
                id: 0,
                format: 0,
                settled: stopped.settled,
                continued: true,
            };
            self.send(head, stopped.rest, out);
        }
    }
}
