//! The path of a send: headers, encoding, credit, transfer, outcome (spec 20 §3, spec 40 §2.12).
//!
//! The message is encoded in the caller's thread before any lock is taken; under the lock only the
//! transfer is made and appended to the output. A send that waits for its outcome writes at once and
//! sleeps on the producer's condition; one that does not leaves the write to the I/O thread. No memory
//! is allocated per send once the buffers have grown.

use std::cell::{Cell, RefCell};
use std::sync::atomic::Ordering;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use parking_lot::MutexGuard;

use super::condition::Place;
use super::gate::{Call, State};
use super::outcome::{OUTCOME_UNKNOWN, unknown};
use super::producer::{NON_PERSISTENT, PERSISTENT, Producer, ProducerSettings, RELIABLE, bindable};
use super::request::outcome;
use super::state::{Core, Fate, Owner, PendingSend, SendLink, Unconfirmed};
use super::{links, options};
use crate::amqp::engine::{Send, SendError};
use crate::message::{Destination, DestinationKind, MessageObject, SendHeaders};
use crate::status::{Error, Result, Status};

thread_local! {
    /// The encoded message, and its id.
    static SCRATCH: RefCell<(Vec<u8>, Vec<u8>)> = const { RefCell::new((Vec::new(), Vec::new())) };
}

/// Milliseconds since 1970.
pub(super) fn now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| {
            i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
        })
}

/// Appends a number in decimal; the formatting machinery would cost as much as the rest of the id.
fn append_decimal(out: &mut Vec<u8>, mut number: u64) {
    let start = out.len();
    loop {
        out.push(b'0' + (number % 10) as u8);
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out[start..].reverse();
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
    deadline: Option<Instant>,
    /// It was repeated on a new link.
    pub repeated: Cell<bool>,
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
            breaks: Cell::new(0),
        };
        // taken out for the call: a completion or listener on this thread may send again meanwhile
        let (mut payload, mut id) = SCRATCH.with(RefCell::take);
        let result = order.run(message, &mut payload, &mut id);
        SCRATCH.with(|scratch| {
            if payload.capacity() <= 1 << 20 {
                scratch.replace((payload, id));
            }
        });
        result
    }
}

impl Order<'_> {
    fn run(&self, message: &MessageObject, payload: &mut Vec<u8>, id: &mut Vec<u8>) -> Result<()> {
        let now = now_ms();
        let Order { settings, .. } = self;
        id.clear();
        if !settings.disable_message_id {
            let counter = self.producer.counter.fetch_add(1, Ordering::Relaxed) + 1;
            id.extend_from_slice(self.producer.id_prefix.as_bytes());
            append_decimal(id, counter);
        }
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
            message_id: (!id.is_empty()).then(|| std::str::from_utf8(id).unwrap_or_default()),
            origin: None,
            user_id: None,
        };
        let mut begun = false;
        let result = self.deliver(message, &headers, payload, &mut begun);
        // also when the outcome is unknown: the program may look for it by its id (spec 20 §3.7)
        if result.is_ok() || begun {
            message.lock().apply_send(&headers);
        }
        result
    }

    /// Encodes and sends until it is done or fails; `begun` tells whether a byte of it may have left.
    fn deliver(
        &self,
        message: &MessageObject,
        headers: &SendHeaders<'_>,
        payload: &mut Vec<u8>,
        begun: &mut bool,
    ) -> Result<()> {
        let connection = self.producer.session.connection();
        let Order { settings, .. } = self;
        let mut encoded: Option<u32> = None;
        let mut core = connection.lock();
        loop {
            self.enter(&mut core, *begun)?;
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
                MutexGuard::unlocked(&mut core, || {
                    payload.clear();
                    message.lock().encode(&marked, &*profile, payload)
                })?;
                encoded = Some(epoch);
                continue;
            }
            let index = match self.sender(&mut core) {
                // 20 §3.3: who waits for no answer does not hear that the destination is unknown or
                // forbidden, whether a relay says so or the attach of a link of its own
                Err(error) if self.settled && !self.is_bound() && of_destination(error.status) => {
                    drop(core);
                    message.lock().apply_send(headers);
                    return Ok(());
                }
                found => found?,
            };
            let Some(index) = index else {
                continue;
            };
            self.add_sender(&mut core);
            let done = self.transfer(&mut core, index, payload, begun);
            self.remove_sender(&mut core);
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
        if bound && let Some(SendLink { link: Some(_), .. }) = state.links.first() {
            return Ok(Some(0)); // the usual case
        }
        let target = (bound || !relay).then(|| self.destination.clone());
        let found = state
            .links
            .iter()
            .position(|sender| sender.target == target);
        let index = match found {
            Some(index) => index,
            None => {
                state.links.push(SendLink {
                    target: target.clone(),
                    link: None,
                    attaching: false,
                    failed: None,
                });
                state.links.len() - 1
            }
        };
        let sender = &mut state.links[index];
        if sender.link.is_some() {
            return Ok(Some(index));
        }
        if let Some(error) = &sender.failed {
            if index == 0 && bound {
                return Err(error.clone());
            }
            sender.failed = None; // a link of one send: the next one tries again
        }
        if sender.attaching {
            let cv = state.cv.clone();
            self.sleep(core, &cv)?;
            return Ok(None);
        }
        sender.attaching = true;
        let name = format!("{}:{index}", state.name);
        let wire = connection.session_wire(core, self.producer.session.key);
        if wire.is_err()
            && let Some(state) = core.producers.get_mut(&key)
        {
            state.links[index].attaching = false;
        }
        let (wire, profile) = wire?;
        let spec = links::sender(&name, target.as_ref(), &profile);
        let attached = outcome(connection.attach(core, wire, spec, Place::AttachProducer, false));
        if let Ok(None) = attached {
            return Ok(None); // the loss has put an end to this attach, there may be another one
        }
        let Some(state) = core.producers.get_mut(&key).filter(|state| !state.closed) else {
            if let Ok(Some((link, _))) = attached {
                connection.close_link(core, link);
                connection.kick(core);
            }
            return Ok(None);
        };
        state.links[index].attaching = false;
        state.cv.notify_all();
        let Some((link, _)) = attached? else {
            return Ok(None);
        };
        state.links[index].link = Some(link);
        if let Some(wire) = core.wire.as_mut() {
            wire.own(link, Owner::Producer(key, index));
        }
        Ok(Some(index))
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

    /// Waits for credit, makes the transfer, waits for the outcome. True = done, false = the connection
    /// was lost and the gate decides; `begun` tells whether a byte of it may have left.
    fn transfer(
        &self,
        core: &mut MutexGuard<'_, Core>,
        index: usize,
        payload: &mut Vec<u8>,
        begun: &mut bool,
    ) -> Result<bool> {
        let connection = self.producer.session.connection();
        let key = self.producer.key;
        let epoch = core.epoch;
        loop {
            let Core {
                producers,
                wire,
                breaks,
                ..
            } = &mut **core;
            let Some(wire) = wire.as_mut().filter(|wire| wire.epoch == epoch) else {
                return Ok(false);
            };
            let Some(state) = producers.get_mut(&key) else {
                return Ok(false);
            };
            let sender = &state.links[index];
            let Some(link) = sender.link else {
                return match &sender.failed {
                    Some(error) => Err(error.clone()),
                    None => Ok(false),
                };
            };
            let start = wire.engine.queued_bytes();
            let token = state.base + state.pending.len() as u64;
            let sent = if state.resend.is_empty() {
                wire.engine.send(
                    link,
                    Send {
                        payload,
                        settled: self.settled,
                        txn: None,
                        token,
                    },
                )
            } else {
                Err(SendError::NoCredit) // what a loss left goes first (D16)
            };
            match sent {
                Ok(_) if self.settled => {
                    let end = wire.engine.queued_bytes();
                    let spare = wire.pool.pop();
                    let spare = spare.unwrap_or_else(|| Vec::with_capacity(payload.capacity()));
                    let payload = std::mem::replace(payload, spare);
                    wire.unconfirmed.push_back(Unconfirmed {
                        end,
                        producer: key,
                        link: index,
                        payload,
                    });
                    connection.kick(core);
                    return Ok(true);
                }
                Ok(_) => {
                    self.breaks.set(*breaks);
                    state.pending.push_back(PendingSend {
                        start,
                        link: index,
                        fate: Fate::Waiting,
                    });
                    connection.flush(core);
                    return self.await_outcome(core, token, begun);
                }
                Err(SendError::TooLarge) => {
                    return Err(Error::new(
                        Status::TIBEMS_INVALID_SIZE,
                        "the message is larger than the server takes",
                    ));
                }
                Err(SendError::Detached) => {
                    state.links[index].link = None; // attached anew; never tried again as it is
                    return Ok(false);
                }
                Err(SendError::NoCredit) => {}
            }
            let cv = state.cv.clone();
            self.sleep(core, &cv)?;
            if core.state == State::Closed {
                return Err(core.refusal(Status::TIBEMS_ILLEGAL_STATE));
            }
            self.alive(core)?;
        }
    }

    /// Waits on the producer's condition; `TIBEMS_TIMEOUT` at the send timeout.
    pub fn sleep(&self, core: &mut MutexGuard<'_, Core>, cv: &parking_lot::Condvar) -> Result<()> {
        match self.deadline {
            None => cv.wait(core),
            Some(deadline) => {
                if cv.wait_until(core, deadline).timed_out() {
                    return Err(Error::from(Status::TIBEMS_TIMEOUT));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::append_decimal;

    #[test]
    fn numbers_are_decimal() {
        for number in [0, 7, 10, 1_234_567_890, u64::MAX] {
            let mut out = b"x".to_vec();
            append_decimal(&mut out, number);
            assert_eq!(out, format!("x{number}").into_bytes());
        }
    }
}
