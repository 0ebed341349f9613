//! Printing of typed values.
//!
//! Nothing here blocks but output. Called by C programs.

use core::ffi::c_char;
use libc::FILE;

use super::entry::{entry, entry_value, not_implemented};
use super::types::{tibems_int, tibems_status, tibemsMsgField};

/// Print of a field.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgField_Print(field: *mut tibemsMsgField) {
    entry_value!((), {
        let _ = field;
        not_implemented("not part of this version yet")
    })
}

/// Print file of a field.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgField_PrintFile(field: *mut tibemsMsgField, file: *mut FILE) {
    entry_value!((), {
        let _ = (field, file);
        not_implemented("not part of this version yet")
    })
}

/// Print to buffer of a field.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgField_PrintToBuffer(
    field: *mut tibemsMsgField,
    buffer: *mut c_char,
    maxlen: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (field, buffer, maxlen);
        not_implemented("not part of this version yet")
    })
}
