//! TLS functions of the whole process: the trace and the version of the TLS library.
//!
//! Nothing here blocks. Called by C programs, from any thread.

use core::ffi::c_char;
use std::mem::MaybeUninit;

use super::entry::{TextBuffer, entry_peek, entry_value};
use super::types::{flag, tibems_bool, tibems_int};
use crate::trace::{self, Topic};

/// Copies the version of the TLS library, `major.minor.update` with its NUL, into the caller's
/// buffer of `bufsize` bytes and returns the buffer. The text is empty when this build has no TLS.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSL_OpenSSLVersion(
    buffer: *mut c_char,
    bufsize: tibems_int,
) -> *const c_char {
    entry_peek!(buffer, {
        // SAFETY: NULL or bufsize bytes, as C promises. A text that does not fit is cut.
        let _ = unsafe { TextBuffer::new(buffer, bufsize) }.set("");
        buffer
    })
}

/// Switches the trace of TLS handshakes on or off for the whole process.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSL_SetTrace(trace: MaybeUninit<tibems_bool>) {
    entry_value!((), {
        // SAFETY: a parameter passed by C.
        trace::switch(Topic::Tls, unsafe { flag(trace) });
        Ok(())
    })
}

/// Switches the trace of TLS details on or off for the whole process.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSL_SetDebugTrace(trace: MaybeUninit<tibems_bool>) {
    entry_value!((), {
        // SAFETY: a parameter passed by C.
        trace::switch(Topic::TlsDebug, unsafe { flag(trace) });
        Ok(())
    })
}

/// Returns whether TLS handshakes are traced.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSL_GetTrace() -> tibems_bool {
    entry_peek!(tibems_bool::TIBEMS_FALSE, {
        trace::is_on(Topic::Tls).into()
    })
}

/// Returns whether TLS details are traced.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSL_GetDebugTrace() -> tibems_bool {
    entry_peek!(tibems_bool::TIBEMS_FALSE, {
        trace::is_on(Topic::TlsDebug).into()
    })
}
