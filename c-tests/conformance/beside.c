/*
 * beside.c - every call of sessions and what they make, with valid objects, outside of callbacks: while the connection is
 * broken or given up (spec 10 §5.6), and beside a call of another thread that waits (spec 20 §1.8, §4.3, §6)
 */
#include "calls.h"
#include "owners.h"

static void gives_up(tibemsConnection connection, tibems_status status, void *closure)
{
    note_break(connection, status, closure);
    CHECK_STATUS(tibemsUFOConnectionFactory_RecoverConnection(s.objects[OWN].factory, connection), TIBEMS_SERVER_NOT_CONNECTED);
}

static void given_up(bool transacted)
{
    CHECK_OK(tibems_SetConnectAttemptCount(1));
    CHECK_OK(tibems_SetReconnectAttemptCount(1));
    setup(transacted, gives_up);
    proxy_set(&s.b, PROXY_REFUSE);
    a_dies();
    REQUIRE(event_wait(&broken, 1, 10000));
    /* waits until the listener has returned */
    CHECK_STATUS(send_text(s.objects[OWN].producer, "x"), TIBEMS_UFO_CONNECTION_FAILURE);
    s.state = GIVEN_UP;
    all_owners(OUTSIDE, false);
    proxy_set(&s.b, PROXY_PASS);
    recover();
    teardown();
}

TABLE_TEST(outside_given_up) { given_up(false); }
TABLE_TEST(outside_given_up_transacted) { given_up(true); }

/* A call that waits for the recovery, in a thread of its own. */
struct waiting { struct task task; const struct call *call; void *out; };

static tibems_status make_call(void *of)
{
    struct waiting *waiting = of;
    return waiting->call->run(&s.objects[OWN], &waiting->out);
}

/* Stop is left out: receives beside it would wait for a Start. */
static bool waits_while_broken(const struct call *call)
{
    switch (call->kind) {
    case SERVER:
    case HOLDER:
    case UNKNOWN_NAME:
    case START_STOP:
    case WITHOUT_END:
    case REQUEST:
        return true;
    case TRANSACTION:
        return s.transacted;
    case BACK:
    case AUTO_ONLY:
        return !s.transacted;
    default:
        return false;
    }
}

static void outside_broken(bool transacted)
{
    static struct waiting waiting[CALL_COUNT];
    setup(transacted, note_break);
    a_dies();
    REQUIRE(event_wait(&broken, 1, 10000));
    for (int i = 0; i < CALL_COUNT; i++) {
        const struct call *call = &calls[i];
        struct waiting *one = &waiting[i];
        if (call->kind == STOP || call->kind == RECOVERY || a_close(call))
            continue;
        one->call = call;
        task_start(&one->task, make_call, one);
        if (waits_while_broken(call))
            continue;
        if (!task_wait(&one->task, 10000)) {
            check_failed(__FILE__, __LINE__, "%s hangs", call->name);
            test_over();
        }
        judge(call, OWN, one->task.status, expected(call, OWN, OUTSIDE), one->out);
        one->call = NULL;
    }
    all_rests();
    for (int i = 0; i < CALL_COUNT; i++)
        if (waiting[i].call && !task_running(&waiting[i].task))
            check_failed(__FILE__, __LINE__, "%s does not wait: %d", calls[i].name, (int)waiting[i].task.status);
    recover();
    for (int i = 0; i < CALL_COUNT; i++) {
        struct waiting *one = &waiting[i];
        if (!one->call)
            continue;
        if (!task_wait(&one->task, 10000)) {
            check_failed(__FILE__, __LINE__, "%s hangs", one->call->name);
            test_over();
        }
        judge(one->call, OWN, one->task.status, expected(one->call, OWN, OUTSIDE), one->out);
    }
    teardown();
}

TABLE_TEST(outside_while_broken) { outside_broken(false); }
TABLE_TEST(outside_while_broken_transacted) { outside_broken(true); }

/* ---- beside calls of another thread that wait ----------------------------------------------------------------------------- */

static tibems_status receive_here(void *consumer)
{
    tibemsMsg message = NULL;
    return tibemsMsgConsumer_Receive(consumer, &message);
}

/* Each call of the own session that CHOSEN takes, in a thread of its own, so that one that hangs is named. */
static void make_calls_if(bool (*chosen)(const struct call *call))
{
    for (int i = 0; i < CALL_COUNT; i++) {
        struct waiting one = {.call = &calls[i]};
        if (!chosen(&calls[i]))
            continue;
        tibems_status want = expected(&calls[i], OWN, OUTSIDE);
        task_start(&one.task, make_call, &one);
        if (!task_wait(&one.task, 10000)) {
            check_failed(__FILE__, __LINE__, "%s hangs", calls[i].name);
            test_over();
        }
        judge(&calls[i], OWN, one.task.status, want, one.out);
        if (begins(calls[i].name, "tibemsConnection_Close"))
            s.connection_over = true;
    }
}

static tibems_status make_send(void *of) { return send_text(((struct objects *)of)->last_producer, "x"); }
static tibems_status make_commit(void *of) { return tibemsSession_Commit(((struct objects *)of)->session); }

static tibems_status make_browse(void *of)
{
    struct objects *o = of;
    tibemsMsg message = NULL;
    tibems_status status;
    while ((status = tibemsQueueBrowser_GetNext(o->browser, &message)) == TIBEMS_OK)
        CHECK_OK(tibemsMsg_Destroy(message));
    return status;
}

static tibems_status make_request(void *of)
{
    struct objects *o = of;
    tibemsMsg reply = NULL;
    return tibemsMsgRequestor_Request(o->requestor, o->message, &reply);
}

/* receives that find nothing, on the consumers that the table uses */
static void beside_receives(bool transacted)
{
    struct task quiet, spare;
    setup(transacted, NULL);
    s.received_from = true;
    task_start(&quiet, receive_here, s.objects[OWN].subscriber);
    CHECK(task_blocks(&quiet));
    task_start(&spare, receive_here, s.objects[OWN].spare);
    CHECK(task_blocks(&spare));
    all_owners(OUTSIDE, true);
    REQUIRE(task_wait(&quiet, 10000));
    REQUIRE(task_wait(&spare, 10000));
    CHECK_INT(quiet.status, TIBEMS_INTR);
    CHECK_INT(spare.status, TIBEMS_INTR);
    teardown();
}

TABLE_TEST(beside_receives_of_others) { beside_receives(false); }
TABLE_TEST(beside_receives_of_others_transacted) { beside_receives(true); }

static bool needs_no_server(const struct call *call)
{
    return call->kind == LOCAL || call->kind == ALWAYS || call->kind == CLIENT_ID || call->kind == IN_TIME || call->kind == NO_WAIT ||
           call->kind == LISTENER_SET || call->kind == RECOVERY || a_close(call);
}

/* The server does not answer any more: calls that need nothing of it return, and closes do within their limit. */
static void unanswered(bool transacted, tibems_status (*run)(void *), tibems_status want)
{
    struct task task;
    struct objects *o = &s.objects[OWN];
    CHECK_INT(setenv("TIBEMS_AMQP_OPTIONS", "close_timeout=200", 1), 0);
    setup(transacted, NULL);
    if (transacted) {
        REQUIRE_OK(send_text(o->producer, "in the transaction"));
        fill(o->connection, o->queue, 1);       /* what was sent before has been answered */
    }
    proxy_set(&s.a, PROXY_STALL_DOWN);
    task_start(&task, run, o);
    CHECK(task_blocks(&task));
    make_calls_if(needs_no_server);
    REQUIRE(task_wait(&task, 10000));
    CHECK_INT(task.status, want);
    s.connection_over = true;
    teardown();
}

TABLE_TEST(beside_a_send) { unanswered(false, make_send, TIBEMS_SERVER_NOT_CONNECTED); }
TABLE_TEST(beside_a_commit) { unanswered(true, make_commit, TIBEMS_SERVER_NOT_CONNECTED); }
TABLE_TEST(beside_a_browse) { unanswered(false, make_browse, TIBEMS_ILLEGAL_STATE); }

static bool any(const struct call *call)
{
    (void)call;
    return true;
}

/* nobody replies any more */
TABLE_TEST(beside_a_request)
{
    struct task task;
    setup(false, NULL);
    CHECK_OK(tibemsConnection_Close(repliers[0].connection));
    CHECK_OK(tibemsConnection_Close(repliers[1].connection));
    s.requesting = true;
    task_start(&task, make_request, &s.objects[OWN]);
    CHECK(task_blocks(&task));
    make_calls_if(any);
    REQUIRE(task_wait(&task, 10000));
    CHECK_INT(task.status, TIBEMS_INTR);
    teardown();
}

/* A close waits for a listener: what it closes is over for everybody else. Another close and Stop would wait as well. */
static bool no_close(const struct call *call) { return !a_close(call) && call->kind != STOP; }

static void beside_a_close(bool whole)
{
    struct task task;
    struct objects *o = &s.objects[OWN];
    setup(false, NULL);
    fill(o->connection, o->filled, 1);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(o->consumer, gated_listener, NULL));
    REQUIRE(event_wait(&begun, 1, 10000));
    if (whole)
        task_start(&task, close_connection, o->connection);
    else
        task_start(&task, close_session, o->session);
    CHECK(task_blocks(&task));
    s.connection_over = whole;
    s.session_over = true;
    make_calls_if(no_close);
    event_post(&go_on, 0);
    REQUIRE(task_wait(&task, 10000));
    CHECK_INT(task.status, TIBEMS_OK);
    teardown();
}

TABLE_TEST(beside_a_close_of_the_session) { beside_a_close(false); }
TABLE_TEST(beside_a_close_of_the_connection) { beside_a_close(true); }
