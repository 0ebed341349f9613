//! Properties of messages (spec 30 §4).
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::{CStr, c_char};
use std::mem::MaybeUninit;

use super::entry::{Out, entry, text};
use super::message_handle::{required_name, text_pointer, with};
use super::msg_field::FieldOut;
use super::types::{
    flag, tibems_bool, tibems_byte, tibems_double, tibems_float, tibems_int, tibems_long,
    tibems_short, tibems_status, tibemsMsg, tibemsMsgField,
};
use crate::client::relax_names;
use crate::message::{Item, Value, check_identifier, check_not_empty};
use crate::status::Result;

fn get<T>(
    raw: tibemsMsg,
    name: Option<&CStr>,
    out: Out<T>,
    convert: impl FnOnce(&Item) -> Result<T>,
) -> Result<()> {
    with(raw, |message| {
        let (name, out) = (required_name(name)?, out.required()?);
        out.set(convert(message.property(name)?)?);
        Ok(())
    })
}

fn set(raw: tibemsMsg, name: Option<&CStr>, value: Value) -> Result<()> {
    with(raw, |message| {
        let name = required_name(name)?;
        if !relax_names() {
            check_identifier(name)?;
        }
        message.set_property(name, value)
    })
}

/// Removes all properties; headers and body stay. Properties of a received message can be set after
/// it.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_ClearProperties(message: tibemsMsg) -> tibems_status {
    entry!({
        with(message, |message| {
            message.clear_properties();
            Ok(())
        })
    })
}

/// Tells whether the message has a property of this name; also one whose value is NULL.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for "". Does not
/// block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_PropertyExists(
    message: tibemsMsg,
    name: *const c_char,
    answer: *mut tibems_bool,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, out) = unsafe { (text(name), Out::new(answer)) };
        with(message, |message| {
            let (name, out) = (required_name(name)?, out.required()?);
            check_not_empty(name)?;
            out.set(message.properties().get(name).is_some().into());
            Ok(())
        })
    })
}

/// Fills a field with the property as it is stored. What the field points to belongs to the message
/// and lives until the property is replaced, tibemsMsg_ClearProperties, or the message is destroyed.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_NOT_FOUND. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetProperty(
    message: tibemsMsg,
    name: *const c_char,
    data: *mut tibemsMsgField,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, out) = unsafe { (text(name), FieldOut::new(data)) };
        with(message, |message| {
            let (name, out) = (required_name(name)?, out.required()?);
            out.fill(message.property(name)?.value());
            Ok(())
        })
    })
}

/// Stores a property as boolean, converted if the conversion loses nothing.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_NOT_FOUND;
/// TIBEMS_CONVERSION_FAILED. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetBooleanProperty(
    message: tibemsMsg,
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

/// Stores a property as byte, converted if the conversion loses nothing.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_NOT_FOUND;
/// TIBEMS_CONVERSION_FAILED. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetByteProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: *mut tibems_byte,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, out) = unsafe { (text(name), Out::new(value)) };
        get(message, name, out, |item| item.value().to_byte())
    })
}

/// Stores a property as double, converted if the conversion loses nothing.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_NOT_FOUND;
/// TIBEMS_CONVERSION_FAILED. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetDoubleProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: *mut tibems_double,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, out) = unsafe { (text(name), Out::new(value)) };
        get(message, name, out, |item| item.value().to_double())
    })
}

/// Stores a property as float, converted if the conversion loses nothing.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_NOT_FOUND;
/// TIBEMS_CONVERSION_FAILED. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetFloatProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: *mut tibems_float,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, out) = unsafe { (text(name), Out::new(value)) };
        get(message, name, out, |item| item.value().to_float())
    })
}

/// Stores a property as int, converted if the conversion loses nothing.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_NOT_FOUND;
/// TIBEMS_CONVERSION_FAILED. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetIntProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: *mut tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, out) = unsafe { (text(name), Out::new(value)) };
        get(message, name, out, |item| item.value().to_int())
    })
}

/// Stores a property as long, converted if the conversion loses nothing.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_NOT_FOUND;
/// TIBEMS_CONVERSION_FAILED. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetLongProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: *mut tibems_long,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, out) = unsafe { (text(name), Out::new(value)) };
        get(message, name, out, |item| item.value().to_long())
    })
}

/// Stores a property as short, converted if the conversion loses nothing.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_NOT_FOUND;
/// TIBEMS_CONVERSION_FAILED. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetShortProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: *mut tibems_short,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, out) = unsafe { (text(name), Out::new(value)) };
        get(message, name, out, |item| item.value().to_short())
    })
}

/// Stores a property as text, NULL for a NULL value. The text belongs to the message and lives until
/// the property is replaced, tibemsMsg_ClearProperties, or the message is destroyed.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_NOT_FOUND;
/// TIBEMS_CONVERSION_FAILED for binary values. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetStringProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: *mut *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, out) = unsafe { (text(name), Out::new(value)) };
        get(message, name, out, |item| item.to_text().map(text_pointer))
    })
}

/// Stores a property of type boolean; an earlier one of that name is replaced. The name must not
/// be empty nor a reserved word of the selector language; selectors can name only identifiers.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME;
/// TIBEMS_MSG_NOT_WRITEABLE. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetBooleanProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises; the flag was passed.
        let (name, value) = unsafe { (text(name), flag(value)) };
        set(message, name, Value::Bool(value))
    })
}

/// Stores a property of type byte; an earlier one of that name is replaced. The name must not
/// be empty nor a reserved word of the selector language; selectors can name only identifiers.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME;
/// TIBEMS_MSG_NOT_WRITEABLE. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetByteProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: tibems_byte,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        set(message, unsafe { text(name) }, Value::Byte(value))
    })
}

/// Stores a property of type double; an earlier one of that name is replaced. The name must not
/// be empty nor a reserved word of the selector language; selectors can name only identifiers.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME;
/// TIBEMS_MSG_NOT_WRITEABLE. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetDoubleProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: tibems_double,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        set(message, unsafe { text(name) }, Value::Double(value))
    })
}

/// Stores a property of type float; an earlier one of that name is replaced. The name must not
/// be empty nor a reserved word of the selector language; selectors can name only identifiers.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME;
/// TIBEMS_MSG_NOT_WRITEABLE. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetFloatProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: tibems_float,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        set(message, unsafe { text(name) }, Value::Float(value))
    })
}

/// Stores a property of type int; an earlier one of that name is replaced. The name must not
/// be empty nor a reserved word of the selector language; selectors can name only identifiers.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME;
/// TIBEMS_MSG_NOT_WRITEABLE. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetIntProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        set(message, unsafe { text(name) }, Value::Int(value))
    })
}

/// Stores a property of type long; an earlier one of that name is replaced. The name must not
/// be empty nor a reserved word of the selector language; selectors can name only identifiers.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME;
/// TIBEMS_MSG_NOT_WRITEABLE. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetLongProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: tibems_long,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        set(message, unsafe { text(name) }, Value::Long(value))
    })
}

/// Stores a property of type short; an earlier one of that name is replaced. The name must not
/// be empty nor a reserved word of the selector language; selectors can name only identifiers.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME;
/// TIBEMS_MSG_NOT_WRITEABLE. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetShortProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: tibems_short,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        set(message, unsafe { text(name) }, Value::Short(value))
    })
}

/// Stores a copy of a text as property; NULL stores the NULL value. An earlier property of that name is
/// replaced. Names as for the other setters.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME;
/// TIBEMS_MSG_NOT_WRITEABLE. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetStringProperty(
    message: tibemsMsg,
    name: *const c_char,
    value: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (name, value) = unsafe { (text(name), text(value)) };
        set(message, name, Value::text(value.map(CStr::to_bytes)))
    })
}
