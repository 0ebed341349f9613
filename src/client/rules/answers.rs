//! What a server's conduct in a try is called, where no server says it itself: silence, the end of the stream, no way there.
//!
//! Pure. The texts are predicates: the record of the tries puts the URL before.

use std::fmt;
use std::io::{Error, ErrorKind};
use std::time::Duration;

/// How far the conversation came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Not a byte.
    Nothing,
    /// Something, but not yet this.
    Before(&'static str),
    /// Its `open`; what was to be created on it was not answered in full.
    Open,
}

/// Nobody answered within this time.
pub fn silent(heard: Heard, span: Duration) -> String {
    let span = Span(span);
    match heard {
        Heard::Nothing => format!("accepted the connection and said nothing for {span}"),
        Heard::Before(what) => format!("{what} did not come within {span}"),
        Heard::Open => format!("did not answer every begin and attach within {span}"),
    }
}

/// The stream ended, or with an error of the socket.
pub fn ended(heard: Heard, error: Option<&Error>) -> String {
    let how = match error {
        None => "closed the connection".to_owned(),
        Some(error) if error.kind() == ErrorKind::BrokenPipe => "closed the connection".into(),
        Some(error) if error.kind() == ErrorKind::ConnectionReset => "reset the connection".into(),
        Some(error) => format!("the connection failed: {error}"),
    };
    match heard {
        Heard::Nothing => {
            format!("{how} without a word: a port that wants TLS, or a proxy without its server?")
        }
        Heard::Before(what) => format!("{how}, {what} did not come"),
        Heard::Open => format!("{how} before every begin and attach was answered"),
    }
}

/// No connection came about in this time.
pub fn unreachable(error: &Error, span: Duration) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => "connection refused".into(),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => "no route".into(),
        // it was there for a moment
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => ended(Heard::Nothing, Some(error)),
        ErrorKind::TimedOut => format!("no connection within {}", Span(span)),
        _ => format!("connecting failed: {error}"),
    }
}

/// A time as people say it.
struct Span(Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.0.as_millis();
        let tenths = (ms + 50) / 100;
        match (ms, tenths % 10) {
            (..1000, _) => write!(f, "{ms} ms"),
            (_, 0) => write!(f, "{} s", tenths / 10),
            (_, part) => write!(f, "{}.{part} s", tenths / 10),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_says_how_long_and_what_was_missing() {
        let ms = Duration::from_millis;
        assert_eq!(
            silent(Heard::Nothing, ms(10_003)),
            "accepted the connection and said nothing for 10 s"
        );
        assert_eq!(
            silent(Heard::Before("its open"), ms(999)),
            "its open did not come within 999 ms"
        );
        assert!(silent(Heard::Open, ms(1550)).ends_with("within 1.6 s"));
    }

    #[test]
    fn an_end_without_a_word_says_what_it_may_be() {
        let text = ended(Heard::Nothing, None);
        assert!(text.starts_with("closed") && text.contains("TLS"), "{text}");
        let reset = Error::from(ErrorKind::ConnectionReset);
        let text = ended(Heard::Nothing, Some(&reset));
        assert!(text.starts_with("reset") && text.contains("TLS"), "{text}");
        let text = ended(Heard::Before("its open"), Some(&reset));
        assert_eq!(text, "reset the connection, its open did not come");
        let other = ended(Heard::Open, Some(&Error::from(ErrorKind::Other)));
        assert!(other.starts_with("the connection failed: "), "{other}");
    }

    #[test]
    fn no_way_there_is_said_in_words() {
        let text = |kind: ErrorKind| unreachable(&kind.into(), Duration::from_secs(10));
        assert_eq!(text(ErrorKind::ConnectionRefused), "connection refused");
        assert_eq!(text(ErrorKind::HostUnreachable), "no route");
        assert_eq!(text(ErrorKind::TimedOut), "no connection within 10 s");
        assert!(text(ErrorKind::ConnectionReset).starts_with("reset the connection without a"));
        assert!(text(ErrorKind::PermissionDenied).starts_with("connecting failed: "));
    }
}
