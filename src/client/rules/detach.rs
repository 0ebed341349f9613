//! What a detach by the server means for the object behind the link (spec 40 §3.6, D4): one table.
//!
//! Pure. `model/attaching.rs` acts on it.

use std::time::Duration;

use super::reason::Reason;

/// Detaches in a row, none of which left anything done, after which the object is closed.
pub const GIVE_UP: u32 = 5;

/// What has come to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// The link alone, as housekeeping: it comes back by itself, silently.
    Housekeeping,
    /// One message, which the server does not take by its size: its send fails, and the link comes back.
    Message,
    /// The link, by trouble of the server: closed and reported; the next send tries one new attach.
    Trouble,
    /// The object: closed and reported, for good.
    Object,
}

/// The table. What the library itself ended stays ended.
pub fn means(reason: &Reason<'_>) -> Means {
    match (reason, reason.condition()) {
        (Reason::Library(_), _) => Means::Object,
        (_, "" | "amqp:link:detach-forced") => Means::Housekeeping,
        (_, "amqp:link:message-size-exceeded") => Means::Message,
        (_, "amqp:internal-error" | "failed") => Means::Trouble,
        _ => Means::Object,
    }
}

/// How long after the n-th detach in a row a consumer is attached again.
pub fn delay(detaches: u32) -> Duration {
    match detaches {
        0 | 1 => Duration::ZERO,
        n => Duration::from_secs((1 << (n - 2)).min(15)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amqp::performative::AmqpError;

    #[test]
    fn a_consumer_comes_back_at_growing_intervals() {
        let seconds: Vec<u64> = (1..=7).map(|detaches| delay(detaches).as_secs()).collect();
        assert_eq!(seconds, [0, 1, 2, 4, 8, 15, 15]);
    }

    #[test]
    fn the_table() {
        for (condition, expected) in [
            ("amqp:link:detach-forced", Means::Housekeeping),
            ("amqp:link:message-size-exceeded", Means::Message),
            ("amqp:internal-error", Means::Trouble),
            ("failed", Means::Trouble),
            ("amqp:link:stolen", Means::Object),
            ("amqp:resource-limit-exceeded", Means::Object),
            ("amqp:resource-deleted", Means::Object),
            ("vendor:x", Means::Object),
        ] {
            let error = AmqpError::new(condition, "because");
            assert_eq!(
                means(&Reason::Server(Some(&error))),
                expected,
                "{condition}"
            );
            assert_eq!(means(&Reason::Library(Some(&error))), Means::Object);
        }
        assert_eq!(means(&Reason::Server(None)), Means::Housekeeping);
    }
}
