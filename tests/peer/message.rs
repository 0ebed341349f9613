//! Messages as the peer writes and reads them.

use tibemsufo::amqp::codec::{Decoder, Encoder, Value};
use tibemsufo::amqp::performative::code;

/// A section of a message.
pub fn section(code: u64, value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    let mut enc = Encoder::new(&mut out);
    enc.descriptor(code);
    enc.value(value);
    out
}

/// A text message without any header.
pub fn text(body: &str) -> Vec<u8> {
    section(code::AMQP_VALUE, &Value::string(body))
}

/// A text message with a message id.
pub fn text_with_id(id: &str, body: &str) -> Vec<u8> {
    let mut out = section(code::PROPERTIES, &Value::List(vec![Value::string(id)]));
    out.extend(text(body));
    out
}

/// A bytes message.
pub fn data(body: &[u8]) -> Vec<u8> {
    section(
        code::DATA,
        &Value::Binary(bytes::Bytes::copy_from_slice(body)),
    )
}

/// All sections of a message.
pub fn sections(payload: &[u8]) -> Vec<(u64, Value)> {
    let mut decoder = Decoder::new(payload);
    let mut all = Vec::new();
    while !decoder.remaining().is_empty() {
        match Value::decode(&mut decoder).expect("a well formed message") {
            Value::Described(descriptor, value) => match *descriptor {
                Value::Ulong(code) => all.push((code, *value)),
                other => panic!("a section described by {other:?}"),
            },
            other => panic!("{other:?} is no section"),
        }
    }
    all
}

/// One section of a message.
pub fn find(payload: &[u8], code: u64) -> Option<Value> {
    sections(payload)
        .into_iter()
        .find(|(have, _)| *have == code)
        .map(|(_, value)| value)
}

/// A field of a list section.
pub fn field(payload: &[u8], code: u64, at: usize) -> Option<Value> {
    match find(payload, code)? {
        Value::List(mut fields) if at < fields.len() => Some(fields.swap_remove(at)),
        _ => None,
    }
}

/// The body of a text message.
pub fn text_of(payload: &[u8]) -> String {
    match find(payload, code::AMQP_VALUE) {
        Some(Value::String(text)) => text,
        other => panic!("{other:?} is no text"),
    }
}

/// Where the answer is to go.
pub fn reply_to(payload: &[u8]) -> Option<String> {
    field(payload, code::PROPERTIES, 4)?
        .as_str()
        .map(str::to_owned)
}

/// Where the message goes.
pub fn to(payload: &[u8]) -> Option<String> {
    field(payload, code::PROPERTIES, 2)?
        .as_str()
        .map(str::to_owned)
}

/// The message id.
pub fn id_of(payload: &[u8]) -> Option<String> {
    field(payload, code::PROPERTIES, 0)?
        .as_str()
        .map(str::to_owned)
}
