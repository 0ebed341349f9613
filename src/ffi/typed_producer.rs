//! The deprecated queue and topic spellings of producers (spec 20 §7).
//!
//! Each is the common call of `producer` or `producer_send`, with a destination of one kind.
//! They block where that one does. Called by C programs.

use std::mem::MaybeUninit;

use super::destination::{only, require_stored_kind};
use super::producer::tibemsMsgProducer_GetDestination;
use super::producer_send::{
    tibemsMsgProducer_Send, tibemsMsgProducer_SendEx, tibemsMsgProducer_SendToDestination,
    tibemsMsgProducer_SendToDestinationEx,
};
use super::types::{
    tibems_int, tibems_long, tibems_status, tibemsDeliveryMode, tibemsMsg, tibemsQueue,
    tibemsQueueSender, tibemsTopic, tibemsTopicPublisher,
};
use crate::message::DestinationKind;

/// Deprecated: tibemsMsgProducer_GetDestination, for topics only.
///
/// Statuses: those of tibemsMsgProducer_GetDestination; TIBEMS_INVALID_DESTINATION for a queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicPublisher_GetTopic(
    topic_publisher: tibemsTopicPublisher,
    topic: *mut tibemsTopic,
) -> tibems_status {
    // SAFETY: passed on as they came.
    let status = unsafe { tibemsMsgProducer_GetDestination(topic_publisher, topic) };
    // SAFETY: NULL or valid, as C promises.
    unsafe { require_stored_kind(status, topic, DestinationKind::Topic) }
}

/// Deprecated: tibemsMsgProducer_Send.
///
/// Statuses: those of tibemsMsgProducer_Send.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicPublisher_Publish(
    topic_publisher: tibemsTopicPublisher,
    msg: tibemsMsg,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe { tibemsMsgProducer_Send(topic_publisher, msg) }
}

/// Deprecated: tibemsMsgProducer_SendEx.
///
/// Statuses: those of tibemsMsgProducer_SendEx.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicPublisher_PublishEx(
    topic_publisher: tibemsTopicPublisher,
    msg: tibemsMsg,
    delivery_mode: tibems_int,
    priority: tibems_int,
    time_to_live: tibems_long,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe { tibemsMsgProducer_SendEx(topic_publisher, msg, delivery_mode, priority, time_to_live) }
}

/// Deprecated: tibemsMsgProducer_SendToDestination, for topics only.
///
/// Statuses: those of tibemsMsgProducer_SendToDestination.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicPublisher_PublishToTopic(
    topic_publisher: tibemsTopicPublisher,
    topic: tibemsTopic,
    msg: tibemsMsg,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe {
        tibemsMsgProducer_SendToDestination(
            topic_publisher,
            only(DestinationKind::Topic, topic),
            msg,
        )
    }
}

/// Deprecated: tibemsMsgProducer_SendToDestinationEx, for topics only.
///
/// Statuses: those of tibemsMsgProducer_SendToDestinationEx.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicPublisher_PublishToTopicEx(
    topic_publisher: tibemsTopicPublisher,
    topic: tibemsTopic,
    msg: tibemsMsg,
    delivery_mode: MaybeUninit<tibemsDeliveryMode>,
    priority: tibems_int,
    time_to_live: tibems_long,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe {
        tibemsMsgProducer_SendToDestinationEx(
            topic_publisher,
            only(DestinationKind::Topic, topic),
            msg,
            delivery_mode,
            priority,
            time_to_live,
        )
    }
}

/// Deprecated: tibemsMsgProducer_GetDestination, for queues only.
///
/// Statuses: those of tibemsMsgProducer_GetDestination; TIBEMS_INVALID_DESTINATION for a topic.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueSender_GetQueue(
    queue_sender: tibemsQueueSender,
    queue: *mut tibemsQueue,
) -> tibems_status {
    // SAFETY: passed on as they came.
    let status = unsafe { tibemsMsgProducer_GetDestination(queue_sender, queue) };
    // SAFETY: NULL or valid, as C promises.
    unsafe { require_stored_kind(status, queue, DestinationKind::Queue) }
}

/// Deprecated: tibemsMsgProducer_Send.
///
/// Statuses: those of tibemsMsgProducer_Send.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueSender_Send(
    queue_sender: tibemsQueueSender,
    msg: tibemsMsg,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe { tibemsMsgProducer_Send(queue_sender, msg) }
}

/// Deprecated: tibemsMsgProducer_SendEx.
///
/// Statuses: those of tibemsMsgProducer_SendEx.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueSender_SendEx(
    queue_sender: tibemsQueueSender,
    msg: tibemsMsg,
    delivery_mode: tibems_int,
    priority: tibems_int,
    time_to_live: tibems_long,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe { tibemsMsgProducer_SendEx(queue_sender, msg, delivery_mode, priority, time_to_live) }
}

/// Deprecated: tibemsMsgProducer_SendToDestination, for queues only.
///
/// Statuses: those of tibemsMsgProducer_SendToDestination.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueSender_SendToQueue(
    queue_sender: tibemsQueueSender,
    queue: tibemsQueue,
    msg: tibemsMsg,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe {
        tibemsMsgProducer_SendToDestination(queue_sender, only(DestinationKind::Queue, queue), msg)
    }
}

/// Deprecated: tibemsMsgProducer_SendToDestinationEx, for queues only.
///
/// Statuses: those of tibemsMsgProducer_SendToDestinationEx.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueSender_SendToQueueEx(
    queue_sender: tibemsQueueSender,
    queue: tibemsQueue,
    msg: tibemsMsg,
    delivery_mode: MaybeUninit<tibemsDeliveryMode>,
    priority: tibems_int,
    time_to_live: tibems_long,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe {
        tibemsMsgProducer_SendToDestinationEx(
            queue_sender,
            only(DestinationKind::Queue, queue),
            msg,
            delivery_mode,
            priority,
            time_to_live,
        )
    }
}
