//! The eight ways to send.
//!
//! All may block: for the outcome, or until the server takes more. Called by C programs.

use core::ffi::c_void;
use std::mem::MaybeUninit;

use super::entry::{entry, not_implemented};
use super::handle;
use super::objects::ProducerObject;
use super::types::{
    number, tibems_int, tibems_long, tibems_status, tibemsDeliveryMode, tibemsDestination,
    tibemsMsg, tibemsMsgCompletionCallback, tibemsMsgProducer,
};
use crate::client::producer::ProducerSettings;
use crate::status::Result;

/// The common part of all synchronous sends. `to` is the destination of the call; `change` makes the settings of the call from the producer's own.
fn send(
    producer: tibemsMsgProducer,
    to: Option<tibemsDestination>,
    message: tibemsMsg,
    change: impl FnOnce(ProducerSettings) -> ProducerSettings,
) -> Result<()> {
    let object = handle::get::<ProducerObject, _>(producer)?;
    let to = match to {
        Some(destination) => Some(super::destination::resolve(destination)?),
        None => None,
    };
    let message = super::message_handle::resolve(message)?;
    let settings = change(object.producer.settings());
    object.producer.send(&message, to.as_ref(), settings)
}

/// Sends a message to the producer's destination with the producer's delivery mode, priority
/// and time to live. The message stays the caller's and may be sent again.
///
/// Blocks until the server has the message, where the delivery mode or the check mode asks for
/// it, or until it may be handed over. A status 11 whose error text starts with `outcome
/// unknown:` means that the server may have the message.
///
/// TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_MSG; TIBEMS_INVALID_DESTINATION;
/// TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_SECURITY_EXCEPTION;
/// TIBEMS_DESTINATION_LIMIT_EXCEEDED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_Send(
    msg_producer: tibemsMsgProducer,
    msg: tibemsMsg,
) -> tibems_status {
    entry!({ send(msg_producer, None, msg, |settings| settings) })
}

/// Sends a message and returns before the server has answered; the callback gets the outcome,
/// on a thread of the library. The message must not be changed until then.
///
/// TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG without a
/// callback; TIBEMS_INVALID_DESTINATION; TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_AsyncSend(
    msg_producer: tibemsMsgProducer,
    msg: tibemsMsg,
    async_send_callback: tibemsMsgCompletionCallback,
    async_send_closure: *mut c_void,
) -> tibems_status {
    entry!({
        handle::get::<ProducerObject, _>(msg_producer)?
            .producer
            .ensure_open()?;
        let _ = (msg, async_send_callback, async_send_closure);
        not_implemented("asynchronous sends are not built into this release")
    })
}

/// Sends a message with its own delivery mode, priority and time to live in milliseconds;
/// otherwise as tibemsMsgProducer_Send.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_SendEx(
    msg_producer: tibemsMsgProducer,
    msg: tibemsMsg,
    delivery_mode: tibems_int,
    priority: tibems_int,
    time_to_live: tibems_long,
) -> tibems_status {
    entry!({
        send(msg_producer, None, msg, |settings| ProducerSettings {
            delivery_mode,
            priority,
            time_to_live,
            ..settings
        })
    })
}

/// Sends a message with its own delivery mode, priority and time to live; otherwise as
/// tibemsMsgProducer_AsyncSend.
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
        handle::get::<ProducerObject, _>(msg_producer)?
            .producer
            .ensure_open()?;
        let _ = (
            msg,
            delivery_mode,
            priority,
            time_to_live,
            async_send_callback,
            async_send_closure,
        );
        not_implemented("asynchronous sends are not built into this release")
    })
}

/// Sends a message to a destination, with a producer made without one; otherwise as
/// tibemsMsgProducer_Send.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_SendToDestination(
    msg_producer: tibemsMsgProducer,
    destination: tibemsDestination,
    msg: tibemsMsg,
) -> tibems_status {
    entry!({ send(msg_producer, Some(destination), msg, |settings| settings) })
}

/// Sends a message to a destination, with a producer made without one; otherwise as
/// tibemsMsgProducer_AsyncSend.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_AsyncSendToDestination(
    msg_producer: tibemsMsgProducer,
    destination: tibemsDestination,
    msg: tibemsMsg,
    async_send_callback: tibemsMsgCompletionCallback,
    async_send_closure: *mut c_void,
) -> tibems_status {
    entry!({
        handle::get::<ProducerObject, _>(msg_producer)?
            .producer
            .ensure_open()?;
        let _ = (destination, msg, async_send_callback, async_send_closure);
        not_implemented("asynchronous sends are not built into this release")
    })
}

/// Sends a message to a destination with its own delivery mode, priority and time to live in
/// milliseconds, with a producer made without a destination; otherwise as
/// tibemsMsgProducer_Send.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_SendToDestinationEx(
    msg_producer: tibemsMsgProducer,
    destination: tibemsDestination,
    msg: tibemsMsg,
    delivery_mode: MaybeUninit<tibemsDeliveryMode>,
    priority: tibems_int,
    time_to_live: tibems_long,
) -> tibems_status {
    entry!({
        // SAFETY: a parameter of this function.
        let delivery_mode = unsafe { number(delivery_mode) };
        send(msg_producer, Some(destination), msg, |settings| {
            ProducerSettings {
                delivery_mode,
                priority,
                time_to_live,
                ..settings
            }
        })
    })
}

/// Sends a message to a destination with its own delivery mode, priority and time to live,
/// with a producer made without a destination; otherwise as tibemsMsgProducer_AsyncSend.
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
        handle::get::<ProducerObject, _>(msg_producer)?
            .producer
            .ensure_open()?;
        let _ = (
            destination,
            msg,
            delivery_mode,
            priority,
            time_to_live,
            async_send_callback,
            async_send_closure,
        );
        not_implemented("asynchronous sends are not built into this release")
    })
}
