//! What the peer knows about the sessions and links of a connection, and the checker that compares each
//! frame of the library with it (spec 40 §1.5, §1.10, §1.12, §1.13).

use super::verbs::Received;
use bytes::Bytes;
use tibemsufo::amqp::performative::{
    Attach, Begin, Detach, Disposition, Flow, Open, Performative, Role, Transfer,
};

/// A session of the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionId(pub(super) usize);

/// A link of the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkId(pub(super) usize);

/// Frames that the peer takes by default before it renews the window.
pub const WINDOW: u32 = 1 << 20;

/// One session.
pub struct Session {
    /// The library's channel
    pub remote_channel: u16,
    /// Ours
    pub channel: u16,
    pub begin: Begin,
    pub answered: bool,
    /// The library sent `end`
    pub ended: bool,
    /// We sent `end`
    pub ending: bool,
    /// Transfer id of the next frame of the library
    pub next_incoming: u32,
    /// First transfer id beyond every window granted so far
    pub window_end: u32,
    /// Transfer id of our next frame
    pub next_outgoing: u32,
    /// Delivery id of our next delivery
    pub next_delivery_out: u32,
    /// Delivery id that the library uses next, once it has used one
    pub next_delivery_in: Option<u32>,
}

/// One link.
pub struct Link {
    pub session: SessionId,
    /// The library's attach
    pub attach: Attach,
    /// Our handle
    pub handle: u32,
    pub answered: bool,
    /// The library sent its detach
    pub detached: bool,
    /// We sent ours
    pub detaching: bool,
    pub delivery_count: u32,
    /// Library sends: first delivery count beyond all credit given so far
    pub credit_end: u32,
    /// Library receives: what it granted and we have not used
    pub credit: u32,
    /// Library receives: it asked us to use up the credit
    pub drain: bool,
    pub(super) partial: Option<Partial>,
    pub(super) next_tag: u32,
}

/// A delivery of which more frames are to come.
pub struct Partial {
    id: u32,
    tag: Bytes,
    settled: bool,
    payload: Vec<u8>,
    frames: usize,
    first: Transfer,
}

/// Everything known about the present connection.
#[derive(Default)]
pub struct Book {
    pub sessions: Vec<Session>,
    pub links: Vec<Link>,
    /// What the library sent
    pub remote_open: Option<Open>,
    /// What we sent
    pub open: Option<Open>,
    pub close_received: bool,
    pub close_sent: bool,
}

/// What a frame was about.
#[derive(Default)]
pub struct Subject {
    pub session: Option<SessionId>,
    pub link: Option<LinkId>,
    pub complete: Option<Received>,
}

type Checked<T> = Result<T, String>;

/// Is `a` behind `b` in serial order?
pub fn before(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) < 0
}

impl Book {
    /// The session that the library has on this channel.
    pub fn session_of(&self, channel: u16) -> Option<SessionId> {
        let live = |s: &Session| s.remote_channel == channel && !s.ended;
        self.sessions.iter().rposition(live).map(SessionId)
    }

    /// The link that the library has under this handle.
    pub fn link_of(&self, session: SessionId, handle: u32) -> Option<LinkId> {
        let live = |l: &Link| l.session == session && l.attach.handle == handle && !l.detached;
        self.links.iter().rposition(live).map(LinkId)
    }

    /// Checks and books one frame of the library.
    pub fn arrive(
        &mut self,
        channel: u16,
        performative: &Performative,
        payload: &Bytes,
        size: usize,
    ) -> Checked<Subject> {
        let most = self
            .open
            .as_ref()
            .map_or(512, |o| o.max_frame_size.unwrap_or(u32::MAX));
        if size > most as usize {
            return Err(format!("a frame of {size} bytes, {most} are allowed"));
        }
        if self.close_received {
            return Err("a frame behind close".into());
        }
        let mut subject = Subject::default();
        match performative {
            Performative::Open(open) => {
                if self.remote_open.replace((**open).clone()).is_some() {
                    return Err("a second open".into());
                }
            }
            Performative::Close(_) => self.close_received = true,
            Performative::Begin(begin) => subject.session = Some(self.begin(channel, begin)?),
            other if other.is_sasl() => {}
            other => {
                let session = self.session_of(channel).ok_or_else(|| {
                    format!("{} on channel {channel} without begin", other.name())
                })?;
                subject.session = Some(session);
                match other {
                    Performative::Attach(attach) => {
                        subject.link = Some(self.attach(session, attach)?);
                    }
                    Performative::Flow(flow) => subject.link = self.flow(session, flow)?,
                    Performative::Transfer(transfer) => {
                        let link = self.sender(session, transfer.handle)?;
                        subject.link = Some(link);
                        subject.complete = self.transfer(session, link, transfer, payload)?;
                    }
                    Performative::Disposition(d) => self.disposition(session, d)?,
                    Performative::Detach(detach) => {
                        subject.link = Some(self.detach(session, detach)?);
                    }
                    Performative::End(_) => {
                        self.sessions[session.0].ended = true;
                        for link in self.links.iter_mut().filter(|l| l.session == session) {
                            link.detached = true;
                        }
                    }
                    _ => {}
                }
            }
        }
        Ok(subject)
    }

    fn begin(&mut self, channel: u16, begin: &Begin) -> Checked<SessionId> {
        let most = self
            .open
            .as_ref()
            .and_then(|o| o.channel_max)
            .unwrap_or(u16::MAX);
        if channel > most {
            return Err(format!("begin on channel {channel}, channel-max is {most}"));
        }
        if self.session_of(channel).is_some() {
            return Err(format!("a second begin on channel {channel}"));
        }
        if begin.remote_channel.is_some() {
            return Err("begin with a remote-channel, but nobody asked for a session".into());
        }
        self.sessions.push(Session {
            remote_channel: channel,
            // another number than the library's, to find mix-ups
            channel: self.sessions.len() as u16 + 1,
            begin: begin.clone(),
            answered: false,
            ended: false,
            ending: false,
            next_incoming: begin.next_outgoing_id,
            window_end: begin.next_outgoing_id,
            next_outgoing: 0,
            next_delivery_out: 0,
            next_delivery_in: None,
        });
        Ok(SessionId(self.sessions.len() - 1))
    }

    fn attach(&mut self, session: SessionId, attach: &Attach) -> Checked<LinkId> {
        if self.link_of(session, attach.handle).is_some() {
            return Err(format!("attach with the live handle {}", attach.handle));
        }
        let same = |l: &Link| {
            l.session == session
                && l.attach.name == attach.name
                && l.attach.role == attach.role
                && !l.detached
        };
        if self.links.iter().any(same) {
            return Err(format!("attach of the live link {}", attach.name));
        }
        if attach.role == Role::Sender && attach.initial_delivery_count.is_none() {
            return Err("a sender's attach without initial-delivery-count".into());
        }
        self.links.push(Link {
            session,
            attach: attach.clone(),
            // far from the library's, to find mix-ups
            handle: self.links.len() as u32 + 10,
            answered: false,
            detached: false,
            detaching: false,
            delivery_count: attach.initial_delivery_count.unwrap_or(0),
            credit_end: attach.initial_delivery_count.unwrap_or(0),
            credit: 0,
            drain: false,
            partial: None,
            next_tag: 0,
        });
        Ok(LinkId(self.links.len() - 1))
    }

    fn known(&self, session: SessionId, handle: u32, what: &str) -> Checked<LinkId> {
        self.link_of(session, handle)
            .ok_or_else(|| format!("{what} with the unknown handle {handle}"))
    }

    fn sender(&self, session: SessionId, handle: u32) -> Checked<LinkId> {
        let link = self.known(session, handle, "transfer")?;
        match self.links[link.0].attach.role {
            Role::Sender => Ok(link),
            Role::Receiver => Err("transfer on a link on which the library receives".into()),
        }
    }

    fn flow(&mut self, session: SessionId, flow: &Flow) -> Checked<Option<LinkId>> {
        let state = &self.sessions[session.0];
        if flow.next_outgoing_id != state.next_incoming {
            return Err(format!(
                "flow with next-outgoing-id {}, but {} frames make it {}",
                flow.next_outgoing_id,
                state
                    .next_incoming
                    .wrapping_sub(state.begin.next_outgoing_id),
                state.next_incoming
            ));
        }
        match flow.next_incoming_id {
            Some(id) if before(state.next_outgoing, id) => {
                return Err(format!(
                    "flow with next-incoming-id {id}, but {} was the last frame",
                    state.next_outgoing.wrapping_sub(1)
                ));
            }
            _ => {}
        }
        let Some(handle) = flow.handle else {
            return Ok(None);
        };
        let id = self.known(session, handle, "flow")?;
        let link = &mut self.links[id.0];
        if link.attach.role == Role::Receiver {
            let granted = flow.link_credit.unwrap_or(0);
            let count = flow.delivery_count.unwrap_or(0);
            if link.answered && before(link.delivery_count, count) {
                return Err(format!(
                    "flow with delivery-count {count}, but it is {}",
                    link.delivery_count
                ));
            }
            let left = count
                .wrapping_add(granted)
                .wrapping_sub(link.delivery_count);
            link.credit = if (left as i32) < 0 { 0 } else { left };
            link.drain = flow.drain;
        } else if let Some(count) = flow.delivery_count {
            // the library answers a drain by moving its count forward
            link.delivery_count = count;
        }
        Ok(Some(id))
    }

    fn transfer(
        &mut self,
        session: SessionId,
        id: LinkId,
        transfer: &Transfer,
        payload: &Bytes,
    ) -> Checked<Option<Received>> {
        let state = &mut self.sessions[session.0];
        let link = &mut self.links[id.0];
        if !before(state.next_incoming, state.window_end) {
            return Err("transfer beyond the session window".into());
        }
        state.next_incoming = state.next_incoming.wrapping_add(1);
        let mut partial = match link.partial.take() {
            Some(partial) => {
                if transfer
                    .delivery_id
                    .is_some_and(|given| given != partial.id)
                {
                    return Err("another delivery-id inside a delivery".into());
                }
                partial
            }
            None => {
                if !before(link.delivery_count, link.credit_end) {
                    return Err(format!("transfer without credit on {}", link.attach.name));
                }
                link.delivery_count = link.delivery_count.wrapping_add(1);
                let given = transfer
                    .delivery_id
                    .ok_or("a first frame without delivery-id")?;
                if state
                    .next_delivery_in
                    .is_some_and(|expected| expected != given)
                {
                    return Err(format!(
                        "delivery-id {given}, expected {}",
                        state.next_delivery_in.unwrap_or(0)
                    ));
                }
                state.next_delivery_in = Some(given.wrapping_add(1));
                let tag = transfer
                    .delivery_tag
                    .clone()
                    .ok_or("a first frame without a tag")?;
                if tag.len() > 32 {
                    return Err("a delivery-tag of more than 32 bytes".into());
                }
                Partial {
                    id: given,
                    tag,
                    settled: false,
                    payload: Vec::new(),
                    frames: 0,
                    first: transfer.clone(),
                }
            }
        };
        partial.settled |= transfer.settled == Some(true);
        partial.payload.extend_from_slice(payload);
        partial.frames += 1;
        if transfer.aborted {
            return Ok(None);
        }
        if transfer.more {
            link.partial = Some(partial);
            return Ok(None);
        }
        Ok(Some(Received {
            link: id,
            id: partial.id,
            tag: partial.tag,
            settled: partial.settled,
            frames: partial.frames,
            payload: partial.payload.into(),
            state: partial.first.state,
        }))
    }

    fn disposition(&mut self, session: SessionId, disposition: &Disposition) -> Checked<()> {
        let state = &self.sessions[session.0];
        let last = disposition.last.unwrap_or(disposition.first);
        if before(last, disposition.first) {
            return Err("disposition with last before first".into());
        }
        if disposition.role == Role::Receiver && !before(last, state.next_delivery_out) {
            return Err(format!(
                "disposition up to {last}, but only ids below {} exist",
                state.next_delivery_out
            ));
        }
        Ok(())
    }

    fn detach(&mut self, session: SessionId, detach: &Detach) -> Checked<LinkId> {
        let id = self.known(session, detach.handle, "detach")?;
        self.links[id.0].detached = true;
        Ok(id)
    }
}
