//! Requests to the server whose answer the caller waits for: begin, attach, detach, end.
//!
//! Each takes a ticket; the I/O thread stores the answer under it (`io.rs`), a loss answers all of them
//! with `Answer::Lost`. Every wait is bounded by the request timeout (spec 40 §1.11).

use std::time::Instant;

use parking_lot::MutexGuard;

use super::condition::{self, Place};
use super::connection::Connection;
use super::io::parts;
use super::state::{Answer, Core, Owner};
use crate::amqp::engine::{AttachSpec, EngineError, LinkId, SessionId};
use crate::status::{Error, Result, Status};

/// How a request ended without the answer that was hoped for.
#[derive(Debug)]
pub enum Unanswered {
    /// The connection was lost: the call goes back to the gate.
    Lost,
    Failed(Error),
}

impl Core {
    /// A ticket for a request about to be made.
    pub fn ticket(&mut self) -> u64 {
        self.next_ticket += 1;
        self.answers.insert(self.next_ticket, None);
        self.next_ticket
    }
}

impl Connection {
    /// Writes the request and waits for its answer.
    fn await_answer(
        &self,
        core: &mut MutexGuard<'_, Core>,
        ticket: u64,
        deadline: Instant,
    ) -> std::result::Result<Answer, Unanswered> {
        self.flush(core);
        loop {
            if core.answers.get(&ticket).is_some_and(Option::is_some) {
                return match core.answers.remove(&ticket).flatten() {
                    Some(Answer::Lost) | None => Err(Unanswered::Lost),
                    Some(answer) => Ok(answer),
                };
            }
            if self.wait(core, Some(deadline)).is_err() {
                core.answers.remove(&ticket);
                let text = "the server did not answer within the request timeout";
                return Err(Unanswered::Failed(Error::new(Status::TIBEMS_TIMEOUT, text)));
            }
        }
    }

    /// Begins an AMQP session.
    pub(super) fn begin(
        &self,
        core: &mut MutexGuard<'_, Core>,
    ) -> std::result::Result<SessionId, Unanswered> {
        let ticket = core.ticket();
        let deadline = Instant::now() + core.request_timeout;
        let Some(wire) = core.wire.as_mut() else {
            core.answers.remove(&ticket);
            return Err(Unanswered::Lost);
        };
        let session = match wire.engine.begin() {
            Ok(session) => session,
            Err(error) => {
                core.answers.remove(&ticket);
                return Err(Unanswered::Failed(limit(&error)));
            }
        };
        wire.sessions.insert(session, Owner::Call(ticket));
        match self.await_answer(core, ticket, deadline) {
            Ok(Answer::Refused(error)) => {
                let (condition, text) = parts(error.as_ref());
                Err(Unanswered::Failed(condition::error(
                    condition,
                    text,
                    Place::Session,
                    false,
                )))
            }
            Ok(_) => Ok(session),
            Err(unanswered) => {
                self.end_session(core, session);
                self.kick(core);
                Err(unanswered)
            }
        }
    }

    /// Attaches a link; the answer tells the filters that the server confirmed.
    pub(super) fn attach(
        &self,
        core: &mut MutexGuard<'_, Core>,
        session: SessionId,
        spec: AttachSpec,
        place: Place,
        selector: bool,
    ) -> std::result::Result<(LinkId, Vec<String>), Unanswered> {
        let ticket = core.ticket();
        let deadline = Instant::now() + core.request_timeout;
        let Some(wire) = core.wire.as_mut() else {
            core.answers.remove(&ticket);
            return Err(Unanswered::Lost);
        };
        let link = match wire.engine.attach(session, spec) {
            Ok(link) => link,
            Err(error) => {
                core.answers.remove(&ticket);
                return Err(Unanswered::Failed(limit(&error)));
            }
        };
        wire.own(link, Owner::Call(ticket));
        match self.await_answer(core, ticket, deadline) {
            Ok(Answer::Attached { filters }) => Ok((link, filters)),
            Ok(Answer::Refused(error)) => {
                let (condition, text) = parts(error.as_ref());
                let about_filter =
                    selector && error.as_ref().is_some_and(condition::is_about_filter);
                Err(Unanswered::Failed(condition::error(
                    condition,
                    text,
                    place,
                    about_filter,
                )))
            }
            Ok(_) => Err(Unanswered::Failed(Error::from(Status::TIBEMS_EXCEPTION))),
            Err(unanswered) => {
                let refused = core
                    .wire
                    .as_ref()
                    .is_some_and(|wire| wire.engine.refusal_pending(link));
                self.close_link(core, link);
                self.kick(core);
                match unanswered {
                    Unanswered::Failed(_) if refused => Err(Unanswered::Failed(Error::new(
                        Status::TIBEMS_INVALID_DESTINATION,
                        "the server refused the link and gave no reason",
                    ))),
                    other => Err(other),
                }
            }
        }
    }

    /// Closes a link without waiting; its end is nobody's business any more, but that of a call which
    /// waits for it.
    pub(super) fn close_link(&self, core: &mut Core, link: LinkId) {
        if let Some(wire) = core.wire.as_mut() {
            match wire.owners.get(&link) {
                Some((Owner::Call(_), _)) => {}
                _ => drop(wire.own(link, Owner::Nobody)),
            }
            wire.engine.detach(link, true, None);
        }
    }

    /// Closes a link and waits for the answer, bounded; a lost connection counts as closed.
    pub(super) fn close_link_and_wait(
        &self,
        core: &mut MutexGuard<'_, Core>,
        link: LinkId,
        deadline: Instant,
    ) {
        let ticket = core.ticket();
        if let Some(wire) = core.wire.as_mut()
            && wire.own(link, Owner::Call(ticket))
        {
            wire.engine.detach(link, true, None);
            let _ = self.await_answer(core, ticket, deadline);
        }
        core.answers.remove(&ticket);
    }

    /// Ends an AMQP session without waiting.
    pub(super) fn end_session(&self, core: &mut Core, session: SessionId) {
        if let Some(wire) = core.wire.as_mut() {
            if let Some(owner) = wire.sessions.get_mut(&session) {
                *owner = Owner::Nobody;
            }
            wire.engine.end(session, None);
        }
    }

    /// Ends an AMQP session and waits for the answer, bounded.
    pub(super) fn end_session_and_wait(
        &self,
        core: &mut MutexGuard<'_, Core>,
        session: SessionId,
        deadline: Instant,
    ) {
        let ticket = core.ticket();
        if let Some(wire) = core.wire.as_mut()
            && wire.sessions.contains_key(&session)
        {
            wire.sessions.insert(session, Owner::Call(ticket));
            wire.engine.end(session, None);
            let _ = self.await_answer(core, ticket, deadline);
        }
        core.answers.remove(&ticket);
    }
}

/// The engine has no channel or handle left.
pub(super) fn limit(error: &EngineError) -> Error {
    Error::new(
        Status::TIBEMS_SERVER_LIMIT,
        format!("no session or link is left on this connection: {error:?}"),
    )
}

/// Repeats a request at the gate until it is answered or fails.
pub(super) fn outcome<T>(result: std::result::Result<T, Unanswered>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Unanswered::Lost) => Ok(None),
        Err(Unanswered::Failed(error)) => Err(error),
    }
}
