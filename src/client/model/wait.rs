//! What threads wait for: the table of every wait of the client. For each, when it is over, and the place where its
//! waiters are woken.
//!
//! | wait | who waits | over when | woken at |
//! | --- | --- | --- | --- |
//! | `Gate` | a call that needs the server | the gate lets it pass or refuses it; its object is closed | its object, everybody |
//! | `Begun` | a session being created | the begin is answered, refused or given up; loss; close | session |
//! | `Attached` | a producer or consumer being created; a send | the attach is answered, refused, given up; loss; close | its object |
//! | `Turn` | a send | credit, room and nothing queued before it; the link is gone; loss; close | producer |
//! | `Verdict` | a confirmed send | outcome, loss, link gone; a close begins | producer |
//! | `Message` | a receive | a message, the end of a drain, close, loss | consumer |
//! | `Listener` | a dispatcher | a message for a listener, no listener left, close | session |
//! | `Calls` | stop, close, removal of a listener | callbacks and hand-outs have ended | connection |
//! | `Sends` | a close | no thread is inside a send | connection |
//! | `Written` | a close | bytes of the producers are with the system; loss | connection |
//! | `Detached` | close of a producer or consumer | the server has answered the detaches; loss | its object, connection |
//! | `Ended` | close of a session | the server has answered the end; loss | session |
//! | `Gone` | a second close of the same object | the first is done | connection |
//! | `Drained` | Recover of a session | every drain is answered; loss | session |
//! | `Confirmed` | an acknowledgement | the server has settled it; its link is gone; loss | connection |
//! | `Reconnected` | RecoverConnection beside an automatic reconnect | that has ended | everybody |
//! | `Recovered` | a second RecoverConnection | the first has ended | everybody |
//! | `Goodbye` | close of a connection | the server has closed it; nothing is left to write | connection, everybody |
//!
//! A change of the connection's state, a loss, the close of a session and the start wake everybody: they are rare.
//! In debug builds `runtime/monitor.rs` holds every release of the lock to this table: a wait that is over and was not
//! woken is a fault; so does the property test of the model.

use super::acknowledge::Handed;
use super::consumer::Turn as ReceiveTurn;
use super::link::{Incarnation, Owner};
use super::outbox::Ticket;
use super::{Key, Model};
use crate::client::rules::gate::{Call, Caller, State};

/// What a call is about: it must be open, and whoever waits for it is woken when it is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    Connection,
    Session(u32),
    /// Of a session
    Producer(u32, u32),
    Consumer(u32, u32),
}

/// A call at the gate.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub caller: Caller,
    pub call: Call,
    pub object: Object,
}

/// Whose callbacks and hand-outs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calls {
    All,
    Session(u32),
    /// Also its receives
    Consumer(u32),
    /// Not its receives
    Listener(u32),
}

/// What a thread waits for.
#[derive(Clone, Debug)]
pub enum Wait {
    Gate(Entry),
    Begun(u32),
    /// In this session
    Attached(u32, Owner),
    Turn {
        session: u32,
        producer: u32,
        index: usize,
        /// It waits for room, not for credit
        room: bool,
    },
    Verdict {
        session: u32,
        producer: u32,
        ticket: Ticket,
        /// It knows that the close has begun
        closing: bool,
    },
    Message {
        session: u32,
        consumer: u32,
        caller: Caller,
        call: Call,
        /// It waits for the answer to a drain, too
        drain: bool,
    },
    Listener(u32),
    Calls(Calls),
    Sends(Vec<u32>),
    Written(Vec<u32>),
    Detached(Owner),
    Ended(u32),
    Gone(Object),
    Drained(u32, u32),
    Confirmed(u32, Handed),
    Reconnected,
    Recovered(u64),
    Goodbye {
        epoch: u32,
        /// It knows that there is nothing left to write
        written: bool,
    },
}

impl Wait {
    /// Where its waiters are woken.
    pub fn key(&self) -> Key {
        match self {
            Wait::Gate(entry) => match entry.object {
                Object::Connection => Key::Connection,
                Object::Session(key) => Key::Session(key),
                Object::Producer(_, key) => Key::Producer(key),
                Object::Consumer(_, key) => Key::Consumer(key),
            },
            Wait::Begun(key) | Wait::Listener(key) | Wait::Ended(key) | Wait::Drained(key, _) => {
                Key::Session(*key)
            }
            Wait::Attached(_, Owner::Producer(key, _))
            | Wait::Detached(Owner::Producer(key, _)) => Key::Producer(*key),
            Wait::Attached(_, Owner::Consumer(key)) | Wait::Detached(Owner::Consumer(key)) => {
                Key::Consumer(*key)
            }
            Wait::Turn { producer, .. } | Wait::Verdict { producer, .. } => {
                Key::Producer(*producer)
            }
            Wait::Message { consumer, .. } => Key::Consumer(*consumer),
            Wait::Calls(_)
            | Wait::Sends(_)
            | Wait::Written(_)
            | Wait::Gone(_)
            | Wait::Confirmed(..)
            | Wait::Reconnected
            | Wait::Recovered(_)
            | Wait::Goodbye { .. } => Key::Connection,
        }
    }
}

impl Model {
    /// Whoever waits for this may go on.
    pub fn is_over(&self, wait: &Wait) -> bool {
        match wait {
            Wait::Gate(entry) => self.admit(entry).is_some(),
            Wait::Begun(key) => {
                let state = self.sessions.get(key);
                state.is_none_or(|state| !state.incarnation().is_attaching())
            }
            Wait::Attached(session, owner) => {
                let incarnation = self.incarnation(*owner);
                !incarnation.is_some_and(Incarnation::is_attaching)
                    || self.is_closed()
                    || self.check(self.object(*session, *owner)).is_err()
            }
            Wait::Turn {
                session,
                producer,
                index,
                room,
            } => self.is_turn(*session, *producer, *index, *room),
            Wait::Verdict {
                session,
                producer,
                ticket,
                closing,
            } => {
                let object = Object::Producer(*session, *producer);
                let state = self.producers.get(producer);
                state.is_none_or(|state| state.outbox.is_settled(*ticket))
                    || self.is_closing(object) != *closing
            }
            Wait::Message {
                session,
                consumer,
                caller,
                call,
                drain,
            } => match self.receive_turn((*session, *consumer), *caller, *call, true) {
                ReceiveTurn::Fail(_) => true,
                ReceiveTurn::Wait => false,
                ReceiveTurn::Go => {
                    self.has_message(*consumer) || (*drain && !self.is_draining(*consumer))
                }
            },
            Wait::Listener(session) => self.sessions.get(session).is_none_or(|state| {
                !state.is_open()
                    || self.is_closed()
                    || state.listening.is_none()
                    || self.is_listener_due(*session)
            }),
            Wait::Calls(calls) => !self.calls(*calls),
            Wait::Sends(producers) => !self.any_producer(producers, |state| state.is_sending()),
            Wait::Written(producers) => !self.is_unwritten(producers),
            Wait::Detached(owner) => !self.is_detaching(*owner),
            Wait::Ended(key) => self.sessions.get(key).is_none_or(|state| {
                !matches!(state.incarnation(), Incarnation::Closing(_)) || self.server.is_none()
            }),
            Wait::Gone(object) => self.is_closed() || !self.is_going(*object),
            Wait::Drained(session, epoch) => {
                let server = self.server.as_ref();
                server.is_none_or(|server| server.epoch() != *epoch)
                    || self.undrained(*session).is_empty()
            }
            Wait::Confirmed(epoch, handed) => {
                let server = self.server.as_ref();
                server.is_none_or(|server| server.epoch() != *epoch)
                    || !self.is_confirming(handed)
                    || !self.is_link_there(handed)
            }
            Wait::Reconnected => self.state() != State::Reconnecting,
            Wait::Recovered(number) => {
                self.state() != State::Recovering || self.recovery() != *number
            }
            Wait::Goodbye { epoch, written } => {
                let server = self.server.as_ref().filter(|s| s.epoch() == *epoch);
                server.is_none_or(|server| !*written && server.unwritten() == 0)
            }
        }
    }

    fn object(&self, session: u32, owner: Owner) -> Object {
        match owner {
            Owner::Producer(key, _) => Object::Producer(session, key),
            Owner::Consumer(key) => Object::Consumer(session, key),
        }
    }

    /// The close of an object, or of what it belongs to, has begun.
    pub fn is_closing(&self, object: Object) -> bool {
        self.is_closed() || self.check(object).is_err()
    }

    /// A send may try again.
    fn is_turn(&self, session: u32, producer: u32, index: usize, room: bool) -> bool {
        let (Some(state), Some(server)) = (self.producers.get(&producer), self.server.as_ref())
        else {
            return true;
        };
        let link = state.senders.at(index).and_then(|link| link.live());
        let Some(link) = link.filter(|_| !self.is_closing(Object::Producer(session, producer)))
        else {
            return true;
        };
        match room {
            true => !self.waits_for_room(producer),
            false => !state.outbox.waits() && server.engine.credit(link) > 0,
        }
    }

    /// Callbacks or hand-outs are under way that do not themselves wait for others.
    pub fn calls(&self, calls: Calls) -> bool {
        let consumer = |key: &u32| self.consumers.get(key);
        match calls {
            Calls::All => self.sessions.values().any(|state| state.running.is_any()),
            Calls::Session(key) => self
                .sessions
                .get(&key)
                .is_some_and(|state| state.running.is_any()),
            Calls::Consumer(key) => {
                consumer(&key).is_some_and(|state| state.running.is_any() || state.is_receiving())
            }
            Calls::Listener(key) => consumer(&key).is_some_and(|state| state.running.is_any()),
        }
    }

    /// A callback begins or ceases to wait for others: two callbacks never wait for each other.
    pub fn park(&mut self, (session, consumer): (u32, u32), parked: bool) {
        if let Some(state) = self.sessions.get_mut(&session) {
            state.running.park(parked);
        }
        if let Some(state) = self.consumers.get_mut(&consumer) {
            state.running.park(parked);
        }
        self.effects.wake(Key::Connection);
    }

    /// The answers to the detaches of an object are awaited.
    fn is_detaching(&self, owner: Owner) -> bool {
        let closing = |incarnation: &_| matches!(incarnation, &Incarnation::Closing(_));
        match owner {
            Owner::Producer(key, _) => self.producers.get(&key).is_some_and(|state| {
                let mut links = state.senders.iter();
                links.any(|(_, link)| closing(link.incarnation()))
            }),
            Owner::Consumer(key) => {
                let state = self.consumers.get(&key);
                state.is_some_and(|state| closing(state.link.incarnation()))
            }
        }
    }

    /// The close of an object is not done, and somebody does it.
    fn is_going(&self, object: Object) -> bool {
        match object {
            Object::Connection => false,
            Object::Session(key) => self.sessions.contains_key(&key),
            Object::Producer(_, key) => self.producers.contains_key(&key),
            Object::Consumer(_, key) => self
                .consumers
                .get(&key)
                .is_some_and(|state| !state.is_kept() && !state.is_closed_inside()),
        }
    }
}
