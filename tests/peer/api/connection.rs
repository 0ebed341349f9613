//! Connections and exception listeners.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::null_mut;

use super::{Call, Object, Session, c, call, made};
use crate::peer::statuses::library;

library! {
    fn tibemsConnection_Close(connection: Object) -> c_int;
    fn tibemsConnection_Start(connection: Object) -> c_int;
    fn tibemsConnection_Stop(connection: Object) -> c_int;
    fn tibemsConnection_IsDisconnected(connection: Object, disconnected: *mut c_int) -> c_int;
    fn tibemsConnection_GetActiveURL(connection: Object, url: *mut *mut c_char) -> c_int;
    fn tibemsConnection_SetClientId(connection: Object, id: *const c_char) -> c_int;
    fn tibemsConnection_SetExceptionListener(
        connection: Object,
        listener: Option<OnException>,
        closure: *const c_void,
    ) -> c_int;
    fn tibemsConnection_CreateSession(
        connection: Object,
        session: *mut Object,
        transacted: c_int,
        mode: c_int,
    ) -> c_int;
}

type OnException = unsafe extern "C" fn(Object, c_int, *mut c_void);
type Listener = Box<dyn Fn(i32) + Send + Sync>;

unsafe extern "C" fn exception(_: Object, status: c_int, closure: *mut c_void) {
    // SAFETY: the closure is the leaked box of `on_exception`.
    unsafe { (*closure.cast::<Listener>())(status) }
}

/// A connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connection(pub(super) usize);

impl Connection {
    pub fn close(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsConnection_Close(self.0 as Object) })
    }

    pub fn start(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsConnection_Start(self.0 as Object) })
    }

    pub fn stop(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsConnection_Stop(self.0 as Object) })
    }

    pub fn set_client_id(self, id: &str) -> Call {
        // SAFETY: handles are checked by the library, the text lives.
        call(unsafe { tibemsConnection_SetClientId(self.0 as Object, c(id).as_ptr()) })
    }

    pub fn is_disconnected(self) -> bool {
        let mut flag = -1;
        // SAFETY: handles are checked by the library; a place for the result.
        call(unsafe { tibemsConnection_IsDisconnected(self.0 as Object, &mut flag) })
            .expect("never fails");
        assert!(flag == 0 || flag == 1, "a truth value of {flag}");
        flag == 1
    }

    pub fn active_url(self) -> Call<String> {
        let mut url = null_mut();
        // SAFETY: the text is ours and freed here.
        unsafe {
            call(tibemsConnection_GetActiveURL(self.0 as Object, &mut url))?;
            let text = CStr::from_ptr(url).to_string_lossy().into_owned();
            libc::free(url.cast());
            Ok(text)
        }
    }

    /// Sets the exception listener.
    pub fn on_exception(self, listener: impl Fn(i32) + Send + Sync + 'static) {
        let closure: *mut Listener = Box::into_raw(Box::new(Box::new(listener)));
        // SAFETY: the closure is never freed, so that late calls are harmless.
        call(unsafe {
            tibemsConnection_SetExceptionListener(
                self.0 as Object,
                Some(exception),
                closure.cast::<c_void>(),
            )
        })
        .expect("listener set");
    }

    /// A session that is not transacted.
    pub fn session(self, mode: i32) -> Call<Session> {
        let mut session = null_mut();
        // SAFETY: handles are checked by the library; a place for the result.
        let status =
            unsafe { tibemsConnection_CreateSession(self.0 as Object, &mut session, 0, mode) };
        made(status, session).map(Session)
    }

    /// A transacted session.
    pub fn transacted(self) -> Call<Session> {
        let mut session = null_mut();
        // SAFETY: handles are checked by the library; a place for the result.
        let status =
            unsafe { tibemsConnection_CreateSession(self.0 as Object, &mut session, 1, 0) };
        made(status, session).map(Session)
    }
}
