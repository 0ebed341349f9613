//! Messages made through a session: the same as those made without one.
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::c_char;

use core::ffi::CStr;

use super::entry::{HandleOut, entry, text};
use super::handle;
use super::message_handle::publish;
use super::types::{
    tibems_status, tibemsBytesMsg, tibemsMapMsg, tibemsMsg, tibemsSession, tibemsStreamMsg,
    tibemsTextMsg,
};
use crate::client::session::Session;
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
    let session = handle::get::<Session, _>(session)?;
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

/// Makes a bytes message, as tibemsBytesMsg_Create.
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

/// Makes a map message, as tibemsMapMsg_Create.
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

/// Makes a message without a body, as tibemsMsg_Create.
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

/// Makes a stream message, as tibemsStreamMsg_Create.
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

/// Makes a text message, as tibemsTextMsg_Create.
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

/// Makes a text message with its text; NULL leaves it without one.
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
