//! Temporary destinations: the calls of the program as `temporary.rs` does them between two waits, the names that each has
//! had, and what must be true of them.

use std::collections::BTreeSet;

use super::attaches::Meaning;
use super::peer::{Link as PeerLink, Stage};
use super::threads::{Next, Thread, create, enter};
use super::world::{NAMES, World};
use crate::client::model::*;
use crate::message::{Destination, DestinationKind};

/// One that the program has made.
#[derive(Debug)]
pub struct Temporary {
    pub destination: Destination,
    /// Its names, the present one last
    pub names: Vec<String>,
}

/// A call.
#[derive(Debug)]
pub enum Temp {
    Make {
        session: u32,
        kind: DestinationKind,
        key: Option<u32>,
    },
    Delete {
        session: u32,
        destination: Destination,
        /// What is asked of the server
        asked: Option<u32>,
    },
}

impl Temp {
    /// Until the next wait.
    pub fn step(&mut self, world: &mut World) -> Next {
        match self {
            Temp::Make { session, kind, key } => make(world, *session, *kind, key),
            Temp::Delete {
                session,
                destination,
                asked,
            } => delete(world, *session, destination, asked),
        }
    }
}

fn make(world: &mut World, session: u32, kind: DestinationKind, key: &mut Option<u32>) -> Next {
    let new = |world: &mut World| world.model.new_temporary(kind);
    let made = create(world, session, key, new, Owner::Temporary);
    let destination = key.and_then(|key| world.model.temporary(key).cloned());
    match (made, destination) {
        (Ok(_), Some(destination)) => {
            let names = vec![destination.name_str().into_owned()];
            world.temporaries.push(Temporary { destination, names });
            Next::Done
        }
        (Err(next @ (Next::Wait(..) | Next::Again | Next::Unlocked)), _) => next,
        _ => {
            for key in key.iter() {
                let _ = world.model.drop_temporary(*key);
            }
            world.flush();
            Next::Done
        }
    }
}

fn delete(
    world: &mut World,
    session: u32,
    destination: &Destination,
    asked: &mut Option<u32>,
) -> Next {
    if let Some(key) = *asked {
        let _ = world.model.drop_temporary(key);
        world.flush();
        assert!(destination.is_deleted());
        return Next::Done;
    }
    let kind = destination.kind();
    if world.model.deletable(destination, kind).is_err() {
        return Next::Done;
    }
    if let Err(next) = enter(world, Object::Session(session)) {
        return next;
    }
    let Ok(key) = world.model.deletable(destination, kind) else {
        return Next::Done;
    };
    if world.model.delete_temporary(key).is_err() {
        return Next::Done;
    }
    let mut consumers = world.model.consumers.values();
    let read = consumers.any(|state| state.is_open() && state.destination() == destination);
    assert!(!read, "{destination:?} is deleted under its consumers");
    *asked = Some(key);
    world.flush();
    Next::Wait(Wait::Detached(Owner::Temporary(key)), true)
}

impl World {
    /// A destination: one of the queues, or behind them a temporary one.
    pub fn to(&self, index: usize) -> Destination {
        match index.checked_sub(NAMES.len()) {
            None => World::destination(index),
            Some(at) => self.temporaries[at].destination.clone(),
        }
    }

    /// The number of a temporary destination.
    pub fn some_temporary(&self, at: usize) -> Option<usize> {
        let count = self.temporaries.len();
        (count > 0).then(|| NAMES.len() + at % count)
    }

    /// The addresses that may stand for a destination: the present one, or any that a deleted one has had.
    pub fn addresses(&self, index: usize, prefix: &str) -> Vec<String> {
        let Some(at) = index.checked_sub(NAMES.len()) else {
            return vec![format!("{prefix}{}", NAMES[index])];
        };
        let of = &self.temporaries[at];
        match of.destination.is_deleted() {
            true => of.names.clone(),
            false => vec![of.destination.name_str().into_owned()],
        }
    }

    /// Notes the names that a recovery has given.
    pub fn note_names(&mut self) {
        for of in &mut self.temporaries {
            let name = of.destination.name_str();
            if of.names.last().is_none_or(|last| *last != *name) {
                of.names.push(name.into_owned());
            }
        }
    }

    pub fn make_temporary(&mut self, a: u8, b: u16) {
        if let Some(session) = super::histories::pick(&self.sessions, a) {
            let kind = match b & 1 {
                0 => DestinationKind::Queue,
                _ => DestinationKind::Topic,
            };
            let key = None;
            let temp = Temp::Make { session, kind, key };
            self.start(Thread::Temp(Box::new(temp)));
        }
    }

    pub fn delete_temporary(&mut self, a: u8, b: u16) {
        let Some(index) = self.some_temporary(b.into()) else {
            return;
        };
        if let Some(session) = super::histories::pick(&self.sessions, a) {
            let (destination, asked) = (self.to(index), None);
            let temp = Temp::Delete {
                session,
                destination,
                asked,
            };
            self.start(Thread::Temp(Box::new(temp)));
        }
    }

    /// A consumer or producer on one.
    pub fn use_temporary(&mut self, a: u8, b: u16) {
        let Some(to) = self.some_temporary((b >> 1).into()) else {
            return;
        };
        if let Some(session) = super::histories::pick(&self.sessions, a) {
            let key = None;
            let thread = match b & 1 {
                0 => Thread::Consume { session, to, key },
                _ => Thread::Produce {
                    session,
                    to: Some(to),
                    key,
                },
            };
            self.start(thread);
        }
    }
}

/// Handles have the names that the present server has given.
pub fn check(World { model, peer, .. }: &World) {
    let Some(peer) = peer.as_ref().filter(|_| model.server.is_some()) else {
        return;
    };
    for (key, state) in model.temporaries.iter() {
        if state.link.live().is_some() && state.is_open() {
            let name = model.temporary(key).expect("it is there").name_str();
            let own = format!("{}{}.", super::attaches::DYNAMIC, peer.number);
            assert!(name.starts_with(&own), "temporary {key} is {name} on {own}");
        }
    }
}

/// With everything said and read, the server has the links that the connection has, and on the same nodes.
pub fn check_idle(World { model, peer, .. }: &World) {
    let Some(peer) = peer.as_ref().filter(|_| model.server.is_some()) else {
        return;
    };
    let there = |link: &&PeerLink| link.stage != Stage::Leaving;
    let on_peer: BTreeSet<_> = (peer.links.values().filter(there))
        .map(|link| (link.name.clone(), node(link)))
        .collect();
    let senders = model.producers.values();
    let senders = senders.flat_map(|state| state.senders.iter().map(|(_, link)| link));
    let all = senders
        .chain(model.consumers.values().map(|state| &state.link))
        .chain(model.browsers.values().map(|state| &state.link))
        .chain(model.temporaries.iter().map(|(_, state)| &state.link))
        .chain(
            model
                .sessions
                .values()
                .filter_map(|state| Some(state.coordinator.as_ref()?.link())),
        );
    let own: BTreeSet<_> = all
        .filter(|link| link.incarnation().id().is_some())
        .map(|link| {
            let definition = link.definition();
            (definition.name(), definition.node())
        })
        .collect();
    assert_eq!(own, on_peer, "links");
    let nodes = model
        .temporaries
        .iter()
        .filter(|(_, state)| state.link.live().is_some());
    let nodes: BTreeSet<_> = nodes
        .filter_map(|(key, _)| Some(model.temporary(key)?.name_str().into_owned()))
        .collect();
    assert_eq!(nodes, peer.nodes, "temporary nodes");
}

fn node(link: &PeerLink) -> Option<String> {
    let address = link.address.clone();
    address.filter(|name| {
        link.meaning != Meaning::Dynamic && name.starts_with(super::attaches::DYNAMIC)
    })
}

impl super::super::link::Definition {
    fn name(&self) -> String {
        use super::super::link::Definition::*;
        match self {
            Sender { name, .. } | Coordinator { name } | Temporary { name, .. } => name.clone(),
            Receiver(definition) => definition.name.clone(),
            Lookup { name, .. } => name.to_string(),
        }
    }

    fn node(&self) -> Option<String> {
        let node = self.temporary_node()?;
        Some(node.name().to_string())
    }
}
