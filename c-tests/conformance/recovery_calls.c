/*
 * recovery_calls.c - unshared-state failover: calls made while the connection is broken, RecoverConnection itself (spec 10
 * §5.4 to §5.6; cases 10-61 to 10-72, 10-75 to 10-81)
 */
#include "pair.h"

static struct events listened = EVENTS_INIT;

TEST_ALONE("10-61", send_while_broken_waits)
{
    struct task sender;
    p.recovery.delay_ms = 2000;
    plain();
    a_dies();
    wait_broken();
    sleep_ms(100);
    task_start(&sender, send_one, p.f.producer);
    REQUIRE(task_wait(&sender, 8000));
    CHECK_INT(sender.status, TIBEMS_OK);
    CHECK_BETWEEN(sender.ended_ms - sender.started_ms, 1700, slow(2600));
    EXPECT_FIRST(p.f.consumer, "waited");
    CHECK_OK(tibemsConnection_Close(p.f.connection));
    EXPECT_LEFT(url_a(), p.f.name, 0);
}

static char send_error[512];

static tibems_status send_and_note(void *producer)
{
    tibemsErrorContext context = NULL;
    tibemsMsg message = text_message("in flight");
    CHECK_OK(tibemsErrorContext_Create(&context));
    tibems_status status = tibemsMsgProducer_Send(producer, message);
    snprintf(send_error, sizeof send_error, "%s", error_text());
    CHECK_OK(tibemsErrorContext_Close(context));
    CHECK_OK(tibemsMsg_Destroy(message));
    return status;
}

TEST("10-62", send_in_flight_at_the_break)
{
    struct task sender;
    p.recovery.delay_ms = 500;
    plain();
    proxy_set(&p.a, PROXY_STALL_DOWN);          /* the message leaves, its answer never comes */
    task_start(&sender, send_and_note, p.f.producer);
    CHECK(task_blocks(&sender));
    long long broken = now_ms();
    a_dies();
    REQUIRE(task_wait(&sender, 3000));
    CHECK_INT(sender.status, TIBEMS_SERVER_NOT_CONNECTED);
    CHECK_BETWEEN(sender.ended_ms - broken, 0, slow(400));      /* promptly: recovery has not begun yet */
    CHECK(strncmp(send_error, "outcome unknown:", 16) == 0);
    CHECK_OK(send_text(p.f.producer, "again"));
    CHECK(event_count(&p.recovery.recovered) >= 1);
    EXPECT_FIRST(p.f.consumer, "again");
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

TEST("10-62", send_in_flight_with_ufo_resend)
{
    struct task sender;
    CHECK_INT(setenv("TIBEMS_AMQP_OPTIONS", "ufo_resend=1", 1), 0);
    plain();
    proxy_set(&p.a, PROXY_STALL_DOWN);
    task_start(&sender, send_and_note, p.f.producer);
    CHECK(task_blocks(&sender));
    a_dies();
    REQUIRE(task_wait(&sender, 5000));
    CHECK_INT(sender.status, TIBEMS_OK);
    EXPECT_TEXT(p.f.consumer, "in flight");
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

TEST("10-63", blocked_receive_survives)
{
    struct task receiver;
    plain();
    task_start(&receiver, receive_forever, p.f.consumer);
    CHECK(task_blocks(&receiver));
    a_dies();
    wait_recovered();
    CHECK(task_running(&receiver));
    CHECK_OK(send_text(p.f.producer, "on B"));
    REQUIRE(task_wait(&receiver, 5000));
    CHECK_INT(receiver.status, TIBEMS_OK);
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

TEST_ALONE("10-64,10-65", timed_receives_while_broken)
{
    tibemsMsg message = (tibemsMsg)0x1;
    p.recovery.delay_ms = 2000;
    plain();
    a_dies();
    wait_broken();
    long long begin = now_ms();
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(p.f.consumer, &message, 500), TIBEMS_TIMEOUT);
    CHECK_BETWEEN(now_ms() - begin, 498, slow(650));
    CHECK(message == NULL);
    begin = now_ms();
    CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait(p.f.consumer, &message), TIBEMS_NOT_FOUND);
    CHECK_BETWEEN(now_ms() - begin, 0, slow(50));
    expect_disconnected(true);
    CHECK_STR(active_url(p.f.connection), p.a.url);
    wait_recovered();
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

/* a message listener that waits for the break and then tries calls */
static struct events in_listener = EVENTS_INIT;
static long long slowest_call;

#define INSIDE(CALL)                                            \
    do {                                                        \
        long long start_ = now_ms();                            \
        event_post(&in_listener, (long long)(CALL));            \
        if (now_ms() - start_ > slowest_call)                   \
            slowest_call = now_ms() - start_;                   \
    } while (0)

static void call_while_broken(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    tibemsMsgConsumer extra = NULL;
    tibemsTextMsg text = NULL;
    const char *read = NULL;
    (void)consumer;
    (void)closure;
    if (strcmp(text_of(message), "go") == 0) {
        event_post(&listened, 0);
        wait_broken();
        INSIDE(send_text(p.f.producer, "inside"));
        INSIDE(tibemsSession_CreateConsumer(p.f.session, &extra, p.f.queue, NULL, TIBEMS_FALSE));
        INSIDE(tibemsMsg_Acknowledge(message));
        INSIDE(tibemsUFOConnectionFactory_RecoverConnection(p.recovery.factory, p.f.connection));
        INSIDE(tibemsTextMsg_Create(&text));
        INSIDE(tibemsTextMsg_SetText(text, "local"));
        INSIDE(tibemsTextMsg_GetText(text, &read));
        INSIDE(tibemsMsg_Destroy(text));
        CHECK_STR(text_of(message), "go");
    }
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&listened, 1);
}

TEST_ALONE("10-66,10-67,10-80", calls_in_listener_while_broken)
{
    p.recovery.delay_ms = 1000;
    setup(TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(p.f.consumer, call_while_broken, NULL));
    CHECK_OK(send_text(p.f.producer, "go"));
    REQUIRE(event_wait(&listened, 1, 5000));
    a_dies();
    REQUIRE(event_wait(&in_listener, 8, 5000));
    CHECK_INT(event_count(&p.recovery.recovered), 0);           /* all that happened before recovery began */
    for (int i = 0; i < 4; i++)
        CHECK_INT(event_at(&in_listener, i), TIBEMS_SERVER_NOT_CONNECTED);
    for (int i = 4; i < 8; i++)
        CHECK_INT(event_at(&in_listener, i), TIBEMS_OK);
    CHECK_BETWEEN(slowest_call, 0, slow(50));
    wait_recovered();
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

static struct events order = EVENTS_INIT;

static void long_listener(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    if (strcmp(text_of(message), "long") == 0) {
        event_post(&order, 1);
        REQUIRE(event_wait(&p.recovery.recovered, 1, 10000));
        sleep_ms(400);
        event_post(&order, 2);
    } else
        event_post(&order, 3);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST("10-68", listener_that_spans_the_recovery)
{
    plain();
    tibemsSession sending = session_of(p.f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsMsgProducer producer = NULL;
    REQUIRE_OK(tibemsSession_CreateProducer(sending, &producer, p.f.queue));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(p.f.consumer, long_listener, NULL));
    CHECK_OK(send_text(producer, "long"));
    REQUIRE(event_wait(&order, 1, 5000));
    a_dies();
    wait_recovered();
    CHECK_OK(send_text(producer, "next"));
    REQUIRE(event_wait(&order, 3, 5000));
    CHECK_INT(event_at(&order, 1), 2);
    CHECK_INT(event_at(&order, 2), 3);
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

TEST("10-69", create_session_while_broken)
{
    struct task creator;
    tibemsSession session = NULL;
    tibemsMsgProducer producer = NULL;
    p.recovery.delay_ms = 700;
    plain();
    a_dies();
    wait_broken();
    task_start(&creator, create_session, &session);
    CHECK(task_blocks(&creator));
    REQUIRE(task_wait(&creator, 5000));
    CHECK_INT(creator.status, TIBEMS_OK);
    REQUIRE_OK(tibemsSession_CreateProducer(session, &producer, p.f.queue));
    CHECK_OK(send_text(producer, "on B"));
    EXPECT_FIRST(p.f.consumer, "on B");
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

TEST("10-70", acknowledge_across_recovery)
{
    tibemsMsg message = NULL;
    setup(TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE);
    CHECK_OK(send_text(p.f.producer, "kept by A"));
    REQUIRE_OK(tibemsMsgConsumer_ReceiveTimeout(p.f.consumer, &message, slow(5000)));
    a_dies();
    wait_recovered();
    CHECK_STR(text_of(message), "kept by A");
    CHECK_OK(tibemsMsg_Acknowledge(message));
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsConnection_Close(p.f.connection));
    EXPECT_LEFT(url_a(), p.f.name, 1);
    EXPECT_LEFT(url_b(), p.f.name, 0);
}

TEST("10-71", transaction_across_recovery)
{
    tibemsMsg message = NULL;
    setup(TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    CHECK_OK(send_text(p.f.producer, "doomed"));
    a_dies();
    wait_recovered();
    CHECK_STATUS(send_text(p.f.producer, "doomed too"), TIBEMS_FT_SERVER_LACKS_TRANSACTION);
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(p.f.consumer, &message, 200), TIBEMS_FT_SERVER_LACKS_TRANSACTION);
    CHECK_STATUS(tibemsSession_Commit(p.f.session), TIBEMS_TRANSACTION_ROLLBACK);
    CHECK_OK(tibemsSession_Commit(p.f.session));
    CHECK_OK(send_text(p.f.producer, "fine"));
    CHECK_OK(tibemsSession_Commit(p.f.session));
    CHECK_OK(tibemsConnection_Close(p.f.connection));
    EXPECT_LEFT(url_a(), p.f.name, 0);
    EXPECT_LEFT(url_b(), p.f.name, 1);
}

static tibems_status commit(void *session) { return tibemsSession_Commit(session); }

TEST("10-72", commit_while_broken)
{
    struct task committer;
    p.recovery.delay_ms = 700;
    setup(TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    CHECK_OK(send_text(p.f.producer, "doomed"));
    a_dies();
    wait_broken();
    task_start(&committer, commit, p.f.session);
    CHECK(task_blocks(&committer));
    REQUIRE(task_wait(&committer, 5000));
    CHECK_INT(committer.status, TIBEMS_TRANSACTION_ROLLBACK);
    CHECK_OK(tibemsSession_Commit(p.f.session));
    CHECK_OK(tibemsConnection_Close(p.f.connection));
    EXPECT_LEFT(url_a(), p.f.name, 0);
    EXPECT_LEFT(url_b(), p.f.name, 0);
}

TEST_ALONE("10-75,10-77,10-78", recovery_given_up)
{
    struct task sender, receiver;
    tibemsMsg message = NULL;
    CHECK_OK(tibems_SetReconnectAttemptCount(1));
    p.recovery.tries = 1;
    p.recovery.delay_ms = 300;
    plain();
    task_start(&receiver, receive_forever, p.f.consumer);
    CHECK(task_blocks(&receiver));
    int before = proxy_connections(&p.b);
    p.b.target = 0;                             /* B answers nobody, and counts */
    a_dies();
    wait_broken();
    task_start(&sender, send_one, p.f.producer);
    REQUIRE(event_wait(&p.recovery.recovered, 1, 20000));
    CHECK_INT(event_at(&p.recovery.recovered, 0), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK_INT(proxy_connections(&p.b) - before, 4);             /* the factory's 4 rounds of 1 pass (C11) */
    REQUIRE(task_wait(&sender, 2000));
    CHECK_INT(sender.status, TIBEMS_UFO_CONNECTION_FAILURE);
    REQUIRE(task_wait(&receiver, 2000));
    CHECK_INT(receiver.status, TIBEMS_UFO_CONNECTION_FAILURE);
    long long begin = now_ms();
    CHECK_STATUS(send_text(p.f.producer, "later"), TIBEMS_UFO_CONNECTION_FAILURE);
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(p.f.consumer, &message, 1000), TIBEMS_UFO_CONNECTION_FAILURE);
    CHECK_BETWEEN(now_ms() - begin, 0, slow(100));
    expect_disconnected(true);
    /* 10-78: the main thread recovers once B is up */
    p.b.target = url_port(url_b());
    CHECK_OK(tibemsUFOConnectionFactory_RecoverConnection(p.recovery.factory, p.f.connection));
    CHECK_STR(active_url(p.f.connection), p.b.url);
    CHECK_OK(send_text(p.f.producer, "again"));
    EXPECT_FIRST(p.f.consumer, "again");
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

TEST_ALONE("10-76", listener_loops_until_ok)
{
    struct task sender;
    CHECK_OK(tibems_SetReconnectAttemptCount(1));
    plain();
    CHECK_OK(tibemsConnectionFactory_SetReconnectAttemptCount(p.recovery.factory, 1));
    proxy_set(&p.b, PROXY_REFUSE);
    a_dies();
    wait_broken();
    task_start(&sender, send_one, p.f.producer);
    REQUIRE(event_wait(&p.recovery.recovered, 1, 20000));       /* at least one series failed */
    CHECK(task_running(&sender));
    proxy_set(&p.b, PROXY_PASS);
    REQUIRE(task_wait(&sender, 10000));
    CHECK_INT(sender.status, TIBEMS_OK);
    CHECK(event_at(&p.recovery.recovered, 0) == TIBEMS_SERVER_NOT_CONNECTED);
    EXPECT_FIRST(p.f.consumer, "waited");
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

TEST("10-79", another_thread_recovers)
{
    static struct events broken = EVENTS_INIT;
    struct task sender, helper;
    setup_with(TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE, post_status, &broken);
    a_dies();
    REQUIRE(event_wait(&broken, 1, 5000));
    task_start(&sender, send_one, p.f.producer);
    CHECK(task_blocks(&sender));
    task_start(&helper, recover_now, NULL);
    REQUIRE(task_wait(&helper, 5000));
    CHECK_INT(helper.status, TIBEMS_OK);
    REQUIRE(task_wait(&sender, 5000));
    CHECK_INT(sender.status, TIBEMS_OK);
    EXPECT_FIRST(p.f.consumer, "waited");
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

TEST("10-80", recover_connection_arguments)
{
    static struct events broken = EVENTS_INIT;
    struct task one, two;
    setup_with(TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE, post_status, &broken);
    tibemsConnectionFactory ordinary = factory_for(url_a());
    tibemsConnection plain_connection = connect_with(ordinary);
    CHECK_OK(tibemsUFOConnectionFactory_RecoverConnection(p.recovery.factory, p.f.connection));     /* healthy */
    CHECK_INT(proxy_connections(&p.a), 1);
    CHECK_STATUS(tibemsUFOConnectionFactory_RecoverConnection(ordinary, p.f.connection), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsUFOConnectionFactory_RecoverConnection(NULL, p.f.connection), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsUFOConnectionFactory_RecoverConnection(p.recovery.factory, NULL), TIBEMS_INVALID_CONNECTION);
    CHECK_STATUS(tibemsUFOConnectionFactory_RecoverConnection(p.recovery.factory, plain_connection),
                 TIBEMS_INVALID_CONNECTION);
    tibemsConnectionFactory foreign = ufo_factory_for(url_a());
    CHECK_STATUS(tibemsUFOConnectionFactory_RecoverConnection(foreign, p.f.connection), TIBEMS_INVALID_ARG);
    a_dies();
    REQUIRE(event_wait(&broken, 1, 5000));
    int before = proxy_connections(&p.b);
    task_start(&one, recover_now, NULL);
    task_start(&two, recover_now, NULL);
    REQUIRE(task_wait(&one, 5000));
    REQUIRE(task_wait(&two, 5000));
    CHECK_INT(one.status, TIBEMS_OK);
    CHECK_INT(two.status, TIBEMS_OK);
    CHECK_INT(proxy_connections(&p.b) - before, 1);             /* one recovery */
    CHECK_OK(tibemsConnection_Close(p.f.connection));
    CHECK_STATUS(tibemsUFOConnectionFactory_RecoverConnection(p.recovery.factory, p.f.connection), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsConnection_Close(plain_connection));
}

TEST("10-81", close_while_broken)
{
    static struct events broken = EVENTS_INIT;
    struct task sender, receiver, closer;
    setup_with(TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE, post_status, &broken);
    a_dies();
    REQUIRE(event_wait(&broken, 1, 5000));
    task_start(&receiver, receive_forever, p.f.consumer);
    CHECK(task_blocks(&receiver));
    task_start(&sender, send_one, p.f.producer);
    CHECK(task_blocks(&sender));
    CHECK(task_running(&receiver) && task_running(&sender));
    task_start(&closer, close_connection, p.f.connection);
    REQUIRE(task_wait(&closer, 1000));
    CHECK_INT(closer.status, TIBEMS_OK);
    REQUIRE(task_wait(&receiver, 1000));
    CHECK_INT(receiver.status, TIBEMS_INTR);
    REQUIRE(task_wait(&sender, 1000));
    CHECK_INT(sender.status, TIBEMS_ILLEGAL_STATE);
}
