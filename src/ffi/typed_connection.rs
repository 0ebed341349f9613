//! The deprecated queue and topic spellings of connections.
//!
//! Each is the common call of `connection`. Called by C programs.

use core::ffi::c_char;
use std::mem::MaybeUninit;

use super::entry::{HandleOut, entry, not_implemented};
use super::types::{
    tibems_bool, tibems_status, tibemsAcknowledgeMode, tibemsQueueConnection, tibemsQueueSession,
    tibemsSSLParams, tibemsTopicConnection, tibemsTopicSession,
};

/// Deprecated: tibemsConnection_CreateSSL.
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
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(queue_connection);
        }
        let _ = (
            broker_url,
            client_id,
            username,
            password,
            params,
            pk_password,
        );
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsConnection_CreateSSL.
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
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(topic_connection);
        }
        let _ = (
            broker_url,
            client_id,
            username,
            password,
            params,
            pk_password,
        );
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsConnection_Create.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicConnection_Create(
    topic_connection: *mut tibemsTopicConnection,
    broker_url: *const c_char,
    client_id: *const c_char,
    username: *const c_char,
    password: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(topic_connection);
        }
        let _ = (broker_url, client_id, username, password);
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsConnection_CreateSession.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicConnection_CreateTopicSession(
    topic_connection: tibemsTopicConnection,
    topic_session: *mut tibemsTopicSession,
    transacted: MaybeUninit<tibems_bool>,
    acknowledge_mode: MaybeUninit<tibemsAcknowledgeMode>,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(topic_session);
        }
        let _ = (topic_connection, transacted, acknowledge_mode);
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsConnection_Create.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueConnection_Create(
    queue_connection: *mut tibemsQueueConnection,
    broker_url: *const c_char,
    client_id: *const c_char,
    username: *const c_char,
    password: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(queue_connection);
        }
        let _ = (broker_url, client_id, username, password);
        not_implemented("not part of this version yet")
    })
}

/// Deprecated: tibemsConnection_CreateSession.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueConnection_CreateQueueSession(
    queue_connection: tibemsQueueConnection,
    queue_session: *mut tibemsQueueSession,
    transacted: MaybeUninit<tibems_bool>,
    acknowledge_mode: MaybeUninit<tibemsAcknowledgeMode>,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(queue_session);
        }
        let _ = (queue_connection, transacted, acknowledge_mode);
        not_implemented("not part of this version yet")
    })
}
