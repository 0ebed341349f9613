//! The error context: text and call of the last error on each thread (spec 10 §1.9).
//!
//! Collection is off until somebody creates a context (C43, D26), so a program that never asks pays
//! one check a call. Threads of the library that run callbacks switch it on with
//! [`open_for_callbacks`]. Nothing here blocks; threads share the count of open contexts and no text.

use core::ffi::{CStr, c_char};
use std::cell::{Cell, RefCell};
use std::ffi::CString;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::entry::{HandleOut, Out, entry_quiet, invalid_argument};
use super::handle::{self, Handle, Kind, Stored};
use super::types::{tibems_status, tibemsErrorContext};
use crate::clock::Stamp;
use crate::status::{Error, Result, Status};

/// What a handle of an error context stands for. Any thread may read through it, each its own texts
/// (D26); the thread that opened it closes it.
pub(crate) struct ErrorContext {
    thread: u64,
}

impl Stored for ErrorContext {
    const KIND: Kind = Kind::ErrorContext;
}

/// Text and trace of the last error; both empty when the last call was no error.
#[derive(Default)]
struct Texts {
    text: CString,
    trace: CString,
}

/// How many contexts the process has open; every thread keeps its errors while it is not 0 (D26).
static CONTEXTS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// How many contexts this thread has open; threads that run callbacks always have one.
    static OPEN: Cell<u32> = const { Cell::new(0) };
    /// True while the texts hold something.
    static FILLED: Cell<bool> = const { Cell::new(false) };
    static TEXTS: RefCell<Texts> = RefCell::new(Texts::default());
    /// Number of this thread, never given twice in the process.
    static THREAD: u64 = next_thread();
}

fn next_thread() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Opens a context of this thread.
pub(crate) fn open() -> Handle {
    OPEN.with(|open| open.set(open.get() + 1));
    CONTEXTS.fetch_add(1, Ordering::Relaxed);
    handle::insert(Arc::new(ErrorContext {
        thread: THREAD.with(|thread| *thread),
    }))
}

/// Whether this thread keeps its errors.
fn collecting() -> bool {
    CONTEXTS.load(Ordering::Relaxed) > 0 || OPEN.try_with(Cell::get).unwrap_or(0) > 0
}

/// Switches collection on for a thread of the library, for as long as the thread lives.
pub(crate) fn open_for_callbacks() {
    let _ = OPEN.try_with(|open| {
        if open.get() == 0 {
            open.set(1);
        }
    });
}

/// Closes a context that this thread opened.
pub(crate) fn close(context: Handle) -> Result<()> {
    let found = handle::get::<ErrorContext, _>(context.to_raw::<()>())?;
    if Some(found.thread) != THREAD.try_with(|thread| *thread).ok() {
        return Err(invalid_argument(
            "the error context belongs to another thread",
        ));
    }
    handle::remove::<ErrorContext, _>(context.to_raw::<()>())?;
    CONTEXTS.fetch_sub(1, Ordering::Relaxed);
    OPEN.with(|open| open.set(open.get().saturating_sub(1)));
    if OPEN.with(Cell::get) == 0 {
        clear();
    }
    Ok(())
}

/// Start of a call: what the last one left is forgotten.
pub(crate) fn clear() {
    let _ = FILLED.try_with(|filled| {
        if filled.replace(false) {
            let _ = TEXTS.try_with(|texts| *texts.borrow_mut() = Texts::default());
        }
    });
}

/// Keeps an error of this thread, if any context is open. Statuses that are no errors leave the
/// context empty: a timeout, and an error without a text (C44).
pub(crate) fn record(path: impl FnOnce() -> &'static str, error: &Error) {
    if !collecting() || error.status == Status::TIBEMS_TIMEOUT || error.text.is_empty() {
        return;
    }
    let function = path()
        .split("::")
        .find(|part| part.starts_with("tibems") && *part != "tibemsufo");
    fill(
        &format!("{} ({})", error.text, Stamp::now()),
        &format!(
            "{}: {:?} ({})",
            function.unwrap_or("callback"),
            error.status,
            error.status.code()
        ),
    );
}

/// Puts a text in the context that is no error of a call: what a callback is told (spec 10 E1).
pub(crate) fn tell(text: &str) {
    if collecting() {
        fill(&format!("{text} ({})", Stamp::now()), "");
    }
}

fn fill(text: &str, trace: &str) {
    let clean = |text: &str| CString::new(text.replace('\0', " ")).unwrap_or_default();
    let _ = TEXTS.try_with(|texts| {
        *texts.borrow_mut() = Texts {
            text: clean(text),
            trace: clean(trace),
        };
    });
    let _ = FILLED.try_with(|filled| filled.set(true));
}

/// The text of the last error of this thread.
#[cfg(test)]
pub(crate) fn last_text() -> String {
    TEXTS.with(|texts| texts.borrow().text.to_string_lossy().into_owned())
}

/// Stores the address of one of this thread's texts, for NULL or any open context (D26).
fn give(
    context: tibemsErrorContext,
    string: Out<*const c_char>,
    choose: fn(&Texts) -> &CStr,
) -> Result<()> {
    if !context.is_null() {
        handle::get::<ErrorContext, _>(context)?;
    }
    let string = string.required()?;
    if context.is_null() && OPEN.try_with(Cell::get).unwrap_or(0) == 0 {
        return Err(Status::TIBEMS_NOT_INITIALIZED.into());
    }
    TEXTS
        .try_with(|texts| string.set(choose(&texts.borrow()).as_ptr()))
        .map_err(|_| Status::TIBEMS_NOT_INITIALIZED.into())
}

/// Switches the collection of error texts on, for the calling thread and, while the context is
/// open, for all others.
///
/// Each thread has texts of its own. Create a context when the thread starts and close it before
/// the thread ends, or create one in the main thread and read it anywhere: a context gives the last
/// error of the thread that asks. A second context of a thread shares its storage with the first.
/// The texts are cleared when the thread calls the next function of this library that is not an error-context
/// function, tibemsStatus_GetText, tibems_Version or a getter of a global setting.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG when `error_context` is NULL. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsErrorContext_Create(
    error_context: *mut tibemsErrorContext,
) -> tibems_status {
    entry_quiet!({
        // SAFETY: NULL or valid, as documented.
        let out = unsafe { HandleOut::new(error_context) }.required()?;
        out.set(open());
        Ok(())
    })
}

/// Closes an error context of the calling thread. Collection ends with the last context.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG when the handle is no open context or belongs to another thread.
/// Strings obtained through it must not be used afterwards. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsErrorContext_Close(
    error_context: tibemsErrorContext,
) -> tibems_status {
    entry_quiet!({ close(Handle::from_raw(error_context)) })
}

/// Stores the address of the text of the calling thread's last error: what happened and when.
///
/// The text is empty when the last call was no error. It belongs to the library and is valid until
/// the thread's next call that clears it, or until the thread closes its context. `error_context`
/// is any open context, also one of another thread, or NULL for the context of the calling thread,
/// which the threads that run callbacks have, too.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG when `string` is NULL or `error_context` is no context;
/// TIBEMS_NOT_INITIALIZED when it is NULL and the thread has no context. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsErrorContext_GetLastErrorString(
    error_context: tibemsErrorContext,
    string: *mut *const c_char,
) -> tibems_status {
    entry_quiet!({
        // SAFETY: NULL or valid, as documented.
        give(error_context, unsafe { Out::new(string) }, |texts| {
            &texts.text
        })
    })
}

/// Stores the address of the trace of the calling thread's last error: the function of the API
/// that failed and its status.
///
/// Rules, lifetime and statuses are those of tibemsErrorContext_GetLastErrorString.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsErrorContext_GetLastErrorStackTrace(
    error_context: tibemsErrorContext,
    string: *mut *const c_char,
) -> tibems_status {
    entry_quiet!({
        // SAFETY: NULL or valid, as documented.
        give(error_context, unsafe { Out::new(string) }, |texts| {
            &texts.trace
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi::entry::entry;

    fn read(context: tibemsErrorContext) -> (tibems_status, String) {
        let mut text = std::ptr::null();
        // SAFETY: a live variable.
        let status = unsafe { tibemsErrorContext_GetLastErrorString(context, &mut text) };
        if text.is_null() {
            return (status, String::new());
        }
        // SAFETY: the library's text, valid until the next clearing call.
        let text = unsafe { CStr::from_ptr(text) };
        (status, text.to_string_lossy().into_owned())
    }

    fn create() -> tibemsErrorContext {
        let mut context = std::ptr::null_mut();
        // SAFETY: a live variable.
        let status = unsafe { tibemsErrorContext_Create(&mut context) };
        assert_eq!(status, Status::TIBEMS_OK);
        context
    }

    fn shut(context: tibemsErrorContext) -> tibems_status {
        // SAFETY: any value may be passed.
        unsafe { tibemsErrorContext_Close(context) }
    }

    #[test]
    fn without_a_context_nothing_is_kept() {
        std::thread::spawn(|| {
            entry!({ Err(Status::TIBEMS_INVALID_NAME.into()) });
            assert_eq!(read(std::ptr::null_mut()).0, Status::TIBEMS_NOT_INITIALIZED);
        })
        .join()
        .unwrap();
    }

    #[test]
    fn two_contexts_of_a_thread_share_their_storage() {
        let (first, second) = (create(), create());
        assert_ne!(first, second);
        entry!({ Err(Error::new(Status::TIBEMS_IO_FAILED, "disk gone")) });
        assert!(
            read(second).1.starts_with("disk gone (20"),
            "{:?}",
            read(second)
        );
        assert_eq!(shut(first), Status::TIBEMS_OK);
        assert_eq!(shut(first), Status::TIBEMS_INVALID_ARG);
        assert_eq!(read(first).0, Status::TIBEMS_INVALID_ARG);
        assert!(read(std::ptr::null_mut()).1.starts_with("disk gone"));
        assert_eq!(shut(second), Status::TIBEMS_OK);
        assert_eq!(read(std::ptr::null_mut()).0, Status::TIBEMS_NOT_INITIALIZED);
    }

    #[test]
    fn a_context_gives_the_last_error_of_the_thread_that_asks() {
        let context = create();
        entry!({ Err(Error::new(Status::TIBEMS_IO_FAILED, "error of the maker")) });
        let address = context as usize;
        std::thread::spawn(move || {
            let raw = std::ptr::without_provenance_mut(address);
            assert_eq!(read(raw), (Status::TIBEMS_OK, String::new()));
            entry!({ Err(Error::new(Status::TIBEMS_IO_FAILED, "error of the other")) });
            assert!(read(raw).1.starts_with("error of the other"));
            assert_eq!(read(std::ptr::null_mut()).0, Status::TIBEMS_NOT_INITIALIZED);
            // C43: it is not this thread's to close
            assert_eq!(shut(raw), Status::TIBEMS_INVALID_ARG);
        })
        .join()
        .unwrap();
        assert!(read(context).1.starts_with("error of the maker"));
        assert_eq!(shut(context), Status::TIBEMS_OK);
    }

    #[test]
    fn what_is_no_error_leaves_the_text_empty() {
        let context = create();
        entry!({ Err(Status::TIBEMS_TIMEOUT.into()) });
        assert_eq!(read(context), (Status::TIBEMS_OK, String::new()));
        entry!({ Err(Error::new(Status::TIBEMS_NOT_FOUND, "")) });
        assert_eq!(read(context).1, "");
        entry!({ Err(Error::new(Status::TIBEMS_NOT_FOUND, "name not bound")) });
        assert!(read(context).1.starts_with("name not bound"));
        assert_eq!(shut(context), Status::TIBEMS_OK);
    }
}
