//! Hashes, random bytes and base64 of the system's OpenSSL.
//!
//! Pure functions but for the random bytes. `None` and false: OpenSSL does not give it, as a hash
//! that a policy of the system forbids.

use openssl::base64::{decode_block, encode_block};
use openssl::hash::MessageDigest;
use openssl::pkcs5::pbkdf2_hmac;
use openssl::pkey::PKey;
use openssl::sign::Signer;

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

impl Hash {
    fn digest(self) -> MessageDigest {
        match self {
            Hash::Sha1 => MessageDigest::sha1(),
            Hash::Sha256 => MessageDigest::sha256(),
            Hash::Sha512 => MessageDigest::sha512(),
        }
    }

    /// The hash of `data`.
    pub fn of(self, data: &[u8]) -> Option<Vec<u8>> {
        let hash = openssl::hash::hash(self.digest(), data).ok()?;
        Some(hash.to_vec())
    }

    /// HMAC (RFC 2104) of `data`.
    pub fn hmac(self, key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
        let key = PKey::hmac(key).ok()?;
        let mut signer = Signer::new(self.digest(), &key).ok()?;
        signer.sign_oneshot_to_vec(data).ok()
    }

    /// PBKDF2 (RFC 8018) with HMAC, as long as the hash. Slow by design.
    pub fn pbkdf2(self, password: &[u8], salt: &[u8], iterations: usize) -> Option<Vec<u8>> {
        let digest = self.digest();
        let mut key = vec![0; digest.size()];
        pbkdf2_hmac(password, salt, iterations, digest, &mut key).ok()?;
        Some(key)
    }
}

/// Compares in a time that does not depend on where the two differ.
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && openssl::memcmp::eq(a, b)
}

/// Fills `bytes` with random ones.
pub fn random(bytes: &mut [u8]) -> bool {
    openssl::rand::rand_bytes(bytes).is_ok()
}

/// Base64 with padding, in one line.
pub fn encode_base64(bytes: &[u8]) -> String {
    encode_block(bytes)
}

/// The bytes of a base64 text; `None` when it is none.
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    decode_block(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: Option<Vec<u8>>) -> String {
        let bytes = bytes.unwrap();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// FIPS 180, example "abc".
    #[test]
    fn hashes_are_those_of_the_standard() {
        assert_eq!(
            hex(Hash::Sha1.of(b"abc")),
            "a9993e364706816aba3e25717850c26c9cd0d89d"
        );
        assert_eq!(
            hex(Hash::Sha256.of(b"abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        let long = hex(Hash::Sha512.of(b"abc"));
        assert!(long.starts_with("ddaf35a193617abacc417349ae204131"));
        assert_eq!(long.len(), 128);
    }

    /// RFC 2202 and RFC 4231, test case 2; RFC 6070, test cases 1 and 3.
    #[test]
    fn keyed_hashes_are_those_of_the_standards() {
        let (key, data) = (b"Jefe", b"what do ya want for nothing?");
        assert_eq!(
            hex(Hash::Sha1.hmac(key, data)),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
        );
        assert_eq!(
            hex(Hash::Sha256.hmac(key, data)),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert!(hex(Hash::Sha512.hmac(key, data)).starts_with("164b7a7bfcf819e2e395fbe73b56e0a3"));
        assert_eq!(
            hex(Hash::Sha1.pbkdf2(b"password", b"salt", 1)),
            "0c60c80f961f0e71f3a9b524af6012062fe037a6"
        );
        assert_eq!(
            hex(Hash::Sha1.pbkdf2(b"password", b"salt", 4096)),
            "4b007901b765489abead49d926f721d065a429c1"
        );
    }

    #[test]
    fn only_the_same_is_equal() {
        assert!(equal(b"same", b"same") && equal(b"", b""));
        assert!(!equal(b"same", b"sane") && !equal(b"same", b"sam"));
    }

    #[test]
    fn random_bytes_differ() {
        let (mut a, mut b) = ([0; 24], [0; 24]);
        assert!(random(&mut a) && random(&mut b));
        assert_ne!(a, b);
    }

    #[test]
    fn base64_goes_both_ways() {
        for (bytes, text) in [(&b""[..], ""), (b"f", "Zg=="), (b"foobar", "Zm9vYmFy")] {
            assert_eq!(encode_base64(bytes), text);
            assert_eq!(decode_base64(text).as_deref(), Some(bytes));
        }
        assert_eq!(decode_base64("*not base64*"), None);
        assert_eq!(decode_base64("Zg="), None);
    }
}
