//! What goes into and comes out of the engine: configuration, ids, commands, events, errors.

use super::sasl::SaslConfig;
use super::slots::Key;
use crate::amqp::performative::{AmqpError, LinkTarget, Role, Source};
use bytes::Bytes;
use std::time::Duration;

/// How the connection is to be opened.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Tells the ids of this engine from those of others: an id of another engine is a stale id
    pub number: u32,
    pub container_id: String,
    /// Virtual host: `open.hostname`; `None` leaves the field out
    pub hostname: Option<String>,
    /// Largest frame we take
    pub max_frame_size: u32,
    pub channel_max: u16,
    /// Our receive limit T; T/2 is advertised. `None`: no limit
    pub idle_timeout: Option<Duration>,
    pub desired_capabilities: Vec<String>,
    /// Text properties of `open`
    pub properties: Vec<(String, String)>,
    /// Largest message we assemble
    pub message_limit: usize,
    /// `None`: no SASL layer (option `sasl=off`)
    pub sasl: Option<SaslConfig>,
    /// Where the transfer and delivery numbers of a session start: 0, except in tests of the wrap
    pub first_outgoing_id: u32,
}

impl Default for EngineConfig {
    fn default() -> Self {
        EngineConfig {
            number: 0,
            container_id: String::new(),
            hostname: None,
            max_frame_size: 262_144,
            channel_max: 32_767,
            idle_timeout: Some(Duration::from_secs(20)),
            desired_capabilities: Vec::new(),
            properties: Vec::new(),
            message_limit: 512 << 20,
            sasl: Some(SaslConfig::default()),
            first_outgoing_id: 0,
        }
    }
}

/// A session of one engine. A stale id is ignored or gives an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionId(pub(super) Key);

/// A link of one engine. A stale id is ignored or gives an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LinkId(pub(super) Key);

impl LinkId {
    /// A small number that no other link of the engine has at the same time.
    pub fn index(self) -> usize {
        self.0.index as usize
    }
}

/// What a link is to be attached with.
#[derive(Clone, Debug, Default)]
pub struct AttachSpec {
    pub name: String,
    /// Our role
    pub role: Role,
    /// 0 unsettled, 1 settled, 2 mixed
    pub snd_settle_mode: Option<u8>,
    pub source: Option<Source>,
    pub target: Option<LinkTarget>,
    pub desired_capabilities: Vec<String>,
    pub properties: crate::amqp::codec::SymbolMap,
    /// Acknowledges of this link are marked batchable (DUPS_OK)
    pub batchable: bool,
}

/// One message to send.
#[derive(Clone, Copy, Debug)]
pub struct Send<'a> {
    /// The encoded sections
    pub payload: &'a [u8],
    /// Sent settled: there will be no outcome
    pub settled: bool,
    /// The transaction that the send belongs to
    pub txn: Option<&'a [u8]>,
    /// Given back with the outcome
    pub token: u64,
}

/// Why a send was not taken. Nothing went to the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Wait for `Event::Credit`
    #[error("no credit")]
    NoCredit,
    #[error("the message is larger than the link takes")]
    TooLarge,
    #[error("the link is not attached")]
    Detached,
}

/// Why a command was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    #[error("the connection is not open")]
    NotOpen,
    #[error("no channel is free")]
    NoChannel,
    #[error("the session is gone")]
    NoSession,
    #[error("no link handle is free")]
    NoHandle,
    #[error("the attach does not fit a frame")]
    TooLarge,
}

/// How a received delivery is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settle {
    Accepted,
    Rejected,
    Released,
    Modified {
        delivery_failed: bool,
        undeliverable_here: bool,
    },
}

/// How the peer settled a send.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Accepted,
    Rejected(Option<Box<AmqpError>>),
    Released,
    Modified {
        delivery_failed: bool,
        undeliverable_here: bool,
    },
    /// A transaction was declared: its id
    Declared(Bytes),
    /// Settled without a state that says what became of it
    None,
}

/// A received message.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    pub delivery_id: u32,
    /// Settled by the sender: it needs no acknowledge
    pub settled: bool,
    pub payload: Bytes,
    pub message_format: u32,
}

/// What the peer answered to an attach.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attached {
    pub source: Option<Source>,
    pub target: Option<LinkTarget>,
    pub snd_settle_mode: Option<u8>,
    pub offered_capabilities: Vec<String>,
    pub properties: crate::amqp::codec::SymbolMap,
    /// 0: no limit
    pub max_message_size: u64,
}

/// Why the SASL exchange failed (spec 40 §1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthFailure {
    /// The code of sasl-outcome, 1 to 4 or unknown
    Outcome(u8),
    /// No mechanism that the peer offers may be used
    NoMechanism,
    /// The peer broke the exchange, or its proof is wrong
    Exchange,
    /// User or password cannot be sent
    Credentials,
}

/// Why the engine gave the connection up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The peer's protocol header is not the one that was due: another protocol or another layer
    Protocol,
    /// The peer's protocol header has another version of the protocol
    Version,
    /// Our `open` does not fit the smallest frame: container-id and hostname are too long
    OpenTooLarge,
    /// A frame that cannot be read, or that was not due
    Framing,
    /// A performative that can be read, with what a peer must not ask of a client
    NotAllowed,
    /// The peer was silent for longer than the idle timeout
    Idle,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The peer's `open` is there: `Engine::peer`
    Opened,
    /// The connection is to be dropped
    AuthFailed {
        failure: AuthFailure,
        text: String,
    },
    Begun(SessionId),
    /// The session and all its links are gone; no further events come from them
    SessionEnded {
        session: SessionId,
        error: Option<AmqpError>,
        by_peer: bool,
    },
    Attached {
        link: LinkId,
        answer: Box<Attached>,
    },
    /// The attach was refused and the link is gone
    AttachRefused {
        link: LinkId,
        error: Option<AmqpError>,
    },
    /// The link is gone, with every send on it that had no outcome
    Detached {
        link: LinkId,
        closed: bool,
        error: Option<AmqpError>,
        by_peer: bool,
    },
    /// Usable credit of a sending link has become more than 0
    Credit {
        link: LinkId,
    },
    /// The credit of our receiving link is used up after a drain
    Drained {
        link: LinkId,
    },
    /// Credit of our receiving link was used without a delivery (aborted); renew it as usual
    CreditUsed {
        link: LinkId,
    },
    Delivery {
        link: LinkId,
        delivery: Delivery,
    },
    /// The same became of sends on a link whose tokens follow each other, in their order
    Outcome {
        link: LinkId,
        first: u64,
        last: u64,
        outcome: Outcome,
    },
    /// A send that the session window had cut off is now in the output to its last byte
    Whole {
        link: LinkId,
        token: u64,
        /// Where that stands in all that was ever put in the output
        end: u64,
    },
    /// The peer settled a delivery that we acknowledged unsettled
    AckSettled {
        link: LinkId,
        delivery_id: u32,
    },
    /// The peer closed the connection; the answer is in the output
    Closed {
        error: Option<AmqpError>,
    },
    /// The connection is to be dropped after writing the output
    Failed {
        error: AmqpError,
        kind: FailureKind,
    },
}

/// Where the connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineState {
    /// Headers, SASL, open
    Handshake,
    Open,
    /// Our `close` is sent, or the peer refuses the connection
    Closing,
    Closed,
}

/// Error conditions that the engine itself sends.
pub mod condition {
    #![allow(missing_docs)]
    pub const DECODE_ERROR: &str = "amqp:decode-error";
    pub const NOT_ALLOWED: &str = "amqp:not-allowed";
    pub const NOT_IMPLEMENTED: &str = "amqp:not-implemented";
    pub const INVALID_FIELD: &str = "amqp:invalid-field";
    pub const PRECONDITION_FAILED: &str = "amqp:precondition-failed";
    pub const RESOURCE_LIMIT_EXCEEDED: &str = "amqp:resource-limit-exceeded";
    pub const FRAMING_ERROR: &str = "amqp:connection:framing-error";
    pub const HANDLE_IN_USE: &str = "amqp:session:handle-in-use";
    pub const UNATTACHED_HANDLE: &str = "amqp:session:unattached-handle";
    pub const TRANSFER_LIMIT_EXCEEDED: &str = "amqp:link:transfer-limit-exceeded";
    pub const MESSAGE_SIZE_EXCEEDED: &str = "amqp:link:message-size-exceeded";
}
