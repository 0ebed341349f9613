//! What the trace is told of a connection: who it is, what a loss took, what a new server brought back, its close.
//! `docs/trace.md` shows the lines. Nothing here costs anything while nobody has asked: a look at the topic is one load.

use std::fmt;

use super::Model;
use super::link::Owner;
use crate::client::rules::gate::State;
use crate::client::rules::outage::{Loss, Witness};
use crate::trace::{self, Topic};

/// How many of a thing, in words.
struct Count<'a>(usize, &'a str);

impl fmt::Display for Count<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.0 == 1 { "" } else { "s" };
        write!(f, "{} {}{end}", self.0, self.1)
    }
}

impl Model {
    /// The connection in words: its number in the process, and the id by which servers know it.
    pub fn name(&self) -> String {
        let id = self.basis.id;
        match self.client_id() {
            Some(client) => format!("connection {id} (client id {client})"),
            None => format!("connection {id} (container id {})", self.container_id()),
        }
    }

    /// A line about the connection for the trace.
    pub fn note(&mut self, topic: Topic, text: fmt::Arguments<'_>) {
        if trace::is_on(topic) {
            let line = format!("{}: {text}", self.name());
            self.effects.note(topic, line);
        }
    }

    /// A line for the topic of recoveries, or for that of states where only that is on.
    fn note_change(&mut self, text: fmt::Arguments<'_>) {
        let topic = match trace::is_on(Topic::Recovery) {
            true => Topic::Recovery,
            false => Topic::State,
        };
        self.note(topic, text);
    }

    fn is_told_of_changes() -> bool {
        trace::is_on(Topic::Recovery) || trace::is_on(Topic::State)
    }

    /// The server is lost, or the close has come to its end: before anything of the incarnation goes.
    pub(super) fn note_loss(&mut self, epoch: u32, loss: &Loss) {
        if !Self::is_told_of_changes() {
            return;
        }
        let (group, member) = self.active();
        let url = self.basis.groups[group][member].to_string();
        if self.is_closed() {
            return match loss.witness {
                Witness::Server => {
                    self.note_change(format_args!("closed: {url} has answered (epoch {epoch})"));
                }
                _ => {
                    let cause = &loss.cause.text;
                    self.note_change(format_args!(
                        "closed without {url} (epoch {epoch}): {cause}"
                    ));
                }
            };
        }
        let next = match (
            self.state(),
            self.basis.groups[group].len(),
            self.basis.unshared,
        ) {
            (State::Connected, 2.., _) => "the library reconnects",
            (State::Connected, _, true) => "RecoverConnection is needed",
            _ => "the connection is over",
        };
        let (mut awaited, mut queued) = (0, 0);
        for state in self.producers.values() {
            let (of_callers, of_nobody) = state.outbox.under_way();
            awaited += of_callers;
            queued += of_nobody;
        }
        let sessions = self.sessions.values();
        let unacknowledged = sessions.map(|state| state.unacknowledged.len()).sum();
        let consumers = self.consumers.values();
        let buffered = consumers.map(|state| state.inbox.arrivals().count()).sum();
        self.note_change(format_args!(
            "lost {url} (epoch {epoch}), {}: {}; {} in flight, {} not confirmed, {} not acknowledged, {} dropped; {next}",
            loss.witness,
            loss.cause.text,
            Count(awaited, "send"),
            Count(queued, "send"),
            Count(unacknowledged, "message"),
            Count(buffered, "buffered message"),
        ));
    }

    /// A server has taken the connection and everything on it.
    pub(super) fn note_arrival<'a>(
        &mut self,
        epoch: u32,
        sessions: usize,
        owners: impl Iterator<Item = &'a Owner>,
    ) {
        if !Self::is_told_of_changes() {
            return;
        }
        let (group, member) = self.active();
        let url = self.basis.groups[group][member].to_string();
        let (mut producers, mut consumers) = (std::collections::BTreeSet::new(), 0);
        let mut browsers = 0;
        for owner in owners {
            match owner {
                Owner::Producer(key, _) => drop(producers.insert(*key)),
                Owner::Consumer(_) => consumers += 1,
                Owner::Browser(_) => browsers += 1,
                Owner::Coordinator(_) => {}
                Owner::Temporary(_) => {} // each tells its new name
                Owner::Unsubscribing(_) => {}
            }
        }
        let browsers = match browsers {
            0 => String::new(),
            count => format!(", {}", Count(count, "browser")),
        };
        let waiting = self.producers.values();
        let waiting = waiting.map(|state| state.outbox.queued()).sum();
        self.note_change(format_args!(
            "connected to {url} (epoch {epoch}) with {}, {}{browsers} and {}; {} go again",
            Count(sessions, "session"),
            Count(producers.len(), "producer"),
            Count(consumers, "consumer"),
            Count(waiting, "send"),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_many() {
        assert_eq!(Count(0, "send").to_string(), "0 sends");
        assert_eq!(Count(1, "send").to_string(), "1 send");
        assert_eq!(Count(2, "send").to_string(), "2 sends");
    }
}
