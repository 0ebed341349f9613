//! The calls of the program, each as a thread that does what `send.rs`, `receive.rs`, `session.rs`, `dispatch.rs` and
//! `closing.rs` do between two waits.

use std::fmt;
use std::sync::Arc;

use super::browsers::{close_browser, look};
use super::closes::{close, close_consumer, close_producer, close_session};
use super::receives::{acknowledge, dispatch, receive, recover};
use super::sends::Send;
use super::subscriptions::Named;
use super::temporaries::Temp;
use super::transacted::Work;
use super::world::World;
use crate::client::model::promise::Completion;
use crate::client::model::*;
use crate::client::rules::gate::{Call, Caller};
use crate::client::rules::modes::AcknowledgeMode;

pub const APP: Caller = Caller::Application;

/// What a thread does next.
pub enum Next {
    /// It waits; with a deadline if true.
    Wait(Wait, bool),
    Again,
    /// It does something without the lock.
    Unlocked,
    Done,
}

/// A call.
pub enum Thread {
    Send(Box<Send>),
    Begin {
        mode: AcknowledgeMode,
        key: Option<u32>,
    },
    Produce {
        session: u32,
        to: Option<usize>,
        key: Option<u32>,
    },
    Consume {
        session: u32,
        to: usize,
        key: Option<u32>,
    },
    Browse {
        session: u32,
        to: usize,
        key: Option<u32>,
    },
    Look {
        session: u32,
        key: u32,
        asked: Option<u32>,
    },
    Receive {
        session: u32,
        key: u32,
        no_wait: bool,
        inside: bool,
        asked: bool,
        taken: Option<Batch>,
    },
    Dispatch {
        session: u32,
        batch: Option<(Batch, usize)>,
    },
    Complete {
        session: u32,
        batch: Vec<Completion>,
    },
    Acknowledge {
        session: u32,
        epoch: u32,
        handed: Vec<Handed>,
        confirm: bool,
        waits: bool,
    },
    Recover {
        session: u32,
        epoch: u32,
        waits: bool,
    },
    Stop {
        waits: bool,
    },
    CloseProducer {
        session: u32,
        key: u32,
        stage: u8,
    },
    CloseConsumer {
        session: u32,
        key: u32,
        stage: u8,
    },
    CloseBrowser {
        session: u32,
        key: u32,
        stage: u8,
    },
    CloseSession {
        key: u32,
        stage: u8,
    },
    Close {
        stage: u8,
    },
    /// Of a temporary destination
    Temp(Box<Temp>),
    /// Of a named subscription
    Named(Box<Named>),
    /// In a transacted session
    Work(Box<Work>),
}

impl fmt::Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Thread::Send(send) => write!(f, "{send:?}"),
            Thread::Begin { key, .. } => write!(f, "begin of {key:?}"),
            Thread::Produce { key, .. } => write!(f, "create producer {key:?}"),
            Thread::Consume { key, .. } => write!(f, "create consumer {key:?}"),
            Thread::Browse { key, .. } => write!(f, "create browser {key:?}"),
            Thread::Look { key, .. } => write!(f, "look at {key}"),
            Thread::Receive { key, .. } => write!(f, "receive on {key}"),
            Thread::Dispatch { session, .. } => write!(f, "dispatcher of {session}"),
            Thread::Complete { session, .. } => write!(f, "completer of {session}"),
            Thread::Acknowledge { session, .. } => write!(f, "acknowledge in {session}"),
            Thread::Recover { session, .. } => write!(f, "recover of {session}"),
            Thread::Stop { .. } => write!(f, "stop"),
            Thread::CloseProducer { key, .. } => write!(f, "close of producer {key}"),
            Thread::CloseConsumer { key, .. } => write!(f, "close of consumer {key}"),
            Thread::CloseBrowser { key, .. } => write!(f, "close of browser {key}"),
            Thread::CloseSession { key, .. } => write!(f, "close of session {key}"),
            Thread::Close { .. } => write!(f, "close"),
            Thread::Temp(temp) => write!(f, "{temp:?}"),
            Thread::Named(named) => write!(f, "{named:?}"),
            Thread::Work(work) => match &**work {
                Work::Create { session, .. } => write!(f, "create transacted session {session:?}"),
                Work::Send { number, .. } => write!(f, "transacted send of {number}"),
                Work::End(end) => write!(f, "{end:?}"),
            },
        }
    }
}

/// Passes the gate, or waits, or fails.
pub fn enter(world: &World, object: Object) -> Result<(), Next> {
    let entry = Entry {
        caller: APP,
        call: Call::Server,
        object,
    };
    match world.model.admit(&entry) {
        Some(Ok(())) => Ok(()),
        Some(Err(_)) => Err(Next::Done),
        None => Err(Next::Wait(Wait::Gate(entry), false)),
    }
}

impl Thread {
    /// A send to a destination; none = the producer's own.
    pub fn send(world: &World, id: usize, session: u32, other: bool, resends: bool) -> Thread {
        Thread::Send(Box::new(Send::new(world, id, session, other, resends)))
    }

    /// Until the next wait.
    pub fn step(&mut self, world: &mut World, in_time: bool) -> Next {
        match self {
            Thread::Send(send) => send.step(world, in_time),
            Thread::Begin { mode, key } => match begin(world, *mode, key) {
                Ok(made) => {
                    world.sessions.push(made);
                    Next::Done
                }
                Err(next) => next,
            },
            Thread::Produce { session, to, key } => {
                let (session, to) = (*session, *to);
                let bound = to.map(|to| world.model.producible(world.to(to)));
                let bound = bound.transpose();
                if key.is_none() && bound.is_err() {
                    return Next::Done;
                }
                let bound = bound.unwrap_or_default();
                let new = |world: &mut World| world.model.new_producer(session, bound.clone());
                let attached = match to {
                    Some(_) => create(world, session, key, new, |key| Owner::Producer(key, 0)),
                    None => match enter(world, Object::Session(session)) {
                        Ok(()) => Ok(new(world)),
                        Err(next) => Err(next),
                    },
                };
                match attached {
                    Ok(made) => {
                        world.producers.push((session, made, to));
                        Next::Done
                    }
                    Err(Next::Done) => {
                        key.iter().for_each(|key| world.model.drop_producer(*key));
                        Next::Done
                    }
                    Err(next) => next,
                }
            }
            Thread::Consume { session, to, key } => {
                let (session, to) = (*session, *to);
                let of = world.model.consumable(world.to(to));
                if key.is_none() && of.is_err() {
                    return Next::Done;
                }
                let of = of.unwrap_or_else(|_| world.to(to));
                let new =
                    |world: &mut World| world.model.new_consumer(session, of.clone(), None, false);
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
            Thread::Browse { session, to, key } => {
                let (session, to) = (*session, *to);
                let new = |world: &mut World| {
                    world
                        .model
                        .new_browser(session, World::destination(to), None)
                };
                match create(world, session, key, new, Owner::Browser) {
                    Ok(made) => {
                        world.browsers.push((session, made));
                        Next::Done
                    }
                    Err(Next::Done) => {
                        key.iter().for_each(|key| world.model.drop_browser(*key));
                        Next::Done
                    }
                    Err(next) => next,
                }
            }
            Thread::Look {
                session,
                key,
                asked,
            } => look(world, (*session, *key), asked, in_time),
            Thread::Receive {
                session,
                key,
                no_wait,
                inside,
                asked,
                taken,
            } => receive(
                world,
                (*session, *key),
                *no_wait,
                (inside, asked, taken),
                in_time,
            ),
            Thread::Dispatch { session, batch } => dispatch(world, *session, batch),
            Thread::Complete { session, batch } => complete(world, *session, batch),
            Thread::Acknowledge {
                session,
                epoch,
                handed,
                confirm,
                waits,
            } => acknowledge(world, *session, *epoch, handed, (*confirm, waits), in_time),
            Thread::Recover {
                session,
                epoch,
                waits,
            } => recover(world, *session, epoch, waits),
            Thread::Stop { waits } => {
                if !std::mem::replace(waits, true) {
                    let entry = Entry {
                        caller: APP,
                        call: Call::StartStop,
                        object: Object::Connection,
                    };
                    match world.model.admit(&entry) {
                        Some(Ok(())) => world.model.stop(),
                        _ => return Next::Done,
                    }
                    return Next::Wait(Wait::Calls(Calls::All, Waiter::Thread), false);
                }
                Next::Done
            }
            Thread::CloseProducer {
                session,
                key,
                stage,
            } => close_producer(world, *session, *key, stage),
            Thread::CloseConsumer {
                session,
                key,
                stage,
            } => close_consumer(world, *session, *key, stage),
            Thread::CloseBrowser {
                session,
                key,
                stage,
            } => close_browser(world, *session, *key, stage),
            Thread::CloseSession { key, stage } => close_session(world, *key, stage),
            Thread::Close { stage } => close(world, stage),
            Thread::Temp(temp) => temp.step(world),
            Thread::Named(named) => named.step(world),
            Thread::Work(work) => work.step(world, in_time),
        }
    }

    /// The producer that it is inside a send of.
    pub fn sending(&self) -> Option<u32> {
        match self {
            Thread::Send(send) => send.inside(),
            Thread::Work(work) => work.sending(),
            _ => None,
        }
    }

    /// The consumer that it waits in a receive of.
    pub fn receiving(&self) -> Option<u32> {
        match self {
            Thread::Receive {
                key, inside: true, ..
            } => Some(*key),
            _ => None,
        }
    }

    /// Session and consumer of the messages that it has in hand.
    pub fn running(&self) -> Option<(u32, u32)> {
        match self {
            Thread::Receive {
                session,
                key,
                taken: Some(_),
                ..
            } => Some((*session, *key)),
            Thread::Dispatch {
                session,
                batch: Some((batch, _)),
            } => Some((*session, batch.consumer)),
            _ => None,
        }
    }
}

/// As `completion.rs` does it.
fn complete(world: &mut World, session: u32, batch: &mut Vec<Completion>) -> Next {
    for completion in batch.iter_mut() {
        world.told(completion);
        completion.release();
    }
    world.model.completed(session, batch);
    if !world.model.wants_completer(session) {
        world.model.drop_completer(session);
        return Next::Done;
    }
    match world.model.take_completions(session, batch) {
        true => Next::Unlocked,
        false => Next::Wait(Wait::Completion(session), false),
    }
}

/// A new session: its key once it is there.
pub fn begin(world: &mut World, mode: AcknowledgeMode, key: &mut Option<u32>) -> Result<u32, Next> {
    if let Err(next) = enter(world, Object::Connection) {
        if matches!(next, Next::Done)
            && let Some(key) = key.take()
        {
            world.model.forget_session(key);
        }
        return Err(next);
    }
    let made = *key.get_or_insert_with(|| world.model.new_session(mode));
    match world.model.begin_session(made, world.now) {
        Some(Ok(())) => Ok(made),
        Some(Err(_)) => {
            world.model.forget_session(made);
            *key = None;
            Err(Next::Done)
        }
        None => {
            world.flush();
            Err(Next::Wait(Wait::Begun(made), false))
        }
    }
}

/// A new object of a session: its key once it is attached.
pub fn create(
    world: &mut World,
    session: u32,
    key: &mut Option<u32>,
    new: impl Fn(&mut World) -> u32,
    owner: impl Fn(u32) -> Owner,
) -> Result<u32, Next> {
    enter(world, Object::Session(session))?;
    let made = match *key {
        Some(key) => key,
        None => *key.insert(new(world)),
    };
    match world.model.attach(owner(made), world.now) {
        Some(Ok(())) => Ok(made),
        Some(Err(_)) => Err(Next::Done),
        None => {
            world.flush();
            Err(Next::Wait(Wait::Attached(session, owner(made)), false))
        }
    }
}

/// A listener.
pub fn listener() -> MessageListener {
    MessageListener {
        callback: 0,
        closure: 0,
        call: Arc::new(|_, _| {}),
    }
}
