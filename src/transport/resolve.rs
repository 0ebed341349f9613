//! Host names to addresses, with a limit.
//!
//! The system's lookup cannot be interrupted, so it runs in a helper thread that is abandoned when
//! its time is over or the connection is closed (spec 40 §3.2). Literal addresses need no thread.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;

use super::{Waker, spawn, wait};

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
    let (thread_waker, thread_answer) = (waker.clone(), answer.clone());
    let name = host.to_owned();
    spawn("ems-resolve", move || {
        let result = (name.as_str(), port)
            .to_socket_addrs()
            .map(|addresses| addresses.collect::<Vec<_>>());
        *thread_answer.lock() = Some(result);
        thread_waker.wake();
    })?;
    loop {
        // woken at least four times a second to see a cancel, which has no descriptor of its own
        let tick = Instant::now() + std::time::Duration::from_millis(250);
        let until = deadline.map_or(tick, |deadline| deadline.min(tick));
        wait(None, false, &waker, Some(until))?;
        if let Some(result) = answer.lock().take() {
            return match result {
                Ok(addresses) if !addresses.is_empty() => Ok(addresses),
                Ok(_) => Err(io::ErrorKind::NotFound.into()),
                Err(error) => Err(io::Error::new(io::ErrorKind::NotFound, error)),
            };
        }
        if cancel() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(io::ErrorKind::TimedOut.into());
        }
    }
}
