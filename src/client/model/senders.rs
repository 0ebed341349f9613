//! The sending links of a producer: which of them a message takes, and what a lost server leaves of them (spec 40 §2.9).

use super::link::{Definition, Link, Route};
use crate::message::Destination;

/// The sending links of one producer. A definition has at most two: the producer's own destination, or the anonymous
/// relay. On a server without a relay each destination gets a *fallback* link; that belongs to the incarnation and is
/// never made again by a recovery. Their numbers are valid for one incarnation.
#[derive(Debug)]
pub struct Senders {
    name: String,
    links: Vec<Link>,
}

impl Senders {
    /// Of a producer with this name, and its own destination if it has one.
    pub fn new(name: String, bound: Option<Destination>) -> Senders {
        let mut senders = Senders {
            name,
            links: Vec::new(),
        };
        if let Some(bound) = bound {
            senders.of(&Route::Bound(bound));
        }
        senders
    }

    /// The link with this number.
    pub fn at(&self, index: usize) -> Option<&Link> {
        self.links.get(index)
    }

    /// The link with this number.
    pub fn at_mut(&mut self, index: usize) -> Option<&mut Link> {
        self.links.get_mut(index)
    }

    /// The link that a message takes: to the producer's own destination (`None`) or another one.
    pub fn route(&mut self, to: Option<&Destination>, relay: bool) -> usize {
        match (to, self.bound()) {
            (None, Some(_)) => 0,
            (None, None) => self.of(&Route::Relay), // there is no such message
            (Some(_), _) if relay => self.of(&Route::Relay),
            (Some(to), _) => self.of(&Route::Fallback(to.clone())),
        }
    }

    /// The number of the link of this route, which is made where there is none.
    fn of(&mut self, wanted: &Route) -> usize {
        let found = self
            .links
            .iter()
            .position(|link| route(link) == Some(wanted));
        found.unwrap_or_else(|| {
            let name = format!("{}:{}", self.name, self.links.len());
            let route = wanted.clone();
            self.links
                .push(Link::new(Definition::Sender { name, route }));
            self.links.len() - 1
        })
    }

    /// The producer's own destination.
    pub fn bound(&self) -> Option<&Destination> {
        match route(self.links.first()?) {
            Some(Route::Bound(target)) => Some(target),
            _ => None,
        }
    }

    /// The server is lost. A link of one destination goes with it, and a refusal that was not of the producer's own.
    pub fn lose(&mut self) {
        self.links
            .retain(|link| !matches!(route(link), Some(Route::Fallback(_))));
        for link in &mut self.links {
            let own = matches!(route(link), Some(Route::Bound(_)));
            link.lose(own);
        }
    }

    /// Every link, by number.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &Link)> {
        self.links.iter().enumerate()
    }

    /// Every link, by number.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (usize, &mut Link)> {
        self.links.iter_mut().enumerate()
    }
}

fn route(link: &Link) -> Option<&Route> {
    match link.definition() {
        Definition::Sender { route, .. } => Some(route),
        Definition::Receiver(_)
        | Definition::Coordinator { .. }
        | Definition::Temporary { .. }
        | Definition::Lookup { .. } => None,
    }
}
