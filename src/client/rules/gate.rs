//! The gate: who goes on, who waits and who fails at once, for every state of a connection.
//!
//! The tables of spec 10 §4.2 (shared state) and §5.6 (unshared state) are written here and nowhere
//! else. Pure: `decide` is a function of the connection's state, the caller and the kind of call.
//! `Connection::enter` (connection.rs) does the waiting that this module orders.

use crate::status::Status;

/// State of a connection as the gate sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Everything works.
    Connected,
    /// Automatic reconnect inside a comma group is under way (spec 10 §4).
    Reconnecting,
    /// An unshared connection without a server; somebody may still recover it (spec 10 §5.3).
    Broken,
    /// RecoverConnection is under way.
    Recovering,
    /// Recovery failed and its caller gave up (U17).
    GivenUp,
    /// Lost for good: no reconnect possible, or it failed.
    Over,
    /// Closed by the program.
    Closed,
}

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A thread of the program, outside callbacks of this connection.
    Application,
    /// Inside a message listener of this connection.
    MessageListener,
    /// Inside the callback of an asynchronous send of this connection.
    CompletionListener,
    /// Inside the exception listener, for the event with this status.
    ExceptionListener(Status),
}

/// What kind of call it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Needs the server: create, send, acknowledge, commit, rollback, recover, unsubscribe, delete.
    Server,
    /// Receive and ReceiveTimeout; `waiting` once it has waited.
    Receive { waiting: bool },
    /// ReceiveNoWait.
    ReceiveNoWait,
    /// Start and Stop.
    StartStop,
}

/// What the gate orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Go on. For Start and Stop while reconnecting: record it, the reconnect applies it.
    Go,
    /// Wait for the next change of state, within the call's own limit.
    Wait,
    /// Return this status now.
    Fail(Status),
}

/// The table.
pub fn decide(state: State, caller: Caller, call: Call) -> Decision {
    use Decision::{Fail, Go, Wait};
    let receive_waits = matches!(call, Call::Receive { waiting: true });
    match state {
        State::Connected => match caller {
            // E9: nothing that needs the server while 23 or 24 is being reported
            Caller::ExceptionListener(status) if failover_step(status) => {
                Fail(Status::TIBEMS_NOT_PERMITTED)
            }
            _ => Go,
        },
        State::Closed if receive_waits => Fail(Status::TIBEMS_INTR),
        State::Closed => Fail(Status::TIBEMS_ILLEGAL_STATE),
        State::Over if receive_waits => Fail(Status::TIBEMS_INTR),
        State::Over => Fail(Status::TIBEMS_SERVER_NOT_CONNECTED),
        State::Reconnecting => match (caller, call) {
            (Caller::ExceptionListener(status), _) if failover_step(status) => {
                Fail(Status::TIBEMS_NOT_PERMITTED)
            }
            (_, Call::ReceiveNoWait) => Fail(Status::TIBEMS_NOT_FOUND),
            (_, Call::StartStop) => Go,
            _ => Wait,
        },
        State::Broken | State::Recovering | State::GivenUp => match (caller, call) {
            // rule 1 of spec 10 §5.6, and U16
            (
                Caller::MessageListener | Caller::CompletionListener | Caller::ExceptionListener(_),
                _,
            ) => Fail(Status::TIBEMS_SERVER_NOT_CONNECTED),
            (_, _) if state == State::GivenUp => Fail(Status::TIBEMS_UFO_CONNECTION_FAILURE),
            (_, Call::ReceiveNoWait) => Fail(Status::TIBEMS_NOT_FOUND),
            // rule 2
            _ => Wait,
        },
    }
}

/// What an asynchronous send that is under way, or waits for its turn, is told in this state; none: it goes on, or is sent
/// again when there is a server. `resends`: also by a connection that is recovered (`ufo_resend`, D7).
pub fn forsakes(state: State, resends: bool) -> Option<Status> {
    match state {
        State::Connected | State::Reconnecting | State::Recovering => None,
        State::Broken if resends => None,
        State::GivenUp if resends => Some(Status::TIBEMS_UFO_CONNECTION_FAILURE),
        State::Broken | State::GivenUp | State::Over | State::Closed => {
            Some(Status::TIBEMS_SERVER_NOT_CONNECTED)
        }
    }
}

/// The events in which no call to the server is allowed (E9).
fn failover_step(status: Status) -> bool {
    matches!(
        status,
        Status::TIBEMS_SERVER_DISCONNECTED | Status::TIBEMS_SERVER_RECONNECTING
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use Decision::{Fail, Go, Wait};

    const APP: Caller = Caller::Application;
    const LISTENER: Caller = Caller::MessageListener;
    const COMPLETION: Caller = Caller::CompletionListener;
    const LOST: Caller = Caller::ExceptionListener(Status::TIBEMS_SERVER_NOT_CONNECTED);
    const STEP: Caller = Caller::ExceptionListener(Status::TIBEMS_SERVER_RECONNECTING);
    const NEW: Call = Call::Receive { waiting: false };
    const OLD: Call = Call::Receive { waiting: true };
    const NC: Decision = Fail(Status::TIBEMS_SERVER_NOT_CONNECTED);

    /// Columns: Server, new receive, waiting receive, ReceiveNoWait, Start/Stop.
    fn row(state: State, caller: Caller) -> [Decision; 5] {
        [Call::Server, NEW, OLD, Call::ReceiveNoWait, Call::StartStop]
            .map(|call| decide(state, caller, call))
    }

    #[test]
    fn the_shared_state_table() {
        let not_found = Fail(Status::TIBEMS_NOT_FOUND);
        let intr = Fail(Status::TIBEMS_INTR);
        let permitted = Fail(Status::TIBEMS_NOT_PERMITTED);
        assert_eq!(row(State::Connected, APP), [Go; 5]);
        assert_eq!(row(State::Connected, LISTENER), [Go; 5]);
        for caller in [APP, LISTENER, COMPLETION] {
            assert_eq!(
                row(State::Reconnecting, caller),
                [Wait, Wait, Wait, not_found, Go]
            );
        }
        assert_eq!(row(State::Reconnecting, STEP), [permitted; 5]);
        assert_eq!(row(State::Connected, STEP), [permitted; 5]);
        for caller in [APP, LISTENER, LOST] {
            assert_eq!(row(State::Over, caller), [NC, NC, intr, NC, NC]);
        }
    }

    #[test]
    fn the_unshared_state_table() {
        let not_found = Fail(Status::TIBEMS_NOT_FOUND);
        for state in [State::Broken, State::Recovering] {
            assert_eq!(row(state, APP), [Wait, Wait, Wait, not_found, Wait]);
        }
        for state in [State::Broken, State::Recovering, State::GivenUp] {
            assert_eq!(row(state, LISTENER), [NC; 5]);
            assert_eq!(row(state, COMPLETION), [NC; 5]);
            assert_eq!(row(state, LOST), [NC; 5]);
        }
        let failure = Fail(Status::TIBEMS_UFO_CONNECTION_FAILURE);
        assert_eq!(row(State::GivenUp, APP), [failure; 5]);
    }

    #[test]
    fn pending_sends_are_told_when_no_server_comes_for_them() {
        let lost = Some(Status::TIBEMS_SERVER_NOT_CONNECTED);
        for (state, without, with) in [
            (State::Connected, None, None),
            (State::Reconnecting, None, None),
            (State::Recovering, None, None),
            (State::Broken, lost, None),
            (
                State::GivenUp,
                lost,
                Some(Status::TIBEMS_UFO_CONNECTION_FAILURE),
            ),
            (State::Over, lost, lost),
            (State::Closed, lost, lost),
        ] {
            assert_eq!(forsakes(state, false), without, "{state:?}");
            assert_eq!(forsakes(state, true), with, "{state:?}");
        }
    }

    #[test]
    fn a_closed_connection() {
        let illegal = Fail(Status::TIBEMS_ILLEGAL_STATE);
        let intr = Fail(Status::TIBEMS_INTR);
        for caller in [APP, LISTENER, LOST] {
            assert_eq!(
                row(State::Closed, caller),
                [illegal, illegal, intr, illegal, illegal]
            );
        }
    }
}
