//! The messages that wait for the listeners of a session, in the order of their arrival over all its consumers
//! (spec 20 §1.7). Constant cost a message, however many consumers there are.
//!
//! Entries are hints: what became of a message meanwhile (taken back, received, gone with its server) is found out when
//! its turn comes.

use std::collections::VecDeque;

/// Order of arrival, and the consumer.
type Entry = (u64, u32);

/// The queue.
#[derive(Debug, Default)]
pub struct Ready(VecDeque<Entry>);

impl Ready {
    /// A message arrived for a consumer with a listener.
    pub fn arrive(&mut self, order: u64, consumer: u32) {
        self.0.push_back((order, consumer));
    }

    /// Messages are in the buffer of a consumer that has a listener from now on, or again.
    pub fn insert(&mut self, orders: impl Iterator<Item = u64>, consumer: u32) {
        self.0.extend(orders.map(|order| (order, consumer)));
        self.0.make_contiguous().sort_unstable();
        let mut last = None;
        self.0.retain(|entry| last.replace(*entry) != Some(*entry));
    }

    /// Nothing waits any more.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The consumer whose turn it is: the first whose message `is_there`.
    pub fn first(&mut self, is_there: impl Fn(u64, u32) -> bool) -> Option<u32> {
        while let Some((order, consumer)) = self.0.front().copied() {
            if is_there(order, consumer) {
                return Some(consumer);
            }
            self.0.pop_front();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_their_turn_in_order_of_arrival() {
        let mut ready = Ready::default();
        ready.arrive(2, 20);
        ready.arrive(4, 10);
        // a backlog, of which one entry is known already
        ready.insert([1, 4, 5].into_iter(), 10);
        let mut turns = Vec::new();
        for gone in 0..6 {
            turns.push(ready.first(|order, _| order > gone));
        }
        let (ten, twenty) = (Some(10), Some(20));
        assert_eq!(turns, [ten, twenty, ten, ten, ten, None]);
        assert!(ready.0.is_empty());
        ready.arrive(7, 1);
        ready.clear();
        assert_eq!(ready.first(|_, _| true), None);
    }
}
