//! Temporary destinations: the link that makes each and keeps it, its name, what a recovery makes of it, its end
//! (spec 40 §2.10, §3.3, spec 20 §2.6).

use crate::peer::api::{self, Browser, Status, expect_status};
use crate::peer::{Gate, LinkId, Peer, Talk, clock, dialogue, dialogue_with, error, message};
use crate::scene::{
    Exceptions, Recoveries, end, run, serves_until, session, shared, times_out, unshared,
};
use tibemsufo::amqp::codec::Value;
use tibemsufo::amqp::performative::{Attach, Role, Target, code};

/// The target of a link.
pub fn target(p: &Talk, link: LinkId) -> Target {
    let attach = &p.link(link).attach;
    let target = attach.target.as_ref().and_then(|target| target.target());
    target.cloned().expect("a target")
}

pub fn is_dynamic(attach: &Attach) -> bool {
    let target = attach.target.as_ref().and_then(|target| target.target());
    target.is_some_and(|target| target.dynamic)
}

/// Names the node that a link has asked for.
pub fn name(p: &mut Talk, link: LinkId, name: &str) {
    p.answer_attach_with(link, |attach| {
        attach.target = Some(
            Target {
                dynamic: true,
                address: Some(name.to_owned()),
                ..Target::default()
            }
            .into(),
        );
    });
}

/// Serves until a temporary destination is asked for, and names it.
pub fn await_temporary(p: &mut Talk, called: &str) -> LinkId {
    let link = p.await_attach(Role::Sender);
    assert!(is_dynamic(&p.link(link).attach), "it asks for a node");
    name(p, link, called);
    link
}

pub fn source_address(p: &Talk, link: LinkId) -> Option<String> {
    p.link(link).attach.source.as_ref()?.address.clone()
}

#[test]
fn the_link_that_makes_it_is_kept_on_a_session_of_the_connections_own() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let mut links = Vec::new();
            for (called, kind) in [("here-1", "temporary-queue"), ("here-2", "temporary-topic")] {
                let link = await_temporary(p, called);
                let asked = target(p, link);
                assert_eq!((asked.address, asked.durable), (None, Some(0)));
                assert_eq!(asked.expiry_policy.as_deref(), Some("link-detach"));
                assert_eq!(asked.capabilities, [kind]);
                let [(key, Value::Described(policy, _))] = &asked.dynamic_node_properties[..]
                else {
                    panic!("{:?}", asked.dynamic_node_properties);
                };
                assert_eq!(
                    (&**key, &**policy),
                    ("lifetime-policy", &Value::Ulong(0x2b))
                );
                let (start, of) = match kind {
                    "temporary-queue" => ("ems:tmpq:", p.link(link).attach.name.clone()),
                    _ => ("ems:tmpt:", p.link(link).attach.name.clone()),
                };
                assert!(of.starts_with(start), "{of}");
                links.push(link);
            }
            let consumer = p.await_consumer();
            assert_eq!(source_address(p, consumer).as_deref(), Some("here-2"));
            let source = p.link(consumer).attach.source.clone().unwrap();
            assert_eq!(source.capabilities, ["temporary-topic"]);
            let own = p.link(links[0]).session;
            assert_eq!(p.link(links[1]).session, own);
            assert_ne!(p.link(consumer).session, own);
            // the session that made them ends, and they stay
            let (ended, _) = p.await_end();
            assert_ne!(ended, own);
            p.send_end(ended, None);
            assert!(p.await_detach(links[0]).closed);
            p.send_detach(links[0], true, None);
            p.serve_to_close();
        });
        let (connection, first) = session(&peer, api::AUTO);
        let queue = first.temporary_queue().unwrap();
        let topic = first.temporary_topic().unwrap();
        assert_eq!(
            (queue.name(), topic.name()),
            ("here-1".into(), "here-2".into())
        );
        let second = connection.session(api::AUTO).unwrap();
        let consumer = second.consumer_of(topic, None, false).unwrap();
        first.close().unwrap();
        second.delete_temporary_queue(queue).unwrap();
        assert_eq!(queue.name(), "here-1");
        let again = second.delete_temporary_queue(queue);
        expect_status(again, Status::TIBEMS_INVALID_DESTINATION);
        consumer.close().unwrap();
        end(connection, peer);
    });
}

#[test]
fn p_a7_a_node_without_a_name_is_none() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            for given in [None, Some(String::new())] {
                let link = p.await_attach(Role::Sender);
                p.answer_attach_with(link, |attach| {
                    let answer = Target {
                        dynamic: true,
                        address: given,
                        ..Target::default()
                    };
                    attach.target = Some(answer.into());
                });
                p.await_detach(link);
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        for _ in 0..2 {
            let refused = session.temporary_queue();
            let failure = expect_status(refused, Status::TIBEMS_INVALID_DESTINATION);
            assert!(
                failure.text.starts_with("closed by this library"),
                "{failure:?}"
            );
        }
        end(connection, peer);
    });
}

#[test]
fn a_server_may_refuse_it() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            for condition in ["amqp:unauthorized-access", "amqp:not-implemented"] {
                let link = p.await_attach(Role::Sender);
                p.refuse_attach(link, Some(error(condition)));
            }
            await_temporary(p, "third");
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        for status in [
            Status::TIBEMS_SECURITY_EXCEPTION,
            Status::TIBEMS_NOT_IMPLEMENTED,
        ] {
            let failure = expect_status(session.temporary_queue(), status);
            assert!(failure.text.contains("the server says"), "{failure:?}");
        }
        assert_eq!(session.temporary_queue().unwrap().name(), "third");
        end(connection, peer);
    });
}

#[test]
fn rabbitmq_is_not_asked() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open_with(|open| {
                open.properties = vec![("product".into(), Value::string("RabbitMQ"))];
            });
            p.serve_to_close();
            assert_eq!(p.links(Role::Sender), []);
        });
        let (connection, session) = session(&peer, api::AUTO);
        let failure = expect_status(session.temporary_topic(), Status::TIBEMS_NOT_IMPLEMENTED);
        assert!(failure.text.contains("RabbitMQ"), "{failure:?}");
        assert!(
            failure.text.contains("temporary destinations"),
            "{failure:?}"
        );
        end(connection, peer);
    });
}

#[test]
fn a_server_that_takes_it_away_ends_who_reads_it() {
    dialogue(|| {
        let (made, cut) = (Gate::new(), Gate::new());
        let (read, go) = (made.clone(), cut.clone());
        let first = Peer::script(move |p| {
            p.accept_open();
            let link = await_temporary(p, "taken");
            p.serve_until_open(&read); // else it would be its creation that fails (decision 24)
            p.send_detach(link, true, Some(error("amqp:resource-deleted")));
            p.serve_until_open(&go);
            p.drop_socket();
        });
        // nothing of it comes back
        let second = Peer::script(|p| {
            p.accept_open();
            p.serve_to_close();
            assert_eq!(
                (p.links(Role::Sender), p.links(Role::Receiver)),
                (vec![], vec![])
            );
        });
        let connection = shared(&[&first, &second]);
        let exceptions = Exceptions::of(connection);
        connection.start().unwrap();
        let session = connection.session(api::AUTO).unwrap();
        let queue = session.temporary_queue().unwrap();
        let consumer = session.consumer_of(queue, None, false).unwrap();
        made.open();
        expect_status(consumer.receive(), Status::TIBEMS_INVALID_DESTINATION);
        exceptions.expect_one(Status::TIBEMS_INVALID_DESTINATION);
        let deleted = session.delete_temporary_queue(queue);
        expect_status(deleted, Status::TIBEMS_INVALID_DESTINATION);
        let bound = session.producer_to(Some(queue));
        expect_status(bound, Status::TIBEMS_INVALID_DESTINATION);
        cut.open();
        first.finish(); // it answers nothing any more: the session is one of the second server
        connection.session(api::AUTO).unwrap();
        let read = session.consumer_of(queue, None, false);
        expect_status(read, Status::TIBEMS_INVALID_DESTINATION);
        end(connection, second);
    });
}

#[test]
fn the_end_of_their_session_takes_them_all_and_the_next_one_has_a_new_one() {
    dialogue(|| {
        let there = Gate::new();
        let go = there.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = await_temporary(p, "one");
            let session = p.link(link).session;
            p.serve_until_open(&go);
            p.send_end(session, Some(error("amqp:internal-error")));
            let next = await_temporary(p, "two");
            assert_ne!(p.link(next).session, session);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let gone = session.temporary_queue().unwrap();
        there.open();
        exceptions.expect_one(Status::TIBEMS_INVALID_DESTINATION);
        let read = session.consumer_of(gone, None, false);
        expect_status(read, Status::TIBEMS_INVALID_DESTINATION);
        assert_eq!(session.temporary_queue().unwrap().name(), "two");
        end(connection, peer);
    });
}

#[test]
fn a_delete_tells_what_the_server_says_and_waits_no_longer_than_the_limit() {
    dialogue_with("request_timeout=300", || {
        clock::hold();
        let asked = Gate::new();
        let told = asked.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let refused = await_temporary(p, "refused");
            let silent = await_temporary(p, "silent");
            p.expect_detach(refused);
            p.send_detach(refused, true, Some(error("amqp:not-allowed")));
            p.expect_detach(silent);
            told.open();
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let refused = session.temporary_queue().unwrap();
        let silent = session.temporary_queue().unwrap();
        let deleted = session.delete_temporary_queue(refused);
        let failure = expect_status(deleted, Status::TIBEMS_NOT_PERMITTED);
        assert!(failure.text.contains("the server says"), "{failure:?}");
        let deleting = run(move || session.delete_temporary_queue(silent));
        asked.wait();
        times_out(&deleting, 300);
        expect_status(deleting.result(), Status::TIBEMS_TIMEOUT);
        for queue in [refused, silent] {
            let again = session.delete_temporary_queue(queue);
            expect_status(again, Status::TIBEMS_INVALID_DESTINATION);
        }
        end(connection, peer);
    });
}

#[test]
fn a_browser_of_a_deleted_one_does_not_come_back() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = await_temporary(p, "gone");
            let browser = p.await_consumer();
            assert!(p.await_detach(link).closed);
            p.send_detach(browser, true, Some(error("amqp:link:detach-forced")));
            p.send_detach(link, true, None);
            p.serve_to_close();
            assert_eq!(p.links(Role::Receiver), [browser]);
        });
        let (connection, session) = session(&peer, api::AUTO);
        let queue = session.temporary_queue().unwrap();
        let browser = session.browser_of(queue, None).unwrap();
        session.delete_temporary_queue(queue).unwrap();
        expect_deleted(browser);
        end(connection, peer);
    });
}

#[test]
fn a_browser_of_a_deleted_one_is_not_attached_on_the_next_server() {
    dialogue(|| {
        let cut = Gate::new();
        let first = serves_until(&cut);
        let second = Peer::script(|p| {
            p.accept_open();
            p.serve_to_close();
            assert_eq!(p.links(Role::Receiver), []);
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).unwrap();
        let queue = session.temporary_queue().unwrap();
        let browser = session.browser_of(queue, None).unwrap();
        session.delete_temporary_queue(queue).unwrap();
        cut.open();
        recoveries.expect_ok(1);
        expect_deleted(browser);
        first.finish();
        end(connection, second);
    });
}

/// Every call says so.
#[track_caller]
fn expect_deleted(browser: Browser) {
    for _ in 0..2 {
        let failure = expect_status(browser.next(), Status::TIBEMS_INVALID_DESTINATION);
        assert!(failure.text.contains("was deleted"), "{failure:?}");
    }
}

#[test]
fn a_producer_on_what_somebody_else_has_made_does_not_stop_a_recovery() {
    dialogue(|| {
        let (cut, delivered) = (Gate::new(), Gate::new());
        let (go, told) = (cut.clone(), delivered.clone());
        let first = Peer::script(move |p| {
            p.accept_open();
            let consumer = p.await_consumer();
            p.await_credit(consumer, 1);
            let fields = [Value::Null, Value::Null, Value::Null, Value::Null];
            let mut fields = fields.to_vec();
            fields.push(Value::string("of-somebody"));
            let mut request = message::section(
                code::MESSAGE_ANNOTATIONS,
                &Value::Map(vec![(Value::symbol("x-opt-jms-reply-to"), Value::Byte(2))]),
            );
            request.extend(message::section(code::PROPERTIES, &Value::List(fields)));
            request.extend(message::text("request"));
            p.deliver(consumer, &request);
            told.open();
            p.serve_until_open(&go);
            p.drop_socket();
        });
        let second = Peer::script(|p| {
            p.accept_open();
            p.await_consumer();
            let link = p.await_attach(Role::Sender);
            assert_eq!(target(p, link).address.as_deref(), Some("of-somebody"));
            p.refuse_attach(link, Some(error("amqp:not-found")));
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        connection.start().unwrap();
        let session = connection.session(api::AUTO).unwrap();
        let consumer = session.consumer("service").unwrap();
        let request = consumer.receive().unwrap();
        delivered.wait();
        let reply = request.reply_destination();
        let read = session.consumer_of(reply, None, false);
        expect_status(read, Status::TIBEMS_INVALID_DESTINATION);
        let bound = session.producer_to(Some(reply)).unwrap();
        cut.open();
        recoveries.expect_ok(1);
        let sent = run(move || bound.send_text("late")).result();
        expect_status(sent, Status::TIBEMS_INVALID_DESTINATION);
        first.finish();
        end(connection, second);
    });
}

#[test]
fn a_send_that_may_have_arrived_is_in_doubt_when_its_destination_goes() {
    dialogue(|| {
        let (taken, deleted) = (Gate::new(), Gate::new());
        let (tell, go) = (taken.clone(), deleted.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.credit = 0;
            await_temporary(p, "t1");
            let link = p.await_producer();
            p.grant(link, 1);
            p.await_transfer();
            tell.open();
            p.serve_until_open(&go);
            p.send_detach(link, false, None);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let queue = session.temporary_queue().unwrap();
        let producer = session.producer_to(Some(queue)).unwrap();
        let sending = run(move || producer.send_text("x"));
        taken.wait();
        session.delete_temporary_queue(queue).unwrap();
        deleted.open();
        let failure = expect_status(sending.result(), Status::TIBEMS_INVALID_DESTINATION);
        assert!(failure.text.starts_with("outcome unknown:"), "{failure:?}");
        queue.destroy().unwrap();
        end(connection, peer);
    });
}
