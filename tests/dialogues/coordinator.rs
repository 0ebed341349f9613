//! The peer as a coordinator of transactions: what the program sends and acknowledges in one is asserted to the frame
//! (spec 40 §1.15), and each command is answered as the script says.

use crate::peer::api::{self, Connection, Producer, Session, Status, expect_status};
use crate::peer::{LinkId, Peer, Received, Talk, error};
use crate::scene::connect;
use bytes::Bytes;
use tibemsufo::amqp::codec::{Decoder, Descriptor};
use tibemsufo::amqp::performative::{
    DeliveryState, Discharge, Disposition, LinkTarget, Role, code,
};

pub const ROLLBACK: Status = Status::TIBEMS_TRANSACTION_ROLLBACK;
pub const FAILED: Status = Status::TIBEMS_TRANSACTION_FAILED;
pub const LOST: Status = Status::TIBEMS_SERVER_NOT_CONNECTED;
pub const LACKS: Status = Status::TIBEMS_FT_SERVER_LACKS_TRANSACTION;

/// What has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Declare,
    /// A message, and the transaction that it is in
    Send(Option<Bytes>),
    /// A transaction, and whether it is rolled back
    Discharge(Bytes, bool),
}

pub fn is_coordinator(p: &Talk, link: LinkId) -> bool {
    let target = &p.link(link).attach.target;
    matches!(target, Some(LinkTarget::Coordinator(c)) if c.capabilities == ["amqp:local-transactions"])
}

pub fn step(p: &Talk, received: &Received) -> Step {
    assert!(
        !received.settled,
        "everything in a transaction is unsettled"
    );
    if !is_coordinator(p, received.link) {
        return Step::Send(match &received.state {
            Some(DeliveryState::Transactional { txn_id, outcome }) => {
                assert!(outcome.is_none());
                Some(txn_id.clone())
            }
            other => panic!("a message with {other:?}"),
        });
    }
    let mut decoder = Decoder::new(&received.payload);
    assert_eq!(
        decoder.descriptor().unwrap(),
        Descriptor::Code(code::AMQP_VALUE)
    );
    match decoder.clone().descriptor().unwrap() {
        Descriptor::Code(code::DECLARE) => Step::Declare,
        _ => {
            let discharge = Discharge::decode(&mut decoder).expect("a discharge");
            Step::Discharge(discharge.txn_id, discharge.fail)
        }
    }
}

pub fn txn(number: u32) -> Bytes {
    Bytes::copy_from_slice(&number.to_be_bytes())
}

pub fn declared(number: u32) -> DeliveryState {
    DeliveryState::Declared(Some(txn(number)))
}

pub fn rejected(condition: &str) -> DeliveryState {
    DeliveryState::Rejected(Some(Box::new(error(condition))))
}

/// The coordinator link of the program's session, with this much credit.
#[track_caller]
pub fn await_coordinator(p: &mut Talk, credit: u32) -> LinkId {
    let link = p.await_producer();
    assert!(is_coordinator(p, link));
    p.grant(link, credit);
    link
}

/// The link of the program's consumer, which may be served by now.
#[track_caller]
pub fn consumer_link(p: &mut Talk) -> LinkId {
    match p.links(Role::Receiver).first() {
        Some(link) => *link,
        None => p.await_consumer(),
    }
}

/// Serves until the next command or message; the script answers it.
#[track_caller]
pub fn await_step(p: &mut Talk) -> (Step, Received) {
    let received = p.await_transfer();
    (step(p, &received), received)
}

#[track_caller]
pub fn expect_step(p: &mut Talk, wanted: &Step) -> Received {
    let (step, received) = await_step(p);
    assert_eq!(step, *wanted);
    received
}

/// Expects a command or message and answers it.
#[track_caller]
pub fn answer(p: &mut Talk, wanted: &Step, state: DeliveryState) {
    let received = expect_step(p, wanted);
    p.settle(&received, state);
}

/// Serves transactions from number `first` on, until one is committed or rolled back so often; counts what it had in them.
#[track_caller]
pub fn serve_transactions(p: &mut Talk, first: u32, ends: usize) -> Vec<Step> {
    let (mut number, mut left, mut seen) = (first, ends, Vec::new());
    loop {
        let (step, received) = await_step(p);
        match &step {
            Step::Declare => {
                p.settle(&received, declared(number));
                number += 1;
            }
            Step::Send(_) => p.accept_delivery(&received),
            Step::Discharge(..) => {
                p.accept_delivery(&received);
                left -= 1;
            }
        }
        seen.push(step);
        if left == 0 {
            return seen;
        }
    }
}

/// A peer that serves so many ends of transactions, and then to the close.
pub fn coordinates(ends: usize) -> Peer {
    Peer::script(move |p| {
        p.accept_open();
        serve_transactions(p, 100, ends);
        declare_and_close(p);
    })
}

/// Answers the declare that was sent ahead and serves to the close.
pub fn declare_and_close(p: &mut Talk) {
    answer(p, &Step::Declare, declared(999));
    p.serve_to_close();
}

/// Opens, with credit for its coordinator and transaction 1 declared.
#[track_caller]
pub fn open_transaction(p: &mut Talk) -> LinkId {
    p.accept_open();
    let coordinator = await_coordinator(p, 10);
    answer(p, &Step::Declare, declared(1));
    coordinator
}

#[track_caller]
pub fn transacted(peer: &Peer) -> (Connection, Session) {
    api::keep_errors();
    let connection = connect(peer);
    connection.start().expect("started");
    (connection, connection.transacted().expect("a session"))
}

/// A connection with a transacted session and a producer.
#[track_caller]
pub fn sending(peer: &Peer) -> (Connection, Session, Producer) {
    let (connection, session) = transacted(peer);
    let producer = session.producer("q").expect("a producer");
    (connection, session, producer)
}

/// A transaction of its own is committed.
#[track_caller]
pub fn expect_next(session: Session, producer: Producer) {
    producer.send_text("x").expect("sent");
    session.commit().expect("the next transaction works");
}

/// The acknowledgement of these deliveries in this transaction.
pub fn is_acknowledged(disposition: &Disposition, ids: (u32, u32), number: u32) -> bool {
    let state = DeliveryState::Transactional {
        txn_id: txn(number),
        outcome: Some(Box::new(DeliveryState::Accepted)),
    };
    let last = disposition.last.unwrap_or(disposition.first);
    (disposition.first, last) == ids && disposition.settled && disposition.state == Some(state)
}

/// A failure that says that nobody knows.
#[track_caller]
pub fn expect_doubt(result: api::Call, status: Status) {
    let text = expect_status(result, status).text;
    assert!(text.starts_with("outcome unknown:"), "{text}");
}

/// A failure that is certain.
#[track_caller]
pub fn expect_certain(result: api::Call, status: Status) -> String {
    let text = expect_status(result, status).text;
    assert!(
        !text.starts_with("outcome unknown:") && !text.is_empty(),
        "{text}"
    );
    text
}
