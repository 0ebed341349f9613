//! SCRAM (RFC 5802, RFC 7677) without channel binding, with SHA-1, SHA-256 or SHA-512
//! (spec 40 §1.4).
//!
//! The salted password is the slow part (PBKDF2); it is kept in a cache that reconnects share.

use super::digests::{Digests, ScramHash};
use super::sasl::{Mechanism, MechanismError};
use crate::sync::Mutex;
use bytes::Bytes;
use std::sync::Arc;

/// Fewer iterations than this protect the password too little, unless the caller says otherwise.
pub const SCRAM_MIN: u32 = 4096;
/// More iterations than this are an attack on our processor: they cost about a second.
pub const SCRAM_MAX: u32 = 1_000_000;

impl ScramHash {
    pub(super) fn mechanism(self) -> &'static str {
        match self {
            ScramHash::Sha1 => "SCRAM-SHA-1",
            ScramHash::Sha256 => "SCRAM-SHA-256",
            ScramHash::Sha512 => "SCRAM-SHA-512",
        }
    }
}

/// The salted password of the last exchange, for the next connect with the same credentials.
#[derive(Clone, Default)]
pub struct ScramCache(Arc<Mutex<Option<Salted>>>);

struct Salted {
    hash: ScramHash,
    user: String,
    password: String,
    salt: Vec<u8>,
    iterations: usize,
    key: Vec<u8>,
}

enum Step {
    Start,
    FirstSent,
    /// Waiting for the server's proof, which must be this
    FinalSent(Vec<u8>),
    Verified,
}

/// One exchange.
pub(super) struct Scram {
    digests: &'static dyn Digests,
    pub hash: ScramHash,
    /// As given, prepared in `initial_response`
    pub user: String,
    pub password: String,
    /// Random text of at least 24 characters, without commas
    pub nonce: String,
    pub min_iterations: u32,
    pub cache: ScramCache,
    first_bare: String,
    step: Step,
}

const MALFORMED: MechanismError =
    MechanismError::exchange("the server's first SCRAM message is malformed");
const NO_HASH: MechanismError =
    MechanismError::exchange("the hash of the mechanism is not available");

impl Scram {
    pub fn new(
        digests: &'static dyn Digests,
        hash: ScramHash,
        user: String,
        password: String,
        nonce: String,
    ) -> Scram {
        Scram {
            digests,
            hash,
            user,
            password,
            nonce,
            min_iterations: SCRAM_MIN,
            cache: ScramCache::default(),
            first_bare: String::new(),
            step: Step::Start,
        }
    }

    fn hmac(&self, key: &[u8], data: &[u8]) -> Result<Vec<u8>, MechanismError> {
        self.digests.hmac(self.hash, key, data).ok_or(NO_HASH)
    }

    fn salted(&self, salt: Vec<u8>, iterations: usize) -> Result<Vec<u8>, MechanismError> {
        let mut cache = self.cache.0.lock();
        if let Some(known) = cache.as_ref()
            && known.hash == self.hash
            && known.user == self.user
            && known.password == self.password
            && known.salt == salt
            && known.iterations == iterations
        {
            return Ok(known.key.clone());
        }
        let password = self.password.as_bytes();
        let key = self
            .digests
            .pbkdf2(self.hash, password, &salt, iterations)
            .ok_or(NO_HASH)?;
        *cache = Some(Salted {
            hash: self.hash,
            user: self.user.clone(),
            password: self.password.clone(),
            salt,
            iterations,
            key: key.clone(),
        });
        Ok(key)
    }

    /// The server's iteration count, if it neither endangers the password nor occupies the processor.
    fn bounded(&self, iterations: u64) -> Result<usize, MechanismError> {
        let least = self.min_iterations.max(1); // none is no hash at all
        let wrong = if iterations < u64::from(least) {
            format!("fewer than {least} (option scram_min)")
        } else if iterations > u64::from(SCRAM_MAX) {
            format!("more than {SCRAM_MAX}")
        } else {
            return usize::try_from(iterations).map_err(|_| MALFORMED);
        };
        Err(MechanismError::Exchange(
            format!("the server asks for {iterations} SCRAM iterations, {wrong}").into(),
        ))
    }

    /// server-first: nonce, salt, iterations. Gives client-final.
    fn answer(&mut self, server_first: &str) -> Result<Bytes, MechanismError> {
        let mut fields = server_first.split(',');
        let nonce = fields.next().and_then(|f| f.strip_prefix("r="));
        let salt = fields.next().and_then(|f| f.strip_prefix("s="));
        let iterations = fields.next().and_then(|f| f.strip_prefix("i="));
        let (Some(nonce), Some(salt), Some(iterations)) = (nonce, salt, iterations) else {
            // Also a mandatory extension (m=), which would come first.
            return Err(MALFORMED);
        };
        if !nonce.starts_with(&self.nonce) || nonce.len() == self.nonce.len() {
            return Err(MechanismError::exchange("the server's nonce is not ours"));
        }
        let salt = self.digests.decode_base64(salt).ok_or(MALFORMED)?;
        let iterations: u64 = iterations.parse().map_err(|_| MALFORMED)?;
        if salt.is_empty() {
            return Err(MALFORMED);
        }
        let salted = self.salted(salt, self.bounded(iterations)?)?;
        let without_proof = format!("c=biws,r={nonce}");
        let message = format!("{},{server_first},{without_proof}", self.first_bare);
        let mut proof = self.hmac(&salted, b"Client Key")?;
        let stored = self.digests.hash(self.hash, &proof).ok_or(NO_HASH)?;
        let signature = self.hmac(&stored, message.as_bytes())?;
        for (byte, other) in proof.iter_mut().zip(&signature) {
            *byte ^= other;
        }
        let server_key = self.hmac(&salted, b"Server Key")?;
        self.step = Step::FinalSent(self.hmac(&server_key, message.as_bytes())?);
        Ok(Bytes::from(format!(
            "{without_proof},p={}",
            self.digests.encode_base64(&proof)
        )))
    }

    /// server-final: the server's proof.
    fn verify(&mut self, server_final: &[u8]) -> Result<(), MechanismError> {
        let wrong = MechanismError::exchange("the server's SCRAM proof is wrong");
        let Step::FinalSent(expected) = &self.step else {
            return Err(wrong);
        };
        let signature = std::str::from_utf8(server_final)
            .ok()
            .and_then(|text| text.split(',').next())
            .and_then(|field| field.strip_prefix("v="))
            .and_then(|text| self.digests.decode_base64(text));
        match signature {
            Some(given) if self.digests.equal(&given, expected) => {
                self.step = Step::Verified;
                Ok(())
            }
            _ => Err(wrong),
        }
    }
}

impl Mechanism for Scram {
    fn name(&self) -> &'static str {
        self.hash.mechanism()
    }

    fn initial_response(&mut self) -> Result<Bytes, MechanismError> {
        let prepared = |text: &str| {
            stringprep::saslprep(text)
                .map(|text| text.into_owned())
                .map_err(|_| {
                    MechanismError::Credentials("user or password holds a forbidden character")
                })
        };
        self.user = prepared(&self.user)?;
        self.password = prepared(&self.password)?;
        let user = self.user.replace('=', "=3D").replace(',', "=2C");
        self.first_bare = format!("n={user},r={}", self.nonce);
        self.step = Step::FirstSent;
        Ok(Bytes::from(format!("n,,{}", self.first_bare)))
    }

    fn challenge(&mut self, data: &[u8]) -> Result<Bytes, MechanismError> {
        match self.step {
            Step::FirstSent => {
                let text = std::str::from_utf8(data).map_err(|_| MALFORMED)?;
                self.answer(text)
            }
            Step::FinalSent(_) => self.verify(data).map(|()| Bytes::new()),
            Step::Start | Step::Verified => {
                Err(MechanismError::exchange("a challenge was not due"))
            }
        }
    }

    fn succeeded(&mut self, additional_data: Option<&[u8]>) -> Result<(), MechanismError> {
        match (&self.step, additional_data) {
            (Step::Verified, _) => Ok(()),
            (_, Some(data)) => self.verify(data),
            (_, None) => Err(MechanismError::exchange(
                "the server did not prove that it knows the password",
            )),
        }
    }

    fn is_final(&self) -> bool {
        matches!(self.step, Step::FinalSent(_) | Step::Verified)
    }
}

/// A fresh nonce; `None` when there is no randomness.
pub(super) fn nonce(digests: &dyn Digests) -> Option<String> {
    let mut bytes = [0; 24];
    digests
        .random(&mut bytes)
        .then(|| digests.encode_base64(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amqp::engine::tests::digests::Plain;

    /// The example exchange of RFC 7677.
    fn example() -> Scram {
        let mut scram = Scram::new(
            &Plain,
            ScramHash::Sha256,
            "user".into(),
            "pencil".into(),
            "rOprNGfwEbeRWgbNEkqO".into(),
        );
        assert_eq!(
            scram.initial_response().unwrap(),
            "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
        );
        scram
    }

    const FIRST: &str = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                         s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    const LAST: &[u8] = b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    #[test]
    fn the_published_example_works() {
        let mut scram = example();
        assert!(!scram.is_final());
        assert_eq!(
            scram.challenge(FIRST.as_bytes()).unwrap(),
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
             p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        );
        assert!(scram.is_final());
        assert_eq!(scram.challenge(LAST).unwrap(), "");
        assert_eq!(scram.succeeded(None), Ok(())); // 40-P-S7
        assert!(scram.challenge(LAST).is_err());
    }

    #[test]
    fn the_proof_may_come_with_the_outcome() {
        let mut scram = example();
        scram.challenge(FIRST.as_bytes()).unwrap();
        assert_eq!(scram.succeeded(Some(LAST)), Ok(())); // 40-P-S7
    }

    #[test]
    fn success_without_a_proof_is_failure() {
        for data in [
            None,
            Some(&b"v=AAAA"[..]),
            Some(b"e=other-error"),
            Some(b""),
        ] {
            let mut scram = example();
            scram.challenge(FIRST.as_bytes()).unwrap();
            assert!(scram.succeeded(data).is_err(), "{data:?}"); // 40-P-S8
        }
        let mut early = example();
        assert!(early.succeeded(Some(LAST)).is_err());
    }

    #[test]
    fn bad_first_messages_are_refused() {
        for first in [
            "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            "r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1",
            "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1000000000",
            "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=-5",
            "r=rOprNGfwEbeRWgbNEkqOx,s=*not base64*,i=4096",
            "r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096",
            "m=ext,r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            "",
        ] {
            // 40-P-S9
            assert!(example().challenge(first.as_bytes()).is_err(), "{first}");
        }
        assert!(example().challenge(b"\xff\xfe").is_err());
    }

    #[test]
    fn users_are_prepared_and_escaped() {
        let mut scram = Scram::new(
            &Plain,
            ScramHash::Sha512,
            "a=b,c\u{ad}\u{2168}".into(),
            "pä".into(),
            "nonce".into(),
        );
        assert_eq!(
            scram.initial_response().unwrap(),
            "n,,n=a=3Db=2CcIX,r=nonce"
        ); // 40-P-S10
        let mut bad = Scram::new(
            &Plain,
            ScramHash::Sha512,
            "u\u{7}".into(),
            "p".into(),
            "nonce".into(),
        );
        assert!(bad.initial_response().is_err());
    }

    #[test]
    fn the_salted_password_is_kept() {
        let cache = ScramCache::default();
        for _ in 0..2 {
            let mut scram = example();
            scram.cache = cache.clone();
            scram.challenge(FIRST.as_bytes()).unwrap();
            assert_eq!(scram.succeeded(Some(LAST)), Ok(()));
        }
        assert!(cache.0.lock().is_some());
        let mut other = example();
        other.cache = cache;
        other.password = "crayon".into();
        other.challenge(FIRST.as_bytes()).unwrap();
        assert!(other.succeeded(Some(LAST)).is_err());
    }

    #[test]
    fn nonces_are_random() {
        let (a, b) = (nonce(&Plain).unwrap(), nonce(&Plain).unwrap());
        assert!(a.len() >= 24 && a != b && !a.contains(','));
    }
}
