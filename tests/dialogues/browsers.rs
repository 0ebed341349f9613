//! P-U4: browsers: what they ask for, where the enumeration ends, what comes again and what does not (spec 20 §5,
//! spec 40 §2.8).

use std::time::Duration;

use crate::fence::{Fence, expect_fence, pass_fence};
use crate::peer::api::{self, Browser, Connection, Session, Status, expect_status};
use crate::peer::{
    Arrival, Counter, Gate, LinkId, Peer, Talk, clock, dialogue, dialogue_with, flow_of,
};
use crate::peer::{error, message};
use crate::scene::{Exceptions, Recoveries, end, run, shared, unshared};
use tibemsufo::amqp::performative::{DeliveryState, Performative, Role};

/// A connection that is not started, as a browser needs none, and a browser on it.
#[track_caller]
pub fn browser(peer: &Peer) -> (Connection, Session, Browser) {
    let connection = crate::scene::connect(peer);
    let (session, browser) = browser_on(connection);
    (connection, session, browser)
}

#[track_caller]
pub fn browser_on(connection: Connection) -> (Session, Browser) {
    let session = connection.session(api::AUTO).expect("a session");
    (session, session.browser("q", None).expect("a browser"))
}

/// Takes a connection, a browser on it and its first question.
#[track_caller]
pub fn accept_round(p: &mut Talk) -> LinkId {
    p.accept_open();
    let link = p.await_consumer();
    await_round(p, link);
    link
}

/// Serves until the library asks for a round of messages: how many. A round may be asked for again while it is answered
/// (decision 45): that tells of a time before.
#[track_caller]
pub fn await_round(p: &mut Talk, link: LinkId) -> u32 {
    let count = Some(p.link(link).delivery_count);
    let arrival = p.await_that("a drain", |a| {
        flow_of(a, link).is_some_and(|flow| flow.drain && flow.delivery_count == count)
    });
    flow_of(&arrival, link).unwrap().link_credit.unwrap()
}

/// There is nothing more.
pub fn say_end(p: &mut Talk, link: LinkId) {
    p.use_up_credit(link);
    p.send_flow(link, |flow| flow.drain = true);
}

pub fn show(p: &mut Talk, link: LinkId, texts: &[&str]) {
    for text in texts {
        p.deliver(link, &message::text_with_id(&format!("ID:{text}"), text));
    }
}

fn is_disposition(arrival: &Arrival) -> bool {
    matches!(arrival.performative, Performative::Disposition(_))
}

/// Serves to the close; nothing is acknowledged.
#[track_caller]
pub fn serve_to_close(p: &mut Talk) {
    let close = p.await_that("close", |a| {
        assert!(!is_disposition(a), "a browser acknowledges");
        matches!(a.performative, Performative::Close(_))
    });
    p.serve(close);
}

/// Nothing more waits, now and later.
pub fn end_and_serve(p: &mut Talk, link: LinkId) {
    say_end(p, link);
    serve_to_close(p);
}

#[track_caller]
pub fn expect(browser: Browser, texts: &[&str]) {
    for text in texts {
        assert_eq!(browser.next_text().expect("a message"), *text);
    }
}

#[track_caller]
pub fn expect_end(browser: Browser) {
    expect_status(browser.next(), Status::TIBEMS_NOT_FOUND);
}

#[test]
fn p_u4_a_browser_reads_to_the_end_and_on() {
    dialogue_with("", || {
        clock::hold();
        let peer = Peer::script(|p| {
            p.accept_open();
            expect_fence(p);
            let link = p.await_consumer();
            let attach = p.link(link).attach.clone();
            let source = attach.source.expect("a source");
            assert_eq!(attach.snd_settle_mode, Some(1));
            assert_eq!(source.distribution_mode.as_deref(), Some("copy"));
            assert_eq!(source.expiry_policy.as_deref(), Some("link-detach"));
            assert_eq!(source.capabilities, ["queue"]);
            assert_eq!((source.durable, source.filter.len()), (Some(0), 0));
            assert!(await_round(p, link) > 3);
            show(p, link, &["one", "two", "three"]);
            say_end(p, link);
            // for a second nobody asks again
            pass_fence(p, "a question", |_, a| {
                flow_of(a, link).is_some() || is_disposition(a)
            });
            await_round(p, link);
            show(p, link, &["four"]);
            say_end(p, link);
            pass_fence(p, "a question", |_, a| {
                flow_of(a, link).is_some() || is_disposition(a)
            });
            await_round(p, link);
            end_and_serve(p, link);
        });
        let connection = crate::scene::connect(&peer);
        let fence = Fence::of(connection);
        let session = connection.session(api::CLIENT).expect("a session");
        let browser = session.browser("q", None).expect("a browser");
        let first = browser.next().expect("a message");
        assert_eq!(first.body(), "one");
        // there is nobody to tell
        first.acknowledge().expect("no effect");
        expect_status(first.recover(), Status::TIBEMS_ILLEGAL_STATE);
        first.destroy();
        expect(browser, &["two", "three"]);
        expect_end(browser);
        expect_end(browser);
        clock::advance(Duration::from_millis(999));
        expect_end(browser);
        fence.pass();
        clock::advance(Duration::from_millis(1));
        expect(browser, &["four"]);
        expect_end(browser);
        expect_end(browser);
        fence.pass();
        clock::advance(Duration::from_secs(5));
        expect_end(browser);
        end(connection, peer);
    });
}

#[test]
fn p_u4_what_comes_unsettled_is_settled_at_once() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_attach(Role::Receiver);
            p.answer_attach_with(link, |attach| attach.snd_settle_mode = Some(0));
            await_round(p, link);
            let mut transfer = p.next_transfer(link);
            transfer.settled = Some(false);
            let id = transfer.delivery_id.unwrap();
            p.send_transfer(link, transfer, &message::text("one"));
            p.await_settled(&[id], &DeliveryState::Accepted);
            end_and_serve(p, link);
        });
        let (connection, _, browser) = browser(&peer);
        expect(browser, &["one"]);
        expect_end(browser);
        end(connection, peer);
    });
}

#[test]
fn p_u4_rounds_grow_with_the_queue_and_shrink_with_its_messages() {
    const SMALL: usize = 4000;
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            let (mut sent, mut rounds) = (0, Vec::new());
            while sent < SMALL {
                let round = await_round(p, link);
                rounds.push(round);
                for _ in 0..round {
                    show(p, link, &[&sent.to_string()]);
                    sent += 1;
                }
            }
            let first = [5, 10, 20, 40, 80, 160, 320, 640, 1000, 1000];
            assert_eq!(rounds[..10], first);
            assert!(rounds[10..].iter().all(|round| *round == 1000));
            // large messages are asked for in few
            let large = "x".repeat(60_000);
            for expected in [1000, 500, 250] {
                assert_eq!(await_round(p, link), expected);
                for at in 0..20 {
                    let id = format!("ID:large {expected} {at}");
                    p.deliver(link, &message::text_with_id(&id, &large));
                }
                for _ in 20..expected {
                    show(p, link, &[&sent.to_string()]);
                    sent += 1;
                }
            }
            assert_eq!(await_round(p, link), 125);
            end_and_serve(p, link);
        });
        let (connection, _, browser) = browser(&peer);
        let (mut small, mut large) = (0, 0);
        let end_of_it = loop {
            match browser.next_text() {
                Ok(text) if text.starts_with('x') => large += 1,
                Ok(text) => {
                    assert_eq!(text, small.to_string());
                    small += 1;
                }
                Err(failure) => break failure,
            }
        };
        expect_status(Err::<(), _>(end_of_it), Status::TIBEMS_NOT_FOUND);
        assert_eq!(large, 60);
        end(connection, peer);
    });
}

#[test]
fn p_u4_a_drain_that_is_answered_late() {
    dialogue_with("drain_timeout=5000", || {
        clock::hold();
        let (first, second, last) = (Gate::new(), Gate::new(), Gate::new());
        let gates = [first.clone(), second.clone(), last.clone()];
        let peer = Peer::script(move |p| {
            let link = accept_round(p);
            // asked again meanwhile (decision 45)
            p.wait(&gates[0]);
            show(p, link, &["one"]);
            p.wait(&gates[1]);
            show(p, link, &["two"]);
            p.wait(&gates[2]);
            end_and_serve(p, link);
        });
        let (connection, _, browser) = browser(&peer);
        for (gate, text) in [(first, "one"), (second, "two")] {
            let asking = run(move || browser.next_text());
            asking.blocks();
            clock::advance(Duration::from_secs(4));
            asking.blocks();
            gate.open();
            // what has come is shown at once, whether the drain is answered or not
            assert_eq!(asking.result().expect("a message"), text);
        }
        let asking = run(move || browser.next_text());
        asking.blocks();
        clock::advance(Duration::from_secs(4));
        asking.blocks();
        last.open();
        expect_status(asking.result(), Status::TIBEMS_NOT_FOUND);
        end(connection, peer);
    });
}

#[test]
fn p_u4_nobody_answers_the_drain() {
    dialogue_with("drain_timeout=500", || {
        clock::hold();
        let asked = Counter::new();
        let told = asked.clone();
        let over = Gate::new();
        let ended = over.clone();
        let peer = Peer::script(move |p| {
            let link = accept_round(p);
            show(p, link, &["one"]);
            await_round(p, link); // it is asked for again (decision 45)
            told.add();
            p.wait(&ended);
            let detach = p.await_that("detach", |a| {
                matches!(a.performative, Performative::Detach(_))
            });
            p.serve(detach);
            // another link takes the place of this one; what was shown is not shown again
            let link = p.await_consumer();
            await_round(p, link);
            show(p, link, &["one", "two"]);
            end_and_serve(p, link);
        });
        let (connection, _, browser) = browser(&peer);
        expect(browser, &["one"]);
        let asking = run(move || browser.next_text());
        asking.blocks();
        clock::advance(Duration::from_millis(50));
        asked.wait(1);
        asking.blocks();
        clock::advance(Duration::from_millis(449));
        asking.waits_at_this_time();
        clock::advance(Duration::from_millis(1));
        let failure = expect_status(asking.result(), Status::TIBEMS_TIMEOUT);
        assert!(failure.text.contains("drain"), "{failure:?}");
        over.open();
        expect(browser, &["two"]);
        expect_end(browser);
        end(connection, peer);
    });
}

#[test]
fn p_u4_a_reconnect_goes_on_behind_what_was_shown() {
    dialogue(|| {
        let cut = Gate::new();
        let go = cut.clone();
        let first = Peer::script(move |p| {
            let link = accept_round(p);
            // an id that comes twice in one enumeration is another message
            show(p, link, &["one", "two"]);
            p.deliver(link, &message::text_with_id("ID:two", "two again"));
            p.deliver(link, &message::text("without an id"));
            p.wait(&go); // the question is not answered
            p.drop_socket();
        });
        let second = Peer::script(|p| {
            let link = accept_round(p);
            show(p, link, &["one", "two", "three"]);
            p.deliver(link, &message::text("without an id"));
            end_and_serve(p, link);
        });
        let connection = shared(&[&first, &second]);
        let (_, browser) = browser_on(connection);
        expect(browser, &["one", "two", "two again", "without an id"]);
        let asking = run(move || browser.next_text());
        asking.blocks();
        cut.open();
        assert_eq!(asking.result().expect("a message"), "three");
        expect(browser, &["without an id"]);
        expect_end(browser);
        first.finish();
        end(connection, second);
    });
}

#[test]
fn p_u4_a_recovery_begins_with_the_queue_of_the_other_server() {
    dialogue(|| {
        let cut = Gate::new();
        let go = cut.clone();
        let first = Peer::script(move |p| {
            let link = accept_round(p);
            show(p, link, &["one", "two"]);
            p.wait(&go); // the question is not answered
            p.drop_socket();
        });
        let second = Peer::script(|p| {
            let link = accept_round(p);
            show(p, link, &["one", "three"]);
            end_and_serve(p, link);
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let (_, browser) = browser_on(connection);
        expect(browser, &["one", "two"]);
        let asking = run(move || browser.next_text());
        asking.blocks();
        cut.open();
        recoveries.expect_ok(1);
        assert_eq!(asking.result().expect("a message"), "one");
        expect(browser, &["three"]);
        expect_end(browser);
        first.finish();
        end(connection, second);
    });
}

#[test]
fn p_u4_a_server_that_would_take_the_messages_away_is_refused() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            for mode in [None, Some("move".to_owned())] {
                let link = p.await_attach(Role::Receiver);
                p.answer_attach_with(link, |attach| {
                    attach.source.as_mut().unwrap().distribution_mode = mode;
                });
                p.await_that("detach", |a| {
                    assert!(flow_of(a, link).is_none(), "credit for a consumer");
                    matches!(a.performative, Performative::Detach(_))
                });
                p.send_detach(link, true, None);
            }
            serve_to_close(p);
        });
        let connection = crate::scene::connect(&peer);
        let session = connection.session(api::AUTO).expect("a session");
        for _ in 0..2 {
            let failure = expect_status(session.browser("q", None), Status::TIBEMS_NOT_IMPLEMENTED);
            assert!(failure.text.contains("browsing"), "{failure:?}");
        }
        end(connection, peer);
    });
}

#[test]
fn p_u4_a_link_that_the_server_takes_away() {
    dialogue_with("", || {
        clock::hold();
        let shown = [Gate::new(), Gate::new()];
        let seen = shown.clone();
        let peer = Peer::script(move |p| {
            let link = accept_round(p);
            show(p, link, &["one"]);
            p.wait(&seen[0]);
            // housekeeping: it comes back at once, and what was shown is not shown again
            p.send_detach(link, true, Some(error("amqp:link:detach-forced")));
            let link = p.await_consumer();
            await_round(p, link);
            show(p, link, &["one", "two"]);
            p.wait(&seen[1]);
            p.send_detach(link, true, Some(error("amqp:resource-deleted")));
            serve_to_close(p);
        });
        let (connection, session, browser) = browser(&peer);
        let exceptions = Exceptions::of(connection);
        for (text, shown) in ["one", "two"].into_iter().zip(shown) {
            expect(browser, &[text]);
            shown.open();
        }
        for _ in 0..2 {
            let failure = expect_status(browser.next(), Status::TIBEMS_INVALID_DESTINATION);
            assert!(failure.text.contains("resource-deleted"), "{failure:?}");
        }
        // its own calls tell it
        exceptions.expect_none();
        browser.close().expect("closed");
        session.close().expect("closed");
        end(connection, peer);
    });
}

#[test]
fn p_u4_a_link_that_never_shows_anything_new_is_given_up() {
    dialogue_with("", || {
        clock::hold();
        let (seen, detached) = (Gate::new(), Counter::new());
        let (shown, told) = (seen.clone(), detached.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            for _ in 0..5 {
                let link = p.await_consumer();
                await_round(p, link);
                show(p, link, &["one"]);
                p.serve_until_open(&shown);
                p.send_detach(link, true, None);
                p.await_detach(link);
                told.add();
            }
            serve_to_close(p);
        });
        let (connection, _, browser) = browser(&peer);
        expect(browser, &["one"]);
        seen.open();
        let asking = run(move || browser.next());
        // it comes back at once, and then ever later
        for (times, seconds) in [0, 1, 2, 4].into_iter().enumerate() {
            detached.wait(times as u64 + 1);
            clock::advance(Duration::from_secs(seconds));
        }
        let failure = expect_status(asking.result(), Status::TIBEMS_EXCEPTION);
        assert!(failure.text.contains("detached 5 times"), "{failure:?}");
        end(connection, peer);
    });
}
