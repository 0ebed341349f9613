//! P-O: open, close, and what a server may say in between.

use crate::peer::api::{self, Factory, Msg, Setup, Status};
use crate::peer::{Gate, Peer, Talk, clock, dialogue, dialogue_with, error, message};
use crate::scene::{
    Exceptions, connect, connect_within, end, expect_lost, refused, run, session, times_out,
};
use std::time::Duration;
use tibemsufo::amqp::codec::Value;
use tibemsufo::amqp::performative::{AmqpError, Begin, Close, Open, Performative};

const MARKER: &str = "amqp:connection-establishment-failed";

fn container_id_in_use() -> AmqpError {
    let mut error = error("amqp:invalid-field");
    error.info = vec![("invalid-field".into(), Value::symbol("container-id"))];
    error
}

#[test]
fn p_o1_a_refused_client_id() {
    dialogue(|| {
        let done = Gate::new();
        let seen = done.clone();
        let peer = Peer::script(move |p| {
            p.accept();
            p.accept_sasl_anonymous();
            let open = p.expect_open();
            assert_eq!(open.container_id, "the-client");
            assert!(
                open.desired_capabilities
                    .iter()
                    .any(|c| c == "sole-connection-for-container")
            );
            p.send_open(|open| open.properties = vec![(MARKER.into(), Value::Bool(true))]);
            p.send_close(Some(container_id_in_use()));
            p.drain_stream();
            p.wait(&seen);
            assert!(!p.accept_within(Duration::ZERO), "tried again");
        });
        let factory = Factory::new(&Setup {
            url: peer.url(),
            client_id: Some("the-client".into()),
            connect: Some((3, 250, 10_000)),
            ..Setup::default()
        });
        let failure = refused(factory.connect(), Status::TIBEMS_INVALID_CLIENT_ID);
        assert!(failure.text.contains("amqp:invalid-field"), "{failure:?}");
        done.open();
        peer.finish();
    });
}

#[test]
fn p_o2_a_marked_open_is_no_connection() {
    dialogue(|| {
        let (asked, opened, go) = (Gate::new(), Gate::new(), Gate::new());
        let (known, looked, gone) = (asked.clone(), opened.clone(), go.clone());
        let peer = Peer::script(move |p| {
            p.accept();
            p.accept_sasl_anonymous();
            p.expect_open();
            known.open();
            p.wait(&looked);
            p.send_open(|open| open.properties = vec![(MARKER.into(), Value::string("true"))]);
            p.wait(&gone);
            p.send_close(Some(error("amqp:unauthorized-access")));
            p.drain_stream();
        });
        let connecting = connect_within(&peer, Duration::from_secs(60));
        asked.wait();
        connecting.blocks();
        // the open wakes the call, which looks at the clock as it reads and again before it waits on
        let looks = connecting.looks();
        opened.open();
        connecting.looks_reach(looks + 2);
        connecting.blocks();
        go.open();
        refused(connecting.result(), Status::TIBEMS_SECURITY_EXCEPTION);
        peer.finish();
    });
}

#[test]
fn p_o3_a_close_for_an_answer() {
    dialogue(|| {
        let cases = [
            (
                "amqp:unauthorized-access",
                Status::TIBEMS_SECURITY_EXCEPTION,
            ),
            ("amqp:not-found", Status::TIBEMS_SERVER_NOT_CONNECTED),
            (
                "amqp:connection:forced",
                Status::TIBEMS_SERVER_NOT_CONNECTED,
            ),
        ];
        for (condition, status) in cases {
            for with_open in [false, true] {
                let peer = Peer::script(move |p| {
                    p.accept();
                    p.accept_sasl_anonymous();
                    p.expect_open();
                    let mut bytes = Vec::new();
                    if with_open {
                        bytes = p.encoded(0, &Talk::usual_open().into(), &[]);
                    }
                    let close = Close {
                        error: Some(error(condition)),
                    };
                    bytes.extend(p.encoded(0, &close.into(), &[]));
                    p.raw_noted(&bytes);
                    p.drain_stream();
                });
                let failure = refused(api::connect(&peer.url()), status);
                assert!(failure.text.contains(condition), "{failure:?}");
                peer.finish();
            }
        }
    });
}

#[test]
fn p_o4_a_frame_size_below_the_least_is_refused() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept();
            p.accept_sasl_anonymous();
            p.expect_open();
            p.send_open(|open| open.max_frame_size = Some(511));
            p.expect_close(Some("amqp:connection:framing-error"));
            p.drain_stream();
        });
        let failure = refused(
            api::connect(&peer.url()),
            Status::TIBEMS_SERVER_NOT_CONNECTED,
        );
        let ours = failure.text.contains("closed by this library: ");
        assert!(ours, "{failure:?}"); // D27
        peer.finish();
    });
}

#[test]
fn p_o4_the_least_frame_size_works() {
    dialogue(|| {
        let body: Vec<u8> = (0..5000_u32).map(|at| at as u8).collect();
        let expected = body.clone();
        let peer = Peer::script(move |p| {
            p.accept_open_with(|open| open.max_frame_size = Some(512));
            let link = p.await_producer();
            p.grant(link, 10);
            // the checker refuses any frame above 512 bytes
            let received = p.await_transfer();
            assert!(received.frames >= 10, "{} frames", received.frames);
            match message::find(&received.payload, tibemsufo::amqp::performative::code::DATA) {
                Some(Value::Binary(bytes)) => assert_eq!(bytes, expected),
                other => panic!("{other:?}"),
            }
            p.accept_delivery(&received);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        let large = Msg::data(&body);
        producer.send(large).expect("sent");
        large.destroy();
        end(connection, peer);
    });
}

#[test]
fn p_o5_no_channel_left() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open_with(|open| open.channel_max = Some(1));
            p.serve_to_close();
        });
        let (connection, first) = session(&peer, api::AUTO);
        // the library may keep one of the two channels for itself
        let failure = match connection.session(api::AUTO) {
            Ok(_) => connection.session(api::AUTO),
            refused => refused,
        };
        api::expect_status(failure, Status::TIBEMS_SERVER_LIMIT);
        first.close().expect("closed");
        connection
            .session(api::AUTO)
            .expect("the channel is free again");
        end(connection, peer);
    });
}

#[test]
fn p_o7_a_forced_close_wakes_every_waiter_with_the_cause() {
    dialogue(|| {
        let waiting = Gate::new();
        let go = waiting.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.credit = 0;
            p.serve_until_open(&go);
            p.send_close(Some(error("amqp:connection:forced")));
            p.await_close(None);
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let producer = session.producer("q").expect("a producer");
        let sends: Vec<_> = (0..100)
            .map(|_| run(move || producer.send_text("waits")))
            .collect();
        sends.iter().for_each(|send| send.blocks());
        waiting.open();
        let mut texts: Vec<String> = sends
            .into_iter()
            .map(|send| {
                let status = Status::TIBEMS_SERVER_NOT_CONNECTED;
                let text = api::expect_status(send.result(), status).text;
                // the time of the error stands at its end
                text.rsplit_once(" (")
                    .map_or(text.clone(), |(cause, _)| cause.to_owned())
            })
            .collect();
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), 1, "one cause for all: {texts:?}");
        assert!(texts[0].contains("amqp:connection:forced"), "{texts:?}");
        assert!(
            !texts[0].starts_with("outcome unknown:"),
            "nothing was written: {texts:?}"
        );
        expect_lost(connection, &exceptions);
        peer.finish();
    });
}

#[test]
fn p_o8_closes_that_cross() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let arrival = p.await_that("close", |a| {
                matches!(a.performative, Performative::Close(_))
            });
            // ours was on its way before theirs arrived
            p.send_close(Some(error("amqp:connection:forced")));
            drop(arrival);
            p.expect_end_of_stream();
        });
        let connection = connect(&peer);
        let exceptions = Exceptions::of(connection);
        connection.close().expect("the close is OK");
        peer.finish();
        exceptions.expect_none();
    });
}

#[test]
fn p_o9_nobody_answers_our_close() {
    dialogue_with("", || {
        clock::hold();
        let asked = Gate::new();
        let told = asked.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.await_that("close", |a| {
                matches!(a.performative, Performative::Close(_))
            });
            told.open();
            p.expect_end_of_stream();
        });
        let connection = connect(&peer);
        let closing = run(move || connection.close());
        asked.wait();
        times_out(&closing, 1000);
        closing.result().expect("the close is OK");
        peer.finish();
    });
}

#[test]
fn p_o10_a_second_open_and_an_answer_to_no_begin() {
    dialogue(|| {
        let stray = || Begin {
            remote_channel: Some(77),
            ..Begin::default()
        };
        let second = || Open {
            container_id: "again".into(),
            ..Open::default()
        };
        let wrong: [Performative; 2] = [second().into(), stray().into()];
        for performative in wrong {
            let ready = Gate::new();
            let go = ready.clone();
            let peer = Peer::script(move |p| {
                p.accept_open();
                p.wait(&go);
                p.send(0, performative);
                p.expect_close(Some("amqp:connection:framing-error"));
                p.drain_stream();
            });
            let connection = connect(&peer);
            let exceptions = Exceptions::of(connection);
            ready.open();
            expect_lost(connection, &exceptions);
            peer.finish();
        }
    });
}

#[test]
fn p_o10_a_session_of_the_server_is_refused() {
    dialogue(|| {
        let refused = Gate::new();
        let told = refused.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.strict = false; // the answering begin carries a remote-channel
            p.send(
                9,
                Begin {
                    incoming_window: 1,
                    outgoing_window: 1,
                    ..Begin::default()
                },
            );
            p.expect_that("begin", |a| {
                matches!(&a.performative, Performative::Begin(b) if b.remote_channel == Some(9))
            });
            p.expect_that("end", |a| match &a.performative {
                Performative::End(end) => end
                    .error
                    .as_ref()
                    .is_some_and(|e| e.condition == "amqp:not-allowed"),
                _ => false,
            });
            p.send(9, tibemsufo::amqp::performative::End::default());
            told.open();
            p.serve_to_close();
        });
        let connection = connect(&peer);
        refused.wait();
        connection
            .session(api::AUTO)
            .expect("sessions of the program work");
        end(connection, peer);
    });
}

#[test]
fn p_o11_a_server_list_full_of_nonsense() {
    dialogue(|| {
        let mut list = vec![
            Value::Int(5),
            Value::Map(vec![(Value::symbol("network-host"), Value::Null)]),
            Value::Map(vec![(Value::symbol("port"), Value::string("many"))]),
        ];
        list.resize(1000, Value::Map(vec![(Value::Int(1), Value::Int(2))]));
        let lists = [Value::string("no list"), Value::List(list)];
        for list in lists {
            let peer = Peer::script(move |p| {
                p.accept_open_with(|open| {
                    open.properties = vec![("failover-server-list".into(), list)];
                });
                p.serve_to_close();
            });
            end(connect(&peer), peer);
        }
    });
}

#[test]
fn the_open_says_who_we_are() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            let open = p.accept_open();
            assert!(!open.container_id.is_empty());
            assert_eq!(open.hostname.as_deref(), Some("127.0.0.1"));
            assert_eq!(open.max_frame_size, Some(262_144));
            assert_eq!(open.channel_max, Some(32_767));
            assert_eq!(open.idle_time_out, Some(10_000));
            let text = |name| open.property(name).and_then(Value::as_str);
            assert_eq!(text("product"), Some("libtibemsufo"));
            assert!(text("version").is_some() && text("platform").is_some());
            assert!(
                !open
                    .desired_capabilities
                    .iter()
                    .any(|c| c.starts_with("sole-"))
            );
            p.serve_to_close();
        });
        end(connect(&peer), peer);
    });
}

#[test]
fn a_client_id_set_later_opens_again_under_it() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            let generated = p.accept_open().container_id;
            // the second connection may come before or after the goodbye of the first
            let open = p.accept_open();
            assert_ne!(generated, "later");
            assert_eq!(open.container_id, "later");
            p.serve_to_close();
        });
        let connection = connect(&peer);
        connection.set_client_id("later").expect("set");
        let again = connection.set_client_id("once more");
        api::expect_status(again, Status::TIBEMS_ILLEGAL_STATE);
        end(connection, peer);
    });
}
