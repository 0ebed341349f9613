//! The deprecated queue and topic spellings of connections (spec 20 §7).
//!
//! Each is the common call of `connection`.
//! They block where that one does. Called by C programs.

use core::ffi::c_char;
use std::mem::MaybeUninit;

use super::connection::{
    tibemsConnection_Create, tibemsConnection_CreateSSL, tibemsConnection_CreateSession,
};
use super::types::{
    tibems_bool, tibems_status, tibemsAcknowledgeMode, tibemsQueueConnection, tibemsQueueSession,
    tibemsSSLParams, tibemsTopicConnection, tibemsTopicSession,
};

/// Deprecated: tibemsConnection_CreateSSL.
///
/// Statuses: those of tibemsConnection_CreateSSL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueConnection_CreateSSL(
    queue_connection: *mut tibemsQueueConnection,
    broker_url: *const c_char,
    client_id: *const c_char,
    username: *const c_char,
    password: *const c_char,
    params: tibemsSSLParams,
    pk_password: *const c_char,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe {
        tibemsConnection_CreateSSL(
            queue_connection,
            broker_url,
            client_id,
            username,
            password,
            params,
            pk_password,
        )
    }
}

/// Deprecated: tibemsConnection_CreateSSL.
///
/// Statuses: those of tibemsConnection_CreateSSL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicConnection_CreateSSL(
    topic_connection: *mut tibemsTopicConnection,
    broker_url: *const c_char,
    client_id: *const c_char,
    username: *const c_char,
    password: *const c_char,
    params: tibemsSSLParams,
    pk_password: *const c_char,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe {
        tibemsConnection_CreateSSL(
            topic_connection,
            broker_url,
            client_id,
            username,
            password,
            params,
            pk_password,
        )
    }
}

/// Deprecated: tibemsConnection_Create.
///
/// Statuses: those of tibemsConnection_Create.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicConnection_Create(
    topic_connection: *mut tibemsTopicConnection,
    broker_url: *const c_char,
    client_id: *const c_char,
    username: *const c_char,
    password: *const c_char,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe { tibemsConnection_Create(topic_connection, broker_url, client_id, username, password) }
}

/// Deprecated: tibemsConnection_CreateSession.
///
/// Statuses: those of tibemsConnection_CreateSession.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicConnection_CreateTopicSession(
    topic_connection: tibemsTopicConnection,
    topic_session: *mut tibemsTopicSession,
    transacted: MaybeUninit<tibems_bool>,
    acknowledge_mode: MaybeUninit<tibemsAcknowledgeMode>,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe {
        tibemsConnection_CreateSession(
            topic_connection,
            topic_session,
            transacted,
            acknowledge_mode,
        )
    }
}

/// Deprecated: tibemsConnection_Create.
///
/// Statuses: those of tibemsConnection_Create.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueConnection_Create(
    queue_connection: *mut tibemsQueueConnection,
    broker_url: *const c_char,
    client_id: *const c_char,
    username: *const c_char,
    password: *const c_char,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe { tibemsConnection_Create(queue_connection, broker_url, client_id, username, password) }
}

/// Deprecated: tibemsConnection_CreateSession.
///
/// Statuses: those of tibemsConnection_CreateSession.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueConnection_CreateQueueSession(
    queue_connection: tibemsQueueConnection,
    queue_session: *mut tibemsQueueSession,
    transacted: MaybeUninit<tibems_bool>,
    acknowledge_mode: MaybeUninit<tibemsAcknowledgeMode>,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe {
        tibemsConnection_CreateSession(
            queue_connection,
            queue_session,
            transacted,
            acknowledge_mode,
        )
    }
}
