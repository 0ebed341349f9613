//! Connection factories: templates for connections.
//!
//! Only the calls that connect block. Called by C programs.

use core::ffi::c_char;
use std::ffi::CString;
use std::mem::MaybeUninit;
use std::sync::Arc;

use super::entry::{
    HandleOut, TextBuffer, entry, entry_value, invalid_argument, not_implemented, utf8,
};
use super::handle::{self, Kind};
use super::objects::ConnectionObject;
use super::types::{
    flag, number, tibems_bool, tibems_int, tibems_status, tibemsConnection,
    tibemsConnectionFactory, tibemsFactoryLoadBalanceMetric, tibemsSSLParams,
};
use crate::client::factory::{Factory, Metric};
use crate::settings::{Attempt, Purpose};
use crate::status::Status;

/// Releases a factory and the TLS parameters that were set on it. Connections made by it go
/// on.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_Destroy(
    factory: tibemsConnectionFactory,
) -> tibems_status {
    entry!({
        handle::remove::<Factory, _>(factory)?;
        Ok(())
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
        let (out, user, password) =
            unsafe { (HandleOut::new(connection), utf8(username), utf8(password)) };
        let factory = handle::get::<Factory, _>(factory)?;
        let (out, user, password) = (out.required()?, user?, password?);
        out.set(ConnectionObject::publish(
            factory.create_connection(user, password)?,
        ));
        Ok(())
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
        not_implemented(super::xa::NO_XA)
    })
}

/// Makes an empty factory. Contacts nobody. Released with tibemsConnectionFactory_Destroy; may
/// be used by many threads at once. Returns NULL when out of memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_Create() -> tibemsConnectionFactory {
    entry_value!(std::ptr::null_mut(), {
        Ok(handle::insert(Arc::new(Factory::new(false))).to_raw())
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
        let factory = handle::get::<Factory, _>(factory)?;
        // SAFETY: NULL or valid, as C promises.
        factory.set_server_url(unsafe { utf8(url) }?)
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
        let factory = handle::get::<Factory, _>(factory)?;
        // SAFETY: NULL or valid, as C promises.
        factory.set_client_id(unsafe { utf8(cid) }?)
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
        let factory = handle::get::<Factory, _>(factory)?;
        // SAFETY: a parameter of this function.
        let metric = match unsafe { number(metric) } {
            0 => Metric::None,
            1 => Metric::Connections,
            2 => Metric::ByteRate,
            _ => return Err(invalid_argument("the metric is unknown")),
        };
        factory.modify(|settings| settings.metric = metric);
        Ok(())
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
        handle::get::<Factory, _>(factory)?.set_attempt(
            Purpose::Connect,
            Attempt::Count,
            conn_attempts,
        )
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
        handle::get::<Factory, _>(factory)?.set_attempt(Purpose::Connect, Attempt::Delay, delay)
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
        handle::get::<Factory, _>(factory)?.set_attempt(
            Purpose::Connect,
            Attempt::Timeout,
            conn_attempt_timeout,
        )
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
        handle::get::<Factory, _>(factory)?.set_attempt(
            Purpose::Reconnect,
            Attempt::Count,
            conn_attempts,
        )
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
        handle::get::<Factory, _>(factory)?.set_attempt(Purpose::Reconnect, Attempt::Delay, delay)
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
        handle::get::<Factory, _>(factory)?.set_attempt(
            Purpose::Reconnect,
            Attempt::Timeout,
            reconn_attempt_timeout,
        )
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
        let factory = handle::get::<Factory, _>(factory)?;
        // SAFETY: NULL or valid, as C promises.
        factory.set_user(unsafe { utf8(username) }?)
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
        let factory = handle::get::<Factory, _>(factory)?;
        // SAFETY: NULL or valid, as C promises.
        factory.set_password(unsafe { utf8(password) }?)
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
        let factory = handle::get::<Factory, _>(factory)?;
        // SAFETY: a parameter of this function.
        let enabled = unsafe { flag(multicast_enabled) };
        factory.modify(|settings| settings.multicast_enabled = enabled);
        Ok(())
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
        let factory = handle::get::<Factory, _>(factory)?;
        // SAFETY: NULL or valid, as C promises.
        let daemon = unsafe { utf8(multicast_daemon) }?.map(str::to_owned);
        factory.modify(|settings| settings.multicast_daemon = daemon);
        Ok(())
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
        handle::get::<Factory, _>(factory)?;
        // No parameters can be made in this release, so a handle that is not NULL is a bad one.
        match ssl_params.is_null() {
            true => Ok(()),
            false => Err(Kind::SslParams.bad_handle()),
        }
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
        handle::get::<Factory, _>(factory)?;
        let _ = pk_password;
        // without TLS parameters the order of calls is wrong (spec 10 C5), and none can be set in this release
        Err(Status::TIBEMS_ILLEGAL_STATE.into())
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
        let factory = handle::get::<Factory, _>(factory)?;
        let text = CString::new(factory.to_string()).unwrap_or_default();
        // SAFETY: a terminated text; puts is the C library's own stream, in order with the program's output.
        unsafe { libc::puts(text.as_ptr()) };
        Ok(())
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
        let factory = handle::get::<Factory, _>(factory)?;
        // SAFETY: NULL or valid, as C promises.
        unsafe { TextBuffer::new(buffer, maxlen) }
            .required()?
            .set(&factory.to_string())
    })
}
