//! The sending links of producers on the wire: attached when they are first used, and held sends that a loss has left
//! (D16). Called by sends and by the I/O thread; nothing here blocks.

use std::time::Instant;

use super::condition::{self, Place};
use super::connection::Connection;
use super::io::parts;
use super::links;
use super::model::outbox::{Parcel, Ticket};
use super::model::sender::{Incarnation, Route};
use super::options;
use super::request::limit;
use super::state::{Core, Owner, ProducerState, Wire};
use crate::amqp::engine::{LinkId, Send, SendError};
use crate::amqp::performative::AmqpError;
use crate::message::{Destination, readdress};
use crate::status::{Error, Result, Status};
use crate::trace::{self, Topic};

impl ProducerState {
    /// The link that a message takes: to the producer's own destination (`None`) or another one.
    pub fn route(&mut self, to: Option<&Destination>, relay: bool) -> usize {
        match (to, self.senders.bound()) {
            (None, Some(bound)) => bound,
            (None, None) => self.senders.of(&Route::Relay), // there is no such message
            (Some(_), _) if relay => self.senders.of(&Route::Relay),
            (Some(to), _) => self.senders.of(&Route::Fallback(to.clone())),
        }
    }
}

impl Wire {
    /// A held send stands in the output.
    fn hold(&mut self, link: LinkId, key: u32) -> Option<u64> {
        let end = self.end_of_output(link)?;
        self.stretch(key, end);
        Some(end)
    }

    /// Where the last send on a link ends in the output; none while the session window keeps a part of it out.
    fn end_of_output(&self, link: LinkId) -> Option<u64> {
        (!self.engine.is_cut(link)).then(|| self.engine.queued_bytes())
    }
}

impl Core {
    /// What is made and not handed over leaves room for a message of this producer (D21).
    pub fn has_room(&self, key: u32, size: usize) -> bool {
        let (Some(wire), Some(producer)) = (self.wire.as_ref(), self.producers.get(&key)) else {
            return true;
        };
        let waiting = wire.unwritten() + self.queued_bytes;
        waiting.saturating_add(size) <= options::general().buffer_limit
            || !producer.outbox.is_unwritten(wire.written)
    }

    /// Puts a message that nobody waits for into the output.
    pub fn send_held(
        &mut self,
        key: u32,
        index: usize,
        to: Option<Destination>,
        payload: &mut Vec<u8>,
    ) -> std::result::Result<(), SendError> {
        let Core {
            producers,
            wire,
            pool,
            ..
        } = self;
        let (Some(producer), Some(wire)) = (producers.get_mut(&key), wire.as_mut()) else {
            return Err(SendError::Detached);
        };
        let link = producer.senders.at(index).and_then(|sender| sender.live());
        let link = link.ok_or(SendError::Detached)?;
        put(wire, link, payload, true, producer.outbox.next())?;
        let parcel = Parcel {
            to,
            payload: std::mem::replace(payload, pool.take()),
            made_for: None,
        };
        producer
            .outbox
            .begin_held(index, wire.hold(link, key), parcel);
        Ok(())
    }

    /// Puts a message whose outcome is awaited into the output.
    pub fn send_awaited(
        &mut self,
        key: u32,
        index: usize,
        payload: &[u8],
    ) -> std::result::Result<Ticket, SendError> {
        let Core {
            producers, wire, ..
        } = self;
        let (Some(producer), Some(wire)) = (producers.get_mut(&key), wire.as_mut()) else {
            return Err(SendError::Detached);
        };
        let link = producer.senders.at(index).and_then(|sender| sender.live());
        let link = link.ok_or(SendError::Detached)?;
        put(wire, link, payload, false, producer.outbox.next())?;
        let end = wire.end_of_output(link);
        Ok(producer.outbox.begin_awaited(index, end))
    }
}

fn put(
    wire: &mut Wire,
    link: LinkId,
    payload: &[u8],
    settled: bool,
    token: Ticket,
) -> std::result::Result<(), SendError> {
    let send = Send {
        payload,
        settled,
        txn: None,
        token,
    };
    wire.engine.send(link, send).map(drop)
}

impl Connection {
    /// Writes the attach of a sending link into the output; the answer comes as an event.
    pub(super) fn attach_sender(&self, core: &mut Core, key: u32, index: usize) -> Result<()> {
        let Some(producer) = core.producers.get(&key) else {
            return Ok(());
        };
        let (session, profile) = self.session_wire(core, producer.session)?;
        let Some(sender) = producer.senders.at(index) else {
            return Ok(());
        };
        let name = format!("{}:{index}", producer.name);
        let spec = links::sender(&name, sender.route().target(), &profile);
        let Core {
            producers, wire, ..
        } = core;
        let (Some(wire), Some(producer)) = (wire.as_mut(), producers.get_mut(&key)) else {
            return Ok(());
        };
        let attached = wire.engine.attach(session, spec);
        let link = attached.map_err(|error| limit(&error))?;
        wire.own(link, Owner::Producer(key, index));
        wire.urgent = true;
        if let Some(sender) = producer.senders.at_mut(index) {
            sender.attaching(link, Instant::now());
        }
        Ok(())
    }

    /// The server answered the attach of a sending link.
    pub(super) fn sender_attached(&self, core: &mut Core, key: u32, index: usize, link: LinkId) {
        let producer = core.producers.get_mut(&key);
        let open = producer.filter(|producer| !producer.closed);
        let sender = open.and_then(|producer| producer.senders.at_mut(index));
        match sender {
            Some(sender) => sender.attached(link),
            None => return self.close_link(core, link),
        }
        self.send_queued(core, key);
        self.wake_producer(core, key);
    }

    /// The server refused the attach of a sending link.
    pub(super) fn sender_refused(
        &self,
        core: &mut Core,
        key: u32,
        index: usize,
        error: Option<&AmqpError>,
    ) {
        let (condition, text) = parts(error);
        let error = condition::error(condition, text, Place::AttachProducer, false);
        self.sender_gone(core, key, index, error);
    }

    fn sender_gone(&self, core: &mut Core, key: u32, index: usize, error: Error) {
        let producer = core.producers.get_mut(&key);
        if let Some(sender) = producer.and_then(|producer| producer.senders.at_mut(index)) {
            sender.gone(Some(error));
        }
        self.send_queued(core, key);
        self.wake_producer(core, key);
    }

    fn wake_producer(&self, core: &Core, key: u32) {
        if let Some(producer) = core.producers.get(&key) {
            producer.cv.notify_all();
        }
    }

    /// When the attach that this producer waits for, for this link or for its queued sends, has taken too long.
    pub(super) fn attach_deadline(&self, core: &Core, key: u32) -> Option<(usize, Instant)> {
        let senders = &core.producers.get(&key)?.senders;
        let since = senders
            .iter()
            .filter_map(|(index, sender)| match sender.incarnation() {
                Incarnation::Attaching(_, since) => Some((index, *since)),
                _ => None,
            });
        let (index, since) = since.min_by_key(|(_, since)| *since)?;
        Some((index, since.checked_add(core.request_timeout)?))
    }

    /// The server has left the attach of a sending link unanswered for too long (spec 40 §1.11).
    pub(super) fn give_up_attach(&self, core: &mut Core, key: u32, index: usize) {
        let producer = core.producers.get_mut(&key);
        let sender = producer.and_then(|producer| producer.senders.at_mut(index));
        let Some(link) = sender
            .filter(|sender| matches!(sender.incarnation(), Incarnation::Attaching(..)))
            .and_then(|sender| sender.take())
        else {
            return;
        };
        let half = |wire: &Wire| wire.engine.refusal_pending(link);
        let refused = core.wire.as_ref().is_some_and(half);
        self.close_link(core, link);
        self.sender_gone(core, key, index, unanswered(refused));
    }

    /// Sends what a loss has left of a producer's held sends, in their order, as far as links and credit reach.
    pub(super) fn send_queued(&self, core: &mut Core, key: u32) {
        let waits = |core: &Core| {
            let producer = core.producers.get(&key);
            producer.is_some_and(|producer| producer.outbox.waits())
        };
        if !waits(core) {
            return;
        }
        while let Some((ticket, index)) = self.next_queued(core, key) {
            let Core {
                producers,
                wire,
                queued_bytes,
                ..
            } = core;
            let (Some(producer), Some(wire)) = (producers.get_mut(&key), wire.as_mut()) else {
                return;
            };
            let link = producer.senders.at(index).and_then(|sender| sender.live());
            let (Some(link), Some((_, parcel))) = (link, producer.outbox.first_queued()) else {
                return;
            };
            let size = parcel.payload.len();
            match put(wire, link, &parcel.payload, true, ticket) {
                Ok(()) => {
                    let end = wire.hold(link, key);
                    producer.outbox.begin_queued(ticket, index, end);
                    *queued_bytes -= size;
                }
                Err(SendError::NoCredit) => return,
                Err(SendError::Detached) => {
                    if let Some(sender) = producer.senders.at_mut(index) {
                        sender.gone(None);
                    }
                }
                Err(SendError::TooLarge) => {
                    self.drop_queued(core, key, ticket, "larger than the server takes");
                }
            }
        }
        if !waits(core) {
            self.wake_producer(core, key); // what is new may go now
        }
    }

    /// The first queued send, made fit for the present server, and its link, which is attached when there is none yet.
    fn next_queued(&self, core: &mut Core, key: u32) -> Option<(Ticket, usize)> {
        loop {
            let profile = core.wire.as_ref()?.profile.clone();
            let producer = core.producers.get_mut(&key)?;
            let own = producer.senders.bound();
            let own = own.and_then(|bound| producer.senders.at(bound)?.route().target().cloned());
            let (ticket, parcel) = producer.outbox.first_queued()?;
            let to = parcel.to.clone();
            let old = parcel.made_for.replace(profile.clone());
            if let (Some(old), Some(to)) = (old, to.as_ref().or(own.as_ref()))
                && old.addresses_differ(&profile)
            {
                let before = parcel.payload.len();
                readdress(&mut parcel.payload, to, &*old, &*profile);
                let after = parcel.payload.len();
                producer.outbox.resized(before, after);
                core.queued_bytes = core.queued_bytes + after - before;
            }
            let index = producer.route(to.as_ref(), profile.anonymous_relay);
            let failed = match producer.senders.at(index)?.incarnation() {
                Incarnation::Live(_) => return Some((ticket, index)),
                Incarnation::Attaching(..) => return None,
                Incarnation::Failed(error) => Some(error.clone()),
                Incarnation::None => self.attach_sender(core, key, index).err(),
            };
            match failed {
                None => return None, // its answer goes on
                Some(error) => self.drop_queued(core, key, ticket, &error.text),
            }
        }
    }

    /// A queued send cannot be sent. Nobody hears of it, as of any send that is not awaited (20 §3.3).
    fn drop_queued(&self, core: &mut Core, key: u32, ticket: Ticket, why: &str) {
        if let Some(producer) = core.producers.get_mut(&key) {
            let before = producer.outbox.queued_bytes();
            producer.outbox.drop_queued(ticket);
            core.queued_bytes -= before - producer.outbox.queued_bytes();
        }
        let id = self.id();
        trace::line(
            Topic::State,
            format_args!("connection {id}: an unconfirmed send is dropped: {why}"),
        );
    }
}

/// The error of an attach that was not answered in time; `refused` = its first half was a refusal.
fn unanswered(refused: bool) -> Error {
    match refused {
        true => Error::new(
            Status::TIBEMS_INVALID_DESTINATION,
            "the server refused the link and gave no reason",
        ),
        false => Error::new(
            Status::TIBEMS_TIMEOUT,
            "the server did not answer within the request timeout",
        ),
    }
}
