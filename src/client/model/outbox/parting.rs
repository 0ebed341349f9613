//! What the sends of an outbox come to when the server takes a link away, or is lost (spec 40 §3.6, §3.4, D13, D16).

use std::sync::Arc;

use super::{Outbox, Stage, Verdict};
use crate::client::rules::profile::Profile;
use crate::client::rules::verdict;
use crate::status::Error;

/// How the server has taken a link away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parting {
    /// For good: what was under way on it has failed.
    Failed,
    /// What was under way has failed; the link may come back.
    Trouble,
    /// It comes back, and what was under way may go again.
    Housekeeping,
    /// The same, but for one send that was too large: it has failed.
    TooLarge,
}

/// What a server may have seen of the sends on a link that it has not answered.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// A part of one
    pub anything: bool,
    /// All of one
    pub whole: bool,
}

impl Outbox {
    /// Of this link's present incarnation, of which the server may have read `reached` bytes of the output: what it may
    /// have seen of sends without an outcome.
    pub fn seen(&self, link: usize, reached: u64) -> Seen {
        let gone = self.gone.get(link).copied().unwrap_or_default();
        let begun = self.entries.iter().filter_map(|entry| match entry.stage {
            Stage::Begun(place) if place.link == link => Some(place),
            _ => None,
        });
        let mut seen = Seen {
            anything: gone > 0,
            whole: gone > 0,
        };
        for place in begun {
            seen.anything |= place.from < reached;
            seen.whole |= place.end.is_some_and(|end| end <= reached);
        }
        seen
    }

    /// Which send is too large for a server that says so: the largest that it may have seen a part of and has not
    /// answered, because if that one is not, none is. Those before it may be too large as well and find out by
    /// themselves. None: it is one that is out of sight.
    fn too_large(&self, link: usize, reached: u64) -> Option<usize> {
        let mut largest = None;
        for (index, entry) in self.entries.iter().enumerate() {
            if let Stage::Begun(place) = entry.stage
                && place.link == link
                && place.from < reached
                && largest.is_none_or(|(_, size)| place.size > size)
            {
                largest = Some((index, place.size));
            }
        }
        let gone = self.gone.get(link).copied().unwrap_or_default();
        largest
            .filter(|(_, size)| *size >= gone)
            .map(|(index, _)| index)
    }

    /// The server took a link away when it may have read `reached` bytes of the output. Awaited sends on it get a
    /// verdict, promised ones one as theirs where their callers would not send again. Held ones that it cannot have read
    /// whole were not sent: they are queued again if the link comes back. True: the one that was too large is a held one.
    pub fn detach(&mut self, gone: usize, parting: Parting, reached: u64, error: &Error) -> bool {
        self.cut.take_if(|(_, link)| *link == gone);
        let too_large = match parting {
            Parting::TooLarge => self.too_large(gone, reached),
            _ => None,
        };
        let mut held = parting == Parting::TooLarge && too_large.is_none();
        for index in 0..self.entries.len() {
            let entry = &mut self.entries[index];
            let Stage::Begun(place) = entry.stage else {
                continue;
            };
            if place.link != gone {
                continue;
            }
            let whole = place.end.is_some_and(|end| end <= reached);
            let refused = too_large == Some(index);
            if entry.enrolled.take().is_some() {
                entry.fail(error); // with its transaction
                continue;
            }
            if entry.parcel.is_none() {
                entry.stage = Stage::Settled(match parting {
                    Parting::Failed | Parting::Trouble => Verdict::LinkFailed(error.clone()),
                    Parting::TooLarge if refused => Verdict::LinkFailed(error.clone()),
                    Parting::TooLarge if whole => Verdict::Detached(verdict::unknown(&error.text)),
                    // ignored by a server that had taken the link away
                    Parting::TooLarge => Verdict::Lost { sent: false },
                    Parting::Housekeeping => Verdict::Detached(error.clone()),
                });
                continue;
            }
            if entry.is_answered()
                && let Some(promise) = &mut entry.promise
            {
                let fails = matches!(parting, Parting::Failed | Parting::Trouble);
                // ignored by a server that had taken the link away
                let ignored = parting == Parting::TooLarge && !whole;
                if fails || refused {
                    entry.fail(error);
                } else if ignored || promise.repeat() {
                    promise.cut_off(whole);
                    self.requeue(index);
                } else {
                    entry.stage = Stage::Settled(Verdict::Detached(match parting {
                        Parting::TooLarge => verdict::unknown(&error.text),
                        _ => error.clone(),
                    }));
                }
                continue;
            }
            held |= refused && entry.promise.is_none();
            match place.end {
                _ if refused => entry.fail(error),
                Some(end) if whole => entry.stage = Stage::Left(end),
                _ if parting == Parting::Failed => entry.fail(error),
                _ => self.requeue(index),
            }
        }
        if let Some(largest) = self.gone.get_mut(gone) {
            *largest = 0;
        }
        self.shorten();
        held
    }

    /// The connection is gone; the server may have read `reached` bytes. What was not sent is queued again.
    pub fn lose(&mut self, reached: u64, server: &Arc<Profile>) {
        for index in 0..self.entries.len() {
            let entry = &mut self.entries[index];
            if entry.enrolled.take().is_some() {
                // with its transaction
                entry.stage = match entry.promise {
                    Some(_) => Stage::Settled(Verdict::Lost { sent: false }),
                    None => Stage::Done,
                };
                continue;
            }
            let end = match (&entry.stage, &mut entry.parcel) {
                (Stage::Begun(place), _) => place.end,
                (Stage::Left(end), _) => Some(*end),
                (Stage::Queued, Some(parcel)) => {
                    parcel.made_for.get_or_insert_with(|| server.clone());
                    continue;
                }
                _ => continue,
            };
            let sent = end.is_some_and(|end| end <= reached);
            if let Some(promise) = &mut entry.promise {
                promise.cut_off(sent);
                if let Err(given_back) = promise.may_repeat() {
                    entry.fail(&given_back);
                    continue;
                }
            }
            match &mut entry.parcel {
                None => entry.stage = Stage::Settled(Verdict::Lost { sent }),
                Some(_) if sent && entry.promise.is_none() => {
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
        self.gone.clear();
        self.scan = self.first;
        self.shorten();
    }
}
