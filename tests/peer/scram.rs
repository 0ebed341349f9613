//! The server's side of SCRAM (RFC 5802, RFC 7677), written for the tests alone and on purpose not with the code
//! of the library: it checks what a client proves, and can be told to answer wrongly.

use super::Talk;
use super::verbs::text_of_frame;
use openssl::base64::{decode_block, encode_block};
use openssl::hash::{MessageDigest, hash};
use openssl::pkcs5::pbkdf2_hmac;
use openssl::pkey::PKey;
use openssl::sign::Signer;

/// The hash of a mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

impl Hash {
    /// The name of the mechanism.
    pub fn mechanism(self) -> &'static str {
        match self {
            Hash::Sha1 => "SCRAM-SHA-1",
            Hash::Sha256 => "SCRAM-SHA-256",
            Hash::Sha512 => "SCRAM-SHA-512",
        }
    }

    fn digest(self) -> MessageDigest {
        match self {
            Hash::Sha1 => MessageDigest::sha1(),
            Hash::Sha256 => MessageDigest::sha256(),
            Hash::Sha512 => MessageDigest::sha512(),
        }
    }

    fn hmac(self, key: &[u8], data: &[u8]) -> Vec<u8> {
        let key = PKey::hmac(key).expect("a key");
        let mut signer = Signer::new(self.digest(), &key).expect("a signer");
        signer.sign_oneshot_to_vec(data).expect("a signature")
    }
}

/// What a server keeps of a user: not the password.
#[derive(Clone)]
pub struct Account {
    hash: Hash,
    /// As it stands in the client's message, prepared and escaped
    user: String,
    salt: Vec<u8>,
    iterations: usize,
    stored_key: Vec<u8>,
    server_key: Vec<u8>,
}

impl Account {
    /// `user` and `password` as they are after preparation (SASLprep), `user` escaped too.
    pub fn new(hash: Hash, user: &str, password: &str, salt: &[u8], iterations: usize) -> Account {
        let mut salted = vec![0; hash.digest().size()];
        pbkdf2_hmac(
            password.as_bytes(),
            salt,
            iterations,
            hash.digest(),
            &mut salted,
        )
        .expect("a salted password");
        let client_key = hash.hmac(&salted, b"Client Key");
        Account {
            hash,
            user: user.into(),
            salt: salt.to_vec(),
            iterations,
            stored_key: openssl::hash::hash(hash.digest(), &client_key)
                .expect("a hash")
                .to_vec(),
            server_key: hash.hmac(&salted, b"Server Key"),
        }
    }

    /// The account of most tests.
    pub fn usual(hash: Hash) -> Account {
        Account::new(hash, "user", "pencil", b"some salt", 4096)
    }

    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// Begins an exchange with client-first: checks the user, takes the nonce.
    pub fn begin(&self, client_first: &str, server_nonce: &str) -> Result<Exchange, String> {
        let bare = client_first
            .strip_prefix("n,,")
            .ok_or("a header that is not n,,")?;
        let (user, nonce) = bare
            .strip_prefix("n=")
            .and_then(|rest| rest.split_once(",r="))
            .ok_or("no user and nonce")?;
        if user != self.user {
            return Err(format!("user {user}, expected {}", self.user));
        }
        if nonce.len() < 20 || nonce.contains(',') {
            return Err(format!("a nonce {nonce}"));
        }
        let nonce = format!("{nonce}{server_nonce}");
        let salt = encode_block(&self.salt);
        Ok(Exchange {
            account: self.clone(),
            client_first_bare: bare.into(),
            server_first: format!("r={nonce},s={salt},i={}", self.iterations),
            nonce,
        })
    }
}

/// An exchange behind client-first.
pub struct Exchange {
    account: Account,
    client_first_bare: String,
    /// The answer to it
    pub server_first: String,
    pub nonce: String,
}

impl Exchange {
    /// Checks client-final and its proof; gives server-final.
    pub fn finish(&self, client_final: &str) -> Result<String, String> {
        let (without_proof, proof) = client_final.rsplit_once(",p=").ok_or("no proof")?;
        let expected = format!("c=biws,r={}", self.nonce);
        if without_proof != expected {
            return Err(format!("{without_proof}, expected {expected}"));
        }
        let message = format!(
            "{},{},{without_proof}",
            self.client_first_bare, self.server_first
        );
        let account = &self.account;
        let mut key = decode_block(proof).map_err(|e| e.to_string())?;
        let signature = account.hash.hmac(&account.stored_key, message.as_bytes());
        if key.len() != signature.len() {
            return Err(format!("a proof of {} bytes", key.len()));
        }
        for (byte, other) in key.iter_mut().zip(signature) {
            *byte ^= other;
        }
        let stored = hash(account.hash.digest(), &key).expect("a hash");
        if stored[..] != account.stored_key[..] {
            return Err("the proof is wrong".into());
        }
        let signature = account.hash.hmac(&account.server_key, message.as_bytes());
        Ok(format!("v={}", encode_block(&signature)))
    }
}

impl Talk {
    /// Offers the account's mechanism and takes client-first.
    #[track_caller]
    pub fn scram_begin(&mut self, account: &Account) -> Exchange {
        self.offer_sasl(&[account.hash.mechanism()]);
        self.scram_begin_offered(account)
    }

    /// Takes client-first of the account's mechanism.
    #[track_caller]
    pub fn scram_begin_offered(&mut self, account: &Account) -> Exchange {
        let init = self.expect_sasl_init(account.hash.mechanism());
        let first = init.initial_response.unwrap_or_default();
        match account.begin(&text_of_frame(&first), "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0") {
            Ok(exchange) => exchange,
            Err(reason) => self.fail(reason),
        }
    }

    /// Sends server-first and takes the proof; gives server-final.
    #[track_caller]
    pub fn scram_proof(&mut self, exchange: &Exchange) -> String {
        self.send_challenge(exchange.server_first.as_bytes());
        let last = self.expect_sasl_response();
        match exchange.finish(&text_of_frame(&last)) {
            Ok(server_final) => server_final,
            Err(reason) => self.fail(reason),
        }
    }
}

#[test]
fn the_published_examples_work() {
    // RFC 5802, section 5
    let sha1 = Account::new(
        Hash::Sha1,
        "user",
        "pencil",
        &decode_block("QSXCR+Q6sek8bf92").unwrap(),
        4096,
    );
    let exchange = sha1
        .begin("n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL", "3rfcNHYJY1ZVvWVs7j")
        .unwrap();
    assert_eq!(
        exchange.server_first,
        "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"
    );
    assert_eq!(
        exchange.finish(
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="
        ),
        Ok("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=".into())
    );
    // RFC 7677, section 3
    let sha256 = Account::new(
        Hash::Sha256,
        "user",
        "pencil",
        &decode_block("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap(),
        4096,
    );
    let exchange = sha256
        .begin(
            "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
            "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
        )
        .unwrap();
    assert_eq!(
        exchange.server_first,
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    );
    let nonce = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    let proof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    assert_eq!(
        exchange.finish(&format!("c=biws,{nonce},p={proof}")),
        Ok("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".into())
    );
    // and nothing else does
    let other = proof.replace('d', "e");
    for wrong in [
        format!("c=biws,{nonce},p={other}"),
        format!("c=biws,{nonce}x,p={proof}"),
        format!("c=eSws,{nonce},p={proof}"),
        format!("c=biws,{nonce},p=AAAA"),
        format!("c=biws,{nonce}"),
    ] {
        assert!(exchange.finish(&wrong).is_err(), "{wrong}");
    }
}
