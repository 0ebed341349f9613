/*
 * requestors.c - requests over losses and closes, and what a requestor leaves behind (spec 20 §6). The first cases of them
 * are in browsers.c.
 */
#include "pair.h"

static char reply_names[64][256];           /* where the service answered, in its order */
static struct events served = EVENTS_INIT;

/* answers each request with its text: at once, or not at all when it asks for silence */
static void serve(tibemsMsgConsumer consumer, tibemsMsg request, void *replier)
{
    tibemsDestination reply = NULL;
    (void)consumer;
    CHECK_OK(tibemsMsg_GetReplyTo(request, &reply));
    CHECK_OK(tibemsDestination_GetName(reply, reply_names[event_count(&served) % 64], 256));
    if (strcmp(text_of(request), "silence") != 0)
        CHECK_OK(tibemsMsgProducer_SendToDestination(replier, reply, request));
    CHECK_OK(tibemsMsg_Destroy(request));
    event_post(&served, 1);
}

static void service_on(struct fixture *server, const char *url, tibemsDestination where)
{
    tibemsMsgConsumer consumer = NULL;
    tibemsMsgProducer replier = NULL;
    fresh_on(server, connect_to(url), TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateProducer(server->session, &replier, NULL));
    REQUIRE_OK(tibemsSession_CreateConsumer(server->session, &consumer, where, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsMsgConsumer_SetMsgListener(consumer, serve, replier));
}

static void expect_reply(tibemsMsgRequestor requestor, const char *text)
{
    tibemsMsg request = text_message(text), reply = NULL;
    if (CHECK_OK(tibemsMsgRequestor_Request(requestor, request, &reply))) {
        CHECK_STR(text_of(reply), text);
        CHECK_OK(tibemsMsg_Destroy(reply));
    }
    CHECK_OK(tibemsMsg_Destroy(request));
}

static tibemsMsgRequestor requestor;

static tibems_status request_silence(void *unused)
{
    tibemsMsg request = text_message("silence"), reply = (tibemsMsg)0x1;
    (void)unused;
    tibems_status status = tibemsMsgRequestor_Request(requestor, request, &reply);
    CHECK(reply == NULL);
    CHECK_OK(tibemsMsg_Destroy(request));
    return status;
}

/* nobody can send there any more; Artemis makes an ordinary queue of any name, so it is not asked */
static void expect_gone(const char *url, const char *name)
{
    tibemsMsgProducer producer = NULL;
    if (on_artemis())
        return;
    tibemsConnection connection = connect_to(url);
    tibemsSession session = session_of(connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_STATUS(tibemsSession_CreateProducer(session, &producer, queue_named(name)), TIBEMS_INVALID_DESTINATION);
    CHECK_OK(tibemsConnection_Close(connection));
}

TEST_CHEAP("", a_close_deletes_what_it_made)
{
    struct fixture f, server;
    fresh(&f);
    tibemsDestination queue = unique_queue();
    service_on(&server, url_a(), queue);
    REQUIRE_OK(tibemsQueueRequestor_Create(f.session, &requestor, queue));
    for (int i = 0; i < 3; i++)
        expect_reply(requestor, "request");
    CHECK_OK(tibemsMsgRequestor_Close(requestor));
    CHECK_STATUS(tibemsMsgRequestor_Close(requestor), TIBEMS_INVALID_ARG);
    for (int i = 0; i < 3; i++)
        expect_gone(url_a(), reply_names[i]);
    /* the session first: the requestor's close is OK, and nothing stays either */
    tibemsSession session = session_of(f.connection, TIBEMS_FALSE, TIBEMS_DUPS_OK_ACKNOWLEDGE);
    REQUIRE_OK(tibemsMsgRequestor_Create(session, &requestor, queue));
    expect_reply(requestor, "again");
    CHECK_OK(tibemsSession_Close(session));
    CHECK_STATUS(request_silence(NULL), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsMsgRequestor_Close(requestor));
    expect_gone(url_a(), reply_names[3]);
    CHECK_OK(tibemsConnection_Close(server.connection));
    CHECK_OK(tibemsConnection_Close(f.connection));
}

TEST_CHEAP("", bad_input_of_requestors)
{
    struct fixture f;
    tibemsMsg reply = (tibemsMsg)0x1;
    fresh(&f);
    tibemsMsg request = text_message("request");
    tibemsDestination topic = unique_topic();
    void *bad[] = {NULL, (void *)0x1, f.session, f.consumer};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        requestor = (tibemsMsgRequestor)0x1;
        CHECK_STATUS(tibemsMsgRequestor_Create(f.session, &requestor, bad[i]), TIBEMS_INVALID_DESTINATION);
        CHECK(requestor == NULL);
        CHECK_STATUS(tibemsMsgRequestor_Request(bad[i], request, &reply), TIBEMS_INVALID_ARG);
        CHECK(reply == NULL);
        CHECK_STATUS(tibemsMsgRequestor_Close(bad[i]), TIBEMS_INVALID_ARG);
    }
    CHECK_STATUS(tibemsMsgRequestor_Create(f.session, NULL, f.queue), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsQueueRequestor_Create(f.session, &requestor, topic), TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsTopicRequestor_Create(f.session, &requestor, f.queue), TIBEMS_INVALID_DESTINATION);
    REQUIRE_OK(tibemsTopicRequestor_Create(session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE), &requestor, topic));
    CHECK_OK(tibemsMsgRequestor_Close(requestor));      /* and its session */
    CHECK_STATUS(tibemsMsgRequestor_Create(f.session, &requestor, queue_named("wild.>")), TIBEMS_INVALID_DESTINATION);
    REQUIRE_OK(tibemsMsgRequestor_Create(f.session, &requestor, f.queue));
    CHECK_STATUS(tibemsMsgRequestor_Request(requestor, NULL, &reply), TIBEMS_INVALID_MSG);
    CHECK_STATUS(tibemsMsgRequestor_Request(requestor, request, NULL), TIBEMS_INVALID_ARG);
    EXPECT_NOTHING(f.consumer);
    CHECK_OK(tibemsConnection_Close(f.connection));
    CHECK_STATUS(tibemsMsgRequestor_Request(requestor, request, &reply), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsMsgRequestor_Close(requestor));
    CHECK_OK(tibemsMsg_Destroy(request));
}

static tibems_status close_requestor(void *unused)
{
    (void)unused;
    return tibemsMsgRequestor_Close(requestor);
}

TEST("", a_close_ends_a_request)
{
    struct fixture f;
    struct task request, closing;
    fresh(&f);
    REQUIRE_OK(tibemsMsgRequestor_Create(f.session, &requestor, unique_queue()));
    task_start(&request, request_silence, NULL);
    CHECK(task_blocks(&request));
    task_start(&closing, close_requestor, NULL);
    REQUIRE(task_wait(&request, 10000));
    REQUIRE(task_wait(&closing, 10000));
    CHECK_INT(request.status, TIBEMS_INTR);
    CHECK_INT(closing.status, TIBEMS_OK);
    CHECK_OK(tibemsConnection_Close(f.connection));
}

/* at the break a request ends, what is asked while broken waits, and the requestor goes on (20 §6) */
TEST("", requests_over_a_recovery)
{
    struct fixture on_a, on_b;
    struct task request;
    char old[256];
    gated();
    plain();
    tibemsDestination queue = unique_queue();
    service_on(&on_a, url_a(), queue);
    service_on(&on_b, url_b(), queue);
    tibemsSession session = session_of(p.f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsMsgRequestor_Create(session, &requestor, queue));
    expect_reply(requestor, "on A");
    task_start(&request, request_silence, NULL);
    REQUIRE(event_wait(&served, 2, 5000));
    snprintf(old, sizeof old, "%s", reply_names[1]);
    a_dies();
    REQUIRE(task_wait(&request, 10000));
    CHECK_INT(request.status, TIBEMS_SERVER_NOT_CONNECTED);
    wait_broken();
    let_recover();
    expect_reply(requestor, "on B");
    wait_recovered();
    CHECK(strcmp(reply_names[2], old) != 0);
    for (int i = 0; i < 3; i++)
        expect_reply(requestor, "and again");
    CHECK_OK(tibemsMsgRequestor_Close(requestor));
    expect_gone(url_a(), old);                  /* the lost connection has taken it along */
    expect_gone(url_b(), reply_names[2]);
    CHECK_OK(tibemsConnection_Close(on_a.connection));
    CHECK_OK(tibemsConnection_Close(on_b.connection));
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}
