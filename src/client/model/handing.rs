//! Messages on their way from the inbox to the program, taken in batches: claimed one by one, given back when nobody wants
//! them any more, acknowledged as the session's mode says (spec 20 §4.3, §1.3).
//!
//! A dispatcher or a receive takes a batch under one lock; then it claims each message without. Both sides see the
//! progress of a [`Batch`]: whoever wants the rest back stops it, and from then on nothing of it can be claimed. What has
//! been handled is acknowledged with the next lock or, after [`HOLD_BACK`], by the thread that runs the timeouts; that stops
//! the batch too, and the next one of such a slow consumer has one message. Batches grow again while they are used up in time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::batch::{Batch, InHand};
use super::consumer::Reading;
use super::inbox::Buffered;
use super::session::MessageListener;
use super::{Key, Model};
use crate::amqp::engine::{LinkId, Settle};

/// What the program may have seen of a message goes back with its count raised.
pub const FAILED: Settle = Settle::Modified {
    delivery_failed: true,
    undeliverable_here: false,
};

/// Most messages and, but for the last of them, bytes of a batch: large messages gain nothing, and what is in hand does not
/// count as held (D20).
const BATCH: usize = 64;
const BATCH_BYTES: usize = 16 << 10;
/// How long a handled message of a batch may wait for its acknowledgement.
const HOLD_BACK: Duration = Duration::from_millis(2);

/// A message taken from an inbox.
struct Taken {
    message: Buffered,
    link: LinkId,
    /// The incarnation that it came from
    epoch: u32,
    reading: Arc<Reading>,
}

impl Model {
    /// Takes the first message of a consumer; it and its session count as running until `end_running`.
    fn take(&mut self, key: u32) -> Option<Taken> {
        let (state, server) = (self.consumers.get_mut(&key)?, self.server.as_ref()?);
        let session = self.sessions.get_mut(&state.session())?;
        if !self.started || session.is_paused() {
            return None;
        }
        let (link, reading) = (state.link.live()?, state.reading()?.clone());
        let message = state.inbox.take(&mut self.clamp)?;
        session.running.begin();
        state.running.begin();
        Some(Taken {
            message,
            link,
            epoch: server.epoch(),
            reading,
        })
    }

    /// The consumer of a session whose listener is next.
    fn next_listener(&mut self, session: u32) -> Option<u32> {
        let Model {
            consumers,
            sessions,
            ..
        } = self;
        let listening = &mut sessions.get_mut(&session)?.listening;
        listening.first(|arrival, key| {
            consumers.get(&key).is_some_and(|state| {
                state.listener().is_some() && state.inbox.first_arrival() == Some(arrival)
            })
        })
    }

    /// A message waits for a listener of this session.
    pub(super) fn is_listener_due(&self, session: u32) -> bool {
        let Some(state) = self.sessions.get(&session) else {
            return false;
        };
        let due = |arrival, key: u32| {
            self.consumers.get(&key).is_some_and(|state| {
                state.listener().is_some()
                    && state.link.live().is_some()
                    && state.inbox.first_arrival() == Some(arrival)
            })
        };
        self.started && self.server.is_some() && !state.is_paused() && state.listening.is_ready(due)
    }

    /// Takes what is ready for the next listener of a session: messages of one consumer up to an older one of another.
    /// Session and consumer count as running until `end_batch` and `end_running`. `memory` is used for the list.
    pub fn take_batch(
        &mut self,
        session: u32,
        memory: Vec<Buffered>,
        now: Instant,
    ) -> std::result::Result<(Batch, MessageListener), Vec<Buffered>> {
        let Some(key) = self.next_listener(session) else {
            return Err(memory);
        };
        let Some(listener) = self.listener(key).cloned() else {
            return Err(memory);
        };
        let more = |model: &mut Model| model.next_listener(session) == Some(key);
        let batch = self.fill(key, memory, more, now)?;
        Ok((batch, listener))
    }

    /// Takes what is ready for the receives of a consumer. It and its session count as running until `end_running`.
    pub fn take_for_receives(
        &mut self,
        key: u32,
        memory: Vec<Buffered>,
        now: Instant,
    ) -> std::result::Result<Batch, Vec<Buffered>> {
        self.fill(key, memory, |_| true, now)
    }

    /// One message where the program acknowledges, as many as the consumer's pace allows elsewhere.
    fn fill(
        &mut self,
        key: u32,
        mut memory: Vec<Buffered>,
        more: impl Fn(&mut Model) -> bool,
        now: Instant,
    ) -> std::result::Result<Batch, Vec<Buffered>> {
        let Some(first) = self.take(key) else {
            return Err(memory);
        };
        self.life.serves();
        let session = self.consumers.get(&key).map(|state| state.session());
        let mode = session.and_then(|session| self.mode(session));
        let pace = match mode.is_some_and(|mode| mode.remembers()) {
            true => 1,
            false => self.consumers.get(&key).map_or(1, |s| s.inbox.pace()),
        };
        let mut bytes = first.message.payload.len();
        memory.push(first.message);
        while memory.len() < pace && bytes < BATCH_BYTES && more(self) {
            let state = self.consumers.get_mut(&key);
            let Some(message) = state.and_then(|state| state.inbox.take(&mut self.clamp)) else {
                break;
            };
            bytes += message.payload.len();
            memory.push(message);
        }
        if memory.len() > 1 {
            self.held_back.push_back((now + HOLD_BACK, key));
            self.effects.rearm(now + HOLD_BACK);
        }
        let origin = (first.link, first.epoch);
        let batch = Batch::new(key, first.reading, origin, memory, now);
        if let Some(state) = self.consumers.get_mut(&key) {
            state.inbox.add_hand(InHand::of(&batch, now + HOLD_BACK));
        }
        Ok(batch)
    }

    /// Acknowledges what has been handled of the batches of a consumer.
    pub fn settle_handled(&mut self, consumer: u32) {
        let (Some(state), Some(server)) = (self.consumers.get_mut(&consumer), self.server.as_mut())
        else {
            return;
        };
        let Some(session) = self.sessions.get_mut(&state.session()) else {
            return;
        };
        let (mode, lazy) = (session.mode(), state.is_lazy());
        for hand in state.inbox.in_hand() {
            while let Some(receipt) = hand.next_handled() {
                if mode.by_library() && server.settle(hand.link(), receipt, Settle::Accepted) {
                    session.lazy += u32::from(lazy);
                }
            }
        }
    }

    /// The next message of a batch is settled in another way than those that are handled.
    pub fn settle_unhandled(&mut self, batch: &Batch, settle: Settle) {
        self.settle_handled(batch.consumer);
        batch.handle();
        let (Some(state), Some(server)) = (
            self.consumers.get_mut(&batch.consumer),
            self.server.as_mut(),
        ) else {
            return;
        };
        let hands = state.inbox.in_hand().iter_mut();
        for hand in hands.filter(|hand| hand.is(batch)) {
            if let Some(receipt) = hand.next_unsettled() {
                server.settle(hand.link(), receipt, settle);
            }
        }
    }

    /// Acknowledges what has been held back for too long and stops that batch: its consumer is slow. When the next is due.
    pub(super) fn settle_held_back(&mut self, now: Instant) -> Option<Instant> {
        loop {
            let (until, key) = *self.held_back.front()?;
            let hands = self.consumers.get_mut(&key).map(|s| s.inbox.in_hand());
            let mut hands = hands.into_iter().flatten();
            let hand = hands.find(|hand| hand.until() == until);
            if hand.is_some() && until > now {
                return Some(until);
            }
            self.held_back.pop_front();
            if let Some(hand) = hand {
                hand.stop();
                self.settle_handled(key);
                if let Some(session) = self.consumers.get(&key).map(|state| state.session()) {
                    let taken_at = until.checked_sub(HOLD_BACK).unwrap_or(until);
                    self.speak(session, Some(key), true, taken_at);
                }
            }
        }
    }

    /// A batch is over; its messages from `first` on go back where they came from. Its memory comes back.
    pub fn end_batch(&mut self, mut batch: Batch, first: usize) -> Vec<Buffered> {
        let consumer = batch.consumer;
        self.settle_handled(consumer);
        let stopped = batch.is_stopped();
        batch.stop();
        let own = self.consumers.get_mut(&consumer).is_some_and(|state| {
            let own = state.inbox.in_hand().iter().any(|hand| hand.is(&batch));
            if own {
                state.inbox.end_hand(|hand| hand.is(&batch), stopped, BATCH);
            }
            own
        });
        // else its rest has been given back to the server, which takes nothing back that it sent settled, or was lost with it
        let rest = batch.messages.drain(first.min(batch.messages.len())..);
        for message in rest.rev() {
            if own || message.receipt.owed().is_none() {
                self.untake(consumer, batch.link, batch.epoch, message);
            }
        }
        if let Some(state) = self.consumers.get_mut(&consumer)
            && (first == 0 || state.listener().is_some())
        {
            state.inbox.done(); // the listener has returned
        }
        self.renew(consumer, batch.last_arrival, batch.taken_at);
        batch.messages.clear();
        batch.messages
    }

    /// What a consumer's program has in hand of its batch, when nobody can give it back any more: what was handled is
    /// acknowledged, the rest released, newest first.
    pub(super) fn release_hand(&mut self, consumer: u32) {
        let Some(state) = self.consumers.get_mut(&consumer) else {
            return;
        };
        let hands = state.inbox.in_hand().iter();
        let claimed: Vec<usize> = hands.map(InHand::stop).collect();
        self.settle_handled(consumer);
        let (Some(state), Some(server)) = (self.consumers.get_mut(&consumer), self.server.as_mut())
        else {
            return;
        };
        let Some(session) = self.sessions.get(&state.session()) else {
            return;
        };
        let mode = session.mode();
        let hands = state.inbox.drop_hands();
        for (hand, claimed) in hands.iter().zip(claimed).rev() {
            for (at, receipt) in hand.unsettled().rev() {
                // what a receive is returning just now is with the program
                let settle = match at < claimed {
                    true if mode.by_library() => Settle::Accepted,
                    true => continue,
                    false => Settle::Released,
                };
                server.settle(hand.link(), receipt, settle);
            }
        }
    }

    /// Whoever works on batches of this session looks up before the next message.
    pub(super) fn interrupt(&mut self, session: u32) {
        for state in self.consumers.values_mut() {
            if state.session() == session {
                state.inbox.stop_hands();
            }
        }
    }

    /// Whoever works on a batch of this connection looks up.
    pub(super) fn interrupt_all(&mut self) {
        for state in self.consumers.values_mut() {
            state.inbox.stop_hands();
        }
    }

    /// Messages of a batch in hand are on their way again.
    pub fn begin_running(&mut self, session: u32, consumer: u32) {
        if let Some(state) = self.sessions.get_mut(&session) {
            state.running.begin();
        }
        if let Some(state) = self.consumers.get_mut(&consumer) {
            state.running.begin();
        }
    }

    /// The end of the span in which messages were on their way.
    pub fn end_running(&mut self, session: u32, consumer: u32) {
        if let Some(state) = self.sessions.get_mut(&session) {
            state.running.end();
        }
        if let Some(state) = self.consumers.get_mut(&consumer) {
            state.running.end();
        }
        self.effects.wake(Key::Connection);
    }

    /// Puts a taken message back in front of its consumer's inbox, or releases it when the consumer is gone.
    fn untake(&mut self, key: u32, link: LinkId, epoch: u32, message: Buffered) {
        let Some(server) = self.server.as_mut().filter(|s| s.epoch() == epoch) else {
            return; // it comes again from the server that has it now
        };
        let state = self.consumers.get_mut(&key).filter(|state| {
            let session = self.sessions.get(&state.session());
            state.is_open()
                && state.link.live() == Some(link)
                && session.is_some_and(|session| session.is_open())
        });
        let Some(state) = state.filter(|_| !self.life.is_closed()) else {
            server.settle(link, message.receipt, Settle::Released);
            return;
        };
        let arrival = message.arrival;
        state.inbox.untake(&mut self.clamp, message);
        self.effects.wake(Key::Consumer(key));
        if state.listener().is_some()
            && let Some(session) = self.sessions.get_mut(&state.session())
        {
            session.listening.again(arrival, key);
            self.effects.wake(Key::Session(state.session()));
        }
    }

    /// More messages wait for a consumer.
    pub fn has_backlog(&self, consumer: u32) -> bool {
        let state = self.consumers.get(&consumer);
        state.is_some_and(|state| !state.inbox.is_empty())
    }

    /// A receive can take a message.
    pub fn has_message(&self, consumer: u32) -> bool {
        let Some(state) = self.consumers.get(&consumer) else {
            return false;
        };
        let session = self.sessions.get(&state.session());
        self.started
            && self.server.is_some()
            && session.is_some_and(|session| !session.is_paused())
            && state.link.live().is_some()
            && !state.inbox.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amqp::engine::{Engine, EngineConfig};
    use crate::amqp::frame::{FrameDecoder, HEADER_AMQP, encode_frame};
    use crate::amqp::performative::{
        Attach, Begin, DeliveryState, Open, Performative, Role, Transfer,
    };
    use crate::client::model::{Basis, Draft, Owner};
    use crate::client::rules::modes::AcknowledgeMode;
    use crate::client::rules::{options, url::UrlList};
    use crate::message::Destination;
    use bytes::BytesMut;

    fn frame(performative: impl Into<Performative>, payload: &[u8]) -> BytesMut {
        let mut bytes = Vec::new();
        encode_frame(0, &performative.into(), payload, &mut bytes);
        BytesMut::from(&bytes[..])
    }

    /// What a model has written.
    fn written(model: &mut Model) -> Vec<Performative> {
        let mut bytes = Vec::new();
        model.take_output(&mut bytes);
        let (mut bytes, mut decoder) = (BytesMut::from(&bytes[..]), FrameDecoder::new(1 << 20));
        let frames = std::iter::from_fn(|| decoder.next_frame(&mut bytes).unwrap());
        frames.filter_map(|frame| frame.performative).collect()
    }

    /// A started connection with a consumer that has so many messages.
    fn consumer_with(messages: u32) -> (Model, u32) {
        let now = crate::clock::test_origin();
        let config = EngineConfig {
            sasl: None,
            ..EngineConfig::default()
        };
        let mut engine = Engine::new(config, now);
        engine.input(&mut BytesMut::from(&HEADER_AMQP[..]), now);
        engine.input(&mut frame(Open::default(), &[]), now);
        while engine.poll_event().is_some() {}
        engine.take_output(&mut Vec::new());
        let basis = Basis {
            id: 1,
            groups: UrlList::parse("tcp://here").unwrap().groups,
            unshared: false,
            options: options::general(),
        };
        let mut model = Model::new(basis, None, "me".into(), now);
        let draft = Draft::new(model.blueprint(), &mut engine, Arc::default()).unwrap();
        model.install(engine, 0, draft, (0, 0), Duration::from_secs(60), now);
        model.start();
        let session = model.new_session(AcknowledgeMode::Auto);
        assert!(model.begin_session(session, now).is_none());
        let begin = Begin {
            remote_channel: Some(0),
            incoming_window: 100,
            outgoing_window: 100,
            ..Begin::default()
        };
        model.input(&mut frame(begin, &[]), now);
        let key = model.new_consumer(session, Destination::queue("q"), None, false);
        let owner = Owner::Consumer(key);
        assert!(model.attach(owner, now).is_none());
        let attach = written(&mut model).into_iter().find_map(|p| match p {
            Performative::Attach(attach) => Some(*attach),
            _ => None,
        });
        let answer = Attach {
            role: Role::Sender,
            initial_delivery_count: Some(0),
            ..attach.unwrap()
        };
        model.input(&mut frame(answer, &[]), now);
        model.attach(owner, now).unwrap().unwrap();
        written(&mut model); // the credit
        for number in 0..messages {
            let transfer = Transfer {
                delivery_id: Some(number),
                delivery_tag: Some(number.to_be_bytes().to_vec().into()),
                ..Transfer::default()
            };
            model.input(&mut frame(transfer, b"message"), now);
        }
        let ended = model.effects().take_ended();
        assert!(ended.is_none(), "{ended:?}");
        (model, key)
    }

    #[test]
    fn what_is_claimed_of_a_batch_is_not_given_to_others() {
        let (mut model, key) = consumer_with(3);
        let now = crate::clock::test_origin();
        let take = |model: &mut Model, count| {
            let batch = model.take_for_receives(key, Vec::new(), now);
            let batch = batch.ok().unwrap();
            assert_eq!(batch.messages.len(), count);
            assert!(batch.claim());
            batch
        };
        let first = take(&mut model, 1);
        first.handle();
        model.end_batch(first, 1);
        // a receive is returning the second message when the consumer is closed
        let _second = take(&mut model, 2);
        written(&mut model);
        model.close_consumer(key, false);
        model.detach_consumer(key, now);
        let settled: Vec<_> = written(&mut model)
            .into_iter()
            .filter_map(|p| match p {
                Performative::Disposition(d) => Some((d.first, d.state)),
                _ => None,
            })
            .collect();
        let released = (2, Some(DeliveryState::Released));
        assert_eq!(settled.len(), 2, "{settled:?}");
        assert!(settled.contains(&released));
        assert!(settled.contains(&(1, Some(DeliveryState::Accepted))));
    }
}
