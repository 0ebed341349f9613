//! What a server tells of a consumer.
//!
//! Nothing of it is built into this release (see `ffi::admin`). Called by C programs.

use core::ffi::c_char;

use super::types::{tibemsCollection, tibemsConsumerInfo, tibemsStatData};
use super::{no_id, not_built};
use crate::ffi::entry::{HandleOut, entry};
use crate::ffi::types::{
    tibems_bool, tibems_int, tibems_long, tibems_status, tibemsDestinationType,
};

/// Would tell of `consumer_info` in `created` when the consumer was created, in milliseconds since
/// 1970 (UTC).
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConsumerInfo_GetCreateTime(
    consumer_info: tibemsConsumerInfo,
    created: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (consumer_info, created);
        not_built()
    })
}

/// Would copy, of `consumer_info`, the name of what it consumes with its NUL into the buffer
/// `dest_name` of `name_len` bytes; wildcards stand as subscribed.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConsumerInfo_GetDestinationName(
    consumer_info: tibemsConsumerInfo,
    dest_name: *mut c_char,
    name_len: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (consumer_info, dest_name, name_len);
        not_built()
    })
}

/// Would copy, of `consumer_info`, the name of its durable subscription with its NUL into the
/// buffer `durable_name` of `name_len` bytes; empty when it has none.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConsumerInfo_GetDurableName(
    consumer_info: tibemsConsumerInfo,
    durable_name: *mut c_char,
    name_len: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (consumer_info, durable_name, name_len);
        not_built()
    })
}

/// Would tell of `consumer_info` in `dest_type` whether it consumes a queue or a topic.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConsumerInfo_GetDestinationType(
    consumer_info: tibemsConsumerInfo,
    dest_type: *mut tibemsDestinationType,
) -> tibems_status {
    entry!({
        let _ = (consumer_info, dest_type);
        not_built()
    })
}

/// Would give of `consumer_info` in `detail_stat` a collection of the counts for each destination
/// of a wildcard consumer, or NULL. It belongs to the info.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConsumerInfo_GetDetailedStatistics(
    consumer_info: tibemsConsumerInfo,
    detail_stat: *mut tibemsCollection,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let _ = unsafe { HandleOut::new(detail_stat) };
        let _ = consumer_info;
        not_built()
    })
}

/// Would tell of `consumer_info` in `id` the number that the server knows the consumer by.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConsumerInfo_GetID(
    consumer_info: tibemsConsumerInfo,
    id: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (consumer_info, id);
        not_built()
    })
}

/// Would tell of `consumer_info` in `count` the number of messages kept for the subscription of a
/// topic consumer; 0 for consumers of queues.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConsumerInfo_GetPendingMessageCount(
    consumer_info: tibemsConsumerInfo,
    count: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (consumer_info, count);
        not_built()
    })
}

/// Would tell of `consumer_info` in `size` the size in bytes of the messages that
/// tibemsConsumerInfo_GetPendingMessageCount counts.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConsumerInfo_GetPendingMessageSize(
    consumer_info: tibemsConsumerInfo,
    size: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (consumer_info, size);
        not_built()
    })
}

/// Would tell of `consumer_info` in `count` how many messages were sent to the consumer and are not
/// yet acknowledged.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConsumerInfo_GetCurrentMsgCountSentByServer(
    consumer_info: tibemsConsumerInfo,
    count: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (consumer_info, count);
        not_built()
    })
}

/// Would tell of `consumer_info` in `size` the size in bytes of the messages sent to the consumer
/// and not yet acknowledged.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConsumerInfo_GetCurrentMsgSizeSentByServer(
    consumer_info: tibemsConsumerInfo,
    size: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (consumer_info, size);
        not_built()
    })
}

/// Would tell of `consumer_info` in `time` the milliseconds since the consumer last acknowledged; 0
/// when it never did.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConsumerInfo_GetElapsedSinceLastAcknowledged(
    consumer_info: tibemsConsumerInfo,
    time: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (consumer_info, time);
        not_built()
    })
}

/// Would tell of `consumer_info` in `time` the milliseconds since a message was last sent to the
/// consumer; 0 when none was.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConsumerInfo_GetElapsedSinceLastSent(
    consumer_info: tibemsConsumerInfo,
    time: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (consumer_info, time);
        not_built()
    })
}

/// Would tell of `consumer_info` in `count` how many messages the consumer has acknowledged in all.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConsumerInfo_GetTotalAcknowledgedCount(
    consumer_info: tibemsConsumerInfo,
    count: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (consumer_info, count);
        not_built()
    })
}

/// Would tell of `consumer_info` in `count` how many messages were sent to the consumer in all.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConsumerInfo_GetTotalMsgCountSentByServer(
    consumer_info: tibemsConsumerInfo,
    count: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (consumer_info, count);
        not_built()
    })
}

/// Would tell of `consumer_info` in `connected` whether the consumer is connected; false only for a
/// durable subscriber that is away.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConsumerInfo_IsConnected(
    consumer_info: tibemsConsumerInfo,
    connected: *mut tibems_bool,
) -> tibems_status {
    entry!({
        let _ = (consumer_info, connected);
        not_built()
    })
}

/// Would tell of `consumer_info` in `connection_consumer` whether it is a connection consumer. No
/// client of this interface makes such.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConsumerInfo_IsConnectionConsumer(
    consumer_info: tibemsConsumerInfo,
    connection_consumer: *mut tibems_bool,
) -> tibems_status {
    entry!({
        let _ = (consumer_info, connection_consumer);
        not_built()
    })
}

/// Would tell of `consumer_info` in `active` whether the consumer has ever asked for a message;
/// consumers of topics always have.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConsumerInfo_IsActive(
    consumer_info: tibemsConsumerInfo,
    active: *mut tibems_bool,
) -> tibems_status {
    entry!({
        let _ = (consumer_info, active);
        not_built()
    })
}

/// Would tell of `consumer_info` in `shared` whether it consumes a shared subscription.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConsumerInfo_IsShared(
    consumer_info: tibemsConsumerInfo,
    shared: *mut tibems_bool,
) -> tibems_status {
    entry!({
        let _ = (consumer_info, shared);
        not_built()
    })
}

/// Would copy, of `consumer_info`, the name of its shared subscription with its NUL into the buffer
/// `shared_name` of `name_len` bytes; empty when it has none.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConsumerInfo_GetSharedSubscriptionName(
    consumer_info: tibemsConsumerInfo,
    shared_name: *mut c_char,
    name_len: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (consumer_info, shared_name, name_len);
        not_built()
    })
}

/// Would give of `consumer_info` in `stat` the id of the counts of what the consumer received,
/// or 0. It belongs to the info.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConsumerInfo_GetStatistics(
    consumer_info: tibemsConsumerInfo,
    stat: *mut tibemsStatData,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { no_id(stat) };
        let _ = consumer_info;
        not_built()
    })
}

/// Would release `consumer_info` with its statistics; its collection, if any, would no longer list
/// it.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConsumerInfo_Destroy(
    consumer_info: tibemsConsumerInfo,
) -> tibems_status {
    entry!({
        let _ = consumer_info;
        not_built()
    })
}
