//! Frames as clumsy as the protocol allows: symbolic descriptors, the widest form of every value, explicit nulls at
//! the end of lists and fields of a later revision behind them (spec 40 §1.2).

use tibemsufo::amqp::codec::{Decoder, Value};
use tibemsufo::amqp::frame::{TYPE_AMQP, TYPE_SASL, encode_frame};
use tibemsufo::amqp::performative::Performative;

/// Composite types: code, symbolic descriptor, number of fields.
const TYPES: &[(u64, &str, usize)] = &[
    (0x10, "amqp:open:list", 10),
    (0x11, "amqp:begin:list", 8),
    (0x12, "amqp:attach:list", 14),
    (0x13, "amqp:flow:list", 11),
    (0x14, "amqp:transfer:list", 11),
    (0x15, "amqp:disposition:list", 6),
    (0x16, "amqp:detach:list", 3),
    (0x17, "amqp:end:list", 1),
    (0x18, "amqp:close:list", 1),
    (0x1d, "amqp:error:list", 3),
    (0x23, "amqp:received:list", 2),
    (0x24, "amqp:accepted:list", 0),
    (0x25, "amqp:rejected:list", 1),
    (0x26, "amqp:released:list", 0),
    (0x27, "amqp:modified:list", 3),
    (0x28, "amqp:source:list", 11),
    (0x29, "amqp:target:list", 7),
    (0x40, "amqp:sasl-mechanisms:list", 1),
    (0x41, "amqp:sasl-init:list", 3),
    (0x42, "amqp:sasl-challenge:list", 1),
    (0x43, "amqp:sasl-response:list", 1),
    (0x44, "amqp:sasl-outcome:list", 2),
    (0x70, "amqp:header:list", 5),
    (0x73, "amqp:properties:list", 13),
];

fn sized(out: &mut Vec<u8>, code: u8, bytes: &[u8]) {
    out.push(code);
    out.extend((bytes.len() as u32).to_be_bytes());
    out.extend(bytes);
}

fn compound(out: &mut Vec<u8>, code: u8, count: usize, items: &[u8]) {
    out.push(code);
    out.extend((items.len() as u32 + 4).to_be_bytes());
    out.extend((count as u32).to_be_bytes());
    out.extend(items);
}

fn items<'a>(values: impl IntoIterator<Item = &'a Value>) -> Vec<u8> {
    let mut out = Vec::new();
    values.into_iter().for_each(|value| wide(value, &mut out));
    out
}

/// A value in its widest form.
fn wide(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.push(0x40),
        Value::Bool(on) => out.extend([0x56, u8::from(*on)]),
        Value::Ubyte(v) => out.extend([0x50, *v]),
        Value::Ushort(v) => {
            out.push(0x60);
            out.extend(v.to_be_bytes());
        }
        Value::Uint(v) => {
            out.push(0x70);
            out.extend(v.to_be_bytes());
        }
        Value::Ulong(v) => {
            out.push(0x80);
            out.extend(v.to_be_bytes());
        }
        Value::Int(v) => {
            out.push(0x71);
            out.extend(v.to_be_bytes());
        }
        Value::Long(v) => {
            out.push(0x81);
            out.extend(v.to_be_bytes());
        }
        Value::Binary(bytes) => sized(out, 0xb0, bytes),
        Value::String(text) => sized(out, 0xb1, text.as_bytes()),
        Value::Symbol(text) => sized(out, 0xb3, text.as_bytes()),
        Value::List(values) => compound(out, 0xd0, values.len(), &items(values)),
        Value::Map(pairs) => {
            let flat = pairs.iter().flat_map(|(key, value)| [key, value]);
            compound(out, 0xd1, pairs.len() * 2, &items(flat));
        }
        Value::Array(values) => {
            // of symbols: the only arrays that a peer sends
            let mut bytes = vec![0xb3];
            for value in values {
                let text = value.as_str().expect("an array of symbols");
                bytes.extend((text.len() as u32).to_be_bytes());
                bytes.extend(text.as_bytes());
            }
            compound(out, 0xf0, values.len(), &bytes);
        }
        Value::Described(descriptor, inner) => {
            out.push(0x00);
            let known = TYPES
                .iter()
                .find(|(code, ..)| **descriptor == Value::Ulong(*code));
            match (known, &**inner) {
                (Some((_, name, fields)), Value::List(values)) => {
                    wide(&Value::symbol(*name), out);
                    let mut values = values.clone();
                    values.resize(*fields, Value::Null);
                    values.push(Value::Null);
                    values.push(Value::string("a later revision"));
                    wide(&Value::List(values), out);
                }
                _ => {
                    wide(descriptor, out);
                    wide(inner, out);
                }
            }
        }
        other => panic!("{other:?} is not needed here"),
    }
}

/// A frame with the widest form of everything.
pub fn frame(channel: u16, performative: &Performative, payload: &[u8]) -> Vec<u8> {
    let mut slim = Vec::new();
    encode_frame(0, performative, &[], &mut slim);
    let value = Value::decode(&mut Decoder::new(&slim[8..])).expect("what was just encoded");
    let mut body = Vec::new();
    wide(&value, &mut body);
    body.extend(payload);
    let mut out = (body.len() as u32 + 8).to_be_bytes().to_vec();
    let kind = if performative.is_sasl() {
        TYPE_SASL
    } else {
        TYPE_AMQP
    };
    out.extend([2, kind]);
    out.extend(channel.to_be_bytes());
    out.extend(body);
    out
}
