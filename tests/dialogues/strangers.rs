//! Ports on which no AMQP server speaks, and servers that say too little: a try ends at once where the first bytes tell,
//! else at its limit, whatever trickles in meanwhile, and the text says what it looks like (spec 40 §1.1; D33).

use crate::peer::api::{self, Call, Connection, Factory, Setup, Status, expect_status};
use crate::peer::{Gate, Peer, Talk, clock, dialogue, dialogue_with};
use crate::scene::{Running, ends_after, refused, run, serves, serves_until, silent};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use tibemsufo::amqp::frame::HEADER_SASL;

const GONE: Status = Status::TIBEMS_SERVER_NOT_CONNECTED;

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// One try of a URL without a connect timeout, on a thread of its own.
fn connecting(url: &str) -> Running<Call<Connection>> {
    let factory = Factory::new(&Setup {
        url: url.into(),
        connect: Some((1, 250, 0)),
        ..Setup::default()
    });
    run(move || {
        let result = factory.connect();
        factory.destroy().expect("factory destroyed");
        result
    })
}

#[test]
fn a_stranger_is_named_by_its_first_bytes_and_at_once() {
    dialogue_with("", || {
        clock::hold(); // no limit is ever reached
        let openwire = b"\0\0\x01\x2a\x01ActiveMQ\0\0\0\x0c\x01\0\0\x01\x18";
        let strangers: [(&[u8], &str); 9] = [
            (b"\x15\x03\x01\0\x02\x02\x28", "speaks TLS"),
            (b"\x16\x03\x03\0\x7a\x02\0\0\x76", "speaks TLS"),
            (b"HTTP/1.1 400 Bad Request\r\n\r\n", "speaks HTTP"),
            (b"SSH-2.0-OpenSSH_9.2p1\r\n", "speaks SSH"),
            (b"220 mail.example.com ESMTP\r\n", "mail or FTP server"),
            (openwire, "OpenWire"),
            (b"AMQP\0\0\x09\x01", "AMQP 0-9-1, not AMQP 1.0"),
            (b"AMQP\x01\x01\0\x0a", "AMQP 0-10, not AMQP 1.0"),
            (
                b"-ERR what?\r\n",
                "does not speak AMQP: its first bytes are \"-ERR what?",
            ),
        ];
        for (greeting, words) in strangers {
            let peer = Peer::script(move |p| {
                p.accept();
                p.expect_header(HEADER_SASL);
                p.raw_noted(greeting); // and stays
                p.drain_stream();
            });
            let failure = refused(connecting(&peer.url()).result(), GONE);
            let url = format!("no server took the connection: {}: ", peer.url());
            assert!(failure.text.contains(&url), "{failure:?}");
            assert!(failure.text.contains(words), "{failure:?}");
            assert!(!failure.text.contains("framing-error"), "{failure:?}");
            peer.finish();
        }
    });
}

#[test]
fn an_end_at_once_says_what_it_may_be() {
    dialogue(|| {
        for (reset, heard) in [(false, true), (true, true), (true, false)] {
            let peer = Peer::script(move |p| {
                p.accept();
                if heard {
                    p.expect_header(HEADER_SASL);
                }
                match reset {
                    true => p.reset(),
                    false => p.drop_socket(),
                }
            });
            let failure = refused(connecting(&peer.url()).result(), GONE);
            let words = match reset {
                true => "reset the connection without a word",
                false => "closed the connection without a word",
            };
            assert!(failure.text.contains(words), "{failure:?}");
            assert!(failure.text.contains("TLS"), "{failure:?}");
            peer.finish();
        }
    });
}

/// Takes a connection and says nothing; the text of the try, which ends after exactly this time.
fn silence(limit: u64) -> String {
    clock::hold();
    let (peer, asked) = silent();
    let connecting = connecting(&peer.url());
    asked.wait();
    let failure = refused(ends_after(connecting, limit), GONE);
    assert!(!failure.text.contains("resource-limit"), "{failure:?}");
    peer.finish();
    failure.text
}

#[test]
fn silence_ends_a_try_after_ten_seconds() {
    dialogue_with("", || {
        let text = silence(10_000);
        assert!(text.contains("said nothing for 10 s"), "{text}");
    });
}

#[test]
fn silence_ends_a_try_at_the_limit_that_is_set() {
    dialogue_with("try_timeout=2500", || {
        let text = silence(2500);
        assert!(text.contains("said nothing for 2.5 s"), "{text}");
    });
}

#[test]
fn without_a_limit_of_its_own_silence_alone_ends_a_try() {
    dialogue_with("try_timeout=0", || {
        let text = silence(20_000);
        assert!(text.contains("said nothing for 20 s"), "{text}");
    });
}

#[test]
fn a_shorter_idle_limit_ends_a_silent_try() {
    dialogue_with("idle=3000", || {
        let text = silence(3000);
        assert!(text.contains("said nothing for 3 s"), "{text}");
    });
}

/// Goes on with `say` whenever the test asks for it, until the test drops its end.
fn on_demand(p: &mut Talk, asked: &Receiver<()>, mut say: impl FnMut(&mut Talk)) {
    while asked.recv().is_ok() {
        say(p);
    }
    p.drain_stream();
}

#[test]
fn a_trickle_does_not_prolong_a_try() {
    dialogue_with("", || {
        clock::hold();
        let (ask, asked) = channel();
        let begun = Gate::new();
        let told = begun.clone();
        let peer = Peer::script(move |p| {
            p.accept();
            p.expect_header(HEADER_SASL);
            p.raw(&HEADER_SASL);
            // a SASL frame of 512 bytes, of which one comes each second
            p.raw(&[0, 0, 2, 0, 2, 1, 0, 0]);
            told.open();
            on_demand(p, &asked, |p| p.raw(&[0]));
        });
        let connecting = connecting(&peer.url());
        begun.wait();
        for _ in 0..9 {
            connecting.blocks();
            clock::advance(ms(1000));
            ask.send(()).expect("the script runs");
            connecting.polls_at_this_time();
        }
        let failure = refused(ends_after(connecting, 1000), GONE);
        let words = "its SASL mechanisms did not come within 10 s";
        assert!(failure.text.contains(words), "{failure:?}");
        drop(ask);
        peer.finish();
    });
}

/// Takes the connection, then answers with nothing but heartbeats, one whenever the test asks for it.
fn beats(p: &mut Talk, opened: &Gate, asked: &Receiver<()>) {
    p.accept_open();
    opened.open();
    on_demand(p, asked, Talk::send_heartbeat);
}

/// An unshared program with a session, whose recoveries have no attempt timeout.
fn program(peers: &[&Peer], count: i32) -> (Factory, Connection) {
    let urls: Vec<String> = peers.iter().map(|peer| peer.url()).collect();
    let factory = Factory::new(&Setup {
        url: urls.join("+"),
        unshared: true,
        reconnect: Some((count, 250, 0)),
        ..Setup::default()
    });
    let connection = factory.connect().expect("the program connects");
    let session = connection.session(api::AUTO).expect("a session");
    session.producer("q").expect("a producer");
    (factory, connection)
}

/// RecoverConnection on a thread of its own, behind the loss.
fn recovering(factory: Factory, connection: Connection, cut: &Gate) -> Running<Call> {
    let lost = Gate::new();
    let told = lost.clone();
    connection.on_exception(move |_| told.open());
    cut.open();
    lost.wait();
    run(move || factory.recover(connection))
}

#[test]
fn a_target_of_nothing_but_heartbeats_costs_ten_seconds_while_another_is_left() {
    dialogue_with("", || {
        clock::hold();
        let (cut, opened) = (Gate::new(), Gate::new());
        let (told, (ask, asked)) = (opened.clone(), channel());
        let first = serves_until(&cut);
        let second = Peer::script(move |p| beats(p, &told, &asked));
        let third = serves();
        let (factory, connection) = program(&[&first, &second, &third], 1);
        let recovering = recovering(factory, connection, &cut);
        opened.wait();
        recovering.blocks();
        clock::advance(ms(4000));
        ask.send(()).expect("the script runs");
        ends_after(recovering, 6000).expect("recovered");
        assert_eq!(connection.active_url().unwrap(), third.url());
        drop(ask);
        first.finish();
        second.finish();
        connection.close().expect("closed");
        third.finish();
    });
}

#[test]
fn a_flood_of_heartbeats_does_not_prolong_a_try() {
    dialogue_with("", || {
        clock::hold();
        let (cut, opened, over) = (Gate::new(), Gate::new(), Gate::new());
        let (told, ended) = (opened.clone(), over.clone());
        let first = serves_until(&cut);
        let second = Peer::script(move |p| {
            p.accept_open();
            let beats = [0, 0, 0, 8, 2, 0, 0, 0].repeat(100_000);
            p.raw(&beats);
            told.open();
            while !ended.is_open() {
                p.raw(&beats); // there is always something to read
            }
        });
        let third = serves();
        let (factory, connection) = program(&[&first, &second, &third], 1);
        let recovering = recovering(factory, connection, &cut);
        opened.wait();
        recovering.polls_at_this_time();
        clock::advance(ms(10_000));
        recovering.ends_at_this_time().expect("recovered");
        over.open();
        assert_eq!(connection.active_url().unwrap(), third.url());
        first.finish();
        second.finish();
        connection.close().expect("closed");
        third.finish();
    });
}

#[test]
fn the_last_target_has_the_time_of_a_request() {
    dialogue_with("", || {
        clock::hold();
        let (cut, opened, again) = (Gate::new(), Gate::new(), Gate::new());
        let (ask, asked) = channel();
        let (go, told) = (cut.clone(), again.clone());
        let first = Peer::script(move |p| {
            p.accept_open();
            p.serve_until_open(&go);
            p.drop_socket();
            beats(p, &told, &asked);
        });
        let told = opened.clone();
        let second = Peer::script(move |p| {
            p.accept_open();
            told.open();
            p.drain_stream(); // and answers nothing
        });
        let (factory, connection) = program(&[&first, &second], 1);
        let recovering = recovering(factory, connection, &cut);
        opened.wait();
        recovering.blocks();
        clock::advance(ms(9_999));
        recovering.polls_at_this_time();
        clock::advance(ms(1));
        recovering.polls_until(&again);
        for _ in 0..5 {
            recovering.blocks();
            clock::advance(ms(10_000));
            ask.send(()).expect("the script runs");
            recovering.polls_at_this_time();
        }
        let failure = expect_status(ends_after(recovering, 10_000), GONE);
        let missing = "did not answer every begin and attach within";
        let text = format!(
            "{}: {missing} 10 s; {}: {missing} 60 s",
            second.url(),
            first.url()
        );
        assert!(failure.text.contains(&text), "{failure:?}");
        drop(ask);
        connection.close().expect("closed");
        first.finish();
        second.finish();
    });
}
