//! Which of the six message types a received body is (spec 30 §9.3). Nothing here blocks.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};

use super::bodies::{MapBody, TextBody};
use super::bytes_body::{BytesBody, Coding};
use super::model::{Access, Body};
use super::stream_body::StreamBody;
use super::values::{Encoded, decode_item, slice};
use super::wire::{JAVA_NULL, JAVA_OBJECT, OCTET_STREAM};
use crate::amqp::codec::{DecodeError, ValueRef};

/// The body sections of a message, as they came.
#[derive(Debug, Default)]
pub(super) enum BodySections {
    #[default]
    None,
    Data(Data),
    Sequences(Vec<Encoded>),
    Null,
    Text(Bytes),
    Binary(Bytes),
    Map(Encoded),
    List(Encoded),
    /// Any other value, as the one item of a stream.
    Other(super::value::Value),
}

/// Data sections: one is shared with the payload, several are joined at the end.
#[derive(Debug)]
pub(super) enum Data {
    One(Bytes),
    Several(BytesMut),
}

impl Data {
    fn into_bytes(self) -> Bytes {
        match self {
            Data::One(bytes) => bytes,
            Data::Several(bytes) => bytes.freeze(),
        }
    }
}

const MIXED: DecodeError = DecodeError::WrongType("body section");

impl BodySections {
    pub(super) fn add_data(&mut self, data: Bytes) -> Result<(), DecodeError> {
        match self {
            BodySections::None => *self = BodySections::Data(Data::One(data)),
            BodySections::Data(Data::One(first)) => {
                let mut all = BytesMut::with_capacity((first.len() + data.len()) * 2);
                all.extend_from_slice(first);
                all.extend_from_slice(&data);
                *self = BodySections::Data(Data::Several(all));
            }
            BodySections::Data(Data::Several(all)) => all.extend_from_slice(&data),
            _ => return Err(MIXED),
        }
        Ok(())
    }

    pub(super) fn add_sequence(&mut self, list: Encoded) -> Result<(), DecodeError> {
        match self {
            BodySections::None => *self = BodySections::Sequences(vec![list]),
            BodySections::Sequences(lists) => lists.push(list),
            _ => return Err(MIXED),
        }
        Ok(())
    }

    pub(super) fn set_value(
        &mut self,
        payload: &Bytes,
        value: ValueRef<'_>,
    ) -> Result<(), DecodeError> {
        if !matches!(self, BodySections::None) {
            return Err(MIXED);
        }
        *self = match value {
            ValueRef::Null => BodySections::Null,
            ValueRef::String(text) => BodySections::Text(slice(payload, text)),
            ValueRef::Binary(bytes) => BodySections::Binary(slice(payload, bytes)),
            ValueRef::Map(pairs) => BodySections::Map(Encoded::of(payload, &pairs)),
            ValueRef::List(items) => BodySections::List(Encoded::of(payload, &items)),
            ValueRef::Described(_, mut inner) => return self.set_value(payload, inner.value()?),
            other => BodySections::Other(decode_item(payload, other, Access::ReadOnly)),
        };
        Ok(())
    }
}

/// The body, and the charset that a text in a data section names (a part of `content_type`).
pub(super) fn classify<'a>(
    msg_type: Option<i8>,
    content_type: Option<&'a str>,
    content_encoding: Option<&str>,
    sections: BodySections,
) -> (Body, Option<&'a str>) {
    let media = content_type.map(media_type);
    let media = media.as_deref();
    let text_charset = |sections: &BodySections| match sections {
        BodySections::Data(_) => content_type.and_then(charset),
        _ => None,
    };
    use BodySections as S;
    let sections = match (sections, coded(content_encoding)) {
        (S::Data(data), Some(encoding)) => {
            let coding = Coding {
                content_type: content_type.map(str::to_owned),
                content_encoding: encoding.to_owned(),
            };
            let body = BytesBody::from_coded(data.into_bytes(), coding);
            return (Body::Bytes(body), None);
        }
        (sections, _) => sections,
    };
    let body = match (msg_type, sections) {
        (Some(0), S::None | S::Null) => Body::Plain,
        (Some(1), S::None) if media == Some(JAVA_OBJECT) => Body::Object(None),
        (Some(1), S::Data(data)) if media == Some(JAVA_OBJECT) => object(data),
        (Some(2), S::None | S::Null) => Body::Map(MapBody::default()),
        (Some(2), S::Map(pairs)) => Body::Map(MapBody::from_wire(pairs)),
        (Some(3), S::None | S::Null) => bytes(Bytes::new()),
        (Some(3), S::Data(data)) => bytes(data.into_bytes()),
        (Some(3), S::Binary(data)) => bytes(data),
        (Some(4), S::None | S::Null) => stream(Vec::new()),
        (Some(4), S::Sequences(lists)) => stream(lists),
        (Some(4), S::List(list)) => stream(vec![list]),
        (Some(5), S::None | S::Null) => text(None),
        (Some(5), S::Text(content)) => text(Some(content)),
        (Some(5), sections @ S::Data(_)) => {
            let charset = text_charset(&sections);
            return (unannotated(media, sections, true), charset);
        }
        (_, sections) => {
            let textual = media.is_some_and(is_textual);
            let charset = text_charset(&sections).filter(|_| textual);
            return (unannotated(media, sections, textual), charset);
        }
    };
    (body, None)
}

/// The table for messages without annotation, and for those that contradict theirs.
fn unannotated(media: Option<&str>, sections: BodySections, textual: bool) -> Body {
    use BodySections as S;
    let object_type = media == Some(JAVA_OBJECT);
    match sections {
        S::None if media.is_none_or(|media| media == OCTET_STREAM) => bytes(Bytes::new()),
        S::None if object_type => Body::Object(None),
        S::None if textual => text(None),
        S::None => Body::Plain,
        S::Data(data) if object_type => object(data),
        S::Data(data) if textual => text(Some(data.into_bytes())),
        S::Data(data) => bytes(data.into_bytes()),
        S::Null => text(None),
        S::Text(content) => text(Some(content)),
        S::Binary(data) => bytes(data),
        S::Map(pairs) => Body::Map(MapBody::from_wire(pairs)),
        S::List(list) => stream(vec![list]),
        S::Sequences(lists) => stream(lists),
        S::Other(value) => Body::Stream(StreamBody::from_items(vec![value.into()])),
    }
}

fn bytes(content: Bytes) -> Body {
    Body::Bytes(BytesBody::from_wire(content))
}

fn text(content: Option<Bytes>) -> Body {
    Body::Text(TextBody::from_wire(content))
}

fn stream(lists: Vec<Encoded>) -> Body {
    Body::Stream(StreamBody::from_wire(lists))
}

/// The content encoding, if it says that the bytes are not the content itself (D24).
fn coded(content_encoding: Option<&str>) -> Option<&str> {
    content_encoding.filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity"))
}

/// Java's serialised null is no object.
fn object(data: Data) -> Body {
    Body::Object(Some(data.into_bytes()).filter(|bytes| bytes[..] != *JAVA_NULL))
}

/// Type and subtype in lower case, without parameters.
fn media_type(content_type: &str) -> Cow<'_, str> {
    let media = content_type.split(';').next().unwrap_or_default().trim();
    if media.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(media.to_ascii_lowercase())
    } else {
        Cow::Borrowed(media)
    }
}

fn is_textual(media: &str) -> bool {
    media.starts_with("text/")
        || media.ends_with("+xml")
        || media.ends_with("+json")
        || media.strip_prefix("application/").is_some_and(|subtype| {
            matches!(
                subtype,
                "xml" | "json" | "javascript" | "ecmascript" | "xml-dtd"
            )
        })
}

/// The charset parameter.
fn charset(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types() {
        for textual in [
            "text/plain",
            "application/json",
            "image/svg+xml",
            "application/problem+json",
        ] {
            assert!(is_textual(textual), "{textual}");
        }
        assert!(!is_textual("image/png") && !is_textual("application/x-xml"));
        assert_eq!(media_type("Text/Plain; charset=x"), "text/plain");
        assert_eq!(
            charset("text/plain; a=b; Charset=\"ISO-8859-1\""),
            Some("ISO-8859-1")
        );
        assert_eq!(charset("text/plain; charset="), None);
    }
}
