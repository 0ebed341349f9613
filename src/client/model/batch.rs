//! A batch of messages as both of its sides see it (spec 20 §4.3): the program's thread, which claims one after the other
//! without a lock, and the inbox, which knows what is in hand and can stop it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use super::acknowledge::Receipt;
use super::consumer::Reading;
use super::inbox::Buffered;
use crate::amqp::engine::LinkId;

/// How far the program has come with a batch.
#[derive(Debug, Default)]
struct Progress {
    /// Messages claimed, and whether it is stopped
    claimed: AtomicU32,
    handled: AtomicU32,
}

const STOPPED: u32 = 1 << 31;

impl Progress {
    fn claim(&self) -> bool {
        let free = |word: u32| (word & STOPPED == 0).then_some(word + 1);
        let claimed = (self.claimed).fetch_update(Ordering::AcqRel, Ordering::Acquire, free);
        claimed.is_ok()
    }

    fn is_stopped(&self) -> bool {
        self.claimed.load(Ordering::Acquire) & STOPPED != 0
    }

    /// Nothing can be claimed any more; how much was.
    fn stop(&self) -> usize {
        (self.claimed.fetch_or(STOPPED, Ordering::AcqRel) & !STOPPED) as usize
    }
}

/// Messages of one consumer for the program.
pub struct Batch {
    pub consumer: u32,
    pub reading: Arc<Reading>,
    pub link: LinkId,
    pub epoch: u32,
    pub messages: Vec<Buffered>,
    progress: Arc<Progress>,
    pub(super) taken_at: Instant,
    /// When the last of them had arrived
    pub(super) last_arrival: Instant,
}

impl Batch {
    /// A batch of which nothing is claimed yet.
    pub(super) fn new(
        consumer: u32,
        reading: Arc<Reading>,
        (link, epoch): (LinkId, u32),
        messages: Vec<Buffered>,
        now: Instant,
    ) -> Batch {
        Batch {
            consumer,
            reading,
            link,
            epoch,
            last_arrival: messages.last().map_or(now, |message| message.at),
            messages,
            progress: Arc::default(),
            taken_at: now,
        }
    }

    /// The next message is for the program. False: nobody wants the batch to go on.
    pub fn claim(&self) -> bool {
        self.progress.claim()
    }

    /// Nothing more can be claimed.
    pub fn is_stopped(&self) -> bool {
        self.progress.is_stopped()
    }

    /// Nothing can be claimed any more.
    pub(super) fn stop(&self) {
        self.progress.stop();
    }

    /// One more message has been handled: it is to be acknowledged.
    pub fn handle(&self) {
        self.progress.handled.fetch_add(1, Ordering::Release);
    }
}

/// A batch as its inbox knows it.
#[derive(Debug)]
pub(super) struct InHand {
    link: LinkId,
    deliveries: Vec<Receipt>,
    settled: usize,
    progress: Arc<Progress>,
    until: Instant,
}

impl InHand {
    /// What is handled of it is acknowledged at `until` at the latest.
    pub fn of(batch: &Batch, until: Instant) -> InHand {
        InHand {
            link: batch.link,
            deliveries: batch.messages.iter().map(|m| m.receipt).collect(),
            settled: 0,
            progress: batch.progress.clone(),
            until,
        }
    }

    pub fn is(&self, batch: &Batch) -> bool {
        Arc::ptr_eq(&self.progress, &batch.progress)
    }

    /// The link that its messages have come over.
    pub fn link(&self) -> LinkId {
        self.link
    }

    pub fn until(&self) -> Instant {
        self.until
    }

    /// Nothing of it can be claimed any more; how much was.
    pub fn stop(&self) -> usize {
        self.progress.stop()
    }

    /// The next message that is handled and not settled; it counts as settled from now on.
    pub fn next_handled(&mut self) -> Option<Receipt> {
        let handled = self.progress.handled.load(Ordering::Acquire) as usize;
        (self.settled < handled).then(|| self.next_unsettled())?
    }

    /// The next message that is not settled; it counts as settled from now on.
    pub fn next_unsettled(&mut self) -> Option<Receipt> {
        let receipt = self.deliveries.get(self.settled).copied()?;
        self.settled += 1;
        Some(receipt)
    }

    /// What is not settled, each with its number in the batch.
    pub fn unsettled(&self) -> impl DoubleEndedIterator<Item = (usize, Receipt)> + '_ {
        let numbered = self.deliveries.iter().copied().enumerate();
        numbered.skip(self.settled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_stopped_batch_nothing_can_be_claimed() {
        let progress = Progress::default();
        assert!(progress.claim() && progress.claim() && !progress.is_stopped());
        assert_eq!(progress.stop(), 2);
        assert!(progress.is_stopped() && !progress.claim());
        assert_eq!(progress.stop(), 2, "what was claimed stays");
    }
}
