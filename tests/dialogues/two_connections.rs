//! Callbacks of two connections that meet: each waits for what the other one runs in, and both go on (spec 20 §1.8, decision 67).

use crate::peer::api::{self, Connection, Consumer, Msg, Producer, Session};
use crate::peer::{Counter, Gate, Peer, dialogue, dialogue_with, message};
use crate::scene::{end, run, serves, session};

/// A server that has one message for the first consumer.
fn gives_one() -> Peer {
    Peer::script(|p| {
        p.accept_open();
        let link = p.await_consumer();
        p.await_credit(link, 1);
        p.deliver(link, &message::text("one"));
        p.serve_to_close();
    })
}

/// A connection whose listener is called once, and what that does when both are.
fn listens(
    peer: &Peer,
    both: &Counter,
    act: impl Fn() + Send + Sync + 'static,
) -> (Connection, Session, Consumer) {
    let (connection, session) = session(peer, api::AUTO);
    let consumer = session.consumer("q").unwrap();
    let both = both.clone();
    let listener = move |message: Msg| {
        message.destroy();
        both.add();
        both.wait(2);
        act();
    };
    consumer.on_message(listener).unwrap();
    (connection, session, consumer)
}

#[test]
fn listeners_close_the_consumers_of_each_other() {
    dialogue(|| {
        let peers = [gives_one(), gives_one()];
        let (both, closed) = (Counter::new(), Counter::new());
        let (ready, slots) = (Gate::new(), [slot(), slot()]);
        let made = [0, 1].map(|own| {
            let (closed, ready, other) = (closed.clone(), ready.clone(), slots[1 - own].clone());
            listens(&peers[own], &both, move || {
                ready.wait();
                let other: Consumer = *other.lock().unwrap().as_ref().expect("a consumer");
                other.close().expect("closed");
                closed.add();
            })
        });
        for (slot, (_, _, consumer)) in slots.iter().zip(&made) {
            *slot.lock().unwrap() = Some(*consumer);
        }
        ready.open();
        closed.wait(2);
        for (peer, (connection, ..)) in peers.into_iter().zip(made) {
            end(connection, peer);
        }
    });
}

/// What a callback finds when everything is made.
fn slot<T>() -> std::sync::Arc<std::sync::Mutex<Option<T>>> {
    std::sync::Arc::default()
}

#[test]
fn completions_close_the_sessions_of_each_other() {
    dialogue(|| {
        let peers = [serves(), serves()];
        let connections = [0, 1].map(|own| api::connect(&peers[own].url()).unwrap());
        let sessions = connections.map(|connection| connection.session(api::AUTO).unwrap());
        let (both, closed) = (Counter::new(), Counter::new());
        for own in 0..2 {
            let (both, closed, other) = (both.clone(), closed.clone(), sessions[1 - own]);
            let message = Msg::text("1");
            let producer = sessions[own].producer("q").unwrap();
            let callback = move |_, _| {
                both.add();
                both.wait(2);
                other.close().expect("closed");
                closed.add();
            };
            producer.send_async(message, callback).expect("on its way");
            message.destroy();
        }
        closed.wait(2);
        for (peer, connection) in peers.into_iter().zip(connections) {
            end(connection, peer);
        }
    });
}

/// A listener waits until fewer sends of another connection are pending; the callback of these closes the listener's consumer.
#[test]
fn a_completion_closes_the_consumer_whose_listener_waits_for_it() {
    dialogue_with("buffer_limit=100000", || {
        let (one, two) = (gives_one(), serves());
        let other = api::connect(&two.url()).unwrap();
        let producer: Producer = other.session(api::AUTO).unwrap().producer("q").unwrap();
        let (both, done) = (Counter::new(), Counter::new());
        let sent = done.clone();
        let (connection, _, consumer) = listens(&one, &both, move || {
            let second = Msg::text(&"2".repeat(70_000));
            producer.send_async(second, |_, _| {}).expect("on its way");
            second.destroy();
            sent.add();
        });
        let (rendezvous, closed) = (both.clone(), done.clone());
        let first = Msg::text(&"1".repeat(70_000));
        let callback = move |_, _| {
            rendezvous.add();
            rendezvous.wait(2);
            consumer.close().expect("closed");
            closed.add();
        };
        let sending = run(move || producer.send_async(first, callback));
        sending.result().expect("on its way");
        done.wait(2);
        first.destroy();
        end(connection, one);
        end(other, two);
    });
}
