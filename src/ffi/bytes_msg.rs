//! Bytes messages (spec 30 §5.2).
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::{c_char, c_void};
use std::mem::MaybeUninit;
use std::ptr;

use super::entry::{HandleOut, Out, entry_memory as entry, invalid_argument, text};
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

/// Makes an empty bytes message and gives it in `message`, to be written until
/// tibemsBytesMsg_Reset; the caller releases it with tibemsMsg_Destroy.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_Create(message: *mut tibemsBytesMsg) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        create(unsafe { HandleOut::new(message) }, Message::bytes())
    })
}

/// Tells in `return_length` how many bytes the body of `msg` has, wherever the read position is and
/// in every mode.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output.
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

/// Reads one byte of `message` as a boolean in `value`: any number but 0 is true.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset;
/// TIBEMS_MSG_EOF when fewer bytes are left: the position stays.
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

/// Reads one byte of `message` as a signed number in `value`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset;
/// TIBEMS_MSG_EOF when fewer bytes are left: the position stays.
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

/// Reads the next bytes of `message`, at most `requested_length`: gives their address in the body
/// in `value` and their number in `return_length`, NULL and -1 when none is left. They must not be
/// changed and are valid until the message is destroyed.
///
/// Statuses: TIBEMS_OK, also with -1; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of
/// another kind; TIBEMS_INVALID_ARG for a NULL output or a length that is not positive;
/// TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset.
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

/// Reads two bytes of `message` as one UTF-16 unit in `value`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset;
/// TIBEMS_MSG_EOF when fewer bytes are left: the position stays.
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

/// Reads eight bytes of `message` as a number in `value`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset;
/// TIBEMS_MSG_EOF when fewer bytes are left: the position stays.
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

/// Reads four bytes of `message` as a number in `value`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset;
/// TIBEMS_MSG_EOF when fewer bytes are left: the position stays.
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

/// Reads four bytes of `message` as an integer in `value`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset;
/// TIBEMS_MSG_EOF when fewer bytes are left: the position stays.
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

/// Reads eight bytes of `message` as an integer in `value`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset;
/// TIBEMS_MSG_EOF when fewer bytes are left: the position stays.
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

/// Reads two bytes of `message` as an integer in `value`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset;
/// TIBEMS_MSG_EOF when fewer bytes are left: the position stays.
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

/// Reads one byte of `message` as a number from 0 to 255 in `value`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset;
/// TIBEMS_MSG_EOF when fewer bytes are left: the position stays.
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

/// Reads two bytes of `message` as a number from 0 to 65535 in `value`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset;
/// TIBEMS_MSG_EOF when fewer bytes are left: the position stays.
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

/// Reads a text that tibemsBytesMsg_WriteUTF or Java's writeUTF wrote into `message`: gives it in
/// `value` and its number of bytes, without the NUL, in `length`. The text belongs to the message
/// and is valid until tibemsMsg_ClearBody or until the message is destroyed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset;
/// TIBEMS_MSG_EOF when the text is not whole: the position stays.
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

/// Appends `value` to `message` as one byte, 1 for true and 0 for false.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body would exceed 2^31 - 1 bytes.
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

/// Appends the byte `value` to `message`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body would exceed 2^31 - 1 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteByte(
    message: tibemsBytesMsg,
    value: tibems_byte,
) -> tibems_status {
    entry!({ write(message, &value.to_be_bytes()) })
}

/// Appends a copy of the `size` bytes at `value` to `message`; nothing for size 0.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL with a size; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the
/// body would exceed 2^31 - 1 bytes.
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

/// Appends the UTF-16 unit `value` to `message`, two bytes.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body would exceed 2^31 - 1 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteChar(
    message: tibemsBytesMsg,
    value: tibems_wchar,
) -> tibems_status {
    entry!({ write(message, &value.to_be_bytes()) })
}

/// Appends the number `value` to `message`, eight bytes.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body would exceed 2^31 - 1 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteDouble(
    message: tibemsBytesMsg,
    value: tibems_double,
) -> tibems_status {
    entry!({ write(message, &value.to_be_bytes()) })
}

/// Appends the number `value` to `message`, four bytes.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body would exceed 2^31 - 1 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteFloat(
    message: tibemsBytesMsg,
    value: tibems_float,
) -> tibems_status {
    entry!({ write(message, &value.to_be_bytes()) })
}

/// Appends the integer `value` to `message`, four bytes.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body would exceed 2^31 - 1 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteInt(
    message: tibemsBytesMsg,
    value: tibems_int,
) -> tibems_status {
    entry!({ write(message, &value.to_be_bytes()) })
}

/// Appends the integer `value` to `message`, eight bytes.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body would exceed 2^31 - 1 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteLong(
    message: tibemsBytesMsg,
    value: tibems_long,
) -> tibems_status {
    entry!({ write(message, &value.to_be_bytes()) })
}

/// Appends the integer `value` to `message`, two bytes.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body would exceed 2^31 - 1 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_WriteShort(
    message: tibemsBytesMsg,
    value: tibems_short,
) -> tibems_status {
    entry!({ write(message, &value.to_be_bytes()) })
}

/// Appends the text `value` with its length to `message`, in the form of Java's writeUTF: at most
/// 65535 bytes.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE for a longer text:
/// nothing is appended.
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

/// Makes the body of `message` read-only and puts the read position at its start. It may be called
/// any number of times.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsBytesMsg_Reset(message: tibemsBytesMsg) -> tibems_status {
    entry!({
        with_kind(message, BodyKind::Bytes, |message| {
            message.reset();
            Ok(())
        })
    })
}

/// Gives the whole body of `message` in `bytes`, never NULL, and its number of bytes in
/// `byte_size`; the read position stays. The bytes stay as they are now, must not be changed and
/// are valid until the message is destroyed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output.
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

/// Makes a copy of the `byte_size` bytes at `bytes` the whole body of `message`; NULL with size 0
/// empties it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL with a size; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE above
/// 2^31 - 1 bytes.
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
