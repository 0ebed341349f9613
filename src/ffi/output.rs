//! Printed text on its way to C: the standard output, a stream of the C library, a buffer (spec 30 §7).
//!
//! Everything goes through the C library's streams, so that the order with the program's own output holds. Blocks as long as
//! the stream does. Called by the print functions.

use core::ffi::c_char;

use libc::FILE;

use super::entry::invalid_argument;
use super::types::tibems_int;
use crate::status::{Result, Status};

unsafe extern "C" {
    /// The standard output of the C library.
    static stdout: *mut FILE;
}

/// Writes to the standard output of the program.
pub(crate) fn print_to_stdout(text: &[u8]) {
    // SAFETY: the stream of the C library, or what the program put in its place.
    unsafe { print_to_file(stdout, text) };
}

/// Writes to a stream; nothing for NULL.
///
/// # Safety
/// `file` is NULL or an open stream.
pub(crate) unsafe fn print_to_file(file: *mut FILE, text: &[u8]) {
    if !file.is_null() {
        // SAFETY: an open stream (contract above) and readable bytes.
        unsafe { libc::fwrite(text.as_ptr().cast(), 1, text.len(), file) };
    }
}

/// Stores text and NUL in a buffer; what does not fit is cut at a character's border and gives
/// TIBEMS_INSUFFICIENT_BUFFER.
///
/// # Safety
/// `buffer` is NULL or valid for writing `maxlen` bytes.
pub(crate) unsafe fn print_to_buffer(
    buffer: *mut c_char,
    maxlen: tibems_int,
    print: impl FnOnce() -> Result<Vec<u8>>,
) -> Result<()> {
    if buffer.is_null() {
        return Err(invalid_argument("the buffer is NULL"));
    }
    let text = print()?;
    let Some(room) = usize::try_from(maxlen)
        .ok()
        .and_then(|size| size.checked_sub(1))
    else {
        return Err(Status::TIBEMS_INSUFFICIENT_BUFFER.into());
    };
    let kept = &text[..cut(&text, room)];
    // SAFETY: kept.len() + 1 <= maxlen bytes are writable (contract above).
    unsafe {
        let start = buffer.cast::<u8>();
        start.copy_from_nonoverlapping(kept.as_ptr(), kept.len());
        start.add(kept.len()).write(0);
    }
    if kept.len() < text.len() {
        Err(Status::TIBEMS_INSUFFICIENT_BUFFER.into())
    } else {
        Ok(())
    }
}

/// How much of the text fits without cutting a UTF-8 sequence.
fn cut(text: &[u8], room: usize) -> usize {
    if text.len() <= room {
        return text.len();
    }
    let continues = |at: &usize| text[*at] & 0xC0 == 0x80;
    // no sequence has more than three continuation bytes; longer runs are no UTF-8
    let start = (room.saturating_sub(3)..=room)
        .rev()
        .find(|at| !continues(at));
    start.unwrap_or(room)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str, size: i32) -> (Option<Status>, Vec<u8>) {
        let mut buffer = vec![b'#'; 16];
        // SAFETY: 16 bytes are there.
        let result = unsafe {
            print_to_buffer(buffer.as_mut_ptr().cast(), size, || {
                Ok(text.as_bytes().to_vec())
            })
        };
        (result.err().map(|error| error.status), buffer)
    }

    #[test]
    fn fits_or_is_cut_between_characters() {
        let short = Some(Status::TIBEMS_INSUFFICIENT_BUFFER);
        assert_eq!(
            printed("aé", 4),
            (None, b"a\xC3\xA9\0############".to_vec())
        );
        assert_eq!(printed("aé", 3), (short, b"a\0##############".to_vec()));
        assert_eq!(printed("aé", 1), (short, b"\0###############".to_vec()));
        assert_eq!(printed("aé", 0), (short, b"################".to_vec()));
        assert_eq!(printed("aé", -1).0, short);
    }
}
