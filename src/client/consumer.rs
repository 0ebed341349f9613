//! Consumers: creation, listeners, close (spec 20 §4).
//!
//! A `Consumer` is what a handle stands for; what it is on the wire lives in the connection's model under
//! `key`. `receive.rs` holds the receive calls. Creation, close and the removal of a listener may block.

use std::sync::Arc;
use std::time::Instant;

use super::model::{Calls, MessageListener, Object, Owner};
use super::receive::Hand;
use super::rules::profile;
use super::rules::subscription;
pub use super::rules::subscription::Kind;
use super::runtime::closing;
use super::runtime::context::{self, Below};
use super::session::Session;
use crate::message::selector::Selector;
use crate::message::{Destination, DestinationKind};
use crate::status::{Error, Result, Status};
use crate::sync::Mutex;

/// A consumer.
pub struct Consumer {
    session: Arc<Session>,
    key: u32,
    destination: Destination,
    selector: Option<Arc<Selector>>,
    no_local: bool,
    hand: Mutex<Hand>,
}

impl Consumer {
    /// Creates a consumer; returns when the server has confirmed it (spec 20 §4.1). `named`: the subscriber of a
    /// subscription with a name (§4.5, §4.6).
    pub fn create(
        session: &Arc<Session>,
        destination: Destination,
        selector: Option<&[u8]>,
        no_local: bool,
        named: Option<(Kind, Option<&[u8]>)>,
    ) -> Result<Consumer> {
        Consumer::make(session, destination, selector, no_local, named, false)
    }

    /// The same for the replies of a requestor.
    pub(super) fn of_replies(session: &Arc<Session>, destination: Destination) -> Result<Consumer> {
        Consumer::make(session, destination, None, false, None, true)
    }

    fn make(
        session: &Arc<Session>,
        destination: Destination,
        selector: Option<&[u8]>,
        no_local: bool,
        named: Option<(Kind, Option<&[u8]>)>,
        replies: bool,
    ) -> Result<Consumer> {
        session.ensure_open()?;
        let named = match named {
            Some((kind, name)) => Some((kind, subscription::check_name(name)?)),
            None => None,
        };
        let driver = session.driver();
        let topic = destination.kind() == DestinationKind::Topic;
        let invalid = |text| Error::new(Status::TIBEMS_INVALID_DESTINATION, text);
        let destination = driver.lock().consumable(destination)?;
        if let Some((kind, _)) = named {
            subscription::check_use(kind, session.mode(), &destination)?;
        }
        let wild = profile::check_name(&destination, topic).map_err(invalid)?;
        // refused here, before a server is asked: the same texts are wrong on every server (spec 20 §4.2)
        let selector = Selector::given(selector)?.map(Arc::new);
        let no_local = no_local && topic;
        let mut hold = driver.lock();
        let of = session.key();
        let what = (destination.clone(), selector.clone());
        let key = match named {
            Some(named) => hold.new_subscriber(of, what, no_local, named)?,
            None => hold.new_consumer(of, what.0, what.1, no_local),
        };
        if replies {
            hold.expect_replies(key);
        }
        let made = session.attach(&mut hold, Owner::Consumer(key), |profile| {
            if wild && !profile.has_wildcards() {
                return Err(Error::new(
                    Status::TIBEMS_NOT_IMPLEMENTED,
                    "the broker has no wildcard subscriptions",
                ));
            }
            Ok(())
        });
        if let Err(error) = made {
            hold.drop_consumer(key);
            return Err(error);
        }
        hold.flush();
        drop(hold);
        Ok(Consumer {
            session: session.clone(),
            key,
            destination,
            selector,
            no_local,
            hand: Mutex::default(),
        })
    }

    pub(super) fn key(&self) -> u32 {
        self.key
    }

    /// What it keeps from receive to receive.
    pub(super) fn hand(&self) -> &Mutex<Hand> {
        &self.hand
    }

    fn object(&self) -> Object {
        Object::Consumer(self.session.key(), self.key)
    }

    /// The destination given at creation.
    pub fn destination(&self) -> &Destination {
        &self.destination
    }

    /// The selector given at creation.
    pub fn selector(&self) -> Option<&str> {
        self.selector.as_deref().map(Selector::text)
    }

    /// The no-local flag; false for queues.
    pub fn no_local(&self) -> bool {
        self.no_local
    }

    /// The session.
    pub fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// Refuses calls on a consumer closed with its session or connection.
    pub fn ensure_open(&self) -> Result<()> {
        self.session.ensure_open()
    }

    /// The message listener, if set.
    pub fn listener(&self) -> Result<Option<MessageListener>> {
        self.ensure_open()?;
        Ok(self.session.driver().lock().listener(self.key).cloned())
    }

    /// Sets, replaces or removes the listener (spec 20 §4.4). Removing waits for a running callback,
    /// unless called from it.
    pub fn set_listener(&self, listener: Option<MessageListener>) -> Result<()> {
        let driver = self.session.driver();
        self.ensure_open()?;
        let mut hold = driver.lock();
        // this gives the lock up for a moment; whatever may fail comes behind it, and before anything is changed
        self.put_hand_back(&mut hold);
        hold.check(self.object())?;
        hold.check_consumer(self.key)?;
        if listener.is_some() && hold.is_receiving(self.key) {
            return Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "another thread is blocked in a receive on this consumer",
            ));
        }
        if listener.is_some() {
            hold.start_dispatcher(self.session.key())?;
        }
        let removed = listener.is_none();
        hold.listen(self.key, listener);
        if removed && !context::inside_consumer(driver.id(), self.key) {
            hold.await_calls(Calls::Listener(self.key), None);
        }
        Ok(())
    }

    /// Ends the consumer (spec 20 §1.4, §1.8, spec 40 §2.15).
    pub fn close(&self) -> Result<()> {
        let driver = self.session.driver();
        let inside = context::inside_consumer(driver.id(), self.key);
        let above = context::interrupts(driver.id(), Below::Receive(self.key));
        let calls = match above {
            true => Calls::Listener(self.key), // the receive below returns later
            false => Calls::Consumer(self.key),
        };
        let mut hold = driver.lock();
        if hold.is_closing(Object::Session(self.session.key())) {
            if !inside {
                hold.await_callbacks(Some(calls), &[]);
            }
            return Ok(());
        }
        let deadline: Instant = closing::deadline(false);
        if !hold.close_consumer(self.key, inside) {
            match (inside, above) {
                (true, _) => {}
                // the other close waits for the receive below
                (_, true) => _ = hold.await_calls(calls, None),
                _ => hold.await_close(self.object(), deadline),
            }
            return Ok(());
        }
        if inside {
            // the running callback's message is still acknowledged at its return; the dispatcher ends the rest
            return Ok(());
        }
        hold.await_calls(calls, None);
        self.put_hand_back(&mut hold);
        hold.finish_consumer(self.key, deadline);
        Ok(())
    }
}
