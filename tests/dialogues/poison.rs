//! Requests that servers die of: given back at the third loss in a row, and everything else goes on (D22).

use crate::peer::api::{self, Factory, Producer, Setup, Status, expect_status};
use crate::peer::{Arrival, Gate, Peer, Talk, dialogue, dialogue_with};
use crate::scene::Recoveries;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tibemsufo::amqp::performative::{Attach, Performative};

/// What the call says that is given back.
const WORDS: &str = "the connection was lost each time the server got this request";

/// The address of a link that asks for it.
fn names(attach: &Attach, address: &str) -> bool {
    let source = attach.source.as_ref().and_then(|s| s.address.as_deref());
    let target = attach.target.as_ref().and_then(|t| t.target());
    let target = target.and_then(|t| t.address.as_deref());
    source == Some(address) || target == Some(address)
}

fn attaches(arrival: &Arrival, address: &str) -> bool {
    matches!(&arrival.performative, Performative::Attach(attach) if names(attach, address))
}

/// Two servers that drop whoever sends them what they die of, and count that.
fn servers(deadly: fn(&Arrival) -> bool, over: &Gate) -> (Peer, Peer, Arc<AtomicUsize>) {
    let deaths = Arc::new(AtomicUsize::new(0));
    let server = || {
        let (over, deaths) = (over.clone(), deaths.clone());
        Peer::script(move |p| {
            while !over.is_open() {
                if p.accept_within(std::time::Duration::from_millis(10)) {
                    serve(p, deadly, &deaths, &over);
                }
            }
        })
    };
    (server(), server(), deaths)
}

fn serve(p: &mut Talk, deadly: fn(&Arrival) -> bool, deaths: &AtomicUsize, over: &Gate) {
    p.accept_sasl_anonymous();
    p.expect_open();
    p.send_open(|_| {});
    while !over.is_open() {
        let Some(arrival) = p.next_within(std::time::Duration::from_millis(10)) else {
            continue;
        };
        if deadly(&arrival) {
            deaths.fetch_add(1, Ordering::AcqRel);
            p.drop_socket();
            return;
        }
        let over = matches!(arrival.performative, Performative::Close(_));
        p.serve(arrival);
        if over {
            return;
        }
    }
}

/// A program on both, which is served by a session and a producer of its own.
fn program(peers: [&Peer; 2], joint: &str) -> (Factory, api::Connection, api::Session, Producer) {
    let factory = Factory::new(&Setup {
        url: peers.map(Peer::url).join(joint),
        unshared: joint == "+",
        reconnect: Some((10, 250, 10_000)),
        ..Setup::default()
    });
    let connection = factory.connect().expect("connected");
    let session = connection.session(api::AUTO).expect("a session");
    let producer = session.producer("good").expect("a producer");
    producer.send_text("before").expect("sent");
    (factory, connection, session, producer)
}

#[test]
fn an_attach_that_servers_die_of_is_given_back_at_the_third_loss() {
    dialogue(|| {
        let over = Gate::new();
        let (first, second, deaths) = servers(|a| attaches(a, "poison"), &over);
        let (_, connection, session, producer) = program([&first, &second], ",");
        let lost = Status::TIBEMS_SERVER_NOT_CONNECTED;
        let failure = expect_status(session.consumer("poison"), lost);
        assert!(failure.text.contains(WORDS), "{failure:?}");
        assert_eq!(deaths.load(Ordering::Acquire), 3);
        let failure = expect_status(session.producer("poison"), lost);
        assert!(failure.text.contains(WORDS), "{failure:?}");
        assert_eq!(deaths.load(Ordering::Acquire), 6);
        // the connection is none the worse for it
        producer.send_text("behind").expect("sent");
        session.consumer("good").expect("a consumer");
        connection.close().expect("closed");
        over.open();
        first.finish();
        second.finish();
    });
}

fn transfers(arrival: &Arrival) -> bool {
    let Performative::Transfer(_) = arrival.performative else {
        return false;
    };
    arrival.payload.windows(6).any(|bytes| bytes == b"poison")
}

#[test]
fn a_send_that_servers_die_of_is_given_back_as_unknown() {
    dialogue(|| {
        let over = Gate::new();
        let (first, second, deaths) = servers(transfers, &over);
        let (_, connection, _, producer) = program([&first, &second], ",");
        let sent = producer.send_text("poison");
        let failure = expect_status(sent, Status::TIBEMS_SERVER_NOT_CONNECTED);
        let text = format!("outcome unknown: {WORDS}");
        assert!(failure.text.starts_with(&text), "{failure:?}");
        assert_eq!(deaths.load(Ordering::Acquire), 3);
        producer.send_text("behind").expect("sent");
        connection.close().expect("closed");
        over.open();
        first.finish();
        second.finish();
    });
}

#[test]
fn the_same_over_recoveries() {
    dialogue_with("ufo_resend=1", || {
        let over = Gate::new();
        let deadly = |a: &Arrival| attaches(a, "poison") || transfers(a);
        let (first, second, deaths) = servers(deadly, &over);
        let (factory, connection, session, producer) = program([&first, &second], "+");
        let recoveries = Recoveries::of(factory, connection);
        let lost = Status::TIBEMS_SERVER_NOT_CONNECTED;
        let failure = expect_status(session.consumer("poison"), lost);
        assert!(failure.text.contains(WORDS), "{failure:?}");
        assert_eq!(deaths.load(Ordering::Acquire), 3);
        let failure = expect_status(producer.send_text("poison"), lost);
        let text = format!("outcome unknown: {WORDS}");
        assert!(failure.text.starts_with(&text), "{failure:?}");
        assert_eq!(deaths.load(Ordering::Acquire), 6);
        recoveries.expect_ok(6);
        producer.send_text("behind").expect("sent");
        connection.close().expect("closed");
        over.open();
        first.finish();
        second.finish();
    });
}
