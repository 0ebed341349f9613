//! Headers, SASL, open, close, timers, framing (P-H, P-S, P-O, P-B, P-F).

use super::*;
use crate::amqp::codec::Value;

fn sasl_config(user: Option<&str>) -> EngineConfig {
    EngineConfig {
        sasl: Some(SaslConfig {
            user: user.map(str::to_owned),
            password: user.map(|_| "secret".to_owned()),
            plain_ok: true,
            hostname: Some("host".into()),
            ..SaslConfig::default()
        }),
        ..config()
    }
}

fn mechanisms(names: &[&str]) -> SaslMechanisms {
    SaslMechanisms {
        sasl_server_mechanisms: names.iter().map(|n| (*n).to_owned()).collect(),
    }
}

/// A wire on which the SASL headers have crossed.
fn sasl(user: Option<&str>) -> Wire {
    let mut wire = Wire::new(sasl_config(user));
    wire.expect_header(HEADER_SASL);
    wire.bytes(&HEADER_SASL);
    wire
}

fn header_failure(config: EngineConfig, bytes: &[u8]) -> (FailureKind, String) {
    let mut wire = Wire::new(config);
    wire.bytes(bytes);
    match wire.event() {
        Event::Failed { error, kind } => {
            assert_eq!(wire.engine.state(), EngineState::Closed);
            (kind, error.description.unwrap())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn wrong_headers_are_told_apart() {
    let failure = |bytes: &[u8]| header_failure(config(), bytes);
    assert_eq!(failure(&[0x15, 3, 1, 0, 2, 2, 40]).0, FailureKind::Protocol);
    assert!(failure(&[0x15]).1.contains("TLS"));
    assert!(failure(b"HTTP/1.1 400").1.contains("HTTP"));
    assert_eq!(failure(b"\x00garbage").0, FailureKind::Protocol);
    assert_eq!(failure(b"AMQP\x00\x00\x09\x01").0, FailureKind::Version);
    assert_eq!(failure(&HEADER_SASL).0, FailureKind::Protocol);
    assert!(failure(&HEADER_SASL).1.contains("SASL"));
    assert_eq!(
        header_failure(sasl_config(None), b"AMQP\x02\x01\x00\x00").0,
        FailureKind::Protocol
    );
}

#[test]
fn a_part_of_a_header_is_waited_for() {
    let mut wire = Wire::new(config());
    wire.bytes(&HEADER_AMQP[..5]);
    wire.no_event();
    assert_eq!(wire.engine.state(), EngineState::Handshake);
}

#[test]
fn plain_then_open_in_one_segment() {
    let mut wire = sasl(Some("joe"));
    wire.frame(0, mechanisms(&["PLAIN", "ANONYMOUS"]));
    match wire.expect() {
        Performative::SaslInit(init) => {
            assert_eq!(init.mechanism, "PLAIN");
            assert_eq!(init.initial_response.unwrap(), &b"\0joe\0secret"[..]);
            assert_eq!(init.hostname.as_deref(), Some("host"));
        }
        other => panic!("{other:?}"),
    }
    assert!(wire.engine.sasl_final_sent());
    let mut bytes = Vec::new();
    encode_frame(0, &SaslOutcome::default().into(), &[], &mut bytes);
    bytes.extend_from_slice(&HEADER_AMQP);
    encode_frame(0, &Open::default().into(), &[], &mut bytes);
    wire.bytes(&bytes);
    wire.expect_header(HEADER_AMQP);
    assert!(matches!(wire.expect(), Performative::Open(_)));
    assert_eq!(wire.event(), Event::Opened);
    assert_eq!(wire.engine.state(), EngineState::Open);
}

#[test]
fn anonymous_sends_an_empty_response() {
    let mut wire = Wire::new(sasl_config(None));
    // The peer does not wait for our header.
    wire.bytes(&HEADER_SASL);
    wire.frame(0, mechanisms(&["ANONYMOUS"]));
    wire.expect_header(HEADER_SASL);
    match wire.expect() {
        Performative::SaslInit(init) => {
            assert_eq!(init.mechanism, "ANONYMOUS");
            assert_eq!(init.initial_response, Some(Bytes::new()));
        }
        other => panic!("{other:?}"),
    }
}

fn auth_failure(wire: &mut Wire) -> AuthFailure {
    let failure = match wire.event() {
        Event::AuthFailed { failure, .. } => failure,
        other => panic!("{other:?}"),
    };
    wire.silent();
    assert_eq!(wire.engine.state(), EngineState::Closed);
    failure
}

#[test]
fn without_a_common_mechanism_nothing_is_sent() {
    for names in [&["ANONYMOUS"][..], &[]] {
        let mut wire = sasl(Some("joe"));
        wire.frame(0, mechanisms(names));
        assert_eq!(auth_failure(&mut wire), AuthFailure::NoMechanism);
    }
}

#[test]
fn sasl_failures() {
    for code in [1, 2, 3, 4, 9] {
        let mut wire = sasl(Some("joe"));
        wire.frame(0, mechanisms(&["PLAIN"]));
        wire.expect();
        wire.frame(
            0,
            SaslOutcome {
                code,
                additional_data: None,
            },
        );
        assert_eq!(auth_failure(&mut wire), AuthFailure::Outcome(code));
    }
}

#[test]
fn a_broken_exchange_is_an_authentication_failure() {
    let challenge: Performative = SaslChallenge::default().into();
    let open: Performative = Open::default().into();
    for performative in [challenge, open] {
        let mut wire = sasl(Some("joe"));
        wire.frame(0, mechanisms(&["PLAIN"]));
        wire.expect();
        wire.frame(0, performative);
        assert_eq!(auth_failure(&mut wire), AuthFailure::Exchange);
    }
    let mut wire = sasl(Some("joe"));
    wire.frame(0, mechanisms(&[&"x".repeat(600)]));
    assert_eq!(auth_failure(&mut wire), AuthFailure::Exchange);
    // An empty SASL frame
    let mut wire = sasl(Some("joe"));
    wire.bytes(&[0, 0, 0, 8, 2, 1, 0, 0]);
    assert_eq!(auth_failure(&mut wire), AuthFailure::Exchange);
    // A password that does not fit a frame
    let mut config = sasl_config(Some("joe"));
    config.sasl.as_mut().unwrap().password = Some("p".repeat(600));
    let mut wire = Wire::new(config);
    wire.expect_header(HEADER_SASL);
    wire.bytes(&HEADER_SASL);
    wire.frame(0, mechanisms(&["PLAIN"]));
    assert_eq!(auth_failure(&mut wire), AuthFailure::Credentials);
}

#[test]
fn an_outcome_without_mechanisms_is_taken() {
    let mut wire = sasl(None);
    wire.frame(0, SaslOutcome::default());
    wire.expect_header(HEADER_AMQP);
    wire.no_event();
}

#[test]
fn the_open_never_exceeds_512_bytes() {
    let mut wire = Wire::new(EngineConfig {
        properties: vec![("product".into(), "x".repeat(600))],
        ..config()
    });
    wire.bytes(&HEADER_AMQP);
    wire.expect_header(HEADER_AMQP);
    match wire.expect() {
        Performative::Open(open) => assert!(open.properties.is_empty()),
        other => panic!("{other:?}"),
    }
    let mut wire = Wire::new(EngineConfig {
        container_id: "x".repeat(600),
        ..config()
    });
    wire.expect_header(HEADER_AMQP);
    wire.bytes(&HEADER_AMQP);
    wire.silent();
    assert!(matches!(wire.event(), Event::Failed { .. }));
}

#[test]
fn our_open_says_what_was_configured() {
    let mut wire = Wire::new(EngineConfig {
        hostname: Some("vhost".into()),
        desired_capabilities: vec!["SHARED-SUBS".into()],
        properties: vec![("product".into(), "p".into())],
        ..config()
    });
    wire.bytes(&HEADER_AMQP);
    wire.expect_header(HEADER_AMQP);
    match wire.expect() {
        Performative::Open(open) => {
            assert_eq!(open.hostname.as_deref(), Some("vhost"));
            assert_eq!(open.idle_time_out, Some(10_000));
            assert_eq!(open.channel_max, Some(32_767));
            assert_eq!(open.max_frame_size, Some(262_144));
            assert_eq!(open.desired_capabilities, ["SHARED-SUBS"]);
            assert_eq!(open.property("product"), Some(&Value::string("p")));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_marked_open_is_not_up() {
    for marker in [Value::Bool(true), Value::string("true")] {
        let mut wire = Wire::new(config());
        wire.bytes(&HEADER_AMQP);
        wire.frame(
            0,
            Open {
                properties: vec![("amqp:connection-establishment-failed".into(), marker)],
                ..Open::default()
            },
        );
        wire.no_event();
        assert_eq!(wire.engine.state(), EngineState::Closing);
        assert!(wire.engine.begin().is_err());
        let error = Some(error("amqp:invalid-field"));
        wire.frame(
            0,
            Close {
                error: error.clone(),
            },
        );
        assert_eq!(wire.event(), Event::Closed { error });
    }
}

#[test]
fn a_small_max_frame_size_is_refused() {
    let mut wire = Wire::new(config());
    wire.expect_header(HEADER_AMQP);
    wire.bytes(&HEADER_AMQP);
    wire.frame(
        0,
        Open {
            max_frame_size: Some(511),
            ..Open::default()
        },
    );
    wire.failed(condition::FRAMING_ERROR);
}

#[test]
fn channels_are_limited_by_the_peer() {
    let mut wire = Wire::open(
        config(),
        Open {
            channel_max: Some(1),
            ..Open::default()
        },
    );
    let (first, _) = wire.session();
    wire.session();
    assert_eq!(wire.engine.begin(), Err(EngineError::NoChannel));
    wire.engine.end(first, None);
    wire.expect();
    assert_eq!(wire.engine.begin(), Err(EngineError::NoChannel));
    wire.frame(0, End::default());
    assert!(wire.engine.begin().is_ok());
}

#[test]
fn a_peers_close_is_answered_once() {
    let mut wire = Wire::opened();
    let error = Some(error("amqp:connection:forced"));
    wire.frame(
        0,
        Close {
            error: error.clone(),
        },
    );
    assert_eq!(wire.event(), Event::Closed { error });
    assert_eq!(wire.expect(), Close::default().into());
    wire.engine.close(None);
    wire.frame(0, Close::default());
    wire.silent();
    wire.no_event();
}

#[test]
fn closes_may_cross() {
    let mut wire = Wire::opened();
    wire.engine.close(None);
    assert_eq!(wire.engine.state(), EngineState::Closing);
    assert_eq!(wire.expect(), Close::default().into());
    wire.frame(5, Flow::default());
    wire.frame(0, Close::default());
    assert_eq!(wire.event(), Event::Closed { error: None });
    wire.silent();
    assert_eq!(wire.engine.state(), EngineState::Closed);
    assert!(wire.engine.begin().is_err());
}

#[test]
fn a_close_right_behind_an_open_is_reported() {
    let mut wire = Wire::new(config());
    wire.bytes(&HEADER_AMQP);
    wire.frame(
        0,
        Close {
            error: Some(error("amqp:not-found")),
        },
    );
    assert!(matches!(wire.event(), Event::Closed { error: Some(_) }));
}

#[test]
fn frames_before_open_and_a_second_open() {
    let mut wire = Wire::new(config());
    wire.expect_header(HEADER_AMQP);
    wire.bytes(&HEADER_AMQP);
    wire.frame(0, Begin::default());
    wire.failed(condition::FRAMING_ERROR);
    let mut wire = Wire::opened();
    wire.frame(0, Open::default());
    wire.failed(condition::FRAMING_ERROR);
}

#[test]
fn malformed_frames_close_the_connection() {
    let cases: [(&[u8], &str); 10] = [
        (&[0, 0, 0, 7], condition::FRAMING_ERROR),
        (&[0, 0, 0, 0], condition::FRAMING_ERROR),
        (&[0, 4, 0, 1], condition::FRAMING_ERROR),
        (&[0x7f, 0xff, 0xff, 0xff], condition::FRAMING_ERROR),
        (&[0, 0, 0, 8, 1, 0, 0, 0], condition::FRAMING_ERROR),
        (&[0, 0, 0, 8, 3, 0, 0, 0], condition::FRAMING_ERROR),
        (&[0, 0, 0, 8, 2, 2, 0, 0], condition::FRAMING_ERROR),
        (&[0, 0, 0, 8, 2, 1, 0, 0], condition::FRAMING_ERROR),
        (
            &[0, 0, 0, 12, 2, 0, 0, 0, 0, 0x53, 0x99, 0x45],
            condition::DECODE_ERROR,
        ),
        (
            &[0, 0, 0, 12, 2, 0, 0, 0, 0, 0x53, 0x13, 0x45],
            condition::DECODE_ERROR,
        ),
    ];
    for (bytes, condition) in cases {
        let mut wire = Wire::opened();
        wire.bytes(bytes);
        wire.failed(condition);
        assert!(wire.buf.is_empty());
    }
    let mut wire = Wire::opened();
    let (_, channel) = wire.session();
    wire.payload(channel, flow(0, 1), b"x");
    wire.failed(condition::FRAMING_ERROR);
    let mut wire = Wire::opened();
    wire.frame(40_000, Flow::default());
    wire.failed(condition::FRAMING_ERROR);
}

#[test]
fn a_long_text_of_the_peer_is_not_sent_back() {
    let mut wire = Wire::opened();
    let mut body = vec![0x00, 0xb3, 0, 0, 0x40, 0];
    body.resize(body.len() + 0x4000, b'x');
    body.push(0x45);
    let mut bytes = (body.len() as u32 + 8).to_be_bytes().to_vec();
    bytes.extend_from_slice(&[2, 0, 0, 0]);
    bytes.extend_from_slice(&body);
    wire.bytes(&bytes);
    assert!(wire.engine.output_len() < 512);
    wire.failed(condition::DECODE_ERROR);
}

// --- timers ----------------------------------------------------------------------------------

fn with_peer_idle(millis: Option<u32>) -> Wire {
    Wire::open(
        EngineConfig {
            idle_timeout: None,
            ..config()
        },
        Open {
            idle_time_out: millis,
            ..Open::default()
        },
    )
}

#[test]
fn heartbeats_are_written_often_enough() {
    let mut wire = with_peer_idle(Some(200));
    let mut deadline = wire.engine.tick(wire.now);
    for _ in 0..5 {
        let due = deadline.expect("a deadline");
        assert!(due - wire.now <= Duration::from_millis(100));
        wire.now = due;
        wire.engine.tick(wire.now);
        let mut out = Vec::new();
        wire.engine.take_output(&mut out);
        assert_eq!(out, EMPTY_FRAME);
        // As long as the socket does not take it, there is no second one; the timer goes on, as
        // another thread may write it.
        assert!(wire.pass(1000).is_some_and(|next| next > wire.now));
        assert_eq!(wire.engine.output_len(), 0);
        wire.engine.wrote(wire.now);
        deadline = wire.engine.tick(wire.now);
    }
}

#[test]
fn data_takes_the_place_of_heartbeats() {
    let mut wire = with_peer_idle(Some(1000));
    wire.pass(300);
    wire.engine.begin().unwrap();
    wire.expect();
    let due = wire.engine.tick(wire.now).unwrap();
    assert!(due - wire.now > Duration::from_millis(400));
    wire.pass(300);
    wire.silent();
}

#[test]
fn no_heartbeats_without_a_limit() {
    for idle in [None, Some(0)] {
        let mut wire = with_peer_idle(idle);
        assert_eq!(wire.pass(100_000), None);
        wire.silent();
    }
}

#[test]
fn tiny_limits_are_clamped() {
    let mut wire = with_peer_idle(Some(1));
    let due = wire.engine.tick(wire.now).unwrap();
    assert_eq!(due - wire.now, Duration::from_millis(50));
}

#[test]
fn a_silent_peer_is_given_up() {
    let mut wire = Wire::open(
        EngineConfig {
            idle_timeout: Some(Duration::from_secs(2)),
            ..config()
        },
        Open::default(),
    );
    let due = wire.engine.tick(wire.now).unwrap();
    assert_eq!(due - wire.now, Duration::from_secs(2));
    wire.pass(1999);
    wire.no_event();
    wire.bytes(&EMPTY_FRAME);
    for _ in 0..5 {
        wire.pass(1999);
        wire.no_event();
        wire.bytes(&EMPTY_FRAME);
    }
    assert!(wire.pass(1999).is_some());
    assert_eq!(wire.pass(1), None);
    wire.failed(condition::RESOURCE_LIMIT_EXCEEDED);
}

#[test]
fn a_stopped_process_gives_the_peer_another_chance() {
    let config = EngineConfig {
        idle_timeout: Some(Duration::from_secs(2)),
        ..config()
    };
    let mut wire = Wire::open(config.clone(), Open::default());
    wire.pass(6000);
    wire.no_event();
    wire.bytes(&EMPTY_FRAME);
    wire.pass(1500);
    wire.no_event();
    let mut wire = Wire::open(config, Open::default());
    wire.pass(6000);
    wire.no_event();
    wire.pass(1000);
    wire.failed(condition::RESOURCE_LIMIT_EXCEEDED);
}

#[test]
fn the_idle_limit_holds_during_the_handshake() {
    let mut wire = Wire::new(EngineConfig {
        idle_timeout: Some(Duration::from_secs(2)),
        ..config()
    });
    wire.pass(2000);
    assert!(matches!(wire.event(), Event::Failed { .. }));
}
