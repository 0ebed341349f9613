/*
 * durables.c - one durable subscription that C and Java programs use in turn (spec 20 §4.5 to §4.7, spec 40 §2.3): whoever has its
 * name and client ID reads what the others have left
 */
#include "partner.h"

enum kind { ALONE, SHARED, SHARED_BY_ALL };

static const char *word[] = {"alone", "shared", "shared"};
static char topic[128], name[128], client[128];
static tibemsConnection connection;
static tibemsSession session;
static tibemsMsgConsumer subscriber;

static void begin(enum kind kind)
{
    snprintf(topic, sizeof topic, "%s", unique_name("interop.topic"));
    snprintf(name, sizeof name, "%s", unique_name("interop.durable"));
    snprintf(client, sizeof client, "%s", kind == SHARED_BY_ALL ? "" : unique_name("interop.client"));
    if (*client)
        ask("options jms.clientID=%s", client);
}

/* C: connects as the client, and disconnects */
static void come(void)
{
    connection = connect_to(url_a());
    if (*client)
        REQUIRE_OK(tibemsConnection_SetClientId(connection, client));
    session = session_of(connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsConnection_Start(connection));
}

static void go(void) { CHECK_OK(tibemsConnection_Close(connection)); }

static void subscribe(enum kind kind)
{
    tibemsDestination destination = NULL;
    REQUIRE_OK(tibemsDestination_Create(&destination, TIBEMS_TOPIC, topic));
    if (kind == ALONE)
        REQUIRE_OK(tibemsSession_CreateDurableSubscriber(session, &subscriber, destination, name, NULL, TIBEMS_FALSE));
    else
        REQUIRE_OK(tibemsSession_CreateSharedDurableConsumer(session, &subscriber, destination, name, NULL));
    CHECK_OK(tibemsDestination_Destroy(destination));
}

static void leave(void) { CHECK_OK(tibemsMsgConsumer_Close(subscriber)); }

/* C: reads the numbers, and there is no more of them behind the last */
static void reads(int first, int last, bool all)
{
    char text[16];
    for (int number = first; number <= last; number++) {
        snprintf(text, sizeof text, "%d", number);
        tibemsMsg message = receive_one(subscriber);
        const char *type = NULL;
        CHECK_OK(tibemsMsg_GetType(message, &type));
        CHECK_STR(type, text);
        CHECK_OK(tibemsMsg_Destroy(message));
    }
    if (all)
        EXPECT_NOTHING(subscriber);
}

static void sends(int count)
{
    tibemsDestination destination = NULL;
    tibemsMsgProducer producer = NULL;
    char type[16];
    REQUIRE_OK(tibemsDestination_Create(&destination, TIBEMS_TOPIC, topic));
    REQUIRE_OK(tibemsSession_CreateProducer(session, &producer, destination));
    for (int number = 1; number <= count; number++) {
        tibemsMsg message = text_message("text");
        snprintf(type, sizeof type, "%d", number);
        CHECK_OK(tibemsMsg_SetType(message, type));
        REQUIRE_OK(tibemsMsgProducer_Send(producer, message));
        CHECK_OK(tibemsMsg_Destroy(message));
    }
    CHECK_OK(tibemsMsgProducer_Close(producer));
    CHECK_OK(tibemsDestination_Destroy(destination));
}

static void jms_subscribes(enum kind kind) { ask("durable %s topic:%s %s", word[kind], topic, name); }

static void jms_reads(int first, int last)
{
    for (int number = first; number <= last; number++) {
        ask("receive topic:%s", topic);
        CHECK_FACT("type", worded("%d", number));
    }
}

static tibems_status unsubscribe(void)
{
    come();
    tibems_status status = tibemsSession_Unsubscribe(session, name);
    go();
    return status;
}

static void c_then_jms_then_c(enum kind kind)
{
    begin(kind);
    come();
    subscribe(kind);
    leave();
    go();
    for (int number = 1; number <= 6; number++)
        ask("send text topic:%s type=%d", topic, number);
    jms_subscribes(kind);
    jms_reads(1, 2);
    ask("disconnect");
    come();
    subscribe(kind);
    reads(3, 4, false);
    leave();
    go();
    jms_subscribes(kind);
    jms_reads(5, 6);
    ask("disconnect");
    come();
    subscribe(kind);
    EXPECT_NOTHING(subscriber);
    leave();
    go();
    CHECK_OK(unsubscribe());
    CHECK_STATUS(unsubscribe(), TIBEMS_INVALID_DESTINATION);
}

static void jms_then_c_then_jms(enum kind kind)
{
    begin(kind);
    jms_subscribes(kind);
    ask("disconnect");
    come();
    sends(6);
    subscribe(kind);
    reads(1, 2, false);
    leave();
    go();
    jms_subscribes(kind);
    jms_reads(3, 4);
    ask("disconnect");
    come();
    subscribe(kind);
    reads(5, 6, true);
    leave();
    go();
    ask("unsubscribe %s", name);
    ask("disconnect");
    CHECK_STATUS(unsubscribe(), TIBEMS_INVALID_DESTINATION);
}

TEST_X("", durable_of_c_and_jms, 0, 60) { c_then_jms_then_c(ALONE); }
TEST_X("", durable_of_jms_and_c, 0, 60) { jms_then_c_then_jms(ALONE); }
TEST_X("", shared_durable_of_c_and_jms, 0, 60) { c_then_jms_then_c(SHARED); }
TEST_X("", shared_durable_of_jms_and_c, 0, 60) { jms_then_c_then_jms(SHARED); }
TEST_X("", durable_of_all_c_and_jms, 0, 60) { c_then_jms_then_c(SHARED_BY_ALL); }
TEST_X("", durable_of_all_jms_and_c, 0, 60) { jms_then_c_then_jms(SHARED_BY_ALL); }
