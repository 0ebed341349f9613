//! Parameters of a lookup in an LDAP directory (spec 10 §7.2, L7).
//!
//! They are stored and can be read back; no LDAP client stands behind them. Nothing here blocks.
//! Called by C programs and by `lookup`.

use core::ffi::{CStr, c_char};
use std::ffi::CString;
use std::sync::Arc;

use parking_lot::Mutex;

use super::entry::{entry, entry_value, invalid_argument, text};
use super::handle::{self, Kind, Stored};
use super::types::{tibems_status, tibemsLookupParams};
use crate::status::Result;

/// Which parameter.
#[derive(Clone, Copy)]
enum Field {
    ServerUrl,
    BaseDn,
    Principal,
    Credential,
    SearchScope,
    ConnType,
    CaFile,
    CaPath,
    CertFile,
    KeyFile,
    RandFile,
    Ciphers,
}

/// What a handle of lookup parameters stands for.
#[derive(Default)]
pub(crate) struct LookupParams {
    fields: Mutex<[Option<CString>; 12]>,
}

impl Stored for LookupParams {
    const KIND: Kind = Kind::LookupParams;
}

impl LookupParams {
    /// Whether everything that any LDAP lookup needs is there.
    pub(crate) fn is_complete(&self) -> bool {
        let fields = self.fields.lock();
        [Field::ServerUrl, Field::BaseDn, Field::SearchScope]
            .iter()
            .all(|field| fields[*field as usize].is_some())
    }

    fn set(&self, field: Field, value: Option<&CStr>) -> Result<()> {
        let known: &[&CStr] = match field {
            Field::SearchScope => &[c"object", c"base", c"onelevel", c"subtree"],
            Field::ConnType => &[c"ldaps", c"startTLS"],
            _ => &[],
        };
        if !known.is_empty() && value.is_some_and(|value| !known.contains(&value)) {
            return Err(invalid_argument("unknown search scope or connection type"));
        }
        self.fields.lock()[field as usize] = value.map(CStr::to_owned);
        Ok(())
    }
}

/// Body of the setters.
///
/// # Safety
/// `value` is NULL or a string.
unsafe fn set(params: tibemsLookupParams, field: Field, value: *const c_char) -> tibems_status {
    entry!({
        // SAFETY: the contract is passed on.
        let value = unsafe { text(value) };
        handle::get::<LookupParams, _>(params)?.set(field, value)
    })
}

/// Makes an empty set of LDAP parameters. Released with tibemsLookupParams_Destroy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_Create() -> tibemsLookupParams {
    entry_value!(std::ptr::null_mut(), {
        Ok(handle::insert(Arc::new(LookupParams::default())).to_raw())
    })
}

/// Releases LDAP parameters. Ignored for a handle that is not live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_Destroy(lparams: tibemsLookupParams) {
    entry_value!((), { handle::remove::<LookupParams, _>(lparams).map(drop) })
}

/// Sets the URL of the LDAP server. Copied; NULL removes it.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapServerUrl(
    lparams: tibemsLookupParams,
    url: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::ServerUrl, url) }
}

/// Returns the URL of the LDAP server, NULL if none is set. The text belongs to the parameters and
/// is valid until the next set or the destruction.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_GetLdapServerUrl(
    lparams: tibemsLookupParams,
) -> *mut c_char {
    entry_value!(std::ptr::null_mut(), {
        let params = handle::get::<LookupParams, _>(lparams)?;
        let fields = params.fields.lock();
        let url = fields[Field::ServerUrl as usize].as_deref();
        Ok(url.map_or(std::ptr::null_mut(), |url| url.as_ptr().cast_mut()))
    })
}

/// Sets the base distinguished name of searches. Copied; NULL removes it.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapBaseDN(
    lparams: tibemsLookupParams,
    basedn: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::BaseDn, basedn) }
}

/// Sets the name to bind with. Copied; NULL removes it.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapPrincipal(
    lparams: tibemsLookupParams,
    principal: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::Principal, principal) }
}

/// Sets the password to bind with. Copied; NULL removes it.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapCredential(
    lparams: tibemsLookupParams,
    credential: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::Credential, credential) }
}

/// Sets the search scope: `onelevel`, `subtree` or `object`. Copied; NULL removes it.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for an unknown one. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapSearchScope(
    lparams: tibemsLookupParams,
    scope: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::SearchScope, scope) }
}

/// Sets the kind of connection: `ldaps` or `startTLS`; unset is not secure. Copied; NULL removes it.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for an unknown one. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapConnType(
    lparams: tibemsLookupParams,
    conn_type: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::ConnType, conn_type) }
}

/// Sets the file of trusted certificates. Copied; NULL removes it.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapCAFile(
    lparams: tibemsLookupParams,
    file: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::CaFile, file) }
}

/// Sets the folder of trusted certificates. Copied; NULL removes it.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapCAPath(
    lparams: tibemsLookupParams,
    path: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::CaPath, path) }
}

/// Sets the file of the client's certificate. Copied; NULL removes it.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapCertFile(
    lparams: tibemsLookupParams,
    file: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::CertFile, file) }
}

/// Sets the file of the client's private key. Copied; NULL removes it.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapKeyFile(
    lparams: tibemsLookupParams,
    file: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::KeyFile, file) }
}

/// Sets the file of random data. Copied; NULL removes it.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapRandFile(
    lparams: tibemsLookupParams,
    file: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::RandFile, file) }
}

/// Sets the allowed cipher suites. Copied; NULL removes it.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapCiphers(
    lparams: tibemsLookupParams,
    ciphers: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::Ciphers, ciphers) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::Status;

    #[test]
    fn parameters_are_kept_and_checked() {
        // SAFETY: strings, NULL and any handle.
        unsafe {
            let params = tibemsLookupParams_Create();
            assert!(tibemsLookupParams_GetLdapServerUrl(params).is_null());
            let url = c"ldap://here".as_ptr();
            assert_eq!(
                tibemsLookupParams_SetLdapServerUrl(params, url),
                Status::TIBEMS_OK
            );
            let stored = tibemsLookupParams_GetLdapServerUrl(params);
            assert_eq!(CStr::from_ptr(stored), c"ldap://here");
            tibemsLookupParams_SetLdapBaseDN(params, c"dc=x".as_ptr());
            let wrong = tibemsLookupParams_SetLdapSearchScope(params, c"all".as_ptr());
            assert_eq!(wrong, Status::TIBEMS_INVALID_ARG);
            let held = handle::get::<LookupParams, _>(params).unwrap();
            assert!(!held.is_complete());
            tibemsLookupParams_SetLdapSearchScope(params, c"subtree".as_ptr());
            assert!(held.is_complete());
            tibemsLookupParams_Destroy(params);
            tibemsLookupParams_Destroy(params);
            assert!(tibemsLookupParams_GetLdapServerUrl(params).is_null());
        }
    }
}
