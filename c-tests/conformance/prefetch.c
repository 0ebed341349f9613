/*
 * prefetch.c - one message in advance: nothing waits behind a message in work (D34, spec 20 §4.3)
 *
 * A program that works on one message leaves the others to those who have time.
 */
#include "harness.h"

enum { MESSAGES = 9 };

static struct fixture f;
static struct events entered, leave, seen;

/* a consumer of the queue in a session of its own, and the fixture's */
static tibemsMsgConsumer two_consumers(tibemsAcknowledgeMode mode)
{
    tibemsMsgConsumer busy = NULL;
    CHECK_INT(setenv("TIBEMS_AMQP_OPTIONS", "prefetch_queue=1", 1), 0);
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    tibemsSession session = session_of(f.connection, TIBEMS_FALSE, mode);
    REQUIRE_OK(tibemsSession_CreateConsumer(session, &busy, f.queue, NULL, TIBEMS_FALSE));
    return busy;
}

/* What is left of the messages, one by one, each to the consumer that has time. */
static void others_do_the_rest(void)
{
    char text[16];
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &f.consumer, f.queue, NULL, TIBEMS_FALSE));
    for (int i = 1; i < MESSAGES; i++) {
        snprintf(text, sizeof text, "%d", i);
        EXPECT_FIRST(f.consumer, text);
    }
    EXPECT_NOTHING(f.consumer);
}

static void send_all(void)
{
    char text[16];
    for (int i = 0; i < MESSAGES; i++) {
        snprintf(text, sizeof text, "%d", i);
        REQUIRE_OK(send_text(f.producer, text));
    }
}

TEST_CHEAP("", one_long_job_keeps_one_message)
{
    tibemsMsgConsumer busy = two_consumers(TIBEMS_AUTO_ACKNOWLEDGE);
    send_all();
    EXPECT_FIRST(busy, "0");            /* and the program works on it */
    others_do_the_rest();
    REQUIRE_OK(send_text(f.producer, "next"));
    EXPECT_FIRST(f.consumer, "next");
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    REQUIRE_OK(send_text(f.producer, "its next"));
    EXPECT_FIRST(busy, "its next");
    CHECK_OK(tibemsConnection_Close(f.connection));
}

static void work(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer, (void)closure;
    event_post(&entered, 1);
    event_wait(&leave, 1, slow(20000));
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&seen, 1);
}

TEST_CHEAP("", one_long_callback_keeps_one_message)
{
    tibemsMsgConsumer busy = two_consumers(TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(busy, work, NULL));
    send_all();
    REQUIRE(event_wait(&entered, 1, slow(5000)));
    others_do_the_rest();
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    event_post(&leave, 1);
    REQUIRE(event_wait(&seen, 1, slow(5000)));
    REQUIRE_OK(send_text(f.producer, "next"));
    CHECK(event_wait(&seen, 2, slow(5000)));
    CHECK_OK(tibemsConnection_Close(f.connection));
}

TEST_CHEAP("", one_unacknowledged_message_keeps_one_message)
{
    tibemsMsgConsumer busy = two_consumers(TIBEMS_EXPLICIT_CLIENT_ACKNOWLEDGE);
    send_all();
    tibemsMsg message = receive_one(busy);
    CHECK_STR(text_of(message), "0");
    others_do_the_rest();
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    CHECK_OK(tibemsMsg_Acknowledge(message));
    CHECK_OK(tibemsMsg_Destroy(message));
    REQUIRE_OK(send_text(f.producer, "next"));
    message = receive_one(busy);
    CHECK_STR(text_of(message), "next");
    /* a receive asks, whatever is to be acknowledged */
    REQUIRE_OK(send_text(f.producer, "another"));
    tibemsMsg another = receive_one(busy);
    CHECK_STR(text_of(another), "another");
    CHECK_OK(tibemsMsg_Acknowledge(another));
    CHECK_OK(tibemsMsg_Acknowledge(message));
    CHECK_OK(tibemsMsg_Destroy(another));
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsConnection_Close(f.connection));
}
