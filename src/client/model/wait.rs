//! What threads wait for: the table of every wait of the client. For each, when it is over, and the place where its
//! waiters are woken.
//!
//! | wait | who waits | over when | woken at |
//! | --- | --- | --- | --- |
//! | `Gate` | a call that needs the server | the gate lets it pass or refuses it; its object is closed | its object, everybody |
//! | `Begun` | a session being created | the begin is answered, refused or given up; loss; close | session |
//! | `Attached` | a producer, consumer or temporary destination being created; a send | the attach is answered, refused, given up; loss; close | its object |
//! | `Unsubscribed` | an Unsubscribe | the server has deleted the subscription or refuses; loss; close | session |
//! | `Turn` | a send | credit, room, nothing queued before it; the link is gone; loss; close | producer |
//! | `Room` | a send inside a completion callback | room in the output; its producer is closed; loss; close | producer |
//! | `Window` | an asynchronous send | fewer of them pending, or a callback waits itself; its producer is closed; loss; close | producer |
//! | `Completion` | the thread that calls completion callbacks | one is due; its session is gone | completer of the session |
//! | `Promises` | a close, commit or rollback | every asynchronous send of the producers has a verdict; loss | connection |
//! | `Called` | a close, commit or rollback | every completion callback of the producers has returned, or waits itself when a callback waits | connection |
//! | `Verdict` | a confirmed send | outcome, loss, link gone; a close begins | producer |
//! | `Look` | the next message of a browser | a message, the answer of the server, its link gone; gate, close, loss | browser |
//! | `Message` | a receive | a message, the end of a drain, close, loss | consumer |
//! | `Transaction` | a send in a transacted session | the transaction is declared, or cannot be; loss; close | session |
//! | `Outcomes` | a commit | every send of the transaction is answered, or one has failed; loss; close | session |
//! | `Command` | a commit, a rollback | the coordinator takes a command, or is gone; loss; close | session |
//! | `Discharged` | a commit, a rollback | the server has ended the transaction; coordinator gone; loss; close | session |
//! | `Settled` | close of a producer | every send of it in a transaction is answered; loss | producer |
//! | `Reply` | a request | a message, close, loss | consumer |
//! | `Listener` | a dispatcher | a message for a listener, no listener left, close | session |
//! | `Calls` | stop, close, removal of a listener | callbacks and hand-outs have ended, or wait themselves when a callback waits | connection |
//! | `Sends` | a close | no thread is inside a send | connection |
//! | `Written` | a close | bytes of the producers are with the system; loss | connection |
//! | `Detached` | close of a producer or consumer, deletion of a temporary destination | the server has answered the detaches, or the drain of a link that is kept; loss | its object, connection |
//! | `Ended` | close of a session | the server has answered the end; loss | session |
//! | `Gone` | a second close of the same producer, consumer or browser | the first is done | connection |
//! | `Drained` | Recover of a session | every drain is answered; loss | session |
//! | `Confirmed` | an acknowledgement | the server has settled it; its link is gone; loss | connection |
//! | `Reconnected` | RecoverConnection beside an automatic reconnect | that has ended | everybody |
//! | `Noticed` | the I/O thread of a broken connection that is traced | it is not broken any more | everybody |
//! | `Recovered` | a second RecoverConnection | the first has ended | everybody |
//! | `Goodbye` | close of a connection | the server has closed it; nothing is left to write | connection, everybody |
//! | `Notice` | the thread of the exception listener | there is something to tell, no listener any more, close | connection |
//! | `Incarnation` | the I/O thread between two servers | the next one is left to it, or none can come | connection, everybody |
//!
//! A change of the connection's state, a loss, the close of a session and the start wake everybody: they are rare.
//! In debug builds `runtime/monitor.rs` holds every release of the lock to this table: a wait that is over and was not
//! woken is a fault; so does the property test of the model.

use super::acknowledge::Handed;
use super::consumer::{ConsumerState, Turn as ReceiveTurn};
use super::link::{Incarnation, Owner};
use super::outbox::Ticket;
use super::session::SessionState;
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
    Browser(u32, u32),
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

/// Who waits for callbacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiter {
    /// A callback: those that wait for others do not count, so no two wait for each other
    Callback,
    /// A thread that no callback waits for
    Thread,
}

/// What the turn of a send depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// And what is queued before it
    Credit,
    /// In the output
    Room,
}

/// What a thread waits for.
#[derive(Clone, Debug)]
pub enum Wait {
    Gate(Entry),
    Begun(u32),
    /// In this session
    Attached(u32, Owner),
    /// In this session
    Unsubscribed(u32, u32),
    Turn {
        session: u32,
        producer: u32,
        index: usize,
        what: For,
    },
    /// Session and producer
    Room(u32, u32),
    /// The same
    Window(u32, u32),
    /// Of this session
    Completion(u32),
    Promises(Vec<u32>),
    Called(Vec<u32>, Waiter),
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
    /// At the gate, and then of this browser
    Look(Entry, u32),
    /// Of this session, by a send of this producer
    Transaction(u32, u32),
    Outcomes(u32),
    Command {
        session: u32,
        /// To roll back
        fail: bool,
    },
    Discharged(u32),
    Settled(u32),
    Reply {
        session: u32,
        consumer: u32,
        caller: Caller,
        /// Of this incarnation
        epoch: Option<u32>,
    },
    Listener(u32),
    Calls(Calls, Waiter),
    Sends(Vec<u32>),
    Written(Vec<u32>),
    Detached(Owner),
    Ended(u32),
    Gone(Object),
    Drained(u32, u32),
    Confirmed(u32, Handed),
    Reconnected,
    Noticed,
    Recovered(u64),
    Goodbye {
        epoch: u32,
        /// It knows that there is nothing left to write
        written: bool,
    },
    Notice,
    /// After this one
    Incarnation(u32),
}

impl Wait {
    /// Frames of the server end it, so that its thread may read them itself (`rules::reading`). The others end with what
    /// threads of this program do.
    pub fn is_for_server(&self) -> bool {
        match self {
            Wait::Begun(_)
            | Wait::Attached(..)
            | Wait::Unsubscribed(..)
            | Wait::Turn { .. }
            | Wait::Room(..)
            | Wait::Window(..)
            | Wait::Completion(_)
            | Wait::Promises(_)
            | Wait::Verdict { .. }
            | Wait::Message { .. }
            | Wait::Look(..)
            | Wait::Transaction(..)
            | Wait::Outcomes(_)
            | Wait::Command { .. }
            | Wait::Discharged(_)
            | Wait::Settled(_)
            | Wait::Reply { .. }
            | Wait::Listener(_)
            | Wait::Detached(_)
            | Wait::Ended(_)
            | Wait::Drained(..)
            | Wait::Confirmed(..)
            | Wait::Goodbye { .. } => true,
            Wait::Gate(_)
            | Wait::Called(..)
            | Wait::Calls(..)
            | Wait::Sends(_)
            | Wait::Written(_)
            | Wait::Gone(_)
            | Wait::Reconnected
            | Wait::Noticed
            | Wait::Recovered(_)
            | Wait::Notice
            | Wait::Incarnation(_) => false,
        }
    }

    /// Where its waiters are woken.
    pub fn key(&self) -> Key {
        match self {
            Wait::Gate(entry) => match entry.object {
                Object::Connection => Key::Connection,
                Object::Session(key) => Key::Session(key),
                Object::Producer(_, key) => Key::Producer(key),
                Object::Consumer(_, key) => Key::Consumer(key),
                Object::Browser(_, key) => Key::Browser(key),
            },
            Wait::Look(_, key)
            | Wait::Attached(_, Owner::Browser(key))
            | Wait::Detached(Owner::Browser(key)) => Key::Browser(*key),
            Wait::Begun(key)
            | Wait::Listener(key)
            | Wait::Ended(key)
            | Wait::Drained(key, _)
            | Wait::Unsubscribed(key, _) => Key::Session(*key),
            Wait::Transaction(key, _)
            | Wait::Outcomes(key)
            | Wait::Command { session: key, .. }
            | Wait::Discharged(key)
            | Wait::Attached(_, Owner::Coordinator(key))
            | Wait::Detached(Owner::Coordinator(key)) => Key::Session(*key),
            Wait::Settled(key) => Key::Producer(*key),
            Wait::Attached(_, Owner::Producer(key, _))
            | Wait::Detached(Owner::Producer(key, _)) => Key::Producer(*key),
            Wait::Attached(_, Owner::Consumer(key)) | Wait::Detached(Owner::Consumer(key)) => {
                Key::Consumer(*key)
            }
            Wait::Attached(_, Owner::Temporary(_)) | Wait::Detached(Owner::Temporary(_)) => {
                Key::Connection
            }
            Wait::Turn { producer, .. }
            | Wait::Room(_, producer)
            | Wait::Window(_, producer)
            | Wait::Verdict { producer, .. } => Key::Producer(*producer),
            Wait::Completion(session) => Key::Completer(*session),
            Wait::Message { consumer, .. } | Wait::Reply { consumer, .. } => {
                Key::Consumer(*consumer)
            }
            Wait::Attached(_, Owner::Unsubscribing(_))
            | Wait::Detached(Owner::Unsubscribing(_))
            | Wait::Calls(..)
            | Wait::Sends(_)
            | Wait::Written(_)
            | Wait::Promises(_)
            | Wait::Called(..)
            | Wait::Gone(_)
            | Wait::Confirmed(..)
            | Wait::Reconnected
            | Wait::Noticed
            | Wait::Recovered(_)
            | Wait::Goodbye { .. }
            | Wait::Notice
            | Wait::Incarnation(_) => Key::Connection,
        }
    }
}

impl Model {
    /// Whoever waits for this may go on.
    pub fn is_over(&self, wait: &Wait) -> bool {
        match wait {
            Wait::Gate(entry) => self.admit(entry).is_some(),
            Wait::Begun(key) => !self.is_coming(*key),
            Wait::Attached(session, owner) => {
                let incarnation = self.incarnation(*owner);
                !incarnation.is_some_and(Incarnation::is_attaching)
                    || self.is_closed()
                    || self.check(self.object(*session, *owner)).is_err()
            }
            Wait::Unsubscribed(_, key) => !self.is_unsubscribing(*key),
            Wait::Turn {
                session,
                producer,
                index,
                what,
            } => self.is_turn(*session, *producer, *index, *what),
            Wait::Room(session, producer) => {
                self.server.is_none()
                    || self.is_closing(Object::Producer(*session, *producer))
                    || !self.waits_for_room(*producer)
            }
            Wait::Window(session, producer) => {
                self.server.is_none()
                    || self.is_closing(Object::Producer(*session, *producer))
                    || !self.waits_for_window(*producer)
            }
            Wait::Completion(session) => {
                self.has_completions(*session) || !self.wants_completer(*session)
            }
            Wait::Promises(producers) => !self.awaits_outcomes(producers),
            Wait::Called(producers, waiter) => !self.awaits_callbacks(producers, *waiter),
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
            Wait::Look(entry, browser) => match self.admit(entry) {
                Some(Ok(())) => self.can_browse(*browser),
                Some(Err(_)) => true,
                None => false,
            },
            Wait::Transaction(session, producer) => {
                self.is_begun(*session) || self.is_closing(Object::Producer(*session, *producer))
            }
            Wait::Outcomes(session) => {
                self.is_answered(*session) || self.is_closing(Object::Session(*session))
            }
            Wait::Command { session, fail } => {
                self.is_commanding(*session, *fail) || self.is_closing(Object::Session(*session))
            }
            Wait::Discharged(session) => {
                !self.is_discharging(*session) || self.is_closing(Object::Session(*session))
            }
            Wait::Settled(producer) => {
                let state = self.producers.get(producer);
                state.is_none_or(|state| !state.outbox.is_enrolled())
            }
            Wait::Reply {
                session,
                consumer,
                caller,
                epoch,
            } => {
                let call = Call::Receive { waiting: true };
                let turn = self.receive_turn((*session, *consumer), *caller, call, true);
                let fails = matches!(turn, ReceiveTurn::Fail(_));
                fails || self.present() != *epoch || self.has_message(*consumer)
            }
            Wait::Listener(session) => self.sessions.get(session).is_none_or(|state| {
                !state.is_open()
                    || self.is_closed()
                    || state.listening.is_none()
                    || self.is_listener_due(*session)
            }),
            Wait::Calls(calls, waiter) => !self.calls(*calls, *waiter),
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
            Wait::Noticed => self.state() != State::Broken,
            Wait::Recovered(number) => {
                self.state() != State::Recovering || self.recovery() != *number
            }
            Wait::Goodbye { epoch, written } => {
                let server = self.server.as_ref().filter(|s| s.epoch() == *epoch);
                server.is_none_or(|server| !*written && server.unwritten() == 0)
            }
            Wait::Notice => !self.wants_teller() || self.has_notice(),
            Wait::Incarnation(last) => {
                self.in_service() > *last || matches!(self.state(), State::Closed | State::Over)
            }
        }
    }

    fn object(&self, session: u32, owner: Owner) -> Object {
        match owner {
            Owner::Producer(key, _) => Object::Producer(session, key),
            Owner::Consumer(key) => Object::Consumer(session, key),
            Owner::Browser(key) => Object::Browser(session, key),
            Owner::Coordinator(key) => Object::Session(key),
            Owner::Temporary(_) => Object::Session(session),
            Owner::Unsubscribing(_) => Object::Session(session),
        }
    }

    /// The close of an object, or of what it belongs to, has begun.
    pub fn is_closing(&self, object: Object) -> bool {
        self.is_closed() || self.check(object).is_err()
    }

    /// A send may try again.
    fn is_turn(&self, session: u32, producer: u32, index: usize, what: For) -> bool {
        let (Some(state), Some(server)) = (self.producers.get(&producer), self.server.as_ref())
        else {
            return true;
        };
        let link = state.senders.at(index).and_then(|link| link.live());
        let Some(link) = link.filter(|_| !self.is_closing(Object::Producer(session, producer)))
        else {
            return true;
        };
        match what {
            For::Room => !self.waits_for_room(producer),
            For::Credit => !state.outbox.waits() && server.engine.credit(link) > 0,
        }
    }

    /// Callbacks or hand-outs are under way that this waiter waits for.
    pub fn calls(&self, calls: Calls, waiter: Waiter) -> bool {
        let session = |state: &SessionState| state.running.is_any(waiter);
        let listener = |state: &ConsumerState| state.running.is_any(waiter);
        match calls {
            Calls::All => self.sessions.values().any(session),
            Calls::Session(key) => self.sessions.get(&key).is_some_and(session),
            Calls::Consumer(key) => (self.consumers.get(&key))
                .is_some_and(|state| listener(state) || state.is_receiving()),
            Calls::Listener(key) => self.consumers.get(&key).is_some_and(listener),
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

    /// The answers to the detaches of an object are awaited, or that to the drain of a link that is kept.
    fn is_detaching(&self, owner: Owner) -> bool {
        let closing = |incarnation: &_| matches!(incarnation, &Incarnation::Closing(_));
        match owner {
            Owner::Producer(key, _) => self.producers.get(&key).is_some_and(|state| {
                let mut links = state.senders.iter();
                links.any(|(_, link)| closing(link.incarnation()))
            }),
            Owner::Consumer(key) => {
                let state = self.consumers.get(&key);
                state.is_some_and(|state| {
                    // over a link that is kept nothing comes any more when its drain is answered
                    let drains = state.is_kept() && state.inbox.is_draining();
                    drains || closing(state.link.incarnation())
                })
            }
            Owner::Browser(key) => {
                let state = self.browsers.get(&key);
                state.is_some_and(|state| closing(state.link.incarnation()))
            }
            Owner::Coordinator(_) => false, // it ends with its session
            Owner::Temporary(key) => {
                let state = self.temporaries.get(key);
                state.is_some_and(|state| closing(state.link.incarnation()))
            }
            Owner::Unsubscribing(_) => false,
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
            Object::Browser(_, key) => self.browsers.contains_key(&key),
        }
    }
}
