//! The sends of a session that have no outcome yet, in the order of their delivery-ids.
//!
//! A range of ids from the peer is applied by walking this table, never by counting through the
//! ids (spec 40 §1.14). Memory follows the number of live entries, also when the oldest one never
//! gets its outcome.

use super::serial::within;
use super::types::LinkId;
use std::collections::VecDeque;

#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub id: u32,
    live: bool,
    pub link: LinkId,
    pub token: u64,
}

/// The table.
#[derive(Default)]
pub(super) struct Unsettled {
    entries: VecDeque<Entry>,
    live: usize,
}

impl Unsettled {
    /// Adds the newest send. When the oldest one is so old that its id would become ambiguous, it
    /// is given back: its outcome will never be known.
    pub fn push(&mut self, id: u32, link: LinkId, token: u64) -> Option<Entry> {
        let mut expired = None;
        if let Some(front) = self.entries.front()
            && id.wrapping_sub(front.id) > i32::MAX as u32
        {
            expired = self.entries.pop_front();
            self.live = self.live.saturating_sub(1);
            self.trim();
        }
        self.entries.push_back(Entry {
            id,
            live: true,
            link,
            token,
        });
        self.live += 1;
        expired
    }

    /// Takes out every send of `first..=last`.
    pub fn settle(&mut self, first: u32, last: u32, mut each: impl FnMut(&Entry)) {
        let Some(front) = self.entries.front().map(|entry| entry.id) else {
            return;
        };
        let offset = first.wrapping_sub(front);
        let start = if offset == 0 || offset > i32::MAX as u32 {
            0
        } else {
            self.entries
                .partition_point(|entry| entry.id.wrapping_sub(front) < offset)
        };
        for entry in self.entries.range_mut(start..) {
            if !within(entry.id, first, last) {
                break;
            }
            if std::mem::take(&mut entry.live) {
                self.live -= 1;
                each(entry);
            }
        }
        self.trim();
    }

    /// Takes out every send of a link.
    pub fn forget(&mut self, link: LinkId) {
        self.entries
            .retain(|entry| entry.live && entry.link != link);
        self.live = self.entries.len();
    }

    /// Drops settled entries: those at the front at once, others when they are the majority.
    fn trim(&mut self) {
        while self.entries.front().is_some_and(|entry| !entry.live) {
            self.entries.pop_front();
        }
        if self.entries.len() > 64 && self.live < self.entries.len() / 2 {
            self.entries.retain(|entry| entry.live);
        }
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::slots::Slots;
    use super::*;

    fn link() -> LinkId {
        LinkId(Slots::new(0).insert(()))
    }

    fn settle(table: &mut Unsettled, first: u32, last: u32) -> Vec<u64> {
        let mut tokens = Vec::new();
        table.settle(first, last, |entry| tokens.push(entry.token));
        tokens
    }

    #[test]
    fn ranges_take_what_is_there() {
        let mut table = Unsettled::default();
        for n in 0..10u32 {
            table.push(0xffff_fffb_u32.wrapping_add(n * 2), link(), u64::from(n));
        }
        assert_eq!(settle(&mut table, 0xffff_fffc, 0xffff_fffe), [1]);
        assert_eq!(settle(&mut table, 0xffff_0000, 0xffff_fffa), [0u64; 0]);
        assert_eq!(settle(&mut table, 0xffff_fffb, 3), [0, 2, 3, 4]);
        assert_eq!(settle(&mut table, 0xffff_fffb, 3), [0u64; 0]);
        assert_eq!(settle(&mut table, 0, 0x7fff_ffff), [5, 6, 7, 8, 9]);
        assert_eq!(table.len(), 0);
        assert_eq!(settle(&mut table, 0, 5), [0u64; 0]);
    }

    #[test]
    fn a_stuck_entry_does_not_hold_the_others() {
        let mut table = Unsettled::default();
        table.push(0, link(), 0);
        for n in 1..100_000u32 {
            table.push(n, link(), 1);
            assert_eq!(settle(&mut table, n, n).len(), 1);
            assert!(table.len() <= 130);
        }
        assert_eq!(settle(&mut table, 0, 0), [0]);
    }

    #[test]
    fn an_ambiguous_id_is_given_up() {
        let mut table = Unsettled::default();
        assert!(table.push(5, link(), 7).is_none());
        assert!(table.push(5 + (1 << 30), link(), 8).is_none());
        let expired = table.push(5u32.wrapping_add(1 << 31), link(), 9);
        assert_eq!(expired.map(|entry| entry.token), Some(7));
        assert_eq!(settle(&mut table, 6, 5u32.wrapping_add(1 << 31)), [8, 9]);
    }
}
