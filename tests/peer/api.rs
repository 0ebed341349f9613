//! The library as a C program sees it: thin wrappers of the exported functions.
//!
//! The prototypes are declared here, as a C program's header declares them, and the linker finds the
//! functions. Nothing is closed by itself: closing is part of what the dialogues test.

use std::ffi::{CStr, CString, c_char, c_int, c_longlong, c_uint, c_void};
use std::fmt;
use std::ptr::{null, null_mut};

use tibemsufo as _;
pub use tibemsufo::status::Status;

type Object = *mut c_void;
type OnException = unsafe extern "C" fn(Object, c_int, *mut c_void);
type OnMessage = unsafe extern "C" fn(Object, Object, *mut c_void);

unsafe extern "C" {
    fn tibemsErrorContext_Create(context: *mut Object) -> c_int;
    fn tibemsErrorContext_GetLastErrorString(context: Object, text: *mut *const c_char) -> c_int;
    fn tibemsStatus_GetText(status: c_int) -> *const c_char;
    fn tibems_SetTraceFile(path: *const c_char) -> c_int;
    fn tibems_SetExceptionOnFTEvents(on: c_int) -> c_int;
    fn tibems_SetAllowCloseInCallback(on: c_int) -> c_int;
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
    fn tibemsConnection_Close(connection: Object) -> c_int;
    fn tibemsConnection_Start(connection: Object) -> c_int;
    fn tibemsConnection_Stop(connection: Object) -> c_int;
    fn tibemsConnection_IsDisconnected(connection: Object, disconnected: *mut c_int) -> c_int;
    fn tibemsConnection_GetActiveURL(connection: Object, url: *mut *mut c_char) -> c_int;
    fn tibemsConnection_SetClientId(connection: Object, id: *const c_char) -> c_int;
    fn tibemsConnection_SetExceptionListener(
        connection: Object,
        listener: Option<OnException>,
        closure: *const c_void,
    ) -> c_int;
    fn tibemsConnection_CreateSession(
        connection: Object,
        session: *mut Object,
        transacted: c_int,
        mode: c_int,
    ) -> c_int;
    fn tibemsSession_Close(session: Object) -> c_int;
    fn tibemsSession_Recover(session: Object) -> c_int;
    fn tibemsSession_CreateProducer(session: Object, producer: *mut Object, to: Object) -> c_int;
    fn tibemsSession_CreateConsumer(
        session: Object,
        consumer: *mut Object,
        from: Object,
        selector: *const c_char,
        no_local: c_int,
    ) -> c_int;
    fn tibemsSession_CreateTemporaryQueue(session: Object, queue: *mut Object) -> c_int;
    fn tibemsSession_DeleteTemporaryQueue(session: Object, queue: Object) -> c_int;
    fn tibemsDestination_Create(
        destination: *mut Object,
        kind: c_int,
        name: *const c_char,
    ) -> c_int;
    fn tibemsDestination_Destroy(destination: Object) -> c_int;
    fn tibemsDestination_GetName(destination: Object, name: *mut c_char, size: c_int) -> c_int;
    fn tibemsMsgProducer_Close(producer: Object) -> c_int;
    fn tibemsMsgProducer_SetDeliveryMode(producer: Object, mode: c_int) -> c_int;
    fn tibemsMsgProducer_SetDeliveryDelay(producer: Object, ms: c_longlong) -> c_int;
    fn tibemsMsgProducer_SetTimeToLive(producer: Object, ms: c_longlong) -> c_int;
    fn tibemsMsgProducer_Send(producer: Object, message: Object) -> c_int;
    fn tibemsMsgProducer_SendToDestination(producer: Object, to: Object, message: Object) -> c_int;
    fn tibemsMsgConsumer_Close(consumer: Object) -> c_int;
    fn tibemsMsgConsumer_Receive(consumer: Object, message: *mut Object) -> c_int;
    fn tibemsMsgConsumer_ReceiveTimeout(
        consumer: Object,
        message: *mut Object,
        ms: c_longlong,
    ) -> c_int;
    fn tibemsMsgConsumer_ReceiveNoWait(consumer: Object, message: *mut Object) -> c_int;
    fn tibemsMsgConsumer_SetMsgListener(
        consumer: Object,
        listener: Option<OnMessage>,
        closure: *mut c_void,
    ) -> c_int;
    fn tibemsTextMsg_Create(message: *mut Object) -> c_int;
    fn tibemsTextMsg_SetText(message: Object, text: *const c_char) -> c_int;
    fn tibemsTextMsg_GetText(message: Object, text: *mut *const c_char) -> c_int;
    fn tibemsBytesMsg_Create(message: *mut Object) -> c_int;
    fn tibemsBytesMsg_SetBytes(message: Object, bytes: *const c_void, size: c_uint) -> c_int;
    fn tibemsBytesMsg_GetBytes(
        message: Object,
        bytes: *mut *mut c_void,
        size: *mut c_uint,
    ) -> c_int;
    fn tibemsMsg_Acknowledge(message: Object) -> c_int;
    fn tibemsMsg_Destroy(message: Object) -> c_int;
    fn tibemsMsg_GetPriority(message: Object, priority: *mut c_int) -> c_int;
    fn tibemsMsg_GetRedelivered(message: Object, redelivered: *mut c_int) -> c_int;
    fn tibemsMsg_GetMessageID(message: Object, id: *mut *const c_char) -> c_int;
    fn tibemsMsg_GetIntProperty(message: Object, name: *const c_char, value: *mut c_int) -> c_int;
}

/// A call that did not return OK.
#[derive(Clone, PartialEq, Eq)]
pub struct Failure {
    pub status: i32,
    /// What the error context of the thread said
    pub text: String,
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SAFETY: the text of every number is a constant.
        let name = unsafe { CStr::from_ptr(tibemsStatus_GetText(self.status)) };
        write!(
            f,
            "{} ({}): {}",
            self.status,
            name.to_string_lossy(),
            self.text
        )
    }
}

/// Result of a call.
pub type Call<T = ()> = Result<T, Failure>;

/// Has this thread keep the texts of errors from now on.
pub fn keep_errors() {
    let mut context = null_mut();
    // SAFETY: a place for the handle.
    call(unsafe { tibemsErrorContext_Create(&mut context) }).expect("an error context");
}

/// What the error context of this thread holds.
pub fn last_error() -> String {
    let mut text = null();
    // SAFETY: NULL is the thread's own context; the text is copied before the next call.
    unsafe {
        if tibemsErrorContext_GetLastErrorString(null_mut(), &mut text) == 0 && !text.is_null() {
            CStr::from_ptr(text).to_string_lossy().into_owned()
        } else {
            String::new()
        }
    }
}

fn call(status: c_int) -> Call {
    match status {
        0 => Ok(()),
        status => Err(Failure {
            status,
            text: last_error(),
        }),
    }
}

fn made(status: c_int, object: Object) -> Call<usize> {
    match (status, object.is_null()) {
        (0, false) => Ok(object as usize),
        (0, true) => panic!("OK without an object"),
        (_, false) => panic!("status {status} with an object"),
        (_, true) => call(status).map(|()| 0),
    }
}

fn c(text: &str) -> CString {
    CString::new(text).expect("no NUL")
}

fn ptr(text: &Option<CString>) -> *const c_char {
    text.as_ref().map_or(null(), |text| text.as_ptr())
}

/// Fails unless the call returned this status.
#[track_caller]
pub fn expect_status<T: fmt::Debug>(result: Call<T>, status: Status) -> Failure {
    match result {
        Err(failure) if failure.status == status.code() => failure,
        other => panic!("{other:?}, expected {} ({status:?})", status.code()),
    }
}

/// Sends the trace of this process to a file (only in dialogues that have their own).
pub fn trace_to(path: &std::path::Path) {
    let path = c(path.to_str().expect("a path that is text"));
    // SAFETY: a live text.
    call(unsafe { tibems_SetTraceFile(path.as_ptr()) }).expect("a trace file");
}

/// Asks for failover events in this process (only in dialogues that have their own).
pub fn report_failover_events() {
    // SAFETY: a plain setter.
    call(unsafe { tibems_SetExceptionOnFTEvents(1) }).expect("events on");
}

/// Allows close and stop in callbacks in this process (only in dialogues that have their own).
pub fn allow_close_in_callback() {
    // SAFETY: a plain setter.
    call(unsafe { tibems_SetAllowCloseInCallback(1) }).expect("allowed");
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
pub struct Factory(usize);

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

/// Acknowledge modes.
pub const AUTO: i32 = 1;
pub const CLIENT: i32 = 2;
pub const DUPS_OK: i32 = 3;
pub const NO_ACK: i32 = 22;
pub const EXPLICIT: i32 = 23;

/// Delivery modes.
pub const NON_PERSISTENT: i32 = 1;
pub const PERSISTENT: i32 = 2;
pub const RELIABLE: i32 = 22;

type Listener = Box<dyn Fn(i32) + Send + Sync>;
type Handler = Box<dyn Fn(Msg) + Send + Sync>;

unsafe extern "C" fn exception(_: Object, status: c_int, closure: *mut c_void) {
    // SAFETY: the closure is the leaked box of `on_exception`.
    unsafe { (*closure.cast::<Listener>())(status) }
}

unsafe extern "C" fn message(_: Object, message: Object, closure: *mut c_void) {
    // SAFETY: the closure is the leaked box of `on_message`.
    unsafe { (*closure.cast::<Handler>())(Msg(message as usize)) }
}

/// A connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connection(usize);

impl Connection {
    pub fn close(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsConnection_Close(self.0 as Object) })
    }

    pub fn start(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsConnection_Start(self.0 as Object) })
    }

    pub fn stop(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsConnection_Stop(self.0 as Object) })
    }

    pub fn set_client_id(self, id: &str) -> Call {
        // SAFETY: handles are checked by the library, the text lives.
        call(unsafe { tibemsConnection_SetClientId(self.0 as Object, c(id).as_ptr()) })
    }

    pub fn is_disconnected(self) -> bool {
        let mut flag = -1;
        // SAFETY: handles are checked by the library; a place for the result.
        call(unsafe { tibemsConnection_IsDisconnected(self.0 as Object, &mut flag) })
            .expect("never fails");
        assert!(flag == 0 || flag == 1, "a truth value of {flag}");
        flag == 1
    }

    pub fn active_url(self) -> Call<String> {
        let mut url = null_mut();
        // SAFETY: the text is ours and freed here.
        unsafe {
            call(tibemsConnection_GetActiveURL(self.0 as Object, &mut url))?;
            let text = CStr::from_ptr(url).to_string_lossy().into_owned();
            libc::free(url.cast());
            Ok(text)
        }
    }

    /// Sets the exception listener.
    pub fn on_exception(self, listener: impl Fn(i32) + Send + Sync + 'static) {
        let closure: *mut Listener = Box::into_raw(Box::new(Box::new(listener)));
        // SAFETY: the closure is never freed, so that late calls are harmless.
        call(unsafe {
            tibemsConnection_SetExceptionListener(
                self.0 as Object,
                Some(exception),
                closure.cast::<c_void>(),
            )
        })
        .expect("listener set");
    }

    /// A session that is not transacted.
    pub fn session(self, mode: i32) -> Call<Session> {
        let mut session = null_mut();
        // SAFETY: handles are checked by the library; a place for the result.
        let status =
            unsafe { tibemsConnection_CreateSession(self.0 as Object, &mut session, 0, mode) };
        made(status, session).map(Session)
    }
}

/// A session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session(usize);

impl Session {
    pub fn close(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsSession_Close(self.0 as Object) })
    }

    pub fn recover(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsSession_Recover(self.0 as Object) })
    }

    /// A producer for a queue.
    pub fn producer(self, queue: &str) -> Call<Producer> {
        let destination = Destination::queue(queue);
        let result = self.producer_to(Some(destination));
        destination.destroy().expect("destroyed");
        result
    }

    /// A producer for a destination, or for none.
    pub fn producer_to(self, to: Option<Destination>) -> Call<Producer> {
        let mut producer = null_mut();
        let to = to.map_or(0, |to| to.0);
        // SAFETY: handles are checked by the library; a place for the result.
        let status =
            unsafe { tibemsSession_CreateProducer(self.0 as Object, &mut producer, to as Object) };
        made(status, producer).map(Producer)
    }

    /// A consumer of a queue.
    pub fn consumer(self, queue: &str) -> Call<Consumer> {
        let destination = Destination::queue(queue);
        let result = self.consumer_of(destination, None, false);
        destination.destroy().expect("destroyed");
        result
    }

    /// A consumer of a destination.
    pub fn consumer_of(
        self,
        from: Destination,
        selector: Option<&str>,
        no_local: bool,
    ) -> Call<Consumer> {
        let selector = selector.map(c);
        let mut consumer = null_mut();
        // SAFETY: handles are checked by the library; a place for the result.
        let status = unsafe {
            tibemsSession_CreateConsumer(
                self.0 as Object,
                &mut consumer,
                from.0 as Object,
                ptr(&selector),
                no_local.into(),
            )
        };
        made(status, consumer).map(Consumer)
    }

    pub fn temporary_queue(self) -> Call<Destination> {
        let mut queue = null_mut();
        // SAFETY: handles are checked by the library; a place for the result.
        let status = unsafe { tibemsSession_CreateTemporaryQueue(self.0 as Object, &mut queue) };
        made(status, queue).map(Destination)
    }

    pub fn delete_temporary_queue(self, queue: Destination) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsSession_DeleteTemporaryQueue(self.0 as Object, queue.0 as Object) })
    }
}

/// A destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destination(usize);

impl Destination {
    fn new(kind: c_int, name: &str) -> Destination {
        let mut destination = null_mut();
        // SAFETY: a live text and a place for the result.
        let status = unsafe { tibemsDestination_Create(&mut destination, kind, c(name).as_ptr()) };
        Destination(made(status, destination).expect("a destination"))
    }

    pub fn queue(name: &str) -> Destination {
        Destination::new(1, name)
    }

    pub fn topic(name: &str) -> Destination {
        Destination::new(2, name)
    }

    pub fn name(self) -> String {
        let mut buffer = [0; 256];
        // SAFETY: the buffer has the size that is named.
        unsafe {
            call(tibemsDestination_GetName(
                self.0 as Object,
                buffer.as_mut_ptr(),
                256,
            ))
            .expect("a name");
            CStr::from_ptr(buffer.as_ptr())
                .to_string_lossy()
                .into_owned()
        }
    }

    pub fn destroy(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsDestination_Destroy(self.0 as Object) })
    }
}

/// A producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Producer(usize);

impl Producer {
    pub fn close(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsMsgProducer_Close(self.0 as Object) })
    }

    pub fn set_delivery_mode(self, mode: i32) {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsMsgProducer_SetDeliveryMode(self.0 as Object, mode) }).expect("mode");
    }

    pub fn set_delivery_delay(self, ms: i64) {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsMsgProducer_SetDeliveryDelay(self.0 as Object, ms) }).expect("delay");
    }

    pub fn set_time_to_live(self, ms: i64) {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsMsgProducer_SetTimeToLive(self.0 as Object, ms) }).expect("a time");
    }

    pub fn send(self, message: Msg) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsMsgProducer_Send(self.0 as Object, message.0 as Object) })
    }

    pub fn send_to(self, to: Destination, message: Msg) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe {
            tibemsMsgProducer_SendToDestination(
                self.0 as Object,
                to.0 as Object,
                message.0 as Object,
            )
        })
    }

    /// Sends a text in a message of its own.
    pub fn send_text(self, text: &str) -> Call {
        let message = Msg::text(text);
        let result = self.send(message);
        message.destroy();
        result
    }
}

/// A consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consumer(usize);

impl Consumer {
    pub fn close(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsMsgConsumer_Close(self.0 as Object) })
    }

    pub fn receive(self) -> Call<Msg> {
        let mut message = null_mut();
        // SAFETY: handles are checked by the library; a place for the result.
        let status = unsafe { tibemsMsgConsumer_Receive(self.0 as Object, &mut message) };
        made(status, message).map(Msg)
    }

    pub fn receive_within(self, ms: i64) -> Call<Msg> {
        let mut message = null_mut();
        // SAFETY: handles are checked by the library; a place for the result.
        let status =
            unsafe { tibemsMsgConsumer_ReceiveTimeout(self.0 as Object, &mut message, ms) };
        made(status, message).map(Msg)
    }

    pub fn receive_now(self) -> Call<Msg> {
        let mut message = null_mut();
        // SAFETY: handles are checked by the library; a place for the result.
        let status = unsafe { tibemsMsgConsumer_ReceiveNoWait(self.0 as Object, &mut message) };
        made(status, message).map(Msg)
    }

    /// Receives a text message, reads and destroys it.
    pub fn receive_text(self) -> Call<String> {
        let message = self.receive_within(super::LIMIT.as_millis() as i64)?;
        let text = message.body();
        message.destroy();
        Ok(text)
    }

    /// Sets the message listener, which owns its messages.
    pub fn on_message(self, handler: impl Fn(Msg) + Send + Sync + 'static) -> Call {
        let closure: *mut Handler = Box::into_raw(Box::new(Box::new(handler)));
        // SAFETY: the closure is never freed, so that late calls are harmless.
        call(unsafe {
            tibemsMsgConsumer_SetMsgListener(
                self.0 as Object,
                Some(message),
                closure.cast::<c_void>(),
            )
        })
    }
}

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Msg(usize);

impl Msg {
    /// A text message.
    pub fn text(text: &str) -> Msg {
        let mut message = null_mut();
        // SAFETY: a live text and a place for the handle.
        unsafe {
            let status = tibemsTextMsg_Create(&mut message);
            let made = made(status, message).expect("a message");
            call(tibemsTextMsg_SetText(message, c(text).as_ptr())).expect("a text");
            Msg(made)
        }
    }

    /// A bytes message.
    pub fn data(bytes: &[u8]) -> Msg {
        let mut message = null_mut();
        // SAFETY: live bytes and a place for the handle.
        unsafe {
            let status = tibemsBytesMsg_Create(&mut message);
            let made = made(status, message).expect("a message");
            call(tibemsBytesMsg_SetBytes(
                message,
                bytes.as_ptr().cast(),
                bytes.len() as c_uint,
            ))
            .expect("bytes");
            Msg(made)
        }
    }

    /// The body of a text message.
    #[track_caller]
    pub fn body(self) -> String {
        let mut text = null();
        // SAFETY: the text lives as long as the message.
        unsafe {
            call(tibemsTextMsg_GetText(self.0 as Object, &mut text)).expect("a text message");
            assert!(!text.is_null(), "a text message without a text");
            CStr::from_ptr(text).to_string_lossy().into_owned()
        }
    }

    /// The body of a bytes message.
    #[track_caller]
    pub fn bytes(self) -> Vec<u8> {
        let (mut bytes, mut size) = (null_mut(), 0);
        // SAFETY: the bytes live as long as the message.
        unsafe {
            call(tibemsBytesMsg_GetBytes(
                self.0 as Object,
                &mut bytes,
                &mut size,
            ))
            .expect("a bytes message");
            if size == 0 {
                return Vec::new();
            }
            std::slice::from_raw_parts(bytes.cast::<u8>(), size as usize).to_vec()
        }
    }

    pub fn acknowledge(self) -> Call {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsMsg_Acknowledge(self.0 as Object) })
    }

    pub fn destroy(self) {
        // SAFETY: handles are checked by the library.
        call(unsafe { tibemsMsg_Destroy(self.0 as Object) }).expect("destroyed");
    }

    pub fn priority(self) -> i32 {
        let mut value = -1;
        // SAFETY: a place for the result.
        call(unsafe { tibemsMsg_GetPriority(self.0 as Object, &mut value) }).expect("priority");
        value
    }

    pub fn redelivered(self) -> bool {
        let mut value = -1;
        // SAFETY: a place for the result.
        call(unsafe { tibemsMsg_GetRedelivered(self.0 as Object, &mut value) }).expect("a flag");
        value == 1
    }

    pub fn id(self) -> Option<String> {
        let mut id = null();
        // SAFETY: the text lives as long as the message.
        unsafe {
            call(tibemsMsg_GetMessageID(self.0 as Object, &mut id)).expect("an id or none");
            (!id.is_null()).then(|| CStr::from_ptr(id).to_string_lossy().into_owned())
        }
    }

    pub fn int_property(self, name: &str) -> Call<i32> {
        let mut value = 0;
        // SAFETY: a live text and a place for the result.
        call(unsafe { tibemsMsg_GetIntProperty(self.0 as Object, c(name).as_ptr(), &mut value) })?;
        Ok(value)
    }
}
