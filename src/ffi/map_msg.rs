//! Map messages.
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

use super::entry::{HandleOut, entry, not_implemented};
use super::types::{
    tibems_bool, tibems_byte, tibems_double, tibems_float, tibems_int, tibems_long, tibems_short,
    tibems_status, tibems_uint, tibems_wchar, tibemsMapMsg, tibemsMsg, tibemsMsgEnum,
    tibemsMsgField, tibemsStreamMsg,
};

/// Makes an empty map message. Release it with tibemsMsg_Destroy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_Create(message: *mut tibemsMapMsg) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(message);
        }
        not_implemented("not part of this version yet")
    })
}

/// Get boolean of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetBoolean(
    message: tibemsMapMsg,
    name: *const c_char,
    value: *mut tibems_bool,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Get byte of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetByte(
    message: tibemsMapMsg,
    name: *const c_char,
    value: *mut tibems_byte,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Get bytes of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetBytes(
    message: tibemsMapMsg,
    name: *const c_char,
    bytes: *mut *const c_void,
    bytes_size: *mut tibems_uint,
) -> tibems_status {
    entry!({
        let _ = (message, name, bytes, bytes_size);
        not_implemented("not part of this version yet")
    })
}

/// Get char of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetChar(
    message: tibemsMapMsg,
    name: *const c_char,
    value: *mut tibems_wchar,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Get double of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetDouble(
    message: tibemsMapMsg,
    name: *const c_char,
    value: *mut tibems_double,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Get float of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetFloat(
    message: tibemsMapMsg,
    name: *const c_char,
    value: *mut tibems_float,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Get int of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetInt(
    message: tibemsMapMsg,
    name: *const c_char,
    value: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Get long of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetLong(
    message: tibemsMapMsg,
    name: *const c_char,
    value: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Get short of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetShort(
    message: tibemsMapMsg,
    name: *const c_char,
    value: *mut tibems_short,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Get string of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetString(
    message: tibemsMapMsg,
    name: *const c_char,
    value: *mut *const c_char,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Get map msg of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetMapMsg(
    msg: tibemsMapMsg,
    name: *const c_char,
    value: *mut tibemsMapMsg,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(value);
        }
        let _ = (msg, name);
        not_implemented("not part of this version yet")
    })
}

/// Get stream msg of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetStreamMsg(
    msg: tibemsMapMsg,
    name: *const c_char,
    value: *mut tibemsStreamMsg,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(value);
        }
        let _ = (msg, name);
        not_implemented("not part of this version yet")
    })
}

/// Set boolean of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetBoolean(
    message: tibemsMapMsg,
    name: *const c_char,
    value: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Set byte of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetByte(
    message: tibemsMapMsg,
    name: *const c_char,
    value: tibems_byte,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Set bytes of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetBytes(
    message: tibemsMapMsg,
    name: *const c_char,
    bytes: *mut c_void,
    bytes_size: tibems_uint,
) -> tibems_status {
    entry!({
        let _ = (message, name, bytes, bytes_size);
        not_implemented("not part of this version yet")
    })
}

/// Set referenced bytes of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetReferencedBytes(
    message: tibemsMapMsg,
    name: *const c_char,
    bytes: *mut c_void,
    bytes_size: tibems_uint,
) -> tibems_status {
    entry!({
        let _ = (message, name, bytes, bytes_size);
        not_implemented("not part of this version yet")
    })
}

/// Set char of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetChar(
    message: tibemsMapMsg,
    name: *const c_char,
    value: tibems_wchar,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Set double of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetDouble(
    message: tibemsMapMsg,
    name: *const c_char,
    value: tibems_double,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Set float of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetFloat(
    message: tibemsMapMsg,
    name: *const c_char,
    value: tibems_float,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Set int of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetInt(
    message: tibemsMapMsg,
    name: *const c_char,
    value: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Set long of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetLong(
    message: tibemsMapMsg,
    name: *const c_char,
    value: tibems_long,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Set short of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetShort(
    message: tibemsMapMsg,
    name: *const c_char,
    value: tibems_short,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Set string of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetString(
    message: tibemsMapMsg,
    name: *const c_char,
    value: *const c_char,
) -> tibems_status {
    entry!({
        let _ = (message, name, value);
        not_implemented("not part of this version yet")
    })
}

/// Set map msg of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetMapMsg(
    msg: tibemsMsg,
    name: *const c_char,
    map_msg: tibemsMsg,
    take_ownership: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        let _ = (msg, name, map_msg, take_ownership);
        not_implemented("not part of this version yet")
    })
}

/// Set stream msg of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetStreamMsg(
    msg: tibemsMsg,
    name: *const c_char,
    stream_msg: tibemsMsg,
    take_ownership: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        let _ = (msg, name, stream_msg, take_ownership);
        not_implemented("not part of this version yet")
    })
}

/// Set short array of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetShortArray(
    msg: tibemsMsg,
    name: *const c_char,
    value: *const tibems_short,
    count: tibems_uint,
) -> tibems_status {
    entry!({
        let _ = (msg, name, value, count);
        not_implemented("not part of this version yet")
    })
}

/// Set int array of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetIntArray(
    msg: tibemsMsg,
    name: *const c_char,
    value: *const tibems_int,
    count: tibems_uint,
) -> tibems_status {
    entry!({
        let _ = (msg, name, value, count);
        not_implemented("not part of this version yet")
    })
}

/// Set long array of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetLongArray(
    msg: tibemsMsg,
    name: *const c_char,
    value: *const tibems_long,
    count: tibems_uint,
) -> tibems_status {
    entry!({
        let _ = (msg, name, value, count);
        not_implemented("not part of this version yet")
    })
}

/// Set float array of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetFloatArray(
    msg: tibemsMsg,
    name: *const c_char,
    value: *const tibems_float,
    count: tibems_uint,
) -> tibems_status {
    entry!({
        let _ = (msg, name, value, count);
        not_implemented("not part of this version yet")
    })
}

/// Set double array of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetDoubleArray(
    msg: tibemsMsg,
    name: *const c_char,
    value: *const tibems_double,
    count: tibems_uint,
) -> tibems_status {
    entry!({
        let _ = (msg, name, value, count);
        not_implemented("not part of this version yet")
    })
}

/// Item exists of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_ItemExists(
    message: tibemsMapMsg,
    name: *const c_char,
    answer: *mut tibems_bool,
) -> tibems_status {
    entry!({
        let _ = (message, name, answer);
        not_implemented("not part of this version yet")
    })
}

/// Get map names of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetMapNames(
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

/// Get field of a map message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetField(
    message: tibemsMapMsg,
    name: *const c_char,
    data: *mut tibemsMsgField,
) -> tibems_status {
    entry!({
        let _ = (message, name, data);
        not_implemented("not part of this version yet")
    })
}
