//! Message ids and correlation ids between JMS texts and AMQP types (spec 30 §9.4). Nothing here blocks.

use super::text::Text;
use super::values::{encode_text, hex, uuid_text};
use crate::amqp::codec::{Encoder, ValueRef};
use crate::status::Result;

const ID: &[u8] = b"ID:";
const NO_PREFIX: &str = "ID:AMQP_NO_PREFIX:";
const STRING: &str = "ID:AMQP_STRING:";
const UUID: &str = "ID:AMQP_UUID:";
const ULONG: &str = "ID:AMQP_ULONG:";
const BINARY: &str = "ID:AMQP_BINARY:";

/// The JMS text of an AMQP id; `None` for null and for types that are no ids. A correlation id that is a string without
/// `ID:` is taken unchanged, a message id gets a prefix.
pub(super) fn id_text(value: &ValueRef<'_>, correlation: bool) -> Option<Text> {
    let prefixed = |prefix: &str, rest: &[u8]| Some(Text::new(&[prefix.as_bytes(), rest].concat()));
    match value {
        ValueRef::String(text) => {
            let typed = [NO_PREFIX, STRING, UUID, ULONG, BINARY];
            if typed
                .iter()
                .any(|prefix| text.starts_with(prefix.as_bytes()))
            {
                prefixed(STRING, text)
            } else if text.starts_with(ID) || correlation {
                Some(Text::new(text))
            } else {
                prefixed(NO_PREFIX, text)
            }
        }
        ValueRef::Uuid(uuid) => prefixed(UUID, uuid_text(uuid).as_bytes()),
        ValueRef::Ulong(number) => prefixed(ULONG, number.to_string().as_bytes()),
        ValueRef::Binary(bytes) => prefixed(BINARY, hex(bytes).as_bytes()),
        _ => None,
    }
}

/// True for the types that an id may have.
pub(super) fn is_id(value: &ValueRef<'_>) -> bool {
    matches!(
        value,
        ValueRef::Null
            | ValueRef::String(_)
            | ValueRef::Uuid(_)
            | ValueRef::Ulong(_)
            | ValueRef::Binary(_)
    )
}

/// Writes a correlation id in the type that its text names; a malformed typed form travels as plain string.
pub(super) fn encode_correlation_id(out: &mut Encoder<'_>, text: &[u8]) -> Result<()> {
    if let Some(rest) = strip(text, NO_PREFIX).or_else(|| strip(text, STRING)) {
        return encode_text(out, rest);
    }
    if let Some(uuid) = strip(text, UUID).and_then(parse_uuid) {
        out.uuid(&uuid);
    } else if let Some(number) = strip(text, ULONG).and_then(parse_ulong) {
        out.ulong(number);
    } else if let Some(bytes) = strip(text, BINARY).and_then(parse_hex) {
        out.binary(&bytes);
    } else {
        return encode_text(out, text);
    }
    Ok(())
}

fn strip<'a>(text: &'a [u8], prefix: &str) -> Option<&'a [u8]> {
    text.strip_prefix(prefix.as_bytes())
}

fn parse_ulong(text: &[u8]) -> Option<u64> {
    let digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    if digits {
        super::number::parse_integer(text)
    } else {
        None
    }
}

fn parse_hex(text: &[u8]) -> Option<Vec<u8>> {
    let nibble = |digit: u8| Some((digit as char).to_digit(16)? as u8);
    if text.len() & 1 == 1 {
        return None;
    }
    text.chunks_exact(2)
        .map(|pair| Some(nibble(pair[0])? << 4 | nibble(pair[1])?))
        .collect()
}

fn parse_uuid(text: &[u8]) -> Option<[u8; 16]> {
    let dashes = text.len() == 36
        && [8, 13, 18, 23]
            .iter()
            .all(|position| text[*position] == b'-');
    if !dashes {
        return None;
    }
    let digits: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'-').collect();
    parse_hex(&digits)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amqp::codec::Decoder;

    fn encoded(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        encode_correlation_id(&mut Encoder::new(&mut out), text.as_bytes()).unwrap();
        out
    }

    fn text(encoded: &[u8], correlation: bool) -> String {
        let value = Decoder::new(encoded).value().unwrap();
        id_text(&value, correlation)
            .unwrap()
            .to_string_lossy()
            .into_owned()
    }

    #[test]
    fn ids_of_every_type() {
        let mut inbound = Vec::new();
        type Write = fn(&mut Encoder<'_>);
        let write: [(Write, &str); 6] = [
            (|out| out.string("abc"), "ID:AMQP_NO_PREFIX:abc"),
            (|out| out.string("ID:abc"), "ID:abc"),
            (
                |out| out.string("ID:AMQP_UUID:x"),
                "ID:AMQP_STRING:ID:AMQP_UUID:x",
            ),
            (
                |out| out.uuid(&[0xAB; 16]),
                "ID:AMQP_UUID:abababab-abab-abab-abab-abababababab",
            ),
            (|out| out.ulong(42), "ID:AMQP_ULONG:42"),
            (|out| out.binary(&[0xAB]), "ID:AMQP_BINARY:AB"),
        ];
        for (write, expected) in write {
            // 30-123
            inbound.clear();
            write(&mut Encoder::new(&mut inbound));
            assert_eq!(text(&inbound, false), expected); // 30-123
            assert_eq!(encoded(expected), inbound, "{expected}"); // 30-123
        }
        inbound.clear();
        Encoder::new(&mut inbound).string("abc");
        assert_eq!(text(&inbound, true), "abc");
    }

    #[test]
    fn malformed_forms_are_plain_strings() {
        for bad in [
            "ID:AMQP_BINARY:ABC",
            "ID:AMQP_BINARY:XY",
            "ID:AMQP_UUID:x",
            "ID:AMQP_ULONG:18446744073709551616",
            "ID:AMQP_ULONG:+1",
            "ID:other",
        ] {
            let bytes = encoded(bad);
            // 30-124
            assert!(
                matches!(Decoder::new(&bytes).value(), Ok(ValueRef::String(text)) if text == bad.as_bytes())
            );
        }
        assert_eq!(encoded("ID:AMQP_BINARY:ab"), encoded("ID:AMQP_BINARY:AB"));
    }
}
