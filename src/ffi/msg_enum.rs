//! Enumerations of names: a snapshot that outlives the message (spec 30 §4.2).
//!
//! Nothing here blocks. Called by C programs.

use core::ffi::c_char;
use std::sync::Arc;

use super::entry::{HandleOut, Out, entry_memory as entry};
use super::handle::{self, Kind, Stored};
use super::message_handle::with;
use super::types::{__tibemsMsgEnum, tibems_status, tibemsMsg, tibemsMsgEnum};
use crate::message::{Items, Text};
use crate::status::{Result, Status};
use crate::sync::Mutex;

/// What an enumeration handle stands for. The names live as long as it.
pub(crate) struct Names {
    names: Vec<Text>,
    next: Mutex<usize>,
}

impl Stored for Names {
    const KIND: Kind = Kind::MessageEnum;
}

/// Makes an enumeration of the names of these items.
pub(crate) fn enumerate(items: &Items, out: HandleOut<__tibemsMsgEnum>) -> Result<()> {
    let out = out.required()?;
    let names = items.iter().map(|(name, _)| name.clone()).collect();
    out.set(handle::insert(Arc::new(Names {
        names,
        next: Mutex::new(0),
    })));
    Ok(())
}

/// Makes a list of the names of all properties of `message`, in the order in which they were first
/// set, and gives it in `enumeration`. Later changes do not show in it and it may outlive the
/// message. The caller releases it with tibemsMsgEnum_Destroy.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsg_GetPropertyNames(
    message: tibemsMsg,
    enumeration: *mut tibemsMsgEnum,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { HandleOut::new(enumeration) };
        with(message, |message| enumerate(message.properties(), out))
    })
}

/// Gives the next name of `enumeration` in `name`. It belongs to the enumeration and is valid until
/// that is destroyed.
///
/// Statuses: TIBEMS_OK; TIBEMS_NOT_FOUND behind the last name, again and again; TIBEMS_INVALID_ARG
/// for a handle that is no enumeration or a NULL output.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgEnum_GetNextName(
    enumeration: tibemsMsgEnum,
    name: *mut *const c_char,
) -> tibems_status {
    entry!({
        // SAFETY: NULL or valid, as C promises.
        let out = unsafe { Out::new(name) };
        let names = handle::get::<Names, _>(enumeration)?;
        let out = out.required()?;
        let mut next = names.next.lock();
        let name = names.names.get(*next).ok_or(Status::TIBEMS_NOT_FOUND)?;
        *next += 1;
        out.set(name.as_ptr());
        Ok(())
    })
}

/// Releases `enumeration` and its names.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no enumeration.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsMsgEnum_Destroy(enumeration: tibemsMsgEnum) -> tibems_status {
    entry!({ handle::remove::<Names, _>(enumeration).map(drop) })
}
