//! The library as a C program sees it: thin wrappers of the exported functions.
//!
//! The prototypes are declared here, as a C program's header declares them, and the linker finds the
//! functions. Nothing is closed by itself: closing is part of what the dialogues test.
//!
//! One file an object, each with the prototypes of its functions and wrappers without a decision in them.

mod browser;
mod connection;
mod consumer;
mod destination;
mod factory;
mod message;
mod producer;
mod requestor;
mod session;
mod subscriptions;

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::fmt;
use std::ptr::{null, null_mut};

use super::statuses::library;
use tibemsufo as _;
pub use tibemsufo::status::Status;

pub use browser::Browser;
pub use connection::Connection;
pub use consumer::Consumer;
pub use destination::Destination;
pub use factory::{Factory, Setup, connect, connect_as};
pub use message::Msg;
pub use producer::Producer;
pub use requestor::Requestor;
pub use session::Session;

type Object = *mut c_void;

library! {
    fn tibemsErrorContext_Create(context: *mut Object) -> c_int;
    fn tibemsErrorContext_GetLastErrorString(context: Object, text: *mut *const c_char) -> c_int;
    fn tibemsStatus_GetText(status: c_int) -> *const c_char;
    fn tibems_SetTraceFile(path: *const c_char) -> c_int;
    fn tibems_SetExceptionOnFTEvents(on: c_int) -> c_int;
    fn tibems_SetAllowCloseInCallback(on: c_int) -> c_int;
}

/// Acknowledge modes.
pub const AUTO: i32 = 1;
pub const CLIENT: i32 = 2;
pub const DUPS_OK: i32 = 3;
pub const NO_ACK: i32 = 22;
pub const EXPLICIT: i32 = 23;

/// Delivery modes.
pub const NON_PERSISTENT: i32 = 1;
pub const PERSISTENT: i32 = 2;
pub const RELIABLE: i32 = 22;

/// A call that did not return OK.
#[derive(Clone, PartialEq, Eq)]
pub struct Failure {
    pub status: i32,
    /// What the error context of the thread said
    pub text: String,
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SAFETY: the text of every number is a constant.
        let name = unsafe { CStr::from_ptr(tibemsStatus_GetText(self.status)) };
        write!(
            f,
            "{} ({}): {}",
            self.status,
            name.to_string_lossy(),
            self.text
        )
    }
}

/// Result of a call.
pub type Call<T = ()> = Result<T, Failure>;

/// Has this thread keep the texts of errors from now on.
pub fn keep_errors() {
    let mut context = null_mut();
    // SAFETY: a place for the handle.
    call(unsafe { tibemsErrorContext_Create(&mut context) }).expect("an error context");
}

/// What the error context of this thread holds.
pub fn last_error() -> String {
    let mut text = null();
    // SAFETY: NULL is the thread's own context; the text is copied before the next call.
    unsafe {
        if tibemsErrorContext_GetLastErrorString(null_mut(), &mut text) == 0 && !text.is_null() {
            CStr::from_ptr(text).to_string_lossy().into_owned()
        } else {
            String::new()
        }
    }
}

fn call(status: c_int) -> Call {
    match status {
        0 => Ok(()),
        status => Err(Failure {
            status,
            text: last_error(),
        }),
    }
}

fn made(status: c_int, object: Object) -> Call<usize> {
    match (status, object.is_null()) {
        (0, false) => Ok(object as usize),
        (0, true) => panic!("OK without an object"),
        (_, false) => panic!("status {status} with an object"),
        (_, true) => call(status).map(|()| 0),
    }
}

fn c(text: &str) -> CString {
    CString::new(text).expect("no NUL")
}

fn ptr(text: &Option<CString>) -> *const c_char {
    text.as_ref().map_or(null(), |text| text.as_ptr())
}

/// Fails unless the call returned this status.
#[track_caller]
pub fn expect_status<T: fmt::Debug>(result: Call<T>, status: Status) -> Failure {
    match result {
        Err(failure) if failure.status == status.code() => failure,
        other => panic!("{other:?}, expected {} ({status:?})", status.code()),
    }
}

/// Sends the trace of this process to a file (only in dialogues that have their own).
pub fn trace_to(path: &std::path::Path) {
    super::assert_apart();
    let path = c(path.to_str().expect("a path that is text"));
    // SAFETY: a live text.
    call(unsafe { tibems_SetTraceFile(path.as_ptr()) }).expect("a trace file");
}

/// Asks for failover events in this process (only in dialogues that have their own).
pub fn report_failover_events() {
    super::assert_apart();
    // SAFETY: a plain setter.
    call(unsafe { tibems_SetExceptionOnFTEvents(1) }).expect("events on");
}

/// Allows close and stop in callbacks in this process (only in dialogues that have their own).
pub fn allow_close_in_callback() {
    super::assert_apart();
    // SAFETY: a plain setter.
    call(unsafe { tibems_SetAllowCloseInCallback(1) }).expect("allowed");
}
