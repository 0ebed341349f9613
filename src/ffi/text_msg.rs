//! Text messages (spec 30 §5.1).
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::{CStr, c_char};

use super::entry::{self, HandleOut, Out, entry};
use super::message_handle::{create, text_pointer, with_kind};
use super::types::{tibems_status, tibemsTextMsg};
use crate::message::{BodyKind, Message};

/// Makes a text message with the NULL text. The caller releases it with tibemsMsg_Destroy.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTextMsg_Create(message: *mut tibemsTextMsg) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        create(unsafe { HandleOut::new(message) }, Message::text())
    })
}

/// Stores the text, or NULL for the NULL text. It belongs to the message and lives until the next
/// tibemsTextMsg_SetText or tibemsMsg_ClearBody, or until the message is destroyed. The bytes are as the sender wrote them;
/// tibemsMsg_GetEncoding names their encoding if it is not UTF-8.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTextMsg_GetText(
    message: tibemsTextMsg,
    text: *mut *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { Out::new(text) };
        with_kind(message, BodyKind::Text, |message| {
            out.required()?.set(text_pointer(message.get_text()?));
            Ok(())
        })
    })
}

/// Stores a copy of the text; NULL stores the NULL text.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTextMsg_SetText(
    message: tibemsTextMsg,
    text: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let content = unsafe { entry::text(text) };
        with_kind(message, BodyKind::Text, |message| {
            message.set_text(content.map(CStr::to_bytes))
        })
    })
}
