//! Requestors over losses: what becomes of a request, and of the destinations for its reply (spec 20 §6).

use crate::peer::api::{self, Connection, Msg, Requestor, Status, expect_status};
use crate::peer::{Gate, LinkId, Peer, Received, Talk, clock, dialogue, dialogue_with, message};
use crate::scene::{end, io_thread_sleeps, run, session, shared, times_out};
use std::time::Duration;
use tibemsufo::amqp::performative::{DeliveryState, Performative, Role};

/// Serves the attaches of a requestor: the address and the consumer of each way.
fn ways(p: &mut Talk) -> Vec<(String, LinkId)> {
    let mut consumers = Vec::new();
    while consumers.len() < 2 {
        let link = p.await_attach(Role::Receiver);
        let source = p.link(link).attach.source.clone().expect("a source");
        p.answer_attach(link);
        consumers.push((source.address.expect("an address"), link));
    }
    consumers
}

fn reply(p: &mut Talk, ways: &[(String, LinkId)], request: &Received, body: &str) {
    let to = message::reply_to(&request.payload).expect("a reply-to");
    let way = ways.iter().find(|(address, _)| *address == to);
    let (_, link) = way.expect("a way of the requestor");
    p.await_credit(*link, 1);
    p.deliver(*link, &message::text(body));
}

/// A server that answers one request.
fn answers_one() -> Peer {
    Peer::script(|p| {
        p.accept_open();
        let ways = ways(p);
        let request = p.await_transfer();
        p.accept_delivery(&request);
        reply(p, &ways, &request, "reply");
        p.serve_to_close();
    })
}

/// A requestor on servers that share state.
fn requestor_on(peers: &[&Peer]) -> (Connection, Requestor) {
    let connection = shared(peers);
    connection.start().unwrap();
    let session = connection.session(api::AUTO).unwrap();
    (connection, session.requestor("service").unwrap())
}

#[test]
fn a_late_reply_is_thrown_away() {
    // 20-161
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let ways = ways(p);
            for n in 0..4 {
                let request = p.await_transfer();
                p.accept_delivery(&request);
                reply(p, &ways, &request, &format!("{n} first"));
                reply(p, &ways, &request, &format!("{n} late"));
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let requestor = session.requestor("service").unwrap();
        for n in 0..4 {
            let reply = requestor.request(Msg::text("request")).unwrap();
            assert_eq!(reply.body(), format!("{n} first"));
        }
        requestor.close().unwrap();
        end(connection, peer);
    });
}

#[test]
fn a_confirmed_request_ends_with_the_server_that_has_it() {
    dialogue(|| {
        let first = Peer::script(|p| {
            p.accept_open();
            ways(p);
            let request = p.await_transfer();
            p.accept_delivery(&request);
            p.drop_socket();
        });
        let second = answers_one();
        let (connection, requestor) = requestor_on(&[&first, &second]);
        let lost = requestor.request(Msg::text("lost"));
        let failure = expect_status(lost, Status::TIBEMS_SERVER_NOT_CONNECTED);
        assert!(failure.text.starts_with("outcome unknown:"), "{failure:?}");
        assert_eq!(
            requestor.request(Msg::text("next")).unwrap().body(),
            "reply"
        );
        first.finish();
        end(connection, second);
    });
}

#[test]
fn a_request_that_was_not_confirmed_goes_again_with_the_new_reply_to() {
    dialogue(|| {
        let first = Peer::script(|p| {
            p.accept_open();
            ways(p);
            p.await_transfer();
            p.drop_socket();
        });
        let second = answers_one();
        let (connection, requestor) = requestor_on(&[&first, &second]);
        assert_eq!(requestor.request(Msg::text("one")).unwrap().body(), "reply");
        first.finish();
        end(connection, second);
    });
}

#[test]
fn its_close_has_one_limit_for_all_that_it_ends() {
    dialogue_with("close_timeout=500", || {
        clock::hold();
        let ending = Gate::new();
        let told = ending.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            ways(p);
            p.await_that("end", |a| matches!(a.performative, Performative::End(_)));
            told.open();
            // nothing is answered; both destinations are deleted all the same
            let mut deleted = 0;
            loop {
                let arrival = p.expect_frame();
                match &arrival.performative {
                    Performative::Detach(detach) => deleted += i32::from(detach.closed),
                    Performative::Close(_) => {
                        assert_eq!(deleted, 2);
                        return p.serve(arrival);
                    }
                    _ => {}
                }
            }
        });
        let (connection, session) = session(&peer, api::AUTO);
        let requestor = session.requestor("service").unwrap();
        let closing = run(move || requestor.close());
        ending.wait();
        times_out(&closing, 500);
        closing.result().unwrap();
        end(connection, peer);
    });
}

#[test]
fn a_refused_request_waits_for_no_reply() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            ways(p);
            let request = p.await_transfer();
            p.settle(&request, DeliveryState::Rejected(None));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let requestor = session.requestor("service").unwrap();
        requestor.request(Msg::text("request")).unwrap_err();
        end(connection, peer);
    });
}

#[test]
fn a_close_ends_a_request_that_waits_for_its_reply() {
    dialogue_with("", || {
        let accepted = Gate::new();
        let told = accepted.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            ways(p);
            let request = p.await_transfer();
            p.accept_delivery(&request);
            told.open();
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let requestor = session.requestor("service").unwrap();
        let request = run(move || requestor.request(Msg::text("request")));
        accepted.wait();
        io_thread_sleeps();
        request.blocks();
        connection.close().unwrap();
        request.result().unwrap_err();
        peer.finish();
    });
}

#[test]
fn a_reply_is_acknowledged_with_the_next_request_or_in_time() {
    dialogue_with("", || {
        clock::hold();
        let is_disposition =
            |performative: &Performative| matches!(performative, Performative::Disposition(_));
        let (quiet, young, seen) = (Gate::new(), Gate::new(), Gate::new());
        let (told, still, saw) = (quiet.clone(), young.clone(), seen.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            let ways = ways(p);
            let request = p.await_transfer();
            p.accept_delivery(&request);
            reply(p, &ways, &request, "first");
            p.expect_silence(Duration::from_millis(150));
            told.open();
            let request = p.expect_transfer();
            let arrival = p.expect_frame();
            assert!(is_disposition(&arrival.performative), "{arrival:?}");
            p.accept_delivery(&request);
            reply(p, &ways, &request, "second");
            p.expect_silence(Duration::from_millis(300));
            still.open();
            let arrival = p.expect_frame();
            assert!(is_disposition(&arrival.performative), "{arrival:?}");
            saw.open();
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let requestor = session.requestor("service").unwrap();
        let request = || requestor.request(Msg::text("request")).unwrap().body();
        assert_eq!(request(), "first");
        quiet.wait();
        clock::advance(Duration::from_millis(50));
        assert_eq!(request(), "second");
        clock::advance(Duration::from_millis(99));
        young.wait();
        // nothing more is called
        clock::advance(Duration::from_millis(1));
        seen.wait();
        end(connection, peer);
    });
}
