//! The path of a send: headers, encoding, credit, transfer, outcome (spec 20 §3, spec 40 §2.12).
//!
//! The message is encoded in the caller's thread before any lock is taken; under the lock only the
//! transfer is made and appended to the output. A send that waits for its outcome writes at once and
//! sleeps on the producer's condition; one that does not leaves the write to the I/O thread. No memory
//! is allocated per send once the buffers have grown.

use std::cell::Cell;
use std::sync::atomic::Ordering;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use parking_lot::MutexGuard;

use super::gate::{Call, State};
use super::model::outbox::Ticket;
use super::model::sender::{Incarnation, Sender};
use super::options;
use super::outcome::{OUTCOME_UNKNOWN, unknown};
use super::producer::{NON_PERSISTENT, PERSISTENT, Producer, ProducerSettings, RELIABLE, bindable};
use super::state::Core;
use crate::amqp::engine::SendError;
use crate::message::{Destination, DestinationKind, MessageObject, SendHeaders};
use crate::status::{Error, Result, Status};

/// Longest message id that is made here.
const ID_MAX: usize = 96;

/// Milliseconds since 1970.
pub(super) fn now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| {
            i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
        })
}

/// A message id, made on the stack.
struct MessageId {
    bytes: [u8; ID_MAX],
    len: usize,
}

impl MessageId {
    /// `prefix` and a number in decimal; the formatting machinery would cost as much as the rest of a send.
    fn new(prefix: &str, mut number: u64) -> MessageId {
        let mut digits = [0; 20];
        let mut first = digits.len();
        loop {
            first -= 1;
            digits[first] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        let mut id = MessageId {
            bytes: [0; ID_MAX],
            len: 0,
        };
        for byte in prefix.bytes().chain(digits[first..].iter().copied()) {
            if let Some(place) = id.bytes.get_mut(id.len) {
                *place = byte;
                id.len += 1;
            }
        }
        id
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}

/// The server knows no such destination, or lets nobody send to it.
fn of_destination(status: Status) -> bool {
    matches!(
        status,
        Status::TIBEMS_INVALID_DESTINATION | Status::TIBEMS_SECURITY_EXCEPTION
    )
}

/// One send call.
pub(super) struct Order<'a> {
    pub producer: &'a Producer,
    pub destination: &'a Destination,
    settings: ProducerSettings,
    /// No answer is waited for.
    settled: bool,
    pub deadline: Option<Instant>,
    /// It was repeated on a new link.
    pub repeated: Cell<bool>,
    /// The last attach that it has asked for or waited for: link and attempt.
    attached: Cell<Option<(usize, u32)>>,
    /// `Core::breaks` when the transfer was made.
    breaks: Cell<u32>,
}

impl Producer {
    /// Sends and waits as the delivery mode asks (spec 20 §3.3). `to` overrides the bound destination;
    /// `settings` are the producer's own or those of the call.
    pub fn send(
        &self,
        message: &MessageObject,
        to: Option<&Destination>,
        settings: ProducerSettings,
    ) -> Result<()> {
        settings.check()?;
        let destination = to.or(self.destination()).ok_or_else(|| {
            Error::new(
                Status::TIBEMS_INVALID_DESTINATION,
                "the producer has no destination and none was given",
            )
        })?;
        if to.is_some() {
            bindable(destination)?;
        }
        let authenticated = self.session.connection.plan.user.is_some();
        let settled = match settings.delivery_mode {
            PERSISTENT => false,
            NON_PERSISTENT => !settings
                .np_check
                .waits(destination.is_temporary(), authenticated),
            _ => true,
        };
        debug_assert!(settled || settings.delivery_mode != RELIABLE);
        let deadline = options::general()
            .send_timeout
            .map(|limit| Instant::now() + limit);
        let order = Order {
            producer: self,
            destination,
            settings,
            settled,
            deadline,
            repeated: Cell::new(false),
            attached: Cell::new(None),
            breaks: Cell::new(0),
        };
        order.run(message)
    }
}

impl Order<'_> {
    fn run(&self, message: &MessageObject) -> Result<()> {
        let now = now_ms();
        let Order { settings, .. } = self;
        let id = (!settings.disable_message_id).then(|| {
            let counter = self.producer.counter.fetch_add(1, Ordering::Relaxed) + 1;
            MessageId::new(&self.producer.id_prefix, counter)
        });
        let after = |span: i64| {
            if span == 0 {
                0
            } else {
                now.saturating_add(span)
            }
        };
        let timestamp = if settings.disable_timestamp { 0 } else { now };
        let headers = SendHeaders {
            destination: self.destination,
            delivery_mode: settings.delivery_mode,
            priority: settings.priority,
            expiration: after(settings.time_to_live),
            ttl: settings.time_to_live,
            delivery_time: if settings.delivery_delay == 0 {
                timestamp
            } else {
                after(settings.delivery_delay)
            },
            delay: settings.delivery_delay,
            timestamp,
            message_id: id.as_ref().map(MessageId::text),
            origin: None,
            user_id: None,
        };
        let mut begun = false;
        let mut core = self.producer.session.connection().lock();
        let mut payload = core.pool.take();
        let result = self.deliver(&mut core, message, &headers, &mut payload, &mut begun);
        core.pool.give(payload);
        drop(core);
        // also when the outcome is unknown: the program may look for it by its id (spec 20 §3.7)
        if result.is_ok() || begun {
            message.lock().apply_send(&headers);
        }
        result
    }

    /// Encodes and sends until it is done or fails; `begun` tells whether all of it may have left.
    fn deliver(
        &self,
        core: &mut MutexGuard<'_, Core>,
        message: &MessageObject,
        headers: &SendHeaders<'_>,
        payload: &mut Vec<u8>,
        begun: &mut bool,
    ) -> Result<()> {
        let Order { settings, .. } = self;
        let mut encoded: Option<u32> = None;
        loop {
            self.enter(core, *begun)?;
            if encoded != Some(core.epoch) {
                // the addresses depend on the server; encode outside the lock and look again
                let epoch = core.epoch;
                let Some(profile) = core.wire.as_ref().map(|wire| wire.profile.clone()) else {
                    continue;
                };
                if settings.delivery_delay > 0 && !profile.delayed_delivery {
                    return Err(Error::new(
                        Status::TIBEMS_NOT_IMPLEMENTED,
                        "the server does not offer delayed delivery",
                    ));
                }
                let mark = core.mark_origin && self.destination.kind() == DestinationKind::Topic;
                let origin = mark.then(|| core.container_id.clone());
                let marked = SendHeaders {
                    origin: origin.as_deref(),
                    ..*headers
                };
                MutexGuard::unlocked(core, || {
                    payload.clear();
                    message.lock().encode(&marked, &*profile, payload)
                })?;
                encoded = Some(epoch);
                continue;
            }
            let index = match self.sender(core) {
                // 20 §3.3: who waits for no answer does not hear that the destination is unknown or
                // forbidden, whether a relay says so or the attach of a link of its own
                Err(error) if self.settled && !self.is_bound() && of_destination(error.status) => {
                    return Ok(());
                }
                found => doubted(found, *begun)?,
            };
            let Some(index) = index else {
                continue;
            };
            self.add_sender(core);
            let put = doubted(self.put(core, index, payload), *begun);
            let done = match put {
                Ok(Put::Awaited(ticket)) => self.await_outcome(core, ticket, begun),
                Ok(Put::Held) => Ok(true),
                Ok(Put::Lost) => Ok(false),
                Err(error) => Err(error),
            };
            self.remove_sender(core);
            if done? {
                return Ok(());
            }
            // lost: back to the gate
        }
    }

    /// The gate. A send that was begun and then lost with an unshared server does not wait for the
    /// recovery: its outcome is unknown (U15, D7).
    fn enter(&self, core: &mut MutexGuard<'_, Core>, begun: bool) -> Result<()> {
        let connection = self.producer.session.connection();
        let resend = options::general().ufo_resend;
        let result = connection.enter(core, Call::Server, self.deadline, &mut |core| {
            self.alive(core)?;
            // not the present state: the connection may have been recovered since (U15)
            let broken = core.breaks != self.breaks.get();
            if begun && broken && !resend {
                return Err(unknown(&core.cause.text));
            }
            Ok(())
        });
        doubted(result, begun)
    }

    /// Refuses when producer or session are closed.
    pub fn alive(&self, core: &Core) -> Result<()> {
        self.producer.session.check(core)?;
        match core.producers.get(&self.producer.key) {
            Some(state) if !state.closed => Ok(()),
            _ => Err(Error::new(
                Status::TIBEMS_ILLEGAL_STATE,
                "the producer is closed",
            )),
        }
    }

    /// Does it go to the producer's own destination?
    fn is_bound(&self) -> bool {
        let own = self.producer.destination();
        own.is_some_and(|own| std::ptr::eq(own, self.destination) || own == self.destination)
    }

    /// The sending link for the destination, attached when it is first used. None = look at the gate again.
    fn sender(&self, core: &mut MutexGuard<'_, Core>) -> Result<Option<usize>> {
        let connection = self.producer.session.connection();
        let key = self.producer.key;
        let Some(relay) = core.wire.as_ref().map(|wire| wire.profile.anonymous_relay) else {
            return Ok(None);
        };
        let bound = self.is_bound();
        let Some(state) = core.producers.get_mut(&key) else {
            return Ok(None);
        };
        let index = state.route((!bound).then_some(self.destination), relay);
        let Some(sender) = state.senders.at(index) else {
            return Ok(None);
        };
        let attempt = (index, sender.attempt());
        match sender.incarnation() {
            Incarnation::Live(_) => return Ok(Some(index)),
            Incarnation::Attaching(..) => {
                self.attached.set(Some(attempt));
                self.sleep(core)?;
                return Ok(None);
            }
            // the producer's own link has failed for good; of others this send's own attach
            Incarnation::Failed(error) if bound || self.attached.get() == Some(attempt) => {
                return Err(error.clone());
            }
            Incarnation::Failed(_) | Incarnation::None => {}
        }
        connection.attach_sender(core, key, index)?;
        self.attached.set(Some((index, attempt.1 + 1)));
        connection.flush(core);
        Ok(None)
    }

    fn add_sender(&self, core: &mut Core) {
        if let Some(state) = core.producers.get_mut(&self.producer.key) {
            state.sending += 1;
        }
    }

    fn remove_sender(&self, core: &mut Core) {
        let session = core.sessions.get(&self.producer.session.key);
        let closing = core.state == State::Closed || session.is_none_or(|session| session.closed);
        if let Some(state) = core.producers.get_mut(&self.producer.key) {
            state.sending -= 1;
            if state.closed || closing {
                self.producer.session.connection().changed.notify_all();
            }
        }
    }

    /// Waits for its turn, for credit and for room, and puts the message into the output.
    fn put(
        &self,
        core: &mut MutexGuard<'_, Core>,
        index: usize,
        payload: &mut Vec<u8>,
    ) -> Result<Put> {
        let connection = self.producer.session.connection();
        let key = self.producer.key;
        let epoch = core.epoch;
        loop {
            if core.wire.as_ref().is_none_or(|wire| wire.epoch != epoch) {
                return Ok(Put::Lost);
            }
            let Some(state) = core.producers.get_mut(&key) else {
                return Ok(Put::Lost);
            };
            match state.senders.at(index).map(Sender::incarnation) {
                Some(Incarnation::Live(_)) => {}
                Some(Incarnation::Failed(error)) => return Err(error.clone()),
                _ => return Ok(Put::Lost),
            }
            let sent = if state.outbox.waits() {
                Err(SendError::NoCredit) // what a loss left goes first (D16)
            } else if !core.has_room(key, payload.len()) {
                core.room_waiters.push(key);
                Err(SendError::NoCredit)
            } else if self.settled {
                let to = (!self.is_bound()).then(|| self.destination.clone());
                let held = core.send_held(key, index, to, payload);
                held.map(|()| Put::Held)
            } else {
                let awaited = core.send_awaited(key, index, payload);
                awaited.map(Put::Awaited)
            };
            match sent {
                Ok(Put::Awaited(ticket)) => {
                    self.breaks.set(core.breaks);
                    connection.flush(core);
                    return Ok(Put::Awaited(ticket));
                }
                Ok(put) => {
                    connection.kick(core);
                    return Ok(put);
                }
                Err(SendError::TooLarge) => {
                    return Err(Error::new(
                        Status::TIBEMS_INVALID_SIZE,
                        "the message is larger than the server takes",
                    ));
                }
                Err(SendError::Detached) => {
                    // attached anew; never tried again as it is
                    let state = core.producers.get_mut(&key);
                    if let Some(sender) = state.and_then(|state| state.senders.at_mut(index)) {
                        sender.gone(None);
                    }
                    return Ok(Put::Lost);
                }
                Err(SendError::NoCredit) => {}
            }
            self.sleep(core)?;
            if core.state == State::Closed {
                return Err(core.refusal(Status::TIBEMS_ILLEGAL_STATE));
            }
            self.alive(core)?;
        }
    }

    /// Waits on the producer's condition, no longer than for the answer to an attach; `TIBEMS_TIMEOUT` at the send
    /// timeout.
    fn sleep(&self, core: &mut MutexGuard<'_, Core>) -> Result<()> {
        let connection = self.producer.session.connection();
        let key = self.producer.key;
        let attach = connection.attach_deadline(core, key);
        let until = match (self.deadline, attach) {
            (Some(own), Some((_, attach))) => Some(own.min(attach)),
            (own, attach) => own.or(attach.map(|(_, attach)| attach)),
        };
        if !self.sleep_until(core, until) {
            return Ok(());
        }
        match attach {
            Some((index, at)) if self.deadline.is_none_or(|own| at < own) => {
                connection.give_up_attach(core, key, index);
                connection.kick(core);
                Ok(())
            }
            _ => Err(Error::from(Status::TIBEMS_TIMEOUT)),
        }
    }

    /// Waits on the producer's condition; true when the time is over.
    pub fn sleep_until(&self, core: &mut MutexGuard<'_, Core>, until: Option<Instant>) -> bool {
        let Some(state) = core.producers.get(&self.producer.key) else {
            return false;
        };
        let cv = state.cv.clone();
        match until {
            None => {
                cv.wait(core);
                false
            }
            Some(until) => cv.wait_until(core, until).timed_out(),
        }
    }
}

/// What became of a message that was to go into the output.
enum Put {
    /// It is there, and so will be its outcome.
    Awaited(Ticket),
    /// It is there, and nothing more will be heard of it.
    Held,
    /// The connection or the link is lost.
    Lost,
}

/// An error of a send that was `begun` before: whatever ends it now, nobody knows what became of it (D13).
fn doubted<T>(result: Result<T>, begun: bool) -> Result<T> {
    match result {
        Err(error) if begun && !error.text.starts_with(OUTCOME_UNKNOWN) => {
            Err(match error.status {
                Status::TIBEMS_ILLEGAL_STATE => unknown("closed while the answer was awaited"),
                Status::TIBEMS_TIMEOUT => unknown("the time for the send is over"),
                status => Error::new(status, format!("{OUTCOME_UNKNOWN} {}", error.text)),
            })
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{ID_MAX, MessageId};

    #[test]
    fn message_ids_end_in_a_decimal_number() {
        for number in [0, 7, 10, 1_234_567_890, u64::MAX] {
            let id = MessageId::new("ID:x:", number);
            assert_eq!(id.text(), format!("ID:x:{number}"));
        }
        let long = MessageId::new(&"x".repeat(ID_MAX), 1);
        assert_eq!(long.text().len(), ID_MAX);
    }
}
