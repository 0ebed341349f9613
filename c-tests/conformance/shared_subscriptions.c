/*
 * shared_subscriptions.c - subscriptions that consumers of several sessions and connections share, and whose names they
 * are (spec 20 §4.5 to §4.7; cases 20-143, 20-147 to 20-150)
 */
#include "sessions.h"

static char name[128], client[128];

/* a started connection with this client id (NULL: none), and a session of it */
static tibemsSession session_as(const char *id, tibemsConnection *connection)
{
    tibemsConnectionFactory factory = factory_for(url_a());
    if (id)
        REQUIRE_OK(tibemsConnectionFactory_SetClientID(factory, id));
    REQUIRE_OK(tibemsConnectionFactory_CreateConnection(factory, connection, USER, PASSWORD));
    CHECK_OK(tibemsConnectionFactory_Destroy(factory));
    REQUIRE_OK(tibemsConnection_Start(*connection));
    return session_of(*connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
}

static void names(void)
{
    snprintf(name, sizeof name, "%s", unique_name("shared"));
    snprintf(client, sizeof client, "%s", unique_name("client"));
}

static tibemsMsgConsumer shared_of(tibemsSession session, tibemsDestination topic, const char *selector)
{
    tibemsMsgConsumer consumer = NULL;
    REQUIRE_OK(tibemsSession_CreateSharedConsumer(session, &consumer, topic, name, selector));
    return consumer;
}

static tibemsMsgConsumer durable_of(tibemsSession session, tibemsDestination topic, const char *selector)
{
    tibemsMsgConsumer consumer = NULL;
    REQUIRE_OK(tibemsSession_CreateSharedDurableConsumer(session, &consumer, topic, name, selector));
    return consumer;
}

/* the library knows of consumers of the same connection, the server of the others */
TEST_CHEAP("20-148", shared_with_another_selector)
{
    tibemsConnection here, there;
    tibemsMsgConsumer refused = (tibemsMsgConsumer)0x1;
    names();
    tibemsSession one = session_as(NULL, &here), other = session_as(NULL, &there);
    tibemsDestination topic = unique_topic();
    tibemsMsgConsumer consumer = shared_of(one, topic, "a = 1");
    CHECK_STATUS(tibemsSession_CreateSharedConsumer(one, &refused, topic, name, "a = 2"), TIBEMS_INVALID_CONSUMER);
    CHECK(refused == NULL);
    CHECK_STATUS(tibemsSession_CreateSharedConsumer(one, &refused, topic, name, NULL), TIBEMS_INVALID_CONSUMER);
    CHECK_STATUS(tibemsSession_CreateSharedConsumer(one, &refused, unique_topic(), name, "a = 1"),
                 TIBEMS_INVALID_CONSUMER);
    if (!on_artemis())      /* 2.56 ends the connection of whoever asks */
        CHECK_STATUS(tibemsSession_CreateSharedConsumer(other, &refused, topic, name, "a = 2"),
                     TIBEMS_INVALID_CONSUMER);
    tibemsMsgConsumer second = shared_of(other, topic, "a = 1");
    CHECK_OK(tibemsMsgConsumer_Close(second));
    CHECK_OK(tibemsMsgConsumer_Close(consumer));
    if (!on_artemis())      /* 2.56 lets go of it a moment after the close */
        shared_of(one, topic, "a = 2");
    CHECK_OK(tibemsConnection_Close(here));
    CHECK_OK(tibemsConnection_Close(there));
}

TEST_CHEAP("20-148", shared_durable_with_another_selector)
{
    tibemsConnection connection;
    tibemsMsgConsumer refused = NULL;
    names();
    tibemsSession session = session_as(client, &connection);
    tibemsDestination topic = unique_topic();
    tibemsMsgProducer publisher = producer_of(session, topic);
    tibemsMsgConsumer consumer = durable_of(session, topic, NULL);
    CHECK_STATUS(tibemsSession_CreateSharedDurableConsumer(session, &refused, topic, name, "a = 2"),
                 TIBEMS_INVALID_CONSUMER);
    CHECK_OK(tibemsMsgConsumer_Close(consumer));
    send_numbers(publisher, 1, 2);
    consumer = durable_of(session, topic, "a IS NULL");     /* made anew */
    EXPECT_NOTHING(consumer);
    send_numbers(publisher, 3, 3);
    EXPECT_FIRST(consumer, "3");
    CHECK_OK(tibemsMsgConsumer_Close(consumer));
    CHECK_OK(tibemsSession_Unsubscribe(session, name));
    CHECK_OK(tibemsConnection_Close(connection));
}

TEST_CHEAP("20-150", shared_and_plain_durable_of_one_name)
{
    tibemsConnection connection;
    tibemsMsgConsumer refused = (tibemsMsgConsumer)0x1;
    tibemsTopicSubscriber plain = NULL;
    names();
    tibemsSession session = session_as(client, &connection);
    tibemsDestination topic = unique_topic();
    REQUIRE_OK(tibemsSession_CreateDurableSubscriber(session, &plain, topic, name, NULL, TIBEMS_FALSE));
    CHECK_STATUS(tibemsSession_CreateSharedDurableConsumer(session, &refused, topic, name, NULL),
                 TIBEMS_INVALID_CONSUMER);
    CHECK(refused == NULL);
    CHECK_OK(tibemsMsgConsumer_Close(shared_of(session, topic, NULL)));
    CHECK_OK(tibemsMsgConsumer_Close(plain));
    CHECK_STATUS(tibemsSession_CreateSharedDurableConsumer(session, &refused, topic, name, NULL),
                 TIBEMS_INVALID_CONSUMER);
    CHECK_OK(tibemsMsgConsumer_Close(shared_of(session, topic, NULL)));
    CHECK_OK(tibemsSession_Unsubscribe(session, name));
    tibemsMsgConsumer shared = durable_of(session, topic, NULL);    /* the name is free */
    CHECK_STATUS(tibemsSession_CreateDurableSubscriber(session, &plain, topic, name, NULL, TIBEMS_FALSE),
                 TIBEMS_INVALID_CONSUMER);
    CHECK_OK(tibemsMsgConsumer_Close(shared));
    CHECK_STATUS(tibemsSession_CreateDurableSubscriber(session, &plain, topic, name, NULL, TIBEMS_FALSE),
                 TIBEMS_INVALID_CONSUMER);
    CHECK_OK(tibemsSession_Unsubscribe(session, name));
    CHECK_OK(tibemsConnection_Close(connection));
}

/* what one consumer leaves behind goes to the others; the last one takes the subscription with it */
TEST_CHEAP("20-147,20-149", consumers_come_and_go)
{
    tibemsConnection here, there;
    names();
    tibemsSession one = session_as(NULL, &here), two = session_of(here, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsSession other = session_as(NULL, &there);
    tibemsDestination topic = unique_topic();
    tibemsMsgProducer publisher = producer_of(other, topic);
    tibemsMsgConsumer (*const of[])(tibemsSession, tibemsDestination, const char *) = {shared_of, durable_of};
    for (int durable = 0; durable < 2; durable++) {
        if (durable) CASE("20-149"); else CASE("20-147");
        tibemsMsgConsumer consumers[] = {of[durable](one, topic, NULL), of[durable](two, topic, NULL),
                                         of[durable](other, topic, NULL)};
        send_numbers(publisher, 1, 9);
        CHECK_OK(tibemsMsgConsumer_Close(consumers[0]));
        CHECK_OK(tibemsMsgConsumer_Close(consumers[2]));
        CHECK_OK(tibemsMsgConsumer_SetMsgListener(consumers[1], note, NULL));
        REQUIRE(event_wait(&called, 9 * (durable + 1), 10000));
        CHECK_OK(tibemsMsgConsumer_Close(consumers[1]));
        int seen = 0;
        for (int i = 9 * durable; i < event_count(&called); i++)
            seen ^= 1 << event_at(&called, i);
        CHECK_INT(event_count(&called), 9 * (durable + 1));
        CHECK_INT(seen, 0x3fe);                             /* each number once */
        send_numbers(publisher, 1, 1);
        tibemsMsgConsumer again = of[durable](one, topic, NULL);
        if (durable)
            EXPECT_FIRST(again, "1");
        EXPECT_NOTHING(again);
        CHECK_STATUS(tibemsSession_Unsubscribe(two, name), durable ? TIBEMS_EXCEPTION : TIBEMS_INVALID_DESTINATION);
        CHECK_OK(tibemsMsgConsumer_Close(again));
    }
    CHECK_OK(tibemsSession_Unsubscribe(two, name));
    CHECK_OK(tibemsConnection_Close(here));
    CHECK_OK(tibemsConnection_Close(there));
}

/* the server refuses to delete what a consumer of another connection uses, and says so */
TEST_CHEAP("20-145", unsubscribe_from_another_connection)
{
    tibemsConnection here, there;
    names();
    tibemsSession one = session_as(NULL, &here), other = session_as(NULL, &there);
    tibemsMsgConsumer consumer = durable_of(one, unique_topic(), NULL);
    CHECK_STATUS(tibemsSession_Unsubscribe(other, name), TIBEMS_EXCEPTION);
    CHECK_OK(tibemsMsgConsumer_Close(consumer));
    CHECK_OK(tibemsSession_Unsubscribe(other, name));
    CHECK_STATUS(tibemsSession_Unsubscribe(one, name), TIBEMS_INVALID_DESTINATION);
    CHECK_OK(tibemsConnection_Close(here));
    CHECK_OK(tibemsConnection_Close(there));
}

/* a name belongs to the client id; the next connection with it goes on where the last one stopped */
TEST_CHEAP("20-141", durable_of_a_client)
{
    tibemsConnection here, there;
    tibemsTopicSubscriber subscriber = NULL, stranger = NULL;
    names();
    tibemsSession mine = session_as(client, &here), theirs = session_as(NULL, &there);
    tibemsDestination topic = unique_topic();
    tibemsMsgProducer publisher = producer_of(theirs, topic);
    REQUIRE_OK(tibemsSession_CreateDurableSubscriber(mine, &subscriber, topic, name, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsSession_CreateDurableSubscriber(theirs, &stranger, topic, name, NULL, TIBEMS_FALSE));
    CHECK_OK(tibemsConnection_Close(here));
    send_numbers(publisher, 1, 2);
    mine = session_as(client, &here);
    REQUIRE_OK(tibemsTopicSession_CreateDurableSubscriber(mine, &subscriber, topic, name, NULL, TIBEMS_FALSE));
    EXPECT_FIRST(subscriber, "1");
    EXPECT_FIRST(subscriber, "2");
    EXPECT_FIRST(stranger, "1");
    EXPECT_FIRST(stranger, "2");
    CHECK_OK(tibemsMsgConsumer_Close(subscriber));
    CHECK_OK(tibemsMsgConsumer_Close(stranger));
    CHECK_OK(tibemsTopicSession_Unsubscribe(mine, name));
    CHECK_OK(tibemsSession_Unsubscribe(theirs, name));
    CHECK_OK(tibemsConnection_Close(here));
    CHECK_OK(tibemsConnection_Close(there));
}

TEST_CHEAP("20-143", durable_with_another_selector_or_no_local)
{
    tibemsConnection here, there;
    tibemsTopicSubscriber subscriber = NULL;
    names();
    tibemsSession mine = session_as(client, &here), theirs = session_as(NULL, &there);
    tibemsDestination topic = unique_topic();
    tibemsMsgProducer publisher = producer_of(theirs, topic), own = producer_of(mine, topic);
    struct {
        const char *selector;
        tibems_bool no_local;
    } terms[] = {{NULL, TIBEMS_FALSE}, {"a IS NULL", TIBEMS_FALSE}, {"a IS NULL", TIBEMS_TRUE}, {NULL, TIBEMS_FALSE}};
    for (unsigned i = 0; i < sizeof terms / sizeof *terms; i++) {
        REQUIRE_OK(tibemsSession_CreateDurableSubscriber(mine, &subscriber, topic, name, terms[i].selector,
                                                         terms[i].no_local));
        EXPECT_NOTHING(subscriber);                         /* what the former one kept is gone */
        CHECK_OK(tibemsMsgConsumer_Close(subscriber));
        REQUIRE_OK(tibemsSession_CreateDurableSubscriber(mine, &subscriber, topic, name, terms[i].selector,
                                                         terms[i].no_local));
        send_numbers(own, 1, 1);
        send_numbers(publisher, 2, 2);
        if (!terms[i].no_local)
            EXPECT_FIRST(subscriber, "1");
        EXPECT_FIRST(subscriber, "2");
        CHECK_OK(tibemsMsgConsumer_Close(subscriber));
        send_numbers(publisher, 3, 4);
    }
    CHECK_OK(tibemsSession_Unsubscribe(mine, name));
    CHECK_OK(tibemsConnection_Close(here));
    CHECK_OK(tibemsConnection_Close(there));
}

/* what a closed subscriber has left in the program's hands comes again to the next one */
TEST_CHEAP("20-146", unacknowledged_goes_to_the_next_subscriber)
{
    tibemsConnection connection, there;
    tibemsTopicSubscriber subscriber = NULL;
    tibemsMsg message = NULL;
    names();
    tibemsSession theirs = session_as(NULL, &there);
    session_as(client, &connection);
    tibemsSession session = session_of(connection, TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE);
    tibemsDestination topic = unique_topic();
    tibemsMsgProducer publisher = producer_of(theirs, topic);
    REQUIRE_OK(tibemsSession_CreateDurableSubscriber(session, &subscriber, topic, name, NULL, TIBEMS_FALSE));
    send_numbers(publisher, 1, 2);
    REQUIRE_OK(tibemsMsgConsumer_ReceiveTimeout(subscriber, &message, 5000));
    CHECK_STR(text_of(message), "1");
    CHECK_OK(tibemsMsgConsumer_Close(subscriber));
    REQUIRE_OK(tibemsSession_CreateDurableSubscriber(session, &subscriber, topic, name, NULL, TIBEMS_FALSE));
    CHECK_STATUS(tibemsMsg_Acknowledge(message), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsMsg_Destroy(message));
    EXPECT_AGAIN(subscriber, "1");
    EXPECT_FIRST(subscriber, "2");
    CHECK_OK(tibemsMsgConsumer_Close(subscriber));
    CHECK_OK(tibemsSession_Recover(session));
    CHECK_OK(tibemsSession_Unsubscribe(session, name));
    CHECK_OK(tibemsConnection_Close(connection));
    CHECK_OK(tibemsConnection_Close(there));
}

/* what is in a transaction is bound to that, also when its subscriber is closed */
TEST_CHEAP("20-146", unsubscribe_with_a_transaction)
{
    tibemsConnection connection, there;
    tibemsTopicSubscriber subscriber = NULL, refused = (tibemsTopicSubscriber)0x1;
    names();
    tibemsSession theirs = session_as(client, &connection), publishing = session_as(NULL, &there);
    tibemsSession session = session_of(connection, TIBEMS_TRUE, TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsDestination topic = unique_topic();
    tibemsMsgProducer publisher = producer_of(publishing, topic);
    REQUIRE_OK(tibemsSession_CreateDurableSubscriber(session, &subscriber, topic, name, NULL, TIBEMS_FALSE));
    send_numbers(publisher, 1, 2);
    EXPECT_FIRST(subscriber, "1");
    CHECK_OK(tibemsMsgConsumer_Close(subscriber));
    CHECK_STATUS(tibemsSession_Unsubscribe(theirs, name), TIBEMS_EXCEPTION);
    CHECK_STATUS(tibemsSession_CreateDurableSubscriber(theirs, &refused, topic, name, NULL, TIBEMS_FALSE),
                 TIBEMS_INVALID_CONSUMER);
    CHECK(refused == NULL);
    CHECK_OK(tibemsSession_Commit(session));
    REQUIRE_OK(tibemsSession_CreateDurableSubscriber(session, &subscriber, topic, name, NULL, TIBEMS_FALSE));
    EXPECT_FIRST(subscriber, "2");
    CHECK_OK(tibemsMsgConsumer_Close(subscriber));
    CHECK_OK(tibemsSession_Rollback(session));
    CHECK_OK(tibemsSession_Unsubscribe(theirs, name));
    CHECK_OK(tibemsConnection_Close(connection));
    CHECK_OK(tibemsConnection_Close(there));
}

TEST_CHEAP("20-144", names_that_are_none)
{
    tibemsMsgConsumer consumer = (tibemsMsgConsumer)0x1;
    char long_name[257];
    fresh(&f);
    tibemsDestination topic = unique_topic();
    memset(long_name, 'd', 256);
    long_name[256] = 0;
    const struct {
        const char *name;
        tibems_status status;
    } bad[] = {{NULL, TIBEMS_INVALID_ARG}, {"", TIBEMS_INVALID_ARG}, {long_name, TIBEMS_INVALID_ARG},
               {"\xff", TIBEMS_INVALID_ARG}, {"a|b", TIBEMS_INVALID_NAME}};
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        tibems_status status = bad[i].status;
        CHECK_STATUS(tibemsSession_CreateSharedConsumer(f.session, &consumer, topic, bad[i].name, NULL), status);
        CHECK(consumer == NULL);
        CHECK_STATUS(tibemsSession_CreateSharedDurableConsumer(f.session, &consumer, topic, bad[i].name, NULL), status);
        CHECK_STATUS(tibemsSession_CreateDurableSubscriber(f.session, &consumer, topic, bad[i].name, NULL,
                                                           TIBEMS_FALSE), status);
        CHECK_STATUS(tibemsSession_Unsubscribe(f.session, bad[i].name), status);
    }
    CHECK_STATUS(tibemsSession_CreateSharedConsumer(f.session, &consumer, f.queue, "s", NULL),
                 TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsSession_CreateSharedDurableConsumer(f.session, &consumer, f.queue, "s", NULL),
                 TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsSession_CreateSharedConsumer(f.session, &consumer, NULL, "s", NULL),
                 TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsSession_CreateSharedConsumer(f.session, &consumer, topic, "s", "a ="), TIBEMS_INVALID_SELECTOR);
    done();
}
