//! The web proxy of a connection factory.
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::c_char;

use super::entry::{entry, not_implemented};
use super::types::{tibems_int, tibems_status, tibemsConnectionFactory};

/// Sets the web proxy through which TLS connections go. NULL as host removes it.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_PORT for a port outside 1 to 65535. Does not
/// block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetSSLProxy(
    factory: tibemsConnectionFactory,
    proxy_host: *const c_char,
    proxy_port: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (factory, proxy_host, proxy_port);
        not_implemented("not part of this version yet")
    })
}

/// Sets user and password for the web proxy.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetSSLProxyAuth(
    factory: tibemsConnectionFactory,
    proxy_user: *const c_char,
    proxy_password: *const c_char,
) -> tibems_status {
    entry!({
        let _ = (factory, proxy_user, proxy_password);
        not_implemented("not part of this version yet")
    })
}

/// Stores the address of the proxy's host name, NULL if none is set. The text belongs to the
/// factory.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_GetSSLProxyHost(
    factory: tibemsConnectionFactory,
    proxy_host: *mut *const c_char,
) -> tibems_status {
    entry!({
        let _ = (factory, proxy_host);
        not_implemented("not part of this version yet")
    })
}

/// Stores the proxy's port, 0 if none is set.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_GetSSLProxyPort(
    factory: tibemsConnectionFactory,
    proxy_port: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (factory, proxy_port);
        not_implemented("not part of this version yet")
    })
}

/// Stores the address of the proxy's user, NULL if none is set. The text belongs to the
/// factory.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_GetSSLProxyUser(
    factory: tibemsConnectionFactory,
    proxy_user: *mut *const c_char,
) -> tibems_status {
    entry!({
        let _ = (factory, proxy_user);
        not_implemented("not part of this version yet")
    })
}

/// Stores the address of the proxy's password, NULL if none is set. The text belongs to the
/// factory.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_GetSSLProxyPassword(
    factory: tibemsConnectionFactory,
    proxy_password: *mut *const c_char,
) -> tibems_status {
    entry!({
        let _ = (factory, proxy_password);
        not_implemented("not part of this version yet")
    })
}
