//! P-S: SASL with ANONYMOUS and PLAIN.

use crate::peer::api::{self, Factory, Setup, Status};
use crate::peer::{Gate, Peer, Talk, clock, dialogue, dialogue_with};
use crate::scene::{connect, connect_within, end, refused, times_out};
use std::time::Duration;
use tibemsufo::amqp::frame::{HEADER_SASL, TYPE_SASL};
use tibemsufo::amqp::performative::{Flow, SaslChallenge};

/// A factory with so many attempts.
fn attempts(url: String, count: i32) -> Factory {
    Factory::new(&Setup {
        url,
        connect: Some((count, 250, 10_000)),
        ..Setup::default()
    })
}

/// With so many attempts a program is refused by a server that sees these tries, and no other.
fn refuses_for_good(count: i32, tries: impl FnOnce(&mut Talk) + Send + 'static) {
    let done = Gate::new();
    let seen = done.clone();
    let peer = Peer::script(move |p| {
        tries(p);
        p.wait(&seen);
        assert!(!p.accept_within(Duration::ZERO), "a try too many");
    });
    let result = attempts(peer.url(), count).connect_as(Some("user"), Some("wrong"));
    refused(result, Status::TIBEMS_SECURITY_EXCEPTION);
    done.open();
    peer.finish();
}

#[test]
fn p_s1_no_mechanism_at_all() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept();
            p.offer_sasl(&[]);
            p.expect_end_of_stream();
        });
        refused(api::connect(&peer.url()), Status::TIBEMS_SECURITY_EXCEPTION);
        peer.finish();
    });
}

#[test]
fn p_s2_a_bare_symbol_for_the_mechanisms() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept();
            p.expect_header(HEADER_SASL);
            p.raw(&HEADER_SASL);
            let mut body = vec![0x00, 0x53, 0x40, 0xc0, 12, 1, 0xa3, 9];
            body.extend(b"ANONYMOUS");
            p.raw_frame(TYPE_SASL, 0, &body);
            p.expect_sasl_init("ANONYMOUS");
            p.welcome();
            p.serve_to_close();
        });
        end(connect(&peer), peer);
    });
}

#[test]
fn p_s3_a_user_is_never_dropped_for_anonymous() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept();
            p.offer_sasl(&["ANONYMOUS"]);
            p.expect_end_of_stream();
        });
        let result = api::connect_as(&peer.url(), Some("user"), Some("secret"));
        refused(result, Status::TIBEMS_SECURITY_EXCEPTION);
        peer.finish();
    });
}

#[test]
fn p_s4_a_refused_password_goes_to_the_next_server_and_not_to_this_one_again() {
    dialogue(|| {
        let connected = Gate::new();
        let seen = connected.clone();
        let first = Peer::script(move |p| {
            p.accept_sasl("PLAIN");
            p.send_outcome(1);
            p.expect_end_of_stream();
            p.wait(&seen);
            assert!(
                !p.accept_within(Duration::ZERO),
                "the refused server was tried again"
            );
        });
        let second = Peer::script(|p| {
            p.accept();
            p.drop_socket();
            p.accept();
            p.offer_sasl(&["ANONYMOUS", "PLAIN"]);
            let init = p.expect_sasl_init("PLAIN");
            assert_eq!(
                init.initial_response.as_deref(),
                Some(&b"\0user\0secret"[..])
            );
            assert_eq!(init.hostname.as_deref(), Some("127.0.0.1"));
            p.welcome();
            p.serve_to_close();
        });
        let connection = attempts(format!("{},{}", first.url(), second.url()), 2)
            .connect_as(Some("user"), Some("secret"))
            .expect("connects");
        assert_eq!(connection.active_url().unwrap(), second.url());
        connected.open();
        first.finish();
        end(connection, second);
    });
}

#[test]
fn p_s4_a_refused_password_on_the_only_server() {
    dialogue(|| {
        refuses_for_good(5, |p| {
            p.accept_sasl("PLAIN");
            p.send_outcome(1);
            p.expect_end_of_stream();
        });
    });
}

#[test]
fn p_s5_a_passing_failure_is_tried_again() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_sasl("ANONYMOUS");
            p.send_outcome(4);
            p.expect_end_of_stream();
            p.accept_open();
            p.serve_to_close();
        });
        let connection = attempts(peer.url(), 2).connect();
        end(connection.expect("connects at the second pass"), peer);
    });
}

#[test]
fn p_s5_a_passing_failure_at_the_last_try() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_sasl("ANONYMOUS");
            p.send_outcome(4);
            p.expect_end_of_stream();
        });
        // not a refusal: the server may come round (40 §1.4)
        refused(
            api::connect(&peer.url()),
            Status::TIBEMS_SERVER_NOT_CONNECTED,
        );
        peer.finish();
    });
}

#[test]
fn p_s6_three_drops_behind_the_password_are_a_refusal() {
    dialogue(|| {
        refuses_for_good(6, |p| {
            for _ in 0..3 {
                p.accept_sasl("PLAIN");
                p.drop_socket();
            }
        });
    });
}

#[test]
fn p_s11_what_does_not_belong_into_sasl() {
    dialogue(|| {
        for case in 0..3 {
            let peer = Peer::script(move |p| {
                p.accept_sasl("PLAIN");
                match case {
                    0 => p.send(
                        0,
                        SaslChallenge {
                            challenge: "why".into(),
                        },
                    ),
                    1 => p.send(0, Flow::default()),
                    _ => p.send(
                        0,
                        SaslChallenge {
                            challenge: vec![b'x'; 600].into(),
                        },
                    ),
                }
                p.drain_stream();
            });
            let result = api::connect_as(&peer.url(), Some("user"), Some("secret"));
            let failure = refused(result, Status::TIBEMS_SECURITY_EXCEPTION);
            assert!(!failure.text.contains("secret"), "{failure:?}");
            peer.finish();
        }
    });
}

#[test]
fn p_s12_a_late_outcome() {
    dialogue_with("", || {
        clock::hold();
        let asked = Gate::new();
        let told = asked.clone();
        let peer = Peer::script(move |p| {
            p.accept_sasl("ANONYMOUS");
            told.open();
            // the outcome would come after 3 s; the library has gone before
            p.drain_stream();
        });
        let connecting = connect_within(&peer, Duration::from_millis(1000));
        asked.wait();
        times_out(&connecting, 1000);
        refused(connecting.result(), Status::TIBEMS_SERVER_NOT_CONNECTED);
        peer.finish();
    });
}

#[test]
fn anonymous_without_the_mechanism_is_plain_as_anonymous() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            let init = p.accept_sasl("PLAIN");
            assert_eq!(
                init.initial_response.as_deref(),
                Some(&b"\0anonymous\0"[..])
            );
            p.welcome();
            p.serve_to_close();
        });
        end(connect(&peer), peer);
    });
}

#[test]
fn the_anonymous_response_is_empty_and_not_null() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            let init = p.accept_sasl("ANONYMOUS");
            assert!(
                init.initial_response.is_some(),
                "some servers wait when it is null"
            );
            p.welcome();
            p.serve_to_close();
        });
        end(connect(&peer), peer);
    });
}
