/*
 * recovery_calls.c - unshared-state failover: calls made while the connection is broken, RecoverConnection itself (spec 10
 * §5.4 to §5.6; cases 10-61 to 10-72, 10-75 to 10-81)
 */
#include "pair.h"

static struct events listened = EVENTS_INIT;
static tibemsMsgConsumer other;

TEST("10-61", send_while_broken_waits)
{
    struct task sender;
    gated();
    plain();
    a_dies();
    wait_broken();
    task_start(&sender, send_one, p.f.producer);
    CHECK(task_blocks(&sender));
    let_recover();
    REQUIRE(task_wait(&sender, 8000));
    CHECK_INT(sender.status, TIBEMS_OK);
    EXPECT_FIRST(p.f.consumer, "waited");
    EXPECT_NOTHING(p.f.consumer);
    CHECK_STR(active_url(p.f.connection), p.b.url);
    CHECK_OK(tibemsConnection_Close(p.f.connection));
    EXPECT_LEFT(url_a(), p.f.name, 0);
}

static char send_error[512], send_id[256];

static tibems_status send_and_note(void *producer)
{
    const char *id = NULL;
    tibemsErrorContext context = NULL;
    tibemsMsg message = text_message("in flight");
    CHECK_OK(tibemsErrorContext_Create(&context));
    tibems_status status = tibemsMsgProducer_Send(producer, message);
    snprintf(send_error, sizeof send_error, "%s", error_text());
    CHECK_OK(tibemsErrorContext_Close(context));
    CHECK_OK(tibemsMsg_GetMessageID(message, &id));
    snprintf(send_id, sizeof send_id, "%s", id ? id : "");
    CHECK_OK(tibemsMsg_Destroy(message));
    return status;
}

TEST("10-62", send_in_flight_at_the_break)
{
    struct task sender, again;
    gated();
    plain();
    proxy_set(&p.a, PROXY_STALL_DOWN);          /* the message leaves, its answer never comes */
    task_start(&sender, send_and_note, p.f.producer);
    CHECK(task_blocks(&sender));
    a_dies();
    REQUIRE(task_wait(&sender, 3000));          /* promptly: the recovery waits for its gate */
    CHECK_INT(sender.status, TIBEMS_SERVER_NOT_CONNECTED);
    CHECK(strncmp(send_error, "outcome unknown:", 16) == 0);
    wait_broken();
    task_start(&again, send_one, p.f.producer);
    CHECK(task_blocks(&again));
    let_recover();
    REQUIRE(task_wait(&again, 5000));
    CHECK_INT(again.status, TIBEMS_OK);
    EXPECT_FIRST(p.f.consumer, "waited");
    EXPECT_NOTHING(p.f.consumer);               /* the first one was not sent again */
    CHECK_STR(active_url(p.f.connection), p.b.url);
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

TEST("10-62", send_in_flight_with_ufo_resend)
{
    struct task sender;
    const char *id = NULL;
    CHECK_INT(setenv("TIBEMS_AMQP_OPTIONS", "ufo_resend=1", 1), 0);
    gated();
    plain();
    proxy_set(&p.a, PROXY_STALL_DOWN);
    task_start(&sender, send_and_note, p.f.producer);
    CHECK(task_blocks(&sender));
    a_dies();
    wait_broken();
    CHECK(task_blocks(&sender));
    let_recover();
    REQUIRE(task_wait(&sender, 5000));
    CHECK_INT(sender.status, TIBEMS_OK);
    CHECK_STR(active_url(p.f.connection), p.b.url);
    tibemsMsg message = receive_one(p.f.consumer);
    CHECK_STR(text_of(message), "in flight");
    CHECK_OK(tibemsMsg_GetMessageID(message, &id));
    CHECK(*send_id);
    CHECK_STR(id, send_id);
    CHECK_OK(tibemsMsg_Destroy(message));
    EXPECT_NOTHING(p.f.consumer);
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

TEST("10-63", blocked_receive_survives)
{
    struct task receiver;
    gated();
    plain();
    task_start(&receiver, receive_forever, p.f.consumer);
    CHECK(task_blocks(&receiver));
    a_dies();
    wait_broken();
    CHECK(task_blocks(&receiver));
    let_recover();
    wait_recovered();
    CHECK(task_blocks(&receiver));
    CHECK_OK(send_text(p.f.producer, "on B"));
    REQUIRE(task_wait(&receiver, 5000));
    CHECK_INT(receiver.status, TIBEMS_OK);
    CHECK_STR(received, "on B");
    CHECK_STR(active_url(p.f.connection), p.b.url);
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

/* Both calls return although the recovery waits until they have. */
TEST("10-64,10-65", timed_receives_while_broken)
{
    tibemsMsg message = (tibemsMsg)0x1;
    gated();
    plain();
    a_dies();
    wait_broken();
    CASE("10-64");
    long long begin = now_ms();
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(p.f.consumer, &message, 500), TIBEMS_TIMEOUT);
    CHECK(now_ms() - begin >= 500);
    CHECK(message == NULL);
    CASE("10-65");
    message = (tibemsMsg)0x1;
    CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait(p.f.consumer, &message), TIBEMS_NOT_FOUND);
    CHECK(message == NULL);
    CASE("10-64,10-65");
    expect_disconnected(true);
    CHECK_STR(active_url(p.f.connection), p.a.url);
    let_recover();
    wait_recovered();
    CHECK_OK(send_text(p.f.producer, "on B"));
    EXPECT_FIRST(p.f.consumer, "on B");
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

/* a message listener that waits for the break and then tries calls */
static struct events refused = EVENTS_INIT, local = EVENTS_INIT;

static void call_while_broken(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    tibemsSession session = NULL;
    tibemsMsgProducer producer = NULL;
    tibemsMsgConsumer extra = NULL;
    tibemsTextMsg text = NULL;
    tibemsMsg none = NULL;
    const char *read = NULL;
    (void)consumer;
    (void)closure;
    event_post(&listened, 0);
    wait_broken();
    event_post(&refused, send_text(p.f.producer, "inside"));
    event_post(&refused, tibemsSession_CreateConsumer(p.f.session, &extra, p.f.queue, NULL, TIBEMS_FALSE));
    event_post(&refused, tibemsMsg_Acknowledge(message));
    event_post(&refused, tibemsUFOConnectionFactory_RecoverConnection(p.recovery.factory, p.f.connection));
    event_post(&refused, tibemsSession_CreateProducer(p.f.session, &producer, p.f.queue));
    event_post(&refused, tibemsConnection_CreateSession(p.f.connection, &session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE));
    event_post(&refused, tibemsMsgConsumer_Receive(other, &none));
    event_post(&refused, tibemsMsgConsumer_ReceiveTimeout(other, &none, 60000));
    event_post(&refused, tibemsMsgConsumer_ReceiveNoWait(other, &none));
    event_post(&refused, tibemsSession_Recover(p.f.session));
    CHECK(session == NULL && producer == NULL && extra == NULL && none == NULL);
    event_post(&local, tibemsTextMsg_Create(&text));
    event_post(&local, tibemsTextMsg_SetText(text, "local"));
    event_post(&local, tibemsTextMsg_GetText(text, &read));
    CHECK_STR(read, "local");
    CHECK_STR(text_of(message), "go");
    event_post(&local, tibemsMsg_Destroy(text));
    event_post(&local, tibemsMsg_Destroy(message));
}

/* The recovery waits until every call has returned, so none of them has waited for it. */
TEST("10-66,10-67,10-80", calls_in_listener_while_broken)
{
    gated();
    setup(TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateConsumer(p.f.session, &other, unique_queue(), NULL, TIBEMS_FALSE));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(p.f.consumer, call_while_broken, NULL));
    CHECK_OK(send_text(p.f.producer, "go"));
    REQUIRE(event_wait(&listened, 1, 5000));
    a_dies();
    CASE("10-66,10-80");
    REQUIRE(event_wait(&refused, 10, 5000));
    for (int i = 0; i < 10; i++)
        CHECK_INT(event_at(&refused, i), TIBEMS_SERVER_NOT_CONNECTED);
    CASE("10-67");
    REQUIRE(event_wait(&local, 5, 5000));
    for (int i = 0; i < 5; i++)
        CHECK_INT(event_at(&local, i), TIBEMS_OK);
    CASE("10-66,10-67,10-80");
    let_recover();
    wait_recovered();
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

static struct events order = EVENTS_INIT, may_return = EVENTS_INIT;

static void long_listener(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    if (strcmp(text_of(message), "long") == 0) {
        event_post(&order, 1);
        REQUIRE(event_wait(&may_return, 1, 10000));
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
    wait_recovered();                           /* U13: does not wait for the listener */
    CHECK_INT(event_count(&order), 1);
    CHECK_OK(send_text(producer, "next"));
    CHECK_OK(send_text(producer, "last"));      /* answered by B: what B had to deliver before has come */
    all_rests();
    CHECK_INT(event_count(&order), 1);
    event_post(&may_return, 1);
    REQUIRE(event_wait(&order, 4, 5000));
    CHECK_INT(event_at(&order, 1), 2);
    CHECK_INT(event_at(&order, 2), 3);
    CHECK_INT(event_at(&order, 3), 3);
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

TEST("10-69", create_session_while_broken)
{
    struct task creator;
    tibemsSession session = NULL;
    tibemsMsgProducer producer = NULL;
    gated();
    plain();
    a_dies();
    wait_broken();
    task_start(&creator, create_session, &session);
    CHECK(task_blocks(&creator));
    let_recover();
    REQUIRE(task_wait(&creator, 5000));
    CHECK_INT(creator.status, TIBEMS_OK);
    REQUIRE_OK(tibemsSession_CreateProducer(session, &producer, p.f.queue));
    CHECK_OK(send_text(producer, "on B"));
    EXPECT_FIRST(p.f.consumer, "on B");
    CHECK_STR(active_url(p.f.connection), p.b.url);
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

TEST("10-70", acknowledge_across_recovery)
{
    setup(TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE);
    CHECK_OK(send_text(p.f.producer, "kept by A"));
    tibemsMsg message = receive_one(p.f.consumer);
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
    gated();
    setup(TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    CHECK_OK(send_text(p.f.producer, "doomed"));
    a_dies();
    wait_broken();
    task_start(&committer, commit, p.f.session);
    CHECK(task_blocks(&committer));
    let_recover();
    REQUIRE(task_wait(&committer, 5000));
    CHECK_INT(committer.status, TIBEMS_TRANSACTION_ROLLBACK);
    CHECK_OK(tibemsSession_Commit(p.f.session));
    CHECK_OK(tibemsConnection_Close(p.f.connection));
    EXPECT_LEFT(url_a(), p.f.name, 0);
    EXPECT_LEFT(url_b(), p.f.name, 0);
}

TEST("10-75,10-77,10-78", recovery_given_up)
{
    struct task sender, receiver;
    tibemsMsg message = NULL;
    tibemsSession session = NULL;
    CHECK_OK(tibems_SetReconnectAttemptCount(1));
    p.recovery.tries = 1;
    gated();
    plain();
    task_start(&receiver, receive_forever, p.f.consumer);
    CHECK(task_blocks(&receiver));
    int before = proxy_connections(&p.b);
    proxy_set(&p.b, PROXY_DEAD);
    a_dies();
    wait_broken();
    task_start(&sender, send_one, p.f.producer);
    CHECK(task_blocks(&sender));
    CHECK(task_running(&receiver));
    let_recover();
    CASE("10-75");
    REQUIRE(event_wait(&p.recovery.recovered, 1, 20000));
    CHECK_INT(event_at(&p.recovery.recovered, 0), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK_INT(proxy_connections(&p.b) - before, 4);             /* the factory's 4 rounds of 1 pass (C11) */
    expect_disconnected(true);
    CASE("10-77");
    REQUIRE(task_wait(&sender, 2000));
    CHECK_INT(sender.status, TIBEMS_UFO_CONNECTION_FAILURE);
    REQUIRE(task_wait(&receiver, 2000));
    CHECK_INT(receiver.status, TIBEMS_UFO_CONNECTION_FAILURE);
    /* at once: nobody recovers, so a call that waited would wait for ever */
    CHECK_STATUS(send_text(p.f.producer, "later"), TIBEMS_UFO_CONNECTION_FAILURE);
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(p.f.consumer, &message, 3600000), TIBEMS_UFO_CONNECTION_FAILURE);
    CHECK_STATUS(tibemsMsgConsumer_Receive(p.f.consumer, &message), TIBEMS_UFO_CONNECTION_FAILURE);
    CHECK_STATUS(tibemsConnection_CreateSession(p.f.connection, &session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE),
                 TIBEMS_UFO_CONNECTION_FAILURE);
    expect_disconnected(true);
    CHECK_INT(event_count(&p.recovery.broken), 1);
    CASE("10-78");                              /* the main thread recovers once B is up */
    proxy_set(&p.b, PROXY_PASS);
    CHECK_OK(tibemsUFOConnectionFactory_RecoverConnection(p.recovery.factory, p.f.connection));
    expect_disconnected(false);
    CHECK_STR(active_url(p.f.connection), p.b.url);
    CHECK_OK(send_text(p.f.producer, "again"));
    EXPECT_FIRST(p.f.consumer, "again");
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

TEST("10-76", listener_loops_until_ok)
{
    struct task sender, receiver;
    CHECK_OK(tibems_SetReconnectAttemptDelay(250));
    gated();
    plain();
    proxy_set(&p.b, PROXY_DEAD);
    a_dies();
    wait_broken();
    task_start(&sender, send_one, p.f.producer);
    CHECK(task_blocks(&sender));
    task_start(&receiver, receive_forever, p.f.consumer);
    CHECK(task_blocks(&receiver));
    let_recover();
    REQUIRE(event_wait(&p.recovery.recovered, 3, 20000));       /* several series have failed */
    CHECK(task_running(&sender) && task_running(&receiver));
    for (int i = 0; i < 3; i++)
        CHECK_INT(event_at(&p.recovery.recovered, i), TIBEMS_SERVER_NOT_CONNECTED);
    proxy_set(&p.b, PROXY_PASS);
    REQUIRE(task_wait(&sender, 10000));
    CHECK_INT(sender.status, TIBEMS_OK);
    REQUIRE(task_wait(&receiver, 10000));
    CHECK_INT(receiver.status, TIBEMS_OK);
    CHECK_STR(received, "waited");
    CHECK_OK(tibemsConnection_Close(p.f.connection));
    CHECK_INT(event_count(&p.recovery.broken), 1);
}

TEST("10-79", another_thread_recovers)
{
    static struct events broken = EVENTS_INIT;
    struct task sender, receiver, helper;
    setup_with(TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE, post_status, &broken);
    a_dies();
    REQUIRE(event_wait(&broken, 1, 5000));
    CHECK_INT(event_at(&broken, 0), TIBEMS_SERVER_NOT_CONNECTED);
    task_start(&receiver, receive_forever, p.f.consumer);
    CHECK(task_blocks(&receiver));
    task_start(&sender, send_one, p.f.producer);
    CHECK(task_blocks(&sender));                /* although the listener has returned */
    CHECK(task_running(&receiver));
    CHECK_INT(proxy_connections(&p.b), 0);
    task_start(&helper, recover_now, NULL);
    REQUIRE(task_wait(&helper, 5000));
    CHECK_INT(helper.status, TIBEMS_OK);
    REQUIRE(task_wait(&sender, 5000));
    CHECK_INT(sender.status, TIBEMS_OK);
    REQUIRE(task_wait(&receiver, 5000));
    CHECK_INT(receiver.status, TIBEMS_OK);
    CHECK_STR(received, "waited");
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
    proxy_set(&p.b, PROXY_STALL);               /* until both are at it */
    task_start(&one, recover_now, NULL);
    CHECK(task_blocks(&one));
    task_start(&two, recover_now, NULL);
    CHECK(task_blocks(&two));
    CHECK(task_running(&one));
    CHECK_INT(proxy_connections(&p.b) - before, 1);
    proxy_set(&p.b, PROXY_PASS);
    REQUIRE(task_wait(&one, 5000));
    REQUIRE(task_wait(&two, 5000));
    CHECK_INT(one.status, TIBEMS_OK);
    CHECK_INT(two.status, TIBEMS_OK);
    CHECK_INT(proxy_connections(&p.b) - before, 1);             /* one recovery */
    CHECK_OK(send_text(p.f.producer, "on B"));
    EXPECT_FIRST(p.f.consumer, "on B");
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
