//! Receiving a message costs the same whatever its body is long: the body stays in the buffer that was received until the
//! program asks for it (spec 40 §6.2).

#[path = "support/counting.rs"]
mod counting;

use bytes::Bytes;
use tibemsufo::ffi::message_handle::hand_out;
use tibemsufo::ffi::msg::tibemsMsg_Destroy;
use tibemsufo::message::{
    BodyKind, Destination, Message, MessageDecoder, PlainAddresses, Received, SendHeaders, Value,
};

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::Counting;

fn delivery(kind: BodyKind, size: usize) -> Bytes {
    let content = vec![b'x'; size];
    let mut message = Message::of_kind(kind);
    match kind {
        BodyKind::Text => message.set_text(Some(&content)).unwrap(),
        BodyKind::Bytes => message.write_bytes(&content).unwrap(),
        BodyKind::Object => message.set_object_bytes(Some(&content)).unwrap(),
        BodyKind::Map => message
            .set_item(b"item", Value::Bytes(content.into()))
            .unwrap(),
        BodyKind::Stream => message.stream_write(Value::Bytes(content.into())).unwrap(),
        BodyKind::Plain => {}
    }
    message.set_property(b"number", Value::Int(5)).unwrap();
    let queue = Destination::queue("queue");
    let mut sections = Vec::new();
    message
        .encode(&SendHeaders::to(&queue), &PlainAddresses, &mut sections)
        .unwrap();
    sections.into()
}

/// Bytes allocated by receiving the message and reading one property, but not its body.
fn allocated(payload: &Bytes) -> usize {
    let queue = Destination::queue("queue");
    let received = Received {
        consumer_destination: &queue,
        now_ms: 1,
        addresses: &PlainAddresses,
    };
    let payload = payload.clone();
    let before = counting::bytes();
    let message = Message::decode(payload, &received).unwrap();
    assert_eq!(message.property(b"number").unwrap().value().to_int(), Ok(5));
    counting::bytes() - before
}

#[test]
fn bodies_are_not_copied_on_receive() {
    for kind in [
        BodyKind::Text,
        BodyKind::Bytes,
        BodyKind::Object,
        BodyKind::Map,
        BodyKind::Stream,
    ] {
        let (short, long) = (delivery(kind, 300), delivery(kind, 1 << 20));
        assert!(long.len() > 1 << 20);
        allocated(&short); // whatever a thread allocates once
        let (few, many) = (allocated(&short), allocated(&long));
        assert_eq!(few, many, "{kind:?}");
        assert!(few < 400, "{kind:?}: {few}");
    }
}

/// Bytes that a program reads are those that were received.
#[test]
fn bytes_are_lent_from_the_delivery() {
    for kind in [BodyKind::Bytes, BodyKind::Object] {
        let payload = delivery(kind, 1 << 20);
        let queue = Destination::queue("queue");
        let received = Received {
            consumer_destination: &queue,
            now_ms: 1,
            addresses: &PlainAddresses,
        };
        let message = Message::decode(payload.clone(), &received).unwrap();
        let before = counting::bytes();
        let (address, length) = match kind {
            BodyKind::Bytes => message.lend_bytes().unwrap(),
            _ => {
                let bytes = message.object_bytes().unwrap().unwrap();
                (bytes.as_ptr(), bytes.len())
            }
        };
        assert_eq!((counting::bytes() - before, length), (0, 1 << 20));
        assert!(payload.as_ptr_range().contains(&address));
    }
}

/// From the payload to the handle of the program and back: a message that is not read costs no memory of its own (a map
/// or stream a share of the payload), for the objects of destroyed messages are used again.
#[test]
fn handing_out_allocates_next_to_nothing() {
    for (kind, most) in [
        (BodyKind::Plain, 0),
        (BodyKind::Text, 0),
        (BodyKind::Bytes, 0),
        (BodyKind::Object, 1),
        (BodyKind::Map, 1),
        (BodyKind::Stream, 2),
    ] {
        let queue = Destination::queue("queue");
        let received = Received {
            consumer_destination: &queue,
            now_ms: 1,
            addresses: &PlainAddresses,
        };
        let delivery = delivery(kind, 100);
        let mut decoder = MessageDecoder::default();
        let mut once = || {
            let payload = Bytes::copy_from_slice(&delivery);
            let before = counting::calls();
            let message = decoder.decode(payload, &received).unwrap();
            let handle = hand_out(message, None);
            // SAFETY: the handle of a message.
            let status = unsafe { tibemsMsg_Destroy(handle) };
            assert_eq!(status, tibemsufo::status::tibems_status::TIBEMS_OK);
            counting::calls() - before
        };
        once(); // whatever a thread allocates once
        assert_eq!(once(), most, "{kind:?}");
    }
}
