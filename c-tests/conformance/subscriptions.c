/*
 * subscriptions.c - durable and shared subscriptions (spec 20 §4.5 to §4.7; cases 20-141 to 20-150)
 */
#include "sessions.h"

static tibemsTopicSubscriber durable_on(tibemsSession session, tibemsDestination topic, const char *name)
{
    tibemsTopicSubscriber subscriber = NULL;
    REQUIRE_OK(tibemsSession_CreateDurableSubscriber(session, &subscriber, topic, name, NULL, TIBEMS_FALSE));
    return subscriber;
}

TEST_CHEAP("20-141,20-142,20-145", durable_subscriber)
{
    struct fixture other = {0};
    tibemsTopicSubscriber second = (tibemsTopicSubscriber)0x1;
    tibemsMsgProducer publisher = NULL;
    char name[128];
    snprintf(name, sizeof name, "%s", unique_name("durable"));
    fresh(&f);
    tibemsDestination topic = unique_topic();
    tibemsTopicSubscriber subscriber = durable_on(f.session, topic, name);
    CASE("20-142");
    CHECK_STATUS(tibemsSession_CreateDurableSubscriber(f.session, &second, topic, name, NULL, TIBEMS_FALSE),
                 TIBEMS_INVALID_CONSUMER);
    CHECK(second == NULL);
    CASE("20-145");
    CHECK_STATUS(tibemsSession_Unsubscribe(f.session, name), TIBEMS_EXCEPTION);
    CHECK_OK(tibemsMsgConsumer_Close(subscriber));
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &publisher, topic));
    send_numbers(publisher, 1, 3);
    done();
    CASE("20-141");
    fresh(&other);
    subscriber = durable_on(other.session, topic, name);
    EXPECT_FIRST(subscriber, "1");
    EXPECT_FIRST(subscriber, "2");
    EXPECT_FIRST(subscriber, "3");
    CASE("20-145");
    CHECK_OK(tibemsMsgConsumer_Close(subscriber));
    CHECK_OK(tibemsSession_Unsubscribe(other.session, name));
    CHECK_STATUS(tibemsSession_Unsubscribe(other.session, name), TIBEMS_INVALID_DESTINATION);
    CHECK_OK(tibemsConnection_Close(other.connection));
}

TEST_CHEAP("20-143", durable_with_another_topic)
{
    tibemsMsgProducer publisher = NULL;
    char name[128];
    snprintf(name, sizeof name, "%s", unique_name("durable"));
    fresh(&f);
    tibemsDestination one = unique_topic(), two = unique_topic();
    CHECK_OK(tibemsMsgConsumer_Close(durable_on(f.session, one, name)));
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &publisher, one));
    send_numbers(publisher, 1, 2);
    CHECK_OK(tibemsMsgConsumer_Close(durable_on(f.session, two, name)));
    tibemsTopicSubscriber subscriber = durable_on(f.session, one, name);
    EXPECT_NOTHING(subscriber);
    CHECK_OK(tibemsMsgConsumer_Close(subscriber));
    CHECK_OK(tibemsSession_Unsubscribe(f.session, name));
    done();
}

TEST_CHEAP("20-144", durable_arguments)
{
    char long_name[260];
    tibemsTopicSubscriber subscriber = (tibemsTopicSubscriber)0x1;
    fresh(&f);
    tibemsDestination topic = unique_topic();
    memset(long_name, 'd', 256);
    long_name[256] = 0;
    CHECK_STATUS(tibemsSession_CreateDurableSubscriber(f.session, &subscriber, topic, NULL, NULL, TIBEMS_FALSE),
                 TIBEMS_INVALID_ARG);
    CHECK(subscriber == NULL);
    CHECK_STATUS(tibemsSession_CreateDurableSubscriber(f.session, &subscriber, topic, "", NULL, TIBEMS_FALSE),
                 TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsSession_CreateDurableSubscriber(f.session, &subscriber, topic, long_name, NULL, TIBEMS_FALSE),
                 TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsSession_CreateDurableSubscriber(f.session, &subscriber, f.queue, "d", NULL, TIBEMS_FALSE),
                 TIBEMS_INVALID_DESTINATION);
    done();
}

TEST_CHEAP("20-146", unsubscribe_with_unacknowledged)
{
    tibemsMsgProducer publisher = NULL;
    char name[128];
    snprintf(name, sizeof name, "%s", unique_name("durable"));
    fresh_on(&f, connect_to(url_a()), TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE);
    tibemsDestination topic = unique_topic();
    tibemsTopicSubscriber subscriber = durable_on(f.session, topic, name);
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &publisher, topic));
    send_numbers(publisher, 1, 1);
    EXPECT_FIRST(subscriber, "1");
    CHECK_OK(tibemsMsgConsumer_Close(subscriber));
    CHECK_STATUS(tibemsSession_Unsubscribe(f.session, name), TIBEMS_EXCEPTION);
    CHECK_OK(tibemsSession_Recover(f.session));
    CHECK_OK(tibemsSession_Unsubscribe(f.session, name));
    done();
}

TEST_CHEAP("20-147", shared_subscription_splits)
{
    struct fixture other;
    tibemsMsgConsumer one = NULL, two = NULL;
    tibemsMsgProducer publisher = NULL;
    char name[128];
    snprintf(name, sizeof name, "%s", unique_name("shared"));
    fresh(&f);
    fresh(&other);
    tibemsDestination topic = unique_topic();
    REQUIRE_OK(tibemsSession_CreateSharedConsumer(f.session, &one, topic, name, NULL));
    REQUIRE_OK(tibemsSession_CreateSharedConsumer(other.session, &two, topic, name, NULL));
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &publisher, topic));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(one, note, NULL));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(two, note, NULL));
    send_numbers(publisher, 1, 10);
    expect_each_once(10);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(one, NULL, NULL));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(two, NULL, NULL));
    EXPECT_NOTHING(one);
    EXPECT_NOTHING(two);
    CHECK_OK(tibemsConnection_Close(other.connection));
    done();
    CHECK_INT(event_count(&called), 10);
}

TEST_CHEAP("20-149", shared_durable)
{
    tibemsMsgConsumer consumer = NULL;
    tibemsMsgProducer publisher = NULL;
    char name[128];
    snprintf(name, sizeof name, "%s", unique_name("shared"));
    fresh(&f);
    tibemsDestination topic = unique_topic();
    REQUIRE_OK(tibemsSession_CreateSharedDurableConsumer(f.session, &consumer, topic, name, NULL));
    CHECK_OK(tibemsMsgConsumer_Close(consumer));
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &publisher, topic));
    send_numbers(publisher, 1, 2);
    REQUIRE_OK(tibemsSession_CreateSharedDurableConsumer(f.session, &consumer, topic, name, NULL));
    EXPECT_FIRST(consumer, "1");
    EXPECT_FIRST(consumer, "2");
    CHECK_OK(tibemsMsgConsumer_Close(consumer));
    CHECK_OK(tibemsSession_Unsubscribe(f.session, name));
    done();
}
