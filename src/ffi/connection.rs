//! Connections: create, start, stop, close, and what a program may ask them.
//!
//! Calls that need the server block; the getters do not. Called by C programs.

use core::ffi::{c_char, c_void};
use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;
use std::ptr;

use super::entry::{HandleOut, Out, entry, utf8};
use super::handle;
use super::objects::{self, ConnectionObject, exception_callback, exception_listener};
use super::types::{
    flag, number, tibems_bool, tibems_status, tibemsAcknowledgeMode, tibemsConnection,
    tibemsConnectionMetaData, tibemsExceptionCallback, tibemsSSLParams, tibemsSession,
};
use crate::client::connection::Connection;
use crate::client::plan::Plan;
use crate::client::session::Session;
use crate::client::tls::TlsParams;
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
    let session = Session::create(&object.connection, transacted, mode)?;
    out.set(object.publish_session(session));
    Ok(())
}

/// Connects as tibemsConnection_Create does. TLS is not built yet, so an `ssl` URL is refused; for
/// others the TLS parameters `params`, which may be NULL, and `pk_password` have no use.
/// `connection`, `broker_url`, `client_id`, `username` and `password` are as there.
///
/// Statuses: those of tibemsConnection_Create; TIBEMS_INVALID_ARG for `params` that are no TLS
/// parameters.
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
        // Only ssl URLs need them (spec 10 C19), and those are refused until TLS is built.
        if !params.is_null() {
            handle::get::<TlsParams, _>(params)?;
        }
        let _ = pk_password;
        // SAFETY: passed on as they came.
        unsafe { create(connection, broker_url, client_id, username, password) }
    })
}

/// Connects to a server without a factory, with the global settings, and gives the connection in
/// `connection`, to be released with tibemsConnection_Close. It delivers nothing until
/// tibemsConnection_Start.
///
/// `broker_url` is a URL or a list as in tibemsConnectionFactory_SetServerURL, but without `+`;
/// NULL is `tcp://localhost:7222`. `client_id`, `username` and `password` may be NULL for none;
/// they are copied, at most 255, 255 and 4096 bytes. Blocks until connected or until every try has
/// failed: the settings of connect attempts say how long that can take.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_PROTOCOL, TIBEMS_INVALID_HOSTNAME or
/// TIBEMS_INVALID_PORT for a malformed URL; TIBEMS_SERVER_NOT_CONNECTED when no server was reached;
/// TIBEMS_SECURITY_EXCEPTION when one refused user or password; TIBEMS_INVALID_CLIENT_ID when the
/// client ID is longer than 255 bytes or in use; TIBEMS_INVALID_HOSTNAME when no host name could be
/// looked up; TIBEMS_SERVER_LIMIT; TIBEMS_NO_MEMORY when no thread could be started;
/// TIBEMS_NOT_IMPLEMENTED for an `ssl` URL.
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

/// Makes a session of `connection` and gives it in `session`, to be released with
/// tibemsSession_Close. `acknowledge_mode` says how received messages are acknowledged.
/// With `transacted` TIBEMS_TRUE, or any other value than TIBEMS_FALSE, the session is transacted:
/// what is sent and received in it counts when it is committed (tibemsSession_Commit), and
/// `acknowledge_mode` has no meaning.
///
/// Needs the server.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG for a NULL output or an
/// acknowledge mode that is none; TIBEMS_NOT_IMPLEMENTED when the session is to be transacted and
/// the server, which the text names, offers no transactions;
/// TIBEMS_SERVER_LIMIT when the server allows no more sessions; TIBEMS_SECURITY_EXCEPTION,
/// TIBEMS_EXCEPTION or TIBEMS_INVALID_SIZE when it refuses; TIBEMS_TIMEOUT; TIBEMS_ILLEGAL_STATE;
/// TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE.
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

/// Ends `connection`: nothing is acknowledged, messages that were not taken go back to the server.
/// Sessions, producers and consumers below it still need their own close, which then only frees the
/// handle. `connection` stays known: a second close is TIBEMS_OK.
///
/// Blocks until running message listeners have ended, and sends that wait for an answer, up to the
/// option close_timeout (60 s); receives that wait return TIBEMS_INTR. Inside a message listener it
/// is forbidden unless tibems_SetAllowCloseInCallback allows it, and then waits for the server at
/// most 5 s.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_ILLEGAL_STATE inside a message listener.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnection_Close(connection: tibemsConnection) -> tibems_status {
    entry!({ objects::close_connection(connection) })
}

/// Lets messages come to the consumers of `connection`; no effect if it is started. Needs the
/// server, except while it reconnects by itself: the reconnect carries it out.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_ILLEGAL_STATE; TIBEMS_NOT_PERMITTED;
/// TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnection_Start(connection: tibemsConnection) -> tibems_status {
    entry!({
        handle::get::<ConnectionObject, _>(connection)?
            .connection
            .start()
    })
}

/// Holds messages for the consumers of `connection` back until tibemsConnection_Start; no effect if
/// it is stopped. Sends go on.
///
/// Needs the server, except while it reconnects by itself. Blocks until listeners and receives that
/// are handling a message have ended; a receive that waits for one goes on waiting. Inside a
/// message listener it is forbidden unless tibems_SetAllowCloseInCallback allows it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_ILLEGAL_STATE on a closed connection and
/// inside a message listener; TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED;
/// TIBEMS_UFO_CONNECTION_FAILURE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnection_Stop(connection: tibemsConnection) -> tibems_status {
    entry!({
        handle::get::<ConnectionObject, _>(connection)?
            .connection
            .stop()
    })
}

/// Gives the client ID of `connection` in `client_id`, NULL if it has none. The text belongs to the
/// connection and is valid until it and all its sessions are closed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE on a closed connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnection_GetClientId(
    connection: tibemsConnection,
    client_id: *mut *const c_char,
) -> tibems_status {
    entry!({
        let object = handle::get::<ConnectionObject, _>(connection)?;
        // SAFETY: NULL or valid, as C promises.
        unsafe { Out::new(client_id) }.required()?.set(
            object
                .connection
                .client_id()?
                .map_or(ptr::null(), CStr::as_ptr),
        );
        Ok(())
    })
}

/// Gives `connection` the client ID `client_id`, 1 to 255 bytes. It must be the first use of a
/// connection that has none.
///
/// Needs the server: it is connected to once more, under the new name.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG for a text that is not UTF-8;
/// TIBEMS_INVALID_CLIENT_ID when it is NULL, empty, too long or in use; TIBEMS_ILLEGAL_STATE when
/// the connection has a client ID, was used or is closed; TIBEMS_SECURITY_EXCEPTION;
/// TIBEMS_SERVER_LIMIT; TIBEMS_INVALID_HOSTNAME; TIBEMS_NO_MEMORY; TIBEMS_NOT_PERMITTED;
/// TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE.
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

/// Gives the exception listener of `connection` in `listener` and what is passed to it in
/// `closure`; NULL and NULL if none is set. `closure` may be NULL.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG when `listener` is NULL;
/// TIBEMS_ILLEGAL_STATE on a closed connection.
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

/// Has `listener_callback` called, with `closure`, when `connection` is lost or broken and when the
/// server closes a consumer or producer; NULL removes it. It runs on a thread of the library, one
/// call at a time. A loss that nobody was told of is told at once.
///
/// The call does not wait for a running listener, which may therefore still run for a moment after
/// it. Its thread is started here, not when the connection is lost.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_ILLEGAL_STATE on a closed connection;
/// TIBEMS_NO_MEMORY when no thread could be started: the listener is as it was.
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

/// Gives a handle of what `connection` can tell about the library in `meta_data`. It needs no
/// release and is valid as long as the connection's handle.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE on a closed connection.
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

/// Gives the URL of the server to which `connection` is, or was last, connected in `server_url`: a
/// copy that the caller releases with free().
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE on a closed connection; TIBEMS_NO_MEMORY.
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

/// Tells in `disconnected` whether `connection` is closed or lost for good, and of an unshared one
/// also whether it is broken now. TIBEMS_FALSE while it reconnects by itself.
///
/// Statuses: TIBEMS_OK, also on a closed connection; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG
/// for a NULL output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnection_IsDisconnected(
    connection: tibemsConnection,
    disconnected: *mut tibems_bool,
) -> tibems_status {
    entry!({
        let is_disconnected = objects::is_disconnected(connection)?;
        // SAFETY: NULL or valid, as C promises.
        unsafe { Out::new(disconnected) }
            .required()?
            .set(is_disconnected.into());
        Ok(())
    })
}
