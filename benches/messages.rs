//! Cost of messages alone: no server, no threads.
//!
//! Prints nanoseconds (best, median and worst of several rounds), allocations and allocated bytes of one message, and what
//! the best rounds are in relation to each other, as other work on the machine only adds. Run it with `cargo bench --bench messages`. That
//! receiving does not copy bodies is asserted by `tests/message_allocations.rs`.
//!
//! `cargo bench --bench messages -- receive text 10000` only receives so many small messages of one sort, for a profiler;
//! the difference of two numbers is free of what the start costs.

#[path = "../tests/support/counting.rs"]
mod counting;

use bytes::Bytes;
use std::hint::black_box;
use std::ptr::null_mut;
use std::time::Instant;
use tibemsufo::ffi::message_handle::hand_out;
use tibemsufo::ffi::msg::tibemsMsg_Destroy;
use tibemsufo::ffi::msg_property::{tibemsMsg_SetIntProperty, tibemsMsg_SetStringProperty};
use tibemsufo::ffi::text_msg::{
    tibemsTextMsg_Create, tibemsTextMsg_GetText, tibemsTextMsg_SetText,
};
use tibemsufo::ffi::types::tibemsMsg;
use tibemsufo::message::{
    BodyKind, Destination, Message, MessageDecoder, PlainAddresses, Received, SendHeaders, Text,
    Value,
};

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::Counting;

const ROUNDS: usize = 9;
const MESSAGES: u32 = 20_000;

/// The best round of `work`, printed as one line; the result is in ns.
fn report(name: &str, messages: u32, mut work: impl FnMut()) -> f64 {
    work(); // lets buffers and tables grow
    let (calls, bytes) = (counting::calls(), counting::bytes());
    work();
    let (calls, bytes) = (counting::calls() - calls, counting::bytes() - bytes);
    let mut rounds = [0.0; ROUNDS];
    for round in &mut rounds {
        let start = Instant::now();
        (0..messages).for_each(|_| work());
        *round = start.elapsed().as_nanos() as f64 / f64::from(messages);
    }
    rounds.sort_by(f64::total_cmp);
    let (best, median, worst) = (rounds[0], rounds[ROUNDS / 2], rounds[ROUNDS - 1]);
    println!(
        "{name:<44} {best:8.1} {median:8.1} {worst:8.1} ns {calls:4} allocations {bytes:9} bytes"
    );
    best
}

/// Small messages as they come in: what was read from the server, and where the message lies in it.
struct Arrived {
    chunk: Bytes,
    message: std::ops::Range<usize>,
    queue: Destination,
    decoder: MessageDecoder,
}

impl Arrived {
    /// `sort` is `text`, `properties` (a text with two of them), `bytes` or `map`.
    fn of(sort: &str) -> Arrived {
        let message = match sort {
            "text" => bare(BodyKind::Text, 100),
            "properties" => message_of(BodyKind::Text, 100),
            "bytes" => bare(BodyKind::Bytes, 100),
            _ => bare(BodyKind::Map, 50),
        };
        let queue = Destination::queue("a.queue.of.the.benchmark");
        let headers = SendHeaders {
            timestamp: 1_700_000_000_000,
            message_id: Some("ID:01234567-89ab-cdef-0123-456789abcdef:1:1"),
            ..SendHeaders::to(&queue)
        };
        let mut chunk = vec![0; 64];
        message
            .encode(&headers, &PlainAddresses, &mut chunk)
            .expect("a plain message");
        let end = chunk.len();
        chunk.resize(end + 64, 0);
        Arrived {
            chunk: chunk.into(),
            message: 64..end,
            queue,
            decoder: MessageDecoder::default(),
        }
    }

    /// From the buffer to the listener, as the client does it.
    fn hand_out(&mut self) -> tibemsMsg {
        let received = Received {
            consumer_destination: &self.queue,
            now_ms: 1_700_000_000_000,
            addresses: &PlainAddresses,
        };
        let payload = Bytes::copy_from_slice(&self.chunk[self.message.clone()]);
        let message = self.decoder.decode(payload, &received);
        let message = message.expect("a message");
        hand_out(message, None)
    }

    fn untouched(&mut self) {
        // SAFETY: a live handle.
        unsafe { black_box(tibemsMsg_Destroy(self.hand_out())) };
    }

    fn text_read(&mut self) {
        let message = self.hand_out();
        let mut text = std::ptr::null();
        // SAFETY: a live handle and a local.
        unsafe {
            black_box(tibemsTextMsg_GetText(message, &mut text));
            black_box(tibemsMsg_Destroy(message));
        }
        black_box(text);
    }
}

/// Create, text of 100 bytes, two properties, destroy: as a C program does it.
fn through_c(text: &std::ffi::CStr) {
    let mut message = null_mut();
    // SAFETY: the texts end with a NUL, the output is a local.
    unsafe {
        tibemsTextMsg_Create(&mut message);
        tibemsTextMsg_SetText(message, text.as_ptr());
        tibemsMsg_SetIntProperty(message, c"number".as_ptr(), 5);
        tibemsMsg_SetStringProperty(message, c"name".as_ptr(), c"value".as_ptr());
        black_box(tibemsMsg_Destroy(message));
    }
}

fn with_properties(mut message: Message) -> Message {
    message.set_property(b"number", Value::Int(5)).expect("new");
    message
        .set_property(b"name", Value::Text(Text::from("value")))
        .expect("new");
    message
}

fn message_of(kind: BodyKind, size: usize) -> Message {
    with_properties(bare(kind, size))
}

fn bare(kind: BodyKind, size: usize) -> Message {
    let content = vec![b'x'; size];
    let mut message = Message::of_kind(kind);
    match kind {
        BodyKind::Text => message.set_text(Some(&content)).expect("new"),
        BodyKind::Bytes => message.write_bytes(&content).expect("new"),
        _ => (0..size / 10).for_each(|number| {
            let name = format!("i{number}");
            message
                .set_item(name.as_bytes(), Value::Int(1))
                .expect("new");
        }),
    }
    message
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [receive, sort, number, ..] = &words[..]
        && receive == "receive"
    {
        let mut arrived = Arrived::of(sort);
        let number: u32 = number.parse().expect("a number");
        return (0..number).for_each(|_| arrived.untouched());
    }
    let queue = Destination::queue("a.queue.of.the.benchmark");
    let headers = SendHeaders {
        timestamp: 1_700_000_000_000,
        message_id: Some("ID:01234567-89ab-cdef-0123-456789abcdef:1:1"),
        ..SendHeaders::to(&queue)
    };
    let received = Received {
        consumer_destination: &queue,
        now_ms: 1_700_000_000_000,
        addresses: &PlainAddresses,
    };

    let text = std::ffi::CString::new([b'x'; 100]).expect("no NUL");
    let block = report(
        "a block of 100 bytes: allocate, fill, free",
        MESSAGES,
        || {
            black_box(vec![7u8; black_box(100)]);
        },
    );
    let create = report(
        "C: create, text 100 B, 2 properties, destroy",
        MESSAGES,
        || {
            through_c(&text);
        },
    );

    let message = message_of(BodyKind::Text, 100);
    let mut out = Vec::new();
    let encode = report("encode, text 100 B", MESSAGES, || {
        out.clear();
        message
            .encode(&headers, &PlainAddresses, &mut out)
            .expect("a plain message");
        black_box(out.len());
    });

    for sort in ["text", "properties", "bytes", "map"] {
        let mut arrived = Arrived::of(sort);
        report(&format!("C: receive {sort}, destroy"), MESSAGES, || {
            arrived.untouched();
        });
    }
    let mut arrived = Arrived::of("text");
    report("C: receive text, read it, destroy", MESSAGES, || {
        arrived.text_read();
    });

    let mut decoded = Vec::new();
    for (name, kind, size) in [
        ("decode, text 100 B, body untouched", BodyKind::Text, 100),
        ("decode, text 1 MB, body untouched", BodyKind::Text, 1 << 20),
        (
            "decode, bytes 1 MB, body untouched",
            BodyKind::Bytes,
            1 << 20,
        ),
        (
            "decode, map of 10 items, body untouched",
            BodyKind::Map,
            100,
        ),
    ] {
        let mut sections = Vec::new();
        message_of(kind, size)
            .encode(&headers, &PlainAddresses, &mut sections)
            .expect("a plain message");
        let payload = Bytes::from(sections);
        decoded.push(report(name, MESSAGES, || {
            black_box(Message::decode(payload.clone(), &received).expect("a message"));
        }));
        if kind == BodyKind::Text && size == 100 {
            decoded.push(report("the same, text read", MESSAGES, || {
                let message = Message::decode(payload.clone(), &received).expect("a message");
                black_box(message.get_text().expect("a text"));
            }));
        }
    }

    println!("create to destroy : one block      {:6.1}", create / block);
    println!(
        "decode : encode, 100 B             {:6.2}",
        decoded[0] / encode
    );
    println!(
        "decode with text : without         {:6.2}",
        decoded[1] / decoded[0]
    );
    println!(
        "decode 1 MB : decode 100 B         {:6.2}",
        decoded[2] / decoded[0]
    );
}
