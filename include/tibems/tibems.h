/*
 * tibems.h - the whole C API of libtibemsufo, an independent client library that gives programs
 * written to the EMS C API connections to AMQP 1.0 servers.
 *
 * Generated from src/ffi; do not edit.
 *
 * Rules of all functions
 *   Handles are numbers that only the library can read. A NULL, stale or random handle gives a
 *   status, never a crash.
 *   Text arguments are NUL-terminated UTF-8 and copied during the call. Text results belong to the
 *   object asked, unless the function says otherwise.
 *   Where a status is not TIBEMS_OK, a result that is a handle is NULL and no other result is
 *   written, unless the function says otherwise.
 *   An argument of type tibems_bool is true for any number but 0; results are 0 or 1.
 *   Functions may be called from any thread. Sessions and what is made from them are meant for one
 *   thread at a time.
 *   A child made by fork() must not use objects of its parent: TIBEMS_INVALID_CONNECTION.
 */

#ifndef TIBEMS_TIBEMS_H
#define TIBEMS_TIBEMS_H

#include <stdio.h>

#define TIBEMS_DEFAULT_BROKER "tcp://localhost:7222"
#define TIBEMS_DEFAULT_HOST "localhost"
#define TIBEMS_DEFAULT_PORT "7222"
#define TIBEMS_DEFAULT_SSL_PORT "7243"
#define TIBEMS_DEFAULT_MDAEMON_URL "tcp://localhost:7444,tcp://localhost:7444"
#define TIBEMS_DEFAULT_USER "anonymous"
#define TIBEMS_GROUP_ALL "$all"
#define TIBEMS_GROUP_ADMIN "$admin"
#define TIBEMS_USER_ADMIN "admin"
#define TIBEMS_UNDELIVERED_QUEUE "$sys.undelivered"
#define TIBEMS_REDELIVERY_DELAY_QUEUE "$sys.redelivery.delay"
#define TIBEMS_DELAY_QUEUE_PREFIX "$sys.delayed."

/* Defaults of producers. */
#define TIBEMS_DEFAULT_DELIVERY_MODE (TIBEMS_PERSISTENT)
#define TIBEMS_DEFAULT_PRIORITY ((tibems_int)4)
#define TIBEMS_DEFAULT_TIME_TO_LIVE ((tibems_long)0)

/* Names of message properties with a meaning. */
#define JMS_TIBCO_COMPRESS "JMS_TIBCO_COMPRESS"
#define JMS_TIBCO_IMPORTED "JMS_TIBCO_IMPORTED"
#define JMS_TIBCO_MSG_EXT "JMS_TIBCO_MSG_EXT"
#define JMS_TIBCO_CM_PUBLISHER "JMS_TIBCO_CM_PUBLISHER"
#define JMS_TIBCO_CM_SEQUENCE "JMS_TIBCO_CM_SEQUENCE"
#define JMS_TIBCO_SS_SENDER "JMS_TIBCO_SS_SENDER"
#define JMS_TIBCO_SS_DELIVERY_MODE "JMS_TIBCO_SS_DELIVERY_MODE"
#define JMS_TIBCO_SS_EXPIRATION "JMS_TIBCO_SS_EXPIRATION"
#define JMS_TIBCO_SS_LB_MODE "JMS_TIBCO_SS_LB_MODE"
#define JMS_TIBCO_SS_MESSAGE_ID "JMS_TIBCO_SS_MESSAGE_ID"
#define JMS_TIBCO_SS_PRIORITY "JMS_TIBCO_SS_PRIORITY"
#define JMS_TIBCO_SS_SENDER_TIMESTAMP "JMS_TIBCO_SS_SENDER_TIMESTAMP"
#define JMS_TIBCO_SS_TYPE_NUM "JMS_TIBCO_SS_TYPE_NUM"
#define JMS_TIBCO_SS_CORRELATION_ID "JMS_TIBCO_SS_CORRELATION_ID"
#define JMS_TIBCO_SS_SEQ_NUM "JMS_TIBCO_SS_SEQ_NUM"
#define JMS_TIBCO_SS_USER_PROP "JMS_TIBCO_SS_USER_PROP"
#define JMS_TIBCO_SENDER "JMS_TIBCO_SENDER"
#define JMS_TIBCO_DISABLE_SENDER "JMS_TIBCO_DISABLE_SENDER"
#define JMS_TIBCO_PRESERVE_UNDELIVERED "JMS_TIBCO_PRESERVE_UNDELIVERED"
#define JMS_TIBCO_MSG_TRACE "JMS_TIBCO_MSG_TRACE"

/* Longest names in bytes, without the NUL. */
#define TIBEMS_SERVER_NAME_MAX (64)
#define TIBEMS_USER_NAME_MAX (255)
#define TIBEMS_GROUP_NAME_MAX (255)
#define TIBEMS_DESTINATION_MAX (255)
#define TIBEMS_JNDI_NAME_MAX (255)
#define TIBEMS_DURABLE_MAX (255)
#define TIBEMS_CLIENTID_MAX (255)
#define TIBEMS_TPORT_NAME_MAX (64)

#define TIBEMS_INT_MAX ((tibems_int)0x7fffffff)

/* Integer of 64 bits of the compiler. */
#if defined(_WIN32) && !defined(__GNUC__)
#define TIBEMS_I64 __int64
#else
#define TIBEMS_I64 long long
#endif

/* Types of fields. */
#define TIBEMS_NULL 0
#define TIBEMS_BOOL 1
#define TIBEMS_BYTE 2
#define TIBEMS_WCHAR 3
#define TIBEMS_SHORT 4
#define TIBEMS_INT 5
#define TIBEMS_LONG 6
#define TIBEMS_FLOAT 7
#define TIBEMS_DOUBLE 8
#define TIBEMS_UTF8 9
#define TIBEMS_BYTES 10
#define TIBEMS_MAP_MSG 11
#define TIBEMS_STREAM_MSG 12
#define TIBEMS_SHORT_ARRAY 20
#define TIBEMS_INT_ARRAY 21
#define TIBEMS_LONG_ARRAY 22
#define TIBEMS_FLOAT_ARRAY 23
#define TIBEMS_DOUBLE_ARRAY 24

/* TLS: environment variables, encodings of certificates and keys, limits. */
#define TIBEMS_SSL_TRACE_ENV "TIBEMS_SSL_TRACE"
#define TIBEMS_SSL_DEBUG_TRACE_ENV "TIBEMS_SSL_DEBUG_TRACE"
#define TIBEMS_SSL_ENCODING_AUTO (0x0000)
#define TIBEMS_SSL_ENCODING_PEM (0x0001)
#define TIBEMS_SSL_ENCODING_DER (0x0002)
#define TIBEMS_SSL_ENCODING_BER (0x0004)
#define TIBEMS_SSL_ENCODING_PKCS7 (0x0010)
#define TIBEMS_SSL_ENCODING_PKCS8 (0x0020)
#define TIBEMS_SSL_ENCODING_PKCS12 (0x0040)
#define TIBEMS_SSL_ENCODING_ENTRUST (0x0100)
#define TIBEMS_SSL_ENCODING_KEYSTORE (0x0200)
#define TIBEMS_SSL_MIN_RENEGOTIATE_SIZE (64L * 1024L)
#define TIBEMS_SSL_MIN_RENEGOTIATE_INTERVAL (15)

/* Older name of a status. */
#define TIBEMS_QUEUE_LIMIT_EXCEEDED TIBEMS_DESTINATION_LIMIT_EXCEEDED

/* Other spellings of functions. */
#define tibems_SetExceptionOnFTSwitch tibems_setExceptionOnFTSwitch
#define tibems_GetExceptionOnFTSwitch tibems_getExceptionOnFTSwitch

/* Transaction identifier, unless the X/Open header came first. */
#ifndef XA_H
#define XIDDATASIZE 128
#define MAXGTRIDSIZE 64
#define MAXBQUALSIZE 64
struct xid_t {
    long formatID;
    long gtrid_length;
    long bqual_length;
    char data[XIDDATASIZE];
};
typedef struct xid_t XID;
#endif

/* Handles are identifiers: these structures are never defined. */
typedef struct __tibemsMsg __tibemsMsg;
typedef struct __tibemsMsgEnum __tibemsMsgEnum;


/**
 * Result of every call that can fail.
 */
typedef enum {
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
} tibems_status;

/**
 * Truth value. As an argument any number but 0 counts as true; results are exactly 0 or 1.
 */
typedef enum {
    TIBEMS_FALSE = 0,
    TIBEMS_TRUE = 1,
} tibems_bool;

/**
 * What a load-balancing factory looks at when it chooses a server.
 */
typedef enum {
    TIBEMS_FACTORY_LOAD_BALANCE_METRIC_NONE = 0,
    TIBEMS_FACTORY_LOAD_BALANCE_METRIC_CONNECTIONS = 1,
    TIBEMS_FACTORY_LOAD_BALANCE_METRIC_BYTE_RATE = 2,
} tibemsFactoryLoadBalanceMetric;

/**
 * How the messages received in a session are acknowledged.
 */
typedef enum {
    TIBEMS_SESSION_TRANSACTED = 0,
    TIBEMS_AUTO_ACKNOWLEDGE = 1,
    TIBEMS_CLIENT_ACKNOWLEDGE = 2,
    TIBEMS_DUPS_OK_ACKNOWLEDGE = 3,
    TIBEMS_NO_ACKNOWLEDGE = 22,
    TIBEMS_EXPLICIT_CLIENT_ACKNOWLEDGE = 23,
    TIBEMS_EXPLICIT_CLIENT_DUPS_OK_ACKNOWLEDGE = 24,
} tibemsAcknowledgeMode;

/**
 * Kind of a destination.
 */
typedef enum {
    TIBEMS_UNKNOWN = 0,
    TIBEMS_QUEUE = 1,
    TIBEMS_TOPIC = 2,
    TIBEMS_DEST_UNDEFINED = 256,
} tibemsDestinationType;

/**
 * When a non-persistent send waits for the answer of the server.
 */
typedef enum {
    NPSEND_CHECK_DEFAULT = 0,
    NPSEND_CHECK_ALWAYS = 1,
    NPSEND_CHECK_NEVER = 2,
    NPSEND_CHECK_TEMP_DEST = 3,
    NPSEND_CHECK_AUTH = 4,
    NPSEND_CHECK_TEMP_AUTH = 5,
} tibemsNpCheckMode;

/**
 * What the server promises for a message.
 */
typedef enum {
    TIBEMS_NON_PERSISTENT = 1,
    TIBEMS_PERSISTENT = 2,
    TIBEMS_RELIABLE = 22,
} tibemsDeliveryMode;

/**
 * Kind of the body of a message.
 */
typedef enum {
    TIBEMS_MESSAGE_UNKNOWN = 0,
    TIBEMS_MESSAGE = 1,
    TIBEMS_BYTES_MESSAGE = 2,
    TIBEMS_MAP_MESSAGE = 3,
    TIBEMS_OBJECT_MESSAGE = 4,
    TIBEMS_STREAM_MESSAGE = 5,
    TIBEMS_TEXT_MESSAGE = 6,
    TIBEMS_MESSAGE_UNDEFINED = 256,
} tibemsMsgType;

/**
 * Signed integer, 64 bits.
 */
typedef long long tibems_long;

/**
 * Signed integer, 32 bits.
 */
typedef int tibems_int;

/**
 * Handle of a consumer.
 */
typedef void *tibemsMsgConsumer;

/**
 * Handle of a connection.
 */
typedef void *tibemsConnection;

/**
 * Handle of a session.
 */
typedef void *tibemsSession;

/**
 * Stored, never called: nothing is multicast here.
 */
typedef void (*tibemsMulticastExceptionCallback)(tibemsConnection connection,
                                                 tibemsSession session,
                                                 tibemsMsgConsumer consumer,
                                                 tibems_status status,
                                                 const char *description,
                                                 void *closure);

/**
 * Handle of an error context.
 */
typedef void *tibemsErrorContext;

/**
 * Handle of a connection factory.
 */
typedef void *tibemsConnectionFactory;

/**
 * Handle of TLS parameters.
 */
typedef void *tibemsSSLParams;

/**
 * Called on a thread of the library when a connection breaks, and on failover steps if asked for.
 */
typedef void (*tibemsExceptionCallback)(tibemsConnection connection,
                                        tibems_status status,
                                        void *closure);

/**
 * Handle of the metadata of a connection.
 */
typedef void *tibemsConnectionMetaData;

/**
 * Handle of a queue or topic.
 */
typedef void *tibemsDestination;

/**
 * Handle of a topic.
 */
typedef void *tibemsTopic;

/**
 * Handle of a consumer of a topic.
 */
typedef void *tibemsTopicSubscriber;

/**
 * Handle of a queue browser.
 */
typedef void *tibemsQueueBrowser;

/**
 * Handle of a queue.
 */
typedef void *tibemsQueue;

/**
 * Handle of a producer.
 */
typedef void *tibemsMsgProducer;

/**
 * Handle of a temporary topic.
 */
typedef void *tibemsTemporaryTopic;

/**
 * Handle of a temporary queue.
 */
typedef void *tibemsTemporaryQueue;

/**
 * Handle of a bytes message.
 */
typedef __tibemsMsg *tibemsBytesMsg;

/**
 * Handle of a map message.
 */
typedef __tibemsMsg *tibemsMapMsg;

/**
 * Handle of a message of any kind.
 */
typedef __tibemsMsg *tibemsMsg;

/**
 * Handle of a stream message.
 */
typedef __tibemsMsg *tibemsStreamMsg;

/**
 * Handle of a text message.
 */
typedef __tibemsMsg *tibemsTextMsg;

/**
 * Called on a thread of the library when the outcome of an asynchronous send is known. The
 * message stays the sender's.
 */
typedef void (*tibemsMsgCompletionCallback)(tibemsMsg msg, tibems_status status, void *closure);

/**
 * Called on the session's thread with each message. The message belongs to the callback, which
 * destroys it now or later.
 */
typedef void (*tibemsMsgCallback)(tibemsMsgConsumer msg_consumer, tibemsMsg msg, void *closure);

/**
 * Handle of a session made by a queue call; any session will do.
 */
typedef void *tibemsQueueSession;

/**
 * Handle of a requestor.
 */
typedef void *tibemsMsgRequestor;

/**
 * Handle of a session made by a topic call; any session will do.
 */
typedef void *tibemsTopicSession;

/**
 * Signed integer, 8 bits.
 */
typedef signed char tibems_byte;

/**
 * Signed integer, 16 bits.
 */
typedef short tibems_short;

/**
 * One UTF-16 code unit.
 */
typedef unsigned short tibems_wchar;

/**
 * IEEE 754 number, 32 bits.
 */
typedef float tibems_float;

/**
 * IEEE 754 number, 64 bits.
 */
typedef double tibems_double;

/**
 * Value of a field; the member that counts is named by `type` of tibemsMsgField.
 */
typedef union {
    tibems_bool boolValue;
    tibems_byte byteValue;
    tibems_short shortValue;
    tibems_wchar wcharValue;
    tibems_int intValue;
    tibems_long longValue;
    tibems_float floatValue;
    tibems_double doubleValue;
    char *utf8Value;
    void *bytesValue;
    __tibemsMsg *msgValue;
    void *arrayValue;
} tibemsData;

/**
 * A typed value: a property, an entry of a map message or an item of a stream message.
 *
 * `type` is one of TIBEMS_NULL to TIBEMS_DOUBLE_ARRAY. `size` counts bytes (for text with its
 * NUL), `count` the elements of an array.
 */
typedef struct {
    tibems_byte type;
    tibems_int size;
    tibems_int count;
    tibemsData data;
} tibemsMsgField;

/**
 * Handle of an enumeration of names.
 */
typedef __tibemsMsgEnum *tibemsMsgEnum;

/**
 * Unsigned integer, 32 bits.
 */
typedef unsigned int tibems_uint;

/**
 * Handle of an object message.
 */
typedef __tibemsMsg *tibemsObjectMsg;

/**
 * Decides about a server whose certificate does not carry the expected host name:
 * TIBEMS_OK accepts, anything else refuses. Each name may be NULL. Must not use the connection
 * that is being made.
 */
typedef tibems_status (*tibemsSSLHostNameVerifier)(const char *connected_hostname,
                                                   const char *expected_hostname,
                                                   const char *certificate_name,
                                                   void *closure);

/**
 * Handle of a lookup context.
 */
typedef void *tibemsLookupContext;

/**
 * Handle of the parameters of a lookup in a directory.
 */
typedef void *tibemsLookupParams;

/**
 * Handle of a connection made by a queue call; any connection will do.
 */
typedef void *tibemsQueueConnection;

/**
 * Handle of a connection made by a topic call; any connection will do.
 */
typedef void *tibemsTopicConnection;

/**
 * Handle of a producer for topics.
 */
typedef void *tibemsTopicPublisher;

/**
 * Handle of a consumer of a queue.
 */
typedef void *tibemsQueueReceiver;

/**
 * Handle of a producer for queues.
 */
typedef void *tibemsQueueSender;

/**
 * Handle of an XA resource; none can be made.
 */
typedef void *tibemsXAResource;

/**
 * Handle of a requestor for topics.
 */
typedef void *tibemsTopicRequestor;

/**
 * Handle of a requestor for queues.
 */
typedef void *tibemsQueueRequestor;

/**
 * Declared for old sources; no function takes one.
 */
typedef void *tibemsExceptionListener;

/**
 * Unsigned integer, 8 bits.
 */
typedef unsigned char tibems_ubyte;

/**
 * Unsigned integer, 16 bits.
 */
typedef unsigned short tibems_ushort;

/**
 * Unsigned integer, 64 bits.
 */
typedef unsigned long long tibems_ulong;

#ifdef __cplusplus
extern "C" {
#endif /* __cplusplus */

/**
 * Returns the text of a status: English, static, never NULL; a fixed text for an unknown number.
 */
const char *tibemsStatus_GetText(tibems_status status);

/**
 * Returns name and version of this library, a static text.
 */
const char *tibems_Version(void);

/**
 * Takes a reference on the library. Optional: every function initialises what it needs.
 */
tibems_status tibems_Open(void);

/**
 * Drops a reference on the library. Surplus calls are ignored; live connections go on.
 */
void tibems_Close(void);

/**
 * Lets the calling thread sleep; returns at once for 0 or a negative number.
 */
void tibems_Sleep(tibems_long milliseconds);

/**
 * Returns the kilobytes of receive buffer for new sockets, 0 if the operating system decides.
 */
tibems_int tibems_GetSocketReceiveBufferSize(void);

/**
 * Sets the kilobytes of receive buffer for sockets made from now on; 0 leaves it to the operating
 * system, which may also refuse the size.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
 */
tibems_status tibems_SetSocketReceiveBufferSize(tibems_int kilobytes);

/**
 * Returns the kilobytes of send buffer for new sockets, 0 if the operating system decides.
 */
tibems_int tibems_GetSocketSendBufferSize(void);

/**
 * Sets the kilobytes of send buffer for sockets made from now on; 0 leaves it to the operating
 * system, which may also refuse the size.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
 */
tibems_status tibems_SetSocketSendBufferSize(tibems_int kilobytes);

/**
 * Returns how many times the list of URLs is tried before a first connection fails; 2 unless set.
 */
tibems_int tibems_GetConnectAttemptCount(void);

/**
 * Sets how many times the list of URLs is tried before a first connection fails; at least 1. A
 * set value overrides that of ordinary factories and multiplies that of unshared ones.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
 */
tibems_status tibems_SetConnectAttemptCount(tibems_int count);

/**
 * Returns the milliseconds between two passes before a first connection; 500 unless set.
 */
tibems_int tibems_GetConnectAttemptDelay(void);

/**
 * Sets the milliseconds between two passes before a first connection; at least 250.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
 */
tibems_status tibems_SetConnectAttemptDelay(tibems_int delay);

/**
 * Returns how many times the list of URLs is tried before a reconnect fails; 4 unless set.
 */
tibems_int tibems_GetReconnectAttemptCount(void);

/**
 * Sets how many times the list of URLs is tried before a reconnect fails; at least 1. A set
 * value overrides that of ordinary factories and multiplies that of unshared ones.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
 */
tibems_status tibems_SetReconnectAttemptCount(tibems_int count);

/**
 * Returns the milliseconds between two passes of a reconnect; 500 unless set.
 */
tibems_int tibems_GetReconnectAttemptDelay(void);

/**
 * Sets the milliseconds between two passes of a reconnect; at least 250.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
 */
tibems_status tibems_SetReconnectAttemptDelay(tibems_int delay);

/**
 * Sets the milliseconds that one try of one URL may take before a first connection; 0 is no
 * limit, otherwise at least 100.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
 */
tibems_status tibems_SetConnectAttemptTimeout(tibems_int timeout);

/**
 * Returns the milliseconds that one try of one URL may take before a first connection; 0, no
 * limit, unless set.
 */
tibems_int tibems_GetConnectAttemptTimeout(void);

/**
 * Sets the milliseconds that one try of one URL may take in a reconnect; 0 is no limit, otherwise
 * at least 100.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
 */
tibems_status tibems_SetReconnectAttemptTimeout(tibems_int timeout);

/**
 * Returns the milliseconds that one try of one URL may take in a reconnect; 0, no limit, unless
 * set.
 */
tibems_int tibems_GetReconnectAttemptTimeout(void);

/**
 * Stores the multicast switch. Nothing is multicast here; TIBEMS_OK.
 */
tibems_status tibems_SetMulticastEnabled(tibems_bool enabled);

/**
 * Returns the multicast switch as it was stored; TIBEMS_TRUE unless set.
 */
tibems_bool tibems_GetMulticastEnabled(void);

/**
 * Stores the port of a multicast daemon, NULL for none. Nothing is multicast here; TIBEMS_OK.
 */
tibems_status tibems_SetMulticastDaemon(const char *port);

/**
 * Returns the stored port of the multicast daemon, NULL if none is set. Valid until the next
 * tibems_SetMulticastDaemon.
 */
const char *tibems_GetMulticastDaemon(void);

/**
 * Sets whether exception listeners hear of a successful failover. TIBEMS_OK.
 */
tibems_status tibems_setExceptionOnFTSwitch(tibems_bool call_exception_listener);

/**
 * Stores whether exception listeners hear of a successful failover; TIBEMS_FALSE unless set.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibems_getExceptionOnFTSwitch(tibems_bool *is_set);

/**
 * Sets whether exception listeners hear of every step of a failover: disconnected, each attempt,
 * reconnected. TIBEMS_OK.
 */
tibems_status tibems_SetExceptionOnFTEvents(tibems_bool call_exception_listener);

/**
 * Stores whether exception listeners hear of every step of a failover; TIBEMS_FALSE unless set.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibems_GetExceptionOnFTEvents(tibems_bool *is_set);

/**
 * Appends the trace that TIBEMS_TRACE asks for to a file; NULL goes back to standard error.
 *
 * TIBEMS_OK; TIBEMS_ILLEGAL_STATE when a file is set already; TIBEMS_IO_FAILED when the file
 * cannot be opened.
 */
tibems_status tibems_SetTraceFile(const char *file_name);

/**
 * Stores whether a consumer gets multicast messages: never.
 *
 * TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibems_IsConsumerMulticast(tibemsMsgConsumer consumer, tibems_bool *is_multicast);

/**
 * Accepts a listener for multicast errors, or NULL. There are none, so it is never called;
 * TIBEMS_OK.
 */
tibems_status tibems_SetMulticastExceptionListener(tibemsMulticastExceptionCallback listener,
                                                   void *closure);

/**
 * Sets whether close and stop may be called inside message callbacks. TIBEMS_OK.
 */
tibems_status tibems_SetAllowCloseInCallback(tibems_bool allow);

/**
 * Stores whether close and stop may be called inside message callbacks; TIBEMS_FALSE unless set.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibems_GetAllowCloseInCallback(tibems_bool *is_allowed);

/**
 * Switches the collection of error texts on, for the calling thread and, while the context is
 * open, for all others.
 *
 * Each thread has texts of its own. Create a context when the thread starts and close it before
 * the thread ends, or create one in the main thread and read it anywhere: a context gives the last
 * error of the thread that asks. A second context of a thread shares its storage with the first.
 * The texts are cleared when the thread calls the next function of this library that is not an error-context
 * function, tibemsStatus_GetText, tibems_Version or a getter of a global setting.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG when `error_context` is NULL. Does not block.
 */
tibems_status tibemsErrorContext_Create(tibemsErrorContext *error_context);

/**
 * Closes an error context of the calling thread. Collection ends with the last context.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG when the handle is no open context or belongs to another thread.
 * Strings obtained through it must not be used afterwards. Does not block.
 */
tibems_status tibemsErrorContext_Close(tibemsErrorContext error_context);

/**
 * Stores the address of the text of the calling thread's last error: what happened and when.
 *
 * The text is empty when the last call was no error. It belongs to the library and is valid until
 * the thread's next call that clears it, or until the thread closes its context. `error_context`
 * is any open context, also one of another thread, or NULL for the context of the calling thread,
 * which the threads that run callbacks have, too.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG when `string` is NULL or `error_context` is no context;
 * TIBEMS_NOT_INITIALIZED when it is NULL and the thread has no context. Does not block.
 */
tibems_status tibemsErrorContext_GetLastErrorString(tibemsErrorContext error_context,
                                                    const char **string);

/**
 * Stores the address of the trace of the calling thread's last error: the function of the API
 * that failed and its status.
 *
 * Rules, lifetime and statuses are those of tibemsErrorContext_GetLastErrorString.
 */
tibems_status tibemsErrorContext_GetLastErrorStackTrace(tibemsErrorContext error_context,
                                                        const char **string);

/**
 * Makes an empty factory for connections between servers that share nothing. In its URL `+`
 * separates servers without shared state and `,` servers that share it. Returns NULL when out
 * of memory.
 */
tibemsConnectionFactory tibemsUFOConnectionFactory_Create(void);

/**
 * Makes a factory for unshared connections with the settings of an ordinary one, which stays
 * the caller's. Returns NULL for a handle that is no factory.
 */
tibemsConnectionFactory tibemsUFOConnectionFactory_CreateFromConnectionFactory(tibemsConnectionFactory ems_factory);

/**
 * Brings a broken unshared connection back on another server of the factory's list, with its
 * sessions, destinations, producers and consumers. To be called in the exception listener.
 *
 * Blocks until everything exists again or no attempt is left.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_CONNECTION; TIBEMS_ILLEGAL_STATE;
 * TIBEMS_SERVER_NOT_CONNECTED; the statuses of tibemsConnectionFactory_CreateConnection.
 */
tibems_status tibemsUFOConnectionFactory_RecoverConnection(tibemsConnectionFactory factory,
                                                           tibemsConnection ufo_connection);

/**
 * Releases a factory and the TLS parameters that were set on it. Connections made by it go
 * on.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsConnectionFactory_Destroy(tibemsConnectionFactory factory);

/**
 * Connects to a server of the factory's list. The connection is stopped until
 * tibemsConnection_Start.
 *
 * `username` and `password` may be NULL for those of the factory. Blocks until connected or
 * until every attempt has failed.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_SECURITY_EXCEPTION when
 * user, password or TLS set-up are refused; TIBEMS_INVALID_CLIENT_ID;
 * TIBEMS_INVALID_HOSTNAME; TIBEMS_SERVER_LIMIT; the TLS statuses 150 to 161.
 */
tibems_status tibemsConnectionFactory_CreateConnection(tibemsConnectionFactory factory,
                                                       tibemsConnection *connection,
                                                       const char *username,
                                                       const char *password);

/**
 * AMQP brokers offer no XA transactions: always TIBEMS_NOT_IMPLEMENTED, with a NULL
 * connection.
 */
tibems_status tibemsConnectionFactory_CreateXAConnection(tibemsConnectionFactory factory,
                                                         tibemsConnection *connection,
                                                         const char *username,
                                                         const char *password);

/**
 * Makes an empty factory. Contacts nobody. Released with tibemsConnectionFactory_Destroy; may
 * be used by many threads at once. Returns NULL when out of memory.
 */
tibemsConnectionFactory tibemsConnectionFactory_Create(void);

/**
 * Sets the server URL or list of URLs, once for each factory. NULL stands for
 * `tcp://localhost:7222`.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_EXCEPTION when a URL was set before;
 * TIBEMS_INVALID_PROTOCOL, TIBEMS_INVALID_HOSTNAME or TIBEMS_INVALID_PORT for a malformed
 * URL, which stores nothing. Does not block.
 */
tibems_status tibemsConnectionFactory_SetServerURL(tibemsConnectionFactory factory,
                                                   const char *url);

/**
 * Sets the client ID of connections made from now on, at most 255 characters. NULL or an
 * empty text: none.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_CLIENT_ID for a longer one. Does not block.
 */
tibems_status tibemsConnectionFactory_SetClientID(tibemsConnectionFactory factory, const char *cid);

/**
 * Sets the measure by which a load-balanced list is walked.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsConnectionFactory_SetMetric(tibemsConnectionFactory factory,
                                                tibemsFactoryLoadBalanceMetric metric);

/**
 * Sets how many times the list of URLs is tried before a first connection fails; at least 1,
 * default 2.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number. Does not block.
 */
tibems_status tibemsConnectionFactory_SetConnectAttemptCount(tibemsConnectionFactory factory,
                                                             tibems_int conn_attempts);

/**
 * Sets the milliseconds between two passes over the list before a first connection; at least
 * 250, default 500.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number. Does not block.
 */
tibems_status tibemsConnectionFactory_SetConnectAttemptDelay(tibemsConnectionFactory factory,
                                                             tibems_int delay);

/**
 * Sets the milliseconds that one try of one URL may take; 0, the default, is no limit,
 * otherwise at least 100.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number. Does not block.
 */
tibems_status tibemsConnectionFactory_SetConnectAttemptTimeout(tibemsConnectionFactory factory,
                                                               tibems_int conn_attempt_timeout);

/**
 * Sets how many times the list of URLs is tried before a reconnect fails; at least 1, default
 * 4.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number. Does not block.
 */
tibems_status tibemsConnectionFactory_SetReconnectAttemptCount(tibemsConnectionFactory factory,
                                                               tibems_int conn_attempts);

/**
 * Sets the milliseconds between two passes over the list in a reconnect; at least 250,
 * default 500.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number. Does not block.
 */
tibems_status tibemsConnectionFactory_SetReconnectAttemptDelay(tibemsConnectionFactory factory,
                                                               tibems_int delay);

/**
 * Sets the milliseconds that one try of one URL may take in a reconnect; 0, the default, is
 * no limit, otherwise at least 100.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number. Does not block.
 */
tibems_status tibemsConnectionFactory_SetReconnectAttemptTimeout(tibemsConnectionFactory factory,
                                                                 tibems_int reconn_attempt_timeout);

/**
 * Sets the user that connections present when the creation call names none. Copied; NULL
 * removes it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsConnectionFactory_SetUserName(tibemsConnectionFactory factory,
                                                  const char *username);

/**
 * Sets the password that goes with the factory's user. Copied; NULL removes it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsConnectionFactory_SetUserPassword(tibemsConnectionFactory factory,
                                                      const char *password);

/**
 * Stores the switch; nothing is multicast here.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsConnectionFactory_SetMulticastEnabled(tibemsConnectionFactory factory,
                                                          tibems_bool multicast_enabled);

/**
 * Stores the port of a multicast daemon; nothing is multicast here.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsConnectionFactory_SetMulticastDaemon(tibemsConnectionFactory factory,
                                                         const char *multicast_daemon);

/**
 * Gives TLS parameters to the factory, which owns them from now on and destroys those it had.
 * NULL removes them.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG, also for parameters that another factory owns. Does not
 * block.
 */
tibems_status tibemsConnectionFactory_SetSSLParams(tibemsConnectionFactory factory,
                                                   tibemsSSLParams ssl_params);

/**
 * Sets the password of the private key in the factory's TLS parameters.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE when no TLS parameters are set yet.
 * Does not block.
 */
tibems_status tibemsConnectionFactory_SetPkPassword(tibemsConnectionFactory factory,
                                                    const char *pk_password);

/**
 * Writes the factory's settings, without passwords, to standard output.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsConnectionFactory_Print(tibemsConnectionFactory factory);

/**
 * Writes the factory's settings, without passwords, into a buffer of `maxlen` bytes.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INSUFFICIENT_BUFFER. Does not block.
 */
tibems_status tibemsConnectionFactory_PrintToBuffer(tibemsConnectionFactory factory,
                                                    char *buffer,
                                                    tibems_int maxlen);

/**
 * Sets the web proxy through which TLS connections go. NULL as host removes it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_PORT for a port outside 1 to 65535. Does not
 * block.
 */
tibems_status tibemsConnectionFactory_SetSSLProxy(tibemsConnectionFactory factory,
                                                  const char *proxy_host,
                                                  tibems_int proxy_port);

/**
 * Sets user and password for the web proxy.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsConnectionFactory_SetSSLProxyAuth(tibemsConnectionFactory factory,
                                                      const char *proxy_user,
                                                      const char *proxy_password);

/**
 * Stores the address of the proxy's host name, NULL if none is set. The text belongs to the
 * factory.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsConnectionFactory_GetSSLProxyHost(tibemsConnectionFactory factory,
                                                      const char **proxy_host);

/**
 * Stores the proxy's port, 0 if none is set.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsConnectionFactory_GetSSLProxyPort(tibemsConnectionFactory factory,
                                                      tibems_int *proxy_port);

/**
 * Stores the address of the proxy's user, NULL if none is set. The text belongs to the
 * factory.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsConnectionFactory_GetSSLProxyUser(tibemsConnectionFactory factory,
                                                      const char **proxy_user);

/**
 * Stores the address of the proxy's password, NULL if none is set. The text belongs to the
 * factory.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsConnectionFactory_GetSSLProxyPassword(tibemsConnectionFactory factory,
                                                          const char **proxy_password);

/**
 * Connects to a server without a factory, with TLS parameters. They are copied: the caller
 * may destroy them afterwards. `pk_password` is the password of the private key, or NULL.
 *
 * Otherwise as tibemsConnection_Create; in addition the TLS statuses 150 to 161.
 */
tibems_status tibemsConnection_CreateSSL(tibemsConnection *connection,
                                         const char *broker_url,
                                         const char *client_id,
                                         const char *username,
                                         const char *password,
                                         tibemsSSLParams params,
                                         const char *pk_password);

/**
 * Connects to a server without a factory, with the global settings. `broker_url` is a server
 * URL or list, NULL for `tcp://localhost:7222`; `client_id`, `username` and `password` may be
 * NULL. The connection is stopped until tibemsConnection_Start.
 *
 * Blocks until connected or until every attempt has failed.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_SECURITY_EXCEPTION when
 * user, password or TLS set-up are refused; TIBEMS_INVALID_CLIENT_ID;
 * TIBEMS_INVALID_PROTOCOL, TIBEMS_INVALID_HOSTNAME, TIBEMS_INVALID_PORT; TIBEMS_SERVER_LIMIT.
 */
tibems_status tibemsConnection_Create(tibemsConnection *connection,
                                      const char *broker_url,
                                      const char *client_id,
                                      const char *username,
                                      const char *password);

/**
 * Makes a session. `transacted` TIBEMS_TRUE overrides the acknowledge mode.
 *
 * TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG for an unknown acknowledge mode;
 * TIBEMS_ILLEGAL_STATE on a closed connection; TIBEMS_SERVER_NOT_CONNECTED. Blocks until the
 * server has answered. Release the session with tibemsSession_Close.
 */
tibems_status tibemsConnection_CreateSession(tibemsConnection connection,
                                             tibemsSession *session,
                                             tibems_bool transacted,
                                             tibemsAcknowledgeMode acknowledge_mode);

/**
 * Closes a connection. Open transactions are rolled back, temporary destinations deleted,
 * nothing is acknowledged. Sessions, producers and consumers below it still need their own
 * close, which then only frees the handle.
 *
 * Blocks until running message callbacks have ended; receives that wait return TIBEMS_INTR. A
 * second close is TIBEMS_OK.
 *
 * TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_ILLEGAL_STATE inside a message callback,
 * unless tibems_SetAllowCloseInCallback allows it.
 */
tibems_status tibemsConnection_Close(tibemsConnection connection);

/**
 * Starts the delivery of messages; no effect if it is started.
 *
 * TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_ILLEGAL_STATE on a closed connection;
 * TIBEMS_SERVER_NOT_CONNECTED.
 */
tibems_status tibemsConnection_Start(tibemsConnection connection);

/**
 * Stops the delivery of messages; no effect if it is stopped. Sends go on. Blocks until
 * callbacks and receives that are handling a message have ended; receives without a message
 * stay blocked.
 *
 * TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_ILLEGAL_STATE on a closed connection, and
 * inside a message callback, unless tibems_SetAllowCloseInCallback allows it.
 */
tibems_status tibemsConnection_Stop(tibemsConnection connection);

/**
 * Stores the address of the client ID, NULL if there is none. The text belongs to the
 * connection and stays valid until the connection and all its sessions are closed.
 *
 * TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE on a closed
 * connection. Does not block.
 */
tibems_status tibemsConnection_GetClientId(tibemsConnection connection, const char **client_id);

/**
 * Sets the client ID; must be the first use of the connection.
 *
 * TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_ILLEGAL_STATE when the connection has a client
 * ID or was used; TIBEMS_INVALID_CLIENT_ID when it is empty, too long or in use. Blocks until
 * the server has answered.
 */
tibems_status tibemsConnection_SetClientId(tibemsConnection connection, const char *client_id);

/**
 * Stores the exception callback and its closure, NULL and NULL if none is set.
 *
 * TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE on a closed
 * connection. Does not block.
 */
tibems_status tibemsConnection_GetExceptionListener(tibemsConnection connection,
                                                    tibemsExceptionCallback *listener,
                                                    void **closure);

/**
 * Sets the function that is called when the connection is lost or broken, on a thread of the
 * library; NULL removes it. Does not wait for a running callback. A loss that nobody was told
 * of yet is reported at once.
 *
 * TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_ILLEGAL_STATE on a closed connection. Does not
 * block.
 */
tibems_status tibemsConnection_SetExceptionListener(tibemsConnection connection,
                                                    tibemsExceptionCallback listener_callback,
                                                    const void *closure);

/**
 * Stores the handle of the connection's metadata. It needs no release and is valid as long as
 * the connection handle.
 *
 * TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE on a closed
 * connection. Does not block.
 */
tibems_status tibemsConnection_GetMetaData(tibemsConnection connection,
                                           tibemsConnectionMetaData *meta_data);

/**
 * Stores a copy of the URL of the server now connected, or last connected. The caller may
 * release it with free().
 *
 * TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE on a closed
 * connection. Does not block.
 */
tibems_status tibemsConnection_GetActiveURL(tibemsConnection connection, char **server_url);

/**
 * Tells whether the connection is closed or lost for good; for an unshared connection also
 * whether it is broken now. TIBEMS_FALSE while it reconnects by itself.
 *
 * TIBEMS_OK, also on a closed connection; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG. Does
 * not block.
 */
tibems_status tibemsConnection_IsDisconnected(tibemsConnection connection,
                                              tibems_bool *disconnected);

/**
 * Stores the major version of the JMS specification that the API follows: 2.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsConnectionMetaData_GetEMSMajorVersion(tibemsConnectionMetaData meta_data,
                                                          tibems_int *major_version);

/**
 * Stores the minor version of the JMS specification that the API follows: 0.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsConnectionMetaData_GetEMSMinorVersion(tibemsConnectionMetaData meta_data,
                                                          tibems_int *minor_version);

/**
 * Stores the version of the JMS specification that the API follows, a static text: "2.0".
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsConnectionMetaData_GetEMSVersion(tibemsConnectionMetaData meta_data,
                                                     const char **version);

/**
 * Stores the name of this library, a static text: "libtibemsufo".
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsConnectionMetaData_GetEMSProviderName(tibemsConnectionMetaData meta_data,
                                                          const char **provider_name);

/**
 * Stores the major version of this library.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsConnectionMetaData_GetProviderMajorVersion(tibemsConnectionMetaData meta_data,
                                                               tibems_int *major_version);

/**
 * Stores the minor version of this library.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsConnectionMetaData_GetProviderMinorVersion(tibemsConnectionMetaData meta_data,
                                                               tibems_int *minor_version);

/**
 * Stores the version of this library, a static text.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsConnectionMetaData_GetProviderVersion(tibemsConnectionMetaData meta_data,
                                                          const char **version);

/**
 * Closes a session. An open transaction is rolled back, nothing is acknowledged. Producers,
 * consumers and browsers below it still need their own close, which then only frees the
 * handle.
 *
 * Blocks until running callbacks of the session have ended; receives that wait return
 * TIBEMS_INTR.
 *
 * TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_ILLEGAL_STATE inside a callback of the session,
 * unless tibems_SetAllowCloseInCallback allows it.
 */
tibems_status tibemsSession_Close(tibemsSession session);

/**
 * Commits the transaction of the session; the next one starts by itself. Blocks until the
 * server has answered.
 *
 * TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_ILLEGAL_STATE when the session is not transacted
 * or closed; TIBEMS_TRANSACTION_FAILED; TIBEMS_TRANSACTION_ROLLBACK;
 * TIBEMS_SERVER_NOT_CONNECTED. An error text that starts with `outcome unknown:` means that
 * the transaction may be committed.
 */
tibems_status tibemsSession_Commit(tibemsSession session);

/**
 * Stores whether the session is transacted.
 *
 * TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE. Does not
 * block.
 */
tibems_status tibemsSession_GetTransacted(tibemsSession session, tibems_bool *is_transacted);

/**
 * Stores the acknowledge mode of the session.
 *
 * TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE. Does not
 * block.
 */
tibems_status tibemsSession_GetAcknowledgeMode(tibemsSession session,
                                               tibemsAcknowledgeMode *acknowledge_mode);

/**
 * Delivers the messages that were received and not acknowledged again, in order, marked as
 * redelivered.
 *
 * TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_ILLEGAL_STATE when the session is transacted or
 * closed; TIBEMS_SERVER_NOT_CONNECTED.
 */
tibems_status tibemsSession_Recover(tibemsSession session);

/**
 * Rolls the transaction of the session back: sent messages are dropped, received ones
 * delivered again. Blocks until the server has answered.
 *
 * TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_ILLEGAL_STATE when the session is not transacted
 * or closed; TIBEMS_SERVER_NOT_CONNECTED.
 */
tibems_status tibemsSession_Rollback(tibemsSession session);

/**
 * Makes a consumer of a queue or topic. `optional_selector` may be NULL; `no_local`
 * TIBEMS_TRUE keeps messages of the same connection away from a topic consumer. Blocks until
 * the server has answered. Release it with tibemsMsgConsumer_Close.
 *
 * TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG; TIBEMS_INVALID_DESTINATION;
 * TIBEMS_INVALID_SELECTOR; TIBEMS_ILLEGAL_STATE; TIBEMS_SECURITY_EXCEPTION;
 * TIBEMS_SERVER_NOT_CONNECTED.
 */
tibems_status tibemsSession_CreateConsumer(tibemsSession session,
                                           tibemsMsgConsumer *consumer,
                                           tibemsDestination destination,
                                           const char *optional_selector,
                                           tibems_bool no_local);

/**
 * Makes a consumer of a shared subscription to a topic, which lives as long as it has
 * consumers. Otherwise as tibemsSession_CreateConsumer.
 */
tibems_status tibemsSession_CreateSharedConsumer(tibemsSession session,
                                                 tibemsMsgConsumer *consumer,
                                                 tibemsTopic topic,
                                                 const char *shared_subscription_name,
                                                 const char *optional_selector);

/**
 * Makes a consumer of a durable subscription to a topic; the server stores its messages until
 * tibemsSession_Unsubscribe. Otherwise as tibemsSession_CreateConsumer.
 */
tibems_status tibemsSession_CreateDurableSubscriber(tibemsSession session,
                                                    tibemsTopicSubscriber *topic_subscriber,
                                                    tibemsTopic topic,
                                                    const char *subscriber_name,
                                                    const char *optional_selector,
                                                    tibems_bool no_local);

/**
 * Makes a consumer of a durable subscription to a topic that several consumers share.
 * Otherwise as tibemsSession_CreateConsumer.
 */
tibems_status tibemsSession_CreateSharedDurableConsumer(tibemsSession session,
                                                        tibemsMsgConsumer *consumer,
                                                        tibemsTopic topic,
                                                        const char *durable_name,
                                                        const char *optional_selector);

/**
 * Makes a browser that reads the messages of a queue and leaves them there.
 * `optional_selector` may be NULL. Release it with tibemsQueueBrowser_Close.
 *
 * TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG; TIBEMS_INVALID_DESTINATION;
 * TIBEMS_INVALID_SELECTOR; TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED.
 */
tibems_status tibemsSession_CreateBrowser(tibemsSession session,
                                          tibemsQueueBrowser *browser,
                                          tibemsQueue queue,
                                          const char *optional_selector);

/**
 * Makes a producer. `destination` NULL makes one that sends with
 * tibemsMsgProducer_SendToDestination. Blocks until the server has answered. Release it with
 * tibemsMsgProducer_Close.
 *
 * TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG; TIBEMS_INVALID_DESTINATION;
 * TIBEMS_ILLEGAL_STATE; TIBEMS_SECURITY_EXCEPTION; TIBEMS_SERVER_NOT_CONNECTED.
 */
tibems_status tibemsSession_CreateProducer(tibemsSession session,
                                           tibemsMsgProducer *producer,
                                           tibemsDestination destination);

/**
 * Deletes a durable subscription of this client. Blocks until the server has answered.
 *
 * TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE;
 * TIBEMS_INVALID_DESTINATION when there is none of this name or it is in use;
 * TIBEMS_SERVER_NOT_CONNECTED.
 */
tibems_status tibemsSession_Unsubscribe(tibemsSession session, const char *subscriber_name);

/**
 * Makes a temporary topic, which lives as long as the connection. Blocks until the server has
 * answered. Release the handle with tibemsDestination_Destroy.
 *
 * TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE;
 * TIBEMS_SERVER_NOT_CONNECTED.
 */
tibems_status tibemsSession_CreateTemporaryTopic(tibemsSession session,
                                                 tibemsTemporaryTopic *tmp_topic);

/**
 * Deletes a temporary topic of this connection at the server. The handle must still be
 * released.
 *
 * TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_DESTINATION; TIBEMS_ILLEGAL_STATE while
 * it has consumers; TIBEMS_SERVER_NOT_CONNECTED.
 */
tibems_status tibemsSession_DeleteTemporaryTopic(tibemsSession session,
                                                 tibemsTemporaryTopic tmp_topic);

/**
 * Makes a temporary queue, which lives as long as the connection. Blocks until the server has
 * answered. Release the handle with tibemsDestination_Destroy.
 *
 * TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE;
 * TIBEMS_SERVER_NOT_CONNECTED.
 */
tibems_status tibemsSession_CreateTemporaryQueue(tibemsSession session,
                                                 tibemsTemporaryQueue *tmp_queue);

/**
 * Deletes a temporary queue of this connection at the server. The handle must still be
 * released.
 *
 * TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_DESTINATION; TIBEMS_ILLEGAL_STATE while
 * it has consumers; TIBEMS_SERVER_NOT_CONNECTED.
 */
tibems_status tibemsSession_DeleteTemporaryQueue(tibemsSession session,
                                                 tibemsTemporaryQueue tmp_queue);

/**
 * Makes a bytes message, as tibemsBytesMsg_Create.
 */
tibems_status tibemsSession_CreateBytesMessage(tibemsSession session, tibemsBytesMsg *bytes_msg);

/**
 * Makes a map message, as tibemsMapMsg_Create.
 */
tibems_status tibemsSession_CreateMapMessage(tibemsSession session, tibemsMapMsg *map_msg);

/**
 * Makes a message without a body, as tibemsMsg_Create.
 */
tibems_status tibemsSession_CreateMessage(tibemsSession session, tibemsMsg *msg);

/**
 * Makes a stream message, as tibemsStreamMsg_Create.
 */
tibems_status tibemsSession_CreateStreamMessage(tibemsSession session, tibemsStreamMsg *stream_msg);

/**
 * Makes a text message, as tibemsTextMsg_Create.
 */
tibems_status tibemsSession_CreateTextMessage(tibemsSession session, tibemsTextMsg *text_msg);

/**
 * Makes a text message with its text; NULL leaves it without one.
 */
tibems_status tibemsSession_CreateTextMessageEx(tibemsSession session,
                                                tibemsTextMsg *text_msg,
                                                const char *text_string);

/**
 * Makes a handle for a queue or topic. Purely local: name and permission are checked when a
 * producer or consumer is made from it.
 *
 * `type` is TIBEMS_QUEUE or TIBEMS_TOPIC; `name` is copied. The handle may be used by any
 * thread, session and connection, and is released with tibemsDestination_Destroy.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output, another type or a NULL name;
 * TIBEMS_INVALID_NAME for a name that breaks the rules of destination names. Does not block.
 */
tibems_status tibemsDestination_Create(tibemsDestination *destination,
                                       tibemsDestinationType destination_type,
                                       const char *name);

/**
 * Releases a destination handle, whatever its kind. Never touches the destination at the
 * server; producers and consumers made from the handle go on working.
 *
 * TIBEMS_OK; TIBEMS_INVALID_DESTINATION; TIBEMS_NOT_PERMITTED for a handle that belongs to a
 * message, producer, consumer or browser. Does not block.
 */
tibems_status tibemsDestination_Destroy(tibemsDestination destination);

/**
 * Makes an independent copy of a destination. The caller owns the copy, also when the
 * original is borrowed from another object; a copy of a temporary destination is temporary
 * too.
 *
 * TIBEMS_OK; TIBEMS_INVALID_DESTINATION; TIBEMS_INVALID_ARG for a NULL output. Does not
 * block.
 */
tibems_status tibemsDestination_Copy(tibemsDestination destination, tibemsDestination *copy);

/**
 * Copies the name with its NUL into the caller's buffer of `name_len` bytes.
 *
 * TIBEMS_OK; TIBEMS_INVALID_DESTINATION; TIBEMS_INVALID_ARG for a NULL buffer or a length
 * that is not positive; TIBEMS_INSUFFICIENT_BUFFER when the name does not fit: as many whole
 * characters as fit are stored. Does not block.
 */
tibems_status tibemsDestination_GetName(tibemsDestination destination,
                                        char *name,
                                        tibems_int name_len);

/**
 * Tells whether a destination is a queue (TIBEMS_QUEUE) or a topic (TIBEMS_TOPIC); temporary
 * ones too.
 *
 * TIBEMS_OK; TIBEMS_INVALID_DESTINATION; TIBEMS_INVALID_ARG for a NULL output. Does not
 * block.
 */
tibems_status tibemsDestination_GetType(tibemsDestination destination,
                                        tibemsDestinationType *destination_type);

/**
 * Makes a handle for a queue: tibemsDestination_Create with TIBEMS_QUEUE.
 */
tibems_status tibemsQueue_Create(tibemsQueue *queue, const char *queue_name);

/**
 * Copies the name of a queue into the caller's buffer: tibemsDestination_GetName, but
 * TIBEMS_INVALID_DESTINATION and an empty text for a topic.
 */
tibems_status tibemsQueue_GetQueueName(tibemsQueue queue, char *name, tibems_int name_len);

/**
 * Releases a destination handle: tibemsDestination_Destroy.
 */
tibems_status tibemsQueue_Destroy(tibemsQueue queue);

/**
 * Makes a handle for a topic: tibemsDestination_Create with TIBEMS_TOPIC.
 */
tibems_status tibemsTopic_Create(tibemsTopic *topic, const char *topic_name);

/**
 * Releases a destination handle: tibemsDestination_Destroy.
 */
tibems_status tibemsTopic_Destroy(tibemsTopic topic);

/**
 * Copies the name of a topic into the caller's buffer: tibemsDestination_GetName, but
 * TIBEMS_INVALID_DESTINATION and an empty text for a queue.
 */
tibems_status tibemsTopic_GetTopicName(tibemsTopic topic, char *name, tibems_int name_len);

/**
 * Closes a producer. Blocks until its running completion callbacks have ended.
 *
 * TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_ILLEGAL_STATE inside a completion callback of
 * its session.
 */
tibems_status tibemsMsgProducer_Close(tibemsMsgProducer msg_producer);

/**
 * Stores the destination of a producer, NULL if it was made without one. The handle belongs
 * to the producer; every call gives the same one.
 *
 * TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
 * session or connection. Does not block.
 */
tibems_status tibemsMsgProducer_GetDestination(tibemsMsgProducer msg_producer,
                                               tibemsDestination *destination);

/**
 * Stores the milliseconds by which the server delays messages of this producer.
 *
 * TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
 * session or connection. Does not block.
 */
tibems_status tibemsMsgProducer_GetDeliveryDelay(tibemsMsgProducer msg_producer,
                                                 tibems_long *delivery_delay);

/**
 * Stores the delivery mode of messages of this producer.
 *
 * TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
 * session or connection. Does not block.
 */
tibems_status tibemsMsgProducer_GetDeliveryMode(tibemsMsgProducer msg_producer,
                                                tibems_int *delivery_mode);

/**
 * Stores whether messages of this producer go without a message ID.
 *
 * TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
 * session or connection. Does not block.
 */
tibems_status tibemsMsgProducer_GetDisableMessageID(tibemsMsgProducer msg_producer,
                                                    tibems_bool *disable);

/**
 * Stores whether messages of this producer go without a time stamp.
 *
 * TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
 * session or connection. Does not block.
 */
tibems_status tibemsMsgProducer_GetDisableMessageTimestamp(tibemsMsgProducer msg_producer,
                                                           tibems_bool *disable);

/**
 * Stores the priority of messages of this producer, 0 to 9.
 *
 * TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
 * session or connection. Does not block.
 */
tibems_status tibemsMsgProducer_GetPriority(tibemsMsgProducer msg_producer, tibems_int *priority);

/**
 * Stores the milliseconds after which messages of this producer expire; 0 is never.
 *
 * TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
 * session or connection. Does not block.
 */
tibems_status tibemsMsgProducer_GetTimeToLive(tibemsMsgProducer msg_producer,
                                              tibems_long *time_to_live);

/**
 * Sets the milliseconds by which the server delays messages sent from now on; 0 is at once.
 *
 * TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
 * session or connection. Does not block.
 */
tibems_status tibemsMsgProducer_SetDeliveryDelay(tibemsMsgProducer msg_producer,
                                                 tibems_long delivery_delay);

/**
 * Sets the delivery mode of messages sent from now on: TIBEMS_PERSISTENT,
 * TIBEMS_NON_PERSISTENT or TIBEMS_RELIABLE.
 *
 * TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
 * session or connection. Does not block.
 */
tibems_status tibemsMsgProducer_SetDeliveryMode(tibemsMsgProducer msg_producer,
                                                tibems_int delivery_mode);

/**
 * Sets whether messages sent from now on go without a message ID.
 *
 * TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
 * session or connection. Does not block.
 */
tibems_status tibemsMsgProducer_SetDisableMessageID(tibemsMsgProducer msg_producer,
                                                    tibems_bool disable);

/**
 * Sets whether messages sent from now on go without a time stamp.
 *
 * TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
 * session or connection. Does not block.
 */
tibems_status tibemsMsgProducer_SetDisableMessageTimestamp(tibemsMsgProducer msg_producer,
                                                           tibems_bool disable);

/**
 * Sets the priority of messages sent from now on, 0 to 9; 4 unless set.
 *
 * TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
 * session or connection. Does not block.
 */
tibems_status tibemsMsgProducer_SetPriority(tibemsMsgProducer msg_producer, tibems_int priority);

/**
 * Sets the milliseconds after which messages sent from now on expire; 0 is never.
 *
 * TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
 * session or connection. Does not block.
 */
tibems_status tibemsMsgProducer_SetTimeToLive(tibemsMsgProducer msg_producer,
                                              tibems_long time_to_live);

/**
 * Sets when a non-persistent send waits for the answer of the server.
 *
 * TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
 * session or connection. Does not block.
 */
tibems_status tibemsMsgProducer_SetNPSendCheckMode(tibemsMsgProducer producer,
                                                   tibemsNpCheckMode mode);

/**
 * Stores when a non-persistent send waits for the answer of the server.
 *
 * TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE below a closed
 * session or connection. Does not block.
 */
tibems_status tibemsMsgProducer_GetNPSendCheckMode(tibemsMsgProducer producer,
                                                   tibemsNpCheckMode *mode);

/**
 * Sends a message to the producer's destination with the producer's delivery mode, priority
 * and time to live. The message stays the caller's and may be sent again.
 *
 * Blocks until the server has the message, where the delivery mode or the check mode asks for
 * it, or until it may be handed over. A status 11 whose error text starts with `outcome
 * unknown:` means that the server may have the message.
 *
 * TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_MSG; TIBEMS_INVALID_DESTINATION;
 * TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_SECURITY_EXCEPTION;
 * TIBEMS_DESTINATION_LIMIT_EXCEEDED.
 */
tibems_status tibemsMsgProducer_Send(tibemsMsgProducer msg_producer, tibemsMsg msg);

/**
 * Sends a message and returns before the server has answered; the callback gets the outcome,
 * on a thread of the library. The message must not be changed until then.
 *
 * TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG without a
 * callback; TIBEMS_INVALID_DESTINATION; TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED.
 */
tibems_status tibemsMsgProducer_AsyncSend(tibemsMsgProducer msg_producer,
                                          tibemsMsg msg,
                                          tibemsMsgCompletionCallback async_send_callback,
                                          void *async_send_closure);

/**
 * Sends a message with its own delivery mode, priority and time to live in milliseconds;
 * otherwise as tibemsMsgProducer_Send.
 */
tibems_status tibemsMsgProducer_SendEx(tibemsMsgProducer msg_producer,
                                       tibemsMsg msg,
                                       tibems_int delivery_mode,
                                       tibems_int priority,
                                       tibems_long time_to_live);

/**
 * Sends a message with its own delivery mode, priority and time to live; otherwise as
 * tibemsMsgProducer_AsyncSend.
 */
tibems_status tibemsMsgProducer_AsyncSendEx(tibemsMsgProducer msg_producer,
                                            tibemsMsg msg,
                                            tibems_int delivery_mode,
                                            tibems_int priority,
                                            tibems_long time_to_live,
                                            tibemsMsgCompletionCallback async_send_callback,
                                            void *async_send_closure);

/**
 * Sends a message to a destination, with a producer made without one; otherwise as
 * tibemsMsgProducer_Send.
 */
tibems_status tibemsMsgProducer_SendToDestination(tibemsMsgProducer msg_producer,
                                                  tibemsDestination destination,
                                                  tibemsMsg msg);

/**
 * Sends a message to a destination, with a producer made without one; otherwise as
 * tibemsMsgProducer_AsyncSend.
 */
tibems_status tibemsMsgProducer_AsyncSendToDestination(tibemsMsgProducer msg_producer,
                                                       tibemsDestination destination,
                                                       tibemsMsg msg,
                                                       tibemsMsgCompletionCallback async_send_callback,
                                                       void *async_send_closure);

/**
 * Sends a message to a destination with its own delivery mode, priority and time to live in
 * milliseconds, with a producer made without a destination; otherwise as
 * tibemsMsgProducer_Send.
 */
tibems_status tibemsMsgProducer_SendToDestinationEx(tibemsMsgProducer msg_producer,
                                                    tibemsDestination destination,
                                                    tibemsMsg msg,
                                                    tibemsDeliveryMode delivery_mode,
                                                    tibems_int priority,
                                                    tibems_long time_to_live);

/**
 * Sends a message to a destination with its own delivery mode, priority and time to live,
 * with a producer made without a destination; otherwise as tibemsMsgProducer_AsyncSend.
 */
tibems_status tibemsMsgProducer_AsyncSendToDestinationEx(tibemsMsgProducer msg_producer,
                                                         tibemsDestination destination,
                                                         tibemsMsg msg,
                                                         tibemsDeliveryMode delivery_mode,
                                                         tibems_int priority,
                                                         tibems_long time_to_live,
                                                         tibemsMsgCompletionCallback async_send_callback,
                                                         void *async_send_closure);

/**
 * Closes a consumer. Messages that it buffered go back to the server. Blocks until its
 * running callback has ended; a receive that waits returns TIBEMS_INTR.
 *
 * TIBEMS_OK; TIBEMS_INVALID_CONSUMER.
 */
tibems_status tibemsMsgConsumer_Close(tibemsMsgConsumer msg_consumer);

/**
 * Stores the destination of a consumer. The handle belongs to the consumer; every call gives
 * the same one.
 *
 * TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE. Does not
 * block.
 */
tibems_status tibemsMsgConsumer_GetDestination(tibemsMsgConsumer msg_consumer,
                                               tibemsDestination *destination);

/**
 * Stores the address of the selector, NULL if there is none. The text belongs to the
 * consumer.
 *
 * TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE. Does not
 * block.
 */
tibems_status tibemsMsgConsumer_GetMsgSelector(tibemsMsgConsumer msg_consumer,
                                               const char **selector_ptr);

/**
 * Stores whether messages of the same connection are kept away.
 *
 * TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE. Does not
 * block.
 */
tibems_status tibemsMsgConsumer_GetNoLocal(tibemsMsgConsumer msg_consumer, tibems_bool *no_local);

/**
 * Blocks until the next message is there. The message belongs to the caller.
 *
 * TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE when a
 * listener is set; TIBEMS_INTR when consumer, session or connection are closed meanwhile;
 * TIBEMS_SERVER_NOT_CONNECTED.
 */
tibems_status tibemsMsgConsumer_Receive(tibemsMsgConsumer msg_consumer, tibemsMsg *msg);

/**
 * Blocks until the next message is there, at most `timeout` milliseconds; 0 is for ever. The
 * message belongs to the caller.
 *
 * As tibemsMsgConsumer_Receive, and TIBEMS_TIMEOUT.
 */
tibems_status tibemsMsgConsumer_ReceiveTimeout(tibemsMsgConsumer msg_consumer,
                                               tibemsMsg *msg,
                                               tibems_long timeout);

/**
 * Takes the next message if there is one. The message belongs to the caller.
 *
 * As tibemsMsgConsumer_Receive, and TIBEMS_NOT_FOUND when there is none.
 */
tibems_status tibemsMsgConsumer_ReceiveNoWait(tibemsMsgConsumer msg_consumer, tibemsMsg *msg);

/**
 * Sets the function that gets the messages, on the thread of the session; NULL removes it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_ILLEGAL_STATE.
 */
tibems_status tibemsMsgConsumer_SetMsgListener(tibemsMsgConsumer msg_consumer,
                                               tibemsMsgCallback callback,
                                               void *closure);

/**
 * Stores the message callback and its closure, NULL and NULL if none is set.
 *
 * TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE. Does not
 * block.
 */
tibems_status tibemsMsgConsumer_GetMsgListener(tibemsMsgConsumer msg_consumer,
                                               tibemsMsgCallback *callback_ptr,
                                               void **closure);

/**
 * Stores the queue of a browser. The handle belongs to the browser.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE. Does not block.
 */
tibems_status tibemsQueueBrowser_GetQueue(tibemsQueueBrowser queue_browser, tibemsQueue *queue);

/**
 * Stores the address of the selector, NULL if there is none. The text belongs to the browser.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE. Does not block.
 */
tibems_status tibemsQueueBrowser_GetMsgSelector(tibemsQueueBrowser queue_browser,
                                                const char **selector);

/**
 * Stores the next message of the queue, which stays in the queue. The message handle belongs
 * to the caller. Blocks until the server has answered.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_ILLEGAL_STATE; TIBEMS_NOT_FOUND and a NULL message at
 * the end; TIBEMS_SERVER_NOT_CONNECTED.
 */
tibems_status tibemsQueueBrowser_GetNext(tibemsQueueBrowser queue_browser, tibemsMsg *msg);

/**
 * Closes a browser.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsQueueBrowser_Close(tibemsQueueBrowser queue_browser);

/**
 * Deprecated: tibemsMsgRequestor_Create, for queues only.
 */
tibems_status tibemsQueueRequestor_Create(tibemsQueueSession session,
                                          tibemsMsgRequestor *msg_requestor,
                                          tibemsQueue queue);

/**
 * Deprecated: tibemsMsgRequestor_Create, for topics only.
 */
tibems_status tibemsTopicRequestor_Create(tibemsTopicSession session,
                                          tibemsMsgRequestor *msg_requestor,
                                          tibemsTopic topic);

/**
 * Makes a requestor, which sends requests to a destination and waits for the replies on a
 * temporary one. The session must not be transacted. Release it with
 * tibemsMsgRequestor_Close.
 *
 * TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG; TIBEMS_INVALID_DESTINATION;
 * TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED. Blocks until the server has answered.
 */
tibems_status tibemsMsgRequestor_Create(tibemsSession session,
                                        tibemsMsgRequestor *msg_requestor,
                                        tibemsDestination destination);

/**
 * Sends a request and blocks until its reply is there. The reply belongs to the caller.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_MSG; TIBEMS_ILLEGAL_STATE; TIBEMS_INTR when
 * the requestor is closed meanwhile; TIBEMS_SERVER_NOT_CONNECTED.
 */
tibems_status tibemsMsgRequestor_Request(tibemsMsgRequestor msg_requestor,
                                         tibemsMsg msg_sent,
                                         tibemsMsg *msg_reply);

/**
 * Closes a requestor and deletes its temporary destination. The session stays open.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsMsgRequestor_Close(tibemsMsgRequestor msg_requestor);

/**
 * Makes a message without a body. The caller releases it with tibemsMsg_Destroy.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsMsg_Create(tibemsMsg *message);

/**
 * Releases a message of any kind with everything that belongs to it: texts and data got from it
 * are gone. Never acknowledges. A message that was put into a map message lives on inside it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_NOT_PERMITTED for a message that belongs to the message
 * around it (got with tibemsMapMsg_GetMapMsg and the like). Does not block.
 */
tibems_status tibemsMsg_Destroy(tibemsMsg message);

/**
 * Tells which of the six kinds a message is, TIBEMS_MESSAGE to TIBEMS_TEXT_MESSAGE. Has nothing to
 * do with the Type header.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsMsg_GetBodyType(tibemsMsg message, tibemsMsgType *body_type);

/**
 * Acknowledges what the acknowledge mode of the session says: all messages consumed so far in
 * CLIENT mode, this message in the EXPLICIT modes, nothing in the others. A message that did not
 * come from a receive call or listener (created, copied, browsed) is not acknowledged either.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_ILLEGAL_STATE when session, connection or consumer is closed
 * or the delivery is over; TIBEMS_SERVER_NOT_CONNECTED. May block until the server has answered.
 */
tibems_status tibemsMsg_Acknowledge(tibemsMsg message);

/**
 * Puts one message of an EXPLICIT acknowledge mode back: it will be delivered again, marked as
 * redelivered. The handle stays readable and must still be destroyed.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_ILLEGAL_STATE in other modes, for an acknowledged or already
 * recovered message, and for one that was not received; TIBEMS_SERVER_NOT_CONNECTED. May block.
 */
tibems_status tibemsMsg_Recover(tibemsMsg message);

/**
 * Empties the body, which then is as that of a new message; headers and properties stay. Texts and
 * data got from the body are gone, except the blocks of a bytes message.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG. Does not block.
 */
tibems_status tibemsMsg_ClearBody(tibemsMsg message);

/**
 * Makes a read-only message writeable without losing anything: bytes and stream messages can then
 * be read from the present position and written at the end. Messages nested in it follow.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG. Does not block.
 */
tibems_status tibemsMsg_MakeWriteable(tibemsMsg msg);

/**
 * Makes an independent copy with headers, properties, body and access modes. The caller releases it
 * with tibemsMsg_Destroy. Acknowledging the copy has no effect.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsMsg_CreateCopy(tibemsMsg msg, tibemsMsg *copy);

/**
 * Writes a message as one line to the standard output, for debugging. Changes nothing; prints
 * nothing for a bad handle.
 */
void tibemsMsg_Print(tibemsMsg message);

/**
 * Writes a message as one line to a stream of the C library, in order with the program's own
 * output. Prints nothing for a bad handle or a NULL stream.
 */
void tibemsMsg_PrintFile(tibemsMsg message, FILE *file);

/**
 * Writes the text of tibemsMsg_Print, without line end, and a NUL into a buffer of `maxlen` bytes.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL buffer; TIBEMS_INSUFFICIENT_BUFFER when
 * text and NUL do not fit: as many whole characters as fit are stored, nothing if `maxlen` is not
 * positive. Does not block.
 */
tibems_status tibemsMsg_PrintToBuffer(tibemsMsg message,
                                      char *buffer,
                                      tibems_int maxlen);

/**
 * Stores the correlation ID, NULL if there is none. It belongs to the message and
 * lives until the header is set again (also by a send) or the message is destroyed.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsMsg_GetCorrelationID(tibemsMsg message, const char **value);

/**
 * Stores a copy of the correlation ID; NULL clears it. Any text. One that starts with `ID:` is meant to be a message ID.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG. Does not block.
 */
tibems_status tibemsMsg_SetCorrelationID(tibemsMsg message,
                                         const char *value);

/**
 * Stores the earliest time of delivery, in milliseconds since 1970-01-01 UTC: the time of the send
 * plus the delivery delay; 0 before a send.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsMsg_GetDeliveryTime(tibemsMsg message, tibems_long *value);

/**
 * Stores the delivery mode.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsMsg_GetDeliveryMode(tibemsMsg message, tibemsDeliveryMode *value);

/**
 * Stores the delivery mode. A send replaces it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a number that is no mode. Does not block.
 */
tibems_status tibemsMsg_SetDeliveryMode(tibemsMsg message, tibemsDeliveryMode value);

/**
 * Stores the destination, NULL if there is none. The handle belongs to the message: it
 * lives until the header is set again (also by a send) or the message is destroyed, and must not be
 * destroyed. tibemsDestination_Copy makes one to keep.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsMsg_GetDestination(tibemsMsg message, tibemsDestination *value);

/**
 * Stores a copy of the destination; NULL clears it. The program may destroy its own
 * handle at once.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_DESTINATION. Does not block.
 */
tibems_status tibemsMsg_SetDestination(tibemsMsg message, tibemsDestination value);

/**
 * Stores the name of the encoding of the texts in properties and body, NULL if there is none. It belongs to the message and
 * lives until the header is set again (also by a send) or the message is destroyed.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsMsg_GetEncoding(tibemsMsg message,
                                    const char **value);

/**
 * Stores a copy of the name of the encoding of the texts in properties and body; NULL clears it. A label such as UTF-8 or ISO8859-1: the library never converts texts because of it. A text body
 * in another encoding than UTF-8 needs it to travel.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG. Does not block.
 */
tibems_status tibemsMsg_SetEncoding(tibemsMsg message,
                                    const char *value);

/**
 * Stores the time at which the message expires, in milliseconds since 1970-01-01 UTC; 0 is never.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsMsg_GetExpiration(tibemsMsg message, tibems_long *value);

/**
 * Stores the time of expiry, in milliseconds since 1970-01-01 UTC. A send replaces it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG. Does not block.
 */
tibems_status tibemsMsg_SetExpiration(tibemsMsg message, tibems_long value);

/**
 * Stores the message ID, NULL if there is none. It belongs to the message and
 * lives until the header is set again (also by a send) or the message is destroyed.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsMsg_GetMessageID(tibemsMsg message, const char **value);

/**
 * Stores a copy of the message ID; NULL clears it. Every send replaces it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG. Does not block.
 */
tibems_status tibemsMsg_SetMessageID(tibemsMsg message, const char *value);

/**
 * Stores the priority, 0 to 9.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsMsg_GetPriority(tibemsMsg message, tibems_int *value);

/**
 * Stores the priority. A send replaces it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG outside 0 to 9. Does not block.
 */
tibems_status tibemsMsg_SetPriority(tibemsMsg message, tibems_int value);

/**
 * Tells whether the server has delivered the message before.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsMsg_GetRedelivered(tibemsMsg message, tibems_bool *value);

/**
 * Stores the redelivered flag. A send resets it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG. Does not block.
 */
tibems_status tibemsMsg_SetRedelivered(tibemsMsg message, tibems_bool value);

/**
 * Stores the destination for answers, NULL if there is none. The handle belongs to the message: it
 * lives until the header is set again (also by a send) or the message is destroyed, and must not be
 * destroyed. tibemsDestination_Copy makes one to keep.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsMsg_GetReplyTo(tibemsMsg message, tibemsDestination *value);

/**
 * Stores a copy of the destination for answers; NULL clears it. The program may destroy its own
 * handle at once.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_DESTINATION. Does not block.
 */
tibems_status tibemsMsg_SetReplyTo(tibemsMsg message, tibemsDestination value);

/**
 * Stores the time of the send, in milliseconds since 1970-01-01 UTC; 0 before a send and when the
 * producer disables timestamps.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsMsg_GetTimestamp(tibemsMsg message, tibems_long *value);

/**
 * Stores the timestamp. A send replaces it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG. Does not block.
 */
tibems_status tibemsMsg_SetTimestamp(tibemsMsg message, tibems_long value);

/**
 * Stores the type, NULL if there is none. It belongs to the message and
 * lives until the header is set again (also by a send) or the message is destroyed.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsMsg_GetType(tibemsMsg message, const char **value);

/**
 * Stores a copy of the type; NULL clears it. For the program's own use.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG. Does not block.
 */
tibems_status tibemsMsg_SetType(tibemsMsg message, const char *value);

/**
 * Removes all properties; headers and body stay. Properties of a received message can be set after
 * it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG. Does not block.
 */
tibems_status tibemsMsg_ClearProperties(tibemsMsg message);

/**
 * Tells whether the message has a property of this name; also one whose value is NULL.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for "". Does not
 * block.
 */
tibems_status tibemsMsg_PropertyExists(tibemsMsg message,
                                       const char *name,
                                       tibems_bool *answer);

/**
 * Fills a field with the property as it is stored. What the field points to belongs to the message
 * and lives until the property is replaced, tibemsMsg_ClearProperties, or the message is destroyed.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_NOT_FOUND. Does not block.
 */
tibems_status tibemsMsg_GetProperty(tibemsMsg message,
                                    const char *name,
                                    tibemsMsgField *data);

/**
 * Stores a property as boolean, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_NOT_FOUND;
 * TIBEMS_CONVERSION_FAILED. Does not block.
 */
tibems_status tibemsMsg_GetBooleanProperty(tibemsMsg message, const char *name, tibems_bool *value);

/**
 * Stores a property as byte, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_NOT_FOUND;
 * TIBEMS_CONVERSION_FAILED. Does not block.
 */
tibems_status tibemsMsg_GetByteProperty(tibemsMsg message, const char *name, tibems_byte *value);

/**
 * Stores a property as double, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_NOT_FOUND;
 * TIBEMS_CONVERSION_FAILED. Does not block.
 */
tibems_status tibemsMsg_GetDoubleProperty(tibemsMsg message,
                                          const char *name,
                                          tibems_double *value);

/**
 * Stores a property as float, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_NOT_FOUND;
 * TIBEMS_CONVERSION_FAILED. Does not block.
 */
tibems_status tibemsMsg_GetFloatProperty(tibemsMsg message, const char *name, tibems_float *value);

/**
 * Stores a property as int, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_NOT_FOUND;
 * TIBEMS_CONVERSION_FAILED. Does not block.
 */
tibems_status tibemsMsg_GetIntProperty(tibemsMsg message, const char *name, tibems_int *value);

/**
 * Stores a property as long, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_NOT_FOUND;
 * TIBEMS_CONVERSION_FAILED. Does not block.
 */
tibems_status tibemsMsg_GetLongProperty(tibemsMsg message, const char *name, tibems_long *value);

/**
 * Stores a property as short, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_NOT_FOUND;
 * TIBEMS_CONVERSION_FAILED. Does not block.
 */
tibems_status tibemsMsg_GetShortProperty(tibemsMsg message, const char *name, tibems_short *value);

/**
 * Stores a property as text, NULL for a NULL value. The text belongs to the message and lives until
 * the property is replaced, tibemsMsg_ClearProperties, or the message is destroyed.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_NOT_FOUND;
 * TIBEMS_CONVERSION_FAILED for binary values. Does not block.
 */
tibems_status tibemsMsg_GetStringProperty(tibemsMsg message, const char *name, const char **value);

/**
 * Stores a property of type boolean; an earlier one of that name is replaced. The name must not
 * be empty nor a reserved word of the selector language; selectors can name only identifiers.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME;
 * TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsMsg_SetBooleanProperty(tibemsMsg message, const char *name, tibems_bool value);

/**
 * Stores a property of type byte; an earlier one of that name is replaced. The name must not
 * be empty nor a reserved word of the selector language; selectors can name only identifiers.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME;
 * TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsMsg_SetByteProperty(tibemsMsg message, const char *name, tibems_byte value);

/**
 * Stores a property of type double; an earlier one of that name is replaced. The name must not
 * be empty nor a reserved word of the selector language; selectors can name only identifiers.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME;
 * TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsMsg_SetDoubleProperty(tibemsMsg message, const char *name, tibems_double value);

/**
 * Stores a property of type float; an earlier one of that name is replaced. The name must not
 * be empty nor a reserved word of the selector language; selectors can name only identifiers.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME;
 * TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsMsg_SetFloatProperty(tibemsMsg message, const char *name, tibems_float value);

/**
 * Stores a property of type int; an earlier one of that name is replaced. The name must not
 * be empty nor a reserved word of the selector language; selectors can name only identifiers.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME;
 * TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsMsg_SetIntProperty(tibemsMsg message, const char *name, tibems_int value);

/**
 * Stores a property of type long; an earlier one of that name is replaced. The name must not
 * be empty nor a reserved word of the selector language; selectors can name only identifiers.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME;
 * TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsMsg_SetLongProperty(tibemsMsg message, const char *name, tibems_long value);

/**
 * Stores a property of type short; an earlier one of that name is replaced. The name must not
 * be empty nor a reserved word of the selector language; selectors can name only identifiers.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME;
 * TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsMsg_SetShortProperty(tibemsMsg message, const char *name, tibems_short value);

/**
 * Stores a copy of a text as property; NULL stores the NULL value. An earlier property of that name is
 * replaced. Names as for the other setters.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME;
 * TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsMsg_SetStringProperty(tibemsMsg message,
                                          const char *name,
                                          const char *value);

/**
 * Makes an enumeration of the names of all properties, in the order in which they were first set. It
 * is a snapshot: later changes do not show, and it may outlive the message. The caller releases it with
 * tibemsMsgEnum_Destroy.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsMsg_GetPropertyNames(tibemsMsg message,
                                         tibemsMsgEnum *enumeration);

/**
 * Stores the next name. It belongs to the enumeration and lives until that is destroyed.
 *
 * TIBEMS_OK; TIBEMS_NOT_FOUND behind the last name, repeatedly; TIBEMS_INVALID_ARG for a bad enumeration or a NULL
 * output. Does not block.
 */
tibems_status tibemsMsgEnum_GetNextName(tibemsMsgEnum enumeration,
                                        const char **name);

/**
 * Releases an enumeration and its names.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a bad enumeration. Does not block.
 */
tibems_status tibemsMsgEnum_Destroy(tibemsMsgEnum enumeration);

/**
 * Writes a field as `Type:value` to the standard output, without line end, for debugging. Prints nothing for
 * NULL or an unknown type.
 */
void tibemsMsgField_Print(tibemsMsgField *field);

/**
 * As tibemsMsgField_Print, to a stream of the C library. A NULL stream is left alone.
 */
void tibemsMsgField_PrintFile(tibemsMsgField *field, FILE *file);

/**
 * Writes the text of tibemsMsgField_Print and a NUL into a buffer of `maxlen` bytes.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_FIELD for an unknown type;
 * TIBEMS_INSUFFICIENT_BUFFER when text and NUL do not fit: as many whole characters as fit are stored, nothing if
 * `maxlen` is not positive. Does not block.
 */
tibems_status tibemsMsgField_PrintToBuffer(tibemsMsgField *field,
                                           char *buffer,
                                           tibems_int maxlen);

/**
 * Deprecated: tibemsMsg_GetByteSize as result; 0 for a bad message. Does not block.
 */
tibems_int tibemsMsg_ByteSize(tibemsMsg message);

/**
 * Stores how many bytes the message has as tibemsMsg_GetAsBytes gives it: headers, properties and body.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output; TIBEMS_INVALID_SIZE above 512 MB. Does not
 * block.
 */
tibems_status tibemsMsg_GetByteSize(tibemsMsg msg,
                                    tibems_int *size);

/**
 * Stores address and number of the bytes from which tibemsMsg_CreateFromBytes makes the message again. They
 * belong to the message and live until it is destroyed; the same block is given while it is unchanged.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output; TIBEMS_INVALID_SIZE above 512 MB. Does not
 * block.
 */
tibems_status tibemsMsg_GetAsBytes(tibemsMsg msg,
                                   const void **bytes,
                                   tibems_int *actual_size);

/**
 * Copies the bytes of tibemsMsg_GetAsBytes into a buffer of `avail_size` bytes and stores their number. NULL
 * with size 0 only asks for the number.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output, a negative size, or a NULL buffer with a
 * size; TIBEMS_INSUFFICIENT_BUFFER with the number of bytes needed, the buffer untouched;
 * TIBEMS_INVALID_SIZE above 512 MB. Does not block.
 */
tibems_status tibemsMsg_GetAsBytesCopy(tibemsMsg msg,
                                       void *bytes,
                                       tibems_int avail_size,
                                       tibems_int *actual_size);

/**
 * Makes a message from the bytes that tibemsMsg_GetAsBytes gave, in this or another process. It is
 * read-only until tibemsMsg_MakeWriteable; the caller releases it with tibemsMsg_Destroy.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_MSG for bytes that are no message of this
 * library; TIBEMS_VERSION_MISMATCH; TIBEMS_CORRUPT_MSG or TIBEMS_INVALID_FIELD for damaged ones. The length is
 * taken from the bytes: fewer than it says cannot be noticed. Does not block.
 */
tibems_status tibemsMsg_CreateFromBytes(tibemsMsg *msg_ptr,
                                        const void *bytes);

/**
 * Makes a text message with the NULL text. The caller releases it with tibemsMsg_Destroy.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsTextMsg_Create(tibemsTextMsg *message);

/**
 * Stores the text, or NULL for the NULL text. It belongs to the message and lives until the next
 * tibemsTextMsg_SetText or tibemsMsg_ClearBody, or until the message is destroyed. The bytes are as the sender wrote them;
 * tibemsMsg_GetEncoding names their encoding if it is not UTF-8.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsTextMsg_GetText(tibemsTextMsg message,
                                    const char **text);

/**
 * Stores a copy of the text; NULL stores the NULL text.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsTextMsg_SetText(tibemsTextMsg message, const char *text);

/**
 * Makes an empty bytes message, which can be written until tibemsBytesMsg_Reset. The caller releases it
 * with tibemsMsg_Destroy.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsBytesMsg_Create(tibemsBytesMsg *message);

/**
 * Stores the number of bytes in the body, wherever the read position is and in every mode.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsBytesMsg_GetBodyLength(tibemsMsg msg,
                                           tibems_int *return_length);

/**
 * Reads one byte as boolean: any value but 0 is true.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF when fewer bytes are left: the position stays. Does not block.
 */
tibems_status tibemsBytesMsg_ReadBoolean(tibemsBytesMsg message,
                                         tibems_bool *value);

/**
 * Reads one signed byte.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF when fewer bytes are left: the position stays. Does not block.
 */
tibems_status tibemsBytesMsg_ReadByte(tibemsBytesMsg message,
                                      tibems_byte *value);

/**
 * Stores the address of the next bytes in the body and how many there are, at most
 * `requested_length`; NULL and -1 when none is left. The bytes live until the message is destroyed and
 * must not be changed.
 *
 * TIBEMS_OK, also with -1; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output or a length that is
 * not positive; TIBEMS_MSG_NOT_READABLE. Does not block.
 */
tibems_status tibemsBytesMsg_ReadBytes(tibemsBytesMsg message,
                                       const void **value,
                                       tibems_int requested_length,
                                       tibems_int *return_length);

/**
 * Reads two bytes as one UTF-16 unit.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF when fewer bytes are left: the position stays. Does not block.
 */
tibems_status tibemsBytesMsg_ReadChar(tibemsBytesMsg message,
                                      tibems_wchar *value);

/**
 * Reads eight bytes as number.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF when fewer bytes are left: the position stays. Does not block.
 */
tibems_status tibemsBytesMsg_ReadDouble(tibemsBytesMsg message,
                                        tibems_double *value);

/**
 * Reads four bytes as number.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF when fewer bytes are left: the position stays. Does not block.
 */
tibems_status tibemsBytesMsg_ReadFloat(tibemsBytesMsg message,
                                       tibems_float *value);

/**
 * Reads four bytes as integer.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF when fewer bytes are left: the position stays. Does not block.
 */
tibems_status tibemsBytesMsg_ReadInt(tibemsBytesMsg message,
                                     tibems_int *value);

/**
 * Reads eight bytes as integer.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF when fewer bytes are left: the position stays. Does not block.
 */
tibems_status tibemsBytesMsg_ReadLong(tibemsBytesMsg message,
                                      tibems_long *value);

/**
 * Reads two bytes as integer.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF when fewer bytes are left: the position stays. Does not block.
 */
tibems_status tibemsBytesMsg_ReadShort(tibemsBytesMsg message,
                                       tibems_short *value);

/**
 * Reads one byte as number from 0 to 255.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF when fewer bytes are left: the position stays. Does not block.
 */
tibems_status tibemsBytesMsg_ReadUnsignedByte(tibemsBytesMsg message,
                                              tibems_int *value);

/**
 * Reads two bytes as number from 0 to 65535.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF when fewer bytes are left: the position stays. Does not block.
 */
tibems_status tibemsBytesMsg_ReadUnsignedShort(tibemsBytesMsg message,
                                               tibems_int *value);

/**
 * Reads a text that tibemsBytesMsg_WriteUTF or Java's writeUTF wrote, and its number of bytes without the NUL.
 * The text belongs to the message and lives until tibemsMsg_ClearBody or until the message is destroyed.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF when the text is not whole: the position stays. Does not block.
 */
tibems_status tibemsBytesMsg_ReadUTF(tibemsBytesMsg message,
                                     const char **value,
                                     tibems_int *length);

/**
 * Appends one byte, 1 for true and 0 for false.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body
 * would exceed 2^31 - 1 bytes. Does not block.
 */
tibems_status tibemsBytesMsg_WriteBoolean(tibemsBytesMsg message,
                                          tibems_bool value);

/**
 * Appends one byte.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body
 * would exceed 2^31 - 1 bytes. Does not block.
 */
tibems_status tibemsBytesMsg_WriteByte(tibemsBytesMsg message,
                                       tibems_byte value);

/**
 * Appends `size` bytes; nothing for size 0.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL with a size;
 * TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body would exceed 2^31 - 1 bytes. Does not block.
 */
tibems_status tibemsBytesMsg_WriteBytes(tibemsBytesMsg message,
                                        const void *value,
                                        tibems_uint size);

/**
 * Appends one UTF-16 unit, two bytes.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body
 * would exceed 2^31 - 1 bytes. Does not block.
 */
tibems_status tibemsBytesMsg_WriteChar(tibemsBytesMsg message,
                                       tibems_wchar value);

/**
 * Appends a number, eight bytes.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body
 * would exceed 2^31 - 1 bytes. Does not block.
 */
tibems_status tibemsBytesMsg_WriteDouble(tibemsBytesMsg message,
                                         tibems_double value);

/**
 * Appends a number, four bytes.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body
 * would exceed 2^31 - 1 bytes. Does not block.
 */
tibems_status tibemsBytesMsg_WriteFloat(tibemsBytesMsg message,
                                        tibems_float value);

/**
 * Appends an integer, four bytes.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body
 * would exceed 2^31 - 1 bytes. Does not block.
 */
tibems_status tibemsBytesMsg_WriteInt(tibemsBytesMsg message,
                                      tibems_int value);

/**
 * Appends an integer, eight bytes.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body
 * would exceed 2^31 - 1 bytes. Does not block.
 */
tibems_status tibemsBytesMsg_WriteLong(tibemsBytesMsg message,
                                       tibems_long value);

/**
 * Appends an integer, two bytes.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body
 * would exceed 2^31 - 1 bytes. Does not block.
 */
tibems_status tibemsBytesMsg_WriteShort(tibemsBytesMsg message,
                                        tibems_short value);

/**
 * Appends a text with its length, in the form of Java's writeUTF: at most 65535 bytes.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE;
 * TIBEMS_INVALID_SIZE for a longer text: nothing is appended. Does not block.
 */
tibems_status tibemsBytesMsg_WriteUTF(tibemsBytesMsg message,
                                      const char *value);

/**
 * Makes the body read-only and puts the read position at its start. May be called any number of times.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE. Does not block.
 */
tibems_status tibemsBytesMsg_Reset(tibemsBytesMsg message);

/**
 * Stores the address of the whole body, never NULL, and its number of bytes; the read position stays.
 * The bytes live until the message is destroyed, as they are now, and must not be changed.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsBytesMsg_GetBytes(tibemsBytesMsg message,
                                      void **bytes,
                                      tibems_uint *byte_size);

/**
 * Replaces the whole body by a copy of these bytes; NULL with size 0 empties it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL with a size;
 * TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE above 2^31 - 1 bytes. Does not block.
 */
tibems_status tibemsBytesMsg_SetBytes(tibemsBytesMsg message,
                                      const void *bytes,
                                      tibems_uint byte_size);

/**
 * Makes a map message without items. The caller releases it with tibemsMsg_Destroy.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsMapMsg_Create(tibemsMapMsg *message);

/**
 * Stores an item as boolean, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED. Does not block.
 */
tibems_status tibemsMapMsg_GetBoolean(tibemsMapMsg message,
                                      const char *name,
                                      tibems_bool *value);

/**
 * Stores an item as byte, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED. Does not block.
 */
tibems_status tibemsMapMsg_GetByte(tibemsMapMsg message,
                                   const char *name,
                                   tibems_byte *value);

/**
 * Stores address and number of an item's bytes, NULL and 0 for a NULL item. They belong to the message
 * and live until the item is replaced, tibemsMsg_ClearBody, or the message is destroyed.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED. Does not block.
 */
tibems_status tibemsMapMsg_GetBytes(tibemsMapMsg message,
                                    const char *name,
                                    const void **bytes,
                                    tibems_uint *bytes_size);

/**
 * Stores an item as char, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED. Does not block.
 */
tibems_status tibemsMapMsg_GetChar(tibemsMapMsg message,
                                   const char *name,
                                   tibems_wchar *value);

/**
 * Stores an item as double, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED. Does not block.
 */
tibems_status tibemsMapMsg_GetDouble(tibemsMapMsg message,
                                     const char *name,
                                     tibems_double *value);

/**
 * Stores an item as float, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED. Does not block.
 */
tibems_status tibemsMapMsg_GetFloat(tibemsMapMsg message,
                                    const char *name,
                                    tibems_float *value);

/**
 * Stores an item as int, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED. Does not block.
 */
tibems_status tibemsMapMsg_GetInt(tibemsMapMsg message,
                                  const char *name,
                                  tibems_int *value);

/**
 * Stores an item as long, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED. Does not block.
 */
tibems_status tibemsMapMsg_GetLong(tibemsMapMsg message,
                                   const char *name,
                                   tibems_long *value);

/**
 * Stores an item as short, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED. Does not block.
 */
tibems_status tibemsMapMsg_GetShort(tibemsMapMsg message,
                                    const char *name,
                                    tibems_short *value);

/**
 * Stores an item as text, NULL for a NULL item. The text belongs to the message and lives until the item
 * is replaced, tibemsMsg_ClearBody, or the message is destroyed.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED. Does not block.
 */
tibems_status tibemsMapMsg_GetString(tibemsMapMsg message,
                                     const char *name,
                                     const char **value);

/**
 * Stores the handle of the map message in an item. It belongs to the outer message and lives until the
 * item is replaced, tibemsMsg_ClearBody, or that message is destroyed; it must not be destroyed.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED. Does not block.
 */
tibems_status tibemsMapMsg_GetMapMsg(tibemsMapMsg msg,
                                     const char *name,
                                     tibemsMapMsg *value);

/**
 * Stores the handle of the stream message in an item. It belongs to the outer message and lives until the
 * item is replaced, tibemsMsg_ClearBody, or that message is destroyed; it must not be destroyed.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED. Does not block.
 */
tibems_status tibemsMapMsg_GetStreamMsg(tibemsMapMsg msg,
                                        const char *name,
                                        tibemsStreamMsg *value);

/**
 * Fills a field with an item as it is stored. What the field points to belongs to the message and lives
 * until the item is replaced, tibemsMsg_ClearBody, or the message is destroyed.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_NOT_FOUND. Does not block.
 */
tibems_status tibemsMapMsg_GetField(tibemsMapMsg message,
                                    const char *name,
                                    tibemsMsgField *data);

/**
 * Tells whether the message has an item of this name; also a NULL item.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME
 * for "". Does not block.
 */
tibems_status tibemsMapMsg_ItemExists(tibemsMapMsg message,
                                      const char *name,
                                      tibems_bool *answer);

/**
 * Makes an enumeration of the names of all items, in the order in which they were first set; names inside
 * nested messages do not belong to it. A snapshot, released with tibemsMsgEnum_Destroy.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsMapMsg_GetMapNames(tibemsMsg message,
                                       tibemsMsgEnum *enumeration);

/**
 * Stores a boolean as item; an earlier one of that name is replaced.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsMapMsg_SetBoolean(tibemsMapMsg message,
                                      const char *name,
                                      tibems_bool value);

/**
 * Stores a byte as item; an earlier one of that name is replaced.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsMapMsg_SetByte(tibemsMapMsg message,
                                   const char *name,
                                   tibems_byte value);

/**
 * Stores a copy of bytes as item; an earlier one of that name is replaced. NULL with size 0 is an empty array.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL name or NULL with a size; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsMapMsg_SetBytes(tibemsMapMsg message,
                                    const char *name,
                                    void *bytes,
                                    tibems_uint bytes_size);

/**
 * As tibemsMapMsg_SetBytes: the bytes are copied here too, so that nothing is left to go wrong.
 */
tibems_status tibemsMapMsg_SetReferencedBytes(tibemsMapMsg message,
                                              const char *name,
                                              void *bytes,
                                              tibems_uint bytes_size);

/**
 * Stores a char as item; an earlier one of that name is replaced.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsMapMsg_SetChar(tibemsMapMsg message,
                                   const char *name,
                                   tibems_wchar value);

/**
 * Stores a double as item; an earlier one of that name is replaced.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsMapMsg_SetDouble(tibemsMapMsg message,
                                     const char *name,
                                     tibems_double value);

/**
 * Stores a float as item; an earlier one of that name is replaced.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsMapMsg_SetFloat(tibemsMapMsg message,
                                    const char *name,
                                    tibems_float value);

/**
 * Stores an int as item; an earlier one of that name is replaced.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsMapMsg_SetInt(tibemsMapMsg message,
                                  const char *name,
                                  tibems_int value);

/**
 * Stores a long as item; an earlier one of that name is replaced.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsMapMsg_SetLong(tibemsMapMsg message,
                                   const char *name,
                                   tibems_long value);

/**
 * Stores a short as item; an earlier one of that name is replaced.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsMapMsg_SetShort(tibemsMapMsg message,
                                    const char *name,
                                    tibems_short value);

/**
 * Stores a copy of a text as item, NULL as NULL item; an earlier one of that name is replaced.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsMapMsg_SetString(tibemsMapMsg message,
                                     const char *name,
                                     const char *value);

/**
 * Puts a map message into a map message, by reference: changes show until the outer message is sent. The
 * outer message keeps what it needs, whatever `takeOwnership` says, and the caller still destroys its own
 * handle, before or after the outer one.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE when one of the two has another body; TIBEMS_INVALID_ARG for
 * NULL arguments or a message that would contain itself; TIBEMS_INVALID_NAME for ""; TIBEMS_MSG_NOT_WRITEABLE;
 * TIBEMS_INVALID_SIZE deeper than 64 levels. Does not block.
 */
tibems_status tibemsMapMsg_SetMapMsg(tibemsMsg msg,
                                     const char *name,
                                     tibemsMsg map_msg,
                                     tibems_bool take_ownership);

/**
 * Puts a stream message into a map message, by reference: changes show until the outer message is sent. The
 * outer message keeps what it needs, whatever `takeOwnership` says, and the caller still destroys its own
 * handle, before or after the outer one.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE when one of the two has another body; TIBEMS_INVALID_ARG for
 * NULL arguments or a message that would contain itself; TIBEMS_INVALID_NAME for ""; TIBEMS_MSG_NOT_WRITEABLE;
 * TIBEMS_INVALID_SIZE deeper than 64 levels. Does not block.
 */
tibems_status tibemsMapMsg_SetStreamMsg(tibemsMsg msg,
                                        const char *name,
                                        tibemsMsg stream_msg,
                                        tibems_bool take_ownership);

/**
 * Stores a copy of an array as item; an earlier one of that name is replaced.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for count 0. Does not block.
 */
tibems_status tibemsMapMsg_SetShortArray(tibemsMsg msg,
                                         const char *name,
                                         const tibems_short *value,
                                         tibems_uint count);

/**
 * Stores a copy of an array as item; an earlier one of that name is replaced.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for count 0. Does not block.
 */
tibems_status tibemsMapMsg_SetIntArray(tibemsMsg msg,
                                       const char *name,
                                       const tibems_int *value,
                                       tibems_uint count);

/**
 * Stores a copy of an array as item; an earlier one of that name is replaced.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for count 0. Does not block.
 */
tibems_status tibemsMapMsg_SetLongArray(tibemsMsg msg,
                                        const char *name,
                                        const tibems_long *value,
                                        tibems_uint count);

/**
 * Stores a copy of an array as item; an earlier one of that name is replaced.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for count 0. Does not block.
 */
tibems_status tibemsMapMsg_SetFloatArray(tibemsMsg msg,
                                         const char *name,
                                         const tibems_float *value,
                                         tibems_uint count);

/**
 * Stores a copy of an array as item; an earlier one of that name is replaced.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME
 * for ""; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for count 0. Does not block.
 */
tibems_status tibemsMapMsg_SetDoubleArray(tibemsMsg msg,
                                          const char *name,
                                          const tibems_double *value,
                                          tibems_uint count);

/**
 * Makes an empty stream message, which can be written until tibemsStreamMsg_Reset. The caller releases it
 * with tibemsMsg_Destroy.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsStreamMsg_Create(tibemsStreamMsg *message);

/**
 * Fills a field with the next item as it is stored. What the field points to is the program's own copy:
 * tibemsStreamMsg_FreeField releases it, before or after the message is destroyed. A nested message in a field
 * must not be destroyed otherwise.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF at the end. Does not block.
 */
tibems_status tibemsStreamMsg_ReadField(tibemsStreamMsg message,
                                        tibemsMsgField *value);

/**
 * Reads the next item as boolean, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again. Does
 * not block.
 */
tibems_status tibemsStreamMsg_ReadBoolean(tibemsStreamMsg message,
                                          tibems_bool *value);

/**
 * Reads the next item as byte, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again. Does
 * not block.
 */
tibems_status tibemsStreamMsg_ReadByte(tibemsStreamMsg message,
                                       tibems_byte *value);

/**
 * Stores address and number of the next item's bytes. The following call stores NULL and -1
 * (0xFFFFFFFF) and ends the item; so does any other read. An empty array and a NULL item give -1 at once. The
 * bytes belong to the message and live until tibemsMsg_ClearBody or until the message is destroyed.
 *
 * TIBEMS_OK, also with -1; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again. Does
 * not block.
 */
tibems_status tibemsStreamMsg_ReadBytes(tibemsStreamMsg message,
                                        void **value,
                                        tibems_uint *size);

/**
 * Reads the next item as char, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again. Does
 * not block.
 */
tibems_status tibemsStreamMsg_ReadChar(tibemsStreamMsg message,
                                       tibems_wchar *value);

/**
 * Reads the next item as double, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again. Does
 * not block.
 */
tibems_status tibemsStreamMsg_ReadDouble(tibemsStreamMsg message,
                                         tibems_double *value);

/**
 * Reads the next item as float, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again. Does
 * not block.
 */
tibems_status tibemsStreamMsg_ReadFloat(tibemsStreamMsg message,
                                        tibems_float *value);

/**
 * Reads the next item as int, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again. Does
 * not block.
 */
tibems_status tibemsStreamMsg_ReadInt(tibemsStreamMsg message,
                                      tibems_int *value);

/**
 * Reads the next item as long, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again. Does
 * not block.
 */
tibems_status tibemsStreamMsg_ReadLong(tibemsStreamMsg message,
                                       tibems_long *value);

/**
 * Reads the next item as short, converted if the conversion loses nothing.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again. Does
 * not block.
 */
tibems_status tibemsStreamMsg_ReadShort(tibemsStreamMsg message,
                                        tibems_short *value);

/**
 * Reads the next item as text, NULL for a NULL item. The text belongs to the message and lives until
 * tibemsMsg_ClearBody or until the message is destroyed; the program must not release or change it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_MSG_NOT_READABLE; TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again. Does
 * not block.
 */
tibems_status tibemsStreamMsg_ReadString(tibemsStreamMsg message,
                                         char **value);

/**
 * Makes the body read-only and goes back to the first item. May be called any number of times.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE. Does not block.
 */
tibems_status tibemsStreamMsg_Reset(tibemsStreamMsg message);

/**
 * Releases what tibemsStreamMsg_ReadField allocated for a field and sets its type to TIBEMS_NULL. Nothing is
 * released for NULL, a second call, or a field that tibemsMsg_GetProperty or tibemsMapMsg_GetField filled. Does not
 * block.
 */
void tibemsStreamMsg_FreeField(tibemsMsgField *field);

/**
 * Appends a boolean.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsStreamMsg_WriteBoolean(tibemsStreamMsg message, tibems_bool value);

/**
 * Appends a byte.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsStreamMsg_WriteByte(tibemsStreamMsg message, tibems_byte value);

/**
 * Appends a copy of bytes; NULL with size 0 is an empty array.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL with a size; TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsStreamMsg_WriteBytes(tibemsStreamMsg message,
                                         void *value,
                                         tibems_uint size);

/**
 * Appends a char.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsStreamMsg_WriteChar(tibemsStreamMsg message, tibems_wchar value);

/**
 * Appends a double.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsStreamMsg_WriteDouble(tibemsStreamMsg message, tibems_double value);

/**
 * Appends a float.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsStreamMsg_WriteFloat(tibemsStreamMsg message, tibems_float value);

/**
 * Appends an int.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsStreamMsg_WriteInt(tibemsStreamMsg message, tibems_int value);

/**
 * Appends a long.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsStreamMsg_WriteLong(tibemsStreamMsg message, tibems_long value);

/**
 * Appends a short.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsStreamMsg_WriteShort(tibemsStreamMsg message, tibems_short value);

/**
 * Appends a copy of a text, NULL as NULL item.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsStreamMsg_WriteString(tibemsStreamMsg message, char *value);

/**
 * Appends a copy of an array.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE;
 * TIBEMS_INVALID_COUNT for a count that is not positive. Does not block.
 */
tibems_status tibemsStreamMsg_WriteShortArray(tibemsMsg msg,
                                              const tibems_short *value,
                                              tibems_int count);

/**
 * Appends a copy of an array.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE;
 * TIBEMS_INVALID_COUNT for a count that is not positive. Does not block.
 */
tibems_status tibemsStreamMsg_WriteIntArray(tibemsMsg msg,
                                            const tibems_int *value,
                                            tibems_int count);

/**
 * Appends a copy of an array.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE;
 * TIBEMS_INVALID_COUNT for a count that is not positive. Does not block.
 */
tibems_status tibemsStreamMsg_WriteLongArray(tibemsMsg msg,
                                             const tibems_long *value,
                                             tibems_int count);

/**
 * Appends a copy of an array.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE;
 * TIBEMS_INVALID_COUNT for a count that is not positive. Does not block.
 */
tibems_status tibemsStreamMsg_WriteFloatArray(tibemsMsg msg,
                                              const tibems_float *value,
                                              tibems_int count);

/**
 * Appends a copy of an array.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE;
 * TIBEMS_INVALID_COUNT for a count that is not positive. Does not block.
 */
tibems_status tibemsStreamMsg_WriteDoubleArray(tibemsMsg msg,
                                               const tibems_double *value,
                                               tibems_int count);

/**
 * Appends a copy of a map message; later changes to it do not show, and the caller still destroys it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE when one of the two has another body; TIBEMS_INVALID_ARG for
 * NULL; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE deeper than 64 levels. Does not block.
 */
tibems_status tibemsStreamMsg_WriteMapMsg(tibemsMsg msg,
                                          tibemsMsg value);

/**
 * Appends a copy of a stream message; later changes to it do not show, and the caller still destroys it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE when one of the two has another body; TIBEMS_INVALID_ARG for
 * NULL; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE deeper than 64 levels. Does not block.
 */
tibems_status tibemsStreamMsg_WriteStreamMsg(tibemsMsg msg,
                                             tibemsMsg value);

/**
 * Makes an object message without object. The caller releases it with tibemsMsg_Destroy.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsObjectMsg_Create(tibemsObjectMsg *message);

/**
 * Stores address and number of the object's bytes, NULL and 0 without object. They belong to the
 * message and live until the next tibemsObjectMsg_SetObjectBytes or tibemsMsg_ClearBody, or until the
 * message is destroyed; the program must not change them.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for a NULL output. Does not block.
 */
tibems_status tibemsObjectMsg_GetObjectBytes(tibemsObjectMsg message,
                                             void **bytes,
                                             tibems_uint *byte_size);

/**
 * Stores a copy of the bytes, which the library never interprets; NULL with size 0 is no object.
 *
 * TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE; TIBEMS_INVALID_ARG for NULL with a size;
 * TIBEMS_MSG_NOT_WRITEABLE. Does not block.
 */
tibems_status tibemsObjectMsg_SetObjectBytes(tibemsObjectMsg message,
                                             const void *bytes,
                                             tibems_uint byte_size);

/**
 * Copies the version of the TLS library, `major.minor.update` with its NUL, into the caller's
 * buffer of `bufsize` bytes and returns the buffer. What does not fit is left out.
 */
const char *tibemsSSL_OpenSSLVersion(char *buffer, tibems_int bufsize);

/**
 * Switches the trace of TLS handshakes on or off for the whole process.
 */
void tibemsSSL_SetTrace(tibems_bool trace);

/**
 * Switches the trace of TLS details on or off for the whole process.
 */
void tibemsSSL_SetDebugTrace(tibems_bool trace);

/**
 * Returns whether TLS handshakes are traced.
 */
tibems_bool tibemsSSL_GetTrace(void);

/**
 * Returns whether TLS details are traced.
 */
tibems_bool tibemsSSL_GetDebugTrace(void);

/**
 * Makes an object that holds the TLS settings of connections. Released with
 * tibemsSSLParams_Destroy, or by the factory that it is given to.
 *
 * Returns NULL when it cannot be made. Does not block.
 */
tibemsSSLParams tibemsSSLParams_Create(void);

/**
 * Releases TLS parameters. Ignored for parameters that a factory owns and for handles that
 * are not live.
 */
void tibemsSSLParams_Destroy(tibemsSSLParams params);

/**
 * Sets the allowed cipher suites: OpenSSL names or keywords, separated by colons, commas or
 * blanks. NULL restores the default.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_ALGORITHM_ERROR for an unknown name or an empty list,
 * which keeps the earlier one. Does not block.
 */
tibems_status tibemsSSLParams_SetCiphers(tibemsSSLParams params, const char *ciphers);

/**
 * Sets the client's certificate with its private key, from memory. `size` counts bytes;
 * `encoding` is one of the TIBEMS_SSL_ENCODING_ numbers. The data is copied.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_CERT_DATA; TIBEMS_INVALID_ENCODING. Does not
 * block.
 */
tibems_status tibemsSSLParams_SetIdentity(tibemsSSLParams params,
                                          const void *data,
                                          tibems_int size,
                                          tibems_int encoding);

/**
 * Stores address, size in bytes and encoding of the identity. The data belongs to the
 * parameters.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_NOT_FOUND with NULL, 0, 0 when none is set. Does not
 * block.
 */
tibems_status tibemsSSLParams_GetIdentity(tibemsSSLParams params,
                                          const void **data,
                                          tibems_int *size,
                                          tibems_int *encoding);

/**
 * Sets the client's certificate with its private key, from a file.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_FILE_NOT_FOUND; TIBEMS_INVALID_CERT_DATA;
 * TIBEMS_INVALID_ENCODING. Reads the file.
 */
tibems_status tibemsSSLParams_SetIdentityFile(tibemsSSLParams params,
                                              const char *filename,
                                              tibems_int encoding);

/**
 * Adds certificates to the chain of the client's own certificate, from memory. The data is
 * copied.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_CERT_DATA; TIBEMS_INVALID_ENCODING. Does not
 * block.
 */
tibems_status tibemsSSLParams_AddIssuerCert(tibemsSSLParams params,
                                            const void *data,
                                            tibems_int size,
                                            tibems_int encoding);

/**
 * Adds certificates to the chain of the client's own certificate, from a file.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_FILE_NOT_FOUND; TIBEMS_INVALID_CERT_DATA;
 * TIBEMS_INVALID_ENCODING. Reads the file.
 */
tibems_status tibemsSSLParams_AddIssuerCertFile(tibemsSSLParams params,
                                                const char *filename,
                                                tibems_int encoding);

/**
 * Sets the client's private key apart from its certificate, from memory. The data is copied.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_ENCODING. Does not block.
 */
tibems_status tibemsSSLParams_SetPrivateKey(tibemsSSLParams params,
                                            const void *data,
                                            tibems_int size,
                                            tibems_int encoding);

/**
 * Stores address, size in bytes and encoding of the private key. The data belongs to the
 * parameters.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_NOT_FOUND with NULL, 0, 0 when none is set. Does not
 * block.
 */
tibems_status tibemsSSLParams_GetPrivateKey(tibemsSSLParams params,
                                            const void **data,
                                            tibems_int *size,
                                            tibems_int *encoding);

/**
 * Sets the client's private key apart from its certificate, from a file.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_FILE_NOT_FOUND; TIBEMS_INVALID_ENCODING. Reads the
 * file.
 */
tibems_status tibemsSSLParams_SetPrivateKeyFile(tibemsSSLParams params,
                                                const char *filename,
                                                tibems_int encoding);

/**
 * Adds certificates of authorities that vouch for servers, from memory. The data is copied.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_CERT_DATA; TIBEMS_INVALID_ENCODING. Does not
 * block.
 */
tibems_status tibemsSSLParams_AddTrustedCert(tibemsSSLParams params,
                                             const void *data,
                                             tibems_int size,
                                             tibems_int encoding);

/**
 * Adds certificates of authorities that vouch for servers, from a file.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_FILE_NOT_FOUND; TIBEMS_INVALID_CERT_DATA;
 * TIBEMS_INVALID_ENCODING. Reads the file.
 */
tibems_status tibemsSSLParams_AddTrustedCertFile(tibemsSSLParams params,
                                                 const char *filename,
                                                 tibems_int encoding);

/**
 * Asks for TLS while authenticating only. Stored, but TLS stays on for the whole connection:
 * AMQP has no way back.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsSSLParams_SetAuthOnly(tibemsSSLParams params, tibems_bool auth_only);

/**
 * Sets whether the server's certificate must be signed by a trusted authority. TIBEMS_TRUE
 * unless set.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsSSLParams_SetVerifyHost(tibemsSSLParams params, tibems_bool verify);

/**
 * Sets whether the server's certificate must carry the expected host name. TIBEMS_TRUE unless
 * set.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsSSLParams_SetVerifyHostName(tibemsSSLParams params, tibems_bool verify);

/**
 * Sets the function that decides when the host name check fails; `closure` is passed to it.
 * NULL removes it. It runs on the connecting thread, for reconnects on a thread of the
 * library.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsSSLParams_SetHostNameVerifier(tibemsSSLParams params,
                                                  tibemsSSLHostNameVerifier verifier,
                                                  const void *closure);

/**
 * Sets the name to look for in the server's certificate instead of the host of the URL.
 * Copied; NULL removes it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsSSLParams_SetExpectedHostName(tibemsSSLParams params,
                                                  const char *expected_hostname);

/**
 * Accepted for old programs, without effect: keys are not renegotiated.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number. Does not block.
 */
tibems_status tibemsSSLParams_SetRenegotiateInterval(tibemsSSLParams params,
                                                     tibems_long milliseconds);

/**
 * Accepted for old programs, without effect: keys are not renegotiated.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number. Does not block.
 */
tibems_status tibemsSSLParams_SetRenegotiateSize(tibemsSSLParams params, tibems_long bytes);

/**
 * Accepted for old programs, without effect: the TLS library seeds itself.
 */
tibems_status tibemsSSLParams_SetRandFile(tibemsSSLParams params, const char *rand_file);

/**
 * Accepted for old programs, without effect: the TLS library seeds itself.
 */
tibems_status tibemsSSLParams_SetRandEGD(tibemsSSLParams params, const char *rand_egd_path);

/**
 * Accepted for old programs, without effect: the TLS library seeds itself.
 */
tibems_status tibemsSSLParams_SetRandData(tibemsSSLParams params,
                                          const char *rand_data,
                                          tibems_int size);

/**
 * Makes a context in which factories and destinations are looked up by name: the directory of
 * the file that TIBEMS_LOOKUP_FILE names, then the server. The URL may be a comma list; `+`
 * is refused. Release it with tibemsLookupContext_Destroy.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_PROTOCOL, TIBEMS_INVALID_HOSTNAME,
 * TIBEMS_INVALID_PORT. Contacts nobody.
 */
tibems_status tibemsLookupContext_Create(tibemsLookupContext *context,
                                         const char *broker_url,
                                         const char *username,
                                         const char *password);

/**
 * Would make a context on an LDAP directory; this library has no LDAP client.
 *
 * TIBEMS_INVALID_ARG when server URL, base DN or search scope are missing;
 * TIBEMS_NOT_IMPLEMENTED otherwise; the context is NULL. Contacts nobody.
 */
tibems_status tibemsLookupContext_CreateExternal(tibemsLookupContext *context,
                                                 tibemsLookupParams lookup_params);

/**
 * Makes a lookup context whose connections use TLS; otherwise as tibemsLookupContext_Create.
 */
tibems_status tibemsLookupContext_CreateSSL(tibemsLookupContext *context,
                                            const char *broker_url,
                                            const char *username,
                                            const char *password,
                                            tibemsSSLParams ssl_params,
                                            const char *pk_password);

/**
 * Releases a lookup context. Objects that were looked up stay.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsLookupContext_Destroy(tibemsLookupContext context);

/**
 * Looks up a factory or destination. The caller releases what it gets, with the Destroy
 * function of its kind. May block on the server.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_NAME; TIBEMS_NOT_FOUND; TIBEMS_ILLEGAL_STATE
 * when both a queue and a topic have the name; the statuses of tibemsConnection_Create.
 */
tibems_status tibemsLookupContext_Lookup(tibemsLookupContext context,
                                         const char *name,
                                         void **object);

/**
 * Looks up a destination; otherwise as tibemsLookupContext_Lookup.
 */
tibems_status tibemsLookupContext_LookupDestination(tibemsLookupContext context,
                                                    const char *name,
                                                    tibemsDestination *destination);

/**
 * Looks up a connection factory; otherwise as tibemsLookupContext_Lookup.
 */
tibems_status tibemsLookupContext_LookupConnectionFactory(tibemsLookupContext context,
                                                          const char *name,
                                                          tibemsConnectionFactory *factory);

/**
 * Makes an empty set of LDAP parameters. Released with tibemsLookupParams_Destroy.
 */
tibemsLookupParams tibemsLookupParams_Create(void);

/**
 * Releases LDAP parameters. Ignored for a handle that is not live.
 */
void tibemsLookupParams_Destroy(tibemsLookupParams lparams);

/**
 * Sets the URL of the LDAP server. Copied; NULL removes it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsLookupParams_SetLdapServerUrl(tibemsLookupParams lparams, const char *url);

/**
 * Returns the URL of the LDAP server, NULL if none is set. The text belongs to the parameters and
 * is valid until the next set or the destruction.
 */
char *tibemsLookupParams_GetLdapServerUrl(tibemsLookupParams lparams);

/**
 * Sets the base distinguished name of searches. Copied; NULL removes it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsLookupParams_SetLdapBaseDN(tibemsLookupParams lparams, const char *basedn);

/**
 * Sets the name to bind with. Copied; NULL removes it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsLookupParams_SetLdapPrincipal(tibemsLookupParams lparams,
                                                  const char *principal);

/**
 * Sets the password to bind with. Copied; NULL removes it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsLookupParams_SetLdapCredential(tibemsLookupParams lparams,
                                                   const char *credential);

/**
 * Sets the search scope: `onelevel`, `subtree` or `object`. Copied; NULL removes it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for an unknown one. Does not block.
 */
tibems_status tibemsLookupParams_SetLdapSearchScope(tibemsLookupParams lparams, const char *scope);

/**
 * Sets the kind of connection: `ldaps` or `startTLS`; unset is not secure. Copied; NULL removes it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG for an unknown one. Does not block.
 */
tibems_status tibemsLookupParams_SetLdapConnType(tibemsLookupParams lparams, const char *conn_type);

/**
 * Sets the file of trusted certificates. Copied; NULL removes it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsLookupParams_SetLdapCAFile(tibemsLookupParams lparams, const char *file);

/**
 * Sets the folder of trusted certificates. Copied; NULL removes it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsLookupParams_SetLdapCAPath(tibemsLookupParams lparams, const char *path);

/**
 * Sets the file of the client's certificate. Copied; NULL removes it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsLookupParams_SetLdapCertFile(tibemsLookupParams lparams, const char *file);

/**
 * Sets the file of the client's private key. Copied; NULL removes it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsLookupParams_SetLdapKeyFile(tibemsLookupParams lparams, const char *file);

/**
 * Sets the file of random data. Copied; NULL removes it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsLookupParams_SetLdapRandFile(tibemsLookupParams lparams, const char *file);

/**
 * Sets the allowed cipher suites. Copied; NULL removes it.
 *
 * TIBEMS_OK; TIBEMS_INVALID_ARG. Does not block.
 */
tibems_status tibemsLookupParams_SetLdapCiphers(tibemsLookupParams lparams, const char *ciphers);

/**
 * Deprecated: tibemsConnection_CreateSSL.
 */
tibems_status tibemsQueueConnection_CreateSSL(tibemsQueueConnection *queue_connection,
                                              const char *broker_url,
                                              const char *client_id,
                                              const char *username,
                                              const char *password,
                                              tibemsSSLParams params,
                                              const char *pk_password);

/**
 * Deprecated: tibemsConnection_CreateSSL.
 */
tibems_status tibemsTopicConnection_CreateSSL(tibemsTopicConnection *topic_connection,
                                              const char *broker_url,
                                              const char *client_id,
                                              const char *username,
                                              const char *password,
                                              tibemsSSLParams params,
                                              const char *pk_password);

/**
 * Deprecated: tibemsConnection_Create.
 */
tibems_status tibemsTopicConnection_Create(tibemsTopicConnection *topic_connection,
                                           const char *broker_url,
                                           const char *client_id,
                                           const char *username,
                                           const char *password);

/**
 * Deprecated: tibemsConnection_CreateSession.
 */
tibems_status tibemsTopicConnection_CreateTopicSession(tibemsTopicConnection topic_connection,
                                                       tibemsTopicSession *topic_session,
                                                       tibems_bool transacted,
                                                       tibemsAcknowledgeMode acknowledge_mode);

/**
 * Deprecated: tibemsConnection_Create.
 */
tibems_status tibemsQueueConnection_Create(tibemsQueueConnection *queue_connection,
                                           const char *broker_url,
                                           const char *client_id,
                                           const char *username,
                                           const char *password);

/**
 * Deprecated: tibemsConnection_CreateSession.
 */
tibems_status tibemsQueueConnection_CreateQueueSession(tibemsQueueConnection queue_connection,
                                                       tibemsQueueSession *queue_session,
                                                       tibems_bool transacted,
                                                       tibemsAcknowledgeMode acknowledge_mode);

/**
 * Deprecated: tibemsSession_CreateConsumer, for topics only.
 */
tibems_status tibemsTopicSession_CreateSubscriber(tibemsTopicSession session,
                                                  tibemsTopicSubscriber *topic_subscriber,
                                                  tibemsTopic topic,
                                                  const char *optional_selector,
                                                  tibems_bool no_local);

/**
 * Deprecated: tibemsSession_CreateDurableSubscriber.
 */
tibems_status tibemsTopicSession_CreateDurableSubscriber(tibemsTopicSession session,
                                                         tibemsTopicSubscriber *topic_subscriber,
                                                         tibemsTopic topic,
                                                         const char *subscriber_name,
                                                         const char *optional_selector,
                                                         tibems_bool no_local);

/**
 * Deprecated: tibemsSession_CreateProducer, for a topic or NULL only.
 */
tibems_status tibemsTopicSession_CreatePublisher(tibemsTopicSession session,
                                                 tibemsTopicPublisher *topic_publisher,
                                                 tibemsTopic topic);

/**
 * Deprecated: tibemsSession_Unsubscribe.
 */
tibems_status tibemsTopicSession_Unsubscribe(tibemsTopicSession session,
                                             const char *subscriber_name);

/**
 * Deprecated: tibemsSession_CreateTemporaryTopic.
 */
tibems_status tibemsTopicSession_CreateTemporaryTopic(tibemsTopicSession session,
                                                      tibemsTemporaryTopic *tmp_topic);

/**
 * Deprecated: tibemsSession_DeleteTemporaryTopic.
 */
tibems_status tibemsTopicSession_DeleteTemporaryTopic(tibemsTopicSession session,
                                                      tibemsTemporaryTopic tmp_topic);

/**
 * Deprecated: tibemsSession_CreateBrowser.
 */
tibems_status tibemsQueueSession_CreateBrowser(tibemsQueueSession session,
                                               tibemsQueueBrowser *browser,
                                               tibemsQueue queue,
                                               const char *optional_selector);

/**
 * Deprecated: tibemsSession_CreateConsumer, for queues only, without `no_local`.
 */
tibems_status tibemsQueueSession_CreateReceiver(tibemsQueueSession session,
                                                tibemsQueueReceiver *queue_receiver,
                                                tibemsQueue queue,
                                                const char *optional_selector);

/**
 * Deprecated: tibemsSession_CreateProducer, for a queue or NULL only.
 */
tibems_status tibemsQueueSession_CreateSender(tibemsQueueSession session,
                                              tibemsQueueSender *queue_sender,
                                              tibemsQueue queue);

/**
 * Deprecated: tibemsSession_CreateTemporaryQueue.
 */
tibems_status tibemsQueueSession_CreateTemporaryQueue(tibemsQueueSession session,
                                                      tibemsTemporaryQueue *tmp_queue);

/**
 * Deprecated: tibemsSession_DeleteTemporaryQueue.
 */
tibems_status tibemsQueueSession_DeleteTemporaryQueue(tibemsQueueSession session,
                                                      tibemsTemporaryQueue tmp_queue);

/**
 * Deprecated: tibemsMsgProducer_GetDestination, for topics only.
 */
tibems_status tibemsTopicPublisher_GetTopic(tibemsTopicPublisher topic_publisher,
                                            tibemsTopic *topic);

/**
 * Deprecated: tibemsMsgProducer_Send.
 */
tibems_status tibemsTopicPublisher_Publish(tibemsTopicPublisher topic_publisher, tibemsMsg msg);

/**
 * Deprecated: tibemsMsgProducer_SendEx.
 */
tibems_status tibemsTopicPublisher_PublishEx(tibemsTopicPublisher topic_publisher,
                                             tibemsMsg msg,
                                             tibems_int delivery_mode,
                                             tibems_int priority,
                                             tibems_long time_to_live);

/**
 * Deprecated: tibemsMsgProducer_SendToDestination, for topics only.
 */
tibems_status tibemsTopicPublisher_PublishToTopic(tibemsTopicPublisher topic_publisher,
                                                  tibemsTopic topic,
                                                  tibemsMsg msg);

/**
 * Deprecated: tibemsMsgProducer_SendToDestinationEx, for topics only.
 */
tibems_status tibemsTopicPublisher_PublishToTopicEx(tibemsTopicPublisher topic_publisher,
                                                    tibemsTopic topic,
                                                    tibemsMsg msg,
                                                    tibemsDeliveryMode delivery_mode,
                                                    tibems_int priority,
                                                    tibems_long time_to_live);

/**
 * Deprecated: tibemsMsgProducer_GetDestination, for queues only.
 */
tibems_status tibemsQueueSender_GetQueue(tibemsQueueSender queue_sender, tibemsQueue *queue);

/**
 * Deprecated: tibemsMsgProducer_Send.
 */
tibems_status tibemsQueueSender_Send(tibemsQueueSender queue_sender, tibemsMsg msg);

/**
 * Deprecated: tibemsMsgProducer_SendEx.
 */
tibems_status tibemsQueueSender_SendEx(tibemsQueueSender queue_sender,
                                       tibemsMsg msg,
                                       tibems_int delivery_mode,
                                       tibems_int priority,
                                       tibems_long time_to_live);

/**
 * Deprecated: tibemsMsgProducer_SendToDestination, for queues only.
 */
tibems_status tibemsQueueSender_SendToQueue(tibemsQueueSender queue_sender,
                                            tibemsQueue queue,
                                            tibemsMsg msg);

/**
 * Deprecated: tibemsMsgProducer_SendToDestinationEx, for queues only.
 */
tibems_status tibemsQueueSender_SendToQueueEx(tibemsQueueSender queue_sender,
                                              tibemsQueue queue,
                                              tibemsMsg msg,
                                              tibemsDeliveryMode delivery_mode,
                                              tibems_int priority,
                                              tibems_long time_to_live);

/**
 * Deprecated: tibemsMsgConsumer_GetDestination, for topics only.
 */
tibems_status tibemsTopicSubscriber_GetTopic(tibemsTopicSubscriber topic_subscriber,
                                             tibemsTopic *topic);

/**
 * Deprecated: tibemsMsgConsumer_GetNoLocal.
 */
tibems_status tibemsTopicSubscriber_GetNoLocal(tibemsTopicSubscriber topic_subscriber,
                                               tibems_bool *is_no_local);

/**
 * Deprecated: tibemsMsgConsumer_GetDestination, for queues only.
 */
tibems_status tibemsQueueReceiver_GetQueue(tibemsQueueReceiver queue_receiver, tibemsQueue *queue);

/**
 * Would open a connection for distributed transactions. The connection is NULL; nothing is
 * contacted.
 *
 * TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAConnection_Create(tibemsConnection *connection,
                                        const char *broker_url,
                                        const char *client_id,
                                        const char *username,
                                        const char *password);

/**
 * Would open a TLS connection for distributed transactions. The connection is NULL; nothing
 * is contacted.
 *
 * TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAConnection_CreateSSL(tibemsConnection *connection,
                                           const char *broker_url,
                                           const char *client_id,
                                           const char *username,
                                           const char *password,
                                           tibemsSSLParams params,
                                           const char *pk_password);

/**
 * Would make a session for distributed transactions. The session is NULL.
 *
 * TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAConnection_CreateXASession(tibemsConnection connection,
                                                 tibemsSession *session);

/**
 * Would close a connection for distributed transactions. Leaves every handle as it is.
 *
 * TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAConnection_Close(tibemsConnection connection);

/**
 * Would close a session for distributed transactions. Leaves every handle as it is.
 *
 * TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXASession_Close(tibemsSession session);

/**
 * Would store the session below an XA session. The session is NULL.
 *
 * TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXASession_GetSession(tibemsSession xa_session, tibemsSession *session);

/**
 * Would store the XA resource of a session. The resource is NULL.
 *
 * TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXASession_GetXAResource(tibemsSession session, tibemsXAResource *xa_resource);

/**
 * Would find an open XA connection by its URL. The connection is NULL.
 *
 * TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAConnection_Get(tibemsConnection *connection, const char *broker_url);

/**
 * Would store the XA session of a connection. The session is NULL.
 *
 * TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAConnection_GetXASession(tibemsConnection connection,
                                              tibemsSession *xa_session);

/**
 * Would commit a transaction branch.
 *
 * TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_Commit(tibemsXAResource xa_resource,
                                      XID *xid,
                                      tibems_bool one_phase);

/**
 * Would end the work of a transaction branch.
 *
 * TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_End(tibemsXAResource xa_resource, XID *xid, int flags);

/**
 * Would forget a transaction branch.
 *
 * TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_Forget(tibemsXAResource xa_resource, XID *xid);

/**
 * Would store the transaction timeout in seconds; stores 0.
 *
 * TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_GetTransactionTimeout(tibemsXAResource xa_resource,
                                                     tibems_int *seconds);

/**
 * Would compare two resource managers; stores TIBEMS_FALSE.
 *
 * TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_isSameRM(tibemsXAResource xa_resource,
                                        tibemsXAResource xa_resource2,
                                        tibems_bool *result);

/**
 * Would prepare a transaction branch.
 *
 * TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_Prepare(tibemsXAResource xa_resource, XID *xid);

/**
 * Would list prepared transaction branches; stores 0 as their count.
 *
 * TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_Recover(tibemsXAResource xa_resource,
                                       XID *xids,
                                       tibems_int desired_count,
                                       tibems_int *returned_count,
                                       tibems_int flag);

/**
 * Would roll a transaction branch back.
 *
 * TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_Rollback(tibemsXAResource xa_resource, XID *xid);

/**
 * Would set the transaction timeout.
 *
 * TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_SetTransactionTimeout(tibemsXAResource xa_resource,
                                                     tibems_int seconds);

/**
 * Would start the work of a transaction branch.
 *
 * TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_Start(tibemsXAResource xa_resource, XID *xid, tibems_int flags);

/**
 * Would set the number of the resource manager.
 *
 * TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_SetRMID(tibemsXAResource xa_resource, tibems_int rmid);

/**
 * Would store the number of the resource manager; stores 0.
 *
 * TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_GetRMID(tibemsXAResource xa_resource, tibems_int *rmid);

#ifdef __cplusplus
}  // extern "C"
#endif /* __cplusplus */

#endif  /* TIBEMS_TIBEMS_H */
