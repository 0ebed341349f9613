/*
 * handlers.c - signal handlers of programs of old: SIGINT comes while the program waits for a message, its handler closes
 * everything and calls exit(), or returns (docs/decisions.md)
 *
 * The call that waits is below the handler on the same thread: it can only return when that has.
 */
#include "calls.h"
#include "harness.h"

#include <pthread.h>
#include <signal.h>

static struct fixture f;
static const char *volatile order;      /* what the handler closes: consumer, session, Connection (K) */
static volatile sig_atomic_t leaves, statuses[4];

static void close_in_order(int signal)
{
    (void)signal;
    for (int i = 0; order[i] != '\0'; i++)
        statuses[i] = order[i] == 'C'   ? tibemsMsgConsumer_Close(f.consumer)
                      : order[i] == 'S' ? tibemsSession_Close(f.session)
                                        : tibemsConnection_Close(f.connection);
    if (leaves)
        exit(7);
}

static void interrupt_a_receive(tibems_status (*receive)(void *))
{
    struct sigaction action = {.sa_handler = close_in_order};
    struct task receiver = {0};
    REQUIRE(sigaction(SIGUSR1, &action, NULL) == 0);
    fresh(&f);
    task_start(&receiver, receive, f.consumer);
    REQUIRE(task_blocks(&receiver));
    REQUIRE(pthread_kill(receiver.thread, SIGUSR1) == 0);
    REQUIRE(task_wait(&receiver, 5000));
    CHECK_STATUS(receiver.status, TIBEMS_INTR);
    for (int i = 0; order[i] != '\0'; i++)
        CHECK_OK((tibems_status)statuses[i]);
    if (strchr(order, 'K') == NULL)
        CHECK_OK(tibemsConnection_Close(f.connection));
}

TEST("", a_handler_closes_what_its_thread_receives_from)
{
    static const char *const orders[] = {"C", "CSK", "S", "SCK", "K", "KSC", "KC"};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        order = orders[i];
        interrupt_a_receive(i % 2 ? receive_forever : receive_a_minute);
    }
    order = "C";
    interrupt_a_receive(receive_forever);
}

TEST("", a_handler_closes_and_exits)
{
    static const char *const orders[] = {"", "C", "CSK", "KSC"};
    leaves = 1;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        pid_t child = fork();           /* the library has not been used in this process yet */
        if (child == 0) {
            order = orders[i];
            interrupt_a_receive(receive_forever);
            _exit(8);
        }
        CHECK_INT(exit_status(child, orders[i]), 7);
    }
}

/* The receive below has asked for a message; nothing that comes now is lost with it. */
TEST("", a_consumer_closed_in_a_handler_takes_nothing)
{
    struct fixture other;
    tibemsMsgProducer producer = NULL;
    order = "C";
    interrupt_a_receive(receive_forever);
    reader(&other, f.name);
    REQUIRE_OK(tibemsSession_CreateProducer(other.session, &producer, other.queue));
    CHECK_OK(send_text(producer, "here"));
    EXPECT_FIRST(other.consumer, "here");
    reader_close(&other);
}

static struct events above, under_way;

static void close_when_another_does(int signal)
{
    (void)signal;
    event_post(&above, 1);
    event_wait(&under_way, 1, 20000);
    statuses[0] = tibemsMsgConsumer_Close(f.consumer);
}

/* The other close waits for the receive, which is below the handler. */
TEST("", a_handler_closes_what_another_thread_closes)
{
    struct sigaction action = {.sa_handler = close_when_another_does};
    struct task receiver = {0}, closer = {0};
    REQUIRE(sigaction(SIGUSR1, &action, NULL) == 0);
    fresh(&f);
    task_start(&receiver, receive_forever, f.consumer);
    REQUIRE(task_blocks(&receiver));
    REQUIRE(pthread_kill(receiver.thread, SIGUSR1) == 0);
    REQUIRE(event_wait(&above, 1, 5000));
    task_start(&closer, close_consumer, f.consumer);
    REQUIRE(task_blocks(&closer));
    event_post(&under_way, 1);
    REQUIRE(task_wait(&receiver, 5000));
    REQUIRE(task_wait(&closer, 5000));
    CHECK_STATUS(receiver.status, TIBEMS_INTR);
    CHECK(closer.status == TIBEMS_OK || closer.status == TIBEMS_INVALID_CONSUMER);    /* the handle goes with the first */
    CHECK_OK((tibems_status)statuses[0]);
    CHECK_OK(tibemsConnection_Close(f.connection));
}
