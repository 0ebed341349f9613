/*
 * addresses.c - what the library makes at a server by itself, and what is left of it: nothing (spec 20 §2.6, §6)
 *
 * Brokers of its own, whose addresses are those of nobody else. A witness asks for their names at activemq.management, where
 * Apache Artemis and devbroker tell them; it also keeps the queues of the test there, which Artemis deletes when nobody uses them.
 */
#include "pair.h"

struct witness {
    struct fixture f;
    tibemsMsgProducer asks;
    tibemsMsgConsumer answers;
    tibemsDestination reply;
    char before[4096];              /* the names at some time */
};

static struct broker broker, other;
static struct witness witness;
static struct fixture f;
static tibemsMsgRequestor requestor;

/* a consumer of the queue, which stays */
static void keep(struct witness *w, const char *name)
{
    tibemsMsgConsumer consumer = NULL;
    REQUIRE_OK(tibemsSession_CreateConsumer(w->f.session, &consumer, queue_named(name), "a = 'never'", TIBEMS_FALSE));
}

static void watch(struct witness *w, const char *url)
{
    fresh_on(&w->f, connect_to(url), TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    w->reply = queue_named("answers");
    REQUIRE_OK(tibemsSession_CreateProducer(w->f.session, &w->asks, queue_named("activemq.management")));
    REQUIRE_OK(tibemsSession_CreateConsumer(w->f.session, &w->answers, w->reply, NULL, TIBEMS_FALSE));
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* the names of all addresses, sorted, each on a line; from a ring of two buffers */
static const char *names_at(struct witness *w)
{
    static char ring[2][4096];
    static int turn;
    char *names = ring[turn++ % 2], *name[256], text[4096];
    int count = 0;
    tibemsMsg question = text_message("");
    CHECK_OK(tibemsMsg_SetStringProperty(question, "_AMQ_ResourceName", "broker"));
    CHECK_OK(tibemsMsg_SetStringProperty(question, "_AMQ_Attribute", "AddressNames"));
    CHECK_OK(tibemsMsg_SetReplyTo(question, w->reply));
    REQUIRE_OK(tibemsMsgProducer_Send(w->asks, question));
    CHECK_OK(tibemsMsg_Destroy(question));
    tibemsMsg answer = receive_one(w->answers);
    snprintf(text, sizeof text, "%s", text_of(answer));
    CHECK_OK(tibemsMsg_Destroy(answer));
    REQUIRE(strncmp(text, "[[", 2) == 0 && strlen(text) < sizeof text - 1);
    for (char *at = strtok(text, "[],\""); at && count < 256; at = strtok(NULL, "[],\""))
        name[count++] = at;
    REQUIRE(count > 0 && count < 256);
    qsort(name, (size_t)count, sizeof *name, by_text);
    *names = 0;
    for (int i = 0; i < count; i++)
        sprintf(names + strlen(names), "%s\n", name[i]);
    return names;
}

static void note(struct witness *w) { snprintf(w->before, sizeof w->before, "%s", names_at(w)); }

static int lines(const char *text)
{
    int count = 0;
    for (; *text; text++)
        count += *text == '\n';
    return count;
}

/* so many addresses more than before; a server may be slow with what a lost connection has left */
static void expect_more(struct witness *w, int more)
{
    long long limit = now_ms() + slow(10000);
    const char *names = names_at(w);
    while (lines(names) != lines(w->before) + more && now_ms() < limit)
        names = names_at(w);
    CHECK_INT(lines(names) - lines(w->before), more);
    if (more == 0)
        CHECK_STR(names, w->before);
}

static void begin(const char *options)
{
    CHECK_INT(setenv("TIBEMS_AMQP_OPTIONS", options, 1), 0);
    broker_start(&broker);
    watch(&witness, broker.url);
    fresh_on(&f, connect_to(broker.url), TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    keep(&witness, f.name);
    keep(&witness, "service");
    note(&witness);
}

static void done(void)
{
    CHECK_OK(tibemsConnection_Close(witness.f.connection));
    broker_kill(&broker);
}

static void requests_on(tibemsConnection connection)
{
    tibemsSession session = session_of(connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsMsgRequestor_Create(session, &requestor, queue_named("service")));
}

static tibems_status request(void *message)
{
    tibemsMsg reply = NULL;
    return tibemsMsgRequestor_Request(requestor, message, &reply);
}

TEST_X("", a_delete_leaves_nothing, 0, 60)
{
    tibemsDestination queue = NULL, topic = NULL;
    tibemsMsgConsumer consumer = NULL;
    begin("");
    REQUIRE_OK(tibemsSession_CreateTemporaryQueue(f.session, &queue));
    REQUIRE_OK(tibemsSession_CreateTemporaryTopic(f.session, &topic));
    expect_more(&witness, 2);
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &consumer, topic, NULL, TIBEMS_FALSE));
    expect_more(&witness, 2);
    CHECK_OK(tibemsMsgConsumer_Close(consumer));
    CHECK_OK(tibemsSession_DeleteTemporaryQueue(f.session, queue));
    CHECK_OK(tibemsSession_DeleteTemporaryTopic(f.session, topic));
    expect_more(&witness, 0);
    CHECK_OK(tibemsConnection_Close(f.connection));
    done();
}

TEST_X("", a_requestor_leaves_nothing, 0, 60)
{
    static struct task blocked;
    begin("message_limit=100000");
    requests_on(f.connection);
    expect_more(&witness, 2);
    CHECK_OK(tibemsMsgRequestor_Close(requestor));
    expect_more(&witness, 0);
    /* a request that fails, and one that a close ends */
    static char large[200001];
    memset(large, 'x', sizeof large - 1);
    requests_on(f.connection);
    tibemsMsg message = text_message(large);
    CHECK_STATUS(request(message), TIBEMS_INVALID_SIZE);
    CHECK_OK(tibemsMsg_Destroy(message));
    message = text_message("nobody answers");
    task_start(&blocked, request, message);
    CHECK(task_blocks(&blocked));
    expect_more(&witness, 2);
    CHECK_OK(tibemsMsgRequestor_Close(requestor));
    REQUIRE(task_wait(&blocked, 10000));
    CHECK_INT(blocked.status, TIBEMS_INTR);
    CHECK_OK(tibemsMsg_Destroy(message));
    expect_more(&witness, 0);
    CHECK_OK(tibemsConnection_Close(f.connection));
    done();
}

TEST_X("", a_connection_leaves_nothing, 0, 60)
{
    static struct proxy proxy;
    tibemsDestination queue = NULL, topic = NULL;
    begin("");
    CHECK_OK(tibemsConnection_Close(f.connection));
    proxy_start_url(&proxy, broker.url);
    for (int lost = 0; lost < 2; lost++) {
        tibemsConnection connection = connect_to(proxy.url);
        tibemsSession session = session_of(connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
        REQUIRE_OK(tibemsSession_CreateTemporaryQueue(session, &queue));
        REQUIRE_OK(tibemsSession_CreateTemporaryTopic(session, &topic));
        requests_on(connection);
        expect_more(&witness, 4);
        if (lost)
            proxy_cut(&proxy);
        CHECK_OK(tibemsConnection_Close(connection));
        expect_more(&witness, 0);
        CHECK_OK(tibemsMsgRequestor_Close(requestor));
    }
    done();
}

/* what a recovery has made again goes with its object, there and on the server that was lost */
TEST_X("", a_recovery_leaves_nothing, 0, 90)
{
    static struct witness there;
    tibemsDestination queue = NULL, deleted = NULL;
    begin("");
    CHECK_OK(tibemsConnection_Close(f.connection));
    broker_start(&other);
    watch(&there, other.url);
    keep(&there, "service");
    proxy_start_url(&p.a, broker.url);
    proxy_start_url(&p.b, other.url);
    p.recovery.factory = ufo_factory_for(url_join("+", p.a.url, p.b.url, NULL));
    p.f.connection = connect_with(p.recovery.factory);
    CHECK_OK(tibemsConnection_SetExceptionListener(p.f.connection, recover_listener, &p.recovery));
    tibemsSession session = session_of(p.f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateTemporaryQueue(session, &queue));
    REQUIRE_OK(tibemsSession_CreateTemporaryQueue(session, &deleted));
    CHECK_OK(tibemsSession_DeleteTemporaryQueue(session, deleted));
    requests_on(p.f.connection);
    note(&there);
    expect_more(&witness, 3);
    a_dies();
    wait_recovered();
    expect_more(&witness, 0);
    expect_more(&there, 3);
    CHECK_OK(tibemsMsgRequestor_Close(requestor));
    expect_more(&there, 1);
    CHECK_OK(tibemsSession_DeleteTemporaryQueue(session, queue));
    expect_more(&there, 0);
    CHECK_OK(tibemsConnection_Close(p.f.connection));
    CHECK_OK(tibemsConnection_Close(there.f.connection));
    broker_kill(&other);
    done();
}
