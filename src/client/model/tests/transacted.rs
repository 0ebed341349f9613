//! Transacted sessions: their calls between two waits, as `transaction.rs`, `send.rs` and `session.rs` do them.
//!
//! Each has a producer, and the only consumer of a queue whose messages are numbered from 1.

use super::book::Transacted;
use super::threads::{APP, Next, Thread, begin, create};
use super::world::{World, payload};
use crate::client::model::*;
use crate::client::rules::gate::{Call, State};
use crate::client::rules::modes::AcknowledgeMode;
use crate::client::rules::transaction::{self, Doom};
use crate::client::rules::verdict::in_doubt;
use crate::message::{Addresses, Destination};
use crate::status::{Error, Status};

/// Numbers of messages in transactions begin here.
pub const FIRST: usize = 1 << 31;

/// How an end is told.
#[derive(Debug)]
enum Told {
    Ok,
    Failed(Error),
}

/// What a step of an end waits for.
#[derive(Debug)]
enum Stage {
    Enter,
    /// A drain; then everything goes back, or only what was buffered
    Drained {
        epoch: u32,
        all: bool,
    },
    PutBack {
        epoch: u32,
    },
    /// The answer to a rollback, or to the commit
    Answer {
        epoch: Option<u32>,
    },
}

/// The end of a transaction.
#[derive(Debug)]
pub struct End {
    session: u32,
    commits: bool,
    stage: Stage,
    told: Told,
    undrained: Vec<u32>,
}

/// A call.
pub enum Work {
    Create {
        session: Option<u32>,
        producer: Option<u32>,
        produced: bool,
        consumer: Option<u32>,
    },
    Send {
        session: u32,
        producer: u32,
        sending: Box<Sending>,
        number: usize,
        inside: bool,
    },
    End(End),
}

fn entry(object: Object) -> Entry {
    Entry {
        caller: APP,
        call: Call::Server,
        object,
    }
}

impl Work {
    pub fn session(&self) -> Option<u32> {
        match self {
            Work::Create { session, .. } => *session,
            Work::Send { session, .. } | Work::End(End { session, .. }) => Some(*session),
        }
    }

    pub fn sending(&self) -> Option<u32> {
        match self {
            Work::Send {
                producer,
                inside: true,
                ..
            } => Some(*producer),
            _ => None,
        }
    }

    pub fn step(&mut self, world: &mut World, in_time: bool) -> Next {
        match self {
            Work::Create {
                session,
                producer,
                produced,
                consumer,
            } => match open(world, session, producer, produced, consumer) {
                Ok(()) => Next::Done,
                Err(next) => {
                    if let (Next::Done, Some(session)) = (&next, *session) {
                        world.start(Thread::CloseSession {
                            key: session,
                            stage: 0,
                        });
                    }
                    next
                }
            },
            Work::Send {
                session,
                producer,
                sending,
                number,
                inside,
            } => {
                let next = send(world, (*session, *producer), sending, *number, inside);
                if *inside && !matches!(next, Next::Wait(..)) {
                    *inside = false;
                    world.model.end_sending(*producer);
                }
                next
            }
            Work::End(end) => end.step(world, in_time),
        }
    }
}

fn open(
    world: &mut World,
    session: &mut Option<u32>,
    producer: &mut Option<u32>,
    produced: &mut bool,
    consumer: &mut Option<u32>,
) -> std::result::Result<(), Next> {
    if producer.is_none() {
        begin(world, AcknowledgeMode::Transacted, session)?;
    }
    let key = session.expect("begun");
    if !*produced {
        let new = |world: &mut World| world.model.new_producer(key, Some(World::destination(0)));
        create(world, key, producer, new, |key| Owner::Producer(key, 0))?;
        *produced = true;
    }
    let queue = format!("t{key}");
    let to = Destination::queue(&*queue);
    let new = |world: &mut World| world.model.new_consumer(key, to.clone(), None, false);
    let consumer = create(world, key, consumer, new, Owner::Consumer)?;
    world.flush();
    world.book.sessions.push(Transacted {
        session: key,
        producer: producer.expect("made"),
        consumer,
        queue,
        closed: false,
        sends: Vec::new(),
        received: Vec::new(),
    });
    Ok(())
}

fn send(
    world: &mut World,
    (session, producer): (u32, u32),
    sending: &mut Sending,
    number: usize,
    inside: &mut bool,
) -> Next {
    let object = Object::Producer(session, producer);
    let entry = entry(object);
    match world.model.admit(&entry) {
        Some(Ok(())) => {}
        Some(Err(_)) => return Next::Done,
        None => {
            if std::mem::take(inside) {
                world.model.end_sending(producer);
            }
            return Next::Wait(Wait::Gate(entry), false);
        }
    }
    let Some((_, profile)) = world.model.server() else {
        panic!("the gate is open and there is no server");
    };
    let to = World::destination(0);
    let mut bytes = payload(number, 40, &profile.to_wire(&to), None);
    if !std::mem::replace(inside, true) {
        world.model.begin_sending(producer);
    }
    let now = world.now;
    let step = match world.model.try_send(sending, &mut bytes) {
        Ok(Sent::Attach(owner)) => (world.model.attach_for(sending, owner, now)).map(Sent::Wait),
        step => step,
    };
    match step {
        Ok(Sent::Held) => {
            world.book.of(session).sends.push(number);
            Next::Done
        }
        Ok(Sent::Wait(wait)) => {
            world.flush();
            Next::Wait(wait, false)
        }
        Ok(Sent::Lost) => Next::Again,
        Ok(other) => panic!("{other:?} in a transaction"),
        Err(_) => {
            world.book.never.push(number);
            Next::Done
        }
    }
}

impl End {
    /// A commit, or a rollback.
    pub fn of(session: u32, commits: bool) -> End {
        End {
            session,
            commits,
            stage: Stage::Enter,
            told: Told::Ok,
            undrained: Vec::new(),
        }
    }

    fn step(&mut self, world: &mut World, in_time: bool) -> Next {
        match self.stage {
            Stage::Enter if in_time => self.enter(world),
            Stage::Enter => {
                // certain: nothing was written
                self.told = Told::Failed(Error::from(Status::TIBEMS_TRANSACTION_FAILED));
                self.undo(world)
            }
            Stage::Drained { epoch, all } => {
                if !is_there(world, epoch) {
                    return self.undone(world);
                }
                self.undrained = world.model.undrained(self.session);
                if all {
                    self.stage = Stage::PutBack { epoch };
                    return Next::Again;
                }
                world.model.release_buffered(self.session);
                self.taken_back(world, epoch)
            }
            Stage::PutBack { epoch } => self.put_back(world, epoch, in_time),
            Stage::Answer { epoch } => self.answered(world, epoch, in_time),
        }
    }

    fn enter(&mut self, world: &mut World) -> Next {
        let (key, now) = (self.session, world.now);
        let entry = entry(Object::Session(key));
        match world.model.admit(&entry) {
            Some(Ok(())) => {}
            Some(Err(_)) => return Next::Done, // it stays open
            None => return Next::Wait(Wait::Gate(entry), false),
        }
        if !self.commits {
            if world.model.check_ending(key).is_err() {
                return Next::Done;
            }
            return self.undo(world);
        }
        match world.model.commit(key, now) {
            Err(_) => Next::Done,
            Ok(Ending::Done) => self.over(world),
            Ok(Ending::Failed(error)) => {
                self.told = Told::Failed(error);
                self.undo(world)
            }
            Ok(Ending::Written) => {
                self.stage = Stage::Answer { epoch: None };
                world.flush();
                Next::Wait(Wait::Discharged(key), true)
            }
            Ok(Ending::Wait(wait)) => {
                world.flush();
                Next::Wait(wait, true)
            }
            Ok(Ending::Attach(owner)) => match world.model.attach(owner, now) {
                Some(_) => Next::Again,
                None => {
                    world.flush();
                    Next::Wait(Wait::Attached(key, owner), true)
                }
            },
        }
    }

    fn undo(&mut self, world: &mut World) -> Next {
        let model = &world.model;
        match model.is_to_be_rolled_back(self.session) && model.is_known(self.session) {
            true => self.take_back(world, true),
            false => self.undone(world),
        }
    }

    fn take_back(&mut self, world: &mut World, all: bool) -> Next {
        let Some((epoch, _)) = world.model.server() else {
            return self.undone(world);
        };
        world.model.begin_recover(self.session);
        world.model.drain_session(self.session, world.now);
        world.flush();
        self.stage = Stage::Drained { epoch, all };
        Next::Wait(Wait::Drained(self.session, epoch), true)
    }

    fn put_back(&mut self, world: &mut World, epoch: u32, in_time: bool) -> Next {
        if world.model.is_closing(Object::Session(self.session)) {
            return self.taken_back(world, epoch);
        }
        if !in_time {
            return self.silent(world, epoch);
        }
        match world.model.roll_back(self.session, epoch, world.now) {
            Ending::Wait(wait) if world.model.server().is_some() => {
                world.flush();
                Next::Wait(wait, true)
            }
            Ending::Written => {
                self.stage = Stage::Answer { epoch: Some(epoch) };
                world.flush();
                Next::Wait(Wait::Discharged(self.session), true)
            }
            _ => self.taken_back(world, epoch),
        }
    }

    /// The server has answered, or never will.
    fn answered(&mut self, world: &mut World, rollback: Option<u32>, in_time: bool) -> Next {
        let discharged = world.model.take_discharged(self.session);
        if let Some(epoch) = rollback {
            return match discharged {
                Some(Discharged::Unanswered) => self.silent(world, epoch),
                None if !in_time => self.silent(world, epoch),
                _ => self.taken_back(world, epoch),
            };
        }
        let doubt = || in_doubt(Status::TIBEMS_TRANSACTION_FAILED, "nobody knows");
        let failed = match discharged {
            Some(Discharged::Answered(outcome)) => match transaction::committed(&outcome) {
                Ok(()) => {
                    world.model.drop_kept_consumers(self.session);
                    return self.over(world);
                }
                Err(error) => error,
            },
            Some(Discharged::Gone(error)) => error,
            Some(Discharged::Lost { sent }) => {
                self.told = Told::Failed(match sent {
                    true => doubt(),
                    false => Doom::Lost("lost".into()).of_commit(),
                });
                return self.over(world);
            }
            None if in_time => {
                self.told = Told::Failed(doubt()); // closed
                return self.over(world);
            }
            Some(Discharged::Unanswered) | None => {
                world.model.give_up_discharge(self.session, world.now);
                world.flush();
                doubt()
            }
        };
        self.told = Told::Failed(failed);
        self.take_back(world, false)
    }

    fn silent(&mut self, world: &mut World, epoch: u32) -> Next {
        let (key, now) = (self.session, world.now);
        world.model.put_back(key);
        world.model.give_up_discharge(key, now);
        world.model.begin_transaction(key, now);
        self.taken_back(world, epoch)
    }

    fn taken_back(&mut self, world: &mut World, epoch: u32) -> Next {
        if is_there(world, epoch) {
            world.model.drop_kept_consumers(self.session);
            world.model.relieve();
            for consumer in std::mem::take(&mut self.undrained) {
                world.model.attach_anew(consumer, world.now);
            }
            world.model.end_recover(self.session);
            world.flush();
        }
        self.undone(world)
    }

    fn undone(&mut self, world: &mut World) -> Next {
        let model = &mut world.model;
        let ended = matches!(model.state(), State::Over | State::Closed);
        let written = matches!(self.stage, Stage::Drained { all: false, .. });
        let over = written || model.server().is_none() && ended;
        if !over && model.is_to_be_rolled_back(self.session) {
            model.begin_transaction(self.session, world.now);
        }
        self.over(world)
    }

    /// The program is told.
    fn over(&mut self, world: &mut World) -> Next {
        let (sends, queue, received) = world.book.begin(self.session);
        let doubt =
            matches!(&self.told, Told::Failed(error) if error.text.starts_with("outcome unknown:"));
        let store = world.peer.as_ref().map_or(&world.store, |peer| &peer.store);
        let committed = |number: &usize| store.committed.get(number).copied().unwrap_or(0);
        match self.told {
            Told::Ok if self.commits => {
                let all = sends.iter().all(|number| committed(number) == 1);
                assert!(all, "a part of {sends:?} is missing");
                let consumed = store.consumed.get(&queue);
                let all = received
                    .iter()
                    .all(|n| consumed.is_some_and(|c| c.contains(n)));
                assert!(all, "{received:?} come again");
                world.book.succeeded = Some(self.session);
            }
            Told::Failed(_) if doubt => world.book.doubts.push((sends, queue, received)),
            _ => world.book.never.extend(sends),
        }
        Next::Done
    }
}

fn is_there(world: &World, epoch: u32) -> bool {
    world.model.server().is_some_and(|(now, _)| now == epoch)
}
