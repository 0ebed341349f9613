//! Messages that a consumer has taken in a batch and not handed out yet: who may still have them, what the server hears of
//! them, and when (`model/handing.rs`; a stop and a loss: hands.rs). Batches grow 1, 2, 4, … while they are used up in
//! time, so the fourth to the seventh message of a backlog are taken together.

use crate::fence::{Fence, expect_fence, pass_fence};
use crate::peer::api::{self, Connection, Consumer, Msg};
use crate::peer::{Counter, Gate, LinkId, Peer, Talk, dialogue_with, message};
use crate::scene::{end, session};
use std::sync::{Arc, Mutex};
use tibemsufo::amqp::performative::DeliveryState::{Accepted, Released};

/// Messages of the backlog.
const COUNT: u32 = 10;

/// The script's part: a consumer with a backlog, numbered in its text; its link and the delivery numbers.
#[track_caller]
fn backlog(p: &mut Talk) -> (LinkId, Vec<u32>) {
    p.accept_open();
    expect_fence(p);
    let link = p.await_consumer();
    p.await_credit(link, COUNT);
    let ids = (0..COUNT)
        .map(|at| p.deliver(link, &message::text(&at.to_string())))
        .collect();
    pass_fence(p, "nothing", |_, _| false);
    (link, ids)
}

/// The program's part: the consumer, once the whole backlog is in the library.
#[track_caller]
fn consumer(peer: &Peer, mode: i32) -> (Connection, api::Session, Consumer) {
    let (connection, session) = session(peer, mode);
    let fence = Fence::of(connection);
    let consumer = session.consumer("q").expect("a consumer");
    fence.pass();
    (connection, session, consumer)
}

#[track_caller]
fn read(consumer: Consumer, range: std::ops::Range<u32>) {
    for at in range {
        assert_eq!(consumer.receive_text().expect("received"), at.to_string());
    }
}

#[test]
fn a_received_message_is_acknowledged_without_another_call() {
    dialogue_with("prefetch_queue=10", || {
        let peer = Peer::script(|p| {
            let (_, ids) = backlog(p);
            // nothing is called any more, and three of these are still in hand
            p.await_settled(&ids[..5], &Accepted);
            p.serve_to_close();
        });
        let (connection, _, consumer) = consumer(&peer, api::AUTO);
        read(consumer, 0..5);
        end(connection, peer);
    });
}

/// What was received is accepted, the rest given back.
fn given_back(close: fn(Connection, api::Session, Consumer)) {
    let peer = Peer::script(|p| {
        let (_, ids) = backlog(p);
        let mut settled: Vec<(u32, bool)> = Vec::new();
        while settled.len() < ids.len() {
            let disposition = p.await_disposition();
            let taken = disposition.state == Some(Accepted);
            assert!(taken || disposition.state == Some(Released));
            for id in disposition.first..=disposition.last.unwrap_or(disposition.first) {
                settled.push((id, taken));
            }
        }
        settled.sort_unstable();
        let expected: Vec<_> = ids.iter().map(|id| (*id, *id < ids[5])).collect();
        assert_eq!(settled, expected);
        p.serve_to_close();
    });
    let (connection, session, consumer) = consumer(&peer, api::AUTO);
    read(consumer, 0..5);
    close(connection, session, consumer);
    end(connection, peer);
}

#[test]
fn a_close_of_the_consumer_gives_back_what_is_in_hand() {
    dialogue_with("prefetch_queue=10", || {
        given_back(|_, _, consumer| consumer.close().expect("closed"));
    });
}

#[test]
fn a_close_of_the_session_gives_back_what_is_in_hand() {
    dialogue_with("prefetch_queue=10", || {
        given_back(|_, session, _| session.close().expect("closed"));
    });
}

#[test]
fn a_close_of_the_connection_gives_back_what_is_in_hand() {
    dialogue_with("prefetch_queue=10", || {
        given_back(|connection, _, _| connection.close().expect("closed"));
    });
}

#[test]
fn a_listener_gets_what_is_in_hand() {
    dialogue_with("prefetch_queue=10", || {
        let peer = Peer::script(|p| {
            let (_, ids) = backlog(p);
            p.await_settled(&ids, &Accepted);
            p.serve_to_close();
        });
        let (connection, _, consumer) = consumer(&peer, api::AUTO);
        read(consumer, 0..5);
        let (seen, told) = (Arc::new(Mutex::new(Vec::new())), Counter::new());
        let (into, count) = (seen.clone(), told.clone());
        consumer
            .on_message(move |message: Msg| {
                into.lock().unwrap().push(message.body());
                message.destroy();
                count.add();
            })
            .expect("listening");
        told.wait(u64::from(COUNT - 5));
        let expected: Vec<_> = (5..COUNT).map(|at| at.to_string()).collect();
        assert_eq!(*seen.lock().unwrap(), expected);
        end(connection, peer);
    });
}

#[test]
fn a_slow_listener_holds_no_acknowledgement_back() {
    dialogue_with("prefetch_queue=10", || {
        let (go, told) = (Gate::new(), Gate::new());
        let when = told.clone();
        let peer = Peer::script(move |p| {
            let (_, ids) = backlog(p);
            // the fifth call blocks, in the middle of its batch
            p.await_settled(&ids[..4], &Accepted);
            when.open();
            p.await_settled(&ids[4..], &Accepted);
            p.serve_to_close();
        });
        let (connection, _, consumer) = consumer(&peer, api::AUTO);
        let block = go.clone();
        let calls = Counter::new();
        let count = calls.clone();
        consumer
            .on_message(move |message: Msg| {
                if message.body() == "4" {
                    block.wait();
                }
                message.destroy();
                count.add();
            })
            .expect("listening");
        told.wait();
        go.open();
        calls.wait(u64::from(COUNT));
        end(connection, peer);
    });
}

#[test]
fn a_stop_ends_a_batch_after_the_call_under_way() {
    dialogue_with("prefetch_queue=10", || {
        let peer = Peer::script(|p| {
            let (_, ids) = backlog(p);
            p.await_settled(&ids, &Accepted);
            p.serve_to_close();
        });
        let (connection, _, consumer) = consumer(&peer, api::AUTO);
        let (go, inside) = (Gate::new(), Gate::new());
        let (seen, calls) = (Arc::new(Mutex::new(Vec::new())), Counter::new());
        let (block, enter) = (go.clone(), inside.clone());
        let (into, count) = (seen.clone(), calls.clone());
        consumer
            .on_message(move |message: Msg| {
                let body = message.body();
                if body == "4" {
                    enter.open();
                    block.wait();
                }
                message.destroy();
                into.lock().unwrap().push(body);
                count.add();
            })
            .expect("listening");
        inside.wait();
        let stopping = crate::scene::run(move || connection.stop());
        stopping.blocks();
        go.open();
        stopping.result().expect("stopped");
        assert_eq!(calls.get(), 5, "calls after the stop");
        connection.start().expect("started");
        calls.wait(u64::from(COUNT));
        let expected: Vec<_> = (0..COUNT).map(|at| at.to_string()).collect();
        assert_eq!(*seen.lock().unwrap(), expected);
        end(connection, peer);
    });
}

/// Threads share a consumer against the rules of JMS, but nothing is lost by it.
#[test]
fn two_threads_that_receive_from_one_consumer_lose_nothing() {
    const MANY: u32 = 1000;
    dialogue_with("prefetch_queue=1000", || {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, MANY);
            let ids: Vec<u32> = (0..MANY)
                .map(|at| p.deliver(link, &message::text(&at.to_string())))
                .collect();
            p.await_settled(&ids, &Accepted);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let into = seen.clone();
                crate::scene::run(move || {
                    for _ in 0..MANY / 2 {
                        let body = consumer.receive_text().expect("received");
                        into.lock().unwrap().push(body.parse::<u32>().unwrap());
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(crate::scene::Running::result);
        let mut seen = std::mem::take(&mut *seen.lock().unwrap());
        seen.sort_unstable();
        assert_eq!(seen, (0..MANY).collect::<Vec<_>>());
        end(connection, peer);
    });
}
