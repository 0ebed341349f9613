//! Browsers: a link that copies, the messages that have come over it, and how far the enumeration is (spec 20 §5,
//! spec 40 §2.8).
//!
//! A browser has credit only while it asks: as many messages as a round of it takes, with a drain. What the server gives back
//! of that is the end of the enumeration; a round that it used up is followed by a larger one. Nothing is acknowledged, and
//! whether the connection is started makes no difference.
//!
//! An end that tells nothing (`inbox.rs`) is doubted, and the next round is asked for without a drain.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::acknowledge::Receipt;
use super::consumer::Reading;
use super::inbox::{Answer, Buffered, Inbox};
use super::link::{Definition, Incarnation, Link, Owner};
use super::{Key, Model};
use crate::amqp::engine::{Delivery, LinkId, Settle};
use crate::client::rules::attach::{self, ConsumerDefinition};
use crate::client::rules::condition::Place;
use crate::client::rules::detach::{self, GIVE_UP, Means};
use crate::client::rules::reason::Reason;
use crate::message::Destination;
use crate::message::selector::Selector;
use crate::status::{Error, Result, Status};

/// After the end the server is asked again no sooner than this (spec 20 §5).
const REST: Duration = Duration::from_secs(1);
/// Most messages of a round, and the bytes beyond which rounds become smaller.
const ROUND: u32 = 1000;
const ROUND_BYTES: usize = 1 << 20;

/// Over which link a message was shown: what is enumerated from its beginning once more has shown some before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    /// Number of the RecoverConnection that led to the server: another server's queue is another queue
    pub recovery: u64,
    epoch: u32,
    link: LinkId,
}

/// A message of a browser, to be opened without the lock.
pub struct Sheet {
    pub payload: Bytes,
    pub reading: Arc<Reading>,
    pub pass: Pass,
}

/// What a browser has now.
pub enum Glance {
    Message(Sheet),
    /// There is nothing more.
    End,
    /// The server has been asked, or is to attach the link.
    Wait,
}

/// How far the enumeration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// The server has not said that there is nothing more
    Going,
    /// It has; nobody has heard of it
    Ended(Instant),
    /// Somebody has
    Told(Instant),
}

/// One question to the server.
#[derive(Clone, Copy, Debug, Default)]
struct Round {
    wanted: u32,
    came: u32,
    bytes: usize,
}

/// A browser.
pub(super) struct BrowserState {
    session: u32,
    open: bool,
    pub(super) link: Link,
    pub(super) inbox: Inbox,
    definition: Arc<ConsumerDefinition>,
    reading: Option<Arc<Reading>>,
    progress: Progress,
    round: Round,
    /// Messages of the next round
    size: u32,
}

impl BrowserState {
    pub fn session(&self) -> u32 {
        self.session
    }

    pub fn is_open(&self) -> bool {
        self.open
    }

    /// A recovery makes it again.
    pub fn is_recovered(&self) -> bool {
        self.open && self.link.is_recovered()
    }

    /// The link is gone, and what came over it.
    fn restart(&mut self) {
        self.progress = Progress::Going;
        self.round = Round::default();
    }

    /// The server has answered a round at `now`.
    fn answered(&mut self, now: Instant) {
        let Round {
            wanted,
            came,
            bytes,
        } = self.round;
        if self.inbox.end_drain() == Answer::End {
            self.progress = Progress::Ended(now);
        }
        if !self.inbox.is_adaptive() {
            return;
        }
        if bytes > ROUND_BYTES {
            self.size = (self.size / 2).max(1);
        } else if came >= wanted {
            self.size = (self.size * 2).min(ROUND);
        }
    }
}

impl Model {
    /// A new browser, not attached yet.
    pub fn new_browser(
        &mut self,
        session: u32,
        queue: Destination,
        selector: Option<Arc<Selector>>,
    ) -> u32 {
        let key = self.key();
        let name = attach::name("rcv", self.container_id(), key, &queue.name_str());
        let inbox = Inbox::new(&queue, self.basis.options);
        let definition = Arc::new(ConsumerDefinition {
            name,
            selector,
            no_local: false,
            presettled: true,
            lazy: false,
            browses: true,
            subscription: None,
            destination: queue,
        });
        let state = BrowserState {
            session,
            open: true,
            link: Link::new(Definition::Receiver(definition.clone())),
            size: inbox.window().max(1),
            inbox,
            definition,
            reading: None,
            progress: Progress::Going,
            round: Round::default(),
        };
        self.browsers.insert(key, state);
        key
    }

    /// The link of a browser is there.
    pub(super) fn browser_attached(&mut self, key: u32) {
        let (Some(state), Some(server)) = (self.browsers.get_mut(&key), self.server.as_ref())
        else {
            return;
        };
        state.restart();
        let reading = Reading::of(&state.definition.destination, None, server.profile());
        state.reading = Some(Arc::new(reading));
        self.effects.wake(Key::Browser(key));
    }

    /// What a browser has now; asks the server if that is nothing.
    pub fn browse(&mut self, key: u32, now: Instant) -> Result<Glance> {
        let owner = Owner::Browser(key);
        if matches!(self.incarnation(owner), Some(Incarnation::None)) {
            return match self.attach(owner, now) {
                Some(Err(error)) => Err(error),
                _ => Ok(Glance::Wait),
            };
        }
        let recovery = self.recovery();
        let (Some(state), Some(server)) = (self.browsers.get_mut(&key), self.server.as_mut())
        else {
            return Ok(Glance::Wait);
        };
        if let Some(error) = state.link.incarnation().failed() {
            return Err(error.clone());
        }
        let (Some(link), Some(reading)) = (state.link.live(), &state.reading) else {
            return Ok(Glance::Wait);
        };
        if let Some(message) = state.inbox.take(&mut self.clamp) {
            let sheet = Sheet {
                payload: message.payload,
                reading: reading.clone(),
                pass: Pass {
                    recovery,
                    epoch: server.epoch(),
                    link,
                },
            };
            self.life.serves();
            self.relieve();
            return Ok(Glance::Message(sheet));
        }
        match state.progress {
            _ if state.inbox.is_draining() => return Ok(Glance::Wait),
            Progress::Ended(at) => {
                state.progress = Progress::Told(at);
                return Ok(Glance::End);
            }
            Progress::Told(at) if now < at + REST => return Ok(Glance::End),
            Progress::Told(_) | Progress::Going => {}
        }
        let wanted = match self.clamp.is_tight() {
            true => 1, // whatever others hold (D20)
            false => state.size,
        };
        state.progress = Progress::Going;
        state.round = Round {
            wanted,
            ..Round::default()
        };
        let gently = state.inbox.asks_gently();
        let again = state.inbox.begin_drain(now, wanted, gently);
        server.engine.set_credit(link, wanted, !gently);
        self.ask_again(key, again);
        Ok(Glance::Wait)
    }

    /// A browser has something, or is to ask for it.
    pub(super) fn can_browse(&self, key: u32) -> bool {
        self.browsers.get(&key).is_none_or(|state| {
            match state.link.incarnation() {
                Incarnation::Live(_) => !state.inbox.is_empty() || !state.inbox.is_draining(),
                Incarnation::Attaching(_) | Incarnation::Detached(_) => false,
                _ => true, // there is something to do, or to say
            }
        })
    }

    /// A message was shown that had not been before.
    pub fn shown(&mut self, key: u32) {
        if let Some(state) = self.browsers.get_mut(&key) {
            state.link.serves();
        }
    }

    /// A message has come for a browser. One that came unsettled is settled at once: nobody waits for it in a link that copies.
    pub(super) fn browser_delivered(
        &mut self,
        key: u32,
        link: LinkId,
        delivery: Delivery,
        arrival: u64,
        now: Instant,
    ) {
        let receipt = Receipt::new(delivery.delivery_id, delivery.settled);
        let (Some(state), Some(server)) = (self.browsers.get_mut(&key), self.server.as_mut())
        else {
            return;
        };
        server.settle(link, receipt, Settle::Accepted);
        if state.link.live() != Some(link) {
            return;
        }
        state.round.came += 1;
        state.round.bytes += delivery.payload.len();
        let message = Buffered {
            arrival,
            at: now,
            receipt: Receipt::new(delivery.delivery_id, true),
            payload: delivery.payload,
        };
        state.inbox.arrive(&mut self.clamp, message);
        if state.round.came >= state.round.wanted {
            state.answered(now); // there may be no drain
        }
        self.effects.wake(Key::Browser(key));
    }

    /// Credit of a browser was used for a message that the server has broken off.
    pub(super) fn browser_aborted(&mut self, key: u32) {
        let now = self.now;
        if let Some(state) = self.browsers.get_mut(&key) {
            state.round.came += 1;
            state.inbox.break_off();
            if state.round.came >= state.round.wanted {
                state.answered(now);
                self.effects.wake(Key::Browser(key));
            }
        }
    }

    /// The server has answered the round of a browser.
    pub(super) fn browser_drained(&mut self, key: u32) {
        let browser = self.browsers.get_mut(&key);
        if let Some(state) = browser.filter(|state| state.inbox.is_draining()) {
            state.answered(self.now);
            self.effects.wake(Key::Browser(key));
        }
    }

    /// The server closed a browser, or left it unanswered: every later call but Close returns the error.
    pub(super) fn browser_failed(&mut self, key: u32, error: &Error) {
        if let Some(state) = self.browsers.get_mut(&key) {
            state.inbox.lose(&mut self.clamp);
            state.link.gone(Some(error.clone()));
        }
        self.relieve();
        self.effects.wake(Key::Browser(key));
    }

    /// The server has detached a browser: it comes back as a consumer does, or its next call says what happened.
    pub(super) fn browser_detached(&mut self, key: u32, reason: Reason<'_>, now: Instant) {
        let Some(state) = self.browsers.get_mut(&key) else {
            return;
        };
        state.inbox.lose(&mut self.clamp);
        state.restart();
        let detaches = state.link.count_detach();
        let back = detach::means(&reason) == Means::Housekeeping;
        if back && detaches < GIVE_UP {
            self.come_back(Owner::Browser(key), detaches, now);
            return;
        }
        let error = match back {
            true => super::attaching::gave_up(Status::TIBEMS_EXCEPTION, &reason),
            false => reason.error(Place::DetachConsumer, false),
        };
        self.browser_failed(key, &error);
    }

    /// The server left a question of this browser unanswered: nobody knows what still comes over the link, so another one
    /// takes its place (spec 40 §1.12).
    pub fn browse_anew(&mut self, key: u32, now: Instant) {
        let Some(state) = self.browsers.get_mut(&key) else {
            return;
        };
        state.inbox.lose(&mut self.clamp);
        state.restart();
        if let (Some(server), Some(link)) = (self.server.as_mut(), state.link.take()) {
            server.close_link(link);
            if let Some(Err(error)) = self.attach(Owner::Browser(key), now) {
                self.browser_failed(key, &error);
            }
        }
        self.relieve();
    }

    /// The program closes a browser. False: it was closed.
    pub fn close_browser(&mut self, key: u32) -> bool {
        let state = self.browsers.get_mut(&key);
        let closes = state.is_some_and(|state| std::mem::replace(&mut state.open, false));
        self.effects.wake(Key::Browser(key));
        closes
    }

    /// Writes the detach of a closed browser.
    pub fn detach_browser(&mut self, key: u32) {
        let Some(state) = self.browsers.get_mut(&key) else {
            return;
        };
        state.inbox.lose(&mut self.clamp);
        let live = state.link.live();
        if let (Some(server), Some(link)) = (self.server.as_mut(), state.link.take()) {
            match live {
                Some(_) => {
                    server.engine.detach(link, true, None);
                    state.link.closing(link);
                }
                None => server.close_link(link), // its attach is under way
            }
        }
        self.relieve();
        self.effects.wake(Key::Browser(key));
    }

    /// A browser goes.
    pub fn drop_browser(&mut self, key: u32) {
        let Some(mut state) = self.browsers.remove(&key) else {
            return;
        };
        state.inbox.lose(&mut self.clamp);
        let closing = matches!(state.link.incarnation(), Incarnation::Closing(_));
        if let (Some(server), Some(link)) = (self.server.as_mut(), state.link.take()) {
            match closing {
                true => drop(server.disown(link)),
                false => server.close_link(link),
            }
        }
        self.relieve();
        self.effects.wake(Key::Browser(key));
        self.effects.wake(Key::Connection);
    }

    /// The browsers of a session.
    pub(super) fn browsers_of(&self, session: u32) -> Vec<u32> {
        let of = self.browsers.iter();
        let of = of.filter(|(_, state)| state.session == session);
        of.map(|(key, _)| *key).collect()
    }

    /// The session of these browsers ends: what they have is not shown any more.
    pub(super) fn empty_browsers(&mut self, session: u32) {
        let of = self.browsers.values_mut();
        for state in of.filter(|state| state.session == session) {
            state.inbox.lose(&mut self.clamp);
        }
        self.relieve();
    }

    /// The server is lost.
    pub(super) fn lose_browsers(&mut self) {
        for state in self.browsers.values_mut() {
            state.inbox.lose(&mut self.clamp);
            state.link.lose(true);
            state.restart();
        }
    }
}
