//! Random histories of an outbox against a naive book of what the server may have.
//!
//! The number of steps is `TIBEMS_MODEL_STEPS` (100,000 without it); a failing history is shrunk and printed by proptest,
//! which keeps its seed in `proptest-regressions`.

use super::super::outbox::{Outbox, Parcel, Parting, Place, Verdict};
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
    /// The server takes a link away; a thread was writing this many bytes more.
    Detach {
        link: usize,
        parting: Parting,
        more: u8,
    },
}

fn parting() -> impl Strategy<Value = Parting> {
    prop_oneof![
        Just(Parting::Failed),
        Just(Parting::Trouble),
        Just(Parting::Housekeeping),
        Just(Parting::TooLarge),
    ]
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
        1 => (link(), parting(), any::<u8>())
            .prop_map(|(link, parting, more)| Step::Detach { link, parting, more }),
    ]
}

/// What is known of one send without the outbox.
#[derive(Debug)]
struct Truth {
    held: bool,
    size: usize,
    /// Its stay in the present output
    place: Option<Place>,
    /// The link that it must take again: its server has not changed
    bound: Option<usize>,
    /// It may have left by a link that is gone
    left: bool,
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
    /// The last send that went into the present output, by link
    last: [Option<u64>; LINKS],
    /// By link, since it was attached: the largest send that has left and of which nothing more is known
    gone: [usize; LINKS],
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
    /// The server takes a send.
    fn answer(&mut self, ticket: u64) {
        self.outbox
            .answer((ticket, ticket), &Outcome::Accepted, |_| {});
    }

    /// The bytes of a send go into the output: its place there.
    fn put(&mut self, ticket: u64, size: usize, link: usize, cut: bool) -> Place {
        let last = self.last[link].replace(ticket);
        assert!(last.is_none_or(|last| last < ticket), "out of order");
        let missing = if cut { size as u64 / 2 } else { 0 };
        let from = self.output;
        self.output += size as u64 - missing;
        if cut {
            self.cut = Some((ticket, missing));
        }
        Place {
            link,
            from,
            end: (!cut).then_some(self.output),
            size,
        }
    }

    fn send(&mut self, held: bool, size: usize, link: usize, cut: bool) {
        if self.outbox.waits() || self.cut.is_some() {
            return;
        }
        let ticket = self.outbox.next();
        let place = self.put(ticket, size, link, cut);
        let truth = Truth {
            held,
            size,
            place: Some(place),
            bound: None,
            left: false,
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
                settled: true,
            };
            self.outbox.begin_held(place, parcel);
        } else {
            assert_eq!(self.outbox.begin_awaited(place), ticket);
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
                    if let Some(place) = &mut self.truths.get_mut(&ticket).unwrap().place {
                        place.end = Some(self.output);
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
                        .is_some_and(|place| place.end.is_some_and(|end| end <= written))
                };
                let mut open = self.truths.iter_mut();
                let next = open.find(|(_, t)| !t.held && !t.over && !t.answered && whole(t));
                if let Some((ticket, truth)) = next {
                    truth.answered = true;
                    let ticket = *ticket;
                    self.answer(ticket);
                }
            }
            Step::Take(at) => self.take(at),
            Step::Abandon(at) => {
                if let Some(ticket) = self.awaited(at) {
                    self.outbox.abandon(ticket);
                    let truth = self.truths.get_mut(&ticket).unwrap();
                    truth.over = true;
                    if let Some(place) = truth.place.filter(|_| !truth.answered) {
                        self.gone[place.link] = self.gone[place.link].max(place.size);
                    }
                }
            }
            Step::Lose(more) => self.lose((self.written + u64::from(more)).min(self.output)),
            Step::Pump { link, cut } => self.pump(link, cut),
            Step::DropQueued => {
                if let Some(ticket) = self.outbox.first_queued().map(|(ticket, _)| ticket) {
                    let error = Error::from(Status::TIBEMS_INVALID_SIZE);
                    assert!(
                        self.outbox.drop_queued(ticket, &error),
                        "nobody hears of it"
                    );
                    self.truths.get_mut(&ticket).unwrap().over = true;
                }
            }
            Step::Detach {
                link,
                parting,
                more,
            } => {
                let reached = (self.written + u64::from(more)).min(self.output);
                self.detach(link, parting, reached);
            }
        }
    }

    fn reclaim(&mut self) {
        let mut freed = Vec::new();
        self.outbox
            .reclaim(self.written, |payload| freed.push(ticket_of(&payload)));
        for ticket in freed {
            let truth = self.truths.get_mut(&ticket).unwrap();
            let place = truth.place.expect("in the output");
            let end = place.end.expect("whole");
            assert!(truth.held && !truth.over && end <= self.written);
            truth.over = true;
            if !truth.left {
                self.gone[place.link] = self.gone[place.link].max(place.size);
            }
        }
        // whatever was written is given back, unless it stands behind one that goes once more
        let mut open = self.truths.values().filter(|t| t.held && !t.over);
        if let Some(truth) = open.next() {
            let end = truth.place.and_then(|place| place.end);
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
            Verdict::LinkFailed(_) | Verdict::Detached(_) => {
                assert!(truth.place.is_none() && !truth.answered);
            }
        }
    }

    fn lose(&mut self, reached: u64) {
        self.outbox.lose(reached, &self.profile);
        for truth in self.truths.values_mut() {
            (truth.bound, truth.left) = (None, false);
            let Some(place) = truth.place.take() else {
                continue;
            };
            if truth.over || truth.answered {
                continue;
            }
            truth.sent = place.end.is_some_and(|end| end <= reached);
            truth.over = truth.held && truth.sent;
        }
        (self.output, self.written, self.cut) = (0, 0, None);
        (self.last, self.gone) = ([None; LINKS], [0; LINKS]);
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
        let (size, link) = (truth.size, truth.bound.unwrap_or(link));
        let place = self.put(ticket, size, link, cut);
        self.outbox.begin_queued(ticket, place);
        self.truths.get_mut(&ticket).unwrap().place = Some(place);
    }

    /// The server has the output up to `reached` and takes a link away. What is whole there is with it, what is not will
    /// be ignored. One that finds a message too large may mean the largest that it has seen any of, and no other for
    /// certain.
    fn detach(&mut self, link: usize, parting: Parting, reached: u64) {
        let open = |truth: &Truth| {
            let place = truth.place.filter(|place| place.link == link);
            place.filter(|_| !truth.over && !truth.answered && !truth.left)
        };
        let seen = self.truths.iter().filter_map(|(ticket, truth)| {
            let place = open(truth).filter(|place| place.from < reached)?;
            Some((place.size, std::cmp::Reverse(*ticket)))
        });
        let largest = seen.max().filter(|(size, _)| *size >= self.gone[link]);
        let too_large = largest
            .filter(|_| parting == Parting::TooLarge)
            .map(|(_, ticket)| ticket.0);
        let error = Error::from(Status::TIBEMS_INVALID_SIZE);
        let dropped = self.outbox.detach(link, parting, reached, &error);
        let is_held = too_large.is_none_or(|ticket| self.truths[&ticket].held);
        assert_eq!(dropped, parting == Parting::TooLarge && is_held);
        let failed = matches!(parting, Parting::Failed | Parting::Trouble);
        for (ticket, truth) in &mut self.truths {
            let Some(place) = open(truth) else {
                // given up or answered, and its rest will never be written
                truth.place.take_if(|p| p.link == link && p.end.is_none());
                continue;
            };
            let whole = place.end.is_some_and(|end| end <= reached);
            let refused = too_large == Some(*ticket);
            if truth.held && whole && !refused {
                truth.left = true;
                continue;
            }
            truth.place = None;
            if truth.held {
                truth.over = refused || parting == Parting::Failed;
                truth.bound = Some(link);
                continue;
            }
            let verdict = self.outbox.take(*ticket).expect("a verdict");
            truth.over = true;
            match verdict {
                Verdict::LinkFailed(_) => assert!(failed || refused),
                Verdict::Detached(error) => {
                    assert!(!failed && !refused);
                    let doubted = error.text.starts_with("outcome unknown:");
                    assert!(whole && doubted || parting == Parting::Housekeeping);
                }
                Verdict::Lost { sent } => {
                    assert!(parting == Parting::TooLarge && !sent && !refused && !whole);
                }
                Verdict::Outcome(_) => panic!("nobody has answered"),
            }
        }
        (self.last[link], self.gone[link]) = (None, 0);
        if let Some((ticket, _)) = self.cut
            && self.truths[&ticket]
                .place
                .is_none_or(|place| place.link == link)
        {
            self.cut = None;
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
            Some(place) => place.end.is_none_or(|end| end > self.written),
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
            self.answer(ticket);
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
