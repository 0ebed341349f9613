//! Numbered slots with generations: sessions and links. The lowest free number is taken first,
//! and a key of an object that is gone finds nothing, nor does a key of another engine.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Number and generation, and the engine that gave them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub(super) index: u32,
    generation: u32,
    of: u32,
}

struct Slot<T> {
    generation: u32,
    value: Option<T>,
}

/// The slots of one kind of object.
pub(super) struct Slots<T> {
    of: u32,
    slots: Vec<Slot<T>>,
    free: BinaryHeap<Reverse<u32>>,
}

impl<T> Slots<T> {
    /// Slots of the engine with this number.
    pub fn new(of: u32) -> Self {
        Slots {
            of,
            slots: Vec::new(),
            free: BinaryHeap::new(),
        }
    }

    /// The number that the next insert takes.
    pub fn next_index(&self) -> u32 {
        match self.free.peek() {
            Some(Reverse(index)) => *index,
            None => self.slots.len() as u32,
        }
    }

    pub fn insert(&mut self, value: T) -> Key {
        if let Some(Reverse(index)) = self.free.pop()
            && let Some(slot) = self.slots.get_mut(index as usize)
        {
            slot.value = Some(value);
            return Key {
                index,
                generation: slot.generation,
                of: self.of,
            };
        }
        self.slots.push(Slot {
            generation: 0,
            value: Some(value),
        });
        Key {
            index: (self.slots.len() - 1) as u32,
            generation: 0,
            of: self.of,
        }
    }

    #[inline]
    pub fn get(&self, key: Key) -> Option<&T> {
        let slot = self.slots.get(key.index as usize)?;
        slot.value
            .as_ref()
            .filter(|_| slot.generation == key.generation && key.of == self.of)
    }

    #[inline]
    pub fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        let slot = self.slots.get_mut(key.index as usize)?;
        if slot.generation != key.generation || key.of != self.of {
            return None;
        }
        slot.value.as_mut()
    }

    /// The key of the object with a number, if there is one.
    pub fn key(&self, index: u32) -> Option<Key> {
        let slot = self.slots.get(index as usize)?;
        slot.value.as_ref().map(|_| Key {
            index,
            generation: slot.generation,
            of: self.of,
        })
    }

    #[inline]
    pub fn at(&self, index: u32) -> Option<&T> {
        self.slots.get(index as usize)?.value.as_ref()
    }

    #[inline]
    pub fn at_mut(&mut self, index: u32) -> Option<&mut T> {
        self.slots.get_mut(index as usize)?.value.as_mut()
    }

    pub fn remove(&mut self, index: u32) -> Option<T> {
        let slot = self.slots.get_mut(index as usize)?;
        let value = slot.value.take()?;
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(Reverse(index));
        Some(value)
    }

    /// Numbers of all objects.
    pub fn indices(&self) -> impl Iterator<Item = u32> + '_ {
        self.slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.value.is_some())
            .map(|(index, _)| index as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stale_keys_find_nothing_and_numbers_are_reused_from_below() {
        let mut slots = Slots::new(7);
        let keys: Vec<Key> = (0..4).map(|n| slots.insert(n)).collect();
        assert_eq!(slots.remove(2), Some(2));
        assert_eq!(slots.remove(1), Some(1));
        assert_eq!(slots.remove(1), None);
        assert_eq!(slots.get(keys[1]), None);
        assert_eq!(slots.next_index(), 1);
        let again = slots.insert(9);
        assert_eq!(again.index, 1);
        assert_ne!(again, keys[1]);
        assert_eq!(slots.get(keys[1]), None);
        assert_eq!(slots.get_mut(again), Some(&mut 9));
        assert_eq!(slots.indices().collect::<Vec<_>>(), [0, 1, 3]);
        let mut others = Slots::new(8);
        others.insert(0);
        assert_eq!(others.get(keys[0]), None, "a key of another engine");
        assert_eq!(others.get_mut(keys[0]), None, "a key of another engine");
    }
}
