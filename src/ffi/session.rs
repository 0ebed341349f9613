//! Sessions: close, commit, rollback, recover, and what a program may ask them.
//!
//! Calls that need the server block. Called by C programs.

use super::entry::{Out, entry};
use super::handle;
use super::types::{tibems_bool, tibems_status, tibemsAcknowledgeMode, tibemsSession};
use crate::client::AcknowledgeMode;
use crate::client::session::Session;
use crate::status::{Error, Status};

fn invalid_state(text: &'static str) -> Error {
    Error::new(Status::TIBEMS_ILLEGAL_STATE, text)
}

/// Closes a session. An open transaction is rolled back, nothing is acknowledged. Producers,
/// consumers and browsers below it still need their own close, which then only frees the
/// handle.
///
/// Blocks until running callbacks of the session have ended; receives that wait return
/// TIBEMS_INTR.
///
/// TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_ILLEGAL_STATE inside a callback of the session,
/// unless tibems_SetAllowCloseInCallback allows it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_Close(session: tibemsSession) -> tibems_status {
    entry!({
        let object = handle::get::<Session, _>(session)?;
        object.close()?;
        handle::remove::<Session, _>(session)?;
        Ok(())
    })
}

/// Commits the transaction of the session; the next one starts by itself. Blocks until the
/// server has answered.
///
/// TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_ILLEGAL_STATE when the session is not transacted
/// or closed; TIBEMS_TRANSACTION_FAILED; TIBEMS_TRANSACTION_ROLLBACK;
/// TIBEMS_SERVER_NOT_CONNECTED. An error text that starts with `outcome unknown:` means that
/// the transaction may be committed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_Commit(session: tibemsSession) -> tibems_status {
    entry!({
        let object = handle::get::<Session, _>(session)?;
        object.ensure_open()?;
        Err(invalid_state("the session is not transacted"))
    })
}

/// Stores whether the session is transacted.
///
/// TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE. Does not
/// block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_GetTransacted(
    session: tibemsSession,
    is_transacted: *mut tibems_bool,
) -> tibems_status {
    entry!({
        let object = handle::get::<Session, _>(session)?;
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { Out::new(is_transacted) }.required()?;
        object.ensure_open()?;
        out.set(object.is_transacted().into());
        Ok(())
    })
}

/// Stores the acknowledge mode of the session.
///
/// TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE. Does not
/// block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_GetAcknowledgeMode(
    session: tibemsSession,
    acknowledge_mode: *mut tibemsAcknowledgeMode,
) -> tibems_status {
    entry!({
        let object = handle::get::<Session, _>(session)?;
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

/// Delivers the messages that were received and not acknowledged again, in order, marked as
/// redelivered.
///
/// TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_ILLEGAL_STATE when the session is transacted or
/// closed; TIBEMS_SERVER_NOT_CONNECTED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_Recover(session: tibemsSession) -> tibems_status {
    entry!({ handle::get::<Session, _>(session)?.recover() })
}

/// Rolls the transaction of the session back: sent messages are dropped, received ones
/// delivered again. Blocks until the server has answered.
///
/// TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_ILLEGAL_STATE when the session is not transacted
/// or closed; TIBEMS_SERVER_NOT_CONNECTED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_Rollback(session: tibemsSession) -> tibems_status {
    entry!({
        let object = handle::get::<Session, _>(session)?;
        object.ensure_open()?;
        Err(invalid_state("the session is not transacted"))
    })
}
