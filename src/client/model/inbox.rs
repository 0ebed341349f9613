//! What has arrived for a consumer and is not handed out: its messages in order, how many may come in advance (D15), and
//! the bytes that all consumers of a connection hold together (D20).
//!
//! Credit is what an inbox wants; it is granted by `credit.rs`.
//!
//! Not every end that a server tells of is one (`Answer`). Artemis, which is not done with a large message when its last frame
//! has come, answers a drain then as if nothing followed; and, late with its answer to a drain that messages have used up, it
//! takes the credit of the next question for a part of that and gives it back at once. Who asks whether there is more writes no
//! drain behind either; it follows as one that was lost would.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::acknowledge::Receipt;
use super::batch::InHand;
use super::credit::Asked;
use crate::client::rules::options::Options;
use crate::message::{Destination, DestinationKind};

/// Documented prefetch to start with (spec 20 §4.3).
const PREFETCH_QUEUE: u32 = 5;
const PREFETCH_TOPIC: u32 = 64;
/// Most that an adaptive prefetch grows to (D15).
const PREFETCH_MAX: u32 = 1000;
/// Age of a buffered message above which the prefetch shrinks (D15).
const STALE: Duration = Duration::from_millis(100);
/// Age below which a consumer that used up its credit is fast enough for more.
const FRESH: Duration = Duration::from_millis(10);
/// From here a message may be a large one to a server; Artemis begins at 100 KiB unless it is told otherwise.
const LARGE: usize = 32 << 10;

/// A message that waits to be handed out.
#[derive(Debug)]
pub struct Buffered {
    /// Order of arrival over all consumers of the connection.
    pub arrival: u64,
    pub at: Instant,
    pub receipt: Receipt,
    pub payload: Bytes,
}

/// What the end of a drain says of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It had messages for all of the credit
    UsedUp,
    /// It has no more
    End,
    /// It is to be asked again
    Nothing,
}

/// How many messages a consumer may have in advance (D15).
#[derive(Clone, Copy, Debug)]
struct Prefetch {
    limit: u32,
    start: u32,
    adaptive: bool,
}

impl Prefetch {
    fn new(destination: &Destination, options: &Options) -> Prefetch {
        let (list, start) = match destination.kind() {
            DestinationKind::Queue => (&options.prefetch_queue, PREFETCH_QUEUE),
            DestinationKind::Topic => (&options.prefetch_topic, PREFETCH_TOPIC),
        };
        let fixed = list.of(&destination.name_str());
        Prefetch {
            limit: fixed.unwrap_or(start),
            adaptive: fixed.is_none(),
            start,
        }
    }

    /// One message at a time comes here, for nobody else, unless an option says how many.
    fn expect_replies(&mut self) {
        if self.adaptive {
            self.start = PREFETCH_TOPIC;
            self.limit = self.limit.max(self.start);
        }
    }

    /// Learns from the age of the message just handed out. `starved` = the server had used all credit.
    fn learn(&mut self, age: Duration, starved: bool) {
        if !self.adaptive {
            return;
        }
        if age > STALE {
            self.limit = (self.limit / 2).max(self.start.min(PREFETCH_QUEUE));
        } else if starved && age < FRESH {
            self.limit = (self.limit * 2).min(PREFETCH_MAX);
        }
    }
}

/// The bytes that all inboxes of a connection hold (D20).
#[derive(Debug)]
pub struct Clamp {
    limit: usize,
    bytes: usize,
    /// Credit was withheld because too much is held
    throttled: bool,
}

impl Clamp {
    /// Lets this many bytes be held; more is a soft fault.
    pub fn new(limit: usize) -> Clamp {
        Clamp {
            limit,
            bytes: 0,
            throttled: false,
        }
    }

    /// The bytes.
    #[cfg(test)]
    pub fn held(&self) -> usize {
        self.bytes
    }

    /// No credit is renewed: too much is held, or was until a moment ago.
    pub fn is_tight(&mut self) -> bool {
        self.throttled |= self.bytes > self.limit;
        self.throttled
    }

    /// Below three quarters of the limit credit that was withheld is granted. True once.
    pub fn is_relieved(&mut self) -> bool {
        let relieved = self.throttled && self.bytes <= self.limit / 4 * 3;
        if relieved {
            self.throttled = false;
        }
        relieved
    }
}

/// The inbox of one consumer.
#[derive(Debug)]
pub struct Inbox {
    messages: VecDeque<Buffered>,
    bytes: usize,
    prefetch: Prefetch,
    /// A drain is under way; credit is not renewed meanwhile
    draining: Option<Asked>,
    /// The last message was large
    behind_large: bool,
    /// Credit of the last drain, and how many messages have come since that began
    drained: (u32, u32),
    /// Messages have used up a drain, and what the server says to it may still come
    owes_answer: bool,
    /// The last end was doubted
    doubts: bool,
    /// The server broke off a message since the last drain was asked for
    broken_off: bool,
    /// The batches that the program works on: one, but for threads that share a consumer
    in_hand: Vec<InHand>,
    /// Most messages of the next one
    pace: usize,
    /// A message was handed out, and nobody has said or shown that the program is done with it (D34)
    at_work: bool,
}

impl Inbox {
    /// For a consumer of this destination.
    pub fn new(destination: &Destination, options: &Options) -> Inbox {
        Inbox {
            messages: VecDeque::new(),
            bytes: 0,
            prefetch: Prefetch::new(destination, options),
            draining: None,
            behind_large: false,
            drained: (0, 0),
            owes_answer: false,
            doubts: false,
            broken_off: false,
            in_hand: Vec::new(),
            pace: 1,
            at_work: false,
        }
    }

    /// Nothing waits.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// The bytes of its messages, counted.
    #[cfg(test)]
    pub fn held(&self) -> usize {
        self.messages.iter().map(|m| m.payload.len()).sum()
    }

    /// When the first message arrived, as a number.
    pub fn first_arrival(&self) -> Option<u64> {
        self.messages.front().map(|message| message.arrival)
    }

    /// The arrivals of all that waits.
    pub fn arrivals(&self) -> impl Iterator<Item = u64> {
        self.messages.iter().map(|message| message.arrival)
    }

    /// One message more.
    pub fn arrive(&mut self, clamp: &mut Clamp, message: Buffered) {
        self.count(clamp, &message);
        self.behind_large = message.payload.len() >= LARGE;
        self.use_credit();
        self.messages.push_back(message);
    }

    /// A message has begun to come, and the server broke it off.
    pub fn break_off(&mut self) {
        self.use_credit();
        self.broken_off = true;
    }

    fn use_credit(&mut self) {
        self.doubts = false;
        self.drained.1 = self.drained.1.saturating_add(1);
    }

    /// The first message, for the program.
    pub fn take(&mut self, clamp: &mut Clamp) -> Option<Buffered> {
        let message = self.messages.pop_front()?;
        self.discount(clamp, &message);
        self.at_work = true;
        Some(message)
    }

    /// A message that was taken comes back to the front.
    pub fn untake(&mut self, clamp: &mut Clamp, message: Buffered) {
        self.count(clamp, &message);
        self.messages.push_front(message);
        self.at_work = false;
    }

    /// Gives back to the server what it waits to hear of, newest first. What came settled stays: nobody else has it.
    pub fn give_back(&mut self, clamp: &mut Clamp, mut give: impl FnMut(Receipt)) {
        let owed = |message: &Buffered| message.receipt.owed().is_some();
        let mut given = 0;
        for message in self.messages.iter().rev().filter(|m| owed(m)) {
            give(message.receipt);
            given += message.payload.len();
        }
        self.messages.retain(|message| !owed(message));
        self.bytes -= given;
        clamp.bytes -= given;
    }

    /// The link is gone, with everything that came over it and was not handed out.
    pub fn lose(&mut self, clamp: &mut Clamp) {
        clamp.bytes -= self.bytes;
        self.bytes = 0;
        self.messages.clear();
        self.draining = None;
        (self.behind_large, self.owes_answer, self.doubts) = (false, false, false);
        self.drop_hands();
    }

    /// The batches that the program works on.
    pub(super) fn in_hand(&mut self) -> &mut [InHand] {
        &mut self.in_hand
    }

    /// The program begins to work on a batch.
    pub(super) fn add_hand(&mut self, hand: InHand) {
        self.in_hand.push(hand);
    }

    /// The program has nothing of a batch in hand any more; nothing can be claimed.
    pub(super) fn drop_hands(&mut self) -> Vec<InHand> {
        self.stop_hands();
        std::mem::take(&mut self.in_hand)
    }

    /// Nothing of the batches in hand can be claimed any more.
    pub(super) fn stop_hands(&self) {
        for hand in &self.in_hand {
            hand.stop();
        }
    }

    /// A batch is over. Those of a consumer that uses them up in time grow, to `most` messages.
    pub(super) fn end_hand(&mut self, is_it: impl Fn(&InHand) -> bool, stopped: bool, most: usize) {
        self.in_hand.retain(|hand| !is_it(hand));
        self.pace = match stopped {
            true => 1,
            false => (self.pace * 2).min(most),
        };
    }

    /// Most messages of the next batch.
    pub fn pace(&self) -> usize {
        self.pace
    }

    fn count(&mut self, clamp: &mut Clamp, message: &Buffered) {
        clamp.bytes += message.payload.len();
        self.bytes += message.payload.len();
    }

    fn discount(&mut self, clamp: &mut Clamp, message: &Buffered) {
        clamp.bytes -= message.payload.len();
        self.bytes -= message.payload.len();
    }

    /// A drain is under way.
    pub fn is_draining(&self) -> bool {
        self.draining.is_some()
    }

    /// And the server knows of it.
    pub fn is_drain_written(&self) -> bool {
        self.draining.as_ref().is_some_and(Asked::is_written)
    }

    /// A drain of so much credit begins; a gentle one is not written yet. When it is to be asked for again.
    pub fn begin_drain(&mut self, now: Instant, credit: u32, gently: bool) -> Instant {
        self.drained = (credit, 0);
        self.broken_off = false;
        self.draining.insert(Asked::first(now, gently)).next()
    }

    /// The drain of which the server does not know yet is not asked for any more. True when there was one.
    pub fn forgo_drain(&mut self) -> bool {
        let forgone = self.draining.take_if(|asked| !asked.is_written());
        forgone.is_some()
    }

    /// What the server says to a drain now would tell nothing.
    pub fn asks_gently(&self) -> bool {
        self.behind_large || self.doubts
    }

    /// The last drain ended with an end that tells nothing, or its credit went for a message that was broken off.
    pub fn is_end_doubtful(&self) -> bool {
        self.doubts || self.broken_off
    }

    /// The drain under way, if there is one.
    pub fn drain_mut(&mut self) -> Option<&mut Asked> {
        self.draining.as_mut()
    }

    /// The drain is over: what its end says.
    pub fn end_drain(&mut self) -> Answer {
        self.draining = None;
        let (credit, came) = self.drained;
        self.broken_off &= came >= credit;
        let late = std::mem::replace(&mut self.owes_answer, came >= credit);
        self.doubts = match came {
            0 => late,
            _ => self.behind_large,
        };
        match self.doubts {
            _ if came >= credit => Answer::UsedUp,
            true => Answer::Nothing,
            false => Answer::End,
        }
    }

    /// Nothing comes in advance: one message per waiting receive or per listener turn.
    pub fn is_unprefetched(&self) -> bool {
        self.prefetch.limit == 0
    }

    /// One message comes in advance, but none behind a message in work (D34).
    pub fn is_single(&self) -> bool {
        self.prefetch.limit == 1 && !self.prefetch.adaptive
    }

    /// The program is done with what it was handed, or whoever acknowledges it keeps the books.
    pub fn done(&mut self) {
        self.at_work = false;
    }

    /// What comes in advance is not fixed by the program's user.
    pub fn is_adaptive(&self) -> bool {
        self.prefetch.adaptive
    }

    /// The most that comes in advance now.
    pub fn window(&self) -> u32 {
        self.prefetch.limit
    }

    /// Nothing is to come behind a message in work; `unacknowledged` = the program has messages to acknowledge.
    pub fn is_occupied(&self, unacknowledged: impl FnOnce() -> bool) -> bool {
        self.is_single() && (self.at_work || unacknowledged())
    }

    /// What comes are replies to requests, of which one is under way: so much in advance takes nothing from anybody, and
    /// credit is seldom to be renewed.
    pub fn expect_replies(&mut self) {
        self.prefetch.expect_replies();
    }

    /// The credit that it wants; `hungry` = somebody waits for a message, `occupied` = behind one in work, and no receive
    /// asks.
    pub fn wanted_credit(&self, hungry: bool, occupied: bool) -> u32 {
        if self.is_unprefetched() {
            return u32::from(self.is_empty() && hungry);
        }
        if occupied {
            return 0;
        }
        let buffered = u32::try_from(self.messages.len()).unwrap_or(u32::MAX);
        self.prefetch.limit.saturating_sub(buffered)
    }

    /// A message of this age was handed out and the server has `outstanding` credit: credit is to be renewed, because half
    /// of it is used up and little is buffered (spec 40 §1.12).
    pub fn runs_low(&mut self, age: Duration, outstanding: u32) -> bool {
        let buffered = self.messages.len() as u64;
        let prefetch = self.prefetch.limit;
        let low = outstanding <= prefetch / 2
            && (u64::from(outstanding) + buffered) * 10 <= u64::from(prefetch) * 7;
        if low {
            self.prefetch.learn(age, outstanding == 0);
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::rules::prefetch::PrefetchList;

    fn learned(start: Prefetch, age: Duration, starved: bool, times: u32) -> u32 {
        let mut prefetch = start;
        for _ in 0..times {
            prefetch.learn(age, starved);
        }
        prefetch.limit
    }

    #[test]
    fn an_adaptive_prefetch_stays_within_its_bounds() {
        let queue = Prefetch {
            limit: PREFETCH_QUEUE,
            start: PREFETCH_QUEUE,
            adaptive: true,
        };
        let (fresh, old) = (Duration::ZERO, STALE + Duration::from_millis(1));
        assert_eq!(learned(queue, fresh, true, 1), 2 * PREFETCH_QUEUE);
        assert_eq!(learned(queue, fresh, true, 100), PREFETCH_MAX);
        // only a consumer that had to wait gets more, and only a fast one
        assert_eq!(learned(queue, fresh, false, 100), PREFETCH_QUEUE);
        assert_eq!(learned(queue, FRESH, true, 100), PREFETCH_QUEUE);
        let grown = Prefetch {
            limit: PREFETCH_MAX,
            ..queue
        };
        assert_eq!(learned(grown, old, true, 1), PREFETCH_MAX / 2);
        assert_eq!(learned(grown, STALE, true, 1), PREFETCH_MAX);
        assert_eq!(learned(grown, old, false, 100), PREFETCH_QUEUE);
        let fixed = Prefetch {
            limit: 1,
            start: 1,
            adaptive: false,
        };
        assert_eq!(learned(fixed, fresh, true, 100), 1);
        assert_eq!(learned(fixed, old, true, 100), 1);
    }

    fn inbox(prefetch: u32) -> Inbox {
        let options = Options {
            prefetch_queue: PrefetchList::parse(&prefetch.to_string()).unwrap(),
            ..Options::default()
        };
        Inbox::new(&Destination::queue("q"), &options)
    }

    /// Of one in advance none comes behind a message in work, unless a receive asks (D34).
    #[test]
    fn nothing_waits_behind_a_single_message_in_work() {
        let (mut single, mut clamp) = (inbox(1), Clamp::new(100));
        let message = || Buffered {
            arrival: 0,
            at: crate::clock::test_origin(),
            receipt: Receipt::new(0, false),
            payload: Bytes::from_static(b"x"),
        };
        assert!(!single.is_occupied(|| false));
        assert_eq!(single.wanted_credit(false, false), 1);
        single.arrive(&mut clamp, message());
        assert_eq!(single.wanted_credit(true, false), 0, "it has its one");
        let taken = single.take(&mut clamp).unwrap();
        assert!(single.is_occupied(|| false));
        assert_eq!(single.wanted_credit(true, true), 0);
        assert_eq!(single.wanted_credit(true, false), 1, "a receive asks");
        single.untake(&mut clamp, taken);
        assert!(!single.is_occupied(|| false));
        single.take(&mut clamp).unwrap();
        single.done();
        assert!(!single.is_occupied(|| false) && single.is_occupied(|| true));
        // two in advance are two in advance
        let mut two = inbox(2);
        two.arrive(&mut clamp, message());
        two.take(&mut clamp).unwrap();
        assert!(!two.is_occupied(|| true));
        assert_eq!(two.wanted_credit(false, false), 2);
    }

    #[test]
    fn batches_grow_while_they_are_used_up_in_time() {
        let mut inbox = inbox(8);
        let mut paces = vec![inbox.pace()];
        for stopped in [false, false, false, false, true, false] {
            inbox.end_hand(|_| true, stopped, 6);
            paces.push(inbox.pace());
        }
        assert_eq!(paces, [1, 2, 4, 6, 6, 1, 2]);
    }

    #[test]
    fn what_is_taken_or_lost_is_not_held_any_more() {
        let (mut inbox, mut clamp) = (inbox(8), Clamp::new(100));
        for arrival in 0..4 {
            let message = Buffered {
                arrival,
                at: crate::clock::test_origin(),
                receipt: Receipt::new(0, false),
                payload: Bytes::from(vec![0; 40]),
            };
            inbox.arrive(&mut clamp, message);
        }
        assert!(clamp.is_tight());
        let first = inbox.take(&mut clamp).unwrap();
        inbox.untake(&mut clamp, first);
        assert_eq!((clamp.bytes, inbox.first_arrival()), (160, Some(0)));
        let _ = inbox.take(&mut clamp).unwrap();
        assert_eq!(clamp.bytes, 120);
        assert!(!clamp.is_relieved(), "above three quarters");
        inbox.lose(&mut clamp);
        assert_eq!(clamp.bytes, 0);
        assert!(clamp.is_relieved() && !clamp.is_tight() && inbox.is_empty());
    }
}
