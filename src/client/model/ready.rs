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
struct Ready(VecDeque<Entry>);

/// The listeners of a session and what waits for them.
#[derive(Debug, Default)]
pub struct Listening {
    /// Consumers with a listener
    count: usize,
    /// Those of them without prefetch
    unprefetched: Vec<u32>,
    ready: Ready,
}

impl Listening {
    /// A consumer has a listener from now on, and this backlog.
    pub fn add(&mut self, consumer: u32, unprefetched: bool, backlog: impl Iterator<Item = u64>) {
        self.count += 1;
        if unprefetched {
            self.unprefetched.push(consumer);
        }
        self.ready.insert(backlog, consumer);
    }

    /// A consumer has no listener any more.
    pub fn remove(&mut self, consumer: u32) {
        self.count -= 1;
        self.unprefetched.retain(|listening| *listening != consumer);
    }

    /// No consumer has a listener.
    pub fn is_none(&self) -> bool {
        self.count == 0
    }

    /// Those without prefetch: each of their messages must be asked for.
    pub fn unprefetched(&self) -> &[u32] {
        &self.unprefetched
    }

    /// A message arrived for a consumer with a listener.
    pub fn arrive(&mut self, arrival: u64, consumer: u32) {
        self.ready.arrive(arrival, consumer);
    }

    /// A message is back in the inbox of a consumer with a listener.
    pub fn again(&mut self, arrival: u64, consumer: u32) {
        self.ready.again(arrival, consumer);
    }

    /// Nothing waits any more.
    pub fn clear(&mut self) {
        self.ready.clear();
    }

    /// The consumer whose turn it is: the first whose message `is_there`.
    pub fn first(&mut self, is_there: impl Fn(u64, u32) -> bool) -> Option<u32> {
        self.ready.first(is_there)
    }

    /// A look at what `first` would give.
    pub fn is_ready(&self, is_there: impl Fn(u64, u32) -> bool) -> bool {
        let mut entries = self.ready.0.iter();
        entries.any(|(arrival, consumer)| is_there(*arrival, *consumer))
    }
}

impl Ready {
    fn arrive(&mut self, arrival: u64, consumer: u32) {
        self.0.push_back((arrival, consumer));
    }

    /// In its place, and once.
    fn insert(&mut self, arrivals: impl Iterator<Item = u64>, consumer: u32) {
        self.0.extend(arrivals.map(|arrival| (arrival, consumer)));
        self.0.make_contiguous().sort_unstable();
        let mut last = None;
        self.0.retain(|entry| last.replace(*entry) != Some(*entry));
    }

    /// Most often before all others.
    fn again(&mut self, arrival: u64, consumer: u32) {
        match self.0.front() {
            Some((first, _)) if *first <= arrival => self.insert([arrival].into_iter(), consumer),
            _ => self.0.push_front((arrival, consumer)),
        }
    }

    fn clear(&mut self) {
        self.0.clear();
    }

    fn first(&mut self, is_there: impl Fn(u64, u32) -> bool) -> Option<u32> {
        while let Some((arrival, consumer)) = self.0.front().copied() {
            if is_there(arrival, consumer) {
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
            turns.push(ready.first(|arrival, _| arrival > gone));
        }
        let (ten, twenty) = (Some(10), Some(20));
        assert_eq!(turns, [ten, twenty, ten, ten, ten, None]);
        assert!(ready.0.is_empty());
        ready.arrive(7, 1);
        ready.clear();
        assert_eq!(ready.first(|_, _| true), None);
    }
}
