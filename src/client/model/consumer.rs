//! Consumers: their link and inbox, the credit that they grant, how they listen, receive and end (spec 20 §4,
//! spec 40 §1.12).

use std::sync::Arc;
use std::time::Instant;

use super::acknowledge::Handed;
use super::inbox::Inbox;
use super::link::{Definition, Incarnation, Link, Owner, Terms};
use super::session::{Closing, MessageListener, Running};
use super::wait::Object;
use super::{Key, Model};
use crate::amqp::engine::Settle;
use crate::client::rules::attach::{self, ConsumerDefinition};
use crate::client::rules::gate::{self, Call, Caller, Decision};
use crate::client::rules::modes::AcknowledgeMode;
use crate::client::rules::profile::Profile;
use crate::client::rules::subscription::Subscription;
use crate::message::Destination;
use crate::message::selector::Selector;
use crate::status::{Error, Result, Status};

/// What is needed to open a message of a consumer, on the present server.
pub struct Reading {
    pub destination: Destination,
    /// Messages that carry this mark are the connection's own and not for it.
    pub own_mark: Option<String>,
    /// Messages of the broker itself are not for it.
    pub hides_own: bool,
    pub profile: Arc<Profile>,
}

impl Reading {
    /// Of what is read from this destination of such a server.
    pub fn of(
        destination: &Destination,
        own_mark: Option<String>,
        profile: &Arc<Profile>,
    ) -> Reading {
        Reading {
            destination: destination.clone(),
            own_mark,
            hides_own: profile.hides_own(destination),
            profile: profile.clone(),
        }
    }
}

/// What becomes of a receive just now.
#[derive(Debug)]
pub enum Turn {
    /// A message may be taken, or the server may be asked.
    Go,
    Wait,
    Fail(Error),
}

/// A consumer.
pub(super) struct ConsumerState {
    session: u32,
    definition: Arc<ConsumerDefinition>,
    pub(super) link: Link,
    closing: Closing,
    pub(super) inbox: Inbox,
    pub(super) running: Running,
    listener: Option<MessageListener>,
    /// Threads that wait in a receive
    receiving: u32,
    reading: Option<Arc<Reading>>,
}

impl ConsumerState {
    pub fn session(&self) -> u32 {
        self.session
    }

    pub fn destination(&self) -> &Destination {
        &self.definition.destination
    }

    /// The acknowledgements of its messages may wait for others.
    pub fn is_lazy(&self) -> bool {
        self.definition.lazy
    }

    pub fn is_open(&self) -> bool {
        self.closing == Closing::Open
    }

    pub fn definition(&self) -> &ConsumerDefinition {
        &self.definition
    }

    pub fn listener(&self) -> Option<&MessageListener> {
        self.listener.as_ref()
    }

    pub fn reading(&self) -> Option<&Arc<Reading>> {
        self.reading.as_ref()
    }

    /// A thread waits in a receive.
    pub fn is_receiving(&self) -> bool {
        self.receiving > 0
    }

    pub fn is_closed_inside(&self) -> bool {
        self.closing == Closing::Inside
    }

    /// Closed, with messages in the program's hands.
    pub fn is_kept(&self) -> bool {
        matches!(self.link.incarnation(), Incarnation::Kept(_))
    }

    /// A recovery makes it again.
    pub fn is_recovered(&self) -> bool {
        self.is_open() && self.link.is_recovered()
    }
}

impl Model {
    /// A new consumer, not attached yet.
    pub fn new_consumer(
        &mut self,
        session: u32,
        destination: Destination,
        selector: Option<Arc<Selector>>,
        no_local: bool,
    ) -> u32 {
        self.insert_consumer(session, destination, selector, no_local, None)
    }

    /// A new consumer, not attached yet, that may be the subscriber of a name.
    pub(super) fn insert_consumer(
        &mut self,
        session: u32,
        destination: Destination,
        selector: Option<Arc<Selector>>,
        no_local: bool,
        subscription: Option<Subscription>,
    ) -> u32 {
        let key = self.key();
        let mode = self.sessions.get(&session).map(|state| state.mode());
        // what comes over a temporary destination ends with the connection: it comes to nobody again
        let ends = mode.is_some_and(AcknowledgeMode::by_library) && destination.is_temporary();
        let name = match &subscription {
            Some(subscription) => subscription.link_name(),
            None => attach::name("rcv", self.container_id(), key, &destination.name_str()),
        };
        let definition = Arc::new(ConsumerDefinition {
            name,
            subscription,
            selector,
            no_local,
            presettled: mode == Some(AcknowledgeMode::No),
            lazy: ends || mode.is_some_and(AcknowledgeMode::lazy),
            browses: false,
            destination,
        });
        let state = ConsumerState {
            session,
            link: Link::new(Definition::Receiver(definition.clone())),
            inbox: Inbox::new(&definition.destination, self.basis.options),
            definition,
            closing: Closing::Open,
            running: Running::default(),
            listener: None,
            receiving: 0,
            reading: None,
        };
        self.consumers.insert(key, state);
        key
    }

    /// The link of a consumer is there, on these terms.
    pub(super) fn consumer_attached(&mut self, key: u32, terms: Terms) {
        let own_mark = terms.filter_local.then(|| self.container_id().to_owned());
        let (Some(state), Some(server)) = (self.consumers.get_mut(&key), self.server.as_ref())
        else {
            return;
        };
        let reading = Reading::of(&state.definition.destination, own_mark, server.profile());
        state.reading = Some(Arc::new(reading));
        let again = state.link.is_confirmed();
        self.note_subscription(key);
        self.mark_origin |= terms.filter_local;
        if again {
            self.grant(key); // else the call that creates it does
        }
        self.effects.wake(Key::Consumer(key));
    }

    /// The server closed a consumer: every later call but Close returns the error.
    pub(super) fn consumer_failed(&mut self, key: u32, error: &Error) {
        if self.is_kept(key) {
            return self.drop_consumer(key); // its close is done
        }
        if let Some(state) = self.consumers.get_mut(&key) {
            state.inbox.lose(&mut self.clamp);
            state.link.gone(Some(error.clone()));
        }
        self.effects.wake(Key::Consumer(key));
    }

    /// The error of a consumer that the server has closed.
    pub fn check_consumer(&self, key: u32) -> Result<()> {
        let state = self.consumers.get(&key);
        match state.and_then(|state| state.link.incarnation().failed()) {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }

    /// The listener of a consumer.
    pub fn listener(&self, key: u32) -> Option<&MessageListener> {
        self.consumers.get(&key)?.listener()
    }

    /// A thread waits in a receive on this consumer.
    pub fn is_receiving(&self, key: u32) -> bool {
        let state = self.consumers.get(&key);
        state.is_some_and(ConsumerState::is_receiving)
    }

    /// Sets or removes the listener of a consumer.
    pub fn listen(&mut self, key: u32, listener: Option<MessageListener>) {
        let Some(state) = self.consumers.get_mut(&key) else {
            return;
        };
        if let Some(session) = self.sessions.get_mut(&state.session) {
            match (state.listener.is_some(), listener.is_some()) {
                (false, true) => {
                    let backlog = state.inbox.arrivals();
                    let unprefetched = state.inbox.is_unprefetched();
                    session.listening.add(key, unprefetched, backlog);
                    if state.inbox.in_hand().is_empty() {
                        state.inbox.done(); // what a receive has returned before
                    }
                }
                (true, false) => session.listening.remove(key),
                _ => {}
            }
        }
        state.inbox.stop_hands();
        state.listener = listener;
        self.effects.wake(Key::Session(state.session));
        self.effects.wake(Key::Consumer(key));
        self.grant(key);
    }

    /// The program closes a consumer; `inside` its own listener the dispatcher does the rest. False: it was closed.
    pub fn close_consumer(&mut self, key: u32, inside: bool) -> bool {
        let Some(state) = self.consumers.get_mut(&key) else {
            return false;
        };
        if !state.is_open() {
            return false;
        }
        state.closing = if inside {
            Closing::Inside
        } else {
            Closing::Closed
        };
        self.listen(key, None);
        true
    }

    /// The consumer was closed inside its own listener.
    pub fn is_consumer_closed_inside(&self, key: u32) -> bool {
        let state = self.consumers.get(&key);
        state.is_some_and(ConsumerState::is_closed_inside)
    }

    /// Puts back what a closed consumer holds and writes its detach. In CLIENT mode and in transactions its link
    /// stays, without credit, until the messages in the program's hands are settled or the session ends: it is drained,
    /// because Artemis holds what it is about to send when the credit is merely taken away, and nobody else gets that.
    pub fn detach_consumer(&mut self, key: u32, now: Instant) {
        self.release_hand(key);
        let Some(state) = self.consumers.get_mut(&key) else {
            return;
        };
        let live = state.link.live();
        state.inbox.end_drain(); // its end answers a Recover, too
        self.effects.wake(Key::Session(state.session));
        if let (Some(server), Some(link)) = (self.server.as_mut(), live) {
            state.inbox.give_back(&mut self.clamp, |receipt| {
                server.settle(link, receipt, Settle::Released);
            });
            state.inbox.lose(&mut self.clamp);
            if let Some(session) = self.sessions.get_mut(&state.session) {
                let own = |consumer: u32| consumer == key;
                let in_hand = session.unacknowledged.values().any(|h| own(h.consumer()));
                if in_hand && session.mode().outlives_consumers() {
                    state.link.keep();
                    self.drain_credit(key, 0, now);
                } else {
                    server.engine.set_credit(link, 0, false);
                    state.link.closing(link);
                }
            }
            if self.is_closing_link(key) {
                self.fail_in_hand(key);
                if let Some(server) = self.server.as_mut() {
                    server.engine.leave(link);
                }
            }
        } else if let (Some(server), Some(link)) = (self.server.as_mut(), state.link.take()) {
            server.close_link(link); // its attach is under way
        }
        self.relieve();
        self.effects.wake(Key::Connection);
        self.effects.wake(Key::Consumer(key));
    }

    /// Messages of a consumer in the program's hands go back to the server, newest first, with their count raised.
    pub(super) fn fail_in_hand(&mut self, key: u32) {
        let session = self.consumers.get(&key).map(ConsumerState::session);
        let session = session.and_then(|session| self.sessions.get_mut(&session));
        let (Some(session), Some(server)) = (session, self.server.as_mut()) else {
            return;
        };
        let own = |handed: &Handed| handed.consumer() == key;
        let handed = session.unacknowledged.values().rev();
        handed
            .filter(|handed| own(handed))
            .for_each(|handed| server.fail(handed));
        session.unacknowledged.retain(|_, handed| !own(handed));
    }

    /// The answer to the detach of a consumer is awaited.
    fn is_closing_link(&self, key: u32) -> bool {
        let state = self.consumers.get(&key);
        state.is_some_and(|state| matches!(state.link.incarnation(), Incarnation::Closing(_)))
    }

    /// A consumer stays for the messages in the program's hands.
    pub fn is_kept(&self, key: u32) -> bool {
        let state = self.consumers.get(&key);
        state.is_some_and(ConsumerState::is_kept)
    }

    /// A consumer goes.
    pub fn drop_consumer(&mut self, key: u32) {
        let Some(mut state) = self.consumers.remove(&key) else {
            return;
        };
        state.inbox.lose(&mut self.clamp);
        self.lose_handed(state.session, key); // its link was detached by the server
        let closing = matches!(state.link.incarnation(), Incarnation::Closing(_));
        if let (Some(server), Some(link)) = (self.server.as_mut(), state.link.take()) {
            match closing {
                true => drop(server.disown(link)),
                false => server.close_link(link),
            }
        }
        self.effects.wake(Key::Session(state.session)); // a Recover may wait for its drain
        self.effects.wake(Key::Consumer(key));
        self.effects.wake(Key::Connection);
    }

    /// Consumers of a session that were closed with messages in hand go when those are settled.
    pub fn drop_kept_consumers(&mut self, session: u32) {
        for key in self.consumers_of(session) {
            if self.is_kept(key) {
                self.drop_consumer(key);
            }
        }
    }

    /// What a receive does now. `waiting` = it has waited.
    pub fn receive_turn(
        &self,
        (session, key): (u32, u32),
        caller: Caller,
        call: Call,
        waiting: bool,
    ) -> Turn {
        if !self.is_closed()
            && let Err(error) = self.receivable(key, session, waiting)
        {
            return Turn::Fail(error);
        }
        match gate::decide(self.state(), caller, call) {
            Decision::Go => match self.receives_in_vain(session) {
                Some(error) => Turn::Fail(error),
                None => Turn::Go,
            },
            Decision::Wait => Turn::Wait,
            Decision::Fail(status) => Turn::Fail(self.refusal(status)),
        }
    }

    /// Refuses receives on closed or failed consumers and beside a listener.
    fn receivable(&self, key: u32, session: u32, waiting: bool) -> Result<()> {
        let gone = |text| {
            let status = if waiting {
                Status::TIBEMS_INTR
            } else {
                Status::TIBEMS_ILLEGAL_STATE
            };
            Err(Error::new(status, text))
        };
        if !self
            .sessions
            .get(&session)
            .is_some_and(|state| state.is_open())
        {
            return gone("the session is closed");
        }
        let Some(state) = self.consumers.get(&key).filter(|state| state.is_open()) else {
            return gone("the consumer is closed");
        };
        self.check_consumer(key)?;
        if state.listener.is_some() {
            return Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "the consumer has a message listener",
            ));
        }
        Ok(())
    }

    /// A thread begins to wait in a receive: without prefetch, or with one behind a message in work, it asks for its
    /// message.
    pub fn begin_receiving(&mut self, key: u32) {
        if let Some(state) = self.consumers.get_mut(&key) {
            state.receiving += 1;
            if state.inbox.is_unprefetched() || state.inbox.is_single() {
                state.inbox.done(); // who asks for the next is done with the one before
                self.grant(key);
            }
        }
    }

    /// The thread waits no more.
    pub fn end_receiving(&mut self, key: u32, now: Instant) {
        if let Some(state) = self.consumers.get_mut(&key) {
            state.receiving -= 1;
            let object = Object::Consumer(state.session(), key);
            if self.is_closing(object) {
                self.effects.wake(Key::Connection); // a close may wait for it
            }
        }
        if self.is_occupied(key) {
            self.take_credit_back(key, now); // it has asked for nothing more
        }
    }

    /// Gives the server back what the session holds: buffered messages released, messages in the hands of
    /// the program with their count raised, each newest first (spec 40 §2.12). Buffered messages that came settled stay.
    pub fn put_back(&mut self, session: u32) {
        self.release_buffered(session);
        let Some(server) = self.server.as_mut() else {
            return;
        };
        if let Some(state) = self.sessions.get_mut(&session) {
            while let Some((_, handed)) = state.unacknowledged.pop_last() {
                server.fail(&handed);
            }
        }
    }

    /// Gives the server back what the session has buffered.
    pub fn release_buffered(&mut self, session: u32) {
        for key in self.consumers_of(session) {
            self.release_hand(key);
        }
        let Some(server) = self.server.as_mut() else {
            return;
        };
        let of = self.consumers.values_mut();
        for state in of.filter(|state| state.session == session) {
            let Some(link) = state.link.live() else {
                continue;
            };
            if server.engine.link_credit(link) > 0 {
                server.engine.set_credit(link, 0, false);
            }
            state.inbox.give_back(&mut self.clamp, |receipt| {
                server.settle(link, receipt, Settle::Released);
            });
        }
    }

    /// The server left a drain of this consumer unanswered: nobody knows what still comes over the link, so another
    /// one takes its place (spec 40 §1.12).
    pub fn attach_anew(&mut self, key: u32, now: Instant) {
        let Some(state) = self.consumers.get_mut(&key) else {
            return;
        };
        state.inbox.lose(&mut self.clamp);
        if let (Some(server), Some(link)) = (self.server.as_mut(), state.link.take()) {
            server.close_link(link);
            let _ = self.attach(Owner::Consumer(key), now);
        }
    }
}
