//! Rules at their borders: one more, one less, the other order (what `make mutants` has shown to be missing).

use super::*;

#[test]
fn a_late_flow_without_delivery_count_counts_from_the_start_too() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, handle) = wire.sender(session, "a", 5);
    wire.send(link, b"x", 0).unwrap();
    wire.send(link, b"x", 1).unwrap();
    let mut late = flow(handle, 5);
    late.delivery_count = None;
    wire.frame(session.1, late);
    assert_eq!(wire.engine.credit(link), 3);
}

#[test]
fn a_flow_inside_a_delivery_does_not_end_the_drain() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, handle) = wire.receiver(session, "a", 1);
    wire.engine.drain(link, 0);
    let mut part = transfer(handle, 0);
    part.more = true;
    wire.payload(session.1, part.clone(), b"x");
    let mut used_up = flow(handle, 0);
    used_up.delivery_count = Some(1);
    wire.frame(session.1, used_up);
    wire.no_event();
    part.more = false;
    wire.payload(session.1, part, b"y");
    assert!(matches!(wire.event(), Event::Delivery { delivery, .. } if delivery.payload == "xy"));
    assert_eq!(wire.event(), Event::Drained { link });
}

#[test]
fn answers_find_their_link_by_its_name() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (a, attach_a) = wire.attaching(session.0, "a", Role::Sender);
    let (b, attach_b) = wire.attaching(session.0, "b", Role::Sender);
    wire.answer(session.1, &attach_b);
    wire.answer(session.1, &attach_a);
    assert!(matches!(wire.event(), Event::Attached { link, .. } if link == b));
    assert!(matches!(wire.event(), Event::Attached { link, .. } if link == a));
    wire.frame(session.1, flow(attach_b.handle + 10, 7));
    assert_eq!((wire.engine.credit(a), wire.engine.credit(b)), (0, 7));
}

#[test]
fn a_message_of_exactly_the_limit_is_taken() {
    let limited = || EngineConfig {
        message_limit: 100,
        ..config()
    };
    for parts in [&[100][..], &[50, 50], &[0, 100], &[1, 98, 1]] {
        let mut wire = Wire::open(limited(), Open::default());
        let session = wire.session();
        let (_, handle) = wire.receiver(session, "a", 1);
        for (index, size) in parts.iter().enumerate() {
            let mut frame = transfer(handle, 0);
            frame.more = index + 1 < parts.len();
            wire.payload(session.1, frame, &vec![7; *size]);
        }
        let event = wire.event();
        assert!(
            matches!(&event, Event::Delivery { delivery, .. } if delivery.payload.len() == 100),
            "{parts:?}: {event:?}"
        );
    }
    for parts in [&[101][..], &[50, 51]] {
        let mut wire = Wire::open(limited(), Open::default());
        let session = wire.session();
        let (_, handle) = wire.receiver(session, "a", 1);
        for (index, size) in parts.iter().enumerate() {
            let mut frame = transfer(handle, 0);
            frame.more = index + 1 < parts.len();
            wire.payload(session.1, frame, &vec![7; *size]);
        }
        assert!(matches!(
            wire.event(),
            Event::Detached { error: Some(error), .. }
                if error.condition == condition::MESSAGE_SIZE_EXCEEDED
        ));
    }
}

#[test]
fn a_late_delivery_of_a_closed_link_uses_up_its_id() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (closed, gone) = wire.receiver(session, "a", 5);
    let (_, handle) = wire.receiver(session, "b", 5);
    wire.deliver(session.1, handle, 0, b"x");
    wire.event();
    wire.engine.detach(closed, true, None);
    wire.deliver(session.1, gone, 1, b"late");
    wire.no_event();
    wire.deliver(session.1, handle, 2, b"x");
    assert!(matches!(wire.event(), Event::Delivery { delivery, .. } if delivery.delivery_id == 2));
    wire.deliver(session.1, handle, 4, b"x");
    assert!(matches!(wire.event(), Event::SessionEnded { .. }));
}
