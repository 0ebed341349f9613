/*
 * failover.c - loss of the server on ordinary connections, shared-state failover (spec 10 §3, §4; cases 10-43 to 10-57,
 * 20-14, 20-63, 20-151, 20-152)
 *
 * The break is made by a proxy in front of the shared broker, so that the server keeps its state: what "shared state"
 * means to a client.
 */
#include "harness.h"

static tibems_status receive_forever(void *consumer)
{
    tibemsMsg message = (tibemsMsg)0x1;
    tibems_status status = tibemsMsgConsumer_Receive(consumer, &message);
    CHECK(status == TIBEMS_OK ? message != NULL : message == NULL);
    return status;
}

static tibems_status send_one(void *producer) { return send_text(producer, "waited"); }
static tibems_status close_connection(void *connection) { return tibemsConnection_Close(connection); }

static void expect_gone(tibemsConnection connection, bool expected)
{
    tibems_bool gone = !expected;
    CHECK_OK(tibemsConnection_IsDisconnected(connection, &gone));
    CHECK_INT(gone, expected);
}

/* f on a connection to the URL list, with an exception listener that posts into EVENTS */
static void watched(struct fixture *f, const char *url, struct events *events, tibemsAcknowledgeMode mode)
{
    memset(f, 0, sizeof *f);
    f->connection = connect_to(url);
    CHECK_OK(tibemsConnection_SetExceptionListener(f->connection, post_status, events));
    fresh_on(f, f->connection, TIBEMS_FALSE, mode);
}

TEST("10-43,20-151", single_server_lost)
{
    static struct proxy proxy;
    struct fixture f;
    struct task receiver;
    tibemsMsg message = NULL;
    static struct events events = EVENTS_INIT;
    proxy_start_url(&proxy, url_a());
    watched(&f, proxy.url, &events, TIBEMS_AUTO_ACKNOWLEDGE);
    task_start(&receiver, receive_forever, f.consumer);
    CHECK(task_blocks(&receiver));
    proxy_set(&proxy, PROXY_REFUSE);
    REQUIRE(event_wait(&events, 1, 5000));
    CHECK_INT(event_at(&events, 0), TIBEMS_SERVER_NOT_CONNECTED);
    REQUIRE(task_wait(&receiver, 2000));
    CHECK_INT(receiver.status, TIBEMS_INTR);
    CHECK_STATUS(send_text(f.producer, "late"), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK_STATUS(tibemsMsgConsumer_Receive(f.consumer, &message), TIBEMS_SERVER_NOT_CONNECTED);
    expect_gone(f.connection, true);
    sleep_ms(300);
    CHECK_INT(event_count(&events), 1);
    CHECK_OK(tibemsConnection_Close(f.connection));
    CHECK_INT(event_count(&events), 1);
}

TEST("10-44", listener_set_after_the_loss)
{
    static struct proxy proxy;
    static struct events events = EVENTS_INIT;
    tibems_bool gone = TIBEMS_FALSE;
    proxy_start_url(&proxy, url_a());
    tibemsConnection connection = connect_to(proxy.url);
    proxy_set(&proxy, PROXY_REFUSE);
    for (long long until = now_ms() + slow(5000); !gone && now_ms() < until; sleep_ms(5))
        CHECK_OK(tibemsConnection_IsDisconnected(connection, &gone));
    REQUIRE(gone);
    CHECK_OK(tibemsConnection_SetExceptionListener(connection, post_status, &events));
    REQUIRE(event_wait(&events, 1, 2000));
    CHECK_INT(event_at(&events, 0), TIBEMS_SERVER_NOT_CONNECTED);
    sleep_ms(200);
    CHECK_INT(event_count(&events), 1);
    CHECK_OK(tibemsConnection_Close(connection));
}

TEST_ALONE("10-45,20-152", same_server_twice_is_silent)
{
    static struct proxy proxy;
    struct fixture f;
    struct task sender, receiver;
    static struct events events = EVENTS_INIT;
    proxy_start_url(&proxy, url_a());
    watched(&f, url_join(",", proxy.url, proxy.url, NULL), &events, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_OK(send_text(f.producer, "before"));
    EXPECT_TEXT(f.consumer, "before");
    task_start(&receiver, receive_forever, f.consumer);
    CHECK(task_blocks(&receiver));
    proxy_set(&proxy, PROXY_REFUSE);
    sleep_ms(200);
    expect_gone(f.connection, false);
    task_start(&sender, send_one, f.producer);
    CHECK(task_blocks(&sender));
    expect_gone(f.connection, false);
    proxy_set(&proxy, PROXY_PASS);
    REQUIRE(task_wait(&sender, 5000));
    CHECK_INT(sender.status, TIBEMS_OK);
    REQUIRE(task_wait(&receiver, 5000));
    CHECK_INT(receiver.status, TIBEMS_OK);
    expect_gone(f.connection, false);
    CHECK_INT(event_count(&events), 0);
    CHECK_OK(tibemsConnection_Close(f.connection));
}

static char switch_text[512];

static void note_events(tibemsConnection connection, tibems_status status, void *closure)
{
    if (status == TIBEMS_SERVER_RECONNECTED)
        snprintf(switch_text, sizeof switch_text, "%s", error_text());
    post_status(connection, status, closure);
}

/* breaks, lets 700 ms pass, allows the return, waits for the last event expected */
static void break_and_return(bool on_switch, bool on_events, struct events *events, const char **server)
{
    static struct proxy proxy;
    static char url[64];
    struct fixture f;
    tibems_bool flag = TIBEMS_FALSE;
    CHECK_OK(tibems_setExceptionOnFTSwitch(on_switch ? TIBEMS_TRUE : TIBEMS_FALSE));
    CHECK_OK(tibems_SetExceptionOnFTEvents(on_events ? TIBEMS_TRUE : TIBEMS_FALSE));
    CHECK_OK(tibems_getExceptionOnFTSwitch(&flag));
    CHECK_INT(flag, on_switch);
    proxy_start_url(&proxy, url_a());
    watched(&f, url_join(",", proxy.url, proxy.url, NULL), events, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, note_events, events));
    proxy_set(&proxy, PROXY_REFUSE);
    sleep_ms(700);
    proxy_set(&proxy, PROXY_PASS);
    CHECK_OK(send_text(f.producer, "through"));
    EXPECT_TEXT(f.consumer, "through");
    sleep_ms(200);
    CHECK_OK(tibemsConnection_Close(f.connection));
    snprintf(url, sizeof url, "%s", proxy.url);
    *server = url;
}

TEST("10-46", switch_event)
{
    static struct events events = EVENTS_INIT;
    const char *server;
    break_and_return(true, false, &events, &server);
    CHECK_INT(event_count(&events), 1);
    CHECK_INT(event_at(&events, 0), TIBEMS_SERVER_RECONNECTED);
    CHECK(strstr(switch_text, server) != NULL);
    CHECK(strncmp(switch_text, "FT-SWITCH: ", 11) == 0);
}

TEST("10-47,10-48", failover_events)
{
    static struct events events = EVENTS_INIT;
    const char *server;
    break_and_return(true, true, &events, &server);
    int count = event_count(&events);
    CHECK(count >= 3);
    CHECK_INT(event_at(&events, 0), TIBEMS_SERVER_DISCONNECTED);
    for (int i = 1; i < count - 1; i++)
        CHECK_INT(event_at(&events, i), TIBEMS_SERVER_RECONNECTING);
    CHECK_INT(event_at(&events, count - 1), TIBEMS_SERVER_RECONNECTED);
}

TEST_ALONE("10-49", reconnect_gives_up)
{
    static struct proxy one, two;
    struct fixture f;
    struct task sender, receiver;
    static struct events events = EVENTS_INIT;
    proxy_start_url(&one, url_a());
    proxy_start(&two, 0);
    CHECK_OK(tibems_SetReconnectAttemptDelay(250));
    watched(&f, url_join(",", one.url, two.url, NULL), &events, TIBEMS_AUTO_ACKNOWLEDGE);
    int before = proxy_connections(&two);
    task_start(&receiver, receive_forever, f.consumer);
    CHECK(task_blocks(&receiver));
    one.target = 0;                             /* it accepts, counts and closes from now on */
    proxy_cut(&one);
    sleep_ms(100);
    task_start(&sender, send_one, f.producer);
    REQUIRE(event_wait(&events, 1, 10000));
    CHECK_INT(event_at(&events, 0), TIBEMS_SERVER_NOT_CONNECTED);
    REQUIRE(task_wait(&sender, 2000));
    CHECK_INT(sender.status, TIBEMS_SERVER_NOT_CONNECTED);
    REQUIRE(task_wait(&receiver, 2000));
    CHECK_INT(receiver.status, TIBEMS_INTR);
    CHECK_INT(proxy_connections(&two) - before, 4);     /* reconnect attempt count: 4 passes */
    CHECK_INT(proxy_connections(&one) - 1, 4);
    expect_gone(f.connection, true);
    CHECK_OK(tibemsConnection_Close(f.connection));
}

TEST_ALONE("10-50", reconnect_order)
{
    static struct proxy dead[3];
    struct fixture f;
    static struct events events = EVENTS_INIT;
    proxy_start(&dead[0], 0);
    proxy_start_url(&dead[1], url_a());
    proxy_start(&dead[2], 0);
    CHECK_OK(tibems_SetReconnectAttemptDelay(250));
    CHECK_OK(tibems_SetReconnectAttemptCount(2));
    watched(&f, url_join(",", dead[0].url, dead[1].url, dead[2].url), &events, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_STR(active_url(f.connection), dead[1].url);
    CHECK_INT(proxy_connections(&dead[0]), 1);  /* the first connect passed by */
    dead[1].target = 0;
    proxy_cut(&dead[1]);
    REQUIRE(event_wait(&events, 1, 10000));
    for (int pass = 0; pass < 2; pass++) {
        /* 3, 1, 2: each once a pass, in this order */
        CHECK(dead[2].accepted.at_us[pass] < dead[0].accepted.at_us[pass + 1]);
        CHECK(dead[0].accepted.at_us[pass + 1] < dead[1].accepted.at_us[pass + 1]);
    }
    CHECK_INT(proxy_connections(&dead[0]) - 1, 2);
    CHECK_INT(proxy_connections(&dead[1]) - 1, 2);
    CHECK_INT(proxy_connections(&dead[2]), 2);
    CHECK_OK(tibemsConnection_Close(f.connection));
}

static struct events inside = EVENTS_INIT;

static void call_inside(tibemsConnection connection, tibems_status status, void *closure)
{
    tibemsSession session = NULL;
    tibems_bool gone = TIBEMS_TRUE;
    if (status == TIBEMS_SERVER_DISCONNECTED || status == TIBEMS_SERVER_RECONNECTING) {
        event_post(&inside, tibemsConnection_CreateSession(connection, &session, TIBEMS_FALSE,
                                                           TIBEMS_AUTO_ACKNOWLEDGE));
        CHECK_OK(tibemsConnection_IsDisconnected(connection, &gone));
    }
    post_status(connection, status, closure);
}

TEST("10-51", api_call_in_failover_event)
{
    static struct proxy proxy;
    struct fixture f;
    static struct events events = EVENTS_INIT;
    CHECK_OK(tibems_SetExceptionOnFTEvents(TIBEMS_TRUE));
    proxy_start_url(&proxy, url_a());
    watched(&f, url_join(",", proxy.url, proxy.url, NULL), &events, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, call_inside, &events));
    proxy_cut(&proxy);
    REQUIRE(event_wait(&events, 3, 5000));
    CHECK(event_count(&inside) >= 2);
    CHECK_INT(event_at(&inside, 0), TIBEMS_NOT_PERMITTED);
    CHECK_INT(event_at(&inside, 1), TIBEMS_NOT_PERMITTED);
    CHECK_OK(tibemsConnection_Close(f.connection));
}

TEST_ALONE("10-52", timeout_runs_during_reconnect)
{
    static struct proxy proxy;
    struct fixture f;
    tibemsMsg message = NULL;
    static struct events events = EVENTS_INIT;
    proxy_start_url(&proxy, url_a());
    CHECK_OK(tibems_SetReconnectAttemptCount(20));
    watched(&f, url_join(",", proxy.url, proxy.url, NULL), &events, TIBEMS_AUTO_ACKNOWLEDGE);
    proxy_set(&proxy, PROXY_REFUSE);
    sleep_ms(100);
    long long begin = now_ms();
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(f.consumer, &message, 300), TIBEMS_TIMEOUT);
    CHECK_BETWEEN(now_ms() - begin, 298, slow(450));
    CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait(f.consumer, &message), TIBEMS_NOT_FOUND);
    proxy_set(&proxy, PROXY_PASS);
    CHECK_OK(send_text(f.producer, "after"));
    EXPECT_TEXT(f.consumer, "after");
    CHECK_OK(tibemsConnection_Close(f.connection));
}

TEST("10-53", send_in_flight_is_resent)
{
    static struct proxy proxy;
    struct fixture f;
    struct task sender;
    static struct events events = EVENTS_INIT;
    char text[256];
    proxy_start_url(&proxy, url_a());
    watched(&f, url_join(",", proxy.url, proxy.url, NULL), &events, TIBEMS_AUTO_ACKNOWLEDGE);
    proxy_set(&proxy, PROXY_STALL_DOWN);        /* the message arrives, its answer does not */
    task_start(&sender, send_one, f.producer);
    CHECK(task_blocks(&sender));
    proxy_cut(&proxy);
    proxy_set(&proxy, PROXY_PASS);
    REQUIRE(task_wait(&sender, 5000));
    CHECK_INT(sender.status, TIBEMS_OK);
    EXPECT_TEXT(f.consumer, "waited");
    while (receive_text(f.consumer, 300, text, NULL) == TIBEMS_OK)
        CHECK_STR(text, "waited");              /* duplicates are possible, nothing else */
    CHECK_INT(event_count(&events), 0);
    CHECK_OK(tibemsConnection_Close(f.connection));
}

TEST("10-54,20-14", transaction_is_doomed_by_failover)
{
    static struct proxy proxy;
    struct fixture f = {0};
    tibemsMsg message = NULL;
    proxy_start_url(&proxy, url_a());
    fresh_on(&f, connect_to(url_join(",", proxy.url, proxy.url, NULL)), TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    CHECK_OK(send_text(f.producer, "one"));
    CHECK_OK(send_text(f.producer, "two"));
    proxy_cut(&proxy);
    CHECK_STATUS(send_text(f.producer, "three"), TIBEMS_FT_SERVER_LACKS_TRANSACTION);
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(f.consumer, &message, 200), TIBEMS_FT_SERVER_LACKS_TRANSACTION);
    CHECK_STATUS(tibemsSession_Commit(f.session), TIBEMS_TRANSACTION_ROLLBACK);
    CHECK_OK(send_text(f.producer, "four"));
    CHECK_OK(tibemsSession_Commit(f.session));
    CHECK_OK(tibemsConnection_Close(f.connection));
    EXPECT_LEFT(url_a(), f.name, 1);
}

TEST("10-55", empty_transaction_survives)
{
    static struct proxy proxy;
    struct fixture f = {0};
    proxy_start_url(&proxy, url_a());
    fresh_on(&f, connect_to(url_join(",", proxy.url, proxy.url, NULL)), TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    proxy_cut(&proxy);
    CHECK_OK(tibemsSession_Commit(f.session));
    CHECK_OK(send_text(f.producer, "one"));
    CHECK_OK(tibemsSession_Commit(f.session));
    CHECK_OK(tibemsConnection_Close(f.connection));
    EXPECT_LEFT(url_a(), f.name, 1);
}

TEST("10-56", acknowledge_after_failover)
{
    static struct proxy proxy;
    struct fixture f;
    tibemsMsg message = NULL;
    static struct events events = EVENTS_INIT;
    CHECK_OK(tibems_setExceptionOnFTSwitch(TIBEMS_TRUE));
    proxy_start_url(&proxy, url_a());
    watched(&f, url_join(",", proxy.url, proxy.url, NULL), &events, TIBEMS_CLIENT_ACKNOWLEDGE);
    CHECK_OK(send_text(f.producer, "one"));
    REQUIRE_OK(tibemsMsgConsumer_ReceiveTimeout(f.consumer, &message, slow(5000)));
    proxy_cut(&proxy);
    REQUIRE(event_wait(&events, 1, 5000));
    CHECK_STATUS(tibemsMsg_Acknowledge(message), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsSession_Recover(f.session));
    EXPECT_AFTER_DEATH(f.consumer, "one");
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsConnection_Close(f.connection));
}

TEST("10-57,20-63", close_during_reconnect)
{
    static struct proxy proxy;
    struct fixture f;
    struct task closer;
    static struct events events = EVENTS_INIT;
    proxy_start_url(&proxy, url_a());
    CHECK_OK(tibems_SetReconnectAttemptCount(1000));
    watched(&f, url_join(",", proxy.url, proxy.url, NULL), &events, TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsSession other = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    proxy.target = 0;
    proxy_cut(&proxy);
    sleep_ms(300);
    long long begin = now_ms();
    CHECK_OK(tibemsSession_Close(other));
    CHECK_BETWEEN(now_ms() - begin, 0, slow(300));
    task_start(&closer, close_connection, f.connection);
    REQUIRE(task_wait(&closer, 1000));
    CHECK_INT(closer.status, TIBEMS_OK);
    int tries = proxy_connections(&proxy);
    sleep_ms(1200);
    CHECK_INT(proxy_connections(&proxy), tries);        /* nobody goes on trying */
    CHECK_INT(event_count(&events), 0);
}
