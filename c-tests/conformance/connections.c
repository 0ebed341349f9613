/*
 * connections.c - one connection: identity, start, stop, close, error context, globals (spec 10 §1.4 to §1.10;
 * cases 10-28 to 10-42)
 */
#include "calls.h"

#include <sys/stat.h>

TEST_CHEAP("10-28", set_client_id_rules)
{
    char long_id[258];
    tibemsConnection connection = NULL;
    tibemsConnectionFactory factory = factory_for(url_a());
    CHECK_OK(tibemsConnectionFactory_SetClientID(factory, unique_name("client")));
    connection = connect_with(factory);
    CHECK_STATUS(tibemsConnection_SetClientId(connection, "other"), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsConnection_Close(connection));

    connection = connect_to(url_a());
    session_of(connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_STATUS(tibemsConnection_SetClientId(connection, unique_name("client")), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsConnection_Close(connection));

    connection = connect_to(url_a());
    CHECK_OK(tibemsConnection_Start(connection));
    CHECK_STATUS(tibemsConnection_SetClientId(connection, unique_name("client")), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsConnection_Close(connection));

    connection = connect_to(url_a());
    CHECK_OK(tibemsConnection_Stop(connection));        /* C26: any use counts */
    CHECK_STATUS(tibemsConnection_SetClientId(connection, unique_name("client")), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsConnection_Close(connection));

    connection = connect_to(url_a());
    memset(long_id, 'i', 256);
    long_id[256] = 0;
    CHECK_STATUS(tibemsConnection_SetClientId(connection, long_id), TIBEMS_INVALID_CLIENT_ID);
    CHECK_STATUS(tibemsConnection_SetClientId(connection, ""), TIBEMS_INVALID_CLIENT_ID);
    CHECK_STATUS(tibemsConnection_SetClientId(connection, NULL), TIBEMS_INVALID_CLIENT_ID);
    const char *id = unique_name("client"), *read = NULL;
    CHECK_OK(tibemsConnection_SetClientId(connection, id));
    CHECK_OK(tibemsConnection_GetClientId(connection, &read));
    CHECK_STR(read, id);
    CHECK_STATUS(tibemsConnection_SetClientId(connection, "again"), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsConnection_Close(connection));

    connection = connect_to(url_a());
    long_id[255] = 0;
    memcpy(long_id, id, strlen(id));
    CHECK_OK(tibemsConnection_SetClientId(connection, long_id));
    CHECK_OK(tibemsConnection_GetClientId(connection, &read));
    CHECK_STR(read, long_id);
    CHECK_OK(tibemsConnection_Close(connection));
}

TEST_CHEAP("10-29", no_client_id)
{
    const char *id = "garbage";
    tibemsConnection connection = connect_to(url_a());
    CHECK_OK(tibemsConnection_GetClientId(connection, &id));
    CHECK(id == NULL);
    CHECK_OK(tibemsConnection_Close(connection));
}

TEST_CHEAP("10-30,20-101", send_before_start)
{
    struct fixture f = {0};
    f.connection = connect_to(url_a());
    f.session = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    snprintf(f.name, sizeof f.name, "%s", unique_name("q"));
    f.queue = queue_named(f.name);
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &f.producer, f.queue));
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &f.consumer, f.queue, NULL, TIBEMS_FALSE));
    CASE("10-30");
    CHECK_OK(send_text(f.producer, "early"));
    tibemsMsg message = (tibemsMsg)0x1;
    long long begin = now_ms();
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(f.consumer, &message, 200), TIBEMS_TIMEOUT);
    CHECK(now_ms() - begin >= 200);
    CHECK(message == NULL);
    CASE("20-101");
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    struct fixture other;
    reader(&other, f.name);                     /* the connection that sent has not been started at all */
    EXPECT_FIRST(other.consumer, "early");
    EXPECT_NOTHING(other.consumer);
    reader_close(&other);
    CHECK_OK(tibemsConnection_Close(f.connection));
}

TEST_CHEAP("10-31", start_and_stop_twice)
{
    struct fixture f;
    fresh(&f);
    CHECK_OK(tibemsConnection_Start(f.connection));
    CHECK_OK(send_text(f.producer, "one"));
    EXPECT_FIRST(f.consumer, "one");
    CHECK_OK(tibemsConnection_Stop(f.connection));
    CHECK_OK(tibemsConnection_Stop(f.connection));
    CHECK_OK(send_text(f.producer, "two"));
    EXPECT_NOTHING(f.consumer);
    CHECK_OK(tibemsConnection_Start(f.connection));
    EXPECT_FIRST(f.consumer, "two");
    EXPECT_NOTHING(f.consumer);
    CHECK_OK(tibemsConnection_Close(f.connection));
}


TEST("10-32,20-67", stop_waits_for_listener)
{
    struct fixture f;
    struct task stopper;
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, gated_listener, NULL));
    for (int i = 0; i < 3; i++)
        CHECK_OK(send_text(f.producer, "work"));
    REQUIRE(event_wait(&begun, 1, 5000));
    CASE("10-32,20-67");
    task_start(&stopper, stop_connection, f.connection);
    CHECK(task_blocks(&stopper));               /* the listener runs */
    event_post(&go_on, 1);
    REQUIRE(task_wait(&stopper, 5000));
    CHECK_INT(stopper.status, TIBEMS_OK);
    CHECK_INT(event_count(&ended), 1);          /* it was waited for */
    CHECK_INT(event_count(&begun), 1);
    CHECK_OK(send_text(f.producer, "work"));    /* answered: what the server had to deliver before has come */
    all_rests();
    CHECK_INT(event_count(&begun), 1);          /* and no other starts until Start */
    CHECK_OK(tibemsConnection_Start(f.connection));
    CHECK(event_wait(&ended, 4, 5000));
    CHECK_OK(tibemsConnection_Close(f.connection));
}

struct closer { struct fixture *f; struct events done; };

static void close_in_listener(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    struct closer *closer = closure;
    (void)consumer;
    event_post(&closer->done, tibemsConnection_Stop(closer->f->connection));
    event_post(&closer->done, tibemsConnection_Close(closer->f->connection));
    tibemsMsg_Destroy(message);
    event_post(&closer->done, 0);
}

TEST("10-33,20-49", close_in_listener_refused)
{
    struct fixture f;
    struct closer closer = {&f, EVENTS_INIT};
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, close_in_listener, &closer));
    CHECK_OK(send_text(f.producer, "one"));
    REQUIRE(event_wait(&closer.done, 3, 5000));
    CASE("10-33,20-49");
    CHECK_INT(event_at(&closer.done, 0), TIBEMS_ILLEGAL_STATE);
    CHECK_INT(event_at(&closer.done, 1), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(send_text(f.producer, "two"));     /* the connection still works */
    CHECK(event_wait(&closer.done, 6, 5000));
    CHECK_INT(event_at(&closer.done, 3), TIBEMS_ILLEGAL_STATE);
    CHECK_INT(event_at(&closer.done, 4), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsConnection_Close(f.connection));
}

TEST("10-33,20-51", close_in_listener_allowed)
{
    struct fixture f;
    struct closer closer = {&f, EVENTS_INIT};
    struct task receiver;
    tibemsMsgConsumer other = NULL;
    fresh(&f);
    CHECK_OK(tibems_SetAllowCloseInCallback(TIBEMS_TRUE));
    tibemsSession second = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateConsumer(second, &other, unique_queue(), NULL, TIBEMS_FALSE));
    task_start(&receiver, receive_forever, other);
    CHECK(task_blocks(&receiver));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, close_in_listener, &closer));
    CHECK_OK(send_text(f.producer, "one"));
    CASE("10-33");
    REQUIRE(event_wait(&closer.done, 3, 5000));
    CHECK_INT(event_at(&closer.done, 0), TIBEMS_OK);
    CHECK_INT(event_at(&closer.done, 1), TIBEMS_OK);
    CASE("20-51");
    REQUIRE(task_wait(&receiver, 5000));
    CHECK_INT(receiver.status, TIBEMS_INTR);
    tibems_bool gone = TIBEMS_FALSE;
    CHECK_OK(tibemsConnection_IsDisconnected(f.connection, &gone));
    CHECK_INT(gone, TIBEMS_TRUE);
}

static void close_on_exception(tibemsConnection connection, tibems_status status, void *closure)
{
    event_post(closure, status);
    event_post(closure, tibemsConnection_Close(connection));
}

TEST("10-34,20-65", close_in_exception_listener)
{
    static struct proxy proxy;
    static struct events events = EVENTS_INIT;
    tibems_bool gone = TIBEMS_FALSE;
    proxy_start_url(&proxy, url_a());
    tibemsConnection connection = connect_to(proxy.url);
    CHECK_OK(tibemsConnection_SetExceptionListener(connection, close_on_exception, &events));
    CHECK_OK(tibemsConnection_Start(connection));
    proxy_set(&proxy, PROXY_REFUSE);
    CASE("10-34,20-65");
    REQUIRE(event_wait(&events, 2, 5000));
    CHECK_INT(event_at(&events, 0), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK_INT(event_at(&events, 1), TIBEMS_OK);
    CHECK_OK(tibemsConnection_IsDisconnected(connection, &gone));
    CHECK_INT(gone, TIBEMS_TRUE);
}

TEST_CHEAP("10-35,20-29", calls_after_close)
{
    struct fixture f = {0};
    tibemsSession session = (tibemsSession)0x1;
    tibemsMsg message = NULL;
    tibems_bool gone = TIBEMS_FALSE;
    char *url = NULL;
    fresh_on(&f, connect_to(url_a()), TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE);
    CHECK_OK(send_text(f.producer, "x"));
    tibemsSession closed = session_of(f.connection, TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE);
    tibemsMsgConsumer of_closed = NULL;
    tibemsDestination other = unique_queue();
    tibemsMsgProducer to_other = NULL;
    REQUIRE_OK(tibemsSession_CreateConsumer(closed, &of_closed, other, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &to_other, other));
    CHECK_OK(send_text(to_other, "y"));
    message = receive_one(of_closed);
    CASE("20-29");
    CHECK_OK(tibemsSession_Close(closed));
    CHECK_STATUS(tibemsMsg_Acknowledge(message), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsMsgConsumer_Close(of_closed));
    message = receive_one(f.consumer);
    CASE("10-35,20-29");
    CHECK_OK(tibemsConnection_Close(f.connection));
    CHECK_OK(tibemsConnection_Close(f.connection));
    CHECK_OK(tibemsConnection_IsDisconnected(f.connection, &gone));
    CHECK_INT(gone, TIBEMS_TRUE);
    CHECK_STATUS(tibemsConnection_Start(f.connection), TIBEMS_ILLEGAL_STATE);
    CHECK_STATUS(tibemsConnection_CreateSession(f.connection, &session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE),
                 TIBEMS_ILLEGAL_STATE);
    CHECK(session == NULL);
    CHECK_STATUS(tibemsMsg_Acknowledge(message), TIBEMS_ILLEGAL_STATE);
    CHECK_STATUS(tibemsConnection_GetActiveURL(f.connection, &url), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    CHECK_OK(tibemsMsgProducer_Close(f.producer));
    CHECK_OK(tibemsMsgProducer_Close(to_other));
    CHECK_OK(tibemsSession_Close(f.session));
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsDestination_Destroy(f.queue));
    CHECK_OK(tibemsDestination_Destroy(other));
}

TEST("10-36,20-56", close_interrupts_receive)
{
    struct fixture f;
    struct task receiver;
    fresh(&f);
    task_start(&receiver, receive_forever, f.consumer);
    CHECK(task_blocks(&receiver));
    CASE("10-36,20-56");
    CHECK_OK(tibemsConnection_Close(f.connection));
    REQUIRE(task_wait(&receiver, 2000));
    CHECK_INT(receiver.status, TIBEMS_INTR);
}

TEST_CHEAP("10-37", bad_connection_handles)
{
    int here = 0;
    tibemsConnection random[] = {NULL, &here, (tibemsConnection)(uintptr_t)0xdeadbeef, (tibemsConnection)~(uintptr_t)0};
    for (size_t i = 0; i < sizeof random / sizeof *random; i++) {
        tibems_bool flag = TIBEMS_FALSE;
        tibemsSession session = (tibemsSession)0x1;
        CHECK_STATUS(tibemsConnection_Start(random[i]), TIBEMS_INVALID_CONNECTION);
        CHECK_STATUS(tibemsConnection_Stop(random[i]), TIBEMS_INVALID_CONNECTION);
        CHECK_STATUS(tibemsConnection_Close(random[i]), TIBEMS_INVALID_CONNECTION);
        CHECK_STATUS(tibemsConnection_IsDisconnected(random[i], &flag), TIBEMS_INVALID_CONNECTION);
        CHECK_STATUS(tibemsConnection_CreateSession(random[i], &session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE),
                     TIBEMS_INVALID_CONNECTION);
        CHECK(session == NULL);
    }
}

/* Asks for the last error of its thread through CONTEXT before and after an error, and after a good call. */
struct asking {
    tibemsErrorContext context;
    tibems_status before, failed, after;
    char first[256], error[256], good[256];
};

static void ask(tibemsErrorContext context, tibems_status *status, char text[256])
{
    const char *string = "untouched";
    *status = tibemsErrorContext_GetLastErrorString(context, &string);
    snprintf(text, 256, "%s", string);
}

static tibems_status ask_in_thread(void *argument)
{
    struct asking *asking = argument;
    tibemsDestination queue = NULL;
    ask(asking->context, &asking->before, asking->first);
    CHECK_STATUS(tibemsDestination_Create(&queue, TIBEMS_QUEUE, NULL), TIBEMS_INVALID_ARG);
    ask(asking->context, &asking->failed, asking->error);
    CHECK_OK(tibemsDestination_Create(&queue, TIBEMS_QUEUE, "q"));
    ask(asking->context, &asking->after, asking->good);
    CHECK_OK(tibemsDestination_Destroy(queue));
    return asking->context ? tibemsErrorContext_Close(asking->context) : TIBEMS_OK;
}

TEST_CHEAP("10-38", error_context_rules)
{
    struct task other;
    struct asking without = {.context = NULL}, with = {.context = NULL};
    tibems_status status;
    char text[256];
    task_start(&other, ask_in_thread, &without);    /* a thread without context */
    REQUIRE(task_wait(&other, 2000));
    CHECK_INT(without.before, TIBEMS_NOT_INITIALIZED);
    CHECK_INT(without.failed, TIBEMS_NOT_INITIALIZED);
    CHECK_INT(without.after, TIBEMS_NOT_INITIALIZED);
    CHECK_STR(without.error, "untouched");

    REQUIRE_OK(tibemsErrorContext_Create(&with.context));
    tibemsConnection connection = NULL;
    CHECK_STATUS(tibemsConnection_Create(&connection, "foo://h:1", NULL, NULL, NULL), TIBEMS_INVALID_PROTOCOL);
    task_start(&other, ask_in_thread, &with);       /* a context of another thread: the errors of the thread that asks (D26) */
    REQUIRE(task_wait(&other, 2000));
    CHECK_INT(with.before, TIBEMS_OK);
    CHECK_STR(with.first, "");
    CHECK_INT(with.failed, TIBEMS_OK);
    CHECK(*with.error && strcmp(with.error, "untouched") != 0);
    CHECK_INT(with.after, TIBEMS_OK);
    CHECK_STR(with.good, "");
    CHECK_INT(other.status, TIBEMS_INVALID_ARG);    /* C43: it cannot close it */
    ask(with.context, &status, text);               /* this thread's own error is untouched by all that */
    CHECK_INT(status, TIBEMS_OK);
    CHECK(strstr(text, "foo") != NULL && strcmp(text, with.error) != 0);

    CHECK_STATUS(tibemsErrorContext_GetLastErrorString(with.context, NULL), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsErrorContext_GetLastErrorString(NULL, NULL), TIBEMS_INVALID_ARG);
    ask((tibemsErrorContext)0xdeadbeef, &status, text);
    CHECK_INT(status, TIBEMS_INVALID_ARG);
    connection = connect_to(url_a());               /* a good call */
    ask(with.context, &status, text);
    CHECK_INT(status, TIBEMS_OK);
    CHECK_STR(text, "");
    CHECK_OK(tibemsConnection_Close(connection));
    CHECK_OK(tibemsErrorContext_Close(with.context));
    CHECK_STATUS(tibemsErrorContext_Close(with.context), TIBEMS_INVALID_ARG);
    ask(with.context, &status, text);
    CHECK_INT(status, TIBEMS_INVALID_ARG);
}

TEST_CHEAP("10-39", error_text_survives_reading)
{
    tibemsConnection connection = NULL;
    const char *text = NULL;
    char first[512];
    CHECK_STATUS(tibemsConnection_Create(&connection, "foo://h:1", NULL, NULL, NULL), TIBEMS_INVALID_PROTOCOL);
    CHECK_OK(tibemsErrorContext_GetLastErrorString(NULL, &text));
    snprintf(first, sizeof first, "%s", text);
    CHECK(*first);
    CHECK(tibemsStatus_GetText(TIBEMS_INVALID_PROTOCOL) != NULL);
    CHECK_OK(tibemsErrorContext_GetLastErrorString(NULL, &text));
    CHECK_STR(text, first);
}

TEST_CHEAP("10-40", status_texts)
{
    const char *unknown = tibemsStatus_GetText((tibems_status)-7);
    REQUIRE(unknown != NULL && *unknown);
    CHECK_STR(tibemsStatus_GetText((tibems_status)999), unknown);       /* C45: one text for all unknown numbers */
    int known[] = {TIBEMS_OK, TIBEMS_UFO_CONNECTION_FAILURE, TIBEMS_SERVER_DISCONNECTED};
    for (int i = 0; i < 3; i++) {
        const char *text = tibemsStatus_GetText((tibems_status)known[i]);
        REQUIRE(text != NULL && *text);
        CHECK(strcmp(text, unknown) != 0);
        CHECK(strcmp(text, tibemsStatus_GetText((tibems_status)known[(i + 1) % 3])) != 0);
    }
}

TEST_CHEAP("10-41", trace_file)
{
    char name[128];
    struct stat info;
    snprintf(name, sizeof name, "/tmp/%s.trace", unique_name("tibemsufo"));
    CHECK_OK(tibems_SetTraceFile(name));
    CHECK_STATUS(tibems_SetTraceFile(name), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibems_SetTraceFile(NULL));
    CHECK_STATUS(tibems_SetTraceFile("/nowhere/at/all.trace"), TIBEMS_IO_FAILED);
    CHECK_OK(tibems_SetTraceFile(NULL));
    CHECK_OK(tibems_SetTraceFile(NULL));
    CHECK_INT(stat(name, &info), 0);
    CHECK_OK(tibems_SetTraceFile(name));        /* NULL has set it free */
    CHECK_OK(tibems_SetTraceFile(NULL));
    unlink(name);
}

TEST_CHEAP("10-42", close_without_open)
{
    tibems_Close();
    tibemsConnection connection = connect_to(url_a());
    CHECK_OK(tibemsConnection_Close(connection));
    CHECK_OK(tibems_Open());
    tibems_Close();
    tibems_Close();
    connection = connect_to(url_a());
    CHECK_OK(tibemsConnection_Close(connection));
}
