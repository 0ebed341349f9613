//! Destinations.

use std::ffi::{CStr, c_char, c_int};
use std::ptr::null_mut;

use super::{Call, Object, c, call, made};
use crate::peer::statuses::library;

library! {
    fn tibemsDestination_Create(
        destination: *mut Object,
        kind: c_int,
        name: *const c_char,
    ) -> c_int;
    fn tibemsDestination_Destroy(destination: Object) -> c_int;
    fn tibemsDestination_GetName(destination: Object, name: *mut c_char, size: c_int) -> c_int;
}

/// A destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destination(pub(super) usize);

impl Destination {
    fn new(kind: c_int, name: &str) -> Destination {
        let mut destination = null_mut();
        // SAFETY: a live text and a place for the result.
        let status = unsafe { tibemsDestination_Create(&mut destination, kind, c(name).as_ptr()) };
        Destination(made(status, destination).expect("a destination"))
    }

    pub fn queue(name: &str) -> Destination {
        Destination::new(1, name)
    }

    pub fn topic(name: &str) -> Destination {
        Destination::new(2, name)
    }

    pub fn name(self) -> String {
        let mut buffer = [0; 256];
        // SAFETY: the buffer has the size that is named.
        unsafe {
            call(tibemsDestination_GetName(
                self.0 as Object,
                buffer.as_mut_ptr(),
                256,
            ))
            .expect("a name");
            CStr::from_ptr(buffer.as_ptr())
                .to_string_lossy()
                .into_owned()
        }
    }

    pub fn destroy(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsDestination_Destroy(self.0 as Object) })
    }
}
