//! Text messages (spec 30 §5.1).
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::{CStr, c_char};

use super::entry::{self, HandleOut, Out, entry_memory as entry};
use super::message_handle::{create, text_pointer, with_kind};
use super::types::{tibems_status, tibemsTextMsg};
use crate::message::{BodyKind, Message};

/// Makes a text message with the NULL text and gives it in `message`; the caller releases it with
/// tibemsMsg_Destroy.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTextMsg_Create(message: *mut tibemsTextMsg) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        create(unsafe { HandleOut::new(message) }, Message::text())
    })
}

/// Gives the text of `message` in `text`, NULL for the NULL text. It belongs to the message and is
/// valid until the next tibemsTextMsg_SetText or tibemsMsg_ClearBody, or until the message is
/// destroyed. The bytes are as the sender wrote them; tibemsMsg_GetEncoding names their encoding if
/// it is not UTF-8.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output.
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

/// Makes a copy of `text` the text of `message`, NULL for the NULL text.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE above 2^31 - 1 bytes.
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
