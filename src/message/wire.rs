//! What a received message keeps of its payload, and the names of the mapping (spec 30 §9.1 to §9.3). Nothing here blocks.

use std::num::NonZeroU32;

use bytes::Bytes;

use super::elements::Elements;
use super::headers::TextHeader;
use super::ids::id_text;
use super::items::Items;
use super::model::BodyKind;
use super::text::Text;
use super::value::Value;
use super::values;
use crate::amqp::codec::Decoder;

// Sections
pub(super) const HEADER: u64 = 0x70;
pub(super) const MESSAGE_ANNOTATIONS: u64 = 0x72;
pub(super) const PROPERTIES: u64 = 0x73;
pub(super) const APPLICATION_PROPERTIES: u64 = 0x74;
pub(super) const DATA: u64 = 0x75;
pub(super) const AMQP_SEQUENCE: u64 = 0x76;
pub(super) const AMQP_VALUE: u64 = 0x77;

// Message annotations
pub(super) const MSG_TYPE: &str = "x-opt-jms-msg-type";
pub(super) const DEST: &str = "x-opt-jms-dest";
pub(super) const REPLY_TO: &str = "x-opt-jms-reply-to";
pub(super) const DELIVERY_TIME: &str = "x-opt-delivery-time";
pub(super) const DELIVERY_MODE: &str = "x-opt-ems-delivery-mode";
pub(super) const ENCODING: &str = "x-opt-ems-encoding";
pub(super) const ORIGIN: &str = "x-opt-ems-origin";
/// Forms of older clients, inbound only.
pub(super) const LEGACY_DEST: &str = "x-opt-to-type";
pub(super) const LEGACY_REPLY_TO: &str = "x-opt-reply-type";

// Content types
pub(super) const OCTET_STREAM: &str = "application/octet-stream";
pub(super) const JAVA_OBJECT: &str = "application/x-java-serialized-object";
/// Java's serialised null.
pub(super) const JAVA_NULL: &[u8] = &[0xAC, 0xED, 0x00, 0x05, 0x70];

// Properties with a meaning (spec 30 §4.4)
pub(super) const GROUP_ID: &str = "JMSXGroupID";
pub(super) const GROUP_SEQ: &str = "JMSXGroupSeq";
pub(super) const USER_ID: &str = "JMSXUserID";
pub(super) const DELIVERY_COUNT: &str = "JMSXDeliveryCount";
pub(super) const SENDER: &str = "JMS_TIBCO_SENDER";
pub(super) const MSG_EXT: &str = "JMS_TIBCO_MSG_EXT";
pub(super) const REPLY_TO_GROUP_ID: &str = "JMS_AMQP_REPLY_TO_GROUP_ID";

/// True for properties that never travel as application properties: fields carry them, or the provider sets them.
pub(super) fn stays_here(name: &Text) -> bool {
    name.as_bytes().starts_with(b"JMS")
        && [
            GROUP_ID,
            GROUP_SEQ,
            USER_ID,
            DELIVERY_COUNT,
            SENDER,
            REPLY_TO_GROUP_ID,
        ]
        .iter()
        .any(|other| other.as_bytes() == name.as_bytes())
}

/// The code of annotation `x-opt-jms-msg-type`.
pub(super) fn annotation_of(kind: BodyKind) -> i8 {
    match kind {
        BodyKind::Plain => 0,
        BodyKind::Object => 1,
        BodyKind::Map => 2,
        BodyKind::Bytes => 3,
        BodyKind::Stream => 4,
        BodyKind::Text => 5,
    }
}

/// A part of the payload: start and end. The end is never 0, for no part lies before the first descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span(u32, NonZeroU32);

impl Span {
    /// Where `part` lies in `payload`, which must contain it behind its first byte.
    pub(super) fn of(payload: &[u8], part: &[u8]) -> Span {
        let start = part.as_ptr().addr().wrapping_sub(payload.as_ptr().addr());
        let end = NonZeroU32::new((start + part.len()) as u32);
        Span(start as u32, end.unwrap_or(NonZeroU32::MIN))
    }

    /// The part; empty if this is not the payload of the span.
    pub(super) fn within(self, payload: &[u8]) -> &[u8] {
        payload
            .get(self.0 as usize..self.1.get() as usize)
            .unwrap_or_default()
    }
}

/// Where elements lie in the payload, and how many they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Region {
    span: Span,
    count: u32,
}

impl Region {
    pub(super) fn of(payload: &[u8], elements: &Elements<'_>) -> Region {
        Region {
            span: Span::of(payload, elements.bytes()),
            count: elements.count(),
        }
    }
}

/// The fields of the properties section that are decoded later.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fields {
    /// The encoded ids; all other spans are contents.
    pub(super) message_id: Option<Span>,
    pub(super) correlation_id: Option<Span>,
    pub(super) subject: Option<Span>,
    pub(super) user_id: Option<Span>,
    pub(super) group_id: Option<Span>,
    pub(super) reply_to_group_id: Option<Span>,
    pub(super) group_sequence: u32,
}

/// The payload of a received message with the places of what is decoded later.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    pub(super) payload: Bytes,
    pub(super) fields: Fields,
    pub(super) encoding: Option<Span>,
    pub(super) origin: Option<Span>,
    pub(super) delivery_count: u32,
    pub(super) properties: Option<Region>,
}

impl Wire {
    fn bytes(&self, span: Option<Span>) -> Option<&[u8]> {
        span.map(|span| span.within(&self.payload))
    }

    fn id(&self, span: Option<Span>, correlation: bool) -> Option<Text> {
        let value = Decoder::new(self.bytes(span)?).value().ok()?;
        id_text(&value, correlation)
    }

    /// A header that is a text, as it lies in the payload.
    pub(super) fn text_header(&self, header: TextHeader) -> Option<Text> {
        match header {
            TextHeader::MessageId => self.id(self.fields.message_id, false),
            TextHeader::CorrelationId => self.id(self.fields.correlation_id, true),
            TextHeader::Type => self.bytes(self.fields.subject).map(Text::new),
            TextHeader::Encoding => self.bytes(self.encoding).map(Text::new),
        }
    }

    /// The container id of the sender.
    pub(super) fn origin(&self) -> Option<&str> {
        self.bytes(self.origin)
            .and_then(|origin| std::str::from_utf8(origin).ok())
    }

    /// The application properties, then those that fields stand for; a field hides a property of the same name.
    pub(super) fn properties(&self) -> Items {
        let mut items = match self.properties {
            Some(Region { span, count }) => {
                values::decode_properties(&self.payload, span.within(&self.payload), count)
            }
            None => Items::default(),
        };
        if let Some(group) = self.bytes(self.fields.group_id) {
            items.set(GROUP_ID.as_bytes(), Value::text(Some(group)));
        }
        if self.fields.group_sequence != 0 {
            items.set(
                GROUP_SEQ.as_bytes(),
                Value::Int(self.fields.group_sequence as i32),
            );
        }
        if let Some(user) = self.bytes(self.fields.user_id) {
            items.set(USER_ID.as_bytes(), Value::text(Some(user)));
            if items.get(SENDER.as_bytes()).is_none() {
                items.set(SENDER.as_bytes(), Value::text(Some(user)));
            }
        }
        if let Some(group) = self.bytes(self.fields.reply_to_group_id) {
            items.set(REPLY_TO_GROUP_ID.as_bytes(), Value::text(Some(group)));
        }
        let count = i32::try_from(self.delivery_count)
            .unwrap_or(i32::MAX)
            .saturating_add(1);
        items.set(DELIVERY_COUNT.as_bytes(), Value::Int(count));
        items
    }
}
