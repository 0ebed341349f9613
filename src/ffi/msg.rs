//! Messages of any kind: create, destroy, copy, access modes, acknowledge, print.
//!
//! Only acknowledging and recovering may block. Called by C programs.

use core::ffi::c_char;
use libc::FILE;

use super::entry::{HandleOut, Out, entry, entry_memory, entry_value};
use super::message_handle::{create, destroy, publish, resolve, with};
use super::output::{print_to_buffer, print_to_file, print_to_stdout};
use super::types::{tibems_int, tibems_status, tibemsMsg, tibemsMsgType};
use crate::message::{BodyKind, Message};

/// Makes a message without a body and gives it in `message`; the caller releases it with
/// tibemsMsg_Destroy.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_Create(message: *mut tibemsMsg) -> tibems_status {
    entry_memory!({
        // SAFETY: NULL or valid, as C promises.
        create(unsafe { HandleOut::new(message) }, Message::plain())
    })
}

/// Releases `message`, of any kind, with everything that belongs to it: texts and data got from it
/// are gone. It never acknowledges. A message that was put into a map message lives on inside it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_NOT_PERMITTED for a message that belongs to the
/// one around it (got with tibemsMapMsg_GetMapMsg and the like).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_Destroy(message: tibemsMsg) -> tibems_status {
    entry_memory!({ destroy(message) })
}

/// Tells in `body_type` which of the six kinds `message` is, TIBEMS_MESSAGE to TIBEMS_TEXT_MESSAGE.
/// It has nothing to do with the Type header.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetBodyType(
    message: tibemsMsg,
    body_type: *mut tibemsMsgType,
) -> tibems_status {
    entry_memory!({
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

/// Acknowledges `message` as the acknowledge mode of its session says: in CLIENT mode all messages
/// received so far in the session, in the EXPLICIT modes this one, in the others nothing. A message
/// that did not come from a receive call or listener (made, copied) is not acknowledged either,
/// with TIBEMS_OK.
///
/// Needs the server, if there is anything to acknowledge. Its answer, where it gives one, is waited
/// for on connections to servers that share state, and by the option ack_confirm. On an unshared
/// connection that was recovered since the message came nothing happens, with TIBEMS_OK: the old
/// server delivers it again.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_ILLEGAL_STATE when connection, session or
/// consumer are closed, or the server delivers the message again; TIBEMS_TIMEOUT when the server
/// does not answer; TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED;
/// TIBEMS_UFO_CONNECTION_FAILURE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_Acknowledge(message: tibemsMsg) -> tibems_status {
    entry!({ resolve(message)?.acknowledge() })
}

/// Puts `message`, received in one of the EXPLICIT acknowledge modes, back: it is delivered again,
/// marked as redelivered. The handle stays readable and must still be destroyed.
///
/// Needs the server.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_ILLEGAL_STATE in other modes, for a message that
/// was acknowledged, put back or not received, and when connection, session or consumer are closed;
/// TIBEMS_TIMEOUT when the server does not answer; TIBEMS_NOT_PERMITTED;
/// TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_Recover(message: tibemsMsg) -> tibems_status {
    entry!({ resolve(message)?.recover() })
}

/// Empties the body of `message`, which then is as that of a new message; headers and properties
/// stay. Texts and data got from the body are gone, except the blocks of a bytes message.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_ClearBody(message: tibemsMsg) -> tibems_status {
    entry_memory!({
        with(message, |message| {
            message.clear_body();
            Ok(())
        })
    })
}

/// Makes the read-only message `msg` writeable without losing anything: bytes and stream messages
/// can then be read from the present position and written at the end. Messages nested in it follow.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_MakeWriteable(msg: tibemsMsg) -> tibems_status {
    entry_memory!({
        with(msg, |message| {
            message.make_writeable();
            Ok(())
        })
    })
}

/// Makes an independent copy of `msg` with headers, properties, body and access modes and gives it
/// in `copy`; the caller releases it with tibemsMsg_Destroy. Acknowledging the copy has no effect.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_CreateCopy(
    msg: tibemsMsg,
    copy: *mut tibemsMsg,
) -> tibems_status {
    entry_memory!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { HandleOut::new(copy) };
        let original = resolve(msg)?;
        let out = out.required()?;
        let copy = original.lock().clone();
        out.set(publish(copy, None));
        Ok(())
    })
}

/// Writes `message` as one line to the standard output, for debugging. It changes nothing, returns
/// nothing and writes nothing for a bad handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_Print(message: tibemsMsg) {
    entry_value!((), {
        let text = with(message, |message| Ok(message.print()))?;
        print_to_stdout(&[&text[..], b"\n"].concat());
        Ok(())
    })
}

/// Writes `message` as one line to the stream `file` of the C library, in order with the program's
/// own output. It returns nothing and writes nothing for a bad handle or a NULL stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_PrintFile(message: tibemsMsg, file: *mut FILE) {
    entry_value!((), {
        let text = with(message, |message| Ok(message.print()))?;
        // SAFETY: NULL or an open stream, as C promises.
        unsafe { print_to_file(file, &[&text[..], b"\n"].concat()) };
        Ok(())
    })
}

/// Writes the line of tibemsMsg_Print for `message`, without line end, and a NUL into `buffer`,
/// which has room for `maxlen` bytes.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL buffer;
/// TIBEMS_INSUFFICIENT_BUFFER when text and NUL do not fit: as many whole characters as fit are
/// written, nothing if `maxlen` is not positive.
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
