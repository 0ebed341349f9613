//! Functions of the whole process: version, status texts, global settings, multicast.
//!
//! The rules by which values are stored are in `settings`. Only `tibems_Sleep` blocks. Called by C
//! programs, from any thread.

use core::ffi::{CStr, c_char, c_void};
use std::ffi::OsStr;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use super::entry::{Out, entry, entry_peek, entry_quiet, entry_value, text};
use super::handle;
use super::objects::ConsumerObject;
use super::types::{
    flag, number, tibems_bool, tibems_int, tibems_long, tibems_status, tibemsMsgConsumer,
    tibemsMulticastExceptionCallback,
};
use crate::settings::{self, Attempt, Buffer, Purpose, Switch};
use crate::status::text_of;
use crate::trace;

/// Name and version of this library.
const VERSION: &str = concat!("libtibemsufo ", env!("CARGO_PKG_VERSION"), "\0");

/// Returns the text of a status: English, static, never NULL; a fixed text for an unknown number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStatus_GetText(status: MaybeUninit<tibems_status>) -> *const c_char {
    entry_peek!(VERSION.as_ptr().cast(), {
        // SAFETY: a parameter passed by C.
        text_of(unsafe { number(status) }).as_ptr().cast()
    })
}

/// Returns name and version of this library, a static text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_Version() -> *const c_char {
    VERSION.as_ptr().cast()
}

/// Takes a reference on the library. Optional: every function initialises what it needs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_Open() -> tibems_status {
    entry!({ Ok(()) })
}

/// Drops a reference on the library. Surplus calls are ignored; live connections go on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_Close() {
    entry_value!((), { Ok(()) })
}

/// Lets the calling thread sleep; returns at once for 0 or a negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_Sleep(milliseconds: tibems_long) {
    entry_value!((), {
        if let Ok(milliseconds @ 1..) = u64::try_from(milliseconds) {
            std::thread::sleep(Duration::from_millis(milliseconds));
        }
        Ok(())
    })
}

/// Returns the kilobytes of receive buffer for new sockets, 0 if the operating system decides.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetSocketReceiveBufferSize() -> tibems_int {
    entry_peek!(0, { settings::buffer_kilobytes(Buffer::Receive) })
}

/// Sets the kilobytes of receive buffer for sockets made from now on; 0 leaves it to the operating
/// system, which may also refuse the size.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetSocketReceiveBufferSize(kilobytes: tibems_int) -> tibems_status {
    entry!({ settings::set_buffer_kilobytes(Buffer::Receive, kilobytes) })
}

/// Returns the kilobytes of send buffer for new sockets, 0 if the operating system decides.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetSocketSendBufferSize() -> tibems_int {
    entry_peek!(0, { settings::buffer_kilobytes(Buffer::Send) })
}

/// Sets the kilobytes of send buffer for sockets made from now on; 0 leaves it to the operating
/// system, which may also refuse the size.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetSocketSendBufferSize(kilobytes: tibems_int) -> tibems_status {
    entry!({ settings::set_buffer_kilobytes(Buffer::Send, kilobytes) })
}

/// Returns how many times the list of URLs is tried before a first connection fails; 2 unless set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetConnectAttemptCount() -> tibems_int {
    entry_peek!(0, {
        settings::attempt_in_force(Purpose::Connect, Attempt::Count)
    })
}

/// Sets how many times the list of URLs is tried before a first connection fails; at least 1. A
/// set value overrides that of ordinary factories and multiplies that of unshared ones.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetConnectAttemptCount(count: tibems_int) -> tibems_status {
    entry!({ settings::set_attempt(Purpose::Connect, Attempt::Count, count) })
}

/// Returns the milliseconds between two passes before a first connection; 500 unless set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetConnectAttemptDelay() -> tibems_int {
    entry_peek!(0, {
        settings::attempt_in_force(Purpose::Connect, Attempt::Delay)
    })
}

/// Sets the milliseconds between two passes before a first connection; at least 250.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetConnectAttemptDelay(delay: tibems_int) -> tibems_status {
    entry!({ settings::set_attempt(Purpose::Connect, Attempt::Delay, delay) })
}

/// Returns how many times the list of URLs is tried before a reconnect fails; 4 unless set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetReconnectAttemptCount() -> tibems_int {
    entry_peek!(0, {
        settings::attempt_in_force(Purpose::Reconnect, Attempt::Count)
    })
}

/// Sets how many times the list of URLs is tried before a reconnect fails; at least 1. A set
/// value overrides that of ordinary factories and multiplies that of unshared ones.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetReconnectAttemptCount(count: tibems_int) -> tibems_status {
    entry!({ settings::set_attempt(Purpose::Reconnect, Attempt::Count, count) })
}

/// Returns the milliseconds between two passes of a reconnect; 500 unless set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetReconnectAttemptDelay() -> tibems_int {
    entry_peek!(0, {
        settings::attempt_in_force(Purpose::Reconnect, Attempt::Delay)
    })
}

/// Sets the milliseconds between two passes of a reconnect; at least 250.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetReconnectAttemptDelay(delay: tibems_int) -> tibems_status {
    entry!({ settings::set_attempt(Purpose::Reconnect, Attempt::Delay, delay) })
}

/// Sets the milliseconds that one try of one URL may take before a first connection; 0 is no
/// limit, otherwise at least 100.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetConnectAttemptTimeout(timeout: tibems_int) -> tibems_status {
    entry!({ settings::set_attempt(Purpose::Connect, Attempt::Timeout, timeout) })
}

/// Returns the milliseconds that one try of one URL may take before a first connection; 0, no
/// limit, unless set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetConnectAttemptTimeout() -> tibems_int {
    entry_peek!(0, {
        settings::attempt_in_force(Purpose::Connect, Attempt::Timeout)
    })
}

/// Sets the milliseconds that one try of one URL may take in a reconnect; 0 is no limit, otherwise
/// at least 100.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetReconnectAttemptTimeout(timeout: tibems_int) -> tibems_status {
    entry!({ settings::set_attempt(Purpose::Reconnect, Attempt::Timeout, timeout) })
}

/// Returns the milliseconds that one try of one URL may take in a reconnect; 0, no limit, unless
/// set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetReconnectAttemptTimeout() -> tibems_int {
    entry_peek!(0, {
        settings::attempt_in_force(Purpose::Reconnect, Attempt::Timeout)
    })
}

/// Stores the multicast switch. Nothing is multicast here; TIBEMS_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetMulticastEnabled(
    enabled: MaybeUninit<tibems_bool>,
) -> tibems_status {
    // SAFETY: a parameter passed by C.
    unsafe { turn(&settings::MULTICAST_ENABLED, enabled) }
}

/// Returns the multicast switch as it was stored; TIBEMS_TRUE unless set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetMulticastEnabled() -> tibems_bool {
    entry_peek!(tibems_bool::TIBEMS_TRUE, {
        settings::MULTICAST_ENABLED.is_on().into()
    })
}

/// Stores the port of a multicast daemon, NULL for none. Nothing is multicast here; TIBEMS_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetMulticastDaemon(port: *const c_char) -> tibems_status {
    entry!({
        // SAFETY: NULL or a string, as C promises.
        settings::set_multicast_daemon(unsafe { text(port) });
        Ok(())
    })
}

/// Returns the stored port of the multicast daemon, NULL if none is set. Valid until the next
/// tibems_SetMulticastDaemon.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetMulticastDaemon() -> *const c_char {
    entry_peek!(std::ptr::null(), {
        settings::multicast_daemon(|port| port.map_or(std::ptr::null(), CStr::as_ptr))
    })
}

/// Sets whether exception listeners hear of a successful failover. TIBEMS_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_setExceptionOnFTSwitch(
    call_exception_listener: MaybeUninit<tibems_bool>,
) -> tibems_status {
    // SAFETY: a parameter passed by C.
    unsafe { turn(&settings::EXCEPTION_ON_FT_SWITCH, call_exception_listener) }
}

/// Stores whether exception listeners hear of a successful failover; TIBEMS_FALSE unless set.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_getExceptionOnFTSwitch(is_set: *mut tibems_bool) -> tibems_status {
    // SAFETY: NULL or valid, as C promises.
    show(&settings::EXCEPTION_ON_FT_SWITCH, unsafe {
        Out::new(is_set)
    })
}

/// Sets whether exception listeners hear of every step of a failover: disconnected, each attempt,
/// reconnected. TIBEMS_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetExceptionOnFTEvents(
    call_exception_listener: MaybeUninit<tibems_bool>,
) -> tibems_status {
    // SAFETY: a parameter passed by C.
    unsafe { turn(&settings::EXCEPTION_ON_FT_EVENTS, call_exception_listener) }
}

/// Stores whether exception listeners hear of every step of a failover; TIBEMS_FALSE unless set.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetExceptionOnFTEvents(is_set: *mut tibems_bool) -> tibems_status {
    // SAFETY: NULL or valid, as C promises.
    show(&settings::EXCEPTION_ON_FT_EVENTS, unsafe {
        Out::new(is_set)
    })
}

/// Appends the trace that TIBEMS_TRACE asks for to a file; NULL goes back to standard error.
///
/// TIBEMS_OK; TIBEMS_ILLEGAL_STATE when a file is set already; TIBEMS_IO_FAILED when the file
/// cannot be opened.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetTraceFile(file_name: *const c_char) -> tibems_status {
    entry!({
        // SAFETY: NULL or a string, as C promises.
        let name = unsafe { text(file_name) };
        trace::set_file(name.map(|name| Path::new(OsStr::from_bytes(name.to_bytes()))))
    })
}

/// Stores whether a consumer gets multicast messages: never.
///
/// TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG for a NULL output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_IsConsumerMulticast(
    consumer: tibemsMsgConsumer,
    is_multicast: *mut tibems_bool,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { Out::new(is_multicast) };
        handle::get::<ConsumerObject, _>(consumer)?;
        out.required()?.set(tibems_bool::TIBEMS_FALSE);
        Ok(())
    })
}

/// Accepts a listener for multicast errors, or NULL. There are none, so it is never called;
/// TIBEMS_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetMulticastExceptionListener(
    listener: tibemsMulticastExceptionCallback,
    closure: *mut c_void,
) -> tibems_status {
    entry!({
        let _ = (listener, closure);
        Ok(())
    })
}

/// Sets whether close and stop may be called inside message callbacks. TIBEMS_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetAllowCloseInCallback(
    allow: MaybeUninit<tibems_bool>,
) -> tibems_status {
    // SAFETY: a parameter passed by C.
    unsafe { turn(&settings::ALLOW_CLOSE_IN_CALLBACK, allow) }
}

/// Stores whether close and stop may be called inside message callbacks; TIBEMS_FALSE unless set.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetAllowCloseInCallback(
    is_allowed: *mut tibems_bool,
) -> tibems_status {
    // SAFETY: NULL or valid, as C promises.
    show(&settings::ALLOW_CLOSE_IN_CALLBACK, unsafe {
        Out::new(is_allowed)
    })
}

/// Body of the setters of switches.
///
/// # Safety
/// `value` is a parameter passed by C.
unsafe fn turn(switch: &Switch, value: MaybeUninit<tibems_bool>) -> tibems_status {
    entry!({
        // SAFETY: the contract is passed on.
        switch.set(unsafe { flag(value) });
        Ok(())
    })
}

/// Body of the getters of switches.
fn show(switch: &Switch, value: Out<tibems_bool>) -> tibems_status {
    entry_quiet!({
        value.required()?.set(switch.is_on().into());
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::Status;

    #[test]
    fn the_version_is_a_terminated_text() {
        // SAFETY: no arguments; the result is static and terminated.
        let text = unsafe { CStr::from_ptr(tibems_Version()) };
        assert!(text.to_str().unwrap().starts_with("libtibemsufo 0."));
    }

    #[test]
    fn switches_store_what_they_are_given() {
        // SAFETY: values and NULL.
        unsafe {
            assert_eq!(tibems_GetMulticastEnabled(), tibems_bool::TIBEMS_TRUE);
            tibems_SetMulticastEnabled(MaybeUninit::new(tibems_bool::TIBEMS_FALSE));
            assert_eq!(tibems_GetMulticastEnabled(), tibems_bool::TIBEMS_FALSE);
            tibems_SetMulticastEnabled(MaybeUninit::new(tibems_bool::TIBEMS_TRUE));
            let status = tibems_getExceptionOnFTSwitch(std::ptr::null_mut());
            assert_eq!(status, Status::TIBEMS_INVALID_ARG);
        }
    }

    #[test]
    fn the_multicast_daemon_is_copied() {
        // SAFETY: strings and NULL.
        unsafe {
            assert!(tibems_GetMulticastDaemon().is_null());
            tibems_SetMulticastDaemon(c"7444".as_ptr());
            assert_eq!(CStr::from_ptr(tibems_GetMulticastDaemon()), c"7444");
            tibems_SetMulticastDaemon(std::ptr::null());
            assert!(tibems_GetMulticastDaemon().is_null());
        }
    }
}
