//! SASL: the choice of the mechanism and the mechanisms (spec 40 §1.4).
//!
//! A mechanism is a small state machine; further ones are added by one more row in `candidates`.

use super::digests::{Digests, ScramHash};
use super::scram::{self, Scram, ScramCache};
use bytes::Bytes;
use std::borrow::Cow;

/// What the caller wants to prove, and what may be used for it.
#[derive(Clone, Default)]
pub struct SaslConfig {
    pub user: Option<String>,
    pub password: Option<String>,
    /// PLAIN may be used without TLS
    pub plain_ok: bool,
    /// The connection is encrypted
    pub tls: bool,
    /// TLS with a client certificate
    pub client_certificate: bool,
    /// Option `sasl`: only these mechanisms
    pub allowed: Option<Vec<String>>,
    /// Authorization id of EXTERNAL
    pub authzid: Option<String>,
    /// sasl-init.hostname, the same as open.hostname
    pub hostname: Option<String>,
    /// Option `scram_min`: fewest SCRAM iterations that are accepted; `None`: `SCRAM_MIN`
    pub scram_min: Option<u32>,
    /// Shared by all connects of one connection, so that a reconnect is quick
    pub scram_cache: ScramCache,
    /// The cryptography of SCRAM; without it SCRAM is not used
    pub digests: Option<&'static dyn Digests>,
}

impl std::fmt::Debug for SaslConfig {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SaslConfig")
            .field("user", &self.user)
            .field("tls", &self.tls)
            .field("allowed", &self.allowed)
            .finish_non_exhaustive()
    }
}

/// Why a mechanism cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MechanismError {
    /// User or password cannot be sent with it
    Credentials(&'static str),
    /// The peer did something that the mechanism does not know
    Exchange(Cow<'static, str>),
}

impl MechanismError {
    pub const fn exchange(text: &'static str) -> MechanismError {
        MechanismError::Exchange(Cow::Borrowed(text))
    }
}

/// One SASL mechanism in progress.
pub(super) trait Mechanism: Send {
    fn name(&self) -> &'static str;
    fn initial_response(&mut self) -> Result<Bytes, MechanismError>;
    /// The answer to a challenge.
    fn challenge(&mut self, _data: &[u8]) -> Result<Bytes, MechanismError> {
        Err(MechanismError::exchange("a challenge was not due"))
    }
    /// The peer says ok: is its own proof, if the mechanism has one, in order?
    fn succeeded(&mut self, _additional_data: Option<&[u8]>) -> Result<(), MechanismError> {
        Ok(())
    }
    /// Has our last message been made, so that only the outcome is missing?
    fn is_final(&self) -> bool {
        true
    }
}

/// Every mechanism that is built, by its registered name.
pub const MECHANISMS: [&str; 8] = [
    "ANONYMOUS",
    "EXTERNAL",
    "OAUTHBEARER",
    "PLAIN",
    "SCRAM-SHA-1",
    "SCRAM-SHA-256",
    "SCRAM-SHA-512",
    "XOAUTH2",
];

struct Anonymous;

impl Mechanism for Anonymous {
    fn name(&self) -> &'static str {
        "ANONYMOUS"
    }

    /// Empty, not null: some servers wait for a response when it is null.
    fn initial_response(&mut self) -> Result<Bytes, MechanismError> {
        Ok(Bytes::new())
    }
}

struct External {
    authzid: Option<String>,
}

impl Mechanism for External {
    fn name(&self) -> &'static str {
        "EXTERNAL"
    }

    fn initial_response(&mut self) -> Result<Bytes, MechanismError> {
        Ok(Bytes::from(self.authzid.take().unwrap_or_default()))
    }
}

/// XOAUTH2 and OAUTHBEARER: the password is a token.
struct Token {
    bearer: bool,
    user: String,
    token: String,
}

impl Mechanism for Token {
    fn name(&self) -> &'static str {
        if self.bearer {
            "OAUTHBEARER"
        } else {
            "XOAUTH2"
        }
    }

    fn initial_response(&mut self) -> Result<Bytes, MechanismError> {
        if self.user.contains('\u{1}') || self.token.contains('\u{1}') {
            return Err(MechanismError::Credentials(
                "user or token holds a control character",
            ));
        }
        let (user, token) = (&self.user, &self.token);
        Ok(Bytes::from(if self.bearer {
            format!("n,,\u{1}auth=Bearer {token}\u{1}\u{1}")
        } else {
            format!("user={user}\u{1}auth=Bearer {token}\u{1}\u{1}")
        }))
    }

    /// The server explains a failure; the answer only lets it go on to the outcome.
    fn challenge(&mut self, _data: &[u8]) -> Result<Bytes, MechanismError> {
        Ok(Bytes::from_static(if self.bearer { b"\x01" } else { b"" }))
    }
}

struct Plain {
    user: String,
    password: String,
}

impl Mechanism for Plain {
    fn name(&self) -> &'static str {
        "PLAIN"
    }

    fn initial_response(&mut self) -> Result<Bytes, MechanismError> {
        if self.user.contains('\0') || self.password.contains('\0') {
            return Err(MechanismError::Credentials(
                "user or password holds a NUL character",
            ));
        }
        Ok(Bytes::from(format!("\0{}\0{}", self.user, self.password)))
    }
}

/// The mechanisms that the configuration allows, best first. `named`: is it in option `sasl`?
fn candidates(
    config: &SaslConfig,
    named: impl Fn(&str) -> bool,
    anonymous_offered: bool,
) -> Vec<Box<dyn Mechanism>> {
    let mut list: Vec<Box<dyn Mechanism>> = Vec::new();
    if config.client_certificate {
        list.push(Box::new(External {
            authzid: config.authzid.clone(),
        }));
    }
    if let (Some(user), Some(password), Some(digests)) =
        (&config.user, &config.password, config.digests)
    {
        let sha1 = named(ScramHash::Sha1.mechanism()).then_some(ScramHash::Sha1);
        for hash in [ScramHash::Sha512, ScramHash::Sha256]
            .into_iter()
            .chain(sha1)
        {
            let Some(nonce) = scram::nonce(digests) else {
                continue;
            };
            let mut scram = Scram::new(digests, hash, user.clone(), password.clone(), nonce);
            scram.min_iterations = config.scram_min.unwrap_or(scram::SCRAM_MIN);
            scram.cache = config.scram_cache.clone();
            list.push(Box::new(scram));
        }
    }
    if config.tls || config.plain_ok {
        match &config.user {
            Some(user) => list.push(Box::new(Plain {
                user: user.clone(),
                password: config.password.clone().unwrap_or_default(),
            })),
            None if !anonymous_offered => list.push(Box::new(Plain {
                user: "anonymous".into(),
                password: String::new(),
            })),
            None => {}
        }
    }
    if let (Some(user), Some(password)) = (&config.user, &config.password) {
        for bearer in [false, true] {
            let token = Token {
                bearer,
                user: user.clone(),
                token: password.clone(),
            };
            if named(token.name()) {
                list.push(Box::new(token));
            }
        }
    }
    if config.user.is_none() {
        // With a user there is no silent step down to ANONYMOUS.
        list.push(Box::new(Anonymous));
    }
    list
}

/// The best mechanism that the peer offers and that the configuration allows.
pub(super) fn choose(config: &SaslConfig, offered: &[String]) -> Option<Box<dyn Mechanism>> {
    let named = |name: &str| {
        let list = config.allowed.as_deref().unwrap_or_default();
        list.iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(name))
    };
    let usable =
        |name: &str| offered.iter().any(|o| o == name) && (config.allowed.is_none() || named(name));
    candidates(config, named, usable("ANONYMOUS"))
        .into_iter()
        .find(|mechanism| usable(mechanism.name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amqp::engine::tests::digests::Plain as PlainDigests;

    fn chosen(config: &SaslConfig, offered: &[&str]) -> Option<&'static str> {
        let offered: Vec<String> = offered.iter().map(|o| (*o).to_owned()).collect();
        choose(config, &offered).map(|m| m.name())
    }

    /// The list names what can be chosen, and nothing else.
    #[test]
    fn every_listed_mechanism_can_be_chosen() {
        for name in MECHANISMS {
            let mut config = user();
            config.allowed = Some(vec![name.to_owned()]);
            config.tls = true;
            config.client_certificate = true;
            if name == "ANONYMOUS" {
                (config.user, config.password) = (None, None);
            }
            assert_eq!(chosen(&config, &[name]), Some(name));
        }
    }

    fn user() -> SaslConfig {
        SaslConfig {
            user: Some("u".into()),
            password: Some("p".into()),
            plain_ok: true,
            digests: Some(&PlainDigests),
            ..SaslConfig::default()
        }
    }

    #[test]
    fn the_mechanism_is_chosen_by_rank() {
        let nobody = SaslConfig {
            plain_ok: true,
            ..SaslConfig::default()
        };
        assert_eq!(chosen(&user(), &["ANONYMOUS", "PLAIN"]), Some("PLAIN"));
        assert_eq!(chosen(&user(), &["ANONYMOUS"]), None);
        assert_eq!(chosen(&nobody, &["PLAIN", "ANONYMOUS"]), Some("ANONYMOUS"));
        assert_eq!(chosen(&nobody, &["PLAIN"]), Some("PLAIN"));
        assert_eq!(chosen(&nobody, &[]), None);
        let certificate = SaslConfig {
            client_certificate: true,
            tls: true,
            ..user()
        };
        assert_eq!(
            chosen(&certificate, &["PLAIN", "EXTERNAL"]),
            Some("EXTERNAL")
        );
        assert_eq!(chosen(&certificate, &["PLAIN"]), Some("PLAIN"));
    }

    #[test]
    fn options_exclude_mechanisms() {
        let careful = SaslConfig {
            plain_ok: false,
            ..user()
        };
        assert_eq!(chosen(&careful, &["PLAIN"]), None);
        let encrypted = SaslConfig {
            tls: true,
            ..careful
        };
        assert_eq!(chosen(&encrypted, &["PLAIN"]), Some("PLAIN"));
        let listed = SaslConfig {
            allowed: Some(vec!["external".into()]),
            ..user()
        };
        assert_eq!(chosen(&listed, &["PLAIN"]), None);
    }

    #[test]
    fn scram_goes_before_plain_and_sha1_must_be_named() {
        let offered = ["SCRAM-SHA-1", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"];
        assert_eq!(chosen(&user(), &offered), Some("SCRAM-SHA-512"));
        assert_eq!(chosen(&user(), &offered[..3]), Some("SCRAM-SHA-256"));
        assert_eq!(chosen(&user(), &offered[..2]), Some("PLAIN"));
        let named = SaslConfig {
            allowed: Some(vec!["scram-sha-1".into(), "XOAUTH2".into()]),
            ..user()
        };
        assert_eq!(chosen(&named, &offered), Some("SCRAM-SHA-1"));
        assert_eq!(chosen(&named, &["PLAIN", "XOAUTH2"]), Some("XOAUTH2"));
        assert_eq!(chosen(&user(), &["XOAUTH2", "OAUTHBEARER"]), None);
    }

    #[test]
    fn scram_is_left_out_without_its_cryptography() {
        let without = SaslConfig {
            digests: None,
            ..user()
        };
        assert_eq!(chosen(&without, &["SCRAM-SHA-256", "PLAIN"]), Some("PLAIN"));
        assert_eq!(chosen(&without, &["SCRAM-SHA-256"]), None);
    }

    #[test]
    fn tokens_are_sent_as_their_mechanisms_want() {
        for (name, response, answer) in [
            ("XOAUTH2", &b"user=u\x01auth=Bearer p\x01\x01"[..], &b""[..]),
            ("OAUTHBEARER", b"n,,\x01auth=Bearer p\x01\x01", b"\x01"),
        ] {
            let config = SaslConfig {
                allowed: Some(vec![name.into()]),
                ..user()
            };
            let mut mechanism = choose(&config, &[name.to_owned()]).unwrap();
            assert_eq!(mechanism.initial_response().unwrap(), response);
            assert_eq!(mechanism.challenge(b"{}").unwrap(), answer);
        }
    }

    #[test]
    fn plain_sends_user_and_password() {
        let offered = ["PLAIN".to_owned()];
        let mut plain = choose(&user(), &offered).unwrap();
        assert_eq!(plain.initial_response().unwrap(), &b"\0u\0p"[..]);
        assert!(plain.challenge(b"?").is_err());
        let odd = SaslConfig {
            password: Some("a\0b".into()),
            ..user()
        };
        let mut plain = choose(&odd, &offered).unwrap();
        assert!(matches!(
            plain.initial_response(),
            Err(MechanismError::Credentials(_))
        ));
    }
}
