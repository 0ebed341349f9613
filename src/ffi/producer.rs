//! Producers: settings and close. The sends are in `producer_send`.
//!
//! Only the close blocks. Called by C programs.

use std::mem::MaybeUninit;

use super::entry::{HandleOut, Out, entry, invalid_argument};
use super::handle;
use super::objects::{self, ProducerObject};
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

/// Ends `msg_producer` and frees the handle. Below a closed session or connection it only does
/// that.
///
/// Blocks until sends of the producer that wait for an answer have it, messages sent without an
/// answer are written, and the server has let the producer go, up to the option close_timeout (60
/// s); without a server nothing is waited for.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_ILLEGAL_STATE inside the callback of an
/// asynchronous send of its session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_Close(msg_producer: tibemsMsgProducer) -> tibems_status {
    entry!({ objects::close::<ProducerObject, _>(msg_producer) })
}

/// Gives the destination of `msg_producer` in `destination`, NULL if it was made without one. The
/// handle belongs to the producer and is the same at every call; tibemsDestination_Copy makes one
/// to keep.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE when session or connection is closed.
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

/// Tells in `delivery_delay` how many milliseconds the server holds messages of `msg_producer` back
/// before consumers get them; 0 unless set.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE when session or connection is closed.
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

/// Tells in `delivery_mode` the delivery mode of messages of `msg_producer`: TIBEMS_PERSISTENT
/// unless set.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE when session or connection is closed.
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

/// Tells in `disable` whether messages of `msg_producer` go without a message ID; TIBEMS_FALSE
/// unless set.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE when session or connection is closed.
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

/// Tells in `disable` whether messages of `msg_producer` go without the time of the send;
/// TIBEMS_FALSE unless set.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE when session or connection is closed.
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

/// Tells in `priority` the priority of messages of `msg_producer`, 0 to 9; 4 unless set.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE when session or connection is closed.
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

/// Tells in `time_to_live` after how many milliseconds messages of `msg_producer` expire; 0, never,
/// unless set.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE when session or connection is closed.
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

/// Has the server hold messages sent from now on by `msg_producer` back for `delivery_delay`
/// milliseconds; 0 is not at all. A server that cannot do that makes the send fail with
/// TIBEMS_NOT_IMPLEMENTED.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for a negative number;
/// TIBEMS_ILLEGAL_STATE when session or connection is closed.
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

/// Has `msg_producer` send from now on with `delivery_mode`. TIBEMS_PERSISTENT: the server stores
/// the message and the send waits until it says so. TIBEMS_NON_PERSISTENT: not stored; the check
/// mode says whether the send waits. TIBEMS_RELIABLE: not stored, never waited for.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for another number;
/// TIBEMS_ILLEGAL_STATE when session or connection is closed.
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

/// Has messages sent from now on by `msg_producer` go without a message ID if `disable`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_ILLEGAL_STATE when session or connection is
/// closed.
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

/// Has messages sent from now on by `msg_producer` go without the time of the send if `disable`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_ILLEGAL_STATE when session or connection is
/// closed.
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

/// Has messages sent from now on by `msg_producer` carry `priority`, 0 to 9.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for another number;
/// TIBEMS_ILLEGAL_STATE when session or connection is closed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgProducer_SetPriority(
    msg_producer: tibemsMsgProducer,
    priority: tibems_int,
) -> tibems_status {
    entry!({ set(msg_producer, |settings| settings.priority = priority) })
}

/// Has messages sent from now on by `msg_producer` expire `time_to_live` milliseconds after their
/// send; 0 is never.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for a negative number;
/// TIBEMS_ILLEGAL_STATE when session or connection is closed.
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

/// Decides with `mode` when a non-persistent send of `producer` waits for the server's answer.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for an unknown mode;
/// TIBEMS_ILLEGAL_STATE when session or connection is closed.
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

/// Tells in `mode` when a non-persistent send of `producer` waits for the server's answer;
/// NPSEND_CHECK_DEFAULT unless set.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE when session or connection is closed.
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
