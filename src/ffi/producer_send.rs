//! The four ways to send and wait; those that call back are in `producer_send_async`.
//!
//! All may block: for the outcome, or until the server takes more. Called by C programs.

use std::mem::MaybeUninit;

use super::entry::entry;
use super::handle;
use super::objects::ProducerObject;
use super::types::{
    number, tibems_int, tibems_long, tibems_status, tibemsDeliveryMode, tibemsDestination,
    tibemsMsg, tibemsMsgProducer,
};
use crate::client::producer::ProducerSettings;
use crate::status::Result;

/// The common part of all synchronous sends. `to` is the destination of the call; `change` makes the settings of the call
/// from the producer's own.
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

/// Sends `msg` to the destination of `msg_producer` with the delivery mode, priority and time to
/// live of the producer, which are written into the headers of the message with a new message ID
/// and the time. The message stays the caller's and may be sent again.
///
/// Needs the server. Blocks while the server takes no more messages, and, where the delivery mode
/// or the check mode asks for it, until the server has answered; the option send_timeout limits
/// that.
///
/// TIBEMS_SERVER_NOT_CONNECTED with an error text that starts with `outcome unknown:` means that
/// the server may have the message: the connection was lost, or the producer closed, before the
/// answer came.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER, also when the server has ended the producer;
/// TIBEMS_INVALID_MSG, also when the server calls the message wrong; TIBEMS_INVALID_DESTINATION;
/// TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server forbids it;
/// TIBEMS_DESTINATION_LIMIT_EXCEEDED when the destination is full; TIBEMS_INVALID_SIZE for a
/// message that is too large for the library or the server; TIBEMS_CONVERSION_FAILED for content
/// that cannot travel, as text that is not UTF-8 without an encoding; TIBEMS_NOT_IMPLEMENTED for a
/// delivery delay that the server does not offer; TIBEMS_SERVER_LIMIT; TIBEMS_ID_IN_USE;
/// TIBEMS_CORRUPT_MSG; TIBEMS_EXCEPTION when the server did not store the message; TIBEMS_TIMEOUT
/// when the option send_timeout ends it; TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED, also
/// when the outcome is unknown; TIBEMS_UFO_CONNECTION_FAILURE; in a transacted session
/// TIBEMS_FT_SERVER_LACKS_TRANSACTION when the transaction is lost with its server, and
/// TIBEMS_TRANSACTION_FAILED when the server did not begin one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_Send(
    msg_producer: tibemsMsgProducer,
    msg: tibemsMsg,
) -> tibems_status {
    entry!({ send(msg_producer, None, msg, |settings| settings) })
}

/// Sends `msg` to the destination of `msg_producer`. `delivery_mode`, `priority` (0 to 9) and
/// `time_to_live` (milliseconds, 0 for ever) hold for this message only. Otherwise
/// tibemsMsgProducer_Send: Needs the server.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER, also when the server has ended the producer;
/// TIBEMS_INVALID_MSG, also when the server calls the message wrong; TIBEMS_INVALID_DESTINATION;
/// TIBEMS_INVALID_ARG for a delivery mode, priority or time to live that is none;
/// TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server forbids it;
/// TIBEMS_DESTINATION_LIMIT_EXCEEDED when the destination is full; TIBEMS_INVALID_SIZE for a
/// message that is too large for the library or the server; TIBEMS_CONVERSION_FAILED for content
/// that cannot travel, as text that is not UTF-8 without an encoding; TIBEMS_NOT_IMPLEMENTED for a
/// delivery delay that the server does not offer; TIBEMS_SERVER_LIMIT; TIBEMS_ID_IN_USE;
/// TIBEMS_CORRUPT_MSG; TIBEMS_EXCEPTION when the server did not store the message; TIBEMS_TIMEOUT
/// when the option send_timeout ends it; TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED, also
/// when the outcome is unknown; TIBEMS_UFO_CONNECTION_FAILURE; in a transacted session
/// TIBEMS_FT_SERVER_LACKS_TRANSACTION when the transaction is lost with its server, and
/// TIBEMS_TRANSACTION_FAILED when the server did not begin one.
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

/// Sends `msg` to `destination` with the delivery mode, priority and time to live of
/// `msg_producer`, which may have a destination of its own. Otherwise tibemsMsgProducer_Send: Needs
/// the server. A send that waits for no answer is TIBEMS_OK even if the server does not have
/// `destination`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER, also when the server has ended the producer;
/// TIBEMS_INVALID_MSG, also when the server calls the message wrong; TIBEMS_INVALID_DESTINATION;
/// TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server forbids it;
/// TIBEMS_DESTINATION_LIMIT_EXCEEDED when the destination is full; TIBEMS_INVALID_SIZE for a
/// message that is too large for the library or the server; TIBEMS_CONVERSION_FAILED for content
/// that cannot travel, as text that is not UTF-8 without an encoding; TIBEMS_NOT_IMPLEMENTED for a
/// delivery delay that the server does not offer; TIBEMS_SERVER_LIMIT; TIBEMS_ID_IN_USE;
/// TIBEMS_CORRUPT_MSG; TIBEMS_EXCEPTION when the server did not store the message; TIBEMS_TIMEOUT
/// when the option send_timeout ends it; TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED, also
/// when the outcome is unknown; TIBEMS_UFO_CONNECTION_FAILURE; in a transacted session
/// TIBEMS_FT_SERVER_LACKS_TRANSACTION when the transaction is lost with its server, and
/// TIBEMS_TRANSACTION_FAILED when the server did not begin one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_SendToDestination(
    msg_producer: tibemsMsgProducer,
    destination: tibemsDestination,
    msg: tibemsMsg,
) -> tibems_status {
    entry!({ send(msg_producer, Some(destination), msg, |settings| settings) })
}

/// Sends `msg` to `destination` by `msg_producer`. `delivery_mode`, `priority` (0 to 9) and
/// `time_to_live` (milliseconds, 0 for ever) hold for this message only. Otherwise
/// tibemsMsgProducer_SendToDestination: Needs the server.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER, also when the server has ended the producer;
/// TIBEMS_INVALID_MSG, also when the server calls the message wrong; TIBEMS_INVALID_DESTINATION;
/// TIBEMS_INVALID_ARG for a delivery mode, priority or time to live that is none;
/// TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server forbids it;
/// TIBEMS_DESTINATION_LIMIT_EXCEEDED when the destination is full; TIBEMS_INVALID_SIZE for a
/// message that is too large for the library or the server; TIBEMS_CONVERSION_FAILED for content
/// that cannot travel, as text that is not UTF-8 without an encoding; TIBEMS_NOT_IMPLEMENTED for a
/// delivery delay that the server does not offer; TIBEMS_SERVER_LIMIT; TIBEMS_ID_IN_USE;
/// TIBEMS_CORRUPT_MSG; TIBEMS_EXCEPTION when the server did not store the message; TIBEMS_TIMEOUT
/// when the option send_timeout ends it; TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED, also
/// when the outcome is unknown; TIBEMS_UFO_CONNECTION_FAILURE; in a transacted session
/// TIBEMS_FT_SERVER_LACKS_TRANSACTION when the transaction is lost with its server, and
/// TIBEMS_TRANSACTION_FAILED when the server did not begin one.
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
