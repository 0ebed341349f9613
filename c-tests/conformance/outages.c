/*
 * outages.c - what calls say while nothing can come: a broken connection that nobody recovers, one that was never started
 * (spec 10 §5.6 says what they return; here it is the text that counts)
 */
#include "pair.h"

#define NOBODY "; nobody has called RecoverConnection"
#define ALONE NOBODY " and no exception listener is set"

static bool begins(const char *text, const char *with) { return strncmp(text, with, strlen(with)) == 0; }

/* TEXT with the time of the error, " (2026-01-01 10:00:00.000 UTC)", taken off */
static const char *without_time(const char *text)
{
    static char plain[512];
    snprintf(plain, sizeof plain, "%s", text);
    char *time = strrchr(plain, '(');
    if (time > plain)
        time[-1] = 0;
    return plain;
}

static bool ends(const char *text, const char *with)
{
    const char *plain = without_time(text);
    return strlen(plain) >= strlen(with) && strcmp(plain + strlen(plain) - strlen(with), with) == 0;
}

static void wait_disconnected(void)
{
    tibems_bool gone = TIBEMS_FALSE;
    for (long long end = now_ms() + slow(10000); !gone && now_ms() < end; sleep_ms(5))
        REQUIRE_OK(tibemsConnection_IsDisconnected(p.f.connection, &gone));
    REQUIRE(gone);
}

/* every status that a call returns now has a text with this end */
static void expect_everywhere(const char *end)
{
    tibemsMsg message = NULL;
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(p.f.consumer, &message, 30), TIBEMS_TIMEOUT);
    CHECK(begins(error_text(), "the connection is broken since 20") && ends(error_text(), end));
    CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait(p.f.consumer, &message), TIBEMS_NOT_FOUND);
    CHECK(begins(error_text(), "the connection is broken since 20") && ends(error_text(), end));
    tibemsMsg sent = text_message("in vain");
    CHECK_STATUS(tibemsMsgProducer_Send(p.f.producer, sent), TIBEMS_TIMEOUT);     /* option send_timeout */
    CHECK(begins(error_text(), "the connection is broken since 20") && ends(error_text(), end));
    CHECK(strstr(error_text(), "the server") != NULL);          /* the cause: it closed the socket, or reset it */
    CHECK_OK(tibemsMsg_Destroy(sent));
}

TEST("", a_broken_connection_without_listener_says_so)
{
    setenv("TIBEMS_AMQP_OPTIONS", "send_timeout=50", 1);
    setup_with(TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE, NULL, NULL);
    a_dies();
    wait_disconnected();
    expect_everywhere(ALONE);
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

static struct events told = EVENTS_INIT;
static char told_text[512];

/* does not recover; a call in it fails at once */
static void look_on(tibemsConnection connection, tibems_status status, void *closure)
{
    (void)connection;
    (void)closure;
    tibemsMsg message = text_message("from the listener");
    CHECK_STATUS(tibemsMsgProducer_Send(p.f.producer, message), TIBEMS_SERVER_NOT_CONNECTED);
    snprintf(told_text, sizeof told_text, "%s", error_text());
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&told, status);
}

TEST("", a_listener_that_does_not_recover_is_named)
{
    setenv("TIBEMS_AMQP_OPTIONS", "send_timeout=50", 1);
    setup_with(TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE, look_on, NULL);
    a_dies();
    REQUIRE(event_wait(&told, 1, 5000));
    CHECK(begins(told_text, "the connection is broken since 20") && ends(told_text, NOBODY));
    expect_everywhere(NOBODY);
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

TEST("", a_failed_recovery_is_named)
{
    tibemsMsg message = NULL;
    setup_with(TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE, NULL, NULL);
    CHECK_OK(tibemsConnectionFactory_SetReconnectAttemptCount(p.recovery.factory, 1));
    a_dies();
    wait_disconnected();
    proxy_set(&p.b, PROXY_REFUSE);
    CHECK(recover_now(NULL) != TIBEMS_OK);
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(p.f.consumer, &message, 30), TIBEMS_UFO_CONNECTION_FAILURE);
    CHECK(begins(error_text(), "the connection is broken since 20"));
    CHECK(ends(error_text(), "; RecoverConnection has failed and was not called again"));
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

/* the lines of a trace file that hold WORDS */
static int lines_with(const char *name, const char *words)
{
    static char line[4096];
    int found = 0;
    FILE *file = fopen(name, "r");
    while (file && fgets(line, sizeof line, file))
        found += strstr(line, words) != NULL;
    if (file)
        fclose(file);
    return found;
}

TEST("", the_trace_says_that_nobody_recovers)
{
    char name[128];
    snprintf(name, sizeof name, "/tmp/%s.trace", unique_name("tibemsufo"));
    setenv("TIBEMS_TRACE", "recovery", 1);
    REQUIRE_OK(tibems_SetTraceFile(name));
    setup_with(TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE, NULL, NULL);
    a_dies();
    wait_disconnected();
    for (long long end = now_ms() + slow(10000); !lines_with(name, ALONE) && now_ms() < end; sleep_ms(20))
        ;
    CHECK_INT(lines_with(name, ALONE), 1);
    CHECK_OK(tibemsConnection_Close(p.f.connection));
    CHECK_OK(tibems_SetTraceFile(NULL));
    unlink(name);
}

TEST_CHEAP("", a_connection_that_is_not_started_says_so)
{
    struct fixture f = {.connection = connect_to(url_a())};
    tibemsMsg message = NULL;
    f.session = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    f.queue = unique_queue();
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &f.consumer, f.queue, NULL, TIBEMS_FALSE));
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(f.consumer, &message, 20), TIBEMS_TIMEOUT);
    CHECK_STR(without_time(error_text()), "the connection is not started");
    CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait(f.consumer, &message), TIBEMS_NOT_FOUND);
    CHECK_STR(without_time(error_text()), "the connection is not started");
    CHECK_OK(tibemsConnection_Start(f.connection));
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(f.consumer, &message, 20), TIBEMS_TIMEOUT);
    CHECK_STR(error_text(), "");                /* C44: that is no error */
    CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait(f.consumer, &message), TIBEMS_NOT_FOUND);
    CHECK_STR(error_text(), "");
    CHECK_OK(tibemsConnection_Stop(f.connection));
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(f.consumer, &message, 20), TIBEMS_TIMEOUT);
    CHECK_STR(without_time(error_text()), "the connection is not started");
    CHECK_OK(tibemsConnection_Close(f.connection));
}
