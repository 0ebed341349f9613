//! Sessions: begin, end, the windows and the flow frames (spec 40 §1.10).

use super::Engine;
use super::connection::Phase;
use super::link::LinkState;
use super::serial::ahead;
use super::transfer::Partial;
use super::types::{EngineError, Event, FailureKind, LinkId, SessionId, Settle, condition};
use super::unsettled::Unsettled;
use crate::amqp::performative::{AmqpError, Begin, End, Flow, Role};
use std::collections::VecDeque;

/// Our incoming window: constant, so large that only link credit holds the peer back.
pub(super) const WINDOW: u32 = i32::MAX as u32;
/// Highest handle that we take.
pub(super) const HANDLE_MAX: u32 = 65_535;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SessionState {
    BeginSent,
    Mapped,
    /// Our `end` is sent: everything is ignored until the answer comes
    EndSent,
}

/// A run of acknowledges that is not written yet (spec 40 §6.3).
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub first: u32,
    pub last: u32,
    pub state: Settle,
    pub settled: bool,
    pub batchable: bool,
    /// The transaction is in `Session::run_txn`
    pub transacted: bool,
}

/// One session.
pub(super) struct Session {
    pub channel: u16,
    pub remote_channel: Option<u16>,
    pub state: SessionState,
    /// The end has been reported, or nobody is to be told
    pub silent: bool,
    pub next_outgoing_id: u32,
    pub next_incoming_id: u32,
    /// Transfer frames that we may send
    pub remote_window: u32,
    first_outgoing_id: u32,
    handle_max: u32,
    pub next_delivery_id: u32,
    /// The id that the next delivery from the peer must have
    pub expected_delivery: Option<u32>,
    /// Our sends without outcome
    pub unsettled: Unsettled,
    /// Acknowledges that the peer is to confirm
    pub confirms: VecDeque<(u32, LinkId)>,
    /// Link numbers + 1 by our handle and by the peer's; 0: free
    pub local: Vec<u32>,
    pub remote: Vec<u32>,
    /// Links that the peer wanted to attach
    pub refused: u32,
    /// The delivery that the session window cut off
    pub partial: Option<Partial>,
    pub run: Option<Run>,
    pub run_txn: Vec<u8>,
    pub dirty: bool,
    /// A flow without handle is due
    pub flow_due: bool,
    /// Links with a flow to be written
    pub flow_links: Vec<u32>,
}

impl Session {
    fn new(channel: u16, first: u32) -> Session {
        Session {
            channel,
            remote_channel: None,
            state: SessionState::BeginSent,
            silent: false,
            next_outgoing_id: first,
            next_incoming_id: 0,
            remote_window: 0,
            first_outgoing_id: first,
            handle_max: HANDLE_MAX,
            next_delivery_id: first,
            expected_delivery: None,
            unsettled: Unsettled::default(),
            confirms: VecDeque::new(),
            local: Vec::new(),
            remote: Vec::new(),
            refused: 0,
            partial: None,
            run: None,
            run_txn: Vec::new(),
            dirty: false,
            flow_due: false,
            flow_links: Vec::new(),
        }
    }

    /// Is nothing to be written but acknowledges of a batchable link?
    pub fn may_wait(&self) -> bool {
        let lazy = |run: &Run| run.batchable && run.state == Settle::Accepted;
        !self.flow_due && self.flow_links.is_empty() && self.run.as_ref().is_none_or(lazy)
    }

    /// May a delivery be started?
    pub fn can_send(&self) -> bool {
        self.state == SessionState::Mapped && self.remote_window > 0 && self.partial.is_none()
    }

    /// The lowest free handle of ours.
    pub fn free_handle(&self) -> Option<u32> {
        let free = self.local.iter().position(|link| *link == 0);
        let handle = free.unwrap_or(self.local.len()) as u32;
        (handle <= self.handle_max).then_some(handle)
    }

    /// The number of the link with a handle of the peer.
    #[inline]
    pub fn link_of(&self, remote_handle: u32) -> Option<u32> {
        self.remote
            .get(remote_handle as usize)
            .and_then(|link| link.checked_sub(1))
    }

    /// A flow with the session fields of this moment.
    pub fn flow(&self) -> Flow {
        Flow {
            next_incoming_id: (self.state == SessionState::Mapped).then_some(self.next_incoming_id),
            incoming_window: WINDOW,
            next_outgoing_id: self.next_outgoing_id,
            outgoing_window: WINDOW,
            ..Flow::default()
        }
    }
}

impl Engine {
    /// Begins a session; `Event::Begun` follows. Links may be attached at once.
    pub fn begin(&mut self) -> Result<SessionId, EngineError> {
        if !matches!(self.phase, Phase::Open) {
            return Err(EngineError::NotOpen);
        }
        let channel = self.free_channel().ok_or(EngineError::NoChannel)?;
        let session = Session::new(channel, self.config.first_outgoing_id);
        self.write_begin(&session);
        Ok(SessionId(self.sessions.insert(session)))
    }

    /// Ends a session; `Event::SessionEnded` follows when the peer has answered.
    pub fn end(&mut self, id: SessionId, error: Option<AmqpError>) {
        let index = id.0.index;
        match self.sessions.get(id.0) {
            Some(session) if session.state != SessionState::EndSent => {}
            _ => return,
        }
        if matches!(self.phase, Phase::Open) {
            self.write_run(index);
            self.write_end(index, error);
        }
    }

    /// The channel that the next session takes: sessions are numbered by channel.
    fn free_channel(&self) -> Option<u16> {
        let theirs = self.peer.as_ref().and_then(|open| open.channel_max);
        let max = self.config.channel_max.min(theirs.unwrap_or(u16::MAX));
        let channel = u16::try_from(self.sessions.next_index()).ok()?;
        (channel <= max).then_some(channel)
    }

    fn write_begin(&mut self, session: &Session) {
        let begin = Begin {
            remote_channel: session.remote_channel,
            next_outgoing_id: session.next_outgoing_id,
            incoming_window: WINDOW,
            outgoing_window: WINDOW,
            handle_max: Some(HANDLE_MAX),
            ..Begin::default()
        };
        self.out.frame(session.channel, |enc| begin.encode(enc));
    }

    /// Writes our `end`; the links of the session are gone, the channel is free after the answer.
    fn write_end(&mut self, index: u32, error: Option<AmqpError>) {
        let Some(session) = self.sessions.at_mut(index) else {
            return;
        };
        session.state = SessionState::EndSent;
        let channel = session.channel;
        self.out.frame(channel, |enc| End { error }.encode(enc));
        self.drop_links(index);
    }

    /// Ends a session because of what the peer did.
    pub(super) fn end_session(&mut self, index: u32, condition: &str, text: &str) {
        let Some(key) = self.sessions.key(index) else {
            return;
        };
        let error = AmqpError::new(condition, text);
        self.write_run(index);
        self.write_end(index, Some(error.clone()));
        if let Some(session) = self.sessions.at_mut(index)
            && !std::mem::replace(&mut session.silent, true)
        {
            self.events.push_back(Event::SessionEnded {
                session: SessionId(key),
                error: Some(error),
                by_peer: false,
            });
        }
    }

    fn drop_links(&mut self, index: u32) {
        let Some(session) = self.sessions.at_mut(index) else {
            return;
        };
        let local = std::mem::take(&mut session.local);
        session.remote.clear();
        self.cut -= session.partial.take().map_or(0, |partial| partial.left());
        session.unsettled = Unsettled::default();
        session.confirms.clear();
        session.run = None;
        session.flow_links.clear();
        for link in local {
            if let Some(link) = link.checked_sub(1) {
                self.links.remove(link);
            }
        }
    }

    /// The number of the session with a channel of the peer.
    #[inline]
    pub(super) fn session_of(&self, remote_channel: u16) -> Option<u32> {
        self.channels
            .get(usize::from(remote_channel))
            .and_then(|session| session.checked_sub(1))
    }

    fn map_channel(&mut self, remote_channel: u16, index: u32) {
        let at = usize::from(remote_channel);
        if self.channels.len() <= at {
            self.channels.resize(at + 1, 0);
        }
        if let Some(entry) = self.channels.get_mut(at) {
            *entry = index + 1;
        }
        if let Some(session) = self.sessions.at_mut(index) {
            session.remote_channel = Some(remote_channel);
        }
    }

    pub(super) fn on_begin(&mut self, channel: u16, begin: &Begin) {
        if self.session_of(channel).is_some() {
            return self.fail_framing("begin on a channel in use");
        }
        let Some(ours) = begin.remote_channel else {
            return self.refuse_begin(channel, begin);
        };
        let index = u32::from(ours);
        let handle_max = begin.handle_max.unwrap_or(u32::MAX);
        let first = match self.sessions.at_mut(index) {
            Some(session) if session.remote_channel.is_none() => {
                session.next_incoming_id = begin.next_outgoing_id;
                session.remote_window = begin.incoming_window.min(WINDOW);
                session.handle_max = handle_max.min(HANDLE_MAX);
                session.state == SessionState::BeginSent
            }
            _ => return self.fail_framing("begin with an unknown remote-channel"),
        };
        self.map_channel(channel, index);
        if let (true, Some(key)) = (first, self.sessions.key(index)) {
            if let Some(session) = self.sessions.at_mut(index) {
                session.state = SessionState::Mapped;
            }
            self.events.push_back(Event::Begun(SessionId(key)));
        }
    }

    /// The peer wants a session of its own: answered and ended at once (spec 40 §1.16).
    fn refuse_begin(&mut self, channel: u16, begin: &Begin) {
        let Some(ours) = self.free_channel() else {
            return self.fail(
                condition::NOT_ALLOWED,
                "the peer begins sessions",
                FailureKind::NotAllowed,
            );
        };
        let mut session = Session::new(ours, self.config.first_outgoing_id);
        session.remote_channel = Some(channel);
        session.next_incoming_id = begin.next_outgoing_id;
        session.silent = true;
        self.write_begin(&session);
        let key = self.sessions.insert(session);
        self.map_channel(channel, key.index);
        let error = AmqpError::new(condition::NOT_ALLOWED, "sessions are begun by the client");
        self.write_end(key.index, Some(error));
    }

    pub(super) fn on_end(&mut self, channel: u16, error: Option<AmqpError>) {
        let index = match self.session_of(channel) {
            Some(index) => index,
            // A refusal without a begin: peers use the same channel number, or answer in order.
            None => match self.unanswered_session(u32::from(channel)) {
                Some(index) => index,
                None => return self.fail_framing("end on an unknown channel"),
            },
        };
        let Some(key) = self.sessions.key(index) else {
            return;
        };
        let mut by_peer = false;
        if let Some(session) = self.sessions.at(index)
            && session.state != SessionState::EndSent
        {
            by_peer = true;
            self.write_end(index, None);
        }
        if let Some(entry) = self.channels.get_mut(usize::from(channel)) {
            *entry = 0;
        }
        let silent = self.sessions.remove(index).is_none_or(|s| s.silent);
        if !silent {
            self.events.push_back(Event::SessionEnded {
                session: SessionId(key),
                error,
                by_peer,
            });
        }
    }

    fn unanswered_session(&self, guess: u32) -> Option<u32> {
        let unanswered = |index: &u32| {
            self.sessions
                .at(*index)
                .is_some_and(|s| s.remote_channel.is_none())
        };
        Some(guess)
            .filter(unanswered)
            .or_else(|| self.sessions.indices().find(unanswered))
    }

    pub(super) fn on_flow(&mut self, channel: u16, flow: &Flow) {
        let Some(index) = self.session_of(channel) else {
            return self.fail_framing("flow on an unknown channel");
        };
        let Some(session) = self.sessions.at_mut(index) else {
            return;
        };
        if session.state != SessionState::Mapped {
            return;
        }
        let could_send = session.can_send();
        let base = flow.next_incoming_id.unwrap_or(session.first_outgoing_id);
        session.remote_window = ahead(
            session.next_outgoing_id,
            base.wrapping_add(flow.incoming_window.min(WINDOW)),
        );
        let step = ahead(session.next_incoming_id, flow.next_outgoing_id);
        session.next_incoming_id = session.next_incoming_id.wrapping_add(step);
        let link = flow.handle.map(|handle| session.link_of(handle));
        match link {
            None if flow.echo => {
                session.flow_due = true;
                self.mark_dirty(index);
            }
            None => {}
            Some(None) => {
                return self.end_session(
                    index,
                    condition::UNATTACHED_HANDLE,
                    "flow for an unknown handle",
                );
            }
            Some(Some(link)) => self.on_link_flow(link, flow),
        }
        self.continue_partial(index);
        if !could_send && self.sessions.at(index).is_some_and(Session::can_send) {
            self.announce_credit(index);
        }
    }

    /// The session can send again: tells every sending link that has credit.
    pub(super) fn announce_credit(&mut self, index: u32) {
        let Some(session) = self.sessions.at(index) else {
            return;
        };
        for number in session.local.iter().filter_map(|link| link.checked_sub(1)) {
            if let Some(link) = self.links.at(number)
                && link.role == Role::Sender
                && link.remaining_credit() > 0
                && let Some(key) = self.links.key(number)
            {
                self.events.push_back(Event::Credit { link: LinkId(key) });
            }
        }
    }

    /// Writes the flows that are due in a session.
    pub(super) fn write_flows(&mut self, index: u32) {
        let Some(session) = self.sessions.at_mut(index) else {
            return;
        };
        if session.state != SessionState::Mapped || !matches!(self.phase, Phase::Open) {
            return;
        }
        if std::mem::take(&mut session.flow_due) {
            let flow = session.flow();
            self.out.frame(session.channel, |enc| flow.encode(enc));
        }
        let mut numbers = std::mem::take(&mut session.flow_links);
        for number in numbers.drain(..) {
            if let Some(link) = self.links.at_mut(number)
                && link.session == index
                && std::mem::take(&mut link.flow_due)
                && link.state == LinkState::Attached
            {
                let mut flow = session.flow();
                link.fill_flow(&mut flow);
                self.out.frame(session.channel, |enc| flow.encode(enc));
            }
        }
        session.flow_links = numbers;
    }

    /// Notes that a link's flow is to be written.
    pub(super) fn want_flow(&mut self, number: u32) {
        let Some(link) = self.links.at_mut(number) else {
            return;
        };
        let index = link.session;
        if !std::mem::replace(&mut link.flow_due, true)
            && let Some(session) = self.sessions.at_mut(index)
        {
            session.flow_links.push(number);
            self.mark_dirty(index);
        }
    }
}
