//! Messages made through a session: the same as those made without one.
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::c_char;

use super::entry::{HandleOut, entry, not_implemented};
use super::types::{
    tibems_status, tibemsBytesMsg, tibemsMapMsg, tibemsMsg, tibemsSession, tibemsStreamMsg,
    tibemsTextMsg,
};

/// Makes a bytes message, as tibemsBytesMsg_Create.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateBytesMessage(
    session: tibemsSession,
    bytes_msg: *mut tibemsBytesMsg,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(bytes_msg);
        }
        let _ = session;
        not_implemented("not part of this version yet")
    })
}

/// Makes a map message, as tibemsMapMsg_Create.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateMapMessage(
    session: tibemsSession,
    map_msg: *mut tibemsMapMsg,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(map_msg);
        }
        let _ = session;
        not_implemented("not part of this version yet")
    })
}

/// Makes a message without a body, as tibemsMsg_Create.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateMessage(
    session: tibemsSession,
    msg: *mut tibemsMsg,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(msg);
        }
        let _ = session;
        not_implemented("not part of this version yet")
    })
}

/// Makes a stream message, as tibemsStreamMsg_Create.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateStreamMessage(
    session: tibemsSession,
    stream_msg: *mut tibemsStreamMsg,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(stream_msg);
        }
        let _ = session;
        not_implemented("not part of this version yet")
    })
}

/// Makes a text message, as tibemsTextMsg_Create.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateTextMessage(
    session: tibemsSession,
    text_msg: *mut tibemsTextMsg,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(text_msg);
        }
        let _ = session;
        not_implemented("not part of this version yet")
    })
}

/// Makes a text message with its text; NULL leaves it without one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateTextMessageEx(
    session: tibemsSession,
    text_msg: *mut tibemsTextMsg,
    text_string: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(text_msg);
        }
        let _ = (session, text_string);
        not_implemented("not part of this version yet")
    })
}
