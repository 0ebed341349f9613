//! The clocks of the process, in the hands of a test.
//!
//! The test program defines `clock_gettime` itself, so that everything linked into it, the library included, reads
//! the time through this file. A test can hold the monotonic clock and move it by exact steps (a limit of 2 s then
//! is shown to end a call at 2000 ms and not at 1999, on a machine of any speed), and it can turn the wall clock
//! like an administrator. Sleeps are not touched: the system still wakes a thread after real time, and the thread
//! then looks at the clock and decides.
//!
//! Only in a process of its own (`dialogue_with`), because the clocks are those of the whole process. The test's
//! own waits keep the real clock ([`real`]), so that they still have limits.

use std::cell::Cell;
use std::ptr::null;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

const SECOND: i64 = 1_000_000_000;

/// Is the monotonic clock held?
static HELD: AtomicBool = AtomicBool::new(false);
/// The held time, in nanoseconds
static NOW: AtomicI64 = AtomicI64::new(0);
/// What is added to the wall clock, in nanoseconds
static TURNED: AtomicI64 = AtomicI64::new(0);

thread_local! {
    /// Waits of the test that are under way on this thread
    static REAL: Cell<u32> = const { Cell::new(0) };
    /// Counts how often this thread looks at a clock
    static LOOKS: Cell<*const AtomicU64> = const { Cell::new(null()) };
}

/// The system's clock.
fn system(clock: libc::clockid_t, time: &mut libc::timespec) -> i32 {
    // SAFETY: a place for the result; the system call checks the clock.
    unsafe { libc::syscall(libc::SYS_clock_gettime, clock, std::ptr::from_mut(time)) as i32 }
}

fn nanoseconds(time: &libc::timespec) -> i64 {
    time.tv_sec * SECOND + time.tv_nsec
}

/// Stands in for the function of the C library.
///
/// # Safety
/// As there: `time` is a place for the result.
#[unsafe(no_mangle)]
unsafe extern "C" fn clock_gettime(clock: libc::clockid_t, time: *mut libc::timespec) -> i32 {
    // SAFETY: by the contract.
    let time = unsafe { &mut *time };
    let result = system(clock, time);
    if result != 0 || REAL.get() > 0 {
        return result;
    }
    let shown = match clock {
        libc::CLOCK_MONOTONIC if HELD.load(Ordering::Acquire) => NOW.load(Ordering::Acquire),
        libc::CLOCK_REALTIME => nanoseconds(time) + TURNED.load(Ordering::Acquire),
        _ => nanoseconds(time),
    };
    time.tv_sec = shown.div_euclid(SECOND);
    time.tv_nsec = shown.rem_euclid(SECOND);
    let looks = LOOKS.get();
    if !looks.is_null() {
        // SAFETY: the counter lives as long as its thread is marked (`count_looks`).
        unsafe { (*looks).fetch_add(1, Ordering::AcqRel) };
    }
    result
}

/// Holds the monotonic clock where it is. From now on it moves by [`advance`] alone.
pub fn hold() {
    super::dialogue::assert_apart();
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    assert_eq!(system(libc::CLOCK_MONOTONIC, &mut now), 0);
    NOW.store(nanoseconds(&now), Ordering::Release);
    HELD.store(true, Ordering::Release);
}

/// Moves the held clock.
pub fn advance(span: Duration) {
    assert!(HELD.load(Ordering::Acquire), "the clock is not held");
    let span = i64::try_from(span.as_nanos()).expect("a short time");
    NOW.fetch_add(span, Ordering::AcqRel);
}

/// Turns the wall clock by so many seconds, forth or back.
pub fn turn(seconds: i64) {
    TURNED.fetch_add(seconds * SECOND, Ordering::AcqRel);
}

/// While it lives, its thread reads the real clocks.
pub struct Real(());

/// For the waits of the test itself.
pub fn real() -> Real {
    REAL.set(REAL.get() + 1);
    Real(())
}

impl Drop for Real {
    fn drop(&mut self) {
        REAL.set(REAL.get() - 1);
    }
}

/// How often a thread has looked at a clock.
#[derive(Clone, Default)]
pub struct Looks(Arc<AtomicU64>);

impl Looks {
    /// Counts on this thread until `work` is done.
    pub fn count<T>(&self, work: impl FnOnce() -> T) -> T {
        LOOKS.set(Arc::as_ptr(&self.0));
        let result = work();
        LOOKS.set(null());
        result
    }

    /// The count so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}
