//! The handles of closed connections: a second close is no error and `IsDisconnected` says so, for the life of the process
//! (spec 10 C31), and nothing else of a closed connection is kept.
//!
//! The record is bounded: it knows the newest 100,000 of each kind, with at most 32 bytes for each. An older handle is an
//! unknown one. What a program leaves open below a closed connection (sessions, producers, consumers, browsers, requestors)
//! stays as it is, texts that were lent with it included, until 1,000 further connections have left some, too; then it
//! comes here.
//! Asked only about handles that the table does not know. Nothing here blocks for longer than one entry takes.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use super::handle::{Handle, Kind};
use crate::process::PerProcess;
use crate::sync::Mutex;

/// How many are known, of each kind.
const LIMIT: usize = 100_000;
/// How many closed connections may have left something open.
const LEFT: usize = 1000;
/// Connections, sessions, producers, consumers, browsers, requestors.
const KINDS: usize = 6;

/// The newest closed handles, of one kind.
#[derive(Default)]
struct Closed {
    known: HashSet<Handle>,
    /// Oldest first.
    order: VecDeque<Handle>,
}

impl Closed {
    fn remember(&mut self, handle: Handle, limit: usize) {
        if !self.known.insert(handle) {
            return; // two threads close it at the same time
        }
        if self.order.len() == limit
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        if self.order.len() == self.order.capacity() {
            // doubling would take more than an entry may have
            self.order.reserve_exact(self.order.len() / 8 + 32);
        }
        self.order.push_back(handle);
    }

    fn forget(&mut self, handle: Handle) -> bool {
        let found = self.known.remove(&handle);
        if self.order.len() > 2 * self.known.len() + 64 {
            self.order.retain(|handle| self.known.contains(handle));
        }
        found
    }
}

/// The handles of what a connection has made and the program has not closed.
#[derive(Default)]
pub(crate) struct Family(Mutex<HashSet<Handle>>);

impl Family {
    /// An object was made.
    pub fn adopt(&self, handle: Handle) {
        self.0.lock().insert(handle);
    }

    /// The program has closed it.
    pub fn release(&self, handle: Handle) {
        self.0.lock().remove(&handle);
    }

    fn is_empty(&self) -> bool {
        self.0.lock().is_empty()
    }

    /// Takes all.
    pub fn take(&self) -> HashSet<Handle> {
        std::mem::take(&mut *self.0.lock())
    }
}

/// What a process knows; a forked child begins anew.
#[derive(Default)]
struct Record {
    closed: [Mutex<Closed>; KINDS],
    /// What closed connections have left open, the oldest first.
    left: Mutex<VecDeque<Arc<Family>>>,
}

static RECORD: PerProcess<Record> = PerProcess::new();

/// The handles of this kind; none for a kind that is not recorded.
fn of_kind(handle: Handle) -> Option<&'static Mutex<Closed>> {
    let place = match handle.kind()? {
        Kind::Connection => 0,
        Kind::Session => 1,
        Kind::Producer => 2,
        Kind::Consumer => 3,
        Kind::Browser => 4,
        Kind::Requestor => 5,
        _ => return None,
    };
    RECORD.get().closed.get(place)
}

/// What is behind this handle is closed.
pub(crate) fn remember(handle: Handle) {
    if let Some(closed) = of_kind(handle) {
        closed.lock().remember(handle, LIMIT);
    }
}

/// The handle is one of something that was closed, by itself or with its connection.
pub(crate) fn is_known(handle: Handle) -> bool {
    of_kind(handle).is_some_and(|closed| closed.lock().known.contains(&handle))
}

/// The program closes what was closed with its connection. True once.
pub(crate) fn forget(handle: Handle) -> bool {
    of_kind(handle).is_some_and(|closed| closed.lock().forget(handle))
}

/// A connection is closed and has left these open: what is given back goes for them.
pub(crate) fn leave(family: Arc<Family>) -> Option<Arc<Family>> {
    if family.is_empty() {
        return None;
    }
    let mut left = RECORD.get().left.lock();
    left.push_back(family);
    match left.len() > LEFT {
        true => left.pop_front(),
        false => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handle(number: usize) -> Handle {
        Handle::from_raw::<()>(std::ptr::without_provenance_mut(number))
    }

    #[test]
    fn the_newest_are_known() {
        let mut closed = Closed::default();
        for number in 1..=1000 {
            closed.remember(handle(number), 100);
            closed.remember(handle(number), 100);
        }
        let known = |number| closed.known.contains(&handle(number));
        assert!((901..=1000).all(known));
        assert!(!(1..=900).any(known));
        assert_eq!((closed.known.len(), closed.order.len()), (100, 100));
    }

    #[test]
    fn what_is_forgotten_leaves_no_trace() {
        let mut closed = Closed::default();
        for number in 1..=1000 {
            closed.remember(handle(number), LIMIT);
            assert!(closed.forget(handle(number)));
            assert!(!closed.forget(handle(number)));
        }
        assert!(closed.known.is_empty() && closed.order.len() <= 65);
    }

    /// At every size: what the two collections may take, by how the standard library sizes them (a hash table is at most
    /// seven eighths full and has a control byte a place).
    #[test]
    fn an_entry_takes_at_most_32_bytes() {
        let mut closed = Closed::default();
        for number in 1..=LIMIT + 1000 {
            closed.remember(handle(number), LIMIT);
            let places = (closed.known.capacity() * 8 / 7).next_power_of_two();
            let bytes = places * (size_of::<Handle>() + 1) + closed.order.capacity() * 8;
            let entries = closed.order.len();
            assert!(
                entries < 100 || bytes <= entries * 32,
                "{bytes} for {entries}"
            );
        }
        assert_eq!(closed.order.len(), LIMIT);
    }
}
