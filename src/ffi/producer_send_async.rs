//! The four ways to send and be called back (spec 20 §3.8).
//!
//! They may block until the server takes more. The callback runs on a thread of the library, with the handle that was
//! sent. Called by C programs.

use core::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr;

use super::entry::{entry, invalid_argument};
use super::objects::ProducerObject;
use super::types::{
    number, tibems_int, tibems_long, tibems_status, tibemsDeliveryMode, tibemsDestination,
    tibemsMsg, tibemsMsgCompletionCallback, tibemsMsgProducer,
};
use super::{error_context, handle};
use crate::client::CompletionListener;
use crate::client::producer::ProducerSettings;
use crate::status::{Result, Status};

/// Who is called back.
type Told = (tibemsMsgCompletionCallback, *mut c_void);

/// The common part of all asynchronous sends. `to` is the destination of the call; `change` makes the settings of the call
/// from the producer's own.
fn send(
    producer: tibemsMsgProducer,
    to: Option<tibemsDestination>,
    msg: tibemsMsg,
    (callback, closure): Told,
    change: impl FnOnce(ProducerSettings) -> ProducerSettings,
) -> Result<()> {
    let object = handle::get::<ProducerObject, _>(producer)?;
    let resolve = || {
        let to = match to {
            Some(destination) => Some(super::destination::resolve(destination)?),
            None => None,
        };
        let message = super::message_handle::resolve(msg)?;
        let function =
            callback.ok_or_else(|| invalid_argument("the completion callback is NULL"))?;
        Ok((to, message, function))
    };
    let (to, message, function) = match resolve() {
        Ok(resolved) => resolved,
        Err(wrong) => {
            object.producer.ensure_open()?; // that it is closed goes before; the send itself looks, too
            return Err(wrong);
        }
    };
    let settings = change(object.producer.settings());
    let listener = CompletionListener {
        message: msg.expose_provenance(),
        callback: function as usize,
        closure: closure.expose_provenance(),
        call: complete,
    };
    (object.producer).send_async(&message, to.as_ref(), settings, listener)
}

/// Calls the program back, with the text of an error in the error context.
fn complete(listener: &CompletionListener, result: &Result<()>) {
    error_context::open_for_callbacks();
    error_context::clear();
    let status = match result {
        Ok(()) => Status::TIBEMS_OK,
        Err(error) => {
            error_context::tell(&error.text);
            error.status
        }
    };
    // SAFETY: the number was made from a function of this very type by `send`.
    let callback =
        unsafe { std::mem::transmute::<usize, tibemsMsgCompletionCallback>(listener.callback) };
    let Some(callback) = callback else { return };
    // SAFETY: the program passed this function for these arguments; both are passed as given.
    unsafe {
        callback(
            ptr::with_exposed_provenance_mut(listener.message),
            status,
            ptr::with_exposed_provenance_mut(listener.closure),
        );
    }
}

/// Sends `msg` to the destination of `msg_producer` with the delivery mode, priority and time to
/// live of the producer.
/// Returns when the message is on its way; what became of it is told by one call of
/// `async_send_callback` with the handle `msg`, the status that tibemsMsgProducer_Send would have
/// returned, and `async_send_closure`, which may be NULL. Content and headers are taken before the
/// call returns. `msg` stays the caller's: it may be destroyed or sent again at once, in the
/// callback or later, and the handle stays good until the callback has returned.
///
/// The callback runs on a thread of the library that the first asynchronous send of the session
/// starts, one at a time for the session, in the order of the sends of each producer. In it the
/// session and its connection and producers cannot be closed, nor the connection be stopped.
/// TIBEMS_SERVER_NOT_CONNECTED there with an error text that starts with `outcome unknown:` means
/// that the server may have the message.
///
/// Needs the server. Blocks while the server takes no more messages or too many callbacks are
/// pending (option buffer_limit); the option send_timeout limits that. In a callback it waits only
/// for room in the output, for an automatic reconnect and, in a transacted session, until the
/// server takes more.
///
/// If it does not return TIBEMS_OK, the callback is not called.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER, also when the server has ended the producer;
/// TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL callback;
/// TIBEMS_INVALID_DESTINATION; TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server
/// lets nobody send there; TIBEMS_INVALID_SIZE for a message that is too large for the library or
/// the server; TIBEMS_CONVERSION_FAILED for content that cannot travel; TIBEMS_NOT_IMPLEMENTED for
/// a delivery delay that the server does not offer; TIBEMS_SERVER_LIMIT; TIBEMS_ID_IN_USE;
/// TIBEMS_EXCEPTION; TIBEMS_NO_MEMORY when there is no thread for the callbacks; TIBEMS_TIMEOUT
/// when the option send_timeout ends it; TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED;
/// TIBEMS_UFO_CONNECTION_FAILURE; in a transacted session TIBEMS_FT_SERVER_LACKS_TRANSACTION when
/// the transaction is lost with its server, and TIBEMS_TRANSACTION_FAILED when the server did not
/// begin one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_AsyncSend(
    msg_producer: tibemsMsgProducer,
    msg: tibemsMsg,
    async_send_callback: tibemsMsgCompletionCallback,
    async_send_closure: *mut c_void,
) -> tibems_status {
    entry!({
        let told = (async_send_callback, async_send_closure);
        send(msg_producer, None, msg, told, |settings| settings)
    })
}

/// Sends `msg` to the destination of `msg_producer` with `delivery_mode`, `priority` (0 to 9) and
/// `time_to_live` (milliseconds, 0 for ever), which hold for this message only.
/// Returns when the message is on its way; what became of it is told by one call of
/// `async_send_callback` with the handle `msg`, the status that tibemsMsgProducer_Send would have
/// returned, and `async_send_closure`, which may be NULL. Content and headers are taken before the
/// call returns. `msg` stays the caller's: it may be destroyed or sent again at once, in the
/// callback or later, and the handle stays good until the callback has returned.
///
/// The callback runs on a thread of the library that the first asynchronous send of the session
/// starts, one at a time for the session, in the order of the sends of each producer. In it the
/// session and its connection and producers cannot be closed, nor the connection be stopped.
/// TIBEMS_SERVER_NOT_CONNECTED there with an error text that starts with `outcome unknown:` means
/// that the server may have the message.
///
/// Needs the server. Blocks while the server takes no more messages or too many callbacks are
/// pending (option buffer_limit); the option send_timeout limits that. In a callback it waits only
/// for room in the output, for an automatic reconnect and, in a transacted session, until the
/// server takes more.
///
/// If it does not return TIBEMS_OK, the callback is not called.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER, also when the server has ended the producer;
/// TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL callback or a delivery
/// mode, priority or time to live that is none;
/// TIBEMS_INVALID_DESTINATION; TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server
/// lets nobody send there; TIBEMS_INVALID_SIZE for a message that is too large for the library or
/// the server; TIBEMS_CONVERSION_FAILED for content that cannot travel; TIBEMS_NOT_IMPLEMENTED for
/// a delivery delay that the server does not offer; TIBEMS_SERVER_LIMIT; TIBEMS_ID_IN_USE;
/// TIBEMS_EXCEPTION; TIBEMS_NO_MEMORY when there is no thread for the callbacks; TIBEMS_TIMEOUT
/// when the option send_timeout ends it; TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED;
/// TIBEMS_UFO_CONNECTION_FAILURE; in a transacted session TIBEMS_FT_SERVER_LACKS_TRANSACTION when
/// the transaction is lost with its server, and TIBEMS_TRANSACTION_FAILED when the server did not
/// begin one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_AsyncSendEx(
    msg_producer: tibemsMsgProducer,
    msg: tibemsMsg,
    delivery_mode: tibems_int,
    priority: tibems_int,
    time_to_live: tibems_long,
    async_send_callback: tibemsMsgCompletionCallback,
    async_send_closure: *mut c_void,
) -> tibems_status {
    entry!({
        let told = (async_send_callback, async_send_closure);
        send(msg_producer, None, msg, told, |settings| ProducerSettings {
            delivery_mode,
            priority,
            time_to_live,
            ..settings
        })
    })
}

/// Sends `msg` by `msg_producer` to `destination` with the delivery mode, priority and time to live
/// of the producer, which may have a destination of its own.
/// Returns when the message is on its way; what became of it is told by one call of
/// `async_send_callback` with the handle `msg`, the status that tibemsMsgProducer_Send would have
/// returned, and `async_send_closure`, which may be NULL. Content and headers are taken before the
/// call returns. `msg` stays the caller's: it may be destroyed or sent again at once, in the
/// callback or later, and the handle stays good until the callback has returned.
///
/// The callback runs on a thread of the library that the first asynchronous send of the session
/// starts, one at a time for the session, in the order of the sends of each producer. In it the
/// session and its connection and producers cannot be closed, nor the connection be stopped.
/// TIBEMS_SERVER_NOT_CONNECTED there with an error text that starts with `outcome unknown:` means
/// that the server may have the message.
///
/// Needs the server. Blocks while the server takes no more messages or too many callbacks are
/// pending (option buffer_limit); the option send_timeout limits that. In a callback it waits only
/// for room in the output, for an automatic reconnect and, in a transacted session, until the
/// server takes more.
///
/// If it does not return TIBEMS_OK, the callback is not called.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER, also when the server has ended the producer;
/// TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL callback;
/// TIBEMS_INVALID_DESTINATION; TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server
/// lets nobody send there; TIBEMS_INVALID_SIZE for a message that is too large for the library or
/// the server; TIBEMS_CONVERSION_FAILED for content that cannot travel; TIBEMS_NOT_IMPLEMENTED for
/// a delivery delay that the server does not offer; TIBEMS_SERVER_LIMIT; TIBEMS_ID_IN_USE;
/// TIBEMS_EXCEPTION; TIBEMS_NO_MEMORY when there is no thread for the callbacks; TIBEMS_TIMEOUT
/// when the option send_timeout ends it; TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED;
/// TIBEMS_UFO_CONNECTION_FAILURE; in a transacted session TIBEMS_FT_SERVER_LACKS_TRANSACTION when
/// the transaction is lost with its server, and TIBEMS_TRANSACTION_FAILED when the server did not
/// begin one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_AsyncSendToDestination(
    msg_producer: tibemsMsgProducer,
    destination: tibemsDestination,
    msg: tibemsMsg,
    async_send_callback: tibemsMsgCompletionCallback,
    async_send_closure: *mut c_void,
) -> tibems_status {
    entry!({
        let told = (async_send_callback, async_send_closure);
        send(msg_producer, Some(destination), msg, told, |settings| {
            settings
        })
    })
}

/// Sends `msg` by `msg_producer` to `destination` with `delivery_mode`, `priority` (0 to 9) and
/// `time_to_live` (milliseconds, 0 for ever), which hold for this message only.
/// Returns when the message is on its way; what became of it is told by one call of
/// `async_send_callback` with the handle `msg`, the status that tibemsMsgProducer_Send would have
/// returned, and `async_send_closure`, which may be NULL. Content and headers are taken before the
/// call returns. `msg` stays the caller's: it may be destroyed or sent again at once, in the
/// callback or later, and the handle stays good until the callback has returned.
///
/// The callback runs on a thread of the library that the first asynchronous send of the session
/// starts, one at a time for the session, in the order of the sends of each producer. In it the
/// session and its connection and producers cannot be closed, nor the connection be stopped.
/// TIBEMS_SERVER_NOT_CONNECTED there with an error text that starts with `outcome unknown:` means
/// that the server may have the message.
///
/// Needs the server. Blocks while the server takes no more messages or too many callbacks are
/// pending (option buffer_limit); the option send_timeout limits that. In a callback it waits only
/// for room in the output, for an automatic reconnect and, in a transacted session, until the
/// server takes more.
///
/// If it does not return TIBEMS_OK, the callback is not called.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER, also when the server has ended the producer;
/// TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL callback or a delivery
/// mode, priority or time to live that is none;
/// TIBEMS_INVALID_DESTINATION; TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server
/// lets nobody send there; TIBEMS_INVALID_SIZE for a message that is too large for the library or
/// the server; TIBEMS_CONVERSION_FAILED for content that cannot travel; TIBEMS_NOT_IMPLEMENTED for
/// a delivery delay that the server does not offer; TIBEMS_SERVER_LIMIT; TIBEMS_ID_IN_USE;
/// TIBEMS_EXCEPTION; TIBEMS_NO_MEMORY when there is no thread for the callbacks; TIBEMS_TIMEOUT
/// when the option send_timeout ends it; TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED;
/// TIBEMS_UFO_CONNECTION_FAILURE; in a transacted session TIBEMS_FT_SERVER_LACKS_TRANSACTION when
/// the transaction is lost with its server, and TIBEMS_TRANSACTION_FAILED when the server did not
/// begin one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_AsyncSendToDestinationEx(
    msg_producer: tibemsMsgProducer,
    destination: tibemsDestination,
    msg: tibemsMsg,
    delivery_mode: MaybeUninit<tibemsDeliveryMode>,
    priority: tibems_int,
    time_to_live: tibems_long,
    async_send_callback: tibemsMsgCompletionCallback,
    async_send_closure: *mut c_void,
) -> tibems_status {
    entry!({
        // SAFETY: a parameter of this function.
        let delivery_mode = unsafe { number(delivery_mode) };
        let told = (async_send_callback, async_send_closure);
        send(msg_producer, Some(destination), msg, told, |settings| {
            ProducerSettings {
                delivery_mode,
                priority,
                time_to_live,
                ..settings
            }
        })
    })
}
