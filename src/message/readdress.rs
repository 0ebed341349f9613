//! An encoded message for another server: its addresses are translated, all else stays as it is (D16).

use bytes::Bytes;

use super::destination::{Addresses, Destination};
use super::sections::{Remembered, Sections};
use super::{values, wire};
use crate::amqp::codec::{DecodeError, Encoder, Value};

/// Places of the addresses in the properties section.
const TO: usize = 2;
const REPLY_TO: usize = 4;

/// Rewrites `properties.to` and `reply-to` of a message to `destination`, made with the addresses of one server, for
/// another one. What cannot be decoded stays as it is; that does not happen to our own messages.
pub fn readdress(
    payload: &mut Vec<u8>,
    destination: &Destination,
    from: &dyn Addresses,
    to: &dyn Addresses,
) {
    let old = Bytes::from(std::mem::take(payload));
    let new = translate(&old, destination, from, to);
    *payload = new.unwrap_or_else(|_| old.into());
}

fn translate(
    old: &Bytes,
    destination: &Destination,
    from: &dyn Addresses,
    to: &dyn Addresses,
) -> Result<Vec<u8>, DecodeError> {
    let mut sections = Sections::default();
    sections.read(old, "", &mut Remembered::nothing())?;
    let reply_to = sections.reply_address(|address, kind, temporary| {
        let reply = from.from_wire(address, kind, temporary);
        to.to_wire(&reply).into_owned()
    });
    let mut new = Vec::with_capacity(old.len() + 64);
    let mut cursor = values::cursor(old);
    while !cursor.is_empty() {
        let start = cursor.position();
        if cursor.descriptor()?.code() != Some(wire::PROPERTIES) {
            cursor.skip()?;
            new.extend_from_slice(&old[start..cursor.position()]);
            continue;
        }
        let mut list = cursor.list()?;
        let mut fields = Vec::new();
        while let Some(value) = list.next_value()? {
            fields.push(Value::from_ref(value)?);
        }
        let mut set = |at: usize, address: String| {
            if let Some(field @ Value::String(_)) = fields.get_mut(at) {
                *field = Value::string(address);
            }
        };
        set(TO, to.to_wire(destination).into_owned());
        if let Some(reply_to) = &reply_to {
            set(REPLY_TO, reply_to.clone());
        }
        let mut out = Encoder::new(&mut new);
        out.descriptor(wire::PROPERTIES);
        let mark = out.begin_list();
        for field in &fields {
            out.value(field);
        }
        out.end_list(mark, u32::try_from(fields.len()).unwrap_or(u32::MAX));
    }
    Ok(new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{DestinationKind, Message, PlainAddresses, Received, SendHeaders};
    use std::borrow::Cow;

    struct Prefixed;

    impl Addresses for Prefixed {
        fn to_wire<'a>(&'a self, destination: &'a Destination) -> Cow<'a, str> {
            Cow::Owned(format!("/queues/{}", destination.name_str()))
        }

        fn from_wire(&self, address: &str, kind: DestinationKind, _: bool) -> Destination {
            Destination::new(kind, address.strip_prefix("/queues/").unwrap_or(address))
        }
    }

    #[test]
    fn the_addresses_change_and_nothing_else() {
        let target = Destination::queue("orders");
        let mut message = Message::text();
        message.set_text(Some(b"body")).unwrap();
        message.set_reply_to(Some(Destination::queue("answers")));
        let headers = SendHeaders::to(&target);
        let mut there = Vec::new();
        message
            .encode(&headers, &PlainAddresses, &mut there)
            .unwrap();
        let mut prefixed = Vec::new();
        message.encode(&headers, &Prefixed, &mut prefixed).unwrap();
        assert_ne!(there, prefixed);
        let plain = there.clone();
        readdress(&mut there, &target, &PlainAddresses, &Prefixed);
        assert_eq!(there, prefixed);
        readdress(&mut there, &target, &Prefixed, &PlainAddresses);
        assert_eq!(there, plain);
        let received = Received {
            consumer_destination: &target,
            now_ms: 0,
            addresses: &PlainAddresses,
        };
        let read = Message::decode(there.into(), &received).unwrap();
        assert_eq!(&*read.reply_to().unwrap().name(), "answers");
        let mut broken = vec![0, 0x53];
        readdress(&mut broken, &target, &PlainAddresses, &Prefixed);
        assert_eq!(broken, [0, 0x53]);
    }
}
