//! Metadata of a connection: which API and which product this is (spec 10 §1.8, C40).
//!
//! Every connection has the same metadata, so one object serves all; it needs no release. Nothing
//! here blocks. Called by C programs.

use core::ffi::c_char;
use std::sync::Arc;

use super::entry::{Out, entry};
use super::handle::{self, Handle, Kind, Stored};
use super::types::{tibems_int, tibems_status, tibemsConnectionMetaData};
use crate::process::PerProcess;
use crate::sync::Mutex;

/// What a metadata handle stands for.
pub(crate) struct MetaData;

impl Stored for MetaData {
    const KIND: Kind = Kind::MetaData;
}

/// Version of the JMS specification: 2.0.
const JMS_VERSION: (tibems_int, tibems_int, &str) = (2, 0, "2.0\0");
const PROVIDER_NAME: &str = "libtibemsufo\0";
const PROVIDER_VERSION: (tibems_int, tibems_int, &str) = (
    number(env!("CARGO_PKG_VERSION_MAJOR")),
    number(env!("CARGO_PKG_VERSION_MINOR")),
    concat!(env!("CARGO_PKG_VERSION"), "\0"),
);

const fn number(digits: &str) -> tibems_int {
    match tibems_int::from_str_radix(digits, 10) {
        Ok(number) => number,
        Err(_) => panic!("a part of the package version is no number"),
    }
}

/// The handle that connections give out. A forked child gets one of its own.
pub(crate) fn handle() -> Handle {
    static CURRENT: PerProcess<Mutex<Handle>> = PerProcess::new();
    let mut current = CURRENT.get().lock();
    if handle::get::<MetaData, ()>(current.to_raw()).is_err() {
        *current = handle::insert(Arc::new(MetaData));
    }
    *current
}

/// Checks the handle, then stores a value.
fn give<T>(meta_data: tibemsConnectionMetaData, out: Out<T>, value: T) -> tibems_status {
    entry!({
        handle::get::<MetaData, _>(meta_data)?;
        out.required()?.set(value);
        Ok(())
    })
}

/// Gives the major version of the JMS specification that this API follows in `major_version`: 2.
/// `meta_data` comes from tibemsConnection_GetMetaData.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionMetaData_GetEMSMajorVersion(
    meta_data: tibemsConnectionMetaData,
    major_version: *mut tibems_int,
) -> tibems_status {
    // SAFETY: NULL or valid, as C promises.
    give(meta_data, unsafe { Out::new(major_version) }, JMS_VERSION.0)
}

/// Gives the minor version of the JMS specification that this API follows in `minor_version`: 0.
/// `meta_data` comes from tibemsConnection_GetMetaData.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionMetaData_GetEMSMinorVersion(
    meta_data: tibemsConnectionMetaData,
    minor_version: *mut tibems_int,
) -> tibems_status {
    // SAFETY: NULL or valid, as C promises.
    give(meta_data, unsafe { Out::new(minor_version) }, JMS_VERSION.1)
}

/// Gives the version of the JMS specification that this API follows in `version`: the static text
/// "2.0". `meta_data` comes from tibemsConnection_GetMetaData.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionMetaData_GetEMSVersion(
    meta_data: tibemsConnectionMetaData,
    version: *mut *const c_char,
) -> tibems_status {
    // SAFETY: NULL or valid, as C promises.
    give(
        meta_data,
        unsafe { Out::new(version) },
        JMS_VERSION.2.as_ptr().cast(),
    )
}

/// Gives the name of this library in `provider_name`: the static text "libtibemsufo". `meta_data`
/// comes from tibemsConnection_GetMetaData.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionMetaData_GetEMSProviderName(
    meta_data: tibemsConnectionMetaData,
    provider_name: *mut *const c_char,
) -> tibems_status {
    // SAFETY: NULL or valid, as C promises.
    give(
        meta_data,
        unsafe { Out::new(provider_name) },
        PROVIDER_NAME.as_ptr().cast(),
    )
}

/// Gives the major version of this library in `major_version`. `meta_data` comes from
/// tibemsConnection_GetMetaData.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionMetaData_GetProviderMajorVersion(
    meta_data: tibemsConnectionMetaData,
    major_version: *mut tibems_int,
) -> tibems_status {
    // SAFETY: NULL or valid, as C promises.
    give(
        meta_data,
        unsafe { Out::new(major_version) },
        PROVIDER_VERSION.0,
    )
}

/// Gives the minor version of this library in `minor_version`. `meta_data` comes from
/// tibemsConnection_GetMetaData.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionMetaData_GetProviderMinorVersion(
    meta_data: tibemsConnectionMetaData,
    minor_version: *mut tibems_int,
) -> tibems_status {
    // SAFETY: NULL or valid, as C promises.
    give(
        meta_data,
        unsafe { Out::new(minor_version) },
        PROVIDER_VERSION.1,
    )
}

/// Gives the version of this library, a static text in `version`. `meta_data` comes from
/// tibemsConnection_GetMetaData.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsConnectionMetaData_GetProviderVersion(
    meta_data: tibemsConnectionMetaData,
    version: *mut *const c_char,
) -> tibems_status {
    // SAFETY: NULL or valid, as C promises.
    give(
        meta_data,
        unsafe { Out::new(version) },
        PROVIDER_VERSION.2.as_ptr().cast(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::Status;

    #[test]
    fn one_handle_serves_all_and_wrong_ones_are_refused() {
        let raw: tibemsConnectionMetaData = handle().to_raw();
        assert_eq!(handle().to_raw(), raw);
        let mut major = -1;
        // SAFETY: live variables and NULL.
        unsafe {
            let get = tibemsConnectionMetaData_GetEMSMajorVersion;
            assert_eq!(get(raw, &mut major), Status::TIBEMS_OK);
            assert_eq!(major, 2);
            assert_eq!(get(raw, std::ptr::null_mut()), Status::TIBEMS_INVALID_ARG);
            major = -1;
            assert_eq!(
                get(std::ptr::null_mut(), &mut major),
                Status::TIBEMS_INVALID_ARG
            );
            assert_eq!(major, -1);
        }
    }
}
