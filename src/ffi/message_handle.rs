//! Handles of messages: giving a message to the program, finding the one behind a handle.

use std::ptr;
use std::sync::Arc;

use super::handle::{self, Handle, Kind, Stored};
use crate::message::{Delivery, Message, MessageObject};
use crate::status::Result;

impl Stored for MessageObject {
    const KIND: Kind = Kind::Message;
}

/// A message that the program is given and will destroy.
pub(crate) fn publish(message: Message, delivery: Option<Arc<dyn Delivery>>) -> Handle {
    let object = MessageObject::with_delivery(message, delivery);
    let raw = object.handle(
        true,
        || handle::insert(object.clone()).to_raw::<()>().addr(),
        release,
    );
    Handle::from_raw(ptr::without_provenance_mut::<()>(raw))
}

/// Takes the handle of a message that nobody holds any more out of the table.
fn release(raw: usize) {
    handle::forget::<MessageObject>(Handle::from_raw(ptr::without_provenance_mut::<()>(raw)));
}

/// The message behind a handle.
pub(crate) fn resolve<R>(raw: *mut R) -> Result<Arc<MessageObject>> {
    handle::get::<MessageObject, R>(raw)
}
