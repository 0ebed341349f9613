//! One queue: what a queue of the API is, and what stands behind each topic subscription.
//!
//! Messages are kept sorted by priority and arrival, so that what comes back from a consumer takes
//! its old place. Which consumer gets the next one is decided here; sending is the pump's work.
//!
//! A consumer with a selector remembers how far it has looked ([`Selection`]): each message is
//! evaluated for it once, however often the consumer asks for the next one.

use crate::message::Message;
use crate::slab::Key;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use tibemsufo::message::selector::Selector;

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

    fn is_expired(&self, now: i64) -> bool {
        self.message.is_expired(now)
    }

    /// Does the consumer of this number want it?
    fn is_for(&self, consumer: u64, selector: Option<&Selector>) -> bool {
        !self.excluded.contains(&consumer)
            && selector.is_none_or(|selector| self.message.is_selected(selector, self.count))
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
    browse: Option<u64>,
    selection: Option<Selection>,
}

/// Which messages a selector leaves to its consumer.
#[derive(Debug)]
struct Selection {
    selector: Rc<Selector>,
    /// The key of the first message that was not evaluated
    seen: u64,
    /// Keys below that are ready and selected
    waiting: BTreeSet<u64>,
}

impl Selection {
    /// Evaluates what has become ready below the place that was looked at.
    fn on_insert(&mut self, entry: &Entry, consumer: u64) {
        if entry.key < self.seen && entry.is_for(consumer, Some(&self.selector)) {
            self.waiting.insert(entry.key);
        }
    }

    /// The key of the first message that is selected; looks on where it stopped the last time.
    fn first(&mut self, ready: &BTreeMap<u64, Entry>, consumer: u64) -> Option<u64> {
        if let Some(key) = self.waiting.first() {
            return Some(*key);
        }
        for (key, entry) in ready.range(self.seen..) {
            self.seen = key + 1;
            if entry.is_for(consumer, Some(&self.selector)) {
                self.waiting.insert(*key);
                return Some(*key);
            }
        }
        None
    }
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
    ready: BTreeMap<u64, Entry>,
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
            ready: BTreeMap::new(),
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
        for consumer in &mut self.consumers {
            if let Some(selection) = &mut consumer.selection {
                selection.on_insert(&entry, consumer.number);
            }
        }
        self.ready.insert(entry.key, entry);
    }

    /// Takes a message out of those that are ready.
    fn remove(&mut self, key: u64) -> Option<Entry> {
        for consumer in &mut self.consumers {
            if let Some(selection) = &mut consumer.selection {
                selection.waiting.remove(&key);
            }
        }
        self.ready.remove(&key)
    }

    pub fn consumers(&self) -> &[Consumer] {
        &self.consumers
    }

    /// Adds a consumer; what nobody wanted is offered to it.
    pub fn add_consumer(
        &mut self,
        link: LinkRef,
        number: u64,
        browse: bool,
        selector: Option<Rc<Selector>>,
    ) {
        self.consumers.push(Consumer {
            link,
            number,
            browse: browse.then_some(0),
            selection: selector.map(|selector| Selection {
                selector,
                seen: 0,
                waiting: BTreeSet::new(),
            }),
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
        while let Some((key, entry)) = self.ready.first_key_value()
            && entry.is_expired(now)
        {
            self.drop_expired(*key);
        }
    }

    fn drop_expired(&mut self, key: u64) {
        self.remove(key);
        self.forget();
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
            let (link, browses) = (consumer.link, consumer.browse.is_some());
            if !able(link) {
                continue;
            }
            if let Some(key) = self.first_for(at, now) {
                self.turn = (at + 1) % count;
                let entry = if browses {
                    self.consumers[at].browse = Some(key + 1);
                    self.ready.get(&key).cloned()
                } else {
                    self.remove(key)
                };
                return entry.map(|entry| (link, entry, browses));
            }
        }
        None
    }

    /// Is there nothing left for the consumer behind `link`?
    pub fn is_exhausted(&mut self, link: LinkRef, now: i64) -> bool {
        match self.consumers.iter().position(|c| c.link == link) {
            Some(at) => self.first_for(at, now).is_none(),
            None => true,
        }
    }

    /// The key of the next message of a consumer. What nobody wants any more is put aside on the way.
    fn first_for(&mut self, at: usize, now: i64) -> Option<u64> {
        let consumer = &mut self.consumers[at];
        let number = consumer.number;
        if let Some(seen) = consumer.browse {
            let selector = consumer.selection.as_ref().map(|s| &*s.selector);
            let found = self
                .ready
                .range(seen..)
                .find(|(_, entry)| !entry.is_expired(now) && entry.is_for(number, selector))
                .map(|(key, _)| *key);
            // what was not selected is not looked at again
            let last = self.ready.last_key_value().map_or(seen, |(key, _)| key + 1);
            consumer.browse = Some(found.unwrap_or(last.max(seen)));
            return found;
        }
        loop {
            let key = match &mut self.consumers[at].selection {
                Some(selection) => selection.first(&self.ready, number)?,
                None => self.first_of_all(number)?,
            };
            match self.ready.get(&key) {
                Some(entry) if entry.is_expired(now) => self.drop_expired(key),
                Some(entry) if entry.is_for(number, None) => return Some(key),
                _ => {
                    let unwanted = self.remove(key);
                    self.parked.extend(unwanted);
                }
            }
        }
    }

    /// The key of the first message that the consumer takes, or that nobody does.
    fn first_of_all(&self, consumer: u64) -> Option<u64> {
        let wanted = |entry: &Entry| {
            let mut takers = self.consumers.iter().filter(|c| c.browse.is_none());
            takers.any(|c| !entry.excluded.contains(&c.number))
        };
        self.ready
            .iter()
            .find(|(_, entry)| entry.is_for(consumer, None) || !wanted(entry))
            .map(|(key, _)| *key)
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
        queue.add_consumer(links[0], 1, false, None);
        queue.add_consumer(links[1], 2, false, None);
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
        queue.add_consumer(links[0], 1, false, None);
        queue.push(message(b"x"));
        let (_, mut entry, _) = queue.next(0, |_| true).unwrap();
        entry.exclude(1);
        queue.restore(entry);
        assert!(queue.next(0, |_| true).is_none());
        assert!(queue.is_exhausted(links[0], 0));
        queue.add_consumer(links[1], 2, false, None);
        assert_eq!(queue.next(0, |_| true).unwrap().0, links[1]);
    }

    #[test]
    fn a_browser_sees_copies_once() {
        let mut queue = Queue::new("q".into(), Kind::Named);
        let links = links(1);
        queue.add_consumer(links[0], 1, true, None);
        queue.push(message(b"1"));
        queue.push(message(b"2"));
        assert_eq!(body(&queue.next(0, |_| true).unwrap().1), b"1");
        assert!(!queue.is_exhausted(links[0], 0));
        assert_eq!(body(&queue.next(0, |_| true).unwrap().1), b"2");
        assert!(queue.next(0, |_| true).is_none());
        assert!(queue.is_exhausted(links[0], 0));
        assert_eq!(queue.depth, 2);
    }

    /// A message with an int property `n`.
    fn numbered(n: i32) -> Rc<Message> {
        use tibemsufo::message::{Destination, PlainAddresses, SendHeaders, Value};
        let mut model = tibemsufo::message::Message::plain();
        model.set_property(b"n", Value::Int(n)).unwrap();
        let queue = Destination::queue("q");
        let mut payload = Vec::new();
        model
            .encode(&SendHeaders::to(&queue), &PlainAddresses, &mut payload)
            .unwrap();
        let facts = Facts::read(&payload, 0, false).unwrap();
        let message = Message::new(payload.into(), 0, facts, "c".into(), &Meter::default());
        Rc::new(message)
    }

    fn selector(text: &str) -> Option<Rc<Selector>> {
        Some(Rc::new(Selector::parse(text).unwrap()))
    }

    #[test]
    fn a_selector_leaves_the_others_where_they_are() {
        let mut queue = Queue::new("q".into(), Kind::Named);
        let links = links(3);
        queue.add_consumer(links[0], 1, false, selector("n = 2 OR n = 4"));
        for n in 1..=4 {
            queue.push(numbered(n));
        }
        let keys = |queue: &Queue| queue.ready.keys().copied().collect::<Vec<_>>();
        let all = keys(&queue);
        let (_, two, _) = queue.next(0, |_| true).unwrap();
        assert_eq!(
            (two.key, keys(&queue)),
            (all[1], vec![all[0], all[2], all[3]])
        );
        let (_, four, _) = queue.next(0, |_| true).unwrap();
        assert_eq!(four.key, all[3]);
        assert!(queue.next(0, |_| true).is_none() && queue.is_exhausted(links[0], 0));
        // what comes back is found, in its old order, and what others take is forgotten
        queue.restore(four);
        queue.restore(two);
        assert!(!queue.is_exhausted(links[0], 0));
        queue.add_consumer(links[1], 2, false, None);
        queue.add_consumer(links[2], 3, true, selector("n > 2"));
        let taken = |queue: &mut Queue, link| {
            let (_, entry, _) = queue.next(0, |able| able == link)?;
            Some(entry.key)
        };
        assert_eq!(taken(&mut queue, links[2]), Some(all[2]));
        assert_eq!(taken(&mut queue, links[1]), Some(all[0]));
        assert_eq!(taken(&mut queue, links[1]), Some(all[1]));
        assert_eq!(taken(&mut queue, links[0]), Some(all[3]));
        assert_eq!(taken(&mut queue, links[0]), None);
        assert_eq!(taken(&mut queue, links[2]), None, "it is gone");
        assert_eq!(taken(&mut queue, links[1]), Some(all[2]));
        assert_eq!(taken(&mut queue, links[1]), None);
        queue.push(numbered(4));
        assert!(taken(&mut queue, links[0]).is_some());
    }
}
