//! Asynchronous sends: what they and their callbacks wait for, and what bounds them (20 §3.8, D21, decisions 58 and 71).

use crate::coordinator::{
    Step, answer, await_coordinator, declare_and_close, declared, transacted, txn,
};
use crate::peer::api::{self, Destination, Msg, Status, expect_status};
use crate::peer::{Counter, Gate, Peer, dialogue, dialogue_with, error, message};
use crate::scene::{end, run, session};
use tibemsufo::amqp::performative::{DeliveryState, Role};

const ILLEGAL: Status = Status::TIBEMS_ILLEGAL_STATE;
const ROLLBACK: Status = Status::TIBEMS_TRANSACTION_ROLLBACK;
const UNKNOWN: &str = "outcome unknown:";
use crate::async_sends::{Told, large, numbers, take, take_more, texts};

#[test]
fn without_credit_the_call_waits_and_a_close_ends_it() {
    dialogue(|| {
        let (more, stop) = (Gate::new(), Gate::new());
        let (go, on) = (more.clone(), stop.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.credit = 0;
            let link = p.await_producer();
            p.wait(&go);
            p.grant(link, 1);
            let received = p.await_transfer();
            p.accept_delivery(&received);
            p.wait(&on);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").unwrap();
        let told = Told::default();
        let sending = {
            let told = told.clone();
            run(move || told.try_send(producer, "1"))
        };
        sending.blocks();
        assert_eq!(told.count(), 0);
        more.open();
        sending.result().expect("on its way");
        told.wait(1);
        assert!(told.results()[0].is_ok());
        let waiting = {
            let told = told.clone();
            run(move || told.try_send(producer, "2"))
        };
        waiting.blocks();
        stop.open();
        session.close().expect("closed");
        expect_status(waiting.result(), ILLEGAL);
        end(connection, peer);
        assert_eq!(told.count(), 1, "a call that fails has no callback");
    });
}

#[test]
fn a_callback_sends_without_credit_and_does_not_wait() {
    dialogue(|| {
        let more = Gate::new();
        let go = more.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.credit = 0;
            let link = p.await_producer();
            p.grant(link, 1);
            let received = p.await_transfer();
            p.accept_delivery(&received);
            p.wait(&go);
            p.grant(link, 1000);
            let received = take_more(p, 3);
            assert_eq!(texts(&received), ["2", "3", "4"]);
            for one in &received {
                p.accept_delivery(one);
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").unwrap();
        let (told, returned) = (Told::default(), Gate::new());
        let first = Msg::text("1");
        let (inside, done) = (told.clone(), returned.clone());
        producer
            .send_async(first, move |message, result| {
                inside.add(message.body(), result);
                for text in numbers(2..4) {
                    inside.send(producer, &text);
                }
                done.open();
            })
            .expect("on its way");
        returned.wait(); // and no credit is there
        let behind = {
            let told = told.clone();
            run(move || told.try_send(producer, "4"))
        };
        behind.blocks();
        more.open();
        behind.result().expect("on its way");
        told.wait(4);
        told.expect_texts(&numbers(1..5));
        assert!(told.results().iter().all(Result::is_ok));
        first.destroy();
        end(connection, peer);
    });
}

#[test]
fn what_is_pending_is_bounded_and_callbacks_are_exempt() {
    dialogue_with("buffer_limit=100000", || {
        let answer = Gate::new();
        let go = answer.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let received = take(p, 1);
            p.wait(&go);
            p.accept_delivery(&received[0]);
            for _ in 0..3 {
                let received = p.await_transfer();
                p.accept_delivery(&received);
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").unwrap();
        let told = Told::default();
        let inside = told.clone();
        let first = Msg::text(&large('1'));
        producer
            .send_async(first, move |message, result| {
                inside.add(message.body(), result);
                // together more than the bound, and this one is pending, too
                inside.send(producer, &large('2'));
            })
            .expect("on its way");
        let second = {
            let told = told.clone();
            run(move || {
                told.try_send(producer, &large('3'))?;
                told.try_send(producer, &large('4'))
            })
        };
        second.blocks();
        assert_eq!(told.count(), 0);
        answer.open();
        second.result().expect("on their way");
        told.wait(4);
        assert!(told.results().iter().all(Result::is_ok));
        first.destroy();
        end(connection, peer);
    });
}

#[test]
fn a_callback_in_a_transaction_does_not_wait_for_callbacks() {
    dialogue_with("buffer_limit=100000", || {
        let peer = Peer::script(|p| {
            p.accept_open();
            await_coordinator(p, 10);
            answer(p, &Step::Declare, declared(1));
            for _ in 0..2 {
                answer(p, &Step::Send(Some(txn(1))), DeliveryState::Accepted);
            }
            answer(p, &Step::Discharge(txn(1), false), DeliveryState::Accepted);
            declare_and_close(p);
        });
        let (connection, session) = transacted(&peer);
        let producer = session.producer("q").unwrap();
        let told = Told::default();
        let inside = told.clone();
        let first = Msg::text(&large('1'));
        producer
            .send_async(first, move |message, result| {
                inside.add(message.body(), result);
                inside.send(producer, &large('2')); // and this one is pending, too
            })
            .expect("on its way");
        told.wait(2);
        assert!(told.results().iter().all(Result::is_ok));
        session.commit().expect("committed");
        first.destroy();
        end(connection, peer);
    });
}

#[test]
fn what_is_pending_is_bounded_in_a_transaction_that_has_failed() {
    dialogue_with("buffer_limit=100000", || {
        let (doom, doomed) = (Gate::new(), Gate::new());
        let (go, tell) = (doom.clone(), doomed.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            let coordinator = await_coordinator(p, 10);
            answer(p, &Step::Declare, declared(1));
            answer(p, &Step::Send(Some(txn(1))), DeliveryState::Accepted);
            p.wait(&go);
            let reason = error("amqp:transaction:timeout");
            p.send_detach(coordinator, true, Some(reason));
            p.await_detach(coordinator);
            tell.open();
            p.serve_to_close();
        });
        let (connection, session) = transacted(&peer);
        let producer = session.producer("q").unwrap();
        let (told, leave) = (Told::default(), Gate::new());
        let (inside, go) = (told.clone(), leave.clone());
        let first = Msg::text(&large('1'));
        producer
            .send_async(first, move |message, result| {
                inside.add(message.body(), result);
                go.wait();
            })
            .expect("on its way");
        told.wait(1);
        doom.open();
        doomed.wait();
        let second = {
            let told = told.clone();
            run(move || told.try_send(producer, &large('2')))
        };
        second.blocks();
        leave.open();
        second.result().expect("its transaction goes nowhere");
        told.wait(2);
        let failure = expect_status(told.results()[1].clone(), ROLLBACK);
        assert!(!failure.text.starts_with(UNKNOWN), "{failure:?}");
        first.destroy();
        end(connection, peer);
        assert_eq!(told.count(), 2);
    });
}

#[test]
fn what_goes_nowhere_is_pending_until_its_callback_has_returned() {
    dialogue_with("buffer_limit=100000", || {
        let peer = Peer::script(|p| {
            p.accept_open_with(|open| open.offered_capabilities.clear()); // no relay
            for _ in 0..2 {
                let link = p.await_attach(Role::Sender);
                p.refuse_attach(link, Some(error("amqp:not-found")));
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer_to(None).unwrap();
        producer.set_delivery_mode(api::RELIABLE);
        let (told, leave) = (Told::default(), Gate::new());
        let send = move |text: String, told: Told, hold: Option<Gate>| {
            let to = Destination::queue("unknown");
            let message = Msg::text(&text);
            let sent = producer.send_async_to(to, message, move |message, result| {
                told.add(message.body(), result);
                hold.iter().for_each(Gate::wait);
            });
            message.destroy();
            sent
        };
        send(large('1'), told.clone(), Some(leave.clone())).expect("nobody hears of it");
        told.wait(1);
        let second = {
            let told = told.clone();
            run(move || send(large('2'), told, None))
        };
        second.blocks();
        leave.open();
        second.result().expect("nobody hears of it");
        told.wait(2);
        assert!(told.results().iter().all(Result::is_ok));
        end(connection, peer);
    });
}

#[test]
fn a_callback_closes_a_consumer_whose_listener_waits_for_callbacks() {
    dialogue_with("buffer_limit=100000", || {
        let peer = Peer::script(|p| {
            p.accept_open();
            p.credit = 0;
            let (consumer, producer) = (p.await_consumer(), p.await_producer());
            p.deliver(consumer, &message::text("go"));
            p.grant(producer, 1000);
            for _ in 0..2 {
                let received = p.await_transfer();
                p.accept_delivery(&received);
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        connection.start().expect("started");
        let consumer = session.consumer("in").unwrap();
        let producer = session.producer("out").unwrap();
        let (told, called, listening) = (Told::default(), Gate::new(), Gate::new());
        let first = Msg::text(&large('1'));
        let (inside, tell, other) = (told.clone(), called.clone(), listening.clone());
        producer
            .send_async(first, move |message, result| {
                tell.open();
                other.wait();
                consumer.close().expect("closed");
                inside.add(message.body(), result);
            })
            .expect("on its way");
        let inside = told.clone();
        consumer
            .on_message(move |message| {
                listening.open();
                called.wait();
                inside.send(producer, &large('2'));
                message.destroy();
            })
            .expect("a listener");
        told.wait(2);
        told.expect_texts(&[large('1'), large('2')]);
        first.destroy();
        end(connection, peer);
    });
}

#[test]
fn callbacks_of_two_connections_send_over_each_other() {
    dialogue_with("buffer_limit=100000", || {
        let peers = [crate::scene::serves(), crate::scene::serves()];
        let (one, of_one) = session(&peers[0], api::AUTO);
        let (two, of_two) = session(&peers[1], api::AUTO);
        let (first, second) = (of_one.producer("q").unwrap(), of_two.producer("q").unwrap());
        let (both, told) = (Counter::new(), Told::default());
        for (own, other) in [(first, second), (second, first)] {
            let (both, told) = (both.clone(), told.clone());
            let message = Msg::text(&large('1'));
            own.send_async(message, move |_, _| {
                both.add();
                both.wait(2);
                told.send(other, &large('2'));
            })
            .expect("on its way");
            message.destroy();
        }
        told.wait(2);
        assert!(told.results().iter().all(Result::is_ok));
        let [first, second] = peers;
        end(one, first);
        end(two, second);
    });
}
