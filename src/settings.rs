//! The process-wide settings of the API and the rules by which they are stored.
//!
//! Every value may be read and changed by any thread at any time (spec 10 C39). A value that was
//! never set is told apart from one that was set to its default, because only a set value overrides
//! a factory's (C10). Used by `client` (reads) and `ffi` (sets). Nothing here blocks.

use std::ffi::{CStr, CString};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use crate::process::Inherited;

use crate::status::{Error, Result, Status};

/// Attempts for a first connection, or for a reconnect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Connect,
    Reconnect,
}

/// One kind of attempt setting. Delay and timeout are milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    Count,
    Delay,
    Timeout,
}

/// Attempt settings of one level, global or factory; `None` was never set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AttemptSettings {
    /// Passes over the list of URLs.
    pub count: Option<i32>,
    /// Milliseconds between two passes.
    pub delay: Option<i32>,
    /// Milliseconds that one try of one URL may take; 0 is no limit.
    pub timeout: Option<i32>,
}

impl Attempt {
    /// The value in force where nothing was set (spec 10 §1.2).
    pub fn default_for(self, purpose: Purpose) -> i32 {
        match (self, purpose) {
            (Attempt::Count, Purpose::Connect) => 2,
            (Attempt::Count, Purpose::Reconnect) => 4,
            (Attempt::Delay, _) => 500,
            (Attempt::Timeout, _) => 0,
        }
    }

    /// The value to store: raised to the minimum, refused when negative (C12).
    pub fn checked(self, value: i32) -> Result<i32> {
        let minimum = match self {
            Attempt::Count => 1,
            Attempt::Delay => 250,
            Attempt::Timeout => 100,
        };
        match value {
            ..0 => Err(Error::new(
                Status::TIBEMS_INVALID_ARG,
                "an attempt setting is negative",
            )),
            0 if self == Attempt::Timeout => Ok(0),
            _ => Ok(value.max(minimum)),
        }
    }
}

/// An integer setting; negative while it was never set.
struct Number(AtomicI32);

impl Number {
    const fn unset() -> Self {
        Number(AtomicI32::new(-1))
    }

    fn get(&self) -> Option<i32> {
        let value = self.0.load(Ordering::Relaxed);
        (value >= 0).then_some(value)
    }

    fn set(&self, value: i32) {
        self.0.store(value, Ordering::Relaxed);
    }
}

/// Direction of a socket buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Buffer {
    Receive,
    Send,
}

/// The numbers of one process.
struct Numbers {
    /// By purpose, then by kind.
    attempts: [[Number; 3]; 2],
    /// Kilobytes, by direction.
    buffers: [Number; 2],
}

static NUMBERS: Numbers = Numbers::unset();

impl Numbers {
    const fn unset() -> Self {
        Numbers {
            attempts: [const { [const { Number::unset() }; 3] }; 2],
            buffers: [const { Number::unset() }; 2],
        }
    }

    fn attempt(&self, purpose: Purpose, kind: Attempt) -> &Number {
        &self.attempts[purpose as usize][kind as usize]
    }

    fn set_attempt(&self, purpose: Purpose, kind: Attempt, value: i32) -> Result<()> {
        self.attempt(purpose, kind).set(kind.checked(value)?);
        Ok(())
    }

    fn attempt_in_force(&self, purpose: Purpose, kind: Attempt) -> i32 {
        self.attempt(purpose, kind)
            .get()
            .unwrap_or_else(|| kind.default_for(purpose))
    }

    fn attempts(&self, purpose: Purpose) -> AttemptSettings {
        AttemptSettings {
            count: self.attempt(purpose, Attempt::Count).get(),
            delay: self.attempt(purpose, Attempt::Delay).get(),
            timeout: self.attempt(purpose, Attempt::Timeout).get(),
        }
    }

    fn set_buffer(&self, direction: Buffer, kilobytes: i32) -> Result<()> {
        if kilobytes < 0 {
            return Err(Error::new(
                Status::TIBEMS_INVALID_ARG,
                "a buffer size is negative",
            ));
        }
        self.buffers[direction as usize].set(kilobytes);
        Ok(())
    }

    fn buffer(&self, direction: Buffer) -> i32 {
        self.buffers[direction as usize].get().unwrap_or(0)
    }
}

/// Sets a global attempt setting (C10, C12).
pub fn set_attempt(purpose: Purpose, kind: Attempt, value: i32) -> Result<()> {
    NUMBERS.set_attempt(purpose, kind, value)
}

/// The global attempt setting in force, the default if it was never set.
pub fn attempt_in_force(purpose: Purpose, kind: Attempt) -> i32 {
    NUMBERS.attempt_in_force(purpose, kind)
}

/// The global attempt settings that were set.
pub fn attempts(purpose: Purpose) -> AttemptSettings {
    NUMBERS.attempts(purpose)
}

/// Sets the size of a buffer of sockets made later; 0 leaves it to the operating system (C38).
pub fn set_buffer_kilobytes(direction: Buffer, kilobytes: i32) -> Result<()> {
    NUMBERS.set_buffer(direction, kilobytes)
}

/// Kilobytes of a socket buffer as the program set them, 0 if it did not.
pub fn buffer_kilobytes(direction: Buffer) -> i32 {
    NUMBERS.buffer(direction)
}

/// Bytes that a new socket is to be given; `None` leaves it to the operating system.
pub fn buffer_bytes(direction: Buffer) -> Option<usize> {
    match usize::try_from(NUMBERS.buffer(direction)) {
        Ok(kilobytes @ 1..) => kilobytes.checked_mul(1024),
        _ => None,
    }
}

/// A process-wide switch.
pub struct Switch(AtomicBool);

impl Switch {
    const fn new(initial: bool) -> Self {
        Switch(AtomicBool::new(initial))
    }

    /// Turns the switch.
    pub fn set(&self, on: bool) {
        self.0.store(on, Ordering::Relaxed);
    }

    /// How the switch stands.
    pub fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The exception listener hears of a successful failover (spec 10 §3.1).
pub static EXCEPTION_ON_FT_SWITCH: Switch = Switch::new(false);
/// The exception listener hears of every step of a failover (spec 10 §3.1).
pub static EXCEPTION_ON_FT_EVENTS: Switch = Switch::new(false);
/// Close and stop are allowed inside message callbacks (spec 10 §1.6).
pub static ALLOW_CLOSE_IN_CALLBACK: Switch = Switch::new(false);
/// Stored for the getter; nothing is multicast (spec 20 §10).
pub static MULTICAST_ENABLED: Switch = Switch::new(true);

static MULTICAST_DAEMON: Inherited<CString> = Inherited::new();

/// Stores the port of the multicast daemon (spec 20 §10).
pub fn set_multicast_daemon(port: Option<&CStr>) {
    MULTICAST_DAEMON.lock().set(port.map(CStr::to_owned));
}

/// Hands the stored port to `read`. The text stays where it is until the next set.
pub fn multicast_daemon<T>(read: impl FnOnce(Option<&CStr>) -> T) -> T {
    read(MULTICAST_DAEMON.lock().get().map(CString::as_c_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_values_are_raised_and_negative_ones_refused() {
        for (kind, small, raised) in [
            (Attempt::Count, 0, 1),
            (Attempt::Delay, 0, 250),
            (Attempt::Delay, 249, 250),
            (Attempt::Timeout, 1, 100),
            (Attempt::Timeout, 0, 0),
        ] {
            assert_eq!(kind.checked(small), Ok(raised), "{kind:?}");
            assert_eq!(kind.checked(70_000), Ok(70_000));
            let error = kind.checked(-1).unwrap_err();
            assert_eq!(error.status, Status::TIBEMS_INVALID_ARG);
        }
    }

    #[test]
    fn a_value_never_set_is_told_apart() {
        let numbers = Numbers::unset();
        assert_eq!(
            numbers.attempts(Purpose::Reconnect),
            AttemptSettings::default()
        );
        let refused = numbers.set_attempt(Purpose::Reconnect, Attempt::Delay, -5);
        assert!(refused.is_err());
        assert_eq!(numbers.attempts(Purpose::Reconnect).delay, None);
        let accepted = numbers.set_attempt(Purpose::Reconnect, Attempt::Delay, 500);
        assert_eq!(accepted, Ok(()));
        assert_eq!(numbers.attempts(Purpose::Reconnect).delay, Some(500));
        assert_eq!(
            numbers.attempts(Purpose::Connect),
            AttemptSettings::default()
        );
        for (purpose, kind, value) in [
            (Purpose::Connect, Attempt::Count, 2),
            (Purpose::Reconnect, Attempt::Count, 4),
            (Purpose::Connect, Attempt::Delay, 500),
            (Purpose::Connect, Attempt::Timeout, 0),
        ] {
            assert_eq!(numbers.attempt_in_force(purpose, kind), value);
        }
    }

    #[test]
    fn buffers_keep_the_last_good_size() {
        let numbers = Numbers::unset();
        assert_eq!(numbers.buffer(Buffer::Send), 0);
        assert_eq!(numbers.set_buffer(Buffer::Send, 64), Ok(()));
        assert!(numbers.set_buffer(Buffer::Send, -1).is_err());
        assert_eq!(numbers.buffer(Buffer::Send), 64);
        assert_eq!(numbers.buffer(Buffer::Receive), 0);
        assert_eq!(numbers.set_buffer(Buffer::Send, 0), Ok(()));
        assert_eq!(numbers.buffer(Buffer::Send), 0);
    }
}
