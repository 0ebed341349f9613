//! Producers: their settings, creation, close (spec 20 §3).
//!
//! `send.rs` holds the path of a send. A `Producer` is what a handle stands for; its links and sends live
//! in the connection's model under `key`. Creation and close may block.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::model::{Object, Owner};
use super::rules::profile;
use super::runtime::{closing, random};
use super::send::Desk;
use super::session::Session;
use crate::message::Destination;
use crate::status::{Error, Result, Status};
use crate::sync::Mutex;

pub use super::rules::modes::{
    NON_PERSISTENT, NpCheckMode, PERSISTENT, ProducerSettings, RELIABLE,
};

/// A producer.
pub struct Producer {
    session: Arc<Session>,
    key: u32,
    destination: Option<Destination>,
    settings: Mutex<ProducerSettings>,
    /// `ID:` and the random part of its message ids (spec 30 §9.4).
    id_prefix: String,
    counter: AtomicU64,
    desk: Mutex<Option<Box<Desk>>>,
}

impl Producer {
    /// Creates a producer; none = the destination comes with each send.
    pub fn create(session: &Arc<Session>, destination: Option<Destination>) -> Result<Producer> {
        session.ensure_open()?;
        if let Some(destination) = &destination {
            bindable(destination)?;
        }
        let mut hold = session.driver().lock();
        session.enter(&mut hold)?;
        let destination = match destination {
            Some(destination) => Some(hold.producible(destination)?),
            None => None,
        };
        let key = hold.new_producer(session.key(), destination.clone());
        if destination.is_some()
            && let Err(error) = session.attach(&mut hold, Owner::Producer(key, 0), |_| Ok(()))
        {
            hold.drop_producer(key);
            return Err(error);
        }
        drop(hold);
        Ok(Producer {
            session: session.clone(),
            key,
            destination,
            settings: Mutex::default(),
            id_prefix: format!("ID:{}:", random::text()),
            counter: AtomicU64::new(0),
            desk: Mutex::default(),
        })
    }

    pub(super) fn key(&self) -> u32 {
        self.key
    }

    pub(super) fn object(&self) -> Object {
        Object::Producer(self.session.key(), self.key)
    }

    /// The prefix of its message ids, and the number of the next one.
    pub(super) fn next_id(&self) -> (&str, u64) {
        let number = self.counter.fetch_add(1, Ordering::Relaxed) + 1;
        (&self.id_prefix, number)
    }

    /// What it keeps for a send, until `give_desk`.
    pub(super) fn take_desk(&self) -> Box<Desk> {
        self.desk.lock().take().unwrap_or_default()
    }

    /// Keeps it for the next send.
    pub(super) fn give_desk(&self, mut desk: Box<Desk>) {
        desk.clear();
        *self.desk.lock() = Some(desk);
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
        self.session.ensure_open()
    }

    /// Ends the producer: waits, bounded, for the sends under way and the callbacks of asynchronous ones (spec 20 §1.8, D5).
    pub fn close(&self) -> Result<()> {
        let mut hold = self.session.driver().lock();
        if hold.is_closing(Object::Session(self.session.key())) {
            if !self.session.is_completing() {
                hold.await_callbacks(None, &[self.key]);
            }
            return Ok(());
        }
        self.session
            .refuse_completing("a producer cannot be closed")?;
        let deadline = closing::deadline(false);
        if !hold.close_producer(self.key) {
            hold.await_close(self.object(), deadline);
            return Ok(());
        }
        hold.await_sends(&[self.key], deadline);
        hold.finish_producer(self.key, deadline);
        Ok(())
    }
}

/// Refuses destinations that no producer can send to.
pub(super) fn bindable(destination: &Destination) -> Result<()> {
    let invalid = |text| Error::new(Status::TIBEMS_INVALID_DESTINATION, text);
    if profile::is_undelivered(destination) {
        return Err(Error::new(
            Status::TIBEMS_SECURITY_EXCEPTION,
            format!(
                "only the server puts messages into {}",
                profile::UNDELIVERED
            ),
        ));
    }
    profile::check_name(destination, false)
        .map(|_| ())
        .map_err(invalid)
}
