//! From the loss of a server to the next one: what is dropped, what is rebuilt and in which order.
//!
//! `lost` is the only way out of an incarnation and is processed once per epoch, whoever observes it first.
//! `rebuild` creates sessions, producers and consumers on a candidate in one pipelined write (spec 40
//! §3.3); `install` makes it the connection's new incarnation. `recover` is RecoverConnection (spec 10
//! §5.4), `reconnect_automatically` the reconnect inside a comma group (spec 10 §4). Both block in the
//! thread that calls them; nobody else does anything on the wire meanwhile.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use bytes::BytesMut;
use parking_lot::MutexGuard;

use super::condition::{self, Place};
use super::connection::Connection;
use super::connector::{Candidate, Failure};
use super::context;
use super::gate::{Caller, State};
use super::io::parts;
use super::links;
use super::random;
use super::reconnect::{Series, after, after_group};
use super::state::{ConsumerDefinition, Core, Fate, Owner, PendingSend, Wire};
use crate::amqp::engine::{Event, LinkId, SessionId};
use crate::message::Destination;
use crate::settings::{self, Purpose};
use crate::status::{Error, Result, Status};
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
                .is_some_and(|state| !state.closed)
        };
        let senders = core
            .producers
            .iter()
            .filter(|(_, state)| !state.closed && open(&state.session))
            .flat_map(|(key, state)| {
                state
                    .links
                    .iter()
                    .enumerate()
                    .filter(|(_, link)| link.failed.is_none() && !link.attaching)
                    .map(move |(index, link)| {
                        let name = format!("{}:{index}", state.name);
                        (*key, state.session, index, name, link.target.clone())
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
            owners: links.iter().copied().collect(),
            sessions: sessions
                .iter()
                .map(|(key, id)| (*id, Owner::Session(*key)))
                .collect(),
            profile,
            trace,
            writing: false,
            blocked: !unsent.0.is_empty(),
            io_asleep: false,
            unsent,
            in_hand: 0,
            spare: Vec::new(),
            written,
            urgent: false,
            lazy_deadline: None,
            unconfirmed: VecDeque::new(),
            pool: Vec::new(),
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
        self.send_again(core);
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
                .and_then(|producer| producer.links.get_mut(index))
                .map(|sender| sender.link = Some(link)),
            Owner::Consumer(key) => core
                .consumers
                .get_mut(&key)
                .filter(|consumer| !consumer.closed)
                .map(|consumer| consumer.link = Some(link)),
            _ => None,
        };
        if taken.is_none()
            && let Some(wire) = core.wire.as_mut()
        {
            wire.owners.insert(link, Owner::Nobody);
            wire.engine.detach(link, true, None);
        }
    }

    /// Unconfirmed sends that the lost server certainly did not get go first (D16).
    fn send_again(&self, core: &mut Core) {
        let keys: Vec<u32> = core.producers.keys().copied().collect();
        for key in keys {
            self.resend_unconfirmed(core, key);
        }
    }

    /// The incarnation `epoch` is over. The first observer decides; later ones find another epoch.
    pub(super) fn lost(&self, core: &mut MutexGuard<'_, Core>, epoch: u32, cause: Error) {
        if core.wire.as_ref().is_none_or(|wire| wire.epoch != epoch) {
            return;
        }
        let Some(wire) = core.wire.take() else {
            return;
        };
        wire.retire();
        trace::line(
            Topic::State,
            format_args!(
                "connection {}: lost epoch {epoch}: {}",
                self.id(),
                cause.text
            ),
        );
        core.cause = cause;
        self.drop_incarnation(core, wire);
        if core.state == State::Connected {
            let group = &self.plan.groups[core.active.0];
            if group.len() > 1 {
                core.state = State::Reconnecting;
                if settings::EXCEPTION_ON_FT_EVENTS.is_on() {
                    let url = group[core.active.1].to_string();
                    self.report(
                        core,
                        Status::TIBEMS_SERVER_DISCONNECTED,
                        format!("FT-SWITCH: disconnected from {url}"),
                    );
                }
            } else {
                self.lost_for_good(core);
            }
        }
        self.changed.notify_all();
        core.wake_all();
    }

    /// No automatic reconnect is left: an unshared connection is broken, any other is over.
    fn lost_for_good(&self, core: &mut Core) {
        core.state = if self.plan.unshared.is_some() {
            State::Broken
        } else {
            State::Over
        };
        let text = core.cause.text.clone().into_owned();
        self.report(core, Status::TIBEMS_SERVER_NOT_CONNECTED, text);
        self.changed.notify_all();
        core.wake_all();
    }

    /// Clears what belonged to the incarnation and decides the fate of the sends under way.
    fn drop_incarnation(&self, core: &mut Core, wire: Wire) {
        for session in core.sessions.values_mut() {
            session.wire = None;
            session.unacknowledged.clear();
            session.lazy = 0;
            session.recovering = false;
        }
        for consumer in core.consumers.values_mut() {
            consumer.link = None;
            consumer.buffer.clear();
            consumer.buffered_bytes = 0;
            consumer.draining = false;
            consumer.detaches = 0;
            consumer.filter_local = false;
        }
        core.buffered_bytes = 0;
        core.confirming.clear();
        let reached = wire.reached();
        for producer in core.producers.values_mut() {
            for sender in &mut producer.links {
                sender.link = None;
                sender.attaching = false;
            }
            for send in &mut producer.pending {
                send.lose(reached);
            }
        }
        for send in wire.unconfirmed {
            let begun = send.end.saturating_sub(send.payload.len() as u64) < reached;
            if !begun && let Some(producer) = core.producers.get_mut(&send.producer) {
                producer.resend.push_back((send.link, send.payload));
            }
        }
        core.attaching.clear();
        core.reattach.clear();
        core.throttled = false;
        for answer in core.answers.values_mut().filter(|answer| answer.is_none()) {
            *answer = Some(super::state::Answer::Lost);
        }
    }

    /// Takes the present incarnation out of use because another one replaces it (SetClientId).
    pub(super) fn retire_wire(&self, core: &mut MutexGuard<'_, Core>) {
        if let Some(mut wire) = core.wire.take() {
            wire.engine.close(None);
            let mut out = std::mem::take(&mut wire.spare);
            wire.engine.take_output(&mut out);
            let _ = wire.stream.write(&out);
            wire.retire();
        }
    }

    /// Reconnects inside the comma group of the lost server, if that is what the URL asks for; runs in
    /// the I/O thread. The result is what the thread serves next; none ends it.
    pub(super) fn reconnect_automatically(self: &Arc<Self>, epoch: u32) -> Option<(u32, BytesMut)> {
        let series = {
            let core = self.lock();
            if core.state != State::Reconnecting || core.epoch != epoch {
                return None;
            }
            self.group_series(core.active)
        };
        let result = self.establish(series, Purpose::Reconnect);
        let mut core = self.lock();
        if core.state != State::Reconnecting {
            return None; // closed meanwhile; a candidate is dropped with its socket
        }
        match result {
            Ok(built) => {
                let installed = self.install(&mut core, built);
                self.report_switch(&mut core);
                Some(installed)
            }
            Err(error) => {
                core.cause = error;
                self.lost_for_good(&mut core);
                None
            }
        }
    }

    /// The walk inside the group of a lost server.
    fn group_series(&self, lost: (usize, usize)) -> Series {
        let attempts = self.plan.attempts(Purpose::Reconnect);
        let start = match after(&self.plan.groups, lost) {
            (group, server) if group == lost.0 => (group, server),
            _ => (lost.0, 0),
        };
        Series::within(&self.plan.groups, lost.0, start, attempts, random::number())
    }

    fn report_switch(&self, core: &mut Core) {
        if settings::EXCEPTION_ON_FT_EVENTS.is_on() || settings::EXCEPTION_ON_FT_SWITCH.is_on() {
            let (group, server) = core.active;
            let text = format!(
                "FT-SWITCH: reconnected to {}",
                self.plan.groups[group][server]
            );
            self.report(core, Status::TIBEMS_SERVER_RECONNECTED, text);
        }
    }

    /// One event per URL tried, before the try (E2).
    pub(super) fn announce_try(
        &self,
        series: &Series,
        group: usize,
        server: usize,
        purpose: Purpose,
    ) {
        if purpose == Purpose::Connect || !settings::EXCEPTION_ON_FT_EVENTS.is_on() {
            return;
        }
        let mut core = self.lock();
        if core.state == State::Reconnecting {
            let (pass, of) = series.progress();
            let url = &self.plan.groups[group][server];
            let text = format!("FT-SWITCH: reconnecting to {url}, attempt {pass} of {of}");
            self.report(&mut core, Status::TIBEMS_SERVER_RECONNECTING, text);
        }
    }

    /// A refused client id that we made up ourselves is replaced (spec 40 §2.1).
    pub(super) fn renew_generated_id(&self) {
        let mut core = self.lock();
        if core.client_id.is_none() {
            core.container_id = generated_container_id();
        }
    }

    /// RecoverConnection (spec 10 §5.4, U8 to U14): blocks until everything exists again on another
    /// server or every attempt has failed. `factory` is the factory that the program passes.
    pub fn recover(self: &Arc<Self>, factory: u64) -> Result<()> {
        let Some(maker) = self.plan.unshared else {
            return Err(Error::new(
                Status::TIBEMS_INVALID_CONNECTION,
                "the connection was not made by an unshared-state factory",
            ));
        };
        if maker != factory {
            return Err(Error::new(
                Status::TIBEMS_INVALID_ARG,
                "the connection was made by another factory",
            ));
        }
        let caller = context::caller(self.id());
        let mut core = self.lock();
        loop {
            match core.state {
                State::Connected => return Ok(()),
                State::Closed => return Err(core.refusal(Status::TIBEMS_ILLEGAL_STATE)),
                _ if caller == Caller::MessageListener => {
                    return Err(core.refusal(Status::TIBEMS_SERVER_NOT_CONNECTED));
                }
                State::Over => return Err(core.refusal(Status::TIBEMS_SERVER_NOT_CONNECTED)),
                State::Reconnecting => self.wait(&mut core, None)?,
                State::Recovering => {
                    let number = core.recovery;
                    while core.state == State::Recovering && core.recovery == number {
                        self.wait(&mut core, None)?;
                    }
                    if core.recovery == number {
                        return match &core.recovery_result {
                            None => Ok(()),
                            Some(error) => Err(error.clone()),
                        };
                    }
                }
                State::Broken | State::GivenUp => break,
            }
        }
        core.state = State::Recovering;
        core.recovery += 1;
        trace::line(
            Topic::Recovery,
            format_args!(
                "connection {}: RecoverConnection {}",
                self.id(),
                core.recovery
            ),
        );
        let lost = core.active;
        self.changed.notify_all();
        drop(core);
        let start = after_group(&self.plan.groups, lost.0);
        let attempts = self.plan.attempts(Purpose::Reconnect);
        let series = Series::new(&self.plan.groups, start, attempts, random::number());
        let result = self.establish(series, Purpose::Reconnect);
        let mut core = self.lock();
        self.finish_recovery(&mut core, result, caller)
    }

    fn finish_recovery(
        self: &Arc<Self>,
        core: &mut MutexGuard<'_, Core>,
        result: Result<Built>,
        caller: Caller,
    ) -> Result<()> {
        if core.state != State::Recovering {
            return Err(core.refusal(Status::TIBEMS_ILLEGAL_STATE)); // closed meanwhile
        }
        match result {
            Ok(built) => {
                core.recovery_result = None;
                core.recovery_failed_in_listener = false;
                let (epoch, input) = self.install(core, built);
                self.start_io(core, epoch, input)
            }
            Err(error) => {
                core.recovery_result = Some(error.clone());
                core.cause = error.clone();
                core.state = State::Broken;
                if matches!(caller, Caller::ExceptionListener(_)) {
                    core.recovery_failed_in_listener = true;
                } else if !core.listener_running {
                    core.state = State::GivenUp;
                }
                self.changed.notify_all();
                core.wake_all();
                Err(error)
            }
        }
    }

    /// The listener invocation for a break has returned (U17).
    pub(super) fn listener_returned(&self, core: &mut Core) {
        core.listener_running = false;
        if core.state == State::Broken && core.recovery_failed_in_listener {
            core.state = State::GivenUp;
            self.changed.notify_all();
            core.wake_all();
        }
        core.recovery_failed_in_listener = false;
    }
}

/// Compares the filters that came back; true when the library must filter no-local itself.
pub(super) fn check_filters(
    definition: &ConsumerDefinition,
    confirmed: &[String],
) -> std::result::Result<bool, Failure> {
    let has = |key: &str| confirmed.iter().any(|name| name == key);
    if definition.selector.is_some() && !has(links::SELECTOR_KEY) {
        return Err(Failure::retry(
            Status::TIBEMS_NOT_IMPLEMENTED,
            "the broker does not support selectors",
        ));
    }
    Ok(definition.filters_local() && !has(links::NO_LOCAL_KEY))
}

impl PendingSend {
    /// The connection is gone; `written` bytes of the incarnation had been handed over.
    fn lose(&mut self, written: u64) {
        if matches!(self.fate, Fate::Waiting) {
            self.fate = Fate::Lost {
                unsent: self.start >= written,
            };
        }
    }
}

/// A container-id for a connection without client id (spec 40 §2.1).
pub(super) fn generated_container_id() -> String {
    let mut name = [0u8; 64];
    // SAFETY: writes at most 63 bytes into `name`, which stays terminated by its last zero byte.
    let found = unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len() - 1) } == 0;
    let end = name.iter().position(|byte| *byte == 0).unwrap_or(0);
    let host = if found {
        String::from_utf8_lossy(&name[..end])
    } else {
        "host".into()
    };
    format!("EMS-{host}-{}-{}", std::process::id(), random::text())
}
