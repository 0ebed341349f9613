//! A new incarnation: everything that the definitions say, written to a candidate in one go (spec 40 §3.3), and then made
//! the connection's own.
//!
//! A [`Blueprint`] is what the definitions say now. A [`Draft`] is what becomes of it on a candidate's engine; it works
//! without the connection's lock, and a refusal fails the whole try (U6). `install` gives each of its sessions and links
//! to its object, or ends what nobody wants any more.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Model;
use super::link::{Definition, Owner, Terms, limit};
use super::server::Server;
use crate::amqp::engine::{Engine, Event, LinkId, SessionId};
use crate::amqp::performative::AmqpError;
use crate::client::rules::condition::{self, Place, parts};
use crate::client::rules::profile::Profile;
use crate::status::Result;
use crate::trace::Topic;

/// What is to be created, copied from the definitions.
pub struct Blueprint {
    sessions: Vec<u32>,
    links: Vec<(u32, Owner, Definition)>,
}

/// The sessions and links of a candidate.
pub struct Draft {
    profile: Arc<Profile>,
    sessions: Vec<(u32, SessionId)>,
    links: Vec<(LinkId, SessionId, Owner, Terms)>,
    /// Links whose answer is to come
    open: HashMap<LinkId, (SessionId, Owner, Definition)>,
    begins: HashSet<SessionId>,
}

impl Draft {
    /// Writes every begin and attach into the candidate's output.
    pub fn new(blueprint: Blueprint, engine: &mut Engine, profile: Arc<Profile>) -> Result<Draft> {
        let mut sessions = Vec::new();
        let mut numbers = HashMap::new();
        for key in blueprint.sessions {
            let id = engine.begin().map_err(|error| limit(&error))?;
            sessions.push((key, id));
            numbers.insert(key, id);
        }
        let mut open = HashMap::new();
        for (session, owner, definition) in blueprint.links {
            let Some(session) = numbers.get(&session) else {
                continue;
            };
            if definition.comes_with(&profile) {
                let id = definition.offer(engine, *session, &profile)?;
                open.insert(id, (*session, owner, definition));
            }
        }
        Ok(Draft {
            begins: sessions.iter().map(|(_, id)| *id).collect(),
            links: Vec::with_capacity(open.len()),
            profile,
            sessions,
            open,
        })
    }

    /// Nothing is awaited any more.
    pub fn is_complete(&self) -> bool {
        self.begins.is_empty() && self.open.is_empty()
    }

    /// What the candidate's server says. An error ends the try.
    pub fn on_event(&mut self, event: Event) -> Result<()> {
        let session = |error: Option<&AmqpError>| {
            let (condition, text) = parts(error);
            Err(condition::error(condition, text, Place::Session, false))
        };
        match event {
            Event::Begun(id) => {
                self.begins.remove(&id);
            }
            Event::Attached { link, answer } => {
                if let Some((session, owner, definition)) = self.open.remove(&link) {
                    let terms = definition.terms(&self.profile, &answer)?;
                    self.links.push((link, session, owner, terms));
                }
            }
            Event::AttachRefused { link, error } => {
                return match self.open.get(&link) {
                    Some((.., definition)) => Err(definition.refusal(error.as_ref())),
                    None => session(error.as_ref()),
                };
            }
            Event::Detached { error, .. } | Event::SessionEnded { error, .. } => {
                return session(error.as_ref());
            }
            _ => {}
        }
        Ok(())
    }
}

impl Model {
    /// What a recovery has to create.
    pub fn blueprint(&self) -> Blueprint {
        let there = |session: u32| {
            let state = self.sessions.get(&session);
            state.is_some_and(|state| state.is_recovered())
        };
        let producers = self.producers.iter().filter(|(_, state)| state.is_open());
        let senders = producers.flat_map(|(key, state)| {
            let links = state.senders.iter().filter(|(_, link)| link.is_recovered());
            links.map(|(index, link)| {
                let owner = Owner::Producer(*key, index);
                (state.session(), owner, link.definition().clone())
            })
        });
        let consumers = self.consumers.iter();
        let consumers = consumers.filter(|(_, state)| state.is_recovered());
        let receivers = consumers.map(|(key, state)| {
            let definition = state.link.definition().clone();
            (state.session(), Owner::Consumer(*key), definition)
        });
        Blueprint {
            sessions: self
                .sessions
                .keys()
                .copied()
                .filter(|k| there(*k))
                .collect(),
            links: senders.chain(receivers).collect(),
        }
    }

    /// Makes a candidate the connection's new incarnation: new epoch, credit, everybody woken. The number of the epoch.
    pub fn install(
        &mut self,
        engine: Engine,
        written: u64,
        draft: Draft,
        at: (usize, usize),
        request_timeout: Duration,
        now: Instant,
    ) -> u32 {
        self.now = now;
        let epoch = self.begin_epoch(at, request_timeout);
        let mut server = Server::new(epoch, engine, draft.profile, written);
        for (key, id) in draft.sessions {
            match self.sessions.get_mut(&key).filter(|state| state.is_open()) {
                Some(state) => {
                    state.begun(id);
                    server.own_session(id, key);
                }
                None => server.engine.end(id, None), // closed while we were connecting
            }
        }
        self.server = Some(Box::new(server));
        for (link, session, owner, terms) in draft.links {
            self.adopt((link, session), owner, terms);
        }
        let url = self.basis.groups[at.0][at.1].to_string();
        self.note(
            Topic::State,
            format_args!("connected to {url}, epoch {epoch}"),
        );
        for key in self.producers_of(None) {
            self.send_queued(key); // what the lost server did not get goes first (D16)
        }
        self.grant_all();
        self.take_events(now); // what the server said behind its last answer
        epoch
    }

    /// Gives a link to its object, or detaches it when the object is gone.
    fn adopt(&mut self, (id, session): (LinkId, SessionId), owner: Owner, terms: Terms) {
        let Some(server) = self.server.as_mut() else {
            return;
        };
        let session_open = |key| self.sessions.get(&key).is_some_and(|state| state.is_open());
        let link = match owner {
            // one that is being closed has still to send what a loss has left (D5)
            Owner::Producer(key, index) => (self.producers.get_mut(&key))
                .filter(|state| state.is_open() || state.outbox.waits())
                .filter(|state| session_open(state.session()))
                .and_then(|state| state.senders.at_mut(index)),
            Owner::Consumer(key) => (self.consumers.get_mut(&key))
                .filter(|state| state.is_open() && session_open(state.session()))
                .map(|state| &mut state.link),
        };
        match link {
            Some(link) => {
                link.attached(id);
                link.confirm();
                server.own(id, session, owner);
                if let Owner::Consumer(key) = owner {
                    self.consumer_attached(key, terms);
                }
            }
            None => server.engine.detach(id, true, None),
        }
    }
}
