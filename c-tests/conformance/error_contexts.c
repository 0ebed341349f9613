/*
 * error_contexts.c - one error context for many threads: a program creates it in main and asks in its listeners (D26,
 * spec 10 §1.9), and keeps the addresses of texts longer than it should
 */
#include "pair.h"

static tibemsErrorContext context;      /* made by main, used by everybody */

/* The error of the thread that calls this: a protocol that only it names is refused and must come back in the text. */
static void own_error(const char *name)
{
    char url[64], expected[64];
    const char *text = NULL, *trace = NULL;
    tibemsConnection connection = NULL;
    snprintf(url, sizeof url, "%s://host:1", name);
    snprintf(expected, sizeof expected, "%s", name);
    CHECK_STATUS(tibemsConnection_Create(&connection, url, NULL, NULL, NULL), TIBEMS_INVALID_PROTOCOL);
    CHECK_OK(tibemsErrorContext_GetLastErrorString(context, &text));
    CHECK_OK(tibemsErrorContext_GetLastErrorStackTrace(context, &trace));
    if (!CHECK(text && strstr(text, expected)))
        printf("# %s: %s\n", expected, text ? text : "NULL");
    CHECK(trace && strstr(trace, "tibemsConnection_Create"));
}

static struct events listened = EVENTS_INIT;

static void ask_in_listener(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    const char *text = NULL;
    (void)consumer;
    (void)closure;
    CHECK_OK(tibemsErrorContext_GetLastErrorString(context, &text));
    CHECK_STR(text, "");                        /* the error of main is not this thread's */
    own_error("listener");
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&listened, 1);
}

static struct events told = EVENTS_INIT;

static void ask_in_exception_listener(tibemsConnection connection, tibems_status status, void *closure)
{
    const char *text = NULL;
    (void)connection;
    (void)closure;
    CHECK_OK(tibemsErrorContext_GetLastErrorString(context, &text));
    CHECK(text && *text);                       /* what happened to the connection */
    own_error("exceptional");
    event_post(&told, status);
}

TEST_CHEAP("", a_context_of_main_serves_listeners)
{
    const char *text = NULL;
    REQUIRE_OK(tibemsErrorContext_Create(&context));
    setup_with(TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE, ask_in_exception_listener, NULL);
    own_error("main");
    CHECK_OK(tibemsErrorContext_GetLastErrorString(context, &text));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(p.f.consumer, ask_in_listener, NULL));
    CHECK_OK(send_text(p.f.producer, "ask"));
    REQUIRE(event_wait(&listened, 1, 5000));
    a_dies();
    REQUIRE(event_wait(&told, 1, 5000));
    own_error("main-again");
    CHECK_OK(tibemsConnection_Close(p.f.connection));
    CHECK_OK(tibemsErrorContext_Close(context));
}

enum { ROUNDS = 300 };

static tibems_status err_and_ask(void *name)
{
    for (int round = 0; round < ROUNDS; round++)
        own_error(name);
    return TIBEMS_OK;
}

TEST_CHEAP("", threads_share_a_context)
{
    struct task tasks[4];
    static char names[4][16] = {"thread.a", "thread.bb", "thread.ccc", "thread.dddd"};
    REQUIRE_OK(tibemsErrorContext_Create(&context));
    for (int i = 0; i < 4; i++)
        task_start(&tasks[i], err_and_ask, names[i]);
    err_and_ask("main");
    for (int i = 0; i < 4; i++)
        REQUIRE(task_wait(&tasks[i], 20000));
    CHECK_OK(tibemsErrorContext_Close(context));
}

/* A thread that holds a text while main closes the context. */
static struct events holds = EVENTS_INIT, closed = EVENTS_INIT;

static tibems_status hold_a_text(void *unused)
{
    const char *text = NULL, *other = "untouched";
    char before[256];
    (void)unused;
    own_error("holder");
    CHECK_OK(tibemsErrorContext_GetLastErrorString(context, &text));
    snprintf(before, sizeof before, "%s", text);
    event_post(&holds, 1);
    REQUIRE(event_wait(&closed, 1, 5000));
    CHECK_STR(text, before);
    CHECK_STATUS(tibemsErrorContext_GetLastErrorString(context, &other), TIBEMS_INVALID_ARG);
    CHECK_STR(other, "untouched");
    return TIBEMS_OK;
}

TEST_CHEAP("", a_text_outlives_good_calls_and_the_close)
{
    const char *text = NULL, *empty = NULL;
    char before[256];
    struct task holder;
    tibemsDestination queue = NULL;
    REQUIRE_OK(tibemsErrorContext_Create(&context));
    task_start(&holder, hold_a_text, NULL);
    REQUIRE(event_wait(&holds, 1, 5000));
    own_error("main");
    CHECK_OK(tibemsErrorContext_GetLastErrorString(context, &text));
    snprintf(before, sizeof before, "%s", text);
    REQUIRE_OK(tibemsDestination_Create(&queue, TIBEMS_QUEUE, "q"));
    CHECK_OK(tibemsErrorContext_GetLastErrorString(context, &empty));
    CHECK_STR(empty, "");                       /* the last call was no error */
    CHECK_STR(text, before);                    /* a program that prints late prints what it read */
    CHECK_OK(tibemsErrorContext_Close(context));
    CHECK_OK(tibemsDestination_Destroy(queue));
    CHECK_STR(text, before);
    event_post(&closed, 1);
    REQUIRE(task_wait(&holder, 5000));
}
