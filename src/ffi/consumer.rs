//! Consumers: receive, listen, close.
//!
//! The receives and the close block. Called by C programs.

use core::ffi::{c_char, c_void};

use std::ptr;
use std::time::Duration;

use super::entry::{HandleOut, Out, entry, invalid_argument};
use super::handle;
use super::message_handle::publish;
use super::objects::{ConsumerObject, message_callback, message_listener};
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
        let object = handle::get::<ConsumerObject, _>(msg_consumer)?;
        object.consumer.close()?;
        handle::remove::<ConsumerObject, _>(msg_consumer)?;
        Ok(())
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
        let out = unsafe { HandleOut::new(destination) };
        let object = handle::get::<ConsumerObject, _>(msg_consumer)?;
        let out = out.required()?;
        object.consumer.ensure_open()?;
        out.set(object.destination());
        Ok(())
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
        let object = handle::get::<ConsumerObject, _>(msg_consumer)?;
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { Out::new(selector_ptr) }.required()?;
        object.consumer.ensure_open()?;
        out.set(object.selector());
        Ok(())
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
        let object = handle::get::<ConsumerObject, _>(msg_consumer)?;
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { Out::new(no_local) }.required()?;
        object.consumer.ensure_open()?;
        out.set(object.consumer.no_local().into());
        Ok(())
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
        let out = unsafe { HandleOut::new(msg) };
        let object = handle::get::<ConsumerObject, _>(msg_consumer)?;
        let out = out.required()?;
        let (message, delivery) = object.consumer.receive(None)?;
        out.set(publish(message, delivery));
        Ok(())
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
        let out = unsafe { HandleOut::new(msg) };
        let object = handle::get::<ConsumerObject, _>(msg_consumer)?;
        let out = out.required()?;
        let limit =
            u64::try_from(timeout).map_err(|_| invalid_argument("the timeout is negative"))?;
        let limit = (limit > 0).then(|| Duration::from_millis(limit));
        let (message, delivery) = object.consumer.receive(limit)?;
        out.set(publish(message, delivery));
        Ok(())
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
        let out = unsafe { HandleOut::new(msg) };
        let object = handle::get::<ConsumerObject, _>(msg_consumer)?;
        let out = out.required()?;
        let (message, delivery) = object.consumer.receive_no_wait()?;
        out.set(publish(message, delivery));
        Ok(())
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
        let object = handle::get::<ConsumerObject, _>(msg_consumer)?;
        object
            .consumer
            .set_listener(message_listener(msg_consumer, callback, closure))
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
        let object = handle::get::<ConsumerObject, _>(msg_consumer)?;
        // SAFETY: NULL or valid, as C promises.
        let (out, closure) = unsafe { (Out::new(callback_ptr).required()?, Out::new(closure)) };
        let listener = object.consumer.listener()?;
        out.set(listener.as_ref().and_then(message_callback));
        closure.set(ptr::with_exposed_provenance_mut(
            listener.map_or(0, |listener| listener.closure),
        ));
        Ok(())
    })
}
