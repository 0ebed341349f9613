//! SHA-256, and what SCRAM makes of it, written down from the standards: the unit tests of SASL
//! know no library. The other hashes are not to be had.

use crate::amqp::engine::{Digests, ScramHash};
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

/// Cryptography for tests.
pub struct Plain;

const BLOCK: usize = 64;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The first 32 bits behind the point of the square (2) or cube (3) root of `n`.
fn root(n: u32, degree: u32) -> u32 {
    let target = u128::from(n) << (32 * degree);
    let (mut low, mut high) = (0_u128, 1_u128 << 37);
    while high - low > 1 {
        let middle = (low + high) / 2;
        if middle.pow(degree) <= target {
            low = middle;
        } else {
            high = middle;
        }
    }
    low as u32
}

struct Sha256 {
    start: [u32; 8],
    constants: [u32; 64],
}

impl Sha256 {
    fn new() -> Sha256 {
        let is_prime = |n: &u32| (2..*n).all(|d| !n.is_multiple_of(d));
        let primes: Vec<u32> = (2..).filter(is_prime).take(64).collect();
        Sha256 {
            start: std::array::from_fn(|i| root(primes[i], 2)),
            constants: std::array::from_fn(|i| root(primes[i], 3)),
        }
    }

    fn block(&self, state: &mut [u32; 8], block: &[u8]) {
        let mut w = [0_u32; 64];
        for (word, bytes) in w.iter_mut().zip(block.chunks(4)) {
            *word = u32::from_be_bytes(bytes.try_into().unwrap());
        }
        for i in 16..64 {
            let (x, y) = (w[i - 15], w[i - 2]);
            let s0 = x.rotate_right(7) ^ x.rotate_right(18) ^ (x >> 3);
            let s1 = y.rotate_right(17) ^ y.rotate_right(19) ^ (y >> 10);
            w[i] = w[i - 16]
                .wrapping_add(s0)
                .wrapping_add(w[i - 7])
                .wrapping_add(s1);
        }
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
        for (constant, word) in self.constants.iter().zip(w) {
            let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
            let t1 = h
                .wrapping_add(s1)
                .wrapping_add((e & f) ^ (!e & g))
                .wrapping_add(*constant)
                .wrapping_add(word);
            let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
            let t2 = s0.wrapping_add((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e) = (g, f, e, d.wrapping_add(t1));
            (d, c, b, a) = (c, b, a, t1.wrapping_add(t2));
        }
        for (word, more) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
            *word = word.wrapping_add(more);
        }
    }

    fn hash(&self, data: &[u8]) -> Vec<u8> {
        let mut padded = data.to_vec();
        padded.push(0x80);
        while padded.len() % BLOCK != BLOCK - 8 {
            padded.push(0);
        }
        padded.extend((data.len() as u64 * 8).to_be_bytes());
        let mut state = self.start;
        for block in padded.chunks(BLOCK) {
            self.block(&mut state, block);
        }
        state.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    fn hmac(&self, key: &[u8], data: &[u8]) -> Vec<u8> {
        let mut block = if key.len() > BLOCK {
            self.hash(key)
        } else {
            key.to_vec()
        };
        block.resize(BLOCK, 0);
        let with = |mask: u8, data: &[u8]| {
            let mut text: Vec<u8> = block.iter().map(|byte| byte ^ mask).collect();
            text.extend_from_slice(data);
            self.hash(&text)
        };
        with(0x5c, &with(0x36, data))
    }

    fn pbkdf2(&self, password: &[u8], salt: &[u8], iterations: usize) -> Vec<u8> {
        let mut u = self.hmac(password, &[salt, &[0, 0, 0, 1]].concat());
        let mut key = u.clone();
        for _ in 1..iterations {
            u = self.hmac(password, &u);
            key.iter_mut()
                .zip(&u)
                .for_each(|(byte, more)| *byte ^= more);
        }
        key
    }
}

fn sha256(hash: ScramHash) -> Option<Sha256> {
    (hash == ScramHash::Sha256).then(Sha256::new)
}

impl Digests for Plain {
    fn hash(&self, hash: ScramHash, data: &[u8]) -> Option<Vec<u8>> {
        Some(sha256(hash)?.hash(data))
    }

    fn hmac(&self, hash: ScramHash, key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
        Some(sha256(hash)?.hmac(key, data))
    }

    fn pbkdf2(
        &self,
        hash: ScramHash,
        password: &[u8],
        salt: &[u8],
        iterations: usize,
    ) -> Option<Vec<u8>> {
        Some(sha256(hash)?.pbkdf2(password, salt, iterations))
    }

    fn equal(&self, a: &[u8], b: &[u8]) -> bool {
        a == b
    }

    fn random(&self, bytes: &mut [u8]) -> bool {
        for part in bytes.chunks_mut(8) {
            let number = RandomState::new().hash_one(0).to_be_bytes();
            part.copy_from_slice(&number[..part.len()]);
        }
        true
    }

    fn encode_base64(&self, bytes: &[u8]) -> String {
        let mut text = String::new();
        for part in bytes.chunks(3) {
            let byte = |i: usize| u32::from(part.get(i).copied().unwrap_or(0));
            let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
            for i in 0..4 {
                let six = ALPHABET[(bits >> (18 - 6 * i)) as usize % 64];
                text.push(if i <= part.len() { six.into() } else { '=' });
            }
        }
        text
    }

    fn decode_base64(&self, text: &str) -> Option<Vec<u8>> {
        let letters = text.strip_suffix('=').unwrap_or(text);
        let letters = letters.strip_suffix('=').unwrap_or(letters);
        let mut bytes = Vec::new();
        let (mut bits, mut count) = (0_u32, 0);
        for letter in letters.bytes() {
            let six = ALPHABET.iter().position(|known| *known == letter)?;
            bits = bits << 6 | six as u32;
            count += 6;
            if count >= 8 {
                count -= 8;
                bytes.push((bits >> count) as u8);
            }
        }
        text.len().is_multiple_of(4).then_some(bytes)
    }
}

/// FIPS 180, example "abc"; RFC 4648, section 10.
#[test]
fn the_cryptography_of_the_tests_is_right() {
    let hash = Plain.hash(ScramHash::Sha256, b"abc").unwrap();
    assert_eq!(
        Plain.encode_base64(&hash),
        "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
    );
    for (bytes, text) in [
        (&b""[..], ""),
        (b"f", "Zg=="),
        (b"fo", "Zm8="),
        (b"foobar", "Zm9vYmFy"),
    ] {
        assert_eq!(Plain.encode_base64(bytes), text);
        assert_eq!(Plain.decode_base64(text).as_deref(), Some(bytes));
    }
}
