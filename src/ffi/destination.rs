//! Queues and topics as C programs hold them (spec 20 §2.1, §2.5).
//!
//! A handle is owned (the program destroys it) or borrowed from a message, producer, consumer or
//! browser, which makes it with [`lent`] and takes it back with `handle::forget`. Nothing here
//! blocks: handles are local. Called by C programs and by the other files of `ffi`.

use core::ffi::{CStr, c_char, c_void};
use std::mem::MaybeUninit;
use std::sync::Arc;

use super::entry::{HandleOut, Out, TextBuffer, entry, invalid_argument, text};
use super::handle::{self, Handle, Kind, Stored};
use super::types::{
    enumerated, tibems_int, tibems_status, tibemsDestination, tibemsDestinationType, tibemsQueue,
    tibemsTopic,
};
use crate::message::{Destination, DestinationKind};
use crate::status::{Error, Result, Status};

/// What a destination handle stands for.
pub(crate) struct DestinationObject {
    destination: Destination,
    borrowed: bool,
}

impl Stored for DestinationObject {
    const KIND: Kind = Kind::Destination;
}

/// A handle that the program destroys.
pub(crate) fn owned(destination: Destination) -> Handle {
    let borrowed = false;
    handle::insert(Arc::new(DestinationObject {
        destination,
        borrowed,
    }))
}

/// A handle that goes with the object it was asked of; the program cannot destroy it. The owner
/// calls `handle::forget::<DestinationObject>` when it goes.
pub(crate) fn lent(destination: Destination) -> Handle {
    let borrowed = true;
    handle::insert(Arc::new(DestinationObject {
        destination,
        borrowed,
    }))
}

/// The destination behind a handle, TIBEMS_INVALID_DESTINATION if there is none.
pub(crate) fn resolve(raw: *mut c_void) -> Result<Destination> {
    Ok(handle::get::<DestinationObject, _>(raw)?
        .destination
        .clone())
}

/// The destination behind a handle, `None` for NULL.
pub(crate) fn resolve_optional(raw: *mut c_void) -> Result<Option<Destination>> {
    if raw.is_null() {
        return Ok(None);
    }
    resolve(raw).map(Some)
}

/// Refuses a destination of the other kind: the typed calls take one kind only (spec 20 §7).
pub(crate) fn require_kind(destination: &Destination, kind: DestinationKind) -> Result<()> {
    if destination.kind() == kind {
        return Ok(());
    }
    Err(Error::new(
        Status::TIBEMS_INVALID_DESTINATION,
        match kind {
            DestinationKind::Queue => "the destination is no queue",
            DestinationKind::Topic => "the destination is no topic",
        },
    ))
}

/// The handle as it is, or one that is always bad in place of a destination of the other kind: the
/// common call that gets it answers TIBEMS_INVALID_DESTINATION when the argument's turn comes.
pub(crate) fn only(kind: DestinationKind, raw: *mut c_void) -> *mut c_void {
    match resolve(raw) {
        Ok(destination) if destination.kind() != kind => std::ptr::dangling_mut::<u8>().cast(),
        _ => raw,
    }
}

/// The end of a typed getter: a destination of the other kind that `status` came with is taken
/// back (spec 20 §7).
///
/// # Safety
/// `out` is NULL or valid for reading and writing.
pub(crate) unsafe fn require_stored_kind(
    status: tibems_status,
    out: *mut *mut c_void,
    kind: DestinationKind,
) -> tibems_status {
    if status != Status::TIBEMS_OK {
        return status;
    }
    entry!({
        // SAFETY: the call that was TIBEMS_OK wrote there.
        let Some(destination) = resolve_optional(unsafe { *out })? else {
            return Ok(());
        };
        require_kind(&destination, kind).inspect_err(|_| {
            // SAFETY: as above.
            unsafe { *out = std::ptr::null_mut() }
        })
    })
}

/// The kind as C programs write it.
pub(crate) fn type_of(kind: DestinationKind) -> tibemsDestinationType {
    match kind {
        DestinationKind::Queue => tibemsDestinationType::TIBEMS_QUEUE,
        DestinationKind::Topic => tibemsDestinationType::TIBEMS_TOPIC,
    }
}

fn kind_of(destination_type: tibemsDestinationType) -> Option<DestinationKind> {
    match destination_type {
        tibemsDestinationType::TIBEMS_QUEUE => Some(DestinationKind::Queue),
        tibemsDestinationType::TIBEMS_TOPIC => Some(DestinationKind::Topic),
        _ => None,
    }
}

/// Body of the creating calls.
fn create(
    out: HandleOut<c_void>,
    kind: Option<DestinationKind>,
    name: Option<&CStr>,
) -> Result<()> {
    let out = out.required()?;
    let kind = kind.ok_or_else(|| invalid_argument("a destination is a queue or a topic"))?;
    let name = name.ok_or_else(|| invalid_argument("the destination name is NULL"))?;
    out.set(owned(Destination::named(kind, name.to_bytes())?));
    Ok(())
}

/// Body of the destroying calls: any kind is accepted, a borrowed handle is not.
fn destroy(raw: tibemsDestination) -> tibems_status {
    entry!({
        if handle::get::<DestinationObject, _>(raw)?.borrowed {
            return Err(Error::new(
                Status::TIBEMS_NOT_PERMITTED,
                "the destination belongs to the object it was asked of",
            ));
        }
        handle::remove::<DestinationObject, _>(raw).map(drop)
    })
}

/// Body of the name getters; the typed ones empty the buffer when the kind is the other one.
fn give_name(
    raw: tibemsDestination,
    kind: Option<DestinationKind>,
    buffer: TextBuffer,
) -> Result<()> {
    let destination = resolve(raw)?;
    let buffer = buffer.required()?;
    if let Some(kind) = kind
        && let Err(error) = require_kind(&destination, kind)
    {
        buffer.set("")?;
        return Err(error);
    }
    buffer.set(&destination.name())
}

/// Makes a handle of a queue or topic and gives it in `destination`, to be released with
/// tibemsDestination_Destroy. The server is not asked: it sees the name when a producer or consumer
/// is made.
///
/// `destination_type` is TIBEMS_QUEUE or TIBEMS_TOPIC. `name` is copied: 1 to 249 bytes of UTF-8,
/// which is less than TIBEMS_DESTINATION_MAX; buffers of that size plus one take every name that
/// can be made. Any thread, session and connection may use the handle.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output, another type or a NULL name;
/// TIBEMS_INVALID_NAME for a name that is empty, longer than 249 bytes or not UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestination_Create(
    destination: *mut tibemsDestination,
    destination_type: MaybeUninit<tibemsDestinationType>,
    name: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (out, kind, name) = unsafe {
            (
                HandleOut::new(destination),
                enumerated(destination_type),
                text(name),
            )
        };
        create(out, kind.and_then(kind_of), name)
    })
}

/// Releases the handle `destination`. The queue or topic at the server stays, and so do producers
/// and consumers made from it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_DESTINATION; TIBEMS_NOT_PERMITTED for a handle that belongs
/// to a message, producer or consumer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestination_Destroy(
    destination: tibemsDestination,
) -> tibems_status {
    destroy(destination)
}

/// Makes a handle of the same queue or topic as `destination`, also when that is lent by a message,
/// producer or consumer, and gives it in `copy`. The caller releases it with
/// tibemsDestination_Destroy.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_DESTINATION; TIBEMS_INVALID_ARG for a NULL output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestination_Copy(
    destination: tibemsDestination,
    copy: *mut tibemsDestination,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { HandleOut::new(copy) };
        let destination = resolve(destination)?;
        out.required()?.set(owned(destination));
        Ok(())
    })
}

/// Copies the name of `destination` with its NUL into the buffer `name` of `name_len` bytes. Names
/// that came in messages may be longer than TIBEMS_DESTINATION_MAX.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_DESTINATION; TIBEMS_INVALID_ARG for a NULL buffer or a
/// length that is not positive; TIBEMS_INSUFFICIENT_BUFFER when the name does not fit: as many
/// whole characters as fit are written, with a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestination_GetName(
    destination: tibemsDestination,
    name: *mut c_char,
    name_len: tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or name_len bytes, as C promises.
        give_name(destination, None, unsafe {
            TextBuffer::new(name, name_len)
        })
    })
}

/// Tells in `destination_type` whether `destination` is a queue (TIBEMS_QUEUE) or a topic
/// (TIBEMS_TOPIC); of temporary ones too.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_DESTINATION; TIBEMS_INVALID_ARG for a NULL output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestination_GetType(
    destination: tibemsDestination,
    destination_type: *mut tibemsDestinationType,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { Out::new(destination_type) };
        let destination = resolve(destination)?;
        out.required()?.set(type_of(destination.kind()));
        Ok(())
    })
}

/// Makes a handle of the queue `queue_name` and gives it in `queue`: tibemsDestination_Create with
/// TIBEMS_QUEUE.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output or name; TIBEMS_INVALID_NAME for a
/// name that is empty, longer than 249 bytes or not UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueue_Create(
    queue: *mut tibemsQueue,
    queue_name: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (out, name) = unsafe { (HandleOut::new(queue), text(queue_name)) };
        create(out, Some(DestinationKind::Queue), name)
    })
}

/// Copies the name of `queue` with its NUL into the buffer `name` of `name_len` bytes:
/// tibemsDestination_GetName for a queue only.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_DESTINATION, for a topic with an empty name in the buffer;
/// TIBEMS_INVALID_ARG for a NULL buffer or a length that is not positive;
/// TIBEMS_INSUFFICIENT_BUFFER when the name does not fit: as many whole characters as fit are
/// written, with a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueue_GetQueueName(
    queue: tibemsQueue,
    name: *mut c_char,
    name_len: tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or name_len bytes, as C promises.
        let buffer = unsafe { TextBuffer::new(name, name_len) };
        give_name(queue, Some(DestinationKind::Queue), buffer)
    })
}

/// Releases the handle `queue`: tibemsDestination_Destroy.
///
/// Statuses: those of tibemsDestination_Destroy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueue_Destroy(queue: tibemsQueue) -> tibems_status {
    destroy(queue)
}

/// Makes a handle of the topic `topic_name` and gives it in `topic`: tibemsDestination_Create with
/// TIBEMS_TOPIC.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output or name; TIBEMS_INVALID_NAME for a
/// name that is empty, longer than 249 bytes or not UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopic_Create(
    topic: *mut tibemsTopic,
    topic_name: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (out, name) = unsafe { (HandleOut::new(topic), text(topic_name)) };
        create(out, Some(DestinationKind::Topic), name)
    })
}

/// Releases the handle `topic`: tibemsDestination_Destroy.
///
/// Statuses: those of tibemsDestination_Destroy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopic_Destroy(topic: tibemsTopic) -> tibems_status {
    destroy(topic)
}

/// Copies the name of `topic` with its NUL into the buffer `name` of `name_len` bytes:
/// tibemsDestination_GetName for a topic only.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_DESTINATION, for a queue with an empty name in the buffer;
/// TIBEMS_INVALID_ARG for a NULL buffer or a length that is not positive;
/// TIBEMS_INSUFFICIENT_BUFFER when the name does not fit: as many whole characters as fit are
/// written, with a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopic_GetTopicName(
    topic: tibemsTopic,
    name: *mut c_char,
    name_len: tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or name_len bytes, as C promises.
        let buffer = unsafe { TextBuffer::new(name, name_len) };
        give_name(topic, Some(DestinationKind::Topic), buffer)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_of(raw: tibemsDestination, size: i32) -> (tibems_status, String) {
        let mut room = [b'x'; 16];
        // SAFETY: 16 bytes, size is at most that.
        let status = unsafe { tibemsDestination_GetName(raw, room.as_mut_ptr().cast(), size) };
        let end = room.iter().position(|byte| *byte == 0).unwrap_or(0);
        (status, String::from_utf8_lossy(&room[..end]).into_owned())
    }

    #[test]
    fn owned_handles_are_copied_and_destroyed() {
        let raw: tibemsDestination = owned(Destination::queue("orders")).to_raw();
        assert_eq!(name_of(raw, 16), (Status::TIBEMS_OK, "orders".into()));
        assert_eq!(name_of(raw, 7), (Status::TIBEMS_OK, "orders".into()));
        assert_eq!(
            name_of(raw, 6),
            (Status::TIBEMS_INSUFFICIENT_BUFFER, "order".into())
        );
        assert_eq!(name_of(raw, 0).0, Status::TIBEMS_INVALID_ARG);
        let mut copy = std::ptr::null_mut();
        // SAFETY: a live variable, any handles.
        unsafe {
            assert_eq!(tibemsDestination_Copy(raw, &mut copy), Status::TIBEMS_OK);
            assert_eq!(tibemsTopic_Destroy(raw), Status::TIBEMS_OK);
            assert_eq!(tibemsTopic_Destroy(raw), Status::TIBEMS_INVALID_DESTINATION);
            assert_eq!(name_of(copy, 16).1, "orders");
            assert_eq!(tibemsDestination_Destroy(copy), Status::TIBEMS_OK);
        }
    }

    #[test]
    fn borrowed_handles_go_with_their_owner() {
        let handle = lent(Destination::topic("prices"));
        // SAFETY: any handle.
        let status = unsafe { tibemsDestination_Destroy(handle.to_raw()) };
        assert_eq!(status, Status::TIBEMS_NOT_PERMITTED);
        assert!(resolve(handle.to_raw()).is_ok());
        handle::forget::<DestinationObject>(handle);
        assert!(resolve(handle.to_raw()).is_err());
        assert!(resolve_optional(std::ptr::null_mut()).is_ok_and(|none| none.is_none()));
    }

    #[test]
    fn the_typed_name_getters_know_their_kind() {
        let raw: tibemsQueue = owned(Destination::queue("q")).to_raw();
        let mut room = [b'x'; 4];
        let start = room.as_mut_ptr().cast();
        // SAFETY: four bytes.
        unsafe {
            assert_eq!(
                tibemsTopic_GetTopicName(raw, start, 4),
                Status::TIBEMS_INVALID_DESTINATION
            );
            assert_eq!(room[0], 0);
            assert_eq!(tibemsQueue_GetQueueName(raw, start, 4), Status::TIBEMS_OK);
            assert_eq!(&room[..2], b"q\0");
            tibemsQueue_Destroy(raw);
        }
    }
}
