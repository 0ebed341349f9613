//! P-W: sessions and their windows.

use crate::peer::api::{self, Msg, Status};
use crate::peer::{Gate, Peer, clock, dialogue, dialogue_with, error, message};
use crate::scene::{Exceptions, connect, end, run, session, times_out};
use tibemsufo::amqp::performative::{Begin, DeliveryState, End, Performative, Role};

#[test]
fn p_w1_a_window_of_one_frame() {
    dialogue(|| {
        let body = |at: usize| format!("{at:02}").repeat(1000);
        let peer = Peer::script(move |p| {
            p.window = 1;
            p.accept_open_with(|open| open.max_frame_size = Some(512));
            let link = p.await_producer();
            p.grant(link, 100);
            let session = p.link(link).session;
            for at in 0..10 {
                // the checker refuses any frame beyond the window
                let received = loop {
                    let arrival = p.await_that("transfer", |a| {
                        matches!(a.performative, Performative::Transfer(_))
                    });
                    p.open_window(session, 1);
                    if let Some(received) = arrival.complete {
                        break received;
                    }
                };
                assert!(received.frames >= 5, "{} frames", received.frames);
                assert_eq!(message::text_of(&received.payload), body(at));
                p.accept_delivery(&received);
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        for at in 0..10 {
            producer.send_text(&body(at)).expect("sent");
        }
        end(connection, peer);
    });
}

#[test]
fn p_w2_a_closed_window_stops_only_its_session() {
    dialogue_with("send_timeout=500", || {
        let peer = Peer::script(|p| {
            p.accept_open();
            let stuck = p.await_begin();
            p.answer_begin_with(stuck, |begin| begin.incoming_window = 0);
            p.window = 0;
            let link = p.await_producer();
            p.grant(link, 10);
            p.window = 1000;
            p.serve_to_close();
        });
        clock::hold();
        let (connection, stuck) = session(&peer, api::AUTO);
        let producer = stuck.producer("q").expect("a producer");
        let sending = run(move || producer.send_text("stuck"));
        times_out(&sending, 500);
        api::expect_status(sending.result(), Status::TIBEMS_TIMEOUT);
        let other = connection.session(api::AUTO).expect("a session");
        other
            .producer("q")
            .expect("a producer")
            .send_text("through")
            .expect("sent");
        end(connection, peer);
    });
}

#[test]
fn p_w3_transfer_ids_wrap_around() {
    dialogue(|| {
        let acknowledged = Gate::new();
        let told = acknowledged.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let session = p.await_begin();
            p.answer_begin_with(session, |begin| begin.next_outgoing_id = 0xffff_fffe);
            p.set_next_delivery(session, 0xffff_fffc);
            let producer = p.await_producer();
            p.grant(producer, 100);
            let consumer = p.await_consumer();
            for at in 0..10 {
                p.await_credit(consumer, 1);
                let id = p.deliver(consumer, &message::text(&format!("{at}")));
                p.await_settled(&[id], &DeliveryState::Accepted);
            }
            told.open();
            for at in 0..10 {
                let received = p.await_transfer();
                assert_eq!(message::text_of(&received.payload), format!("{at}"));
                p.accept_delivery(&received);
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        let consumer = session.consumer("q").expect("a consumer");
        for at in 0..10 {
            assert_eq!(consumer.receive_text().expect("received"), format!("{at}"));
        }
        acknowledged.wait();
        for at in 0..10 {
            producer.send_text(&format!("{at}")).expect("sent");
        }
        end(connection, peer);
    });
}

#[test]
fn p_w4_session_fields_under_load() {
    dialogue(|| {
        const EACH: usize = 300;
        let peer = Peer::script(|p| {
            p.accept_open();
            let mut sent = vec![0; 100];
            // a broker that also delivers whenever there is credit; the checker looks at every flow
            let mut closing = false;
            while !closing {
                let arrival = p.expect_frame();
                closing = matches!(arrival.performative, Performative::Close(_));
                p.serve(arrival);
                for (at, link) in p.links(Role::Receiver).into_iter().enumerate() {
                    while p.link(link).credit > 0 && sent[at] < EACH && !p.link(link).detached {
                        p.deliver(link, &message::text(&format!("{}", sent[at])));
                        sent[at] += 1;
                    }
                }
            }
            p.expect_end_of_stream();
        });
        let connection = connect(&peer);
        connection.start().expect("started");
        let session = connection.session(api::AUTO).expect("a session");
        let workers: Vec<_> = (0..4)
            .map(|at| {
                // the first two share a session
                let session = match at {
                    0 | 1 => session,
                    _ => connection.session(api::AUTO).expect("a session"),
                };
                let producer = session.producer("q").expect("a producer");
                let consumer = session.consumer("q").expect("a consumer");
                if at == 1 {
                    producer.set_delivery_mode(api::RELIABLE);
                }
                run(move || {
                    for at in 0..EACH {
                        producer.send_text("x").expect("sent");
                        let text = consumer.receive_text().expect("received");
                        assert_eq!(text, format!("{at}"));
                    }
                })
            })
            .collect();
        workers.into_iter().for_each(|worker| worker.result());
        end(connection, peer);
    });
}

#[test]
fn p_w5_the_server_ends_a_session() {
    dialogue(|| {
        let waiting = Gate::new();
        let go = waiting.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            p.credit = 0;
            let doomed = p.await_begin();
            p.answer_begin(doomed);
            p.serve_until_open(&go);
            p.send_end(doomed, Some(error("amqp:resource-limit-exceeded")));
            p.credit = 10;
            p.serve_to_close();
        });
        let (connection, doomed) = session(&peer, api::AUTO);
        let exceptions = Exceptions::of(connection);
        let producer = doomed.producer("q").expect("a producer");
        let consumer = doomed.consumer("q").expect("a consumer");
        let sending = run(move || producer.send_text("waits"));
        let receiving = run(move || consumer.receive());
        sending.blocks();
        receiving.blocks();
        waiting.open();
        exceptions.expect_one(Status::TIBEMS_SERVER_LIMIT);
        api::expect_status(sending.result(), Status::TIBEMS_SERVER_LIMIT);
        api::expect_status(receiving.result(), Status::TIBEMS_SERVER_LIMIT);
        api::expect_status(producer.send_text("later"), Status::TIBEMS_SERVER_LIMIT);
        api::expect_status(consumer.receive_now(), Status::TIBEMS_SERVER_LIMIT);
        let other = connection.session(api::AUTO).expect("a session");
        other
            .producer("q")
            .expect("a producer")
            .send_text("through")
            .expect("sent");
        exceptions.expect_one(Status::TIBEMS_SERVER_LIMIT);
        doomed.close().expect("closed");
        end(connection, peer);
    });
}

#[test]
fn p_w6_a_session_that_ends_as_it_begins() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let session = p.await_begin();
            // the number of the peer's channel is told by its begin, so an end cannot come without it
            let begin = Begin {
                remote_channel: Some(p.session(session).remote_channel),
                incoming_window: 10,
                outgoing_window: 10,
                ..Begin::default()
            };
            let end = End {
                error: Some(error("amqp:unauthorized-access")),
            };
            let channel = p.session(session).channel;
            let mut bytes = p.encoded(channel, &begin.into(), &[]);
            bytes.extend(p.encoded(channel, &end.into(), &[]));
            p.raw_noted(&bytes);
            let (ended, error) = p.await_end();
            assert_eq!((ended, error), (session, None), "the answer");
            p.serve_to_close();
        });
        let connection = connect(&peer);
        let failure = api::expect_status(
            connection.session(api::AUTO),
            Status::TIBEMS_SECURITY_EXCEPTION,
        );
        assert!(
            failure.text.contains("amqp:unauthorized-access"),
            "{failure:?}"
        );
        connection.session(api::AUTO).expect("the connection lives");
        end(connection, peer);
    });
}

#[test]
fn p_w7_a_begin_without_an_answer() {
    dialogue_with("request_timeout=500", || {
        clock::hold();
        let asked = Gate::new();
        let told = asked.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let lost = p.await_begin();
            told.open();
            let channel = p.session(lost).remote_channel;
            // the library gives it up, and nobody answers that either
            let (ended, error) = p.await_end();
            assert_eq!((ended, error), (lost, None));
            let next = p.await_begin();
            let other = p.session(next).remote_channel;
            assert_ne!(other, channel, "the channel is not free");
            p.answer_begin(next);
            p.await_producer();
            // both answers come late
            p.answer_begin(lost);
            p.send_end(lost, None);
            // behind them, so that they have been read when this is answered
            let link = p.await_producer();
            p.grant(link, 10);
            let third = p.await_begin();
            let again = p.session(third).remote_channel;
            assert_eq!(again, channel, "the channel is free");
            p.answer_begin(third);
            p.serve_to_close();
        });
        let connection = connect(&peer);
        let making = run(move || connection.session(api::AUTO));
        asked.wait();
        times_out(&making, 500);
        api::expect_status(making.result(), Status::TIBEMS_TIMEOUT);
        let session = connection.session(api::AUTO).expect("a session");
        session.producer("q").expect("a producer");
        session.producer("q").expect("a producer");
        connection.session(api::AUTO).expect("a session");
        end(connection, peer);
    });
}

#[test]
fn large_messages_in_both_directions_keep_their_bytes() {
    dialogue(|| {
        let body: Vec<u8> = (0..3_000_000_u32)
            .map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        let wanted = body.clone();
        let peer = Peer::script(move |p| {
            p.accept_open_with(|open| open.max_frame_size = Some(4096));
            let producer = p.await_producer();
            p.grant(producer, 1);
            let received = p.await_transfer();
            p.accept_delivery(&received);
            let consumer = p.await_consumer();
            p.await_credit(consumer, 1);
            p.deliver_in(consumer, &message::data(&wanted), 1000);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let large = Msg::data(&body);
        session
            .producer("q")
            .expect("a producer")
            .send(large)
            .expect("sent");
        large.destroy();
        let consumer = session.consumer("q").expect("a consumer");
        let message = consumer.receive_within(20_000).expect("received");
        assert!(message.bytes() == body, "the bytes differ");
        message.destroy();
        end(connection, peer);
    });
}
