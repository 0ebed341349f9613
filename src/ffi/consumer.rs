//! Consumers: receive, listen, close.
//!
//! The receives and the close block. Called by C programs.

use core::ffi::{c_char, c_void};

use std::ptr;
use std::time::Duration;

use super::entry::{HandleOut, Out, entry, invalid_argument};
use super::handle;
use super::message_handle::publish;
use super::objects::{self, ConsumerObject, message_callback, message_listener};
use super::types::{
    tibems_bool, tibems_long, tibems_status, tibemsDestination, tibemsMsg, tibemsMsgCallback,
    tibemsMsgConsumer,
};

/// Ends `msg_consumer` and frees the handle. Messages that wait in it go back to the server. Below
/// a closed session or connection it only frees the handle.
///
/// Blocks until a running call of its listener has ended, except inside that, and until the server
/// has let the consumer go, up to the option close_timeout (60 s); a receive that waits returns
/// TIBEMS_INTR, before the close or, when that is called in a signal handler which has interrupted
/// the receive, after it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_CONSUMER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgConsumer_Close(msg_consumer: tibemsMsgConsumer) -> tibems_status {
    entry!({ objects::close::<ConsumerObject, _>(msg_consumer) })
}

/// Gives the destination of `msg_consumer` in `destination`. The handle belongs to the consumer and
/// is the same at every call; tibemsDestination_Copy makes one to keep.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE when session or connection is closed.
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

/// Gives the selector of `msg_consumer` in `selector_ptr`, NULL if it has none. The text belongs to
/// the consumer and is valid until that is closed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE when session or connection is closed.
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

/// Tells in `no_local` whether `msg_consumer` is spared what its own connection publishes;
/// TIBEMS_FALSE for queues.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE when session or connection is closed.
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

/// Gives the next message of `msg_consumer` in `msg`. It belongs to the caller, who releases it
/// with tibemsMsg_Destroy.
///
/// Needs the server. Blocks until a message is there and the connection is started. Inside a
/// message listener it may be called for other consumers of the session.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE, also when the consumer has a listener; TIBEMS_INTR when consumer, session
/// or connection are closed, or the connection is lost for good, while it waits;
/// TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE;
/// TIBEMS_INVALID_DESTINATION, TIBEMS_SECURITY_EXCEPTION, TIBEMS_ID_IN_USE, TIBEMS_SERVER_LIMIT,
/// TIBEMS_INVALID_SIZE, TIBEMS_INVALID_SELECTOR, TIBEMS_NOT_IMPLEMENTED, TIBEMS_TIMEOUT or
/// TIBEMS_EXCEPTION when the server has ended the consumer;
/// TIBEMS_FT_SERVER_LACKS_TRANSACTION in a transaction that is lost with its server.
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

/// Gives the next message of `msg_consumer` in `msg`. It belongs to the caller, who releases it
/// with tibemsMsg_Destroy.
///
/// Needs the server. Blocks until a message is there and the connection is started, at most
/// `timeout` milliseconds, also while the connection has no server; 0 is without limit.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG for a NULL output or a negative
/// time; TIBEMS_ILLEGAL_STATE, also when the consumer has a listener; TIBEMS_INTR when consumer,
/// session or connection are closed, or the connection is lost for good, while it waits;
/// TIBEMS_TIMEOUT when no message came in time; TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED;
/// TIBEMS_UFO_CONNECTION_FAILURE; TIBEMS_INVALID_DESTINATION, TIBEMS_SECURITY_EXCEPTION,
/// TIBEMS_ID_IN_USE, TIBEMS_SERVER_LIMIT, TIBEMS_INVALID_SIZE, TIBEMS_INVALID_SELECTOR,
/// TIBEMS_NOT_IMPLEMENTED or TIBEMS_EXCEPTION when the server has ended the consumer;
/// TIBEMS_FT_SERVER_LACKS_TRANSACTION in a transaction that is lost with its server.
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

/// Gives the next message of `msg_consumer` in `msg` if there is one. It belongs to the caller, who
/// releases it with tibemsMsg_Destroy.
///
/// Needs the server, which is asked when no message waits in the consumer: that takes one way there
/// and back, at most 1 s. While the connection has no server there is no message.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE, also when the consumer has a listener; TIBEMS_NOT_FOUND when there is no
/// message; TIBEMS_INTR when it is closed meanwhile; TIBEMS_NOT_PERMITTED;
/// TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE; TIBEMS_INVALID_DESTINATION,
/// TIBEMS_SECURITY_EXCEPTION, TIBEMS_ID_IN_USE, TIBEMS_SERVER_LIMIT, TIBEMS_INVALID_SIZE,
/// TIBEMS_INVALID_SELECTOR, TIBEMS_NOT_IMPLEMENTED, TIBEMS_TIMEOUT or TIBEMS_EXCEPTION when the
/// server has ended the consumer.
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

/// Has `callback` called with every message of `msg_consumer` and with `closure`; NULL removes it,
/// and messages wait for receive calls again. The message belongs to the listener, which releases
/// it now or later.
///
/// Listeners of one session run one at a time on a thread of the library that the session has for
/// them. Removing the listener blocks until a running call of it has ended, except inside that.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_ILLEGAL_STATE when session or connection is
/// closed or a thread is blocked in a receive on the consumer; TIBEMS_NO_MEMORY when no thread
/// could be started: the listener is as it was; TIBEMS_INVALID_DESTINATION,
/// TIBEMS_SECURITY_EXCEPTION, TIBEMS_ID_IN_USE, TIBEMS_SERVER_LIMIT, TIBEMS_INVALID_SIZE,
/// TIBEMS_INVALID_SELECTOR, TIBEMS_NOT_IMPLEMENTED, TIBEMS_TIMEOUT, TIBEMS_NOT_PERMITTED or
/// TIBEMS_EXCEPTION when the server has ended the consumer;
/// TIBEMS_FT_SERVER_LACKS_TRANSACTION in a transaction that is lost with its server.
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

/// Gives the listener of `msg_consumer` in `callback_ptr` and what is passed to it in `closure`;
/// NULL and NULL if none is set. `closure` may be NULL.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG when `callback_ptr` is NULL;
/// TIBEMS_ILLEGAL_STATE when session or connection is closed.
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
