//! Consumers: receive, listen, close.
//!
//! The receives and the close block. Called by C programs.

use core::ffi::{c_char, c_void};

use super::entry::{HandleOut, entry, not_implemented};
use super::types::{
    tibems_bool, tibems_long, tibems_status, tibemsDestination, tibemsMsg, tibemsMsgCallback,
    tibemsMsgConsumer,
};

/// Closes a consumer. Messages that it buffered go back to the server. Blocks until its
/// running callback has ended; a receive that waits returns TIBEMS_INTR.
///
/// TIBEMS_OK; TIBEMS_INVALID_CONSUMER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgConsumer_Close(msg_consumer: tibemsMsgConsumer) -> tibems_status {
    entry!({
        let _ = msg_consumer;
        not_implemented("not part of this version yet")
    })
}

/// Stores the destination of a consumer. The handle belongs to the consumer; every call gives
/// the same one.
///
/// TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE. Does not
/// block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgConsumer_GetDestination(
    msg_consumer: tibemsMsgConsumer,
    destination: *mut tibemsDestination,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(destination);
        }
        let _ = msg_consumer;
        not_implemented("not part of this version yet")
    })
}

/// Stores the address of the selector, NULL if there is none. The text belongs to the
/// consumer.
///
/// TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE. Does not
/// block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgConsumer_GetMsgSelector(
    msg_consumer: tibemsMsgConsumer,
    selector_ptr: *mut *const c_char,
) -> tibems_status {
    entry!({
        let _ = (msg_consumer, selector_ptr);
        not_implemented("not part of this version yet")
    })
}

/// Stores whether messages of the same connection are kept away.
///
/// TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE. Does not
/// block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgConsumer_GetNoLocal(
    msg_consumer: tibemsMsgConsumer,
    no_local: *mut tibems_bool,
) -> tibems_status {
    entry!({
        let _ = (msg_consumer, no_local);
        not_implemented("not part of this version yet")
    })
}

/// Blocks until the next message is there. The message belongs to the caller.
///
/// TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE when a
/// listener is set; TIBEMS_INTR when consumer, session or connection are closed meanwhile;
/// TIBEMS_SERVER_NOT_CONNECTED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgConsumer_Receive(
    msg_consumer: tibemsMsgConsumer,
    msg: *mut tibemsMsg,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(msg);
        }
        let _ = msg_consumer;
        not_implemented("not part of this version yet")
    })
}

/// Blocks until the next message is there, at most `timeout` milliseconds; 0 is for ever. The
/// message belongs to the caller.
///
/// As tibemsMsgConsumer_Receive, and TIBEMS_TIMEOUT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgConsumer_ReceiveTimeout(
    msg_consumer: tibemsMsgConsumer,
    msg: *mut tibemsMsg,
    timeout: tibems_long,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(msg);
        }
        let _ = (msg_consumer, timeout);
        not_implemented("not part of this version yet")
    })
}

/// Takes the next message if there is one. The message belongs to the caller.
///
/// As tibemsMsgConsumer_Receive, and TIBEMS_NOT_FOUND when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgConsumer_ReceiveNoWait(
    msg_consumer: tibemsMsgConsumer,
    msg: *mut tibemsMsg,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(msg);
        }
        let _ = msg_consumer;
        not_implemented("not part of this version yet")
    })
}

/// Sets the function that gets the messages, on the thread of the session; NULL removes it.
///
/// TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_ILLEGAL_STATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgConsumer_SetMsgListener(
    msg_consumer: tibemsMsgConsumer,
    callback: tibemsMsgCallback,
    closure: *mut c_void,
) -> tibems_status {
    entry!({
        let _ = (msg_consumer, callback, closure);
        not_implemented("not part of this version yet")
    })
}

/// Stores the message callback and its closure, NULL and NULL if none is set.
///
/// TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE. Does not
/// block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgConsumer_GetMsgListener(
    msg_consumer: tibemsMsgConsumer,
    callback_ptr: *mut tibemsMsgCallback,
    closure: *mut *mut c_void,
) -> tibems_status {
    entry!({
        let _ = (msg_consumer, callback_ptr, closure);
        not_implemented("not part of this version yet")
    })
}
