//! Factories for connections between servers that share nothing, and their recovery.
//!
//! Recovery blocks until it is decided. Called by C programs.

use std::sync::Arc;

use super::entry::{entry, entry_value, invalid_argument};
use super::handle;
use super::objects::ConnectionObject;
use super::types::{tibems_status, tibemsConnection, tibemsConnectionFactory};
use crate::client::factory::Factory;

/// Makes an empty factory for connections between servers that share nothing. In its URL `+`
/// separates servers without shared state and `,` servers that share it. Returns NULL when out
/// of memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsUFOConnectionFactory_Create() -> tibemsConnectionFactory {
    entry_value!(std::ptr::null_mut(), {
        Ok(handle::insert(Arc::new(Factory::new(true))).to_raw())
    })
}

/// Makes a factory for unshared connections with the settings of an ordinary one, which stays
/// the caller's. Returns NULL for a handle that is no factory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsUFOConnectionFactory_CreateFromConnectionFactory(
    ems_factory: tibemsConnectionFactory,
) -> tibemsConnectionFactory {
    entry_value!(std::ptr::null_mut(), {
        let factory = handle::get::<Factory, _>(ems_factory)?;
        Ok(handle::insert(Arc::new(factory.to_unshared())).to_raw())
    })
}

/// Brings a broken unshared connection back on another server of the factory's list, with its
/// sessions, destinations, producers and consumers. To be called in the exception listener.
///
/// Blocks until everything exists again or no attempt is left.
///
/// TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_CONNECTION; TIBEMS_ILLEGAL_STATE;
/// TIBEMS_SERVER_NOT_CONNECTED; the statuses of tibemsConnectionFactory_CreateConnection.
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
