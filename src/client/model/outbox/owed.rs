//! What is owed of sends whose callers are gone: a verdict to a callback (spec 20 §3.8), their share to a transaction
//! (spec 40 §1.15).
//!
//! A promise comes in with its send, or alone where the send goes nowhere, and is taken with its verdict when no promise
//! before it is open. A send in a transaction is enrolled until the server has answered it; the verdict is the transaction's.

use super::{Entry, Outbox, Parcel, Place, Promise, Stage, Ticket, Verdict};
use crate::message::DestinationKind;
use crate::status::Error;

/// The transaction of a send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enrolled {
    /// Its number in the session
    pub transaction: u64,
    /// What the message goes to
    pub to: DestinationKind,
}

impl Outbox {
    /// A promised send is in the output.
    pub fn begin_promised(&mut self, place: Place, parcel: Parcel, promise: Promise) {
        self.promised += 1;
        self.push(place, Some(parcel), None, Some(promise));
    }

    /// A promised send waits for its turn.
    pub fn queue(&mut self, parcel: Parcel, promise: Promise) {
        self.promised += 1;
        self.entries.push_back(Entry {
            stage: Stage::Done,
            parcel: Some(parcel),
            enrolled: None,
            promise: Some(promise),
        });
        self.requeue(self.entries.len() - 1);
    }

    /// A promised send that goes nowhere is done with.
    pub fn push_kept(&mut self, promise: Promise, verdict: Verdict) {
        self.promised += 1;
        self.entries.push_back(Entry {
            stage: Stage::Settled(verdict),
            parcel: None,
            enrolled: None,
            promise: Some(promise),
        });
    }

    /// Promises whose verdicts are not taken.
    pub fn promised(&self) -> usize {
        self.promised
    }

    /// Takes the promises that have a verdict, with that and their memory, up to the first that has none.
    pub fn take_kept(&mut self, mut each: impl FnMut(Promise, Verdict, Vec<u8>)) {
        self.told = self.told.max(self.first);
        while let Some(entry) = self.entry(self.told) {
            if entry.promise.is_some() {
                if !matches!(entry.stage, Stage::Settled(_)) {
                    break;
                }
                let stage = std::mem::replace(&mut entry.stage, Stage::Done);
                let payload = entry.parcel.take().map(|parcel| parcel.payload);
                if let (Some(promise), Stage::Settled(verdict)) = (entry.promise.take(), stage) {
                    each(promise, verdict, payload.unwrap_or_default());
                }
                self.promised -= 1;
            }
            self.told += 1;
        }
        self.shorten();
    }

    /// No server will tell any more. What is in an output goes on its way, if its server lives.
    pub fn break_promises(&mut self, error: &Error) {
        for entry in &mut self.entries {
            let Some(promise) = &mut entry.promise else {
                continue;
            };
            match entry.stage {
                Stage::Begun(place) => {
                    promise.cut_off(true);
                    Self::lose_sight(&mut self.gone, place);
                }
                Stage::Left(_) => promise.cut_off(true),
                Stage::Queued => {
                    let size = entry
                        .parcel
                        .as_ref()
                        .map_or(0, |parcel| parcel.payload.len());
                    self.queued -= 1;
                    self.queued_bytes -= size;
                }
                Stage::Settled(_) | Stage::Done => continue,
            }
            entry.enrolled = None;
            entry.fail(error);
        }
    }

    /// A queued send is in the output of this incarnation.
    pub fn wrote(&mut self, ticket: Ticket, epoch: u32) {
        let entry = self.entry(ticket);
        if let Some(promise) = entry.and_then(|entry| entry.promise.as_mut()) {
            promise.wrote(epoch);
        }
    }

    /// A send in a transaction is in the output.
    pub fn begin_enrolled(&mut self, place: Place, enrolled: Enrolled, promise: Option<Promise>) {
        self.promised += usize::from(promise.is_some());
        self.push(place, None, Some(enrolled), promise);
    }

    /// The transaction of the last send on this link that the server has not answered: the others are over.
    pub fn enrolled_on(&self, link: usize) -> Option<u64> {
        self.entries
            .iter()
            .rev()
            .find_map(|entry| match entry.stage {
                Stage::Begun(place) if place.link == link => Some(entry.enrolled?.transaction),
                _ => None,
            })
    }

    /// The transaction of the last send that the server has not answered: the others are over.
    pub fn enrolled(&self) -> Option<u64> {
        let mut open = self.entries.iter().filter_map(|entry| entry.enrolled);
        open.next_back().map(|enrolled| enrolled.transaction)
    }

    /// The server has not answered every send in a transaction.
    pub fn is_enrolled(&self) -> bool {
        self.entries.iter().any(|entry| entry.enrolled.is_some())
    }
}
