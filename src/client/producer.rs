//! Producers: their settings, and what they are on the wire (spec 20 §3).
//!
//! `send.rs` holds the path of a send. A `Producer` is what a handle stands for; its incarnation lives
//! behind the connection's lock under `key`. Creation and close may block.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use parking_lot::{Condvar, Mutex, MutexGuard};

use super::condition::Place;
use super::connection::Connection;
use super::gate::{Call, State};
use super::model::outbox::Outbox;
use super::model::sender::{Route, Sender, Senders};
use super::request::outcome;
use super::session::Session;
use super::state::{Core, Owner, ProducerState};
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
            let mut bound = None;
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
                bound = Some(Sender::attached_to(Route::Bound(destination.clone()), link));
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
        if state.closed {
            let key = self.key;
            connection.await_close(&mut core, deadline, &|core| {
                core.producers.contains_key(&key)
            });
            return Ok(());
        }
        state.closed = true;
        state.cv.notify_all();
        connection.changed.notify_all(); // a send may wait at the gate
        connection.await_sends(&mut core, &[self.key], deadline);
        let mut live = Vec::new();
        let mut attaching = Vec::new();
        if let Some(state) = core.producers.get_mut(&self.key) {
            for (_, sender) in state.senders.iter_mut() {
                match sender.live() {
                    Some(link) => live.push(link),
                    None => attaching.extend(sender.take()),
                }
                sender.gone(None);
            }
        }
        for link in attaching {
            connection.close_link(&mut core, link);
        }
        for link in live {
            connection.close_link_and_wait(&mut core, link, deadline);
        }
        core.forget_producer(self.key);
        connection.changed.notify_all();
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
    fn new(session: u32, name: String, bound: Option<Sender>) -> ProducerState {
        ProducerState {
            session,
            name,
            closed: false,
            cv: Arc::new(Condvar::new()),
            senders: Senders::new(bound),
            outbox: Outbox::default(),
            sending: 0,
        }
    }
}

impl Core {
    /// A producer goes, and what it still had to send.
    pub fn forget_producer(&mut self, key: u32) {
        if let Some(producer) = self.producers.remove(&key) {
            self.queued_bytes -= producer.outbox.queued_bytes();
        }
    }

    /// The producers of a session (or all).
    pub fn producers_of(&self, session: Option<u32>) -> Vec<u32> {
        let of = |producer: &ProducerState| session.is_none_or(|key| key == producer.session);
        let found = self.producers.iter().filter(|(_, producer)| of(producer));
        found.map(|(key, _)| *key).collect()
    }

    fn any_producer(&self, keys: &[u32], is: impl Fn(&ProducerState) -> bool) -> bool {
        let mut found = keys.iter().filter_map(|key| self.producers.get(key));
        found.any(is)
    }
}

impl Connection {
    /// Waits, bounded, until every send of these producers has returned and its bytes are with the system (D5). Without
    /// a server nothing is waited for.
    pub(super) fn await_sends(
        &self,
        core: &mut MutexGuard<'_, Core>,
        producers: &[u32],
        deadline: Instant,
    ) {
        while core.any_producer(producers, |producer| producer.sending > 0) {
            if self.wait(core, Some(deadline)).is_err() {
                break;
            }
        }
        core.output_waiters += 1;
        loop {
            let released = self.flush(core);
            let waiting = core.wire.as_ref().is_some_and(|wire| {
                core.any_producer(producers, |producer| {
                    producer.outbox.is_unwritten(wire.written)
                })
            });
            if !waiting || (!released && self.wait(core, Some(deadline)).is_err()) {
                break;
            }
        }
        core.output_waiters -= 1;
    }
}
