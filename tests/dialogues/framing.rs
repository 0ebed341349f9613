//! P-F: frames and encodings, right and wrong.

use crate::peer::api::{self, Status, expect_status};
use crate::peer::{Counter, Gate, LinkId, Peer, Talk, dialogue, dialogue_with, error, message};
use crate::scene::{Exceptions, connect, end, expect_lost, session};
use tibemsufo::amqp::codec::Value;
use tibemsufo::amqp::frame::{TYPE_AMQP, TYPE_SASL, encode_frame};
use tibemsufo::amqp::performative::{Begin, DeliveryState, Flow, SaslOutcome, code};

/// A connected program is sent `bytes`: the library closes with `condition`, the connection is lost.
fn breaks_the_connection(bytes: Vec<u8>, condition: &'static str) {
    let ready = Gate::new();
    let go = ready.clone();
    let peer = Peer::script(move |p| {
        p.accept_open();
        p.wait(&go);
        p.raw_noted(&bytes);
        p.expect_close(Some(condition));
        p.drain_stream();
    });
    let connection = connect(&peer);
    let exceptions = Exceptions::of(connection);
    ready.open();
    let text = expect_lost(connection, &exceptions);
    let ours = format!("closed by this library: {condition}");
    assert!(text.contains(&ours), "{text}"); // D27
    peer.finish();
}

fn frame(size: u32, doff: u8, kind: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = size.to_be_bytes().to_vec();
    bytes.extend([doff, kind, 0, 0]);
    bytes.extend(body);
    bytes
}

fn whole(body: &[u8]) -> Vec<u8> {
    frame(body.len() as u32 + 8, 2, TYPE_AMQP, body)
}

const FRAMING: &str = "amqp:connection:framing-error";
const DECODE: &str = "amqp:decode-error";

/// Nothing that a peer only announces is allocated: from now on this process has 1.5 GiB more at most, and
/// whoever asks for 2 GiB at once ends it.
fn bounded_memory() {
    let status = std::fs::read_to_string("/proc/self/statm").expect("procfs");
    let pages: u64 = status.split(' ').next().unwrap().parse().expect("a number");
    let limit = libc::rlimit {
        rlim_cur: pages * 4096 + (3 << 29),
        rlim_max: libc::RLIM_INFINITY,
    };
    // SAFETY: sets a limit of this process, which is the test's own.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_AS, &limit) }, 0);
}

#[test]
fn p_f1_impossible_sizes() {
    dialogue_with("", || {
        bounded_memory();
        for size in [7, 0, 262_145, 0x7fff_ffff] {
            breaks_the_connection(frame(size, 2, TYPE_AMQP, &[]), FRAMING);
        }
    });
}

#[test]
fn p_f2_data_offsets() {
    dialogue(|| {
        breaks_the_connection(frame(8, 1, TYPE_AMQP, &[]), FRAMING);
        breaks_the_connection(frame(12, 4, TYPE_AMQP, &[0; 4]), FRAMING);
    });
}

#[test]
fn p_f2_an_extended_header_is_skipped() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let session = p.await_begin();
            let begin = Begin {
                remote_channel: Some(p.session(session).remote_channel),
                incoming_window: 1000,
                outgoing_window: 1000,
                ..Begin::default()
            };
            let channel = p.session(session).channel;
            let mut bytes = p.encoded(channel, &begin.into(), &[]);
            bytes.splice(8..8, [0xee; 4]);
            bytes[3] += 4;
            bytes[4] = 3;
            p.raw_noted(&bytes);
            p.serve_to_close();
        });
        let (connection, _) = session(&peer, api::AUTO);
        end(connection, peer);
    });
}

#[test]
fn p_f3_frames_of_another_kind() {
    dialogue(|| {
        breaks_the_connection(frame(8, 2, 2, &[]), FRAMING);
        let mut sasl = Vec::new();
        encode_frame(0, &SaslOutcome::default().into(), &[], &mut sasl);
        assert_eq!(sasl[5], TYPE_SASL);
        breaks_the_connection(sasl, FRAMING);
    });
}

#[test]
fn p_f4_undecodable_performatives() {
    dialogue_with("", || {
        bounded_memory();
        // descriptor 0x99
        breaks_the_connection(whole(&[0x00, 0x53, 0x99, 0x45]), DECODE);
        // flow with a list of 2^31 fields
        breaks_the_connection(
            whole(&[
                0x00, 0x53, 0x13, 0xd0, 0, 0, 0, 8, 0x80, 0, 0, 0, 0x40, 0x40, 0x40, 0x40,
            ]),
            DECODE,
        );
        // open with a container-id longer than the frame
        breaks_the_connection(
            whole(&[0x00, 0x53, 0x10, 0xc0, 6, 1, 0xb1, 0x7f, 0xff, 0xff, 0xff]),
            DECODE,
        );
        // a map with a key and no value
        breaks_the_connection(
            whole(&[
                0x00, 0x53, 0x13, 0xc0, 15, 11, 0x40, 0x43, 0x43, 0x43, 0x40, 0x40, 0x40, 0x40,
                0x40, 0x40, 0xc1, 1, 1,
            ]),
            DECODE,
        );
        // lists in lists, 1000 deep
        let mut deep = vec![0x45];
        for _ in 0..1000 {
            let mut outer = vec![0xd0];
            outer.extend((deep.len() as u32 + 4).to_be_bytes());
            outer.extend(1_u32.to_be_bytes());
            outer.append(&mut deep);
            deep = outer;
        }
        let mut body = vec![0x00, 0x53, 0x13];
        body.append(&mut deep);
        breaks_the_connection(whole(&body), DECODE);
        // begin without its mandatory windows
        breaks_the_connection(whole(&[0x00, 0x53, 0x11, 0xc0, 3, 1, 0x60, 0]), DECODE);
    });
}

#[test]
fn p_f5_clumsy_but_right() {
    dialogue(|| {
        let (detached, twice) = (Gate::new(), Gate::new());
        let (told, go) = (detached.clone(), twice.clone());
        let peer = Peer::script(move |p| {
            p.clumsy = true;
            p.accept_open_with(|open| {
                open.idle_time_out = Some(60_000);
                open.properties = vec![("product".into(), Value::string("clumsy"))];
            });
            let producer = p.await_producer();
            p.grant(producer, 2);
            let received = p.await_transfer();
            p.accept_delivery(&received);
            let received = p.await_transfer();
            let refused = error("amqp:unauthorized-access");
            p.settle(&received, DeliveryState::Rejected(Some(Box::new(refused))));
            let consumer = p.await_consumer();
            p.await_credit(consumer, 2);
            let body = message::section(code::AMQP_VALUE, &Value::string("in three frames"));
            let whole = p.deliver(consumer, &message::text("whole"));
            let parts = p.deliver_in(consumer, &body, 7);
            p.await_settled(&[whole, parts], &DeliveryState::Accepted);
            p.serve_until_open(&go);
            p.send_detach(consumer, true, Some(error("amqp:resource-deleted")));
            p.await_detach(consumer);
            told.open();
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let producer = session.producer("q").expect("a producer");
        producer.send_text("accepted").expect("sent");
        let failure = expect_status(
            producer.send_text("rejected"),
            Status::TIBEMS_SECURITY_EXCEPTION,
        );
        assert!(
            failure.text.contains("said by the scripted peer"),
            "{failure:?}"
        );
        let consumer = session.consumer("q").expect("a consumer");
        assert_eq!(consumer.receive_text().expect("received"), "whole");
        let text = consumer.receive_text().expect("received");
        assert_eq!(text, "in three frames");
        exceptions.expect_none();
        twice.open();
        detached.wait();
        exceptions.expect_one(Status::TIBEMS_INVALID_DESTINATION);
        producer.close().expect("closed");
        session.close().expect("closed");
        end(connection, peer);
    });
}

/// What the library does with a message it cannot read; the next one must arrive.
fn undecodable(payload: Vec<u8>) {
    let peer = Peer::script(move |p| {
        p.accept_open();
        let link = p.await_consumer();
        p.await_credit(link, 2);
        let bad = p.deliver(link, &payload);
        let good = p.deliver(link, &message::text("good"));
        expect_undeliverable(p, link, bad);
        p.await_settled(&[good], &DeliveryState::Accepted);
        p.serve_to_close();
    });
    let (connection, session) = session(&peer, api::AUTO);
    let consumer = session.consumer("q").expect("a consumer");
    assert_eq!(consumer.receive_text().expect("received"), "good");
    end(connection, peer);
}

/// The library gives the delivery back for good.
pub fn expect_undeliverable(p: &mut Talk, _: LinkId, id: u32) {
    let disposition = p.await_disposition();
    assert_eq!((disposition.first, disposition.settled), (id, true));
    match disposition.state {
        Some(DeliveryState::Modified {
            delivery_failed: true,
            undeliverable_here: true,
            ..
        }) => {}
        other => p.fail(format_args!("{other:?} for a message that cannot be read")),
    }
}

#[test]
fn p_f6_an_array_of_two_billion_nulls() {
    dialogue_with("", || {
        bounded_memory();
        // message-annotations { "x": array of 2^31 nulls }
        let mut annotations = vec![0x00, 0x53, 0x72, 0xc1, 14, 2, 0xa3, 1, b'x'];
        annotations.extend([0xf0, 0, 0, 0, 5, 0x80, 0, 0, 0, 0x40]);
        annotations.extend(message::text("never seen"));
        undecodable(annotations);
    });
}

/// The server sends a flow that fits, on a channel in use, with so many bytes behind the performative.
fn flow_with(extra: &'static [u8], condition: Option<&'static str>) {
    let ready = Gate::new();
    let go = ready.clone();
    let peer = Peer::script(move |p| {
        p.accept_open();
        let session = p.await_begin();
        p.answer_begin(session);
        p.serve_until_open(&go);
        let flow = Flow {
            next_incoming_id: Some(0),
            incoming_window: 1000,
            outgoing_window: 1000,
            ..Flow::default()
        };
        let bytes = p.encoded(p.session(session).channel, &flow.into(), extra);
        p.raw_noted(&bytes);
        match condition {
            Some(condition) => {
                p.expect_close(Some(condition));
                p.drain_stream();
            }
            None => p.serve_to_close(),
        }
    });
    let (connection, session) = session(&peer, api::AUTO);
    let exceptions = Exceptions::of(connection);
    ready.open();
    match condition {
        Some(_) => {
            expect_lost(connection, &exceptions);
            peer.finish();
        }
        None => {
            // the answer comes behind the flow
            session.producer("q").expect("a producer");
            exceptions.expect_none();
            end(connection, peer);
        }
    }
}

#[test]
fn p_f7_bytes_behind_a_flow() {
    dialogue(|| {
        flow_with(b"", None);
        flow_with(b"extra", Some(FRAMING));
        flow_with(b"\x40", Some(FRAMING));
    });
}

/// A small generator with a fixed seed.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        ((self.0 >> 33) as usize) % below
    }
}

/// Counts panics of this process from now on, those that the library catches included: their hook is called first.
fn count_panics() -> Counter {
    let panics = Counter::new();
    let counted = panics.clone();
    // the library puts its own hook before this one at its first call, and keeps silent about what it catches; a
    // hook set behind it sees everything
    api::last_error();
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        counted.add();
        previous(info);
    }));
    panics
}

#[test]
fn p_f8_mutated_streams() {
    dialogue_with("", || {
        let panics = count_panics();
        for seed in 0..60 {
            let peer = Peer::script(move |p| {
                p.strict = false;
                p.accept_open();
                let session = p.await_begin();
                p.answer_begin(session);
                let link = p.await_consumer();
                p.await_credit(link, 1);
                let mut bytes = Vec::new();
                for at in 0..4 {
                    let transfer = p.next_transfer(link);
                    let channel = p.channel(link);
                    let text = message::text_with_id("id", &format!("text {at}"));
                    bytes.extend(p.encoded(channel, &transfer.into(), &text));
                }
                let mut random = Random(seed);
                for _ in 0..1 + random.next(4) {
                    let at = random.next(bytes.len());
                    match random.next(3) {
                        0 => bytes[at] ^= 1 << random.next(8),
                        1 => bytes[at] = random.next(256) as u8,
                        _ => drop(bytes.remove(at)),
                    }
                }
                p.raw_noted(&bytes);
                p.shut_output();
                p.drain_stream();
            });
            let (connection, session) = session(&peer, api::CLIENT);
            let consumer = session.consumer("q").expect("a consumer");
            let failure = loop {
                match consumer.receive_within(20_000) {
                    Ok(message) => message.destroy(),
                    Err(failure) => break failure,
                }
            };
            // a mutation may break the session or the consumer first
            assert_ne!(
                failure.status,
                Status::TIBEMS_TIMEOUT.code(),
                "seed {seed}: {failure:?}"
            );
            end(connection, peer);
            assert_eq!(panics.get(), 0, "panics up to seed {seed}");
        }
    });
}
