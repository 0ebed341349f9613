/*
 * consumers_lost.c - receives when the server is killed, with and without its return (spec 20 §4.3; cases 20-151, 20-152)
 *
 * The server is a process of the test's own and really dies.
 */
#include "sessions.h"

static struct broker broker;
static struct events lost = EVENTS_INIT;

static void connected(bool twice)               /* twice: the list has the server two times, so there is a reconnect */
{
    broker_start(&broker);
    f.connection = connect_to(twice ? url_join(",", broker.url, broker.url, NULL) : broker.url);
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, post_status, &lost));
    fresh_on(&f, f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
}

struct waiting { struct task task; tibemsMsgConsumer consumer; tibems_long timeout; tibemsMsg message; };

static tibems_status wait_for_one(void *argument)
{
    struct waiting *waiting = argument;
    waiting->message = (tibemsMsg)0x1;
    return waiting->timeout < 0 ? tibemsMsgConsumer_Receive(waiting->consumer, &waiting->message)
                                : tibemsMsgConsumer_ReceiveTimeout(waiting->consumer, &waiting->message, waiting->timeout);
}

/* blocked in a receive on a new queue, which it is named after; timeout -1: Receive */
static void start_waiting(struct waiting *waiting, tibems_long timeout, char name[128])
{
    snprintf(name, 128, "%s", unique_name("q"));
    waiting->timeout = timeout;
    REQUIRE_OK(tibemsSession_CreateConsumer(session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE),
                                            &waiting->consumer, queue_named(name), NULL, TIBEMS_FALSE));
    task_start(&waiting->task, wait_for_one, waiting);
    CHECK(task_blocks(&waiting->task));
}

static void expect_lost(tibemsMsgConsumer consumer)
{
    tibemsMsg message = (tibemsMsg)0x1;
    CHECK_STATUS(tibemsMsgConsumer_Receive(consumer, &message), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK(message == NULL);
    message = (tibemsMsg)0x1;
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(consumer, &message, 60000), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK(message == NULL);
    message = (tibemsMsg)0x1;
    CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait(consumer, &message), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK(message == NULL);
}

TEST_X("20-151", receives_of_a_dead_server, T_DEVBROKER, 60)
{
    struct waiting forever, minute;
    char name[128];
    connected(false);
    send_numbers(f.producer, 1, 3);
    EXPECT_FIRST(f.consumer, "1");              /* 2 and 3 are prefetched */
    start_waiting(&forever, -1, name);
    start_waiting(&minute, 60000, name);
    broker_kill(&broker);
    REQUIRE(task_wait(&forever.task, 10000));
    CHECK_INT(forever.task.status, TIBEMS_INTR);
    CHECK(forever.message == NULL);
    REQUIRE(task_wait(&minute.task, 10000));
    CHECK_INT(minute.task.status, TIBEMS_INTR);
    CHECK(minute.message == NULL);
    REQUIRE(event_wait(&lost, 1, 10000));
    CHECK_INT(event_at(&lost, 0), TIBEMS_SERVER_NOT_CONNECTED);
    expect_lost(forever.consumer);
    expect_lost(minute.consumer);
    expect_lost(f.consumer);                    /* nor are they handed out any more: nobody could acknowledge them */
    CHECK_STATUS(send_text(f.producer, "late"), TIBEMS_SERVER_NOT_CONNECTED);
    done();
    CHECK_INT(event_count(&lost), 1);
}

TEST_X("20-152", receives_of_a_server_that_returns, T_DEVBROKER, 60)
{
    struct waiting forever, minute;
    char first[128], second[128];
    struct fixture other;
    CHECK_OK(tibems_SetReconnectAttemptCount(1000));
    connected(true);
    start_waiting(&forever, -1, first);
    start_waiting(&minute, 600000, second);
    broker_kill(&broker);
    CHECK(task_blocks(&forever.task));
    CHECK(task_blocks(&minute.task));
    broker_restart(&broker);
    fresh_on(&other, connect_to(broker.url), TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK(task_running(&forever.task) && task_running(&minute.task));
    tibemsMsg message = text_message("later");
    tibemsMsgProducer producer = NULL;
    REQUIRE_OK(tibemsSession_CreateProducer(other.session, &producer, NULL));
    CHECK_OK(tibemsMsgProducer_SendToDestination(producer, queue_named(first), message));
    CHECK_OK(tibemsMsgProducer_SendToDestination(producer, queue_named(second), message));
    REQUIRE(task_wait(&forever.task, 20000));
    CHECK_INT(forever.task.status, TIBEMS_OK);
    CHECK_STR(text_of(forever.message), "later");
    REQUIRE(task_wait(&minute.task, 20000));
    CHECK_INT(minute.task.status, TIBEMS_OK);
    CHECK_STR(text_of(minute.message), "later");
    CHECK_INT(event_count(&lost), 0);           /* the program was told nothing */
    CHECK_OK(tibemsConnection_Close(other.connection));
    done();
}
