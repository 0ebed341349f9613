//! Values to AMQP and back (spec 30 §9.5). Received containers stay encoded until they are asked for; what is decoded
//! here has been checked by [`check_value`] when the message arrived. Nothing here blocks.

use std::sync::Arc;

use bytes::Bytes;

use super::bodies::MapBody;
use super::bounds::Bounds;
use super::elements::Elements;
use super::items::Items;
use super::model::{Access, Body};
use super::nesting::DEPTH_MAX;
use super::packed::{Nested, Packed};
use super::stream_body::StreamBody;
use super::text::Text;
use super::value::{Item, Value};
use crate::amqp::codec::constructor as c;
use crate::amqp::codec::{ArrayRef, DecodeError, Decoder, Encoder, MAX_EMPTY_ELEMENTS, ValueRef};
use crate::process::Lazy;
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
    let mut items = Items::with_capacity(count as usize / 2);
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
    let mut items = Vec::with_capacity(lists.iter().map(|list| list.count as usize).sum());
    for list in lists {
        let values = list.values();
        items.extend(values.map(|value| Item::from(decode_item(&list.bytes, value, access))));
    }
    items
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
            let list = Container::List(Encoded::of(source, &Elements::of(&elements)));
            Value::Stream(Nested::packed(list.shared(), access))
        }
        ValueRef::Map(elements) => {
            let map = Container::Map(Encoded::of(source, &Elements::of(&elements)));
            Value::Map(Nested::packed(map.shared(), access))
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

/// What is inside a received map or list, still encoded.
enum Container {
    List(Encoded),
    Map(Encoded),
    /// Elements of this constructor, for which there is no type in C
    Array(u8, Encoded),
}

impl Container {
    /// Empty ones have no memory of their own.
    fn shared(self) -> Arc<dyn Packed> {
        static EMPTY: Lazy<[Arc<Container>; 2]> = Lazy::new();
        let empty = || {
            let none = || Encoded {
                bytes: Bytes::new(),
                count: 0,
            };
            [Container::List(none()), Container::Map(none())].map(Arc::new)
        };
        match &self {
            Container::List(list) if list.count == 0 => EMPTY.get_or_init(empty)[0].clone(),
            Container::Map(map) if map.count == 0 => EMPTY.get_or_init(empty)[1].clone(),
            _ => Arc::new(self),
        }
    }

    fn elements(&self) -> Box<dyn Iterator<Item = ValueRef<'_>> + '_> {
        match self {
            Container::List(encoded) | Container::Map(encoded) => Box::new(encoded.values()),
            Container::Array(code, Encoded { bytes, count }) => {
                let elements = ArrayRef::of(*code, bytes, *count, CURSOR_DEPTH);
                Box::new(elements.map_while(|element| element.ok()))
            }
        }
    }
}

impl Packed for Container {
    fn unpack(&self, access: Access) -> Body {
        match self {
            Container::List(list) => Body::Stream(StreamBody::from_wire(vec![list.clone()])),
            Container::Map(map) => Body::Map(MapBody::from_wire(map.clone())),
            Container::Array(_, Encoded { bytes, count }) => {
                let mut items = Vec::with_capacity(*count as usize);
                let decoded = self.elements();
                items.extend(decoded.map(|value| Item::from(decode_item(bytes, value, access))));
                Body::Stream(StreamBody::from_items(items))
            }
        }
    }

    fn depth(&self) -> usize {
        1 + self.elements().map(depth_of).max().unwrap_or(0)
    }
}

/// True for arrays that C has a type for; all others become messages.
fn is_array_of_c(code: u8) -> bool {
    matches!(
        code,
        c::BYTE
            | c::UBYTE
            | c::SHORT
            | c::INT
            | c::SMALL_INT
            | c::USHORT
            | c::LONG
            | c::SMALL_LONG
            | c::UINT
            | c::SMALL_UINT
            | c::UINT0
            | c::FLOAT
            | c::DOUBLE
    )
}

/// How many messages inside each other a value becomes.
fn depth_of(value: ValueRef<'_>) -> usize {
    let deepest = |depth: Option<usize>| 1 + depth.unwrap_or(0);
    match value {
        ValueRef::List(elements) | ValueRef::Map(elements) => {
            let elements = elements.map_while(|element| element.ok());
            deepest(elements.map(depth_of).max())
        }
        ValueRef::Array(elements) if is_array_of_c(elements.code()) => 0,
        ValueRef::Array(elements) => {
            let elements = elements.map_while(|element| element.ok());
            deepest(elements.map(depth_of).max())
        }
        ValueRef::Described(_, mut inner) => inner.value().map_or(0, depth_of),
        _ => 0,
    }
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
        let encoded = Encoded {
            bytes: slice(source, elements.data()),
            count: ArrayRef::count(&elements),
        };
        let array = Container::Array(elements.code(), encoded);
        Value::Stream(Nested::packed(array.shared(), access))
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

/// Writes one value.
pub(super) fn encode_value(out: &mut Encoder<'_>, value: &Value, bounds: Bounds) -> Result<()> {
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
        Value::Map(nested) => nested.read(|map| encode_map(out, map.map_items()?, bounds))?,
        Value::Stream(nested) => {
            nested.read(|list| encode_list(out, list.stream_items()?, bounds))?
        }
    }
    Ok(())
}

/// Writes the items of a map message.
pub(super) fn encode_map(out: &mut Encoder<'_>, items: &Items, bounds: Bounds) -> Result<()> {
    let inside = bounds.inside()?;
    let mark = out.begin_map();
    for (name, item) in items.iter() {
        encode_text(out, name.as_bytes())?;
        encode_value(out, item.value(), inside)?;
        bounds.check(out)?;
    }
    out.end_map(mark, items.len() as u32 * 2);
    Ok(())
}

/// Writes the items of a stream message.
pub(super) fn encode_list(out: &mut Encoder<'_>, items: &[Item], bounds: Bounds) -> Result<()> {
    let inside = bounds.inside()?;
    let mark = out.begin_list();
    for item in items {
        encode_value(out, item.value(), inside)?;
        bounds.check(out)?;
    }
    out.end_list(mark, items.len() as u32);
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
