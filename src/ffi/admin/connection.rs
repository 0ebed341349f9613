//! Administration connections: the questions to a server, and the counts of the whole server.
//!
//! Nothing of it is built into this release (see `ffi::admin`). Called by C programs.

use core::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

use super::types::{
    tibemsAdmin, tibemsCollection, tibemsConsumerInfo, tibemsDestinationInfo, tibemsServerInfo,
};
use super::{no_id, not_built};
use crate::ffi::entry::{HandleOut, entry};
use crate::ffi::types::{
    tibems_bool, tibems_int, tibems_long, tibems_status, tibemsDestinationType,
    tibemsExceptionCallback, tibemsSSLParams,
};

/// Would connect to the server at `url` (NULL: TIBEMS_DEFAULT_BROKER) for questions about it, with
/// a connection of its own, as `user_name` with `password` and, for TLS, `ssl_params`, which may be
/// NULL each, and give it in `admin`, which becomes 0. tibemsAdmin_Close would release it.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsAdmin_Create(
    admin: *mut tibemsAdmin,
    url: *const c_char,
    user_name: *const c_char,
    password: *const c_char,
    ssl_params: tibemsSSLParams,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { no_id(admin) };
        let _ = (url, user_name, password, ssl_params);
        not_built()
    })
}

/// Would end the connection of `admin`. Infos and collections that came from it would stay.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsAdmin_Close(admin: tibemsAdmin) -> tibems_status {
    entry!({
        let _ = admin;
        not_built()
    })
}

/// Would ask the server of `admin` for its counts and give them in `server_info`, which becomes 0.
/// tibemsServerInfo_Destroy would release them.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsAdmin_GetInfo(
    admin: tibemsAdmin,
    server_info: *mut tibemsServerInfo,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { no_id(server_info) };
        let _ = admin;
        not_built()
    })
}

/// Would ask the server of `admin` for the consumer with the number `consumer_id` and give it in
/// `cons_info`, which becomes 0. tibemsConsumerInfo_Destroy would release it.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsAdmin_GetConsumer(
    admin: tibemsAdmin,
    cons_info: *mut tibemsConsumerInfo,
    consumer_id: tibems_long,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { no_id(cons_info) };
        let _ = (admin, consumer_id);
        not_built()
    })
}

/// Would ask the server of `admin` for the consumers that pass every filter and give them in
/// `cons_infos`, which becomes NULL: `username` (NULL for all), `destination` (0 for all), and no
/// consumers of topics that are not durable if `durable`. `connection_id` is reserved: 0.
/// `data_flags` says what to ask for: TIBEMS_GET_STAT, TIBEMS_GET_DETAILED_STAT,
/// TIBEMS_GET_SELECTOR. tibemsCollection_Destroy would release the answer.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsAdmin_GetConsumers(
    admin: tibemsAdmin,
    cons_infos: *mut tibemsCollection,
    connection_id: tibems_long,
    username: *const c_char,
    destination: tibemsDestinationInfo,
    durable: MaybeUninit<tibems_bool>,
    data_flags: tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let _ = unsafe { HandleOut::new(cons_infos) };
        let _ = (
            admin,
            connection_id,
            username,
            destination,
            durable,
            data_flags,
        );
        not_built()
    })
}

/// Would ask the server of `admin` for the subscriptions that pass every filter and give them in
/// `subscription_infos`, which becomes NULL: `filter_flags`, for instance
/// TIBEMS_SUBSCRIPTIONS_FILTER_DURABLE_ONLY, `name` and `topic_name` (NULL for any).
/// tibemsCollection_Destroy would release the answer.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsAdmin_GetSubscriptions(
    admin: tibemsAdmin,
    subscription_infos: *mut tibemsCollection,
    filter_flags: tibems_int,
    name: *const c_char,
    topic_name: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let _ = unsafe { HandleOut::new(subscription_infos) };
        let _ = (admin, filter_flags, name, topic_name);
        not_built()
    })
}

/// Would ask the server of `admin` for the queue or topic, as `dest_type` says, with exactly the
/// name `dest_name` and give it in `dest_info`, which becomes 0. tibemsDestinationInfo_Destroy
/// would release it.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsAdmin_GetDestination(
    admin: tibemsAdmin,
    dest_info: *mut tibemsDestinationInfo,
    dest_name: *const c_char,
    dest_type: MaybeUninit<tibemsDestinationType>,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { no_id(dest_info) };
        let _ = (admin, dest_name, dest_type);
        not_built()
    })
}

/// Would ask the server of `admin` for the queues or topics, as `dest_type` says, whose name
/// matches `pattern` (NULL for all) and that `perm_type`, for instance TIBEMS_DEST_GET_ALL, lets
/// through, and give them in `collection`, which becomes NULL; `stat_only` leaves out their limits.
/// tibemsCollection_Destroy would release the answer.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsAdmin_GetDestinations(
    admin: tibemsAdmin,
    collection: *mut tibemsCollection,
    pattern: *const c_char,
    dest_type: MaybeUninit<tibemsDestinationType>,
    perm_type: tibems_int,
    stat_only: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let _ = unsafe { HandleOut::new(collection) };
        let _ = (admin, pattern, dest_type, perm_type, stat_only);
        not_built()
    })
}

/// Would ask the server of `admin` for the producers that pass every filter and give them in
/// `prod_infos`, which becomes NULL: `username` (NULL for all) and `destination` (0 for all).
/// `connection_id` is reserved: 0. tibemsCollection_Destroy would release the answer.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsAdmin_GetProducerStatistics(
    admin: tibemsAdmin,
    prod_infos: *mut tibemsCollection,
    username: *const c_char,
    connection_id: tibems_long,
    destination: tibemsDestinationInfo,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let _ = unsafe { HandleOut::new(prod_infos) };
        let _ = (admin, username, connection_id, destination);
        not_built()
    })
}

/// Would tell in `timeout` how many milliseconds one question of `admin` may take.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsAdmin_GetCommandTimeout(
    admin: tibemsAdmin,
    timeout: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (admin, timeout);
        not_built()
    })
}

/// Would give one question of `admin` `timeout` milliseconds; 0 for no limit.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsAdmin_SetCommandTimeout(
    admin: tibemsAdmin,
    timeout: tibems_long,
) -> tibems_status {
    entry!({
        let _ = (admin, timeout);
        not_built()
    })
}

/// Would have `listener` called with `closure` when the connection of `admin` breaks; NULL for
/// nothing.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsAdmin_SetExceptionListener(
    admin: tibemsAdmin,
    listener: tibemsExceptionCallback,
    closure: *const c_void,
) -> tibems_status {
    entry!({
        let _ = (admin, listener, closure);
        not_built()
    })
}

/// Would release `server_info`.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsServerInfo_Destroy(server_info: tibemsServerInfo) -> tibems_status {
    entry!({
        let _ = server_info;
        not_built()
    })
}

/// Would tell of `server_info` in `count` the number of queues of the server.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsServerInfo_GetQueueCount(
    server_info: tibemsServerInfo,
    count: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (server_info, count);
        not_built()
    })
}

/// Would tell of `server_info` in `count` the number of topics of the server.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsServerInfo_GetTopicCount(
    server_info: tibemsServerInfo,
    count: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (server_info, count);
        not_built()
    })
}

/// Would tell of `server_info` in `count` the number of producers of the server, without those of
/// the asking library.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsServerInfo_GetProducerCount(
    server_info: tibemsServerInfo,
    count: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (server_info, count);
        not_built()
    })
}

/// Would tell of `server_info` in `count` the number of consumers of the server, without those of
/// the asking library.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsServerInfo_GetConsumerCount(
    server_info: tibemsServerInfo,
    count: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (server_info, count);
        not_built()
    })
}
