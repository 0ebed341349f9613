//! Nodes of the broker's own: dead letters, which programs read as `$sys.undelivered` (D36), and its notifications, which
//! nobody gets who only asked for everything.

use crate::peer::api::{self, Destination, Msg, Status, expect_status};
use crate::peer::{Gate, LinkId, Peer, Talk, dialogue, dialogue_with, message};
use crate::scene::{Exceptions, Recoveries, end, session, unshared};
use tibemsufo::amqp::codec::Value;
use tibemsufo::amqp::performative::{DeliveryState, Open, Source, code};

const UNDELIVERED: &str = "$sys.undelivered";
const NOTIFICATIONS: &str = "activemq.notifications";

fn is(product: &'static str) -> impl FnOnce(&mut Open) {
    move |open| open.properties = vec![("product".into(), Value::string(product))]
}

fn source(p: &Talk, link: LinkId) -> Source {
    p.link(link).attach.source.clone().expect("a source")
}

/// A text message for an address.
fn to(address: &str, body: &str) -> Vec<u8> {
    let properties = Value::List(vec![Value::Null, Value::Null, Value::string(address)]);
    let mut bytes = message::section(code::PROPERTIES, &properties);
    bytes.extend(message::text(body));
    bytes
}

#[test]
fn undelivered_messages_are_read_where_each_server_keeps_them() {
    dialogue(|| {
        let cut = Gate::new();
        let go = cut.clone();
        let first = Peer::script(move |p| {
            p.accept_open_with(is("apache-activemq-artemis"));
            let link = p.await_consumer();
            assert_eq!(source(p, link).address.as_deref(), Some("DLQ"));
            p.serve_until_open(&go);
            p.drop_socket();
        });
        // it has none that is known: no place to recover to
        let second = Peer::script(|p| {
            p.accept_open_with(is("another one"));
            p.drain_stream();
        });
        let third = Peer::script(|p| {
            p.accept_open_with(is("ActiveMQ"));
            let link = p.await_consumer();
            assert_eq!(source(p, link).address.as_deref(), Some("ActiveMQ.DLQ"));
            assert_eq!(source(p, link).capabilities, ["queue"]);
            p.await_credit(link, 1);
            p.deliver(link, &message::text("dead"));
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second, &third]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).expect("a session");
        let consumer = session.consumer(UNDELIVERED).expect("a consumer");
        connection.start().expect("started");
        cut.open();
        recoveries.expect_ok(1);
        assert_eq!(consumer.receive_text().expect("received"), "dead");
        first.finish();
        second.finish();
        end(connection, third);
    });
}

#[test]
fn undelivered_messages_of_an_unknown_server_are_no_empty_queue() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            p.serve_to_close();
            assert_eq!(p.links(tibemsufo::amqp::performative::Role::Receiver), []);
        });
        let (connection, session) = session(&peer, api::AUTO);
        let refused = session.consumer(UNDELIVERED);
        let failure = expect_status(refused, Status::TIBEMS_INVALID_DESTINATION);
        assert!(
            failure.text.contains("option \"undelivered\""),
            "{failure:?}"
        );
        end(connection, peer);
    });
}

#[test]
fn undelivered_messages_are_read_where_the_option_says() {
    dialogue_with("undelivered=dead.letters", || {
        let peer = Peer::script(|p| {
            p.accept_open_with(is("apache-activemq-artemis"));
            let link = p.await_consumer();
            assert_eq!(source(p, link).address.as_deref(), Some("dead.letters"));
            p.serve_to_close();
            assert_eq!(p.links(tibemsufo::amqp::performative::Role::Sender), []);
        });
        let (connection, session) = session(&peer, api::AUTO);
        session.consumer(UNDELIVERED).expect("a consumer");
        // only the server puts messages there
        let bound = session.producer(UNDELIVERED);
        expect_status(bound, Status::TIBEMS_SECURITY_EXCEPTION);
        let producer = session.producer_to(None).expect("a producer");
        let sent = producer.send_to(Destination::queue(UNDELIVERED), Msg::text("x"));
        expect_status(sent, Status::TIBEMS_SECURITY_EXCEPTION);
        end(connection, peer);
    });
}

#[test]
fn who_asks_for_everything_does_not_get_the_brokers_own_messages() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open_with(is("apache-activemq-artemis"));
            // kept off the wire, and not shown when it comes nevertheless
            for filter in [Some("_AMQ_NotifType IS NULL"), Some("x = 1")] {
                let link = p.await_consumer();
                let sent = source(p, link).filter;
                let selector = sent.first().and_then(|(_, value)| match value {
                    Value::Described(_, value) => value.as_str(),
                    _ => None,
                });
                assert_eq!(selector, filter);
                p.await_credit(link, 2);
                let own = p.deliver(link, &to(NOTIFICATIONS, "not for it"));
                let other = p.deliver(link, &to("a.b", "for it"));
                p.await_settled(&[own, other], &DeliveryState::Accepted);
            }
            // it is asked for by its name
            for _ in 0..2 {
                let link = p.await_consumer();
                assert!(source(p, link).filter.is_empty());
                p.await_credit(link, 1);
                p.deliver(link, &to(NOTIFICATIONS, "asked for"));
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        for (name, selector, body) in [
            (">", None, "for it"),
            ("*.*", Some("x = 1"), "for it"),
            (NOTIFICATIONS, None, "asked for"),
            ("activemq.>", None, "asked for"),
        ] {
            let topic = Destination::topic(name);
            let consumer = session.consumer_of(topic, selector, false);
            let consumer = consumer.expect("a consumer");
            assert_eq!(consumer.receive_text().expect("received"), body, "{name}");
        }
        exceptions.expect_none();
        end(connection, peer);
    });
}
