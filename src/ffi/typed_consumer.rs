//! The deprecated queue and topic spellings of consumers.
//!
//! Each is the common call of `consumer`, with the kind checked. Called by C programs.

use super::entry::{HandleOut, entry, not_implemented};
use super::types::{
    tibems_bool, tibems_status, tibemsQueue, tibemsQueueReceiver, tibemsTopic,
    tibemsTopicSubscriber,
};

/// Deprecated: tibemsMsgConsumer_GetDestination, for topics only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicSubscriber_GetTopic(
    topic_subscriber: tibemsTopicSubscriber,
    topic: *mut tibemsTopic,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(topic);
        }
        let _ = topic_subscriber;
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsMsgConsumer_GetNoLocal.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicSubscriber_GetNoLocal(
    topic_subscriber: tibemsTopicSubscriber,
    is_no_local: *mut tibems_bool,
) -> tibems_status {
    entry!({
        let _ = (topic_subscriber, is_no_local);
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsMsgConsumer_GetDestination, for queues only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueReceiver_GetQueue(
    queue_receiver: tibemsQueueReceiver,
    queue: *mut tibemsQueue,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(queue);
        }
        let _ = queue_receiver;
        not_implemented("not part of this version yet")
    })
}
