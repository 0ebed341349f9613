/*
 * messages_headers.c - header fields and what a send does to them (spec 30 §3; cases 30-18 to 30-30)
 */
#include <time.h>
#include "messages.h"

static void check_defaults(tibemsMsg message)
{
    const char *text;
    tibemsDestination destination;
    tibems_int priority = -1;
    tibemsDeliveryMode mode = TIBEMS_NON_PERSISTENT;
    tibems_long time;
    tibems_bool redelivered = TIBEMS_TRUE;
    tibems_status (*texts[])(tibemsMsg, const char **) = {tibemsMsg_GetMessageID, tibemsMsg_GetCorrelationID,
                                                         tibemsMsg_GetType, tibemsMsg_GetEncoding};
    for (int i = 0; i < 4; i++) {
        text = "not written";
        CHECK_OK(texts[i](message, &text));
        CHECK(text == NULL);
        CHECK_STATUS(texts[i](message, NULL), TIBEMS_INVALID_ARG);
        CHECK_STATUS(texts[i](NULL, &text), TIBEMS_INVALID_MSG);
    }
    destination = (tibemsDestination)0x1;
    CHECK_OK(tibemsMsg_GetDestination(message, &destination));
    CHECK(destination == NULL);
    destination = (tibemsDestination)0x1;
    CHECK_OK(tibemsMsg_GetReplyTo(message, &destination));
    CHECK(destination == NULL);
    CHECK_OK(tibemsMsg_GetPriority(message, &priority));
    CHECK_INT(priority, 4);
    CHECK_OK(tibemsMsg_GetDeliveryMode(message, &mode));
    CHECK_INT(mode, TIBEMS_PERSISTENT);
    time = -1;
    CHECK_OK(tibemsMsg_GetTimestamp(message, &time));
    CHECK_INT(time, 0);
    time = -1;
    CHECK_OK(tibemsMsg_GetExpiration(message, &time));
    CHECK_INT(time, 0);
    time = -1;
    CHECK_OK(tibemsMsg_GetDeliveryTime(message, &time));
    CHECK_INT(time, 0);
    CHECK_OK(tibemsMsg_GetRedelivered(message, &redelivered));
    CHECK_INT(redelivered, TIBEMS_FALSE);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("30-18", defaults)
{
    static tibems_status (*const creators[])(tibemsMsg *) = {tibemsMsg_Create,       tibemsBytesMsg_Create,
                                                             tibemsMapMsg_Create,    tibemsObjectMsg_Create,
                                                             tibemsStreamMsg_Create, tibemsTextMsg_Create};
    for (int i = 0; i < 6; i++) {
        tibemsMsg message = NULL;
        REQUIRE_OK(creators[i](&message));
        check_defaults(message);
    }
}

TEST_CHEAP("30-19,30-20", ranges)
{
    tibemsMsg message = new_plain();
    tibems_int priority = 0;
    tibemsDeliveryMode mode = TIBEMS_NON_PERSISTENT;
    CASE("30-19");
    static const tibems_int wrong[] = {-1, 10, 256, 260, INT32_MIN, INT32_MAX};
    for (int kept = 4; kept >= 0; kept -= 4) {
        for (int i = 0; i < 6; i++) {
            CHECK_STATUS(tibemsMsg_SetPriority(message, wrong[i]), TIBEMS_INVALID_ARG);
            CHECK_OK(tibemsMsg_GetPriority(message, &priority));
            CHECK_INT(priority, kept);
        }
        CHECK_OK(tibemsMsg_SetPriority(message, 0));
    }
    for (int right = 0; right <= 9; right++) {
        CHECK_OK(tibemsMsg_SetPriority(message, right));
        CHECK_OK(tibemsMsg_GetPriority(message, &priority));
        CHECK_INT(priority, right);
    }
    CASE("30-20");
    static const int no_modes[] = {3, 0, -1, 21, 23, 256 + 1, 256 + 22}, modes[] = {1, 2, 22};
    for (int i = 0; i < 7; i++) {
        CHECK_STATUS(tibemsMsg_SetDeliveryMode(message, (tibemsDeliveryMode)no_modes[i]), TIBEMS_INVALID_ARG);
        CHECK_OK(tibemsMsg_GetDeliveryMode(message, &mode));
        CHECK_INT(mode, TIBEMS_PERSISTENT);
    }
    for (int i = 0; i < 3; i++) {
        CHECK_OK(tibemsMsg_SetDeliveryMode(message, (tibemsDeliveryMode)modes[i]));
        CHECK_OK(tibemsMsg_GetDeliveryMode(message, &mode));
        CHECK_INT(mode, modes[i]);
    }
    CHECK_OK(tibemsMsg_Destroy(message));
}

static tibems_long time_of(tibems_status (*get)(tibemsMsg, tibems_long *), tibemsMsg message)
{
    tibems_long time = -1;
    CHECK_OK(get(message, &time));
    return time;
}

TEST("30-21,30-22,30-24,30-28,30-29", send_overwrites)
{
    struct fixture f;
    fresh(&f);
    tibemsMsg message = text_message("x");
    tibems_int priority = 0;
    tibems_bool redelivered = TIBEMS_TRUE;
    const char *id = NULL;
    CHECK_OK(tibemsMsg_SetPriority(message, 9));
    CHECK_OK(tibemsMsg_SetExpiration(message, 12345));
    CHECK_OK(tibemsMsg_SetMessageID(message, "x"));
    CHECK_OK(tibemsMsg_SetRedelivered(message, TIBEMS_TRUE));
    CHECK_OK(tibemsMsgProducer_SetPriority(f.producer, 2));
    REQUIRE_OK(tibemsMsgProducer_Send(f.producer, message));
    tibemsMsg back = receive_one(f.consumer);
    tibemsMsg both[2] = {message, back};
    char sent_id[256] = "";
    for (int i = 0; i < 2; i++) {
        CASE("30-21");
        CHECK_OK(tibemsMsg_GetPriority(both[i], &priority));
        CHECK_INT(priority, 2);
        CASE("30-22");
        CHECK_INT(time_of(tibemsMsg_GetExpiration, both[i]), 0);
        CASE("30-29");
        CHECK(time_of(tibemsMsg_GetTimestamp, both[i]) > 0);
        CHECK_INT(time_of(tibemsMsg_GetDeliveryTime, both[i]), time_of(tibemsMsg_GetTimestamp, both[i]));
        CASE("30-28");
        CHECK_OK(tibemsMsg_GetRedelivered(both[i], &redelivered));
        CHECK_INT(redelivered, TIBEMS_FALSE);
        CASE("30-24");
        CHECK_OK(tibemsMsg_GetMessageID(both[i], &id));
        REQUIRE(id != NULL);
        CHECK(strncmp(id, "ID:", 3) == 0);
        if (i == 0) snprintf(sent_id, sizeof sent_id, "%s", id);
        else CHECK_STR(id, sent_id);
    }
    CHECK_OK(tibemsMsg_Destroy(back));
    CHECK_OK(tibemsMsgProducer_SetDisableMessageID(f.producer, TIBEMS_TRUE));
    CHECK_OK(tibemsMsg_SetMessageID(message, "x"));
    REQUIRE_OK(tibemsMsgProducer_Send(f.producer, message));
    back = receive_one(f.consumer);
    CASE("30-24");
    CHECK_OK(tibemsMsg_GetMessageID(message, &id));
    CHECK(id == NULL);
    CHECK_OK(tibemsMsg_GetMessageID(back, &id));
    CHECK(id == NULL);
    CHECK_OK(tibemsMsg_Destroy(back));
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsConnection_Close(f.connection));
}

TEST("30-29", delivery_time_of_a_delay)
{
    struct fixture f;
    fresh(&f);
    tibemsMsg message = text_message("later");
    CHECK_OK(tibemsMsgProducer_SetDeliveryDelay(f.producer, 500));
    tibems_status sent = tibemsMsgProducer_Send(f.producer, message);
    REQUIRE_OK(sent);
    tibemsMsg back = receive_one(f.consumer);
    CHECK_INT(time_of(tibemsMsg_GetDeliveryTime, back), time_of(tibemsMsg_GetTimestamp, back) + 500);
    CHECK_INT(time_of(tibemsMsg_GetDeliveryTime, message), time_of(tibemsMsg_GetDeliveryTime, back));
    CHECK_OK(tibemsMsg_Destroy(back));
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsConnection_Close(f.connection));
}

static long long epoch_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

TEST("30-23,30-25", time_to_live)
{
    struct fixture f;
    fresh(&f);
    tibemsMsg message = text_message("x");
    CHECK_OK(tibemsMsgProducer_SetTimeToLive(f.producer, 60000));
    REQUIRE_OK(tibemsMsgProducer_Send(f.producer, message));
    tibemsMsg back = receive_one(f.consumer);
    CASE("30-23");
    CHECK_INT(time_of(tibemsMsg_GetExpiration, message) - time_of(tibemsMsg_GetTimestamp, message), 60000);
    CHECK_INT(time_of(tibemsMsg_GetExpiration, back) - time_of(tibemsMsg_GetTimestamp, back), 60000);
    CHECK_OK(tibemsMsg_Destroy(back));
    CHECK_OK(tibemsMsgProducer_SetDisableMessageTimestamp(f.producer, TIBEMS_TRUE));
    long long before = epoch_ms();
    REQUIRE_OK(tibemsMsgProducer_Send(f.producer, message));
    long long after = epoch_ms();
    back = receive_one(f.consumer);
    CASE("30-25");
    CHECK_INT(time_of(tibemsMsg_GetTimestamp, message), 0);
    CHECK_INT(time_of(tibemsMsg_GetTimestamp, back), 0);
    /* spec 30 §3.2: the sender's clock + time-to-live; the clock was read inside the call */
    CHECK_BETWEEN(time_of(tibemsMsg_GetExpiration, message), before + 60000, after + 60000);
    CHECK_INT(time_of(tibemsMsg_GetExpiration, back), time_of(tibemsMsg_GetExpiration, message));
    CHECK_OK(tibemsMsg_Destroy(back));
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsConnection_Close(f.connection));
}

TEST("30-26,30-30", text_headers)
{
    tibemsMsg message = new_plain();
    const char *text = NULL, *type = NULL;
    CASE("30-26");
    CHECK_OK(tibemsMsg_SetCorrelationID(message, "c"));
    CHECK_OK(tibemsMsg_GetCorrelationID(message, &text));
    CHECK_STR(text, "c");
    CHECK_OK(tibemsMsg_SetCorrelationID(message, ""));
    CHECK_OK(tibemsMsg_GetCorrelationID(message, &text));
    CHECK_STR(text, "");
    CHECK_OK(tibemsMsg_SetCorrelationID(message, NULL));
    CHECK_OK(tibemsMsg_GetCorrelationID(message, &text));
    CHECK(text == NULL);
    for (int i = 0; i < 2; i++) {                       /* both arrive */
        static const char *const values[] = {"", NULL};
        CHECK_OK(tibemsMsg_SetCorrelationID(message, values[i]));
        EACH_WAY(message, back) {
            text = "not written";
            CHECK_OK(tibemsMsg_GetCorrelationID(back, &text));
            CHECK_STR(text, values[i]);
        }
    }
    deliveries_over();
    CASE("30-30");
    CHECK_OK(tibemsMsg_SetType(message, "one"));
    CHECK_OK(tibemsMsg_GetType(message, &type));
    CHECK_OK(tibemsMsg_SetCorrelationID(message, "other"));
    CHECK_OK(tibemsMsg_SetMessageID(message, "other"));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "p", "other"));
    CHECK_OK(tibemsMsg_MakeWriteable(message));
    CHECK_STR(type, "one");
    CHECK_OK(tibemsMsg_GetType(message, &text));
    CHECK(text == type);
    CHECK_OK(tibemsMsg_SetType(message, "two"));
    CHECK_OK(tibemsMsg_GetType(message, &type));
    CHECK_STR(type, "two");
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST("30-27", reply_to_is_copied)
{
    tibemsMsg message = new_plain();
    tibemsDestination topic = NULL, got = NULL;
    tibemsDestinationType type = TIBEMS_UNKNOWN;
    char name[256];
    REQUIRE_OK(tibemsDestination_Create(&topic, TIBEMS_TOPIC, "answers.here"));
    CHECK_OK(tibemsMsg_SetReplyTo(message, topic));
    CHECK_OK(tibemsDestination_Destroy(topic));
    CHECK_STATUS(tibemsMsg_SetReplyTo(message, topic), TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsMsg_SetReplyTo(message, message), TIBEMS_INVALID_DESTINATION);
    CHECK_OK(tibemsMsg_GetReplyTo(message, &got));
    CHECK_OK(tibemsDestination_GetName(got, name, sizeof name));
    CHECK_STR(name, "answers.here");
    CHECK_OK(tibemsDestination_GetType(got, &type));
    CHECK_INT(type, TIBEMS_TOPIC);
    CHECK_STATUS(tibemsDestination_Destroy(got), TIBEMS_NOT_PERMITTED);
    EACH_WAY(message, back) {
        tibemsDestination theirs = NULL;
        CHECK_OK(tibemsMsg_GetReplyTo(back, &theirs));
        CHECK_OK(tibemsDestination_GetName(theirs, name, sizeof name));
        CHECK_STR(name, "answers.here");
        CHECK_OK(tibemsDestination_GetType(theirs, &type));
        CHECK_INT(type, TIBEMS_TOPIC);
    }
    CHECK_OK(tibemsMsg_SetReplyTo(message, NULL));
    CHECK_STATUS(tibemsDestination_GetName(got, name, sizeof name), TIBEMS_INVALID_DESTINATION);
    CHECK_OK(tibemsMsg_GetReplyTo(message, &got));
    CHECK(got == NULL);
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}
