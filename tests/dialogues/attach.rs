//! P-A: links, how they are made, refused, lost and closed.

use crate::peer::api::{self, Destination, Msg, Status, expect_status};
use crate::peer::{Gate, Peer, dialogue, error, message};
use crate::scene::{Exceptions, end, run, session, shared};
use tibemsufo::amqp::codec::Value;
use tibemsufo::amqp::performative::{
    DeliveryState, Detach, Flow, LinkTarget, Performative, Role, Transfer, code,
};

#[test]
fn p_a3_the_connection_dies_during_attach() {
    dialogue(|| {
        let first = Peer::script(|p| {
            p.accept_open();
            p.await_attach(Role::Sender);
            p.send_close(Some(error("amqp:connection:forced")));
            p.drain_stream();
        });
        let second = Peer::script(|p| {
            p.accept_open();
            p.serve_to_close();
            assert_eq!(p.links(Role::Sender).len(), 1, "created twice");
        });
        let connection = shared(&[&first, &second]);
        let session = connection.session(api::AUTO).expect("a session");
        session
            .producer("q")
            .expect("made on the second server")
            .send_text("x")
            .expect("sent");
        first.finish();
        end(connection, second);
    });
}

#[test]
fn p_a4_other_handles_and_answers_in_reverse() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let one = p.await_attach(Role::Sender);
            let two = p.await_attach(Role::Sender);
            // each with the handle that the library gave to the other
            let (first, second) = (p.link(one).attach.handle, p.link(two).attach.handle);
            assert_ne!(first, second);
            p.answer_attach_with(two, |attach| attach.handle = first);
            p.answer_attach_with(one, |attach| attach.handle = second);
            p.grant(one, 10);
            p.grant(two, 10);
            for _ in 0..2 {
                let received = p.await_transfer();
                let target = p.link(received.link).attach.target.clone().unwrap();
                let address = target.target().unwrap().address.clone().unwrap();
                assert_eq!(message::text_of(&received.payload), address);
                p.accept_delivery(&received);
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let one = run(move || session.producer("one"));
        let two = run(move || session.producer("two"));
        one.result()
            .expect("a producer")
            .send_text("one")
            .expect("sent");
        two.result()
            .expect("a producer")
            .send_text("two")
            .expect("sent");
        end(connection, peer);
    });
}

#[test]
fn p_a6_a_server_without_no_local() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let consumer = p.await_attach(Role::Receiver);
            p.answer_attach_with(consumer, |attach| {
                attach.source.as_mut().unwrap().filter.clear();
            });
            p.await_credit(consumer, 2);
            let own = p.await_transfer();
            p.accept_delivery(&own);
            // the server sends the program's own message back, and one of somebody else
            let first = p.deliver(consumer, &own.payload);
            let second = p.deliver(consumer, &message::text("from elsewhere"));
            p.await_settled(&[first, second], &DeliveryState::Accepted);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let topic = Destination::topic("t");
        let consumer = session.consumer_of(topic, None, true).expect("a consumer");
        let producer = session.producer_to(Some(topic)).expect("a producer");
        producer.send_text("own").expect("sent");
        assert_eq!(consumer.receive_text().expect("received"), "from elsewhere");
        end(connection, peer);
    });
}

#[test]
fn p_a8_wrong_handles_end_the_session() {
    dialogue(|| {
        for case in 0..4 {
            let ready = Gate::new();
            let go = ready.clone();
            let peer = Peer::script(move |p| {
                p.accept_open();
                let link = p.await_consumer();
                let (channel, session) = (p.channel(link), p.link(link).session);
                p.wait(&go);
                let expected = match case {
                    0 => {
                        let second = p.await_attach(Role::Receiver);
                        let taken = p.link(link).handle;
                        p.answer_attach_with(second, |attach| attach.handle = taken);
                        "amqp:session:handle-in-use"
                    }
                    1 => {
                        p.send(
                            channel,
                            Flow {
                                handle: Some(99),
                                ..Flow::default()
                            },
                        );
                        "amqp:session:unattached-handle"
                    }
                    2 => {
                        let transfer = Transfer {
                            handle: 99,
                            delivery_id: Some(0),
                            delivery_tag: Some("t".into()),
                            ..Transfer::default()
                        };
                        p.send_with(channel, transfer, &message::text("x"));
                        "amqp:session:unattached-handle"
                    }
                    _ => {
                        p.send(
                            channel,
                            Detach {
                                handle: 99,
                                ..Detach::default()
                            },
                        );
                        "amqp:session:unattached-handle"
                    }
                };
                let (ended, error) = p.await_end();
                assert_eq!(ended, session);
                assert_eq!(error.map(|e| e.condition).as_deref(), Some(expected));
                p.send_end(session, None);
                p.serve_to_close();
            });
            let (connection, session) = session(&peer, api::AUTO);
            let exceptions = Exceptions::of(connection);
            let consumer = session.consumer("q").expect("a consumer");
            ready.open();
            if case == 0 {
                session.consumer("r").expect_err("the session ends");
            }
            exceptions.expect_one(Status::TIBEMS_EXCEPTION);
            let failure = expect_status(consumer.receive_now(), Status::TIBEMS_EXCEPTION);
            let ours = failure
                .text
                .starts_with("closed by this library: amqp:session:");
            assert!(ours, "{failure:?}"); // D27
            connection.session(api::AUTO).expect("the connection lives");
            end(connection, peer);
        }
    });
}

#[test]
fn a_server_without_the_relay_gets_a_link_for_each_destination() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open_with(|open| open.offered_capabilities.clear());
            for expected in ["one", "two"] {
                let received = p.await_transfer();
                let attach = &p.link(received.link).attach;
                let address = attach
                    .target
                    .as_ref()
                    .and_then(|t| t.target()?.address.clone());
                assert_eq!(address.as_deref(), Some(expected));
                p.accept_delivery(&received);
            }
            let link = p.await_attach(Role::Sender);
            p.refuse_attach(link, Some(error("amqp:not-found")));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session
            .producer_to(None)
            .expect("a producer for no destination");
        for name in ["one", "two"] {
            let (queue, message) = (Destination::queue(name), Msg::text(name));
            producer.send_to(queue, message).expect("sent");
        }
        let (queue, message) = (Destination::queue("three"), Msg::text("x"));
        expect_status(
            producer.send_to(queue, message),
            Status::TIBEMS_INVALID_DESTINATION,
        );
        end(connection, peer);
    });
}

#[test]
fn a_server_with_the_relay_gets_one_link_without_a_target() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            for expected in ["one", "two"] {
                let received = p.await_transfer();
                let attach = &p.link(received.link).attach;
                assert!(matches!(&attach.target,
                    Some(LinkTarget::Target(target)) if target.address.is_none()));
                let to = message::field(&received.payload, code::PROPERTIES, 2);
                assert_eq!(to, Some(Value::string(expected)));
                p.accept_delivery(&received);
            }
            assert_eq!(p.links(Role::Sender).len(), 1);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session
            .producer_to(None)
            .expect("a producer for no destination");
        for name in ["one", "two"] {
            let (queue, message) = (Destination::queue(name), Msg::text(name));
            producer.send_to(queue, message).expect("sent");
        }
        end(connection, peer);
    });
}

#[test]
fn links_say_what_the_specification_says() {
    dialogue(|| {
        let four = [
            "amqp:accepted:list",
            "amqp:rejected:list",
            "amqp:released:list",
            "amqp:modified:list",
        ];
        let peer = Peer::script(move |p| {
            let open = p.accept_open();
            let producer = p.await_producer();
            let attach = p.link(producer).attach.clone();
            let prefix = format!("ems:snd:{}:", open.container_id);
            assert!(attach.name.starts_with(&prefix), "{}", attach.name);
            let source = attach.source.unwrap();
            assert_eq!(source.outcomes, four);
            assert_eq!(source.default_outcome, None);
            let target = attach.target.unwrap();
            let target = target.target().unwrap();
            assert_eq!(target.address.as_deref(), Some("q"));
            assert_eq!(target.capabilities, ["queue"]);
            assert!(matches!(attach.rcv_settle_mode, None | Some(0)));

            let consumer = p.await_consumer();
            let attach = p.link(consumer).attach.clone();
            let prefix = format!("ems:rcv:{}:", open.container_id);
            assert!(attach.name.starts_with(&prefix), "{}", attach.name);
            let source = attach.source.unwrap();
            assert_eq!(source.address.as_deref(), Some("t"));
            assert_eq!(source.capabilities, ["topic"]);
            assert_eq!(source.expiry_policy.as_deref(), Some("link-detach"));
            assert_eq!(source.outcomes, four);
            assert!(matches!(
                source.default_outcome,
                Some(DeliveryState::Modified {
                    delivery_failed: true,
                    ..
                })
            ));
            assert!(attach.target.is_some());
            assert_eq!(attach.snd_settle_mode, Some(0));

            let quiet = p.await_consumer();
            assert_eq!(
                p.link(quiet).attach.snd_settle_mode,
                Some(1),
                "NO_ACK asks for settled"
            );
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        session.producer("q").expect("a producer");
        session
            .consumer_of(Destination::topic("t"), None, false)
            .expect("a consumer");
        let quiet = connection.session(api::NO_ACK).expect("a session");
        quiet.consumer("q").expect("a consumer");
        end(connection, peer);
    });
}

#[test]
fn nothing_is_granted_before_start_and_everything_is_taken_back_by_stop() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            // the receive before the start is over, and nothing came in front of this
            let fence = p.expect_attach(Role::Sender);
            p.answer_attach(fence);
            p.await_credit(link, 1);
            p.deliver(link, &message::text("x"));
            // stop drains, or takes the credit away, in front of this
            let fence = p.await_attach(Role::Sender);
            assert_eq!(p.link(link).credit, 0, "credit after stop");
            p.answer_attach(fence);
            p.await_credit(link, 1);
            p.serve_to_close();
        });
        let connection = crate::scene::connect(&peer);
        let session = connection.session(api::AUTO).expect("a session");
        let consumer = session.consumer("q").expect("a consumer");
        expect_status(consumer.receive_within(100), Status::TIBEMS_TIMEOUT);
        session.producer("q").expect("a producer");
        connection.start().expect("started");
        assert_eq!(consumer.receive_text().expect("received"), "x");
        connection.stop().expect("stopped");
        expect_status(consumer.receive_within(100), Status::TIBEMS_TIMEOUT);
        session.producer("q").expect("a producer");
        connection.start().expect("started");
        end(connection, peer);
    });
}

#[test]
fn a_stray_attach_of_the_server_is_refused() {
    dialogue(|| {
        let refused = Gate::new();
        let told = refused.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let session = p.await_begin();
            p.answer_begin(session);
            let channel = p.session(session).channel;
            let link = p.await_producer();
            let mut attach = p.link(link).attach.clone();
            attach.name = "nobody asked".into();
            attach.handle = 77;
            p.strict = false;
            p.send(channel, attach);
            p.await_that("attach", |a| match &a.performative {
                Performative::Attach(attach) => attach.name == "nobody asked",
                _ => false,
            });
            let arrival = p.await_that("detach", |a| {
                matches!(a.performative, Performative::Detach(_))
            });
            if let Performative::Detach(detach) = &arrival.performative {
                assert!(detach.closed);
                let condition = detach.error.as_ref().map(|e| e.condition.as_str());
                assert_eq!(condition, Some("amqp:not-allowed"));
            }
            p.send(
                channel,
                Detach {
                    handle: 77,
                    closed: true,
                    ..Detach::default()
                },
            );
            p.grant(link, 5);
            told.open();
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        refused.wait();
        producer.send_text("goes on").expect("sent");
        end(connection, peer);
    });
}
