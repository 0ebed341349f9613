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
//! Bytes that another program has encoded are a list `[content, content type, content encoding]` in the place of the body, a
//! text that came in another charset is a list `[text, content type, content as it came]`.
//! Values follow their type code; items are flat lists of `name, code, value` (streams without names). Texts and names are
//! AMQP binary, so that any bytes of C come back exactly. Reading trusts nothing before its checksum, and then every length
//! is bounded by the payload. Nothing here blocks.

mod read;
#[cfg(test)]
mod tests;

use super::bodies::Original;
use super::bounds::{Bounds, MESSAGE_MOST};
use super::bytes_body::{Block, Coding};
use super::destination::Destination;
use super::headers::TextHeader;
use super::items::Items;
use super::model::{Body, Message};
use super::nesting::DEPTH_MAX;
use super::text::Text;
use super::value::{Item, Value};
use crate::amqp::codec::Encoder;
use crate::status::{Error, Result, Status};
use read::{corrupt, read_message};

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
    /// The archive of the present content; `TIBEMS_INVALID_SIZE` above `limit` bytes behind the preamble, or 64 levels.
    pub fn to_archive(&self, limit: usize) -> Result<Vec<u8>> {
        let mut archive = vec![0; PREAMBLE];
        let limit = limit.min(MESSAGE_MOST - PREAMBLE); // C knows the length of the whole as a number with a sign
        self.write_payload(&mut Encoder::new(&mut archive), limit)?;
        let length = archive.len() - PREAMBLE;
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
    pub fn lend_archive(&mut self, limit: usize) -> Result<&[u8]> {
        let archive = self.to_archive(limit)?;
        let last = self.archive.as_ref().map(|last| &last[..]);
        if last != Some(&archive[..]) {
            let last = self.archive.replace(Box::new(archive.into()));
            if let Some(last) = last {
                self.kept.push(Block::Shared(*last));
            }
        }
        Ok(self
            .archive
            .as_ref()
            .map(|last| &last[..])
            .unwrap_or_default())
    }

    fn write_payload(&self, out: &mut Encoder<'_>, limit: usize) -> Result<()> {
        let bounds = Bounds::new(out, limit);
        let list = out.begin_list();
        out.ubyte(self.kind() as u8);
        self.write_headers(out);
        write_items(out, self.properties(), bounds)?;
        match &self.body {
            Body::Plain => out.null(),
            Body::Text(body) => write_text(out, self.text_bytes(body), body.original()),
            Body::Bytes(body) => {
                bounds.admit(out, self.bytes_of(body).len())?;
                write_bytes(out, self.bytes_of(body), body.coding());
            }
            Body::Object(bytes) => write_binary(out, bytes.as_deref()),
            Body::Map(body) => write_items(out, body.items(self.access()), bounds.inside()?)?,
            Body::Stream(body) => write_stream(out, body.items(self.access()), bounds.inside()?)?,
        }
        out.end_list(list, 4);
        bounds.check(out)
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
    /// `TIBEMS_VERSION_MISMATCH` for one of another version, `TIBEMS_CORRUPT_MSG` for a length above the limit.
    pub fn archive_payload_length(preamble: &[u8; PREAMBLE], limit: usize) -> Result<usize> {
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
            length if length > limit.min(MESSAGE_MOST) => Err(corrupt(format_args!(
                "its length of {length} bytes exceeds {limit} (option message_limit)"
            ))),
            length => Ok(length),
        }
    }

    /// The read-only message of a whole archive.
    pub fn from_archive(archive: &[u8], limit: usize) -> Result<Message> {
        let (preamble, payload) = archive
            .split_first_chunk()
            .ok_or_else(|| corrupt("it is cut off"))?;
        let length = Message::archive_payload_length(preamble, limit)?;
        if payload.len() != length || crc32(payload).to_be_bytes() != preamble[16..20] {
            return Err(corrupt("its checksum is wrong"));
        }
        read_message(&bytes::Bytes::copy_from_slice(payload))
    }
}

fn write_binary(out: &mut Encoder<'_>, bytes: Option<&[u8]>) {
    match bytes {
        Some(bytes) => out.binary(bytes),
        None => out.null(),
    }
}

fn write_symbol(out: &mut Encoder<'_>, symbol: &Option<String>) {
    write_binary(out, symbol.as_ref().map(String::as_bytes));
}

fn write_text(out: &mut Encoder<'_>, text: Option<&[u8]>, original: Option<&Original>) {
    let Some(original) = original else {
        return write_binary(out, text);
    };
    let list = out.begin_list();
    write_binary(out, text);
    write_symbol(out, &original.content_type);
    out.binary(&original.bytes);
    out.end_list(list, 3);
}

fn write_bytes(out: &mut Encoder<'_>, bytes: &[u8], coding: Option<&Coding>) {
    let Some(coding) = coding else {
        return out.binary(bytes);
    };
    let list = out.begin_list();
    out.binary(bytes);
    write_symbol(out, &coding.content_type);
    write_symbol(out, &coding.content_encoding);
    out.end_list(list, 3);
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

fn write_items(out: &mut Encoder<'_>, items: &Items, bounds: Bounds) -> Result<()> {
    let list = out.begin_list();
    for (name, item) in items.iter() {
        out.binary(name.as_bytes());
        write_value(out, item.value(), bounds)?;
        bounds.check(out)?;
    }
    out.end_list(list, items.len() as u32 * 3);
    bounds.check(out)
}

fn write_stream(out: &mut Encoder<'_>, items: &[Item], bounds: Bounds) -> Result<()> {
    let list = out.begin_list();
    for item in items {
        write_value(out, item.value(), bounds)?;
        bounds.check(out)?;
    }
    out.end_list(list, items.len() as u32 * 2);
    bounds.check(out)
}

/// The code and the value.
fn write_value(out: &mut Encoder<'_>, value: &Value, bounds: Bounds) -> Result<()> {
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
        Value::Map(nested) => {
            let inside = bounds.inside()?;
            nested.read(|map| write_items(out, map.map_items()?, inside))?
        }
        Value::Stream(nested) => {
            let inside = bounds.inside()?;
            nested.read(|list| write_stream(out, list.stream_items()?, inside))?
        }
    }
    Ok(())
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
