//! Sessions: creation, recover, close (spec 20 §1).
//!
//! A `Session` is what a handle stands for; its state lives in the connection's model under `key`.
//! Creation, recover and close may block; the rest does not. Commit and rollback: `transaction`.

use std::sync::Arc;
use std::time::Instant;

use super::connection::Connection;
use super::model::{Calls, Entry, Object, Owner, Wait};
use super::rules::gate::Call;
use super::rules::modes::AcknowledgeMode;
use super::rules::options;
use super::rules::profile::Profile;
use super::rules::repeats::Repeats;
use super::rules::subscription;
use super::runtime::driver::Driver;
use super::runtime::monitor::Hold;
use super::runtime::{closing, context};
use crate::status::{Error, Result, Status};

/// A session.
pub struct Session {
    connection: Arc<Connection>,
    key: u32,
    mode: AcknowledgeMode,
}

impl Session {
    /// Creates a session (spec 20 §1.1, §1.2).
    pub fn create(connection: &Arc<Connection>, transacted: bool, mode: i32) -> Result<Session> {
        connection.ensure_open()?;
        let mode = match transacted {
            true => AcknowledgeMode::Transacted, // the mode has no meaning
            false => AcknowledgeMode::from_number(mode).ok_or_else(|| {
                Error::new(
                    Status::TIBEMS_INVALID_ARG,
                    "the acknowledge mode of a non-transacted session is invalid",
                )
            })?,
        };
        let driver = connection.driver();
        let entry = Entry {
            caller: context::caller(driver.id()),
            call: Call::Server,
            object: Object::Connection,
        };
        let mut hold = driver.lock();
        hold.enter(entry, None)?;
        let key = hold.new_session(mode);
        let mut repeats = Repeats::default();
        loop {
            match hold.begin_session(key, Instant::now()) {
                Some(Ok(())) => break,
                Some(Err(error)) => {
                    hold.forget_session(key);
                    return Err(error);
                }
                None => {
                    repeats.wrote(hold.present());
                    hold.flush();
                    hold.await_answer(&Wait::Begun(key), None);
                }
            }
            let goes_on = repeats.check(hold.present());
            if let Err(error) = goes_on.and_then(|()| hold.enter(entry, None)) {
                hold.forget_session(key);
                return Err(error);
            }
        }
        drop(hold);
        Ok(Session {
            connection: connection.clone(),
            key,
            mode,
        })
    }

    pub(super) fn key(&self) -> u32 {
        self.key
    }

    pub(super) fn driver(&self) -> &Arc<Driver> {
        self.connection.driver()
    }

    /// The acknowledge mode.
    pub fn mode(&self) -> AcknowledgeMode {
        self.mode
    }

    /// True for transacted sessions.
    pub fn is_transacted(&self) -> bool {
        self.mode == AcknowledgeMode::Transacted
    }

    /// The connection.
    pub fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    /// Refuses calls on a session that was closed, by itself or with its connection (spec 20 §0.3).
    pub fn ensure_open(&self) -> Result<()> {
        let hold = self.driver().lock();
        hold.check_open()?;
        hold.check(Object::Session(self.key))
    }

    /// A call on this session that needs the server.
    pub(super) fn entry(&self) -> Entry {
        Entry {
            caller: context::caller(self.driver().id()),
            call: Call::Server,
            object: Object::Session(self.key),
        }
    }

    /// Passes the gate.
    pub(super) fn enter(&self, hold: &mut Hold<'_>) -> Result<()> {
        hold.enter(self.entry(), None)
    }

    /// Attaches the link of a new object of this session and waits for the answer; a loss sends it back to the gate.
    /// `fits` looks at the server first.
    pub(super) fn attach(
        &self,
        hold: &mut Hold<'_>,
        owner: Owner,
        fits: impl Fn(&Profile) -> Result<()>,
    ) -> Result<()> {
        let entry = self.entry();
        let mut repeats = Repeats::default();
        loop {
            repeats.check(hold.present())?;
            hold.enter(entry, None)?;
            if let Some((_, profile)) = hold.server() {
                fits(profile)?;
            }
            if let Some(result) = hold.attach(owner, Instant::now()) {
                return result;
            }
            repeats.wrote(hold.present());
            hold.flush();
            hold.await_answer(&Wait::Attached(self.key, owner), None);
        }
    }

    /// What is not allowed inside a completion callback of the session, whatever the program has set (spec 20 §1.8).
    pub(super) fn refuse_completing(&self, what: &str) -> Result<()> {
        match self.is_completing() {
            true => Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                format!("{what} inside a completion callback of its session"),
            )),
            false => Ok(()),
        }
    }

    /// This thread is inside a completion callback of the session.
    pub(super) fn is_completing(&self) -> bool {
        context::completing(self.driver().id()) == Some(self.key)
    }

    /// Deletes a durable subscription (spec 20 §4.7); a loss sends the call back to the gate.
    pub fn unsubscribe(&self, name: Option<&[u8]>) -> Result<()> {
        self.ensure_open()?;
        let name = subscription::check_name(name)?;
        let mut hold = self.driver().lock();
        self.enter(&mut hold)?;
        let key = hold.new_unsubscribing(self.key, name)?;
        let mut repeats = Repeats::default();
        let result = loop {
            let goes_on = repeats.check(hold.present());
            if let Err(error) = goes_on.and_then(|()| self.enter(&mut hold)) {
                break Err(error);
            }
            if let Some(result) = hold.unsubscribe(key, Instant::now()) {
                break result;
            }
            repeats.wrote(hold.present());
            hold.flush();
            hold.await_answer(&Wait::Unsubscribed(self.key, key), None);
        };
        hold.drop_unsubscribing(key);
        result
    }

    /// Takes the session back to its last acknowledgement (spec 20 §1.5).
    pub fn recover(&self) -> Result<()> {
        let driver = self.driver();
        let inside = self.is_inside();
        if self.is_transacted() {
            self.ensure_open()?;
            return Err(Error::new(
                Status::TIBEMS_INVALID_SESSION,
                "a transacted session is rolled back, not recovered",
            ));
        }
        let mut hold = driver.lock();
        hold.enter(self.entry(), None)?;
        if inside && self.mode.by_library() {
            hold.recover_current(self.key);
        }
        if !self.mode.by_program() {
            hold.flush(); // lazy acknowledgements go first
            return Ok(());
        }
        self.take_back(&mut hold, |hold, _| {
            hold.put_back(self.key);
            Ok(())
        })
    }

    /// Has the server stop sending, lets `put` give everything back to this incarnation, and lets it go on. A loss puts
    /// everything back by itself.
    pub(super) fn take_back(
        &self,
        hold: &mut Hold<'_>,
        put: impl FnOnce(&mut Hold<'_>, u32) -> Result<()>,
    ) -> Result<()> {
        let Some((epoch, _)) = hold.server() else {
            return Ok(());
        };
        hold.begin_recover(self.key);
        let now = Instant::now();
        hold.drain_session(self.key, now);
        hold.flush();
        let deadline = now + options::general().drain_timeout;
        hold.until(&Wait::Drained(self.key, epoch), Some(deadline));
        let is_there = |hold: &Hold<'_>| hold.server().is_some_and(|(now, _)| now == epoch);
        if !is_there(hold) {
            return Ok(());
        }
        let undrained = hold.undrained(self.key);
        let put = put(hold, epoch);
        if !is_there(hold) {
            return put;
        }
        hold.drop_kept_consumers(self.key);
        hold.relieve();
        for consumer in &undrained {
            hold.attach_anew(*consumer, Instant::now());
        }
        hold.end_recover(self.key);
        hold.flush();
        match undrained[..] {
            [] => put,
            _ => Err(Error::new(
                Status::TIBEMS_TIMEOUT,
                "the server did not answer the drain",
            )),
        }
    }

    /// Closes the session (spec 20 §1.8).
    pub fn close(&self) -> Result<()> {
        self.close_by(self.close_deadline())
    }

    /// When a close that begins now gives up.
    pub(super) fn close_deadline(&self) -> Instant {
        closing::deadline(self.is_inside())
    }

    /// This thread is inside a message listener of the session.
    fn is_inside(&self) -> bool {
        context::inside_listener(self.driver().id(), Some(self.key))
    }

    /// Closes the session; what the server does not answer is waited for until `deadline`.
    pub(super) fn close_by(&self, deadline: Instant) -> Result<()> {
        let driver = self.driver();
        let inside = self.is_inside();
        let mut hold = driver.lock();
        if hold.is_closing(Object::Session(self.key)) {
            if !inside && !self.is_completing() {
                let producers = hold.producers_of(Some(self.key));
                hold.await_callbacks(Some(Calls::Session(self.key)), &producers);
            }
            return Ok(());
        }
        if inside && !crate::settings::ALLOW_CLOSE_IN_CALLBACK.is_on() {
            return Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "a session cannot be closed inside its own message listener",
            ));
        }
        self.refuse_completing("a session cannot be closed")?;
        hold.close_session(self.key, inside);
        hold.await_calls(Calls::Session(self.key), None);
        let producers = hold.producers_of(Some(self.key));
        hold.await_sends(&producers, deadline);
        if !inside {
            hold.finish_session(self.key, deadline);
        } // else the running callback's message is still acknowledged at its return; the dispatcher ends the rest
        Ok(())
    }
}
