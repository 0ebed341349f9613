//! Producers: settings and close. The sends are in `producer_send`.
//!
//! Only the close blocks. Called by C programs.

use std::mem::MaybeUninit;

use super::entry::{HandleOut, entry, not_implemented};
use super::types::{
    tibems_bool, tibems_int, tibems_long, tibems_status, tibemsDestination, tibemsMsgProducer,
    tibemsNpCheckMode,
};

/// Closes a producer. Blocks until its running completion callbacks have ended.
///
/// TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_ILLEGAL_STATE inside a completion callback of
/// its session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_Close(msg_producer: tibemsMsgProducer) -> tibems_status {
    entry!({
        let _ = msg_producer;
        not_implemented("not part of this version yet")
    })
}

/// Stores the destination of a producer, NULL if it was made without one. The handle belongs
/// to the producer; every call gives the same one.
///
/// TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
/// session or connection. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_GetDestination(
    msg_producer: tibemsMsgProducer,
    destination: *mut tibemsDestination,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(destination);
        }
        let _ = msg_producer;
        not_implemented("not part of this version yet")
    })
}

/// Stores the milliseconds by which the server delays messages of this producer.
///
/// TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
/// session or connection. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_GetDeliveryDelay(
    msg_producer: tibemsMsgProducer,
    delivery_delay: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (msg_producer, delivery_delay);
        not_implemented("not part of this version yet")
    })
}

/// Stores the delivery mode of messages of this producer.
///
/// TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
/// session or connection. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_GetDeliveryMode(
    msg_producer: tibemsMsgProducer,
    delivery_mode: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (msg_producer, delivery_mode);
        not_implemented("not part of this version yet")
    })
}

/// Stores whether messages of this producer go without a message ID.
///
/// TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
/// session or connection. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_GetDisableMessageID(
    msg_producer: tibemsMsgProducer,
    disable: *mut tibems_bool,
) -> tibems_status {
    entry!({
        let _ = (msg_producer, disable);
        not_implemented("not part of this version yet")
    })
}

/// Stores whether messages of this producer go without a time stamp.
///
/// TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
/// session or connection. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_GetDisableMessageTimestamp(
    msg_producer: tibemsMsgProducer,
    disable: *mut tibems_bool,
) -> tibems_status {
    entry!({
        let _ = (msg_producer, disable);
        not_implemented("not part of this version yet")
    })
}

/// Stores the priority of messages of this producer, 0 to 9.
///
/// TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
/// session or connection. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_GetPriority(
    msg_producer: tibemsMsgProducer,
    priority: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (msg_producer, priority);
        not_implemented("not part of this version yet")
    })
}

/// Stores the milliseconds after which messages of this producer expire; 0 is never.
///
/// TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
/// session or connection. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_GetTimeToLive(
    msg_producer: tibemsMsgProducer,
    time_to_live: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (msg_producer, time_to_live);
        not_implemented("not part of this version yet")
    })
}

/// Sets the milliseconds by which the server delays messages sent from now on; 0 is at once.
///
/// TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
/// session or connection. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_SetDeliveryDelay(
    msg_producer: tibemsMsgProducer,
    delivery_delay: tibems_long,
) -> tibems_status {
    entry!({
        let _ = (msg_producer, delivery_delay);
        not_implemented("not part of this version yet")
    })
}

/// Sets the delivery mode of messages sent from now on: TIBEMS_PERSISTENT,
/// TIBEMS_NON_PERSISTENT or TIBEMS_RELIABLE.
///
/// TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
/// session or connection. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_SetDeliveryMode(
    msg_producer: tibemsMsgProducer,
    delivery_mode: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (msg_producer, delivery_mode);
        not_implemented("not part of this version yet")
    })
}

/// Sets whether messages sent from now on go without a message ID.
///
/// TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
/// session or connection. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_SetDisableMessageID(
    msg_producer: tibemsMsgProducer,
    disable: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        let _ = (msg_producer, disable);
        not_implemented("not part of this version yet")
    })
}

/// Sets whether messages sent from now on go without a time stamp.
///
/// TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
/// session or connection. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_SetDisableMessageTimestamp(
    msg_producer: tibemsMsgProducer,
    disable: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        let _ = (msg_producer, disable);
        not_implemented("not part of this version yet")
    })
}

/// Sets the priority of messages sent from now on, 0 to 9; 4 unless set.
///
/// TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
/// session or connection. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_SetPriority(
    msg_producer: tibemsMsgProducer,
    priority: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (msg_producer, priority);
        not_implemented("not part of this version yet")
    })
}

/// Sets the milliseconds after which messages sent from now on expire; 0 is never.
///
/// TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
/// session or connection. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_SetTimeToLive(
    msg_producer: tibemsMsgProducer,
    time_to_live: tibems_long,
) -> tibems_status {
    entry!({
        let _ = (msg_producer, time_to_live);
        not_implemented("not part of this version yet")
    })
}

/// Sets when a non-persistent send waits for the answer of the server.
///
/// TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
/// session or connection. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_SetNPSendCheckMode(
    producer: tibemsMsgProducer,
    mode: MaybeUninit<tibemsNpCheckMode>,
) -> tibems_status {
    entry!({
        let _ = (producer, mode);
        not_implemented("not part of this version yet")
    })
}

/// Stores when a non-persistent send waits for the answer of the server.
///
/// TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
/// session or connection. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_GetNPSendCheckMode(
    producer: tibemsMsgProducer,
    mode: *mut tibemsNpCheckMode,
) -> tibems_status {
    entry!({
        let _ = (producer, mode);
        not_implemented("not part of this version yet")
    })
}
