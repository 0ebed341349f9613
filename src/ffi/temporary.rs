//! Temporary queues and topics: made and deleted by sessions, for the life of their connection (spec 20 §2.6).
//!
//! Everything here blocks until the server has answered. Called by C programs.

use core::ffi::c_void;

use super::destination;
use super::entry::{HandleOut, entry};
use super::handle;
use super::objects::SessionObject;
use super::types::{tibems_status, tibemsSession, tibemsTemporaryQueue, tibemsTemporaryTopic};
use crate::message::DestinationKind;
use crate::status::Result;

/// The common part of the calls that create one.
///
/// # Safety
/// `out` is NULL or valid for writing.
unsafe fn create(
    session: tibemsSession,
    out: *mut *mut c_void,
    kind: DestinationKind,
) -> Result<()> {
    // SAFETY: the contract is passed on.
    let out = unsafe { HandleOut::new(out) };
    let session = handle::get::<SessionObject, _>(session)?;
    let out = out.required()?;
    out.set(destination::owned(session.create_temporary(kind)?));
    Ok(())
}

/// The common part of the calls that delete one.
fn delete(session: tibemsSession, raw: *mut c_void, kind: DestinationKind) -> Result<()> {
    let session = handle::get::<SessionObject, _>(session)?;
    let destination = destination::resolve(raw)?;
    session.delete_temporary(&destination, kind)
}

/// Makes a temporary topic and gives its handle in `tmp_topic`, to be released with
/// tibemsDestination_Destroy, which leaves the topic itself alone. The server chooses the name.
/// The topic belongs to the connection of `session`, not to `session`: it ends with
/// tibemsSession_DeleteTemporaryTopic or with the connection. Only consumers of that connection
/// can read it, in any of its sessions; everybody can send to it, and its name travels in the
/// reply-to of messages.
///
/// When the connection is made again, by the library or by
/// tibemsUFOConnectionFactory_RecoverConnection, the topic is made again under another name:
/// the handle and its copies, producers, consumers and the reply-to of later sends follow it.
/// Names copied before and messages sent before lead nowhere.
///
/// Needs the server.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_INVALID_DESTINATION when the server gives it no name or refuses it without a better
/// reason; TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server forbids it;
/// TIBEMS_NOT_IMPLEMENTED on a broker that makes none for clients; TIBEMS_SERVER_LIMIT;
/// TIBEMS_DESTINATION_LIMIT_EXCEEDED; TIBEMS_ID_IN_USE, TIBEMS_INVALID_SIZE,
/// TIBEMS_INVALID_PRODUCER or TIBEMS_EXCEPTION when the server refuses for other reasons;
/// TIBEMS_TIMEOUT; TIBEMS_ILLEGAL_STATE; TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED;
/// TIBEMS_UFO_CONNECTION_FAILURE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateTemporaryTopic(
    session: tibemsSession,
    tmp_topic: *mut tibemsTemporaryTopic,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { create(session, tmp_topic, DestinationKind::Topic) }
    })
}

/// Deletes the temporary topic `tmp_topic` of the connection of `session`, with the messages
/// that nobody has read. Any session of the connection may do it, with any handle of the topic:
/// also a copy, or a reply-to that came back. The handle stays the program's, and
/// tibemsDestination_GetName works on it; sends, consumers and producers get
/// TIBEMS_INVALID_DESTINATION.
///
/// Needs the server.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_DESTINATION for a handle that is
/// none, no temporary topic, one of another connection or one that was deleted before;
/// TIBEMS_ILLEGAL_STATE while it has consumers; TIBEMS_SECURITY_EXCEPTION, TIBEMS_NOT_PERMITTED
/// or TIBEMS_EXCEPTION when the server refuses; TIBEMS_TIMEOUT; TIBEMS_ILLEGAL_STATE;
/// TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_DeleteTemporaryTopic(
    session: tibemsSession,
    tmp_topic: tibemsTemporaryTopic,
) -> tibems_status {
    entry!({ delete(session, tmp_topic, DestinationKind::Topic) })
}

/// Makes a temporary queue and gives its handle in `tmp_queue`, to be released with
/// tibemsDestination_Destroy, which leaves the queue itself alone. The server chooses the name.
/// The queue belongs to the connection of `session`, not to `session`: it ends with
/// tibemsSession_DeleteTemporaryQueue or with the connection. Only consumers of that connection
/// can read it, in any of its sessions; everybody can send to it, and its name travels in the
/// reply-to of messages.
///
/// When the connection is made again, by the library or by
/// tibemsUFOConnectionFactory_RecoverConnection, the queue is made again under another name:
/// the handle and its copies, producers, consumers and the reply-to of later sends follow it.
/// Names copied before and messages sent before lead nowhere.
///
/// Needs the server.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_INVALID_DESTINATION when the server gives it no name or refuses it without a better
/// reason; TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server forbids it;
/// TIBEMS_NOT_IMPLEMENTED on a broker that makes none for clients; TIBEMS_SERVER_LIMIT;
/// TIBEMS_DESTINATION_LIMIT_EXCEEDED; TIBEMS_ID_IN_USE, TIBEMS_INVALID_SIZE,
/// TIBEMS_INVALID_PRODUCER or TIBEMS_EXCEPTION when the server refuses for other reasons;
/// TIBEMS_TIMEOUT; TIBEMS_ILLEGAL_STATE; TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED;
/// TIBEMS_UFO_CONNECTION_FAILURE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_CreateTemporaryQueue(
    session: tibemsSession,
    tmp_queue: *mut tibemsTemporaryQueue,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { create(session, tmp_queue, DestinationKind::Queue) }
    })
}

/// Deletes the temporary queue `tmp_queue` of the connection of `session`, with the messages
/// that nobody has read. Any session of the connection may do it, with any handle of the queue:
/// also a copy, or a reply-to that came back. The handle stays the program's, and
/// tibemsDestination_GetName works on it; sends, consumers and producers get
/// TIBEMS_INVALID_DESTINATION.
///
/// Needs the server.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_DESTINATION for a handle that is
/// none, no temporary queue, one of another connection or one that was deleted before;
/// TIBEMS_ILLEGAL_STATE while it has consumers; TIBEMS_SECURITY_EXCEPTION, TIBEMS_NOT_PERMITTED
/// or TIBEMS_EXCEPTION when the server refuses; TIBEMS_TIMEOUT; TIBEMS_ILLEGAL_STATE;
/// TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_DeleteTemporaryQueue(
    session: tibemsSession,
    tmp_queue: tibemsTemporaryQueue,
) -> tibems_status {
    entry!({ delete(session, tmp_queue, DestinationKind::Queue) })
}
