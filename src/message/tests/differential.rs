//! Reading by hand and by the codec alone gives the same, and what a decoder remembers changes nothing.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::amqp::codec::{Compound, DecodeError, ValueRef};
use crate::message::elements::{Decoded, Elements};
use crate::message::ids::is_id;
use crate::message::sections::{Remembered, Sections};
use crate::message::values;
use crate::message::wire::{Region, Span};

/// The walk over the sections with the codec alone.
fn by_codec(payload: &Bytes) -> Decoded<Sections<'_>> {
    let mut sections = Sections::default();
    let mut cursor = values::cursor(payload);
    while !cursor.is_empty() {
        match cursor.descriptor()?.code() {
            Some(wire::HEADER) => header(&mut sections, cursor.list()?)?,
            Some(wire::MESSAGE_ANNOTATIONS) => {
                let mut pairs = pairs(&mut cursor)?;
                while let Some(key) = pairs.next_value()? {
                    let value = pairs.next_value()?.ok_or(DecodeError::OddMap)?;
                    if let ValueRef::Symbol(key) | ValueRef::String(key) = key {
                        sections.front.annotation(payload, key, &value);
                    }
                }
            }
            Some(wire::PROPERTIES) => properties(&mut sections, payload, cursor.list()?)?,
            Some(wire::APPLICATION_PROPERTIES) => {
                values::check_value(&mut cursor.clone())?;
                let pairs = Elements::of(&pairs(&mut cursor)?);
                sections.properties = Some(Region::of(payload, &pairs));
            }
            Some(wire::DATA) => match cursor.value()? {
                ValueRef::Binary(data) => sections.body.add_data(data)?,
                _ => return Err(DecodeError::WrongType("data section")),
            },
            Some(wire::AMQP_SEQUENCE) => {
                values::check_value(&mut cursor.clone())?;
                sections.body.add_sequence(Elements::of(&cursor.list()?))?;
            }
            Some(wire::AMQP_VALUE) => {
                values::check_value(&mut cursor.clone())?;
                sections.body.set_value(payload, cursor.value()?)?;
            }
            _ => cursor.skip()?,
        }
    }
    Ok(sections)
}

fn pairs<'a>(cursor: &mut Decoder<'a>) -> Decoded<Compound<'a>> {
    match cursor.value()? {
        ValueRef::Map(pairs) => Ok(pairs),
        _ => Err(DecodeError::WrongType("map section")),
    }
}

/// The next element if `pick` takes it; `None` for null and for none.
fn field<'a, T>(
    list: &mut Compound<'a>,
    name: &'static str,
    pick: impl FnOnce(ValueRef<'a>) -> Option<T>,
) -> Decoded<Option<T>> {
    match list.next_value()? {
        None | Some(ValueRef::Null) => Ok(None),
        Some(value) => pick(value).map(Some).ok_or(DecodeError::WrongType(name)),
    }
}

fn uint(list: &mut Compound<'_>, name: &'static str) -> Decoded<u32> {
    let number = field(list, name, |value| match value {
        ValueRef::Uint(number) => Some(number),
        _ => None,
    })?;
    Ok(number.unwrap_or(0))
}

fn header(sections: &mut Sections<'_>, mut list: Compound<'_>) -> Decoded<()> {
    let front = &mut sections.front;
    let durable = field(&mut list, "durable", |value| match value {
        ValueRef::Bool(durable) => Some(durable),
        _ => None,
    })?;
    front.durable = durable.unwrap_or(front.durable);
    let priority = field(&mut list, "priority", |value| match value {
        ValueRef::Ubyte(priority) => Some(priority.min(9)),
        _ => None,
    })?;
    front.priority = priority.unwrap_or(front.priority);
    front.ttl = uint(&mut list, "ttl")?;
    list.skip_value()?;
    front.delivery_count = uint(&mut list, "delivery-count")?;
    list.finish()
}

fn properties<'a>(
    sections: &mut Sections<'a>,
    payload: &'a Bytes,
    mut list: Compound<'a>,
) -> Decoded<()> {
    let list = &mut list;
    fn text<'a>(list: &mut Compound<'a>, name: &'static str) -> Decoded<Option<&'a [u8]>> {
        field(list, name, |value| match value {
            ValueRef::String(text) | ValueRef::Symbol(text) => Some(text),
            _ => None,
        })
    }
    fn address<'a>(list: &mut Compound<'a>, name: &'static str) -> Decoded<Option<&'a str>> {
        text(list, name)?
            .map(|text| std::str::from_utf8(text).map_err(|_| DecodeError::Utf8))
            .transpose()
    }
    let id = |list: &mut Compound<'_>, name| {
        let before = list.items().remaining();
        let id = field(list, name, |value| is_id(&value).then_some(()))?;
        let taken = before.len() - list.items().remaining().len();
        Ok(id.map(|()| Span::of(payload, &before[..taken])))
    };
    let part = |part: Option<&[u8]>| part.map(|part| Span::of(payload, part));
    let ascii = |text: Option<&'a [u8]>| {
        text.filter(|text| text.is_ascii())
            .and_then(|text| std::str::from_utf8(text).ok())
    };
    let time = |list: &mut Compound<'_>, name| {
        field(list, name, |value| match value {
            ValueRef::Timestamp(time) => Some(time),
            _ => None,
        })
        .map(Option::unwrap_or_default)
    };
    let fields = &mut sections.fields;
    fields.message_id = id(list, "message-id")?;
    fields.user_id = part(field(list, "user-id", |value| match value {
        ValueRef::Binary(user) => Some(user),
        _ => None,
    })?);
    sections.to = address(list, "to")?;
    fields.subject = part(text(list, "subject")?);
    sections.reply_to = address(list, "reply-to")?;
    fields.correlation_id = id(list, "correlation-id")?;
    sections.content_type = ascii(text(list, "content-type")?);
    sections.content_encoding = ascii(text(list, "content-encoding")?);
    sections.expiration = time(list, "absolute-expiry-time")?;
    sections.timestamp = time(list, "creation-time")?;
    fields.group_id = part(text(list, "group-id")?);
    fields.group_sequence = uint(list, "group-sequence")?;
    fields.reply_to_group_id = part(text(list, "reply-to-group-id")?);
    list.finish()
}

/// What both ways find, or why they refuse it.
fn both_agree(payload: &Bytes) -> std::result::Result<bool, TestCaseError> {
    let expected = by_codec(payload);
    for usual in ["", "q"] {
        let mut sections = Sections::default();
        let found = sections.read(payload, usual, &mut Remembered::nothing());
        let found = found.map(|()| sections);
        prop_assert_eq!(format!("{found:?}"), format!("{expected:?}"));
    }
    Ok(expected.is_ok())
}

/// An encoded value: those that fields of messages have, in all their forms, and some that none has.
fn some_value() -> impl Strategy<Value = Vec<u8>> {
    let plain: Vec<Vec<u8>> = vec![
        vec![0x40],
        vec![0x41],
        vec![0x42],
        vec![0x56, 1],
        vec![0x56, 2],
        vec![0x43],
        vec![0x52, 7],
        vec![0x70, 0, 0, 1, 0],
        vec![0x44],
        vec![0x53, 9],
        vec![0x80, 0, 0, 0, 0, 0, 0, 0, 5],
        vec![0x50, 12],
        vec![0x51, 0xFF],
        vec![0x51, 5],
        vec![0x51, 1],
        vec![0x54, 3],
        vec![0x55, 3],
        vec![0x61, 0, 2],
        vec![0x71, 0, 0, 0, 2],
        vec![0x83, 0, 0, 1, 0, 0, 0, 0, 7],
        [vec![0x98], vec![7; 16]].concat(),
        vec![0xA0, 2, 1, 2],
        vec![0xB0, 0, 0, 0, 1, 9],
        b"\xA1\x01q".to_vec(),
        b"\xA1\x04ID:1".to_vec(),
        b"\xA1\x01\xFF".to_vec(),
        b"\xA1\x00".to_vec(),
        b"\xB1\x00\x00\x00\x02ab".to_vec(),
        b"\xA3\x0Atext/plain".to_vec(),
        b"\xA3\x18application/octet-stream".to_vec(),
        b"\xB3\x00\x00\x00\x01q".to_vec(),
        vec![0x45],
        vec![0xC0, 2, 1, 0x40],
        vec![0xC1, 1, 0],
        vec![0xC1, 3, 2, 0x40, 0x41],
        vec![0xE0, 4, 2, 0x50, 1, 2],
        vec![0xE0, 2, 5, 0x40],
        vec![0x00, 0x53, 1, 0x40],
        vec![0x99],
    ];
    select(plain)
}

/// A list, map or other container of these values, in its short or long form, with a count that is right or nearly so.
fn container(short: u8, wrong: i8, long: bool, values: &[Vec<u8>]) -> Vec<u8> {
    let body = values.concat();
    let count = (values.len() as i64 + i64::from(wrong)).max(0) as u32;
    let mut out = Vec::new();
    if long || body.len() > 250 {
        out.push(short + 0x10);
        out.extend((body.len() as u32 + 4).to_be_bytes());
        out.extend(count.to_be_bytes());
    } else {
        out.extend([short, body.len() as u8 + 1, count as u8]);
    }
    out.extend(body);
    out
}

/// The annotation keys with a meaning, encoded, and another one.
fn some_key() -> impl Strategy<Value = Vec<u8>> {
    let names = [
        wire::MSG_TYPE,
        wire::DEST,
        wire::REPLY_TO,
        wire::LEGACY_DEST,
        wire::LEGACY_REPLY_TO,
        wire::DELIVERY_MODE,
        wire::DELIVERY_TIME,
        wire::ENCODING,
        wire::ORIGIN,
        "other",
    ];
    (select(names.to_vec()), any::<bool>()).prop_map(|(name, symbol)| {
        let code = if symbol { 0xA3 } else { 0xA1 };
        [&[code, name.len() as u8], name.as_bytes()].concat()
    })
}

fn some_section() -> impl Strategy<Value = Vec<u8>> {
    let wrong = prop_oneof![12 => Just(0i8), 1 => -1i8..2];
    let descriptor = select(vec![
        vec![0x00, 0x53],
        vec![0x00, 0x53],
        vec![0x00, 0x53],
        vec![0x00, 0x80, 0, 0, 0, 0, 0, 0, 0],
    ]);
    let values = proptest::collection::vec(some_value(), 0..14);
    let pairs = proptest::collection::vec((some_key(), some_value()), 0..6);
    (
        descriptor,
        0x70u8..0x7A,
        wrong,
        any::<bool>(),
        values,
        pairs,
    )
        .prop_map(|(descriptor, code, wrong, long, values, pairs)| {
            let value = match code {
                0x70 | 0x73 | 0x76 => container(0xC0, wrong, long, &values),
                0x72 | 0x74 => {
                    let pairs: Vec<_> = pairs.into_iter().flat_map(|(k, v)| [k, v]).collect();
                    container(0xC1, wrong * 2, long, &pairs)
                }
                0x77 if long => container(0xC1, 0, wrong != 0, &values),
                _ => values.into_iter().next().unwrap_or(vec![0x45]),
            };
            [descriptor, vec![code], value].concat()
        })
}

/// Fields that are right more often than [`some_section`] has them.
fn usual_message() -> impl Strategy<Value = Vec<u8>> {
    let text = "[a-z]{0,5}";
    (text, text, 0i32..10, any::<i64>(), any::<bool>(), 0u8..6).prop_map(
        |(text, name, priority, time, reply, kind)| {
            let target = Destination::queue(if reply { "q" } else { "other" });
            let mut message = match kind {
                0 => Message::plain(),
                1 => Message::bytes(),
                2 => Message::map(),
                3 => Message::stream(),
                _ => text_message(text.as_bytes()),
            };
            let _ = message.write_bytes(text.as_bytes());
            let _ = message.set_item(b"i", Value::text(Some(text.as_bytes())));
            let _ = message.stream_write(Value::Int(priority));
            if reply {
                message.set_reply_to(Some(Destination::topic(text.as_str())));
                message.set_text_header(TextHeader::CorrelationId, Some(text.as_bytes()));
            }
            let _ = message.set_property(name.as_bytes(), Value::Int(priority));
            let headers = SendHeaders {
                priority,
                timestamp: time,
                ttl: time & 0xFF,
                ..send(&target)
            };
            encoded(&message, &headers).unwrap()
        },
    )
}

fn some_payload() -> impl Strategy<Value = Vec<u8>> {
    let flips = proptest::collection::vec((any::<Index>(), any::<u8>()), 0..3);
    let made = prop_oneof![
        usual_message(),
        proptest::collection::vec(some_section(), 0..5).prop_map(|sections| sections.concat()),
        (usual_message(), some_section()).prop_map(|(message, more)| [message, more].concat()),
        (some_section(), usual_message()).prop_map(|(more, message)| [more, message].concat()),
    ];
    let cut = prop_oneof![3 => Just(None), 1 => any::<Index>().prop_map(Some)];
    (made, any::<bool>(), flips, cut).prop_map(|(mut payload, whole, flips, cut)| {
        if whole || payload.is_empty() {
            return payload;
        }
        for (at, byte) in flips {
            let at = at.index(payload.len());
            payload[at] = byte;
        }
        if let Some(cut) = cut {
            payload.truncate(cut.index(payload.len()));
        }
        payload
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn by_hand_as_by_the_codec(payload in some_payload()) {
        both_agree(&Bytes::from(payload))?;
    }

    /// Also when the messages before were others, or none.
    #[test]
    fn remembering_changes_nothing(
        payloads in proptest::collection::vec(some_payload(), 1..6),
        order in proptest::collection::vec(any::<Index>(), 1..12),
    ) {
        let own = queue();
        let received = Received {
            consumer_destination: &own,
            now_ms: 1_000_000,
            addresses: &PlainAddresses,
        };
        let mut decoder = MessageDecoder::default();
        for index in order {
            let payload = Bytes::from(payloads[index.index(payloads.len())].clone());
            let plain = Message::decode(payload.clone(), &received);
            let remembering = decoder.decode(payload, &received);
            prop_assert_eq!(format!("{remembering:?}"), format!("{plain:?}"));
        }
    }
}

/// Every cut and every single damaged byte of a usual message.
#[test]
fn no_cut_and_no_byte_makes_a_difference() {
    let mut message = text_message(b"text");
    message.set_reply_to(Some(queue()));
    message.set_property(b"p", Value::Int(500)).unwrap();
    let payload = encoded(&message, &send(&queue())).unwrap();
    for length in 0..=payload.len() {
        both_agree(&Bytes::copy_from_slice(&payload[..length])).unwrap();
    }
    let mut refused = 0;
    for at in 0..payload.len() {
        for byte in 0..=255 {
            let mut damaged = payload.clone();
            damaged[at] = byte;
            refused += u32::from(!both_agree(&Bytes::from(damaged)).unwrap());
        }
    }
    assert!(refused > 1000, "{refused}");
}
