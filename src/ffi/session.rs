//! Sessions: close, commit, rollback, recover, and what a program may ask them.
//!
//! Calls that need the server block. Called by C programs.

use super::entry::{Out, entry};
use super::handle;
use super::objects::{self, SessionObject};
use super::types::{tibems_bool, tibems_status, tibemsAcknowledgeMode, tibemsSession};
use crate::client::AcknowledgeMode;

/// Ends `session`: nothing is acknowledged, messages that were not taken go back to the server.
/// Producers and consumers below it still need their own close, which then only frees the handle.
///
/// Blocks until running message listeners of the session have ended, and sends that wait for an
/// answer, up to the option close_timeout (60 s); receives that wait return TIBEMS_INTR. Inside a
/// listener of the session it is forbidden unless tibems_SetAllowCloseInCallback allows it, and
/// then waits for the server at most 5 s.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_ILLEGAL_STATE inside a message listener of
/// the session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_Close(session: tibemsSession) -> tibems_status {
    entry!({ objects::close::<SessionObject, _>(session) })
}

/// Commits the open transaction of the transacted `session`: the messages sent in it become visible
/// and those received in it are consumed, all or none. However it ends, the next transaction is
/// open then; after an error nothing was committed, unless the text in the error context begins with
/// "outcome unknown:". A transaction with nothing in it is OK without the server. Allowed inside a
/// message listener of the session.
///
/// Needs the server: waits until that has answered every send and the commit, each up to the option
/// request_timeout (60 s).
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_ILLEGAL_STATE: the session is not transacted,
/// or closed; TIBEMS_SECURITY_EXCEPTION when one of the sends was forbidden;
/// TIBEMS_TRANSACTION_FAILED when one of them was not taken for another reason, or the server
/// failed or did not answer; TIBEMS_TRANSACTION_ROLLBACK when the server rolled back, or was lost
/// since the transaction began; TIBEMS_SERVER_LIMIT; TIBEMS_NOT_PERMITTED;
/// TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_Commit(session: tibemsSession) -> tibems_status {
    entry!({ handle::get::<SessionObject, _>(session)?.commit() })
}

/// Tells in `is_transacted` whether `session` is transacted: TIBEMS_TRUE or TIBEMS_FALSE.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE when the session was closed with its connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_GetTransacted(
    session: tibemsSession,
    is_transacted: *mut tibems_bool,
) -> tibems_status {
    entry!({
        let object = handle::get::<SessionObject, _>(session)?;
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { Out::new(is_transacted) }.required()?;
        object.ensure_open()?;
        out.set(object.is_transacted().into());
        Ok(())
    })
}

/// Tells in `acknowledge_mode` how the messages received in `session` are acknowledged;
/// TIBEMS_SESSION_TRANSACTED for a transacted session, whatever it was created with.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
/// TIBEMS_ILLEGAL_STATE when the session was closed with its connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_GetAcknowledgeMode(
    session: tibemsSession,
    acknowledge_mode: *mut tibemsAcknowledgeMode,
) -> tibems_status {
    entry!({
        let object = handle::get::<SessionObject, _>(session)?;
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { Out::new(acknowledge_mode) }.required()?;
        object.ensure_open()?;
        out.set(match object.mode() {
            AcknowledgeMode::Transacted => tibemsAcknowledgeMode::TIBEMS_SESSION_TRANSACTED,
            AcknowledgeMode::Auto => tibemsAcknowledgeMode::TIBEMS_AUTO_ACKNOWLEDGE,
            AcknowledgeMode::Client => tibemsAcknowledgeMode::TIBEMS_CLIENT_ACKNOWLEDGE,
            AcknowledgeMode::DupsOk => tibemsAcknowledgeMode::TIBEMS_DUPS_OK_ACKNOWLEDGE,
            AcknowledgeMode::No => tibemsAcknowledgeMode::TIBEMS_NO_ACKNOWLEDGE,
            AcknowledgeMode::Explicit => tibemsAcknowledgeMode::TIBEMS_EXPLICIT_CLIENT_ACKNOWLEDGE,
            AcknowledgeMode::ExplicitDupsOk => {
                tibemsAcknowledgeMode::TIBEMS_EXPLICIT_CLIENT_DUPS_OK_ACKNOWLEDGE
            }
        });
        Ok(())
    })
}

/// Has the messages that the consumers of `session` received and that are not acknowledged
/// delivered again, in their order and marked as redelivered. In the modes in which the library
/// acknowledges it matters only inside a message listener: there it puts the message in work back.
///
/// Needs the server, and waits until it has stopped sending, up to the option drain_timeout (60 s).
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION, also for a transacted session, which is rolled back
/// instead (tibemsSession_Rollback); TIBEMS_TIMEOUT when the server goes on;
/// TIBEMS_ILLEGAL_STATE; TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED;
/// TIBEMS_UFO_CONNECTION_FAILURE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_Recover(session: tibemsSession) -> tibems_status {
    entry!({ handle::get::<SessionObject, _>(session)?.recover() })
}

/// Undoes the open transaction of the transacted `session`: what was sent in it is dropped, what was
/// received in it comes again in its order, marked as redelivered. The next transaction is open
/// then. A transaction with nothing in it is OK without the server. Allowed inside a message
/// listener of the session.
///
/// Needs the server: waits until that has stopped sending, up to the option drain_timeout (60 s),
/// and has answered, up to the option request_timeout (60 s).
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_ILLEGAL_STATE: the session is not transacted,
/// or closed; TIBEMS_TIMEOUT when the server does not stop or does not answer, which then
/// rolls back with the link that is closed; TIBEMS_TRANSACTION_FAILED; TIBEMS_SERVER_LIMIT;
/// TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_Rollback(session: tibemsSession) -> tibems_status {
    entry!({ handle::get::<SessionObject, _>(session)?.rollback() })
}
