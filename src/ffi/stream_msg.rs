//! Stream messages.
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

use super::entry::{HandleOut, entry, entry_value, not_implemented};
use super::types::{
    tibems_bool, tibems_byte, tibems_double, tibems_float, tibems_int, tibems_long, tibems_short,
    tibems_status, tibems_uint, tibems_wchar, tibemsMsg, tibemsMsgField, tibemsStreamMsg,
};

/// Makes an empty stream message. Release it with tibemsMsg_Destroy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_Create(message: *mut tibemsStreamMsg) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(message);
        }
        not_implemented("not part of this version yet")
    })
}

/// Read field of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_ReadField(
    message: tibemsStreamMsg,
    value: *mut tibemsMsgField,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Read boolean of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_ReadBoolean(
    message: tibemsStreamMsg,
    value: *mut tibems_bool,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Read byte of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_ReadByte(
    message: tibemsStreamMsg,
    value: *mut tibems_byte,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Read bytes of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_ReadBytes(
    message: tibemsStreamMsg,
    value: *mut *mut c_void,
    size: *mut tibems_uint,
) -> tibems_status {
    entry!({
        let _ = (message, value, size);
        not_implemented("not part of this version yet")
    })
}

/// Read char of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_ReadChar(
    message: tibemsStreamMsg,
    value: *mut tibems_wchar,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Read double of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_ReadDouble(
    message: tibemsStreamMsg,
    value: *mut tibems_double,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Read float of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_ReadFloat(
    message: tibemsStreamMsg,
    value: *mut tibems_float,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Read int of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_ReadInt(
    message: tibemsStreamMsg,
    value: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Read long of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_ReadLong(
    message: tibemsStreamMsg,
    value: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Read short of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_ReadShort(
    message: tibemsStreamMsg,
    value: *mut tibems_short,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Read string of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_ReadString(
    message: tibemsStreamMsg,
    value: *mut *mut c_char,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Reset of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_Reset(message: tibemsStreamMsg) -> tibems_status {
    entry!({
        let _ = message;
        not_implemented("not part of this version yet")
    })
}

/// Write boolean of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteBoolean(
    message: tibemsStreamMsg,
    value: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Write byte of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteByte(
    message: tibemsStreamMsg,
    value: tibems_byte,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Write bytes of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteBytes(
    message: tibemsStreamMsg,
    value: *mut c_void,
    size: tibems_uint,
) -> tibems_status {
    entry!({
        let _ = (message, value, size);
        not_implemented("not part of this version yet")
    })
}

/// Write char of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteChar(
    message: tibemsStreamMsg,
    value: tibems_wchar,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Write double of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteDouble(
    message: tibemsStreamMsg,
    value: tibems_double,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Write float of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteFloat(
    message: tibemsStreamMsg,
    value: tibems_float,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Write int of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteInt(
    message: tibemsStreamMsg,
    value: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Write long of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteLong(
    message: tibemsStreamMsg,
    value: tibems_long,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Write short of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteShort(
    message: tibemsStreamMsg,
    value: tibems_short,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Write string of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteString(
    message: tibemsStreamMsg,
    value: *mut c_char,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Write short array of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteShortArray(
    msg: tibemsMsg,
    value: *const tibems_short,
    count: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (msg, value, count);
        not_implemented("not part of this version yet")
    })
}

/// Write int array of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteIntArray(
    msg: tibemsMsg,
    value: *const tibems_int,
    count: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (msg, value, count);
        not_implemented("not part of this version yet")
    })
}

/// Write long array of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteLongArray(
    msg: tibemsMsg,
    value: *const tibems_long,
    count: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (msg, value, count);
        not_implemented("not part of this version yet")
    })
}

/// Write float array of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteFloatArray(
    msg: tibemsMsg,
    value: *const tibems_float,
    count: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (msg, value, count);
        not_implemented("not part of this version yet")
    })
}

/// Write double array of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteDoubleArray(
    msg: tibemsMsg,
    value: *const tibems_double,
    count: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (msg, value, count);
        not_implemented("not part of this version yet")
    })
}

/// Write map msg of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteMapMsg(
    msg: tibemsMsg,
    value: tibemsMsg,
) -> tibems_status {
    entry!({
        let _ = (msg, value);
        not_implemented("not part of this version yet")
    })
}

/// Write stream msg of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteStreamMsg(
    msg: tibemsMsg,
    value: tibemsMsg,
) -> tibems_status {
    entry!({
        let _ = (msg, value);
        not_implemented("not part of this version yet")
    })
}

/// Free field of a stream message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_FreeField(field: *mut tibemsMsgField) {
    entry_value!((), {
        let _ = field;
        not_implemented("not part of this version yet")
    })
}
