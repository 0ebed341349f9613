//! Texts of the C API: bytes with a terminating NUL at a fixed address.
//!
//! C strings are passed through byte for byte (spec 30 §3.3), so a text need not be UTF-8. A text that came from
//! another AMQP client may hold a zero byte inside: it is kept, C readers see the part before it (spec 30 §9.6).
//! Nothing here blocks.

use std::ffi::c_char;
use std::fmt;

/// An immutable text, NUL-terminated on the heap: the address stays the same until it is dropped.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Text(Box<[u8]>);

impl Text {
    /// A copy of these bytes; the terminator is added.
    pub fn new(bytes: &[u8]) -> Text {
        let mut owned = Vec::with_capacity(bytes.len() + 1);
        owned.extend_from_slice(bytes);
        owned.push(0);
        Text(owned.into_boxed_slice())
    }

    /// The bytes without the terminator.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0[..self.0.len() - 1]
    }

    /// The text, if it is UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(self.as_bytes()).ok()
    }

    /// The text for people: what is not UTF-8 is replaced.
    pub fn to_string_lossy(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.as_bytes())
    }

    /// Bytes without the terminator.
    pub fn len(&self) -> usize {
        self.0.len() - 1
    }

    /// True for the empty text.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The address for C, valid while this text lives.
    pub fn as_ptr(&self) -> *const c_char {
        self.0.as_ptr().cast()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text::new(text.as_bytes())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        let mut bytes = text.into_bytes();
        bytes.reserve_exact(1);
        bytes.push(0);
        Text(bytes.into_boxed_slice())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string_lossy(), out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_every_byte_and_ends_with_nul() {
        let text = Text::new(b"a\0\xE9b");
        assert_eq!(text.as_bytes(), b"a\0\xE9b");
        assert_eq!(&*text.0, b"a\0\xE9b\0");
        assert_eq!(text.as_str(), None);
        let moved = Text::from(String::from("ä"));
        assert_eq!((moved.as_str(), moved.len()), (Some("ä"), 2));
    }
}
