//! Connections: create, start, stop, close, and what a program may ask them.
//!
//! Calls that need the server block; the getters do not. Called by C programs.

use core::ffi::{c_char, c_void};
use std::ffi::CString;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Arc;

use super::entry::{HandleOut, Out, entry, utf8};
use super::handle::{self, Kind};
use super::objects::{ConnectionObject, exception_callback, exception_listener};
use super::types::{
    flag, number, tibems_bool, tibems_status, tibemsAcknowledgeMode, tibemsConnection,
    tibemsConnectionMetaData, tibemsExceptionCallback, tibemsSSLParams, tibemsSession,
};
use crate::client::connection::Connection;
use crate::client::plan::Plan;
use crate::client::session::Session;
use crate::client::url::UrlList;
use crate::status::{Result, Status};

/// The common part of the calls that connect without a factory.
///
/// # Safety
/// Every pointer is NULL or valid for what its type says.
pub(super) unsafe fn create(
    connection: *mut tibemsConnection,
    broker_url: *const c_char,
    client_id: *const c_char,
    username: *const c_char,
    password: *const c_char,
) -> Result<()> {
    // SAFETY: the contract is passed on.
    let (out, url, id) = unsafe {
        (
            HandleOut::new(connection),
            utf8(broker_url),
            utf8(client_id),
        )
    };
    // SAFETY: the contract is passed on.
    let (user, password) = unsafe { (utf8(username), utf8(password)) };
    let (out, url, id) = (out.required()?, url?, id?);
    let list = url.map_or_else(|| Ok(UrlList::default_server()), UrlList::parse)?;
    let plan = Plan::direct(list, id, user?, password?)?;
    out.set(ConnectionObject::publish(Connection::open(plan)?));
    Ok(())
}

/// The common part of the calls that create a session.
///
/// # Safety
/// `session` is NULL or valid for writing; the other two are parameters of an exported function.
pub(super) unsafe fn create_session(
    connection: tibemsConnection,
    session: *mut tibemsSession,
    transacted: MaybeUninit<tibems_bool>,
    mode: MaybeUninit<tibemsAcknowledgeMode>,
) -> Result<()> {
    // SAFETY: the contract is passed on.
    let (out, transacted, mode) =
        unsafe { (HandleOut::new(session), flag(transacted), number(mode)) };
    let object = handle::get::<ConnectionObject, _>(connection)?;
    let out = out.required()?;
    out.set(handle::insert(Arc::new(Session::create(
        &object.connection,
        transacted,
        mode,
    )?)));
    Ok(())
}

/// Connects to a server without a factory, with TLS parameters. They are copied: the caller
/// may destroy them afterwards. `pk_password` is the password of the private key, or NULL.
///
/// Otherwise as tibemsConnection_Create; in addition the TLS statuses 150 to 161.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnection_CreateSSL(
    connection: *mut tibemsConnection,
    broker_url: *const c_char,
    client_id: *const c_char,
    username: *const c_char,
    password: *const c_char,
    params: tibemsSSLParams,
    pk_password: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { HandleOut::new(connection) }.required()?;
        // No parameters can be made in this release, so a handle that is not NULL is a bad one.
        if !params.is_null() {
            return Err(Kind::SslParams.bad_handle());
        }
        let _ = pk_password;
        // SAFETY: passed on as they came.
        unsafe { create(connection, broker_url, client_id, username, password) }
    })
}

/// Connects to a server without a factory, with the global settings. `broker_url` is a server
/// URL or list, NULL for `tcp://localhost:7222`; `client_id`, `username` and `password` may be
/// NULL. The connection is stopped until tibemsConnection_Start.
///
/// Blocks until connected or until every attempt has failed.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_SECURITY_EXCEPTION when
/// user, password or TLS set-up are refused; TIBEMS_INVALID_CLIENT_ID;
/// TIBEMS_INVALID_PROTOCOL, TIBEMS_INVALID_HOSTNAME, TIBEMS_INVALID_PORT; TIBEMS_SERVER_LIMIT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnection_Create(
    connection: *mut tibemsConnection,
    broker_url: *const c_char,
    client_id: *const c_char,
    username: *const c_char,
    password: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { create(connection, broker_url, client_id, username, password) }
    })
}

/// Makes a session. `transacted` TIBEMS_TRUE overrides the acknowledge mode.
///
/// TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG for an unknown acknowledge mode;
/// TIBEMS_ILLEGAL_STATE on a closed connection; TIBEMS_SERVER_NOT_CONNECTED. Blocks until the
/// server has answered. Release the session with tibemsSession_Close.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnection_CreateSession(
    connection: tibemsConnection,
    session: *mut tibemsSession,
    transacted: MaybeUninit<tibems_bool>,
    acknowledge_mode: MaybeUninit<tibemsAcknowledgeMode>,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises; parameters of this function.
        unsafe { create_session(connection, session, transacted, acknowledge_mode) }
    })
}

/// Closes a connection. Open transactions are rolled back, temporary destinations deleted,
/// nothing is acknowledged. Sessions, producers and consumers below it still need their own
/// close, which then only frees the handle.
///
/// Blocks until running message callbacks have ended; receives that wait return TIBEMS_INTR. A
/// second close is TIBEMS_OK.
///
/// TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_ILLEGAL_STATE inside a message callback,
/// unless tibems_SetAllowCloseInCallback allows it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnection_Close(connection: tibemsConnection) -> tibems_status {
    entry!({
        handle::get::<ConnectionObject, _>(connection)?
            .connection
            .close()
    })
}

/// Starts the delivery of messages; no effect if it is started.
///
/// TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_ILLEGAL_STATE on a closed connection;
/// TIBEMS_SERVER_NOT_CONNECTED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnection_Start(connection: tibemsConnection) -> tibems_status {
    entry!({
        handle::get::<ConnectionObject, _>(connection)?
            .connection
            .start()
    })
}

/// Stops the delivery of messages; no effect if it is stopped. Sends go on. Blocks until
/// callbacks and receives that are handling a message have ended; receives without a message
/// stay blocked.
///
/// TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_ILLEGAL_STATE on a closed connection, and
/// inside a message callback, unless tibems_SetAllowCloseInCallback allows it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnection_Stop(connection: tibemsConnection) -> tibems_status {
    entry!({
        handle::get::<ConnectionObject, _>(connection)?
            .connection
            .stop()
    })
}

/// Stores the address of the client ID, NULL if there is none. The text belongs to the
/// connection and stays valid until the connection and all its sessions are closed.
///
/// TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE on a closed
/// connection. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnection_GetClientId(
    connection: tibemsConnection,
    client_id: *mut *const c_char,
) -> tibems_status {
    entry!({
        let object = handle::get::<ConnectionObject, _>(connection)?;
        // SAFETY: NULL or valid, as C promises.
        unsafe { Out::new(client_id) }
            .required()?
            .set(object.client_id()?);
        Ok(())
    })
}

/// Sets the client ID; must be the first use of the connection.
///
/// TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_ILLEGAL_STATE when the connection has a client
/// ID or was used; TIBEMS_INVALID_CLIENT_ID when it is empty, too long or in use. Blocks until
/// the server has answered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnection_SetClientId(
    connection: tibemsConnection,
    client_id: *const c_char,
) -> tibems_status {
    entry!({
        let object = handle::get::<ConnectionObject, _>(connection)?;
        // SAFETY: NULL or valid, as C promises.
        object.connection.set_client_id(unsafe { utf8(client_id) }?)
    })
}

/// Stores the exception callback and its closure, NULL and NULL if none is set.
///
/// TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE on a closed
/// connection. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnection_GetExceptionListener(
    connection: tibemsConnection,
    listener: *mut tibemsExceptionCallback,
    closure: *mut *mut c_void,
) -> tibems_status {
    entry!({
        let object = handle::get::<ConnectionObject, _>(connection)?;
        // SAFETY: NULL or valid, as C promises.
        let (out, closure) = unsafe { (Out::new(listener).required()?, Out::new(closure)) };
        let listener = object.connection.exception_listener()?;
        out.set(listener.as_ref().and_then(exception_callback));
        closure.set(ptr::with_exposed_provenance_mut(
            listener.map_or(0, |listener| listener.closure),
        ));
        Ok(())
    })
}

/// Sets the function that is called when the connection is lost or broken, on a thread of the
/// library; NULL removes it. Does not wait for a running callback. A loss that nobody was told
/// of yet is reported at once.
///
/// TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_ILLEGAL_STATE on a closed connection. Does not
/// block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnection_SetExceptionListener(
    connection: tibemsConnection,
    listener_callback: tibemsExceptionCallback,
    closure: *const c_void,
) -> tibems_status {
    entry!({
        let object = handle::get::<ConnectionObject, _>(connection)?;
        object.connection.set_exception_listener(exception_listener(
            connection,
            listener_callback,
            closure,
        ))
    })
}

/// Stores the handle of the connection's metadata. It needs no release and is valid as long as
/// the connection handle.
///
/// TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE on a closed
/// connection. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnection_GetMetaData(
    connection: tibemsConnection,
    meta_data: *mut tibemsConnectionMetaData,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { HandleOut::new(meta_data) };
        let object = handle::get::<ConnectionObject, _>(connection)?;
        let out = out.required()?;
        object.connection.ensure_open()?;
        out.set(super::metadata::handle());
        Ok(())
    })
}

/// Stores a copy of the URL of the server now connected, or last connected. The caller may
/// release it with free().
///
/// TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE on a closed
/// connection. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnection_GetActiveURL(
    connection: tibemsConnection,
    server_url: *mut *mut c_char,
) -> tibems_status {
    entry!({
        let object = handle::get::<ConnectionObject, _>(connection)?;
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { Out::new(server_url) }.required()?;
        let url = CString::new(object.connection.active_url()?).unwrap_or_default();
        // SAFETY: a terminated text; strdup's memory is the caller's to free (spec 10 C21).
        let copy = unsafe { libc::strdup(url.as_ptr()) };
        if copy.is_null() {
            return Err(Status::TIBEMS_NO_MEMORY.into());
        }
        out.set(copy);
        Ok(())
    })
}

/// Tells whether the connection is closed or lost for good; for an unshared connection also
/// whether it is broken now. TIBEMS_FALSE while it reconnects by itself.
///
/// TIBEMS_OK, also on a closed connection; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG. Does
/// not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnection_IsDisconnected(
    connection: tibemsConnection,
    disconnected: *mut tibems_bool,
) -> tibems_status {
    entry!({
        let object = handle::get::<ConnectionObject, _>(connection)?;
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { Out::new(disconnected) }.required()?;
        out.set(object.connection.is_disconnected().into());
        Ok(())
    })
}
