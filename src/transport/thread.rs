//! Threads of the library: all signals of the program blocked, named, with the stack that their work needs.
//!
//! Called by everything that needs a thread. The mask is set before the thread exists and restored
//! after, so that no signal of the program is ever delivered to a library thread (spec 40 §6.7).

use std::io;
use std::mem::MaybeUninit;
use std::thread::{Builder, JoinHandle};

use crate::cancellation::held_back;

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

/// What runs on a thread, and how much stack it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// Code of the library alone.
    Library,
    /// Callbacks of the program, which may expect what any of its threads has (D32).
    Callbacks,
}

impl Runs {
    fn stack(self) -> usize {
        match self {
            Runs::Library => 2 << 20,
            Runs::Callbacks => default_stack(),
        }
    }
}

/// The system's default for threads: of `ulimit -s` when the process began, or what the program has set since.
fn default_stack() -> usize {
    let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
    let mut size = 0;
    // SAFETY: the attributes are made before they are read, and destroyed once; they name the default until it is changed.
    unsafe {
        if libc::pthread_attr_init(attributes.as_mut_ptr()) != 0 {
            return Runs::Library.stack();
        }
        libc::pthread_attr_getstacksize(attributes.as_ptr(), &raw mut size);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
    }
    size
}

/// Starts a thread with every signal of the program blocked. Fails when the system has no thread left.
pub fn spawn(
    name: &str,
    runs: Runs,
    body: impl FnOnce() + Send + 'static,
) -> io::Result<JoinHandle<()>> {
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
    let builder = Builder::new().name(name.to_owned());
    let stack = runs.stack();
    // a callback may cancel the thread that it finds itself on: that must not end the process
    let thread = builder.stack_size(stack).spawn(|| held_back(body));
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

    /// Of the thread that asks.
    fn own_stack() -> usize {
        let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
        let (mut start, mut size) = (std::ptr::null_mut(), 0);
        // SAFETY: the attributes are filled before they are read, and destroyed once.
        unsafe {
            let this = libc::pthread_self();
            assert_eq!(libc::pthread_getattr_np(this, attributes.as_mut_ptr()), 0);
            libc::pthread_attr_getstack(attributes.as_ptr(), &raw mut start, &raw mut size);
            libc::pthread_attr_destroy(attributes.as_mut_ptr());
        }
        size
    }

    #[test]
    fn threads_for_callbacks_have_the_stack_of_any_thread() {
        let stack_of = |runs| {
            let (tell, told) = std::sync::mpsc::channel();
            spawn("ems-test", runs, move || tell.send(own_stack()).unwrap()).unwrap();
            told.recv().unwrap()
        };
        assert_eq!(Runs::Callbacks.stack(), default_stack());
        assert_eq!(Runs::Library.stack(), 2 << 20);
        // libc may hand over the larger stack of a thread that ended, never a smaller one
        assert!(stack_of(Runs::Callbacks) >= default_stack());
        assert!(stack_of(Runs::Library) >= 2 << 20);
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
        let tell = move || tell.send(blocked(&asked)).unwrap();
        let thread = spawn("ems-test", Runs::Library, tell).unwrap();
        assert_eq!(told.recv().unwrap(), [true, true, true, true, false, false]);
        thread.join().unwrap();
        assert_eq!(blocked(&asked), before, "the mask of the program");
    }
}
