//! What a server tells of a queue or a topic.
//!
//! Nothing of it is built into this release (see `ffi::admin`). Called by C programs.

use core::ffi::c_char;
use std::mem::MaybeUninit;

use super::types::{tibemsDestinationInfo, tibemsQueueInfo, tibemsStatData, tibemsTopicInfo};
use super::{no_id, not_built};
use crate::ffi::entry::entry;
use crate::ffi::types::{tibems_int, tibems_long, tibems_status, tibemsDestinationType};

/// Would make an info of the name `name`, which may have wildcards, and the type `dest_type`
/// without a server, as a filter for tibemsAdmin_GetConsumers and
/// tibemsAdmin_GetProducerStatistics, and give it in `dest_info`, which becomes 0.
/// tibemsDestinationInfo_Destroy would release it.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestinationInfo_Create(
    dest_info: *mut tibemsDestinationInfo,
    name: *const c_char,
    dest_type: MaybeUninit<tibemsDestinationType>,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { no_id(dest_info) };
        let _ = (name, dest_type);
        not_built()
    })
}

/// Would tell of `dest_info` in `count` the number of receivers of a queue, or of active
/// subscribers of a topic.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestinationInfo_GetConsumerCount(
    dest_info: tibemsDestinationInfo,
    count: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (dest_info, count);
        not_built()
    })
}

/// Would tell of `dest_info` in `count` the number of messages kept for the destination, those
/// delivered and not yet acknowledged included. Of a topic: the sum over its subscriptions.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestinationInfo_GetPendingMessageCount(
    dest_info: tibemsDestinationInfo,
    count: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (dest_info, count);
        not_built()
    })
}

/// Would tell of `dest_info` in `size` the size in bytes of the messages that
/// tibemsDestinationInfo_GetPendingMessageCount counts.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestinationInfo_GetPendingMessageSize(
    dest_info: tibemsDestinationInfo,
    size: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (dest_info, size);
        not_built()
    })
}

/// Would tell of `dest_info` in `count` how many of the pending messages are persistent.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestinationInfo_GetPendingPersistentMessageCount(
    dest_info: tibemsDestinationInfo,
    count: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (dest_info, count);
        not_built()
    })
}

/// Would tell of `dest_info` in `size` the size in bytes of the pending messages that are
/// persistent.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestinationInfo_GetPendingPersistentMessageSize(
    dest_info: tibemsDestinationInfo,
    size: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (dest_info, size);
        not_built()
    })
}

/// Would give of `dest_info` in `stat_data` the id of the counts of what clients sent to the
/// destination. It belongs to the info.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestinationInfo_GetInboundStatistics(
    dest_info: tibemsDestinationInfo,
    stat_data: *mut tibemsStatData,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { no_id(stat_data) };
        let _ = dest_info;
        not_built()
    })
}

/// Would give of `dest_info` in `stat_data` the id of the counts of what the destination delivered
/// to clients. It belongs to the info.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestinationInfo_GetOutboundStatistics(
    dest_info: tibemsDestinationInfo,
    stat_data: *mut tibemsStatData,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { no_id(stat_data) };
        let _ = dest_info;
        not_built()
    })
}

/// Would copy, of `dest_info`, the name with its NUL into the buffer `name` of `name_len` bytes.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestinationInfo_GetName(
    dest_info: tibemsDestinationInfo,
    name: *mut c_char,
    name_len: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (dest_info, name, name_len);
        not_built()
    })
}

/// Would tell of `dest_info` in `dest_type` whether it is a queue or a topic.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestinationInfo_GetType(
    dest_info: tibemsDestinationInfo,
    dest_type: *mut tibemsDestinationType,
) -> tibems_status {
    entry!({
        let _ = (dest_info, dest_type);
        not_built()
    })
}

/// Would tell of `dest_info` in `max_bytes` the number of pending bytes at which senders are
/// slowed; 0 for never.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestinationInfo_GetFlowControlMaxBytes(
    dest_info: tibemsDestinationInfo,
    max_bytes: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (dest_info, max_bytes);
        not_built()
    })
}

/// Would tell of `dest_info` in `max_bytes` how many pending bytes the destination takes; 0 for no
/// limit.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestinationInfo_GetMaxBytes(
    dest_info: tibemsDestinationInfo,
    max_bytes: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (dest_info, max_bytes);
        not_built()
    })
}

/// Would tell of `dest_info` in `max_msgs` how many pending messages the destination takes; 0 for
/// no limit.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestinationInfo_GetMaxMsgs(
    dest_info: tibemsDestinationInfo,
    max_msgs: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (dest_info, max_msgs);
        not_built()
    })
}

/// Would tell of `dest_info` in `overflow_policy` what happens at a limit: TIBEMS_OVERFLOW_DEFAULT,
/// TIBEMS_OVERFLOW_DISCARD_OLD or TIBEMS_OVERFLOW_REJECT_INCOMING.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestinationInfo_GetOverflowPolicy(
    dest_info: tibemsDestinationInfo,
    overflow_policy: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (dest_info, overflow_policy);
        not_built()
    })
}

/// Would release `dest_info` with its statistics; its collection, if any, would no longer list it.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDestinationInfo_Destroy(
    dest_info: tibemsDestinationInfo,
) -> tibems_status {
    entry!({
        let _ = dest_info;
        not_built()
    })
}

/// Would tell of `queue_info` in `count` how many messages of a queue are delivered and not yet
/// acknowledged; they are a part of the pending ones.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueInfo_GetDeliveredMessageCount(
    queue_info: tibemsQueueInfo,
    count: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (queue_info, count);
        not_built()
    })
}

/// Would tell of `topic_info` in `count` the number of subscriptions of a topic, durable ones
/// without a consumer included.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicInfo_GetSubscriptionCount(
    topic_info: tibemsTopicInfo,
    count: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (topic_info, count);
        not_built()
    })
}

/// Would tell of `topic_info` in `count` the number of durable subscriptions of a topic, with a
/// consumer or without.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicInfo_GetDurableSubscriptionCount(
    topic_info: tibemsTopicInfo,
    count: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (topic_info, count);
        not_built()
    })
}

/// Would tell of `topic_info` in `count` the number of durable subscriptions of a topic that have a
/// consumer.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicInfo_GetActiveDurableCount(
    topic_info: tibemsTopicInfo,
    count: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (topic_info, count);
        not_built()
    })
}

/// Deprecated: tibemsTopicInfo_GetDurableSubscriptionCount.
///
/// Statuses: those of tibemsTopicInfo_GetDurableSubscriptionCount.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicInfo_GetDurableCount(
    topic_info: tibemsTopicInfo,
    count: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (topic_info, count);
        not_built()
    })
}
