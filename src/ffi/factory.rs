//! Connection factories: templates for connections.
//!
//! Only the calls that connect block. Called by C programs.

use core::ffi::c_char;
use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;
use std::sync::Arc;

use super::entry::{
    HandleOut, TextBuffer, entry, entry_value, invalid_argument, not_implemented, text, utf8,
};
use super::handle;
use super::objects::ConnectionObject;
use super::types::{
    flag, number, tibems_bool, tibems_int, tibems_status, tibemsConnection,
    tibemsConnectionFactory, tibemsFactoryLoadBalanceMetric, tibemsSSLParams,
};
use crate::client::factory::{Factory, Metric};
use crate::client::tls::TlsParams;
use crate::settings::{Attempt, Purpose};

/// Releases `factory` and its TLS parameters. Connections made by it go on; unshared ones need
/// their factory for tibemsUFOConnectionFactory_RecoverConnection.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_Destroy(
    factory: tibemsConnectionFactory,
) -> tibems_status {
    entry!({
        let factory = handle::remove::<Factory, _>(factory)?;
        let_go(factory.set_tls(None)?);
        Ok(())
    })
}

/// Ends the handle of TLS parameters that a factory has owned.
fn let_go(params: Option<u64>) {
    let handle = params.map(|number| std::ptr::without_provenance_mut::<()>(number as usize));
    // A parent process may have made them: they end with the fork.
    let _ = handle.map(handle::remove::<TlsParams, _>);
}

/// Connects to a server of the list of `factory` and gives the connection in `connection`, to be
/// released with tibemsConnection_Close. It delivers nothing until tibemsConnection_Start.
///
/// `username` and `password`, copied and at most 255 and 4096 bytes long, identify the program;
/// when `username` is NULL, those of the factory do. Blocks until connected or until every try has
/// failed: the settings of connect attempts say how long that can take.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for `+` in the URL of an ordinary factory;
/// TIBEMS_SERVER_NOT_CONNECTED when no server was reached; TIBEMS_SECURITY_EXCEPTION when one
/// refused user or password; TIBEMS_INVALID_CLIENT_ID when the client ID is longer than 255 bytes
/// or in use; TIBEMS_INVALID_HOSTNAME when no host name could be looked up; TIBEMS_SERVER_LIMIT;
/// TIBEMS_NO_MEMORY when no thread could be started; TIBEMS_NOT_IMPLEMENTED for an `ssl` URL.
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

/// Would make a connection for distributed transactions, which AMQP servers do not offer.
/// `factory`, `username` and `password` are not looked at, `connection` becomes NULL.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
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

/// Returns a new factory with default settings; NULL when out of memory. Contacts nobody. Release
/// it with tibemsConnectionFactory_Destroy. Any number of threads may use it at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_Create() -> tibemsConnectionFactory {
    entry_value!(std::ptr::null_mut(), {
        Ok(handle::insert(Arc::new(Factory::new(false))).to_raw())
    })
}

/// Names the servers of `factory`, once. `url` is a URL such as `tcp://host:5672` or a list: `,`
/// between servers that share their state, `|` between servers of which each connection takes
/// another, `+` (unshared factories only) between servers that share nothing. NULL is
/// `tcp://localhost:7222`.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for a list with `+` and `|` and for `|` in an
/// unshared factory; TIBEMS_EXCEPTION when a URL was set before; TIBEMS_INVALID_PROTOCOL,
/// TIBEMS_INVALID_HOSTNAME or TIBEMS_INVALID_PORT for a malformed URL. A failure changes nothing.
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

/// Gives connections made by `factory` from now on the client ID `cid`, at most 255 bytes. NULL or
/// an empty text: none.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_CLIENT_ID for a longer one.
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

/// Accepts `metric`, by which servers of old choose for a list with `|`. It changes nothing here:
/// such a list of `factory` is taken in turn.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for an unknown metric.
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

/// Has a first connection of a connection of `factory` walk its list of URLs `conn_attempts` times
/// before it fails; 0 counts as 1, 2 unless set.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for a negative number.
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

/// Has a first connection of a connection of `factory` pause `delay` milliseconds between two walks
/// over the list; less than 250 counts as 250, 500 unless set.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for a negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetConnectAttemptDelay(
    factory: tibemsConnectionFactory,
    delay: tibems_int,
) -> tibems_status {
    entry!({
        handle::get::<Factory, _>(factory)?.set_attempt(Purpose::Connect, Attempt::Delay, delay)
    })
}

/// Gives one try of one URL in a first connection of a connection of `factory`
/// `conn_attempt_timeout` milliseconds; 1 to 99 count as 100. With 0, which holds unless set, the
/// option try_timeout (10 s) bounds a try.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for a negative number.
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

/// Has a reconnect or a recovery of a connection of `factory` walk its list of URLs `conn_attempts`
/// times before it fails; 0 counts as 1, 4 unless set.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for a negative number.
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

/// Has a reconnect or a recovery of a connection of `factory` pause `delay` milliseconds between
/// two walks over the list; less than 250 counts as 250, 500 unless set.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for a negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetReconnectAttemptDelay(
    factory: tibemsConnectionFactory,
    delay: tibems_int,
) -> tibems_status {
    entry!({
        handle::get::<Factory, _>(factory)?.set_attempt(Purpose::Reconnect, Attempt::Delay, delay)
    })
}

/// Gives one try of one URL in a reconnect or a recovery of a connection of `factory`
/// `reconn_attempt_timeout` milliseconds; 1 to 99 count as 100. With 0, which holds unless set, the
/// option try_timeout (10 s) bounds a try.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for a negative number.
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

/// Names the user of connections of `factory` whose creation names none. `username` is copied, at
/// most 255 bytes; NULL removes it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for a longer name.
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

/// Gives the password that goes with the user of `factory`. `password` is copied, at most 4096
/// bytes; NULL removes it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for a longer one.
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

/// Keeps `multicast_enabled` with the settings of `factory`. Nothing is multicast here.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
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

/// Keeps a copy of `multicast_daemon`, a port, with the settings of `factory`; NULL removes it.
/// Nothing is multicast here.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
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

/// Gives the TLS parameters `ssl_params` to `factory`, which owns them from now on and destroys
/// those that it had, also when it is destroyed. NULL: none. TLS is not built yet: they have no
/// effect.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no factory or no TLS parameters,
/// and for parameters that another factory owns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetSSLParams(
    factory: tibemsConnectionFactory,
    ssl_params: tibemsSSLParams,
) -> tibems_status {
    entry!({
        let factory = handle::get::<Factory, _>(factory)?;
        let params = match ssl_params.is_null() {
            true => None,
            false => Some((
                handle::get::<TlsParams, _>(ssl_params)?,
                ssl_params.addr() as u64,
            )),
        };
        let_go(factory.set_tls(params)?);
        Ok(())
    })
}

/// Sets the password `pk_password` of the private key in the TLS parameters that `factory` has, at
/// most 4096 bytes. Copied; NULL removes it. Other TLS parameters come without it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no factory and a longer password;
/// TIBEMS_ILLEGAL_STATE when the factory has no TLS parameters yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetPkPassword(
    factory: tibemsConnectionFactory,
    pk_password: *const c_char,
) -> tibems_status {
    entry!({
        let factory = handle::get::<Factory, _>(factory)?;
        // SAFETY: NULL or a string, as C promises.
        let password = unsafe { text(pk_password) };
        factory.set_key_password(password.map(CStr::to_bytes))
    })
}

/// Writes the settings of `factory`, one a line and without passwords, to standard output.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
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

/// Writes the settings of `factory`, one a line and without passwords, with a NUL into `buffer`,
/// which has room for `maxlen` bytes.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for a NULL buffer or a `maxlen` that is not
/// positive; TIBEMS_INSUFFICIENT_BUFFER when they do not fit: what fits is written.
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
