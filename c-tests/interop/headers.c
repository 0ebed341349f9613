/*
 * headers.c - every header in both directions with Apache Qpid JMS, replies and redelivery (spec 30 §3, §9.1, §9.2, §9.4)
 */
#include "partner.h"

static const char *string_of(tibems_status (*getter)(tibemsMsg, const char **), tibemsMsg message)
{
    const char *text = "(not read)";
    CHECK_OK(getter(message, &text));
    return text;
}

static tibems_long long_of(tibems_status (*getter)(tibemsMsg, tibems_long *), tibemsMsg message)
{
    tibems_long number = -1;
    CHECK_OK(getter(message, &number));
    return number;
}

static long long fact_number(const char *name)
{
    const char *value = fact(name);
    return value ? atoll(value) : -1;
}

TEST("30-131", jms_reads_headers)
{
    char id[128];
    ours_open();
    tibemsMsg message = text_message("text");
    CHECK_OK(tibemsMsg_SetType(message, "kind"));
    CHECK_OK(tibemsMsg_SetCorrelationID(message, "c-1"));
    CHECK_OK(tibemsMsgProducer_SetPriority(us.producer, 7));
    CHECK_OK(tibemsMsgProducer_SetTimeToLive(us.producer, 60000));
    CHECK_OK(tibemsMsgProducer_SetDeliveryMode(us.producer, TIBEMS_NON_PERSISTENT));
    REQUIRE_OK(tibemsMsgProducer_Send(us.producer, message));
    snprintf(id, sizeof id, "%s", string_of(tibemsMsg_GetMessageID, message));
    long long sent = long_of(tibemsMsg_GetTimestamp, message);
    long long expires = long_of(tibemsMsg_GetExpiration, message);
    CHECK_INT(expires - sent, 60000);
    ask("receive queue:%s", us.to_name);
    CHECK_FACT("id", id);
    CHECK_FACT("type", "kind");
    CHECK_FACT("correlation", "c-1");
    CHECK_FACT("priority", "7");
    CHECK_FACT("mode", "non-persistent");
    CHECK_FACT("destination", worded("Queue:%s", us.to_name));
    CHECK_FACT("reply-to", "null");
    CHECK_FACT("redelivered", "false");
    CHECK_INT(fact_number("timestamp"), sent);
    CHECK_INT(fact_number("expiration"), expires);
    CHECK_INT(fact_number("delivery-time"), sent);
    CHECK_FACT("property.JMSXDeliveryCount", "Integer:1");

    CHECK_OK(tibemsMsgProducer_SetPriority(us.producer, 4));
    CHECK_OK(tibemsMsgProducer_SetTimeToLive(us.producer, 0));
    CHECK_OK(tibemsMsgProducer_SetDeliveryMode(us.producer, TIBEMS_PERSISTENT));
    CHECK_OK(tibemsMsgProducer_SetDisableMessageID(us.producer, TIBEMS_TRUE));
    CHECK_OK(tibemsMsgProducer_SetDisableMessageTimestamp(us.producer, TIBEMS_TRUE));
    CHECK_OK(tibemsMsg_SetType(message, NULL));
    CHECK_OK(tibemsMsg_SetCorrelationID(message, NULL));
    shown_to_jms(message);
    CHECK_FACT("id", "null");
    CHECK_FACT("type", "null");
    CHECK_FACT("correlation", "null");
    CHECK_FACT("priority", "4");
    CHECK_FACT("mode", "persistent");
    CHECK_FACT("timestamp", "0");
    CHECK_FACT("expiration", "0");
    ours_close();
}

TEST("30-131", headers_from_jms)
{
    tibems_int priority = -1;
    tibemsDeliveryMode mode = (tibemsDeliveryMode)0;
    tibems_bool flag = TIBEMS_TRUE;
    tibemsDestination destination = NULL;
    char name[128] = "";
    tibemsMsg message = from_jms("text", "type=kind correlation=c-1 priority=7 ttl=60000 mode=non-persistent");
    CHECK_STR(string_of(tibemsMsg_GetMessageID, message), fact("id"));
    CHECK_STR(string_of(tibemsMsg_GetType, message), "kind");
    CHECK_STR(string_of(tibemsMsg_GetCorrelationID, message), "c-1");
    CHECK_OK(tibemsMsg_GetPriority(message, &priority));
    CHECK_INT(priority, 7);
    CHECK_OK(tibemsMsg_GetDeliveryMode(message, &mode));
    CHECK_INT(mode, TIBEMS_NON_PERSISTENT);
    CHECK_INT(long_of(tibemsMsg_GetTimestamp, message), fact_number("timestamp"));
    CHECK_INT(long_of(tibemsMsg_GetExpiration, message), fact_number("expiration"));
    CHECK_INT(long_of(tibemsMsg_GetDeliveryTime, message), fact_number("timestamp"));
    CHECK_OK(tibemsMsg_GetRedelivered(message, &flag));
    CHECK_INT(flag, TIBEMS_FALSE);
    CHECK_OK(tibemsMsg_GetReplyTo(message, &destination));
    CHECK(destination == NULL);
    CHECK_OK(tibemsMsg_GetDestination(message, &destination));
    CHECK_OK(tibemsDestination_GetName(destination, name, sizeof name));
    CHECK_STR(name, us.from_name);
    CHECK_OK(tibemsMsg_Destroy(message));

    message = from_jms("text", "mode=persistent no-id=1 no-timestamp=1");
    CHECK_STR(string_of(tibemsMsg_GetMessageID, message), NULL);
    CHECK_STR(string_of(tibemsMsg_GetType, message), NULL);
    CHECK_STR(string_of(tibemsMsg_GetCorrelationID, message), NULL);
    CHECK_OK(tibemsMsg_GetPriority(message, &priority));
    CHECK_INT(priority, 4);
    CHECK_OK(tibemsMsg_GetDeliveryMode(message, &mode));
    CHECK_INT(mode, TIBEMS_PERSISTENT);
    CHECK_INT(long_of(tibemsMsg_GetTimestamp, message), 0);
    CHECK_INT(long_of(tibemsMsg_GetExpiration, message), 0);
    CHECK_OK(tibemsMsg_Destroy(message));
    ours_close();
}

TEST("30-29", delivery_time_both_ways)
{
    ours_open();
    tibemsMsg message = text_message("text");
    CHECK_OK(tibemsMsgProducer_SetDeliveryDelay(us.producer, 500));
    REQUIRE_OK(tibemsMsgProducer_Send(us.producer, message));
    long long sent = long_of(tibemsMsg_GetTimestamp, message);
    CHECK_INT(long_of(tibemsMsg_GetDeliveryTime, message), sent + 500);
    CHECK_OK(tibemsMsg_Destroy(message));
    ask("receive queue:%s", us.to_name);
    CHECK_INT(fact_number("delivery-time"), sent + 500);
    CHECK_INT(fact_number("timestamp"), sent);
    message = from_jms("text", "delay=500");
    CHECK_INT(long_of(tibemsMsg_GetDeliveryTime, message), fact_number("delivery-time"));
    CHECK_INT(long_of(tibemsMsg_GetTimestamp, message), fact_number("timestamp"));
    CHECK(fact_number("delivery-time") - fact_number("timestamp") >= 500);
    CHECK_OK(tibemsMsg_Destroy(message));
    ours_close();
}

/* ids of every AMQP type; a JMS program sees the same text as we do, in both directions */
TEST("30-123,30-124,30-131", correlation_ids_both_ways)
{
    static const char *const ids[] = {
        "c-1", "ID:abc", "ID:AMQP_NO_PREFIX:x", "ID:AMQP_STRING:ID:AMQP_UUID:x", "ID:AMQP_ULONG:18446744073709551615",
        "ID:AMQP_UUID:01234567-89ab-cdef-0123-456789abcdef", "ID:AMQP_BINARY:00ABFF",
    };
    CASE("30-123,30-131");
    for (size_t at = 0; at < sizeof ids / sizeof *ids; at++) {
        /* as correlation id a string without prefix is itself */
        const char *seen = strcmp(ids[at], "ID:AMQP_NO_PREFIX:x") == 0 ? "x" : ids[at];
        tibemsMsg message = text_message("text");
        CHECK_OK(tibemsMsg_SetCorrelationID(message, ids[at]));
        shown_to_jms(message);
        CHECK_FACT("correlation", seen);
        message = from_jms("text", worded("correlation=%s", ids[at]));
        CHECK_STR(string_of(tibemsMsg_GetCorrelationID, message), seen);
        CHECK_OK(tibemsMsg_Destroy(message));
    }
    tibemsMsg message = from_jms("text", "correlation-bytes=00abff");
    CHECK_STR(string_of(tibemsMsg_GetCorrelationID, message), "ID:AMQP_BINARY:00ABFF");
    CHECK_OK(tibemsMsg_Destroy(message));

    CASE("30-124");
    message = text_message("text");
    CHECK_OK(tibemsMsg_SetCorrelationID(message, "ID:AMQP_BINARY:ABC"));
    shown_to_jms(message);                                  /* a string that JMS must tell from a binary id */
    CHECK_FACT("correlation", "ID:AMQP_STRING:ID:AMQP_BINARY:ABC");
    ours_close();
}

static void message_ids_of(const char *kind)
{
    char id[128];
    ours_open();
    ask("options jms.messageIDPolicy.messageIDType=%s", kind);
    tibemsMsg message = from_jms("text", "");
    snprintf(id, sizeof id, "%s", string_of(tibemsMsg_GetMessageID, message));
    CASE("30-123");
    CHECK_STR(id, fact("id"));
    CASE("30-17");
    CHECK_OK(tibemsMsg_SetCorrelationID(message, id));      /* allowed on what was received */
    CASE("30-123");
    shown_to_jms(message);
    CHECK_STR(fact("correlation"), strncmp(id, "ID:AMQP_NO_PREFIX:", 18) == 0 ? id + 18 : id);
    ours_close();
}

TEST("30-17,30-123", message_ids_of_jms_uuid) { message_ids_of("UUID"); }
TEST("30-17,30-123", message_ids_of_jms_uuid_string) { message_ids_of("UUID_STRING"); }
TEST("30-17,30-123", message_ids_of_jms_prefixed) { message_ids_of("PREFIXED_UUID_STRING"); }

/* a JMS program sees this reply destination and answers to it; the answer arrives at the consumer */
static void answered(tibemsDestination reply_to, const char *kind, tibemsMsgConsumer answers)
{
    char id[128], name[128];
    CHECK_OK(tibemsDestination_GetName(reply_to, name, sizeof name));
    tibemsMsg message = text_message("request");
    CHECK_OK(tibemsMsg_SetReplyTo(message, reply_to));
    REQUIRE_OK(tibemsMsgProducer_Send(us.producer, message));
    snprintf(id, sizeof id, "%s", string_of(tibemsMsg_GetMessageID, message));
    CHECK_OK(tibemsMsg_Destroy(message));
    ask("receive queue:%s", us.to_name);
    CHECK_FACT("reply-to", worded("%s:%s", kind, name));
    ask("answer");
    message = receive_one(answers);
    CHECK_STR(text_of(message), "answer");
    CHECK_STR(string_of(tibemsMsg_GetMessageID, message), fact("id"));
    CHECK_STR(string_of(tibemsMsg_GetCorrelationID, message), id);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST("30-131", jms_answers_to_our_queue_or_topic)
{
    tibemsMsgConsumer subscriber = NULL;
    ours_open();
    answered(us.from, "Queue", us.consumer);
    tibemsDestination topic = unique_topic();               /* although the request travels through a queue */
    REQUIRE_OK(tibemsSession_CreateConsumer(us.session, &subscriber, topic, NULL, TIBEMS_FALSE));
    answered(topic, "Topic", subscriber);
    ours_close();
}

TEST("30-131", jms_answers_to_our_temporary_destination)
{
    tibemsTemporaryQueue queue = NULL;
    tibemsTemporaryTopic topic = NULL;
    tibemsMsgConsumer answers = NULL;
    ours_open();
    REQUIRE_OK(tibemsSession_CreateTemporaryQueue(us.session, &queue));
    REQUIRE_OK(tibemsSession_CreateConsumer(us.session, &answers, queue, NULL, TIBEMS_FALSE));
    answered(queue, "TemporaryQueue", answers);
    REQUIRE_OK(tibemsSession_CreateTemporaryTopic(us.session, &topic));
    REQUIRE_OK(tibemsSession_CreateConsumer(us.session, &answers, topic, NULL, TIBEMS_FALSE));
    answered(topic, "TemporaryTopic", answers);
    ours_close();
}

TEST("30-131", we_answer_to_the_reply_destination_of_jms)
{
    tibemsDestination reply_to = NULL;
    tibemsDestinationType type = TIBEMS_UNKNOWN;
    tibemsMsgProducer anywhere = NULL;
    char name[128] = "", id[128];
    ours_open();
    REQUIRE_OK(tibemsSession_CreateProducer(us.session, &anywhere, NULL));
    ask("request queue:%s", us.from_name);
    snprintf(id, sizeof id, "%s", fact("id"));
    tibemsMsg request = receive_one(us.consumer);
    CHECK_STR(string_of(tibemsMsg_GetMessageID, request), id);
    CHECK_OK(tibemsMsg_GetReplyTo(request, &reply_to));
    REQUIRE(reply_to != NULL);
    CHECK_OK(tibemsDestination_GetName(reply_to, name, sizeof name));
    CHECK_STR(name, fact("mailbox"));
    CHECK_OK(tibemsDestination_GetType(reply_to, &type));
    CHECK_INT(type, TIBEMS_QUEUE);
    tibemsMsg answer = text_message("answer");
    CHECK_OK(tibemsMsg_SetCorrelationID(answer, string_of(tibemsMsg_GetMessageID, request)));
    REQUIRE_OK(tibemsMsgProducer_SendToDestination(anywhere, reply_to, answer));
    ask("reply");
    CHECK_FACT("body", "String:answer");
    CHECK_FACT("correlation", id);
    CHECK_OK(tibemsMsg_Destroy(answer));
    CHECK_OK(tibemsMsg_Destroy(request));

    static const char *const kinds[] = {"queue", "topic"};
    for (int at = 0; at < 2; at++) {
        request = from_jms("text", worded("reply-to=%s:interop.reply", kinds[at]));
        CHECK_OK(tibemsMsg_GetReplyTo(request, &reply_to));
        REQUIRE(reply_to != NULL);
        CHECK_OK(tibemsDestination_GetName(reply_to, name, sizeof name));
        CHECK_STR(name, "interop.reply");
        CHECK_OK(tibemsDestination_GetType(reply_to, &type));
        CHECK_INT(type, at == 0 ? TIBEMS_QUEUE : TIBEMS_TOPIC);
        CHECK_OK(tibemsMsg_Destroy(request));
    }
    ours_close();
}

TEST("30-131", topics_both_ways)
{
    tibemsMsgProducer publisher = NULL;
    tibemsMsgConsumer subscriber = NULL;
    tibemsDestination topic = unique_topic(), destination = NULL;
    tibemsDestinationType type = TIBEMS_UNKNOWN;
    char name[128];
    ours_open();
    CHECK_OK(tibemsDestination_GetName(topic, name, sizeof name));
    REQUIRE_OK(tibemsSession_CreateProducer(us.session, &publisher, topic));
    ask("subscribe topic:%s", name);
    tibemsMsg message = text_message("news");
    REQUIRE_OK(tibemsMsgProducer_Send(publisher, message));
    CHECK_OK(tibemsMsg_Destroy(message));
    ask("receive topic:%s", name);
    CHECK_FACT("body", "String:news");
    CHECK_FACT("destination", worded("Topic:%s", name));
    REQUIRE_OK(tibemsSession_CreateConsumer(us.session, &subscriber, topic, NULL, TIBEMS_FALSE));
    ask("send text topic:%s", name);
    message = receive_one(subscriber);
    CHECK_STR(text_of(message), "text");
    CHECK_OK(tibemsMsg_GetDestination(message, &destination));
    CHECK_OK(tibemsDestination_GetType(destination, &type));
    CHECK_INT(type, TIBEMS_TOPIC);
    CHECK_OK(tibemsMsg_Destroy(message));
    ours_close();
}

TEST("30-133", jms_reads_reliable_as_non_persistent)
{
    ours_open();
    CHECK_OK(tibemsMsgProducer_SetDeliveryMode(us.producer, TIBEMS_RELIABLE));
    shown_to_jms(text_message("text"));
    CHECK_FACT("mode", "non-persistent");

    tibemsMsgProducer again = NULL;                         /* this library sees the difference */
    tibemsDeliveryMode mode = (tibemsDeliveryMode)0;
    REQUIRE_OK(tibemsSession_CreateProducer(us.session, &again, us.from));
    CHECK_OK(tibemsMsgProducer_SetDeliveryMode(again, TIBEMS_RELIABLE));
    CHECK_OK(send_text(again, "text"));
    tibemsMsg message = receive_one(us.consumer);
    CHECK_OK(tibemsMsg_GetDeliveryMode(message, &mode));
    CHECK_INT(mode, TIBEMS_RELIABLE);
    CHECK_OK(tibemsMsg_Destroy(message));
    ours_close();
}

TEST("30-48", groups_both_ways)
{
    tibems_int number = 0;
    const char *group = NULL;
    tibemsMsg message = text_message("text");
    CHECK_OK(tibemsMsg_SetStringProperty(message, "JMSXGroupID", "group"));
    CHECK_OK(tibemsMsg_SetIntProperty(message, "JMSXGroupSeq", 3));
    shown_to_jms(message);
    CHECK_FACT("property.JMSXGroupID", "String:group");
    CHECK_FACT("property.JMSXGroupSeq", "Integer:3");
    message = text_message("text");
    CHECK_OK(tibemsMsg_SetStringProperty(message, "JMSXGroupID", "group"));
    CHECK_OK(tibemsMsg_SetIntProperty(message, "JMSXGroupSeq", -1));
    shown_to_jms(message);
    CHECK_FACT("property.JMSXGroupSeq", "Integer:-1");
    message = text_message("text");
    CHECK_OK(tibemsMsg_SetIntProperty(message, "JMSXGroupSeq", 0));
    shown_to_jms(message);
    CHECK_FACT("property.JMSXGroupID", NULL);
    message = from_jms("text", "group=theirs group-seq=-1");
    CHECK_OK(tibemsMsg_GetStringProperty(message, "JMSXGroupID", &group));
    CHECK_STR(group, "theirs");
    CHECK_OK(tibemsMsg_GetIntProperty(message, "JMSXGroupSeq", &number));
    CHECK_INT(number, -1);
    CHECK_OK(tibemsMsg_Destroy(message));
    ours_close();
}

TEST("30-47,30-49", delivery_counts_both_ways)
{
    tibems_int number = 0;
    tibems_bool flag = TIBEMS_FALSE;
    ours_open();
    tibemsMsg message = text_message("text");
    CHECK_OK(tibemsMsg_SetIntProperty(message, "JMSXDeliveryCount", 7));
    REQUIRE_OK(tibemsMsgProducer_Send(us.producer, message));
    CHECK_OK(tibemsMsg_Destroy(message));
    ask("take queue:%s", us.to_name);
    CASE("30-49");
    CHECK_FACT("property.JMSXDeliveryCount", "Integer:1");
    CHECK_FACT("redelivered", "false");
    CASE("30-47");
    ask("recover");
    ask("receive queue:%s", us.to_name);
    CHECK_FACT("property.JMSXDeliveryCount", "Integer:2");
    CHECK_FACT("redelivered", "true");

    tibemsSession session = session_of(us.connection, TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE);
    tibemsMsgConsumer consumer = NULL;
    CHECK_OK(tibemsMsgConsumer_Close(us.consumer));
    REQUIRE_OK(tibemsSession_CreateConsumer(session, &consumer, us.from, NULL, TIBEMS_FALSE));
    ask("send text queue:%s", us.from_name);
    for (int delivery = 1; delivery <= 2; delivery++) {
        message = receive_one(consumer);
        CHECK_OK(tibemsMsg_GetIntProperty(message, "JMSXDeliveryCount", &number));
        CHECK_INT(number, delivery);
        CHECK_OK(tibemsMsg_GetRedelivered(message, &flag));
        CHECK_INT(flag, delivery == 2);
        CHECK_OK(delivery == 1 ? tibemsSession_Recover(session) : tibemsMsg_Acknowledge(message));
        CHECK_OK(tibemsMsg_Destroy(message));
    }
    ours_close();
}

TEST("30-131", user_of_jms)
{
    const char *user = NULL;
    ours_open();
    ask("options jms.populateJMSXUserID=true");
    tibemsMsg message = from_jms("text", "");
    CHECK_OK(tibemsMsg_GetStringProperty(message, "JMSXUserID", &user));
    CHECK_STR(user, USER);
    CHECK_OK(tibemsMsg_GetStringProperty(message, "JMS_TIBCO_SENDER", &user));
    CHECK_STR(user, USER);
    CHECK_OK(tibemsMsg_Destroy(message));
    ours_close();
}
