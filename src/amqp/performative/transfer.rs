//! transfer and disposition (spec 40 §1.5).

use super::code;
use super::fields::{FieldReader, FieldWriter};
use super::link::Role;
use super::state::DeliveryState;
use crate::amqp::codec::{DecodeError, Decoder, Encoder};
use bytes::Bytes;

/// transfer 0x14
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transfer {
    pub handle: u32,
    pub delivery_id: Option<u32>,
    pub delivery_tag: Option<Bytes>,
    pub message_format: Option<u32>,
    pub settled: Option<bool>,
    pub more: bool,
    pub rcv_settle_mode: Option<u8>,
    pub state: Option<DeliveryState>,
    pub resume: bool,
    pub aborted: bool,
    pub batchable: bool,
}

impl Transfer {
    pub fn encode(&self, enc: &mut Encoder<'_>) {
        let mut f = FieldWriter::new(enc, code::TRANSFER);
        f.uint(Some(self.handle));
        f.uint(self.delivery_id);
        f.binary(self.delivery_tag.as_deref());
        f.uint(self.message_format);
        f.opt(self.settled, |enc, v| enc.bool(v));
        f.flag(self.more);
        f.opt(self.rcv_settle_mode, |enc, v| enc.ubyte(v));
        f.opt(self.state.as_ref(), |enc, s| s.encode(enc));
        f.flag(self.resume);
        f.flag(self.aborted);
        f.flag(self.batchable);
        f.end();
    }

    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut f = FieldReader::open(decoder, code::TRANSFER)?;
        let transfer = Transfer {
            handle: f.required_uint("handle")?,
            delivery_id: f.uint("delivery-id")?,
            delivery_tag: f.bytes("delivery-tag")?,
            message_format: f.uint("message-format")?,
            settled: f.bool("settled")?,
            more: f.bool("more")?.unwrap_or(false),
            rcv_settle_mode: f.ubyte("rcv-settle-mode")?,
            state: DeliveryState::field(&mut f)?,
            resume: f.bool("resume")?.unwrap_or(false),
            aborted: f.bool("aborted")?.unwrap_or(false),
            batchable: f.bool("batchable")?.unwrap_or(false),
        };
        f.end()?;
        Ok(transfer)
    }
}

/// disposition 0x15
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Disposition {
    pub role: Role,
    pub first: u32,
    pub last: Option<u32>,
    pub settled: bool,
    pub state: Option<DeliveryState>,
    pub batchable: bool,
}

impl Disposition {
    pub fn encode(&self, enc: &mut Encoder<'_>) {
        let mut f = FieldWriter::new(enc, code::DISPOSITION);
        f.next().bool(self.role.is_receiver());
        f.uint(Some(self.first));
        f.uint(self.last);
        f.flag(self.settled);
        f.opt(self.state.as_ref(), |enc, s| s.encode(enc));
        f.flag(self.batchable);
        f.end();
    }

    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut f = FieldReader::open(decoder, code::DISPOSITION)?;
        let disposition = Disposition {
            role: Role::from_wire(f.bool("role")?.ok_or(DecodeError::Missing("role"))?),
            first: f.required_uint("first")?,
            last: f.uint("last")?,
            settled: f.bool("settled")?.unwrap_or(false),
            state: DeliveryState::field(&mut f)?,
            batchable: f.bool("batchable")?.unwrap_or(false),
        };
        f.end()?;
        Ok(disposition)
    }
}
