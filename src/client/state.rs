//! What a connection's lock guards: its state, the present incarnation on the wire, and the
//! definitions of its sessions, producers and consumers.
//!
//! Every object keeps its *definition* here for its whole life; the fields named `link` or `wire`
//! are its *incarnation*, valid for one epoch and cleared by the loss of the connection.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::Condvar;

use super::gate::State;
use super::model::outbox::Outbox;
use super::model::pool::Pool;
use super::model::ready::Ready;
use super::model::sender::Senders;
use super::profile::Profile;
use super::trace_frames::FrameTrace;
use super::wire::Farewell;
use crate::amqp::engine::{Engine, LinkId, SessionId};
use crate::amqp::performative::AmqpError;
use crate::message::{Delivery, Destination, Message};
use crate::status::{Error, Status};
use crate::transport::{Stream, Waker};

/// How a session acknowledges (spec 20 §1.3); the numbers are those of `tibemsAcknowledgeMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcknowledgeMode {
    Transacted = 0,
    Auto = 1,
    Client = 2,
    DupsOk = 3,
    No = 22,
    Explicit = 23,
    ExplicitDupsOk = 24,
}

impl AcknowledgeMode {
    /// A non-transacted mode by its number (spec 20 §1.2).
    pub fn from_number(number: i32) -> Option<Self> {
        Some(match number {
            1 => Self::Auto,
            2 => Self::Client,
            3 => Self::DupsOk,
            22 => Self::No,
            23 => Self::Explicit,
            24 => Self::ExplicitDupsOk,
            _ => return None,
        })
    }

    /// The program acknowledges, so the session remembers what it handed out.
    pub fn by_program(self) -> bool {
        matches!(self, Self::Client | Self::Explicit | Self::ExplicitDupsOk)
    }

    /// Acknowledgements are sent lazily.
    pub fn lazy(self) -> bool {
        matches!(self, Self::DupsOk | Self::ExplicitDupsOk)
    }
}

/// Who is told about the answer to something on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A call that waits under this ticket.
    Call(u64),
    /// A running producer: key, index of its sending link.
    Producer(u32, usize),
    /// A running consumer.
    Consumer(u32),
    /// A consumer that is being attached again (`reattach.rs`).
    Again(u32),
    /// A session.
    Session(u32),
    /// Nobody any more; the entry goes with the link's end.
    Nobody,
}

/// The answer to a begin, attach, detach or end.
#[derive(Debug)]
pub enum Answer {
    Begun,
    Attached {
        filters: Vec<String>,
    },
    /// Refused, or ended: the waiting call knows what it asked for and finds the status.
    Refused(Option<AmqpError>),
    /// The connection was lost before the answer.
    Lost,
}

/// The present incarnation: one socket, one engine.
pub struct Wire {
    pub epoch: u32,
    pub engine: Engine,
    pub stream: Arc<Stream>,
    /// Wakes this incarnation's I/O thread.
    pub waker: Arc<Waker>,
    /// Who is told about each link, and the session that it goes with.
    pub owners: HashMap<LinkId, (Owner, SessionId)>,
    pub sessions: HashMap<SessionId, Owner>,
    pub profile: Arc<Profile>,
    pub trace: Option<Box<FrameTrace>>,
    /// A thread is writing outside the lock.
    pub writing: bool,
    /// The socket was full; the I/O thread waits until it takes bytes again.
    pub blocked: bool,
    /// Why nothing can be written any more; what the server said before is still read.
    pub write_failed: Option<String>,
    /// The I/O thread waits for events; whoever leaves work for it wakes it.
    pub io_asleep: bool,
    /// Output that the socket did not take: bytes and how many of them are written.
    pub unsent: (Vec<u8>, usize),
    /// Bytes that a thread is writing now, outside the lock.
    pub in_hand: usize,
    /// An empty buffer for the next output.
    pub spare: Vec<u8>,
    /// Bytes handed to the system in this incarnation.
    pub written: u64,
    /// Acknowledgements wait to be written now.
    pub urgent: bool,
    /// When lazy acknowledgements must be written.
    pub lazy_deadline: Option<Instant>,
    /// Whose held sends stand in the output, in its order.
    pub tail: VecDeque<Stretch>,
}

/// A stretch of the output with held sends of one producer.
pub struct Stretch {
    pub producer: u32,
    pub start: u64,
    pub end: u64,
}

/// A session's definition and incarnation.
pub struct SessionState {
    pub mode: AcknowledgeMode,
    pub wire: Option<SessionId>,
    /// Ended by the server: what every call but Close returns.
    pub failed: Option<Error>,
    /// Closed by the program; goes when the close has done its work.
    pub closed: bool,
    /// Closed inside its own listener: the dispatcher does the rest of the close.
    pub closed_inside: bool,
    /// Wakes the dispatcher and those who wait for callbacks to end.
    pub cv: Arc<Condvar>,
    pub dispatcher: bool,
    /// Consumers with a listener, and those of them without prefetch.
    pub listening: u32,
    pub unprefetched: Vec<u32>,
    /// What waits for the listeners.
    pub ready: Ready,
    /// Callbacks and hand-outs under way.
    pub busy: u32,
    /// How many of these wait for callbacks to end.
    pub parked: u32,
    /// Messages handed to the program and not acknowledged, by order of hand-out.
    pub unacknowledged: BTreeMap<u64, Handed>,
    pub next_handed: u64,
    /// The message of the running callback was recovered and is not acknowledged at its return.
    pub current_recovered: bool,
    /// Lazy acknowledgements not yet written.
    pub lazy: u32,
    /// A Recover is draining; nothing is handed out meanwhile.
    pub recovering: bool,
}

/// A delivery in the hands of the program.
#[derive(Clone, Copy, Debug)]
pub struct Handed {
    pub consumer: u32,
    pub link: LinkId,
    pub delivery_id: u32,
}

/// A producer's definition and incarnation.
pub struct ProducerState {
    pub session: u32,
    pub name: String,
    pub closed: bool,
    pub cv: Arc<Condvar>,
    pub senders: Senders,
    pub outbox: Outbox,
    /// Threads inside a send.
    pub sending: u32,
}

/// What a message listener is called with: the message, and its delivery in the modes in which the
/// program acknowledges.
pub type MessageCall = dyn Fn(Message, Option<Arc<dyn Delivery>>) + Send + Sync;
/// What an exception listener is called with: the status, and the text for the error context.
pub type ExceptionCall = dyn Fn(Status, &str) + Send + Sync;

/// Called for each message of a consumer. The numbers let the C side give callback and closure back.
#[derive(Clone)]
pub struct MessageListener {
    pub callback: usize,
    pub closure: usize,
    pub call: Arc<MessageCall>,
}

/// Called when the connection has a problem.
#[derive(Clone)]
pub struct ExceptionListener {
    pub callback: usize,
    pub closure: usize,
    pub call: Arc<ExceptionCall>,
}

/// What is needed to attach a consumer again.
#[derive(Clone, Debug)]
pub struct ConsumerDefinition {
    pub destination: Destination,
    pub selector: Option<String>,
    pub no_local: bool,
    pub name: String,
    pub presettled: bool,
    /// Acknowledgements may wait for each other
    pub lazy: bool,
}

/// A message that waits to be handed out.
#[derive(Debug)]
pub struct Buffered {
    /// Order of arrival over all consumers of the connection.
    pub order: u64,
    pub at: Instant,
    pub delivery_id: u32,
    pub settled: bool,
    pub payload: Bytes,
}

/// How many messages a consumer may have in advance (D15).
#[derive(Clone, Copy, Debug)]
pub struct Prefetch {
    pub limit: u32,
    pub start: u32,
    pub adaptive: bool,
}

/// A consumer's definition and incarnation.
pub struct ConsumerState {
    pub session: u32,
    pub definition: ConsumerDefinition,
    pub link: Option<LinkId>,
    pub closed: bool,
    /// Closed inside its own listener: the dispatcher does the rest of the close.
    pub closed_inside: bool,
    /// Closed, but its link stays until the messages in the program's hands are settled (CLIENT).
    pub kept: bool,
    /// Closed by the server: what every call but Close returns.
    pub failed: Option<Error>,
    pub cv: Arc<Condvar>,
    pub buffer: VecDeque<Buffered>,
    pub buffered_bytes: usize,
    pub prefetch: Prefetch,
    pub listener: Option<MessageListener>,
    /// Threads blocked in a receive.
    pub receiving: u32,
    /// Callbacks and hand-outs under way.
    pub busy: u32,
    /// How many of these wait for callbacks to end.
    pub parked: u32,
    /// Detaches by the server since the last message (`reattach.rs`).
    pub detaches: u32,
    /// A drain is under way; credit is not renewed meanwhile.
    pub draining: bool,
    /// The server does not filter no-local; the library does (spec 40 §1.11).
    pub filter_local: bool,
}

/// Something for the exception listener.
#[derive(Clone, Debug)]
pub struct ExceptionEvent {
    pub status: Status,
    pub text: String,
}

/// Everything behind a connection's lock.
pub struct Core {
    pub state: State,
    /// Why there is no server; the text of every call that fails for it.
    pub cause: Error,
    pub epoch: u32,
    /// How often no automatic reconnect was left: what is recovered after that is another connection to calls
    /// that were in flight, however late they hear of it (U15).
    pub breaks: u32,
    pub wire: Option<Wire>,
    /// The connection was closed inside a listener of this session: its dispatcher does the rest.
    pub goodbye_in: Option<u32>,
    /// What the last lost incarnation could not say yet.
    pub farewell: Option<Farewell>,
    pub started: bool,
    /// Used in a way that fixes the client id (C26).
    pub used: bool,
    pub client_id: Option<String>,
    pub container_id: String,
    /// Place in the URL list of the present or last server.
    pub active: (usize, usize),
    pub sessions: BTreeMap<u32, SessionState>,
    pub producers: BTreeMap<u32, ProducerState>,
    pub consumers: BTreeMap<u32, ConsumerState>,
    pub next_key: u32,
    pub next_ticket: u64,
    pub next_order: u64,
    pub answers: HashMap<u64, Option<Answer>>,
    /// Consumers to be attached again, and when.
    pub reattach: Vec<(Instant, u32)>,
    /// Topic sends carry the connection's mark, because a consumer filters no-local here.
    pub mark_origin: bool,
    pub buffered_bytes: usize,
    /// Credit was withheld because too much is buffered.
    pub throttled: bool,
    pub listener: Option<ExceptionListener>,
    pub events: VecDeque<ExceptionEvent>,
    pub listener_thread: bool,
    /// A listener invocation for a break is running.
    pub listener_running: bool,
    /// Number of the RecoverConnection under way or last done, and how it ended.
    pub recovery: u64,
    pub recovery_result: Option<Error>,
    /// A RecoverConnection failed inside the running listener invocation (U17).
    pub recovery_failed_in_listener: bool,
    pub request_timeout: Duration,
    /// Threads that wait for output to be handed over: unconfirmed sends (D5), a close.
    pub output_waiters: u32,
    /// Producers whose sends wait for room in the output (D21).
    pub room_waiters: Vec<u32>,
    /// Bytes of held sends that wait to be sent again.
    pub queued_bytes: usize,
    /// Memory of encoded messages.
    pub pool: Pool,
    /// Acknowledgements sent unsettled whose confirmation is awaited (D2).
    pub confirming: HashSet<(LinkId, u32)>,
}

impl Core {
    /// The state of a connection that has not connected yet.
    pub fn new(client_id: Option<String>, container_id: String) -> Core {
        Core {
            state: State::Connected,
            cause: Error::new(Status::TIBEMS_SERVER_NOT_CONNECTED, "not connected yet"),
            epoch: 0,
            breaks: 0,
            wire: None,
            goodbye_in: None,
            farewell: None,
            started: false,
            used: false,
            client_id,
            container_id,
            active: (0, 0),
            sessions: BTreeMap::new(),
            producers: BTreeMap::new(),
            consumers: BTreeMap::new(),
            next_key: 0,
            next_ticket: 0,
            next_order: 0,
            answers: HashMap::new(),
            reattach: Vec::new(),
            mark_origin: false,
            buffered_bytes: 0,
            throttled: false,
            listener: None,
            events: VecDeque::new(),
            listener_thread: false,
            listener_running: false,
            recovery: 0,
            recovery_result: None,
            recovery_failed_in_listener: false,
            request_timeout: Duration::from_secs(60),
            output_waiters: 0,
            room_waiters: Vec::new(),
            queued_bytes: 0,
            pool: Pool::default(),
            confirming: HashSet::new(),
        }
    }

    /// The server has settled an acknowledgement that we sent unsettled.
    pub fn confirm(&mut self, link: LinkId, delivery_id: u32) {
        self.confirming.remove(&(link, delivery_id));
    }

    /// A key for a new object; keys grow, so maps keep creation order.
    pub fn key(&mut self) -> u32 {
        self.next_key += 1;
        self.next_key
    }

    /// The error of a call that the gate refused.
    pub fn refusal(&self, status: Status) -> Error {
        match status {
            Status::TIBEMS_SERVER_NOT_CONNECTED | Status::TIBEMS_UFO_CONNECTION_FAILURE => {
                Error::new(status, format!("{}: {}", status.text(), self.cause.text))
            }
            Status::TIBEMS_ILLEGAL_STATE => Error::new(status, "the connection is closed"),
            _ => Error::from(status),
        }
    }

    /// Forgets the definitions of a closed connection: its handle stays known for the life of the process
    /// (C31), and what it keeps must be little.
    pub fn shed(&mut self) {
        self.wake_all();
        self.sessions = BTreeMap::new();
        self.producers = BTreeMap::new();
        self.queued_bytes = 0;
        self.pool = Pool::default();
        self.consumers = BTreeMap::new();
        self.events = VecDeque::new();
        self.listener = None;
    }

    /// Wakes every thread that waits for anything of this connection.
    pub fn wake_all(&self) {
        for session in self.sessions.values() {
            session.cv.notify_all();
        }
        for producer in self.producers.values() {
            producer.cv.notify_all();
        }
        for consumer in self.consumers.values() {
            consumer.cv.notify_all();
        }
    }
}
