//! Cost of the engine alone: no socket, no threads, 100-byte messages.
//!
//! Prints nanoseconds per message; run it with `cargo bench --bench engine`.

use bytes::{Bytes, BytesMut};
use std::hint::black_box;
use std::time::Instant;
use tibemsufo::amqp::engine::*;
use tibemsufo::amqp::frame::{HEADER_AMQP, encode_frame};
use tibemsufo::amqp::performative::*;

const MESSAGES: u32 = 400_000;
const BATCH: u32 = 64;
const PAYLOAD: [u8; 100] = [7; 100];

struct Bench {
    engine: Engine,
    buf: BytesMut,
    out: Vec<u8>,
    now: Instant,
}

impl Bench {
    /// An engine with one attached link.
    fn new(role: Role) -> (Bench, LinkId) {
        let now = Instant::now();
        let mut bench = Bench {
            engine: Engine::new(
                EngineConfig {
                    sasl: None,
                    ..EngineConfig::default()
                },
                now,
            ),
            buf: BytesMut::new(),
            out: Vec::new(),
            now,
        };
        bench.input(&HEADER_AMQP);
        bench.frame(Open::default());
        let session = bench.engine.begin().expect("open");
        bench.frame(Begin {
            remote_channel: Some(0),
            incoming_window: u32::MAX,
            outgoing_window: u32::MAX,
            ..Begin::default()
        });
        let spec = AttachSpec {
            name: "link".into(),
            role,
            source: Some(Source::default()),
            target: Some(Target::default().into()),
            ..AttachSpec::default()
        };
        let link = bench.engine.attach(session, spec).expect("begun");
        bench.frame(Attach {
            name: "link".into(),
            role: role.opposite(),
            source: Some(Source::default()),
            target: Some(Target::default().into()),
            ..Attach::default()
        });
        if role == Role::Sender {
            bench.frame(Flow {
                next_incoming_id: Some(0),
                incoming_window: i32::MAX as u32,
                handle: Some(0),
                delivery_count: Some(0),
                link_credit: Some(i32::MAX as u32),
                ..Flow::default()
            });
        } else {
            bench.engine.set_credit(link, i32::MAX as u32, false);
        }
        bench.take();
        bench.drain();
        (bench, link)
    }

    fn frame(&mut self, performative: impl Into<Performative>) {
        let mut bytes = Vec::new();
        encode_frame(0, &performative.into(), &[], &mut bytes);
        self.input(&bytes);
    }

    fn input(&mut self, bytes: &[u8]) {
        self.buf.extend_from_slice(bytes);
        self.engine.input(&mut self.buf, self.now);
    }

    fn take(&mut self) -> usize {
        self.out.clear();
        self.engine.take_output(&mut self.out);
        black_box(self.out.len())
    }

    fn drain(&mut self) -> u32 {
        let mut count = 0;
        while let Some(event) = self.engine.poll_event() {
            black_box(&event);
            count += 1;
        }
        count
    }
}

fn report(name: &str, start: Instant) {
    let per_message = start.elapsed().as_nanos() as f64 / f64::from(MESSAGES);
    println!("{name:<44} {per_message:7.1} ns");
}

fn accepted(first: u32, last: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let disposition = Disposition {
        role: Role::Receiver,
        first,
        last: Some(last),
        settled: true,
        state: Some(DeliveryState::Accepted),
        batchable: false,
    };
    encode_frame(0, &disposition.into(), &[], &mut bytes);
    bytes
}

fn sends(name: &str, settled: bool, txn: Option<&[u8]>, outcomes: &[Vec<u8>], each: u32) {
    let (mut bench, link) = Bench::new(Role::Sender);
    let start = Instant::now();
    let mut outcome = outcomes.iter();
    for n in 0..MESSAGES {
        let send = Send {
            payload: &PAYLOAD,
            settled,
            txn,
            token: u64::from(n),
        };
        bench.engine.send(link, send).expect("credit");
        if (n + 1) % each == 0 {
            bench.take();
            if let Some(outcome) = outcome.next() {
                bench.input(outcome);
                assert_eq!(bench.drain(), each);
            }
        }
    }
    report(name, start);
}

fn receives(name: &str, each: u32) {
    let (mut bench, link) = Bench::new(Role::Receiver);
    let mut stream = Vec::new();
    for id in 0..MESSAGES {
        let transfer = Transfer {
            delivery_id: Some(id),
            delivery_tag: Some(Bytes::copy_from_slice(&id.to_be_bytes())),
            message_format: Some(0),
            ..Transfer::default()
        };
        encode_frame(0, &transfer.into(), &PAYLOAD, &mut stream);
    }
    let mut received = 0;
    let start = Instant::now();
    for chunk in stream.chunks(65_536) {
        bench.buf.reserve(chunk.len());
        bench.buf.extend_from_slice(chunk);
        bench.engine.input(&mut bench.buf, bench.now);
        while let Some(event) = bench.engine.poll_event() {
            let Event::Delivery { delivery, .. } = event else {
                continue;
            };
            bench
                .engine
                .settle(link, delivery.delivery_id, Settle::Accepted, true, None);
            received += 1;
            if received % each == 0 {
                bench.take();
            }
        }
    }
    report(name, start);
    assert_eq!(received, MESSAGES);
}

fn main() {
    let single: Vec<_> = (0..MESSAGES).map(|id| accepted(id, id)).collect();
    let ranges: Vec<_> = (0..MESSAGES / BATCH)
        .map(|n| accepted(n * BATCH, n * BATCH + BATCH - 1))
        .collect();
    sends("send + outcome, one by one", false, None, &single, 1);
    sends("send + outcome, ranges of 64", false, None, &ranges, BATCH);
    sends(
        "send in a transaction + outcome, 64",
        false,
        Some(b"transaction id of 36 bytes, as usual"),
        &ranges,
        BATCH,
    );
    sends("send settled", true, None, &[], BATCH);
    receives("receive + ack, written one by one", 1);
    receives("receive + ack, runs of 64", BATCH);
}
