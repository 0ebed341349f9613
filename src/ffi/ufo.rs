//! Factories for connections between servers that share nothing, and their recovery.
//!
//! Recovery blocks until it is decided. Called by C programs.

use std::sync::Arc;

use super::entry::{entry, entry_value, invalid_argument};
use super::handle;
use super::objects::ConnectionObject;
use super::types::{tibems_status, tibemsConnection, tibemsConnectionFactory};
use crate::client::factory::Factory;

/// Returns a new factory for connections between servers that share nothing; NULL when out of
/// memory. In its URL `+` separates servers without shared state and `,` servers that share it.
/// Release it with tibemsConnectionFactory_Destroy. Any number of threads may use it at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsUFOConnectionFactory_Create() -> tibemsConnectionFactory {
    entry_value!(std::ptr::null_mut(), {
        Ok(handle::insert(Arc::new(Factory::new(true))).to_raw())
    })
}

/// Returns a new factory for unshared connections with a copy of the settings of `ems_factory`,
/// which stays the caller's; NULL when that is no factory. Release it with
/// tibemsConnectionFactory_Destroy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsUFOConnectionFactory_CreateFromConnectionFactory(
    ems_factory: tibemsConnectionFactory,
) -> tibemsConnectionFactory {
    entry_value!(std::ptr::null_mut(), {
        let factory = handle::get::<Factory, _>(ems_factory)?;
        Ok(handle::insert(Arc::new(factory.to_unshared())).to_raw())
    })
}

/// Brings a broken connection back on another server of its list, with its sessions, destinations,
/// producers and consumers. To be called in the exception listener, or in any thread of the program
/// outside of message listeners. `factory` is the unshared factory that made `ufo_connection`.
///
/// Blocks until everything exists again or every try has failed: the settings of reconnect attempts
/// say how long that can take. Returns at once when the connection is connected; while another
/// thread recovers it, waits for the result of that. After a failure the call may be repeated.
///
/// Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG when `factory` is no unshared factory or did not make
/// the connection; TIBEMS_INVALID_CONNECTION, also for a connection that is not unshared;
/// TIBEMS_ILLEGAL_STATE on a closed connection; TIBEMS_SERVER_NOT_CONNECTED inside a message
/// listener or when no server was reached; TIBEMS_SECURITY_EXCEPTION; TIBEMS_INVALID_CLIENT_ID;
/// TIBEMS_INVALID_HOSTNAME; TIBEMS_SERVER_LIMIT; TIBEMS_NO_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsUFOConnectionFactory_RecoverConnection(
    factory: tibemsConnectionFactory,
    ufo_connection: tibemsConnection,
) -> tibems_status {
    entry!({
        let factory = handle::get::<Factory, _>(factory)?;
        if !factory.is_unshared() {
            return Err(invalid_argument(
                "the factory is not an unshared-state factory",
            ));
        }
        handle::get::<ConnectionObject, _>(ufo_connection)?
            .connection
            .recover(factory.id())
    })
}
