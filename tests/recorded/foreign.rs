//! What programs that know nothing of JMS sent, as the API shows it: written by hand from the input of the programs and
//! the tables of spec 30 §9.3 to §9.5.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use tibemsufo::amqp::frame::FrameDecoder;

use crate::files::recordings;
use crate::messages::{Deliveries, decoded, shown};
use crate::streams;

/// The facts of each message that the client of a recording sent, in order.
fn sent(name: &str) -> Vec<Vec<(String, String)>> {
    let all = recordings();
    let recording = all.iter().find(|recording| recording.name == name);
    let lines = streams(recording.expect("it is there"))
        .next()
        .expect("the client's");
    let mut deliveries = Deliveries::default();
    for line in lines.iter().filter(|line| line.kind == "frame") {
        let mut bytes = BytesMut::from(&line.bytes()[..]);
        let frame = FrameDecoder::new(u32::MAX).next_frame(&mut bytes);
        deliveries.take(frame.expect(&line.place).expect("a whole frame"));
    }
    let next = |payload: Bytes| shown(&mut decoded(name, payload));
    std::iter::from_fn(|| deliveries.finished())
        .map(next)
        .collect()
}

/// The facts whose names start so, as a map from the rest of the name.
fn under(facts: &[(String, String)], start: &str) -> BTreeMap<String, String> {
    let of = |(name, value): &(String, String)| {
        let rest = name.strip_prefix(start)?;
        Some((rest.to_owned(), value.clone()))
    };
    facts.iter().filter_map(of).collect()
}

fn table(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(own).collect()
}

#[test]
fn properties_of_every_amqp_type() {
    let go = &sent("go-with-artemis")[0];
    let expected = table(&[
        ("u8", "short:255"),
        ("u16", "int:65535"),
        ("u32", "long:4294967295"),
        ("u64", "\"9223372036854775808\""),
        ("i8", "byte:-128"),
        ("i16", "short:-32768"),
        ("i32", "int:-2147483648"),
        ("i64", "long:-9223372036854775808"),
        ("f32", "float:3fc00000"),
        ("f64", "double:3fb999999999999a"),
        ("bool", "true"),
        ("no", "false"),
        ("string", "\"\\xe2\\x82\\xac\""),
        ("symbol", "\"sym\""),
        ("time", "long:1234567890123"),
        ("uuid", "\"00010203-0405-0607-0809-0a0b0c0d0e0f\""),
        ("bytes", "binary:00ff"),
        ("nil", "null"),
        ("JMSXGroupID", "\"group\""),
        ("JMSXGroupSeq", "int:7"),
        ("JMS_AMQP_REPLY_TO_GROUP_ID", "\"reply-group\""),
    ]);
    assert_eq!(under(go, "property "), expected);
    let headers = table(&[
        ("id", "\"ID:AMQP_ULONG:300\""),
        (
            "correlation",
            "\"ID:AMQP_UUID:00010203-0405-0607-0809-0a0b0c0d0e0f\"",
        ),
        ("type", "\"subject\""),
        ("timestamp", "long:1234567890123"),
        ("mode", "int:2"),
        ("priority", "int:8"),
        ("destination", "queue to"),
        ("reply", "queue reply"),
        ("kind", "text"),
        ("text", "\"text\""),
    ]);
    let mut all = under(go, "");
    all.retain(|name, _| !name.starts_with("property "));
    assert_eq!(all, headers);
    // what Go cannot send: the first message of Proton's series, behind the large one
    let proton = under(&sent("proton-with-artemis")[1], "property ");
    assert_eq!(proton["char"], "\"\\xc3\\xa4\"");
    assert_eq!(proton["timestamp"], "long:-1");
    assert_eq!(proton["ulong"], "\"18446744073709551615\"");
    assert_eq!(proton[""], "\"empty name\"");
    assert_eq!(proton["JMSXGroupSeq"], "int:-1");
}

/// The series of with_proton.py, behind the large message.
#[test]
fn ids_and_bodies_of_every_amqp_type() {
    let messages = sent("proton-with-artemis");
    let long = format!("\"{}\"", "x".repeat(300));
    let zeroes = format!("binary:{}", "00".repeat(300));
    let ids = [
        ("ID:AMQP_ULONG:0", "ID:AMQP_ULONG:0"),
        ("ID:AMQP_ULONG:255", "ID:AMQP_ULONG:255"),
        (
            "ID:AMQP_ULONG:18446744073709551615",
            "ID:AMQP_ULONG:18446744073709551615",
        ),
        (
            "ID:AMQP_UUID:00112233-4455-6677-8899-aabbccddeeff",
            "ID:AMQP_UUID:00112233-4455-6677-8899-aabbccddeeff",
        ),
        ("ID:AMQP_BINARY:010203", "ID:AMQP_BINARY:010203"),
        ("ID:AMQP_NO_PREFIX:plain", "plain"),
    ];
    for (facts, (id, correlation)) in messages[2..].iter().zip(ids) {
        let all = under(facts, "");
        assert_eq!(all["id"], format!("\"{id}\""));
        assert_eq!(all["correlation"], format!("\"{correlation}\""));
        assert_eq!(
            (&*all["kind"], &*all["bytes"]),
            ("bytes", "binary:6279746573")
        );
    }
    let uuid = "\"00112233-4455-6677-8899-aabbccddeeff\"";
    let bodies: Vec<(&str, Vec<(&str, &str)>)> = vec![
        ("bytes", vec![("bytes", "binary:")]), // no section at all
        ("stream", vec![("element 0", "true")]),
        ("stream", vec![("element 0", "long:0")]),
        ("stream", vec![("element 0", "long:-1")]),
        ("stream", vec![("element 0", "long:1099511627776")]),
        ("stream", vec![("element 0", "double:3ff8000000000000")]),
        ("text", vec![("text", "\"\"")]),
        ("text", vec![("text", &long[..])]),
        ("bytes", vec![("bytes", "binary:")]),
        ("bytes", vec![("bytes", &zeroes[..])]),
        ("stream", vec![("element 0", uuid)]),
        ("stream", vec![]),
        (
            "stream",
            vec![
                ("element 0", "long:1"),
                ("element 1", "[long:2 [long:3]]"),
                ("element 2", "{\"k\"=null}"),
            ],
        ),
        ("map", vec![]),
        (
            "map",
            vec![
                ("item a", "long:1"),
                ("item b", "[true false]"),
                ("item 7", "{\"deep\"=binary:78}"),
            ],
        ),
        ("map", vec![("item k0", "long:0"), ("item k99", "long:99")]), // and those between
        ("stream", vec![("element 0", "array[int:1 int:2 int:300]")]),
        ("stream", vec![("element 0", "array[]")]),
        ("stream", vec![("element 0", "\"s\"")]),
        ("stream", vec![("element 0", "long:7")]), // timestamp
        ("stream", vec![("element 0", "char:78")]),
        ("stream", vec![("element 0", "short:7")]), // ubyte
        ("stream", vec![("element 0", "int:7")]),   // ushort
        ("stream", vec![("element 0", "long:7")]),  // uint
        ("stream", vec![("element 0", "long:7")]),  // ulong
        ("stream", vec![("element 0", "float:3f000000")]),
        ("map", vec![("item a", "long:1")]), // described
        (
            "stream",
            vec![
                ("element 0", "long:1"),
                ("element 1", "\"two\""),
                ("element 2", "double:400c000000000000"),
                ("element 3", "null"),
                ("element 4", "binary:34"),
            ],
        ),
        ("text", vec![("text", "\"no durable\"")]),
    ];
    for (number, (kind, body)) in bodies.iter().enumerate() {
        let mut all = under(&messages[2 + ids.len() + number], "");
        assert_eq!(all["kind"], *kind, "body {number}");
        all.retain(|name, _| {
            ["element ", "item ", "text", "bytes"]
                .iter()
                .any(|start| name.starts_with(start))
        });
        if all.len() == 100 {
            all.retain(|name, _| matches!(name.as_str(), "item k0" | "item k99"));
        }
        assert_eq!(all, table(body), "body {number}");
    }
}
