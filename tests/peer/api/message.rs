//! Messages.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr::{null, null_mut};

use super::{Call, Destination, Object, c, call, made};
use crate::peer::statuses::library;

library! {
    fn tibemsTextMsg_Create(message: *mut Object) -> c_int;
    fn tibemsTextMsg_SetText(message: Object, text: *const c_char) -> c_int;
    fn tibemsTextMsg_GetText(message: Object, text: *mut *const c_char) -> c_int;
    fn tibemsBytesMsg_Create(message: *mut Object) -> c_int;
    fn tibemsBytesMsg_SetBytes(message: Object, bytes: *const c_void, size: c_uint) -> c_int;
    fn tibemsBytesMsg_GetBytes(
        message: Object,
        bytes: *mut *mut c_void,
        size: *mut c_uint,
    ) -> c_int;
    fn tibemsMsg_Acknowledge(message: Object) -> c_int;
    fn tibemsMsg_Recover(message: Object) -> c_int;
    fn tibemsMsg_Destroy(message: Object) -> c_int;
    fn tibemsMsg_SetReplyTo(message: Object, destination: Object) -> c_int;
    fn tibemsMsg_GetReplyTo(message: Object, destination: *mut Object) -> c_int;
    fn tibemsMsg_GetPriority(message: Object, priority: *mut c_int) -> c_int;
    fn tibemsMsg_GetRedelivered(message: Object, redelivered: *mut c_int) -> c_int;
    fn tibemsMsg_GetMessageID(message: Object, id: *mut *const c_char) -> c_int;
    fn tibemsMsg_GetIntProperty(message: Object, name: *const c_char, value: *mut c_int) -> c_int;
}

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Msg(pub(super) usize);

impl Msg {
    /// A text message.
    pub fn text(text: &str) -> Msg {
        let mut message = null_mut();
        // SAFETY: a live text and a place for the handle.
        unsafe {
            let status = tibemsTextMsg_Create(&mut message);
            let made = made(status, message).expect("a message");
            call(tibemsTextMsg_SetText(message, c(text).as_ptr())).expect("a text");
            Msg(made)
        }
    }

    /// A bytes message.
    pub fn data(bytes: &[u8]) -> Msg {
        let mut message = null_mut();
        // SAFETY: live bytes and a place for the handle.
        unsafe {
            let status = tibemsBytesMsg_Create(&mut message);
            let made = made(status, message).expect("a message");
            call(tibemsBytesMsg_SetBytes(
                message,
                bytes.as_ptr().cast(),
                bytes.len() as c_uint,
            ))
            .expect("bytes");
            Msg(made)
        }
    }

    /// The body of a text message.
    #[track_caller]
    pub fn body(self) -> String {
        let mut text = null();
        // SAFETY: the text lives as long as the message.
        unsafe {
            call(tibemsTextMsg_GetText(self.0 as Object, &mut text)).expect("a text message");
            assert!(!text.is_null(), "a text message without a text");
            CStr::from_ptr(text).to_string_lossy().into_owned()
        }
    }

    /// The body of a bytes message.
    #[track_caller]
    pub fn bytes(self) -> Vec<u8> {
        let (mut bytes, mut size) = (null_mut(), 0);
        // SAFETY: the bytes live as long as the message.
        unsafe {
            call(tibemsBytesMsg_GetBytes(
                self.0 as Object,
                &mut bytes,
                &mut size,
            ))
            .expect("a bytes message");
            if size == 0 {
                return Vec::new();
            }
            std::slice::from_raw_parts(bytes.cast::<u8>(), size as usize).to_vec()
        }
    }

    pub fn reply_to(self, destination: Destination) -> Msg {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsMsg_SetReplyTo(self.0 as Object, destination.0 as Object) })
            .expect("a reply-to");
        self
    }

    /// Where an answer goes; it belongs to the message.
    pub fn reply_destination(self) -> Destination {
        let mut destination = null_mut();
        // SAFETY: handles are checked by the library; a place for the result.
        let status = unsafe { tibemsMsg_GetReplyTo(self.0 as Object, &mut destination) };
        Destination(made(status, destination).expect("a reply-to"))
    }

    pub fn acknowledge(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsMsg_Acknowledge(self.0 as Object) })
    }

    pub fn recover(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsMsg_Recover(self.0 as Object) })
    }

    pub fn destroy(self) {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsMsg_Destroy(self.0 as Object) }).expect("destroyed");
    }

    pub fn priority(self) -> i32 {
        let mut value = -1;
        // SAFETY: a place for the result.
        call(unsafe { tibemsMsg_GetPriority(self.0 as Object, &mut value) }).expect("priority");
        value
    }

    pub fn redelivered(self) -> bool {
        let mut value = -1;
        // SAFETY: a place for the result.
        call(unsafe { tibemsMsg_GetRedelivered(self.0 as Object, &mut value) }).expect("a flag");
        value == 1
    }

    pub fn id(self) -> Option<String> {
        let mut id = null();
        // SAFETY: the text lives as long as the message.
        unsafe {
            call(tibemsMsg_GetMessageID(self.0 as Object, &mut id)).expect("an id or none");
            (!id.is_null()).then(|| CStr::from_ptr(id).to_string_lossy().into_owned())
        }
    }

    pub fn int_property(self, name: &str) -> Call<i32> {
        let mut value = 0;
        // SAFETY: a live text and a place for the result.
        call(unsafe { tibemsMsg_GetIntProperty(self.0 as Object, c(name).as_ptr(), &mut value) })?;
        Ok(value)
    }
}
