//! A new incarnation: everything that the definitions say, created on a candidate in one pipelined write (spec 40
//! §3.3), and then made the connection's own.
//!
//! `rebuild` runs in the thread that connects and blocks within the limits of its try; `install` runs under the
//! connection's lock and does not.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use bytes::BytesMut;
use parking_lot::MutexGuard;

use super::condition::{self, Place};
use super::connection::Connection;
use super::connector::{Candidate, Failure};
use super::gate::State;
use super::io::parts;
use super::links;
use super::profile::Profile;
use super::state::{ConsumerDefinition, Core, Owner, Wire};
use crate::amqp::engine::{Event, LinkId, SessionId};
use crate::message::Destination;
use crate::status::Status;
use crate::trace::{self, Topic};

/// A candidate on which everything exists.
pub struct Built {
    candidate: Candidate,
    at: (usize, usize),
    sessions: Vec<(u32, SessionId)>,
    links: Vec<(LinkId, Owner)>,
    /// Consumers whose no-local the library must filter.
    filter_local: Vec<u32>,
}

/// What is to be created, copied from the definitions under the lock.
struct Snapshot {
    sessions: Vec<u32>,
    senders: Vec<(u32, u32, usize, String, Option<Destination>)>,
    consumers: Vec<(u32, u32, ConsumerDefinition)>,
}

impl Snapshot {
    fn of(core: &Core) -> Snapshot {
        let open = |session: &u32| {
            core.sessions
                .get(session)
                .is_some_and(|state| !state.closed && state.failed.is_none())
        };
        let senders = core
            .producers
            .iter()
            .filter(|(_, state)| !state.closed && open(&state.session))
            .flat_map(|(key, state)| {
                state.senders.definitions().map(|(index, route)| {
                    let name = format!("{}:{index}", state.name);
                    (*key, state.session, index, name, route.target().cloned())
                })
            });
        let consumers = core
            .consumers
            .iter()
            .filter(|(_, state)| !state.closed && state.failed.is_none() && open(&state.session))
            .map(|(key, state)| (*key, state.session, state.definition.clone()));
        Snapshot {
            sessions: core.sessions.keys().copied().filter(open).collect(),
            senders: senders.collect(),
            consumers: consumers.collect(),
        }
    }
}

impl Connection {
    /// Creates everything of this connection on the candidate. All begins and attaches go out in one
    /// write; a refusal fails the whole try (U6).
    pub(super) fn rebuild(
        &self,
        mut candidate: Candidate,
        at: (usize, usize),
    ) -> std::result::Result<Built, Failure> {
        let snapshot = Snapshot::of(&self.lock());
        let profile = candidate.profile.clone();
        let engine = &mut candidate.engine;
        let full = |error| {
            Failure::retry(
                Status::TIBEMS_SERVER_LIMIT,
                format!("no session or link left at the server: {error:?}"),
            )
        };
        let mut sessions = HashMap::new();
        for key in &snapshot.sessions {
            sessions.insert(*key, engine.begin().map_err(full)?);
        }
        let mut links = Vec::new();
        let mut open = HashMap::new();
        for (key, session, index, name, target) in &snapshot.senders {
            let Some(session) = sessions.get(session) else {
                continue;
            };
            if target.is_none() && !profile.anonymous_relay {
                continue; // fallback senders are attached when they are used
            }
            let link = engine
                .attach(*session, links::sender(name, target.as_ref(), &profile))
                .map_err(full)?;
            links.push((link, Owner::Producer(*key, *index)));
            open.insert(link, Place::AttachProducer);
        }
        let mut filtering: HashMap<LinkId, (u32, &ConsumerDefinition)> = HashMap::new();
        for (key, session, definition) in &snapshot.consumers {
            let Some(session) = sessions.get(session) else {
                continue;
            };
            let link = engine
                .attach(*session, links::receiver(definition, &profile))
                .map_err(full)?;
            links.push((link, Owner::Consumer(*key)));
            open.insert(link, Place::AttachConsumer);
            filtering.insert(link, (*key, definition));
        }
        let mut begun = sessions.len();
        let mut filter_local = Vec::new();
        if begun + open.len() > 0 {
            let limit = candidate
                .deadline()
                .unwrap_or_else(|| Instant::now() + candidate.options.request_timeout);
            candidate.drive(self, Some(limit), &mut |_, event| {
                match event {
                    Event::Begun(_) => begun -= 1,
                    Event::Attached { link, answer } => {
                        open.remove(&link);
                        if let Some((key, definition)) = filtering.get(&link)
                            && check_filters(
                                &profile,
                                definition,
                                &links::filter_names(answer.source.as_ref()),
                            )?
                        {
                            filter_local.push(*key);
                        }
                    }
                    Event::AttachRefused { link, error } => {
                        let place = open.get(&link).copied().unwrap_or(Place::AttachConsumer);
                        let (condition, text) = parts(error.as_ref());
                        let error = condition::error(condition, text, place, false);
                        return Err(Failure::retry(error.status, error.text));
                    }
                    Event::Detached { error, .. } | Event::SessionEnded { error, .. } => {
                        let (condition, text) = parts(error.as_ref());
                        let error = condition::error(condition, text, Place::Session, false);
                        return Err(Failure::retry(error.status, error.text));
                    }
                    _ => {}
                }
                Ok(begun == 0 && open.is_empty())
            })?;
        }
        Ok(Built {
            candidate,
            at,
            sessions: sessions.into_iter().collect(),
            links,
            filter_local,
        })
    }

    /// Makes a candidate the connection's new incarnation: new epoch, credit, everybody woken. The
    /// caller lets the I/O thread serve what this returns.
    pub(super) fn install(&self, core: &mut MutexGuard<'_, Core>, built: Built) -> (u32, BytesMut) {
        let Built {
            candidate,
            at,
            sessions,
            links,
            filter_local,
        } = built;
        let profile = candidate.profile.clone();
        let options = candidate.options.clone();
        let waker = candidate.wire_waker.clone();
        let mut candidate = candidate;
        let trace = candidate.trace.take();
        let (stream, engine, input, unsent, written) = candidate.into_parts();
        core.epoch += 1;
        let epoch = core.epoch;
        core.active = at;
        core.request_timeout = options.request_timeout;
        core.wire = Some(Wire {
            epoch,
            engine,
            stream: Arc::new(stream),
            waker,
            owners: HashMap::new(),
            sessions: sessions
                .iter()
                .map(|(key, id)| (*id, Owner::Session(*key)))
                .collect(),
            profile,
            trace,
            writing: false,
            blocked: !unsent.0.is_empty(),
            write_failed: None,
            io_asleep: false,
            unsent,
            in_hand: 0,
            spare: Vec::new(),
            written,
            urgent: false,
            lazy_deadline: None,
            tail: VecDeque::new(),
        });
        for (key, id) in sessions {
            match core
                .sessions
                .get_mut(&key)
                .filter(|session| !session.closed)
            {
                Some(session) => session.wire = Some(id),
                None => self.end_session(core, id), // closed while we were connecting
            }
        }
        for (link, owner) in links {
            self.adopt(core, link, owner);
        }
        for key in filter_local {
            if let Some(consumer) = core.consumers.get_mut(&key) {
                consumer.filter_local = true;
                core.mark_origin = true;
            }
        }
        if core.state != State::Closed {
            core.state = State::Connected;
        }
        let url = &self.plan.groups[at.0][at.1];
        trace::line(
            Topic::State,
            format_args!(
                "connection {}: connected to {url}, epoch {epoch}",
                self.id()
            ),
        );
        for key in core.producers_of(None) {
            self.send_queued(core, key); // what the lost server did not get goes first (D16)
        }
        self.grant_all(core);
        self.changed.notify_all();
        core.wake_all();
        self.flush(core);
        (epoch, input)
    }

    /// Gives a link to its object, or closes it when the object is gone.
    fn adopt(&self, core: &mut Core, link: LinkId, owner: Owner) {
        let taken = match owner {
            Owner::Producer(key, index) => core
                .producers
                .get_mut(&key)
                .filter(|producer| !producer.closed)
                .and_then(|producer| producer.senders.at_mut(index))
                .map(|sender| sender.attached(link)),
            Owner::Consumer(key) => core
                .consumers
                .get_mut(&key)
                .filter(|consumer| !consumer.closed)
                .map(|consumer| consumer.link = Some(link)),
            _ => None,
        };
        let Some(wire) = core.wire.as_mut() else {
            return;
        };
        if taken.is_some() {
            wire.own(link, owner);
        } else {
            wire.own(link, Owner::Nobody);
            wire.engine.detach(link, true, None);
        }
    }
}

/// Compares the filters that came back; true when the library must filter no-local itself.
pub(super) fn check_filters(
    profile: &Profile,
    definition: &ConsumerDefinition,
    confirmed: &[String],
) -> std::result::Result<bool, Failure> {
    let has = |key: &str| profile.applies_filters() && confirmed.iter().any(|name| name == key);
    if definition.selector.is_some() && !has(links::SELECTOR_KEY) {
        return Err(Failure::retry(
            Status::TIBEMS_NOT_IMPLEMENTED,
            "closed by this library: the broker does not apply selectors",
        ));
    }
    Ok(definition.filters_local() && !has(links::NO_LOCAL_KEY))
}
