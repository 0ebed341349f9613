//! Stream messages (spec 30 §5.5, §5.6).
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::{CStr, c_char, c_void};
use std::mem::MaybeUninit;
use std::ptr;

use super::entry::{
    HandleOut, Out, elements, entry_memory as entry, entry_value, invalid_argument, text,
};
use super::message_handle::{create, required_data, resolve, text_pointer, with_kind};
use super::msg_field::{FieldOut, free};
use super::types::{
    flag, tibems_bool, tibems_byte, tibems_double, tibems_float, tibems_int, tibems_long,
    tibems_short, tibems_status, tibems_uint, tibems_wchar, tibemsMsg, tibemsMsgField,
    tibemsStreamMsg,
};
use crate::message::{BodyKind, Item, Message, Value, nest_copy};
use crate::status::{Error, Result, Status};

fn read<T>(
    raw: tibemsStreamMsg,
    out: Out<T>,
    convert: impl FnOnce(&Item) -> Result<T>,
) -> Result<()> {
    with_kind(raw, BodyKind::Stream, |message| {
        let out = out.required()?;
        out.set(message.stream_read(convert)?);
        Ok(())
    })
}

fn write(raw: tibemsStreamMsg, value: Value) -> Result<()> {
    with_kind(raw, BodyKind::Stream, |message| message.stream_write(value))
}

/// Appends a copy of an array.
///
/// # Safety
/// `values` is NULL or valid for reading `count` elements until the call returns.
unsafe fn write_array<T: Copy>(
    raw: tibemsMsg,
    values: *const T,
    count: i32,
    make: fn(Box<[T]>) -> Value,
) -> Result<()> {
    with_kind(raw, BodyKind::Stream, |message: &mut Message| {
        // SAFETY: the contract is passed on.
        let values = unsafe { elements(values, usize::try_from(count).unwrap_or(0)) };
        let values = values.ok_or_else(|| invalid_argument("the array is NULL"))?;
        message.check_stream_write()?;
        if values.is_empty() {
            return Err(Error::new(
                Status::TIBEMS_INVALID_COUNT,
                "the count is not positive",
            ));
        }
        message.stream_write(make(values.into()))
    })
}

fn write_message(raw: tibemsMsg, nested: tibemsMsg, kind: BodyKind) -> Result<()> {
    let outer = resolve(raw)?;
    outer.lock().expect(BodyKind::Stream)?;
    if nested.is_null() {
        return Err(invalid_argument("the nested message is NULL"));
    }
    let nested = resolve(nested)?;
    outer.lock().check_stream_write()?;
    nest_copy(&outer, &nested, kind)
}

/// Makes an empty stream message and gives it in `message`, to be written until
/// tibemsStreamMsg_Reset; the caller releases it with tibemsMsg_Destroy.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_Create(message: *mut tibemsStreamMsg) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        create(unsafe { HandleOut::new(message) }, Message::stream())
    })
}

/// Fills `value` with the next item of `message` as it is kept. What `value` then points to is the
/// program's own copy: tibemsStreamMsg_FreeField releases it, before or after the message is
/// destroyed. A nested message in it must not be destroyed otherwise.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsStreamMsg_Reset;
/// TIBEMS_MSG_EOF at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_ReadField(
    message: tibemsStreamMsg,
    value: *mut tibemsMsgField,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { FieldOut::new(value) };
        with_kind(message, BodyKind::Stream, |message| {
            let out = out.required()?;
            out.give(message.stream_read_value()?);
            Ok(())
        })
    })
}

/// Reads the next item of `message` as a boolean into `value`, converted if the conversion loses
/// nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsStreamMsg_Reset;
/// TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_ReadBoolean(
    message: tibemsStreamMsg,
    value: *mut tibems_bool,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        read(message, unsafe { Out::new(value) }, |item| {
            item.value().to_bool().map(Into::into)
        })
    })
}

/// Reads the next item of `message` as a byte into `value`, converted if the conversion loses
/// nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsStreamMsg_Reset;
/// TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_ReadByte(
    message: tibemsStreamMsg,
    value: *mut tibems_byte,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        read(message, unsafe { Out::new(value) }, |item| {
            item.value().to_byte()
        })
    })
}

/// Gives the bytes of the next item of `message` in `value` and their number in `size`. The
/// following call gives NULL and -1 (0xFFFFFFFF) and ends the item; so does any other read. An
/// empty array and a NULL item give -1 at once. The bytes belong to the message and are valid until
/// tibemsMsg_ClearBody or until the message is destroyed.
///
/// Statuses: TIBEMS_OK, also with -1; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of
/// another kind; TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before
/// tibemsStreamMsg_Reset; TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read
/// again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_ReadBytes(
    message: tibemsStreamMsg,
    value: *mut *mut c_void,
    size: *mut tibems_uint,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (value, size) = unsafe { (Out::new(value), Out::new(size)) };
        with_kind(message, BodyKind::Stream, |message| {
            let (value, size) = (value.required()?, size.required()?);
            let found = message.stream_read_bytes()?;
            let (address, length) = found
                .map_or((ptr::null(), tibems_uint::MAX), |(address, length)| {
                    (address, length as tibems_uint)
                });
            value.set(address.cast_mut().cast());
            size.set(length);
            Ok(())
        })
    })
}

/// Reads the next item of `message` as a char into `value`, converted if the conversion loses
/// nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsStreamMsg_Reset;
/// TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_ReadChar(
    message: tibemsStreamMsg,
    value: *mut tibems_wchar,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        read(message, unsafe { Out::new(value) }, |item| {
            item.value().to_char()
        })
    })
}

/// Reads the next item of `message` as a double into `value`, converted if the conversion loses
/// nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsStreamMsg_Reset;
/// TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_ReadDouble(
    message: tibemsStreamMsg,
    value: *mut tibems_double,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        read(message, unsafe { Out::new(value) }, |item| {
            item.value().to_double()
        })
    })
}

/// Reads the next item of `message` as a float into `value`, converted if the conversion loses
/// nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsStreamMsg_Reset;
/// TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_ReadFloat(
    message: tibemsStreamMsg,
    value: *mut tibems_float,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        read(message, unsafe { Out::new(value) }, |item| {
            item.value().to_float()
        })
    })
}

/// Reads the next item of `message` as an int into `value`, converted if the conversion loses
/// nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsStreamMsg_Reset;
/// TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_ReadInt(
    message: tibemsStreamMsg,
    value: *mut tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        read(message, unsafe { Out::new(value) }, |item| {
            item.value().to_int()
        })
    })
}

/// Reads the next item of `message` as a long into `value`, converted if the conversion loses
/// nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsStreamMsg_Reset;
/// TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_ReadLong(
    message: tibemsStreamMsg,
    value: *mut tibems_long,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        read(message, unsafe { Out::new(value) }, |item| {
            item.value().to_long()
        })
    })
}

/// Reads the next item of `message` as a short into `value`, converted if the conversion loses
/// nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsStreamMsg_Reset;
/// TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_ReadShort(
    message: tibemsStreamMsg,
    value: *mut tibems_short,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        read(message, unsafe { Out::new(value) }, |item| {
            item.value().to_short()
        })
    })
}

/// Reads the next item of `message` as text into `value`, NULL for a NULL item. The text belongs to
/// the message, must not be released or changed and is valid until tibemsMsg_ClearBody or until the
/// message is destroyed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsStreamMsg_Reset;
/// TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_ReadString(
    message: tibemsStreamMsg,
    value: *mut *mut c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        read(message, unsafe { Out::new(value) }, |item| {
            Ok(text_pointer(item.to_text()?).cast_mut())
        })
    })
}

/// Makes the body of `message` read-only and goes back to its first item. It may be called any
/// number of times.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_Reset(message: tibemsStreamMsg) -> tibems_status {
    entry!({
        with_kind(message, BodyKind::Stream, |message| {
            message.reset();
            Ok(())
        })
    })
}

/// Releases what tibemsStreamMsg_ReadField has put into `field` and makes its type TIBEMS_NULL.
/// Nothing is released for NULL, a second call, or a field that tibemsMsg_GetProperty or
/// tibemsMapMsg_GetField filled. Returns nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_FreeField(field: *mut tibemsMsgField) {
    entry_value!((), {
        // SAFETY: NULL or a field that was filled, as C promises.
        unsafe { free(field) };
        Ok(())
    })
}

/// Appends the boolean `value` to `message`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_MSG_NOT_WRITEABLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteBoolean(
    message: tibemsStreamMsg,
    value: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        // SAFETY: the flag was passed.
        write(message, Value::Bool(unsafe { flag(value) }))
    })
}

/// Appends the byte `value` to `message`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_MSG_NOT_WRITEABLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteByte(
    message: tibemsStreamMsg,
    value: tibems_byte,
) -> tibems_status {
    entry!({ write(message, Value::Byte(value)) })
}

/// Appends a copy of the `size` bytes at `value` to `message`; NULL with size 0 is an empty array.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL with a size; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE above
/// 2^31 - 1 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteBytes(
    message: tibemsStreamMsg,
    value: *mut c_void,
    size: tibems_uint,
) -> tibems_status {
    entry!({
        with_kind(message, BodyKind::Stream, |message| {
            // SAFETY: NULL or valid for reading, as C promises.
            let data = unsafe { required_data(value, size) }?;
            message.check_stream_write()?;
            message.stream_write(Value::bytes(data))
        })
    })
}

/// Appends the char `value` to `message`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_MSG_NOT_WRITEABLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteChar(
    message: tibemsStreamMsg,
    value: tibems_wchar,
) -> tibems_status {
    entry!({ write(message, Value::Char(value)) })
}

/// Appends the double `value` to `message`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_MSG_NOT_WRITEABLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteDouble(
    message: tibemsStreamMsg,
    value: tibems_double,
) -> tibems_status {
    entry!({ write(message, Value::Double(value)) })
}

/// Appends the float `value` to `message`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_MSG_NOT_WRITEABLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteFloat(
    message: tibemsStreamMsg,
    value: tibems_float,
) -> tibems_status {
    entry!({ write(message, Value::Float(value)) })
}

/// Appends the int `value` to `message`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_MSG_NOT_WRITEABLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteInt(
    message: tibemsStreamMsg,
    value: tibems_int,
) -> tibems_status {
    entry!({ write(message, Value::Int(value)) })
}

/// Appends the long `value` to `message`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_MSG_NOT_WRITEABLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteLong(
    message: tibemsStreamMsg,
    value: tibems_long,
) -> tibems_status {
    entry!({ write(message, Value::Long(value)) })
}

/// Appends the short `value` to `message`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_MSG_NOT_WRITEABLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteShort(
    message: tibemsStreamMsg,
    value: tibems_short,
) -> tibems_status {
    entry!({ write(message, Value::Short(value)) })
}

/// Appends a copy of the text `value`, NULL for a NULL item, to `message`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE above 2^31 - 1 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteString(
    message: tibemsStreamMsg,
    value: *mut c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        write(
            message,
            Value::text(unsafe { text(value) }.map(CStr::to_bytes)),
        )
    })
}

/// Appends a copy of the `count` shorts at `value` to `msg`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for a count that is
/// not positive; TIBEMS_INVALID_SIZE above 2^31 - 1 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteShortArray(
    msg: tibemsMsg,
    value: *const tibems_short,
    count: tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { write_array(msg, value, count, Value::Shorts) }
    })
}

/// Appends a copy of the `count` ints at `value` to `msg`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for a count that is
/// not positive; TIBEMS_INVALID_SIZE above 2^31 - 1 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteIntArray(
    msg: tibemsMsg,
    value: *const tibems_int,
    count: tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { write_array(msg, value, count, Value::Ints) }
    })
}

/// Appends a copy of the `count` longs at `value` to `msg`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for a count that is
/// not positive; TIBEMS_INVALID_SIZE above 2^31 - 1 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteLongArray(
    msg: tibemsMsg,
    value: *const tibems_long,
    count: tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { write_array(msg, value, count, Value::Longs) }
    })
}

/// Appends a copy of the `count` floats at `value` to `msg`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for a count that is
/// not positive; TIBEMS_INVALID_SIZE above 2^31 - 1 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteFloatArray(
    msg: tibemsMsg,
    value: *const tibems_float,
    count: tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { write_array(msg, value, count, Value::Floats) }
    })
}

/// Appends a copy of the `count` doubles at `value` to `msg`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for a count that is
/// not positive; TIBEMS_INVALID_SIZE above 2^31 - 1 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteDoubleArray(
    msg: tibemsMsg,
    value: *const tibems_double,
    count: tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { write_array(msg, value, count, Value::Doubles) }
    })
}

/// Appends a copy of the map message `value` to the stream message `msg`; later changes to it do
/// not show, and the caller still destroys it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE when one of the two has another
/// body; TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE deeper than 64
/// levels.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteMapMsg(
    msg: tibemsMsg,
    value: tibemsMsg,
) -> tibems_status {
    entry!({ write_message(msg, value, BodyKind::Map) })
}

/// Appends a copy of the stream message `value` to the stream message `msg`; later changes to it do
/// not show, and the caller still destroys it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE when one of the two has another
/// body; TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE deeper than 64
/// levels.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStreamMsg_WriteStreamMsg(
    msg: tibemsMsg,
    value: tibemsMsg,
) -> tibems_status {
    entry!({ write_message(msg, value, BodyKind::Stream) })
}
