//! What the engine reads of a received transfer (spec 40 §1.5): by hand in the usual encoding, which
//! is all that most peers write, with the generic reader in any other. What is wrong only the
//! generic reader says.

use crate::amqp::codec::{DecodeError, Decoder, constructor as c};
use crate::amqp::performative::code;
use crate::amqp::performative::fields::FieldReader;

/// Descriptor of a transfer in the usual encoding.
const DESCRIPTOR: u8 = code::TRANSFER as u8;

/// What the engine wants to know of a received transfer.
#[derive(Debug, PartialEq)]
pub(super) struct Received {
    pub handle: u32,
    pub delivery_id: Option<u32>,
    pub message_format: u32,
    pub settled: bool,
    pub more: bool,
    pub resume: bool,
    pub aborted: bool,
    /// Bytes of the performative
    pub length: usize,
}

impl Received {
    /// Reads the transfer at the start of a frame body.
    #[inline]
    pub fn decode(body: &[u8]) -> Result<Received, DecodeError> {
        match Received::usual(body) {
            Some(received) => Ok(received),
            None => Received::any(body),
        }
    }

    /// A transfer in the usual encoding; `None` when anything is otherwise, be it right or wrong.
    #[inline]
    fn usual(body: &[u8]) -> Option<Received> {
        let (length, mut f) = match *body {
            [
                c::DESCRIBED,
                c::SMALL_ULONG,
                DESCRIPTOR,
                c::LIST8,
                size,
                ref rest @ ..,
            ] => {
                let size = usize::from(size);
                let (count, bytes) = rest.get(..size)?.split_first()?;
                let left = u32::from(*count);
                (5 + size, Fields { bytes, left })
            }
            [
                c::DESCRIBED,
                c::SMALL_ULONG,
                DESCRIPTOR,
                c::LIST32,
                ref rest @ ..,
            ] => {
                let (size, rest) = rest.split_first_chunk()?;
                let size = u32::from_be_bytes(*size) as usize;
                let (count, bytes) = rest.get(..size)?.split_first_chunk()?;
                let left = u32::from_be_bytes(*count);
                (8 + size, Fields { bytes, left })
            }
            _ => return None,
        };
        let mut received = Received {
            handle: f.uint()??,
            delivery_id: f.uint()?,
            message_format: f.tag_and_format()?,
            settled: f.flag()?,
            more: f.flag()?,
            resume: false,
            aborted: false,
            length,
        };
        if f.left > 0 {
            f.null()?; // rcv-settle-mode
            f.null()?; // state
            received.resume = f.flag()?;
            received.aborted = f.flag()?;
            f.flag()?; // batchable
        }
        (f.left == 0 && f.bytes.is_empty()).then_some(received)
    }

    /// A transfer in any encoding.
    fn any(body: &[u8]) -> Result<Received, DecodeError> {
        let mut decoder = Decoder::new(body);
        let mut f = FieldReader::open(&mut decoder, code::TRANSFER)?;
        let handle = f.required_uint("handle")?;
        let delivery_id = f.uint("delivery-id")?;
        f.binary("delivery-tag")?; // nothing needs it (D25)
        let message_format = f.uint("message-format")?.unwrap_or(0);
        let settled = f.bool("settled")?.unwrap_or(false);
        let more = f.bool("more")?.unwrap_or(false);
        f.skip()?;
        f.skip()?;
        let resume = f.bool("resume")?.unwrap_or(false);
        let aborted = f.bool("aborted")?.unwrap_or(false);
        f.end()?;
        Ok(Received {
            handle,
            delivery_id,
            message_format,
            settled,
            more,
            resume,
            aborted,
            length: decoder.position(),
        })
    }
}

/// The fields not yet taken. Each method takes one, missing ones are null; `None` when it is
/// encoded in another way than the usual.
struct Fields<'a> {
    bytes: &'a [u8],
    left: u32,
}

impl Fields<'_> {
    /// Is there a field?
    #[inline]
    fn next(&mut self) -> bool {
        let next = self.left > 0;
        self.left -= u32::from(next);
        next
    }

    #[inline]
    fn uint(&mut self) -> Option<Option<u32>> {
        if !self.next() {
            return Some(None);
        }
        let (value, rest) = match *self.bytes {
            [c::SMALL_UINT, value, ref rest @ ..] => (Some(u32::from(value)), rest),
            [c::UINT0, ref rest @ ..] => (Some(0), rest),
            [c::UINT, a, b, c, d, ref rest @ ..] => (Some(u32::from_be_bytes([a, b, c, d])), rest),
            [c::NULL, ref rest @ ..] => (None, rest),
            _ => return None,
        };
        self.bytes = rest;
        Some(value)
    }

    /// The message-format, behind a delivery-tag that nothing needs.
    #[inline]
    fn tag_and_format(&mut self) -> Option<u32> {
        if self.next() {
            self.bytes = match *self.bytes {
                [c::BINARY8, size, ref rest @ ..] => rest.get(usize::from(size)..)?,
                [c::NULL, ref rest @ ..] => rest,
                _ => return None,
            };
        }
        Some(self.uint()?.unwrap_or(0))
    }

    /// A boolean whose default is false.
    #[inline]
    fn flag(&mut self) -> Option<bool> {
        if !self.next() {
            return Some(false);
        }
        let (value, rest) = match *self.bytes {
            [c::NULL | c::FALSE, ref rest @ ..] => (false, rest),
            [c::TRUE, ref rest @ ..] => (true, rest),
            [c::BOOLEAN, value @ (0 | 1), ref rest @ ..] => (value == 1, rest),
            _ => return None,
        };
        self.bytes = rest;
        Some(value)
    }

    #[inline]
    fn null(&mut self) -> Option<()> {
        if self.next() {
            let (first, rest) = self.bytes.split_first()?;
            if *first != c::NULL {
                return None;
            }
            self.bytes = rest;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amqp::codec::Encoder;
    use crate::amqp::performative::{DeliveryState, Transfer};
    use bytes::Bytes;
    use proptest::prelude::*;

    /// Both ways say the same; true when the transfer was in the usual encoding.
    fn agree(body: &[u8]) -> bool {
        let any = Received::any(body);
        assert_eq!(Received::decode(body), any, "{body:02x?}");
        match Received::usual(body) {
            Some(usual) => {
                assert_eq!(Ok(usual), any, "{body:02x?}");
                true
            }
            None => false,
        }
    }

    fn encoded(transfer: &Transfer) -> Vec<u8> {
        let mut bytes = Vec::new();
        transfer.encode(&mut Encoder::new(&mut bytes));
        bytes
    }

    /// A transfer with these fields, encoded as they are.
    fn listed(long: bool, count: u32, fields: &[u8]) -> Vec<u8> {
        let mut body = vec![c::DESCRIBED, c::SMALL_ULONG, DESCRIPTOR];
        if long {
            body.push(c::LIST32);
            body.extend((fields.len() as u32 + 4).to_be_bytes());
            body.extend(count.to_be_bytes());
        } else {
            body.extend([c::LIST8, fields.len() as u8 + 1, count as u8]);
        }
        body.extend_from_slice(fields);
        body
    }

    fn uint() -> BoxedStrategy<Vec<u8>> {
        prop_oneof![
            Just(vec![c::UINT0]),
            any::<u8>().prop_map(|v| vec![c::SMALL_UINT, v]),
            any::<[u8; 4]>().prop_map(|v| [&[c::UINT][..], &v].concat()),
        ]
        .boxed()
    }

    fn flag() -> BoxedStrategy<Vec<u8>> {
        prop_oneof![
            Just(vec![c::TRUE]),
            Just(vec![c::FALSE]),
            (0..3_u8).prop_map(|v| vec![c::BOOLEAN, v]),
        ]
        .boxed()
    }

    fn tag() -> BoxedStrategy<Vec<u8>> {
        let bytes = proptest::collection::vec(any::<u8>(), 0..9);
        (bytes, any::<bool>())
            .prop_map(|(bytes, long)| {
                let size = bytes.len() as u8;
                match long {
                    false => [&[c::BINARY8, size][..], &bytes].concat(),
                    true => [&[c::BINARY32, 0, 0, 0, size][..], &bytes].concat(),
                }
            })
            .boxed()
    }

    /// A value that stands in no field, or only in some.
    fn odd() -> BoxedStrategy<Vec<u8>> {
        prop_oneof![
            Just(vec![c::UBYTE, 1]),
            Just(vec![c::LIST0]),
            Just(vec![c::DESCRIBED, c::SMALL_ULONG, 0x24, c::LIST0]),
            Just(vec![0x3f]),
            uint(),
            flag(),
            tag(),
        ]
        .boxed()
    }

    /// A field: mostly what belongs there, sometimes null, seldom something else.
    fn field(right: BoxedStrategy<Vec<u8>>) -> BoxedStrategy<Vec<u8>> {
        prop_oneof![12 => right, 4 => Just(vec![c::NULL]), 1 => odd()].boxed()
    }

    fn fields() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let null = || Just(vec![c::NULL]).boxed();
        let head = (field(uint()), field(uint()), field(tag()), field(uint()));
        let flags = (field(flag()), field(flag()));
        let tail = (field(null()), field(null()));
        let more = (field(flag()), field(flag()), field(flag()), field(odd()));
        (head, flags, tail, more, 0..13_usize).prop_map(|(h, f, t, m, kept)| {
            let mut all = vec![h.0, h.1, h.2, h.3, f.0, f.1, t.0, t.1, m.0, m.1, m.2, m.3];
            all.truncate(kept);
            all
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn both_ways_agree(
            fields in fields(),
            long: bool,
            wrong_count in prop_oneof![9 => Just(0), 1 => -2..3_i32],
            behind in proptest::collection::vec(any::<u8>(), 0..4),
            damage in proptest::option::of((any::<prop::sample::Index>(), any::<u8>())),
        ) {
            let count = (fields.len() as i32 + wrong_count).max(0) as u32;
            let mut body = listed(long, count, &fields.concat());
            agree(&body);
            body.extend(behind);
            agree(&body);
            for end in 0..body.len() {
                agree(&body[..end]);
            }
            if let Some((index, byte)) = damage {
                let at = index.index(body.len());
                body[at] = byte;
                agree(&body);
            }
        }
    }

    /// What our own encoder writes, and so the peers of the tests, is read by hand.
    #[test]
    fn the_usual_encoding_is_read_by_hand() {
        let first = Transfer {
            handle: 300,
            delivery_id: Some(70),
            delivery_tag: Some(Bytes::from_static(b"tag")),
            message_format: Some(0),
            ..Transfer::default()
        };
        let next = Transfer {
            more: true,
            settled: Some(true),
            ..Transfer::default()
        };
        let last = Transfer {
            aborted: true,
            batchable: true,
            ..Transfer::default()
        };
        for transfer in [&first, &next, &last] {
            assert!(agree(&encoded(transfer)), "{transfer:?}");
        }
        let stated = Transfer {
            state: Some(DeliveryState::Accepted),
            ..first
        };
        assert!(!agree(&encoded(&stated)));
        let fields = [c::UINT0, c::SMALL_UINT, 7, c::BINARY8, 1, 9];
        for long in [false, true] {
            let body = listed(long, 3, &fields);
            assert!(agree(&body));
            let received = Received::decode(&body).unwrap();
            assert_eq!(received.delivery_id, Some(7));
            assert_eq!(received.length, body.len());
        }
    }

    /// More or fewer fields than the count says are left to the generic reader.
    #[test]
    fn a_wrong_count_is_an_error_both_ways() {
        for long in [false, true] {
            for count in [0, 1, 3, 200] {
                let body = listed(long, count, &[c::UINT0, c::UINT0]);
                assert!(!agree(&body));
                assert!(Received::decode(&body).is_err());
            }
        }
    }
}
