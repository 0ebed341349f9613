//! The order of connection attempts: which server next, how many passes, how long between them.
//!
//! Pure (spec 10 §1.2, §2.3, C11, C15, C17, R8; D3, D8): no clock, no socket. The connector asks
//! `step()` what to do and reports failures with `forbid()`; tests walk the plan in microseconds.

use std::time::Duration;

use super::url::Group;

/// Attempt settings in force for one series, already combined from globals and factory (C10, C11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// Outer rounds; 1 unless a global count multiplies an unshared factory's.
    pub rounds: u32,
    /// Passes over the list in each round.
    pub passes: u32,
    /// Delay between the passes of a round.
    pub pass_delay: Duration,
    /// Delay between rounds.
    pub round_delay: Duration,
    /// Limit of one try of one URL; none = only the silence limit ends it (C13).
    pub timeout: Option<Duration>,
}

/// What the connector does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Try `groups[group][server]`.
    Try { group: usize, server: usize },
    /// Sleep, then ask again.
    Sleep(Duration),
    /// Every attempt had its turn.
    End,
}

/// One series of attempts over a list of groups.
#[derive(Debug)]
pub struct Series {
    order: Vec<(usize, usize)>,
    attempts: Attempts,
    position: usize,
    pass: u32,
    forbidden: Vec<(usize, usize)>,
    jitter: u32,
}

impl Series {
    /// A walk of `groups` that starts at `start` and goes on at the top (spec 10 §2.3). `random`
    /// seeds the extra of up to 10 % of each delay (D8).
    pub fn new(groups: &[Group], start: (usize, usize), attempts: Attempts, random: u32) -> Self {
        let flat: Vec<(usize, usize)> = groups
            .iter()
            .enumerate()
            .flat_map(|(group, servers)| (0..servers.len()).map(move |server| (group, server)))
            .collect();
        let first = flat.iter().position(|at| *at == start).unwrap_or(0);
        let order = (0..flat.len())
            .map(|step| flat[(first + step) % flat.len()])
            .collect();
        Series {
            order,
            attempts,
            position: 0,
            pass: 0,
            forbidden: Vec::new(),
            jitter: random | 1,
        }
    }

    /// A walk inside one group, for automatic reconnect.
    pub fn within(
        groups: &[Group],
        group: usize,
        start: (usize, usize),
        attempts: Attempts,
        random: u32,
    ) -> Self {
        let mut series = Series::new(groups, start, attempts, random);
        series.order.retain(|at| at.0 == group);
        series
    }

    /// One URL only.
    pub fn single(at: (usize, usize), attempts: Attempts) -> Self {
        Series {
            order: vec![at],
            attempts,
            position: 0,
            pass: 0,
            forbidden: Vec::new(),
            jitter: 1,
        }
    }

    /// The next step. A sleep is answered once and counts as done.
    pub fn step(&mut self) -> Step {
        loop {
            if self.forbidden.len() == self.order.len() || self.pass >= self.total() {
                return Step::End;
            }
            let Some(&(group, server)) = self.order.get(self.position) else {
                self.position = 0;
                self.pass += 1;
                if self.pass >= self.total() {
                    return Step::End;
                }
                return Step::Sleep(self.delay());
            };
            self.position += 1;
            if !self.forbidden.contains(&(group, server)) {
                return Step::Try { group, server };
            }
        }
    }

    /// The URL is not tried again in this series (C17).
    pub fn forbid(&mut self, group: usize, server: usize) {
        if !self.forbidden.contains(&(group, server)) {
            self.forbidden.push((group, server));
        }
    }

    /// The client id is still held at this URL: the next try goes to the same URL after the delay
    /// and counts as a pass (D3).
    pub fn repeat_after_delay(&mut self, group: usize, server: usize) -> Step {
        self.pass += 1;
        if self.pass >= self.total() {
            return Step::End;
        }
        if let Some(at) = self.order.iter().position(|at| *at == (group, server)) {
            self.position = at;
        }
        Step::Sleep(self.delay())
    }

    /// The places that still have a turn, if the one under way fails.
    pub fn left(&self) -> impl Iterator<Item = (usize, usize)> {
        let again = self.pass + 1 < self.total();
        let from = if again { 0 } else { self.position };
        let places = self.order.get(from..).unwrap_or_default().iter();
        places.copied().filter(|at| !self.forbidden.contains(at))
    }

    /// Number of the pass under way and how many there are, from 1.
    pub fn progress(&self) -> (u32, u32) {
        (self.pass + 1, self.total())
    }

    /// What lies between two passes at least, without the extra.
    pub fn delay_between_passes(&self) -> Duration {
        self.attempts.pass_delay
    }

    /// Limit of one try.
    pub fn timeout(&self) -> Option<Duration> {
        self.attempts.timeout
    }

    fn total(&self) -> u32 {
        self.attempts.rounds.saturating_mul(self.attempts.passes)
    }

    fn delay(&mut self) -> Duration {
        let base = if self.pass.is_multiple_of(self.attempts.passes) {
            self.attempts.round_delay
        } else {
            self.attempts.pass_delay
        };
        // xorshift: spreads clients that lost the same server, nothing more is asked of it
        self.jitter ^= self.jitter << 13;
        self.jitter ^= self.jitter >> 17;
        self.jitter ^= self.jitter << 5;
        base + base.mul_f64(f64::from(self.jitter % 1000) / 10_000.0)
    }
}

/// The place behind `lost` in list order, where a reconnect inside a list starts.
pub fn after(groups: &[Group], lost: (usize, usize)) -> (usize, usize) {
    match groups.get(lost.0) {
        Some(group) if lost.1 + 1 < group.len() => (lost.0, lost.1 + 1),
        _ => after_group(groups, lost.0),
    }
}

/// The first server of the group behind `lost` (R8).
pub fn after_group(groups: &[Group], lost: usize) -> (usize, usize) {
    ((lost + 1) % groups.len().max(1), 0)
}

#[cfg(test)]
mod tests {
    use super::super::url::UrlList;
    use super::*;

    fn attempts(rounds: u32, passes: u32) -> Attempts {
        Attempts {
            rounds,
            passes,
            pass_delay: Duration::from_millis(500),
            round_delay: Duration::from_millis(900),
            timeout: None,
        }
    }

    fn walk(mut series: Series) -> Vec<String> {
        let mut steps = Vec::new();
        loop {
            match series.step() {
                Step::Try { group, server } => steps.push(format!("{group}{server}")),
                Step::Sleep(delay) => {
                    let ms = delay.as_millis();
                    assert!(
                        (500..=550).contains(&ms) || (900..=990).contains(&ms),
                        "{ms}"
                    );
                    steps.push(if ms < 600 { "-" } else { "=" }.into());
                }
                Step::End => return steps,
            }
        }
    }

    fn groups(text: &str) -> Vec<Group> {
        UrlList::parse(text).unwrap().groups
    }

    #[test]
    fn every_pass_walks_the_whole_list_and_no_delay_follows_the_last() {
        let list = groups("a,b");
        assert_eq!(
            walk(Series::new(&list, (0, 0), attempts(1, 2), 7)),
            ["00", "01", "-", "00", "01"]
        );
    }

    #[test]
    fn a_walk_that_starts_below_the_top_wraps() {
        let list = groups("a,b,c");
        let start = after(&list, (0, 1));
        assert_eq!(
            walk(Series::new(&list, start, attempts(1, 1), 7)),
            ["02", "00", "01"]
        );
        let list = groups("a+b+c");
        let start = after_group(&list, 1);
        assert_eq!(
            walk(Series::new(&list, start, attempts(1, 1), 7)),
            ["20", "00", "10"]
        );
        let list = groups("a1,a2+b1,b2");
        assert_eq!(
            walk(Series::new(&list, after_group(&list, 1), attempts(1, 1), 7)),
            ["00", "01", "10", "11"]
        );
    }

    #[test]
    fn an_automatic_reconnect_stays_in_its_group() {
        let list = groups("a1,a2,a3+b1,b2");
        let series = Series::within(&list, 0, (0, 1), attempts(1, 2), 7);
        assert_eq!(walk(series), ["01", "02", "00", "-", "01", "02", "00"]);
        let series = Series::within(&list, 1, (1, 1), attempts(1, 1), 7);
        assert_eq!(walk(series), ["11", "10"]);
    }

    #[test]
    fn rounds_multiply_passes() {
        let steps = walk(Series::new(&groups("a"), (0, 0), attempts(2, 2), 7));
        assert_eq!(steps, ["00", "-", "00", "=", "00", "-", "00"]);
        let steps = walk(Series::new(&groups("a"), (0, 0), attempts(5, 3), 7));
        assert_eq!(steps.iter().filter(|step| *step == "00").count(), 15);
    }

    #[test]
    fn what_is_left_has_a_turn_ahead() {
        let list = groups("a,b");
        let mut series = Series::new(&list, (0, 1), attempts(1, 2), 7);
        let left = |series: &Series| series.left().collect::<Vec<_>>();
        let mut seen = Vec::new();
        loop {
            match series.step() {
                Step::Try { .. } => seen.push(left(&series)),
                Step::Sleep(_) => {}
                Step::End => break,
            }
        }
        let both = vec![(0, 1), (0, 0)];
        assert_eq!(seen, [both.clone(), both, vec![(0, 0)], vec![]]);
        let mut series = Series::new(&list, (0, 0), attempts(1, 9), 7);
        series.step();
        series.forbid(0, 1);
        assert_eq!(left(&series), [(0, 0)]);
    }

    #[test]
    fn a_forbidden_url_is_left_out_and_ends_a_list_of_one() {
        let list = groups("a,b");
        let mut series = Series::new(&list, (0, 0), attempts(1, 2), 7);
        series.step();
        series.forbid(0, 0);
        assert_eq!(walk(series), ["01", "-", "01"]);
        let mut series = Series::new(&groups("a"), (0, 0), attempts(1, 9), 7);
        series.step();
        series.forbid(0, 0);
        assert_eq!(series.step(), Step::End);
    }

    #[test]
    fn a_held_client_id_is_tried_again_on_the_same_url() {
        let list = groups("a,b");
        let mut series = Series::new(&list, (0, 1), attempts(1, 3), 7);
        assert_eq!(
            series.step(),
            Step::Try {
                group: 0,
                server: 1
            }
        );
        assert!(matches!(series.repeat_after_delay(0, 1), Step::Sleep(_)));
        assert_eq!(
            series.step(),
            Step::Try {
                group: 0,
                server: 1
            }
        );
        assert!(matches!(series.repeat_after_delay(0, 1), Step::Sleep(_)));
        assert_eq!(series.repeat_after_delay(0, 1), Step::End);
    }
}
