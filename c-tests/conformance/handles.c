/*
 * handles.c - what is no handle of the kind that a function expects: NULL, another kind, closed (spec 20 §0.3; case 20-61)
 *
 * c-tests/api gives such handles to every function of the interface; here the other objects live and stay usable.
 */
#include "sessions.h"

static tibemsMsg message;

/* an output that is a handle becomes NULL */
#define OUT ((void *)&out)
#define REFUSED(CALL, WANT)                                                                             \
    do {                                                                                                \
        void *out = (void *)0x1;                                                                        \
        CHECK_STATUS(CALL, WANT);                                                                       \
        CHECK(out == NULL);                                                                             \
    } while (0)

static void bad_connection(void *bad)
{
    const tibems_status want = TIBEMS_INVALID_CONNECTION;
    tibems_bool flag = TIBEMS_FALSE;
    CHECK_STATUS(tibemsConnection_Start(bad), want);
    CHECK_STATUS(tibemsConnection_Stop(bad), want);
    CHECK_STATUS(tibemsConnection_Close(bad), want);
    CHECK_STATUS(tibemsConnection_IsDisconnected(bad, &flag), want);
    REFUSED(tibemsConnection_CreateSession(bad, OUT, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE), want);
    REFUSED(tibemsTopicConnection_CreateTopicSession(bad, OUT, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE), want);
    REFUSED(tibemsQueueConnection_CreateQueueSession(bad, OUT, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE), want);
    CHECK_STATUS(tibemsConnection_SetExceptionListener(bad, NULL, NULL), want);
    CHECK_STATUS(tibemsConnection_SetClientId(bad, "id"), want);
}

static void bad_session(void *bad)
{
    const tibems_status want = TIBEMS_INVALID_SESSION;
    tibems_bool flag = TIBEMS_FALSE;
    tibemsAcknowledgeMode mode = TIBEMS_AUTO_ACKNOWLEDGE;
    CHECK_STATUS(tibemsSession_Close(bad), want);
    CHECK_STATUS(tibemsSession_Commit(bad), want);
    CHECK_STATUS(tibemsSession_Rollback(bad), want);
    CHECK_STATUS(tibemsSession_Recover(bad), want);
    CHECK_STATUS(tibemsSession_GetTransacted(bad, &flag), want);
    CHECK_STATUS(tibemsSession_GetAcknowledgeMode(bad, &mode), want);
    REFUSED(tibemsSession_CreateConsumer(bad, OUT, f.queue, NULL, TIBEMS_FALSE), want);
    REFUSED(tibemsSession_CreateProducer(bad, OUT, f.queue), want);
    REFUSED(tibemsSession_CreateMessage(bad, OUT), want);
    REFUSED(tibemsSession_CreateBytesMessage(bad, OUT), want);
    REFUSED(tibemsSession_CreateMapMessage(bad, OUT), want);
    REFUSED(tibemsSession_CreateStreamMessage(bad, OUT), want);
    REFUSED(tibemsSession_CreateTextMessage(bad, OUT), want);
    REFUSED(tibemsSession_CreateTextMessageEx(bad, OUT, "x"), want);
    REFUSED(tibemsTopicSession_CreateSubscriber(bad, OUT, f.queue, NULL, TIBEMS_FALSE), want);
    REFUSED(tibemsTopicSession_CreatePublisher(bad, OUT, NULL), want);
    REFUSED(tibemsQueueSession_CreateReceiver(bad, OUT, f.queue, NULL), want);
    REFUSED(tibemsQueueSession_CreateSender(bad, OUT, f.queue), want);
}

static void bad_session_of_others(void *bad)
{
    const tibems_status want = TIBEMS_INVALID_SESSION;
    REFUSED(tibemsSession_CreateBrowser(bad, OUT, f.queue, NULL), want);
    REFUSED(tibemsQueueSession_CreateBrowser(bad, OUT, f.queue, NULL), want);
    REFUSED(tibemsSession_CreateDurableSubscriber(bad, OUT, f.queue, "d", NULL, TIBEMS_FALSE), want);
    REFUSED(tibemsTopicSession_CreateDurableSubscriber(bad, OUT, f.queue, "d", NULL, TIBEMS_FALSE), want);
    REFUSED(tibemsSession_CreateSharedConsumer(bad, OUT, f.queue, "s", NULL), want);
    REFUSED(tibemsSession_CreateSharedDurableConsumer(bad, OUT, f.queue, "s", NULL), want);
    CHECK_STATUS(tibemsSession_Unsubscribe(bad, "d"), want);
    CHECK_STATUS(tibemsTopicSession_Unsubscribe(bad, "d"), want);
    REFUSED(tibemsSession_CreateTemporaryQueue(bad, OUT), want);
    REFUSED(tibemsSession_CreateTemporaryTopic(bad, OUT), want);
    REFUSED(tibemsQueueSession_CreateTemporaryQueue(bad, OUT), want);
    REFUSED(tibemsTopicSession_CreateTemporaryTopic(bad, OUT), want);
    CHECK_STATUS(tibemsSession_DeleteTemporaryQueue(bad, f.queue), want);
    CHECK_STATUS(tibemsSession_DeleteTemporaryTopic(bad, f.queue), want);
}

static void bad_session_of_requestor(void *bad)
{
    const tibems_status want = TIBEMS_INVALID_SESSION;
    REFUSED(tibemsMsgRequestor_Create(bad, OUT, f.queue), want);
    REFUSED(tibemsQueueRequestor_Create(bad, OUT, f.queue), want);
    REFUSED(tibemsTopicRequestor_Create(bad, OUT, f.queue), want);
}

static void bad_consumer(void *bad)
{
    const tibems_status want = TIBEMS_INVALID_CONSUMER;
    const char *text = "untouched";
    tibems_bool flag = (tibems_bool)9;
    tibemsMsgCallback callback = note;
    void *closure = &f;
    CHECK_STATUS(tibemsMsgConsumer_Close(bad), want);
    REFUSED(tibemsMsgConsumer_Receive(bad, OUT), want);
    REFUSED(tibemsMsgConsumer_ReceiveTimeout(bad, OUT, 100), want);
    REFUSED(tibemsMsgConsumer_ReceiveNoWait(bad, OUT), want);
    REFUSED(tibemsMsgConsumer_GetDestination(bad, OUT), want);
    REFUSED(tibemsTopicSubscriber_GetTopic(bad, OUT), want);
    REFUSED(tibemsQueueReceiver_GetQueue(bad, OUT), want);
    CHECK_STATUS(tibemsMsgConsumer_GetMsgSelector(bad, &text), want);
    CHECK_STATUS(tibemsMsgConsumer_GetNoLocal(bad, &flag), want);
    CHECK_STATUS(tibemsTopicSubscriber_GetNoLocal(bad, &flag), want);
    CHECK_STATUS(tibemsMsgConsumer_SetMsgListener(bad, note, NULL), want);
    CHECK_STATUS(tibemsMsgConsumer_GetMsgListener(bad, &callback, &closure), want);
    CHECK_STATUS(tibems_IsConsumerMulticast(bad, &flag), want);
    CHECK_STR(text, "untouched");               /* no other output is written (0.3) */
    CHECK_INT(flag, 9);
    CHECK(callback == note && closure == &f);
}

static void bad_producer(void *bad)
{
    const tibems_status want = TIBEMS_INVALID_PRODUCER;
    tibems_int number = 7;
    tibems_long span = 7;
    tibems_bool flag = (tibems_bool)9;
    tibemsNpCheckMode check = (tibemsNpCheckMode)9;
    CHECK_STATUS(tibemsMsgProducer_Close(bad), want);
    CHECK_STATUS(tibemsMsgProducer_Send(bad, message), want);
    CHECK_STATUS(tibemsMsgProducer_SendEx(bad, message, 2, 4, 0), want);
    CHECK_STATUS(tibemsMsgProducer_SendToDestination(bad, f.queue, message), want);
    CHECK_STATUS(tibemsMsgProducer_SendToDestinationEx(bad, f.queue, message, TIBEMS_PERSISTENT, 4, 0), want);
    CHECK_STATUS(tibemsTopicPublisher_Publish(bad, message), want);
    CHECK_STATUS(tibemsTopicPublisher_PublishEx(bad, message, 2, 4, 0), want);
    CHECK_STATUS(tibemsTopicPublisher_PublishToTopic(bad, f.queue, message), want);
    CHECK_STATUS(tibemsTopicPublisher_PublishToTopicEx(bad, f.queue, message, TIBEMS_PERSISTENT, 4, 0), want);
    CHECK_STATUS(tibemsQueueSender_Send(bad, message), want);
    CHECK_STATUS(tibemsQueueSender_SendEx(bad, message, 2, 4, 0), want);
    CHECK_STATUS(tibemsQueueSender_SendToQueue(bad, f.queue, message), want);
    CHECK_STATUS(tibemsQueueSender_SendToQueueEx(bad, f.queue, message, TIBEMS_PERSISTENT, 4, 0), want);
    REFUSED(tibemsMsgProducer_GetDestination(bad, OUT), want);
    REFUSED(tibemsTopicPublisher_GetTopic(bad, OUT), want);
    REFUSED(tibemsQueueSender_GetQueue(bad, OUT), want);
    CHECK_STATUS(tibemsMsgProducer_GetDeliveryMode(bad, &number), want);
    CHECK_STATUS(tibemsMsgProducer_GetPriority(bad, &number), want);
    CHECK_STATUS(tibemsMsgProducer_GetTimeToLive(bad, &span), want);
    CHECK_STATUS(tibemsMsgProducer_GetDeliveryDelay(bad, &span), want);
    CHECK_STATUS(tibemsMsgProducer_GetDisableMessageID(bad, &flag), want);
    CHECK_STATUS(tibemsMsgProducer_GetDisableMessageTimestamp(bad, &flag), want);
    CHECK_STATUS(tibemsMsgProducer_GetNPSendCheckMode(bad, &check), want);
    CHECK_STATUS(tibemsMsgProducer_SetDeliveryMode(bad, 1), want);
    CHECK_STATUS(tibemsMsgProducer_SetPriority(bad, 1), want);
    CHECK_STATUS(tibemsMsgProducer_SetTimeToLive(bad, 1), want);
    CHECK_STATUS(tibemsMsgProducer_SetDeliveryDelay(bad, 1), want);
    CHECK_STATUS(tibemsMsgProducer_SetDisableMessageID(bad, TIBEMS_TRUE), want);
    CHECK_STATUS(tibemsMsgProducer_SetDisableMessageTimestamp(bad, TIBEMS_TRUE), want);
    CHECK_STATUS(tibemsMsgProducer_SetNPSendCheckMode(bad, NPSEND_CHECK_ALWAYS), want);
    CHECK(number == 7 && span == 7 && flag == 9 && check == 9);
}

static void bad_async_producer(void *bad)
{
    const tibems_status want = TIBEMS_INVALID_PRODUCER;
    CHECK_STATUS(tibemsMsgProducer_AsyncSend(bad, message, NULL, NULL), want);
    CHECK_STATUS(tibemsMsgProducer_AsyncSendEx(bad, message, 2, 4, 0, NULL, NULL), want);
    CHECK_STATUS(tibemsMsgProducer_AsyncSendToDestination(bad, f.queue, message, NULL, NULL), want);
    CHECK_STATUS(tibemsMsgProducer_AsyncSendToDestinationEx(bad, f.queue, message, TIBEMS_PERSISTENT, 4, 0, NULL, NULL),
                 want);
}

static void bad_destination(void *bad)
{
    const tibems_status want = TIBEMS_INVALID_DESTINATION;
    char name[16] = "untouched";
    tibemsDestinationType type = (tibemsDestinationType)9;
    CHECK_STATUS(tibemsDestination_Destroy(bad), want);
    CHECK_STATUS(tibemsQueue_Destroy(bad), want);
    CHECK_STATUS(tibemsTopic_Destroy(bad), want);
    REFUSED(tibemsDestination_Copy(bad, OUT), want);
    CHECK_STATUS(tibemsDestination_GetName(bad, name, sizeof name), want);
    CHECK_STR(name, "untouched");
    CHECK_STATUS(tibemsDestination_GetType(bad, &type), want);
    CHECK_INT(type, 9);
    REFUSED(tibemsSession_CreateConsumer(f.session, OUT, bad, NULL, TIBEMS_FALSE), want);
    CHECK_STATUS(tibemsMsgProducer_SendToDestination(f.producer, bad, message), want);
}

static void bad_message(void *bad)
{
    const tibems_status want = TIBEMS_INVALID_MSG;
    CHECK_STATUS(tibemsMsg_Destroy(bad), want);
    CHECK_STATUS(tibemsMsg_Acknowledge(bad), want);
    CHECK_STATUS(tibemsMsg_Recover(bad), want);
    CHECK_STATUS(tibemsMsgProducer_Send(f.producer, bad), want);
    CHECK_STATUS(tibemsMsgProducer_SendToDestination(f.producer, f.queue, bad), want);
}

/* browsers, requestors and factories have no status of their own */
static void bad_others(void *bad)
{
    const tibems_status want = TIBEMS_INVALID_ARG;
    const char *text = "untouched";
    CHECK_STATUS(tibemsQueueBrowser_Close(bad), want);
    REFUSED(tibemsQueueBrowser_GetNext(bad, OUT), want);
    REFUSED(tibemsQueueBrowser_GetQueue(bad, OUT), want);
    CHECK_STATUS(tibemsQueueBrowser_GetMsgSelector(bad, &text), want);
    CHECK_STR(text, "untouched");
    CHECK_STATUS(tibemsMsgRequestor_Close(bad), want);
    REFUSED(tibemsMsgRequestor_Request(bad, message, OUT), want);
    CHECK_STATUS(tibemsConnectionFactory_Destroy(bad), want);
}

static tibemsMsgConsumer closed_consumer;
static tibemsMsgProducer closed_producer;
static tibemsSession closed_session;

/* live objects of each kind, and closed ones */
static void make_handles(void)
{
    fresh(&f);
    message = text_message("refused");
    closed_session = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateConsumer(closed_session, &closed_consumer, unique_queue(), NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsSession_CreateProducer(closed_session, &closed_producer, unique_queue()));
    CHECK_OK(tibemsMsgConsumer_Close(closed_consumer));
    CHECK_OK(tibemsMsgProducer_Close(closed_producer));
    CHECK_OK(tibemsSession_Close(closed_session));
}

/* nothing of all that did anything */
static void still_usable(void)
{
    CHECK_OK(send_text(f.producer, "unharmed"));
    EXPECT_FIRST(f.consumer, "unharmed");
    EXPECT_NOTHING(f.consumer);
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    CHECK_OK(tibemsMsgProducer_Close(f.producer));
    CHECK_OK(tibemsSession_Close(f.session));
    done();
    CHECK_OK(tibemsDestination_Destroy(f.queue));
}

TEST_CHEAP("20-61", null_handles)
{
    make_handles();
    bad_connection(NULL);
    bad_session(NULL);
    bad_consumer(NULL);
    bad_producer(NULL);
    bad_destination(NULL);
    bad_message(NULL);
    bad_others(NULL);
    still_usable();
}

TEST_CHEAP("20-61", handles_of_another_kind)
{
    make_handles();
    void *all[] = {f.connection, f.session, f.consumer, f.producer, f.queue, message};
    void (*takes[])(void *) = {bad_connection, bad_session, bad_consumer, bad_producer, bad_destination, bad_message};
    for (size_t kind = 0; kind < 6; kind++)
        for (size_t i = 0; i < 6; i++)
            if (i != kind)
                takes[kind](all[i]);
    for (size_t i = 0; i < 6; i++)
        bad_others(all[i]);
    still_usable();
}

TEST_CHEAP("20-61", closed_handles)
{
    make_handles();
    tibemsMsg gone = text_message("gone");
    tibemsDestination no_more = unique_queue();
    CHECK_OK(tibemsMsg_Destroy(gone));
    CHECK_OK(tibemsDestination_Destroy(no_more));
    bad_session(closed_session);
    bad_consumer(closed_consumer);
    bad_producer(closed_producer);
    bad_message(gone);
    bad_destination(no_more);
    still_usable();
}

static void with_bad_sessions(void (*takes)(void *))
{
    make_handles();
    void *bad[] = {NULL, f.consumer, closed_session};
    for (size_t i = 0; i < 3; i++)
        takes(bad[i]);
    still_usable();
}

TEST_CHEAP("20-61", bad_sessions_of_others) { with_bad_sessions(bad_session_of_others); }
TEST_CHEAP("20-61", bad_sessions_of_requestors) { with_bad_sessions(bad_session_of_requestor); }

TEST_CHEAP("20-61", bad_producers_of_async_sends)
{
    make_handles();
    void *bad[] = {NULL, f.consumer, closed_producer};
    for (size_t i = 0; i < 3; i++)
        bad_async_producer(bad[i]);
    still_usable();
}
