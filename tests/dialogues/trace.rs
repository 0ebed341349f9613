//! What the topic `recovery` of the trace tells (D14): the example of `docs/trace.md` is what a dialogue gives; a close is
//! called a close; words that nobody understands are named.

use crate::peer::api::{self, Factory, Setup, Status, expect_status};
use crate::peer::{Gate, Peer, dead_url, dialogue_in};
use crate::scene::{Recoveries, end, serves, serves_until};

/// Sends the trace to a file of this process; its text at the end.
fn traced(body: impl FnOnce()) -> String {
    let path = std::env::temp_dir().join(format!("trace-{}.trace", std::process::id()));
    api::trace_to(&path);
    body();
    let trace = std::fs::read_to_string(&path).expect("a trace");
    std::fs::remove_file(&path).expect("removed");
    trace
}

/// A line without what differs from run to run: time, process, how long something took.
fn lasting(line: &str) -> String {
    let (_, line) = line.split_once(" UTC pid ").expect("time and process");
    let (pid, line) = line.split_once(' ').expect("topic");
    assert!(pid.parse::<u32>().is_ok(), "{pid}");
    let mut result = String::new();
    for (index, part) in line.split(" ms)").enumerate() {
        if index > 0 {
            result.push_str("N ms)");
        }
        let took = match line.contains(" ms)") {
            true => part.trim_end_matches(|c: char| c.is_ascii_digit()),
            false => part,
        };
        result.push_str(took);
    }
    result
}

/// The first block of lines in the page about the trace.
fn example() -> Vec<String> {
    let page = include_str!("../../docs/trace.md");
    let (_, block) = page.split_once("```text\n").expect("an example");
    let (block, _) = block.split_once("```").expect("its end");
    block.lines().map(lasting).collect()
}

#[test]
fn the_example_of_the_page_is_what_happens() {
    dialogue_in(&[("TIBEMS_TRACE", "recovery,stats")], || {
        let cut = Gate::new();
        let (first, second, third) = (serves_until(&cut), dead_url(), serves());
        let urls = [first.url(), second, third.url()];
        let list = urls.join("+");
        let trace = traced(move || {
            let factory = Factory::new(&Setup {
                url: list,
                unshared: true,
                client_id: Some("orders".into()),
                connect: Some((2, 250, 10_000)),
                ..Setup::default()
            });
            let connection = factory.connect().expect("connected");
            let recoveries = Recoveries::of(factory, connection);
            let session = connection.session(api::AUTO).expect("a session");
            session.producer("p").expect("a producer");
            session.consumer("c").expect("a consumer");
            cut.open();
            recoveries.expect_ok(1);
            first.finish();
            end(connection, third);
        });
        let names = ["tcp://first:5672", "tcp://second:5672", "tcp://third:5672"];
        let seen = |line: &str| {
            let named = urls
                .iter()
                .zip(names)
                .fold(line.to_owned(), |line, (url, name)| {
                    line.replace(url.as_str(), name)
                });
            lasting(&named)
        };
        let seen: Vec<String> = trace.lines().map(seen).collect();
        for (seen, told) in seen.iter().zip(example()) {
            assert_eq!(*seen, told, "{trace}");
        }
        assert_eq!(seen.len(), example().len(), "{trace}");
    });
}

#[test]
fn a_loss_says_what_was_under_way() {
    dialogue_in(&[("TIBEMS_TRACE", "recovery")], || {
        let trace = traced(|| {
            let peer = Peer::script(|p| {
                p.accept_open();
                let producer = p.await_producer();
                p.grant(producer, 10);
                let consumer = p.await_consumer();
                p.await_credit(consumer, 1);
                p.deliver(consumer, &crate::peer::message::text("unacknowledged"));
                p.await_transfer(); // is never answered
                p.drop_socket();
            });
            let connection = api::connect(&peer.url()).expect("connected");
            connection.start().expect("started");
            let session = connection.session(api::CLIENT).expect("a session");
            let producer = session.producer("q").expect("a producer");
            let consumer = session.consumer("q").expect("a consumer");
            assert_eq!(
                consumer.receive_text().expect("a message"),
                "unacknowledged"
            );
            let failure = expect_status(
                producer.send_text("lost"),
                Status::TIBEMS_SERVER_NOT_CONNECTED,
            );
            assert!(failure.text.starts_with("outcome unknown:"), "{failure:?}");
            end(connection, peer);
        });
        let line = trace.lines().find(|line| line.contains(": lost tcp://"));
        let line = line.unwrap_or_else(|| panic!("no loss: {trace}"));
        for words in [
            "(epoch 1), seen by ",
            "; 1 send in flight, 0 sends not confirmed, 1 message not acknowledged, 0 buffered",
            "; the connection is over",
        ] {
            assert!(line.contains(words), "{words}: {line}");
        }
    });
}

#[test]
fn a_close_is_called_a_close() {
    dialogue_in(&[("TIBEMS_TRACE", "state")], || {
        let trace = traced(|| {
            let peer = serves();
            end(api::connect(&peer.url()).expect("connected"), peer);
        });
        assert!(!trace.contains("lost"), "{trace}");
        assert!(trace.contains(" has answered (epoch 1)"), "{trace}");
        assert!(!trace.contains("gave no reason"), "{trace}");
    });
}

#[test]
fn words_that_nobody_understands_are_named() {
    let environment = [
        ("TIBEMS_TRACE", "recovry"),
        ("TIBEMS_AMQP_OPTIONS", "idel=5 idle=0"),
    ];
    dialogue_in(&environment, || {
        let trace = traced(|| {
            let refused = api::connect(&dead_url()).map(|_| ());
            let failure = expect_status(refused, Status::TIBEMS_SERVER_NOT_CONNECTED);
            for words in [
                "(not understood in TIBEMS_TRACE: recovry (known are frames,",
                "(not understood in TIBEMS_AMQP_OPTIONS: idel=5)",
            ] {
                assert!(failure.text.contains(words), "{failure:?}");
            }
            let peer = serves();
            end(api::connect(&peer.url()).expect("connected"), peer);
        });
        assert_eq!(trace.lines().count(), 1, "{trace}");
        for words in [
            "topics none; not understood in TIBEMS_TRACE: recovry (known are frames,",
            "; not understood in TIBEMS_AMQP_OPTIONS: idel=5\n",
        ] {
            assert!(trace.contains(words), "{trace}");
        }
    });
}
