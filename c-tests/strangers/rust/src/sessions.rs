//! Connections, acknowledgements, requests and replies, the loss of a server.

use crate::*;
use std::process::Command;
use std::thread;

pub const TESTS: &[Test] = &[
    ("active url", active_url),
    ("no server", no_server),
    ("confirm and roll back", confirm),
    ("session dropped with messages in hand", dropped),
    ("session closed twice", closed_twice),
    ("request to a queue", request_queue),
    ("request to a topic", request_topic),
    ("request without an answer", request_unanswered),
    ("many threads", threads),
    ("failover", failover),
];

fn active_url() -> End {
    assert_eq!(connect().get_active_url().unwrap(), url());
    End::Passed
}

fn no_server() -> End {
    let refused = tibco_ems::connect("tcp://127.0.0.1:1", "ems", "ems").unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::NotConnected);
    assert_eq!(
        complaints(),
        ["tibemsConnectionFactory_CreateConnection: TIBEMS_SERVER_NOT_CONNECTED"]
    );
    End::Passed
}

/// What the crate calls a transacted session is one of explicit acknowledgements.
fn confirm() -> End {
    let (connection, queue) = (connect(), queue());
    let sender = connection.session().unwrap();
    for body in ["kept", "back", "unconfirmed"] {
        sender.send_message(&queue, text(body)).unwrap();
    }
    let session = connection.transacted_session().unwrap();
    let consumer = session.queue_consumer(&queue, None).unwrap();
    let (kept, back, unconfirmed) = (next(&consumer), next(&consumer), next(&consumer));
    kept.confirm();
    back.rollback();
    let again = next(&consumer);
    let Message::TextMessage(again_text) = &again else {
        panic!("{again}")
    };
    assert_eq!(again_text.body, "back");
    again.confirm();
    drop((kept, back, unconfirmed, again));
    drop(session);
    let consumer = sender.queue_consumer(&queue, None).unwrap();
    assert_eq!(next_text(&consumer), "unconfirmed");
    assert_silent(&consumer);
    End::Passed
}

/// The messages outlive their session: destroying them is no trouble.
fn dropped() -> End {
    let (connection, queue) = (connect(), queue());
    let sender = connection.session().unwrap();
    sender.send_message(&queue, text("again")).unwrap();
    let session = connection.transacted_session().unwrap();
    let message = next(&session.queue_consumer(&queue, None).unwrap());
    drop(session);
    message.confirm();
    assert_eq!(
        complaints(),
        ["tibemsMsg_Acknowledge: TIBEMS_ILLEGAL_STATE"]
    );
    drop(message);
    let consumer = sender.queue_consumer(&queue, None).unwrap();
    assert_eq!(next_text(&consumer), "again");
    End::Passed
}

/// Clones of the crate's session share the handles, and each closes them.
fn closed_twice() -> End {
    let connection = connect();
    let session = connection.session().unwrap();
    let clone = session.clone();
    drop(session);
    assert!(clone.send_message(&queue(), text("too late")).is_err());
    drop(clone);
    let said = complaints();
    assert!(
        said.iter()
            .any(|line| line.starts_with("tibemsMsgProducer_Send")),
        "{said:?}"
    );
    assert!(connection.session().is_ok());
    End::Passed
}

/// A service as the crate lets one write it: the reply goes to a destination that is made of the name in JMSReplyTo.
fn answer(destination: &Destination, count: usize) -> thread::JoinHandle<()> {
    let connection = connect();
    let session = connection.session().unwrap();
    let consumer = session.queue_consumer(destination, None).unwrap();
    thread::spawn(move || {
        for _ in 0..count {
            let message = next(&consumer);
            let Message::TextMessage(request) = &message else {
                panic!("{message}")
            };
            let reply_to = request.reply_to.as_ref().expect("JMSReplyTo");
            session
                .send_message(reply_to, text(&format!("re: {}", request.body)))
                .unwrap();
        }
        let _connection = connection;
    })
}

fn ask(destination: &Destination) {
    let service = answer(destination, 3);
    let connection = connect();
    let session = connection.session().unwrap();
    for body in ["one", "two", "three"] {
        let reply = session
            .request_reply(destination, text(body), SOON)
            .unwrap()
            .expect("a reply in time");
        let Message::TextMessage(reply) = &reply else {
            panic!("{reply}")
        };
        assert_eq!(reply.body, format!("re: {body}"));
    }
    service.join().unwrap();
}

fn request_queue() -> End {
    ask(&queue());
    End::Passed
}

/// The crate makes the consumer of replies behind the send: on a topic a quick reply is lost, so the request is looked at.
fn request_topic() -> End {
    let destination = topic();
    let connection = connect();
    let service = connect();
    let service_session = service.session().unwrap();
    let requests = service_session.queue_consumer(&destination, None).unwrap();
    let session = connection.session().unwrap();
    assert!(session
        .request_reply(&destination, text("one"), 1)
        .unwrap()
        .is_none());
    let message = next(&requests);
    let Message::TextMessage(request) = &message else {
        panic!("{message}")
    };
    assert_eq!(request.body, "one");
    assert!(
        matches!(request.reply_to, Some(Destination::Topic(_))),
        "{:?}",
        request.reply_to
    );
    End::Passed
}

fn request_unanswered() -> End {
    let (connection, queue) = (connect(), queue());
    let session = connection.session().unwrap();
    assert!(session
        .request_reply(&queue, text("anybody?"), 50)
        .unwrap()
        .is_none());
    // The request itself is where it was sent to.
    assert_eq!(
        next_text(&session.queue_consumer(&queue, None).unwrap()),
        "anybody?"
    );
    End::Passed
}

/// Sessions of one connection on threads of their own.
fn threads() -> End {
    const THREADS: usize = 8;
    const EACH: usize = 200;
    let (connection, queue) = (connect(), queue());
    let senders: Vec<_> = (0..THREADS)
        .map(|number| {
            let (connection, queue) = (connection.clone(), queue.clone());
            thread::spawn(move || {
                let session = connection.session().unwrap();
                for message in 0..EACH {
                    session
                        .send_message(&queue, text(&format!("{number} {message}")))
                        .unwrap();
                }
            })
        })
        .collect();
    let session = connection.session().unwrap();
    let consumer = session.queue_consumer(&queue, None).unwrap();
    let mut expected = [0; THREADS];
    for _ in 0..THREADS * EACH {
        let body = next_text(&consumer);
        let (number, message) = body.split_once(' ').unwrap();
        let number: usize = number.parse().unwrap();
        assert_eq!(
            message.parse::<usize>().unwrap(),
            expected[number],
            "the order of one session"
        );
        expected[number] += 1;
    }
    senders
        .into_iter()
        .for_each(|sender| sender.join().unwrap());
    End::Passed
}

/// A comma group: the connection goes on at the other server, with its producer, consumer and temporary queue.
fn failover() -> End {
    let Ok(pair) = std::env::var("STRANGER_PAIR") else {
        return End::Skipped("no pair of servers");
    };
    let [first, second, pid] = pair.split(' ').collect::<Vec<_>>()[..] else {
        panic!("{pair}")
    };
    let queue = queue();
    let connection = tibco_ems::connect(&format!("{first},{second}"), "ems", "ems").unwrap();
    let session = connection.session().unwrap();
    let consumer = session.queue_consumer(&queue, None).unwrap();
    session.send_message(&queue, text("before")).unwrap();
    assert_eq!(next_text(&consumer), "before");
    assert_eq!(connection.get_active_url().unwrap(), first);
    assert!(Command::new("kill")
        .args(["-KILL", pid])
        .status()
        .unwrap()
        .success());
    session.send_message(&queue, text("behind")).unwrap();
    assert_eq!(next_text(&consumer), "behind");
    assert_eq!(connection.get_active_url().unwrap(), second);
    End::Passed
}
