//! System calls that the test program answers itself, so that a limit of the kernel is seen at once, or that a
//! thread is as late as a test wants, whatever the scheduler does.

use super::Gate;
use std::cell::RefCell;
use std::sync::Mutex;
use std::time::Duration;

/// What to do with the limit for bytes that nobody confirms (TCP_USER_TIMEOUT).
#[derive(Default)]
struct UserTimeout {
    /// Set in place of what the library asks for
    shorter: Option<Duration>,
    /// What the library asked for
    asked: Vec<Duration>,
}

static USER_TIMEOUT: Mutex<UserTimeout> = Mutex::new(UserTimeout {
    shorter: None,
    asked: Vec::new(),
});

/// Lets sockets of this process have a shorter TCP_USER_TIMEOUT than they ask for.
pub fn shorten_user_timeout(to: Duration) {
    USER_TIMEOUT.lock().expect("unpoisoned").shorter = Some(to);
}

/// The values of TCP_USER_TIMEOUT that were asked for since [`shorten_user_timeout`].
pub fn user_timeouts() -> Vec<Duration> {
    USER_TIMEOUT.lock().expect("unpoisoned").asked.clone()
}

/// Stands in for the function of the C library.
///
/// # Safety
/// As there: `value` points to `size` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn setsockopt(
    socket: libc::c_int,
    level: libc::c_int,
    name: libc::c_int,
    value: *const libc::c_void,
    size: libc::socklen_t,
) -> libc::c_int {
    let pass = |value: *const libc::c_void| {
        // SAFETY: by the contract, or a local of the same size.
        unsafe { libc::syscall(libc::SYS_setsockopt, socket, level, name, value, size) as i32 }
    };
    if (level, name) == (libc::IPPROTO_TCP, libc::TCP_USER_TIMEOUT) && size == 4 {
        let mut limits = USER_TIMEOUT.lock().expect("unpoisoned");
        if let Some(shorter) = limits.shorter {
            // SAFETY: the option has four bytes.
            let asked = unsafe { value.cast::<u32>().read_unaligned() };
            limits.asked.push(Duration::from_millis(asked.into()));
            let shorter = shorter.as_millis() as u32;
            return pass((&raw const shorter).cast());
        }
    }
    pass(value)
}

/// A thread that is kept inside a system call.
#[derive(Clone, Default)]
pub struct Late {
    /// Open when the call has been made
    pub there: Gate,
    /// Opened by the test to let the thread see it
    pub go: Gate,
}

thread_local! {
    static NEXT_WRITE: RefCell<Option<Late>> = const { RefCell::new(None) };
}

/// The next write of this thread to a socket is made and does not return before `late.go` is open.
pub fn hold_next_write(late: &Late) {
    NEXT_WRITE.set(Some(late.clone()));
}

/// Stands in for the function of the C library.
///
/// # Safety
/// As there: `bytes` points to `size` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn send(
    socket: libc::c_int,
    bytes: *const libc::c_void,
    size: libc::size_t,
    flags: libc::c_int,
) -> libc::ssize_t {
    // SAFETY: by the contract; no address.
    let sent = unsafe { libc::syscall(libc::SYS_sendto, socket, bytes, size, flags, 0, 0) };
    let late = NEXT_WRITE.try_with(RefCell::take).ok().flatten();
    if let Some(Late { there, go }) = late {
        there.open();
        go.opens_within(super::LIMIT); // the test fails by itself when nobody opens it
    }
    sent as libc::ssize_t
}
