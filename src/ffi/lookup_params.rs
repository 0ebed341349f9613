//! Parameters of a lookup in an LDAP directory (spec 10 §7.2, L7).
//!
//! They are stored and can be read back; no LDAP client stands behind them. Nothing here blocks.
//! Called by C programs and by `lookup`.

use core::ffi::{CStr, c_char};
use std::ffi::CString;
use std::sync::Arc;

use super::entry::{entry, entry_value, invalid_argument, text};
use super::handle::{self, Kind, Stored};
use super::types::{tibems_status, tibemsLookupParams};
use crate::status::Result;
use crate::sync::Mutex;

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

/// Returns an empty set of parameters for a lookup in an LDAP directory, for which this library has
/// no client. Release it with tibemsLookupParams_Destroy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_Create() -> tibemsLookupParams {
    entry_value!(std::ptr::null_mut(), {
        Ok(handle::insert(Arc::new(LookupParams::default())).to_raw())
    })
}

/// Releases `lparams`; no effect for a handle that is not live. Returns nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_Destroy(lparams: tibemsLookupParams) {
    entry_value!((), { handle::remove::<LookupParams, _>(lparams).map(drop) })
}

/// Keeps a copy of `url` in `lparams` as the URL of the LDAP server; NULL removes it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapServerUrl(
    lparams: tibemsLookupParams,
    url: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::ServerUrl, url) }
}

/// Returns the URL of the LDAP server in `lparams`, NULL if none is set. The text belongs to the
/// parameters, must not be changed and is valid until it is set again or they are destroyed.
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

/// Keeps a copy of `basedn` in `lparams` as the base distinguished name of searches; NULL removes
/// it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapBaseDN(
    lparams: tibemsLookupParams,
    basedn: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::BaseDn, basedn) }
}

/// Keeps a copy of `principal` in `lparams` as the name to bind with; NULL removes it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapPrincipal(
    lparams: tibemsLookupParams,
    principal: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::Principal, principal) }
}

/// Keeps a copy of `credential` in `lparams` as the password to bind with; NULL removes it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapCredential(
    lparams: tibemsLookupParams,
    credential: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::Credential, credential) }
}

/// Keeps a copy of `scope` in `lparams` as the scope of searches: `object`, `base`, `onelevel` or
/// `subtree`; NULL removes it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for another text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapSearchScope(
    lparams: tibemsLookupParams,
    scope: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::SearchScope, scope) }
}

/// Keeps a copy of `conn_type` in `lparams` as the kind of connection: `ldaps` or `startTLS`; NULL,
/// which is not secure, removes it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for another text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapConnType(
    lparams: tibemsLookupParams,
    conn_type: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::ConnType, conn_type) }
}

/// Keeps a copy of `file` in `lparams` as the file of trusted certificates; NULL removes it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapCAFile(
    lparams: tibemsLookupParams,
    file: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::CaFile, file) }
}

/// Keeps a copy of `path` in `lparams` as the folder of trusted certificates; NULL removes it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapCAPath(
    lparams: tibemsLookupParams,
    path: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::CaPath, path) }
}

/// Keeps a copy of `file` in `lparams` as the file of the client's certificate; NULL removes it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapCertFile(
    lparams: tibemsLookupParams,
    file: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::CertFile, file) }
}

/// Keeps a copy of `file` in `lparams` as the file of the client's private key; NULL removes it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapKeyFile(
    lparams: tibemsLookupParams,
    file: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::KeyFile, file) }
}

/// Keeps a copy of `file` in `lparams` as the file of random data; NULL removes it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupParams_SetLdapRandFile(
    lparams: tibemsLookupParams,
    file: *const c_char,
) -> tibems_status {
    // SAFETY: NULL or a string, as C promises.
    unsafe { set(lparams, Field::RandFile, file) }
}

/// Keeps a copy of `ciphers` in `lparams` as the allowed cipher suites; NULL removes it.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
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
