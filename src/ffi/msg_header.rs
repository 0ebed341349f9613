//! Headers of messages (spec 30 §3).
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::{CStr, c_char};
use std::mem::MaybeUninit;

use super::destination;
use super::entry::{HandleOut, Out, entry_memory as entry, text};
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

/// Gives the correlation ID of `message` in `value`, NULL if there is none. It belongs to the
/// message and is valid until the header is set again (also by a send) or the message is destroyed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
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

/// Makes a copy of `value` the correlation ID of `message`; NULL removes it. Any text; one that
/// starts with `ID:` is meant to be a message ID.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG.
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

/// Tells in `value` when consumers may get `message` at the earliest, in milliseconds since
/// 1970-01-01 UTC: the time of the send plus the delivery delay; 0 before a send.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
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

/// Tells in `value` the delivery mode of `message`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
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

/// Makes `value` the delivery mode of `message`. A send replaces it by the mode with which it
/// sends.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a number that is no mode.
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

/// Gives the destination of `message` in `value`, NULL if there is none. It belongs to the message
/// and is valid until the header is set again (also by a send) or the message is destroyed; it must
/// not be destroyed. tibemsDestination_Copy makes one to keep.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
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

/// Makes `value` the destination of `message`; NULL removes it. The program may destroy its own
/// handle at once. A send replaces it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_DESTINATION.
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

/// Gives the name of the encoding of the texts in properties and body of `message` in `value`, NULL
/// if there is none. It belongs to the message and is valid until the header is set again (also by
/// a send) or the message is destroyed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
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

/// Makes a copy of `value` the name of the encoding of the texts in properties and body of
/// `message`; NULL removes it. A label such as UTF-8 or ISO8859-1: texts are never converted
/// because of it. Text in another encoding than UTF-8 needs it to travel.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG.
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

/// Tells in `value` when `message` expires, in milliseconds since 1970-01-01 UTC; 0 is never.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
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

/// Makes `value`, in milliseconds since 1970-01-01 UTC, the time at which `message` expires; 0 is
/// never. A send replaces it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG.
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

/// Gives the message ID of `message` in `value`, NULL if there is none. It belongs to the message
/// and is valid until the header is set again (also by a send) or the message is destroyed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
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

/// Makes a copy of `value` the message ID of `message`; NULL removes it. Every send replaces it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG.
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

/// Tells in `value` the priority of `message`, 0 to 9.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
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

/// Makes `value` the priority of `message`. A send replaces it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG outside 0 to 9.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetPriority(
    message: tibemsMsg,
    value: tibems_int,
) -> tibems_status {
    entry!({ with(message, |message| message.set_priority(value)) })
}

/// Tells in `value` whether the server may have delivered `message` before.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
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

/// Marks `message` as redelivered, or not, as `value` says. A send takes the mark away.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG.
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

/// Gives the destination for answers of `message` in `value`, NULL if there is none. It belongs to
/// the message and is valid until the header is set again (also by a send) or the message is
/// destroyed; it must not be destroyed. tibemsDestination_Copy makes one to keep.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
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

/// Makes `value` the destination for answers of `message`; NULL removes it. The program may destroy
/// its own handle at once.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_DESTINATION.
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

/// Tells in `value` when `message` was sent, in milliseconds since 1970-01-01 UTC; 0 before a send
/// and when the producer leaves the time out.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
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

/// Makes `value`, in milliseconds since 1970-01-01 UTC, the time of the send of `message`. A send
/// replaces it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG.
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

/// Gives the type of `message` in `value`, NULL if there is none. It belongs to the message and is
/// valid until the header is set again (also by a send) or the message is destroyed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
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

/// Makes a copy of `value` the type of `message`; NULL removes it. It is the program's own word;
/// nothing here looks at it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG.
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
