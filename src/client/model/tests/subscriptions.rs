//! Named subscriptions: what the servers keep of them, the calls of the program as `consumer.rs` and `session.rs` do them
//! between two waits, and what must be true of both.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use super::threads::{Next, Thread, create, enter};
use super::world::World;
use crate::client::model::*;
use crate::client::rules::subscription::{self, Kind};
use crate::message::Destination;
use crate::status::{Error, Status};

/// Durable subscriptions of this client.
#[derive(Debug, Default)]
pub struct Kept {
    /// Whether each is a shared one
    pub kept: BTreeMap<String, bool>,
    /// Those that another client uses just now
    pub elsewhere: BTreeSet<String>,
    /// How often each was deleted
    pub deletions: BTreeMap<String, u32>,
}

/// All servers have the same.
pub type Names = Rc<RefCell<Kept>>;

/// Names of subscriptions.
const NAMES: [&str; 2] = ["n", "m"];
const KINDS: [Kind; 4] = [
    Kind::Durable,
    Kind::SharedDurable,
    Kind::Durable,
    Kind::Shared,
];

/// A call.
#[derive(Debug)]
pub enum Named {
    Subscribe {
        session: u32,
        kind: Kind,
        name: Arc<str>,
        topic: Destination,
        key: Option<u32>,
    },
    Unsubscribe {
        session: u32,
        name: Arc<str>,
        key: Option<u32>,
        /// What it found when it began: whether it was there, and how often it was deleted
        before: (bool, u32),
    },
}

impl Named {
    /// Until the next wait.
    pub fn step(&mut self, world: &mut World) -> Next {
        match self {
            Named::Subscribe {
                session,
                kind,
                name,
                topic,
                key,
            } => subscribe(world, *session, (*kind, name), topic, key),
            Named::Unsubscribe {
                session,
                name,
                key,
                before,
            } => unsubscribe(world, *session, name, key, before),
        }
    }
}

fn subscribe(
    world: &mut World,
    session: u32,
    (kind, name): (Kind, &Arc<str>),
    topic: &Destination,
    key: &mut Option<u32>,
) -> Next {
    if key.is_none() {
        let model = &mut world.model;
        let Some(mode) = model.mode(session) else {
            return Next::Done;
        };
        if model.is_closing(Object::Session(session))
            || subscription::check_use(kind, mode, topic).is_err()
        {
            return Next::Done;
        }
        let Ok(topic) = model.consumable(topic.clone()) else {
            return Next::Done;
        };
        let Ok(made) = model.new_subscriber(session, (topic, None), false, (kind, name.clone()))
        else {
            return Next::Done;
        };
        *key = Some(made);
    }
    let new = |_: &mut World| unreachable!("it is made");
    match create(world, session, key, new, Owner::Consumer) {
        Ok(made) => {
            world.flush();
            world.consumers.push((session, made));
            Next::Done
        }
        Err(Next::Done) => {
            key.iter().for_each(|key| world.model.drop_consumer(*key));
            Next::Done
        }
        Err(next) => next,
    }
}

fn unsubscribe(
    world: &mut World,
    session: u32,
    name: &Arc<str>,
    key: &mut Option<u32>,
    before: &mut (bool, u32),
) -> Next {
    let passed = enter(world, Object::Session(session));
    if let Err(next) = passed {
        if matches!(next, Next::Done) {
            key.iter().for_each(|k| world.model.drop_unsubscribing(*k));
        }
        return next;
    }
    let made = match *key {
        Some(key) => key,
        None => {
            *before = world.names.borrow().of(name);
            let Ok(made) = world.model.new_unsubscribing(session, name.clone()) else {
                return Next::Done;
            };
            *key.insert(made)
        }
    };
    let Some(result) = world.model.unsubscribe(made, world.now) else {
        world.flush();
        return Next::Wait(Wait::Unsubscribed(session, made), false);
    };
    world.model.drop_unsubscribing(made);
    world.flush();
    world.names.borrow().judge(name, *before, &result);
    Next::Done
}

impl Kept {
    /// Whether a subscription is there, and how often it was deleted.
    fn of(&self, name: &str) -> (bool, u32) {
        let deletions = self.deletions.get(name).copied().unwrap_or(0);
        (self.kept.contains_key(name), deletions)
    }

    /// An Unsubscribe ends with the truth: of what was when it began, or at a time since.
    fn judge(&self, name: &str, before: (bool, u32), result: &Result<(), Error>) {
        let deleted = self.of(name).1 > before.1;
        match result {
            Ok(()) => assert!(deleted, "{name} is said to be deleted: {self:?}"),
            Err(error) if error.status == Status::TIBEMS_INVALID_DESTINATION => assert!(
                deleted || !before.0,
                "{name} is said not to be there: {self:?}, {error:?}"
            ),
            Err(_) => {}
        }
    }
}

impl World {
    /// A subscriber is created, an Unsubscribe begins, or another client comes or goes.
    pub fn subscribe(&mut self, a: u8, b: u16) {
        let of: Vec<u32> = self.sessions.clone();
        let Some(session) = super::histories::pick(&of, a) else {
            return;
        };
        let name = NAMES[usize::from(b >> 4) % NAMES.len()].into();
        let named = Named::Subscribe {
            session,
            kind: KINDS[usize::from(b & 3)],
            name,
            topic: Destination::topic(["u", "v"][usize::from(b & 0x3c0 == 0)]),
            key: None,
        };
        self.start(Thread::Named(Box::new(named)));
    }

    pub fn unsubscribe(&mut self, a: u8, b: u16) {
        let of: Vec<u32> = self.sessions.clone();
        let Some(session) = super::histories::pick(&of, a) else {
            return;
        };
        let named = Named::Unsubscribe {
            session,
            name: NAMES[usize::from(b >> 4) % NAMES.len()].into(),
            key: None,
            before: (false, 0),
        };
        self.start(Thread::Named(Box::new(named)));
    }

    /// Another client comes, which the server lets in, or goes.
    pub fn elsewhere(&mut self, a: u8, b: u16) {
        let name = NAMES[usize::from(a) % NAMES.len()];
        let mut names = self.names.borrow_mut();
        let shared = names.kept.get(name).copied();
        match (b & 1, shared) {
            (0, Some(true)) => drop(names.elsewhere.insert(name.to_owned())),
            _ => drop(names.elsewhere.remove(name)),
        }
    }
}

/// With everything said and read: what the connection knows of the names is what the server keeps.
pub fn check_idle(world: &World) {
    assert!(world.model.unsubscribing.is_empty(), "an Unsubscribe stays");
    let names = world.names.borrow();
    for (name, kind) in &world.model.subscriptions {
        let shared = names.kept.get(&**name).copied();
        assert_eq!(shared, Some(kind.is_shared()), "subscription {name}");
    }
}
