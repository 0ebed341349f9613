//! Output of a connection: who writes, when, and who is woken for it.
//!
//! Frames collect in the engine's output under the connection's lock. One thread at a time writes them,
//! outside the lock (`writing`). A call that waits for an answer writes at once (`flush`); a call that
//! does not only makes sure that the I/O thread is awake (`kick`), so that one system call carries what
//! many calls left. Nothing here blocks: what the socket does not take is left to the I/O thread.

use std::io;
use std::mem;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::MutexGuard;

use super::connection::Connection;
use super::options;
use super::state::{Core, Owner, Stretch, Wire};
use crate::amqp::engine::{EngineState, LinkId, SessionId};
use crate::transport::Stream;

/// Output at which a caller writes by itself instead of leaving it to the I/O thread.
const WRITE_AT: usize = 128 * 1024;
/// Largest buffer that is kept for the next output (D21).
const SPARE: usize = 4 * WRITE_AT;
/// Bytes of one producer's held sends whose memory is given back in one step.
const STRETCH: u64 = 16 * 1024;

/// What a lost incarnation has still to say, left to the thread that is writing.
pub struct Farewell {
    epoch: u32,
    stream: Arc<Stream>,
    words: Vec<u8>,
}

impl Wire {
    /// How far the server may have read: what a thread is writing just now may have gone out.
    pub fn reached(&self) -> u64 {
        self.written + self.in_hand as u64
    }

    /// Held sends of a producer stand in the output up to this position.
    pub fn stretch(&mut self, producer: u32, end: u64) {
        match self.tail.back_mut() {
            Some(last) if last.producer == producer && end - last.start < STRETCH => last.end = end,
            _ => {
                let start = self.tail.back().map_or(end, |last| last.end);
                self.tail.push_back(Stretch {
                    producer,
                    start,
                    end,
                });
            }
        }
    }

    /// Bytes that are made and not handed over.
    pub fn unwritten(&self) -> usize {
        let in_output = self.engine.queued_bytes().saturating_sub(self.written);
        usize::try_from(in_output).unwrap_or(usize::MAX) + self.engine.cut_bytes()
    }

    /// Something is to be written now: output, or acknowledgements that are due.
    pub fn due(&self, now: Instant) -> bool {
        self.urgent
            || self.waiting_output() > 0
            || self.lazy_deadline.is_some_and(|deadline| deadline <= now)
    }

    /// Makes `owner` the one who is told about a link; false when there is no such link.
    pub fn own(&mut self, link: LinkId, owner: Owner) -> bool {
        if let Some((of, _)) = self.owners.get_mut(&link) {
            *of = owner;
        } else if let Some(session) = self.engine.session_of_link(link) {
            self.owners.insert(link, (owner, session));
        } else {
            return false;
        }
        true
    }

    /// A session is over, and its links with it: who was to be told about them.
    pub fn orphans(&mut self, session: SessionId) -> Vec<Owner> {
        let with_it = self.owners.extract_if(|_, (_, of)| *of == session);
        with_it.map(|(_, (owner, _))| owner).collect()
    }

    /// The `close` with which the engine has ended, and what stands before it; nothing when the socket is full.
    fn last_words(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let closed = matches!(
            self.engine.state(),
            EngineState::Closing | EngineState::Closed
        );
        if closed && !self.blocked {
            self.engine.take_output(&mut out);
        }
        out
    }

    /// The incarnation is out of use: its last words go out as far as the socket takes them at once, its socket
    /// ends, its I/O thread looks up. Under the lock, because nobody may meet an engine that has closed. A
    /// thread that writes just now does it for us.
    pub fn retire(&mut self) -> Option<Farewell> {
        let words = self.last_words();
        self.waker.wake();
        if self.writing && !words.is_empty() {
            self.in_hand += words.len();
            return Some(Farewell {
                epoch: self.epoch,
                stream: self.stream.clone(),
                words,
            });
        }
        if let Ok(count) = self.stream.write(&words) {
            self.written += count as u64;
        }
        self.stream.shutdown();
        None
    }

    /// Output that no thread has begun to write.
    pub fn waiting_output(&self) -> usize {
        self.engine.output_len() + self.unsent.0.len() - self.unsent.1
    }
}

impl Connection {
    /// Writes the output now, unless another thread does or the socket is full. True when the lock was
    /// released for it: whoever is about to wait must look again, its wake-up may be over.
    pub(super) fn flush(&self, core: &mut MutexGuard<'_, Core>) -> bool {
        let mut released = false;
        loop {
            let Some(wire) = core.wire.as_mut() else {
                return released;
            };
            if wire.writing || wire.blocked {
                return released;
            }
            if released && wire.waiting_output() == 0 {
                return released; // acknowledgements that came meanwhile and may wait do so
            }
            let (mut out, mut from) = mem::take(&mut wire.unsent);
            if out.is_empty() {
                out = mem::take(&mut wire.spare);
                from = 0;
                wire.engine.take_output(&mut out);
                wire.lazy_deadline = None;
                wire.urgent = false;
                if out.is_empty() {
                    wire.spare = out;
                    return released;
                }
            }
            wire.writing = true;
            wire.in_hand = out.len() - from;
            let stream = wire.stream.clone();
            let epoch = wire.epoch;
            let mut count = 0;
            released = true;
            let result = MutexGuard::unlocked(core, || {
                while from + count < out.len() {
                    count += stream.write(&out[from + count..])?;
                }
                Ok::<(), io::Error>(())
            });
            let Some(wire) = core.wire.as_mut().filter(|wire| wire.epoch == epoch) else {
                let farewell = core.farewell.take_if(|farewell| farewell.epoch == epoch);
                if let Some(Farewell { stream, words, .. }) = farewell {
                    if result.is_ok() {
                        let _ = stream.write(&words);
                    }
                    stream.shutdown();
                }
                return released;
            };
            wire.writing = false;
            wire.in_hand = 0;
            if let Some(trace) = &mut wire.trace {
                trace.written(&out[from..from + count]);
            }
            if count > 0 {
                wire.engine.wrote(Instant::now());
            }
            match result {
                Ok(()) => {
                    out.clear();
                    if out.capacity() <= SPARE {
                        wire.spare = out;
                    }
                    self.handed_over(core, count);
                    if core.output_waiters > 0 {
                        self.changed.notify_all();
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    wire.unsent = (out, from + count);
                    wire.blocked = true;
                    if wire.io_asleep {
                        wire.io_asleep = false;
                        wire.waker.wake();
                    }
                    self.handed_over(core, count);
                    return released;
                }
                Err(error) => {
                    // the I/O thread finds the end behind what the server sent before it
                    wire.write_failed = Some(format!("writing to the server failed: {error}"));
                    wire.blocked = true;
                    wire.stream.shutdown();
                    self.handed_over(core, count);
                    return released;
                }
            }
        }
    }

    /// Counts bytes as handed over: held sends among them are done with, sends that wait for room look again.
    fn handed_over(&self, core: &mut Core, count: usize) {
        let Core {
            wire,
            producers,
            pool,
            room_waiters,
            queued_bytes,
            ..
        } = core;
        let Some(wire) = wire.as_mut() else { return };
        wire.written += count as u64;
        let written = wire.written;
        while let Some(first) = wire.tail.front().filter(|first| first.end <= written) {
            if let Some(producer) = producers.get_mut(&first.producer) {
                producer.outbox.reclaim(written, |buffer| pool.give(buffer));
            }
            wire.tail.pop_front();
        }
        if room_waiters.is_empty() {
            return;
        }
        let limit = options::general().buffer_limit;
        let roomy = wire.unwritten() + *queued_bytes <= limit / 4 * 3;
        room_waiters.retain(|key| {
            let Some(producer) = producers.get(key) else {
                return false;
            };
            // whatever others hold back, a producer without unwritten bytes may go on
            let goes_on = roomy || !producer.outbox.is_unwritten(written);
            if goes_on {
                producer.cv.notify_all();
            }
            !goes_on
        });
    }

    /// Makes sure that the output is written soon, by the I/O thread or, when much has collected, here.
    pub(super) fn kick(&self, core: &mut MutexGuard<'_, Core>) {
        let Some(wire) = core.wire.as_mut() else {
            return;
        };
        wire.urgent = true;
        if wire.io_asleep {
            wire.io_asleep = false;
            wire.waker.wake();
        } else if wire.engine.output_len() >= WRITE_AT {
            self.flush(core);
        }
    }
}
