//! TLS parameters.
//!
//! Functions that take a file read it at once; nothing else blocks. Called by C programs. What is kept
//! has its use when connections with TLS are built; until then `ssl` URLs are refused.

use core::ffi::{c_char, c_void};
use std::mem::MaybeUninit;
use std::sync::Arc;

use super::entry::{Out, bytes, entry, entry_value, invalid_argument, utf8};
use super::handle;
use super::types::{
    flag, tibems_bool, tibems_int, tibems_long, tibems_status, tibemsSSLHostNameVerifier,
    tibemsSSLParams,
};
use crate::client::tls::{Contents, Encoding, Material, Place, TlsParams, Verifier, copy};
use crate::status::{Error, Result, Status};

/// The numbers TIBEMS_SSL_ENCODING_ of the header.
const AUTO: i32 = 0x0000;
const PEM: i32 = 0x0001;
const DER: i32 = 0x0002;
const BER: i32 = 0x0004;
const PKCS7: i32 = 0x0010;
const PKCS8: i32 = 0x0020;
const PKCS12: i32 = 0x0040;

/// What an encoding number asks for; none = it is found out (T5).
fn encoding(number: tibems_int) -> Result<Option<Encoding>> {
    Ok(Some(match number {
        AUTO => return Ok(None),
        PEM => Encoding::Pem,
        DER | BER => Encoding::Der,
        PKCS7 => Encoding::Pkcs7,
        PKCS8 => Encoding::Pkcs8,
        PKCS12 => Encoding::Pkcs12,
        _ => {
            return Err(Error::new(
                Status::TIBEMS_INVALID_ENCODING,
                "the encoding is unknown or cannot be read here",
            ));
        }
    }))
}

fn number(encoding: Encoding) -> tibems_int {
    match encoding {
        Encoding::Pem => PEM,
        Encoding::Der => DER,
        Encoding::Pkcs7 => PKCS7,
        Encoding::Pkcs8 => PKCS8,
        Encoding::Pkcs12 => PKCS12,
    }
}

/// Body of the functions that take data.
///
/// # Safety
/// `data` is NULL or has `size` bytes.
unsafe fn put(
    params: tibemsSSLParams,
    place: Place,
    data: *const c_void,
    size: tibems_int,
    number: tibems_int,
) -> Result<()> {
    let params = handle::get::<TlsParams, _>(params)?;
    let size = usize::try_from(size).map_err(|_| invalid_argument("the size is negative"))?;
    // SAFETY: the contract is passed on.
    let data = unsafe { bytes(data, size) }.filter(|data| !data.is_empty());
    let data = data.ok_or_else(|| invalid_argument("the data is NULL or empty"))?;
    params.put(place, copy(data)?, encoding(number)?, None)
}

/// Body of the functions that take a file.
///
/// # Safety
/// `name` is NULL or a string.
unsafe fn put_file(
    params: tibemsSSLParams,
    place: Place,
    name: *const c_char,
    number: tibems_int,
) -> Result<()> {
    let params = handle::get::<TlsParams, _>(params)?;
    // SAFETY: the contract is passed on.
    let name = unsafe { utf8(name) }?.ok_or_else(|| invalid_argument("the file name is NULL"))?;
    params.put_file(place, name, encoding(number)?)
}

/// Body of the getters.
///
/// # Safety
/// The outputs are NULL or valid for writing.
unsafe fn get(
    params: tibemsSSLParams,
    data: *mut *const c_void,
    size: *mut tibems_int,
    encoding: *mut tibems_int,
    choose: fn(&Contents) -> Option<&Material>,
) -> Result<()> {
    let params = handle::get::<TlsParams, _>(params)?;
    // SAFETY: the contract is passed on.
    let (data, size, encoding) = unsafe { (Out::new(data), Out::new(size), Out::new(encoding)) };
    let (data, size, encoding) = (data.required()?, size.required()?, encoding.required()?);
    params.read(|contents| {
        let found = choose(contents);
        data.set(found.map_or(std::ptr::null(), |found| found.data.as_ptr().cast()));
        // no material is larger than the limit of its kind
        size.set(found.map_or(0, |found| {
            i32::try_from(found.data.len()).unwrap_or(i32::MAX)
        }));
        encoding.set(found.map_or(0, |found| number(found.encoding)));
        match found {
            Some(_) => Ok(()),
            None => Err(Error::new(Status::TIBEMS_NOT_FOUND, "none is set")),
        }
    })
}

/// Body of the functions that change a switch or a name.
fn change(params: tibemsSSLParams, change: impl FnOnce(&mut Contents)) -> Result<()> {
    handle::get::<TlsParams, _>(params)?.modify(change);
    Ok(())
}

/// Body of the functions that are accepted without effect (T4).
fn accept(params: tibemsSSLParams, number: i64) -> Result<()> {
    handle::get::<TlsParams, _>(params)?;
    match number < 0 {
        true => Err(invalid_argument("a negative number")),
        false => Ok(()),
    }
}

/// Makes an object that holds the TLS settings of connections and returns it: to be released with
/// tibemsSSLParams_Destroy, unless a factory takes it (tibemsConnectionFactory_SetSSLParams). It
/// must not be changed by one thread while another uses it. Connections with TLS are not built
/// yet: what it holds has no effect.
///
/// Returns NULL when it cannot be made.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_Create() -> tibemsSSLParams {
    entry_value!(std::ptr::null_mut(), {
        Ok(handle::insert(Arc::new(TlsParams::default())).to_raw())
    })
}

/// Releases `params`; keys and passwords in it are overwritten. Ignored for parameters that a
/// factory owns and for a handle that is not live. Returns nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_Destroy(params: tibemsSSLParams) {
    entry_value!((), {
        match handle::get::<TlsParams, _>(params)?.is_owned() {
            true => Ok(()),
            false => handle::remove::<TlsParams, _>(params).map(drop),
        }
    })
}

/// Sets the cipher suites that connections may use: `ciphers` has names of OpenSSL or of the
/// standard and words of OpenSSL such as HIGH, separated by colons, commas or blanks. Copied.
/// NULL: the default of OpenSSL.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle in `params` that is no TLS parameters and
/// for a text that is not UTF-8; TIBEMS_ALGORITHM_ERROR for an unknown name or a list that leaves
/// nothing: the earlier list stays.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetCiphers(
    params: tibemsSSLParams,
    ciphers: *const c_char,
) -> tibems_status {
    entry!({
        let params = handle::get::<TlsParams, _>(params)?;
        // SAFETY: NULL or valid, as C promises.
        params.set_ciphers(unsafe { utf8(ciphers) }?)
    })
}

/// Keeps in `params` the client's certificate, which its private key may accompany: `size` bytes
/// at `data`. An earlier one is replaced. `encoding`: TIBEMS_SSL_ENCODING_PEM,
/// TIBEMS_SSL_ENCODING_DER or another of these numbers; BER is read as DER, ENTRUST and KEYSTORE
/// are not read; TIBEMS_SSL_ENCODING_AUTO: it is found out by the content. The data is looked at
/// and copied: at least 1 byte, at most 16 MiB. A password is used only when a connection is made.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters, NULL `data` and
/// a `size` below 1; TIBEMS_INVALID_ENCODING when the encoding is unknown, not recognised or
/// cannot hold this; TIBEMS_INVALID_CERT_DATA when the data cannot be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetIdentity(
    params: tibemsSSLParams,
    data: *const c_void,
    size: tibems_int,
    encoding: tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { put(params, Place::Identity, data, size, encoding) }
    })
}

/// Gives the client's certificate in `params`: the address of its bytes in `data`, their number in
/// `size`, in `encoding` the form that was given or found out. The bytes belong to `params` and
/// stay until the next identity is set or `params` is destroyed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters and for a NULL
/// output; TIBEMS_NOT_FOUND when none is set: the outputs are NULL, 0 and 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_GetIdentity(
    params: tibemsSSLParams,
    data: *mut *const c_void,
    size: *mut tibems_int,
    encoding: *mut tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            get(params, data, size, encoding, |contents| {
                contents.identity.as_ref()
            })
        }
    })
}

/// Keeps in `params` the client's certificate, which its private key may accompany, from the file
/// `filename`. An earlier one is replaced. `encoding`: TIBEMS_SSL_ENCODING_PEM,
/// TIBEMS_SSL_ENCODING_DER or another of these numbers; BER is read as DER, ENTRUST and KEYSTORE
/// are not read; TIBEMS_SSL_ENCODING_AUTO: it is found out by the content, then by the end of the
/// file name. The file is read at once and needed no more: a regular file of at most 16 MiB. A
/// password is used only when a connection is made.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters and a NULL
/// `filename`; TIBEMS_FILE_NOT_FOUND; TIBEMS_IO_FAILED when it cannot be read, is no regular file
/// or is larger than 16 MiB; TIBEMS_INVALID_ENCODING when the encoding is unknown, not recognised
/// or cannot hold this; TIBEMS_INVALID_CERT_DATA when the contents cannot be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetIdentityFile(
    params: tibemsSSLParams,
    filename: *const c_char,
    encoding: tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { put_file(params, Place::Identity, filename, encoding) }
    })
}

/// Adds to `params` certificates of the chain of the client's own certificate: `size` bytes at
/// `data`. `encoding`: TIBEMS_SSL_ENCODING_PEM, TIBEMS_SSL_ENCODING_DER or another of these
/// numbers; BER is read as DER, ENTRUST and KEYSTORE are not read; TIBEMS_SSL_ENCODING_AUTO: it is
/// found out by the content. The data is looked at and copied: at least 1 byte, at most 16 MiB. A
/// password is used only when a connection is made.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters, NULL `data` and
/// a `size` below 1; TIBEMS_INVALID_ENCODING when the encoding is unknown, not recognised or
/// cannot hold this; TIBEMS_INVALID_CERT_DATA when the data cannot be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_AddIssuerCert(
    params: tibemsSSLParams,
    data: *const c_void,
    size: tibems_int,
    encoding: tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { put(params, Place::Issuers, data, size, encoding) }
    })
}

/// Adds to `params` certificates of the chain of the client's own certificate, from the file
/// `filename`. `encoding`: TIBEMS_SSL_ENCODING_PEM, TIBEMS_SSL_ENCODING_DER or another of these
/// numbers; BER is read as DER, ENTRUST and KEYSTORE are not read; TIBEMS_SSL_ENCODING_AUTO: it is
/// found out by the content, then by the end of the file name. The file is read at once and needed
/// no more: a regular file of at most 16 MiB. A password is used only when a connection is made.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters and a NULL
/// `filename`; TIBEMS_FILE_NOT_FOUND; TIBEMS_IO_FAILED when it cannot be read, is no regular file
/// or is larger than 16 MiB; TIBEMS_INVALID_ENCODING when the encoding is unknown, not recognised
/// or cannot hold this; TIBEMS_INVALID_CERT_DATA when the contents cannot be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_AddIssuerCertFile(
    params: tibemsSSLParams,
    filename: *const c_char,
    encoding: tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { put_file(params, Place::Issuers, filename, encoding) }
    })
}

/// Keeps in `params` the client's private key, apart from its certificate: `size` bytes at `data`.
/// An earlier one is replaced. Whether key, certificate and password fit shows when a connection
/// is made. `encoding`: TIBEMS_SSL_ENCODING_PEM, TIBEMS_SSL_ENCODING_DER or another of these
/// numbers; BER is read as DER, ENTRUST and KEYSTORE are not read; TIBEMS_SSL_ENCODING_AUTO: it is
/// found out by the content. The data is looked at and copied: at least 1 byte, at most 16 MiB. A
/// password is used only when a connection is made.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters, NULL `data` and
/// a `size` below 1; TIBEMS_INVALID_ENCODING when the encoding is unknown, not recognised or
/// cannot hold this; TIBEMS_INVALID_CERT_DATA when the data cannot be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetPrivateKey(
    params: tibemsSSLParams,
    data: *const c_void,
    size: tibems_int,
    encoding: tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { put(params, Place::Key, data, size, encoding) }
    })
}

/// Gives the client's private key in `params`: the address of its bytes in `data`, their number in
/// `size`, in `encoding` the form that was given or found out. The bytes belong to `params` and
/// stay until the next key is set or `params` is destroyed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters and for a NULL
/// output; TIBEMS_NOT_FOUND when none is set: the outputs are NULL, 0 and 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_GetPrivateKey(
    params: tibemsSSLParams,
    data: *mut *const c_void,
    size: *mut tibems_int,
    encoding: *mut tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            get(params, data, size, encoding, |contents| {
                contents.key.as_ref()
            })
        }
    })
}

/// Keeps in `params` the client's private key, apart from its certificate, from the file
/// `filename`. An earlier one is replaced. Whether key, certificate and password fit shows when a
/// connection is made. `encoding`: TIBEMS_SSL_ENCODING_PEM, TIBEMS_SSL_ENCODING_DER or another of
/// these numbers; BER is read as DER, ENTRUST and KEYSTORE are not read; TIBEMS_SSL_ENCODING_AUTO:
/// it is found out by the content, then by the end of the file name. The file is read at once and
/// needed no more: a regular file of at most 16 MiB. A password is used only when a connection is
/// made.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters and a NULL
/// `filename`; TIBEMS_FILE_NOT_FOUND; TIBEMS_IO_FAILED when it cannot be read, is no regular file
/// or is larger than 16 MiB; TIBEMS_INVALID_ENCODING when the encoding is unknown, not recognised
/// or cannot hold this; TIBEMS_INVALID_CERT_DATA when the contents cannot be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetPrivateKeyFile(
    params: tibemsSSLParams,
    filename: *const c_char,
    encoding: tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { put_file(params, Place::Key, filename, encoding) }
    })
}

/// Adds to `params` certificates of authorities that vouch for servers: `size` bytes at `data`.
/// `encoding`: TIBEMS_SSL_ENCODING_PEM, TIBEMS_SSL_ENCODING_DER or another of these numbers; BER
/// is read as DER, ENTRUST and KEYSTORE are not read; TIBEMS_SSL_ENCODING_AUTO: it is found out by
/// the content. The data is looked at and copied: at least 1 byte, at most 16 MiB. A password is
/// used only when a connection is made.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters, NULL `data` and
/// a `size` below 1; TIBEMS_INVALID_ENCODING when the encoding is unknown, not recognised or
/// cannot hold this; TIBEMS_INVALID_CERT_DATA when the data cannot be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_AddTrustedCert(
    params: tibemsSSLParams,
    data: *const c_void,
    size: tibems_int,
    encoding: tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { put(params, Place::Trusted, data, size, encoding) }
    })
}

/// Adds to `params` certificates of authorities that vouch for servers, from the file `filename`.
/// `encoding`: TIBEMS_SSL_ENCODING_PEM, TIBEMS_SSL_ENCODING_DER or another of these numbers; BER
/// is read as DER, ENTRUST and KEYSTORE are not read; TIBEMS_SSL_ENCODING_AUTO: it is found out by
/// the content, then by the end of the file name. The file is read at once and needed no more: a
/// regular file of at most 16 MiB. A password is used only when a connection is made.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters and a NULL
/// `filename`; TIBEMS_FILE_NOT_FOUND; TIBEMS_IO_FAILED when it cannot be read, is no regular file
/// or is larger than 16 MiB; TIBEMS_INVALID_ENCODING when the encoding is unknown, not recognised
/// or cannot hold this; TIBEMS_INVALID_CERT_DATA when the contents cannot be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_AddTrustedCertFile(
    params: tibemsSSLParams,
    filename: *const c_char,
    encoding: tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { put_file(params, Place::Trusted, filename, encoding) }
    })
}

/// Says in `params` whether TLS is wanted for the authentication only (`auth_only`). Kept, but TLS
/// will stay on for the whole connection: AMQP has no way back.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetAuthOnly(
    params: tibemsSSLParams,
    auth_only: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        // SAFETY: a parameter passed by C.
        let on = unsafe { flag(auth_only) };
        change(params, |contents| contents.auth_only = on)
    })
}

/// Says in `params` whether a trusted authority must have signed the server's certificate
/// (`verify`). TIBEMS_TRUE unless set.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetVerifyHost(
    params: tibemsSSLParams,
    verify: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        // SAFETY: a parameter passed by C.
        let on = unsafe { flag(verify) };
        change(params, |contents| contents.verify_host = on)
    })
}

/// Says in `params` whether the server's certificate must carry the expected host name (`verify`).
/// TIBEMS_TRUE unless set.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetVerifyHostName(
    params: tibemsSSLParams,
    verify: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        // SAFETY: a parameter passed by C.
        let on = unsafe { flag(verify) };
        change(params, |contents| contents.verify_name = on)
    })
}

/// Sets in `params` the function `verifier` that decides when the check of the host name fails;
/// `closure` is passed to it. NULL removes it. It will run on the thread that connects, for
/// automatic reconnects on a thread of the library.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetHostNameVerifier(
    params: tibemsSSLParams,
    verifier: tibemsSSLHostNameVerifier,
    closure: *const c_void,
) -> tibems_status {
    entry!({
        let verifier = verifier.map(|callback| Verifier {
            callback: callback as usize,
            closure: closure as usize,
        });
        change(params, |contents| contents.verifier = verifier)
    })
}

/// Sets in `params` the name `expected_hostname` to look for in the server's certificate instead
/// of the host of the URL. Copied; NULL removes it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters and for a text
/// that is not UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetExpectedHostName(
    params: tibemsSSLParams,
    expected_hostname: *const c_char,
) -> tibems_status {
    entry!({
        handle::get::<TlsParams, _>(params)?;
        // SAFETY: NULL or valid, as C promises.
        let name = unsafe { utf8(expected_hostname) }?.map(str::to_owned);
        change(params, |contents| contents.expected_name = name)
    })
}

/// Accepts a time in `milliseconds` for `params`, as programs of old set it, without effect: keys
/// are not renegotiated.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters and for a
/// negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetRenegotiateInterval(
    params: tibemsSSLParams,
    milliseconds: tibems_long,
) -> tibems_status {
    entry!({ accept(params, milliseconds) })
}

/// Accepts a number of `bytes` for `params`, as programs of old set it, without effect: keys are
/// not renegotiated.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters and for a
/// negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetRenegotiateSize(
    params: tibemsSSLParams,
    bytes: tibems_long,
) -> tibems_status {
    entry!({ accept(params, bytes) })
}

/// Accepts `rand_file`, a source of random data, for `params`, without effect: OpenSSL seeds
/// itself.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetRandFile(
    params: tibemsSSLParams,
    rand_file: *const c_char,
) -> tibems_status {
    entry!({
        let _ = rand_file;
        accept(params, 0)
    })
}

/// Accepts `rand_egd_path`, a source of random data, for `params`, without effect: OpenSSL seeds
/// itself.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetRandEGD(
    params: tibemsSSLParams,
    rand_egd_path: *const c_char,
) -> tibems_status {
    entry!({
        let _ = rand_egd_path;
        accept(params, 0)
    })
}

/// Accepts `size` bytes of random data at `rand_data` for `params`, without effect: OpenSSL seeds
/// itself.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters and for a
/// negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetRandData(
    params: tibemsSSLParams,
    rand_data: *const c_char,
    size: tibems_int,
) -> tibems_status {
    entry!({
        let _ = rand_data;
        accept(params, size.into())
    })
}
