//! Everything that is attached (spec 40 §2.3 to §2.9): what a link is, where it stands on the present server, and the
//! one way in which it is attached, for its first use, after a detach and by a recovery.
//!
//! A [`Link`] is embedded in its owner: a producer, a consumer, a browser, the coordinator of a session or a temporary
//! destination. Its definition lasts as long as that; its incarnation
//! belongs to one server. The sending links of a producer are in `senders.rs`.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use crate::amqp::engine::{Attached, Engine, EngineError, LinkId, SessionId};
use crate::amqp::performative::{AmqpError, LinkTarget};
use crate::client::rules::attach::{self, ConsumerDefinition};
use crate::client::rules::condition::Place;
use crate::client::rules::profile::Profile;
use crate::client::rules::reason::Reason;
use crate::client::rules::subscription;
use crate::client::rules::transaction;
use crate::message::{Destination, TemporaryNode};
use crate::status::{Error, Result, Status};

/// Who is told about a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A producer, and the number among its links.
    Producer(u32, usize),
    Consumer(u32),
    Browser(u32),
    /// The transactions of a session.
    Coordinator(u32),
    Temporary(u32),
    /// The deletion of a durable subscription.
    Unsubscribing(u32),
}

/// What something is on the present server: a link, or a session.
#[derive(Clone, Debug, PartialEq)]
pub enum Incarnation<Id> {
    None,
    /// The attach waits until the server has let go of a link of the same name.
    Queued,
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
            Incarnation::None
            | Incarnation::Queued
            | Incarnation::Detached(_)
            | Incarnation::Failed(_) => None,
        }
    }

    /// The answer to a begin or attach is awaited.
    pub fn is_attaching(&self) -> bool {
        matches!(self, Incarnation::Attaching(_) | Incarnation::Queued)
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
    Sender {
        name: String,
        route: Route,
    },
    Receiver(Arc<ConsumerDefinition>),
    Coordinator {
        name: String,
    },
    /// The link that makes a temporary destination and keeps it
    Temporary {
        name: String,
        destination: Destination,
    },
    /// A durable subscription, asked for by its name.
    Lookup {
        name: Arc<str>,
        has_client_id: bool,
    },
}

/// What a server has confirmed of a definition, and what it has not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The library must filter no-local itself.
    pub filter_local: bool,
    /// The name that a temporary destination has got.
    pub address: Option<Arc<str>>,
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
            Definition::Receiver(definition) => attach::receiver(definition, profile)?,
            Definition::Coordinator { name } => attach::coordinator(name),
            Definition::Temporary { name, destination } => {
                attach::temporary(name, destination, profile)?
            }
            Definition::Lookup {
                name,
                has_client_id,
            } => subscription::lookup(name, *has_client_id),
        };
        engine.attach(session, spec).map_err(|error| limit(&error))
    }

    /// The name of the link, where the program has chosen it and another link may have had it before.
    pub fn chosen_name(&self) -> Option<Cow<'_, str>> {
        match self {
            Definition::Sender { .. }
            | Definition::Coordinator { .. }
            | Definition::Temporary { .. } => None,
            Definition::Receiver(definition) => {
                let named = definition.subscription.is_some();
                named.then(|| Cow::Borrowed(definition.name.as_str()))
            }
            Definition::Lookup {
                name,
                has_client_id,
            } => Some(subscription::lookup_name(name, *has_client_id).into()),
        }
    }

    /// The server has attached it: on which terms; an error when these will not do.
    pub fn terms(&self, profile: &Profile, answer: &Attached) -> Result<Terms> {
        match self {
            Definition::Sender { .. } | Definition::Lookup { .. } => Ok(Terms::default()),
            Definition::Receiver(definition) => {
                if let Some(subscription) = &definition.subscription {
                    subscription.check_answer(profile, &answer.offered_capabilities)?;
                }
                let source = answer.source.as_ref();
                attach::check_copies(definition, source)?;
                let filter_local = attach::check_filters(profile, definition, source)?;
                Ok(Terms {
                    filter_local,
                    ..Terms::default()
                })
            }
            // an ordinary node, or none, begins no transactions
            Definition::Coordinator { .. } => match &answer.target {
                Some(LinkTarget::Target(_)) => {
                    let error = AmqpError::new("", "the link was answered as one to a queue");
                    Err(transaction::refused(
                        profile,
                        &Reason::Library(Some(&error)),
                    ))
                }
                _ => Ok(Terms::default()),
            },
            Definition::Temporary { .. } => Ok(Terms {
                address: Some(attach::given_address(answer.target.as_ref())?),
                ..Terms::default()
            }),
        }
    }

    /// What a refusal of the attach, or its end before anybody used it, means for the program.
    pub fn refusal(&self, reason: Reason<'_>, profile: &Profile) -> Error {
        let (place, selects) = match self {
            Definition::Coordinator { .. } => return transaction::refused(profile, &reason),
            Definition::Sender { .. } | Definition::Temporary { .. } => {
                (Place::AttachProducer, false)
            }
            Definition::Receiver(definition) => {
                let place = match definition.subscription {
                    Some(_) => Place::AttachSubscription,
                    None => Place::AttachConsumer,
                };
                (place, definition.selector.is_some())
            }
            Definition::Lookup { .. } => (Place::Unsubscribe, false),
        };
        reason.error(place, selects && reason.is_about_filter())
    }

    /// The answer to the detach says that what it stands for has not gone.
    pub fn fails_to_close(&self, reason: &Reason<'_>) -> bool {
        matches!(self, Definition::Temporary { .. }) && !reason.condition().is_empty()
    }

    /// Attached by a recovery on such a server; other links wait for their use.
    pub fn comes_with(&self, profile: &Profile) -> bool {
        match self {
            Definition::Sender { route, .. } => route.target().is_some() || profile.anonymous_relay,
            Definition::Receiver(_)
            | Definition::Coordinator { .. }
            | Definition::Temporary { .. } => true,
            Definition::Lookup { .. } => false,
        }
    }

    /// The temporary destination that it is on: its name must be known first.
    pub fn temporary_node(&self) -> Option<&Arc<TemporaryNode>> {
        match self {
            Definition::Sender { route, .. } => route.target()?.temporary_node(),
            Definition::Receiver(definition) => definition.destination.temporary_node(),
            Definition::Coordinator { .. }
            | Definition::Temporary { .. }
            | Definition::Lookup { .. } => None,
        }
    }

    /// The same on another destination.
    pub fn at(&self, destination: Destination) -> Definition {
        match self {
            Definition::Sender { name, .. } => Definition::Sender {
                name: name.clone(),
                route: Route::Bound(destination),
            },
            Definition::Receiver(definition) => {
                Definition::Receiver(Arc::new(ConsumerDefinition {
                    destination,
                    ..(**definition).clone()
                }))
            }
            Definition::Coordinator { .. } | Definition::Lookup { .. } => self.clone(),
            Definition::Temporary { name, .. } => Definition::Temporary {
                name: name.clone(),
                destination,
            },
        }
    }
}

/// The engine has no channel or handle left, or the attach is larger than the server takes.
pub fn limit(error: &EngineError) -> Error {
    let text = match error {
        EngineError::TooLarge => {
            "destination and selector do not fit the largest frame that the server takes".to_owned()
        }
        error => format!("no session or link is left on this connection: {error:?}"),
    };
    Error::new(Status::TIBEMS_SERVER_LIMIT, text)
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
    /// Detaches by the server since the last message, or the last send that was done with
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

    /// The attach follows when its name is free.
    pub fn queue(&mut self) {
        self.incarnation = Incarnation::Queued;
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

    /// One more detach with nothing done in between; how many there are.
    pub fn count_detach(&mut self) -> u32 {
        self.detaches += 1;
        self.detaches
    }

    /// A message came over it, or one that it carried is done with.
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

    /// The number on the wire of a link over which messages may come.
    pub fn carrying(&self) -> Option<LinkId> {
        match self.incarnation {
            Incarnation::Live(id) | Incarnation::Kept(id) => Some(id),
            _ => None,
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
