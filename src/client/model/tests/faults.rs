//! Faults that random histories have found, each as a history of its own.

use super::checks::check;
use super::peer::{Abilities, Answers};
use super::steps::{Step, What::*};
use super::world::World;
use crate::client::model::{Object, Wait};
use crate::client::rules::modes::AcknowledgeMode;

const FORCED: &str = "amqp:link:detach-forced";
/// A server on which each destination needs a link of its own.
const PLAIN: fn() -> Abilities = || Abilities {
    relay: false,
    ..Abilities::default()
};
/// A server that says nothing by itself.
const SILENT: fn() -> Abilities = || Abilities {
    relay: false,
    answers: Answers::OnDemand,
    drains: false,
    ..Abilities::default()
};
/// A held send by the producer without a destination, and by the first one to its own.
const UNBOUND: Step = (Send, 1, 0);
const BOUND: Step = (Send, 0, 1);

/// Session 1 in this mode, producers 2 (bound), 3 (unbound) and 4 (bound), consumer 5, everything attached.
fn world(mode: AcknowledgeMode, abilities: Abilities) -> World {
    let mode = match mode {
        AcknowledgeMode::Client => 1 << 4,
        _ => 0,
    };
    let mut world = World::new(0, abilities);
    world.set_up(mode);
    world
}

fn auto(abilities: Abilities) -> World {
    world(AcknowledgeMode::Auto, abilities)
}

fn go(world: &mut World, steps: &[Step]) {
    for step in steps {
        world.happen(*step);
        check(world);
    }
}

/// Connects to a server that answers what it was asked before, and says something more.
fn connect(world: &mut World, abilities: Abilities, also: impl FnOnce(&mut super::peer::Peer)) {
    world.connect(abilities, (0, 1));
    assert!(world.finish_connect(|peer| {
        for _ in 0..9 {
            peer.answer(0, false);
        }
        also(peer);
    }));
    check(world);
}

/// An unbound held send that a loss has left.
fn queued_unbound(abilities: Abilities) -> World {
    let mut world = auto(abilities);
    go(&mut world, &[UNBOUND]);
    world.progress();
    go(&mut world, &[UNBOUND, (Cut, 0, 0)]);
    assert_eq!(world.sent[1].gone, 0);
    assert!(world.model.producers[&3].outbox.waits());
    world
}

/// A close waits until what a loss has left is with the system (D5): the link that it needs is not detached.
#[test]
fn a_producer_that_is_being_closed_attaches_links_for_its_queue() {
    let mut world = queued_unbound(PLAIN());
    connect(&mut world, SILENT(), |_| {});
    world.write_all();
    go(&mut world, &[(CloseProducer, 1, 0)]);
    for _ in 0..3 {
        world.progress();
        check(&mut world);
    }
    assert_eq!(world.sent[1].gone, 1);
    assert!(world.threads.is_empty());
}

/// The server detaches a link in the same breath as its last answer to a recovery.
#[test]
fn a_detach_behind_the_answers_of_a_recovery_is_heard() {
    let mut world = auto(PLAIN());
    go(&mut world, &[(Cut, 0, 0)]);
    connect(&mut world, PLAIN(), |peer| peer.detach(2, FORCED));
    world.progress();
    check(&mut world);
    assert!(world.model.consumers[&5].link.live().is_some());
}

/// The same, and the producer has something to send at once: no second attach beside the first.
#[test]
fn a_queue_waits_for_the_event_that_its_link_is_gone() {
    let mut world = auto(PLAIN());
    go(&mut world, &[BOUND, (Cut, 0, 0)]);
    connect(&mut world, PLAIN(), |peer| peer.detach(0, FORCED));
    world.progress();
    check(&mut world);
    assert_eq!(world.sent[0].gone, 1);
}

/// The first of two detaches in one read makes a link, which takes the number of the second.
#[test]
fn a_detach_is_heard_although_another_link_has_its_number() {
    let mut world = auto(PLAIN());
    let peer = world.peer.as_mut().unwrap();
    peer.detach(2, FORCED);
    peer.detach(1, FORCED);
    world.read(usize::MAX);
    check(&mut world);
}

/// A server that goes down detaches its links, and closes: a consumer comes back on the next one.
#[test]
fn a_consumer_is_not_refused_by_a_connection_that_ends() {
    let mut world = auto(PLAIN());
    let peer = world.peer.as_mut().unwrap();
    peer.detach(2, FORCED);
    peer.close();
    world.read(usize::MAX);
    check(&mut world);
    connect(&mut world, PLAIN(), |_| {});
    assert!(world.model.consumers[&5].link.live().is_some());
}

/// What a loss has left is not dropped because the next server closes at once.
#[test]
fn a_queue_outlives_a_server_that_closes_at_once() {
    let mut world = queued_unbound(PLAIN());
    connect(&mut world, PLAIN(), super::peer::Peer::close);
    connect(&mut world, PLAIN(), |_| {});
    world.progress();
    check(&mut world);
    assert_eq!(world.sent[1].gone, 1);
}

/// A link that only the queue has used is there like any other: its detach is no refusal.
#[test]
fn the_link_of_a_queue_comes_back() {
    let mut world = queued_unbound(PLAIN());
    let poor = Abilities {
        credit: 0,
        ..PLAIN()
    };
    connect(&mut world, poor, |_| {});
    world.write_all();
    world.read(usize::MAX);
    check(&mut world);
    world.peer.as_mut().unwrap().detach(3, FORCED);
    world.read(usize::MAX);
    check(&mut world);
    world.peer.as_mut().unwrap().serve();
    world.progress();
    world.peer.as_mut().unwrap().serve();
    world.progress();
    check(&mut world);
    assert_eq!(world.sent[1].gone, 1);
}

/// The same as soon as it is attached.
#[test]
fn the_link_of_a_queue_may_go_as_soon_as_it_comes() {
    let mut world = queued_unbound(PLAIN());
    connect(&mut world, SILENT(), |_| {});
    world.write_all();
    let peer = world.peer.as_mut().unwrap();
    peer.answer(0, false);
    peer.detach(3, FORCED);
    world.read(usize::MAX);
    check(&mut world);
    world.progress();
    world.progress();
    check(&mut world);
    assert_eq!(world.sent[1].gone, 1);
}

/// The end of a send that the window had cut is where its last byte is, not where the output was when the event was read.
#[test]
fn a_cut_send_ends_where_its_last_byte_is() {
    let small = Abilities {
        frame: 512,
        window: 1,
        ..PLAIN()
    };
    let mut world = auto(small);
    go(&mut world, &[(Send, 0, 1 | 2 << 5)]);
    world.write_all();
    let peer = world.peer.as_mut().unwrap();
    peer.open_window(0, 9);
    peer.detach(2, FORCED);
    world.read(usize::MAX);
    world.write_all(); // its arrival looks at the position
    assert_eq!(world.sent[0].gone, 1);
}

/// The close of a session takes the links of consumers that others close just then.
#[test]
fn the_end_of_a_session_wakes_who_closes_a_consumer_of_it() {
    let mut world = auto(SILENT());
    go(&mut world, &[(CloseConsumer, 0, 0)]);
    world.model.close_session(1, false);
    world.carry_out();
    for thread in world.ready() {
        world.run(thread, false);
    }
    assert_eq!(world.threads.len(), 1);
    world.model.end_session(1);
    world.carry_out();
}

/// A message that a receive gives back is there for the listener that was set meanwhile.
#[test]
fn a_message_that_a_receive_gives_back_wakes_the_dispatcher() {
    let mut world = auto(PLAIN());
    world.progress();
    go(
        &mut world,
        &[
            (Deliver, 0, 0),
            (Read, 1, 0),
            (Receive, 0, 0),
            (Listen, 0, 0),
        ],
    );
    for thread in world.ready() {
        world.run(thread, false);
        check(&mut world);
    }
}

/// A dispatcher that is late for its first message has it nevertheless at some time.
#[test]
fn a_slow_dispatcher_goes_on() {
    let mut world = auto(PLAIN());
    world.progress();
    go(
        &mut world,
        &[
            (Deliver, 0, 0),
            (Deliver, 0, 0),
            (Read, 1, 0),
            (Listen, 0, 0),
        ],
    );
    for _ in 0..9 {
        go(&mut world, &[(Tick, 2, 0)]); // longer than acknowledgements are held back
        for thread in world.ready() {
            world.run(thread, false);
            check(&mut world);
        }
    }
    assert!(world.ready().is_empty() && !world.model.has_backlog(5));
}

/// SetClientId replaces the server while a session is being created: that begins again on the new one.
#[test]
fn a_session_begins_again_when_its_server_is_replaced() {
    let mut world = World::new(0, PLAIN());
    go(&mut world, &[(Session, 0, 0)]);
    world.connect(PLAIN(), (0, 0));
    world.model.close_server();
    world.model.drop_server();
    assert!(world.finish_connect(|_| {}));
    world.progress();
    world.progress();
    assert_eq!(world.sessions, [1]);
}

/// A Recover does not wait for the drain of a consumer that is closed meanwhile.
#[test]
fn the_close_of_a_consumer_ends_its_drain() {
    let mut world = world(AcknowledgeMode::Client, SILENT());
    world.progress();
    go(&mut world, &[(Recover, 0, 0), (CloseConsumer, 0, 0)]);
    let recovers = |world: &World| {
        let mut waits = world
            .threads
            .values()
            .filter_map(|(_, waiting)| waiting.as_ref());
        waits.any(|waiting| matches!(waiting.wait, Wait::Drained(..)))
    };
    for thread in world.ready() {
        world.run(thread, false);
    }
    assert!(!recovers(&world));
}

/// A session that was closed during a recovery takes no links.
#[test]
fn a_closed_session_takes_no_links_of_a_recovery() {
    let mut world = auto(PLAIN());
    go(&mut world, &[(Send, 0, 2 | 16), (Cut, 0, 0)]);
    world.connect(PLAIN(), (0, 1));
    world.model.close_session(1, false);
    assert!(world.finish_connect(|_| {}));
    assert!(world.model.consumers[&5].link.live().is_none());
    check(&mut world);
}

/// A consumer that is kept for the message in the program's hands goes with its link.
fn kept() -> World {
    let mut world = world(AcknowledgeMode::Client, PLAIN());
    world.progress();
    go(
        &mut world,
        &[(Deliver, 0, 0), (Read, 1, 0), (Receive, 0, 0)],
    );
    world.progress();
    go(&mut world, &[(CloseConsumer, 0, 0)]);
    world.progress();
    assert!(world.model.is_kept(5));
    world
}

#[test]
fn nothing_stays_in_hand_of_a_kept_consumer_that_is_detached() {
    let mut world = kept();
    world.peer.as_mut().unwrap().detach(2, FORCED);
    world.read(usize::MAX);
    check(&mut world);
}

#[test]
fn a_kept_consumer_goes_with_its_session() {
    let mut world = kept();
    world.doom_all();
    world.peer.as_mut().unwrap().end(0);
    world.read(usize::MAX);
    check(&mut world);
    // a second close has nobody to wait for
    assert!(world.model.is_over(&Wait::Gone(Object::Consumer(1, 5))));
}

/// Who waits for a confirmation learns that its link is gone, also when nobody owns that any more.
#[test]
fn the_late_end_of_a_link_ends_the_waits_for_confirmations() {
    let mut world = world(AcknowledgeMode::Client, PLAIN());
    world.progress();
    go(
        &mut world,
        &[(Deliver, 0, 0), (Read, 1, 0), (Receive, 0, 0)],
    );
    world.progress();
    go(&mut world, &[(Acknowledge, 0, 1)]);
    assert_eq!(world.model.confirming.len(), 1);
    world.model.detach_consumer(5, world.now);
    world.model.drop_consumer(5); // the answer to its detach came too late
    world.write_all();
    world.write_all();
    for thread in world.ready() {
        world.run(thread, false);
    }
    assert_eq!(world.threads.len(), 1);
    world.read(usize::MAX);
}

/// D22: what dies before anything has succeeded on it was only a failed try.
#[test]
fn a_connection_is_good_by_what_succeeded_or_by_its_life() {
    let life = std::time::Duration::from_secs(3600);
    let mut world = auto(PLAIN());
    // with its sessions and links it is not good yet
    go(&mut world, &[(Cut, 0, 0)]);
    assert!(!world.model.take_goodness(world.now, life));
    // a confirmed send is
    connect(&mut world, PLAIN(), |_| {});
    go(&mut world, &[(Send, 0, 16 + 1)]);
    world.progress();
    go(&mut world, &[(Settle, 0, 0)]);
    world.progress();
    assert!(world.sent.last().unwrap().over, "not confirmed");
    go(&mut world, &[(Cut, 0, 0)]);
    assert!(world.model.take_goodness(world.now, life));
    assert!(!world.model.take_goodness(world.now + life, life), "twice");
    // so is a delivery that was taken
    connect(&mut world, PLAIN(), |_| {});
    world.progress();
    go(
        &mut world,
        &[(Deliver, 0, 0), (Read, 1, 0), (Receive, 0, 0)],
    );
    world.progress();
    go(&mut world, &[(Cut, 0, 0)]);
    assert!(world.model.take_goodness(world.now, life));
    // and a life
    connect(&mut world, PLAIN(), |_| {});
    go(&mut world, &[(Cut, 0, 0)]);
    assert!(world.model.take_goodness(world.now + life, life));
}

/// A consumer that is closed beside its session waits for its receive, which ends with the session.
#[test]
fn the_end_of_a_receive_wakes_the_close_of_its_consumer_in_a_closed_session() {
    let mut world = auto(SILENT());
    go(
        &mut world,
        &[
            (Receive, 0, 0),
            (CloseSession, 0, 0),
            (CloseConsumer, 0, 0),
            (Run, 0, 0),
            (Run, 1, 0),
            (Run, 2, 0),
        ],
    );
}

/// The acknowledgement crosses the detach: nobody knows whether the commit has it.
#[test]
fn a_commit_that_crosses_the_detach_of_a_consumer_is_in_doubt() {
    let steps = [
        (End, 20, 7496),
        (Transacted, 0, 0),
        (Work, 0, 484),
        (Detach, 152, 0),
        (Commit, 30, 0),
    ];
    super::histories::run(24, (64, 0), &steps);
}

/// The server is lost and found while a rollback waits for credit: the next one goes on sending.
#[test]
fn a_rollback_leaves_the_next_server_alone() {
    let steps = [
        (Work, 0, 286),
        (Commit, 0, 0),
        (Transacted, 0, 0),
        (Work, 0, 0),
        (Transacted, 0, 0),
        (Transacted, 0, 0),
        (Work, 31, 4246),
        (Rollback, 19, 0),
        (Transacted, 0, 0),
        (Cut, 0, 0),
    ];
    super::histories::run(88, (144, 0), &steps);
}

/// A declare that is not answered in time takes the coordinator link: the commit before it has no answer either.
#[test]
fn a_silent_coordinator_ends_the_commit_before_its_declare() {
    let steps = [
        (Work, 0, 8282),
        (Transacted, 0, 0),
        (Work, 0, 41720),
        (Transacted, 0, 0),
        (Work, 125, 26),
        (Transacted, 0, 0),
        (Work, 24, 2938),
        (Transacted, 0, 0),
        (Transacted, 0, 0),
        (Commit, 180, 0),
        (Work, 0, 0),
        (Work, 0, 0),
        (Work, 0, 0),
        (Work, 0, 86),
        (Work, 0, 122),
        (Work, 0, 256),
        (Work, 0, 0),
        (Commit, 9, 2048),
        (CloseTransacted, 0, 0),
        (CloseTransacted, 0, 0),
        (Tick, 5, 0),
        (Tick, 47, 0),
    ];
    super::histories::run(88, (72, 12836), &steps);
}

/// Stop takes credit back and waits for nothing: what crosses that belongs to the rollback that follows, too, or it comes
/// before what the rollback has put back.
#[test]
fn a_rollback_behind_a_stop_awaits_what_is_on_its_way() {
    let steps = [
        (Work, 0, 1274),
        (Work, 0, 38508),
        (Work, 0, 38328),
        (Flush, 0, 0),
        (Stop, 0, 0),
        (Rollback, 0, 3584),
        (Start, 0, 0),
        (Work, 0, 7948),
    ];
    super::histories::run(16, (0, 4464), &steps);
}
