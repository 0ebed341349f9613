//! The error context: text and call of the last error on each thread (spec 10 §1.9).
//!
//! Collection is off until somebody creates a context (C43, D26), so a program that never asks pays
//! one check a call. Threads of the library that run callbacks switch it on with
//! [`open_for_callbacks`]. Nothing here blocks; threads share the count of open contexts and no text.

use core::ffi::{CStr, c_char};
use std::cell::{Cell, RefCell};
use std::ffi::CString;
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::entry::{HandleOut, Out, entry_quiet, invalid_argument};
use super::handle::{self, Handle, Kind, Stored};
use super::types::{tibems_status, tibemsErrorContext};
use crate::clock::Stamp;
use crate::status::{Error, Result, Status};
use crate::thread_end;

/// What a handle of an error context stands for. Any thread may read through it, each its own texts
/// (D26); the thread that opened it closes it.
pub(crate) struct ErrorContext {
    thread: u64,
}

impl Stored for ErrorContext {
    const KIND: Kind = Kind::ErrorContext;
}

/// Text and trace of the last error.
struct Texts {
    text: CString,
    trace: CString,
}

/// How many contexts the process has open; every thread keeps its errors while it is not 0 (D26).
static CONTEXTS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// How many contexts this thread has open; threads that run callbacks always have one.
    static OPEN: Cell<u32> = const { Cell::new(0) };
    /// True while the texts are those of the thread's last call.
    static FILLED: Cell<bool> = const { Cell::new(false) };
    /// Without memory until the first error.
    static TEXTS: RefCell<ManuallyDrop<Option<Texts>>> = const { RefCell::new(ManuallyDrop::new(None)) };
    /// Number of this thread, never given twice in the process.
    static THREAD: u64 = next_thread();
}

fn next_thread() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The thread ends: its texts go.
fn tidy() {
    FILLED.set(false);
    TEXTS.with(|texts| texts.borrow_mut().take());
}

/// Opens a context of this thread.
pub(crate) fn open() -> Handle {
    OPEN.set(OPEN.get() + 1);
    CONTEXTS.fetch_add(1, Ordering::Relaxed);
    handle::insert(Arc::new(ErrorContext {
        thread: THREAD.with(|thread| *thread),
    }))
}

/// Whether this thread keeps its errors.
fn collecting() -> bool {
    CONTEXTS.load(Ordering::Relaxed) > 0 || OPEN.get() > 0
}

/// Switches collection on for a thread of the library, for as long as the thread lives.
pub(crate) fn open_for_callbacks() {
    OPEN.set(OPEN.get().max(1));
}

/// Closes a context that this thread opened.
pub(crate) fn close(context: Handle) -> Result<()> {
    let found = handle::get::<ErrorContext, _>(context.to_raw::<()>())?;
    if found.thread != THREAD.with(|thread| *thread) {
        return Err(invalid_argument(
            "the error context belongs to another thread",
        ));
    }
    handle::remove::<ErrorContext, _>(context.to_raw::<()>())?;
    CONTEXTS.fetch_sub(1, Ordering::Relaxed);
    OPEN.set(OPEN.get().saturating_sub(1));
    if OPEN.get() == 0 {
        clear();
    }
    Ok(())
}

/// Start of a call: what the last one left is forgotten. Its memory stays for whoever still has the
/// address of a text, until the next error of the thread takes its place.
pub(crate) fn clear() {
    FILLED.set(false);
}

/// Keeps an error of this thread, if any context is open. Statuses that are no errors leave the
/// context empty: they come without a text (C44).
pub(crate) fn record(path: impl FnOnce() -> &'static str, error: &Error) {
    if !collecting() || error.text.is_empty() {
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
    if !thread_end::call(tidy) {
        return; // nobody would free the texts
    }
    TEXTS.with(|texts| {
        **texts.borrow_mut() = Some(Texts {
            text: clean(text),
            trace: clean(trace),
        });
    });
    FILLED.set(true);
}

/// The text of the last error of this thread.
#[cfg(test)]
pub(crate) fn last_text() -> String {
    match FILLED.get() {
        true => TEXTS.with(|texts| {
            let texts = texts.borrow();
            let text = texts.as_ref().map(|texts| texts.text.to_string_lossy());
            text.unwrap_or_default().into_owned()
        }),
        false => String::new(),
    }
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
    if context.is_null() && OPEN.get() == 0 {
        return Err(Status::TIBEMS_NOT_INITIALIZED.into());
    }
    TEXTS.with(|texts| {
        let texts = texts.borrow();
        let filled = texts.as_ref().filter(|_| FILLED.get());
        string.set(filled.map_or(c"", choose).as_ptr());
    });
    Ok(())
}

/// Has the library keep a text of each error, for the calling thread and, while the context is
/// open, for all others. `error_context` is the handle to read them with; tibemsErrorContext_Close
/// releases it.
///
/// Every thread has texts of its own. Make a context when the thread starts and close it before the
/// thread ends, or make one in the main thread and read it anywhere: a context gives the last error
/// of the thread that asks. Several contexts of a thread share one text. The last error is
/// forgotten when the thread calls the next function of this library that is no error-context
/// function, tibemsStatus_GetText, tibems_Version or getter of a global setting.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG when `error_context` is NULL.
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

/// Releases `error_context`, a context that the calling thread has made. With the last context of
/// the process the library stops keeping texts. A text got through it stays valid as
/// tibemsErrorContext_GetLastErrorString says.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG when it is no open context or one of another thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsErrorContext_Close(
    error_context: tibemsErrorContext,
) -> tibems_status {
    entry_quiet!({ close(Handle::from_raw(error_context)) })
}

/// Gives the text of the calling thread's last error in `string`: what happened and when. The text
/// is empty when the last call was no error. It belongs to the library and stays valid and
/// unchanged until the next error of the same thread, or the end of that thread: later calls
/// without an error and the close of a context leave it alone. What other threads do never touches
/// it.
///
/// `error_context` is any open context, also one of another thread, or NULL for that of the calling
/// thread, which the threads that run callbacks have, too. Any number of threads may ask through
/// one context at the same time.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG when `string` is NULL or `error_context` is no context;
/// TIBEMS_NOT_INITIALIZED when it is NULL and the thread has no context.
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

/// Gives in `string` which function of this API failed last in the calling thread, and its status.
/// `error_context` and the life of the text are as in tibemsErrorContext_GetLastErrorString.
///
/// Statuses: those of tibemsErrorContext_GetLastErrorString.
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
        entry!({ Err(Error::new(Status::TIBEMS_TIMEOUT, "")) });
        assert_eq!(read(context), (Status::TIBEMS_OK, String::new()));
        entry!({ Err(Error::new(Status::TIBEMS_NOT_FOUND, "")) });
        assert_eq!(read(context).1, "");
        entry!({ Err(Error::new(Status::TIBEMS_NOT_FOUND, "name not bound")) });
        assert!(read(context).1.starts_with("name not bound"));
        assert_eq!(shut(context), Status::TIBEMS_OK);
    }
}
