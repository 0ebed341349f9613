//! TLS parameters.
//!
//! Functions that take a file read it; nothing else blocks. Called by C programs.
//!
//! This release makes no set of TLS parameters, so every handle of one is a bad handle.

use core::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

use super::entry::{entry, entry_value, not_implemented};
use super::handle::Kind;
use super::types::{
    tibems_bool, tibems_int, tibems_long, tibems_status, tibemsSSLHostNameVerifier, tibemsSSLParams,
};

/// Makes an object that holds the TLS settings of connections. Released with
/// tibemsSSLParams_Destroy, or by the factory that it is given to.
///
/// Returns NULL when it cannot be made. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_Create() -> tibemsSSLParams {
    entry_value!(std::ptr::null_mut(), {
        not_implemented("TLS is not built into this release")
    })
}

/// Releases TLS parameters. Ignored for parameters that a factory owns and for handles that
/// are not live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_Destroy(params: tibemsSSLParams) {
    entry_value!((), {
        let _ = params;
        not_implemented("TLS is not built into this release")
    })
}

/// Sets the allowed cipher suites: OpenSSL names or keywords, separated by colons, commas or
/// blanks. NULL restores the default.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_ALGORITHM_ERROR for an unknown name or an empty list,
/// which keeps the earlier one. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetCiphers(
    params: tibemsSSLParams,
    ciphers: *const c_char,
) -> tibems_status {
    entry!({
        let _ = (params, ciphers);
        Err(Kind::SslParams.bad_handle())
    })
}

/// Sets the client's certificate with its private key, from memory. `size` counts bytes;
/// `encoding` is one of the TIBEMS_SSL_ENCODING_ numbers. The data is copied.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_CERT_DATA; TIBEMS_INVALID_ENCODING. Does not
/// block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetIdentity(
    params: tibemsSSLParams,
    data: *const c_void,
    size: tibems_int,
    encoding: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (params, data, size, encoding);
        Err(Kind::SslParams.bad_handle())
    })
}

/// Stores address, size in bytes and encoding of the identity. The data belongs to the
/// parameters.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_NOT_FOUND with NULL, 0, 0 when none is set. Does not
/// block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_GetIdentity(
    params: tibemsSSLParams,
    data: *mut *const c_void,
    size: *mut tibems_int,
    encoding: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (params, data, size, encoding);
        Err(Kind::SslParams.bad_handle())
    })
}

/// Sets the client's certificate with its private key, from a file.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_FILE_NOT_FOUND; TIBEMS_INVALID_CERT_DATA;
/// TIBEMS_INVALID_ENCODING. Reads the file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetIdentityFile(
    params: tibemsSSLParams,
    filename: *const c_char,
    encoding: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (params, filename, encoding);
        Err(Kind::SslParams.bad_handle())
    })
}

/// Adds certificates to the chain of the client's own certificate, from memory. The data is
/// copied.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_CERT_DATA; TIBEMS_INVALID_ENCODING. Does not
/// block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_AddIssuerCert(
    params: tibemsSSLParams,
    data: *const c_void,
    size: tibems_int,
    encoding: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (params, data, size, encoding);
        Err(Kind::SslParams.bad_handle())
    })
}

/// Adds certificates to the chain of the client's own certificate, from a file.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_FILE_NOT_FOUND; TIBEMS_INVALID_CERT_DATA;
/// TIBEMS_INVALID_ENCODING. Reads the file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_AddIssuerCertFile(
    params: tibemsSSLParams,
    filename: *const c_char,
    encoding: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (params, filename, encoding);
        Err(Kind::SslParams.bad_handle())
    })
}

/// Sets the client's private key apart from its certificate, from memory. The data is copied.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_ENCODING. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetPrivateKey(
    params: tibemsSSLParams,
    data: *const c_void,
    size: tibems_int,
    encoding: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (params, data, size, encoding);
        Err(Kind::SslParams.bad_handle())
    })
}

/// Stores address, size in bytes and encoding of the private key. The data belongs to the
/// parameters.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_NOT_FOUND with NULL, 0, 0 when none is set. Does not
/// block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_GetPrivateKey(
    params: tibemsSSLParams,
    data: *mut *const c_void,
    size: *mut tibems_int,
    encoding: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (params, data, size, encoding);
        Err(Kind::SslParams.bad_handle())
    })
}

/// Sets the client's private key apart from its certificate, from a file.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_FILE_NOT_FOUND; TIBEMS_INVALID_ENCODING. Reads the
/// file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetPrivateKeyFile(
    params: tibemsSSLParams,
    filename: *const c_char,
    encoding: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (params, filename, encoding);
        Err(Kind::SslParams.bad_handle())
    })
}

/// Adds certificates of authorities that vouch for servers, from memory. The data is copied.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_CERT_DATA; TIBEMS_INVALID_ENCODING. Does not
/// block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_AddTrustedCert(
    params: tibemsSSLParams,
    data: *const c_void,
    size: tibems_int,
    encoding: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (params, data, size, encoding);
        Err(Kind::SslParams.bad_handle())
    })
}

/// Adds certificates of authorities that vouch for servers, from a file.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_FILE_NOT_FOUND; TIBEMS_INVALID_CERT_DATA;
/// TIBEMS_INVALID_ENCODING. Reads the file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_AddTrustedCertFile(
    params: tibemsSSLParams,
    filename: *const c_char,
    encoding: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (params, filename, encoding);
        Err(Kind::SslParams.bad_handle())
    })
}

/// Asks for TLS while authenticating only. Stored, but TLS stays on for the whole connection:
/// AMQP has no way back.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetAuthOnly(
    params: tibemsSSLParams,
    auth_only: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        let _ = (params, auth_only);
        Err(Kind::SslParams.bad_handle())
    })
}

/// Sets whether the server's certificate must be signed by a trusted authority. TIBEMS_TRUE
/// unless set.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetVerifyHost(
    params: tibemsSSLParams,
    verify: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        let _ = (params, verify);
        Err(Kind::SslParams.bad_handle())
    })
}

/// Sets whether the server's certificate must carry the expected host name. TIBEMS_TRUE unless
/// set.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetVerifyHostName(
    params: tibemsSSLParams,
    verify: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        let _ = (params, verify);
        Err(Kind::SslParams.bad_handle())
    })
}

/// Sets the function that decides when the host name check fails; `closure` is passed to it.
/// NULL removes it. It runs on the connecting thread, for reconnects on a thread of the
/// library.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetHostNameVerifier(
    params: tibemsSSLParams,
    verifier: tibemsSSLHostNameVerifier,
    closure: *const c_void,
) -> tibems_status {
    entry!({
        let _ = (params, verifier, closure);
        Err(Kind::SslParams.bad_handle())
    })
}

/// Sets the name to look for in the server's certificate instead of the host of the URL.
/// Copied; NULL removes it.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetExpectedHostName(
    params: tibemsSSLParams,
    expected_hostname: *const c_char,
) -> tibems_status {
    entry!({
        let _ = (params, expected_hostname);
        Err(Kind::SslParams.bad_handle())
    })
}

/// Accepted for old programs, without effect: keys are not renegotiated.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetRenegotiateInterval(
    params: tibemsSSLParams,
    milliseconds: tibems_long,
) -> tibems_status {
    entry!({
        let _ = (params, milliseconds);
        Err(Kind::SslParams.bad_handle())
    })
}

/// Accepted for old programs, without effect: keys are not renegotiated.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetRenegotiateSize(
    params: tibemsSSLParams,
    bytes: tibems_long,
) -> tibems_status {
    entry!({
        let _ = (params, bytes);
        Err(Kind::SslParams.bad_handle())
    })
}

/// Accepted for old programs, without effect: the TLS library seeds itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetRandFile(
    params: tibemsSSLParams,
    rand_file: *const c_char,
) -> tibems_status {
    entry!({
        let _ = (params, rand_file);
        Err(Kind::SslParams.bad_handle())
    })
}

/// Accepted for old programs, without effect: the TLS library seeds itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetRandEGD(
    params: tibemsSSLParams,
    rand_egd_path: *const c_char,
) -> tibems_status {
    entry!({
        let _ = (params, rand_egd_path);
        Err(Kind::SslParams.bad_handle())
    })
}

/// Accepted for old programs, without effect: the TLS library seeds itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSLParams_SetRandData(
    params: tibemsSSLParams,
    rand_data: *const c_char,
    size: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (params, rand_data, size);
        Err(Kind::SslParams.bad_handle())
    })
}
