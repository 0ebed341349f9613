/*
 * sessions.h - one session with its producer and consumer, for the tests of sessions, acknowledge modes and consumers
 *
 * "Killed" in a case means that the program dies: the test forks before it uses the library, so a proxy that cuts the
 * connection stands for it. Every test is a process of its own, so the state is plain static data.
 */
#ifndef CONFORMANCE_SESSIONS_H
#define CONFORMANCE_SESSIONS_H

#include "harness.h"

__attribute__((unused)) static struct fixture f;
__attribute__((unused)) static struct events called = EVENTS_INIT;      /* what callbacks saw */

/* connected through a proxy, so that the program can "die" */
__attribute__((unused)) static struct proxy proxy;

__attribute__((unused)) static void mortal(tibems_bool transacted, tibemsAcknowledgeMode mode)
{
    proxy_start_url(&proxy, url_a());
    fresh_on(&f, connect_to(proxy.url), transacted, mode);
}

__attribute__((unused)) static void die(void) { proxy_set(&proxy, PROXY_REFUSE); }

/* the same in a comma group: one way twice, so that every loss is of the server in use */
__attribute__((unused)) static void reconnecting(void)
{
    proxy_start_url(&proxy, url_a());
    fresh_on(&f, connect_to(url_join(",", proxy.url, proxy.url, NULL)), TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
}

/* returns when the library connects again */
__attribute__((unused)) static void lose_server(void)
{
    int connections = proxy_connections(&proxy);
    proxy_cut(&proxy);
    REQUIRE(event_wait(&proxy.accepted, connections + 1, 10000));
}

__attribute__((unused)) static void session(tibems_bool transacted, tibemsAcknowledgeMode mode)
{
    fresh_on(&f, connect_to(url_a()), transacted, mode);
}

__attribute__((unused)) static void send_numbers(tibemsMsgProducer producer, int from, int to)
{
    char text[16];
    for (int i = from; i <= to; i++) {
        snprintf(text, sizeof text, "%d", i);
        REQUIRE_OK(send_text(producer, text));
    }
}

/* one transaction of its own: for transacted fixtures, whose sends must be committed to be seen */
__attribute__((unused)) static void put_numbers(int from, int to)
{
    send_numbers(f.producer, from, to);
    CHECK_OK(tibemsSession_Commit(f.session));
}

/* 23 and 24 differ from 2 in what one acknowledge takes; all three leave it to the program */
__attribute__((unused)) static const tibemsAcknowledgeMode by_program[] = {
    TIBEMS_CLIENT_ACKNOWLEDGE, TIBEMS_EXPLICIT_CLIENT_ACKNOWLEDGE, TIBEMS_EXPLICIT_CLIENT_DUPS_OK_ACKNOWLEDGE};

__attribute__((unused)) static tibemsMsgProducer producer_of(tibemsSession of, tibemsDestination destination)
{
    tibemsMsgProducer producer = NULL;
    REQUIRE_OK(tibemsSession_CreateProducer(of, &producer, destination));
    return producer;
}

__attribute__((unused)) static tibemsMsgConsumer consumer_of(tibemsSession of, tibemsDestination destination)
{
    tibemsMsgConsumer consumer = NULL;
    REQUIRE_OK(tibemsSession_CreateConsumer(of, &consumer, destination, NULL, TIBEMS_FALSE));
    return consumer;
}

/* through a connection of its own */
__attribute__((unused)) static tibems_status send_text_to(const char *queue, const char *text)
{
    tibemsConnection connection = connect_to(url_a());
    tibemsMsgProducer producer = NULL;
    REQUIRE_OK(tibemsSession_CreateProducer(session_of(connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE), &producer,
                                            queue_named(queue)));
    tibems_status status = send_text(producer, text);
    CHECK_OK(tibemsConnection_Close(connection));
    return status;
}

__attribute__((unused)) static void done(void) { CHECK_OK(tibemsConnection_Close(f.connection)); }

/* listener: posts the number that is the text, plus the one that the closure points at */
__attribute__((unused)) static void note(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    long long base = closure ? *(long long *)closure : 0;
    event_post(&called, base + atoll(text_of(message)));
    CHECK_OK(tibemsMsg_Destroy(message));
}

/* each of the numbers 1 to COUNT came exactly once, to whichever listener */
__attribute__((unused)) static void expect_each_once(int count)
{
    int seen[32] = {0};
    REQUIRE(event_wait(&called, count, 10000));
    for (int i = 0; i < count; i++) {
        long long number = event_at(&called, i);
        if (CHECK(number >= 1 && number <= count))
            seen[number]++;
    }
    for (int i = 1; i <= count; i++)
        CHECK_INT(seen[i], 1);
}

#endif
