//! Everything that a program can set, sent and received.

use super::*;
use crate::amqp::codec::{Decoder, ValueRef};

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

/// Other clients see a non-persistent message.
#[test]
fn reliable_is_an_annotation() {
    let queue = queue();
    let send = SendHeaders {
        delivery_mode: 22,
        ..send(&queue)
    };
    let payload = encoded(&Message::plain(), &send).unwrap();
    let mode = received(payload.clone()).unwrap().delivery_mode();
    assert_eq!(mode as i32, 22); // 30-133
    let mut cursor = Decoder::new(&payload);
    assert_eq!(cursor.descriptor().unwrap().code(), Some(wire::HEADER));
    let durable = cursor.list().unwrap().next_value().unwrap();
    assert!(matches!(durable, Some(ValueRef::Bool(false)))); // 30-133
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
    let sections = sections_in(&out);
    let Amqp::List(fields) = &sections[&wire::PROPERTIES] else {
        panic!("{sections:?}");
    };
    // 30-48: fields, the sequence wrapped into the upper range
    let group = [Amqp::string("g"), Amqp::Uint(u32::MAX)];
    assert_eq!(fields[10..], group);
    // 30-48, 30-50: and nothing of them is an application property, where the null is one
    let travelling = vec![
        (Amqp::string("JMS_TIBCO_DISABLE_SENDER"), Amqp::Bool(true)),
        (Amqp::string("JMS_TIBCO_MSG_TRACE"), Amqp::Null),
    ];
    assert_eq!(
        sections[&wire::APPLICATION_PROPERTIES],
        Amqp::Map(travelling)
    );
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
    // 30-57: a data section with a charset, and no annotation that calls it a text
    let sections = sections_of(&message);
    let latin = Amqp::Binary(Bytes::from_static(b"caf\xE9"));
    assert_eq!(sections[&wire::DATA], latin);
    assert!(!sections.contains_key(&wire::AMQP_VALUE));
    assert!(matches!(&sections[&wire::PROPERTIES], Amqp::List(fields)
            if fields[6] == Amqp::symbol("text/plain; charset=ISO-8859-15")));
    assert!(
        matches!(&sections[&wire::MESSAGE_ANNOTATIONS], Amqp::Map(pairs)
            if pairs.iter().all(|(key, _)| *key != Amqp::symbol(wire::MSG_TYPE)))
    );
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
