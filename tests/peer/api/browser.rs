//! Browsers.

use std::ffi::c_int;
use std::ptr::null_mut;

use super::{Call, Msg, Object, call, made};
use crate::peer::statuses::library;

library! {
    fn tibemsQueueBrowser_GetNext(browser: Object, message: *mut Object) -> c_int;
    fn tibemsQueueBrowser_Close(browser: Object) -> c_int;
}

/// A browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Browser(pub(super) usize);

impl Browser {
    pub fn close(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsQueueBrowser_Close(self.0 as Object) })
    }

    pub fn next(self) -> Call<Msg> {
        let mut message = null_mut();
        // SAFETY: handles are checked by the library; a place for the result.
        let status = unsafe { tibemsQueueBrowser_GetNext(self.0 as Object, &mut message) };
        made(status, message).map(Msg)
    }

    /// Reads and destroys the next message, a text.
    pub fn next_text(self) -> Call<String> {
        let message = self.next()?;
        let text = message.body();
        message.destroy();
        Ok(text)
    }
}
