//! Host names to addresses, with a limit.
//!
//! The system's lookup cannot be interrupted, so it runs in a helper thread that is abandoned when
//! its time is over or the connection is closed (spec 40 §3.2). Literal addresses need no thread.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Runs, Waker, spawn, wait};
use crate::sync::Mutex;

/// How often a cancel is looked for.
const TICK: Duration = Duration::from_millis(250);
/// How often a thread is asked for again.
const SHORTAGE: Duration = Duration::from_millis(20);

/// Looks `host` up. `cancel` is asked whenever `waker` fires; a true ends the lookup with `Interrupted`.
/// Fails with `NotFound` when the name does not resolve, `TimedOut` at the deadline.
pub fn resolve(
    host: &str,
    port: u16,
    deadline: Option<Instant>,
    cancel: &dyn Fn() -> bool,
) -> io::Result<Vec<SocketAddr>> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let waker = Arc::new(Waker::new()?);
    let answer = Arc::new(Mutex::new(None));
    while let Err(error) = start(host, port, &waker, &answer) {
        // the moment of a break may be one in which the system has no thread: it is asked again (D32)
        let again = Instant::now() + SHORTAGE;
        wait_until(deadline, again, &waker, cancel, || error)?;
    }
    loop {
        // woken at least four times a second to see a cancel, which has no descriptor of its own
        let tick = Instant::now() + TICK;
        let timed_out = || io::ErrorKind::TimedOut.into();
        let waited = wait_until(deadline, tick, &waker, cancel, timed_out);
        if let Some(result) = answer.lock().take() {
            return match result {
                Ok(addresses) if !addresses.is_empty() => Ok(addresses),
                Ok(_) => Err(io::ErrorKind::NotFound.into()),
                Err(error) => Err(io::Error::new(io::ErrorKind::NotFound, error)),
            };
        }
        waited?;
    }
}

/// Where the helper thread leaves what it has found.
type Answer = Mutex<Option<io::Result<Vec<SocketAddr>>>>;

/// Starts the helper thread.
fn start(host: &str, port: u16, waker: &Arc<Waker>, answer: &Arc<Answer>) -> io::Result<()> {
    let (name, waker, answer) = (host.to_owned(), waker.clone(), answer.clone());
    let lookup = move || {
        let result = (name.as_str(), port)
            .to_socket_addrs()
            .map(|addresses| addresses.collect::<Vec<_>>());
        *answer.lock() = Some(result);
        waker.wake();
    };
    spawn("ems-resolve", Runs::Library, lookup).map(drop)
}

/// Waits until the waker fires or `until` comes. An error once the lookup is cancelled, and `late` at the deadline.
fn wait_until(
    deadline: Option<Instant>,
    until: Instant,
    waker: &Waker,
    cancel: &dyn Fn() -> bool,
    late: impl FnOnce() -> io::Error,
) -> io::Result<()> {
    let until = deadline.map_or(until, |deadline| deadline.min(until));
    wait(None, false, waker, Some(until))?;
    if cancel() {
        return Err(io::ErrorKind::Interrupted.into());
    }
    match deadline {
        Some(deadline) if Instant::now() >= deadline => Err(late()),
        _ => Ok(()),
    }
}
