//! P-U1 to P-U3: durable and shared subscriptions, how they are attached, left and deleted.

use crate::peer::api::{
    self, Call, Connection, Consumer, Factory, Session, Setup, Status, expect_status,
};
use crate::peer::{Gate, LinkId, Peer, Talk, dialogue, error, message};
use crate::scene::{Exceptions, Recoveries, end, run, session, unshared};
use crate::unsubscribe::{Finds, answer_lookup};
use tibemsufo::amqp::performative::{DeliveryState, Role, Source, Transfer};

/// A started connection with a client id, and a session.
#[track_caller]
pub fn known(peer: &Peer, mode: i32) -> (Connection, Session) {
    let factory = Factory::new(&Setup {
        url: peer.url(),
        client_id: Some("me".into()),
        ..Setup::default()
    });
    let connection = factory.connect().expect("the program connects");
    connection.start().expect("started");
    (connection, connection.session(mode).expect("a session"))
}

fn source(p: &Talk, link: LinkId) -> Source {
    p.link(link).attach.source.clone().expect("a source")
}

/// Awaits the attach of a receiver and answers it. It has this name.
#[track_caller]
pub fn subscribed(p: &mut Talk, name: &str) -> LinkId {
    let link = p.await_consumer();
    assert_eq!(p.link(link).attach.name, name);
    link
}

/// Awaits that a link is only detached, or closed, and answers as it is asked.
#[track_caller]
pub fn left(p: &mut Talk, link: LinkId, closed: bool) {
    assert_eq!(p.await_detach(link).closed, closed, "detach.closed");
    p.send_detach(link, closed, None);
}

#[test]
fn p_u1_a_durable_subscriber_is_detached_and_comes_back_by_its_name() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            for _ in 0..2 {
                let link = subscribed(p, "news");
                let source = source(p, link);
                assert_eq!(source.address.as_deref(), Some("t"));
                assert_eq!(source.durable, Some(2));
                assert_eq!(source.expiry_policy.as_deref(), Some("never"));
                assert_eq!(source.distribution_mode.as_deref(), Some("copy"));
                assert_eq!(source.capabilities, ["topic"]);
                assert_eq!(p.link(link).attach.snd_settle_mode, Some(0));
                assert_eq!(p.link(link).attach.desired_capabilities, [""; 0]);
                p.await_credit(link, 1);
                let delivery = p.deliver(link, &message::text("kept"));
                p.await_settled(&[delivery], &DeliveryState::Accepted);
                left(p, link, false);
            }
            let link = subscribed(p, "news"); // the end of its session does not close it either
            assert!(!p.await_detach(link).closed);
            p.serve_to_close();
        });
        let (connection, session) = known(&peer, api::AUTO);
        for _ in 0..2 {
            let consumer = session.durable("news").expect("a subscriber");
            assert_eq!(consumer.receive_text().expect("received"), "kept");
            consumer.close().expect("closed");
        }
        session.durable("news").expect("a subscriber");
        session.close().expect("closed");
        end(connection, peer);
    });
}

#[test]
fn p_u1_another_subscriber_of_the_name_is_refused_here() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = subscribed(p, "news");
            left(p, link, false);
            p.serve_to_close();
            assert_eq!(p.links(Role::Receiver).len(), 1, "attached");
        });
        let (connection, session) = known(&peer, api::AUTO);
        let consumer = session.durable("news").expect("a subscriber");
        let other = connection.session(api::AUTO).expect("another session");
        for refused in [
            session.durable("news"),
            other.durable("news"),
            other.shared_durable("news"),
        ] {
            let failure = expect_status(refused, Status::TIBEMS_INVALID_CONSUMER);
            assert!(failure.text.contains("\"news\""), "{failure:?}");
        }
        consumer.close().expect("closed");
        end(connection, peer);
    });
}

#[test]
fn p_u1_what_the_library_ends_is_not_deleted() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = subscribed(p, "news");
            p.await_credit(link, 1);
            let wrong = Transfer {
                handle: p.link(link).handle,
                delivery_tag: Some("t".into()),
                message_format: Some(0),
                ..Transfer::default()
            };
            p.send_transfer(link, wrong, &message::text("without an id"));
            left(p, link, false);
            p.serve_to_close();
        });
        let (connection, session) = known(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        session.durable("news").expect("a subscriber");
        exceptions.wait(1);
        end(connection, peer);
    });
}

#[test]
fn p_u1_a_subscriber_detached_by_force_comes_back() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = subscribed(p, "news");
            p.await_credit(link, 1);
            p.send_detach(link, false, Some(error("amqp:link:detach-forced")));
            let again = subscribed(p, "news");
            p.await_credit(again, 1);
            let delivery = p.deliver(again, &message::text("kept"));
            p.await_settled(&[delivery], &DeliveryState::Accepted);
            p.serve_to_close();
        });
        let (connection, session) = known(&peer, api::AUTO);
        let consumer = session.durable("news").expect("a subscriber");
        assert_eq!(consumer.receive_text().expect("received"), "kept");
        end(connection, peer);
    });
}

/// Brokers take an attach for part of the link that they still have under its name, and never answer it.
#[test]
fn p_u1_a_name_is_used_again_when_the_server_has_let_go_of_it() {
    dialogue(|| {
        let (seen, go) = (Gate::new(), Gate::new());
        let (told, ask) = (seen.clone(), go.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = subscribed(p, "news");
            p.await_credit(link, 1);
            p.deliver(link, &message::text("kept"));
            // in the program's hands: the link stays for it
            assert!(!p.await_detach(link).closed);
            told.open();
            p.serve_until_open(&ask);
            assert_eq!(p.links(Role::Receiver).len(), 1, "attached too early");
            p.send_detach(link, false, None);
            let again = subscribed(p, "news");
            p.await_credit(again, 1);
            let delivery = p.deliver(again, &message::text("again"));
            p.await_settled(&[delivery], &DeliveryState::Accepted);
            p.serve_to_close();
        });
        let (connection, session) = known(&peer, api::CLIENT);
        let consumer = session.durable("news").expect("a subscriber");
        let message = consumer.receive().expect("received");
        consumer.close().expect("closed");
        let again = run(move || session.durable("news"));
        seen.wait();
        again.blocks();
        go.open();
        let again = again.result().expect("a subscriber");
        expect_status(message.acknowledge(), Status::TIBEMS_ILLEGAL_STATE); // it has gone back
        message.destroy();
        let message = again.receive().expect("received");
        message.acknowledge().expect("acknowledged");
        message.destroy();
        end(connection, peer);
    });
}

#[test]
fn p_u1_a_recovery_subscribes_by_the_same_names() {
    dialogue(|| {
        let cut = Gate::new();
        let go = cut.clone();
        let names = |p: &Talk| {
            let links = p.links(Role::Receiver).into_iter();
            let mut names: Vec<_> = links.map(|link| p.link(link).attach.name.clone()).collect();
            names.sort();
            names
        };
        let expected = ["d|global", "s|global-volatile1", "s|global-volatile2"];
        let first = Peer::script(move |p| {
            p.accept_open();
            p.serve_until_open(&go);
            assert_eq!(names(p), expected);
            p.drop_socket();
        });
        let second = Peer::script(move |p| {
            p.accept_open();
            p.serve_to_close();
            assert_eq!(names(p), expected);
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).expect("a session");
        session.durable("d").expect("a subscriber");
        session.shared("s").expect("a consumer");
        session.shared("s").expect("a consumer");
        cut.open();
        recoveries.expect_ok(1);
        first.finish();
        end(connection, second);
    });
}

/// Not every server says that a subscription is of the other kind.
#[test]
fn p_u1_a_connection_remembers_of_which_kind_a_name_is() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = subscribed(p, "news");
            left(p, link, false);
            answer_lookup(p, Finds::It);
            let link = subscribed(p, "news");
            left(p, link, false);
            p.serve_to_close();
        });
        let (connection, session) = known(&peer, api::AUTO);
        let consumer = session.durable("news").expect("a subscriber");
        consumer.close().expect("closed");
        let refused = session.shared_durable("news");
        expect_status(refused, Status::TIBEMS_INVALID_CONSUMER);
        session.unsubscribe("news").expect("deleted");
        let consumer = session.shared_durable("news").expect("a consumer");
        consumer.close().expect("closed");
        expect_status(session.durable("news"), Status::TIBEMS_INVALID_CONSUMER);
        end(connection, peer);
    });
}

#[test]
fn p_u3_consumers_that_share_have_names_of_their_own() {
    for client_id in [true, false] {
        dialogue(move || {
            let peer = Peer::script(move |p| {
                p.accept_open();
                let (durable, shared) = match client_id {
                    true => (
                        ["s", "s|2", "s|3"],
                        ["s|volatile1", "s|volatile2", "s|volatile3"],
                    ),
                    false => (
                        ["s|global", "s|global2", "s|global3"],
                        [
                            "s|global-volatile1",
                            "s|global-volatile2",
                            "s|global-volatile3",
                        ],
                    ),
                };
                let global = (!client_id).then_some("global");
                let capabilities: Vec<_> = ["topic", "shared"].into_iter().chain(global).collect();
                for (names, lasts) in [(durable, true), (shared, false)] {
                    let links = names.map(|name| {
                        let link = subscribed(p, name);
                        let source = source(p, link);
                        let policy = if lasts { "never" } else { "link-detach" };
                        assert_eq!(source.expiry_policy.as_deref(), Some(policy));
                        assert_eq!(source.durable, Some(if lasts { 2 } else { 0 }));
                        assert_eq!(source.distribution_mode.is_some(), lasts);
                        assert_eq!(source.capabilities, capabilities);
                        assert_eq!(p.link(link).attach.desired_capabilities, [""; 0]);
                        link
                    });
                    left(p, links[0], !lasts);
                    left(p, links[1], !lasts);
                    left(p, links[2], !lasts);
                }
                p.serve_to_close();
            });
            let (connection, session) = match client_id {
                true => known(&peer, api::AUTO),
                false => session(&peer, api::AUTO),
            };
            let other = connection.session(api::AUTO).expect("another session");
            let consumers = [session, other, session].map(|s| s.shared_durable("s"));
            let close = |consumer: Call<Consumer>| consumer.expect("a consumer").close();
            assert_eq!(consumers.map(close), [Ok(()), Ok(()), Ok(())]);
            let consumers = [session, other, session].map(|s| s.shared("s"));
            assert_eq!(consumers.map(close), [Ok(()), Ok(()), Ok(())]);
            end(connection, peer);
        });
    }
}

#[test]
fn p_a16_a_server_without_shared_subscriptions() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open_with(|open| open.offered_capabilities.clear());
            for closed in [true, false] {
                let link = p.await_attach(Role::Receiver);
                assert_eq!(p.link(link).attach.desired_capabilities, ["SHARED-SUBS"]);
                p.answer_attach_with(link, |attach| attach.offered_capabilities.clear());
                left(p, link, closed);
            }
            let offered = p.await_consumer(); // this one says so on the link
            left(p, offered, true);
            p.serve_to_close();
            assert_eq!(p.links(Role::Receiver).len(), 3);
        });
        let (connection, session) = session(&peer, api::AUTO);
        let says = |failure: &api::Failure| {
            let text = &failure.text;
            assert!(text.contains("shared subscriptions"), "{text}");
            assert!(text.contains("this server"), "{text}");
        };
        let status = Status::TIBEMS_NOT_IMPLEMENTED;
        says(&expect_status(session.shared("s"), status));
        says(&expect_status(session.shared_durable("s"), status));
        // its name would be that of a container-id that nobody has again
        let status = Status::TIBEMS_INVALID_CLIENT_ID;
        says(&expect_status(session.durable("s"), status));
        session
            .shared("s")
            .expect("a consumer")
            .close()
            .expect("closed");
        end(connection, peer);
    });
}

#[test]
fn p_v10_a_server_without_shared_subscriptions_is_no_place_to_recover() {
    dialogue(|| {
        let cut = Gate::new();
        let first = crate::scene::serves_until(&cut);
        let second = Peer::script(|p| {
            p.accept_open_with(|open| open.offered_capabilities.clear());
            let link = p.await_attach(Role::Receiver);
            p.answer_attach_with(link, |attach| attach.offered_capabilities.clear());
            p.drain_stream();
        });
        let third = crate::scene::serves();
        let (factory, connection) = unshared(&[&first, &second, &third]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).expect("a session");
        session.shared("s").expect("a consumer");
        cut.open();
        recoveries.expect_ok(1);
        assert_eq!(connection.active_url().expect("a URL"), third.url());
        first.finish();
        second.finish();
        end(connection, third);
    });
}
