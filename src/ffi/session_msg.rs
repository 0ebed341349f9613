//! Messages made through a session: the same as those made without one.
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::c_char;

use core::ffi::CStr;

use super::entry::{HandleOut, entry, text};
use super::handle;
use super::message_handle::publish;
use super::objects::SessionObject;
use super::types::{
    tibems_status, tibemsBytesMsg, tibemsMapMsg, tibemsMsg, tibemsSession, tibemsStreamMsg,
    tibemsTextMsg,
};
use crate::message::{BodyKind, Message};
use crate::status::Result;

/// The common part: refuses closed sessions, makes the message, gives it to the program.
///
/// # Safety
/// `message` is NULL or valid for writing.
unsafe fn create(
    session: tibemsSession,
    message: *mut tibemsMsg,
    kind: BodyKind,
    text: Option<&CStr>,
) -> Result<()> {
    // SAFETY: the contract is passed on.
    let out = unsafe { HandleOut::new(message) };
    let session = handle::get::<SessionObject, _>(session)?;
    let out = out.required()?;
    session.ensure_open()?;
    let mut made = match kind {
        BodyKind::Plain => Message::plain(),
        BodyKind::Bytes => Message::bytes(),
        BodyKind::Map => Message::map(),
        BodyKind::Object => Message::object(),
        BodyKind::Stream => Message::stream(),
        BodyKind::Text => Message::text(),
    };
    if let Some(text) = text {
        made.set_text(Some(text.to_bytes()))?;
    }
    out.set(publish(made, None));
    Ok(())
}

/// Makes an empty bytes message and gives it in `bytes_msg`: tibemsBytesMsg_Create, with a look at
/// `session`. The message does not belong to the session and outlives it; release it with
/// tibemsMsg_Destroy.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE when the session was closed with its connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateBytesMessage(
    session: tibemsSession,
    bytes_msg: *mut tibemsBytesMsg,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { create(session, bytes_msg, BodyKind::Bytes, None) }
    })
}

/// Makes a map message without items and gives it in `map_msg`: tibemsMapMsg_Create, with a look at
/// `session`. The message does not belong to the session and outlives it; release it with
/// tibemsMsg_Destroy.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE when the session was closed with its connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateMapMessage(
    session: tibemsSession,
    map_msg: *mut tibemsMapMsg,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { create(session, map_msg, BodyKind::Map, None) }
    })
}

/// Makes a message without a body and gives it in `msg`: tibemsMsg_Create, with a look at
/// `session`. The message does not belong to the session and outlives it; release it with
/// tibemsMsg_Destroy.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE when the session was closed with its connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateMessage(
    session: tibemsSession,
    msg: *mut tibemsMsg,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { create(session, msg, BodyKind::Plain, None) }
    })
}

/// Makes an empty stream message and gives it in `stream_msg`: tibemsStreamMsg_Create, with a look
/// at `session`. The message does not belong to the session and outlives it; release it with
/// tibemsMsg_Destroy.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE when the session was closed with its connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateStreamMessage(
    session: tibemsSession,
    stream_msg: *mut tibemsStreamMsg,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { create(session, stream_msg, BodyKind::Stream, None) }
    })
}

/// Makes a text message with the NULL text and gives it in `text_msg`: tibemsTextMsg_Create, with a
/// look at `session`. The message does not belong to the session and outlives it; release it with
/// tibemsMsg_Destroy.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE when the session was closed with its connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateTextMessage(
    session: tibemsSession,
    text_msg: *mut tibemsTextMsg,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { create(session, text_msg, BodyKind::Text, None) }
    })
}

/// Makes a text message with a copy of `text_string`, NULL for the NULL text, and gives it in
/// `text_msg`, with a look at `session`. The message does not belong to the session and outlives
/// it; release it with tibemsMsg_Destroy.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE when the session was closed with its connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateTextMessageEx(
    session: tibemsSession,
    text_msg: *mut tibemsTextMsg,
    text_string: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { create(session, text_msg, BodyKind::Text, text(text_string)) }
    })
}
