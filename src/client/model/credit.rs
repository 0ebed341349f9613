//! The credit that consumers grant: as much as their inboxes want, renewed in good time, drained when a call asks for it
//! (spec 40 §1.12, D15, D20).

use std::time::{Duration, Instant};

use super::acknowledge::Handed;
use super::{Key, Model};

/// How long a drain may be unanswered until it is asked for again, at first and at last.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LAST_PAUSE: Duration = Duration::from_secs(1);

/// A drain that the server has been asked for. Artemis loses one that comes right behind the answer to another, so it is
/// asked for again, ever more seldom, until it is answered; a server that works on it loses nothing.
///
/// A *gentle* one is not written before it is due: what the server has comes without it, and behind a large message its
/// answer would tell nothing (`inbox.rs`).
#[derive(Debug)]
pub struct Asked {
    again: Instant,
    pause: Duration,
    written: bool,
}

impl Asked {
    /// It is asked for at `now`.
    pub fn first(now: Instant, gently: bool) -> Asked {
        Asked {
            again: now + FIRST_PAUSE,
            pause: FIRST_PAUSE,
            written: !gently,
        }
    }

    /// The server has been told.
    pub fn is_written(&self) -> bool {
        self.written
    }

    /// It is time to ask again.
    pub fn is_due(&self, now: Instant) -> bool {
        self.again <= now
    }

    /// It has been asked for once more.
    pub fn asked(&mut self, now: Instant) {
        if self.written {
            self.pause = (self.pause * 2).min(LAST_PAUSE);
        }
        self.written = true;
        self.again = now + self.pause;
    }

    /// When it is asked for next.
    pub fn next(&self) -> Instant {
        self.again
    }
}

impl Model {
    /// Nothing is to come to a consumer behind a message in work, and no receive asks for one (D34).
    pub(super) fn is_occupied(&self, key: u32) -> bool {
        let Some(state) = self.consumers.get(&key).filter(|c| !c.is_receiving()) else {
            return false;
        };
        state.inbox.is_occupied(|| {
            let session = self.sessions.get(&state.session());
            session.is_some_and(|session| {
                if !session.mode().by_program() {
                    return false; // it may commit after many
                }
                let mut in_hand = session.unacknowledged.values();
                in_hand.any(|handed| handed.consumer() == key)
            })
        })
    }

    /// The program has acknowledged messages: those of one in advance may have their next.
    pub(super) fn grant_single(&mut self, handed: &[Handed]) {
        for handed in handed {
            let consumer = handed.consumer();
            let state = self.consumers.get(&consumer);
            if state.is_some_and(|state| state.inbox.is_single()) {
                self.grant(consumer);
            }
        }
    }

    /// Without prefetch the credit of a receive that ran out of time is taken back; a message that is on its
    /// way just then waits for the next receive (spec 40 §1.12). A Stop has done that.
    pub fn take_credit_back(&mut self, key: u32, now: Instant) {
        if let Some(state) = self.consumers.get(&key).filter(|_| self.started)
            && (state.inbox.is_unprefetched() || self.is_occupied(key))
            && !state.is_receiving()
            && !state.inbox.is_draining()
        {
            self.drain_credit(key, 0, now);
        }
    }

    /// Has the server use up the credit of a consumer, at least `least`, or give it back: also what a Stop has taken back
    /// without waiting, for messages may still come of that.
    pub fn drain_credit(&mut self, key: u32, least: u32, now: Instant) {
        let (Some(state), Some(server)) = (self.consumers.get_mut(&key), self.server.as_mut())
        else {
            return;
        };
        let Some(link) = state.link.carrying() else {
            return;
        };
        let credit = server.engine.drainable(link).max(least);
        if credit > 0 {
            let again = state.inbox.begin_drain(now, credit, false);
            server.engine.drain(link, least);
            self.ask_again(key, again);
        }
    }

    /// Asks the server whether it has a message for a consumer: the answer is one, or the end of a drain.
    pub fn probe(&mut self, key: u32, now: Instant) {
        let (Some(state), Some(server)) = (self.consumers.get_mut(&key), self.server.as_mut())
        else {
            return;
        };
        let Some(link) = state.link.live().filter(|_| !state.inbox.is_draining()) else {
            return; // its end is awaited
        };
        let credit = server.engine.drainable(link).max(1);
        let gently = state.inbox.asks_gently();
        let again = state.inbox.begin_drain(now, credit, gently);
        server.engine.set_credit(link, credit, !gently);
        self.ask_again(key, again);
    }

    /// The last answer to a probe told nothing.
    pub fn is_end_doubtful(&self, key: u32) -> bool {
        let state = self.consumers.get(&key);
        state.is_some_and(|state| state.inbox.is_end_doubtful())
    }

    /// The drain of a consumer or browser is to be asked for again at this time, unless it is answered.
    pub(super) fn ask_again(&mut self, key: u32, again: Instant) {
        if self.drains.is_empty() {
            self.effects.rearm(again); // the thread that runs the timeouts must learn of it
        }
        self.drains.insert(key);
    }

    /// Asks again for the drains that have not been answered in time; when that of the next one comes.
    pub(super) fn drain_again(&mut self, now: Instant) -> Option<Instant> {
        let mut next: Option<Instant> = None;
        let (consumers, browsers) = (&mut self.consumers, &mut self.browsers);
        let server = self.server.as_mut()?;
        self.drains.retain(|key| {
            let found = match consumers.get_mut(key) {
                Some(state) => Some((&state.link, &mut state.inbox)),
                None => (browsers.get_mut(key)).map(|state| (&state.link, &mut state.inbox)),
            };
            let asked =
                found.and_then(|(link, inbox)| Some((inbox.drain_mut()?, link.carrying()?)));
            let Some((asked, link)) = asked else {
                return false;
            };
            if asked.is_due(now) {
                // a late answer to another drain may have taken the credit of a question that asks for it only now
                let least = u32::from(!asked.is_written());
                server.engine.drain(link, least);
                asked.asked(now);
            }
            next = Some(next.map_or(asked.next(), |next| next.min(asked.next())));
            true
        });
        next
    }

    /// The server has not answered the drain of a consumer.
    pub fn is_draining(&self, key: u32) -> bool {
        let state = self.consumers.get(&key);
        state.is_some_and(|state| state.inbox.is_draining())
    }

    /// Has the server use up or give back the credit of every consumer of a session.
    pub fn drain_session(&mut self, session: u32, now: Instant) {
        for key in self.consumers_of(session) {
            let state = self.consumers.get(&key);
            if state.is_some_and(|state| !state.inbox.is_drain_written()) {
                self.drain_credit(key, 0, now);
            }
        }
    }

    /// The consumers of a session whose drain is not answered.
    pub fn undrained(&self, session: u32) -> Vec<u32> {
        let mut keys = self.consumers_of(session);
        keys.retain(|key| self.is_draining(*key));
        keys
    }

    /// The server has answered the drain of a consumer.
    pub(super) fn drained(&mut self, key: u32) {
        if let Some(state) = self.consumers.get_mut(&key) {
            state.inbox.end_drain();
            self.effects.wake(Key::Consumer(key));
            self.effects.wake(Key::Session(state.session()));
            self.grant(key); // unless a Recover has more to do first
        }
    }

    /// Credit of a consumer was used for a message that the server has broken off.
    pub(super) fn consumer_aborted(&mut self, key: u32, now: Instant) {
        if let Some(state) = self.consumers.get_mut(&key) {
            state.inbox.break_off();
        }
        self.renew(key, now, now);
    }

    /// Grants the full prefetch of a consumer: at its creation, at start, after a recovery.
    pub(super) fn grant(&mut self, key: u32) {
        self.raise_credit(key, u32::MAX);
    }

    /// A new consumer is to receive the replies of a requestor.
    pub fn expect_replies(&mut self, key: u32) {
        if let Some(state) = self.consumers.get_mut(&key) {
            state.inbox.expect_replies();
        }
    }

    /// Raises the credit of a consumer that may have some to its prefetch, or to `most`.
    fn raise_credit(&mut self, key: u32, most: u32) {
        let occupied = self.is_occupied(key);
        let (Some(state), Some(server)) = (self.consumers.get(&key), self.server.as_mut()) else {
            return;
        };
        let session = self.sessions.get(&state.session());
        let paused = session.is_none_or(|session| session.is_paused());
        let Some(link) = state.link.live() else {
            return;
        };
        if !self.started || paused || !state.is_open() || state.inbox.is_draining() {
            return;
        }
        let hungry = state.is_receiving() || state.listener().is_some();
        let credit = state.inbox.wanted_credit(hungry, occupied).min(most);
        if credit > server.engine.link_credit(link) {
            server.engine.set_credit(link, credit, false);
        }
    }

    /// Grants credit to every consumer.
    pub(super) fn grant_all(&mut self) {
        let keys: Vec<u32> = self.consumers.keys().copied().collect();
        for key in keys {
            self.grant(key);
        }
    }

    /// Grants credit to the consumers of a session.
    pub(super) fn grant_session(&mut self, session: u32) {
        for key in self.consumers_of(session) {
            self.grant(key);
        }
    }

    /// Grants credit to listening consumers without prefetch that wait for their next message.
    pub fn grant_waiting(&mut self, session: u32) {
        let unprefetched = |model: &Model, index: usize| {
            let state = model.sessions.get(&session)?;
            state.listening.unprefetched().get(index).copied()
        };
        let mut index = 0;
        while let Some(key) = unprefetched(self, index) {
            self.grant(key);
            index += 1;
        }
    }

    /// Takes all credit back (Stop).
    pub(super) fn withdraw_credit(&mut self) {
        let Some(server) = self.server.as_mut() else {
            return;
        };
        for (key, state) in &mut self.consumers {
            if state.inbox.forgo_drain() {
                self.effects.wake(Key::Consumer(*key)); // it waits for no answer any more
                self.effects.wake(Key::Session(state.session()));
            }
            if state.inbox.is_draining() {
                continue; // that takes the credit back by itself
            }
            if let Some(link) = state.link.live()
                && server.engine.link_credit(link) > 0
            {
                server.engine.set_credit(link, 0, false);
            }
        }
    }

    /// Bytes have left the inboxes: credit that was withheld may be granted. True when it was.
    pub fn relieve(&mut self) -> bool {
        let relieved = self.clamp.is_relieved();
        if relieved {
            self.grant_all();
        }
        relieved
    }

    /// A message that arrived `at` has left the inbox: renews credit when half of it is used up and little is held
    /// (spec 40 §1.12), within the byte limit of the connection.
    pub fn renew(&mut self, key: u32, at: Instant, now: Instant) {
        if self.clamp.is_tight() {
            if !self.relieve() {
                // a consumer that has nothing left goes on with one message at a time, whatever others hold (D20)
                let state = self.consumers.get(&key);
                if state.is_some_and(|state| state.inbox.is_empty()) {
                    self.raise_credit(key, 1);
                }
            }
            return;
        }
        let (Some(state), Some(server)) = (self.consumers.get_mut(&key), self.server.as_ref())
        else {
            return;
        };
        let Some(link) = state.link.live() else {
            return;
        };
        let outstanding = server.engine.link_credit(link);
        let age = now.saturating_duration_since(at);
        if state.inbox.runs_low(age, outstanding) {
            self.grant(key);
        }
    }
}
