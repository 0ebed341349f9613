//! Messages through their AMQP form and back, and foreign payloads.

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::amqp::codec::{Decoder, Encoder, Value as Amqp, ValueRef};
use crate::status::{Result, Status};

fn queue() -> Destination {
    Destination::queue("q")
}

fn send(destination: &Destination) -> SendHeaders<'_> {
    SendHeaders {
        message_id: Some("ID:1"),
        ..SendHeaders::to(destination)
    }
}

fn encoded(message: &Message, send: &SendHeaders<'_>) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    message
        .encode(send, &PlainAddresses, &mut out)
        .map(|()| out)
}

fn received(payload: Vec<u8>) -> Result<Message> {
    let own = queue();
    let received = Received {
        consumer_destination: &own,
        now_ms: 1_000_000,
        addresses: &PlainAddresses,
    };
    Message::decode(Bytes::from(payload), &received)
}

fn round_trip(message: &Message) -> Message {
    received(encoded(message, &send(&queue())).unwrap()).unwrap()
}

fn status<T>(result: Result<T>) -> Status {
    result.err().map_or(Status::TIBEMS_OK, |error| error.status)
}

/// A payload of these sections.
fn payload(sections: impl IntoIterator<Item = (u64, Amqp)>) -> Vec<u8> {
    let mut out = Vec::new();
    for (code, value) in sections {
        Encoder::new(&mut out).value(&Amqp::described(code, value));
    }
    out
}

fn annotations(msg_type: i8) -> (u64, Amqp) {
    (
        wire::MESSAGE_ANNOTATIONS,
        Amqp::Map(vec![(Amqp::symbol(wire::MSG_TYPE), Amqp::Byte(msg_type))]),
    )
}

fn content_type(kind: &str) -> (u64, Amqp) {
    let mut fields = vec![Amqp::Null; 6];
    fields.push(Amqp::symbol(kind));
    (wire::PROPERTIES, Amqp::List(fields))
}

fn text_of(message: &Message) -> Option<Vec<u8>> {
    message
        .get_text()
        .unwrap()
        .map(|text| text.as_bytes().to_vec())
}

fn bytes_of(message: &mut Message) -> Vec<u8> {
    let mut all = Vec::new();
    while let Ok([byte]) = message.read_exact() {
        all.push(byte);
    }
    all
}

fn text_message(text: &[u8]) -> Message {
    let mut message = Message::text();
    message.set_text(Some(text)).unwrap();
    message
}

#[test]
fn texts_round_trip() {
    for text in [None, Some(""), Some("a"), Some("ä😀")] {
        let mut message = Message::text();
        message.set_text(text.map(str::as_bytes)).unwrap();
        let back = round_trip(&message);
        assert_eq!(back.kind(), BodyKind::Text);
        assert_eq!(text_of(&back), text.map(|text| text.as_bytes().to_vec()));
    }
    let long = "x".repeat(1_000_000);
    assert_eq!(
        text_of(&round_trip(&text_message(long.as_bytes()))),
        Some(long.into_bytes())
    );
}

#[test]
fn bytes_round_trip() {
    for content in [vec![], vec![1, 2, 3], vec![7; 100_000]] {
        let mut message = Message::bytes();
        message.set_bytes(&content).unwrap();
        let mut back = round_trip(&message);
        assert_eq!(back.kind(), BodyKind::Bytes);
        assert_eq!(bytes_of(&mut back), content);
        assert_eq!(
            status(back.write_bytes(&[1])),
            Status::TIBEMS_MSG_NOT_WRITEABLE
        );
    }
}

/// A received body lies where the payload lies.
#[test]
fn a_received_body_is_not_copied() {
    let mut message = Message::bytes();
    message.set_bytes(&[9; 1000]).unwrap();
    let payload = Bytes::from(encoded(&message, &send(&queue())).unwrap());
    let range = payload.as_ptr_range();
    let own = queue();
    let context = Received {
        consumer_destination: &own,
        now_ms: 0,
        addresses: &PlainAddresses,
    };
    let back = Message::decode(payload, &context).unwrap();
    assert!(range.contains(&back.lend_bytes().unwrap().0));
}

#[test]
fn headers_round_trip() {
    let topic = Destination::topic("t");
    let mut message = text_message(b"x");
    message.set_reply_to(Some(Destination::foreign_temporary(
        DestinationKind::Queue,
        "tmp",
    )));
    message.set_text_header(TextHeader::CorrelationId, Some(b"c"));
    message.set_text_header(TextHeader::Type, Some(b""));
    message.set_text_header(TextHeader::Encoding, Some(b"UTF-8"));
    message.set_redelivered(true);
    let send = SendHeaders {
        delivery_mode: 22,
        priority: 9,
        timestamp: 5_000,
        expiration: 65_000,
        ttl: 60_000,
        delivery_time: 10_000,
        delay: 5_000,
        origin: Some("me"),
        user_id: Some("user"),
        ..send(&topic)
    };
    let back = received(encoded(&message, &send).unwrap()).unwrap();
    let header = |header| {
        back.text_header(header)
            .map(|text| text.as_bytes().to_vec())
    };
    assert_eq!(back.destination(), Some(&topic));
    assert!(
        back.reply_to()
            .is_some_and(|to| to.is_temporary() && &*to.name() == "tmp")
    );
    assert_eq!(header(TextHeader::MessageId), Some(b"ID:1".to_vec()));
    assert_eq!(header(TextHeader::CorrelationId), Some(b"c".to_vec()));
    assert_eq!(header(TextHeader::Type), Some(vec![]));
    assert_eq!(header(TextHeader::Encoding), Some(b"UTF-8".to_vec()));
    assert_eq!(
        (back.delivery_mode(), back.priority()),
        (DeliveryMode::Reliable, 9)
    );
    assert_eq!(
        (back.timestamp(), back.expiration(), back.delivery_time()),
        (5_000, 65_000, 10_000)
    );
    assert!(!back.redelivered());
    assert_eq!(back.origin(), Some("me"));
    for name in ["JMSXUserID", "JMS_TIBCO_SENDER"] {
        let user = back.property(name.as_bytes()).unwrap().to_text().unwrap();
        assert_eq!(user.and_then(Text::as_str), Some("user"), "{name}");
    }
    assert_eq!(
        back.property(b"JMSXDeliveryCount")
            .unwrap()
            .value()
            .to_int(),
        Ok(1)
    );
}

/// Case 30-133: other clients see a non-persistent message.
#[test]
fn reliable_is_an_annotation() {
    let queue = queue();
    let send = SendHeaders {
        delivery_mode: 22,
        ..send(&queue)
    };
    let payload = encoded(&Message::plain(), &send).unwrap();
    assert_eq!(
        received(payload.clone()).unwrap().delivery_mode(),
        DeliveryMode::Reliable
    );
    let mut cursor = Decoder::new(&payload);
    assert_eq!(cursor.descriptor().unwrap().code(), Some(wire::HEADER));
    let durable = cursor.list().unwrap().next_value().unwrap();
    assert!(matches!(durable, Some(ValueRef::Bool(false))));
}

#[test]
fn the_least_message() {
    let message = Message::plain();
    let queue = queue();
    let least = SendHeaders {
        delivery_mode: 1,
        ..SendHeaders::to(&queue)
    };
    let back = received(encoded(&message, &least).unwrap()).unwrap();
    assert_eq!(
        (back.kind(), back.delivery_mode()),
        (BodyKind::Plain, DeliveryMode::NonPersistent)
    );
    assert!(
        back.text_header(TextHeader::MessageId).is_none()
            && back.text_header(TextHeader::Type).is_none()
    );
    assert_eq!(
        (back.timestamp(), back.expiration(), back.delivery_time()),
        (0, 0, 0)
    );
}

#[test]
fn properties_round_trip() {
    let mut message = Message::plain();
    let values = [
        Value::Bool(true),
        Value::Byte(-1),
        Value::Short(-2),
        Value::Int(i32::MIN),
        Value::Long(i64::MAX),
        Value::Float(f32::NAN),
        Value::Double(-0.0),
        Value::text(Some(b"")),
        Value::Null,
        Value::text(Some(&[b'x'; 1_000_000])),
    ];
    for (number, value) in values.iter().enumerate() {
        message
            .set_property(format!("p{number}").as_bytes(), value.clone())
            .unwrap();
    }
    let mut back = round_trip(&message);
    assert_eq!(back.properties().len(), values.len() + 1);
    for (number, value) in values.iter().enumerate() {
        let item = back.property(format!("p{number}").as_bytes()).unwrap();
        assert_eq!(format!("{:?}", item.value()), format!("{value:?}"));
    }
    assert_eq!(
        status(back.set_property(b"x", Value::Null)),
        Status::TIBEMS_MSG_NOT_WRITEABLE
    );
    back.clear_properties();
    back.set_property(b"x", Value::Null).unwrap();
    assert_eq!(back.properties().len(), 1);
}

#[test]
fn provider_properties_travel_as_fields() {
    let mut message = Message::plain();
    message
        .set_property(b"JMSXGroupID", Value::text(Some(b"g")))
        .unwrap();
    message
        .set_property(b"JMSXGroupSeq", Value::Int(-1))
        .unwrap();
    message
        .set_property(b"JMSXDeliveryCount", Value::Int(7))
        .unwrap();
    message
        .set_property(b"JMS_TIBCO_SENDER", Value::text(Some(b"liar")))
        .unwrap();
    message
        .set_property(b"JMS_TIBCO_DISABLE_SENDER", Value::Bool(true))
        .unwrap();
    message
        .set_property(b"JMS_TIBCO_MSG_TRACE", Value::Null)
        .unwrap();
    let queue = queue();
    let out = encoded(
        &message,
        &SendHeaders {
            user_id: Some("user"),
            ..send(&queue)
        },
    )
    .unwrap();
    let back = received(out).unwrap();
    let int = |name: &str| {
        back.property(name.as_bytes())
            .map(|item| item.value().to_int().unwrap())
            .ok()
    };
    assert_eq!(
        back.property(b"JMSXGroupID")
            .unwrap()
            .to_text()
            .unwrap()
            .unwrap()
            .as_bytes(),
        b"g"
    );
    assert_eq!(int("JMSXGroupSeq"), Some(-1));
    assert_eq!(int("JMSXDeliveryCount"), Some(1));
    assert!(back.property(b"JMS_TIBCO_SENDER").is_err() && back.property(b"JMSXUserID").is_err());
    assert!(matches!(
        back.property(b"JMS_TIBCO_MSG_TRACE").unwrap().value(),
        Value::Null
    ));
    message
        .set_property(b"JMSXGroupSeq", Value::Int(0))
        .unwrap();
    assert!(round_trip(&message).property(b"JMSXGroupSeq").is_err());
}

#[test]
fn text_that_is_not_utf8() {
    let mut message = text_message(b"caf\xE9");
    message.set_text_header(TextHeader::Encoding, Some(b"ISO-8859-15"));
    let back = round_trip(&message);
    assert_eq!(
        (back.kind(), text_of(&back)),
        (BodyKind::Text, Some(b"caf\xE9".to_vec()))
    );
    assert_eq!(
        back.text_header(TextHeader::Encoding).unwrap().as_bytes(),
        b"ISO-8859-15"
    );
    message.set_text_header(TextHeader::Encoding, None);
    assert_eq!(
        round_trip(&message)
            .text_header(TextHeader::Encoding)
            .unwrap()
            .as_bytes(),
        b"ISO-8859-1"
    );
    message.set_text(Some(b"ok")).unwrap();
    message
        .set_property(b"p", Value::text(Some(b"\xE9")))
        .unwrap();
    let mut out = b"before".to_vec();
    let result = message.encode(&send(&queue()), &PlainAddresses, &mut out);
    assert_eq!(
        (status(result), out),
        (Status::TIBEMS_CONVERSION_FAILED, b"before".to_vec())
    );
}

/// A value of every type.
pub(crate) fn all_values() -> Vec<Value> {
    let mut inner = Message::map();
    inner.set_item(b"i", Value::Int(1)).unwrap();
    let mut list = Message::stream();
    list.stream_write(Value::text(Some(b"s"))).unwrap();
    vec![
        Value::Null,
        Value::Bool(false),
        Value::Byte(-128),
        Value::Char(0xD800),
        Value::Short(-300),
        Value::Int(-5),
        Value::Long(1 << 40),
        Value::Float(1.5),
        Value::Double(f64::MIN_POSITIVE),
        Value::text(Some("ü".as_bytes())),
        Value::Bytes(Bytes::from_static(b"\0\xFF")),
        Value::Bytes(Bytes::new()),
        Value::Map(Nested::new(inner)),
        Value::Stream(Nested::new(list)),
        Value::Shorts([1, -1, i16::MAX].into()),
        Value::Ints([1, -1, i32::MAX].into()),
        Value::Longs([1, -1, i64::MAX].into()),
        Value::Floats([0.5].into()),
        Value::Doubles([0.25, f64::INFINITY].into()),
    ]
}

/// Debug text with nested messages decoded.
fn shown(value: &Value) -> String {
    match value {
        Value::Map(nested) => {
            let message = nested.lock();
            let items = message.map_items().unwrap();
            items
                .iter()
                .map(|(name, item)| format!("{name:?}={} ", shown(item.value())))
                .collect()
        }
        Value::Stream(nested) => nested
            .lock()
            .stream_items()
            .unwrap()
            .iter()
            .map(|item| shown(item.value()) + ";")
            .collect(),
        other => format!("{other:?}"),
    }
}

#[test]
fn maps_round_trip() {
    let mut message = Message::map();
    for (number, value) in all_values().into_iter().enumerate() {
        message
            .set_item(format!("a b-{number}").as_bytes(), value)
            .unwrap();
    }
    let mut back = round_trip(&message);
    assert_eq!(back.kind(), BodyKind::Map);
    let pairs = message
        .map_items()
        .unwrap()
        .iter()
        .zip(back.map_items().unwrap().iter());
    assert_eq!(pairs.len(), all_values().len());
    for ((name, item), (back_name, back_item)) in pairs {
        assert_eq!(
            (name, shown(item.value())),
            (back_name, shown(back_item.value()))
        );
    }
    assert_eq!(
        back.property(b"JMS_TIBCO_MSG_EXT")
            .unwrap()
            .value()
            .to_bool(),
        Ok(true)
    );
    assert_eq!(
        status(back.set_item(b"x", Value::Null)),
        Status::TIBEMS_MSG_NOT_WRITEABLE
    );
    let inner = back
        .item(b"a b-12")
        .unwrap()
        .value()
        .to_map()
        .unwrap()
        .object()
        .clone();
    assert_eq!(
        status(inner.lock().set_item(b"x", Value::Null)),
        Status::TIBEMS_MSG_NOT_WRITEABLE
    );
    back.make_writeable();
    assert_eq!(
        status(inner.lock().set_item(b"x", Value::Null)),
        Status::TIBEMS_OK
    );
    let flat = round_trip(&Message::map());
    assert!(flat.map_items().unwrap().is_empty() && flat.property(b"JMS_TIBCO_MSG_EXT").is_err());
}

#[test]
fn streams_round_trip() {
    let mut message = Message::stream();
    for value in all_values() {
        message.stream_write(value).unwrap();
    }
    let back = round_trip(&message);
    let shown_all = |message: &Message| -> Vec<String> {
        message
            .stream_items()
            .unwrap()
            .iter()
            .map(|item| shown(item.value()))
            .collect()
    };
    assert_eq!(shown_all(&back), shown_all(&message));
    assert_eq!(round_trip(&Message::stream()).kind(), BodyKind::Stream);
}

#[test]
fn objects_round_trip() {
    let mut message = Message::object();
    assert_eq!(round_trip(&message).object_bytes(), Ok(None));
    message.set_object_bytes(Some(b"abc")).unwrap();
    assert_eq!(
        round_trip(&message).object_bytes().unwrap().unwrap()[..],
        *b"abc"
    );
}

#[test]
fn a_forwarded_message_is_encoded_from_what_came() {
    let mut message = Message::map();
    message.set_item(b"a", Value::Ints([1, 2].into())).unwrap();
    message.set_property(b"p", Value::Int(1)).unwrap();
    message.set_text_header(TextHeader::Type, Some(b"t"));
    let twice = round_trip(&round_trip(&message));
    assert_eq!(shown(twice.item(b"a").unwrap().value()), "Ints([1, 2])");
    assert_eq!(twice.properties().len(), 3);
    assert_eq!(
        twice.text_header(TextHeader::Type).unwrap().as_bytes(),
        b"t"
    );
}

fn chain(levels: usize) -> Message {
    let mut message = Message::map();
    for _ in 1..levels {
        let mut outer = Message::map();
        outer
            .set_item(b"m", Value::Map(Nested::new(message)))
            .unwrap();
        message = outer;
    }
    message
}

#[test]
fn sixty_four_levels() {
    let deep = round_trip(&chain(64));
    let mut level = 1;
    let mut next = deep
        .item(b"m")
        .ok()
        .map(|item| item.value().to_map().unwrap().object().clone());
    while let Some(object) = next {
        level += 1;
        let message = object.lock();
        next = message
            .item(b"m")
            .ok()
            .map(|item| item.value().to_map().unwrap().object().clone());
    }
    assert_eq!(level, 64);
    assert_eq!(
        status(encoded(&chain(65), &send(&queue()))),
        Status::TIBEMS_INVALID_SIZE
    );
    let too_deep = (0..65).fold(Amqp::Null, |inner, _| Amqp::List(vec![inner]));
    assert_eq!(
        status(received(payload([(wire::AMQP_VALUE, too_deep)]))),
        Status::TIBEMS_CORRUPT_MSG
    );
    let just = (0..64).fold(Amqp::Null, |inner, _| Amqp::List(vec![inner]));
    assert_eq!(
        status(received(payload([(wire::AMQP_VALUE, just)]))),
        Status::TIBEMS_OK
    );
}

#[test]
fn nesting_by_reference() {
    let outer = MessageObject::new(Message::map());
    let inner = MessageObject::new(Message::map());
    nest(&outer, b"m", &inner, BodyKind::Map).unwrap();
    inner.lock().set_item(b"late", Value::Int(1)).unwrap();
    let back = round_trip(&outer.lock());
    assert!(
        back.item(b"m")
            .unwrap()
            .value()
            .to_map()
            .unwrap()
            .lock()
            .item(b"late")
            .is_ok()
    );
    assert_eq!(
        status(nest(&inner, b"m", &outer, BodyKind::Map)),
        Status::TIBEMS_INVALID_ARG
    );
    assert_eq!(
        status(nest(&inner, b"m", &inner, BodyKind::Map)),
        Status::TIBEMS_INVALID_ARG
    );
    let stream = MessageObject::new(Message::stream());
    assert_eq!(
        status(nest(&inner, b"m", &stream, BodyKind::Map)),
        Status::TIBEMS_INVALID_TYPE
    );
    let copy = outer.lock().clone();
    inner.lock().clear_body();
    assert!(
        copy.item(b"m")
            .unwrap()
            .value()
            .to_map()
            .unwrap()
            .lock()
            .item(b"late")
            .is_ok()
    );
}

#[test]
fn nesting_stops_at_sixty_four_levels_from_either_end() {
    let objects: Vec<_> = (0..65)
        .map(|_| MessageObject::new(Message::map()))
        .collect();
    for pair in objects[..64].windows(2) {
        nest(&pair[0], b"m", &pair[1], BodyKind::Map).unwrap();
    }
    assert_eq!(
        status(nest(&objects[63], b"m", &objects[64], BodyKind::Map)),
        Status::TIBEMS_INVALID_SIZE
    );
    assert_eq!(
        status(nest(&objects[64], b"m", &objects[0], BodyKind::Map)),
        Status::TIBEMS_INVALID_SIZE
    );
    objects[0].lock().clear_body();
    assert_eq!(
        status(nest(&objects[64], b"m", &objects[1], BodyKind::Map)),
        Status::TIBEMS_OK
    );
}

/// Cases 30-125 to 30-128.
#[test]
fn bodies_without_annotation() {
    let list = |items: Vec<Amqp>| Amqp::List(items);
    let data = |bytes: &'static [u8]| Amqp::Binary(Bytes::from_static(bytes));
    let cases = [
        (vec![], BodyKind::Bytes),
        (
            vec![content_type("application/octet-stream")],
            BodyKind::Bytes,
        ),
        (
            vec![content_type("application/x-java-serialized-object")],
            BodyKind::Object,
        ),
        (vec![content_type("text/plain")], BodyKind::Text),
        (vec![content_type("image/png")], BodyKind::Plain),
        (vec![(wire::DATA, data(b"x"))], BodyKind::Bytes),
        (
            vec![content_type("image/png"), (wire::DATA, data(b"x"))],
            BodyKind::Bytes,
        ),
        (
            vec![content_type("application/json"), (wire::DATA, data(b"x"))],
            BodyKind::Text,
        ),
        (
            vec![
                content_type("application/x-java-serialized-object"),
                (wire::DATA, data(b"x")),
            ],
            BodyKind::Object,
        ),
        (vec![(wire::AMQP_VALUE, Amqp::string("x"))], BodyKind::Text),
        (vec![(wire::AMQP_VALUE, Amqp::Null)], BodyKind::Text),
        (vec![(wire::AMQP_VALUE, data(b"x"))], BodyKind::Bytes),
        (vec![(wire::AMQP_VALUE, Amqp::Map(vec![]))], BodyKind::Map),
        (vec![(wire::AMQP_VALUE, list(vec![]))], BodyKind::Stream),
        (vec![(wire::AMQP_SEQUENCE, list(vec![]))], BodyKind::Stream),
        (vec![(wire::AMQP_VALUE, Amqp::Ulong(1))], BodyKind::Stream),
        (vec![annotations(0)], BodyKind::Plain),
        (
            vec![annotations(0), (wire::AMQP_VALUE, Amqp::Null)],
            BodyKind::Plain,
        ),
        (
            vec![annotations(1), (wire::DATA, data(b"x"))],
            BodyKind::Bytes,
        ),
        (
            vec![annotations(2), (wire::AMQP_VALUE, Amqp::Null)],
            BodyKind::Map,
        ),
        (
            vec![annotations(3), (wire::AMQP_VALUE, Amqp::Null)],
            BodyKind::Bytes,
        ),
        (
            vec![annotations(3), (wire::AMQP_VALUE, data(b"x"))],
            BodyKind::Bytes,
        ),
        (
            vec![annotations(4), (wire::AMQP_VALUE, list(vec![]))],
            BodyKind::Stream,
        ),
        (
            vec![annotations(5), (wire::DATA, data(b"x"))],
            BodyKind::Text,
        ),
        (
            vec![annotations(5), (wire::AMQP_VALUE, Amqp::Map(vec![]))],
            BodyKind::Map,
        ),
        (
            vec![annotations(77), (wire::AMQP_VALUE, Amqp::string("x"))],
            BodyKind::Text,
        ),
    ];
    for (sections, kind) in cases {
        let shown = format!("{sections:?}");
        let message = received(payload(sections)).unwrap();
        assert_eq!(message.kind(), kind, "{shown}");
        assert_eq!(message.destination(), Some(&queue()));
    }
}

/// Case 30-126.
#[test]
fn several_sections_are_joined() {
    let data = |bytes: &'static [u8]| (wire::DATA, Amqp::Binary(Bytes::from_static(bytes)));
    let mut message = received(payload([data(b"a"), data(b"b"), data(b"c")])).unwrap();
    assert_eq!(bytes_of(&mut message), b"abc");
    let sequence = |number| {
        (
            wire::AMQP_SEQUENCE,
            Amqp::List(vec![Amqp::Int(number), Amqp::Int(number + 1)]),
        )
    };
    let message = received(payload([sequence(1), sequence(3)])).unwrap();
    let items: Vec<_> = message
        .stream_items()
        .unwrap()
        .iter()
        .map(|item| item.value().to_int().unwrap())
        .collect();
    assert_eq!(items, [1, 2, 3, 4]);
    let mixed = payload([data(b"a"), sequence(1)]);
    assert_eq!(status(received(mixed)), Status::TIBEMS_CORRUPT_MSG);
}

/// Cases 30-125 and 30-130.
#[test]
fn foreign_values() {
    let foreign = vec![
        (Amqp::Int(1), Amqp::Ulong(u64::MAX)),
        (Amqp::string("uint"), Amqp::Uint(u32::MAX)),
        (Amqp::symbol("ushort"), Amqp::Ushort(9)),
        (Amqp::string("char"), Amqp::Char('😀' as u32)),
        (Amqp::string("uuid"), Amqp::Uuid([1; 16])),
        (Amqp::string("time"), Amqp::Timestamp(-1)),
        (
            Amqp::string("array"),
            Amqp::Array(vec![Amqp::Ubyte(1), Amqp::Ubyte(2)]),
        ),
        (
            Amqp::string("bools"),
            Amqp::Array(vec![Amqp::Bool(true), Amqp::Bool(false)]),
        ),
        (Amqp::string("described"), Amqp::described(99, Amqp::Int(7))),
    ];
    let message = received(payload([(wire::AMQP_VALUE, Amqp::Map(foreign))])).unwrap();
    let item = |name: &str| shown(message.item(name.as_bytes()).unwrap().value());
    assert_eq!(item("1"), "Text(\"18446744073709551615\")");
    assert_eq!(item("uint"), "Long(4294967295)");
    assert_eq!(item("ushort"), "Int(9)");
    assert_eq!(item("char"), "Text(\"😀\")");
    assert_eq!(
        item("uuid"),
        "Text(\"01010101-0101-0101-0101-010101010101\")"
    );
    assert_eq!(item("time"), "Long(-1)");
    assert_eq!(item("array"), "Bytes(b\"\\x01\\x02\")");
    assert_eq!(item("bools"), "Bool(true);Bool(false);");
    assert_eq!(item("described"), "Int(7)");
}

/// Cases 30-42, 30-52 and 30-129.
#[test]
fn foreign_headers_and_properties() {
    let header = Amqp::List(vec![
        Amqp::Null,
        Amqp::Ubyte(200),
        Amqp::Uint(1000),
        Amqp::Bool(true),
        Amqp::Uint(1),
        Amqp::string("from a later revision"),
    ]);
    let properties = Amqp::Map(vec![
        (Amqp::string("a-b"), Amqp::Binary(Bytes::from_static(b"12"))),
        (Amqp::string("c"), Amqp::Char(65)),
        (Amqp::string("JMSXDeliveryCount"), Amqp::Int(99)),
    ]);
    let message = received(payload([
        (wire::HEADER, header),
        (0x71, Amqp::Map(vec![])),
        (wire::APPLICATION_PROPERTIES, properties),
        (wire::AMQP_VALUE, Amqp::Null),
        (0x78, Amqp::Map(vec![])),
    ]))
    .unwrap();
    assert_eq!((message.priority(), message.expiration()), (9, 1_001_000));
    let binary = message.property(b"a-b").unwrap();
    assert!(
        binary.to_text().is_err()
            && binary.value().to_bool().is_err()
            && binary.value().to_int().is_err()
    );
    assert!(
        message
            .properties()
            .iter()
            .any(|(name, _)| name.as_bytes() == b"a-b")
    );
    assert!(message.redelivered());
    assert_eq!(
        message
            .property(b"JMSXDeliveryCount")
            .unwrap()
            .value()
            .to_int(),
        Ok(2)
    );
    assert!(
        matches!(message.property(b"a-b").unwrap().value(), Value::Bytes(bytes) if bytes[..] == *b"12")
    );
    assert!(
        matches!(message.property(b"c").unwrap().value(), Value::Text(text) if text.as_bytes() == b"A")
    );
}

proptest! {
    /// Whatever arrives: no panic, and everything that was accepted can be read, copied and sent on.
    #[test]
    fn random_payloads(mut payload in proptest::collection::vec(any::<u8>(), 0..200), code in 0x70u8..0x79) {
        if payload.len() > 3 {
            payload[..3].copy_from_slice(&[0, 0x53, code]);
        }
        read_everything(payload)?;
    }

    /// The same for damaged messages.
    #[test]
    fn damaged_payloads(flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut message = Message::map();
        for (number, value) in all_values().into_iter().enumerate() {
            message.set_item(format!("i{number}").as_bytes(), value.clone()).unwrap();
            message.set_property(format!("p{number}").as_bytes(), value).unwrap();
        }
        let mut payload = encoded(&message, &send(&queue())).unwrap();
        for (index, byte) in flips {
            let position = index.index(payload.len());
            payload[position] = byte;
        }
        read_everything(payload)?;
    }

    #[test]
    fn any_text_and_bytes_round_trip(text: String, content: Vec<u8>, name in "[a-zA-Z_][a-zA-Z0-9_]{0,20}") {
        prop_assume!(check_property(&name));
        let mut message = text_message(text.as_bytes());
        message.set_property(name.as_bytes(), Value::text(Some(text.as_bytes()))).unwrap();
        let back = round_trip(&message);
        prop_assert_eq!(text_of(&back), Some(text.clone().into_bytes()));
        prop_assert_eq!(back.property(name.as_bytes()).unwrap().to_text().unwrap().unwrap().as_bytes(), text.as_bytes());
        let mut message = Message::bytes();
        message.set_bytes(&content).unwrap();
        prop_assert_eq!(bytes_of(&mut round_trip(&message)), content);
    }
}

fn check_property(name: &str) -> bool {
    names::check_property_name(name.as_bytes()).is_ok() && !name.starts_with("JMS")
}

fn read_everything(payload: Vec<u8>) -> std::result::Result<(), TestCaseError> {
    let Ok(message) = received(payload) else {
        return Ok(());
    };
    for header in [
        TextHeader::MessageId,
        TextHeader::CorrelationId,
        TextHeader::Type,
        TextHeader::Encoding,
    ] {
        message.text_header(header);
    }
    for (_, item) in message.properties().iter() {
        let _ = item.to_text();
        shown(item.value());
    }
    let copy = message.clone();
    match copy.kind() {
        BodyKind::Map => {
            copy.map_items()
                .unwrap()
                .iter()
                .for_each(|(_, item)| drop(shown(item.value())));
        }
        BodyKind::Stream => {
            copy.stream_items()
                .unwrap()
                .iter()
                .for_each(|item| drop(shown(item.value())));
        }
        _ => {}
    }
    let result = encoded(&message, &send(&queue()));
    prop_assert!(matches!(
        status(result),
        Status::TIBEMS_OK | Status::TIBEMS_CONVERSION_FAILED
    ));
    Ok(())
}
