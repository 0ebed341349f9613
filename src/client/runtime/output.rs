//! The socket of an incarnation and its output: who writes, when, and who is woken for it.
//!
//! Frames collect in the engine's output under the connection's lock. One thread at a time writes them,
//! outside the lock (`writing`). A call that waits for an answer writes at once (`flush`); one that does not leaves it to
//! the I/O thread, which the release of the lock wakes (`wake_io`), so that one system call carries what
//! many calls left. Nothing here blocks: what the socket does not take is left to the I/O thread.

use std::io;
use std::mem;
use std::sync::Arc;
use std::time::Instant;

use bytes::BytesMut;

use super::monitor::{Guarded, Hold};
use super::reading::{AtSocket, waiters_read};
use super::trace_frames::FrameTrace;
use crate::client::rules::outage::Loss;
use crate::client::rules::reading::Reading;
use crate::clock::Stamp;
use crate::process;
use crate::transport::{Stream, Waker};

/// Output at which a caller writes by itself instead of leaving it to the I/O thread.
const WRITE_AT: usize = 128 * 1024;
/// Largest buffer that is kept for the next output (D21).
const SPARE: usize = 4 * WRITE_AT;

/// The socket of the present incarnation.
pub struct Pipe {
    pub epoch: u32,
    pub stream: Arc<Stream>,
    /// Wakes this incarnation's I/O thread
    pub waker: Arc<Waker>,
    pub trace: Option<Box<FrameTrace>>,
    /// A thread is writing outside the lock
    writing: bool,
    /// The socket was full; the I/O thread waits until it takes bytes again
    blocked: bool,
    /// Why nothing can be written any more; what the server said before is still read
    write_failed: Option<String>,
    /// The I/O thread sleeps, until this time if there is one
    asleep: Option<Option<Instant>>,
    /// A timeout is nearer than the I/O thread knows
    stale: bool,
    /// Output that the socket did not take: bytes and how many of them are written
    unsent: (Vec<u8>, usize),
    /// An empty buffer for the next output
    spare: Vec<u8>,
    /// What was read and is not a whole frame yet; taken away while it is read to
    pub(super) input: BytesMut,
    /// Who reads
    pub(super) reading: Reading,
    /// The call that sleeps there
    pub(super) at_socket: AtSocket,
    /// The process that the socket belongs to
    process: u32,
}

/// How the I/O thread sleeps.
pub struct Sleep {
    /// It reads what comes
    pub at_socket: bool,
    /// It waits for the socket to take bytes
    pub write: bool,
    pub until: Option<Instant>,
}

/// What a lost incarnation has still to say, left to the thread that is writing just then.
pub struct Farewell {
    epoch: u32,
    stream: Arc<Stream>,
    words: Vec<u8>,
}

impl Pipe {
    /// With output that the socket has not taken yet, and input that nobody has looked at.
    pub fn new(
        epoch: u32,
        stream: Stream,
        waker: Arc<Waker>,
        trace: Option<Box<FrameTrace>>,
        (unsent, input): ((Vec<u8>, usize), BytesMut),
    ) -> Pipe {
        Pipe {
            epoch,
            stream: Arc::new(stream),
            waker,
            trace,
            writing: false,
            blocked: !unsent.0.is_empty(),
            write_failed: None,
            asleep: None,
            stale: false,
            unsent,
            spare: Vec::new(),
            input,
            reading: Reading::new(epoch, Instant::now(), waiters_read()),
            at_socket: AtSocket::new(),
            process: process::epoch(),
        }
    }

    fn has_unsent(&self) -> bool {
        !self.unsent.0.is_empty()
    }

    /// Last words would stand behind whole frames, and the socket may take them.
    fn may_speak(&self) -> bool {
        !self.blocked && !self.has_unsent()
    }

    /// What the I/O thread needs to begin.
    pub fn ends(&self) -> (Arc<Stream>, Arc<Waker>) {
        (self.stream.clone(), self.waker.clone())
    }

    /// The I/O thread goes to sleep. None: it must look again first.
    pub fn sleep(&mut self, timer: Option<Instant>, now: Instant) -> Option<Sleep> {
        if mem::take(&mut self.stale) {
            return None;
        }
        if self.blocked {
            self.reading.take_back(); // it sleeps at the socket, whose end it would see
        }
        let look = self.reading.look(now);
        let until = match (timer, look) {
            (Some(timer), Some(look)) => Some(timer.min(look)),
            (timer, look) => timer.or(look),
        };
        self.asleep = Some(until);
        Some(Sleep {
            at_socket: look.is_none(),
            write: self.blocked,
            until,
        })
    }

    /// The socket is not that of a parent: a child that a signal handler has forked reads nothing there.
    pub fn is_own(&self) -> bool {
        self.process == process::epoch()
    }

    /// The I/O thread sleeps: nobody reads just now.
    pub fn is_resting(&self) -> bool {
        self.asleep.is_some()
    }

    /// The I/O thread is awake.
    pub fn awake(&mut self, writable: bool) {
        self.asleep = None;
        self.blocked &= !writable;
    }

    /// The end of the input: why nothing could be written before it, if that was so.
    pub fn take_write_failure(&mut self) -> Option<String> {
        self.write_failed.take()
    }

    pub(super) fn wake(&mut self) {
        if self.asleep.take().is_some() {
            self.waker.wake();
        }
    }
}

impl Hold<'_> {
    /// The pipe of the present incarnation, if it is this one.
    pub fn pipe(&mut self, epoch: u32) -> Option<&mut Pipe> {
        let Guarded { model, pipe, .. } = &mut *self.guard;
        let (current, _) = model.server()?;
        pipe.as_mut()
            .filter(|pipe| pipe.epoch == epoch && current == epoch)
    }

    /// The release of the lock: output that nobody writes, or a timeout that is nearer than known, wakes the I/O thread.
    pub(super) fn wake_io(&mut self) {
        let Guarded { model, pipe, .. } = &mut *self.guard;
        let rearm = model.effects().take_rearm();
        let Some(pipe) = pipe.as_mut() else { return };
        if let Some(at) = rearm {
            match pipe.asleep {
                Some(until) if until.is_none_or(|until| at < until) => pipe.wake(),
                Some(_) => {}
                None => pipe.stale = true,
            }
        }
        if pipe.asleep.is_some() && !pipe.writing && !pipe.blocked && model.is_output_due() {
            pipe.wake();
        }
    }

    /// Leaves the output to the I/O thread or, when much has collected, writes it here.
    pub fn post(&mut self) {
        let pipe = self.guard.pipe.as_ref();
        if pipe.is_some_and(|pipe| pipe.asleep.is_none()) && self.output_len() >= WRITE_AT {
            self.flush();
        }
    }

    /// The I/O thread writes what is due and what the socket did not take before.
    pub fn flush_due(&mut self) {
        let unsent = self.guard.pipe.as_ref().is_some_and(Pipe::has_unsent);
        if unsent || self.is_output_due() {
            self.flush();
        }
    }

    /// Writes the output now, unless another thread does or the socket is full. True when the lock was
    /// released for it.
    pub fn flush(&mut self) -> bool {
        let mut released = false;
        loop {
            let Guarded { model, pipe, .. } = &mut *self.guard;
            let (Some(_), Some(pipe)) = (model.server(), pipe.as_mut()) else {
                return released;
            };
            if pipe.writing || pipe.blocked {
                return released;
            }
            if released && !pipe.has_unsent() && !model.is_output_due() {
                return released; // acknowledgements that came meanwhile and may wait do so
            }
            let (mut out, mut from) = mem::take(&mut pipe.unsent);
            if out.is_empty() {
                out = mem::take(&mut pipe.spare);
                from = 0;
                model.take_output(&mut out);
                if out.is_empty() {
                    pipe.spare = out;
                    return released;
                }
            }
            pipe.writing = true;
            model.handing(out.len() - from);
            let stream = pipe.stream.clone();
            let epoch = pipe.epoch;
            let mut count = 0;
            released = true;
            let result = self.unlocked(|| {
                while from + count < out.len() {
                    count += stream.write(&out[from + count..])?;
                }
                Ok::<(), io::Error>(())
            });
            if !self.written(epoch, out, from, count, result) {
                return released;
            }
        }
    }

    /// A write has ended; true when there may be more to write.
    fn written(
        &mut self,
        epoch: u32,
        mut out: Vec<u8>,
        from: usize,
        count: usize,
        result: io::Result<()>,
    ) -> bool {
        let Guarded {
            model,
            pipe,
            farewell,
            ..
        } = &mut *self.guard;
        let Some(pipe) = pipe.as_mut().filter(|pipe| pipe.epoch == epoch) else {
            // lost meanwhile: the last words may have been left to this thread
            if let Some(farewell) = farewell.take_if(|farewell| farewell.epoch == epoch) {
                if result.is_ok() {
                    let _ = farewell.stream.write(&farewell.words);
                }
                farewell.stream.shutdown();
            }
            return false;
        };
        pipe.writing = false;
        if let Some(trace) = &mut pipe.trace {
            trace.written(&out[from..from + count]);
        }
        let more = match result {
            Ok(()) => {
                out.clear();
                if out.capacity() <= SPARE {
                    pipe.spare = out;
                }
                true
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                pipe.unsent = (out, from + count);
                pipe.blocked = true;
                pipe.wake();
                false
            }
            Err(error) => {
                // the I/O thread finds the end behind what the server sent before it
                pipe.write_failed = Some(format!("writing to the server failed: {error}"));
                pipe.blocked = true;
                pipe.stream.shutdown();
                false
            }
        };
        model.handed(count, Instant::now());
        more
    }

    /// The incarnation `epoch` is over: its last words go out as far as the socket takes them at once, its socket
    /// ends, its I/O thread looks up, and the model decides the fate of everything. Under the lock, because nobody may meet
    /// an engine that has closed. A thread that writes just now says the last words for us.
    pub fn lost(&mut self, epoch: u32, loss: Loss) {
        if self.pipe(epoch).is_none() {
            return;
        }
        self.retire();
        self.guard.model.lost(epoch, loss, Stamp::now());
    }

    /// Another incarnation is to take the place of the present one (SetClientId).
    pub fn replace(&mut self) {
        self.guard.model.close_server();
        self.retire();
        self.guard.model.drop_server();
    }

    fn retire(&mut self) {
        let Guarded {
            model,
            pipe,
            farewell,
            ..
        } = &mut *self.guard;
        let Some(mut old) = pipe.take() else { return };
        old.waker.wake();
        old.at_socket.wake(None);
        let words = match old.may_speak() {
            true => model.last_words(),
            false => Vec::new(),
        };
        if old.writing && !words.is_empty() {
            model.handing_also(words.len());
            *farewell = Some(Farewell {
                epoch: old.epoch,
                stream: old.stream,
                words,
            });
            return;
        }
        if !old.writing
            && let Ok(count) = old.stream.write(&words)
        {
            model.handed(count, Instant::now());
        }
        old.stream.shutdown();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Buffers;

    #[test]
    fn no_last_words_go_behind_half_a_frame() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let waker = Arc::new(Waker::new().unwrap());
        let buffers = Buffers {
            receive: None,
            send: None,
        };
        let address = listener.local_addr().unwrap();
        let stream = Stream::connect(address, buffers, None, &waker, &|| false).unwrap();
        let mut pipe = Pipe::new(
            1,
            stream,
            waker,
            None,
            ((vec![1, 2, 3], 1), BytesMut::new()),
        );
        assert!(!pipe.may_speak());
        pipe.awake(true); // the socket takes bytes again, and nobody has written yet
        assert!(!pipe.may_speak());
        pipe.unsent = (Vec::new(), 0);
        assert!(pipe.may_speak());
    }
}
