//! Links: attach, detach, refusals (spec 40 §1.11).

use super::Engine;
use super::connection::Phase;
use super::serial::ahead;
use super::session::{HANDLE_MAX, SessionState};
use super::transfer::Assembly;
use super::types::{AttachSpec, Attached, EngineError, Event, LinkId, SessionId, condition};
use crate::amqp::performative::{AmqpError, Attach, Detach, Role};

/// A peer that attaches more links than this by itself is not right: its session ends.
const MAX_REFUSED: u32 = 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkState {
    AttachSent,
    Attached,
    /// The answer had no terminus: the peer's detach with the reason follows
    RefusalPending,
    /// Our detach is sent; what arrives until the answer is ignored
    DetachSent,
}

/// One link.
pub(super) struct Link {
    pub session: u32,
    pub handle: u32,
    /// Known once the peer's attach has arrived
    pub remote_handle: Option<u32>,
    name: String,
    pub role: Role,
    /// We asked with a null source for what is kept under its name: an answer without one says that nothing is
    asks: bool,
    /// Its source outlives it: it is detached and not closed, which would delete that
    outlived: bool,
    pub state: LinkState,
    /// The end has been reported, or nobody is to be told
    silent: bool,
    pub delivery_count: u32,
    /// delivery-count that the credit reaches to
    pub limit: u32,
    /// Receiving: the furthest limit that the peer has been told
    pub announced: u32,
    /// Receiving: we asked for a drain. Sending: the peer did
    pub draining: bool,
    pub flow_due: bool,
    /// Sends that wait for credit, told when the peer asks
    pub available: u32,
    pub max_message_size: u64,
    pub next_tag: u64,
    pub batchable: bool,
    /// A delivery of several frames that is being received
    pub incoming: Option<Assembly>,
    /// A delivery on it had no delivery-id: the numbers that it uses up are not known
    pub unnumbered: bool,
}

impl Link {
    fn new(session: u32, handle: u32, role: Role, name: String) -> Link {
        Link {
            session,
            handle,
            remote_handle: None,
            name,
            role,
            asks: false,
            outlived: false,
            state: LinkState::AttachSent,
            silent: false,
            delivery_count: 0,
            limit: 0,
            announced: 0,
            draining: false,
            flow_due: false,
            available: 0,
            max_message_size: 0,
            next_tag: 0,
            batchable: false,
            incoming: None,
            unnumbered: false,
        }
    }

    /// To close it would delete what outlives it: it is only detached.
    fn keeps(&self) -> bool {
        self.outlived || self.asks
    }
}

impl Engine {
    /// Attaches a link; `Event::Attached` or `Event::AttachRefused` follows.
    pub fn attach(&mut self, id: SessionId, spec: AttachSpec) -> Result<LinkId, EngineError> {
        if !matches!(self.phase, Phase::Open) {
            return Err(EngineError::NotOpen);
        }
        let session = self.sessions.get_mut(id.0).ok_or(EngineError::NoSession)?;
        if session.state == SessionState::EndSent {
            return Err(EngineError::NoSession);
        }
        let handle = session.free_handle().ok_or(EngineError::NoHandle)?;
        let sender = spec.role == Role::Sender;
        let source = spec.source.as_ref();
        let asks = !sender && source.is_none();
        let policy = source.and_then(|source| source.expiry_policy.as_deref());
        let outlived = policy == Some("never");
        let attach = Attach {
            name: spec.name,
            handle,
            role: spec.role,
            snd_settle_mode: spec.snd_settle_mode,
            rcv_settle_mode: Some(0),
            source: spec.source,
            target: spec.target,
            initial_delivery_count: sender.then_some(0),
            max_message_size: None,
            offered_capabilities: Vec::new(),
            desired_capabilities: spec.desired_capabilities,
            properties: spec.properties,
        };
        let size = self.out.frame(session.channel, |enc| attach.encode(enc));
        if size > self.send_limit {
            self.out.undo(size);
            return Err(EngineError::TooLarge);
        }
        let mut link = Link::new(id.0.index, handle, spec.role, attach.name);
        link.batchable = spec.batchable;
        (link.asks, link.outlived) = (asks, outlived);
        let key = self.links.insert(link);
        assign(&mut session.local, handle, key.index);
        Ok(LinkId(key))
    }

    /// Closes (or, with `closed` false, only detaches) a link; `Event::Detached` follows when the
    /// peer has answered. Acknowledges made before are written first.
    pub fn detach(&mut self, id: LinkId, closed: bool, error: Option<AmqpError>) {
        match self.links.get(id.0) {
            Some(link) if link.state != LinkState::DetachSent => {}
            _ => return,
        }
        if matches!(self.phase, Phase::Open) {
            self.write_detach(id.0.index, closed, error);
        }
    }

    /// Ends a link and nothing else: closes it, or only detaches it where that would delete what outlives it.
    pub fn leave(&mut self, id: LinkId) {
        let keeps = self.links.get(id.0).is_some_and(Link::keeps);
        self.detach(id, !keeps, None);
    }

    /// A receiving link has this name: until it has ended, and the peer has answered its detach, no other may.
    pub fn is_named(&self, name: &str) -> bool {
        let mut links = self
            .links
            .indices()
            .filter_map(|index| self.links.at(index));
        links.any(|link| link.role == Role::Receiver && link.name == name)
    }

    /// The session of a link.
    pub fn session_of_link(&self, id: LinkId) -> Option<SessionId> {
        let link = self.links.get(id.0)?;
        self.sessions.key(link.session).map(SessionId)
    }

    /// Has the peer answered the attach without a terminus, so that its detach must follow?
    pub fn refusal_pending(&self, id: LinkId) -> bool {
        self.links
            .get(id.0)
            .is_some_and(|link| link.state == LinkState::RefusalPending)
    }

    /// Largest message that the peer takes on a link; 0: no limit.
    pub fn max_message_size(&self, id: LinkId) -> u64 {
        self.links.get(id.0).map_or(0, |link| link.max_message_size)
    }

    /// Writes our detach. The link is gone for us; its handle is free after the answer.
    fn write_detach(&mut self, number: u32, closed: bool, error: Option<AmqpError>) {
        let Some(index) = self.links.at(number).map(|link| link.session) else {
            return;
        };
        self.write_run(index);
        let (Some(link), Some(session)) = (self.links.at_mut(number), self.sessions.at_mut(index))
        else {
            return;
        };
        link.state = LinkState::DetachSent;
        link.incoming = None;
        let detach = Detach {
            handle: link.handle,
            closed,
            error,
        };
        self.out.frame(session.channel, |enc| detach.encode(enc));
        if let Some(partial) = session.partial.take_if(|p| p.link == number) {
            // What was written of the delivery is worth nothing without the rest.
            self.cut -= partial.left();
            if session.can_send() {
                self.announce_credit(index);
            }
        }
    }

    /// Closes a link because of what the peer did.
    pub(super) fn close_link(&mut self, number: u32, condition: &str, text: &str) {
        let Some(key) = self.links.key(number) else {
            return;
        };
        let error = AmqpError::new(condition, text);
        let closed = !self.links.at(number).is_some_and(Link::keeps);
        self.write_detach(number, closed, Some(error.clone()));
        if let Some(link) = self.links.at_mut(number)
            && !std::mem::replace(&mut link.silent, true)
        {
            self.events.push_back(Event::Detached {
                link: LinkId(key),
                closed,
                error: Some(error),
                by_peer: false,
            });
        }
    }

    /// Forgets a link whose detach went both ways.
    fn free_link(&mut self, number: u32) {
        let Some(key) = self.links.key(number) else {
            return;
        };
        let Some(link) = self.links.remove(number) else {
            return;
        };
        let Some(session) = self.sessions.at_mut(link.session) else {
            return;
        };
        if let Some(entry) = session.local.get_mut(link.handle as usize) {
            *entry = 0;
        }
        if let Some(handle) = link.remote_handle
            && let Some(entry) = session.remote.get_mut(handle as usize)
        {
            *entry = 0;
        }
        let id = LinkId(key);
        session.unsettled.forget(id);
        session.confirms.retain(|(_, confirmed)| *confirmed != id);
    }

    pub(super) fn on_attach(&mut self, channel: u16, attach: Attach) {
        let Some(index) = self.session_of(channel) else {
            return self.fail_framing("attach on an unknown channel");
        };
        let Some(session) = self.sessions.at(index) else {
            return;
        };
        if session.state != SessionState::Mapped {
            return;
        }
        if attach.handle > HANDLE_MAX {
            return self.fail_framing("handle above handle-max");
        }
        if session.link_of(attach.handle).is_some() {
            return self.end_session(
                index,
                condition::HANDLE_IN_USE,
                "attach with the handle of another link",
            );
        }
        let ours = attach.role.opposite();
        let mut numbers = session.local.iter().filter_map(|link| link.checked_sub(1));
        let pending = numbers.find(|number| {
            self.links.at(*number).is_some_and(|link| {
                link.remote_handle.is_none() && link.role == ours && link.name == attach.name
            })
        });
        match pending {
            Some(number) => self.on_attach_answer(index, number, attach),
            None => self.refuse_attach(index, attach),
        }
    }

    fn on_attach_answer(&mut self, index: u32, number: u32, attach: Attach) {
        let (Some(session), Some(key)) = (self.sessions.at_mut(index), self.links.key(number))
        else {
            return;
        };
        let Some(link) = self.links.at_mut(number) else {
            return;
        };
        assign(&mut session.remote, attach.handle, number);
        link.remote_handle = Some(attach.handle);
        if link.state != LinkState::AttachSent {
            return;
        }
        let refused = match link.role {
            Role::Sender => attach.target.is_none(),
            Role::Receiver => attach.source.is_none() && !link.asks,
        };
        if refused {
            link.state = LinkState::RefusalPending;
            return;
        }
        link.state = LinkState::Attached;
        link.max_message_size = attach.max_message_size.unwrap_or(0);
        let mut granted = false;
        if link.role == Role::Receiver {
            let credit = ahead(link.delivery_count, link.limit);
            granted = credit > 0;
            link.delivery_count = attach.initial_delivery_count.unwrap_or(0);
            link.announced = link.delivery_count;
            link.limit = link.delivery_count.wrapping_add(credit);
        }
        self.events.push_back(Event::Attached {
            link: LinkId(key),
            answer: Box::new(Attached {
                source: attach.source,
                target: attach.target,
                snd_settle_mode: attach.snd_settle_mode,
                offered_capabilities: attach.offered_capabilities,
                properties: attach.properties,
                max_message_size: attach.max_message_size.unwrap_or(0),
            }),
        });
        if granted {
            self.want_flow(number);
        }
    }

    /// The peer wants a link of its own: answered without termini and closed (spec 40 §1.16).
    fn refuse_attach(&mut self, index: u32, attach: Attach) {
        let Some(session) = self.sessions.at_mut(index) else {
            return;
        };
        session.refused += 1;
        let handle = session
            .free_handle()
            .filter(|_| session.refused <= MAX_REFUSED);
        let Some(handle) = handle else {
            return self.end_session(
                index,
                condition::NOT_ALLOWED,
                "links are attached by the client",
            );
        };
        let role = attach.role.opposite();
        let answer = Attach {
            name: attach.name,
            handle,
            role,
            initial_delivery_count: (role == Role::Sender).then_some(0),
            ..Attach::default()
        };
        let size = self.out.frame(session.channel, |enc| answer.encode(enc));
        if size > self.send_limit {
            self.out.undo(size);
            return self.end_session(
                index,
                condition::NOT_ALLOWED,
                "links are attached by the client",
            );
        }
        let mut link = Link::new(index, handle, role, String::new());
        link.remote_handle = Some(attach.handle);
        link.silent = true;
        let key = self.links.insert(link);
        assign(&mut session.local, handle, key.index);
        assign(&mut session.remote, attach.handle, key.index);
        let error = AmqpError::new(condition::NOT_ALLOWED, "links are attached by the client");
        self.write_detach(key.index, true, Some(error));
    }

    pub(super) fn on_detach(&mut self, channel: u16, detach: Detach) {
        let Some(index) = self.session_of(channel) else {
            return self.fail_framing("detach on an unknown channel");
        };
        let Some(session) = self.sessions.at(index) else {
            return;
        };
        if session.state != SessionState::Mapped {
            return;
        }
        let number = session
            .link_of(detach.handle)
            .or_else(|| self.unanswered_link(index, detach.handle));
        let Some(number) = number else {
            return self.end_session(
                index,
                condition::UNATTACHED_HANDLE,
                "detach of an unknown handle",
            );
        };
        let (Some(key), Some(link)) = (self.links.key(number), self.links.at(number)) else {
            return;
        };
        let (state, silent) = (link.state, link.silent);
        if state != LinkState::DetachSent {
            self.write_detach(number, detach.closed, None);
        }
        self.free_link(number);
        if silent {
            return;
        }
        let link = LinkId(key);
        self.events.push_back(match state {
            LinkState::AttachSent | LinkState::RefusalPending => Event::AttachRefused {
                link,
                error: detach.error,
            },
            LinkState::Attached | LinkState::DetachSent => Event::Detached {
                link,
                closed: detach.closed,
                error: detach.error,
                by_peer: state == LinkState::Attached,
            },
        });
    }

    /// A link whose attach has no answer, for a detach without an attach before it: the one with
    /// the same handle, else the oldest.
    fn unanswered_link(&self, index: u32, handle: u32) -> Option<u32> {
        let local = &self.sessions.at(index)?.local;
        let unanswered = |number: &u32| {
            self.links
                .at(*number)
                .is_some_and(|link| link.remote_handle.is_none())
        };
        local
            .get(handle as usize)
            .and_then(|link| link.checked_sub(1))
            .filter(unanswered)
            .or_else(|| {
                local
                    .iter()
                    .filter_map(|link| link.checked_sub(1))
                    .find(unanswered)
            })
    }
}

/// Enters a link's number in a table of handles.
fn assign(table: &mut Vec<u32>, handle: u32, number: u32) {
    let at = handle as usize;
    if table.len() <= at {
        table.resize(at + 1, 0);
    }
    if let Some(entry) = table.get_mut(at) {
        *entry = number + 1;
    }
}
