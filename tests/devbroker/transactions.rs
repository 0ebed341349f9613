//! Local transactions.

use crate::client::*;
use bytes::Bytes;
use tibemsufo::amqp::codec::Encoder;
use tibemsufo::amqp::performative::*;

fn coordinator(c: &mut Client, handle: u32) {
    let mut attach = sender_attach(handle, None, "queue");
    attach.name = format!("txn{handle}");
    attach.target = Some(Coordinator::default().into());
    c.sender_with(0, attach);
}

fn command(write: impl FnOnce(&mut Encoder<'_>)) -> Vec<u8> {
    let mut out = Vec::new();
    let mut enc = Encoder::new(&mut out);
    enc.descriptor(code::AMQP_VALUE);
    write(&mut enc);
    out
}

fn declare(c: &mut Client, handle: u32, id: u32) -> Bytes {
    c.send(0, handle, id, &command(|enc| Declare.encode(enc)));
    match c.outcome() {
        (first, _, DeliveryState::Declared(Some(txn_id))) if first == id => txn_id,
        other => panic!("{other:?}"),
    }
}

fn discharge(c: &mut Client, handle: u32, id: u32, txn_id: &Bytes, fail: bool) -> DeliveryState {
    let discharge = Discharge {
        txn_id: txn_id.clone(),
        fail,
    };
    c.send(0, handle, id, &command(|enc| discharge.encode(enc)));
    let (first, _, state) = c.outcome();
    assert_eq!(first, id);
    state
}

fn enrolled(txn_id: &Bytes, outcome: Option<DeliveryState>) -> DeliveryState {
    DeliveryState::Transactional {
        txn_id: txn_id.clone(),
        outcome: outcome.map(Box::new),
    }
}

#[test]
fn a_commit_publishes_and_consumes() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    c.sender(0, 0, "in", "queue");
    c.sender(0, 1, "out", "queue");
    coordinator(&mut c, 2);
    c.receiver(0, 3, "in", "queue");
    c.receiver(0, 4, "out", "queue");
    c.send(0, 0, 0, &text("request"));
    c.outcome();
    let txn = declare(&mut c, 2, 1);
    c.credit(0, 3, 0, 10);
    let got = c.delivery();
    c.settle(0, got.id, enrolled(&txn, Some(DeliveryState::Accepted)));
    c.send_with(0, 1, 2, &text("reply"), false, Some(enrolled(&txn, None)));
    let expected = enrolled(&txn, Some(DeliveryState::Accepted));
    assert_eq!(c.outcome(), (2, 2, expected));
    assert!(c.drained_bodies(4).is_empty());
    assert_eq!(
        discharge(&mut c, 2, 3, &txn, false),
        DeliveryState::Accepted
    );
    c.drain(0, 4, 100, 1);
    assert_eq!(c.delivery().body(), "reply");
    // the id is used up
    let again = discharge(&mut c, 2, 4, &txn, false);
    assert!(
        matches!(again, DeliveryState::Rejected(Some(e)) if e.condition == "amqp:transaction:unknown-id")
    );
    c.detach(0, 3, true);
    c.receiver(0, 3, "in", "queue");
    assert!(c.drained_bodies(3).is_empty());
    c.close();
}

#[test]
fn a_rollback_drops_and_returns() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    c.sender(0, 0, "q", "queue");
    coordinator(&mut c, 2);
    for n in 0..3 {
        c.send(0, 0, n, &text(&n.to_string()));
    }
    c.accepted(3);
    let txn = declare(&mut c, 2, 3);
    c.receiver(0, 3, "q", "queue");
    c.credit(0, 3, 0, 2);
    for _ in 0..2 {
        let id = c.delivery().id;
        c.settle(0, id, enrolled(&txn, Some(DeliveryState::Accepted)));
    }
    c.send_with(0, 0, 4, &text("never"), false, Some(enrolled(&txn, None)));
    c.outcome();
    assert_eq!(discharge(&mut c, 2, 5, &txn, true), DeliveryState::Accepted);
    c.credit(0, 3, 2, 10);
    let again: Vec<(String, u32)> = (0..3)
        .map(|_| c.delivery())
        .map(|d| (d.body(), d.count()))
        .collect();
    let expected = [("0", 1), ("1", 1), ("2", 0)].map(|(text, count)| (text.to_owned(), count));
    assert_eq!(again, expected);
    c.drain(0, 3, 5, 7);
    assert_eq!(c.drained(), (3, 12, 0));
    // a coordinator that goes away rolls back
    let txn = declare(&mut c, 2, 6);
    c.send_with(0, 0, 7, &text("never"), false, Some(enrolled(&txn, None)));
    c.detach(0, 2, true);
    c.drain(0, 3, 12, 1);
    assert_eq!(c.drained(), (3, 13, 0));
    c.close();
}

#[test]
fn a_refused_send_spoils_its_transaction() {
    let broker = Server::start(&["--queue-limit", "1"]);
    let mut c = broker.client("c");
    c.begin(0);
    c.sender(0, 0, "q", "queue");
    coordinator(&mut c, 1);
    c.send(0, 0, 0, &text("full"));
    c.outcome();
    c.send(0, 0, 1, &text("more"));
    let (_, _, state) = c.outcome();
    assert!(
        matches!(state, DeliveryState::Rejected(Some(e)) if e.condition == "amqp:resource-limit-exceeded")
    );
    let txn = declare(&mut c, 1, 2);
    c.send_with(0, 0, 3, &text("more"), false, Some(enrolled(&txn, None)));
    let (_, _, state) = c.outcome();
    let DeliveryState::Transactional { outcome, .. } = state else {
        panic!("{state:?}");
    };
    assert!(matches!(
        outcome.as_deref(),
        Some(DeliveryState::Rejected(Some(_)))
    ));
    let state = discharge(&mut c, 1, 4, &txn, false);
    assert!(
        matches!(state, DeliveryState::Rejected(Some(e)) if e.condition == "amqp:transaction:rollback")
    );
    // an acknowledged message makes room
    c.receiver(0, 2, "q", "queue");
    c.credit(0, 2, 0, 1);
    let id = c.delivery().id;
    c.settle(0, id, DeliveryState::Accepted);
    c.send(0, 0, 5, &text("fits"));
    assert_eq!(c.outcome().2, DeliveryState::Accepted);
    c.close();
}
