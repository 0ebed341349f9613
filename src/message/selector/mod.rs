//! Message selectors: the library's own parser and evaluator of the JMS 2.0 syntax (spec 20 §4.2, D23, D28).
//!
//! `lexer` cuts the text into tokens, `parser` compiles it once into the operations of `program`, `like` compiles patterns,
//! `message` shows a received message to them, `wire` gives the text for a server. Used by the client, which refuses a
//! wrong text before it asks the server, and by devbroker, which selects with it. Nothing here blocks.
//!
//! Whatever the text, there is no recursion, no panic, and time and memory in proportion to its length. Limits, each
//! refused with a text of its own: [`MAX_LENGTH`] bytes, 1,000 parentheses inside each other, and 256 characters between
//! two `%` of a LIKE pattern when a `_` is among them.
//!
//! What JMS leaves open is decided so:
//! - Whole numbers are 64 bits wide. A result beyond that and a division of whole numbers by zero have no value: what is
//!   compared with them is unknown. Approximate numbers follow IEEE 754.
//! - Whole and approximate numbers are compared exactly, without rounding the one to the other.
//! - A literal is decimal, octal or hexadecimal as Java writes it, but always 64 bits wide and never negative; binary
//!   literals and underscores, which Java got later, are none.
//! - A comparison of unlike types is unknown; where literals and operators alone show it, the selector is refused.
//! - What stands behind the escape character of LIKE stands for itself, whatever it is.
//! - A property that is no boolean, number or text of UTF-8 is not null and equals nothing.

mod lexer;
mod like;
mod message;
mod parser;
mod program;
mod wire;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

use crate::status::{Error, Result, Status};
use program::Program;
use wire::Marks;
pub use wire::Naming;

/// Longest selector in bytes. It travels in one frame, of which servers take 64 KiB and more.
pub const MAX_LENGTH: usize = 60_000;

/// The value of an identifier, or of an expression.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Operand<'a> {
    /// There is none
    #[default]
    Null,
    Bool(bool),
    Exact(i64),
    Approximate(f64),
    Text(&'a str),
    /// Of a type that selectors do not know
    Other,
}

/// The headers that a selector may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// `'PERSISTENT'` or `'NON_PERSISTENT'`
    DeliveryMode,
    Priority,
    MessageId,
    Timestamp,
    CorrelationId,
    Type,
}

impl Header {
    /// The header of this name, `None` for the name of a property; the error says why it cannot be named.
    fn named(name: &str) -> std::result::Result<Option<Header>, &'static str> {
        Ok(Some(match name {
            "JMSDeliveryMode" => Header::DeliveryMode,
            "JMSPriority" => Header::Priority,
            "JMSMessageID" => Header::MessageId,
            "JMSTimestamp" => Header::Timestamp,
            "JMSCorrelationID" => Header::CorrelationId,
            "JMSType" => Header::Type,
            "JMSDestination" | "JMSReplyTo" | "JMSRedelivered" | "JMSExpiration"
            | "JMSDeliveryTime" => return Err("a header that selectors cannot name"),
            _ => return Ok(None),
        }))
    }
}

/// A message as selectors see it.
pub trait Identifiers {
    /// The value of a header.
    fn header(&self, header: Header) -> Operand<'_>;
    /// The value of a property.
    fn property(&self, name: &str) -> Operand<'_>;
}

/// What a selector says about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    True,
    False,
    Unknown,
}

/// A compiled selector.
pub struct Selector {
    text: Box<str>,
    program: Program,
    marks: Marks,
}

impl Selector {
    /// Compiles what a program gave as selector: nothing, the empty text and blanks are none. Anything else that is no
    /// selector is `TIBEMS_INVALID_SELECTOR`, with the place and the token in its text.
    pub fn given(text: Option<&[u8]>) -> Result<Option<Selector>> {
        let Some(bytes) = text else {
            return Ok(None);
        };
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let place = error.valid_up_to() + 1;
            invalid(format!("invalid selector: not UTF-8 at byte {place}"))
        })?;
        if text.chars().all(lexer::is_blank) {
            return Ok(None);
        }
        Selector::parse(text).map(Some)
    }

    /// Compiles a selector; blanks are none.
    pub fn parse(text: &str) -> Result<Selector> {
        if text.len() > MAX_LENGTH {
            let text = format!(
                "invalid selector: {} bytes, more than {MAX_LENGTH}",
                text.len()
            );
            return Err(invalid(text));
        }
        match parser::compile(text) {
            Ok((program, marks)) => Ok(Selector {
                text: text.into(),
                program,
                marks,
            }),
            Err(wrong) => Err(wrong.error(text)),
        }
    }

    /// The text as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text for a server that names headers so. It means the same as the text that was given.
    pub fn wire_text(&self, naming: Naming) -> Cow<'_, str> {
        wire::text(&self.text, &self.marks, naming)
    }

    /// What it says about a message.
    pub fn evaluate(&self, message: &dyn Identifiers) -> Truth {
        match self.program.run(message) {
            Operand::Bool(true) => Truth::True,
            Operand::Bool(false) => Truth::False,
            _ => Truth::Unknown,
        }
    }

    /// Only true selects.
    pub fn selects(&self, message: &dyn Identifiers) -> bool {
        self.evaluate(message) == Truth::True
    }
}

impl fmt::Debug for Selector {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, out)
    }
}

/// Selectors of the same text select the same.
impl PartialEq for Selector {
    fn eq(&self, other: &Selector) -> bool {
        self.text == other.text
    }
}

impl Eq for Selector {}

fn invalid(text: String) -> Error {
    Error::new(Status::TIBEMS_INVALID_SELECTOR, text)
}
