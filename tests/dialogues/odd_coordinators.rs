//! Coordinators that are slow, mean or confused (P-Q2, P-Q4), and transactions beside what other threads do: a clear status
//! and no hang.

use crate::coordinator::*;
use crate::peer::api::{self, Msg, Status};
use crate::peer::{Counter, Gate, Peer, clock, dialogue, dialogue_with, error, message};
use crate::scene::{Exceptions, end, run, times_out, unshared};
use bytes::Bytes;
use std::sync::mpsc::channel;
use tibemsufo::amqp::performative::DeliveryState;

const ILLEGAL: Status = Status::TIBEMS_ILLEGAL_STATE;

/// No credit for the end of a transaction: a close ends the wait for it.
#[test]
fn p_q2_a_close_ends_what_waits_for_credit() {
    for (commits, whole) in [(true, false), (false, false), (true, true), (false, true)] {
        dialogue(move || {
            let peer = Peer::script(|p| {
                p.accept_open();
                await_coordinator(p, 1);
                answer(p, &Step::Declare, declared(1));
                answer(p, &Step::Send(Some(txn(1))), DeliveryState::Accepted);
                p.serve_to_close();
            });
            let (connection, session, producer) = sending(&peer);
            producer.send_text("x").expect("sent");
            let waits = run(move || match commits {
                true => session.commit(),
                false => session.rollback(),
            });
            waits.blocks();
            if !whole {
                session.close().expect("closed");
            }
            connection.close().expect("closed");
            expect_certain(waits.result(), ILLEGAL);
            peer.finish();
        });
    }
}

/// And while the close itself waits, for a callback of the session.
#[test]
fn p_q2_a_close_that_waits_ends_a_rollback_without_credit() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            await_coordinator(p, 1);
            answer(p, &Step::Declare, declared(1));
            let link = consumer_link(p);
            p.await_credit(link, 1);
            p.deliver(link, &message::text("0"));
            p.serve_to_close();
        });
        let (connection, session) = transacted(&peer);
        let (called, over) = (Gate::new(), Gate::new());
        let (tell, go) = (called.clone(), over.clone());
        let consumer = session.consumer("q").expect("a consumer");
        let listen = move |message: Msg| {
            message.destroy();
            tell.open();
            go.wait();
        };
        consumer.on_message(listen).expect("a listener");
        called.wait();
        let rollback = run(move || session.rollback());
        rollback.blocks();
        let close = run(move || session.close());
        expect_certain(rollback.result(), ILLEGAL);
        close.blocks();
        over.open();
        close.result().expect("closed");
        end(connection, peer);
    });
}

/// The same for a send that waits for its transaction to begin.
#[test]
fn p_q2_a_close_ends_a_send_without_a_transaction() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            await_coordinator(p, 0);
            p.serve_to_close();
        });
        let (connection, session, producer) = sending(&peer);
        let send = run(move || producer.send_text("x"));
        send.blocks();
        session.close().expect("closed");
        expect_certain(send.result(), ILLEGAL);
        end(connection, peer);
    });
}

/// A commit for which there is no credit in time is none, which is certain: the coordinator goes, and what it had with it.
#[test]
fn p_q2_a_commit_without_credit_is_rolled_back_in_time() {
    dialogue_with("request_timeout=500", || {
        clock::hold();
        let peer = Peer::script(|p| {
            p.accept_open();
            let silent = await_coordinator(p, 1);
            answer(p, &Step::Declare, declared(1));
            answer(p, &Step::Send(Some(txn(1))), DeliveryState::Accepted);
            p.await_detach(silent);
            p.send_detach(silent, true, None);
            await_coordinator(p, 10);
            answer(p, &Step::Declare, declared(2));
            answer(p, &Step::Send(Some(txn(2))), DeliveryState::Accepted);
            let commit = Step::Discharge(txn(2), false);
            answer(p, &commit, DeliveryState::Accepted);
            declare_and_close(p);
        });
        let (connection, session, producer) = sending(&peer);
        producer.send_text("x").expect("sent");
        let commit = run(move || session.commit());
        times_out(&commit, 500);
        expect_certain(commit.result(), FAILED);
        expect_next(session, producer);
        end(connection, peer);
    });
}

/// A name has 1 to 255 bytes.
#[test]
fn p_q4_a_name_of_another_length_is_none() {
    for length in [0, 256, 70_000] {
        dialogue(move || {
            let peer = Peer::script(move |p| {
                p.accept_open();
                await_coordinator(p, 10);
                let name = Bytes::from(vec![0xa5; length]);
                answer(p, &Step::Declare, DeliveryState::Declared(Some(name)));
                serve_transactions(p, 7, 1);
                declare_and_close(p);
            });
            let (connection, session, producer) = sending(&peer);
            expect_certain(producer.send_text("x"), FAILED);
            expect_certain(session.commit(), FAILED);
            expect_next(session, producer);
            end(connection, peer);
        });
    }
}

/// What is answered twice, or was never asked, changes nothing.
#[test]
fn p_q4_answers_that_nobody_asked_for() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let coordinator = await_coordinator(p, 10);
            let session = p.link(coordinator).session;
            let nothing = Some(rejected("amqp:transaction:unknown-id"));
            let declare = expect_step(p, &Step::Declare);
            p.settle(&declare, declared(1));
            p.settle(&declare, declared(8));
            let message = expect_step(p, &Step::Send(Some(txn(1))));
            p.accept_delivery(&message);
            p.settle(&message, rejected("amqp:not-found"));
            p.send_disposition(session, (500, 600), true, nothing.clone());
            let commit = expect_step(p, &Step::Discharge(txn(1), false));
            p.accept_delivery(&commit);
            p.send_disposition(session, (0, 2), true, nothing);
            p.settle(&commit, declared(9));
            let seen = serve_transactions(p, 2, 1);
            assert_eq!(
                seen,
                [
                    Step::Declare,
                    Step::Send(Some(txn(2))),
                    Step::Discharge(txn(2), false)
                ]
            );
            declare_and_close(p);
        });
        let (connection, session, producer) = sending(&peer);
        producer.send_text("x").expect("sent");
        session.commit().expect("committed");
        expect_next(session, producer);
        end(connection, peer);
    });
}

/// A command that is answered like the other one.
#[test]
fn p_q4_answers_of_the_other_kind() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            await_coordinator(p, 10);
            answer(p, &Step::Declare, DeliveryState::Accepted);
            answer(p, &Step::Declare, declared(1));
            answer(p, &Step::Send(Some(txn(1))), DeliveryState::Accepted);
            answer(p, &Step::Discharge(txn(1), false), declared(9));
            serve_transactions(p, 2, 1);
            declare_and_close(p);
        });
        let (connection, session, producer) = sending(&peer);
        expect_certain(producer.send_text("x"), FAILED);
        expect_certain(session.commit(), FAILED);
        producer.send_text("x").expect("sent");
        expect_doubt(session.commit(), FAILED);
        expect_next(session, producer);
        end(connection, peer);
    });
}

/// A peer with a transaction of one message whose commit it answers when it is told to.
fn slow_to_commit(go: &Gate) -> (Peer, Gate) {
    let (go, asked) = (go.clone(), Gate::new());
    let told = asked.clone();
    let peer = Peer::script(move |p| {
        open_transaction(p);
        answer(p, &Step::Send(Some(txn(1))), DeliveryState::Accepted);
        let commit = expect_step(p, &Step::Discharge(txn(1), false));
        answer(p, &Step::Declare, declared(2));
        told.open();
        p.serve_until_open(&go);
        p.accept_delivery(&commit);
        p.serve_to_close();
    });
    (peer, asked)
}

/// A producer that is taken away fails the transaction that is open, whatever an earlier one still waits for.
#[test]
fn p_q3_a_producer_that_goes_fails_the_open_transaction() {
    dialogue(|| {
        let (gone, told) = (Gate::new(), Gate::new());
        let (go, tell) = (gone.clone(), told.clone());
        let peer = Peer::script(move |p| {
            open_transaction(p);
            expect_step(p, &Step::Send(Some(txn(1)))); // never answered
            let rollback = Step::Discharge(txn(1), true);
            answer(p, &rollback, DeliveryState::Accepted);
            answer(p, &Step::Declare, declared(2));
            let message = expect_step(p, &Step::Send(Some(txn(2))));
            p.send_detach(message.link, true, Some(error("amqp:not-found")));
            p.await_detach(message.link);
            tell.open();
            let rollback = Step::Discharge(txn(2), true);
            answer(p, &rollback, DeliveryState::Accepted);
            go.open();
            declare_and_close(p);
        });
        let (connection, session, producer) = sending(&peer);
        producer.send_text("x").expect("sent");
        session.rollback().expect("rolled back");
        producer.send_text("x").expect("sent");
        told.wait();
        expect_certain(session.commit(), FAILED);
        gone.wait();
        end(connection, peer);
    });
}

/// While a commit waits for its answer, everything else goes on: another session is closed, the connection stops.
#[test]
fn a_commit_holds_nobody_up() {
    dialogue(|| {
        let go = Gate::new();
        let (peer, asked) = slow_to_commit(&go);
        let (connection, session, producer) = sending(&peer);
        let other = connection.session(api::AUTO).expect("a session");
        producer.send_text("x").expect("sent");
        let commit = run(move || session.commit());
        asked.wait();
        other.close().expect("closed");
        connection.stop().expect("stopped");
        commit.blocks();
        go.open();
        commit.result().expect("committed");
        end(connection, peer);
    });
}

/// One thread at a time ends a transaction.
#[test]
fn a_second_end_beside_a_commit_is_refused() {
    dialogue(|| {
        let go = Gate::new();
        let (peer, asked) = slow_to_commit(&go);
        let (connection, session, producer) = sending(&peer);
        producer.send_text("x").expect("sent");
        let commit = run(move || session.commit());
        asked.wait();
        expect_certain(session.commit(), ILLEGAL);
        expect_certain(session.rollback(), ILLEGAL);
        go.open();
        commit.result().expect("committed");
        end(connection, peer);
    });
}

/// A close is no answer to a commit.
#[test]
fn a_close_leaves_a_commit_in_doubt() {
    for whole in [false, true] {
        dialogue(move || {
            let asked = Gate::new();
            let told = asked.clone();
            let peer = Peer::script(move |p| {
                open_transaction(p);
                answer(p, &Step::Send(Some(txn(1))), DeliveryState::Accepted);
                expect_step(p, &Step::Discharge(txn(1), false)); // never answered
                told.open();
                declare_and_close(p);
            });
            let (connection, session, producer) = sending(&peer);
            producer.send_text("x").expect("sent");
            let commit = run(move || session.commit());
            asked.wait();
            commit.blocks();
            if !whole {
                session.close().expect("closed");
            }
            connection.close().expect("closed");
            expect_doubt(commit.result(), Status::TIBEMS_SERVER_NOT_CONNECTED);
            peer.finish();
        });
    }
}

/// A receive beside a commit goes on; what it gets is in the next transaction.
#[test]
fn a_receive_beside_a_commit_is_in_the_next_transaction() {
    dialogue(|| {
        let (sent, asked) = (Gate::new(), Gate::new());
        let (go, told) = (sent.clone(), asked.clone());
        let peer = Peer::script(move |p| {
            open_transaction(p);
            let link = consumer_link(p);
            p.await_credit(link, 1);
            answer(p, &Step::Send(Some(txn(1))), DeliveryState::Accepted);
            let commit = expect_step(p, &Step::Discharge(txn(1), false));
            answer(p, &Step::Declare, declared(2));
            told.open();
            let id = p.deliver(link, &message::text("0"));
            p.serve_until_open(&go);
            p.accept_delivery(&commit);
            let acknowledged = p.await_disposition();
            assert!(is_acknowledged(&acknowledged, (id, id), 2));
            let commit = Step::Discharge(txn(2), false);
            answer(p, &commit, DeliveryState::Accepted);
            declare_and_close(p);
        });
        let (connection, session, producer) = sending(&peer);
        let consumer = session.consumer("q").expect("a consumer");
        let receive = run(move || consumer.receive_text());
        receive.blocks();
        producer.send_text("x").expect("sent");
        let commit = run(move || session.commit());
        asked.wait();
        assert_eq!(receive.result().expect("received"), "0");
        commit.blocks();
        sent.open();
        commit.result().expect("committed");
        session.commit().expect("committed");
        end(connection, peer);
    });
}

/// A close of the session waits for the verdicts on asynchronous sends, whose callbacks come before the rollback.
#[test]
fn a_close_tells_of_asynchronous_sends_and_rolls_back() {
    dialogue(|| {
        let closing = Gate::new();
        let go = closing.clone();
        let peer = Peer::script(move |p| {
            open_transaction(p);
            let message = expect_step(p, &Step::Send(Some(txn(1))));
            p.wait(&go);
            p.accept_delivery(&message);
            let rollback = Step::Discharge(txn(1), true);
            answer(p, &rollback, DeliveryState::Accepted);
            p.serve_to_close();
        });
        let (connection, session, producer) = sending(&peer);
        let told = Counter::new();
        let count = told.clone();
        let tell = move |_: Msg, result: api::Call| {
            result.expect("the server has it");
            count.add();
        };
        let message = Msg::text("x");
        producer.send_async(message, tell).expect("sent");
        let close = run(move || session.close());
        close.blocks();
        closing.open();
        close.result().expect("closed");
        told.wait(1);
        message.destroy();
        end(connection, peer);
    });
}

/// The server is lost while a listener's commit waits: its doubt comes at once, and the listener goes on after the recovery.
#[test]
fn p_q5_a_commit_in_a_listener_meets_a_loss() {
    dialogue(|| {
        let asked = Gate::new();
        let told = asked.clone();
        let die = Gate::new();
        let go = die.clone();
        let first = Peer::script(move |p| {
            open_transaction(p);
            let link = consumer_link(p);
            p.await_credit(link, 1);
            p.deliver(link, &message::text("0"));
            expect_step(p, &Step::Discharge(txn(1), false));
            told.open();
            p.wait(&go);
            p.drop_socket();
        });
        let second = Peer::script(|p| {
            p.accept_open();
            await_coordinator(p, 10);
            answer(p, &Step::Declare, declared(2));
            let link = consumer_link(p);
            p.await_credit(link, 1);
            p.deliver(link, &message::text("0"));
            let commit = Step::Discharge(txn(2), false);
            answer(p, &commit, DeliveryState::Accepted);
            declare_and_close(p);
        });
        api::keep_errors();
        let (factory, connection) = unshared(&[&first, &second]);
        let session = connection.transacted().expect("a session");
        let consumer = session.consumer("q").expect("a consumer");
        let (results, ended) = channel();
        let listen = move |message: Msg| {
            api::keep_errors();
            message.destroy();
            results.send(session.commit()).expect("the test listens");
        };
        consumer.on_message(listen).expect("a listener");
        let exceptions = Exceptions::of(connection);
        connection.start().expect("started");
        asked.wait();
        die.open();
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
        let result = ended.recv_timeout(crate::peer::LIMIT).expect("it ends");
        expect_doubt(result, ROLLBACK); // nobody has recovered yet
        factory.recover(connection).expect("recovered");
        let result = ended.recv_timeout(crate::peer::LIMIT).expect("it ends");
        result.expect("the next transaction works");
        first.finish();
        end(connection, second);
    });
}
