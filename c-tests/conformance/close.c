/*
 * close.c - closing things, from other threads and inside callbacks; handles afterwards (spec 20 §1.8, §0.3;
 * cases 20-47 to 20-68)
 */
#include "harness.h"

static struct fixture f;
static struct events called = EVENTS_INIT;

static void done(void) { CHECK_OK(tibemsConnection_Close(f.connection)); }

static tibems_status receive_forever(void *consumer)
{
    tibemsMsg message = (tibemsMsg)0x1;
    tibems_status status = tibemsMsgConsumer_Receive(consumer, &message);
    if (status != TIBEMS_OK)
        CHECK(message == NULL);
    return status;
}

static tibems_status receive_a_minute(void *consumer)
{
    tibemsMsg message = (tibemsMsg)0x1;
    tibems_status status = tibemsMsgConsumer_ReceiveTimeout(consumer, &message, 60000);
    CHECK(message == NULL);
    return status;
}

static tibems_status close_session(void *session) { return tibemsSession_Close(session); }

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
    done();
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
    sleep_ms(300);
    CHECK_INT(event_count(&called), 1);
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
    sleep_ms(200);
    CHECK_INT(event_count(&called), 1);
    done();
    EXPECT_LEFT(url_a(), f.name, 1);
}

TEST("20-54", session_close_interrupts_receive)
{
    struct task receiver;
    fresh(&f);
    task_start(&receiver, receive_forever, f.consumer);
    CHECK(task_blocks(&receiver));
    long long begin = now_ms();
    CHECK_OK(tibemsSession_Close(f.session));
    CHECK_BETWEEN(now_ms() - begin, 0, slow(1000));
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

static struct events ended = EVENTS_INIT;

static void slow_listener(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    event_post(&called, 1);
    sleep_ms(500);
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&ended, 1);
}

TEST("20-57", session_close_waits_for_listener)
{
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, slow_listener, NULL));
    CHECK_OK(send_text(f.producer, "1"));
    CHECK_OK(send_text(f.producer, "2"));
    REQUIRE(event_wait(&called, 1, 5000));
    CHECK_OK(tibemsSession_Close(f.session));
    int after = event_count(&called);
    CHECK_INT(event_count(&ended), after);
    sleep_ms(300);
    CHECK_INT(event_count(&called), after);
    done();
}

TEST_CHEAP("20-58,20-59", children_of_a_closed_connection)
{
    tibemsMsg message = (tibemsMsg)0x1, own = text_message("x");
    tibemsMsgProducer producer = (tibemsMsgProducer)0x1;
    fresh(&f);
    done();
    CHECK_STATUS(tibemsMsgConsumer_Receive(f.consumer, &message), TIBEMS_ILLEGAL_STATE);
    CHECK(message == NULL);
    CHECK_STATUS(tibemsMsgProducer_Send(f.producer, own), TIBEMS_ILLEGAL_STATE);
    CHECK_STATUS(tibemsSession_CreateProducer(f.session, &producer, f.queue), TIBEMS_ILLEGAL_STATE);
    CHECK(producer == NULL);
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

TEST_CHEAP("20-61", null_and_foreign_handles)
{
    tibemsMsg message = (tibemsMsg)0x1;
    tibemsMsgConsumer consumer = (tibemsMsgConsumer)0x1;
    fresh(&f);
    tibemsMsg own = text_message("x");
    void *bad_session[] = {NULL, f.consumer, f.connection};
    for (size_t i = 0; i < 3; i++) {
        CHECK_STATUS(tibemsSession_Commit(bad_session[i]), TIBEMS_INVALID_SESSION);
        CHECK_STATUS(tibemsSession_Close(bad_session[i]), TIBEMS_INVALID_SESSION);
        CHECK_STATUS(tibemsSession_CreateConsumer(bad_session[i], &consumer, f.queue, NULL, TIBEMS_FALSE),
                     TIBEMS_INVALID_SESSION);
        CHECK(consumer == NULL);
    }
    void *bad_consumer[] = {NULL, f.producer, f.session};
    for (size_t i = 0; i < 3; i++) {
        CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait(bad_consumer[i], &message), TIBEMS_INVALID_CONSUMER);
        CHECK_STATUS(tibemsMsgConsumer_Close(bad_consumer[i]), TIBEMS_INVALID_CONSUMER);
    }
    void *bad_producer[] = {NULL, f.consumer, f.session};
    for (size_t i = 0; i < 3; i++) {
        CHECK_STATUS(tibemsMsgProducer_Send(bad_producer[i], own), TIBEMS_INVALID_PRODUCER);
        CHECK_STATUS(tibemsMsgProducer_Close(bad_producer[i]), TIBEMS_INVALID_PRODUCER);
    }
    CHECK_STATUS(tibemsDestination_Destroy(NULL), TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsDestination_Destroy(f.session), TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsMsg_Destroy(NULL), TIBEMS_INVALID_MSG);
    CHECK_STATUS(tibemsQueueBrowser_Close(NULL), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsMsgRequestor_Close(NULL), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsConnectionFactory_Destroy(NULL), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsConnectionFactory_Destroy(f.connection), TIBEMS_INVALID_ARG);
    CHECK_OK(send_text(f.producer, "unharmed"));
    EXPECT_TEXT(f.consumer, "unharmed");
    CHECK_OK(tibemsMsg_Destroy(own));
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

TEST_X("20-66", open_close_rounds, T_ALONE, 120)
{
    struct task sender;
    int stop = 0, rounds = on_artemis() ? 100 : 1000;
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    task_start(&sender, keep_sending, &stop);
    for (int i = 0; i < rounds && failures() == 0; i++) {
        tibemsSession session = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
        tibemsMsgConsumer consumer = NULL;
        REQUIRE_OK(tibemsSession_CreateConsumer(session, &consumer, f.queue, NULL, TIBEMS_FALSE));
        CHECK_OK(tibemsMsgConsumer_SetMsgListener(consumer, count_listener, NULL));
        if (i % 2)
            CHECK_OK(tibemsMsgConsumer_Close(consumer));
        CHECK_OK(tibemsSession_Close(session));
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    REQUIRE(task_wait(&sender, 5000));
    CHECK_INT(sender.status, TIBEMS_OK);
    done();
}

TEST("20-68", stop_leaves_blocked_receive)
{
    struct task receiver;
    fresh(&f);
    task_start(&receiver, receive_forever, f.consumer);
    CHECK(task_blocks(&receiver));
    long long begin = now_ms();
    CHECK_OK(tibemsConnection_Stop(f.connection));
    CHECK_BETWEEN(now_ms() - begin, 0, slow(300));
    CHECK_OK(send_text(f.producer, "x"));
    sleep_ms(300);
    CHECK(task_running(&receiver));
    CHECK_OK(tibemsConnection_Start(f.connection));
    REQUIRE(task_wait(&receiver, 2000));
    CHECK_INT(receiver.status, TIBEMS_OK);
    done();
}
