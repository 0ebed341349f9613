//! The life of a connection as the gate sees it: its state, the cause of a loss, the recoveries, its identity; and the
//! events that its exception listener is to hear, in their order (spec 10 §3.2, E3 to E8).

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::wait::{Entry, Object};
use super::{Key, Model};
use crate::client::rules::gate::{self, Decision, State};
use crate::client::rules::outage::Outage;
use crate::clock::Stamp;
use crate::status::{Error, Result, Status};

/// What an exception listener is called with: the status, and the text for the error context.
pub type ExceptionCall = dyn Fn(Status, &str) + Send + Sync;

/// Called when the connection has a problem. The numbers let the C side give callback and closure back.
#[derive(Clone)]
pub struct ExceptionListener {
    pub callback: usize,
    pub closure: usize,
    pub call: Arc<ExceptionCall>,
}

/// Something for the exception listener.
#[derive(Clone, Debug)]
pub struct ExceptionEvent {
    pub status: Status,
    pub text: String,
}

/// State and identity.
pub(super) struct Life {
    state: State,
    /// Why there is no server; the text of every call that fails for it
    cause: Error,
    epoch: u32,
    /// The incarnation that is left to the I/O thread, or the last one that was
    in_service: u32,
    /// How often no automatic reconnect was left: what is recovered after that is another connection to calls
    /// that were in flight, however late they hear of it (U15)
    breaks: u32,
    /// When the last server was lost
    lost_at: Option<Stamp>,
    /// The RecoverConnection that was the last one before that
    recovery_before: u64,
    /// Number of the RecoverConnection under way or last done, and how it ended
    recovery: u64,
    recovery_result: Option<Error>,
    /// A RecoverConnection failed inside the running listener invocation (U17)
    failed_in_listener: bool,
    /// Place in the URL list of the present or last server
    active: (usize, usize),
    request_timeout: Duration,
    /// When this incarnation began, until somebody has asked what it was worth
    since: Option<Instant>,
    /// Something has succeeded on it: a transfer was settled, or a delivery taken (D22)
    served: bool,
    client_id: Option<String>,
    container_id: String,
    /// Used in a way that fixes the client id (C26)
    used: bool,
    /// Closed inside a listener of this session: its dispatcher does the rest
    goodbye_in: Option<u32>,
}

/// What the exception listener is to hear.
#[derive(Default)]
pub(super) struct Notices {
    listener: Option<ExceptionListener>,
    events: VecDeque<ExceptionEvent>,
    /// The thread that tells exists
    telling: bool,
    /// A listener invocation for a break is running
    running: bool,
}

impl Life {
    pub fn new(client_id: Option<String>, container_id: String) -> Life {
        Life {
            state: State::Connected,
            cause: Error::new(Status::TIBEMS_SERVER_NOT_CONNECTED, "not connected yet"),
            epoch: 0,
            in_service: 0,
            breaks: 0,
            lost_at: None,
            recovery_before: 0,
            recovery: 0,
            recovery_result: None,
            failed_in_listener: false,
            active: (0, 0),
            request_timeout: Duration::from_secs(60),
            since: None,
            served: false,
            client_id,
            container_id,
            used: false,
            goodbye_in: None,
        }
    }

    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    pub fn request_timeout(&self) -> Duration {
        self.request_timeout
    }

    pub fn container_id(&self) -> &str {
        &self.container_id
    }

    pub fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// Something has succeeded on the present incarnation.
    pub fn serves(&mut self) {
        self.served = true;
    }

    /// The client id can be set no more.
    pub fn use_it(&mut self) {
        self.used = true;
    }
}

impl Model {
    /// The state.
    pub fn state(&self) -> State {
        self.life.state
    }

    /// The connection was closed by the program.
    pub fn is_closed(&self) -> bool {
        self.life.is_closed()
    }

    /// Place in the URL list of the present or last server.
    pub fn active(&self) -> (usize, usize) {
        self.life.active
    }

    /// Why there is no server.
    pub fn cause(&self) -> &Error {
        &self.life.cause
    }

    /// The last incarnation was good, because something has succeeded on it or it has lived for so long. What was not,
    /// and died, was only a failed try (D22). True once for each: what is looked for after it begins anew once.
    pub fn take_goodness(&mut self, now: Instant, life: Duration) -> bool {
        let lived = self.life.since.take();
        let lived = lived.is_some_and(|since| now.saturating_duration_since(since) >= life);
        std::mem::take(&mut self.life.served) || lived
    }

    /// How often a loss was left to the program.
    pub fn breaks(&self) -> u32 {
        self.life.breaks
    }

    /// The client id, if one is set.
    pub fn client_id(&self) -> Option<&str> {
        self.life.client_id.as_deref()
    }

    /// The container-id.
    pub fn container_id(&self) -> &str {
        &self.life.container_id
    }

    /// It was used in a way that fixes the client id.
    pub fn is_used(&self) -> bool {
        self.life.used
    }

    /// The client id can be set once, before the connection is used (C26).
    pub fn may_set_client_id(&self) -> Result<()> {
        if self.life.client_id.is_some() || self.life.used {
            return Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "the client ID must be set before the connection is used, and once",
            ));
        }
        Ok(())
    }

    /// Sets the client id. The container-id until now.
    pub fn set_client_id(&mut self, id: &str) -> Result<String> {
        self.may_set_client_id()?;
        self.life.client_id = Some(id.to_owned());
        Ok(std::mem::replace(
            &mut self.life.container_id,
            id.to_owned(),
        ))
    }

    /// The server did not take the client id: as before.
    pub fn unset_client_id(&mut self, container_id: String) {
        self.life.client_id = None;
        self.life.container_id = container_id;
    }

    /// A refused client id that was made up is replaced (spec 40 §2.1).
    pub fn renew_container_id(&mut self, made_up: String) {
        if self.life.client_id.is_none() {
            self.life.container_id = made_up;
        }
    }

    /// Why there is no server, in the words for the program; none while there is one, and after a close.
    pub fn outage(&self) -> Option<String> {
        let outage = Outage {
            state: self.life.state,
            since: self.life.lost_at,
            cause: &self.life.cause.text,
            recoveries: self.life.recovery - self.life.recovery_before,
            listener: self.notices.listener.is_some(),
        };
        outage.text()
    }

    /// The error of a call that the gate refused.
    pub fn refusal(&self, status: Status) -> Error {
        match status {
            Status::TIBEMS_ILLEGAL_STATE => Error::new(status, "the connection is closed"),
            Status::TIBEMS_NOT_PERMITTED => Error::from(status),
            _ => match self.outage() {
                Some(text) => Error::new(status, text),
                None => Error::from(status),
            },
        }
    }

    /// The error of a call whose limit came first; `awaited`: for what it waited while there was a server.
    pub fn timed_out(&self, awaited: &'static str) -> Error {
        match self.outage() {
            Some(text) => Error::new(Status::TIBEMS_TIMEOUT, text),
            None => Error::new(Status::TIBEMS_TIMEOUT, awaited),
        }
    }

    /// What a receive returns that got no message. No error, so without a text (C44), unless nothing could come.
    pub fn nothing_received(&self, status: Status) -> Error {
        match self.outage() {
            Some(text) => Error::new(status, text),
            None if !self.is_started() => Error::new(status, "the connection is not started"),
            None => Error::new(status, ""),
        }
    }

    /// Refuses calls on a closed connection (G5).
    pub fn check_open(&self) -> Result<()> {
        match self.is_closed() {
            true => Err(self.refusal(Status::TIBEMS_ILLEGAL_STATE)),
            false => Ok(()),
        }
    }

    /// What the gate says to a call now; none = it waits.
    pub fn admit(&self, entry: &Entry) -> Option<Result<()>> {
        if !self.is_closed()
            && let Err(error) = self.check(entry.object)
        {
            return Some(Err(error));
        }
        match gate::decide(self.life.state, entry.caller, entry.call) {
            Decision::Go => Some(Ok(())),
            Decision::Fail(status) => Some(Err(self.refusal(status))),
            Decision::Wait => None,
        }
    }

    /// Refuses calls on what is closed.
    pub fn check(&self, object: Object) -> Result<()> {
        let closed = |text| Err(Error::new(Status::TIBEMS_ILLEGAL_STATE, text));
        let session = |key| self.sessions.get(&key).is_some_and(|state| state.is_open());
        match object {
            Object::Connection => Ok(()),
            Object::Session(key) if session(key) => Ok(()),
            Object::Producer(of, _) | Object::Consumer(of, _) | Object::Browser(of, _)
                if !session(of) =>
            {
                closed("the session is closed")
            }
            Object::Session(_) => closed("the session is closed"),
            Object::Producer(_, key) => match self.producers.get(&key) {
                Some(state) if state.is_open() => Ok(()),
                _ => closed("the producer is closed"),
            },
            Object::Consumer(_, key) => match self.consumers.get(&key) {
                Some(state) if state.is_open() => Ok(()),
                _ => closed("the consumer is closed"),
            },
            Object::Browser(_, key) => match self.browsers.get(&key) {
                Some(state) if state.is_open() => Ok(()),
                _ => closed("the browser is closed"),
            },
        }
    }

    /// A new incarnation begins on the server at this place of the list; its number.
    pub(super) fn begin_epoch(&mut self, at: (usize, usize), request_timeout: Duration) -> u32 {
        self.life.epoch += 1;
        self.life.active = at;
        self.life.request_timeout = request_timeout;
        (self.life.since, self.life.served) = (Some(self.now), false);
        if self.life.state != State::Closed {
            self.life.state = State::Connected;
        }
        self.effects.wake_everyone();
        self.life.epoch
    }

    /// The incarnation that was installed last is left to the I/O thread.
    pub fn put_in_service(&mut self) {
        self.life.in_service = self.life.epoch;
        self.effects.wake(Key::Connection);
    }

    /// The incarnation that is left to the I/O thread, or the last one that was.
    pub fn in_service(&self) -> u32 {
        self.life.in_service
    }

    /// Only a group of its own was lost: the reconnect is automatic.
    pub(super) fn begin_reconnect(&mut self) {
        self.life.state = State::Reconnecting;
        self.effects.wake_everyone();
    }

    pub(super) fn set_cause(&mut self, cause: Error) {
        self.life.cause = cause;
    }

    /// The server is lost at this time.
    pub(super) fn set_lost_at(&mut self, at: Stamp) {
        self.life.lost_at = Some(at);
        self.life.recovery_before = self.life.recovery;
    }

    /// No automatic reconnect is left: an unshared connection is broken, any other is over.
    pub fn lost_for_good(&mut self) {
        self.life.state = if self.basis.unshared {
            State::Broken
        } else {
            State::Over
        };
        self.life.breaks += 1;
        let text = self.life.cause.text.clone().into_owned();
        self.report(Status::TIBEMS_SERVER_NOT_CONNECTED, text);
        self.forsake_promises();
        self.effects.wake_everyone();
    }

    /// The automatic reconnect has failed.
    pub fn reconnect_failed(&mut self, cause: Error) {
        self.life.cause = cause;
        self.lost_for_good();
    }

    /// A RecoverConnection begins; its number.
    pub fn begin_recovery(&mut self) -> u64 {
        self.life.state = State::Recovering;
        self.life.recovery += 1;
        self.effects.wake_everyone();
        self.life.recovery
    }

    /// Number of the RecoverConnection under way or last done.
    pub fn recovery(&self) -> u64 {
        self.life.recovery
    }

    /// How that ended.
    pub fn recovery_result(&self) -> Result<()> {
        self.life.recovery_result.clone().map_or(Ok(()), Err)
    }

    /// The RecoverConnection has found a server.
    pub fn recovery_succeeded(&mut self) {
        self.life.recovery_result = None;
        self.life.failed_in_listener = false;
        if self.notices.listener.is_none() {
            self.notices.events.clear(); // the program knows of the loss (E7)
        }
    }

    /// The RecoverConnection has failed: given up, unless a listener invocation may still try again (U17).
    pub fn recovery_failed(&mut self, error: Error, in_listener: bool) {
        self.life.recovery_result = Some(error.clone());
        self.life.cause = error;
        self.life.state = State::Broken;
        if in_listener {
            self.life.failed_in_listener = true;
        } else if !self.notices.running {
            self.life.state = State::GivenUp;
            self.forsake_promises();
        }
        self.effects.wake_everyone();
    }

    /// The program closes the connection.
    pub fn close(&mut self) {
        self.life.state = State::Closed;
        self.started = false;
        self.interrupt_all();
        self.effects.wake_everyone();
    }

    /// The rest of a close inside a listener belongs to the dispatcher of this session.
    pub fn leave_goodbye_to(&mut self, session: Option<u32>) {
        self.life.goodbye_in = session;
    }

    /// The rest of the close is the job of this session's dispatcher, or (none) of nobody. True once.
    pub fn take_goodbye(&mut self, session: u32) -> bool {
        self.life
            .goodbye_in
            .take_if(|wanted| *wanted == session)
            .is_some()
    }

    /// A dispatcher will do the rest of the close.
    pub fn is_goodbye_left(&self) -> bool {
        self.life.goodbye_in.is_some()
    }

    /// Queues an event for the exception listener.
    pub fn report(&mut self, status: Status, text: String) {
        if self.is_closed() {
            return;
        }
        let failover = status != Status::TIBEMS_SERVER_NOT_CONNECTED;
        if failover && self.notices.listener.is_none() {
            return; // only a loss waits for a listener that is set later (E7)
        }
        self.notices
            .events
            .push_back(ExceptionEvent { status, text });
        self.tell();
    }

    fn tell(&mut self) {
        self.effects.wake(Key::Connection);
    }

    /// The exception listener, if set.
    pub fn exception_listener(&self) -> Option<&ExceptionListener> {
        self.notices.listener.as_ref()
    }

    /// Sets or removes the exception listener; a loss that nobody was told of is told now (E6, E7).
    pub fn set_exception_listener(&mut self, listener: Option<ExceptionListener>) {
        self.notices.listener = listener;
        self.tell();
    }

    /// Starts no second thread that tells: true when there was none.
    pub fn claim_teller(&mut self) -> bool {
        !std::mem::replace(&mut self.notices.telling, true)
    }

    /// The thread that tells is gone.
    pub fn drop_teller(&mut self) {
        self.notices.telling = false;
    }

    /// There is something to do for the thread that tells, or may be later: it is there as long as a listener is set (D32).
    /// The program's own close silences what is not told yet (E8).
    pub fn wants_teller(&self) -> bool {
        !self.is_closed() && self.notices.listener.is_some()
    }

    /// There is something to tell.
    pub fn has_notice(&self) -> bool {
        !self.notices.events.is_empty()
    }

    /// The next thing to tell, and to whom, for the thread that is wanted.
    pub fn next_notice(&mut self) -> Option<(ExceptionListener, ExceptionEvent)> {
        let listener = self.notices.listener.clone()?;
        let event = self.notices.events.pop_front()?;
        self.notices.running = event.status == Status::TIBEMS_SERVER_NOT_CONNECTED;
        Some((listener, event))
    }

    /// The listener invocation for a break has returned (U17).
    pub fn notice_returned(&mut self) {
        if !std::mem::take(&mut self.notices.running) {
            return;
        }
        if self.life.state == State::Broken && self.life.failed_in_listener {
            self.life.state = State::GivenUp;
            self.forsake_promises();
            self.effects.wake_everyone();
        }
        self.life.failed_in_listener = false;
    }
}
