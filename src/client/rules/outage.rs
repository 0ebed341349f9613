//! The words for a connection without a server: since when, why, and what the program may do about it. Every status that a
//! call returns meanwhile has this text, and the trace says the same.
//!
//! Pure.

use std::fmt;

use super::gate::State;
use crate::clock::Stamp;
use crate::status::{Error, Status};

/// Who noticed that a server is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witness {
    /// Who reads from the socket
    Reader,
    /// Who writes to it
    Writer,
    /// The server says so
    Server,
    /// The server was silent for too long
    Timer,
    /// The library ends it for what the server did
    Engine,
    /// The library cannot go on
    Library,
    /// The close of the program does not wait any longer
    Close,
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Witness::Reader => "seen by the reader",
            Witness::Writer => "seen by a writer",
            Witness::Server => "ended by the server",
            Witness::Timer => "seen by the timer",
            Witness::Engine => "ended by this library",
            Witness::Library => "for a trouble of this library",
            Witness::Close => "at the end of the close",
        })
    }
}

/// The end of an incarnation.
#[derive(Clone, Debug)]
pub struct Loss {
    pub witness: Witness,
    pub cause: Error,
}

impl Loss {
    /// The loss of a server of which this is the cause.
    pub fn new(witness: Witness, cause: Error) -> Loss {
        Loss { witness, cause }
    }

    /// The same with a text only.
    pub fn not_connected(
        witness: Witness,
        text: impl Into<std::borrow::Cow<'static, str>>,
    ) -> Loss {
        Loss::new(
            witness,
            Error::new(Status::TIBEMS_SERVER_NOT_CONNECTED, text),
        )
    }
}

/// What is known of an outage.
pub struct Outage<'a> {
    pub state: State,
    /// When the server was lost; none = there never was one.
    pub since: Option<Stamp>,
    /// The loss, or what the last recovery has ended with.
    pub cause: &'a str,
    /// How often RecoverConnection was called since.
    pub recoveries: u64,
    /// Somebody hears of the loss.
    pub listener: bool,
}

impl Outage<'_> {
    /// The text; none while there is a server, and after a close.
    pub fn text(&self) -> Option<String> {
        let (what, end) = match self.state {
            State::Connected | State::Closed => return None,
            State::Reconnecting => ("lost its server", "the library reconnects"),
            State::Over => ("lost its server", ""),
            State::Recovering => ("is broken", "RecoverConnection is under way"),
            State::Broken | State::GivenUp => ("is broken", self.recovery()),
        };
        let since = match (self.since, self.state) {
            (None, _) => String::new(),
            (Some(at), State::Reconnecting | State::Over) => format!(" at {at}"),
            (Some(at), _) => format!(" since {at}"),
        };
        let mut text = format!("the connection {what}{since}: {}", self.cause);
        if !end.is_empty() {
            text.push_str("; ");
            text.push_str(end);
        }
        Some(text)
    }

    fn recovery(&self) -> &'static str {
        match (self.recoveries, self.state, self.listener) {
            (0, _, true) => "nobody has called RecoverConnection",
            (0, _, false) => "nobody has called RecoverConnection and no exception listener is set",
            (_, State::GivenUp, _) => "RecoverConnection has failed and was not called again",
            _ => "RecoverConnection has failed and may be called again",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(state: State, recoveries: u64, listener: bool) -> String {
        let outage = Outage {
            state,
            since: Some(Stamp::ORIGIN),
            cause: "the server closed the socket",
            recoveries,
            listener,
        };
        outage.text().unwrap_or_default()
    }

    #[test]
    fn every_state_without_a_server_has_its_words() {
        let since = "since 1970-01-01 00:00:00.000 UTC: the server closed the socket";
        assert_eq!(
            text(State::Broken, 0, true),
            format!("the connection is broken {since}; nobody has called RecoverConnection")
        );
        assert!(text(State::Broken, 0, false).ends_with(" and no exception listener is set"));
        assert!(text(State::Broken, 1, true).ends_with("may be called again"));
        assert!(text(State::GivenUp, 2, true).ends_with("was not called again"));
        assert!(text(State::Recovering, 1, true).ends_with("; RecoverConnection is under way"));
        assert_eq!(
            text(State::Over, 0, true),
            format!(
                "the connection lost its server {}",
                since.replace("since", "at")
            )
        );
        assert!(text(State::Reconnecting, 0, true).ends_with("; the library reconnects"));
        assert_eq!(text(State::Connected, 0, true), "");
        assert_eq!(text(State::Closed, 0, true), "");
    }

    #[test]
    fn a_connection_that_never_was_names_no_time() {
        let outage = Outage {
            state: State::Over,
            since: None,
            cause: "not connected yet",
            recoveries: 0,
            listener: false,
        };
        let text = outage.text().unwrap();
        assert_eq!(text, "the connection lost its server: not connected yet");
    }
}
