//! Why a link, session or connection ended or was refused, and who says so (D27).
//!
//! Pure. The one place in which such a text is made: what the library itself ended for what the server did is never put
//! into the server's mouth.

use super::condition::{self, Place};
use crate::amqp::performative::AmqpError;
use crate::status::{Error, Status};

/// Why, and who decided it.
#[derive(Clone, Copy, Debug)]
pub enum Reason<'a> {
    /// The server, in its own words if it has any.
    Server(Option<&'a AmqpError>),
    /// This library, for what the server did.
    Library(Option<&'a AmqpError>),
}

impl<'a> Reason<'a> {
    /// Of an end that the engine tells of.
    pub fn of(error: Option<&'a AmqpError>, by_peer: bool) -> Reason<'a> {
        match by_peer {
            true => Reason::Server(error),
            false => Reason::Library(error),
        }
    }

    /// The same as the server's words: what stands in the answer to our own detach.
    pub fn said(self) -> Reason<'a> {
        Reason::Server(self.error_of())
    }

    fn error_of(&self) -> Option<&'a AmqpError> {
        match self {
            Reason::Server(error) | Reason::Library(error) => *error,
        }
    }

    /// The AMQP condition; empty when there is none.
    pub fn condition(&self) -> &'a str {
        self.error_of().map_or("", |error| error.condition.as_str())
    }

    /// It speaks of a filter or selector.
    pub fn is_about_filter(&self) -> bool {
        self.error_of().is_some_and(condition::is_about_filter)
    }

    /// Condition and description, if there is either.
    fn words(&self) -> Option<String> {
        let words = self.error_of().map(|error| {
            let text = error.description.as_deref();
            let parts = [Some(error.condition.as_str()), text];
            let said = parts.into_iter().flatten().filter(|part| !part.is_empty());
            said.collect::<Vec<_>>().join(": ")
        });
        words.filter(|words| !words.is_empty())
    }

    /// What a server did that ended a try with this status: a predicate, behind which its words stand.
    pub fn turned_away(&self, status: Status) -> String {
        let what = match status {
            Status::TIBEMS_SECURITY_EXCEPTION => "refused the user",
            Status::TIBEMS_INVALID_CLIENT_ID => "refused the client ID",
            Status::TIBEMS_SERVER_LIMIT => "takes no more connections",
            _ => "closed the connection",
        };
        match self.words() {
            Some(words) => format!("{what} ({words})"),
            None => format!("{what} without a reason"),
        }
    }

    /// The text for the program.
    pub fn text(&self) -> String {
        match (self, self.words()) {
            (Reason::Server(_), Some(words)) => format!("the server says: {words}"),
            (Reason::Server(_), None) => "the server gave no reason".to_owned(),
            (Reason::Library(_), Some(words)) => by_library(&words),
            (Reason::Library(_), None) => "closed by this library".to_owned(),
        }
    }

    /// The error for the program: status of the matrix, and the text. `filtered` tells that a selector was sent and that
    /// the reason speaks of it.
    pub fn error(&self, place: Place, filtered: bool) -> Error {
        let status = condition::status(self.condition(), place, filtered);
        Error::new(status, self.text())
    }
}

/// The text for what the library ends, in words that are not those of AMQP.
pub fn by_library(why: &str) -> String {
    format!("closed by this library: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who ended it stands in the text; the status is that of the condition.
    #[test]
    fn what_the_library_ended_is_not_put_in_the_servers_mouth() {
        let error = AmqpError::new("amqp:session:unattached-handle", "flow for handle 9");
        let reason = |by_peer| Reason::of(Some(&error), by_peer);
        let words = "amqp:session:unattached-handle: flow for handle 9";
        let theirs = reason(true).error(Place::Session, false);
        let ours = reason(false).error(Place::Session, false);
        assert_eq!(theirs.text, format!("the server says: {words}"));
        assert_eq!(ours.text, format!("closed by this library: {words}"));
        assert_eq!(theirs.status, ours.status);
    }

    #[test]
    fn a_refused_connect_says_what_was_refused() {
        let error = AmqpError::new("amqp:unauthorized-access", "no such user");
        let says = |error, status| Reason::Server(error).turned_away(status);
        assert_eq!(
            says(Some(&error), Status::TIBEMS_SECURITY_EXCEPTION),
            "refused the user (amqp:unauthorized-access: no such user)"
        );
        let gone = Status::TIBEMS_SERVER_NOT_CONNECTED;
        assert_eq!(says(None, gone), "closed the connection without a reason");
    }

    #[test]
    fn a_reason_may_have_no_words() {
        let mut error = AmqpError::new("amqp:not-found", "");
        let says = |error: Option<&AmqpError>, by_peer| Reason::of(error, by_peer).text();
        assert_eq!(says(Some(&error), true), "the server says: amqp:not-found");
        error.description = None;
        assert_eq!(says(Some(&error), true), "the server says: amqp:not-found");
        let text = says(Some(&error), false);
        assert_eq!(text, "closed by this library: amqp:not-found");
        assert_eq!(says(None, true), "the server gave no reason");
        assert_eq!(says(None, false), "closed by this library");
    }
}
