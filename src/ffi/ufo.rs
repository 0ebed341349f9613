//! Factories for connections between servers that share nothing, and their recovery.
//!
//! Recovery blocks until it is decided. Called by C programs.

use super::entry::{entry, entry_value, not_implemented};
use super::types::{tibems_status, tibemsConnection, tibemsConnectionFactory};

/// Makes an empty factory for connections between servers that share nothing. In its URL `+`
/// separates servers without shared state and `,` servers that share it. Returns NULL when out
/// of memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsUFOConnectionFactory_Create() -> tibemsConnectionFactory {
    entry_value!(std::ptr::null_mut(), {
        not_implemented("not part of this version yet")
    })
}

/// Makes a factory for unshared connections with the settings of an ordinary one, which stays
/// the caller's. Returns NULL for a handle that is no factory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tibemsUFOConnectionFactory_CreateFromConnectionFactory(
    ems_factory: tibemsConnectionFactory,
) -> tibemsConnectionFactory {
    entry_value!(std::ptr::null_mut(), {
        let _ = ems_factory;
        not_implemented("not part of this version yet")
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
        let _ = (factory, ufo_connection);
        not_implemented("not part of this version yet")
    })
}
