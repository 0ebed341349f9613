//! One queue: what a queue of the API is, and what stands behind each topic subscription.
//!
//! Messages are kept sorted by priority and arrival, so that what comes back from a consumer takes
//! its old place. Which consumer gets the next one is decided here; sending is the pump's work.

use crate::message::Message;
use crate::slab::Key;
use std::collections::VecDeque;
use std::rc::Rc;

/// Where a link lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkRef {
    pub connection: Key,
    pub channel: u16,
    pub handle: u32,
}

/// A message in a queue, or on its way to a consumer.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Priority first, then arrival
    key: u64,
    pub message: Rc<Message>,
    /// Failed deliveries
    pub count: u32,
    /// Consumers that do not want it again (undeliverable-here)
    excluded: Vec<u64>,
}

impl Entry {
    /// The payload as this delivery has to carry it.
    pub fn payload(&self) -> bytes::Bytes {
        match self.count {
            0 => self.message.payload().clone(),
            count => self.message.redelivery(count),
        }
    }

    pub fn exclude(&mut self, consumer: u64) {
        if !self.excluded.contains(&consumer) {
            self.excluded.push(consumer);
        }
    }
}

/// A consumer of a queue.
#[derive(Debug)]
pub struct Consumer {
    pub link: LinkRef,
    /// Never used twice
    pub number: u64,
    /// A browser: the key of the next message that it has not seen
    pub browse: Option<u64>,
}

/// Why a queue exists and when it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Named by a program; stays
    Named,
    /// Ends with the link that made it
    Temporary,
    /// Behind a topic subscription
    Subscription,
}

#[derive(Debug)]
pub struct Queue {
    pub name: Rc<str>,
    pub kind: Kind,
    ready: VecDeque<Entry>,
    /// Refused as undeliverable by every consumer that there is
    parked: Vec<Entry>,
    consumers: Vec<Consumer>,
    /// Whose turn it is
    turn: usize,
    arrivals: u64,
    /// Messages here and with consumers
    pub depth: usize,
    /// Is it in the list of queues that may have something to send?
    pub dirty: bool,
}

/// Bits of the key below the priority.
const ARRIVAL_BITS: u32 = 56;

impl Queue {
    pub fn new(name: Rc<str>, kind: Kind) -> Self {
        Queue {
            name,
            kind,
            ready: VecDeque::new(),
            parked: Vec::new(),
            consumers: Vec::new(),
            turn: 0,
            arrivals: 0,
            depth: 0,
            dirty: false,
        }
    }

    /// Takes a new message.
    pub fn push(&mut self, message: Rc<Message>) {
        let rank = u64::from(9 - message.priority());
        self.arrivals += 1;
        self.depth += 1;
        self.insert(Entry {
            key: rank << ARRIVAL_BITS | self.arrivals,
            message,
            count: 0,
            excluded: Vec::new(),
        });
    }

    /// Takes back what a consumer did not consume.
    pub fn restore(&mut self, entry: Entry) {
        self.insert(entry);
    }

    /// A message is gone for good.
    pub fn forget(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    fn insert(&mut self, entry: Entry) {
        match (self.ready.front(), self.ready.back()) {
            (_, Some(last)) if last.key > entry.key => {}
            _ => return self.ready.push_back(entry),
        }
        match self.ready.front() {
            Some(first) if first.key > entry.key => self.ready.push_front(entry),
            _ => {
                let at = self.ready.partition_point(|other| other.key < entry.key);
                self.ready.insert(at, entry);
            }
        }
    }

    pub fn consumers(&self) -> &[Consumer] {
        &self.consumers
    }

    /// Adds a consumer; what nobody wanted is offered to it.
    pub fn add_consumer(&mut self, link: LinkRef, number: u64, browse: bool) {
        self.consumers.push(Consumer {
            link,
            number,
            browse: browse.then_some(0),
        });
        if !browse {
            for entry in std::mem::take(&mut self.parked) {
                self.insert(entry);
            }
        }
    }

    pub fn remove_consumer(&mut self, link: LinkRef) {
        self.consumers.retain(|consumer| consumer.link != link);
    }

    /// Drops expired messages at the head.
    pub fn expire(&mut self, now: i64) {
        while self
            .ready
            .front()
            .is_some_and(|entry| entry.message.is_expired(now))
        {
            self.ready.pop_front();
            self.forget();
        }
    }

    /// The next message and the consumer whose turn it is, among those that are `able` to take one
    /// now. A browser's message is a copy.
    pub fn next(
        &mut self,
        now: i64,
        mut able: impl FnMut(LinkRef) -> bool,
    ) -> Option<(LinkRef, Entry, bool)> {
        self.expire(now);
        let count = self.consumers.len();
        for step in 0..count {
            let at = (self.turn + step) % count;
            let consumer = &self.consumers[at];
            let (link, number, browse) = (consumer.link, consumer.number, consumer.browse);
            if !able(link) {
                continue;
            }
            if let Some(entry) = match browse {
                Some(seen) => self.copy(at, seen, now),
                None => self.take(number, now),
            } {
                self.turn = (at + 1) % count;
                return Some((link, entry, browse.is_some()));
            }
        }
        None
    }

    /// Is there nothing left for the consumer behind `link`?
    pub fn is_exhausted(&self, link: LinkRef, now: i64) -> bool {
        let Some(consumer) = self.consumers.iter().find(|c| c.link == link) else {
            return true;
        };
        let from = match consumer.browse {
            Some(seen) => self.ready.partition_point(|entry| entry.key < seen),
            None => 0,
        };
        !self.ready.iter().skip(from).any(|entry| {
            !entry.message.is_expired(now) && !entry.excluded.contains(&consumer.number)
        })
    }

    fn copy(&mut self, consumer: usize, seen: u64, now: i64) -> Option<Entry> {
        let at = self.ready.partition_point(|entry| entry.key < seen);
        let entry = self
            .ready
            .iter()
            .skip(at)
            .find(|entry| !entry.message.is_expired(now))?;
        self.consumers[consumer].browse = Some(entry.key + 1);
        Some(entry.clone())
    }

    fn take(&mut self, consumer: u64, now: i64) -> Option<Entry> {
        let mut at = 0;
        while let Some(entry) = self.ready.get(at) {
            if entry.message.is_expired(now) {
                self.ready.remove(at);
                self.forget();
            } else if !entry.excluded.contains(&consumer) {
                return self.ready.remove(at);
            } else if self.is_wanted(entry) {
                at += 1;
            } else {
                self.parked.extend(self.ready.remove(at));
            }
        }
        None
    }

    fn is_wanted(&self, entry: &Entry) -> bool {
        self.consumers
            .iter()
            .any(|c| c.browse.is_none() && !entry.excluded.contains(&c.number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Facts, Meter};
    use crate::slab::Slab;

    fn message(body: &'static [u8]) -> Rc<Message> {
        let meter = Meter::default();
        let facts = Facts::default();
        let message = Message::new(body.into(), 0, facts, "c".into(), &meter);
        Rc::new(message)
    }

    fn links(count: u32) -> Vec<LinkRef> {
        let mut slab = Slab::new();
        let connection = slab.insert_with(|_| ());
        (0..count)
            .map(|handle| LinkRef {
                connection,
                channel: 0,
                handle,
            })
            .collect()
    }

    fn body(entry: &Entry) -> &[u8] {
        entry.message.payload()
    }

    #[test]
    fn consumers_take_turns_and_returned_messages_keep_their_place() {
        let mut queue = Queue::new("q".into(), Kind::Named);
        let links = links(2);
        queue.add_consumer(links[0], 1, false);
        queue.add_consumer(links[1], 2, false);
        for text in [b"1", b"2", b"3", b"4"] {
            queue.push(message(text));
        }
        let (first, one, _) = queue.next(0, |_| true).unwrap();
        let (second, two, _) = queue.next(0, |_| true).unwrap();
        assert_eq!((first, second), (links[0], links[1]));
        queue.restore(two);
        queue.restore(one);
        let order: Vec<Vec<u8>> = std::iter::from_fn(|| queue.next(0, |l| l == links[1]))
            .map(|(_, entry, _)| body(&entry).to_vec())
            .collect();
        assert_eq!(order, [b"1", b"2", b"3", b"4"]);
        assert_eq!(queue.depth, 4);
    }

    #[test]
    fn undeliverable_here_hides_it_from_that_consumer_only() {
        let mut queue = Queue::new("q".into(), Kind::Named);
        let links = links(2);
        queue.add_consumer(links[0], 1, false);
        queue.push(message(b"x"));
        let (_, mut entry, _) = queue.next(0, |_| true).unwrap();
        entry.exclude(1);
        queue.restore(entry);
        assert!(queue.next(0, |_| true).is_none());
        assert!(queue.is_exhausted(links[0], 0));
        queue.add_consumer(links[1], 2, false);
        assert_eq!(queue.next(0, |_| true).unwrap().0, links[1]);
    }

    #[test]
    fn a_browser_sees_copies_once() {
        let mut queue = Queue::new("q".into(), Kind::Named);
        let links = links(1);
        queue.add_consumer(links[0], 1, true);
        queue.push(message(b"1"));
        queue.push(message(b"2"));
        assert_eq!(body(&queue.next(0, |_| true).unwrap().1), b"1");
        assert!(!queue.is_exhausted(links[0], 0));
        assert_eq!(body(&queue.next(0, |_| true).unwrap().1), b"2");
        assert!(queue.next(0, |_| true).is_none());
        assert!(queue.is_exhausted(links[0], 0));
        assert_eq!(queue.depth, 2);
    }
}
