/*
 * kills.c - servers that really die or fall silent: SIGKILL, SIGSTOP (cases 10-60, 10-43, 20-118; D1 of spec 00)
 */
#include "harness.h"

static struct fixture f;
static struct recovery recovery = RECOVERY_INIT;

/* waits for TEXT; a server that comes back may still hold what was consumed just before it died */
static void expect_newest(const char *text)
{
    char got[256];
    do
        REQUIRE_OK(receive_text(f.consumer, slow(10000), got, NULL));
    while (strcmp(got, text) != 0);
}

TEST_X("10-60", killed_servers_in_turn, T_ALONE, 90)
{
    struct broker a, b;
    broker_start(&a);
    broker_start(&b);
    recovery.factory = ufo_factory_for(url_join("+", a.url, b.url, NULL));
    tibemsConnection connection = connect_with(recovery.factory);
    CHECK_OK(tibemsConnection_SetExceptionListener(connection, recover_listener, &recovery));
    fresh_on(&f, connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    for (int round = 1; round <= 3; round++) {
        struct broker *now = round % 2 ? &a : &b, *next = round % 2 ? &b : &a;
        char before[16], after[16];
        snprintf(before, sizeof before, "before %d", round);
        snprintf(after, sizeof after, "after %d", round);
        CHECK_OK(send_text(f.producer, before));
        expect_newest(before);
        long long killed = now_us();
        broker_kill(now);
        REQUIRE(event_wait(&recovery.recovered, round, 10000));
        printf("round %d: noticed after %lld us, recovered after %lld us\n", round,
               recovery.broken.at_us[round - 1] - killed, recovery.recovered.at_us[round - 1] - killed);
        CHECK_INT(event_at(&recovery.broken, round - 1), TIBEMS_SERVER_NOT_CONNECTED);
        CHECK_INT(event_at(&recovery.recovered, round - 1), TIBEMS_OK);
        CHECK_STR(active_url(connection), next->url);
        CHECK_OK(send_text(f.producer, after));
        expect_newest(after);
        broker_restart(now);
    }
    CHECK_OK(tibemsConnection_Close(connection));
    threads_end("ems-");
    CHECK_INT(event_count(&recovery.broken), 3);
    broker_kill(&a);
    broker_kill(&b);
}

TEST_X("10-43", killed_single_server, T_ALONE, 60)
{
    struct broker a;
    static struct events events = EVENTS_INIT;
    broker_start(&a);
    f.connection = connect_to(a.url);
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, post_status, &events));
    fresh_on(&f, f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    broker_kill(&a);
    REQUIRE(event_wait(&events, 1, 5000));
    CHECK_INT(event_at(&events, 0), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK_STATUS(send_text(f.producer, "late"), TIBEMS_SERVER_NOT_CONNECTED);
    tibems_bool gone = TIBEMS_FALSE;
    CHECK_OK(tibemsConnection_IsDisconnected(f.connection, &gone));
    CHECK_INT(gone, TIBEMS_TRUE);
    CHECK_OK(tibemsConnection_Close(f.connection));
    threads_end("ems-");
    CHECK_INT(event_count(&events), 1);
}

static tibems_status send_one(void *producer) { return send_text(producer, "stuck"); }

/* A server that keeps its socket open and says nothing: the idle limit ends it (D1). The limit is long enough for a machine
 * that runs a server late. */
TEST_X("10-60", silent_server_is_left, T_ALONE, 60)
{
    struct broker a;
    struct task sender;
    CHECK_INT(setenv("TIBEMS_AMQP_OPTIONS", "idle=8000", 1), 0);
    broker_start(&a);
    recovery.factory = ufo_factory_for(url_join("+", a.url, url_b(), NULL));
    tibemsConnection connection = connect_with(recovery.factory);
    CHECK_OK(tibemsConnection_SetExceptionListener(connection, recover_listener, &recovery));
    fresh_on(&f, connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_STR(active_url(connection), a.url);
    broker_stop(&a);
    task_start(&sender, send_one, f.producer);
    CHECK(task_blocks(&sender));
    CHECK_INT(event_count(&recovery.broken), 0);
    REQUIRE(event_wait(&recovery.recovered, 1, 15000));
    REQUIRE(task_wait(&sender, 2000));
    CHECK_INT(sender.status, TIBEMS_SERVER_NOT_CONNECTED);      /* in flight at the break: outcome unknown */
    CHECK_STR(active_url(connection), url_b());
    CHECK_OK(send_text(f.producer, "again"));
    EXPECT_FIRST(f.consumer, "again");
    EXPECT_NOTHING(f.consumer);                 /* the stuck one was not sent again */
    CHECK_OK(tibemsConnection_Close(connection));
    broker_cont(&a);
    broker_kill(&a);
}
