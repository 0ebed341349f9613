//! What the trace shows of messages: nothing but their size, unless `bodies` is asked for; a password never (D14).

use crate::peer::{Peer, api, dialogue_in, message};
use crate::scene::end;

const SENT: &str = "went out";
const RECEIVED: &str = "came\x01\"in\"";

/// The trace of a connection with a password, on which one text goes each way.
fn trace_of_two_texts() -> String {
    let path = std::env::temp_dir().join(format!("bodies-{}.trace", std::process::id()));
    api::trace_to(&path);
    let peer = Peer::script(|p| {
        p.accept_sasl("PLAIN");
        p.welcome();
        let producer = p.await_producer();
        p.grant(producer, 1);
        let sent = p.await_transfer();
        p.accept_delivery(&sent);
        let consumer = p.await_consumer();
        p.await_credit(consumer, 1);
        p.deliver(consumer, &message::text(RECEIVED));
        p.serve_to_close();
    });
    let connection = api::connect_as(&peer.url(), Some("user"), Some("s3cret")).unwrap();
    connection.start().unwrap();
    let session = connection.session(api::AUTO).unwrap();
    let producer = session.producer("q").unwrap();
    producer.send_text(SENT).unwrap();
    let consumer = session.consumer("q").unwrap();
    assert_eq!(consumer.receive_text().unwrap(), RECEIVED);
    end(connection, peer);
    let trace = std::fs::read_to_string(&path).expect("a trace");
    std::fs::remove_file(&path).expect("removed");
    let transfers = trace.lines().filter(|line| line.contains("Transfer("));
    assert_eq!(transfers.count(), 2, "{trace}");
    assert!(!trace.contains("s3cret"), "{trace}");
    trace
}

#[test]
fn frames_are_traced_without_bodies() {
    dialogue_in(&[("TIBEMS_TRACE", "frames")], || {
        let trace = trace_of_two_texts();
        assert!(!trace.contains(SENT) && !trace.contains("came"), "{trace}");
    });
}

#[test]
fn bodies_are_traced_when_asked_for() {
    dialogue_in(&[("TIBEMS_TRACE", "bodies")], || {
        let trace = trace_of_two_texts();
        let shown = |what: &str| {
            let lines = trace.lines();
            let line = lines.filter(|line| line.contains("Transfer(") && line.contains(what));
            assert_eq!(line.count(), 1, "{trace}");
        };
        shown(SENT);
        shown(r#"came\x01\"in\""#);
    });
}
