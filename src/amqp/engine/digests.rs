//! The cryptography that SCRAM needs, as a trait: the engine itself has none. Whoever makes the
//! engine hands it in with `SaslConfig`.

/// The hash of a SCRAM mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScramHash {
    /// SCRAM-SHA-1
    Sha1,
    /// SCRAM-SHA-256
    Sha256,
    /// SCRAM-SHA-512
    Sha512,
}

/// Hashes, random bytes and base64 for SCRAM. `None` and false: not to be had.
pub trait Digests: Send + Sync {
    /// The hash of `data`.
    fn hash(&self, hash: ScramHash, data: &[u8]) -> Option<Vec<u8>>;
    /// HMAC of `data`.
    fn hmac(&self, hash: ScramHash, key: &[u8], data: &[u8]) -> Option<Vec<u8>>;
    /// PBKDF2 with HMAC, as long as the hash: `Hi` of RFC 5802.
    fn pbkdf2(
        &self,
        hash: ScramHash,
        password: &[u8],
        salt: &[u8],
        iterations: usize,
    ) -> Option<Vec<u8>>;
    /// Compares in a time that does not depend on where the two differ.
    fn equal(&self, a: &[u8], b: &[u8]) -> bool;
    /// Fills `bytes` with random ones.
    fn random(&self, bytes: &mut [u8]) -> bool;
    /// Base64 with padding, in one line.
    fn encode_base64(&self, bytes: &[u8]) -> String;
    /// The bytes of a base64 text.
    fn decode_base64(&self, text: &str) -> Option<Vec<u8>>;
}
