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
        let stored =
            Message::from_archive(&message.to_archive(MESSAGE_LIMIT).unwrap(), MESSAGE_LIMIT)
                .unwrap();
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

fn utf16_be(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// What a text that C cannot have in its charset becomes, and that it is handed on as it came until it is changed.
#[test]
fn texts_in_wide_charsets_are_converted() {
    let text = "Grüße 😀";
    let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide: Vec<u8> = text
        .chars()
        .flat_map(|c| u32::from(c).to_be_bytes())
        .collect();
    let marked = |mark: &[u8], text: &[u8]| [mark, text].concat();
    for (annotation, kind, bytes) in [
        (None, Some("text/plain; charset=UTF-16"), utf16_be(text)),
        (
            Some(5),
            Some("text/plain; charset=utf-16be"),
            utf16_be(text),
        ),
        (
            None,
            Some("application/xml;charset=\"UTF-16LE\""),
            le.clone(),
        ),
        (
            None,
            Some("text/plain; charset=UTF-16"),
            marked(b"\xFF\xFE", &le),
        ),
        (None, Some("application/json"), marked(b"\xFF\xFE", &le)),
        (None, Some("text/plain; charset=UTF-32"), wide.clone()),
        (Some(5), None, marked(b"\0\0\xFE\xFF", &wide)),
        (Some(5), Some("image/png; charset=UTF-16"), utf16_be(text)),
        (None, Some("text/plain; charset=UTF-16"), utf16_be("中文")), // no zero byte in it
    ] {
        let mut fields = vec![Amqp::Null; 6];
        fields.push(kind.map_or(Amqp::Null, Amqp::symbol));
        let mut sections: Vec<_> = annotation.map(annotations).into_iter().collect();
        sections.push((wire::PROPERTIES, Amqp::List(fields)));
        // in two sections, cut inside a unit
        let (first, second) = bytes.split_at(3);
        for part in [first, second] {
            sections.push((wire::DATA, Amqp::Binary(Bytes::copy_from_slice(part))));
        }
        let message = received(payload(sections)).unwrap();
        let text = if bytes.len() == 4 { "中文" } else { text };
        let is_the_text = |message: &Message| {
            assert_eq!(message.kind(), BodyKind::Text, "{kind:?}");
            assert_eq!(text_of(message).unwrap(), text.as_bytes(), "{kind:?}");
            let label = message.text_header(TextHeader::Encoding).unwrap();
            assert_eq!(label.as_bytes(), b"UTF-8");
        };
        is_the_text(&message);
        let as_it_came = (kind.map(str::to_owned), None, bytes.clone());
        assert_eq!(forwarded(&message), as_it_came);
        is_the_text(&round_trip(&message));
        assert_eq!(forwarded(&round_trip(&message)), as_it_came);
        let stored =
            Message::from_archive(&message.to_archive(MESSAGE_LIMIT).unwrap(), MESSAGE_LIMIT)
                .unwrap();
        is_the_text(&stored);
        assert_eq!(forwarded(&stored), as_it_came);
        let mut copy = message.clone();
        copy.make_writeable();
        copy.set_property(b"p", Value::Int(1)).unwrap();
        is_the_text(&copy);
        assert_eq!(forwarded(&copy), as_it_came);

        // a changed text is one of ours
        copy.set_text(Some(b"new")).unwrap();
        let sections = sections_of(&copy);
        assert_eq!(sections[&wire::AMQP_VALUE], Amqp::string("new"));
        let Amqp::List(fields) = &sections[&wire::PROPERTIES] else {
            panic!("{sections:?}");
        };
        assert!(fields.len() < 7, "no content type: {fields:?}");
        let mut copy = message.clone();
        copy.clear_body();
        assert_eq!(text_of(&copy), None);
        assert_eq!(sections_of(&copy)[&wire::AMQP_VALUE], Amqp::Null);
    }
}

/// A text that C would see cut off and that cannot be converted is bytes, handed on with its content type.
#[test]
fn texts_that_cannot_be_converted_are_bytes() {
    for (annotation, kind, bytes) in [
        (None, "text/plain; charset=UTF-16", &b"\0a\0"[..]),
        (Some(5), "text/plain; charset=UTF-16", b"\xD8\0\0a"),
        (None, "text/plain; charset=UTF-16", b"\0a\0\0\0b"), // U+0000
        (None, "text/plain; charset=UTF-32", b"\0\x11\0\0"),
        (None, "text/plain; charset=x-of-nobody", b"a\0b"),
        (Some(5), "text/plain; charset=ISO-8859-1", b"a\0\xE9"),
        (None, "text/plain; charset=UTF-8", b"a\0b"),
        (None, "application/json", b"\0{\0}"),
    ] {
        let mut sections: Vec<_> = annotation.map(annotations).into_iter().collect();
        sections.extend([content_type(kind), data(bytes)]);
        let mut message = received(payload(sections)).unwrap();
        assert_eq!(message.kind(), BodyKind::Bytes, "{kind} {bytes:?}");
        assert_eq!(bytes_of(&mut message), bytes);
        assert!(message.text_header(TextHeader::Encoding).is_none());
        let as_it_came = (Some(kind.to_owned()), None, bytes.to_vec());
        assert_eq!(forwarded(&message), as_it_came);
        let stored =
            Message::from_archive(&message.to_archive(MESSAGE_LIMIT).unwrap(), MESSAGE_LIMIT)
                .unwrap();
        assert_eq!(forwarded(&stored), as_it_came);
        assert_eq!(forwarded(&round_trip(&message)), as_it_came);
        message.make_writeable();
        message.write_bytes(b"!").unwrap();
        assert_eq!(forwarded(&message).0.as_deref(), Some(wire::OCTET_STREAM));
    }
    // without a zero byte the bytes are the text, whatever the charset (30-57)
    for (kind, label) in [
        ("text/plain; charset=x-of-nobody", Some("x-of-nobody")),
        ("text/plain; charset=Shift_JIS", Some("Shift_JIS")),
        ("text/plain", None),
    ] {
        let message = received(payload([content_type(kind), data(b"a\xE9")])).unwrap();
        assert_eq!(text_of(&message).unwrap(), b"a\xE9");
        let encoding = message.text_header(TextHeader::Encoding);
        assert_eq!(encoding.and_then(Text::as_str), label);
    }
}

/// A string with a zero byte inside keeps its bytes (spec 30 §9.6), is sent on as one, and stays a text.
#[test]
fn strings_with_a_zero_byte_stay_texts() {
    for (text, label) in [
        (&b"a\0b"[..], None),
        (b"a\0\xFF", None),
        ("ü\0".as_bytes(), Some("ISO-8859-1")),
    ] {
        let text = Bytes::from_static(text);
        let string = value(Amqp::RawString(text.clone()));
        let mut message = received(payload([annotations(5), string])).unwrap();
        message.set_text_header(TextHeader::Encoding, label.map(str::as_bytes));
        for message in [&message, &round_trip(&message)] {
            assert_eq!(text_of(message).unwrap(), text);
        }
    }
}

/// A text of C is never in a wide charset: a label that says so is not believed.
#[test]
fn a_wide_label_on_a_text_of_ours_is_not_believed() {
    let mut message = text_message("ü".as_bytes());
    message.set_text_header(TextHeader::Encoding, Some(b"UTF-16"));
    assert_eq!(sections_of(&message)[&wire::AMQP_VALUE], Amqp::string("ü"));
    message.set_text(Some(b"\xFC")).unwrap();
    let forwarded = forwarded(&message);
    let latin = "text/plain; charset=ISO-8859-1".to_owned();
    assert_eq!(forwarded, (Some(latin), None, b"\xFC".to_vec()));
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
