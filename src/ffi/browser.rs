//! Queue browsers.
//!
//! Reading the next message blocks until the server has answered. Called by C programs.
//!
//! This release makes no browser, so every handle of one is a bad handle.

use core::ffi::c_char;

use super::entry::{HandleOut, entry};
use super::handle::Kind;
use super::types::{tibems_status, tibemsMsg, tibemsQueue, tibemsQueueBrowser};

/// Stores the queue of a browser. The handle belongs to the browser.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueBrowser_GetQueue(
    queue_browser: tibemsQueueBrowser,
    queue: *mut tibemsQueue,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(queue);
        }
        let _ = queue_browser;
        Err(Kind::Browser.bad_handle())
    })
}

/// Stores the address of the selector, NULL if there is none. The text belongs to the browser.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE. Does not block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueBrowser_GetMsgSelector(
    queue_browser: tibemsQueueBrowser,
    selector: *mut *const c_char,
) -> tibems_status {
    entry!({
        let _ = (queue_browser, selector);
        Err(Kind::Browser.bad_handle())
    })
}

/// Stores the next message of the queue, which stays in the queue. The message handle belongs
/// to the caller. Blocks until the server has answered.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE; TIBEMS_NOT_FOUND and a NULL message at
/// the end; TIBEMS_SERVER_NOT_CONNECTED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueBrowser_GetNext(
    queue_browser: tibemsQueueBrowser,
    msg: *mut tibemsMsg,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(msg);
        }
        let _ = queue_browser;
        Err(Kind::Browser.bad_handle())
    })
}

/// Closes a browser.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueBrowser_Close(
    queue_browser: tibemsQueueBrowser,
) -> tibems_status {
    entry!({
        let _ = queue_browser;
        Err(Kind::Browser.bad_handle())
    })
}
