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

/// Would make a context in which factories and destinations are looked up by name, at `broker_url`
/// (one server or a comma list) as `username` with `password`. Lookup is not built yet: `context`
/// becomes NULL and nobody is contacted.
///
/// Statuses: TIBEMS_INVALID_ARG for a NULL output, a text that is not UTF-8, and a URL with `+` or
/// `|`; TIBEMS_INVALID_PROTOCOL, TIBEMS_INVALID_HOSTNAME or TIBEMS_INVALID_PORT for a malformed
/// URL; TIBEMS_NOT_IMPLEMENTED otherwise.
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

/// Would make a context on the LDAP directory that `lookup_params` describe; this library has no
/// LDAP client. `context` becomes NULL and nobody is contacted.
///
/// Statuses: TIBEMS_INVALID_ARG for a NULL output and for parameters without server URL, base DN or
/// search scope; TIBEMS_NOT_IMPLEMENTED otherwise.
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

/// Would make a context as tibemsLookupContext_Create, with TLS: `broker_url`, `username`,
/// `password`, `ssl_params` and `pk_password` are not looked at. Lookup is not built yet: `context`
/// becomes NULL.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
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

/// Would release `context`. Lookup is not built yet.
///
/// Statuses: TIBEMS_INVALID_ARG: no lookup context can be made yet, so every handle is a bad one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsLookupContext_Destroy(
    context: tibemsLookupContext,
) -> tibems_status {
    entry!({
        let _ = context;
        Err(Kind::LookupContext.bad_handle())
    })
}

/// Would look `name` up in `context` and give the factory or destination in `object`, which becomes
/// NULL. Lookup is not built yet.
///
/// Statuses: TIBEMS_INVALID_ARG: no lookup context can be made yet, so every handle is a bad one.
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

/// Would look `name` up in `context` and give the destination in `destination`, which becomes NULL.
/// Lookup is not built yet.
///
/// Statuses: TIBEMS_INVALID_ARG: no lookup context can be made yet, so every handle is a bad one.
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

/// Would look `name` up in `context` and give the factory in `factory`, which becomes NULL. Lookup
/// is not built yet.
///
/// Statuses: TIBEMS_INVALID_ARG: no lookup context can be made yet, so every handle is a bad one.
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
