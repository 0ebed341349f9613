//! Connections: creation, start and stop, close, identity, listeners (spec 10).
//!
//! What a handle stands for; the model and the threads behind it belong to its driver. Called by ffi from any
//! thread. `open`, `close`, `stop`, `recover` and whatever passes the gate may block; nothing else does.

use std::ffi::{CStr, CString};
use std::sync::{Arc, OnceLock};

use super::model::{Calls, Entry, ExceptionListener, Object};
use super::rules::gate::{Call, State};
use super::rules::reconnect::{Attempts, Series};
use super::rules::walk::Walk;
use super::runtime::driver::Driver;
use super::runtime::plan::{Plan, check_client_id};
use super::runtime::{closing, context};
use crate::settings::{self, Purpose};
use crate::status::{Error, Result, Status};
use crate::trace::Topic;

/// A connection.
pub struct Connection {
    driver: Arc<Driver>,
    /// The client id as it was lent to the program: it stays as long as the connection or a session of it (C24)
    client_id: OnceLock<CString>,
}

impl Connection {
    /// Connects: walks the list as spec 10 §1.2 and §2.3 say. The result is stopped.
    pub fn open(plan: Plan) -> Result<Arc<Connection>> {
        let driver = Driver::open(plan)?;
        Ok(Arc::new(Connection {
            driver,
            client_id: OnceLock::new(),
        }))
    }

    pub(super) fn driver(&self) -> &Arc<Driver> {
        &self.driver
    }

    /// Identifies the connection in temporary destinations.
    pub fn id(&self) -> u64 {
        self.driver.id()
    }

    fn entry(&self, call: Call) -> Entry {
        Entry {
            caller: context::caller(self.driver.id()),
            call,
            object: Object::Connection,
        }
    }

    /// Starts inbound delivery.
    pub fn start(&self) -> Result<()> {
        let mut hold = self.driver.lock();
        hold.enter(self.entry(Call::StartStop), None)?;
        hold.start();
        Ok(())
    }

    /// Stops inbound delivery; returns after the callbacks and hand-outs under way (spec 10 §1.6).
    pub fn stop(&self) -> Result<()> {
        self.refuse_inside("a connection cannot be stopped")?;
        let mut hold = self.driver.lock();
        hold.enter(self.entry(Call::StartStop), None)?;
        hold.stop();
        hold.await_calls(Calls::All, None);
        Ok(())
    }

    /// What is not allowed inside a message listener, unless the program has said so, and never inside a completion
    /// callback. True inside a message listener.
    fn refuse_inside(&self, what: &str) -> Result<bool> {
        let inside = context::inside_listener(self.driver.id(), None);
        let refused = match context::completing(self.driver.id()) {
            Some(_) => "completion callback",
            None if inside && !settings::ALLOW_CLOSE_IN_CALLBACK.is_on() => "message listener",
            None => return Ok(inside),
        };
        let text = format!("{what} inside a {refused}");
        Err(Error::new(Status::TIBEMS_ILLEGAL_STATE, text))
    }

    /// Closes the connection (spec 10 §1.6, C31 to C33): wakes whoever waits, lets callbacks end, puts
    /// messages back, says goodbye to the server within bounds.
    pub fn close(&self) -> Result<()> {
        let mut hold = self.driver.lock();
        if hold.is_closed() {
            let id = self.driver.id();
            if context::callback(id).is_none() && context::completing(id).is_none() {
                let producers = hold.producers_of(None);
                hold.await_callbacks(Some(Calls::All), &producers);
            }
            return Ok(());
        }
        let inside = self.refuse_inside("a connection cannot be closed")?;
        hold.note(
            Topic::Recovery,
            format_args!("the program closes the connection"),
        );
        hold.close();
        self.driver.begin_closing();
        let deadline = closing::deadline(inside);
        hold.await_calls(Calls::All, None);
        let producers = hold.producers_of(None);
        hold.await_sends(&producers, deadline);
        hold.put_all_back();
        if inside {
            // the running callback's message is still acknowledged at its return; the dispatcher ends the rest
            let id = self.driver.id();
            let mut sessions = hold.session_keys().into_iter();
            let own = sessions.find(|key| context::inside_listener(id, Some(*key)));
            hold.leave_goodbye_to(own);
        }
        if !hold.is_goodbye_left() {
            hold.say_goodbye(deadline);
        }
        Ok(())
    }

    /// RecoverConnection (spec 10 §5.4); `factory` is the factory that the program passes.
    pub fn recover(&self, factory: u64) -> Result<()> {
        self.driver.recover(factory)
    }

    /// The client id, if one is set; it can be set only once.
    pub fn client_id(&self) -> Result<Option<&CStr>> {
        let hold = self.driver.lock();
        hold.check_open()?;
        let text = |id| CString::new(id).unwrap_or_default();
        let lent = |id| self.client_id.get_or_init(|| text(id)).as_c_str();
        Ok(hold.client_id().map(lent))
    }

    /// Refuses calls on a closed connection (G5).
    pub fn ensure_open(&self) -> Result<()> {
        self.driver.lock().check_open()
    }

    /// True after close, after the final loss, and while an unshared connection is broken (C23).
    pub fn is_disconnected(&self) -> bool {
        let state = self.driver.lock().state();
        !matches!(state, State::Connected | State::Reconnecting)
    }

    /// URL of the present or last server in normal form (C21, C22).
    pub fn active_url(&self) -> Result<String> {
        let hold = self.driver.lock();
        hold.check_open()?;
        Ok(self.driver.plan().url(hold.active()).to_string())
    }

    /// The exception listener, if set.
    pub fn exception_listener(&self) -> Result<Option<ExceptionListener>> {
        let hold = self.driver.lock();
        hold.check_open()?;
        Ok(hold.exception_listener().cloned())
    }

    /// Sets or removes the exception listener; a loss that nobody was told of is told now (E6, E7).
    pub fn set_exception_listener(&self, listener: Option<ExceptionListener>) -> Result<()> {
        let mut hold = self.driver.lock();
        hold.check_open()?;
        if listener.is_some() {
            hold.start_teller()?;
        }
        hold.set_exception_listener(listener);
        Ok(())
    }

    /// Sets the client id: opens the AMQP connection again under the new id (C26 to C28).
    pub fn set_client_id(&self, id: Option<&str>) -> Result<()> {
        let id = id.filter(|id| !id.is_empty()).ok_or_else(|| {
            Error::new(Status::TIBEMS_INVALID_CLIENT_ID, "the client ID is empty")
        })?;
        check_client_id(Some(id))?;
        let driver = &self.driver;
        let mut hold = driver.lock();
        hold.check_open()?;
        hold.may_set_client_id()?;
        hold.enter(self.entry(Call::Server), None)?;
        let before = hold.set_client_id(id)?;
        let active = hold.active();
        drop(hold);
        let attempts = Attempts {
            rounds: 1,
            passes: 1,
            ..driver.plan().attempts(Purpose::Connect)
        };
        let mut walk = Walk::default();
        walk.begin(Series::single(active, attempts));
        let result = driver.establish(&mut walk, Purpose::Connect);
        let mut hold = driver.lock();
        match result {
            Ok(_) if hold.is_used() => {
                hold.unset_client_id(before);
                hold.may_set_client_id()
            }
            Ok(built) if hold.state() == State::Connected => {
                hold.replace();
                hold.install(built);
                driver.serve(&mut hold)
            }
            Ok(_) => Err(hold.refusal(Status::TIBEMS_SERVER_NOT_CONNECTED)),
            Err(error) => {
                hold.unset_client_id(before);
                Err(error)
            }
        }
    }
}
