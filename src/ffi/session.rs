//! Sessions: close, commit, rollback, recover, and what a program may ask them.
//!
//! Calls that need the server block. Called by C programs.

use super::entry::{entry, not_implemented};
use super::types::{tibems_bool, tibems_status, tibemsAcknowledgeMode, tibemsSession};

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
        let _ = session;
        not_implemented("not part of this version yet")
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
        let _ = session;
        not_implemented("not part of this version yet")
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
        let _ = (session, is_transacted);
        not_implemented("not part of this version yet")
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
        let _ = (session, acknowledge_mode);
        not_implemented("not part of this version yet")
    })
}

/// Delivers the messages that were received and not acknowledged again, in order, marked as
/// redelivered.
///
/// TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_ILLEGAL_STATE when the session is transacted or
/// closed; TIBEMS_SERVER_NOT_CONNECTED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_Recover(session: tibemsSession) -> tibems_status {
    entry!({
        let _ = session;
        not_implemented("not part of this version yet")
    })
}

/// Rolls the transaction of the session back: sent messages are dropped, received ones
/// delivered again. Blocks until the server has answered.
///
/// TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_ILLEGAL_STATE when the session is not transacted
/// or closed; TIBEMS_SERVER_NOT_CONNECTED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSession_Rollback(session: tibemsSession) -> tibems_status {
    entry!({
        let _ = session;
        not_implemented("not part of this version yet")
    })
}
