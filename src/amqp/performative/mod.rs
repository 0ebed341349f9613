//! The nine AMQP performatives, the five of SASL, termini and delivery states, as plain structs
//! (spec 40 §1.4 to §1.7). Neutral about the role: broker and client use the same types.
//!
//! Nothing here blocks. Decoding takes what peers really send: short and long lists, symbolic
//! descriptors, strings for symbols.

mod connection;
pub(crate) mod fields;
mod link;
mod sasl;
mod state;
mod terminus;
mod transfer;

#[cfg(test)]
mod tests;

pub use connection::{AmqpError, Begin, Close, End, Open};
pub use link::{Attach, Detach, Flow, Role};
pub use sasl::{SaslChallenge, SaslInit, SaslMechanisms, SaslOutcome, SaslResponse};
pub use state::{Declare, DeliveryState, Discharge};
pub use terminus::{Coordinator, LinkTarget, Source, Target};
pub use transfer::{Disposition, Transfer};

use crate::amqp::codec::{DecodeError, Decoder, Encoder};

/// Numeric descriptors.
pub mod code {
    #![allow(missing_docs)]
    pub const OPEN: u64 = 0x10;
    pub const BEGIN: u64 = 0x11;
    pub const ATTACH: u64 = 0x12;
    pub const FLOW: u64 = 0x13;
    pub const TRANSFER: u64 = 0x14;
    pub const DISPOSITION: u64 = 0x15;
    pub const DETACH: u64 = 0x16;
    pub const END: u64 = 0x17;
    pub const CLOSE: u64 = 0x18;
    pub const ERROR: u64 = 0x1d;
    pub const RECEIVED: u64 = 0x23;
    pub const ACCEPTED: u64 = 0x24;
    pub const REJECTED: u64 = 0x25;
    pub const RELEASED: u64 = 0x26;
    pub const MODIFIED: u64 = 0x27;
    pub const SOURCE: u64 = 0x28;
    pub const TARGET: u64 = 0x29;
    pub const DELETE_ON_CLOSE: u64 = 0x2b;
    pub const DELETE_ON_NO_LINKS: u64 = 0x2c;
    pub const DELETE_ON_NO_MESSAGES: u64 = 0x2d;
    pub const DELETE_ON_NO_LINKS_OR_MESSAGES: u64 = 0x2e;
    pub const COORDINATOR: u64 = 0x30;
    pub const DECLARE: u64 = 0x31;
    pub const DISCHARGE: u64 = 0x32;
    pub const DECLARED: u64 = 0x33;
    pub const TRANSACTIONAL_STATE: u64 = 0x34;
    pub const SASL_MECHANISMS: u64 = 0x40;
    pub const SASL_INIT: u64 = 0x41;
    pub const SASL_CHALLENGE: u64 = 0x42;
    pub const SASL_RESPONSE: u64 = 0x43;
    pub const SASL_OUTCOME: u64 = 0x44;
    pub const HEADER: u64 = 0x70;
    pub const DELIVERY_ANNOTATIONS: u64 = 0x71;
    pub const MESSAGE_ANNOTATIONS: u64 = 0x72;
    pub const PROPERTIES: u64 = 0x73;
    pub const APPLICATION_PROPERTIES: u64 = 0x74;
    pub const DATA: u64 = 0x75;
    pub const AMQP_SEQUENCE: u64 = 0x76;
    pub const AMQP_VALUE: u64 = 0x77;
    pub const FOOTER: u64 = 0x78;
}

/// Symbolic descriptors and the codes they stand for.
const SYMBOLS: &[(&[u8], u64)] = &[
    (b"amqp:open:list", code::OPEN),
    (b"amqp:begin:list", code::BEGIN),
    (b"amqp:attach:list", code::ATTACH),
    (b"amqp:flow:list", code::FLOW),
    (b"amqp:transfer:list", code::TRANSFER),
    (b"amqp:disposition:list", code::DISPOSITION),
    (b"amqp:detach:list", code::DETACH),
    (b"amqp:end:list", code::END),
    (b"amqp:close:list", code::CLOSE),
    (b"amqp:error:list", code::ERROR),
    (b"amqp:received:list", code::RECEIVED),
    (b"amqp:accepted:list", code::ACCEPTED),
    (b"amqp:rejected:list", code::REJECTED),
    (b"amqp:released:list", code::RELEASED),
    (b"amqp:modified:list", code::MODIFIED),
    (b"amqp:source:list", code::SOURCE),
    (b"amqp:target:list", code::TARGET),
    (b"amqp:delete-on-close:list", code::DELETE_ON_CLOSE),
    (b"amqp:delete-on-no-links:list", code::DELETE_ON_NO_LINKS),
    (
        b"amqp:delete-on-no-messages:list",
        code::DELETE_ON_NO_MESSAGES,
    ),
    (
        b"amqp:delete-on-no-links-or-messages:list",
        code::DELETE_ON_NO_LINKS_OR_MESSAGES,
    ),
    (b"amqp:coordinator:list", code::COORDINATOR),
    (b"amqp:declare:list", code::DECLARE),
    (b"amqp:discharge:list", code::DISCHARGE),
    (b"amqp:declared:list", code::DECLARED),
    (b"amqp:transactional-state:list", code::TRANSACTIONAL_STATE),
    (b"amqp:sasl-mechanisms:list", code::SASL_MECHANISMS),
    (b"amqp:sasl-init:list", code::SASL_INIT),
    (b"amqp:sasl-challenge:list", code::SASL_CHALLENGE),
    (b"amqp:sasl-response:list", code::SASL_RESPONSE),
    (b"amqp:sasl-outcome:list", code::SASL_OUTCOME),
    (b"amqp:header:list", code::HEADER),
    (b"amqp:delivery-annotations:map", code::DELIVERY_ANNOTATIONS),
    (b"amqp:message-annotations:map", code::MESSAGE_ANNOTATIONS),
    (b"amqp:properties:list", code::PROPERTIES),
    (
        b"amqp:application-properties:map",
        code::APPLICATION_PROPERTIES,
    ),
    (b"amqp:data:binary", code::DATA),
    (b"amqp:amqp-sequence:list", code::AMQP_SEQUENCE),
    (b"amqp:amqp-value:*", code::AMQP_VALUE),
    (b"amqp:value:*", code::AMQP_VALUE),
    (b"amqp:footer:map", code::FOOTER),
];

/// The code that a symbolic descriptor stands for.
pub fn code_of(symbol: &[u8]) -> Option<u64> {
    SYMBOLS
        .iter()
        .find(|(name, _)| *name == symbol)
        .map(|(_, code)| *code)
}

/// Any performative.
#[derive(Clone, Debug, PartialEq)]
pub enum Performative {
    Open(Box<Open>),
    Begin(Box<Begin>),
    Attach(Box<Attach>),
    Flow(Box<Flow>),
    Transfer(Box<Transfer>),
    Disposition(Box<Disposition>),
    Detach(Box<Detach>),
    End(End),
    Close(Close),
    SaslMechanisms(SaslMechanisms),
    SaslInit(SaslInit),
    SaslChallenge(SaslChallenge),
    SaslResponse(SaslResponse),
    SaslOutcome(SaslOutcome),
}

macro_rules! conversions {
    ($($name:ident $(($wrap:path))?),*) => {$(
        impl From<$name> for Performative {
            fn from(value: $name) -> Self {
                Performative::$name($($wrap)?(value))
            }
        }
    )*};
}
conversions!(
    Open(Box::new),
    Begin(Box::new),
    Attach(Box::new),
    Flow(Box::new),
    Transfer(Box::new),
    Disposition(Box::new),
    Detach(Box::new),
    End,
    Close,
    SaslMechanisms,
    SaslInit,
    SaslChallenge,
    SaslResponse,
    SaslOutcome
);

impl Performative {
    /// Is it sent in SASL frames?
    pub fn is_sasl(&self) -> bool {
        matches!(
            self,
            Performative::SaslMechanisms(_)
                | Performative::SaslInit(_)
                | Performative::SaslChallenge(_)
                | Performative::SaslResponse(_)
                | Performative::SaslOutcome(_)
        )
    }

    /// The name used in traces.
    pub fn name(&self) -> &'static str {
        match self {
            Performative::Open(_) => "open",
            Performative::Begin(_) => "begin",
            Performative::Attach(_) => "attach",
            Performative::Flow(_) => "flow",
            Performative::Transfer(_) => "transfer",
            Performative::Disposition(_) => "disposition",
            Performative::Detach(_) => "detach",
            Performative::End(_) => "end",
            Performative::Close(_) => "close",
            Performative::SaslMechanisms(_) => "sasl-mechanisms",
            Performative::SaslInit(_) => "sasl-init",
            Performative::SaslChallenge(_) => "sasl-challenge",
            Performative::SaslResponse(_) => "sasl-response",
            Performative::SaslOutcome(_) => "sasl-outcome",
        }
    }

    /// Appends the encoded performative.
    pub fn encode(&self, enc: &mut Encoder<'_>) {
        match self {
            Performative::Open(p) => p.encode(enc),
            Performative::Begin(p) => p.encode(enc),
            Performative::Attach(p) => p.encode(enc),
            Performative::Flow(p) => p.encode(enc),
            Performative::Transfer(p) => p.encode(enc),
            Performative::Disposition(p) => p.encode(enc),
            Performative::Detach(p) => p.encode(enc),
            Performative::End(p) => p.encode(enc),
            Performative::Close(p) => p.encode(enc),
            Performative::SaslMechanisms(p) => p.encode(enc),
            Performative::SaslInit(p) => p.encode(enc),
            Performative::SaslChallenge(p) => p.encode(enc),
            Performative::SaslResponse(p) => p.encode(enc),
            Performative::SaslOutcome(p) => p.encode(enc),
        }
    }

    /// Reads one performative and leaves `decoder` behind it, where a payload may follow.
    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Performative, DecodeError> {
        let mut ahead = decoder.clone();
        let descriptor = ahead.descriptor()?;
        Ok(match descriptor.code() {
            Some(code::OPEN) => Open::decode(decoder)?.into(),
            Some(code::BEGIN) => Begin::decode(decoder)?.into(),
            Some(code::ATTACH) => Attach::decode(decoder)?.into(),
            Some(code::FLOW) => Flow::decode(decoder)?.into(),
            Some(code::TRANSFER) => Transfer::decode(decoder)?.into(),
            Some(code::DISPOSITION) => Disposition::decode(decoder)?.into(),
            Some(code::DETACH) => Detach::decode(decoder)?.into(),
            Some(code::END) => End::decode(decoder)?.into(),
            Some(code::CLOSE) => Close::decode(decoder)?.into(),
            Some(code::SASL_MECHANISMS) => SaslMechanisms::decode(decoder)?.into(),
            Some(code::SASL_INIT) => SaslInit::decode(decoder)?.into(),
            Some(code::SASL_CHALLENGE) => SaslChallenge::decode(decoder)?.into(),
            Some(code::SASL_RESPONSE) => SaslResponse::decode(decoder)?.into(),
            Some(code::SASL_OUTCOME) => SaslOutcome::decode(decoder)?.into(),
            _ => return Err(descriptor.unknown()),
        })
    }
}
