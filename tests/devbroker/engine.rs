//! The library's engine against devbroker: two independent readings of the protocol.

use crate::client::{Server, body, text};
use crate::reading::read_some;
use bytes::{Bytes, BytesMut};
use std::collections::VecDeque;
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};
use tibemsufo::amqp::engine::*;
use tibemsufo::amqp::performative::*;

/// An engine with a blocking socket.
struct Peer {
    engine: Engine,
    stream: TcpStream,
    input: BytesMut,
    spare: Vec<u8>,
    /// Deliveries that came while something else was waited for
    early: VecDeque<Delivery>,
}

impl Peer {
    fn connect(broker: &Server, config: EngineConfig) -> Peer {
        let mut peer = Peer::start(broker, config);
        assert_eq!(peer.event(), Event::Opened);
        peer
    }

    fn start(broker: &Server, config: EngineConfig) -> Peer {
        let stream = TcpStream::connect(("127.0.0.1", broker.port)).unwrap();
        let limit = Some(Duration::from_secs(10));
        stream.set_read_timeout(limit).unwrap();
        Peer {
            engine: Engine::new(config, Instant::now()),
            stream,
            input: BytesMut::new(),
            spare: Vec::new(),
            early: VecDeque::new(),
        }
    }

    fn flush(&mut self) {
        self.spare.clear();
        self.engine.take_output(&mut self.spare);
        self.stream.write_all(&self.spare).unwrap();
        self.engine.wrote(Instant::now());
    }

    fn event(&mut self) -> Event {
        loop {
            if let Some(event) = self.engine.poll_event() {
                return event;
            }
            self.flush();
            let mut chunk = [0; 65536];
            let count = read_some(&mut self.stream, &mut chunk).unwrap();
            assert!(count > 0, "the broker hung up");
            self.input.extend_from_slice(&chunk[..count]);
            self.engine.input(&mut self.input, Instant::now());
        }
    }

    /// The next event that `pick` takes; failures end the test.
    fn wait<T>(&mut self, mut pick: impl FnMut(&Event) -> Option<T>) -> T {
        loop {
            let event = self.event();
            if let Some(found) = pick(&event) {
                return found;
            }
            match event {
                Event::Delivery { delivery, .. } => self.early.push_back(delivery),
                Event::Failed { .. }
                | Event::Closed { .. }
                | Event::SessionEnded { .. }
                | Event::AttachRefused { .. } => panic!("{event:?}"),
                _ => {}
            }
        }
    }

    fn begin(&mut self) -> SessionId {
        let session = self.engine.begin().unwrap();
        self.wait(|event| (*event == Event::Begun(session)).then_some(()));
        session
    }

    fn attach(&mut self, session: SessionId, spec: AttachSpec) -> (LinkId, Attached) {
        let id = self.engine.attach(session, spec).unwrap();
        let answer = self.wait(|event| match event {
            Event::Attached { link, answer } if *link == id => Some(answer.clone()),
            _ => None,
        });
        (id, *answer)
    }

    fn sender(&mut self, session: SessionId, address: &str) -> LinkId {
        let target = Target {
            address: Some(address.into()),
            capabilities: vec!["queue".into()],
            ..Target::default()
        };
        self.sender_to(session, address, target.into())
    }

    fn sender_to(&mut self, session: SessionId, name: &str, target: LinkTarget) -> LinkId {
        let spec = AttachSpec {
            name: format!("s:{name}"),
            role: Role::Sender,
            snd_settle_mode: Some(0),
            source: Some(Source::default()),
            target: Some(target),
            ..AttachSpec::default()
        };
        let (id, _) = self.attach(session, spec);
        while self.engine.credit(id) == 0 {
            self.event();
        }
        id
    }

    fn receiver(&mut self, session: SessionId, address: &str) -> LinkId {
        let spec = AttachSpec {
            name: format!("r:{address}"),
            role: Role::Receiver,
            snd_settle_mode: Some(0),
            source: Some(Source {
                address: Some(address.into()),
                capabilities: vec!["queue".into()],
                ..Source::default()
            }),
            target: Some(Target::default().into()),
            ..AttachSpec::default()
        };
        self.attach(session, spec).0
    }

    fn send(&mut self, link: LinkId, payload: &[u8], txn: Option<&[u8]>, token: u64) {
        let send = Send {
            payload,
            settled: false,
            txn,
            token,
        };
        self.engine.send(link, send).unwrap();
    }

    /// Of one send.
    fn outcome(&mut self) -> (u64, Outcome) {
        self.wait(|event| match event {
            Event::Outcome {
                first,
                last,
                outcome,
                ..
            } => {
                assert_eq!(first, last);
                Some((*first, outcome.clone()))
            }
            _ => None,
        })
    }

    fn delivery(&mut self) -> Delivery {
        if let Some(early) = self.early.pop_front() {
            return early;
        }
        self.wait(|event| match event {
            Event::Delivery { delivery, .. } => Some(delivery.clone()),
            _ => None,
        })
    }

    fn close(mut self) {
        self.engine.close(None);
        let error = self.wait(|event| match event {
            Event::Closed { error } => Some(error.clone()),
            _ => None,
        });
        assert_eq!(error, None);
    }
}

fn config(container: &str) -> EngineConfig {
    EngineConfig {
        container_id: container.into(),
        ..EngineConfig::default()
    }
}

#[test]
fn a_thousand_messages_arrive_in_order_in_small_frames_across_the_wrap() {
    let broker = Server::start(&["--max-frame", "512", "--credit", "50", "--window", "20"]);
    let mut peer = Peer::connect(
        &broker,
        EngineConfig {
            max_frame_size: 512,
            first_outgoing_id: u32::MAX - 300,
            ..config("wrap")
        },
    );
    let session = peer.begin();
    let sender = peer.sender(session, "q");
    let receiver = peer.receiver(session, "q");
    peer.engine.set_credit(receiver, 100, false);
    let message = |n: u64| text(&format!("{n}:{}", "x".repeat((n % 7) as usize * 300)));
    let (mut sent, mut accepted, mut received) = (0, 0, 0);
    while accepted < 1000 || received < 1000 {
        while sent < 1000 && peer.engine.credit(sender) > 0 {
            peer.send(sender, &message(sent), None, sent);
            sent += 1;
        }
        match peer.event() {
            Event::Outcome {
                first,
                last,
                outcome,
                ..
            } => {
                assert_eq!((first, outcome), (accepted, Outcome::Accepted));
                accepted = last + 1;
            }
            Event::Delivery { delivery, .. } => {
                assert_eq!(delivery.payload, message(received));
                received += 1;
                let id = delivery.delivery_id;
                peer.engine
                    .settle(receiver, id, Settle::Accepted, true, None);
                if peer.engine.link_credit(receiver) <= 50 {
                    peer.engine.set_credit(receiver, 100, false);
                }
            }
            Event::Credit { .. } | Event::Whole { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    peer.engine.set_credit(receiver, 10, true);
    peer.wait(|event| (*event == Event::Drained { link: receiver }).then_some(()));
    peer.close();
}

#[test]
fn transactions_commit_and_roll_back() {
    let broker = Server::start(&[]);
    let mut peer = Peer::connect(&broker, config("txn"));
    let session = peer.begin();
    let sender = peer.sender(session, "q");
    let coordinator = Coordinator {
        capabilities: vec!["amqp:local-transactions".into()],
    };
    let coordinator = peer.sender_to(session, "txn", coordinator.into());
    let begin = |peer: &mut Peer| -> Bytes {
        peer.engine.declare(coordinator, 1).unwrap();
        match peer.outcome() {
            (1, Outcome::Declared(id)) => id,
            other => panic!("{other:?}"),
        }
    };
    for (token, fail) in [(10, true), (11, false)] {
        let txn = begin(&mut peer);
        peer.send(sender, &text(&token.to_string()), Some(&txn), token);
        assert_eq!(peer.outcome(), (token, Outcome::Accepted));
        peer.engine.discharge(coordinator, &txn, fail, 2).unwrap();
        assert_eq!(peer.outcome(), (2, Outcome::Accepted));
    }
    let receiver = peer.receiver(session, "q");
    peer.engine.set_credit(receiver, 10, false);
    // acknowledged and rolled back, then acknowledged and committed
    for fail in [true, false] {
        let txn = begin(&mut peer);
        let delivery = peer.delivery();
        assert_eq!(body(&delivery.payload), "11");
        let id = delivery.delivery_id;
        peer.engine
            .settle(receiver, id, Settle::Accepted, true, Some(&txn));
        peer.engine.discharge(coordinator, &txn, fail, 3).unwrap();
        assert_eq!(peer.outcome(), (3, Outcome::Accepted));
    }
    peer.engine.set_credit(receiver, 10, true);
    peer.wait(|event| (*event == Event::Drained { link: receiver }).then_some(()));
    peer.close();
}

#[test]
fn a_login_and_a_container_of_its_own() {
    let broker = Server::start(&["--user", "ems", "--password", "secret"]);
    let login = || EngineConfig {
        sasl: Some(SaslConfig {
            user: Some("ems".into()),
            password: Some("secret".into()),
            plain_ok: true,
            ..SaslConfig::default()
        }),
        desired_capabilities: vec!["sole-connection-for-container".into()],
        ..config("one")
    };
    let first = Peer::connect(&broker, login());
    let mut second = Peer::start(&broker, login());
    match second.event() {
        Event::Closed { error: Some(error) } => assert_eq!(error.condition, "amqp:invalid-field"),
        other => panic!("{other:?}"),
    }
    first.close();
}

#[test]
fn a_confirmed_acknowledgement_and_a_release() {
    let broker = Server::start(&[]);
    let mut peer = Peer::connect(&broker, config("c"));
    let session = peer.begin();
    let sender = peer.sender(session, "q");
    let receiver = peer.receiver(session, "q");
    peer.send(sender, &text("x"), None, 0);
    peer.engine.set_credit(receiver, 1, false);
    let first = peer.delivery().delivery_id;
    peer.engine
        .settle(receiver, first, Settle::Released, true, None);
    peer.engine.set_credit(receiver, 1, false);
    let id = peer.delivery().delivery_id;
    assert_ne!(first, id);
    peer.engine
        .settle(receiver, id, Settle::Accepted, false, None);
    let confirmed = peer.wait(|event| match event {
        Event::AckSettled { delivery_id, .. } => Some(*delivery_id),
        _ => None,
    });
    assert_eq!(confirmed, id);
    peer.close();
}
