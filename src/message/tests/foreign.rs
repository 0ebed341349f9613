//! Payloads that other clients send (spec 30 §9.3 to §9.5).

use super::*;

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
        // 30-127
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
        // 30-125
        (vec![(wire::AMQP_VALUE, Amqp::Map(vec![]))], BodyKind::Map),
        // 30-126
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
        // 30-128
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
    // 30-126
    let list = Amqp::List((1..5).map(Amqp::Int).collect());
    for sections in [
        vec![sequence(1), sequence(3)],
        vec![(wire::AMQP_VALUE, list)],
    ] {
        let message = received(payload(sections)).unwrap();
        let items: Vec<_> = message
            .stream_items()
            .unwrap()
            .iter()
            .map(|item| item.value().to_int().unwrap())
            .collect();
        assert_eq!(items, [1, 2, 3, 4]);
    }
    let mixed = payload([data(b"a"), sequence(1)]);
    assert_eq!(status(received(mixed)), Status::TIBEMS_CORRUPT_MSG);
}

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
    // 30-125: the name of an integer key; 30-130: its value, and a uint
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
    // 30-129
    assert_eq!((message.priority(), message.expiration()), (9, 1_001_000));
    // 30-52
    let binary = message.property(b"a-b").unwrap();
    let value = binary.value();
    let answers = [
        binary.to_text().map(drop),
        value.to_bool().map(drop),
        value.to_byte().map(drop),
        value.to_short().map(drop),
        value.to_int().map(drop),
        value.to_long().map(drop),
        value.to_float().map(drop),
        value.to_double().map(drop),
    ];
    for answer in answers {
        assert_eq!(answer.unwrap_err().status, Status::TIBEMS_CONVERSION_FAILED);
    }
    // 30-42
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
