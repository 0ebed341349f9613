//! Map messages: reading (spec 30 §5.4, §5.6).
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::{CStr, c_char, c_void};
use std::ptr;

use super::entry::{HandleOut, Out, entry_memory as entry, text};
use super::message_handle::{create, lend_message, required_name, text_pointer, with_kind};
use super::msg_enum::enumerate;
use super::msg_field::FieldOut;
use super::types::{
    tibems_bool, tibems_byte, tibems_double, tibems_float, tibems_int, tibems_long, tibems_short,
    tibems_status, tibems_uint, tibems_wchar, tibemsMapMsg, tibemsMsg, tibemsMsgEnum,
    tibemsMsgField, tibemsStreamMsg,
};
use crate::message::{BodyKind, Item, Message, address_of, check_not_empty};
use crate::status::Result;

fn get<T>(
    raw: tibemsMapMsg,
    name: Option<&CStr>,
    out: Out<T>,
    convert: impl FnOnce(&Item) -> Result<T>,
) -> Result<()> {
    with_kind(raw, BodyKind::Map, |message| {
        let (name, out) = (required_name(name)?, out.required()?);
        out.set(convert(message.item(name)?)?);
        Ok(())
    })
}

/// Makes a map message without items and gives it in `message`; the caller releases it with
/// tibemsMsg_Destroy.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_Create(message: *mut tibemsMapMsg) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        create(unsafe { HandleOut::new(message) }, Message::map())
    })
}

/// Gives the item `name` of `message` in `value` as a boolean, converted if the conversion loses
/// nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
/// TIBEMS_CONVERSION_FAILED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetBoolean(
    message: tibemsMapMsg,
    name: *const c_char,
    value: *mut tibems_bool,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, out) = unsafe { (text(name), Out::new(value)) };
        get(message, name, out, |item| {
            item.value().to_bool().map(Into::into)
        })
    })
}

/// Gives the item `name` of `message` in `value` as a byte, converted if the conversion loses
/// nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
/// TIBEMS_CONVERSION_FAILED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetByte(
    message: tibemsMapMsg,
    name: *const c_char,
    value: *mut tibems_byte,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, out) = unsafe { (text(name), Out::new(value)) };
        get(message, name, out, |item| item.value().to_byte())
    })
}

/// Gives the bytes of the item `name` of `message` in `bytes` and their number in `bytes_size`,
/// NULL and 0 for a NULL item. They belong to the message and are valid until the item is replaced,
/// tibemsMsg_ClearBody, or the message is destroyed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
/// TIBEMS_CONVERSION_FAILED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetBytes(
    message: tibemsMapMsg,
    name: *const c_char,
    bytes: *mut *const c_void,
    bytes_size: *mut tibems_uint,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, bytes, size) = unsafe { (text(name), Out::new(bytes), Out::new(bytes_size)) };
        with_kind(message, BodyKind::Map, |message| {
            let (name, bytes, size) = (required_name(name)?, bytes.required()?, size.required()?);
            let content = message
                .item(name)?
                .value()
                .to_bytes()?
                .map(|content| address_of(content));
            let (address, length) = content.unwrap_or((ptr::null(), 0));
            bytes.set(address.cast());
            size.set(length as tibems_uint);
            Ok(())
        })
    })
}

/// Gives the item `name` of `message` in `value` as a char, converted if the conversion loses
/// nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
/// TIBEMS_CONVERSION_FAILED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetChar(
    message: tibemsMapMsg,
    name: *const c_char,
    value: *mut tibems_wchar,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, out) = unsafe { (text(name), Out::new(value)) };
        get(message, name, out, |item| item.value().to_char())
    })
}

/// Gives the item `name` of `message` in `value` as a double, converted if the conversion loses
/// nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
/// TIBEMS_CONVERSION_FAILED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetDouble(
    message: tibemsMapMsg,
    name: *const c_char,
    value: *mut tibems_double,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, out) = unsafe { (text(name), Out::new(value)) };
        get(message, name, out, |item| item.value().to_double())
    })
}

/// Gives the item `name` of `message` in `value` as a float, converted if the conversion loses
/// nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
/// TIBEMS_CONVERSION_FAILED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetFloat(
    message: tibemsMapMsg,
    name: *const c_char,
    value: *mut tibems_float,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, out) = unsafe { (text(name), Out::new(value)) };
        get(message, name, out, |item| item.value().to_float())
    })
}

/// Gives the item `name` of `message` in `value` as an int, converted if the conversion loses
/// nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
/// TIBEMS_CONVERSION_FAILED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetInt(
    message: tibemsMapMsg,
    name: *const c_char,
    value: *mut tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, out) = unsafe { (text(name), Out::new(value)) };
        get(message, name, out, |item| item.value().to_int())
    })
}

/// Gives the item `name` of `message` in `value` as a long, converted if the conversion loses
/// nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
/// TIBEMS_CONVERSION_FAILED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetLong(
    message: tibemsMapMsg,
    name: *const c_char,
    value: *mut tibems_long,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, out) = unsafe { (text(name), Out::new(value)) };
        get(message, name, out, |item| item.value().to_long())
    })
}

/// Gives the item `name` of `message` in `value` as a short, converted if the conversion loses
/// nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
/// TIBEMS_CONVERSION_FAILED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetShort(
    message: tibemsMapMsg,
    name: *const c_char,
    value: *mut tibems_short,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, out) = unsafe { (text(name), Out::new(value)) };
        get(message, name, out, |item| item.value().to_short())
    })
}

/// Gives the item `name` of `message` in `value` as text, NULL for a NULL item. The text belongs to
/// the message and is valid until the item is replaced, tibemsMsg_ClearBody, or the message is
/// destroyed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
/// TIBEMS_CONVERSION_FAILED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetString(
    message: tibemsMapMsg,
    name: *const c_char,
    value: *mut *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, out) = unsafe { (text(name), Out::new(value)) };
        get(message, name, out, |item| item.to_text().map(text_pointer))
    })
}

/// Gives the map message in the item `name` of `msg` in `value`. It belongs to the outer message,
/// must not be destroyed and is valid until the item is replaced, tibemsMsg_ClearBody, or that
/// message is destroyed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
/// TIBEMS_CONVERSION_FAILED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetMapMsg(
    msg: tibemsMapMsg,
    name: *const c_char,
    value: *mut tibemsMapMsg,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, out) = unsafe { (text(name), HandleOut::new(value)) };
        with_kind(msg, BodyKind::Map, |message| {
            let (name, out) = (required_name(name)?, out.required()?);
            out.set(lend_message(message.item(name)?.value().to_map()?));
            Ok(())
        })
    })
}

/// Gives the stream message in the item `name` of `msg` in `value`. It belongs to the outer
/// message, must not be destroyed and is valid until the item is replaced, tibemsMsg_ClearBody, or
/// that message is destroyed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
/// TIBEMS_CONVERSION_FAILED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetStreamMsg(
    msg: tibemsMapMsg,
    name: *const c_char,
    value: *mut tibemsStreamMsg,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, out) = unsafe { (text(name), HandleOut::new(value)) };
        with_kind(msg, BodyKind::Map, |message| {
            let (name, out) = (required_name(name)?, out.required()?);
            out.set(lend_message(message.item(name)?.value().to_stream()?));
            Ok(())
        })
    })
}

/// Fills `data` with the item `name` of `message` as it is kept. What `data` then points to belongs
/// to the message and is valid until the item is replaced, tibemsMsg_ClearBody, or the message is
/// destroyed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetField(
    message: tibemsMapMsg,
    name: *const c_char,
    data: *mut tibemsMsgField,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, out) = unsafe { (text(name), FieldOut::new(data)) };
        with_kind(message, BodyKind::Map, |message| {
            let (name, out) = (required_name(name)?, out.required()?);
            out.fill(message.item(name)?.value());
            Ok(())
        })
    })
}

/// Tells in `answer` whether `message` has an item `name`, also a NULL item.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_ItemExists(
    message: tibemsMapMsg,
    name: *const c_char,
    answer: *mut tibems_bool,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, out) = unsafe { (text(name), Out::new(answer)) };
        with_kind(message, BodyKind::Map, |message| {
            let (name, out) = (required_name(name)?, out.required()?);
            check_not_empty(name)?;
            out.set(message.map_items()?.get(name).is_some().into());
            Ok(())
        })
    })
}

/// Makes a list of the names of all items of `message`, in the order in which they were first set,
/// and gives it in `enumeration`; names inside nested messages do not belong to it. Later changes
/// do not show in it and it may outlive the message. The caller releases it with
/// tibemsMsgEnum_Destroy.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMapMsg_GetMapNames(
    message: tibemsMsg,
    enumeration: *mut tibemsMsgEnum,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { HandleOut::new(enumeration) };
        with_kind(message, BodyKind::Map, |message| {
            enumerate(message.map_items()?, out)
        })
    })
}
