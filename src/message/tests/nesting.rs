//! Messages inside messages.

use super::*;

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

/// What is still encoded counts with its depth, whatever it is made of.
#[test]
fn nesting_counts_what_was_received_and_not_opened() {
    let list = |inner| Amqp::List(vec![inner]);
    let ints = || Amqp::Array(vec![Amqp::Int(1)]);
    let texts = || Amqp::Array(vec![Amqp::string("a")]);
    for (innermost, own_levels) in [(Amqp::Null, 0), (ints(), 0), (texts(), 1)] {
        for (levels, expected) in [
            (63 - own_levels, Status::TIBEMS_OK),
            (64 - own_levels, Status::TIBEMS_INVALID_SIZE),
        ] {
            let body = (0..levels).fold(innermost.clone(), |inner, _| list(inner));
            let inner = received(payload([(wire::AMQP_VALUE, body)])).unwrap();
            let inner = MessageObject::new(inner);
            let outer = MessageObject::new(Message::map());
            let result = nest(&outer, b"m", &inner, BodyKind::Stream);
            assert_eq!(status(result), expected, "{levels} {innermost:?}");
            let sent = encoded(&outer.lock(), &send(&queue()));
            assert_eq!(status(sent), Status::TIBEMS_OK);
        }
    }
}

/// A message inside a received one has the mode of its container, also when it is opened late; a stream gives each reader
/// one of its own.
#[test]
fn what_is_opened_late_has_the_mode_of_its_container() {
    let map = || Amqp::Map(vec![(Amqp::string("i"), Amqp::Int(1))]);
    let body = Amqp::Map(vec![(Amqp::string("m"), map()), (Amqp::string("n"), map())]);
    let mut outer = received(payload([(wire::AMQP_VALUE, body)])).unwrap();
    let inner = |outer: &Message, name: &[u8]| {
        let item = outer.item(name).unwrap();
        item.value().to_map().unwrap().object().clone()
    };
    let set = |object: &MessageObject| status(object.lock().set_item(b"i", Value::Int(2)));
    let early = inner(&outer, b"m");
    assert_eq!(set(&early), Status::TIBEMS_MSG_NOT_WRITEABLE);
    outer.make_writeable();
    let late = inner(&outer, b"n");
    assert_eq!(
        (set(&early), set(&late)),
        (Status::TIBEMS_OK, Status::TIBEMS_OK)
    );
    // what was changed is what is sent
    let back = round_trip(&outer);
    assert_eq!(
        items_shown(&back),
        "\"m\"=\"i\"=Int(2)  \"n\"=\"i\"=Int(2)  "
    );
    assert_eq!(items_shown(&outer.clone()), items_shown(&outer));

    let list = Amqp::List(vec![map()]);
    let mut stream = received(payload([(wire::AMQP_VALUE, list)])).unwrap();
    let mut read = || {
        stream.reset();
        match stream.stream_read_value().unwrap() {
            Value::Map(nested) => nested.object().clone(),
            other => panic!("{other:?}"),
        }
    };
    let (first, second) = (read(), read());
    assert!(!std::ptr::eq(&*first, &*second));
    assert_eq!(set(&first), Status::TIBEMS_MSG_NOT_WRITEABLE);
}

fn items_shown(message: &Message) -> String {
    let items = message.map_items().unwrap();
    items
        .iter()
        .map(|(name, item)| format!("{name:?}={} ", shown(item.value())))
        .collect()
}
