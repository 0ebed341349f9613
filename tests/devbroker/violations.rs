//! Clients that break the rules: only they feel it.

use crate::client::*;
use bytes::Bytes;
use std::io::Write;
use std::net::TcpStream;
use tibemsufo::amqp::frame::HEADER_AMQP;
use tibemsufo::amqp::performative::*;

/// The condition that a raw frame, sent after open and begin, is answered with.
fn connection_fault(frame: &[u8]) -> String {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    let mut other = broker.client("other");
    c.begin(0);
    c.raw(frame);
    let condition = c.closed().unwrap().condition;
    // only that client is hit
    other.begin(0);
    other.close();
    condition
}

#[test]
fn bad_frames_end_the_connection_only() {
    let framing = "amqp:connection:framing-error";
    let decode = "amqp:decode-error";
    let cases: &[(&[u8], &str)] = &[
        (&[0, 0, 0, 7, 2, 0, 0, 0], framing),
        (&[0x7f, 0xff, 0xff, 0xff, 2, 0, 0, 0], framing),
        (&[0, 0, 0, 8, 1, 0, 0, 0], framing),
        (&[0, 0, 0, 8, 2, 9, 0, 0], framing),
        // an unknown performative, a list that is cut off, a missing field
        (&[0, 0, 0, 12, 2, 0, 0, 0, 0, 0x53, 0x99, 0x45], decode),
        (&[0, 0, 0, 13, 2, 0, 0, 0, 0, 0x53, 0x13, 0xc0, 9], decode),
        (&[0, 0, 0, 12, 2, 0, 0, 0, 0, 0x53, 0x12, 0x45], decode),
        // end on a channel without a session
        (&[0, 0, 0, 12, 2, 0, 0, 7, 0, 0x53, 0x17, 0x45], framing),
        // a second begin on the channel: fields 0, 0, 1, 1
        (
            &[
                0, 0, 0, 20, 2, 0, 0, 0, 0, 0x53, 0x11, 0xc0, 7, 4, 0x40, 0x43, 0x52, 1, 0x52, 1,
            ],
            framing,
        ),
    ];
    for (frame, condition) in cases {
        assert_eq!(connection_fault(frame), *condition, "{frame:x?}");
    }
}

#[test]
fn garbage_is_answered_with_a_header() {
    let broker = Server::start(&[]);
    let mut c = Client::connect(broker.port);
    c.raw(b"GET / HTTP/1.1\r\n\r\n");
    assert_eq!(c.header(), HEADER_AMQP);
    assert!(c.try_frame().is_none());
    broker.client("c").close();
}

/// What ends the session after `provoke`.
fn session_fault(provoke: impl FnOnce(&mut Client)) -> String {
    let broker = Server::start(&["--window", "4"]);
    let mut c = broker.client("c");
    c.begin(0);
    c.sender(0, 0, "q", "queue");
    c.receiver(0, 1, "q", "queue");
    provoke(&mut c);
    let error = match c.next_of(&["end"]) {
        Performative::End(end) => end.error.unwrap(),
        other => panic!("{other:?}"),
    };
    // what is on its way is ignored, and the channel can be used again
    c.put(Disposition::default());
    c.put(End::default());
    c.begin(0);
    c.close();
    error.condition
}

#[test]
fn broken_rules_end_the_session() {
    let transfer = |handle, id: Option<u32>| Transfer {
        handle,
        delivery_id: id,
        delivery_tag: Some(Bytes::from_static(b"t")),
        ..Transfer::default()
    };
    let cases: [(&str, Performative); 6] = [
        (
            "amqp:session:unattached-handle",
            transfer(9, Some(0)).into(),
        ),
        ("amqp:invalid-field", transfer(0, None).into()),
        ("amqp:not-allowed", transfer(1, Some(0)).into()),
        (
            "amqp:session:handle-in-use",
            sender_attach(1, Some("q"), "queue").into(),
        ),
        (
            "amqp:session:window-violation",
            Flow {
                next_incoming_id: Some(50),
                incoming_window: 10,
                ..Flow::default()
            }
            .into(),
        ),
        (
            "amqp:session:window-violation",
            Flow {
                next_incoming_id: Some(1),
                next_outgoing_id: u32::MAX,
                ..Flow::default()
            }
            .into(),
        ),
    ];
    for (condition, performative) in cases {
        let name = performative.name();
        let found = session_fault(|c| c.put(performative));
        assert_eq!(found, condition, "{name}");
    }
    let gap = session_fault(|c| {
        c.send(0, 0, 7, &text("a"));
        c.send(0, 0, 9, &text("b"));
    });
    assert_eq!(gap, "amqp:invalid-field");
}

#[test]
fn broken_rules_of_a_link_end_the_link() {
    let broker = Server::start(&["--credit", "2"]);
    let mut c = broker.client("c");
    c.begin(0);
    assert_eq!(c.sender(0, 0, "q", "queue"), 2);
    // an unfinished delivery holds the one credit that may not be renewed yet
    let head = |id| Transfer {
        handle: 0,
        delivery_id: Some(id),
        delivery_tag: Some(Bytes::from_static(b"t")),
        more: true,
        ..Transfer::default()
    };
    c.put(head(0));
    c.put(head(1));
    assert_eq!(c.detached().unwrap().condition, "amqp:invalid-field");
    c.put(Detach {
        handle: 0,
        closed: true,
        error: None,
    });
    // the session goes on
    assert_eq!(c.sender(0, 0, "q", "queue"), 2);
    c.send(0, 0, 1, &text("x"));
    assert_eq!(c.outcome(), (1, 1, DeliveryState::Accepted));
    c.close();
}

#[test]
fn an_aborted_delivery_leaves_nothing() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    c.sender(0, 0, "q", "queue");
    let mut transfer = Transfer {
        handle: 0,
        delivery_id: Some(0),
        delivery_tag: Some(Bytes::from_static(b"t")),
        more: true,
        ..Transfer::default()
    };
    c.put(transfer.clone());
    transfer.aborted = true;
    c.put(transfer);
    c.send(0, 0, 1, &text("whole"));
    assert_eq!(c.outcome(), (1, 1, DeliveryState::Accepted));
    c.receiver(0, 1, "q", "queue");
    c.drain(0, 1, 0, 5);
    assert_eq!(c.delivery().body(), "whole");
    assert_eq!(c.drained(), (1, 5, 0));
    c.close();
}

#[test]
fn the_newer_link_of_a_name_steals_it() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    let mut attach = receiver_attach(0, "q", "queue");
    c.attach(0, attach.clone());
    attach.handle = 1;
    c.attach(0, attach);
    assert_eq!(c.detached().unwrap().condition, "amqp:link:stolen");
    c.close();
}

#[test]
fn a_client_that_never_says_hello_does_not_hold_up_others() {
    let broker = Server::start(&[]);
    let mut silent = TcpStream::connect(("127.0.0.1", broker.port)).unwrap();
    silent.write_all(b"AM").unwrap();
    broker.client("c").close();
}

/// An amqp-value section with a declare.
const DECLARE: &[u8] = &[0, 0x53, 0x77, 0, 0x53, 0x31, 0x45];

/// A small generator of the same numbers on every run.
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[test]
fn mutated_streams_never_hurt_others() {
    let broker = Server::start(&[]);
    let mut durable = receiver_attach(2, "m.*", "topic");
    durable.source.as_mut().unwrap().durable = Some(2);
    let mut coordinator = sender_attach(3, None, "queue");
    coordinator.target = Some(Coordinator::default().into());
    let mut stream = Vec::new();
    for performative in [
        Performative::from(open("m")),
        Begin {
            incoming_window: 100,
            outgoing_window: 100,
            ..Begin::default()
        }
        .into(),
        sender_attach(0, Some("m"), "queue").into(),
        receiver_attach(1, "m", "queue").into(),
        durable.into(),
        coordinator.into(),
        Flow {
            next_incoming_id: Some(1),
            incoming_window: 100,
            handle: Some(1),
            delivery_count: Some(0),
            link_credit: Some(50),
            ..Flow::default()
        }
        .into(),
        Transfer {
            handle: 0,
            delivery_id: Some(0),
            delivery_tag: Some(Bytes::from_static(b"t")),
            ..Transfer::default()
        }
        .into(),
        Transfer {
            handle: 3,
            delivery_id: Some(1),
            delivery_tag: Some(Bytes::from_static(b"d")),
            ..Transfer::default()
        }
        .into(),
        Disposition {
            role: Role::Receiver,
            last: Some(5),
            settled: true,
            state: Some(DeliveryState::Accepted),
            ..Disposition::default()
        }
        .into(),
        Detach::default().into(),
    ] {
        let payload = match &performative {
            Performative::Transfer(transfer) if transfer.handle == 3 => DECLARE.to_vec(),
            Performative::Transfer(_) => text("body"),
            _ => Vec::new(),
        };
        tibemsufo::amqp::frame::encode_frame(0, &performative, &payload, &mut stream);
    }
    let mut seed = 0x5eed_5eed_5eed_5eed;
    for _ in 0..300 {
        let mut bytes = stream.clone();
        for _ in 0..1 + random(&mut seed) % 4 {
            let at = (random(&mut seed) % bytes.len() as u64) as usize;
            bytes[at] = random(&mut seed) as u8;
        }
        let mut socket = TcpStream::connect(("127.0.0.1", broker.port)).unwrap();
        // the broker may hang up in the middle
        let _ = socket.write_all(&HEADER_AMQP);
        let _ = socket.write_all(&bytes);
    }
    let mut c = broker.client("c");
    c.begin(0);
    c.sender(0, 0, "q", "queue");
    c.send(0, 0, 0, &text("alive"));
    assert_eq!(c.outcome().2, DeliveryState::Accepted);
    c.close();
}
