//! Texts in charsets that C cannot have: shown as UTF-8 or as bytes, handed on as they came (spec 30 §9.6, D24).

use crate::peer::api::{self, Msg};
use crate::peer::{Peer, dialogue, message};
use crate::scene::{end, session};
use tibemsufo::amqp::codec::Value;

const PROPERTIES: u64 = 0x73;
const DATA: u64 = 0x75;

/// A message with one data section, as other programs write it.
fn textual(content_type: &str, content_encoding: Option<&str>, content: &[u8]) -> Vec<u8> {
    let mut fields = vec![Value::Null; 6];
    fields.push(Value::symbol(content_type));
    fields.extend(content_encoding.map(Value::symbol));
    [
        message::section(PROPERTIES, &Value::List(fields)),
        message::section(DATA, &Value::Binary(content.to_vec().into())),
    ]
    .concat()
}

#[test]
fn texts_and_encoded_content_go_on_as_they_came() {
    let utf16: Vec<u8> = "Grüße".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16 = [b"\xFF\xFE", &utf16[..]].concat();
    let came = [
        ("text/plain; charset=UTF-16", None, utf16),
        ("text/plain; charset=UTF-16", None, b"\0a\0".to_vec()),
        ("text/plain", Some("gzip"), b"\x1F\x8B\0\x08".to_vec()),
    ];
    let expected = came.clone();
    dialogue(move || {
        let peer = Peer::script(move |p| {
            p.accept_open();
            let producer = p.await_producer();
            p.grant(producer, 10);
            let consumer = p.await_consumer();
            p.await_credit(consumer, 3);
            for (kind, encoding, content) in &expected {
                p.deliver(consumer, &textual(kind, *encoding, content));
                let sent = p.await_transfer();
                let field = |at| match message::field(&sent.payload, PROPERTIES, at) {
                    Some(Value::Symbol(text)) => Some(text),
                    _ => None,
                };
                assert_eq!(field(6).as_deref(), Some(*kind));
                assert_eq!(field(7).as_deref(), *encoding);
                let data = message::find(&sent.payload, DATA);
                assert_eq!(data, Some(Value::Binary(content.clone().into())));
                p.accept_delivery(&sent);
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("next").expect("a producer");
        let consumer = session.consumer("q").expect("a consumer");
        let receive = || -> Msg { consumer.receive_within(20_000).expect("received") };
        for (at, (.., content)) in came.iter().enumerate() {
            let message = receive();
            match at {
                0 => assert_eq!(message.body(), "Grüße"),
                _ => assert_eq!(message.bytes(), *content),
            }
            producer.send(message).expect("sent on");
            message.destroy();
        }
        end(connection, peer);
    });
}
