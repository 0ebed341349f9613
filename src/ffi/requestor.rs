//! Requestors: a request and its reply in one call.
//!
//! All but the getters block. Called by C programs.
//!
//! This release makes no requestor, so every handle of one is a bad handle.

use super::destination::only;
use super::entry::{HandleOut, entry, not_implemented};
use super::handle::Kind;
use super::types::{
    tibems_status, tibemsDestination, tibemsMsg, tibemsMsgRequestor, tibemsQueue,
    tibemsQueueSession, tibemsSession, tibemsTopic, tibemsTopicSession,
};
use crate::message::DestinationKind;

/// Deprecated: tibemsMsgRequestor_Create, for queues only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueRequestor_Create(
    session: tibemsQueueSession,
    msg_requestor: *mut tibemsMsgRequestor,
    queue: tibemsQueue,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe {
        tibemsMsgRequestor_Create(session, msg_requestor, only(DestinationKind::Queue, queue))
    }
}

/// Deprecated: tibemsMsgRequestor_Create, for topics only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsTopicRequestor_Create(
    session: tibemsTopicSession,
    msg_requestor: *mut tibemsMsgRequestor,
    topic: tibemsTopic,
) -> tibems_status {
    // SAFETY: passed on as they came.
    unsafe {
        tibemsMsgRequestor_Create(session, msg_requestor, only(DestinationKind::Topic, topic))
    }
}

/// Makes a requestor, which sends requests to a destination and waits for the replies on a
/// temporary one. The session must not be transacted. Release it with
/// tibemsMsgRequestor_Close.
///
/// TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG; TIBEMS_INVALID_DESTINATION;
/// TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED. Blocks until the server has answered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgRequestor_Create(
    session: tibemsSession,
    msg_requestor: *mut tibemsMsgRequestor,
    destination: tibemsDestination,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(msg_requestor);
        }
        let _ = (session, destination);
        not_implemented("requestors are not built into this release")
    })
}

/// Sends a request and blocks until its reply is there. The reply belongs to the caller.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_MSG; TIBEMS_ILLEGAL_STATE; TIBEMS_INTR when
/// the requestor is closed meanwhile; TIBEMS_SERVER_NOT_CONNECTED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgRequestor_Request(
    msg_requestor: tibemsMsgRequestor,
    msg_sent: tibemsMsg,
    msg_reply: *mut tibemsMsg,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(msg_reply);
        }
        let _ = (msg_requestor, msg_sent);
        Err(Kind::Requestor.bad_handle())
    })
}

/// Closes a requestor and deletes its temporary destination. The session stays open.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgRequestor_Close(
    msg_requestor: tibemsMsgRequestor,
) -> tibems_status {
    entry!({
        let _ = msg_requestor;
        Err(Kind::Requestor.bad_handle())
    })
}
