/*
 * producers.c - producers, headers set by a send, delivery modes (spec 20 §3.1 to §3.7; cases 20-89 to 20-109)
 */
#include "sessions.h"

#include <time.h>

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

static void expect_settings(int mode, int priority, long long lifetime, long long delay, int flags, int check)
{
    tibems_int got_mode = 99, got_priority = 99;
    tibems_long got_lifetime = -1, got_delay = -1;
    tibems_bool no_id = (tibems_bool)9, no_time = (tibems_bool)9;
    tibemsNpCheckMode got_check = (tibemsNpCheckMode)9;
    CHECK_OK(tibemsMsgProducer_GetDeliveryMode(f.producer, &got_mode));
    CHECK_INT(got_mode, mode);
    CHECK_OK(tibemsMsgProducer_GetPriority(f.producer, &got_priority));
    CHECK_INT(got_priority, priority);
    CHECK_OK(tibemsMsgProducer_GetTimeToLive(f.producer, &got_lifetime));
    CHECK_INT(got_lifetime, lifetime);
    CHECK_OK(tibemsMsgProducer_GetDeliveryDelay(f.producer, &got_delay));
    CHECK_INT(got_delay, delay);
    CHECK_OK(tibemsMsgProducer_GetDisableMessageID(f.producer, &no_id));
    CHECK_INT(no_id, flags);
    CHECK_OK(tibemsMsgProducer_GetDisableMessageTimestamp(f.producer, &no_time));
    CHECK_INT(no_time, flags);
    CHECK_OK(tibemsMsgProducer_GetNPSendCheckMode(f.producer, &got_check));
    CHECK_INT(got_check, check);
}

static void set_all(int mode, int priority, long long lifetime, long long delay, tibems_bool flags, int check)
{
    CHECK_OK(tibemsMsgProducer_SetDeliveryMode(f.producer, mode));
    CHECK_OK(tibemsMsgProducer_SetPriority(f.producer, priority));
    CHECK_OK(tibemsMsgProducer_SetTimeToLive(f.producer, lifetime));
    CHECK_OK(tibemsMsgProducer_SetDeliveryDelay(f.producer, delay));
    CHECK_OK(tibemsMsgProducer_SetDisableMessageID(f.producer, flags));
    CHECK_OK(tibemsMsgProducer_SetDisableMessageTimestamp(f.producer, flags));
    CHECK_OK(tibemsMsgProducer_SetNPSendCheckMode(f.producer, (tibemsNpCheckMode)check));
}

static void refused_settings(void)
{
    static const int modes[] = {0, 3, 21, 23, -1}, checks[] = {6, -1};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        CHECK_STATUS(tibemsMsgProducer_SetDeliveryMode(f.producer, modes[i]), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsMsgProducer_SetPriority(f.producer, 10), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsMsgProducer_SetPriority(f.producer, -1), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsMsgProducer_SetTimeToLive(f.producer, -1), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsMsgProducer_SetDeliveryDelay(f.producer, -1), TIBEMS_INVALID_ARG);
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        CHECK_STATUS(tibemsMsgProducer_SetNPSendCheckMode(f.producer, (tibemsNpCheckMode)checks[i]), TIBEMS_INVALID_ARG);
}

TEST_CHEAP("20-89,20-90,20-104", producer_settings)
{
    fresh(&f);
    CASE("20-89");
    expect_settings(2, 4, 0, 0, TIBEMS_FALSE, 0);
    CASE("20-90");
    refused_settings();
    expect_settings(2, 4, 0, 0, TIBEMS_FALSE, 0);
    /* what is kept is the old value, not the default; both ends of the ranges */
    set_all(1, 0, 7000, 8000, TIBEMS_TRUE, 5);
    refused_settings();
    expect_settings(1, 0, 7000, 8000, TIBEMS_TRUE, 5);
    set_all(22, 9, INT64_MAX, INT64_MAX, TIBEMS_FALSE, 1);
    refused_settings();
    expect_settings(22, 9, INT64_MAX, INT64_MAX, TIBEMS_FALSE, 1);
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
    tibemsDestinationType type = TIBEMS_UNKNOWN;
    char name[256] = "";
    fresh(&f);
    tibemsMsg message = text_message("x");
    CHECK_OK(tibemsMsg_GetMessageID(message, &id));
    CHECK(id == NULL);
    long long begin = wall_ms();
    REQUIRE_OK(tibemsMsgProducer_Send(f.producer, message));
    CHECK_OK(tibemsMsg_GetMessageID(message, &id));
    REQUIRE(id != NULL);
    CHECK(strncmp(id, "ID:", 3) == 0);
    snprintf(first, sizeof first, "%s", id);
    CHECK_OK(tibemsMsg_GetTimestamp(message, &stamp));
    CHECK_BETWEEN(stamp, begin, wall_ms());
    CHECK_OK(tibemsMsg_GetDeliveryMode(message, &mode));
    CHECK_INT(mode, 2);
    CHECK_OK(tibemsMsg_GetPriority(message, &priority));
    CHECK_INT(priority, 4);
    CHECK_OK(tibemsMsg_GetExpiration(message, &expiration));
    CHECK_INT(expiration, 0);
    CHECK_OK(tibemsMsg_GetDestination(message, &destination));
    CHECK_OK(tibemsDestination_GetName(destination, name, sizeof name));
    CHECK_STR(name, f.name);
    CHECK_OK(tibemsDestination_GetType(destination, &type));
    CHECK_INT(type, TIBEMS_QUEUE);
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
    CASE("20-93");
    CHECK_OK(tibemsMsgProducer_Send(f.producer, message));
    tibems_int own = 0;
    CHECK_OK(tibemsMsg_GetPriority(message, &own));
    CHECK_INT(own, 2);                          /* what the program set has no effect */
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
    static const struct { int mode, priority; long long lifetime; } bad[] = {
        {5, 4, 0}, {0, 4, 0}, {3, 4, 0}, {2, 10, 0}, {2, -1, 0}, {2, 4, -1}};
    const char *id = NULL;
    char sent[256];
    fresh(&f);
    tibemsMsg message = text_message("x"), other = text_message("once");
    REQUIRE_OK(tibemsMsgProducer_Send(f.producer, other));
    EXPECT_FIRST(f.consumer, "once");
    CHECK_OK(tibemsMsg_GetMessageID(other, &id));
    snprintf(sent, sizeof sent, "%s", id ? id : "");
    CASE("20-95");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_STATUS(tibemsMsgProducer_SendEx(f.producer, message, bad[i].mode, bad[i].priority, bad[i].lifetime),
                     TIBEMS_INVALID_ARG);
        CHECK_STATUS(tibemsMsgProducer_SendToDestinationEx(f.producer, f.queue, other, (tibemsDeliveryMode)bad[i].mode,
                                                           bad[i].priority, bad[i].lifetime),
                     TIBEMS_INVALID_ARG);
    }
    CHECK_OK(tibemsMsg_GetMessageID(message, &id));
    CHECK(id == NULL);
    CHECK_OK(tibemsMsg_GetMessageID(other, &id));
    CHECK_STR(id, sent);
    CASE("20-99");
    CHECK_STATUS(tibemsMsgProducer_Send(f.producer, NULL), TIBEMS_INVALID_MSG);
    CHECK_STATUS(tibemsMsgProducer_SendEx(f.producer, NULL, 2, 4, 0), TIBEMS_INVALID_MSG);
    CHECK_STATUS(tibemsMsgProducer_SendToDestination(f.producer, f.queue, NULL), TIBEMS_INVALID_MSG);
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_STATUS(tibemsMsgProducer_Send(f.producer, message), TIBEMS_INVALID_MSG);
    CASE("20-95,20-99");
    EXPECT_NOTHING(f.consumer);                 /* nothing of all that was sent */
    CHECK_OK(tibemsMsg_Destroy(other));
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
    EXPECT_NOTHING(f.consumer);                 /* neither here nor there */
    EXPECT_NOTHING(other.consumer);
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
    CHECK_STATUS(tibemsTextMsg_SetText(message, "changed"), TIBEMS_MSG_NOT_WRITEABLE);
    CHECK_OK(tibemsMsgProducer_Send(other.producer, message));
    EXPECT_FIRST(other.consumer, "forwarded");
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsConnection_Close(other.connection));
    done();
}

TEST_CHEAP("20-101", sent_before_start)
{
    struct fixture other;
    f.connection = connect_to(url_a());         /* never started */
    f.session = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    snprintf(f.name, sizeof f.name, "%s", unique_name("q"));
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &f.producer, queue_named(f.name)));
    CHECK_OK(send_text(f.producer, "persistent"));
    CHECK_OK(tibemsMsgProducer_SetDeliveryMode(f.producer, TIBEMS_RELIABLE));
    CHECK_OK(send_text(f.producer, "reliable"));        /* does not wait for Start either */
    reader(&other, f.name);
    EXPECT_FIRST(other.consumer, "persistent");
    EXPECT_FIRST(other.consumer, "reliable");
    EXPECT_NOTHING(other.consumer);
    reader_close(&other);
    done();
}

TEST("20-105", lifetime)
{
    fresh(&f);                                  /* its consumer prefetches: the library drops what has expired */
    tibemsDestination unread = unique_queue();  /* nobody reads: the server drops it */
    CHECK_OK(tibemsMsgProducer_SetTimeToLive(f.producer, 200));
    tibemsMsg message = text_message("short");
    CHECK_OK(tibemsMsgProducer_Send(f.producer, message));
    CHECK_OK(tibemsMsgProducer_SendToDestination(f.producer, unread, message));
    sleep_ms(500);                              /* of the case: longer than it lives */
    EXPECT_NOTHING(f.consumer);
    tibemsMsgConsumer late = NULL;
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &late, unread, NULL, TIBEMS_FALSE));
    EXPECT_NOTHING(late);
    CHECK_OK(tibemsMsg_Destroy(message));
    done();
}

TEST("20-105", delivery_delay)
{
    tibems_long due = 0;
    fresh(&f);
    CHECK_OK(tibemsMsgProducer_SetDeliveryDelay(f.producer, 500));
    tibemsMsg message = text_message("late");
    long long begin = wall_ms();
    CHECK_OK(tibemsMsgProducer_Send(f.producer, message));
    long long sent = wall_ms();
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsMsgProducer_SetDeliveryDelay(f.producer, 0));
    CHECK_OK(send_text(f.producer, "fence"));
    tibemsMsg first = receive_one(f.consumer);
    if (wall_ms() < begin + 500)                /* else the machine slept, and the other may be first */
        CHECK_STR(text_of(first), "fence");     /* nothing of it in between */
    tibemsMsg second = receive_one(f.consumer), delayed = strcmp(text_of(first), "late") == 0 ? first : second;
    CHECK(wall_ms() >= begin + 500);            /* never before its time */
    CHECK_STR(text_of(delayed), "late");
    CHECK_OK(tibemsMsg_GetDeliveryTime(delayed, &due));
    CHECK_BETWEEN(due, begin + 500, sent + 500);
    CHECK_OK(tibemsMsg_Destroy(first));
    CHECK_OK(tibemsMsg_Destroy(second));
    EXPECT_NOTHING(f.consumer);
    done();
}

static struct events sent_beside = EVENTS_INIT;

/* the first call does not return before the sends beside it have */
static void counting(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    event_post(&called, atoll(text_of(message)));
    CHECK(event_wait(&sent_beside, 1, 15000));
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST("20-106", send_beside_own_listener)
{
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, counting, NULL));
    send_numbers(f.producer, 1, 1);
    REQUIRE(event_wait(&called, 1, 10000));     /* the listener runs, and goes on running */
    send_numbers(f.producer, 2, 200);
    CHECK_INT(event_count(&called), 1);
    event_post(&sent_beside, 1);
    REQUIRE(event_wait(&called, 200, 15000));
    done();
    CHECK_INT(event_count(&called), 200);
    for (int i = 0; i < 200; i++)
        CHECK_INT(event_at(&called, i), i + 1);
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
    CHECK_INT(expiration, INT64_MAX);           /* it saturates (3.7) */
    tibemsMsg got = receive_one(f.consumer);
    CHECK_STR(text_of(got), "x");
    CHECK_OK(tibemsMsg_GetExpiration(got, &expiration));
    CHECK_INT(expiration, INT64_MAX);
    done();
}
