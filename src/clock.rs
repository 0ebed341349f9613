//! The real-time clock as text, for stamps only: limits and timers use the monotonic clock. And the sleep of the API.
//!
//! Always UTC, so that neither locale nor time zone of the program matter (spec 40 §6.7). Nothing but the sleep
//! blocks. Used by the error context and the trace.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// Day and time, shown as `2025-11-22 09:41:07.123 UTC`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp(SystemTime);

impl Stamp {
    /// Where the calendar of computers begins: a stamp for tests.
    pub const ORIGIN: Stamp = Stamp(UNIX_EPOCH);

    /// Day and time of now.
    pub fn now() -> Self {
        Stamp(SystemTime::now())
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = self.0.duration_since(UNIX_EPOCH).unwrap_or_default();
        let (year, month, day) = civil(since.as_secs() / 86_400);
        let second = since.as_secs() % 86_400;
        write!(
            out,
            "{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}.{:03} UTC",
            second / 3600,
            second / 60 % 60,
            second % 60,
            since.subsec_millis()
        )
    }
}

/// Date of a day counted from 1 January 1970, in the Gregorian calendar.
fn civil(days: u64) -> (u64, u64, u64) {
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let (mut year, mut rest) = (1970 + days / 146_097 * 400, days % 146_097);
    while rest >= 365 + u64::from(leap(year)) {
        rest -= 365 + u64::from(leap(year));
        year += 1;
    }
    let february = 28 + u64::from(leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if rest < length {
            break;
        }
        rest -= length;
        month += 1;
    }
    (year, month, rest + 1)
}

/// Lets the calling thread sleep for so many milliseconds of the monotonic clock. A signal neither shortens nor lengthens
/// it: the end is fixed at the beginning.
pub fn sleep(milliseconds: u64) {
    let mut until = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: writes `until`; this clock is always there.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut until) };
    let seconds = libc::time_t::try_from(milliseconds / 1000).unwrap_or(libc::time_t::MAX);
    until.tv_sec = until.tv_sec.saturating_add(seconds);
    until.tv_nsec += libc::c_long::try_from(milliseconds % 1000).unwrap_or(0) * 1_000_000;
    if until.tv_nsec >= 1_000_000_000 {
        until.tv_sec = until.tv_sec.saturating_add(1);
        until.tv_nsec -= 1_000_000_000;
    }
    let (clock, absolute) = (libc::CLOCK_MONOTONIC, libc::TIMER_ABSTIME);
    // SAFETY: reads `until`; nothing is written back for an absolute time.
    while unsafe { libc::clock_nanosleep(clock, absolute, &raw const until, std::ptr::null_mut()) }
        == libc::EINTR
    {}
}

/// Where a test's own clock begins: from there it moves by what the test says.
#[cfg(test)]
pub fn test_origin() -> std::time::Instant {
    std::time::Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn days_become_dates() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(11_017), (2000, 3, 1));
        assert_eq!(civil(20_454), (2026, 1, 1));
        assert_eq!(civil(20_453), (2025, 12, 31));
        assert_eq!(civil(47_541), (2100, 3, 1));
    }

    #[test]
    fn stamps_are_readable() {
        let at = UNIX_EPOCH + Duration::from_millis(1_763_804_467_045);
        assert_eq!(Stamp(at).to_string(), "2025-11-22 09:41:07.045 UTC");
    }
}
