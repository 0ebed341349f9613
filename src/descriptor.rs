//! Descriptors 0 to 2 belong to the program, also after it has closed them (D32).
//!
//! A daemon closes them, and whatever is opened next takes their numbers: the next `printf` of the program would go to the
//! server. Every descriptor of the library passes here when it is made. What stays outside is what the C library opens
//! for the time of one call: the sockets and files of a name lookup.
//!
//! May be used by every layer. Blocks never.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// Lowest number that the library keeps.
const FIRST: libc::c_int = 3;

/// The same open file under a number that is none of the program's standard ones; closed on exec.
pub fn beyond_standard<T: From<OwnedFd> + Into<OwnedFd> + AsRawFd>(made: T) -> io::Result<T> {
    if made.as_raw_fd() >= FIRST {
        return Ok(made);
    }
    // SAFETY: plain system call; the descriptor is open as long as `made` lives.
    let number = unsafe { libc::fcntl(made.as_raw_fd(), libc::F_DUPFD_CLOEXEC, FIRST) };
    if number < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the number was just made by this call and belongs to nobody else. The low one goes with `made`.
    Ok(T::from(unsafe { OwnedFd::from_raw_fd(number) }))
}
