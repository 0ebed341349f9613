/*
 * closes_together.c - a close of something that another thread closes just now, or what it belongs to: it returns behind the
 * callbacks, too, so that the program may free what they use (spec 20 §1.8)
 */
#include "calls.h"

static struct fixture f;
static struct events inside = EVENTS_INIT, go = EVENTS_INIT, called = EVENTS_INIT;


static void hold_here(void)
{
    event_post(&inside, 0);
    CHECK(event_wait(&go, 1, 10000));
}

static void holds(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    hold_here();
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&called, 0);
}

static void completes(tibemsMsg message, tibems_status status, void *closure)
{
    (void)message;
    (void)closure;
    hold_here();
    event_post(&called, status);
}

/* a message listener or a completion callback is under way and waits for go */
static void a_callback_runs(bool completion)
{
    fresh(&f);
    if (completion) {
        tibemsMsg message = text_message("x");
        CHECK_OK(tibemsMsgProducer_AsyncSend(f.producer, message, completes, NULL));
        CHECK_OK(tibemsMsg_Destroy(message));
    } else {
        CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, holds, NULL));
        CHECK_OK(send_text(f.producer, "x"));
    }
    REQUIRE(event_wait(&inside, 1, 10000));
}

struct closing { tibems_status (*close)(void *object); void *object; };

/* each begins behind those before it, all wait, and all are OK behind the callback */
static void all_wait(const struct closing *closings, int count)
{
    static struct task tasks[4];
    for (int i = 0; i < count; i++) {
        task_start(&tasks[i], closings[i].close, closings[i].object);
        CHECK(task_blocks(&tasks[i]));
    }
    CHECK_INT(event_count(&called), 0);
    event_post(&go, 0);
    for (int i = 0; i < count; i++) {
        REQUIRE(task_wait(&tasks[i], 10000));
        CHECK_INT(tasks[i].status, TIBEMS_OK);
    }
    CHECK_INT(event_count(&called), 1);
}

TEST_CHEAP("", connection_and_listener)
{
    a_callback_runs(false);
    all_wait((struct closing[]){{close_connection, f.connection}, {close_session, f.session},
                                {close_consumer, f.consumer}, {close_connection, f.connection}}, 4);
}

TEST_CHEAP("", connection_and_completion)
{
    a_callback_runs(true);
    all_wait((struct closing[]){{close_connection, f.connection}, {close_session, f.session},
                                {close_producer, f.producer}, {close_connection, f.connection}}, 4);
}

TEST_CHEAP("", session_and_listener)
{
    a_callback_runs(false);
    all_wait((struct closing[]){{close_session, f.session}, {close_consumer, f.consumer},
                                {close_connection, f.connection}}, 3);
}

TEST_CHEAP("", session_and_completion)
{
    a_callback_runs(true);
    all_wait((struct closing[]){{close_session, f.session}, {close_producer, f.producer},
                                {close_connection, f.connection}}, 3);
}

/* A listener that waits for completion callbacks, in a commit, is still there: who is no callback waits for it, too. */
static void commits_and_stays(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    CHECK_OK(tibemsMsgProducer_AsyncSend(f.producer, message, completes, NULL));
    CHECK_OK(tibemsMsg_Destroy(message));
    (void)tibemsSession_Commit(f.session);      /* its session may be closed meanwhile */
    event_post(&inside, 0);
    CHECK(event_wait(&go, 2, 10000));
    event_post(&called, 0);
}

static void waits_for_a_waiting_listener(tibems_status (*call)(void *object), void **object)
{
    static struct task closing;
    struct fixture other;
    fresh(&other);
    fresh_on(&f, connect_to(url_a()), TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, commits_and_stays, NULL));
    CHECK_OK(tibemsMsgProducer_Close(f.producer));
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &f.producer, other.queue));
    tibemsMsg message = text_message("x");
    CHECK_OK(tibemsMsgProducer_SendToDestination(other.producer, f.queue, message));
    CHECK_OK(tibemsMsg_Destroy(message));
    REQUIRE(event_wait(&inside, 1, 10000));     /* the completion is */
    task_start(&closing, call, *object);
    CHECK(task_blocks(&closing));
    event_post(&go, 0);
    REQUIRE(event_wait(&inside, 2, 10000));     /* the commit is over, the listener is not */
    CHECK(task_blocks(&closing));
    CHECK_INT(event_count(&called), 1);
    event_post(&go, 0);
    REQUIRE(task_wait(&closing, 10000));
    CHECK_INT(closing.status, TIBEMS_OK);
    CHECK_INT(event_count(&called), 2);
}

static tibems_status stop(void *connection) { return tibemsConnection_Stop(connection); }
static tibems_status no_listener(void *consumer) { return tibemsMsgConsumer_SetMsgListener(consumer, NULL, NULL); }

#define WAITS(NAME, CALL, OBJECT) \
    TEST_CHEAP("", NAME) { waits_for_a_waiting_listener(CALL, (void **)&(OBJECT)); }
WAITS(session_and_waiting_listener, close_session, f.session)
WAITS(connection_and_waiting_listener, close_connection, f.connection)
WAITS(consumer_and_waiting_listener, close_consumer, f.consumer)
WAITS(stop_and_waiting_listener, stop, f.connection)
WAITS(removal_of_a_waiting_listener, no_listener, f.consumer)

/* nobody waits for itself: what a callback closes while its session or connection is closed is only given back */
static void closes_its_own(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)closure;
    hold_here();
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&called, tibemsMsgConsumer_Close(consumer));
    event_post(&called, tibemsMsgProducer_Close(f.producer));
    event_post(&called, tibemsSession_Close(f.session));
    event_post(&called, tibemsConnection_Close(f.connection));
}

static void closes_meanwhile(void)
{
    static struct task closing;
    REQUIRE(event_wait(&inside, 1, 10000));
    task_start(&closing, close_connection, f.connection);
    CHECK(task_blocks(&closing));
    event_post(&go, 0);
    REQUIRE(task_wait(&closing, 10000));
    for (int i = 0; i < 4; i++)
        CHECK_INT(event_at(&called, i), TIBEMS_OK);
}

static void completes_and_closes(tibemsMsg message, tibems_status status, void *closure)
{
    (void)status;
    closes_its_own(f.consumer, message, closure);
}

TEST_CHEAP("", beside_a_close_in_a_listener)
{
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, closes_its_own, NULL));
    CHECK_OK(send_text(f.producer, "x"));
    closes_meanwhile();
}

TEST_CHEAP("", inside_a_completion)
{
    fresh(&f);
    tibemsMsg message = text_message("x");
    CHECK_OK(tibemsMsgProducer_AsyncSend(f.producer, message, completes_and_closes, NULL));
    closes_meanwhile();
}
