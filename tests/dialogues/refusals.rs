//! P-A1, P-A2, P-A5, P-A16: links that the server refuses, and what it cannot do.

use crate::peer::api::{self, Destination, Status, expect_status};
use crate::peer::clock;
use crate::peer::{Gate, LinkId, Peer, Talk, dialogue, dialogue_with, error, message};
use crate::scene::{end, run, session, times_out};
use tibemsufo::amqp::codec::Value;
use tibemsufo::amqp::performative::{Attach, Detach, Role};

/// What `answer_attach` would send.
fn attach_answer(p: &Talk, link: LinkId) -> Attach {
    let state = p.link(link);
    Attach {
        handle: state.handle,
        role: state.attach.role.opposite(),
        initial_delivery_count: Some(0),
        ..state.attach.clone()
    }
}

#[test]
fn p_a1_a_refused_consumer() {
    dialogue(|| {
        let cases = [
            ("amqp:not-found", None, Status::TIBEMS_INVALID_DESTINATION),
            (
                "amqp:unauthorized-access",
                None,
                Status::TIBEMS_SECURITY_EXCEPTION,
            ),
            (
                "amqp:invalid-field",
                Some("filter"),
                Status::TIBEMS_INVALID_SELECTOR,
            ),
            ("amqp:not-implemented", None, Status::TIBEMS_NOT_IMPLEMENTED),
        ];
        for (condition, field, status) in cases {
            let peer = Peer::script(move |p| {
                p.accept_open();
                let link = p.await_attach(Role::Receiver);
                let mut error = error(condition);
                if let Some(field) = field {
                    error.info = vec![("invalid-field".into(), Value::symbol(field))];
                }
                p.refuse_attach(link, Some(error));
                p.serve_to_close();
            });
            let (connection, session) = session(&peer, api::AUTO);
            let queue = Destination::queue("q");
            let failure = expect_status(session.consumer_of(queue, Some("a = 1"), false), status);
            assert!(failure.text.contains(condition), "{failure:?}");
            session.consumer("q").expect("the session lives");
            end(connection, peer);
        }
    });
}

#[test]
fn p_a1_a_refused_producer() {
    dialogue(|| {
        let cases = [
            ("amqp:not-found", Status::TIBEMS_INVALID_DESTINATION),
            (
                "amqp:unauthorized-access",
                Status::TIBEMS_SECURITY_EXCEPTION,
            ),
            (
                "amqp:resource-limit-exceeded",
                Status::TIBEMS_DESTINATION_LIMIT_EXCEEDED,
            ),
            ("failed", Status::TIBEMS_EXCEPTION),
        ];
        for (condition, status) in cases {
            let peer = Peer::script(move |p| {
                p.accept_open();
                let link = p.await_attach(Role::Sender);
                p.refuse_attach(link, Some(error(condition)));
                p.serve_to_close();
            });
            let (connection, session) = session(&peer, api::AUTO);
            expect_status(session.producer("q"), status);
            session
                .producer("q")
                .expect("the session lives")
                .send_text("x")
                .expect("sent");
            end(connection, peer);
        }
    });
}

#[test]
fn p_a2_odd_refusals() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            // answered and closed at once: handles are told by attach alone, so no detach comes without it
            let link = p.await_attach(Role::Receiver);
            let answer = attach_answer(p, link);
            let detach = Detach {
                handle: p.link(link).handle,
                closed: true,
                error: Some(error("amqp:unauthorized-access")),
            };
            let channel = p.channel(link);
            let mut bytes = p.encoded(channel, &answer.into(), &[]);
            bytes.extend(p.encoded(channel, &detach.into(), &[]));
            p.raw_noted(&bytes);
            assert!(p.await_detach(link).closed);
            // the end of the session instead of an answer
            let doomed = p.await_attach(Role::Receiver);
            let session = p.link(doomed).session;
            p.send_end(session, Some(error("amqp:unauthorized-access")));
            p.serve_to_close();
        });
        let (connection, first) = session(&peer, api::AUTO);
        let failure = expect_status(first.consumer("q"), Status::TIBEMS_SECURITY_EXCEPTION);
        assert!(
            failure.text.contains("amqp:unauthorized-access"),
            "{failure:?}"
        );
        expect_status(first.consumer("q"), Status::TIBEMS_SECURITY_EXCEPTION);
        // that session is over, others are not
        expect_status(first.consumer("q"), Status::TIBEMS_SECURITY_EXCEPTION);
        let second = connection.session(api::AUTO).expect("a session");
        second.producer("q").expect("a producer");
        end(connection, peer);
    });
}

#[test]
fn p_a2_a_late_detach() {
    dialogue(|| {
        let (answered, go) = (Gate::new(), Gate::new());
        let (told, gone) = (answered.clone(), go.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_attach(Role::Sender);
            p.answer_attach_with(link, |attach| attach.target = None);
            // the answer to this comes behind the answer above
            let fence = p.await_begin();
            p.answer_begin(fence);
            told.open();
            p.serve_until_open(&gone);
            p.send_detach(link, true, Some(error("amqp:not-found")));
            p.serve_to_close();
        });
        let (connection, first) = session(&peer, api::AUTO);
        let making = run(move || first.producer("q"));
        making.blocks();
        // the null target has been read, and the call waits for the reason
        connection.session(api::AUTO).expect("a session");
        answered.wait();
        making.blocks();
        go.open();
        let failure = expect_status(making.result(), Status::TIBEMS_INVALID_DESTINATION);
        assert!(failure.text.contains("amqp:not-found"), "{failure:?}");
        first.producer("q").expect("the session lives");
        end(connection, peer);
    });
}

#[test]
fn p_a2_no_answer_at_all() {
    dialogue_with("request_timeout=700", || {
        clock::hold();
        let asked = Gate::new();
        let told = asked.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.await_attach(Role::Sender);
            told.open();
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let making = run(move || session.producer("q"));
        asked.wait();
        times_out(&making, 700);
        expect_status(making.result(), Status::TIBEMS_TIMEOUT);
        session.producer("q").expect("the session lives");
        end(connection, peer);
    });
}

#[test]
fn p_a2_a_null_terminus_and_no_detach() {
    dialogue_with("request_timeout=700", || {
        clock::hold();
        let asked = Gate::new();
        let told = asked.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_attach(Role::Receiver);
            p.answer_attach_with(link, |attach| attach.source = None);
            told.open();
            assert!(p.await_detach(link).closed);
            p.send_detach(link, true, None);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let making = run(move || session.consumer("q"));
        asked.wait();
        times_out(&making, 700);
        expect_status(making.result(), Status::TIBEMS_INVALID_DESTINATION);
        session.consumer("q").expect("the session lives");
        end(connection, peer);
    });
}

/// A selector is refused on this server, and no consumer comes of it.
#[track_caller]
fn applies_no_selector(peer: Peer) {
    let (connection, session) = session(&peer, api::AUTO);
    let result = session.consumer_of(Destination::queue("q"), Some("colour = 'red'"), false);
    let failure = expect_status(result, Status::TIBEMS_NOT_IMPLEMENTED);
    let text = "closed by this library: the broker does not apply selectors";
    assert!(failure.text.contains(text), "{failure:?}");
    end(connection, peer);
}

#[test]
fn p_a5_a_server_without_selectors() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_attach(Role::Receiver);
            let source = p.link(link).attach.source.clone().unwrap();
            assert_eq!(source.filter.len(), 1, "{:?}", source.filter);
            let (_, filter) = &source.filter[0];
            match filter {
                Value::Described(descriptor, value) => {
                    assert_eq!(**descriptor, Value::Ulong(0x0000_468c_0000_0004));
                    assert_eq!(**value, Value::string("colour = 'red'"));
                }
                other => panic!("{other:?}"),
            }
            p.answer_attach_with(link, |attach| {
                attach.source.as_mut().unwrap().filter.clear();
            });
            let detach = p.await_detach(link);
            assert!(detach.closed);
            p.send_detach(link, true, None);
            p.serve_to_close();
        });
        applies_no_selector(peer);
    });
}

#[test]
fn p_a5_a_server_that_echoes_selectors_and_does_not_apply_them() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open_with(|open| {
                open.properties = vec![
                    ("product".into(), Value::string("RabbitMQ")),
                    ("version".into(), Value::string("4.0.5")),
                ];
            });
            let link = p.await_attach(Role::Receiver);
            p.answer_attach(link); // with the filter that was asked for
            let answered = p.link(link).attach.source.as_ref().unwrap();
            assert_eq!(answered.filter.len(), 1);
            assert!(p.await_detach(link).closed);
            assert_eq!(p.link(link).credit, 0, "nothing may come unfiltered");
            p.send_detach(link, true, None);
            p.serve_to_close();
        });
        applies_no_selector(peer);
    });
}

/// What is no selector is refused before the server is asked, with the place and the token.
#[test]
fn a_wrong_selector_stays_here() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_attach(Role::Receiver);
            let source = p.link(link).attach.source.clone().unwrap();
            assert_eq!(source.address.as_deref(), Some("right"), "the first attach");
            p.answer_attach(link);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let result = session.consumer_of(Destination::queue("wrong"), Some("a = 1 AND 2"), false);
        let failure = expect_status(result, Status::TIBEMS_INVALID_SELECTOR);
        let text = "invalid selector: a value where a condition is expected at character 11: 2";
        assert!(failure.text.contains(text), "{failure:?}");
        session
            .consumer_of(Destination::queue("right"), Some("a = 1"), false)
            .expect("a selector");
        end(connection, peer);
    });
}

/// A selector that the library takes and no frame of the server holds: the call says so, nothing is sent.
#[test]
fn a_selector_too_long_for_the_server() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open_with(|open| open.max_frame_size = Some(4096));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let selector = format!("a IN ({}'x')", "'x',".repeat(2000));
        let result = session.consumer_of(Destination::queue("q"), Some(&selector), false);
        let failure = expect_status(result, Status::TIBEMS_SERVER_LIMIT);
        assert!(failure.text.contains("selector do not fit"), "{failure:?}");
        session.consumer("q").expect("the session lives");
        end(connection, peer);
    });
}

/// The server gets what it reads as JMS does, the program's text stays as it was.
#[test]
fn a_selector_goes_out_as_the_server_reads_it() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open_with(|open| {
                let product = Value::string("apache-activemq-artemis");
                open.properties = vec![("product".into(), product)];
            });
            for expected in ["NOT( JMSPriority = 9)", "NOT( AMQPriority = 9)"] {
                let link = p.await_attach(Role::Receiver);
                let source = p.link(link).attach.source.clone().unwrap();
                match &source.filter[..] {
                    [(_, Value::Described(_, value))] => {
                        assert_eq!(**value, Value::string(expected));
                    }
                    other => panic!("{other:?}"),
                }
                p.answer_attach(link);
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        for destination in [Destination::queue("d"), Destination::topic("d")] {
            session
                .consumer_of(destination, Some("NOT JMSPriority = 9"), false)
                .expect("a selector");
        }
        end(connection, peer);
    });
}

#[test]
fn p_a16_a_server_without_delayed_delivery() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open_with(|open| open.offered_capabilities.clear());
            let link = p.await_attach(Role::Sender);
            p.answer_attach_with(link, |attach| attach.offered_capabilities.clear());
            p.grant(link, 5);
            let received = p.await_transfer();
            assert_eq!(message::text_of(&received.payload), "now");
            p.accept_delivery(&received);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        producer.set_delivery_delay(1000);
        expect_status(producer.send_text("later"), Status::TIBEMS_NOT_IMPLEMENTED);
        producer.set_delivery_delay(0);
        producer.send_text("now").expect("sent");
        end(connection, peer);
    });
}
