//! The messages that the tests send and receive, section by section.

use tibemsufo::amqp::codec::{Decoder, Descriptor, Encoder, ValueRef};
use tibemsufo::amqp::performative::code;

#[derive(Default)]
pub struct Header {
    pub priority: Option<u8>,
    pub ttl: Option<u32>,
}

/// A text message without other sections.
pub fn text(body: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut enc = Encoder::new(&mut out);
    enc.descriptor(code::AMQP_VALUE);
    enc.string(body);
    out
}

/// A text message with a header, and with annotations and properties where the relay reads them.
pub fn message(header: &Header, to: Option<(&str, i8)>, body: &str) -> Vec<u8> {
    message_at(header, to, None, body)
}

pub fn message_at(
    header: &Header,
    to: Option<(&str, i8)>,
    delivery_time: Option<i64>,
    body: &str,
) -> Vec<u8> {
    let mut out = Vec::new();
    let mut enc = Encoder::new(&mut out);
    enc.descriptor(code::HEADER);
    let mark = enc.begin_list();
    enc.bool(true);
    match header.priority {
        Some(priority) => enc.ubyte(priority),
        None => enc.null(),
    }
    match header.ttl {
        Some(ttl) => enc.uint(ttl),
        None => enc.null(),
    }
    enc.end_list(mark, 3);
    enc.descriptor(code::MESSAGE_ANNOTATIONS);
    let mark = enc.begin_map();
    let mut count = 0;
    if let Some((_, kind)) = to {
        enc.symbol("x-opt-jms-dest");
        enc.byte(kind);
        count += 2;
    }
    if let Some(at) = delivery_time {
        enc.symbol("x-opt-delivery-time");
        enc.long(at);
        count += 2;
    }
    enc.end_map(mark, count);
    if let Some((address, _)) = to {
        enc.descriptor(code::PROPERTIES);
        let mark = enc.begin_list();
        enc.string("ID:1");
        enc.null();
        enc.string(address);
        enc.end_list(mark, 3);
    }
    out.extend(text(body));
    out
}

/// A whole received delivery.
#[derive(Debug)]
pub struct Delivery {
    pub handle: u32,
    pub id: u32,
    pub settled: bool,
    pub frames: usize,
    pub payload: Vec<u8>,
}

impl Delivery {
    /// The text of the body.
    pub fn body(&self) -> String {
        body(&self.payload)
    }

    /// The delivery count in the header.
    pub fn count(&self) -> u32 {
        let mut decoder = Decoder::new(&self.payload);
        if decoder.descriptor().unwrap() != Descriptor::Code(code::HEADER) {
            return 0;
        }
        let mut list = decoder.list().unwrap();
        for _ in 0..4 {
            list.skip_value().unwrap();
        }
        match list.next_value().unwrap() {
            Some(ValueRef::Uint(count)) => count,
            _ => 0,
        }
    }
}

/// The text of a payload's body.
pub fn body(payload: &[u8]) -> String {
    let mut decoder = Decoder::new(payload);
    while decoder.descriptor().unwrap() != Descriptor::Code(code::AMQP_VALUE) {
        decoder.skip().unwrap();
    }
    match decoder.value().unwrap() {
        ValueRef::String(body) => String::from_utf8(body.to_vec()).unwrap(),
        other => panic!("{other:?}"),
    }
}
