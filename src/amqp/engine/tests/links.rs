//! Attach, detach, refusals (P-A).

use super::*;

fn detach(handle: u32, closed: bool, error: Option<AmqpError>) -> Detach {
    Detach {
        handle,
        closed,
        error,
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

/// To close such a link would delete what is kept under its name, whatever the peer has done.
#[test]
fn what_outlives_its_link_is_only_detached() {
    let source = |policy: &str| Source {
        address: Some("t".into()),
        expiry_policy: Some(policy.into()),
        ..Source::default()
    };
    let kept = source("never");
    for (asked, closed) in [
        (Some(source("link-detach")), true),
        (Some(kept.clone()), false),
        (None, false), // asks for it by its name
    ] {
        for fails in [true, false] {
            let mut wire = Wire::opened();
            let session = wire.session();
            let spec = AttachSpec {
                name: "a".into(),
                role: Role::Receiver,
                source: asked.clone(),
                target: Some(Target::default().into()),
                ..AttachSpec::default()
            };
            let link = wire.engine.attach(session.0, spec).unwrap();
            let Performative::Attach(attach) = wire.expect() else {
                panic!("no attach");
            };
            let mut answer = *attach;
            answer.source.get_or_insert_with(|| kept.clone());
            wire.answer(session.1, &answer);
            assert!(matches!(wire.event(), Event::Attached { .. }));
            match fails {
                true => wire.deliver(session.1, answer.handle + 10, 0, b"beyond the credit"),
                false => wire.engine.leave(link),
            }
            let Performative::Detach(written) = wire.expect() else {
                panic!("no detach");
            };
            assert_eq!(written.closed, closed, "{asked:?}, fails: {fails}");
            if fails {
                let told = wire.event();
                assert!(matches!(told, Event::Detached { closed: told, .. } if told == closed));
            }
        }
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
