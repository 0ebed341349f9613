//! The transactions of a session (spec 20 §1.6, spec 40 §1.15): how each begins, what is in it and whether it can be
//! committed. How it ends is in `ending.rs`.
//!
//! A transacted session has one link to the server's coordinator. Each transaction is declared ahead, directly behind the end
//! of the one before, so that its id is known before anybody needs it. Sends carry the id; what the program has in hand is
//! acknowledged with it at its end. A transaction that has lost something (its server, its coordinator, a link that its
//! messages came over) is *doomed*: only its end begins the next.

use bytes::Bytes;

use super::ending::Ending;
use super::link::{Definition, Incarnation, Link, Owner};
use super::outbox::{Enrolled, Ticket};
use super::sending::Sent;
use super::server::Request;
use super::wait::Wait;
use super::{Key, Model};
use crate::amqp::engine::{LinkId, Outcome};
use crate::client::rules::condition::Place;
use crate::client::rules::reason::Reason;
use crate::client::rules::transaction::{self, Doom};
use crate::client::rules::verdict::{in_doubt, judge};
use crate::status::{Error, Result, Status};

/// The open transaction, as the server knows it.
#[derive(Debug)]
enum Declared {
    No,
    /// The declare with this token is written.
    Asked(Ticket),
    Yes(Bytes),
}

/// The end of the transaction before.
#[derive(Debug)]
enum Discharge {
    None,
    /// The discharge is written, up to this place in the output, behind acknowledgements for these consumers.
    Written {
        token: Ticket,
        end: u64,
        consumers: Vec<u32>,
        /// The server has taken one of them away, and may not have read what it was told of it
        torn: bool,
    },
    Over(Discharged),
}

/// How the end of a transaction was answered.
#[derive(Debug)]
pub enum Discharged {
    Answered(Outcome),
    /// The server has closed the coordinator link or the session.
    Gone(Error),
    /// The server is lost; `sent` = it may have read all of the request.
    Lost {
        sent: bool,
    },
    /// The server is silent.
    Unanswered,
}

/// How the open transaction stands.
#[derive(Debug)]
pub(super) enum Standing {
    /// There is nothing in it
    Empty,
    /// It can only be rolled back: what its commit returns
    Failed(Error),
    /// The server has not answered every send in it
    Unanswered,
    Whole,
}

/// The transactions of one session.
#[derive(Debug)]
pub struct Coordinator {
    link: Link,
    declared: Declared,
    /// Number of the open transaction
    number: u64,
    /// Something was sent or handed out in it
    work: bool,
    /// Its sends that the server has not answered
    pending: usize,
    /// The first send that the server has not taken
    failed: Option<Error>,
    doom: Option<Doom>,
    discharge: Discharge,
    last_token: Ticket,
}

impl Coordinator {
    /// Of a new session; the link has this name.
    pub fn new(name: String) -> Coordinator {
        Coordinator {
            link: Link::new(Definition::Coordinator { name }),
            declared: Declared::No,
            number: 0,
            work: false,
            pending: 0,
            failed: None,
            doom: None,
            discharge: Discharge::None,
            last_token: 0,
        }
    }

    /// Its link.
    pub fn link(&self) -> &Link {
        &self.link
    }

    /// Its link.
    pub fn link_mut(&mut self) -> &mut Link {
        &mut self.link
    }

    /// Number and id of the open transaction, once the server has declared it.
    pub fn open(&self) -> Option<(u64, Bytes)> {
        match &self.declared {
            Declared::Yes(id) => Some((self.number, id.clone())),
            Declared::No | Declared::Asked(_) => None,
        }
    }

    /// A message was handed out in the open transaction.
    pub fn works(&mut self) {
        self.work = true;
    }

    fn doom(&mut self, doom: Doom) {
        if self.work && self.doom.is_none() {
            self.doom = Some(doom);
        }
    }

    /// The number of the next command.
    pub(super) fn token(&mut self) -> Ticket {
        self.last_token += 1;
        self.last_token
    }

    /// It can only be rolled back.
    pub(super) fn is_doomed(&self) -> bool {
        self.doom.is_some()
    }

    /// There is something in the open transaction, or it cannot be committed.
    pub(super) fn is_begun(&self) -> bool {
        self.work || self.is_doomed()
    }

    /// Whether the open transaction can be committed: a partial commit must never happen.
    pub(super) fn standing(&self) -> Standing {
        if !self.work {
            return Standing::Empty;
        }
        if let Some(doom) = &self.doom {
            return Standing::Failed(doom.of_commit());
        }
        if let Some(error) = &self.failed {
            return Standing::Failed(transaction::send_refused(error));
        }
        if self.pending > 0 {
            return Standing::Unanswered;
        }
        Standing::Whole
    }

    /// Link and id of the open transaction, if the server knows of it: with another server it is lost, whatever that one has
    /// declared since.
    pub(super) fn known(&self) -> Option<(LinkId, Bytes)> {
        let Declared::Yes(id) = &self.declared else {
            return None;
        };
        let link = self.link.live()?;
        let lost = matches!(self.doom, Some(Doom::Lost(_)));
        (!lost && !self.is_discharging()).then(|| (link, id.clone()))
    }

    /// The end of the open transaction is written, up to this place in the output and with what the program had of these
    /// consumers, and the next one begins.
    pub(super) fn discharging(&mut self, token: Ticket, end: u64, consumers: Vec<u32>) {
        self.discharge = Discharge::Written {
            token,
            end,
            consumers,
            torn: false,
        };
        self.forget_name();
        self.begin_next();
    }

    /// The server has ended the open transaction, or is about to.
    pub(super) fn forget_name(&mut self) {
        self.declared = Declared::No;
    }

    /// The end of the transaction before is awaited.
    pub(super) fn is_discharging(&self) -> bool {
        matches!(self.discharge, Discharge::Written { .. })
    }

    /// Takes the answer to the end of the transaction before. None: it is to come.
    pub(super) fn take_discharged(&mut self) -> Option<Discharged> {
        match std::mem::replace(&mut self.discharge, Discharge::None) {
            Discharge::Over(discharged) => Some(discharged),
            other => {
                self.discharge = other;
                None
            }
        }
    }

    /// Nobody waits for that answer any more.
    pub(super) fn give_up_discharge(&mut self) {
        self.discharge = Discharge::None;
    }

    /// Every send of the open transaction is answered, or one is known to have failed.
    pub(super) fn is_answered(&self) -> bool {
        self.pending == 0 || self.failed.is_some() || self.is_doomed()
    }

    /// What awaits an answer gets none any more, but this.
    fn cut_off(&mut self, discharged: impl FnOnce(u64) -> Discharged) {
        self.declared = Declared::No;
        self.pending = 0;
        if let Discharge::Written { end, .. } = self.discharge {
            self.discharge = Discharge::Over(discharged(end));
        }
    }

    /// The server is lost, for this reason; it may have read this much of the output.
    pub fn lose(&mut self, reached: u64, cause: &str) {
        self.cut_off(|end| Discharged::Lost {
            sent: end <= reached,
        });
        // whatever else it had; an empty one begins anew
        self.doom = self.work.then(|| Doom::Lost(cause.to_owned()));
        self.link.lose(false);
    }

    /// The session has ended.
    pub fn end(&mut self, error: &Error) {
        self.cut_off(|_| Discharged::Gone(in_doubt(error.status, &error.text)));
        self.link.gone(Some(error.clone()));
    }

    /// The open transaction is over: the next one begins.
    pub(super) fn begin_next(&mut self) {
        self.number += 1;
        (self.work, self.pending) = (false, 0);
        (self.failed, self.doom) = (None, None);
    }
}

impl Model {
    pub(super) fn coordinator(&self, session: u32) -> Option<&Coordinator> {
        self.sessions.get(&session)?.coordinator.as_deref()
    }

    pub(super) fn coordinator_mut(&mut self, session: u32) -> Option<&mut Coordinator> {
        self.sessions.get_mut(&session)?.coordinator.as_deref_mut()
    }

    /// Asks the server for the next transaction, unless that is done, as soon as the coordinator takes a command.
    pub(super) fn declare(&mut self, session: u32) {
        self.effects.wake(Key::Session(session)); // there may be credit for another command
        let limit = self.now.checked_add(self.request_timeout());
        let state = self.sessions.get_mut(&session);
        let coordinator = state.and_then(|state| state.coordinator.as_deref_mut());
        let (Some(coordinator), Some(server)) = (coordinator, self.server.as_mut()) else {
            return;
        };
        let wanted = matches!(coordinator.declared, Declared::No)
            && !matches!(coordinator.doom, Some(Doom::NotBegun(_)));
        let Some(link) = coordinator.link.live().filter(|_| wanted) else {
            return;
        };
        let token = coordinator.token();
        if server.engine.declare(link, token).is_ok() {
            coordinator.declared = Declared::Asked(token);
            server.expect(limit, Request::Declare(session, token));
            limit.into_iter().for_each(|at| self.effects.rearm(at));
        }
    }

    /// The answer to this declare is awaited.
    pub(super) fn is_declaring(&self, session: u32, token: Ticket) -> bool {
        let coordinator = self.coordinator(session);
        coordinator.is_some_and(|c| matches!(c.declared, Declared::Asked(asked) if asked == token))
    }

    /// The server has not declared a transaction in time.
    pub(super) fn declare_unanswered(&mut self, session: u32) {
        let error = Error::new(
            Status::TIBEMS_TIMEOUT,
            "the server did not begin a transaction within the request timeout",
        );
        self.drop_coordinator(session);
        match self.coordinator_mut(session) {
            // nor has it said how the one before has ended: whoever waits for that begins anew
            Some(coordinator) if coordinator.is_discharging() => {
                coordinator.discharge = Discharge::Over(Discharged::Unanswered);
                self.effects.wake(Key::Session(session));
            }
            _ => self.not_begun(session, error),
        }
    }

    fn not_begun(&mut self, session: u32, error: Error) {
        if let Some(coordinator) = self.coordinator_mut(session) {
            coordinator.declared = Declared::No;
            coordinator.doom.get_or_insert(Doom::NotBegun(error));
        }
        self.effects.wake(Key::Session(session));
    }

    /// The server has answered a command.
    pub(super) fn coordinated(&mut self, session: u32, token: Ticket, outcome: Outcome) {
        let Some(coordinator) = self.coordinator_mut(session) else {
            return;
        };
        let torn = matches!(coordinator.discharge, Discharge::Written { torn: true, .. });
        match (&coordinator.declared, &coordinator.discharge) {
            (Declared::Asked(asked), _) if *asked == token => match transaction::begun(outcome) {
                Ok(id) => coordinator.declared = Declared::Yes(id),
                Err(error) => self.not_begun(session, error),
            },
            (_, Discharge::Written { token: asked, .. }) if *asked == token => {
                let discharged = match outcome {
                    Outcome::Accepted if torn => Discharged::Gone(transaction::torn()),
                    outcome => Discharged::Answered(outcome),
                };
                coordinator.discharge = Discharge::Over(discharged);
            }
            _ => {} // given up
        }
        self.effects.wake(Key::Session(session));
    }

    /// The server has closed the coordinator link while the connection lives.
    pub(super) fn coordinator_detached(&mut self, session: u32, reason: &Reason<'_>) {
        let Some(coordinator) = self.coordinator_mut(session) else {
            return;
        };
        coordinator.link.gone(None);
        coordinator.cut_off(|_| Discharged::Gone(transaction::ended(reason)));
        coordinator.doom(Doom::Ended(reason.error(Place::Transaction, false)));
    }

    /// The coordinator link cannot be attached.
    pub(super) fn coordinator_failed(&mut self, session: u32, error: Error) {
        let Some(coordinator) = self.coordinator_mut(session) else {
            return;
        };
        match coordinator.link.is_confirmed() {
            true => {
                coordinator.link.gone(None);
                self.not_begun(session, error);
            }
            false => coordinator.link.gone(Some(error)),
        }
    }

    /// Closes the coordinator link: the server rolls back what it has not ended. The next use attaches it again.
    pub(super) fn drop_coordinator(&mut self, session: u32) {
        let coordinator = self.coordinator_mut(session);
        let link = coordinator.and_then(|coordinator| {
            coordinator.forget_name();
            coordinator.link.take()
        });
        if let (Some(link), Some(server)) = (link, self.server.as_mut()) {
            server.close_link(link);
        }
    }

    /// A send begins in a session's transaction: what it does instead, or waits for first. None = it goes on.
    pub(super) fn enter_transaction(
        &mut self,
        session: u32,
        producer: u32,
    ) -> Result<Option<Sent>> {
        let Some(coordinator) = self.coordinator_mut(session) else {
            return Ok(Some(Sent::Lost));
        };
        if let Some(doom) = &coordinator.doom {
            let error = doom.of_send();
            coordinator.work = true;
            return error.map_or(Ok(Some(Sent::Held)), Err);
        }
        if coordinator.open().is_some() {
            return Ok(None);
        }
        Ok(Some(match self.reach(session)? {
            Some(Ending::Attach(owner)) => Sent::Attach(owner),
            Some(Ending::Wait(wait)) => Sent::Wait(wait),
            _ => Sent::Wait(Wait::Transaction(session, producer)),
        }))
    }

    /// What has to be done before the coordinator can be spoken to.
    pub(super) fn reach(&self, session: u32) -> Result<Option<Ending>> {
        let owner = Owner::Coordinator(session);
        Ok(match self.incarnation(owner) {
            Some(Incarnation::Live(_)) => None,
            Some(Incarnation::Failed(error)) => return Err(error.clone()),
            Some(Incarnation::Attaching(_)) => Some(Ending::Wait(Wait::Attached(session, owner))),
            _ => Some(Ending::Attach(owner)),
        })
    }

    /// A send is in the output, in the open transaction.
    pub(super) fn enrolled(&mut self, session: u32) {
        if let Some(coordinator) = self.coordinator_mut(session) {
            coordinator.work = true;
            coordinator.pending += 1;
        }
    }

    /// The server has answered a send in a transaction.
    pub(super) fn enrolled_sent(&mut self, session: u32, sent: Enrolled, outcome: Outcome) {
        let profile = self.server.as_ref().map(|server| server.profile().clone());
        let Some(coordinator) = self.coordinator_mut(session) else {
            return;
        };
        if coordinator.number != sent.transaction {
            return; // it was rolled back meanwhile
        }
        coordinator.pending = coordinator.pending.saturating_sub(1);
        let over = coordinator.pending == 0;
        match judge(outcome, sent.to, profile.as_deref()) {
            Err(error) => self.send_failed(session, sent.transaction, &error),
            Ok(()) if over => self.effects.wake(Key::Session(session)),
            Ok(()) => {}
        }
    }

    /// A send in this transaction has failed: it cannot be committed.
    pub(super) fn send_failed(&mut self, session: u32, transaction: u64, error: &Error) {
        let coordinator = self.coordinator_mut(session);
        if let Some(coordinator) = coordinator.filter(|c| c.number == transaction) {
            coordinator.failed.get_or_insert_with(|| error.clone());
            self.effects.wake(Key::Session(session));
        }
    }

    /// What the commit of a transaction returns that can only be rolled back.
    pub(super) fn undone(&self, session: u32) -> Option<Error> {
        self.coordinator(session)?
            .doom
            .as_ref()
            .map(Doom::of_commit)
    }

    /// The server has closed the link of this consumer. Whether it had read by then what the program was to acknowledge with
    /// a commit that is under way, nobody knows.
    pub(super) fn lose_enrolled(&mut self, session: u32, consumer: u32) {
        if let Some(coordinator) = self.coordinator_mut(session)
            && let Discharge::Written {
                consumers, torn, ..
            } = &mut coordinator.discharge
        {
            *torn |= consumers.contains(&consumer);
        }
        self.lose_handed(session, consumer);
    }

    /// What the program has in hand of this consumer is stale: its link is gone.
    pub(super) fn lose_handed(&mut self, session: u32, consumer: u32) {
        let Some(state) = self.sessions.get_mut(&session) else {
            return;
        };
        let before = state.unacknowledged.len();
        state
            .unacknowledged
            .retain(|_, handed| handed.consumer() != consumer);
        if state.unacknowledged.len() < before
            && let Some(coordinator) = &mut state.coordinator
        {
            coordinator.doom(Doom::Ended(Error::new(
                Status::TIBEMS_EXCEPTION,
                "the server has closed a consumer whose messages are in it",
            )));
            self.effects.wake(Key::Session(session));
        }
    }

    /// The error of receives in a transaction that is lost.
    pub(super) fn receives_in_vain(&self, session: u32) -> Option<Error> {
        self.coordinator(session)?.doom.as_ref()?.of_receive()
    }

    /// The open transaction has a name, or never gets one.
    pub(super) fn is_begun(&self, session: u32) -> bool {
        self.coordinator(session).is_none_or(|coordinator| {
            coordinator.doom.is_some()
                || coordinator.link.live().is_none()
                || coordinator.open().is_some()
        })
    }
}
