//! Faults that random histories of temporary destinations and subscriptions have found, each as a history of its own.

use super::checks::check;
use super::peer::{Abilities, Answers, Link, Stage};
use super::steps::{Step, What::*};
use super::world::World;

/// A server that says nothing by itself.
const SILENT: fn() -> Abilities = || Abilities {
    answers: Answers::OnDemand,
    drains: false,
    ..Abilities::default()
};

/// Session 1, as `World::set_up` makes it, on a server that has been silent since.
fn world() -> World {
    let mut world = World::new(0, Abilities::default());
    world.set_up(0);
    world.peer.as_mut().unwrap().abilities = SILENT();
    world
}

fn go(world: &mut World, steps: &[Step]) {
    for step in steps {
        world.happen(*step);
        world.write_all();
        check(world);
    }
}

/// Links of this name that the server was asked for and has not seen the end of.
fn links(world: &World, name: &str) -> usize {
    let on = |link: &&Link| link.name == name && link.stage != Stage::Leaving;
    world
        .peer
        .as_ref()
        .unwrap()
        .links
        .values()
        .filter(on)
        .count()
}

/// A subscriber beside an Unsubscribe of its name waits until the link of that has ended: two of one name on a connection
/// are one for the server.
#[test]
fn a_subscriber_waits_for_an_unsubscribe_under_way() {
    let mut world = world();
    go(&mut world, &[(Unsubscribe, 0, 0), (Subscribe, 0, 0)]);
    assert_eq!(links(&world, "n|global"), 1);
    for _ in 0..3 {
        world.progress();
        check(&mut world);
    }
    assert_eq!(links(&world, "n|global"), 1);
    assert_eq!(world.consumers.len(), 2, "the subscriber is there");
    world.finish();
}

/// So do two of them.
#[test]
fn a_second_unsubscribe_waits_for_the_first() {
    let mut world = world();
    go(&mut world, &[(Unsubscribe, 0, 0), (Unsubscribe, 0, 0)]);
    assert_eq!(links(&world, "n|global"), 1);
    world.finish();
}

/// A refusal ends what asked first: who waits for the name goes on.
#[test]
fn an_unsubscribe_goes_on_behind_a_refusal() {
    let mut world = world();
    go(&mut world, &[(Unsubscribe, 0, 0), (Subscribe, 0, 0)]);
    let peer = world.peer.as_mut().unwrap();
    peer.answer(0, true);
    world.read(usize::MAX);
    world.write_all();
    check(&mut world);
    assert_eq!(links(&world, "n|global"), 1, "the subscriber asks");
    world.finish();
}

/// The server takes a temporary destination away: consumers on it have failed, and their links are detached here.
#[test]
fn a_consumer_fails_with_its_temporary_destination_and_leaves() {
    for answered in [true, false] {
        let mut world = world();
        go(&mut world, &[(Temporary, 0, 0)]);
        for _ in 0..3 {
            world.progress();
        }
        assert_eq!(world.temporaries.len(), 1);
        go(&mut world, &[(OnTemporary, 0, 0)]);
        let peer = world.peer.as_mut().unwrap();
        if answered {
            peer.answer(0, false);
        }
        let at = peer.dynamic_links()[0];
        peer.detach_at(at, "amqp:resource-deleted");
        world.read(usize::MAX);
        check(&mut world);
        world.write_all();
        let peer = world.peer.as_ref().unwrap();
        let on = |link: &&Link| {
            link.address
                .as_deref()
                .is_some_and(|to| to.starts_with("dyn"))
        };
        let left: Vec<_> = peer.links.values().filter(on).collect();
        assert!(left.is_empty(), "{left:?}");
        world.finish();
    }
}

/// A recovery names a temporary destination anew, and attaches what is on it there.
#[test]
fn a_recovery_attaches_consumers_of_a_temporary_destination() {
    let mut world = World::new(0, Abilities::default());
    world.set_up(0);
    go(&mut world, &[(Temporary, 0, 0)]);
    (0..3).for_each(|_| world.progress());
    go(&mut world, &[(OnTemporary, 0, 0), (OnTemporary, 0, 1)]);
    (0..3).for_each(|_| world.progress());
    assert_eq!((world.consumers.len(), world.producers.len()), (2, 4));
    go(&mut world, &[(Cut, 0, 0), (Again, 0, 0xf00)]);
    assert!(world.model.server().is_some(), "it is recovered");
    assert_eq!(world.temporaries[0].names, ["dyn1.1", "dyn2.1"]);
    world.finish();
}
