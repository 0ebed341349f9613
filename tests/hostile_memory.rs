//! What a stranger's message costs in memory: at most [`MOST`] bytes for each byte that was received, whatever is in it and
//! whatever the program does with it, as long as it asks for no handle of a message inside (that one is an object of its own).

#[path = "support/counting.rs"]
mod counting;

use bytes::Bytes;
use tibemsufo::amqp::codec::{Decoder, Value as Amqp};
use tibemsufo::amqp::performative::Performative;
use tibemsufo::message::{
    BodyKind, Destination, MESSAGE_LIMIT, Message, PlainAddresses, Received, SendHeaders,
};
use tibemsufo::status::Status;

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::Counting;

/// Bytes of memory for each received byte.
const MOST: usize = 64;
/// And for each message, however small.
const BESIDES: usize = 16 << 10;
/// Bytes of the messages.
const SIZE: usize = 32 << 10;

/// Values that cost a sender little; what each is.
const CHEAP: [(&str, &[u8]); 27] = [
    ("null", b"\x40"),
    ("true", b"\x41"),
    ("uint0", b"\x43"),
    ("ulong0", b"\x44"),
    ("smalluint", b"\x52\x01"),
    ("ubyte", b"\x50\xFF"),
    ("char", b"\x73\0\x01\0\0"),
    ("ulong beyond long", b"\x80\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"),
    ("decimal32", b"\x74abcd"),
    ("uuid", b"\x98abcdefghijklmnop"),
    ("empty binary", b"\xA0\0"),
    ("binary", b"\xA0\x01x"),
    ("empty string", b"\xA1\0"),
    ("string", b"\xA1\x01x"),
    ("empty symbol", b"\xA3\0"),
    ("list0", b"\x45"),
    ("empty list8", b"\xC0\x01\0"),
    ("empty map8", b"\xC1\x01\0"),
    ("list of null", b"\xC0\x02\x01\x40"),
    ("map of null", b"\xC1\x03\x02\x40\x40"),
    ("list of list0", b"\xC0\x02\x01\x45"),
    ("empty array", b"\xE0\x02\0\x40"),
    ("array of nulls", b"\xE0\x02\x04\x40"),
    ("array of list0", b"\xE0\x02\x04\x45"),
    ("array of uint0", b"\xE0\x02\x04\x43"),
    ("described null", b"\0\x44\x40"),
    ("described list0", b"\0\x53\x07\x45"),
];

/// As many of these as there is room for, and how many.
fn many(value: &[u8]) -> (Vec<u8>, u32) {
    let count = SIZE / value.len();
    (value.repeat(count), count as u32)
}

/// A list, map or array in its long form; `count` may be a lie.
fn container(code: u8, count: u32, content: &[u8]) -> Vec<u8> {
    let size = content.len() as u32 + 4;
    [
        &[code],
        &size.to_be_bytes()[..],
        &count.to_be_bytes(),
        content,
    ]
    .concat()
}

fn section(code: u8, value: &[u8]) -> Vec<u8> {
    [&[0, 0x53, code], value].concat()
}

const APPLICATION_PROPERTIES: u8 = 0x74;
const DATA: u8 = 0x75;
const SEQUENCE: u8 = 0x76;
const VALUE: u8 = 0x77;

/// Keys of which no two are alike, each with this value; how many values that are.
fn pairs(value: &[u8]) -> (Vec<u8>, u32) {
    let mut pairs = Vec::new();
    let mut count: u16 = 0;
    while pairs.len() < SIZE {
        pairs.extend([0xA1, 2]);
        pairs.extend(count.to_be_bytes());
        pairs.extend(value);
        count += 1;
    }
    (pairs, u32::from(count) * 2)
}

/// Names and payloads.
fn hostile() -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for (name, value) in CHEAP {
        let (values, count) = many(value);
        let list = container(0xD0, count, &values);
        all.push((format!("list of {name}"), section(VALUE, &list)));
        all.push((format!("sequence of {name}"), section(SEQUENCE, &list)));
        let deep = (0..60).fold(list, |inside, _| container(0xD0, 1, &inside));
        all.push((format!("deep list of {name}"), section(VALUE, &deep)));
        // all keys alike: one item is left
        let alike = container(
            0xD1,
            count & !1,
            &values[..(count & !1) as usize * value.len()],
        );
        all.push((format!("map of {name} only"), section(VALUE, &alike)));
        let (pairs, count) = pairs(value);
        let map = container(0xD1, count, &pairs);
        all.push((format!("map to {name}"), section(VALUE, &map)));
        let properties = section(APPLICATION_PROPERTIES, &map);
        all.push((format!("properties with {name}"), properties));
    }
    for (name, element, code) in [
        ("binaries", &b"\0"[..], 0xA0),
        ("small ints", b"\x01", 0x54),
    ] {
        let (values, count) = many(element);
        let array = container(0xF0, count, &[&[code], &values[..]].concat());
        all.push((format!("array of {name}"), section(VALUE, &array)));
    }
    for (name, one) in [
        ("data sections", section(DATA, b"\xA0\0")),
        ("sequences", section(SEQUENCE, b"\x45")),
        ("sequences of null", section(SEQUENCE, b"\xC0\x02\x01\x40")),
    ] {
        all.push((name.to_owned(), many(&one).0));
    }
    all
}

/// The message, and the most memory that was taken meanwhile.
fn decode(payload: &Bytes) -> (Result<Message, Status>, usize) {
    let queue = Destination::queue("queue");
    let received = Received {
        consumer_destination: &queue,
        now_ms: 1,
        addresses: &PlainAddresses,
    };
    let payload = payload.clone();
    measured(|| Message::decode(payload, &received).map_err(|error| error.status))
}

fn measured<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = counting::mark();
    let result = work();
    (result, (counting::peak() - before) as usize)
}

#[track_caller]
fn check(name: &str, what: &str, received: usize, taken: usize) {
    let most = MOST * received + BESIDES;
    let each = taken / received;
    assert!(
        taken <= most,
        "{what} {name}: {each} bytes for each of {received}"
    );
}

/// What is done with a message; bytes of the result, which are not counted.
type Use = fn(&Message, &Destination) -> usize;

/// Everything a program can read without a handle of what is inside.
fn read(message: &mut Message) {
    for (_, item) in message.properties().iter() {
        let _ = item.to_text();
    }
    match message.kind() {
        BodyKind::Map => {
            for (_, item) in message.map_items().unwrap().iter() {
                let _ = item.to_text();
            }
        }
        BodyKind::Stream => while message.stream_read_value().is_ok() {},
        BodyKind::Text => drop(message.get_text().unwrap().cloned()),
        _ => {}
    }
}

#[test]
fn memory_is_bound_by_what_was_received() {
    let queue = Destination::queue("queue");
    for (name, payload) in hostile() {
        let payload = Bytes::from(payload);
        let size = payload.len();
        let (message, taken) = decode(&payload);
        let mut message = message.unwrap_or_else(|status| panic!("{name}: {status:?}"));
        check(&name, "receive", size, taken);
        let ((), taken) = measured(|| read(&mut message));
        check(&name, "read", size, taken);
        drop(message);
        let uses: [(&str, Use); 4] = [
            ("send on", |message, queue| {
                let mut out = Vec::new();
                let headers = SendHeaders::to(queue);
                let _ = message.encode(&headers, &PlainAddresses, &mut out);
                out.capacity() * 2 // it grew by doubling
            }),
            ("store", |message, _| {
                let archive = message.to_archive(MESSAGE_LIMIT);
                archive.map_or(0, |archive| archive.capacity() * 2)
            }),
            ("print", |message, _| message.print().capacity() * 2),
            ("copy", |message, _| {
                let mut copy = message.clone();
                copy.make_writeable();
                read(&mut copy);
                0
            }),
        ];
        for (what, work) in uses {
            let message = decode(&payload).0.unwrap();
            let (result, taken) = measured(|| work(&message, &queue));
            check(&name, what, size, taken.saturating_sub(result));
        }
    }
}

/// What claims more than it brings is refused before it takes any memory.
#[test]
fn counts_that_lie_take_no_memory() {
    for code in [0x40, 0x41, 0x43, 0x44, 0x45] {
        let array = container(0xF0, 1 << 31, &[code]);
        let inside = container(0xD0, 1, &array);
        for (section_code, value) in [(VALUE, &array), (VALUE, &inside), (SEQUENCE, &inside)] {
            let payload = Bytes::from(section(section_code, value));
            let (message, taken) = decode(&payload);
            assert_eq!(message.err(), Some(Status::TIBEMS_CORRUPT_MSG), "{code:x}");
            assert!(taken < 4096, "{code:x}: {taken}");
        }
    }
    // many arrays that are each within their limit
    let array = container(0xF0, 1024, &[0x45]);
    let (arrays, count) = many(&array);
    let payload = Bytes::from(section(VALUE, &container(0xD0, count, &arrays)));
    let (message, taken) = decode(&payload);
    assert_eq!(message.err(), Some(Status::TIBEMS_CORRUPT_MSG));
    assert!(taken < 4096, "{taken}");
}

/// Stored messages of strangers: what a hostile one can hold is a list of type codes and empty lists.
#[test]
fn stored_messages_are_bound_too() {
    for kind in [BodyKind::Map, BodyKind::Stream] {
        let mut message = Message::of_kind(BodyKind::Stream);
        for _ in 0..SIZE / 3 {
            let inside = match kind {
                BodyKind::Map => tibemsufo::message::Value::Map(inner(kind)),
                _ => tibemsufo::message::Value::Stream(inner(kind)),
            };
            message.stream_write(inside).unwrap();
        }
        let archive = message.to_archive(MESSAGE_LIMIT).unwrap();
        drop(message);
        let (back, taken) = measured(|| Message::from_archive(&archive, MESSAGE_LIMIT));
        check("empty messages", "read stored", archive.len(), taken);
        let mut back = back.unwrap();
        let ((), taken) = measured(|| read(&mut back));
        check("empty messages", "read", archive.len(), taken);
        let (again, taken) = measured(|| back.to_archive(MESSAGE_LIMIT).unwrap());
        check("empty messages", "store again", archive.len(), taken);
        assert_eq!(again, archive);
    }
}

fn inner(kind: BodyKind) -> tibemsufo::message::Nested {
    tibemsufo::message::Nested::new(Message::of_kind(kind))
}

/// The frames of a hostile server: properties of an open, and any value that is kept without being understood.
#[test]
fn performatives_are_bound_too() {
    for (name, value) in CHEAP {
        let (values, count) = many(value);
        let list = container(0xD0, count, &values);
        // each level claims as many elements as it has bytes
        let mut lies = vec![0x40; 64];
        for _ in 0..30 {
            lies = container(0xD0, lies.len() as u32, &lies);
        }
        for (what, bytes) in [("list of", &list), ("lies of", &lies)] {
            let (_, taken) = measured(|| Amqp::decode(&mut Decoder::new(bytes)).is_ok());
            assert!(
                taken <= MOST * (bytes.len() + 4096),
                "{what} {name}: {taken} for {}",
                bytes.len()
            );
        }
        let (pairs, count) = pairs(value);
        let map = container(0xD1, count, &pairs);
        // open: container-id, eight fields without a value, properties
        let fields = [&b"\xA1\x01c"[..], &[0x40; 8], &map].concat();
        let open = section(0x10, &container(0xD0, 10, &fields));
        let (_, taken) = measured(|| Performative::decode(&mut Decoder::new(&open)).is_ok());
        assert!(
            taken <= 2 * MOST * (open.len() + 4096),
            "open with {name}: {taken} for {}",
            open.len()
        );
    }
    for (name, symbols) in [
        (
            "array",
            container(0xF0, SIZE as u32, &[&[0xA3][..], &[0; SIZE]].concat()),
        ),
        (
            "list",
            container(0xD0, SIZE as u32 / 2, &b"\xA3\0".repeat(SIZE / 2)),
        ),
    ] {
        // open: container-id, seven fields without a value, offered-capabilities
        let fields = [&b"\xA1\x01c"[..], &[0x40; 6], &symbols].concat();
        let open = section(0x10, &container(0xD0, 8, &fields));
        let (read, taken) = measured(|| Performative::decode(&mut Decoder::new(&open)).is_ok());
        assert!(read, "{name}");
        assert!(taken <= MOST * open.len(), "{name} of symbols: {taken}");
    }
}
