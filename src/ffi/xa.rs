//! Distributed transactions (XA): the functions exist and say that there are none (spec 20 §9).
//!
//! Every answer is TIBEMS_NOT_IMPLEMENTED before any argument is looked at, with empty outputs.
//! Nothing here blocks. Called by C programs.

use core::ffi::{c_char, c_int};
use std::mem::MaybeUninit;

use super::entry::{HandleOut, Out, entry, not_implemented};
use super::types::{
    XID, tibems_bool, tibems_int, tibems_status, tibemsConnection, tibemsSSLParams, tibemsSession,
    tibemsXAResource,
};

/// Why, in the error context.
pub(super) const NO_XA: &str = "AMQP brokers offer no XA transactions, so this library has none";

/// Would open a connection for distributed transactions to `broker_url` as `client_id`, `username`
/// and `password`. Nobody is contacted, `connection` becomes NULL: AMQP servers offer no
/// distributed transactions.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsXAConnection_Create(
    connection: *mut tibemsConnection,
    broker_url: *const c_char,
    client_id: *const c_char,
    username: *const c_char,
    password: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let _ = unsafe { HandleOut::new(connection) };
        let _ = (broker_url, client_id, username, password);
        not_implemented(NO_XA)
    })
}

/// Would open a TLS connection with `params` and `pk_password` for distributed transactions to
/// `broker_url` as `client_id`, `username` and `password`. Nobody is contacted, `connection`
/// becomes NULL: AMQP servers offer no distributed transactions.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsXAConnection_CreateSSL(
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
        let _ = unsafe { HandleOut::new(connection) };
        let _ = (
            broker_url,
            client_id,
            username,
            password,
            params,
            pk_password,
        );
        not_implemented(NO_XA)
    })
}

/// Would make a session of `connection` for distributed transactions. `session` becomes NULL: AMQP
/// servers offer no distributed transactions.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsXAConnection_CreateXASession(
    connection: tibemsConnection,
    session: *mut tibemsSession,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let _ = unsafe { HandleOut::new(session) };
        let _ = connection;
        not_implemented(NO_XA)
    })
}

/// Would close `connection`, one for distributed transactions. No handle is changed: AMQP servers
/// offer no distributed transactions.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsXAConnection_Close(connection: tibemsConnection) -> tibems_status {
    entry!({
        let _ = connection;
        not_implemented(NO_XA)
    })
}

/// Would close `session`, one for distributed transactions. No handle is changed: AMQP servers
/// offer no distributed transactions.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsXASession_Close(session: tibemsSession) -> tibems_status {
    entry!({
        let _ = session;
        not_implemented(NO_XA)
    })
}

/// Would give the session below `xa_session` in `session`, which becomes NULL: AMQP servers offer
/// no distributed transactions.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsXASession_GetSession(
    xa_session: tibemsSession,
    session: *mut tibemsSession,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let _ = unsafe { HandleOut::new(session) };
        let _ = xa_session;
        not_implemented(NO_XA)
    })
}

/// Would give the XA resource of `session` in `xa_resource`, which becomes NULL: AMQP servers offer
/// no distributed transactions.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsXASession_GetXAResource(
    session: tibemsSession,
    xa_resource: *mut tibemsXAResource,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let _ = unsafe { HandleOut::new(xa_resource) };
        let _ = session;
        not_implemented(NO_XA)
    })
}

/// Would give the open XA connection to `broker_url` in `connection`, which becomes NULL: AMQP
/// servers offer no distributed transactions.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsXAConnection_Get(
    connection: *mut tibemsConnection,
    broker_url: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let _ = unsafe { HandleOut::new(connection) };
        let _ = broker_url;
        not_implemented(NO_XA)
    })
}

/// Would give the XA session of `connection` in `xa_session`, which becomes NULL: AMQP servers
/// offer no distributed transactions.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsXAConnection_GetXASession(
    connection: tibemsConnection,
    xa_session: *mut tibemsSession,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let _ = unsafe { HandleOut::new(xa_session) };
        let _ = connection;
        not_implemented(NO_XA)
    })
}

/// Would commit the branch `xid` of `xa_resource`, in one step if `one_phase`: AMQP servers offer
/// no distributed transactions.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsXAResource_Commit(
    xa_resource: tibemsXAResource,
    xid: *mut XID,
    one_phase: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        let _ = (xa_resource, xid, one_phase);
        not_implemented(NO_XA)
    })
}

/// Would end the work of the branch `xid` of `xa_resource`, as `flags` say: AMQP servers offer no
/// distributed transactions.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsXAResource_End(
    xa_resource: tibemsXAResource,
    xid: *mut XID,
    flags: c_int,
) -> tibems_status {
    entry!({
        let _ = (xa_resource, xid, flags);
        not_implemented(NO_XA)
    })
}

/// Would forget the branch `xid` of `xa_resource`: AMQP servers offer no distributed transactions.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsXAResource_Forget(
    xa_resource: tibemsXAResource,
    xid: *mut XID,
) -> tibems_status {
    entry!({
        let _ = (xa_resource, xid);
        not_implemented(NO_XA)
    })
}

/// Would tell in `seconds` how many seconds a transaction of `xa_resource` may take; it becomes 0:
/// AMQP servers offer no distributed transactions.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsXAResource_GetTransactionTimeout(
    xa_resource: tibemsXAResource,
    seconds: *mut tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { Out::new(seconds) }.set(0);
        let _ = xa_resource;
        not_implemented(NO_XA)
    })
}

/// Would tell in `result` whether `xa_resource` and `xa_resource2` belong to one server; it becomes
/// TIBEMS_FALSE: AMQP servers offer no distributed transactions.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsXAResource_isSameRM(
    xa_resource: tibemsXAResource,
    xa_resource2: tibemsXAResource,
    result: *mut tibems_bool,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { Out::new(result) }.set(tibems_bool::TIBEMS_FALSE);
        let _ = (xa_resource, xa_resource2);
        not_implemented(NO_XA)
    })
}

/// Would prepare the branch `xid` of `xa_resource`: AMQP servers offer no distributed transactions.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsXAResource_Prepare(
    xa_resource: tibemsXAResource,
    xid: *mut XID,
) -> tibems_status {
    entry!({
        let _ = (xa_resource, xid);
        not_implemented(NO_XA)
    })
}

/// Would list prepared branches of `xa_resource`, as `flag` says: at most `desired_count` in
/// `xids`, their number in `returned_count`, which becomes 0: AMQP servers offer no distributed
/// transactions.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsXAResource_Recover(
    xa_resource: tibemsXAResource,
    xids: *mut XID,
    desired_count: tibems_int,
    returned_count: *mut tibems_int,
    flag: tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { Out::new(returned_count) }.set(0);
        let _ = (xa_resource, xids, desired_count, flag);
        not_implemented(NO_XA)
    })
}

/// Would roll the branch `xid` of `xa_resource` back: AMQP servers offer no distributed
/// transactions.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsXAResource_Rollback(
    xa_resource: tibemsXAResource,
    xid: *mut XID,
) -> tibems_status {
    entry!({
        let _ = (xa_resource, xid);
        not_implemented(NO_XA)
    })
}

/// Would limit transactions of `xa_resource` to `seconds` seconds: AMQP servers offer no
/// distributed transactions.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsXAResource_SetTransactionTimeout(
    xa_resource: tibemsXAResource,
    seconds: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (xa_resource, seconds);
        not_implemented(NO_XA)
    })
}

/// Would start the work of the branch `xid` of `xa_resource`, as `flags` say: AMQP servers offer no
/// distributed transactions.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsXAResource_Start(
    xa_resource: tibemsXAResource,
    xid: *mut XID,
    flags: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (xa_resource, xid, flags);
        not_implemented(NO_XA)
    })
}

/// Would give `xa_resource` the number `rmid`: AMQP servers offer no distributed transactions.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsXAResource_SetRMID(
    xa_resource: tibemsXAResource,
    rmid: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (xa_resource, rmid);
        not_implemented(NO_XA)
    })
}

/// Would tell the number of `xa_resource` in `rmid`, which becomes 0: AMQP servers offer no
/// distributed transactions.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsXAResource_GetRMID(
    xa_resource: tibemsXAResource,
    rmid: *mut tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { Out::new(rmid) }.set(0);
        let _ = xa_resource;
        not_implemented(NO_XA)
    })
}
