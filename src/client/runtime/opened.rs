//! A message taken from an inbox, decoded without the lock: for the program, or not to be shown (spec 40 §2.12).

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;

use crate::amqp::engine::Settle;
use crate::client::model::Reading;
use crate::message::{DestinationKind, Message, MessageDecoder, Received};

/// Largest message that is copied out of the chunk it was read with; a chunk is some 34 kB.
const SMALL: usize = 4096;

/// What became of a taken message. Lives on the stack for a moment, so its size does not matter.
#[allow(clippy::large_enum_variant)]
pub enum Opened {
    Message(Message),
    /// Not shown: settled like this.
    Skip(Settle),
}

/// Milliseconds since 1970.
pub fn now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| {
            i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
        })
}

/// Decodes a message. Expired, undecodable and own no-local messages are not
/// shown, nor those of the broker itself to who asks for everything. `decoder` remembers the one before.
pub fn open(
    decoder: &mut MessageDecoder,
    payload: &Bytes,
    reading: &Reading,
    now_ms: i64,
) -> Opened {
    let received = Received {
        consumer_destination: &reading.destination,
        now_ms,
        addresses: &*reading.profile,
    };
    let unwanted = Settle::Modified {
        delivery_failed: true,
        undeliverable_here: true,
    };
    let Ok(message) = decoder.decode(unpinned(payload), &received) else {
        return Opened::Skip(unwanted);
    };
    let own = reading.own_mark.as_deref();
    let local = own.is_some_and(|own| message.origin() == Some(own));
    let expired = message.expiration() != 0 && message.expiration() <= now_ms;
    let topic = reading.destination.kind() == DestinationKind::Topic;
    let brokers = reading.hides_own
        && (message.destination()).is_some_and(|found| reading.profile.is_own(found));
    match (local || brokers, expired) {
        (true, _) => Opened::Skip(Settle::Accepted),
        (_, true) if topic => Opened::Skip(Settle::Accepted),
        (_, true) => Opened::Skip(unwanted),
        _ => Opened::Message(message),
    }
}

/// The bytes of a message for a program that may keep it: a small one gets memory of its own, because with it a whole
/// chunk of what was read would stay (D20).
fn unpinned(payload: &Bytes) -> Bytes {
    match payload.len() {
        0..=SMALL => Bytes::copy_from_slice(payload),
        _ => payload.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_message_keeps_no_chunk() {
        let chunk = Bytes::from(vec![7; 34_000]);
        for (size, shared) in [(100, false), (SMALL, false), (SMALL + 1, true)] {
            let part = chunk.slice(1000..1000 + size);
            let own = unpinned(&part);
            assert_eq!(own, part);
            assert_eq!(own.as_ptr() == part.as_ptr(), shared, "{size}");
        }
    }
}
