//! What a server tells of a producer.
//!
//! Nothing of it is built into this release (see `ffi::admin`). Called by C programs.

use core::ffi::c_char;

use super::types::{tibemsCollection, tibemsProducerInfo, tibemsStatData};
use super::{no_id, not_built};
use crate::ffi::entry::{HandleOut, entry};
use crate::ffi::types::{tibems_int, tibems_long, tibems_status, tibemsDestinationType};

/// Would tell of `producer_info` in `created` when the producer was created, in milliseconds since
/// 1970 (UTC).
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsProducerInfo_GetCreateTime(
    producer_info: tibemsProducerInfo,
    created: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (producer_info, created);
        not_built()
    })
}

/// Would copy, of `producer_info`, the name of the producer's destination with its NUL into the
/// buffer `dest_name` of `name_len` bytes; empty for a producer without one.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsProducerInfo_GetDestinationName(
    producer_info: tibemsProducerInfo,
    dest_name: *mut c_char,
    name_len: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (producer_info, dest_name, name_len);
        not_built()
    })
}

/// Would tell of `producer_info` in `dest_type` the type of the producer's destination;
/// TIBEMS_UNKNOWN for a producer without one.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsProducerInfo_GetDestinationType(
    producer_info: tibemsProducerInfo,
    dest_type: *mut tibemsDestinationType,
) -> tibems_status {
    entry!({
        let _ = (producer_info, dest_type);
        not_built()
    })
}

/// Would give of `producer_info` in `details` a collection of the counts for each destination of a
/// producer without one of its own, or NULL. It belongs to the info.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsProducerInfo_GetDetailedStatistics(
    producer_info: tibemsProducerInfo,
    details: *mut tibemsCollection,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let _ = unsafe { HandleOut::new(details) };
        let _ = producer_info;
        not_built()
    })
}

/// Would tell of `producer_info` in `id` the number that the server knows the producer by.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsProducerInfo_GetID(
    producer_info: tibemsProducerInfo,
    id: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (producer_info, id);
        not_built()
    })
}

/// Would give of `producer_info` in `stat` the id of the counts of what the producer sent, or 0. It
/// belongs to the info.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsProducerInfo_GetStatistics(
    producer_info: tibemsProducerInfo,
    stat: *mut tibemsStatData,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { no_id(stat) };
        let _ = producer_info;
        not_built()
    })
}

/// Would release `producer_info` with its statistics; its collection, if any, would no longer list
/// it.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsProducerInfo_Destroy(
    producer_info: tibemsProducerInfo,
) -> tibems_status {
    entry!({
        let _ = producer_info;
        not_built()
    })
}
