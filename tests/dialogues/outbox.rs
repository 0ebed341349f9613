//! Sends that nobody waits for, over losses and beyond the room of the output: what was not sent whole is sent again, in
//! its order, by whatever link the next server has (D16, D21), and a send that may have arrived never looks unsent (D13).

use crate::peer::api::{self, Call, Destination, Msg, Producer, Session, Status, expect_status};
use crate::peer::clock;
use crate::peer::{
    Gate, LinkId, Peer, Received, Talk, dialogue, dialogue_with, error, listen, message,
};
use crate::scene::{
    Recoveries, Running, end, poll, run, serves_until, session, shared, times_out, unshared,
};
use std::sync::{Arc, Mutex};
use tibemsufo::amqp::codec::Value;
use tibemsufo::amqp::performative::{Performative, Role};

/// More than any pair of socket buffers holds.
const HUGE: usize = 20 << 20;

/// A bytes message that begins with a name of three letters.
fn named(name: &str, size: usize) -> Msg {
    let mut bytes = name.as_bytes().to_vec();
    bytes.resize(size.max(3), b'.');
    Msg::data(&bytes)
}

fn name_of(received: &Received) -> String {
    match message::find(&received.payload, 0x75) {
        Some(Value::Binary(bytes)) => String::from_utf8(bytes[..3].to_vec()).unwrap(),
        other => panic!("{other:?}"),
    }
}

type Names = Arc<Mutex<Vec<String>>>;

/// A server that opens its links, reads nothing more until the gate opens, and dies.
fn deaf(die: &Gate) -> Peer {
    let die = die.clone();
    Peer::on(listen(Some(4096)), move |p| {
        p.accept_open();
        let link = p.await_producer();
        p.grant(link, 10_000);
        p.wait(&die);
        p.drop_socket();
    })
}

/// Keeps the names of what it gets until the connection is closed.
fn keeps(names: &Names) -> Peer {
    let names = names.clone();
    Peer::script(move |p| {
        p.accept_open();
        keep(p, &names);
    })
}

fn keep(p: &mut Talk, names: &Names) {
    loop {
        let arrival = p.expect_frame();
        let closing = matches!(arrival.performative, Performative::Close(_));
        let name = arrival.complete.iter().map(name_of);
        names.lock().unwrap().extend(name);
        p.serve(arrival);
        if closing {
            return p.expect_end_of_stream();
        }
    }
}

fn send(producer: api::Producer, name: &str, size: usize) {
    let message = named(name, size);
    producer.send(message).unwrap();
    message.destroy();
}

fn reliable(session: Session) -> api::Producer {
    let producer = session.producer("q").unwrap();
    producer.set_delivery_mode(api::RELIABLE);
    producer
}

#[test]
fn what_the_server_has_in_part_is_sent_again_whole_and_first() {
    dialogue(|| {
        let (die, names) = (Gate::new(), Names::default());
        let (first, second) = (deaf(&die), keeps(&names));
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let producer = reliable(connection.session(api::AUTO).unwrap());
        send(producer, "big", HUGE);
        send(producer, "one", 3);
        die.open();
        recoveries.expect_ok(1);
        send(producer, "two", 3);
        first.finish();
        end(connection, second);
        assert_eq!(*names.lock().unwrap(), ["big", "one", "two"]);
    });
}

#[test]
fn the_order_survives_losses_in_a_row() {
    dialogue(|| {
        let (die, names) = (Gate::new(), Names::default());
        let first = deaf(&die);
        let third = keeps(&names);
        // takes one of them, and dies before it has read it
        let second = Peer::on(listen(Some(4096)), |p| {
            p.accept_open();
            p.credit = 0;
            let link = p.await_producer();
            p.grant(link, 1);
            p.drop_socket();
        });
        let (factory, connection) = unshared(&[&first, &second, &third]);
        let recoveries = Recoveries::of(factory, connection);
        let producer = reliable(connection.session(api::AUTO).unwrap());
        send(producer, "big", HUGE);
        for name in ["one", "two", "six"] {
            send(producer, name, 3);
        }
        die.open();
        recoveries.expect_ok(2);
        send(producer, "ten", 3);
        first.finish();
        second.finish();
        end(connection, third);
        let names = names.lock().unwrap();
        assert_eq!(*names, ["big", "one", "two", "six", "ten"]);
    });
}

#[test]
fn p_v10_a_server_without_a_relay_gets_the_rest_by_links_of_its_own() {
    dialogue(|| {
        let (die, names) = (Gate::new(), Names::default());
        let first = deaf(&die);
        let kept = names.clone();
        let second = Peer::script(move |p| {
            p.accept_open_with(|open| open.offered_capabilities.clear());
            keep(p, &kept);
            let targets = p.links(Role::Sender).into_iter().map(|link| {
                let target = p.link(link).attach.target.clone().unwrap();
                target.target().unwrap().address.clone()
            });
            let targets: Vec<_> = targets.collect();
            assert_eq!(targets, [Some("a".into()), Some("b".into())]);
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).unwrap();
        let producer = session.producer_to(None).unwrap();
        producer.set_delivery_mode(api::RELIABLE);
        let (a, b) = (Destination::queue("a"), Destination::queue("b"));
        for (to, name, size) in [
            (a, "big", HUGE),
            (b, "one", 3),
            (a, "two", 3),
            (b, "six", 3),
        ] {
            producer.send_to(to, named(name, size)).unwrap();
        }
        die.open();
        recoveries.expect_ok(1);
        producer.send_to(a, named("ten", 3)).unwrap();
        first.finish();
        end(connection, second);
        let names = names.lock().unwrap();
        assert_eq!(*names, ["big", "one", "two", "six", "ten"]);
    });
}

#[test]
fn a_destination_that_was_refused_once_is_no_part_of_a_recovery() {
    dialogue(|| {
        let cut = Gate::new();
        let go = cut.clone();
        let first = Peer::script(move |p| {
            p.accept_open_with(|open| open.offered_capabilities.clear());
            let link = p.await_attach(Role::Sender);
            p.refuse_attach(link, Some(error("amqp:not-found")));
            p.serve_until_open(&go);
            p.drop_socket();
        });
        let second = Peer::script(|p| {
            p.accept_open_with(|open| open.offered_capabilities.clear());
            p.serve_to_close();
            assert_eq!(p.links(Role::Sender).len(), 0, "a link of one send");
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).unwrap();
        let producer = session.producer_to(None).unwrap();
        let (bad, good) = (Destination::queue("bad"), Destination::queue("good"));
        let refused = producer.send_to(bad, Msg::text("x"));
        expect_status(refused, Status::TIBEMS_INVALID_DESTINATION);
        producer.send_to(good, Msg::text("x")).unwrap();
        cut.open();
        recoveries.expect_ok(1);
        first.finish();
        end(connection, second);
    });
}

/// A send that has left, and waits for credit again at another server; something ends the wait.
fn begun_and_waiting(end_of_wait: impl FnOnce(api::Producer, &Running<Call>)) {
    let there = Gate::new();
    let told = there.clone();
    let first = Peer::script(|p| {
        p.accept_open();
        p.await_transfer();
        p.drop_socket();
    });
    let second = Peer::script(move |p| {
        p.accept_open();
        p.credit = 0;
        p.await_producer();
        told.open();
        p.serve_to_close();
    });
    let connection = shared(&[&first, &second]);
    let session = connection.session(api::AUTO).unwrap();
    let producer = session.producer("q").unwrap();
    let sending = run(move || producer.send_text("twice?"));
    there.wait();
    let url = second.url();
    poll("no other server", || {
        connection.active_url() == Ok(url.clone())
    });
    end_of_wait(producer, &sending);
    // its first copy may have arrived
    let failure = expect_status(sending.result(), Status::TIBEMS_SERVER_NOT_CONNECTED);
    assert!(failure.text.starts_with("outcome unknown:"), "{failure:?}");
    first.finish();
    end(connection, second);
}

#[test]
fn a_begun_send_that_waits_again_is_unknown_when_its_producer_closes() {
    dialogue(|| begun_and_waiting(|producer, _| producer.close().unwrap()));
}

/// The second server lets nobody send there: that says nothing about the first copy.
#[test]
fn a_begun_send_whose_second_link_is_refused_is_unknown() {
    dialogue(|| {
        let first = Peer::script(|p| {
            p.accept_open_with(|open| open.offered_capabilities.clear());
            p.await_transfer();
            p.drop_socket();
        });
        let second = Peer::script(|p| {
            p.accept_open_with(|open| open.offered_capabilities.clear());
            let link = p.await_attach(Role::Sender);
            p.refuse_attach(link, Some(error("amqp:not-found")));
            p.serve_to_close();
        });
        let connection = shared(&[&first, &second]);
        let session = connection.session(api::AUTO).unwrap();
        let producer = session.producer_to(None).unwrap();
        let sent = producer.send_to(Destination::queue("q"), Msg::text("twice?"));
        let failure = expect_status(sent, Status::TIBEMS_INVALID_DESTINATION);
        assert!(failure.text.starts_with("outcome unknown:"), "{failure:?}");
        first.finish();
        end(connection, second);
    });
}

#[test]
fn a_begun_send_that_waits_again_is_unknown_at_its_limit() {
    dialogue_with("send_timeout=300", || {
        clock::hold();
        begun_and_waiting(|_, sending| times_out(sending, 300));
    });
}

#[test]
fn a_producer_closed_while_its_send_waits_for_a_server() {
    dialogue(|| {
        let cut = Gate::new();
        let peer = serves_until(&cut);
        let (_, connection) = unshared(&[&peer]);
        let session = connection.session(api::AUTO).unwrap();
        let producer = session.producer("q").unwrap();
        cut.open();
        peer.finish();
        poll("no loss", || connection.is_disconnected());
        let sending = run(move || producer.send_text("never"));
        sending.blocks();
        producer.close().unwrap();
        expect_status(sending.result(), Status::TIBEMS_ILLEGAL_STATE);
        connection.close().unwrap();
    });
}

/// A server that reads nothing before the gate opens, and two producers of one session.
fn slow_reader(
    read: &Gate,
    names: &Names,
) -> (api::Connection, Peer, api::Producer, api::Producer) {
    let (go, kept) = (read.clone(), names.clone());
    let peer = Peer::on(listen(Some(4096)), move |p| {
        p.accept_open();
        for _ in 0..2 {
            let link = p.await_producer();
            p.grant(link, 10_000);
        }
        p.wait(&go);
        keep(p, &kept);
    });
    let (connection, session) = session(&peer, api::AUTO);
    let (one, other) = (reliable(session), reliable(session));
    (connection, peer, one, other)
}

#[test]
fn the_output_has_a_limit_in_bytes() {
    // a producer may always queue one message, and then waits for room
    dialogue_with("buffer_limit=1000000 send_timeout=300", || {
        clock::hold();
        let no_room = |producer: Producer| {
            let sending = run(move || producer.send(named("not", 3)));
            times_out(&sending, 300);
            expect_status(sending.result(), Status::TIBEMS_TIMEOUT);
        };
        let (read, names) = (Gate::new(), Names::default());
        let (connection, peer, one, other) = slow_reader(&read, &names);
        send(one, "big", HUGE);
        no_room(one);
        send(other, "two", 3);
        no_room(other);
        read.open();
        end(connection, peer);
        assert_eq!(*names.lock().unwrap(), ["big", "two"]);
    });
}

#[test]
fn room_in_the_output_wakes_the_sends_that_wait_for_it() {
    dialogue_with("buffer_limit=1000000", || {
        let (read, names) = (Gate::new(), Names::default());
        let (connection, peer, one, _) = slow_reader(&read, &names);
        send(one, "big", HUGE);
        let sending = run(move || send(one, "two", 3));
        sending.blocks();
        read.open();
        sending.result();
        end(connection, peer);
        assert_eq!(*names.lock().unwrap(), ["big", "two"]);
    });
}

#[test]
fn a_stalled_session_does_not_hold_the_others() {
    dialogue_with("buffer_limit=1000000 close_timeout=100", || {
        let peer = Peer::script(|p| {
            p.accept_open();
            p.window = 4; // of the first session, and never more
            let link = p.await_producer();
            p.grant(link, 1);
            p.window = 1_000_000;
            p.serve_to_close();
        });
        let connection = api::connect(&peer.url()).unwrap();
        let stalled = reliable(connection.session(api::AUTO).unwrap());
        send(stalled, "big", HUGE);
        let other = reliable(connection.session(api::AUTO).unwrap());
        let sending = run(move || {
            for _ in 0..1000 {
                send(other, "one", 3);
            }
        });
        sending.result();
        end(connection, peer);
    });
}

#[test]
fn a_close_does_not_wait_for_what_an_ended_session_has_left() {
    dialogue(|| {
        let (die, ends) = (Gate::new(), Gate::new());
        let (first, go) = (deaf(&die), ends.clone());
        let second = Peer::script(move |p| {
            p.accept_open();
            p.credit = 0;
            let link = p.await_producer();
            p.wait(&go);
            p.send_end(p.link(link).session, Some(error("amqp:internal-error")));
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let producer = reliable(connection.session(api::AUTO).unwrap());
        send(producer, "big", HUGE);
        die.open();
        recoveries.expect_ok(1);
        ends.open();
        assert!(producer.send(named("not", 3)).is_err());
        // sooner than the limit of a close, which is a minute
        run(move || producer.close()).result().unwrap();
        first.finish();
        end(connection, second);
    });
}

#[test]
fn a_close_waits_for_what_a_session_window_holds_back() {
    dialogue(|| {
        let names = Names::default();
        let kept = names.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.window = 4;
            let link = p.await_producer();
            p.grant(link, 1);
            let session = p.link(link).session;
            loop {
                let arrival = p.expect_frame();
                assert!(
                    matches!(arrival.performative, Performative::Transfer(_)),
                    "{} before the rest",
                    arrival.performative.name()
                );
                p.open_window(session, 4);
                if let Some(received) = &arrival.complete {
                    kept.lock().unwrap().push(name_of(received));
                    return p.serve_to_close();
                }
            }
        });
        let (connection, session) = session(&peer, api::AUTO);
        send(reliable(session), "big", 4 << 20);
        end(connection, peer);
        assert_eq!(*names.lock().unwrap(), ["big"]);
    });
}

/// A producer without a destination has a send that a loss left, and is closed while the server is asked for its link.
fn closes_with_leftovers(answer: impl FnOnce(&mut Talk, LinkId) + Send + 'static) {
    let (die, asked, closing) = (Gate::new(), Gate::new(), Gate::new());
    let first = deaf(&die);
    let (told, go) = (asked.clone(), closing.clone());
    let second = Peer::script(move |p| {
        p.accept_open_with(|open| open.offered_capabilities.clear());
        let link = p.await_attach(Role::Sender);
        told.open();
        p.wait(&go);
        answer(p, link);
    });
    let (factory, connection) = unshared(&[&first, &second]);
    let recoveries = Recoveries::of(factory, connection);
    let session = connection.session(api::AUTO).unwrap();
    let producer = session.producer_to(None).unwrap();
    producer.set_delivery_mode(api::RELIABLE);
    let message = named("big", HUGE);
    producer.send_to(Destination::queue("q"), message).unwrap();
    die.open();
    recoveries.expect_ok(1);
    asked.wait();
    let closed = run(move || producer.close());
    closed.blocks();
    closing.open();
    closed.result().unwrap();
    first.finish();
    end(connection, second);
}

#[test]
fn a_producer_that_closes_drops_what_nobody_takes() {
    dialogue(|| {
        closes_with_leftovers(|p, link| {
            p.refuse_attach(link, Some(error("amqp:not-found")));
            p.serve_to_close();
        });
    });
}

#[test]
fn a_producer_that_closes_sends_what_a_loss_has_left() {
    dialogue(|| {
        let names = Names::default();
        let kept = names.clone();
        closes_with_leftovers(move |p, link| {
            p.answer_attach(link);
            p.grant(link, 10);
            keep(p, &kept);
        });
        assert_eq!(*names.lock().unwrap(), ["big"]);
    });
}
