//! What a program reads when no server took its connection: every URL that was tried, and what each answered, in order;
//! and servers that take connections and drop them at once, which are no success (D22).

use crate::peer::api::{self, Factory, Setup, Status, expect_status};
use crate::peer::{Gate, Peer, clock, dead_url, dialogue, dialogue_in, dialogue_with, error};
use crate::scene::{Exceptions, ends_after, refused, run, serves_until};
use std::time::Duration;
use tibemsufo::amqp::performative::AmqpError;

/// An error that says no more than its condition.
fn forced() -> AmqpError {
    AmqpError {
        description: None,
        ..error("amqp:connection:forced")
    }
}

/// A server that says this instead of taking connections, once for each.
fn closes_with(error: AmqpError, times: usize) -> Peer {
    Peer::script(move |p| {
        for _ in 0..times {
            p.accept();
            p.accept_sasl_anonymous();
            p.expect_open();
            p.send_close(Some(error.clone()));
            p.drain_stream();
        }
    })
}

#[test]
fn a_failed_connect_names_every_url_and_its_answer() {
    dialogue(|| {
        let dead = dead_url();
        let refusing = closes_with(error("amqp:unauthorized-access"), 1);
        let starting = closes_with(forced(), 2);
        let factory = Factory::new(&Setup {
            url: [dead.clone(), refusing.url(), starting.url()].join(","),
            connect: Some((2, 250, 10_000)),
            ..Setup::default()
        });
        let result = factory.connect();
        let failure = refused(result, Status::TIBEMS_SECURITY_EXCEPTION);
        let text = format!(
            "no server took the connection: {dead}: connection refused (2 tries); \
             {}: refused the user (amqp:unauthorized-access: said by the scripted peer); \
             {}: closed the connection (amqp:connection:forced) (2 tries) (",
            refusing.url(),
            starting.url()
        );
        assert!(failure.text.contains(&text), "{failure:?}");
        factory.destroy().expect("destroyed");
        refusing.finish();
        starting.finish();
    });
}

#[test]
fn a_failed_recovery_names_every_url_to_the_caller_and_to_later_calls() {
    dialogue(|| {
        let cut = Gate::new();
        let first = serves_until(&cut);
        let other = closes_with(forced(), 1);
        let factory = Factory::new(&Setup {
            url: [first.url(), other.url()].join("+"),
            unshared: true,
            reconnect: Some((1, 250, 10_000)),
            ..Setup::default()
        });
        let connection = factory.connect().expect("connected");
        let url = first.url();
        let exceptions = Exceptions::of(connection);
        cut.open();
        exceptions.wait(1);
        first.finish(); // and its listener with it
        let text = format!(
            "no server took the connection: {}: closed the connection (amqp:connection:forced); \
             {url}: connection refused",
            other.url(),
        );
        let recovery = factory.recover(connection);
        let failure = expect_status(recovery, Status::TIBEMS_SERVER_NOT_CONNECTED);
        assert!(failure.text.contains(&text), "{failure:?}");
        let later = connection.session(api::AUTO);
        let failure = expect_status(later, Status::TIBEMS_UFO_CONNECTION_FAILURE);
        assert!(failure.text.contains(&text), "{failure:?}");
        connection.close().expect("closed");
        other.finish();
    });
}

#[test]
fn the_trace_has_a_line_for_each_try() {
    dialogue_in(&[("TIBEMS_TRACE", "recovery")], || {
        let path = std::env::temp_dir().join(format!("tries-{}.trace", std::process::id()));
        api::trace_to(&path);
        let dead = dead_url();
        let peer = crate::scene::serves();
        let list = [dead.clone(), peer.url()].join(",");
        crate::scene::end(api::connect(&list).expect("connected"), peer);
        let trace = std::fs::read_to_string(&path).expect("a trace");
        std::fs::remove_file(&path).expect("removed");
        let line = |words: &str| trace.lines().any(|line| line.contains(words));
        assert!(
            line(&format!(
                "connect, attempt 1 of 1: {dead}: connection refused ("
            )),
            "{trace}"
        );
        assert!(line(": connected ("), "{trace}");
    });
}

/// Takes so many connections and drops each as soon as it is open.
fn drops(times: usize) -> Peer {
    Peer::script(move |p| {
        for _ in 0..times {
            p.accept_open();
            p.drop_socket();
        }
    })
}

#[test]
fn connections_that_die_at_once_use_up_the_attempts() {
    // case 40-P-V3: the series goes on over them (D22), so two such servers are no storm
    dialogue(|| {
        let (first, second) = (drops(4), drops(3));
        let factory = Factory::new(&Setup {
            url: [first.url(), second.url()].join(","),
            reconnect: Some((3, 250, 10_000)),
            ..Setup::default()
        });
        let connection = factory.connect().expect("connected");
        let exceptions = Exceptions::of(connection);
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
        let later = connection.session(api::AUTO);
        let failure = expect_status(later, Status::TIBEMS_SERVER_NOT_CONNECTED);
        let died = "took the connection and lost it: the server closed the socket";
        for (peer, tries) in [(&first, 4), (&second, 3)] {
            let text = format!("{}: {died} ({tries} tries)", peer.url());
            assert!(failure.text.contains(&text), "{failure:?}");
        }
        connection.close().expect("closed");
        first.finish();
        second.finish();
    });
}

#[test]
fn a_connection_that_has_served_is_replaced_at_once() {
    dialogue_with("", || {
        clock::hold(); // whoever waits for a delay waits for ever
        let peer = Peer::script(|p| {
            for last in [false, false, true] {
                p.accept_open();
                let received = p.await_transfer();
                p.accept_delivery(&received);
                if last {
                    p.serve_to_close();
                }
                p.drop_socket();
            }
        });
        let factory = Factory::new(&Setup {
            url: peer.url(),
            unshared: true,
            reconnect: Some((1, 250, 10_000)),
            ..Setup::default()
        });
        let connection = factory.connect().expect("connected");
        let exceptions = Exceptions::of(connection);
        let session = connection.session(api::AUTO).expect("a session");
        let producer = session.producer("q").expect("a producer");
        for turn in 1..=2 {
            producer.send_text("served").expect("sent");
            exceptions.wait(turn);
            factory.recover(connection).expect("recovered");
        }
        producer.send_text("served").expect("sent");
        crate::scene::end(connection, peer);
    });
}

#[test]
fn a_recovery_right_after_a_connection_that_died_waits_for_the_delay() {
    dialogue_with("", || {
        clock::hold();
        let again = Gate::new();
        let told = again.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.drop_socket();
            p.accept();
            told.open();
            p.drop_socket();
            p.accept_open();
            p.serve_to_close();
        });
        let factory = Factory::new(&Setup {
            url: peer.url(),
            unshared: true,
            reconnect: Some((1, 250, 10_000)),
            ..Setup::default()
        });
        let connection = factory.connect().expect("connected");
        let exceptions = Exceptions::of(connection);
        exceptions.wait(1);
        let recovering = run(move || factory.recover(connection));
        recovering.blocks();
        clock::advance(Duration::from_millis(249));
        recovering.polls_at_this_time();
        assert!(!again.is_open(), "a connect before its time");
        clock::advance(Duration::from_millis(1));
        let failed = recovering.ends_at_this_time();
        expect_status(failed, Status::TIBEMS_SERVER_NOT_CONNECTED);
        assert!(again.is_open());
        // the same behind a failed recovery
        let recovering = run(move || factory.recover(connection));
        ends_after(recovering, 250).expect("recovered");
        crate::scene::end(connection, peer);
    });
}
