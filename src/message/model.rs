//! The JMS message of the API: headers, properties, one of six bodies, and the access modes between them
//! (spec 30 §2). The rules of the C functions live in this module and its siblings; ffi only translates types.
//!
//! A received message is read where it lies: the payload is kept as one shared slice, and texts, properties and items are
//! decoded when they are first asked for (caches behind `&self`). A message is `Send`; it is shared between threads only
//! behind the lock of its `MessageObject`. Nothing here blocks.

use std::cell::OnceCell;

use super::bodies::{MapBody, TextBody};
use super::bytes_body::{Block, BytesBody};
use super::headers::Headers;
use super::items::Items;
use super::packed::Nested;
use super::stream_body::StreamBody;
use super::value::{Item, Value};
use super::wire::Wire;
use crate::status::{Error, Result, Status};
use bytes::Bytes;

/// The six message types; the numbers are those of `tibemsMsgType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    Plain = 1,
    Bytes = 2,
    Map = 3,
    Object = 4,
    Stream = 5,
    Text = 6,
}

/// What may be done with a body (spec 30 §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    ReadWrite,
    WriteOnly,
    ReadOnly,
}

/// The body of a message.
#[derive(Clone, Debug)]
pub(super) enum Body {
    Plain,
    Bytes(BytesBody),
    Map(MapBody),
    Object(Option<Bytes>),
    Stream(StreamBody),
    Text(TextBody),
}

/// Blocks whose address the program was given and that must stay until `tibemsMsg_Destroy` (spec 30 §8). They belong
/// to one message: a copy starts without.
#[derive(Debug, Default)]
pub(super) struct Kept(Option<Box<Blocks>>);

type Blocks = Vec<Block>;

impl Clone for Kept {
    fn clone(&self) -> Kept {
        Kept::default()
    }
}

impl Kept {
    pub(super) fn push(&mut self, block: Block) {
        self.0.get_or_insert_default().push(block);
    }
}

/// A message. A clone is the independent copy of `tibemsMsg_CreateCopy`: same content, same access modes, reading starts
/// at position 0, nested messages are copied too.
#[derive(Clone, Debug)]
pub struct Message {
    pub(super) headers: Headers,
    properties: OnceCell<Items>,
    properties_read_only: bool,
    pub(super) body: Body,
    access: Access,
    pub(super) wire: Option<Wire>,
    pub(super) kept: Kept,
    /// The archive that `tibemsMsg_GetAsBytes` handed out last; earlier ones are in `kept`.
    pub(super) archive: Option<Box<Bytes>>,
}

impl Message {
    fn new(body: Body) -> Message {
        let access = fresh_access(&body);
        Message {
            headers: Headers::default(),
            properties: OnceCell::new(),
            properties_read_only: false,
            body,
            access,
            wire: None,
            kept: Kept::default(),
            archive: None,
        }
    }

    /// A new plain message.
    pub fn plain() -> Message {
        Message::new(Body::Plain)
    }

    /// A new text message.
    pub fn text() -> Message {
        Message::new(Body::Text(TextBody::default()))
    }

    /// A new bytes message, write-only until Reset.
    pub fn bytes() -> Message {
        Message::new(Body::Bytes(BytesBody::default()))
    }

    /// A new map message.
    pub fn map() -> Message {
        Message::new(Body::Map(MapBody::default()))
    }

    /// A new stream message, write-only until Reset.
    pub fn stream() -> Message {
        Message::new(Body::Stream(StreamBody::default()))
    }

    /// A new object message.
    pub fn object() -> Message {
        Message::new(Body::Object(None))
    }

    /// A new message of this kind.
    pub fn of_kind(kind: BodyKind) -> Message {
        Message::new(empty_body(kind))
    }

    /// A read-only message of a received body (also of one rebuilt from an archive).
    pub(super) fn received(body: Body, headers: Headers, wire: Option<Wire>) -> Message {
        Message {
            headers,
            properties: OnceCell::new(),
            properties_read_only: true,
            body,
            access: Access::ReadOnly,
            wire,
            kept: Kept::default(),
            archive: None,
        }
    }

    /// A message inside a received one, with the mode of its container.
    pub(super) fn nested_from_wire(body: Body, container: Access) -> Message {
        let mut message = Message::new(body);
        message.access = Access::ReadWrite;
        if container == Access::ReadOnly {
            message.access = Access::ReadOnly;
            message.properties_read_only = true;
        }
        message
    }

    /// The type of the body.
    pub fn kind(&self) -> BodyKind {
        match self.body {
            Body::Plain => BodyKind::Plain,
            Body::Bytes(_) => BodyKind::Bytes,
            Body::Map(_) => BodyKind::Map,
            Body::Object(_) => BodyKind::Object,
            Body::Stream(_) => BodyKind::Stream,
            Body::Text(_) => BodyKind::Text,
        }
    }

    /// What may be done with the body.
    pub fn access(&self) -> Access {
        self.access
    }

    /// `tibemsMsg_ClearBody`: the body is as that of a new message; blocks that C may hold stay.
    pub fn clear_body(&mut self) {
        let fresh = empty_body(self.kind());
        self.access = fresh_access(&fresh);
        let old = std::mem::replace(&mut self.body, fresh);
        if let Body::Bytes(mut bytes) = old {
            bytes.keep_lent(&mut self.kept);
        }
    }

    /// `tibemsMsg_ClearProperties`: none left, and they may be set.
    pub fn clear_properties(&mut self) {
        self.properties = OnceCell::from(Items::default());
        self.properties_read_only = false;
    }

    /// `tibemsMsg_MakeWriteable`: a read-only body and its nested messages become readable and writeable, properties
    /// writeable; nothing moves (spec 30 §2.2).
    pub fn make_writeable(&mut self) {
        self.properties_read_only = false;
        if self.access == Access::ReadOnly {
            self.access = Access::ReadWrite;
        }
        self.nested_so_far().for_each(Nested::make_writeable);
    }

    /// Makes the body of this message, and what is nested in it, read-only.
    pub(super) fn make_read_only(&mut self) {
        self.access = Access::ReadOnly;
        self.properties_read_only = true;
        self.nested_so_far().for_each(Nested::make_read_only);
    }

    /// `tibemsBytesMsg_Reset`, `tibemsStreamMsg_Reset`: read-only, position 0.
    pub fn reset(&mut self) {
        match &mut self.body {
            Body::Bytes(bytes) => bytes.rewind(),
            Body::Stream(stream) => stream.rewind(),
            _ => return,
        }
        self.access = Access::ReadOnly;
        self.nested_so_far().for_each(Nested::make_read_only);
    }

    /// `TIBEMS_INVALID_TYPE` unless the body is of this kind (spec 30 §2.3).
    pub fn expect(&self, kind: BodyKind) -> Result<()> {
        if self.kind() == kind {
            Ok(())
        } else {
            Err(wrong_type())
        }
    }

    /// `TIBEMS_MSG_NOT_WRITEABLE` for a read-only body.
    pub(super) fn check_writeable(&self) -> Result<()> {
        if self.access == Access::ReadOnly {
            Err(Status::TIBEMS_MSG_NOT_WRITEABLE.into())
        } else {
            Ok(())
        }
    }

    /// `TIBEMS_MSG_NOT_READABLE` for a write-only body.
    pub(super) fn check_readable(&self) -> Result<()> {
        if self.access == Access::WriteOnly {
            Err(Status::TIBEMS_MSG_NOT_READABLE.into())
        } else {
            Ok(())
        }
    }

    // Properties

    /// The properties, those mapped from AMQP fields included (spec 30 §4.4).
    pub fn properties(&self) -> &Items {
        self.properties
            .get_or_init(|| self.wire.as_ref().map(Wire::properties).unwrap_or_default())
    }

    /// Stores a property; the name must not be empty nor a reserved word (spec 30 §4.1).
    pub fn set_property(&mut self, name: &[u8], value: Value) -> Result<()> {
        super::names::check_property_name(name)?;
        if self.properties_read_only {
            return Err(Error::new(
                Status::TIBEMS_MSG_NOT_WRITEABLE,
                "the properties of the message are read-only",
            ));
        }
        value.check_length()?;
        self.properties_mut().set(name, value);
        Ok(())
    }

    /// The properties for changes that are not the program's (sending, archive).
    pub(super) fn properties_mut(&mut self) -> &mut Items {
        let wire = &self.wire;
        force(&mut self.properties, || {
            wire.as_ref().map(Wire::properties).unwrap_or_default()
        })
    }

    /// The property of this name; `TIBEMS_NOT_FOUND` if there is none.
    pub fn property(&self, name: &[u8]) -> Result<&Item> {
        super::names::check_not_empty(name)?;
        self.properties().get(name).ok_or_else(not_found)
    }

    /// The messages directly inside the body; a map or stream is decoded for it.
    pub(super) fn nested(&self) -> impl Iterator<Item = &Nested> {
        if let Body::Map(_) | Body::Stream(_) = self.body {
            self.decode_items();
        }
        self.nested_so_far()
    }

    /// The messages directly inside the body as far as it has been decoded. Those decoded later take over the access
    /// mode that the body has then.
    fn nested_so_far(&self) -> impl Iterator<Item = &Nested> {
        let (map, stream) = match &self.body {
            Body::Map(body) => (body.decoded(), None),
            Body::Stream(body) => (None, body.decoded()),
            _ => (None, None),
        };
        let map = map.into_iter().flat_map(Items::iter).map(|(_, item)| item);
        map.chain(stream.into_iter().flatten())
            .filter_map(|item| match item.value() {
                Value::Map(nested) | Value::Stream(nested) => Some(nested),
                _ => None,
            })
    }

    fn decode_items(&self) {
        match &self.body {
            Body::Map(body) => drop(body.items(self.access)),
            Body::Stream(body) => drop(body.items(self.access)),
            _ => {}
        }
    }
}

/// A new, empty body.
pub(super) fn empty_body(kind: BodyKind) -> Body {
    match kind {
        BodyKind::Plain => Body::Plain,
        BodyKind::Bytes => Body::Bytes(BytesBody::default()),
        BodyKind::Map => Body::Map(MapBody::default()),
        BodyKind::Object => Body::Object(None),
        BodyKind::Stream => Body::Stream(StreamBody::default()),
        BodyKind::Text => Body::Text(TextBody::default()),
    }
}

/// The access mode of a new body (spec 30 §2.2).
fn fresh_access(body: &Body) -> Access {
    match body {
        Body::Bytes(_) | Body::Stream(_) => Access::WriteOnly,
        _ => Access::ReadWrite,
    }
}

/// The status for every body-type mismatch (spec 30 §2.3).
pub(super) fn wrong_type() -> Error {
    Error::new(
        Status::TIBEMS_INVALID_TYPE,
        "the message has another body type",
    )
}

/// The status for an absent property or item.
pub(super) fn not_found() -> Error {
    Status::TIBEMS_NOT_FOUND.into()
}

/// The content of a cell for changes, made first if it is still empty.
pub(super) fn force<T>(cell: &mut OnceCell<T>, make: impl FnOnce() -> T) -> &mut T {
    if cell.get().is_none() {
        let _ = cell.set(make());
    }
    match cell.get_mut() {
        Some(content) => content,
        None => unreachable!("the cell was filled above"),
    }
}
