//! Cost of messages alone: no server, no threads.
//!
//! Prints nanoseconds, allocations and allocated bytes of one message, and what they are in relation to each other; the
//! best of several rounds, as other work on the machine only adds. Run it with `cargo bench --bench messages`. That
//! receiving does not copy bodies is asserted by `tests/message_allocations.rs`.

#[path = "../tests/support/counting.rs"]
mod counting;

use bytes::Bytes;
use std::hint::black_box;
use std::ptr::null_mut;
use std::time::Instant;
use tibemsufo::ffi::msg::tibemsMsg_Destroy;
use tibemsufo::ffi::msg_property::{tibemsMsg_SetIntProperty, tibemsMsg_SetStringProperty};
use tibemsufo::ffi::text_msg::{tibemsTextMsg_Create, tibemsTextMsg_SetText};
use tibemsufo::message::{
    BodyKind, Destination, Message, PlainAddresses, Received, SendHeaders, Text, Value,
};

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::Counting;

const ROUNDS: u32 = 9;
const MESSAGES: u32 = 20_000;

/// The best round of `work`, printed as one line; the result is in ns.
fn report(name: &str, messages: u32, mut work: impl FnMut()) -> f64 {
    work(); // lets buffers and tables grow
    let (calls, bytes) = (counting::calls(), counting::bytes());
    work();
    let (calls, bytes) = (counting::calls() - calls, counting::bytes() - bytes);
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        (0..messages).for_each(|_| work());
        best = best.min(start.elapsed().as_nanos() as f64 / f64::from(messages));
    }
    println!("{name:<52} {best:9.1} ns {calls:4} allocations {bytes:9} bytes");
    best
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
    with_properties(message)
}

fn main() {
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
