//! Messages as bytes and back (spec 30 §6). The format is this library's own.
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::c_void;

use super::entry::{HandleOut, Out, entry, entry_value, invalid_argument};
use super::message_handle::{create, with};
use super::types::{tibems_int, tibems_status, tibemsMsg};
use crate::message::{Message, PREAMBLE};
use crate::status::Status;

/// Deprecated: tibemsMsg_GetByteSize as result; 0 for a bad message. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_ByteSize(message: tibemsMsg) -> tibems_int {
    entry_value!(0, {
        with(message, |message| {
            Ok(message.to_archive()?.len() as tibems_int)
        })
    })
}

/// Stores how many bytes the message has as tibemsMsg_GetAsBytes gives it: headers, properties and body.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output; TIBEMS_INVALID_SIZE above 512 MB. Does not
/// block.
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
            out.set(message.to_archive()?.len() as tibems_int);
            Ok(())
        })
    })
}

/// Stores address and number of the bytes from which tibemsMsg_CreateFromBytes makes the message again. They
/// belong to the message and live until it is destroyed; the same block is given while it is unchanged.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output; TIBEMS_INVALID_SIZE above 512 MB. Does not
/// block.
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
            let archive = message.lend_archive()?;
            bytes.set(archive.as_ptr().cast());
            size.set(archive.len() as tibems_int);
            Ok(())
        })
    })
}

/// Copies the bytes of tibemsMsg_GetAsBytes into a buffer of `avail_size` bytes and stores their number. NULL
/// with size 0 only asks for the number.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output, a negative size, or a NULL buffer with a
/// size; TIBEMS_INSUFFICIENT_BUFFER with the number of bytes needed, the buffer untouched;
/// TIBEMS_INVALID_SIZE above 512 MB. Does not block.
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
            let archive = message.to_archive()?;
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

/// Makes a message from the bytes that tibemsMsg_GetAsBytes gave, in this or another process. It is
/// read-only until tibemsMsg_MakeWriteable; the caller releases it with tibemsMsg_Destroy.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_MSG for bytes that are no message of this
/// library; TIBEMS_VERSION_MISMATCH; TIBEMS_CORRUPT_MSG or TIBEMS_INVALID_FIELD for damaged ones. The length is
/// taken from the bytes: fewer than it says cannot be noticed. Does not block.
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
        let length = PREAMBLE + Message::archive_payload_length(preamble)?;
        // SAFETY: the whole archive is there, as C promises.
        let archive = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), length) };
        create(out, Message::from_archive(archive)?)
    })
}
