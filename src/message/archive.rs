//! Messages as bytes and back, for programs that store them (spec 30 §6).
//!
//! The format is this library's own. All integers are big-endian:
//!
//! | bytes | content |
//! | --- | --- |
//! | 0..8 | magic |
//! | 8..10, 10..12 | version, flags (0) |
//! | 12..16 | length of the payload |
//! | 16..20 | CRC-32 of the payload |
//! | 20..24 | CRC-32 of the 20 bytes before |
//! | 24.. | payload: one AMQP list `[body kind, headers, properties, body]` |
//!
//! Values follow their type code; items are flat lists of `name, code, value` (streams without names). Texts and names are
//! AMQP binary, so that any bytes of C come back exactly. Reading trusts nothing before its checksum, and then every length
//! is bounded by the payload. Nothing here blocks.

use bytes::Bytes;

use super::bodies::{MapBody, TextBody};
use super::bytes_body::{Block, BytesBody};
use super::destination::{Destination, DestinationKind};
use super::headers::{DeliveryMode, Headers, TextHeader};
use super::items::Items;
use super::model::{Access, Body, Message};
use super::nesting::{DEPTH_MAX, Nested, too_deep};
use super::stream_body::StreamBody;
use super::text::Text;
use super::value::{Item, Value, code};
use super::values::{MESSAGE_MAX, check_size, slice};
use crate::amqp::codec::{ArrayRef, Compound, DecodeError, Decoder, Encoder, ValueRef};
use crate::status::{Error, Result, Status};

/// First byte outside ASCII, and both line ends: text that was taken for an archive, or an archive that was treated as
/// text, is found out.
const MAGIC: [u8; 8] = [0x9D, b'U', b'F', b'O', b'\r', b'\n', 0x1A, b'\n'];
const VERSION: u16 = 1;
/// Bytes before the payload.
pub const PREAMBLE: usize = 24;
/// Headers: 4 texts, 2 destinations, 6 numbers.
const HEADER_FIELDS: u32 = 12;
const TEXT_HEADERS: [TextHeader; 4] = [
    TextHeader::MessageId,
    TextHeader::CorrelationId,
    TextHeader::Type,
    TextHeader::Encoding,
];
/// Payload, body, 64 messages, an array in the innermost.
const CURSOR_DEPTH: u8 = DEPTH_MAX as u8 + 4;

impl Message {
    /// The archive of the present content; `TIBEMS_INVALID_SIZE` above 512 MB or 64 levels.
    pub fn to_archive(&self) -> Result<Vec<u8>> {
        let mut archive = vec![0; PREAMBLE];
        self.write_payload(&mut Encoder::new(&mut archive))?;
        let length = archive.len() - PREAMBLE;
        if length > MESSAGE_MAX {
            return Err(Error::new(
                Status::TIBEMS_INVALID_SIZE,
                "the message exceeds 512 MB",
            ));
        }
        let checksum = crc32(&archive[PREAMBLE..]);
        archive[..8].copy_from_slice(&MAGIC);
        archive[8..10].copy_from_slice(&VERSION.to_be_bytes());
        archive[12..16].copy_from_slice(&(length as u32).to_be_bytes());
        archive[16..20].copy_from_slice(&checksum.to_be_bytes());
        let checksum = crc32(&archive[..20]);
        archive[20..24].copy_from_slice(&checksum.to_be_bytes());
        Ok(archive)
    }

    /// `tibemsMsg_GetAsBytes`: the same block while the message is unchanged; earlier ones stay until Destroy.
    pub fn lend_archive(&mut self) -> Result<&[u8]> {
        let archive = self.to_archive()?;
        let changed = self.archive.as_deref() != Some(&archive[..]);
        let old = changed.then(|| self.archive.replace(archive.into()));
        if let Some(old) = old.flatten() {
            self.kept.push(Block::Shared(old));
        }
        Ok(self.archive.as_deref().unwrap_or_default())
    }

    fn write_payload(&self, out: &mut Encoder<'_>) -> Result<()> {
        let list = out.begin_list();
        out.ubyte(self.kind() as u8);
        self.write_headers(out);
        write_items(out, self.properties(), 0)?;
        match &self.body {
            Body::Plain => out.null(),
            Body::Text(body) => write_binary(out, body.as_bytes()),
            Body::Bytes(body) => out.binary(body.as_bytes()),
            Body::Object(bytes) => write_binary(out, bytes.as_deref()),
            Body::Map(body) => write_items(out, body.items(self.access()), 1)?,
            Body::Stream(body) => write_stream(out, body.items(self.access()), 1)?,
        }
        out.end_list(list, 4);
        check_size(out)
    }

    fn write_headers(&self, out: &mut Encoder<'_>) {
        let list = out.begin_list();
        for header in TEXT_HEADERS {
            write_binary(out, self.text_header(header).map(Text::as_bytes));
        }
        write_destination(out, self.destination());
        write_destination(out, self.reply_to());
        out.ubyte(self.delivery_mode() as u8);
        out.ubyte(self.priority() as u8);
        out.bool(self.redelivered());
        out.long(self.timestamp());
        out.long(self.expiration());
        out.long(self.delivery_time());
        out.end_list(list, HEADER_FIELDS);
    }

    /// The length of the payload that follows these bytes. `TIBEMS_INVALID_MSG` if they begin no archive,
    /// `TIBEMS_VERSION_MISMATCH` for one of another version, `TIBEMS_CORRUPT_MSG` for an impossible length.
    pub fn archive_payload_length(preamble: &[u8; PREAMBLE]) -> Result<usize> {
        let number = |at: usize| {
            preamble[at..at + 4]
                .iter()
                .fold(0, |number, byte| number << 8 | u32::from(*byte))
        };
        if preamble[..8] != MAGIC || number(20) != crc32(&preamble[..20]) {
            return Err(Error::new(
                Status::TIBEMS_INVALID_MSG,
                "the bytes are no message of this library",
            ));
        }
        if number(8) != u32::from(VERSION) << 16 {
            return Err(Error::new(
                Status::TIBEMS_VERSION_MISMATCH,
                "the message was stored by another version",
            ));
        }
        match number(12) as usize {
            length if length > MESSAGE_MAX => Err(corrupt("its length is impossible")),
            length => Ok(length),
        }
    }

    /// The read-only message of a whole archive.
    pub fn from_archive(archive: &[u8]) -> Result<Message> {
        let (preamble, payload) = archive
            .split_first_chunk()
            .ok_or_else(|| corrupt("it is cut off"))?;
        let length = Message::archive_payload_length(preamble)?;
        if payload.len() != length || crc32(payload).to_be_bytes() != preamble[16..20] {
            return Err(corrupt("its checksum is wrong"));
        }
        read_message(&Bytes::copy_from_slice(payload))
    }
}

fn write_binary(out: &mut Encoder<'_>, bytes: Option<&[u8]>) {
    match bytes {
        Some(bytes) => out.binary(bytes),
        None => out.null(),
    }
}

fn write_destination(out: &mut Encoder<'_>, destination: Option<&Destination>) {
    let Some(destination) = destination else {
        return out.null();
    };
    let list = out.begin_list();
    out.ubyte(destination.kind() as u8);
    out.bool(destination.is_temporary());
    out.binary(destination.name_str().as_bytes());
    out.end_list(list, 3);
}

fn write_items(out: &mut Encoder<'_>, items: &Items, depth: usize) -> Result<()> {
    check_depth(depth)?;
    let list = out.begin_list();
    for (name, item) in items.iter() {
        out.binary(name.as_bytes());
        write_value(out, item.value(), depth)?;
    }
    out.end_list(list, items.len() as u32 * 3);
    check_size(out)
}

fn write_stream(out: &mut Encoder<'_>, items: &[Item], depth: usize) -> Result<()> {
    check_depth(depth)?;
    let list = out.begin_list();
    for item in items {
        write_value(out, item.value(), depth)?;
    }
    out.end_list(list, items.len() as u32 * 2);
    check_size(out)
}

fn check_depth(depth: usize) -> Result<()> {
    if depth > DEPTH_MAX {
        Err(too_deep())
    } else {
        Ok(())
    }
}

/// The code and the value.
fn write_value(out: &mut Encoder<'_>, value: &Value, depth: usize) -> Result<()> {
    out.ubyte(value.code());
    match value {
        Value::Null => out.null(),
        Value::Bool(value) => out.bool(*value),
        Value::Byte(value) => out.byte(*value),
        Value::Char(unit) => out.ushort(*unit),
        Value::Short(value) => out.short(*value),
        Value::Int(value) => out.int(*value),
        Value::Long(value) => out.long(*value),
        Value::Float(value) => out.float(*value),
        Value::Double(value) => out.double(*value),
        Value::Text(text) => out.binary(text.as_bytes()),
        Value::Bytes(bytes) => out.binary(bytes),
        Value::Shorts(values) => out.array_short(values),
        Value::Ints(values) => out.array_int(values),
        Value::Longs(values) => out.array_long(values),
        Value::Floats(values) => out.array_float(values),
        Value::Doubles(values) => out.array_double(values),
        Value::Map(nested) => write_items(out, nested.lock().map_items()?, depth + 1)?,
        Value::Stream(nested) => write_stream(out, nested.lock().stream_items()?, depth + 1)?,
    }
    Ok(())
}

fn corrupt(why: impl std::fmt::Display) -> Error {
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

fn read_message(payload: &Bytes) -> Result<Message> {
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
        (ValueRef::Ubyte(3), ValueRef::List(items)) => {
            Body::Map(MapBody::from_items(read_items(payload, items, 1)?))
        }
        (ValueRef::Ubyte(4), ValueRef::Null) => Body::Object(None),
        (ValueRef::Ubyte(4), ValueRef::Binary(bytes)) => Body::Object(Some(slice(payload, bytes))),
        (ValueRef::Ubyte(5), ValueRef::List(items)) => {
            Body::Stream(StreamBody::from_items(read_stream(payload, items, 1)?))
        }
        (ValueRef::Ubyte(6), ValueRef::Null) => Body::Text(TextBody::from_wire(None)),
        (ValueRef::Ubyte(6), ValueRef::Binary(text)) => {
            Body::Text(TextBody::from_wire(Some(slice(payload, text))))
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

/// CRC-32 as in IEEE 802.3.
fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut index = 0;
        while index < 256 {
            let mut remainder = index as u32;
            let mut bit = 0;
            while bit < 8 {
                remainder = if remainder & 1 == 1 {
                    remainder >> 1 ^ 0xEDB8_8320
                } else {
                    remainder >> 1
                };
                bit += 1;
            }
            table[index] = remainder;
            index += 1;
        }
        table
    };
    !bytes.iter().fold(!0, |crc, byte| {
        crc >> 8 ^ TABLE[usize::from(crc as u8 ^ byte)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::BodyKind;
    use crate::message::tests::all_values;

    fn sealed(payload: &[u8]) -> Vec<u8> {
        let mut archive = Message::plain().to_archive().unwrap()[..PREAMBLE].to_vec();
        archive[12..16].copy_from_slice(&(payload.len() as u32).to_be_bytes());
        archive[16..20].copy_from_slice(&crc32(payload).to_be_bytes());
        reseal(&mut archive);
        archive.extend_from_slice(payload);
        archive
    }

    fn reseal(archive: &mut [u8]) {
        let checksum = crc32(&archive[..20]);
        archive[20..24].copy_from_slice(&checksum.to_be_bytes());
    }

    fn status(archive: &[u8]) -> Status {
        Message::from_archive(archive)
            .err()
            .map_or(Status::TIBEMS_OK, |error| error.status)
    }

    /// A message of this kind with every header and type of property.
    fn full(kind: BodyKind) -> Message {
        let mut message = Message::of_kind(kind);
        for header in TEXT_HEADERS {
            message.set_text_header(header, Some(b"\xE9 header"));
        }
        message.set_destination(Some(Destination::topic("t")));
        message.set_reply_to(Some(Destination::foreign_temporary(
            DestinationKind::Queue,
            "tmp",
        )));
        message.set_delivery_mode(22).unwrap();
        message.set_priority(9).unwrap();
        message.set_redelivered(true);
        message.set_timestamp(-1);
        message.set_expiration(i64::MAX);
        for (number, value) in all_values().into_iter().enumerate() {
            message
                .set_property(format!("p{number}").as_bytes(), value.clone())
                .unwrap();
            match kind {
                BodyKind::Map => message
                    .set_item(format!("é{number}").as_bytes(), value)
                    .unwrap(),
                BodyKind::Stream => message.stream_write(value).unwrap(),
                _ => {}
            }
        }
        match kind {
            BodyKind::Text => message.set_text(Some(b"t\xE9xt")).unwrap(),
            BodyKind::Bytes => message.write_bytes(b"\0\x01").unwrap(),
            BodyKind::Object => message.set_object_bytes(Some(b"")).unwrap(),
            _ => {}
        }
        message
    }

    const KINDS: [BodyKind; 6] = [
        BodyKind::Plain,
        BodyKind::Bytes,
        BodyKind::Map,
        BodyKind::Object,
        BodyKind::Stream,
        BodyKind::Text,
    ];

    #[test]
    fn everything_comes_back_read_only() {
        for kind in KINDS {
            for message in [Message::of_kind(kind), full(kind)] {
                let archive = message.to_archive().unwrap();
                let mut back = Message::from_archive(&archive).unwrap();
                assert_eq!(back.to_archive().unwrap(), archive);
                assert_eq!((back.kind(), back.access()), (kind, Access::ReadOnly));
                let refused = back.set_property(b"x", Value::Null).unwrap_err();
                assert_eq!(refused.status, Status::TIBEMS_MSG_NOT_WRITEABLE);
            }
        }
    }

    #[test]
    fn the_block_is_the_same_while_nothing_changes() {
        let mut message = full(BodyKind::Map);
        let first = message.lend_archive().unwrap().as_ptr();
        assert_eq!(message.lend_archive().unwrap().as_ptr(), first);
        message.set_priority(1).unwrap();
        let second = message.lend_archive().unwrap().as_ptr();
        assert_ne!(first, second);
        assert_eq!(message.lend_archive().unwrap().as_ptr(), second);
    }

    /// Case 30-114.
    #[test]
    fn every_flipped_bit_is_found() {
        let archive = full(BodyKind::Map).to_archive().unwrap();
        for bit in 0..archive.len() * 8 {
            let mut damaged = archive.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let found = status(&damaged);
            let expected = if bit < PREAMBLE * 8 {
                Status::TIBEMS_INVALID_MSG
            } else {
                Status::TIBEMS_CORRUPT_MSG
            };
            assert_eq!(found, expected, "bit {bit}");
        }
    }

    #[test]
    fn preambles() {
        assert_eq!(status(&[0; 100]), Status::TIBEMS_INVALID_MSG);
        let good = Message::plain().to_archive().unwrap();
        for (at, value, expected) in [
            (9, 2, Status::TIBEMS_VERSION_MISMATCH),
            (10, 1, Status::TIBEMS_VERSION_MISMATCH),
            (12, 0xFF, Status::TIBEMS_CORRUPT_MSG),
        ] {
            let mut changed = good.clone();
            changed[at] = value;
            reseal(&mut changed);
            assert_eq!(status(&changed), expected, "{at}");
        }
    }

    /// Case 30-115: checksums are right, the content is not.
    #[test]
    fn hostile_payloads() {
        let good = Message::map().to_archive().unwrap()[PREAMBLE..].to_vec();
        let mut trailing = good.clone();
        trailing.push(0x40);
        assert_eq!(status(&sealed(&trailing)), Status::TIBEMS_CORRUPT_MSG);
        assert_eq!(status(&sealed(&[])), Status::TIBEMS_CORRUPT_MSG);
        let start = &good[..good.len() - 1]; // the body of an empty map is an empty list, one byte
        let with_body = |body: &[u8]| {
            let mut payload = [start, body].concat();
            payload[1] = (payload.len() - 2) as u8;
            if payload.len() > 255 {
                let mut long = vec![0xD0, 0, 0, 0, 0, 0, 0, 0, 4];
                long.extend_from_slice(&payload[3..]);
                let size = (long.len() - 5) as u32;
                long[1..5].copy_from_slice(&size.to_be_bytes());
                payload = long;
            }
            status(&sealed(&payload))
        };
        assert_eq!(with_body(&[0x45]), Status::TIBEMS_OK);
        assert_eq!(
            with_body(&[0xD0, 0, 0, 0, 4, 0xFF, 0xFF, 0xFF, 0xFF]),
            Status::TIBEMS_CORRUPT_MSG
        );
        assert_eq!(with_body(&[0xC1, 2, 1, 0x40]), Status::TIBEMS_CORRUPT_MSG);
        assert_eq!(
            with_body(&[0xF0, 0, 0, 0, 5, 0x80, 0, 0, 0, 0x40]),
            Status::TIBEMS_CORRUPT_MSG
        );
        // name "n", code 99
        assert_eq!(
            with_body(&[0xC0, 7, 3, 0xA0, 1, b'n', 0x50, 99, 0x40]),
            Status::TIBEMS_INVALID_FIELD
        );
        // code 5 (int) with a long
        assert_eq!(
            with_body(&[0xC0, 8, 3, 0xA0, 1, b'n', 0x50, 5, 0x55, 1]),
            Status::TIBEMS_INVALID_FIELD
        );
        // two of three
        assert_eq!(
            with_body(&[0xC0, 6, 2, 0xA0, 1, b'n', 0x50, 5]),
            Status::TIBEMS_CORRUPT_MSG
        );
        let mut deep = vec![0x45];
        for _ in 0..10_000 {
            let mut outer = vec![0xD0, 0, 0, 0, 0, 0, 0, 0, 3, 0xA0, 0, 0x50, code::MAP_MSG];
            outer.extend_from_slice(&deep);
            let size = (outer.len() - 5) as u32;
            outer[1..5].copy_from_slice(&size.to_be_bytes());
            deep = outer;
        }
        assert_eq!(with_body(&deep), Status::TIBEMS_CORRUPT_MSG);
    }

    proptest::proptest! {
        /// Damage that the checksums do not show: no panic, and what is accepted can be stored again.
        #[test]
        fn damaged_payloads(
            kind in 0..KINDS.len(),
            damage in proptest::collection::vec((proptest::prelude::any::<proptest::sample::Index>(), 0u8..), 1..6),
        ) {
            let mut payload = full(KINDS[kind]).to_archive().unwrap()[PREAMBLE..].to_vec();
            for (index, byte) in damage {
                let at = index.index(payload.len());
                payload[at] = byte;
            }
            match Message::from_archive(&sealed(&payload)) {
                Ok(message) => assert!(message.to_archive().is_ok()),
                Err(error) => assert!(matches!(
                    error.status,
                    Status::TIBEMS_CORRUPT_MSG | Status::TIBEMS_INVALID_FIELD
                )),
            }
        }
    }

    #[test]
    fn checksum() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }
}
