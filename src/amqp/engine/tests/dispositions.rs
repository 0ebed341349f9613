//! Dispositions in both directions, transactions (P-D, P-Q at the engine's level).

use super::*;

/// The peer settles sends.
fn outcome(first: u32, last: u32, settled: bool, state: Option<DeliveryState>) -> Disposition {
    Disposition {
        role: Role::Receiver,
        first,
        last: Some(last),
        settled,
        state,
        batchable: false,
    }
}

/// A wire with `count` sends without outcome, tokens 100, 101 …
fn sent(count: u64) -> (Wire, (SessionId, u16), LinkId) {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, _) = wire.sender(session, "a", 1000);
    for n in 0..count {
        wire.send(link, b"x", 100 + n).unwrap();
        wire.expect();
    }
    (wire, session, link)
}

fn tokens(wire: &mut Wire) -> Vec<u64> {
    let mut tokens = Vec::new();
    while let Some(event) = wire.engine.poll_event() {
        match event {
            Event::Outcome { first, last, .. } => tokens.extend(first..=last),
            other => panic!("{other:?}"),
        }
    }
    tokens
}

fn single(state: Option<DeliveryState>, settled: bool) -> Option<Outcome> {
    let (mut wire, session, _) = sent(1);
    wire.frame(session.1, outcome(0, 0, settled, state));
    match wire.engine.poll_event() {
        Some(Event::Outcome {
            outcome,
            first,
            last,
            ..
        }) => {
            assert_eq!((first, last), (100, 100));
            Some(outcome)
        }
        None => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_range_settles_many() {
    // case 40-P-D1: completions in the order of the sends
    let (mut wire, session, _) = sent(50);
    let accepted = Some(DeliveryState::Accepted);
    wire.frame(session.1, outcome(3, 3, true, accepted.clone()));
    assert_eq!(tokens(&mut wire), [103]);
    // Settled ids and ids of the future are passed over.
    wire.frame(session.1, outcome(0, 0x7fff_ffff, true, accepted.clone()));
    let rest: Vec<u64> = (100..150).filter(|t| *t != 103).collect();
    assert_eq!(tokens(&mut wire), rest);
    wire.frame(session.1, outcome(0, 49, true, accepted));
    assert!(tokens(&mut wire).is_empty());
    wire.silent();
}

#[test]
fn a_range_is_told_in_runs_of_one_link() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (one, _) = wire.sender(session, "a", 1000);
    let (two, _) = wire.sender(session, "b", 1000);
    let sends = [(one, 5), (one, 6), (two, 7), (two, 8), (two, 10), (one, 11)];
    for (link, token) in sends {
        wire.send(link, b"x", token).unwrap();
        wire.expect();
    }
    wire.frame(
        session.1,
        outcome(0, 5, true, Some(DeliveryState::Accepted)),
    );
    for (link, first, last) in [(one, 5, 6), (two, 7, 8), (two, 10, 10), (one, 11, 11)] {
        let outcome = Outcome::Accepted;
        assert_eq!(
            wire.event(),
            Event::Outcome {
                link,
                first,
                last,
                outcome
            }
        );
    }
    wire.silent();
}

#[test]
fn a_range_of_half_the_numbers_is_quick() {
    let (mut wire, session, _) = sent(1);
    let from = 1u32 << 31;
    wire.frame(
        session.1,
        outcome(from, 0, true, Some(DeliveryState::Accepted)),
    );
    assert_eq!(tokens(&mut wire), [100]);
}

#[test]
fn a_range_backwards_closes_the_connection() {
    let (mut wire, session, _) = sent(3);
    wire.frame(
        session.1,
        outcome(2, 1, true, Some(DeliveryState::Accepted)),
    );
    assert!(
        wire.engine
            .events
            .iter()
            .all(|e| matches!(e, Event::Failed { .. }))
    );
    wire.failed(condition::NOT_ALLOWED);
}

#[test]
fn states_become_outcomes() {
    use DeliveryState as S;
    let problem = Some(Box::new(error("amqp:resource-limit-exceeded")));
    let modified = S::Modified {
        delivery_failed: true,
        undeliverable_here: true,
        message_annotations: vec![],
    };
    let in_txn = |outcome: Option<S>| {
        Some(S::Transactional {
            txn_id: Bytes::from_static(b"t"),
            outcome: outcome.map(Box::new),
        })
    };
    for settled in [true, false] {
        for (state, outcome) in [
            (S::Accepted, Outcome::Accepted),
            (S::Rejected(None), Outcome::Rejected(None)),
            (
                S::Rejected(problem.clone()),
                Outcome::Rejected(problem.clone()),
            ),
            (S::Released, Outcome::Released),
            (
                modified.clone(),
                Outcome::Modified {
                    delivery_failed: true,
                    undeliverable_here: true,
                },
            ),
            (
                S::Declared(Some(Bytes::from_static(b"id"))),
                Outcome::Declared(Bytes::from_static(b"id")),
            ),
        ] {
            assert_eq!(single(Some(state.clone()), settled), Some(outcome.clone()));
            assert_eq!(single(in_txn(Some(state)), settled), Some(outcome));
        }
        assert!(matches!(
            single(Some(S::Declared(None)), settled),
            Some(Outcome::Rejected(Some(_)))
        ));
    }
    let received = S::Received {
        section_number: 0,
        section_offset: 0,
    };
    for state in [None, in_txn(None), Some(received), Some(S::Unknown(0x99))] {
        assert_eq!(single(state.clone(), true), Some(Outcome::None));
        assert_eq!(single(state, false), None);
    }
}

#[test]
fn an_unsettled_outcome_is_settled_by_us() {
    let (mut wire, session, _) = sent(10);
    wire.frame(
        session.1,
        outcome(0, 4, true, Some(DeliveryState::Accepted)),
    );
    tokens(&mut wire);
    wire.frame(
        session.1,
        outcome(2, 20, false, Some(DeliveryState::Released)),
    );
    assert_eq!(tokens(&mut wire), [105, 106, 107, 108, 109]);
    assert_eq!(
        wire.expect(),
        Disposition {
            role: Role::Sender,
            first: 5,
            last: Some(9),
            settled: true,
            state: Some(DeliveryState::Released),
            batchable: false
        }
        .into()
    );
    wire.silent();
}

#[test]
fn outcomes_of_a_lost_link_do_not_reach_its_successor() {
    let (mut wire, session, link) = sent(2);
    wire.frame(
        session.1,
        Detach {
            handle: 10,
            closed: true,
            error: None,
        },
    );
    assert!(matches!(wire.event(), Event::Detached { .. }));
    wire.expect();
    let (next, _) = wire.sender(session, "b", 5);
    assert_ne!(next, link);
    assert_eq!(wire.send(link, b"x", 0), Err(SendError::Detached));
    wire.frame(
        session.1,
        outcome(0, 9, true, Some(DeliveryState::Accepted)),
    );
    wire.no_event();
}

// --- our acknowledges ------------------------------------------------------------------------

/// A wire on which messages 0 to `count` - 1 were received.
fn received(count: u32) -> (Wire, (SessionId, u16), LinkId, u32) {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, handle) = wire.receiver(session, "a", 2000);
    for id in 0..count {
        wire.deliver(session.1, handle, id, b"x");
        wire.event();
    }
    (wire, session, link, handle)
}

fn dispositions(wire: &mut Wire) -> Vec<(u32, u32, Option<DeliveryState>)> {
    let mut list = Vec::new();
    while let Some(frame) = wire.next_frame() {
        match frame.performative {
            Some(Performative::Disposition(d)) => {
                assert_eq!(d.role, Role::Receiver);
                list.push((d.first, d.last.unwrap_or(d.first), d.state));
            }
            other => panic!("{other:?}"),
        }
    }
    list
}

#[test]
fn neighbours_travel_in_one_frame() {
    let (mut wire, _, link, _) = received(1000);
    for id in 0..1000 {
        wire.engine.settle(link, id, Settle::Accepted, true, None);
    }
    assert!(wire.engine.output_len() > 0);
    assert_eq!(
        dispositions(&mut wire),
        [(0, 999, Some(DeliveryState::Accepted))]
    );
    assert_eq!(wire.engine.output_len(), 0);
}

#[test]
fn gaps_and_other_states_end_a_run() {
    let (mut wire, _, link, _) = received(10);
    let accepted = Some(DeliveryState::Accepted);
    for id in [0, 1, 3, 5] {
        wire.engine.settle(link, id, Settle::Accepted, true, None);
    }
    wire.engine.settle(link, 6, Settle::Released, true, None);
    wire.engine
        .settle(link, 7, Settle::Accepted, true, Some(b"t1"));
    wire.engine
        .settle(link, 8, Settle::Accepted, true, Some(b"t2"));
    let list = dispositions(&mut wire);
    let ranges: Vec<(u32, u32)> = list.iter().map(|(a, b, _)| (*a, *b)).collect();
    assert_eq!(ranges, [(0, 1), (3, 3), (5, 5), (6, 6), (7, 7), (8, 8)]);
    assert_eq!(list[0].2, accepted);
    assert_eq!(list[3].2, Some(DeliveryState::Released));
    assert_eq!(
        list[5].2,
        Some(DeliveryState::Transactional {
            txn_id: Bytes::from_static(b"t2"),
            outcome: Some(Box::new(DeliveryState::Accepted))
        })
    );
}

#[test]
fn acknowledges_go_before_detach_end_and_close() {
    for scope in 0..3 {
        let (mut wire, session, link, _) = received(1);
        wire.engine.settle(link, 0, Settle::Accepted, true, None);
        match scope {
            0 => wire.engine.detach(link, true, None),
            1 => wire.engine.end(session.0, None),
            _ => wire.engine.close(None),
        }
        assert!(matches!(wire.expect(), Performative::Disposition(_)));
        assert!(!matches!(wire.expect(), Performative::Disposition(_)));
        wire.silent();
        wire.engine.settle(link, 0, Settle::Accepted, true, None);
        wire.silent();
    }
}

#[test]
fn confirmed_acknowledges_are_reported_once() {
    let (mut wire, session, link, _) = received(5);
    for id in 0..5 {
        wire.engine
            .settle(link, id, Settle::Accepted, id != 2, None);
    }
    let settled: Vec<bool> = (0..3)
        .map(|_| match wire.expect() {
            Performative::Disposition(d) => d.settled,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(settled, [true, false, true]);
    let confirm = Disposition {
        role: Role::Sender,
        first: 0,
        last: Some(0x7fff_ffff),
        settled: true,
        state: Some(DeliveryState::Accepted),
        batchable: false,
    };
    wire.frame(
        session.1,
        Disposition {
            settled: false,
            ..confirm.clone()
        },
    );
    wire.no_event();
    wire.frame(session.1, confirm.clone());
    assert_eq!(
        wire.event(),
        Event::AckSettled {
            link,
            delivery_id: 2
        }
    );
    wire.frame(session.1, confirm);
    wire.no_event();
}

#[test]
fn batchable_follows_the_link() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let id = wire
        .engine
        .attach(
            session.0,
            AttachSpec {
                name: "a".into(),
                role: Role::Receiver,
                source: Some(Source::default()),
                batchable: true,
                ..AttachSpec::default()
            },
        )
        .unwrap();
    let Performative::Attach(attach) = wire.expect() else {
        panic!("no attach");
    };
    wire.answer(session.1, &attach);
    wire.event();
    wire.engine.settle(id, 0, Settle::Accepted, true, None);
    assert!(matches!(wire.expect(), Performative::Disposition(d) if d.batchable));
}

// --- transactions ----------------------------------------------------------------------------

#[test]
fn transactions_are_declared_and_discharged() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let coordinator = wire
        .engine
        .attach(
            session.0,
            AttachSpec {
                name: "txn".into(),
                source: Some(Source::default()),
                target: Some(
                    Coordinator {
                        capabilities: vec!["amqp:local-transactions".into()],
                    }
                    .into(),
                ),
                ..AttachSpec::default()
            },
        )
        .unwrap();
    let Performative::Attach(attach) = wire.expect() else {
        panic!("no attach");
    };
    assert!(matches!(attach.target, Some(LinkTarget::Coordinator(_))));
    wire.answer(session.1, &attach);
    wire.event();
    wire.frame(session.1, flow(10, 1));
    assert_eq!(wire.event(), Event::Credit { link: coordinator });
    let (link, handle) = wire.receiver(session, "a", 5);
    wire.engine.declare(coordinator, 1).unwrap();
    assert_eq!(
        wire.engine.declare(coordinator, 2),
        Err(SendError::NoCredit)
    );
    let frame = wire.expect_frame();
    assert_eq!(
        frame.payload,
        &[0x00, 0x53, 0x77, 0x00, 0x53, 0x31, 0x45][..]
    );
    let txn = Bytes::from(vec![7u8; 200]);
    wire.frame(
        session.1,
        outcome(0, 0, true, Some(DeliveryState::Declared(Some(txn.clone())))),
    );
    assert_eq!(
        wire.event(),
        Event::Outcome {
            link: coordinator,
            first: 1,
            last: 1,
            outcome: Outcome::Declared(txn.clone())
        }
    );
    wire.deliver(session.1, handle, 0, b"x");
    wire.event();
    wire.engine
        .settle(link, 0, Settle::Accepted, true, Some(&txn));
    let mut more = flow(10, 1);
    more.delivery_count = Some(1);
    wire.frame(session.1, more);
    wire.event();
    wire.engine.discharge(coordinator, &txn, false, 3).unwrap();
    assert!(matches!(wire.expect(), Performative::Disposition(_)));
    let frame = wire.expect_frame();
    let mut payload = crate::amqp::codec::Decoder::new(&frame.payload);
    assert_eq!(payload.descriptor().unwrap().code(), Some(code::AMQP_VALUE));
    assert_eq!(
        Discharge::decode(&mut payload).unwrap(),
        Discharge {
            txn_id: txn,
            fail: false
        }
    );
    wire.frame(
        session.1,
        outcome(1, 1, true, Some(DeliveryState::Accepted)),
    );
    assert_eq!(
        wire.event(),
        Event::Outcome {
            link: coordinator,
            first: 3,
            last: 3,
            outcome: Outcome::Accepted
        }
    );
}
