//! How an exported function begins and ends, and how it reads and writes what C passes.
//!
//! Every function of the API is one `entry!` (or one of its variants) around its body:
//!
//! | macro | clears and fills the error context | result |
//! | --- | --- | --- |
//! | `entry!({ … })` | yes | body `Result<()>` → `tibems_status` |
//! | `entry_value!(fallback, { … })` | yes | body `Result<T>` → `T`, the fallback on an error |
//! | `entry_memory!({ … })` | yes | as `entry!`, for a body that works on memory alone |
//! | `entry_quiet!({ … })` | no (spec 10 C41) | body `Result<()>` → `tibems_status`, memory alone |
//! | `entry_peek!(fallback, { … })` | no (spec 10 C41) | body `T`, the fallback on a panic, memory alone |
//!
//! The first two hold a cancellation of the calling thread back (`cancellation`). Memory alone: the body reaches no
//! cancellation point of the C library, so that it need not pay for that: no socket, wake-up, file, sleep or lock of a
//! connection. The files that deal with messages name it `entry`.
//!
//! A panic becomes TIBEMS_EXCEPTION or the fallback. Handles are resolved by `ffi::handle`, which
//! also refuses those of a parent process. Arguments that are pointers go through the helpers below, in
//! one unsafe block at the top of the body. Nothing here blocks.

use core::ffi::{CStr, c_char, c_void};
use std::ptr::NonNull;

use super::error_context;
use super::handle::Handle;
use crate::status::{Error, Result, Status, tibems_status};
use crate::{cancellation, guard};

/// The path of the enclosing function; its last part is the name that C knows.
macro_rules! function_path {
    () => {{
        fn here() {}
        || std::any::type_name_of_val(&here)
    }};
}

/// Opens a function that returns a status.
macro_rules! entry {
    ($body:block) => {
        $crate::cancellation::held_back(|| $crate::ffi::entry::entry_memory!($body))
    };
}

/// Opens a function that returns a status and works on memory alone.
macro_rules! entry_memory {
    ($body:block) => {
        $crate::ffi::entry::status(
            $crate::ffi::entry::function_path!(),
            || -> $crate::status::Result<()> { $body },
        )
    };
}

/// Opens a function that returns a value and has no status: `fallback` on an error.
macro_rules! entry_value {
    ($fallback:expr, $body:block) => {
        $crate::ffi::entry::value(
            $crate::ffi::entry::function_path!(),
            $fallback,
            || -> $crate::status::Result<_> { $body },
        )
    };
}

/// Opens a function that returns a status and leaves the error context as it is.
macro_rules! entry_quiet {
    ($body:block) => {
        $crate::ffi::entry::status_quiet(|| -> $crate::status::Result<()> { $body })
    };
}

/// Opens a getter that returns a value and leaves the error context as it is.
macro_rules! entry_peek {
    ($fallback:expr, $body:block) => {
        $crate::ffi::entry::peek($fallback, || $body)
    };
}

pub(crate) use {entry, entry_memory, entry_peek, entry_quiet, entry_value, function_path};

/// Body of `entry_memory!`.
pub(crate) fn status(
    path: impl FnOnce() -> &'static str,
    body: impl FnOnce() -> Result<()>,
) -> tibems_status {
    error_context::clear();
    match guard::catch(body) {
        Ok(Ok(())) => Status::TIBEMS_OK,
        Ok(Err(error)) => record(path, &error),
        Err(panic) => record(path, &Error::new(Status::TIBEMS_EXCEPTION, panic)),
    }
}

/// Body of `entry_value!`.
pub(crate) fn value<T>(
    path: impl FnOnce() -> &'static str,
    fallback: T,
    body: impl FnOnce() -> Result<T>,
) -> T {
    cancellation::held_back(|| {
        error_context::clear();
        match guard::catch(body) {
            Ok(Ok(value)) => return value,
            Ok(Err(error)) => record(path, &error),
            Err(panic) => record(path, &Error::new(Status::TIBEMS_EXCEPTION, panic)),
        };
        fallback
    })
}

/// Body of `entry_quiet!`.
pub(crate) fn status_quiet(body: impl FnOnce() -> Result<()>) -> tibems_status {
    match guard::catch(body) {
        Ok(Ok(())) => Status::TIBEMS_OK,
        Ok(Err(error)) => error.status,
        Err(_) => Status::TIBEMS_EXCEPTION,
    }
}

/// Body of `entry_peek!`.
pub(crate) fn peek<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    guard::catch(body).unwrap_or(fallback)
}

#[cold]
fn record(path: impl FnOnce() -> &'static str, error: &Error) -> tibems_status {
    error_context::record(path, error);
    error.status
}

/// The answer of a function whose work this library does not do: TIBEMS_NOT_IMPLEMENTED, with the
/// reason in the error context.
pub(crate) fn not_implemented<T>(reason: &'static str) -> Result<T> {
    Err(Error::new(Status::TIBEMS_NOT_IMPLEMENTED, reason))
}

/// A TIBEMS_INVALID_ARG that names the argument.
#[cold]
pub(crate) fn invalid_argument(text: &'static str) -> Error {
    Error::new(Status::TIBEMS_INVALID_ARG, text)
}

/// An output parameter: NULL, or where the result goes.
#[derive(Clone, Copy)]
pub(crate) struct Out<T>(Option<NonNull<T>>);

impl<T> Out<T> {
    /// Wraps an output pointer of a C caller. Nothing is written yet.
    ///
    /// # Safety
    /// `pointer` is NULL or valid for writing one `T` until the call returns.
    pub(crate) unsafe fn new(pointer: *mut T) -> Self {
        Out(NonNull::new(pointer))
    }

    /// TIBEMS_INVALID_ARG when the pointer is NULL. To be called where the argument's turn is.
    pub(crate) fn required(self) -> Result<Self> {
        match self.0 {
            Some(_) => Ok(self),
            None => Err(invalid_argument("an output pointer is NULL")),
        }
    }

    /// Writes the result; without a pointer nothing happens.
    pub(crate) fn set(self, value: T) {
        if let Some(pointer) = self.0 {
            // SAFETY: valid for writing (contract of new); C memory needs no drop.
            unsafe { pointer.as_ptr().write(value) };
        }
    }
}

/// An output parameter that receives a handle: NULL from the start of the call, so that it is NULL
/// whenever the status is not TIBEMS_OK (spec 10 G4).
#[derive(Clone, Copy)]
pub(crate) struct HandleOut<T>(Out<*mut T>);

impl<T> HandleOut<T> {
    /// Wraps an output pointer of a C caller and stores NULL there.
    ///
    /// # Safety
    /// As [`Out::new`].
    pub(crate) unsafe fn new(pointer: *mut *mut T) -> Self {
        // SAFETY: the contract is passed on.
        let out = unsafe { Out::new(pointer) };
        out.set(std::ptr::null_mut());
        HandleOut(out)
    }

    /// TIBEMS_INVALID_ARG when the pointer is NULL. To be called where the argument's turn is.
    pub(crate) fn required(self) -> Result<Self> {
        self.0.required().map(HandleOut)
    }

    /// Writes the handle.
    pub(crate) fn set(self, handle: Handle) {
        self.0.set(handle.to_raw());
    }
}

/// A text argument; `None` for NULL. Everything that keeps it copies it.
///
/// # Safety
/// `pointer` is NULL or a NUL-terminated string that stays valid until the call returns.
pub(crate) unsafe fn text<'a>(pointer: *const c_char) -> Option<&'a CStr> {
    if pointer.is_null() {
        return None;
    }
    // SAFETY: not NULL, so terminated and valid (contract above).
    Some(unsafe { CStr::from_ptr(pointer) })
}

/// A text argument as UTF-8: `None` for NULL, TIBEMS_INVALID_ARG when it is not UTF-8.
///
/// # Safety
/// As [`text`].
pub(crate) unsafe fn utf8<'a>(pointer: *const c_char) -> Result<Option<&'a str>> {
    // SAFETY: the contract is passed on.
    match unsafe { text(pointer) }.map(CStr::to_str) {
        None => Ok(None),
        Some(Ok(text)) => Ok(Some(text)),
        Some(Err(_)) => Err(invalid_argument("a text argument is not UTF-8")),
    }
}

/// A data argument of `length` bytes: `None` for NULL with a length that is not 0.
///
/// # Safety
/// `pointer` is NULL or valid for reading `length` bytes until the call returns.
pub(crate) unsafe fn bytes<'a>(pointer: *const c_void, length: usize) -> Option<&'a [u8]> {
    // SAFETY: the contract is passed on; bytes need no alignment.
    unsafe { elements(pointer.cast(), length) }
}

/// An array argument of `count` elements: `None` for NULL with a count that is not 0.
///
/// # Safety
/// `pointer` is NULL or valid for reading `count` elements until the call returns.
pub(crate) unsafe fn elements<'a, T>(pointer: *const T, count: usize) -> Option<&'a [T]> {
    if count == 0 {
        return Some(&[]);
    }
    if pointer.is_null() {
        return None;
    }
    // SAFETY: not NULL and readable (contract above); C arrays are never larger than isize::MAX.
    Some(unsafe { std::slice::from_raw_parts(pointer, count) })
}

/// A caller's buffer for a text.
#[derive(Clone, Copy)]
pub(crate) struct TextBuffer {
    start: Option<NonNull<u8>>,
    size: usize,
}

impl TextBuffer {
    /// Wraps a buffer of `size` bytes; a negative size counts as 0.
    ///
    /// # Safety
    /// `buffer` is NULL or valid for writing `size` bytes until the call returns.
    pub(crate) unsafe fn new(buffer: *mut c_char, size: i32) -> Self {
        TextBuffer {
            start: NonNull::new(buffer.cast()),
            size: usize::try_from(size).unwrap_or(0),
        }
    }

    /// TIBEMS_INVALID_ARG when there is no room for anything.
    pub(crate) fn required(self) -> Result<Self> {
        if self.start.is_none() || self.size == 0 {
            return Err(invalid_argument("the buffer is NULL or has no room"));
        }
        Ok(self)
    }

    /// Copies the text with its NUL. What does not fit is cut at a character's border, and the
    /// result is TIBEMS_INSUFFICIENT_BUFFER.
    pub(crate) fn set(self, text: &str) -> Result<()> {
        let Some(start) = self.start else {
            return Err(invalid_argument("the buffer is NULL"));
        };
        let Some(room) = self.size.checked_sub(1) else {
            return Err(invalid_argument("the buffer has no room"));
        };
        let fits = |end: &usize| *end <= room && text.is_char_boundary(*end);
        let kept = &text[..(0..=text.len().min(room)).rev().find(fits).unwrap_or(0)];
        // SAFETY: kept.len() + 1 <= size bytes are writable (contract of new), and the text of
        // the library does not overlap the caller's buffer.
        unsafe {
            start.copy_from_nonoverlapping(NonNull::from(kept.as_bytes()).cast(), kept.len());
            start.add(kept.len()).write(0);
        }
        if kept.len() < text.len() {
            return Err(Status::TIBEMS_INSUFFICIENT_BUFFER.into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_exception_and_its_text_is_kept() {
        let context = error_context::open();
        let status = entry!({ panic!("broken inside") });
        assert_eq!(status, Status::TIBEMS_EXCEPTION);
        assert!(error_context::last_text().starts_with("broken inside ("));
        assert_eq!(entry!({ Ok(()) }), Status::TIBEMS_OK);
        assert_eq!(error_context::last_text(), "");
        assert!(error_context::close(context).is_ok());
    }

    #[test]
    fn quiet_entries_leave_the_context_alone() {
        let context = error_context::open();
        entry!({ Err(Status::TIBEMS_INVALID_NAME.into()) });
        let before = error_context::last_text();
        assert!(
            before.contains(Status::TIBEMS_INVALID_NAME.text()),
            "{before}"
        );
        assert_eq!(
            entry_quiet!({ Err(Status::TIBEMS_INVALID_ARG.into()) }),
            Status::TIBEMS_INVALID_ARG
        );
        assert_eq!(entry_peek!(3, { panic!("no") }), 3);
        assert_eq!(error_context::last_text(), before);
        assert_eq!(entry_value!(4, { not_implemented("not here") }), 4);
        assert!(error_context::last_text().starts_with("not here"));
        assert!(error_context::close(context).is_ok());
    }

    #[test]
    fn texts_are_cut_at_a_character() {
        let mut room = [b'x'; 5];
        // SAFETY: five bytes.
        let buffer = unsafe { TextBuffer::new(room.as_mut_ptr().cast(), 5) };
        assert_eq!(
            buffer.set("abcé").unwrap_err().status,
            Status::TIBEMS_INSUFFICIENT_BUFFER
        );
        assert_eq!(&room, b"abc\0x");
        assert!(buffer.set("abcd").is_ok());
        assert_eq!(&room, b"abcd\0");
        // SAFETY: NULL is allowed.
        let none = unsafe { TextBuffer::new(std::ptr::null_mut(), 5) };
        assert!(none.required().is_err());
    }

    #[test]
    fn handle_outputs_are_null_until_set() {
        let mut slot = std::ptr::dangling_mut::<c_void>();
        // SAFETY: a live variable.
        let out = unsafe { HandleOut::new(&mut slot) };
        assert!(out.required().is_ok());
        assert!(slot.is_null());
        // SAFETY: NULL is allowed.
        let none = unsafe { HandleOut::<c_void>::new(std::ptr::null_mut()) };
        assert!(none.required().is_err());
    }
}
