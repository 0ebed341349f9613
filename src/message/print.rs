//! Messages and fields as text for people (spec 30 §7). Reads only: no position moves, no mode matters. The output is bytes,
//! because texts of C need not be UTF-8. Nothing here blocks.

use std::io::Write;

use super::destination::Destination;
use super::headers::{DeliveryMode, TextHeader};
use super::items::Items;
use super::model::{Body, BodyKind, Message};
use super::number::{double_text, float_text};
use super::text::Text;
use super::value::{Item, Value};

impl Message {
    /// One line: kind of body, headers, properties, body.
    pub fn print(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put(
            &mut out,
            format_args!("{}={{ Header={{ ", word(self.kind())),
        );
        self.print_headers(&mut out);
        out.extend_from_slice(b"} Properties={ ");
        print_items(&mut out, self.properties());
        out.extend_from_slice(b"} ");
        match &self.body {
            Body::Plain => {}
            Body::Text(body) => {
                print_group(&mut out, "Text", self.text_bytes(body).unwrap_or(b"null"))
            }
            Body::Bytes(body) => put(
                &mut out,
                format_args!("Bytes={{{} bytes}} ", self.bytes_of(body).len()),
            ),
            Body::Object(bytes) => {
                put(
                    &mut out,
                    format_args!(
                        "Object={{{} bytes}} ",
                        bytes.as_ref().map_or(0, |bytes| bytes.len())
                    ),
                );
            }
            Body::Map(body) => {
                out.extend_from_slice(b"Fields={ ");
                print_items(&mut out, body.items(self.access()));
                out.extend_from_slice(b"} ");
            }
            Body::Stream(body) => {
                out.extend_from_slice(b"Fields={ ");
                print_stream(&mut out, body.items(self.access()));
                out.extend_from_slice(b"} ");
            }
        }
        out.push(b'}');
        out
    }

    fn print_headers(&self, out: &mut Vec<u8>) {
        let text = |header| {
            self.text_header(header)
                .map_or(&b"null"[..], Text::as_bytes)
        };
        let mode = match self.delivery_mode() {
            DeliveryMode::Persistent => "PERSISTENT".to_owned(),
            DeliveryMode::NonPersistent => "NON_PERSISTENT".to_owned(),
            other => (other as i32).to_string(),
        };
        print_group(out, "JMSMessageID", text(TextHeader::MessageId));
        print_group(
            out,
            "JMSDestination",
            destination(self.destination()).as_bytes(),
        );
        print_group(out, "JMSReplyTo", destination(self.reply_to()).as_bytes());
        print_group(out, "JMSDeliveryMode", mode.as_bytes());
        print_group(
            out,
            "JMSRedelivered",
            self.redelivered().to_string().as_bytes(),
        );
        print_group(out, "JMSCorrelationID", text(TextHeader::CorrelationId));
        print_group(out, "JMSType", text(TextHeader::Type));
        print_group(out, "JMSTimestamp", date(self.timestamp()).as_bytes());
        print_group(
            out,
            "JMSDeliveryTime",
            date(self.delivery_time()).as_bytes(),
        );
        print_group(out, "JMSExpiration", date(self.expiration()).as_bytes());
        print_group(out, "JMSPriority", self.priority().to_string().as_bytes());
    }
}

/// The word for a kind of body.
fn word(kind: BodyKind) -> &'static str {
    match kind {
        BodyKind::Plain => "Message",
        BodyKind::Bytes => "BytesMessage",
        BodyKind::Map => "MapMessage",
        BodyKind::Object => "ObjectMessage",
        BodyKind::Stream => "StreamMessage",
        BodyKind::Text => "TextMessage",
    }
}

fn destination(destination: Option<&Destination>) -> String {
    destination.map_or_else(|| "null".to_owned(), ToString::to_string)
}

fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // a Vec takes everything
    let _ = out.write_fmt(text);
}

/// `name={value} `
fn print_group(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    put(out, format_args!("{name}={{"));
    out.extend_from_slice(value);
    out.extend_from_slice(b"} ");
}

fn print_items(out: &mut Vec<u8>, items: &Items) {
    for (name, item) in items.iter() {
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"={");
        print_value(out, item.value());
        out.extend_from_slice(b"} ");
    }
}

fn print_stream(out: &mut Vec<u8>, items: &[Item]) {
    for item in items {
        out.push(b'{');
        print_value(out, item.value());
        out.extend_from_slice(b"} ");
    }
}

fn print_array<T>(out: &mut Vec<u8>, word: &str, values: &[T], text: impl Fn(&T) -> String) {
    let values: Vec<String> = values.iter().map(text).collect();
    put(out, format_args!("{word}[]:{{{}}}", values.join(",")));
}

/// `Type:value`, or `null`.
pub fn print_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(value) => put(out, format_args!("Boolean:{value}")),
        Value::Byte(value) => put(out, format_args!("Byte:{value}")),
        Value::Char(unit) => {
            let character = char::from_u32((*unit).into()).unwrap_or(char::REPLACEMENT_CHARACTER);
            put(out, format_args!("Character:{character}"));
        }
        Value::Short(value) => put(out, format_args!("Short:{value}")),
        Value::Int(value) => put(out, format_args!("Integer:{value}")),
        Value::Long(value) => put(out, format_args!("Long:{value}")),
        Value::Float(value) => put(out, format_args!("Float:{}", float_text(*value))),
        Value::Double(value) => put(out, format_args!("Double:{}", double_text(*value))),
        Value::Text(text) => {
            out.extend_from_slice(b"String:");
            out.extend_from_slice(text.as_bytes());
        }
        Value::Bytes(bytes) => put(out, format_args!("Bytes:[{} bytes]", bytes.len())),
        Value::Shorts(values) => print_array(out, "Short", values, i16::to_string),
        Value::Ints(values) => print_array(out, "Integer", values, i32::to_string),
        Value::Longs(values) => print_array(out, "Long", values, i64::to_string),
        Value::Floats(values) => print_array(out, "Float", values, |value| float_text(*value)),
        Value::Doubles(values) => print_array(out, "Double", values, |value| double_text(*value)),
        Value::Map(nested) => {
            out.extend_from_slice(b"MapMessage:{ ");
            nested.read(|map| {
                if let Ok(items) = map.map_items() {
                    print_items(out, items);
                }
            });
            out.push(b'}');
        }
        Value::Stream(nested) => {
            out.extend_from_slice(b"StreamMessage:{ ");
            nested.read(|list| {
                if let Ok(items) = list.stream_items() {
                    print_stream(out, items);
                }
            });
            out.push(b'}');
        }
    }
}

/// `0`, or the time as Java prints dates in UTC: `Thu Jan 01 00:00:01 UTC 1970`.
fn date(millis: i64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    if millis == 0 {
        return "0".to_owned();
    }
    let seconds = millis.div_euclid(1000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // years begin in March here, so that a leap day is the last of its year
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12;
    let year = era * 400 + year_of_era + i64::from(month < 2);
    format!(
        "{} {} {day:02} {:02}:{:02}:{:02} UTC {year}",
        DAYS[days.rem_euclid(7) as usize],
        MONTHS[month as usize],
        second / 3600,
        second / 60 % 60,
        second % 60,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Nested;

    fn shown(message: &Message) -> String {
        String::from_utf8(message.print()).unwrap()
    }

    #[test]
    fn a_new_plain_message() {
        assert_eq!(
            shown(&Message::plain()),
            "Message={ Header={ JMSMessageID={null} JMSDestination={null} JMSReplyTo={null} \
             JMSDeliveryMode={PERSISTENT} JMSRedelivered={false} JMSCorrelationID={null} JMSType={null} \
             JMSTimestamp={0} JMSDeliveryTime={0} JMSExpiration={0} JMSPriority={4} } Properties={ } }"
        );
    }

    #[test]
    fn bodies_and_properties() {
        let mut message = Message::text();
        message.set_destination(Some(Destination::queue("q")));
        message.set_timestamp(1000);
        message.set_delivery_mode(22).unwrap();
        message.set_property(b"p", Value::Float(123.0)).unwrap();
        message.set_property(b"n", Value::Null).unwrap();
        let text = shown(&message);
        assert!(
            text.contains("JMSDestination={Queue[q]} ") && text.contains("JMSDeliveryMode={22} "),
            "{text}"
        );
        assert!(
            text.contains("JMSTimestamp={Thu Jan 01 00:00:01 UTC 1970} "),
            "{text}"
        );
        assert!(
            text.ends_with(" Properties={ p={Float:123.0} n={null} } Text={null} }"),
            "{text}"
        );
        message.set_text(Some(b"hi")).unwrap();
        assert!(shown(&message).ends_with(" Text={hi} }"));
        let mut inner = Message::stream();
        inner.stream_write(Value::Ints([1, 2].into())).unwrap();
        let mut map = Message::map();
        map.set_item(b"s", Value::Stream(Nested::new(inner)))
            .unwrap();
        map.set_item(b"c", Value::Char(65)).unwrap();
        let expected = " Fields={ s={StreamMessage:{ {Integer[]:{1,2}} }} c={Character:A} } }";
        assert!(shown(&map).ends_with(expected), "{}", shown(&map));
        let mut bytes = Message::bytes();
        bytes.write_bytes(&[1, 2]).unwrap();
        assert!(shown(&bytes).ends_with(" Bytes={2 bytes} }"));
    }

    #[test]
    fn dates() {
        assert_eq!(date(951_782_400_000), "Tue Feb 29 00:00:00 UTC 2000");
        assert_eq!(date(1_700_000_000_123), "Tue Nov 14 22:13:20 UTC 2023");
        assert_eq!(date(-1), "Wed Dec 31 23:59:59 UTC 1969");
        assert!(date(i64::MAX).ends_with("UTC 292278994"));
        assert!(date(i64::MIN).contains("UTC -"));
    }
}
