//! P-V: what RecoverConnection does on the wire: which server, which objects in which order, what is sent again
//! and what is dropped (spec 10 §5).

use crate::fence::{Fence, expect_fence};
use crate::peer::api::{self, Factory, Setup, Status, expect_status};
use crate::peer::{Gate, Peer, clock, dialogue, dialogue_with, error, message};
use crate::scene::{Exceptions, Recoveries, end, run, serves, serves_until, unshared};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tibemsufo::amqp::performative::{DeliveryState, Flow, Performative, Role};

#[test]
fn objects_come_back_in_one_write_in_their_order_and_get_credit_last() {
    // case 40-P-V1: the order of 3.3
    dialogue(|| {
        let cut = Gate::new();
        let first = serves_until(&cut);
        let second = Peer::script(|p| {
            p.accept_open();
            // nothing is answered before everything was written
            let mut sessions = Vec::new();
            let mut links = Vec::new();
            while sessions.len() < 2 || links.len() < 5 {
                let arrival = p.expect_frame();
                match &arrival.performative {
                    Performative::Begin(_) => sessions.push(arrival.session.unwrap()),
                    Performative::Attach(_) => links.push(arrival.link.unwrap()),
                    other => p.fail(format_args!("{} before the answers", other.name())),
                }
            }
            for session in &sessions {
                let roles: Vec<Role> = links
                    .iter()
                    .filter(|link| p.link(**link).session == *session)
                    .map(|link| p.link(*link).attach.role)
                    .collect();
                let mut producers_first = roles.clone();
                producers_first.sort_by_key(|role| role.is_receiver());
                assert_eq!(roles, producers_first, "producers before consumers");
            }
            let address = |link| {
                let attach = &p.link(link).attach;
                let source = attach.source.as_ref().and_then(|s| s.address.clone());
                let target = attach
                    .target
                    .as_ref()
                    .and_then(|t| t.target()?.address.clone());
                match attach.role {
                    Role::Sender => target.unwrap_or_default(),
                    Role::Receiver => source.unwrap_or_default(),
                }
            };
            let mut addresses: Vec<String> = links.iter().map(|link| address(*link)).collect();
            addresses.sort();
            assert_eq!(addresses, ["in-1", "in-2", "in-3", "out-1", "out-2"]);
            for session in sessions {
                p.answer_begin(session);
            }
            let consumers = p.links(Role::Receiver);
            let (last, others) = links.split_last().unwrap();
            for link in others {
                p.answer_attach(*link);
            }
            // credit waits until all of them exist: a wait shows it, less sharply on a slow machine
            p.expect_silence(Duration::from_millis(100));
            p.answer_attach(*last);
            for link in consumers {
                p.await_credit(link, 1);
            }
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        connection.start().unwrap();
        let (one, two) = (
            connection.session(api::AUTO).unwrap(),
            connection.session(api::CLIENT).unwrap(),
        );
        one.consumer("in-1").unwrap();
        one.producer("out-1").unwrap();
        two.consumer("in-2").unwrap();
        two.producer("out-2").unwrap();
        two.consumer("in-3").unwrap();
        let gone = two.consumer("gone").unwrap();
        gone.close().unwrap();
        cut.open();
        recoveries.expect_ok(1);
        assert!(!connection.is_disconnected());
        assert_eq!(connection.active_url().unwrap(), second.url());
        first.finish();
        end(connection, second);
    });
}

#[test]
fn p_v2_one_refused_link_fails_the_whole_try() {
    dialogue_with("", || {
        clock::hold();
        let (cut, asked, answer) = (Gate::new(), Gate::new(), Gate::new());
        let (told, go) = (asked.clone(), answer.clone());
        let first = serves_until(&cut);
        let second = Peer::script(|p| {
            p.accept_open();
            for at in 0.. {
                let link = p.await_that("attach", |a| {
                    matches!(a.performative, Performative::Attach(_))
                });
                let link = link.link.unwrap();
                if at == 2 {
                    p.refuse_attach(link, Some(error("amqp:not-found")));
                    break;
                }
                p.answer_attach(link);
            }
            p.drain_stream();
            assert!(!p.accept_within(Duration::ZERO), "a second try");
        });
        let third = Peer::script(|p| {
            p.accept();
            p.drop_socket();
            assert!(!p.accept_within(Duration::ZERO), "a second try");
        });
        // slow, but within the 10 s of a try
        let fourth = Peer::script(move |p| {
            p.accept();
            p.accept_sasl_anonymous();
            p.expect_open();
            told.open();
            p.wait(&go);
            p.send_open(|_| {});
            p.serve_to_close();
            assert_eq!(p.links(Role::Sender).len(), 2);
            assert_eq!(p.links(Role::Receiver).len(), 1);
        });
        let (factory, connection) = unshared(&[&first, &second, &third, &fourth]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).unwrap();
        let producer = session.producer("a").unwrap();
        session.producer("b").unwrap();
        session.consumer("c").unwrap();
        cut.open();
        asked.wait();
        clock::advance(Duration::from_secs(5));
        answer.open();
        recoveries.expect_ok(1);
        assert_eq!(connection.active_url().unwrap(), fourth.url());
        producer.send_text("works").unwrap();
        first.finish();
        second.finish();
        third.finish();
        end(connection, fourth);
    });
}

/// A server that breaks the rules while everything is made again is not reported as having said so (D27).
#[test]
fn a_session_that_the_library_ends_during_a_recovery_is_its_own_doing() {
    dialogue(|| {
        let cut = Gate::new();
        let go = cut.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.serve_until_open(&go);
            p.drop_socket();
            p.accept_open();
            let session = p.await_begin();
            p.answer_begin(session);
            let flow = Flow {
                handle: Some(99),
                ..Flow::default()
            };
            let channel = p.session(session).channel;
            p.send(channel, flow);
            p.drain_stream();
        });
        let factory = Factory::new(&Setup {
            url: peer.url(),
            unshared: true,
            reconnect: Some((1, 250, 0)),
            ..Setup::default()
        });
        let connection = factory.connect().unwrap();
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).unwrap();
        session.consumer("q").unwrap();
        cut.open();
        recoveries.done.wait(1);
        let results = recoveries.results.lock().unwrap().clone();
        let [Err(failure)] = &results[..] else {
            panic!("{results:?}");
        };
        let ours = "closed by this library: amqp:session:unattached-handle";
        assert!(failure.text.contains(ours), "{failure:?}");
        end(connection, peer);
    });
}

#[test]
fn a_consumer_that_the_second_server_forbids_leads_to_the_third() {
    // 10-82 (U6): a server that forbids one consumer is no place to recover to, however many others it takes
    dialogue(|| {
        let cut = Gate::new();
        let first = serves_until(&cut);
        let second = Peer::script(|p| {
            p.accept_open();
            let mut refused = false;
            for _ in 0..4 {
                let arrival = p.await_that("attach", |a| {
                    matches!(a.performative, Performative::Attach(_))
                });
                let link = arrival.link.unwrap();
                let source = p.link(link).attach.source.clone();
                if source.and_then(|s| s.address).as_deref() == Some("forbidden") {
                    p.refuse_attach(link, Some(error("amqp:unauthorized-access")));
                    refused = true;
                } else {
                    p.answer_attach(link);
                }
            }
            assert!(refused, "the consumer was not asked for");
            p.drain_stream(); // it ends: the whole try is dropped
            assert!(!p.accept_within(Duration::ZERO), "a second try");
        });
        let third = Peer::script(|p| {
            p.accept_open();
            let mut consumers = Vec::new();
            for _ in 0..4 {
                let arrival = p.await_that("attach", |a| {
                    matches!(a.performative, Performative::Attach(_))
                });
                let link = arrival.link.unwrap();
                p.answer_attach(link);
                let attach = p.link(link).attach.clone();
                match attach.role {
                    Role::Sender => p.grant(link, 1),
                    Role::Receiver => {
                        consumers.push((attach.source.unwrap().address.unwrap(), link))
                    }
                }
            }
            for (address, link) in consumers {
                p.await_credit(link, 1);
                p.deliver(link, &message::text(&format!("from {address}")));
            }
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second, &third]);
        let recoveries = Recoveries::of(factory, connection);
        connection.start().unwrap();
        let session = connection.session(api::AUTO).unwrap();
        let producer = session.producer("out").unwrap();
        let allowed = session.consumer("allowed").unwrap();
        let forbidden = session.consumer("forbidden").unwrap();
        let behind = session.consumer("behind").unwrap();
        cut.open();
        recoveries.expect_ok(1);
        assert_eq!(connection.active_url().unwrap(), third.url());
        assert!(!connection.is_disconnected());
        for (consumer, address) in [
            (allowed, "allowed"),
            (forbidden, "forbidden"),
            (behind, "behind"),
        ] {
            assert_eq!(consumer.receive_text().unwrap(), format!("from {address}"));
        }
        producer.send_text("works").unwrap();
        first.finish();
        second.finish();
        end(connection, third);
    });
}

#[test]
fn p_v3_a_cut_during_recovery_starts_over_without_a_second_event() {
    dialogue(|| {
        let cut = Gate::new();
        let go = cut.clone();
        let first = Peer::script(move |p| {
            p.accept_open();
            p.serve_until_open(&go);
            p.drop_socket();
            // back again
            p.accept_open();
            p.serve_to_close();
            assert_eq!(
                p.links(Role::Sender).len(),
                1,
                "an object was created twice"
            );
            assert_eq!(
                p.links(Role::Receiver).len(),
                1,
                "an object was created twice"
            );
        });
        let second = Peer::script(|p| {
            p.accept_open();
            p.await_attach(Role::Sender);
            p.drop_socket();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).unwrap();
        let producer = session.producer("q").unwrap();
        session.consumer("q").unwrap();
        cut.open();
        recoveries.expect_ok(1);
        assert_eq!(connection.active_url().unwrap(), first.url());
        producer.send_text("works").unwrap();
        second.finish();
        end(connection, first);
    });
}

#[test]
fn p_v6_a_client_id_that_the_dead_connection_still_holds() {
    dialogue(|| {
        let cut = Gate::new();
        let go = cut.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.serve_until_open(&go);
            p.drop_socket();
            for _ in 0..2 {
                p.accept();
                p.accept_sasl_anonymous();
                assert_eq!(p.expect_open().container_id, "held");
                let marker = "amqp:connection-establishment-failed";
                let yes = tibemsufo::amqp::codec::Value::Bool(true);
                p.send_open(|open| open.properties = vec![(marker.into(), yes)]);
                let mut error = error("amqp:invalid-field");
                let container = tibemsufo::amqp::codec::Value::symbol("container-id");
                error.info = vec![("invalid-field".into(), container)];
                p.send_close(Some(error));
                p.drain_stream();
            }
            p.accept_open();
            p.serve_to_close();
        });
        let factory = Factory::new(&Setup {
            url: peer.url(),
            unshared: true,
            client_id: Some("held".into()),
            reconnect: Some((5, 250, 10_000)),
            ..Setup::default()
        });
        let connection = factory.connect().unwrap();
        let recoveries = Recoveries::of(factory, connection);
        cut.open();
        recoveries.expect_ok(1);
        end(connection, peer);
    });
}

#[test]
fn p_v9_prefetched_messages_of_the_dead_server_are_dropped() {
    const COUNT: u32 = 500;
    dialogue_with("prefetch_queue=500", || {
        let cut = Gate::new();
        let go = cut.clone();
        let first = Peer::script(move |p| {
            p.accept_open();
            expect_fence(p);
            let consumer = p.await_consumer();
            p.await_credit(consumer, COUNT);
            for at in 0..COUNT {
                p.deliver(consumer, &message::text(&format!("old {at}")));
            }
            p.serve_until_open(&go);
            p.drop_socket();
        });
        let second = Peer::script(|p| {
            p.accept_open();
            let consumer = p.await_consumer();
            p.await_credit(consumer, COUNT);
            let ids: Vec<u32> = (0..COUNT)
                .map(|at| p.deliver(consumer, &message::text(&format!("new {at}"))))
                .collect();
            p.await_settled(&ids, &DeliveryState::Accepted);
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        connection.start().unwrap();
        let fence = Fence::of(connection);
        let session = connection.session(api::AUTO).unwrap();
        let consumer = session.consumer("q").unwrap();
        assert_eq!(consumer.receive_text().unwrap(), "old 0");
        // with it all the others are buffered
        fence.pass();
        cut.open();
        recoveries.expect_ok(1);
        for at in 0..COUNT {
            assert_eq!(consumer.receive_text().unwrap(), format!("new {at}"));
        }
        expect_status(consumer.receive_now(), Status::TIBEMS_NOT_FOUND);
        first.finish();
        end(connection, second);
    });
}

#[test]
fn p_v11_recovery_asked_for_by_two_threads_and_without_need() {
    dialogue(|| {
        let cut = Gate::new();
        let go = cut.clone();
        let first = Peer::script(move |p| {
            p.accept_open();
            p.serve_until_open(&go);
            p.drop_socket();
            assert!(!p.accept_within(Duration::ZERO), "a second connection");
        });
        let answer = Gate::new();
        let go = answer.clone();
        let second = Peer::script(move |p| {
            p.accept();
            p.accept_sasl_anonymous();
            p.expect_open();
            p.wait(&go);
            p.send_open(|_| {});
            p.serve_to_close();
            assert!(!p.accept_within(Duration::ZERO), "a second connection");
        });
        let (factory, connection) = unshared(&[&first, &second]);
        factory.recover(connection).expect("nothing to recover");
        assert_eq!(connection.active_url().unwrap(), first.url());
        let exceptions = Exceptions::of(connection);
        cut.open();
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
        let one = run(move || factory.recover(connection));
        let two = run(move || factory.recover(connection));
        one.blocks();
        two.blocks();
        answer.open();
        one.result().expect("recovered");
        two.result().expect("recovered");
        assert_eq!(connection.active_url().unwrap(), second.url());
        factory.recover(connection).expect("nothing to recover");
        first.finish();
        end(connection, second);
        expect_status(factory.recover(connection), Status::TIBEMS_ILLEGAL_STATE);
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
    });
}

#[test]
fn a_list_of_both_kinds_tries_the_comma_group_first() {
    dialogue(|| {
        let (cut_a1, cut_a2) = (Gate::new(), Gate::new());
        let (go, go_too) = (cut_a1.clone(), cut_a2.clone());
        let a1 = Peer::script(move |p| {
            p.accept_open();
            p.serve_until_open(&go);
            p.drop_socket();
        });
        let a2 = Peer::script(move |p| {
            p.accept_open();
            p.serve_until_open(&go_too);
            p.drop_socket();
        });
        let b1 = serves();
        let factory = Factory::new(&Setup {
            url: format!("{},{}+{}", a1.url(), a2.url(), b1.url()),
            unshared: true,
            reconnect: Some((1, 250, 5000)),
            ..Setup::default()
        });
        let connection = factory.connect().unwrap();
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).unwrap();
        let producer = session.producer("q").unwrap();
        cut_a1.open();
        a1.finish();
        producer
            .send_text("waits for a2")
            .expect("sent after the failover inside the group");
        assert_eq!(connection.active_url().unwrap(), a2.url());
        recoveries.exceptions.expect_none();
        cut_a2.open();
        a2.finish();
        recoveries.expect_ok(1);
        assert_eq!(connection.active_url().unwrap(), b1.url());
        producer.send_text("to b1").expect("sent");
        end(connection, b1);
    });
}

#[test]
fn a_send_in_flight_is_sent_again_when_wanted() {
    dialogue_with("ufo_resend=1", || {
        let id = Arc::new(Mutex::new(None));
        let seen = id.clone();
        let first = Peer::script(move |p| {
            p.accept_open();
            let producer = p.await_producer();
            p.grant(producer, 1);
            *seen.lock().unwrap() = message::id_of(&p.await_transfer().payload);
            p.drop_socket();
        });
        let second = Peer::script(move |p| {
            p.accept_open();
            let received = p.await_transfer();
            assert_eq!(message::id_of(&received.payload), *id.lock().unwrap());
            assert_eq!(message::text_of(&received.payload), "in flight");
            p.accept_delivery(&received);
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).unwrap();
        let producer = session.producer("q").unwrap();
        producer
            .send_text("in flight")
            .expect("the new server's outcome");
        recoveries.expect_ok(1);
        first.finish();
        end(connection, second);
    });
}
