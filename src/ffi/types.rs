//! The C types of the API, spelled exactly as C programs know them, and the one place where C
//! enumeration values become Rust ones.
//!
//! The header is generated from this file. Rust never receives a value of a C enum as a Rust enum:
//! parameters are `MaybeUninit<TheEnum>` and go through [`enumerated`], [`flag`] or [`number`].
//! Nothing here blocks. Called by every file of `ffi`.

#![allow(non_camel_case_types, non_snake_case)]

use core::ffi::{
    c_char, c_double, c_float, c_int, c_longlong, c_schar, c_short, c_uchar, c_uint, c_ulonglong,
    c_ushort, c_void,
};
use std::mem::MaybeUninit;

pub use crate::status::tibems_status;

/// Signed integer, 8 bits.
pub type tibems_byte = c_schar;
/// Unsigned integer, 8 bits.
pub type tibems_ubyte = c_uchar;
/// Signed integer, 16 bits.
pub type tibems_short = c_short;
/// Unsigned integer, 16 bits.
pub type tibems_ushort = c_ushort;
/// One UTF-16 code unit.
pub type tibems_wchar = c_ushort;
/// Signed integer, 32 bits.
pub type tibems_int = c_int;
/// Unsigned integer, 32 bits.
pub type tibems_uint = c_uint;
/// Signed integer, 64 bits.
pub type tibems_long = c_longlong;
/// Unsigned integer, 64 bits.
pub type tibems_ulong = c_ulonglong;
/// IEEE 754 number, 32 bits.
pub type tibems_float = c_float;
/// IEEE 754 number, 64 bits.
pub type tibems_double = c_double;

/// Truth value. As an argument any number but 0 counts as true; results are exactly 0 or 1.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum tibems_bool {
    TIBEMS_FALSE = 0,
    TIBEMS_TRUE = 1,
}

/// Kind of a destination.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum tibemsDestinationType {
    TIBEMS_UNKNOWN = 0,
    TIBEMS_QUEUE = 1,
    TIBEMS_TOPIC = 2,
    TIBEMS_DEST_UNDEFINED = 256,
}

/// How the messages received in a session are acknowledged.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum tibemsAcknowledgeMode {
    TIBEMS_SESSION_TRANSACTED = 0,
    TIBEMS_AUTO_ACKNOWLEDGE = 1,
    TIBEMS_CLIENT_ACKNOWLEDGE = 2,
    TIBEMS_DUPS_OK_ACKNOWLEDGE = 3,
    TIBEMS_NO_ACKNOWLEDGE = 22,
    TIBEMS_EXPLICIT_CLIENT_ACKNOWLEDGE = 23,
    TIBEMS_EXPLICIT_CLIENT_DUPS_OK_ACKNOWLEDGE = 24,
}

/// What the server promises for a message.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum tibemsDeliveryMode {
    TIBEMS_NON_PERSISTENT = 1,
    TIBEMS_PERSISTENT = 2,
    TIBEMS_RELIABLE = 22,
}

/// When a non-persistent send waits for the answer of the server.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum tibemsNpCheckMode {
    NPSEND_CHECK_DEFAULT = 0,
    NPSEND_CHECK_ALWAYS = 1,
    NPSEND_CHECK_NEVER = 2,
    NPSEND_CHECK_TEMP_DEST = 3,
    NPSEND_CHECK_AUTH = 4,
    NPSEND_CHECK_TEMP_AUTH = 5,
}

/// Kind of the body of a message.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum tibemsMsgType {
    TIBEMS_MESSAGE_UNKNOWN = 0,
    TIBEMS_MESSAGE = 1,
    TIBEMS_BYTES_MESSAGE = 2,
    TIBEMS_MAP_MESSAGE = 3,
    TIBEMS_OBJECT_MESSAGE = 4,
    TIBEMS_STREAM_MESSAGE = 5,
    TIBEMS_TEXT_MESSAGE = 6,
    TIBEMS_MESSAGE_UNDEFINED = 256,
}

/// What a load-balancing factory looks at when it chooses a server.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum tibemsFactoryLoadBalanceMetric {
    TIBEMS_FACTORY_LOAD_BALANCE_METRIC_NONE = 0,
    TIBEMS_FACTORY_LOAD_BALANCE_METRIC_CONNECTIONS = 1,
    TIBEMS_FACTORY_LOAD_BALANCE_METRIC_BYTE_RATE = 2,
}

/// Never defined: handles of messages are identifiers, not addresses.
pub struct __tibemsMsg(());
/// Never defined: handles of enumerations are identifiers, not addresses.
pub struct __tibemsMsgEnum(());
/// Transaction identifier of the X/Open XA interface. The header defines it unless the X/Open
/// header was included before (guard `XA_H`).
pub struct XID(());

/// Handle of a message of any kind.
pub type tibemsMsg = *mut __tibemsMsg;
/// Handle of a bytes message.
pub type tibemsBytesMsg = *mut __tibemsMsg;
/// Handle of a map message.
pub type tibemsMapMsg = *mut __tibemsMsg;
/// Handle of an object message.
pub type tibemsObjectMsg = *mut __tibemsMsg;
/// Handle of a stream message.
pub type tibemsStreamMsg = *mut __tibemsMsg;
/// Handle of a text message.
pub type tibemsTextMsg = *mut __tibemsMsg;
/// Handle of an enumeration of names.
pub type tibemsMsgEnum = *mut __tibemsMsgEnum;
/// Handle of a connection factory.
pub type tibemsConnectionFactory = *mut c_void;
/// Handle of a connection.
pub type tibemsConnection = *mut c_void;
/// Handle of a connection made by a topic call; any connection will do.
pub type tibemsTopicConnection = *mut c_void;
/// Handle of a connection made by a queue call; any connection will do.
pub type tibemsQueueConnection = *mut c_void;
/// Handle of a session.
pub type tibemsSession = *mut c_void;
/// Handle of a session made by a topic call; any session will do.
pub type tibemsTopicSession = *mut c_void;
/// Handle of a session made by a queue call; any session will do.
pub type tibemsQueueSession = *mut c_void;
/// Handle of a queue or topic.
pub type tibemsDestination = *mut c_void;
/// Handle of a topic.
pub type tibemsTopic = *mut c_void;
/// Handle of a temporary topic.
pub type tibemsTemporaryTopic = *mut c_void;
/// Handle of a queue.
pub type tibemsQueue = *mut c_void;
/// Handle of a temporary queue.
pub type tibemsTemporaryQueue = *mut c_void;
/// Handle of a producer.
pub type tibemsMsgProducer = *mut c_void;
/// Handle of a consumer.
pub type tibemsMsgConsumer = *mut c_void;
/// Handle of a requestor.
pub type tibemsMsgRequestor = *mut c_void;
/// Handle of a consumer of a topic.
pub type tibemsTopicSubscriber = *mut c_void;
/// Handle of a producer for topics.
pub type tibemsTopicPublisher = *mut c_void;
/// Handle of a requestor for topics.
pub type tibemsTopicRequestor = *mut c_void;
/// Handle of a queue browser.
pub type tibemsQueueBrowser = *mut c_void;
/// Handle of a consumer of a queue.
pub type tibemsQueueReceiver = *mut c_void;
/// Handle of a producer for queues.
pub type tibemsQueueSender = *mut c_void;
/// Handle of a requestor for queues.
pub type tibemsQueueRequestor = *mut c_void;
/// Declared for old sources; no function takes one.
pub type tibemsExceptionListener = *mut c_void;
/// Handle of the metadata of a connection.
pub type tibemsConnectionMetaData = *mut c_void;
/// Handle of TLS parameters.
pub type tibemsSSLParams = *mut c_void;
/// Handle of an XA resource; none can be made.
pub type tibemsXAResource = *mut c_void;
/// Handle of the parameters of a lookup in a directory.
pub type tibemsLookupParams = *mut c_void;
/// Handle of a lookup context.
pub type tibemsLookupContext = *mut c_void;
/// Handle of an error context.
pub type tibemsErrorContext = *mut c_void;

/// Value of a field; the member that counts is named by `type` of tibemsMsgField.
#[repr(C)]
#[derive(Clone, Copy)]
pub union tibemsData {
    pub boolValue: MaybeUninit<tibems_bool>,
    pub byteValue: tibems_byte,
    pub shortValue: tibems_short,
    pub wcharValue: tibems_wchar,
    pub intValue: tibems_int,
    pub longValue: tibems_long,
    pub floatValue: tibems_float,
    pub doubleValue: tibems_double,
    pub utf8Value: *mut c_char,
    pub bytesValue: *mut c_void,
    pub msgValue: *mut __tibemsMsg,
    pub arrayValue: *mut c_void,
}

/// A typed value: a property, an entry of a map message or an item of a stream message.
///
/// `type` is one of TIBEMS_NULL to TIBEMS_DOUBLE_ARRAY. `size` counts bytes (for text with its
/// NUL), `count` the elements of an array.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tibemsMsgField {
    pub r#type: tibems_byte,
    pub size: tibems_int,
    pub count: tibems_int,
    pub data: tibemsData,
}

/// Decides about a server whose certificate does not carry the expected host name:
/// TIBEMS_OK accepts, anything else refuses. Each name may be NULL. Must not use the connection
/// that is being made.
pub type tibemsSSLHostNameVerifier = Option<
    unsafe extern "C" fn(
        connected_hostname: *const c_char,
        expected_hostname: *const c_char,
        certificate_name: *const c_char,
        closure: *mut c_void,
    ) -> MaybeUninit<tibems_status>,
>;

/// Called on a thread of the library when a connection breaks, and on failover steps if asked for.
pub type tibemsExceptionCallback = Option<
    unsafe extern "C" fn(connection: tibemsConnection, status: tibems_status, closure: *mut c_void),
>;

/// Called on a thread of the library when the outcome of an asynchronous send is known. The
/// message stays the sender's.
pub type tibemsMsgCompletionCallback =
    Option<unsafe extern "C" fn(msg: tibemsMsg, status: tibems_status, closure: *mut c_void)>;

/// Called on the session's thread with each message. The message belongs to the callback, which
/// destroys it now or later.
pub type tibemsMsgCallback = Option<
    unsafe extern "C" fn(msg_consumer: tibemsMsgConsumer, msg: tibemsMsg, closure: *mut c_void),
>;

/// Accepted, never called: nothing is multicast here.
pub type tibemsMulticastExceptionCallback = Option<
    unsafe extern "C" fn(
        connection: tibemsConnection,
        session: tibemsSession,
        consumer: tibemsMsgConsumer,
        status: tibems_status,
        description: *const c_char,
        closure: *mut c_void,
    ),
>;

/// A C enumeration whose values can be checked.
///
/// # Safety
/// The implementor is `repr(C)` without fields and has the size of a C `int`.
pub(crate) unsafe trait Enumeration: Copy + 'static {
    /// Every value of the enumeration.
    const ALL: &'static [Self];
}

macro_rules! enumeration {
    ($name:ident: $($value:ident),+) => {
        // SAFETY: repr(C) without fields; the size is asserted below.
        unsafe impl Enumeration for $name {
            const ALL: &'static [Self] = &[$($name::$value),+];
        }
        const _: () = assert!(size_of::<$name>() == size_of::<c_int>());
    };
}

enumeration!(tibemsDestinationType: TIBEMS_UNKNOWN, TIBEMS_QUEUE, TIBEMS_TOPIC,
    TIBEMS_DEST_UNDEFINED);
enumeration!(tibemsAcknowledgeMode: TIBEMS_SESSION_TRANSACTED, TIBEMS_AUTO_ACKNOWLEDGE,
    TIBEMS_CLIENT_ACKNOWLEDGE, TIBEMS_DUPS_OK_ACKNOWLEDGE, TIBEMS_NO_ACKNOWLEDGE,
    TIBEMS_EXPLICIT_CLIENT_ACKNOWLEDGE, TIBEMS_EXPLICIT_CLIENT_DUPS_OK_ACKNOWLEDGE);
enumeration!(tibemsDeliveryMode: TIBEMS_NON_PERSISTENT, TIBEMS_PERSISTENT, TIBEMS_RELIABLE);
enumeration!(tibemsNpCheckMode: NPSEND_CHECK_DEFAULT, NPSEND_CHECK_ALWAYS, NPSEND_CHECK_NEVER,
    NPSEND_CHECK_TEMP_DEST, NPSEND_CHECK_AUTH, NPSEND_CHECK_TEMP_AUTH);
enumeration!(tibemsMsgType: TIBEMS_MESSAGE_UNKNOWN, TIBEMS_MESSAGE, TIBEMS_BYTES_MESSAGE,
    TIBEMS_MAP_MESSAGE, TIBEMS_OBJECT_MESSAGE, TIBEMS_STREAM_MESSAGE, TIBEMS_TEXT_MESSAGE,
    TIBEMS_MESSAGE_UNDEFINED);
enumeration!(tibemsFactoryLoadBalanceMetric: TIBEMS_FACTORY_LOAD_BALANCE_METRIC_NONE,
    TIBEMS_FACTORY_LOAD_BALANCE_METRIC_CONNECTIONS, TIBEMS_FACTORY_LOAD_BALANCE_METRIC_BYTE_RATE);

/// The number that a C caller passed for an enumeration.
///
/// # Safety
/// `value` is a parameter of an exported function, or was written by C: it is initialised, and
/// `T` is an enumeration of the API, which C passes as an `int`.
pub(crate) unsafe fn number<T: Copy>(value: MaybeUninit<T>) -> c_int {
    const { assert!(size_of::<T>() == size_of::<c_int>()) };
    // SAFETY: initialised (contract above), as large as an int, and every int is valid.
    unsafe { value.as_ptr().cast::<c_int>().read() }
}

/// The enumeration value that a C caller passed, `None` for a number outside the enumeration.
///
/// # Safety
/// As [`number`].
pub(crate) unsafe fn enumerated<T: Enumeration>(value: MaybeUninit<T>) -> Option<T> {
    // SAFETY: the contract is passed on.
    let wanted = unsafe { number(value) };
    T::ALL.iter().copied().find(|known| {
        // SAFETY: a value of the enumeration itself.
        wanted == unsafe { number(MaybeUninit::new(*known)) }
    })
}

/// The truth value that a C caller passed: any number but 0 is true (spec 20 §0.3).
///
/// # Safety
/// As [`number`].
pub(crate) unsafe fn flag(value: MaybeUninit<tibems_bool>) -> bool {
    // SAFETY: the contract is passed on.
    unsafe { number(value) != 0 }
}

impl From<bool> for tibems_bool {
    fn from(value: bool) -> Self {
        if value {
            tibems_bool::TIBEMS_TRUE
        } else {
            tibems_bool::TIBEMS_FALSE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw<T: Copy>(value: c_int) -> MaybeUninit<T> {
        let mut result = MaybeUninit::<T>::uninit();
        assert_eq!(size_of::<T>(), size_of::<c_int>());
        // SAFETY: the sizes are equal.
        unsafe { result.as_mut_ptr().cast::<c_int>().write(value) };
        result
    }

    #[test]
    fn numbers_outside_an_enumeration_are_refused() {
        for value in [-1, 4, 21, 25, i32::MAX, i32::MIN] {
            // SAFETY: initialised by raw().
            let mode = unsafe { enumerated::<tibemsAcknowledgeMode>(raw(value)) };
            assert_eq!(mode, None);
        }
        // SAFETY: initialised by raw().
        let mode = unsafe { enumerated::<tibemsAcknowledgeMode>(raw(22)) };
        assert_eq!(mode, Some(tibemsAcknowledgeMode::TIBEMS_NO_ACKNOWLEDGE));
    }

    #[test]
    fn every_number_but_zero_is_true() {
        for (value, expected) in [(0, false), (1, true), (-1, true), (256, true)] {
            // SAFETY: initialised by raw().
            let truth = unsafe { flag(raw(value)) };
            assert_eq!(truth, expected);
        }
    }

    #[test]
    fn the_field_has_the_layout_that_c_programs_know() {
        assert_eq!(size_of::<tibemsMsgField>(), 24);
        assert_eq!(std::mem::offset_of!(tibemsMsgField, size), 4);
        assert_eq!(std::mem::offset_of!(tibemsMsgField, count), 8);
        assert_eq!(std::mem::offset_of!(tibemsMsgField, data), 16);
    }
}
