//! Threads of the library: all signals of the program blocked, named, small.
//!
//! Called by everything that needs a thread. The mask is set before the thread exists and restored
//! after, so that no signal of the program is ever delivered to a library thread (spec 40 §6.7).

use std::io;
use std::mem::MaybeUninit;
use std::thread::{Builder, JoinHandle};

/// Signals that a thread causes itself or that profilers need: these stay open.
const OPEN: [libc::c_int; 7] = [
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGILL,
    libc::SIGABRT,
    libc::SIGTRAP,
    libc::SIGPROF,
];

/// Starts a thread with every signal of the program blocked. Fails when the system has no thread left.
pub fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    let mut blocked = MaybeUninit::<libc::sigset_t>::uninit();
    let mut before = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: both sets are initialised by sigfillset and pthread_sigmask before they are read; the
    // calls touch only the mask of this thread.
    unsafe {
        libc::sigfillset(blocked.as_mut_ptr());
        for signal in OPEN {
            libc::sigdelset(blocked.as_mut_ptr(), signal);
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, blocked.as_ptr(), before.as_mut_ptr());
    }
    let thread = Builder::new().name(name.to_owned()).spawn(body);
    // SAFETY: `before` was filled by the call above.
    unsafe {
        libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), std::ptr::null_mut());
    }
    thread
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocked(signals: &[libc::c_int]) -> Vec<bool> {
        let mut mask = MaybeUninit::<libc::sigset_t>::uninit();
        // SAFETY: reads the mask of this thread into a set that is there.
        let mask = unsafe {
            libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), mask.as_mut_ptr());
            mask.assume_init()
        };
        // SAFETY: the set was filled above.
        let is_in =
            |signal: &libc::c_int| unsafe { libc::sigismember(&raw const mask, *signal) } == 1;
        signals.iter().map(is_in).collect()
    }

    #[test]
    fn a_library_thread_takes_no_signal_of_the_program() {
        let asked = [
            libc::SIGTERM,
            libc::SIGALRM,
            libc::SIGUSR1,
            libc::SIGPIPE,
            libc::SIGSEGV,
            libc::SIGPROF,
        ];
        let before = blocked(&asked);
        let (tell, told) = std::sync::mpsc::channel();
        let thread = spawn("ems-test", move || tell.send(blocked(&asked)).unwrap()).unwrap();
        assert_eq!(told.recv().unwrap(), [true, true, true, true, false, false]);
        thread.join().unwrap();
        assert_eq!(blocked(&asked), before, "the mask of the program");
    }
}
