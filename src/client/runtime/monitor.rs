//! The one lock of a connection and the waiting on it. Every thread of the client that blocks on another one does it
//! here, and every thread that releases the lock carries out here what its steps have asked for ([`Effects`]).
//!
//! Only this file names a mutex or a condition variable of a connection, so that a model checker's can take their place.
//! A thread that waits for the server sleeps at the socket instead when it has that role (`reading.rs`).
//! Nothing else blocks while the lock is held; the system calls under it are the wake-up of the I/O thread or of the call that
//! sleeps at the socket, what that reads, the start of a thread that a call asks for, a line of the trace, and the last words
//! of a lost server (`output.rs`).
//!
//! [`Effects`]: crate::client::model::Effects

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Instant;

use super::context;
use super::driver::Driver;
use super::output::{Farewell, Pipe};
use crate::client::model::{Calls, Entry, Key, Model, Wait, Waiter};
use crate::client::rules::reading::Turn;
use crate::status::Result;
use crate::sync::{Condvar, Mutex, MutexGuard};
use crate::trace;

/// What the lock guards: the model, the socket of its present incarnation, and who waits.
pub struct Guarded {
    pub(super) model: Model,
    pub(super) pipe: Option<Pipe>,
    /// What a lost incarnation has still to say
    pub(super) farewell: Option<Farewell>,
    /// The I/O thread is there
    pub(super) served: bool,
    pub(super) waiting: Waiting,
}

/// The lock.
pub struct Monitor(Mutex<Guarded>);

/// Threads that wait, by place. A place exists while somebody waits there.
#[derive(Default)]
pub(super) struct Waiting {
    places: BTreeMap<Key, Place>,
    /// How many of them wait for the server
    for_server: u32,
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
    /// How many threads wait for the server.
    pub(super) fn for_server(&self) -> u32 {
        self.for_server
    }

    fn enter(&mut self, wait: &Wait) -> Arc<Condvar> {
        self.for_server += u32::from(wait.is_for_server());
        let spare = &mut self.spare;
        let place = self.places.entry(wait.key()).or_insert_with(|| Place {
            changed: spare.pop().unwrap_or_default(),
            threads: 0,
        });
        place.threads += 1;
        place.changed.clone()
    }

    fn leave(&mut self, wait: &Wait) {
        self.for_server -= u32::from(wait.is_for_server());
        let key = wait.key();
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
            served: false,
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
        self.end_servers();
        for (topic, text) in self.effects().take_notes() {
            trace::line(topic, format_args!("{text}"));
        }
        let Guarded {
            model,
            pipe,
            waiting,
            ..
        } = &mut *self.guard;
        let mut at_socket = pipe.as_mut().map(|pipe| &mut pipe.at_socket);
        let effects = model.effects();
        if effects.take_everyone() {
            waiting.wake_everyone();
            at_socket.iter_mut().for_each(|sleeper| sleeper.wake(None));
        }
        let woken = effects.take_woken();
        if !waiting.places.is_empty() {
            for key in &woken {
                waiting.wake(*key);
                at_socket
                    .iter_mut()
                    .for_each(|sleeper| sleeper.wake(Some(*key)));
            }
        }
        effects.recycle(woken);
        #[cfg(debug_assertions)]
        waiting.book.check(model);
        self.wake_io();
    }

    /// Ends the server that the model has given up.
    pub(super) fn end_servers(&mut self) {
        while let Some(loss) = self.effects().take_ended() {
            let epoch = self.epoch();
            self.lost(epoch, loss);
        }
    }

    /// Releases the lock for a moment.
    pub fn unlocked<R>(&mut self, body: impl FnOnce() -> R) -> R {
        self.carry_out();
        MutexGuard::unlocked(&mut self.guard, body)
    }

    /// Waits until `wait` is over; false when `deadline` came first.
    pub fn until(&mut self, wait: &Wait, deadline: Option<Instant>) -> bool {
        let mut turn = None;
        let over = self.sleep_until(wait, deadline, &mut turn);
        if let Some(turn) = turn {
            self.leave_socket(turn);
        }
        over
    }

    fn sleep_until(
        &mut self,
        wait: &Wait,
        deadline: Option<Instant>,
        turn: &mut Option<Turn>,
    ) -> bool {
        while !self.is_over(wait) {
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return false;
            }
            self.carry_out();
            if self.is_over(wait) {
                return true; // the server was lost by what was carried out
            }
            let changed = self.guard.waiting.enter(wait);
            #[cfg(debug_assertions)]
            let number = {
                let book = &mut self.guard.waiting.book;
                book.next += 1;
                book.waits.insert(book.next, (wait.clone(), false));
                book.next
            };
            if !self.sleep_at_socket(wait, turn, deadline) {
                match deadline {
                    None => changed.wait(&mut self.guard),
                    Some(deadline) => _ = changed.wait_until(&mut self.guard, deadline),
                }
            }
            #[cfg(debug_assertions)]
            self.guard.waiting.book.waits.remove(&number);
            self.guard.waiting.leave(wait);
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
                None => return Err(self.timed_out("the call waited for its turn in vain")),
            }
        }
    }

    /// Waits until callbacks and hand-outs have ended, except those that this thread is inside of. False when `deadline`
    /// came first. A callback that waits here does not count as running for other callbacks, also of other connections: two
    /// never wait for each other.
    pub fn await_calls(&mut self, calls: Calls, deadline: Option<Instant>) -> bool {
        self.as_parked(|hold, waiter| hold.until(&Wait::Calls(calls, waiter), deadline))
    }

    /// Waits for the callbacks of asynchronous sends of these producers, in the same way.
    pub fn await_called(&mut self, producers: &[u32], deadline: Instant) {
        let called = |waiter| Wait::Called(producers.to_vec(), waiter);
        self.as_parked(|hold, waiter| hold.until(&called(waiter), Some(deadline)));
    }

    /// Who waits for callbacks on this thread.
    pub fn waiter(&self) -> Waiter {
        match context::calling_back() {
            Some(_) => Waiter::Callback,
            None => Waiter::Thread,
        }
    }

    /// Waits while the callback that this thread is inside of counts as ended for other callbacks.
    fn as_parked<R>(&mut self, wait: impl FnOnce(&mut Self, Waiter) -> R) -> R {
        let waiter = self.waiter();
        let elsewhere = context::calls_back_for(self.driver.id());
        // never two locks at once: that callback may wait for this connection
        let park = |hold: &mut Self, parked| match &elsewhere {
            Some(home) => hold.unlocked(|| home.lock().park_callback(parked)),
            None => hold.park_callback(parked),
        };
        park(self, true);
        let result = wait(self, waiter);
        park(self, false);
        result
    }

    /// The callback of this connection that this thread is inside of begins or ceases to wait for others.
    fn park_callback(&mut self, parked: bool) {
        let id = self.driver.id();
        if let Some(own) = context::callback(id) {
            self.park(own, parked);
        }
        if let Some(session) = context::completing(id) {
            self.park_completer(session, parked);
        }
    }
}
