//! attach, flow and detach (spec 40 §1.5).

use super::code;
use super::connection::AmqpError;
use super::fields::{FieldReader, FieldWriter};
use super::terminus::{LinkTarget, Source};
use crate::amqp::codec::{DecodeError, Decoder, Encoder, SymbolMap};

/// Which end of a link someone is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// false on the wire
    #[default]
    Sender,
    /// true on the wire
    Receiver,
}

impl Role {
    /// The boolean of the wire.
    pub fn is_receiver(self) -> bool {
        self == Role::Receiver
    }

    /// The other end's role.
    pub fn opposite(self) -> Role {
        Role::from_wire(!self.is_receiver())
    }

    pub(super) fn from_wire(receiver: bool) -> Role {
        if receiver {
            Role::Receiver
        } else {
            Role::Sender
        }
    }
}

/// attach 0x12. The unsettled map is neither sent nor read: links are not resumed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attach {
    pub name: String,
    pub handle: u32,
    pub role: Role,
    pub snd_settle_mode: Option<u8>,
    pub rcv_settle_mode: Option<u8>,
    pub source: Option<Source>,
    pub target: Option<LinkTarget>,
    pub initial_delivery_count: Option<u32>,
    pub max_message_size: Option<u64>,
    pub offered_capabilities: Vec<String>,
    pub desired_capabilities: Vec<String>,
    pub properties: SymbolMap,
}

impl Attach {
    pub fn encode(&self, enc: &mut Encoder<'_>) {
        let mut f = FieldWriter::new(enc, code::ATTACH);
        f.string(Some(&self.name));
        f.uint(Some(self.handle));
        f.next().bool(self.role.is_receiver());
        f.opt(self.snd_settle_mode, |enc, v| enc.ubyte(v));
        f.opt(self.rcv_settle_mode, |enc, v| enc.ubyte(v));
        f.opt(self.source.as_ref(), |enc, s| s.encode(enc));
        f.opt(self.target.as_ref(), |enc, t| t.encode(enc));
        f.null();
        f.null();
        f.uint(self.initial_delivery_count);
        f.opt(self.max_message_size, |enc, v| enc.ulong(v));
        f.symbols(&self.offered_capabilities);
        f.symbols(&self.desired_capabilities);
        f.map(&self.properties);
        f.end();
    }

    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut f = FieldReader::open(decoder, code::ATTACH)?;
        let attach = Attach {
            name: f.required_text("name")?,
            handle: f.required_uint("handle")?,
            role: Role::from_wire(f.bool("role")?.ok_or(DecodeError::Missing("role"))?),
            snd_settle_mode: f.ubyte("snd-settle-mode")?,
            rcv_settle_mode: f.ubyte("rcv-settle-mode")?,
            source: Source::field(&mut f)?,
            target: LinkTarget::field(&mut f)?,
            initial_delivery_count: {
                f.skip()?;
                f.skip()?;
                f.uint("initial-delivery-count")?
            },
            max_message_size: f.ulong("max-message-size")?,
            offered_capabilities: f.symbols("offered-capabilities")?,
            desired_capabilities: f.symbols("desired-capabilities")?,
            properties: f.map("properties")?,
        };
        f.end()?;
        Ok(attach)
    }
}

/// flow 0x13
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flow {
    pub next_incoming_id: Option<u32>,
    pub incoming_window: u32,
    pub next_outgoing_id: u32,
    pub outgoing_window: u32,
    pub handle: Option<u32>,
    pub delivery_count: Option<u32>,
    pub link_credit: Option<u32>,
    pub available: Option<u32>,
    pub drain: bool,
    pub echo: bool,
    pub properties: SymbolMap,
}

impl Flow {
    pub fn encode(&self, enc: &mut Encoder<'_>) {
        let mut f = FieldWriter::new(enc, code::FLOW);
        f.uint(self.next_incoming_id);
        f.uint(Some(self.incoming_window));
        f.uint(Some(self.next_outgoing_id));
        f.uint(Some(self.outgoing_window));
        f.uint(self.handle);
        f.uint(self.delivery_count);
        f.uint(self.link_credit);
        f.uint(self.available);
        f.flag(self.drain);
        f.flag(self.echo);
        f.map(&self.properties);
        f.end();
    }

    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut f = FieldReader::open(decoder, code::FLOW)?;
        let flow = Flow {
            next_incoming_id: f.uint("next-incoming-id")?,
            incoming_window: f.required_uint("incoming-window")?,
            next_outgoing_id: f.required_uint("next-outgoing-id")?,
            outgoing_window: f.required_uint("outgoing-window")?,
            handle: f.uint("handle")?,
            delivery_count: f.uint("delivery-count")?,
            link_credit: f.uint("link-credit")?,
            available: f.uint("available")?,
            drain: f.bool("drain")?.unwrap_or(false),
            echo: f.bool("echo")?.unwrap_or(false),
            properties: f.map("properties")?,
        };
        f.end()?;
        Ok(flow)
    }
}

/// detach 0x16
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detach {
    pub handle: u32,
    pub closed: bool,
    pub error: Option<AmqpError>,
}

impl Detach {
    pub fn encode(&self, enc: &mut Encoder<'_>) {
        let mut f = FieldWriter::new(enc, code::DETACH);
        f.uint(Some(self.handle));
        f.flag(self.closed);
        f.opt(self.error.as_ref(), |enc, e| e.encode(enc));
        f.end();
    }

    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut f = FieldReader::open(decoder, code::DETACH)?;
        let detach = Detach {
            handle: f.required_uint("handle")?,
            closed: f.bool("closed")?.unwrap_or(false),
            error: AmqpError::field(&mut f)?,
        };
        f.end()?;
        Ok(detach)
    }
}
