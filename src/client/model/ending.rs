//! How a transaction ends (spec 20 §1.6, spec 40 §1.15): the steps of a commit, of a rollback and of the close of its
//! session.
//!
//! What the program has in hand is acknowledged all at once, directly before the end; the next transaction is asked for
//! directly behind it. The answer is taken by the thread that waits for it, or given up.

use std::time::Instant;

use super::coordinator::{Discharged, Standing};
use super::link::Owner;
use super::wait::Wait;
use super::{Key, Model};
use crate::status::{Error, Result, Status};

/// What the end of a transaction needs.
#[derive(Debug)]
pub enum Ending {
    /// Nothing: there is nothing in it, or nothing that the server knows of.
    Done,
    /// It can only be rolled back: what its commit returns.
    Failed(Error),
    Wait(Wait),
    /// Its coordinator is to be attached again first.
    Attach(Owner),
    /// The request is written, and the next transaction is open.
    Written,
}

impl Model {
    /// Refuses what needs a session that the server has ended, and a second end beside one that is awaited.
    pub fn check_ending(&self, session: u32) -> Result<()> {
        self.session_on_wire(session)?;
        match self.is_discharging(session) {
            true => Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "the end of a transaction of the session is awaited elsewhere",
            )),
            false => Ok(()),
        }
    }

    /// A step of a commit.
    pub fn commit(&mut self, session: u32, now: Instant) -> Result<Ending> {
        self.check_ending(session)?;
        let Some(coordinator) = self.coordinator(session) else {
            return Ok(Ending::Done);
        };
        match coordinator.standing() {
            Standing::Empty => {
                if coordinator.is_doomed() {
                    self.begin_transaction(session, now);
                }
                return Ok(Ending::Done);
            }
            Standing::Failed(error) => return Ok(Ending::Failed(error)),
            Standing::Unanswered => return Ok(Ending::Wait(Wait::Outcomes(session))),
            Standing::Whole => {}
        }
        match self.reach(session)? {
            Some(first) => Ok(first),
            None => Ok(self.discharge(session, false, now)),
        }
    }

    /// The open transaction has something in it, or cannot be committed.
    pub fn is_to_be_rolled_back(&self, session: u32) -> bool {
        let coordinator = self.coordinator(session);
        coordinator.is_some_and(|coordinator| coordinator.is_begun())
    }

    /// The server has something of the open transaction that is to be rolled back, or waits to hear of what the program has
    /// in hand.
    pub fn is_known(&self, session: u32) -> bool {
        let state = self.sessions.get(&session);
        state.is_some_and(|state| {
            let coordinator = state.coordinator.as_ref();
            coordinator.is_some_and(|coordinator| coordinator.known().is_some())
                || !state.unacknowledged.is_empty()
        })
    }

    /// A step of a rollback that this incarnation was drained for: what was buffered goes back first, then what the program has
    /// seen. Another server has nothing of it, and has not stopped.
    pub fn roll_back(&mut self, session: u32, epoch: u32, now: Instant) -> Ending {
        if self.present() != Some(epoch) {
            return Ending::Done;
        }
        self.release_buffered(session);
        let coordinator = self.coordinator(session);
        if coordinator.is_some_and(|coordinator| coordinator.known().is_some()) {
            return self.discharge(session, true, now);
        }
        self.put_back(session); // the server knows nothing of it
        self.begin_transaction(session, now);
        Ending::Done
    }

    /// Acknowledges what the program has in hand and ends the open transaction; the next one is asked for behind it.
    fn discharge(&mut self, session: u32, fail: bool, now: Instant) -> Ending {
        let wait = Ending::Wait(Wait::Command { session, fail });
        let (Some(state), Some(server)) = (self.sessions.get_mut(&session), self.server.as_mut())
        else {
            return wait;
        };
        let Some(coordinator) = state.coordinator.as_deref_mut() else {
            return wait;
        };
        let Some((link, id)) = coordinator.known() else {
            return wait;
        };
        if server.engine.credit(link) == 0 {
            return wait;
        }
        let mut consumers = Vec::new();
        for handed in state.unacknowledged.values() {
            server.enroll(handed, &id);
            if !consumers.contains(&handed.consumer()) {
                consumers.push(handed.consumer());
            }
        }
        state.unacknowledged.clear();
        let token = coordinator.token();
        if server.engine.discharge(link, &id, fail, token).is_err() {
            // there was credit; whatever it is, the server ends the transaction with the link
            self.drop_coordinator(session);
            self.begin_transaction(session, now);
            return Ending::Failed(Error::new(
                Status::TIBEMS_TRANSACTION_FAILED,
                "the coordinator link takes no command",
            ));
        }
        coordinator.discharging(token, server.engine.queued_bytes(), consumers);
        self.now = now;
        self.declare(session);
        Ending::Written
    }

    /// The transaction is over: the next one begins.
    pub fn begin_transaction(&mut self, session: u32, now: Instant) {
        self.now = now;
        if let Some(coordinator) = self.coordinator_mut(session) {
            coordinator.begin_next();
        }
        self.declare(session);
    }

    /// Takes the answer to the end of a transaction. None: it is to come.
    pub fn take_discharged(&mut self, session: u32) -> Option<Discharged> {
        self.coordinator_mut(session)?.take_discharged()
    }

    /// The end of a transaction is not answered in time: another coordinator link takes the place of the one that is silent.
    pub fn give_up_discharge(&mut self, session: u32, now: Instant) {
        self.drop_coordinator(session);
        if let Some(coordinator) = self.coordinator_mut(session) {
            coordinator.give_up_discharge();
        }
        let owner = Owner::Coordinator(session);
        if let Err(error) = self.offer(owner, now) {
            self.coordinator_failed(session, error);
        }
        self.effects.wake(Key::Session(session));
    }

    /// The session ends: its transaction is rolled back.
    pub(super) fn abandon_transaction(&mut self, session: u32) {
        let state = self.sessions.get_mut(&session);
        let coordinator = state.and_then(|state| state.coordinator.as_deref_mut());
        let (Some(coordinator), Some(server)) = (coordinator, self.server.as_mut()) else {
            return;
        };
        if let (Some(link), Some((_, id))) = (coordinator.link().live(), coordinator.open()) {
            let token = coordinator.token();
            // without credit the end of the session has to do
            let _ = server.engine.discharge(link, &id, true, token);
            coordinator.forget_name();
        }
    }

    /// The open transaction can be committed or rolled back (`fail`) now, or never can.
    pub(super) fn is_commanding(&self, session: u32, fail: bool) -> bool {
        let (Some(coordinator), Some(server)) = (self.coordinator(session), self.server.as_ref())
        else {
            return true;
        };
        if !fail && coordinator.is_doomed() || coordinator.is_discharging() {
            return true;
        }
        match coordinator.known() {
            Some((link, _)) => server.engine.credit(link) > 0,
            None => fail || coordinator.link().live().is_none(), // a commit waits for the name
        }
    }

    /// Every send of the open transaction is answered, or one is known to have failed.
    pub(super) fn is_answered(&self, session: u32) -> bool {
        let coordinator = self.coordinator(session);
        coordinator.is_none_or(|coordinator| coordinator.is_answered())
    }

    /// The end of a transaction is awaited.
    pub(super) fn is_discharging(&self, session: u32) -> bool {
        let coordinator = self.coordinator(session);
        coordinator.is_some_and(|coordinator| coordinator.is_discharging())
    }
}
