//! The walk over the list, and what of it lasts over the loss of a connection on which nothing has succeeded (D22).
//!
//! Pure: the time is passed in. A [`Series`] orders the tries; the walk books what they met ([`Tries`]) and remembers
//! when each place was tried, so that neither a server that takes connections and drops them nor a program that recovers
//! in a loop causes more than one connect of a place in each delay.

use std::time::{Duration, Instant};

use super::reconnect::{Series, Step};
use super::tries::{Failure, Tries};
use super::url::ServerUrl;
use crate::status::Error;

/// Place in the URL list: group and server.
type Place = (usize, usize);

/// The walk of one connection.
#[derive(Default)]
pub struct Walk {
    series: Option<Series>,
    tries: Tries,
    /// A step that was decided and has not had its turn
    pending: Option<Step>,
    /// When each place was last tried, since something has last succeeded
    tried: Vec<(Place, Instant)>,
}

impl Walk {
    /// Begins a series.
    pub fn begin(&mut self, series: Series) {
        self.series = Some(series);
        self.tries = Tries::default();
        self.pending = None;
    }

    /// The connection was good: nothing of the way to it matters any more.
    pub fn forget(&mut self) {
        *self = Walk::default();
    }

    /// The series is over, its end is not to be continued.
    pub fn close(&mut self) {
        (self.series, self.pending) = (None, None);
    }

    /// A connection that dies at once was a failed try: its series goes on, or `fresh` begins.
    pub fn go_on(&mut self, fresh: Series, at: Place, url: &ServerUrl, died: Failure) {
        if self.series.is_none() {
            self.begin(fresh);
        }
        self.failed(at, url, died);
    }

    /// What to do now.
    pub fn step(&mut self, now: Instant) -> Step {
        let Some(series) = &mut self.series else {
            return Step::End;
        };
        let step = self.pending.take().unwrap_or_else(|| series.step());
        let Step::Try { group, server } = step else {
            return step;
        };
        let (at, delay) = ((group, server), series.delay_between_passes());
        let known = self.tried.iter_mut().find(|(place, _)| *place == at);
        if let Some((_, last)) = known {
            let rest = (*last + delay).saturating_duration_since(now);
            if !rest.is_zero() {
                self.pending = Some(step);
                return Step::Sleep(rest);
            }
            *last = now;
        } else {
            self.tried.push((at, now));
        }
        step
    }

    /// Books a failed try; the failure as it counts.
    pub fn failed(&mut self, at: Place, url: &ServerUrl, failure: Failure) -> Failure {
        self.tries.failed(at, url, failure)
    }

    /// The URL is not tried again in this series (C17).
    pub fn forbid(&mut self, (group, server): Place) {
        if let Some(series) = &mut self.series {
            series.forbid(group, server);
        }
    }

    /// The next try goes to the same URL, after the delay (D3).
    pub fn repeat(&mut self, (group, server): Place) {
        if let Some(series) = &mut self.series {
            self.pending = Some(series.repeat_after_delay(group, server));
        }
    }

    /// The places that still have a turn, if the one under way fails.
    pub fn left(&self) -> impl Iterator<Item = Place> {
        self.series.iter().flat_map(Series::left)
    }

    /// Number of the pass under way and how many there are, from 1.
    pub fn progress(&self) -> (u32, u32) {
        self.series.as_ref().map_or((1, 1), Series::progress)
    }

    /// The attempt timeout, if one is set.
    pub fn timeout(&self) -> Option<Duration> {
        self.series.as_ref().and_then(Series::timeout)
    }

    /// Nobody was found: what the call returns.
    pub fn end(&mut self) -> Error {
        self.close();
        std::mem::take(&mut self.tries).into_error()
    }
}

#[cfg(test)]
mod tests {
    use super::super::reconnect::Attempts;
    use super::super::url::{Group, UrlList};
    use super::*;
    use crate::clock::test_origin;
    use crate::status::Status;

    const DELAY: Duration = Duration::from_millis(500);

    fn groups(text: &str) -> Vec<Group> {
        UrlList::parse(text).unwrap().groups
    }

    fn series(list: &[Group], start: Place, passes: u32) -> Series {
        let attempts = Attempts {
            rounds: 1,
            passes,
            pass_delay: DELAY,
            round_delay: DELAY,
            timeout: None,
        };
        Series::within(list, start.0, start, attempts, 7)
    }

    fn failure(text: &str) -> Failure {
        Failure::retry(Status::TIBEMS_SERVER_NOT_CONNECTED, text)
    }

    /// Steps up to the next try, each sleep taken in full; none = the end.
    fn next(walk: &mut Walk, now: &mut Instant) -> Option<Place> {
        loop {
            match walk.step(*now) {
                Step::Try { group, server } => return Some((group, server)),
                Step::Sleep(delay) => *now += delay,
                Step::End => return None,
            }
        }
    }

    #[test]
    fn connections_that_die_at_once_use_up_one_series() {
        let list = groups("a,b");
        let (mut walk, mut now) = (Walk::default(), test_origin());
        walk.begin(series(&list, (0, 0), 1));
        let mut at = next(&mut walk, &mut now).unwrap(); // connected
        walk.close();
        let (begun, mut places) = (now, Vec::new());
        loop {
            // each connection dies at once
            let url = &list[at.0][at.1];
            walk.go_on(series(&list, (0, 1), 3), at, url, failure("died"));
            match next(&mut walk, &mut now) {
                Some(next) => at = next,
                None => break,
            }
            places.push(at.1);
        }
        assert_eq!(places, [1, 0, 1, 0, 1, 0]);
        // the first connect of `a` counts too
        assert!(now >= begun + 3 * DELAY, "{:?}", now - begun);
        assert!(now <= begun + 4 * DELAY, "{:?}", now - begun);
        let error = walk.end();
        assert!(
            error.text.contains("tcp://a:7222: died (4 tries)"),
            "{}",
            error.text
        );
        assert!(
            error.text.contains("tcp://b:7222: died (3 tries)"),
            "{}",
            error.text
        );
    }

    #[test]
    fn whoever_recovers_in_a_loop_waits_the_rest_of_the_delay() {
        let list = groups("a");
        let (mut walk, origin) = (Walk::default(), test_origin());
        let mut now = origin;
        for turn in 0..10 {
            walk.begin(series(&list, (0, 0), 1)); // the full count each time
            assert_eq!(next(&mut walk, &mut now), Some((0, 0)));
            assert_eq!(now, origin + turn * DELAY);
            walk.failed((0, 0), &list[0][0], failure("refused"));
            assert_eq!(walk.step(now), Step::End);
            walk.end();
        }
        // whoever comes later waits no more
        now += Duration::from_millis(499);
        walk.begin(series(&list, (0, 0), 1));
        let rest = Duration::from_millis(1);
        assert_eq!(walk.step(now), Step::Sleep(rest));
        assert_eq!(
            walk.step(now + rest),
            Step::Try {
                group: 0,
                server: 0
            }
        );
    }

    #[test]
    fn a_good_connection_is_a_new_beginning() {
        let list = groups("a,b");
        let (mut walk, origin) = (Walk::default(), test_origin());
        let mut now = origin;
        for _ in 0..100 {
            walk.forget();
            walk.begin(series(&list, (0, 0), 1));
            assert_eq!(next(&mut walk, &mut now), Some((0, 0)));
        }
        assert_eq!(now, origin, "nobody waited");
    }

    #[test]
    fn a_held_client_id_keeps_its_turn() {
        let list = groups("a,b");
        let (mut walk, mut now) = (Walk::default(), test_origin());
        walk.begin(series(&list, (0, 1), 2));
        assert_eq!(next(&mut walk, &mut now), Some((0, 1)));
        walk.repeat((0, 1));
        assert_eq!(next(&mut walk, &mut now), Some((0, 1)));
        walk.repeat((0, 1));
        assert_eq!(next(&mut walk, &mut now), None);
    }
}
