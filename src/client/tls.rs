//! TLS parameters of a program: certificates, keys and switches, kept until a connection needs them (spec 10 §6).
//!
//! Files are read when they are named, and all data is looked at then: a program hears of a bad file when it names it.
//! What is kept is copied; keys and passwords are overwritten when they are let go. Blocks only on a file, and on no pipe.

use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::sync::Mutex;
use zeroize::Zeroizing;

use crate::descriptor;
use crate::status::{Error, Result, Status};
pub use crate::transport::credentials::Encoding;
use crate::transport::credentials::{self, Content};

/// Bytes of one certificate file or piece of data. More is no certificate.
const LIMIT: usize = 16 << 20;

/// A certificate store or key as it was given.
#[derive(Clone)]
pub struct Material {
    pub data: Zeroizing<Vec<u8>>,
    pub encoding: Encoding,
}

/// The function that decides when the name check fails, as numbers that the C side gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verifier {
    pub callback: usize,
    pub closure: usize,
}

/// Everything that TLS parameters hold.
#[derive(Clone)]
pub struct Contents {
    pub identity: Option<Material>,
    pub key: Option<Material>,
    pub issuers: Vec<Material>,
    pub trusted: Vec<Material>,
    /// None: OpenSSL's own.
    pub ciphers: Option<String>,
    /// Stored only: AMQP has no way back from TLS (T3).
    pub auth_only: bool,
    pub verify_host: bool,
    pub verify_name: bool,
    pub expected_name: Option<String>,
    pub verifier: Option<Verifier>,
}

/// Which material is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Identity,
    Key,
    Issuers,
    Trusted,
}

impl Place {
    fn content(self) -> Content {
        match self {
            Place::Key => Content::Key,
            _ => Content::Certificates,
        }
    }
}

/// TLS parameters.
pub struct TlsParams {
    contents: Mutex<Contents>,
    /// Number of the factory that owns them, 0 = none.
    owner: AtomicU64,
}

impl Default for TlsParams {
    fn default() -> TlsParams {
        TlsParams {
            contents: Mutex::new(Contents {
                identity: None,
                key: None,
                issuers: Vec::new(),
                trusted: Vec::new(),
                ciphers: None,
                auth_only: false,
                verify_host: true,
                verify_name: true,
                expected_name: None,
                verifier: None,
            }),
            owner: AtomicU64::new(0),
        }
    }
}

impl TlsParams {
    /// Keeps a copy of `data` at its place: identity and key are replaced, certificates are added. `encoding` none: it is
    /// found out, at last by the name of the file.
    pub fn put(
        &self,
        place: Place,
        data: Zeroizing<Vec<u8>>,
        encoding: Option<Encoding>,
        file: Option<&str>,
    ) -> Result<()> {
        let content = place.content();
        let unknown = |text| Err(Error::new(Status::TIBEMS_INVALID_ENCODING, text));
        let encoding = match encoding {
            Some(encoding) if !encoding.is_for(content) => {
                return unknown("this encoding cannot hold what is to be read");
            }
            Some(encoding) => encoding,
            None => match Encoding::recognise(&data, file, content) {
                Some(encoding) => encoding,
                None => return unknown("the encoding is not recognised"),
            },
        };
        if !encoding.reads(&data, content) {
            return Err(Error::new(
                Status::TIBEMS_INVALID_CERT_DATA,
                format!("the data cannot be read as {encoding:?}"),
            ));
        }
        let material = Material { data, encoding };
        let mut contents = self.contents.lock();
        match place {
            Place::Identity => contents.identity = Some(material),
            Place::Key => contents.key = Some(material),
            Place::Issuers => contents.issuers.push(material),
            Place::Trusted => contents.trusted.push(material),
        }
        Ok(())
    }

    /// As `put`, of what a file holds now.
    pub fn put_file(&self, place: Place, name: &str, encoding: Option<Encoding>) -> Result<()> {
        let data = read_file(name).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::new(
                Status::TIBEMS_FILE_NOT_FOUND,
                format!("there is no file {name}"),
            ),
            _ => Error::new(
                Status::TIBEMS_IO_FAILED,
                format!("the file {name} cannot be read: {error}"),
            ),
        })?;
        self.put(place, data, encoding, Some(name))
            .map_err(|error| Error::new(error.status, format!("{name}: {}", error.text)))
    }

    /// Sets the cipher suites; none = the default. A list with an unknown name, or that leaves nothing, changes nothing (T8).
    pub fn set_ciphers(&self, list: Option<&str>) -> Result<()> {
        if let Some(list) = list
            && !credentials::are_ciphers(list)
        {
            return Err(Error::new(
                Status::TIBEMS_ALGORITHM_ERROR,
                format!("the list of cipher suites has an unknown name or is empty: {list}"),
            ));
        }
        self.contents.lock().ciphers = list.map(str::to_owned);
        Ok(())
    }

    /// Changes what needs no check.
    pub fn modify(&self, change: impl FnOnce(&mut Contents)) {
        change(&mut self.contents.lock());
    }

    /// Reads.
    pub fn read<R>(&self, look: impl FnOnce(&Contents) -> R) -> R {
        look(&self.contents.lock())
    }

    /// Makes a factory the owner. False: another one is (C6).
    pub fn claim(&self, factory: u64) -> bool {
        let claimed = self
            .owner
            .compare_exchange(0, factory, Ordering::AcqRel, Ordering::Acquire);
        claimed.is_ok() || claimed == Err(factory)
    }

    /// This factory lets them go.
    pub fn is_owned_by(&self, factory: u64) -> bool {
        self.owner.load(Ordering::Acquire) == factory
    }

    /// A factory owns them and will let them go.
    pub fn is_owned(&self) -> bool {
        self.owner.load(Ordering::Acquire) != 0
    }
}

/// Reads a file that is one: a pipe would block, a device would never end.
fn read_file(name: &str) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let refused = |text| Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, text));
    let file = std::fs::OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(Path::new(name))
        .and_then(descriptor::beyond_standard)?;
    let about = file.metadata()?;
    if !about.is_file() {
        return refused("it is no regular file");
    }
    // room for all of it from the start: a buffer that grows leaves copies behind
    let length = usize::try_from(about.len()).unwrap_or(usize::MAX);
    if length > LIMIT {
        return refused("it is larger than 16 MiB");
    }
    let mut data = Zeroizing::new(vec![0; length]);
    let mut read = 0;
    let mut file = file;
    while read < length {
        match file.read(&mut data[read..])? {
            0 => break,
            count => read += count,
        }
    }
    data.truncate(read);
    Ok(data)
}

/// A copy of what a program has in memory.
pub fn copy(data: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    match data.len() > LIMIT {
        true => Err(Error::new(
            Status::TIBEMS_INVALID_CERT_DATA,
            "the data is larger than 16 MiB",
        )),
        false => Ok(Zeroizing::new(data.to_vec())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::credentials::samples;

    fn put(params: &TlsParams, place: Place, data: &[u8], encoding: Option<Encoding>) -> Status {
        match params.put(place, copy(data).unwrap(), encoding, None) {
            Ok(()) => Status::TIBEMS_OK,
            Err(error) => error.status,
        }
    }

    #[test]
    fn what_is_put_is_checked_and_kept() {
        let params = TlsParams::default();
        let key = samples::key();
        let certificate = samples::certificate(&key).to_pem().unwrap();
        let (pem, pkcs8) = (
            key.private_key_to_pem_pkcs8().unwrap(),
            Some(Encoding::Pkcs8),
        );
        assert_eq!(
            put(&params, Place::Trusted, &certificate, None),
            Status::TIBEMS_OK
        );
        assert_eq!(
            put(&params, Place::Trusted, &certificate, None),
            Status::TIBEMS_OK
        );
        assert_eq!(
            put(&params, Place::Identity, &certificate, Some(Encoding::Pem)),
            Status::TIBEMS_OK
        );
        assert_eq!(put(&params, Place::Key, &pem, None), Status::TIBEMS_OK);
        let bad = Status::TIBEMS_INVALID_CERT_DATA;
        assert_eq!(
            put(&params, Place::Identity, b"x", Some(Encoding::Der)),
            bad
        );
        let encoding = Status::TIBEMS_INVALID_ENCODING;
        assert_eq!(put(&params, Place::Identity, b"x", None), encoding);
        assert_eq!(put(&params, Place::Issuers, &certificate, pkcs8), encoding);
        params.read(|contents| {
            assert_eq!(contents.trusted.len(), 2);
            assert!(contents.issuers.is_empty());
            let identity = contents.identity.as_ref().unwrap();
            assert_eq!(
                (&identity.data[..], identity.encoding),
                (&certificate[..], Encoding::Pem)
            );
            assert_eq!(contents.key.as_ref().unwrap().data[..], pem);
        });
    }

    #[test]
    fn files_are_read_when_they_are_named() {
        let params = TlsParams::default();
        let status = |name: &str| {
            params
                .put_file(Place::Trusted, name, None)
                .unwrap_err()
                .status
        };
        assert_eq!(status("/nowhere/at/all.pem"), Status::TIBEMS_FILE_NOT_FOUND);
        assert_eq!(status("/dev/zero"), Status::TIBEMS_IO_FAILED);
        assert_eq!(status("/"), Status::TIBEMS_IO_FAILED);
        let path = std::env::temp_dir().join(format!("tibemsufo-tls-{}.pem", std::process::id()));
        let name = path.to_str().unwrap();
        std::fs::write(&path, b"nothing of the kind").unwrap();
        assert_eq!(status(name), Status::TIBEMS_INVALID_CERT_DATA);
        std::fs::write(
            &path,
            samples::certificate(&samples::key()).to_pem().unwrap(),
        )
        .unwrap();
        assert_eq!(params.put_file(Place::Trusted, name, None), Ok(()));
        std::fs::remove_file(&path).unwrap();
        params.read(|contents| assert_eq!(contents.trusted.len(), 1));
    }

    #[test]
    fn a_bad_cipher_list_leaves_the_earlier_one() {
        let params = TlsParams::default();
        assert_eq!(params.set_ciphers(Some("HIGH")), Ok(()));
        let error = params.set_ciphers(Some("NONSENSE")).unwrap_err();
        assert_eq!(error.status, Status::TIBEMS_ALGORITHM_ERROR);
        params.read(|contents| assert_eq!(contents.ciphers.as_deref(), Some("HIGH")));
        assert_eq!(params.set_ciphers(None), Ok(()));
        params.read(|contents| assert_eq!(contents.ciphers, None));
    }

    #[test]
    fn one_factory_owns_them() {
        let params = TlsParams::default();
        assert!(!params.is_owned());
        assert!(params.claim(3));
        assert!(params.claim(3));
        assert!(!params.claim(4));
        assert!(params.is_owned());
    }
}
