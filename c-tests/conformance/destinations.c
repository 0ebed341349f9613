/*
 * destinations.c - names, wildcards, ownership, temporary destinations (spec 20 §2; cases 20-69 to 20-88)
 */
#include "harness.h"

static struct fixture f;

static void done(void) { CHECK_OK(tibemsConnection_Close(f.connection)); }

TEST_CHEAP("20-69", create_arguments)
{
    static const int types[] = {0, 256, 3};
    for (size_t i = 0; i < 3; i++) {
        tibemsDestination made = (tibemsDestination)0x1;
        CHECK_STATUS(tibemsDestination_Create(&made, (tibemsDestinationType)types[i], "x"), TIBEMS_INVALID_ARG);
        CHECK(made == NULL);
    }
    tibemsDestination made = (tibemsDestination)0x1;
    CHECK_STATUS(tibemsDestination_Create(&made, TIBEMS_QUEUE, NULL), TIBEMS_INVALID_ARG);
    CHECK(made == NULL);
    made = (tibemsDestination)0x1;
    CHECK_STATUS(tibemsDestination_Create(&made, TIBEMS_QUEUE, ""), TIBEMS_INVALID_NAME);
    CHECK(made == NULL);
    CHECK_STATUS(tibemsDestination_Create(NULL, TIBEMS_QUEUE, "x"), TIBEMS_INVALID_ARG);
}

static void check_length(tibemsDestinationType type, const char *name, bool good)
{
    tibemsDestination made = (tibemsDestination)0x1;
    char read[256];
    CHECK_STATUS(tibemsDestination_Create(&made, type, name), good ? TIBEMS_OK : TIBEMS_INVALID_NAME);
    if (good) {
        CHECK_OK(tibemsDestination_GetName(made, read, sizeof read));
        CHECK_STR(read, name);
        CHECK_OK(tibemsDestination_Destroy(made));
    } else
        CHECK(made == NULL);
}

TEST_CHEAP("20-70", name_length)
{
    for (int type = TIBEMS_QUEUE; type <= TIBEMS_TOPIC; type++) {
        char name[300];
        memset(name, 'n', sizeof name);
        name[249] = 0;
        check_length((tibemsDestinationType)type, name, true);
        name[249] = 'n';
        name[250] = 0;
        check_length((tibemsDestinationType)type, name, false);
        memcpy(name + 247, "\xc3\xa4", 3);      /* 249 bytes, 248 characters */
        check_length((tibemsDestinationType)type, name, true);
        memcpy(name + 248, "\xc3\xa4", 3);      /* 250 bytes, 249 characters */
        name[247] = 'n';
        check_length((tibemsDestinationType)type, name, false);
    }
}

TEST_CHEAP("20-71", typed_destroy_of_any_kind)
{
    tibemsDestination queue = queue_named("x"), topic = unique_topic();
    CHECK_OK(tibemsTopic_Destroy(queue));
    CHECK_STATUS(tibemsTopic_Destroy(queue), TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsQueue_Destroy(queue), TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsDestination_Destroy(queue), TIBEMS_INVALID_DESTINATION);
    CHECK_OK(tibemsQueue_Destroy(topic));
    CHECK_STATUS(tibemsQueue_Destroy(topic), TIBEMS_INVALID_DESTINATION);
}

TEST_CHEAP("20-72,20-73", get_name_buffers)
{
    char buffer[256];
    tibemsDestination queue = queue_named("abcd\xc3\xa4");       /* 6 bytes */
    CASE("20-72");
    CHECK_OK(tibemsDestination_GetName(queue, buffer, sizeof buffer));
    CHECK_STR(buffer, "abcd\xc3\xa4");
    memset(buffer, '#', sizeof buffer);
    CHECK_STATUS(tibemsDestination_GetName(queue, buffer, 6), TIBEMS_INSUFFICIENT_BUFFER);
    CASE("20-73");
    CHECK_STR(buffer, "abcd");                  /* the two-byte character does not fit beside the end */
    CHECK_INT(buffer[6], '#');
    CHECK_STATUS(tibemsDestination_GetName(queue, buffer, 3), TIBEMS_INSUFFICIENT_BUFFER);
    CHECK_STR(buffer, "ab");
    CASE("20-72");
    CHECK_STATUS(tibemsDestination_GetName(queue, buffer, 0), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsDestination_GetName(queue, buffer, -1), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsDestination_GetName(queue, NULL, 10), TIBEMS_INVALID_ARG);
    tibemsDestination plain = queue_named("abcdef");
    CHECK_STATUS(tibemsDestination_GetName(plain, buffer, 6), TIBEMS_INSUFFICIENT_BUFFER);
    CHECK_STR(buffer, "abcde");
    CHECK_OK(tibemsDestination_GetName(plain, buffer, 7));
    CHECK_STR(buffer, "abcdef");
    CHECK_STATUS(tibemsDestination_GetName(plain, buffer, 1), TIBEMS_INSUFFICIENT_BUFFER);
    CHECK_STR(buffer, "");
    CHECK_OK(tibemsDestination_Destroy(plain));
    CHECK_OK(tibemsDestination_Destroy(queue));
}

TEST_CHEAP("20-74", temporary_types)
{
    tibemsTemporaryQueue queue = NULL;
    tibemsTemporaryTopic topic = NULL;
    tibemsDestinationType type = TIBEMS_UNKNOWN;
    fresh(&f);
    REQUIRE_OK(tibemsSession_CreateTemporaryQueue(f.session, &queue));
    REQUIRE_OK(tibemsSession_CreateTemporaryTopic(f.session, &topic));
    CHECK_OK(tibemsDestination_GetType(queue, &type));
    CHECK_INT(type, TIBEMS_QUEUE);
    CHECK_OK(tibemsDestination_GetType(topic, &type));
    CHECK_INT(type, TIBEMS_TOPIC);
    done();
}

static tibems_status consumer_on(tibemsDestinationType type, const char *name, tibemsMsgConsumer *consumer)
{
    tibemsDestination destination = NULL;
    REQUIRE_OK(tibemsDestination_Create(&destination, type, name));
    tibems_status status = tibemsSession_CreateConsumer(f.session, consumer, destination, NULL, TIBEMS_FALSE);
    CHECK_OK(tibemsDestination_Destroy(destination));
    return status;
}

static tibems_status producer_on(tibemsDestinationType type, const char *name, tibemsMsgProducer *producer)
{
    tibemsDestination destination = NULL;
    REQUIRE_OK(tibemsDestination_Create(&destination, type, name));
    tibems_status status = tibemsSession_CreateProducer(f.session, producer, destination);
    CHECK_OK(tibemsDestination_Destroy(destination));
    return status;
}

TEST_CHEAP("20-75,20-77", wildcard_syntax)
{
    static const char *bad_topics[] = {"foo.b*", "a..b", ".a", "a.", "a.>.b", "a>", ".", "*b", "a.**"};
    static const char *wildcards[] = {"a.*", "a.>", "*", ">"};
    tibemsMsgConsumer consumer = NULL;
    tibemsMsgProducer producer = NULL, unspecified = NULL;
    fresh(&f);
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &unspecified, NULL));
    tibemsMsg message = text_message("x");
    CASE("20-75");
    for (size_t i = 0; i < sizeof wildcards / sizeof *wildcards; i++) {
        for (int type = TIBEMS_QUEUE; type <= TIBEMS_TOPIC; type++) {
            tibemsDestination to = NULL;
            producer = (tibemsMsgProducer)0x1;
            CHECK_STATUS(producer_on((tibemsDestinationType)type, wildcards[i], &producer), TIBEMS_INVALID_DESTINATION);
            CHECK(producer == NULL);
            REQUIRE_OK(tibemsDestination_Create(&to, (tibemsDestinationType)type, wildcards[i]));
            CHECK_STATUS(tibemsMsgProducer_SendToDestination(unspecified, to, message), TIBEMS_INVALID_DESTINATION);
            CHECK_OK(tibemsDestination_Destroy(to));
        }
        consumer = (tibemsMsgConsumer)0x1;
        CHECK_STATUS(consumer_on(TIBEMS_QUEUE, wildcards[i], &consumer), TIBEMS_INVALID_DESTINATION);
        CHECK(consumer == NULL);
        CHECK_OK(consumer_on(TIBEMS_TOPIC, wildcards[i], &consumer));
        CHECK_OK(tibemsMsgConsumer_Close(consumer));
    }
    CASE("20-77");
    for (size_t i = 0; i < sizeof bad_topics / sizeof *bad_topics; i++) {
        consumer = (tibemsMsgConsumer)0x1;
        if (!CHECK_STATUS(consumer_on(TIBEMS_TOPIC, bad_topics[i], &consumer), TIBEMS_INVALID_DESTINATION))
            fprintf(stderr, "   name \"%s\"\n", bad_topics[i]);
        CHECK(consumer == NULL);
    }
    CHECK_OK(tibemsMsg_Destroy(message));
    done();
}

static void publish(const char *name, const char *text)
{
    tibemsMsgProducer producer = NULL;
    REQUIRE_OK(producer_on(TIBEMS_TOPIC, name, &producer));
    CHECK_OK(send_text(producer, text));
    CHECK_OK(tibemsMsgProducer_Close(producer));
}

/* The next message, which has this text and, though the subscription is a wildcard, the topic BASE + SUFFIX (2.4). Others
 * publish on the same servers: what is not below BASE is left out. */
static void expect_topic(tibemsMsgConsumer consumer, const char *base, const char *suffix, const char *text)
{
    char name[256], want[256];
    for (;;) {
        tibemsDestination from = NULL;
        tibemsMsg message = receive_one(consumer);
        CHECK_OK(tibemsMsg_GetDestination(message, &from));
        CHECK_OK(tibemsDestination_GetName(from, name, sizeof name));
        bool ours = strncmp(name, base, strlen(base)) == 0;
        if (ours) {
            snprintf(want, sizeof want, "%s%s", base, suffix);
            CHECK_STR(name, want);
            CHECK_STR(text_of(message), text);
        }
        CHECK_OK(tibemsMsg_Destroy(message));
        if (ours)
            return;
    }
}

TEST("20-76", wildcard_matching)
{
    tibemsMsgConsumer below = NULL, one = NULL, all = NULL;
    tibemsDestination given = NULL;
    char base[100], name[160], read[256];
    fresh(&f);
    snprintf(base, sizeof base, "%s", unique_name("w"));
    snprintf(name, sizeof name, "%s.>", base);
    REQUIRE_OK(consumer_on(TIBEMS_TOPIC, name, &below));
    CHECK_OK(tibemsMsgConsumer_GetDestination(below, &given));
    CHECK_OK(tibemsDestination_GetName(given, read, sizeof read));
    CHECK_STR(read, name);
    snprintf(name, sizeof name, "%s.*", base);
    REQUIRE_OK(consumer_on(TIBEMS_TOPIC, name, &one));
    REQUIRE_OK(consumer_on(TIBEMS_TOPIC, ">", &all));
    publish(base, "foo");
    snprintf(name, sizeof name, "%s.a", base);
    publish(name, "foo.a");
    snprintf(name, sizeof name, "%s.a.b", base);
    publish(name, "foo.a.b");
    expect_topic(below, base, ".a", "foo.a");
    expect_topic(below, base, ".a.b", "foo.a.b");
    EXPECT_NOTHING(below);
    expect_topic(one, base, ".a", "foo.a");
    EXPECT_NOTHING(one);
    expect_topic(all, base, "", "foo");
    expect_topic(all, base, ".a", "foo.a");
    expect_topic(all, base, ".a.b", "foo.a.b");
    done();
}

/* Who asks for everything does not get what the broker publishes about itself, but for who names it. The consumer of the
 * fixture, others that come and go, and the tests beside this one make the broker speak. */
TEST_X("", everything_is_without_the_brokers_own, T_FOREIGN, 20)
{
    tibemsMsgConsumer all = NULL, filtered = NULL, own = NULL;
    tibemsDestination from = NULL, everything = NULL;
    char name[256];
    fresh(&f);
    REQUIRE_OK(consumer_on(TIBEMS_TOPIC, "activemq.notifications", &own));
    REQUIRE_OK(consumer_on(TIBEMS_TOPIC, ">", &all));
    REQUIRE_OK(tibemsDestination_Create(&everything, TIBEMS_TOPIC, ">"));
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &filtered, everything, "nothing IS NULL", TIBEMS_FALSE));
    CHECK_OK(tibemsDestination_Destroy(everything));
    tibemsMsg message = receive_one(own);
    CHECK_OK(tibemsMsg_Destroy(message));
    const char *base = unique_name("e");
    publish(base, "last");
    for (int i = 0; i < 2; i++) {
        for (bool last = false; !last;) {
            message = receive_one(i ? filtered : all);
            CHECK_OK(tibemsMsg_GetDestination(message, &from));
            CHECK_OK(tibemsDestination_GetName(from, name, sizeof name));
            CHECK(strcmp(name, "activemq.notifications") != 0);
            last = strcmp(name, base) == 0;
            CHECK_OK(tibemsMsg_Destroy(message));
        }
    }
    done();
}

TEST_CHEAP("20-78,20-79,20-81", destination_ownership)
{
    tibemsDestination borrowed = NULL, copy = NULL;
    char name[256];
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_GetDestination(f.consumer, &borrowed));
    CASE("20-78");
    CHECK_OK(tibemsDestination_Copy(borrowed, &copy));
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    CHECK_OK(tibemsDestination_GetName(copy, name, sizeof name));
    CHECK_STR(name, f.name);
    CHECK_STATUS(tibemsDestination_GetName(borrowed, name, sizeof name), TIBEMS_INVALID_DESTINATION);
    CASE("20-79");
    CHECK_OK(tibemsMsgProducer_GetDestination(f.producer, &borrowed));
    CHECK_STATUS(tibemsDestination_Destroy(borrowed), TIBEMS_NOT_PERMITTED);
    CHECK_STATUS(tibemsQueue_Destroy(borrowed), TIBEMS_NOT_PERMITTED);
    CHECK_OK(tibemsDestination_GetName(borrowed, name, sizeof name));
    CHECK_STR(name, f.name);
    CHECK_OK(send_text(f.producer, "still"));
    CASE("20-81");
    CHECK_OK(tibemsDestination_Destroy(f.queue));
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &f.consumer, copy, NULL, TIBEMS_FALSE));
    CHECK_OK(tibemsDestination_Destroy(copy));
    EXPECT_FIRST(f.consumer, "still");
    CHECK_OK(send_text(f.producer, "x"));
    EXPECT_FIRST(f.consumer, "x");
    done();
}

TEST_CHEAP("20-80", reply_to_is_borrowed)
{
    tibemsDestination reply = NULL;
    char name[256];
    tibemsMsg message = text_message("x");
    tibemsDestination queue = queue_named("reply");
    CHECK_OK(tibemsMsg_SetReplyTo(message, queue));
    CHECK_OK(tibemsDestination_Destroy(queue));
    CHECK_OK(tibemsMsg_GetReplyTo(message, &reply));
    CHECK_STATUS(tibemsDestination_Destroy(reply), TIBEMS_NOT_PERMITTED);
    CHECK_STATUS(tibemsQueue_Destroy(reply), TIBEMS_NOT_PERMITTED);
    CHECK_OK(tibemsDestination_GetName(reply, name, sizeof name));
    CHECK_STR(name, "reply");
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_STATUS(tibemsDestination_GetName(reply, name, sizeof name), TIBEMS_INVALID_DESTINATION);
}

TEST("20-82,20-87", temporary_queue_of_another_connection)
{
    struct fixture other = {0};
    tibemsTemporaryQueue temporary = NULL;
    tibemsMsgConsumer mine = NULL, foreign = (tibemsMsgConsumer)0x1;
    tibemsMsgProducer producer = NULL;
    tibemsDestination reply = NULL;
    fresh(&f);
    REQUIRE_OK(tibemsSession_CreateTemporaryQueue(f.session, &temporary));
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &mine, temporary, NULL, TIBEMS_FALSE));
    tibemsMsg request = text_message("request");
    CHECK_OK(tibemsMsg_SetReplyTo(request, temporary));
    CHECK_OK(tibemsMsgProducer_Send(f.producer, request));
    CHECK_OK(tibemsDestination_Destroy(temporary));     /* the server's queue stays */
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    reader(&other, f.name);
    tibemsMsg got = receive_one(other.consumer);
    REQUIRE_OK(tibemsMsg_GetReplyTo(got, &reply));
    REQUIRE(reply != NULL);
    CASE("20-82");
    CHECK_STATUS(tibemsSession_CreateConsumer(other.session, &foreign, reply, NULL, TIBEMS_FALSE),
                 TIBEMS_INVALID_DESTINATION);
    CHECK(foreign == NULL);
    REQUIRE_OK(tibemsSession_CreateProducer(other.session, &producer, reply));
    CASE("20-82,20-87");
    CHECK_OK(send_text(producer, "reply"));
    EXPECT_TEXT(mine, "reply");
    reader_close(&other);
    done();
}

TEST_CHEAP("20-83,20-84,20-85", delete_temporary)
{
    tibemsTemporaryQueue queue = NULL;
    tibemsMsgConsumer consumer = NULL;
    fresh(&f);
    tibemsSession second = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsDestination topic = unique_topic();
    REQUIRE_OK(tibemsSession_CreateTemporaryQueue(f.session, &queue));
    CHECK_OK(tibemsSession_Close(f.session));
    CASE("20-85");
    REQUIRE_OK(tibemsSession_CreateConsumer(second, &consumer, queue, NULL, TIBEMS_FALSE));
    CASE("20-84");
    CHECK_STATUS(tibemsSession_DeleteTemporaryTopic(second, queue), TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsSession_DeleteTemporaryTopic(second, topic), TIBEMS_INVALID_DESTINATION);
    CASE("20-83");
    CHECK_STATUS(tibemsSession_DeleteTemporaryQueue(second, queue), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsMsgConsumer_Close(consumer));
    CHECK_OK(tibemsSession_DeleteTemporaryQueue(second, queue));
    CHECK_STATUS(tibemsSession_DeleteTemporaryQueue(second, queue), TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsSession_CreateConsumer(second, &consumer, queue, NULL, TIBEMS_FALSE), TIBEMS_INVALID_DESTINATION);
    CHECK_OK(tibemsDestination_Destroy(queue));
    done();
}

TEST("20-86", temporary_queue_dies_with_connection)
{
    struct fixture other;
    tibemsTemporaryQueue temporary = NULL;
    tibemsMsgProducer producer = NULL;
    char name[256];
    fresh(&f);
    fresh(&other);
    REQUIRE_OK(tibemsSession_CreateTemporaryQueue(f.session, &temporary));
    tibemsMsg request = text_message("request");
    CHECK_OK(tibemsMsg_SetReplyTo(request, temporary));
    CHECK_OK(tibemsMsgProducer_SendToDestination(f.producer, other.queue, request));
    tibemsMsg got = receive_one(other.consumer);
    tibemsDestination reply = NULL;
    REQUIRE_OK(tibemsMsg_GetReplyTo(got, &reply));
    CHECK_OK(tibemsDestination_GetName(reply, name, sizeof name));
    done();
    tibems_status status = tibemsSession_CreateProducer(other.session, &producer, reply);
    if (status == TIBEMS_OK)
        status = send_text(producer, "late");
    /* Artemis makes an ordinary queue of any name that a producer asks for */
    CHECK_STATUS(status, on_artemis() ? TIBEMS_OK : TIBEMS_INVALID_DESTINATION);
    CHECK_OK(tibemsConnection_Close(other.connection));
}

TEST_CHEAP("20-88", durable_on_temporary_topic)
{
    tibemsTemporaryTopic topic = NULL;
    tibemsTopicSubscriber subscriber = (tibemsTopicSubscriber)0x1;
    fresh(&f);
    REQUIRE_OK(tibemsSession_CreateTemporaryTopic(f.session, &topic));
    CHECK_STATUS(tibemsSession_CreateDurableSubscriber(f.session, &subscriber, topic, "d", NULL, TIBEMS_FALSE),
                 TIBEMS_INVALID_DESTINATION);
    CHECK(subscriber == NULL);
    done();
}
