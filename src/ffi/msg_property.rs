//! Properties of messages.
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::c_char;
use std::mem::MaybeUninit;

use super::entry::{entry, not_implemented};
use super::types::{
    tibems_bool, tibems_byte, tibems_double, tibems_float, tibems_int, tibems_long, tibems_short,
    tibems_status, tibemsMsg, tibemsMsgField,
};

/// Clear properties of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_ClearProperties(message: tibemsMsg) -> tibems_status {
    entry!({
        let _ = message;
        not_implemented("not part of this version yet")
    })
}

/// Property exists of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_PropertyExists(
    message: tibemsMsg,
    name: *const c_char,
    answer: *mut tibems_bool,
) -> tibems_status {
    entry!({
        let _ = (message, name, answer);
        not_implemented("not part of this version yet")
    })
}

/// Get property of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetProperty(
    message: tibemsMsg,
    name: *const c_char,
    data: *mut tibemsMsgField,
) -> tibems_status {
    entry!({
        let _ = (message, name, data);
        not_implemented("not part of this version yet")
    })
}

/// Get boolean property of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetBooleanProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: *mut tibems_bool,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Get byte property of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetByteProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: *mut tibems_byte,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Get double property of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetDoubleProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: *mut tibems_double,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Get float property of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetFloatProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: *mut tibems_float,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Get int property of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetIntProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Get long property of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetLongProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Get short property of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetShortProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: *mut tibems_short,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Get string property of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetStringProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: *mut *const c_char,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Set boolean property of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetBooleanProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Set byte property of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetByteProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: tibems_byte,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Set double property of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetDoubleProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: tibems_double,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Set float property of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetFloatProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: tibems_float,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Set int property of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetIntProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Set long property of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetLongProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: tibems_long,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Set short property of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetShortProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: tibems_short,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Set string property of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetStringProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: *const c_char,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}
