//! Reading the payload of an archive, whose checksum has been tested: shape, type codes and nesting are checked here.

use bytes::Bytes;

use super::{CURSOR_DEPTH, HEADER_FIELDS, TEXT_HEADERS};
use crate::amqp::codec::{ArrayRef, Compound, DecodeError, Decoder, ValueRef};
use crate::message::bodies::{MapBody, TextBody};
use crate::message::bytes_body::{BytesBody, Coding};
use crate::message::destination::{Destination, DestinationKind};
use crate::message::headers::{DeliveryMode, Headers};
use crate::message::items::Items;
use crate::message::model::{Access, Body, Message};
use crate::message::nesting::{DEPTH_MAX, Nested};
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

fn read_coded_bytes(payload: &Bytes, mut fields: Compound<'_>) -> Result<Body> {
    let symbol = |text: &[u8]| {
        let text = std::str::from_utf8(text)
            .ok()
            .filter(|text| text.is_ascii());
        text.map(str::to_owned).ok_or_else(shape)
    };
    let ValueRef::Binary(content) = next(&mut fields)? else {
        return Err(shape());
    };
    let content_type = match next(&mut fields)? {
        ValueRef::Null => None,
        ValueRef::Binary(kind) => Some(symbol(kind)?),
        _ => return Err(shape()),
    };
    let ValueRef::Binary(encoding) = next(&mut fields)? else {
        return Err(shape());
    };
    let coding = Coding {
        content_type,
        content_encoding: symbol(encoding)?,
    };
    if fields.next_value().map_err(damaged)?.is_some() {
        return Err(shape());
    }
    let body = BytesBody::from_coded(slice(payload, content), coding);
    Ok(Body::Bytes(body))
}

fn read_items(payload: &Bytes, mut fields: Compound<'_>, depth: usize) -> Result<Items> {
    let mut items = Items::default();
    while let Some(name) = fields.next_value().map_err(damaged)? {
        let ValueRef::Binary(name) = name else {
            return Err(shape());
        };
        items.set(name, read_value(payload, &mut fields, depth)?);
    }
    Ok(items)
}

fn read_stream(payload: &Bytes, mut fields: Compound<'_>, depth: usize) -> Result<Vec<Item>> {
    let mut items = Vec::new();
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
    let nested = |body: fn(&Bytes, Compound<'_>, usize) -> Result<Body>, fields| {
        if depth >= DEPTH_MAX {
            return Err(corrupt("it is nested too deeply"));
        }
        let body = body(payload, fields, depth + 1)?;
        Ok(Nested::new(Message::nested_from_wire(
            body,
            Access::ReadOnly,
        )))
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
        (code::MAP_MSG, ValueRef::List(fields)) => Value::Map(nested(
            |payload, fields, depth| {
                Ok(Body::Map(MapBody::from_items(read_items(
                    payload, fields, depth,
                )?)))
            },
            fields,
        )?),
        (code::STREAM_MSG, ValueRef::List(fields)) => Value::Stream(nested(
            |payload, fields, depth| {
                Ok(Body::Stream(StreamBody::from_items(read_stream(
                    payload, fields, depth,
                )?)))
            },
            fields,
        )?),
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
