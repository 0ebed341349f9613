//! The sections that are written, field by field (spec 30 §9.1, §9.2): what our own decoder does not show, because it
//! finds the same in another place.

use super::*;
use crate::amqp::codec::{Decoder, Descriptor};

/// The section with a descriptor.
fn section(payload: &[u8], code: u64) -> Option<Amqp> {
    let mut decoder = Decoder::new(payload);
    while !decoder.is_empty() {
        let found = decoder.descriptor().unwrap() == Descriptor::Code(code);
        let value = Amqp::decode(&mut decoder).unwrap();
        if found {
            return Some(value);
        }
    }
    None
}

fn header(change: impl Fn(&mut SendHeaders<'_>)) -> Vec<Amqp> {
    let own = queue();
    let mut headers = send(&own);
    change(&mut headers);
    let payload = encoded(&text_message(b"x"), &headers).unwrap();
    match section(&payload, wire::HEADER) {
        Some(Amqp::List(fields)) => fields,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_header_says_what_the_send_says() {
    let durable = || Amqp::Bool(true);
    assert_eq!(header(|_| {}), [durable()]);
    for mode in [DeliveryMode::NonPersistent, DeliveryMode::Reliable] {
        let fields = header(|headers| headers.delivery_mode = mode as i32);
        assert_eq!(fields, [Amqp::Bool(false)]);
    }
    for priority in [0, 3, 5, 9] {
        let fields = header(|headers| headers.priority = priority);
        assert_eq!(fields, [durable(), Amqp::Ubyte(priority as u8)]);
    }
    let fields = header(|headers| headers.ttl = 1500);
    assert_eq!(fields, [durable(), Amqp::Null, Amqp::Uint(1500)]);
    let fields = header(|headers| (headers.ttl, headers.priority) = (1, 8));
    assert_eq!(fields, [durable(), Amqp::Ubyte(8), Amqp::Uint(1)]);
    // what fits no ttl has the absolute time only
    for ttl in [i64::from(u32::MAX), 1 << 40] {
        assert_eq!(header(|headers| headers.ttl = ttl), [durable()]);
    }
}

/// The annotation with a key.
fn annotation(payload: &[u8], key: &str) -> Option<Amqp> {
    match section(payload, wire::MESSAGE_ANNOTATIONS) {
        Some(Amqp::Map(pairs)) => pairs
            .into_iter()
            .find(|(name, _)| name.as_str() == Some(key))
            .map(|(_, value)| value),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_annotation_names_the_kind_of_the_body() {
    let own = queue();
    let kinds = [
        Message::plain(),
        Message::object(),
        Message::map(),
        Message::bytes(),
        Message::stream(),
        Message::text(),
    ];
    for (code, message) in kinds.iter().enumerate() {
        let payload = encoded(message, &send(&own)).unwrap();
        let found = annotation(&payload, wire::MSG_TYPE);
        assert_eq!(found, Some(Amqp::Byte(code as i8)), "{:?}", message.kind());
    }
}

/// The content type is made of nothing but tokens.
#[test]
fn a_label_that_is_no_token_names_no_charset() {
    let own = queue();
    for (label, charset) in [
        ("windows-1252", "windows-1252"),
        ("x:y+z_1.0", "x:y+z_1.0"),
        ("a; b=c", "ISO-8859-1"),
        ("a\"b", "ISO-8859-1"),
        ("a b", "ISO-8859-1"),
    ] {
        let mut message = text_message(b"\xe4");
        message.set_text_header(TextHeader::Encoding, Some(label.as_bytes()));
        let payload = encoded(&message, &send(&own)).unwrap();
        let Some(Amqp::List(fields)) = section(&payload, wire::PROPERTIES) else {
            panic!("no properties");
        };
        let expected = format!("text/plain; charset={charset}");
        assert_eq!(fields[6].as_str(), Some(expected.as_str()), "{label}");
    }
}

#[test]
fn a_group_sequence_of_zero_is_not_sent() {
    let own = queue();
    for (number, fields) in [(0, 11), (1, 12)] {
        let mut message = Message::plain();
        let group = Value::text(Some(b"g"));
        message.set_property(b"JMSXGroupID", group).unwrap();
        let sequence = Value::Int(number);
        message.set_property(b"JMSXGroupSeq", sequence).unwrap();
        let payload = encoded(&message, &send(&own)).unwrap();
        let Some(Amqp::List(list)) = section(&payload, wire::PROPERTIES) else {
            panic!("no properties");
        };
        assert_eq!(list.len(), fields, "{number}");
    }
}
