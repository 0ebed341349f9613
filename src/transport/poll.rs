//! Waiting for a socket and a wake-up descriptor at once, with a limit on the monotonic clock.
//!
//! `poll`, not `select`, so that descriptors above 1,024 work; a signal never shortens the wait.

use std::io;
use std::os::fd::RawFd;
use std::time::Instant;

use super::Waker;

/// What became ready.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ready {
    /// Bytes, end of file or an error can be read.
    pub readable: bool,
    /// The socket takes bytes again.
    pub writable: bool,
    /// Somebody called `wake`; it is already cleared.
    pub woken: bool,
}

impl Ready {
    /// There is something to read.
    pub fn readable() -> Ready {
        Ready {
            readable: true,
            ..Ready::default()
        }
    }
}

/// Waits until `socket` is readable (always asked), writable (if `write`), `waker` fires, or
/// `deadline` passes: then nothing is set. `None` waits without limit.
pub fn wait(
    socket: Option<RawFd>,
    write: bool,
    waker: &Waker,
    deadline: Option<Instant>,
) -> io::Result<Ready> {
    let mut fds = [
        libc::pollfd {
            fd: waker.fd(),
            events: libc::POLLIN,
            revents: 0,
        },
        libc::pollfd {
            fd: socket.unwrap_or(-1),
            events: libc::POLLIN | if write { libc::POLLOUT } else { 0 },
            revents: 0,
        },
    ];
    loop {
        let timeout = match deadline {
            None => -1,
            Some(deadline) => {
                let left = deadline.saturating_duration_since(Instant::now());
                // rounded up, so that the call never returns before its time
                let ms = left.as_millis() + u128::from(left.subsec_nanos() % 1_000_000 != 0);
                libc::c_int::try_from(ms).unwrap_or(libc::c_int::MAX)
            }
        };
        // SAFETY: `fds` is an array of two valid entries that outlives the call.
        let count = unsafe { libc::poll(fds.as_mut_ptr(), 2, timeout) };
        if count < 0 {
            let error = io::Error::last_os_error();
            if error.kind() == io::ErrorKind::Interrupted {
                continue;
            }
            return Err(error);
        }
        if count == 0 && deadline.is_some_and(|deadline| Instant::now() < deadline) {
            continue;
        }
        let woken = fds[0].revents != 0;
        if woken {
            waker.clear();
        }
        let bits = fds[1].revents;
        return Ok(Ready {
            readable: bits & !libc::POLLOUT != 0,
            writable: bits & (libc::POLLOUT | libc::POLLERR | libc::POLLHUP) != 0,
            woken,
        });
    }
}

/// A look at a socket, without a wait: bytes, the end or an error can be read. Unlike a read that only looks, it takes no error away.
pub fn is_readable(socket: RawFd) -> bool {
    let mut fd = libc::pollfd {
        fd: socket,
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: one valid entry that outlives the call.
    unsafe { libc::poll(&mut fd, 1, 0) > 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_wake_before_the_wait_is_kept_and_cleared() {
        let waker = Waker::new().unwrap();
        waker.wake();
        waker.wake();
        assert!(wait(None, false, &waker, None).unwrap().woken);
        let past = Some(Instant::now());
        assert_eq!(wait(None, false, &waker, past).unwrap(), Ready::default());
    }

    #[test]
    fn a_deadline_is_not_shortened() {
        let waker = Waker::new().unwrap();
        let limit = Instant::now() + Duration::from_micros(2300);
        assert_eq!(
            wait(None, false, &waker, Some(limit)).unwrap(),
            Ready::default()
        );
        assert!(Instant::now() >= limit);
    }

    extern "C" fn nothing(_: libc::c_int) {}

    #[test]
    fn a_signal_neither_ends_nor_shortens_a_wait() {
        let action = nothing as extern "C" fn(libc::c_int);
        // SAFETY: the handler does nothing; nobody else in this program uses the signal.
        unsafe { libc::signal(libc::SIGUSR2, action as libc::sighandler_t) };
        // SAFETY: asks for this thread.
        let waiting = unsafe { libc::pthread_self() };
        let over = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !over.load(std::sync::atomic::Ordering::Relaxed) {
                    // SAFETY: the thread lives until the scope ends.
                    unsafe { libc::pthread_kill(waiting, libc::SIGUSR2) };
                    std::thread::sleep(Duration::from_millis(1));
                }
            });
            let waker = Waker::new().unwrap();
            let limit = Instant::now() + Duration::from_millis(100);
            let result = wait(None, false, &waker, Some(limit));
            over.store(true, std::sync::atomic::Ordering::Relaxed);
            assert_eq!(result.unwrap(), Ready::default());
            assert!(Instant::now() >= limit);
        });
    }
}
