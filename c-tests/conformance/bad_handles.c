/*
 * bad_handles.c - bad handles and NULL pointers for every function, inside a message listener, a completion callback and an
 * exception listener (spec 20 §0.3): what c-tests/api/make_robustness.py writes, run there
 */
#include "harness.h"

#define main robustness_main
#define failures robustness_failures
#include "robustness.c"
#undef failures
#undef main

static struct fixture f;
static struct proxy way;
static struct events finished = EVENTS_INIT;

static void give_all(void)
{
    char *arguments[] = {(char *)"robustness", getenv("TIBEMS_TEST_UNBUILT"), NULL};
    event_post(&finished, robustness_main(2, arguments));
}

static void listens(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    give_all();
    CHECK_OK(tibemsMsg_Destroy(message));
}

static void completes(tibemsMsg message, tibems_status status, void *closure)
{
    (void)message;
    (void)status;
    (void)closure;
    give_all();
}

static void is_broken(tibemsConnection connection, tibems_status status, void *closure)
{
    (void)connection;
    (void)status;
    (void)closure;
    give_all();
}

static void connected(void)
{
    proxy_start_url(&way, url_a());
    fresh_on(&f, connect_with(ufo_factory_for(way.url)), TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
}

static void no_fault(void)
{
    REQUIRE(event_wait(&finished, 1, 20000));
    CHECK_INT(event_at(&finished, 0), 0);
    CHECK_OK(tibemsConnection_Close(f.connection));
    threads_end("ems-");
}

TEST_X("", bad_handles_in_a_listener, T_DEVBROKER, 60)
{
    connected();
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, listens, NULL));
    CHECK_OK(send_text(f.producer, "x"));
    no_fault();
}

TEST_X("", bad_handles_in_a_completion, T_DEVBROKER, 60)
{
    connected();
    tibemsMsg message = text_message("x");
    CHECK_OK(tibemsMsgProducer_AsyncSend(f.producer, message, completes, NULL));
    CHECK_OK(tibemsMsg_Destroy(message));
    EXPECT_TEXT(f.consumer, "x");
    no_fault();
}

TEST_X("", bad_handles_in_an_exception_listener, T_DEVBROKER, 60)
{
    connected();
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, is_broken, NULL));
    proxy_set(&way, PROXY_REFUSE);
    no_fault();
}
