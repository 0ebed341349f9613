//! From message and destination handles to objects and back, for every file that deals with messages.
//!
//! A message keeps its handle while the program or a containing message holds it. Destinations and nested messages that a
//! getter hands out are lent: their handles go with their owner, and the program cannot release them (spec 30 §8, spec 20
//! §2.5). The memory of a destroyed message is used again for the next one that the same thread is given; its handle is
//! dead all the same. Nothing here blocks.

use core::ffi::{CStr, c_char, c_void};
use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::Arc;

use super::destination::{self, DestinationObject};
use super::entry::{self, HandleOut, invalid_argument};
use super::handle::{self, Handle, Kind, Stored};
use super::types::{__tibemsMsg, tibemsMsg};
use crate::message::{BodyKind, Delivery, Destination, Lent, Message, MessageObject, Nested};
use crate::status::Result;
use crate::thread_end;

impl Stored for MessageObject {
    const KIND: Kind = Kind::Message;
}

fn as_number(handle: Handle) -> usize {
    handle.to_raw::<()>().addr()
}

fn as_handle(number: usize) -> Handle {
    Handle::from_raw::<()>(ptr::without_provenance_mut(number))
}

thread_local! {
    /// Objects of destroyed messages, for the next ones that this thread is given.
    static RETIRED: RefCell<ManuallyDrop<Vec<Arc<MessageObject>>>> =
        const { RefCell::new(ManuallyDrop::new(Vec::new())) };
}

/// The thread ends: what it kept goes.
fn tidy() {
    let retired = RETIRED.with(|retired| std::mem::take(&mut **retired.borrow_mut()));
    drop(retired);
}

/// Most objects that a thread keeps for later.
const RETIRED_MAX: usize = 16;

/// The handle of a message that the program owns from now on and will destroy.
pub(crate) fn publish(message: Message, delivery: Option<Arc<dyn Delivery>>) -> Handle {
    let retired = RETIRED.with(|retired| retired.borrow_mut().pop());
    handle::insert_with(|handle| {
        let own = (as_number(handle), forget_message as fn(usize));
        MessageObject::of_program(retired, message, delivery, own)
    })
}

/// `tibemsMsg_Destroy`. A message that nobody else holds, as nearly all, goes at once.
pub(crate) fn destroy(raw: tibemsMsg) -> Result<()> {
    match handle::remove_sole(raw, MessageObject::is_of_program_only)? {
        Some(object) => retire(object),
        None => resolve(raw)?.destroy()?,
    }
    Ok(())
}

fn retire(mut object: Arc<MessageObject>) {
    let Some(sole) = Arc::get_mut(&mut object) else {
        return;
    };
    sole.retire();
    RETIRED.with(|retired| {
        let mut retired = retired.borrow_mut();
        if retired.capacity() == 0 {
            if !thread_end::call(tidy) {
                return;
            }
            retired.reserve_exact(RETIRED_MAX);
        }
        if retired.len() < RETIRED_MAX {
            retired.push(object);
        }
    });
}

/// What a message listener is given: the program owns the message from now on and will destroy it.
pub fn hand_out(message: Message, delivery: Option<Arc<dyn Delivery>>) -> tibemsMsg {
    publish(message, delivery).to_raw()
}

/// The handle of a message that belongs to the message around it.
pub(crate) fn lend_message(nested: &Nested) -> Handle {
    let object = nested.object();
    let insert = || as_number(handle::insert(object.clone()));
    as_handle(object.handle(false, insert, forget_message))
}

fn forget_message(number: usize) {
    handle::forget::<MessageObject>(as_handle(number));
}

/// A handle of a destination that belongs to a message; dropping the result takes it back.
pub(crate) fn lend_destination(destination: &Destination) -> Lent {
    let handle = destination::lent(destination.clone());
    Lent::new(as_number(handle), forget_destination)
}

fn forget_destination(number: usize) {
    handle::forget::<DestinationObject>(as_handle(number));
}

/// The handle behind a [`Lent`] that a message keeps.
pub(crate) fn lent_handle(number: Option<usize>) -> Handle {
    number.map_or(Handle::NULL, as_handle)
}

/// The message object behind a handle; TIBEMS_INVALID_MSG for what is none.
pub(crate) fn resolve(raw: tibemsMsg) -> Result<Arc<MessageObject>> {
    handle::get(raw)
}

/// Works on a message of any kind, under its lock.
pub(crate) fn with<T>(raw: tibemsMsg, work: impl FnOnce(&mut Message) -> Result<T>) -> Result<T> {
    let object = resolve(raw)?;
    let mut message = object.lock();
    work(&mut message)
}

/// Works on a message of this kind, under its lock; TIBEMS_INVALID_TYPE for another one.
pub(crate) fn with_kind<T>(
    raw: tibemsMsg,
    kind: BodyKind,
    work: impl FnOnce(&mut Message) -> Result<T>,
) -> Result<T> {
    with(raw, |message| {
        message.expect(kind)?;
        work(message)
    })
}

/// Makes a message for the program.
pub(crate) fn create(out: HandleOut<__tibemsMsg>, message: Message) -> Result<()> {
    let out = out.required()?;
    out.set(publish(message, None));
    Ok(())
}

/// A name that must be given; its syntax is the message's affair.
pub(crate) fn required_name(name: Option<&CStr>) -> Result<&[u8]> {
    match name {
        Some(name) => Ok(name.to_bytes()),
        None => Err(invalid_argument("the name is NULL")),
    }
}

/// A block of data that must be given unless its size is 0.
///
/// # Safety
/// `data` is NULL or valid for reading `size` bytes until the call returns.
pub(crate) unsafe fn required_data<'a>(data: *const c_void, size: u32) -> Result<&'a [u8]> {
    // SAFETY: the contract is passed on.
    unsafe { entry::bytes(data, size as usize) }
        .ok_or_else(|| invalid_argument("the data is NULL but its size is not 0"))
}

/// The address that C gets for a text.
pub(crate) fn text_pointer(text: Option<&crate::message::Text>) -> *const c_char {
    text.map_or(ptr::null(), crate::message::Text::as_ptr)
}

#[cfg(test)]
mod tests;
