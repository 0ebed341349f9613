//! What drives the model of a connection: its lock, its threads, what it was made from. Every handle of the connection and
//! every thread of it holds a share.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Instant;

use bytes::BytesMut;
use parking_lot::Mutex;

use super::io as io_thread;
use super::listener;
use super::monitor::{Hold, Monitor};
use super::output::Pipe;
use super::plan::Plan;
use super::rebuild::Built;
use crate::amqp::engine::ScramCache;
use crate::client::model::{Basis, Model};
use crate::client::rules::gate::State;
use crate::client::rules::options;
use crate::settings::Purpose;
use crate::status::{Error, Result, Status};
use crate::transport::Waker;

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
        });
        let series = driver.plan.first_series();
        let built = driver.establish(series, Purpose::Connect);
        let built = built.map_err(|error| {
            let faults: Vec<_> = options.faults.iter().map(String::as_str).collect();
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
        let mut hold = driver.lock();
        let (epoch, input) = hold.install(built);
        driver.start_io(&mut hold, epoch, input)?;
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

    /// Takes the lock.
    pub fn lock(&self) -> Hold<'_> {
        self.monitor.lock(self)
    }

    /// Starts the I/O thread of an incarnation.
    pub fn start_io(&self, hold: &mut Hold<'_>, epoch: u32, input: BytesMut) -> Result<()> {
        let started = self.spawn("ems-io", move |driver| {
            io_thread::run(driver, epoch, input);
        });
        started.map_err(|error| {
            let error = Error::new(
                Status::TIBEMS_NO_MEMORY,
                format!("no thread for the connection: {error}"),
            );
            hold.lost(epoch, error.clone());
            error
        })
    }

    /// Starts the thread that tells the exception listener.
    pub fn start_telling(&self, model: &mut Model) {
        let started = self.spawn("ems-exception", listener::run);
        model.set_telling(started.is_ok());
    }

    /// Starts a thread of this connection. A panic in it ends the connection instead of the process: it is a
    /// fault of the library, and whoever waits must not wait for ever (spec 40 §6.7).
    pub fn spawn(
        &self,
        name: &str,
        body: impl FnOnce(&Arc<Driver>) + Send + 'static,
    ) -> io::Result<()> {
        let Some(driver) = self.this.upgrade() else {
            return Ok(()); // the last share goes just now
        };
        crate::transport::spawn(name, move || {
            if let Err(panic) = crate::guard::catch(|| body(&driver)) {
                let mut hold = driver.lock();
                let epoch = hold.epoch();
                let text = format!("internal error: {panic}");
                hold.lost(epoch, Error::new(Status::TIBEMS_EXCEPTION, text));
                if hold.state() == State::Reconnecting {
                    hold.lost_for_good(); // the thread that reconnects may be this one
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
    /// Makes a candidate the connection's new incarnation. The caller lets the I/O thread serve what this returns.
    pub fn install(&mut self, built: Built) -> (u32, BytesMut) {
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
            parts.unsent,
        ));
        self.flush();
        (epoch, parts.input)
    }
}
