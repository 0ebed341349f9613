//! One message in advance: none waits behind a message in work (D34, spec 20 §4.3).

use crate::peer::api::{self, Status, expect_status};
use crate::peer::{Gate, LinkId, Peer, Talk, dialogue_with, message};
use crate::scene::{end, run, session};
use tibemsufo::amqp::performative::{DeliveryState, Performative};

const ONE: &str = "prefetch_queue=1";

/// A look at the credit, which the program waits for.
#[derive(Clone, Default)]
struct Look {
    asked: Gate,
    done: Gate,
}

impl Look {
    /// The program: the peer has got everything that was sent before, and nothing was granted.
    fn ask(&self) {
        self.asked.open();
        self.done.wait();
    }

    /// The peer: serves until it is asked, behind an answer to something that the program did last.
    fn at(&self, p: &mut Talk, link: LinkId) {
        p.serve_until_open(&self.asked);
        assert_eq!(p.link(link).credit, 0, "credit behind a message in work");
        self.done.open();
    }
}

#[test]
fn nothing_comes_between_two_receives() {
    dialogue_with(ONE, || {
        let working = Look::default();
        let looked = working.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1);
            let first = p.deliver(link, &message::text("first"));
            p.await_settled(&[first], &DeliveryState::Accepted);
            looked.at(p, link);
            p.await_credit(link, 1);
            p.deliver(link, &message::text("second"));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        assert_eq!(consumer.receive_text().expect("received"), "first");
        // a round trip later still nothing has been asked for
        session.producer("fence").expect("a producer");
        working.ask();
        assert_eq!(consumer.receive_text().expect("received"), "second");
        end(connection, peer);
    });
}

#[test]
fn nothing_comes_before_a_listener_has_returned() {
    dialogue_with(ONE, || {
        let (inside, out) = (Gate::new(), Gate::new());
        let (told, go) = (inside.clone(), out.clone());
        let (working, done) = (Look::default(), Gate::new());
        let (looked, last) = (working.clone(), done.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1);
            p.deliver(link, &message::text("first"));
            looked.at(p, link);
            p.await_credit(link, 1);
            p.deliver(link, &message::text("second"));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        let listener = consumer.on_message(move |message| {
            match &*message.body() {
                "first" => {
                    told.open();
                    go.wait();
                }
                _ => last.open(),
            }
            message.destroy();
        });
        listener.expect("a listener");
        inside.wait();
        connection.session(api::AUTO).expect("a session");
        working.ask();
        out.open();
        done.wait();
        end(connection, peer);
    });
}

#[test]
fn nothing_comes_before_the_acknowledgement_unless_a_receive_asks() {
    dialogue_with(ONE, || {
        let (held, taken_back) = (Look::default(), Look::default());
        let (before, after) = (held.clone(), taken_back.clone());
        let granted = Gate::new();
        let told = granted.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1);
            p.deliver(link, &message::text("first"));
            before.at(p, link);
            // a receive asks, and what it did not use up is taken back
            p.await_credit(link, 1);
            let drain = p.await_that("a drain", |a| match &a.performative {
                Performative::Flow(flow) => flow.drain,
                _ => false,
            });
            p.serve(drain);
            after.at(p, link);
            p.await_credit(link, 1);
            told.open();
            p.deliver(link, &message::text("second"));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::CLIENT);
        let consumer = session.consumer("q").expect("a consumer");
        let first = consumer.receive().expect("received");
        session.producer("fence").expect("a producer");
        held.ask();
        expect_status(consumer.receive_within(50), Status::TIBEMS_TIMEOUT);
        session.producer("another").expect("a producer");
        taken_back.ask();
        first.acknowledge().expect("acknowledged");
        granted.wait(); // by the acknowledgement, before a receive asks
        let second = run(move || consumer.receive().map(|message| message.body()));
        assert_eq!(second.result().expect("received"), "second");
        end(connection, peer);
    });
}

#[test]
fn the_number_depends_on_the_destination() {
    dialogue_with(
        "prefetch_queue=orders.>:7,jobs.*:0,3 prefetch_topic=orders.>:9",
        || {
            let peer = Peer::script(|p| {
                p.accept_open();
                for credit in [7, 3] {
                    let link = p.await_consumer();
                    p.await_credit(link, 1);
                    assert_eq!(p.link(link).credit, credit);
                }
                let link = p.await_consumer();
                let begin = p.await_begin(); // behind it: nothing is granted without a receive
                assert_eq!(p.link(link).credit, 0);
                p.answer_begin(begin);
                p.serve_to_close();
            });
            let (connection, session) = session(&peer, api::AUTO);
            for name in ["orders.new", "other", "jobs.x"] {
                session.consumer(name).expect("a consumer");
            }
            connection.session(api::AUTO).expect("a session");
            end(connection, peer);
        },
    );
}
