//! Requestors: a request and its reply in one call.
//!
//! Everything here blocks. Called by C programs.

use std::sync::Arc;

use super::closed::Family;
use super::destination::{self, only};
use super::entry::{HandleOut, entry};
use super::handle::{self, Kind, Stored};
use super::message_handle;
use super::objects::{self, Member, SessionObject};
use super::types::{
    tibems_status, tibemsDestination, tibemsMsg, tibemsMsgRequestor, tibemsQueue,
    tibemsQueueSession, tibemsSession, tibemsTopic, tibemsTopicSession,
};
use crate::client::requestor::Requestor;
use crate::message::DestinationKind;
use crate::status::Result;

/// A requestor.
pub(crate) struct RequestorObject {
    requestor: Requestor,
    family: Arc<Family>,
}

impl Stored for RequestorObject {
    const KIND: Kind = Kind::Requestor;
}

impl Member for RequestorObject {
    fn family(&self) -> &Arc<Family> {
        &self.family
    }

    fn close(&self) -> Result<()> {
        self.requestor.close()
    }
}

/// Deprecated: tibemsMsgRequestor_Create, for a queue only.
///
/// Statuses: those of tibemsMsgRequestor_Create.
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

/// Deprecated: tibemsMsgRequestor_Create, for a topic only.
///
/// Statuses: those of tibemsMsgRequestor_Create.
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

/// Makes a requestor of `session`, which sends requests to `destination` and waits for the
/// replies, and gives it in `msg_requestor`. It takes the session over:
/// tibemsMsgRequestor_Close closes both. Replies come to temporary destinations of the same
/// kind, which are the requestor's own. `destination` may be destroyed afterwards. The
/// connection is not started by it.
///
/// Needs the server.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE for a session that is transacted or in another mode than AUTO or
/// DUPS_OK; TIBEMS_INVALID_DESTINATION when the handle is none, the name cannot be used here or
/// the server does not have it; otherwise those of tibemsSession_CreateProducer,
/// tibemsSession_CreateTemporaryQueue and tibemsSession_CreateConsumer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgRequestor_Create(
    session: tibemsSession,
    msg_requestor: *mut tibemsMsgRequestor,
    destination: tibemsDestination,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { HandleOut::new(msg_requestor) };
        let session = handle::get::<SessionObject, _>(session)?;
        let out = out.required()?;
        let destination = destination::resolve(destination)?;
        out.set(objects::publish(RequestorObject {
            requestor: Requestor::create(&session, destination)?,
            family: session.family().clone(),
        }));
        Ok(())
    })
}

/// Sends `msg_sent` by `msg_requestor` with a reply-to of its own, which stays set, waits for
/// the first reply and gives it in `msg_reply`. The reply is the caller's, to be released with
/// tibemsMsg_Destroy; the request stays the caller's. Later replies to the same request are
/// thrown away. The request is PERSISTENT, with priority 4 and without a time to live. For one
/// thread at a time.
///
/// Blocks without limit until there is a reply; on a stopped connection too. It ends when
/// requestor, session or connection are closed, and when the connection is lost: a request that
/// the server has confirmed gets no reply any more then.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a bad requestor or a NULL output;
/// TIBEMS_INVALID_MSG; TIBEMS_INTR when requestor, session or connection are closed meanwhile,
/// or no server is left; TIBEMS_ILLEGAL_STATE while another thread is in a request, and after a
/// close of session or connection; TIBEMS_SERVER_NOT_CONNECTED, also with a text that starts
/// with `outcome unknown:` when the connection was lost behind the request; otherwise those of
/// tibemsMsgProducer_Send and tibemsMsgConsumer_Receive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgRequestor_Request(
    msg_requestor: tibemsMsgRequestor,
    msg_sent: tibemsMsg,
    msg_reply: *mut tibemsMsg,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { HandleOut::new(msg_reply) };
        let object = handle::get::<RequestorObject, _>(msg_requestor)?;
        let request = message_handle::resolve(msg_sent)?;
        let out = out.required()?;
        let reply = object.requestor.request(&request)?;
        out.set(message_handle::publish(reply, None));
        Ok(())
    })
}

/// Ends `msg_requestor`, its temporary destinations and its session, and frees the handle. The
/// handle of the session still wants its tibemsSession_Close. Below a closed session or
/// connection it frees the handle and deletes what the requestor had.
///
/// Blocks as tibemsSession_Close does, up to the option close_timeout (60 s); a
/// tibemsMsgRequestor_Request that waits in another thread returns TIBEMS_INTR.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a bad requestor; TIBEMS_ILLEGAL_STATE in a
/// message listener of its session, unless tibems_SetAllowCloseInCallback allows it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgRequestor_Close(
    msg_requestor: tibemsMsgRequestor,
) -> tibems_status {
    entry!({ objects::close::<RequestorObject, _>(msg_requestor) })
}
