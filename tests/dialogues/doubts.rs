//! P-C8: ends of drains that are none, and the gentle questions behind them (decisions 57 and 73).

use std::time::Duration;

use crate::fence::{Fence, expect_fence, pass_fence};
use crate::peer::api::{self, Status, expect_status};
use crate::peer::{
    Arrival, Counter, Gate, LinkId, Peer, Talk, clock, dialogue_with, flow_of, message,
};
use crate::scene::{Running, end, run, session};
use tibemsufo::amqp::performative::Transfer;

#[test]
fn p_c8_an_answer_that_comes_late_is_no_end() {
    // Artemis, late with its answer to a drain that was used up, gives back the credit of the next question at once
    dialogue_with("prefetch_queue=0", || {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_drain(link);
            p.deliver(link, &message::text("1"));
            p.await_drain(link);
            p.use_up_credit(link);
            p.send_flow(link, |flow| flow.drain = true);
            // and that of the one behind it
            let gentle = p.await_that("credit", |a| flow_of(a, link).is_some());
            assert!(!flow_of(&gentle, link).unwrap().drain, "{gentle:?}");
            p.use_up_credit(link);
            p.send_flow(link, |flow| flow.drain = true);
            p.await_drain(link); // after 50 ms
            assert_eq!(p.link(link).credit, 1);
            p.deliver(link, &message::text("2"));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        for body in ["1", "2"] {
            assert_eq!(consumer.receive_now().expect("received").body(), body);
        }
        end(connection, peer);
    });
}

#[test]
fn p_c8_behind_a_large_message_no_end_is_believed() {
    // Artemis answers a drain as if nothing followed while it is not done with a large message
    dialogue_with("prefetch_queue=5", || {
        clock::hold();
        let (asked, shown) = (Counter::new(), Gate::new());
        let (told, go) = (asked.clone(), shown.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_consumer();
            let large = |p: &mut Talk, body: &str| {
                let body = format!("{body}{}", "x".repeat(40_000));
                p.deliver(link, &message::text(&body));
            };
            let gently = |p: &mut Talk| {
                let arrival = p.await_that("credit", |a| flow_of(a, link).is_some());
                let flow = flow_of(&arrival, link).unwrap();
                assert!(!flow.drain && flow.link_credit > Some(0), "{flow:?}");
            };
            gently(p);
            large(p, "1");
            gently(p);
            large(p, "2");
            gently(p);
            told.add();
            p.await_drain(link); // after 50 ms
            large(p, "3");
            p.wait(&go);
            p.use_up_credit(link);
            p.send_flow(link, |flow| flow.drain = true);
            gently(p);
            p.deliver(link, &message::text("4"));
            p.await_drain(link); // at once
            p.use_up_credit(link);
            p.send_flow(link, |flow| flow.drain = true);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        let number = |received: api::Call<api::Msg>| {
            let message = received.expect("a message");
            let body = message.body();
            message.destroy();
            body.trim_end_matches('x').to_owned()
        };
        let ask = || run(move || consumer.receive_now());
        assert_eq!(number(consumer.receive()), "1");
        assert_eq!(number(ask().result()), "2");
        let asking = ask();
        asked.wait(1);
        asking.blocks();
        clock::advance(Duration::from_millis(50));
        assert_eq!(number(asking.result()), "3");
        let asking = ask();
        asking.blocks();
        shown.open();
        assert_eq!(number(asking.result()), "4");
        expect_status(ask().result(), Status::TIBEMS_NOT_FOUND);
        end(connection, peer);
    });
}

/// A consumer has had a large message and asks gently for the next; then the script and the program go on.
fn ask_gently(
    script: impl FnOnce(&mut Talk, LinkId) + Send + 'static,
    program: impl FnOnce(api::Connection, api::Session, Fence, Running<api::Call<api::Msg>>),
) {
    clock::hold();
    let asked = Gate::new();
    let told = asked.clone();
    let peer = Peer::script(move |p| {
        p.accept_open();
        expect_fence(p);
        let link = p.await_consumer();
        p.await_credit(link, 1);
        p.deliver(link, &message::text(&"x".repeat(40_000)));
        let credit =
            |a: &Arrival| flow_of(a, link).is_some_and(|flow| flow.delivery_count == Some(1));
        let arrival = p.await_that("credit", credit);
        let flow = flow_of(&arrival, link).unwrap();
        assert!(!flow.drain && flow.link_credit > Some(0), "{flow:?}");
        told.open();
        script(p, link);
        p.serve_to_close();
    });
    let (connection, session) = session(&peer, api::CLIENT);
    let fence = Fence::of(connection);
    let consumer = session.consumer("q").expect("a consumer");
    consumer.receive().expect("received").destroy();
    let asking = run(move || consumer.receive_now());
    asked.wait();
    asking.blocks();
    program(connection, session, fence, asking);
    end(connection, peer);
}

#[test]
fn p_c8_a_recover_beside_a_gentle_question_goes_on_with_the_message() {
    dialogue_with("prefetch_queue=0", || {
        let go = Gate::new();
        let gone = go.clone();
        ask_gently(
            move |p, link| {
                let begun = Transfer {
                    more: true,
                    ..p.next_transfer(link)
                };
                let rest = Transfer {
                    handle: begun.handle,
                    ..Transfer::default()
                };
                let payload = message::text("in two parts");
                let (first, last) = payload.split_at(7);
                p.send_transfer(link, begun, first);
                pass_fence(p, "", |_, _| false);
                p.serve_until_open(&gone);
                p.send_transfer(link, rest, last);
            },
            |_, session, fence, asking| {
                fence.pass(); // no credit is left, and the message is not there
                let recovering = run(move || session.recover());
                recovering.blocks();
                go.open();
                recovering.result().expect("recovered");
                drop(asking.result());
            },
        );
    });
}

#[test]
fn p_c8_a_stop_takes_a_gentle_question_back() {
    dialogue_with("prefetch_queue=0", || {
        ask_gently(
            |p, link| {
                p.await_that("no credit", |a| {
                    flow_of(a, link).is_some_and(|flow| flow.link_credit == Some(0))
                });
                pass_fence(p, "credit", |_, a| flow_of(a, link).is_some());
            },
            |connection, _, fence, asking| {
                connection.stop().expect("stopped");
                expect_status(asking.result(), Status::TIBEMS_NOT_FOUND);
                clock::advance(Duration::from_millis(50));
                fence.pass();
            },
        );
    });
}

#[test]
fn p_c8_a_message_that_is_broken_off_is_no_end() {
    dialogue_with("prefetch_queue=0", || {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_drain(link);
            let first = p.next_transfer(link);
            let aborted = Transfer {
                handle: first.handle,
                aborted: true,
                ..Transfer::default()
            };
            let begun = Transfer {
                more: true,
                ..first
            };
            p.send_transfer(link, begun, b"half of it");
            p.send_transfer(link, aborted, &[]);
            p.send_flow(link, |flow| flow.drain = true); // the credit is used up
            p.await_drain(link);
            p.deliver(link, &message::text("behind"));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        let message = consumer.receive_now().expect("received");
        assert_eq!(message.body(), "behind");
        message.destroy();
        end(connection, peer);
    });
}
