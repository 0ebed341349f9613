//! Who waits for whom when something ends, and what is settled when: closes beside sends and callbacks, the order of what
//! goes back, messages that are not shown.

use crate::peer::api::{self, Connection, Destination, Msg, Status, expect_status};
use crate::peer::{Counter, Gate, Peer, Talk, clock, dialogue, dialogue_with, error, message};
use crate::scene::{
    Exceptions, Recoveries, connect, end, io_thread_sleeps, run, serves, session, unshared,
};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tibemsufo::amqp::performative::{DeliveryState, Performative, Role};

#[test]
fn a_close_waits_for_the_answer_of_a_send() {
    dialogue(|| {
        let (sent, closing) = (Gate::new(), Gate::new());
        let (told, go) = (sent.clone(), closing.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.accepts = false;
            let received = p.await_transfer();
            told.open();
            p.wait(&go);
            // nothing comes before the answer, above all no close
            p.expect_silence(Duration::from_millis(200));
            p.accept_delivery(&received);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").unwrap();
        let sending = run(move || producer.send_text("x"));
        sent.wait();
        closing.open();
        end(connection, peer);
        sending.result().expect("the send has its answer");
    });
}

#[test]
fn a_close_wakes_receives_although_a_callback_runs() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1);
            p.deliver(link, &message::text("x"));
            p.serve_to_close();
        });
        let (connection, first) = session(&peer, api::AUTO);
        let (running, held) = (Gate::new(), Gate::new());
        let (told, wait) = (running.clone(), held.clone());
        let listening = first.consumer("q").unwrap();
        listening
            .on_message(move |message| {
                told.open();
                wait.wait();
                message.destroy();
            })
            .unwrap();
        running.wait();
        let other = connection.session(api::AUTO).unwrap();
        let consumer = other.consumer("r").unwrap();
        let receiving = run(move || consumer.receive());
        receiving.blocks();
        let closing = run(move || connection.close());
        expect_status(receiving.result(), Status::TIBEMS_INTR);
        held.open();
        closing.result().unwrap();
        peer.finish();
    });
}

#[test]
fn a_connection_is_not_closed_in_a_listener_without_leave() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1);
            let id = p.deliver(link, &message::text("x"));
            p.await_settled(&[id], &DeliveryState::Accepted);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let (result, done) = (Arc::new(Mutex::new(None)), Gate::new());
        let (kept, told) = (result.clone(), done.clone());
        let consumer = session.consumer("q").unwrap();
        consumer
            .on_message(move |message| {
                *kept.lock().unwrap() = Some(connection.close());
                message.destroy();
                told.open();
            })
            .unwrap();
        done.wait();
        let result = result.lock().unwrap().take().unwrap();
        expect_status(result, Status::TIBEMS_ILLEGAL_STATE);
        assert!(!connection.is_disconnected());
        end(connection, peer);
    });
}

/// Newest first, so that a server that puts each in front of its queue has them in order again (spec 40 §2.12).
#[test]
fn a_closed_session_gives_back_the_newest_first() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 3);
            for number in 0..3 {
                p.deliver(link, &message::text(&number.to_string()));
            }
            deliver_marker(p);
            let mut back = Vec::new();
            while back.len() < 3 {
                let disposition = p.await_disposition();
                if disposition.state == Some(DeliveryState::Released) {
                    back.push(disposition.first);
                }
            }
            assert_eq!(back, [2, 1, 0]);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        session.consumer("q").unwrap();
        await_marker(connection);
        session.close().unwrap();
        end(connection, peer);
    });
}

/// One more consumer comes and gets a message: when the program has it, it has everything that was sent before.
fn deliver_marker(p: &mut Talk) {
    let link = p.await_consumer();
    p.await_credit(link, 1);
    p.deliver(link, &message::text("marker"));
}

fn await_marker(connection: Connection) {
    let session = connection.session(api::AUTO).unwrap();
    let consumer = session.consumer("marker").unwrap();
    assert_eq!(consumer.receive_text().unwrap(), "marker");
}

/// Over all consumers of the session, in order of arrival (spec 20 §4.4).
#[test]
fn listeners_of_a_session_get_messages_in_order_of_arrival() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let links = [p.await_consumer(), p.await_consumer()];
            for link in links {
                p.await_credit(link, 3);
            }
            for number in 0..6 {
                let text = message::text(&number.to_string());
                p.deliver(links[number % 2], &text);
            }
            deliver_marker(p);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let (texts, done, here) = (Arc::new(Mutex::new(Vec::new())), Gate::new(), Gate::new());
        for name in ["a", "b"] {
            let (kept, told, wait) = (texts.clone(), done.clone(), here.clone());
            let consumer = session.consumer(name).unwrap();
            consumer
                .on_message(move |message| {
                    wait.wait();
                    let mut texts = kept.lock().unwrap();
                    texts.push(message.body());
                    message.destroy();
                    if texts.len() == 6 {
                        told.open();
                    }
                })
                .unwrap();
        }
        await_marker(connection);
        here.open();
        done.wait();
        assert_eq!(*texts.lock().unwrap(), ["0", "1", "2", "3", "4", "5"]);
        end(connection, peer);
    });
}

/// A consumer with credit for two gets nothing but what it cannot show, and then something: each place comes free again,
/// each message is settled.
fn not_shown(listening: bool) {
    let peer = Peer::script(|p| {
        p.accept_open();
        let link = p.await_consumer();
        let refused = DeliveryState::Modified {
            delivery_failed: true,
            undeliverable_here: true,
            message_annotations: Vec::new(),
        };
        for _ in 0..10 {
            p.await_credit(link, 1);
            let id = p.deliver(link, b"no message");
            let settled = p.await_disposition();
            assert_eq!((settled.first, settled.state), (id, Some(refused.clone())));
        }
        p.await_credit(link, 1);
        p.deliver(link, &message::text("at last"));
        p.serve_to_close();
    });
    let (connection, session) = session(&peer, api::AUTO);
    let consumer = session.consumer("q").unwrap();
    if listening {
        let (text, done) = (Arc::new(Mutex::new(String::new())), Gate::new());
        let (kept, told) = (text.clone(), done.clone());
        consumer
            .on_message(move |message| {
                *kept.lock().unwrap() = message.body();
                message.destroy();
                told.open();
            })
            .unwrap();
        done.wait();
        assert_eq!(*text.lock().unwrap(), "at last");
    } else {
        assert_eq!(consumer.receive_text().unwrap(), "at last");
    }
    end(connection, peer);
}

#[test]
fn what_a_receive_does_not_show_uses_up_no_credit() {
    dialogue_with("prefetch_queue=2", || not_shown(false));
}

#[test]
fn what_a_listener_does_not_get_uses_up_no_credit() {
    dialogue_with("prefetch_queue=2", || not_shown(true));
}

#[test]
fn a_refused_client_id_leaves_the_connection_as_it_was() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            let generated = p.accept_open().container_id;
            for id in ["refused", "granted"] {
                p.accept();
                p.accept_sasl_anonymous();
                assert_eq!(p.expect_open().container_id, id);
                if id == "refused" {
                    p.send_close(Some(error("amqp:resource-locked")));
                    p.drain_stream();
                }
            }
            assert_ne!(generated, "granted");
            p.send_open(|_| {});
            p.serve_to_close();
        });
        let connection = connect(&peer);
        expect_status(
            connection.set_client_id("refused"),
            Status::TIBEMS_INVALID_CLIENT_ID,
        );
        connection.set_client_id("granted").expect("free again");
        end(connection, peer);
    });
}

/// Many detaches over a long life are no reason to give a consumer up, if messages came in between (spec 40 §3.6).
#[test]
fn messages_in_between_forgive_detaches() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            for round in 0..8 {
                let link = p.await_consumer();
                p.await_credit(link, 1);
                let id = p.deliver(link, &message::text(&round.to_string()));
                p.await_settled(&[id], &DeliveryState::Accepted);
                if round < 7 {
                    p.send_detach(link, true, Some(error("amqp:link:detach-forced")));
                }
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer_of(Destination::queue("q"), None, false);
        let consumer = consumer.unwrap();
        for round in 0..8 {
            assert_eq!(consumer.receive_text().unwrap(), round.to_string());
        }
        end(connection, peer);
    });
}

/// ReceiveNoWait gives up asking after a second (spec 20 §4.3). The clock stands, so only an answer ends it.
#[test]
fn an_answered_drain_wakes_a_receive_without_wait() {
    dialogue_with("", || {
        clock::hold();
        let peer = Peer::script(|p| {
            p.accept_open();
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").unwrap();
        for _ in 0..16 {
            expect_status(consumer.receive_now(), Status::TIBEMS_NOT_FOUND);
        }
        end(connection, peer);
    });
}

/// Written after a tenth of a second when nothing else is to be written (spec 40 §2.12): not sooner, and without a further
/// call of the program.
#[test]
fn a_lazy_acknowledge_waits_and_needs_no_further_call() {
    dialogue_with("prefetch_queue=100", || {
        let (settled, when) = (Gate::new(), Arc::new(Mutex::new(Instant::now())));
        let (told, kept) = (settled.clone(), when.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 100);
            p.deliver(link, &message::text("x"));
            p.deliver(link, &message::text("y"));
            deliver_marker(p);
            let lazy = p.link(link).session;
            p.await_that("acknowledge", |a| {
                a.session == Some(lazy) && matches!(a.performative, Performative::Disposition(_))
            });
            *kept.lock().unwrap() = Instant::now();
            told.open();
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::DUPS_OK);
        let consumer = session.consumer("q").unwrap();
        await_marker(connection);
        // the hard case: the I/O thread has gone to sleep and must learn of the new deadline
        io_thread_sleeps();
        let start = Instant::now();
        assert_eq!(consumer.receive_text().unwrap(), "x");
        settled.wait();
        let waited = when.lock().unwrap().duration_since(start);
        assert!(waited >= Duration::from_millis(100), "{waited:?}");
        end(connection, peer);
    });
}

/// An unconfirmed send leaves although the program makes no further call.
#[test]
fn an_unconfirmed_send_needs_no_further_call() {
    dialogue_with("", || {
        let arrived = Counter::new();
        let told = arrived.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            for _ in 0..5 {
                assert!(p.await_transfer().settled);
                told.add();
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").unwrap();
        producer.set_delivery_mode(api::RELIABLE);
        for count in 1..=5 {
            // else it finds the message by itself
            io_thread_sleeps();
            producer.send_text("x").unwrap();
            arrived.wait(count);
        }
        end(connection, peer);
    });
}

#[test]
fn credit_and_buffered_messages_together_are_the_prefetch() {
    dialogue_with("prefetch_queue=4", || {
        let granted = Gate::new();
        let told = granted.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 4);
            for number in 0..3 {
                p.deliver(link, &message::text(&number.to_string()));
            }
            deliver_marker(p);
            // the withdrawal may or may not be written before the new grant
            let flow = p.await_that("credit", |a| match &a.performative {
                Performative::Flow(flow) => {
                    a.link == Some(link) && flow.link_credit.is_some_and(|credit| credit > 0)
                }
                _ => false,
            });
            assert!(
                matches!(&flow.performative, Performative::Flow(flow) if flow.link_credit == Some(1)),
                "{flow:?}"
            );
            told.open();
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        session.consumer("q").unwrap();
        await_marker(connection);
        connection.stop().unwrap();
        connection.start().unwrap();
        granted.wait(); // the close would write no grant any more
        end(connection, peer);
    });
}

/// Ten messages of 50,000 bytes in the buffers: credit comes again when no more than three quarters of the limit are
/// left, which is one of them; without the limit it would come at the fifth.
#[test]
fn buffered_bytes_hold_the_credit_back() {
    dialogue_with("prefetch_queue=10 buffer_limit=100000", || {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 10);
            for _ in 0..10 {
                p.deliver(link, &message::data(&[7; 50_000]));
            }
            deliver_marker(p);
            let mut settled = 0;
            p.await_that("credit", |a| match &a.performative {
                Performative::Disposition(d) => {
                    settled += d.last.unwrap_or(d.first) - d.first + 1;
                    false
                }
                Performative::Flow(flow) => {
                    a.link == Some(link) && flow.link_credit.is_some_and(|credit| credit > 0)
                }
                _ => false,
            });
            // nine and the marker
            assert_eq!(settled, 10);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").unwrap();
        await_marker(connection);
        for _ in 0..9 {
            consumer.receive_within(20_000).unwrap().destroy();
            // what was due is written before this returns
            connection.session(api::AUTO).unwrap().close().unwrap();
        }
        end(connection, peer);
    });
}

#[test]
fn a_consumer_that_is_only_detached_is_given_up() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            for _ in 0..5 {
                let link = p.await_consumer();
                p.await_credit(link, 1);
                p.send_detach(link, true, Some(error("amqp:link:detach-forced")));
            }
            p.serve_to_close();
            assert_eq!(p.links(Role::Receiver).len(), 5, "attached again");
        });
        let (connection, session) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let consumer = session.consumer("q").unwrap();
        expect_status(consumer.receive(), Status::TIBEMS_INVALID_CONSUMER);
        exceptions.expect_one(Status::TIBEMS_INVALID_CONSUMER);
        end(connection, peer);
    });
}

#[test]
fn a_send_that_lost_its_link_is_repeated_once() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            p.accepts = false;
            let mut bodies = Vec::new();
            for _ in 0..2 {
                let received = p.await_transfer();
                bodies.push(message::text_of(&received.payload));
                let forced = Some(error("amqp:link:detach-forced"));
                p.send_detach(received.link, true, forced);
            }
            assert_eq!(bodies, ["x", "x"]);
            p.accepts = true;
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").unwrap();
        expect_status(producer.send_text("x"), Status::TIBEMS_INVALID_PRODUCER);
        producer
            .send_text("y")
            .expect("the next one attaches again");
        end(connection, peer);
    });
}

#[test]
fn a_producer_attaches_for_settled_and_unsettled_sends() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_attach(Role::Sender);
            assert_eq!(p.link(link).attach.snd_settle_mode, Some(2));
            p.answer_attach(link);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        session.producer("q").unwrap();
        end(connection, peer);
    });
}

#[test]
fn the_words_of_a_server_that_closes_are_told() {
    dialogue(|| {
        let ready = Gate::new();
        let go = ready.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.serve_until_open(&go);
            p.send_close(Some(error("amqp:connection:forced")));
            p.drain_stream();
        });
        let connection = connect(&peer);
        let exceptions = Exceptions::of(connection);
        ready.open();
        exceptions.expect_one(Status::TIBEMS_SERVER_NOT_CONNECTED);
        let failure = expect_status(
            connection.session(api::AUTO),
            Status::TIBEMS_SERVER_NOT_CONNECTED,
        );
        for words in ["amqp:connection:forced", "said by the scripted peer"] {
            assert!(failure.text.contains(words), "{failure:?}");
        }
        connection.close().unwrap();
        peer.finish();
    });
}

/// So that the program can look for it at the server (spec 20 §3.7).
#[test]
fn a_message_of_unknown_outcome_has_the_id_that_was_sent() {
    dialogue(|| {
        let id = Arc::new(Mutex::new(None));
        let kept = id.clone();
        let first = Peer::script(move |p| {
            p.accept_open();
            p.accepts = false;
            *kept.lock().unwrap() = message::id_of(&p.await_transfer().payload);
            p.drop_socket();
        });
        let second = serves();
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).unwrap();
        let producer = session.producer("q").unwrap();
        let message = Msg::text("x");
        expect_status(producer.send(message), Status::TIBEMS_SERVER_NOT_CONNECTED);
        assert!(message.id().is_some());
        assert_eq!(message.id(), *id.lock().unwrap());
        recoveries.expect_ok(1);
        first.finish();
        end(connection, second);
    });
}
