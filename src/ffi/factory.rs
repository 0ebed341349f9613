//! Connection factories: templates for connections.
//!
//! Only the calls that connect block. Called by C programs.

use core::ffi::c_char;
use std::mem::MaybeUninit;

use super::entry::{HandleOut, entry, entry_value, not_implemented};
use super::types::{
    tibems_bool, tibems_int, tibems_status, tibemsConnection, tibemsConnectionFactory,
    tibemsFactoryLoadBalanceMetric, tibemsSSLParams,
};

/// Releases a factory and the TLS parameters that were set on it. Connections made by it go
/// on.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_Destroy(
    factory: tibemsConnectionFactory,
) -> tibems_status {
    entry!({
        let _ = factory;
        not_implemented("not part of this version yet")
    })
}

/// Connects to a server of the factory's list. The connection is stopped until
/// tibemsConnection_Start.
///
/// `username` and `password` may be NULL for those of the factory. Blocks until connected or
/// until every attempt has failed.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_SECURITY_EXCEPTION when
/// user, password or TLS set-up are refused; TIBEMS_INVALID_CLIENT_ID;
/// TIBEMS_INVALID_HOSTNAME; TIBEMS_SERVER_LIMIT; the TLS statuses 150 to 161.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_CreateConnection(
    factory: tibemsConnectionFactory,
    connection: *mut tibemsConnection,
    username: *const c_char,
    password: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(connection);
        }
        let _ = (factory, username, password);
        not_implemented("not part of this version yet")
    })
}

/// AMQP brokers offer no XA transactions: always TIBEMS_NOT_IMPLEMENTED, with a NULL
/// connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_CreateXAConnection(
    factory: tibemsConnectionFactory,
    connection: *mut tibemsConnection,
    username: *const c_char,
    password: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(connection);
        }
        let _ = (factory, username, password);
        not_implemented("not part of this version yet")
    })
}

/// Makes an empty factory. Contacts nobody. Released with tibemsConnectionFactory_Destroy; may
/// be used by many threads at once. Returns NULL when out of memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_Create() -> tibemsConnectionFactory {
    entry_value!(std::ptr::null_mut(), {
        not_implemented("not part of this version yet")
    })
}

/// Sets the server URL or list of URLs, once for each factory. NULL stands for
/// `tcp://localhost:7222`.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_EXCEPTION when a URL was set before;
/// TIBEMS_INVALID_PROTOCOL, TIBEMS_INVALID_HOSTNAME or TIBEMS_INVALID_PORT for a malformed
/// URL, which stores nothing. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetServerURL(
    factory: tibemsConnectionFactory,
    url: *const c_char,
) -> tibems_status {
    entry!({
        let _ = (factory, url);
        not_implemented("not part of this version yet")
    })
}

/// Sets the client ID of connections made from now on, at most 255 characters. NULL or an
/// empty text: none.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_CLIENT_ID for a longer one. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetClientID(
    factory: tibemsConnectionFactory,
    cid: *const c_char,
) -> tibems_status {
    entry!({
        let _ = (factory, cid);
        not_implemented("not part of this version yet")
    })
}

/// Sets the measure by which a load-balanced list is walked.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetMetric(
    factory: tibemsConnectionFactory,
    metric: MaybeUninit<tibemsFactoryLoadBalanceMetric>,
) -> tibems_status {
    entry!({
        let _ = (factory, metric);
        not_implemented("not part of this version yet")
    })
}

/// Sets how many times the list of URLs is tried before a first connection fails; at least 1,
/// default 2.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetConnectAttemptCount(
    factory: tibemsConnectionFactory,
    conn_attempts: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (factory, conn_attempts);
        not_implemented("not part of this version yet")
    })
}

/// Sets the milliseconds between two passes over the list before a first connection; at least
/// 250, default 500.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetConnectAttemptDelay(
    factory: tibemsConnectionFactory,
    delay: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (factory, delay);
        not_implemented("not part of this version yet")
    })
}

/// Sets the milliseconds that one try of one URL may take; 0, the default, is no limit,
/// otherwise at least 100.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetConnectAttemptTimeout(
    factory: tibemsConnectionFactory,
    conn_attempt_timeout: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (factory, conn_attempt_timeout);
        not_implemented("not part of this version yet")
    })
}

/// Sets how many times the list of URLs is tried before a reconnect fails; at least 1, default
/// 4.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetReconnectAttemptCount(
    factory: tibemsConnectionFactory,
    conn_attempts: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (factory, conn_attempts);
        not_implemented("not part of this version yet")
    })
}

/// Sets the milliseconds between two passes over the list in a reconnect; at least 250,
/// default 500.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetReconnectAttemptDelay(
    factory: tibemsConnectionFactory,
    delay: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (factory, delay);
        not_implemented("not part of this version yet")
    })
}

/// Sets the milliseconds that one try of one URL may take in a reconnect; 0, the default, is
/// no limit, otherwise at least 100.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetReconnectAttemptTimeout(
    factory: tibemsConnectionFactory,
    reconn_attempt_timeout: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (factory, reconn_attempt_timeout);
        not_implemented("not part of this version yet")
    })
}

/// Sets the user that connections present when the creation call names none. Copied; NULL
/// removes it.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetUserName(
    factory: tibemsConnectionFactory,
    username: *const c_char,
) -> tibems_status {
    entry!({
        let _ = (factory, username);
        not_implemented("not part of this version yet")
    })
}

/// Sets the password that goes with the factory's user. Copied; NULL removes it.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetUserPassword(
    factory: tibemsConnectionFactory,
    password: *const c_char,
) -> tibems_status {
    entry!({
        let _ = (factory, password);
        not_implemented("not part of this version yet")
    })
}

/// Stores the switch; nothing is multicast here.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetMulticastEnabled(
    factory: tibemsConnectionFactory,
    multicast_enabled: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        let _ = (factory, multicast_enabled);
        not_implemented("not part of this version yet")
    })
}

/// Stores the port of a multicast daemon; nothing is multicast here.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetMulticastDaemon(
    factory: tibemsConnectionFactory,
    multicast_daemon: *const c_char,
) -> tibems_status {
    entry!({
        let _ = (factory, multicast_daemon);
        not_implemented("not part of this version yet")
    })
}

/// Gives TLS parameters to the factory, which owns them from now on and destroys those it had.
/// NULL removes them.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG, also for parameters that another factory owns. Does not
/// block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetSSLParams(
    factory: tibemsConnectionFactory,
    ssl_params: tibemsSSLParams,
) -> tibems_status {
    entry!({
        let _ = (factory, ssl_params);
        not_implemented("not part of this version yet")
    })
}

/// Sets the password of the private key in the factory's TLS parameters.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE when no TLS parameters are set yet.
/// Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetPkPassword(
    factory: tibemsConnectionFactory,
    pk_password: *const c_char,
) -> tibems_status {
    entry!({
        let _ = (factory, pk_password);
        not_implemented("not part of this version yet")
    })
}

/// Writes the factory's settings, without passwords, to standard output.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_Print(
    factory: tibemsConnectionFactory,
) -> tibems_status {
    entry!({
        let _ = factory;
        not_implemented("not part of this version yet")
    })
}

/// Writes the factory's settings, without passwords, into a buffer of `maxlen` bytes.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INSUFFICIENT_BUFFER. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_PrintToBuffer(
    factory: tibemsConnectionFactory,
    buffer: *mut c_char,
    maxlen: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (factory, buffer, maxlen);
        not_implemented("not part of this version yet")
    })
}
