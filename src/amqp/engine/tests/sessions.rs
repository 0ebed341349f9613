//! Begin, end, the session fields of flows (P-W, P-O10).

use super::*;

#[test]
fn the_peer_may_use_other_channels() {
    let mut wire = Wire::opened();
    let a = wire.engine.begin().unwrap();
    let b = wire.engine.begin().unwrap();
    assert_eq!(wire.expect_frame().channel, 0);
    assert_eq!(wire.expect_frame().channel, 1);
    let answer = |channel| Begin {
        remote_channel: Some(channel),
        incoming_window: 10,
        outgoing_window: 10,
        ..Begin::default()
    };
    wire.frame(500, answer(1));
    wire.frame(300, answer(0));
    assert_eq!(wire.event(), Event::Begun(b));
    assert_eq!(wire.event(), Event::Begun(a));
    let (link, _) = wire.sender((b, 500), "x", 5);
    wire.send(link, b"x", 0).unwrap();
    assert_eq!(wire.expect_frame().channel, 1);
}

#[test]
fn a_bad_begin_closes_the_connection() {
    let begin = |remote| Begin {
        remote_channel: remote,
        ..Begin::default()
    };
    let mut wire = Wire::opened();
    wire.frame(0, begin(Some(7)));
    wire.failed(condition::FRAMING_ERROR);
    let mut wire = Wire::opened();
    let (_, channel) = wire.session();
    wire.frame(channel, begin(Some(channel)));
    wire.failed(condition::FRAMING_ERROR);
    let mut wire = Wire::opened();
    let (_, channel) = wire.session();
    wire.frame(channel + 1, begin(Some(channel)));
    wire.failed(condition::FRAMING_ERROR);
}

#[test]
fn sessions_of_the_peer_are_refused() {
    let mut wire = Wire::opened();
    wire.session();
    for round in 0..3 {
        wire.frame(9, Begin::default());
        match wire.expect_frame() {
            Frame {
                channel: 1,
                performative: Some(Performative::Begin(begin)),
                ..
            } => assert_eq!(begin.remote_channel, Some(9)),
            other => panic!("{other:?}"),
        }
        match wire.expect() {
            Performative::End(end) => {
                assert_eq!(end.error.unwrap().condition, condition::NOT_ALLOWED);
            }
            other => panic!("{other:?}"),
        }
        wire.frame(9, flow(1, 1));
        wire.frame(9, End::default());
        wire.no_event();
        wire.silent();
        assert_eq!(wire.engine.state(), EngineState::Open, "round {round}");
    }
}

#[test]
fn a_peer_that_begins_without_end_is_cut_off() {
    let mut wire = Wire::open(
        config(),
        Open {
            channel_max: Some(10),
            ..Open::default()
        },
    );
    for channel in 0..12 {
        wire.frame(channel, Begin::default());
    }
    wire.failed(condition::NOT_ALLOWED);
}

#[test]
fn the_peer_ends_a_session() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let other = wire.session();
    let (sender, _) = wire.sender(session, "a", 5);
    let (receiver, _) = wire.receiver(session, "b", 5);
    let (pending, _) = wire.attaching(session.0, "c", Role::Sender);
    let (alive, _) = wire.sender(other, "d", 5);
    wire.send(sender, b"x", 1).unwrap();
    wire.expect();
    let problem = Some(error("amqp:internal-error"));
    wire.frame(
        session.1,
        End {
            error: problem.clone(),
        },
    );
    assert_eq!(
        wire.event(),
        Event::SessionEnded {
            session: session.0,
            error: problem,
            by_peer: true
        }
    );
    wire.no_event();
    assert_eq!(wire.expect(), End::default().into());
    for link in [sender, receiver, pending] {
        assert_eq!(wire.send(link, b"x", 0), Err(SendError::Detached));
        wire.engine.set_credit(link, 5, false);
        wire.engine.settle(link, 0, Settle::Accepted, true, None);
        wire.engine.detach(link, true, None);
        assert_eq!(wire.engine.link_credit(link), 0);
    }
    wire.engine.end(session.0, None);
    wire.silent();
    assert_eq!(
        wire.engine.attach(session.0, AttachSpec::default()),
        Err(EngineError::NoSession)
    );
    assert!(wire.send(alive, b"x", 1).is_ok());
    assert!(matches!(wire.expect(), Performative::Transfer(_)));
    // The channel is used again, the old id stays dead.
    let again = wire.session();
    assert_eq!(again.1, session.1);
    assert_ne!(again.0, session.0);
    assert!(
        wire.engine
            .attach(session.0, AttachSpec::default())
            .is_err()
    );
}

#[test]
fn end_before_the_answer_to_begin() {
    for channel in [0, 44] {
        let mut wire = Wire::opened();
        let id = wire.engine.begin().unwrap();
        wire.expect();
        let problem = Some(error("amqp:not-allowed"));
        wire.frame(
            channel,
            End {
                error: problem.clone(),
            },
        );
        assert_eq!(
            wire.event(),
            Event::SessionEnded {
                session: id,
                error: problem,
                by_peer: true
            }
        );
        assert_eq!(wire.expect(), End::default().into());
        assert_eq!(wire.session().1, 0);
    }
    let mut wire = Wire::opened();
    wire.frame(0, End::default());
    wire.failed(condition::FRAMING_ERROR);
}

#[test]
fn a_channel_is_not_reused_before_its_answer() {
    let mut wire = Wire::opened();
    let given_up = wire.engine.begin().unwrap();
    wire.expect();
    wire.engine.end(given_up, None);
    assert_eq!(wire.expect(), End::default().into());
    let (_, channel) = wire.session();
    assert_eq!(channel, 1);
    // The late answer, then the end.
    wire.frame(
        0,
        Begin {
            remote_channel: Some(0),
            ..Begin::default()
        },
    );
    wire.no_event();
    wire.frame(0, End::default());
    assert!(matches!(
        wire.event(),
        Event::SessionEnded { session, by_peer: false, .. } if session == given_up
    ));
    wire.silent();
    assert_eq!(wire.session().1, 0);
}

#[test]
fn frames_after_our_end_are_ignored() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, handle) = wire.receiver(session, "a", 5);
    wire.engine.end(session.0, None);
    wire.expect();
    wire.deliver(session.1, handle, 0, b"x");
    wire.frame(session.1, flow(77, 1));
    wire.frame(
        session.1,
        Detach {
            handle,
            ..Detach::default()
        },
    );
    wire.frame(session.1, Disposition::default());
    wire.no_event();
    wire.frame(session.1, End::default());
    assert_eq!(
        wire.event(),
        Event::SessionEnded {
            session: session.0,
            error: None,
            by_peer: false
        }
    );
    wire.engine.detach(link, true, None);
    wire.silent();
}

#[test]
fn frames_on_unknown_channels_close_the_connection() {
    let frames: [Performative; 5] = [
        flow(0, 1).into(),
        transfer(0, 0).into(),
        Disposition::default().into(),
        Detach::default().into(),
        Attach::default().into(),
    ];
    for frame in frames {
        let mut wire = Wire::opened();
        wire.session();
        wire.frame(5, frame);
        wire.failed(condition::FRAMING_ERROR);
    }
}

#[test]
fn flows_carry_the_counters_of_the_moment_they_are_written() {
    let mut wire = Wire::opened();
    let session = wire.session_with(Begin {
        next_outgoing_id: 100,
        incoming_window: 1000,
        outgoing_window: 1000,
        ..Begin::default()
    });
    let (sender, _) = wire.sender(session, "a", 100);
    let (receiver, handle) = wire.receiver(session, "b", 100);
    // The flow is asked for first, but transfers go in both directions before it is written.
    wire.engine.set_credit(receiver, 50, false);
    for id in 0..3 {
        wire.send(sender, b"x", 0).unwrap();
        wire.deliver(session.1, handle, id, b"y");
        wire.event();
    }
    for _ in 0..3 {
        assert!(matches!(wire.expect(), Performative::Transfer(_)));
    }
    match wire.expect() {
        Performative::Flow(flow) => {
            assert_eq!(flow.next_outgoing_id, 3);
            assert_eq!(flow.next_incoming_id, Some(103));
            assert_eq!(flow.delivery_count, Some(3));
            assert_eq!(flow.link_credit, Some(47));
            assert_eq!(flow.incoming_window, 2_147_483_647);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_lost_count_of_the_peer_is_caught_up() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let mut ahead = flow(0, 0);
    ahead.handle = None;
    ahead.next_outgoing_id = 40;
    ahead.echo = true;
    wire.frame(session.1, ahead.clone());
    ahead.next_outgoing_id = 30;
    wire.frame(session.1, ahead);
    match wire.expect() {
        Performative::Flow(flow) => {
            assert_eq!(flow.next_incoming_id, Some(40));
            assert_eq!(flow.handle, None);
        }
        other => panic!("{other:?}"),
    }
    // Two echoes, one answer.
    wire.silent();
}

#[test]
fn huge_windows_do_not_overflow() {
    let mut wire = Wire::opened();
    let session = wire.session_with(Begin {
        incoming_window: u32::MAX,
        outgoing_window: u32::MAX,
        ..Begin::default()
    });
    let (link, handle) = wire.link(session, "a", Role::Sender);
    let mut huge = flow(handle, u32::MAX);
    huge.incoming_window = u32::MAX;
    huge.next_incoming_id = None;
    huge.delivery_count = None;
    wire.frame(session.1, huge);
    assert_eq!(wire.event(), Event::Credit { link });
    assert!(wire.engine.credit(link) > 1000);
    assert!(wire.send(link, b"x", 0).is_ok());
}
