//! The verbs of a script: what to expect and what to send, by performative.

use super::check::{Link, LinkId, Session, SessionId, WINDOW};
use super::talk::{Arrival, Talk};
use bytes::Bytes;
use tibemsufo::amqp::frame::{HEADER_AMQP, HEADER_SASL, encode_frame};
use tibemsufo::amqp::performative::{
    AmqpError, Attach, Begin, Close, DeliveryState, Detach, Disposition, End, Flow, LinkTarget,
    Open, Performative, Role, SaslChallenge, SaslInit, SaslMechanisms, SaslOutcome, Source, Target,
    Transfer,
};

/// A whole delivery of the library.
#[derive(Clone, Debug)]
pub struct Received {
    pub link: LinkId,
    pub id: u32,
    pub tag: Bytes,
    pub settled: bool,
    pub frames: usize,
    pub payload: Bytes,
    pub state: Option<DeliveryState>,
}

/// Bytes of a frame that are text.
#[track_caller]
pub fn text_of_frame(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// An error with a condition.
pub fn error(condition: &str) -> AmqpError {
    AmqpError::new(condition, "said by the scripted peer")
}

/// Takes the next frame as one kind of performative.
macro_rules! expected {
    ($talk:expr, $kind:ident) => {{
        let arrival = $talk.expect_frame();
        match arrival.performative.clone() {
            Performative::$kind(value) => (arrival, value),
            other => $talk.fail(format_args!(
                "{} where {} is expected",
                other.name(),
                stringify!($kind)
            )),
        }
    }};
}
pub(super) use expected;

impl Talk {
    // --- frames --------------------------------------------------------------------------------

    /// The bytes of a frame.
    pub fn encoded(&self, channel: u16, performative: &Performative, payload: &[u8]) -> Vec<u8> {
        if self.clumsy {
            return super::clumsy::frame(channel, performative, payload);
        }
        let mut bytes = Vec::new();
        encode_frame(channel, performative, payload, &mut bytes);
        bytes
    }

    /// Sends a frame with a payload, as it is.
    pub fn send_with(
        &mut self,
        channel: u16,
        performative: impl Into<Performative>,
        payload: &[u8],
    ) {
        let performative = performative.into();
        self.note(format_args!(
            "<- [{channel}] {} + {}",
            super::transcript::brief(&performative),
            payload.len()
        ));
        let bytes = self.encoded(channel, &performative, payload);
        self.raw(&bytes);
    }

    /// Sends a frame, as it is.
    pub fn send(&mut self, channel: u16, performative: impl Into<Performative>) {
        self.send_with(channel, performative, &[]);
    }

    /// Sends a frame with any body.
    pub fn raw_frame(&mut self, kind: u8, channel: u16, body: &[u8]) {
        let [high, low] = channel.to_be_bytes();
        let mut bytes = (body.len() as u32 + 8).to_be_bytes().to_vec();
        bytes.extend([2, kind, high, low]);
        bytes.extend(body);
        self.raw_noted(&bytes);
    }

    /// Sends an empty frame.
    pub fn send_heartbeat(&mut self) {
        self.note("<- empty frame");
        self.raw(&tibemsufo::amqp::frame::EMPTY_FRAME);
    }

    // --- sessions ------------------------------------------------------------------------------

    /// The session's state.
    pub fn session(&self, session: SessionId) -> &Session {
        &self.book.sessions[session.0]
    }

    /// Expects `begin`.
    #[track_caller]
    pub fn expect_begin(&mut self) -> SessionId {
        expected!(self, Begin)
            .0
            .session
            .expect("begin has a session")
    }

    /// Answers `begin`.
    pub fn answer_begin(&mut self, session: SessionId) {
        self.answer_begin_with(session, |_| {});
    }

    /// Answers `begin`, changed as wanted.
    pub fn answer_begin_with(&mut self, session: SessionId, change: impl FnOnce(&mut Begin)) {
        let window = self.window;
        let state = &mut self.book.sessions[session.0];
        let mut begin = Begin {
            remote_channel: Some(state.remote_channel),
            next_outgoing_id: 0,
            incoming_window: window,
            outgoing_window: WINDOW,
            handle_max: Some(1023),
            ..Begin::default()
        };
        change(&mut begin);
        state.answered = true;
        state.next_outgoing = begin.next_outgoing_id;
        state.window_end = state.next_incoming.wrapping_add(begin.incoming_window);
        let channel = state.channel;
        self.send(channel, begin);
    }

    /// Our next delivery in this session gets this id.
    pub fn set_next_delivery(&mut self, session: SessionId, id: u32) {
        self.book.sessions[session.0].next_delivery_out = id;
    }

    /// Ends a session.
    pub fn send_end(&mut self, session: SessionId, error: Option<AmqpError>) {
        let state = &mut self.book.sessions[session.0];
        state.ending = true;
        let channel = state.channel;
        self.send(channel, End { error });
    }

    /// Sends a session flow with a window of so many frames.
    pub fn open_window(&mut self, session: SessionId, frames: u32) {
        let flow = self.session_flow(session, frames);
        let channel = self.book.sessions[session.0].channel;
        self.send(channel, flow);
    }

    /// The session part of a flow; the window is granted.
    pub(super) fn session_flow(&mut self, session: SessionId, frames: u32) -> Flow {
        let state = &mut self.book.sessions[session.0];
        let end = state.next_incoming.wrapping_add(frames);
        if super::check::before(state.window_end, end) {
            state.window_end = end;
        }
        Flow {
            next_incoming_id: Some(state.next_incoming),
            incoming_window: state.window_end.wrapping_sub(state.next_incoming),
            next_outgoing_id: state.next_outgoing,
            outgoing_window: WINDOW,
            ..Flow::default()
        }
    }

    // --- links ---------------------------------------------------------------------------------

    /// The link's state.
    pub fn link(&self, link: LinkId) -> &Link {
        &self.book.links[link.0]
    }

    /// Links that the library attached as `role`, oldest first.
    pub fn links(&self, role: Role) -> Vec<LinkId> {
        let wanted = |&at: &usize| self.book.links[at].attach.role == role;
        (0..self.book.links.len())
            .filter(wanted)
            .map(LinkId)
            .collect()
    }

    /// Our channel of the link.
    pub fn channel(&self, link: LinkId) -> u16 {
        self.session(self.link(link).session).channel
    }

    /// Expects `attach` with a role.
    #[track_caller]
    pub fn expect_attach(&mut self, role: Role) -> LinkId {
        let (arrival, attach) = expected!(self, Attach);
        if attach.role != role {
            self.fail(format_args!(
                "attach as {:?}, expected {role:?}",
                attach.role
            ));
        }
        arrival.link.expect("attach has a link")
    }

    /// Answers `attach`.
    pub fn answer_attach(&mut self, link: LinkId) {
        self.answer_attach_with(link, |_| {});
    }

    /// Answers `attach`, changed as wanted.
    pub fn answer_attach_with(&mut self, link: LinkId, change: impl FnOnce(&mut Attach)) {
        let channel = self.channel(link);
        let state = &mut self.book.links[link.0];
        let mut attach = Attach {
            handle: state.handle,
            role: state.attach.role.opposite(),
            ..state.attach.clone()
        };
        attach.initial_delivery_count = (attach.role == Role::Sender).then_some(0);
        if let Some(LinkTarget::Target(Target {
            dynamic: true,
            address,
            ..
        })) = &mut attach.target
        {
            *address = Some(format!("temporary-{}", link.0));
        }
        attach.offered_capabilities = std::mem::take(&mut attach.desired_capabilities);
        change(&mut attach);
        state.answered = true;
        state.handle = attach.handle;
        if attach.role == Role::Sender {
            let count = attach.initial_delivery_count.unwrap_or(0);
            // credit given before our count was known counts from it
            state.delivery_count = count;
        }
        self.send(channel, attach);
    }

    /// Refuses `attach`: the answer without a terminus, then the closing detach.
    pub fn refuse_attach(&mut self, link: LinkId, error: Option<AmqpError>) {
        self.answer_attach_with(link, |attach| match attach.role {
            Role::Sender => attach.source = None::<Source>,
            Role::Receiver => attach.target = None,
        });
        self.send_detach(link, true, error);
    }

    /// Sends `detach`.
    pub fn send_detach(&mut self, link: LinkId, closed: bool, error: Option<AmqpError>) {
        let channel = self.channel(link);
        let state = &mut self.book.links[link.0];
        state.detaching = true;
        let handle = state.handle;
        self.send(
            channel,
            Detach {
                handle,
                closed,
                error,
            },
        );
    }

    /// Expects `detach` of a link.
    #[track_caller]
    pub fn expect_detach(&mut self, link: LinkId) -> Detach {
        let (arrival, detach) = expected!(self, Detach);
        if arrival.link != Some(link) {
            self.fail(format_args!(
                "detach of {:?}, expected {link:?}",
                arrival.link
            ));
        }
        *detach
    }

    /// Expects a flow for a link.
    #[track_caller]
    pub fn expect_flow(&mut self) -> (LinkId, Flow) {
        let (arrival, flow) = expected!(self, Flow);
        match arrival.link {
            Some(link) => (link, *flow),
            None => self.fail("a session flow where a link flow is expected"),
        }
    }

    // --- deliveries ----------------------------------------------------------------------------

    /// Expects the frames of one whole delivery.
    #[track_caller]
    pub fn expect_transfer(&mut self) -> Received {
        loop {
            let (arrival, _) = expected!(self, Transfer);
            if let Some(received) = arrival.complete {
                return received;
            }
        }
    }

    /// Sends a disposition about deliveries of the library.
    pub fn send_disposition(
        &mut self,
        session: SessionId,
        ids: (u32, u32),
        settled: bool,
        state: Option<DeliveryState>,
    ) {
        let channel = self.session(session).channel;
        let (first, last) = ids;
        self.send(
            channel,
            Disposition {
                role: Role::Receiver,
                first,
                last: (last != first).then_some(last),
                settled,
                state,
                ..Disposition::default()
            },
        );
    }

    /// Answers a delivery.
    pub fn settle(&mut self, received: &Received, state: DeliveryState) {
        let session = self.link(received.link).session;
        self.send_disposition(session, (received.id, received.id), true, Some(state));
    }

    /// Accepts a delivery.
    pub fn accept_delivery(&mut self, received: &Received) {
        self.settle(received, DeliveryState::Accepted);
    }

    /// The next transfer frame of ours on a link; all fields of a first frame are filled in.
    pub fn next_transfer(&mut self, link: LinkId) -> Transfer {
        let session = self.link(link).session;
        let state = &mut self.book.sessions[session.0];
        let id = state.next_delivery_out;
        state.next_delivery_out = id.wrapping_add(1);
        let state = &mut self.book.links[link.0];
        state.next_tag += 1;
        state.delivery_count = state.delivery_count.wrapping_add(1);
        state.credit = state.credit.saturating_sub(1);
        Transfer {
            handle: state.handle,
            delivery_id: Some(id),
            delivery_tag: Some(Bytes::copy_from_slice(&state.next_tag.to_be_bytes())),
            message_format: Some(0),
            settled: (state.attach.snd_settle_mode == Some(1)).then_some(true),
            ..Transfer::default()
        }
    }

    /// Sends one transfer frame.
    pub fn send_transfer(&mut self, link: LinkId, transfer: Transfer, payload: &[u8]) {
        let session = self.link(link).session;
        let state = &mut self.book.sessions[session.0];
        state.next_outgoing = state.next_outgoing.wrapping_add(1);
        let channel = state.channel;
        self.send_with(channel, transfer, payload);
    }

    /// Sends a message in frames of at most `room` payload bytes; returns its delivery id. Credit must
    /// be there.
    #[track_caller]
    pub fn deliver_in(&mut self, link: LinkId, payload: &[u8], room: usize) -> u32 {
        if self.link(link).credit == 0 && self.strict {
            self.fail("the script delivers without credit");
        }
        let first = self.next_transfer(link);
        let id = first.delivery_id.expect("filled in");
        let mut parts: Vec<&[u8]> = payload.chunks(room).collect();
        if parts.is_empty() {
            parts.push(&[]);
        }
        for (at, part) in parts.iter().enumerate() {
            let mut transfer = match at {
                0 => first.clone(),
                _ => Transfer {
                    handle: first.handle,
                    settled: first.settled,
                    ..Transfer::default()
                },
            };
            transfer.more = at + 1 < parts.len();
            self.send_transfer(link, transfer, part);
        }
        id
    }

    /// Sends a message; returns its delivery id. Credit must be there.
    #[track_caller]
    pub fn deliver(&mut self, link: LinkId, payload: &[u8]) -> u32 {
        let room = self
            .book
            .remote_open
            .as_ref()
            .and_then(|o| o.max_frame_size)
            .unwrap_or(512);
        self.deliver_in(link, payload, (room as usize).min(1 << 20) - 128)
    }

    /// Expects a disposition.
    #[track_caller]
    pub fn expect_disposition(&mut self) -> Disposition {
        *expected!(self, Disposition).1
    }

    // --- end -----------------------------------------------------------------------------------

    /// Sends `close`.
    pub fn send_close(&mut self, error: Option<AmqpError>) {
        self.book.close_sent = true;
        self.send(0, Close { error });
    }

    /// Expects `close` with this condition (none: without an error).
    #[track_caller]
    pub fn expect_close(&mut self, condition: Option<&str>) {
        let (_, close) = expected!(self, Close);
        let got = close.error.as_ref().map(|e| e.condition.as_str());
        if got != condition {
            self.fail(format_args!("close with {got:?}, expected {condition:?}"));
        }
    }

    /// Expects a performative that the predicate likes.
    #[track_caller]
    pub fn expect_that(&mut self, what: &str, like: impl FnOnce(&Arrival) -> bool) -> Arrival {
        let arrival = self.expect_frame();
        if !like(&arrival) {
            self.fail(format_args!(
                "{} where {what} is expected",
                arrival.performative.name()
            ));
        }
        arrival
    }
}
