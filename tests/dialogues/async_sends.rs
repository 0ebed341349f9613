//! Asynchronous sends: callbacks in the order of the sends, once each, with the truth over losses, detaches and closes
//! (spec 20 §3.8, D13); what a callback may do, and what bounds what is pending (D21).

use crate::peer::api::{self, Call, Msg, Producer, Status, expect_status};
use crate::peer::{
    Counter, Gate, Peer, Received, Talk, clock, dialogue, dialogue_with, error, message,
};
use crate::scene::{Recoveries, end, producer_on, run, session, shared, times_out, unshared};
use std::sync::{Arc, Mutex};
use tibemsufo::amqp::performative::DeliveryState;

const LOST: Status = Status::TIBEMS_SERVER_NOT_CONNECTED;
const ILLEGAL: Status = Status::TIBEMS_ILLEGAL_STATE;
const UNKNOWN: &str = "outcome unknown:";

/// What the callbacks of some sends were told, in their order.
#[derive(Clone, Default)]
pub struct Told(Arc<Mutex<Vec<(String, Call)>>>, Counter);

impl Told {
    pub fn add(&self, text: String, result: Call) {
        self.0.lock().unwrap().push((text, result));
        self.1.add();
    }

    /// Sends a text; the message is destroyed before its callback.
    #[track_caller]
    pub fn send(&self, producer: Producer, text: &str) {
        self.try_send(producer, text).expect("on its way");
    }

    pub fn try_send(&self, producer: Producer, text: &str) -> Call {
        let told = self.clone();
        let message = Msg::text(text);
        let result = producer.send_async(message, move |message, result| {
            told.add(message.body(), result);
        });
        message.destroy();
        result
    }

    /// A hundred sends are told of, in their order.
    #[track_caller]
    pub fn of_a_hundred(producer: Producer) -> Told {
        let told = Told::default();
        for text in numbers(0..100) {
            told.send(producer, &text);
        }
        told.wait(100);
        told.expect_texts(&numbers(0..100));
        told
    }

    pub fn count(&self) -> u64 {
        self.1.get()
    }

    #[track_caller]
    pub fn wait(&self, count: u64) {
        self.1.wait(count);
    }

    pub fn results(&self) -> Vec<Call> {
        self.0
            .lock()
            .unwrap()
            .iter()
            .map(|(_, r)| r.clone())
            .collect()
    }

    /// The callbacks came for these texts, in this order.
    #[track_caller]
    pub fn expect_texts(&self, texts: &[String]) {
        let told: Vec<String> = self
            .0
            .lock()
            .unwrap()
            .iter()
            .map(|(text, _)| text.clone())
            .collect();
        assert_eq!(told, texts);
    }
}

/// A failure that says that nobody knows.
#[track_caller]
pub fn expect_unknown(result: Call) {
    let failure = expect_status(result, LOST);
    assert!(failure.text.starts_with(UNKNOWN), "{failure:?}");
}

/// A text of which two are more than a bound of 100,000 bytes.
pub fn large(first: char) -> String {
    format!("{first}{}", "x".repeat(90_000))
}

pub fn numbers(range: std::ops::Range<u32>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

/// Grants credit and takes so many messages, which it does not answer.
pub fn take(p: &mut Talk, count: u32) -> Vec<Received> {
    p.credit = 0;
    let producer = p.await_producer();
    p.grant(producer, 1000);
    (0..count).map(|_| p.await_transfer()).collect()
}

pub fn take_more(p: &mut Talk, count: u32) -> Vec<Received> {
    (0..count).map(|_| p.await_transfer()).collect()
}

pub fn texts(received: &[Received]) -> Vec<String> {
    received
        .iter()
        .map(|one| message::text_of(&one.payload))
        .collect()
}

#[test]
fn p_d6_callbacks_come_in_the_order_of_the_sends() {
    dialogue(|| {
        let (settled, rest) = (Gate::new(), Gate::new());
        let (tell, go) = (settled.clone(), rest.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            let received = take(p, 4);
            p.settle(&received[3], DeliveryState::Accepted);
            p.settle(&received[1], DeliveryState::Rejected(None));
            tell.open();
            p.wait(&go);
            p.settle(&received[0], DeliveryState::Accepted);
            p.settle(&received[2], DeliveryState::Released);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").unwrap();
        let told = Told::default();
        for text in numbers(0..4) {
            told.send(producer, &text);
        }
        settled.wait();
        assert_eq!(told.count(), 0, "the first has no outcome yet");
        rest.open();
        told.wait(4);
        told.expect_texts(&numbers(0..4));
        let results = told.results();
        assert!(results[0].is_ok() && results[3].is_ok());
        for failed in [1, 2] {
            let failure = expect_status(results[failed].clone(), Status::TIBEMS_EXCEPTION);
            assert!(!failure.text.starts_with(UNKNOWN), "{failure:?}");
        }
        end(connection, peer);
    });
}

/// A server that takes 100 sends, confirms 40 and dies; the ids of the others.
fn confirms_40(ids: &Arc<Mutex<Vec<Option<String>>>>) -> Peer {
    let ids = ids.clone();
    Peer::script(move |p| {
        p.accept_open();
        let received = take(p, 100);
        for one in &received[..40] {
            p.accept_delivery(one);
        }
        *ids.lock().unwrap() = received[40..]
            .iter()
            .map(|one| message::id_of(&one.payload))
            .collect();
        p.drop_socket();
    })
}

/// A server that gets the other 60, with their ids and in their order.
fn takes_60(ids: &Arc<Mutex<Vec<Option<String>>>>) -> Peer {
    let ids = ids.clone();
    Peer::script(move |p| {
        p.accept_open();
        let received = take_more(p, 60);
        let again: Vec<_> = received
            .iter()
            .map(|one| message::id_of(&one.payload))
            .collect();
        assert_eq!(again, *ids.lock().unwrap());
        assert_eq!(texts(&received), numbers(40..100));
        for one in &received {
            p.accept_delivery(one);
        }
        p.serve_to_close();
    })
}

#[test]
fn p_v4_the_rest_is_sent_again_in_order_after_a_reconnect() {
    dialogue(|| {
        let ids = Arc::default();
        let (first, second) = (confirms_40(&ids), takes_60(&ids));
        let connection = shared(&[&first, &second]);
        let producer = producer_on(connection);
        let told = Told::of_a_hundred(producer);
        assert!(told.results().iter().all(Result::is_ok));
        first.finish();
        end(connection, second);
        assert_eq!(told.count(), 100);
    });
}

#[test]
fn p_v4_the_rest_is_unknown_at_the_break_of_an_unshared_connection() {
    dialogue(|| {
        let first = confirms_40(&Arc::default());
        let second = crate::scene::serves();
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let producer = producer_on(connection);
        let told = Told::of_a_hundred(producer);
        let results = told.results();
        assert!(results[..40].iter().all(Result::is_ok));
        for result in &results[40..] {
            expect_unknown(result.clone());
        }
        recoveries.expect_ok(1);
        told.send(producer, "100"); // the first that the new server gets
        told.wait(101);
        assert!(told.results()[100].is_ok());
        first.finish();
        end(connection, second);
        assert_eq!(told.count(), 101);
    });
}

#[test]
fn p_v4_the_rest_is_sent_again_after_a_recovery_when_wanted() {
    dialogue_with("ufo_resend=1", || {
        let ids = Arc::default();
        let (first, second) = (confirms_40(&ids), takes_60(&ids));
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let producer = producer_on(connection);
        let told = Told::of_a_hundred(producer);
        assert!(told.results().iter().all(Result::is_ok));
        recoveries.expect_ok(1);
        first.finish();
        end(connection, second);
        assert_eq!(told.count(), 100);
    });
}

#[test]
fn a_send_that_servers_die_of_is_given_back_by_its_callback() {
    dialogue(|| {
        let dies = || {
            Peer::script(|p| {
                p.accept_open();
                take(p, 1);
                p.drop_socket();
            })
        };
        let again = || {
            Peer::script(|p| {
                p.accept_open();
                p.await_transfer();
                p.drop_socket();
            })
        };
        let (first, second, third) = (dies(), again(), again());
        let fourth = crate::scene::serves();
        let connection = shared(&[&first, &second, &third, &fourth]);
        let producer = producer_on(connection);
        let told = Told::default();
        told.send(producer, "poison");
        told.wait(1);
        let failure = expect_status(told.results()[0].clone(), LOST);
        let words = "the connection was lost each time the server got this request";
        assert!(
            failure.text.starts_with(&format!("{UNKNOWN} {words}")),
            "{failure:?}"
        );
        told.send(producer, "behind");
        told.wait(2);
        assert!(told.results()[1].is_ok());
        [first, second, third].into_iter().for_each(Peer::finish);
        end(connection, fourth);
    });
}

#[test]
fn p_d8_a_session_closed_under_a_send_that_calls_back() {
    dialogue_with("close_timeout=100", || {
        let taken = Gate::new();
        let tell = taken.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            take(p, 2);
            tell.open();
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").unwrap();
        let told = Told::default();
        clock::hold();
        told.send(producer, "0");
        told.send(producer, "1");
        taken.wait();
        let closing = run(move || session.close());
        times_out(&closing, 100);
        closing.result().expect("closed");
        assert_eq!(told.count(), 2, "the close waits for the callbacks");
        for result in told.results() {
            expect_unknown(result);
        }
        end(connection, peer);
        assert_eq!(told.count(), 2);
    });
}

#[test]
fn a_close_that_gives_up_on_a_frozen_server_calls_nothing_lost() {
    dialogue_with("close_timeout=100", || {
        let thaw = Gate::new();
        let go = thaw.clone();
        let large = || "x".repeat(20 << 20); // more than the system takes
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_producer();
            p.grant(link, 1000);
            p.wait(&go);
            assert_eq!(texts(&take_more(p, 2)), [large(), "small".into()]);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").unwrap();
        let told = Told::default();
        clock::hold();
        told.send(producer, &large());
        told.send(producer, "small");
        let closing = run(move || session.close());
        times_out(&closing, 100);
        closing.result().expect("closed");
        assert_eq!(told.count(), 2);
        for result in told.results() {
            expect_unknown(result); // the server gets both, later
        }
        thaw.open();
        end(connection, peer);
        assert_eq!(told.count(), 2);
    });
}

#[test]
fn a_close_waits_for_outcomes_and_callbacks() {
    dialogue(|| {
        let (answer, leave) = (Gate::new(), Gate::new());
        let go = answer.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let received = take(p, 1);
            p.wait(&go);
            p.accept_delivery(&received[0]);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").unwrap();
        let (entered, returned) = (Gate::new(), Counter::new());
        let (inside, go, done) = (entered.clone(), leave.clone(), returned.clone());
        let message = Msg::text("1");
        producer
            .send_async(message, move |_, result| {
                result.expect("accepted");
                inside.open();
                go.wait();
                done.add();
            })
            .expect("on its way");
        let closing = run(move || session.close());
        closing.blocks();
        answer.open();
        entered.wait();
        closing.blocks();
        leave.open();
        closing.result().expect("closed");
        assert_eq!(returned.get(), 1);
        message.destroy();
        end(connection, peer);
    });
}

#[test]
fn what_a_callback_may_not_do() {
    dialogue(|| {
        let peer = crate::scene::serves();
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").unwrap();
        let other = session.producer("other").unwrap();
        let (results, done) = (Arc::new(Mutex::new(Vec::new())), Gate::new());
        let (inside, tell) = (results.clone(), done.clone());
        let message = Msg::text("1");
        producer
            .send_async(message, move |message, _| {
                let mut results = inside.lock().unwrap();
                results.push(producer.close());
                results.push(other.close());
                results.push(session.close());
                results.push(connection.close());
                results.push(connection.stop());
                results.push(other.send(message)); // waits for its own answer
                message.destroy();
                tell.open();
            })
            .expect("on its way");
        done.wait();
        let results = results.lock().unwrap().clone();
        for refused in &results[..5] {
            let failure = expect_status(refused.clone(), ILLEGAL);
            assert!(failure.text.contains("completion callback"), "{failure:?}");
        }
        assert_eq!(results[5], Ok(()));
        end(connection, peer);
    });
}

#[test]
fn calls_in_a_callback_of_a_broken_connection_fail_at_once() {
    dialogue(|| {
        let first = Peer::script(|p| {
            p.accept_open();
            take(p, 1);
            p.drop_socket();
        });
        let second = crate::scene::serves();
        let (factory, connection) = unshared(&[&first, &second]);
        let session = connection.session(api::AUTO).unwrap();
        let producer = session.producer("q").unwrap();
        let (results, done) = (Arc::new(Mutex::new(Vec::new())), Gate::new());
        let (inside, tell) = (results.clone(), done.clone());
        let message = Msg::text("1");
        producer
            .send_async(message, move |message, result| {
                let mut results = inside.lock().unwrap();
                results.push(result);
                results.push(producer.send(message));
                results.push(producer.send_async(message, |_, _| panic!("it has failed")));
                results.push(factory.recover(connection));
                results.push(session.producer("new").map(drop));
                tell.open();
            })
            .expect("on its way");
        done.wait();
        for result in results.lock().unwrap().iter() {
            expect_status(result.clone(), LOST);
        }
        factory.recover(connection).expect("recovered");
        producer.send(message).expect("sent");
        message.destroy();
        first.finish();
        end(connection, second);
    });
}

#[test]
fn two_callbacks_close_the_sessions_of_each_other() {
    dialogue(|| {
        let peer = crate::scene::serves();
        let connection = api::connect(&peer.url()).unwrap();
        let (one, two) = (
            connection.session(api::AUTO).unwrap(),
            connection.session(api::AUTO).unwrap(),
        );
        let (both, closed) = (Counter::new(), Counter::new());
        let send = |own: api::Session, other: api::Session| {
            let (both, closed) = (both.clone(), closed.clone());
            let message = Msg::text("1");
            let producer = own.producer("q").unwrap();
            let callback = move |_, _| {
                both.add();
                both.wait(2);
                other.close().expect("closed");
                closed.add();
            };
            producer.send_async(message, callback).expect("on its way");
            message.destroy();
        };
        send(one, two);
        send(two, one);
        closed.wait(2);
        end(connection, peer);
    });
}

#[test]
fn a_link_that_fails_fails_its_sends() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            p.credit = 0;
            let link = p.await_producer();
            p.grant(link, 1000);
            take_more(p, 2);
            p.send_detach(link, true, Some(error("amqp:resource-deleted")));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").unwrap();
        let told = Told::default();
        told.send(producer, "0");
        told.send(producer, "1");
        told.wait(2);
        told.expect_texts(&numbers(0..2));
        let results = told.results();
        assert!(results.iter().all(Result::is_err));
        let failure = producer.send_text("2").expect_err("the producer is gone");
        assert_eq!(results[0].clone().unwrap_err().status, failure.status);
        end(connection, peer);
    });
}

#[test]
fn a_link_that_comes_back_gets_its_sends_once_more() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            p.credit = 0;
            let link = p.await_producer();
            p.grant(link, 1000);
            let before = texts(&take_more(p, 2));
            p.send_detach(link, false, None);
            let again = p.await_producer();
            p.grant(again, 1000);
            let received = take_more(p, 2);
            assert_eq!(texts(&received), before);
            for one in &received {
                p.accept_delivery(one);
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").unwrap();
        let told = Told::default();
        told.send(producer, "0");
        told.send(producer, "1");
        told.wait(2);
        told.expect_texts(&numbers(0..2));
        assert!(told.results().iter().all(Result::is_ok));
        end(connection, peer);
    });
}

#[test]
fn an_unconfirmed_send_that_was_not_handed_over_says_so_at_the_break() {
    dialogue(|| {
        let die = Gate::new();
        let go = die.clone();
        let first = Peer::on(crate::peer::listen(Some(4096)), move |p| {
            p.accept_open();
            let link = p.await_producer();
            p.grant(link, 1000);
            p.wait(&go);
            p.drop_socket();
        });
        let second = Peer::script(|p| {
            p.accept_open();
            let received = p.await_transfer();
            assert_eq!(
                message::text_of(&received.payload),
                "after",
                "nothing else is sent again"
            );
            p.accept_delivery(&received);
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let producer = producer_on(connection);
        producer.set_delivery_mode(api::RELIABLE);
        let told = Told::default();
        told.send(producer, &"x".repeat(20 << 20));
        told.send(producer, "small");
        assert_eq!(told.count(), 0, "the system has not taken them");
        die.open();
        told.wait(2);
        for result in told.results() {
            let failure = expect_status(result, LOST);
            assert!(!failure.text.starts_with(UNKNOWN), "{failure:?}");
        }
        recoveries.expect_ok(1);
        producer.set_delivery_mode(api::PERSISTENT);
        producer.send_text("after").expect("sent");
        first.finish();
        end(connection, second);
    });
}
