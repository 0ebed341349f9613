//! What drives the model of a connection: its lock, its threads, what it was made from. Every handle of the connection and
//! every thread of it holds a share.

use std::io;
use std::mem;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Instant;

use super::context::Home;
use super::io as io_thread;
use super::monitor::{Hold, Monitor};
use super::output::Pipe;
use super::plan::Plan;
use super::rebuild::Built;
use crate::amqp::engine::ScramCache;
use crate::client::model::{Basis, Model};
use crate::client::rules::gate::State;
use crate::client::rules::options;
use crate::client::rules::outage::{Loss, Witness};
use crate::client::rules::walk::Walk;
use crate::settings::Purpose;
use crate::status::{Error, Result, Status};
use crate::sync::Mutex;
use crate::trace;
use crate::transport::{Runs, Waker};

/// The driver of one connection.
pub struct Driver {
    this: Weak<Driver>,
    id: u64,
    plan: Plan,
    monitor: Monitor,
    /// Wakes the thread that connects, while there is one; the I/O thread has a waker of its own
    connecting: Mutex<Weak<Waker>>,
    closing: AtomicBool,
    /// The slow part of SCRAM, kept for the next connect
    scram_cache: ScramCache,
    /// What the next walk over the list has to know of the last one; with whoever walks just now
    walk: Mutex<Walk>,
}

/// A thread of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thread {
    Io,
    Exception,
    /// Of this session
    Dispatch(u32),
    /// Of this session
    Completion(u32),
}

impl Thread {
    fn name(self) -> &'static str {
        match self {
            Thread::Io => "ems-io",
            Thread::Exception => "ems-exception",
            Thread::Dispatch(_) => "ems-dispatch",
            Thread::Completion(_) => "ems-completion",
        }
    }

    fn runs(self) -> Runs {
        match self {
            Thread::Io => Runs::Library,
            Thread::Exception | Thread::Dispatch(_) | Thread::Completion(_) => Runs::Callbacks,
        }
    }
}

impl Driver {
    /// Connects: walks the list as spec 10 §1.2 and §2.3 say. The result is stopped.
    pub fn open(plan: Plan) -> Result<Arc<Driver>> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let options = options::general();
        let basis = Basis {
            id,
            groups: plan.groups.clone(),
            unshared: plan.unshared.is_some(),
            options,
        };
        let (client_id, container_id) = (plan.client_id.clone(), plan.container_id());
        let model = Model::new(basis, client_id, container_id, Instant::now());
        let driver = Arc::new_cyclic(|this| Driver {
            this: this.clone(),
            id,
            plan,
            monitor: Monitor::new(model),
            connecting: Mutex::default(),
            closing: AtomicBool::new(false),
            scram_cache: ScramCache::default(),
            walk: Mutex::default(),
        });
        let faults = options.misunderstood();
        trace::announce(&faults);
        let mut walk = Walk::default();
        walk.begin(driver.plan.first_series());
        let built = driver.establish(&mut walk, Purpose::Connect);
        walk.close();
        driver.keep_walk(walk);
        let built = built.map_err(|mut error| {
            for words in [trace::misunderstood(), faults] {
                if !words.is_empty() {
                    error.text = format!("{} ({words})", error.text).into();
                }
            }
            error
        })?;
        let mut hold = driver.lock();
        hold.install(built);
        driver.serve(&mut hold)?;
        drop(hold);
        Ok(driver)
    }

    /// Identifies the connection in callbacks' frames and in temporary destinations.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// What the connection was made from.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What SCRAM has computed before.
    pub fn scram_cache(&self) -> &ScramCache {
        &self.scram_cache
    }

    /// What the last walk over the list has left. Only one thread at a time looks for a server.
    pub(super) fn take_walk(&self) -> Walk {
        std::mem::take(&mut self.walk.lock())
    }

    /// For the next one.
    pub(super) fn keep_walk(&self, walk: Walk) {
        *self.walk.lock() = walk;
    }

    /// Takes the lock.
    pub fn lock(&self) -> Hold<'_> {
        self.monitor.lock(self)
    }

    /// Leaves the incarnation that is installed to the I/O thread: not before, as whoever installs it writes first, and a
    /// loss that is noticed beside a write costs what is being written. The thread is started once and waits between two
    /// servers, so that a recovery needs no new one (D32).
    pub fn serve(&self, hold: &mut Hold<'_>) -> Result<()> {
        hold.put_in_service();
        if mem::replace(&mut hold.guard.served, true) {
            return Ok(());
        }
        self.spawn(Thread::Io, io_thread::run).map_err(|error| {
            hold.guard.served = false;
            let error = Error::new(
                Status::TIBEMS_NO_MEMORY,
                format!("no thread for the connection: {error}"),
            );
            let epoch = hold.epoch();
            hold.lost(epoch, Loss::new(Witness::Library, error.clone()));
            error
        })
    }

    /// Starts a thread of this connection. A panic in it ends the connection instead of the process: it is a
    /// fault of the library, and whoever waits must not wait for ever (spec 40 §6.7).
    pub fn spawn(
        &self,
        thread: Thread,
        body: impl FnOnce(&Arc<Driver>) + Send + 'static,
    ) -> io::Result<()> {
        let Some(driver) = self.this.upgrade() else {
            return Ok(()); // the last share goes just now
        };
        crate::transport::spawn(thread.name(), thread.runs(), move || {
            let _home = Home::new(&driver);
            if let Err(panic) = crate::guard::catch(|| body(&driver)) {
                let mut hold = driver.lock();
                hold.panicked(&panic);
                if hold.state() == State::Reconnecting {
                    hold.lost_for_good(); // the thread that reconnects may be this one
                }
                // whoever needs it next starts another one
                match thread {
                    Thread::Io => hold.guard.served = false,
                    Thread::Exception => hold.drop_teller(),
                    Thread::Dispatch(session) => hold.drop_dispatcher(session),
                    Thread::Completion(session) => hold.drop_completer(session),
                }
            }
        })
        .map(drop)
    }

    /// What wakes the thread that connects, for as long as the result is held.
    pub fn connecting(&self) -> Result<Arc<Waker>> {
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
    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// The program closes the connection: whoever connects stops.
    pub fn begin_closing(&self) {
        self.closing.store(true, Ordering::Release);
        if let Some(waker) = self.connecting.lock().upgrade() {
            waker.wake();
        }
    }
}

impl Hold<'_> {
    /// A panic ends the connection.
    pub(super) fn panicked(&mut self, panic: &str) {
        let epoch = self.epoch();
        let text = format!("internal error: {panic}");
        let cause = Error::new(Status::TIBEMS_EXCEPTION, text);
        self.lost(epoch, Loss::new(Witness::Library, cause));
    }

    /// Makes a candidate the connection's new incarnation.
    pub fn install(&mut self, built: Built) {
        let Built {
            candidate,
            draft,
            at,
        } = built;
        let request_timeout = candidate.options.request_timeout;
        let parts = candidate.into_parts();
        let now = Instant::now();
        let model = &mut self.guard.model;
        let epoch = model.install(parts.engine, parts.written, draft, at, request_timeout, now);
        self.guard.pipe = Some(Pipe::new(
            epoch,
            parts.stream,
            parts.waker,
            parts.trace,
            (parts.unsent, parts.input),
        ));
        self.flush();
    }
}
