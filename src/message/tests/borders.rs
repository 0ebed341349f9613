//! Rules at their borders (what `make mutants` has shown to be missing).

use super::*;

#[test]
fn a_lent_block_stays_where_it_is() {
    let mut message = Message::bytes();
    message.write_bytes(&[1; 10]).unwrap();
    message.write_bytes(&[2]).unwrap(); // now there is room behind it
    let (first, length) = message.lend_bytes().unwrap();
    message.write_bytes(&[3]).unwrap();
    let (second, longer) = message.lend_bytes().unwrap();
    assert_eq!((length, longer), (11, 12));
    assert_ne!(first, second);
}

#[test]
fn removed_items_are_not_found_and_others_are() {
    let name = |number: i32| format!("n{number}").into_bytes();
    for left in [0, 5, 15, 30] {
        let mut items = Items::default();
        for number in 0..40 {
            items.set(&name(number), Value::Int(number));
        }
        items.retain(|text| text.as_str().unwrap()[1..].parse::<i32>().unwrap() >= 40 - left);
        assert_eq!(items.len(), left as usize);
        for number in 0..40 {
            let found = items.get(&name(number)).map(|item| item.value().to_int());
            let expected = (number >= 40 - left).then_some(Ok(number));
            assert_eq!(found.map(|value| value.map_err(drop)), expected);
        }
        items.set(b"new", Value::Int(7));
        assert_eq!(items.get(b"new").unwrap().value().to_int().unwrap(), 7);
    }
}

#[test]
fn arrays_of_unsigned_numbers_keep_their_values() {
    let array = |items: Vec<Amqp>| (wire::AMQP_VALUE, Amqp::List(vec![Amqp::Array(items)]));
    for (sent, shown_as) in [
        (
            array(vec![Amqp::Ushort(1), Amqp::Ushort(u16::MAX)]),
            "Ints([1, 65535])",
        ),
        (
            array(vec![Amqp::Uint(1), Amqp::Uint(u32::MAX)]),
            "Longs([1, 4294967295])",
        ),
    ] {
        let message = received(payload([sent])).unwrap();
        let items = message.stream_items().unwrap();
        assert_eq!(shown(items[0].value()), shown_as);
    }
}

#[test]
fn every_printed_time_is_its_own() {
    let mut message = Message::plain();
    message.set_timestamp(1_000);
    message.set_expiration(2_000);
    let text = String::from_utf8(message.print()).unwrap();
    assert!(text.contains("JMSTimestamp={Thu Jan 01 00:00:01 UTC 1970}"));
    assert!(text.contains("JMSExpiration={Thu Jan 01 00:00:02 UTC 1970}"));
    assert!(text.contains("JMSDeliveryTime={0}"));
}

#[test]
fn an_archive_keeps_the_redelivered_mark() {
    for redelivered in [false, true] {
        let mut message = Message::plain();
        message.set_redelivered(redelivered);
        let copy =
            Message::from_archive(&message.to_archive(MESSAGE_LIMIT).unwrap(), MESSAGE_LIMIT)
                .unwrap();
        assert_eq!(copy.redelivered(), redelivered);
    }
}

/// What a program was lent of a received body stays, whatever it does with the message.
#[test]
fn received_bytes_stay_where_they_are() {
    let mut message = Message::bytes();
    message.write_bytes(b"content").unwrap();
    let payload = Bytes::from(encoded(&message, &send(&queue())).unwrap());
    let own = queue();
    let received = Received {
        consumer_destination: &own,
        now_ms: 1,
        addresses: &PlainAddresses,
    };
    let mut message = Message::decode(payload.clone(), &received).unwrap();
    let lent = message.lend_bytes().unwrap();
    assert!(payload.as_ptr_range().contains(&lent.0) && lent.1 == 7);
    assert_eq!(message.read_exact(), Ok(*b"con"));
    assert_eq!(message.lend_bytes().unwrap(), lent);
    let mut copy = message.clone();
    message.make_writeable();
    message.write_bytes(b"!").unwrap();
    message.clear_body();
    assert_eq!(message.body_length(), Ok(0));
    drop(Message::decode(payload.clone(), &received).unwrap());
    assert!(!payload.is_unique()); // the message still holds it
    assert_eq!(bytes_of(&mut copy), b"content");
}
