//! AMQP sections to a message (spec 30 §9, spec 40 §1.8): one walk that checks everything and copies nothing. Texts,
//! properties and bodies are decoded when they are asked for. Called by the client for each delivery; an error means that
//! the payload is no message, and the delivery is to be modified as undeliverable. Nothing here blocks.

use bytes::Bytes;

use super::classify::{BodySections, classify};
use super::destination::{Addresses, Destination, DestinationKind};
use super::headers::{DeliveryMode, Headers};
use super::ids::is_id;
use super::model::Message;
use super::values::{self, Encoded, slice};
use super::wire::{self, Span, Wire};
use crate::amqp::codec::{Compound, DecodeError, Decoder, ValueRef};
use crate::status::{Error, Result, Status};

type Decoded<T> = std::result::Result<T, DecodeError>;

/// What the client knows about a delivery.
#[derive(Clone, Copy)]
pub struct Received<'a> {
    /// The destination of the consumer, for messages that do not name theirs.
    pub consumer_destination: &'a Destination,
    /// Arrival, in ms since 1970 UTC, from which a time-to-live counts.
    pub now_ms: i64,
    pub addresses: &'a dyn Addresses,
}

/// What the sections before the body say.
#[derive(Default)]
pub(super) struct Sections<'a> {
    headers: Headers,
    wire: Wire,
    durable: bool,
    reliable: bool,
    ttl: u32,
    to: Option<&'a str>,
    reply_to: Option<&'a str>,
    to_kind: Option<(DestinationKind, bool)>,
    reply_kind: Option<(DestinationKind, bool)>,
    delivery_time: Option<i64>,
    msg_type: Option<i8>,
    content_type: Option<&'a str>,
    content_encoding: Option<&'a str>,
    body: BodySections,
}

impl Message {
    /// The read-only message of a delivery; `TIBEMS_CORRUPT_MSG` if the payload is no AMQP message.
    pub fn decode(payload: Bytes, received: &Received<'_>) -> Result<Message> {
        if u32::try_from(payload.len()).is_err() {
            return Err(Error::new(
                Status::TIBEMS_CORRUPT_MSG,
                "the message exceeds 4 GB",
            ));
        }
        let mut sections = Sections::default();
        sections.read(&payload).map_err(|error| {
            Error::new(
                Status::TIBEMS_CORRUPT_MSG,
                format!("the message cannot be decoded: {error}"),
            )
        })?;
        let Sections {
            mut headers,
            mut wire,
            body,
            ..
        } = sections;
        headers.delivery_mode = match (sections.reliable, sections.durable) {
            (true, _) => DeliveryMode::Reliable,
            (false, true) => DeliveryMode::Persistent,
            (false, false) => DeliveryMode::NonPersistent,
        };
        if headers.expiration == 0 && sections.ttl > 0 {
            headers.expiration = received.now_ms.saturating_add(sections.ttl.into());
        }
        headers.delivery_time = sections.delivery_time.unwrap_or(headers.timestamp);
        headers.destination = Some(received.destination(sections.to, sections.to_kind)).into();
        headers.reply_to = sections
            .reply_to
            .map(|to| received.destination(Some(to), sections.reply_kind))
            .into();
        let (body, charset) = classify(
            sections.msg_type,
            sections.content_type,
            sections.content_encoding,
            body,
        );
        if let Some(charset) = charset {
            wire.encoding = Some(Span::of(&payload, charset.as_bytes()));
        }
        wire.payload = payload.clone();
        Ok(Message::received(body, headers, Some(wire)))
    }
}

impl Received<'_> {
    /// The destination behind an address. Most messages name the one that their consumer reads: it is shared then.
    fn destination(
        &self,
        address: Option<&str>,
        kind: Option<(DestinationKind, bool)>,
    ) -> Destination {
        let own = self.consumer_destination;
        let Some(address) = address.filter(|address| !address.is_empty()) else {
            return own.clone();
        };
        let (kind, temporary) = kind.unwrap_or((own.kind(), false));
        if kind == own.kind() && self.addresses.to_wire(own) == address {
            return own.clone();
        }
        self.addresses.from_wire(address, kind, temporary)
    }
}

impl<'a> Sections<'a> {
    /// What `translate` makes of the reply address, if there is one.
    pub(super) fn reply_address(
        &self,
        translate: impl FnOnce(&str, DestinationKind, bool) -> String,
    ) -> Option<String> {
        let address = self.reply_to.filter(|address| !address.is_empty())?;
        let (kind, temporary) = self.reply_kind.unwrap_or((DestinationKind::Queue, false));
        Some(translate(address, kind, temporary))
    }

    pub(super) fn read(&mut self, payload: &'a Bytes) -> Decoded<()> {
        let mut cursor = values::cursor(payload);
        while !cursor.is_empty() {
            match cursor.descriptor()?.code() {
                Some(wire::HEADER) => self.read_header(cursor.list()?)?,
                Some(wire::MESSAGE_ANNOTATIONS) => {
                    self.read_annotations(payload, pairs(&mut cursor)?)?
                }
                Some(wire::PROPERTIES) => self.read_properties(payload, cursor.list()?)?,
                Some(wire::APPLICATION_PROPERTIES) => {
                    values::check_value(&mut cursor.clone())?;
                    self.wire.properties = Some(Encoded::of(payload, &pairs(&mut cursor)?));
                }
                Some(wire::DATA) => match cursor.value()? {
                    ValueRef::Binary(data) => self.body.add_data(slice(payload, data))?,
                    _ => return Err(DecodeError::WrongType("data section")),
                },
                Some(wire::AMQP_SEQUENCE) => {
                    values::check_value(&mut cursor.clone())?;
                    self.body
                        .add_sequence(Encoded::of(payload, &cursor.list()?))?;
                }
                Some(wire::AMQP_VALUE) => {
                    values::check_value(&mut cursor.clone())?;
                    self.body.set_value(payload, cursor.value()?)?;
                }
                _ => cursor.skip()?,
            }
        }
        Ok(())
    }

    fn read_header(&mut self, mut list: Compound<'a>) -> Decoded<()> {
        match list.next_value()? {
            None | Some(ValueRef::Null) => {}
            Some(ValueRef::Bool(durable)) => self.durable = durable,
            Some(_) => return Err(DecodeError::WrongType("durable")),
        }
        match list.next_value()? {
            None | Some(ValueRef::Null) => {}
            Some(ValueRef::Ubyte(priority)) => self.headers.priority = priority.min(9),
            Some(_) => return Err(DecodeError::WrongType("priority")),
        }
        self.ttl = uint(&mut list, "ttl")?.unwrap_or(0);
        list.skip_value()?; // first-acquirer: brokers set it inconsistently
        let delivery_count = uint(&mut list, "delivery-count")?.unwrap_or(0);
        self.wire.delivery_count = delivery_count;
        self.headers.redelivered = delivery_count > 0;
        list.finish()
    }

    fn read_annotations(&mut self, payload: &'a Bytes, mut pairs: Compound<'a>) -> Decoded<()> {
        while let Some(key) = pairs.next_value()? {
            let value = pairs.next_value()?.ok_or(DecodeError::OddMap)?;
            let (ValueRef::Symbol(key) | ValueRef::String(key)) = key else {
                continue;
            };
            match std::str::from_utf8(key).unwrap_or_default() {
                wire::MSG_TYPE => {
                    self.msg_type = small(&value).and_then(|code| code.try_into().ok())
                }
                wire::DEST => self.to_kind = destination_kind(&value).or(self.to_kind),
                wire::REPLY_TO => self.reply_kind = destination_kind(&value).or(self.reply_kind),
                wire::LEGACY_DEST => self.to_kind = self.to_kind.or(legacy_kind(&value)),
                wire::LEGACY_REPLY_TO => self.reply_kind = self.reply_kind.or(legacy_kind(&value)),
                wire::DELIVERY_MODE => {
                    self.reliable = small(&value) == Some(DeliveryMode::Reliable as i64)
                }
                wire::DELIVERY_TIME => {
                    if let ValueRef::Long(time) | ValueRef::Timestamp(time) = value {
                        self.delivery_time = Some(time);
                    }
                }
                wire::ENCODING => self.wire.encoding = content(payload, &value),
                wire::ORIGIN => self.wire.origin = content(payload, &value),
                _ => {}
            }
        }
        Ok(())
    }

    fn read_properties(&mut self, payload: &'a Bytes, mut list: Compound<'a>) -> Decoded<()> {
        self.wire.message_id = id(payload, &mut list, "message-id")?;
        self.wire.user_id = binary(&mut list, "user-id")?.map(|user| Span::of(payload, user));
        self.to = address(&mut list, "to")?;
        self.wire.subject = text(&mut list, "subject")?.map(|text| Span::of(payload, text));
        self.reply_to = address(&mut list, "reply-to")?;
        self.wire.correlation_id = id(payload, &mut list, "correlation-id")?;
        self.content_type = ascii(text(&mut list, "content-type")?);
        self.content_encoding = ascii(text(&mut list, "content-encoding")?);
        self.headers.expiration = time(&mut list, "absolute-expiry-time")?;
        self.headers.timestamp = time(&mut list, "creation-time")?;
        self.wire.group_id = text(&mut list, "group-id")?.map(|text| Span::of(payload, text));
        self.wire.group_sequence = uint(&mut list, "group-sequence")?.unwrap_or(0);
        self.wire.reply_to_group_id =
            text(&mut list, "reply-to-group-id")?.map(|text| Span::of(payload, text));
        list.finish()
    }
}

fn pairs<'a>(cursor: &mut Decoder<'a>) -> Decoded<Compound<'a>> {
    match cursor.value()? {
        ValueRef::Map(pairs) => Ok(pairs),
        _ => Err(DecodeError::WrongType("map section")),
    }
}

fn uint(list: &mut Compound<'_>, field: &'static str) -> Decoded<Option<u32>> {
    match list.next_value()? {
        None | Some(ValueRef::Null) => Ok(None),
        Some(ValueRef::Uint(number)) => Ok(Some(number)),
        Some(_) => Err(DecodeError::WrongType(field)),
    }
}

fn time(list: &mut Compound<'_>, field: &'static str) -> Decoded<i64> {
    match list.next_value()? {
        None | Some(ValueRef::Null) => Ok(0),
        Some(ValueRef::Timestamp(time)) => Ok(time),
        Some(_) => Err(DecodeError::WrongType(field)),
    }
}

fn binary<'a>(list: &mut Compound<'a>, field: &'static str) -> Decoded<Option<&'a [u8]>> {
    match list.next_value()? {
        None | Some(ValueRef::Null) => Ok(None),
        Some(ValueRef::Binary(bytes)) => Ok(Some(bytes)),
        Some(_) => Err(DecodeError::WrongType(field)),
    }
}

/// A string or symbol; its bytes need not be UTF-8.
fn text<'a>(list: &mut Compound<'a>, field: &'static str) -> Decoded<Option<&'a [u8]>> {
    match list.next_value()? {
        None | Some(ValueRef::Null) => Ok(None),
        Some(ValueRef::String(text) | ValueRef::Symbol(text)) => Ok(Some(text)),
        Some(_) => Err(DecodeError::WrongType(field)),
    }
}

/// A symbol that is one; any other text says nothing.
fn ascii(text: Option<&[u8]>) -> Option<&str> {
    text.filter(|text| text.is_ascii())
        .and_then(|text| std::str::from_utf8(text).ok())
}

fn address<'a>(list: &mut Compound<'a>, field: &'static str) -> Decoded<Option<&'a str>> {
    let address = text(list, field)?;
    address
        .map(|address| std::str::from_utf8(address).map_err(|_| DecodeError::Utf8))
        .transpose()
}

/// An id is kept encoded, for its type.
fn id(payload: &[u8], list: &mut Compound<'_>, field: &'static str) -> Decoded<Option<Span>> {
    let before = list.items().remaining();
    match list.next_value()? {
        None | Some(ValueRef::Null) => Ok(None),
        Some(value) if is_id(&value) => {
            let encoded = &before[..before.len() - list.items().remaining().len()];
            Ok(Some(Span::of(payload, encoded)))
        }
        Some(_) => Err(DecodeError::WrongType(field)),
    }
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
