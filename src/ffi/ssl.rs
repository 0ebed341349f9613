//! TLS functions of the whole process: the trace and the version of the TLS library.
//!
//! Nothing here blocks. Called by C programs, from any thread.

use core::ffi::c_char;
use std::mem::MaybeUninit;

use super::entry::{TextBuffer, entry_peek, entry_value};
use super::types::{flag, tibems_bool, tibems_int};
use crate::trace::{self, Topic};

/// The three parts of OpenSSL's version number. From 3 on the update stands where letters stood.
fn version(number: i64) -> (i64, i64, i64) {
    let part = |shift: u32| number >> shift & 0xff;
    let major = number >> 28 & 0xf;
    (major, part(20), part(if major < 3 { 12 } else { 4 }))
}

/// Writes the version of the TLS library, `major.minor.update` with its NUL, into `buffer`, which
/// has room for `bufsize` bytes, and returns `buffer`. What does not fit is left out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSL_OpenSSLVersion(
    buffer: *mut c_char,
    bufsize: tibems_int,
) -> *const c_char {
    entry_peek!(buffer, {
        let (major, minor, update) = version(openssl::version::number());
        // SAFETY: NULL or bufsize bytes, as C promises.
        let room = unsafe { TextBuffer::new(buffer, bufsize) };
        // There is no status to return: a text that does not fit is cut.
        let _ = room.set(&format!("{major}.{minor}.{update}"));
        buffer
    })
}

/// Has TLS handshakes of the whole process traced, or not, as `trace` says. TLS is not built yet,
/// so there is nothing to trace. Returns nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSL_SetTrace(trace: MaybeUninit<tibems_bool>) {
    entry_value!((), {
        // SAFETY: a parameter passed by C.
        trace::switch(Topic::Tls, unsafe { flag(trace) });
        Ok(())
    })
}

/// Has TLS details of the whole process traced, or not, as `trace` says. TLS is not built yet, so
/// there is nothing to trace. Returns nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSL_SetDebugTrace(trace: MaybeUninit<tibems_bool>) {
    entry_value!((), {
        // SAFETY: a parameter passed by C.
        trace::switch(Topic::TlsDebug, unsafe { flag(trace) });
        Ok(())
    })
}

/// Returns whether TLS handshakes are to be traced.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSL_GetTrace() -> tibems_bool {
    entry_peek!(tibems_bool::TIBEMS_FALSE, {
        trace::is_on(Topic::Tls).into()
    })
}

/// Returns whether TLS details are to be traced.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsSSL_GetDebugTrace() -> tibems_bool {
    entry_peek!(tibems_bool::TIBEMS_FALSE, {
        trace::is_on(Topic::TlsDebug).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_before_and_after_3_are_read() {
        assert_eq!(version(0x1010_117f), (1, 1, 1));
        assert_eq!(version(0x3000_0080), (3, 0, 8));
        assert_eq!(version(0x3020_0010), (3, 2, 1));
    }

    #[test]
    fn the_version_is_copied_and_cut() {
        let mut room = [b'x'; 4];
        // SAFETY: four bytes; NULL is allowed.
        unsafe {
            let start = room.as_mut_ptr().cast();
            assert_eq!(tibemsSSL_OpenSSLVersion(start, 4), start.cast_const());
            assert_eq!((room[1], room[3]), (b'.', 0));
            assert!(tibemsSSL_OpenSSLVersion(std::ptr::null_mut(), 4).is_null());
        }
    }
}
