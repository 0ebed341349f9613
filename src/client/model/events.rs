//! What the engine says, handed to whom it concerns.

use std::time::Instant;

use super::acknowledge::Receipt;
use super::inbox::Buffered;
use super::link::Owner;
use super::outbox::Ticket;
use super::{Key, Model};
use crate::amqp::engine::{Delivery, Event, FailureKind, LinkId, Outcome, Settle};
use crate::client::rules::condition::Place;
use crate::client::rules::outage::{Loss, Witness};
use crate::client::rules::reason::Reason;

impl Model {
    /// Hands every event of the engine to whom it concerns.
    pub fn take_events(&mut self, now: Instant) {
        self.now = now;
        while let Some(event) = self.server.as_mut().and_then(|server| server.poll_event()) {
            self.on_event(event, now);
        }
        let mut answered = std::mem::take(&mut self.answered);
        for key in answered.drain(..) {
            self.complete(key);
        }
        self.answered = answered;
    }

    /// Feeds received bytes to the engine.
    pub fn input(&mut self, input: &mut bytes::BytesMut, now: Instant) {
        if let Some(server) = self.server.as_mut() {
            server.engine.input(input, now);
        }
        self.take_events(now);
    }

    fn owner(&self, link: LinkId) -> Option<Owner> {
        self.server.as_ref()?.owner(link)
    }

    fn on_event(&mut self, event: Event, now: Instant) {
        match event {
            Event::Delivery { link, delivery } => self.delivered(link, delivery, now),
            Event::Outcome {
                link,
                first,
                last,
                outcome,
            } => {
                self.life.serves();
                match self.owner(link) {
                    Some(Owner::Producer(key, index)) => {
                        self.sent(key, index, (first, last), &outcome);
                    }
                    Some(Owner::Coordinator(key)) => {
                        for token in first..=last {
                            self.coordinated(key, token, outcome.clone());
                        }
                    }
                    _ => {}
                }
            }
            Event::Whole { link, token, end } => {
                let Some(Owner::Producer(key, _)) = self.owner(link) else {
                    return;
                };
                if let (Some(state), Some(server)) =
                    (self.producers.get_mut(&key), self.server.as_mut())
                {
                    state.outbox.complete(token, end);
                    server.stretch(key, end);
                }
            }
            Event::Credit { link } => match self.owner(link) {
                Some(Owner::Producer(key, _)) => {
                    self.send_queued(key);
                    self.effects.wake(Key::Producer(key));
                }
                Some(Owner::Coordinator(key)) => self.declare(key),
                _ => {}
            },
            Event::Drained { link } => match self.owner(link) {
                Some(Owner::Consumer(key)) => self.drained(key),
                Some(Owner::Browser(key)) => self.browser_drained(key),
                _ => {}
            },
            Event::CreditUsed { link } => match self.owner(link) {
                Some(Owner::Consumer(key)) => self.consumer_aborted(key, now),
                Some(Owner::Browser(key)) => self.browser_aborted(key),
                _ => {}
            },
            Event::AckSettled { link, delivery_id } => {
                self.life.serves();
                self.acknowledgement_settled(link, delivery_id);
            }
            Event::Begun(session) => self.session_begun(session),
            Event::Attached { link, answer } => self.attached(link, &answer),
            Event::AttachRefused { link, error } => {
                self.attach_refused(link, error.as_ref(), now);
            }
            Event::Detached {
                link,
                error,
                by_peer,
                ..
            } => {
                self.detached(link, Reason::of(error.as_ref(), by_peer), now);
                self.offer_queued(now);
            }
            Event::SessionEnded {
                session,
                error,
                by_peer,
            } => {
                self.session_ended(session, Reason::of(error.as_ref(), by_peer));
                self.offer_queued(now);
            }
            Event::Closed { error } => {
                let reason = Reason::Server(error.as_ref());
                let cause = reason.error(Place::Connect, false);
                self.effects.end(Loss::new(Witness::Server, cause));
            }
            Event::Failed { error, kind } => {
                let text = Reason::Library(Some(&error)).text();
                let witness = match kind {
                    FailureKind::Idle => Witness::Timer,
                    _ => Witness::Engine,
                };
                self.effects.end(Loss::not_connected(witness, text));
            }
            Event::Opened | Event::AuthFailed { .. } => {} // only while connecting
        }
    }

    /// The server's verdict on messages has come.
    fn sent(&mut self, key: u32, index: usize, tickets: (Ticket, Ticket), outcome: &Outcome) {
        let Some(state) = self.producers.get_mut(&key) else {
            return;
        };
        if let Some(link) = state.senders.at_mut(index) {
            link.serves();
        }
        let session = state.session();
        let mut enrolled = Vec::new(); // empty outside transactions
        state
            .outbox
            .answer(tickets, outcome, |sent| enrolled.push(sent));
        for sent in enrolled {
            self.enrolled_sent(session, sent, outcome.clone());
        }
        if self.answered.last() != Some(&key) {
            self.answered.push(key);
        }
        self.effects.wake(Key::Producer(key));
    }

    /// A message has come.
    fn delivered(&mut self, link: LinkId, delivery: Delivery, now: Instant) {
        let arrival = self.next_arrival;
        self.next_arrival += 1;
        let key = match self.owner(link) {
            Some(Owner::Consumer(key)) => key,
            Some(Owner::Browser(key)) => {
                return self.browser_delivered(key, link, delivery, arrival, now);
            }
            _ => return,
        };
        let receipt = Receipt::new(delivery.delivery_id, delivery.settled);
        let (Some(state), Some(server)) = (self.consumers.get_mut(&key), self.server.as_mut())
        else {
            return;
        };
        if state.link.live() != Some(link) {
            // it was on its way when the credit was taken back
            server.settle(link, receipt, Settle::Released);
            return;
        }
        state.link.serves();
        let message = Buffered {
            arrival,
            at: now,
            receipt,
            payload: delivery.payload,
        };
        state.inbox.arrive(&mut self.clamp, message);
        let session = state.session();
        if state.inbox.forgo_drain() {
            self.effects.wake(Key::Session(session)); // a Recover may wait for its end
        }
        if state.listener().is_none() {
            return self.effects.wake(Key::Consumer(key));
        }
        if let Some(state) = self.sessions.get_mut(&session) {
            state.listening.arrive(arrival, key);
            self.effects.wake(Key::Session(session));
        }
    }
}
