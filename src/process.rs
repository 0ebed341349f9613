//! What belongs to the process and not to one of its objects, and what becomes of it in a forked child (spec 40 §6.7).
//!
//! A child has one thread, and whatever the others held at the fork stays held in it. So nothing of the library that all of a
//! process shares is behind a lock that a child inherits:
//!
//! * [`PerProcess`]: a lock or a table, which a child has anew, empty;
//! * [`Inherited`]: a value that a child goes on with, behind a lock that it has anew;
//! * [`Lazy`]: what is made once and then only read. Nobody waits for somebody else who makes it.
//!
//! The fork itself waits for nothing, so a callback, a signal handler and a thread of the library may fork at any time. Objects carry
//! the number of their process ([`epoch`]), by which a child's calls are refused those of its parent (`ffi::handle`).
//!
//! Asking the kernel for the process id on every call would cost more than the rest of the entry, so the C library counts
//! forks for us. Blocks never, but for the locks of `Inherited`. May be used by every layer.

use std::marker::PhantomData;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering};

use crate::sync::{Mutex, MutexGuard};

/// How many forks lie between the process that loaded the library and this one, or more.
static EPOCH: AtomicU32 = AtomicU32::new(0);
static WATCHED: AtomicBool = AtomicBool::new(false);

/// Runs in the child before `fork` returns there.
extern "C" fn in_child() {
    EPOCH.fetch_add(1, Ordering::SeqCst);
}

/// The number of the current process among its ancestors; equal for equal processes.
pub fn epoch() -> u32 {
    EPOCH.load(Ordering::Relaxed)
}

/// Starts counting. To be called before the first object is stamped with an epoch.
pub fn watch() {
    if !WATCHED.load(Ordering::Acquire) {
        // Two threads at the same time, or a child of this very moment, count twice, which does no harm.
        // SAFETY: in_child only adds to an atomic number, and the library is never unloaded (linked with nodelete).
        let _ = unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
        WATCHED.store(true, Ordering::Release);
    }
}

/// Ends the calling thread on the spot, for a copy of a thread that has no business in a forked child. Nothing is unwound or
/// given back, because what would be is the parent's. Threads that the child has made go on; without any the child ends,
/// with status 0 and without exit handlers, which are the parent's, too.
pub fn end_thread() -> ! {
    loop {
        // SAFETY: takes no pointer; the stack stays, with all that anybody may still borrow from it.
        unsafe { libc::syscall(libc::SYS_exit, 0) };
    }
}

/// What is made when it is first wanted and stays. Two threads that want it at the same time may both make it, and one of
/// the two is dropped.
pub struct Lazy<T> {
    made: AtomicPtr<T>,
    owns: PhantomData<T>,
}

impl<T: Send + Sync> Lazy<T> {
    /// Nothing is made yet.
    pub const fn new() -> Self {
        Lazy {
            made: AtomicPtr::new(ptr::null_mut()),
            owns: PhantomData,
        }
    }

    /// The value, if it was made.
    pub fn get(&self) -> Option<&T> {
        // SAFETY: NULL, or what get_or_init has stored: valid and unchanged until the drop, which nobody borrows over.
        unsafe { self.made.load(Ordering::Acquire).as_ref() }
    }

    /// The value. `make` must not ask for it.
    pub fn get_or_init(&self, make: impl FnOnce() -> T) -> &T {
        if let Some(made) = self.get() {
            return made;
        }
        let ours = Box::into_raw(Box::new(make()));
        let none = ptr::null_mut();
        match self
            .made
            .compare_exchange(none, ours, Ordering::AcqRel, Ordering::Acquire)
        {
            // SAFETY: stored just now, as in get.
            Ok(_) => unsafe { &*ours },
            Err(theirs) => {
                // SAFETY: made above, and nobody else has seen it.
                drop(unsafe { Box::from_raw(ours) });
                // SAFETY: not NULL, and stored by another call of this function.
                unsafe { &*theirs }
            }
        }
    }
}

impl<T: Send + Sync> Default for Lazy<T> {
    fn default() -> Self {
        Lazy::new()
    }
}

impl<T> Drop for Lazy<T> {
    fn drop(&mut self) {
        let made = *self.made.get_mut();
        if !made.is_null() {
            // SAFETY: made by get_or_init from a box; nobody borrows it any more.
            drop(unsafe { Box::from_raw(made) });
        }
    }
}

/// What each process has of its own. What a parent has left stays where it is, once for each fork.
pub struct PerProcess<T>(AtomicPtr<Stamped<T>>, PhantomData<T>);

struct Stamped<T> {
    process: u32,
    value: T,
}

impl<T: Default + Send + Sync> PerProcess<T> {
    /// Nothing is made yet.
    pub const fn new() -> Self {
        PerProcess(AtomicPtr::new(ptr::null_mut()), PhantomData)
    }

    /// The value of this process.
    pub fn get(&self) -> &T {
        let known = self.0.load(Ordering::Acquire);
        // SAFETY: NULL, or stored by `made` and freed only with the owner.
        match unsafe { known.as_ref() } {
            Some(known) if known.process == epoch() => &known.value,
            _ => self.made(known),
        }
    }

    #[cold]
    fn made(&self, known: *mut Stamped<T>) -> &T {
        watch();
        let ours = Box::into_raw(Box::new(Stamped {
            process: epoch(),
            value: T::default(),
        }));
        match self
            .0
            .compare_exchange(known, ours, Ordering::AcqRel, Ordering::Acquire)
        {
            // SAFETY: stored just now, and freed only with the owner.
            Ok(_) => unsafe { &(*ours).value },
            Err(theirs) => {
                // SAFETY: made above, and nobody else has seen it.
                drop(unsafe { Box::from_raw(ours) });
                // SAFETY: another thread of this process has stored it: only the first thread after a fork finds an old one.
                unsafe { &(*theirs).value }
            }
        }
    }
}

impl<T: Default + Send + Sync> Default for PerProcess<T> {
    fn default() -> Self {
        PerProcess::new()
    }
}

impl<T> Drop for PerProcess<T> {
    fn drop(&mut self) {
        let known = *self.0.get_mut();
        if !known.is_null() {
            // SAFETY: made by `made` from a box; nobody borrows it any more.
            drop(unsafe { Box::from_raw(known) });
        }
    }
}

/// A value, or none, that a forked child goes on with. It is replaced as a whole, so that a child finds the old one or
/// the new one, whatever the thread that replaced it was about to do.
pub struct Inherited<T> {
    value: AtomicPtr<T>,
    turn: PerProcess<Mutex<()>>,
    owns: PhantomData<T>,
}

/// The right to see and to replace the value.
pub struct Turn<'a, T> {
    value: &'a AtomicPtr<T>,
    _held: MutexGuard<'a, ()>,
}

impl<T: Send> Inherited<T> {
    /// None.
    pub const fn new() -> Self {
        Inherited {
            value: AtomicPtr::new(ptr::null_mut()),
            turn: PerProcess::new(),
            owns: PhantomData,
        }
    }

    /// Waits for its turn.
    pub fn lock(&self) -> Turn<'_, T> {
        Turn {
            value: &self.value,
            _held: self.turn.get().lock(),
        }
    }
}

impl<T: Send> Default for Inherited<T> {
    fn default() -> Self {
        Inherited::new()
    }
}

impl<T> Drop for Inherited<T> {
    fn drop(&mut self) {
        let value = *self.value.get_mut();
        if !value.is_null() {
            // SAFETY: stored by `set` from a box; nobody has a turn any more.
            drop(unsafe { Box::from_raw(value) });
        }
    }
}

impl<T: Send> Turn<'_, T> {
    /// The value.
    pub fn get(&self) -> Option<&T> {
        // SAFETY: NULL or stored by `set`, which needs this turn to free it.
        unsafe { self.value.load(Ordering::Acquire).as_ref() }
    }

    /// Puts another in its place.
    pub fn set(&mut self, value: Option<T>) {
        let value = value.map_or(ptr::null_mut(), |value| Box::into_raw(Box::new(value)));
        let before = self.value.swap(value, Ordering::AcqRel);
        if !before.is_null() {
            // SAFETY: stored by an earlier `set` from a box; who sees it has a turn, and this is the only one.
            drop(unsafe { Box::from_raw(before) });
        }
    }
}

#[cfg(test)]
mod tests;
