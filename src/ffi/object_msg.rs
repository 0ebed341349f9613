//! Object messages: opaque bytes (spec 30 §5.7).
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::c_void;
use std::ptr;

use super::entry::{HandleOut, Out, entry_memory as entry};
use super::message_handle::{create, required_data, with_kind};
use super::types::{tibems_status, tibems_uint, tibemsObjectMsg};
use crate::message::{BodyKind, Message, address_of};

/// Makes an object message without an object and gives it in `message`; the caller releases it with
/// tibemsMsg_Destroy.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsObjectMsg_Create(message: *mut tibemsObjectMsg) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        create(unsafe { HandleOut::new(message) }, Message::object())
    })
}

/// Gives the bytes of the object in `message` in `bytes` and their number in `byte_size`, NULL and
/// 0 without an object. They belong to the message, must not be changed and are valid until the
/// next tibemsObjectMsg_SetObjectBytes or tibemsMsg_ClearBody, or until the message is destroyed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for a NULL output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsObjectMsg_GetObjectBytes(
    message: tibemsObjectMsg,
    bytes: *mut *mut c_void,
    byte_size: *mut tibems_uint,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (bytes, size) = unsafe { (Out::new(bytes), Out::new(byte_size)) };
        with_kind(message, BodyKind::Object, |message| {
            let (bytes, size) = (bytes.required()?, size.required()?);
            let object = message.object_bytes()?.map(|object| address_of(object));
            let (address, length) = object.unwrap_or((ptr::null(), 0));
            bytes.set(address.cast_mut().cast());
            size.set(length as tibems_uint);
            Ok(())
        })
    })
}

/// Makes a copy of the `byte_size` bytes at `bytes` the object of `message`; NULL with size 0 is no
/// object. They are never interpreted.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
/// TIBEMS_INVALID_ARG for NULL with a size; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE above
/// 2^31 - 1 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsObjectMsg_SetObjectBytes(
    message: tibemsObjectMsg,
    bytes: *const c_void,
    byte_size: tibems_uint,
) -> tibems_status {
    entry!({
        with_kind(message, BodyKind::Object, |message| {
            // SAFETY: NULL or valid for reading, as C promises.
            let data = unsafe { required_data(bytes, byte_size) }?;
            message.set_object_bytes(Some(data).filter(|_| !bytes.is_null()))
        })
    })
}
