//! The two idle timers: the peer must not be silent for too long, and neither must we
//! (spec 40 §1.9). The time is passed in; nothing here reads a clock.

use super::Engine;
use super::connection::Phase;
use super::types::{EngineConfig, FailureKind, condition};
use std::time::{Duration, Instant};

/// Shortest heartbeat interval.
const MIN_HEARTBEAT: Duration = Duration::from_millis(50);

/// The two idle timers.
pub(super) struct Timers {
    idle: Option<Duration>,
    /// When the peer counts as silent
    read_deadline: Option<Instant>,
    /// The deadline has been put off once because nobody looked in time
    grace: bool,
    last_write: Instant,
    /// Send something at least this often
    heartbeat: Option<Duration>,
    /// A heartbeat waits in the output or in the socket
    heartbeat_queued: bool,
}

impl Timers {
    pub fn new(config: &EngineConfig, now: Instant) -> Timers {
        let idle = config.idle_timeout.filter(|idle| !idle.is_zero());
        Timers {
            idle,
            read_deadline: idle.and_then(|idle| now.checked_add(idle)),
            grace: false,
            last_write: now,
            heartbeat: None,
            heartbeat_queued: false,
        }
    }

    /// Bytes have arrived.
    pub fn received(&mut self, now: Instant) {
        if let Some(idle) = self.idle {
            self.read_deadline = now.checked_add(idle);
            self.grace = false;
        }
    }

    /// The limit that the peer advertises, in milliseconds.
    pub fn limit_of_peer(&mut self, limit: Option<u32>) {
        self.heartbeat = match limit {
            None | Some(0) => None,
            // A little less than half of the limit, so that a late timer is still in time.
            Some(limit) => Some(
                Duration::from_millis(u64::from(limit))
                    .mul_f64(7.0 / 16.0)
                    .max(MIN_HEARTBEAT),
            ),
        };
    }

    /// Our limit, half of which is advertised.
    pub fn advertised(&self) -> Option<u32> {
        let half = self.idle?.as_millis() / 2;
        Some(u32::try_from(half).unwrap_or(u32::MAX).max(1))
    }
}

impl Engine {
    /// Bytes went to the socket.
    pub fn wrote(&mut self, now: Instant) {
        self.timers.last_write = now;
        self.timers.heartbeat_queued = false;
    }

    /// Does what is due and tells when to come again; what it wrote is in the output. To be called
    /// again after `input` and `wrote`, which move the deadlines.
    pub fn tick(&mut self, now: Instant) -> Option<Instant> {
        if matches!(self.phase, Phase::Closed) {
            return None;
        }
        let idle = self.tick_idle(now);
        let heartbeat = self.tick_heartbeat(now);
        match (idle, heartbeat) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Our own limit: no byte for T means that the peer is gone. When nobody looked for a good
    /// while (the process was stopped), the peer gets half of T once more.
    fn tick_idle(&mut self, now: Instant) -> Option<Instant> {
        let (idle, deadline) = (self.timers.idle?, self.timers.read_deadline?);
        if now < deadline {
            return Some(deadline);
        }
        let late = now.saturating_duration_since(deadline);
        if late > (idle / 4).max(Duration::from_millis(500)) && !self.timers.grace {
            self.timers.grace = true;
            self.timers.read_deadline = now.checked_add(idle / 2);
            return self.timers.read_deadline;
        }
        self.fail(
            condition::RESOURCE_LIMIT_EXCEEDED,
            &format!("nothing received for {} ms", idle.as_millis()),
            FailureKind::Idle,
        );
        None
    }

    /// The peer's limit: something must be written often enough. Data that waits for the socket
    /// does the same service, so at most one empty frame is ever queued.
    fn tick_heartbeat(&mut self, now: Instant) -> Option<Instant> {
        let interval = self.timers.heartbeat?;
        if matches!(self.phase, Phase::Closed) {
            return None;
        }
        // whoever writes what is queued may be another thread than the one that keeps this timer
        let next = now.checked_add(interval);
        if self.timers.heartbeat_queued {
            return next;
        }
        let due = self.timers.last_write.checked_add(interval)?;
        if now < due {
            return Some(due);
        }
        if self.output_len() == 0 {
            self.out.heartbeat();
        }
        self.timers.heartbeat_queued = true;
        next
    }

    /// Writes an empty frame, so that the limits of the operating system find a dead connection
    /// (spec 40 §3.5). No answer is expected.
    pub fn probe(&mut self) {
        if matches!(self.phase, Phase::Open) && self.output_len() == 0 {
            self.out.heartbeat();
        }
    }
}
