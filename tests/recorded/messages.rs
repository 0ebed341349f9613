//! Messages of the recordings: their sections, read value by value, and what the API shows of them.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use tibemsufo::amqp::codec::{Decoder, Descriptor};
use tibemsufo::amqp::frame::Frame;
use tibemsufo::amqp::performative::{Declare, Discharge, Performative};
use tibemsufo::message::{
    BodyKind, Destination, DestinationKind, Message, PlainAddresses, Received, SendHeaders,
    TextHeader, Value,
};

use crate::files::Line;
use crate::text::{Reader, hex, quoted};

/// Puts the payloads of transfers together, link by link.
#[derive(Default)]
pub struct Deliveries {
    open: BTreeMap<(u16, u32), Vec<u8>>,
    finished: VecDeque<Bytes>,
}

impl Deliveries {
    pub fn take(&mut self, frame: Frame) {
        let Some(Performative::Transfer(transfer)) = frame.performative else {
            return;
        };
        let link = (frame.channel, transfer.handle);
        let payload = self.open.entry(link).or_default();
        payload.extend_from_slice(&frame.payload);
        if transfer.aborted {
            self.open.remove(&link);
        } else if !transfer.more {
            let whole = self.open.remove(&link).expect("begun above");
            self.finished.push_back(whole.into());
        }
    }

    pub fn finished(&mut self) -> Option<Bytes> {
        self.finished.pop_front()
    }
}

const AMQP_VALUE: u64 = 0x77;

/// Every section, as typed text; and that the command of a transaction is understood.
pub fn check_sections(line: &Line, sections: &[&Line], payload: &[u8]) {
    let mut decoder = Decoder::for_body(payload);
    for section in sections {
        let place = &section.place;
        let mut command = decoder.clone();
        let typed = Reader::default().next(&mut decoder);
        assert_eq!(typed.as_ref(), Ok(&section.columns[1]), "{place}");
        if section.columns[0].starts_with("amqp-value (d") {
            assert_eq!(
                command.descriptor(),
                Ok(Descriptor::Code(AMQP_VALUE)),
                "{place}"
            );
            let read = match section.columns[0].contains("(declare") {
                true => Declare::decode(&mut command).map(|Declare| "(declare)".to_owned()),
                false => Discharge::decode(&mut command).map(|discharge| {
                    let fail = if discharge.fail { " fail=true" } else { "" };
                    format!("(discharge txn-id=binary:{}{fail})", hex(&discharge.txn_id))
                }),
            };
            assert_eq!(
                read.map(|read| format!("amqp-value {read}")),
                Ok(section.columns[0].clone()),
                "{place}"
            );
        }
    }
    assert!(decoder.is_empty(), "{}: bytes are left", line.place);
}

pub fn decoded(place: &str, payload: Bytes) -> Message {
    let received = Received {
        consumer_destination: &Destination::queue("the consumer's"),
        now_ms: 0,
        addresses: &PlainAddresses,
    };
    let message = Message::decode(payload, &received);
    message.unwrap_or_else(|error| panic!("{place}: {error:?}"))
}

/// What the API shows against what the sender said it had put in; then the same message sent again.
pub fn check_facts(line: &Line, facts: &[&Line], payload: &Bytes) {
    let mut message = decoded(&line.place, payload.clone());
    let known = shown(&mut message);
    if !facts.is_empty() {
        let told = |line: &&Line| (line.columns[0].clone(), line.columns[1].clone());
        let mut told: Vec<(String, String)> = facts.iter().map(told).collect();
        let mut known = known.clone();
        told.sort();
        known.sort();
        assert_eq!(known, told, "{}", line.place);
    }
    let own = message
        .destination()
        .expect("every message has one")
        .clone();
    let id = message.text_header(TextHeader::MessageId).cloned();
    let send = SendHeaders {
        delivery_mode: message.delivery_mode() as i32,
        priority: message.priority(),
        timestamp: message.timestamp(),
        message_id: id.as_ref().and_then(|id| id.as_str()),
        ..SendHeaders::to(&own)
    };
    let mut again = Vec::new();
    let written = message.encode(&send, &PlainAddresses, &mut again);
    written.unwrap_or_else(|error| panic!("{}: {error:?}", line.place));
    let mut again = decoded(&line.place, again.into());
    let is_kept = |(name, value): &(String, String)| match name.as_str() {
        // an id of another type than string is sent by a program as the text that it saw
        "id" => value.starts_with("\"ID:") && !value.starts_with("\"ID:AMQP_"),
        // shown, never sent (spec 30 §9.1)
        "property JMS_AMQP_REPLY_TO_GROUP_ID" => false,
        // the library says that there are nested messages (spec 30 §4.4)
        "property JMS_TIBCO_MSG_EXT" => false,
        _ => true,
    };
    let kept = |facts: Vec<(String, String)>| -> Vec<_> {
        facts.into_iter().filter(|fact| is_kept(fact)).collect()
    };
    assert_eq!(kept(shown(&mut again)), kept(known), "{}", line.place);
}

/// The message in the words of the facts.
pub fn shown(message: &mut Message) -> Vec<(String, String)> {
    let mut facts: Vec<(String, String)> = Vec::new();
    let mut fact = |name: &str, value: String| facts.push((name.to_owned(), value));
    let kind = match message.kind() {
        BodyKind::Plain => "plain",
        BodyKind::Bytes => "bytes",
        BodyKind::Map => "map",
        BodyKind::Object => "object",
        BodyKind::Stream => "stream",
        BodyKind::Text => "text",
    };
    fact("kind", kind.to_owned());
    for (name, header) in [
        ("id", TextHeader::MessageId),
        ("correlation", TextHeader::CorrelationId),
        ("type", TextHeader::Type),
    ] {
        if let Some(text) = message.text_header(header) {
            fact(name, quoted(text.as_bytes(), '"'));
        }
    }
    fact("timestamp", format!("long:{}", message.timestamp()));
    fact("mode", format!("int:{}", message.delivery_mode() as i32));
    fact("priority", format!("int:{}", message.priority()));
    let named = |destination: &Destination| {
        let kind = match destination.kind() {
            DestinationKind::Queue => "queue",
            DestinationKind::Topic => "topic",
        };
        format!("{kind} {}", destination.name())
    };
    if let Some(destination) = message.destination() {
        fact("destination", named(destination));
    }
    if let Some(destination) = message.reply_to() {
        fact("reply", named(destination));
    }
    for (name, item) in message.properties().iter() {
        // counted by every server; the user stands for the sender too
        if !matches!(
            name.as_bytes(),
            b"JMSXDeliveryCount" | b"JMSXUserID" | b"JMS_TIBCO_SENDER"
        ) {
            let name = format!("property {}", name.to_string_lossy());
            fact(&name, value(item.value()));
        }
    }
    match message.kind() {
        BodyKind::Plain => {}
        BodyKind::Text => {
            let text = message.get_text().expect("a text message");
            fact(
                "text",
                or_null(text.map(|text| quoted(text.as_bytes(), '"'))),
            );
        }
        BodyKind::Object => {
            let object = message.object_bytes().expect("an object message");
            fact("object", or_null(object.map(|bytes| binary(bytes))));
        }
        BodyKind::Map => {
            for (name, item) in message.map_items().expect("a map message").iter() {
                let name = format!("item {}", name.to_string_lossy());
                fact(&name, value(item.value()));
            }
        }
        BodyKind::Stream => {
            for (at, item) in message
                .stream_items()
                .expect("a stream message")
                .iter()
                .enumerate()
            {
                fact(&format!("element {at}"), value(item.value()));
            }
        }
        BodyKind::Bytes => {
            let mut copy = message.clone();
            let mut all = Vec::new();
            while let Ok([byte]) = copy.read_exact() {
                all.push(byte);
            }
            assert_eq!(message.body_length().ok(), Some(all.len()));
            fact("bytes", binary(&all));
        }
    }
    facts
}

fn or_null(text: Option<String>) -> String {
    text.unwrap_or_else(|| "null".to_owned())
}

fn binary(bytes: &[u8]) -> String {
    format!("binary:{}", hex(bytes))
}

fn array<T>(items: &[T], text: impl Fn(&T) -> String) -> String {
    let all: Vec<_> = items.iter().map(text).collect();
    format!("array[{}]", all.join(" "))
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Byte(value) => format!("byte:{value}"),
        Value::Char(unit) => format!("char:{unit:x}"),
        Value::Short(value) => format!("short:{value}"),
        Value::Int(value) => format!("int:{value}"),
        Value::Long(value) => format!("long:{value}"),
        Value::Float(value) => format!("float:{:08x}", value.to_bits()),
        Value::Double(value) => format!("double:{:016x}", value.to_bits()),
        Value::Text(text) => quoted(text.as_bytes(), '"'),
        Value::Bytes(bytes) => binary(bytes),
        Value::Shorts(items) => array(items, |item| format!("short:{item}")),
        Value::Ints(items) => array(items, |item| format!("int:{item}")),
        Value::Longs(items) => array(items, |item| format!("long:{item}")),
        Value::Floats(items) => array(items, |item| format!("float:{:08x}", item.to_bits())),
        Value::Doubles(items) => array(items, |item| format!("double:{:016x}", item.to_bits())),
        Value::Map(nested) => {
            let message = nested.lock();
            let items = message.map_items().expect("a map").iter();
            let pair = |(name, item): (_, &tibemsufo::message::Item)| {
                let name: &tibemsufo::message::Text = name;
                format!(
                    "{}={}",
                    quoted(name.as_bytes(), '"'),
                    self::value(item.value())
                )
            };
            let all: Vec<_> = items.map(pair).collect();
            format!("{{{}}}", all.join(" "))
        }
        Value::Stream(nested) => {
            let message = nested.lock();
            let items = message.stream_items().expect("a list").iter();
            let all: Vec<_> = items.map(|item| self::value(item.value())).collect();
            format!("[{}]", all.join(" "))
        }
    }
}
