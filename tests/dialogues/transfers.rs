//! P-X: deliveries in frames, whole and broken.

use crate::framing::expect_undeliverable;
use crate::peer::api::{self, Msg, Status, expect_status};
use crate::peer::{Gate, Peer, Talk, dialogue, dialogue_with, message};
use crate::scene::{Exceptions, end, expect_lost, session, unshared};
use tibemsufo::amqp::codec::Value;
use tibemsufo::amqp::performative::{DeliveryState, Performative, Role, Transfer, code};

#[test]
fn p_x1_a_hundred_frames_of_two_links_interleaved() {
    dialogue(|| {
        let text = |at: usize| format!("{at}").repeat(1000);
        let peer = Peer::script(move |p| {
            p.accept_open();
            let links = [p.await_consumer(), p.await_consumer()];
            p.await_credit(links[0], 1);
            p.await_credit(links[1], 1);
            let bodies = [message::text(&text(0)), message::text(&text(1))];
            let firsts = links.map(|link| p.next_transfer(link));
            for frame in 0..100 {
                for at in 0..2 {
                    let parts: Vec<&[u8]> =
                        bodies[at].chunks(bodies[at].len().div_ceil(100)).collect();
                    let part = parts.get(frame).copied().unwrap_or_default();
                    let mut transfer = match frame {
                        0 => firsts[at].clone(),
                        _ => Transfer {
                            handle: firsts[at].handle,
                            ..Transfer::default()
                        },
                    };
                    transfer.more = frame < 99;
                    p.send_transfer(links[at], transfer, part);
                }
            }
            p.await_settled(&[0, 1], &DeliveryState::Accepted);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumers = [
            session.consumer("a").unwrap(),
            session.consumer("b").unwrap(),
        ];
        for (at, consumer) in consumers.iter().enumerate() {
            assert_eq!(consumer.receive_text().expect("received"), text(at));
        }
        end(connection, peer);
    });
}

#[test]
fn p_x2_aborted_deliveries() {
    dialogue_with("prefetch_queue=2", || {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            for at in 0..4 {
                p.await_credit(link, 1);
                // in the middle, and on the first frame
                let mut transfer = p.next_transfer(link);
                let handle = transfer.handle;
                if at % 2 == 0 {
                    transfer.more = true;
                    p.send_transfer(link, transfer, b"half a mess");
                    let rest = Transfer {
                        handle,
                        aborted: true,
                        ..Transfer::default()
                    };
                    p.send_transfer(link, rest, b"");
                } else {
                    transfer.aborted = true;
                    p.send_transfer(link, transfer, b"");
                }
            }
            p.await_credit(link, 1);
            let id = p.deliver(link, &message::text("fine"));
            p.await_settled(&[id], &DeliveryState::Accepted);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        assert_eq!(consumer.receive_text().expect("received"), "fine");
        expect_status(consumer.receive_now(), Status::TIBEMS_NOT_FOUND);
        end(connection, peer);
    });
}

#[test]
fn p_x3_settled_only_on_the_last_frame() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 2);
            let body = message::text("settled late");
            let (one, two) = body.split_at(5);
            let mut first = p.next_transfer(link);
            first.more = true;
            let handle = first.handle;
            p.send_transfer(link, first, one);
            let last = Transfer {
                handle,
                settled: Some(true),
                ..Transfer::default()
            };
            p.send_transfer(link, last, two);
            let id = p.deliver(link, &message::text("unsettled"));
            // the first disposition is that of the second message
            p.await_settled(&[id], &DeliveryState::Accepted);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        assert_eq!(consumer.receive_text().expect("received"), "settled late");
        assert_eq!(consumer.receive_text().expect("received"), "unsettled");
        end(connection, peer);
    });
}

/// What is wrong ends its own scope, in the library's own name (D25, D27).
#[test]
fn p_x4_deliveries_without_their_marks() {
    dialogue(|| {
        for case in 0..4 {
            let peer = Peer::script(move |p| {
                p.accept_open();
                let link = p.await_consumer();
                p.await_credit(link, 2);
                p.deliver(link, &message::text("right"));
                let mut transfer = p.next_transfer(link);
                match case {
                    0 => transfer.delivery_id = Some(7),
                    1 => transfer.delivery_id = None,
                    2 => transfer.more = true,
                    _ => transfer.resume = true,
                }
                let handle = transfer.handle;
                p.send_transfer(link, transfer, &message::text("wrong"));
                if case == 2 {
                    let other = Transfer {
                        handle,
                        delivery_id: Some(9),
                        ..Transfer::default()
                    };
                    p.send_transfer(link, other, b"");
                }
                let (condition, expected) = match case {
                    0 => {
                        let (session, error) = p.await_end();
                        p.send_end(session, None);
                        (error, "amqp:invalid-field")
                    }
                    _ => {
                        let error = p.await_detach(link).error;
                        p.send_detach(link, true, None);
                        let resumed = case == 3;
                        let condition = match resumed {
                            true => "amqp:not-implemented",
                            false => "amqp:invalid-field",
                        };
                        (error, condition)
                    }
                };
                let condition = condition.map(|error| error.condition);
                assert_eq!(condition.as_deref(), Some(expected), "case {case}");
                p.serve_to_close();
            });
            let connection = crate::scene::connect(&peer);
            let session = connection.session(api::CLIENT).expect("a session");
            let exceptions = Exceptions::of(connection);
            let consumer = session.consumer("q").expect("a consumer");
            connection.start().expect("started");
            let status = match case {
                3 => Status::TIBEMS_NOT_IMPLEMENTED,
                _ => Status::TIBEMS_EXCEPTION,
            };
            exceptions.expect_one(status);
            let text = expect_status(consumer.receive_now(), status).text;
            assert!(text.starts_with("closed by this library: "), "{text}");
            end(connection, peer);
        }
    });
}

/// Brokers that send no tag exist; a link that lost its numbers does not end its neighbours (D25).
#[test]
fn p_x4_a_tag_is_not_missed_and_a_missing_id_ends_its_link_alone() {
    dialogue(|| {
        let seen = Gate::new();
        let go = seen.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let (bad, good) = (p.await_consumer(), p.await_consumer());
            p.await_credit(bad, 2);
            p.await_credit(good, 3);
            let untagged = Transfer {
                delivery_tag: None,
                ..p.next_transfer(bad)
            };
            let id = untagged.delivery_id.expect("a number");
            p.send_transfer(bad, untagged, &message::text("without a tag"));
            p.await_settled(&[id], &DeliveryState::Accepted);
            p.serve_until_open(&go);
            let unnumbered = Transfer {
                delivery_id: None,
                ..p.next_transfer(bad)
            };
            p.send_transfer(bad, unnumbered, &message::text("without a number"));
            assert!(p.await_detach(bad).error.is_some());
            p.send_detach(bad, true, None);
            p.deliver(good, &message::text("the number behind it"));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let bad = session.consumer("bad").expect("a consumer");
        let good = session.consumer("good").expect("a consumer");
        assert_eq!(bad.receive_text().expect("received"), "without a tag");
        seen.open();
        exceptions.expect_one(Status::TIBEMS_EXCEPTION);
        assert_eq!(
            good.receive_text().expect("received"),
            "the number behind it"
        );
        end(connection, peer);
        exceptions.expect_one(Status::TIBEMS_EXCEPTION);
    });
}

#[test]
fn p_x5_half_a_message_and_then_a_cut() {
    dialogue(|| {
        let first = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1);
            let mut transfer = p.next_transfer(link);
            transfer.more = true;
            p.send_transfer(link, transfer, b"half");
            p.drop_socket();
        });
        let second = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1);
            p.deliver(link, &message::text("whole"));
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        connection.on_exception(move |_| factory.recover(connection).expect("recovered"));
        connection.start().expect("started");
        let session = connection.session(api::AUTO).expect("a session");
        let consumer = session.consumer("q").expect("a consumer");
        assert_eq!(consumer.receive_text().expect("received"), "whole");
        first.finish();
        end(connection, second);
    });
}

#[test]
fn p_x5_half_a_message_and_then_a_detach() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1);
            let mut transfer = p.next_transfer(link);
            transfer.more = true;
            p.send_transfer(link, transfer, b"half");
            p.send_detach(
                link,
                true,
                Some(crate::peer::error("amqp:resource-deleted")),
            );
            p.await_detach(link);
            let link = p.await_consumer();
            p.await_credit(link, 1);
            p.deliver(link, &message::text("whole"));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let gone = session
            .consumer("q")
            .and_then(|consumer| consumer.receive_within(20_000));
        expect_status(gone, Status::TIBEMS_INVALID_DESTINATION);
        let consumer = session.consumer("q").expect("a consumer");
        assert_eq!(consumer.receive_text().expect("received"), "whole");
        end(connection, peer);
    });
}

#[test]
fn p_x6_unusual_messages() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1);
            // no body at all
            let id = Value::List(vec![Value::string("ID:no-body")]);
            let first = p.deliver(link, &message::section(code::PROPERTIES, &id));
            p.await_settled(&[first], &DeliveryState::Accepted);
            // two data sections
            p.await_credit(link, 1);
            let mut two = message::data(b"one ");
            two.extend(message::data(b"two"));
            let second = p.deliver(link, &two);
            p.await_settled(&[second], &DeliveryState::Accepted);
            // an unknown section first
            p.await_credit(link, 1);
            let mut unknown = message::section(0x7f, &Value::Map(Vec::new()));
            unknown.extend(message::text("behind an unknown section"));
            let third = p.deliver(link, &unknown);
            p.await_settled(&[third], &DeliveryState::Accepted);
            // properties of wrong types
            p.await_credit(link, 1);
            let wrong = Value::List(vec![Value::Bool(true), Value::Int(5), Value::Int(6)]);
            let mut bad = message::section(code::PROPERTIES, &wrong);
            bad.extend(message::text("never seen"));
            let fourth = p.deliver(link, &bad);
            expect_undeliverable(p, link, fourth);
            p.await_credit(link, 1);
            p.deliver(link, &message::text("the end"));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        let first = consumer.receive_within(20_000).expect("received");
        assert_eq!(first.id().as_deref(), Some("ID:no-body"));
        let second = consumer.receive_within(20_000).expect("received");
        assert_eq!(second.bytes(), b"one two");
        assert_eq!(
            consumer.receive_text().expect("received"),
            "behind an unknown section"
        );
        assert_eq!(consumer.receive_text().expect("received"), "the end");
        end(connection, peer);
    });
}

#[test]
fn p_x7_a_message_over_the_limit() {
    dialogue_with("message_limit=10000", || {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1);
            p.deliver_in(link, &message::data(&[7; 20_000]), 1000);
            let condition = p.await_detach(link).error.map(|e| e.condition);
            assert_eq!(
                condition.as_deref(),
                Some("amqp:link:message-size-exceeded")
            );
            p.send_detach(link, true, None);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let consumer = session.consumer("q").expect("a consumer");
        expect_status(consumer.receive_within(20_000), Status::TIBEMS_INVALID_SIZE);
        exceptions.expect_one(Status::TIBEMS_INVALID_SIZE);
        end(connection, peer);
    });
}

#[test]
fn p_x8_a_message_over_the_limit_of_the_server() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_attach(Role::Sender);
            p.answer_attach_with(link, |attach| attach.max_message_size = Some(1000));
            p.grant(link, 10);
            let received = p.await_transfer();
            assert!(received.payload.len() <= 1000);
            p.accept_delivery(&received);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        let large = Msg::data(&[1; 1001]);
        expect_status(producer.send(large), Status::TIBEMS_INVALID_SIZE);
        producer.send_text("small").expect("sent");
        end(connection, peer);
    });
}

#[test]
fn p_x9_a_transfer_on_our_sending_link() {
    dialogue(|| {
        let ready = Gate::new();
        let go = ready.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_producer();
            p.serve_until_open(&go);
            let transfer = p.next_transfer(link);
            p.send_transfer(link, transfer, &message::text("the wrong way"));
            let close = p.await_that("close", |a| {
                matches!(a.performative, Performative::Close(_))
            });
            if let Performative::Close(close) = &close.performative {
                let condition = close.error.as_ref().map(|e| e.condition.as_str());
                assert_eq!(condition, Some("amqp:precondition-failed"));
            }
            p.drain_stream();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        session.producer("q").expect("a producer");
        ready.open();
        expect_lost(connection, &exceptions);
        peer.finish();
    });
}

#[test]
fn p_x9_a_transfer_on_an_unknown_handle() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1);
            let (channel, session) = (p.channel(link), p.link(link).session);
            let mut transfer = p.next_transfer(link);
            transfer.handle = 99;
            p.send_with(channel, transfer, &message::text("for nobody"));
            let (ended, error) = p.await_end();
            assert_eq!(ended, session);
            let condition = error.map(|error| error.condition);
            assert_eq!(condition.as_deref(), Some("amqp:session:unattached-handle"));
            p.send_end(session, None);
            p.serve_to_close();
        });
        let connection = crate::scene::connect(&peer);
        let session = connection.session(api::CLIENT).expect("a session");
        let exceptions = Exceptions::of(connection);
        let consumer = session.consumer("q").expect("a consumer");
        connection.start().expect("started");
        exceptions.expect_one(Status::TIBEMS_EXCEPTION);
        expect_status(consumer.receive_now(), Status::TIBEMS_EXCEPTION);
        // the connection lives
        let other = connection.session(api::AUTO).expect("a session");
        other.producer("q").unwrap().send_text("x").expect("sent");
        end(connection, peer);
    });
}

fn header(fields: Vec<Value>) -> Vec<u8> {
    message::section(code::HEADER, &Value::List(fields))
}

#[test]
fn p_x10_headers_at_their_limits() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1);
            // expired on arrival
            let mut properties = vec![Value::Null; 8];
            properties.push(Value::Timestamp(1_000_000));
            let mut expired = message::section(code::PROPERTIES, &Value::List(properties));
            expired.extend(message::text("too late"));
            let id = p.deliver(link, &expired);
            expect_undeliverable(p, link, id);
            p.await_credit(link, 1);
            let mut urgent = header(vec![
                Value::Bool(true),
                Value::Ubyte(200),
                Value::Null,
                Value::Null,
                Value::Uint(3),
            ]);
            urgent.extend(message::text("urgent"));
            p.deliver(link, &urgent);
            p.await_credit(link, 1);
            p.deliver(link, &message::text("plain"));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        let urgent = consumer.receive_within(20_000).expect("received");
        assert_eq!(urgent.body(), "urgent");
        assert_eq!(urgent.priority(), 9);
        assert!(urgent.redelivered());
        assert_eq!(
            urgent.int_property("JMSXDeliveryCount").expect("a count"),
            4
        );
        let plain = consumer.receive_within(20_000).expect("received");
        assert_eq!((plain.priority(), plain.redelivered()), (4, false));
        assert_eq!(plain.int_property("JMSXDeliveryCount").expect("a count"), 1);
        end(connection, peer);
    });
}

/// Sends a message in all the ways of framing and expects the same text.
#[test]
fn any_cut_into_frames_gives_the_same_message() {
    dialogue(|| {
        const ROOMS: [usize; 6] = [1, 2, 3, 7, 64, 4096];
        let text = "a text with some length, so that there is something to cut into frames";
        let peer = Peer::script(move |p: &mut Talk| {
            p.accept_open();
            let link = p.await_consumer();
            for room in ROOMS {
                p.await_credit(link, 1);
                p.deliver_in(link, &message::text_with_id("ID:1", text), room);
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").expect("a consumer");
        for _ in ROOMS {
            assert_eq!(consumer.receive_text().expect("received"), text);
        }
        end(connection, peer);
    });
}
