//! Sessions: creation, recover, close (spec 20 §1).
//!
//! A `Session` is what a handle stands for; its state lives in the connection's model under `key`.
//! Creation, recover and close may block; the rest does not. Transacted sessions are refused for now.

use std::sync::Arc;
use std::time::Instant;

use super::connection::Connection;
use super::model::{Calls, Entry, Object, Owner, Wait};
use super::rules::gate::Call;
use super::rules::modes::AcknowledgeMode;
use super::rules::options;
use super::rules::profile::Profile;
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
        if transacted {
            return Err(Error::new(
                Status::TIBEMS_NOT_IMPLEMENTED,
                "transacted sessions are not built into this release",
            ));
        }
        let mode = AcknowledgeMode::from_number(mode).ok_or_else(|| {
            Error::new(
                Status::TIBEMS_INVALID_ARG,
                "the acknowledge mode of a non-transacted session is invalid",
            )
        })?;
        let driver = connection.driver();
        let entry = Entry {
            caller: context::caller(driver.id()),
            call: Call::Server,
            object: Object::Connection,
        };
        let mut hold = driver.lock();
        hold.enter(entry, None)?;
        let key = hold.new_session(mode);
        loop {
            match hold.begin_session(key, Instant::now()) {
                Some(Ok(())) => break,
                Some(Err(error)) => {
                    hold.forget_session(key);
                    return Err(error);
                }
                None => {
                    hold.flush();
                    hold.await_answer(&Wait::Begun(key), None);
                }
            }
            if let Err(error) = hold.enter(entry, None) {
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
    fn entry(&self) -> Entry {
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
        loop {
            hold.enter(entry, None)?;
            if let Some((_, profile)) = hold.server() {
                fits(profile)?;
            }
            if let Some(result) = hold.attach(owner, Instant::now()) {
                return result;
            }
            hold.flush();
            hold.await_answer(&Wait::Attached(self.key, owner), None);
        }
    }

    /// Takes the session back to its last acknowledgement (spec 20 §1.5).
    pub fn recover(&self) -> Result<()> {
        let driver = self.driver();
        let inside = context::inside_listener(driver.id(), Some(self.key));
        let mut hold = driver.lock();
        hold.enter(self.entry(), None)?;
        if inside && self.mode.by_library() {
            hold.recover_current(self.key);
        }
        if !self.mode.by_program() {
            hold.flush(); // lazy acknowledgements go first
            return Ok(());
        }
        let Some((epoch, _)) = hold.server() else {
            return Ok(());
        };
        // drains the session's consumers, puts everything back, grants credit again
        hold.begin_recover(self.key);
        hold.drain_session(self.key);
        hold.flush();
        let deadline = Instant::now() + options::general().drain_timeout;
        hold.until(&Wait::Drained(self.key, epoch), Some(deadline));
        if hold.server().is_none_or(|(now, _)| now != epoch) {
            return Ok(()); // the loss has put everything back
        }
        let undrained = hold.undrained(self.key);
        hold.put_back(self.key);
        hold.drop_kept_consumers(self.key);
        hold.relieve();
        for consumer in &undrained {
            hold.attach_anew(*consumer, Instant::now());
        }
        hold.end_recover(self.key);
        hold.flush();
        match undrained[..] {
            [] => Ok(()),
            _ => Err(Error::new(
                Status::TIBEMS_TIMEOUT,
                "the server did not answer the drain",
            )),
        }
    }

    /// Closes the session (spec 20 §1.8).
    pub fn close(&self) -> Result<()> {
        let driver = self.driver();
        let inside = context::inside_listener(driver.id(), Some(self.key));
        let mut hold = driver.lock();
        if hold.is_closing(Object::Session(self.key)) {
            return Ok(());
        }
        if inside && !crate::settings::ALLOW_CLOSE_IN_CALLBACK.is_on() {
            return Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "a session cannot be closed inside its own message listener",
            ));
        }
        hold.close_session(self.key, inside);
        let deadline = closing::deadline(inside);
        hold.await_calls(Calls::Session(self.key), None);
        let producers = hold.producers_of(Some(self.key));
        hold.await_sends(&producers, deadline);
        if !inside {
            hold.finish_session(self.key, deadline);
        } // else the running callback's message is still acknowledged at its return; the dispatcher ends the rest
        Ok(())
    }
}
