/*
 * refusals.c - sends that a server refuses: unknown and forbidden destinations, full queues (spec 20 §3.3 to §3.5;
 * cases 20-15, 20-16, 20-102, 20-103, 20-107, 20-117)
 *
 * devbroker is started with --only, --deny, --no-relay or --queue-limit for it: the servers that tests share make each
 * destination on use and are never full.
 */
#include "harness.h"

static struct broker broker;
static struct fixture f;
static tibemsMsgProducer unspecified;
static tibemsDestination known, unknown, forbidden;

static void done(void)
{
    CHECK_OK(tibemsConnection_Close(f.connection));
    broker_kill(&broker);
}

/* a connected, started AUTO session, a producer without destination, a consumer of the queue "known" */
static void with_broker(const char *one, const char *two, const char *three, const char *user)
{
    broker_start_with(&broker, one, two, three);
    known = queue_named("known");
    unknown = queue_named("unknown");
    forbidden = queue_named("forbidden");
    REQUIRE_OK(tibemsConnection_Create(&f.connection, broker.url, NULL, user, user ? PASSWORD : NULL));
    f.session = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &unspecified, NULL));
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &f.consumer, known, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsConnection_Start(f.connection));
}

static char reason[512];                        /* what the error context said of the last send */
static bool has_id;                             /* whether its message has got an id */

/* to NULL: the producer's own destination */
static tibems_status send_by(tibemsMsgProducer producer, tibemsDestination to, tibemsDeliveryMode mode, const char *text)
{
    tibemsMsg message = text_message(text);
    tibems_status status = to ? tibemsMsgProducer_SendToDestinationEx(producer, to, message, mode, 4, 0)
                              : tibemsMsgProducer_SendEx(producer, message, (tibems_int)mode, 4, 0);
    snprintf(reason, sizeof reason, "%s", error_text());    /* the next call replaces it */
    const char *id = NULL;
    CHECK_OK(tibemsMsg_GetMessageID(message, &id));
    has_id = id != NULL;
    CHECK_OK(tibemsMsg_Destroy(message));
    return status;
}

static tibems_status send_to(tibemsDestination to, tibemsDeliveryMode mode, const char *text)
{
    return send_by(unspecified, to, mode, text);
}

/* the text says that the server refused it, why, and what it was about */
static void expect_reason(const char *text, const char *condition, const char *what)
{
    if (!CHECK(strstr(text, "the server says: ") && strstr(text, condition) && strstr(text, what)))
        fprintf(stderr, "   the text is: %s\n", text);
}

/* A confirmed send behind the others on the same path: the server has judged them when its answer is here. */
static void expect_only_fence(void)
{
    CHECK_OK(send_to(known, TIBEMS_PERSISTENT, "fence"));
    EXPECT_FIRST(f.consumer, "fence");
    EXPECT_NOTHING(f.consumer);
}

static void reliable_hears_nothing(const char *relay)
{
    tibemsMsgConsumer consumer = (tibemsMsgConsumer)0x1;
    with_broker("--only=known,forbidden", "--deny=forbidden", relay, USER);
    for (int i = 0; i < 3; i++) {
        CHECK_OK(send_to(unknown, TIBEMS_RELIABLE, "lost"));
        CHECK_OK(send_to(forbidden, TIBEMS_RELIABLE, "lost"));
        CHECK_OK(send_to(known, TIBEMS_RELIABLE, "between"));
    }
    /* what is refused does not disturb what is not, and arrives nowhere */
    for (int i = 0; i < 3; i++)
        EXPECT_FIRST(f.consumer, "between");
    expect_only_fence();
    CHECK_STATUS(tibemsSession_CreateConsumer(f.session, &consumer, unknown, NULL, TIBEMS_FALSE),
                 TIBEMS_INVALID_DESTINATION);
    CHECK(consumer == NULL);
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &consumer, forbidden, NULL, TIBEMS_FALSE));
    EXPECT_NOTHING(consumer);
    done();
}

TEST_X("20-102", reliable_to_refused_destinations, T_DEVBROKER, 20) { reliable_hears_nothing(NULL); }
TEST_X("20-102", reliable_to_refused_links, T_DEVBROKER, 20) { reliable_hears_nothing("--no-relay"); }

/* sends NON_PERSISTENT messages to an unknown and to a forbidden queue */
static void check_mode(tibemsNpCheckMode mode, bool checked)
{
    CHECK_OK(tibemsMsgProducer_SetNPSendCheckMode(unspecified, mode));
    CHECK_STATUS(send_to(unknown, TIBEMS_NON_PERSISTENT, "lost"), checked ? TIBEMS_INVALID_DESTINATION : TIBEMS_OK);
    if (checked)
        expect_reason(reason, "amqp:not-found", "unknown");
    CHECK_STATUS(send_to(forbidden, TIBEMS_NON_PERSISTENT, "lost"), checked ? TIBEMS_SECURITY_EXCEPTION : TIBEMS_OK);
    if (checked)
        expect_reason(reason, "amqp:unauthorized-access", "forbidden");
    CHECK_OK(send_to(known, TIBEMS_NON_PERSISTENT, "known"));
    EXPECT_FIRST(f.consumer, "known");
}

static void non_persistent_hears(const char *relay)
{
    with_broker("--only=known,forbidden", "--deny=forbidden", relay, USER);
    check_mode(NPSEND_CHECK_ALWAYS, true);
    check_mode(NPSEND_CHECK_NEVER, false);
    check_mode(NPSEND_CHECK_TEMP_DEST, false);          /* neither is temporary */
    check_mode(NPSEND_CHECK_AUTH, true);                /* there is a user: authorization counts as on */
    check_mode(NPSEND_CHECK_TEMP_AUTH, true);
    check_mode(NPSEND_CHECK_DEFAULT, true);             /* as AUTH */
    /* no mode has a say for the others */
    CHECK_OK(tibemsMsgProducer_SetNPSendCheckMode(unspecified, NPSEND_CHECK_NEVER));
    CHECK_STATUS(send_to(unknown, TIBEMS_PERSISTENT, "lost"), TIBEMS_INVALID_DESTINATION);
    expect_reason(reason, "amqp:not-found", "unknown");
    CHECK_INT(has_id, relay == NULL);           /* headers stay as they were when nothing was transferred (3.7) */
    CHECK_OK(tibemsMsgProducer_SetNPSendCheckMode(unspecified, NPSEND_CHECK_ALWAYS));
    CHECK_OK(send_to(unknown, TIBEMS_RELIABLE, "lost"));
    expect_only_fence();
    done();
}

TEST_X("20-103", non_persistent_to_refused_destinations, T_DEVBROKER, 20) { non_persistent_hears(NULL); }
TEST_X("20-103", non_persistent_to_refused_links, T_DEVBROKER, 20) { non_persistent_hears("--no-relay"); }

TEST_X("20-103", non_persistent_without_a_user, T_DEVBROKER, 20)
{
    with_broker("--only=known,forbidden", "--deny=forbidden", NULL, NULL);
    check_mode(NPSEND_CHECK_ALWAYS, true);
    check_mode(NPSEND_CHECK_AUTH, false);
    check_mode(NPSEND_CHECK_TEMP_AUTH, false);
    check_mode(NPSEND_CHECK_DEFAULT, false);
    expect_only_fence();
    done();
}

/* a bound producer learns it when it is made, before any mode matters (20 §3.3) */
TEST_X("20-103", refused_when_bound, T_DEVBROKER, 20)
{
    tibemsMsgProducer producer = (tibemsMsgProducer)0x1;
    with_broker("--only=known,forbidden", "--deny=forbidden", NULL, USER);
    CHECK_STATUS(tibemsSession_CreateProducer(f.session, &producer, unknown), TIBEMS_INVALID_DESTINATION);
    expect_reason(error_text(), "amqp:not-found", "unknown");
    CHECK(producer == NULL);
    producer = (tibemsMsgProducer)0x1;
    CHECK_STATUS(tibemsSession_CreateProducer(f.session, &producer, forbidden), TIBEMS_SECURITY_EXCEPTION);
    expect_reason(error_text(), "amqp:unauthorized-access", "forbidden");
    CHECK(producer == NULL);
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &producer, known));
    CHECK_OK(send_text(producer, "bound"));
    EXPECT_FIRST(f.consumer, "bound");
    done();
}

/* with_broker's consumer would take the messages away */
static void with_limit(void)
{
    with_broker("--queue-limit=2", NULL, NULL, USER);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    CHECK_OK(send_to(known, TIBEMS_PERSISTENT, "1"));
    CHECK_OK(send_to(known, TIBEMS_PERSISTENT, "2"));
}

TEST_X("20-107", full_queue_rejects, T_DEVBROKER, 20)
{
    tibemsMsgProducer producer = NULL;
    with_limit();
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &producer, known));
    CHECK_STATUS(send_to(known, TIBEMS_PERSISTENT, "refused"), TIBEMS_DESTINATION_LIMIT_EXCEEDED);
    expect_reason(reason, "amqp:resource-limit-exceeded", "full");
    CHECK(has_id);
    CHECK_STATUS(send_by(producer, NULL, TIBEMS_PERSISTENT, "refused"), TIBEMS_DESTINATION_LIMIT_EXCEEDED);
    expect_reason(reason, "amqp:resource-limit-exceeded", "full");
    CHECK_OK(tibemsMsgProducer_SetNPSendCheckMode(producer, NPSEND_CHECK_ALWAYS));
    CHECK_STATUS(send_by(producer, NULL, TIBEMS_NON_PERSISTENT, "refused"), TIBEMS_DESTINATION_LIMIT_EXCEEDED);
    expect_reason(reason, "amqp:resource-limit-exceeded", "full");
    CHECK_OK(send_by(producer, NULL, TIBEMS_RELIABLE, "refused"));      /* nobody hears of it */
    CHECK_OK(send_to(unknown, TIBEMS_PERSISTENT, "another queue has room"));
    /* the producer is not hurt: it sends as soon as there is room, and nothing refused is there */
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &f.consumer, known, NULL, TIBEMS_FALSE));
    EXPECT_FIRST(f.consumer, "1");
    EXPECT_FIRST(f.consumer, "2");
    EXPECT_NOTHING(f.consumer);
    CHECK_OK(send_text(producer, "3"));
    EXPECT_FIRST(f.consumer, "3");
    EXPECT_NOTHING(f.consumer);
    done();
}

static struct events completed = EVENTS_INIT;

static void note(tibemsMsg message, tibems_status status, void *closure)
{
    (void)message;
    (void)closure;
    event_post(&completed, status);
}

TEST_X("20-117", async_send_to_full_queue, T_DEVBROKER, 20)
{
    tibemsMsgProducer producer = NULL;
    with_limit();
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &producer, known));
    tibemsMsg message = text_message("refused");
    CHECK_OK(tibemsMsgProducer_AsyncSend(producer, message, note, NULL));
    CHECK_OK(tibemsMsgProducer_Close(producer));        /* after every callback */
    CHECK_INT(event_count(&completed), 1);
    CHECK_INT(event_at(&completed, 0), TIBEMS_DESTINATION_LIMIT_EXCEEDED);
    CHECK_OK(tibemsMsg_Destroy(message));
    EXPECT_LEFT(broker.url, "known", 2);
    done();
}

/* a transaction of three sends, the second of which the server refuses: all or nothing */
static void refused_in_transaction(tibemsDestination refuses, tibems_status want)
{
    tibemsMsgProducer producer = NULL;
    tibemsDestination good = queue_named("good");
    tibemsSession session = session_of(f.connection, TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    REQUIRE_OK(tibemsSession_CreateProducer(session, &producer, NULL));
    tibemsMsg message = text_message("together");
    CHECK_OK(tibemsMsgProducer_SendToDestination(producer, good, message));
    CHECK_OK(tibemsMsgProducer_SendToDestination(producer, refuses, message));
    CHECK_OK(tibemsMsgProducer_SendToDestination(producer, good, message));
    CHECK_STATUS(tibemsSession_Commit(session), want);
    EXPECT_LEFT(broker.url, "good", 0);
    CHECK_OK(tibemsMsgProducer_SendToDestination(producer, good, message));
    CHECK_OK(tibemsSession_Commit(session));            /* the next transaction works */
    EXPECT_LEFT(broker.url, "good", 1);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_X("20-15", forbidden_send_in_transaction, T_DEVBROKER, 20)
{
    with_broker("--deny=forbidden", NULL, NULL, USER);
    refused_in_transaction(forbidden, TIBEMS_SECURITY_EXCEPTION);
    done();
}

TEST_X("20-16", full_queue_in_transaction, T_DEVBROKER, 20)
{
    with_limit();
    refused_in_transaction(known, TIBEMS_TRANSACTION_FAILED);
    EXPECT_LEFT(broker.url, "known", 2);
    done();
}
