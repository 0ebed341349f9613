//! Map messages: writing (spec 30 §5.4).
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::{CStr, c_char, c_void};
use std::mem::MaybeUninit;

use super::entry::{elements, entry_memory as entry, invalid_argument, text};
use super::message_handle::{required_data, required_name, resolve, with_kind};
use super::types::{
    flag, tibems_bool, tibems_byte, tibems_double, tibems_float, tibems_int, tibems_long,
    tibems_short, tibems_status, tibems_uint, tibems_wchar, tibemsMapMsg, tibemsMsg,
};
use crate::message::{BodyKind, Message, Value, nest};
use crate::status::{Error, Result, Status};

fn set(raw: tibemsMapMsg, name: Option<&CStr>, value: Value) -> Result<()> {
    with_kind(raw, BodyKind::Map, |message| {
        message.set_item(required_name(name)?, value)
    })
}

/// Stores a copy of the bytes under a name.
///
/// # Safety
/// `bytes` is NULL or valid for reading `size` bytes until the call returns.
unsafe fn set_bytes(
    raw: tibemsMapMsg,
    name: Option<&CStr>,
    bytes: *const c_void,
    size: u32,
) -> Result<()> {
    with_kind(raw, BodyKind::Map, |message| {
        let name = required_name(name)?;
        // SAFETY: the contract is passed on.
        let data = unsafe { required_data(bytes, size) }?;
        message.set_item(name, Value::bytes(data))
    })
}

/// Stores a copy of an array under a name.
///
/// # Safety
/// `values` is NULL or valid for reading `count` elements until the call returns.
unsafe fn set_array<T: Copy>(
    raw: tibemsMsg,
    name: Option<&CStr>,
    values: *const T,
    count: u32,
    make: fn(Box<[T]>) -> Value,
) -> Result<()> {
    with_kind(raw, BodyKind::Map, |message: &mut Message| {
        let name = required_name(name)?;
        // SAFETY: the contract is passed on.
        let values = unsafe { elements(values, count as usize) };
        let values = values.ok_or_else(|| invalid_argument("the array is NULL"))?;
        message.check_set_item(name)?;
        if values.is_empty() {
            return Err(Error::new(
                Status::TIBEMS_INVALID_COUNT,
                "the array has no elements",
            ));
        }
        message.set_item(name, make(values.into()))
    })
}

fn set_message(
    raw: tibemsMsg,
    name: Option<&CStr>,
    nested: tibemsMsg,
    kind: BodyKind,
) -> Result<()> {
    let outer = resolve(raw)?;
    outer.lock().expect(BodyKind::Map)?;
    let name = required_name(name)?;
    if nested.is_null() {
        return Err(invalid_argument("the nested message is NULL"));
    }
    nest(&outer, name, &resolve(nested)?, kind)
}

/// Puts the boolean `value` into `message` as the item `name`, in place of an earlier one.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME for an empty name;
/// TIBEMS_MSG_NOT_WRITEABLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetBoolean(
    message: tibemsMapMsg,
    name: *const c_char,
    value: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises; the flag was passed.
        let (name, value) = unsafe { (text(name), flag(value)) };
        set(message, name, Value::Bool(value))
    })
}

/// Puts the byte `value` into `message` as the item `name`, in place of an earlier one.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME for an empty name;
/// TIBEMS_MSG_NOT_WRITEABLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetByte(
    message: tibemsMapMsg,
    name: *const c_char,
    value: tibems_byte,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        set(message, unsafe { text(name) }, Value::Byte(value))
    })
}

/// Puts a copy of the `bytes_size` bytes at `bytes` into `message` as the item `name`, in place of
/// an earlier one. NULL with size 0 is an empty array.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL name or NULL with a size; TIBEMS_INVALID_NAME for an empty name;
/// TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE above 2^31 - 1 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetBytes(
    message: tibemsMapMsg,
    name: *const c_char,
    bytes: *mut c_void,
    bytes_size: tibems_uint,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { set_bytes(message, text(name), bytes, bytes_size) }
    })
}

/// Puts a copy of the `bytes_size` bytes at `bytes` into `message` as the item `name`:
/// tibemsMapMsg_SetBytes. Nothing is kept by reference, so the program may change or release its
/// bytes at once.
///
/// Statuses: those of tibemsMapMsg_SetBytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetReferencedBytes(
    message: tibemsMapMsg,
    name: *const c_char,
    bytes: *mut c_void,
    bytes_size: tibems_uint,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { set_bytes(message, text(name), bytes, bytes_size) }
    })
}

/// Puts the char `value` into `message` as the item `name`, in place of an earlier one.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME for an empty name;
/// TIBEMS_MSG_NOT_WRITEABLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetChar(
    message: tibemsMapMsg,
    name: *const c_char,
    value: tibems_wchar,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        set(message, unsafe { text(name) }, Value::Char(value))
    })
}

/// Puts the double `value` into `message` as the item `name`, in place of an earlier one.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME for an empty name;
/// TIBEMS_MSG_NOT_WRITEABLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetDouble(
    message: tibemsMapMsg,
    name: *const c_char,
    value: tibems_double,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        set(message, unsafe { text(name) }, Value::Double(value))
    })
}

/// Puts the float `value` into `message` as the item `name`, in place of an earlier one.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME for an empty name;
/// TIBEMS_MSG_NOT_WRITEABLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetFloat(
    message: tibemsMapMsg,
    name: *const c_char,
    value: tibems_float,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        set(message, unsafe { text(name) }, Value::Float(value))
    })
}

/// Puts the int `value` into `message` as the item `name`, in place of an earlier one.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME for an empty name;
/// TIBEMS_MSG_NOT_WRITEABLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetInt(
    message: tibemsMapMsg,
    name: *const c_char,
    value: tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        set(message, unsafe { text(name) }, Value::Int(value))
    })
}

/// Puts the long `value` into `message` as the item `name`, in place of an earlier one.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME for an empty name;
/// TIBEMS_MSG_NOT_WRITEABLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetLong(
    message: tibemsMapMsg,
    name: *const c_char,
    value: tibems_long,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        set(message, unsafe { text(name) }, Value::Long(value))
    })
}

/// Puts the short `value` into `message` as the item `name`, in place of an earlier one.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME for an empty name;
/// TIBEMS_MSG_NOT_WRITEABLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetShort(
    message: tibemsMapMsg,
    name: *const c_char,
    value: tibems_short,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        set(message, unsafe { text(name) }, Value::Short(value))
    })
}

/// Puts a copy of the text `value`, NULL for a NULL item, into `message` as the item `name`, in
/// place of an earlier one.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME for an empty name;
/// TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE above 2^31 - 1 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetString(
    message: tibemsMapMsg,
    name: *const c_char,
    value: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, value) = unsafe { (text(name), text(value)) };
        set(message, name, Value::text(value.map(CStr::to_bytes)))
    })
}

/// Puts the map message `map_msg` into the map message `msg` as the item `name`, by reference:
/// changes to it show until the outer message is sent. The outer message keeps what it needs,
/// whatever `take_ownership` says, and the caller still destroys its own handle, before or after
/// the outer one.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE when one of the two has another
/// body; TIBEMS_INVALID_ARG for NULL arguments or a message that would contain itself;
/// TIBEMS_INVALID_NAME for an empty name; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE deeper than
/// 64 levels.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetMapMsg(
    msg: tibemsMsg,
    name: *const c_char,
    map_msg: tibemsMsg,
    take_ownership: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        let _ = take_ownership;
        // SAFETY: NULL or valid, as C promises.
        set_message(msg, unsafe { text(name) }, map_msg, BodyKind::Map)
    })
}

/// Puts the stream message `stream_msg` into the map message `msg` as the item `name`, by
/// reference: changes to it show until the outer message is sent. The outer message keeps what it
/// needs, whatever `take_ownership` says, and the caller still destroys its own handle, before or
/// after the outer one.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE when one of the two has another
/// body; TIBEMS_INVALID_ARG for NULL arguments or a message that would contain itself;
/// TIBEMS_INVALID_NAME for an empty name; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE deeper than
/// 64 levels.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetStreamMsg(
    msg: tibemsMsg,
    name: *const c_char,
    stream_msg: tibemsMsg,
    take_ownership: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        let _ = take_ownership;
        // SAFETY: NULL or valid, as C promises.
        set_message(msg, unsafe { text(name) }, stream_msg, BodyKind::Stream)
    })
}

/// Puts a copy of the `count` shorts at `value` into `msg` as the item `name`, in place of an
/// earlier one.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name;
/// TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for count 0; TIBEMS_INVALID_SIZE above 2^31 - 1
/// bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetShortArray(
    msg: tibemsMsg,
    name: *const c_char,
    value: *const tibems_short,
    count: tibems_uint,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { set_array(msg, text(name), value, count, Value::Shorts) }
    })
}

/// Puts a copy of the `count` ints at `value` into `msg` as the item `name`, in place of an earlier
/// one.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name;
/// TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for count 0; TIBEMS_INVALID_SIZE above 2^31 - 1
/// bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetIntArray(
    msg: tibemsMsg,
    name: *const c_char,
    value: *const tibems_int,
    count: tibems_uint,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { set_array(msg, text(name), value, count, Value::Ints) }
    })
}

/// Puts a copy of the `count` longs at `value` into `msg` as the item `name`, in place of an
/// earlier one.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name;
/// TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for count 0; TIBEMS_INVALID_SIZE above 2^31 - 1
/// bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetLongArray(
    msg: tibemsMsg,
    name: *const c_char,
    value: *const tibems_long,
    count: tibems_uint,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { set_array(msg, text(name), value, count, Value::Longs) }
    })
}

/// Puts a copy of the `count` floats at `value` into `msg` as the item `name`, in place of an
/// earlier one.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name;
/// TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for count 0; TIBEMS_INVALID_SIZE above 2^31 - 1
/// bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetFloatArray(
    msg: tibemsMsg,
    name: *const c_char,
    value: *const tibems_float,
    count: tibems_uint,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { set_array(msg, text(name), value, count, Value::Floats) }
    })
}

/// Puts a copy of the `count` doubles at `value` into `msg` as the item `name`, in place of an
/// earlier one.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name;
/// TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for count 0; TIBEMS_INVALID_SIZE above 2^31 - 1
/// bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_SetDoubleArray(
    msg: tibemsMsg,
    name: *const c_char,
    value: *const tibems_double,
    count: tibems_uint,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { set_array(msg, text(name), value, count, Value::Doubles) }
    })
}
