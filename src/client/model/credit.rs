//! The credit that consumers grant: as much as their inboxes want, renewed in good time, drained when a call asks for it
//! (spec 40 §1.12, D15, D20).

use std::time::Instant;

use super::{Key, Model};

impl Model {
    /// Without prefetch the credit of a receive that ran out of time is taken back; a message that is on its
    /// way just then waits for the next receive (spec 40 §1.12).
    pub fn take_credit_back(&mut self, key: u32) {
        if let Some(state) = self.consumers.get(&key)
            && state.inbox.is_unprefetched()
            && !state.is_receiving()
            && !state.inbox.is_draining()
        {
            self.drain_credit(key, 0);
        }
    }

    /// Has the server use up the credit of a consumer, at least `least`, or give it back.
    pub fn drain_credit(&mut self, key: u32, least: u32) {
        let (Some(state), Some(server)) = (self.consumers.get_mut(&key), self.server.as_mut())
        else {
            return;
        };
        let Some(link) = state.link.live() else {
            return;
        };
        let credit = server.engine.link_credit(link).max(least);
        if credit > 0 {
            state.inbox.set_draining(true);
            server.engine.set_credit(link, credit, true);
        }
    }

    /// The server has not answered the drain of a consumer.
    pub fn is_draining(&self, key: u32) -> bool {
        let state = self.consumers.get(&key);
        state.is_some_and(|state| state.inbox.is_draining())
    }

    /// Has the server use up or give back the credit of every consumer of a session.
    pub fn drain_session(&mut self, session: u32) {
        for key in self.consumers_of(session) {
            if !self.is_draining(key) {
                self.drain_credit(key, 0);
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
            state.inbox.set_draining(false);
            self.effects.wake(Key::Consumer(key));
            self.effects.wake(Key::Session(state.session()));
            self.grant(key); // unless a Recover has more to do first
        }
    }

    /// Grants the full prefetch of a consumer: at its creation, at start, after a recovery.
    pub(super) fn grant(&mut self, key: u32) {
        self.raise_credit(key, u32::MAX);
    }

    /// Raises the credit of a consumer that may have some to its prefetch, or to `most`.
    fn raise_credit(&mut self, key: u32, most: u32) {
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
        let credit = state.inbox.wanted_credit(hungry).min(most);
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
        // a drain under way takes the credit back by itself
        let with_credit = self.consumers.values().filter(|c| !c.inbox.is_draining());
        for link in with_credit.filter_map(|state| state.link.live()) {
            if server.engine.link_credit(link) > 0 {
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
