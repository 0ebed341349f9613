//! Bytes messages (spec 30 §5.2).
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::{c_char, c_void};
use std::mem::MaybeUninit;
use std::ptr;

use super::entry::{HandleOut, Out, entry, invalid_argument, text};
use super::message_handle::{create, required_data, with_kind};
use super::types::{
    flag, tibems_bool, tibems_byte, tibems_double, tibems_float, tibems_int, tibems_long,
    tibems_short, tibems_status, tibems_uint, tibems_wchar, tibemsBytesMsg, tibemsMsg,
};
use crate::message::{BodyKind, Message};
use crate::status::Result;

fn read<const N: usize, T>(
    raw: tibemsBytesMsg,
    out: Out<T>,
    convert: impl FnOnce([u8; N]) -> T,
) -> Result<()> {
    with_kind(raw, BodyKind::Bytes, |message| {
        let out = out.required()?;
        out.set(convert(message.read_exact()?));
        Ok(())
    })
}

fn write(raw: tibemsBytesMsg, bytes: &[u8]) -> Result<()> {
    with_kind(raw, BodyKind::Bytes, |message| message.write_bytes(bytes))
}

/// Makes an empty bytes message, which can be written until tibemsBytesMsg_Reset. The caller releases it
/// with tibemsMsg_Destroy.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_Create(message: *mut tibemsBytesMsg) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        create(unsafe { HandleOut::new(message) }, Message::bytes())
    })
}

/// Stores the number of bytes in the body, wherever the read position is and in every mode.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_GetBodyLength(
    msg: tibemsMsg,
    return_length: *mut tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { Out::new(return_length) };
        with_kind(msg, BodyKind::Bytes, |message| {
            out.required()?.set(message.body_length()? as tibems_int);
            Ok(())
        })
    })
}

/// Reads one byte as boolean: any value but 0 is true.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF when fewer bytes are left: the position stays. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadBoolean(
    message: tibemsBytesMsg,
    value: *mut tibems_bool,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        read(message, unsafe { Out::new(value) }, |[byte]: [u8; 1]| {
            (byte != 0).into()
        })
    })
}

/// Reads one signed byte.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF when fewer bytes are left: the position stays. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadByte(
    message: tibemsBytesMsg,
    value: *mut tibems_byte,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        read(
            message,
            unsafe { Out::new(value) },
            tibems_byte::from_be_bytes,
        )
    })
}

/// Stores the address of the next bytes in the body and how many there are, at most
/// `requested_length`; NULL and -1 when none is left. The bytes live until the message is destroyed and
/// must not be changed.
///
/// TIBEMS_OK, also with -1; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output or a length that is
/// not positive; TIBEMS_MSG_NOT_READABLE. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadBytes(
    message: tibemsBytesMsg,
    value: *mut *const c_void,
    requested_length: tibems_int,
    return_length: *mut tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (value, length) = unsafe { (Out::new(value), Out::new(return_length)) };
        with_kind(message, BodyKind::Bytes, |message| {
            let (value, length) = (value.required()?, length.required()?);
            let found = message.read_some(requested_length)?;
            let (address, count) = found.map_or((ptr::null(), -1), |(address, count)| {
                (address, count as tibems_int)
            });
            value.set(address.cast());
            length.set(count);
            Ok(())
        })
    })
}

/// Reads two bytes as one UTF-16 unit.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF when fewer bytes are left: the position stays. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadChar(
    message: tibemsBytesMsg,
    value: *mut tibems_wchar,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        read(
            message,
            unsafe { Out::new(value) },
            tibems_wchar::from_be_bytes,
        )
    })
}

/// Reads eight bytes as number.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF when fewer bytes are left: the position stays. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadDouble(
    message: tibemsBytesMsg,
    value: *mut tibems_double,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        read(
            message,
            unsafe { Out::new(value) },
            tibems_double::from_be_bytes,
        )
    })
}

/// Reads four bytes as number.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF when fewer bytes are left: the position stays. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadFloat(
    message: tibemsBytesMsg,
    value: *mut tibems_float,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        read(
            message,
            unsafe { Out::new(value) },
            tibems_float::from_be_bytes,
        )
    })
}

/// Reads four bytes as integer.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF when fewer bytes are left: the position stays. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadInt(
    message: tibemsBytesMsg,
    value: *mut tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        read(
            message,
            unsafe { Out::new(value) },
            tibems_int::from_be_bytes,
        )
    })
}

/// Reads eight bytes as integer.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF when fewer bytes are left: the position stays. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadLong(
    message: tibemsBytesMsg,
    value: *mut tibems_long,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        read(
            message,
            unsafe { Out::new(value) },
            tibems_long::from_be_bytes,
        )
    })
}

/// Reads two bytes as integer.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF when fewer bytes are left: the position stays. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadShort(
    message: tibemsBytesMsg,
    value: *mut tibems_short,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        read(
            message,
            unsafe { Out::new(value) },
            tibems_short::from_be_bytes,
        )
    })
}

/// Reads one byte as number from 0 to 255.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF when fewer bytes are left: the position stays. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadUnsignedByte(
    message: tibemsBytesMsg,
    value: *mut tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        read(message, unsafe { Out::new(value) }, |[byte]: [u8; 1]| {
            byte.into()
        })
    })
}

/// Reads two bytes as number from 0 to 65535.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF when fewer bytes are left: the position stays. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadUnsignedShort(
    message: tibemsBytesMsg,
    value: *mut tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        read(message, unsafe { Out::new(value) }, |bytes| {
            u16::from_be_bytes(bytes).into()
        })
    })
}

/// Reads a text that tibemsBytesMsg_WriteUTF or Java's writeUTF wrote, and its number of bytes without the NUL.
/// The text belongs to the message and lives until tibemsMsg_ClearBody or until the message is destroyed.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF when the text is not whole: the position stays. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_ReadUTF(
    message: tibemsBytesMsg,
    value: *mut *const c_char,
    length: *mut tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (value, length) = unsafe { (Out::new(value), Out::new(length)) };
        with_kind(message, BodyKind::Bytes, |message| {
            let (value, length) = (value.required()?, length.required()?);
            let text = message.read_utf()?;
            value.set(text.as_ptr());
            length.set(text.len() as tibems_int);
            Ok(())
        })
    })
}

/// Appends one byte, 1 for true and 0 for false.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body
/// would exceed 2^31 - 1 bytes. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteBoolean(
    message: tibemsBytesMsg,
    value: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        // SAFETY: the flag was passed.
        write(message, &[u8::from(unsafe { flag(value) })])
    })
}

/// Appends one byte.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body
/// would exceed 2^31 - 1 bytes. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteByte(
    message: tibemsBytesMsg,
    value: tibems_byte,
) -> tibems_status {
    entry!({ write(message, &value.to_be_bytes()) })
}

/// Appends `size` bytes; nothing for size 0.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL with a size;
/// TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body would exceed 2^31 - 1 bytes. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteBytes(
    message: tibemsBytesMsg,
    value: *const c_void,
    size: tibems_uint,
) -> tibems_status {
    entry!({
        with_kind(message, BodyKind::Bytes, |message| {
            // SAFETY: NULL or valid for reading, as C promises.
            message.write_bytes(unsafe { required_data(value, size) }?)
        })
    })
}

/// Appends one UTF-16 unit, two bytes.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body
/// would exceed 2^31 - 1 bytes. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteChar(
    message: tibemsBytesMsg,
    value: tibems_wchar,
) -> tibems_status {
    entry!({ write(message, &value.to_be_bytes()) })
}

/// Appends a number, eight bytes.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body
/// would exceed 2^31 - 1 bytes. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteDouble(
    message: tibemsBytesMsg,
    value: tibems_double,
) -> tibems_status {
    entry!({ write(message, &value.to_be_bytes()) })
}

/// Appends a number, four bytes.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body
/// would exceed 2^31 - 1 bytes. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteFloat(
    message: tibemsBytesMsg,
    value: tibems_float,
) -> tibems_status {
    entry!({ write(message, &value.to_be_bytes()) })
}

/// Appends an integer, four bytes.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body
/// would exceed 2^31 - 1 bytes. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteInt(
    message: tibemsBytesMsg,
    value: tibems_int,
) -> tibems_status {
    entry!({ write(message, &value.to_be_bytes()) })
}

/// Appends an integer, eight bytes.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body
/// would exceed 2^31 - 1 bytes. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteLong(
    message: tibemsBytesMsg,
    value: tibems_long,
) -> tibems_status {
    entry!({ write(message, &value.to_be_bytes()) })
}

/// Appends an integer, two bytes.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body
/// would exceed 2^31 - 1 bytes. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteShort(
    message: tibemsBytesMsg,
    value: tibems_short,
) -> tibems_status {
    entry!({ write(message, &value.to_be_bytes()) })
}

/// Appends a text with its length, in the form of Java's writeUTF: at most 65535 bytes.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE;
/// TIBEMS_INVALID_SIZE for a longer text: nothing is appended. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteUTF(
    message: tibemsBytesMsg,
    value: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let value = unsafe { text(value) };
        with_kind(message, BodyKind::Bytes, |message| {
            let value = value.ok_or_else(|| invalid_argument("the text is NULL"))?;
            message.write_utf(value.to_bytes())
        })
    })
}

/// Makes the body read-only and puts the read position at its start. May be called any number of times.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_Reset(message: tibemsBytesMsg) -> tibems_status {
    entry!({
        with_kind(message, BodyKind::Bytes, |message| {
            message.reset();
            Ok(())
        })
    })
}

/// Stores the address of the whole body, never NULL, and its number of bytes; the read position stays.
/// The bytes live until the message is destroyed, as they are now, and must not be changed.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_GetBytes(
    message: tibemsBytesMsg,
    bytes: *mut *mut c_void,
    byte_size: *mut tibems_uint,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (bytes, size) = unsafe { (Out::new(bytes), Out::new(byte_size)) };
        with_kind(message, BodyKind::Bytes, |message| {
            let (bytes, size) = (bytes.required()?, size.required()?);
            let (address, length) = message.lend_bytes()?;
            bytes.set(address.cast_mut().cast());
            size.set(length as tibems_uint);
            Ok(())
        })
    })
}

/// Replaces the whole body by a copy of these bytes; NULL with size 0 empties it.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL with a size;
/// TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE above 2^31 - 1 bytes. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_SetBytes(
    message: tibemsBytesMsg,
    bytes: *const c_void,
    byte_size: tibems_uint,
) -> tibems_status {
    entry!({
        with_kind(message, BodyKind::Bytes, |message| {
            // SAFETY: NULL or valid for reading, as C promises.
            message.set_bytes(unsafe { required_data(bytes, byte_size) }?)
        })
    })
}
