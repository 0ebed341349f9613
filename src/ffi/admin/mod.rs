//! The administration functions: what a program asks a server about itself (spec 50).
//!
//! They have a header of their own, `include/tibems/emsadmin.h`, generated from this folder. Nothing of them is built
//! into this release: no object of theirs can be made, so each function answers TIBEMS_NOT_IMPLEMENTED, with
//! a text, before it looks at any argument; outputs that receive an id or a collection are 0 or NULL. They exist so that
//! old programs compile, link and load. Nothing here blocks.

pub mod collection;
pub mod connection;
pub mod consumer_info;
pub mod destination_info;
pub mod producer_info;
pub mod statistics;
pub mod subscription_info;
pub mod types;

use super::entry::{Out, not_implemented};
use super::types::tibems_int;
use crate::status::Result;

/// What an output receives that has no object to name, TIBEMS_INVALID_ADMIN_ID.
const NO_OBJECT: tibems_int = 0;

/// The answer of every function of this folder.
fn not_built() -> Result<()> {
    not_implemented("administration is not built into this release")
}

/// Stores that there is no object where the id of one would go.
///
/// # Safety
/// As [`Out::new`].
unsafe fn no_id(id: *mut tibems_int) {
    // SAFETY: the contract is passed on.
    unsafe { Out::new(id) }.set(NO_OBJECT);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi::error_context;
    use crate::status::Status;

    #[test]
    fn an_output_has_no_object_and_the_text_names_the_feature() {
        let context = error_context::open();
        let mut info = 5;
        // SAFETY: a live variable.
        let status = unsafe { connection::tibemsAdmin_GetInfo(7, &mut info) };
        assert_eq!(status, Status::TIBEMS_NOT_IMPLEMENTED);
        assert_eq!(info, NO_OBJECT);
        assert!(error_context::last_text().starts_with("administration is not built"));
        // SAFETY: NULL is allowed.
        let status = unsafe { connection::tibemsAdmin_GetInfo(7, std::ptr::null_mut()) };
        assert_eq!(status, Status::TIBEMS_NOT_IMPLEMENTED);
        assert!(error_context::close(context).is_ok());
    }
}
