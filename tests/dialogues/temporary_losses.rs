//! Temporary destinations over losses: the new name, who waits for it, what goes there, and what does not come back
//! (spec 10 §5.12, spec 40 §3.3).

use crate::peer::api::{self, Destination, Msg, Status, expect_status};
use crate::peer::{Gate, Peer, dialogue, error, listen, message};
use crate::scene::{Recoveries, end, run, serves, serves_until, shared, unshared};
use crate::temporary::{await_temporary, is_dynamic, name, source_address, target};
use std::time::Duration;
use tibemsufo::amqp::performative::{Performative, Role};

#[test]
fn p_u5_a_reconnect_gives_it_another_name_that_a_request_sent_again_carries() {
    dialogue(|| {
        let first = Peer::script(|p| {
            p.accept_open();
            await_temporary(p, "old");
            let request = p.await_transfer();
            assert_eq!(message::reply_to(&request.payload).as_deref(), Some("old"));
            p.drop_socket();
        });
        let second = Peer::script(|p| {
            p.accept_open();
            await_temporary(p, "new");
            let consumer = p.await_consumer();
            assert_eq!(source_address(p, consumer).as_deref(), Some("new"));
            let request = p.await_transfer();
            assert_eq!(message::reply_to(&request.payload).as_deref(), Some("new"));
            p.accept_delivery(&request);
            p.await_credit(consumer, 1);
            p.deliver(consumer, &message::text("reply"));
            // what is bound to it goes there, too
            let sent = p.await_transfer();
            assert_eq!(message::to(&sent.payload).as_deref(), Some("new"));
            assert_eq!(target(p, sent.link).address.as_deref(), Some("new"));
            p.accept_delivery(&sent);
            p.serve_to_close();
        });
        let connection = shared(&[&first, &second]);
        connection.start().unwrap();
        let session = connection.session(api::AUTO).unwrap();
        let queue = session.temporary_queue().unwrap();
        let bound = session.producer_to(Some(queue)).unwrap();
        let consumer = session.consumer_of(queue, None, false).unwrap();
        let requests = session.producer("service").unwrap();
        requests.send(Msg::text("request").reply_to(queue)).unwrap();
        assert_eq!(queue.name(), "new");
        assert_eq!(consumer.receive_text().unwrap(), "reply");
        bound.send_text("to myself").unwrap();
        first.finish();
        end(connection, second);
    });
}

#[test]
fn a_recovery_waits_for_its_name_only_with_the_links_on_it() {
    // 10-73
    dialogue(|| {
        let cut = Gate::new();
        let first = serves_until(&cut);
        let second = Peer::script(|p| {
            p.accept_open();
            let (mut sessions, mut links) = (Vec::new(), Vec::new());
            // the session of its own and the program's; it, and what is not on it
            while sessions.len() < 2 || links.len() < 2 {
                let arrival = p.expect_frame();
                match &arrival.performative {
                    Performative::Begin(_) => sessions.push(arrival.session.unwrap()),
                    Performative::Attach(_) => links.push(arrival.link.unwrap()),
                    other => p.fail(format_args!("{} before the answers", other.name())),
                }
            }
            let [own, other] = links[..] else {
                panic!("{links:?}");
            };
            assert!(is_dynamic(&p.link(own).attach), "it goes first");
            assert_eq!(target(p, other).address.as_deref(), Some("elsewhere"));
            p.expect_silence(Duration::from_millis(100));
            for session in sessions {
                p.answer_begin(session);
            }
            p.answer_attach(other);
            name(p, own, "new");
            let sender = p.expect_attach(Role::Sender);
            let receiver = p.expect_attach(Role::Receiver);
            assert_eq!(target(p, sender).address.as_deref(), Some("new"));
            assert_eq!(source_address(p, receiver).as_deref(), Some("new"));
            p.answer_attach(sender);
            p.answer_attach(receiver);
            p.await_credit(receiver, 1);
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        connection.start().unwrap();
        let session = connection.session(api::AUTO).unwrap();
        let queue = session.temporary_queue().unwrap();
        let deleted = session.temporary_queue().unwrap();
        session.producer_to(Some(queue)).unwrap();
        let lost = session.producer_to(Some(deleted)).unwrap();
        session.producer("elsewhere").unwrap();
        session.consumer_of(queue, None, false).unwrap();
        session.delete_temporary_queue(deleted).unwrap();
        cut.open();
        recoveries.expect_ok(1);
        assert_eq!(queue.name(), "new");
        expect_status(lost.send_text("x"), Status::TIBEMS_INVALID_DESTINATION);
        first.finish();
        end(connection, second);
    });
}

#[test]
fn a_recovery_without_temporary_destinations_needs_no_session_for_them() {
    dialogue(|| {
        let cut = Gate::new();
        let first = serves_until(&cut);
        let second = Peer::script(|p| {
            p.accept_open();
            let session = p.expect_begin();
            p.answer_begin(session);
            await_temporary(p, "later");
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).unwrap();
        let queue = session.temporary_queue().unwrap();
        session.delete_temporary_queue(queue).unwrap();
        cut.open();
        recoveries.expect_ok(1);
        assert_eq!(session.temporary_queue().unwrap().name(), "later");
        first.finish();
        end(connection, second);
    });
}

#[test]
fn a_server_that_makes_none_is_no_place_to_recover_to() {
    dialogue(|| {
        let cut = Gate::new();
        let first = serves_until(&cut);
        let second = Peer::script(|p| {
            p.accept_open();
            let link = p.await_attach(Role::Sender);
            p.refuse_attach(link, Some(error("amqp:not-implemented")));
            p.drain_stream();
        });
        let third = Peer::script(|p| {
            p.accept_open();
            await_temporary(p, "third");
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second, &third]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).unwrap();
        let queue = session.temporary_queue().unwrap();
        cut.open();
        recoveries.expect_ok(1);
        assert_eq!(queue.name(), "third");
        first.finish();
        second.finish();
        end(connection, third);
    });
}

#[test]
fn a_creation_that_a_loss_interrupts_is_done_on_the_next_server() {
    dialogue(|| {
        let first = Peer::script(|p| {
            p.accept_open();
            p.await_attach(Role::Sender);
            p.drop_socket();
        });
        let second = Peer::script(|p| {
            p.accept_open();
            let link = await_temporary(p, "second");
            p.serve_to_close();
            assert_eq!(p.links(Role::Sender), [link], "it is asked for once");
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).unwrap();
        let queue = session.temporary_queue().unwrap();
        recoveries.expect_ok(1);
        assert_eq!(queue.name(), "second");
        first.finish();
        end(connection, second);
    });
}

#[test]
fn what_was_not_sent_goes_to_the_new_name_with_the_new_reply_to() {
    dialogue(|| {
        let (die, named) = (Gate::new(), Gate::new());
        let go = die.clone();
        // takes more than the buffers of a socket hold, and reads nothing of it
        let first = Peer::on(listen(Some(4096)), move |p| {
            p.accept_open();
            await_temporary(p, "old");
            let link = p.await_producer();
            p.grant(link, 10);
            p.wait(&go);
            p.drop_socket();
        });
        let told = named.clone();
        let second = Peer::script(move |p| {
            p.accept_open();
            await_temporary(p, "new");
            told.open();
            for _ in 0..2 {
                let sent = p.await_transfer();
                assert_eq!(message::to(&sent.payload).as_deref(), Some("new"));
                assert_eq!(message::reply_to(&sent.payload).as_deref(), Some("new"));
            }
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).unwrap();
        let queue = session.temporary_queue().unwrap();
        let producer = session.producer_to(Some(queue)).unwrap();
        producer.set_delivery_mode(api::RELIABLE);
        for size in [20 << 20, 3] {
            let request = Msg::data(&vec![b'.'; size]).reply_to(queue);
            producer.send(request).unwrap();
            request.destroy();
        }
        die.open();
        recoveries.expect_ok(1);
        first.finish();
        end(connection, second);
    });
}

#[test]
fn a_loss_ends_a_delete_and_nothing_comes_back() {
    dialogue(|| {
        let first = Peer::script(|p| {
            p.accept_open();
            let link = await_temporary(p, "old");
            p.expect_detach(link);
            p.drop_socket();
        });
        let second = serves();
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).unwrap();
        let queue = session.temporary_queue().unwrap();
        session.delete_temporary_queue(queue).unwrap();
        recoveries.expect_ok(1);
        let again = session.delete_temporary_queue(queue);
        expect_status(again, Status::TIBEMS_INVALID_DESTINATION);
        first.finish();
        end(connection, second);
    });
}

#[test]
fn what_was_not_sent_to_a_deleted_one_goes_nowhere() {
    dialogue(|| {
        let die = Gate::new();
        let go = die.clone();
        // takes more than the buffers of a socket hold, and reads nothing of it
        let first = Peer::on(listen(Some(4096)), move |p| {
            p.accept_open();
            await_temporary(p, "old");
            let link = p.await_producer();
            p.grant(link, 10);
            p.wait(&go);
            p.drop_socket();
        });
        let second = Peer::script(|p| {
            p.accept_open();
            let sent = p.await_transfer();
            assert_eq!(message::to(&sent.payload).as_deref(), Some("q"));
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).unwrap();
        let queue = session.temporary_queue().unwrap();
        let producer = session.producer_to(None).unwrap();
        producer.set_delivery_mode(api::RELIABLE);
        for size in [20 << 20, 3, 4] {
            let request = Msg::data(&vec![b'.'; size]);
            producer.send_to(queue, request).unwrap();
            request.destroy();
        }
        let deleting = run(move || session.delete_temporary_queue(queue));
        deleting.blocks(); // its detach stands behind what the socket does not take
        die.open();
        deleting.result().unwrap();
        recoveries.expect_ok(1);
        let behind = Msg::text("behind");
        producer.send_to(Destination::queue("q"), behind).unwrap();
        behind.destroy();
        first.finish();
        end(connection, second);
    });
}
