/*
 * producers.c - producers, headers set by a send, delivery modes (spec 20 §3.1 to §3.7; cases 20-89 to 20-109)
 */
#include "harness.h"

#include <time.h>

static struct fixture f;

static void done(void) { CHECK_OK(tibemsConnection_Close(f.connection)); }

static tibemsMsgProducer unspecified(void)
{
    tibemsMsgProducer producer = NULL;
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &producer, NULL));
    return producer;
}

static long long wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

TEST_CHEAP("20-89,20-90,20-104", producer_settings)
{
    tibems_int mode = 0, priority = 0;
    tibems_long lifetime = -1, delay = -1;
    tibems_bool no_id = TIBEMS_TRUE, no_time = TIBEMS_TRUE;
    tibemsNpCheckMode check = (tibemsNpCheckMode)9;
    fresh(&f);
    for (int round = 0; round < 2; round++) {
        CASE("20-89");
        CHECK_OK(tibemsMsgProducer_GetDeliveryMode(f.producer, &mode));
        CHECK_INT(mode, 2);
        CHECK_OK(tibemsMsgProducer_GetPriority(f.producer, &priority));
        CHECK_INT(priority, 4);
        CHECK_OK(tibemsMsgProducer_GetTimeToLive(f.producer, &lifetime));
        CHECK_INT(lifetime, 0);
        CHECK_OK(tibemsMsgProducer_GetDeliveryDelay(f.producer, &delay));
        CHECK_INT(delay, 0);
        CHECK_OK(tibemsMsgProducer_GetDisableMessageID(f.producer, &no_id));
        CHECK_INT(no_id, TIBEMS_FALSE);
        CHECK_OK(tibemsMsgProducer_GetDisableMessageTimestamp(f.producer, &no_time));
        CHECK_INT(no_time, TIBEMS_FALSE);
        CHECK_OK(tibemsMsgProducer_GetNPSendCheckMode(f.producer, &check));
        CHECK_INT(check, 0);
        CASE("20-90");
        /* refused values leave the old ones */
        CHECK_STATUS(tibemsMsgProducer_SetDeliveryMode(f.producer, 3), TIBEMS_INVALID_ARG);
        CHECK_STATUS(tibemsMsgProducer_SetPriority(f.producer, 10), TIBEMS_INVALID_ARG);
        CHECK_STATUS(tibemsMsgProducer_SetPriority(f.producer, -1), TIBEMS_INVALID_ARG);
        CHECK_STATUS(tibemsMsgProducer_SetTimeToLive(f.producer, -1), TIBEMS_INVALID_ARG);
        CHECK_STATUS(tibemsMsgProducer_SetDeliveryDelay(f.producer, -1), TIBEMS_INVALID_ARG);
        CHECK_STATUS(tibemsMsgProducer_SetNPSendCheckMode(f.producer, (tibemsNpCheckMode)6), TIBEMS_INVALID_ARG);
    }
    CASE("20-104");
    CHECK_STATUS(tibemsMsgProducer_GetNPSendCheckMode(f.producer, NULL), TIBEMS_INVALID_ARG);
    done();
}

TEST_CHEAP("20-91", headers_after_send)
{
    const char *id = NULL;
    char first[256];
    tibems_long stamp = 0, expiration = -1;
    tibems_int priority = 0;
    tibemsDeliveryMode mode = (tibemsDeliveryMode)0;
    tibemsDestination destination = NULL;
    char name[256] = "";
    fresh(&f);
    tibemsMsg message = text_message("x");
    long long begin = wall_ms();
    REQUIRE_OK(tibemsMsgProducer_Send(f.producer, message));
    CHECK_OK(tibemsMsg_GetMessageID(message, &id));
    REQUIRE(id != NULL);
    CHECK(strncmp(id, "ID:", 3) == 0);
    snprintf(first, sizeof first, "%s", id);
    CHECK_OK(tibemsMsg_GetTimestamp(message, &stamp));
    CHECK_BETWEEN(stamp, begin - 50, wall_ms() + 50);
    CHECK_OK(tibemsMsg_GetDeliveryMode(message, &mode));
    CHECK_INT(mode, 2);
    CHECK_OK(tibemsMsg_GetPriority(message, &priority));
    CHECK_INT(priority, 4);
    CHECK_OK(tibemsMsg_GetExpiration(message, &expiration));
    CHECK_INT(expiration, 0);
    CHECK_OK(tibemsMsg_GetDestination(message, &destination));
    CHECK_OK(tibemsDestination_GetName(destination, name, sizeof name));
    CHECK_STR(name, f.name);
    tibemsMsg got = receive_one(f.consumer);
    CHECK_OK(tibemsMsg_GetMessageID(got, &id));
    CHECK_STR(id, first);
    CHECK_OK(tibemsMsg_Destroy(got));
    REQUIRE_OK(tibemsMsgProducer_Send(f.producer, message));
    CHECK_OK(tibemsMsg_GetMessageID(message, &id));
    CHECK(id && strcmp(id, first) != 0);
    CHECK_OK(tibemsMsg_Destroy(message));
    done();
}

TEST_CHEAP("20-92", disabled_id_and_timestamp)
{
    const char *id = NULL;
    tibems_long stamp = 1;
    fresh(&f);
    tibemsMsg message = text_message("x");
    REQUIRE_OK(tibemsMsgProducer_Send(f.producer, message));
    CHECK_OK(tibemsMsg_Destroy(receive_one(f.consumer)));
    CHECK_OK(tibemsMsgProducer_SetDisableMessageID(f.producer, TIBEMS_TRUE));
    CHECK_OK(tibemsMsgProducer_SetDisableMessageTimestamp(f.producer, TIBEMS_TRUE));
    REQUIRE_OK(tibemsMsgProducer_Send(f.producer, message));
    CHECK_OK(tibemsMsg_GetMessageID(message, &id));
    CHECK(id == NULL);
    CHECK_OK(tibemsMsg_GetTimestamp(message, &stamp));
    CHECK_INT(stamp, 0);
    tibemsMsg got = receive_one(f.consumer);
    CHECK_OK(tibemsMsg_GetMessageID(got, &id));
    CHECK(id == NULL);
    CHECK_OK(tibemsMsg_GetTimestamp(got, &stamp));
    CHECK_INT(stamp, 0);
    done();
}

static int received_priority(int *mode, tibems_long *expiration)
{
    tibems_int priority = -1;
    tibemsDeliveryMode read = (tibemsDeliveryMode)0;
    tibemsMsg got = receive_one(f.consumer);
    CHECK_OK(tibemsMsg_GetPriority(got, &priority));
    CHECK_OK(tibemsMsg_GetDeliveryMode(got, &read));
    CHECK_OK(tibemsMsg_GetExpiration(got, expiration));
    *mode = (int)read;
    CHECK_OK(tibemsMsg_Destroy(got));
    return priority;
}

TEST_CHEAP("20-93,20-94", per_send_settings)
{
    int mode;
    tibems_long expiration;
    fresh(&f);
    tibemsMsg message = text_message("x");
    CHECK_OK(tibemsMsgProducer_SetPriority(f.producer, 2));
    CHECK_OK(tibemsMsg_SetPriority(message, 9));
    CHECK_OK(tibemsMsgProducer_Send(f.producer, message));
    CASE("20-93");
    CHECK_INT(received_priority(&mode, &expiration), 2);
    CHECK_INT(mode, 2);
    CASE("20-94");
    long long begin = wall_ms();
    CHECK_OK(tibemsMsgProducer_SendEx(f.producer, message, 1, 7, 5000));
    CHECK_INT(received_priority(&mode, &expiration), 7);
    CHECK_INT(mode, 1);
    CHECK_BETWEEN(expiration, begin + 5000, wall_ms() + 5000);
    CHECK_OK(tibemsMsgProducer_Send(f.producer, message));
    CHECK_INT(received_priority(&mode, &expiration), 2);
    CHECK_INT(mode, 2);
    CHECK_INT(expiration, 0);
    done();
}

TEST_CHEAP("20-95,20-99", refused_sends)
{
    const char *id = NULL;
    fresh(&f);
    tibemsMsg message = text_message("x");
    CASE("20-95");
    CHECK_STATUS(tibemsMsgProducer_SendEx(f.producer, message, 5, 4, 0), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsMsgProducer_SendEx(f.producer, message, 2, 10, 0), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsMsgProducer_SendEx(f.producer, message, 2, 4, -1), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsMsg_GetMessageID(message, &id));
    CHECK(id == NULL);
    CASE("20-99");
    CHECK_STATUS(tibemsMsgProducer_Send(f.producer, NULL), TIBEMS_INVALID_MSG);
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_STATUS(tibemsMsgProducer_Send(f.producer, message), TIBEMS_INVALID_MSG);
    EXPECT_NOTHING(f.consumer);
    done();
}

TEST_CHEAP("20-96,20-97,20-98", destination_of_a_send)
{
    struct fixture other;
    tibemsDestination read = (tibemsDestination)0x1, from = NULL;
    char name[256];
    fresh(&f);
    fresh(&other);
    tibemsMsgProducer free_producer = unspecified();
    tibemsMsg message = text_message("x");
    CASE("20-96");
    CHECK_STATUS(tibemsMsgProducer_Send(free_producer, message), TIBEMS_INVALID_DESTINATION);
    CHECK_OK(tibemsMsgProducer_GetDestination(free_producer, &read));
    CHECK(read == NULL);
    CHECK_OK(tibemsMsgProducer_SendToDestination(free_producer, f.queue, message));
    EXPECT_TEXT(f.consumer, "x");
    CASE("20-97");
    CHECK_OK(tibemsMsgProducer_SendToDestination(f.producer, other.queue, message));
    tibemsMsg got = receive_one(other.consumer);
    CHECK_OK(tibemsMsg_GetDestination(got, &from));
    CHECK_OK(tibemsDestination_GetName(from, name, sizeof name));
    CHECK_STR(name, other.name);
    CHECK_OK(tibemsMsgProducer_GetDestination(f.producer, &read));
    CHECK_OK(tibemsDestination_GetName(read, name, sizeof name));
    CHECK_STR(name, f.name);
    CASE("20-98");
    CHECK_STATUS(tibemsMsgProducer_SendToDestination(f.producer, NULL, message), TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsMsgProducer_SendToDestination(free_producer, NULL, message), TIBEMS_INVALID_DESTINATION);
    CHECK_OK(tibemsConnection_Close(other.connection));
    done();
}

TEST_CHEAP("20-100", forward_received_message)
{
    struct fixture other;
    fresh(&f);
    fresh(&other);
    CHECK_OK(send_text(f.producer, "forwarded"));
    tibemsMsg message = receive_one(f.consumer);
    CHECK_OK(tibemsMsgProducer_Send(other.producer, message));
    EXPECT_FIRST(other.consumer, "forwarded");
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsConnection_Close(other.connection));
    done();
}

TEST("20-105", lifetime_and_delay)
{
    fresh(&f);
    CHECK_OK(tibemsMsgProducer_SetTimeToLive(f.producer, 200));
    CHECK_OK(tibemsConnection_Stop(f.connection));
    CHECK_OK(send_text(f.producer, "short"));
    sleep_ms(500);
    CHECK_OK(tibemsConnection_Start(f.connection));
    EXPECT_NOTHING(f.consumer);
    CHECK_OK(tibemsMsgProducer_SetTimeToLive(f.producer, 0));
    CHECK_OK(tibemsMsgProducer_SetDeliveryDelay(f.producer, 500));
    long long begin = now_ms();
    CHECK_OK(send_text(f.producer, "late"));
    EXPECT_NOTHING(f.consumer);                 /* 300 ms */
    EXPECT_TEXT(f.consumer, "late");
    CHECK_BETWEEN(now_ms() - begin, 490, slow(1500));
    done();
}

static struct events called = EVENTS_INIT;

static void counting(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    sleep_ms(1);
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&called, 1);
}

TEST("20-106", send_beside_own_listener)
{
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, counting, NULL));
    for (int i = 0; i < 200; i++)
        CHECK_OK(send_text(f.producer, "x"));
    CHECK(event_wait(&called, 200, 10000));
    done();
}

TEST_CHEAP("20-108", publish_without_subscriber)
{
    tibemsMsgProducer producer = NULL;
    fresh(&f);
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &producer, unique_topic()));
    CHECK_OK(send_text(producer, "nobody"));
    done();
}

TEST_CHEAP("20-109", largest_lifetime)
{
    tibems_long expiration = 0;
    fresh(&f);
    CHECK_OK(tibemsMsgProducer_SetTimeToLive(f.producer, INT64_MAX));
    tibemsMsg message = text_message("x");
    CHECK_OK(tibemsMsgProducer_Send(f.producer, message));
    CHECK_OK(tibemsMsg_GetExpiration(message, &expiration));
    CHECK(expiration > wall_ms());
    EXPECT_TEXT(f.consumer, "x");
    done();
}
