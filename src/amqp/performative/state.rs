//! Delivery states and the transaction commands (spec 40 §1.7, §1.15).

use super::code;
use super::connection::AmqpError;
use super::fields::{FieldReader, FieldWriter};
use crate::amqp::codec::{DecodeError, Decoder, Encoder, SymbolMap, ValueRef};
use bytes::Bytes;

/// The state of a delivery.
#[derive(Clone, Debug, PartialEq)]
pub enum DeliveryState {
    /// Not terminal
    Received {
        section_number: u32,
        section_offset: u64,
    },
    Accepted,
    Rejected(Option<Box<AmqpError>>),
    Released,
    Modified {
        delivery_failed: bool,
        undeliverable_here: bool,
        message_annotations: SymbolMap,
    },
    /// Without a transaction id when the peer left it out
    Declared(Option<Bytes>),
    Transactional {
        txn_id: Bytes,
        outcome: Option<Box<DeliveryState>>,
    },
    /// A state that is not known here; its fields are not kept
    Unknown(u64),
}

impl DeliveryState {
    pub fn encode(&self, enc: &mut Encoder<'_>) {
        match self {
            DeliveryState::Received {
                section_number,
                section_offset,
            } => {
                let mut f = FieldWriter::new(enc, code::RECEIVED);
                f.uint(Some(*section_number));
                f.next().ulong(*section_offset);
                f.end();
            }
            DeliveryState::Accepted => FieldWriter::new(enc, code::ACCEPTED).end(),
            DeliveryState::Rejected(error) => {
                let mut f = FieldWriter::new(enc, code::REJECTED);
                f.opt(error.as_ref(), |enc, e| e.encode(enc));
                f.end();
            }
            DeliveryState::Released => FieldWriter::new(enc, code::RELEASED).end(),
            DeliveryState::Modified {
                delivery_failed,
                undeliverable_here,
                message_annotations,
            } => {
                let mut f = FieldWriter::new(enc, code::MODIFIED);
                f.flag(*delivery_failed);
                f.flag(*undeliverable_here);
                f.map(message_annotations);
                f.end();
            }
            DeliveryState::Declared(txn_id) => {
                let mut f = FieldWriter::new(enc, code::DECLARED);
                f.binary(txn_id.as_deref());
                f.end();
            }
            DeliveryState::Transactional { txn_id, outcome } => {
                let mut f = FieldWriter::new(enc, code::TRANSACTIONAL_STATE);
                f.binary(Some(txn_id));
                f.opt(outcome.as_ref(), |enc, o| o.encode(enc));
                f.end();
            }
            DeliveryState::Unknown(code) => FieldWriter::new(enc, *code).end(),
        }
    }

    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        match decoder.value()? {
            ValueRef::Described(descriptor, mut inner) => {
                let code = descriptor.code();
                DeliveryState::fields(code, FieldReader::new(inner.list()?))
            }
            _ => Err(DecodeError::WrongType("delivery state")),
        }
    }

    fn fields(code: Option<u64>, mut f: FieldReader<'_>) -> Result<Self, DecodeError> {
        let state = match code {
            Some(code::RECEIVED) => DeliveryState::Received {
                section_number: f.uint("section-number")?.unwrap_or(0),
                section_offset: f.ulong("section-offset")?.unwrap_or(0),
            },
            Some(code::ACCEPTED) => DeliveryState::Accepted,
            Some(code::REJECTED) => {
                DeliveryState::Rejected(AmqpError::field(&mut f)?.map(Box::new))
            }
            Some(code::RELEASED) => DeliveryState::Released,
            Some(code::MODIFIED) => DeliveryState::Modified {
                delivery_failed: f.bool("delivery-failed")?.unwrap_or(false),
                undeliverable_here: f.bool("undeliverable-here")?.unwrap_or(false),
                message_annotations: f.map("message-annotations")?,
            },
            Some(code::DECLARED) => DeliveryState::Declared(f.bytes("txn-id")?),
            Some(code::TRANSACTIONAL_STATE) => DeliveryState::Transactional {
                txn_id: f.bytes("txn-id")?.ok_or(DecodeError::Missing("txn-id"))?,
                outcome: DeliveryState::field(&mut f)?.map(Box::new),
            },
            other => {
                f.end()?;
                return Ok(DeliveryState::Unknown(other.unwrap_or(u64::MAX)));
            }
        };
        f.end()?;
        Ok(state)
    }

    /// The state that is the next field of a composite type.
    pub(crate) fn field(f: &mut FieldReader<'_>) -> Result<Option<Self>, DecodeError> {
        // By far the most common one, in its usual form.
        if f.exactly(&[0x00, 0x53, code::ACCEPTED as u8, 0x45]) {
            return Ok(Some(DeliveryState::Accepted));
        }
        match f.described("delivery state")? {
            None => Ok(None),
            Some((code, list)) => DeliveryState::fields(code, list).map(Some),
        }
    }
}

/// declare 0x31, the command that begins a transaction
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Declare;

impl Declare {
    pub fn encode(&self, enc: &mut Encoder<'_>) {
        FieldWriter::new(enc, code::DECLARE).end();
    }

    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        FieldReader::open(decoder, code::DECLARE)?.end()?;
        Ok(Declare)
    }
}

/// discharge 0x32, the command that ends a transaction
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Discharge {
    pub txn_id: Bytes,
    pub fail: bool,
}

impl Discharge {
    pub fn encode(&self, enc: &mut Encoder<'_>) {
        let mut f = FieldWriter::new(enc, code::DISCHARGE);
        f.binary(Some(&self.txn_id));
        f.next().bool(self.fail);
        f.end();
    }

    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut f = FieldReader::open(decoder, code::DISCHARGE)?;
        let discharge = Discharge {
            txn_id: f.bytes("txn-id")?.ok_or(DecodeError::Missing("txn-id"))?,
            fail: f.bool("fail")?.unwrap_or(false),
        };
        f.end()?;
        Ok(discharge)
    }
}
