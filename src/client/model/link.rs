//! Everything that is attached (spec 40 §2.3 to §2.9): what a link is, where it stands on the present server, and the
//! one way in which it is attached, for its first use, after a detach and by a recovery.
//!
//! A [`Link`] is embedded in its owner, a producer or a consumer. Its definition lasts as long as that; its incarnation
//! belongs to one server. [`Senders`] are the sending links of a producer.

use std::sync::Arc;
use std::time::Instant;

use crate::amqp::engine::{Attached, Engine, EngineError, LinkId, SessionId};
use crate::amqp::performative::AmqpError;
use crate::client::rules::attach::{self, ConsumerDefinition};
use crate::client::rules::condition::{self, Place, parts};
use crate::client::rules::profile::Profile;
use crate::message::Destination;
use crate::status::{Error, Result, Status};

/// Who is told about a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A producer, and the number among its links.
    Producer(u32, usize),
    Consumer(u32),
}

/// What something is on the present server: a link, or a session.
#[derive(Clone, Debug, PartialEq)]
pub enum Incarnation<Id> {
    None,
    /// The begin or attach is written.
    Attaching(Id),
    Live(Id),
    /// Taken away by the server; it is attached again at this time.
    Detached(Instant),
    /// Refused, or ended by the server: what every call but Close returns.
    Failed(Error),
    /// The end or detach is written, and somebody waits for the answer.
    Closing(Id),
    /// Closed by the program; the link stays for the messages in the program's hands (CLIENT).
    Kept(Id),
}

impl<Id: Copy + PartialEq> Incarnation<Id> {
    /// The number on the wire, where it can be used.
    pub fn live(&self) -> Option<Id> {
        match self {
            Incarnation::Live(id) => Some(*id),
            _ => None,
        }
    }

    /// The number on the wire, whatever can be done with it.
    pub fn id(&self) -> Option<Id> {
        match self {
            Incarnation::Attaching(id)
            | Incarnation::Live(id)
            | Incarnation::Closing(id)
            | Incarnation::Kept(id) => Some(*id),
            Incarnation::None | Incarnation::Detached(_) | Incarnation::Failed(_) => None,
        }
    }

    /// The answer to a begin or attach is awaited.
    pub fn is_attaching(&self) -> bool {
        matches!(self, Incarnation::Attaching(_))
    }

    /// The error, once the server has refused or ended it.
    pub fn failed(&self) -> Option<&Error> {
        match self {
            Incarnation::Failed(error) => Some(error),
            _ => None,
        }
    }

    /// Takes it out of use: what is to be ended or detached.
    pub fn take(&mut self) -> Option<Id> {
        let id = self.id();
        *self = Incarnation::None;
        id
    }
}

/// Where the messages of a sending link go.
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

/// What is to be attached.
#[derive(Clone, Debug)]
pub enum Definition {
    Sender { name: String, route: Route },
    Receiver(Arc<ConsumerDefinition>),
}

/// What a server has confirmed of a definition, and what it has not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The library must filter no-local itself.
    pub filter_local: bool,
}

impl Definition {
    /// Writes the attach into the output of `engine`.
    pub fn offer(
        &self,
        engine: &mut Engine,
        session: SessionId,
        profile: &Profile,
    ) -> Result<LinkId> {
        let spec = match self {
            Definition::Sender { name, route } => attach::sender(name, route.target(), profile),
            Definition::Receiver(definition) => attach::receiver(definition, profile),
        };
        engine.attach(session, spec).map_err(|error| limit(&error))
    }

    /// The server has attached it: on which terms; an error when these will not do.
    pub fn terms(&self, profile: &Profile, answer: &Attached) -> Result<Terms> {
        match self {
            Definition::Sender { .. } => Ok(Terms::default()),
            Definition::Receiver(definition) => {
                let filter_local =
                    attach::check_filters(profile, definition, answer.source.as_ref())?;
                Ok(Terms { filter_local })
            }
        }
    }

    /// What a refusal of the attach means for the program.
    pub fn refusal(&self, error: Option<&AmqpError>) -> Error {
        let (place, selects) = match self {
            Definition::Sender { .. } => (Place::AttachProducer, false),
            Definition::Receiver(definition) => {
                (Place::AttachConsumer, definition.selector.is_some())
            }
        };
        let (condition, text) = parts(error);
        let filtered = selects && error.is_some_and(condition::is_about_filter);
        condition::error(condition, text, place, filtered)
    }

    /// Attached by a recovery on such a server; other links wait for their use.
    pub fn comes_with(&self, profile: &Profile) -> bool {
        match self {
            Definition::Sender { route, .. } => route.target().is_some() || profile.anonymous_relay,
            Definition::Receiver(_) => true,
        }
    }
}

/// The engine has no channel or handle left.
pub fn limit(error: &EngineError) -> Error {
    Error::new(
        Status::TIBEMS_SERVER_LIMIT,
        format!("no session or link is left on this connection: {error:?}"),
    )
}

/// The error of a begin or attach that was not answered in time; `refused` = its first half was a refusal.
pub fn unanswered(refused: bool) -> Error {
    match refused {
        true => Error::new(
            Status::TIBEMS_INVALID_DESTINATION,
            "the server refused the link and gave no reason",
        ),
        false => Error::new(
            Status::TIBEMS_TIMEOUT,
            "the server did not answer within the request timeout",
        ),
    }
}

/// One link.
#[derive(Debug)]
pub struct Link {
    definition: Definition,
    incarnation: Incarnation<LinkId>,
    /// Counts the attaches: who has waited for one knows whether a failure is its own
    attempt: u32,
    /// It was there when its object wanted it; a recovery makes it again
    confirmed: bool,
    /// Detaches by the server since the last message
    detaches: u32,
}

impl Link {
    /// A link that is not attached.
    pub fn new(definition: Definition) -> Link {
        Link {
            definition,
            incarnation: Incarnation::None,
            attempt: 0,
            confirmed: false,
            detaches: 0,
        }
    }

    /// What it is.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// Where it stands on the present server.
    pub fn incarnation(&self) -> &Incarnation<LinkId> {
        &self.incarnation
    }

    /// The link on the wire, when messages can go over it.
    pub fn live(&self) -> Option<LinkId> {
        self.incarnation.live()
    }

    /// Number of the last attach.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// It has been there, and the call that attached it has seen it.
    pub fn confirm(&mut self) {
        self.confirmed = true;
    }

    /// It has been there before.
    pub fn is_confirmed(&self) -> bool {
        self.confirmed
    }

    /// A recovery makes it again.
    pub fn is_recovered(&self) -> bool {
        let failed = matches!(self.incarnation, Incarnation::Failed(_));
        self.confirmed && !failed
    }

    /// The attach is written.
    pub fn attaching(&mut self, link: LinkId) {
        self.attempt += 1;
        self.incarnation = Incarnation::Attaching(link);
    }

    /// The link is there.
    pub fn attached(&mut self, link: LinkId) {
        self.incarnation = Incarnation::Live(link);
    }

    /// The link is gone or was refused; without an error its next use attaches it again.
    pub fn gone(&mut self, failed: Option<Error>) {
        self.incarnation = failed.map_or(Incarnation::None, Incarnation::Failed);
    }

    /// The server has taken it away and it comes back at `again`.
    pub fn detached(&mut self, again: Instant) {
        self.incarnation = Incarnation::Detached(again);
    }

    /// One more detach without a message in between; how many there are.
    pub fn count_detach(&mut self) -> u32 {
        self.detaches += 1;
        self.detaches
    }

    /// A message came over it.
    pub fn serves(&mut self) {
        self.detaches = 0;
    }

    /// The detach is written and its answer is awaited.
    pub fn closing(&mut self, link: LinkId) {
        self.incarnation = Incarnation::Closing(link);
    }

    /// Closed, but it stays until what came over it is settled.
    pub fn keep(&mut self) {
        if let Some(link) = self.live() {
            self.incarnation = Incarnation::Kept(link);
        }
    }

    /// Takes it out of use: what is to be detached.
    pub fn take(&mut self) -> Option<LinkId> {
        self.incarnation.take()
    }

    /// The server is lost; `final_failure` = a refusal holds for every other server too.
    pub fn lose(&mut self, final_failure: bool) {
        if !(final_failure && self.incarnation.failed().is_some()) {
            self.incarnation = Incarnation::None;
        }
        self.detaches = 0;
    }
}

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
    match &link.definition {
        Definition::Sender { route, .. } => Some(route),
        Definition::Receiver(_) => None,
    }
}
