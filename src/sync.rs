//! The locks of the library: those of the standard library, which sleep on a word of their own in the kernel.
//!
//! Nothing that is shared by the whole process stands behind them, as a table of sleeping threads would: a forked child can use
//! any lock that no thread held at the fork, whatever the other threads of its parent did (`process`). A thread that
//! panics lets go of its locks, and who takes them next finds what it has left; panics end connections elsewhere (`guard`).
//!
//! Every layer but `client::model` and `client::rules` may use it.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{PoisonError, RwLockReadGuard, RwLockWriteGuard, TryLockError};
use std::time::{Duration, Instant};

/// What one thread at a time may see.
#[derive(Debug, Default)]
pub struct Mutex<T>(std::sync::Mutex<T>);

impl<T> Mutex<T> {
    /// Free.
    pub const fn new(value: T) -> Self {
        Mutex(std::sync::Mutex::new(value))
    }

    /// Waits for the lock.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard {
            mutex: self,
            held: Some(self.locked()),
        }
    }

    /// The lock, unless it is held just now.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        let held = self.free()?;
        Some(MutexGuard {
            mutex: self,
            held: Some(held),
        })
    }

    /// The value, which nobody else can see just now.
    pub fn get_mut(&mut self) -> &mut T {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    fn locked(&self) -> std::sync::MutexGuard<'_, T> {
        match self.free() {
            Some(held) => held,
            None => self.locked_later(),
        }
    }

    #[inline]
    fn free(&self) -> Option<std::sync::MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(held) => Some(held),
            Err(TryLockError::Poisoned(held)) => Some(held.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Gives way for a moment before it sleeps. A lock that somebody sleeps for costs its holder a system call at each
    /// release, and an I/O thread that gets the lock between any two sends writes them one by one.
    #[cold]
    fn locked_later(&self) -> std::sync::MutexGuard<'_, T> {
        for round in 0..10 {
            match round {
                0..3 => (0..2 << round).for_each(|_| std::hint::spin_loop()),
                _ => std::thread::yield_now(),
            }
            if let Some(held) = self.free() {
                return held;
            }
        }
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The lock, held until the end of this value.
#[must_use]
pub struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    /// None only inside of `unlocked` and of a wait.
    held: Option<std::sync::MutexGuard<'a, T>>,
}

impl<T> MutexGuard<'_, T> {
    /// Lets go of the lock while `body` runs.
    pub fn unlocked<R>(guard: &mut Self, body: impl FnOnce() -> R) -> R {
        struct Again<'a, 'b, T>(&'a mut MutexGuard<'b, T>);
        impl<T> Drop for Again<'_, '_, T> {
            fn drop(&mut self) {
                self.0.held = Some(self.0.mutex.locked());
            }
        }
        guard.held = None;
        let _again = Again(guard); // also when the body panics
        body()
    }
}

/// Never seen: the guard of a lock that is not held is out of reach.
const NOT_HELD: &str = "the lock is not held";

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.held.as_ref().expect(NOT_HELD)
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.held.as_mut().expect(NOT_HELD)
    }
}

/// What many threads at a time may read, and one alone may change.
#[derive(Debug, Default)]
pub struct RwLock<T>(std::sync::RwLock<T>);

impl<T> RwLock<T> {
    /// Free.
    pub const fn new(value: T) -> Self {
        RwLock(std::sync::RwLock::new(value))
    }

    /// Waits for the right to read.
    pub fn read(&self) -> RwLockReadGuard<'_, T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the right to change.
    pub fn write(&self) -> RwLockWriteGuard<'_, T> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where threads wait for a change of what a lock guards.
///
/// A word of its own in the kernel, as the locks have. That of the standard library sleeps until a time of the clock, and
/// not at all when the clock that it reads stands still, as in tests that hold it; this one sleeps for a span.
#[derive(Debug, Default)]
pub struct Condvar {
    /// Counts the changes
    changes: AtomicU32,
}

impl Condvar {
    /// Wakes everybody who waits. Whoever has changed something calls it with the lock or after it.
    pub fn notify_all(&self) {
        self.changes.fetch_add(1, Ordering::Release);
        self.futex(libc::FUTEX_WAKE, i32::MAX as u32, None);
    }

    /// Lets go of the lock until somebody wakes this thread, or for no reason.
    pub fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        self.sleep(guard, None);
    }

    /// As [`Condvar::wait`], not beyond `deadline`. True when that came first.
    pub fn wait_until<T>(&self, guard: &mut MutexGuard<'_, T>, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        let woken = !left.is_zero() && self.sleep(guard, Some(left));
        !woken && Instant::now() >= deadline
    }

    /// True when somebody has woken this thread.
    fn sleep<T>(&self, guard: &mut MutexGuard<'_, T>, span: Option<Duration>) -> bool {
        // read under the lock: a change behind it is not missed, because the kernel compares
        let before = self.changes.load(Ordering::Acquire);
        MutexGuard::unlocked(guard, || self.futex(libc::FUTEX_WAIT, before, span));
        self.changes.load(Ordering::Acquire) != before
    }

    fn futex(&self, operation: libc::c_int, value: u32, span: Option<Duration>) {
        let span = span.map(|span| libc::timespec {
            tv_sec: span.as_secs().try_into().unwrap_or(libc::time_t::MAX),
            tv_nsec: span.subsec_nanos().into(),
        });
        let timeout = span.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: the word and the span live as long as the call, which changes neither. Whatever it returns (woken, the word
        // is another, interrupted, over), the caller looks at the word and the clock.
        unsafe {
            libc::syscall(
                libc::SYS_futex,
                self.changes.as_ptr(),
                operation | libc::FUTEX_PRIVATE_FLAG,
                value,
                timeout,
            )
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
    use std::sync::Arc;
    use std::time::Duration;

    #[test]
    fn a_panic_leaves_the_lock_free_and_its_value_there() {
        let number = Mutex::new(1);
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let mut guard = number.lock();
            *guard = 2;
            resume_unwind(Box::new(()));
        }));
        assert!(panicked.is_err());
        assert_eq!(*number.lock(), 2);
    }

    #[test]
    fn a_lock_is_let_go_for_a_body_and_held_again_behind_its_panic() {
        let number = Mutex::new(1);
        let mut guard = number.lock();
        let seen = MutexGuard::unlocked(&mut guard, || {
            *number.lock() += 1;
            "seen"
        });
        assert_eq!((seen, *guard), ("seen", 2));
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            MutexGuard::unlocked(&mut guard, || {
                *number.lock() += 1;
                resume_unwind(Box::new(()));
            })
        }));
        assert!(panicked.is_err());
        assert_eq!(*guard, 3);
        assert!(number.try_lock().is_none());
        drop(guard);
        assert!(number.try_lock().is_some(), "also after a panic");
    }

    #[test]
    fn a_wait_ends_at_its_deadline_or_with_a_change() {
        let shared = Arc::new((Mutex::new(false), Condvar::default()));
        let mut guard = shared.0.lock();
        let soon = Instant::now() + Duration::from_millis(5);
        while !shared.1.wait_until(&mut guard, soon) {}
        assert!(Instant::now() >= soon);
        let other = shared.clone();
        let thread = std::thread::spawn(move || {
            *other.0.lock() = true;
            other.1.notify_all();
        });
        while !*guard {
            shared.1.wait(&mut guard);
        }
        drop(guard);
        thread.join().unwrap();
    }
}
