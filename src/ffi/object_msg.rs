//! Object messages: opaque bytes.
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::c_void;

use super::entry::{HandleOut, entry, not_implemented};
use super::types::{tibems_status, tibems_uint, tibemsObjectMsg};

/// Makes an empty object message. Release it with tibemsMsg_Destroy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsObjectMsg_Create(message: *mut tibemsObjectMsg) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(message);
        }
        not_implemented("not part of this version yet")
    })
}

/// Get object bytes of a object message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsObjectMsg_GetObjectBytes(
    message: tibemsObjectMsg,
    bytes: *mut *mut c_void,
    byte_size: *mut tibems_uint,
) -> tibems_status {
    entry!({
        let _ = (message, bytes, byte_size);
        not_implemented("not part of this version yet")
    })
}

/// Set object bytes of a object message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsObjectMsg_SetObjectBytes(
    message: tibemsObjectMsg,
    bytes: *const c_void,
    byte_size: tibems_uint,
) -> tibems_status {
    entry!({
        let _ = (message, bytes, byte_size);
        not_implemented("not part of this version yet")
    })
}
