//! What becomes of a transaction: the statuses and texts of Commit and Rollback, and of calls in a transaction that cannot
//! be committed any more (spec 20 §1.6, spec 10 §4.4 and §5.11, spec 40 §1.15, D13).

use bytes::Bytes;

use super::condition::Place;
use super::profile::Profile;
use super::reason::Reason;
use super::verdict::in_doubt;
use crate::amqp::engine::Outcome;
use crate::status::{Error, Result, Status};

/// Why a transaction can only be rolled back.
#[derive(Clone, Debug)]
pub enum Doom {
    /// Its server is lost, for this reason.
    Lost(String),
    /// The server has ended it, or what belongs to it, while the connection lives.
    Ended(Error),
    /// The server did not begin it.
    NotBegun(Error),
}

impl Doom {
    /// What a send in it returns; none = OK, and nothing is sent (spec 40 §1.15).
    pub fn of_send(&self) -> Option<Error> {
        match self {
            Doom::Lost(_) => self.of_receive(),
            Doom::Ended(_) => None,
            Doom::NotBegun(error) => Some(error.clone()),
        }
    }

    /// What a receive in it returns; none = it goes on.
    pub fn of_receive(&self) -> Option<Error> {
        match self {
            Doom::Lost(cause) => Some(Error::new(
                Status::TIBEMS_FT_SERVER_LACKS_TRANSACTION,
                format!(
                    "the transaction is lost with its server, commit or roll back to begin the next: {cause}"
                ),
            )),
            Doom::Ended(_) | Doom::NotBegun(_) => None,
        }
    }

    /// What its commit returns.
    pub fn of_commit(&self) -> Error {
        match self {
            Doom::Lost(cause) => rolled_back(format!("its server was lost: {cause}")),
            Doom::Ended(error) => rolled_back(error.text.to_string()),
            Doom::NotBegun(error) => error.clone(),
        }
    }
}

/// The transaction was rolled back, which is certain.
fn rolled_back(why: String) -> Error {
    Error::new(
        Status::TIBEMS_TRANSACTION_ROLLBACK,
        format!("the transaction was rolled back: {why}"),
    )
}

/// What Commit returns when the server did not take one of the sends: all of it is rolled back, a partial commit must
/// never happen.
pub fn send_refused(error: &Error) -> Error {
    let status = match error.status {
        Status::TIBEMS_SECURITY_EXCEPTION | Status::TIBEMS_TRANSACTION_ROLLBACK => error.status,
        _ => Status::TIBEMS_TRANSACTION_FAILED,
    };
    Error::new(
        status,
        format!("a message of the transaction was not taken: {}", error.text),
    )
}

/// What the server's answer to a commit means.
pub fn committed(outcome: &Outcome) -> Result<()> {
    match outcome {
        Outcome::Accepted => Ok(()),
        Outcome::Rejected(error) => {
            Err(Reason::Server(error.as_deref()).error(Place::Transaction, false))
        }
        _ => Err(in_doubt(
            Status::TIBEMS_TRANSACTION_FAILED,
            "the server answered the commit with neither yes nor no",
        )),
    }
}

/// The name of the transaction that the server has begun: 1 to 255 bytes, which fit into every frame.
pub fn begun(outcome: Outcome) -> Result<Bytes> {
    let failed = |text: String| Err(Error::new(Status::TIBEMS_TRANSACTION_FAILED, text));
    match outcome {
        Outcome::Declared(id) if (1..=255).contains(&id.len()) => Ok(id),
        Outcome::Declared(id) => failed(format!(
            "the server named the transaction with {} bytes",
            id.len()
        )),
        Outcome::Rejected(error) => {
            Err(Reason::Server(error.as_deref()).error(Place::Transaction, false))
        }
        _ => failed("the server did not say whether it began a transaction".to_owned()),
    }
}

/// The server has closed the coordinator link while its answer to the end of a transaction was awaited.
pub fn ended(reason: &Reason<'_>) -> Error {
    match reason.condition().starts_with("amqp:transaction:") {
        true => rolled_back(reason.text()),
        false => in_doubt(Status::TIBEMS_TRANSACTION_ROLLBACK, &reason.text()),
    }
}

/// The server has committed, and had taken a consumer away whose messages were acknowledged with the commit.
pub fn torn() -> Error {
    in_doubt(
        Status::TIBEMS_TRANSACTION_FAILED,
        "the server closed a consumer before it answered the commit, so that its messages may come again",
    )
}

/// The server offers no transactions, or not to this user (spec 40 §1.15).
pub fn refused(server: &Profile, reason: &Reason<'_>) -> Error {
    let status = match reason.condition() {
        "amqp:unauthorized-access" => Status::TIBEMS_SECURITY_EXCEPTION,
        _ => Status::TIBEMS_NOT_IMPLEMENTED,
    };
    let (name, text) = (server.name(), reason.text());
    Error::new(
        status,
        format!("{name} refuses transacted sessions: {text}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amqp::performative::AmqpError;

    fn rejected(condition: &str) -> Outcome {
        Outcome::Rejected(Some(Box::new(AmqpError::new(condition, "no"))))
    }

    #[test]
    fn a_commit_is_ok_when_the_server_says_so_and_never_else() {
        assert!(committed(&Outcome::Accepted).is_ok());
        let status = |outcome: &Outcome| committed(outcome).unwrap_err().status;
        let rolled_back = Status::TIBEMS_TRANSACTION_ROLLBACK;
        for condition in ["rollback", "timeout", "unknown-id"] {
            let condition = format!("amqp:transaction:{condition}");
            assert_eq!(status(&rejected(&condition)), rolled_back);
        }
        let failed = Status::TIBEMS_TRANSACTION_FAILED;
        assert_eq!(status(&rejected("amqp:internal-error")), failed);
        assert_eq!(status(&Outcome::Rejected(None)), failed);
        for strange in [Outcome::None, Outcome::Released] {
            let error = committed(&strange).unwrap_err();
            assert_eq!(error.status, failed);
            assert!(error.text.starts_with("outcome unknown:"), "{}", error.text);
        }
    }

    #[test]
    fn a_transaction_has_a_name_that_fits() {
        let named = |length| begun(Outcome::Declared(vec![7; length].into()));
        for length in [1, 4, 36, 255] {
            assert_eq!(named(length).unwrap().len(), length);
        }
        let failed = Status::TIBEMS_TRANSACTION_FAILED;
        for none in [named(0), named(256), begun(Outcome::Accepted)] {
            assert_eq!(none.unwrap_err().status, failed);
        }
        let timeout = begun(rejected("amqp:transaction:timeout"));
        let rolled_back = Status::TIBEMS_TRANSACTION_ROLLBACK;
        assert_eq!(timeout.unwrap_err().status, rolled_back);
    }

    #[test]
    fn a_refused_send_makes_the_commit_fail() {
        let of = |status| send_refused(&Error::new(status, "why")).status;
        let security = Status::TIBEMS_SECURITY_EXCEPTION;
        assert_eq!(of(security), security);
        let failed = Status::TIBEMS_TRANSACTION_FAILED;
        assert_eq!(of(Status::TIBEMS_DESTINATION_LIMIT_EXCEEDED), failed);
        assert_eq!(of(Status::TIBEMS_INVALID_DESTINATION), failed);
        let rolled_back = Status::TIBEMS_TRANSACTION_ROLLBACK;
        assert_eq!(of(rolled_back), rolled_back);
    }

    #[test]
    fn only_a_lost_transaction_refuses_to_receive() {
        let lost = Doom::Lost("gone".into());
        let lacks = Status::TIBEMS_FT_SERVER_LACKS_TRANSACTION;
        assert_eq!(lost.of_send().unwrap().status, lacks);
        assert_eq!(lost.of_receive().unwrap().status, lacks);
        let rolled_back = Status::TIBEMS_TRANSACTION_ROLLBACK;
        assert_eq!(lost.of_commit().status, rolled_back);
        let ended = Doom::Ended(Error::new(Status::TIBEMS_EXCEPTION, "ended"));
        assert!(ended.of_send().is_none() && ended.of_receive().is_none());
        assert_eq!(ended.of_commit().status, rolled_back);
        let failed = Status::TIBEMS_TRANSACTION_FAILED;
        let not_begun = Doom::NotBegun(Error::new(failed, "no"));
        assert_eq!(not_begun.of_send().unwrap().status, failed);
        assert!(not_begun.of_receive().is_none());
        assert_eq!(not_begun.of_commit().status, failed);
    }

    /// A coordinator that goes while a commit is under way leaves it in doubt, unless it says what it did.
    #[test]
    fn a_coordinator_that_goes_may_have_committed() {
        let error = AmqpError::new("amqp:transaction:timeout", "too slow");
        let certain = ended(&Reason::Server(Some(&error)));
        assert!(certain.text.starts_with("the transaction was rolled back"));
        let unknown = ended(&Reason::Server(None));
        assert!(unknown.text.starts_with("outcome unknown:"));
        let rolled_back = Status::TIBEMS_TRANSACTION_ROLLBACK;
        assert_eq!([certain.status, unknown.status], [rolled_back; 2]);
    }
}
