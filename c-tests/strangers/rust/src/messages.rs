//! Bodies, headers and properties through the crate's own message types.

use crate::*;
use std::collections::HashMap;
use tibco_ems::{BytesMessage, MapMessage, ObjectMessage, TypedValue};

pub const TESTS: &[Test] = &[
    ("text", texts),
    ("properties", properties),
    ("bytes", bytes),
    ("objects", objects),
    ("map", maps),
    ("map in a map", nested_maps),
    ("selector", selectors),
];

fn texts() -> End {
    let (connection, queue) = (connect(), queue());
    let session = connection.session().unwrap();
    let consumer = session.queue_consumer(&queue, None).unwrap();
    for body in ["hello", "", "Grüße, 世界 🌍", &"x".repeat(300_000)] {
        session.send_message(&queue, text(body)).unwrap();
        let message = next(&consumer);
        let Message::TextMessage(message) = &message else {
            panic!("{message}")
        };
        assert_eq!(message.body, body);
        assert_eq!(message.destination.as_ref(), Some(&queue));
        assert_eq!(message.reply_to, None);
        let header = message.header.as_ref().unwrap();
        let TypedValue::String(id) = &header["MessageID"] else {
            panic!()
        };
        assert!(id.starts_with("ID:"), "{id}");
    }
    End::Passed
}

fn properties() -> End {
    let (connection, queue) = (connect(), queue());
    let session = connection.session().unwrap();
    let consumer = session.queue_consumer(&queue, None).unwrap();
    let sent = HashMap::from([
        ("word".to_string(), TypedValue::String("grün".into())),
        ("yes".to_string(), TypedValue::Boolean(true)),
        ("number".to_string(), TypedValue::Integer(-7)),
        ("big".to_string(), TypedValue::Long(1 << 40)),
        (
            "CorrelationID".to_string(),
            TypedValue::String("corr 1".into()),
        ),
        ("JMSType".to_string(), TypedValue::String("kind".into())),
    ]);
    session
        .send_message(
            &queue,
            TextMessage {
                header: Some(sent),
                ..text("with properties")
            },
        )
        .unwrap();
    // The crate also tries to set JMSType as a property, which is no name for one.
    let said = complaints();
    assert!(
        said.iter()
            .all(|line| line.starts_with("tibemsMsg_SetStringProperty")),
        "{said:?}"
    );
    let message = next(&consumer);
    let Message::TextMessage(message) = &message else {
        panic!("{message}")
    };
    let header = message.header.as_ref().unwrap();
    let string = |name: &str| header[name].to_string();
    assert_eq!(string("word"), "grün");
    assert_eq!(string("yes"), "true");
    assert_eq!(string("number"), "-7");
    assert_eq!(string("big"), (1u64 << 40).to_string());
    assert_eq!(string("CorrelationID"), "corr 1");
    assert_eq!(string("JMSType"), "kind");
    End::Passed
}

fn bytes() -> End {
    let (connection, queue) = (connect(), queue());
    let session = connection.session().unwrap();
    let consumer = session.queue_consumer(&queue, None).unwrap();
    for body in [(0..=255).collect::<Vec<u8>>(), vec![], vec![0; 100_000]] {
        session
            .send_message(
                &queue,
                BytesMessage {
                    body: body.clone(),
                    ..Default::default()
                },
            )
            .unwrap();
        assert_eq!(
            consumer
                .receive_bytes_message(Some(SOON))
                .unwrap()
                .unwrap()
                .body,
            body
        );
    }
    // A type that the program does not expect is its error, not the end of the consumer.
    session.send_message(&queue, text("no bytes")).unwrap();
    assert!(consumer.receive_bytes_message(Some(SOON)).is_err());
    session.send_message(&queue, text("text again")).unwrap();
    assert_eq!(next_text(&consumer), "text again");
    End::Passed
}

fn objects() -> End {
    let (connection, queue) = (connect(), queue());
    let session = connection.session().unwrap();
    let consumer = session.queue_consumer(&queue, None).unwrap();
    let body = vec![0xac, 0xed, 0, 5, b't', 0, 2, b'h', b'i'];
    session
        .send_message(
            &queue,
            ObjectMessage {
                body: body.clone(),
                ..Default::default()
            },
        )
        .unwrap();
    assert_eq!(
        consumer
            .receive_object_message(Some(SOON))
            .unwrap()
            .unwrap()
            .body,
        body
    );
    End::Passed
}

fn maps() -> End {
    let (connection, queue) = (connect(), queue());
    let session = connection.session().unwrap();
    let consumer = session.queue_consumer(&queue, None).unwrap();
    let body = HashMap::from([
        ("word".to_string(), TypedValue::String("two words".into())),
        ("no".to_string(), TypedValue::Boolean(false)),
        ("int".to_string(), TypedValue::Integer(i32::MIN)),
        ("long".to_string(), TypedValue::Long(i64::MAX)),
        ("float".to_string(), TypedValue::Float(1.5)),
        ("double".to_string(), TypedValue::Double(-0.125)),
    ]);
    session
        .send_message(
            &queue,
            MapMessage {
                body,
                ..Default::default()
            },
        )
        .unwrap();
    let map = consumer.receive_map_message(Some(SOON)).unwrap().unwrap();
    let mut entries: Vec<_> = map
        .body
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    entries.sort();
    assert_eq!(
        entries,
        [
            "double=-0.125",
            "float=1.5",
            "int=-2147483648",
            "long=9223372036854775807",
            "no=false",
            "word=two words"
        ]
    );
    End::Passed
}

/// The crate reads an entry that is no string as a map, and one that is neither as nothing.
fn nested_maps() -> End {
    let (connection, queue) = (connect(), queue());
    let session = connection.session().unwrap();
    let consumer = session.queue_consumer(&queue, None).unwrap();
    low::send_nested(&queue);
    let map = consumer.receive_map_message(Some(SOON)).unwrap().unwrap();
    let TypedValue::Map(inner) = &map.body["inner"] else {
        panic!("{:?}", map.body)
    };
    assert_eq!(inner.body["depth"], TypedValue::String("2".into()));
    assert_eq!(map.body["plain"], TypedValue::String("1".into()));
    assert!(!map.body.contains_key("raw"));
    End::Passed
}

fn selectors() -> End {
    let (connection, queue) = (connect(), queue());
    let session = connection.session().unwrap();
    let red = session
        .queue_consumer(&queue, Some("colour = 'red' AND size BETWEEN 2 AND 4"))
        .unwrap();
    for (colour, size) in [("blue", 3), ("red", 1), ("red", 3)] {
        let header = HashMap::from([
            ("colour".to_string(), TypedValue::String(colour.into())),
            ("size".to_string(), TypedValue::Integer(size)),
        ]);
        session
            .send_message(
                &queue,
                TextMessage {
                    header: Some(header),
                    ..text(&format!("{colour} {size}"))
                },
            )
            .unwrap();
    }
    assert_eq!(next_text(&red), "red 3");
    assert_silent(&red);
    // Without a selector the crate gives an empty one.
    let all = session.queue_consumer(&queue, None).unwrap();
    assert_eq!(next_text(&all), "blue 3");
    assert_eq!(next_text(&all), "red 1");
    assert!(session.queue_consumer(&queue, Some("colour = ")).is_err());
    assert_eq!(
        complaints(),
        ["tibemsSession_CreateConsumer: TIBEMS_INVALID_SELECTOR"]
    );
    End::Passed
}
