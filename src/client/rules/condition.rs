//! AMQP error conditions to statuses of the API: matrix A of spec 40 §1.17, written once.
//!
//! Pure. The first match in `STATUS` decides; what no row names takes the last one.

use crate::amqp::engine::FailureKind;
use crate::amqp::performative::AmqpError;
use crate::status::Status;

/// Where the condition arrived. Subscriptions have a column here before they are built.
#[allow(dead_code)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `close` before or during connect (column Cn).
    Connect,
    /// `end` of a session (Se).
    Session,
    /// attach of a producer refused (At).
    AttachProducer,
    /// attach of a consumer without subscription name refused (At).
    AttachConsumer,
    /// attach of a named subscription refused (At).
    AttachSubscription,
    /// The deletion of a subscription refused (At, unsubscribe).
    Unsubscribe,
    /// running producer detached (De).
    DetachProducer,
    /// running consumer detached (De).
    DetachConsumer,
    /// `rejected` outcome of a send (Rj).
    Rejected,
    /// declare or discharge rejected (Tx).
    Transaction,
}

/// Whether a URL that gave this refusal is tried again in the same series (C17, D3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    Retry,
    Stop,
    /// Another connection still holds the client id: stop at a first connect, retry at a reconnect.
    Held,
}

/// The status for `condition` at `place`. `filtered` tells that a selector was sent and that the
/// error speaks of it.
pub fn status(condition: &str, place: Place, filtered: bool) -> Status {
    use crate::status::tibems_status::*;
    use Place::{
        AttachConsumer, AttachProducer, AttachSubscription, Connect, DetachConsumer,
        DetachProducer, Rejected, Session, Transaction, Unsubscribe,
    };
    let attach = matches!(
        place,
        AttachProducer | AttachConsumer | AttachSubscription | Unsubscribe
    );
    let detach = matches!(place, DetachProducer | DetachConsumer);
    let producer = matches!(place, AttachProducer | DetachProducer);
    match condition {
        "amqp:unauthorized-access" => TIBEMS_SECURITY_EXCEPTION,
        "amqp:not-allowed" => match place {
            Connect => TIBEMS_SECURITY_EXCEPTION,
            Transaction => TIBEMS_TRANSACTION_FAILED,
            _ => TIBEMS_NOT_PERMITTED,
        },
        "amqp:not-found" => match place {
            Connect => TIBEMS_SERVER_NOT_CONNECTED,
            Session => TIBEMS_EXCEPTION,
            Transaction => TIBEMS_TRANSACTION_ROLLBACK,
            _ => TIBEMS_INVALID_DESTINATION,
        },
        "amqp:resource-limit-exceeded" => match place {
            Transaction => TIBEMS_TRANSACTION_FAILED,
            Rejected => TIBEMS_DESTINATION_LIMIT_EXCEEDED,
            _ if producer => TIBEMS_DESTINATION_LIMIT_EXCEEDED,
            _ => TIBEMS_SERVER_LIMIT,
        },
        "amqp:resource-locked" => match place {
            Connect => TIBEMS_INVALID_CLIENT_ID,
            Session => TIBEMS_EXCEPTION,
            Transaction => TIBEMS_TRANSACTION_FAILED,
            AttachSubscription => TIBEMS_INVALID_CONSUMER,
            Unsubscribe => TIBEMS_EXCEPTION,
            _ => TIBEMS_NOT_PERMITTED,
        },
        "amqp:resource-deleted" => match place {
            Connect => TIBEMS_SERVER_NOT_CONNECTED,
            Session => TIBEMS_EXCEPTION,
            Transaction => TIBEMS_TRANSACTION_FAILED,
            _ => TIBEMS_INVALID_DESTINATION,
        },
        "amqp:invalid-field" => match place {
            Connect => TIBEMS_SERVER_NOT_CONNECTED,
            Rejected => TIBEMS_INVALID_MSG,
            Transaction => TIBEMS_TRANSACTION_FAILED,
            _ if attach && filtered => TIBEMS_INVALID_SELECTOR,
            _ if attach => TIBEMS_INVALID_DESTINATION,
            _ => TIBEMS_EXCEPTION,
        },
        "amqp:not-implemented" => TIBEMS_NOT_IMPLEMENTED,
        "amqp:precondition-failed" => match place {
            Connect => TIBEMS_SERVER_NOT_CONNECTED,
            Transaction => TIBEMS_TRANSACTION_FAILED,
            _ if attach => TIBEMS_INVALID_DESTINATION,
            _ => TIBEMS_EXCEPTION,
        },
        "amqp:illegal-state" => match place {
            Connect => TIBEMS_SERVER_NOT_CONNECTED,
            Session => TIBEMS_ILLEGAL_STATE,
            AttachSubscription => TIBEMS_INVALID_CONSUMER,
            Unsubscribe => TIBEMS_EXCEPTION,
            Transaction => TIBEMS_TRANSACTION_ROLLBACK,
            _ if attach => TIBEMS_INVALID_DESTINATION,
            _ => TIBEMS_EXCEPTION,
        },
        "amqp:decode-error" | "amqp:frame-size-too-small" | "amqp:connection:framing-error" => {
            match place {
                Connect => TIBEMS_INVALID_PROTOCOL,
                Rejected => TIBEMS_CORRUPT_MSG,
                Transaction => TIBEMS_TRANSACTION_FAILED,
                _ => TIBEMS_EXCEPTION,
            }
        }
        "amqp:link:detach-forced" => match place {
            DetachProducer => TIBEMS_INVALID_PRODUCER,
            DetachConsumer => TIBEMS_INVALID_CONSUMER,
            Transaction => TIBEMS_TRANSACTION_ROLLBACK,
            _ => TIBEMS_EXCEPTION,
        },
        "amqp:link:stolen" => match place {
            AttachSubscription => TIBEMS_INVALID_CONSUMER,
            Unsubscribe => TIBEMS_EXCEPTION,
            Transaction => TIBEMS_TRANSACTION_ROLLBACK,
            _ if attach || detach => TIBEMS_ID_IN_USE,
            _ => TIBEMS_EXCEPTION,
        },
        "amqp:link:message-size-exceeded" => TIBEMS_INVALID_SIZE,
        "amqp:link:redirect" => TIBEMS_NOT_IMPLEMENTED,
        "amqp:transaction:rollback"
        | "amqp:transaction:timeout"
        | "amqp:transaction:unknown-id" => TIBEMS_TRANSACTION_ROLLBACK,
        _ => match place {
            Connect => TIBEMS_SERVER_NOT_CONNECTED,
            Transaction => TIBEMS_TRANSACTION_FAILED,
            _ if attach && (condition.is_empty() || condition == "failed") => {
                if condition.is_empty() {
                    TIBEMS_INVALID_DESTINATION
                } else {
                    TIBEMS_EXCEPTION
                }
            }
            _ if attach && condition != "amqp:internal-error" => TIBEMS_INVALID_DESTINATION,
            _ => TIBEMS_EXCEPTION,
        },
    }
}

/// The status of a refused connect and whether the URL is tried again. `container_id` tells that
/// the error's info names the container-id.
pub fn connect_refusal(condition: &str, container_id: bool) -> (Status, Again) {
    let status = status(condition, Place::Connect, false);
    match condition {
        "amqp:invalid-field" if container_id => (Status::TIBEMS_INVALID_CLIENT_ID, Again::Held),
        "amqp:resource-locked" => (status, Again::Held),
        "amqp:unauthorized-access"
        | "amqp:not-allowed"
        | "amqp:not-implemented"
        | "amqp:decode-error"
        | "amqp:frame-size-too-small"
        | "amqp:connection:framing-error" => (status, Again::Stop),
        _ => (status, Again::Retry),
    }
}

/// The status of a connect that the engine gave up (spec 40 §1.1).
pub fn failure(kind: FailureKind) -> Status {
    match kind {
        FailureKind::Protocol | FailureKind::Framing => Status::TIBEMS_INVALID_PROTOCOL,
        FailureKind::Version => Status::TIBEMS_VERSION_MISMATCH,
        FailureKind::OpenTooLarge => Status::TIBEMS_INVALID_CLIENT_ID,
        FailureKind::NotAllowed | FailureKind::Idle => Status::TIBEMS_SERVER_NOT_CONNECTED,
    }
}

/// The info of the error says that the container-id is to blame.
pub fn names_container_id(error: &AmqpError) -> bool {
    error.info("invalid-field").and_then(|field| field.as_str()) == Some("container-id")
}

/// The error speaks of a filter or selector.
pub fn is_about_filter(error: &AmqpError) -> bool {
    let text = error
        .description
        .as_deref()
        .unwrap_or_default()
        .to_ascii_lowercase();
    error.info("invalid-field").and_then(|field| field.as_str()) == Some("filter")
        || text.contains("filter")
        || text.contains("selector")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::tibems_status::*;
    use Place::*;

    /// A subscription that is in use is not deleted; else as for an attach.
    #[test]
    fn refused_deletions_of_subscriptions() {
        for condition in [
            "amqp:resource-locked",
            "amqp:illegal-state",
            "amqp:link:stolen",
        ] {
            assert_eq!(status(condition, Unsubscribe, false), TIBEMS_EXCEPTION);
        }
        for condition in [
            "amqp:not-found",
            "amqp:not-allowed",
            "amqp:internal-error",
            "",
        ] {
            let attach = status(condition, AttachSubscription, false);
            assert_eq!(status(condition, Unsubscribe, false), attach, "{condition}");
        }
    }

    /// Columns Cn, Se, At producer, At consumer, At subscription, De producer, De consumer, Rj, Tx.
    #[test]
    fn matrix_a() {
        let places = [
            Connect,
            Session,
            AttachProducer,
            AttachConsumer,
            AttachSubscription,
            DetachProducer,
            DetachConsumer,
            Rejected,
            Transaction,
        ];
        let row = |condition: &str| places.map(|place| status(condition, place, false));
        let (sec, np, ex, dest, nc) = (
            TIBEMS_SECURITY_EXCEPTION,
            TIBEMS_NOT_PERMITTED,
            TIBEMS_EXCEPTION,
            TIBEMS_INVALID_DESTINATION,
            TIBEMS_SERVER_NOT_CONNECTED,
        );
        let (tf, tr, lim, sl, ni) = (
            TIBEMS_TRANSACTION_FAILED,
            TIBEMS_TRANSACTION_ROLLBACK,
            TIBEMS_DESTINATION_LIMIT_EXCEEDED,
            TIBEMS_SERVER_LIMIT,
            TIBEMS_NOT_IMPLEMENTED,
        );
        assert_eq!(row("amqp:unauthorized-access"), [sec; 9]);
        assert_eq!(
            row("amqp:not-allowed"),
            [sec, np, np, np, np, np, np, np, tf]
        );
        assert_eq!(
            row("amqp:not-found"),
            [nc, ex, dest, dest, dest, dest, dest, dest, tr]
        );
        assert_eq!(
            row("amqp:resource-limit-exceeded"),
            [sl, sl, lim, sl, sl, lim, sl, lim, tf]
        );
        assert_eq!(row("amqp:not-implemented"), [ni; 9]);
        assert_eq!(
            row("amqp:internal-error"),
            [nc, ex, ex, ex, ex, ex, ex, ex, tf]
        );
        assert_eq!(row("failed"), [nc, ex, ex, ex, ex, ex, ex, ex, tf]);
        assert_eq!(row(""), [nc, ex, dest, dest, dest, ex, ex, ex, tf]);
        assert_eq!(row("vendor:x"), row(""));
        assert_eq!(
            status("amqp:invalid-field", AttachConsumer, true),
            TIBEMS_INVALID_SELECTOR
        );
        assert_eq!(status("amqp:invalid-field", AttachConsumer, false), dest);
    }

    /// The rows that name no connect, and those whose cells differ most.
    #[test]
    fn matrix_a_of_running_links() {
        let (dest, ex, rollback) = (
            TIBEMS_INVALID_DESTINATION,
            TIBEMS_EXCEPTION,
            TIBEMS_TRANSACTION_ROLLBACK,
        );
        for (condition, place, expected) in [
            ("amqp:resource-locked", AttachConsumer, TIBEMS_NOT_PERMITTED),
            (
                "amqp:resource-locked",
                AttachSubscription,
                TIBEMS_INVALID_CONSUMER,
            ),
            ("amqp:resource-locked", Rejected, TIBEMS_NOT_PERMITTED),
            ("amqp:resource-deleted", DetachConsumer, dest),
            ("amqp:invalid-field", DetachConsumer, ex),
            ("amqp:invalid-field", Rejected, TIBEMS_INVALID_MSG),
            ("amqp:precondition-failed", AttachProducer, dest),
            ("amqp:precondition-failed", Rejected, ex),
            ("amqp:illegal-state", Session, TIBEMS_ILLEGAL_STATE),
            ("amqp:illegal-state", AttachConsumer, dest),
            ("amqp:illegal-state", Transaction, rollback),
            ("amqp:decode-error", Connect, TIBEMS_INVALID_PROTOCOL),
            ("amqp:decode-error", Rejected, TIBEMS_CORRUPT_MSG),
            (
                "amqp:link:detach-forced",
                DetachProducer,
                TIBEMS_INVALID_PRODUCER,
            ),
            (
                "amqp:link:detach-forced",
                DetachConsumer,
                TIBEMS_INVALID_CONSUMER,
            ),
            ("amqp:link:detach-forced", AttachConsumer, ex),
            ("amqp:link:stolen", AttachProducer, TIBEMS_ID_IN_USE),
            ("amqp:link:stolen", DetachConsumer, TIBEMS_ID_IN_USE),
            (
                "amqp:link:stolen",
                AttachSubscription,
                TIBEMS_INVALID_CONSUMER,
            ),
            (
                "amqp:link:message-size-exceeded",
                DetachProducer,
                TIBEMS_INVALID_SIZE,
            ),
            (
                "amqp:link:message-size-exceeded",
                Rejected,
                TIBEMS_INVALID_SIZE,
            ),
            ("amqp:link:transfer-limit-exceeded", DetachConsumer, ex),
            ("amqp:link:redirect", DetachConsumer, TIBEMS_NOT_IMPLEMENTED),
            ("amqp:transaction:rollback", Rejected, rollback),
            ("amqp:transaction:timeout", Transaction, rollback),
        ] {
            assert_eq!(
                status(condition, place, false),
                expected,
                "{condition} {place:?}"
            );
        }
    }

    #[test]
    fn failures_of_the_engine() {
        for (kind, expected) in [
            (FailureKind::Protocol, TIBEMS_INVALID_PROTOCOL),
            (FailureKind::Version, TIBEMS_VERSION_MISMATCH),
            (FailureKind::OpenTooLarge, TIBEMS_INVALID_CLIENT_ID),
            (FailureKind::Framing, TIBEMS_INVALID_PROTOCOL),
            (FailureKind::NotAllowed, TIBEMS_SERVER_NOT_CONNECTED),
            (FailureKind::Idle, TIBEMS_SERVER_NOT_CONNECTED),
        ] {
            assert_eq!(failure(kind), expected, "{kind:?}");
        }
    }

    #[test]
    fn refusals_at_connect() {
        assert_eq!(
            connect_refusal("amqp:invalid-field", true),
            (TIBEMS_INVALID_CLIENT_ID, Again::Held)
        );
        assert_eq!(
            connect_refusal("amqp:unauthorized-access", false),
            (TIBEMS_SECURITY_EXCEPTION, Again::Stop)
        );
        assert_eq!(
            connect_refusal("amqp:connection:forced", false),
            (TIBEMS_SERVER_NOT_CONNECTED, Again::Retry)
        );
    }
}
