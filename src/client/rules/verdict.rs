//! What the outcome of a send means for the program (spec 20 §3.5, spec 40 §1.17), and the words for one that nobody knows.

use super::condition::Place;
use super::profile::{Broker, Profile};
use super::reason::Reason;
use crate::amqp::engine::Outcome;
use crate::message::DestinationKind;
use crate::status::{Error, Result, Status};

/// Beginning of the error text of a send or commit whose outcome nobody knows (D13).
const OUTCOME_UNKNOWN: &str = "outcome unknown:";

/// Nobody knows what became of a send.
pub fn unknown(cause: &str) -> Error {
    in_doubt(Status::TIBEMS_SERVER_NOT_CONNECTED, cause)
}

/// Nobody knows what became of it, and the call returns this status.
pub fn in_doubt(status: Status, cause: &str) -> Error {
    Error::new(status, format!("{OUTCOME_UNKNOWN} {cause}"))
}

/// An error of a send that was `begun` before: whatever ends it now, nobody knows what became of it (D13).
pub fn doubted<T>(result: Result<T>, begun: bool) -> Result<T> {
    match result {
        Err(error) if begun && !error.text.starts_with(OUTCOME_UNKNOWN) => {
            Err(match error.status {
                Status::TIBEMS_ILLEGAL_STATE => unknown("closed while the answer was awaited"),
                Status::TIBEMS_TIMEOUT => unknown("the time for the send is over"),
                status => Error::new(status, format!("{OUTCOME_UNKNOWN} {}", error.text)),
            })
        }
        other => other,
    }
}

/// The server knows no such destination, or lets nobody send to it.
pub fn is_of_destination(status: Status) -> bool {
    matches!(
        status,
        Status::TIBEMS_INVALID_DESTINATION | Status::TIBEMS_SECURITY_EXCEPTION
    )
}

/// The status of a confirmed outcome.
pub fn judge(outcome: Outcome, kind: DestinationKind, server: Option<&Profile>) -> Result<()> {
    let topic = kind == DestinationKind::Topic;
    let rabbit = server.is_some_and(|profile| profile.broker == Broker::RabbitMq);
    match outcome {
        Outcome::Accepted => Ok(()),
        Outcome::Rejected(error) => {
            let reason = Reason::Server(error.as_deref());
            Err(reason.error(Place::Rejected, false))
        }
        Outcome::Released if topic => Ok(()), // nobody is subscribed
        Outcome::Released => Err(Error::new(
            if rabbit {
                Status::TIBEMS_INVALID_DESTINATION
            } else {
                Status::TIBEMS_EXCEPTION
            },
            "the server released the message: it was not stored",
        )),
        Outcome::Modified { .. } => Err(Error::new(
            Status::TIBEMS_EXCEPTION,
            "the server did not store the message (modified)",
        )),
        _ => Err(unknown("the server settled the message without an outcome")),
    }
}
