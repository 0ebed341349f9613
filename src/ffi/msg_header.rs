//! Headers of messages.
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::c_char;
use std::mem::MaybeUninit;

use super::entry::{HandleOut, entry, not_implemented};
use super::types::{
    tibems_bool, tibems_int, tibems_long, tibems_status, tibemsDeliveryMode, tibemsDestination,
    tibemsMsg,
};

/// Get correlation id of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetCorrelationID(
    message: tibemsMsg,
    value: *mut *const c_char,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Get delivery time of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetDeliveryTime(
    message: tibemsMsg,
    value: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Get delivery mode of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetDeliveryMode(
    message: tibemsMsg,
    value: *mut tibemsDeliveryMode,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Get destination of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetDestination(
    message: tibemsMsg,
    value: *mut tibemsDestination,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(value);
        }
        let _ = message;
        not_implemented("not part of this version yet")
    })
}

/// Get expiration of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetExpiration(
    message: tibemsMsg,
    value: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Get message id of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetMessageID(
    message: tibemsMsg,
    value: *mut *const c_char,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Get priority of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetPriority(
    message: tibemsMsg,
    value: *mut tibems_int,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Get redelivered of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetRedelivered(
    message: tibemsMsg,
    value: *mut tibems_bool,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Get reply to of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetReplyTo(
    message: tibemsMsg,
    value: *mut tibemsDestination,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        unsafe {
            HandleOut::new(value);
        }
        let _ = message;
        not_implemented("not part of this version yet")
    })
}

/// Get timestamp of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetTimestamp(
    message: tibemsMsg,
    value: *mut tibems_long,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Get type of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetType(
    message: tibemsMsg,
    value: *mut *const c_char,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Set correlation id of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetCorrelationID(
    message: tibemsMsg,
    value: *const c_char,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Set delivery mode of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetDeliveryMode(
    message: tibemsMsg,
    value: MaybeUninit<tibemsDeliveryMode>,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Set destination of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetDestination(
    message: tibemsMsg,
    value: tibemsDestination,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Set expiration of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetExpiration(
    message: tibemsMsg,
    value: tibems_long,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Set message id of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetMessageID(
    message: tibemsMsg,
    value: *const c_char,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Set priority of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetPriority(
    message: tibemsMsg,
    value: tibems_int,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Set redelivered of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetRedelivered(
    message: tibemsMsg,
    value: MaybeUninit<tibems_bool>,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Set reply to of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetReplyTo(
    message: tibemsMsg,
    value: tibemsDestination,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Set timestamp of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetTimestamp(
    message: tibemsMsg,
    value: tibems_long,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}

/// Set type of a message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_SetType(
    message: tibemsMsg,
    value: *const c_char,
) -> tibems_status {
    entry!({
        let _ = (message, value);
        not_implemented("not part of this version yet")
    })
}
