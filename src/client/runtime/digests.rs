//! What SCRAM of the AMQP engine needs of cryptography: the transport layer's, handed through.

use crate::amqp::engine::{Digests, ScramHash};
use crate::transport::digests::{self, Hash};

/// OpenSSL for the engine.
pub struct OpenSsl;

fn hash(hash: ScramHash) -> Hash {
    match hash {
        ScramHash::Sha1 => Hash::Sha1,
        ScramHash::Sha256 => Hash::Sha256,
        ScramHash::Sha512 => Hash::Sha512,
    }
}

impl Digests for OpenSsl {
    fn hash(&self, with: ScramHash, data: &[u8]) -> Option<Vec<u8>> {
        hash(with).of(data)
    }

    fn hmac(&self, with: ScramHash, key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
        hash(with).hmac(key, data)
    }

    fn pbkdf2(
        &self,
        with: ScramHash,
        password: &[u8],
        salt: &[u8],
        iterations: usize,
    ) -> Option<Vec<u8>> {
        hash(with).pbkdf2(password, salt, iterations)
    }

    fn equal(&self, a: &[u8], b: &[u8]) -> bool {
        digests::equal(a, b)
    }

    fn random(&self, bytes: &mut [u8]) -> bool {
        digests::random(bytes)
    }

    fn encode_base64(&self, bytes: &[u8]) -> String {
        digests::encode_base64(bytes)
    }

    fn decode_base64(&self, text: &str) -> Option<Vec<u8>> {
        digests::decode_base64(text)
    }
}
