//! P-D9: acknowledges of receives, mode by mode. What the rules fix is asserted to the frame (spec 40 §2.12, §6.3):
//! which ids, in which ranges. At high rates ranges of AUTO form when the I/O thread has its turn; how many is
//! nobody's promise unless the socket is held.

use crate::fence::{Fence, expect_fence, pass_fence};
use crate::peer::api::{self, Msg};
use crate::peer::{
    Arrival, Counter, Gate, LinkId, Peer, Talk, clock, dialogue, dialogue_with, listen, message,
};
use crate::scene::{end, io_thread_sleeps, session};
use std::time::Duration;
use tibemsufo::amqp::performative::{DeliveryState, Disposition, Performative, Role};

const EXPLICIT_DUPS_OK: i32 = 24;

/// Delivers as credit allows until `count` messages are out; returns their ids.
fn deliver_all(p: &mut Talk, link: LinkId, count: u32) -> Vec<u32> {
    (0..count)
        .map(|at| {
            p.await_credit(link, 1);
            p.deliver(link, &message::text(&format!("{at}")))
        })
        .collect()
}

fn is_disposition(_: &Talk, arrival: &Arrival) -> bool {
    matches!(arrival.performative, Performative::Disposition(_))
}

/// The ranges of these dispositions, all settled and accepted by the receiver.
#[track_caller]
fn ranges(dispositions: &[Disposition]) -> Vec<(u32, u32)> {
    let range = |d: &Disposition| {
        assert_eq!((d.role, d.settled), (Role::Receiver, true));
        assert_eq!(d.state, Some(DeliveryState::Accepted));
        (d.first, d.last.unwrap_or(d.first))
    };
    dispositions.iter().map(range).collect()
}

/// Serves until these ids are acknowledged, in exactly these ranges.
#[track_caller]
fn await_ranges(p: &mut Talk, expected: &[(u32, u32)]) {
    let ids: Vec<u32> = expected
        .iter()
        .flat_map(|(first, last)| *first..=*last)
        .collect();
    let dispositions = p.await_settled(&ids, &DeliveryState::Accepted);
    assert_eq!(ranges(&dispositions), expected);
}

#[test]
fn p_d9_auto_acknowledges_each_message_once_and_without_delay() {
    dialogue_with("prefetch_queue=1000", || {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1000);
            // one by one: the receive call writes its acknowledge by itself, nothing else comes
            for at in 0..3 {
                let id = p.deliver(link, &message::text(&format!("{at}")));
                await_ranges(p, &[(id, id)]);
            }
            // in a burst: all of them, in order, in ranges without gaps
            p.await_credit(link, 1000 - 3);
            let ids: Vec<u32> = (3..1000)
                .map(|at| p.deliver(link, &message::text(&format!("{at}"))))
                .collect();
            let dispositions = p.await_settled(&ids, &DeliveryState::Accepted);
            let mut next = 3;
            for (first, last) in ranges(&dispositions) {
                assert_eq!(first, next, "in order");
                next = last + 1;
            }
            assert_eq!(next, 1000);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        for at in 0..1000 {
            assert_eq!(consumer.receive_text().expect("received"), format!("{at}"));
        }
        end(connection, peer);
    });
}

#[test]
fn p_d9_auto_acknowledges_when_the_listener_has_returned() {
    dialogue(|| {
        let (running, back, settled) = (Gate::new(), Gate::new(), Gate::new());
        let (go, done) = (running.clone(), settled.clone());
        let returns = back.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_consumer();
            let ids = deliver_all(p, link, 1);
            p.serve_until_open(&go);
            p.expect_silence(Duration::from_millis(50));
            returns.open();
            // without a further call of the program
            p.await_settled(&ids, &DeliveryState::Accepted);
            done.open();
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let listening = session.consumer("q").unwrap();
        listening
            .on_message(move |message| {
                message.destroy();
                running.open();
                back.wait();
            })
            .unwrap();
        settled.wait();
        end(connection, peer);
    });
}

#[test]
fn p_d9_auto_acknowledges_gather_in_one_range_while_the_socket_is_full() {
    dialogue_with("prefetch_queue=1000", || {
        const LARGE: usize = 16 << 20;
        let (delivered, full, received) = (Gate::new(), Gate::new(), Gate::new());
        let (told, at_full, go) = (delivered.clone(), full.clone(), received.clone());
        let peer = Peer::on(listen(Some(4096)), move |p| {
            p.accept_open();
            let producer = p.await_producer();
            p.grant(producer, 1);
            let link = p.await_consumer();
            p.await_credit(link, 1000);
            for at in 0..500 {
                p.deliver(link, &message::text(&format!("{at}")));
            }
            told.open();
            // nothing is read while the program receives
            p.wait(&at_full);
            p.wait(&go);
            let large = p.await_transfer();
            assert!(large.payload.len() >= LARGE);
            await_ranges(p, &[(0, 499)]);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let other = connection.session(api::AUTO).expect("a session");
        let producer = other.producer("large").expect("a producer");
        producer.set_delivery_mode(api::RELIABLE);
        let consumer = session.consumer("q").expect("a consumer");
        delivered.wait();
        let large = Msg::data(&vec![7; LARGE]);
        producer.send(large).expect("in the output");
        large.destroy();
        io_thread_sleeps();
        full.open();
        for at in 0..500 {
            assert_eq!(consumer.receive_text().expect("received"), format!("{at}"));
        }
        received.open();
        end(connection, peer);
    });
}

#[test]
fn p_d9_client_acknowledges_everything_handed_out() {
    dialogue(|| {
        let (delivered, acknowledged) = (Gate::new(), Gate::new());
        let (told, done) = (delivered.clone(), acknowledged.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            expect_fence(p);
            let links = [p.await_consumer(), p.await_consumer()];
            p.await_credit(links[0], 5);
            p.await_credit(links[1], 5);
            // 0 to 2 and 5 are handed out, 3, 4 and 6 are not
            for at in [0, 0, 0, 1, 1, 0, 0] {
                p.deliver(links[at], &message::text("x"));
            }
            told.open();
            pass_fence(p, "an acknowledge of nobody", is_disposition);
            await_ranges(p, &[(0, 2), (5, 5)]);
            done.open();
            pass_fence(p, "an acknowledge of nobody", is_disposition);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::CLIENT);
        let fence = Fence::of(connection);
        let consumer = session.consumer("q").expect("a consumer");
        session.consumer("other").expect("a consumer");
        delivered.wait();
        let messages: Vec<Msg> = (0..4)
            .map(|_| consumer.receive_within(20_000).unwrap())
            .collect();
        fence.pass();
        messages[1].acknowledge().expect("acknowledged");
        acknowledged.wait();
        messages[0].acknowledge().expect("nothing is left to do");
        fence.pass();
        messages.into_iter().for_each(Msg::destroy);
        end(connection, peer);
    });
}

#[test]
fn p_d9_explicit_acknowledges_exactly_that_message() {
    dialogue(|| {
        let all = Gate::new();
        let told = all.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            expect_fence(p);
            let link = p.await_consumer();
            deliver_all(p, link, 10);
            pass_fence(p, "an acknowledge of nobody", is_disposition);
            await_ranges(p, &[(1, 1), (3, 3), (5, 5), (7, 7), (9, 9)]);
            pass_fence(p, "an acknowledge of nobody", is_disposition);
            told.open();
            // at the close the others go back, marked as failed, newest first
            let mut back = Vec::new();
            while back.len() < 5 {
                let disposition = p.await_disposition();
                assert!(matches!(
                    disposition.state,
                    Some(DeliveryState::Modified {
                        delivery_failed: true,
                        ..
                    })
                ));
                back.push((disposition.first, disposition.last));
            }
            assert_eq!(back, [8, 6, 4, 2, 0].map(|id| (id, None)));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::EXPLICIT);
        let fence = Fence::of(connection);
        let consumer = session.consumer("q").expect("a consumer");
        let messages: Vec<Msg> = (0..10)
            .map(|_| consumer.receive_within(20_000).unwrap())
            .collect();
        fence.pass();
        for message in messages.iter().skip(1).step_by(2) {
            message.acknowledge().expect("acknowledged");
        }
        fence.pass();
        all.wait();
        session.close().expect("closed");
        messages.into_iter().for_each(Msg::destroy);
        end(connection, peer);
    });
}

const BEFORE: Duration = Duration::from_millis(99);
const REST: Duration = Duration::from_millis(1);

/// A peer that delivers 70 messages at once and then sees the ranges of each portion; in between nothing comes.
/// A wait shows that: on a slow machine it shows less, and never fails. `quiet` is opened behind each such wait.
fn lazy(portions: &'static [(u32, u32)], quiet: &Counter, seen: &Counter) -> Peer {
    let (quiet, seen) = (quiet.clone(), seen.clone());
    Peer::script(move |p| {
        p.accept_open();
        expect_fence(p);
        let link = p.await_consumer();
        p.await_credit(link, 70);
        for at in 0..70 {
            p.deliver(link, &message::text(&format!("{at}")));
        }
        pass_fence(p, "an acknowledge of nobody", is_disposition);
        for portion in portions {
            await_ranges(p, &[*portion]);
            seen.add();
            p.expect_silence(Duration::from_millis(150));
            quiet.add();
        }
        p.serve_to_close();
    })
}

#[test]
fn p_d9_dups_ok_acknowledges_lazily_but_soon() {
    dialogue_with("prefetch_queue=1000", || {
        clock::hold();
        let (quiet, seen) = (Counter::new(), Counter::new());
        // 64 have collected, whatever the time; and three after 100 ms
        let peer = lazy(&[(0, 63), (64, 66)], &quiet, &seen);
        let (connection, session) = session(&peer, api::DUPS_OK);
        let fence = Fence::of(connection);
        let consumer = session.consumer("q").expect("a consumer");
        fence.pass();
        let read = |range: std::ops::Range<u32>| {
            for at in range {
                assert_eq!(consumer.receive_text().expect("received"), format!("{at}"));
            }
        };
        read(0..64);
        seen.wait(1);
        read(64..67);
        clock::advance(BEFORE);
        quiet.wait(1);
        // nothing more is called: the library acknowledges by itself
        clock::advance(REST);
        seen.wait(2);
        quiet.wait(2);
        end(connection, peer);
    });
}

#[test]
fn p_d9_explicit_dups_ok_acknowledges_lazily_what_was_asked_for() {
    dialogue_with("prefetch_queue=1000", || {
        clock::hold();
        let (quiet, seen) = (Counter::new(), Counter::new());
        let peer = lazy(&[(0, 1), (3, 5)], &quiet, &seen);
        let (connection, session) = session(&peer, EXPLICIT_DUPS_OK);
        let fence = Fence::of(connection);
        let consumer = session.consumer("q").expect("a consumer");
        fence.pass();
        let messages: Vec<Msg> = (0..6)
            .map(|_| consumer.receive_within(20_000).unwrap())
            .collect();
        for (at, portion) in [&messages[..2], &messages[3..]].into_iter().enumerate() {
            for message in portion {
                message.acknowledge().expect("acknowledged");
            }
            clock::advance(BEFORE);
            quiet.wait(at as u64);
            clock::advance(REST);
            seen.wait(at as u64 + 1);
        }
        quiet.wait(2);
        messages.into_iter().for_each(Msg::destroy);
        end(connection, peer);
    });
}

#[test]
fn p_d9_no_acknowledge_sends_none() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            deliver_all(p, link, 20);
            let arrival = p.await_that("disposition or close", |a| {
                matches!(
                    a.performative,
                    Performative::Disposition(_) | Performative::Close(_)
                )
            });
            assert!(matches!(arrival.performative, Performative::Close(_)));
            p.serve(arrival);
            p.expect_end_of_stream();
        });
        let (connection, session) = session(&peer, api::NO_ACK);
        let consumer = session.consumer("q").expect("a consumer");
        for at in 0..20 {
            assert_eq!(consumer.receive_text().expect("received"), format!("{at}"));
        }
        end(connection, peer);
    });
}
