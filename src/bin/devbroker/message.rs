//! A stored message: the bytes as the sender encoded them, and the few facts that the broker needs
//! (spec 40 §1.8, §2.11): priority, expiry, delivery time, and for the anonymous relay the address.
//!
//! The payload is never encoded again, except that a redelivery gets a header with its count.

use bytes::Bytes;
use std::cell::Cell;
use std::rc::Rc;
use tibemsufo::amqp::codec::{DecodeError, Decoder, Descriptor, Encoder, ValueRef};
use tibemsufo::amqp::performative::code;
use tibemsufo::message::selector::Selector;
use tibemsufo::message::{self, Destination, PlainAddresses, Received};

/// Counts the bytes of all messages that are stored; each message takes its share off when dropped.
pub type Meter = Rc<Cell<usize>>;

/// What a message costs beyond its payload.
const OVERHEAD: usize = 128;

/// The fields of the header section.
#[derive(Clone, Debug, Default, PartialEq)]
struct Header {
    durable: Option<bool>,
    priority: Option<u8>,
    ttl: Option<u32>,
    first_acquirer: Option<bool>,
    delivery_count: Option<u32>,
}

/// What the sections say about where and when a message goes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    header: Header,
    /// Bytes of the header section
    header_len: usize,
    /// Milliseconds since the epoch, 0 for never
    expires: i64,
    /// Milliseconds since the epoch, 0 for at once
    pub deliver_at: i64,
    /// properties.to
    pub to: Option<String>,
    /// x-opt-jms-dest: 0 queue, 1 topic, 2 temporary queue, 3 temporary topic
    pub kind: Option<i8>,
}

impl Facts {
    /// Reads the sections before the body. `with_address`: also `to`, for the anonymous relay.
    pub fn read(payload: &[u8], now: i64, with_address: bool) -> Result<Facts, DecodeError> {
        let mut facts = Facts::default();
        let mut ttl_expiry = 0;
        let mut decoder = Decoder::new(payload);
        while !decoder.is_empty() {
            match decoder.descriptor()? {
                Descriptor::Code(code::HEADER) => {
                    facts.header = Header::read(&mut decoder)?;
                    facts.header_len = decoder.position();
                    if let Some(ttl @ 1..) = facts.header.ttl {
                        ttl_expiry = now.saturating_add(i64::from(ttl));
                    }
                }
                Descriptor::Code(code::DELIVERY_ANNOTATIONS) => decoder.skip()?,
                Descriptor::Code(code::MESSAGE_ANNOTATIONS) => facts.annotations(&mut decoder)?,
                Descriptor::Code(code::PROPERTIES) => {
                    facts.properties(&mut decoder, with_address)?;
                    break;
                }
                _ => break,
            }
        }
        if facts.expires <= 0 {
            facts.expires = ttl_expiry;
        }
        Ok(facts)
    }

    fn annotations(&mut self, decoder: &mut Decoder<'_>) -> Result<(), DecodeError> {
        let ValueRef::Map(mut map) = decoder.value()? else {
            return Err(DecodeError::WrongType("message-annotations"));
        };
        while let Some(key) = map.next_value()? {
            let (ValueRef::Symbol(key) | ValueRef::String(key)) = key else {
                map.skip_value()?;
                continue;
            };
            match key {
                b"x-opt-delivery-time" => match map.next_value()? {
                    Some(ValueRef::Long(at) | ValueRef::Timestamp(at)) => self.deliver_at = at,
                    _ => return Err(DecodeError::WrongType("x-opt-delivery-time")),
                },
                b"x-opt-jms-dest" => {
                    if let Some(ValueRef::Byte(kind)) = map.next_value()? {
                        self.kind = Some(kind);
                    }
                }
                _ => {
                    map.skip_value()?;
                }
            }
        }
        Ok(())
    }

    fn properties(
        &mut self,
        decoder: &mut Decoder<'_>,
        with_address: bool,
    ) -> Result<(), DecodeError> {
        let mut list = decoder.list()?;
        list.skip_value()?;
        list.skip_value()?;
        match list.next_value()? {
            Some(ValueRef::String(to)) if with_address => {
                let to = std::str::from_utf8(to).map_err(|_| DecodeError::Utf8)?;
                self.to = Some(to.to_owned());
            }
            _ => {}
        }
        for _ in 3..8 {
            list.skip_value()?;
        }
        if let Some(ValueRef::Timestamp(at)) = list.next_value()? {
            self.expires = at;
        }
        list.finish()
    }
}

impl Header {
    fn read(decoder: &mut Decoder<'_>) -> Result<Header, DecodeError> {
        let mut list = decoder.list()?;
        let header = Header {
            durable: match list.next_value()? {
                Some(ValueRef::Bool(v)) => Some(v),
                _ => None,
            },
            priority: match list.next_value()? {
                Some(ValueRef::Ubyte(v)) => Some(v),
                _ => None,
            },
            ttl: match list.next_value()? {
                Some(ValueRef::Uint(v)) => Some(v),
                _ => None,
            },
            first_acquirer: match list.next_value()? {
                Some(ValueRef::Bool(v)) => Some(v),
                _ => None,
            },
            delivery_count: match list.next_value()? {
                Some(ValueRef::Uint(v)) => Some(v),
                _ => None,
            },
        };
        list.finish()?;
        Ok(header)
    }

    fn write(&self, enc: &mut Encoder<'_>) {
        enc.descriptor(code::HEADER);
        let mark = enc.begin_list();
        match self.durable {
            Some(v) => enc.bool(v),
            None => enc.null(),
        }
        match self.priority {
            Some(v) => enc.ubyte(v),
            None => enc.null(),
        }
        match self.ttl {
            Some(v) => enc.uint(v),
            None => enc.null(),
        }
        match self.first_acquirer {
            Some(v) => enc.bool(v),
            None => enc.null(),
        }
        enc.uint(self.delivery_count.unwrap_or(0));
        enc.end_list(mark, 5);
    }
}

/// A stored message.
#[derive(Debug)]
pub struct Message {
    payload: Bytes,
    header: Header,
    header_len: usize,
    expires: i64,
    pub format: u32,
    /// Container id of the sender, for no-local
    pub origin: Rc<str>,
    meter: Meter,
}

impl Message {
    pub fn new(payload: Bytes, format: u32, facts: Facts, origin: Rc<str>, meter: &Meter) -> Self {
        meter.set(meter.get() + payload.len() + OVERHEAD);
        Message {
            payload,
            header: facts.header,
            header_len: facts.header_len,
            expires: facts.expires,
            format,
            origin,
            meter: meter.clone(),
        }
    }

    /// The payload of a first delivery.
    pub fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// 0 to 9; 4 when the sender did not say.
    pub fn priority(&self) -> u8 {
        self.header.priority.unwrap_or(4).min(9)
    }

    pub fn is_expired(&self, now: i64) -> bool {
        self.expires > 0 && self.expires <= now
    }

    /// Does the selector take it, after `count` failed deliveries? What cannot be read is taken by none.
    pub fn is_selected(&self, selector: &Selector, count: u32) -> bool {
        let payload = match count {
            0 => self.payload.clone(),
            count => self.redelivery(count),
        };
        let received = Received {
            consumer_destination: &Destination::queue("selector"),
            now_ms: 0,
            addresses: &PlainAddresses,
        };
        message::Message::decode(payload, &received).is_ok_and(|message| selector.selects(&message))
    }

    /// The payload with `count` failed deliveries more than the sender wrote into the header.
    pub fn redelivery(&self, count: u32) -> Bytes {
        let mut header = self.header.clone();
        header.delivery_count = Some(header.delivery_count.unwrap_or(0).saturating_add(count));
        let rest = &self.payload[self.header_len..];
        let mut out = Vec::with_capacity(rest.len() + 32);
        header.write(&mut Encoder::new(&mut out));
        out.extend_from_slice(rest);
        out.into()
    }
}

impl Drop for Message {
    fn drop(&mut self) {
        let used = self.meter.get();
        self.meter
            .set(used.saturating_sub(self.payload.len() + OVERHEAD));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(header: bool) -> Vec<u8> {
        let mut out = Vec::new();
        let mut enc = Encoder::new(&mut out);
        if header {
            enc.descriptor(code::HEADER);
            let mark = enc.begin_list();
            enc.bool(true);
            enc.ubyte(7);
            enc.uint(500);
            enc.end_list(mark, 3);
        }
        enc.descriptor(code::MESSAGE_ANNOTATIONS);
        let mark = enc.begin_map();
        enc.symbol("x-opt-jms-dest");
        enc.byte(1);
        enc.symbol("x-opt-delivery-time");
        enc.long(90_000);
        enc.end_map(mark, 4);
        enc.descriptor(code::PROPERTIES);
        let mark = enc.begin_list();
        enc.null();
        enc.null();
        enc.string("some.topic");
        enc.end_list(mark, 3);
        enc.descriptor(code::AMQP_VALUE);
        enc.string("body");
        out
    }

    #[test]
    fn facts_are_read_from_the_sections() {
        let facts = Facts::read(&sample(true), 1_000, true).unwrap();
        assert_eq!(facts.expires, 1_500);
        assert_eq!(facts.deliver_at, 90_000);
        assert_eq!(facts.to.as_deref(), Some("some.topic"));
        assert_eq!(facts.kind, Some(1));
        assert!(Facts::read(&sample(true)[..20], 0, true).is_err());
    }

    #[test]
    fn a_redelivery_changes_only_the_count() {
        for with_header in [true, false] {
            let meter = Meter::default();
            let payload = sample(with_header);
            let facts = Facts::read(&payload, 0, false).unwrap();
            let message =
                Message::new(payload.clone().into(), 0, facts.clone(), "c".into(), &meter);
            assert!(meter.get() > payload.len());
            let again = message.redelivery(2);
            let mut expected = facts.header.clone();
            expected.delivery_count = Some(2);
            let read = Facts::read(&again, 0, false).unwrap();
            assert_eq!(read.header, expected);
            assert_eq!(again[read.header_len..], payload[facts.header_len..]);
            drop(message);
            assert_eq!(meter.get(), 0);
        }
    }
}
