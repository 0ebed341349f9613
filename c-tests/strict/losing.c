/*
 * losing.c - the connection is dropped at each step and goes to another peer (peers/Losing.java, peers/Rebuilding.java):
 * by RecoverConnection in the exception listener ("+"), or by itself (",")
 */
#include "strict.h"

/* a connection to the first of the script's peers that can reach the others */
static void lose(const char *script, const char *separator, bool three)
{
    bool unshared = *separator == '+';
    setenv("TIBEMS_AMQP_OPTIONS", "prefetch_queue=10", 1);
    play(script);
    scene.factory = named_factory(unshared, url_join(separator, peer(1), peer(2), three ? peer(3) : NULL));
    scene.connection = connect_with(scene.factory);
    scene.recovery.factory = scene.factory;
    scene.recovery.tries = 1;
    if (unshared)
        REQUIRE_OK(tibemsConnection_SetExceptionListener(scene.connection, recover_listener, &scene.recovery));
    else
        REQUIRE_OK(tibemsConnection_SetExceptionListener(scene.connection, post_status, &scene.exceptions));
    scene.queue = queue_named("orders");
}

/* the listener was told once, and its one RecoverConnection led to that peer */
static void recovered(int number)
{
    REQUIRE(event_wait(&scene.recovery.recovered, 1, slow(15000)));
    CHECK_INT(event_count(&scene.recovery.broken), 1);
    CHECK_STATUS(event_at(&scene.recovery.broken, 0), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK_STATUS(event_at(&scene.recovery.recovered, 0), TIBEMS_OK);
    CHECK_STR(active_url(scene.connection), peer(number));
}

/* the end on that peer: the listener of a comma list was never told, that of an unshared one once */
static void closed_on(int number)
{
    CHECK_STR(active_url(scene.connection), peer(number));
    close_scene();
    CHECK_INT(event_count(&scene.exceptions), 0);
    CHECK(event_count(&scene.recovery.broken) <= 1);
}

static void while_connecting(const char *separator)
{
    lose("whileConnecting", separator, true);
    CHECK_STR(active_url(scene.connection), peer(3));
    close_scene();
}

TEST("40-P-V1", strict_lost_while_connecting) { while_connecting("+"); }

TEST("40-P-V1", strict_lost_while_connecting_shared) { while_connecting(","); }

TEST("40-P-V1", strict_lost_bare)
{
    lose("bare", "+", false);
    cue();
    recovered(2);
    close_scene();
}

static void at_begin(const char *separator)
{
    lose("atBegin", separator, false);
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_OK(tibemsSession_Close(scene.session));
    closed_on(2);
}

TEST("40-P-V1", strict_lost_at_begin) { at_begin("+"); }

TEST("40-P-V1", strict_lost_at_begin_shared) { at_begin(","); }

static void at_attach(const char *separator)
{
    lose("atAttach", separator, false);
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    open_producer();
    CHECK_OK(send_now("after"));
    closed_on(2);
}

TEST("40-P-V1", strict_lost_at_attach) { at_attach("+"); }

TEST("40-P-V1,40-P-A3", strict_lost_at_attach_shared)
{
    CASE("40-P-V1,40-P-A3");
    at_attach(",");
}

static void everything(const char *separator)
{
    tibemsSession second = NULL;
    tibemsDestination news = NULL;
    tibemsMsgProducer other = NULL;
    lose("everything", separator, false);
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    second = session_of(scene.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    open_consumer();
    open_producer();
    REQUIRE_OK(tibemsTopic_Create(&news, "news"));
    REQUIRE_OK(tibemsSession_CreateProducer(second, &other, news));
    REQUIRE_OK(tibemsConnection_Start(scene.connection));
    await("credit");
    CHECK_OK(send_now("before"));
    cue();
    await("recovered");
    CHECK_OK(send_now("after"));
    tibemsMsg message = text_message("after, too");
    CHECK_OK(tibemsMsgProducer_Send(other, message));
    CHECK_OK(tibemsMsg_Destroy(message));
    receive_now("answer");
}

TEST("40-P-V1", strict_lost_with_everything)
{
    everything("+");
    recovered(2);
    close_scene();
}

TEST("40-P-V1", strict_lost_with_everything_shared)
{
    everything(",");
    closed_on(2);
}

static tibems_status send_waiting(void *unused)
{
    (void)unused;
    return send_now("waiting");
}

static void without_credit(const char *separator)
{
    struct task task = {.done = EVENTS_INIT};
    lose("withoutCredit", separator, false);
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    open_producer();
    await("attached");
    task_start(&task, send_waiting, NULL);
    REQUIRE(task_blocks(&task));
    cue();
    REQUIRE(task_wait(&task, slow(15000)));
    CHECK_OK(task.status);
    CHECK_OK(send_now("next"));
    closed_on(2);
}

TEST("strict", strict_lost_without_credit) { without_credit("+"); }

TEST("strict", strict_lost_without_credit_shared) { without_credit(","); }

static void in_doubt(const char *script)
{
    lose(script, "+", false);
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    open_producer();
    CHECK_STATUS(send_now("in doubt"), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK(strncmp(send_error, "outcome unknown:", 16) == 0);
    recovered(2);
    CHECK_OK(send_now("next"));
    close_scene();
}

TEST("40-P-V1", strict_lost_without_outcome) { in_doubt("withoutOutcome"); }

TEST("40-P-V1", strict_lost_outcome_half_way) { in_doubt("outcomeHalfWay"); }

static void sent_again(const char *script)
{
    lose(script, ",", false);
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    open_producer();
    CHECK_OK(send_now("in doubt"));
    CHECK_OK(send_now("next"));
    closed_on(2);
}

TEST("40-P-V1", strict_lost_without_outcome_shared) { sent_again("withoutOutcomeShared"); }

TEST("40-P-V1", strict_lost_outcome_half_way_shared) { sent_again("outcomeHalfWayShared"); }

/* two messages in hand, one waiting; then all three again, and nothing twice */
static void unacknowledged(const char *script, const char *separator, tibems_status stale)
{
    tibemsMsg old[2], last = NULL;
    lose(script, separator, false);
    open_session(TIBEMS_CLIENT_ACKNOWLEDGE);
    open_consumer();
    REQUIRE_OK(tibemsConnection_Start(scene.connection));
    for (int i = 0; i < 2; i++)
        old[i] = receive_one(scene.consumer);
    await("sent");
    cue();
    await("recovered");
    CHECK_STATUS(tibemsMsg_Acknowledge(old[0]), stale);
    for (int i = 0; i < 3; i++) {
        tibemsMsg_Destroy(last);
        last = receive_one(scene.consumer);
        CHECK_STR(text_of(last), worded("message %d", i));
    }
    CHECK_OK(tibemsMsg_Acknowledge(last));
    CHECK_OK(tibemsMsg_Destroy(last));
    for (int i = 0; i < 2; i++)
        CHECK_OK(tibemsMsg_Destroy(old[i]));
    closed_on(2);
}

TEST("strict", strict_lost_unacknowledged) { unacknowledged("unacknowledged", "+", TIBEMS_OK); }

TEST("strict", strict_lost_unacknowledged_shared)
{
    unacknowledged("unacknowledgedShared", ",", TIBEMS_ILLEGAL_STATE);
}

static void half_a_message(const char *separator)
{
    lose("halfAMessage", separator, false);
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    open_consumer();
    REQUIRE_OK(tibemsConnection_Start(scene.connection));
    receive_now("whole");
    closed_on(2);
}

TEST("strict", strict_lost_half_a_message) { half_a_message("+"); }

TEST("strict", strict_lost_half_a_message_shared) { half_a_message(","); }

TEST("strict", strict_lost_before_the_start)
{
    lose("notStarted", "+", false);
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    open_consumer();
    cue();
    await("recovered");
    recovered(2);
    REQUIRE_OK(tibemsConnection_Start(scene.connection));
    receive_now("after");
    close_scene();
}

TEST("40-P-A4", strict_rebuild_answered_backwards)
{
    lose("answersBackwards", "+", false);
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    open_producer();
    open_consumer();
    REQUIRE_OK(tibemsConnection_Start(scene.connection));
    await("credit-1");
    cue();
    await("credit-2");
    recovered(2);
    CHECK_OK(send_now("after"));
    close_scene();
}

/* the second peer is no success, the third is: one RecoverConnection */
static void third(const char *script)
{
    lose(script, "+", true);
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    open_producer();
    open_consumer();
    REQUIRE_OK(tibemsConnection_Start(scene.connection));
    await("credit-1");
    cue();
    await("credit-3");
    recovered(3);
    CHECK_OK(send_now("after"));
    receive_now("answer");
    close_scene();
}

TEST("strict", strict_rebuild_refused) { third("refusesALink"); }

TEST("strict", strict_rebuild_cut) { third("diesMeanwhile"); }

TEST("strict", strict_rebuild_shut_down) { third("shutsDown"); }

TEST("strict", strict_rebuild_dropped_at_once) { third("dropsAtOnce"); }
