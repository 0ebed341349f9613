//! The present incarnation: one engine on one server, who owns which link and session, and how far its output is with the
//! system. Valid for one epoch; a loss drops it whole.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::acknowledge::Receipt;
use super::link::Owner;
use super::outbox::{Place, Ticket};
use crate::amqp::engine::{Engine, EngineState, Event, LinkId, Send, SendError, SessionId, Settle};
use crate::client::rules::profile::Profile;

/// Bytes of one producer's held sends whose memory is given back in one step.
const STRETCH: u64 = 16 * 1024;

/// A stretch of the output with held sends of one producer.
struct Stretch {
    producer: u32,
    start: u64,
    end: u64,
}

/// What an answer is awaited to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
    Begin(u32),
    Attach(LinkId, Owner),
    /// Of the transaction with this token
    Declare(u32, Ticket),
    /// The end of a link whose name another one is to have
    Name(Owner),
}

/// How a message is put into the output.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind<'a> {
    /// Nothing more will be heard of it
    Settled,
    Unsettled,
    /// Unsettled, in the transaction with this id
    Transacted(&'a [u8]),
}

/// A link, who is told about it, and its session.
type Owned = (LinkId, Owner, SessionId);

/// The incarnation.
pub(super) struct Server {
    epoch: u32,
    pub(super) engine: Engine,
    profile: Arc<Profile>,
    /// By the number of the link
    owners: Vec<Option<Owned>>,
    /// Of links whose end is still to be told, while another has their number already
    displaced: Vec<Owned>,
    sessions: HashMap<SessionId, u32>,
    /// When the answer to a request comes too late; all have the same limit, so they are in order
    requests: VecDeque<(Instant, Request)>,
    /// Bytes handed to the system
    written: u64,
    /// Bytes that a thread is handing over just now
    in_hand: u64,
    /// Whose held sends stand in the output, in its order
    tail: VecDeque<Stretch>,
    /// Acknowledgements wait to be written now
    due: bool,
    /// When lazy acknowledgements must be written
    lazy_deadline: Option<Instant>,
    /// When the thread that runs the timeouts looks for them, not later. It stays when they are written before, so that
    /// those behind them need not wake that thread
    lazy_look: Option<Instant>,
}

impl Server {
    /// An engine that has written this many bytes so far.
    pub fn new(epoch: u32, engine: Engine, profile: Arc<Profile>, written: u64) -> Server {
        Server {
            epoch,
            engine,
            profile,
            owners: Vec::new(),
            displaced: Vec::new(),
            sessions: HashMap::new(),
            requests: VecDeque::new(),
            written,
            in_hand: 0,
            tail: VecDeque::new(),
            due: false,
            lazy_deadline: None,
            lazy_look: None,
        }
    }

    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    pub fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }

    /// Who is told about a link.
    pub fn owner(&self, link: LinkId) -> Option<Owner> {
        match self.owners.get(link.index())? {
            Some((id, owner, _)) if *id == link => Some(*owner),
            _ => {
                let mut displaced = self.displaced.iter();
                displaced.find_map(|(id, owner, _)| (*id == link).then_some(*owner))
            }
        }
    }

    /// Links of which somebody is told.
    #[cfg(test)]
    pub fn owned(&self) -> Vec<Owner> {
        let all = self.owners.iter().flatten().chain(&self.displaced);
        all.map(|(_, owner, _)| *owner).collect()
    }

    /// Makes `owner` the one who is told about a link of a session, also when its end is all that is to be told.
    pub fn own(&mut self, link: LinkId, session: SessionId, owner: Owner) {
        if self.owners.len() <= link.index() {
            self.owners.resize(link.index() + 1, None);
        }
        if let Some(place) = self.owners.get_mut(link.index()) {
            self.displaced.extend(place.replace((link, owner, session)));
        }
    }

    /// Nobody is told about a link any more; who was.
    pub fn disown(&mut self, link: LinkId) -> Option<Owner> {
        let place = self.owners.get_mut(link.index())?;
        if let Some((_, owner, _)) = place.take_if(|(id, ..)| *id == link) {
            return Some(owner);
        }
        let at = self.displaced.iter().position(|(id, ..)| *id == link)?;
        Some(self.displaced.swap_remove(at).1)
    }

    /// Detaches a link that is nobody's business any more.
    pub fn close_link(&mut self, link: LinkId) {
        self.disown(link);
        self.engine.leave(link);
    }

    /// The session of this number on the wire.
    pub fn session(&self, id: SessionId) -> Option<u32> {
        self.sessions.get(&id).copied()
    }

    /// Makes a session the one that is told.
    pub fn own_session(&mut self, id: SessionId, key: u32) {
        self.sessions.insert(id, key);
    }

    /// A session is over, and its links with it.
    pub fn disown_session(&mut self, id: SessionId) -> Option<u32> {
        for place in &mut self.owners {
            place.take_if(|(_, _, of)| *of == id);
        }
        self.displaced.retain(|(_, _, of)| *of != id);
        self.sessions.remove(&id)
    }

    /// Ends a session that is nobody's business any more.
    pub fn end_session(&mut self, id: SessionId) {
        self.disown_session(id);
        self.engine.end(id, None);
    }

    /// The answer to this is awaited until `limit`.
    pub fn expect(&mut self, limit: Option<Instant>, request: Request) {
        if let Some(limit) = limit {
            self.requests.push_back((limit, request));
        }
    }

    /// When the next answer comes too late.
    pub fn answer_limit(&self) -> Option<Instant> {
        self.requests.front().map(|(limit, _)| *limit)
    }

    /// The first request, and when its answer comes too late.
    pub fn first_request(&self) -> Option<(Instant, Request)> {
        self.requests.front().copied()
    }

    /// The first request is answered, or given up.
    pub fn drop_first_request(&mut self) {
        self.requests.pop_front();
    }

    /// Settles a delivery, if the server is to hear of it; whether it is.
    pub fn settle(&mut self, link: LinkId, receipt: Receipt, settle: Settle) -> bool {
        if let Some(id) = receipt.owed() {
            self.engine.settle(link, id, settle, true, None);
        }
        receipt.owed().is_some()
    }

    /// Puts a message of a producer into the output, by the link with this number among its own: its place there.
    pub fn put(
        &mut self,
        (link, number): (LinkId, usize),
        payload: &[u8],
        kind: Kind<'_>,
        token: Ticket,
    ) -> std::result::Result<Place, SendError> {
        let from = self.engine.queued_bytes();
        let send = Send {
            payload,
            settled: matches!(kind, Kind::Settled),
            txn: match kind {
                Kind::Transacted(txn) => Some(txn),
                Kind::Settled | Kind::Unsettled => None,
            },
            token,
        };
        self.engine.send(link, send)?;
        let whole = !self.engine.is_cut(link);
        Ok(Place {
            link: number,
            from,
            end: whole.then(|| self.engine.queued_bytes()),
            size: payload.len(),
        })
    }

    /// A held send of a producer stands in the output up to this position. Events tell some of them late.
    pub fn stretch(&mut self, producer: u32, end: u64) {
        let end = self.tail.back().map_or(end, |last| last.end.max(end));
        match self.tail.back_mut() {
            Some(last) if last.producer == producer && end - last.start < STRETCH => last.end = end,
            _ => {
                let start = self.tail.back().map_or(end, |last| last.end);
                self.tail.push_back(Stretch {
                    producer,
                    start,
                    end,
                });
            }
        }
    }

    /// A thread hands this many bytes of the output to the system.
    pub fn handing(&mut self, bytes: usize) {
        self.in_hand = bytes as u64;
    }

    /// And these, behind them.
    pub fn handing_also(&mut self, bytes: usize) {
        self.in_hand += bytes as u64;
    }

    /// The system has taken this many of them.
    pub fn handed(&mut self, bytes: usize) {
        self.written += bytes as u64;
        self.in_hand = 0;
    }

    /// The next producer whose held sends are with the system.
    pub fn next_handed(&mut self) -> Option<u32> {
        let written = self.written;
        let front = self.tail.front()?;
        if front.end > written {
            return None;
        }
        self.tail.pop_front().map(|stretch| stretch.producer)
    }

    /// Bytes handed to the system.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// How far the server may have read: what a thread is writing just now may have gone out.
    pub fn reached(&self) -> u64 {
        self.written + self.in_hand
    }

    /// Bytes that are made and not handed over.
    pub fn unwritten(&self) -> usize {
        let in_output = self.engine.queued_bytes().saturating_sub(self.written);
        usize::try_from(in_output).unwrap_or(usize::MAX) + self.engine.cut_bytes()
    }

    /// The `close` with which the engine has ended, and what stands before it.
    pub fn last_words(&mut self) -> Vec<u8> {
        let mut words = Vec::new();
        let state = self.engine.state();
        if matches!(state, EngineState::Closing | EngineState::Closed) {
            self.engine.take_output(&mut words);
        }
        words
    }

    /// Something is to be written now.
    pub fn is_due(&self) -> bool {
        self.due || self.engine.output_len() > 0
    }

    /// Acknowledgements that could wait shall not.
    pub fn make_due(&mut self) {
        self.due = true;
    }

    /// Lazy acknowledgements wait no longer than this. True when nobody would look for them by then.
    pub fn write_within(&mut self, now: Instant, span: Duration) -> bool {
        let deadline = *self.lazy_deadline.get_or_insert(now + span);
        let new = self.lazy_look.is_none();
        self.lazy_look.get_or_insert(deadline);
        new
    }

    /// Everything that is to be written, acknowledgements too.
    pub fn take_output(&mut self, into: &mut Vec<u8>) {
        self.engine.take_output(into);
        self.due = false;
        self.lazy_deadline = None;
    }

    /// Runs the engine's timers and that of lazy acknowledgements; when the engine's next is due.
    pub fn tick(&mut self, now: Instant) -> Option<Instant> {
        if self.lazy_deadline.is_some_and(|deadline| deadline <= now) {
            self.due = true;
        }
        if self.lazy_look.is_some_and(|look| look <= now) {
            self.lazy_look = self.lazy_deadline.filter(|_| !self.due);
        }
        self.engine.tick(now)
    }

    /// When the next answer comes too late, or lazy acknowledgements must go.
    pub fn next_deadline(&self) -> Option<Instant> {
        let request = self.answer_limit();
        [request, self.lazy_look].into_iter().flatten().min()
    }

    /// What happened next.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.engine.poll_event()
    }
}
