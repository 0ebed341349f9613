//! Queues: credit, settlement, redelivery, many frames, windows.

use crate::client::*;
use tibemsufo::amqp::performative::*;

#[test]
fn a_message_goes_through_a_queue() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    let credit = c.sender(0, 0, "q", "queue");
    assert!(credit > 0);
    c.send(0, 0, 0, &text("one"));
    assert_eq!(c.outcome(), (0, 0, DeliveryState::Accepted));
    c.receiver(0, 1, "q", "queue");
    c.credit(0, 1, 0, 10);
    let got = c.delivery();
    assert_eq!(got.body(), "one");
    assert!(!got.settled);
    c.settle(0, got.id, DeliveryState::Accepted);
    c.detach(0, 1, true);
    c.receiver(0, 1, "q", "queue");
    c.drain(0, 1, 0, 10);
    assert_eq!(c.drained(), (1, 10, 0));
    c.close();
}

#[test]
fn consumers_share_a_queue_and_the_credit_is_kept() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    c.sender(0, 0, "q", "queue");
    c.receiver(0, 1, "q", "queue");
    c.receiver(0, 2, "q", "queue");
    c.credit(0, 1, 0, 2);
    c.credit(0, 2, 0, 1);
    for n in 0..5 {
        c.send(0, 0, n, &text(&n.to_string()));
    }
    let mut handles: Vec<(u32, String)> = Vec::new();
    for _ in 0..3 {
        let got = c.delivery();
        handles.push((got.handle, got.body()));
    }
    handles.sort();
    let of = |handle| handles.iter().filter(|(h, _)| *h == handle).count();
    assert_eq!((of(1), of(2)), (2, 1));
    // no credit, no delivery: the answer to the echo comes first
    c.echo(0, 1);
    assert!(matches!(
        c.next_of(&["transfer", "flow"]),
        Performative::Flow(_)
    ));
    c.credit(0, 2, 1, 10);
    assert_eq!(c.delivery().body(), "3");
    assert_eq!(c.delivery().body(), "4");
    c.close();
}

#[test]
fn outcomes_decide_what_becomes_of_a_message() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    c.sender(0, 0, "q", "queue");
    for n in 0..4 {
        c.send(0, 0, n, &text(&n.to_string()));
    }
    c.receiver(0, 1, "q", "queue");
    c.credit(0, 1, 0, 4);
    let got: Vec<Delivery> = (0..4).map(|_| c.delivery()).collect();
    c.settle(0, got[0].id, DeliveryState::Rejected(None));
    c.settle(0, got[3].id, modified(true, true));
    c.settle(0, got[2].id, DeliveryState::Released);
    c.settle(0, got[1].id, modified(true, false));
    c.credit(0, 1, 4, 10);
    // released and modified come back in their old order, the count tells the failed ones
    let one = c.delivery();
    let two = c.delivery();
    let mut again = [(one.body(), one.count()), (two.body(), two.count())];
    again.sort();
    assert_eq!(again, [("1".into(), 1), ("2".into(), 0)]);
    c.drain(0, 1, 6, 8);
    assert_eq!(c.drained(), (1, 14, 0));
    // undeliverable here: another consumer gets it
    c.receiver(0, 2, "q", "queue");
    c.credit(0, 2, 0, 10);
    let other = c.delivery();
    assert_eq!(
        (other.handle, other.body(), other.count()),
        (2, "3".into(), 1)
    );
    c.close();
}

#[test]
fn a_detached_link_returns_its_messages_in_order_uncounted() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    c.sender(0, 0, "q", "queue");
    for n in 0..6 {
        c.send(0, 0, n, &text(&n.to_string()));
    }
    c.receiver(0, 1, "q", "queue");
    c.credit(0, 1, 0, 4);
    let first = c.delivery();
    (0..3).for_each(|_| drop(c.delivery()));
    c.settle(0, first.id, DeliveryState::Accepted);
    c.detach(0, 1, true);
    c.receiver(0, 1, "q", "queue");
    c.credit(0, 1, 0, 10);
    for n in 1..6 {
        let got = c.delivery();
        assert_eq!((got.body(), got.count()), (n.to_string(), 0));
    }
    c.close();
}

#[test]
fn a_lost_connection_counts_what_was_sent() {
    let broker = Server::start(&[]);
    let mut a = broker.client("a");
    a.begin(0);
    a.sender(0, 0, "q", "queue");
    for n in 0..3 {
        a.send(0, 0, n, &text(&n.to_string()));
    }
    a.receiver(0, 1, "q", "queue");
    a.credit(0, 1, 0, 2);
    a.delivery();
    a.delivery();
    drop(a);
    let mut b = broker.client("b");
    b.begin(0);
    b.receiver(0, 0, "q", "queue");
    b.credit(0, 0, 0, 10);
    let mut got: Vec<(String, u32)> = (0..3)
        .map(|_| b.delivery())
        .map(|d| (d.body(), d.count()))
        .collect();
    // the loss may be noticed behind the attach
    got.sort();
    let expected = [("0", 1), ("1", 1), ("2", 0)].map(|(text, count)| (text.to_owned(), count));
    assert_eq!(got, expected);
    b.close();
}

#[test]
fn ranges_of_dispositions_settle_what_they_cover() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    c.sender(0, 0, "q", "queue");
    for n in 0..100 {
        c.send(0, 0, n, &text(&n.to_string()));
    }
    // the answers come as ranges, too
    let mut answered = 0;
    while answered < 100 {
        let (first, last, state) = c.outcome();
        assert_eq!((first, state), (answered, DeliveryState::Accepted));
        answered = last + 1;
    }
    c.receiver(0, 1, "q", "queue");
    c.credit(0, 1, 0, 100);
    let ids: Vec<u32> = (0..100).map(|_| c.delivery().id).collect();
    c.put(Disposition {
        role: Role::Receiver,
        first: ids[10],
        last: Some(ids[10].wrapping_add(0x7fff_fff0)),
        settled: true,
        state: Some(DeliveryState::Accepted),
        batchable: true,
    });
    c.detach(0, 1, true);
    c.receiver(0, 1, "q", "queue");
    c.drain(0, 1, 0, 50);
    for n in 0..10 {
        assert_eq!(c.delivery().body(), n.to_string());
    }
    assert_eq!(c.drained(), (1, 50, 0));
    c.close();
}

#[test]
fn an_unsettled_acknowledgement_is_confirmed() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    c.sender(0, 0, "q", "queue");
    c.send(0, 0, 0, &text("x"));
    c.outcome();
    c.receiver(0, 1, "q", "queue");
    c.credit(0, 1, 0, 1);
    let id = c.delivery().id;
    c.put(Disposition {
        role: Role::Receiver,
        first: id,
        state: Some(DeliveryState::Accepted),
        ..Disposition::default()
    });
    match c.next_of(&["disposition"]) {
        Performative::Disposition(d) => {
            assert_eq!((d.role, d.first, d.settled), (Role::Sender, id, true));
            assert_eq!(d.state, Some(DeliveryState::Accepted));
        }
        other => panic!("{other:?}"),
    }
    c.close();
}

#[test]
fn large_messages_travel_in_many_frames() {
    let broker = Server::start(&["--max-frame", "1024"]);
    let mut open = open("c");
    open.max_frame_size = Some(512);
    let mut c = broker.client_with(open);
    c.begin(0);
    c.sender(0, 0, "q", "queue");
    let body: String = (0..50_000u32)
        .map(|n| char::from(b'a' + (n % 26) as u8))
        .collect();
    c.send(0, 0, 0, &text(&body));
    c.send(0, 0, 1, &text("small"));
    c.receiver(0, 1, "q", "queue");
    c.credit(0, 1, 0, 2);
    let got = c.delivery();
    assert_eq!(got.body(), body);
    assert!(got.frames > 90, "{} frames", got.frames);
    assert_eq!(c.delivery().body(), "small");
    c.close();
}

#[test]
fn the_session_window_stops_and_continues_a_delivery() {
    let broker = Server::start(&[]);
    let mut open = open("c");
    open.max_frame_size = Some(512);
    let mut c = broker.client_with(open);
    c.put_on(
        0,
        Begin {
            incoming_window: 3,
            outgoing_window: 1000,
            next_outgoing_id: u32::MAX - 1,
            ..Begin::default()
        },
    );
    c.next_of(&["begin"]);
    c.next_outgoing_id = u32::MAX - 1;
    c.sender(0, 0, "q", "queue");
    let body = "x".repeat(3000);
    c.send(0, 0, 0, &text(&body));
    c.receiver(0, 1, "q", "queue");
    c.credit_in(0, 1, 0, 1, 3);
    let mut collected = 0;
    let mut more = true;
    while more {
        for _ in 0..3 {
            let (transfer, payload) = c.transfer();
            collected += payload.len();
            more = transfer.more;
            if !more {
                break;
            }
        }
        c.window(0, 3);
    }
    assert_eq!(collected, text(&body).len());
    c.close();
}

#[test]
fn presettled_messages_are_gone_when_sent() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    c.sender(0, 0, "q", "queue");
    c.send_settled(0, 0, 0, &text("fast"));
    let mut attach = receiver_attach(1, "q", "queue");
    attach.snd_settle_mode = Some(1);
    assert_eq!(c.attach(0, attach).snd_settle_mode, Some(1));
    c.credit(0, 1, 0, 1);
    let got = c.delivery();
    assert!(got.settled);
    drop(c);
    let mut c = broker.client("c");
    c.begin(0);
    c.receiver(0, 0, "q", "queue");
    c.drain(0, 0, 0, 1);
    assert_eq!(c.drained(), (0, 1, 0));
    c.close();
}

#[test]
fn priorities_overtake() {
    let broker = Server::start(&[]);
    let mut c = broker.client("c");
    c.begin(0);
    c.sender(0, 0, "q", "queue");
    for (n, priority) in [4, 1, 9, 4].into_iter().enumerate() {
        let header = Header {
            priority: Some(priority),
            ..Header::default()
        };
        let message = message(&header, None, &format!("{n}"));
        c.send(0, 0, n as u32, &message);
    }
    c.receiver(0, 1, "q", "queue");
    c.credit(0, 1, 0, 4);
    let order: Vec<String> = (0..4).map(|_| c.delivery().body()).collect();
    assert_eq!(order, ["2", "0", "3", "1"]);
    c.close();
}
