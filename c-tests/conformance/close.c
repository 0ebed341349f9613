/*
 * close.c - closing things, from other threads and inside callbacks; handles afterwards (spec 20 §1.8, §0.3;
 * cases 20-47 to 20-68)
 */
#include "calls.h"
#include "sessions.h"

#include <malloc.h>


TEST_CHEAP("20-47", close_flag_default)
{
    tibems_bool allowed = TIBEMS_TRUE;
    CHECK_OK(tibems_GetAllowCloseInCallback(&allowed));
    CHECK_INT(allowed, TIBEMS_FALSE);
    CHECK_STATUS(tibems_GetAllowCloseInCallback(NULL), TIBEMS_INVALID_ARG);
    CHECK_OK(tibems_SetAllowCloseInCallback(TIBEMS_TRUE));
    CHECK_OK(tibems_GetAllowCloseInCallback(&allowed));
    CHECK_INT(allowed, TIBEMS_TRUE);
}

static void close_own_session(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&called, tibemsSession_Close(f.session));
}

TEST("20-48", session_close_in_listener_refused)
{
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, close_own_session, NULL));
    CHECK_OK(send_text(f.producer, "1"));
    REQUIRE(event_wait(&called, 1, 5000));
    CHECK_INT(event_at(&called, 0), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(send_text(f.producer, "2"));
    REQUIRE(event_wait(&called, 2, 5000));
    CHECK_INT(event_at(&called, 1), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, NULL, NULL));
    EXPECT_NOTHING(f.consumer);                 /* both were acknowledged */
    done();
}

/* An answer of the server on f's connection: it has taken everything that was sent there before, and whatever it had to deliver
 * before has come. */
static void fence(void)
{
    tibemsSession session = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsMsgProducer producer = NULL;
    tibemsDestination queue = unique_queue();
    all_rests();
    REQUIRE_OK(tibemsSession_CreateProducer(session, &producer, queue));
    CHECK_OK(send_text(producer, "fence"));
    CHECK_OK(tibemsSession_Close(session));
    CHECK_OK(tibemsMsgProducer_Close(producer));
    CHECK_OK(tibemsDestination_Destroy(queue));
    all_rests();
}

TEST("20-50", session_close_in_listener_allowed)
{
    struct fixture other;
    fresh(&f);
    CHECK_OK(tibems_SetAllowCloseInCallback(TIBEMS_TRUE));
    CHECK_OK(send_text(f.producer, "1"));
    CHECK_OK(send_text(f.producer, "2"));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, close_own_session, NULL));
    REQUIRE(event_wait(&called, 1, 5000));
    CHECK_INT(event_at(&called, 0), TIBEMS_OK);
    fence();
    CHECK_INT(event_count(&called), 1);
    CHECK_STATUS(send_text(f.producer, "3"), TIBEMS_ILLEGAL_STATE);     /* the session is unusable */
    reader(&other, f.name);
    EXPECT_TEXT(other.consumer, "2");           /* 1 was acknowledged when its callback returned */
    EXPECT_NOTHING(other.consumer);
    reader_close(&other);
    done();
}

TEST("20-52", transacted_session_close_in_listener)
{
    struct fixture other;
    fresh_on(&f, connect_to(url_a()), TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    CHECK_OK(tibems_SetAllowCloseInCallback(TIBEMS_TRUE));
    CHECK_OK(send_text(f.producer, "1"));
    CHECK_OK(tibemsSession_Commit(f.session));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, close_own_session, NULL));
    REQUIRE(event_wait(&called, 1, 5000));
    CHECK_INT(event_at(&called, 0), TIBEMS_OK);
    reader(&other, f.name);
    EXPECT_AGAIN(other.consumer, "1");
    reader_close(&other);
    done();
}

static void close_own_consumer(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)closure;
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&called, tibemsMsgConsumer_Close(consumer));
}

TEST("20-53", consumer_closes_itself)
{
    fresh(&f);
    CHECK_OK(send_text(f.producer, "1"));
    CHECK_OK(send_text(f.producer, "2"));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, close_own_consumer, NULL));
    REQUIRE(event_wait(&called, 1, 5000));
    CHECK_INT(event_at(&called, 0), TIBEMS_OK);
    fence();
    CHECK_INT(event_count(&called), 1);
    struct fixture other;
    reader(&other, f.name);
    EXPECT_TEXT(other.consumer, "2");
    EXPECT_NOTHING(other.consumer);             /* 1 was acknowledged at the return of its callback */
    reader_close(&other);
    done();
}

TEST("20-54", session_close_interrupts_receive)
{
    struct task receiver;
    fresh(&f);
    task_start(&receiver, receive_forever, f.consumer);
    CHECK(task_blocks(&receiver));
    CHECK_OK(tibemsSession_Close(f.session));
    REQUIRE(task_wait(&receiver, 1000));
    CHECK_INT(receiver.status, TIBEMS_INTR);
    done();
}

TEST("20-55", consumer_close_interrupts_receive)
{
    struct task receiver;
    fresh(&f);
    task_start(&receiver, receive_a_minute, f.consumer);
    CHECK(task_blocks(&receiver));
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    REQUIRE(task_wait(&receiver, 1000));
    CHECK_INT(receiver.status, TIBEMS_INTR);
    done();
}

TEST("20-57", session_close_waits_for_listener)
{
    struct task closer;
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, gated_listener, NULL));
    CHECK_OK(send_text(f.producer, "1"));
    CHECK_OK(send_text(f.producer, "2"));
    REQUIRE(event_wait(&begun, 1, 5000));
    task_start(&closer, close_session, f.session);
    CHECK(task_blocks(&closer));
    event_post(&go_on, 1);
    REQUIRE(task_wait(&closer, 5000));
    CHECK_INT(closer.status, TIBEMS_OK);
    CHECK_INT(event_count(&ended), 1);          /* it was waited for */
    fence();
    CHECK_INT(event_count(&begun), 1);         /* and no other has started */
    done();
}

TEST_CHEAP("20-58,20-59", children_of_a_closed_connection)
{
    tibemsMsg message = (tibemsMsg)0x1, own = text_message("x");
    tibemsMsgProducer producer = (tibemsMsgProducer)0x1;
    fresh(&f);
    done();
    CASE("20-59");
    CHECK_STATUS(tibemsMsgConsumer_Receive(f.consumer, &message), TIBEMS_ILLEGAL_STATE);
    CHECK(message == NULL);
    CHECK_STATUS(tibemsMsgProducer_Send(f.producer, own), TIBEMS_ILLEGAL_STATE);
    CHECK_STATUS(tibemsSession_CreateProducer(f.session, &producer, f.queue), TIBEMS_ILLEGAL_STATE);
    CHECK(producer == NULL);
    CASE("20-58");
    CHECK_OK(tibemsSession_Close(f.session));
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    CHECK_OK(tibemsMsgProducer_Close(f.producer));
    CHECK_OK(tibemsMsg_Destroy(own));
}

TEST_CHEAP("20-60", close_twice)
{
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    CHECK_STATUS(tibemsMsgConsumer_Close(f.consumer), TIBEMS_INVALID_CONSUMER);
    CHECK_OK(tibemsMsgProducer_Close(f.producer));
    CHECK_STATUS(tibemsMsgProducer_Close(f.producer), TIBEMS_INVALID_PRODUCER);
    CHECK_OK(tibemsSession_Close(f.session));
    CHECK_STATUS(tibemsSession_Close(f.session), TIBEMS_INVALID_SESSION);
    done();
}

/* Every call of a kind with one bad handle. Whatever else is wrong with the arguments, the handle comes first. */
#define BAD(STATUS, ...)                                                            \
    do {                                                                            \
        tibems_status got_[] = {__VA_ARGS__};                                       \
        for (size_t n_ = 0; n_ < sizeof got_ / sizeof *got_; n_++)                  \
            if (!CHECK_INT(got_[n_], STATUS))                                       \
                fprintf(stderr, "  call %zu of that kind\n", n_ + 1);               \
    } while (0)

static void every_session_call(void *bad)
{
    void *h = (void *)0x1;
    tibemsMsg m = (tibemsMsg)0x1;
    tibemsAcknowledgeMode mode;
    tibems_bool flag;
    BAD(TIBEMS_INVALID_SESSION, tibemsSession_Close(bad), tibemsSession_Commit(bad), tibemsSession_Rollback(bad),
        tibemsSession_Recover(bad), tibemsSession_GetTransacted(bad, &flag), tibemsSession_GetAcknowledgeMode(bad, &mode),
        tibemsSession_CreateConsumer(bad, &h, f.queue, NULL, TIBEMS_FALSE),
        tibemsSession_CreateSharedConsumer(bad, &h, f.queue, "s", NULL),
        tibemsSession_CreateDurableSubscriber(bad, &h, f.queue, "d", NULL, TIBEMS_FALSE),
        tibemsSession_CreateSharedDurableConsumer(bad, &h, f.queue, "d", NULL),
        tibemsSession_CreateBrowser(bad, &h, f.queue, NULL), tibemsSession_CreateProducer(bad, &h, f.queue),
        tibemsSession_Unsubscribe(bad, "d"), tibemsSession_CreateTemporaryTopic(bad, &h),
        tibemsSession_DeleteTemporaryTopic(bad, f.queue), tibemsSession_CreateTemporaryQueue(bad, &h),
        tibemsSession_DeleteTemporaryQueue(bad, f.queue), tibemsSession_CreateMessage(bad, &m),
        tibemsSession_CreateBytesMessage(bad, &m), tibemsSession_CreateMapMessage(bad, &m),
        tibemsSession_CreateStreamMessage(bad, &m), tibemsSession_CreateTextMessage(bad, &m),
        tibemsSession_CreateTextMessageEx(bad, &m, "x"));
    CHECK(h == NULL && m == NULL);
}

static void every_consumer_call(void *bad)
{
    void *h = (void *)0x1, *closure = NULL;
    tibemsMsg m = (tibemsMsg)0x1;
    tibemsMsgCallback callback;
    const char *text;
    tibems_bool flag;
    BAD(TIBEMS_INVALID_CONSUMER, tibemsMsgConsumer_Receive(bad, &m), tibemsMsgConsumer_ReceiveTimeout(bad, &m, 60000),
        tibemsMsgConsumer_ReceiveNoWait(bad, &m), tibemsMsgConsumer_GetDestination(bad, &h),
        tibemsMsgConsumer_GetMsgSelector(bad, &text), tibemsMsgConsumer_GetNoLocal(bad, &flag),
        tibemsMsgConsumer_SetMsgListener(bad, NULL, NULL), tibemsMsgConsumer_GetMsgListener(bad, &callback, &closure),
        tibemsMsgConsumer_Close(bad));
    CHECK(h == NULL && m == NULL);
}

static void every_producer_call(void *bad)
{
    void *h = (void *)0x1;
    tibemsMsg own = text_message("x");
    tibemsNpCheckMode mode;
    tibems_int number;
    tibems_long time;
    tibems_bool flag;
    BAD(TIBEMS_INVALID_PRODUCER, tibemsMsgProducer_Send(bad, own), tibemsMsgProducer_SendEx(bad, own, 2, 4, 0),
        tibemsMsgProducer_SendToDestination(bad, f.queue, own),
        tibemsMsgProducer_SendToDestinationEx(bad, f.queue, own, TIBEMS_PERSISTENT, 4, 0),
        tibemsMsgProducer_AsyncSend(bad, own, NULL, NULL), tibemsMsgProducer_AsyncSendEx(bad, own, 2, 4, 0, NULL, NULL),
        tibemsMsgProducer_AsyncSendToDestination(bad, f.queue, own, NULL, NULL),
        tibemsMsgProducer_AsyncSendToDestinationEx(bad, f.queue, own, TIBEMS_PERSISTENT, 4, 0, NULL, NULL),
        tibemsMsgProducer_GetDestination(bad, &h), tibemsMsgProducer_GetDeliveryMode(bad, &number),
        tibemsMsgProducer_GetPriority(bad, &number), tibemsMsgProducer_GetTimeToLive(bad, &time),
        tibemsMsgProducer_GetDeliveryDelay(bad, &time), tibemsMsgProducer_GetDisableMessageID(bad, &flag),
        tibemsMsgProducer_GetDisableMessageTimestamp(bad, &flag), tibemsMsgProducer_GetNPSendCheckMode(bad, &mode),
        tibemsMsgProducer_SetDeliveryMode(bad, 2), tibemsMsgProducer_SetPriority(bad, 4),
        tibemsMsgProducer_SetTimeToLive(bad, 0), tibemsMsgProducer_SetDeliveryDelay(bad, 0),
        tibemsMsgProducer_SetDisableMessageID(bad, TIBEMS_TRUE),
        tibemsMsgProducer_SetDisableMessageTimestamp(bad, TIBEMS_TRUE),
        tibemsMsgProducer_SetNPSendCheckMode(bad, NPSEND_CHECK_NEVER), tibemsMsgProducer_Close(bad));
    CHECK(h == NULL);
    CHECK_OK(tibemsMsg_Destroy(own));
}

static void every_connection_call(void *bad)
{
    void *h = (void *)0x1, *closure = NULL;
    tibemsExceptionCallback callback;
    const char *text;
    char *url;
    tibems_bool flag;
    BAD(TIBEMS_INVALID_CONNECTION, tibemsConnection_Start(bad), tibemsConnection_Stop(bad), tibemsConnection_Close(bad),
        tibemsConnection_CreateSession(bad, &h, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE),
        tibemsConnection_GetClientId(bad, &text), tibemsConnection_SetClientId(bad, "x"),
        tibemsConnection_GetExceptionListener(bad, &callback, &closure),
        tibemsConnection_SetExceptionListener(bad, NULL, NULL), tibemsConnection_GetMetaData(bad, &h),
        tibemsConnection_GetActiveURL(bad, &url), tibemsConnection_IsDisconnected(bad, &flag));
    CHECK(h == NULL);
}

static void every_other_call(void *bad)
{
    void *h = (void *)0x1;
    tibemsMsg m = (tibemsMsg)0x1;
    tibemsDestinationType kind;
    tibemsMsgType type;
    const char *text;
    char name[64];
    BAD(TIBEMS_INVALID_DESTINATION, tibemsDestination_Destroy(bad), tibemsDestination_Copy(bad, &h),
        tibemsDestination_GetName(bad, name, sizeof name), tibemsDestination_GetType(bad, &kind),
        tibemsMsgProducer_SendToDestination(f.producer, bad, NULL), tibemsSession_CreateConsumer(f.session, &h, bad, NULL, 0));
    BAD(TIBEMS_INVALID_MSG, tibemsMsg_Destroy(bad), tibemsMsg_Acknowledge(bad), tibemsMsg_GetBodyType(bad, &type),
        tibemsMsg_GetMessageID(bad, &text), tibemsTextMsg_GetText(bad, &text), tibemsTextMsg_SetText(bad, "x"),
        tibemsMsgProducer_Send(f.producer, bad));
    BAD(TIBEMS_INVALID_ARG, tibemsQueueBrowser_GetNext(bad, &m), tibemsQueueBrowser_GetQueue(bad, &h),
        tibemsQueueBrowser_GetMsgSelector(bad, &text), tibemsQueueBrowser_Close(bad),
        tibemsMsgRequestor_Request(bad, NULL, &m), tibemsMsgRequestor_Close(bad), tibemsConnectionFactory_Destroy(bad),
        tibemsConnectionFactory_SetServerURL(bad, "tcp://h"),
        tibemsConnectionFactory_CreateConnection(bad, &h, NULL, NULL),
        tibemsUFOConnectionFactory_RecoverConnection(bad, f.connection));
    CHECK(h == NULL && m == NULL);
}

/* also handles of another kind and closed ones (0.3); every function of the interface once: c-tests/api */
TEST_CHEAP("20-61", null_and_foreign_handles)
{
    fresh(&f);
    tibemsSession closed_session = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsMsgConsumer closed_consumer = NULL;
    tibemsMsgProducer closed_producer = NULL;
    REQUIRE_OK(tibemsSession_CreateConsumer(closed_session, &closed_consumer, f.queue, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsSession_CreateProducer(closed_session, &closed_producer, f.queue));
    CHECK_OK(tibemsMsgConsumer_Close(closed_consumer));
    CHECK_OK(tibemsMsgProducer_Close(closed_producer));
    CHECK_OK(tibemsSession_Close(closed_session));
    void *bad_session[] = {NULL, f.consumer, f.connection, closed_session};
    void *bad_consumer[] = {NULL, f.producer, f.session, closed_consumer};
    void *bad_producer[] = {NULL, f.consumer, f.session, closed_producer};
    void *bad_connection[] = {NULL, f.consumer, f.session, f.queue};
    void *bad_other[] = {NULL, f.consumer, f.session, f.connection};
    for (int i = 0; i < 4; i++) {
        every_session_call(bad_session[i]);
        every_consumer_call(bad_consumer[i]);
        every_producer_call(bad_producer[i]);
        every_connection_call(bad_connection[i]);
        every_other_call(bad_other[i]);
    }
    CHECK_OK(send_text(f.producer, "unharmed"));
    EXPECT_TEXT(f.consumer, "unharmed");
    done();
}

TEST_CHEAP("20-62", message_outlives_session)
{
    tibemsMsgType type = TIBEMS_MESSAGE_UNKNOWN;
    fresh(&f);
    CHECK_OK(send_text(f.producer, "x"));
    tibemsMsg message = receive_one(f.consumer);
    CHECK_OK(tibemsSession_Close(f.session));
    CHECK_OK(tibemsMsg_GetBodyType(message, &type));
    CHECK_INT(type, TIBEMS_TEXT_MESSAGE);
    CHECK_STR(text_of(message), "x");
    CHECK_OK(tibemsMsg_Destroy(message));
    done();
}

TEST("20-63", session_close_without_server)
{
    static struct proxy proxy;
    struct task closer;
    proxy_start_url(&proxy, url_a());
    fresh_on(&f, connect_to(proxy.url), TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    proxy_set(&proxy, PROXY_REFUSE);
    task_start(&closer, close_session, f.session);
    REQUIRE(task_wait(&closer, 1000));
    CHECK_INT(closer.status, TIBEMS_OK);
    done();
}

static void close_own_producer(tibemsMsg message, tibems_status status, void *closure)
{
    (void)message;
    (void)closure;
    event_post(&called, status);
    event_post(&called, tibemsMsgProducer_Close(f.producer));
}

TEST("20-64", producer_close_in_completion)
{
    tibemsMsg message = text_message("x");
    fresh(&f);
    CHECK_OK(tibemsMsgProducer_AsyncSend(f.producer, message, close_own_producer, NULL));
    REQUIRE(event_wait(&called, 2, 5000));
    CHECK_INT(event_at(&called, 0), TIBEMS_OK);
    CHECK_OK(tibems_SetAllowCloseInCallback(TIBEMS_TRUE));
    CHECK_OK(tibemsMsgProducer_AsyncSend(f.producer, message, close_own_producer, NULL));
    REQUIRE(event_wait(&called, 4, 5000));
    CHECK_INT(event_at(&called, 1), TIBEMS_ILLEGAL_STATE);
    CHECK_INT(event_at(&called, 3), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsMsgProducer_Close(f.producer));
    CHECK_OK(tibemsMsg_Destroy(message));
    done();
}

static tibems_status keep_sending(void *stop)
{
    tibems_status status = TIBEMS_OK;
    while (status == TIBEMS_OK && !__atomic_load_n((int *)stop, __ATOMIC_ACQUIRE))
        status = send_text(f.producer, "load");
    return status;
}

static void count_listener(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&called, 1);
}

/* rounds of create and close while another thread sends; returns the bytes in use when everything rests again */
static long long rounds_under_load(int rounds)
{
    struct task sender;
    int stop = 0;
    task_start(&sender, keep_sending, &stop);
    for (int i = 0; i < rounds && failures() == 0; i++) {
        tibemsSession session = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
        tibemsMsgConsumer consumer = NULL;
        REQUIRE_OK(tibemsSession_CreateConsumer(session, &consumer, f.queue, NULL, TIBEMS_FALSE));
        CHECK_OK(tibemsMsgConsumer_SetMsgListener(consumer, count_listener, NULL));
        if (i % 2)
            CHECK_OK(tibemsMsgConsumer_Close(consumer));
        CHECK_OK(tibemsSession_Close(session));
        if (i % 2 == 0)
            CHECK_OK(tibemsMsgConsumer_Close(consumer));        /* closed with its session; its handle is still ours */
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    REQUIRE(task_wait(&sender, 5000));
    CHECK_INT(sender.status, TIBEMS_OK);
    threads_end("ems-dispatch");
    all_rests();
    return (long long)mallinfo2().uordblks;
}

TEST_X("20-66", open_close_rounds, T_ALONE, 120)
{
    int rounds = on_artemis() ? 100 : 900;
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    long long before = rounds_under_load(100);
    long long after = rounds_under_load(rounds);
    printf("# %lld bytes before, %lld after %d rounds\n", before, after, rounds);
    /* A leak would keep something of every round. What does not grow with the rounds may differ: the connection's buffers
     * (it reads into 64 KiB at a time) and what the threads of the moment keep for their next allocation. */
    CHECK(after - before < 16 * rounds + 2 * 65536);
    done();
}

TEST("20-68", stop_leaves_blocked_receive)
{
    struct task receiver;
    fresh(&f);
    task_start(&receiver, receive_forever, f.consumer);
    CHECK(task_blocks(&receiver));
    CHECK_OK(tibemsConnection_Stop(f.connection));
    CHECK_OK(send_text(f.producer, "x"));
    fence();
    CHECK(task_running(&receiver));
    CHECK_OK(tibemsConnection_Start(f.connection));
    REQUIRE(task_wait(&receiver, 2000));
    CHECK_INT(receiver.status, TIBEMS_OK);
    done();
}
