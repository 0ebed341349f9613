//! Queue browsers: creation, the next message, close (spec 20 §5).
//!
//! A `Browser` is what a handle stands for; what it is on the wire lives in the connection's model under `key`
//! (`model/browser.rs`). What it has shown is remembered here, because the same queue may have to be enumerated from its
//! beginning again: after an automatic reconnect, or when the server has taken the link away. Creation, the next message
//! and close may block.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Instant;

use crate::sync::Mutex;

use super::model::{Entry, Glance, Object, Owner, Pass, Sheet, Wait};
use super::rules::gate::Call;
use super::rules::repeats::Repeats;
use super::rules::{options, profile};
use super::runtime::opened::{Opened, now_ms, open};
use super::runtime::{closing, context};
use super::session::Session;
use crate::message::selector::Selector;
use crate::message::{Destination, DestinationKind, Message, MessageDecoder, TextHeader};
use crate::status::{Error, Result, Status};

/// How many messages are known as shown: 32 bytes each at most. When the oldest of more are forgotten, an enumeration that
/// begins again shows them once more.
const KNOWN: usize = 900_000;

/// What was shown: the message ids, in numbers.
#[derive(Default)]
struct Shown {
    /// Made with the first message
    hasher: Option<RandomState>,
    known: HashSet<u64>,
    /// Oldest first
    order: VecDeque<u64>,
    last: Option<Pass>,
    /// The enumeration has begun again: it shows some once more
    again: bool,
}

impl Shown {
    /// Whether a message was not shown before, which it is from now on. One without an id is always new.
    fn is_new(&mut self, pass: Pass, id: Option<&[u8]>) -> bool {
        self.enter(pass);
        let Some(id) = id else {
            return true;
        };
        let number = self.hasher.get_or_insert_default().hash_one(id);
        let new = self.known.insert(number);
        if new {
            if self.order.len() == KNOWN
                && let Some(oldest) = self.order.pop_front()
            {
                self.known.remove(&oldest);
            }
            self.order.push_back(number);
        }
        // within one enumeration an id that comes twice is another message
        new || !self.again
    }

    fn enter(&mut self, pass: Pass) {
        let last = self.last.replace(pass);
        let Some(last) = last.filter(|last| *last != pass) else {
            return;
        };
        self.again = last.recovery == pass.recovery;
        if !self.again {
            // the queue of another server, which has messages of its own
            self.known = HashSet::new();
            self.order = VecDeque::new();
        }
    }
}

/// What a browser keeps from message to message.
#[derive(Default)]
struct Desk {
    decoder: MessageDecoder,
    shown: Shown,
}

/// A browser.
pub struct Browser {
    session: Arc<Session>,
    key: u32,
    queue: Destination,
    selector: Option<Arc<Selector>>,
    desk: Mutex<Desk>,
}

impl Browser {
    /// Creates a browser; returns when the server has confirmed it.
    pub fn create(
        session: &Arc<Session>,
        queue: Destination,
        selector: Option<&[u8]>,
    ) -> Result<Browser> {
        session.ensure_open()?;
        let driver = session.driver();
        let invalid = |text| Error::new(Status::TIBEMS_INVALID_DESTINATION, text);
        if queue.kind() == DestinationKind::Topic {
            return Err(invalid("a topic has nothing to browse"));
        }
        let queue = driver.lock().consumable(queue)?;
        profile::check_name(&queue, false).map_err(invalid)?;
        let selector = Selector::given(selector)?.map(Arc::new);
        let mut hold = driver.lock();
        let key = hold.new_browser(session.key(), queue.clone(), selector.clone());
        if let Err(error) = session.attach(&mut hold, Owner::Browser(key), |_| Ok(())) {
            hold.drop_browser(key);
            return Err(error);
        }
        drop(hold);
        Ok(Browser {
            session: session.clone(),
            key,
            queue,
            selector,
            desk: Mutex::default(),
        })
    }

    fn object(&self) -> Object {
        Object::Browser(self.session.key(), self.key)
    }

    /// The queue given at creation.
    pub fn queue(&self) -> &Destination {
        &self.queue
    }

    /// The selector given at creation.
    pub fn selector(&self) -> Option<&str> {
        self.selector.as_deref().map(Selector::text)
    }

    /// Refuses calls on a browser closed with its session or connection.
    pub fn ensure_open(&self) -> Result<()> {
        self.session.ensure_open()
    }

    /// The next message, else `TIBEMS_NOT_FOUND`. Without a server it waits at the gate; the server has `drain_timeout` for
    /// each of its answers.
    pub fn next(&self) -> Result<Message> {
        let driver = self.session.driver();
        let limit = options::general().drain_timeout;
        let entry = Entry {
            caller: context::caller(driver.id()),
            call: Call::Server,
            object: self.object(),
        };
        let mut hold = driver.lock();
        let mut repeats = Repeats::default();
        // the present incarnation, and since when an answer of it is awaited
        let mut asked: Option<(Option<u32>, Instant)> = None;
        loop {
            repeats.check(hold.present())?;
            hold.enter(entry, None)?;
            let now = Instant::now();
            match hold.browse(self.key, now)? {
                Glance::End => return Err(Error::new(Status::TIBEMS_NOT_FOUND, "")),
                Glance::Message(sheet) => {
                    asked = None;
                    if let Some(message) = hold.unlocked(|| self.read(&sheet)) {
                        hold.shown(self.key);
                        return Ok(message);
                    }
                }
                Glance::Wait => {
                    let epoch = hold.present();
                    repeats.wrote(epoch);
                    hold.flush();
                    let (_, since) = match asked {
                        Some(asked) if asked.0 == epoch => asked,
                        _ => *asked.insert((epoch, now)),
                    };
                    let wait = Wait::Look(entry, self.key);
                    let in_time = hold.until(&wait, since.checked_add(limit));
                    if !in_time && hold.present().is_some() && hold.present() == epoch {
                        hold.browse_anew(self.key, Instant::now());
                        hold.flush();
                        return Err(Error::new(
                            Status::TIBEMS_TIMEOUT,
                            "the server did not answer the drain",
                        ));
                    }
                }
            }
        }
    }

    /// Opens a message; none: it is not to be shown, or was before.
    fn read(&self, sheet: &Sheet) -> Option<Message> {
        let mut desk = self.desk.lock();
        let Desk { decoder, shown } = &mut *desk;
        match open(decoder, &sheet.payload, &sheet.reading, now_ms()) {
            Opened::Message(message) => {
                let id = message.text_header(TextHeader::MessageId);
                let new = shown.is_new(sheet.pass, id.map(|id| id.as_bytes()));
                new.then_some(message)
            }
            Opened::Skip(_) => None, // it stays where it is
        }
    }

    /// Ends the browser.
    pub fn close(&self) -> Result<()> {
        let mut hold = self.session.driver().lock();
        if hold.is_closing(Object::Session(self.session.key())) {
            return Ok(());
        }
        let deadline = closing::deadline(false);
        match hold.close_browser(self.key) {
            true => hold.finish_browser(self.key, deadline),
            false => hold.await_close(self.object(), deadline),
        }
        Ok(())
    }
}
