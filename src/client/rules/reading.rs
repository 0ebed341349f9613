//! Who reads the socket: the I/O thread, or, while calls that wait for the server follow each other quickly, the call that waits.
//!
//! An answer that the I/O thread reads for a call costs two changes of threads, one that the call reads itself costs one.
//! The role goes from hand to hand without a wake-up: for a moment both sleep at the socket, and who wakes there without having
//! the role sleeps elsewhere. So nothing can be lost, and a change of the role costs one needless wake.
//!
//! | who has it | it ends when |
//! | --- | --- |
//! | the I/O thread | a call begins to wait alone, calls are quick, and the I/O thread rests: the call |
//! | a call | its wait is over: nobody; its wait is over and others wait: the I/O thread, which is woken for it |
//! | nobody: the next call is near | a call begins to wait alone: that one |
//! | a call or nobody | a look of the I/O thread has seen too few turns: the I/O thread |
//!
//! Before a call sleeps at the socket it looks there some times and lets other threads run in between, as long as that pays: a
//! server on the same machine often answers before a sleep would have begun.
//!
//! The looks of the I/O thread are why nothing hangs when the call that has the role never comes back (a signal handler runs above it), and
//! why a call that waits for long costs no timer: it has the role no longer than until the second look.

use std::time::{Duration, Instant};

/// How often the I/O thread looks while it has not the role; the longest time for which nobody reads is twice this.
const LOOK: Duration = Duration::from_millis(5);
/// Waits in a `LOOK` that are quick: with less, threads change rarely enough.
const QUICK: u128 = 5;

/// The same for tests.
const TEST_LOOK: Duration = Duration::from_millis(100);
/// How often a call looks at the socket before it sleeps there.
const PEEKS: u32 = 10;
/// Of so many sleeps one looks before all the same, when it has not paid.
const PROBE: u64 = 64;
/// How well it may have paid.
const MOST_PAID: u32 = 8;

/// The role in the hand of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    epoch: u32,
    number: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    Io,
    Call(u64),
    Nobody,
}

/// Of one incarnation.
#[derive(Debug)]
pub struct Reading {
    epoch: u32,
    reader: Reader,
    /// Of the last turn
    number: u64,
    /// Calls are quick
    quick: bool,
    /// They are thought to be, whatever they are, and none is near when one is over: for tests in which no time passes
    always: bool,
    /// The last look
    since: Instant,
    /// Lone waits, or turns of those that have the role, since then
    count: u32,
    /// How well it has paid to look before a sleep
    paid: u32,
}

impl Reading {
    /// The I/O thread reads.
    pub fn new(epoch: u32, now: Instant, always: bool) -> Reading {
        Reading {
            epoch,
            reader: Reader::Io,
            number: 0,
            quick: always,
            always,
            since: now,
            count: 0,
            paid: 0,
        }
    }

    /// The I/O thread has the role.
    pub fn is_io(&self) -> bool {
        self.reader == Reader::Io
    }

    /// This call has the role.
    pub fn has(&self, turn: Turn) -> bool {
        turn.epoch == self.epoch && self.reader == Reader::Call(turn.number)
    }

    /// A call begins to wait for the server, as the only one (`lone`); the I/O thread sleeps (`resting`). Does it read?
    pub fn begin(&mut self, lone: bool, resting: bool) -> Option<Turn> {
        if !lone {
            return None;
        }
        match self.reader {
            Reader::Io => {
                self.count = self.count.saturating_add(1);
                if !self.quick || !resting {
                    return None;
                }
            }
            Reader::Call(_) => return None,
            Reader::Nobody => {}
        }
        self.number += 1;
        self.reader = Reader::Call(self.number);
        Some(Turn {
            epoch: self.epoch,
            number: self.number,
        })
    }

    /// How often the call that has the role looks at the socket before it sleeps.
    pub fn peeks(&self) -> u32 {
        match self.paid > 0 || self.number.is_multiple_of(PROBE) {
            true => PEEKS,
            false => 0,
        }
    }

    /// It has looked: was there something?
    pub fn peeked(&mut self, found: bool) {
        self.paid = match found {
            true => (self.paid + 2).min(MOST_PAID),
            false => self.paid.saturating_sub(1),
        };
    }

    /// A call that slept at the socket wakes: may it read?
    pub fn wakes(&mut self, turn: Turn) -> bool {
        let has = self.has(turn);
        self.count = self.count.saturating_add(has.into());
        has
    }

    /// The wait of a call is over. True: the I/O thread has the role, because others wait, and must be woken for it.
    pub fn leave(&mut self, turn: Turn, others: bool) -> bool {
        if !self.has(turn) {
            return false;
        }
        let back = others || self.always;
        match back {
            true => self.take_back(),
            false => self.reader = Reader::Nobody,
        }
        back
    }

    /// The I/O thread has the role from now on.
    pub fn take_back(&mut self) {
        self.reader = Reader::Io;
        self.quick = self.always;
    }

    /// The I/O thread goes to sleep: at the socket, or until it has to look again.
    pub fn look(&mut self, now: Instant) -> Option<Instant> {
        let span = now.saturating_duration_since(self.since);
        let look = if self.always { TEST_LOOK } else { LOOK };
        if span >= look {
            let quick = u128::from(self.count) * LOOK.as_nanos() >= QUICK * span.as_nanos();
            match self.reader {
                Reader::Io => self.quick = quick || self.always,
                Reader::Call(_) | Reader::Nobody if !quick => self.take_back(),
                Reader::Call(_) | Reader::Nobody => {}
            }
            self.since = now;
            self.count = 0;
        }
        (!self.is_io()).then(|| self.since + look)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls have been quick for a time; nobody waits.
    fn quick(now: &mut Instant) -> Reading {
        let mut reading = Reading::new(3, *now, false);
        for _ in 0..QUICK {
            assert_eq!(reading.begin(true, true), None);
        }
        *now += LOOK;
        assert_eq!(reading.look(*now), None);
        reading
    }

    #[test]
    fn a_lone_quick_call_reads() {
        let mut now = Instant::now();
        let mut reading = quick(&mut now);
        assert_eq!(reading.begin(false, true), None, "others wait");
        assert_eq!(reading.begin(true, false), None, "the I/O thread may read");
        let first = reading.begin(true, true).unwrap();
        assert!(!reading.is_io());
        assert_eq!(reading.begin(true, true), None, "one at a time");
        assert!(reading.wakes(first));
        assert!(!reading.leave(first, false));
        assert!(!reading.is_io(), "the next call is near");
        // whether the I/O thread rests does not matter: it does not read
        let second = reading.begin(true, false).unwrap();
        assert!(!reading.has(first) && reading.has(second));
        assert!(reading.leave(second, true));
        assert!(reading.is_io() && reading.begin(true, true).is_none());
    }

    #[test]
    fn slow_calls_do_not_read() {
        let mut now = Instant::now();
        let mut reading = Reading::new(3, now, false);
        for _ in 0..100 {
            assert_eq!(reading.begin(true, true), None);
            now += LOOK / (QUICK as u32 - 1);
            assert_eq!(reading.look(now), None);
        }
    }

    #[test]
    fn a_look_that_sees_no_turn_takes_the_role_back() {
        let mut now = Instant::now();
        for left in [false, true] {
            let mut reading = quick(&mut now);
            let turn = reading.begin(true, true).unwrap();
            for _ in 0..QUICK {
                assert!(reading.wakes(turn));
            }
            if left {
                reading.leave(turn, false);
            }
            now += LOOK / 2;
            assert_eq!(reading.look(now), Some(now + LOOK / 2), "not yet");
            now += LOOK / 2;
            assert_eq!(reading.look(now), Some(now + LOOK), "there were turns");
            now += LOOK;
            assert_eq!(reading.look(now), None);
            assert!(reading.is_io() && !reading.wakes(turn) && !reading.leave(turn, true));
        }
    }

    #[test]
    fn looking_before_a_sleep_goes_on_while_it_pays() {
        let mut now = Instant::now();
        let mut reading = quick(&mut now);
        let mut peeks = |pays: bool| {
            let mut looked = 0;
            for _ in 0..PROBE {
                let turn = reading.begin(true, true).unwrap();
                if reading.peeks() > 0 {
                    looked += 1;
                    reading.peeked(pays);
                }
                reading.leave(turn, false);
            }
            looked
        };
        assert!(peeks(false) <= 1);
        peeks(true);
        assert_eq!(peeks(true), PROBE);
        assert!(peeks(false) <= u64::from(MOST_PAID) + 1);
        assert!(peeks(false) <= 1);
    }

    #[test]
    fn a_turn_at_one_server_is_none_at_the_next() {
        let now = Instant::now();
        let mut first = Reading::new(3, now, true);
        let mut second = Reading::new(4, now, true);
        let turn = first.begin(true, true).unwrap();
        second.begin(true, true).unwrap();
        assert!(first.has(turn) && !second.has(turn));
    }
}
