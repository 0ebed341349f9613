//! What comes before `open`: protocol headers, the SASL exchange, our `open` (spec 40 §1.1, §1.4).

use super::Engine;
use super::connection::{Phase, decode_any, shortened};
use super::sasl::{self, MechanismError};
use super::stranger;
use super::types::{AuthFailure, Event, FailureKind, condition};
use crate::amqp::codec::Value;
use crate::amqp::frame::{FrameHeader, HEADER_AMQP, HEADER_SASL, MIN_MAX_FRAME_SIZE, TYPE_SASL};
use crate::amqp::performative::{
    AmqpError, Open, Performative, SaslInit, SaslOutcome, SaslResponse,
};
use bytes::{Buf, BytesMut};

impl Engine {
    pub(super) fn send_header(&mut self) {
        match self.phase {
            Phase::SaslHeader => self.out.raw(&HEADER_SASL),
            _ => self.out.raw(&HEADER_AMQP),
        }
    }

    /// A protocol header; a wrong one is recognized as early as possible. True: go on.
    pub(super) fn input_header(&mut self, buf: &mut BytesMut) -> bool {
        let expected = match self.phase {
            Phase::SaslHeader => HEADER_SASL,
            _ => HEADER_AMQP,
        };
        let letters = expected.len().min(4);
        let known = buf.len().min(letters);
        if buf.get(..known) != expected.get(..known) {
            self.fail_header(&stranger::looks_like(buf), FailureKind::Protocol);
            return false;
        }
        let Some(header) = buf.first_chunk::<8>().copied() else {
            return false;
        };
        if header != expected {
            if header.get(5..) == expected.get(5..) {
                let text = match header.get(4) {
                    Some(3) => "demands SASL",
                    Some(2) => "demands TLS inside the connection",
                    _ => "asks for another protocol id",
                };
                self.fail_header(text, FailureKind::Protocol);
            } else {
                self.fail_header(&stranger::version(header), FailureKind::Version);
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

    fn fail_header(&mut self, text: &str, kind: FailureKind) {
        self.phase = Phase::Closed;
        self.events.push_back(Event::Failed {
            error: AmqpError::new(condition::FRAMING_ERROR, text),
            kind,
        });
    }

    fn send_open(&mut self) {
        self.phase = Phase::OpenSent;
        let mut open = Open {
            container_id: self.config.container_id.clone(),
            hostname: self.config.hostname.clone(),
            max_frame_size: Some(self.config.max_frame_size),
            channel_max: Some(self.config.channel_max),
            idle_time_out: self.timers.advertised(),
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
                kind: FailureKind::OpenTooLarge,
            });
        }
    }

    pub(super) fn input_sasl(&mut self, buf: &mut BytesMut) -> bool {
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
            MechanismError::Exchange(text) => self.fail_sasl(AuthFailure::Exchange, &text),
        }
    }

    fn fail_sasl(&mut self, failure: AuthFailure, text: &str) {
        self.phase = Phase::Closed;
        self.events.push_back(Event::AuthFailed {
            failure,
            text: shortened(text),
        });
    }
}
