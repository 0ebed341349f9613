//! Messages of any kind: create, destroy, copy, acknowledge, print.
//!
//! Only acknowledging may block. Called by C programs.

use core::ffi::c_char;
use libc::FILE;

use super::entry::{HandleOut, entry, entry_value, not_implemented};
use super::types::{tibems_int, tibems_status, tibemsMsg, tibemsMsgType};

/// Makes an empty message. Release it with tibemsMsg_Destroy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_Create(message: *mut tibemsMsg) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(message);
        }
        not_implemented("not part of this version yet")
    })
}

/// Destroy of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_Destroy(message: tibemsMsg) -> tibems_status {
    entry!({
        let _ = message;
        not_implemented("not part of this version yet")
    })
}

/// Get body type of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetBodyType(
    message: tibemsMsg,
    body_type: *mut tibemsMsgType,
) -> tibems_status {
    entry!({
        let _ = (message, body_type);
        not_implemented("not part of this version yet")
    })
}

/// Acknowledge of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_Acknowledge(message: tibemsMsg) -> tibems_status {
    entry!({
        let _ = message;
        not_implemented("not part of this version yet")
    })
}

/// Recover of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_Recover(message: tibemsMsg) -> tibems_status {
    entry!({
        let _ = message;
        not_implemented("not part of this version yet")
    })
}

/// Clear body of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_ClearBody(message: tibemsMsg) -> tibems_status {
    entry!({
        let _ = message;
        not_implemented("not part of this version yet")
    })
}

/// Get encoding of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetEncoding(
    msg: tibemsMsg,
    value: *mut *const c_char,
) -> tibems_status {
    entry!({
        let _ = (msg, value);
        not_implemented("not part of this version yet")
    })
}

/// Set encoding of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetEncoding(
    msg: tibemsMsg,
    value: *const c_char,
) -> tibems_status {
    entry!({
        let _ = (msg, value);
        not_implemented("not part of this version yet")
    })
}

/// Make writeable of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_MakeWriteable(msg: tibemsMsg) -> tibems_status {
    entry!({
        let _ = msg;
        not_implemented("not part of this version yet")
    })
}

/// Create copy of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_CreateCopy(
    msg: tibemsMsg,
    copy: *mut tibemsMsg,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(copy);
        }
        let _ = msg;
        not_implemented("not part of this version yet")
    })
}

/// Print of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_Print(message: tibemsMsg) {
    entry_value!((), {
        let _ = message;
        not_implemented("not part of this version yet")
    })
}

/// Print file of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_PrintFile(message: tibemsMsg, file: *mut FILE) {
    entry_value!((), {
        let _ = (message, file);
        not_implemented("not part of this version yet")
    })
}

/// Print to buffer of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_PrintToBuffer(
    message: tibemsMsg,
    buffer: *mut c_char,
    maxlen: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (message, buffer, maxlen);
        not_implemented("not part of this version yet")
    })
}
