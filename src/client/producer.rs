//! Producers: their settings, and what they are on the wire (spec 20 §3).
//!
//! `send.rs` holds the path of a send. A `Producer` is what a handle stands for; its incarnation lives
//! behind the connection's lock under `key`. Creation and close may block.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use parking_lot::{Condvar, Mutex, MutexGuard};

use super::condition::Place;
use super::connection::Connection;
use super::gate::{Call, State};
use super::request::outcome;
use super::session::Session;
use super::state::{Core, Fate, Owner, ProducerState, SendLink};
use super::{links, options, profile, random};
use crate::message::Destination;
use crate::status::{Error, Result, Status};

/// Delivery modes by number.
pub const NON_PERSISTENT: i32 = 1;
pub const PERSISTENT: i32 = 2;
pub const RELIABLE: i32 = 22;

/// When a NON_PERSISTENT send waits for the server's answer (spec 20 §3.4); the numbers are the API's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NpCheckMode {
    Default = 0,
    Always = 1,
    Never = 2,
    TempDest = 3,
    Auth = 4,
    TempAuth = 5,
}

impl NpCheckMode {
    /// The mode with this number.
    pub fn from_number(number: i32) -> Option<Self> {
        Some(match number {
            0 => Self::Default,
            1 => Self::Always,
            2 => Self::Never,
            3 => Self::TempDest,
            4 => Self::Auth,
            5 => Self::TempAuth,
            _ => return None,
        })
    }

    /// True when a send waits, given what is known of destination and identity.
    pub fn waits(self, temporary: bool, authenticated: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::TempDest => temporary,
            Self::Default | Self::Auth => authenticated,
            Self::TempAuth => temporary || authenticated,
        }
    }
}

/// The defaults of a producer for its sends.
#[derive(Clone, Copy, Debug)]
pub struct ProducerSettings {
    pub delivery_mode: i32,
    pub priority: i32,
    pub time_to_live: i64,
    pub delivery_delay: i64,
    pub disable_message_id: bool,
    pub disable_timestamp: bool,
    pub np_check: NpCheckMode,
}

impl Default for ProducerSettings {
    fn default() -> Self {
        ProducerSettings {
            delivery_mode: PERSISTENT,
            priority: 4,
            time_to_live: 0,
            delivery_delay: 0,
            disable_message_id: false,
            disable_timestamp: false,
            np_check: NpCheckMode::Default,
        }
    }
}

impl ProducerSettings {
    /// Refuses values outside their ranges (spec 20 §3.1, §3.6).
    pub fn check(&self) -> Result<()> {
        let text = if ![NON_PERSISTENT, PERSISTENT, RELIABLE].contains(&self.delivery_mode) {
            "the delivery mode is not 1, 2 or 22"
        } else if !(0..=9).contains(&self.priority) {
            "the priority is not from 0 to 9"
        } else if self.time_to_live < 0 {
            "the time to live is negative"
        } else if self.delivery_delay < 0 {
            "the delivery delay is negative"
        } else {
            return Ok(());
        };
        Err(Error::new(Status::TIBEMS_INVALID_ARG, text))
    }
}

/// A producer.
pub struct Producer {
    pub(super) session: Arc<Session>,
    pub(super) key: u32,
    destination: Option<Destination>,
    settings: Mutex<ProducerSettings>,
    /// `ID:` and the random part of its message ids (spec 30 §9.4).
    pub(super) id_prefix: String,
    pub(super) counter: AtomicU64,
}

impl Producer {
    /// Creates a producer; none = the destination comes with each send.
    pub fn create(session: &Arc<Session>, destination: Option<Destination>) -> Result<Producer> {
        session.ensure_open()?;
        if let Some(destination) = &destination {
            bindable(destination)?;
        }
        let connection = session.connection();
        let mut core = connection.lock();
        let key = core.key();
        let address = destination.as_ref().map(Destination::name);
        let name = links::name(
            "snd",
            &core.container_id,
            key,
            address.as_deref().unwrap_or_default(),
        );
        loop {
            connection.enter(&mut core, Call::Server, None, &mut |core| {
                session.check(core)
            })?;
            let mut bound = Vec::new();
            if let Some(destination) = &destination {
                let (wire, profile) = connection.session_wire(&core, session.key)?;
                let spec = links::sender(&format!("{name}:0"), Some(destination), &profile);
                let attached =
                    connection.attach(&mut core, wire, spec, Place::AttachProducer, false);
                let Some((link, _)) = outcome(attached)? else {
                    continue;
                };
                if let Err(error) = session.check(&core) {
                    connection.close_link(&mut core, link);
                    connection.kick(&mut core);
                    return Err(error);
                }
                if let Some(wire) = core.wire.as_mut() {
                    wire.own(link, Owner::Producer(key, 0));
                }
                bound.push(SendLink {
                    target: Some(destination.clone()),
                    link: Some(link),
                    attaching: false,
                    failed: None,
                });
            }
            core.producers
                .insert(key, ProducerState::new(session.key, name, bound));
            drop(core);
            return Ok(Producer {
                session: session.clone(),
                key,
                destination,
                settings: Mutex::default(),
                id_prefix: format!("ID:{}:", random::text()),
                counter: AtomicU64::new(0),
            });
        }
    }

    /// The bound destination.
    pub fn destination(&self) -> Option<&Destination> {
        self.destination.as_ref()
    }

    /// The session.
    pub fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// The defaults as they stand.
    pub fn settings(&self) -> ProducerSettings {
        *self.settings.lock()
    }

    /// Changes a default; refused values leave everything as it was.
    pub fn configure(&self, change: impl FnOnce(&mut ProducerSettings)) -> Result<()> {
        self.ensure_open()?;
        let mut settings = self.settings.lock();
        let mut changed = *settings;
        change(&mut changed);
        changed.check()?;
        *settings = changed;
        Ok(())
    }

    /// Refuses calls on a producer closed with its session or connection.
    pub fn ensure_open(&self) -> Result<()> {
        let core = self.session.connection.lock();
        self.session.connection.check_open(&core)?;
        self.session.check(&core)
    }

    /// Ends the producer: waits, bounded, for the sends under way (spec 20 §1.8, D5).
    pub fn close(&self) -> Result<()> {
        let connection = self.session.connection();
        let mut core = connection.lock();
        if core.state == State::Closed || self.session.check(&core).is_err() {
            return Ok(());
        }
        let deadline = Instant::now() + options::general().close_timeout;
        let Some(state) = core.producers.get_mut(&self.key) else {
            return Ok(());
        };
        state.closed = true;
        state.cv.notify_all();
        connection.await_producer(&mut core, self.key, deadline);
        let links: Vec<_> = core
            .producers
            .get_mut(&self.key)
            .map(|state| {
                state
                    .links
                    .iter_mut()
                    .filter_map(|sender| sender.link.take())
                    .collect()
            })
            .unwrap_or_default();
        for link in links {
            connection.close_link_and_wait(&mut core, link, deadline);
        }
        core.producers.remove(&self.key);
        Ok(())
    }
}

/// Refuses destinations that no producer can send to.
pub(super) fn bindable(destination: &Destination) -> Result<()> {
    let invalid = |text| Error::new(Status::TIBEMS_INVALID_DESTINATION, text);
    if destination
        .temporary_node()
        .is_some_and(|node| node.is_deleted())
    {
        return Err(invalid("the temporary destination was deleted"));
    }
    profile::check_name(destination, false)
        .map(|_| ())
        .map_err(invalid)
}

impl ProducerState {
    fn new(session: u32, name: String, links: Vec<SendLink>) -> ProducerState {
        ProducerState {
            session,
            name,
            closed: false,
            cv: Arc::new(Condvar::new()),
            links,
            pending: VecDeque::new(),
            base: 0,
            sending: 0,
            resend: VecDeque::new(),
        }
    }

    /// Decides the fate of a send that still waits.
    pub fn settle(&mut self, token: u64, fate: Fate) {
        let index = token
            .checked_sub(self.base)
            .and_then(|index| usize::try_from(index).ok());
        if let Some(send) = index.and_then(|index| self.pending.get_mut(index))
            && matches!(send.fate, Fate::Waiting)
        {
            send.fate = fate;
        }
    }

    /// Takes the fate of a send, if it is decided.
    pub fn take(&mut self, token: u64) -> Option<Fate> {
        let index = usize::try_from(token.checked_sub(self.base)?).ok()?;
        let send = self.pending.get_mut(index)?;
        if matches!(send.fate, Fate::Waiting) {
            return None;
        }
        let fate = std::mem::replace(&mut send.fate, Fate::Taken);
        self.shorten();
        Some(fate)
    }

    /// Gives a send up: its outcome is swallowed when it comes.
    pub fn abandon(&mut self, token: u64) {
        self.settle(token, Fate::Taken);
        self.shorten();
    }

    fn shorten(&mut self) {
        while matches!(self.pending.front(), Some(send) if matches!(send.fate, Fate::Taken)) {
            self.pending.pop_front();
            self.base += 1;
        }
    }
}

impl Connection {
    /// Waits until every send of a session (or of all) has returned and its bytes are handed over.
    pub(super) fn await_sends(
        &self,
        core: &mut MutexGuard<'_, Core>,
        session: Option<u32>,
        deadline: Instant,
    ) {
        loop {
            let busy = core.producers.values().any(|producer| {
                session.is_none_or(|key| key == producer.session) && producer.sending > 0
            });
            if !busy || self.wait(core, Some(deadline)).is_err() {
                break;
            }
        }
        self.await_output(core, deadline);
    }

    fn await_producer(&self, core: &mut MutexGuard<'_, Core>, key: u32, deadline: Instant) {
        while core
            .producers
            .get(&key)
            .is_some_and(|producer| producer.sending > 0)
        {
            if self.wait(core, Some(deadline)).is_err() {
                break;
            }
        }
        self.await_output(core, deadline);
    }

    /// Waits, bounded, until the output is with the system (D5). Without a server nothing is waited for.
    fn await_output(&self, core: &mut MutexGuard<'_, Core>, deadline: Instant) {
        core.output_waiters += 1;
        loop {
            let released = self.flush(core);
            let waiting = core
                .wire
                .as_ref()
                .is_some_and(|wire| !wire.unconfirmed.is_empty());
            if !waiting || (!released && self.wait(core, Some(deadline)).is_err()) {
                break;
            }
        }
        core.output_waiters -= 1;
    }
}
