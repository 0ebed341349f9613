//! The sends of one producer, in the order of their calls, from the call to the outcome (spec 20 §3, D13, D16).
//!
//! The only place where the fate of a message is decided. A send is *not sent* until its last byte may have left; then
//! its outcome is *unknown* until the server says more. Three kinds: an *awaited* send, whose caller keeps the message and
//! comes back for the verdict; a *held* one, whose caller is gone: the outbox keeps its bytes until the system has
//! them, and sends them again where they were not sent; and a *promised* one, whose bytes are kept until its verdict, which
//! goes to a callback, in the order of the sends. The order never changes, over any number of losses. A send of another
//! kind, promised or not, is *enrolled* in a transaction: its caller is gone, its verdict is the transaction's, and a loss takes both.
//!
//! Positions count the bytes of the output of the present incarnation. Nothing here blocks or calls out.
//!
//! `owed` is what sends without a caller owe: promises to callbacks, their share to transactions; `parting` is what they
//! come to when their link or server goes.

mod owed;
mod parting;

pub use owed::Enrolled;
pub use parting::Parting;

use std::collections::VecDeque;
use std::sync::Arc;

use super::promise::Promise;
use crate::amqp::engine::Outcome;
use crate::client::rules::profile::Profile;
use crate::message::Destination;
use crate::status::Error;

/// The number of a send: its token on the wire.
pub type Ticket = u64;

/// What has become of an awaited send.
#[derive(Debug)]
pub enum Verdict {
    Outcome(Outcome),
    /// The connection was lost; not `sent`: its last byte had certainly not left.
    Lost {
        sent: bool,
    },
    /// The link was closed by the server.
    LinkFailed(Error),
    /// The server took the link away without a reason: the send may be repeated once.
    Detached(Error),
}

/// Where a send stands in the output.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Number of its link among those of the producer
    pub link: usize,
    /// Where it begins
    pub from: u64,
    /// Where it ends; none: a part of it is in no frame yet
    pub end: Option<u64>,
    /// Bytes of the message
    pub size: usize,
}

/// A message that nobody waits for.
#[derive(Debug)]
pub struct Parcel {
    /// None: the producer's own destination
    pub to: Option<Destination>,
    pub payload: Vec<u8>,
    /// The server that its addresses were made for, once that is lost
    pub made_for: Option<Arc<Profile>>,
    /// The server does not answer it
    pub settled: bool,
}

/// Where a send stands.
#[derive(Debug)]
enum Stage {
    /// In no output.
    Queued,
    /// In the output.
    Begun(Place),
    /// A held one that ends here in the output and may have left, by a link that is gone.
    Left(u64),
    /// Decided, and its caller has not come yet.
    Settled(Verdict),
    /// Nothing more is to be known of it.
    Done,
}

#[derive(Debug)]
struct Entry {
    stage: Stage,
    /// Of a held or promised send
    parcel: Option<Parcel>,
    /// Of a send in a transaction
    enrolled: Option<Enrolled>,
    /// Of a promised send, until its verdict is taken
    promise: Option<Promise>,
}

impl Entry {
    /// Nothing more is to be known of it but by a callback.
    fn fail(&mut self, error: &Error) {
        if self.promise.is_some() {
            return self.stage = Stage::Settled(Verdict::LinkFailed(error.clone()));
        }
        self.stage = Stage::Done;
        self.parcel = None;
    }

    /// The server answers it.
    fn is_answered(&self) -> bool {
        self.parcel.as_ref().is_none_or(|parcel| !parcel.settled)
    }

    /// The system has the last byte of one that the server does not answer. Memory that is free then.
    fn hand_over(&mut self) -> Option<Vec<u8>> {
        if self.promise.is_some() {
            self.stage = Stage::Settled(Verdict::Outcome(Outcome::Accepted));
            return None;
        }
        self.stage = Stage::Done;
        self.parcel.take().map(|parcel| parcel.payload)
    }
}

/// The queue.
#[derive(Debug, Default)]
pub struct Outbox {
    entries: VecDeque<Entry>,
    /// Number of the first entry
    first: Ticket,
    /// No held send before this one has anything left to do
    scan: Ticket,
    /// No send before this one is queued
    cursor: Ticket,
    queued: usize,
    queued_bytes: usize,
    /// No promise before this one is open
    told: Ticket,
    /// Promises without a verdict that is taken
    promised: usize,
    /// Where the last send ends of which all is in the output
    last_end: u64,
    /// The send behind it of which a part is in no frame yet, and its link
    cut: Option<(Ticket, usize)>,
    /// By link, on its present incarnation: the largest send that has left and of which nobody will tell any more
    gone: Vec<usize>,
}

impl Outbox {
    /// The number of the next send.
    pub fn next(&self) -> Ticket {
        self.first + self.entries.len() as u64
    }

    /// Nothing is known of any send.
    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Something waits to be sent again; it goes before anything new (D16).
    pub fn waits(&self) -> bool {
        self.queued > 0
    }

    /// How many wait to be sent again.
    pub fn queued(&self) -> usize {
        self.queued
    }

    /// The sends under way: those whose callers wait for an outcome, and those that nobody waits for.
    pub fn under_way(&self) -> (usize, usize) {
        let under_way = |entry: &&Entry| !matches!(entry.stage, Stage::Settled(_) | Stage::Done);
        let all = self.entries.iter().filter(under_way).count();
        let entries = self.entries.iter().filter(under_way);
        let held = entries.filter(|entry| !entry.is_answered()).count();
        (all - held, held)
    }

    /// Bytes that wait to be sent again.
    pub fn queued_bytes(&self) -> usize {
        self.queued_bytes
    }

    /// Bytes of this producer are not with the system yet; it has had `written` of this incarnation's output.
    pub fn is_unwritten(&self, written: u64) -> bool {
        self.waits() || self.cut.is_some() || self.last_end > written
    }

    /// An awaited send is in the output.
    pub fn begin_awaited(&mut self, place: Place) -> Ticket {
        self.push(place, None, None, None)
    }

    /// A held send is in the output.
    pub fn begin_held(&mut self, place: Place, parcel: Parcel) {
        self.push(place, Some(parcel), None, None);
    }

    fn push(
        &mut self,
        place: Place,
        parcel: Option<Parcel>,
        enrolled: Option<Enrolled>,
        promise: Option<Promise>,
    ) -> Ticket {
        debug_assert!(!self.waits(), "new before old");
        let ticket = self.next();
        self.cursor = ticket + 1;
        self.begun(ticket, place);
        self.entries.push_back(Entry {
            stage: Stage::Begun(place),
            parcel,
            enrolled,
            promise,
        });
        ticket
    }

    fn begun(&mut self, ticket: Ticket, place: Place) {
        match place.end {
            Some(end) => self.last_end = end,
            None => self.cut = Some((ticket, place.link)),
        }
    }

    /// A send is out of sight that may have left: it may be the one that is too large.
    fn lose_sight(gone: &mut Vec<usize>, place: Place) {
        if gone.len() <= place.link {
            gone.resize(place.link + 1, 0);
        }
        if let Some(largest) = gone.get_mut(place.link) {
            *largest = (*largest).max(place.size);
        }
    }

    fn entry(&mut self, ticket: Ticket) -> Option<&mut Entry> {
        let index = usize::try_from(ticket.checked_sub(self.first)?).ok()?;
        self.entries.get_mut(index)
    }

    /// The rest of a send that the session window had cut off is in the output.
    pub fn complete(&mut self, ticket: Ticket, position: u64) {
        if self.cut.take_if(|(cut, _)| *cut == ticket).is_some() {
            self.last_end = position;
        }
        if let Some(Entry {
            stage: Stage::Begun(place),
            ..
        }) = self.entry(ticket)
        {
            place.end = Some(position);
        }
    }

    /// The server's verdict on the sends from `first` to `last`, one behind the other. What was in a transaction is `left`: it is
    /// that one's now, and nothing more is to be known of it here, but by a callback; nor of what nobody waits for or was
    /// given up.
    pub fn answer(
        &mut self,
        (first, last): (Ticket, Ticket),
        outcome: &Outcome,
        mut left: impl FnMut(Enrolled),
    ) {
        for ticket in first.max(self.first)..=last {
            let Some(entry) = self.entry(ticket) else {
                break;
            };
            let settled = || Stage::Settled(Verdict::Outcome(outcome.clone()));
            if let Some(enrolled) = entry.enrolled.take() {
                entry.stage = match entry.promise {
                    Some(_) => settled(),
                    None => Stage::Done,
                };
                left(enrolled);
            } else if entry.is_answered() && matches!(entry.stage, Stage::Begun(_)) {
                entry.stage = settled();
            }
        }
        self.shorten();
    }

    /// The verdict on an awaited send is there.
    pub fn is_settled(&self, ticket: Ticket) -> bool {
        let index = ticket.checked_sub(self.first);
        let entry = index.and_then(|index| self.entries.get(usize::try_from(index).ok()?));
        entry.is_some_and(|entry| matches!(entry.stage, Stage::Settled(_)))
    }

    /// Takes the verdict on an awaited send, if there is one.
    pub fn take(&mut self, ticket: Ticket) -> Option<Verdict> {
        let entry = self.entry(ticket)?;
        if entry.promise.is_some() || !matches!(entry.stage, Stage::Settled(_)) {
            return None;
        }
        let stage = std::mem::replace(&mut entry.stage, Stage::Done);
        self.shorten();
        match stage {
            Stage::Settled(verdict) => Some(verdict),
            _ => None,
        }
    }

    /// Nobody waits for this send any more: its verdict is swallowed when it comes.
    pub fn abandon(&mut self, ticket: Ticket) {
        if let Some(entry) = self.entry(ticket)
            && entry.parcel.is_none()
        {
            let stage = std::mem::replace(&mut entry.stage, Stage::Done);
            if let Stage::Begun(place) = stage {
                Self::lose_sight(&mut self.gone, place);
            }
        }
        self.shorten();
    }

    fn shorten(&mut self) {
        while matches!(self.entries.front(), Some(entry) if matches!(entry.stage, Stage::Done)) {
            self.entries.pop_front();
            self.first += 1;
        }
    }

    fn requeue(&mut self, index: usize) {
        let entry = &mut self.entries[index];
        entry.stage = Stage::Queued;
        self.queued += 1;
        self.queued_bytes += entry
            .parcel
            .as_ref()
            .map_or(0, |parcel| parcel.payload.len());
        self.cursor = self.cursor.min(self.first + index as u64);
    }

    /// The first send that waits to be sent again.
    pub fn first_queued(&mut self) -> Option<(Ticket, &mut Parcel)> {
        if self.queued == 0 {
            return None;
        }
        self.cursor = self.cursor.max(self.first);
        loop {
            let index = usize::try_from(self.cursor - self.first).ok()?;
            if matches!(self.entries.get(index)?.stage, Stage::Queued) {
                let parcel = self.entries.get_mut(index)?.parcel.as_mut()?;
                return Some((self.cursor, parcel));
            }
            self.cursor += 1;
        }
    }

    /// The first queued send was made fit for another server and has another size now.
    pub fn resized(&mut self, before: usize, after: usize) {
        self.queued_bytes = self.queued_bytes + after - before;
    }

    /// The first queued send is in the output.
    pub fn begin_queued(&mut self, ticket: Ticket, place: Place) {
        if let Some(size) = self.unqueue(ticket, Stage::Begun(place)) {
            self.queued_bytes -= size;
            self.begun(ticket, place);
        }
    }

    /// The first queued send cannot be sent: it goes, as one that the server refused. True: nobody hears of it.
    pub fn drop_queued(&mut self, ticket: Ticket, error: &Error) -> bool {
        let mut unheard = false;
        if let Some(size) = self.unqueue(ticket, Stage::Done) {
            self.queued_bytes -= size;
            if let Some(entry) = self.entry(ticket) {
                unheard = entry.promise.is_none();
                entry.fail(error);
            }
            self.shorten();
        }
        unheard
    }

    fn unqueue(&mut self, ticket: Ticket, stage: Stage) -> Option<usize> {
        let entry = self.entry(ticket)?;
        if !matches!(entry.stage, Stage::Queued) {
            return None;
        }
        entry.stage = stage;
        let size = entry
            .parcel
            .as_ref()
            .map_or(0, |parcel| parcel.payload.len());
        self.queued -= 1;
        Some(size)
    }

    /// The system has `written` bytes: gives back the memory of the held sends among them.
    pub fn reclaim(&mut self, written: u64, mut free: impl FnMut(Vec<u8>)) {
        self.scan = self.scan.max(self.first);
        while let Some(entry) = self.entry(self.scan) {
            match (&entry.stage, !entry.is_answered()) {
                (Stage::Begun(place), true) if place.end.is_some_and(|end| end <= written) => {
                    let place = *place;
                    entry.hand_over().into_iter().for_each(&mut free);
                    Self::lose_sight(&mut self.gone, place);
                }
                (Stage::Left(end), true) if *end <= written => {
                    entry.hand_over().into_iter().for_each(&mut free);
                }
                (Stage::Begun(_) | Stage::Left(_) | Stage::Queued, true) => break,
                _ => {}
            }
            self.scan += 1;
        }
        self.shorten();
    }
}

/// A look at an entry.
#[cfg(test)]
#[derive(Debug)]
pub struct Look<'a> {
    pub ticket: Ticket,
    pub queued: bool,
    pub begun: bool,
    pub end: Option<u64>,
    pub payload: Option<&'a [u8]>,
}

#[cfg(test)]
impl Outbox {
    /// Every entry.
    pub fn look(&self) -> impl Iterator<Item = Look<'_>> {
        self.entries.iter().enumerate().map(|(index, entry)| Look {
            ticket: self.first + index as u64,
            queued: matches!(entry.stage, Stage::Queued),
            begun: matches!(entry.stage, Stage::Begun(_) | Stage::Left(_)),
            end: match entry.stage {
                Stage::Begun(place) => place.end,
                Stage::Left(end) => Some(end),
                _ => None,
            },
            payload: entry.parcel.as_ref().map(|parcel| &parcel.payload[..]),
        })
    }
}
