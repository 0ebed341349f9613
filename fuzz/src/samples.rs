//! Messages to begin with: every kind of body, header, property and item.

use tibemsufo::message::{
    Destination, DestinationKind, Message, Nested, PlainAddresses, SendHeaders, Text, TextHeader,
    Value,
};

fn values() -> Vec<Value> {
    vec![
        Value::Null,
        Value::Bool(true),
        Value::Byte(-5),
        Value::Char(0xC4),
        Value::Char(0xD800),
        Value::Short(-300),
        Value::Int(-70_000),
        Value::Long(i64::MIN),
        Value::Float(f32::NAN),
        Value::Double(0.1),
        Value::Text(Text::from("gr\u{fc}\u{df} \u{1F600}")),
        Value::Text(Text::from("")),
        Value::Bytes(vec![0, 1, 255].into()),
        Value::Bytes(Vec::new().into()),
        Value::Shorts([1, -1].into()),
        Value::Ints([1, -1, i32::MAX].into()),
        Value::Longs([i64::MIN].into()),
        Value::Floats([1.5].into()),
        Value::Doubles([0.1, -0.0].into()),
    ]
}

/// A message with what every message can have.
fn base(mut message: Message) -> Message {
    for (header, text) in [
        (TextHeader::MessageId, "ID:1"),
        (
            TextHeader::CorrelationId,
            "ID:AMQP_UUID:01234567-89ab-cdef-0123-456789abcdef",
        ),
        (TextHeader::Type, "type"),
        (TextHeader::Encoding, "UTF-8"),
    ] {
        message.set_text_header(header, Some(text.as_bytes()));
    }
    message.set_destination(Some(Destination::topic("topic")));
    message.set_reply_to(Some(Destination::foreign_temporary(
        DestinationKind::Queue,
        "reply",
    )));
    message.set_timestamp(1_000_000);
    for (number, value) in values().into_iter().enumerate().filter(|(_, value)| {
        !matches!(value, Value::Char(_) | Value::Bytes(_)) && value.code() < 20
    }) {
        message
            .set_property(format!("p{number}").as_bytes(), value)
            .expect("a property");
    }
    message
        .set_property(b"JMSXGroupID", Value::Text(Text::from("g")))
        .expect("a property");
    message
        .set_property(b"JMSXGroupSeq", Value::Int(3))
        .expect("a property");
    message
}

fn full_map(inner: Option<Message>) -> Message {
    let mut message = Message::map();
    for (number, value) in values().into_iter().enumerate() {
        message
            .set_item(format!("\u{e9}{number}").as_bytes(), value)
            .expect("an item");
    }
    if let Some(inner) = inner {
        message
            .set_item(b"stream", Value::Stream(Nested::new(inner)))
            .expect("an item");
    }
    message
}

fn full_stream(inner: Option<Message>) -> Message {
    let mut message = Message::stream();
    for value in values() {
        message.stream_write(value).expect("an item");
    }
    if let Some(inner) = inner {
        message
            .stream_write(Value::Map(Nested::new(inner)))
            .expect("an item");
    }
    message
}

/// Maps in maps, as deep as they may be.
fn deepest() -> Message {
    let mut message = Message::map();
    for _ in 1..64 {
        let mut outer = Message::map();
        outer
            .set_item(b"m", Value::Map(Nested::new(message)))
            .expect("an item");
        message = outer;
    }
    message
}

/// Name and message of every sample.
pub fn messages() -> Vec<(&'static str, Message)> {
    let mut text = Message::text();
    text.set_text(Some("text \u{1F600}".as_bytes()))
        .expect("new");
    let mut latin1 = Message::text();
    latin1.set_text(Some(b"caf\xE9")).expect("new");
    let mut bytes = Message::bytes();
    bytes.write_bytes(b"\0\x01\xFF").expect("new");
    let mut object = Message::object();
    object
        .set_object_bytes(Some(b"\xAC\xED\0\x05t\0\x01o"))
        .expect("new");
    vec![
        ("plain", Message::plain()),
        ("text-null", Message::text()),
        ("bytes-empty", Message::bytes()),
        ("map-empty", Message::map()),
        ("stream-empty", Message::stream()),
        ("object-none", Message::object()),
        ("headers", base(Message::plain())),
        ("text", base(text)),
        ("latin1", latin1),
        ("bytes", bytes),
        ("object", object),
        ("map", full_map(None)),
        ("stream", full_stream(None)),
        (
            "nested-map",
            base(full_map(Some(full_stream(Some(Message::map()))))),
        ),
        (
            "nested-stream",
            full_stream(Some(full_map(Some(Message::stream())))),
        ),
        ("deepest", deepest()),
    ]
}

/// The same as a server would deliver it.
pub fn sections(message: &Message) -> Vec<u8> {
    let queue = Destination::queue("queue");
    let headers = SendHeaders {
        priority: 7,
        ttl: 60_000,
        expiration: 1_060_000,
        timestamp: 1_000_000,
        message_id: Some("ID:1"),
        user_id: Some("user"),
        delay: 5,
        delivery_time: 1_000_005,
        ..SendHeaders::to(&queue)
    };
    let mut sections = Vec::new();
    message
        .encode(&headers, &PlainAddresses, &mut sections)
        .expect("a sample can be sent");
    sections
}

/// Sections that this library does not write itself, but other programs do.
pub fn foreign() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("foreign-no-body", vec![0, 0x53, 0x70, 0x45]),
        // delivery-count 3, priority 200
        ("foreign-header", b"\0\x53\x70\xC0\x08\x05\x42\x50\xC8\x40\x40\x52\x03\0\x53\x77\x40".to_vec()),
        // two sequences: 1, "a"; null
        ("foreign-sequences", b"\0\x53\x76\xC0\x06\x02\x54\x01\xA1\x01a\0\x53\x76\xC0\x02\x01\x40".to_vec()),
        // two data sections behind a content type
        (
            "foreign-data",
            b"\0\x53\x73\xC0\x13\x07\x40\x40\x40\x40\x40\x40\xA3\x0Atext/plain\0\x53\x75\xA0\x01a\0\x53\x75\xA0\x01b".to_vec(),
        ),
        // a map with keys of other types: 1, sym, true; values uuid-like array, described, timestamp
        (
            "foreign-map",
            b"\0\x53\x77\xC1\x1C\x06\x54\x01\xE0\x04\x02\x50\x01\x02\xA3\x01s\0\x53\x01\x41\x41\x83\0\0\0\0\0\0\x03\xE8".to_vec(),
        ),
        // an array of so many zero-wide nulls, and of empty lists
        ("foreign-nulls", b"\0\x53\x77\xF0\0\0\0\x05\xFF\xFF\xFF\xFF\x40".to_vec()),
        ("foreign-lists", b"\0\x53\x77\xF0\0\0\0\x05\0\0\0\xFF\x45".to_vec()),
        // ulong, decimal64, char beyond 16 bits in one list
        (
            "foreign-list",
            b"\0\x53\x77\xC0\x1A\x04\x80\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x84\x01\x02\x03\x04\x05\x06\x07\x08\x73\0\x01\xF6\0\x42".to_vec(),
        ),
    ]
}

/// Selectors with every operator, literal and limit of the grammar.
pub fn selectors() -> Vec<(&'static str, String)> {
    [
        (
            "numbers",
            "i = 0x7L AND l >= 9223372036854775807 AND d < .5e1 OR n <> 7.0f OR i = 07",
        ),
        (
            "arithmetic",
            "-i + 2 * (l - 3) / -9223372036854775808 <= d * +1e300 - 1",
        ),
        (
            "three-values",
            "NOT (missing = 1 AND b) OR NOT b = TRUE AND (b OR missing)",
        ),
        (
            "between",
            "i NOT BETWEEN d AND l + 1 OR NOT JMSPriority BETWEEN 1 AND 5",
        ),
        (
            "in",
            "s IN ('a', 'it''s', '') OR JMSType NOT IN ('order','x')",
        ),
        (
            "like",
            r"s LIKE '%100\%\_%' ESCAPE '\' AND s NOT LIKE '_t''s%' OR JMSType LIKE '%o_d%r'",
        ),
        (
            "null",
            "missing IS NULL AND s IS NOT NULL AND x IS NOT NULL",
        ),
        ("booleans", "(b = TRUE) = (i <> 8) AND b <> FALSE OR TRUE"),
        (
            "headers",
            "JMSDeliveryMode = 'PERSISTENT' AND JMSMessageID IS NULL OR JMSTimestamp > 0",
        ),
        ("blanks", " \ti\r\n=\x0C7 "),
        ("invalid", "i = 7 = 8 OR 'a' > 3"),
    ]
    .map(|(name, text)| (name, String::from(text)))
    .into_iter()
    .chain([
        ("deep", "(".repeat(900) + "b" + &")".repeat(900)),
        ("long", "NOT ".repeat(3000) + "b"),
        ("wide", format!("s IN ({}'z')", "'x',".repeat(2000))),
    ])
    .collect()
}
