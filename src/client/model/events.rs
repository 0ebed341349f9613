//! What the engine says, handed to whom it concerns.

use std::time::Instant;

use super::inbox::Buffered;
use super::link::Owner;
use super::outbox::Verdict;
use super::{Key, Model};
use crate::amqp::engine::{Delivery, Event, LinkId, Settle};
use crate::client::rules::condition::{self, Ended, Place, parts};
use crate::status::{Error, Status};

impl Model {
    /// Hands every event of the engine to whom it concerns.
    pub fn take_events(&mut self, now: Instant) {
        self.now = now;
        while let Some(event) = self.server.as_mut().and_then(|server| server.poll_event()) {
            self.on_event(event, now);
        }
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
                token,
                outcome,
            } => {
                if let Some(Owner::Producer(key, _)) = self.owner(link)
                    && let Some(state) = self.producers.get_mut(&key)
                {
                    state.outbox.settle(token, Verdict::Outcome(outcome));
                    self.effects.wake(Key::Producer(key));
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
            Event::Credit { link } => {
                if let Some(Owner::Producer(key, _)) = self.owner(link) {
                    self.send_queued(key);
                    self.effects.wake(Key::Producer(key));
                }
            }
            Event::Drained { link } => {
                if let Some(Owner::Consumer(key)) = self.owner(link) {
                    self.drained(key);
                }
            }
            Event::CreditUsed { link } => {
                if let Some(Owner::Consumer(key)) = self.owner(link) {
                    self.renew(key, now, now);
                }
            }
            Event::AckSettled { link, delivery_id } => {
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
                let error = error.as_ref();
                self.detached(link, Ended { error, by_peer }, now);
            }
            Event::SessionEnded {
                session,
                error,
                by_peer,
            } => {
                let error = error.as_ref();
                self.session_ended(session, Ended { error, by_peer });
            }
            Event::Closed { error } => {
                let (condition, text) = parts(error.as_ref());
                let status = condition::status(condition, Place::Connect, false);
                let text = condition::describe(condition, text);
                self.effects.end(Error::new(status, text));
            }
            Event::Failed { error, .. } => {
                let (condition, text) = parts(Some(&error));
                let text = text.unwrap_or_default();
                let cause = Error::new(
                    Status::TIBEMS_SERVER_NOT_CONNECTED,
                    format!("the connection was dropped: {condition}: {text}"),
                );
                self.effects.end(cause);
            }
            Event::Opened | Event::AuthFailed { .. } => {} // only while connecting
        }
    }

    /// A message has come.
    fn delivered(&mut self, link: LinkId, delivery: Delivery, now: Instant) {
        let Some(Owner::Consumer(key)) = self.owner(link) else {
            return;
        };
        let arrival = self.next_arrival;
        self.next_arrival += 1;
        let (Some(state), Some(server)) = (self.consumers.get_mut(&key), self.server.as_mut())
        else {
            return;
        };
        if state.link.live() != Some(link) {
            // it was on its way when the credit was taken back
            if !delivery.settled {
                server.settle(link, delivery.delivery_id, Settle::Released);
            }
            return;
        }
        state.link.serves();
        let message = Buffered {
            arrival,
            at: now,
            delivery_id: delivery.delivery_id,
            settled: delivery.settled,
            payload: delivery.payload,
        };
        state.inbox.arrive(&mut self.clamp, message);
        if state.listener().is_none() {
            return self.effects.wake(Key::Consumer(key));
        }
        let session = state.session();
        if let Some(state) = self.sessions.get_mut(&session) {
            state.listening.arrive(arrival, key);
            self.effects.wake(Key::Session(session));
        }
    }
}
