//! Tests of the engine against hand-made peers, with a clock of their own.

mod connection;
mod credit;
pub mod digests;
mod dispositions;
mod edges;
mod links;
mod model;
mod sessions;
mod streams;
mod transfers;

use super::*;
use crate::amqp::frame::{
    EMPTY_FRAME, Frame, FrameDecoder, HEADER_AMQP, HEADER_SASL, encode_frame,
};
use crate::amqp::performative::*;
use bytes::{Bytes, BytesMut};
use std::time::Duration;

/// An engine, and the peer's end of the wire.
pub struct Wire {
    pub engine: Engine,
    pub now: Instant,
    /// Bytes that the engine wrote and that no test has looked at
    pub seen: BytesMut,
    /// Bytes on their way to the engine
    pub buf: BytesMut,
}

pub fn config() -> EngineConfig {
    EngineConfig {
        container_id: "client".into(),
        sasl: None,
        ..EngineConfig::default()
    }
}

impl Wire {
    pub fn new(config: EngineConfig) -> Wire {
        let now = Instant::now();
        Wire {
            engine: Engine::new(config, now),
            now,
            seen: BytesMut::new(),
            buf: BytesMut::new(),
        }
    }

    /// A connection that is open on both sides.
    pub fn open(config: EngineConfig, open: Open) -> Wire {
        let mut wire = Wire::new(config);
        wire.expect_header(HEADER_AMQP);
        wire.bytes(&HEADER_AMQP);
        assert!(matches!(wire.expect(), Performative::Open(_)));
        wire.frame(0, open);
        assert_eq!(wire.event(), Event::Opened);
        wire
    }

    pub fn opened() -> Wire {
        Wire::open(config(), Open::default())
    }

    /// Bytes from the peer.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.buf.extend_from_slice(bytes);
        self.engine.input(&mut self.buf, self.now);
    }

    /// A frame from the peer.
    pub fn frame(&mut self, channel: u16, performative: impl Into<Performative>) {
        self.payload(channel, performative, &[]);
    }

    pub fn payload(&mut self, channel: u16, performative: impl Into<Performative>, data: &[u8]) {
        let mut bytes = Vec::new();
        encode_frame(channel, &performative.into(), data, &mut bytes);
        self.bytes(&bytes);
    }

    /// The time passes.
    pub fn pass(&mut self, millis: u64) -> Option<Instant> {
        self.now += Duration::from_millis(millis);
        self.engine.tick(self.now)
    }

    fn fetch(&mut self) {
        let mut out = Vec::new();
        self.engine.take_output(&mut out);
        if !out.is_empty() {
            self.engine.wrote(self.now);
        }
        self.seen.extend_from_slice(&out);
    }

    pub fn expect_header(&mut self, header: [u8; 8]) {
        self.fetch();
        assert_eq!(self.seen.split_to(8), &header[..]);
    }

    /// The next frame that the engine wrote.
    pub fn next_frame(&mut self) -> Option<Frame> {
        self.fetch();
        FrameDecoder::new(1 << 20)
            .next_frame(&mut self.seen)
            .unwrap()
    }

    pub fn expect_frame(&mut self) -> Frame {
        self.next_frame().expect("a frame")
    }

    pub fn expect(&mut self) -> Performative {
        self.expect_frame().performative.expect("a performative")
    }

    /// The engine has written nothing more.
    pub fn silent(&mut self) {
        let next = self.next_frame();
        assert!(next.is_none(), "{next:?}");
    }

    pub fn event(&mut self) -> Event {
        self.engine.poll_event().expect("an event")
    }

    pub fn no_event(&mut self) {
        let event = self.engine.poll_event();
        assert!(event.is_none(), "{event:?}");
    }

    /// The engine has given the connection up with a condition.
    pub fn failed(&mut self, condition: &str) {
        let mut last = None;
        while let Some(frame) = self.next_frame() {
            last = frame.performative;
        }
        match last {
            Some(Performative::Close(close)) => {
                assert_eq!(close.error.expect("an error").condition, condition);
            }
            other => panic!("{other:?} instead of close"),
        }
        let mut failed = false;
        while let Some(event) = self.engine.poll_event() {
            if let Event::Failed { error, .. } = event {
                assert_eq!(error.condition, condition);
                failed = true;
            }
        }
        assert!(failed, "no Failed event");
        assert_eq!(self.engine.state(), EngineState::Closed);
    }

    /// A begun session, with the peer's channel the same as ours.
    pub fn session_with(&mut self, begin: Begin) -> (SessionId, u16) {
        let id = self.engine.begin().unwrap();
        let frame = self.expect_frame();
        assert!(matches!(frame.performative, Some(Performative::Begin(_))));
        self.frame(
            frame.channel,
            Begin {
                remote_channel: Some(frame.channel),
                ..begin
            },
        );
        assert_eq!(self.event(), Event::Begun(id));
        (id, frame.channel)
    }

    pub fn session(&mut self) -> (SessionId, u16) {
        self.session_with(Begin {
            incoming_window: 1000,
            outgoing_window: 1000,
            ..Begin::default()
        })
    }

    /// An attach that the peer has not answered.
    pub fn attaching(&mut self, session: SessionId, name: &str, role: Role) -> (LinkId, Attach) {
        let spec = AttachSpec {
            name: name.into(),
            role,
            source: Some(Source {
                address: Some("q".into()),
                ..Source::default()
            }),
            target: Some(Target::default().into()),
            ..AttachSpec::default()
        };
        let id = self.engine.attach(session, spec).unwrap();
        match self.expect() {
            Performative::Attach(attach) => (id, *attach),
            other => panic!("{other:?}"),
        }
    }

    /// The peer's answer to an attach, with its handle 10 above ours.
    pub fn answer(&mut self, channel: u16, attach: &Attach) {
        self.frame(
            channel,
            Attach {
                handle: attach.handle + 10,
                role: attach.role.opposite(),
                initial_delivery_count: Some(0),
                ..attach.clone()
            },
        );
    }

    /// An attached link; the peer's handle is the second value.
    pub fn link(&mut self, session: (SessionId, u16), name: &str, role: Role) -> (LinkId, u32) {
        let (id, attach) = self.attaching(session.0, name, role);
        self.answer(session.1, &attach);
        assert!(matches!(self.event(), Event::Attached { link, .. } if link == id));
        (id, attach.handle + 10)
    }

    /// A sending link with credit; the peer's handle is the second value.
    pub fn sender(&mut self, session: (SessionId, u16), name: &str, credit: u32) -> (LinkId, u32) {
        let (id, handle) = self.link(session, name, Role::Sender);
        if credit > 0 {
            self.frame(session.1, flow(handle, credit));
            assert_eq!(self.event(), Event::Credit { link: id });
        }
        (id, handle)
    }

    /// A receiving link with credit; the peer's handle is the second value.
    pub fn receiver(
        &mut self,
        session: (SessionId, u16),
        name: &str,
        credit: u32,
    ) -> (LinkId, u32) {
        let (id, handle) = self.link(session, name, Role::Receiver);
        if credit > 0 {
            self.engine.set_credit(id, credit, false);
            assert!(matches!(self.expect(), Performative::Flow(_)));
        }
        (id, handle)
    }

    pub fn send(&mut self, link: LinkId, payload: &[u8], token: u64) -> Result<u32, SendError> {
        self.engine.send(
            link,
            Send {
                payload,
                settled: false,
                txn: None,
                token,
            },
        )
    }

    /// One message from the peer.
    pub fn deliver(&mut self, channel: u16, handle: u32, id: u32, payload: &[u8]) {
        self.payload(channel, transfer(handle, id), payload);
    }
}

/// A flow with credit for a link of ours on which nothing was sent.
pub fn flow(handle: u32, credit: u32) -> Flow {
    Flow {
        next_incoming_id: Some(0),
        incoming_window: 1000,
        outgoing_window: 1000,
        handle: Some(handle),
        delivery_count: Some(0),
        link_credit: Some(credit),
        ..Flow::default()
    }
}

/// The only or first frame of a delivery.
pub fn transfer(handle: u32, delivery_id: u32) -> Transfer {
    Transfer {
        handle,
        delivery_id: Some(delivery_id),
        delivery_tag: Some(Bytes::copy_from_slice(&delivery_id.to_be_bytes())),
        message_format: Some(0),
        ..Transfer::default()
    }
}

pub fn error(condition: &str) -> AmqpError {
    AmqpError::new(condition, "because")
}
