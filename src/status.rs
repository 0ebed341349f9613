//! Status numbers of the API, the text of each, and the error type of every layer.
//!
//! The numbers are the ones of the public interface; the texts are this library's own wording
//! (spec 10 §1.10, C45). Nothing here blocks or allocates.

use std::borrow::Cow;

/// Result of every call that can fail.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum tibems_status {
    TIBEMS_OK = 0,
    TIBEMS_ILLEGAL_STATE = 1,
    TIBEMS_INVALID_CLIENT_ID = 2,
    TIBEMS_INVALID_DESTINATION = 3,
    TIBEMS_INVALID_SELECTOR = 4,
    TIBEMS_EXCEPTION = 5,
    TIBEMS_SECURITY_EXCEPTION = 6,
    TIBEMS_MSG_EOF = 7,
    TIBEMS_MSG_NOT_READABLE = 9,
    TIBEMS_MSG_NOT_WRITEABLE = 10,
    TIBEMS_SERVER_NOT_CONNECTED = 11,
    TIBEMS_VERSION_MISMATCH = 12,
    TIBEMS_SUBJECT_COLLISION = 13,
    TIBEMS_INVALID_PROTOCOL = 15,
    TIBEMS_INVALID_HOSTNAME = 17,
    TIBEMS_INVALID_PORT = 18,
    TIBEMS_NO_MEMORY = 19,
    TIBEMS_INVALID_ARG = 20,
    TIBEMS_SERVER_LIMIT = 21,
    TIBEMS_MSG_DUPLICATE = 22,
    TIBEMS_SERVER_DISCONNECTED = 23,
    TIBEMS_SERVER_RECONNECTING = 24,
    TIBEMS_NOT_PERMITTED = 27,
    TIBEMS_SERVER_RECONNECTED = 28,
    TIBEMS_INVALID_NAME = 30,
    TIBEMS_INVALID_TYPE = 31,
    TIBEMS_INVALID_SIZE = 32,
    TIBEMS_INVALID_COUNT = 33,
    TIBEMS_NOT_FOUND = 35,
    TIBEMS_ID_IN_USE = 36,
    TIBEMS_ID_CONFLICT = 37,
    TIBEMS_CONVERSION_FAILED = 38,
    TIBEMS_INVALID_MSG = 42,
    TIBEMS_INVALID_FIELD = 43,
    TIBEMS_INVALID_INSTANCE = 44,
    TIBEMS_CORRUPT_MSG = 45,
    TIBEMS_PRODUCER_FAILED = 47,
    TIBEMS_TIMEOUT = 50,
    TIBEMS_INTR = 51,
    TIBEMS_DESTINATION_LIMIT_EXCEEDED = 52,
    TIBEMS_MEM_LIMIT_EXCEEDED = 53,
    TIBEMS_USER_INTR = 54,
    TIBEMS_INVALID_QUEUE_GROUP = 63,
    TIBEMS_INVALID_TIME_INTERVAL = 64,
    TIBEMS_INVALID_IO_SOURCE = 65,
    TIBEMS_INVALID_IO_CONDITION = 66,
    TIBEMS_SOCKET_LIMIT = 67,
    TIBEMS_OS_ERROR = 68,
    TIBEMS_WOULD_BLOCK = 69,
    TIBEMS_INSUFFICIENT_BUFFER = 70,
    TIBEMS_EOF = 71,
    TIBEMS_INVALID_FILE = 72,
    TIBEMS_FILE_NOT_FOUND = 73,
    TIBEMS_IO_FAILED = 74,
    TIBEMS_NOT_FILE_OWNER = 80,
    TIBEMS_ALREADY_EXISTS = 91,
    TIBEMS_INVALID_CONNECTION = 100,
    TIBEMS_INVALID_SESSION = 101,
    TIBEMS_INVALID_CONSUMER = 102,
    TIBEMS_INVALID_PRODUCER = 103,
    TIBEMS_INVALID_USER = 104,
    TIBEMS_INVALID_GROUP = 105,
    TIBEMS_TRANSACTION_FAILED = 106,
    TIBEMS_TRANSACTION_ROLLBACK = 107,
    TIBEMS_TRANSACTION_RETRY = 108,
    TIBEMS_INVALID_XARESOURCE = 109,
    TIBEMS_FT_SERVER_LACKS_TRANSACTION = 110,
    TIBEMS_LDAP_ERROR = 120,
    TIBEMS_INVALID_PROXY_USER = 121,
    TIBEMS_INVALID_CERT = 150,
    TIBEMS_INVALID_CERT_NOT_YET = 151,
    TIBEMS_INVALID_CERT_EXPIRED = 152,
    TIBEMS_INVALID_CERT_DATA = 153,
    TIBEMS_ALGORITHM_ERROR = 154,
    TIBEMS_SSL_ERROR = 155,
    TIBEMS_INVALID_PRIVATE_KEY = 156,
    TIBEMS_INVALID_ENCODING = 157,
    TIBEMS_NOT_ENOUGH_RANDOM = 158,
    TIBEMS_INVALID_CRL_DATA = 159,
    TIBEMS_CRL_OFF = 160,
    TIBEMS_EMPTY_CRL = 161,
    TIBEMS_NOT_INITIALIZED = 200,
    TIBEMS_INIT_FAILURE = 201,
    TIBEMS_ARG_CONFLICT = 202,
    TIBEMS_SERVICE_NOT_FOUND = 210,
    TIBEMS_INVALID_CALLBACK = 211,
    TIBEMS_INVALID_QUEUE = 212,
    TIBEMS_INVALID_EVENT = 213,
    TIBEMS_INVALID_SUBJECT = 214,
    TIBEMS_INVALID_DISPATCHER = 215,
    TIBEMS_JNI_EXCEPTION = 230,
    TIBEMS_JNI_ERR = 231,
    TIBEMS_JNI_EDETACHED = 232,
    TIBEMS_JNI_EVERSION = 233,
    TIBEMS_JNI_EEXIST = 235,
    TIBEMS_JNI_EINVAL = 236,
    TIBEMS_NO_MEMORY_FOR_OBJECT = 237,
    TIBEMS_UFO_CONNECTION_FAILURE = 240,
    TIBEMS_NOT_IMPLEMENTED = 255,
}

/// The name used inside the library.
pub type Status = tibems_status;

/// An error on its way to the program: the status that the call returns and the text that
/// `tibemsErrorContext_GetLastErrorString` gives.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Error {
    pub status: Status,
    pub text: Cow<'static, str>,
}

/// Result of an operation of the library.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error with a text of its own.
    pub fn new(status: Status, text: impl Into<Cow<'static, str>>) -> Self {
        Error {
            status,
            text: text.into(),
        }
    }
}

impl From<Status> for Error {
    /// An error whose text is that of the status.
    fn from(status: Status) -> Self {
        Error::new(status, status.text())
    }
}

impl Status {
    /// The number that a C program sees.
    pub fn code(self) -> i32 {
        self as i32
    }
}

/// Every status of the API with its text: the one table behind `Status::text` and
/// `tibemsStatus_GetText`. The texts end with a NUL so that C can read them in place.
pub(crate) const TEXTS: &[(Status, &str)] = &[
    (Status::TIBEMS_OK, "success\0"),
    (
        Status::TIBEMS_ILLEGAL_STATE,
        "the call is not allowed in this state\0",
    ),
    (
        Status::TIBEMS_INVALID_CLIENT_ID,
        "the client ID is invalid or in use by another connection\0",
    ),
    (
        Status::TIBEMS_INVALID_DESTINATION,
        "the destination is invalid or unknown to the server\0",
    ),
    (Status::TIBEMS_INVALID_SELECTOR, "the selector is invalid\0"),
    (Status::TIBEMS_EXCEPTION, "unspecified error\0"),
    (
        Status::TIBEMS_SECURITY_EXCEPTION,
        "refused for security reasons\0",
    ),
    (Status::TIBEMS_MSG_EOF, "end of the message body reached\0"),
    (
        Status::TIBEMS_MSG_NOT_READABLE,
        "the message body is write-only\0",
    ),
    (
        Status::TIBEMS_MSG_NOT_WRITEABLE,
        "the message is read-only\0",
    ),
    (
        Status::TIBEMS_SERVER_NOT_CONNECTED,
        "not connected to a server\0",
    ),
    (Status::TIBEMS_VERSION_MISMATCH, "versions do not match\0"),
    (
        Status::TIBEMS_SUBJECT_COLLISION,
        "the subject is already in use\0",
    ),
    (
        Status::TIBEMS_INVALID_PROTOCOL,
        "the protocol is unknown or not spoken by the server\0",
    ),
    (
        Status::TIBEMS_INVALID_HOSTNAME,
        "the host name is invalid or cannot be resolved\0",
    ),
    (Status::TIBEMS_INVALID_PORT, "the port is invalid\0"),
    (Status::TIBEMS_NO_MEMORY, "out of memory\0"),
    (Status::TIBEMS_INVALID_ARG, "an argument is invalid\0"),
    (
        Status::TIBEMS_SERVER_LIMIT,
        "a limit of the server is reached\0",
    ),
    (Status::TIBEMS_MSG_DUPLICATE, "the message is a duplicate\0"),
    (
        Status::TIBEMS_SERVER_DISCONNECTED,
        "the server is disconnected, reconnecting will be tried\0",
    ),
    (
        Status::TIBEMS_SERVER_RECONNECTING,
        "reconnecting to a server\0",
    ),
    (
        Status::TIBEMS_NOT_PERMITTED,
        "the call is not permitted here\0",
    ),
    (
        Status::TIBEMS_SERVER_RECONNECTED,
        "reconnected to a server\0",
    ),
    (Status::TIBEMS_INVALID_NAME, "the name has invalid syntax\0"),
    (
        Status::TIBEMS_INVALID_TYPE,
        "the object has the wrong type\0",
    ),
    (Status::TIBEMS_INVALID_SIZE, "the size is out of range\0"),
    (Status::TIBEMS_INVALID_COUNT, "the count is out of range\0"),
    (Status::TIBEMS_NOT_FOUND, "not found\0"),
    (Status::TIBEMS_ID_IN_USE, "the ID is in use\0"),
    (Status::TIBEMS_ID_CONFLICT, "IDs conflict\0"),
    (
        Status::TIBEMS_CONVERSION_FAILED,
        "the value cannot be converted to this type\0",
    ),
    (Status::TIBEMS_INVALID_MSG, "the message is invalid\0"),
    (
        Status::TIBEMS_INVALID_FIELD,
        "the message holds an invalid field\0",
    ),
    (Status::TIBEMS_INVALID_INSTANCE, "the instance is invalid\0"),
    (Status::TIBEMS_CORRUPT_MSG, "the message is corrupt\0"),
    (Status::TIBEMS_PRODUCER_FAILED, "the producer has failed\0"),
    (Status::TIBEMS_TIMEOUT, "the time limit ran out\0"),
    (Status::TIBEMS_INTR, "the call was interrupted\0"),
    (
        Status::TIBEMS_DESTINATION_LIMIT_EXCEEDED,
        "a limit of the destination is exceeded\0",
    ),
    (
        Status::TIBEMS_MEM_LIMIT_EXCEEDED,
        "a memory limit is exceeded\0",
    ),
    (Status::TIBEMS_USER_INTR, "interrupted by the user\0"),
    (
        Status::TIBEMS_INVALID_QUEUE_GROUP,
        "the queue group is invalid\0",
    ),
    (
        Status::TIBEMS_INVALID_TIME_INTERVAL,
        "the time interval is invalid\0",
    ),
    (
        Status::TIBEMS_INVALID_IO_SOURCE,
        "the I/O source is invalid\0",
    ),
    (
        Status::TIBEMS_INVALID_IO_CONDITION,
        "the I/O condition is invalid\0",
    ),
    (Status::TIBEMS_SOCKET_LIMIT, "no socket is free\0"),
    (
        Status::TIBEMS_OS_ERROR,
        "the operating system reported an error\0",
    ),
    (Status::TIBEMS_WOULD_BLOCK, "the call would block\0"),
    (
        Status::TIBEMS_INSUFFICIENT_BUFFER,
        "the buffer is too small\0",
    ),
    (Status::TIBEMS_EOF, "end of file\0"),
    (Status::TIBEMS_INVALID_FILE, "the file is invalid\0"),
    (Status::TIBEMS_FILE_NOT_FOUND, "the file does not exist\0"),
    (Status::TIBEMS_IO_FAILED, "input or output failed\0"),
    (
        Status::TIBEMS_NOT_FILE_OWNER,
        "the file belongs to someone else\0",
    ),
    (Status::TIBEMS_ALREADY_EXISTS, "it exists already\0"),
    (
        Status::TIBEMS_INVALID_CONNECTION,
        "the connection is invalid\0",
    ),
    (Status::TIBEMS_INVALID_SESSION, "the session is invalid\0"),
    (Status::TIBEMS_INVALID_CONSUMER, "the consumer is invalid\0"),
    (Status::TIBEMS_INVALID_PRODUCER, "the producer is invalid\0"),
    (Status::TIBEMS_INVALID_USER, "the user is invalid\0"),
    (Status::TIBEMS_INVALID_GROUP, "the group is invalid\0"),
    (
        Status::TIBEMS_TRANSACTION_FAILED,
        "the transaction failed at the server\0",
    ),
    (
        Status::TIBEMS_TRANSACTION_ROLLBACK,
        "the transaction was rolled back\0",
    ),
    (
        Status::TIBEMS_TRANSACTION_RETRY,
        "the transaction may be tried again\0",
    ),
    (
        Status::TIBEMS_INVALID_XARESOURCE,
        "the XA resource is invalid\0",
    ),
    (
        Status::TIBEMS_FT_SERVER_LACKS_TRANSACTION,
        "the server does not know the transaction after a failover\0",
    ),
    (
        Status::TIBEMS_LDAP_ERROR,
        "the LDAP server reported an error\0",
    ),
    (
        Status::TIBEMS_INVALID_PROXY_USER,
        "the proxy refused the user\0",
    ),
    (Status::TIBEMS_INVALID_CERT, "the certificate is invalid\0"),
    (
        Status::TIBEMS_INVALID_CERT_NOT_YET,
        "the certificate is not yet valid\0",
    ),
    (
        Status::TIBEMS_INVALID_CERT_EXPIRED,
        "the certificate has expired\0",
    ),
    (
        Status::TIBEMS_INVALID_CERT_DATA,
        "the certificate data cannot be read\0",
    ),
    (
        Status::TIBEMS_ALGORITHM_ERROR,
        "the cipher suite cannot be loaded\0",
    ),
    (Status::TIBEMS_SSL_ERROR, "TLS error\0"),
    (
        Status::TIBEMS_INVALID_PRIVATE_KEY,
        "the private key does not fit its certificate\0",
    ),
    (
        Status::TIBEMS_INVALID_ENCODING,
        "the encoding cannot be read\0",
    ),
    (Status::TIBEMS_NOT_ENOUGH_RANDOM, "not enough random data\0"),
    (
        Status::TIBEMS_INVALID_CRL_DATA,
        "the revocation list cannot be read\0",
    ),
    (Status::TIBEMS_CRL_OFF, "revocation checking is off\0"),
    (Status::TIBEMS_EMPTY_CRL, "the revocation list is empty\0"),
    (Status::TIBEMS_NOT_INITIALIZED, "not initialized\0"),
    (Status::TIBEMS_INIT_FAILURE, "initialization failed\0"),
    (Status::TIBEMS_ARG_CONFLICT, "arguments conflict\0"),
    (
        Status::TIBEMS_SERVICE_NOT_FOUND,
        "the service was not found\0",
    ),
    (Status::TIBEMS_INVALID_CALLBACK, "the callback is invalid\0"),
    (Status::TIBEMS_INVALID_QUEUE, "the queue is invalid\0"),
    (Status::TIBEMS_INVALID_EVENT, "the event is invalid\0"),
    (Status::TIBEMS_INVALID_SUBJECT, "the subject is invalid\0"),
    (
        Status::TIBEMS_INVALID_DISPATCHER,
        "the dispatcher is invalid\0",
    ),
    (Status::TIBEMS_JNI_EXCEPTION, "JNI exception\0"),
    (Status::TIBEMS_JNI_ERR, "JNI error\0"),
    (
        Status::TIBEMS_JNI_EDETACHED,
        "JNI: the thread is detached\0",
    ),
    (Status::TIBEMS_JNI_EVERSION, "JNI: wrong version\0"),
    (Status::TIBEMS_JNI_EEXIST, "JNI: it exists already\0"),
    (Status::TIBEMS_JNI_EINVAL, "JNI: invalid argument\0"),
    (
        Status::TIBEMS_NO_MEMORY_FOR_OBJECT,
        "no memory for the object\0",
    ),
    (
        Status::TIBEMS_UFO_CONNECTION_FAILURE,
        "recovery of the connection was given up\0",
    ),
    (Status::TIBEMS_NOT_IMPLEMENTED, "not implemented\0"),
];

impl Status {
    /// The text of this status: English, static, never empty.
    pub fn text(self) -> &'static str {
        let text = text_of(self.code());
        text.strip_suffix('\0').unwrap_or(text)
    }
}

/// The NUL-terminated text of a status number; a fixed text for a number that is no status.
pub(crate) fn text_of(code: i32) -> &'static str {
    TEXTS
        .iter()
        .find(|(status, _)| status.code() == code)
        .map_or("unknown status\0", |(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_terminated_and_unique() {
        for (index, (status, text)) in TEXTS.iter().enumerate() {
            assert!(text.ends_with('\0') && text.len() > 1, "{status:?}");
            assert!(
                TEXTS[..index].iter().all(|(_, other)| other != text),
                "{text}"
            );
        }
        assert_eq!(text_of(-7), "unknown status\0");
    }
}
