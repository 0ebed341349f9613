//! Text, object and map bodies (spec 30 §5.1, §5.4, §5.7). Nothing here blocks.

use std::cell::OnceCell;

use bytes::Bytes;

use super::bounds::check_length;
use super::items::Items;
use super::model::{Access, Body, BodyKind, Message, force, not_found, wrong_type};
use super::names::check_not_empty;
use super::text::Text;
use super::value::{Item, Value};
use super::values::{self, Encoded};
use super::wire::Span;
use crate::status::Result;

/// The body of a text message: the text that was received, and the terminated copy for C once asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct TextBody {
    text: OnceCell<Option<Text>>,
    received: ReceivedText,
    /// Holds until the text is changed.
    original: Option<Box<Original>>,
}

/// A text as it came, in a charset that C cannot have: handed on like this.
#[derive(Clone, Debug)]
pub(super) struct Original {
    pub(super) content_type: Option<String>,
    pub(super) bytes: Bytes,
}

/// Where a received text is.
#[derive(Clone, Debug, Default)]
enum ReceivedText {
    /// The null text, or nothing was received.
    #[default]
    None,
    InPayload(Span),
    Bytes(Bytes),
}

/// The items of a map message, decoded at first access.
#[derive(Clone, Debug, Default)]
pub(super) struct MapBody {
    items: OnceCell<Items>,
    wire: Option<Encoded>,
}

impl Message {
    // Text

    /// The text of a text message, terminated for C; `None` is the null text.
    pub fn get_text(&self) -> Result<Option<&Text>> {
        let Body::Text(body) = &self.body else {
            return Err(wrong_type());
        };
        Ok(body
            .text
            .get_or_init(|| self.received_text(body).map(Text::new))
            .as_ref())
    }

    fn received_text<'a>(&'a self, body: &'a TextBody) -> Option<&'a [u8]> {
        match (&body.received, &self.wire) {
            (ReceivedText::InPayload(span), Some(wire)) => Some(span.within(&wire.payload)),
            (ReceivedText::Bytes(bytes), _) => Some(bytes),
            _ => None,
        }
    }

    /// The text of this body of the message as bytes, without making the copy for C.
    pub(super) fn text_bytes<'a>(&'a self, body: &'a TextBody) -> Option<&'a [u8]> {
        match body.text.get() {
            Some(text) => text.as_ref().map(Text::as_bytes),
            None => self.received_text(body),
        }
    }

    /// Stores a copy of the text; `None` is the null text.
    pub fn set_text(&mut self, text: Option<&[u8]>) -> Result<()> {
        self.expect(BodyKind::Text)?;
        self.check_writeable()?;
        check_length(text.map_or(0, |text| text.len().saturating_add(1)))?;
        self.body = Body::Text(TextBody {
            text: OnceCell::from(text.map(Text::new)),
            ..TextBody::default()
        });
        Ok(())
    }

    // Object

    /// The bytes of an object message; `None` without object.
    pub fn object_bytes(&self) -> Result<Option<&Bytes>> {
        match &self.body {
            Body::Object(bytes) => Ok(bytes.as_ref()),
            _ => Err(wrong_type()),
        }
    }

    /// Stores a copy of the bytes; `None` is no object.
    pub fn set_object_bytes(&mut self, bytes: Option<&[u8]>) -> Result<()> {
        self.expect(BodyKind::Object)?;
        self.check_writeable()?;
        check_length(bytes.map_or(0, <[u8]>::len))?;
        self.body = Body::Object(bytes.map(Bytes::copy_from_slice));
        Ok(())
    }

    // Map

    /// The items of a map message.
    pub fn map_items(&self) -> Result<&Items> {
        match &self.body {
            Body::Map(body) => Ok(body.items(self.access())),
            _ => Err(wrong_type()),
        }
    }

    /// The item of this name; `TIBEMS_NOT_FOUND` if there is none.
    pub fn item(&self, name: &[u8]) -> Result<&Item> {
        let items = self.map_items()?;
        check_not_empty(name)?;
        items.get(name).ok_or_else(not_found)
    }

    /// What [`Message::set_item`] checks before the value.
    pub fn check_set_item(&self, name: &[u8]) -> Result<()> {
        self.expect(BodyKind::Map)?;
        check_not_empty(name)?;
        self.check_writeable()
    }

    /// Stores an item of a map message, in place of any earlier one of that name.
    pub fn set_item(&mut self, name: &[u8], value: Value) -> Result<()> {
        self.check_set_item(name)?;
        value.check_length()?;
        let access = self.access();
        let Body::Map(body) = &mut self.body else {
            return Err(wrong_type());
        };
        body.items_mut(access).set(name, value);
        Ok(())
    }
}

impl TextBody {
    /// The null text.
    pub(super) fn null() -> TextBody {
        TextBody::from_bytes(None)
    }

    /// A text that lies in the payload of its message.
    pub(super) fn in_payload(span: Span) -> TextBody {
        TextBody {
            received: ReceivedText::InPayload(span),
            ..TextBody::default()
        }
    }

    /// A text that lies elsewhere.
    pub(super) fn from_bytes(bytes: Option<Bytes>) -> TextBody {
        TextBody {
            received: bytes.map_or(ReceivedText::None, ReceivedText::Bytes),
            ..TextBody::default()
        }
    }

    /// A text that came in another form.
    pub(super) fn converted(text: Text, original: Original) -> TextBody {
        TextBody {
            text: OnceCell::from(Some(text)),
            original: Some(Box::new(original)),
            ..TextBody::default()
        }
    }

    /// The form in which it came, if that is not its own.
    pub(super) fn original(&self) -> Option<&Original> {
        self.original.as_deref()
    }
}

impl MapBody {
    /// A map that is still encoded; the bytes have been checked.
    pub(super) fn from_wire(encoded: Encoded) -> MapBody {
        MapBody {
            items: OnceCell::new(),
            wire: Some(encoded),
        }
    }

    pub(super) fn from_items(items: Items) -> MapBody {
        MapBody {
            items: OnceCell::from(items),
            wire: None,
        }
    }

    fn decode(&self, access: Access) -> Items {
        self.wire
            .as_ref()
            .map(|wire| values::decode_map(wire, access))
            .unwrap_or_default()
    }

    pub(super) fn items(&self, access: Access) -> &Items {
        self.items.get_or_init(|| self.decode(access))
    }

    fn items_mut(&mut self, access: Access) -> &mut Items {
        let wire = self.wire.take();
        force(&mut self.items, || {
            wire.map(|wire| values::decode_map(&wire, access))
                .unwrap_or_default()
        })
    }

    /// The items, if they have been asked for.
    pub(super) fn decoded(&self) -> Option<&Items> {
        self.items.get()
    }
}
