//! Named items in order of insertion: the properties of a message and the body of a map message.
//!
//! Small sets are searched one by one; larger ones get a hash index, so that a map of thousands of items (also a hostile
//! one) costs no more per item than a small one. Nothing here blocks.

use std::hash::{BuildHasher, RandomState};

use super::text::Text;
use super::value::{Item, Value};
use crate::cancellation;

/// Sets up to this size have no index.
const UNINDEXED: usize = 12;
const FREE: u32 = u32::MAX;

/// An ordered set of named items.
#[derive(Clone, Debug, Default)]
pub struct Items {
    entries: Vec<(Text, Item)>,
    index: Option<Box<Index>>,
}

/// Open addressing: positions in `entries`, at least twice as many places as entries.
#[derive(Clone, Debug)]
struct Index {
    places: Vec<u32>,
    hasher: RandomState,
}

impl Items {
    /// Room for so many items.
    pub(super) fn with_capacity(items: usize) -> Items {
        Items {
            entries: Vec::with_capacity(items),
            index: None,
        }
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True without items.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Names and items in order of first insertion.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Text, &Item)> {
        self.entries.iter().map(|(name, item)| (name, item))
    }

    /// The item of this name.
    pub fn get(&self, name: &[u8]) -> Option<&Item> {
        self.find(name).map(|position| &self.entries[position].1)
    }

    /// Stores a value; a replaced name keeps its place (spec 30 §4.1).
    pub fn set(&mut self, name: &[u8], value: Value) {
        match self.find(name) {
            Some(position) => self.entries[position].1 = value.into(),
            None => self.push(Text::new(name), value),
        }
    }

    /// Removes the items whose name the test does not keep.
    pub fn retain(&mut self, keep: impl Fn(&Text) -> bool) {
        self.entries.retain(|(name, _)| keep(name));
        self.index = None;
        self.build_index();
    }

    fn push(&mut self, name: Text, value: Value) {
        self.entries.push((name, value.into()));
        let full = self
            .index
            .as_ref()
            .is_none_or(|index| self.entries.len() * 2 > index.places.len());
        if full {
            self.build_index();
        } else if let Some(index) = &mut self.index {
            let position = self.entries.len() - 1;
            index.insert(self.entries[position].0.as_bytes(), position);
        }
    }

    fn find(&self, name: &[u8]) -> Option<usize> {
        match &self.index {
            None => self
                .entries
                .iter()
                .position(|(other, _)| other.as_bytes() == name),
            Some(index) => index.probe(name).find_map(|place| {
                let position = index.places[place];
                if position == FREE {
                    return Some(None);
                }
                let position = position as usize;
                (self.entries[position].0.as_bytes() == name).then_some(Some(position))
            })?,
        }
    }

    fn build_index(&mut self) {
        if self.entries.len() <= UNINDEXED {
            return;
        }
        let places = vec![FREE; (self.entries.len() * 4).next_power_of_two()];
        let mut index = Box::new(Index {
            places,
            hasher: cancellation::held_back(RandomState::new), // it may ask the system
        });
        for (position, (name, _)) in self.entries.iter().enumerate() {
            index.insert(name.as_bytes(), position);
        }
        self.index = Some(index);
    }
}

impl Index {
    /// The places where this name may be, in order of search.
    fn probe(&self, name: &[u8]) -> impl Iterator<Item = usize> + use<> {
        let mask = self.places.len() - 1;
        let start = self.hasher.hash_one(name) as usize;
        (0..=mask).map(move |step| start.wrapping_add(step) & mask)
    }

    fn insert(&mut self, name: &[u8], position: usize) {
        if let Some(place) = self.probe(name).find(|place| self.places[*place] == FREE) {
            self.places[place] = position as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_and_place_of_a_thousand_items() {
        let mut items = Items::default();
        for round in 0..2 {
            for number in 0..1000 {
                items.set(format!("n{number}").as_bytes(), Value::Int(number + round));
            }
        }
        assert_eq!(items.len(), 1000);
        for (position, (name, item)) in items.iter().enumerate() {
            assert_eq!(name.as_bytes(), format!("n{position}").as_bytes());
            assert_eq!(item.value().to_int(), Ok(position as i32 + 1));
            assert!(items.get(name.as_bytes()).is_some());
        }
        assert!(items.get(b"n1000").is_none());
        items.retain(|name| name.as_bytes() != b"n5");
        assert!(items.get(b"n5").is_none() && items.get(b"n999").is_some());
    }
}
