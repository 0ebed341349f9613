//! P-U4: where enumerations of browsers end: by a close, a loss, a silent server, and which ends are believed
//! (spec 20 §5, spec 40 §2.8).

use crate::browsers::{
    accept_round, await_round, browser, browser_on, end_and_serve, expect, expect_end, say_end,
    serve_to_close, show,
};
use crate::peer::api::{Status, expect_status};
use crate::peer::message;
use crate::peer::{Counter, Gate, Peer, Talk, clock, dialogue, dialogue_with, flow_of};
use crate::scene::{end, run, shared, times_out};
use std::time::Duration;
use tibemsufo::amqp::performative::Transfer;

#[test]
fn p_u4_a_message_that_the_server_breaks_off_is_no_end() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            let round = await_round(p, link);
            let first = p.next_transfer(link);
            let handle = first.handle;
            let begun = Transfer {
                more: true,
                ..first
            };
            p.send_transfer(link, begun, b"half of it");
            let aborted = Transfer {
                handle,
                aborted: true,
                ..Transfer::default()
            };
            p.send_transfer(link, aborted, &[]);
            for at in 1..round {
                show(p, link, &[&at.to_string()]);
            }
            await_round(p, link);
            show(p, link, &["behind"]);
            end_and_serve(p, link);
        });
        let (connection, _, browser) = browser(&peer);
        expect(browser, &["1", "2", "3", "4", "behind"]);
        expect_end(browser);
        end(connection, peer);
    });
}

#[test]
fn p_u4_a_close_ends_the_wait() {
    // the clock stands: the question is not asked again, which the peer would answer before the close
    dialogue_with("", || {
        clock::hold();
        let blocks = [Gate::new(), Gate::new(), Gate::new()];
        let blocked = blocks.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            for blocked in &blocked {
                let link = p.await_consumer();
                await_round(p, link);
                p.wait(blocked);
            }
            serve_to_close(p);
        });
        let connection = crate::scene::connect(&peer);
        for (what, blocks) in blocks.iter().enumerate() {
            let (session, browser) = browser_on(connection);
            let asking = run(move || browser.next_text());
            asking.blocks();
            blocks.open();
            match what {
                0 => browser.close().expect("closed"),
                1 => session.close().expect("closed"),
                _ => connection.close().expect("closed"),
            }
            let failure = expect_status(asking.result(), Status::TIBEMS_ILLEGAL_STATE);
            assert!(failure.text.contains("closed"), "{failure:?}");
            match what {
                0 => drop(expect_status(browser.close(), Status::TIBEMS_INVALID_ARG)),
                _ => browser.close().expect("only the handle goes"),
            }
        }
        peer.finish();
    });
}

#[test]
fn p_u4_a_question_that_servers_die_of_is_given_back() {
    dialogue_with("", || {
        let peers: Vec<Peer> = (0..4)
            .map(|at| {
                Peer::script(move |p| {
                    p.accept_open();
                    let link = p.await_consumer();
                    if at == 3 {
                        return serve_to_close(p);
                    }
                    await_round(p, link);
                    p.drop_socket();
                })
            })
            .collect();
        let connection = shared(&peers.iter().collect::<Vec<_>>());
        let (_, browser) = browser_on(connection);
        let failure = expect_status(browser.next(), Status::TIBEMS_SERVER_NOT_CONNECTED);
        assert!(failure.text.contains("each time"), "{failure:?}");
        connection.close().expect("closed");
        peers.into_iter().for_each(Peer::finish);
    });
}

#[test]
fn p_u4_an_answer_that_does_not_come_in_time() {
    dialogue_with("drain_timeout=500", || {
        clock::hold();
        let over = [Gate::new(), Gate::new()];
        let asked = Counter::new();
        let (ended, told) = (over.clone(), asked.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            for ended in &ended {
                let link = p.await_consumer();
                await_round(p, link);
                told.add();
                p.wait(ended);
            }
            let link = p.await_consumer();
            await_round(p, link);
            end_and_serve(p, link);
        });
        let (connection, _, browser) = browser(&peer);
        for (at, over) in over.iter().enumerate() {
            let asking = run(move || browser.next_text());
            asked.wait(at as u64 + 1);
            times_out(&asking, 500);
            expect_status(asking.result(), Status::TIBEMS_TIMEOUT);
            over.open();
        }
        expect_end(browser);
        end(connection, peer);
    });
}

/// Behind a round that was used up the server gives the next back at once, which is doubted; so many come all the same.
fn doubt_an_empty_round(more: &'static [&'static str]) {
    clock::hold();
    let quiet = Gate::new();
    let told = quiet.clone();
    let peer = Peer::script(move |p| {
        let link = accept_round(p);
        show(p, link, &["1", "2", "3", "4", "5"]);
        await_round(p, link);
        say_end(p, link);
        let arrival = p.await_that("credit", |a| flow_of(a, link).is_some());
        let flow = flow_of(&arrival, link).unwrap();
        assert!(!flow.drain && flow.link_credit == Some(10), "{flow:?}");
        show(p, link, more);
        told.open();
        await_round(p, link); // after 50 ms
        end_and_serve(p, link);
    });
    let (connection, _, browser) = browser(&peer);
    expect(browser, &["1", "2", "3", "4", "5"]);
    expect(browser, more);
    let asking = run(move || browser.next_text());
    quiet.wait();
    asking.blocks();
    clock::advance(Duration::from_millis(50));
    expect_status(asking.result(), Status::TIBEMS_NOT_FOUND);
    end(connection, peer);
}

#[test]
fn p_u4_nothing_behind_a_round_that_was_used_up_is_doubted() {
    // Artemis, late with the drain of a round that was used up, takes the credit of the next for a part of it
    dialogue_with("", || doubt_an_empty_round(&["6", "7"]));
}

#[test]
fn p_u4_an_end_that_was_doubted_is_believed_the_second_time() {
    dialogue_with("", || doubt_an_empty_round(&[]));
}

#[test]
fn p_u4_behind_a_large_message_the_end_is_doubted() {
    // Artemis answers a drain as if nothing followed while it is not done with a large message
    dialogue_with("", || {
        clock::hold();
        let (quiet, over) = (Gate::new(), Gate::new());
        let (told, go) = (quiet.clone(), over.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_consumer();
            let large = |id: &str| message::text_with_id(id, &"x".repeat(40_000));
            await_round(p, link);
            p.deliver(link, &large("ID:1"));
            say_end(p, link);
            // the next question is none that could be answered too early
            let gently = |p: &mut Talk| {
                let arrival = p.await_that("credit", |a| flow_of(a, link).is_some());
                let flow = flow_of(&arrival, link).unwrap();
                assert!(!flow.drain && flow.link_credit == Some(5), "{flow:?}");
            };
            gently(p);
            for id in 2..=6 {
                p.deliver(link, &large(&format!("ID:{id}")));
            }
            let arrival = p.await_that("credit", |a| flow_of(a, link).is_some());
            let flow = flow_of(&arrival, link).unwrap();
            assert!(!flow.drain && flow.link_credit == Some(10), "{flow:?}");
            told.open();
            await_round(p, link); // after 50 ms
            p.deliver(link, &message::text("small"));
            say_end(p, link);
            p.wait(&go);
            await_round(p, link); // at once
            end_and_serve(p, link);
        });
        let (connection, _, browser) = browser(&peer);
        for _ in 0..6 {
            assert_eq!(browser.next_text().expect("a message").len(), 40_000);
        }
        let asking = run(move || browser.next_text());
        quiet.wait();
        asking.blocks();
        clock::advance(Duration::from_millis(50));
        assert_eq!(asking.result().expect("a message"), "small");
        expect_end(browser);
        over.open();
        clock::advance(Duration::from_secs(1));
        expect_end(browser);
        end(connection, peer);
    });
}
