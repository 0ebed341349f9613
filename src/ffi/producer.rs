//! Producers: settings and close. The sends are in `producer_send`.
//!
//! Only the close blocks. Called by C programs.

use std::mem::MaybeUninit;

use super::entry::{HandleOut, Out, entry, invalid_argument};
use super::handle;
use super::objects::ProducerObject;
use super::types::{
    flag, number, tibems_bool, tibems_int, tibems_long, tibems_status, tibemsDestination,
    tibemsMsgProducer, tibemsNpCheckMode,
};
use crate::client::producer::{NpCheckMode, ProducerSettings};
use crate::status::Result;

/// Stores one of the producer's defaults.
fn get<T>(
    producer: tibemsMsgProducer,
    out: Out<T>,
    read: impl FnOnce(ProducerSettings) -> T,
) -> Result<()> {
    let object = handle::get::<ProducerObject, _>(producer)?;
    let out = out.required()?;
    object.producer.ensure_open()?;
    out.set(read(object.producer.settings()));
    Ok(())
}

/// Changes one of the producer's defaults.
fn set(producer: tibemsMsgProducer, change: impl FnOnce(&mut ProducerSettings)) -> Result<()> {
    handle::get::<ProducerObject, _>(producer)?
        .producer
        .configure(change)
}

/// Closes a producer. Blocks until its running completion callbacks have ended.
///
/// TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_ILLEGAL_STATE inside a completion callback of
/// its session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_Close(msg_producer: tibemsMsgProducer) -> tibems_status {
    entry!({
        let object = handle::get::<ProducerObject, _>(msg_producer)?;
        object.producer.close()?;
        handle::remove::<ProducerObject, _>(msg_producer)?;
        Ok(())
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
        let out = unsafe { HandleOut::new(destination) };
        let object = handle::get::<ProducerObject, _>(msg_producer)?;
        let out = out.required()?;
        object.producer.ensure_open()?;
        out.set(object.destination());
        Ok(())
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
        // SAFETY: NULL or valid, as C promises.
        get(
            msg_producer,
            unsafe { Out::new(delivery_delay) },
            |settings| settings.delivery_delay,
        )
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
        // SAFETY: NULL or valid, as C promises.
        get(
            msg_producer,
            unsafe { Out::new(delivery_mode) },
            |settings| settings.delivery_mode,
        )
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
        // SAFETY: NULL or valid, as C promises.
        get(msg_producer, unsafe { Out::new(disable) }, |settings| {
            settings.disable_message_id.into()
        })
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
        // SAFETY: NULL or valid, as C promises.
        get(msg_producer, unsafe { Out::new(disable) }, |settings| {
            settings.disable_timestamp.into()
        })
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
        // SAFETY: NULL or valid, as C promises.
        get(msg_producer, unsafe { Out::new(priority) }, |settings| {
            settings.priority
        })
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
        // SAFETY: NULL or valid, as C promises.
        get(
            msg_producer,
            unsafe { Out::new(time_to_live) },
            |settings| settings.time_to_live,
        )
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
        set(msg_producer, |settings| {
            settings.delivery_delay = delivery_delay
        })
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
        set(msg_producer, |settings| {
            settings.delivery_mode = delivery_mode
        })
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
        // SAFETY: a parameter of this function.
        let disable = unsafe { flag(disable) };
        set(msg_producer, |settings| {
            settings.disable_message_id = disable
        })
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
        // SAFETY: a parameter of this function.
        let disable = unsafe { flag(disable) };
        set(msg_producer, |settings| {
            settings.disable_timestamp = disable
        })
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
    entry!({ set(msg_producer, |settings| settings.priority = priority) })
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
        set(msg_producer, |settings| {
            settings.time_to_live = time_to_live
        })
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
        let object = handle::get::<ProducerObject, _>(producer)?;
        // SAFETY: a parameter of this function.
        let mode = NpCheckMode::from_number(unsafe { number(mode) });
        let mode = mode.ok_or_else(|| invalid_argument("the check mode is unknown"))?;
        object
            .producer
            .configure(|settings| settings.np_check = mode)
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
        // SAFETY: NULL or valid, as C promises.
        get(
            producer,
            unsafe { Out::new(mode) },
            |settings| match settings.np_check {
                NpCheckMode::Default => tibemsNpCheckMode::NPSEND_CHECK_DEFAULT,
                NpCheckMode::Always => tibemsNpCheckMode::NPSEND_CHECK_ALWAYS,
                NpCheckMode::Never => tibemsNpCheckMode::NPSEND_CHECK_NEVER,
                NpCheckMode::TempDest => tibemsNpCheckMode::NPSEND_CHECK_TEMP_DEST,
                NpCheckMode::Auth => tibemsNpCheckMode::NPSEND_CHECK_AUTH,
                NpCheckMode::TempAuth => tibemsNpCheckMode::NPSEND_CHECK_TEMP_AUTH,
            },
        )
    })
}
