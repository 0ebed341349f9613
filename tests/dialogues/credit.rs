//! P-C: credit and drain.

use std::time::Duration;

use crate::fence::{Fence, expect_fence, pass_fence};
use crate::peer::api::{self, Status, expect_status};
use crate::peer::{
    Arrival, Counter, Gate, LinkId, Peer, clock, dialogue, dialogue_with, flow_of, message,
};
use crate::scene::{Exceptions, end, run, session, times_out};
use tibemsufo::amqp::performative::{DeliveryState, Performative};

fn is_transfer(arrival: &Arrival, link: LinkId) -> bool {
    matches!(arrival.performative, Performative::Transfer(_)) && arrival.link == Some(link)
}

#[test]
fn p_c1_no_credit_within_the_send_timeout() {
    dialogue_with("send_timeout=400", || {
        clock::hold();
        let late = Gate::new();
        let go = late.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_producer();
            p.wait(&go);
            p.grant(link, 10);
            for text in ["in time", "later"] {
                let received = p.await_transfer();
                assert_eq!(message::text_of(&received.payload), text);
                p.accept_delivery(&received);
            }
            p.serve_to_close();
            assert_eq!(p.deliveries.get(), 0, "something else was sent");
        });
        let (connection, session) = session(&peer, api::AUTO);
        let producer = session.producer("q").expect("a producer");
        let sending = run(move || producer.send_text("never sent"));
        times_out(&sending, 400);
        expect_status(sending.result(), Status::TIBEMS_TIMEOUT);
        late.open();
        producer.send_text("in time").expect("sent");
        producer.send_text("later").expect("sent");
        end(connection, peer);
    });
}

#[test]
fn p_c2_one_credit_at_a_time() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let fence = expect_fence(p);
            let link = p.await_producer();
            for at in 0..20 {
                // the program waits for credit, and nothing has come without
                pass_fence(p, "a transfer without credit", |_, a| is_transfer(a, link));
                p.grant(link, 1);
                let received = p.await_transfer();
                assert_ne!(received.link, fence);
                assert_eq!(message::text_of(&received.payload), format!("{at}"));
                p.accept_delivery(&received);
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let fence = Fence::of(connection);
        let producer = session.producer("q").expect("a producer");
        producer.set_delivery_mode(api::RELIABLE);
        let returned = Counter::new();
        let count = returned.clone();
        let sending = run(move || {
            for at in 0..20 {
                if at == 10 {
                    producer.set_delivery_mode(api::PERSISTENT);
                }
                producer.send_text(&format!("{at}")).expect("sent");
                count.add();
            }
        });
        for at in 0..20 {
            returned.wait(at);
            sending.blocks();
            fence.pass();
        }
        sending.result();
        end(connection, peer);
    });
}

#[test]
fn p_c3_credit_taken_back() {
    dialogue(|| {
        for mode in [api::PERSISTENT, api::RELIABLE] {
            let peer = Peer::script(|p| {
                p.accept_open();
                expect_fence(p);
                let link = p.await_producer();
                p.grant(link, 100);
                let received = p.await_transfer();
                // the program knows the new limit when it knows the outcome
                p.grant(link, 0);
                p.accept_delivery(&received);
                pass_fence(p, "a transfer without credit", |_, a| is_transfer(a, link));
                p.grant(link, 5);
                let received = p.await_transfer();
                assert_eq!(message::text_of(&received.payload), "two");
                if !received.settled {
                    p.accept_delivery(&received);
                }
                p.serve_to_close();
            });
            let (connection, session) = session(&peer, api::AUTO);
            let fence = Fence::of(connection);
            let producer = session.producer("q").expect("a producer");
            producer.send_text("one").expect("sent");
            producer.set_delivery_mode(mode);
            let sending = run(move || producer.send_text("two"));
            sending.blocks();
            fence.pass();
            sending.result().expect("sent");
            end(connection, peer);
        }
    });
}

#[test]
fn p_c4_credit_without_a_delivery_count() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            expect_fence(p);
            let link = p.await_producer();
            // two from the initial value; then three from there, of which one is left
            for (credit, texts) in [(2, &["one", "two"][..]), (3, &["three"][..])] {
                p.send_flow(link, |flow| {
                    flow.delivery_count = None;
                    flow.link_credit = Some(credit);
                });
                for text in texts {
                    let received = p.await_transfer();
                    assert_eq!(message::text_of(&received.payload), *text);
                    p.accept_delivery(&received);
                }
                pass_fence(p, "a transfer without credit", |_, a| is_transfer(a, link));
            }
            p.grant(link, 1);
            let received = p.await_transfer();
            p.accept_delivery(&received);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let fence = Fence::of(connection);
        let producer = session.producer("q").expect("a producer");
        producer.send_text("one").expect("sent");
        producer.send_text("two").expect("sent");
        let sending = run(move || producer.send_text("three"));
        sending.blocks();
        fence.pass();
        sending.result().expect("sent");
        let sending = run(move || producer.send_text("four"));
        sending.blocks();
        fence.pass();
        sending.result().expect("sent");
        end(connection, peer);
    });
}

#[test]
fn p_c5_the_server_drains_our_credit() {
    dialogue(|| {
        let text = |n: usize| format!("{n}").repeat(1000);
        let (begun, drained) = (Gate::new(), Gate::new());
        let (told, over) = (begun.clone(), drained.clone());
        let peer = Peer::script(move |p| {
            p.accept_open_with(|open| open.max_frame_size = Some(512));
            let fence = expect_fence(p);
            // the first frame of a message is out, the others are queued: the window is closed
            p.window = 1;
            let link = p.await_producer();
            p.grant(link, 10);
            p.await_that("a first frame", |a| is_transfer(a, link));
            told.open();
            pass_fence(p, "a frame beyond the window", |_, a| is_transfer(a, link));
            p.window = 100;
            p.send_flow(link, |flow| {
                flow.link_credit = Some(9);
                flow.drain = true;
            });
            let mut received = None;
            let flow = loop {
                let arrival = p.expect_frame();
                match flow_of(&arrival, link) {
                    Some(flow) => break flow.clone(),
                    None if arrival.complete.is_some() => received = arrival.complete,
                    None => {}
                }
            };
            let received = received.expect("what is queued comes first");
            assert_eq!(message::text_of(&received.payload), text(1));
            assert_eq!(flow.delivery_count, Some(10), "the credit is used up");
            assert_eq!((flow.link_credit, flow.drain), (Some(0), true));
            p.accept_delivery(&received);
            over.open();
            pass_fence(p, "a transfer without credit", |_, a| is_transfer(a, link));
            p.grant(link, 1);
            let received = p.await_transfer();
            assert_ne!(received.link, fence);
            assert_eq!(message::text_of(&received.payload), text(2));
            p.accept_delivery(&received);
            p.serve_to_close();
        });
        let connection = crate::scene::connect(&peer);
        let fence = Fence::of(connection);
        let session = connection.session(api::AUTO).expect("a session");
        let producer = session.producer("q").expect("a producer");
        let sending = run(move || producer.send_text(&text(1)));
        begun.wait();
        fence.pass();
        sending.result().expect("sent");
        drained.wait();
        let sending = run(move || producer.send_text(&text(2)));
        sending.blocks();
        fence.pass();
        sending.result().expect("sent");
        end(connection, peer);
    });
}

#[test]
fn p_c6_a_transfer_too_many() {
    dialogue(|| {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 3);
            p.strict = false;
            for at in 0..=p.link(link).credit {
                p.deliver(link, &message::text(&format!("{at}")));
            }
            let detach = p.await_detach(link);
            assert!(detach.closed);
            let condition = detach.error.map(|e| e.condition);
            assert_eq!(
                condition.as_deref(),
                Some("amqp:link:transfer-limit-exceeded")
            );
            p.send_detach(link, true, None);
            p.strict = true;
            p.serve_to_close();
        });
        // nothing is read from the buffer, so that no credit is renewed
        let connection = crate::scene::connect(&peer);
        let session = connection.session(api::CLIENT).expect("a session");
        let exceptions = Exceptions::of(connection);
        let consumer = session.consumer("q").expect("a consumer");
        connection.start().expect("started");
        exceptions.expect_one(Status::TIBEMS_EXCEPTION);
        let failure = expect_status(consumer.receive_now(), Status::TIBEMS_EXCEPTION);
        assert!(
            failure.text.contains("amqp:link:transfer-limit-exceeded"),
            "{failure:?}"
        );
        session
            .producer("q")
            .unwrap()
            .send_text("x")
            .expect("the session lives");
        end(connection, peer);
    });
}

#[test]
fn p_c7_nobody_answers_a_drain() {
    dialogue_with("drain_timeout=500", || {
        clock::hold();
        let failed = DeliveryState::Modified {
            delivery_failed: true,
            undeliverable_here: false,
            message_annotations: Vec::new(),
        };
        let asked = Counter::new();
        let told = asked.clone();
        let over = [Gate::new(), Gate::new()];
        let ended = over.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 2);
            let id = p.deliver(link, &message::text("one"));
            p.await_drain(link);
            told.add();
            p.wait(&ended[0]); // what is asked again meanwhile is not answered either
            // no answer: the message goes back all the same, and another link takes the place of this one
            p.await_settled(&[id], &failed);
            let detach = p.await_that("detach", |a| {
                matches!(a.performative, Performative::Detach(_))
            });
            p.serve(detach);
            let link = p.await_consumer();
            p.await_credit(link, 2);
            p.deliver(link, &message::text("over the new link"));
            // spec 40 §2.14: a receive without waiting asks for at most a second
            p.await_drain(link);
            told.add();
            p.wait(&ended[1]);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::CLIENT);
        let consumer = session.consumer("q").expect("a consumer");
        let one = consumer.receive_within(20_000).expect("received");
        let recovering = run(move || session.recover());
        asked.wait(1);
        times_out(&recovering, 500);
        expect_status(recovering.result(), Status::TIBEMS_TIMEOUT);
        over[0].open();
        one.destroy();
        assert_eq!(
            consumer.receive_text().expect("received"),
            "over the new link"
        );
        let asking = run(move || consumer.receive_now());
        asked.wait(2);
        times_out(&asking, 1000);
        expect_status(asking.result(), Status::TIBEMS_NOT_FOUND);
        over[1].open();
        session
            .producer("q")
            .unwrap()
            .send_text("x")
            .expect("the session lives");
        end(connection, peer);
    });
}

#[test]
fn p_c7_a_lost_drain_is_asked_for_again() {
    dialogue_with("drain_timeout=20000", || {
        clock::hold();
        let asked = Counter::new();
        let told = asked.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_consumer();
            for _ in 0..3 {
                p.await_drain(link); // lost
                told.add();
            }
            p.await_drain(link);
            p.use_up_credit(link);
            p.send_flow(link, |_| {});
            p.await_credit(link, 2);
            p.deliver(link, &message::text("afterwards"));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::CLIENT);
        let consumer = session.consumer("q").expect("a consumer");
        let recovering = run(move || session.recover());
        for (times, pause) in [(1, 50), (2, 100), (3, 200)] {
            asked.wait(times);
            recovering.blocks();
            clock::advance(Duration::from_millis(pause));
        }
        recovering.result().expect("recovered");
        assert_eq!(consumer.receive_text().expect("received"), "afterwards");
        end(connection, peer);
    });
}

#[test]
fn p_c8_drains_answered_in_other_ways() {
    // the clock stands: no call ends by its time limit
    dialogue_with("prefetch_queue=5", || {
        clock::hold();
        let doubted = Gate::new();
        let told = doubted.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            expect_fence(p);
            let link = p.await_consumer();
            for round in 0..4 {
                p.await_drain(link);
                if round == 1 {
                    p.deliver(link, &message::text("at the last moment"));
                }
                if round == 2 {
                    // messages for all of the credit are an answer, too
                    for left in (0..p.link(link).credit).rev() {
                        p.deliver(link, &message::text(&format!("{left} left")));
                    }
                    continue;
                }
                p.use_up_credit(link);
                // without the drain flag
                p.send_flow(link, |flow| flow.drain = false);
            }
            // it may have been the answer to the drain before
            p.await_that("credit", |a| {
                flow_of(a, link).is_some_and(|flow| !flow.drain)
            });
            told.open();
            p.await_drain(link); // after 50 ms
            p.use_up_credit(link);
            p.send_flow(link, |flow| flow.drain = true);
            // after a drain there is credit again
            pass_fence(p, "", |_, _| false);
            assert!(p.link(link).credit > 0 && !p.link(link).drain);
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let fence = Fence::of(connection);
        let consumer = session.consumer("q").expect("a consumer");
        let ask = || run(move || consumer.receive_now()).result();
        expect_status(ask(), Status::TIBEMS_NOT_FOUND);
        assert_eq!(ask().expect("received").body(), "at the last moment");
        fence.pass(); // the flow behind it is read, too
        while ask().expect("received").body() != "0 left" {}
        let asking = run(move || consumer.receive_now());
        doubted.wait();
        asking.blocks();
        clock::advance(Duration::from_millis(50));
        expect_status(asking.result(), Status::TIBEMS_NOT_FOUND);
        fence.pass();
        end(connection, peer);
    });
}

#[test]
fn p_c10_prefetch_nothing() {
    dialogue_with("prefetch_queue=0", || {
        clock::hold();
        let waiting = Gate::new();
        let told = waiting.clone();
        let peer = Peer::script(move |p| {
            p.accept_open();
            expect_fence(p);
            let link = p.await_consumer();
            pass_fence(p, "credit without a receive", |_, a| {
                flow_of(a, link).is_some_and(|flow| flow.link_credit != Some(0))
            });
            // a receive grants one
            p.await_credit(link, 1);
            assert_eq!(p.link(link).credit, 1);
            p.deliver(link, &message::text("first"));
            p.await_credit(link, 1);
            assert_eq!(p.link(link).credit, 1);
            told.open();
            // it runs out of time: drain, and the message arrives exactly then
            p.await_drain(link);
            p.deliver(link, &message::text("at the drain"));
            pass_fence(p, "credit without a receive", |_, a| {
                flow_of(a, link).is_some_and(|flow| flow.link_credit != Some(0))
            });
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let fence = Fence::of(connection);
        let consumer = session.consumer("q").expect("a consumer");
        fence.pass();
        assert_eq!(consumer.receive_text().expect("received"), "first");
        let receiving = run(move || consumer.receive_within(200));
        waiting.wait();
        times_out(&receiving, 200);
        expect_status(receiving.result(), Status::TIBEMS_TIMEOUT);
        let next = run(move || consumer.receive_text());
        assert_eq!(next.result().expect("not lost"), "at the drain");
        fence.pass();
        end(connection, peer);
    });
}
