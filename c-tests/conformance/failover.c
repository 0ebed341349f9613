/*
 * failover.c - loss of the server on ordinary connections, shared-state failover (spec 10 §3, §4; cases 10-43 to 10-57,
 * 20-14, 20-63, 20-151, 20-152)
 *
 * The break is made by a proxy in front of the shared broker, so that the server keeps its state: what "shared state"
 * means to a client. A dead server is a proxy that accepts, counts and closes: its next count is the event that says that
 * the loss was noticed and the reconnect runs.
 */
#include "calls.h"


static void expect_gone(tibemsConnection connection, bool expected)
{
    tibems_bool gone = !expected;
    CHECK_OK(tibemsConnection_IsDisconnected(connection, &gone));
    CHECK_INT(gone, expected);
}

/* enough attempts that a reconnect lasts until the test lets the server return */
static void patient(void)
{
    CHECK_OK(tibems_SetReconnectAttemptCount(100000));
    CHECK_OK(tibems_SetReconnectAttemptDelay(250));
}

/* the server dies, and the library has noticed and tries to come back; returns the connections up to the death */
static int die_noticed(struct proxy *proxy)
{
    int before = proxy_connections(proxy);
    proxy_set(proxy, PROXY_DEAD);
    REQUIRE(event_wait(&proxy->accepted, before + 1, 5000));
    return before;
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
    CASE("10-43,20-151");
    CHECK_INT(event_at(&events, 0), TIBEMS_SERVER_NOT_CONNECTED);
    REQUIRE(task_wait(&receiver, 2000));
    CHECK_INT(receiver.status, TIBEMS_INTR);
    CASE("20-151");
    CHECK_STATUS(tibemsMsgConsumer_Receive(f.consumer, &message), TIBEMS_SERVER_NOT_CONNECTED);
    CASE("10-43");
    CHECK_STATUS(send_text(f.producer, "late"), TIBEMS_SERVER_NOT_CONNECTED);
    expect_gone(f.connection, true);
    all_rests();
    CHECK_INT(event_count(&events), 1);
    CHECK_OK(tibemsConnection_Close(f.connection));
    threads_end("ems-");
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
    for (long long until = now_ms() + slow(10000); !gone && now_ms() < until; sleep_ms(5))
        CHECK_OK(tibemsConnection_IsDisconnected(connection, &gone));
    REQUIRE(gone);
    CHECK_OK(tibemsConnection_SetExceptionListener(connection, post_status, &events));
    REQUIRE(event_wait(&events, 1, 2000));
    CHECK_INT(event_at(&events, 0), TIBEMS_SERVER_NOT_CONNECTED);
    all_rests();
    CHECK_INT(event_count(&events), 1);
    CHECK_OK(tibemsConnection_SetExceptionListener(connection, post_status, &events));
    all_rests();
    CHECK_INT(event_count(&events), 1);         /* told once, not to every new listener */
    CHECK_OK(tibemsConnection_Close(connection));
}

TEST("10-45,20-152", same_server_twice_is_silent)
{
    static struct proxy proxy;
    struct fixture f;
    struct task sender, receiver;
    static struct events events = EVENTS_INIT;
    patient();
    proxy_start_url(&proxy, url_a());
    watched(&f, url_join(",", proxy.url, proxy.url, NULL), &events, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_OK(send_text(f.producer, "before"));
    EXPECT_TEXT(f.consumer, "before");
    task_start(&receiver, receive_forever, f.consumer);
    CHECK(task_blocks(&receiver));
    expect_gone(f.connection, false);
    die_noticed(&proxy);
    CASE("10-45");
    expect_gone(f.connection, false);
    task_start(&sender, send_one, f.producer);
    CHECK(task_blocks(&sender));
    expect_gone(f.connection, false);
    CASE("20-152");
    CHECK(task_running(&receiver));
    proxy_set(&proxy, PROXY_PASS);
    CASE("10-45");
    REQUIRE(task_wait(&sender, 5000));
    CHECK_INT(sender.status, TIBEMS_OK);
    CASE("20-152");
    REQUIRE(task_wait(&receiver, 5000));
    CHECK_INT(receiver.status, TIBEMS_OK);
    CHECK_STR(received, "waited");
    CASE("10-45");
    expect_gone(f.connection, false);
    CHECK_OK(tibemsConnection_Close(f.connection));
    threads_end("ems-");
    CHECK_INT(event_count(&events), 0);
}

/* what the callbacks of a switch were told, in their order */
static char told[64][256];
static int told_count;

static void note_events(tibemsConnection connection, tibems_status status, void *closure)
{
    if (told_count < 64)
        snprintf(told[told_count++], sizeof *told, "%s", error_text());
    post_status(connection, status, closure);
}

static struct events switched = EVENTS_INIT;
static struct proxy switching;

/* breaks, lets two tries of the reconnect fail, allows the return, waits for EVENT; returns the tries that there were */
static int break_and_return(bool on_switch, bool on_events, tibems_status event)
{
    struct fixture f;
    tibems_bool flag = TIBEMS_FALSE;
    CHECK_OK(tibems_setExceptionOnFTSwitch(on_switch ? TIBEMS_TRUE : TIBEMS_FALSE));
    CHECK_OK(tibems_SetExceptionOnFTEvents(on_events ? TIBEMS_TRUE : TIBEMS_FALSE));
    CHECK_OK(tibems_getExceptionOnFTSwitch(&flag));
    CHECK_INT(flag, on_switch);
    CHECK_OK(tibems_GetExceptionOnFTEvents(&flag));
    CHECK_INT(flag, on_events);
    patient();
    proxy_start_url(&switching, url_a());
    watched(&f, url_join(",", switching.url, switching.url, NULL), &switched, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, note_events, &switched));
    int before = die_noticed(&switching);
    REQUIRE(event_wait(&switching.accepted, before + 2, 5000));
    proxy_set(&switching, PROXY_PASS);
    CHECK_OK(send_text(f.producer, "through"));
    EXPECT_TEXT(f.consumer, "through");
    for (int count = 1; event_wait(&switched, count, 10000) && event_at(&switched, count - 1) != (int)event; count++)
        ;
    all_rests();
    int tries = proxy_connections(&switching) - before;
    CHECK_OK(tibemsConnection_Close(f.connection));
    threads_end("ems-");
    CHECK_INT(event_count(&switched), told_count);
    return tries;
}

TEST("10-46", switch_event)
{
    char text[128];
    break_and_return(true, false, TIBEMS_SERVER_RECONNECTED);
    CHECK_INT(event_count(&switched), 1);
    CHECK_INT(event_at(&switched, 0), TIBEMS_SERVER_RECONNECTED);
    int length = snprintf(text, sizeof text, "FT-SWITCH: reconnected to %s", switching.url);
    CHECK(strncmp(told[0], text, (size_t)length) == 0);
}

/* 23, then 24 for every try, then one 28: with the flag of all events, whether or not the other is on */
static void expect_failover_events(bool on_switch)
{
    char text[128];
    int tries = break_and_return(on_switch, true, TIBEMS_SERVER_RECONNECTED), count = event_count(&switched);
    CHECK(tries >= 3);                          /* two that failed and one that did not */
    CHECK_INT(count, tries + 2);                /* E2: one event a try */
    CHECK_INT(event_at(&switched, 0), TIBEMS_SERVER_DISCONNECTED);
    snprintf(text, sizeof text, "FT-SWITCH: disconnected from %s", switching.url);
    CHECK(strncmp(told[0], text, strlen(text)) == 0);
    for (int i = 1, last = 1; i < count - 1 && i < 63; i++) {
        int attempt = 0, of = 0, length = snprintf(text, sizeof text, "FT-SWITCH: reconnecting to %s, attempt ", switching.url);
        CHECK_INT(event_at(&switched, i), TIBEMS_SERVER_RECONNECTING);
        CHECK(strncmp(told[i], text, (size_t)length) == 0 && sscanf(told[i] + length, "%d of %d", &attempt, &of) == 2);
        CHECK_INT(of, 100000);
        /* two URLs a pass; a server that still holds the client id makes one try a pass (D3) */
        CHECK(attempt == (i + 1) / 2 || (on_artemis() && (attempt == last || attempt == last + 1)));
        last = attempt;
    }
    CHECK_INT(event_at(&switched, count - 1), TIBEMS_SERVER_RECONNECTED);
}

TEST("10-47", failover_events) { expect_failover_events(false); }
TEST("10-48", failover_events_with_both_flags) { expect_failover_events(true); }

TEST("10-49", reconnect_gives_up)
{
    static struct proxy one, two;
    struct fixture f;
    struct task sender, receiver;
    static struct events events = EVENTS_INIT;
    proxy_start_url(&one, url_a());
    proxy_start(&two, 0);
    watched(&f, url_join(",", one.url, two.url, NULL), &events, TIBEMS_AUTO_ACKNOWLEDGE);
    int before = proxy_connections(&two);
    task_start(&receiver, receive_forever, f.consumer);
    CHECK(task_blocks(&receiver));
    proxy_set(&one, PROXY_STALL);               /* its next connection stays without an answer for now */
    proxy_cut(&one);
    REQUIRE(event_wait(&one.accepted, 2, 5000));
    task_start(&sender, send_one, f.producer);
    CHECK(task_blocks(&sender));
    CHECK(task_running(&receiver));
    expect_gone(f.connection, false);
    CHECK_INT(event_count(&events), 0);
    proxy_set(&one, PROXY_DEAD);
    REQUIRE(event_wait(&events, 1, 10000));
    CHECK_INT(event_at(&events, 0), TIBEMS_SERVER_NOT_CONNECTED);
    REQUIRE(task_wait(&sender, 2000));
    CHECK_INT(sender.status, TIBEMS_SERVER_NOT_CONNECTED);
    REQUIRE(task_wait(&receiver, 2000));
    CHECK_INT(receiver.status, TIBEMS_INTR);
    CHECK_INT(proxy_connections(&two) - before, 4);     /* reconnect attempt count: 4 passes */
    CHECK_INT(proxy_connections(&one) - 1, 4);
    for (int pass = 1; pass < 4; pass++)                /* 500 ms apart, from the last try to the first of the next pass */
        CHECK(two.accepted.at_us[before + pass] - one.accepted.at_us[pass] >= 500000);
    expect_gone(f.connection, true);
    CHECK_OK(tibemsConnection_Close(f.connection));
    threads_end("ems-");
    CHECK_INT(event_count(&events), 1);
}

TEST("10-50", reconnect_order)
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
    proxy_set(&dead[1], PROXY_DEAD);
    REQUIRE(event_wait(&events, 1, 10000));
    CHECK_INT(proxy_connections(&dead[0]) - 1, 2);
    CHECK_INT(proxy_connections(&dead[1]) - 1, 2);
    CHECK_INT(proxy_connections(&dead[2]), 2);
    for (int pass = 0; pass < 2; pass++) {
        /* 3, 1, 2: each once a pass, in this order */
        CHECK(dead[2].accepted.at_us[pass] <= dead[0].accepted.at_us[pass + 1]);
        CHECK(dead[0].accepted.at_us[pass + 1] <= dead[1].accepted.at_us[pass + 1]);
    }
    CHECK(dead[1].accepted.at_us[1] <= dead[2].accepted.at_us[1]);
    CHECK_OK(tibemsConnection_Close(f.connection));
}

static struct events inside = EVENTS_INIT, inside_28 = EVENTS_INIT;
static struct fixture called;

static void call_inside(tibemsConnection connection, tibems_status status, void *closure)
{
    tibemsSession session = NULL;
    tibemsMsgConsumer consumer = NULL;
    tibemsMsg message = NULL;
    struct events *seen = status == TIBEMS_SERVER_RECONNECTED ? &inside_28 : &inside;
    event_post(seen, tibemsConnection_CreateSession(connection, &session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE));
    event_post(seen, send_text(called.producer, "inside"));
    event_post(seen, tibemsSession_CreateConsumer(called.session, &consumer, called.queue, NULL, TIBEMS_FALSE));
    event_post(seen, tibemsMsgConsumer_ReceiveTimeout(called.consumer, &message, 60000));
    if (message)
        CHECK_OK(tibemsMsg_Destroy(message));
    expect_gone(connection, false);             /* local reads work */
    CHECK(strncmp(active_url(connection), "tcp://127.0.0.1:", 16) == 0);
    if (seen == &inside_28)
        event_post(seen, TIBEMS_OK);            /* the last of all */
    post_status(connection, status, closure);
}

TEST("10-51", api_call_in_failover_event)
{
    static struct proxy proxy;
    static struct events events = EVENTS_INIT;
    patient();
    CHECK_OK(tibems_SetExceptionOnFTEvents(TIBEMS_TRUE));
    proxy_start_url(&proxy, url_a());
    watched(&called, url_join(",", proxy.url, proxy.url, NULL), &events, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_OK(tibemsConnection_SetExceptionListener(called.connection, call_inside, &events));
    die_noticed(&proxy);
    REQUIRE(event_wait(&events, 2, 5000));      /* 23 and the first 24: the calls in them came back while nothing was connected */
    CHECK(event_count(&inside) >= 8);
    proxy_set(&proxy, PROXY_PASS);
    REQUIRE(event_wait(&inside_28, 5, 5000));
    for (int i = 0; i < event_count(&inside); i++)
        CHECK_INT(event_at(&inside, i), TIBEMS_NOT_PERMITTED);
    for (int i = 0; i < 4; i++)                 /* E9: at 28 nothing is pending any more */
        CHECK_INT(event_at(&inside_28, i), TIBEMS_OK);
    CHECK_OK(tibemsConnection_Close(called.connection));
}

TEST("10-52", timeout_runs_during_reconnect)
{
    static struct proxy proxy;
    struct fixture f;
    tibemsMsg message = NULL;
    static struct events events = EVENTS_INIT;
    patient();
    proxy_start_url(&proxy, url_a());
    watched(&f, url_join(",", proxy.url, proxy.url, NULL), &events, TIBEMS_AUTO_ACKNOWLEDGE);
    die_noticed(&proxy);
    /* both return although the reconnect never ends while the server is dead */
    long long begin = now_ms();
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(f.consumer, &message, 300), TIBEMS_TIMEOUT);
    CHECK(now_ms() - begin >= 300);
    CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait(f.consumer, &message), TIBEMS_NOT_FOUND);
    proxy_set(&proxy, PROXY_PASS);
    CHECK_OK(send_text(f.producer, "after"));
    EXPECT_TEXT(f.consumer, "after");
    CHECK_OK(tibemsConnection_Close(f.connection));
}

static char sent_id[256];

static tibems_status send_and_keep_id(void *producer)
{
    const char *id = NULL;
    tibemsMsg message = text_message("waited");
    tibems_status status = tibemsMsgProducer_Send(producer, message);
    CHECK_OK(tibemsMsg_GetMessageID(message, &id));
    snprintf(sent_id, sizeof sent_id, "%s", id ? id : "");
    CHECK_OK(tibemsMsg_Destroy(message));
    return status;
}

TEST("10-53", send_in_flight_is_resent)
{
    static struct proxy proxy;
    struct fixture f;
    struct task sender;
    static struct events events = EVENTS_INIT;
    patient();
    proxy_start_url(&proxy, url_a());
    watched(&f, url_join(",", proxy.url, proxy.url, NULL), &events, TIBEMS_AUTO_ACKNOWLEDGE);
    proxy_set(&proxy, PROXY_STALL_DOWN);        /* the message leaves, its answer does not come */
    task_start(&sender, send_and_keep_id, f.producer);
    CHECK(task_blocks(&sender));
    die_noticed(&proxy);
    CHECK(task_blocks(&sender));
    proxy_set(&proxy, PROXY_PASS);
    REQUIRE(task_wait(&sender, 5000));
    CHECK_INT(sender.status, TIBEMS_OK);
    CHECK(*sent_id);
    tibemsMsg message = receive_one(f.consumer);
    do {                                        /* duplicates are possible, nothing else: the same id (F1) */
        const char *id = NULL;
        CHECK_STR(text_of(message), "waited");
        CHECK_OK(tibemsMsg_GetMessageID(message, &id));
        CHECK_STR(id, sent_id);
        CHECK_OK(tibemsMsg_Destroy(message));
    } while (tibemsMsgConsumer_ReceiveNoWait(f.consumer, &message) == TIBEMS_OK);
    CHECK_OK(tibemsConnection_Close(f.connection));
    threads_end("ems-");
    CHECK_INT(event_count(&events), 0);
}

TEST("10-54,20-14", transaction_is_doomed_by_failover)
{
    static struct proxy proxy;
    static struct events events = EVENTS_INIT;
    struct fixture f = {0};
    tibemsMsg message = NULL;
    CHECK_OK(tibems_setExceptionOnFTSwitch(TIBEMS_TRUE));
    proxy_start_url(&proxy, url_a());
    fresh_on(&f, connect_to(url_join(",", proxy.url, proxy.url, NULL)), TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, post_status, &events));
    CHECK_OK(send_text(f.producer, "one"));
    CHECK_OK(send_text(f.producer, "two"));
    proxy_cut(&proxy);
    REQUIRE(event_wait(&events, 1, 5000));      /* the cut is noticed, a send in a transaction waits for nothing */
    CHECK_INT(event_at(&events, 0), TIBEMS_SERVER_RECONNECTED);
    CASE("10-54,20-14");
    CHECK_STATUS(send_text(f.producer, "three"), TIBEMS_FT_SERVER_LACKS_TRANSACTION);
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(f.consumer, &message, 200), TIBEMS_FT_SERVER_LACKS_TRANSACTION);
    CHECK_STATUS(tibemsSession_Commit(f.session), TIBEMS_TRANSACTION_ROLLBACK);
    CHECK_OK(send_text(f.producer, "four"));
    CHECK_OK(tibemsSession_Commit(f.session));
    EXPECT_TEXT(f.consumer, "four");            /* none of the others comes */
    CHECK_OK(tibemsSession_Commit(f.session));
    CHECK_OK(tibemsConnection_Close(f.connection));
    EXPECT_LEFT(url_a(), f.name, 0);
}

TEST("10-55", empty_transaction_survives)
{
    static struct proxy proxy;
    static struct events events = EVENTS_INIT;
    struct fixture f = {0};
    CHECK_OK(tibems_setExceptionOnFTSwitch(TIBEMS_TRUE));
    proxy_start_url(&proxy, url_a());
    fresh_on(&f, connect_to(url_join(",", proxy.url, proxy.url, NULL)), TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, post_status, &events));
    proxy_cut(&proxy);
    REQUIRE(event_wait(&events, 1, 5000));      /* the cut is noticed, a send in a transaction waits for nothing */
    CHECK_INT(event_at(&events, 0), TIBEMS_SERVER_RECONNECTED);
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
    message = receive_one(f.consumer);
    proxy_cut(&proxy);
    REQUIRE(event_wait(&events, 1, 5000));
    CHECK_INT(event_at(&events, 0), TIBEMS_SERVER_RECONNECTED);
    CHECK_STATUS(tibemsMsg_Acknowledge(message), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsSession_Recover(f.session));
    EXPECT_AFTER_DEATH(f.consumer, "one");
    EXPECT_NOTHING(f.consumer);
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsConnection_Close(f.connection));
}

TEST("10-57,20-63", close_during_reconnect)
{
    static struct proxy proxy;
    struct fixture f;
    struct task closer;
    static struct events events = EVENTS_INIT;
    patient();
    proxy_start_url(&proxy, url_a());
    watched(&f, url_join(",", proxy.url, proxy.url, NULL), &events, TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsSession other = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    die_noticed(&proxy);
    /* both return while the reconnect would go on for hours */
    CASE("20-63");
    CHECK_OK(tibemsSession_Close(other));
    CASE("10-57");
    task_start(&closer, close_connection, f.connection);
    REQUIRE(task_wait(&closer, 1000));
    CHECK_INT(closer.status, TIBEMS_OK);
    threads_end("ems-");                        /* nobody is left who could go on trying */
    CHECK_INT(event_count(&events), 0);
}
