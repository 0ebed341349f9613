//! Which of the six message types a received body is (spec 30 §9.3). Nothing here blocks.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};

use super::bodies::{MapBody, Original, TextBody};
use super::bytes_body::{BytesBody, Coding};
use super::charset::Wide;
use super::elements::Elements;
use super::model::{Access, Body};
use super::stream_body::StreamBody;
use super::text::Text;
use super::values::{Encoded, decode_item, slice};
use super::wire::{JAVA_NULL, JAVA_OBJECT, OCTET_STREAM, Span};
use crate::amqp::codec::{DecodeError, ValueRef};

/// The body sections of a message, as they came.
#[derive(Debug, Default)]
pub(super) enum BodySections<'a> {
    #[default]
    None,
    Data(Data<'a>),
    Sequence(Elements<'a>),
    Sequences(Vec<Elements<'a>>),
    Null,
    Text(&'a [u8]),
    Binary(&'a [u8]),
    Map(Elements<'a>),
    List(Elements<'a>),
    /// Any other value, as the one item of a stream.
    Other(super::value::Value),
}

/// Data sections: one is shared with the payload, several are joined at the end.
#[derive(Debug)]
pub(super) enum Data<'a> {
    One(&'a [u8]),
    Several(BytesMut),
}

impl Data<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Data::One(bytes) => bytes,
            Data::Several(bytes) => bytes,
        }
    }

    fn into_bytes(self, payload: &Bytes) -> Bytes {
        match self {
            Data::One(bytes) => slice(payload, bytes),
            Data::Several(bytes) => bytes.freeze(),
        }
    }
}

const MIXED: DecodeError = DecodeError::WrongType("body section");

impl<'a> BodySections<'a> {
    pub(super) fn add_data(&mut self, data: &'a [u8]) -> Result<(), DecodeError> {
        match self {
            BodySections::None => *self = BodySections::Data(Data::One(data)),
            BodySections::Data(Data::One(first)) => {
                let mut all = BytesMut::with_capacity((first.len() + data.len()) * 2);
                all.extend_from_slice(first);
                all.extend_from_slice(data);
                *self = BodySections::Data(Data::Several(all));
            }
            BodySections::Data(Data::Several(all)) => all.extend_from_slice(data),
            _ => return Err(MIXED),
        }
        Ok(())
    }

    pub(super) fn add_sequence(&mut self, list: Elements<'a>) -> Result<(), DecodeError> {
        match self {
            BodySections::None => *self = BodySections::Sequence(list),
            BodySections::Sequence(first) => *self = BodySections::Sequences(vec![*first, list]),
            BodySections::Sequences(lists) => lists.push(list),
            _ => return Err(MIXED),
        }
        Ok(())
    }

    pub(super) fn set_value(
        &mut self,
        payload: &Bytes,
        value: ValueRef<'a>,
    ) -> Result<(), DecodeError> {
        if !matches!(self, BodySections::None) {
            return Err(MIXED);
        }
        *self = match value {
            ValueRef::Null => BodySections::Null,
            ValueRef::String(text) => BodySections::Text(text),
            ValueRef::Binary(bytes) => BodySections::Binary(bytes),
            ValueRef::Map(pairs) => BodySections::Map(Elements::of(&pairs)),
            ValueRef::List(items) => BodySections::List(Elements::of(&items)),
            ValueRef::Described(_, mut inner) => return self.set_value(payload, inner.value()?),
            other => BodySections::Other(decode_item(payload, other, Access::ReadOnly)),
        };
        Ok(())
    }
}

/// What a body is said to be encoded in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Charset<'a> {
    /// Nothing is said of it by its content type.
    Unnamed,
    /// The name in the content type.
    Named(&'a str),
    /// It was another, and is UTF-8 now.
    Converted,
}

/// The body, and the charset of its text if that is one in a data section.
pub(super) fn classify<'a>(
    payload: &Bytes,
    msg_type: Option<i8>,
    content_type: Option<&'a str>,
    content_encoding: Option<&str>,
    sections: BodySections<'_>,
) -> (Body, Charset<'a>) {
    let media = content_type.map(media_type);
    let media = media.as_deref();
    use BodySections as S;
    let sections = match (sections, coded(content_encoding)) {
        (S::Data(data), Some(encoding)) => {
            let coding = Coding {
                content_type: content_type.map(str::to_owned),
                content_encoding: Some(encoding.to_owned()),
            };
            let body = BytesBody::from_coded(data.into_bytes(payload), coding);
            return (Body::Bytes(body), Charset::Unnamed);
        }
        (sections, _) => sections,
    };
    let textual = media.is_some_and(is_textual);
    let body = match (msg_type, sections) {
        (Some(0), S::None | S::Null) => Body::Plain,
        (Some(1), S::None) if media == Some(JAVA_OBJECT) => Body::Object(None),
        (Some(1), S::Data(data)) if media == Some(JAVA_OBJECT) => object(data.into_bytes(payload)),
        (Some(2), S::None | S::Null) => Body::Map(MapBody::default()),
        (Some(2), S::Map(pairs)) => Body::Map(MapBody::from_wire(Encoded::of(payload, &pairs))),
        (Some(3), S::None | S::Null) => Body::Bytes(BytesBody::from_wire(Bytes::new())),
        (Some(3), S::Data(data)) if textual => text_as_bytes(payload, content_type, data),
        (Some(3), S::Data(data)) => data_bytes(payload, data),
        (Some(3), S::Binary(data)) => bytes(payload, data),
        (Some(4), S::None | S::Null) => stream(payload, &[]),
        (Some(4), S::Sequence(list)) => stream(payload, &[list]),
        (Some(4), S::Sequences(lists)) => stream(payload, &lists),
        (Some(4), S::List(list)) => stream(payload, &[list]),
        (Some(5), S::None | S::Null) => Body::Text(TextBody::null()),
        (Some(5), S::Text(content)) => text(payload, content),
        (said, S::Data(data)) if textual || (said == Some(5) && media != Some(JAVA_OBJECT)) => {
            return data_text(payload, content_type, data);
        }
        (_, sections) => unannotated(payload, media, sections, textual),
    };
    (body, Charset::Unnamed)
}

/// The table for messages without annotation, and for those that contradict theirs. A text in a data section is not its
/// business.
fn unannotated(
    payload: &Bytes,
    media: Option<&str>,
    sections: BodySections<'_>,
    textual: bool,
) -> Body {
    use BodySections as S;
    let object_type = media == Some(JAVA_OBJECT);
    match sections {
        S::None if media.is_none_or(|media| media == OCTET_STREAM) => {
            Body::Bytes(BytesBody::from_wire(Bytes::new()))
        }
        S::None if object_type => Body::Object(None),
        S::None if textual => Body::Text(TextBody::null()),
        S::None => Body::Plain,
        S::Data(data) if object_type => object(data.into_bytes(payload)),
        S::Data(data) => data_bytes(payload, data),
        S::Null => Body::Text(TextBody::null()),
        S::Text(content) => text(payload, content),
        S::Binary(data) => bytes(payload, data),
        S::Map(pairs) => Body::Map(MapBody::from_wire(Encoded::of(payload, &pairs))),
        S::List(list) => stream(payload, &[list]),
        S::Sequence(list) => stream(payload, &[list]),
        S::Sequences(lists) => stream(payload, &lists),
        S::Other(value) => Body::Stream(StreamBody::from_items(vec![value.into()])),
    }
}

/// A text in a data section. C reads a text up to its first zero byte, so what holds one is converted where that is
/// possible, else it is bytes. All other texts keep their bytes, whatever their charset (spec 30 §9.6).
fn data_text<'a>(
    payload: &Bytes,
    content_type: Option<&'a str>,
    data: Data<'_>,
) -> (Body, Charset<'a>) {
    let label = content_type.and_then(charset);
    let wide = match label {
        Some(label) => Wide::named(label),
        None => Wide::marked(data.bytes()),
    };
    let utf8 = wide.and_then(|wide| wide.to_utf8(data.bytes()));
    let is_c_string = |text: &[u8]| !text.contains(&0);
    match utf8.filter(|utf8| is_c_string(utf8.as_bytes())) {
        Some(utf8) => {
            let original = Original {
                content_type: content_type.map(str::to_owned),
                bytes: data.into_bytes(payload),
            };
            let body = TextBody::converted(Text::from(utf8), original);
            (Body::Text(body), Charset::Converted)
        }
        None if wide.is_some() || !is_c_string(data.bytes()) => {
            (text_as_bytes(payload, content_type, data), Charset::Unnamed)
        }
        None => {
            let body = match data {
                Data::One(content) => text(payload, content),
                data => Body::Text(TextBody::from_bytes(Some(data.into_bytes(payload)))),
            };
            (body, label.map_or(Charset::Unnamed, Charset::Named))
        }
    }
}

fn bytes(payload: &Bytes, content: &[u8]) -> Body {
    Body::Bytes(BytesBody::in_payload(Span::of(payload, content)))
}

fn data_bytes(payload: &Bytes, data: Data<'_>) -> Body {
    match data {
        Data::One(content) => bytes(payload, content),
        data => Body::Bytes(BytesBody::from_wire(data.into_bytes(payload))),
    }
}

/// A text that is shown as bytes; what it is stays known.
fn text_as_bytes(payload: &Bytes, content_type: Option<&str>, data: Data<'_>) -> Body {
    let coding = Coding {
        content_type: content_type.map(str::to_owned),
        content_encoding: None,
    };
    Body::Bytes(BytesBody::from_coded(data.into_bytes(payload), coding))
}

fn text(payload: &Bytes, content: &[u8]) -> Body {
    Body::Text(TextBody::in_payload(Span::of(payload, content)))
}

fn stream(payload: &Bytes, lists: &[Elements<'_>]) -> Body {
    let encoded = |list| Encoded::of(payload, list);
    Body::Stream(StreamBody::from_wire(lists.iter().map(encoded).collect()))
}

/// The content encoding, if it says that the bytes are not the content itself (D24).
fn coded(content_encoding: Option<&str>) -> Option<&str> {
    content_encoding.filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity"))
}

/// True if a text of this content type is known as one without an annotation.
pub(super) fn says_text(content_type: &str) -> bool {
    is_textual(&media_type(content_type))
}

/// Java's serialised null is no object.
fn object(data: Bytes) -> Body {
    Body::Object(Some(data).filter(|bytes| bytes[..] != *JAVA_NULL))
}

/// Type and subtype in lower case, without parameters.
fn media_type(content_type: &str) -> Cow<'_, str> {
    if [OCTET_STREAM, JAVA_OBJECT].contains(&content_type) {
        return Cow::Borrowed(content_type);
    }
    let media = content_type.split(';').next().unwrap_or_default().trim();
    if media.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(media.to_ascii_lowercase())
    } else {
        Cow::Borrowed(media)
    }
}

/// True for types whose content is a text.
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
