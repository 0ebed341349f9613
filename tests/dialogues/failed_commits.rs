//! P-Q4 and P-Q7: what a failed commit leaves (spec 20 §1.5, §1.6): a session that works, and everything that it had
//! received, in its old order.

use crate::coordinator::*;
use crate::peer::api::Status;
use crate::peer::{
    Arrival, Gate, LinkId, Peer, Talk, clock, dialogue, dialogue_with, error, message,
};
use crate::scene::{Exceptions, end, run, times_out};
use tibemsufo::amqp::performative::{DeliveryState, Performative};

/// How the server answers a commit.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    Rejects,
    /// It takes its coordinator away
    Detaches,
    /// It does not say what it has done
    Mutters,
    Never,
}

fn deliver_texts(p: &mut Talk, link: LinkId, range: std::ops::Range<u32>) -> Vec<u32> {
    range
        .map(|at| p.deliver(link, &message::text(&at.to_string())))
        .collect()
}

/// Commits what the program has of three messages in a way that is none; then gives back what was acknowledged, to the
/// link, which has credit for it, and everything again in its order.
fn fails(how: Answer, asked: &Gate) -> Peer {
    let asked = asked.clone();
    Peer::script(move |p| {
        let coordinator = open_transaction(p);
        let link = consumer_link(p);
        p.await_credit(link, 8);
        let ids = deliver_texts(p, link, 0..3);
        let acknowledged = p.await_disposition();
        assert!(is_acknowledged(&acknowledged, (ids[0], ids[1]), 1));
        let commit = expect_step(p, &Step::Discharge(txn(1), false));
        answer(p, &Step::Declare, declared(2));
        asked.open();
        match how {
            Answer::Rejects => p.settle(&commit, rejected("amqp:transaction:rollback")),
            Answer::Mutters => p.settle(&commit, DeliveryState::Released),
            Answer::Detaches => {
                p.send_detach(coordinator, true, Some(error("amqp:transaction:timeout")));
            }
            Answer::Never => {
                p.await_detach(coordinator);
                p.send_detach(coordinator, true, None);
                await_coordinator(p, 10);
            }
        }
        let again = deliver_texts(p, link, 0..2);
        let is_drain =
            |a: &Arrival| matches!(&a.performative, Performative::Flow(flow) if flow.drain);
        let (mut drained, mut named) = (false, how != Answer::Never);
        while !drained || !named {
            let arrival = p.await_that("a drain", |a| is_drain(a) || a.complete.is_some());
            match &arrival.complete {
                Some(declare) => {
                    p.settle(declare, declared(3)); // of the new coordinator
                    named = true;
                }
                None => {
                    p.serve(arrival);
                    drained = true;
                }
            }
        }
        let released = [ids[2], again[0], again[1]];
        p.await_settled(&released, &DeliveryState::Released);
        p.await_credit(link, 8);
        let ids = deliver_texts(p, link, 0..3);
        if how == Answer::Detaches {
            await_coordinator(p, 10); // when it is needed
            answer(p, &Step::Declare, declared(3));
        }
        let number = match how {
            Answer::Rejects | Answer::Mutters => 2,
            Answer::Detaches | Answer::Never => 3,
        };
        let acknowledged = p.await_disposition();
        assert!(is_acknowledged(&acknowledged, (ids[0], ids[2]), number));
        let commit = Step::Discharge(txn(number), false);
        answer(p, &commit, DeliveryState::Accepted);
        declare_and_close(p);
    })
}

const OPTIONS: &str = "request_timeout=500 prefetch_queue=8";

fn keeps_the_order(how: Answer) {
    clock::hold();
    let asked = Gate::new();
    let peer = fails(how, &asked);
    let (connection, session) = transacted(&peer);
    let consumer = session.consumer("q").expect("a consumer");
    let expect = |range: std::ops::Range<u32>| {
        for expected in range {
            let text = consumer.receive_text().expect("received");
            assert_eq!(text, expected.to_string());
        }
    };
    expect(0..2);
    let commit = run(move || session.commit());
    asked.wait();
    if how == Answer::Never {
        times_out(&commit, 500);
    }
    match how {
        Answer::Rejects | Answer::Detaches => drop(expect_certain(commit.result(), ROLLBACK)),
        Answer::Mutters | Answer::Never => expect_doubt(commit.result(), FAILED),
    }
    expect(0..3);
    session.commit().expect("the next transaction works");
    end(connection, peer);
}

#[test]
fn p_q4_a_rejected_commit_keeps_the_order() {
    dialogue_with(OPTIONS, || keeps_the_order(Answer::Rejects));
}

#[test]
fn p_q4_a_coordinator_that_goes_keeps_the_order() {
    dialogue_with(OPTIONS, || keeps_the_order(Answer::Detaches));
}

#[test]
fn p_q4_an_answer_that_says_nothing_keeps_the_order() {
    dialogue_with(OPTIONS, || keeps_the_order(Answer::Mutters));
}

#[test]
fn p_q7_a_commit_without_an_answer_keeps_the_order() {
    dialogue_with(OPTIONS, || keeps_the_order(Answer::Never));
}

/// The server takes a consumer away while a commit with its messages is under way: whether it had read of them is not known.
#[test]
fn p_q8_a_consumer_that_goes_leaves_the_commit_in_doubt() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            open_transaction(p);
            let link = consumer_link(p);
            p.await_credit(link, 1);
            deliver_texts(p, link, 0..1);
            let commit = expect_step(p, &Step::Discharge(txn(1), false));
            answer(p, &Step::Declare, declared(2));
            p.send_detach(link, true, Some(error("amqp:resource-deleted")));
            p.accept_delivery(&commit);
            p.serve_to_close();
        });
        let (connection, session) = transacted(&peer);
        let exceptions = Exceptions::of(connection);
        let consumer = session.consumer("q").expect("a consumer");
        assert_eq!(consumer.receive_text().expect("received"), "0");
        expect_doubt(session.commit(), FAILED);
        exceptions.expect_one(Status::TIBEMS_INVALID_DESTINATION);
        session.commit().expect("the next transaction is empty");
        end(connection, peer);
    });
}
