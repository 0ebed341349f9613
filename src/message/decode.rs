//! AMQP sections to a message (spec 30 §9, spec 40 §1.8): one walk that checks everything and copies nothing. Texts,
//! properties and bodies are decoded when they are asked for. Called by the client for each delivery; an error means that
//! the payload is no message, and the delivery is to be modified as undeliverable. Nothing here blocks.

use bytes::Bytes;

use super::charset::UTF_8;
use super::classify::{Charset, classify};
use super::destination::{Addresses, Destination, DestinationKind};
use super::headers::{DeliveryMode, Headers, TextHeader};
use super::model::Message;
use super::sections::{Remembered, Sections};
use super::text::Text;
use super::wire::{Span, Wire};
use crate::status::{Error, Result, Status};

/// What the client knows about a delivery.
#[derive(Clone, Copy)]
pub struct Received<'a> {
    /// The destination of the consumer, for messages that do not name theirs.
    pub consumer_destination: &'a Destination,
    /// Arrival, in ms since 1970 UTC, from which a time-to-live counts.
    pub now_ms: i64,
    pub addresses: &'a dyn Addresses,
}

/// Decodes the messages of a consumer one after the other: what is the same in each of them is read once. Its messages
/// are those of [`Message::decode`].
#[derive(Debug)]
pub struct MessageDecoder {
    remembered: Remembered,
}

impl Default for MessageDecoder {
    fn default() -> MessageDecoder {
        MessageDecoder {
            remembered: Remembered::new(),
        }
    }
}

impl MessageDecoder {
    /// As [`Message::decode`].
    pub fn decode(&mut self, payload: Bytes, received: &Received<'_>) -> Result<Message> {
        Message::decode_with(&mut self.remembered, payload, received)
    }
}

impl Message {
    /// The read-only message of a delivery; `TIBEMS_CORRUPT_MSG` if the payload is no AMQP message.
    pub fn decode(payload: Bytes, received: &Received<'_>) -> Result<Message> {
        Message::decode_with(&mut Remembered::nothing(), payload, received)
    }

    fn decode_with(
        remembered: &mut Remembered,
        payload: Bytes,
        received: &Received<'_>,
    ) -> Result<Message> {
        if u32::try_from(payload.len()).is_err() {
            return Err(Error::new(
                Status::TIBEMS_CORRUPT_MSG,
                "the message exceeds 4 GB",
            ));
        }
        let mut sections = Sections::default();
        let usual = received.addresses.to_wire(received.consumer_destination);
        sections
            .read(&payload, &usual, remembered)
            .map_err(|error| {
                Error::new(
                    Status::TIBEMS_CORRUPT_MSG,
                    format!("the message cannot be decoded: {error}"),
                )
            })?;
        let front = sections.front;
        let mut headers = Headers {
            destination: Some(received.destination(sections.to, front.to_kind, &usual)).into(),
            delivery_mode: match (front.reliable, front.durable) {
                (true, _) => DeliveryMode::Reliable,
                (false, true) => DeliveryMode::Persistent,
                (false, false) => DeliveryMode::NonPersistent,
            },
            priority: front.priority,
            redelivered: front.delivery_count > 0,
            timestamp: sections.timestamp,
            expiration: sections.expiration,
            delivery_time: front.delivery_time.unwrap_or(sections.timestamp),
            ..Headers::default()
        };
        if headers.expiration == 0 && front.ttl > 0 {
            headers.expiration = received.now_ms.saturating_add(front.ttl.into());
        }
        if let Some(to) = sections.reply_to {
            let to = received.destination(Some(to), front.reply_kind, &usual);
            headers.reply_to = Some(to).into();
        }
        let (body, charset) = classify(
            &payload,
            front.msg_type,
            sections.content_type,
            sections.content_encoding,
            sections.body,
        );
        if let Charset::Converted = charset {
            headers.texts[TextHeader::Encoding as usize] = Some(Text::from(UTF_8)).into();
        }
        let wire = Wire {
            fields: sections.fields,
            encoding: match charset {
                Charset::Named(charset) => Some(Span::of(&payload, charset.as_bytes())),
                Charset::Unnamed | Charset::Converted => front.encoding,
            },
            origin: front.origin,
            delivery_count: front.delivery_count,
            properties: sections.properties,
            payload,
        };
        Ok(Message::received(body, headers, Some(wire)))
    }
}

impl Received<'_> {
    /// The destination behind an address. Most messages name the one that their consumer reads, whose address is
    /// `usual`: it is shared then.
    fn destination(
        &self,
        address: Option<&str>,
        kind: Option<(DestinationKind, bool)>,
        usual: &str,
    ) -> Destination {
        let own = self.consumer_destination;
        let Some(address) = address.filter(|address| !address.is_empty()) else {
            return own.clone();
        };
        let (kind, temporary) = kind.unwrap_or((own.kind(), false));
        if kind == own.kind() && (std::ptr::eq(usual, address) || usual == address) {
            return own.clone();
        }
        self.addresses.from_wire(address, kind, temporary)
    }
}
