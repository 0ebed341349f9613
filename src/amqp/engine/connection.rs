//! The connection: its phases, open and close, and the way of each frame to its handler
//! (spec 40 §1.3, §1.9, §1.16).

use super::Engine;
use super::sasl::Mechanism;
use super::types::{EngineConfig, EngineState, Event, FailureKind, condition};
use crate::amqp::codec::{DecodeError, Decoder, Value};
use crate::amqp::frame::{FrameError, FrameHeader, MIN_MAX_FRAME_SIZE, TYPE_SASL};
use crate::amqp::performative::{AmqpError, Close, Disposition, Open, Performative, code};
use bytes::{Buf, Bytes, BytesMut};
use std::time::Instant;

/// Largest frame that we send, whatever the peer takes.
const SEND_CAP: u32 = 1 << 20;

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

    /// What the peer has to send next before the connection is open, as a text.
    pub fn awaits(&self) -> &'static str {
        match self.phase {
            Phase::SaslHeader => "its SASL header",
            Phase::SaslMechanisms => "its SASL mechanisms",
            Phase::SaslExchange(_) => "its answer to SASL",
            Phase::AmqpHeader => "its AMQP header",
            Phase::OpenSent => "its open",
            Phase::Refused => "the close behind its open",
            Phase::Open | Phase::CloseSent | Phase::Closed => "an answer",
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

    /// Takes received bytes: every whole frame is consumed, the rest stays in `buf`. To be called
    /// once for each read that gave bytes.
    pub fn input(&mut self, buf: &mut BytesMut, now: Instant) {
        self.timers.received(now);
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
        self.timers.limit_of_peer(open.idle_time_out);
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
    pub(super) fn fail(&mut self, condition: &str, text: &str, kind: FailureKind) {
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
        self.events.push_back(Event::Failed { error, kind });
    }

    pub(super) fn fail_framing(&mut self, text: &str) {
        self.fail(condition::FRAMING_ERROR, text, FailureKind::Framing);
    }

    pub(super) fn fail_decode(&mut self, error: &DecodeError) {
        self.fail(
            condition::DECODE_ERROR,
            &error.to_string(),
            FailureKind::Framing,
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
pub(super) fn decode_any(body: &[u8]) -> Result<Performative, FrameError> {
    let mut decoder = Decoder::new(body);
    let performative = Performative::decode(&mut decoder)?;
    if !decoder.is_empty() && !matches!(performative, Performative::Transfer(_)) {
        return Err(FrameError::Payload(performative.name()));
    }
    Ok(performative)
}

/// A text that fits an error frame of the smallest size; peers' texts may be long.
pub(super) fn shortened(text: &str) -> String {
    text.chars().take(200).collect()
}

/// The payload part of a frame, still sharing the memory of the read buffer.
pub(super) fn cut_payload(buf: &mut BytesMut, header: FrameHeader, performative: usize) -> Bytes {
    let mut frame = buf.split_to(header.size).freeze();
    frame.advance((header.body + performative).min(frame.len()));
    frame
}
