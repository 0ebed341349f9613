//! P-Q1 to P-Q4, P-Q7, P-Q8 and P-W5: transactions on one server (spec 40 §1.15). What becomes of them when it is lost
//! stands in `lost_transactions`.

use crate::coordinator::*;
use crate::peer::api::{self, Status, expect_status};
use crate::peer::{Gate, Peer, clock, dialogue, dialogue_with, error, message};
use crate::scene::{Exceptions, connect, end, run, times_out};
use bytes::Bytes;
use std::time::Duration;
use tibemsufo::amqp::codec::Value;
use tibemsufo::amqp::performative::{
    AmqpError, DeliveryState, LinkTarget, Performative, Role, Target,
};

#[test]
fn p_q1_a_server_without_transactions_is_named() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open_with(|open| {
                open.properties = vec![("product".into(), Value::string("Plain Broker"))];
            });
            // the link is refused, for either reason
            for condition in ["amqp:not-implemented", "amqp:unauthorized-access"] {
                let link = p.await_attach(Role::Sender);
                assert!(is_coordinator(p, link));
                p.refuse_attach(link, Some(error(condition)));
            }
            // the session ends
            let link = p.await_attach(Role::Sender);
            let session = p.link(link).session;
            p.send_end(session, Some(error("amqp:internal-error")));
            // it is taken for a queue
            let link = p.await_attach(Role::Sender);
            p.answer_attach_with(link, |attach| {
                attach.target = Some(LinkTarget::Target(Target::default()));
            });
            p.serve_to_close();
        });
        api::keep_errors();
        let connection = connect(&peer);
        let exceptions = Exceptions::of(connection);
        let not_implemented = Status::TIBEMS_NOT_IMPLEMENTED;
        let security = Status::TIBEMS_SECURITY_EXCEPTION;
        for status in [not_implemented, security, not_implemented, not_implemented] {
            let text = expect_status(connection.transacted(), status).text;
            assert!(text.contains("Plain Broker"), "{text}");
        }
        // everything else works
        connection.session(api::AUTO).expect("a session");
        exceptions.expect_none();
        end(connection, peer);
    });
}

#[test]
fn p_q2_the_next_declare_waits_for_credit() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let coordinator = await_coordinator(p, 1);
            answer(p, &Step::Declare, declared(1));
            for number in 1..3 {
                let sent = Step::Send(Some(txn(number)));
                answer(p, &sent, DeliveryState::Accepted);
                // nothing is committed without credit
                p.expect_silence(Duration::from_millis(50));
                p.grant(coordinator, 1);
                let commit = Step::Discharge(txn(number), false);
                answer(p, &commit, DeliveryState::Accepted);
                if number == 1 {
                    // and nothing declared
                    p.expect_silence(Duration::from_millis(50));
                    p.grant(coordinator, 1);
                    answer(p, &Step::Declare, declared(2));
                }
            }
            p.serve_to_close();
        });
        let (connection, session, producer) = sending(&peer);
        for _ in 0..2 {
            producer.send_text("x").expect("sent");
            session.commit().expect("committed");
        }
        end(connection, peer);
    });
}

fn one_rejected_send(condition: &'static str, status: Status) {
    dialogue(move || {
        let peer = Peer::script(move |p| {
            open_transaction(p);
            let sent = Step::Send(Some(txn(1)));
            answer(p, &sent, DeliveryState::Accepted);
            answer(p, &sent, rejected(condition));
            answer(p, &sent, DeliveryState::Accepted);
            let rollback = Step::Discharge(txn(1), true);
            answer(p, &rollback, DeliveryState::Accepted);
            answer(p, &Step::Declare, declared(2));
            let seen = serve_transactions(p, 3, 1);
            assert_eq!(
                seen,
                [Step::Send(Some(txn(2))), Step::Discharge(txn(2), false)]
            );
            declare_and_close(p);
        });
        let (connection, session, producer) = sending(&peer);
        for _ in 0..3 {
            producer
                .send_text("x")
                .expect("nobody waits for the verdict");
        }
        let text = expect_certain(session.commit(), status);
        assert!(text.contains(condition), "{text}");
        expect_next(session, producer);
        end(connection, peer);
    });
}

#[test]
fn p_q3_one_send_over_the_limit_fails_the_commit() {
    one_rejected_send("amqp:resource-limit-exceeded", FAILED);
}

#[test]
fn p_q3_one_forbidden_send_fails_the_commit() {
    let security = Status::TIBEMS_SECURITY_EXCEPTION;
    one_rejected_send("amqp:unauthorized-access", security);
}

/// A producer that is closed in the middle of a transaction takes nothing with it.
#[test]
fn p_q3_the_verdict_on_a_send_is_awaited_before_its_producer_goes() {
    dialogue(|| {
        let (closing, seen) = (Gate::new(), Gate::new());
        let (go, told) = (closing.clone(), seen.clone());
        let peer = Peer::script(move |p| {
            open_transaction(p);
            let message = expect_step(p, &Step::Send(Some(txn(1))));
            told.open();
            p.wait(&go);
            p.expect_silence(Duration::from_millis(20)); // no detach yet
            p.settle(&message, rejected("amqp:not-found"));
            p.await_detach(message.link);
            p.send_detach(message.link, true, None);
            let rollback = Step::Discharge(txn(1), true);
            answer(p, &rollback, DeliveryState::Accepted);
            declare_and_close(p);
        });
        let (connection, session, producer) = sending(&peer);
        producer.send_text("x").expect("sent");
        seen.wait();
        let close = run(move || producer.close());
        close.blocks();
        closing.open();
        close.result().expect("closed");
        expect_certain(session.commit(), FAILED);
        end(connection, peer);
    });
}

#[test]
fn p_q4_a_rejected_commit_is_rolled_back() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            open_transaction(p);
            answer(p, &Step::Send(Some(txn(1))), DeliveryState::Accepted);
            let commit = Step::Discharge(txn(1), false);
            answer(p, &commit, rejected("amqp:transaction:rollback"));
            answer(p, &Step::Declare, declared(2));
            answer(p, &Step::Send(Some(txn(2))), DeliveryState::Accepted);
            let commit = Step::Discharge(txn(2), false);
            answer(p, &commit, DeliveryState::Accepted);
            declare_and_close(p);
        });
        let (connection, session, producer) = sending(&peer);
        producer.send_text("x").expect("sent");
        expect_certain(session.commit(), ROLLBACK);
        expect_next(session, producer);
        end(connection, peer);
    });
}

#[test]
fn p_q4_a_coordinator_that_goes_takes_the_transaction_with_it() {
    dialogue(|| {
        let (gone, seen) = (Gate::new(), Gate::new());
        let (go, told) = (gone.clone(), seen.clone());
        let peer = Peer::script(move |p| {
            let mut coordinator = open_transaction(p);
            for number in 1..3 {
                answer(p, &Step::Send(Some(txn(number))), DeliveryState::Accepted);
                if number == 1 {
                    p.wait(&go);
                } else {
                    // while its answer is awaited
                    expect_step(p, &Step::Discharge(txn(number), false));
                    expect_step(p, &Step::Declare);
                }
                let reason = error("amqp:transaction:timeout");
                p.send_detach(coordinator, true, Some(reason));
                p.await_detach(coordinator);
                if number == 1 {
                    told.open();
                }
                coordinator = await_coordinator(p, 10);
                answer(p, &Step::Declare, declared(number + 1));
            }
            let seen = serve_transactions(p, 4, 1);
            assert_eq!(
                seen,
                [Step::Send(Some(txn(3))), Step::Discharge(txn(3), false)]
            );
            declare_and_close(p);
        });
        let (connection, session, producer) = sending(&peer);
        producer.send_text("x").expect("sent");
        gone.open();
        seen.wait();
        producer.send_text("swallowed").expect("nothing is sent");
        expect_certain(session.commit(), ROLLBACK);
        producer.send_text("x").expect("sent");
        expect_certain(session.commit(), ROLLBACK);
        expect_next(session, producer);
        end(connection, peer);
    });
}

#[test]
fn p_q4_a_transaction_without_a_name_is_none() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            await_coordinator(p, 10);
            answer(p, &Step::Declare, DeliveryState::Declared(None));
            let seen = serve_transactions(p, 7, 1);
            assert_eq!(
                seen,
                [
                    Step::Declare,
                    Step::Send(Some(txn(7))),
                    Step::Discharge(txn(7), false)
                ]
            );
            declare_and_close(p);
        });
        let (connection, session, producer) = sending(&peer);
        expect_certain(producer.send_text("x"), FAILED);
        expect_certain(session.commit(), FAILED);
        expect_next(session, producer);
        end(connection, peer);
    });
}

#[test]
fn p_q4_a_long_name_is_a_name() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            await_coordinator(p, 10);
            let long = Bytes::from(vec![0xa5; 200]);
            let state = DeliveryState::Declared(Some(long.clone()));
            answer(p, &Step::Declare, state);
            answer(p, &Step::Send(Some(long.clone())), DeliveryState::Accepted);
            let commit = Step::Discharge(long, false);
            answer(p, &commit, DeliveryState::Accepted);
            declare_and_close(p);
        });
        let (connection, session, producer) = sending(&peer);
        producer.send_text("x").expect("sent");
        session.commit().expect("committed");
        end(connection, peer);
    });
}

/// The coordinator does not answer a commit, nor perhaps the declare behind it; the next transaction works over another.
fn commit_without_an_answer(declares: bool) {
    clock::hold();
    let asked = Gate::new();
    let told = asked.clone();
    let peer = Peer::script(move |p| {
        let silent = open_transaction(p);
        answer(p, &Step::Send(Some(txn(1))), DeliveryState::Accepted);
        expect_step(p, &Step::Discharge(txn(1), false));
        match declares {
            true => answer(p, &Step::Declare, declared(2)),
            false => drop(expect_step(p, &Step::Declare)),
        }
        told.open();
        // a new coordinator takes the place of the silent one
        p.await_detach(silent);
        p.send_detach(silent, true, None);
        await_coordinator(p, 10);
        let seen = serve_transactions(p, 3, 1);
        assert_eq!(
            seen,
            [
                Step::Declare,
                Step::Send(Some(txn(3))),
                Step::Discharge(txn(3), false)
            ]
        );
        declare_and_close(p);
    });
    let (connection, session, producer) = sending(&peer);
    producer.send_text("x").expect("sent");
    let commit = run(move || session.commit());
    asked.wait();
    times_out(&commit, 500);
    expect_doubt(commit.result(), FAILED);
    expect_next(session, producer);
    end(connection, peer);
}

#[test]
fn p_q7_a_commit_without_an_answer_is_in_doubt() {
    dialogue_with("request_timeout=500", || commit_without_an_answer(true));
}

#[test]
fn p_q7_a_coordinator_that_is_silent_does_not_take_the_next_transaction() {
    dialogue_with("request_timeout=500", || commit_without_an_answer(false));
}

#[test]
fn p_q8_what_stands_before_a_commit_and_a_rollback() {
    dialogue_with("prefetch_queue=5", || {
        let peer = Peer::script(|p| {
            open_transaction(p);
            let link = consumer_link(p);
            p.await_credit(link, 5);
            let ids: Vec<u32> = (0..3)
                .map(|at| p.deliver(link, &message::text(&format!("{at}"))))
                .collect();
            // the acknowledgements of what the program has, then the commit
            let acknowledged = p.await_disposition();
            assert!(
                is_acknowledged(&acknowledged, (ids[0], ids[1]), 1),
                "{acknowledged:?}"
            );
            let commit = Step::Discharge(txn(1), false);
            answer(p, &commit, DeliveryState::Accepted);
            answer(p, &Step::Declare, declared(2));
            // the third is received in the second transaction, the fourth waits
            p.deliver(link, &message::text("3"));
            let drain = p.await_that(
                "a drain",
                |a| matches!(&a.performative, Performative::Flow(flow) if flow.drain),
            );
            p.serve(drain);
            let released = p.await_disposition();
            assert_eq!((released.first, released.last), (ids[2] + 1, None));
            assert_eq!(released.state, Some(DeliveryState::Released));
            let acknowledged = p.await_disposition();
            assert!(
                is_acknowledged(&acknowledged, (ids[2], ids[2]), 2),
                "{acknowledged:?}"
            );
            let rollback = expect_step(p, &Step::Discharge(txn(2), true));
            answer(p, &Step::Declare, declared(3));
            assert_eq!(p.link(link).credit, 0, "no credit before the answer");
            p.accept_delivery(&rollback);
            p.await_credit(link, 5);
            p.serve_to_close();
        });
        let (connection, session) = transacted(&peer);
        let consumer = session.consumer("q").expect("a consumer");
        for expected in ["0", "1"] {
            assert_eq!(consumer.receive_text().expect("received"), expected);
        }
        session.commit().expect("committed");
        assert_eq!(consumer.receive_text().expect("received"), "2");
        session.rollback().expect("rolled back");
        end(connection, peer);
    });
}

/// A consumer that the server has closed takes the transaction with it: its messages cannot be acknowledged any more.
#[test]
fn p_q8_a_closed_consumer_dooms_what_it_gave() {
    dialogue(|| {
        let received = Gate::new();
        let go = received.clone();
        let peer = Peer::script(move |p| {
            open_transaction(p);
            let link = consumer_link(p);
            p.await_credit(link, 1);
            p.deliver(link, &message::text("0"));
            p.wait(&go);
            p.send_detach(link, true, Some(error("amqp:resource-deleted")));
            p.serve_to_close();
        });
        let (connection, session) = transacted(&peer);
        let exceptions = Exceptions::of(connection);
        let consumer = session.consumer("q").expect("a consumer");
        assert_eq!(consumer.receive_text().expect("received"), "0");
        received.open();
        exceptions.expect_one(Status::TIBEMS_INVALID_DESTINATION);
        expect_certain(session.commit(), ROLLBACK);
        session.commit().expect("the next transaction is empty");
        end(connection, peer);
    });
}

/// The same for what was sent with it: nothing of it may be in the next transaction.
#[test]
fn p_q8_a_closed_consumer_takes_the_sends_with_it() {
    for closes in [false, true] {
        dialogue(move || {
            let (received, gone) = (Gate::new(), Gate::new());
            let (go, told) = (received.clone(), gone.clone());
            let peer = Peer::script(move |p| {
                open_transaction(p);
                let link = consumer_link(p);
                p.await_credit(link, 1);
                p.deliver(link, &message::text("0"));
                answer(p, &Step::Send(Some(txn(1))), DeliveryState::Accepted);
                p.serve_until_open(&go);
                p.send_detach(link, true, Some(error("amqp:resource-deleted")));
                p.await_detach(link);
                told.open();
                let rollback = Step::Discharge(txn(1), true);
                answer(p, &rollback, DeliveryState::Accepted);
                answer(p, &Step::Declare, declared(2));
                answer(p, &Step::Send(Some(txn(2))), DeliveryState::Accepted);
                let commit = Step::Discharge(txn(2), false);
                answer(p, &commit, DeliveryState::Accepted);
                declare_and_close(p);
            });
            let (connection, session, producer) = sending(&peer);
            let consumer = session.consumer("q").expect("a consumer");
            assert_eq!(consumer.receive_text().expect("received"), "0");
            producer.send_text("x").expect("sent");
            if closes {
                consumer.close().expect("closed"); // its link stays
            }
            received.open();
            gone.wait();
            expect_certain(session.commit(), ROLLBACK);
            expect_next(session, producer);
            end(connection, peer);
        });
    }
}

/// The end of a session ends its transaction before.
#[test]
fn p_q8_a_close_rolls_back() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            open_transaction(p);
            answer(p, &Step::Send(Some(txn(1))), DeliveryState::Accepted);
            let rollback = Step::Discharge(txn(1), true);
            answer(p, &rollback, DeliveryState::Accepted);
            let (session, reason): (_, Option<AmqpError>) = p.await_end();
            assert_eq!(reason, None);
            p.send_end(session, None);
            p.serve_to_close();
        });
        let (connection, session, producer) = sending(&peer);
        producer.send_text("x").expect("sent");
        session.close().expect("closed");
        end(connection, peer);
    });
}

/// The server ends the session: whoever waits gets its reason, and a commit under way is in doubt.
#[test]
fn p_w5_the_server_ends_a_session_with_an_open_transaction() {
    for committing in [false, true] {
        dialogue(move || {
            let waiting = Gate::new();
            let go = waiting.clone();
            let peer = Peer::script(move |p| {
                let coordinator = open_transaction(p);
                answer(p, &Step::Send(Some(txn(1))), DeliveryState::Accepted);
                if committing {
                    expect_step(p, &Step::Discharge(txn(1), false));
                }
                p.wait(&go);
                let session = p.link(coordinator).session;
                p.send_end(session, Some(error("amqp:resource-limit-exceeded")));
                p.serve_to_close();
            });
            let (connection, doomed) = transacted(&peer);
            let exceptions = Exceptions::of(connection);
            let producer = doomed.producer("q").expect("a producer");
            let limit = Status::TIBEMS_SERVER_LIMIT;
            producer.send_text("x").expect("sent");
            if committing {
                let commit = run(move || doomed.commit());
                commit.blocks();
                waiting.open();
                expect_doubt(commit.result(), limit);
            }
            waiting.open();
            exceptions.expect_one(limit);
            expect_certain(doomed.commit(), limit);
            expect_certain(doomed.rollback(), limit);
            expect_certain(producer.send_text("x"), limit);
            doomed.close().expect("closed");
            end(connection, peer);
        });
    }
}
