//! Topics and subscriptions: wildcards, no-local, durable, shared, unsubscribing.

use crate::client::*;
use tibemsufo::amqp::codec::Value;
use tibemsufo::amqp::performative::*;

/// A receiver of a subscription.
fn subscriber(handle: u32, name: &str, topic: &str, durable: bool, more: &[&str]) -> Attach {
    let mut attach = receiver_attach(handle, topic, "topic");
    attach.name = name.into();
    let source = attach.source.as_mut().unwrap();
    source
        .capabilities
        .extend(more.iter().map(|s| s.to_string()));
    if durable {
        source.durable = Some(2);
        source.expiry_policy = Some("never".into());
        source.distribution_mode = Some("copy".into());
    }
    attach
}

#[test]
fn a_topic_reaches_every_matching_subscriber() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    for (handle, topic) in ["a.b", "a.*", "a.>", ">", "a", "x.*"]
        .into_iter()
        .enumerate()
    {
        c.receiver(0, handle as u32, topic, "topic");
    }
    c.sender(0, 10, "a.b", "topic");
    c.sender(0, 11, "a.b.c", "topic");
    c.send(0, 10, 0, &text("1"));
    c.send(0, 11, 1, &text("2"));
    let got: Vec<Vec<String>> = (0..6).map(|handle| c.drained_bodies(handle)).collect();
    assert_eq!(got[0], ["1"]);
    assert_eq!(got[1], ["1"]);
    assert_eq!(got[2], ["1", "2"]);
    assert_eq!(got[3], ["1", "2"]);
    assert!(got[4].is_empty() && got[5].is_empty());
    // a queue of the same name is another thing
    c.receiver(0, 20, "a.b", "queue");
    assert!(c.drained_bodies(20).is_empty());
    // producers name one topic
    let refused = c.attach_refused(0, sender_attach(12, Some("a.*"), "topic"));
    assert_eq!(refused, "amqp:invalid-field");
    c.close();
}

#[test]
fn no_local_leaves_out_own_messages() {
    let broker = Server::start(&[]);
    let mut a = broker.client("a");
    let mut b = broker.client("b");
    a.begin(0);
    b.begin(0);
    let mut attach = receiver_attach(0, "t", "topic");
    let no_local = Value::described(0x468C_0000_0003, Value::List(vec![]));
    let other = Value::described(1, Value::List(vec![]));
    attach.source.as_mut().unwrap().filter = vec![
        ("other".into(), other),
        ("no-local".into(), no_local.clone()),
    ];
    let answered = a.attach(0, attach).source.unwrap().filter;
    assert_eq!(answered, [("no-local".to_owned(), no_local.clone())]);
    a.sender(0, 1, "t", "topic");
    a.send(0, 1, 0, &text("own"));
    a.outcome();
    b.sender(0, 1, "t", "topic");
    b.send(0, 1, 0, &text("foreign"));
    b.outcome();
    assert_eq!(a.drained_bodies(0), ["foreign"]);
    // not honoured on a queue, so not echoed there
    let mut attach = receiver_attach(2, "q", "queue");
    attach.source.as_mut().unwrap().filter = vec![("no-local".into(), no_local)];
    assert!(a.attach(0, attach).source.unwrap().filter.is_empty());
}

#[test]
fn a_durable_subscription_outlives_its_links() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    let attach = subscriber(0, "sub", "t", true, &[]);
    let answer = c.attach(0, attach.clone());
    assert_eq!(answer.source.unwrap().durable, Some(2));
    c.sender(0, 1, "t", "topic");
    c.send(0, 1, 0, &text("while attached"));
    c.detach(0, 0, false);
    c.send(0, 1, 1, &text("while detached"));
    c.outcome();
    c.close();
    // another container has other subscriptions
    let mut other = broker.client("other");
    other.begin(0);
    other.attach(0, attach.clone());
    assert!(other.drained_bodies(0).is_empty());
    let mut c = broker.client("c");
    c.begin(0);
    c.attach(0, attach.clone());
    assert_eq!(c.drained_bodies(0), ["while attached", "while detached"]);
    // in use: neither a second subscriber nor a lookup with close gets it
    let mut second = attach.clone();
    second.handle = 5;
    assert_eq!(c.attach_refused(0, second), "amqp:resource-locked");
    // closing deletes
    c.detach(0, 0, true);
    c.attach(0, attach);
    assert!(c.drained_bodies(0).is_empty());
    c.close();
}

#[test]
fn unsubscribing_by_a_lookup_without_a_source() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    let lookup = Attach {
        source: None,
        ..subscriber(3, "sub", "t", false, &[])
    };
    assert_eq!(c.attach_refused(0, lookup.clone()), "amqp:not-found");
    c.attach(0, subscriber(0, "sub", "t", true, &[]));
    let found = c.attach(0, lookup.clone()).source.unwrap();
    assert_eq!(found.address.as_deref(), Some("t"));
    assert_eq!(
        (found.durable, found.capabilities),
        (Some(2), vec!["topic".into()])
    );
    let busy = c.detach(0, 3, true).unwrap();
    assert_eq!(busy.condition, "amqp:resource-locked");
    c.detach(0, 0, false);
    c.attach(0, lookup.clone());
    assert_eq!(c.detach(0, 3, true), None);
    assert_eq!(c.attach_refused(0, lookup), "amqp:not-found");
    c.close();
}

#[test]
fn another_topic_replaces_an_idle_durable_subscription() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    c.attach(0, subscriber(0, "sub", "old", true, &[]));
    c.sender(0, 1, "old", "topic");
    c.send(0, 1, 0, &text("lost"));
    c.outcome();
    let replaced = subscriber(2, "sub", "new", true, &[]);
    assert_eq!(c.attach_refused(0, replaced.clone()), "amqp:illegal-state");
    c.detach(0, 0, false);
    c.attach(0, replaced);
    assert!(c.drained_bodies(2).is_empty());
    c.close();
}

#[test]
fn shared_subscribers_take_turns() {
    let broker = Server::start(&[]);
    let mut a = broker.client("a");
    let mut b = broker.client("b");
    a.begin(0);
    b.begin(0);
    let shared = ["shared", "global"];
    let answer = a.attach(0, subscriber(0, "s|global", "t", true, &shared));
    assert_eq!(
        answer.source.unwrap().capabilities,
        ["topic", "shared", "global"]
    );
    b.attach(0, subscriber(0, "s|global2", "t", true, &shared));
    a.credit(0, 0, 0, 10);
    b.credit(0, 0, 0, 10);
    // the credit of both has arrived when the echoes have
    for c in [&mut a, &mut b] {
        c.echo(0, 0);
        c.next_of(&["flow"]);
    }
    a.sender(0, 1, "t", "topic");
    a.send(0, 1, 0, &text("1"));
    a.send(0, 1, 1, &text("2"));
    let mut got = [a.delivery().body(), b.delivery().body()];
    got.sort();
    assert_eq!(got, ["1", "2"]);
    // volatile: gone with its last subscriber
    a.attach(0, subscriber(5, "v|volatile1", "v", false, &["shared"]));
    a.attach(0, subscriber(6, "v|volatile2", "v", false, &["shared"]));
    a.sender(0, 7, "v", "topic");
    a.detach(0, 5, true);
    a.send(0, 7, 2, &text("kept"));
    assert_eq!(a.drained_bodies(6), ["kept"]);
    a.detach(0, 6, true);
    a.send(0, 7, 3, &text("dropped"));
    a.attach(0, subscriber(5, "v|volatile1", "v", false, &["shared"]));
    assert!(a.drained_bodies(5).is_empty());
}
