//! A new incarnation: everything that the definitions say, written to a candidate in one go (spec 40 §3.3), and then made
//! the connection's own.
//!
//! A [`Blueprint`] is what the definitions say now. A [`Draft`] is what becomes of it on a candidate's engine; it works
//! without the connection's lock, and a refusal fails the whole try (U6). Only links on a temporary destination wait, for
//! its new name. `install` gives each of its sessions and links
//! to its object, or ends what nobody wants any more.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Model;
use super::coordinator::Coordinator;
use super::link::{Definition, Owner, Terms, limit};
use super::server::Server;
use crate::amqp::engine::{Engine, Event, LinkId, SessionId};
use crate::client::rules::condition::Place;
use crate::client::rules::profile::Profile;
use crate::client::rules::reason::Reason;
use crate::message::Destination;
use crate::status::Result;

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
    /// Links on temporary destinations whose names are to come
    waiting: Vec<(SessionId, Owner, Definition)>,
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
        let mut waiting = Vec::new();
        for (session, owner, definition) in blueprint.links {
            let Some(session) = numbers.get(&session) else {
                continue;
            };
            if definition.temporary_node().is_some() {
                waiting.push((*session, owner, definition));
            } else if definition.comes_with(&profile) {
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
            waiting,
        })
    }

    /// Nothing is awaited any more.
    pub fn is_complete(&self) -> bool {
        self.begins.is_empty() && self.open.is_empty() && self.waiting.is_empty()
    }

    /// What the candidate's server says. An error ends the try.
    pub fn on_event(&mut self, engine: &mut Engine, event: Event) -> Result<()> {
        let session = |reason: Reason<'_>| Err(reason.error(Place::Session, false));
        match event {
            Event::Begun(id) => {
                self.begins.remove(&id);
            }
            Event::Attached { link, answer } => {
                if let Some((session, owner, definition)) = self.open.remove(&link) {
                    let terms = definition.terms(&self.profile, &answer)?;
                    if let Definition::Temporary { destination, .. } = &definition {
                        self.attach_on(destination, &terms, engine)?;
                    }
                    self.links.push((link, session, owner, terms));
                }
            }
            Event::AttachRefused { link, error } => {
                let reason = Reason::Server(error.as_ref());
                return match self.open.get(&link) {
                    Some((.., definition)) => Err(definition.refusal(reason, &self.profile)),
                    None => session(reason),
                };
            }
            Event::Detached { error, by_peer, .. } | Event::SessionEnded { error, by_peer, .. } => {
                return session(Reason::of(error.as_ref(), by_peer));
            }
            _ => {}
        }
        Ok(())
    }

    /// A temporary destination is there: writes the attaches of the links on it.
    fn attach_on(
        &mut self,
        destination: &Destination,
        terms: &Terms,
        engine: &mut Engine,
    ) -> Result<()> {
        let (Some(node), Some(name)) = (destination.temporary_node(), &terms.address) else {
            return Ok(());
        };
        // the try may fail yet: until it is installed nobody else sees the name
        let here = Destination::temporary(destination.kind(), name.clone(), node.connection());
        let on = |definition: &Definition| {
            let own = definition.temporary_node();
            own.is_some_and(|own| Arc::ptr_eq(own, node))
        };
        let (ready, waiting) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|(.., definition)| on(definition));
        self.waiting = waiting;
        let ready: Vec<_> = ready;
        for (session, owner, definition) in ready {
            let definition = definition.at(here.clone());
            let id = definition.offer(engine, session, &self.profile)?;
            self.open.insert(id, (session, owner, definition));
        }
        Ok(())
    }
}

impl Model {
    /// What a recovery has to create.
    pub fn blueprint(&self) -> Blueprint {
        let there = |session: u32| {
            let state = self.sessions.get(&session);
            state.is_some_and(|state| self.is_session_recovered(session, state))
        };
        let coordinators = self.sessions.iter().filter_map(|(key, state)| {
            let link = state.coordinator.as_ref()?.link();
            let owner = Owner::Coordinator(*key);
            let wanted = state.is_open() && link.is_recovered();
            wanted.then(|| (*key, owner, link.definition().clone()))
        });
        let temporaries = self.temporaries.iter();
        let temporaries = temporaries.filter(|(_, state)| state.is_recovered());
        let temporaries = temporaries.filter_map(|(key, state)| {
            let definition = state.link.definition().clone();
            let session = self.temporaries.session()?;
            Some((session, Owner::Temporary(key), definition))
        });
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
        let browsers = self.browsers.iter();
        let browsers = browsers.filter(|(_, state)| state.is_recovered());
        let browsers = browsers.map(|(key, state)| {
            let definition = state.link.definition().clone();
            (state.session(), Owner::Browser(*key), definition)
        });
        Blueprint {
            sessions: self
                .sessions
                .keys()
                .copied()
                .filter(|k| there(*k))
                .collect(),
            links: temporaries
                .chain(coordinators)
                .chain(senders)
                .chain(receivers)
                .chain(browsers)
                .filter(|(.., definition)| self.is_within_reach(definition))
                .collect(),
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
        let owners = draft.links.iter().map(|(_, _, owner, _)| owner);
        self.note_arrival(epoch, draft.sessions.len(), owners);
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
            Owner::Browser(key) => (self.browsers.get_mut(&key))
                .filter(|state| state.is_open() && session_open(state.session()))
                .map(|state| &mut state.link),
            Owner::Coordinator(key) => (self.sessions.get_mut(&key))
                .filter(|state| state.is_open())
                .and_then(|state| state.coordinator.as_deref_mut())
                .map(Coordinator::link_mut),
            Owner::Temporary(key) => (self.temporaries.get_mut(key))
                .filter(|state| state.is_open())
                .map(|state| &mut state.link),
            Owner::Unsubscribing(_) => None, // its call asks again by itself
        };
        match link {
            Some(link) => {
                link.attached(id);
                link.confirm();
                server.own(id, session, owner);
                match owner {
                    Owner::Consumer(key) => self.consumer_attached(key, terms),
                    Owner::Browser(key) => self.browser_attached(key),
                    Owner::Coordinator(key) => self.declare(key),
                    Owner::Temporary(key) => self.temporary_attached(key, terms.address),
                    Owner::Producer(..) | Owner::Unsubscribing(_) => {}
                }
            }
            None => server.engine.leave(id),
        }
    }
}
