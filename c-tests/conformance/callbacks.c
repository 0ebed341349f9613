/*
 * callbacks.c - every call of sessions and what they make, with valid objects, in every callback (spec 10 §1.11, §5.6; spec 20
 * §1.8, §3.8)
 */
#include "owners.h"

static struct events inside = EVENTS_INIT, finished = EVENTS_INIT;

/* a callback that makes the calls the first time that it runs */
static void in_callback(enum place place)
{
    static int times;
    if (times++)
        return;
    event_post(&inside, 0);
    if (s.will_break) {
        CHECK(event_wait(&broken, 1, 10000));
        all_owners(place, false);
    } else
        all_owners(place, true);
    event_post(&finished, 0);
}

static void listens(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    in_callback(LISTENER);
    CHECK_OK(tibemsMsg_Destroy(message));
}

static void completes(tibemsMsg message, tibems_status status, void *closure)
{
    (void)message;
    (void)status;
    (void)closure;
    in_callback(COMPLETION);
}

static void wait_finished(int count)
{
    if (!event_wait(&finished, count, 10000)) {
        check_failed(__FILE__, __LINE__, "%s hangs", calling);
        test_over();
    }
}

static void call_listener(void)
{
    tibemsMsgConsumer trigger = NULL;
    tibemsDestination queue = unique_queue();
    fill(s.objects[OWN].connection, queue, 1);
    REQUIRE_OK(tibemsSession_CreateConsumer(s.objects[OWN].session, &trigger, queue, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsMsgConsumer_SetMsgListener(trigger, listens, NULL));
}

static void call_completion(void)
{
    tibemsMsg message = text_message("x");
    REQUIRE_OK(tibemsMsgProducer_AsyncSend(s.objects[OWN].producer, message, completes, NULL));
    CHECK_OK(tibemsMsg_Destroy(message));
}

static void connected(bool transacted, void (*start)(void))
{
    CHECK_OK(tibems_SetAllowCloseInCallback(s.allowed));
    setup(transacted, NULL);
    start();
    wait_finished(1);
    teardown();
}

TEST_X("", in_a_listener, T_DEVBROKER | T_CHEAP, 40) { connected(false, call_listener); }
TABLE_TEST(in_a_listener_transacted) { connected(true, call_listener); }
TABLE_TEST(in_a_completion) { connected(false, call_completion); }
TEST_X("", in_a_completion_transacted, T_DEVBROKER | T_CHEAP, 40) { connected(true, call_completion); }

TABLE_TEST(in_a_listener_that_may_close)
{
    s.allowed = true;
    connected(false, call_listener);
}

TABLE_TEST(in_a_completion_whatever_the_flag)
{
    s.allowed = true;
    connected(false, call_completion);
}

static void in_main(void)
{
    all_owners(OUTSIDE, true);
    event_post(&finished, 0);
}

TABLE_TEST(outside) { connected(false, in_main); }
TABLE_TEST(outside_transacted) { connected(true, in_main); }

/* ---- while the connection is broken ------------------------------------------------------------------------------------ */

static void broken_then_recovered(tibemsConnection connection, tibems_status status, void *closure)
{
    note_break(connection, status, closure);
    all_owners(EXCEPTION, false);
    recover();
    for (int i = OTHER_SESSION; s.transacted && i <= OWN; i++)
        CHECK_OK(tibemsSession_Rollback(s.objects[i].session));
    for (int i = OTHER_SESSION; i <= OWN; i++)
        make_calls((enum owner)i, EXCEPTION, true);
    event_post(&finished, 0);
}

TABLE_TEST(in_an_exception_listener)
{
    setup(false, broken_then_recovered);
    a_dies();
    wait_finished(1);
    teardown();
}

TABLE_TEST(in_an_exception_listener_transacted)
{
    setup(true, broken_then_recovered);
    a_dies();
    wait_finished(1);
    teardown();
}

static void broken_inside(bool transacted, void (*start)(void))
{
    s.will_break = true;
    setup(transacted, note_break);
    start();
    REQUIRE(event_wait(&inside, 1, 10000));
    a_dies();
    wait_finished(1);
    recover();
    teardown();
}

TABLE_TEST(in_a_listener_while_broken) { broken_inside(false, call_listener); }
TABLE_TEST(in_a_listener_while_broken_transacted) { broken_inside(true, call_listener); }
TABLE_TEST(in_a_completion_while_broken) { broken_inside(false, call_completion); }
TABLE_TEST(in_a_completion_while_broken_transacted) { broken_inside(true, call_completion); }
