//! The deprecated queue and topic spellings of consumers (spec 20 §7).
//!
//! Each is the common call of `consumer`, with a destination of one kind.
//! They block where that one does. Called by C programs.

use super::consumer::{tibemsMsgConsumer_GetDestination, tibemsMsgConsumer_GetNoLocal};
use super::destination::require_stored_kind;
use super::types::{
    tibems_bool, tibems_status, tibemsQueue, tibemsQueueReceiver, tibemsTopic,
    tibemsTopicSubscriber,
};
use crate::message::DestinationKind;

/// Deprecated: tibemsMsgConsumer_GetDestination, for topics only.
///
/// Statuses: those of tibemsMsgConsumer_GetDestination; TIBEMS_INVALID_DESTINATION for a queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicSubscriber_GetTopic(
    topic_subscriber: tibemsTopicSubscriber,
    topic: *mut tibemsTopic,
) -> tibems_status {
    // SAFETY: passed on as they came.
    let status = unsafe { tibemsMsgConsumer_GetDestination(topic_subscriber, topic) };
    // SAFETY: NULL or valid, as C promises.
    unsafe { require_stored_kind(status, topic, DestinationKind::Topic) }
}

/// Deprecated: tibemsMsgConsumer_GetNoLocal.
///
/// Statuses: those of tibemsMsgConsumer_GetNoLocal.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicSubscriber_GetNoLocal(
    topic_subscriber: tibemsTopicSubscriber,
    is_no_local: *mut tibems_bool,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe { tibemsMsgConsumer_GetNoLocal(topic_subscriber, is_no_local) }
}

/// Deprecated: tibemsMsgConsumer_GetDestination, for queues only.
///
/// Statuses: those of tibemsMsgConsumer_GetDestination; TIBEMS_INVALID_DESTINATION for a topic.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueReceiver_GetQueue(
    queue_receiver: tibemsQueueReceiver,
    queue: *mut tibemsQueue,
) -> tibems_status {
    // SAFETY: passed on as they came.
    let status = unsafe { tibemsMsgConsumer_GetDestination(queue_receiver, queue) };
    // SAFETY: NULL or valid, as C promises.
    unsafe { require_stored_kind(status, queue, DestinationKind::Queue) }
}
