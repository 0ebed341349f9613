//! Browsing, temporary nodes, the anonymous relay, expiry and delay.

use crate::client::*;
use std::time::{SystemTime, UNIX_EPOCH};
use tibemsufo::amqp::performative::*;

fn epoch() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis() as i64
}

#[test]
fn a_browser_leaves_the_messages() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    c.sender(0, 0, "q", "queue");
    for n in 0..3 {
        c.send(0, 0, n, &text(&n.to_string()));
    }
    let mut attach = receiver_attach(1, "q", "queue");
    attach.source.as_mut().unwrap().distribution_mode = Some("copy".into());
    attach.snd_settle_mode = Some(1);
    let answer = c.attach(0, attach);
    assert_eq!(
        answer.source.unwrap().distribution_mode.as_deref(),
        Some("copy")
    );
    assert_eq!(c.drained_bodies(1), ["0", "1", "2"]);
    c.send(0, 0, 3, &text("3"));
    c.drain(0, 1, 100, 5);
    assert_eq!(c.delivery().body(), "3");
    assert_eq!(c.drained(), (1, 105, 0));
    c.receiver(0, 2, "q", "queue");
    assert_eq!(c.drained_bodies(2), ["0", "1", "2", "3"]);
    c.close();
}

fn temporary(handle: u32, capability: &str) -> Attach {
    let mut attach = sender_attach(handle, None, capability);
    attach.name = format!("tmp{handle}");
    attach.target = Some(
        Target {
            dynamic: true,
            expiry_policy: Some("link-detach".into()),
            capabilities: vec![capability.into()],
            ..Target::default()
        }
        .into(),
    );
    attach
}

fn address_of(answer: &Attach) -> String {
    let target = answer.target.as_ref().and_then(LinkTarget::target).unwrap();
    assert!(target.dynamic);
    target.address.clone().unwrap()
}

#[test]
fn temporary_nodes_live_as_long_as_their_link() {
    let broker = Server::start(&[]);
    let mut a = broker.client("a");
    let mut b = broker.client("b");
    a.begin(0);
    b.begin(0);
    for (capability, sort) in [("temporary-queue", "queue"), ("temporary-topic", "topic")] {
        let name = address_of(&a.attach(0, temporary(0, capability)));
        let second = address_of(&a.attach(0, temporary(1, capability)));
        assert_ne!(name, second);
        a.receiver(0, 2, &name, capability);
        b.sender(0, 3, &name, sort);
        let id = if sort == "queue" { 0 } else { 2 };
        b.send(0, 3, id, &text("reply"));
        assert_eq!(b.outcome().2, DeliveryState::Accepted);
        assert_eq!(a.drained_bodies(2), ["reply"]);
        a.detach(0, 0, true);
        assert_eq!(a.detached().unwrap().condition, "amqp:resource-deleted");
        a.put(Detach {
            handle: 2,
            closed: true,
            error: None,
        });
        b.send(0, 3, id + 1, &text("late"));
        assert!(
            matches!(b.outcome().2, DeliveryState::Rejected(Some(e)) if e.condition == "amqp:not-found")
        );
        let refused = b.attach_refused(0, receiver_attach(4, &name, sort));
        assert_eq!(refused, "amqp:not-found");
        b.detach(0, 3, true);
        a.detach(0, 1, true);
    }
    // the end of the connection is the end of its nodes
    let name = address_of(&a.attach(0, temporary(0, "temporary-queue")));
    a.close();
    let refused = b.attach_refused(0, sender_attach(5, Some(&name), "queue"));
    assert_eq!(refused, "amqp:not-found");
}

#[test]
fn the_relay_sends_each_message_where_it_says() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    assert!(
        c.server
            .offered_capabilities
            .contains(&"ANONYMOUS-RELAY".into())
    );
    c.begin(0);
    c.receiver(0, 1, "t", "topic");
    let mut relay = sender_attach(0, None, "queue");
    relay.target = Some(Target::default().into());
    assert!(c.sender_with(0, relay) > 0);
    let header = Header::default();
    c.send(0, 0, 0, &message(&header, Some(("q", 0)), "to the queue"));
    c.send(0, 0, 1, &message(&header, Some(("t", 1)), "to the topic"));
    c.send(0, 0, 2, &text("nowhere"));
    c.send(
        0,
        0,
        3,
        &message(&header, Some(("devbroker.tmp.1.1", 2)), "gone"),
    );
    c.accepted(2);
    for id in [2, 3] {
        let (first, _, state) = c.outcome();
        assert_eq!(first, id);
        assert!(
            matches!(state, DeliveryState::Rejected(Some(e)) if e.condition == "amqp:not-found")
        );
    }
    assert_eq!(c.drained_bodies(1), ["to the topic"]);
    c.receiver(0, 2, "q", "queue");
    assert_eq!(c.drained_bodies(2), ["to the queue"]);
    c.close();
}

#[test]
fn expired_messages_are_not_delivered() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    c.sender(0, 0, "q", "queue");
    let short = Header {
        ttl: Some(1),
        ..Header::default()
    };
    let long = Header {
        ttl: Some(600_000),
        ..Header::default()
    };
    c.send(0, 0, 0, &message(&short, None, "short"));
    c.send(0, 0, 1, &message(&long, None, "long"));
    c.accepted(2);
    // what is delayed by 20 ms from now arrives when the short one has expired for certain
    let at = epoch() + 20;
    c.send(0, 0, 2, &message_at(&long, None, Some(at), "marker"));
    c.receiver(0, 2, "other", "queue");
    c.sender(0, 3, "other", "queue");
    c.send(0, 3, 3, &message_at(&long, None, Some(at), "now"));
    c.credit(0, 2, 0, 1);
    assert_eq!(c.delivery().body(), "now");
    c.receiver(0, 1, "q", "queue");
    assert_eq!(c.drained_bodies(1), ["long", "marker"]);
    c.close();
}

#[test]
fn delayed_messages_wait_for_their_time() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    assert!(
        c.server
            .offered_capabilities
            .contains(&"DELAYED_DELIVERY".into())
    );
    c.begin(0);
    c.sender(0, 0, "q", "queue");
    c.receiver(0, 1, "q", "queue");
    c.credit(0, 1, 0, 10);
    let header = Header::default();
    let at = epoch() + 600;
    c.send(0, 0, 0, &message_at(&header, None, Some(at), "later"));
    c.send(0, 0, 1, &message_at(&header, None, None, "at once"));
    assert_eq!(c.delivery().body(), "at once");
    assert_eq!(c.delivery().body(), "later");
    assert!(epoch() >= at);
    c.close();
}

#[test]
fn only_named_nodes_exist_and_denied_ones_take_nothing() {
    let broker = Server::start(&["--only", "q,closed", "--deny=closed"]);
    let mut c = broker.client("c");
    c.begin(0);
    c.sender(0, 0, "q", "queue");
    c.receiver(0, 1, "closed", "queue");
    for (attach, condition) in [
        (sender_attach(2, Some("other"), "queue"), "amqp:not-found"),
        (receiver_attach(3, "other", "topic"), "amqp:not-found"),
        (
            sender_attach(4, Some("closed"), "queue"),
            "amqp:unauthorized-access",
        ),
    ] {
        assert_eq!(c.attach_refused(0, attach), condition);
    }
    let mut relay = sender_attach(5, None, "queue");
    relay.target = Some(Target::default().into());
    c.sender_with(0, relay);
    let header = Header::default();
    for (id, name, condition) in [
        (0, "other", "amqp:not-found"),
        (1, "closed", "amqp:unauthorized-access"),
    ] {
        c.send(0, 5, id, &message(&header, Some((name, 0)), "refused"));
        let state = c.outcome().2;
        assert!(
            matches!(state, DeliveryState::Rejected(Some(e)) if e.condition == condition),
            "{name}"
        );
    }
    // a temporary node has a name of its own and is made all the same
    address_of(&c.attach(0, temporary(6, "temporary-queue")));
    assert!(c.drained_bodies(1).is_empty());
    c.close();
}

#[test]
fn the_relay_can_be_left_out() {
    let broker = Server::start(&["--no-relay"]);
    let mut c = broker.client("c");
    assert!(
        !c.server
            .offered_capabilities
            .contains(&"ANONYMOUS-RELAY".into())
    );
    c.begin(0);
    let mut relay = sender_attach(0, None, "queue");
    relay.target = Some(Target::default().into());
    assert_eq!(c.attach_refused(0, relay), "amqp:not-implemented");
    c.close();
}
