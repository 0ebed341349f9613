//! source, target and coordinator (spec 40 §1.6).

use super::code;
use super::fields::{FieldReader, FieldWriter};
use super::state::DeliveryState;
use crate::amqp::codec::{DecodeError, Decoder, Encoder, SymbolMap, Value, ValueRef};

/// source 0x28
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Source {
    pub address: Option<String>,
    /// 0 none, 1 configuration, 2 unsettled-state
    pub durable: Option<u32>,
    pub expiry_policy: Option<String>,
    /// Seconds
    pub timeout: Option<u32>,
    pub dynamic: bool,
    pub dynamic_node_properties: SymbolMap,
    pub distribution_mode: Option<String>,
    pub filter: SymbolMap,
    pub default_outcome: Option<DeliveryState>,
    pub outcomes: Vec<String>,
    pub capabilities: Vec<String>,
}

impl Source {
    pub fn encode(&self, enc: &mut Encoder<'_>) {
        let mut f = FieldWriter::new(enc, code::SOURCE);
        f.string(self.address.as_deref());
        f.uint(self.durable);
        f.symbol(self.expiry_policy.as_deref());
        f.uint(self.timeout);
        f.flag(self.dynamic);
        f.map(&self.dynamic_node_properties);
        f.symbol(self.distribution_mode.as_deref());
        f.map(&self.filter);
        f.opt(self.default_outcome.as_ref(), |enc, o| o.encode(enc));
        f.symbols(&self.outcomes);
        f.symbols(&self.capabilities);
        f.end();
    }

    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Source::fields(FieldReader::open(decoder, code::SOURCE)?)
    }

    fn fields(mut f: FieldReader<'_>) -> Result<Self, DecodeError> {
        let source = Source {
            address: address(&mut f)?,
            durable: f.uint("durable")?,
            expiry_policy: f.text("expiry-policy")?,
            timeout: f.uint("timeout")?,
            dynamic: f.bool("dynamic")?.unwrap_or(false),
            dynamic_node_properties: f.map("dynamic-node-properties")?,
            distribution_mode: f.text("distribution-mode")?,
            filter: f.map("filter")?,
            default_outcome: DeliveryState::field(&mut f)?,
            outcomes: f.symbols("outcomes")?,
            capabilities: f.symbols("capabilities")?,
        };
        f.end()?;
        Ok(source)
    }

    pub(super) fn field(f: &mut FieldReader<'_>) -> Result<Option<Self>, DecodeError> {
        match f.described("source")? {
            None => Ok(None),
            Some((Some(code::SOURCE), list)) => Source::fields(list).map(Some),
            Some(_) => Err(DecodeError::WrongType("source")),
        }
    }
}

/// target 0x29
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Target {
    pub address: Option<String>,
    /// 0 none, 1 configuration, 2 unsettled-state
    pub durable: Option<u32>,
    pub expiry_policy: Option<String>,
    /// Seconds
    pub timeout: Option<u32>,
    pub dynamic: bool,
    pub dynamic_node_properties: SymbolMap,
    pub capabilities: Vec<String>,
}

impl Target {
    pub fn encode(&self, enc: &mut Encoder<'_>) {
        let mut f = FieldWriter::new(enc, code::TARGET);
        f.string(self.address.as_deref());
        f.uint(self.durable);
        f.symbol(self.expiry_policy.as_deref());
        f.uint(self.timeout);
        f.flag(self.dynamic);
        f.map(&self.dynamic_node_properties);
        f.symbols(&self.capabilities);
        f.end();
    }

    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Target::fields(FieldReader::open(decoder, code::TARGET)?)
    }

    fn fields(mut f: FieldReader<'_>) -> Result<Self, DecodeError> {
        let target = Target {
            address: address(&mut f)?,
            durable: f.uint("durable")?,
            expiry_policy: f.text("expiry-policy")?,
            timeout: f.uint("timeout")?,
            dynamic: f.bool("dynamic")?.unwrap_or(false),
            dynamic_node_properties: f.map("dynamic-node-properties")?,
            capabilities: f.symbols("capabilities")?,
        };
        f.end()?;
        Ok(target)
    }
}

/// coordinator 0x30, the target of a transaction link
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coordinator {
    pub capabilities: Vec<String>,
}

impl Coordinator {
    pub fn encode(&self, enc: &mut Encoder<'_>) {
        let mut f = FieldWriter::new(enc, code::COORDINATOR);
        f.symbols(&self.capabilities);
        f.end();
    }

    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Coordinator::fields(FieldReader::open(decoder, code::COORDINATOR)?)
    }

    fn fields(mut f: FieldReader<'_>) -> Result<Self, DecodeError> {
        let capabilities = f.symbols("capabilities")?;
        f.end()?;
        Ok(Coordinator { capabilities })
    }
}

/// What a sender is attached to.
#[derive(Clone, Debug, PartialEq)]
pub enum LinkTarget {
    Target(Target),
    Coordinator(Coordinator),
}

impl LinkTarget {
    pub fn encode(&self, enc: &mut Encoder<'_>) {
        match self {
            LinkTarget::Target(target) => target.encode(enc),
            LinkTarget::Coordinator(coordinator) => coordinator.encode(enc),
        }
    }

    /// The target, unless it is a coordinator.
    pub fn target(&self) -> Option<&Target> {
        match self {
            LinkTarget::Target(target) => Some(target),
            LinkTarget::Coordinator(_) => None,
        }
    }

    pub(super) fn field(f: &mut FieldReader<'_>) -> Result<Option<Self>, DecodeError> {
        match f.described("target")? {
            None => Ok(None),
            Some((Some(code::TARGET), list)) => {
                Target::fields(list).map(LinkTarget::Target).map(Some)
            }
            Some((Some(code::COORDINATOR), list)) => Coordinator::fields(list)
                .map(LinkTarget::Coordinator)
                .map(Some),
            Some(_) => Err(DecodeError::WrongType("target")),
        }
    }
}

impl From<Target> for LinkTarget {
    fn from(target: Target) -> Self {
        LinkTarget::Target(target)
    }
}

impl From<Coordinator> for LinkTarget {
    fn from(coordinator: Coordinator) -> Self {
        LinkTarget::Coordinator(coordinator)
    }
}

/// An address: a string; anything else is turned into text for traces.
fn address(f: &mut FieldReader<'_>) -> Result<Option<String>, DecodeError> {
    match f.value()? {
        None => Ok(None),
        Some(ValueRef::String(v) | ValueRef::Symbol(v)) => {
            Ok(Some(String::from_utf8_lossy(v).into_owned()))
        }
        Some(other) => Ok(Some(format!("{:?}", Value::from_ref(other)?))),
    }
}
