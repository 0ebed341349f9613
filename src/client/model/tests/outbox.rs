//! Random histories of an outbox against a naive book of what the server may have.
//!
//! The number of steps is `TIBEMS_MODEL_STEPS` (100,000 without it); a failing history is shrunk and printed by proptest,
//! which keeps its seed in `proptest-regressions`.

use super::super::outbox::{Outbox, Parcel, Verdict};
use crate::amqp::engine::Outcome;
use crate::client::rules::profile::Profile;
use crate::status::{Error, Status};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Steps of one history, on average.
const LENGTH: usize = 100;
/// Links of the producer.
const LINKS: usize = 2;

#[derive(Clone, Debug)]
enum Step {
    /// A send nobody waits for, of this size; `cut`: a session window keeps its end out of the output.
    Held {
        size: u8,
        link: usize,
        cut: bool,
    },
    Awaited {
        size: u8,
        link: usize,
        cut: bool,
    },
    /// The window opens: the rest of the cut send is in the output.
    Complete,
    /// The system takes some of the output.
    Write(u8),
    Reclaim,
    /// The server answers the oldest awaited send that it has whole.
    Answer,
    /// Whoever waits for it takes the verdict of an awaited send, or gives it up.
    Take(u8),
    Abandon(u8),
    /// A thread was writing this many bytes more when the server was lost.
    Lose(u8),
    /// A queued send goes out; `cut` as above.
    Pump {
        link: usize,
        cut: bool,
    },
    DropQueued,
    Detach {
        link: usize,
        back: bool,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let link = || 0..LINKS;
    prop_oneof![
        4 => (1..100u8, link(), prop::bool::weighted(0.1))
            .prop_map(|(size, link, cut)| Step::Held { size, link, cut }),
        2 => (1..100u8, link(), prop::bool::weighted(0.1))
            .prop_map(|(size, link, cut)| Step::Awaited { size, link, cut }),
        1 => Just(Step::Complete),
        4 => any::<u8>().prop_map(Step::Write),
        2 => Just(Step::Reclaim),
        2 => Just(Step::Answer),
        2 => any::<u8>().prop_map(Step::Take),
        1 => any::<u8>().prop_map(Step::Abandon),
        1 => any::<u8>().prop_map(Step::Lose),
        6 => (link(), prop::bool::weighted(0.1)).prop_map(|(link, cut)| Step::Pump { link, cut }),
        1 => Just(Step::DropQueued),
        1 => (link(), any::<bool>()).prop_map(|(link, back)| Step::Detach { link, back }),
    ]
}

/// What is known of one send without the outbox.
#[derive(Debug)]
struct Truth {
    held: bool,
    size: usize,
    /// Link and end of its stay in the present output; no end while it is cut
    place: Option<(usize, Option<u64>)>,
    /// All of it may have left at some time
    sent: bool,
    /// The library has let go of it: told, given back, dropped
    over: bool,
    answered: bool,
}

#[derive(Default)]
struct World {
    outbox: Outbox,
    truths: BTreeMap<u64, Truth>,
    profile: Arc<Profile>,
    output: u64,
    written: u64,
    /// The send that is cut, and how much of it is missing
    cut: Option<(u64, u64)>,
    /// The last send that went into the present output
    last: Option<u64>,
}

fn name(ticket: u64, size: usize) -> Vec<u8> {
    let mut payload = ticket.to_be_bytes().to_vec();
    payload.resize(8 + size, 0);
    payload
}

fn ticket_of(payload: &[u8]) -> u64 {
    u64::from_be_bytes(payload[..8].try_into().unwrap())
}

impl World {
    /// The bytes of a send go into the output: its place there.
    fn put(&mut self, ticket: u64, size: usize, cut: bool) -> Option<u64> {
        assert!(self.last.is_none_or(|last| last < ticket), "out of order");
        self.last = Some(ticket);
        let missing = if cut { size as u64 / 2 } else { 0 };
        self.output += size as u64 - missing;
        if cut {
            self.cut = Some((ticket, missing));
            return None;
        }
        Some(self.output)
    }

    fn send(&mut self, held: bool, size: usize, link: usize, cut: bool) {
        if self.outbox.waits() || self.cut.is_some() {
            return;
        }
        let ticket = self.outbox.next();
        let end = self.put(ticket, size, cut);
        let place = Some((link, end));
        let truth = Truth {
            held,
            size,
            place,
            sent: false,
            over: false,
            answered: false,
        };
        assert!(
            self.truths.insert(ticket, truth).is_none(),
            "numbers are used once"
        );
        if held {
            let parcel = Parcel {
                to: None,
                payload: name(ticket, size),
                made_for: None,
            };
            self.outbox.begin_held(link, end, parcel);
        } else {
            assert_eq!(self.outbox.begin_awaited(link, end), ticket);
        }
    }

    /// An awaited send by a number from outside.
    fn awaited(&self, at: u8) -> Option<u64> {
        let open = self
            .truths
            .iter()
            .filter(|(_, truth)| !truth.held && !truth.over);
        let open: Vec<u64> = open.map(|(ticket, _)| *ticket).collect();
        open.get(at as usize % open.len().max(1)).copied()
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Held { size, link, cut } => self.send(true, size.into(), link, cut),
            Step::Awaited { size, link, cut } => self.send(false, size.into(), link, cut),
            Step::Complete => {
                if let Some((ticket, missing)) = self.cut.take() {
                    self.output += missing;
                    self.outbox.complete(ticket, self.output);
                    if let Some((_, end)) = &mut self.truths.get_mut(&ticket).unwrap().place {
                        *end = Some(self.output);
                    }
                }
            }
            Step::Write(count) => {
                self.written = (self.written + u64::from(count)).min(self.output);
            }
            Step::Reclaim => self.reclaim(),
            Step::Answer => {
                let written = self.written;
                let whole = |truth: &Truth| {
                    truth
                        .place
                        .is_some_and(|(_, end)| end.is_some_and(|end| end <= written))
                };
                let mut open = self.truths.iter_mut();
                let next = open.find(|(_, t)| !t.held && !t.over && !t.answered && whole(t));
                if let Some((ticket, truth)) = next {
                    truth.answered = true;
                    self.outbox
                        .settle(*ticket, Verdict::Outcome(Outcome::Accepted));
                }
            }
            Step::Take(at) => self.take(at),
            Step::Abandon(at) => {
                if let Some(ticket) = self.awaited(at) {
                    self.outbox.abandon(ticket);
                    self.truths.get_mut(&ticket).unwrap().over = true;
                }
            }
            Step::Lose(more) => self.lose((self.written + u64::from(more)).min(self.output)),
            Step::Pump { link, cut } => self.pump(link, cut),
            Step::DropQueued => {
                if let Some(ticket) = self.outbox.first_queued().map(|(ticket, _)| ticket) {
                    self.outbox.drop_queued(ticket);
                    self.truths.get_mut(&ticket).unwrap().over = true;
                }
            }
            Step::Detach { link, back } => self.detach(link, back),
        }
    }

    fn reclaim(&mut self) {
        let mut freed = Vec::new();
        self.outbox
            .reclaim(self.written, |payload| freed.push(ticket_of(&payload)));
        for ticket in freed {
            let truth = self.truths.get_mut(&ticket).unwrap();
            let end = truth.place.expect("in the output").1.expect("whole");
            assert!(truth.held && !truth.over && end <= self.written);
            truth.over = true;
        }
        // whatever was written is given back
        for truth in self
            .truths
            .values()
            .filter(|truth| truth.held && !truth.over)
        {
            let end = truth.place.and_then(|(_, end)| end);
            assert!(end.is_none_or(|end| end > self.written), "{truth:?}");
        }
    }

    fn take(&mut self, at: u8) {
        let Some(ticket) = self.awaited(at) else {
            return;
        };
        let truth = self.truths.get_mut(&ticket).unwrap();
        let Some(verdict) = self.outbox.take(ticket) else {
            assert!(
                !truth.answered && truth.place.is_some(),
                "nobody wakes {truth:?}"
            );
            return;
        };
        truth.over = true;
        match verdict {
            Verdict::Outcome(_) => assert!(truth.answered),
            Verdict::Lost { sent } => assert_eq!(sent, truth.sent, "{truth:?}"),
            Verdict::LinkFailed(_) | Verdict::Detached(_) => assert!(truth.place.is_none()),
        }
    }

    fn lose(&mut self, reached: u64) {
        self.outbox.lose(reached, &self.profile);
        for truth in self.truths.values_mut() {
            let Some((_, end)) = truth.place.take() else {
                continue;
            };
            if truth.over || truth.answered {
                continue;
            }
            truth.sent = end.is_some_and(|end| end <= reached);
            truth.over = truth.held && truth.sent;
        }
        (self.output, self.written, self.cut, self.last) = (0, 0, None, None);
    }

    fn pump(&mut self, link: usize, cut: bool) {
        if self.cut.is_some() {
            return;
        }
        let Some((ticket, parcel)) = self.outbox.first_queued() else {
            return;
        };
        assert_eq!(ticket_of(&parcel.payload), ticket);
        let truth = &self.truths[&ticket];
        // never again what may have arrived, and nothing twice at once
        assert!(truth.held && !truth.sent && !truth.over && truth.place.is_none());
        let size = truth.size;
        let end = self.put(ticket, size, cut);
        self.outbox.begin_queued(ticket, link, end);
        self.truths.get_mut(&ticket).unwrap().place = Some((link, end));
    }

    fn detach(&mut self, link: usize, back: bool) {
        let error = || Verdict::LinkFailed(Error::from(Status::TIBEMS_EXCEPTION));
        self.outbox.detach(link, back, error);
        for (ticket, truth) in &mut self.truths {
            let Some((_, end)) = truth.place.filter(|(on, _)| *on == link) else {
                continue;
            };
            let cut = end.is_none();
            let told = !truth.held && !truth.over && !truth.answered;
            if told || cut {
                truth.place = None;
            }
            if cut {
                self.cut = None;
                match truth.held && back {
                    true => self.last = ticket.checked_sub(1), // it may go again
                    false => truth.over |= truth.held,
                }
            }
        }
    }

    fn check(&mut self) {
        let queued = self
            .truths
            .values()
            .filter(|t| t.held && !t.over && t.place.is_none());
        let (count, bytes) = queued.fold((0, 0), |(count, bytes), truth| {
            (count + 1, bytes + 8 + truth.size)
        });
        assert_eq!(self.outbox.waits(), count > 0);
        assert_eq!(self.outbox.queued_bytes(), bytes);
        let behind = self.truths.values().any(|truth| match truth.place {
            Some((_, end)) => end.is_none_or(|end| end > self.written),
            None => truth.held && !truth.over,
        });
        // a given up or answered send may still stand in the output
        assert!(
            !behind || self.outbox.is_unwritten(self.written),
            "close would cut it off"
        );
    }

    /// Everything comes to its end: nothing is left.
    fn finish(mut self) {
        self.step(Step::Complete);
        while self.outbox.waits() {
            self.pump(0, false);
        }
        self.written = self.output;
        self.reclaim();
        while let Some(ticket) = self.awaited(0) {
            self.outbox
                .settle(ticket, Verdict::Outcome(Outcome::Accepted));
            assert!(self.outbox.take(ticket).is_some());
            self.truths.get_mut(&ticket).unwrap().over = true;
        }
        assert!(
            self.truths.values().all(|truth| truth.over),
            "lost from sight"
        );
        assert!(self.outbox.is_empty() && !self.outbox.is_unwritten(self.written));
    }
}

fn histories() -> u32 {
    let steps = std::env::var("TIBEMS_MODEL_STEPS").ok();
    let steps = steps
        .and_then(|steps| steps.parse().ok())
        .unwrap_or(100_000);
    u32::try_from(steps / LENGTH).unwrap_or(u32::MAX).max(1)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(histories()))]

    #[test]
    fn every_send_is_in_one_place_and_in_order(
        steps in prop::collection::vec(step(), 0..=2 * LENGTH)
    ) {
        let mut world = World::default();
        for step in steps {
            world.step(step);
            world.check();
        }
        world.finish();
    }
}
