//! The path of a send: headers, encoding, credit, transfer, outcome (spec 20 §3, spec 40 §2.12).
//!
//! The message is encoded in the caller's thread without the lock; under it only the
//! transfer is made and appended to the output. A send that waits for its outcome writes at once and
//! sleeps at the producer's place; one that does not leaves the write to the I/O thread. No memory
//! is allocated per send once the buffers have grown.

use std::ptr;
use std::sync::Arc;
use std::time::Instant;

use super::model::{
    CompletionListener, Entry, Promise, Sending, Sent, Ticket, Verdict, Wait, deleted,
};
use super::producer::{NON_PERSISTENT, PERSISTENT, Producer, ProducerSettings, RELIABLE, bindable};
use super::rules::gate::Call;
use super::rules::options;
use super::rules::profile::Profile;
use super::rules::repeats::Repeats;
use super::rules::verdict::{doubted, is_of_destination, judge, unknown};
use super::runtime::context::{self, Below, Calling};
use super::runtime::monitor::Hold;
use super::runtime::opened::now_ms;
use crate::amqp::engine::Outcome;
use crate::message::{Destination, DestinationKind, MessageObject, SendHeaders};
use crate::status::{Error, Result, Status};

/// A send that its limit ends while there is a server.
const TOO_LATE: &str =
    "the send has waited for its turn, credit or room for as long as send_timeout says";
/// Largest buffer that a producer keeps.
const KEPT: usize = 64 << 10;

/// Writes a message id: `prefix` and a number in decimal. The formatting machinery would cost as much as the rest of a send.
fn write_id(id: &mut String, prefix: &str, mut number: u64) {
    let mut digits = ['0'; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = char::from(b'0' + (number % 10) as u8);
        number /= 10;
        if number == 0 {
            break;
        }
    }
    id.clear();
    id.push_str(prefix);
    id.extend(&digits[first..]);
}

/// What an encoded message depends on: the server, and the mark for consumers that filter no-local in this library.
struct Known {
    epoch: u32,
    profile: Arc<Profile>,
    mark: Option<String>,
}

/// What a producer keeps from send to send, so that the usual one encodes before any lock is taken and allocates nothing.
/// A second thread that sends at the same time has one of its own.
#[derive(Default)]
pub(super) struct Desk {
    known: Option<Known>,
    payload: Vec<u8>,
    /// The message id
    id: String,
}

impl Desk {
    /// Nothing that one large message has grown (D21).
    pub fn clear(&mut self) {
        if self.payload.capacity() > KEPT {
            self.payload = Vec::new();
        }
    }
}

/// One send call.
struct SendCall<'a> {
    producer: &'a Producer,
    destination: &'a Destination,
    settings: ProducerSettings,
    /// No answer is waited for
    held: bool,
    /// The outcome goes to a callback
    promised: bool,
    deadline: Option<Instant>,
    entry: Entry,
    sending: Sending,
    /// It was repeated on a new link
    repeated: bool,
    /// All of it may have left
    begun: bool,
    /// Losses at which it, or the attach that it needs, was on the wire
    repeats: Repeats,
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
        self.start(message, to, settings, None).map(drop)
    }

    /// The same; the incarnation of the connection that the message went to, if it was a confirmed send.
    pub(super) fn send_on(
        &self,
        message: &MessageObject,
        to: Option<&Destination>,
        settings: ProducerSettings,
    ) -> Result<Option<u32>> {
        self.start(message, to, settings, None)
    }

    /// Sends and returns when the message is on its way; `listener` is called when it is known what became of it (spec 20
    /// §3.8). It is not called when this fails.
    pub fn send_async(
        &self,
        message: &Arc<MessageObject>,
        to: Option<&Destination>,
        settings: ProducerSettings,
        listener: CompletionListener,
    ) -> Result<()> {
        self.start(message, to, settings, Some((message, listener)))
            .map(drop)
    }

    fn start(
        &self,
        message: &MessageObject,
        to: Option<&Destination>,
        settings: ProducerSettings,
        told: Option<(&Arc<MessageObject>, CompletionListener)>,
    ) -> Result<Option<u32>> {
        if message.is_orphaned() && !context::completes(ptr::from_ref(message).addr()) {
            return Err(Error::new(
                Status::TIBEMS_INVALID_MSG,
                "the message was destroyed; it waits for the callback of its asynchronous send",
            ));
        }
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
        let driver = self.session().driver();
        let authenticated = driver.plan().user.is_some();
        let held = match settings.delivery_mode {
            PERSISTENT => false,
            NON_PERSISTENT => !settings
                .np_check
                .waits(destination.is_temporary(), authenticated),
            _ => true,
        };
        debug_assert!(held || settings.delivery_mode != RELIABLE);
        let own = self.destination();
        let bound = own.is_some_and(|own| std::ptr::eq(own, destination) || own == destination);
        let other = (!bound).then(|| destination.clone());
        let limit = options::general().send_timeout;
        let caller = context::caller(driver.id());
        let transacted = self.session().is_transacted();
        let mut sending = Sending::new(self.session().key(), self.key(), other, held);
        if transacted {
            sending.enroll(destination.kind());
        }
        let promised = told.is_some();
        if let Some((message, listener)) = told {
            let kind = destination.kind();
            let silent = held && !bound && !transacted;
            let promise = Promise::new(message.pend(), kind, silent, listener);
            // callbacks of two connections that send over each other do not wait for each other either
            let from = context::calling_back().unwrap_or(caller);
            sending = sending.promising(promise, from);
        }
        let mut call = SendCall {
            producer: self,
            destination,
            settings,
            held: held && !transacted,
            promised,
            deadline: limit.map(|limit| Instant::now() + limit),
            entry: Entry {
                caller,
                call: Call::Server,
                object: self.object(),
            },
            sending,
            repeated: false,
            begun: false,
            repeats: Repeats::default(),
        };
        call.run(message)?;
        Ok(call.repeats.last())
    }
}

impl SendCall<'_> {
    fn run(&mut self, message: &MessageObject) -> Result<()> {
        let now = now_ms();
        let settings = self.settings;
        let mut desk = self.producer.take_desk();
        let mut id = std::mem::take(&mut desk.id);
        if !settings.disable_message_id {
            let (prefix, number) = self.producer.next_id();
            write_id(&mut id, prefix, number);
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
            message_id: (!settings.disable_message_id).then_some(&id),
            origin: None,
            user_id: None,
            message_limit: options::message_limit(),
        };
        let Desk { known, payload, .. } = &mut *desk;
        if let Some(server) = known
            && self.encode(server, message, &headers, payload).is_err()
        {
            *known = None; // the gate has the first word
        }
        let mut hold = self.producer.session().driver().lock();
        let result = self.deliver(&mut hold, message, &headers, &mut desk);
        drop(hold);
        // also when the outcome is unknown: the program may look for it by its id (spec 20 §3.7)
        if !self.promised && (result.is_ok() || self.begun) {
            message.lock().apply_send(&headers);
        }
        desk.id = id;
        self.producer.give_desk(desk);
        result
    }

    /// Encodes, unless that is done for the present server, and sends until it is done or fails.
    fn deliver(
        &mut self,
        hold: &mut Hold<'_>,
        message: &MessageObject,
        headers: &SendHeaders<'_>,
        desk: &mut Desk,
    ) -> Result<()> {
        loop {
            self.enter(hold)?;
            if self.destination.is_deleted() {
                // who waits for no answer does not hear of it (spec 20 §2.6)
                return if self.held && !self.promised {
                    Ok(())
                } else {
                    doubted(Err(deleted()), self.begun)
                };
            }
            let Some((epoch, profile)) = hold.server() else {
                continue;
            };
            let mark = hold.origin_mark();
            let fits = |known: &Known| known.epoch == epoch && known.mark.as_deref() == mark;
            if !desk.known.as_ref().is_some_and(fits) {
                // the addresses depend on the server; encode outside the lock and look again
                let known = Known {
                    epoch,
                    profile: profile.clone(),
                    mark: mark.map(str::to_owned),
                };
                let encoded =
                    hold.unlocked(|| self.encode(&known, message, headers, &mut desk.payload));
                doubted(encoded, self.begun)?;
                desk.known = Some(known);
                continue;
            }
            if self.promised {
                hold.start_completer(self.producer.session().key())?;
            }
            let key = self.producer.key();
            let _sending = Calling::new(self.producer.session().driver().id(), Below::Send(key));
            hold.begin_sending(key);
            let done = self.transfer(hold, message, headers, &mut desk.payload);
            hold.end_sending(key);
            if done? {
                return Ok(());
            }
            // lost: back to the gate
        }
    }

    /// Encodes for a server.
    fn encode(
        &self,
        known: &Known,
        message: &MessageObject,
        headers: &SendHeaders<'_>,
        payload: &mut Vec<u8>,
    ) -> Result<()> {
        if self.settings.delivery_delay > 0 && !known.profile.delayed_delivery {
            return Err(Error::new(
                Status::TIBEMS_NOT_IMPLEMENTED,
                "the server does not offer delayed delivery",
            ));
        }
        let topic = self.destination.kind() == DestinationKind::Topic;
        let marked = SendHeaders {
            origin: known.mark.as_deref().filter(|_| topic),
            ..*headers
        };
        payload.clear();
        message.lock().encode(&marked, &*known.profile, payload)
    }

    /// The gate. A send that was begun and then lost with an unshared server does not wait for the
    /// recovery: its outcome is unknown (U15, D7).
    fn enter(&self, hold: &mut Hold<'_>) -> Result<()> {
        let result = loop {
            // not the present state: the connection may have been recovered since (U15)
            let broken = hold.breaks() != self.sending.breaks();
            if self.begun && broken && !options::general().ufo_resend && !hold.is_closed() {
                hold.check(self.entry.object)?;
                break Err(unknown(&hold.cause().text));
            }
            if let Err(given_back) = self.repeats.check(hold.present()) {
                break Err(given_back);
            }
            match hold.admit(&self.entry) {
                Some(Ok(())) => return Ok(()),
                Some(refused) => break refused,
                None if hold.until(&Wait::Gate(self.entry), self.deadline) => {}
                None => break Err(hold.timed_out(TOO_LATE)),
            }
        };
        doubted(result, self.begun)
    }

    /// Puts the message into the output, when its turn, credit and room have come, and waits for its outcome. False: there
    /// is no server, or another link is needed.
    fn transfer(
        &mut self,
        hold: &mut Hold<'_>,
        message: &MessageObject,
        headers: &SendHeaders<'_>,
        payload: &mut Vec<u8>,
    ) -> Result<bool> {
        loop {
            let wait = match hold.try_send(&mut self.sending, payload) {
                Ok(Sent::Awaited(ticket)) => {
                    self.repeats.wrote(hold.present());
                    hold.flush();
                    return self.await_outcome(hold, ticket);
                }
                Ok(Sent::Held) => {
                    hold.post();
                    return Ok(true);
                }
                Ok(Sent::Promised) => {
                    // before anybody calls the callback, which may read them
                    message.lock().apply_send(headers);
                    hold.post();
                    return Ok(true);
                }
                Ok(Sent::Lost) => return Ok(false),
                Ok(Sent::Wait(wait)) => Ok(wait),
                Ok(Sent::Attach(owner)) => {
                    self.repeats.wrote(hold.present());
                    hold.attach_for(&mut self.sending, owner, Instant::now())
                }
                Err(error) => Err(error),
            };
            let wait = match wait {
                Ok(wait) => wait,
                // 20 §3.3: who waits for no answer does not hear that the destination is unknown or
                // forbidden, whether a relay says so or the attach of a link of its own
                Err(error) if self.held && !self.is_bound() && is_of_destination(error.status) => {
                    if self.promised {
                        message.lock().apply_send(headers);
                        let accepted = Verdict::Outcome(Outcome::Accepted);
                        hold.keep_promise(&mut self.sending, accepted, payload.len());
                    }
                    return Ok(true);
                }
                Err(error) => return doubted(Err(error), self.begun),
            };
            hold.flush(); // an attach, or what keeps the room
            if !hold.await_answer(&wait, self.deadline) {
                return doubted(Err(hold.timed_out(TOO_LATE)), self.begun);
            }
            if hold.is_closed() {
                let error = hold.refusal(Status::TIBEMS_ILLEGAL_STATE);
                return doubted(Err(error), self.begun);
            }
            doubted(hold.check(self.entry.object), self.begun)?;
            if hold.server().is_none() {
                return Ok(false);
            }
        }
    }

    /// Does it go to the producer's own destination?
    fn is_bound(&self) -> bool {
        self.sending.is_bound()
    }

    /// Waits for the outcome, no longer than the limits of send and close. False: it may be sent again.
    fn await_outcome(&mut self, hold: &mut Hold<'_>, ticket: Ticket) -> Result<bool> {
        let producer = self.producer.key();
        let mut give_up_at = None;
        loop {
            if !hold.has_producer(producer) {
                self.begun = true;
                return Err(unknown("closed while the answer was awaited"));
            }
            if let Some(verdict) = hold.take_verdict(producer, ticket) {
                return self.conclude(hold, verdict);
            }
            let closing = hold.is_closing(self.entry.object);
            if closing && give_up_at.is_none() {
                give_up_at = Some(Instant::now() + options::general().close_timeout);
            }
            let wait = Wait::Verdict {
                session: self.producer.session().key(),
                producer,
                ticket,
                closing,
            };
            if !hold.until(&wait, give_up_at.or(self.deadline)) {
                hold.abandon(producer, ticket);
                self.begun = true;
                return Err(unknown("the server did not answer the send in time"));
            }
        }
    }

    /// What the verdict means. False: it may be sent again.
    fn conclude(&mut self, hold: &Hold<'_>, verdict: Verdict) -> Result<bool> {
        if let Verdict::Lost { sent } = verdict {
            self.begun |= sent;
            return Ok(false);
        }
        self.begun = true;
        match verdict {
            Verdict::Outcome(outcome) => {
                let server = hold.server().map(|(_, profile)| &**profile);
                judge(outcome, self.destination.kind(), server).map(|()| true)
            }
            // attached again and repeated, once (spec 40 §3.6)
            Verdict::Detached(_) if !self.repeated => {
                self.repeated = true;
                Ok(false)
            }
            Verdict::Detached(error) => doubted(Err(error), true),
            Verdict::LinkFailed(error) => Err(error),
            Verdict::Lost { .. } => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::write_id;

    #[test]
    fn message_ids_end_in_a_decimal_number() {
        let mut id = String::from("another one");
        for number in [0, 7, 10, 1_234_567_890, u64::MAX] {
            write_id(&mut id, "ID:x:", number);
            assert_eq!(id, format!("ID:x:{number}"));
        }
    }
}
