//! Messages as bytes and back (spec 30 §6). The format is this library's own.
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::c_void;

use super::entry::{HandleOut, Out, entry_memory as entry, entry_value, invalid_argument};
use super::message_handle::{create, with};
use super::types::{tibems_int, tibems_status, tibemsMsg};
use crate::client::message_limit;
use crate::message::{Message, PREAMBLE};
use crate::status::Status;

/// Deprecated: tibemsMsg_GetByteSize. Returns the number of bytes, 0 for a bad message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_ByteSize(message: tibemsMsg) -> tibems_int {
    entry_value!(0, {
        with(message, |message| {
            Ok(message.to_archive(message_limit())?.len() as tibems_int)
        })
    })
}

/// Tells in `size` how many bytes tibemsMsg_GetAsBytes gives for `msg`: headers, properties and
/// body.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_INVALID_SIZE above `message_limit` (512 MiB).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetByteSize(
    msg: tibemsMsg,
    size: *mut tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { Out::new(size) };
        with(msg, |message| {
            let out = out.required()?;
            out.set(message.to_archive(message_limit())?.len() as tibems_int);
            Ok(())
        })
    })
}

/// Gives in `bytes` and `actual_size` the bytes from which tibemsMsg_CreateFromBytes makes `msg`
/// again. They belong to the message and are valid until it is destroyed; the same block is given
/// while it is unchanged.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_INVALID_SIZE above `message_limit` (512 MiB).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetAsBytes(
    msg: tibemsMsg,
    bytes: *mut *const c_void,
    actual_size: *mut tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (bytes, size) = unsafe { (Out::new(bytes), Out::new(actual_size)) };
        with(msg, |message| {
            let (bytes, size) = (bytes.required()?, size.required()?);
            let archive = message.lend_archive(message_limit())?;
            bytes.set(archive.as_ptr().cast());
            size.set(archive.len() as tibems_int);
            Ok(())
        })
    })
}

/// Copies the bytes of tibemsMsg_GetAsBytes for `msg` into `bytes`, which has room for
/// `avail_size`, and tells their number in `actual_size`. NULL with size 0 only asks for the
/// number.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output, a negative size,
/// or a NULL buffer with a size; TIBEMS_INSUFFICIENT_BUFFER with the number of bytes needed and the
/// buffer untouched; TIBEMS_INVALID_SIZE above `message_limit` (512 MiB).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetAsBytesCopy(
    msg: tibemsMsg,
    bytes: *mut c_void,
    avail_size: tibems_int,
    actual_size: *mut tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let size = unsafe { Out::new(actual_size) };
        with(msg, |message| {
            let size = size.required()?;
            if avail_size < 0 || (bytes.is_null() && avail_size > 0) {
                return Err(invalid_argument("the buffer is NULL or its size negative"));
            }
            let archive = message.to_archive(message_limit())?;
            size.set(archive.len() as tibems_int);
            if archive.len() > avail_size as usize {
                return Err(Status::TIBEMS_INSUFFICIENT_BUFFER.into());
            }
            // SAFETY: as many bytes are writable, as C promises, and the archive is no part of them.
            unsafe {
                bytes
                    .cast::<u8>()
                    .copy_from_nonoverlapping(archive.as_ptr(), archive.len())
            };
            Ok(())
        })
    })
}

/// Makes a message from `bytes` that tibemsMsg_GetAsBytes gave, in this or another process, and
/// gives it in `msg_ptr`. It is read-only until tibemsMsg_MakeWriteable; the caller releases it
/// with tibemsMsg_Destroy. How many bytes there are is taken from the bytes themselves: fewer than
/// they say cannot be noticed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_MSG for bytes that
/// are no message of this library; TIBEMS_VERSION_MISMATCH; TIBEMS_CORRUPT_MSG or
/// TIBEMS_INVALID_FIELD for damaged ones.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_CreateFromBytes(
    msg_ptr: *mut tibemsMsg,
    bytes: *const c_void,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { HandleOut::new(msg_ptr) }.required()?;
        if bytes.is_null() {
            return Err(invalid_argument("the bytes are NULL"));
        }
        // SAFETY: an archive has a preamble, as C promises; its checksum is tested before it is believed.
        let preamble = unsafe { &*bytes.cast::<[u8; PREAMBLE]>() };
        let length = PREAMBLE + Message::archive_payload_length(preamble, message_limit())?;
        // SAFETY: the whole archive is there, as C promises.
        let archive = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), length) };
        create(out, Message::from_archive(archive, message_limit())?)
    })
}
