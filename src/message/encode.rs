//! A message to AMQP sections (spec 30 §9, spec 40 §2.11): one pass into the caller's buffer, a snapshot that leaves the
//! message as it is. Called by the client before it takes any lock but the message's own. Nothing here blocks.

use std::borrow::Cow;

use super::bounds::Bounds;
use super::charset::Wide;
use super::classify::says_text;
use super::destination::Addresses;
use super::headers::{DeliveryMode, SendHeaders, TextHeader};
use super::items::Items;
use super::model::{Body, Message};
use super::text::Text;
use super::value::{Item, Value, no_conversion};
use super::values::{encode_list, encode_map, encode_text, encode_value};
use super::{ids, wire};
use crate::amqp::codec::Encoder;
use crate::status::Result;

impl Message {
    /// Appends the whole message to `out`. On an error nothing is appended: `TIBEMS_CONVERSION_FAILED` for text that
    /// cannot travel, `TIBEMS_INVALID_SIZE` above the limit or 64 levels of nesting.
    pub fn encode(
        &self,
        send: &SendHeaders<'_>,
        addresses: &dyn Addresses,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let start = out.len();
        let result = self.encode_sections(send, addresses, out);
        if result.is_err() {
            out.truncate(start);
        }
        result
    }

    fn encode_sections(
        &self,
        send: &SendHeaders<'_>,
        addresses: &dyn Addresses,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let properties = Mapped::of(self.properties())?;
        let form = TextForm::of(self);
        let mut out = Encoder::new(out);
        let bounds = Bounds::new(&out, send.message_limit);
        encode_header(&mut out, send);
        self.encode_annotations(&mut out, send, &form)?;
        self.encode_properties(&mut out, send, addresses, &properties, &form)?;
        self.encode_application_properties(&mut out, &properties, bounds)?;
        self.encode_body(&mut out, &form, bounds)?;
        bounds.check(&out)
    }

    fn encode_annotations(
        &self,
        out: &mut Encoder<'_>,
        send: &SendHeaders<'_>,
        form: &TextForm<'_>,
    ) -> Result<()> {
        out.descriptor(wire::MESSAGE_ANNOTATIONS);
        let mark = out.begin_map();
        let mut pairs = 0;
        let mut key = |out: &mut Encoder<'_>, name: &str| {
            pairs += 1;
            out.symbol(name);
        };
        if !form.is_known_by_its_type() {
            key(out, wire::MSG_TYPE);
            out.byte(wire::annotation_of(self.kind()));
        }
        key(out, wire::DEST);
        out.byte(send.destination.annotation());
        if let Some(reply_to) = self.reply_to() {
            key(out, wire::REPLY_TO);
            out.byte(reply_to.annotation());
        }
        if send.delay > 0 {
            key(out, wire::DELIVERY_TIME);
            out.long(send.delivery_time);
        }
        if send.delivery_mode == DeliveryMode::Reliable as i32 {
            key(out, wire::DELIVERY_MODE);
            out.ubyte(DeliveryMode::Reliable as u8);
        }
        if let Some(label) = self.text_header(TextHeader::Encoding) {
            key(out, wire::ENCODING);
            encode_text(out, label.as_bytes())?;
        }
        if let Some(origin) = send.origin {
            key(out, wire::ORIGIN);
            out.string(origin);
        }
        out.end_map(mark, pairs * 2);
        Ok(())
    }

    fn encode_properties(
        &self,
        out: &mut Encoder<'_>,
        send: &SendHeaders<'_>,
        addresses: &dyn Addresses,
        properties: &Mapped<'_>,
        form: &TextForm<'_>,
    ) -> Result<()> {
        let user_id = send.user_id.filter(|_| !properties.disable_sender);
        let subject = self.text_header(TextHeader::Type);
        let correlation_id = self.text_header(TextHeader::CorrelationId);
        let expiration = Some(send.expiration).filter(|time| *time > 0);
        let timestamp = Some(send.timestamp).filter(|time| *time != 0);
        let mut list = Fields::begin(out, wire::PROPERTIES);
        list.field(send.message_id, |out, id| out.string(id));
        list.field(user_id, |out, user| out.binary(user.as_bytes()));
        list.field(Some(send.destination), |out, to| {
            out.string(&addresses.to_wire(to))
        });
        list.try_field(subject, |out, text| encode_text(out, text.as_bytes()))?;
        list.field(self.reply_to(), |out, to| {
            out.string(&addresses.to_wire(to))
        });
        list.try_field(correlation_id, |out, id| {
            ids::encode_correlation_id(out, id.as_bytes())
        })?;
        match (&self.body, form) {
            (Body::Bytes(body), _) => match body.coding() {
                Some(coding) => {
                    list.field(coding.content_type.as_deref(), |out, kind| out.symbol(kind))
                }
                None => list.field(Some(wire::OCTET_STREAM), |out, kind| out.symbol(kind)),
            },
            (Body::Object(_), _) => {
                list.field(Some(wire::JAVA_OBJECT), |out, kind| out.symbol(kind))
            }
            (_, TextForm::Data(kind, _)) => {
                list.field(kind.as_deref(), |out, kind| out.symbol(kind))
            }
            _ => list.absent(),
        }
        let coding = match &self.body {
            Body::Bytes(body) => body
                .coding()
                .and_then(|coding| coding.content_encoding.as_deref()),
            _ => None,
        };
        list.field(coding, |out, coding| out.symbol(coding));
        list.field(expiration, |out, time| out.timestamp(time));
        list.field(timestamp, |out, time| out.timestamp(time));
        list.try_field(properties.group_id, |out, id| {
            encode_text(out, id.as_bytes())
        })?;
        list.field(properties.group_sequence, |out, number| {
            out.uint(number as u32)
        });
        list.end();
        Ok(())
    }

    fn encode_application_properties(
        &self,
        out: &mut Encoder<'_>,
        properties: &Mapped<'_>,
        bounds: Bounds,
    ) -> Result<()> {
        let extended = self.is_extended();
        if properties.travelling == 0 && !extended {
            return Ok(());
        }
        out.descriptor(wire::APPLICATION_PROPERTIES);
        let mark = out.begin_map();
        let mut pairs = 0;
        for (name, item) in self.properties().iter() {
            if wire::stays_here(name) || (extended && name.as_bytes() == wire::MSG_EXT.as_bytes()) {
                continue;
            }
            pairs += 1;
            encode_text(out, name.as_bytes())?;
            encode_value(out, item.value(), bounds)?;
            bounds.check(out)?;
        }
        if extended {
            pairs += 1;
            out.string(wire::MSG_EXT);
            out.bool(true);
        }
        out.end_map(mark, pairs * 2);
        Ok(())
    }

    /// True when the body holds nested messages or arrays.
    fn is_extended(&self) -> bool {
        match &self.body {
            Body::Map(body) => body
                .items(self.access())
                .iter()
                .any(|(_, item)| item.value().is_extended()),
            Body::Stream(body) => body
                .items(self.access())
                .iter()
                .any(|item| item.value().is_extended()),
            _ => false,
        }
    }

    fn encode_body(
        &self,
        out: &mut Encoder<'_>,
        form: &TextForm<'_>,
        bounds: Bounds,
    ) -> Result<()> {
        match &self.body {
            Body::Plain => {
                out.descriptor(wire::AMQP_VALUE);
                out.null();
            }
            Body::Text(_) => match form {
                TextForm::Data(_, text) => {
                    bounds.admit(out, text.len())?;
                    out.descriptor(wire::DATA);
                    out.binary(text);
                }
                TextForm::String(text) => {
                    bounds.admit(out, text.len())?;
                    out.descriptor(wire::AMQP_VALUE);
                    out.string_bytes(text);
                }
                TextForm::None => {
                    out.descriptor(wire::AMQP_VALUE);
                    out.null();
                }
            },
            Body::Bytes(body) => {
                let bytes = self.bytes_of(body);
                bounds.admit(out, bytes.len())?;
                out.descriptor(wire::DATA);
                out.binary(bytes);
            }
            Body::Object(bytes) => {
                let bytes = bytes.as_deref().unwrap_or(wire::JAVA_NULL);
                bounds.admit(out, bytes.len())?;
                out.descriptor(wire::DATA);
                out.binary(bytes);
            }
            Body::Map(body) => {
                out.descriptor(wire::AMQP_VALUE);
                encode_map(out, body.items(self.access()), bounds)?;
            }
            Body::Stream(body) => {
                out.descriptor(wire::AMQP_SEQUENCE);
                encode_list(out, body.items(self.access()), bounds)?;
            }
        }
        Ok(())
    }
}

/// Durable is always explicit: brokers do not agree on its default.
fn encode_header(out: &mut Encoder<'_>, send: &SendHeaders<'_>) {
    out.descriptor(wire::HEADER);
    let mark = out.begin_list();
    let ttl = u32::try_from(send.ttl)
        .ok()
        .filter(|ttl| (1..u32::MAX).contains(ttl));
    out.bool(send.delivery_mode == DeliveryMode::Persistent as i32);
    match (send.priority, ttl) {
        (4, None) => return out.end_list(mark, 1),
        (4, Some(_)) => out.null(),
        (priority, _) => out.ubyte(priority.clamp(0, 9) as u8),
    }
    match ttl {
        None => out.end_list(mark, 2),
        Some(ttl) => {
            out.uint(ttl);
            out.end_list(mark, 3);
        }
    }
}

/// How a text body travels (spec 30 §9.6).
enum TextForm<'a> {
    /// No text: another body type, or the null text.
    None,
    String(&'a [u8]),
    /// A content type that names the charset, and raw bytes in a data section.
    Data(Option<Cow<'a, str>>, &'a [u8]),
}

impl<'a> TextForm<'a> {
    fn of(message: &'a Message) -> TextForm<'a> {
        let Body::Text(body) = &message.body else {
            return TextForm::None;
        };
        if let Some(original) = body.original() {
            let kind = original.content_type.as_deref();
            return TextForm::Data(kind.map(Cow::Borrowed), &original.bytes);
        }
        let Some(text) = message.text_bytes(body) else {
            return TextForm::None;
        };
        let label = message
            .text_header(TextHeader::Encoding)
            .and_then(Text::as_str);
        // a text of C is in no wide charset, whatever its label says
        let other_charset =
            label.filter(|label| !is_utf8_label(label) && Wide::named(label).is_none());
        match std::str::from_utf8(text) {
            Ok(utf8) if other_charset.is_none() || utf8.is_ascii() => TextForm::String(text),
            // no text of C: it came as a string, and in a data section it would be bytes
            _ if text.contains(&0) => TextForm::String(text),
            _ => {
                let charset = other_charset.filter(|label| is_token(label));
                let charset = charset.unwrap_or("ISO-8859-1");
                let kind = format!("text/plain; charset={charset}");
                TextForm::Data(Some(kind.into()), text)
            }
        }
    }

    /// True for a text in a data section, which its content type makes known.
    fn is_known_by_its_type(&self) -> bool {
        matches!(self, TextForm::Data(Some(kind), _) if says_text(kind))
    }
}

fn is_utf8_label(label: &str) -> bool {
    ["", "UTF-8", "UTF8", "US-ASCII", "ASCII"]
        .iter()
        .any(|name| label.eq_ignore_ascii_case(name))
}

/// True for names that may stand in a content type as they are.
fn is_token(label: &str) -> bool {
    label
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:+".contains(&byte))
}

/// The properties that become AMQP fields, and how many travel as application properties.
#[derive(Default)]
struct Mapped<'a> {
    group_id: Option<&'a Text>,
    group_sequence: Option<i32>,
    disable_sender: bool,
    travelling: usize,
}

impl<'a> Mapped<'a> {
    fn of(items: &'a Items) -> Result<Mapped<'a>> {
        let mut mapped = Mapped::default();
        for (name, item) in items.iter() {
            if !name.as_bytes().starts_with(b"JMS") {
                mapped.travelling += 1;
                continue;
            }
            match name.as_str().unwrap_or_default() {
                wire::GROUP_ID => mapped.group_id = item.to_text()?,
                wire::GROUP_SEQ => mapped.group_sequence = group_sequence(item)?,
                "JMS_TIBCO_DISABLE_SENDER" => {
                    mapped.disable_sender = !matches!(item.value(), Value::Null)
                }
                _ => {}
            }
            mapped.travelling += usize::from(!wire::stays_here(name));
        }
        Ok(mapped)
    }
}

/// The group sequence, which a program may have set as any whole number; 0 and null are not sent.
fn group_sequence(item: &Item) -> Result<Option<i32>> {
    if let Value::Null = item.value() {
        return Ok(None);
    }
    let number = i32::try_from(item.value().to_long()?).map_err(|_| no_conversion())?;
    Ok((number != 0).then_some(number))
}

/// The fields of a composite, without the nulls at its end.
struct Fields<'o, 'a> {
    out: &'o mut Encoder<'a>,
    mark: crate::amqp::codec::Mark,
    count: u32,
    pending_nulls: u32,
}

impl<'o, 'a> Fields<'o, 'a> {
    fn begin(out: &'o mut Encoder<'a>, descriptor: u64) -> Fields<'o, 'a> {
        out.descriptor(descriptor);
        let mark = out.begin_list();
        Fields {
            out,
            mark,
            count: 0,
            pending_nulls: 0,
        }
    }

    fn absent(&mut self) {
        self.pending_nulls += 1;
    }

    fn field<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Encoder<'a>, T)) {
        match value {
            Some(value) => write(self.present(), value),
            None => self.absent(),
        }
    }

    fn try_field<T>(
        &mut self,
        value: Option<T>,
        write: impl FnOnce(&mut Encoder<'a>, T) -> Result<()>,
    ) -> Result<()> {
        match value {
            Some(value) => write(self.present(), value)?,
            None => self.absent(),
        }
        Ok(())
    }

    /// Where the next field goes, behind the nulls before it.
    fn present(&mut self) -> &mut Encoder<'a> {
        for _ in 0..self.pending_nulls {
            self.out.null();
        }
        self.count += std::mem::take(&mut self.pending_nulls) + 1;
        self.out
    }

    fn end(self) {
        self.out.end_list(self.mark, self.count);
    }
}
