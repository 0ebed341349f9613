//! Typed fields: filling them for C, releasing what ReadField allocated, printing (spec 30 §1.2, §5.5, §7).
//!
//! Nothing here blocks but output. Called by C programs and by the files of properties, maps and streams.

use core::ffi::{CStr, c_char};
use std::collections::BTreeMap;
use std::ptr;

use crate::process::PerProcess;
use crate::sync::Mutex;
use libc::FILE;

use super::entry::{entry_memory as entry, entry_value, invalid_argument};
use super::handle;
use super::message_handle::lend_message;
use super::output::{print_to_buffer, print_to_file, print_to_stdout};
use super::types::{number, tibems_byte, tibems_int, tibems_status, tibemsMsgField};
use crate::message::{MessageObject, Nested, Value, address_of, code, print_value};
use crate::status::{Error, Result, Status};

/// What ReadField gave away, by the address or handle in the field. What it gave to a parent stays, in a forked child.
static GIVEN: PerProcess<Mutex<BTreeMap<usize, Vec<Value>>>> = PerProcess::new();

/// A field of the caller.
#[derive(Clone, Copy)]
pub(crate) struct FieldOut(*mut tibemsMsgField);

impl FieldOut {
    /// Wraps an output pointer of a C caller. Nothing is written yet.
    ///
    /// # Safety
    /// `field` is NULL or valid for writing until the call returns.
    pub(crate) unsafe fn new(field: *mut tibemsMsgField) -> FieldOut {
        FieldOut(field)
    }

    /// TIBEMS_INVALID_ARG when the pointer is NULL.
    pub(crate) fn required(self) -> Result<FieldOut> {
        if self.0.is_null() {
            return Err(invalid_argument("the field is NULL"));
        }
        Ok(self)
    }

    /// Fills the field with a value that stays the property of a message.
    pub(crate) fn fill(self, value: &Value) {
        // SAFETY: not NULL (required), valid for writing (contract of new).
        unsafe { fill(self.0, value) };
    }

    /// Fills the field with a value that belongs to the program until it frees the field.
    pub(crate) fn give(self, value: Value) {
        self.fill(&value);
        // SAFETY: filled above.
        if let Some(key) = unsafe { key(self.0) } {
            GIVEN.get().lock().entry(key).or_default().push(value);
        }
    }
}

/// Writes all bytes of the field, so that nothing of the caller's memory shows through.
///
/// # Safety
/// `field` is valid for writing.
unsafe fn fill(field: *mut tibemsMsgField, value: &Value) {
    let count = match value {
        Value::Shorts(values) => values.len(),
        Value::Ints(values) => values.len(),
        Value::Longs(values) => values.len(),
        Value::Floats(values) => values.len(),
        Value::Doubles(values) => values.len(),
        _ => 0,
    };
    // SAFETY: valid for writing (contract above); zero is a value of every member.
    let field = unsafe {
        ptr::write_bytes(field, 0, 1);
        &mut *field
    };
    field.r#type = value.code() as tibems_byte;
    field.size = size_of_value(value) as tibems_int;
    field.count = count as tibems_int;
    let data = &mut field.data;
    match value {
        Value::Null => {}
        Value::Bool(value) => data.intValue = (*value).into(),
        Value::Byte(value) => data.byteValue = *value,
        Value::Char(value) => data.wcharValue = *value,
        Value::Short(value) => data.shortValue = *value,
        Value::Int(value) => data.intValue = *value,
        Value::Long(value) => data.longValue = *value,
        Value::Float(value) => data.floatValue = *value,
        Value::Double(value) => data.doubleValue = *value,
        Value::Text(text) => data.utf8Value = text.as_ptr().cast_mut(),
        Value::Bytes(bytes) => data.bytesValue = address_of(bytes).0.cast_mut().cast(),
        Value::Map(nested) | Value::Stream(nested) => data.msgValue = lend_message(nested).to_raw(),
        Value::Shorts(values) => data.arrayValue = values.as_ptr().cast_mut().cast(),
        Value::Ints(values) => data.arrayValue = values.as_ptr().cast_mut().cast(),
        Value::Longs(values) => data.arrayValue = values.as_ptr().cast_mut().cast(),
        Value::Floats(values) => data.arrayValue = values.as_ptr().cast_mut().cast(),
        Value::Doubles(values) => data.arrayValue = values.as_ptr().cast_mut().cast(),
    }
}

/// The `size` of a field (spec 30 §1.2): bytes of the value, for a text with its NUL.
fn size_of_value(value: &Value) -> usize {
    match value {
        Value::Null | Value::Map(_) | Value::Stream(_) => 0,
        Value::Bool(_) | Value::Byte(_) => 1,
        Value::Char(_) | Value::Short(_) => 2,
        Value::Int(_) | Value::Float(_) => 4,
        Value::Long(_) | Value::Double(_) => 8,
        Value::Text(text) => text.len() + 1,
        Value::Bytes(bytes) => bytes.len(),
        Value::Shorts(values) => size_of_val(&**values),
        Value::Ints(values) => size_of_val(&**values),
        Value::Longs(values) => size_of_val(&**values),
        Value::Floats(values) => size_of_val(&**values),
        Value::Doubles(values) => size_of_val(&**values),
    }
}

/// The address or handle in a field; `None` for types without one.
///
/// # Safety
/// `field` points to an initialised field.
unsafe fn key(field: *const tibemsMsgField) -> Option<usize> {
    // SAFETY: initialised (contract above); all pointer members lie at the same place.
    let (kind, address) = unsafe { ((*field).r#type as u8, (*field).data.bytesValue) };
    (kind >= code::UTF8 && !address.is_null()).then(|| address.addr())
}

/// Body of tibemsStreamMsg_FreeField.
///
/// # Safety
/// `field` is NULL or points to an initialised field.
pub(crate) unsafe fn free(field: *mut tibemsMsgField) {
    if field.is_null() {
        return;
    }
    // SAFETY: initialised (contract above).
    let key = unsafe { key(field) };
    let given = key.and_then(take);
    if key.is_none() || given.is_some() {
        // SAFETY: valid for writing (contract above); zero is the NULL field.
        unsafe { ptr::write_bytes(field, 0, 1) };
    }
}

fn take(key: usize) -> Option<Value> {
    let mut given = GIVEN.get().lock();
    let values = given.get_mut(&key)?;
    let value = values.pop();
    if values.is_empty() {
        given.remove(&key);
    }
    value
}

/// The value in a field of the program; TIBEMS_INVALID_FIELD for an unknown type.
///
/// # Safety
/// `field` points to an initialised field whose pointer fits its type, size and count.
unsafe fn value_of(field: *const tibemsMsgField) -> Result<Value> {
    // SAFETY: initialised (contract above).
    let field = unsafe { &*field };
    let (count, size) = (field.count.max(0) as usize, field.size.max(0) as usize);
    // SAFETY: the member that the type names is initialised, and its address valid (contract above).
    Ok(unsafe {
        match field.r#type as u8 {
            code::NULL => Value::Null,
            code::BOOL => Value::Bool(number(field.data.boolValue) != 0),
            code::BYTE => Value::Byte(field.data.byteValue),
            code::WCHAR => Value::Char(field.data.wcharValue),
            code::SHORT => Value::Short(field.data.shortValue),
            code::INT => Value::Int(field.data.intValue),
            code::LONG => Value::Long(field.data.longValue),
            code::FLOAT => Value::Float(field.data.floatValue),
            code::DOUBLE => Value::Double(field.data.doubleValue),
            code::UTF8 => Value::text(super::entry::text(field.data.utf8Value).map(CStr::to_bytes)),
            code::BYTES => {
                Value::bytes(super::entry::bytes(field.data.bytesValue, size).unwrap_or_default())
            }
            code::MAP_MSG => Value::Map(share(handle::get(field.data.msgValue)?)),
            code::STREAM_MSG => Value::Stream(share(handle::get(field.data.msgValue)?)),
            code::SHORT_ARRAY => Value::Shorts(array(field.data.arrayValue.cast(), count)),
            code::INT_ARRAY => Value::Ints(array(field.data.arrayValue.cast(), count)),
            code::LONG_ARRAY => Value::Longs(array(field.data.arrayValue.cast(), count)),
            code::FLOAT_ARRAY => Value::Floats(array(field.data.arrayValue.cast(), count)),
            code::DOUBLE_ARRAY => Value::Doubles(array(field.data.arrayValue.cast(), count)),
            _ => {
                return Err(Error::new(
                    Status::TIBEMS_INVALID_FIELD,
                    "the field has an unknown type",
                ));
            }
        }
    })
}

fn share(object: std::sync::Arc<MessageObject>) -> Nested {
    Nested::share(&object)
}

/// # Safety
/// `values` is NULL or valid for reading `count` elements.
unsafe fn array<T: Copy>(values: *const T, count: usize) -> Box<[T]> {
    // SAFETY: the contract is passed on.
    unsafe { super::entry::elements(values, count) }
        .unwrap_or_default()
        .into()
}

/// The printed text of a field.
///
/// # Safety
/// As [`value_of`], or NULL: TIBEMS_INVALID_ARG.
unsafe fn print(field: *const tibemsMsgField) -> Result<Vec<u8>> {
    if field.is_null() {
        return Err(invalid_argument("the field is NULL"));
    }
    let mut text = Vec::new();
    // SAFETY: the contract is passed on.
    print_value(&mut text, &unsafe { value_of(field) }?);
    Ok(text)
}

/// Writes `field` as `Type:value` to the standard output, without line end, for debugging. It
/// returns nothing and writes nothing for NULL or an unknown type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgField_Print(field: *mut tibemsMsgField) {
    entry_value!((), {
        // SAFETY: NULL or a field that was filled, as C promises.
        print_to_stdout(&unsafe { print(field) }?);
        Ok(())
    })
}

/// Writes `field` as tibemsMsgField_Print does to the stream `file` of the C library. It returns
/// nothing and leaves a NULL stream alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgField_PrintFile(field: *mut tibemsMsgField, file: *mut FILE) {
    entry_value!((), {
        // SAFETY: NULL or a field that was filled and an open stream, as C promises.
        unsafe { print_to_file(file, &print(field)?) };
        Ok(())
    })
}

/// Writes the text of tibemsMsgField_Print for `field` and a NUL into `buffer`, which has room for
/// `maxlen` bytes.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_FIELD for an unknown
/// type; TIBEMS_INVALID_MSG for a nested message that is gone; TIBEMS_INSUFFICIENT_BUFFER when text
/// and NUL do not fit: as many whole characters as fit are written, nothing if `maxlen` is not
/// positive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgField_PrintToBuffer(
    field: *mut tibemsMsgField,
    buffer: *mut c_char,
    maxlen: tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { print_to_buffer(buffer, maxlen, || print(field)) }
    })
}
