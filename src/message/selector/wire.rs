//! The text of a selector for a server, where servers read selectors in ways of their own.
//!
//! Those of the ActiveMQ family bind NOT tighter than comparisons: there `NOT a = 1` is `(NOT a) = 1`, which selects nothing.
//! What NOT negates goes out in parentheses, which every server reads alike. Artemis (2.56) knows four of the headers only by
//! its own names when the selector is that of a topic subscription; by theirs they are null. Its delivery modes have other
//! names too: only those that are compared or listed are translated, no LIKE pattern is.

use std::borrow::Cow;

use super::Header;

/// A place of the text that a server may need in another form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Here begins or ends what NOT negates
    Open,
    Close,
    Header(Header),
    /// The text PERSISTENT or NON_PERSISTENT, compared with JMSDeliveryMode
    Mode,
}

/// Where the marks are: start and length in bytes.
pub(super) type Marks = Vec<(usize, usize, Mark)>;

/// How the server names the headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// As JMS does
    Jms,
    /// As the core of Artemis does
    ArtemisCore,
}

/// The text with its marks carried out.
pub(super) fn text<'a>(
    text: &'a str,
    marks: &[(usize, usize, Mark)],
    naming: Naming,
) -> Cow<'a, str> {
    let mut out = String::new();
    let mut copied = 0;
    for (at, len, mark) in marks {
        let old = &text[*at..at + len];
        let new = match (mark, naming) {
            (Mark::Open, _) => "(",
            (Mark::Close, _) => ")",
            (_, Naming::Jms) => continue,
            (Mark::Header(Header::Priority), _) => "AMQPriority",
            (Mark::Header(Header::Timestamp), _) => "AMQTimestamp",
            (Mark::Header(Header::MessageId), _) => "AMQUserID",
            (Mark::Header(Header::DeliveryMode), _) => "AMQDurable",
            (Mark::Header(Header::CorrelationId | Header::Type), _) => continue,
            (Mark::Mode, _) if old == "'PERSISTENT'" => "'DURABLE'",
            (Mark::Mode, _) if old == "'NON_PERSISTENT'" => "'NON_DURABLE'",
            (Mark::Mode, _) => continue,
        };
        out.push_str(&text[copied..*at]);
        out.push_str(new);
        copied = at + len;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}
