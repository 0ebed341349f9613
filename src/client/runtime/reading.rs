//! Reading the socket: by the I/O thread, or by a call that waits for the server and sleeps at the socket itself. Who has the
//! role is decided in `rules/reading.rs`.
//!
//! The I/O thread reads without the lock. A call reads under it: it is the only one that waits, reads what is there once and
//! without blocking, and so no thread ever has bytes in hand that another one would have to wait for.

use std::io;
use std::mem;
use std::sync::Arc;
use std::time::Instant;

use bytes::BytesMut;

use super::monitor::{Guarded, Hold};
use crate::client::model::{Key, Wait};
use crate::client::rules::outage::{Loss, Witness};
use crate::client::rules::reading::Turn;
use crate::guard;
use crate::sync::MutexGuard;
use crate::transport::{READ_CHUNK, Ready, Stream, Waker, wait};

/// For tests of builds with checks: calls that wait read whenever they may, quick or not.
const ALWAYS: &str = "TIBEMS_TEST_WAITERS_READ";

/// See [`ALWAYS`].
pub fn waiters_read() -> bool {
    cfg!(debug_assertions) && std::env::var_os(ALWAYS).is_some()
}

/// The call that sleeps at the socket, and what wakes it there.
pub struct AtSocket {
    /// Made with the socket, so that calls take no descriptor. None: there was none to be had, and the I/O thread reads always.
    waker: Option<Arc<Waker>>,
    /// Where it waits, and that it was woken. Only who waits alone sleeps there, so that none takes the wake of another.
    sleeper: Option<(Key, bool)>,
}

impl AtSocket {
    /// Nobody.
    pub fn new() -> AtSocket {
        AtSocket {
            waker: Waker::new().ok().map(Arc::new),
            sleeper: None,
        }
    }

    /// Wakes the sleeper of a place, or whoever it is.
    pub fn wake(&mut self, place: Option<Key>) {
        if let (Some(waker), Some((key, woken))) = (&self.waker, &mut self.sleeper)
            && place.is_none_or(|place| place == *key)
            && !mem::replace(woken, true)
        {
            waker.wake();
        }
    }
}

/// What a read has given.
pub enum Received {
    /// So many bytes, and perhaps there are more.
    More(usize),
    /// All that was there.
    All,
    /// The incarnation is over.
    Over,
}

impl Hold<'_> {
    /// A read from the incarnation `epoch` to `input` has ended.
    pub(super) fn received(
        &mut self,
        epoch: u32,
        input: &mut BytesMut,
        result: io::Result<usize>,
    ) -> Received {
        let Some(pipe) = self.pipe(epoch) else {
            return Received::Over;
        };
        let (witness, cause) = match result {
            Ok(0) => match pipe.take_write_failure() {
                Some(failure) => (Witness::Writer, failure),
                None => (Witness::Reader, "the server closed the socket".to_owned()),
            },
            Ok(count) => {
                if let Some(trace) = &mut pipe.trace {
                    trace.read(&input[input.len() - count..]);
                }
                self.input(input, Instant::now());
                return match count < READ_CHUNK {
                    true => Received::All,
                    false => Received::More(count),
                };
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Received::All,
            Err(error) => {
                let text = format!("reading from the server failed: {error}");
                (Witness::Reader, text)
            }
        };
        self.lost(epoch, Loss::not_connected(witness, cause));
        Received::Over
    }

    /// One sleep at the socket, and the reading of what comes, for a thread that waits. False: it has not the role, and nothing
    /// was done.
    pub(super) fn sleep_at_socket(
        &mut self,
        wait_for: &Wait,
        turn: &mut Option<Turn>,
        deadline: Option<Instant>,
    ) -> bool {
        let Guarded { pipe, waiting, .. } = &mut *self.guard;
        let for_server = wait_for.is_for_server();
        let Some(pipe) = pipe.as_mut().filter(|pipe| for_server && pipe.is_own()) else {
            return false;
        };
        let Some(waker) = pipe.at_socket.waker.clone() else {
            return false;
        };
        if !turn.is_some_and(|turn| pipe.reading.has(turn)) {
            *turn = pipe
                .reading
                .begin(waiting.for_server() == 1, pipe.is_resting());
        }
        let Some(turn) = *turn else { return false };
        let (epoch, stream) = (pipe.epoch, pipe.stream.clone());
        debug_assert!(pipe.at_socket.sleeper.is_none());
        pipe.at_socket.sleeper = Some((wait_for.key(), false));
        let peeks = pipe.reading.peeks();
        let (found, ready) = MutexGuard::unlocked(&mut self.guard, || {
            let found = (0..peeks).any(|_| {
                std::thread::yield_now();
                stream.has_input()
            });
            let ready = match found {
                true => Ok(Ready::readable()),
                false => wait(Some(stream.fd()), false, &waker, deadline),
            };
            (found, ready)
        });
        let Some(pipe) = self.pipe(epoch) else {
            return true;
        };
        pipe.at_socket.sleeper = None;
        if !pipe.is_own() || !pipe.reading.has(turn) {
            return true;
        }
        if peeks > 0 {
            pipe.reading.peeked(found);
        }
        match ready {
            Ok(ready) if ready.readable => {
                pipe.reading.wakes(turn);
                if let Err(panic) = guard::catch(|| self.read(epoch, &stream)) {
                    self.panicked(&panic);
                }
            }
            Ok(_) => {}
            Err(_) => {
                pipe.reading.take_back();
                pipe.wake();
            }
        }
        true
    }

    /// Reads once, and says what the model answers to it.
    fn read(&mut self, epoch: u32, stream: &Stream) {
        let Some(mut input) = self.pipe(epoch).map(|pipe| mem::take(&mut pipe.input)) else {
            return;
        };
        let result = stream.read(&mut input);
        self.received(epoch, &mut input, result);
        if let Some(pipe) = self.pipe(epoch) {
            pipe.input = input;
        }
        self.end_servers();
        self.flush_due();
    }

    /// The wait of a call that had the role is over.
    pub(super) fn leave_socket(&mut self, turn: Turn) {
        let Guarded { pipe, waiting, .. } = &mut *self.guard;
        if let Some(pipe) = pipe
            && pipe.reading.leave(turn, waiting.for_server() > 0)
        {
            pipe.wake();
        }
    }
}
