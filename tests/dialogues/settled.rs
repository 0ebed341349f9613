//! Deliveries that came settled, whatever the consumer asked for: the server has forgotten them, so nothing is said of
//! them in any mode and by no call, and what waits in the library of them is not lost by a Recover (spec 40 §2.12).

use crate::fence::{Fence, expect_fence, pass_fence};
use crate::peer::api::{self, Msg, expect_status};
use crate::peer::{Arrival, Counter, LinkId, Peer, Talk, dialogue, message};
use crate::scene::{end, session};
use std::sync::{Arc, Mutex};
use tibemsufo::amqp::performative::{DeliveryState, Performative, Transfer};
use tibemsufo::status::Status;

const EXPLICIT_DUPS_OK: i32 = 24;
const MODES: [i32; 6] = [
    api::AUTO,
    api::CLIENT,
    api::DUPS_OK,
    api::NO_ACK,
    api::EXPLICIT,
    EXPLICIT_DUPS_OK,
];

fn by_program(mode: i32) -> bool {
    [api::CLIENT, api::EXPLICIT, EXPLICIT_DUPS_OK].contains(&mode)
}

fn is_disposition(_: &Talk, arrival: &Arrival) -> bool {
    matches!(arrival.performative, Performative::Disposition(_))
}

fn deliver_settled(p: &mut Talk, link: LinkId, payload: &[u8]) {
    let transfer = Transfer {
        settled: Some(true),
        ..p.next_transfer(link)
    };
    p.send_transfer(link, transfer, payload);
}

/// A server that sends a message, what is none, and `texts` more, all of them settled, and hears of none.
fn settles(texts: u32) -> Peer {
    Peer::script(move |p| {
        p.accept_open();
        expect_fence(p);
        let link = p.await_consumer();
        for at in 0..=texts {
            p.await_credit(link, 1);
            deliver_settled(p, link, &message::text(&at.to_string()));
            if at == 0 {
                p.await_credit(link, 1);
                deliver_settled(p, link, b"no message");
            }
        }
        pass_fence(p, "a word", is_disposition);
        pass_fence(p, "a word", is_disposition);
        p.serve_to_close();
    })
}

fn receive_settled(mode: i32) {
    dialogue(move || {
        let peer = settles(3);
        let (connection, session) = session(&peer, mode);
        let fence = Fence::of(connection);
        let consumer = session.consumer("q").expect("a consumer");
        let receive = |text: &str| -> Msg {
            let message = consumer.receive_within(20_000).expect("received");
            assert_eq!(message.body(), text);
            message
        };
        let held = [receive("0"), receive("1")];
        fence.pass(); // everything has arrived
        held[1].acknowledge().expect("nothing is to be said");
        if by_program(mode) {
            let refused = expect_status(held[0].recover(), Status::TIBEMS_ILLEGAL_STATE);
            if mode != api::CLIENT {
                assert!(refused.text.contains("settled"), "{refused:?}");
            }
        }
        session.recover().expect("recovered");
        // what was handed out counts as acknowledged, what was not is still there
        let next = receive("2");
        assert!(!next.redelivered());
        consumer.close().expect("closed"); // with one message in hand and one in the library
        session.close().expect("closed");
        fence.pass();
        held.into_iter().for_each(Msg::destroy);
        next.destroy();
        end(connection, peer);
    });
}

fn listen_to_settled(mode: i32) {
    dialogue(move || {
        let peer = settles(3);
        let (connection, session) = session(&peer, mode);
        let fence = Fence::of(connection);
        let consumer = session.consumer("q").expect("a consumer");
        let called = Counter::new();
        let texts = Arc::new(Mutex::new(Vec::new()));
        let (calls, seen) = (called.clone(), texts.clone());
        let listener = move |message: Msg| {
            seen.lock().expect("unpoisoned").push(message.body());
            message.acknowledge().expect("nothing is to be said");
            session.recover().expect("nothing is to be put back");
            message.destroy();
            calls.add();
        };
        consumer.on_message(listener).expect("a listener");
        called.wait(4);
        fence.pass();
        session.close().expect("closed");
        fence.pass();
        assert_eq!(*texts.lock().expect("unpoisoned"), ["0", "1", "2", "3"]);
        end(connection, peer);
    });
}

#[test]
fn nothing_is_said_of_what_came_settled_to_a_receive() {
    MODES.into_iter().for_each(receive_settled);
}

#[test]
fn nothing_is_said_of_what_came_settled_to_a_listener() {
    MODES.into_iter().for_each(listen_to_settled);
}

/// An acknowledge over a message that came settled reaches those around it, in ranges without it.
#[test]
fn an_acknowledge_steps_over_what_came_settled() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 3);
            let first = p.deliver(link, &message::text("0"));
            deliver_settled(p, link, &message::text("1"));
            let last = p.deliver(link, &message::text("2"));
            let told = p.await_settled(&[first, last], &DeliveryState::Accepted);
            let told: Vec<_> = told.iter().map(|d| (d.first, d.last)).collect();
            assert_eq!(told, [(first, None), (last, None)]);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::CLIENT);
        let consumer = session.consumer("q").expect("a consumer");
        let held: Vec<Msg> = (0..3)
            .map(|_| consumer.receive_within(20_000).expect("received"))
            .collect();
        held[1].acknowledge().expect("acknowledged");
        held.into_iter().for_each(Msg::destroy);
        end(connection, peer);
    });
}
