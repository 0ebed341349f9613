//! What the sections of a received message say. Called by `decode` and `readdress`. Nothing here blocks.

use bytes::Bytes;

use super::classify::BodySections;
use super::destination::DestinationKind;
use super::elements::{self, Decoded, Elements};
use super::headers::{DeliveryMode, PRIORITY};
use super::values;
use super::wire::{self, Fields, Region, Span};
use crate::amqp::codec::{DecodeError, ValueRef};

/// What the sections before the properties say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Front {
    pub(super) durable: bool,
    pub(super) priority: u8,
    pub(super) ttl: u32,
    pub(super) delivery_count: u32,
    pub(super) reliable: bool,
    pub(super) msg_type: Option<i8>,
    pub(super) to_kind: Option<(DestinationKind, bool)>,
    pub(super) reply_kind: Option<(DestinationKind, bool)>,
    pub(super) delivery_time: Option<i64>,
    pub(super) encoding: Option<Span>,
    pub(super) origin: Option<Span>,
}

/// What all sections say.
#[derive(Debug, Default)]
pub(super) struct Sections<'a> {
    pub(super) front: Front,
    pub(super) fields: Fields,
    pub(super) to: Option<&'a str>,
    pub(super) reply_to: Option<&'a str>,
    pub(super) content_type: Option<&'a str>,
    pub(super) content_encoding: Option<&'a str>,
    pub(super) expiration: i64,
    pub(super) timestamp: i64,
    pub(super) properties: Option<Region>,
    pub(super) body: BodySections<'a>,
}

/// The sections before the properties of the message that was decoded last. They tell the same wherever they stand at
/// the beginning of a payload, and messages of one sender seldom differ in them.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    bytes: Vec<u8>,
    front: Front,
    /// Longest that is worth it.
    room: usize,
}

impl Remembered {
    /// Remembers sections of the usual length.
    pub(super) fn new() -> Remembered {
        Remembered {
            room: 256,
            ..Remembered::default()
        }
    }

    /// What is never of use.
    pub(super) fn nothing() -> Remembered {
        Remembered::default()
    }

    /// What follows the remembered sections, if the payload begins with them.
    fn skip<'a>(&self, payload: &'a [u8]) -> Option<&'a [u8]> {
        match self.bytes.len() {
            0 => None,
            _ => payload.strip_prefix(&self.bytes[..]),
        }
    }

    fn keep(&mut self, bytes: &[u8], front: &Front) {
        if bytes.len() <= self.room {
            self.bytes.clear();
            self.bytes.extend_from_slice(bytes);
            self.front = *front;
        }
    }
}

impl Default for Front {
    fn default() -> Front {
        Front {
            durable: false,
            priority: PRIORITY,
            ttl: 0,
            delivery_count: 0,
            reliable: false,
            msg_type: None,
            to_kind: None,
            reply_kind: None,
            delivery_time: None,
            encoding: None,
            origin: None,
        }
    }
}

impl<'a> Sections<'a> {
    /// What `translate` makes of the reply address, if there is one.
    pub(super) fn reply_address(
        &self,
        translate: impl FnOnce(&str, DestinationKind, bool) -> String,
    ) -> Option<String> {
        let address = self.reply_to.filter(|address| !address.is_empty())?;
        let (kind, temporary) = self
            .front
            .reply_kind
            .unwrap_or((DestinationKind::Queue, false));
        Some(translate(address, kind, temporary))
    }

    /// Reads all sections; `usual` is the address that most messages have.
    pub(super) fn read(
        &mut self,
        payload: &'a Bytes,
        usual: &'a str,
        remembered: &mut Remembered,
    ) -> Decoded<()> {
        let mut rest = self.read_front(payload, remembered)?;
        while !rest.is_empty() {
            rest = self.read_section(payload, rest, usual)?;
        }
        Ok(())
    }

    /// Reads the sections before the properties, as far as they are not those of the message before; what follows them.
    fn read_front(&mut self, payload: &'a Bytes, remembered: &mut Remembered) -> Decoded<&'a [u8]> {
        let mut rest = &payload[..];
        if let Some(after) = remembered.skip(rest) {
            self.front = remembered.front;
            rest = after;
        }
        let known = rest.len();
        while !rest.is_empty() {
            let (code, bytes) = elements::descriptor(rest)?;
            match self.front.read_section(payload, code, bytes)? {
                Some(after) => rest = after,
                None => break,
            }
        }
        if rest.len() != known {
            remembered.keep(&payload[..payload.len() - rest.len()], &self.front);
        }
        Ok(rest)
    }

    /// Reads the section that comes next; what follows it.
    fn read_section(
        &mut self,
        payload: &'a Bytes,
        bytes: &'a [u8],
        usual: &'a str,
    ) -> Decoded<&'a [u8]> {
        let (code, bytes) = elements::descriptor(bytes)?;
        match code {
            Some(wire::PROPERTIES) => {
                let (list, rest) = elements::list(bytes)?;
                self.read_properties(payload, list, usual)?;
                Ok(rest)
            }
            Some(wire::APPLICATION_PROPERTIES) => {
                let (pairs, rest) = checked(bytes, elements::map)?;
                self.properties = Some(Region::of(payload, &pairs));
                Ok(rest)
            }
            Some(wire::DATA) => {
                let (data, rest) = elements::data(bytes)?;
                self.body.add_data(data)?;
                Ok(rest)
            }
            Some(wire::AMQP_SEQUENCE) => {
                let (list, rest) = checked(bytes, elements::list)?;
                self.body.add_sequence(list)?;
                Ok(rest)
            }
            Some(wire::AMQP_VALUE) => {
                let (value, rest) = body_value(bytes)?;
                self.body.set_value(payload, value)?;
                Ok(rest)
            }
            _ => match self.front.read_section(payload, code, bytes)? {
                Some(rest) => Ok(rest),
                None => {
                    let mut cursor = values::cursor(bytes);
                    cursor.skip()?;
                    Ok(cursor.remaining())
                }
            },
        }
    }

    fn read_properties(
        &mut self,
        payload: &'a Bytes,
        mut list: Elements<'a>,
        usual: &'a str,
    ) -> Decoded<()> {
        let part = |part: Option<&[u8]>| part.map(|part| Span::of(payload, part));
        self.fields.message_id = list.id(payload, "message-id")?;
        self.fields.user_id = part(list.binary("user-id")?);
        self.to = list.address("to", usual)?;
        self.fields.subject = part(list.text("subject")?);
        self.reply_to = list.address("reply-to", usual)?;
        self.fields.correlation_id = list.id(payload, "correlation-id")?;
        self.content_type = ascii(list.text("content-type")?);
        self.content_encoding = ascii(list.text("content-encoding")?);
        self.expiration = list.time("absolute-expiry-time")?.unwrap_or(0);
        self.timestamp = list.time("creation-time")?.unwrap_or(0);
        self.fields.group_id = part(list.text("group-id")?);
        self.fields.group_sequence = list.uint("group-sequence")?.unwrap_or(0);
        self.fields.reply_to_group_id = part(list.text("reply-to-group-id")?);
        list.finish()
    }
}

impl Front {
    /// Reads the section with this code if it is one of those before the properties; what follows it.
    fn read_section<'a>(
        &mut self,
        payload: &Bytes,
        code: Option<u64>,
        bytes: &'a [u8],
    ) -> Decoded<Option<&'a [u8]>> {
        match code {
            Some(wire::HEADER) => {
                let (list, rest) = elements::list(bytes)?;
                self.read_header(list)?;
                Ok(Some(rest))
            }
            Some(wire::MESSAGE_ANNOTATIONS) => {
                let (pairs, rest) = elements::map(bytes)?;
                self.read_annotations(payload, pairs)?;
                Ok(Some(rest))
            }
            _ => Ok(None),
        }
    }

    fn read_header(&mut self, mut list: Elements<'_>) -> Decoded<()> {
        self.durable = list.bool("durable")?.unwrap_or(self.durable);
        self.priority = list
            .ubyte("priority")?
            .map_or(self.priority, |it| it.min(9));
        self.ttl = list.uint("ttl")?.unwrap_or(0);
        list.skip()?; // first-acquirer: brokers set it inconsistently
        self.delivery_count = list.uint("delivery-count")?.unwrap_or(0);
        list.finish()
    }

    fn read_annotations(&mut self, payload: &Bytes, mut pairs: Elements<'_>) -> Decoded<()> {
        while let Some(key) = pairs.next_value()? {
            let value = pairs.next_value()?.ok_or(DecodeError::OddMap)?;
            let (ValueRef::Symbol(key) | ValueRef::String(key)) = key else {
                continue;
            };
            self.annotation(payload, key, &value);
        }
        Ok(())
    }

    pub(super) fn annotation(&mut self, payload: &Bytes, key: &[u8], value: &ValueRef<'_>) {
        let is = |name: &str| key == name.as_bytes();
        if is(wire::MSG_TYPE) {
            self.msg_type = small(value).and_then(|code| code.try_into().ok());
        } else if is(wire::DEST) {
            self.to_kind = destination_kind(value).or(self.to_kind);
        } else if is(wire::REPLY_TO) {
            self.reply_kind = destination_kind(value).or(self.reply_kind);
        } else if is(wire::LEGACY_DEST) {
            self.to_kind = self.to_kind.or(legacy_kind(value));
        } else if is(wire::LEGACY_REPLY_TO) {
            self.reply_kind = self.reply_kind.or(legacy_kind(value));
        } else if is(wire::DELIVERY_MODE) {
            self.reliable = small(value) == Some(DeliveryMode::Reliable as i64);
        } else if is(wire::DELIVERY_TIME) {
            if let ValueRef::Long(time) | ValueRef::Timestamp(time) = *value {
                self.delivery_time = Some(time);
            }
        } else if is(wire::ENCODING) {
            self.encoding = content(payload, value);
        } else if is(wire::ORIGIN) {
            self.origin = content(payload, value);
        }
    }
}

/// Elements that come next, all of them checked, and what follows.
fn checked<'a>(
    bytes: &'a [u8],
    read: impl Fn(&'a [u8]) -> Decoded<(Elements<'a>, &'a [u8])>,
) -> Decoded<(Elements<'a>, &'a [u8])> {
    match read(bytes) {
        Ok((elements, rest)) if elements.are_leaves() => Ok((elements, rest)),
        other => {
            values::check_value(&mut values::cursor(bytes))?;
            other
        }
    }
}

/// The value of a body, checked, and what follows it.
fn body_value(bytes: &[u8]) -> Decoded<(ValueRef<'_>, &[u8])> {
    if let Some((text, rest)) = elements::string(bytes) {
        return Ok((ValueRef::String(text), rest));
    }
    let mut cursor = values::cursor(bytes);
    let mut unchecked = cursor.clone();
    let value = cursor.value()?;
    let checked = match &value {
        ValueRef::List(parts) | ValueRef::Map(parts) => Elements::of(parts).are_leaves(),
        _ => false,
    };
    if !checked {
        values::check_value(&mut unchecked)?;
    }
    Ok((value, cursor.remaining()))
}

/// A symbol that is one; any other text says nothing.
fn ascii(text: Option<&[u8]>) -> Option<&str> {
    text.filter(|text| text.is_ascii())
        .and_then(|text| std::str::from_utf8(text).ok())
}

/// The content of an annotation that is a text.
fn content(payload: &[u8], value: &ValueRef<'_>) -> Option<Span> {
    match value {
        ValueRef::String(text) | ValueRef::Symbol(text) => Some(Span::of(payload, text)),
        _ => None,
    }
}

/// An annotation that is a number of any width.
fn small(value: &ValueRef<'_>) -> Option<i64> {
    match *value {
        ValueRef::Byte(number) => Some(number.into()),
        ValueRef::Ubyte(number) => Some(number.into()),
        ValueRef::Short(number) => Some(number.into()),
        ValueRef::Ushort(number) => Some(number.into()),
        ValueRef::Int(number) => Some(number.into()),
        ValueRef::Uint(number) => Some(number.into()),
        ValueRef::Long(number) => Some(number),
        _ => None,
    }
}

fn destination_kind(value: &ValueRef<'_>) -> Option<(DestinationKind, bool)> {
    match small(value)? {
        0 => Some((DestinationKind::Queue, false)),
        1 => Some((DestinationKind::Topic, false)),
        2 => Some((DestinationKind::Queue, true)),
        3 => Some((DestinationKind::Topic, true)),
        _ => None,
    }
}

/// "queue", "topic", either with ",temporary" (or that word first).
fn legacy_kind(value: &ValueRef<'_>) -> Option<(DestinationKind, bool)> {
    let (ValueRef::String(text) | ValueRef::Symbol(text)) = value else {
        return None;
    };
    let words = || text.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    let temporary = words().any(|word| word == b"temporary");
    words().find_map(|word| match word {
        b"queue" => Some((DestinationKind::Queue, temporary)),
        b"topic" => Some((DestinationKind::Topic, temporary)),
        _ => None,
    })
}
