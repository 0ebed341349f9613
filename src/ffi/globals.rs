//! Functions of the whole process: version, status texts, global settings, multicast.
//!
//! The rules by which values are stored are in `settings`. Only `tibems_Sleep` blocks. Called by C
//! programs, from any thread.

use core::ffi::{CStr, c_char, c_void};
use std::ffi::OsStr;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::entry::{Out, entry, entry_peek, entry_quiet, entry_value, text};
use super::handle;
use super::objects::ConsumerObject;
use super::types::{
    flag, number, tibems_bool, tibems_int, tibems_long, tibems_status, tibemsMsgConsumer,
    tibemsMulticastExceptionCallback,
};
use crate::clock;
use crate::settings::{self, Attempt, Buffer, Purpose, Switch};
use crate::status::text_of;
use crate::trace;

/// Name and version of this library.
const VERSION: &str = concat!("libtibemsufo ", env!("CARGO_PKG_VERSION"), "\0");

/// Returns the English text of `status`: static, never NULL; a fixed text for a number that is no
/// status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStatus_GetText(status: MaybeUninit<tibems_status>) -> *const c_char {
    entry_peek!(VERSION.as_ptr().cast(), {
        // SAFETY: a parameter passed by C.
        text_of(unsafe { number(status) }).as_ptr().cast()
    })
}

/// Returns name and version of this library: a static text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_Version() -> *const c_char {
    VERSION.as_ptr().cast()
}

/// Announces a user of the library. Optional: every function initialises what it needs.
///
/// Statuses: TIBEMS_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_Open() -> tibems_status {
    entry!({ Ok(()) })
}

/// Ends what tibems_Open announced. It may be called any number of times; live connections go on.
/// Returns nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_Close() {
    entry_value!((), { Ok(()) })
}

/// Blocks the calling thread for `milliseconds`. Returns at once for 0 or a negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_Sleep(milliseconds: tibems_long) {
    entry_value!((), {
        if let Ok(milliseconds @ 1..) = u64::try_from(milliseconds) {
            clock::sleep(milliseconds);
        }
        Ok(())
    })
}

/// Returns the size of the receive buffer that new sockets are given, in kilobytes of 1024 bytes; 0
/// while the operating system decides.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetSocketReceiveBufferSize() -> tibems_int {
    entry_peek!(0, { settings::buffer_kilobytes(Buffer::Receive) })
}

/// Has sockets made from now on use a receive buffer of `kilobytes` (1024 bytes each). 0 leaves the
/// size to the operating system, which may also grant another one.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetSocketReceiveBufferSize(kilobytes: tibems_int) -> tibems_status {
    entry!({ settings::set_buffer_kilobytes(Buffer::Receive, kilobytes) })
}

/// Returns the size of the send buffer that new sockets are given, in kilobytes of 1024 bytes; 0
/// while the operating system decides.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetSocketSendBufferSize() -> tibems_int {
    entry_peek!(0, { settings::buffer_kilobytes(Buffer::Send) })
}

/// Has sockets made from now on use a send buffer of `kilobytes` (1024 bytes each). 0 leaves the
/// size to the operating system, which may also grant another one.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetSocketSendBufferSize(kilobytes: tibems_int) -> tibems_status {
    entry!({ settings::set_buffer_kilobytes(Buffer::Send, kilobytes) })
}

/// Returns how many times a first connection walks its list of URLs before it fails; 2 unless set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetConnectAttemptCount() -> tibems_int {
    entry_peek!(0, {
        settings::attempt_in_force(Purpose::Connect, Attempt::Count)
    })
}

/// Has a first connection walk its list of URLs `count` times before it fails; 0 counts as 1. This
/// number, once set, takes the place of that of ordinary factories and multiplies that of unshared
/// ones.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetConnectAttemptCount(count: tibems_int) -> tibems_status {
    entry!({ settings::set_attempt(Purpose::Connect, Attempt::Count, count) })
}

/// Returns how many milliseconds a first connection pauses between two walks over its list; 500
/// unless set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetConnectAttemptDelay() -> tibems_int {
    entry_peek!(0, {
        settings::attempt_in_force(Purpose::Connect, Attempt::Delay)
    })
}

/// Has a first connection pause `delay` milliseconds between two walks over its list; less than 250
/// counts as 250. A little more is added by chance, so that many clients do not return at once.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetConnectAttemptDelay(delay: tibems_int) -> tibems_status {
    entry!({ settings::set_attempt(Purpose::Connect, Attempt::Delay, delay) })
}

/// Returns how many times a reconnect or a recovery walks its list of URLs before it fails; 4
/// unless set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetReconnectAttemptCount() -> tibems_int {
    entry_peek!(0, {
        settings::attempt_in_force(Purpose::Reconnect, Attempt::Count)
    })
}

/// Has a reconnect or a recovery walk its list of URLs `count` times before it fails; 0 counts
/// as 1. This number, once set, takes the place of that of ordinary factories and multiplies
/// that of unshared ones.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetReconnectAttemptCount(count: tibems_int) -> tibems_status {
    entry!({ settings::set_attempt(Purpose::Reconnect, Attempt::Count, count) })
}

/// Returns how many milliseconds a reconnect or a recovery pauses between two walks over its list;
/// 500 unless set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetReconnectAttemptDelay() -> tibems_int {
    entry_peek!(0, {
        settings::attempt_in_force(Purpose::Reconnect, Attempt::Delay)
    })
}

/// Has a reconnect or a recovery pause `delay` milliseconds between two walks over its list; less
/// than 250 counts as 250. A little more is added by chance, so that many clients do not return at
/// once.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetReconnectAttemptDelay(delay: tibems_int) -> tibems_status {
    entry!({ settings::set_attempt(Purpose::Reconnect, Attempt::Delay, delay) })
}

/// Gives one try of one URL in a first connection `timeout` milliseconds; 1 to 99 count as 100.
/// With 0 the option try_timeout (10 s) bounds a try.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetConnectAttemptTimeout(timeout: tibems_int) -> tibems_status {
    entry!({ settings::set_attempt(Purpose::Connect, Attempt::Timeout, timeout) })
}

/// Returns how many milliseconds one try of one URL may take in a first connection; 0 unless set:
/// then the option try_timeout (10 s) bounds it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetConnectAttemptTimeout() -> tibems_int {
    entry_peek!(0, {
        settings::attempt_in_force(Purpose::Connect, Attempt::Timeout)
    })
}

/// Gives one try of one URL in a reconnect or a recovery `timeout` milliseconds; 1 to 99 count
/// as 100. With 0 the option try_timeout (10 s) bounds a try.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetReconnectAttemptTimeout(timeout: tibems_int) -> tibems_status {
    entry!({ settings::set_attempt(Purpose::Reconnect, Attempt::Timeout, timeout) })
}

/// Returns how many milliseconds one try of one URL may take in a reconnect or a recovery; 0 unless
/// set: then the option try_timeout (10 s) bounds it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetReconnectAttemptTimeout() -> tibems_int {
    entry_peek!(0, {
        settings::attempt_in_force(Purpose::Reconnect, Attempt::Timeout)
    })
}

/// Keeps `enabled` for tibems_GetMulticastEnabled. Nothing is multicast here.
///
/// Statuses: TIBEMS_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetMulticastEnabled(
    enabled: MaybeUninit<tibems_bool>,
) -> tibems_status {
    // SAFETY: a parameter passed by C.
    unsafe { turn(&settings::MULTICAST_ENABLED, enabled) }
}

/// Returns what tibems_SetMulticastEnabled was given; TIBEMS_TRUE unless set. Nothing is multicast
/// here.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetMulticastEnabled() -> tibems_bool {
    entry_peek!(tibems_bool::TIBEMS_TRUE, {
        settings::MULTICAST_ENABLED.is_on().into()
    })
}

/// Keeps a copy of `port` for tibems_GetMulticastDaemon; NULL removes it. Nothing is multicast
/// here.
///
/// Statuses: TIBEMS_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetMulticastDaemon(port: *const c_char) -> tibems_status {
    entry!({
        // SAFETY: NULL or a string, as C promises.
        settings::set_multicast_daemon(unsafe { text(port) });
        Ok(())
    })
}

/// Returns what tibems_SetMulticastDaemon was given, NULL for nothing. The text is valid until the
/// next tibems_SetMulticastDaemon of any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetMulticastDaemon() -> *const c_char {
    entry_peek!(std::ptr::null(), {
        settings::multicast_daemon(|port| port.map_or(std::ptr::null(), CStr::as_ptr))
    })
}

/// Decides whether exception listeners are told of a successful failover, with
/// TIBEMS_SERVER_RECONNECTED. `call_exception_listener` holds for all connections of the process.
///
/// Statuses: TIBEMS_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_setExceptionOnFTSwitch(
    call_exception_listener: MaybeUninit<tibems_bool>,
) -> tibems_status {
    // SAFETY: a parameter passed by C.
    unsafe { turn(&settings::EXCEPTION_ON_FT_SWITCH, call_exception_listener) }
}

/// Tells in `is_set` whether exception listeners hear of a successful failover; TIBEMS_FALSE unless
/// set.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_getExceptionOnFTSwitch(is_set: *mut tibems_bool) -> tibems_status {
    // SAFETY: NULL or valid, as C promises.
    show(&settings::EXCEPTION_ON_FT_SWITCH, unsafe {
        Out::new(is_set)
    })
}

/// Decides whether exception listeners are told of every step of a failover:
/// TIBEMS_SERVER_DISCONNECTED, TIBEMS_SERVER_RECONNECTING for each try, TIBEMS_SERVER_RECONNECTED.
/// `call_exception_listener` holds for all connections of the process.
///
/// Statuses: TIBEMS_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetExceptionOnFTEvents(
    call_exception_listener: MaybeUninit<tibems_bool>,
) -> tibems_status {
    // SAFETY: a parameter passed by C.
    unsafe { turn(&settings::EXCEPTION_ON_FT_EVENTS, call_exception_listener) }
}

/// Tells in `is_set` whether exception listeners hear of every step of a failover; TIBEMS_FALSE
/// unless set.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_GetExceptionOnFTEvents(is_set: *mut tibems_bool) -> tibems_status {
    // SAFETY: NULL or valid, as C promises.
    show(&settings::EXCEPTION_ON_FT_EVENTS, unsafe {
        Out::new(is_set)
    })
}

/// Appends the trace that the environment variable TIBEMS_TRACE asks for to the file `file_name`,
/// which is made if it is missing. NULL sends the trace to standard error again and is needed
/// before another file.
///
/// Statuses: TIBEMS_OK; TIBEMS_ILLEGAL_STATE when a file is set already; TIBEMS_IO_FAILED when the
/// file cannot be opened.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetTraceFile(file_name: *const c_char) -> tibems_status {
    entry!({
        // SAFETY: NULL or a string, as C promises.
        let name = unsafe { text(file_name) };
        trace::set_file(name.map(|name| Path::new(OsStr::from_bytes(name.to_bytes()))))
    })
}

/// Tells in `is_multicast` whether `consumer` gets multicast messages: it never does.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG for a NULL output.
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

/// Accepts `listener` and `closure` and forgets them: nothing is multicast, so there is nothing to
/// call a listener for.
///
/// Statuses: TIBEMS_OK.
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

/// Allows or forbids tibemsConnection_Close, tibemsConnection_Stop and tibemsSession_Close inside
/// message listeners, where they are forbidden at first. `allow` holds for the whole process.
///
/// Statuses: TIBEMS_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibems_SetAllowCloseInCallback(
    allow: MaybeUninit<tibems_bool>,
) -> tibems_status {
    // SAFETY: a parameter passed by C.
    unsafe { turn(&settings::ALLOW_CLOSE_IN_CALLBACK, allow) }
}

/// Tells in `is_allowed` whether close and stop may be called inside message listeners;
/// TIBEMS_FALSE unless set.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
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
