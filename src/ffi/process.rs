//! Tells a forked child from its parent (spec 40 §6.7).
//!
//! Asking the kernel for the process id on every call would cost more than the rest of the entry,
//! so the C library counts forks for us. A child may make objects of its own; those of its parent
//! are refused. Called by `ffi::handle`. Blocks never.

use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

/// How many forks lie between the process that loaded the library and this one.
static EPOCH: AtomicU32 = AtomicU32::new(0);
static WATCHED: Once = Once::new();

/// Runs in the child before `fork` returns there.
extern "C" fn in_child() {
    EPOCH.fetch_add(1, Ordering::SeqCst);
}

/// The number of the current process among its ancestors; equal for equal processes.
pub(crate) fn epoch() -> u32 {
    EPOCH.load(Ordering::Relaxed)
}

/// Starts counting. To be called before the first object is stamped with an epoch.
pub(crate) fn watch() {
    if !WATCHED.is_completed() {
        WATCHED.call_once(|| {
            // SAFETY: in_child only adds to an atomic number, and the library is never unloaded
            // (linked with nodelete).
            let _ = unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
        });
    }
}
