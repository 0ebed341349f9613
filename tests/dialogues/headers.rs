//! P-H: protocol headers, and how the first bytes may be cut.

use crate::peer::api::{self, Status};
use crate::peer::{Peer, clock, dialogue, dialogue_in, dialogue_with};
use crate::scene::{connect, connect_within, end, refused, silent, times_out};
use std::time::{Duration, Instant};
use tibemsufo::amqp::frame::{HEADER_AMQP, HEADER_SASL};
use tibemsufo::amqp::performative::SaslOutcome;

#[test]
fn p_h1_a_silent_server_ends_the_try_at_its_timeout() {
    dialogue_with("", || {
        clock::hold();
        let (peer, asked) = silent();
        let connecting = connect_within(&peer, Duration::from_millis(1000));
        asked.wait();
        times_out(&connecting, 1000);
        let failure = refused(connecting.result(), Status::TIBEMS_SERVER_NOT_CONNECTED);
        assert!(failure.text.contains("said nothing for 1 s"), "{failure:?}");
        peer.finish();
    });
}

#[test]
fn p_h1_the_timeout_runs_on_the_clock_of_the_system_too() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept();
            p.drain_stream();
        });
        let start = Instant::now();
        let connecting = connect_within(&peer, Duration::from_millis(1000));
        refused(connecting.result(), Status::TIBEMS_SERVER_NOT_CONNECTED);
        let took = start.elapsed();
        assert!(took >= Duration::from_millis(1000), "after {took:?}");
        peer.finish();
    });
}

#[test]
fn p_h2_something_that_is_no_amqp() {
    dialogue_in(&[("TIBEMS_TRACE", "recovery")], || {
        let path = std::env::temp_dir().join(format!("p-h2-{}.trace", std::process::id()));
        api::trace_to(&path);
        // what comes, and what the trace says about it
        let answers: [(&[u8], &str); 3] = [
            (&[0x15, 3, 1, 0, 2, 2, 40], "TLS"),
            (b"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP"),
            (&[0x93, 0x1c, 0x44, 0xf0, 0x07, 0x5a, 0xe2, 0x88], "AMQP"),
        ];
        let mut read = 0;
        for (answer, cause) in answers {
            let peer = Peer::script(move |p| {
                p.accept();
                p.expect_header(HEADER_SASL);
                p.raw_noted(answer);
                p.drain_stream();
            });
            let failure = refused(
                api::connect(&peer.url()),
                Status::TIBEMS_SERVER_NOT_CONNECTED,
            );
            assert!(
                failure.text.contains("INVALID_PROTOCOL"),
                "{failure:?} for {answer:02x?}"
            );
            let trace = std::fs::read_to_string(&path).expect("a trace");
            let lines = &trace[read..];
            let named = |line: &str| line.contains(&peer.url()) && line.contains(cause);
            assert!(lines.lines().any(named), "{cause} in {lines}");
            read = trace.len();
            peer.finish();
        }
        std::fs::remove_file(&path).expect("removed");
    });
}

#[test]
fn p_h3_another_version() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept();
            p.expect_header(HEADER_SASL);
            p.raw_noted(b"AMQP\x00\x00\x09\x01");
            p.drain_stream();
        });
        let failure = refused(
            api::connect(&peer.url()),
            Status::TIBEMS_SERVER_NOT_CONNECTED,
        );
        assert!(failure.text.contains("VERSION_MISMATCH"), "{failure:?}");
        assert!(!failure.text.contains("server says"), "{failure:?}"); // D27
        peer.finish();
    });
}

#[test]
fn p_h4_a_server_that_insists_on_sasl() {
    dialogue_with("sasl=off", || {
        let peer = Peer::script(|p| {
            p.accept();
            p.expect_header(HEADER_AMQP);
            p.raw_noted(&HEADER_SASL);
            p.drain_stream();
        });
        let failure = refused(
            api::connect(&peer.url()),
            Status::TIBEMS_SERVER_NOT_CONNECTED,
        );
        assert!(failure.text.contains("INVALID_PROTOCOL"), "{failure:?}");
        peer.finish();
    });
}

#[test]
fn p_h4_no_sasl_at_all() {
    dialogue_with("sasl=off", || {
        let peer = Peer::script(|p| {
            p.accept();
            p.exchange_amqp_header();
            p.expect_open();
            p.send_open(|_| {});
            p.serve_to_close();
        });
        end(connect(&peer), peer);
    });
}

#[test]
fn p_h5_a_server_that_speaks_first() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept();
            p.raw(&HEADER_SASL);
            p.send_mechanisms(&["ANONYMOUS"]);
            p.expect_header(HEADER_SASL);
            p.expect_sasl_init("ANONYMOUS");
            p.welcome();
            p.serve_to_close();
        });
        end(connect(&peer), peer);
    });
}

#[test]
fn p_h6_one_byte_per_segment() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.segment = Some(1);
            p.accept_open();
            p.serve_to_close();
        });
        let connection = connect(&peer);
        connection
            .session(api::AUTO)
            .expect("a session")
            .close()
            .expect("closed");
        end(connection, peer);
    });
}

#[test]
fn p_h7_outcome_header_and_open_in_one_segment() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_sasl("ANONYMOUS");
            let mut bytes = p.encoded(0, &SaslOutcome::default().into(), &[]);
            bytes.extend(HEADER_AMQP);
            bytes.extend(p.encoded(0, &crate::peer::Talk::usual_open().into(), &[]));
            p.raw_noted(&bytes);
            p.assume_open(crate::peer::Talk::usual_open());
            p.expect_header(HEADER_AMQP);
            p.expect_open();
            p.serve_to_close();
        });
        end(connect(&peer), peer);
    });
}

#[test]
fn p_h8_half_a_header() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept();
            p.expect_header(HEADER_SASL);
            p.raw_noted(&HEADER_SASL[..5]);
            p.drop_socket();
        });
        refused(
            api::connect(&peer.url()),
            Status::TIBEMS_SERVER_NOT_CONNECTED,
        );
        peer.finish();
    });
}
