//! The bounds of a connection in bytes (D21): room in the output for every send, and a window for asynchronous ones, which
//! counts what is pending from the call until the callback has returned.
//!
//! Who finds neither waits, and looks again when a good part is free. A producer that has nothing in a bound itself may
//! always go on, however large its message is.

use std::time::Instant;

use super::completing::Completer;
use super::{Key, Model};
use crate::client::rules::gate::Caller;

impl Model {
    /// What is made and not handed over leaves room for a message of this producer (D21).
    pub(super) fn has_room(&self, key: u32, size: usize) -> bool {
        let (Some(server), Some(state)) = (self.server.as_ref(), self.producers.get(&key)) else {
            return true;
        };
        let waiting = server.unwritten() + self.queued_bytes;
        waiting.saturating_add(size) <= self.basis.options.buffer_limit
            || !state.outbox.is_unwritten(server.written())
    }

    /// A thread hands this many bytes of the output to the system.
    pub fn handing(&mut self, bytes: usize) {
        if let Some(server) = self.server.as_mut() {
            server.handing(bytes);
        }
    }

    /// And these last words, behind them.
    pub fn handing_also(&mut self, bytes: usize) {
        if let Some(server) = self.server.as_mut() {
            server.handing_also(bytes);
        }
    }

    /// The system has them: held sends among them are done with, sends that wait for room look again.
    pub fn handed(&mut self, bytes: usize, now: Instant) {
        let mut kept = std::mem::take(&mut self.kept);
        let Model {
            server,
            producers,
            pool,
            effects,
            ..
        } = self;
        let Some(server) = server.as_mut() else {
            return;
        };
        server.handed(bytes);
        if bytes > 0 {
            server.engine.wrote(now);
        }
        let written = server.written();
        while let Some(key) = server.next_handed() {
            if let Some(state) = producers.get_mut(&key) {
                state.outbox.reclaim(written, |buffer| pool.give(buffer));
                if state.outbox.promised() > 0 {
                    kept.push(key);
                }
            }
        }
        effects.wake(Key::Connection);
        for key in kept.drain(..) {
            self.complete(key); // handed over is all that is promised of some
        }
        self.kept = kept;
        self.relieve_room();
    }

    /// Sends that wait for room look again.
    pub(super) fn relieve_room(&mut self) {
        let Model {
            server,
            producers,
            room_waiters,
            effects,
            ..
        } = self;
        let Some(server) = server.as_ref().filter(|_| !room_waiters.is_empty()) else {
            return;
        };
        let written = server.written();
        let limit = self.basis.options.buffer_limit;
        let roomy = server.unwritten() + self.queued_bytes <= limit / 4 * 3;
        room_waiters.retain(|key| {
            let Some(state) = producers.get(key) else {
                return false;
            };
            // whatever others hold back, a producer without unwritten bytes may go on
            let goes_on = roomy || !state.outbox.is_unwritten(written);
            if goes_on {
                effects.wake(Key::Producer(*key));
            }
            !goes_on
        });
    }

    /// A send of this producer waits for room.
    pub(super) fn waits_for_room(&self, key: u32) -> bool {
        self.room_waiters.contains(&key)
    }

    /// Bytes of these producers are not with the system.
    pub fn is_unwritten(&self, producers: &[u32]) -> bool {
        let Some(server) = self.server.as_ref() else {
            return false;
        };
        self.any_producer(producers, |state| {
            state.outbox.is_unwritten(server.written())
        })
    }

    /// What is pending leaves room for a promise of this producer with a message of this size. Callbacks wait neither for
    /// callbacks nor for a listener that waits for them.
    pub(super) fn has_window(&self, key: u32, size: usize, caller: Caller) -> bool {
        let pending = self.promised_bytes.saturating_add(size);
        pending <= self.basis.options.buffer_limit
            || (self.producers.get(&key)).is_none_or(|state| !state.promised.is_any())
            || match caller {
                Caller::CompletionListener => true,
                Caller::MessageListener => self.completers.values().any(Completer::is_parked),
                Caller::Application | Caller::ExceptionListener(_) => false,
            }
    }

    /// An asynchronous send of this producer waits until fewer are pending.
    pub(super) fn await_window(&mut self, key: u32) {
        if !self.window_waiters.contains(&key) {
            self.window_waiters.push(key);
        }
    }

    pub(super) fn waits_for_window(&self, key: u32) -> bool {
        self.window_waiters.contains(&key)
    }

    /// Asynchronous sends that wait look again.
    pub(super) fn relieve_window(&mut self) {
        if self.window_waiters.is_empty() {
            return;
        }
        let roomy = self.promised_bytes <= self.basis.options.buffer_limit / 4 * 3
            || self.completers.values().any(Completer::is_parked);
        let (producers, effects) = (&self.producers, &mut self.effects);
        self.window_waiters.retain(|key| {
            let Some(state) = producers.get(key) else {
                return false;
            };
            let looks = roomy || !state.promised.is_any();
            if looks {
                effects.wake(Key::Producer(*key));
            }
            !looks
        });
    }
}
