//! Messages through their AMQP form and back, and what others send. This file holds what the tests share.

mod borders;
mod differential;
mod foreign;
mod nesting;
mod random;
mod round_trips;
mod sections;

use std::collections::BTreeMap;

use bytes::Bytes;

use super::*;
use crate::amqp::codec::{Decoder, Encoder, Value as Amqp};
use crate::status::{Result, Status};

fn queue() -> Destination {
    Destination::queue("q")
}

fn send(destination: &Destination) -> SendHeaders<'_> {
    SendHeaders {
        message_id: Some("ID:1"),
        ..SendHeaders::to(destination)
    }
}

fn encoded(message: &Message, send: &SendHeaders<'_>) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    message
        .encode(send, &PlainAddresses, &mut out)
        .map(|()| out)
}

fn received(payload: Vec<u8>) -> Result<Message> {
    let own = queue();
    let received = Received {
        consumer_destination: &own,
        now_ms: 1_000_000,
        addresses: &PlainAddresses,
    };
    Message::decode(Bytes::from(payload), &received)
}

fn round_trip(message: &Message) -> Message {
    received(encoded(message, &send(&queue())).unwrap()).unwrap()
}

fn status<T>(result: Result<T>) -> Status {
    result.err().map_or(Status::TIBEMS_OK, |error| error.status)
}

/// A payload of these sections.
fn payload(sections: impl IntoIterator<Item = (u64, Amqp)>) -> Vec<u8> {
    let mut out = Vec::new();
    for (code, value) in sections {
        Encoder::new(&mut out).value(&Amqp::described(code, value));
    }
    out
}

fn annotations(msg_type: i8) -> (u64, Amqp) {
    (
        wire::MESSAGE_ANNOTATIONS,
        Amqp::Map(vec![(Amqp::symbol(wire::MSG_TYPE), Amqp::Byte(msg_type))]),
    )
}

fn content_type(kind: &str) -> (u64, Amqp) {
    let mut fields = vec![Amqp::Null; 6];
    fields.push(Amqp::symbol(kind));
    (wire::PROPERTIES, Amqp::List(fields))
}

fn text_of(message: &Message) -> Option<Vec<u8>> {
    message
        .get_text()
        .unwrap()
        .map(|text| text.as_bytes().to_vec())
}

fn bytes_of(message: &mut Message) -> Vec<u8> {
    let mut all = Vec::new();
    while let Ok([byte]) = message.read_exact() {
        all.push(byte);
    }
    all
}

fn text_message(text: &[u8]) -> Message {
    let mut message = Message::text();
    message.set_text(Some(text)).unwrap();
    message
}

/// The sections of a message that is sent, by descriptor.
fn sections_of(message: &Message) -> BTreeMap<u64, Amqp> {
    sections_in(&encoded(message, &send(&queue())).unwrap())
}

fn sections_in(payload: &[u8]) -> BTreeMap<u64, Amqp> {
    let mut cursor = Decoder::new(payload);
    let mut sections = BTreeMap::new();
    while !cursor.is_empty() {
        let code = cursor.descriptor().unwrap().code().unwrap();
        sections.insert(code, Amqp::decode(&mut cursor).unwrap());
    }
    sections
}

/// Bytes that another program has encoded (D24).
pub(crate) fn coded() -> Message {
    let mut fields = vec![Amqp::Null; 6];
    fields.extend([Amqp::symbol("text/plain"), Amqp::symbol("gzip")]);
    let data = Amqp::Binary(Bytes::from_static(b"\x1F\x8B"));
    let sections = [(wire::PROPERTIES, Amqp::List(fields)), (wire::DATA, data)];
    received(payload(sections)).unwrap()
}

/// A value of every type.
pub(crate) fn all_values() -> Vec<Value> {
    let mut inner = Message::map();
    inner.set_item(b"i", Value::Int(1)).unwrap();
    let mut list = Message::stream();
    list.stream_write(Value::text(Some(b"s"))).unwrap();
    vec![
        Value::Null,
        Value::Bool(false),
        Value::Byte(-128),
        Value::Char(0xD800),
        Value::Short(-300),
        Value::Int(-5),
        Value::Long(1 << 40),
        Value::Float(1.5),
        Value::Double(f64::MIN_POSITIVE),
        Value::text(Some("ü".as_bytes())),
        Value::Bytes(Bytes::from_static(b"\0\xFF")),
        Value::Bytes(Bytes::new()),
        Value::Map(Nested::new(inner)),
        Value::Stream(Nested::new(list)),
        Value::Shorts([1, -1, i16::MAX].into()),
        Value::Ints([1, -1, i32::MAX].into()),
        Value::Longs([1, -1, i64::MAX].into()),
        Value::Floats([0.5].into()),
        Value::Doubles([0.25, f64::INFINITY].into()),
    ]
}

/// Debug text with nested messages decoded.
fn shown(value: &Value) -> String {
    match value {
        Value::Map(nested) => {
            let message = nested.lock();
            let items = message.map_items().unwrap();
            items
                .iter()
                .map(|(name, item)| format!("{name:?}={} ", shown(item.value())))
                .collect()
        }
        Value::Stream(nested) => nested
            .lock()
            .stream_items()
            .unwrap()
            .iter()
            .map(|item| shown(item.value()) + ";")
            .collect(),
        other => format!("{other:?}"),
    }
}
