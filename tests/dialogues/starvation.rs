//! Credit that must come back: after a stop, behind the byte limit, without prefetch, and messages that
//! nobody would ever be shown (spec 40 §1.12).

use crate::peer::api;
use crate::peer::{Gate, Peer, clock, dialogue, dialogue_with, error, message};
use crate::scene::{end, run, session};
use tibemsufo::amqp::performative::{DeliveryState, Performative};

#[test]
fn a_stop_while_the_server_is_asked_for_a_message() {
    dialogue(|| {
        let (asked, stopped) = (Gate::new(), Gate::new());
        let (told, go) = (asked.clone(), stopped.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1);
            p.await_drain(link);
            told.open();
            p.wait(&go); // what is asked again meanwhile is read later
            // the drain is answered now, whatever came in between
            p.serve_drain(link);
            p.await_that("credit after the start", |a| {
                matches!(&a.performative, Performative::Flow(flow)
                    if !flow.drain && flow.link_credit.unwrap_or(0) > 0)
            });
            p.deliver(link, &message::text("after the start"));
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").unwrap();
        let asking = run(move || consumer.receive_now());
        asked.wait();
        connection.stop().unwrap();
        api::expect_status(asking.result(), api::Status::TIBEMS_NOT_FOUND);
        connection.start().unwrap();
        stopped.open();
        assert_eq!(
            run(move || consumer.receive_text()).result().unwrap(),
            "after the start"
        );
        end(connection, peer);
    });
}

/// How the consumer goes whose messages fill the buffer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Closed,
    Detached,
    SessionEnded,
    SessionClosed,
}

#[test]
fn the_byte_limit_lets_go_when_the_hoarder_goes() {
    dialogue_with("buffer_limit=3000 prefetch_queue=4", || {
        for way in [
            End::Closed,
            End::Detached,
            End::SessionEnded,
            End::SessionClosed,
        ] {
            eprintln!("{way:?}");
            let go = Gate::new();
            let gone = go.clone();
            let peer = Peer::script(move |p| {
                p.accept_open();
                let hoarder = p.await_consumer();
                p.await_credit(hoarder, 4);
                for _ in 0..4 {
                    p.deliver(hoarder, &message::text(&"x".repeat(1000)));
                }
                let starving = p.await_consumer();
                p.await_credit(starving, 4);
                for _ in 0..4 {
                    p.deliver(starving, &message::text("small"));
                }
                p.serve_until_open(&gone);
                match way {
                    End::Detached => {
                        p.send_detach(hoarder, true, Some(error("amqp:resource-deleted")));
                    }
                    End::SessionEnded => {
                        let session = p.link(hoarder).session;
                        p.send_end(session, Some(error("amqp:internal-error")));
                    }
                    End::Closed | End::SessionClosed => {}
                }
                p.await_credit(starving, 1);
                p.deliver(starving, &message::text("the fifth"));
                p.serve_to_close();
            });
            let (connection, first) = session(&peer, api::AUTO);
            let hoarder = first.consumer("hoarder").unwrap();
            let second = connection.session(api::AUTO).unwrap();
            let starving = second.consumer("starving").unwrap();
            for _ in 0..4 {
                assert_eq!(starving.receive_text().unwrap(), "small");
            }
            go.open();
            match way {
                End::Closed => hoarder.close().unwrap(),
                End::SessionClosed => first.close().unwrap(),
                End::Detached | End::SessionEnded => {}
            }
            let last = run(move || starving.receive_text()).result().unwrap();
            assert_eq!(last, "the fifth");
            end(connection, peer);
        }
    });
}

#[test]
fn two_receivers_without_prefetch() {
    dialogue_with("prefetch_queue=0", || {
        let peer = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            for text in ["one", "two"] {
                p.await_credit(link, 1);
                p.deliver(link, &message::text(text));
            }
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::AUTO);
        let consumer = session.consumer("q").unwrap();
        let receivers = [(); 2].map(|()| run(move || consumer.receive_text()));
        let mut texts = receivers.map(|receiver| receiver.result().unwrap());
        texts.sort();
        assert_eq!(texts, ["one", "two"]);
        end(connection, peer);
    });
}

#[test]
fn a_late_message_for_a_closed_consumer_that_is_kept() {
    // the clock stands: the drain is not asked for again, which the script would answer too early
    dialogue_with("", || {
        clock::hold();
        let (released, answer) = (Gate::new(), Gate::new());
        let (told, go) = (released.clone(), answer.clone());
        let peer = Peer::script(move |p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 2);
            p.deliver(link, &message::text("handed out"));
            p.await_drain(link);
            // it was on its way already
            p.deliver(link, &message::text("too late"));
            p.await_settled(&[1], &DeliveryState::Released);
            told.open();
            p.wait(&go);
            p.use_up_credit(link);
            p.send_flow(link, |_| {});
            p.serve_to_close();
        });
        let (connection, session) = session(&peer, api::CLIENT);
        let consumer = session.consumer("q").unwrap();
        let got = consumer.receive().unwrap();
        // it waits until nothing can come any more
        let closing = run(move || consumer.close());
        // although the message before it is kept
        released.wait();
        closing.blocks();
        answer.open();
        closing.result().unwrap();
        got.destroy();
        end(connection, peer);
    });
}
