//! Protocol headers, SASL, open, heartbeats, restart.

use crate::client::*;
use bytes::Bytes;
use std::process::Command;
use std::time::{Duration, Instant};
use tibemsufo::amqp::codec::Value;
use tibemsufo::amqp::frame::{HEADER_AMQP, HEADER_SASL};
use tibemsufo::amqp::performative::*;

fn log_in(c: &mut Client, mechanism: &str, response: Option<&'static [u8]>) -> u8 {
    c.raw(&HEADER_SASL);
    assert_eq!(c.header(), HEADER_SASL);
    match c.next() {
        Performative::SaslMechanisms(offer) => {
            assert!(offer.sasl_server_mechanisms.contains(&"PLAIN".into()));
        }
        other => panic!("{other:?}"),
    }
    c.put(SaslInit {
        mechanism: mechanism.into(),
        initial_response: response.map(Bytes::from_static),
        hostname: None,
    });
    let mut answer = c.next();
    if let Performative::SaslChallenge(_) = answer {
        c.put(SaslResponse {
            response: Bytes::from_static(b"\0ems\0secret"),
        });
        answer = c.next();
    }
    match answer {
        Performative::SaslOutcome(outcome) => outcome.code,
        other => panic!("{other:?}"),
    }
}

fn goes_on(mut c: Client) {
    c.raw(&HEADER_AMQP);
    assert_eq!(c.header(), HEADER_AMQP);
    c.put(open("c"));
    assert!(matches!(c.next(), Performative::Open(_)));
    c.close();
}

#[test]
fn anybody_may_connect_without_a_login() {
    let broker = Server::start(&[]);
    for (mechanism, response) in [
        ("ANONYMOUS", Some(&b""[..])),
        ("ANONYMOUS", None),
        ("PLAIN", Some(&b"\0anybody\0x"[..])),
    ] {
        let mut c = Client::connect(broker.port);
        assert_eq!(log_in(&mut c, mechanism, response), 0);
        goes_on(c);
    }
    let mut c = Client::connect(broker.port);
    assert_eq!(log_in(&mut c, "EXTERNAL", None), 1);
    assert!(c.try_frame().is_none());
}

#[test]
fn a_login_is_asked_for() {
    let broker = Server::start(&["--user", "ems", "--password", "secret"]);
    for (mechanism, response, code) in [
        ("PLAIN", Some(&b"\0ems\0secret"[..]), 0),
        ("PLAIN", None, 0),
        ("PLAIN", Some(&b"\0ems\0wrong"[..]), 1),
        ("PLAIN", Some(&b"\0other\0secret"[..]), 1),
        ("PLAIN", Some(&b"nonsense"[..]), 1),
        ("ANONYMOUS", Some(&b""[..]), 1),
    ] {
        let mut c = Client::connect(broker.port);
        assert_eq!(
            log_in(&mut c, mechanism, response),
            code,
            "{mechanism} {response:?}"
        );
        match code {
            0 => goes_on(c),
            _ => assert!(c.try_frame().is_none()),
        }
    }
    // SASL cannot be left out
    let mut c = Client::connect(broker.port);
    c.raw(&HEADER_AMQP);
    assert_eq!(c.header(), HEADER_SASL);
    assert!(c.try_frame().is_none());
}

#[test]
fn a_second_client_of_a_sole_container_is_refused() {
    let broker = Server::start(&[]);
    let sole = || Open {
        desired_capabilities: vec!["sole-connection-for-container".into()],
        ..open("the-one")
    };
    let first = broker.client_with(sole());
    let mut second = broker.client_with(sole());
    let marker = second
        .server
        .property("amqp:connection-establishment-failed");
    assert_eq!(marker, Some(&Value::Bool(true)));
    let error = second.closed().unwrap();
    assert_eq!(error.condition, "amqp:invalid-field");
    let field = error.info("invalid-field").and_then(Value::as_str);
    assert_eq!(field, Some("container-id"));
    // free again as soon as the first has gone
    first.close();
    let third = broker.client_with(sole());
    assert!(
        third
            .server
            .properties
            .iter()
            .all(|(key, _)| key != "amqp:connection-establishment-failed")
    );
    third.close();
}

#[test]
fn it_beats_for_a_client_that_wants_to_hear_it() {
    let broker = Server::start(&[]);
    let mut c = broker.client_with(Open {
        idle_time_out: Some(100),
        ..open("c")
    });
    for _ in 0..3 {
        assert_eq!(c.try_frame().unwrap().performative, None);
    }
    c.close();
}

#[test]
fn it_drops_a_silent_client() {
    let broker = Server::start(&["--idle", "400"]);
    let start = Instant::now();
    let mut c = broker.client_with(open("c"));
    assert_eq!(c.server.idle_time_out, Some(200));
    let error = c.closed().unwrap();
    assert_eq!(error.condition, "amqp:resource-limit-exceeded");
    assert!(start.elapsed() >= Duration::from_millis(400));
    assert!(c.try_frame().is_none());
}

#[test]
fn it_comes_back_on_the_same_port_at_once() {
    let mut broker = Server::start(&[]);
    let port = broker.port;
    let mut c = broker.client("c");
    broker.kill();
    assert!(c.try_frame().is_none());
    let again = Server::start_on(port, &[]);
    again.client("c").close();
}

#[test]
fn the_command_line_explains_itself() {
    let run = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_devbroker"))
            .args(arguments)
            .output()
            .unwrap()
    };
    let help = run(&["--help"]);
    assert!(help.status.success());
    let text = String::from_utf8(help.stdout).unwrap();
    assert!(text.contains("development and tests only"), "{text}");
    let bad = run(&["--port", "x"]);
    assert_eq!(bad.status.code(), Some(2));
    assert!(bad.stdout.is_empty() && !bad.stderr.is_empty());
}
