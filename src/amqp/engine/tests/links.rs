//! Attach, detach, credit, drain (P-A, P-C).

use super::*;

fn detach(handle: u32, closed: bool, error: Option<AmqpError>) -> Detach {
    Detach {
        handle,
        closed,
        error,
    }
}

fn our_flow(wire: &mut Wire) -> Flow {
    match wire.expect() {
        Performative::Flow(flow) => *flow,
        other => panic!("{other:?}"),
    }
}

#[test]
fn refusals_are_reported_with_the_error_of_the_detach() {
    for role in [Role::Sender, Role::Receiver] {
        let mut wire = Wire::opened();
        let session = wire.session();
        let (link, attach) = wire.attaching(session.0, "a", role);
        let mut answer = Attach {
            role: role.opposite(),
            handle: 4,
            ..attach
        };
        match role {
            Role::Sender => answer.target = None,
            Role::Receiver => answer.source = None,
        }
        wire.frame(session.1, answer);
        wire.no_event();
        assert!(wire.engine.refusal_pending(link));
        assert_eq!(wire.send(link, b"x", 0), Err(SendError::Detached));
        let problem = Some(error("amqp:not-found"));
        wire.frame(session.1, detach(4, true, problem.clone()));
        assert_eq!(
            wire.event(),
            Event::AttachRefused {
                link,
                error: problem
            }
        );
        assert_eq!(wire.expect(), detach(0, true, None).into());
        assert!(!wire.engine.refusal_pending(link));
        // The handle is free again.
        assert_eq!(wire.attaching(session.0, "b", role).1.handle, 0);
    }
}

#[test]
fn a_refusal_may_be_given_up() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, attach) = wire.attaching(session.0, "a", Role::Receiver);
    wire.frame(
        session.1,
        Attach {
            role: Role::Sender,
            source: None,
            ..attach
        },
    );
    wire.engine.detach(link, true, None);
    assert_eq!(wire.expect(), detach(0, true, None).into());
    wire.frame(session.1, detach(0, true, None));
    assert!(matches!(
        wire.event(),
        Event::Detached { by_peer: false, .. }
    ));
    wire.silent();
}

#[test]
fn detach_without_attach_is_a_refusal() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (a, _) = wire.attaching(session.0, "a", Role::Receiver);
    let (b, _) = wire.attaching(session.0, "b", Role::Receiver);
    // The handle is ours …
    wire.frame(session.1, detach(1, true, None));
    assert_eq!(
        wire.event(),
        Event::AttachRefused {
            link: b,
            error: None
        }
    );
    // … or unknown: then the oldest is meant.
    wire.frame(session.1, detach(55, true, None));
    assert_eq!(
        wire.event(),
        Event::AttachRefused {
            link: a,
            error: None
        }
    );
    assert_eq!(wire.expect(), detach(1, true, None).into());
    assert_eq!(wire.expect(), detach(0, true, None).into());
    wire.silent();
}

#[test]
fn answers_may_come_in_another_order() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (a, attach_a) = wire.attaching(session.0, "same", Role::Receiver);
    let (b, attach_b) = wire.attaching(session.0, "same", Role::Sender);
    wire.answer(session.1, &attach_b);
    wire.answer(session.1, &attach_a);
    assert!(matches!(wire.event(), Event::Attached { link, .. } if link == b));
    assert!(matches!(wire.event(), Event::Attached { link, .. } if link == a));
}

#[test]
fn what_the_peer_answers_is_passed_on() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (_, attach) = wire.attaching(session.0, "a", Role::Sender);
    wire.frame(
        session.1,
        Attach {
            role: Role::Receiver,
            offered_capabilities: vec!["DELAYED_DELIVERY".into()],
            snd_settle_mode: Some(2),
            max_message_size: Some(77),
            ..attach.clone()
        },
    );
    match wire.event() {
        Event::Attached { answer, .. } => {
            assert_eq!(answer.offered_capabilities, ["DELAYED_DELIVERY"]);
            assert_eq!(answer.source, attach.source);
            assert_eq!(answer.target, attach.target);
            assert_eq!(answer.max_message_size, 77);
            assert_eq!(answer.snd_settle_mode, Some(2));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn live_and_unknown_handles() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (_, handle) = wire.link(session, "a", Role::Sender);
    let (_, attach) = wire.attaching(session.0, "b", Role::Sender);
    wire.frame(
        session.1,
        Attach {
            role: Role::Receiver,
            handle,
            ..attach
        },
    );
    let ended = |wire: &mut Wire, condition: &str| {
        match wire.event() {
            Event::SessionEnded { error, by_peer, .. } => {
                assert!(!by_peer);
                assert_eq!(error.unwrap().condition, condition);
            }
            other => panic!("{other:?}"),
        }
        assert!(matches!(wire.expect(), Performative::End(_)));
        // The answer is not reported a second time.
        wire.frame(session.1, End::default());
        wire.no_event();
        assert_eq!(wire.engine.state(), EngineState::Open);
    };
    ended(&mut wire, condition::HANDLE_IN_USE);
    let again = wire.session();
    assert_eq!(again.1, session.1);
    wire.frame(session.1, flow(3, 1));
    ended(&mut wire, condition::UNATTACHED_HANDLE);
    wire.session();
    wire.frame(session.1, detach(3, true, None));
    ended(&mut wire, condition::UNATTACHED_HANDLE);
    wire.session();
    wire.deliver(session.1, 3, 0, b"x");
    ended(&mut wire, condition::UNATTACHED_HANDLE);
    wire.session();
    wire.frame(
        session.1,
        Attach {
            handle: 65_536,
            ..Attach::default()
        },
    );
    wire.failed(condition::FRAMING_ERROR);
}

#[test]
fn links_of_the_peer_are_refused() {
    let mut wire = Wire::opened();
    let session = wire.session();
    for role in [Role::Sender, Role::Receiver] {
        wire.frame(
            session.1,
            Attach {
                name: "theirs".into(),
                handle: 3,
                role,
                source: Some(Source::default()),
                target: Some(Target::default().into()),
                ..Attach::default()
            },
        );
        match wire.expect() {
            Performative::Attach(answer) => {
                assert_eq!(answer.name, "theirs");
                assert_eq!(answer.role, role.opposite());
                assert!(answer.source.is_none() && answer.target.is_none());
            }
            other => panic!("{other:?}"),
        }
        match wire.expect() {
            Performative::Detach(detach) => {
                assert!(detach.closed);
                assert_eq!(detach.error.unwrap().condition, condition::NOT_ALLOWED);
            }
            other => panic!("{other:?}"),
        }
        wire.frame(session.1, detach(3, true, None));
        wire.no_event();
        wire.silent();
    }
}

#[test]
fn a_peer_that_goes_on_attaching_loses_its_session() {
    let mut wire = Wire::opened();
    let session = wire.session();
    for handle in 0..=1000 {
        wire.no_event();
        wire.frame(
            session.1,
            Attach {
                handle,
                ..Attach::default()
            },
        );
    }
    assert!(matches!(
        wire.event(),
        Event::SessionEnded { by_peer: false, .. }
    ));
}

#[test]
fn detaches_cross() {
    for closed in [true, false] {
        let mut wire = Wire::opened();
        let session = wire.session();
        let (link, handle) = wire.receiver(session, "a", 5);
        wire.engine.detach(link, true, None);
        wire.engine.detach(link, true, None);
        assert_eq!(wire.expect(), detach(0, true, None).into());
        // Late frames are ignored.
        wire.deliver(session.1, handle, 0, b"x");
        wire.frame(session.1, flow(handle, 5));
        wire.no_event();
        // The handle is not free before the answer.
        assert_eq!(wire.attaching(session.0, "b", Role::Sender).1.handle, 1);
        wire.frame(session.1, detach(handle, closed, None));
        assert_eq!(
            wire.event(),
            Event::Detached {
                link,
                closed,
                error: None,
                by_peer: false
            }
        );
        wire.silent();
        assert_eq!(wire.attaching(session.0, "c", Role::Sender).1.handle, 0);
    }
}

#[test]
fn a_detach_is_answered_in_kind() {
    for closed in [true, false] {
        let mut wire = Wire::opened();
        let session = wire.session();
        let (link, handle) = wire.sender(session, "a", 5);
        let stolen = Some(error("amqp:link:stolen"));
        wire.frame(session.1, detach(handle, closed, stolen.clone()));
        assert_eq!(
            wire.event(),
            Event::Detached {
                link,
                closed,
                error: stolen,
                by_peer: true
            }
        );
        assert_eq!(wire.expect(), detach(0, closed, None).into());
        assert_eq!(wire.engine.credit(link), 0);
    }
}

#[test]
fn an_attach_may_be_given_up_before_its_answer() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, attach) = wire.attaching(session.0, "a", Role::Receiver);
    wire.engine.detach(link, true, None);
    wire.expect();
    wire.answer(session.1, &attach);
    wire.no_event();
    wire.deliver(session.1, 10, 0, b"x");
    wire.frame(session.1, detach(10, true, None));
    assert!(matches!(wire.event(), Event::Detached { .. }));
    wire.silent();
}

#[test]
fn an_attach_that_does_not_fit_is_not_sent() {
    let mut wire = Wire::open(
        config(),
        Open {
            max_frame_size: Some(512),
            ..Open::default()
        },
    );
    let session = wire.session();
    let spec = AttachSpec {
        name: "x".repeat(600),
        ..AttachSpec::default()
    };
    assert_eq!(
        wire.engine.attach(session.0, spec),
        Err(EngineError::TooLarge)
    );
    wire.silent();
}

#[test]
fn handles_are_limited_by_the_peer() {
    let mut wire = Wire::opened();
    let session = wire.session_with(Begin {
        handle_max: Some(1),
        incoming_window: 10,
        outgoing_window: 10,
        ..Begin::default()
    });
    wire.attaching(session.0, "a", Role::Sender);
    wire.attaching(session.0, "b", Role::Sender);
    assert_eq!(
        wire.engine.attach(session.0, AttachSpec::default()),
        Err(EngineError::NoHandle)
    );
}

// --- credit of our senders -------------------------------------------------------------------

#[test]
fn credit_is_never_exceeded() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, handle) = wire.link(session, "a", Role::Sender);
    assert_eq!(wire.send(link, b"x", 0), Err(SendError::NoCredit));
    for n in 0..5u32 {
        let mut one = flow(handle, 1);
        one.delivery_count = Some(n);
        wire.frame(session.1, one);
        assert_eq!(wire.event(), Event::Credit { link });
        assert_eq!(wire.engine.credit(link), 1);
        assert_eq!(wire.send(link, b"x", 0), Ok(n));
        assert_eq!(wire.send(link, b"x", 0), Err(SendError::NoCredit));
    }
}

#[test]
fn credit_can_be_taken_back() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, handle) = wire.sender(session, "a", 100);
    wire.send(link, b"x", 0).unwrap();
    wire.frame(session.1, flow(handle, 0));
    assert_eq!(wire.engine.credit(link), 0);
    assert_eq!(wire.send(link, b"x", 0), Err(SendError::NoCredit));
    wire.frame(session.1, flow(handle, 2));
    assert_eq!(wire.event(), Event::Credit { link });
    assert_eq!(wire.engine.credit(link), 1);
}

#[test]
fn a_flow_without_delivery_count_counts_from_the_start() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, handle) = wire.link(session, "a", Role::Sender);
    let mut early = flow(handle, 3);
    early.delivery_count = None;
    wire.frame(session.1, early);
    assert_eq!(wire.engine.credit(link), 3);
}

#[test]
fn the_peers_drain_is_answered() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, handle) = wire.sender(session, "a", 5);
    let mut drain = flow(handle, 5);
    drain.drain = true;
    wire.frame(session.1, drain.clone());
    // What waits here is sent before the answer.
    wire.send(link, b"x", 0).unwrap();
    assert!(matches!(wire.expect(), Performative::Transfer(_)));
    let answer = our_flow(&mut wire);
    assert_eq!(answer.delivery_count, Some(5));
    assert_eq!(answer.link_credit, Some(0));
    assert!(answer.drain);
    assert_eq!(wire.engine.credit(link), 0);
    // Also without credit there is an answer.
    drain.delivery_count = Some(5);
    drain.link_credit = Some(0);
    wire.frame(session.1, drain);
    assert_eq!(our_flow(&mut wire).delivery_count, Some(5));
    wire.silent();
}

#[test]
fn an_echo_is_answered_for_its_link() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, handle) = wire.sender(session, "a", 5);
    wire.engine.set_available(link, 7);
    let mut echo = flow(handle, 5);
    echo.echo = true;
    wire.frame(session.1, echo);
    let answer = our_flow(&mut wire);
    assert_eq!(answer.handle, Some(0));
    assert_eq!(answer.link_credit, Some(5));
    assert_eq!(answer.available, Some(7));
    assert!(!answer.echo);
    wire.silent();
}

// --- credit of our receivers -----------------------------------------------------------------

#[test]
fn credit_given_before_the_attach_is_told_after_it() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, attach) = wire.attaching(session.0, "a", Role::Receiver);
    wire.engine.set_credit(link, 7, false);
    wire.silent();
    wire.frame(
        session.1,
        Attach {
            role: Role::Sender,
            initial_delivery_count: Some(0xffff_ffff),
            ..attach
        },
    );
    let flow = our_flow(&mut wire);
    assert_eq!(flow.delivery_count, Some(0xffff_ffff));
    assert_eq!(flow.link_credit, Some(7));
    wire.event();
    for id in 0..7 {
        wire.deliver(session.1, 0, id, b"x");
        assert!(matches!(wire.event(), Event::Delivery { .. }));
    }
    assert_eq!(wire.engine.link_credit(link), 0);
}

#[test]
fn several_changes_of_credit_are_one_flow() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, _) = wire.receiver(session, "a", 5);
    for credit in 6..20 {
        wire.engine.set_credit(link, credit, false);
    }
    assert_eq!(our_flow(&mut wire).link_credit, Some(19));
    wire.silent();
}

#[test]
fn a_drain_ends_when_the_credit_is_used_up() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, handle) = wire.receiver(session, "a", 5);
    wire.engine.drain(link);
    let asked = our_flow(&mut wire);
    assert!(asked.drain);
    assert_eq!(asked.link_credit, Some(5));
    // Messages first, then a flow without the drain flag.
    wire.deliver(session.1, handle, 0, b"x");
    assert!(matches!(wire.event(), Event::Delivery { .. }));
    wire.no_event();
    let mut answer = flow(handle, 0);
    answer.delivery_count = Some(5);
    wire.frame(session.1, answer.clone());
    assert_eq!(wire.event(), Event::Drained { link });
    wire.frame(session.1, answer);
    wire.no_event();
    // The next credit ends the drain on the wire.
    wire.engine.set_credit(link, 5, false);
    let next = our_flow(&mut wire);
    assert!(!next.drain);
    assert_eq!(next.delivery_count, Some(5));
    wire.deliver(session.1, handle, 1, b"x");
    assert!(matches!(wire.event(), Event::Delivery { .. }));
}

#[test]
fn a_drain_may_end_with_messages_alone() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, handle) = wire.receiver(session, "a", 2);
    wire.engine.drain(link);
    wire.deliver(session.1, handle, 0, b"x");
    let mut last = transfer(handle, 1);
    last.more = true;
    wire.payload(session.1, last.clone(), b"x");
    assert!(matches!(wire.event(), Event::Delivery { .. }));
    // The credit is used, but the message is not complete.
    wire.no_event();
    last.more = false;
    wire.payload(session.1, last, b"x");
    assert!(matches!(wire.event(), Event::Delivery { .. }));
    assert_eq!(wire.event(), Event::Drained { link });
}

#[test]
fn a_drain_without_credit_is_over_at_once() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, _) = wire.receiver(session, "a", 0);
    wire.engine.drain(link);
    assert_eq!(wire.event(), Event::Drained { link });
    let (link, _) = wire.attaching(session.0, "b", Role::Receiver);
    wire.engine.drain(link);
    assert_eq!(wire.event(), Event::Drained { link });
}

#[test]
fn a_lying_delivery_count_cannot_run_away() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, handle) = wire.receiver(session, "a", 10);
    for count in [0x7fff_ffff, 0x8000_0000, 0xffff_ffff] {
        let mut lie = flow(handle, 0);
        lie.delivery_count = Some(count);
        wire.frame(session.1, lie);
    }
    assert_eq!(wire.event(), Event::CreditUsed { link });
    wire.no_event();
    assert_eq!(wire.engine.link_credit(link), 0);
    wire.engine.set_credit(link, 5, false);
    assert_eq!(our_flow(&mut wire).delivery_count, Some(10));
}

#[test]
fn stale_ids_do_no_harm() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (old, handle) = wire.receiver(session, "a", 10);
    wire.frame(session.1, detach(handle, true, None));
    wire.event();
    wire.expect();
    let (new, _) = wire.receiver(session, "b", 10);
    assert_ne!(old, new);
    wire.engine.set_credit(old, 99, true);
    wire.engine.settle(old, 0, Settle::Accepted, true, None);
    wire.engine.detach(old, true, None);
    wire.engine.set_available(old, 1);
    assert_eq!(wire.engine.link_credit(old), 0);
    assert_eq!(wire.engine.credit(old), 0);
    assert_eq!(wire.engine.max_message_size(old), 0);
    assert_eq!(wire.engine.declare(old, 0), Err(SendError::Detached));
    assert_eq!(wire.engine.link_credit(new), 10);
    wire.silent();
    wire.no_event();
}
