//! Credit and drains in both directions (P-C).

use super::*;

fn our_flow(wire: &mut Wire) -> Flow {
    match wire.expect() {
        Performative::Flow(flow) => *flow,
        other => panic!("{other:?}"),
    }
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

/// What crosses credit taken back comes before the end of a drain, whether some was granted again or not.
#[test]
fn a_drain_is_of_credit_taken_back_too() {
    for again in [0, 1] {
        let mut wire = Wire::opened();
        let session = wire.session();
        let (link, handle) = wire.receiver(session, "a", 5);
        wire.engine.set_credit(link, 0, false);
        assert_eq!(our_flow(&mut wire).link_credit, Some(0));
        wire.engine.set_credit(link, again, false);
        assert_eq!(wire.engine.drainable(link), 5);
        wire.engine.drain(link, 0);
        let asked = our_flow(&mut wire);
        assert!(asked.drain);
        assert_eq!(asked.link_credit, Some(5));
        // These were on their way already.
        for id in 0..2 {
            wire.deliver(session.1, handle, id, b"x");
            assert!(matches!(wire.event(), Event::Delivery { .. }));
            wire.no_event();
        }
        let mut answer = flow(handle, 0);
        answer.delivery_count = Some(5);
        wire.frame(session.1, answer);
        assert_eq!(wire.event(), Event::Drained { link });
        assert_eq!(wire.engine.drainable(link), 0);
    }
}

#[test]
fn a_drain_ends_when_the_credit_is_used_up() {
    let mut wire = Wire::opened();
    let session = wire.session();
    let (link, handle) = wire.receiver(session, "a", 5);
    wire.engine.drain(link, 0);
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
    wire.engine.drain(link, 0);
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
    wire.engine.drain(link, 0);
    assert_eq!(wire.event(), Event::Drained { link });
    let (link, _) = wire.attaching(session.0, "b", Role::Receiver);
    wire.engine.drain(link, 0);
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
