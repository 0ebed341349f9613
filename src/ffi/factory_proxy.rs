//! The web proxy of a connection factory.
//!
//! Texts that are given out belong to the factory and stay valid until the next set or its
//! destruction. Nothing here blocks. Called by C programs.

use core::ffi::{CStr, c_char};
use std::ffi::CString;

use super::entry::{Out, entry, text};
use super::handle;
use super::types::{tibems_int, tibems_status, tibemsConnectionFactory};
use crate::client::factory::{Factory, Proxy};
use crate::status::Result;

/// Stores the address of one of the texts, which stays where it is until the next set.
fn give(
    factory: tibemsConnectionFactory,
    out: Out<*const c_char>,
    choose: fn(&Proxy) -> &Option<CString>,
) -> Result<()> {
    let factory = handle::get::<Factory, _>(factory)?;
    let address = factory.read(|settings| {
        let text = choose(&settings.proxy).as_deref();
        text.map_or(std::ptr::null(), CStr::as_ptr)
    });
    out.required()?.set(address);
    Ok(())
}

/// Keeps the web proxy for TLS connections of `factory`: the name `proxy_host`, shorter than 128
/// bytes, and `proxy_port`, 1 to 65535. NULL or an empty name removes it with user and password.
/// TLS is not built, so nothing goes through it yet.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_HOSTNAME for a longer name;
/// TIBEMS_INVALID_PORT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetSSLProxy(
    factory: tibemsConnectionFactory,
    proxy_host: *const c_char,
    proxy_port: tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or a string, as C promises.
        let host = unsafe { text(proxy_host) };
        handle::get::<Factory, _>(factory)?.set_proxy(host, proxy_port)
    })
}

/// Keeps copies of `proxy_user` and `proxy_password`, at most 255 and 4096 bytes, with which the
/// web proxy of `factory` is asked; NULL removes them.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for longer ones.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_SetSSLProxyAuth(
    factory: tibemsConnectionFactory,
    proxy_user: *const c_char,
    proxy_password: *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or strings, as C promises.
        let (user, password) = unsafe { (text(proxy_user), text(proxy_password)) };
        handle::get::<Factory, _>(factory)?.set_proxy_user(user, password)
    })
}

/// Gives the name of the web proxy of `factory` in `proxy_host`, NULL if none is set. The text
/// belongs to the factory and is valid until it is set again or the factory is destroyed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_GetSSLProxyHost(
    factory: tibemsConnectionFactory,
    proxy_host: *mut *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        give(factory, unsafe { Out::new(proxy_host) }, |proxy| {
            &proxy.host
        })
    })
}

/// Gives the port of the web proxy of `factory` in `proxy_port`, 0 if none is set.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_GetSSLProxyPort(
    factory: tibemsConnectionFactory,
    proxy_port: *mut tibems_int,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { Out::new(proxy_port) };
        let factory = handle::get::<Factory, _>(factory)?;
        let port = factory.read(|settings| settings.proxy.port);
        out.required()?.set(port.into());
        Ok(())
    })
}

/// Gives the user for the web proxy of `factory` in `proxy_user`, NULL if none is set. The text
/// belongs to the factory and is valid until it is set again or the factory is destroyed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_GetSSLProxyUser(
    factory: tibemsConnectionFactory,
    proxy_user: *mut *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        give(factory, unsafe { Out::new(proxy_user) }, |proxy| {
            &proxy.user
        })
    })
}

/// Gives the password for the web proxy of `factory` in `proxy_password`, NULL if none is set. The
/// text belongs to the factory and is valid until it is set again or the factory is destroyed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionFactory_GetSSLProxyPassword(
    factory: tibemsConnectionFactory,
    proxy_password: *mut *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        give(factory, unsafe { Out::new(proxy_password) }, |proxy| {
            &proxy.password
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi::factory::{tibemsConnectionFactory_Create, tibemsConnectionFactory_Destroy};
    use crate::status::Status;

    #[test]
    fn the_proxy_is_kept_and_removed() {
        // SAFETY: strings, NULL, live variables and any handle.
        unsafe {
            let factory = tibemsConnectionFactory_Create();
            let (mut host, mut port) = (std::ptr::null(), -1);
            let set = tibemsConnectionFactory_SetSSLProxy;
            assert_eq!(
                set(factory, c"web".as_ptr(), 0),
                Status::TIBEMS_INVALID_PORT
            );
            assert_eq!(
                set(factory, c"web".as_ptr(), 65_536),
                Status::TIBEMS_INVALID_PORT
            );
            tibemsConnectionFactory_GetSSLProxyHost(factory, &mut host);
            assert!(host.is_null());
            assert_eq!(set(factory, c"web".as_ptr(), 3128), Status::TIBEMS_OK);
            tibemsConnectionFactory_GetSSLProxyHost(factory, &mut host);
            assert_eq!(CStr::from_ptr(host), c"web");
            tibemsConnectionFactory_GetSSLProxyPort(factory, &mut port);
            assert_eq!(port, 3128);
            assert_eq!(set(factory, std::ptr::null(), 70_000), Status::TIBEMS_OK);
            tibemsConnectionFactory_GetSSLProxyPort(factory, &mut port);
            assert_eq!(port, 0);
            let none = tibemsConnectionFactory_GetSSLProxyHost(factory, std::ptr::null_mut());
            assert_eq!(none, Status::TIBEMS_INVALID_ARG);
            tibemsConnectionFactory_Destroy(factory);
        }
    }
}
