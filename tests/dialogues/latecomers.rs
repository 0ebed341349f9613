//! Calls that wake up late: the connection was lost and recovered again while they slept. What they answer must
//! not depend on how fast that was.

use crate::peer::api::{self, Status, expect_status};
use crate::peer::system::{Late, hold_next_write};
use crate::peer::{Gate, Peer, Talk, dialogue, dialogue_with, message};
use crate::scene::{Recoveries, end, run, unshared};
use tibemsufo::amqp::performative::Performative;

/// A server that serves until something special comes, says so, and dies when it is told.
fn dies_after(special: impl FnOnce(&mut Talk) + Send + 'static, die: &Gate) -> Peer {
    let die = die.clone();
    Peer::script(move |p| {
        p.accept_open();
        special(p);
        p.wait(&die);
        p.drop_socket();
    })
}

/// Makes a call whose first write does not return before its connection has moved to the second server.
#[track_caller]
fn sleeps_through<T: Send + 'static>(
    call: impl FnOnce() -> T + Send + 'static,
    die: &Gate,
    recoveries: &Recoveries,
) -> T {
    let late = Late::default();
    let own = late.clone();
    let calling = run(move || {
        hold_next_write(&own);
        call()
    });
    late.there.wait();
    die.open();
    recoveries.expect_ok(1);
    late.go.open();
    calling.result()
}

/// A second server that must get these texts, and no others.
fn gets(texts: &'static [&'static str]) -> Peer {
    Peer::script(move |p| {
        p.accept_open();
        let mut got = Vec::new();
        loop {
            let arrival = p.expect_frame();
            let closing = matches!(arrival.performative, Performative::Close(_));
            if let Some(received) = &arrival.complete {
                got.push(message::text_of(&received.payload));
            }
            p.serve(arrival);
            if closing {
                assert_eq!(got, texts);
                return p.expect_end_of_stream();
            }
        }
    })
}

#[test]
fn a_send_in_flight_is_unknown_however_late_it_hears_of_the_loss() {
    // U15: never sent again, also when the new server is there before the sender has looked up
    dialogue(|| {
        let die = Gate::new();
        let first = dies_after(|p| drop(p.await_transfer()), &die);
        let second = gets(&["second"]);
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let session = connection.session(api::AUTO).unwrap();
        let producer = session.producer("q").unwrap();
        let result = sleeps_through(move || producer.send_text("first"), &die, &recoveries);
        let failure = expect_status(result, Status::TIBEMS_SERVER_NOT_CONNECTED);
        assert!(failure.text.starts_with("outcome unknown:"), "{failure:?}");
        producer.send_text("second").unwrap();
        first.finish();
        end(connection, second);
    });
}

#[test]
fn a_create_is_made_once_at_the_new_server() {
    dialogue(|| {
        let die = Gate::new();
        let first = dies_after(|p| _ = p.await_begin(), &die);
        let second = Peer::script(|p| {
            p.accept_open();
            let session = p.await_begin();
            p.answer_begin(session);
            // the end of the one session, and no other begin before it
            let next = p.expect_frame();
            assert!(matches!(next.performative, Performative::End(_)));
            p.serve(next);
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        let session =
            sleeps_through(move || connection.session(api::AUTO), &die, &recoveries).unwrap();
        session.close().unwrap();
        first.finish();
        end(connection, second);
    });
}

#[test]
fn an_acknowledge_in_flight_is_ok_and_stays_with_its_server() {
    // 10 F2, U20: the message comes again, which the program was told by the loss
    dialogue_with("ack_confirm=client", || {
        let die = Gate::new();
        let first = dies_after(
            |p| {
                let link = p.await_consumer();
                p.await_credit(link, 1);
                p.deliver(link, &message::text("from the first"));
                p.await_that("disposition", |a| {
                    matches!(a.performative, Performative::Disposition(_))
                });
            },
            &die,
        );
        let second = Peer::script(|p| {
            p.accept_open();
            let link = p.await_consumer();
            p.await_credit(link, 1);
            // the late acknowledge says nothing here: the first word is of the program's next one
            let id = p.deliver(link, &message::text("again"));
            let disposition = p.await_disposition();
            assert_eq!((disposition.first, disposition.last), (id, None));
            p.confirm(p.link(link).session, &disposition);
            p.serve_to_close();
        });
        let (factory, connection) = unshared(&[&first, &second]);
        let recoveries = Recoveries::of(factory, connection);
        connection.start().unwrap();
        let session = connection.session(api::CLIENT).unwrap();
        let consumer = session.consumer("q").unwrap();
        let got = consumer.receive().unwrap();
        sleeps_through(move || got.acknowledge(), &die, &recoveries).unwrap();
        got.destroy();
        first.finish();
        let again = consumer.receive().unwrap();
        again.acknowledge().unwrap();
        again.destroy();
        end(connection, second);
    });
}
