//! A client of devbroker that speaks single frames.
//!
//! Reads give up after a generous limit, so that a test that waits for a frame that never comes
//! fails instead of hanging.

pub use crate::message::*;
pub use crate::server::Server;

use crate::reading::read_some;
use bytes::{Bytes, BytesMut};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use tibemsufo::amqp::frame::{self, FrameDecoder};
use tibemsufo::amqp::performative::*;

/// How long a frame may take.
const PATIENCE: Duration = Duration::from_secs(10);

pub fn open(container: &str) -> Open {
    Open {
        container_id: container.into(),
        ..Open::default()
    }
}

pub fn receiver_attach(handle: u32, address: &str, capability: &str) -> Attach {
    Attach {
        name: format!("r{handle}:{address}"),
        handle,
        role: Role::Receiver,
        source: Some(Source {
            address: Some(address.into()),
            capabilities: vec![capability.into()],
            ..Source::default()
        }),
        target: Some(Target::default().into()),
        ..Attach::default()
    }
}

pub fn sender_attach(handle: u32, address: Option<&str>, capability: &str) -> Attach {
    Attach {
        name: format!("s{handle}:{address:?}"),
        handle,
        role: Role::Sender,
        source: Some(Source::default()),
        target: Some(
            Target {
                address: address.map(str::to_owned),
                capabilities: vec![capability.into()],
                ..Target::default()
            }
            .into(),
        ),
        initial_delivery_count: Some(0),
        ..Attach::default()
    }
}

pub fn modified(delivery_failed: bool, undeliverable_here: bool) -> DeliveryState {
    DeliveryState::Modified {
        delivery_failed,
        undeliverable_here,
        message_annotations: Vec::new(),
    }
}

/// One connection to the broker.
pub struct Client {
    stream: TcpStream,
    input: BytesMut,
    pub server: Open,
    /// Transfer frames sent, as our begin counts them
    pub next_outgoing_id: u32,
    /// Transfer frames received
    received: u32,
    incoming_window: u32,
}

impl Client {
    pub fn connect(port: u16) -> Client {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Client {
            stream,
            input: BytesMut::new(),
            server: Open::default(),
            next_outgoing_id: 0,
            received: 0,
            incoming_window: u32::MAX / 2,
        }
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    pub fn header(&mut self) -> [u8; 8] {
        let mut header = [0; 8];
        assert!(self.input.is_empty());
        self.stream.read_exact(&mut header).unwrap();
        header
    }

    pub fn put(&mut self, performative: impl Into<Performative>) {
        self.put_on(0, performative);
    }

    pub fn put_on(&mut self, channel: u16, performative: impl Into<Performative>) {
        let performative = performative.into();
        if let Performative::Transfer(_) = performative {
            self.next_outgoing_id = self.next_outgoing_id.wrapping_add(1);
        }
        let mut out = Vec::new();
        frame::encode_frame(channel, &performative, &[], &mut out);
        self.raw(&out);
    }

    /// The next frame; `None` at the end of the stream.
    pub fn try_frame(&mut self) -> Option<frame::Frame> {
        let mut decoder = FrameDecoder::new(u32::MAX);
        loop {
            if let Some(frame) = decoder.next_frame(&mut self.input).unwrap() {
                if let Some(Performative::Transfer(_)) = frame.performative {
                    self.received = self.received.wrapping_add(1);
                }
                return Some(frame);
            }
            let mut chunk = [0; 65536];
            match read_some(&mut self.stream, &mut chunk) {
                Ok(0) => return None,
                Ok(count) => self.input.extend_from_slice(&chunk[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("no frame: {error}"),
            }
        }
    }

    /// The next performative, whatever it is; heartbeats are left out.
    pub fn next(&mut self) -> Performative {
        loop {
            let frame = self.try_frame().expect("a frame, not the end");
            if let Some(performative) = frame.performative {
                return performative;
            }
        }
    }

    /// The next performative of one of these names; others are left out.
    pub fn next_of(&mut self, names: &[&str]) -> Performative {
        loop {
            let performative = self.next();
            if names.contains(&performative.name()) {
                return performative;
            }
        }
    }

    pub fn begin(&mut self, channel: u16) {
        let begin = Begin {
            incoming_window: self.incoming_window,
            outgoing_window: u32::MAX,
            next_outgoing_id: 0,
            ..Begin::default()
        };
        self.put_on(channel, begin);
        match self.next_of(&["begin"]) {
            Performative::Begin(begin) => assert_eq!(begin.remote_channel, Some(channel)),
            other => panic!("{other:?}"),
        }
    }

    /// Attaches; gives the answer.
    pub fn attach(&mut self, channel: u16, attach: Attach) -> Attach {
        let (name, role) = (attach.name.clone(), attach.role.opposite());
        self.put_on(channel, attach);
        match self.next_of(&["attach"]) {
            Performative::Attach(answer) => {
                assert_eq!((&answer.name, answer.role), (&name, role));
                *answer
            }
            other => panic!("{other:?}"),
        }
    }

    /// Attaches in vain; gives the condition.
    pub fn attach_refused(&mut self, channel: u16, attach: Attach) -> String {
        let handle = attach.handle;
        let answer = self.attach(channel, attach);
        match answer.role {
            Role::Sender => assert_eq!(answer.source, None),
            Role::Receiver => assert_eq!(answer.target, None),
        }
        let error = self.detached();
        self.put_on(
            channel,
            Detach {
                handle,
                closed: true,
                error: None,
            },
        );
        error.expect("an error").condition
    }

    /// The error of the next detach.
    pub fn detached(&mut self) -> Option<AmqpError> {
        match self.next_of(&["detach"]) {
            Performative::Detach(detach) => detach.error,
            other => panic!("{other:?}"),
        }
    }

    /// A sending link; gives the credit that the broker granted.
    pub fn sender(&mut self, channel: u16, handle: u32, address: &str, capability: &str) -> u32 {
        let attach = sender_attach(handle, Some(address), capability);
        self.sender_with(channel, attach)
    }

    pub fn sender_with(&mut self, channel: u16, attach: Attach) -> u32 {
        let answer = self.attach(channel, attach);
        assert!(answer.target.is_some(), "{answer:?}");
        match self.next_of(&["flow"]) {
            Performative::Flow(flow) => flow.link_credit.unwrap(),
            other => panic!("{other:?}"),
        }
    }

    pub fn receiver(&mut self, channel: u16, handle: u32, address: &str, capability: &str) {
        let answer = self.attach(channel, receiver_attach(handle, address, capability));
        assert!(answer.source.is_some(), "{answer:?}");
    }

    /// Detaches and waits for the answer.
    pub fn detach(&mut self, channel: u16, handle: u32, closed: bool) -> Option<AmqpError> {
        let detach = Detach {
            handle,
            closed,
            error: None,
        };
        self.put_on(channel, detach);
        match self.next_of(&["detach"]) {
            Performative::Detach(answer) => {
                assert_eq!((answer.handle, answer.closed), (handle, closed));
                answer.error
            }
            other => panic!("{other:?}"),
        }
    }

    fn flow(&self) -> Flow {
        Flow {
            next_incoming_id: Some(1u32.wrapping_add(self.received)),
            incoming_window: self.incoming_window,
            next_outgoing_id: self.next_outgoing_id,
            outgoing_window: u32::MAX,
            ..Flow::default()
        }
    }

    pub fn credit(&mut self, channel: u16, handle: u32, delivery_count: u32, credit: u32) {
        self.credit_in(
            channel,
            handle,
            delivery_count,
            credit,
            self.incoming_window,
        );
    }

    /// Credit together with a session window.
    pub fn credit_in(
        &mut self,
        channel: u16,
        handle: u32,
        delivery_count: u32,
        credit: u32,
        window: u32,
    ) {
        let flow = Flow {
            incoming_window: window,
            handle: Some(handle),
            delivery_count: Some(delivery_count),
            link_credit: Some(credit),
            ..self.flow()
        };
        self.put_on(channel, flow);
    }

    pub fn window(&mut self, channel: u16, window: u32) {
        let flow = Flow {
            incoming_window: window,
            ..self.flow()
        };
        self.put_on(channel, flow);
    }

    pub fn drain(&mut self, channel: u16, handle: u32, delivery_count: u32, credit: u32) {
        let flow = Flow {
            handle: Some(handle),
            delivery_count: Some(delivery_count),
            link_credit: Some(credit),
            drain: true,
            ..self.flow()
        };
        self.put_on(channel, flow);
    }

    /// The next flow of a link, which must answer a drain: handle, delivery-count, credit.
    pub fn drained(&mut self) -> (u32, u32, u32) {
        loop {
            match self.next_of(&["flow", "transfer"]) {
                Performative::Flow(flow) if flow.drain => {
                    return (
                        flow.handle.unwrap(),
                        flow.delivery_count.unwrap(),
                        flow.link_credit.unwrap(),
                    );
                }
                Performative::Flow(_) => {}
                other => panic!("{other:?} instead of the answer to a drain"),
            }
        }
    }

    /// What arrives on a fresh receiver until a drain is answered.
    pub fn drained_bodies(&mut self, handle: u32) -> Vec<String> {
        self.drain(0, handle, 0, 100);
        let mut bodies = Vec::new();
        loop {
            let frame = self.try_frame().expect("a frame, not the end");
            match frame.performative {
                Some(Performative::Transfer(transfer)) => {
                    assert_eq!(transfer.handle, handle);
                    bodies.push(body(&frame.payload));
                }
                Some(Performative::Flow(flow)) if flow.drain => return bodies,
                _ => {}
            }
        }
    }

    pub fn echo(&mut self, channel: u16, handle: u32) {
        let flow = Flow {
            handle: Some(handle),
            echo: true,
            ..self.flow()
        };
        self.put_on(channel, flow);
    }

    pub fn send(&mut self, channel: u16, handle: u32, id: u32, payload: &[u8]) {
        self.send_with(channel, handle, id, payload, false, None);
    }

    pub fn send_settled(&mut self, channel: u16, handle: u32, id: u32, payload: &[u8]) {
        self.send_with(channel, handle, id, payload, true, None);
    }

    /// Sends a message in as many frames as the broker's frame size asks for.
    pub fn send_with(
        &mut self,
        channel: u16,
        handle: u32,
        id: u32,
        payload: &[u8],
        settled: bool,
        state: Option<DeliveryState>,
    ) {
        let room = self.server.max_frame_size.unwrap_or(512) as usize - 100;
        let count = payload.len().div_ceil(room).max(1);
        let mut out = Vec::new();
        for (n, part) in payload.chunks(room).enumerate() {
            let transfer = Transfer {
                handle,
                delivery_id: (n == 0).then_some(id),
                delivery_tag: (n == 0).then(|| Bytes::copy_from_slice(&id.to_be_bytes())),
                message_format: (n == 0).then_some(0),
                settled: Some(settled),
                more: n + 1 < count,
                state: state.clone(),
                ..Transfer::default()
            };
            self.next_outgoing_id = self.next_outgoing_id.wrapping_add(1);
            frame::encode_frame(channel, &transfer.into(), part, &mut out);
        }
        self.raw(&out);
    }

    /// The next disposition about what we sent: first, last, state.
    pub fn outcome(&mut self) -> (u32, u32, DeliveryState) {
        match self.next_of(&["disposition"]) {
            Performative::Disposition(d) => {
                assert_eq!((d.role, d.settled), (Role::Receiver, true));
                (d.first, d.last.unwrap_or(d.first), d.state.unwrap())
            }
            other => panic!("{other:?}"),
        }
    }

    /// Waits until `count` more sends are accepted.
    pub fn accepted(&mut self, count: u32) {
        let mut seen = 0;
        while seen < count {
            let (first, last, state) = self.outcome();
            assert_eq!(state, DeliveryState::Accepted);
            seen += last.wrapping_sub(first) + 1;
        }
    }

    pub fn settle(&mut self, channel: u16, id: u32, state: DeliveryState) {
        let disposition = Disposition {
            role: Role::Receiver,
            first: id,
            settled: true,
            state: Some(state),
            ..Disposition::default()
        };
        self.put_on(channel, disposition);
    }

    /// The next transfer frame.
    pub fn transfer(&mut self) -> (Transfer, Bytes) {
        loop {
            let frame = self.try_frame().expect("a frame, not the end");
            match frame.performative {
                Some(Performative::Transfer(transfer)) => return (*transfer, frame.payload),
                Some(Performative::Detach(detach)) => panic!("{detach:?} instead of a transfer"),
                Some(Performative::End(end)) => panic!("{end:?} instead of a transfer"),
                Some(Performative::Close(close)) => panic!("{close:?} instead of a transfer"),
                _ => {}
            }
        }
    }

    /// The next whole delivery.
    pub fn delivery(&mut self) -> Delivery {
        let (first, payload) = self.transfer();
        let mut got = Delivery {
            handle: first.handle,
            id: first.delivery_id.expect("a delivery-id"),
            settled: first.settled.unwrap_or(false),
            frames: 1,
            payload: payload.to_vec(),
        };
        let mut more = first.more;
        while more {
            let (next, payload) = self.transfer();
            assert_eq!((next.handle, next.delivery_id), (got.handle, None));
            got.payload.extend_from_slice(&payload);
            got.frames += 1;
            more = next.more;
        }
        got
    }

    /// Closes in good order.
    pub fn close(mut self) {
        self.put(Close::default());
        let error = self.closed();
        assert_eq!(error, None);
        assert!(self.try_frame().is_none(), "frames behind close");
    }

    /// The error of the next close.
    pub fn closed(&mut self) -> Option<AmqpError> {
        match self.next_of(&["close"]) {
            Performative::Close(close) => close.error,
            other => panic!("{other:?}"),
        }
    }
}
