//! A descriptor that wakes a thread out of `wait`.
//!
//! Owned by a connection; any thread may call `wake`, the waiting thread calls `clear`. Neither
//! blocks.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

use crate::descriptor;

/// An eventfd.
#[derive(Debug)]
pub struct Waker {
    fd: OwnedFd,
}

impl Waker {
    /// Makes the descriptor: close-on-exec, non-blocking.
    pub fn new() -> io::Result<Self> {
        // SAFETY: plain system call without pointers.
        let fd = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: `fd` was just made by this call and belongs to nobody else.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        Ok(Waker {
            fd: descriptor::beyond_standard(fd)?,
        })
    }

    /// Wakes the waiter; wakes before it waits are kept.
    pub fn wake(&self) {
        let one = 1u64;
        // SAFETY: writes the eight bytes of `one` to a descriptor that lives as long as `self`. The
        // result may be ignored: the only failure is a full counter, which wakes as well.
        unsafe {
            libc::write(self.fd.as_raw_fd(), (&raw const one).cast(), 8);
        }
    }

    /// Forgets the wakes so far.
    pub fn clear(&self) {
        let mut count = 0u64;
        // SAFETY: reads at most eight bytes into `count`; an empty counter fails without effect.
        unsafe {
            libc::read(self.fd.as_raw_fd(), (&raw mut count).cast(), 8);
        }
    }

    /// For `wait`.
    pub fn fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }
}
