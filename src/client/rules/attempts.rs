//! How the attempt settings of process and factory combine into one series, and the limits of one try.
//!
//! Pure (spec 10 §1.2, C10, C11, C13); the storage rules are in `settings`.

use std::time::Duration;

use super::options::Options;
use super::reconnect::Attempts;
use crate::settings::{Attempt, AttemptSettings, Purpose};

/// The values in force for a series (C10, C11).
pub fn combine(
    purpose: Purpose,
    global: AttemptSettings,
    factory: AttemptSettings,
    unshared: bool,
) -> Attempts {
    let default_delay = Attempt::Delay.default_for(purpose);
    let ms = |value: i32| Duration::from_millis(u64::try_from(value).unwrap_or(0));
    let count = |value: Option<i32>| {
        u32::try_from(value.unwrap_or_else(|| Attempt::Count.default_for(purpose)))
            .unwrap_or(1)
            .max(1)
    };
    let timeout = global.timeout.or(factory.timeout).unwrap_or(0);
    let timeout = (timeout > 0).then(|| ms(timeout));
    match (unshared, global.count) {
        (true, Some(_)) => Attempts {
            rounds: count(factory.count),
            passes: count(global.count),
            pass_delay: ms(global.delay.unwrap_or(default_delay)),
            round_delay: ms(factory.delay.unwrap_or(default_delay)),
            timeout,
        },
        _ => {
            let delay = if unshared {
                factory.delay.or(global.delay)
            } else {
                global.delay.or(factory.delay)
            };
            let delay = ms(delay.unwrap_or(default_delay));
            Attempts {
                rounds: 1,
                passes: count(global.count.or(factory.count)),
                pass_delay: delay,
                round_delay: delay,
                timeout,
            }
        }
    }
}

/// How long one try of one URL may take (C13, D33).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of lookup and TCP connect
    pub connect: Option<Duration>,
    /// Of everything up to the answer to `open`; none = only silence ends it
    pub open: Option<Duration>,
    /// Of what is created again behind it; none = the rest of `open`
    pub rebuild: Option<Duration>,
}

/// The limits of a try. `timeout` is the attempt timeout, which the program sets; without one `try_timeout` stands in,
/// which gives the rebuild a time of its own: a server that is slow with it may be the only one.
pub fn limits(timeout: Option<Duration>, options: &Options, other_url_left: bool) -> Limits {
    let open = timeout.or(options.try_timeout);
    let rebuild = match (timeout, options.try_timeout) {
        (Some(_), _) => None,
        (None, Some(limit)) if other_url_left => Some(limit),
        (None, _) => Some(options.request_timeout),
    };
    Limits {
        connect: open.or(options.idle), // no call may hang on a black hole
        open,
        rebuild,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_try_is_bounded_with_and_without_an_attempt_timeout() {
        let ms = Duration::from_millis;
        let of = |connect, open, rebuild| Limits {
            connect,
            open,
            rebuild,
        };
        let (ten, minute) = (Some(ms(10_000)), Some(ms(60_000)));
        let usual = Options::default();
        assert_eq!(limits(None, &usual, true), of(ten, ten, ten));
        assert_eq!(limits(None, &usual, false), of(ten, ten, minute));
        let two = Some(ms(2000));
        assert_eq!(limits(two, &usual, true), of(two, two, None));
        assert_eq!(limits(two, &usual, false), of(two, two, None));
        let without = Options {
            try_timeout: None,
            ..Options::default()
        };
        let silence = Some(ms(20_000));
        assert_eq!(limits(None, &without, true), of(silence, None, minute));
        assert_eq!(limits(two, &without, true), of(two, two, None));
    }

    fn counts(global: Option<i32>, factory: Option<i32>, unshared: bool) -> (u32, u32) {
        let values = |count| AttemptSettings {
            count,
            ..AttemptSettings::default()
        };
        let attempts = combine(Purpose::Connect, values(global), values(factory), unshared);
        (attempts.rounds, attempts.passes)
    }

    #[test]
    fn a_global_count_overrides_or_multiplies() {
        assert_eq!(counts(Some(3), Some(5), false), (1, 3));
        assert_eq!(counts(Some(3), Some(5), true), (5, 3));
        assert_eq!(counts(None, Some(5), true), (1, 5));
        assert_eq!(counts(None, None, false), (1, 2));
        assert_eq!(counts(Some(3), None, true), (2, 3));
    }

    fn values(delay: Option<i32>, timeout: Option<i32>) -> AttemptSettings {
        AttemptSettings {
            delay,
            timeout,
            ..AttemptSettings::default()
        }
    }

    /// C10 for timeouts and delays; an unshared factory's own delay goes before a global one.
    #[test]
    fn a_global_value_that_was_set_overrides_the_factorys() {
        let combined = |global, factory, unshared| {
            let attempts = combine(Purpose::Reconnect, global, factory, unshared);
            let ms = |span: Duration| span.as_millis();
            (ms(attempts.pass_delay), attempts.timeout.map(ms))
        };
        let (unset, global) = (values(None, None), values(Some(1000), Some(1100)));
        let factory = values(Some(2000), Some(2100));
        assert_eq!(combined(unset, unset, false), (500, None));
        assert_eq!(combined(global, unset, false), (1000, Some(1100)));
        assert_eq!(combined(unset, factory, false), (2000, Some(2100)));
        assert_eq!(combined(global, factory, false), (1000, Some(1100)));
        assert_eq!(combined(global, factory, true), (2000, Some(1100)));
        assert_eq!(combined(global, unset, true), (1000, Some(1100)));
        // 0 is set, and means no limit
        assert_eq!(combined(values(None, Some(0)), factory, false).1, None);
    }
}
