//! Values to AMQP and back (spec 30 §9.5). Received containers stay encoded until they are asked for; what is decoded
//! here has been checked by [`check_value`] when the message arrived. Nothing here blocks.

use bytes::Bytes;

use super::bodies::MapBody;
use super::elements::Elements;
use super::items::Items;
use super::model::{Access, Body, Message};
use super::nesting::{DEPTH_MAX, Nested, too_deep};
use super::stream_body::StreamBody;
use super::text::Text;
use super::value::{Item, Value};
use crate::amqp::codec::constructor as c;
use crate::amqp::codec::{ArrayRef, DecodeError, Decoder, Encoder, MAX_EMPTY_ELEMENTS, ValueRef};
use crate::status::{Error, Result, Status};

/// Room for an array or a described value inside the innermost map or list.
pub(super) const CURSOR_DEPTH: u8 = DEPTH_MAX as u8 + 2;

/// Elements of a list, or keys and values of a map, still encoded.
#[derive(Clone, Debug)]
pub(super) struct Encoded {
    bytes: Bytes,
    count: u32,
}

impl Encoded {
    pub(super) fn of(source: &Bytes, elements: &Elements<'_>) -> Encoded {
        Encoded {
            bytes: slice(source, elements.bytes()),
            count: elements.count(),
        }
    }

    fn values(&self) -> impl Iterator<Item = ValueRef<'_>> {
        values_in(&self.bytes, self.count)
    }
}

/// Encoded elements in turn. They have been checked, so an error can only be the end.
fn values_in(bytes: &[u8], count: u32) -> impl Iterator<Item = ValueRef<'_>> {
    let mut cursor = Decoder::with_depth(bytes, CURSOR_DEPTH);
    (0..count).map_while(move |_| cursor.value().ok())
}

/// A part of the payload as a share of it.
pub(super) fn slice(source: &Bytes, part: &[u8]) -> Bytes {
    if part.is_empty() {
        Bytes::new()
    } else {
        source.slice_ref(part)
    }
}

/// A cursor with the limit of message bodies.
pub(super) fn cursor(bytes: &[u8]) -> Decoder<'_> {
    Decoder::with_depth(bytes, CURSOR_DEPTH)
}

/// Checks one whole value: encoding, at most [`DEPTH_MAX`] maps and lists inside each other, and no more elements without
/// a body of their own than the payload has bytes, so that decoding costs memory in proportion to what was received.
pub(super) fn check_value(cursor: &mut Decoder<'_>) -> std::result::Result<(), DecodeError> {
    let mut empty_elements = cursor.remaining().len() + MAX_EMPTY_ELEMENTS as usize;
    check_nested(cursor.value()?, 0, &mut empty_elements)
}

fn check_nested(
    value: ValueRef<'_>,
    depth: usize,
    empty: &mut usize,
) -> std::result::Result<(), DecodeError> {
    match value {
        ValueRef::List(mut elements) | ValueRef::Map(mut elements) => {
            if depth == DEPTH_MAX {
                return Err(DecodeError::TooDeep);
            }
            while let Some(element) = elements.next_value()? {
                check_nested(element, depth + 1, empty)?;
            }
            Ok(())
        }
        ValueRef::Array(mut elements) => {
            let count = ArrayRef::count(&elements); // Iterator has a count of its own
            if elements.data().len() < count as usize {
                *empty = empty
                    .checked_sub(count as usize)
                    .ok_or(DecodeError::Count(count))?;
            }
            while let Some(element) = elements.next_value()? {
                check_nested(element, depth + 1, empty)?;
            }
            Ok(())
        }
        ValueRef::Described(_, mut inner) => check_nested(inner.value()?, depth, empty),
        _ => Ok(()),
    }
}

/// The items of a received map.
pub(super) fn decode_map(encoded: &Encoded, access: Access) -> Items {
    let Encoded { bytes, count } = encoded;
    decode_pairs(bytes, bytes, *count, |value| {
        decode_item(bytes, value, access)
    })
}

/// The application properties of a received message: `count` keys and values in `bytes`, a part of its payload.
pub(super) fn decode_properties(payload: &Bytes, bytes: &[u8], count: u32) -> Items {
    decode_pairs(payload, bytes, count, |value| {
        decode_property(payload, value)
    })
}

fn decode_pairs(
    source: &Bytes,
    bytes: &[u8],
    count: u32,
    decode: impl Fn(ValueRef<'_>) -> Value,
) -> Items {
    let mut items = Items::default();
    let mut values = values_in(bytes, count);
    while let (Some(key), Some(value)) = (values.next(), values.next()) {
        if let Some(name) = key_text(source, key) {
            items.set(&name, decode(value));
        }
    }
    items
}

/// The items of received lists, one behind the other.
pub(super) fn decode_lists(lists: &[Encoded], access: Access) -> Vec<Item> {
    let decode = |list: &Encoded| -> Vec<Item> {
        list.values()
            .map(|value| decode_item(&list.bytes, value, access).into())
            .collect()
    };
    lists.iter().flat_map(decode).collect()
}

/// The name of a map item: keys that are no texts are turned into text; `None` for containers.
fn key_text(source: &Bytes, key: ValueRef<'_>) -> Option<Vec<u8>> {
    match key {
        ValueRef::String(text) | ValueRef::Symbol(text) => Some(text.to_vec()),
        ValueRef::Null => Some(b"null".to_vec()),
        ValueRef::Binary(bytes) | ValueRef::Decimal(bytes) => Some(hex(bytes).into_bytes()),
        other => {
            let item = Item::from(decode_item(source, other, Access::ReadOnly));
            item.to_text()
                .ok()
                .flatten()
                .map(|text| text.as_bytes().to_vec())
        }
    }
}

/// One received value (spec 30 §9.5): lossless where C can hold it, readable text otherwise.
pub(super) fn decode_item(source: &Bytes, value: ValueRef<'_>, access: Access) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Bool(value) => Value::Bool(value),
        ValueRef::Byte(value) => Value::Byte(value),
        ValueRef::Short(value) => Value::Short(value),
        ValueRef::Int(value) => Value::Int(value),
        ValueRef::Long(value) | ValueRef::Timestamp(value) => Value::Long(value),
        ValueRef::Float(value) => Value::Float(value),
        ValueRef::Double(value) => Value::Double(value),
        ValueRef::Ubyte(value) => Value::Short(value.into()),
        ValueRef::Ushort(value) => Value::Int(value.into()),
        ValueRef::Uint(value) => Value::Long(value.into()),
        ValueRef::Ulong(value) => match i64::try_from(value) {
            Ok(value) => Value::Long(value),
            Err(_) => Value::Text(value.to_string().into()),
        },
        ValueRef::Char(value) => match u16::try_from(value) {
            Ok(unit) => Value::Char(unit),
            Err(_) => Value::Text(character_text(value)),
        },
        ValueRef::Uuid(value) => Value::Text(uuid_text(&value).into()),
        ValueRef::String(text) | ValueRef::Symbol(text) => Value::Text(Text::new(text)),
        ValueRef::Binary(bytes) | ValueRef::Decimal(bytes) => Value::Bytes(slice(source, bytes)),
        ValueRef::List(elements) => {
            let body = StreamBody::from_wire(vec![Encoded::of(source, &Elements::of(&elements))]);
            Value::Stream(nested(Body::Stream(body), access))
        }
        ValueRef::Map(elements) => {
            let body = MapBody::from_wire(Encoded::of(source, &Elements::of(&elements)));
            Value::Map(nested(Body::Map(body), access))
        }
        ValueRef::Array(elements) => decode_array(source, elements, access),
        ValueRef::Described(_, mut inner) => match inner.value() {
            Ok(value) => decode_item(source, value, access),
            Err(_) => Value::Null,
        },
    }
}

/// A received property: as [`decode_item`], but properties know no characters.
fn decode_property(source: &Bytes, value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Char(value) => Value::Text(character_text(value)),
        other => decode_item(source, other, Access::ReadOnly),
    }
}

fn nested(body: Body, access: Access) -> Nested {
    Nested::new(Message::nested_from_wire(body, access))
}

fn decode_array(source: &Bytes, elements: ArrayRef<'_>, access: Access) -> Value {
    /// All elements of one type; `None` if one is of another.
    fn all<T>(
        elements: &ArrayRef<'_>,
        pick: impl Fn(ValueRef<'_>) -> Option<T>,
    ) -> Option<Box<[T]>> {
        elements
            .clone()
            .map(|element| pick(element.ok()?))
            .collect()
    }
    // The constructor tells the type, so that an empty array has one too.
    let array = match elements.code() {
        c::BYTE | c::UBYTE => Some(Value::Bytes(slice(source, elements.data()))),
        c::SHORT => all(&elements, |value| match value {
            ValueRef::Short(value) => Some(value),
            _ => None,
        })
        .map(Value::Shorts),
        c::INT | c::SMALL_INT | c::USHORT => all(&elements, |value| match value {
            ValueRef::Int(value) => Some(value),
            ValueRef::Ushort(value) => Some(value.into()),
            _ => None,
        })
        .map(Value::Ints),
        c::LONG | c::SMALL_LONG | c::UINT | c::SMALL_UINT | c::UINT0 => {
            all(&elements, |value| match value {
                ValueRef::Long(value) => Some(value),
                ValueRef::Uint(value) => Some(value.into()),
                _ => None,
            })
            .map(Value::Longs)
        }
        c::FLOAT => all(&elements, |value| match value {
            ValueRef::Float(value) => Some(value),
            _ => None,
        })
        .map(Value::Floats),
        c::DOUBLE => all(&elements, |value| match value {
            ValueRef::Double(value) => Some(value),
            _ => None,
        })
        .map(Value::Doubles),
        _ => None,
    };
    array.unwrap_or_else(|| {
        let items = elements.map_while(|element| element.ok());
        let items = items
            .map(|element| decode_item(source, element, access).into())
            .collect();
        Value::Stream(nested(Body::Stream(StreamBody::from_items(items)), access))
    })
}

/// The text as AMQP string; `TIBEMS_CONVERSION_FAILED` if it is not UTF-8 (spec 30 §9.6).
pub(super) fn encode_text(out: &mut Encoder<'_>, text: &[u8]) -> Result<()> {
    match std::str::from_utf8(text) {
        Ok(text) => out.string(text),
        Err(_) => return Err(not_utf8()),
    }
    Ok(())
}

/// The status for a text that cannot travel.
pub(super) fn not_utf8() -> Error {
    Error::new(
        Status::TIBEMS_CONVERSION_FAILED,
        "a text of the message is not UTF-8",
    )
}

/// Writes one value; `depth` maps and lists are around it.
pub(super) fn encode_value(out: &mut Encoder<'_>, value: &Value, depth: usize) -> Result<()> {
    match value {
        Value::Null => out.null(),
        Value::Bool(value) => out.bool(*value),
        Value::Byte(value) => out.byte(*value),
        Value::Char(unit) => out.char((*unit).into()),
        Value::Short(value) => out.short(*value),
        Value::Int(value) => out.int(*value),
        Value::Long(value) => out.long(*value),
        Value::Float(value) => out.float(*value),
        Value::Double(value) => out.double(*value),
        Value::Text(text) => encode_text(out, text.as_bytes())?,
        Value::Bytes(bytes) => out.binary(bytes),
        Value::Shorts(values) => out.array_short(values),
        Value::Ints(values) => out.array_int(values),
        Value::Longs(values) => out.array_long(values),
        Value::Floats(values) => out.array_float(values),
        Value::Doubles(values) => out.array_double(values),
        Value::Map(nested) => encode_map(out, nested.lock().map_items()?, depth)?,
        Value::Stream(nested) => encode_list(out, nested.lock().stream_items()?, depth)?,
    }
    Ok(())
}

/// Writes the items of a map message.
pub(super) fn encode_map(out: &mut Encoder<'_>, items: &Items, depth: usize) -> Result<()> {
    check_depth(depth)?;
    let mark = out.begin_map();
    for (name, item) in items.iter() {
        encode_text(out, name.as_bytes())?;
        encode_value(out, item.value(), depth + 1)?;
        check_size(out)?;
    }
    out.end_map(mark, items.len() as u32 * 2);
    Ok(())
}

/// Writes the items of a stream message.
pub(super) fn encode_list(out: &mut Encoder<'_>, items: &[Item], depth: usize) -> Result<()> {
    check_depth(depth)?;
    let mark = out.begin_list();
    for item in items {
        encode_value(out, item.value(), depth + 1)?;
        check_size(out)?;
    }
    out.end_list(mark, items.len() as u32);
    Ok(())
}

fn check_depth(depth: usize) -> Result<()> {
    if depth >= DEPTH_MAX {
        Err(too_deep())
    } else {
        Ok(())
    }
}

/// Largest message, encoded or as archive: 512 MiB (spec 30 §5.2).
pub(super) const MESSAGE_MAX: usize = 512 * 1024 * 1024;

/// `TIBEMS_INVALID_SIZE` beyond [`MESSAGE_MAX`].
pub(super) fn check_size(out: &Encoder<'_>) -> Result<()> {
    if out.len() > MESSAGE_MAX {
        return Err(Error::new(
            Status::TIBEMS_INVALID_SIZE,
            "the message exceeds 512 MB",
        ));
    }
    Ok(())
}

fn character_text(value: u32) -> Text {
    char::from_u32(value)
        .unwrap_or(char::REPLACEMENT_CHARACTER)
        .to_string()
        .into()
}

/// Upper-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |nibble: u8| DIGITS[usize::from(nibble)] as char;
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// The canonical lower-case form.
pub(super) fn uuid_text(uuid: &[u8; 16]) -> String {
    let mut text = hex(uuid).to_ascii_lowercase();
    for position in [20, 16, 12, 8] {
        text.insert(position, '-');
    }
    text
}
