//! Headers of messages (spec 30 §3).
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::{CStr, c_char};
use std::mem::MaybeUninit;

use super::destination;
use super::entry::{HandleOut, Out, entry, text};
use super::message_handle::{lend_destination, lent_handle, text_pointer, with};
use super::types::{
    flag, number, tibems_bool, tibems_int, tibems_long, tibems_status, tibemsDeliveryMode,
    tibemsDestination, tibemsMsg,
};
use crate::message::{DeliveryMode, TextHeader};
use crate::status::Result;

fn get_text(raw: tibemsMsg, header: TextHeader, out: Out<*const c_char>) -> Result<()> {
    with(raw, |message| {
        out.required()?
            .set(text_pointer(message.text_header(header)));
        Ok(())
    })
}

fn set_text(raw: tibemsMsg, header: TextHeader, value: Option<&CStr>) -> Result<()> {
    with(raw, |message| {
        message.set_text_header(header, value.map(CStr::to_bytes));
        Ok(())
    })
}

/// Stores the correlation ID, NULL if there is none. It belongs to the message and
/// lives until the header is set again (also by a send) or the message is destroyed.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetCorrelationID(
    message: tibemsMsg,
    value: *mut *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        get_text(message, TextHeader::CorrelationId, unsafe {
            Out::new(value)
        })
    })
}

/// Stores a copy of the correlation ID; NULL clears it. Any text. One that starts with `ID:` is meant to be a message ID.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetCorrelationID(
    message: tibemsMsg,
    value: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        set_text(message, TextHeader::CorrelationId, unsafe { text(value) })
    })
}

/// Stores the earliest time of delivery, in milliseconds since 1970-01-01 UTC: the time of the send
/// plus the delivery delay; 0 before a send.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetDeliveryTime(
    message: tibemsMsg,
    value: *mut tibems_long,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { Out::new(value) };
        with(message, |message| {
            out.required()?.set(message.delivery_time());
            Ok(())
        })
    })
}

/// Stores the delivery mode.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetDeliveryMode(
    message: tibemsMsg,
    value: *mut tibemsDeliveryMode,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { Out::new(value) };
        with(message, |message| {
            out.required()?.set(match message.delivery_mode() {
                DeliveryMode::NonPersistent => tibemsDeliveryMode::TIBEMS_NON_PERSISTENT,
                DeliveryMode::Persistent => tibemsDeliveryMode::TIBEMS_PERSISTENT,
                DeliveryMode::Reliable => tibemsDeliveryMode::TIBEMS_RELIABLE,
            });
            Ok(())
        })
    })
}

/// Stores the delivery mode. A send replaces it.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a number that is no mode. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetDeliveryMode(
    message: tibemsMsg,
    value: MaybeUninit<tibemsDeliveryMode>,
) -> tibems_status {
    entry!({
        // SAFETY: the mode was passed.
        let mode = unsafe { number(value) };
        with(message, |message| message.set_delivery_mode(mode))
    })
}

/// Stores the destination, NULL if there is none. The handle belongs to the message: it
/// lives until the header is set again (also by a send) or the message is destroyed, and must not be
/// destroyed. tibemsDestination_Copy makes one to keep.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetDestination(
    message: tibemsMsg,
    value: *mut tibemsDestination,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { HandleOut::new(value) };
        with(message, |message| {
            out.required()?
                .set(lent_handle(message.lend_destination(lend_destination)));
            Ok(())
        })
    })
}

/// Stores a copy of the destination; NULL clears it. The program may destroy its own
/// handle at once.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_DESTINATION. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetDestination(
    message: tibemsMsg,
    value: tibemsDestination,
) -> tibems_status {
    entry!({
        with(message, |message| {
            message.set_destination(destination::resolve_optional(value)?);
            Ok(())
        })
    })
}

/// Stores the name of the encoding of the texts in properties and body, NULL if there is none. It belongs to the message and
/// lives until the header is set again (also by a send) or the message is destroyed.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetEncoding(
    message: tibemsMsg,
    value: *mut *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        get_text(message, TextHeader::Encoding, unsafe { Out::new(value) })
    })
}

/// Stores a copy of the name of the encoding of the texts in properties and body; NULL clears it. A label such as UTF-8 or ISO8859-1: the library never converts texts because of it. A text body
/// in another encoding than UTF-8 needs it to travel.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetEncoding(
    message: tibemsMsg,
    value: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        set_text(message, TextHeader::Encoding, unsafe { text(value) })
    })
}

/// Stores the time at which the message expires, in milliseconds since 1970-01-01 UTC; 0 is never.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetExpiration(
    message: tibemsMsg,
    value: *mut tibems_long,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { Out::new(value) };
        with(message, |message| {
            out.required()?.set(message.expiration());
            Ok(())
        })
    })
}

/// Stores the time of expiry, in milliseconds since 1970-01-01 UTC. A send replaces it.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetExpiration(
    message: tibemsMsg,
    value: tibems_long,
) -> tibems_status {
    entry!({
        with(message, |message| {
            message.set_expiration(value);
            Ok(())
        })
    })
}

/// Stores the message ID, NULL if there is none. It belongs to the message and
/// lives until the header is set again (also by a send) or the message is destroyed.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetMessageID(
    message: tibemsMsg,
    value: *mut *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        get_text(message, TextHeader::MessageId, unsafe { Out::new(value) })
    })
}

/// Stores a copy of the message ID; NULL clears it. Every send replaces it.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetMessageID(
    message: tibemsMsg,
    value: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        set_text(message, TextHeader::MessageId, unsafe { text(value) })
    })
}

/// Stores the priority, 0 to 9.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetPriority(
    message: tibemsMsg,
    value: *mut tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { Out::new(value) };
        with(message, |message| {
            out.required()?.set(message.priority());
            Ok(())
        })
    })
}

/// Stores the priority. A send replaces it.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG outside 0 to 9. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetPriority(
    message: tibemsMsg,
    value: tibems_int,
) -> tibems_status {
    entry!({ with(message, |message| message.set_priority(value)) })
}

/// Tells whether the server has delivered the message before.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetRedelivered(
    message: tibemsMsg,
    value: *mut tibems_bool,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { Out::new(value) };
        with(message, |message| {
            out.required()?.set(message.redelivered().into());
            Ok(())
        })
    })
}

/// Stores the redelivered flag. A send resets it.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetRedelivered(
    message: tibemsMsg,
    value: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        // SAFETY: the flag was passed.
        let redelivered = unsafe { flag(value) };
        with(message, |message| {
            message.set_redelivered(redelivered);
            Ok(())
        })
    })
}

/// Stores the destination for answers, NULL if there is none. The handle belongs to the message: it
/// lives until the header is set again (also by a send) or the message is destroyed, and must not be
/// destroyed. tibemsDestination_Copy makes one to keep.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetReplyTo(
    message: tibemsMsg,
    value: *mut tibemsDestination,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { HandleOut::new(value) };
        with(message, |message| {
            out.required()?
                .set(lent_handle(message.lend_reply_to(lend_destination)));
            Ok(())
        })
    })
}

/// Stores a copy of the destination for answers; NULL clears it. The program may destroy its own
/// handle at once.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_DESTINATION. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetReplyTo(
    message: tibemsMsg,
    value: tibemsDestination,
) -> tibems_status {
    entry!({
        with(message, |message| {
            message.set_reply_to(destination::resolve_optional(value)?);
            Ok(())
        })
    })
}

/// Stores the time of the send, in milliseconds since 1970-01-01 UTC; 0 before a send and when the
/// producer disables timestamps.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetTimestamp(
    message: tibemsMsg,
    value: *mut tibems_long,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { Out::new(value) };
        with(message, |message| {
            out.required()?.set(message.timestamp());
            Ok(())
        })
    })
}

/// Stores the timestamp. A send replaces it.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetTimestamp(
    message: tibemsMsg,
    value: tibems_long,
) -> tibems_status {
    entry!({
        with(message, |message| {
            message.set_timestamp(value);
            Ok(())
        })
    })
}

/// Stores the type, NULL if there is none. It belongs to the message and
/// lives until the header is set again (also by a send) or the message is destroyed.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetType(
    message: tibemsMsg,
    value: *mut *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        get_text(message, TextHeader::Type, unsafe { Out::new(value) })
    })
}

/// Stores a copy of the type; NULL clears it. For the program's own use.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetType(
    message: tibemsMsg,
    value: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        set_text(message, TextHeader::Type, unsafe { text(value) })
    })
}
