/*
 * tibems.h - the whole C API of libtibemsufo, an independent client library that gives programs
 * written to the EMS C API connections to AMQP 1.0 servers.
 *
 * Generated from src/ffi; do not edit.
 *
 * Rules of all functions
 *   Handles are numbers that only the library can read. A NULL, stale or random handle gives a
 *   status, never a crash: TIBEMS_INVALID_CONNECTION, TIBEMS_INVALID_SESSION,
 *   TIBEMS_INVALID_PRODUCER, TIBEMS_INVALID_CONSUMER, TIBEMS_INVALID_DESTINATION or
 *   TIBEMS_INVALID_MSG by the kind that is wanted, TIBEMS_INVALID_ARG for all other kinds.
 *   Text arguments are NUL-terminated UTF-8 and copied during the call. Text results belong to the
 *   object asked, unless the function says otherwise.
 *   Where a status is not TIBEMS_OK, a result that is a handle is NULL and no other result is
 *   written, unless the function says otherwise.
 *   An argument of type tibems_bool is true for any number but 0; results are 0 or 1.
 *   Functions may be called from any thread. Sessions and what is made from them are meant for one
 *   thread at a time.
 *   A child made by fork() must not use objects of its parent: TIBEMS_INVALID_CONNECTION. It may
 *   make its own, whatever other threads did at the fork, also when a callback has called fork().
 *   A call is no cancellation point: pthread_cancel() acts after it. A thread with asynchronous
 *   cancellation must not call. Calls work in atexit() handlers and destructors of pthread keys.
 *   A signal handler may call where it has interrupted a receive that waits, or no call at all; in
 *   other calls it may find a lock of its own thread and wait for ever.
 *   A function does not block unless its comment says so.
 *   A comment ends with every status that the function can return. Two are not repeated: that of a
 *   forked child above, and TIBEMS_EXCEPTION for a fault of this library. The error context has a
 *   text for each status that is not TIBEMS_OK.
 *   Options that comments name are set in the environment variable TIBEMS_AMQP_OPTIONS.
 *
 * Needs the server
 *   Functions whose comment says so wait for an answer of it no longer than request_timeout says
 *   (60 s), then TIBEMS_TIMEOUT, unless they name another limit or none. Without a server they
 *   - wait while a connection to servers that share state reconnects by itself;
 *   - wait while an unshared connection is broken, until
 *     tibemsUFOConnectionFactory_RecoverConnection has brought it back, but return
 *     TIBEMS_SERVER_NOT_CONNECTED at once inside a message listener or exception listener, and
 *     TIBEMS_UFO_CONNECTION_FAILURE once the exception listener has tried to recover, failed and
 *     returned;
 *   - return TIBEMS_SERVER_NOT_CONNECTED when the connection is lost for good;
 *   - return TIBEMS_ILLEGAL_STATE when the connection or the object is closed.
 *   An exception listener that is told of a step of a failover (TIBEMS_SERVER_DISCONNECTED,
 *   TIBEMS_SERVER_RECONNECTING) gets TIBEMS_NOT_PERMITTED.
 *
 * Callbacks
 *   Listeners are called on threads of the library, with no lock held. They may make any call,
 *   exit() and _exit(); comments say which calls fail there.
 *   A callback returns: longjmp, a C++ exception or pthread_exit out of it, or pthread_cancel of
 *   its thread, ends the process.
 *   All signals are blocked on these threads. A program started there inherits that and cannot be
 *   ended by SIGTERM: empty the mask of the child before exec (sigprocmask with SIG_SETMASK), or
 *   give posix_spawn an empty one (posix_spawnattr_setsigmask, POSIX_SPAWN_SETSIGMASK); system()
 *   and popen() belong on threads of the program. Descriptors of the library are closed by exec.
 *   The calls of the library are no cancellation points: a thread that is cancelled inside one goes
 *   on to the first cancellation point behind it. Asynchronous cancelability is not supported.
 */

#ifndef TIBEMS_TIBEMS_H
#define TIBEMS_TIBEMS_H

/* For FILE. Programs of old also rely on this header for the C library's memory and text functions: where nothing
   declares malloc or strdup, a compiler takes their results for an int, which cuts addresses of 64 bits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/*
 * Sizes of names in bytes, without the NUL: what buffers must take. A destination can be made with
 * at most 249 bytes; one that came in a message can have a longer name.
 */
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

/* Signed and unsigned integer, 64 bits. C before C99 and C++ before C++11 know none, but their compilers do: without
   these lines they would warn at every program. */
#ifdef __GNUC__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wlong-long"
__extension__ typedef TIBEMS_I64 tibems_long;
__extension__ typedef unsigned TIBEMS_I64 tibems_ulong;
#pragma GCC diagnostic pop
#else
typedef TIBEMS_I64 tibems_long;
typedef unsigned TIBEMS_I64 tibems_ulong;
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
    TIBEMS_NOT_IMPLEMENTED = 255
} tibems_status;

/**
 * Truth value. As an argument any number but 0 counts as true; results are exactly 0 or 1.
 */
typedef enum {
    TIBEMS_FALSE = 0,
    TIBEMS_TRUE = 1
} tibems_bool;

/**
 * What a load-balancing factory looks at when it chooses a server.
 */
typedef enum {
    TIBEMS_FACTORY_LOAD_BALANCE_METRIC_NONE = 0,
    TIBEMS_FACTORY_LOAD_BALANCE_METRIC_CONNECTIONS = 1,
    TIBEMS_FACTORY_LOAD_BALANCE_METRIC_BYTE_RATE = 2
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
    TIBEMS_EXPLICIT_CLIENT_DUPS_OK_ACKNOWLEDGE = 24
} tibemsAcknowledgeMode;

/**
 * Kind of a destination.
 */
typedef enum {
    TIBEMS_UNKNOWN = 0,
    TIBEMS_QUEUE = 1,
    TIBEMS_TOPIC = 2,
    TIBEMS_DEST_UNDEFINED = 256
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
    NPSEND_CHECK_TEMP_AUTH = 5
} tibemsNpCheckMode;

/**
 * What the server promises for a message.
 */
typedef enum {
    TIBEMS_NON_PERSISTENT = 1,
    TIBEMS_PERSISTENT = 2,
    TIBEMS_RELIABLE = 22
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
    TIBEMS_MESSAGE_UNDEFINED = 256
} tibemsMsgType;

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
 * Accepted, never called: nothing is multicast here.
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
 * Handle of a temporary topic.
 */
typedef void *tibemsTemporaryTopic;

/**
 * Handle of a consumer of a queue.
 */
typedef void *tibemsQueueReceiver;

/**
 * Handle of a producer for queues.
 */
typedef void *tibemsQueueSender;

/**
 * Handle of a temporary queue.
 */
typedef void *tibemsTemporaryQueue;

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

#ifdef __cplusplus
extern "C" {
#endif /* __cplusplus */

/**
 * Returns the English text of `status`: static, never NULL; a fixed text for a number that is no
 * status.
 */
const char *tibemsStatus_GetText(tibems_status status);

/**
 * Returns name and version of this library: a static text.
 */
const char *tibems_Version(void);

/**
 * Announces a user of the library. Optional: every function initialises what it needs.
 *
 * Statuses: TIBEMS_OK.
 */
tibems_status tibems_Open(void);

/**
 * Ends what tibems_Open announced. It may be called any number of times; live connections go on.
 * Returns nothing.
 */
void tibems_Close(void);

/**
 * Blocks the calling thread for `milliseconds`. Returns at once for 0 or a negative number.
 */
void tibems_Sleep(tibems_long milliseconds);

/**
 * Returns the size of the receive buffer that new sockets are given, in kilobytes of 1024 bytes; 0
 * while the operating system decides.
 */
tibems_int tibems_GetSocketReceiveBufferSize(void);

/**
 * Has sockets made from now on use a receive buffer of `kilobytes` (1024 bytes each). 0 leaves the
 * size to the operating system, which may also grant another one.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
 */
tibems_status tibems_SetSocketReceiveBufferSize(tibems_int kilobytes);

/**
 * Returns the size of the send buffer that new sockets are given, in kilobytes of 1024 bytes; 0
 * while the operating system decides.
 */
tibems_int tibems_GetSocketSendBufferSize(void);

/**
 * Has sockets made from now on use a send buffer of `kilobytes` (1024 bytes each). 0 leaves the
 * size to the operating system, which may also grant another one.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
 */
tibems_status tibems_SetSocketSendBufferSize(tibems_int kilobytes);

/**
 * Returns how many times a first connection walks its list of URLs before it fails; 2 unless set.
 */
tibems_int tibems_GetConnectAttemptCount(void);

/**
 * Has a first connection walk its list of URLs `count` times before it fails; 0 counts as 1. This
 * number, once set, takes the place of that of ordinary factories and multiplies that of unshared
 * ones.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
 */
tibems_status tibems_SetConnectAttemptCount(tibems_int count);

/**
 * Returns how many milliseconds a first connection pauses between two walks over its list; 500
 * unless set.
 */
tibems_int tibems_GetConnectAttemptDelay(void);

/**
 * Has a first connection pause `delay` milliseconds between two walks over its list; less than 250
 * counts as 250. A little more is added by chance, so that many clients do not return at once.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
 */
tibems_status tibems_SetConnectAttemptDelay(tibems_int delay);

/**
 * Returns how many times a reconnect or a recovery walks its list of URLs before it fails; 4
 * unless set.
 */
tibems_int tibems_GetReconnectAttemptCount(void);

/**
 * Has a reconnect or a recovery walk its list of URLs `count` times before it fails; 0 counts
 * as 1. This number, once set, takes the place of that of ordinary factories and multiplies
 * that of unshared ones.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
 */
tibems_status tibems_SetReconnectAttemptCount(tibems_int count);

/**
 * Returns how many milliseconds a reconnect or a recovery pauses between two walks over its list;
 * 500 unless set.
 */
tibems_int tibems_GetReconnectAttemptDelay(void);

/**
 * Has a reconnect or a recovery pause `delay` milliseconds between two walks over its list; less
 * than 250 counts as 250. A little more is added by chance, so that many clients do not return at
 * once.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
 */
tibems_status tibems_SetReconnectAttemptDelay(tibems_int delay);

/**
 * Gives one try of one URL in a first connection `timeout` milliseconds; 1 to 99 count as 100.
 * With 0 the option try_timeout (10 s) bounds a try.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
 */
tibems_status tibems_SetConnectAttemptTimeout(tibems_int timeout);

/**
 * Returns how many milliseconds one try of one URL may take in a first connection; 0 unless set:
 * then the option try_timeout (10 s) bounds it.
 */
tibems_int tibems_GetConnectAttemptTimeout(void);

/**
 * Gives one try of one URL in a reconnect or a recovery `timeout` milliseconds; 1 to 99 count
 * as 100. With 0 the option try_timeout (10 s) bounds a try.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a negative number.
 */
tibems_status tibems_SetReconnectAttemptTimeout(tibems_int timeout);

/**
 * Returns how many milliseconds one try of one URL may take in a reconnect or a recovery; 0 unless
 * set: then the option try_timeout (10 s) bounds it.
 */
tibems_int tibems_GetReconnectAttemptTimeout(void);

/**
 * Keeps `enabled` for tibems_GetMulticastEnabled. Nothing is multicast here.
 *
 * Statuses: TIBEMS_OK.
 */
tibems_status tibems_SetMulticastEnabled(tibems_bool enabled);

/**
 * Returns what tibems_SetMulticastEnabled was given; TIBEMS_TRUE unless set. Nothing is multicast
 * here.
 */
tibems_bool tibems_GetMulticastEnabled(void);

/**
 * Keeps a copy of `port` for tibems_GetMulticastDaemon; NULL removes it. Nothing is multicast
 * here.
 *
 * Statuses: TIBEMS_OK.
 */
tibems_status tibems_SetMulticastDaemon(const char *port);

/**
 * Returns what tibems_SetMulticastDaemon was given, NULL for nothing. The text is valid until the
 * next tibems_SetMulticastDaemon of any thread.
 */
const char *tibems_GetMulticastDaemon(void);

/**
 * Decides whether exception listeners are told of a successful failover, with
 * TIBEMS_SERVER_RECONNECTED. `call_exception_listener` holds for all connections of the process.
 *
 * Statuses: TIBEMS_OK.
 */
tibems_status tibems_setExceptionOnFTSwitch(tibems_bool call_exception_listener);

/**
 * Tells in `is_set` whether exception listeners hear of a successful failover; TIBEMS_FALSE unless
 * set.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibems_getExceptionOnFTSwitch(tibems_bool *is_set);

/**
 * Decides whether exception listeners are told of every step of a failover:
 * TIBEMS_SERVER_DISCONNECTED, TIBEMS_SERVER_RECONNECTING for each try, TIBEMS_SERVER_RECONNECTED.
 * `call_exception_listener` holds for all connections of the process.
 *
 * Statuses: TIBEMS_OK.
 */
tibems_status tibems_SetExceptionOnFTEvents(tibems_bool call_exception_listener);

/**
 * Tells in `is_set` whether exception listeners hear of every step of a failover; TIBEMS_FALSE
 * unless set.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibems_GetExceptionOnFTEvents(tibems_bool *is_set);

/**
 * Appends the trace that the environment variable TIBEMS_TRACE asks for to the file `file_name`,
 * which is made if it is missing. NULL sends the trace to standard error again and is needed
 * before another file.
 *
 * Statuses: TIBEMS_OK; TIBEMS_ILLEGAL_STATE when a file is set already; TIBEMS_IO_FAILED when the
 * file cannot be opened.
 */
tibems_status tibems_SetTraceFile(const char *file_name);

/**
 * Tells in `is_multicast` whether `consumer` gets multicast messages: it never does.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibems_IsConsumerMulticast(tibemsMsgConsumer consumer, tibems_bool *is_multicast);

/**
 * Accepts `listener` and `closure` and forgets them: nothing is multicast, so there is nothing to
 * call a listener for.
 *
 * Statuses: TIBEMS_OK.
 */
tibems_status tibems_SetMulticastExceptionListener(tibemsMulticastExceptionCallback listener,
                                                   void *closure);

/**
 * Allows or forbids tibemsConnection_Close, tibemsConnection_Stop and tibemsSession_Close inside
 * message listeners, where they are forbidden at first. `allow` holds for the whole process.
 *
 * Statuses: TIBEMS_OK.
 */
tibems_status tibems_SetAllowCloseInCallback(tibems_bool allow);

/**
 * Tells in `is_allowed` whether close and stop may be called inside message listeners;
 * TIBEMS_FALSE unless set.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibems_GetAllowCloseInCallback(tibems_bool *is_allowed);

/**
 * Has the library keep a text of each error, for the calling thread and, while the context is
 * open, for all others. `error_context` is the handle to read them with; tibemsErrorContext_Close
 * releases it.
 *
 * Every thread has texts of its own. Make a context when the thread starts and close it before the
 * thread ends, or make one in the main thread and read it anywhere: a context gives the last error
 * of the thread that asks. Several contexts of a thread share one text. The last error is
 * forgotten when the thread calls the next function of this library that is no error-context
 * function, tibemsStatus_GetText, tibems_Version or getter of a global setting.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG when `error_context` is NULL.
 */
tibems_status tibemsErrorContext_Create(tibemsErrorContext *error_context);

/**
 * Releases `error_context`, a context that the calling thread has made. With the last context of
 * the process the library stops keeping texts. A text got through it stays valid as
 * tibemsErrorContext_GetLastErrorString says.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG when it is no open context or one of another thread.
 */
tibems_status tibemsErrorContext_Close(tibemsErrorContext error_context);

/**
 * Gives the text of the calling thread's last error in `string`: what happened and when. The text
 * is empty when the last call was no error. It belongs to the library and stays valid and
 * unchanged until the next error of the same thread, or the end of that thread: later calls
 * without an error and the close of a context leave it alone. What other threads do never touches
 * it.
 *
 * `error_context` is any open context, also one of another thread, or NULL for that of the calling
 * thread, which the threads that run callbacks have, too. Any number of threads may ask through
 * one context at the same time.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG when `string` is NULL or `error_context` is no context;
 * TIBEMS_NOT_INITIALIZED when it is NULL and the thread has no context.
 */
tibems_status tibemsErrorContext_GetLastErrorString(tibemsErrorContext error_context,
                                                    const char **string);

/**
 * Gives in `string` which function of this API failed last in the calling thread, and its status.
 * `error_context` and the life of the text are as in tibemsErrorContext_GetLastErrorString.
 *
 * Statuses: those of tibemsErrorContext_GetLastErrorString.
 */
tibems_status tibemsErrorContext_GetLastErrorStackTrace(tibemsErrorContext error_context,
                                                        const char **string);

/**
 * Returns a new factory for connections between servers that share nothing; NULL when out of
 * memory. In its URL `+` separates servers without shared state and `,` servers that share it.
 * Release it with tibemsConnectionFactory_Destroy. Any number of threads may use it at once.
 */
tibemsConnectionFactory tibemsUFOConnectionFactory_Create(void);

/**
 * Returns a new factory for unshared connections with a copy of the settings of `ems_factory`,
 * which stays the caller's; NULL when that is no factory. Release it with
 * tibemsConnectionFactory_Destroy.
 */
tibemsConnectionFactory tibemsUFOConnectionFactory_CreateFromConnectionFactory(tibemsConnectionFactory ems_factory);

/**
 * Brings a broken connection back on another server of its list, with its sessions, destinations,
 * producers and consumers. To be called in the exception listener, or in any thread of the program
 * outside of message listeners. `factory` is the unshared factory that made `ufo_connection`.
 *
 * Blocks until everything exists again or every try has failed: the settings of reconnect attempts
 * say how long that can take. Returns at once when the connection is connected; while another
 * thread recovers it, waits for the result of that. After a failure the call may be repeated.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG when `factory` is no unshared factory or did not make
 * the connection; TIBEMS_INVALID_CONNECTION, also for a connection that is not unshared;
 * TIBEMS_ILLEGAL_STATE on a closed connection; TIBEMS_SERVER_NOT_CONNECTED inside a message
 * listener or when no server was reached; TIBEMS_SECURITY_EXCEPTION; TIBEMS_INVALID_CLIENT_ID;
 * TIBEMS_INVALID_HOSTNAME; TIBEMS_SERVER_LIMIT; TIBEMS_NO_MEMORY.
 */
tibems_status tibemsUFOConnectionFactory_RecoverConnection(tibemsConnectionFactory factory,
                                                           tibemsConnection ufo_connection);

/**
 * Releases `factory` and its TLS parameters. Connections made by it go on; unshared ones need
 * their factory for tibemsUFOConnectionFactory_RecoverConnection.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsConnectionFactory_Destroy(tibemsConnectionFactory factory);

/**
 * Connects to a server of the list of `factory` and gives the connection in `connection`, to be
 * released with tibemsConnection_Close. It delivers nothing until tibemsConnection_Start.
 *
 * `username` and `password`, copied and at most 255 and 4096 bytes long, identify the program;
 * when `username` is NULL, those of the factory do. Blocks until connected or until every try has
 * failed: the settings of connect attempts say how long that can take.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for `+` in the URL of an ordinary factory;
 * TIBEMS_SERVER_NOT_CONNECTED when no server was reached; TIBEMS_SECURITY_EXCEPTION when one
 * refused user or password; TIBEMS_INVALID_CLIENT_ID when the client ID is longer than 255 bytes
 * or in use; TIBEMS_INVALID_HOSTNAME when no host name could be looked up; TIBEMS_SERVER_LIMIT;
 * TIBEMS_NO_MEMORY when no thread could be started; TIBEMS_NOT_IMPLEMENTED for an `ssl` URL.
 */
tibems_status tibemsConnectionFactory_CreateConnection(tibemsConnectionFactory factory,
                                                       tibemsConnection *connection,
                                                       const char *username,
                                                       const char *password);

/**
 * Would make a connection for distributed transactions, which AMQP servers do not offer.
 * `factory`, `username` and `password` are not looked at, `connection` becomes NULL.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsConnectionFactory_CreateXAConnection(tibemsConnectionFactory factory,
                                                         tibemsConnection *connection,
                                                         const char *username,
                                                         const char *password);

/**
 * Returns a new factory with default settings; NULL when out of memory. Contacts nobody. Release
 * it with tibemsConnectionFactory_Destroy. Any number of threads may use it at once.
 */
tibemsConnectionFactory tibemsConnectionFactory_Create(void);

/**
 * Names the servers of `factory`, once. `url` is a URL such as `tcp://host:5672` or a list: `,`
 * between servers that share their state, `|` between servers of which each connection takes
 * another, `+` (unshared factories only) between servers that share nothing. NULL is
 * `tcp://localhost:7222`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for a list with `+` and `|` and for `|` in an
 * unshared factory; TIBEMS_EXCEPTION when a URL was set before; TIBEMS_INVALID_PROTOCOL,
 * TIBEMS_INVALID_HOSTNAME or TIBEMS_INVALID_PORT for a malformed URL. A failure changes nothing.
 */
tibems_status tibemsConnectionFactory_SetServerURL(tibemsConnectionFactory factory,
                                                   const char *url);

/**
 * Gives connections made by `factory` from now on the client ID `cid`, at most 255 bytes. NULL or
 * an empty text: none.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_CLIENT_ID for a longer one.
 */
tibems_status tibemsConnectionFactory_SetClientID(tibemsConnectionFactory factory, const char *cid);

/**
 * Accepts `metric`, by which servers of old choose for a list with `|`. It changes nothing here:
 * such a list of `factory` is taken in turn.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for an unknown metric.
 */
tibems_status tibemsConnectionFactory_SetMetric(tibemsConnectionFactory factory,
                                                tibemsFactoryLoadBalanceMetric metric);

/**
 * Has a first connection of a connection of `factory` walk its list of URLs `conn_attempts` times
 * before it fails; 0 counts as 1, 2 unless set.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for a negative number.
 */
tibems_status tibemsConnectionFactory_SetConnectAttemptCount(tibemsConnectionFactory factory,
                                                             tibems_int conn_attempts);

/**
 * Has a first connection of a connection of `factory` pause `delay` milliseconds between two walks
 * over the list; less than 250 counts as 250, 500 unless set.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for a negative number.
 */
tibems_status tibemsConnectionFactory_SetConnectAttemptDelay(tibemsConnectionFactory factory,
                                                             tibems_int delay);

/**
 * Gives one try of one URL in a first connection of a connection of `factory`
 * `conn_attempt_timeout` milliseconds; 1 to 99 count as 100. With 0, which holds unless set, the
 * option try_timeout (10 s) bounds a try.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for a negative number.
 */
tibems_status tibemsConnectionFactory_SetConnectAttemptTimeout(tibemsConnectionFactory factory,
                                                               tibems_int conn_attempt_timeout);

/**
 * Has a reconnect or a recovery of a connection of `factory` walk its list of URLs `conn_attempts`
 * times before it fails; 0 counts as 1, 4 unless set.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for a negative number.
 */
tibems_status tibemsConnectionFactory_SetReconnectAttemptCount(tibemsConnectionFactory factory,
                                                               tibems_int conn_attempts);

/**
 * Has a reconnect or a recovery of a connection of `factory` pause `delay` milliseconds between
 * two walks over the list; less than 250 counts as 250, 500 unless set.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for a negative number.
 */
tibems_status tibemsConnectionFactory_SetReconnectAttemptDelay(tibemsConnectionFactory factory,
                                                               tibems_int delay);

/**
 * Gives one try of one URL in a reconnect or a recovery of a connection of `factory`
 * `reconn_attempt_timeout` milliseconds; 1 to 99 count as 100. With 0, which holds unless set, the
 * option try_timeout (10 s) bounds a try.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for a negative number.
 */
tibems_status tibemsConnectionFactory_SetReconnectAttemptTimeout(tibemsConnectionFactory factory,
                                                                 tibems_int reconn_attempt_timeout);

/**
 * Names the user of connections of `factory` whose creation names none. `username` is copied, at
 * most 255 bytes; NULL removes it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for a longer name.
 */
tibems_status tibemsConnectionFactory_SetUserName(tibemsConnectionFactory factory,
                                                  const char *username);

/**
 * Gives the password that goes with the user of `factory`. `password` is copied, at most 4096
 * bytes; NULL removes it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for a longer one.
 */
tibems_status tibemsConnectionFactory_SetUserPassword(tibemsConnectionFactory factory,
                                                      const char *password);

/**
 * Keeps `multicast_enabled` with the settings of `factory`. Nothing is multicast here.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsConnectionFactory_SetMulticastEnabled(tibemsConnectionFactory factory,
                                                          tibems_bool multicast_enabled);

/**
 * Keeps a copy of `multicast_daemon`, a port, with the settings of `factory`; NULL removes it.
 * Nothing is multicast here.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsConnectionFactory_SetMulticastDaemon(tibemsConnectionFactory factory,
                                                         const char *multicast_daemon);

/**
 * Gives the TLS parameters `ssl_params` to `factory`, which owns them from now on and destroys
 * those that it had, also when it is destroyed. NULL: none. TLS is not built yet: they have no
 * effect.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no factory or no TLS parameters,
 * and for parameters that another factory owns.
 */
tibems_status tibemsConnectionFactory_SetSSLParams(tibemsConnectionFactory factory,
                                                   tibemsSSLParams ssl_params);

/**
 * Sets the password `pk_password` of the private key in the TLS parameters that `factory` has, at
 * most 4096 bytes. Copied; NULL removes it. Other TLS parameters come without it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no factory and a longer password;
 * TIBEMS_ILLEGAL_STATE when the factory has no TLS parameters yet.
 */
tibems_status tibemsConnectionFactory_SetPkPassword(tibemsConnectionFactory factory,
                                                    const char *pk_password);

/**
 * Writes the settings of `factory`, one a line and without passwords, to standard output.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsConnectionFactory_Print(tibemsConnectionFactory factory);

/**
 * Writes the settings of `factory`, one a line and without passwords, with a NUL into `buffer`,
 * which has room for `maxlen` bytes.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for a NULL buffer or a `maxlen` that is not
 * positive; TIBEMS_INSUFFICIENT_BUFFER when they do not fit: what fits is written.
 */
tibems_status tibemsConnectionFactory_PrintToBuffer(tibemsConnectionFactory factory,
                                                    char *buffer,
                                                    tibems_int maxlen);

/**
 * Keeps the web proxy for TLS connections of `factory`: the name `proxy_host`, shorter than 128
 * bytes, and `proxy_port`, 1 to 65535. NULL or an empty name removes it with user and password.
 * TLS is not built, so nothing goes through it yet.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_HOSTNAME for a longer name;
 * TIBEMS_INVALID_PORT.
 */
tibems_status tibemsConnectionFactory_SetSSLProxy(tibemsConnectionFactory factory,
                                                  const char *proxy_host,
                                                  tibems_int proxy_port);

/**
 * Keeps copies of `proxy_user` and `proxy_password`, at most 255 and 4096 bytes, with which the
 * web proxy of `factory` is asked; NULL removes them.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for longer ones.
 */
tibems_status tibemsConnectionFactory_SetSSLProxyAuth(tibemsConnectionFactory factory,
                                                      const char *proxy_user,
                                                      const char *proxy_password);

/**
 * Gives the name of the web proxy of `factory` in `proxy_host`, NULL if none is set. The text
 * belongs to the factory and is valid until it is set again or the factory is destroyed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsConnectionFactory_GetSSLProxyHost(tibemsConnectionFactory factory,
                                                      const char **proxy_host);

/**
 * Gives the port of the web proxy of `factory` in `proxy_port`, 0 if none is set.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsConnectionFactory_GetSSLProxyPort(tibemsConnectionFactory factory,
                                                      tibems_int *proxy_port);

/**
 * Gives the user for the web proxy of `factory` in `proxy_user`, NULL if none is set. The text
 * belongs to the factory and is valid until it is set again or the factory is destroyed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsConnectionFactory_GetSSLProxyUser(tibemsConnectionFactory factory,
                                                      const char **proxy_user);

/**
 * Gives the password for the web proxy of `factory` in `proxy_password`, NULL if none is set. The
 * text belongs to the factory and is valid until it is set again or the factory is destroyed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsConnectionFactory_GetSSLProxyPassword(tibemsConnectionFactory factory,
                                                          const char **proxy_password);

/**
 * Connects as tibemsConnection_Create does. TLS is not built yet, so an `ssl` URL is refused; for
 * others the TLS parameters `params`, which may be NULL, and `pk_password` have no use.
 * `connection`, `broker_url`, `client_id`, `username` and `password` are as there.
 *
 * Statuses: those of tibemsConnection_Create; TIBEMS_INVALID_ARG for `params` that are no TLS
 * parameters.
 */
tibems_status tibemsConnection_CreateSSL(tibemsConnection *connection,
                                         const char *broker_url,
                                         const char *client_id,
                                         const char *username,
                                         const char *password,
                                         tibemsSSLParams params,
                                         const char *pk_password);

/**
 * Connects to a server without a factory, with the global settings, and gives the connection in
 * `connection`, to be released with tibemsConnection_Close. It delivers nothing until
 * tibemsConnection_Start.
 *
 * `broker_url` is a URL or a list as in tibemsConnectionFactory_SetServerURL, but without `+`;
 * NULL is `tcp://localhost:7222`. `client_id`, `username` and `password` may be NULL for none;
 * they are copied, at most 255, 255 and 4096 bytes. Blocks until connected or until every try has
 * failed: the settings of connect attempts say how long that can take.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG; TIBEMS_INVALID_PROTOCOL, TIBEMS_INVALID_HOSTNAME or
 * TIBEMS_INVALID_PORT for a malformed URL; TIBEMS_SERVER_NOT_CONNECTED when no server was reached;
 * TIBEMS_SECURITY_EXCEPTION when one refused user or password; TIBEMS_INVALID_CLIENT_ID when the
 * client ID is longer than 255 bytes or in use; TIBEMS_INVALID_HOSTNAME when no host name could be
 * looked up; TIBEMS_SERVER_LIMIT; TIBEMS_NO_MEMORY when no thread could be started;
 * TIBEMS_NOT_IMPLEMENTED for an `ssl` URL.
 */
tibems_status tibemsConnection_Create(tibemsConnection *connection,
                                      const char *broker_url,
                                      const char *client_id,
                                      const char *username,
                                      const char *password);

/**
 * Makes a session of `connection` and gives it in `session`, to be released with
 * tibemsSession_Close. `acknowledge_mode` says how received messages are acknowledged.
 * With `transacted` TIBEMS_TRUE, or any other value than TIBEMS_FALSE, the session is transacted:
 * what is sent and received in it counts when it is committed (tibemsSession_Commit), and
 * `acknowledge_mode` has no meaning.
 *
 * Needs the server.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG for a NULL output or an
 * acknowledge mode that is none; TIBEMS_NOT_IMPLEMENTED when the session is to be transacted and
 * the server, which the text names, offers no transactions;
 * TIBEMS_SERVER_LIMIT when the server allows no more sessions; TIBEMS_SECURITY_EXCEPTION,
 * TIBEMS_EXCEPTION or TIBEMS_INVALID_SIZE when it refuses; TIBEMS_TIMEOUT; TIBEMS_ILLEGAL_STATE;
 * TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE.
 */
tibems_status tibemsConnection_CreateSession(tibemsConnection connection,
                                             tibemsSession *session,
                                             tibems_bool transacted,
                                             tibemsAcknowledgeMode acknowledge_mode);

/**
 * Ends `connection`: nothing is acknowledged, messages that were not taken go back to the server.
 * Sessions, producers and consumers below it still need their own close, which then only frees the
 * handle. `connection` stays known: a second close is TIBEMS_OK.
 *
 * Blocks until running message listeners have ended, and sends that wait for an answer, up to the
 * option close_timeout (60 s); receives that wait return TIBEMS_INTR. Inside a message listener it
 * is forbidden unless tibems_SetAllowCloseInCallback allows it, and then waits for the server at
 * most 5 s.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_ILLEGAL_STATE inside a message listener.
 */
tibems_status tibemsConnection_Close(tibemsConnection connection);

/**
 * Lets messages come to the consumers of `connection`; no effect if it is started. Needs the
 * server, except while it reconnects by itself: the reconnect carries it out.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_ILLEGAL_STATE; TIBEMS_NOT_PERMITTED;
 * TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE.
 */
tibems_status tibemsConnection_Start(tibemsConnection connection);

/**
 * Holds messages for the consumers of `connection` back until tibemsConnection_Start; no effect if
 * it is stopped. Sends go on.
 *
 * Needs the server, except while it reconnects by itself. Blocks until listeners and receives that
 * are handling a message have ended; a receive that waits for one goes on waiting. Inside a
 * message listener it is forbidden unless tibems_SetAllowCloseInCallback allows it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_ILLEGAL_STATE on a closed connection and
 * inside a message listener; TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED;
 * TIBEMS_UFO_CONNECTION_FAILURE.
 */
tibems_status tibemsConnection_Stop(tibemsConnection connection);

/**
 * Gives the client ID of `connection` in `client_id`, NULL if it has none. The text belongs to the
 * connection and is valid until it and all its sessions are closed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE on a closed connection.
 */
tibems_status tibemsConnection_GetClientId(tibemsConnection connection, const char **client_id);

/**
 * Gives `connection` the client ID `client_id`, 1 to 255 bytes. It must be the first use of a
 * connection that has none.
 *
 * Needs the server: it is connected to once more, under the new name.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG for a text that is not UTF-8;
 * TIBEMS_INVALID_CLIENT_ID when it is NULL, empty, too long or in use; TIBEMS_ILLEGAL_STATE when
 * the connection has a client ID, was used or is closed; TIBEMS_SECURITY_EXCEPTION;
 * TIBEMS_SERVER_LIMIT; TIBEMS_INVALID_HOSTNAME; TIBEMS_NO_MEMORY; TIBEMS_NOT_PERMITTED;
 * TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE.
 */
tibems_status tibemsConnection_SetClientId(tibemsConnection connection, const char *client_id);

/**
 * Gives the exception listener of `connection` in `listener` and what is passed to it in
 * `closure`; NULL and NULL if none is set. `closure` may be NULL.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG when `listener` is NULL;
 * TIBEMS_ILLEGAL_STATE on a closed connection.
 */
tibems_status tibemsConnection_GetExceptionListener(tibemsConnection connection,
                                                    tibemsExceptionCallback *listener,
                                                    void **closure);

/**
 * Has `listener_callback` called, with `closure`, when `connection` is lost or broken and when the
 * server closes a consumer or producer; NULL removes it. It runs on a thread of the library, one
 * call at a time. A loss that nobody was told of is told at once.
 *
 * The call does not wait for a running listener, which may therefore still run for a moment after
 * it. Its thread is started here, not when the connection is lost.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_ILLEGAL_STATE on a closed connection;
 * TIBEMS_NO_MEMORY when no thread could be started: the listener is as it was.
 */
tibems_status tibemsConnection_SetExceptionListener(tibemsConnection connection,
                                                    tibemsExceptionCallback listener_callback,
                                                    const void *closure);

/**
 * Gives a handle of what `connection` can tell about the library in `meta_data`. It needs no
 * release and is valid as long as the connection's handle.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE on a closed connection.
 */
tibems_status tibemsConnection_GetMetaData(tibemsConnection connection,
                                           tibemsConnectionMetaData *meta_data);

/**
 * Gives the URL of the server to which `connection` is, or was last, connected in `server_url`: a
 * copy that the caller releases with free().
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE on a closed connection; TIBEMS_NO_MEMORY.
 */
tibems_status tibemsConnection_GetActiveURL(tibemsConnection connection, char **server_url);

/**
 * Tells in `disconnected` whether `connection` is closed or lost for good, and of an unshared one
 * also whether it is broken now. TIBEMS_FALSE while it reconnects by itself.
 *
 * Statuses: TIBEMS_OK, also on a closed connection; TIBEMS_INVALID_CONNECTION; TIBEMS_INVALID_ARG
 * for a NULL output.
 */
tibems_status tibemsConnection_IsDisconnected(tibemsConnection connection,
                                              tibems_bool *disconnected);

/**
 * Gives the major version of the JMS specification that this API follows in `major_version`: 2.
 * `meta_data` comes from tibemsConnection_GetMetaData.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsConnectionMetaData_GetEMSMajorVersion(tibemsConnectionMetaData meta_data,
                                                          tibems_int *major_version);

/**
 * Gives the minor version of the JMS specification that this API follows in `minor_version`: 0.
 * `meta_data` comes from tibemsConnection_GetMetaData.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsConnectionMetaData_GetEMSMinorVersion(tibemsConnectionMetaData meta_data,
                                                          tibems_int *minor_version);

/**
 * Gives the version of the JMS specification that this API follows in `version`: the static text
 * "2.0". `meta_data` comes from tibemsConnection_GetMetaData.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsConnectionMetaData_GetEMSVersion(tibemsConnectionMetaData meta_data,
                                                     const char **version);

/**
 * Gives the name of this library in `provider_name`: the static text "libtibemsufo". `meta_data`
 * comes from tibemsConnection_GetMetaData.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsConnectionMetaData_GetEMSProviderName(tibemsConnectionMetaData meta_data,
                                                          const char **provider_name);

/**
 * Gives the major version of this library in `major_version`. `meta_data` comes from
 * tibemsConnection_GetMetaData.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsConnectionMetaData_GetProviderMajorVersion(tibemsConnectionMetaData meta_data,
                                                               tibems_int *major_version);

/**
 * Gives the minor version of this library in `minor_version`. `meta_data` comes from
 * tibemsConnection_GetMetaData.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsConnectionMetaData_GetProviderMinorVersion(tibemsConnectionMetaData meta_data,
                                                               tibems_int *minor_version);

/**
 * Gives the version of this library, a static text in `version`. `meta_data` comes from
 * tibemsConnection_GetMetaData.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsConnectionMetaData_GetProviderVersion(tibemsConnectionMetaData meta_data,
                                                          const char **version);

/**
 * Ends `session`: nothing is acknowledged, messages that were not taken go back to the server.
 * Producers and consumers below it still need their own close, which then only frees the handle.
 *
 * Blocks until running message listeners of the session have ended, and sends that wait for an
 * answer, up to the option close_timeout (60 s); receives that wait return TIBEMS_INTR. Inside a
 * listener of the session it is forbidden unless tibems_SetAllowCloseInCallback allows it, and
 * then waits for the server at most 5 s.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_ILLEGAL_STATE inside a message listener of
 * the session.
 */
tibems_status tibemsSession_Close(tibemsSession session);

/**
 * Commits the open transaction of the transacted `session`: the messages sent in it become visible
 * and those received in it are consumed, all or none. However it ends, the next transaction is
 * open then; after an error nothing was committed, unless the text in the error context begins with
 * "outcome unknown:". A transaction with nothing in it is OK without the server. Allowed inside a
 * message listener of the session.
 *
 * Needs the server: waits until that has answered every send and the commit, each up to the option
 * request_timeout (60 s).
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_ILLEGAL_STATE: the session is not transacted,
 * or closed; TIBEMS_SECURITY_EXCEPTION when one of the sends was forbidden;
 * TIBEMS_TRANSACTION_FAILED when one of them was not taken for another reason, or the server
 * failed or did not answer; TIBEMS_TRANSACTION_ROLLBACK when the server rolled back, or was lost
 * since the transaction began; TIBEMS_SERVER_LIMIT; TIBEMS_NOT_PERMITTED;
 * TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE.
 */
tibems_status tibemsSession_Commit(tibemsSession session);

/**
 * Tells in `is_transacted` whether `session` is transacted: TIBEMS_TRUE or TIBEMS_FALSE.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE when the session was closed with its connection.
 */
tibems_status tibemsSession_GetTransacted(tibemsSession session, tibems_bool *is_transacted);

/**
 * Tells in `acknowledge_mode` how the messages received in `session` are acknowledged;
 * TIBEMS_SESSION_TRANSACTED for a transacted session, whatever it was created with.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE when the session was closed with its connection.
 */
tibems_status tibemsSession_GetAcknowledgeMode(tibemsSession session,
                                               tibemsAcknowledgeMode *acknowledge_mode);

/**
 * Has the messages that the consumers of `session` received and that are not acknowledged
 * delivered again, in their order and marked as redelivered. In the modes in which the library
 * acknowledges it matters only inside a message listener: there it puts the message in work back.
 *
 * Needs the server, and waits until it has stopped sending, up to the option drain_timeout (60 s).
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION, also for a transacted session, which is rolled back
 * instead (tibemsSession_Rollback); TIBEMS_TIMEOUT when the server goes on;
 * TIBEMS_ILLEGAL_STATE; TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED;
 * TIBEMS_UFO_CONNECTION_FAILURE.
 */
tibems_status tibemsSession_Recover(tibemsSession session);

/**
 * Undoes the open transaction of the transacted `session`: what was sent in it is dropped, what was
 * received in it comes again in its order, marked as redelivered. The next transaction is open
 * then. A transaction with nothing in it is OK without the server. Allowed inside a message
 * listener of the session.
 *
 * Needs the server: waits until that has stopped sending, up to the option drain_timeout (60 s),
 * and has answered, up to the option request_timeout (60 s).
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_ILLEGAL_STATE: the session is not transacted,
 * or closed; TIBEMS_TIMEOUT when the server does not stop or does not answer, which then
 * rolls back with the link that is closed; TIBEMS_TRANSACTION_FAILED; TIBEMS_SERVER_LIMIT;
 * TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE.
 */
tibems_status tibemsSession_Rollback(tibemsSession session);

/**
 * Makes a consumer of the queue or topic `destination` in `session` and gives it in `consumer`, to
 * be released with tibemsMsgConsumer_Close. `destination` may be destroyed afterwards.
 *
 * `optional_selector` is a copied condition in the selector language that messages must meet; NULL
 * or blanks: all messages. The text of an error names the place in it. `no_local` TIBEMS_TRUE keeps
 * away what the same connection publishes; it counts for topics only. Where the server does not
 * offer that, the library does it.
 *
 * Needs the server.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_INVALID_SELECTOR, without asking the server; TIBEMS_INVALID_DESTINATION when the handle is
 * none, the name cannot be used here or the server does not have it; TIBEMS_SECURITY_EXCEPTION or
 * TIBEMS_NOT_PERMITTED when the server forbids it; TIBEMS_SERVER_LIMIT; TIBEMS_ID_IN_USE,
 * TIBEMS_INVALID_SIZE or TIBEMS_EXCEPTION when the server refuses for other reasons;
 * TIBEMS_INVALID_CONSUMER when it lets the consumer go at once; TIBEMS_NOT_IMPLEMENTED for
 * wildcards and selectors that the server does not offer; TIBEMS_TIMEOUT; TIBEMS_ILLEGAL_STATE;
 * TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE.
 */
tibems_status tibemsSession_CreateConsumer(tibemsSession session,
                                           tibemsMsgConsumer *consumer,
                                           tibemsDestination destination,
                                           const char *optional_selector,
                                           tibems_bool no_local);

/**
 * Makes a consumer of the subscription `shared_subscription_name` to `topic` in `session` and gives
 * it in `consumer`, to be released with tibemsMsgConsumer_Close. Each message goes to one of the
 * consumers that share the subscription, in this session or others, of this connection or others
 * with the same client ID; without client ID, of all such connections. It begins with its first
 * consumer and ends with its last. `topic` may be destroyed afterwards.
 *
 * The copied name has 1 to 255 bytes and no '|'. A durable subscription may have the same name.
 * `optional_selector` is a copied condition in the selector language that messages must meet; NULL
 * or blanks: all messages. All consumers that share a subscription have the same topic and
 * selector.
 *
 * Needs the server.
 *
 * Statuses: those of tibemsSession_CreateConsumer, and TIBEMS_INVALID_ARG for a NULL, empty or too
 * long name; TIBEMS_INVALID_NAME for a name with a '|'; TIBEMS_INVALID_DESTINATION for a queue;
 * TIBEMS_INVALID_CONSUMER when an active consumer of that name has another topic or selector;
 * TIBEMS_NOT_IMPLEMENTED, too, when the server has no shared subscriptions.
 */
tibems_status tibemsSession_CreateSharedConsumer(tibemsSession session,
                                                 tibemsMsgConsumer *consumer,
                                                 tibemsTopic topic,
                                                 const char *shared_subscription_name,
                                                 const char *optional_selector);

/**
 * Makes a subscriber of the durable subscription `subscriber_name` to `topic` in `session` and
 * gives it in `topic_subscriber`, to be released with tibemsMsgConsumer_Close. The subscription is
 * made when there is none and keeps messages while nobody receives them, until
 * tibemsSession_Unsubscribe. One subscriber is active at a time. `topic` may be destroyed
 * afterwards.
 *
 * The copied name has 1 to 255 bytes and no '|'. It belongs to the client ID of the connection; of
 * connections without client ID, to all such connections, on servers that have shared
 * subscriptions. `optional_selector` is a copied condition in the selector language that messages
 * must meet; NULL or blanks: all messages. `no_local` TIBEMS_TRUE keeps away what the same
 * connection publishes. A subscription that had another topic, selector or `no_local` is deleted
 * with its messages and made anew. What a closed subscriber has left unacknowledged in this
 * connection goes back to the subscription.
 *
 * Needs the server. After a recovery on another server the subscription is that of the same name
 * there; what the former server keeps stays with it.
 *
 * Statuses: those of tibemsSession_CreateConsumer, and TIBEMS_INVALID_ARG for a NULL, empty or too
 * long name; TIBEMS_INVALID_NAME for a name with a '|'; TIBEMS_INVALID_DESTINATION for a queue or a
 * temporary topic; TIBEMS_INVALID_CONSUMER when a subscriber of that name is active or the
 * subscription is a shared one; TIBEMS_ILLEGAL_STATE in a session that does not acknowledge;
 * TIBEMS_INVALID_CLIENT_ID when the connection has none and the server has no shared subscriptions;
 * TIBEMS_NOT_IMPLEMENTED, too, when it has no durable subscriptions.
 */
tibems_status tibemsSession_CreateDurableSubscriber(tibemsSession session,
                                                    tibemsTopicSubscriber *topic_subscriber,
                                                    tibemsTopic topic,
                                                    const char *subscriber_name,
                                                    const char *optional_selector,
                                                    tibems_bool no_local);

/**
 * Makes a consumer of the durable subscription `durable_name` to `topic` in `session` and gives it
 * in `consumer`, to be released with tibemsMsgConsumer_Close. The subscription is made when there
 * is none and keeps messages while nobody receives them, until tibemsSession_Unsubscribe. Each
 * message goes to one of the consumers that share it, in this session or others, of this connection
 * or others with the same client ID; without client ID, of all such connections. `topic` may be
 * destroyed afterwards.
 *
 * The copied name has 1 to 255 bytes and no '|'. `optional_selector` is a copied condition in the
 * selector language that messages must meet; NULL or blanks: all messages. All consumers that share
 * a subscription have the same topic and selector; with others and no active consumer it is deleted
 * with its messages and made anew.
 *
 * Needs the server. After a recovery on another server the subscription is that of the same name
 * there; what the former server keeps stays with it.
 *
 * Statuses: those of tibemsSession_CreateConsumer, and TIBEMS_INVALID_ARG for a NULL, empty or too
 * long name; TIBEMS_INVALID_NAME for a name with a '|'; TIBEMS_INVALID_DESTINATION for a queue or a
 * temporary topic; TIBEMS_INVALID_CONSUMER when an active consumer of that name has another topic
 * or selector, or the subscription is not a shared one; TIBEMS_ILLEGAL_STATE in a session that
 * does not acknowledge; TIBEMS_NOT_IMPLEMENTED, too, when the server has no shared subscriptions.
 */
tibems_status tibemsSession_CreateSharedDurableConsumer(tibemsSession session,
                                                        tibemsMsgConsumer *consumer,
                                                        tibemsTopic topic,
                                                        const char *durable_name,
                                                        const char *optional_selector);

/**
 * Makes a browser of `queue` in `session` and gives it in `browser`, to be released with
 * tibemsQueueBrowser_Close. A browser reads the messages of the queue and leaves them there; it
 * needs no started connection. `queue` may be destroyed afterwards.
 *
 * `optional_selector` is a copied condition in the selector language that messages must meet; NULL
 * or blanks: all messages. The text of an error names the place in it.
 *
 * Needs the server.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_INVALID_SELECTOR, without asking the server; TIBEMS_INVALID_DESTINATION when the handle is
 * none or a topic, the name is a wildcard or cannot be used here or the server does not have it;
 * TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server forbids it;
 * TIBEMS_SERVER_LIMIT; TIBEMS_ID_IN_USE, TIBEMS_INVALID_SIZE or TIBEMS_EXCEPTION when the server
 * refuses for other reasons; TIBEMS_INVALID_CONSUMER when it lets the browser go at once;
 * TIBEMS_NOT_IMPLEMENTED when it offers no browsing, or not this selector; TIBEMS_TIMEOUT;
 * TIBEMS_ILLEGAL_STATE; TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED;
 * TIBEMS_UFO_CONNECTION_FAILURE.
 */
tibems_status tibemsSession_CreateBrowser(tibemsSession session,
                                          tibemsQueueBrowser *browser,
                                          tibemsQueue queue,
                                          const char *optional_selector);

/**
 * Makes a producer of `session` and gives it in `producer`, to be released with
 * tibemsMsgProducer_Close. It sends to `destination`, which may be destroyed afterwards; NULL
 * makes one that is given the destination with each message.
 *
 * Needs the server, which says at once whether it has the destination.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_INVALID_DESTINATION when the handle is none, the name cannot be used here or the server
 * does not have it; TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server forbids it;
 * TIBEMS_SERVER_LIMIT; TIBEMS_ID_IN_USE, TIBEMS_INVALID_SIZE or TIBEMS_EXCEPTION when the server
 * refuses for other reasons; TIBEMS_DESTINATION_LIMIT_EXCEEDED; TIBEMS_INVALID_PRODUCER when it
 * lets the producer go at once; TIBEMS_NOT_IMPLEMENTED; TIBEMS_TIMEOUT; TIBEMS_ILLEGAL_STATE;
 * TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE.
 */
tibems_status tibemsSession_CreateProducer(tibemsSession session,
                                           tibemsMsgProducer *producer,
                                           tibemsDestination destination);

/**
 * Deletes the durable subscription `subscriber_name`, shared or not, with the messages that it
 * keeps. It may have been made by another session than `session`, also of another connection with
 * the same client ID; without client ID, of any such connection.
 *
 * Needs the server. On a connection that was recovered on another server the subscription is that
 * server's.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL, empty or too long
 * name; TIBEMS_INVALID_NAME for a name with a '|'; TIBEMS_EXCEPTION while it has an active consumer
 * or messages of it are not acknowledged, and when the server refuses for other reasons;
 * TIBEMS_INVALID_DESTINATION when there is no such subscription; TIBEMS_SECURITY_EXCEPTION or
 * TIBEMS_NOT_PERMITTED when the server forbids it; TIBEMS_SERVER_LIMIT; TIBEMS_INVALID_SIZE;
 * TIBEMS_NOT_IMPLEMENTED; TIBEMS_TIMEOUT; TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED;
 * TIBEMS_UFO_CONNECTION_FAILURE.
 */
tibems_status tibemsSession_Unsubscribe(tibemsSession session, const char *subscriber_name);

/**
 * Makes an empty bytes message and gives it in `bytes_msg`: tibemsBytesMsg_Create, with a look at
 * `session`. The message does not belong to the session and outlives it; release it with
 * tibemsMsg_Destroy.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE when the session was closed with its connection.
 */
tibems_status tibemsSession_CreateBytesMessage(tibemsSession session, tibemsBytesMsg *bytes_msg);

/**
 * Makes a map message without items and gives it in `map_msg`: tibemsMapMsg_Create, with a look at
 * `session`. The message does not belong to the session and outlives it; release it with
 * tibemsMsg_Destroy.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE when the session was closed with its connection.
 */
tibems_status tibemsSession_CreateMapMessage(tibemsSession session, tibemsMapMsg *map_msg);

/**
 * Makes a message without a body and gives it in `msg`: tibemsMsg_Create, with a look at
 * `session`. The message does not belong to the session and outlives it; release it with
 * tibemsMsg_Destroy.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE when the session was closed with its connection.
 */
tibems_status tibemsSession_CreateMessage(tibemsSession session, tibemsMsg *msg);

/**
 * Makes an empty stream message and gives it in `stream_msg`: tibemsStreamMsg_Create, with a look
 * at `session`. The message does not belong to the session and outlives it; release it with
 * tibemsMsg_Destroy.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE when the session was closed with its connection.
 */
tibems_status tibemsSession_CreateStreamMessage(tibemsSession session, tibemsStreamMsg *stream_msg);

/**
 * Makes a text message with the NULL text and gives it in `text_msg`: tibemsTextMsg_Create, with a
 * look at `session`. The message does not belong to the session and outlives it; release it with
 * tibemsMsg_Destroy.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE when the session was closed with its connection.
 */
tibems_status tibemsSession_CreateTextMessage(tibemsSession session, tibemsTextMsg *text_msg);

/**
 * Makes a text message with a copy of `text_string`, NULL for the NULL text, and gives it in
 * `text_msg`, with a look at `session`. The message does not belong to the session and outlives
 * it; release it with tibemsMsg_Destroy.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE when the session was closed with its connection.
 */
tibems_status tibemsSession_CreateTextMessageEx(tibemsSession session,
                                                tibemsTextMsg *text_msg,
                                                const char *text_string);

/**
 * Makes a handle of a queue or topic and gives it in `destination`, to be released with
 * tibemsDestination_Destroy. The server is not asked: it sees the name when a producer or consumer
 * is made.
 *
 * `destination_type` is TIBEMS_QUEUE or TIBEMS_TOPIC. `name` is copied: 1 to 249 bytes of UTF-8,
 * which is less than TIBEMS_DESTINATION_MAX; buffers of that size plus one take every name that
 * can be made. Any thread, session and connection may use the handle.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output, another type or a NULL name;
 * TIBEMS_INVALID_NAME for a name that is empty, longer than 249 bytes or not UTF-8.
 */
tibems_status tibemsDestination_Create(tibemsDestination *destination,
                                       tibemsDestinationType destination_type,
                                       const char *name);

/**
 * Releases the handle `destination`. The queue or topic at the server stays, and so do producers
 * and consumers made from it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_DESTINATION; TIBEMS_NOT_PERMITTED for a handle that belongs
 * to a message, producer or consumer.
 */
tibems_status tibemsDestination_Destroy(tibemsDestination destination);

/**
 * Makes a handle of the same queue or topic as `destination`, also when that is lent by a message,
 * producer or consumer, and gives it in `copy`. The caller releases it with
 * tibemsDestination_Destroy.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_DESTINATION; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsDestination_Copy(tibemsDestination destination, tibemsDestination *copy);

/**
 * Copies the name of `destination` with its NUL into the buffer `name` of `name_len` bytes. Names
 * that came in messages may be longer than TIBEMS_DESTINATION_MAX.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_DESTINATION; TIBEMS_INVALID_ARG for a NULL buffer or a
 * length that is not positive; TIBEMS_INSUFFICIENT_BUFFER when the name does not fit: as many
 * whole characters as fit are written, with a NUL.
 */
tibems_status tibemsDestination_GetName(tibemsDestination destination,
                                        char *name,
                                        tibems_int name_len);

/**
 * Tells in `destination_type` whether `destination` is a queue (TIBEMS_QUEUE) or a topic
 * (TIBEMS_TOPIC); of temporary ones too.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_DESTINATION; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsDestination_GetType(tibemsDestination destination,
                                        tibemsDestinationType *destination_type);

/**
 * Makes a handle of the queue `queue_name` and gives it in `queue`: tibemsDestination_Create with
 * TIBEMS_QUEUE.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output or name; TIBEMS_INVALID_NAME for a
 * name that is empty, longer than 249 bytes or not UTF-8.
 */
tibems_status tibemsQueue_Create(tibemsQueue *queue, const char *queue_name);

/**
 * Copies the name of `queue` with its NUL into the buffer `name` of `name_len` bytes:
 * tibemsDestination_GetName for a queue only.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_DESTINATION, for a topic with an empty name in the buffer;
 * TIBEMS_INVALID_ARG for a NULL buffer or a length that is not positive;
 * TIBEMS_INSUFFICIENT_BUFFER when the name does not fit: as many whole characters as fit are
 * written, with a NUL.
 */
tibems_status tibemsQueue_GetQueueName(tibemsQueue queue, char *name, tibems_int name_len);

/**
 * Releases the handle `queue`: tibemsDestination_Destroy.
 *
 * Statuses: those of tibemsDestination_Destroy.
 */
tibems_status tibemsQueue_Destroy(tibemsQueue queue);

/**
 * Makes a handle of the topic `topic_name` and gives it in `topic`: tibemsDestination_Create with
 * TIBEMS_TOPIC.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output or name; TIBEMS_INVALID_NAME for a
 * name that is empty, longer than 249 bytes or not UTF-8.
 */
tibems_status tibemsTopic_Create(tibemsTopic *topic, const char *topic_name);

/**
 * Releases the handle `topic`: tibemsDestination_Destroy.
 *
 * Statuses: those of tibemsDestination_Destroy.
 */
tibems_status tibemsTopic_Destroy(tibemsTopic topic);

/**
 * Copies the name of `topic` with its NUL into the buffer `name` of `name_len` bytes:
 * tibemsDestination_GetName for a topic only.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_DESTINATION, for a queue with an empty name in the buffer;
 * TIBEMS_INVALID_ARG for a NULL buffer or a length that is not positive;
 * TIBEMS_INSUFFICIENT_BUFFER when the name does not fit: as many whole characters as fit are
 * written, with a NUL.
 */
tibems_status tibemsTopic_GetTopicName(tibemsTopic topic, char *name, tibems_int name_len);

/**
 * Ends `msg_producer` and frees the handle. Below a closed session or connection it only does
 * that.
 *
 * Blocks until sends of the producer that wait for an answer have it, messages sent without an
 * answer are written, and the server has let the producer go, up to the option close_timeout (60
 * s); without a server nothing is waited for.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_ILLEGAL_STATE inside the callback of an
 * asynchronous send of its session.
 */
tibems_status tibemsMsgProducer_Close(tibemsMsgProducer msg_producer);

/**
 * Gives the destination of `msg_producer` in `destination`, NULL if it was made without one. The
 * handle belongs to the producer and is the same at every call; tibemsDestination_Copy makes one
 * to keep.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE when session or connection is closed.
 */
tibems_status tibemsMsgProducer_GetDestination(tibemsMsgProducer msg_producer,
                                               tibemsDestination *destination);

/**
 * Tells in `delivery_delay` how many milliseconds the server holds messages of `msg_producer` back
 * before consumers get them; 0 unless set.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE when session or connection is closed.
 */
tibems_status tibemsMsgProducer_GetDeliveryDelay(tibemsMsgProducer msg_producer,
                                                 tibems_long *delivery_delay);

/**
 * Tells in `delivery_mode` the delivery mode of messages of `msg_producer`: TIBEMS_PERSISTENT
 * unless set.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE when session or connection is closed.
 */
tibems_status tibemsMsgProducer_GetDeliveryMode(tibemsMsgProducer msg_producer,
                                                tibems_int *delivery_mode);

/**
 * Tells in `disable` whether messages of `msg_producer` go without a message ID; TIBEMS_FALSE
 * unless set.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE when session or connection is closed.
 */
tibems_status tibemsMsgProducer_GetDisableMessageID(tibemsMsgProducer msg_producer,
                                                    tibems_bool *disable);

/**
 * Tells in `disable` whether messages of `msg_producer` go without the time of the send;
 * TIBEMS_FALSE unless set.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE when session or connection is closed.
 */
tibems_status tibemsMsgProducer_GetDisableMessageTimestamp(tibemsMsgProducer msg_producer,
                                                           tibems_bool *disable);

/**
 * Tells in `priority` the priority of messages of `msg_producer`, 0 to 9; 4 unless set.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE when session or connection is closed.
 */
tibems_status tibemsMsgProducer_GetPriority(tibemsMsgProducer msg_producer, tibems_int *priority);

/**
 * Tells in `time_to_live` after how many milliseconds messages of `msg_producer` expire; 0, never,
 * unless set.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE when session or connection is closed.
 */
tibems_status tibemsMsgProducer_GetTimeToLive(tibemsMsgProducer msg_producer,
                                              tibems_long *time_to_live);

/**
 * Has the server hold messages sent from now on by `msg_producer` back for `delivery_delay`
 * milliseconds; 0 is not at all. A server that cannot do that makes the send fail with
 * TIBEMS_NOT_IMPLEMENTED.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for a negative number;
 * TIBEMS_ILLEGAL_STATE when session or connection is closed.
 */
tibems_status tibemsMsgProducer_SetDeliveryDelay(tibemsMsgProducer msg_producer,
                                                 tibems_long delivery_delay);

/**
 * Has `msg_producer` send from now on with `delivery_mode`. TIBEMS_PERSISTENT: the server stores
 * the message and the send waits until it says so. TIBEMS_NON_PERSISTENT: not stored; the check
 * mode says whether the send waits. TIBEMS_RELIABLE: not stored, never waited for.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for another number;
 * TIBEMS_ILLEGAL_STATE when session or connection is closed.
 */
tibems_status tibemsMsgProducer_SetDeliveryMode(tibemsMsgProducer msg_producer,
                                                tibems_int delivery_mode);

/**
 * Has messages sent from now on by `msg_producer` go without a message ID if `disable`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_ILLEGAL_STATE when session or connection is
 * closed.
 */
tibems_status tibemsMsgProducer_SetDisableMessageID(tibemsMsgProducer msg_producer,
                                                    tibems_bool disable);

/**
 * Has messages sent from now on by `msg_producer` go without the time of the send if `disable`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_ILLEGAL_STATE when session or connection is
 * closed.
 */
tibems_status tibemsMsgProducer_SetDisableMessageTimestamp(tibemsMsgProducer msg_producer,
                                                           tibems_bool disable);

/**
 * Has messages sent from now on by `msg_producer` carry `priority`, 0 to 9.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for another number;
 * TIBEMS_ILLEGAL_STATE when session or connection is closed.
 */
tibems_status tibemsMsgProducer_SetPriority(tibemsMsgProducer msg_producer, tibems_int priority);

/**
 * Has messages sent from now on by `msg_producer` expire `time_to_live` milliseconds after their
 * send; 0 is never.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for a negative number;
 * TIBEMS_ILLEGAL_STATE when session or connection is closed.
 */
tibems_status tibemsMsgProducer_SetTimeToLive(tibemsMsgProducer msg_producer,
                                              tibems_long time_to_live);

/**
 * Decides with `mode` when a non-persistent send of `producer` waits for the server's answer.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for an unknown mode;
 * TIBEMS_ILLEGAL_STATE when session or connection is closed.
 */
tibems_status tibemsMsgProducer_SetNPSendCheckMode(tibemsMsgProducer producer,
                                                   tibemsNpCheckMode mode);

/**
 * Tells in `mode` when a non-persistent send of `producer` waits for the server's answer;
 * NPSEND_CHECK_DEFAULT unless set.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE when session or connection is closed.
 */
tibems_status tibemsMsgProducer_GetNPSendCheckMode(tibemsMsgProducer producer,
                                                   tibemsNpCheckMode *mode);

/**
 * Sends `msg` to the destination of `msg_producer` with the delivery mode, priority and time to
 * live of the producer, which are written into the headers of the message with a new message ID
 * and the time. The message stays the caller's and may be sent again.
 *
 * Needs the server. Blocks while the server takes no more messages, and, where the delivery mode
 * or the check mode asks for it, until the server has answered; the option send_timeout limits
 * that.
 *
 * TIBEMS_SERVER_NOT_CONNECTED with an error text that starts with `outcome unknown:` means that
 * the server may have the message: the connection was lost, or the producer closed, before the
 * answer came.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER, also when the server has ended the producer;
 * TIBEMS_INVALID_MSG, also when the server calls the message wrong; TIBEMS_INVALID_DESTINATION;
 * TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server forbids it;
 * TIBEMS_DESTINATION_LIMIT_EXCEEDED when the destination is full; TIBEMS_INVALID_SIZE for a
 * message that is too large for the library or the server; TIBEMS_CONVERSION_FAILED for content
 * that cannot travel, as text that is not UTF-8 without an encoding; TIBEMS_NOT_IMPLEMENTED for a
 * delivery delay that the server does not offer; TIBEMS_SERVER_LIMIT; TIBEMS_ID_IN_USE;
 * TIBEMS_CORRUPT_MSG; TIBEMS_EXCEPTION when the server did not store the message; TIBEMS_TIMEOUT
 * when the option send_timeout ends it; TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED, also
 * when the outcome is unknown; TIBEMS_UFO_CONNECTION_FAILURE; in a transacted session
 * TIBEMS_FT_SERVER_LACKS_TRANSACTION when the transaction is lost with its server, and
 * TIBEMS_TRANSACTION_FAILED when the server did not begin one.
 */
tibems_status tibemsMsgProducer_Send(tibemsMsgProducer msg_producer, tibemsMsg msg);

/**
 * Sends `msg` to the destination of `msg_producer`. `delivery_mode`, `priority` (0 to 9) and
 * `time_to_live` (milliseconds, 0 for ever) hold for this message only. Otherwise
 * tibemsMsgProducer_Send: Needs the server.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER, also when the server has ended the producer;
 * TIBEMS_INVALID_MSG, also when the server calls the message wrong; TIBEMS_INVALID_DESTINATION;
 * TIBEMS_INVALID_ARG for a delivery mode, priority or time to live that is none;
 * TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server forbids it;
 * TIBEMS_DESTINATION_LIMIT_EXCEEDED when the destination is full; TIBEMS_INVALID_SIZE for a
 * message that is too large for the library or the server; TIBEMS_CONVERSION_FAILED for content
 * that cannot travel, as text that is not UTF-8 without an encoding; TIBEMS_NOT_IMPLEMENTED for a
 * delivery delay that the server does not offer; TIBEMS_SERVER_LIMIT; TIBEMS_ID_IN_USE;
 * TIBEMS_CORRUPT_MSG; TIBEMS_EXCEPTION when the server did not store the message; TIBEMS_TIMEOUT
 * when the option send_timeout ends it; TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED, also
 * when the outcome is unknown; TIBEMS_UFO_CONNECTION_FAILURE; in a transacted session
 * TIBEMS_FT_SERVER_LACKS_TRANSACTION when the transaction is lost with its server, and
 * TIBEMS_TRANSACTION_FAILED when the server did not begin one.
 */
tibems_status tibemsMsgProducer_SendEx(tibemsMsgProducer msg_producer,
                                       tibemsMsg msg,
                                       tibems_int delivery_mode,
                                       tibems_int priority,
                                       tibems_long time_to_live);

/**
 * Sends `msg` to `destination` with the delivery mode, priority and time to live of
 * `msg_producer`, which may have a destination of its own. Otherwise tibemsMsgProducer_Send: Needs
 * the server. A send that waits for no answer is TIBEMS_OK even if the server does not have
 * `destination`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER, also when the server has ended the producer;
 * TIBEMS_INVALID_MSG, also when the server calls the message wrong; TIBEMS_INVALID_DESTINATION;
 * TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server forbids it;
 * TIBEMS_DESTINATION_LIMIT_EXCEEDED when the destination is full; TIBEMS_INVALID_SIZE for a
 * message that is too large for the library or the server; TIBEMS_CONVERSION_FAILED for content
 * that cannot travel, as text that is not UTF-8 without an encoding; TIBEMS_NOT_IMPLEMENTED for a
 * delivery delay that the server does not offer; TIBEMS_SERVER_LIMIT; TIBEMS_ID_IN_USE;
 * TIBEMS_CORRUPT_MSG; TIBEMS_EXCEPTION when the server did not store the message; TIBEMS_TIMEOUT
 * when the option send_timeout ends it; TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED, also
 * when the outcome is unknown; TIBEMS_UFO_CONNECTION_FAILURE; in a transacted session
 * TIBEMS_FT_SERVER_LACKS_TRANSACTION when the transaction is lost with its server, and
 * TIBEMS_TRANSACTION_FAILED when the server did not begin one.
 */
tibems_status tibemsMsgProducer_SendToDestination(tibemsMsgProducer msg_producer,
                                                  tibemsDestination destination,
                                                  tibemsMsg msg);

/**
 * Sends `msg` to `destination` by `msg_producer`. `delivery_mode`, `priority` (0 to 9) and
 * `time_to_live` (milliseconds, 0 for ever) hold for this message only. Otherwise
 * tibemsMsgProducer_SendToDestination: Needs the server.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER, also when the server has ended the producer;
 * TIBEMS_INVALID_MSG, also when the server calls the message wrong; TIBEMS_INVALID_DESTINATION;
 * TIBEMS_INVALID_ARG for a delivery mode, priority or time to live that is none;
 * TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server forbids it;
 * TIBEMS_DESTINATION_LIMIT_EXCEEDED when the destination is full; TIBEMS_INVALID_SIZE for a
 * message that is too large for the library or the server; TIBEMS_CONVERSION_FAILED for content
 * that cannot travel, as text that is not UTF-8 without an encoding; TIBEMS_NOT_IMPLEMENTED for a
 * delivery delay that the server does not offer; TIBEMS_SERVER_LIMIT; TIBEMS_ID_IN_USE;
 * TIBEMS_CORRUPT_MSG; TIBEMS_EXCEPTION when the server did not store the message; TIBEMS_TIMEOUT
 * when the option send_timeout ends it; TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED, also
 * when the outcome is unknown; TIBEMS_UFO_CONNECTION_FAILURE; in a transacted session
 * TIBEMS_FT_SERVER_LACKS_TRANSACTION when the transaction is lost with its server, and
 * TIBEMS_TRANSACTION_FAILED when the server did not begin one.
 */
tibems_status tibemsMsgProducer_SendToDestinationEx(tibemsMsgProducer msg_producer,
                                                    tibemsDestination destination,
                                                    tibemsMsg msg,
                                                    tibemsDeliveryMode delivery_mode,
                                                    tibems_int priority,
                                                    tibems_long time_to_live);

/**
 * Sends `msg` to the destination of `msg_producer` with the delivery mode, priority and time to
 * live of the producer.
 * Returns when the message is on its way; what became of it is told by one call of
 * `async_send_callback` with the handle `msg`, the status that tibemsMsgProducer_Send would have
 * returned, and `async_send_closure`, which may be NULL. Content and headers are taken before the
 * call returns. `msg` stays the caller's: it may be destroyed or sent again at once, in the
 * callback or later, and the handle stays good until the callback has returned.
 *
 * The callback runs on a thread of the library that the first asynchronous send of the session
 * starts, one at a time for the session, in the order of the sends of each producer. In it the
 * session and its connection and producers cannot be closed, nor the connection be stopped.
 * TIBEMS_SERVER_NOT_CONNECTED there with an error text that starts with `outcome unknown:` means
 * that the server may have the message.
 *
 * Needs the server. Blocks while the server takes no more messages or too many callbacks are
 * pending (option buffer_limit); the option send_timeout limits that. In a callback it waits only
 * for room in the output, for an automatic reconnect and, in a transacted session, until the
 * server takes more.
 *
 * If it does not return TIBEMS_OK, the callback is not called.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER, also when the server has ended the producer;
 * TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL callback;
 * TIBEMS_INVALID_DESTINATION; TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server
 * lets nobody send there; TIBEMS_INVALID_SIZE for a message that is too large for the library or
 * the server; TIBEMS_CONVERSION_FAILED for content that cannot travel; TIBEMS_NOT_IMPLEMENTED for
 * a delivery delay that the server does not offer; TIBEMS_SERVER_LIMIT; TIBEMS_ID_IN_USE;
 * TIBEMS_EXCEPTION; TIBEMS_NO_MEMORY when there is no thread for the callbacks; TIBEMS_TIMEOUT
 * when the option send_timeout ends it; TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED;
 * TIBEMS_UFO_CONNECTION_FAILURE; in a transacted session TIBEMS_FT_SERVER_LACKS_TRANSACTION when
 * the transaction is lost with its server, and TIBEMS_TRANSACTION_FAILED when the server did not
 * begin one.
 */
tibems_status tibemsMsgProducer_AsyncSend(tibemsMsgProducer msg_producer,
                                          tibemsMsg msg,
                                          tibemsMsgCompletionCallback async_send_callback,
                                          void *async_send_closure);

/**
 * Sends `msg` to the destination of `msg_producer` with `delivery_mode`, `priority` (0 to 9) and
 * `time_to_live` (milliseconds, 0 for ever), which hold for this message only.
 * Returns when the message is on its way; what became of it is told by one call of
 * `async_send_callback` with the handle `msg`, the status that tibemsMsgProducer_Send would have
 * returned, and `async_send_closure`, which may be NULL. Content and headers are taken before the
 * call returns. `msg` stays the caller's: it may be destroyed or sent again at once, in the
 * callback or later, and the handle stays good until the callback has returned.
 *
 * The callback runs on a thread of the library that the first asynchronous send of the session
 * starts, one at a time for the session, in the order of the sends of each producer. In it the
 * session and its connection and producers cannot be closed, nor the connection be stopped.
 * TIBEMS_SERVER_NOT_CONNECTED there with an error text that starts with `outcome unknown:` means
 * that the server may have the message.
 *
 * Needs the server. Blocks while the server takes no more messages or too many callbacks are
 * pending (option buffer_limit); the option send_timeout limits that. In a callback it waits only
 * for room in the output, for an automatic reconnect and, in a transacted session, until the
 * server takes more.
 *
 * If it does not return TIBEMS_OK, the callback is not called.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER, also when the server has ended the producer;
 * TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL callback or a delivery
 * mode, priority or time to live that is none;
 * TIBEMS_INVALID_DESTINATION; TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server
 * lets nobody send there; TIBEMS_INVALID_SIZE for a message that is too large for the library or
 * the server; TIBEMS_CONVERSION_FAILED for content that cannot travel; TIBEMS_NOT_IMPLEMENTED for
 * a delivery delay that the server does not offer; TIBEMS_SERVER_LIMIT; TIBEMS_ID_IN_USE;
 * TIBEMS_EXCEPTION; TIBEMS_NO_MEMORY when there is no thread for the callbacks; TIBEMS_TIMEOUT
 * when the option send_timeout ends it; TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED;
 * TIBEMS_UFO_CONNECTION_FAILURE; in a transacted session TIBEMS_FT_SERVER_LACKS_TRANSACTION when
 * the transaction is lost with its server, and TIBEMS_TRANSACTION_FAILED when the server did not
 * begin one.
 */
tibems_status tibemsMsgProducer_AsyncSendEx(tibemsMsgProducer msg_producer,
                                            tibemsMsg msg,
                                            tibems_int delivery_mode,
                                            tibems_int priority,
                                            tibems_long time_to_live,
                                            tibemsMsgCompletionCallback async_send_callback,
                                            void *async_send_closure);

/**
 * Sends `msg` by `msg_producer` to `destination` with the delivery mode, priority and time to live
 * of the producer, which may have a destination of its own.
 * Returns when the message is on its way; what became of it is told by one call of
 * `async_send_callback` with the handle `msg`, the status that tibemsMsgProducer_Send would have
 * returned, and `async_send_closure`, which may be NULL. Content and headers are taken before the
 * call returns. `msg` stays the caller's: it may be destroyed or sent again at once, in the
 * callback or later, and the handle stays good until the callback has returned.
 *
 * The callback runs on a thread of the library that the first asynchronous send of the session
 * starts, one at a time for the session, in the order of the sends of each producer. In it the
 * session and its connection and producers cannot be closed, nor the connection be stopped.
 * TIBEMS_SERVER_NOT_CONNECTED there with an error text that starts with `outcome unknown:` means
 * that the server may have the message.
 *
 * Needs the server. Blocks while the server takes no more messages or too many callbacks are
 * pending (option buffer_limit); the option send_timeout limits that. In a callback it waits only
 * for room in the output, for an automatic reconnect and, in a transacted session, until the
 * server takes more.
 *
 * If it does not return TIBEMS_OK, the callback is not called.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER, also when the server has ended the producer;
 * TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL callback;
 * TIBEMS_INVALID_DESTINATION; TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server
 * lets nobody send there; TIBEMS_INVALID_SIZE for a message that is too large for the library or
 * the server; TIBEMS_CONVERSION_FAILED for content that cannot travel; TIBEMS_NOT_IMPLEMENTED for
 * a delivery delay that the server does not offer; TIBEMS_SERVER_LIMIT; TIBEMS_ID_IN_USE;
 * TIBEMS_EXCEPTION; TIBEMS_NO_MEMORY when there is no thread for the callbacks; TIBEMS_TIMEOUT
 * when the option send_timeout ends it; TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED;
 * TIBEMS_UFO_CONNECTION_FAILURE; in a transacted session TIBEMS_FT_SERVER_LACKS_TRANSACTION when
 * the transaction is lost with its server, and TIBEMS_TRANSACTION_FAILED when the server did not
 * begin one.
 */
tibems_status tibemsMsgProducer_AsyncSendToDestination(tibemsMsgProducer msg_producer,
                                                       tibemsDestination destination,
                                                       tibemsMsg msg,
                                                       tibemsMsgCompletionCallback async_send_callback,
                                                       void *async_send_closure);

/**
 * Sends `msg` by `msg_producer` to `destination` with `delivery_mode`, `priority` (0 to 9) and
 * `time_to_live` (milliseconds, 0 for ever), which hold for this message only.
 * Returns when the message is on its way; what became of it is told by one call of
 * `async_send_callback` with the handle `msg`, the status that tibemsMsgProducer_Send would have
 * returned, and `async_send_closure`, which may be NULL. Content and headers are taken before the
 * call returns. `msg` stays the caller's: it may be destroyed or sent again at once, in the
 * callback or later, and the handle stays good until the callback has returned.
 *
 * The callback runs on a thread of the library that the first asynchronous send of the session
 * starts, one at a time for the session, in the order of the sends of each producer. In it the
 * session and its connection and producers cannot be closed, nor the connection be stopped.
 * TIBEMS_SERVER_NOT_CONNECTED there with an error text that starts with `outcome unknown:` means
 * that the server may have the message.
 *
 * Needs the server. Blocks while the server takes no more messages or too many callbacks are
 * pending (option buffer_limit); the option send_timeout limits that. In a callback it waits only
 * for room in the output, for an automatic reconnect and, in a transacted session, until the
 * server takes more.
 *
 * If it does not return TIBEMS_OK, the callback is not called.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_PRODUCER, also when the server has ended the producer;
 * TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL callback or a delivery
 * mode, priority or time to live that is none;
 * TIBEMS_INVALID_DESTINATION; TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server
 * lets nobody send there; TIBEMS_INVALID_SIZE for a message that is too large for the library or
 * the server; TIBEMS_CONVERSION_FAILED for content that cannot travel; TIBEMS_NOT_IMPLEMENTED for
 * a delivery delay that the server does not offer; TIBEMS_SERVER_LIMIT; TIBEMS_ID_IN_USE;
 * TIBEMS_EXCEPTION; TIBEMS_NO_MEMORY when there is no thread for the callbacks; TIBEMS_TIMEOUT
 * when the option send_timeout ends it; TIBEMS_ILLEGAL_STATE; TIBEMS_SERVER_NOT_CONNECTED;
 * TIBEMS_UFO_CONNECTION_FAILURE; in a transacted session TIBEMS_FT_SERVER_LACKS_TRANSACTION when
 * the transaction is lost with its server, and TIBEMS_TRANSACTION_FAILED when the server did not
 * begin one.
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
 * Ends `msg_consumer` and frees the handle. Messages that wait in it go back to the server. Below
 * a closed session or connection it only frees the handle.
 *
 * Blocks until a running call of its listener has ended, except inside that, and until the server
 * has let the consumer go, up to the option close_timeout (60 s); a receive that waits returns
 * TIBEMS_INTR, before the close or, when that is called in a signal handler which has interrupted
 * the receive, after it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_CONSUMER.
 */
tibems_status tibemsMsgConsumer_Close(tibemsMsgConsumer msg_consumer);

/**
 * Gives the destination of `msg_consumer` in `destination`. The handle belongs to the consumer and
 * is the same at every call; tibemsDestination_Copy makes one to keep.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE when session or connection is closed.
 */
tibems_status tibemsMsgConsumer_GetDestination(tibemsMsgConsumer msg_consumer,
                                               tibemsDestination *destination);

/**
 * Gives the selector of `msg_consumer` in `selector_ptr`, NULL if it has none. The text belongs to
 * the consumer and is valid until that is closed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE when session or connection is closed.
 */
tibems_status tibemsMsgConsumer_GetMsgSelector(tibemsMsgConsumer msg_consumer,
                                               const char **selector_ptr);

/**
 * Tells in `no_local` whether `msg_consumer` is spared what its own connection publishes;
 * TIBEMS_FALSE for queues.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE when session or connection is closed.
 */
tibems_status tibemsMsgConsumer_GetNoLocal(tibemsMsgConsumer msg_consumer, tibems_bool *no_local);

/**
 * Gives the next message of `msg_consumer` in `msg`. It belongs to the caller, who releases it
 * with tibemsMsg_Destroy.
 *
 * Needs the server. Blocks until a message is there and the connection is started. Inside a
 * message listener it may be called for other consumers of the session.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE, also when the consumer has a listener; TIBEMS_INTR when consumer, session
 * or connection are closed, or the connection is lost for good, while it waits;
 * TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE;
 * TIBEMS_INVALID_DESTINATION, TIBEMS_SECURITY_EXCEPTION, TIBEMS_ID_IN_USE, TIBEMS_SERVER_LIMIT,
 * TIBEMS_INVALID_SIZE, TIBEMS_INVALID_SELECTOR, TIBEMS_NOT_IMPLEMENTED, TIBEMS_TIMEOUT or
 * TIBEMS_EXCEPTION when the server has ended the consumer;
 * TIBEMS_FT_SERVER_LACKS_TRANSACTION in a transaction that is lost with its server.
 */
tibems_status tibemsMsgConsumer_Receive(tibemsMsgConsumer msg_consumer, tibemsMsg *msg);

/**
 * Gives the next message of `msg_consumer` in `msg`. It belongs to the caller, who releases it
 * with tibemsMsg_Destroy.
 *
 * Needs the server. Blocks until a message is there and the connection is started, at most
 * `timeout` milliseconds, also while the connection has no server; 0 is without limit.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG for a NULL output or a negative
 * time; TIBEMS_ILLEGAL_STATE, also when the consumer has a listener; TIBEMS_INTR when consumer,
 * session or connection are closed, or the connection is lost for good, while it waits;
 * TIBEMS_TIMEOUT when no message came in time; TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED;
 * TIBEMS_UFO_CONNECTION_FAILURE; TIBEMS_INVALID_DESTINATION, TIBEMS_SECURITY_EXCEPTION,
 * TIBEMS_ID_IN_USE, TIBEMS_SERVER_LIMIT, TIBEMS_INVALID_SIZE, TIBEMS_INVALID_SELECTOR,
 * TIBEMS_NOT_IMPLEMENTED or TIBEMS_EXCEPTION when the server has ended the consumer;
 * TIBEMS_FT_SERVER_LACKS_TRANSACTION in a transaction that is lost with its server.
 */
tibems_status tibemsMsgConsumer_ReceiveTimeout(tibemsMsgConsumer msg_consumer,
                                               tibemsMsg *msg,
                                               tibems_long timeout);

/**
 * Gives the next message of `msg_consumer` in `msg` if there is one. It belongs to the caller, who
 * releases it with tibemsMsg_Destroy.
 *
 * Needs the server, which is asked when no message waits in the consumer: that takes one way there
 * and back, at most 1 s. While the connection has no server there is no message.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE, also when the consumer has a listener; TIBEMS_NOT_FOUND when there is no
 * message; TIBEMS_INTR when it is closed meanwhile; TIBEMS_NOT_PERMITTED;
 * TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE; TIBEMS_INVALID_DESTINATION,
 * TIBEMS_SECURITY_EXCEPTION, TIBEMS_ID_IN_USE, TIBEMS_SERVER_LIMIT, TIBEMS_INVALID_SIZE,
 * TIBEMS_INVALID_SELECTOR, TIBEMS_NOT_IMPLEMENTED, TIBEMS_TIMEOUT or TIBEMS_EXCEPTION when the
 * server has ended the consumer.
 */
tibems_status tibemsMsgConsumer_ReceiveNoWait(tibemsMsgConsumer msg_consumer, tibemsMsg *msg);

/**
 * Has `callback` called with every message of `msg_consumer` and with `closure`; NULL removes it,
 * and messages wait for receive calls again. The message belongs to the listener, which releases
 * it now or later.
 *
 * Listeners of one session run one at a time on a thread of the library that the session has for
 * them. Removing the listener blocks until a running call of it has ended, except inside that.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_ILLEGAL_STATE when session or connection is
 * closed or a thread is blocked in a receive on the consumer; TIBEMS_NO_MEMORY when no thread
 * could be started: the listener is as it was; TIBEMS_INVALID_DESTINATION,
 * TIBEMS_SECURITY_EXCEPTION, TIBEMS_ID_IN_USE, TIBEMS_SERVER_LIMIT, TIBEMS_INVALID_SIZE,
 * TIBEMS_INVALID_SELECTOR, TIBEMS_NOT_IMPLEMENTED, TIBEMS_TIMEOUT, TIBEMS_NOT_PERMITTED or
 * TIBEMS_EXCEPTION when the server has ended the consumer;
 * TIBEMS_FT_SERVER_LACKS_TRANSACTION in a transaction that is lost with its server.
 */
tibems_status tibemsMsgConsumer_SetMsgListener(tibemsMsgConsumer msg_consumer,
                                               tibemsMsgCallback callback,
                                               void *closure);

/**
 * Gives the listener of `msg_consumer` in `callback_ptr` and what is passed to it in `closure`;
 * NULL and NULL if none is set. `closure` may be NULL.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_CONSUMER; TIBEMS_INVALID_ARG when `callback_ptr` is NULL;
 * TIBEMS_ILLEGAL_STATE when session or connection is closed.
 */
tibems_status tibemsMsgConsumer_GetMsgListener(tibemsMsgConsumer msg_consumer,
                                               tibemsMsgCallback *callback_ptr,
                                               void **closure);

/**
 * Gives the queue of `queue_browser` in `queue`. The handle belongs to the browser and is the same
 * at every call; tibemsDestination_Copy makes one to keep.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a bad browser or a NULL output;
 * TIBEMS_ILLEGAL_STATE when session or connection is closed.
 */
tibems_status tibemsQueueBrowser_GetQueue(tibemsQueueBrowser queue_browser, tibemsQueue *queue);

/**
 * Gives the selector of `queue_browser` in `selector`, NULL if it has none. The text belongs to the
 * browser and is valid until that is closed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a bad browser or a NULL output;
 * TIBEMS_ILLEGAL_STATE when session or connection is closed.
 */
tibems_status tibemsQueueBrowser_GetMsgSelector(tibemsQueueBrowser queue_browser,
                                                const char **selector);

/**
 * Gives the next message of `queue_browser` in `msg`. It belongs to the caller, who releases it
 * with tibemsMsg_Destroy; acknowledging it has no effect, and the queue keeps its own. Somebody
 * else may have taken that meanwhile.
 *
 * At the end of the queue the answer is TIBEMS_NOT_FOUND, and `msg` becomes NULL. A later call
 * gives what has come since, and nothing twice. The server is asked for that once a second at
 * most; calls in between answer TIBEMS_NOT_FOUND at once. After an automatic reconnect the
 * enumeration goes on; after tibemsUFOConnectionFactory_RecoverConnection it begins with the queue
 * of the other server.
 *
 * Needs the server, started or not. Blocks until the server has answered, each time at most the
 * option drain_timeout (60 s).
 *
 * Statuses: TIBEMS_OK; TIBEMS_NOT_FOUND; TIBEMS_INVALID_ARG for a bad browser or a NULL output;
 * TIBEMS_TIMEOUT when the server does not answer; TIBEMS_ILLEGAL_STATE, also when it is closed
 * meanwhile; TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE;
 * TIBEMS_INVALID_DESTINATION, TIBEMS_SECURITY_EXCEPTION, TIBEMS_ID_IN_USE, TIBEMS_SERVER_LIMIT,
 * TIBEMS_INVALID_SIZE, TIBEMS_INVALID_SELECTOR, TIBEMS_INVALID_CONSUMER, TIBEMS_NOT_IMPLEMENTED or
 * TIBEMS_EXCEPTION when the server has ended the browser.
 */
tibems_status tibemsQueueBrowser_GetNext(tibemsQueueBrowser queue_browser, tibemsMsg *msg);

/**
 * Ends `queue_browser` and frees the handle. Below a closed session or connection it only frees
 * the handle.
 *
 * Blocks until the server has let the browser go, up to the option close_timeout (60 s); a
 * tibemsQueueBrowser_GetNext that waits in another thread returns TIBEMS_ILLEGAL_STATE.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a bad browser.
 */
tibems_status tibemsQueueBrowser_Close(tibemsQueueBrowser queue_browser);

/**
 * Deprecated: tibemsMsgRequestor_Create, for a queue only.
 *
 * Statuses: those of tibemsMsgRequestor_Create.
 */
tibems_status tibemsQueueRequestor_Create(tibemsQueueSession session,
                                          tibemsMsgRequestor *msg_requestor,
                                          tibemsQueue queue);

/**
 * Deprecated: tibemsMsgRequestor_Create, for a topic only.
 *
 * Statuses: those of tibemsMsgRequestor_Create.
 */
tibems_status tibemsTopicRequestor_Create(tibemsTopicSession session,
                                          tibemsMsgRequestor *msg_requestor,
                                          tibemsTopic topic);

/**
 * Makes a requestor of `session`, which sends requests to `destination` and waits for the
 * replies, and gives it in `msg_requestor`. It takes the session over:
 * tibemsMsgRequestor_Close closes both. Replies come to temporary destinations of the same
 * kind, which are the requestor's own. `destination` may be destroyed afterwards. The
 * connection is not started by it.
 *
 * Needs the server.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_ILLEGAL_STATE for a session that is transacted or in another mode than AUTO or
 * DUPS_OK; TIBEMS_INVALID_DESTINATION when the handle is none, the name cannot be used here or
 * the server does not have it; otherwise those of tibemsSession_CreateProducer,
 * tibemsSession_CreateTemporaryQueue and tibemsSession_CreateConsumer.
 */
tibems_status tibemsMsgRequestor_Create(tibemsSession session,
                                        tibemsMsgRequestor *msg_requestor,
                                        tibemsDestination destination);

/**
 * Sends `msg_sent` by `msg_requestor` with a reply-to of its own, which stays set, waits for
 * the first reply and gives it in `msg_reply`. The reply is the caller's, to be released with
 * tibemsMsg_Destroy; the request stays the caller's. Later replies to the same request are
 * thrown away. The request is PERSISTENT, with priority 4 and without a time to live. For one
 * thread at a time.
 *
 * Blocks without limit until there is a reply; on a stopped connection too. It ends when
 * requestor, session or connection are closed, and when the connection is lost: a request that
 * the server has confirmed gets no reply any more then.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a bad requestor or a NULL output;
 * TIBEMS_INVALID_MSG; TIBEMS_INTR when requestor, session or connection are closed meanwhile,
 * or no server is left; TIBEMS_ILLEGAL_STATE while another thread is in a request, and after a
 * close of session or connection; TIBEMS_SERVER_NOT_CONNECTED, also with a text that starts
 * with `outcome unknown:` when the connection was lost behind the request; otherwise those of
 * tibemsMsgProducer_Send and tibemsMsgConsumer_Receive.
 */
tibems_status tibemsMsgRequestor_Request(tibemsMsgRequestor msg_requestor,
                                         tibemsMsg msg_sent,
                                         tibemsMsg *msg_reply);

/**
 * Ends `msg_requestor`, its temporary destinations and its session, and frees the handle. The
 * handle of the session still wants its tibemsSession_Close. Below a closed session or
 * connection it frees the handle and deletes what the requestor had.
 *
 * Blocks as tibemsSession_Close does, up to the option close_timeout (60 s); a
 * tibemsMsgRequestor_Request that waits in another thread returns TIBEMS_INTR.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a bad requestor; TIBEMS_ILLEGAL_STATE in a
 * message listener of its session, unless tibems_SetAllowCloseInCallback allows it.
 */
tibems_status tibemsMsgRequestor_Close(tibemsMsgRequestor msg_requestor);

/**
 * Makes a message without a body and gives it in `message`; the caller releases it with
 * tibemsMsg_Destroy.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsMsg_Create(tibemsMsg *message);

/**
 * Releases `message`, of any kind, with everything that belongs to it: texts and data got from it
 * are gone. It never acknowledges. A message that was put into a map message lives on inside it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_NOT_PERMITTED for a message that belongs to the
 * one around it (got with tibemsMapMsg_GetMapMsg and the like).
 */
tibems_status tibemsMsg_Destroy(tibemsMsg message);

/**
 * Tells in `body_type` which of the six kinds `message` is, TIBEMS_MESSAGE to TIBEMS_TEXT_MESSAGE.
 * It has nothing to do with the Type header.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsMsg_GetBodyType(tibemsMsg message, tibemsMsgType *body_type);

/**
 * Acknowledges `message` as the acknowledge mode of its session says: in CLIENT mode all messages
 * received so far in the session, in the EXPLICIT modes this one, in the others nothing. A message
 * that did not come from a receive call or listener (made, copied) is not acknowledged either,
 * with TIBEMS_OK.
 *
 * Needs the server, if there is anything to acknowledge. Its answer, where it gives one, is waited
 * for on connections to servers that share state, and by the option ack_confirm. On an unshared
 * connection that was recovered since the message came nothing happens, with TIBEMS_OK: the old
 * server delivers it again.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_ILLEGAL_STATE when connection, session or
 * consumer are closed, or the server delivers the message again; TIBEMS_TIMEOUT when the server
 * does not answer; TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED;
 * TIBEMS_UFO_CONNECTION_FAILURE.
 */
tibems_status tibemsMsg_Acknowledge(tibemsMsg message);

/**
 * Puts `message`, received in one of the EXPLICIT acknowledge modes, back: it is delivered again,
 * marked as redelivered. The handle stays readable and must still be destroyed.
 *
 * Needs the server.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_ILLEGAL_STATE in other modes, for a message that
 * was acknowledged, put back or not received, and when connection, session or consumer are closed;
 * TIBEMS_TIMEOUT when the server does not answer; TIBEMS_NOT_PERMITTED;
 * TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE.
 */
tibems_status tibemsMsg_Recover(tibemsMsg message);

/**
 * Empties the body of `message`, which then is as that of a new message; headers and properties
 * stay. Texts and data got from the body are gone, except the blocks of a bytes message.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG.
 */
tibems_status tibemsMsg_ClearBody(tibemsMsg message);

/**
 * Makes the read-only message `msg` writeable without losing anything: bytes and stream messages
 * can then be read from the present position and written at the end. Messages nested in it follow.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG.
 */
tibems_status tibemsMsg_MakeWriteable(tibemsMsg msg);

/**
 * Makes an independent copy of `msg` with headers, properties, body and access modes and gives it
 * in `copy`; the caller releases it with tibemsMsg_Destroy. Acknowledging the copy has no effect.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsMsg_CreateCopy(tibemsMsg msg, tibemsMsg *copy);

/**
 * Writes `message` as one line to the standard output, for debugging. It changes nothing, returns
 * nothing and writes nothing for a bad handle.
 */
void tibemsMsg_Print(tibemsMsg message);

/**
 * Writes `message` as one line to the stream `file` of the C library, in order with the program's
 * own output. It returns nothing and writes nothing for a bad handle or a NULL stream.
 */
void tibemsMsg_PrintFile(tibemsMsg message, FILE *file);

/**
 * Writes the line of tibemsMsg_Print for `message`, without line end, and a NUL into `buffer`,
 * which has room for `maxlen` bytes.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL buffer;
 * TIBEMS_INSUFFICIENT_BUFFER when text and NUL do not fit: as many whole characters as fit are
 * written, nothing if `maxlen` is not positive.
 */
tibems_status tibemsMsg_PrintToBuffer(tibemsMsg message, char *buffer, tibems_int maxlen);

/**
 * Gives the correlation ID of `message` in `value`, NULL if there is none. It belongs to the
 * message and is valid until the header is set again (also by a send) or the message is destroyed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsMsg_GetCorrelationID(tibemsMsg message, const char **value);

/**
 * Makes a copy of `value` the correlation ID of `message`; NULL removes it. Any text; one that
 * starts with `ID:` is meant to be a message ID.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG.
 */
tibems_status tibemsMsg_SetCorrelationID(tibemsMsg message, const char *value);

/**
 * Tells in `value` when consumers may get `message` at the earliest, in milliseconds since
 * 1970-01-01 UTC: the time of the send plus the delivery delay; 0 before a send.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsMsg_GetDeliveryTime(tibemsMsg message, tibems_long *value);

/**
 * Tells in `value` the delivery mode of `message`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsMsg_GetDeliveryMode(tibemsMsg message, tibemsDeliveryMode *value);

/**
 * Makes `value` the delivery mode of `message`. A send replaces it by the mode with which it
 * sends.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a number that is no mode.
 */
tibems_status tibemsMsg_SetDeliveryMode(tibemsMsg message, tibemsDeliveryMode value);

/**
 * Gives the destination of `message` in `value`, NULL if there is none. It belongs to the message
 * and is valid until the header is set again (also by a send) or the message is destroyed; it must
 * not be destroyed. tibemsDestination_Copy makes one to keep.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsMsg_GetDestination(tibemsMsg message, tibemsDestination *value);

/**
 * Makes `value` the destination of `message`; NULL removes it. The program may destroy its own
 * handle at once. A send replaces it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_DESTINATION.
 */
tibems_status tibemsMsg_SetDestination(tibemsMsg message, tibemsDestination value);

/**
 * Gives the name of the encoding of the texts in properties and body of `message` in `value`, NULL
 * if there is none. It belongs to the message and is valid until the header is set again (also by
 * a send) or the message is destroyed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsMsg_GetEncoding(tibemsMsg message, const char **value);

/**
 * Makes a copy of `value` the name of the encoding of the texts in properties and body of
 * `message`; NULL removes it. A label such as UTF-8 or ISO8859-1: texts are never converted
 * because of it. Text in another encoding than UTF-8 needs it to travel.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG.
 */
tibems_status tibemsMsg_SetEncoding(tibemsMsg message, const char *value);

/**
 * Tells in `value` when `message` expires, in milliseconds since 1970-01-01 UTC; 0 is never.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsMsg_GetExpiration(tibemsMsg message, tibems_long *value);

/**
 * Makes `value`, in milliseconds since 1970-01-01 UTC, the time at which `message` expires; 0 is
 * never. A send replaces it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG.
 */
tibems_status tibemsMsg_SetExpiration(tibemsMsg message, tibems_long value);

/**
 * Gives the message ID of `message` in `value`, NULL if there is none. It belongs to the message
 * and is valid until the header is set again (also by a send) or the message is destroyed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsMsg_GetMessageID(tibemsMsg message, const char **value);

/**
 * Makes a copy of `value` the message ID of `message`; NULL removes it. Every send replaces it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG.
 */
tibems_status tibemsMsg_SetMessageID(tibemsMsg message, const char *value);

/**
 * Tells in `value` the priority of `message`, 0 to 9.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsMsg_GetPriority(tibemsMsg message, tibems_int *value);

/**
 * Makes `value` the priority of `message`. A send replaces it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG outside 0 to 9.
 */
tibems_status tibemsMsg_SetPriority(tibemsMsg message, tibems_int value);

/**
 * Tells in `value` whether the server may have delivered `message` before.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsMsg_GetRedelivered(tibemsMsg message, tibems_bool *value);

/**
 * Marks `message` as redelivered, or not, as `value` says. A send takes the mark away.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG.
 */
tibems_status tibemsMsg_SetRedelivered(tibemsMsg message, tibems_bool value);

/**
 * Gives the destination for answers of `message` in `value`, NULL if there is none. It belongs to
 * the message and is valid until the header is set again (also by a send) or the message is
 * destroyed; it must not be destroyed. tibemsDestination_Copy makes one to keep.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsMsg_GetReplyTo(tibemsMsg message, tibemsDestination *value);

/**
 * Makes `value` the destination for answers of `message`; NULL removes it. The program may destroy
 * its own handle at once.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_DESTINATION.
 */
tibems_status tibemsMsg_SetReplyTo(tibemsMsg message, tibemsDestination value);

/**
 * Tells in `value` when `message` was sent, in milliseconds since 1970-01-01 UTC; 0 before a send
 * and when the producer leaves the time out.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsMsg_GetTimestamp(tibemsMsg message, tibems_long *value);

/**
 * Makes `value`, in milliseconds since 1970-01-01 UTC, the time of the send of `message`. A send
 * replaces it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG.
 */
tibems_status tibemsMsg_SetTimestamp(tibemsMsg message, tibems_long value);

/**
 * Gives the type of `message` in `value`, NULL if there is none. It belongs to the message and is
 * valid until the header is set again (also by a send) or the message is destroyed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsMsg_GetType(tibemsMsg message, const char **value);

/**
 * Makes a copy of `value` the type of `message`; NULL removes it. It is the program's own word;
 * nothing here looks at it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG.
 */
tibems_status tibemsMsg_SetType(tibemsMsg message, const char *value);

/**
 * Removes all properties of `message`; headers and body stay. Properties of a received message can
 * be set after it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG.
 */
tibems_status tibemsMsg_ClearProperties(tibemsMsg message);

/**
 * Tells in `answer` whether `message` has a property `name`, also one whose value is NULL.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments;
 * TIBEMS_INVALID_NAME for an empty name.
 */
tibems_status tibemsMsg_PropertyExists(tibemsMsg message, const char *name, tibems_bool *answer);

/**
 * Fills `data` with the property `name` of `message` as it is kept. What `data` then points to
 * belongs to the message and is valid until the property is replaced, tibemsMsg_ClearProperties,
 * or the message is destroyed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments;
 * TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND.
 */
tibems_status tibemsMsg_GetProperty(tibemsMsg message, const char *name, tibemsMsgField *data);

/**
 * Gives the property `name` of `message` in `value` as a boolean, converted if the conversion
 * loses nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments;
 * TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED.
 */
tibems_status tibemsMsg_GetBooleanProperty(tibemsMsg message, const char *name, tibems_bool *value);

/**
 * Gives the property `name` of `message` in `value` as a byte, converted if the conversion loses
 * nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments;
 * TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED.
 */
tibems_status tibemsMsg_GetByteProperty(tibemsMsg message, const char *name, tibems_byte *value);

/**
 * Gives the property `name` of `message` in `value` as a double, converted if the conversion loses
 * nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments;
 * TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED.
 */
tibems_status tibemsMsg_GetDoubleProperty(tibemsMsg message,
                                          const char *name,
                                          tibems_double *value);

/**
 * Gives the property `name` of `message` in `value` as a float, converted if the conversion loses
 * nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments;
 * TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED.
 */
tibems_status tibemsMsg_GetFloatProperty(tibemsMsg message, const char *name, tibems_float *value);

/**
 * Gives the property `name` of `message` in `value` as an int, converted if the conversion loses
 * nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments;
 * TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED.
 */
tibems_status tibemsMsg_GetIntProperty(tibemsMsg message, const char *name, tibems_int *value);

/**
 * Gives the property `name` of `message` in `value` as a long, converted if the conversion loses
 * nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments;
 * TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED.
 */
tibems_status tibemsMsg_GetLongProperty(tibemsMsg message, const char *name, tibems_long *value);

/**
 * Gives the property `name` of `message` in `value` as a short, converted if the conversion loses
 * nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments;
 * TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED.
 */
tibems_status tibemsMsg_GetShortProperty(tibemsMsg message, const char *name, tibems_short *value);

/**
 * Gives the property `name` of `message` in `value` as text, NULL for a NULL value. The text
 * belongs to the message and is valid until the property is replaced, tibemsMsg_ClearProperties,
 * or the message is destroyed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for NULL arguments;
 * TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND; TIBEMS_CONVERSION_FAILED for binary
 * values.
 */
tibems_status tibemsMsg_GetStringProperty(tibemsMsg message, const char *name, const char **value);

/**
 * Gives `message` the property `name` of type boolean with `value`, in place of an earlier one of
 * that name. The name, which is copied, must not be empty nor a reserved word of the selector
 * language; selectors can name only identifiers.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name;
 * TIBEMS_INVALID_NAME; TIBEMS_MSG_NOT_WRITEABLE for a received message.
 */
tibems_status tibemsMsg_SetBooleanProperty(tibemsMsg message, const char *name, tibems_bool value);

/**
 * Gives `message` the property `name` of type byte with `value`, in place of an earlier one of
 * that name. The name, which is copied, must not be empty nor a reserved word of the selector
 * language; selectors can name only identifiers.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name;
 * TIBEMS_INVALID_NAME; TIBEMS_MSG_NOT_WRITEABLE for a received message.
 */
tibems_status tibemsMsg_SetByteProperty(tibemsMsg message, const char *name, tibems_byte value);

/**
 * Gives `message` the property `name` of type double with `value`, in place of an earlier one of
 * that name. The name, which is copied, must not be empty nor a reserved word of the selector
 * language; selectors can name only identifiers.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name;
 * TIBEMS_INVALID_NAME; TIBEMS_MSG_NOT_WRITEABLE for a received message.
 */
tibems_status tibemsMsg_SetDoubleProperty(tibemsMsg message, const char *name, tibems_double value);

/**
 * Gives `message` the property `name` of type float with `value`, in place of an earlier one of
 * that name. The name, which is copied, must not be empty nor a reserved word of the selector
 * language; selectors can name only identifiers.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name;
 * TIBEMS_INVALID_NAME; TIBEMS_MSG_NOT_WRITEABLE for a received message.
 */
tibems_status tibemsMsg_SetFloatProperty(tibemsMsg message, const char *name, tibems_float value);

/**
 * Gives `message` the property `name` of type int with `value`, in place of an earlier one of that
 * name. The name, which is copied, must not be empty nor a reserved word of the selector language;
 * selectors can name only identifiers.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name;
 * TIBEMS_INVALID_NAME; TIBEMS_MSG_NOT_WRITEABLE for a received message.
 */
tibems_status tibemsMsg_SetIntProperty(tibemsMsg message, const char *name, tibems_int value);

/**
 * Gives `message` the property `name` of type long with `value`, in place of an earlier one of
 * that name. The name, which is copied, must not be empty nor a reserved word of the selector
 * language; selectors can name only identifiers.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name;
 * TIBEMS_INVALID_NAME; TIBEMS_MSG_NOT_WRITEABLE for a received message.
 */
tibems_status tibemsMsg_SetLongProperty(tibemsMsg message, const char *name, tibems_long value);

/**
 * Gives `message` the property `name` of type short with `value`, in place of an earlier one of
 * that name. The name, which is copied, must not be empty nor a reserved word of the selector
 * language; selectors can name only identifiers.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name;
 * TIBEMS_INVALID_NAME; TIBEMS_MSG_NOT_WRITEABLE for a received message.
 */
tibems_status tibemsMsg_SetShortProperty(tibemsMsg message, const char *name, tibems_short value);

/**
 * Gives `message` the property `name` with a copy of the text `value`, or the NULL value, in place
 * of an earlier one of that name. Names are as in tibemsMsg_SetIntProperty.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL name;
 * TIBEMS_INVALID_NAME; TIBEMS_MSG_NOT_WRITEABLE for a received message; TIBEMS_INVALID_SIZE above
 * 2^31 - 1 bytes.
 */
tibems_status tibemsMsg_SetStringProperty(tibemsMsg message, const char *name, const char *value);

/**
 * Makes a list of the names of all properties of `message`, in the order in which they were first
 * set, and gives it in `enumeration`. Later changes do not show in it and it may outlive the
 * message. The caller releases it with tibemsMsgEnum_Destroy.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsMsg_GetPropertyNames(tibemsMsg message, tibemsMsgEnum *enumeration);

/**
 * Gives the next name of `enumeration` in `name`. It belongs to the enumeration and is valid until
 * that is destroyed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_NOT_FOUND behind the last name, again and again; TIBEMS_INVALID_ARG
 * for a handle that is no enumeration or a NULL output.
 */
tibems_status tibemsMsgEnum_GetNextName(tibemsMsgEnum enumeration, const char **name);

/**
 * Releases `enumeration` and its names.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no enumeration.
 */
tibems_status tibemsMsgEnum_Destroy(tibemsMsgEnum enumeration);

/**
 * Writes `field` as `Type:value` to the standard output, without line end, for debugging. It
 * returns nothing and writes nothing for NULL or an unknown type.
 */
void tibemsMsgField_Print(tibemsMsgField *field);

/**
 * Writes `field` as tibemsMsgField_Print does to the stream `file` of the C library. It returns
 * nothing and leaves a NULL stream alone.
 */
void tibemsMsgField_PrintFile(tibemsMsgField *field, FILE *file);

/**
 * Writes the text of tibemsMsgField_Print for `field` and a NUL into `buffer`, which has room for
 * `maxlen` bytes.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_FIELD for an unknown
 * type; TIBEMS_INVALID_MSG for a nested message that is gone; TIBEMS_INSUFFICIENT_BUFFER when text
 * and NUL do not fit: as many whole characters as fit are written, nothing if `maxlen` is not
 * positive.
 */
tibems_status tibemsMsgField_PrintToBuffer(tibemsMsgField *field, char *buffer, tibems_int maxlen);

/**
 * Deprecated: tibemsMsg_GetByteSize. Returns the number of bytes, 0 for a bad message.
 */
tibems_int tibemsMsg_ByteSize(tibemsMsg message);

/**
 * Tells in `size` how many bytes tibemsMsg_GetAsBytes gives for `msg`: headers, properties and
 * body.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_INVALID_SIZE above `message_limit` (512 MiB).
 */
tibems_status tibemsMsg_GetByteSize(tibemsMsg msg, tibems_int *size);

/**
 * Gives in `bytes` and `actual_size` the bytes from which tibemsMsg_CreateFromBytes makes `msg`
 * again. They belong to the message and are valid until it is destroyed; the same block is given
 * while it is unchanged.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_INVALID_SIZE above `message_limit` (512 MiB).
 */
tibems_status tibemsMsg_GetAsBytes(tibemsMsg msg, const void **bytes, tibems_int *actual_size);

/**
 * Copies the bytes of tibemsMsg_GetAsBytes for `msg` into `bytes`, which has room for
 * `avail_size`, and tells their number in `actual_size`. NULL with size 0 only asks for the
 * number.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_ARG for a NULL output, a negative size,
 * or a NULL buffer with a size; TIBEMS_INSUFFICIENT_BUFFER with the number of bytes needed and the
 * buffer untouched; TIBEMS_INVALID_SIZE above `message_limit` (512 MiB).
 */
tibems_status tibemsMsg_GetAsBytesCopy(tibemsMsg msg,
                                       void *bytes,
                                       tibems_int avail_size,
                                       tibems_int *actual_size);

/**
 * Makes a message from `bytes` that tibemsMsg_GetAsBytes gave, in this or another process, and
 * gives it in `msg_ptr`. It is read-only until tibemsMsg_MakeWriteable; the caller releases it
 * with tibemsMsg_Destroy. How many bytes there are is taken from the bytes themselves: fewer than
 * they say cannot be noticed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_MSG for bytes that
 * are no message of this library; TIBEMS_VERSION_MISMATCH; TIBEMS_CORRUPT_MSG or
 * TIBEMS_INVALID_FIELD for damaged ones.
 */
tibems_status tibemsMsg_CreateFromBytes(tibemsMsg *msg_ptr, const void *bytes);

/**
 * Makes a text message with the NULL text and gives it in `message`; the caller releases it with
 * tibemsMsg_Destroy.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsTextMsg_Create(tibemsTextMsg *message);

/**
 * Gives the text of `message` in `text`, NULL for the NULL text. It belongs to the message and is
 * valid until the next tibemsTextMsg_SetText or tibemsMsg_ClearBody, or until the message is
 * destroyed. The bytes are as the sender wrote them; tibemsMsg_GetEncoding names their encoding if
 * it is not UTF-8.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsTextMsg_GetText(tibemsTextMsg message, const char **text);

/**
 * Makes a copy of `text` the text of `message`, NULL for the NULL text.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE above 2^31 - 1 bytes.
 */
tibems_status tibemsTextMsg_SetText(tibemsTextMsg message, const char *text);

/**
 * Makes an empty bytes message and gives it in `message`, to be written until
 * tibemsBytesMsg_Reset; the caller releases it with tibemsMsg_Destroy.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsBytesMsg_Create(tibemsBytesMsg *message);

/**
 * Tells in `return_length` how many bytes the body of `msg` has, wherever the read position is and
 * in every mode.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsBytesMsg_GetBodyLength(tibemsMsg msg, tibems_int *return_length);

/**
 * Reads one byte of `message` as a boolean in `value`: any number but 0 is true.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset;
 * TIBEMS_MSG_EOF when fewer bytes are left: the position stays.
 */
tibems_status tibemsBytesMsg_ReadBoolean(tibemsBytesMsg message, tibems_bool *value);

/**
 * Reads one byte of `message` as a signed number in `value`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset;
 * TIBEMS_MSG_EOF when fewer bytes are left: the position stays.
 */
tibems_status tibemsBytesMsg_ReadByte(tibemsBytesMsg message, tibems_byte *value);

/**
 * Reads the next bytes of `message`, at most `requested_length`: gives their address in the body
 * in `value` and their number in `return_length`, NULL and -1 when none is left. They must not be
 * changed and are valid until the message is destroyed.
 *
 * Statuses: TIBEMS_OK, also with -1; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of
 * another kind; TIBEMS_INVALID_ARG for a NULL output or a length that is not positive;
 * TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset.
 */
tibems_status tibemsBytesMsg_ReadBytes(tibemsBytesMsg message,
                                       const void **value,
                                       tibems_int requested_length,
                                       tibems_int *return_length);

/**
 * Reads two bytes of `message` as one UTF-16 unit in `value`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset;
 * TIBEMS_MSG_EOF when fewer bytes are left: the position stays.
 */
tibems_status tibemsBytesMsg_ReadChar(tibemsBytesMsg message, tibems_wchar *value);

/**
 * Reads eight bytes of `message` as a number in `value`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset;
 * TIBEMS_MSG_EOF when fewer bytes are left: the position stays.
 */
tibems_status tibemsBytesMsg_ReadDouble(tibemsBytesMsg message, tibems_double *value);

/**
 * Reads four bytes of `message` as a number in `value`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset;
 * TIBEMS_MSG_EOF when fewer bytes are left: the position stays.
 */
tibems_status tibemsBytesMsg_ReadFloat(tibemsBytesMsg message, tibems_float *value);

/**
 * Reads four bytes of `message` as an integer in `value`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset;
 * TIBEMS_MSG_EOF when fewer bytes are left: the position stays.
 */
tibems_status tibemsBytesMsg_ReadInt(tibemsBytesMsg message, tibems_int *value);

/**
 * Reads eight bytes of `message` as an integer in `value`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset;
 * TIBEMS_MSG_EOF when fewer bytes are left: the position stays.
 */
tibems_status tibemsBytesMsg_ReadLong(tibemsBytesMsg message, tibems_long *value);

/**
 * Reads two bytes of `message` as an integer in `value`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset;
 * TIBEMS_MSG_EOF when fewer bytes are left: the position stays.
 */
tibems_status tibemsBytesMsg_ReadShort(tibemsBytesMsg message, tibems_short *value);

/**
 * Reads one byte of `message` as a number from 0 to 255 in `value`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset;
 * TIBEMS_MSG_EOF when fewer bytes are left: the position stays.
 */
tibems_status tibemsBytesMsg_ReadUnsignedByte(tibemsBytesMsg message, tibems_int *value);

/**
 * Reads two bytes of `message` as a number from 0 to 65535 in `value`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset;
 * TIBEMS_MSG_EOF when fewer bytes are left: the position stays.
 */
tibems_status tibemsBytesMsg_ReadUnsignedShort(tibemsBytesMsg message, tibems_int *value);

/**
 * Reads a text that tibemsBytesMsg_WriteUTF or Java's writeUTF wrote into `message`: gives it in
 * `value` and its number of bytes, without the NUL, in `length`. The text belongs to the message
 * and is valid until tibemsMsg_ClearBody or until the message is destroyed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsBytesMsg_Reset;
 * TIBEMS_MSG_EOF when the text is not whole: the position stays.
 */
tibems_status tibemsBytesMsg_ReadUTF(tibemsBytesMsg message,
                                     const char **value,
                                     tibems_int *length);

/**
 * Appends `value` to `message` as one byte, 1 for true and 0 for false.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body would exceed 2^31 - 1 bytes.
 */
tibems_status tibemsBytesMsg_WriteBoolean(tibemsBytesMsg message, tibems_bool value);

/**
 * Appends the byte `value` to `message`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body would exceed 2^31 - 1 bytes.
 */
tibems_status tibemsBytesMsg_WriteByte(tibemsBytesMsg message, tibems_byte value);

/**
 * Appends a copy of the `size` bytes at `value` to `message`; nothing for size 0.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL with a size; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the
 * body would exceed 2^31 - 1 bytes.
 */
tibems_status tibemsBytesMsg_WriteBytes(tibemsBytesMsg message,
                                        const void *value,
                                        tibems_uint size);

/**
 * Appends the UTF-16 unit `value` to `message`, two bytes.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body would exceed 2^31 - 1 bytes.
 */
tibems_status tibemsBytesMsg_WriteChar(tibemsBytesMsg message, tibems_wchar value);

/**
 * Appends the number `value` to `message`, eight bytes.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body would exceed 2^31 - 1 bytes.
 */
tibems_status tibemsBytesMsg_WriteDouble(tibemsBytesMsg message, tibems_double value);

/**
 * Appends the number `value` to `message`, four bytes.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body would exceed 2^31 - 1 bytes.
 */
tibems_status tibemsBytesMsg_WriteFloat(tibemsBytesMsg message, tibems_float value);

/**
 * Appends the integer `value` to `message`, four bytes.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body would exceed 2^31 - 1 bytes.
 */
tibems_status tibemsBytesMsg_WriteInt(tibemsBytesMsg message, tibems_int value);

/**
 * Appends the integer `value` to `message`, eight bytes.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body would exceed 2^31 - 1 bytes.
 */
tibems_status tibemsBytesMsg_WriteLong(tibemsBytesMsg message, tibems_long value);

/**
 * Appends the integer `value` to `message`, two bytes.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE when the body would exceed 2^31 - 1 bytes.
 */
tibems_status tibemsBytesMsg_WriteShort(tibemsBytesMsg message, tibems_short value);

/**
 * Appends the text `value` with its length to `message`, in the form of Java's writeUTF: at most
 * 65535 bytes.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE for a longer text:
 * nothing is appended.
 */
tibems_status tibemsBytesMsg_WriteUTF(tibemsBytesMsg message, const char *value);

/**
 * Makes the body of `message` read-only and puts the read position at its start. It may be called
 * any number of times.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind.
 */
tibems_status tibemsBytesMsg_Reset(tibemsBytesMsg message);

/**
 * Gives the whole body of `message` in `bytes`, never NULL, and its number of bytes in
 * `byte_size`; the read position stays. The bytes stay as they are now, must not be changed and
 * are valid until the message is destroyed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsBytesMsg_GetBytes(tibemsBytesMsg message, void **bytes, tibems_uint *byte_size);

/**
 * Makes a copy of the `byte_size` bytes at `bytes` the whole body of `message`; NULL with size 0
 * empties it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL with a size; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE above
 * 2^31 - 1 bytes.
 */
tibems_status tibemsBytesMsg_SetBytes(tibemsBytesMsg message,
                                      const void *bytes,
                                      tibems_uint byte_size);

/**
 * Makes a map message without items and gives it in `message`; the caller releases it with
 * tibemsMsg_Destroy.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsMapMsg_Create(tibemsMapMsg *message);

/**
 * Gives the item `name` of `message` in `value` as a boolean, converted if the conversion loses
 * nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
 * TIBEMS_CONVERSION_FAILED.
 */
tibems_status tibemsMapMsg_GetBoolean(tibemsMapMsg message, const char *name, tibems_bool *value);

/**
 * Gives the item `name` of `message` in `value` as a byte, converted if the conversion loses
 * nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
 * TIBEMS_CONVERSION_FAILED.
 */
tibems_status tibemsMapMsg_GetByte(tibemsMapMsg message, const char *name, tibems_byte *value);

/**
 * Gives the bytes of the item `name` of `message` in `bytes` and their number in `bytes_size`,
 * NULL and 0 for a NULL item. They belong to the message and are valid until the item is replaced,
 * tibemsMsg_ClearBody, or the message is destroyed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
 * TIBEMS_CONVERSION_FAILED.
 */
tibems_status tibemsMapMsg_GetBytes(tibemsMapMsg message,
                                    const char *name,
                                    const void **bytes,
                                    tibems_uint *bytes_size);

/**
 * Gives the item `name` of `message` in `value` as a char, converted if the conversion loses
 * nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
 * TIBEMS_CONVERSION_FAILED.
 */
tibems_status tibemsMapMsg_GetChar(tibemsMapMsg message, const char *name, tibems_wchar *value);

/**
 * Gives the item `name` of `message` in `value` as a double, converted if the conversion loses
 * nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
 * TIBEMS_CONVERSION_FAILED.
 */
tibems_status tibemsMapMsg_GetDouble(tibemsMapMsg message, const char *name, tibems_double *value);

/**
 * Gives the item `name` of `message` in `value` as a float, converted if the conversion loses
 * nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
 * TIBEMS_CONVERSION_FAILED.
 */
tibems_status tibemsMapMsg_GetFloat(tibemsMapMsg message, const char *name, tibems_float *value);

/**
 * Gives the item `name` of `message` in `value` as an int, converted if the conversion loses
 * nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
 * TIBEMS_CONVERSION_FAILED.
 */
tibems_status tibemsMapMsg_GetInt(tibemsMapMsg message, const char *name, tibems_int *value);

/**
 * Gives the item `name` of `message` in `value` as a long, converted if the conversion loses
 * nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
 * TIBEMS_CONVERSION_FAILED.
 */
tibems_status tibemsMapMsg_GetLong(tibemsMapMsg message, const char *name, tibems_long *value);

/**
 * Gives the item `name` of `message` in `value` as a short, converted if the conversion loses
 * nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
 * TIBEMS_CONVERSION_FAILED.
 */
tibems_status tibemsMapMsg_GetShort(tibemsMapMsg message, const char *name, tibems_short *value);

/**
 * Gives the item `name` of `message` in `value` as text, NULL for a NULL item. The text belongs to
 * the message and is valid until the item is replaced, tibemsMsg_ClearBody, or the message is
 * destroyed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
 * TIBEMS_CONVERSION_FAILED.
 */
tibems_status tibemsMapMsg_GetString(tibemsMapMsg message, const char *name, const char **value);

/**
 * Gives the map message in the item `name` of `msg` in `value`. It belongs to the outer message,
 * must not be destroyed and is valid until the item is replaced, tibemsMsg_ClearBody, or that
 * message is destroyed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
 * TIBEMS_CONVERSION_FAILED.
 */
tibems_status tibemsMapMsg_GetMapMsg(tibemsMapMsg msg, const char *name, tibemsMapMsg *value);

/**
 * Gives the stream message in the item `name` of `msg` in `value`. It belongs to the outer
 * message, must not be destroyed and is valid until the item is replaced, tibemsMsg_ClearBody, or
 * that message is destroyed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND;
 * TIBEMS_CONVERSION_FAILED.
 */
tibems_status tibemsMapMsg_GetStreamMsg(tibemsMapMsg msg, const char *name, tibemsStreamMsg *value);

/**
 * Fills `data` with the item `name` of `message` as it is kept. What `data` then points to belongs
 * to the message and is valid until the item is replaced, tibemsMsg_ClearBody, or the message is
 * destroyed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name; TIBEMS_NOT_FOUND.
 */
tibems_status tibemsMapMsg_GetField(tibemsMapMsg message, const char *name, tibemsMsgField *data);

/**
 * Tells in `answer` whether `message` has an item `name`, also a NULL item.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name.
 */
tibems_status tibemsMapMsg_ItemExists(tibemsMapMsg message, const char *name, tibems_bool *answer);

/**
 * Makes a list of the names of all items of `message`, in the order in which they were first set,
 * and gives it in `enumeration`; names inside nested messages do not belong to it. Later changes
 * do not show in it and it may outlive the message. The caller releases it with
 * tibemsMsgEnum_Destroy.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsMapMsg_GetMapNames(tibemsMsg message, tibemsMsgEnum *enumeration);

/**
 * Puts the boolean `value` into `message` as the item `name`, in place of an earlier one.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME for an empty name;
 * TIBEMS_MSG_NOT_WRITEABLE.
 */
tibems_status tibemsMapMsg_SetBoolean(tibemsMapMsg message, const char *name, tibems_bool value);

/**
 * Puts the byte `value` into `message` as the item `name`, in place of an earlier one.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME for an empty name;
 * TIBEMS_MSG_NOT_WRITEABLE.
 */
tibems_status tibemsMapMsg_SetByte(tibemsMapMsg message, const char *name, tibems_byte value);

/**
 * Puts a copy of the `bytes_size` bytes at `bytes` into `message` as the item `name`, in place of
 * an earlier one. NULL with size 0 is an empty array.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL name or NULL with a size; TIBEMS_INVALID_NAME for an empty name;
 * TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE above 2^31 - 1 bytes.
 */
tibems_status tibemsMapMsg_SetBytes(tibemsMapMsg message,
                                    const char *name,
                                    void *bytes,
                                    tibems_uint bytes_size);

/**
 * Puts a copy of the `bytes_size` bytes at `bytes` into `message` as the item `name`:
 * tibemsMapMsg_SetBytes. Nothing is kept by reference, so the program may change or release its
 * bytes at once.
 *
 * Statuses: those of tibemsMapMsg_SetBytes.
 */
tibems_status tibemsMapMsg_SetReferencedBytes(tibemsMapMsg message,
                                              const char *name,
                                              void *bytes,
                                              tibems_uint bytes_size);

/**
 * Puts the char `value` into `message` as the item `name`, in place of an earlier one.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME for an empty name;
 * TIBEMS_MSG_NOT_WRITEABLE.
 */
tibems_status tibemsMapMsg_SetChar(tibemsMapMsg message, const char *name, tibems_wchar value);

/**
 * Puts the double `value` into `message` as the item `name`, in place of an earlier one.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME for an empty name;
 * TIBEMS_MSG_NOT_WRITEABLE.
 */
tibems_status tibemsMapMsg_SetDouble(tibemsMapMsg message, const char *name, tibems_double value);

/**
 * Puts the float `value` into `message` as the item `name`, in place of an earlier one.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME for an empty name;
 * TIBEMS_MSG_NOT_WRITEABLE.
 */
tibems_status tibemsMapMsg_SetFloat(tibemsMapMsg message, const char *name, tibems_float value);

/**
 * Puts the int `value` into `message` as the item `name`, in place of an earlier one.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME for an empty name;
 * TIBEMS_MSG_NOT_WRITEABLE.
 */
tibems_status tibemsMapMsg_SetInt(tibemsMapMsg message, const char *name, tibems_int value);

/**
 * Puts the long `value` into `message` as the item `name`, in place of an earlier one.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME for an empty name;
 * TIBEMS_MSG_NOT_WRITEABLE.
 */
tibems_status tibemsMapMsg_SetLong(tibemsMapMsg message, const char *name, tibems_long value);

/**
 * Puts the short `value` into `message` as the item `name`, in place of an earlier one.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME for an empty name;
 * TIBEMS_MSG_NOT_WRITEABLE.
 */
tibems_status tibemsMapMsg_SetShort(tibemsMapMsg message, const char *name, tibems_short value);

/**
 * Puts a copy of the text `value`, NULL for a NULL item, into `message` as the item `name`, in
 * place of an earlier one.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL name; TIBEMS_INVALID_NAME for an empty name;
 * TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE above 2^31 - 1 bytes.
 */
tibems_status tibemsMapMsg_SetString(tibemsMapMsg message, const char *name, const char *value);

/**
 * Puts the map message `map_msg` into the map message `msg` as the item `name`, by reference:
 * changes to it show until the outer message is sent. The outer message keeps what it needs,
 * whatever `take_ownership` says, and the caller still destroys its own handle, before or after
 * the outer one.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE when one of the two has another
 * body; TIBEMS_INVALID_ARG for NULL arguments or a message that would contain itself;
 * TIBEMS_INVALID_NAME for an empty name; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE deeper than
 * 64 levels.
 */
tibems_status tibemsMapMsg_SetMapMsg(tibemsMsg msg,
                                     const char *name,
                                     tibemsMsg map_msg,
                                     tibems_bool take_ownership);

/**
 * Puts the stream message `stream_msg` into the map message `msg` as the item `name`, by
 * reference: changes to it show until the outer message is sent. The outer message keeps what it
 * needs, whatever `take_ownership` says, and the caller still destroys its own handle, before or
 * after the outer one.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE when one of the two has another
 * body; TIBEMS_INVALID_ARG for NULL arguments or a message that would contain itself;
 * TIBEMS_INVALID_NAME for an empty name; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE deeper than
 * 64 levels.
 */
tibems_status tibemsMapMsg_SetStreamMsg(tibemsMsg msg,
                                        const char *name,
                                        tibemsMsg stream_msg,
                                        tibems_bool take_ownership);

/**
 * Puts a copy of the `count` shorts at `value` into `msg` as the item `name`, in place of an
 * earlier one.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name;
 * TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for count 0; TIBEMS_INVALID_SIZE above 2^31 - 1
 * bytes.
 */
tibems_status tibemsMapMsg_SetShortArray(tibemsMsg msg,
                                         const char *name,
                                         const tibems_short *value,
                                         tibems_uint count);

/**
 * Puts a copy of the `count` ints at `value` into `msg` as the item `name`, in place of an earlier
 * one.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name;
 * TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for count 0; TIBEMS_INVALID_SIZE above 2^31 - 1
 * bytes.
 */
tibems_status tibemsMapMsg_SetIntArray(tibemsMsg msg,
                                       const char *name,
                                       const tibems_int *value,
                                       tibems_uint count);

/**
 * Puts a copy of the `count` longs at `value` into `msg` as the item `name`, in place of an
 * earlier one.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name;
 * TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for count 0; TIBEMS_INVALID_SIZE above 2^31 - 1
 * bytes.
 */
tibems_status tibemsMapMsg_SetLongArray(tibemsMsg msg,
                                        const char *name,
                                        const tibems_long *value,
                                        tibems_uint count);

/**
 * Puts a copy of the `count` floats at `value` into `msg` as the item `name`, in place of an
 * earlier one.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name;
 * TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for count 0; TIBEMS_INVALID_SIZE above 2^31 - 1
 * bytes.
 */
tibems_status tibemsMapMsg_SetFloatArray(tibemsMsg msg,
                                         const char *name,
                                         const tibems_float *value,
                                         tibems_uint count);

/**
 * Puts a copy of the `count` doubles at `value` into `msg` as the item `name`, in place of an
 * earlier one.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL arguments; TIBEMS_INVALID_NAME for an empty name;
 * TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for count 0; TIBEMS_INVALID_SIZE above 2^31 - 1
 * bytes.
 */
tibems_status tibemsMapMsg_SetDoubleArray(tibemsMsg msg,
                                          const char *name,
                                          const tibems_double *value,
                                          tibems_uint count);

/**
 * Makes an empty stream message and gives it in `message`, to be written until
 * tibemsStreamMsg_Reset; the caller releases it with tibemsMsg_Destroy.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsStreamMsg_Create(tibemsStreamMsg *message);

/**
 * Fills `value` with the next item of `message` as it is kept. What `value` then points to is the
 * program's own copy: tibemsStreamMsg_FreeField releases it, before or after the message is
 * destroyed. A nested message in it must not be destroyed otherwise.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsStreamMsg_Reset;
 * TIBEMS_MSG_EOF at the end.
 */
tibems_status tibemsStreamMsg_ReadField(tibemsStreamMsg message, tibemsMsgField *value);

/**
 * Reads the next item of `message` as a boolean into `value`, converted if the conversion loses
 * nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsStreamMsg_Reset;
 * TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again.
 */
tibems_status tibemsStreamMsg_ReadBoolean(tibemsStreamMsg message, tibems_bool *value);

/**
 * Reads the next item of `message` as a byte into `value`, converted if the conversion loses
 * nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsStreamMsg_Reset;
 * TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again.
 */
tibems_status tibemsStreamMsg_ReadByte(tibemsStreamMsg message, tibems_byte *value);

/**
 * Gives the bytes of the next item of `message` in `value` and their number in `size`. The
 * following call gives NULL and -1 (0xFFFFFFFF) and ends the item; so does any other read. An
 * empty array and a NULL item give -1 at once. The bytes belong to the message and are valid until
 * tibemsMsg_ClearBody or until the message is destroyed.
 *
 * Statuses: TIBEMS_OK, also with -1; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of
 * another kind; TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before
 * tibemsStreamMsg_Reset; TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read
 * again.
 */
tibems_status tibemsStreamMsg_ReadBytes(tibemsStreamMsg message, void **value, tibems_uint *size);

/**
 * Reads the next item of `message` as a char into `value`, converted if the conversion loses
 * nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsStreamMsg_Reset;
 * TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again.
 */
tibems_status tibemsStreamMsg_ReadChar(tibemsStreamMsg message, tibems_wchar *value);

/**
 * Reads the next item of `message` as a double into `value`, converted if the conversion loses
 * nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsStreamMsg_Reset;
 * TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again.
 */
tibems_status tibemsStreamMsg_ReadDouble(tibemsStreamMsg message, tibems_double *value);

/**
 * Reads the next item of `message` as a float into `value`, converted if the conversion loses
 * nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsStreamMsg_Reset;
 * TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again.
 */
tibems_status tibemsStreamMsg_ReadFloat(tibemsStreamMsg message, tibems_float *value);

/**
 * Reads the next item of `message` as an int into `value`, converted if the conversion loses
 * nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsStreamMsg_Reset;
 * TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again.
 */
tibems_status tibemsStreamMsg_ReadInt(tibemsStreamMsg message, tibems_int *value);

/**
 * Reads the next item of `message` as a long into `value`, converted if the conversion loses
 * nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsStreamMsg_Reset;
 * TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again.
 */
tibems_status tibemsStreamMsg_ReadLong(tibemsStreamMsg message, tibems_long *value);

/**
 * Reads the next item of `message` as a short into `value`, converted if the conversion loses
 * nothing.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsStreamMsg_Reset;
 * TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again.
 */
tibems_status tibemsStreamMsg_ReadShort(tibemsStreamMsg message, tibems_short *value);

/**
 * Reads the next item of `message` as text into `value`, NULL for a NULL item. The text belongs to
 * the message, must not be released or changed and is valid until tibemsMsg_ClearBody or until the
 * message is destroyed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output; TIBEMS_MSG_NOT_READABLE before tibemsStreamMsg_Reset;
 * TIBEMS_MSG_EOF at the end; TIBEMS_CONVERSION_FAILED: the item can be read again.
 */
tibems_status tibemsStreamMsg_ReadString(tibemsStreamMsg message, char **value);

/**
 * Makes the body of `message` read-only and goes back to its first item. It may be called any
 * number of times.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind.
 */
tibems_status tibemsStreamMsg_Reset(tibemsStreamMsg message);

/**
 * Releases what tibemsStreamMsg_ReadField has put into `field` and makes its type TIBEMS_NULL.
 * Nothing is released for NULL, a second call, or a field that tibemsMsg_GetProperty or
 * tibemsMapMsg_GetField filled. Returns nothing.
 */
void tibemsStreamMsg_FreeField(tibemsMsgField *field);

/**
 * Appends the boolean `value` to `message`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_MSG_NOT_WRITEABLE.
 */
tibems_status tibemsStreamMsg_WriteBoolean(tibemsStreamMsg message, tibems_bool value);

/**
 * Appends the byte `value` to `message`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_MSG_NOT_WRITEABLE.
 */
tibems_status tibemsStreamMsg_WriteByte(tibemsStreamMsg message, tibems_byte value);

/**
 * Appends a copy of the `size` bytes at `value` to `message`; NULL with size 0 is an empty array.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL with a size; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE above
 * 2^31 - 1 bytes.
 */
tibems_status tibemsStreamMsg_WriteBytes(tibemsStreamMsg message, void *value, tibems_uint size);

/**
 * Appends the char `value` to `message`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_MSG_NOT_WRITEABLE.
 */
tibems_status tibemsStreamMsg_WriteChar(tibemsStreamMsg message, tibems_wchar value);

/**
 * Appends the double `value` to `message`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_MSG_NOT_WRITEABLE.
 */
tibems_status tibemsStreamMsg_WriteDouble(tibemsStreamMsg message, tibems_double value);

/**
 * Appends the float `value` to `message`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_MSG_NOT_WRITEABLE.
 */
tibems_status tibemsStreamMsg_WriteFloat(tibemsStreamMsg message, tibems_float value);

/**
 * Appends the int `value` to `message`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_MSG_NOT_WRITEABLE.
 */
tibems_status tibemsStreamMsg_WriteInt(tibemsStreamMsg message, tibems_int value);

/**
 * Appends the long `value` to `message`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_MSG_NOT_WRITEABLE.
 */
tibems_status tibemsStreamMsg_WriteLong(tibemsStreamMsg message, tibems_long value);

/**
 * Appends the short `value` to `message`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_MSG_NOT_WRITEABLE.
 */
tibems_status tibemsStreamMsg_WriteShort(tibemsStreamMsg message, tibems_short value);

/**
 * Appends a copy of the text `value`, NULL for a NULL item, to `message`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE above 2^31 - 1 bytes.
 */
tibems_status tibemsStreamMsg_WriteString(tibemsStreamMsg message, char *value);

/**
 * Appends a copy of the `count` shorts at `value` to `msg`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for a count that is
 * not positive; TIBEMS_INVALID_SIZE above 2^31 - 1 bytes.
 */
tibems_status tibemsStreamMsg_WriteShortArray(tibemsMsg msg,
                                              const tibems_short *value,
                                              tibems_int count);

/**
 * Appends a copy of the `count` ints at `value` to `msg`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for a count that is
 * not positive; TIBEMS_INVALID_SIZE above 2^31 - 1 bytes.
 */
tibems_status tibemsStreamMsg_WriteIntArray(tibemsMsg msg,
                                            const tibems_int *value,
                                            tibems_int count);

/**
 * Appends a copy of the `count` longs at `value` to `msg`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for a count that is
 * not positive; TIBEMS_INVALID_SIZE above 2^31 - 1 bytes.
 */
tibems_status tibemsStreamMsg_WriteLongArray(tibemsMsg msg,
                                             const tibems_long *value,
                                             tibems_int count);

/**
 * Appends a copy of the `count` floats at `value` to `msg`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for a count that is
 * not positive; TIBEMS_INVALID_SIZE above 2^31 - 1 bytes.
 */
tibems_status tibemsStreamMsg_WriteFloatArray(tibemsMsg msg,
                                              const tibems_float *value,
                                              tibems_int count);

/**
 * Appends a copy of the `count` doubles at `value` to `msg`.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_COUNT for a count that is
 * not positive; TIBEMS_INVALID_SIZE above 2^31 - 1 bytes.
 */
tibems_status tibemsStreamMsg_WriteDoubleArray(tibemsMsg msg,
                                               const tibems_double *value,
                                               tibems_int count);

/**
 * Appends a copy of the map message `value` to the stream message `msg`; later changes to it do
 * not show, and the caller still destroys it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE when one of the two has another
 * body; TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE deeper than 64
 * levels.
 */
tibems_status tibemsStreamMsg_WriteMapMsg(tibemsMsg msg, tibemsMsg value);

/**
 * Appends a copy of the stream message `value` to the stream message `msg`; later changes to it do
 * not show, and the caller still destroys it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE when one of the two has another
 * body; TIBEMS_INVALID_ARG for NULL; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE deeper than 64
 * levels.
 */
tibems_status tibemsStreamMsg_WriteStreamMsg(tibemsMsg msg, tibemsMsg value);

/**
 * Makes an object message without an object and gives it in `message`; the caller releases it with
 * tibemsMsg_Destroy.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsObjectMsg_Create(tibemsObjectMsg *message);

/**
 * Gives the bytes of the object in `message` in `bytes` and their number in `byte_size`, NULL and
 * 0 without an object. They belong to the message, must not be changed and are valid until the
 * next tibemsObjectMsg_SetObjectBytes or tibemsMsg_ClearBody, or until the message is destroyed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for a NULL output.
 */
tibems_status tibemsObjectMsg_GetObjectBytes(tibemsObjectMsg message,
                                             void **bytes,
                                             tibems_uint *byte_size);

/**
 * Makes a copy of the `byte_size` bytes at `bytes` the object of `message`; NULL with size 0 is no
 * object. They are never interpreted.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_MSG; TIBEMS_INVALID_TYPE for a message of another kind;
 * TIBEMS_INVALID_ARG for NULL with a size; TIBEMS_MSG_NOT_WRITEABLE; TIBEMS_INVALID_SIZE above
 * 2^31 - 1 bytes.
 */
tibems_status tibemsObjectMsg_SetObjectBytes(tibemsObjectMsg message,
                                             const void *bytes,
                                             tibems_uint byte_size);

/**
 * Writes the version of the TLS library, `major.minor.update` with its NUL, into `buffer`, which
 * has room for `bufsize` bytes, and returns `buffer`. What does not fit is left out.
 */
const char *tibemsSSL_OpenSSLVersion(char *buffer, tibems_int bufsize);

/**
 * Has TLS handshakes of the whole process traced, or not, as `trace` says. TLS is not built yet,
 * so there is nothing to trace. Returns nothing.
 */
void tibemsSSL_SetTrace(tibems_bool trace);

/**
 * Has TLS details of the whole process traced, or not, as `trace` says. TLS is not built yet, so
 * there is nothing to trace. Returns nothing.
 */
void tibemsSSL_SetDebugTrace(tibems_bool trace);

/**
 * Returns whether TLS handshakes are to be traced.
 */
tibems_bool tibemsSSL_GetTrace(void);

/**
 * Returns whether TLS details are to be traced.
 */
tibems_bool tibemsSSL_GetDebugTrace(void);

/**
 * Makes an object that holds the TLS settings of connections and returns it: to be released with
 * tibemsSSLParams_Destroy, unless a factory takes it (tibemsConnectionFactory_SetSSLParams). It
 * must not be changed by one thread while another uses it. Connections with TLS are not built
 * yet: what it holds has no effect.
 *
 * Returns NULL when it cannot be made.
 */
tibemsSSLParams tibemsSSLParams_Create(void);

/**
 * Releases `params`; keys and passwords in it are overwritten. Ignored for parameters that a
 * factory owns and for a handle that is not live. Returns nothing.
 */
void tibemsSSLParams_Destroy(tibemsSSLParams params);

/**
 * Sets the cipher suites that connections may use: `ciphers` has names of OpenSSL or of the
 * standard and words of OpenSSL such as HIGH, separated by colons, commas or blanks. Copied.
 * NULL: the default of OpenSSL.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle in `params` that is no TLS parameters and
 * for a text that is not UTF-8; TIBEMS_ALGORITHM_ERROR for an unknown name or a list that leaves
 * nothing: the earlier list stays.
 */
tibems_status tibemsSSLParams_SetCiphers(tibemsSSLParams params, const char *ciphers);

/**
 * Keeps in `params` the client's certificate, which its private key may accompany: `size` bytes
 * at `data`. An earlier one is replaced. `encoding`: TIBEMS_SSL_ENCODING_PEM,
 * TIBEMS_SSL_ENCODING_DER or another of these numbers; BER is read as DER, ENTRUST and KEYSTORE
 * are not read; TIBEMS_SSL_ENCODING_AUTO: it is found out by the content. The data is looked at
 * and copied: at least 1 byte, at most 16 MiB. A password is used only when a connection is made.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters, NULL `data` and
 * a `size` below 1; TIBEMS_INVALID_ENCODING when the encoding is unknown, not recognised or
 * cannot hold this; TIBEMS_INVALID_CERT_DATA when the data cannot be read.
 */
tibems_status tibemsSSLParams_SetIdentity(tibemsSSLParams params,
                                          const void *data,
                                          tibems_int size,
                                          tibems_int encoding);

/**
 * Gives the client's certificate in `params`: the address of its bytes in `data`, their number in
 * `size`, in `encoding` the form that was given or found out. The bytes belong to `params` and
 * stay until the next identity is set or `params` is destroyed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters and for a NULL
 * output; TIBEMS_NOT_FOUND when none is set: the outputs are NULL, 0 and 0.
 */
tibems_status tibemsSSLParams_GetIdentity(tibemsSSLParams params,
                                          const void **data,
                                          tibems_int *size,
                                          tibems_int *encoding);

/**
 * Keeps in `params` the client's certificate, which its private key may accompany, from the file
 * `filename`. An earlier one is replaced. `encoding`: TIBEMS_SSL_ENCODING_PEM,
 * TIBEMS_SSL_ENCODING_DER or another of these numbers; BER is read as DER, ENTRUST and KEYSTORE
 * are not read; TIBEMS_SSL_ENCODING_AUTO: it is found out by the content, then by the end of the
 * file name. The file is read at once and needed no more: a regular file of at most 16 MiB. A
 * password is used only when a connection is made.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters and a NULL
 * `filename`; TIBEMS_FILE_NOT_FOUND; TIBEMS_IO_FAILED when it cannot be read, is no regular file
 * or is larger than 16 MiB; TIBEMS_INVALID_ENCODING when the encoding is unknown, not recognised
 * or cannot hold this; TIBEMS_INVALID_CERT_DATA when the contents cannot be read.
 */
tibems_status tibemsSSLParams_SetIdentityFile(tibemsSSLParams params,
                                              const char *filename,
                                              tibems_int encoding);

/**
 * Adds to `params` certificates of the chain of the client's own certificate: `size` bytes at
 * `data`. `encoding`: TIBEMS_SSL_ENCODING_PEM, TIBEMS_SSL_ENCODING_DER or another of these
 * numbers; BER is read as DER, ENTRUST and KEYSTORE are not read; TIBEMS_SSL_ENCODING_AUTO: it is
 * found out by the content. The data is looked at and copied: at least 1 byte, at most 16 MiB. A
 * password is used only when a connection is made.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters, NULL `data` and
 * a `size` below 1; TIBEMS_INVALID_ENCODING when the encoding is unknown, not recognised or
 * cannot hold this; TIBEMS_INVALID_CERT_DATA when the data cannot be read.
 */
tibems_status tibemsSSLParams_AddIssuerCert(tibemsSSLParams params,
                                            const void *data,
                                            tibems_int size,
                                            tibems_int encoding);

/**
 * Adds to `params` certificates of the chain of the client's own certificate, from the file
 * `filename`. `encoding`: TIBEMS_SSL_ENCODING_PEM, TIBEMS_SSL_ENCODING_DER or another of these
 * numbers; BER is read as DER, ENTRUST and KEYSTORE are not read; TIBEMS_SSL_ENCODING_AUTO: it is
 * found out by the content, then by the end of the file name. The file is read at once and needed
 * no more: a regular file of at most 16 MiB. A password is used only when a connection is made.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters and a NULL
 * `filename`; TIBEMS_FILE_NOT_FOUND; TIBEMS_IO_FAILED when it cannot be read, is no regular file
 * or is larger than 16 MiB; TIBEMS_INVALID_ENCODING when the encoding is unknown, not recognised
 * or cannot hold this; TIBEMS_INVALID_CERT_DATA when the contents cannot be read.
 */
tibems_status tibemsSSLParams_AddIssuerCertFile(tibemsSSLParams params,
                                                const char *filename,
                                                tibems_int encoding);

/**
 * Keeps in `params` the client's private key, apart from its certificate: `size` bytes at `data`.
 * An earlier one is replaced. Whether key, certificate and password fit shows when a connection
 * is made. `encoding`: TIBEMS_SSL_ENCODING_PEM, TIBEMS_SSL_ENCODING_DER or another of these
 * numbers; BER is read as DER, ENTRUST and KEYSTORE are not read; TIBEMS_SSL_ENCODING_AUTO: it is
 * found out by the content. The data is looked at and copied: at least 1 byte, at most 16 MiB. A
 * password is used only when a connection is made.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters, NULL `data` and
 * a `size` below 1; TIBEMS_INVALID_ENCODING when the encoding is unknown, not recognised or
 * cannot hold this; TIBEMS_INVALID_CERT_DATA when the data cannot be read.
 */
tibems_status tibemsSSLParams_SetPrivateKey(tibemsSSLParams params,
                                            const void *data,
                                            tibems_int size,
                                            tibems_int encoding);

/**
 * Gives the client's private key in `params`: the address of its bytes in `data`, their number in
 * `size`, in `encoding` the form that was given or found out. The bytes belong to `params` and
 * stay until the next key is set or `params` is destroyed.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters and for a NULL
 * output; TIBEMS_NOT_FOUND when none is set: the outputs are NULL, 0 and 0.
 */
tibems_status tibemsSSLParams_GetPrivateKey(tibemsSSLParams params,
                                            const void **data,
                                            tibems_int *size,
                                            tibems_int *encoding);

/**
 * Keeps in `params` the client's private key, apart from its certificate, from the file
 * `filename`. An earlier one is replaced. Whether key, certificate and password fit shows when a
 * connection is made. `encoding`: TIBEMS_SSL_ENCODING_PEM, TIBEMS_SSL_ENCODING_DER or another of
 * these numbers; BER is read as DER, ENTRUST and KEYSTORE are not read; TIBEMS_SSL_ENCODING_AUTO:
 * it is found out by the content, then by the end of the file name. The file is read at once and
 * needed no more: a regular file of at most 16 MiB. A password is used only when a connection is
 * made.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters and a NULL
 * `filename`; TIBEMS_FILE_NOT_FOUND; TIBEMS_IO_FAILED when it cannot be read, is no regular file
 * or is larger than 16 MiB; TIBEMS_INVALID_ENCODING when the encoding is unknown, not recognised
 * or cannot hold this; TIBEMS_INVALID_CERT_DATA when the contents cannot be read.
 */
tibems_status tibemsSSLParams_SetPrivateKeyFile(tibemsSSLParams params,
                                                const char *filename,
                                                tibems_int encoding);

/**
 * Adds to `params` certificates of authorities that vouch for servers: `size` bytes at `data`.
 * `encoding`: TIBEMS_SSL_ENCODING_PEM, TIBEMS_SSL_ENCODING_DER or another of these numbers; BER
 * is read as DER, ENTRUST and KEYSTORE are not read; TIBEMS_SSL_ENCODING_AUTO: it is found out by
 * the content. The data is looked at and copied: at least 1 byte, at most 16 MiB. A password is
 * used only when a connection is made.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters, NULL `data` and
 * a `size` below 1; TIBEMS_INVALID_ENCODING when the encoding is unknown, not recognised or
 * cannot hold this; TIBEMS_INVALID_CERT_DATA when the data cannot be read.
 */
tibems_status tibemsSSLParams_AddTrustedCert(tibemsSSLParams params,
                                             const void *data,
                                             tibems_int size,
                                             tibems_int encoding);

/**
 * Adds to `params` certificates of authorities that vouch for servers, from the file `filename`.
 * `encoding`: TIBEMS_SSL_ENCODING_PEM, TIBEMS_SSL_ENCODING_DER or another of these numbers; BER
 * is read as DER, ENTRUST and KEYSTORE are not read; TIBEMS_SSL_ENCODING_AUTO: it is found out by
 * the content, then by the end of the file name. The file is read at once and needed no more: a
 * regular file of at most 16 MiB. A password is used only when a connection is made.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters and a NULL
 * `filename`; TIBEMS_FILE_NOT_FOUND; TIBEMS_IO_FAILED when it cannot be read, is no regular file
 * or is larger than 16 MiB; TIBEMS_INVALID_ENCODING when the encoding is unknown, not recognised
 * or cannot hold this; TIBEMS_INVALID_CERT_DATA when the contents cannot be read.
 */
tibems_status tibemsSSLParams_AddTrustedCertFile(tibemsSSLParams params,
                                                 const char *filename,
                                                 tibems_int encoding);

/**
 * Says in `params` whether TLS is wanted for the authentication only (`auth_only`). Kept, but TLS
 * will stay on for the whole connection: AMQP has no way back.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters.
 */
tibems_status tibemsSSLParams_SetAuthOnly(tibemsSSLParams params, tibems_bool auth_only);

/**
 * Says in `params` whether a trusted authority must have signed the server's certificate
 * (`verify`). TIBEMS_TRUE unless set.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters.
 */
tibems_status tibemsSSLParams_SetVerifyHost(tibemsSSLParams params, tibems_bool verify);

/**
 * Says in `params` whether the server's certificate must carry the expected host name (`verify`).
 * TIBEMS_TRUE unless set.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters.
 */
tibems_status tibemsSSLParams_SetVerifyHostName(tibemsSSLParams params, tibems_bool verify);

/**
 * Sets in `params` the function `verifier` that decides when the check of the host name fails;
 * `closure` is passed to it. NULL removes it. It will run on the thread that connects, for
 * automatic reconnects on a thread of the library.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters.
 */
tibems_status tibemsSSLParams_SetHostNameVerifier(tibemsSSLParams params,
                                                  tibemsSSLHostNameVerifier verifier,
                                                  const void *closure);

/**
 * Sets in `params` the name `expected_hostname` to look for in the server's certificate instead
 * of the host of the URL. Copied; NULL removes it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters and for a text
 * that is not UTF-8.
 */
tibems_status tibemsSSLParams_SetExpectedHostName(tibemsSSLParams params,
                                                  const char *expected_hostname);

/**
 * Accepts a time in `milliseconds` for `params`, as programs of old set it, without effect: keys
 * are not renegotiated.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters and for a
 * negative number.
 */
tibems_status tibemsSSLParams_SetRenegotiateInterval(tibemsSSLParams params,
                                                     tibems_long milliseconds);

/**
 * Accepts a number of `bytes` for `params`, as programs of old set it, without effect: keys are
 * not renegotiated.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters and for a
 * negative number.
 */
tibems_status tibemsSSLParams_SetRenegotiateSize(tibemsSSLParams params, tibems_long bytes);

/**
 * Accepts `rand_file`, a source of random data, for `params`, without effect: OpenSSL seeds
 * itself.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters.
 */
tibems_status tibemsSSLParams_SetRandFile(tibemsSSLParams params, const char *rand_file);

/**
 * Accepts `rand_egd_path`, a source of random data, for `params`, without effect: OpenSSL seeds
 * itself.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters.
 */
tibems_status tibemsSSLParams_SetRandEGD(tibemsSSLParams params, const char *rand_egd_path);

/**
 * Accepts `size` bytes of random data at `rand_data` for `params`, without effect: OpenSSL seeds
 * itself.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG for a handle that is no TLS parameters and for a
 * negative number.
 */
tibems_status tibemsSSLParams_SetRandData(tibemsSSLParams params,
                                          const char *rand_data,
                                          tibems_int size);

/**
 * Would make a context in which factories and destinations are looked up by name, at `broker_url`
 * (one server or a comma list) as `username` with `password`. Lookup is not built yet: `context`
 * becomes NULL and nobody is contacted.
 *
 * Statuses: TIBEMS_INVALID_ARG for a NULL output, a text that is not UTF-8, and a URL with `+` or
 * `|`; TIBEMS_INVALID_PROTOCOL, TIBEMS_INVALID_HOSTNAME or TIBEMS_INVALID_PORT for a malformed
 * URL; TIBEMS_NOT_IMPLEMENTED otherwise.
 */
tibems_status tibemsLookupContext_Create(tibemsLookupContext *context,
                                         const char *broker_url,
                                         const char *username,
                                         const char *password);

/**
 * Would make a context on the LDAP directory that `lookup_params` describe; this library has no
 * LDAP client. `context` becomes NULL and nobody is contacted.
 *
 * Statuses: TIBEMS_INVALID_ARG for a NULL output and for parameters without server URL, base DN or
 * search scope; TIBEMS_NOT_IMPLEMENTED otherwise.
 */
tibems_status tibemsLookupContext_CreateExternal(tibemsLookupContext *context,
                                                 tibemsLookupParams lookup_params);

/**
 * Would make a context as tibemsLookupContext_Create, with TLS: `broker_url`, `username`,
 * `password`, `ssl_params` and `pk_password` are not looked at. Lookup is not built yet: `context`
 * becomes NULL.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsLookupContext_CreateSSL(tibemsLookupContext *context,
                                            const char *broker_url,
                                            const char *username,
                                            const char *password,
                                            tibemsSSLParams ssl_params,
                                            const char *pk_password);

/**
 * Would release `context`. Lookup is not built yet.
 *
 * Statuses: TIBEMS_INVALID_ARG: no lookup context can be made yet, so every handle is a bad one.
 */
tibems_status tibemsLookupContext_Destroy(tibemsLookupContext context);

/**
 * Would look `name` up in `context` and give the factory or destination in `object`, which becomes
 * NULL. Lookup is not built yet.
 *
 * Statuses: TIBEMS_INVALID_ARG: no lookup context can be made yet, so every handle is a bad one.
 */
tibems_status tibemsLookupContext_Lookup(tibemsLookupContext context,
                                         const char *name,
                                         void **object);

/**
 * Would look `name` up in `context` and give the destination in `destination`, which becomes NULL.
 * Lookup is not built yet.
 *
 * Statuses: TIBEMS_INVALID_ARG: no lookup context can be made yet, so every handle is a bad one.
 */
tibems_status tibemsLookupContext_LookupDestination(tibemsLookupContext context,
                                                    const char *name,
                                                    tibemsDestination *destination);

/**
 * Would look `name` up in `context` and give the factory in `factory`, which becomes NULL. Lookup
 * is not built yet.
 *
 * Statuses: TIBEMS_INVALID_ARG: no lookup context can be made yet, so every handle is a bad one.
 */
tibems_status tibemsLookupContext_LookupConnectionFactory(tibemsLookupContext context,
                                                          const char *name,
                                                          tibemsConnectionFactory *factory);

/**
 * Returns an empty set of parameters for a lookup in an LDAP directory, for which this library has
 * no client. Release it with tibemsLookupParams_Destroy.
 */
tibemsLookupParams tibemsLookupParams_Create(void);

/**
 * Releases `lparams`; no effect for a handle that is not live. Returns nothing.
 */
void tibemsLookupParams_Destroy(tibemsLookupParams lparams);

/**
 * Keeps a copy of `url` in `lparams` as the URL of the LDAP server; NULL removes it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsLookupParams_SetLdapServerUrl(tibemsLookupParams lparams, const char *url);

/**
 * Returns the URL of the LDAP server in `lparams`, NULL if none is set. The text belongs to the
 * parameters, must not be changed and is valid until it is set again or they are destroyed.
 */
char *tibemsLookupParams_GetLdapServerUrl(tibemsLookupParams lparams);

/**
 * Keeps a copy of `basedn` in `lparams` as the base distinguished name of searches; NULL removes
 * it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsLookupParams_SetLdapBaseDN(tibemsLookupParams lparams, const char *basedn);

/**
 * Keeps a copy of `principal` in `lparams` as the name to bind with; NULL removes it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsLookupParams_SetLdapPrincipal(tibemsLookupParams lparams,
                                                  const char *principal);

/**
 * Keeps a copy of `credential` in `lparams` as the password to bind with; NULL removes it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsLookupParams_SetLdapCredential(tibemsLookupParams lparams,
                                                   const char *credential);

/**
 * Keeps a copy of `scope` in `lparams` as the scope of searches: `object`, `base`, `onelevel` or
 * `subtree`; NULL removes it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for another text.
 */
tibems_status tibemsLookupParams_SetLdapSearchScope(tibemsLookupParams lparams, const char *scope);

/**
 * Keeps a copy of `conn_type` in `lparams` as the kind of connection: `ldaps` or `startTLS`; NULL,
 * which is not secure, removes it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG, also for another text.
 */
tibems_status tibemsLookupParams_SetLdapConnType(tibemsLookupParams lparams, const char *conn_type);

/**
 * Keeps a copy of `file` in `lparams` as the file of trusted certificates; NULL removes it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsLookupParams_SetLdapCAFile(tibemsLookupParams lparams, const char *file);

/**
 * Keeps a copy of `path` in `lparams` as the folder of trusted certificates; NULL removes it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsLookupParams_SetLdapCAPath(tibemsLookupParams lparams, const char *path);

/**
 * Keeps a copy of `file` in `lparams` as the file of the client's certificate; NULL removes it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsLookupParams_SetLdapCertFile(tibemsLookupParams lparams, const char *file);

/**
 * Keeps a copy of `file` in `lparams` as the file of the client's private key; NULL removes it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsLookupParams_SetLdapKeyFile(tibemsLookupParams lparams, const char *file);

/**
 * Keeps a copy of `file` in `lparams` as the file of random data; NULL removes it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsLookupParams_SetLdapRandFile(tibemsLookupParams lparams, const char *file);

/**
 * Keeps a copy of `ciphers` in `lparams` as the allowed cipher suites; NULL removes it.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_ARG.
 */
tibems_status tibemsLookupParams_SetLdapCiphers(tibemsLookupParams lparams, const char *ciphers);

/**
 * Deprecated: tibemsConnection_CreateSSL.
 *
 * Statuses: those of tibemsConnection_CreateSSL.
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
 *
 * Statuses: those of tibemsConnection_CreateSSL.
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
 *
 * Statuses: those of tibemsConnection_Create.
 */
tibems_status tibemsTopicConnection_Create(tibemsTopicConnection *topic_connection,
                                           const char *broker_url,
                                           const char *client_id,
                                           const char *username,
                                           const char *password);

/**
 * Deprecated: tibemsConnection_CreateSession.
 *
 * Statuses: those of tibemsConnection_CreateSession.
 */
tibems_status tibemsTopicConnection_CreateTopicSession(tibemsTopicConnection topic_connection,
                                                       tibemsTopicSession *topic_session,
                                                       tibems_bool transacted,
                                                       tibemsAcknowledgeMode acknowledge_mode);

/**
 * Deprecated: tibemsConnection_Create.
 *
 * Statuses: those of tibemsConnection_Create.
 */
tibems_status tibemsQueueConnection_Create(tibemsQueueConnection *queue_connection,
                                           const char *broker_url,
                                           const char *client_id,
                                           const char *username,
                                           const char *password);

/**
 * Deprecated: tibemsConnection_CreateSession.
 *
 * Statuses: those of tibemsConnection_CreateSession.
 */
tibems_status tibemsQueueConnection_CreateQueueSession(tibemsQueueConnection queue_connection,
                                                       tibemsQueueSession *queue_session,
                                                       tibems_bool transacted,
                                                       tibemsAcknowledgeMode acknowledge_mode);

/**
 * Deprecated: tibemsSession_CreateConsumer, for topics only.
 *
 * Statuses: those of tibemsSession_CreateConsumer; TIBEMS_INVALID_DESTINATION for a queue.
 */
tibems_status tibemsTopicSession_CreateSubscriber(tibemsTopicSession session,
                                                  tibemsTopicSubscriber *topic_subscriber,
                                                  tibemsTopic topic,
                                                  const char *optional_selector,
                                                  tibems_bool no_local);

/**
 * Deprecated: tibemsSession_CreateDurableSubscriber.
 *
 * Statuses: those of tibemsSession_CreateDurableSubscriber.
 */
tibems_status tibemsTopicSession_CreateDurableSubscriber(tibemsTopicSession session,
                                                         tibemsTopicSubscriber *topic_subscriber,
                                                         tibemsTopic topic,
                                                         const char *subscriber_name,
                                                         const char *optional_selector,
                                                         tibems_bool no_local);

/**
 * Deprecated: tibemsSession_CreateProducer, for a topic or NULL only.
 *
 * Statuses: those of tibemsSession_CreateProducer; TIBEMS_INVALID_DESTINATION for a queue.
 */
tibems_status tibemsTopicSession_CreatePublisher(tibemsTopicSession session,
                                                 tibemsTopicPublisher *topic_publisher,
                                                 tibemsTopic topic);

/**
 * Deprecated: tibemsSession_Unsubscribe.
 *
 * Statuses: those of tibemsSession_Unsubscribe.
 */
tibems_status tibemsTopicSession_Unsubscribe(tibemsTopicSession session,
                                             const char *subscriber_name);

/**
 * Deprecated: tibemsSession_CreateTemporaryTopic.
 *
 * Statuses: those of tibemsSession_CreateTemporaryTopic.
 */
tibems_status tibemsTopicSession_CreateTemporaryTopic(tibemsTopicSession session,
                                                      tibemsTemporaryTopic *tmp_topic);

/**
 * Deprecated: tibemsSession_DeleteTemporaryTopic.
 *
 * Statuses: those of tibemsSession_DeleteTemporaryTopic.
 */
tibems_status tibemsTopicSession_DeleteTemporaryTopic(tibemsTopicSession session,
                                                      tibemsTemporaryTopic tmp_topic);

/**
 * Deprecated: tibemsSession_CreateBrowser.
 *
 * Statuses: those of tibemsSession_CreateBrowser.
 */
tibems_status tibemsQueueSession_CreateBrowser(tibemsQueueSession session,
                                               tibemsQueueBrowser *browser,
                                               tibemsQueue queue,
                                               const char *optional_selector);

/**
 * Deprecated: tibemsSession_CreateConsumer, for queues only and without `no_local`.
 *
 * Statuses: those of tibemsSession_CreateConsumer; TIBEMS_INVALID_DESTINATION for a topic.
 */
tibems_status tibemsQueueSession_CreateReceiver(tibemsQueueSession session,
                                                tibemsQueueReceiver *queue_receiver,
                                                tibemsQueue queue,
                                                const char *optional_selector);

/**
 * Deprecated: tibemsSession_CreateProducer, for a queue or NULL only.
 *
 * Statuses: those of tibemsSession_CreateProducer; TIBEMS_INVALID_DESTINATION for a topic.
 */
tibems_status tibemsQueueSession_CreateSender(tibemsQueueSession session,
                                              tibemsQueueSender *queue_sender,
                                              tibemsQueue queue);

/**
 * Deprecated: tibemsSession_CreateTemporaryQueue.
 *
 * Statuses: those of tibemsSession_CreateTemporaryQueue.
 */
tibems_status tibemsQueueSession_CreateTemporaryQueue(tibemsQueueSession session,
                                                      tibemsTemporaryQueue *tmp_queue);

/**
 * Deprecated: tibemsSession_DeleteTemporaryQueue.
 *
 * Statuses: those of tibemsSession_DeleteTemporaryQueue.
 */
tibems_status tibemsQueueSession_DeleteTemporaryQueue(tibemsQueueSession session,
                                                      tibemsTemporaryQueue tmp_queue);

/**
 * Deprecated: tibemsMsgProducer_GetDestination, for topics only.
 *
 * Statuses: those of tibemsMsgProducer_GetDestination; TIBEMS_INVALID_DESTINATION for a queue.
 */
tibems_status tibemsTopicPublisher_GetTopic(tibemsTopicPublisher topic_publisher,
                                            tibemsTopic *topic);

/**
 * Deprecated: tibemsMsgProducer_Send.
 *
 * Statuses: those of tibemsMsgProducer_Send.
 */
tibems_status tibemsTopicPublisher_Publish(tibemsTopicPublisher topic_publisher, tibemsMsg msg);

/**
 * Deprecated: tibemsMsgProducer_SendEx.
 *
 * Statuses: those of tibemsMsgProducer_SendEx.
 */
tibems_status tibemsTopicPublisher_PublishEx(tibemsTopicPublisher topic_publisher,
                                             tibemsMsg msg,
                                             tibems_int delivery_mode,
                                             tibems_int priority,
                                             tibems_long time_to_live);

/**
 * Deprecated: tibemsMsgProducer_SendToDestination, for topics only.
 *
 * Statuses: those of tibemsMsgProducer_SendToDestination.
 */
tibems_status tibemsTopicPublisher_PublishToTopic(tibemsTopicPublisher topic_publisher,
                                                  tibemsTopic topic,
                                                  tibemsMsg msg);

/**
 * Deprecated: tibemsMsgProducer_SendToDestinationEx, for topics only.
 *
 * Statuses: those of tibemsMsgProducer_SendToDestinationEx.
 */
tibems_status tibemsTopicPublisher_PublishToTopicEx(tibemsTopicPublisher topic_publisher,
                                                    tibemsTopic topic,
                                                    tibemsMsg msg,
                                                    tibemsDeliveryMode delivery_mode,
                                                    tibems_int priority,
                                                    tibems_long time_to_live);

/**
 * Deprecated: tibemsMsgProducer_GetDestination, for queues only.
 *
 * Statuses: those of tibemsMsgProducer_GetDestination; TIBEMS_INVALID_DESTINATION for a topic.
 */
tibems_status tibemsQueueSender_GetQueue(tibemsQueueSender queue_sender, tibemsQueue *queue);

/**
 * Deprecated: tibemsMsgProducer_Send.
 *
 * Statuses: those of tibemsMsgProducer_Send.
 */
tibems_status tibemsQueueSender_Send(tibemsQueueSender queue_sender, tibemsMsg msg);

/**
 * Deprecated: tibemsMsgProducer_SendEx.
 *
 * Statuses: those of tibemsMsgProducer_SendEx.
 */
tibems_status tibemsQueueSender_SendEx(tibemsQueueSender queue_sender,
                                       tibemsMsg msg,
                                       tibems_int delivery_mode,
                                       tibems_int priority,
                                       tibems_long time_to_live);

/**
 * Deprecated: tibemsMsgProducer_SendToDestination, for queues only.
 *
 * Statuses: those of tibemsMsgProducer_SendToDestination.
 */
tibems_status tibemsQueueSender_SendToQueue(tibemsQueueSender queue_sender,
                                            tibemsQueue queue,
                                            tibemsMsg msg);

/**
 * Deprecated: tibemsMsgProducer_SendToDestinationEx, for queues only.
 *
 * Statuses: those of tibemsMsgProducer_SendToDestinationEx.
 */
tibems_status tibemsQueueSender_SendToQueueEx(tibemsQueueSender queue_sender,
                                              tibemsQueue queue,
                                              tibemsMsg msg,
                                              tibemsDeliveryMode delivery_mode,
                                              tibems_int priority,
                                              tibems_long time_to_live);

/**
 * Deprecated: tibemsMsgConsumer_GetDestination, for topics only.
 *
 * Statuses: those of tibemsMsgConsumer_GetDestination; TIBEMS_INVALID_DESTINATION for a queue.
 */
tibems_status tibemsTopicSubscriber_GetTopic(tibemsTopicSubscriber topic_subscriber,
                                             tibemsTopic *topic);

/**
 * Deprecated: tibemsMsgConsumer_GetNoLocal.
 *
 * Statuses: those of tibemsMsgConsumer_GetNoLocal.
 */
tibems_status tibemsTopicSubscriber_GetNoLocal(tibemsTopicSubscriber topic_subscriber,
                                               tibems_bool *is_no_local);

/**
 * Deprecated: tibemsMsgConsumer_GetDestination, for queues only.
 *
 * Statuses: those of tibemsMsgConsumer_GetDestination; TIBEMS_INVALID_DESTINATION for a topic.
 */
tibems_status tibemsQueueReceiver_GetQueue(tibemsQueueReceiver queue_receiver, tibemsQueue *queue);

/**
 * Would open a connection for distributed transactions to `broker_url` as `client_id`, `username`
 * and `password`. Nobody is contacted, `connection` becomes NULL: AMQP servers offer no
 * distributed transactions.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAConnection_Create(tibemsConnection *connection,
                                        const char *broker_url,
                                        const char *client_id,
                                        const char *username,
                                        const char *password);

/**
 * Would open a TLS connection with `params` and `pk_password` for distributed transactions to
 * `broker_url` as `client_id`, `username` and `password`. Nobody is contacted, `connection`
 * becomes NULL: AMQP servers offer no distributed transactions.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAConnection_CreateSSL(tibemsConnection *connection,
                                           const char *broker_url,
                                           const char *client_id,
                                           const char *username,
                                           const char *password,
                                           tibemsSSLParams params,
                                           const char *pk_password);

/**
 * Would make a session of `connection` for distributed transactions. `session` becomes NULL: AMQP
 * servers offer no distributed transactions.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAConnection_CreateXASession(tibemsConnection connection,
                                                 tibemsSession *session);

/**
 * Would close `connection`, one for distributed transactions. No handle is changed: AMQP servers
 * offer no distributed transactions.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAConnection_Close(tibemsConnection connection);

/**
 * Would close `session`, one for distributed transactions. No handle is changed: AMQP servers
 * offer no distributed transactions.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXASession_Close(tibemsSession session);

/**
 * Would give the session below `xa_session` in `session`, which becomes NULL: AMQP servers offer
 * no distributed transactions.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXASession_GetSession(tibemsSession xa_session, tibemsSession *session);

/**
 * Would give the XA resource of `session` in `xa_resource`, which becomes NULL: AMQP servers offer
 * no distributed transactions.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXASession_GetXAResource(tibemsSession session, tibemsXAResource *xa_resource);

/**
 * Would give the open XA connection to `broker_url` in `connection`, which becomes NULL: AMQP
 * servers offer no distributed transactions.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAConnection_Get(tibemsConnection *connection, const char *broker_url);

/**
 * Would give the XA session of `connection` in `xa_session`, which becomes NULL: AMQP servers
 * offer no distributed transactions.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAConnection_GetXASession(tibemsConnection connection,
                                              tibemsSession *xa_session);

/**
 * Would commit the branch `xid` of `xa_resource`, in one step if `one_phase`: AMQP servers offer
 * no distributed transactions.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_Commit(tibemsXAResource xa_resource,
                                      XID *xid,
                                      tibems_bool one_phase);

/**
 * Would end the work of the branch `xid` of `xa_resource`, as `flags` say: AMQP servers offer no
 * distributed transactions.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_End(tibemsXAResource xa_resource, XID *xid, int flags);

/**
 * Would forget the branch `xid` of `xa_resource`: AMQP servers offer no distributed transactions.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_Forget(tibemsXAResource xa_resource, XID *xid);

/**
 * Would tell in `seconds` how many seconds a transaction of `xa_resource` may take; it becomes 0:
 * AMQP servers offer no distributed transactions.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_GetTransactionTimeout(tibemsXAResource xa_resource,
                                                     tibems_int *seconds);

/**
 * Would tell in `result` whether `xa_resource` and `xa_resource2` belong to one server; it becomes
 * TIBEMS_FALSE: AMQP servers offer no distributed transactions.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_isSameRM(tibemsXAResource xa_resource,
                                        tibemsXAResource xa_resource2,
                                        tibems_bool *result);

/**
 * Would prepare the branch `xid` of `xa_resource`: AMQP servers offer no distributed transactions.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_Prepare(tibemsXAResource xa_resource, XID *xid);

/**
 * Would list prepared branches of `xa_resource`, as `flag` says: at most `desired_count` in
 * `xids`, their number in `returned_count`, which becomes 0: AMQP servers offer no distributed
 * transactions.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_Recover(tibemsXAResource xa_resource,
                                       XID *xids,
                                       tibems_int desired_count,
                                       tibems_int *returned_count,
                                       tibems_int flag);

/**
 * Would roll the branch `xid` of `xa_resource` back: AMQP servers offer no distributed
 * transactions.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_Rollback(tibemsXAResource xa_resource, XID *xid);

/**
 * Would limit transactions of `xa_resource` to `seconds` seconds: AMQP servers offer no
 * distributed transactions.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_SetTransactionTimeout(tibemsXAResource xa_resource,
                                                     tibems_int seconds);

/**
 * Would start the work of the branch `xid` of `xa_resource`, as `flags` say: AMQP servers offer no
 * distributed transactions.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_Start(tibemsXAResource xa_resource, XID *xid, tibems_int flags);

/**
 * Would give `xa_resource` the number `rmid`: AMQP servers offer no distributed transactions.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_SetRMID(tibemsXAResource xa_resource, tibems_int rmid);

/**
 * Would tell the number of `xa_resource` in `rmid`, which becomes 0: AMQP servers offer no
 * distributed transactions.
 *
 * Statuses: TIBEMS_NOT_IMPLEMENTED, whatever the arguments.
 */
tibems_status tibemsXAResource_GetRMID(tibemsXAResource xa_resource, tibems_int *rmid);

/**
 * Makes a temporary topic and gives its handle in `tmp_topic`, to be released with
 * tibemsDestination_Destroy, which leaves the topic itself alone. The server chooses the name.
 * The topic belongs to the connection of `session`, not to `session`: it ends with
 * tibemsSession_DeleteTemporaryTopic or with the connection. Only consumers of that connection
 * can read it, in any of its sessions; everybody can send to it, and its name travels in the
 * reply-to of messages.
 *
 * When the connection is made again, by the library or by
 * tibemsUFOConnectionFactory_RecoverConnection, the topic is made again under another name:
 * the handle and its copies, producers, consumers and the reply-to of later sends follow it.
 * Names copied before and messages sent before lead nowhere.
 *
 * Needs the server.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_INVALID_DESTINATION when the server gives it no name or refuses it without a better
 * reason; TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server forbids it;
 * TIBEMS_NOT_IMPLEMENTED on a broker that makes none for clients; TIBEMS_SERVER_LIMIT;
 * TIBEMS_DESTINATION_LIMIT_EXCEEDED; TIBEMS_ID_IN_USE, TIBEMS_INVALID_SIZE,
 * TIBEMS_INVALID_PRODUCER or TIBEMS_EXCEPTION when the server refuses for other reasons;
 * TIBEMS_TIMEOUT; TIBEMS_ILLEGAL_STATE; TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED;
 * TIBEMS_UFO_CONNECTION_FAILURE.
 */
tibems_status tibemsSession_CreateTemporaryTopic(tibemsSession session,
                                                 tibemsTemporaryTopic *tmp_topic);

/**
 * Deletes the temporary topic `tmp_topic` of the connection of `session`, with the messages
 * that nobody has read. Any session of the connection may do it, with any handle of the topic:
 * also a copy, or a reply-to that came back. The handle stays the program's, and
 * tibemsDestination_GetName works on it; sends, consumers and producers get
 * TIBEMS_INVALID_DESTINATION.
 *
 * Needs the server.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_DESTINATION for a handle that is
 * none, no temporary topic, one of another connection or one that was deleted before;
 * TIBEMS_ILLEGAL_STATE while it has consumers; TIBEMS_SECURITY_EXCEPTION, TIBEMS_NOT_PERMITTED
 * or TIBEMS_EXCEPTION when the server refuses; TIBEMS_TIMEOUT; TIBEMS_ILLEGAL_STATE;
 * TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE.
 */
tibems_status tibemsSession_DeleteTemporaryTopic(tibemsSession session,
                                                 tibemsTemporaryTopic tmp_topic);

/**
 * Makes a temporary queue and gives its handle in `tmp_queue`, to be released with
 * tibemsDestination_Destroy, which leaves the queue itself alone. The server chooses the name.
 * The queue belongs to the connection of `session`, not to `session`: it ends with
 * tibemsSession_DeleteTemporaryQueue or with the connection. Only consumers of that connection
 * can read it, in any of its sessions; everybody can send to it, and its name travels in the
 * reply-to of messages.
 *
 * When the connection is made again, by the library or by
 * tibemsUFOConnectionFactory_RecoverConnection, the queue is made again under another name:
 * the handle and its copies, producers, consumers and the reply-to of later sends follow it.
 * Names copied before and messages sent before lead nowhere.
 *
 * Needs the server.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_ARG for a NULL output;
 * TIBEMS_INVALID_DESTINATION when the server gives it no name or refuses it without a better
 * reason; TIBEMS_SECURITY_EXCEPTION or TIBEMS_NOT_PERMITTED when the server forbids it;
 * TIBEMS_NOT_IMPLEMENTED on a broker that makes none for clients; TIBEMS_SERVER_LIMIT;
 * TIBEMS_DESTINATION_LIMIT_EXCEEDED; TIBEMS_ID_IN_USE, TIBEMS_INVALID_SIZE,
 * TIBEMS_INVALID_PRODUCER or TIBEMS_EXCEPTION when the server refuses for other reasons;
 * TIBEMS_TIMEOUT; TIBEMS_ILLEGAL_STATE; TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED;
 * TIBEMS_UFO_CONNECTION_FAILURE.
 */
tibems_status tibemsSession_CreateTemporaryQueue(tibemsSession session,
                                                 tibemsTemporaryQueue *tmp_queue);

/**
 * Deletes the temporary queue `tmp_queue` of the connection of `session`, with the messages
 * that nobody has read. Any session of the connection may do it, with any handle of the queue:
 * also a copy, or a reply-to that came back. The handle stays the program's, and
 * tibemsDestination_GetName works on it; sends, consumers and producers get
 * TIBEMS_INVALID_DESTINATION.
 *
 * Needs the server.
 *
 * Statuses: TIBEMS_OK; TIBEMS_INVALID_SESSION; TIBEMS_INVALID_DESTINATION for a handle that is
 * none, no temporary queue, one of another connection or one that was deleted before;
 * TIBEMS_ILLEGAL_STATE while it has consumers; TIBEMS_SECURITY_EXCEPTION, TIBEMS_NOT_PERMITTED
 * or TIBEMS_EXCEPTION when the server refuses; TIBEMS_TIMEOUT; TIBEMS_ILLEGAL_STATE;
 * TIBEMS_NOT_PERMITTED; TIBEMS_SERVER_NOT_CONNECTED; TIBEMS_UFO_CONNECTION_FAILURE.
 */
tibems_status tibemsSession_DeleteTemporaryQueue(tibemsSession session,
                                                 tibemsTemporaryQueue tmp_queue);

#ifdef __cplusplus
} /* extern "C" */
#endif /* __cplusplus */

#endif  /* TIBEMS_TIBEMS_H */
