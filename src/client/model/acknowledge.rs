//! What the program has in hand and what the server is told of it: acknowledgements one by one or lazily, with or without
//! confirmation (spec 20 §1.4, spec 40 §2.12, D2).

use std::time::{Duration, Instant};

use super::consumer::ConsumerState;
use super::handing::FAILED;
use super::inbox::Buffered;
use super::server::Server;
use super::{Key, Model};
use crate::amqp::engine::{LinkId, Settle};
use crate::client::rules::modes::AcknowledgeMode;

/// Most lazy acknowledgements before they are written, and how long they may wait (spec 40 §2.12).
const LAZY_COUNT: u32 = 64;
const LAZY_TIME: Duration = Duration::from_millis(100);

/// What the server is to hear of a delivery: nothing of one that came settled, for it has forgotten that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt(Option<u32>);

impl Receipt {
    /// For a delivery as it came.
    pub fn new(delivery_id: u32, settled: bool) -> Receipt {
        Receipt((!settled).then_some(delivery_id))
    }

    /// The delivery, if it is to be settled.
    pub fn owed(self) -> Option<u32> {
        self.0
    }
}

/// A delivery in the hands of the program, which the server waits to hear of.
#[derive(Clone, Copy, Debug)]
pub struct Handed {
    consumer: u32,
    link: LinkId,
    delivery_id: u32,
}

impl Handed {
    /// A message of a consumer; none if it came settled: it counts as acknowledged.
    pub fn new(consumer: u32, link: LinkId, message: &Buffered) -> Option<Handed> {
        message.receipt.owed().map(|delivery_id| Handed {
            consumer,
            link,
            delivery_id,
        })
    }

    /// The consumer that it came to.
    pub fn consumer(&self) -> u32 {
        self.consumer
    }

    fn receipt(&self) -> Receipt {
        Receipt(Some(self.delivery_id))
    }
}

/// How an acknowledgement is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoken {
    /// At once, by the calling thread: nothing else waits.
    Now,
    /// By the I/O thread while the next message is handled, or later.
    Soon,
}

impl Server {
    /// Gives a message back that the program has in hand, with its count raised.
    pub fn fail(&mut self, handed: &Handed) {
        self.settle(handed.link, handed.receipt(), FAILED);
    }

    /// Acknowledges a message that the program has in hand in a transaction.
    pub fn enroll(&mut self, handed: &Handed, txn: &[u8]) {
        let (link, id) = (handed.link, handed.delivery_id);
        self.engine
            .settle(link, id, Settle::Accepted, true, Some(txn));
    }
}

impl Model {
    /// Notes a message as in the hands of the program; its number there.
    pub fn remember(&mut self, session: u32, taken: Handed) -> u64 {
        let Some(state) = self.sessions.get_mut(&session) else {
            return 0;
        };
        state.next_handed += 1;
        let number = state.next_handed;
        let consumer = taken.consumer;
        state.unacknowledged.insert(number, taken);
        match state.coordinator.as_mut() {
            Some(coordinator) => coordinator.works(),
            None => {
                if let Some(consumer) = self.consumers.get_mut(&consumer) {
                    consumer.inbox.done(); // until it is acknowledged
                }
            }
        }
        number
    }

    fn count_lazy(&mut self, session: u32) {
        if let Some(state) = self.sessions.get_mut(&session) {
            state.lazy += u32::from(state.mode().lazy());
        }
    }

    /// Sees to it that acknowledgements of a session are written: here and now when no further message `waits` (one system
    /// call for all of them, no thread woken), else while the next message is handled; lazy ones with whatever is written
    /// next, when enough have collected, or in time. `consumer`: they are of its messages alone.
    pub fn speak(
        &mut self,
        session: u32,
        consumer: Option<u32>,
        waits: bool,
        now: Instant,
    ) -> Spoken {
        let consumer = consumer.and_then(|key| self.consumers.get(&key));
        let lazy = consumer.map(ConsumerState::is_lazy);
        let (Some(state), Some(server)) = (self.sessions.get_mut(&session), self.server.as_mut())
        else {
            return Spoken::Soon;
        };
        let spoken = match waits {
            true => Spoken::Soon,
            false => Spoken::Now,
        };
        if !lazy.unwrap_or_else(|| state.mode().lazy()) {
            return spoken;
        }
        let windows = self.consumers.values();
        let window = windows
            .filter(|consumer| consumer.session() == session)
            .map(|consumer| consumer.inbox.window())
            .min()
            .unwrap_or(LAZY_COUNT);
        if state.lazy >= LAZY_COUNT.min(window / 2).max(1) || server.is_due() {
            state.lazy = 0;
            server.make_due();
            return spoken;
        }
        if state.lazy > 0 && server.write_within(now, LAZY_TIME) {
            self.effects.rearm(now + LAZY_TIME); // the thread that runs the timeouts must learn of it
        }
        Spoken::Soon
    }

    /// Takes everything that a session's program has in hand.
    pub fn take_handed(&mut self, session: u32) -> Vec<Handed> {
        let state = self.sessions.get_mut(&session);
        let taken = state.map(|state| std::mem::take(&mut state.unacknowledged));
        taken.unwrap_or_default().into_values().collect()
    }

    /// Takes one message from the program's hands.
    pub fn take_one_handed(&mut self, session: u32, number: u64) -> Option<Handed> {
        let state = self.sessions.get_mut(&session)?;
        state.unacknowledged.remove(&number)
    }

    /// Gives one message back with its count raised.
    pub fn recover_handed(&mut self, handed: Handed) {
        if let Some(server) = self.server.as_mut() {
            server.fail(&handed);
        }
        self.grant_single(&[handed]);
    }

    /// Accepts deliveries. True when the server's confirmation is to be awaited: `confirm` asks for it, and it does so.
    pub fn accept(&mut self, session: u32, handed: &[Handed], confirm: bool) -> bool {
        let Some(server) = self.server.as_mut() else {
            return false;
        };
        let confirm = confirm && server.profile().confirms_accepts();
        for delivery in handed {
            let (link, id) = (delivery.link, delivery.delivery_id);
            server
                .engine
                .settle(link, id, Settle::Accepted, !confirm, None);
            if confirm {
                self.confirming.insert((link, id));
            }
        }
        if !confirm {
            self.count_lazy(session);
        }
        self.grant_single(handed);
        confirm
    }

    /// The server has settled an acknowledgement that was sent unsettled.
    pub(super) fn acknowledgement_settled(&mut self, link: LinkId, delivery_id: u32) {
        self.confirming.remove(&(link, delivery_id));
        self.effects.wake(Key::Connection);
    }

    /// Its confirmation is awaited.
    pub fn is_confirming(&self, handed: &Handed) -> bool {
        self.confirming.contains(&(handed.link, handed.delivery_id))
    }

    /// Its link is there, so that its confirmation may come.
    pub fn is_link_there(&self, handed: &Handed) -> bool {
        let server = self.server.as_ref();
        server.is_some_and(|server| server.engine.session_of_link(handed.link).is_some())
    }

    /// Nobody waits for these confirmations any more.
    pub fn forget_confirming(&mut self, handed: &[Handed]) {
        for delivery in handed {
            self.confirming
                .remove(&(delivery.link, delivery.delivery_id));
        }
    }

    /// The mode of a session.
    pub fn mode(&self, session: u32) -> Option<AcknowledgeMode> {
        self.sessions.get(&session).map(|state| state.mode())
    }
}
