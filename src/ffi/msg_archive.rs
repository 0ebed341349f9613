//! Messages as bytes and back.
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::c_void;

use super::entry::{HandleOut, entry, entry_value, not_implemented};
use super::types::{tibems_int, tibems_status, tibemsMsg};

/// Byte size of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_ByteSize(message: tibemsMsg) -> tibems_int {
    entry_value!(0, {
        let _ = message;
        not_implemented("not part of this version yet")
    })
}

/// Get byte size of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetByteSize(
    msg: tibemsMsg,
    size: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (msg, size);
        not_implemented("not part of this version yet")
    })
}

/// Get as bytes of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetAsBytes(
    msg: tibemsMsg,
    bytes: *mut *const c_void,
    actual_size: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (msg, bytes, actual_size);
        not_implemented("not part of this version yet")
    })
}

/// Get as bytes copy of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetAsBytesCopy(
    msg: tibemsMsg,
    bytes: *mut c_void,
    avail_size: tibems_int,
    actual_size: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (msg, bytes, avail_size, actual_size);
        not_implemented("not part of this version yet")
    })
}

/// Create from bytes of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_CreateFromBytes(
    msg_ptr: *mut tibemsMsg,
    bytes: *const c_void,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(msg_ptr);
        }
        let _ = bytes;
        not_implemented("not part of this version yet")
    })
}
