//! Bytes messages.
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

use super::entry::{HandleOut, entry, not_implemented};
use super::types::{
    tibems_bool, tibems_byte, tibems_double, tibems_float, tibems_int, tibems_long, tibems_short,
    tibems_status, tibems_uint, tibems_wchar, tibemsBytesMsg, tibemsMsg,
};

/// Makes an empty bytes message. Release it with tibemsMsg_Destroy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_Create(message: *mut tibemsBytesMsg) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(message);
        }
        not_implemented("not part of this version yet")
    })
}

/// Get body length of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_GetBodyLength(
    msg: tibemsMsg,
    return_length: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (msg, return_length);
        not_implemented("not part of this version yet")
    })
}

/// Read boolean of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadBoolean(
    message: tibemsBytesMsg,
    value: *mut tibems_bool,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Read byte of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadByte(
    message: tibemsBytesMsg,
    value: *mut tibems_byte,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Read bytes of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadBytes(
    message: tibemsBytesMsg,
    value: *mut *const c_void,
    requested_length: tibems_int,
    return_length: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (message, value, requested_length, return_length);
        not_implemented("not part of this version yet")
    })
}

/// Read char of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadChar(
    message: tibemsBytesMsg,
    value: *mut tibems_wchar,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Read double of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadDouble(
    message: tibemsBytesMsg,
    value: *mut tibems_double,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Read float of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadFloat(
    message: tibemsBytesMsg,
    value: *mut tibems_float,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Read int of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadInt(
    message: tibemsBytesMsg,
    value: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Read long of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadLong(
    message: tibemsBytesMsg,
    value: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Read short of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadShort(
    message: tibemsBytesMsg,
    value: *mut tibems_short,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Read unsigned byte of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadUnsignedByte(
    message: tibemsBytesMsg,
    value: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Read unsigned short of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadUnsignedShort(
    message: tibemsBytesMsg,
    value: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Read utf of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadUTF(
    message: tibemsBytesMsg,
    value: *mut *const c_char,
    length: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (message, value, length);
        not_implemented("not part of this version yet")
    })
}

/// Write boolean of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteBoolean(
    message: tibemsBytesMsg,
    value: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Write byte of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteByte(
    message: tibemsBytesMsg,
    value: tibems_byte,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Write bytes of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteBytes(
    message: tibemsBytesMsg,
    value: *const c_void,
    size: tibems_uint,
) -> tibems_status {
    entry!({
        let _ = (message, value, size);
        not_implemented("not part of this version yet")
    })
}

/// Write char of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteChar(
    message: tibemsBytesMsg,
    value: tibems_wchar,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Write double of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteDouble(
    message: tibemsBytesMsg,
    value: tibems_double,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Write float of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteFloat(
    message: tibemsBytesMsg,
    value: tibems_float,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Write int of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteInt(
    message: tibemsBytesMsg,
    value: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Write long of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteLong(
    message: tibemsBytesMsg,
    value: tibems_long,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Write short of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteShort(
    message: tibemsBytesMsg,
    value: tibems_short,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Write utf of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteUTF(
    message: tibemsBytesMsg,
    value: *const c_char,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Reset of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_Reset(message: tibemsBytesMsg) -> tibems_status {
    entry!({
        let _ = message;
        not_implemented("not part of this version yet")
    })
}

/// Get bytes of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_GetBytes(
    message: tibemsBytesMsg,
    bytes: *mut *mut c_void,
    byte_size: *mut tibems_uint,
) -> tibems_status {
    entry!({
        let _ = (message, bytes, byte_size);
        not_implemented("not part of this version yet")
    })
}

/// Set bytes of a bytes message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_SetBytes(
    message: tibemsBytesMsg,
    bytes: *const c_void,
    byte_size: tibems_uint,
) -> tibems_status {
    entry!({
        let _ = (message, bytes, byte_size);
        not_implemented("not part of this version yet")
    })
}
