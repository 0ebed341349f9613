//! The SASL performatives (spec 40 §1.4).

use super::code;
use super::fields::{FieldReader, FieldWriter};
use crate::amqp::codec::{DecodeError, Decoder, Encoder};
use bytes::Bytes;

/// sasl-mechanisms 0x40
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SaslMechanisms {
    pub sasl_server_mechanisms: Vec<String>,
}

impl SaslMechanisms {
    pub fn encode(&self, enc: &mut Encoder<'_>) {
        let mut f = FieldWriter::new(enc, code::SASL_MECHANISMS);
        f.next().symbols(&self.sasl_server_mechanisms);
        f.end();
    }

    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut f = FieldReader::open(decoder, code::SASL_MECHANISMS)?;
        let sasl_server_mechanisms = f.symbols("sasl-server-mechanisms")?;
        f.end()?;
        Ok(SaslMechanisms {
            sasl_server_mechanisms,
        })
    }
}

/// sasl-init 0x41
#[derive(Clone, Default, PartialEq)]
pub struct SaslInit {
    pub mechanism: String,
    pub initial_response: Option<Bytes>,
    pub hostname: Option<String>,
}

impl SaslInit {
    pub fn encode(&self, enc: &mut Encoder<'_>) {
        let mut f = FieldWriter::new(enc, code::SASL_INIT);
        f.symbol(Some(&self.mechanism));
        f.binary(self.initial_response.as_deref());
        f.string(self.hostname.as_deref());
        f.end();
    }

    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut f = FieldReader::open(decoder, code::SASL_INIT)?;
        let init = SaslInit {
            mechanism: f.required_text("mechanism")?,
            initial_response: f.bytes("initial-response")?,
            hostname: f.text("hostname")?,
        };
        f.end()?;
        Ok(init)
    }
}

impl std::fmt::Debug for SaslInit {
    /// Without the response, which may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SaslInit")
            .field("mechanism", &self.mechanism)
            .field("hostname", &self.hostname)
            .finish_non_exhaustive()
    }
}

/// sasl-challenge 0x42
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SaslChallenge {
    pub challenge: Bytes,
}

impl SaslChallenge {
    pub fn encode(&self, enc: &mut Encoder<'_>) {
        let mut f = FieldWriter::new(enc, code::SASL_CHALLENGE);
        f.binary(Some(&self.challenge));
        f.end();
    }

    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut f = FieldReader::open(decoder, code::SASL_CHALLENGE)?;
        let challenge = f
            .bytes("challenge")?
            .ok_or(DecodeError::Missing("challenge"))?;
        f.end()?;
        Ok(SaslChallenge { challenge })
    }
}

/// sasl-response 0x43
#[derive(Clone, Default, PartialEq)]
pub struct SaslResponse {
    pub response: Bytes,
}

impl SaslResponse {
    pub fn encode(&self, enc: &mut Encoder<'_>) {
        let mut f = FieldWriter::new(enc, code::SASL_RESPONSE);
        f.binary(Some(&self.response));
        f.end();
    }

    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut f = FieldReader::open(decoder, code::SASL_RESPONSE)?;
        let response = f
            .bytes("response")?
            .ok_or(DecodeError::Missing("response"))?;
        f.end()?;
        Ok(SaslResponse { response })
    }
}

impl std::fmt::Debug for SaslResponse {
    /// Without the response, which may prove a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SaslResponse").finish_non_exhaustive()
    }
}

/// sasl-outcome 0x44
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SaslOutcome {
    /// 0 ok, 1 authentication failure, 2 system, 3 permanent system, 4 transient system failure
    pub code: u8,
    pub additional_data: Option<Bytes>,
}

impl SaslOutcome {
    pub fn encode(&self, enc: &mut Encoder<'_>) {
        let mut f = FieldWriter::new(enc, code::SASL_OUTCOME);
        f.next().ubyte(self.code);
        f.binary(self.additional_data.as_deref());
        f.end();
    }

    pub fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut f = FieldReader::open(decoder, code::SASL_OUTCOME)?;
        let outcome = SaslOutcome {
            code: f.ubyte("code")?.ok_or(DecodeError::Missing("code"))?,
            additional_data: f.bytes("additional-data")?,
        };
        f.end()?;
        Ok(outcome)
    }
}
