//! The sending links of a producer: which one a message takes, and what each is on the wire (spec 40 §2.4).
//!
//! A producer's definition has at most two: its own destination, or the anonymous relay. On a server without a relay each
//! destination gets a *fallback* link; that belongs to the incarnation and is never made again by a recovery.

use std::time::Instant;

use crate::amqp::engine::LinkId;
use crate::message::Destination;
use crate::status::Error;

/// Where the messages of a link go.
#[derive(Clone, Debug, PartialEq)]
pub enum Route {
    /// To the producer's own destination.
    Bound(Destination),
    /// Wherever each message says.
    Relay,
    /// To one destination, on a server without a relay.
    Fallback(Destination),
}

impl Route {
    /// The fixed target.
    pub fn target(&self) -> Option<&Destination> {
        match self {
            Route::Bound(target) | Route::Fallback(target) => Some(target),
            Route::Relay => None,
        }
    }
}

/// What a link is on the present server.
#[derive(Clone, Debug)]
pub enum Incarnation {
    None,
    /// The attach is written; its answer is awaited since then.
    Attaching(LinkId, Instant),
    Live(LinkId),
    /// Refused or closed by the server.
    Failed(Error),
}

/// One sending link.
#[derive(Debug)]
pub struct Sender {
    route: Route,
    incarnation: Incarnation,
    /// Counts the attaches: who has waited for one knows whether a failure is its own
    attempt: u32,
}

impl Sender {
    /// A link that is not attached.
    pub fn new(route: Route) -> Sender {
        Sender {
            route,
            incarnation: Incarnation::None,
            attempt: 0,
        }
    }

    /// A link that is attached.
    pub fn attached_to(route: Route, link: LinkId) -> Sender {
        Sender {
            incarnation: Incarnation::Live(link),
            ..Sender::new(route)
        }
    }

    /// Where its messages go.
    pub fn route(&self) -> &Route {
        &self.route
    }

    /// What it is on the present server.
    pub fn incarnation(&self) -> &Incarnation {
        &self.incarnation
    }

    /// Number of the last attach.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The link, when messages can go.
    pub fn live(&self) -> Option<LinkId> {
        match self.incarnation {
            Incarnation::Live(link) => Some(link),
            _ => None,
        }
    }

    /// The attach is written.
    pub fn attaching(&mut self, link: LinkId, now: Instant) {
        self.attempt += 1;
        self.incarnation = Incarnation::Attaching(link, now);
    }

    /// The link is there.
    pub fn attached(&mut self, link: LinkId) {
        self.incarnation = Incarnation::Live(link);
    }

    /// The link is gone or was refused; without an error the next send attaches it again.
    pub fn gone(&mut self, failed: Option<Error>) {
        self.incarnation = failed.map_or(Incarnation::None, Incarnation::Failed);
    }

    /// Takes the link out of use: what is to be closed.
    pub fn take(&mut self) -> Option<LinkId> {
        match std::mem::replace(&mut self.incarnation, Incarnation::None) {
            Incarnation::Live(link) | Incarnation::Attaching(link, _) => Some(link),
            _ => None,
        }
    }
}

/// The sending links of one producer. Their numbers are valid for one incarnation.
#[derive(Debug)]
pub struct Senders(Vec<Sender>);

impl Senders {
    /// With the producer's own link, if it has one.
    pub fn new(bound: Option<Sender>) -> Senders {
        Senders(bound.into_iter().collect())
    }

    /// The link with this number.
    pub fn at(&self, index: usize) -> Option<&Sender> {
        self.0.get(index)
    }

    /// The link with this number.
    pub fn at_mut(&mut self, index: usize) -> Option<&mut Sender> {
        self.0.get_mut(index)
    }

    /// The number of the link of this route, which is made where there is none.
    pub fn of(&mut self, route: &Route) -> usize {
        let found = self.0.iter().position(|sender| sender.route == *route);
        found.unwrap_or_else(|| {
            self.0.push(Sender::new(route.clone()));
            self.0.len() - 1
        })
    }

    /// The number of the producer's own link.
    pub fn bound(&self) -> Option<usize> {
        matches!(self.0.first()?.route, Route::Bound(_)).then_some(0)
    }

    /// What a recovery makes again: the links that a loss has left and that have not failed.
    pub fn definitions(&self) -> impl Iterator<Item = (usize, &Route)> {
        self.iter().filter_map(|(index, sender)| {
            let failed = matches!(sender.incarnation, Incarnation::Failed(_));
            (!failed).then_some((index, &sender.route))
        })
    }

    /// The server is lost. A link of one destination goes with it, and a refusal that was not of the producer's own.
    pub fn lose(&mut self) {
        self.0
            .retain(|sender| !matches!(sender.route, Route::Fallback(_)));
        for sender in &mut self.0 {
            let own = matches!(sender.route, Route::Bound(_));
            if !(own && matches!(sender.incarnation, Incarnation::Failed(_))) {
                sender.incarnation = Incarnation::None;
            }
        }
    }

    /// Every link, by number.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &Sender)> {
        self.0.iter().enumerate()
    }

    /// Every link, by number.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (usize, &mut Sender)> {
        self.0.iter_mut().enumerate()
    }
}
