//! P-U2: the deletion of durable subscriptions, and what servers say to it.

use crate::peer::api::{self, Call, Consumer, Session, Status, expect_status};
use crate::peer::{Gate, Peer, Talk, clock, dialogue, dialogue_with, error};
use crate::scene::{end, run, session, times_out};
use crate::subscriptions::{known, left, subscribed};
use tibemsufo::amqp::codec::Value;
use tibemsufo::amqp::performative::{Attach, Detach, End, Performative, Role, Source};

/// What a peer does with the lookup of an Unsubscribe.
#[derive(Clone, Copy, Debug)]
pub enum Finds {
    It,
    /// Answers without a source and leaves the end to the library
    Nothing,
    /// Answers without a source and closes with this condition
    Refuses(&'static str),
    /// Answers the end with this condition
    Keeps(&'static str),
}

pub fn answer_lookup(p: &mut Talk, finds: Finds) -> Attach {
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
