//! What a server tells of a subscription.
//!
//! Nothing of it is built into this release (see `ffi::admin`). Called by C programs.

use core::ffi::c_char;

use super::not_built;
use super::types::tibemsSubscriptionInfo;
use crate::ffi::entry::entry;
use crate::ffi::types::{tibems_bool, tibems_int, tibems_long, tibems_status};

/// Would tell of `subscription_info` in `id` the number that the server knows the subscription by.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSubscriptionInfo_GetID(
    subscription_info: tibemsSubscriptionInfo,
    id: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (subscription_info, id);
        not_built()
    })
}

/// Would copy, of `subscription_info`, the name of the subscription, without the client id, with
/// its NUL into the buffer `name` of `name_length` bytes; empty when it has none.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSubscriptionInfo_GetName(
    subscription_info: tibemsSubscriptionInfo,
    name: *mut c_char,
    name_length: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (subscription_info, name, name_length);
        not_built()
    })
}

/// Would tell of `subscription_info` in `created` when the subscription was created, in
/// milliseconds since 1970 (UTC).
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSubscriptionInfo_GetCreateTime(
    subscription_info: tibemsSubscriptionInfo,
    created: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (subscription_info, created);
        not_built()
    })
}

/// Would copy, of `subscription_info`, the name of the topic, wildcards included, with its NUL into
/// the buffer `topic_name` of `topic_name_length` bytes.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSubscriptionInfo_GetTopicName(
    subscription_info: tibemsSubscriptionInfo,
    topic_name: *mut c_char,
    topic_name_length: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (subscription_info, topic_name, topic_name_length);
        not_built()
    })
}

/// Would tell of `subscription_info` in `msg_count` the number of messages kept for the
/// subscription.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSubscriptionInfo_GetPendingMessageCount(
    subscription_info: tibemsSubscriptionInfo,
    msg_count: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (subscription_info, msg_count);
        not_built()
    })
}

/// Would tell of `subscription_info` in `msg_size` the size in bytes of the messages kept for the
/// subscription.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSubscriptionInfo_GetPendingMessageSize(
    subscription_info: tibemsSubscriptionInfo,
    msg_size: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (subscription_info, msg_size);
        not_built()
    })
}

/// Would tell of `subscription_info` in `consumer_count` how many consumers it has now.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSubscriptionInfo_GetConsumerCount(
    subscription_info: tibemsSubscriptionInfo,
    consumer_count: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (subscription_info, consumer_count);
        not_built()
    })
}

/// Would tell of `subscription_info` in `has_selector` whether the subscription has a selector.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSubscriptionInfo_HasSelector(
    subscription_info: tibemsSubscriptionInfo,
    has_selector: *mut tibems_bool,
) -> tibems_status {
    entry!({
        let _ = (subscription_info, has_selector);
        not_built()
    })
}

/// Would copy, of `subscription_info`, the selector with its NUL into the buffer `selector` of
/// `selector_length` bytes; empty when there is none.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSubscriptionInfo_GetSelector(
    subscription_info: tibemsSubscriptionInfo,
    selector: *mut c_char,
    selector_length: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (subscription_info, selector, selector_length);
        not_built()
    })
}

/// Would tell of `subscription_info` in `shared` whether the subscription is shared.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSubscriptionInfo_IsShared(
    subscription_info: tibemsSubscriptionInfo,
    shared: *mut tibems_bool,
) -> tibems_status {
    entry!({
        let _ = (subscription_info, shared);
        not_built()
    })
}

/// Would tell of `subscription_info` in `durable` whether the subscription is durable.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSubscriptionInfo_IsDurable(
    subscription_info: tibemsSubscriptionInfo,
    durable: *mut tibems_bool,
) -> tibems_status {
    entry!({
        let _ = (subscription_info, durable);
        not_built()
    })
}

/// Would release `subscription_info`; its collection would no longer list it.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSubscriptionInfo_Destroy(
    subscription_info: tibemsSubscriptionInfo,
) -> tibems_status {
    entry!({
        let _ = subscription_info;
        not_built()
    })
}
