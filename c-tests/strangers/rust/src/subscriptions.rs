//! Topics: plain consumers, shared and shared durable subscriptions.

use crate::*;

pub const TESTS: &[Test] = &[
    ("topic without the own messages", no_local),
    ("shared subscription", shared),
    ("shared durable subscription", durable),
    ("subscription on a queue", on_queue),
];

/// The crate asks for no local messages on every consumer.
fn no_local() -> End {
    let topic = topic();
    let (connection, other) = (connect(), connect());
    let (session, other_session) = (connection.session().unwrap(), other.session().unwrap());
    let consumer = session.queue_consumer(&topic, None).unwrap();
    session.send_message(&topic, text("own")).unwrap();
    other_session.send_message(&topic, text("other")).unwrap();
    assert_eq!(next_text(&consumer), "other");
    End::Passed
}

fn shared() -> End {
    let (connection, other, topic, name) = (connect(), connect(), topic(), fresh("shared"));
    let (session, other_session) = (connection.session().unwrap(), other.session().unwrap());
    let one = session.topic_consumer(&topic, &name, None).unwrap();
    let two = other_session
        .topic_consumer(&topic, &name, Some(""))
        .unwrap();
    let alone = session
        .topic_consumer(&topic, &fresh("shared"), None)
        .unwrap();
    for number in 0..10 {
        session
            .send_message(&topic, text(&number.to_string()))
            .unwrap();
    }
    for number in 0..10 {
        assert_eq!(next_text(&alone), number.to_string());
    }
    let mut bodies = Vec::new();
    for consumer in [one, two] {
        while let Some(message) = consumer.receive_text_message(Some(SILENCE)).unwrap() {
            bodies.push(message.body.parse::<i32>().unwrap());
        }
    }
    bodies.sort();
    assert_eq!(bodies, (0..10).collect::<Vec<_>>());
    End::Passed
}

fn durable() -> End {
    let (connection, topic, name) = (connect(), topic(), fresh("durable"));
    let sender = connection.session().unwrap();
    let session = connection.session().unwrap();
    let consumer = session.topic_durable_consumer(&topic, &name, None).unwrap();
    sender.send_message(&topic, text("present")).unwrap();
    assert_eq!(next_text(&consumer), "present");
    drop(session);
    sender.send_message(&topic, text("absent")).unwrap();
    let session = connection.session().unwrap();
    let consumer = session.topic_durable_consumer(&topic, &name, None).unwrap();
    assert_eq!(next_text(&consumer), "absent");
    drop(session);
    low::unsubscribe(&name);
    let session = connection.session().unwrap();
    let consumer = session.topic_durable_consumer(&topic, &name, None).unwrap();
    assert_silent(&consumer);
    drop(session);
    low::unsubscribe(&name);
    End::Passed
}

fn on_queue() -> End {
    let connection = connect();
    let session = connection.session().unwrap();
    assert!(session.topic_consumer(&queue(), "name", None).is_err());
    assert!(session
        .topic_durable_consumer(&queue(), "name", None)
        .is_err());
    End::Passed
}
