//! The completions of asynchronous sends: what is pending, what is due, and whose turn it is (spec 20 §3.8, spec 40 §6.5).
//!
//! A promise is *open* in the outbox of its producer until it has a verdict, then *due* in the queue of its session, in the
//! order of the sends of its producer, until its callback has returned. The queue outlives the session and the connection,
//! so that each callback comes once, whatever is closed meanwhile. What is pending is bounded (`room`).

use std::collections::VecDeque;

use super::outbox::{Parcel, Verdict};
use super::promise::{Completion, Promise, given_up};
use super::sending::{Sending, Sent};
use super::wait::Waiter;
use super::{Key, Model};
use crate::client::rules::gate;
use crate::status::Error;

/// Most callbacks between two looks at the lock.
const BATCH: usize = 64;

/// The completions of a session.
#[derive(Default)]
pub(super) struct Completer {
    due: VecDeque<Completion>,
    /// Its thread exists
    running: bool,
    /// The callback under way waits for others to end
    parked: bool,
    /// Costs of the callbacks under way
    calling: usize,
}

impl Completer {
    /// Its callback waits for others to end.
    pub fn is_parked(&self) -> bool {
        self.parked
    }
}

/// The promises of a producer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Promised {
    /// Whose callbacks have not returned
    pending: usize,
    /// Whose callbacks are under way
    calling: usize,
}

impl Promised {
    /// Callbacks are to come.
    pub fn is_any(self) -> bool {
        self.pending > 0
    }
}

/// What these are counted with in the bound of what is pending.
fn costs(completions: &[Completion]) -> usize {
    completions.iter().map(|completion| completion.cost).sum()
}

/// They are of one producer.
fn of_one(one: &Completion, next: &Completion) -> bool {
    one.producer == next.producer
}

impl Model {
    /// Starts no second thread for the completions of a session: true when there was none.
    pub fn claim_completer(&mut self, session: u32) -> bool {
        let known = self.completers.get(&session);
        if known.is_some_and(|completer| completer.running) || !self.sessions.contains_key(&session)
        {
            return false;
        }
        self.completers.entry(session).or_default().running = true;
        true
    }

    /// There is something to do for that thread, or may be later.
    pub fn wants_completer(&self, session: u32) -> bool {
        self.sessions.contains_key(&session) || self.has_completions(session)
    }

    /// Callbacks are due.
    pub fn has_completions(&self, session: u32) -> bool {
        let completer = self.completers.get(&session);
        completer.is_some_and(|completer| !completer.due.is_empty())
    }

    /// That thread is gone, and no callback is under way any more.
    pub fn drop_completer(&mut self, session: u32) {
        let Some(completer) = self.completers.get_mut(&session) else {
            return;
        };
        completer.running = false;
        completer.parked = false;
        self.promised_bytes -= std::mem::take(&mut completer.calling);
        if completer.due.is_empty() {
            self.completers.remove(&session);
        }
        for state in self.producers.values_mut() {
            if state.session() == session {
                state.promised.pending -= std::mem::take(&mut state.promised.calling);
            }
        }
        self.effects.wake(Key::Connection);
        self.relieve_window();
    }

    /// The callback of a session that is under way begins or ceases to wait for others: two callbacks never wait for each
    /// other.
    pub fn park_completer(&mut self, session: u32, parked: bool) {
        if let Some(completer) = self.completers.get_mut(&session) {
            completer.parked = parked;
        }
        self.relieve_window();
        self.effects.wake(Key::Connection);
    }

    /// Takes callbacks that are due, for the thread of the session. False: there are none.
    pub fn take_completions(&mut self, session: u32, into: &mut Vec<Completion>) -> bool {
        let Some(completer) = self.completers.get_mut(&session) else {
            return false;
        };
        let count = completer.due.len().min(BATCH);
        into.extend(completer.due.drain(..count));
        completer.calling += costs(into);
        for run in into.chunk_by(of_one) {
            if let Some(state) = self.producers.get_mut(&run[0].producer) {
                state.promised.calling += run.len();
            }
        }
        count > 0
    }

    /// These callbacks have returned.
    pub fn completed(&mut self, session: u32, called: &mut Vec<Completion>) {
        let cost = costs(called);
        self.promised_bytes -= cost;
        if let Some(completer) = self.completers.get_mut(&session) {
            completer.calling -= cost;
        }
        for run in called.chunk_by(of_one) {
            if let Some(state) = self.producers.get_mut(&run[0].producer) {
                state.promised.pending -= run.len();
                state.promised.calling -= run.len();
                if !state.promised.is_any() {
                    self.effects.wake(Key::Connection); // a close may wait for it
                }
            }
        }
        called.clear();
        self.relieve_window();
    }

    /// Promises of these producers have no verdict yet, and a server may still give it.
    pub fn awaits_outcomes(&self, producers: &[u32]) -> bool {
        self.server.is_some() && self.any_producer(producers, |state| state.outbox.promised() > 0)
    }

    /// Callbacks of these producers are to come or under way. For a callback that waits, those of a session whose own waits
    /// for others do not count.
    pub fn awaits_callbacks(&self, producers: &[u32], waiter: Waiter) -> bool {
        self.any_producer(producers, |state| {
            let completer = self.completers.get(&state.session());
            let waits = completer.is_some_and(|completer| completer.parked);
            state.promised.is_any() && !(waits && waiter == Waiter::Callback)
        })
    }

    /// A promise of a message of this size is made.
    pub(super) fn promise(&mut self, key: u32, promise: &mut Promise, size: usize) {
        self.promised_bytes += promise.weigh(size);
        if let Some(state) = self.producers.get_mut(&key) {
            state.promised.pending += 1;
        }
    }

    /// Leaves an asynchronous send that may not wait to its outbox: it goes when its turn and credit come.
    pub(super) fn queue(&mut self, sending: &mut Sending, payload: &mut Vec<u8>) -> Option<Sent> {
        let key = sending.producer();
        let mut promise = sending.take_promise()?;
        self.promise(key, &mut promise, payload.len());
        let parcel = Parcel {
            to: sending.to().cloned(),
            payload: std::mem::replace(payload, self.pool.take()),
            made_for: None,
            settled: sending.is_settled(),
        };
        self.queued_bytes += parcel.payload.len();
        let state = self.producers.get_mut(&key)?;
        state.outbox.queue(parcel, promise);
        self.send_queued(key);
        Some(Sent::Promised)
    }

    /// An asynchronous send of a message of this size that goes nowhere has this verdict: nobody hears of its failure, or its
    /// transaction has failed.
    pub fn keep_promise(&mut self, sending: &mut Sending, verdict: Verdict, size: usize) {
        let key = sending.producer();
        let Some(mut promise) = sending.take_promise() else {
            return;
        };
        self.promise(key, &mut promise, size);
        if let Some(state) = self.producers.get_mut(&key) {
            state.outbox.push_kept(promise, verdict);
        }
        self.complete(key);
    }

    /// Promises of a producer that have a verdict, and none before them that has none, are due.
    pub(super) fn complete(&mut self, key: u32) {
        let Some(state) = self.producers.get_mut(&key) else {
            return;
        };
        if state.outbox.promised() == 0 {
            return;
        }
        let session = state.session();
        let server = self.server.as_ref().map(|server| &**server.profile());
        let completer = self.completers.entry(session).or_default();
        let idle = completer.due.is_empty();
        let pool = &mut self.pool;
        state.outbox.take_kept(|promise, verdict, payload| {
            pool.give(payload);
            let result = promise.result(verdict, server);
            let completion = Completion::new(key, promise, result);
            completer.due.push_back(completion);
        });
        if idle && !completer.due.is_empty() {
            self.effects.wake(Key::Completer(session));
        }
        if state.outbox.promised() == 0 {
            self.effects.wake(Key::Connection); // a close may wait for it
        }
    }

    /// Nobody waits for the outcomes of these producers any more (spec 20 §1.8): their callbacks are told what is known.
    pub fn give_up_promises(&mut self, producers: &[u32]) {
        for key in producers {
            self.break_promises(*key, &given_up());
        }
    }

    /// No server will tell what became of the sends of a producer.
    fn break_promises(&mut self, key: u32, error: &Error) {
        let Some(state) = self.producers.get_mut(&key) else {
            return;
        };
        if state.outbox.promised() == 0 {
            return;
        }
        let before = state.outbox.queued_bytes();
        let (session, enrolled) = (state.session(), state.outbox.enrolled());
        state.outbox.break_promises(error);
        self.queued_bytes -= before - state.outbox.queued_bytes();
        if let Some(transaction) = enrolled {
            self.send_failed(session, transaction, error);
        }
        self.relieve_room();
        self.complete(key);
        self.effects.wake(Key::Producer(key)); // what waited behind them
        self.effects.wake(Key::Connection);
    }

    /// No server is there, or none will be in time: what the state says to the promises that are open.
    pub(super) fn forsake_promises(&mut self) {
        let resends = self.basis.options.ufo_resend;
        let Some(status) = gate::forsakes(self.state(), resends) else {
            return;
        };
        let error = self.refusal(status);
        for key in self.producers_of(None) {
            self.break_promises(key, &error);
        }
    }
}
