//! Everything that a C program can read of a message, read through the functions that it would use.

use std::ffi::{CStr, c_char, c_void};
use std::hint::black_box;
use std::mem::MaybeUninit;
use std::ptr::{null, null_mut};
use tibemsufo::ffi::bytes_msg::{tibemsBytesMsg_GetBytes, tibemsBytesMsg_ReadBytes};
use tibemsufo::ffi::map_msg::{
    tibemsMapMsg_GetField, tibemsMapMsg_GetMapNames, tibemsMapMsg_GetString,
};
use tibemsufo::ffi::msg::*;
use tibemsufo::ffi::msg_enum::*;
use tibemsufo::ffi::msg_header::*;
use tibemsufo::ffi::msg_property::*;
use tibemsufo::ffi::object_msg::tibemsObjectMsg_GetObjectBytes;
use tibemsufo::ffi::stream_msg::{
    tibemsStreamMsg_FreeField, tibemsStreamMsg_ReadField, tibemsStreamMsg_Reset,
};
use tibemsufo::ffi::text_msg::tibemsTextMsg_GetText;
use tibemsufo::ffi::types::*;
use tibemsufo::status::tibems_status as Status;

/// The number of elements at an address that a getter gave.
pub fn slice<'a, T>(address: *const c_void, count: usize) -> &'a [T] {
    assert!(!address.is_null() && address.cast::<T>().is_aligned());
    // SAFETY: the message owns so many elements there and is not changed while they are read.
    unsafe { std::slice::from_raw_parts(address.cast(), count) }
}

fn touch(bytes: &[u8]) {
    black_box(bytes.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte)));
}

fn text(address: *const c_char) {
    if !address.is_null() {
        // SAFETY: texts of the library end with a NUL.
        touch(unsafe { CStr::from_ptr(address) }.to_bytes());
    }
}

/// Reads the message, changes nothing but read positions, and reads a copy made writeable.
pub fn read_all(message: tibemsMsg) {
    headers(message);
    properties(message);
    body(message);
    print(message);
    let mut copy = null_mut();
    assert_eq!(
        c!(tibemsMsg_CreateCopy(message, &mut copy)),
        Status::TIBEMS_OK
    );
    assert_eq!(c!(tibemsMsg_MakeWriteable(copy)), Status::TIBEMS_OK);
    let status = c!(tibemsMsg_SetIntProperty(copy, c"added".as_ptr(), 1));
    assert_eq!(status, Status::TIBEMS_OK);
    body(copy);
    assert_eq!(c!(tibemsMsg_Destroy(copy)), Status::TIBEMS_OK);
}

fn headers(message: tibemsMsg) {
    type Getter = unsafe extern "C" fn(tibemsMsg, *mut *const c_char) -> tibems_status;
    for getter in [
        tibemsMsg_GetMessageID as Getter,
        tibemsMsg_GetCorrelationID,
        tibemsMsg_GetType,
        tibemsMsg_GetEncoding,
    ] {
        let mut value = null();
        assert_eq!(c!(getter(message, &mut value)), Status::TIBEMS_OK);
        text(value);
    }
    for getter in [tibemsMsg_GetDestination, tibemsMsg_GetReplyTo] {
        let mut value = null_mut();
        assert_eq!(c!(getter(message, &mut value)), Status::TIBEMS_OK);
    }
}

fn names(enumeration: tibemsMsgEnum, mut each: impl FnMut(*const c_char)) {
    loop {
        let mut name = null();
        match c!(tibemsMsgEnum_GetNextName(enumeration, &mut name)) {
            Status::TIBEMS_OK => each(name),
            status => {
                assert_eq!(status, Status::TIBEMS_NOT_FOUND);
                break;
            }
        }
    }
    assert_eq!(c!(tibemsMsgEnum_Destroy(enumeration)), Status::TIBEMS_OK);
}

/// Names that C cannot spell (empty, or with a zero inside) are in the enumeration but cannot be asked for.
fn fine(status: Status) -> bool {
    assert!(
        matches!(
            status,
            Status::TIBEMS_OK
                | Status::TIBEMS_NOT_FOUND
                | Status::TIBEMS_INVALID_NAME
                | Status::TIBEMS_CONVERSION_FAILED
        ),
        "{status:?}"
    );
    status == Status::TIBEMS_OK
}

fn properties(message: tibemsMsg) {
    let mut enumeration = null_mut();
    let status = c!(tibemsMsg_GetPropertyNames(message, &mut enumeration));
    assert_eq!(status, Status::TIBEMS_OK);
    names(enumeration, |name| {
        let mut field = MaybeUninit::uninit();
        if fine(c!(tibemsMsg_GetProperty(message, name, field.as_mut_ptr()))) {
            self::field(c!(field.assume_init_ref()));
        }
        let mut value = null();
        if fine(c!(tibemsMsg_GetStringProperty(message, name, &mut value))) {
            text(value);
        }
        let mut number = 0.0;
        fine(c!(tibemsMsg_GetDoubleProperty(message, name, &mut number)));
    });
}

fn body(message: tibemsMsg) {
    let mut kind = tibemsMsgType::TIBEMS_MESSAGE_UNKNOWN;
    assert_eq!(
        c!(tibemsMsg_GetBodyType(message, &mut kind)),
        Status::TIBEMS_OK
    );
    match kind {
        tibemsMsgType::TIBEMS_TEXT_MESSAGE => {
            let mut value = null();
            assert_eq!(
                c!(tibemsTextMsg_GetText(message, &mut value)),
                Status::TIBEMS_OK
            );
            text(value);
        }
        tibemsMsgType::TIBEMS_BYTES_MESSAGE => bytes(message),
        tibemsMsgType::TIBEMS_OBJECT_MESSAGE => {
            let (mut value, mut size) = (null_mut(), 0);
            let status = c!(tibemsObjectMsg_GetObjectBytes(
                message, &mut value, &mut size
            ));
            assert_eq!(status, Status::TIBEMS_OK);
            if !value.is_null() {
                touch(slice(value, size as usize));
            }
        }
        tibemsMsgType::TIBEMS_MAP_MESSAGE => map(message),
        tibemsMsgType::TIBEMS_STREAM_MESSAGE => stream(message),
        other => assert_eq!(other, tibemsMsgType::TIBEMS_MESSAGE),
    }
}

fn bytes(message: tibemsMsg) {
    let (mut value, mut size) = (null_mut(), 0);
    let status = c!(tibemsBytesMsg_GetBytes(message, &mut value, &mut size));
    assert_eq!(status, Status::TIBEMS_OK);
    touch(slice(value, size as usize));
    let mut left = i64::from(size);
    loop {
        let (mut value, mut got) = (null(), 0);
        let status = c!(tibemsBytesMsg_ReadBytes(message, &mut value, 100, &mut got));
        assert_eq!(status, Status::TIBEMS_OK);
        if got == -1 {
            break;
        }
        touch(slice(value, got as usize));
        left -= i64::from(got);
    }
    assert!(left >= 0);
}

fn map(message: tibemsMsg) {
    let mut enumeration = null_mut();
    let status = c!(tibemsMapMsg_GetMapNames(message, &mut enumeration));
    assert_eq!(status, Status::TIBEMS_OK);
    names(enumeration, |name| {
        let mut field = MaybeUninit::uninit();
        if fine(c!(tibemsMapMsg_GetField(message, name, field.as_mut_ptr()))) {
            self::field(c!(field.assume_init_ref()));
        }
        let mut value = null();
        if fine(c!(tibemsMapMsg_GetString(message, name, &mut value))) {
            text(value);
        }
    });
}

/// All that is left to read, which must come to an end.
fn stream(message: tibemsMsg) {
    let mut field = MaybeUninit::uninit();
    loop {
        match c!(tibemsStreamMsg_ReadField(message, field.as_mut_ptr())) {
            Status::TIBEMS_OK => {
                self::field(c!(field.assume_init_ref()));
                c!(tibemsStreamMsg_FreeField(field.as_mut_ptr()));
            }
            status => {
                assert_eq!(status, Status::TIBEMS_MSG_EOF);
                return;
            }
        }
    }
}

fn print(message: tibemsMsg) {
    let mut buffer = vec![0; 1 << 16];
    let status = c!(tibemsMsg_PrintToBuffer(
        message,
        buffer.as_mut_ptr(),
        1 << 16
    ));
    assert!(matches!(
        status,
        Status::TIBEMS_OK | Status::TIBEMS_INSUFFICIENT_BUFFER
    ));
    text(buffer.as_ptr());
}

fn field(field: &tibemsMsgField) {
    let data = field.data;
    let (size, count) = (field.size as usize, field.count as usize);
    match field.r#type {
        0 | 2..=8 => {}
        1 => assert!(c!(data.intValue) == 0 || c!(data.intValue) == 1),
        9 => {
            let bytes = slice::<u8>(c!(data.bytesValue), size);
            assert_eq!(bytes.last(), Some(&0));
            touch(bytes);
        }
        10 if size == 0 => {}
        10 => touch(slice(c!(data.bytesValue), size)),
        11 => map(c!(data.msgValue)),
        12 => {
            let nested = c!(data.msgValue);
            stream(nested);
            // for the next reader of the same message
            assert_eq!(c!(tibemsStreamMsg_Reset(nested)), Status::TIBEMS_OK);
        }
        20 => elements::<i16>(c!(data.arrayValue), size, count),
        21 => elements::<i32>(c!(data.arrayValue), size, count),
        22 => elements::<i64>(c!(data.arrayValue), size, count),
        23 => elements::<f32>(c!(data.arrayValue), size, count),
        24 => elements::<f64>(c!(data.arrayValue), size, count),
        other => panic!("field type {other}"),
    }
}

fn elements<T: Copy>(address: *mut c_void, size: usize, count: usize) {
    assert_eq!(size, count * size_of::<T>());
    if count > 0 {
        for element in slice::<T>(address, count) {
            black_box(*element);
        }
    }
}
