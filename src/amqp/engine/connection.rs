//! The connection: headers, SASL, open, close, timers, and the way of each frame to its handler
//! (spec 40 §1.1, §1.3, §1.4, §1.9, §1.16).

use super::Engine;
use super::sasl::{self, Mechanism, MechanismError};
use super::types::{AuthFailure, EngineConfig, EngineState, Event, condition};
use crate::amqp::codec::{DecodeError, Decoder, Value};
use crate::amqp::frame::{
    FrameError, FrameHeader, HEADER_AMQP, HEADER_SASL, MIN_MAX_FRAME_SIZE, TYPE_SASL,
};
use crate::amqp::performative::{
    AmqpError, Close, Disposition, Open, Performative, SaslInit, SaslOutcome, SaslResponse, code,
};
use crate::status::Status;
use bytes::{Buf, Bytes, BytesMut};
use std::time::{Duration, Instant};

/// Largest frame that we send, whatever the peer takes.
const SEND_CAP: u32 = 1 << 20;
/// Shortest heartbeat interval.
const MIN_HEARTBEAT: Duration = Duration::from_millis(50);

/// How far the connection has come.
pub(super) enum Phase {
    SaslHeader,
    SaslMechanisms,
    SaslExchange(Box<dyn Mechanism>),
    AmqpHeader,
    OpenSent,
    /// The peer's `open` says that a refusal follows
    Refused,
    Open,
    CloseSent,
    Closed,
}

impl Phase {
    pub fn start(config: &EngineConfig) -> Phase {
        if config.sasl.is_some() {
            Phase::SaslHeader
        } else {
            Phase::AmqpHeader
        }
    }
}

/// The two idle timers.
pub(super) struct Timers {
    idle: Option<Duration>,
    /// When the peer counts as silent
    read_deadline: Option<Instant>,
    /// The deadline has been put off once because nobody looked in time
    grace: bool,
    last_write: Instant,
    /// Send something at least this often
    heartbeat: Option<Duration>,
    /// A heartbeat waits in the output or in the socket
    heartbeat_queued: bool,
}

impl Timers {
    pub fn new(config: &EngineConfig, now: Instant) -> Timers {
        let idle = config.idle_timeout.filter(|idle| !idle.is_zero());
        Timers {
            idle,
            read_deadline: idle.and_then(|idle| now.checked_add(idle)),
            grace: false,
            last_write: now,
            heartbeat: None,
            heartbeat_queued: false,
        }
    }
}

impl Engine {
    /// Where the connection stands.
    pub fn state(&self) -> EngineState {
        match self.phase {
            Phase::Open => EngineState::Open,
            Phase::CloseSent | Phase::Refused => EngineState::Closing,
            Phase::Closed => EngineState::Closed,
            _ => EngineState::Handshake,
        }
    }

    /// Has our last SASL message been sent, so that only the outcome is missing? A connection
    /// that ends here several times in a row has been refused (spec 40 §1.4).
    pub fn sasl_final_sent(&self) -> bool {
        matches!(&self.phase, Phase::SaslExchange(mechanism) if mechanism.is_final())
    }

    /// Closes the connection. Events go on until `Closed`.
    pub fn close(&mut self, error: Option<AmqpError>) {
        match self.phase {
            Phase::OpenSent | Phase::Open | Phase::Refused => {
                self.write_pending();
                self.out.frame(0, |enc| Close { error }.encode(enc));
                self.phase = Phase::CloseSent;
            }
            Phase::CloseSent | Phase::Closed => {}
            _ => self.phase = Phase::Closed,
        }
    }

    /// Bytes went to the socket.
    pub fn wrote(&mut self, now: Instant) {
        self.timers.last_write = now;
        self.timers.heartbeat_queued = false;
    }

    /// Does what is due and tells when to come again; what it wrote is in the output. To be called
    /// again after `input` and `wrote`, which move the deadlines.
    pub fn tick(&mut self, now: Instant) -> Option<Instant> {
        if matches!(self.phase, Phase::Closed) {
            return None;
        }
        let idle = self.tick_idle(now);
        let heartbeat = self.tick_heartbeat(now);
        match (idle, heartbeat) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Our own limit: no byte for T means that the peer is gone. When nobody looked for a good
    /// while (the process was stopped), the peer gets half of T once more.
    fn tick_idle(&mut self, now: Instant) -> Option<Instant> {
        let (idle, deadline) = (self.timers.idle?, self.timers.read_deadline?);
        if now < deadline {
            return Some(deadline);
        }
        let late = now.saturating_duration_since(deadline);
        if late > (idle / 4).max(Duration::from_millis(500)) && !self.timers.grace {
            self.timers.grace = true;
            self.timers.read_deadline = now.checked_add(idle / 2);
            return self.timers.read_deadline;
        }
        self.fail(
            condition::RESOURCE_LIMIT_EXCEEDED,
            &format!("nothing received for {} ms", idle.as_millis()),
            Status::TIBEMS_SERVER_NOT_CONNECTED,
        );
        None
    }

    /// The peer's limit: something must be written often enough. Data that waits for the socket
    /// does the same service, so at most one empty frame is ever queued.
    fn tick_heartbeat(&mut self, now: Instant) -> Option<Instant> {
        let interval = self.timers.heartbeat?;
        if matches!(self.phase, Phase::Closed) {
            return None;
        }
        if self.timers.heartbeat_queued {
            return None;
        }
        let due = self.timers.last_write.checked_add(interval)?;
        if now < due {
            return Some(due);
        }
        if self.output_len() == 0 {
            self.out.heartbeat();
        }
        self.timers.heartbeat_queued = true;
        None
    }

    /// Writes an empty frame, so that the limits of the operating system find a dead connection
    /// (spec 40 §3.5). No answer is expected.
    pub fn probe(&mut self) {
        if matches!(self.phase, Phase::Open) && self.output_len() == 0 {
            self.out.heartbeat();
        }
    }

    /// Takes received bytes: every whole frame is consumed, the rest stays in `buf`. To be called
    /// once for each read that gave bytes.
    pub fn input(&mut self, buf: &mut BytesMut, now: Instant) {
        if let Some(idle) = self.timers.idle {
            self.timers.read_deadline = now.checked_add(idle);
            self.timers.grace = false;
        }
        loop {
            let more = match self.phase {
                Phase::Closed => {
                    buf.clear();
                    false
                }
                Phase::SaslHeader | Phase::AmqpHeader => self.input_header(buf),
                Phase::SaslMechanisms | Phase::SaslExchange(_) => self.input_sasl(buf),
                _ => self.input_frame(buf),
            };
            if !more {
                break;
            }
        }
    }

    pub(super) fn send_header(&mut self) {
        match self.phase {
            Phase::SaslHeader => self.out.raw(&HEADER_SASL),
            _ => self.out.raw(&HEADER_AMQP),
        }
    }

    /// A protocol header; a wrong one is recognized as early as possible. True: go on.
    fn input_header(&mut self, buf: &mut BytesMut) -> bool {
        let expected = match self.phase {
            Phase::SaslHeader => HEADER_SASL,
            _ => HEADER_AMQP,
        };
        let letters = expected.len().min(4);
        let known = buf.len().min(letters);
        if buf.get(..known) != expected.get(..known) {
            let text = match buf.first() {
                Some(0x15 | 0x16) => "the peer answers with TLS",
                Some(b'H') => "the peer answers with HTTP",
                _ => "the peer does not speak AMQP",
            };
            self.fail_header(text, Status::TIBEMS_INVALID_PROTOCOL);
            return false;
        }
        let Some(header) = buf.first_chunk::<8>().copied() else {
            return false;
        };
        if header != expected {
            if header.get(5..) == expected.get(5..) {
                let text = match header.get(4) {
                    Some(3) => "the peer demands SASL",
                    Some(2) => "the peer demands TLS inside the connection",
                    _ => "the peer asks for another protocol id",
                };
                self.fail_header(text, Status::TIBEMS_INVALID_PROTOCOL);
            } else {
                let text = "the peer speaks another protocol version";
                self.fail_header(text, Status::TIBEMS_VERSION_MISMATCH);
            }
            return false;
        }
        buf.advance(header.len());
        match self.phase {
            Phase::SaslHeader => self.phase = Phase::SaslMechanisms,
            _ => self.send_open(),
        }
        true
    }

    fn fail_header(&mut self, text: &str, status_hint: Status) {
        self.phase = Phase::Closed;
        self.events.push_back(Event::Failed {
            error: AmqpError::new(condition::FRAMING_ERROR, text),
            status_hint,
        });
    }

    fn send_open(&mut self) {
        self.phase = Phase::OpenSent;
        let mut open = Open {
            container_id: self.config.container_id.clone(),
            hostname: self.config.hostname.clone(),
            max_frame_size: Some(self.config.max_frame_size),
            channel_max: Some(self.config.channel_max),
            idle_time_out: self.timers.idle.map(|idle| {
                u32::try_from(idle.as_millis() / 2)
                    .unwrap_or(u32::MAX)
                    .max(1)
            }),
            offered_capabilities: Vec::new(),
            desired_capabilities: self.config.desired_capabilities.clone(),
            properties: self
                .config
                .properties
                .iter()
                .map(|(key, value)| (key.clone(), Value::string(value.clone())))
                .collect(),
        };
        // Before the peer's open no frame may be larger than 512 bytes. What is only decoration
        // goes first.
        let limit = MIN_MAX_FRAME_SIZE as usize;
        let mut size = self.out.frame(0, |enc| open.encode(enc));
        if size > limit {
            self.out.undo(size);
            open.properties.clear();
            size = self.out.frame(0, |enc| open.encode(enc));
        }
        if size > limit {
            self.out.undo(size);
            self.phase = Phase::Closed;
            self.events.push_back(Event::Failed {
                error: AmqpError::new(
                    condition::INVALID_FIELD,
                    "client id and host name are too long for the open frame",
                ),
                status_hint: Status::TIBEMS_INVALID_CLIENT_ID,
            });
        }
    }

    // --- SASL ---------------------------------------------------------------------------------

    fn input_sasl(&mut self, buf: &mut BytesMut) -> bool {
        let header = match FrameHeader::peek(buf, MIN_MAX_FRAME_SIZE) {
            Ok(Some(header)) => header,
            Ok(None) => return false,
            Err(error) => {
                self.fail_sasl(AuthFailure::Exchange, &error.to_string());
                return false;
            }
        };
        if header.kind != TYPE_SASL {
            self.fail_sasl(AuthFailure::Exchange, "AMQP frame during SASL");
            return false;
        }
        let decoded = decode_any(buf.get(header.body..header.size).unwrap_or_default());
        buf.advance(header.size);
        match decoded {
            Ok(performative) => self.on_sasl(performative),
            Err(error) => self.fail_sasl(AuthFailure::Exchange, &error.to_string()),
        }
        true
    }

    fn on_sasl(&mut self, performative: Performative) {
        let choosing = matches!(self.phase, Phase::SaslMechanisms);
        match performative {
            Performative::SaslMechanisms(offer) if choosing => {
                self.start_mechanism(&offer.sasl_server_mechanisms);
            }
            Performative::SaslChallenge(p) if !choosing => self.on_challenge(&p.challenge),
            Performative::SaslOutcome(outcome) => self.on_sasl_outcome(&outcome),
            other => {
                let text = format!("{} was not due", other.name());
                self.fail_sasl(AuthFailure::Exchange, &text);
            }
        }
    }

    fn start_mechanism(&mut self, offered: &[String]) {
        let Some(config) = self.config.sasl.as_ref() else {
            return;
        };
        let Some(mut mechanism) = sasl::choose(config, offered) else {
            if offered.is_empty() {
                self.fail_sasl(AuthFailure::NoMechanism, "the peer offers no mechanism");
            } else {
                let text = format!("no usable mechanism among {}", offered.join(" "));
                self.fail_sasl(AuthFailure::NoMechanism, &text);
            }
            return;
        };
        let init = match mechanism.initial_response() {
            Ok(response) => SaslInit {
                mechanism: mechanism.name().to_owned(),
                initial_response: Some(response),
                hostname: config.hostname.clone(),
            },
            Err(error) => return self.fail_mechanism(error),
        };
        let size = self.out.sasl_frame(|enc| init.encode(enc));
        if size > MIN_MAX_FRAME_SIZE as usize {
            self.out.undo(size);
            let text = "user and password are too long for a SASL frame";
            return self.fail_sasl(AuthFailure::Credentials, text);
        }
        self.phase = Phase::SaslExchange(mechanism);
    }

    fn on_challenge(&mut self, challenge: &[u8]) {
        let Phase::SaslExchange(mechanism) = &mut self.phase else {
            return;
        };
        match mechanism.challenge(challenge) {
            Ok(response) => {
                self.out
                    .sasl_frame(|enc| SaslResponse { response }.encode(enc));
            }
            Err(error) => self.fail_mechanism(error),
        }
    }

    /// Outcome ok is taken from a peer that sends it at once, without mechanisms.
    fn on_sasl_outcome(&mut self, outcome: &SaslOutcome) {
        if outcome.code != 0 {
            let text = match outcome.code {
                1 => "the server refuses user and password",
                4 => "the server cannot check user and password now",
                _ => "the server failed to check user and password",
            };
            return self.fail_sasl(AuthFailure::Outcome(outcome.code), text);
        }
        if let Phase::SaslExchange(mechanism) = &mut self.phase
            && let Err(error) = mechanism.succeeded(outcome.additional_data.as_deref())
        {
            return self.fail_mechanism(error);
        }
        self.phase = Phase::AmqpHeader;
        self.send_header();
    }

    fn fail_mechanism(&mut self, error: MechanismError) {
        match error {
            MechanismError::Credentials(text) => self.fail_sasl(AuthFailure::Credentials, text),
            MechanismError::Exchange(text) => self.fail_sasl(AuthFailure::Exchange, text),
        }
    }

    fn fail_sasl(&mut self, failure: AuthFailure, text: &str) {
        self.phase = Phase::Closed;
        self.events.push_back(Event::AuthFailed {
            failure,
            text: shortened(text),
        });
    }

    // --- frames -------------------------------------------------------------------------------

    /// One AMQP frame. True: go on.
    fn input_frame(&mut self, buf: &mut BytesMut) -> bool {
        let header = match FrameHeader::peek(buf, self.config.max_frame_size) {
            Ok(Some(header)) => header,
            Ok(None) => return false,
            Err(error) => {
                self.fail_frame(&error);
                return true;
            }
        };
        if header.kind == TYPE_SASL {
            self.fail_framing("SASL frame behind the SASL layer");
            return true;
        }
        let body = buf.get(header.body..header.size).unwrap_or_default();
        if body.is_empty() {
            buf.advance(header.size);
            return true;
        }
        let open = matches!(self.phase, Phase::Open) && header.channel <= self.config.channel_max;
        match busy_code(body) {
            Some(code::TRANSFER) if open => self.on_transfer_frame(header, buf),
            Some(code::DISPOSITION) if open => {
                let decoded = decode_whole(body, "disposition", Disposition::decode);
                buf.advance(header.size);
                match decoded {
                    Ok(disposition) => self.on_disposition(header.channel, disposition),
                    Err(error) => self.fail_frame(&error),
                }
            }
            _ => {
                let decoded = decode_any(body);
                buf.advance(header.size);
                match decoded {
                    Ok(performative) => self.on_performative(header.channel, performative),
                    Err(error) => self.fail_frame(&error),
                }
            }
        }
        true
    }

    fn on_performative(&mut self, channel: u16, performative: Performative) {
        match (&self.phase, performative) {
            // A peer may refuse without an open of its own.
            (_, Performative::Close(close)) => self.on_close(close.error),
            (Phase::OpenSent, Performative::Open(open)) => {
                if channel == 0 {
                    self.on_open(*open);
                } else {
                    self.fail_framing("open on another channel than 0");
                }
            }
            (Phase::OpenSent, other) => {
                self.fail_framing(&format!("{} before open", other.name()));
            }
            // Until the answer to our close comes, and while a refusal is awaited, the rest does
            // not matter.
            (Phase::CloseSent | Phase::Refused, _) => {}
            (_, Performative::Open(_)) => self.fail_framing("second open"),
            _ if channel > self.config.channel_max => {
                self.fail_framing("channel above channel-max");
            }
            (_, Performative::Begin(begin)) => self.on_begin(channel, &begin),
            (_, Performative::End(end)) => self.on_end(channel, end.error),
            (_, Performative::Attach(attach)) => self.on_attach(channel, *attach),
            (_, Performative::Flow(flow)) => self.on_flow(channel, &flow),
            (_, Performative::Disposition(p)) => self.on_disposition(channel, *p),
            (_, Performative::Detach(detach)) => self.on_detach(channel, *detach),
            (_, other) => self.fail_framing(&format!("{} was not due", other.name())),
        }
    }

    fn on_open(&mut self, open: Open) {
        let theirs = open.max_frame_size.unwrap_or(u32::MAX);
        if theirs < MIN_MAX_FRAME_SIZE {
            self.fail_framing("the peer's max-frame-size is below 512");
            return;
        }
        self.send_limit = theirs.min(SEND_CAP) as usize;
        self.timers.heartbeat = match open.idle_time_out {
            None | Some(0) => None,
            // A little less than half of the limit, so that a late timer is still in time.
            Some(limit) => Some(
                Duration::from_millis(u64::from(limit))
                    .mul_f64(7.0 / 16.0)
                    .max(MIN_HEARTBEAT),
            ),
        };
        let refused = match open.property("amqp:connection-establishment-failed") {
            Some(Value::Bool(marker)) => *marker,
            Some(marker) => marker.as_str() == Some("true"),
            None => false,
        };
        self.peer = Some(open);
        if refused {
            self.phase = Phase::Refused;
        } else {
            self.phase = Phase::Open;
            self.events.push_back(Event::Opened);
        }
    }

    fn on_close(&mut self, error: Option<AmqpError>) {
        if !matches!(self.phase, Phase::CloseSent) {
            self.out.frame(0, |enc| Close::default().encode(enc));
        }
        self.phase = Phase::Closed;
        self.events.push_back(Event::Closed { error });
    }

    /// Gives the connection up because of what the peer did.
    pub(super) fn fail(&mut self, condition: &str, text: &str, status_hint: Status) {
        if matches!(self.phase, Phase::Closed) {
            return;
        }
        let error = AmqpError::new(condition, shortened(text));
        if matches!(self.phase, Phase::OpenSent | Phase::Open | Phase::Refused) {
            self.out.frame(0, |enc| {
                Close {
                    error: Some(error.clone()),
                }
                .encode(enc);
            });
        }
        self.phase = Phase::Closed;
        self.events.push_back(Event::Failed { error, status_hint });
    }

    pub(super) fn fail_framing(&mut self, text: &str) {
        self.fail(
            condition::FRAMING_ERROR,
            text,
            Status::TIBEMS_INVALID_PROTOCOL,
        );
    }

    pub(super) fn fail_decode(&mut self, error: &DecodeError) {
        self.fail(
            condition::DECODE_ERROR,
            &error.to_string(),
            Status::TIBEMS_INVALID_PROTOCOL,
        );
    }

    fn fail_frame(&mut self, error: &FrameError) {
        match error {
            FrameError::Decode(error) => self.fail_decode(error),
            other => self.fail_framing(&other.to_string()),
        }
    }
}

/// The code of a body in the usual encoding, or of a transfer or disposition in any other.
fn busy_code(body: &[u8]) -> Option<u64> {
    if let [0x00, 0x53, code, ..] = body {
        return Some(u64::from(*code));
    }
    Decoder::new(body).descriptor().ok()?.code()
}

/// Decodes a body that must be nothing but one performative.
fn decode_whole<T>(
    body: &[u8],
    name: &'static str,
    decode: impl FnOnce(&mut Decoder<'_>) -> Result<T, DecodeError>,
) -> Result<T, FrameError> {
    let mut decoder = Decoder::new(body);
    let performative = decode(&mut decoder)?;
    if decoder.is_empty() {
        Ok(performative)
    } else {
        Err(FrameError::Payload(name))
    }
}

/// Decodes any body; a payload is allowed behind a transfer only.
fn decode_any(body: &[u8]) -> Result<Performative, FrameError> {
    let mut decoder = Decoder::new(body);
    let performative = Performative::decode(&mut decoder)?;
    if !decoder.is_empty() && !matches!(performative, Performative::Transfer(_)) {
        return Err(FrameError::Payload(performative.name()));
    }
    Ok(performative)
}

/// A text that fits an error frame of the smallest size; peers' texts may be long.
fn shortened(text: &str) -> String {
    text.chars().take(200).collect()
}

/// The payload part of a frame, still sharing the memory of the read buffer.
pub(super) fn cut_payload(buf: &mut BytesMut, header: FrameHeader, performative: usize) -> Bytes {
    let mut frame = buf.split_to(header.size).freeze();
    frame.advance((header.body + performative).min(frame.len()));
    frame
}
