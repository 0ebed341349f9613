//! Text messages.
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::c_char;

use super::entry::{HandleOut, entry, not_implemented};
use super::types::{tibems_status, tibemsTextMsg};

/// Makes an empty text message. Release it with tibemsMsg_Destroy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTextMsg_Create(message: *mut tibemsTextMsg) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(message);
        }
        not_implemented("not part of this version yet")
    })
}

/// Get text of a text message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTextMsg_GetText(
    message: tibemsTextMsg,
    text: *mut *const c_char,
) -> tibems_status {
    entry!({
        let _ = (message, text);
        not_implemented("not part of this version yet")
    })
}

/// Set text of a text message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTextMsg_SetText(
    message: tibemsTextMsg,
    text: *const c_char,
) -> tibems_status {
    entry!({
        let _ = (message, text);
        not_implemented("not part of this version yet")
    })
}
