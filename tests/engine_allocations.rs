//! Sending, settling and receiving a message must not allocate (spec 40 §6.2). Counted with an
//! allocator of this test's own.

#[path = "support/counting.rs"]
mod counting;

use bytes::{Bytes, BytesMut};
use std::time::Instant;
use tibemsufo::amqp::engine::*;
use tibemsufo::amqp::frame::{HEADER_AMQP, encode_frame};
use tibemsufo::amqp::performative::*;

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::Counting;

const MESSAGES: u32 = 1000;

struct Peer {
    engine: Engine,
    buf: BytesMut,
    out: Vec<u8>,
    now: Instant,
}

impl Peer {
    fn frame(&mut self, performative: impl Into<Performative>) {
        let mut bytes = Vec::new();
        encode_frame(0, &performative.into(), &[], &mut bytes);
        self.input(&bytes);
    }

    fn input(&mut self, bytes: &[u8]) {
        self.buf.extend_from_slice(bytes);
        self.engine.input(&mut self.buf, self.now);
    }

    fn take(&mut self) {
        self.out.clear();
        self.engine.take_output(&mut self.out);
    }

    fn link(&mut self, session: SessionId, role: Role, handle: u32) -> LinkId {
        let spec = AttachSpec {
            name: "link".into(),
            role,
            source: Some(Source::default()),
            target: Some(Target::default().into()),
            ..AttachSpec::default()
        };
        let id = self.engine.attach(session, spec).expect("attached");
        self.frame(Attach {
            name: "link".into(),
            handle,
            role: role.opposite(),
            source: Some(Source::default()),
            target: Some(Target::default().into()),
            ..Attach::default()
        });
        id
    }

    fn send(&mut self, link: LinkId, outcomes: &[u8]) {
        for n in 0..MESSAGES {
            let send = Send {
                payload: &[7; 100],
                settled: false,
                txn: (n % 2 == 0).then_some(b"transaction"),
                token: u64::from(n),
            };
            self.engine.send(link, send).expect("credit");
        }
        self.take();
        self.input(outcomes);
        let mut settled = 0;
        while let Some(event) = self.engine.poll_event() {
            if let Event::Outcome { first, last, .. } = event {
                settled += last - first + 1;
            }
        }
        assert_eq!(settled, u64::from(MESSAGES));
    }

    fn receive(&mut self, link: LinkId, messages: &[u8]) {
        self.input(messages);
        let mut received = 0;
        while let Some(event) = self.engine.poll_event() {
            let Event::Delivery { delivery, .. } = event else {
                continue;
            };
            let txn = Some(&b"transaction"[..]).filter(|_| received > MESSAGES / 2);
            self.engine
                .settle(link, delivery.delivery_id, Settle::Accepted, true, txn);
            received += 1;
        }
        self.take();
        assert_eq!(received, MESSAGES);
    }
}

fn outcomes(from: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    for id in from..from + MESSAGES {
        let disposition = Disposition {
            role: Role::Receiver,
            first: id,
            settled: true,
            state: Some(DeliveryState::Accepted),
            ..Disposition::default()
        };
        encode_frame(0, &disposition.into(), &[], &mut bytes);
    }
    bytes
}

fn messages(handle: u32, from: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    for id in from..from + MESSAGES {
        let transfer = Transfer {
            handle,
            delivery_id: Some(id),
            delivery_tag: Some(Bytes::copy_from_slice(&id.to_be_bytes())),
            ..Transfer::default()
        };
        encode_frame(0, &transfer.into(), &[7; 100], &mut bytes);
    }
    bytes
}

#[test]
fn messages_do_not_allocate() {
    let now = Instant::now();
    let config = EngineConfig {
        sasl: None,
        ..EngineConfig::default()
    };
    let mut peer = Peer {
        engine: Engine::new(config, now),
        buf: BytesMut::with_capacity(1 << 20),
        out: Vec::new(),
        now,
    };
    peer.input(&HEADER_AMQP);
    peer.frame(Open::default());
    let session = peer.engine.begin().expect("open");
    peer.frame(Begin {
        remote_channel: Some(0),
        incoming_window: u32::MAX,
        outgoing_window: u32::MAX,
        ..Begin::default()
    });
    let sender = peer.link(session, Role::Sender, 0);
    peer.frame(Flow {
        incoming_window: u32::MAX,
        handle: Some(0),
        delivery_count: Some(0),
        link_credit: Some(10 * MESSAGES),
        ..Flow::default()
    });
    let receiver = peer.link(session, Role::Receiver, 1);
    peer.engine.set_credit(receiver, 10 * MESSAGES, false);
    peer.take();
    while peer.engine.poll_event().is_some() {}

    // Once to let every buffer grow, then counted. Both output vectors take their turn.
    for round in 0..4 {
        let outcomes = outcomes(round * MESSAGES);
        let messages = messages(1, round * MESSAGES);
        peer.buf.reserve(1 << 20);
        let before = counting::calls();
        peer.send(sender, &outcomes);
        let sent = counting::calls();
        peer.receive(receiver, &messages);
        let received = counting::calls();
        if round > 1 {
            assert_eq!(sent - before, 0, "sends and their outcomes");
            // One for the read buffer that the payloads share.
            assert!(received - sent <= 2, "{} in receiving", received - sent);
        }
    }
}
