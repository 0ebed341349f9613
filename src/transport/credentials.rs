//! Certificates, private keys and cipher lists as programs give them: in which form they are, and whether OpenSSL can read
//! them.
//!
//! Pure functions. What is protected by a password is looked at from outside only: the password is known when a connection
//! is made. Nothing here asks a terminal for one.

use openssl::pkcs7::Pkcs7;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::PKey;
use openssl::ssl::{SslContextBuilder, SslMethod, cipher_name};
use openssl::x509::X509;

/// How certificates and keys are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Pem,
    /// BER is read as DER.
    Der,
    Pkcs7,
    Pkcs8,
    Pkcs12,
}

/// What is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// One or more certificates, which a key may accompany.
    Certificates,
    /// A private key.
    Key,
}

impl Encoding {
    /// The forms by what tells them most surely.
    const BY_CONTENT: [Encoding; 5] = [
        Encoding::Pem,
        Encoding::Der,
        Encoding::Pkcs7,
        Encoding::Pkcs12,
        Encoding::Pkcs8,
    ];

    /// Whether this form can hold that.
    pub fn is_for(self, content: Content) -> bool {
        match content {
            Content::Certificates => self != Encoding::Pkcs8,
            Content::Key => self != Encoding::Pkcs7,
        }
    }

    /// The form of the data: by its content, then by the name of its file.
    pub fn recognise(data: &[u8], file: Option<&str>, content: Content) -> Option<Encoding> {
        let fits = |encoding: &Encoding| encoding.is_for(content);
        Encoding::BY_CONTENT
            .into_iter()
            .filter(fits)
            .find(|encoding| encoding.reads(data, content))
            .or_else(|| Encoding::of_file(file?).filter(fits))
    }

    fn of_file(name: &str) -> Option<Encoding> {
        let (_, extension) = name.rsplit_once('.')?;
        Some(match extension.to_ascii_lowercase().as_str() {
            "pem" | "crt" | "cer" => Encoding::Pem,
            "der" => Encoding::Der,
            "p7b" | "p7c" => Encoding::Pkcs7,
            "p8" => Encoding::Pkcs8,
            "p12" | "pfx" => Encoding::Pkcs12,
            _ => return None,
        })
    }

    /// Whether data of this form can be read and holds that.
    pub fn reads(self, data: &[u8], content: Content) -> bool {
        match (self, content) {
            (Encoding::Pem, Content::Certificates) => {
                X509::stack_from_pem(data).is_ok_and(|found| !found.is_empty())
                    || Pkcs7::from_pem(data).is_ok()
            }
            (Encoding::Der, Content::Certificates) => X509::from_der(data).is_ok(),
            (Encoding::Pkcs7, Content::Certificates) => {
                Pkcs7::from_der(data).is_ok() || Pkcs7::from_pem(data).is_ok()
            }
            (Encoding::Pkcs12, _) => Pkcs12::from_der(data).is_ok(),
            (Encoding::Pem, Content::Key) => is_pem_key(data),
            (Encoding::Der, Content::Key) => PKey::private_key_from_der(data).is_ok(),
            (Encoding::Pkcs8, Content::Key) => {
                PKey::private_key_from_pkcs8(data).is_ok()
                    || is_encrypted_pkcs8(data)
                    || is_pem_key(data)
            }
            (Encoding::Pkcs8, Content::Certificates) | (Encoding::Pkcs7, Content::Key) => false,
        }
    }
}

/// A private key in PEM. One with a password is taken by its frame.
fn is_pem_key(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let Some(start) = text.find("PRIVATE KEY-----") else {
        return false;
    };
    let line = text[..start].rfind("-----BEGIN ").map(|at| &text[at..]);
    let Some(end) = line.and_then(|line| line.find("-----END ").map(|end| &line[..end])) else {
        return false;
    };
    // an empty password instead of none: with none OpenSSL would ask the terminal
    end.contains("ENCRYPTED") || PKey::private_key_from_pem_callback(data, |_| Ok(0)).is_ok()
}

/// A private key of PKCS #8 with a password: a sequence that begins with a sequence that begins with an object identifier.
fn is_encrypted_pkcs8(data: &[u8]) -> bool {
    let open = |data: &[u8]| -> Option<(usize, usize)> {
        let (&0x30, rest) = data.split_first()? else {
            return None;
        };
        match *rest.first()? {
            short @ ..0x80 => Some((2, short.into())),
            long => {
                let count = usize::from(long & 0x7f);
                let digits = rest.get(1..=count).filter(|_| (1..=4).contains(&count))?;
                let length = digits
                    .iter()
                    .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
                Some((2 + count, length))
            }
        }
    };
    let algorithm = || {
        let (head, length) = open(data)?;
        let inner = data
            .get(head..head + length)
            .filter(|inner| head + inner.len() == data.len())?;
        let (head, _) = open(inner)?;
        inner.get(head)
    };
    algorithm() == Some(&0x06)
}

/// Whether a list of cipher suites has only names that OpenSSL knows, and leaves at least one suite. Names are OpenSSL's
/// words or the names of the standard; `None` stands for a list without a name.
pub fn are_ciphers(list: &str) -> bool {
    let Ok(mut context) = SslContextBuilder::new(SslMethod::tls_client()) else {
        return false;
    };
    let (mut words, mut modern) = (Vec::new(), false);
    for word in list
        .split([':', ',', ' ', '\t'])
        .filter(|word| !word.is_empty())
    {
        let standard = match word.contains('\0') {
            true => return false,
            false => cipher_name(word),
        };
        let word = if standard == "(NONE)" { word } else { standard };
        if context.set_ciphersuites(word).is_ok() {
            modern = true; // a suite of TLS 1.3
        } else if word.starts_with(['!', '-', '@'])
            || context
                .set_cipher_list(word.trim_start_matches('+'))
                .is_ok()
        {
            // what OpenSSL has forgotten may be left out; a word that begins with '@' is judged in the whole list
            words.push(word);
        } else {
            return false;
        }
    }
    match words.is_empty() {
        true => modern,
        false => context.set_cipher_list(&words.join(":")).is_ok(),
    }
}

#[cfg(test)]
pub mod samples {
    //! Keys and certificates for tests, made anew.

    use openssl::asn1::Asn1Time;
    use openssl::ec::{EcGroup, EcKey};
    use openssl::hash::MessageDigest;
    use openssl::nid::Nid;
    use openssl::pkcs12::Pkcs12;
    use openssl::pkey::{PKey, Private};
    use openssl::x509::{X509, X509NameBuilder};

    pub fn key() -> PKey<Private> {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
    }

    pub fn certificate(key: &PKey<Private>) -> X509 {
        let mut name = X509NameBuilder::new().unwrap();
        name.append_entry_by_text("CN", "sample").unwrap();
        let name = name.build();
        let mut builder = X509::builder().unwrap();
        builder.set_version(2).unwrap();
        builder.set_subject_name(&name).unwrap();
        builder.set_issuer_name(&name).unwrap();
        builder.set_pubkey(key).unwrap();
        builder
            .set_not_before(&Asn1Time::days_from_now(0).unwrap())
            .unwrap();
        builder
            .set_not_after(&Asn1Time::days_from_now(9).unwrap())
            .unwrap();
        builder.sign(key, MessageDigest::sha256()).unwrap();
        builder.build()
    }

    pub fn pkcs12(key: &PKey<Private>, certificate: &X509) -> Vec<u8> {
        let mut builder = Pkcs12::builder();
        builder.name("sample").pkey(key).cert(certificate);
        builder.build2("password").unwrap().to_der().unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use openssl::symm::Cipher;

    fn form(data: &[u8], content: Content) -> Option<Encoding> {
        Encoding::recognise(data, None, content)
    }

    #[test]
    fn forms_are_known_by_their_content() {
        let key = samples::key();
        let certificate = samples::certificate(&key);
        let pkcs12 = samples::pkcs12(&key, &certificate);
        let locked = key
            .private_key_to_pem_pkcs8_passphrase(Cipher::aes_128_cbc(), b"password")
            .unwrap();
        let locked_der = key
            .private_key_to_pkcs8_passphrase(Cipher::aes_128_cbc(), b"password")
            .unwrap();
        for (data, as_certificate, as_key) in [
            (certificate.to_pem().unwrap(), Some(Encoding::Pem), None),
            (certificate.to_der().unwrap(), Some(Encoding::Der), None),
            (
                key.private_key_to_pem_pkcs8().unwrap(),
                None,
                Some(Encoding::Pem),
            ),
            (key.private_key_to_der().unwrap(), None, Some(Encoding::Der)),
            (pkcs12, Some(Encoding::Pkcs12), Some(Encoding::Pkcs12)),
            (locked, None, Some(Encoding::Pem)),
            (locked_der, None, Some(Encoding::Pkcs8)),
            (b"neither".to_vec(), None, None),
            (Vec::new(), None, None),
            (
                vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x30, 0x01, 0x06],
                None,
                None,
            ),
        ] {
            assert_eq!(form(&data, Content::Certificates), as_certificate);
            assert_eq!(form(&data, Content::Key), as_key);
        }
    }

    #[test]
    fn both_in_one_text_are_found() {
        let key = samples::key();
        let mut both = key.private_key_to_pem_pkcs8().unwrap();
        both.extend(samples::certificate(&key).to_pem().unwrap());
        assert_eq!(form(&both, Content::Certificates), Some(Encoding::Pem));
        assert_eq!(form(&both, Content::Key), Some(Encoding::Pem));
        let cut = &both[..both.len() / 4];
        assert_eq!(form(cut, Content::Key), None);
    }

    #[test]
    fn the_name_of_a_file_is_the_second_guess() {
        let of = |name| Encoding::recognise(b"unknown", Some(name), Content::Key);
        assert_eq!(of("a/b.P12"), Some(Encoding::Pkcs12));
        assert_eq!(of("key.p8"), Some(Encoding::Pkcs8));
        assert_eq!(of("key.p7b"), None);
        assert_eq!(of("key"), None);
    }

    #[test]
    fn cipher_lists_are_judged_word_by_word() {
        for list in [
            "HIGH",
            "DEFAULT:!aNULL:@SECLEVEL=1",
            "ECDHE-RSA-AES256-GCM-SHA384, ECDHE-RSA-AES128-GCM-SHA256",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_AES_256_GCM_SHA384",
            "HIGH:!EXPORT:!LOW:!SSLv2",
        ] {
            assert!(are_ciphers(list), "{list}");
        }
        for list in [
            "",
            " , :",
            "NO-SUCH-CIPHER",
            "HIGH:NO-SUCH-CIPHER",
            "HIGH:!ALL",
            "@NONSENSE",
        ] {
            assert!(!are_ciphers(list), "{list}");
        }
    }
}
