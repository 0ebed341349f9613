//! Messages in both directions (P-X, P-W1, P-W3, P-C).

use super::*;

/// The peer of the session-window tests: a small incoming window.
fn window(size: u32) -> Begin {
    Begin {
        incoming_window: size,
        outgoing_window: 1000,
        ..Begin::default()
    }
}

/// All transfer frames that were written: performative and payload.
fn transfers(wire: &mut Wire) -> Vec<(Transfer, Bytes)> {
    let mut list = Vec::new();
    while let Some(frame) = wire.next_frame() {
        match frame.performative {
            Some(Performative::Transfer(transfer)) => list.push((*transfer, frame.payload)),
            other => panic!("{other:?}"),
        }
    }
    list
}

fn delivery(event: Event) -> Delivery {
    match event {
        Event::Delivery { delivery, .. } => delivery,
        other => panic!("{other:?}"),
    }
}

#[test]
fn sends_are_numbered_and_tagged() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (a, handle) = wire.sender(session, "a", 300);
    let (b, _) = wire.sender(session, "b", 300);
    for n in 0..260u32 {
        let link = if n % 2 == 0 { a } else { b };
        assert_eq!(wire.send(link, b"hello", 0), Ok(n));
    }
    let list = transfers(&mut wire);
    assert_eq!(list.len(), 260);
    for (n, (transfer, payload)) in list.iter().enumerate() {
        assert_eq!(transfer.delivery_id, Some(n as u32));
        let tag = [(n / 2) as u8];
        assert_eq!(transfer.delivery_tag.as_deref(), Some(&tag[..]));
        assert_eq!(transfer.settled, None);
        assert_eq!(payload, "hello");
    }
    assert_eq!(wire.engine.credit(a), 170);
    assert!(handle >= 10);
}

#[test]
fn settled_sends_have_an_empty_tag() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, _) = wire.sender(session, "a", 1);
    let send = Send {
        payload: b"x",
        settled: true,
        txn: None,
        token: 0,
    };
    wire.engine.send(link, send).unwrap();
    let list = transfers(&mut wire);
    assert_eq!(list[0].0.delivery_tag, Some(Bytes::new()));
    assert_eq!(list[0].0.settled, Some(true));
    assert_eq!(wire.engine.send(link, send), Err(SendError::NoCredit));
}

#[test]
fn transacted_sends_name_their_transaction() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, _) = wire.sender(session, "a", 1);
    let txn = [9u8; 200];
    wire.engine
        .send(
            link,
            Send {
                payload: b"x",
                settled: false,
                txn: Some(&txn),
                token: 0,
            },
        )
        .unwrap();
    let list = transfers(&mut wire);
    assert_eq!(
        list[0].0.state,
        Some(DeliveryState::Transactional {
            txn_id: Bytes::copy_from_slice(&txn),
            outcome: None
        })
    );
}

#[test]
fn frames_respect_the_peers_size() {
    let mut wire = Wire::open(
        config(),
        Open {
            max_frame_size: Some(512),
            ..Open::default()
        },
    );
    let session = wire.session();
    let (link, _) = wire.sender(session, "a", 1);
    let payload = vec![7u8; 5000];
    wire.send(link, &payload, 0).unwrap();
    let mut out = Vec::new();
    wire.engine.take_output(&mut out);
    let mut at = 0;
    let mut frames = 0;
    while at < out.len() {
        let size = u32::from_be_bytes(out[at..at + 4].try_into().unwrap()) as usize;
        assert!(size <= 512);
        at += size;
        frames += 1;
    }
    assert_eq!(frames, 11);
}

#[test]
fn a_stalled_delivery_goes_on_frame_by_frame() {
    // 40-P-W3: the wrap of our own numbers, which start at 0 outside of tests
    for first in [0, 0xffff_fffe] {
        let mut wire = Wire::open(
            EngineConfig {
                first_outgoing_id: first,
                ..config()
            },
            Open {
                max_frame_size: Some(512),
                ..Open::default()
            },
        );
        let session = wire.session_with(window(1));
        let (link, handle) = wire.link(session, "a", Role::Sender);
        let refresh = |received: u32| Flow {
            next_incoming_id: Some(first.wrapping_add(received)),
            incoming_window: 1,
            outgoing_window: 1,
            ..flow(handle, 1000)
        };
        let mut received = 0u32;
        wire.frame(session.1, refresh(received));
        assert_eq!(wire.event(), Event::Credit { link });
        for n in 0..10u32 {
            let payload = vec![n as u8; 2000];
            let id = wire.send(link, &payload, 0).unwrap();
            assert_eq!(id, first.wrapping_add(n));
            assert_eq!(wire.engine.credit(link), 0);
            assert_eq!(wire.send(link, b"x", 0), Err(SendError::NoCredit));
            let mut got = Vec::new();
            loop {
                let frames = transfers(&mut wire);
                assert_eq!(frames.len(), 1);
                received += 1;
                got.extend_from_slice(&frames[0].1);
                wire.frame(session.1, refresh(received));
                if !frames[0].0.more {
                    break;
                }
                assert_eq!(wire.engine.credit(link), 0);
            }
            assert_eq!(got, payload);
            let end = wire.engine.queued_bytes();
            let token = 0;
            assert_eq!(wire.event(), Event::Whole { link, token, end });
            assert_eq!(
                (wire.engine.is_cut(link), wire.engine.cut_bytes()),
                (false, 0)
            );
            assert_eq!(wire.event(), Event::Credit { link });
            wire.no_event();
        }
    }
}

#[test]
fn one_stalled_session_does_not_hold_another() {
    let mut wire = Wire::opened();
    let stalled = wire.session_with(window(0));
    let free = wire.session();
    let (a, handle) = wire.link(stalled, "a", Role::Sender);
    let mut no_window = flow(handle, 10);
    no_window.incoming_window = 0;
    wire.frame(stalled.1, no_window);
    wire.no_event();
    let (b, _) = wire.sender(free, "b", 10);
    assert_eq!(wire.engine.credit(a), 0);
    assert_eq!(wire.send(a, b"x", 0), Err(SendError::NoCredit));
    assert!(wire.send(b, b"x", 0).is_ok());
    // The window opens by a flow of the session alone.
    let mut open = flow(0, 0);
    open.handle = None;
    wire.frame(stalled.1, open);
    assert_eq!(wire.event(), Event::Credit { link: a });
    assert!(wire.send(a, b"x", 0).is_ok());
}

#[test]
fn detaching_a_stalled_link_frees_its_session() {
    let mut wire = Wire::open(
        config(),
        Open {
            max_frame_size: Some(512),
            ..Open::default()
        },
    );
    let session = wire.session_with(window(2));
    let (a, _) = wire.sender(session, "a", 10);
    let (b, _) = wire.sender(session, "b", 10);
    let mut two = flow(10, 10);
    two.incoming_window = 2;
    wire.frame(session.1, two);
    wire.send(a, &[1; 2000], 0).unwrap();
    assert_eq!(transfers(&mut wire).len(), 2);
    assert!(wire.engine.is_cut(a) && wire.engine.cut_bytes() > 1000);
    wire.engine.detach(a, true, None);
    assert_eq!(wire.engine.cut_bytes(), 0);
    assert!(matches!(wire.expect(), Performative::Detach(_)));
    wire.no_event();
    let mut more = flow(0, 0);
    more.handle = None;
    more.next_incoming_id = Some(2);
    wire.frame(session.1, more);
    assert_eq!(wire.event(), Event::Credit { link: b });
    assert!(wire.send(b, b"x", 0).is_ok());
    assert_eq!(transfers(&mut wire).len(), 1);
}

#[test]
fn too_large_messages_stay_here() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, attach) = wire.attaching(session.0, "a", Role::Sender);
    wire.frame(
        session.1,
        Attach {
            role: Role::Receiver,
            max_message_size: Some(1000),
            ..attach
        },
    );
    wire.event();
    assert_eq!(wire.engine.max_message_size(link), 1000);
    wire.frame(session.1, flow(0, 10));
    assert_eq!(wire.send(link, &[0; 1001], 0), Err(SendError::TooLarge));
    assert!(wire.send(link, &[0; 1000], 0).is_ok());
    assert_eq!(transfers(&mut wire).len(), 1);
}

#[test]
fn a_whole_message_keeps_its_slice() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, handle) = wire.receiver(session, "a", 10);
    wire.deliver(session.1, handle, 7, b"hello");
    assert_eq!(
        wire.event(),
        Event::Delivery {
            link,
            delivery: Delivery {
                delivery_id: 7,
                settled: false,
                payload: Bytes::from_static(b"hello"),
                message_format: 0
            }
        }
    );
    assert_eq!(wire.engine.link_credit(link), 9);
}

#[test]
fn interleaved_deliveries_are_put_together() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (_, a) = wire.receiver(session, "a", 1);
    let (_, b) = wire.receiver(session, "b", 1);
    let part = |handle, id: Option<u32>, more| Transfer {
        more,
        delivery_id: id,
        delivery_tag: id.map(|_| Bytes::from_static(b"t")),
        ..transfer(handle, 0)
    };
    wire.payload(session.1, part(a, Some(0), true), b"0");
    wire.payload(session.1, part(b, Some(1), true), b"0");
    for n in 1..100u8 {
        let id = (n % 2 == 0).then_some(0);
        wire.payload(session.1, part(a, id, n < 99), &[n]);
        wire.payload(session.1, part(b, None, n < 99), &[n]);
    }
    let (first, second) = (delivery(wire.event()), delivery(wire.event()));
    assert_eq!((first.delivery_id, second.delivery_id), (0, 1));
    assert_eq!(first.payload.len(), 100);
    assert_eq!(first.payload, second.payload);
    wire.no_event();
}

#[test]
fn settled_on_the_last_frame_counts() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (_, handle) = wire.receiver(session, "a", 2);
    let mut part = transfer(handle, 0);
    part.more = true;
    wire.payload(session.1, part.clone(), b"a");
    part.more = false;
    part.settled = Some(true);
    wire.payload(session.1, part, b"b");
    let got = delivery(wire.event());
    assert!(got.settled);
    assert_eq!(got.payload, "ab");
}

#[test]
fn aborted_deliveries_use_credit_only() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, handle) = wire.receiver(session, "a", 3);
    let mut part = transfer(handle, 0);
    part.more = true;
    wire.payload(session.1, part.clone(), b"a");
    part.more = false;
    part.aborted = true;
    wire.frame(session.1, part);
    assert_eq!(wire.event(), Event::CreditUsed { link });
    let mut whole = transfer(handle, 1);
    whole.aborted = true;
    wire.frame(session.1, whole);
    assert_eq!(wire.event(), Event::CreditUsed { link });
    assert_eq!(wire.engine.link_credit(link), 1);
    wire.deliver(session.1, handle, 2, b"next");
    assert_eq!(delivery(wire.event()).payload, "next");
}

#[test]
fn ids_wrap_around() {
    let mut wire = Wire::opened();
    let session = wire.session_with(Begin {
        next_outgoing_id: 0xffff_fffe,
        incoming_window: 100,
        outgoing_window: 100,
        ..Begin::default()
    });
    let (link, handle) = wire.receiver(session, "a", 100);
    for n in 0..10u32 {
        let id = 0xffff_fffeu32.wrapping_add(n);
        wire.deliver(session.1, handle, id, b"x");
        assert_eq!(delivery(wire.event()).delivery_id, id);
        wire.engine.settle(link, id, Settle::Accepted, true, None);
    }
    match wire.expect() {
        Performative::Disposition(d) => assert_eq!((d.first, d.last), (0xffff_fffe, Some(7))),
        other => panic!("{other:?}"),
    }
    wire.engine.set_credit(link, 50, false);
    match wire.expect() {
        Performative::Flow(flow) => assert_eq!(flow.next_incoming_id, Some(8)),
        other => panic!("{other:?}"),
    }
}

/// The reaction to a bad transfer: the condition of the frame that closes the scope.
fn reaction(bad: impl Fn(u32) -> Transfer, part_before: bool) -> Performative {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (_, handle) = wire.receiver(session, "a", 10);
    let mut id = 0;
    if part_before {
        let mut part = transfer(handle, 0);
        part.more = true;
        wire.payload(session.1, part, b"x");
        id = 1;
    } else {
        wire.deliver(session.1, handle, 0, b"x");
        wire.event();
    }
    let mut transfer = bad(handle);
    transfer.delivery_id = transfer.delivery_id.map(|d| d + id);
    wire.payload(session.1, transfer, b"y");
    assert_eq!(wire.engine.state(), EngineState::Open);
    match (wire.expect(), wire.event()) {
        (Performative::End(end), Event::SessionEnded { by_peer, error, .. }) => {
            assert!(!by_peer);
            assert_eq!(end.error, error);
            end.into()
        }
        (Performative::Detach(detach), Event::Detached { by_peer, error, .. }) => {
            assert!(!by_peer && detach.closed);
            assert_eq!(detach.error, error);
            // Late frames for the link do no harm, and the answer is not reported again.
            wire.deliver(session.1, handle, id + 1, b"z");
            wire.frame(session.1, flow(handle, 5));
            wire.frame(
                session.1,
                Detach {
                    handle,
                    closed: true,
                    error: None,
                },
            );
            wire.no_event();
            (*detach).into()
        }
        other => panic!("{other:?}"),
    }
}

fn condition_of(performative: Performative) -> (&'static str, String) {
    let (scope, error) = match performative {
        Performative::End(end) => ("end", end.error),
        Performative::Detach(detach) => ("detach", detach.error),
        other => panic!("{other:?}"),
    };
    (scope, error.expect("an error").condition)
}

#[test]
fn bad_transfers_close_what_they_concern() {
    let check = |bad: &dyn Fn(u32) -> Transfer, part, scope, condition: &str| {
        assert_eq!(
            condition_of(reaction(bad, part)),
            (scope, condition.to_owned())
        );
    };
    let invalid = condition::INVALID_FIELD;
    let no_id = |h| Transfer {
        delivery_id: None,
        ..transfer(h, 1)
    };
    let resume = |h| Transfer {
        resume: true,
        ..transfer(h, 1)
    };
    check(&no_id, false, "detach", invalid);
    check(&|h| transfer(h, 2), false, "end", invalid);
    check(&|h| transfer(h, 0), false, "end", invalid);
    check(&|h| transfer(h, 0), true, "detach", invalid);
    check(&resume, false, "detach", condition::NOT_IMPLEMENTED);
    check(
        &|_| transfer(99, 1),
        false,
        "end",
        condition::UNATTACHED_HANDLE,
    );
}

/// Nothing needs the tag (D25), on the first frame of a message as on the only one.
#[test]
fn deliveries_without_a_tag_are_taken() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (_, handle) = wire.receiver(session, "a", 10);
    for id in 0..3 {
        let mut first = Transfer {
            delivery_tag: None,
            more: id == 1,
            ..transfer(handle, id)
        };
        wire.payload(session.1, first.clone(), b"x");
        if first.more {
            (first.delivery_id, first.more) = (None, false);
            wire.payload(session.1, first, b"y");
        }
        let got = delivery(wire.event());
        assert_eq!(got.delivery_id, id);
        assert_eq!(got.payload, if id == 1 { "xy" } else { "x" });
    }
}

/// The link of a delivery without delivery-id is closed; what is on its way on it may use up numbers, or not, until
/// the peer has answered: on the other links the next number is taken as it comes (D25).
#[test]
fn behind_a_missing_delivery_id_the_next_one_is_taken_as_it_comes() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (bad, one) = wire.receiver(session, "a", 10);
    let (_, other) = wire.receiver(session, "b", 10);
    wire.deliver(session.1, one, 0, b"x");
    wire.event();
    let unnumbered = Transfer {
        delivery_id: None,
        ..transfer(one, 1)
    };
    wire.payload(session.1, unnumbered.clone(), b"x");
    assert!(matches!(wire.event(), Event::Detached { link, by_peer: false, .. } if link == bad));
    let (scope, condition) = condition_of(wire.expect());
    assert_eq!((scope, &*condition), ("detach", condition::INVALID_FIELD));
    wire.deliver(session.1, other, 2, b"x");
    assert_eq!(delivery(wire.event()).delivery_id, 2);
    wire.payload(session.1, unnumbered, b"on its way");
    for id in [7, 8] {
        wire.deliver(session.1, other, id, b"x");
        assert_eq!(delivery(wire.event()).delivery_id, id);
    }
    wire.frame(
        session.1,
        Detach {
            handle: one,
            closed: true,
            error: None,
        },
    );
    wire.deliver(session.1, other, 10, b"x");
    let (scope, condition) = condition_of(wire.expect());
    assert_eq!((scope, &*condition), ("end", condition::INVALID_FIELD));
}

#[test]
fn more_than_the_credit_closes_the_link() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, handle) = wire.receiver(session, "a", 2);
    for id in 0..2 {
        wire.deliver(session.1, handle, id, b"x");
        wire.event();
    }
    wire.deliver(session.1, handle, 2, b"x");
    assert!(matches!(wire.event(), Event::Detached { link: l, .. } if l == link));
    let (scope, condition) = condition_of(wire.expect());
    assert_eq!(scope, "detach");
    assert_eq!(condition, condition::TRANSFER_LIMIT_EXCEEDED);
    // The session lives, and its delivery-ids go on.
    let (_, other) = wire.receiver(session, "b", 2);
    wire.deliver(session.1, other, 3, b"x");
    assert!(matches!(wire.event(), Event::Delivery { .. }));
}

#[test]
fn credit_taken_back_may_still_be_used() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, handle) = wire.receiver(session, "a", 5);
    wire.engine.set_credit(link, 0, false);
    assert_eq!(wire.engine.link_credit(link), 0);
    // These were on their way already.
    for id in 0..5 {
        wire.deliver(session.1, handle, id, b"x");
        delivery(wire.event());
    }
    assert_eq!(wire.engine.link_credit(link), 0);
    wire.deliver(session.1, handle, 5, b"x");
    assert!(matches!(wire.event(), Event::Detached { .. }));
}

#[test]
fn credit_that_is_not_announced_does_not_count() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, handle) = wire.receiver(session, "a", 0);
    wire.engine.set_credit(link, 5, false);
    wire.deliver(session.1, handle, 0, b"x");
    assert!(matches!(wire.event(), Event::Detached { .. }));
}

#[test]
fn messages_above_the_limit_close_the_link() {
    let mut wire = Wire::open(
        EngineConfig {
            message_limit: 1000,
            ..config()
        },
        Open::default(),
    );
    let session = wire.session();
    let (_, handle) = wire.receiver(session, "a", 10);
    let mut part = transfer(handle, 0);
    part.more = true;
    wire.payload(session.1, part.clone(), &[0; 600]);
    wire.no_event();
    wire.payload(session.1, part, &[0; 600]);
    assert!(matches!(wire.event(), Event::Detached { .. }));
    let (_, condition) = condition_of(wire.expect());
    assert_eq!(condition, condition::MESSAGE_SIZE_EXCEEDED);
    let (_, handle) = wire.receiver(session, "b", 10);
    wire.deliver(session.1, handle, 1, &[0; 1001]);
    assert!(matches!(wire.event(), Event::Detached { .. }));
}

#[test]
fn a_transfer_on_our_sender_closes_the_connection() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (_, handle) = wire.sender(session, "a", 1);
    wire.deliver(session.1, handle, 0, b"x");
    wire.failed(condition::PRECONDITION_FAILED);
}

#[test]
fn a_part_is_dropped_with_its_link() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, handle) = wire.receiver(session, "a", 10);
    let mut part = transfer(handle, 0);
    part.more = true;
    wire.payload(session.1, part, b"x");
    wire.frame(
        session.1,
        Detach {
            handle,
            closed: false,
            error: None,
        },
    );
    assert!(
        matches!(wire.event(), Event::Detached { link: l, closed: false, by_peer: true, .. } if l == link)
    );
    wire.no_event();
    assert!(matches!(wire.expect(), Performative::Detach(d) if !d.closed));
}
