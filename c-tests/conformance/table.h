/*
 * table.h - every function of sessions, producers, consumers, browsers and requestors, called with valid objects
 *
 * CALLS is the table: function, what kind of call it is, what it gives (c-tests/api/check_calls.py compares it with the list of
 * functions). A call leaves open what it creates: the close of the connection takes it.
 */
#ifndef CONFORMANCE_TABLE_H
#define CONFORMANCE_TABLE_H

#include "harness.h"

/* what one connection has */
struct objects {
    tibemsConnectionFactory factory;
    tibemsConnection connection;
    tibemsSession session, holder;              /* holder: in an explicit mode, for the received messages */
    tibemsDestination queue, topic, filled, shelf;          /* filled: consumer reads it; shelf: the browser */
    tibemsDestination temporary_queue[2], temporary_topic[2];
    tibemsMsgProducer producer, publisher, unspecified, last_producer;
    tibemsMsgConsumer consumer, subscriber, spare, last_consumer;       /* spare: for listeners */
    tibemsQueueBrowser browser;
    tibemsMsgRequestor requestor;
    tibemsSession requests;                     /* of the requestor: another one if `session` is transacted */
    tibemsMsg message, received[2];
};

enum kind {
    LOCAL,          /* needs no server */
    ALWAYS,         /* LOCAL, and answers for what is closed, too */
    SERVER,
    HOLDER,         /* SERVER, of a received message */
    UNKNOWN_NAME,   /* SERVER, and the name that it is given is not known there */
    LISTENER_SET,   /* of the consumer `spare` */
    START_STOP,
    STOP,
    IN_TIME,        /* a receive that ends */
    WITHOUT_END,    /* a receive that finds a message */
    NO_WAIT,
    TRANSACTION,    /* commit and rollback */
    BACK,           /* recover of a session */
    AUTO_ONLY,      /* creates a requestor */
    REQUEST,
    RECOVERY,
    CLIENT_ID,
    CLOSE,          /* of something that belongs to a session */
    CLOSE_PRODUCER,
    CLOSE_WHOLE     /* of a session or connection */
};
enum gives { NOTHING, HANDLE, MESSAGE, TEXT };         /* TEXT: the program frees it */

static void note_message(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    (void)tibemsMsg_Destroy(message);
}

static void note_outcome(tibemsMsg message, tibems_status status, void *closure)
{
    (void)message;
    (void)status;
    (void)closure;
}

#define OUT (void *)&out
#define NUMBER (void *)&number
#define T TIBEMS_TRUE
#define N TIBEMS_FALSE
#define CALLS(X)                                                                                                    \
    X(tibemsSession_GetTransacted, LOCAL, NOTHING, (o->session, NUMBER))                                            \
    X(tibemsSession_GetAcknowledgeMode, LOCAL, NOTHING, (o->session, NUMBER))                                       \
    X(tibemsSession_CreateBytesMessage, LOCAL, MESSAGE, (o->session, OUT))                                          \
    X(tibemsSession_CreateMapMessage, LOCAL, MESSAGE, (o->session, OUT))                                            \
    X(tibemsSession_CreateMessage, LOCAL, MESSAGE, (o->session, OUT))                                               \
    X(tibemsSession_CreateStreamMessage, LOCAL, MESSAGE, (o->session, OUT))                                         \
    X(tibemsSession_CreateTextMessage, LOCAL, MESSAGE, (o->session, OUT))                                           \
    X(tibemsSession_CreateTextMessageEx, LOCAL, MESSAGE, (o->session, OUT, "x"))                                    \
    X(tibemsSession_CreateConsumer, SERVER, HANDLE, (o->session, OUT, o->queue, NULL, N))                           \
    X(tibemsSession_CreateSharedConsumer, SERVER, HANDLE, (o->session, OUT, o->topic, unique_name("s"), NULL))      \
    X(tibemsSession_CreateDurableSubscriber, SERVER, HANDLE, (o->session, OUT, o->topic, unique_name("d"), NULL, N)) \
    X(tibemsSession_CreateSharedDurableConsumer, SERVER, HANDLE, (o->session, OUT, o->topic, unique_name("t"), NULL)) \
    X(tibemsSession_CreateBrowser, SERVER, HANDLE, (o->session, OUT, o->queue, NULL))                               \
    X(tibemsSession_CreateProducer, SERVER, HANDLE, (o->session, OUT, o->queue))                                    \
    X(tibemsSession_CreateTemporaryTopic, SERVER, HANDLE, (o->session, OUT))                                        \
    X(tibemsSession_CreateTemporaryQueue, SERVER, HANDLE, (o->session, OUT))                                        \
    X(tibemsSession_DeleteTemporaryTopic, SERVER, NOTHING, (o->session, o->temporary_topic[0]))                     \
    X(tibemsSession_DeleteTemporaryQueue, SERVER, NOTHING, (o->session, o->temporary_queue[0]))                     \
    X(tibemsSession_Unsubscribe, UNKNOWN_NAME, NOTHING, (o->session, "none"))                                       \
    X(tibemsTopicSession_CreateSubscriber, SERVER, HANDLE, (o->session, OUT, o->topic, NULL, N))                    \
    X(tibemsTopicSession_CreateDurableSubscriber, SERVER, HANDLE, (o->session, OUT, o->topic, unique_name("e"), NULL, N)) \
    X(tibemsTopicSession_CreatePublisher, SERVER, HANDLE, (o->session, OUT, o->topic))                              \
    X(tibemsTopicSession_CreateTemporaryTopic, SERVER, HANDLE, (o->session, OUT))                                   \
    X(tibemsTopicSession_DeleteTemporaryTopic, SERVER, NOTHING, (o->session, o->temporary_topic[1]))                \
    X(tibemsTopicSession_Unsubscribe, UNKNOWN_NAME, NOTHING, (o->session, "none"))                                  \
    X(tibemsQueueSession_CreateBrowser, SERVER, HANDLE, (o->session, OUT, o->queue, NULL))                          \
    X(tibemsQueueSession_CreateReceiver, SERVER, HANDLE, (o->session, OUT, o->queue, NULL))                         \
    X(tibemsQueueSession_CreateSender, SERVER, HANDLE, (o->session, OUT, o->queue))                                 \
    X(tibemsQueueSession_CreateTemporaryQueue, SERVER, HANDLE, (o->session, OUT))                                   \
    X(tibemsQueueSession_DeleteTemporaryQueue, SERVER, NOTHING, (o->session, o->temporary_queue[1]))                \
    X(tibemsMsgProducer_GetDestination, LOCAL, HANDLE, (o->producer, OUT))                                          \
    X(tibemsMsgProducer_GetDeliveryDelay, LOCAL, NOTHING, (o->producer, NUMBER))                                    \
    X(tibemsMsgProducer_GetDeliveryMode, LOCAL, NOTHING, (o->producer, NUMBER))                                     \
    X(tibemsMsgProducer_GetDisableMessageID, LOCAL, NOTHING, (o->producer, NUMBER))                                 \
    X(tibemsMsgProducer_GetDisableMessageTimestamp, LOCAL, NOTHING, (o->producer, NUMBER))                          \
    X(tibemsMsgProducer_GetPriority, LOCAL, NOTHING, (o->producer, NUMBER))                                         \
    X(tibemsMsgProducer_GetTimeToLive, LOCAL, NOTHING, (o->producer, NUMBER))                                       \
    X(tibemsMsgProducer_GetNPSendCheckMode, LOCAL, NOTHING, (o->producer, NUMBER))                                  \
    X(tibemsMsgProducer_SetDeliveryDelay, LOCAL, NOTHING, (o->producer, 0))                                         \
    X(tibemsMsgProducer_SetDeliveryMode, LOCAL, NOTHING, (o->producer, TIBEMS_PERSISTENT))                          \
    X(tibemsMsgProducer_SetDisableMessageID, LOCAL, NOTHING, (o->producer, N))                                      \
    X(tibemsMsgProducer_SetDisableMessageTimestamp, LOCAL, NOTHING, (o->producer, N))                               \
    X(tibemsMsgProducer_SetPriority, LOCAL, NOTHING, (o->producer, 4))                                              \
    X(tibemsMsgProducer_SetTimeToLive, LOCAL, NOTHING, (o->producer, 0))                                            \
    X(tibemsMsgProducer_SetNPSendCheckMode, LOCAL, NOTHING, (o->producer, NPSEND_CHECK_DEFAULT))                    \
    X(tibemsMsgProducer_Send, SERVER, NOTHING, (o->producer, o->message))                                           \
    X(tibemsMsgProducer_SendEx, SERVER, NOTHING, (o->producer, o->message, TIBEMS_PERSISTENT, 4, 0))                \
    X(tibemsMsgProducer_SendToDestination, SERVER, NOTHING, (o->unspecified, o->queue, o->message))                 \
    X(tibemsMsgProducer_SendToDestinationEx, SERVER, NOTHING, (o->unspecified, o->queue, o->message, TIBEMS_PERSISTENT, 4, 0)) \
    X(tibemsMsgProducer_AsyncSend, SERVER, NOTHING, (o->producer, o->message, note_outcome, NULL))                  \
    X(tibemsMsgProducer_AsyncSendEx, SERVER, NOTHING, (o->producer, o->message, TIBEMS_PERSISTENT, 4, 0, note_outcome, NULL)) \
    X(tibemsMsgProducer_AsyncSendToDestination, SERVER, NOTHING, (o->unspecified, o->queue, o->message, note_outcome, NULL)) \
    X(tibemsMsgProducer_AsyncSendToDestinationEx, SERVER, NOTHING,                                                  \
      (o->unspecified, o->queue, o->message, TIBEMS_PERSISTENT, 4, 0, note_outcome, NULL))                          \
    X(tibemsQueueSender_GetQueue, LOCAL, HANDLE, (o->producer, OUT))                                                \
    X(tibemsQueueSender_Send, SERVER, NOTHING, (o->producer, o->message))                                           \
    X(tibemsQueueSender_SendEx, SERVER, NOTHING, (o->producer, o->message, TIBEMS_PERSISTENT, 4, 0))                \
    X(tibemsQueueSender_SendToQueue, SERVER, NOTHING, (o->unspecified, o->queue, o->message))                       \
    X(tibemsQueueSender_SendToQueueEx, SERVER, NOTHING, (o->unspecified, o->queue, o->message, TIBEMS_PERSISTENT, 4, 0)) \
    X(tibemsTopicPublisher_GetTopic, LOCAL, HANDLE, (o->publisher, OUT))                                            \
    X(tibemsTopicPublisher_Publish, SERVER, NOTHING, (o->publisher, o->message))                                    \
    X(tibemsTopicPublisher_PublishEx, SERVER, NOTHING, (o->publisher, o->message, TIBEMS_PERSISTENT, 4, 0))         \
    X(tibemsTopicPublisher_PublishToTopic, SERVER, NOTHING, (o->unspecified, o->topic, o->message))                 \
    X(tibemsTopicPublisher_PublishToTopicEx, SERVER, NOTHING, (o->unspecified, o->topic, o->message, TIBEMS_PERSISTENT, 4, 0)) \
    X(tibemsMsgConsumer_GetDestination, LOCAL, HANDLE, (o->consumer, OUT))                                          \
    X(tibemsMsgConsumer_GetMsgSelector, LOCAL, NOTHING, (o->consumer, NUMBER))                                      \
    X(tibemsMsgConsumer_GetNoLocal, LOCAL, NOTHING, (o->subscriber, NUMBER))                                        \
    X(tibemsMsgConsumer_GetMsgListener, LOCAL, NOTHING, (o->consumer, (tibemsMsgCallback *)NUMBER, OUT))            \
    X(tibems_IsConsumerMulticast, ALWAYS, NOTHING, (o->consumer, NUMBER))                                            \
    X(tibemsMsgConsumer_Receive, WITHOUT_END, MESSAGE, (o->consumer, OUT))                                          \
    X(tibemsMsgConsumer_ReceiveTimeout, IN_TIME, MESSAGE, (o->subscriber, OUT, 1))                                  \
    X(tibemsMsgConsumer_ReceiveNoWait, NO_WAIT, MESSAGE, (o->subscriber, OUT))                                      \
    X(tibemsMsgConsumer_SetMsgListener, LISTENER_SET, NOTHING, (o->spare, note_message, NULL))                             \
    X(tibemsTopicSubscriber_GetTopic, LOCAL, HANDLE, (o->subscriber, OUT))                                          \
    X(tibemsTopicSubscriber_GetNoLocal, LOCAL, NOTHING, (o->subscriber, NUMBER))                                    \
    X(tibemsQueueReceiver_GetQueue, LOCAL, HANDLE, (o->consumer, OUT))                                              \
    X(tibemsQueueBrowser_GetQueue, LOCAL, HANDLE, (o->browser, OUT))                                                \
    X(tibemsQueueBrowser_GetMsgSelector, LOCAL, NOTHING, (o->browser, NUMBER))                                      \
    X(tibemsQueueBrowser_GetNext, SERVER, MESSAGE, (o->browser, OUT))                                               \
    X(tibemsMsgRequestor_Create, AUTO_ONLY, HANDLE, (o->session, OUT, o->queue))                                    \
    X(tibemsQueueRequestor_Create, AUTO_ONLY, HANDLE, (o->session, OUT, o->queue))                                  \
    X(tibemsTopicRequestor_Create, AUTO_ONLY, HANDLE, (o->session, OUT, o->topic))                                  \
    X(tibemsMsgRequestor_Request, REQUEST, MESSAGE, (o->requestor, o->message, OUT))                                \
    X(tibemsMsg_Acknowledge, HOLDER, NOTHING, (o->received[0]))                                                     \
    X(tibemsConnection_CreateSession, SERVER, HANDLE, (o->connection, OUT, N, TIBEMS_AUTO_ACKNOWLEDGE))             \
    X(tibemsTopicConnection_CreateTopicSession, SERVER, HANDLE, (o->connection, OUT, T, TIBEMS_AUTO_ACKNOWLEDGE))   \
    X(tibemsQueueConnection_CreateQueueSession, SERVER, HANDLE, (o->connection, OUT, N, TIBEMS_CLIENT_ACKNOWLEDGE)) \
    X(tibemsConnection_GetClientId, LOCAL, NOTHING, (o->connection, OUT))                                            \
    X(tibemsConnection_SetClientId, CLIENT_ID, NOTHING, (o->connection, "late"))                                    \
    X(tibemsConnection_GetExceptionListener, LOCAL, NOTHING, (o->connection, (tibemsExceptionCallback *)NUMBER, OUT)) \
    X(tibemsConnection_GetMetaData, LOCAL, HANDLE, (o->connection, OUT))                                            \
    X(tibemsConnection_GetActiveURL, LOCAL, TEXT, (o->connection, OUT))                                           \
    X(tibemsConnection_IsDisconnected, ALWAYS, NOTHING, (o->connection, NUMBER))                             \
    X(tibemsConnection_Start, START_STOP, NOTHING, (o->connection))                                                 \
    X(tibemsSession_Recover, BACK, NOTHING, (o->session))                                                           \
    X(tibemsMsg_Recover, HOLDER, NOTHING, (o->received[1]))                                                         \
    X(tibemsSession_Commit, TRANSACTION, NOTHING, (o->session))                                                     \
    X(tibemsSession_Rollback, TRANSACTION, NOTHING, (o->session))                                                   \
    X(tibemsConnection_Stop, STOP, NOTHING, (o->connection))                                                        \
    X(tibemsConnection_SetExceptionListener, LOCAL, NOTHING, (o->connection, NULL, NULL))                           \
    X(tibemsUFOConnectionFactory_RecoverConnection, RECOVERY, NOTHING, (o->factory, o->connection))                 \
    X(tibemsMsgProducer_Close, CLOSE_PRODUCER, NOTHING, (o->last_producer))                                         \
    X(tibemsMsgConsumer_Close, CLOSE, NOTHING, (o->last_consumer))                                                  \
    X(tibemsQueueBrowser_Close, CLOSE, NOTHING, (o->browser))                                                       \
    X(tibemsMsgRequestor_Close, CLOSE_WHOLE, NOTHING, (o->requestor))                                               \
    X(tibemsSession_Close, CLOSE_WHOLE, NOTHING, (o->session))                                                      \
    X(tibemsConnection_Close, CLOSE_WHOLE, NOTHING, (o->connection))

struct call {
    const char *name;
    enum kind kind;
    enum gives gives;
    tibems_status (*run)(struct objects *o, void **out);
};

#define FUNCTION(NAME, KIND, GIVES, ARGUMENTS)                                                                      \
    static tibems_status call_##NAME(struct objects *o, void **into)                                                \
    {                                                                                                               \
        long long number[2] = {0};                                                                                  \
        void *out = (void *)0x5a;                                                                                   \
        (void)number;                                                                                               \
        tibems_status status = NAME ARGUMENTS;                                                                      \
        *into = out;                                                                                                \
        return status;                                                                                              \
    }
#define ROW(NAME, KIND, GIVES, ARGUMENTS) {#NAME, KIND, GIVES, call_##NAME},
CALLS(FUNCTION)
static const struct call calls[] = {CALLS(ROW)};
enum { CALL_COUNT = sizeof calls / sizeof *calls };
#undef OUT
#undef NUMBER
#undef T
#undef N

#endif
