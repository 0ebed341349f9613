//! P-U1 to P-U3: durable and shared subscriptions, how they are attached, left and deleted.

use crate::peer::api::{
    self, Call, Connection, Consumer, Factory, Session, Setup, Status, expect_status,
};
use crate::peer::{Gate, LinkId, Peer, Talk, clock, dialogue, dialogue_with, error, message};
use crate::scene::{Exceptions, Recoveries, end, run, session, times_out, unshared};
use tibemsufo::amqp::codec::Value;
use tibemsufo::amqp::performative::{
    Attach, DeliveryState, Detach, End, Performative, Role, Source, Transfer,
};

/// A started connection with a client id, and a session.
#[track_caller]
fn known(peer: &Peer, mode: i32) -> (Connection, Session) {
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
fn subscribed(p: &mut Talk, name: &str) -> LinkId {
    let link = p.await_consumer();
    assert_eq!(p.link(link).attach.name, name);
    link
}

/// Awaits that a link is only detached, or closed, and answers as it is asked.
#[track_caller]
fn left(p: &mut Talk, link: LinkId, closed: bool) {
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

/// What a peer does with the lookup of an Unsubscribe.
#[derive(Clone, Copy, Debug)]
enum Finds {
    It,
    /// Answers without a source and leaves the end to the library
    Nothing,
    /// Answers without a source and closes with this condition
    Refuses(&'static str),
    /// Answers the end with this condition
    Keeps(&'static str),
}

fn answer_lookup(p: &mut Talk, finds: Finds) -> Attach {
    let link = p.await_attach(Role::Receiver);
    let attach = p.link(link).attach.clone();
    assert_eq!(attach.source, None);
    assert!(attach.target.is_some());
    let found = Some(Source {
        address: Some("t".into()),
        durable: Some(2),
        ..Source::default()
    });
    let there = matches!(finds, Finds::It | Finds::Keeps(_));
    p.answer_attach_with(link, |attach| attach.source = found.filter(|_| there));
    if let Finds::Refuses(condition) = finds {
        p.send_detach(link, true, Some(error(condition)));
        p.await_detach(link);
        return attach;
    }
    assert!(p.await_detach(link).closed, "what is to be deleted");
    let refusal = match finds {
        Finds::Keeps(condition) => Some(error(condition)),
        _ => None,
    };
    p.send_detach(link, true, refusal);
    attach
}

#[test]
fn p_u2_unsubscribe_and_what_servers_say() {
    let cases = [
        (Finds::It, Status::TIBEMS_OK),
        (Finds::Nothing, Status::TIBEMS_INVALID_DESTINATION),
        (
            Finds::Refuses("amqp:not-found"),
            Status::TIBEMS_INVALID_DESTINATION,
        ),
        (
            Finds::Refuses("amqp:unauthorized-access"),
            Status::TIBEMS_SECURITY_EXCEPTION,
        ),
        (
            Finds::Keeps("amqp:resource-locked"),
            Status::TIBEMS_EXCEPTION,
        ),
        (Finds::Keeps("amqp:illegal-state"), Status::TIBEMS_EXCEPTION),
        (
            Finds::Keeps("amqp:not-allowed"),
            Status::TIBEMS_NOT_PERMITTED,
        ),
    ];
    dialogue(move || {
        let peer = Peer::script(move |p| {
            p.accept_open();
            for (finds, _) in cases {
                let attach = answer_lookup(p, finds);
                assert_eq!(attach.name, "news");
                assert_eq!(attach.desired_capabilities, [""; 0]);
            }
            p.serve_to_close();
        });
        let (connection, session) = known(&peer, api::AUTO);
        for (finds, status) in cases {
            let result = session.unsubscribe("news");
            match status {
                Status::TIBEMS_OK => result.expect("deleted"),
                status => {
                    let failure = expect_status(result, status);
                    if let Finds::Keeps(condition) | Finds::Refuses(condition) = finds {
                        assert!(failure.text.contains(condition), "{failure:?}");
                    }
                }
            }
        }
        end(connection, peer);
    });
}

#[test]
fn p_u2_unsubscribe_without_client_id() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let attach = answer_lookup(p, Finds::It);
            assert_eq!(attach.name, "news|global");
            assert_eq!(attach.desired_capabilities, ["shared", "global"]);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        session.unsubscribe("news").expect("deleted");
        end(connection, peer);
    });
}

#[test]
fn p_u2_unsubscribe_while_it_is_in_use() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            for name in ["plain", "shared"] {
                let link = subscribed(p, name);
                left(p, link, false);
            }
            p.serve_to_close();
            assert_eq!(p.links(Role::Receiver).len(), 2, "asked for it");
        });
        let (connection, session) = known(&peer, api::AUTO);
        let other = connection.session(api::AUTO).expect("another session");
        let durable: fn(Session, &str) -> Call<Consumer> = Session::durable;
        for (create, name) in [(durable, "plain"), (Session::shared_durable, "shared")] {
            let consumer = create(session, name).expect("a consumer");
            let failure = expect_status(other.unsubscribe(name), Status::TIBEMS_EXCEPTION);
            assert!(failure.text.contains(name), "{failure:?}");
            consumer.close().expect("closed");
        }
        end(connection, peer);
    });
}

/// A server that is asked again, because it keeps a subscription that others use and says nothing.
fn artemis(p: &mut Talk) {
    p.accept_open_with(|open| {
        let product = Value::string("apache-activemq-artemis");
        open.properties = vec![("product".into(), product)];
    });
}

#[test]
fn p_u2_a_server_that_keeps_it_without_a_word() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            artemis(p);
            answer_lookup(p, Finds::It);
            let again = p.await_attach(Role::Receiver);
            p.answer_attach_with(again, |attach| attach.source = Some(Source::default()));
            left(p, again, false); // only asked for
            answer_lookup(p, Finds::It);
            answer_lookup(p, Finds::Refuses("amqp:not-found"));
            p.serve_to_close();
        });
        let (connection, session) = known(&peer, api::AUTO);
        let failure = expect_status(session.unsubscribe("news"), Status::TIBEMS_EXCEPTION);
        assert!(failure.text.contains("kept"), "{failure:?}");
        session.unsubscribe("news").expect("deleted");
        end(connection, peer);
    });
}

/// Only the answer to the second question tells that it is deleted.
#[test]
fn p_u2_a_second_question_without_an_answer() {
    dialogue_with("request_timeout=500", || {
        clock::hold();
        let asked = Gate::new();
        let told = asked.clone();
        let peer = Peer::script(move |p| {
            artemis(p);
            for condition in ["amqp:internal-error", "amqp:unauthorized-access"] {
                answer_lookup(p, Finds::It);
                answer_lookup(p, Finds::Refuses(condition));
            }
            answer_lookup(p, Finds::It);
            p.await_attach(Role::Receiver);
            told.open();
            p.serve_to_close();
        });
        let (connection, session) = known(&peer, api::AUTO);
        for (status, condition) in [
            (Status::TIBEMS_EXCEPTION, "internal-error"),
            (Status::TIBEMS_SECURITY_EXCEPTION, "unauthorized-access"),
        ] {
            let failure = expect_status(session.unsubscribe("news"), status);
            assert!(failure.text.contains(condition), "{failure:?}");
        }
        let asking = run(move || session.unsubscribe("news"));
        asked.wait();
        times_out(&asking, 500);
        expect_status(asking.result(), Status::TIBEMS_TIMEOUT);
        end(connection, peer);
    });
}

/// A session that ends behind the answer takes nothing back, and one that ends instead of it is none, whatever it says.
#[test]
fn p_u2_the_end_of_the_session_is_no_answer() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            for answered in [true, false] {
                let link = p.await_attach(Role::Receiver);
                p.answer_attach_with(link, |attach| attach.source = Some(Source::default()));
                assert!(p.await_detach(link).closed);
                let (channel, handle) = (p.channel(link), p.link(link).handle);
                let detach = Detach {
                    handle,
                    closed: true,
                    error: None,
                };
                let error = Some(error("amqp:not-found"));
                let mut bytes = match answered {
                    true => p.encoded(channel, &detach.into(), &[]),
                    false => Vec::new(),
                };
                bytes.extend(p.encoded(channel, &End { error }.into(), &[]));
                p.raw_noted(&bytes); // in one piece
                p.await_that("end", |a| matches!(a.performative, Performative::End(_)));
            }
            p.serve_to_close();
        });
        let (connection, session) = known(&peer, api::AUTO);
        session.unsubscribe("news").expect("deleted");
        let session = connection.session(api::AUTO).expect("another session");
        let failure = session.unsubscribe("news").expect_err("not told");
        assert!(failure.text.contains("not-found"), "{failure:?}");
        end(connection, peer);
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

/// The server is lost when it has been told to delete: the next one has it no more, and that was wanted.
#[test]
fn p_u2_unsubscribe_over_a_loss() {
    dialogue(|| {
        let first = Peer::script(|p| {
            p.accept_open();
            let link = p.await_attach(Role::Receiver);
            p.answer_attach_with(link, |attach| attach.source = Some(Source::default()));
            assert!(p.await_detach(link).closed);
            p.drop_socket();
        });
        let second = Peer::script(|p| {
            p.accept_open();
            answer_lookup(p, Finds::Refuses("amqp:not-found"));
            answer_lookup(p, Finds::Nothing);
            p.serve_to_close();
        });
        let connection = crate::scene::shared(&[&first, &second]);
        let session = connection.session(api::AUTO).expect("a session");
        session.unsubscribe("news").expect("it is gone");
        expect_status(
            session.unsubscribe("news"),
            Status::TIBEMS_INVALID_DESTINATION,
        );
        first.finish();
        end(connection, second);
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
