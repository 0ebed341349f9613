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
