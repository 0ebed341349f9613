/*
 * undelivered.c - dead letters, which programs read as $sys.undelivered (D36)
 *
 * Each test starts a broker of its own: its dead letters are those of nobody else.
 */
#include "harness.h"

static struct broker broker;
static struct fixture f;

/* at most so many deliveries of a message, on either kind of broker */
enum { DELIVERIES = 10 };

static void with_broker(const char *options)
{
    if (!on_artemis() && options)
        CHECK_INT(setenv("TIBEMS_AMQP_OPTIONS", options, 1), 0);
    if (on_artemis())
        broker_start(&broker);
    else
        broker_start_with(&broker, "--max-deliveries=10", NULL, NULL);
    fresh_on(&f, connect_to(broker.url), TIBEMS_FALSE, TIBEMS_EXPLICIT_CLIENT_ACKNOWLEDGE);
}

static void done(void)
{
    CHECK_OK(tibemsConnection_Close(f.connection));
    broker_kill(&broker);
}

static tibems_status undelivered(tibemsMsgConsumer *consumer)
{
    return tibemsSession_CreateConsumer(f.session, consumer, queue_named(TIBEMS_UNDELIVERED_QUEUE), NULL, TIBEMS_FALSE);
}

TEST_CHEAP("", what_failed_too_often_is_undelivered)
{
    tibemsMsgConsumer dead = NULL;
    with_broker("undelivered=DLQ");
    REQUIRE_OK(undelivered(&dead));
    REQUIRE_OK(send_text(f.producer, "poison"));
    for (int delivery = 1; delivery <= DELIVERIES; delivery++) {
        tibems_bool again = TIBEMS_FALSE;
        tibemsMsg message = receive_one(f.consumer);
        CHECK_STR(text_of(message), "poison");
        CHECK_OK(tibemsMsg_GetRedelivered(message, &again));
        CHECK_INT(again, delivery > 1);
        REQUIRE_OK(tibemsMsg_Recover(message));
        CHECK_OK(tibemsMsg_Destroy(message));
    }
    EXPECT_NOTHING(f.consumer);
    tibemsMsg message = receive_one(dead);
    CHECK_STR(text_of(message), "poison");
    CHECK_OK(tibemsMsg_Acknowledge(message));
    CHECK_OK(tibemsMsg_Destroy(message));
    EXPECT_NOTHING(dead);
    done();
}

TEST_CHEAP("", nobody_sends_to_undelivered)
{
    tibemsMsgProducer producer = NULL;
    tibemsDestination queue = queue_named(TIBEMS_UNDELIVERED_QUEUE);
    with_broker("undelivered=DLQ");
    CHECK_STATUS(tibemsSession_CreateProducer(f.session, &producer, queue), TIBEMS_SECURITY_EXCEPTION);
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &producer, NULL));
    static const tibemsDeliveryMode modes[] = {TIBEMS_PERSISTENT, TIBEMS_NON_PERSISTENT, TIBEMS_RELIABLE};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        tibemsMsg message = text_message("no");
        CHECK_STATUS(tibemsMsgProducer_SendToDestinationEx(producer, queue, message, modes[i], 4, 0),
                     TIBEMS_SECURITY_EXCEPTION);
        CHECK(strstr(error_text(), TIBEMS_UNDELIVERED_QUEUE) != NULL);
        CHECK_OK(tibemsMsg_Destroy(message));
    }
    done();
}

/* never an empty queue of that name */
TEST_X("", undelivered_of_an_unknown_broker_is_refused, T_DEVBROKER | T_CHEAP, 20)
{
    tibemsMsgConsumer consumer = NULL;
    with_broker(NULL);
    CHECK_STATUS(undelivered(&consumer), TIBEMS_INVALID_DESTINATION);
    CHECK(strstr(error_text(), "\"undelivered\"") != NULL);
    done();
}
