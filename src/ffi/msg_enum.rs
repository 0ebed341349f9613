//! Enumerations of names.
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::c_char;

use super::entry::{HandleOut, entry, not_implemented};
use super::types::{tibems_status, tibemsMsg, tibemsMsgEnum};

/// Get property names of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetPropertyNames(
    message: tibemsMsg,
    enumeration: *mut tibemsMsgEnum,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(enumeration);
        }
        let _ = message;
        not_implemented("not part of this version yet")
    })
}

/// Get next name of a enumeration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgEnum_GetNextName(
    enumeration: tibemsMsgEnum,
    name: *mut *const c_char,
) -> tibems_status {
    entry!({
        let _ = (enumeration, name);
        not_implemented("not part of this version yet")
    })
}

/// Destroy of a enumeration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgEnum_Destroy(enumeration: tibemsMsgEnum) -> tibems_status {
    entry!({
        let _ = enumeration;
        not_implemented("not part of this version yet")
    })
}
