//! The crate tibco_ems-sys by itself: its idea of the C functions and of their types.

use crate::*;
use std::ffi::{c_char, c_void, CStr, CString};
use std::ptr::{null, null_mut};
use tibco_ems_sys::*;

pub const TESTS: &[Test] = &[
    ("transaction", transaction),
    ("sendex", send_ex),
    ("error context", error_context),
    ("field of a map", map_field),
    ("destinations", destinations),
    ("tls parameters and lookups", unbuilt),
];

// What tests need and the crate does not declare.
extern "C" {
    fn tibemsMapMsg_SetMapMsg(
        message: usize,
        name: *const c_char,
        value: usize,
        copy: tibems_bool,
    ) -> tibems_status;
    fn tibemsSession_Rollback(session: usize) -> tibems_status;
    fn tibemsSession_Unsubscribe(session: usize, name: *const c_char) -> tibems_status;
    fn tibemsConnection_Close(connection: usize) -> tibems_status;
    fn tibemsMsg_GetPriority(message: usize, value: *mut i32) -> tibems_status;
    fn tibemsMsg_GetDeliveryMode(message: usize, value: *mut i32) -> tibems_status;
}

fn c(text: &str) -> CString {
    CString::new(text).unwrap()
}

#[track_caller]
fn ok(status: tibems_status) {
    assert_eq!(status, tibems_status::TIBEMS_OK);
}

/// A connection made with nothing but the raw functions.
struct Raw {
    factory: *mut tibemsConnectionFactory,
    connection: usize,
}

impl Raw {
    fn new() -> Self {
        let mut connection = 0;
        unsafe {
            let factory = tibemsConnectionFactory_Create();
            ok(tibemsConnectionFactory_SetServerURL(
                factory,
                c(&url()).as_ptr(),
            ));
            ok(tibemsConnectionFactory_SetUserName(
                factory,
                c("ems").as_ptr(),
            ));
            ok(tibemsConnectionFactory_SetUserPassword(
                factory,
                c("ems").as_ptr(),
            ));
            ok(tibemsConnectionFactory_CreateConnection(
                factory,
                &mut connection,
                null(),
                null(),
            ));
            ok(tibemsConnection_Start(connection));
            Self {
                factory,
                connection,
            }
        }
    }

    fn session(&self, transacted: bool) -> usize {
        let mut session = 0;
        let (flag, mode) = match transacted {
            true => (
                tibems_bool::TIBEMS_TRUE,
                tibemsAcknowledgeMode::TIBEMS_SESSION_TRANSACTED,
            ),
            false => (
                tibems_bool::TIBEMS_FALSE,
                tibemsAcknowledgeMode::TIBEMS_AUTO_ACKNOWLEDGE,
            ),
        };
        ok(unsafe { tibemsConnection_CreateSession(self.connection, &mut session, flag, mode) });
        session
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        unsafe {
            ok(tibemsConnection_Close(self.connection));
            ok(tibemsConnectionFactory_Destroy(self.factory));
        }
    }
}

fn make(destination: &Destination) -> usize {
    let mut handle = 0;
    let (kind, name) = match destination {
        Destination::Queue(name) => (tibemsDestinationType::TIBEMS_QUEUE, name),
        Destination::Topic(name) => (tibemsDestinationType::TIBEMS_TOPIC, name),
    };
    ok(unsafe { tibemsDestination_Create(&mut handle, kind, c(name).as_ptr()) });
    handle
}

unsafe fn send_text(producer: usize, body: &str) {
    let mut message = 0;
    ok(tibemsTextMsg_Create(&mut message));
    ok(tibemsTextMsg_SetText(message, c(body).as_ptr()));
    ok(tibemsMsgProducer_Send(producer, message));
    ok(tibemsMsg_Destroy(message));
}

unsafe fn receive_text(consumer: usize, timeout: i64) -> Option<String> {
    let mut message = 0;
    match tibemsMsgConsumer_ReceiveTimeout(consumer, &mut message, timeout) {
        tibems_status::TIBEMS_TIMEOUT => None,
        status => {
            ok(status);
            let text: *const c_char = null();
            ok(tibemsTextMsg_GetText(message, &text));
            let text = CStr::from_ptr(text).to_str().unwrap().to_string();
            ok(tibemsMsg_Destroy(message));
            Some(text)
        }
    }
}

/// A map with a map and bytes in it.
pub fn send_nested(queue: &Destination) {
    let raw = Raw::new();
    let session = raw.session(false);
    unsafe {
        let (mut producer, mut outer, mut inner) = (0, 0, 0);
        ok(tibemsSession_CreateProducer(
            session,
            &mut producer,
            make(queue),
        ));
        ok(tibemsMapMsg_Create(&mut outer));
        ok(tibemsMapMsg_Create(&mut inner));
        ok(tibemsMapMsg_SetInt(inner, c("depth").as_ptr(), 2));
        ok(tibemsMapMsg_SetMapMsg(
            outer,
            c("inner").as_ptr(),
            inner,
            tibems_bool::TIBEMS_TRUE,
        ));
        ok(tibemsMapMsg_SetLong(outer, c("plain").as_ptr(), 1));
        let mut raw_bytes = [1u8, 2, 3];
        ok(tibemsMapMsg_SetBytes(
            outer,
            c("raw").as_ptr(),
            raw_bytes.as_mut_ptr().cast(),
            3,
        ));
        ok(tibemsMsgProducer_Send(producer, outer));
        ok(tibemsMsg_Destroy(inner));
        ok(tibemsMsg_Destroy(outer));
    }
}

pub fn unsubscribe(name: &str) {
    let raw = Raw::new();
    ok(unsafe { tibemsSession_Unsubscribe(raw.session(false), c(name).as_ptr()) });
}

fn transaction() -> End {
    let raw = Raw::new();
    let queue = make(&queue());
    let (session, watcher) = (raw.session(true), raw.session(false));
    let (mut producer, mut consumer, mut watching) = (0, 0, 0);
    unsafe {
        ok(tibemsSession_CreateProducer(session, &mut producer, queue));
        ok(tibemsSession_CreateConsumer(
            watcher,
            &mut watching,
            queue,
            null(),
            tibems_bool::TIBEMS_FALSE,
        ));
        send_text(producer, "rolled back");
        ok(tibemsSession_Rollback(session));
        send_text(producer, "one");
        send_text(producer, "two");
        assert_eq!(receive_text(watching, SILENCE), None);
        ok(tibemsSession_Commit(session));
        assert_eq!(receive_text(watching, SOON).unwrap(), "one");
        assert_eq!(receive_text(watching, SOON).unwrap(), "two");
        ok(tibemsMsgConsumer_Close(watching));

        send_text(producer, "three");
        ok(tibemsSession_Commit(session));
        ok(tibemsSession_CreateConsumer(
            session,
            &mut consumer,
            queue,
            null(),
            tibems_bool::TIBEMS_FALSE,
        ));
        assert_eq!(receive_text(consumer, SOON).unwrap(), "three");
        ok(tibemsSession_Rollback(session));
        assert_eq!(receive_text(consumer, SOON).unwrap(), "three");
        ok(tibemsSession_Commit(session));
        ok(tibemsSession_Rollback(session));
        assert_eq!(receive_text(consumer, SILENCE), None);
        ok(tibemsSession_Close(session));
        ok(tibemsSession_Close(watcher));
        ok(tibemsDestination_Destroy(queue));
    }
    End::Passed
}

/// The types of SendEx and SendToDestinationEx: enum, int and long side by side.
fn send_ex() -> End {
    let raw = Raw::new();
    let session = raw.session(false);
    let queue = make(&queue());
    unsafe {
        let (mut producer, mut consumer, mut message) = (0, 0, 0);
        ok(tibemsSession_CreateProducer(session, &mut producer, 0));
        ok(tibemsMsgProducer_SetTimeToLive(producer, 3_600_000));
        ok(tibemsSession_CreateConsumer(
            session,
            &mut consumer,
            queue,
            c("").as_ptr(),
            tibems_bool::TIBEMS_TRUE,
        ));
        for (mode, expected) in [
            (tibemsDeliveryMode::TIBEMS_NON_PERSISTENT, 1),
            (tibemsDeliveryMode::TIBEMS_PERSISTENT, 2),
            (tibemsDeliveryMode::TIBEMS_RELIABLE, 22),
        ] {
            ok(tibemsMsg_Create(&mut message));
            ok(tibemsMsgProducer_SendToDestinationEx(
                producer, queue, message, mode, 7, 0,
            ));
            ok(tibemsMsg_Destroy(message));
            ok(tibemsMsgConsumer_Receive(consumer, &mut message));
            let (mut priority, mut got) = (0, 0);
            ok(tibemsMsg_GetPriority(message, &mut priority));
            ok(tibemsMsg_GetDeliveryMode(message, &mut got));
            assert_eq!((priority, got), (7, expected));
            ok(tibemsMsg_Destroy(message));
        }
        ok(tibemsMsg_Create(&mut message));
        let without = tibemsMsgProducer_SendEx(
            producer,
            message,
            tibemsDeliveryMode::TIBEMS_PERSISTENT,
            4,
            0,
        );
        assert_eq!(without, tibems_status::TIBEMS_INVALID_DESTINATION);
        ok(tibemsMsg_Destroy(message));
        ok(tibemsMsgProducer_Close(producer));
        ok(tibemsSession_Close(session));
    }
    End::Passed
}

fn error_context() -> End {
    let mut context: *mut c_void = null_mut();
    let mut text: *const c_char = null();
    unsafe {
        ok(tibemsErrorContext_Create(
            (&mut context as *mut *mut c_void).cast(),
        ));
        let mut connection = 0;
        let factory = tibemsConnectionFactory_Create();
        ok(tibemsConnectionFactory_SetServerURL(
            factory,
            c("tcp://127.0.0.1:1").as_ptr(),
        ));
        let status =
            tibemsConnectionFactory_CreateConnection(factory, &mut connection, null(), null());
        assert_eq!(status, tibems_status::TIBEMS_SERVER_NOT_CONNECTED);
        ok(tibemsErrorContext_GetLastErrorString(
            context,
            (&mut text as *mut *const c_char).cast(),
        ));
        assert!(CStr::from_ptr(text)
            .to_str()
            .unwrap()
            .contains("127.0.0.1:1"));
        assert!(!tibemsStatus_GetText(status).is_null());
        ok(tibemsConnectionFactory_Destroy(factory));
    }
    End::Passed
}

/// The crate's structure of a field lies over ours: its parts are private, its debug text is not.
fn map_field() -> End {
    unsafe {
        let mut message = 0;
        let mut guarded = std::mem::MaybeUninit::<(tibemsMsgField, [u64; 4])>::zeroed();
        let field = guarded.as_mut_ptr();
        (*field).1 = [u64::MAX; 4];
        ok(tibemsMapMsg_Create(&mut message));
        ok(tibemsMapMsg_SetInt(message, c("n").as_ptr(), 0x1234));
        ok(tibemsMapMsg_SetString(
            message,
            c("s").as_ptr(),
            c("text").as_ptr(),
        ));
        ok(tibemsMapMsg_GetField(
            message,
            c("n").as_ptr(),
            &mut (*field).0,
        ));
        let said = format!("{:?}", (*field).0);
        assert!(
            said.contains("type: 5,") && said.contains("data: 0x1234"),
            "{said}"
        );
        ok(tibemsMapMsg_GetField(
            message,
            c("s").as_ptr(),
            &mut (*field).0,
        ));
        let said = format!("{:?}", (*field).0);
        assert!(said.contains("type: 9,"), "{said}");
        assert_eq!(
            (*field).1,
            [u64::MAX; 4],
            "written behind the crate's structure"
        );
        let mut exists = tibems_bool::TIBEMS_FALSE;
        ok(tibemsMapMsg_ItemExists(
            message,
            c("s").as_ptr(),
            &mut exists,
        ));
        assert!(matches!(exists, tibems_bool::TIBEMS_TRUE));
        ok(tibemsMsg_Destroy(message));
    }
    End::Passed
}

fn destinations() -> End {
    let (name, mut copy, mut queue) = (fresh("queue"), 0, 0);
    unsafe {
        ok(tibemsQueue_Create(&mut queue, c(&name).as_ptr()));
        ok(tibemsDestination_Copy(queue, &mut copy));
        ok(tibemsDestination_Destroy(queue));
        let mut kind = tibemsDestinationType::TIBEMS_UNKNOWN;
        ok(tibemsDestination_GetType(copy, &mut kind));
        assert!(matches!(kind, tibemsDestinationType::TIBEMS_QUEUE));
        let mut buffer = [0 as c_char; 100];
        ok(tibemsDestination_GetName(
            copy,
            buffer.as_mut_ptr(),
            buffer.len(),
        ));
        assert_eq!(CStr::from_ptr(buffer.as_ptr()).to_str().unwrap(), name);
        let small = tibemsDestination_GetName(copy, buffer.as_mut_ptr(), 4);
        assert_eq!(small, tibems_status::TIBEMS_INSUFFICIENT_BUFFER);
        ok(tibemsDestination_Destroy(copy));
    }
    End::Passed
}

fn unbuilt() -> End {
    unsafe {
        let parameters = tibemsSSLParams_Create();
        assert!(!parameters.is_null());
        tibemsSSLParams_Destroy(parameters);
        let mut context: *mut tibemsLookupContext = null_mut();
        let status = tibemsLookupContext_Create(
            (&mut context as *mut *mut tibemsLookupContext).cast(),
            c(&url()).as_ptr(),
            c("ems").as_ptr(),
            c("ems").as_ptr(),
        );
        assert_eq!(status, tibems_status::TIBEMS_NOT_IMPLEMENTED);
    }
    End::Passed
}
