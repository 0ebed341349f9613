//! One connection as a state machine, without lock, condition variable, socket, thread or clock: commands, engine events,
//! losses and timeouts in, with the time of the step; [`Effects`] out. What is decided is here; who waits and who writes is
//! in `runtime`.
//!
//! | file | owns |
//! | --- | --- |
//! | `life` | the state that the gate sees, the cause, the recoveries; what the exception listener is to hear |
//! | `session`, `producer`, `consumer`, `browser` | the definitions behind handles, how they open and close |
//! | `subscription` | subscribers of one name beside each other; the deletion of a durable subscription |
//! | `link`, `senders` | everything that is attached: definition, incarnation, the one attach path; the links of a producer |
//! | `coordinator`, `ending` | the transactions of a session: what is in the open one; how it ends |
//! | `attaching` | begins and attaches written, answered, refused, unanswered; detaches by the server |
//! | `outbox`, `sending` | every send of a producer in the order of the calls; its turn, link and credit |
//! | `room` | what bounds sends in bytes: the output, and asynchronous ones that are pending |
//! | `promise`, `completing` | asynchronous sends: what their callbacks are owed, which are due |
//! | `inbox`, `ready`, `handing`, `batch` | what has arrived, whose turn it is, the messages on their way to the program |
//! | `credit` | how many messages the server may send |
//! | `acknowledge` | what the program has in hand and what the server is told of it |
//! | `server` | the present incarnation: engine, who owns which link, how far its output is with the system |
//! | `events` | what the engine says, to whom it concerns |
//! | `loss`, `rebuild` | the end of an incarnation, and the next one |
//! | `temporary` | temporary destinations: the links that make them, their names |
//! | `telling` | what the trace is told |
//! | `wait`, `effects` | what threads wait for, and whom a change wakes: the table |
//! | `pool` | memory of encoded messages, to be used again |

mod acknowledge;
mod attaching;
mod batch;
mod browser;
mod completing;
mod consumer;
mod coordinator;
mod credit;
mod effects;
mod ending;
mod events;
mod handing;
mod inbox;
mod life;
mod link;
mod loss;
mod outbox;
mod pool;
mod producer;
mod promise;
mod ready;
mod rebuild;
mod room;
mod senders;
mod sending;
mod server;
mod session;
mod subscription;
mod telling;
mod temporary;
mod wait;

#[cfg(test)]
mod tests;

pub use acknowledge::{Handed, Spoken};
pub use batch::Batch;
pub use browser::{Glance, Pass, Sheet};
pub use consumer::{Reading, Turn};
pub use coordinator::Discharged;
pub use effects::{Effects, Key};
pub use ending::Ending;
pub use handing::FAILED;
pub use inbox::Buffered;
pub use life::ExceptionListener;
pub use link::Owner;
pub use outbox::{Ticket, Verdict};
pub use promise::{CompletionListener, Promise};
pub use rebuild::Draft;
pub use sending::{Sending, Sent};
pub use session::MessageListener;
pub use temporary::deleted;
pub use wait::{Calls, Entry, Object, Wait, Waiter};

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::amqp::engine::LinkId;
use crate::client::rules::options::Options;
use crate::client::rules::profile::Profile;
use crate::client::rules::url::Group;
use browser::BrowserState;
use completing::Completer;
use consumer::ConsumerState;
use inbox::Clamp;
use life::{Life, Notices};
use pool::Pool;
use producer::ProducerState;
use server::Server;
use session::SessionState;
use subscription::{Known, Unsubscribing};
use temporary::Temporaries;

/// What a connection is made from; never changes.
pub struct Basis {
    /// Number of the connection, in traces.
    pub id: u64,
    pub groups: Vec<Group>,
    /// Made by an unshared-state factory.
    pub unshared: bool,
    pub options: &'static Options,
}

/// A connection.
pub struct Model {
    basis: Basis,
    life: Life,
    notices: Notices,
    /// Apart, because a closed connection keeps little
    server: Option<Box<Server>>,
    sessions: BTreeMap<u32, SessionState>,
    producers: BTreeMap<u32, ProducerState>,
    consumers: BTreeMap<u32, ConsumerState>,
    browsers: BTreeMap<u32, BrowserState>,
    temporaries: Temporaries,
    unsubscribing: BTreeMap<u32, Unsubscribing>,
    subscriptions: Known,
    next_key: u32,
    next_arrival: u64,
    started: bool,
    /// The time of the present step
    now: Instant,
    clamp: Clamp,
    pool: Pool,
    /// Topic sends carry the connection's mark, because a consumer filters no-local here
    mark_origin: bool,
    /// What the server has detached and that is attached again
    detached_receivers: Vec<Owner>,
    /// Links whose attach waits until another of the same name is gone
    waiting_for_names: Vec<Owner>,
    /// Consumers and browsers whose drains may have to be asked for again
    drains: BTreeSet<u32>,
    /// When the acknowledgements of a consumer's batch have been held back for long enough
    held_back: VecDeque<(Instant, u32)>,
    /// Bytes of held sends that wait to be sent again, over all outboxes
    queued_bytes: usize,
    /// Producers whose sends wait for room in the output (D21)
    room_waiters: Vec<u32>,
    /// The completions of sessions that have sent asynchronously
    completers: BTreeMap<u32, Completer>,
    /// Bytes of asynchronous sends whose callbacks have not returned
    promised_bytes: usize,
    /// Producers whose asynchronous sends wait for others to complete (D21)
    window_waiters: Vec<u32>,
    /// Memory for a list of producers
    kept: Vec<u32>,
    /// Producers whose sends the events under way have answered
    answered: Vec<u32>,
    /// Acknowledgements sent unsettled whose confirmation is awaited (D2)
    confirming: HashSet<(LinkId, u32)>,
    effects: Effects,
}

impl Model {
    /// The state of a connection that has not connected yet.
    pub fn new(
        basis: Basis,
        client_id: Option<String>,
        container_id: String,
        now: Instant,
    ) -> Model {
        Model {
            life: Life::new(client_id, container_id),
            notices: Notices::default(),
            server: None,
            sessions: BTreeMap::new(),
            producers: BTreeMap::new(),
            consumers: BTreeMap::new(),
            browsers: BTreeMap::new(),
            temporaries: Temporaries::default(),
            unsubscribing: BTreeMap::new(),
            subscriptions: Known::new(),
            next_key: 0,
            next_arrival: 0,
            started: false,
            now,
            clamp: Clamp::new(basis.options.buffer_limit),
            pool: Pool::default(),
            mark_origin: false,
            detached_receivers: Vec::new(),
            waiting_for_names: Vec::new(),
            drains: BTreeSet::new(),
            held_back: VecDeque::new(),
            queued_bytes: 0,
            room_waiters: Vec::new(),
            completers: BTreeMap::new(),
            promised_bytes: 0,
            window_waiters: Vec::new(),
            kept: Vec::new(),
            answered: Vec::new(),
            confirming: HashSet::new(),
            effects: Effects::default(),
            basis,
        }
    }

    /// What is to be done outside.
    pub fn effects(&mut self) -> &mut Effects {
        &mut self.effects
    }

    /// A key for a new object; keys grow, so maps keep creation order.
    pub fn key(&mut self) -> u32 {
        self.next_key += 1;
        self.next_key
    }

    /// The present incarnation's number and profile.
    pub fn server(&self) -> Option<(u32, &Arc<Profile>)> {
        let server = self.server.as_ref()?;
        Some((server.epoch(), server.profile()))
    }

    /// Number of the present incarnation, if there is one.
    pub fn present(&self) -> Option<u32> {
        self.server.as_ref().map(|server| server.epoch())
    }

    /// Number of the present or last incarnation.
    pub fn epoch(&self) -> u32 {
        self.life.epoch()
    }

    /// Messages are delivered.
    pub fn is_started(&self) -> bool {
        self.started
    }

    /// Starts delivery. False: it was started.
    pub fn start(&mut self) -> bool {
        self.life.use_it();
        if self.started {
            return false;
        }
        self.started = true;
        self.grant_all();
        self.effects.wake_everyone();
        true
    }

    /// Stops delivery: the credit is taken back, what dispatchers hold comes back.
    pub fn stop(&mut self) {
        self.life.use_it();
        self.started = false;
        self.withdraw_credit();
        self.interrupt_all();
    }

    /// The mark that a topic send carries for consumers that filter no-local in this library.
    pub fn origin_mark(&self) -> Option<&str> {
        self.mark_origin.then(|| self.life.container_id())
    }

    /// How long a begin or attach may stay unanswered.
    pub fn request_timeout(&self) -> Duration {
        self.life.request_timeout()
    }

    /// Runs what is due at `now`: heartbeats, acknowledgements, attaches and drains again, limits of answers. When the next is due.
    pub fn tick(&mut self, now: Instant) -> Option<Instant> {
        self.now = now;
        let timer = self.server.as_mut()?.tick(now);
        self.give_up_unanswered(now);
        let again = self.attach_again(now);
        let drains = self.drain_again(now);
        let unsettled = self.settle_held_back(now);
        let server = self.server.as_ref()?;
        [timer, again, drains, unsettled, server.next_deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Forgets the definitions of a closed connection: sessions, producers and consumers that the program has not closed
    /// keep what is left of it, and that must be little.
    pub fn shed(&mut self) {
        let producers = self.producers_of(None);
        self.give_up_promises(&producers);
        self.sessions = BTreeMap::new();
        self.producers = BTreeMap::new();
        self.consumers = BTreeMap::new();
        self.browsers = BTreeMap::new();
        self.temporaries = Temporaries::default();
        self.unsubscribing = BTreeMap::new();
        self.subscriptions = Known::new();
        self.queued_bytes = 0;
        self.room_waiters = Vec::new();
        self.detached_receivers = Vec::new();
        self.window_waiters = Vec::new();
        self.waiting_for_names = Vec::new();
        self.drains = BTreeSet::new();
        self.held_back = VecDeque::new();
        self.confirming = HashSet::new();
        self.pool = Pool::default();
        self.notices = Notices::default();
        self.effects.wake_everyone();
    }
}
