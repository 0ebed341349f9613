//! Reading the payload of an archive, whose checksum has been tested: shape, type codes and nesting are checked here.

use std::sync::Arc;

use bytes::Bytes;

use super::{CURSOR_DEPTH, HEADER_FIELDS, TEXT_HEADERS};
use crate::amqp::codec::{ArrayRef, Compound, DecodeError, Decoder, ValueRef};
use crate::message::bodies::{MapBody, Original, TextBody};
use crate::message::bytes_body::{BytesBody, Coding};
use crate::message::destination::{Destination, DestinationKind};
use crate::message::headers::{DeliveryMode, Headers};
use crate::message::items::Items;
use crate::message::model::{Access, Body, BodyKind, Message, empty_body};
use crate::message::nesting::DEPTH_MAX;
use crate::message::packed::{Nested, Packed};
use crate::message::stream_body::StreamBody;
use crate::message::text::Text;
use crate::message::value::{Item, Value, code};
use crate::message::values::slice;
use crate::status::{Error, Result, Status};

pub(super) fn corrupt(why: impl std::fmt::Display) -> Error {
    Error::new(
        Status::TIBEMS_CORRUPT_MSG,
        format!("the stored message is damaged: {why}"),
    )
}

fn damaged(error: DecodeError) -> Error {
    corrupt(error)
}

fn bad_field() -> Error {
    Error::new(
        Status::TIBEMS_INVALID_FIELD,
        "the stored message holds a field of unknown or wrong type",
    )
}

fn shape() -> Error {
    corrupt("its parts are not those of a message")
}

/// The read-only message of a payload.
pub(super) fn read_message(payload: &Bytes) -> Result<Message> {
    let mut cursor = Decoder::with_depth(payload, CURSOR_DEPTH);
    let mut parts = cursor.list().map_err(damaged)?;
    if !cursor.is_empty() || Compound::count(&parts) != 4 {
        return Err(shape());
    }
    let kind = next(&mut parts)?;
    let headers = read_headers(list(next(&mut parts)?)?)?;
    let properties = read_items(payload, list(next(&mut parts)?)?, 0)?;
    let body = match (kind, next(&mut parts)?) {
        (ValueRef::Ubyte(1), ValueRef::Null) => Body::Plain,
        (ValueRef::Ubyte(2), ValueRef::Binary(bytes)) => {
            Body::Bytes(BytesBody::from_wire(slice(payload, bytes)))
        }
        (ValueRef::Ubyte(2), ValueRef::List(fields)) => read_coded_bytes(payload, fields)?,
        (ValueRef::Ubyte(3), ValueRef::List(items)) => {
            Body::Map(MapBody::from_items(read_items(payload, items, 1)?))
        }
        (ValueRef::Ubyte(4), ValueRef::Null) => Body::Object(None),
        (ValueRef::Ubyte(4), ValueRef::Binary(bytes)) => Body::Object(Some(slice(payload, bytes))),
        (ValueRef::Ubyte(5), ValueRef::List(items)) => {
            Body::Stream(StreamBody::from_items(read_stream(payload, items, 1)?))
        }
        (ValueRef::Ubyte(6), ValueRef::List(fields)) => read_converted_text(payload, fields)?,
        (ValueRef::Ubyte(6), ValueRef::Null) => Body::Text(TextBody::null()),
        (ValueRef::Ubyte(6), ValueRef::Binary(text)) => {
            Body::Text(TextBody::from_bytes(Some(slice(payload, text))))
        }
        _ => return Err(shape()),
    };
    parts.finish().map_err(damaged)?;
    let mut message = Message::received(body, headers, None);
    *message.properties_mut() = properties;
    Ok(message)
}

fn read_headers(mut fields: Compound<'_>) -> Result<Headers> {
    if Compound::count(&fields) != HEADER_FIELDS {
        return Err(shape());
    }
    let mut headers = Headers::default();
    for header in TEXT_HEADERS {
        let text = match next(&mut fields)? {
            ValueRef::Null => None,
            ValueRef::Binary(text) => Some(Text::new(text)),
            _ => return Err(shape()),
        };
        headers.texts[header as usize] = text.into();
    }
    headers.destination = read_destination(next(&mut fields)?)?.into();
    headers.reply_to = read_destination(next(&mut fields)?)?.into();
    let ValueRef::Ubyte(mode) = next(&mut fields)? else {
        return Err(shape());
    };
    headers.delivery_mode = DeliveryMode::from_code(mode.into()).ok_or_else(shape)?;
    let ValueRef::Ubyte(priority @ 0..=9) = next(&mut fields)? else {
        return Err(shape());
    };
    headers.priority = priority;
    let ValueRef::Bool(redelivered) = next(&mut fields)? else {
        return Err(shape());
    };
    headers.redelivered = redelivered;
    for time in [
        &mut headers.timestamp,
        &mut headers.expiration,
        &mut headers.delivery_time,
    ] {
        let ValueRef::Long(value) = next(&mut fields)? else {
            return Err(shape());
        };
        *time = value;
    }
    fields.finish().map_err(damaged)?;
    Ok(headers)
}

fn read_destination(value: ValueRef<'_>) -> Result<Option<Destination>> {
    let mut fields = match value {
        ValueRef::Null => return Ok(None),
        other => list(other)?,
    };
    let kind = match next(&mut fields)? {
        ValueRef::Ubyte(1) => DestinationKind::Queue,
        ValueRef::Ubyte(2) => DestinationKind::Topic,
        _ => return Err(shape()),
    };
    let (ValueRef::Bool(temporary), ValueRef::Binary(name)) =
        (next(&mut fields)?, next(&mut fields)?)
    else {
        return Err(shape());
    };
    let name = std::str::from_utf8(name).map_err(|_| shape())?;
    if fields.next_value().map_err(damaged)?.is_some() {
        return Err(shape());
    }
    Ok(Some(if temporary {
        Destination::foreign_temporary(kind, name)
    } else {
        Destination::new(kind, name)
    }))
}

/// The next field: null, or what may stand in a symbol.
fn read_symbol(fields: &mut Compound<'_>) -> Result<Option<String>> {
    match next(fields)? {
        ValueRef::Null => Ok(None),
        ValueRef::Binary(text) if text.is_ascii() => {
            Ok(Some(String::from_utf8_lossy(text).into_owned()))
        }
        _ => Err(shape()),
    }
}

fn read_converted_text(payload: &Bytes, mut fields: Compound<'_>) -> Result<Body> {
    let ValueRef::Binary(text) = next(&mut fields)? else {
        return Err(shape());
    };
    let content_type = read_symbol(&mut fields)?;
    let (ValueRef::Binary(bytes), None) =
        (next(&mut fields)?, fields.next_value().map_err(damaged)?)
    else {
        return Err(shape());
    };
    let original = Original {
        content_type,
        bytes: slice(payload, bytes),
    };
    Ok(Body::Text(TextBody::converted(Text::new(text), original)))
}

fn read_coded_bytes(payload: &Bytes, mut fields: Compound<'_>) -> Result<Body> {
    let ValueRef::Binary(content) = next(&mut fields)? else {
        return Err(shape());
    };
    let coding = Coding {
        content_type: read_symbol(&mut fields)?,
        content_encoding: read_symbol(&mut fields)?,
    };
    if fields.next_value().map_err(damaged)?.is_some() {
        return Err(shape());
    }
    let body = BytesBody::from_coded(slice(payload, content), coding);
    Ok(Body::Bytes(body))
}

/// A nested message, checked and still encoded.
struct Stored {
    kind: BodyKind,
    bytes: Bytes,
    count: u32,
    /// Messages around it
    depth: usize,
}

impl Stored {
    fn body(&self) -> Result<Body> {
        let fields = Compound::of(&self.bytes, self.count, CURSOR_DEPTH);
        Ok(match self.kind {
            BodyKind::Map => Body::Map(MapBody::from_items(read_items(
                &self.bytes,
                fields,
                self.depth,
            )?)),
            _ => Body::Stream(StreamBody::from_items(read_stream(
                &self.bytes,
                fields,
                self.depth,
            )?)),
        })
    }
}

impl Packed for Stored {
    fn unpack(&self, access: Access) -> Body {
        let body = self.body().unwrap_or_else(|_| empty_body(self.kind));
        let inside = Message::nested_from_wire(body, access);
        if access != Access::ReadOnly {
            inside.nested().for_each(Nested::make_writeable);
        }
        inside.body
    }

    fn depth(&self) -> usize {
        let body = self.body().unwrap_or_else(|_| empty_body(self.kind));
        let inside = Message::nested_from_wire(body, Access::ReadOnly);
        1 + inside.nested().map(Nested::depth).max().unwrap_or(0)
    }
}

fn read_items(payload: &Bytes, mut fields: Compound<'_>, depth: usize) -> Result<Items> {
    let mut items = Items::with_capacity(Compound::count(&fields) as usize / 3);
    while let Some(name) = fields.next_value().map_err(damaged)? {
        let ValueRef::Binary(name) = name else {
            return Err(shape());
        };
        items.set(name, read_value(payload, &mut fields, depth)?);
    }
    Ok(items)
}

fn read_stream(payload: &Bytes, mut fields: Compound<'_>, depth: usize) -> Result<Vec<Item>> {
    let mut items = Vec::with_capacity(Compound::count(&fields) as usize / 2);
    while Compound::count(&fields) > 0 {
        items.push(read_value(payload, &mut fields, depth)?.into());
    }
    fields.finish().map_err(damaged)?;
    Ok(items)
}

fn read_value(payload: &Bytes, fields: &mut Compound<'_>, depth: usize) -> Result<Value> {
    let ValueRef::Ubyte(kind) = next(fields)? else {
        return Err(bad_field());
    };
    let nested = |kind: BodyKind, fields: Compound<'_>| {
        if depth >= DEPTH_MAX {
            return Err(corrupt("it is nested too deeply"));
        }
        let stored = Stored {
            kind,
            bytes: slice(payload, fields.items().remaining()),
            count: Compound::count(&fields),
            depth: depth + 1,
        };
        stored.body()?; // what is wrong is told now
        Ok(Nested::packed(Arc::new(stored), Access::ReadOnly))
    };
    Ok(match (kind, next(fields)?) {
        (code::NULL, ValueRef::Null) => Value::Null,
        (code::BOOL, ValueRef::Bool(value)) => Value::Bool(value),
        (code::BYTE, ValueRef::Byte(value)) => Value::Byte(value),
        (code::WCHAR, ValueRef::Ushort(unit)) => Value::Char(unit),
        (code::SHORT, ValueRef::Short(value)) => Value::Short(value),
        (code::INT, ValueRef::Int(value)) => Value::Int(value),
        (code::LONG, ValueRef::Long(value)) => Value::Long(value),
        (code::FLOAT, ValueRef::Float(value)) => Value::Float(value),
        (code::DOUBLE, ValueRef::Double(value)) => Value::Double(value),
        (code::UTF8, ValueRef::Binary(text)) => Value::Text(Text::new(text)),
        (code::BYTES, ValueRef::Binary(bytes)) => Value::Bytes(slice(payload, bytes)),
        (code::MAP_MSG, ValueRef::List(fields)) => Value::Map(nested(BodyKind::Map, fields)?),
        (code::STREAM_MSG, ValueRef::List(fields)) => {
            Value::Stream(nested(BodyKind::Stream, fields)?)
        }
        (kind, ValueRef::Array(elements)) => read_array(kind, elements)?,
        _ => return Err(bad_field()),
    })
}

fn read_array(kind: u8, elements: ArrayRef<'_>) -> Result<Value> {
    /// All elements as one type.
    fn all<T>(
        elements: ArrayRef<'_>,
        pick: impl Fn(ValueRef<'_>) -> Option<T>,
    ) -> Result<Box<[T]>> {
        elements
            .map(|element| pick(element.map_err(damaged)?).ok_or_else(bad_field))
            .collect()
    }
    Ok(match kind {
        code::SHORT_ARRAY => Value::Shorts(all(elements, |element| match element {
            ValueRef::Short(value) => Some(value),
            _ => None,
        })?),
        code::INT_ARRAY => Value::Ints(all(elements, |element| match element {
            ValueRef::Int(value) => Some(value),
            _ => None,
        })?),
        code::LONG_ARRAY => Value::Longs(all(elements, |element| match element {
            ValueRef::Long(value) => Some(value),
            _ => None,
        })?),
        code::FLOAT_ARRAY => Value::Floats(all(elements, |element| match element {
            ValueRef::Float(value) => Some(value),
            _ => None,
        })?),
        code::DOUBLE_ARRAY => Value::Doubles(all(elements, |element| match element {
            ValueRef::Double(value) => Some(value),
            _ => None,
        })?),
        _ => return Err(bad_field()),
    })
}

fn next<'a>(fields: &mut Compound<'a>) -> Result<ValueRef<'a>> {
    fields.next_value().map_err(damaged)?.ok_or_else(shape)
}

fn list(value: ValueRef<'_>) -> Result<Compound<'_>> {
    match value {
        ValueRef::List(fields) => Ok(fields),
        _ => Err(shape()),
    }
}
