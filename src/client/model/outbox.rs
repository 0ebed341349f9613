//! The sends of one producer, in the order of their calls, from the call to the outcome (spec 20 §3, D13, D16).
//!
//! The only place where the fate of a message is decided. A send is *not sent* until its last byte may have left; then
//! its outcome is *unknown* until the server says more. Two kinds: an *awaited* send, whose caller keeps the message and
//! comes back for the verdict, and a *held* one, whose caller is gone: the outbox keeps its bytes until the system has
//! them, and sends them again where they were not sent. The order never changes, over any number of losses.
//!
//! Positions count the bytes of the output of the present incarnation. Nothing here blocks or calls out.

use std::collections::VecDeque;
use std::sync::Arc;

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

/// A message that nobody waits for.
#[derive(Debug)]
pub struct Parcel {
    /// None: the producer's own destination
    pub to: Option<Destination>,
    pub payload: Vec<u8>,
    /// The server that its addresses were made for, once that is lost
    pub made_for: Option<Arc<Profile>>,
}

/// Where a send stands.
#[derive(Debug)]
enum Stage {
    /// In no output.
    Queued,
    /// In the output, by this link, to this position; none: a part of it is in no frame yet.
    Begun { link: usize, end: Option<u64> },
    /// Decided, and its caller has not come yet.
    Settled(Verdict),
    /// Nothing more is to be known of it.
    Done,
}

#[derive(Debug)]
struct Entry {
    stage: Stage,
    /// Of a held send
    parcel: Option<Parcel>,
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
    /// Where the last send ends of which all is in the output
    last_end: u64,
    /// The send behind it of which a part is in no frame yet, and its link
    cut: Option<(Ticket, usize)>,
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

    /// Bytes that wait to be sent again.
    pub fn queued_bytes(&self) -> usize {
        self.queued_bytes
    }

    /// Bytes of this producer are not with the system yet; it has had `written` of this incarnation's output.
    pub fn is_unwritten(&self, written: u64) -> bool {
        self.waits() || self.cut.is_some() || self.last_end > written
    }

    /// An awaited send is in the output.
    pub fn begin_awaited(&mut self, link: usize, end: Option<u64>) -> Ticket {
        self.push(link, end, None)
    }

    /// A held send is in the output.
    pub fn begin_held(&mut self, link: usize, end: Option<u64>, parcel: Parcel) {
        self.push(link, end, Some(parcel));
    }

    fn push(&mut self, link: usize, end: Option<u64>, parcel: Option<Parcel>) -> Ticket {
        debug_assert!(!self.waits(), "new before old");
        let ticket = self.next();
        self.cursor = ticket + 1;
        self.begun(ticket, link, end);
        let stage = Stage::Begun { link, end };
        self.entries.push_back(Entry { stage, parcel });
        ticket
    }

    fn begun(&mut self, ticket: Ticket, link: usize, end: Option<u64>) {
        match end {
            Some(end) => self.last_end = end,
            None => self.cut = Some((ticket, link)),
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
            stage: Stage::Begun { end, .. },
            ..
        }) = self.entry(ticket)
        {
            *end = Some(position);
        }
    }

    /// The server's verdict on an awaited send; of others, and of what was given up, nothing is to be known.
    pub fn settle(&mut self, ticket: Ticket, verdict: Verdict) {
        if let Some(entry) = self.entry(ticket)
            && entry.parcel.is_none()
            && matches!(entry.stage, Stage::Begun { .. })
        {
            entry.stage = Stage::Settled(verdict);
        }
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
        if !matches!(entry.stage, Stage::Settled(_)) {
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
            entry.stage = Stage::Done;
        }
        self.shorten();
    }

    fn shorten(&mut self) {
        while matches!(self.entries.front(), Some(entry) if matches!(entry.stage, Stage::Done)) {
            self.entries.pop_front();
            self.first += 1;
        }
    }

    /// The server took a link away. Awaited sends on it get a verdict. Held ones of which a part is in no frame were not
    /// sent: they are queued again if the link comes back.
    pub fn detach(&mut self, gone: usize, comes_back: bool, verdict: impl Fn() -> Verdict) {
        self.cut.take_if(|(_, link)| *link == gone);
        let mut cut = None;
        for (index, entry) in self.entries.iter_mut().enumerate() {
            match (&entry.stage, &entry.parcel) {
                (Stage::Begun { link, .. }, None) if *link == gone => {
                    entry.stage = Stage::Settled(verdict());
                }
                (Stage::Begun { link, end: None }, Some(_)) if *link == gone => cut = Some(index),
                _ => {}
            }
        }
        if let Some(index) = cut {
            match comes_back {
                true => self.requeue(index),
                false => self.entries[index].stage = Stage::Done,
            }
        }
        self.shorten();
    }

    /// The connection is gone; the server may have read `reached` bytes. What was not sent is queued again.
    pub fn lose(&mut self, reached: u64, server: &Arc<Profile>) {
        for index in 0..self.entries.len() {
            let entry = &mut self.entries[index];
            let Stage::Begun { end, .. } = entry.stage else {
                continue;
            };
            let sent = end.is_some_and(|end| end <= reached);
            match &mut entry.parcel {
                None => entry.stage = Stage::Settled(Verdict::Lost { sent }),
                Some(_) if sent => {
                    entry.stage = Stage::Done;
                    entry.parcel = None;
                }
                Some(parcel) => {
                    parcel.made_for.get_or_insert_with(|| server.clone());
                    self.requeue(index);
                }
            }
        }
        (self.last_end, self.cut) = (0, None);
        self.scan = self.first;
        self.shorten();
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
    pub fn begin_queued(&mut self, ticket: Ticket, link: usize, end: Option<u64>) {
        if let Some(size) = self.unqueue(ticket, Stage::Begun { link, end }) {
            self.queued_bytes -= size;
            self.begun(ticket, link, end);
        }
    }

    /// The first queued send cannot be sent: it goes, as one that the server refused.
    pub fn drop_queued(&mut self, ticket: Ticket) {
        if let Some(size) = self.unqueue(ticket, Stage::Done) {
            self.queued_bytes -= size;
            if let Some(entry) = self.entry(ticket) {
                entry.parcel = None;
            }
            self.shorten();
        }
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
            match (&entry.stage, entry.parcel.is_some()) {
                (Stage::Begun { end: Some(end), .. }, true) if *end <= written => {
                    entry.stage = Stage::Done;
                    if let Some(parcel) = entry.parcel.take() {
                        free(parcel.payload);
                    }
                }
                (Stage::Begun { .. } | Stage::Queued, true) => break,
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
            begun: matches!(entry.stage, Stage::Begun { .. }),
            end: match entry.stage {
                Stage::Begun { end, .. } => end,
                _ => None,
            },
            payload: entry.parcel.as_ref().map(|parcel| &parcel.payload[..]),
        })
    }
}
