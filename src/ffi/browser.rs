//! Queue browsers, and what the C side lends out with them.
//!
//! Reading the next message and the close block until the server has answered. Called by C programs.

use core::ffi::{CStr, c_char};
use std::ffi::CString;
use std::ptr;
use std::sync::{Arc, OnceLock};

use super::closed::Family;
use super::destination;
use super::entry::{HandleOut, Out, entry};
use super::handle::{self, Handle, Kind, Stored};
use super::message_handle::publish;
use super::objects::{self, Member, SessionObject};
use super::types::{tibems_status, tibemsMsg, tibemsQueue, tibemsQueueBrowser};
use crate::client::browser::Browser;
use crate::status::Result;

/// A browser, the handle of its queue, its selector as a C text.
pub(crate) struct BrowserObject {
    browser: Browser,
    queue: OnceLock<Handle>,
    selector: Option<CString>,
    family: Arc<Family>,
}

impl Stored for BrowserObject {
    const KIND: Kind = Kind::Browser;
}

impl Member for BrowserObject {
    fn family(&self) -> &Arc<Family> {
        &self.family
    }

    fn close(&self) -> Result<()> {
        self.browser.close()
    }
}

impl BrowserObject {
    /// Puts a browser in the table.
    pub fn publish(browser: Browser, session: &SessionObject) -> Handle {
        let selector = browser.selector().and_then(|text| CString::new(text).ok());
        objects::publish(BrowserObject {
            browser,
            queue: OnceLock::new(),
            selector,
            family: session.family().clone(),
        })
    }
}

impl Drop for BrowserObject {
    fn drop(&mut self) {
        objects::withdraw(&self.queue);
    }
}

/// Gives the queue of `queue_browser` in `queue`. The handle belongs to the browser and is the same
/// at every call; tibemsDestination_Copy makes one to keep.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a bad browser or a NULL output;
/// TIBEMS_ILLEGAL_STATE when session or connection is closed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueBrowser_GetQueue(
    queue_browser: tibemsQueueBrowser,
    queue: *mut tibemsQueue,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { HandleOut::new(queue) };
        let object = handle::get::<BrowserObject, _>(queue_browser)?;
        let out = out.required()?;
        object.browser.ensure_open()?;
        let lent = || destination::lent(object.browser.queue().clone());
        out.set(*object.queue.get_or_init(lent));
        Ok(())
    })
}

/// Gives the selector of `queue_browser` in `selector`, NULL if it has none. The text belongs to the
/// browser and is valid until that is closed.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a bad browser or a NULL output;
/// TIBEMS_ILLEGAL_STATE when session or connection is closed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueBrowser_GetMsgSelector(
    queue_browser: tibemsQueueBrowser,
    selector: *mut *const c_char,
) -> tibems_status {
    entry!({
        let object = handle::get::<BrowserObject, _>(queue_browser)?;
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { Out::new(selector) }.required()?;
        object.browser.ensure_open()?;
        out.set(object.selector.as_deref().map_or(ptr::null(), CStr::as_ptr));
        Ok(())
    })
}

/// Gives the next message of `queue_browser` in `msg`. It belongs to the caller, who releases it
/// with tibemsMsg_Destroy; acknowledging it has no effect, and the queue keeps its own. Somebody
/// else may have taken that meanwhile.
///
/// At the end of the queue the answer is TIBEMS_NOT_FOUND, and `msg` becomes NULL. A later call
/// gives what has come since, and nothing twice. The server is asked for that once a second at
/// most; calls in between answer TIBEMS_NOT_FOUND at once. After an automatic reconnect the
/// enumeration goes on; after tibemsUFOConnectionFactory_RecoverConnection it begins with the queue
/// of the other server.
///
/// Needs the server, started or not. Blocks until the server has answered, each time at most the
/// option drain_timeout (60 s).
///
/// Statuses: TIBEMS_OK; TIBEMS_NOT_FOUND; TIBEMS_INVALID_ARG for a bad browser or a NULL output;
/// TIBEMS_TIMEOUT when the server does not answer; TIBEMS_ILLEGAL_STATE, also when it is closed
/// meanwhile; TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE;
/// TIBEMS_INVALID_DESTINATION, TIBEMS_SECURITY_EXCEPTION, TIBEMS_ID_IN_USE, TIBEMS_SERVER_LIMIT,
/// TIBEMS_INVALID_SIZE, TIBEMS_INVALID_SELECTOR, TIBEMS_INVALID_CONSUMER, TIBEMS_NOT_IMPLEMENTED or
/// TIBEMS_EXCEPTION when the server has ended the browser.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueBrowser_GetNext(
    queue_browser: tibemsQueueBrowser,
    msg: *mut tibemsMsg,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { HandleOut::new(msg) };
        let object = handle::get::<BrowserObject, _>(queue_browser)?;
        let out = out.required()?;
        out.set(publish(object.browser.next()?, None));
        Ok(())
    })
}

/// Ends `queue_browser` and frees the handle. Below a closed session or connection it only frees
/// the handle.
///
/// Blocks until the server has let the browser go, up to the option close_timeout (60 s); a
/// tibemsQueueBrowser_GetNext that waits in another thread returns TIBEMS_ILLEGAL_STATE.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a bad browser.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsQueueBrowser_Close(
    queue_browser: tibemsQueueBrowser,
) -> tibems_status {
    entry!({ objects::close::<BrowserObject, _>(queue_browser) })
}
