//! Factories, and the short ways to a connection.

use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

use super::{Call, Connection, Object, c, call, made, ptr};
use crate::peer::statuses::library;

library! {
    fn tibemsConnectionFactory_Create() -> Object;
    fn tibemsConnectionFactory_Destroy(factory: Object) -> c_int;
    fn tibemsConnectionFactory_SetServerURL(factory: Object, url: *const c_char) -> c_int;
    fn tibemsConnectionFactory_SetClientID(factory: Object, id: *const c_char) -> c_int;
    fn tibemsConnectionFactory_SetConnectAttemptCount(factory: Object, count: c_int) -> c_int;
    fn tibemsConnectionFactory_SetConnectAttemptDelay(factory: Object, ms: c_int) -> c_int;
    fn tibemsConnectionFactory_SetConnectAttemptTimeout(factory: Object, ms: c_int) -> c_int;
    fn tibemsConnectionFactory_SetReconnectAttemptCount(factory: Object, count: c_int) -> c_int;
    fn tibemsConnectionFactory_SetReconnectAttemptDelay(factory: Object, ms: c_int) -> c_int;
    fn tibemsConnectionFactory_SetReconnectAttemptTimeout(factory: Object, ms: c_int) -> c_int;
    fn tibemsConnectionFactory_CreateConnection(
        factory: Object,
        connection: *mut Object,
        user: *const c_char,
        password: *const c_char,
    ) -> c_int;
    fn tibemsUFOConnectionFactory_Create() -> Object;
    fn tibemsUFOConnectionFactory_RecoverConnection(factory: Object, connection: Object) -> c_int;
}

/// How a factory is set up.
#[derive(Clone, Default)]
pub struct Setup {
    pub url: String,
    pub unshared: bool,
    pub client_id: Option<String>,
    /// Count, delay and timeout of the first connect
    pub connect: Option<(i32, i32, i32)>,
    /// Count, delay and timeout of reconnects
    pub reconnect: Option<(i32, i32, i32)>,
}

/// A factory.
#[derive(Clone, Copy)]
pub struct Factory(pub(super) usize);

impl Factory {
    /// An ordinary or unshared factory with one try of each URL unless told otherwise.
    pub fn new(setup: &Setup) -> Factory {
        let (count, delay, timeout) = setup.connect.unwrap_or((1, 250, 10_000));
        let (again, pause, limit) = setup.reconnect.unwrap_or((4, 250, 10_000));
        // SAFETY: a handle just made, and texts that live through the calls.
        unsafe {
            let factory = match setup.unshared {
                true => tibemsUFOConnectionFactory_Create(),
                false => tibemsConnectionFactory_Create(),
            };
            assert!(!factory.is_null());
            let ok = |status| call(status).expect("a setter");
            ok(tibemsConnectionFactory_SetServerURL(
                factory,
                c(&setup.url).as_ptr(),
            ));
            if let Some(id) = &setup.client_id {
                ok(tibemsConnectionFactory_SetClientID(factory, c(id).as_ptr()));
            }
            ok(tibemsConnectionFactory_SetConnectAttemptCount(
                factory, count,
            ));
            ok(tibemsConnectionFactory_SetConnectAttemptDelay(
                factory, delay,
            ));
            ok(tibemsConnectionFactory_SetConnectAttemptTimeout(
                factory, timeout,
            ));
            ok(tibemsConnectionFactory_SetReconnectAttemptCount(
                factory, again,
            ));
            ok(tibemsConnectionFactory_SetReconnectAttemptDelay(
                factory, pause,
            ));
            ok(tibemsConnectionFactory_SetReconnectAttemptTimeout(
                factory, limit,
            ));
            Factory(factory as usize)
        }
    }

    /// Connects without a user.
    pub fn connect(self) -> Call<Connection> {
        self.connect_as(None, None)
    }

    /// Connects.
    pub fn connect_as(self, user: Option<&str>, password: Option<&str>) -> Call<Connection> {
        let (user, password) = (user.map(c), password.map(c));
        let mut connection = null_mut();
        // SAFETY: live texts and a place for the handle.
        let status = unsafe {
            tibemsConnectionFactory_CreateConnection(
                self.0 as Object,
                &mut connection,
                ptr(&user),
                ptr(&password),
            )
        };
        made(status, connection).map(Connection)
    }

    /// tibemsUFOConnectionFactory_RecoverConnection
    pub fn recover(self, connection: Connection) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe {
            tibemsUFOConnectionFactory_RecoverConnection(self.0 as Object, connection.0 as Object)
        })
    }

    /// Destroys it.
    pub fn destroy(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsConnectionFactory_Destroy(self.0 as Object) })
    }
}

/// Connects to one URL or list without a user, one try each.
pub fn connect(url: &str) -> Call<Connection> {
    connect_as(url, None, None)
}

/// Connects to one URL or list, one try each.
pub fn connect_as(url: &str, user: Option<&str>, password: Option<&str>) -> Call<Connection> {
    let factory = Factory::new(&Setup {
        url: url.into(),
        ..Setup::default()
    });
    let result = factory.connect_as(user, password);
    factory.destroy().expect("factory destroyed");
    result
}
