//! The one lock of a connection and the waiting on it. Every thread of the client that blocks on another one does it
//! here, and every thread that releases the lock carries out here what its steps have asked for ([`Effects`]).
//!
//! Only this file names a mutex or a condition variable of a connection, so that a model checker's can take their place.
//! Nothing else blocks while the lock is held; the system calls under it are the wake-up of the I/O thread, the start of a
//! thread, a line of the trace, and the last words of a lost server (`output.rs`).
//!
//! [`Effects`]: crate::client::model::Effects

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Instant;

use parking_lot::{Condvar, Mutex, MutexGuard};

use super::context;
use super::driver::Driver;
use super::output::{Farewell, Pipe};
use crate::client::model::{Calls, Entry, Key, Model, Wait};
use crate::status::{Error, Result, Status};
use crate::trace;

/// What the lock guards: the model, the socket of its present incarnation, and who waits.
pub struct Guarded {
    pub(super) model: Model,
    pub(super) pipe: Option<Pipe>,
    /// What a lost incarnation has still to say
    pub(super) farewell: Option<Farewell>,
    waiting: Waiting,
}

/// The lock.
pub struct Monitor(Mutex<Guarded>);

/// Threads that wait, by place. A place exists while somebody waits there.
#[derive(Default)]
struct Waiting {
    places: HashMap<Key, Place>,
    /// Condition variables to be used again
    spare: Vec<Arc<Condvar>>,
    #[cfg(debug_assertions)]
    book: Book,
}

struct Place {
    changed: Arc<Condvar>,
    threads: u32,
}

/// In debug builds: what each thread waits for, and whether it was woken.
#[cfg(debug_assertions)]
#[derive(Default)]
struct Book {
    next: u64,
    waits: std::collections::BTreeMap<u64, (Wait, bool)>,
}

impl Waiting {
    fn enter(&mut self, key: Key) -> Arc<Condvar> {
        let spare = &mut self.spare;
        let place = self.places.entry(key).or_insert_with(|| Place {
            changed: spare.pop().unwrap_or_default(),
            threads: 0,
        });
        place.threads += 1;
        place.changed.clone()
    }

    fn leave(&mut self, key: Key) {
        if let Some(place) = self.places.get_mut(&key) {
            place.threads -= 1;
            if place.threads == 0
                && let Some(place) = self.places.remove(&key)
            {
                self.spare.push(place.changed);
            }
        }
    }

    fn wake(&mut self, key: Key) {
        if let Some(place) = self.places.get(&key) {
            place.changed.notify_all();
            #[cfg(debug_assertions)]
            self.book.woken(|wait| wait.key() == key);
        }
    }

    fn wake_everyone(&mut self) {
        for place in self.places.values() {
            place.changed.notify_all();
        }
        #[cfg(debug_assertions)]
        self.book.woken(|_| true);
    }
}

#[cfg(debug_assertions)]
impl Book {
    fn woken(&mut self, at: impl Fn(&Wait) -> bool) {
        for (wait, woken) in self.waits.values_mut() {
            *woken |= at(wait);
        }
    }

    /// A wait that is over and was not woken would last for ever.
    fn check(&self, model: &Model) {
        for (wait, woken) in self.waits.values() {
            assert!(*woken || !model.is_over(wait), "nobody wakes {wait:?}");
        }
    }
}

impl Monitor {
    /// Around the model of a new connection.
    pub fn new(model: Model) -> Monitor {
        Monitor(Mutex::new(Guarded {
            model,
            pipe: None,
            farewell: None,
            waiting: Waiting::default(),
        }))
    }

    /// Takes the lock.
    pub fn lock<'a>(&'a self, driver: &'a Driver) -> Hold<'a> {
        Hold {
            driver,
            guard: self.0.lock(),
        }
    }
}

/// The lock, held. It gives the model; its end carries out what was asked for.
pub struct Hold<'a> {
    pub(super) driver: &'a Driver,
    pub(super) guard: MutexGuard<'a, Guarded>,
}

impl Deref for Hold<'_> {
    type Target = Model;

    fn deref(&self) -> &Model {
        &self.guard.model
    }
}

impl DerefMut for Hold<'_> {
    fn deref_mut(&mut self) -> &mut Model {
        &mut self.guard.model
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.carry_out();
    }
}

impl Hold<'_> {
    /// Carries out what the steps since the last time have asked for. The lock stays held.
    pub fn carry_out(&mut self) {
        while let Some(cause) = self.effects().take_ended() {
            let epoch = self.epoch();
            self.lost(epoch, cause);
        }
        if self.effects().take_tell() {
            self.driver.start_telling(&mut self.guard.model);
        }
        for (topic, text) in self.effects().take_notes() {
            trace::line(topic, format_args!("{text}"));
        }
        let Guarded { model, waiting, .. } = &mut *self.guard;
        let effects = model.effects();
        if effects.take_everyone() {
            waiting.wake_everyone();
        }
        let woken = effects.take_woken();
        if !waiting.places.is_empty() {
            for key in &woken {
                waiting.wake(*key);
            }
        }
        effects.recycle(woken);
        #[cfg(debug_assertions)]
        waiting.book.check(model);
        self.wake_io();
    }

    /// Releases the lock for a moment.
    pub fn unlocked<R>(&mut self, body: impl FnOnce() -> R) -> R {
        self.carry_out();
        MutexGuard::unlocked(&mut self.guard, body)
    }

    /// Waits until `wait` is over; false when `deadline` came first.
    pub fn until(&mut self, wait: &Wait, deadline: Option<Instant>) -> bool {
        let key = wait.key();
        while !self.is_over(wait) {
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return false;
            }
            self.carry_out();
            if self.is_over(wait) {
                return true; // the server was lost by what was carried out
            }
            let changed = self.guard.waiting.enter(key);
            #[cfg(debug_assertions)]
            let number = {
                let book = &mut self.guard.waiting.book;
                book.next += 1;
                book.waits.insert(book.next, (wait.clone(), false));
                book.next
            };
            match deadline {
                None => changed.wait(&mut self.guard),
                Some(deadline) => drop(changed.wait_until(&mut self.guard, deadline)),
            }
            #[cfg(debug_assertions)]
            self.guard.waiting.book.waits.remove(&number);
            self.guard.waiting.leave(key);
        }
        true
    }

    /// Waits for the answer to a begin or attach; false when `deadline` came first. An answer that comes too late is given up
    /// here, as by the I/O thread, whoever looks first.
    pub fn await_answer(&mut self, wait: &Wait, deadline: Option<Instant>) -> bool {
        loop {
            let limit = self.answer_limit();
            let nearer = match (limit, deadline) {
                (Some(limit), Some(deadline)) => Some(limit.min(deadline)),
                (limit, deadline) => limit.or(deadline),
            };
            if self.until(wait, nearer) {
                return true;
            }
            let now = Instant::now();
            self.give_up_unanswered(now);
            if deadline.is_some_and(|deadline| deadline <= now) {
                return self.is_over(wait);
            }
        }
    }

    /// Waits until the gate lets a call pass. An object closed meanwhile ends the wait with its error (U17);
    /// `TIBEMS_TIMEOUT` at `deadline`.
    pub fn enter(&mut self, entry: Entry, deadline: Option<Instant>) -> Result<()> {
        loop {
            match self.admit(&entry) {
                Some(result) => return result,
                None if self.until(&Wait::Gate(entry), deadline) => {}
                None => return Err(Error::from(Status::TIBEMS_TIMEOUT)),
            }
        }
    }

    /// Waits until callbacks and hand-outs have ended, except those that this thread is inside of. False when `deadline`
    /// came first. A callback that waits here does not count as running: two callbacks never wait for each other.
    pub fn await_calls(&mut self, calls: Calls, deadline: Option<Instant>) -> bool {
        self.as_parked(|hold| hold.until(&Wait::Calls(calls), deadline))
    }

    /// Waits while the callback that this thread is inside of counts as ended.
    pub fn as_parked<R>(&mut self, wait: impl FnOnce(&mut Self) -> R) -> R {
        let own = context::callback(self.driver.id());
        if let Some(own) = own {
            self.park(own, true);
        }
        let result = wait(self);
        if let Some(own) = own {
            self.park(own, false);
        }
        result
    }
}
