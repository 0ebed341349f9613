//! What a step of the model asks of the outside: whom to wake, what to write. Carried out when the lock is
//! released (`runtime/monitor.rs`).

use std::time::Instant;

use crate::client::rules::outage::Loss;
use crate::trace::Topic;

/// A place where threads wait. A change wakes a place, or, where it is rare, everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Ends of callbacks, of sends and of closes, output, acknowledgements.
    Connection,
    Session(u32),
    Producer(u32),
    Consumer(u32),
    Browser(u32),
    /// Completions that are due, of this session
    Completer(u32),
}

/// The list.
#[derive(Default)]
pub struct Effects {
    woken: Vec<Key>,
    everyone: bool,
    rearm: Option<Instant>,
    ended: Option<Loss>,
    notes: Vec<(Topic, String)>,
}

impl Effects {
    /// Something happened for which threads wait here.
    pub fn wake(&mut self, key: Key) {
        if !self.everyone && self.woken.last() != Some(&key) {
            self.woken.push(key);
        }
    }

    /// Something happened that may concern every thread that waits.
    pub fn wake_everyone(&mut self) {
        self.everyone = true;
        self.woken.clear();
    }

    /// There is a timeout at this time, which may be nearer than the next one known.
    pub fn rearm(&mut self, at: Instant) {
        self.rearm = Some(self.rearm.map_or(at, |known| known.min(at)));
    }

    /// The server has ended the connection, or the library has for what the server did: the incarnation is to be dropped,
    /// after its last words.
    pub fn end(&mut self, loss: Loss) {
        self.ended.get_or_insert(loss);
    }

    /// A line for the trace.
    pub fn note(&mut self, topic: Topic, text: String) {
        self.notes.push((topic, text));
    }

    /// Takes the places to wake; the memory of the list comes back by `recycle`.
    pub fn take_woken(&mut self) -> Vec<Key> {
        std::mem::take(&mut self.woken)
    }

    /// Gives the memory of the list back.
    pub fn recycle(&mut self, mut woken: Vec<Key>) {
        woken.clear();
        self.woken = woken;
    }

    /// Takes: everybody is to be woken.
    pub fn take_everyone(&mut self) -> bool {
        std::mem::take(&mut self.everyone)
    }

    /// Takes: there is a timeout at this time.
    pub fn take_rearm(&mut self) -> Option<Instant> {
        self.rearm.take()
    }

    /// Takes why the incarnation is to be dropped.
    pub fn take_ended(&mut self) -> Option<Loss> {
        self.ended.take()
    }

    /// Takes the lines for the trace.
    pub fn take_notes(&mut self) -> Vec<(Topic, String)> {
        std::mem::take(&mut self.notes)
    }
}
