//! open, begin, end, close and the error type (spec 40 §1.5).

use super::code;
use super::fields::{FieldReader, FieldWriter};
use crate::amqp::codec::{DecodeError, Decoder, Encoder, SymbolMap, Value};

/// open 0x10
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Open {
    pub container_id: String,
    pub hostname: Option<String>,
    pub max_frame_size: Option<u32>,
    pub channel_max: Option<u16>,
    /// Milliseconds
    pub idle_time_out: Option<u32>,
    pub offered_capabilities: Vec<String>,
    pub desired_capabilities: Vec<String>,
    pub properties: SymbolMap,
}

impl Open {
    pub fn encode(&self, enc: &mut Encoder<'_>) {
        let mut f = FieldWriter::new(enc, code::OPEN);
        f.string(Some(&self.container_id));
        f.string(self.hostname.as_deref());
        f.uint(self.max_frame_size);
        f.ushort(self.channel_max);
        f.uint(self.idle_time_out);
        f.null();
        f.null();
        f.symbols(&self.offered_capabilities);
        f.symbols(&self.desired_capabilities);
        f.map(&self.properties);
        f.end();
    }

    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut f = FieldReader::open(decoder, code::OPEN)?;
        let open = Open {
            container_id: f.required_text("container-id")?,
            hostname: f.text("hostname")?,
            max_frame_size: f.uint("max-frame-size")?,
            channel_max: f.ushort("channel-max")?,
            idle_time_out: f.uint("idle-time-out")?,
            offered_capabilities: {
                f.skip()?;
                f.skip()?;
                f.symbols("offered-capabilities")?
            },
            desired_capabilities: f.symbols("desired-capabilities")?,
            properties: f.map("properties")?,
        };
        f.end()?;
        Ok(open)
    }

    /// The value of a property.
    pub fn property(&self, name: &str) -> Option<&Value> {
        find(&self.properties, name)
    }
}

/// begin 0x11
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Begin {
    pub remote_channel: Option<u16>,
    pub next_outgoing_id: u32,
    pub incoming_window: u32,
    pub outgoing_window: u32,
    pub handle_max: Option<u32>,
    pub offered_capabilities: Vec<String>,
    pub desired_capabilities: Vec<String>,
    pub properties: SymbolMap,
}

impl Begin {
    pub fn encode(&self, enc: &mut Encoder<'_>) {
        let mut f = FieldWriter::new(enc, code::BEGIN);
        f.ushort(self.remote_channel);
        f.uint(Some(self.next_outgoing_id));
        f.uint(Some(self.incoming_window));
        f.uint(Some(self.outgoing_window));
        f.uint(self.handle_max);
        f.symbols(&self.offered_capabilities);
        f.symbols(&self.desired_capabilities);
        f.map(&self.properties);
        f.end();
    }

    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut f = FieldReader::open(decoder, code::BEGIN)?;
        let begin = Begin {
            remote_channel: f.ushort("remote-channel")?,
            next_outgoing_id: f.required_uint("next-outgoing-id")?,
            incoming_window: f.required_uint("incoming-window")?,
            outgoing_window: f.required_uint("outgoing-window")?,
            handle_max: f.uint("handle-max")?,
            offered_capabilities: f.symbols("offered-capabilities")?,
            desired_capabilities: f.symbols("desired-capabilities")?,
            properties: f.map("properties")?,
        };
        f.end()?;
        Ok(begin)
    }
}

/// end 0x17
#[derive(Clone, Debug, Default, PartialEq)]
pub struct End {
    pub error: Option<AmqpError>,
}

impl End {
    pub fn encode(&self, enc: &mut Encoder<'_>) {
        let mut f = FieldWriter::new(enc, code::END);
        f.opt(self.error.as_ref(), |enc, e| e.encode(enc));
        f.end();
    }

    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut f = FieldReader::open(decoder, code::END)?;
        let error = AmqpError::field(&mut f)?;
        f.end()?;
        Ok(End { error })
    }
}

/// close 0x18
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Close {
    pub error: Option<AmqpError>,
}

impl Close {
    pub fn encode(&self, enc: &mut Encoder<'_>) {
        let mut f = FieldWriter::new(enc, code::CLOSE);
        f.opt(self.error.as_ref(), |enc, e| e.encode(enc));
        f.end();
    }

    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut f = FieldReader::open(decoder, code::CLOSE)?;
        let error = AmqpError::field(&mut f)?;
        f.end()?;
        Ok(Close { error })
    }
}

/// error 0x1d
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AmqpError {
    pub condition: String,
    pub description: Option<String>,
    pub info: SymbolMap,
}

impl AmqpError {
    /// An error with a condition and a text.
    pub fn new(condition: impl Into<String>, description: impl Into<String>) -> Self {
        AmqpError {
            condition: condition.into(),
            description: Some(description.into()),
            info: SymbolMap::new(),
        }
    }

    /// The value of an info entry.
    pub fn info(&self, name: &str) -> Option<&Value> {
        find(&self.info, name)
    }

    pub fn encode(&self, enc: &mut Encoder<'_>) {
        let mut f = FieldWriter::new(enc, code::ERROR);
        f.symbol(Some(&self.condition));
        f.string(self.description.as_deref());
        f.map(&self.info);
        f.end();
    }

    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let f = FieldReader::open(decoder, code::ERROR)?;
        AmqpError::fields(f)
    }

    fn fields(mut f: FieldReader<'_>) -> Result<Self, DecodeError> {
        let error = AmqpError {
            condition: f.required_text("condition")?,
            description: f.text("description")?,
            info: f.map("info")?,
        };
        f.end()?;
        Ok(error)
    }

    /// The error that is the next field of a composite type.
    pub(super) fn field(f: &mut FieldReader<'_>) -> Result<Option<Self>, DecodeError> {
        match f.described("error")? {
            None => Ok(None),
            Some((Some(code::ERROR), list)) => AmqpError::fields(list).map(Some),
            Some(_) => Err(DecodeError::WrongType("error")),
        }
    }
}

impl std::fmt::Display for AmqpError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.description {
            Some(text) => write!(f, "{}: {}", self.condition, text),
            None => f.write_str(&self.condition),
        }
    }
}

/// The value of a key of a symbol map.
fn find<'m>(map: &'m SymbolMap, name: &str) -> Option<&'m Value> {
    map.iter().find(|(key, _)| key == name).map(|(_, v)| v)
}
