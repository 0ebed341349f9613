//! Messages inside messages: the share that the container holds, and what is inside a received one before somebody asks.
//!
//! An empty list takes one byte of a payload, and a message object some hundred bytes of memory. So what was received stays
//! encoded until the program asks for its handle: reading, printing, storing and sending on go through it with messages that
//! live for that moment. Nothing here blocks.

use std::cell::{Cell, OnceCell};
use std::fmt;
use std::sync::Arc;

use super::model::{Access, Body, Message};
use super::nesting::MessageObject;
use crate::sync::MutexGuard;

/// The body of a nested message, still encoded.
pub(super) trait Packed: Send + Sync {
    /// Decodes one level of it, checked before.
    fn unpack(&self, access: Access) -> Body;

    /// How many maps and lists are inside each other in it, itself included.
    fn depth(&self) -> usize;
}

/// A message inside another one: the share that the container holds. A clone is a deep copy.
pub struct Nested {
    object: OnceCell<Arc<MessageObject>>,
    packed: Option<Arc<dyn Packed>>,
    /// The mode with which a packed one begins
    access: Cell<Access>,
}

impl Nested {
    /// A message that only its container holds.
    pub fn new(message: Message) -> Nested {
        Nested::share(&MessageObject::new(message))
    }

    /// A share of an existing message.
    pub fn share(object: &Arc<MessageObject>) -> Nested {
        object.enter_container();
        Nested {
            object: OnceCell::from(object.clone()),
            packed: None,
            access: Cell::new(Access::ReadWrite),
        }
    }

    /// A message that is still encoded, with the mode of its container.
    pub(super) fn packed(packed: Arc<dyn Packed>, access: Access) -> Nested {
        Nested {
            object: OnceCell::new(),
            packed: Some(packed),
            access: Cell::new(access),
        }
    }

    /// The message; from now on it stays.
    pub fn object(&self) -> &Arc<MessageObject> {
        self.object.get_or_init(|| {
            let object = MessageObject::new(self.unpacked());
            object.enter_container();
            object
        })
    }

    /// The message, if somebody has asked for it.
    pub(super) fn opened(&self) -> Option<&Arc<MessageObject>> {
        self.object.get()
    }

    /// The message, locked; the lock of the container may be held. It stays from now on.
    pub fn lock(&self) -> MutexGuard<'_, Message> {
        self.object().lock()
    }

    /// Reads the message; one that nobody asked for is decoded for this moment.
    pub fn read<T>(&self, read: impl FnOnce(&Message) -> T) -> T {
        match self.opened() {
            Some(object) => read(&object.lock()),
            None => read(&self.unpacked()),
        }
    }

    /// A share for a program that reads on: of the message if it is there, else one of its own, which does not stay.
    pub(super) fn for_reading(&self) -> Nested {
        match self.opened() {
            Some(object) => Nested::share(object),
            None => Nested::new(self.unpacked()),
        }
    }

    /// As `tibemsMsg_MakeWriteable` of its container.
    pub(super) fn make_writeable(&self) {
        match self.opened() {
            Some(object) => object.lock().make_writeable(),
            None => self.access.set(Access::ReadWrite),
        }
    }

    /// As its container becomes read-only.
    pub(super) fn make_read_only(&self) {
        match self.opened() {
            Some(object) => object.lock().make_read_only(),
            None => self.access.set(Access::ReadOnly),
        }
    }

    /// How deep it is, if nobody has asked for it.
    pub(super) fn depth(&self) -> usize {
        self.packed.as_ref().map_or(1, |packed| packed.depth())
    }

    fn unpacked(&self) -> Message {
        let access = self.access.get();
        let packed = self.packed.as_ref();
        let body = packed.map_or(Body::Plain, |packed| packed.unpack(access));
        Message::nested_from_wire(body, access)
    }
}

impl Clone for Nested {
    fn clone(&self) -> Nested {
        match (self.opened(), &self.packed) {
            (None, Some(packed)) => Nested::packed(packed.clone(), self.access.get()),
            _ => {
                let copy = self.lock().clone();
                Nested::new(copy)
            }
        }
    }
}

impl Drop for Nested {
    fn drop(&mut self) {
        if let Some(object) = self.opened() {
            object.leave_container();
        }
    }
}

impl fmt::Debug for Nested {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.read(|message| fmt::Debug::fmt(message, out))
    }
}
