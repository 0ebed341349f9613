//! Lookup contexts: administered objects by name.
//!
//! Lookups may block on the server. Called by C programs.
//!
//! This release makes no lookup context, so every handle of one is a bad handle.

use core::ffi::{c_char, c_void};

use super::entry::{HandleOut, entry, invalid_argument, not_implemented, utf8};
use super::handle::{self, Kind};
use super::lookup_params::LookupParams;
use super::types::{
    tibems_status, tibemsConnectionFactory, tibemsDestination, tibemsLookupContext,
    tibemsLookupParams, tibemsSSLParams,
};
use crate::client::url::{Joint, UrlList};

/// Makes a context in which factories and destinations are looked up by name: the directory of
/// the file that TIBEMS_LOOKUP_FILE names, then the server. The URL may be a comma list; `+`
/// is refused. Release it with tibemsLookupContext_Destroy.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_PROTOCOL, TIBEMS_INVALID_HOSTNAME,
/// TIBEMS_INVALID_PORT. Contacts nobody.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupContext_Create(
    context: *mut tibemsLookupContext,
    broker_url: *const c_char,
    username: *const c_char,
    password: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let (out, url) = unsafe { (HandleOut::new(context), utf8(broker_url)) };
        out.required()?;
        let list = url?.map_or_else(|| Ok(UrlList::default_server()), UrlList::parse)?;
        if list.joint != Joint::Single {
            return Err(invalid_argument(
                "a lookup takes one server or a comma list",
            )); // spec 10 L1
        }
        let _ = (username, password);
        not_implemented("lookup is not built into this release")
    })
}

/// Would make a context on an LDAP directory; this library has no LDAP client.
///
/// TIBEMS_INVALID_ARG when server URL, base DN or search scope are missing;
/// TIBEMS_NOT_IMPLEMENTED otherwise; the context is NULL. Contacts nobody.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupContext_CreateExternal(
    context: *mut tibemsLookupContext,
    lookup_params: tibemsLookupParams,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let context = unsafe { HandleOut::new(context) };
        context.required()?;
        let params = handle::get::<LookupParams, _>(lookup_params)?;
        if !params.is_complete() {
            return Err(invalid_argument(
                "server URL, base DN or search scope is missing",
            ));
        }
        not_implemented("this library has no LDAP client")
    })
}

/// Makes a lookup context whose connections use TLS; otherwise as tibemsLookupContext_Create.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupContext_CreateSSL(
    context: *mut tibemsLookupContext,
    broker_url: *const c_char,
    username: *const c_char,
    password: *const c_char,
    ssl_params: tibemsSSLParams,
    pk_password: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(context);
        }
        let _ = (broker_url, username, password, ssl_params, pk_password);
        not_implemented("lookup is not built into this release")
    })
}

/// Releases a lookup context. Objects that were looked up stay.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupContext_Destroy(
    context: tibemsLookupContext,
) -> tibems_status {
    entry!({
        let _ = context;
        Err(Kind::LookupContext.bad_handle())
    })
}

/// Looks up a factory or destination. The caller releases what it gets, with the Destroy
/// function of its kind. May block on the server.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_NAME; TIBEMS_NOT_FOUND; TIBEMS_ILLEGAL_STATE
/// when both a queue and a topic have the name; the statuses of tibemsConnection_Create.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupContext_Lookup(
    context: tibemsLookupContext,
    name: *const c_char,
    object: *mut *mut c_void,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { HandleOut::new(object) };
        let _ = (context, name);
        Err(Kind::LookupContext.bad_handle())
    })
}

/// Looks up a destination; otherwise as tibemsLookupContext_Lookup.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupContext_LookupDestination(
    context: tibemsLookupContext,
    name: *const c_char,
    destination: *mut tibemsDestination,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(destination);
        }
        let _ = (context, name);
        Err(Kind::LookupContext.bad_handle())
    })
}

/// Looks up a connection factory; otherwise as tibemsLookupContext_Lookup.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupContext_LookupConnectionFactory(
    context: tibemsLookupContext,
    name: *const c_char,
    factory: *mut tibemsConnectionFactory,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(factory);
        }
        let _ = (context, name);
        Err(Kind::LookupContext.bad_handle())
    })
}
