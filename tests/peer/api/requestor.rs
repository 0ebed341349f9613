//! Requestors.

use std::ffi::c_int;
use std::ptr::null_mut;

use super::{Call, Msg, Object, call, made};
use crate::peer::statuses::library;

library! {
    fn tibemsMsgRequestor_Request(requestor: Object, sent: Object, reply: *mut Object) -> c_int;
    fn tibemsMsgRequestor_Close(requestor: Object) -> c_int;
}

/// A requestor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requestor(pub(super) usize);

impl Requestor {
    pub fn request(self, message: Msg) -> Call<Msg> {
        let mut reply = null_mut();
        // SAFETY: handles are checked by the library; a place for the result.
        let status = unsafe {
            tibemsMsgRequestor_Request(self.0 as Object, message.0 as Object, &mut reply)
        };
        made(status, reply).map(Msg)
    }

    pub fn close(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsMsgRequestor_Close(self.0 as Object) })
    }
}
