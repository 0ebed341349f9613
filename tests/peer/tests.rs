//! The peer proven against itself, with a client made of the raw codec.

use super::reading::read_some;
use super::{Gate, LinkId, Peer, Transcript, dialogue, dialogue_with, error, listen, message};
use bytes::{Bytes, BytesMut};
use std::io::{ErrorKind, Write};
use std::net::TcpStream;
use tibemsufo::amqp::frame::{EMPTY_FRAME, FrameDecoder, HEADER_AMQP, HEADER_SASL, encode_frame};
use tibemsufo::amqp::performative::{
    Attach, Begin, Close, DeliveryState, Disposition, Flow, Open, Performative, Role, SaslInit,
    Source, Target, Transfer,
};

/// A client as simple as can be.
struct Raw {
    stream: TcpStream,
    input: BytesMut,
}

impl Raw {
    fn new(peer: &Peer) -> Raw {
        let stream = TcpStream::connect(("127.0.0.1", peer.port())).unwrap();
        stream.set_read_timeout(Some(super::LIMIT)).unwrap();
        Raw {
            stream,
            input: BytesMut::new(),
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    fn send(&mut self, performative: impl Into<Performative>, payload: &[u8]) {
        let mut bytes = Vec::new();
        encode_frame(0, &performative.into(), payload, &mut bytes);
        self.write(&bytes);
    }

    fn header(&mut self) -> [u8; 8] {
        while self.input.len() < 8 {
            assert!(self.fill() > 0);
        }
        self.input.split_to(8)[..].try_into().unwrap()
    }

    fn fill(&mut self) -> usize {
        let mut chunk = [0; 4096];
        let count = read_some(&mut self.stream, &mut chunk).unwrap();
        self.input.extend_from_slice(&chunk[..count]);
        count
    }

    fn next(&mut self) -> (Performative, Bytes) {
        loop {
            if let Some(frame) = FrameDecoder::new(1 << 20)
                .next_frame(&mut self.input)
                .unwrap()
            {
                match frame.performative {
                    Some(performative) => return (performative, frame.payload),
                    None => continue,
                }
            }
            assert!(self.fill() > 0, "the peer ended the connection");
        }
    }

    fn open(peer: &Peer) -> Raw {
        let mut raw = Raw::new(peer);
        raw.write(&HEADER_SASL);
        assert_eq!(raw.header(), HEADER_SASL);
        assert!(matches!(raw.next().0, Performative::SaslMechanisms(_)));
        let init = SaslInit {
            mechanism: "ANONYMOUS".into(),
            initial_response: Some(Bytes::new()),
            hostname: None,
        };
        raw.send(init, &[]);
        assert!(matches!(raw.next().0, Performative::SaslOutcome(_)));
        raw.write(&HEADER_AMQP);
        assert_eq!(raw.header(), HEADER_AMQP);
        raw.send(
            Open {
                container_id: "raw".into(),
                ..Open::default()
            },
            &[],
        );
        assert!(matches!(raw.next().0, Performative::Open(_)));
        raw
    }

    fn attached(peer: &Peer, role: Role) -> Raw {
        let mut raw = Raw::open(peer);
        let begin = Begin {
            incoming_window: 100,
            outgoing_window: 100,
            ..Begin::default()
        };
        raw.send(begin, &[]);
        assert!(matches!(raw.next().0, Performative::Begin(_)));
        let attach = Attach {
            name: "link".into(),
            role,
            source: Some(Source::default()),
            target: Some(Target::default().into()),
            initial_delivery_count: (role == Role::Sender).then_some(0),
            ..Attach::default()
        };
        raw.send(attach, &[]);
        assert!(matches!(raw.next().0, Performative::Attach(_)));
        raw
    }

    fn transfer(&mut self, id: u32, more: bool, payload: &[u8]) {
        let transfer = Transfer {
            delivery_id: Some(id),
            delivery_tag: Some(Bytes::from_static(b"t")),
            more,
            ..Transfer::default()
        };
        self.send(transfer, payload);
    }

    fn close(mut self) {
        self.send(Close::default(), &[]);
        while !matches!(self.next().0, Performative::Close(_)) {}
    }

    fn ends(mut self) -> bool {
        let mut chunk = [0; 4096];
        match read_some(&mut self.stream, &mut chunk) {
            Ok(count) => count == 0,
            Err(e) => e.kind() == ErrorKind::ConnectionReset,
        }
    }
}

fn producer_script(p: &mut super::Talk) -> LinkId {
    p.accept_open();
    let session = p.expect_begin();
    p.answer_begin(session);
    let link = p.expect_attach(Role::Sender);
    p.answer_attach(link);
    link
}

fn panics(peer: Peer, expected: &str) {
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| peer.finish()));
    let panic = caught.expect_err("the script must fail");
    let text = super::dialogue::panic_text(panic.as_ref());
    assert!(text.contains(expected), "{text}");
    assert!(
        text.contains("-> arrives at the peer"),
        "no transcript in {text}"
    );
}

#[test]
fn a_conversation_step_by_step() {
    dialogue(|| {
        let gate = Gate::new();
        let seen = gate.clone();
        let peer = Peer::script(move |p| {
            let link = producer_script(p);
            p.grant(link, 2);
            let received = p.expect_transfer();
            assert_eq!(message::text_of(&received.payload), "hello in two frames");
            assert_eq!(received.frames, 2);
            p.accept_delivery(&received);
            p.wait(&seen);
            p.drop_socket();
        });
        let mut raw = Raw::attached(&peer, Role::Sender);
        assert!(matches!(raw.next().0, Performative::Flow(_)));
        let payload = message::text("hello in two frames");
        let (one, two) = payload.split_at(9);
        raw.transfer(0, true, one);
        raw.write(&EMPTY_FRAME);
        raw.transfer(0, false, two);
        match raw.next().0 {
            Performative::Disposition(d) => {
                assert_eq!(
                    (d.first, d.settled, d.state),
                    (0, true, Some(DeliveryState::Accepted))
                );
            }
            other => panic!("{other:?}"),
        }
        gate.open();
        assert!(raw.ends());
        peer.finish();
    });
}

#[test]
fn served_like_a_broker() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.segment = Some(1);
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 2);
            let id = p.deliver_in(link, &message::text("a text that needs several frames"), 5);
            p.await_settled(&[id], &DeliveryState::Accepted);
            p.serve_to_close();
        });
        let mut raw = Raw::attached(&peer, Role::Receiver);
        let flow = Flow {
            next_incoming_id: Some(0),
            incoming_window: 100,
            handle: Some(0),
            delivery_count: Some(0),
            link_credit: Some(2),
            ..Flow::default()
        };
        raw.send(flow, &[]);
        let mut whole = Vec::new();
        loop {
            match raw.next() {
                (Performative::Transfer(transfer), payload) => {
                    whole.extend_from_slice(&payload);
                    if !transfer.more {
                        break;
                    }
                }
                (other, _) => panic!("{other:?}"),
            }
        }
        assert_eq!(message::text_of(&whole), "a text that needs several frames");
        let disposition = Disposition {
            role: Role::Receiver,
            settled: true,
            state: Some(DeliveryState::Accepted),
            ..Disposition::default()
        };
        raw.send(disposition, &[]);
        raw.close();
        peer.finish();
    });
}

#[test]
fn a_wrong_frame_fails_with_the_transcript() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            p.expect_attach(Role::Sender);
        });
        let mut raw = Raw::open(&peer);
        raw.send(Begin::default(), &[]);
        panics(peer, "begin where Attach is expected");
    });
}

#[test]
fn a_transfer_beyond_credit_is_found() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            let link = producer_script(p);
            p.grant(link, 1);
            p.expect_transfer();
            p.expect_transfer();
        });
        let mut raw = Raw::attached(&peer, Role::Sender);
        raw.transfer(0, false, b"");
        raw.transfer(1, false, b"");
        panics(peer, "transfer without credit");
    });
}

#[test]
fn wrong_session_fields_are_found() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            producer_script(p);
            p.expect_flow();
        });
        let mut raw = Raw::attached(&peer, Role::Sender);
        raw.send(
            Flow {
                next_outgoing_id: 1,
                ..Flow::default()
            },
            &[],
        );
        panics(peer, "flow with next-outgoing-id 1");
    });
}

#[test]
fn refusals_cuts_and_further_connections() {
    dialogue(|| {
        let peer = Peer::on(listen(Some(4096)), |p| {
            p.accept_open();
            p.cut_after = Some(3);
            p.send_close(Some(error("amqp:connection:forced")));
            p.accept_open();
            p.reset();
            p.accept_open();
            let session = p.await_begin();
            p.answer_begin(session);
            let link = p.await_attach(Role::Sender);
            p.refuse_attach(link, Some(error("amqp:not-found")));
            p.serve_to_close();
        });
        let mut cut = Raw::open(&peer);
        while cut.input.len() < 3 && read_some(&mut cut.stream, &mut [0; 1]).is_ok_and(|n| n > 0) {
            cut.input.extend_from_slice(&[0]);
        }
        assert!(cut.ends());
        assert!(Raw::open(&peer).ends());
        let mut raw = Raw::attached(&peer, Role::Sender);
        match raw.next().0 {
            Performative::Detach(detach) => {
                assert!(detach.closed);
                assert_eq!(detach.error.unwrap().condition, "amqp:not-found");
            }
            other => panic!("{other:?}"),
        }
        raw.close();
        peer.finish();
    });
}

#[test]
fn options_need_a_process_of_their_own() {
    dialogue_with("idle=1234", || {
        assert_eq!(
            std::env::var("TIBEMS_AMQP_OPTIONS").as_deref(),
            Ok("idle=1234")
        );
    });
}

#[test]
fn a_failure_in_the_other_process_is_seen() {
    if std::env::var_os("PEER_TEST_FAILS").is_some() {
        return dialogue_with("", || panic!("as wanted"));
    }
    let exe = std::env::current_exe().unwrap();
    let output = std::process::Command::new(exe)
        .args([
            "--exact",
            "peer::tests::a_failure_in_the_other_process_is_seen",
        ])
        .env("PEER_TEST_FAILS", "1")
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("as wanted"));
}

#[test]
fn the_record_is_brief() {
    let record = Transcript::new("test".into());
    record.frame("->", 1, &Performative::from(Begin::default()), 0);
    assert!(record.holds("[1] Begin(Begin { next_outgoing_id: 0"));
    assert!(!record.holds("handle_max"));
}
