//! The calls of this library are no cancellation points (D32).
//!
//! `pthread_cancel` ends a thread inside one of a few calls of the C library (a poll, a write, a sleep) by unwinding its
//! stack, which code of Rust does not survive: the process would abort. So a call that can reach one of them holds a
//! cancellation back until it has returned: the next cancellation point of the program itself acts on it. Threads of the
//! library are not cancelled at all.
//!
//! May be used by every layer. Blocks never, and makes no system call.

use libc::c_int;

const DISABLED: c_int = 1;

unsafe extern "C" {
    /// The C library's own; the crate `libc` does not declare it.
    fn pthread_setcancelstate(state: c_int, before: *mut c_int) -> c_int;
}

/// Puts the state of the thread back, also when a panic unwinds through it.
struct Before(c_int);

impl Drop for Before {
    fn drop(&mut self) {
        let mut unused = 0;
        // SAFETY: the state that the same call gave. A deferred cancellation is not acted on here.
        unsafe { pthread_setcancelstate(self.0, &raw mut unused) };
    }
}

/// Runs `body` while the calling thread is not cancelled.
pub fn held_back<T>(body: impl FnOnce() -> T) -> T {
    let mut before = Before(0);
    // SAFETY: writes the present state; this thread alone is concerned.
    unsafe { pthread_setcancelstate(DISABLED, &raw mut before.0) };
    body()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> c_int {
        let (mut now, mut unused) = (0, 0);
        // SAFETY: reads the state by setting one, and puts it back.
        unsafe {
            pthread_setcancelstate(DISABLED, &raw mut now);
            pthread_setcancelstate(now, &raw mut unused);
        }
        now
    }

    #[test]
    fn the_state_is_put_back_and_nests() {
        let before = state();
        held_back(|| {
            assert_eq!(state(), DISABLED);
            held_back(|| ());
            assert_eq!(state(), DISABLED);
        });
        assert_eq!(state(), before);
        assert!(std::panic::catch_unwind(|| held_back(|| panic!("inside"))).is_err());
        assert_eq!(state(), before);
    }
}
