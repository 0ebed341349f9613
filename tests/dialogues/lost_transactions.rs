//! P-Q5, P-Q6 and P-V10: what a server that is lost at each step of a transaction leaves (spec 10 §4.4, §5.11, D13).

use crate::coordinator::*;
use crate::peer::api::{self, Session};
use crate::peer::{Gate, Peer, dialogue, dialogue_with, error, message};
use crate::scene::{Exceptions, Recoveries, end, run, shared, unshared};
use tibemsufo::amqp::performative::{DeliveryState, Role};

/// When a server is lost.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cut {
    /// It has the declare
    Declare,
    /// It has the message
    Send,
    /// It has answered the message
    Sent,
    /// It has the commit
    Discharge,
    /// It has answered the commit
    Discharged,
}

const CUTS: [Cut; 5] = [
    Cut::Declare,
    Cut::Send,
    Cut::Sent,
    Cut::Discharge,
    Cut::Discharged,
];

/// Is lost at this point of the first transaction, once the test says so.
fn lost_at(cut: Cut, go: &Gate) -> Peer {
    let go = go.clone();
    Peer::script(move |p| {
        p.accept_open();
        await_coordinator(p, 10);
        let declare = expect_step(p, &Step::Declare);
        if cut != Cut::Declare {
            p.settle(&declare, declared(1));
            let message = expect_step(p, &Step::Send(Some(txn(1))));
            if cut != Cut::Send {
                p.accept_delivery(&message);
            }
            if matches!(cut, Cut::Discharge | Cut::Discharged) {
                let commit = expect_step(p, &Step::Discharge(txn(1), false));
                if cut == Cut::Discharged {
                    p.accept_delivery(&commit);
                }
            }
        }
        p.serve_until_open(&go); // to the declare that was sent ahead it says yes, and names no transaction
        p.drop_socket();
    })
}

/// What the program meets on one connection after another; `back` returns when there is the next.
fn through_a_loss(cut: Cut, session: Session, die: &Gate, back: impl Fn()) {
    let producer = session.producer("q").expect("a producer");
    match cut {
        Cut::Declare => {
            let send = run(move || producer.send_text("x"));
            send.blocks();
            die.open();
            send.result().expect("in the next server's transaction");
            session.commit().expect("committed");
        }
        Cut::Send | Cut::Sent => {
            producer.send_text("x").expect("sent");
            die.open();
            back();
            expect_certain(producer.send_text("x"), LACKS);
            expect_certain(session.commit(), ROLLBACK);
        }
        Cut::Discharge => {
            producer.send_text("x").expect("sent");
            let commit = run(move || session.commit());
            commit.blocks();
            die.open();
            expect_doubt(commit.result(), ROLLBACK);
        }
        Cut::Discharged => {
            producer.send_text("x").expect("sent");
            session.commit().expect("committed");
            die.open();
            back();
            session
                .commit()
                .expect("an empty transaction is not affected");
        }
    }
    if cut != Cut::Declare {
        expect_next(session, producer);
    }
}

#[test]
fn p_q5_p_q6_a_shared_connection_loses_its_server_at_each_step() {
    // 40-P-Q5 and 40-P-Q6
    dialogue_with("", || {
        api::keep_errors();
        api::report_failover_events();
        for cut in CUTS {
            let die = Gate::new();
            let (first, second) = (lost_at(cut, &die), coordinates(1));
            let connection = shared(&[&first, &second]);
            let exceptions = Exceptions::of(connection);
            let session = connection.transacted().expect("a session");
            through_a_loss(cut, session, &die, || exceptions.wait(1));
            first.finish();
            end(connection, second);
        }
    });
}

#[test]
fn p_q5_p_q6_an_unshared_connection_loses_its_server_at_each_step() {
    // 40-P-Q5 and 40-P-Q6, spec 10 §5.11
    for cut in CUTS {
        dialogue(move || {
            let die = Gate::new();
            let (first, second) = (lost_at(cut, &die), coordinates(1));
            api::keep_errors();
            let (factory, connection) = unshared(&[&first, &second]);
            let recoveries = Recoveries::of(factory, connection);
            let session = connection.transacted().expect("a session");
            through_a_loss(cut, session, &die, || recoveries.expect_ok(1));
            recoveries.expect_ok(1);
            first.finish();
            end(connection, second);
        });
    }
}

/// A commit in doubt does not wait for a recovery.
#[test]
fn p_q5_a_commit_in_doubt_ends_with_the_break() {
    dialogue(|| {
        let die = Gate::new();
        let first = lost_at(Cut::Discharge, &die);
        api::keep_errors();
        let (_factory, connection) = unshared(&[&first]);
        let session = connection.transacted().expect("a session");
        let producer = session.producer("q").expect("a producer");
        producer.send_text("x").expect("sent");
        let commit = run(move || session.commit());
        commit.blocks();
        die.open();
        expect_doubt(commit.result(), ROLLBACK); // nobody recovers
        first.finish();
        connection.close().expect("closed");
    });
}

#[test]
fn p_q5_p_q6_a_plain_connection_is_lost_for_good_at_each_step() {
    // 40-P-Q5 and 40-P-Q6: nobody has the rest of the transaction any more
    for cut in CUTS {
        dialogue(move || {
            let die = Gate::new();
            let peer = lost_at(cut, &die);
            let (connection, session) = transacted(&peer);
            let exceptions = Exceptions::of(connection);
            let producer = session.producer("q").expect("a producer");
            if cut == Cut::Declare {
                let send = run(move || producer.send_text("x"));
                send.blocks();
                die.open();
                expect_certain(send.result(), LOST);
            } else {
                producer.send_text("x").expect("sent");
            }
            match cut {
                Cut::Discharge => {
                    let commit = run(move || session.commit());
                    commit.blocks();
                    die.open();
                    expect_doubt(commit.result(), LOST);
                }
                Cut::Discharged => session.commit().expect("committed"),
                _ => {}
            }
            die.open();
            exceptions.expect_one(LOST);
            expect_certain(session.commit(), LOST);
            expect_certain(session.rollback(), LOST);
            peer.finish();
            connection.close().expect("closed");
        });
    }
}

/// A rollback whose server is lost is one, whatever the server had of it.
#[test]
fn p_q6_a_loss_rolls_back() {
    dialogue(|| {
        let first = Peer::script(|p| {
            open_transaction(p);
            answer(p, &Step::Send(Some(txn(1))), DeliveryState::Accepted);
            expect_step(p, &Step::Discharge(txn(1), true));
            p.drop_socket();
        });
        let second = coordinates(1);
        api::keep_errors();
        let connection = shared(&[&first, &second]);
        let session = connection.transacted().expect("a session");
        let producer = session.producer("q").expect("a producer");
        producer.send_text("x").expect("sent");
        session.rollback().expect("rolled back");
        expect_next(session, producer);
        first.finish();
        end(connection, second);
    });
}

/// A transaction that has only received is lost with its server, too.
#[test]
fn p_q6_a_receive_dooms_as_a_send_does() {
    dialogue_with("", || {
        let received = Gate::new();
        let go = received.clone();
        let first = Peer::script(move |p| {
            open_transaction(p);
            let link = consumer_link(p);
            p.await_credit(link, 2);
            p.deliver(link, &message::text("0"));
            p.deliver(link, &message::text("in advance"));
            p.wait(&go);
            p.drop_socket();
        });
        let second = Peer::script(|p| {
            p.accept_open();
            await_coordinator(p, 10);
            answer(p, &Step::Declare, declared(2));
            let link = consumer_link(p);
            p.await_credit(link, 1);
            let id = p.deliver(link, &message::text("0"));
            let acknowledged = p.await_disposition();
            assert!(is_acknowledged(&acknowledged, (id, id), 2));
            let commit = Step::Discharge(txn(2), false);
            answer(p, &commit, DeliveryState::Accepted);
            declare_and_close(p);
        });
        api::keep_errors();
        api::report_failover_events();
        let connection = shared(&[&first, &second]);
        let exceptions = Exceptions::of(connection);
        connection.start().expect("started");
        let session = connection.transacted().expect("a session");
        let consumer = session.consumer("q").expect("a consumer");
        assert_eq!(consumer.receive_text().expect("received"), "0");
        received.open();
        exceptions.wait(2); // lost, and reconnected
        expect_certain(consumer.receive_text().map(drop), LACKS);
        expect_certain(session.commit(), ROLLBACK);
        assert_eq!(consumer.receive_text().expect("received"), "0");
        session.commit().expect("the next transaction works");
        first.finish();
        end(connection, second);
    });
}

#[test]
fn p_v10_a_server_without_transactions_is_passed_over() {
    dialogue(|| {
        let die = Gate::new();
        let first = lost_at(Cut::Discharged, &die);
        let without = Peer::script(|p| {
            p.accept_open();
            let link = p.await_attach(Role::Sender);
            assert!(is_coordinator(p, link));
            p.refuse_attach(link, Some(error("amqp:not-implemented")));
            p.drain_stream();
        });
        let third = coordinates(1);
        api::keep_errors();
        let (factory, connection) = unshared(&[&first, &without, &third]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.transacted().expect("a session");
        let producer = session.producer("q").expect("a producer");
        producer.send_text("x").expect("sent");
        session.commit().expect("committed");
        die.open();
        recoveries.expect_ok(1);
        producer.send_text("x").expect("sent");
        session.commit().expect("committed");
        first.finish();
        without.finish();
        end(connection, third);
    });
}
