//! Selectors: confirmed, applied, refused; what they do not select stays for others.

use crate::client::*;
use tibemsufo::amqp::codec::{Encoder, Value};
use tibemsufo::amqp::performative::*;

const CODE: u64 = 0x468C_0000_0004;

fn filter(text: &str) -> (String, Value) {
    let value = Value::described(CODE, Value::string(text));
    ("jms-selector".into(), value)
}

fn selecting(handle: u32, address: &str, capability: &str, text: &str) -> Attach {
    let mut attach = receiver_attach(handle, address, capability);
    attach.source.as_mut().unwrap().filter = vec![filter(text)];
    attach
}

/// A text message with an int property `n`, which is its text too.
fn numbered(n: i32) -> Vec<u8> {
    let mut out = Vec::new();
    let mut enc = Encoder::new(&mut out);
    enc.descriptor(code::APPLICATION_PROPERTIES);
    let mark = enc.begin_map();
    enc.string("n");
    enc.int(n);
    enc.end_map(mark, 2);
    out.extend(text(&n.to_string()));
    out
}

fn send(c: &mut Client, handle: u32, numbers: std::ops::RangeInclusive<i32>) {
    for n in numbers {
        c.send(0, handle, n as u32, &numbered(n));
        c.outcome();
    }
}

#[test]
fn a_queue_gives_what_is_selected_and_keeps_the_rest() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    c.sender(0, 0, "q", "queue");
    send(&mut c, 0, 1..=4);
    let answer = c.attach(0, selecting(1, "q", "queue", "n IN ('x') OR n > 2"));
    assert_eq!(
        answer.source.unwrap().filter,
        [filter("n IN ('x') OR n > 2")]
    );
    c.credit(0, 1, 0, 10);
    let three = c.delivery();
    let four = c.delivery();
    assert_eq!((three.body(), four.body()), ("3".into(), "4".into()));
    send(&mut c, 0, 5..=5);
    let five = c.delivery();
    assert_eq!(five.body(), "5");
    // what comes back keeps its place, also for the one that selects
    c.settle(0, five.id, DeliveryState::Released);
    assert_eq!(c.delivery().body(), "5");
    c.settle(0, three.id, DeliveryState::Accepted);
    c.settle(0, four.id, DeliveryState::Released);
    let four = c.delivery();
    assert_eq!(four.body(), "4");
    c.settle(0, four.id, DeliveryState::Released);
    c.detach(0, 1, true);
    c.receiver(0, 2, "q", "queue");
    assert_eq!(c.drained_bodies(2), ["1", "2", "4", "5"]);
    c.close();
}

#[test]
fn two_selectors_share_a_queue() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    c.sender(0, 0, "q", "queue");
    c.attach(0, selecting(1, "q", "queue", "n < 3"));
    c.attach(0, selecting(2, "q", "queue", "n >= 3"));
    send(&mut c, 0, 1..=4);
    assert_eq!(c.drained_bodies(2), ["3", "4"]);
    assert_eq!(c.drained_bodies(1), ["1", "2"]);
    c.close();
}

#[test]
fn a_browser_may_select() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    c.sender(0, 0, "q", "queue");
    send(&mut c, 0, 1..=4);
    let mut attach = selecting(1, "q", "queue", "n = 2 OR n = 4");
    attach.source.as_mut().unwrap().distribution_mode = Some("copy".into());
    c.attach(0, attach);
    assert_eq!(c.drained_bodies(1), ["2", "4"]);
    c.receiver(0, 2, "q", "queue");
    assert_eq!(c.drained_bodies(2), ["1", "2", "3", "4"]);
    c.close();
}

#[test]
fn a_topic_gives_only_what_is_selected() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    c.attach(0, selecting(1, "t", "topic", "n = 2"));
    c.attach(0, selecting(2, "t.>", "topic", "n = 1"));
    c.receiver(0, 3, "t", "topic");
    c.sender(0, 0, "t", "topic");
    send(&mut c, 0, 1..=3);
    assert_eq!(c.drained_bodies(1), ["2"]);
    assert!(c.drained_bodies(2).is_empty());
    assert_eq!(c.drained_bodies(3), ["1", "2", "3"]);
    c.close();
}

#[test]
fn another_selector_is_another_subscription() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    let durable = |text| {
        let mut attach = selecting(1, "t", "topic", text);
        let source = attach.source.as_mut().unwrap();
        source.durable = Some(2);
        source.expiry_policy = Some("never".into());
        attach
    };
    c.sender(0, 0, "t", "topic");
    c.attach(0, durable("n > 1"));
    c.detach(0, 1, false);
    send(&mut c, 0, 1..=2);
    c.attach(0, durable("n > 1"));
    c.credit(0, 1, 0, 10);
    assert_eq!(c.delivery().body(), "2");
    c.detach(0, 1, false);
    c.attach(0, durable("n > 0"));
    assert!(c.drained_bodies(1).is_empty());
    c.close();
}

#[test]
fn a_wrong_selector_is_refused_and_blanks_are_none() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    for (handle, capability) in ["queue", "topic"].into_iter().enumerate() {
        let attach = selecting(handle as u32, "x", capability, "n = ");
        assert_eq!(c.attach_refused(0, attach), "amqp:invalid-field");
    }
    let mut attach = receiver_attach(0, "x", "queue");
    attach.source.as_mut().unwrap().filter =
        vec![("jms-selector".into(), Value::described(CODE, Value::Int(1)))];
    assert_eq!(c.attach_refused(0, attach), "amqp:invalid-field");
    c.sender(0, 5, "x", "queue");
    send(&mut c, 5, 1..=1);
    let mut attach = selecting(1, "x", "queue", "  ");
    let described = Value::Described(
        Box::new(Value::Symbol("apache.org:selector-filter:string".into())),
        Box::new(Value::string("n = 1")),
    );
    assert_eq!(c.attach(0, attach.clone()).source.unwrap().filter.len(), 1);
    c.detach(0, 1, true);
    // by its other descriptor, under a key of the client's own
    attach.source.as_mut().unwrap().filter = vec![("mine".into(), described.clone())];
    let answered = c.attach(0, attach).source.unwrap().filter;
    assert_eq!(answered, [("mine".to_owned(), described)]);
    assert_eq!(c.drained_bodies(1), ["1"]);
    c.close();
}
