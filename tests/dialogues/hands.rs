//! Messages that a program has in hand as the rest of a batch, when a stop, a loss or slowness ends it (spec 20 §4.3).
//!
//! The clock stands, so that nothing but what a test does ends a batch.

use crate::peer::api::{self, Connection, Consumer, Status, expect_status};
use crate::peer::{Gate, Peer, Talk, clock, dialogue_with, message};
use crate::scene::{Recoveries, end, session, unshared};
use std::time::Duration;
use tibemsufo::amqp::performative::DeliveryState;

const OPTIONS: &str = "prefetch_queue=8";
/// After so long acknowledgements are held back no more.
const HOLD_BACK: Duration = Duration::from_millis(2);

/// Eight messages for one consumer, and one for another: when the program has that, it has them all.
fn eight(p: &mut Talk, size: usize) -> Vec<u32> {
    let link = p.await_consumer();
    p.await_credit(link, 8);
    let text = |number| message::text(&format!("{number}{}", " ".repeat(size)));
    let ids = (0..8).map(|number| p.deliver(link, &text(number)));
    let ids = ids.collect();
    let marker = p.await_consumer();
    p.await_credit(marker, 1);
    let last = p.deliver(marker, &message::text("marker"));
    p.await_settled(&[last], &DeliveryState::Accepted);
    ids
}

/// A consumer that has them.
fn consumer(connection: Connection, session: api::Session) -> Consumer {
    let consumer = session.consumer("q").unwrap();
    let other = connection.session(api::AUTO).unwrap();
    let marker = other.consumer("marker").unwrap();
    assert_eq!(marker.receive_text().unwrap(), "marker");
    consumer
}

/// In batches of one, two, four: after the fourth message the next three are in hand.
#[track_caller]
fn expect(consumer: Consumer, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let text = consumer.receive_text().unwrap();
        assert_eq!(text.trim(), number.to_string());
    }
}

#[test]
fn stop_takes_back_what_is_in_hand_and_start_gives_it_again() {
    dialogue_with(OPTIONS, || {
        clock::hold();
        let peer = Peer::script(|p| {
            p.accept_open();
            eight(p, 0);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = consumer(connection, session);
        expect(consumer, 0..4);
        connection.stop().unwrap();
        expect_status(consumer.receive_now(), Status::TIBEMS_NOT_FOUND);
        connection.start().unwrap();
        expect(consumer, 4..8);
        end(connection, peer);
    });
}

#[test]
fn what_is_in_hand_goes_with_its_server() {
    dialogue_with(OPTIONS, || {
        clock::hold();
        let cut = Gate::new();
        let go = cut.clone();
        let first = Peer::script(move |p| {
            p.accept_open();
            eight(p, 0);
            p.serve_until_open(&go);
            p.drop_socket();
        });
        let second = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 8);
            p.deliver(link, &message::text("new"));
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        connection.start().unwrap();
        let session = connection.session(api::AUTO).unwrap();
        let consumer = consumer(connection, session);
        expect(consumer, 0..4);
        cut.open();
        recoveries.expect_ok(1);
        assert_eq!(consumer.receive_text().unwrap(), "new");
        first.finish();
        end(connection, second);
    });
}

/// The fifth message is taken without the lock; that of a slow consumer is acknowledged soon, and the sixth at once.
#[test]
fn an_acknowledgement_is_held_back_for_a_moment() {
    dialogue_with(OPTIONS, || {
        clock::hold();
        let (early, late) = (Gate::new(), Gate::new());
        let (told, done) = (early.clone(), late.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            let ids = eight(p, 0);
            p.await_settled(&ids[..5], &DeliveryState::Accepted);
            told.open();
            p.await_settled(&ids[5..6], &DeliveryState::Accepted);
            done.open();
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = consumer(connection, session);
        expect(consumer, 0..5);
        clock::advance(HOLD_BACK);
        early.wait();
        expect(consumer, 5..6);
        late.wait();
        end(connection, peer);
    });
}

/// What is in hand does not count as held (D20), so large messages have no batches: each is acknowledged at once.
#[test]
fn large_messages_are_taken_one_by_one() {
    dialogue_with(OPTIONS, || {
        clock::hold();
        let settled = Gate::new();
        let told = settled.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let ids = eight(p, 20_000);
            p.await_settled(&ids[..5], &DeliveryState::Accepted);
            told.open();
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = consumer(connection, session);
        expect(consumer, 0..5);
        settled.wait();
        end(connection, peer);
    });
}
