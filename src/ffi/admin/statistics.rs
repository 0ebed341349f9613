//! Counts: of one object, and of one destination of an object that has many.
//!
//! Nothing of it is built into this release (see `ffi::admin`). Called by C programs.

use core::ffi::c_char;

use super::types::{tibemsDetailedDestStat, tibemsStatData};
use super::{no_id, not_built};
use crate::ffi::entry::entry;
use crate::ffi::types::{tibems_int, tibems_long, tibems_status, tibemsDestinationType};

/// Would tell of `stat_data` in `rate_size` the bytes per second.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStatData_GetByteRate(
    stat_data: tibemsStatData,
    rate_size: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (stat_data, rate_size);
        not_built()
    })
}

/// Would tell of `stat_data` in `rate_msgs` the messages per second.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStatData_GetMessageRate(
    stat_data: tibemsStatData,
    rate_msgs: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (stat_data, rate_msgs);
        not_built()
    })
}

/// Would tell of `stat_data` in `size` the bytes since the server began to count.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStatData_GetTotalBytes(
    stat_data: tibemsStatData,
    size: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (stat_data, size);
        not_built()
    })
}

/// Would tell of `stat_data` in `msgs` the messages since the server began to count.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsStatData_GetTotalMessages(
    stat_data: tibemsStatData,
    msgs: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (stat_data, msgs);
        not_built()
    })
}

/// Would copy, of `detailed_dest_stat`, the name of the destination with its NUL into the buffer
/// `dest_name` of `name_len` bytes.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDetailedDestStat_GetDestinationName(
    detailed_dest_stat: tibemsDetailedDestStat,
    dest_name: *mut c_char,
    name_len: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (detailed_dest_stat, dest_name, name_len);
        not_built()
    })
}

/// Would tell of `detailed_dest_stat` in `dest_type` whether the destination is a queue or a topic.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDetailedDestStat_GetDestinationType(
    detailed_dest_stat: tibemsDetailedDestStat,
    dest_type: *mut tibemsDestinationType,
) -> tibems_status {
    entry!({
        let _ = (detailed_dest_stat, dest_type);
        not_built()
    })
}

/// Would give of `detailed_dest_stat` in `stat` the id of the counts for this destination. It
/// belongs to the info that the details came from.
///
/// Statuses: TIBEMS_NOT_IMPLEMENTED: administration is not built yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsDetailedDestStat_GetStatData(
    detailed_dest_stat: tibemsDetailedDestStat,
    stat: *mut tibemsStatData,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe { no_id(stat) };
        let _ = detailed_dest_stat;
        not_built()
    })
}
