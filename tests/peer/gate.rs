//! Events between a test and its scripts: a gate that one side opens and the other waits for, and a
//! counter that is waited for to reach a number. Every wait has the limit of the peer.

use super::{LIMIT, clock};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// A count that only grows, and threads that wait for it.
#[derive(Clone, Default)]
pub struct Counter(Arc<(Mutex<u64>, Condvar)>);

impl Counter {
    /// A counter at zero.
    pub fn new() -> Counter {
        Counter::default()
    }

    /// One more.
    pub fn add(&self) {
        *self.0.0.lock().expect("unpoisoned") += 1;
        self.0.1.notify_all();
    }

    /// The count now.
    pub fn get(&self) -> u64 {
        *self.0.0.lock().expect("unpoisoned")
    }

    /// Waits until the count has reached `wanted`; false when `limit` came first.
    pub fn reaches(&self, wanted: u64, limit: Duration) -> bool {
        let _real = clock::real();
        let deadline = Instant::now() + limit;
        let mut count = self.0.0.lock().expect("unpoisoned");
        while *count < wanted {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            count = self.0.1.wait_timeout(count, left).expect("unpoisoned").0;
        }
        true
    }

    /// Waits until the count has reached `wanted`; fails the test at the limit.
    #[track_caller]
    pub fn wait(&self, wanted: u64) {
        assert!(
            self.reaches(wanted, LIMIT),
            "the count of {wanted} was not reached, it is {}",
            self.get()
        );
    }
}

/// Opened once, by either side.
#[derive(Clone, Default)]
pub struct Gate(Counter);

impl Gate {
    /// A closed gate.
    pub fn new() -> Gate {
        Gate::default()
    }

    /// Lets everybody through.
    pub fn open(&self) {
        self.0.add();
    }

    /// Is it open?
    pub fn is_open(&self) -> bool {
        self.0.get() > 0
    }

    /// Waits until somebody opens it; fails the test at the limit.
    #[track_caller]
    pub fn wait(&self) {
        assert!(self.0.reaches(1, LIMIT), "the gate was never opened");
    }

    /// Waits until somebody opens it; false when `limit` came first.
    pub fn opens_within(&self, limit: Duration) -> bool {
        self.0.reaches(1, limit)
    }
}
