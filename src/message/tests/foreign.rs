//! Payloads that other clients send (spec 30 §9.3 to §9.5).

use super::*;

/// What the body of a received message holds, as text.
fn shown_body(message: &mut Message) -> String {
    match message.kind() {
        BodyKind::Plain => String::new(),
        BodyKind::Text => format!("{:?}", message.get_text().unwrap()),
        BodyKind::Bytes => format!("{:?}", Bytes::from(bytes_of(message))),
        BodyKind::Object => format!("{:?}", message.object_bytes().unwrap()),
        BodyKind::Map => items_of(message.map_items().unwrap()),
        BodyKind::Stream => {
            let items = message.stream_items().unwrap();
            items.iter().map(|item| shown(item.value()) + ";").collect()
        }
    }
}

fn items_of(items: &Items) -> String {
    items
        .iter()
        .map(|(name, item)| format!("{name:?}={};", shown(item.value())))
        .collect()
}

fn data(bytes: &'static [u8]) -> (u64, Amqp) {
    (wire::DATA, Amqp::Binary(Bytes::from_static(bytes)))
}

fn value(value: Amqp) -> (u64, Amqp) {
    (wire::AMQP_VALUE, value)
}

/// Kind and content of what these sections make.
fn check(sections: Vec<(u64, Amqp)>, kind: BodyKind, body: &str) {
    let described = format!("{sections:?}");
    let mut message = received(payload(sections)).unwrap();
    assert_eq!(message.kind(), kind, "{described}");
    assert_eq!(shown_body(&mut message), body, "{described}");
    assert_eq!(message.destination(), Some(&queue()));
    assert_eq!(message.access(), Access::ReadOnly);
}

const JAVA: &str = "application/x-java-serialized-object";

#[test]
fn bodies_without_annotation() {
    use BodyKind::*;
    let binary = || Amqp::Binary(bytes::Bytes::from_static(b"x"));
    let list = || Amqp::List(vec![Amqp::Int(1), Amqp::string("two")]);
    let map = || {
        let pairs = vec![
            (Amqp::Int(1), Amqp::Bool(true)),
            (Amqp::string("s"), Amqp::Int(7)),
        ];
        value(Amqp::Map(pairs))
    };
    let typed = content_type;
    for textual in [
        "text/plain",
        "text/xml",
        "application/xml",
        "application/json",
        "application/javascript",
        "application/ecmascript",
        "application/xml-dtd",
        "image/svg+xml",
        "application/problem+json",
    ] {
        check(vec![typed(textual)], Text, "None");
        check(vec![typed(textual), data(b"{}")], Text, "Some(\"{}\")"); // 30-127
    }
    check(vec![], Bytes, "b\"\"");
    check(vec![typed("application/octet-stream")], Bytes, "b\"\"");
    check(vec![typed(JAVA)], Object, "None");
    check(vec![typed("image/png")], Plain, "");
    check(vec![data(b"x")], Bytes, "b\"x\"");
    check(vec![typed("image/png"), data(b"x")], Bytes, "b\"x\""); // 30-127
    check(vec![typed(JAVA), data(b"x")], Object, "Some(b\"x\")");
    check(vec![typed(JAVA), data(wire::JAVA_NULL)], Object, "None");
    check(vec![value(Amqp::string("x"))], Text, "Some(\"x\")");
    check(vec![value(Amqp::Null)], Text, "None");
    check(vec![value(binary())], Bytes, "b\"x\"");
    let items = "\"1\"=Bool(true);\"s\"=Int(7);";
    check(vec![map()], Map, items); // 30-125
    let two = "Int(1);Text(\"two\");";
    check(vec![value(list())], Stream, two); // 30-126
    check(vec![(wire::AMQP_SEQUENCE, list())], Stream, two); // 30-126
    check(vec![value(Amqp::Ulong(1))], Stream, "Long(1);");
    check(vec![annotations(0)], Plain, "");
    check(vec![annotations(0), value(Amqp::Null)], Plain, "");
    check(vec![annotations(1), data(b"x")], Bytes, "b\"x\"");
    check(vec![annotations(2), value(Amqp::Null)], Map, "");
    check(vec![annotations(3), value(Amqp::Null)], Bytes, "b\"\"");
    check(vec![annotations(3), value(binary())], Bytes, "b\"x\"");
    check(vec![annotations(4), value(list())], Stream, two);
    check(vec![annotations(5), data(b"x")], Text, "Some(\"x\")");
    check(vec![annotations(5), map()], Map, items); // 30-128
    check(
        vec![annotations(77), value(Amqp::string("x"))],
        Text,
        "Some(\"x\")",
    );
}

/// Properties with a content type and a content encoding (D24).
fn content(kind: Option<&str>, encoding: &str) -> (u64, Amqp) {
    let mut fields = vec![Amqp::Null; 6];
    fields.push(kind.map_or(Amqp::Null, Amqp::symbol));
    fields.push(Amqp::symbol(encoding));
    (wire::PROPERTIES, Amqp::List(fields))
}

/// The two fields of a message that is sent on, and its data.
fn forwarded(message: &Message) -> (Option<String>, Option<String>, Vec<u8>) {
    let sections = sections_of(message);
    let text = |field| match &sections[&wire::PROPERTIES] {
        Amqp::List(fields) => fields.get(field).and_then(Amqp::as_str).map(str::to_owned),
        other => panic!("{other:?}"),
    };
    let Amqp::Binary(data) = &sections[&wire::DATA] else {
        panic!("{sections:?}");
    };
    (text(6), text(7), data.to_vec())
}

#[test]
fn encoded_content_stays_as_it_came() {
    let owned = |text: &str| Some(text.to_owned());
    for (kind, annotation) in [
        (Some("text/plain"), None),
        (Some("text/plain"), Some(5)),
        (Some("application/json"), Some(3)),
        (Some(JAVA), Some(1)),
        (None, None),
    ] {
        let mut sections: Vec<_> = annotation.map(annotations).into_iter().collect();
        sections.extend([content(kind, "gzip"), data(b"\x1F\x8B"), data(b"\x08")]);
        let mut message = received(payload(sections)).unwrap();
        assert_eq!(message.kind(), BodyKind::Bytes); // 30-127
        assert_eq!(shown_body(&mut message), "b\"\\x1f\\x8b\\x08\"");
        assert!(message.text_header(TextHeader::Encoding).is_none());
        let as_it_came = (
            kind.map(str::to_owned),
            owned("gzip"),
            b"\x1F\x8B\x08".to_vec(),
        );
        assert_eq!(forwarded(&message), as_it_came); // 30-127
        let stored = Message::from_archive(&message.to_archive().unwrap()).unwrap();
        assert_eq!(forwarded(&stored), as_it_came);
        assert_eq!(forwarded(&round_trip(&message)), as_it_came);
        let mut copy = message.clone();
        assert_eq!(forwarded(&copy), as_it_came);
        copy.make_writeable();
        copy.write_bytes(b"").unwrap();
        copy.set_property(b"p", Value::Int(1)).unwrap();
        assert_eq!(forwarded(&copy), as_it_came);

        // a changed body is no longer what the fields say
        let plain = |content: &[u8]| (owned(wire::OCTET_STREAM), None, content.to_vec());
        copy.write_bytes(b"!").unwrap();
        assert_eq!(forwarded(&copy), plain(b"\x1F\x8B\x08!"));
        let mut copy = message.clone();
        copy.make_writeable();
        copy.set_bytes(b"\x1F\x8B\x08").unwrap();
        assert_eq!(forwarded(&copy), plain(b"\x1F\x8B\x08"));
        message.clear_body();
        message.write_bytes(b"new").unwrap();
        assert_eq!(forwarded(&message), plain(b"new"));
    }
    for nothing in ["", "identity", "Identity"] {
        let text = content(Some("text/plain"), nothing);
        check(vec![text, data(b"x")], BodyKind::Text, "Some(\"x\")");
    }
    let text = content(Some("text/plain"), "gzip");
    check(
        vec![text, value(Amqp::string("x"))],
        BodyKind::Text,
        "Some(\"x\")",
    );
}

#[test]
fn several_sections_are_joined() {
    let mut message = received(payload([data(b"a"), data(b"b"), data(b"c")])).unwrap();
    assert_eq!(bytes_of(&mut message), b"abc");
    let sequence = |number| {
        (
            wire::AMQP_SEQUENCE,
            Amqp::List(vec![Amqp::Int(number), Amqp::Int(number + 1)]),
        )
    };
    let mut message = received(payload([sequence(1), sequence(3)])).unwrap();
    assert_eq!(message.kind(), BodyKind::Stream);
    assert_eq!(shown_body(&mut message), "Int(1);Int(2);Int(3);Int(4);"); // 30-126
    let mixed = payload([data(b"a"), sequence(1)]);
    assert_eq!(status(received(mixed)), Status::TIBEMS_CORRUPT_MSG);
}

#[test]
fn foreign_values() {
    let foreign = vec![
        (Amqp::Int(1), Amqp::Ulong(u64::MAX)),
        (Amqp::string("fits"), Amqp::Ulong(i64::MAX as u64)),
        (Amqp::string("uint"), Amqp::Uint(u32::MAX)),
        (Amqp::symbol("ushort"), Amqp::Ushort(u16::MAX)),
        (Amqp::string("ubyte"), Amqp::Ubyte(u8::MAX)),
        (Amqp::string("char"), Amqp::Char('😀' as u32)),
        (Amqp::string("uuid"), Amqp::Uuid([1; 16])),
        (Amqp::string("symbol"), Amqp::symbol("sym")),
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
    assert_eq!(item("1"), "Text(\"18446744073709551615\")"); // 30-125, 30-130
    assert_eq!(item("fits"), "Long(9223372036854775807)");
    assert_eq!(item("uint"), "Long(4294967295)"); // 30-130
    assert_eq!(item("ushort"), "Int(65535)");
    assert_eq!(item("ubyte"), "Short(255)");
    assert_eq!(item("char"), "Text(\"😀\")");
    assert_eq!(
        item("uuid"),
        "Text(\"01010101-0101-0101-0101-010101010101\")"
    );
    assert_eq!(item("symbol"), "Text(\"sym\")");
    assert_eq!(item("time"), "Long(-1)");
    assert_eq!(item("array"), "Bytes(b\"\\x01\\x02\")");
    assert_eq!(item("bools"), "Bool(true);Bool(false);");
    assert_eq!(item("described"), "Int(7)");
}

fn header(priority: u8, ttl: u32) -> (u64, Amqp) {
    let fields = vec![
        Amqp::Null,
        Amqp::Ubyte(priority),
        Amqp::Uint(ttl),
        Amqp::Bool(true),
        Amqp::Uint(1),
        Amqp::string("from a later revision"),
    ];
    (wire::HEADER, Amqp::List(fields))
}

#[test]
fn foreign_headers_and_properties() {
    let properties = Amqp::Map(vec![
        (Amqp::string("a-b"), Amqp::string("dash")),
        (
            Amqp::string("binary"),
            Amqp::Binary(Bytes::from_static(b"12")),
        ),
        (Amqp::string("c"), Amqp::Char(65)),
        (Amqp::string("JMSXDeliveryCount"), Amqp::Int(99)),
    ]);
    let message = received(payload([
        header(200, 1000),
        (0x71, Amqp::Map(vec![])),
        (wire::APPLICATION_PROPERTIES, properties),
        (wire::AMQP_VALUE, Amqp::Null),
        (0x78, Amqp::Map(vec![])),
    ]))
    .unwrap();
    // received() is at 1,000,000 ms
    assert_eq!((message.priority(), message.expiration()), (9, 1_001_000)); // 30-129
    assert_eq!(
        items_of(message.properties()),
        "\"a-b\"=Text(\"dash\");\"binary\"=Bytes(b\"12\");\"c\"=Text(\"A\");\"JMSXDeliveryCount\"=Int(2);"
    ); // 30-42
    let dashed = message.property(b"a-b").unwrap().to_text().unwrap();
    assert_eq!(dashed.and_then(Text::as_str), Some("dash")); // 30-42

    // 30-52: a binary property is shown with its type and cannot be converted
    let binary = message.property(b"binary").unwrap();
    assert_eq!(binary.value().code(), code::BYTES);
    let refused = [
        status(binary.value().to_bool()),
        status(binary.value().to_byte()),
        status(binary.value().to_short()),
        status(binary.value().to_int()),
        status(binary.value().to_long()),
        status(binary.value().to_float()),
        status(binary.value().to_double()),
        status(binary.to_text()),
    ];
    assert_eq!(refused, [Status::TIBEMS_CONVERSION_FAILED; 8]);
    assert!(message.redelivered());

    // an absolute time counts before a time to live, the smallest priority is 0
    let mut times = vec![Amqp::Null; 8];
    times.push(Amqp::Timestamp(5_000));
    let message = received(payload([
        header(0, 1000),
        (wire::PROPERTIES, Amqp::List(times)),
    ]));
    let message = message.unwrap();
    assert_eq!((message.priority(), message.expiration()), (0, 5_000));
}

/// Ids as another program sends them, as a C program sees them, and as they go back to that program.
#[test]
fn ids_go_back_in_their_type() {
    let ids = [
        (Amqp::string("abc"), "ID:AMQP_NO_PREFIX:abc"),
        (Amqp::string("ID:abc"), "ID:abc"),
        (
            Amqp::string("ID:AMQP_UUID:x"),
            "ID:AMQP_STRING:ID:AMQP_UUID:x",
        ),
        (
            Amqp::Uuid([0xAB; 16]),
            "ID:AMQP_UUID:abababab-abab-abab-abab-abababababab",
        ),
        (Amqp::Ulong(42), "ID:AMQP_ULONG:42"),
        (
            Amqp::Binary(Bytes::from_static(b"\xAB")),
            "ID:AMQP_BINARY:AB",
        ),
    ];
    let answer = |correlation: &[u8]| {
        let mut message = text_message(b"answer");
        message.set_text_header(TextHeader::CorrelationId, Some(correlation));
        match sections_of(&message).remove(&wire::PROPERTIES) {
            Some(Amqp::List(mut fields)) => fields.swap_remove(5),
            other => panic!("{other:?}"),
        }
    };
    for (id, text) in ids {
        let mut fields = vec![id.clone()];
        fields.resize(5, Amqp::Null);
        fields.push(id.clone());
        let message = received(payload([(wire::PROPERTIES, Amqp::List(fields))])).unwrap();
        let message_id = message.text_header(TextHeader::MessageId).unwrap();
        assert_eq!(message_id.as_str(), Some(text)); // 30-123
        assert_eq!(answer(message_id.as_bytes()), id, "{text}"); // 30-123
        // as correlation id a string without prefix is itself
        let correlation = message.text_header(TextHeader::CorrelationId).unwrap();
        let seen = text.strip_prefix("ID:AMQP_NO_PREFIX:").unwrap_or(text);
        assert_eq!(correlation.as_str(), Some(seen));
        assert_eq!(answer(correlation.as_bytes()), id, "{text}");
    }
    let odd = "ID:AMQP_BINARY:ABC";
    assert_eq!(answer(odd.as_bytes()), Amqp::string(odd)); // 30-124
}
