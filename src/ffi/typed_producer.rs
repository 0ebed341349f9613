//! The deprecated queue and topic spellings of producers.
//!
//! Each is the common call of `producer` or `producer_send`, with the kind checked. Called by C programs.

use std::mem::MaybeUninit;

use super::entry::{HandleOut, entry, not_implemented};
use super::types::{
    tibems_int, tibems_long, tibems_status, tibemsDeliveryMode, tibemsMsg, tibemsQueue,
    tibemsQueueSender, tibemsTopic, tibemsTopicPublisher,
};

/// Deprecated: tibemsMsgProducer_GetDestination, for topics only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicPublisher_GetTopic(
    topic_publisher: tibemsTopicPublisher,
    topic: *mut tibemsTopic,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(topic);
        }
        let _ = topic_publisher;
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsMsgProducer_Send.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicPublisher_Publish(
    topic_publisher: tibemsTopicPublisher,
    msg: tibemsMsg,
) -> tibems_status {
    entry!({
        let _ = (topic_publisher, msg);
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsMsgProducer_SendEx.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicPublisher_PublishEx(
    topic_publisher: tibemsTopicPublisher,
    msg: tibemsMsg,
    delivery_mode: tibems_int,
    priority: tibems_int,
    time_to_live: tibems_long,
) -> tibems_status {
    entry!({
        let _ = (topic_publisher, msg, delivery_mode, priority, time_to_live);
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsMsgProducer_SendToDestination, for topics only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicPublisher_PublishToTopic(
    topic_publisher: tibemsTopicPublisher,
    topic: tibemsTopic,
    msg: tibemsMsg,
) -> tibems_status {
    entry!({
        let _ = (topic_publisher, topic, msg);
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsMsgProducer_SendToDestinationEx, for topics only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicPublisher_PublishToTopicEx(
    topic_publisher: tibemsTopicPublisher,
    topic: tibemsTopic,
    msg: tibemsMsg,
    delivery_mode: MaybeUninit<tibemsDeliveryMode>,
    priority: tibems_int,
    time_to_live: tibems_long,
) -> tibems_status {
    entry!({
        let _ = (
            topic_publisher,
            topic,
            msg,
            delivery_mode,
            priority,
            time_to_live,
        );
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsMsgProducer_GetDestination, for queues only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueSender_GetQueue(
    queue_sender: tibemsQueueSender,
    queue: *mut tibemsQueue,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(queue);
        }
        let _ = queue_sender;
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsMsgProducer_Send.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueSender_Send(
    queue_sender: tibemsQueueSender,
    msg: tibemsMsg,
) -> tibems_status {
    entry!({
        let _ = (queue_sender, msg);
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsMsgProducer_SendEx.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueSender_SendEx(
    queue_sender: tibemsQueueSender,
    msg: tibemsMsg,
    delivery_mode: tibems_int,
    priority: tibems_int,
    time_to_live: tibems_long,
) -> tibems_status {
    entry!({
        let _ = (queue_sender, msg, delivery_mode, priority, time_to_live);
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsMsgProducer_SendToDestination, for queues only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueSender_SendToQueue(
    queue_sender: tibemsQueueSender,
    queue: tibemsQueue,
    msg: tibemsMsg,
) -> tibems_status {
    entry!({
        let _ = (queue_sender, queue, msg);
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsMsgProducer_SendToDestinationEx, for queues only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueSender_SendToQueueEx(
    queue_sender: tibemsQueueSender,
    queue: tibemsQueue,
    msg: tibemsMsg,
    delivery_mode: MaybeUninit<tibemsDeliveryMode>,
    priority: tibems_int,
    time_to_live: tibems_long,
) -> tibems_status {
    entry!({
        let _ = (
            queue_sender,
            queue,
            msg,
            delivery_mode,
            priority,
            time_to_live,
        );
        not_implemented("not part of this version yet")
    })
}
