//! Messages of any kind: create, destroy, copy, access modes, acknowledge, print.
//!
//! Only acknowledging and recovering may block. Called by C programs.

use core::ffi::c_char;
use libc::FILE;

use super::entry::{HandleOut, Out, entry, entry_value};
use super::message_handle::{create, destroy, publish, resolve, with};
use super::output::{print_to_buffer, print_to_file, print_to_stdout};
use super::types::{tibems_int, tibems_status, tibemsMsg, tibemsMsgType};
use crate::message::{BodyKind, Message};

/// Makes a message without a body. The caller releases it with tibemsMsg_Destroy.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_Create(message: *mut tibemsMsg) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        create(unsafe { HandleOut::new(message) }, Message::plain())
    })
}

/// Releases a message of any kind with everything that belongs to it: texts and data got from it
/// are gone. Never acknowledges. A message that was put into a map message lives on inside it.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_NOT_PERMITTED for a message that belongs to the message
/// around it (got with tibemsMapMsg_GetMapMsg and the like). Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_Destroy(message: tibemsMsg) -> tibems_status {
    entry!({ destroy(message) })
}

/// Tells which of the six kinds a message is, TIBEMS_MESSAGE to TIBEMS_TEXT_MESSAGE. Has nothing to
/// do with the Type header.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetBodyType(
    message: tibemsMsg,
    body_type: *mut tibemsMsgType,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { Out::new(body_type) };
        let kind = with(message, |message| Ok(message.kind()))?;
        out.required()?.set(match kind {
            BodyKind::Plain => tibemsMsgType::TIBEMS_MESSAGE,
            BodyKind::Bytes => tibemsMsgType::TIBEMS_BYTES_MESSAGE,
            BodyKind::Map => tibemsMsgType::TIBEMS_MAP_MESSAGE,
            BodyKind::Object => tibemsMsgType::TIBEMS_OBJECT_MESSAGE,
            BodyKind::Stream => tibemsMsgType::TIBEMS_STREAM_MESSAGE,
            BodyKind::Text => tibemsMsgType::TIBEMS_TEXT_MESSAGE,
        });
        Ok(())
    })
}

/// Acknowledges what the acknowledge mode of the session says: all messages consumed so far in
/// CLIENT mode, this message in the EXPLICIT modes, nothing in the others. A message that did not
/// come from a receive call or listener (created, copied, browsed) is not acknowledged either.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_ILLEGAL_STATE when session, connection or consumer is closed
/// or the delivery is over; TIBEMS_SERVER_NOT_CONNECTED. May block until the server has answered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_Acknowledge(message: tibemsMsg) -> tibems_status {
    entry!({ resolve(message)?.acknowledge() })
}

/// Puts one message of an EXPLICIT acknowledge mode back: it will be delivered again, marked as
/// redelivered. The handle stays readable and must still be destroyed.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_ILLEGAL_STATE in other modes, for an acknowledged or already
/// recovered message, and for one that was not received; TIBEMS_SERVER_NOT_CONNECTED. May block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_Recover(message: tibemsMsg) -> tibems_status {
    entry!({ resolve(message)?.recover() })
}

/// Empties the body, which then is as that of a new message; headers and properties stay. Texts and
/// data got from the body are gone, except the blocks of a bytes message.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_ClearBody(message: tibemsMsg) -> tibems_status {
    entry!({
        with(message, |message| {
            message.clear_body();
            Ok(())
        })
    })
}

/// Makes a read-only message writeable without losing anything: bytes and stream messages can then
/// be read from the present position and written at the end. Messages nested in it follow.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_MakeWriteable(msg: tibemsMsg) -> tibems_status {
    entry!({
        with(msg, |message| {
            message.make_writeable();
            Ok(())
        })
    })
}

/// Makes an independent copy with headers, properties, body and access modes. The caller releases it
/// with tibemsMsg_Destroy. Acknowledging the copy has no effect.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_CreateCopy(
    msg: tibemsMsg,
    copy: *mut tibemsMsg,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { HandleOut::new(copy) };
        let original = resolve(msg)?;
        let out = out.required()?;
        let copy = original.lock().clone();
        out.set(publish(copy, None));
        Ok(())
    })
}

/// Writes a message as one line to the standard output, for debugging. Changes nothing; prints
/// nothing for a bad handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_Print(message: tibemsMsg) {
    entry_value!((), {
        let text = with(message, |message| Ok(message.print()))?;
        print_to_stdout(&[&text[..], b"\n"].concat());
        Ok(())
    })
}

/// Writes a message as one line to a stream of the C library, in order with the program's own
/// output. Prints nothing for a bad handle or a NULL stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_PrintFile(message: tibemsMsg, file: *mut FILE) {
    entry_value!((), {
        let text = with(message, |message| Ok(message.print()))?;
        // SAFETY: NULL or an open stream, as C promises.
        unsafe { print_to_file(file, &[&text[..], b"\n"].concat()) };
        Ok(())
    })
}

/// Writes the text of tibemsMsg_Print, without line end, and a NUL into a buffer of `maxlen` bytes.
///
/// TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL buffer; TIBEMS_INSUFFICIENT_BUFFER when
/// text and NUL do not fit: as many whole characters as fit are stored, nothing if `maxlen` is not
/// positive. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_PrintToBuffer(
    message: tibemsMsg,
    buffer: *mut c_char,
    maxlen: tibems_int,
) -> tibems_status {
    entry!({
        let message = resolve(message)?;
        // SAFETY: NULL or valid for writing, as C promises.
        unsafe { print_to_buffer(buffer, maxlen, || Ok(message.lock().print())) }
    })
}
