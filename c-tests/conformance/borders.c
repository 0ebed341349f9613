/*
 * borders.c - rules at their borders that a wrong library could break unseen (`make mutants` has shown them): typed calls
 * with the other kind of destination, the removal of a running listener, settings that must not be mixed up
 */
#include "harness.h"

static struct events begun = EVENTS_INIT, may_end = EVENTS_INIT, ended = EVENTS_INIT;

static void held_listener(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    event_post(&begun, 1);
    event_wait(&may_end, 1, 15000);
    event_post(&ended, 1);
    CHECK_OK(tibemsMsg_Destroy(message));
}

static tibems_status remove_listener(void *consumer) { return tibemsMsgConsumer_SetMsgListener(consumer, NULL, NULL); }

TEST("20-133", removal_waits_for_the_callback)
{
    struct fixture f;
    static struct task removal;
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, held_listener, NULL));
    CHECK_OK(send_text(f.producer, "1"));
    REQUIRE(event_wait(&begun, 1, 5000));
    task_start(&removal, remove_listener, f.consumer);
    CHECK(task_blocks(&removal));
    event_post(&may_end, 1);
    REQUIRE(task_wait(&removal, 5000));
    CHECK_OK(removal.status);
    CHECK_INT(event_count(&ended), 1);
    CHECK_OK(send_text(f.producer, "2"));
    EXPECT_FIRST(f.consumer, "2");
    CHECK_OK(tibemsConnection_Close(f.connection));
}

TEST_CHEAP("20-166", typed_calls_refuse_the_other_kind)
{
    tibemsQueueConnection queues = NULL;
    tibemsQueueSession queue_session = NULL;
    tibemsTopicConnection topics = NULL;
    tibemsTopicSession topic_session = NULL;
    tibemsQueueSender sender = NULL;
    tibemsTopicPublisher publisher = NULL;
    tibemsTopicSubscriber subscriber = NULL;
    tibemsQueueReceiver receiver = NULL;
    tibemsDestination queue = unique_queue(), topic = unique_topic(), of = NULL;
    tibemsMsg message = text_message("x");
    REQUIRE_OK(tibemsQueueConnection_Create(&queues, url_a(), NULL, USER, PASSWORD));
    REQUIRE_OK(tibemsQueueConnection_CreateQueueSession(queues, &queue_session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE));
    REQUIRE_OK(tibemsTopicConnection_Create(&topics, url_a(), NULL, USER, PASSWORD));
    REQUIRE_OK(tibemsTopicConnection_CreateTopicSession(topics, &topic_session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE));

    CHECK_STATUS(tibemsQueueSession_CreateSender(queue_session, &sender, topic), TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsTopicSession_CreatePublisher(topic_session, &publisher, queue), TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsQueueSession_CreateReceiver(queue_session, &receiver, topic, NULL), TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsTopicSession_CreateSubscriber(topic_session, &subscriber, queue, NULL, TIBEMS_FALSE),
                 TIBEMS_INVALID_DESTINATION);
    CHECK(sender == NULL && publisher == NULL && receiver == NULL && subscriber == NULL);

    REQUIRE_OK(tibemsQueueSession_CreateSender(queue_session, &sender, NULL));
    REQUIRE_OK(tibemsTopicSession_CreatePublisher(topic_session, &publisher, NULL));
    CHECK_STATUS(tibemsQueueSender_SendToQueue(sender, topic, message), TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsQueueSender_SendToQueueEx(sender, topic, message, TIBEMS_PERSISTENT, 4, 0), TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsTopicPublisher_PublishToTopic(publisher, queue, message), TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsTopicPublisher_PublishToTopicEx(publisher, queue, message, TIBEMS_PERSISTENT, 4, 0),
                 TIBEMS_INVALID_DESTINATION);

    REQUIRE_OK(tibemsTopicSession_CreateSubscriber(topic_session, &subscriber, topic, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsQueueSession_CreateReceiver(queue_session, &receiver, queue, NULL));
    CHECK_STATUS(tibemsQueueReceiver_GetQueue(subscriber, &of), TIBEMS_INVALID_DESTINATION);
    CHECK(of == NULL);
    CHECK_STATUS(tibemsTopicSubscriber_GetTopic(receiver, &of), TIBEMS_INVALID_DESTINATION);
    CHECK(of == NULL);
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsConnection_Close(queues));
    CHECK_OK(tibemsConnection_Close(topics));
}

TEST_CHEAP("10-21", settings_are_not_mixed_up)
{
    char text[1024];
    tibemsConnectionFactory factory = factory_for("tcp://localhost:7222");
    CHECK_OK(tibemsConnectionFactory_SetConnectAttemptCount(factory, 11));
    CHECK_OK(tibemsConnectionFactory_SetConnectAttemptDelay(factory, 1200));
    CHECK_OK(tibemsConnectionFactory_SetConnectAttemptTimeout(factory, 1300));
    CHECK_OK(tibemsConnectionFactory_SetReconnectAttemptCount(factory, 21));
    CHECK_OK(tibemsConnectionFactory_SetReconnectAttemptDelay(factory, 2200));
    CHECK_OK(tibemsConnectionFactory_SetReconnectAttemptTimeout(factory, 2300));
    CHECK_OK(tibemsConnectionFactory_PrintToBuffer(factory, text, sizeof text));
    const char *expected[] = {" ConnectAttemptCount={11}",   " ConnectAttemptDelay={1200}",   " ConnectAttemptTimeout={1300}",
                              " ReconnectAttemptCount={21}", " ReconnectAttemptDelay={2200}", " ReconnectAttemptTimeout={2300}"};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        CHECK(strstr(text, expected[i]) != NULL);
    CHECK_OK(tibemsConnectionFactory_Destroy(factory));

    CHECK_OK(tibems_SetConnectAttemptCount(11));
    CHECK_OK(tibems_SetConnectAttemptDelay(1200));
    CHECK_OK(tibems_SetConnectAttemptTimeout(1300));
    CHECK_OK(tibems_SetReconnectAttemptCount(21));
    CHECK_OK(tibems_SetReconnectAttemptDelay(2200));
    CHECK_OK(tibems_SetReconnectAttemptTimeout(2300));
    CHECK_INT(tibems_GetConnectAttemptCount(), 11);
    CHECK_INT(tibems_GetConnectAttemptDelay(), 1200);
    CHECK_INT(tibems_GetConnectAttemptTimeout(), 1300);
    CHECK_INT(tibems_GetReconnectAttemptCount(), 21);
    CHECK_INT(tibems_GetReconnectAttemptDelay(), 2200);
    CHECK_INT(tibems_GetReconnectAttemptTimeout(), 2300);

    CHECK_OK(tibems_SetSocketReceiveBufferSize(64));
    CHECK_OK(tibems_SetSocketSendBufferSize(48));
    CHECK_INT(tibems_GetSocketReceiveBufferSize(), 64);
    CHECK_INT(tibems_GetSocketSendBufferSize(), 48);
}
