/*
 * owners.h - what the calls of table.h are made with, what is expected of each, and the calls themselves
 *
 * Each call is made with objects of the callback's own session, of another session, of another connection, of a closed
 * session and of a closed connection. `expected` says what the specification wants of it (spec 10 §1.11, §5.6; spec 20 §0.3,
 * §1.8, §3.8). What does not return is named by the test that waits for it.
 * Tests of it are for devbroker, which is quick and says what the table expects of a server.
 */
#ifndef CONFORMANCE_OWNERS_H
#define CONFORMANCE_OWNERS_H

#include <dirent.h>

#include "table.h"

#define TABLE_TEST(NAME) TEST_X("", NAME, T_DEVBROKER, 40)

enum owner { CLOSED_CONNECTION, CLOSED_SESSION, OTHER_CONNECTION, OTHER_SESSION, OWN, OWNERS };
enum place { OUTSIDE, LISTENER, COMPLETION, EXCEPTION };
enum state { CONNECTED, BROKEN, GIVEN_UP };

static const char *const owner_names[] = {"a closed connection", "a closed session", "another connection", "another session",
                                          "its own session"};

static struct {
    struct proxy a, b;
    struct objects objects[OWNERS];
    bool transacted;            /* the sessions of this test */
    enum state state;           /* of the own connection */
    bool allowed;               /* tibems_SetAllowCloseInCallback */
    bool will_break;            /* the callback waits for the break */
    bool received_from;         /* another thread receives from the consumer `spare` */
    bool requesting;            /* and waits for the reply of the requestor */
    bool connection_over, session_over;     /* the own one is closed */
    int descriptors;            /* before the library was used */
} s;

static const char *volatile calling = "nothing";        /* for the test that waits in vain */
static struct events broken = EVENTS_INIT;      /* the own connection has lost its server */

/* ---- objects ------------------------------------------------------------------------------------------------------- */

/* another program that replies to what comes into the queue */
struct replier { tibemsSession session; tibemsMsgProducer producer; tibemsConnection connection; };

static void replies(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    struct replier *replier = closure;
    tibemsDestination to = NULL;
    (void)consumer;
    if (tibemsMsg_GetReplyTo(message, &to) == TIBEMS_OK && to) {
        tibemsMsg reply = text_message("reply");
        (void)tibemsMsgProducer_SendToDestination(replier->producer, to, reply);
        (void)tibemsMsg_Destroy(reply);
    }
    (void)tibemsMsg_Destroy(message);
}

static struct replier repliers[2];
static char answered[128];

static void reply_at(struct replier *replier, const char *url)
{
    tibemsMsgConsumer consumer = NULL;
    replier->connection = connect_to(url);
    replier->session = session_of(replier->connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateProducer(replier->session, &replier->producer, NULL));
    REQUIRE_OK(tibemsSession_CreateConsumer(replier->session, &consumer, queue_named(answered), NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsMsgConsumer_SetMsgListener(consumer, replies, replier));
    REQUIRE_OK(tibemsConnection_Start(replier->connection));
}

static void fill(tibemsConnection connection, tibemsDestination queue, int count)
{
    tibemsSession session = session_of(connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsMsgProducer producer = NULL;
    REQUIRE_OK(tibemsSession_CreateProducer(session, &producer, queue));
    while (count--)
        REQUIRE_OK(send_text(producer, "x"));
    REQUIRE_OK(tibemsSession_Close(session));
}

static void connect_objects(struct objects *o, const char *url, tibemsExceptionCallback listener)
{
    o->factory = ufo_factory_for(url);
    REQUIRE_OK(tibemsConnectionFactory_SetClientID(o->factory, unique_name("client")));
    o->connection = connect_with(o->factory);
    if (listener)
        REQUIRE_OK(tibemsConnection_SetExceptionListener(o->connection, listener, NULL));
    REQUIRE_OK(tibemsConnection_Start(o->connection));
}

static void make_objects(struct objects *o)
{
    tibemsMsgConsumer holding = NULL;
    tibemsDestination held = unique_queue();
    o->filled = unique_queue();
    o->shelf = unique_queue();
    o->session = session_of(o->connection, s.transacted, TIBEMS_AUTO_ACKNOWLEDGE);
    o->queue = unique_queue();
    o->topic = unique_topic();
    o->message = text_message("x");
    fill(o->connection, o->filled, 1);
    fill(o->connection, o->shelf, 2);
    fill(o->connection, held, 2);
    for (int i = 0; i < 2; i++) {
        REQUIRE_OK(tibemsSession_CreateTemporaryQueue(o->session, &o->temporary_queue[i]));
        REQUIRE_OK(tibemsSession_CreateTemporaryTopic(o->session, &o->temporary_topic[i]));
    }
    REQUIRE_OK(tibemsSession_CreateProducer(o->session, &o->producer, o->queue));
    REQUIRE_OK(tibemsSession_CreateProducer(o->session, &o->publisher, o->topic));
    REQUIRE_OK(tibemsSession_CreateProducer(o->session, &o->unspecified, NULL));
    REQUIRE_OK(tibemsSession_CreateProducer(o->session, &o->last_producer, o->queue));
    REQUIRE_OK(tibemsSession_CreateConsumer(o->session, &o->consumer, o->filled, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsSession_CreateConsumer(o->session, &o->subscriber, unique_topic(), NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsSession_CreateConsumer(o->session, &o->spare, unique_queue(), NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsSession_CreateConsumer(o->session, &o->last_consumer, unique_queue(), NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsSession_CreateBrowser(o->session, &o->browser, o->shelf, NULL));
    o->holder = session_of(o->connection, TIBEMS_FALSE, TIBEMS_EXPLICIT_CLIENT_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateConsumer(o->holder, &holding, held, NULL, TIBEMS_FALSE));
    for (int i = 0; i < 2; i++)
        o->received[i] = receive_one(holding);
    o->requests = s.transacted ? session_of(o->connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE) : o->session;
    REQUIRE_OK(tibemsMsgRequestor_Create(o->requests, &o->requestor, queue_named(answered)));
}

static int descriptors(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

__attribute__((unused)) static void setup(bool transacted, tibemsExceptionCallback listener)
{
    proxy_start_url(&s.a, url_a());
    proxy_start_url(&s.b, url_b());
    s.descriptors = descriptors();
    s.transacted = transacted;
    snprintf(answered, sizeof answered, "%s", unique_name("answered"));
    reply_at(&repliers[0], url_a());
    reply_at(&repliers[1], url_b());
    struct objects *o = s.objects;
    connect_objects(&o[OWN], url_join("+", s.a.url, s.b.url, NULL), listener);
    o[OTHER_SESSION].factory = o[CLOSED_SESSION].factory = o[OWN].factory;
    o[OTHER_SESSION].connection = o[CLOSED_SESSION].connection = o[OWN].connection;
    connect_objects(&o[OTHER_CONNECTION], url_a(), NULL);
    connect_objects(&o[CLOSED_CONNECTION], url_a(), NULL);
    for (int i = 0; i < OWNERS; i++)
        make_objects(&o[i]);
    REQUIRE_OK(tibemsSession_Close(o[CLOSED_SESSION].holder));
    REQUIRE_OK(tibemsSession_Close(o[CLOSED_SESSION].session));
    if (transacted)
        REQUIRE_OK(tibemsSession_Close(o[CLOSED_SESSION].requests));
    REQUIRE_OK(tibemsConnection_Close(o[CLOSED_CONNECTION].connection));
}

/* Nothing is left behind, and what still lives sends and receives. */
__attribute__((unused)) static void teardown(void)
{
    for (int i = OTHER_CONNECTION; i < OWNERS; i++) {
        struct objects *o = &s.objects[i];
        bool over = i == OTHER_CONNECTION || s.connection_over;
        struct fixture f;
        memset(&f, 0, sizeof f);
        if (!over && s.state == CONNECTED) {
            fresh_on(&f, o->connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
            CHECK_OK(send_text(f.producer, "after all"));
            EXPECT_TEXT(f.consumer, "after all");
        }
    }
    for (int i = 0; i < OWNERS; i++)
        CHECK_OK(tibemsConnection_Close(s.objects[i].connection));
    for (int i = 0; i < 2; i++)
        CHECK_OK(tibemsConnection_Close(repliers[i].connection));
    threads_end("ems-");
    proxy_set(&s.a, PROXY_PASS);        /* it listens as before */
    proxy_set(&s.b, PROXY_PASS);
    all_rests();
    CHECK_INT(descriptors(), s.descriptors);
}

/* ---- what is expected ------------------------------------------------------------------------------------------------ */

static bool begins(const char *name, const char *with) { return strncmp(name, with, strlen(with)) == 0; }

static bool of_connection(const struct call *call)
{
    return begins(call->name, "tibemsConnection_") || begins(call->name, "tibemsTopicConnection_") ||
           begins(call->name, "tibemsQueueConnection_") || call->kind == RECOVERY;
}

static bool of_session(const struct call *call)
{
    return begins(call->name, "tibemsSession_") || begins(call->name, "tibemsTopicSession_") ||
           begins(call->name, "tibemsQueueSession_") || call->kind == AUTO_ONLY;
}

/* what the connection that is lost says; outside of callbacks calls wait until it is given up */
static tibems_status refusal(enum place place)
{
    return place == OUTSIDE ? TIBEMS_UFO_CONNECTION_FAILURE : TIBEMS_SERVER_NOT_CONNECTED;
}

static tibems_status expected(const struct call *call, enum owner owner, enum place place)
{
    bool same = owner == OWN || owner == OTHER_SESSION || owner == CLOSED_SESSION;
    bool lost = same && s.state != CONNECTED;
    bool callback = place == LISTENER || place == COMPLETION;
    bool closes = call->kind == CLOSE || call->kind == CLOSE_PRODUCER || call->kind == CLOSE_WHOLE;
    tibems_status server = lost ? refusal(place) : TIBEMS_OK;

    if (owner == CLOSED_CONNECTION || (same && s.connection_over) || ((owner == CLOSED_SESSION) && !of_connection(call))) {
        if (owner == CLOSED_SESSION && of_session(call))
            return TIBEMS_INVALID_SESSION;
        return closes || call->kind == ALWAYS ? TIBEMS_OK : TIBEMS_ILLEGAL_STATE;
    }
    if (s.session_over && owner == OWN && !of_connection(call) && call->kind != ALWAYS && call->kind != HOLDER)
        return TIBEMS_ILLEGAL_STATE;
    switch (call->kind) {
    case LOCAL:
    case ALWAYS:
        return TIBEMS_OK;
    case LISTENER_SET:
        return s.received_from && owner == OWN ? TIBEMS_ILLEGAL_STATE : TIBEMS_OK;
    case HOLDER:
        return server;
    case SERVER:
        return server;
    case UNKNOWN_NAME:
        return lost ? server : TIBEMS_INVALID_DESTINATION;
    case START_STOP:
        return server;
    case STOP:
        return same && (place == COMPLETION || (place == LISTENER && !s.allowed)) ? TIBEMS_ILLEGAL_STATE : server;
    case IN_TIME:
        return lost && !(place == OUTSIDE && s.state == BROKEN) ? server : TIBEMS_TIMEOUT;
    case NO_WAIT:
        return lost && !(place == OUTSIDE && s.state == BROKEN) ? server : TIBEMS_NOT_FOUND;
    case REQUEST:
        return s.requesting && owner == OWN ? TIBEMS_ILLEGAL_STATE : server;
    case WITHOUT_END:
        return server;
    case TRANSACTION:
        return !s.transacted || (place == COMPLETION && owner == OWN) ? TIBEMS_ILLEGAL_STATE : server;
    case BACK:
        return s.transacted ? TIBEMS_INVALID_SESSION : server;
    case AUTO_ONLY:
        return s.transacted ? TIBEMS_ILLEGAL_STATE : server;
    case RECOVERY:
        return lost && callback ? TIBEMS_SERVER_NOT_CONNECTED : TIBEMS_OK;
    case CLIENT_ID:
        return TIBEMS_ILLEGAL_STATE;
    case CLOSE:
        return TIBEMS_OK;
    case CLOSE_PRODUCER:
        return place == COMPLETION && owner == OWN ? TIBEMS_ILLEGAL_STATE : TIBEMS_OK;
    case CLOSE_WHOLE:
        if (of_connection(call))
            return same && (place == COMPLETION || (place == LISTENER && !s.allowed)) ? TIBEMS_ILLEGAL_STATE : TIBEMS_OK;
        if (call->kind == CLOSE_WHOLE && !of_session(call) && s.transacted)
            return TIBEMS_OK;       /* the requestor has a session of its own */
        return owner == OWN && (place == COMPLETION || (place == LISTENER && !s.allowed)) ? TIBEMS_ILLEGAL_STATE : TIBEMS_OK;
    }
    return TIBEMS_OK;
}

static void judge(const struct call *call, enum owner owner, tibems_status got, tibems_status want, void *out)
{
    count_check();
    if (got != want)
        check_failed(__FILE__, __LINE__, "%s of %s: %d (%s), expected %d (%s): %s", call->name, owner_names[owner], (int)got,
                     tibemsStatus_GetText(got), (int)want, tibemsStatus_GetText(want), error_text());
    if (call->gives != NOTHING && call->gives != TEXT && (got == TIBEMS_OK) != (out != NULL))
        check_failed(__FILE__, __LINE__, "%s of %s: %d with the output %p", call->name, owner_names[owner], (int)got, out);
    if (call->gives == MESSAGE && got == TIBEMS_OK)
        CHECK_OK(tibemsMsg_Destroy(out));
    if (call->gives == TEXT && got == TIBEMS_OK)
        free(out);
}

static bool a_close(const struct call *call)
{
    return call->kind == CLOSE || call->kind == CLOSE_PRODUCER || call->kind == CLOSE_WHOLE;
}

__attribute__((unused)) static void make_calls(enum owner owner, enum place place, bool with_closes)
{
    struct objects *o = &s.objects[owner];
    for (int i = 0; i < CALL_COUNT; i++) {
        const struct call *call = &calls[i];
        void *out = NULL;
        if (a_close(call) && !with_closes)
            continue;
        if (call->kind == RECOVERY && !with_closes)     /* the test makes it */
            continue;
        tibems_status want = expected(call, owner, place);
        calling = call->name;
        tibems_status got = call->run(o, &out);
        judge(call, owner, got, want, out);
        if (begins(call->name, "tibemsConnection_Close") && got == TIBEMS_OK && owner != CLOSED_CONNECTION &&
            owner != OTHER_CONNECTION)
            s.connection_over = true;
    }
    calling = "nothing";
}

__attribute__((unused)) static void all_owners(enum place place, bool with_closes)
{
    for (int i = 0; i < OWNERS; i++)
        make_calls((enum owner)i, place, with_closes);
}

/* ---- the break of the own connection ---------------------------------------------------------------------------------- */

__attribute__((unused)) static void a_dies(void) { proxy_set(&s.a, PROXY_REFUSE); }

__attribute__((unused)) static void note_break(tibemsConnection connection, tibems_status status, void *closure)
{
    (void)connection;
    (void)closure;
    CHECK_INT(status, TIBEMS_SERVER_NOT_CONNECTED);
    s.state = BROKEN;
    event_post(&broken, 0);
}

/* B has messages of its own for those who receive and browse. */
__attribute__((unused)) static void recover(void)
{
    struct objects *o = s.objects;
    tibemsConnection filler = connect_to(url_b());
    for (int i = OTHER_SESSION; i <= OWN; i++) {
        fill(filler, o[i].filled, 1);
        fill(filler, o[i].shelf, 1);
    }
    CHECK_OK(tibemsConnection_Close(filler));
    calling = "tibemsUFOConnectionFactory_RecoverConnection";
    REQUIRE_OK(tibemsUFOConnectionFactory_RecoverConnection(o[OWN].factory, o[OWN].connection));
    s.state = CONNECTED;
}

#endif
