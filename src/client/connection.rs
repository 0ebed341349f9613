//! Connections: creation, start and stop, close, identity, and the wait that the gate orders.
//!
//! A connection owns one lock over all its objects (`state.rs`), one I/O thread while it has a server,
//! and a thread for its exception listener while there is something to tell. Called by ffi from any
//! thread. `open`, `close`, `stop` and whatever passes `enter` may block; nothing else does.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex, MutexGuard};

use super::context;
use super::gate::{self, Call, Decision, State};
use super::plan::Plan;
use super::reconnect::{Attempts, Series};
use super::state::{Core, ExceptionListener};
use super::{factory, io, options};
use crate::amqp::engine::ScramCache;
use crate::settings::{self, Purpose};
use crate::status::{Error, Result, Status};
use crate::transport::Waker;

/// A connection.
pub struct Connection {
    this: Weak<Connection>,
    id: u64,
    pub(super) plan: Plan,
    core: Mutex<Core>,
    /// State changes, answers to requests, ends of callbacks.
    pub(super) changed: Condvar,
    /// Wakes the thread that connects, while there is one; the I/O thread has a waker of its own.
    connecting: Mutex<Weak<Waker>>,
    closing: AtomicBool,
    /// The slow part of SCRAM, kept for the next connect
    pub(super) scram_cache: ScramCache,
}

impl Connection {
    /// Connects: walks the list as spec 10 §1.2 and §2.3 say. The result is stopped.
    pub fn open(plan: Plan) -> Result<Arc<Connection>> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let faults = &options::general().faults;
        let core = Core::new(plan.client_id.clone(), plan.container_id());
        let connection = Arc::new_cyclic(|this| Connection {
            this: this.clone(),
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            plan,
            core: Mutex::new(core),
            changed: Condvar::new(),
            connecting: Mutex::default(),
            closing: AtomicBool::new(false),
            scram_cache: ScramCache::default(),
        });
        let series = connection.plan.first_series();
        let built = connection
            .establish(series, Purpose::Connect)
            .map_err(|error| {
                let faults: Vec<_> = faults.iter().map(String::as_str).collect();
                match faults.as_slice() {
                    [] => error,
                    _ => Error::new(
                        error.status,
                        format!(
                            "{} (not understood in TIBEMS_AMQP_OPTIONS: {})",
                            error.text,
                            faults.join(" ")
                        ),
                    ),
                }
            })?;
        let mut core = connection.core.lock();
        let (epoch, input) = connection.install(&mut core, built);
        connection.start_io(&mut core, epoch, input)?;
        drop(core);
        Ok(connection)
    }

    /// Starts the I/O thread of an incarnation.
    pub(super) fn start_io(
        self: &Arc<Self>,
        core: &mut MutexGuard<'_, Core>,
        epoch: u32,
        input: bytes::BytesMut,
    ) -> Result<()> {
        let connection = self.clone();
        self.spawn("ems-io", move || io::run(connection, epoch, input))
            .map_err(|error| {
                let error = Error::new(
                    Status::TIBEMS_NO_MEMORY,
                    format!("no thread for the connection: {error}"),
                );
                self.lost(core, epoch, error.clone());
                error
            })?;
        Ok(())
    }

    /// A share of this connection; none while the last one goes.
    pub(super) fn this(&self) -> Option<Arc<Connection>> {
        self.this.upgrade()
    }

    /// Starts a thread of this connection. A panic in it ends the connection instead of the process: it is a
    /// fault of the library, and whoever waits must not wait for ever (spec 40 §6.7).
    pub(super) fn spawn(
        self: &Arc<Self>,
        name: &str,
        body: impl FnOnce() + Send + 'static,
    ) -> std::io::Result<()> {
        let connection = self.clone();
        crate::transport::spawn(name, move || {
            if let Err(panic) = crate::guard::catch(body) {
                let mut core = connection.lock();
                let epoch = core.epoch;
                let text = format!("internal error: {panic}");
                connection.lost(&mut core, epoch, Error::new(Status::TIBEMS_EXCEPTION, text));
                if core.state == State::Reconnecting {
                    connection.lost_for_good(&mut core); // the thread that reconnects may be this one
                }
            }
        })
        .map(drop)
    }

    /// Identifies the connection in callbacks' frames and in temporary destinations.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The lock.
    pub(super) fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock()
    }

    /// What wakes the thread that connects, for as long as the result is held.
    pub(super) fn connecting(&self) -> Result<Arc<Waker>> {
        let mut connecting = self.connecting.lock();
        if let Some(waker) = connecting.upgrade() {
            return Ok(waker);
        }
        let waker = Waker::new().map_err(|error| {
            Error::new(
                Status::TIBEMS_SERVER_NOT_CONNECTED,
                format!("TIBEMS_SOCKET_LIMIT: {error}"),
            )
        })?;
        let waker = Arc::new(waker);
        *connecting = Arc::downgrade(&waker);
        Ok(waker)
    }

    /// True once the program has begun to close the connection.
    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// Waits until the gate lets `call` pass. `alive` is asked before each look at the gate and after
    /// each wake: an object closed meanwhile ends the wait with its error (U17). `TIBEMS_TIMEOUT` at
    /// `deadline`.
    pub(super) fn enter(
        &self,
        core: &mut MutexGuard<'_, Core>,
        call: Call,
        deadline: Option<Instant>,
        alive: &mut dyn FnMut(&Core) -> Result<()>,
    ) -> Result<()> {
        let caller = context::caller(self.id);
        loop {
            if core.state != State::Closed {
                alive(core)?;
            }
            match gate::decide(core.state, caller, call) {
                Decision::Go => return Ok(()),
                Decision::Fail(status) => return Err(core.refusal(status)),
                Decision::Wait => self.wait(core, deadline)?,
            }
        }
    }

    /// Waits for the next change of state or answer.
    pub(super) fn wait(
        &self,
        core: &mut MutexGuard<'_, Core>,
        deadline: Option<Instant>,
    ) -> Result<()> {
        match deadline {
            None => self.changed.wait(core),
            Some(deadline) => {
                if self.changed.wait_until(core, deadline).timed_out() && Instant::now() >= deadline
                {
                    return Err(Error::from(Status::TIBEMS_TIMEOUT));
                }
            }
        }
        Ok(())
    }

    /// Starts inbound delivery.
    pub fn start(&self) -> Result<()> {
        let mut core = self.lock();
        self.enter(&mut core, Call::StartStop, None, &mut |_| Ok(()))?;
        core.used = true;
        if core.started {
            return Ok(());
        }
        core.started = true;
        self.grant_all(&mut core);
        core.wake_all();
        self.kick(&mut core);
        Ok(())
    }

    /// Stops inbound delivery; returns after the callbacks and hand-outs under way (spec 10 §1.6).
    pub fn stop(&self) -> Result<()> {
        let inside = context::inside_listener(self.id, None);
        if inside && !settings::ALLOW_CLOSE_IN_CALLBACK.is_on() {
            return Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "a connection cannot be stopped inside a message listener",
            ));
        }
        let mut core = self.lock();
        self.enter(&mut core, Call::StartStop, None, &mut |_| Ok(()))?;
        core.used = true;
        core.started = false;
        self.withdraw_credit(&mut core);
        self.kick(&mut core);
        self.await_callbacks(&mut core, None, None);
        Ok(())
    }

    /// Waits until no callback or hand-out is running (of one session, or of all), except those that this
    /// thread is inside of. True when that was reached before `deadline`.
    pub(super) fn await_callbacks(
        &self,
        core: &mut MutexGuard<'_, Core>,
        session: Option<u32>,
        deadline: Option<Instant>,
    ) -> bool {
        self.await_calls(core, deadline, &|core| {
            let mut states = core.sessions.iter();
            states.any(|(key, state)| {
                session.is_none_or(|wanted| wanted == *key) && state.busy > state.parked
            })
        })
    }

    /// Waits while something runs. A callback that waits here does not count as running: two callbacks never wait for each
    /// other. False when `deadline` came first.
    pub(super) fn await_calls(
        &self,
        core: &mut MutexGuard<'_, Core>,
        deadline: Option<Instant>,
        runs: &dyn Fn(&Core) -> bool,
    ) -> bool {
        let own = context::callback(self.id);
        if let Some(own) = own {
            core.park(own, |parked| parked + 1);
            self.changed.notify_all();
        }
        let mut in_time = true;
        while in_time && runs(core) {
            in_time = self.wait(core, deadline).is_ok();
        }
        if let Some(own) = own {
            core.park(own, |parked| parked.saturating_sub(1));
        }
        in_time
    }

    /// Another thread closes an object just now: waits until that is done, no longer than its own close would take.
    pub(super) fn await_close(
        &self,
        core: &mut MutexGuard<'_, Core>,
        deadline: Instant,
        there: &dyn Fn(&Core) -> bool,
    ) {
        self.await_calls(core, Some(deadline), &|core| {
            core.state != State::Closed && there(core)
        });
    }

    /// Closes the connection (spec 10 §1.6, C31 to C33): wakes whoever waits, lets callbacks end, puts
    /// messages back, says goodbye to the server within bounds.
    pub fn close(self: &Arc<Self>) -> Result<()> {
        let inside = context::inside_listener(self.id, None);
        let mut core = self.lock();
        if core.state == State::Closed {
            return Ok(());
        }
        if inside && !settings::ALLOW_CLOSE_IN_CALLBACK.is_on() {
            return Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "a connection cannot be closed inside a message listener",
            ));
        }
        self.closing.store(true, Ordering::Release);
        core.state = State::Closed;
        core.started = false;
        if let Some(waker) = self.connecting.lock().upgrade() {
            waker.wake();
        }
        self.changed.notify_all();
        core.wake_all();
        let limit = options::general().close_timeout;
        let limit = if inside {
            limit.min(Duration::from_secs(5))
        } else {
            limit
        };
        let deadline = Instant::now() + limit;
        self.await_callbacks(&mut core, None, None);
        let producers = core.producers_of(None);
        self.await_sends(&mut core, &producers, deadline);
        self.put_all_back(&mut core);
        if inside {
            // the running callback's message is still acknowledged at its return; the dispatcher ends the rest
            let mut sessions = core.sessions.keys().copied();
            core.goodbye_in = sessions.find(|key| context::inside_listener(self.id, Some(*key)));
            self.kick(&mut core);
        }
        if core.goodbye_in.is_none() {
            self.say_goodbye(&mut core, deadline);
        }
        Ok(())
    }

    /// Puts every message back.
    fn put_all_back(&self, core: &mut Core) {
        let sessions: Vec<u32> = core.sessions.keys().copied().collect();
        for key in sessions {
            self.put_back(core, key);
        }
    }

    /// Puts every message back, closes the AMQP connection and drops it. The I/O thread ends by itself.
    pub(super) fn say_goodbye(&self, core: &mut MutexGuard<'_, Core>, deadline: Instant) {
        self.put_all_back(core);
        self.close_wire(core, deadline);
        core.shed();
    }

    /// Closes the AMQP connection and drops it.
    fn close_wire(&self, core: &mut MutexGuard<'_, Core>, deadline: Instant) {
        let Some(wire) = core.wire.as_mut() else {
            return;
        };
        let epoch = wire.epoch;
        wire.engine.close(None);
        self.flush(core);
        // the peer's close ends the wire (spec 40 §1.9: up to one second); unwritten output may take longer
        let limit = deadline.min(Instant::now() + Duration::from_secs(1));
        core.output_waiters += 1;
        while let Some(wire) = core.wire.as_ref().filter(|wire| wire.epoch == epoch) {
            let until = if wire.waiting_output() > 0 || wire.writing {
                deadline
            } else {
                limit
            };
            if self.wait(core, Some(until)).is_err() && Instant::now() >= until {
                break;
            }
        }
        core.output_waiters -= 1;
        // whoever still waits for an answer of this server gets none
        let error = core.refusal(Status::TIBEMS_ILLEGAL_STATE);
        self.lost(core, epoch, error);
    }

    /// The client id, if one is set.
    pub fn client_id(&self) -> Result<Option<String>> {
        let core = self.lock();
        self.check_open(&core)?;
        Ok(core.client_id.clone())
    }

    /// Refuses calls on a closed connection (G5).
    pub fn check_open(&self, core: &Core) -> Result<()> {
        if core.state == State::Closed {
            return Err(core.refusal(Status::TIBEMS_ILLEGAL_STATE));
        }
        Ok(())
    }

    /// Refuses calls on a closed connection (G5), for callers without the lock.
    pub fn ensure_open(&self) -> Result<()> {
        let core = self.lock();
        self.check_open(&core)
    }

    /// True after close, after the final loss, and while an unshared connection is broken (C23).
    pub fn is_disconnected(&self) -> bool {
        !matches!(self.lock().state, State::Connected | State::Reconnecting)
    }

    /// URL of the present or last server in normal form (C21, C22).
    pub fn active_url(&self) -> Result<String> {
        let core = self.lock();
        self.check_open(&core)?;
        let (group, server) = core.active;
        Ok(self.plan.groups[group][server].to_string())
    }

    /// The exception listener, if set.
    pub fn exception_listener(&self) -> Result<Option<ExceptionListener>> {
        let core = self.lock();
        self.check_open(&core)?;
        Ok(core.listener.clone())
    }

    /// Sets or removes the exception listener; a loss that nobody was told of is told now (E6, E7).
    pub fn set_exception_listener(
        self: &Arc<Self>,
        listener: Option<ExceptionListener>,
    ) -> Result<()> {
        let mut core = self.lock();
        self.check_open(&core)?;
        core.listener = listener;
        self.tell(&mut core);
        Ok(())
    }

    /// Sets the client id: opens the AMQP connection again under the new id (C26 to C28).
    pub fn set_client_id(self: &Arc<Self>, id: Option<&str>) -> Result<()> {
        let id = id.filter(|id| !id.is_empty()).ok_or_else(|| {
            Error::new(Status::TIBEMS_INVALID_CLIENT_ID, "the client ID is empty")
        })?;
        factory::check_client_id(Some(id))?;
        let mut core = self.lock();
        self.check_open(&core)?;
        if core.client_id.is_some() || core.used {
            return Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "the client ID must be set before the connection is used, and once",
            ));
        }
        self.enter(&mut core, Call::Server, None, &mut |_| Ok(()))?;
        let container = std::mem::replace(&mut core.container_id, id.to_owned());
        core.client_id = Some(id.to_owned());
        let active = core.active;
        drop(core);
        let attempts = Attempts {
            rounds: 1,
            passes: 1,
            ..self.plan.attempts(Purpose::Connect)
        };
        let single = Series::single(active, attempts);
        let result = self.establish(single, Purpose::Connect);
        let mut core = self.lock();
        match result {
            Ok(built) if core.state == State::Connected => {
                self.retire_wire(&mut core);
                let (epoch, input) = self.install(&mut core, built);
                self.start_io(&mut core, epoch, input)
            }
            Ok(_) => Err(core.refusal(Status::TIBEMS_SERVER_NOT_CONNECTED)),
            Err(error) => {
                core.container_id = container;
                core.client_id = None;
                Err(error)
            }
        }
    }
}

impl Core {
    /// A callback begins or ceases to wait for others.
    fn park(&mut self, (session, consumer): (u32, u32), change: impl Fn(u32) -> u32) {
        if let Some(state) = self.sessions.get_mut(&session) {
            state.parked = change(state.parked);
        }
        if let Some(state) = self.consumers.get_mut(&consumer) {
            state.parked = change(state.parked);
        }
    }

    /// A callback or hand-out of this consumer runs.
    pub fn calls_consumer(&self, consumer: u32) -> bool {
        let state = self.consumers.get(&consumer);
        state.is_some_and(|state| state.busy > state.parked)
    }
}
