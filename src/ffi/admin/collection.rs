//! Answers with many objects.
//!
//! Nothing of it is built into this release (see `ffi::admin`). Called by C programs.

use super::types::{tibemsCollection, tibemsCollectionObj};
use super::{no_id, not_built};
use crate::ffi::entry::entry;
use crate::ffi::types::{tibems_int, tibems_status};

/// Would give the id of the first object of `collection` in `obj`, which becomes 0, and begin the
/// walk again.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsCollection_GetFirst(
    collection: tibemsCollection,
    obj: *mut tibemsCollectionObj,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { no_id(obj) };
        let _ = collection;
        not_built()
    })
}

/// Would give the id of the next object of `collection` in `obj`, which becomes 0, in the walk that
/// tibemsCollection_GetFirst began.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsCollection_GetNext(
    collection: tibemsCollection,
    obj: *mut tibemsCollectionObj,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { no_id(obj) };
        let _ = collection;
        not_built()
    })
}

/// Would tell of `collection` in `count` how many objects the answer had.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsCollection_GetCount(
    collection: tibemsCollection,
    count: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (collection, count);
        not_built()
    })
}

/// Would release `collection` and the infos that are still in it.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsCollection_Destroy(collection: tibemsCollection) -> tibems_status {
    entry!({
        let _ = collection;
        not_built()
    })
}
