//! Queues and topics as C programs hold them.
//!
//! Nothing here blocks: handles are local. Called by C programs.

use core::ffi::c_char;
use std::mem::MaybeUninit;

use super::entry::{HandleOut, entry, not_implemented};
use super::types::{
    tibems_int, tibems_status, tibemsDestination, tibemsDestinationType, tibemsQueue, tibemsTopic,
};

/// Makes a handle for a queue or topic. Purely local: name and permission are checked when a
/// producer or consumer is made from it.
///
/// `type` is TIBEMS_QUEUE or TIBEMS_TOPIC; `name` is copied. The handle may be used by any
/// thread, session and connection, and is released with tibemsDestination_Destroy.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output, another type or a NULL name;
/// TIBEMS_INVALID_NAME for a name that breaks the rules of destination names. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestination_Create(
    destination: *mut tibemsDestination,
    destination_type: MaybeUninit<tibemsDestinationType>,
    name: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(destination);
        }
        let _ = (destination_type, name);
        not_implemented("not part of this version yet")
    })
}

/// Releases a destination handle, whatever its kind. Never touches the destination at the
/// server; producers and consumers made from the handle go on working.
///
/// TIBEMS_OK; TIBEMS_INVALID_DESTINATION; TIBEMS_NOT_PERMITTED for a handle that belongs to a
/// message, producer, consumer or browser. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestination_Destroy(
    destination: tibemsDestination,
) -> tibems_status {
    entry!({
        let _ = destination;
        not_implemented("not part of this version yet")
    })
}

/// Makes an independent copy of a destination. The caller owns the copy, also when the
/// original is borrowed from another object; a copy of a temporary destination is temporary
/// too.
///
/// TIBEMS_OK; TIBEMS_INVALID_DESTINATION; TIBEMS_INVALID_ARG for a NULL output. Does not
/// block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestination_Copy(
    destination: tibemsDestination,
    copy: *mut tibemsDestination,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(copy);
        }
        let _ = destination;
        not_implemented("not part of this version yet")
    })
}

/// Copies the name with its NUL into the caller's buffer of `name_len` bytes.
///
/// TIBEMS_OK; TIBEMS_INVALID_DESTINATION; TIBEMS_INVALID_ARG for a NULL buffer or a length
/// that is not positive; TIBEMS_INSUFFICIENT_BUFFER when the name does not fit: as many whole
/// characters as fit are stored. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestination_GetName(
    destination: tibemsDestination,
    name: *mut c_char,
    name_len: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (destination, name, name_len);
        not_implemented("not part of this version yet")
    })
}

/// Tells whether a destination is a queue (TIBEMS_QUEUE) or a topic (TIBEMS_TOPIC); temporary
/// ones too.
///
/// TIBEMS_OK; TIBEMS_INVALID_DESTINATION; TIBEMS_INVALID_ARG for a NULL output. Does not
/// block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestination_GetType(
    destination: tibemsDestination,
    destination_type: *mut tibemsDestinationType,
) -> tibems_status {
    entry!({
        let _ = (destination, destination_type);
        not_implemented("not part of this version yet")
    })
}

/// Makes a handle for a queue: tibemsDestination_Create with TIBEMS_QUEUE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueue_Create(
    queue: *mut tibemsQueue,
    queue_name: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(queue);
        }
        let _ = queue_name;
        not_implemented("not part of this version yet")
    })
}

/// Copies the name of a queue into the caller's buffer: tibemsDestination_GetName, but
/// TIBEMS_INVALID_DESTINATION and an empty text for a topic.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueue_GetQueueName(
    queue: tibemsQueue,
    name: *mut c_char,
    name_len: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (queue, name, name_len);
        not_implemented("not part of this version yet")
    })
}

/// Releases a destination handle: tibemsDestination_Destroy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueue_Destroy(queue: tibemsQueue) -> tibems_status {
    entry!({
        let _ = queue;
        not_implemented("not part of this version yet")
    })
}

/// Makes a handle for a topic: tibemsDestination_Create with TIBEMS_TOPIC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopic_Create(
    topic: *mut tibemsTopic,
    topic_name: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(topic);
        }
        let _ = topic_name;
        not_implemented("not part of this version yet")
    })
}

/// Releases a destination handle: tibemsDestination_Destroy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopic_Destroy(topic: tibemsTopic) -> tibems_status {
    entry!({
        let _ = topic;
        not_implemented("not part of this version yet")
    })
}

/// Copies the name of a topic into the caller's buffer: tibemsDestination_GetName, but
/// TIBEMS_INVALID_DESTINATION and an empty text for a queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopic_GetTopicName(
    topic: tibemsTopic,
    name: *mut c_char,
    name_len: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (topic, name, name_len);
        not_implemented("not part of this version yet")
    })
}
