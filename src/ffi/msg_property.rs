//! Properties of messages (spec 30 §4).
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::{CStr, c_char};
use std::mem::MaybeUninit;

use super::entry::{Out, entry_memory as entry, text};
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

/// Removes all properties of `message`; headers and body stay. Properties of a received message can
/// be set after it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_ClearProperties(message: tibemsMsg) -> tibems_status {
    entry!({
        with(message, |message| {
            message.clear_properties();
            Ok(())
        })
    })
}

/// Tells in `answer` whether `message` has a property `name`, also one whose value is NULL.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments;
/// TIBEMS_INVALID_NAME for an empty name.
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

/// Fills `data` with the property `name` of `message` as it is kept. What `data` then points to
/// belongs to the message and is valid until the property is replaced, tibemsMsg_ClearProperties,
/// or the message is destroyed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments;
/// TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND.
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

/// Gives the property `name` of `message` in `value` as a boolean, converted if the conversion
/// loses nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments;
/// TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED.
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

/// Gives the property `name` of `message` in `value` as a byte, converted if the conversion loses
/// nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments;
/// TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED.
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

/// Gives the property `name` of `message` in `value` as a double, converted if the conversion loses
/// nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments;
/// TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED.
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

/// Gives the property `name` of `message` in `value` as a float, converted if the conversion loses
/// nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments;
/// TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED.
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

/// Gives the property `name` of `message` in `value` as an int, converted if the conversion loses
/// nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments;
/// TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED.
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

/// Gives the property `name` of `message` in `value` as a long, converted if the conversion loses
/// nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments;
/// TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED.
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

/// Gives the property `name` of `message` in `value` as a short, converted if the conversion loses
/// nothing.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments;
/// TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED.
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

/// Gives the property `name` of `message` in `value` as text, NULL for a NULL value. The text
/// belongs to the message and is valid until the property is replaced, tibemsMsg_ClearProperties,
/// or the message is destroyed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments;
/// TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED for binary
/// values.
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

/// Gives `message` the property `name` of type boolean with `value`, in place of an earlier one of
/// that name. The name, which is copied, must not be empty nor a reserved word of the selector
/// language; selectors can name only identifiers.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name;
/// TIBEMS_INVALID_NAME; TIBEMS_MSG_NOT_WRITEABLE for a received message.
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

/// Gives `message` the property `name` of type byte with `value`, in place of an earlier one of
/// that name. The name, which is copied, must not be empty nor a reserved word of the selector
/// language; selectors can name only identifiers.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name;
/// TIBEMS_INVALID_NAME; TIBEMS_MSG_NOT_WRITEABLE for a received message.
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

/// Gives `message` the property `name` of type double with `value`, in place of an earlier one of
/// that name. The name, which is copied, must not be empty nor a reserved word of the selector
/// language; selectors can name only identifiers.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name;
/// TIBEMS_INVALID_NAME; TIBEMS_MSG_NOT_WRITEABLE for a received message.
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

/// Gives `message` the property `name` of type float with `value`, in place of an earlier one of
/// that name. The name, which is copied, must not be empty nor a reserved word of the selector
/// language; selectors can name only identifiers.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name;
/// TIBEMS_INVALID_NAME; TIBEMS_MSG_NOT_WRITEABLE for a received message.
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

/// Gives `message` the property `name` of type int with `value`, in place of an earlier one of that
/// name. The name, which is copied, must not be empty nor a reserved word of the selector language;
/// selectors can name only identifiers.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name;
/// TIBEMS_INVALID_NAME; TIBEMS_MSG_NOT_WRITEABLE for a received message.
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

/// Gives `message` the property `name` of type long with `value`, in place of an earlier one of
/// that name. The name, which is copied, must not be empty nor a reserved word of the selector
/// language; selectors can name only identifiers.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name;
/// TIBEMS_INVALID_NAME; TIBEMS_MSG_NOT_WRITEABLE for a received message.
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

/// Gives `message` the property `name` of type short with `value`, in place of an earlier one of
/// that name. The name, which is copied, must not be empty nor a reserved word of the selector
/// language; selectors can name only identifiers.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name;
/// TIBEMS_INVALID_NAME; TIBEMS_MSG_NOT_WRITEABLE for a received message.
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

/// Gives `message` the property `name` with a copy of the text `value`, or the NULL value, in place
/// of an earlier one of that name. Names are as in tibemsMsg_SetIntProperty.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name;
/// TIBEMS_INVALID_NAME; TIBEMS_MSG_NOT_WRITEABLE for a received message; TIBEMS_INVALID_SIZE above
/// 2^31 - 1 bytes.
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
