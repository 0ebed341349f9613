/*
 * threads.c - threads that a program cancels inside of calls, and threads that the system does not give (D32)
 */
#define _GNU_SOURCE
#include "harness.h"

#include <dlfcn.h>
#include <errno.h>

static struct fixture f;

/* ---- cancellation ------------------------------------------------------------------------------------------------- */

/* Each of these runs in a thread of its own that has been cancelled before: the first cancellation point that it meets
 * would end it there. It must come back with its status, and end where the program asks for it. */
static tibemsMsg at_hand;
static const char *cancelled_url;
static FILE *nowhere;

static tibems_status connect_and_close(void)
{
    tibemsConnection connection = NULL;
    tibemsConnectionFactory factory = tibemsConnectionFactory_Create();
    tibems_status status = tibemsConnectionFactory_SetServerURL(factory, cancelled_url);
    if (status == TIBEMS_OK)
        status = tibemsConnectionFactory_CreateConnection(factory, &connection, USER, PASSWORD);
    tibemsConnectionFactory_Destroy(factory);
    return status == TIBEMS_OK ? tibemsConnection_Close(connection) : status;
}

static tibems_status sessions_come_and_go(void)
{
    tibemsSession session = NULL;
    tibemsMsgProducer producer = NULL;
    tibemsMsgConsumer consumer = NULL;
    tibems_status status = tibemsConnection_CreateSession(f.connection, &session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    if (status == TIBEMS_OK)
        status = tibemsSession_CreateProducer(session, &producer, f.queue);
    if (status == TIBEMS_OK)
        status = tibemsSession_CreateConsumer(session, &consumer, f.queue, NULL, TIBEMS_FALSE);
    if (status == TIBEMS_OK)
        status = tibemsMsgConsumer_Close(consumer);
    if (status == TIBEMS_OK)
        status = tibemsMsgProducer_Close(producer);
    return status == TIBEMS_OK ? tibemsSession_Close(session) : status;
}

static tibems_status stop_and_start(void)
{
    tibems_status status = tibemsConnection_Stop(f.connection);
    return status == TIBEMS_OK ? tibemsConnection_Start(f.connection) : status;
}

static tibems_status send_it(void) { return send_text(f.producer, "x"); }
static tibems_status receive_it(void) { return tibemsMsgConsumer_ReceiveTimeout(f.consumer, &at_hand, slow(5000)); }
static tibems_status acknowledge_it(void) { return tibemsMsg_Acknowledge(at_hand); }
static tibems_status destroy_it(void) { return tibemsMsg_Destroy(at_hand); }
static tibems_status recover_session(void) { return tibemsSession_Recover(f.session); }

static tibems_status find_nothing(void)
{
    tibems_status status = tibemsMsgConsumer_ReceiveTimeout(f.consumer, &at_hand, 1);
    return status == TIBEMS_TIMEOUT ? TIBEMS_OK : status;
}

static tibems_status sleep_a_little(void)
{
    tibems_Sleep(1);
    return TIBEMS_OK;
}

static tibems_status print_it(void)
{
    tibemsMsg message = text_message("x");
    tibemsMsg_PrintFile(message, nowhere);
    return tibemsMsg_Destroy(message);
}

static tibems_status many_properties(void)      /* the first random number of this thread */
{
    tibemsMsg message = text_message("x");
    char name[16];
    tibems_status status = TIBEMS_OK;
    for (int i = 0; i < 100 && status == TIBEMS_OK; i++) {
        snprintf(name, sizeof name, "p%d", i);
        status = tibemsMsg_SetIntProperty(message, name, i);
    }
    return status == TIBEMS_OK ? tibemsMsg_Destroy(message) : status;
}

static struct { const char *name; tibems_status (*call)(void); tibems_status got; } cancelled[] = {
    {"CreateConnection, Close", connect_and_close, 0}, {"CreateSession and others", sessions_come_and_go, 0},
    {"Stop, Start", stop_and_start, 0}, {"Send", send_it, 0}, {"Receive", receive_it, 0},
    {"Acknowledge", acknowledge_it, 0}, {"Destroy", destroy_it, 0}, {"Recover", recover_session, 0},
    {"ReceiveTimeout", find_nothing, 0}, {"tibems_Sleep", sleep_a_little, 0}, {"PrintFile", print_it, 0},
    {"SetIntProperty", many_properties, 0},
};

static void *call_cancelled(void *entry)
{
    int number = *(int *)entry, before;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    pthread_cancel(pthread_self());
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &before);
    cancelled[number].got = cancelled[number].call();
    pthread_testcancel();
    return NULL;
}

TEST("D32", cancelled_threads_finish_their_call)
{
    char text[256];
    cancelled_url = url_a();
    REQUIRE((nowhere = fopen("/dev/null", "w")) && setvbuf(nowhere, NULL, _IONBF, 0) == 0);
    fresh_on(&f, connect_to(url_a()), TIBEMS_FALSE, TIBEMS_EXPLICIT_CLIENT_ACKNOWLEDGE);
    for (int i = 0; i < (int)(sizeof cancelled / sizeof *cancelled); i++) {
        pthread_t thread;
        void *result = NULL;
        cancelled[i].got = (tibems_status)-1;
        REQUIRE(pthread_create(&thread, NULL, call_cancelled, &i) == 0 && pthread_join(thread, &result) == 0);
        if (cancelled[i].got != TIBEMS_OK || result != PTHREAD_CANCELED)
            check_failed(__FILE__, __LINE__, "%s: status %d, %s", cancelled[i].name, (int)cancelled[i].got,
                         result == PTHREAD_CANCELED ? "cancelled after it" : "not cancelled");
        count_check();
    }
    CHECK_OK(send_text(f.producer, "still alive"));
    CHECK_OK(receive_text(f.consumer, 5000, text, NULL));
    CHECK_STR(text, "still alive");
    CHECK_OK(tibemsConnection_Close(f.connection));
}

static void *receive_for_ever(void *unused)
{
    (void)unused;
    tibems_status status = tibemsMsgConsumer_Receive(f.consumer, &at_hand);
    __atomic_store_n(&cancelled[0].got, status, __ATOMIC_RELEASE);
    pthread_testcancel();
    return NULL;
}

TEST("D32", a_cancelled_receive_takes_its_message)
{
    pthread_t thread;
    void *result = NULL;
    fresh(&f);
    cancelled[0].got = (tibems_status)-1;
    REQUIRE(pthread_create(&thread, NULL, receive_for_ever, NULL) == 0);
    all_rests();                        /* it waits */
    REQUIRE(pthread_cancel(thread) == 0);
    CHECK_OK(send_text(f.producer, "x"));
    REQUIRE(pthread_join(thread, &result) == 0);
    CHECK_INT(cancelled[0].got, TIBEMS_OK);
    CHECK(result == PTHREAD_CANCELED);
    CHECK_STR(text_of(at_hand), "x");
    CHECK_OK(tibemsMsg_Destroy(at_hand));
    CHECK_OK(tibemsConnection_Close(f.connection));
}

static void cancel_itself(tibemsMsgConsumer consumer, tibemsMsg message, void *events)
{
    (void)consumer;
    CHECK_OK(tibemsMsg_Destroy(message));
    pthread_cancel(pthread_self());
    pthread_testcancel();
    event_post(events, 1);
}

static void cancel_itself_and_recover(tibemsConnection connection, tibems_status status, void *recovery)
{
    pthread_cancel(pthread_self());
    recover_listener(connection, status, recovery);
}

TEST("D32", threads_of_the_library_are_not_cancelled)
{
    static struct events got = EVENTS_INIT;
    static struct recovery recovery = RECOVERY_INIT;
    static struct proxy proxy;
    proxy_start_url(&proxy, url_a());
    recovery.factory = ufo_factory_for(url_join("+", proxy.url, proxy.url, NULL));
    fresh_on(&f, connect_with(recovery.factory), TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, cancel_itself_and_recover, &recovery));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, cancel_itself, &got));
    for (int round = 1; round <= 2; round++) {
        CHECK_OK(send_text(f.producer, "x"));
        REQUIRE(event_wait(&got, 2 * round - 1, 5000));
        CHECK_OK(send_text(f.producer, "y"));
        REQUIRE(event_wait(&got, 2 * round, 5000));
        proxy_cut(&proxy);
        REQUIRE(event_wait(&recovery.recovered, round, 5000));
        CHECK_INT(event_at(&recovery.recovered, round - 1), TIBEMS_OK);
    }
    CHECK_OK(tibemsConnection_Close(f.connection));
}

/* ---- no thread to be had ------------------------------------------------------------------------------------------ */

/* The library's threads are made here, because the program's own functions go first. */
static bool shortage;
static struct events refused = EVENTS_INIT;             /* one event a thread that was not made */

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) = dlsym(RTLD_NEXT, "pthread_create");
    if (!__atomic_load_n(&shortage, __ATOMIC_ACQUIRE))
        return real(thread, attributes, run, argument);
    event_post(&refused, 1);
    return EAGAIN;
}

static void short_of_threads(bool on) { __atomic_store_n(&shortage, on, __ATOMIC_RELEASE); }

static void take_it(tibemsMsgConsumer consumer, tibemsMsg message, void *events)
{
    (void)consumer;
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(events, 1);
}

TEST("D32", setters_that_fail_change_nothing)
{
    static struct events told = EVENTS_INIT, got = EVENTS_INIT;
    tibemsConnectionFactory factory = factory_for(url_a());
    tibemsConnection connection = NULL;
    tibemsExceptionCallback listener = NULL;
    tibemsMsgCallback callback = NULL;
    void *closure = NULL;
    tibemsMsg message = NULL;
    short_of_threads(true);
    CHECK_STATUS(tibemsConnectionFactory_CreateConnection(factory, &connection, USER, PASSWORD), TIBEMS_NO_MEMORY);
    CHECK(connection == NULL);
    short_of_threads(false);
    fresh(&f);
    short_of_threads(true);
    CHECK_STATUS(tibemsConnection_SetExceptionListener(f.connection, post_status, &told), TIBEMS_NO_MEMORY);
    CHECK_OK(tibemsConnection_GetExceptionListener(f.connection, &listener, &closure));
    CHECK(listener == NULL && closure == NULL);
    CHECK_STATUS(tibemsMsgConsumer_SetMsgListener(f.consumer, take_it, &got), TIBEMS_NO_MEMORY);
    CHECK_OK(tibemsMsgConsumer_GetMsgListener(f.consumer, &callback, &closure));
    CHECK(callback == NULL && closure == NULL);
    CHECK_OK(send_text(f.producer, "x"));               /* a consumer without a listener receives */
    CHECK_OK(tibemsMsgConsumer_ReceiveTimeout(f.consumer, &message, slow(5000)));
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_INT(event_count(&refused), 3);
    short_of_threads(false);
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, post_status, &told));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, take_it, &got));
    CHECK_OK(send_text(f.producer, "x"));
    REQUIRE(event_wait(&got, 1, 5000));
    short_of_threads(true);                             /* their threads are there: others in their place need none */
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, post_status, &got));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, take_it, &told));
    CHECK_OK(send_text(f.producer, "x"));
    REQUIRE(event_wait(&told, 1, 5000));
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, NULL, NULL));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, NULL, NULL));
    CHECK_OK(tibemsConnection_Close(f.connection));
    short_of_threads(false);
    threads_end("ems-");
    tibemsConnectionFactory_Destroy(factory);
}

TEST("D32", a_break_needs_no_new_thread)
{
    static struct recovery recovery = RECOVERY_INIT;
    static struct events got = EVENTS_INIT;
    static struct proxy proxy;
    proxy_start_url(&proxy, url_a());
    recovery.factory = ufo_factory_for(url_join("+", proxy.url, proxy.url, NULL));
    fresh_on(&f, connect_with(recovery.factory), TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, recover_listener, &recovery));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, take_it, &got));
    short_of_threads(true);
    for (int round = 1; round <= 3; round++) {
        proxy_cut(&proxy);
        REQUIRE(event_wait(&recovery.recovered, round, 5000));
        CHECK_INT(event_at(&recovery.recovered, round - 1), TIBEMS_OK);
        CHECK_OK(send_text(f.producer, "x"));
        REQUIRE(event_wait(&got, round, 5000));
    }
    CHECK_INT(event_count(&refused), 0);
    CHECK_OK(tibemsConnection_Close(f.connection));
    short_of_threads(false);
    threads_end("ems-");
}

static const char *by_name(int port)                    /* twice the same server, to be looked up */
{
    static char urls[200];
    snprintf(urls, sizeof urls, "tcp://localhost:%d+tcp://localhost:%d", port, port);
    return urls;
}

TEST("D32", a_lookup_waits_for_its_thread)
{
    static struct recovery recovery = RECOVERY_INIT;
    static struct proxy proxy;
    proxy_start_url(&proxy, url_a());
    recovery.factory = ufo_factory_for(by_name(proxy.port));
    /* a server that counts as tried without its lookup ends the call: what is refused is asked for within one try */
    CHECK_OK(tibemsConnectionFactory_SetReconnectAttemptCount(recovery.factory, 1));
    fresh_on(&f, connect_with(recovery.factory), TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, recover_listener, &recovery));
    short_of_threads(true);
    proxy_cut(&proxy);
    REQUIRE(event_wait(&recovery.broken, 1, 5000));     /* it is told all the same */
    REQUIRE(event_wait(&refused, 3, 5000));             /* asked again and again */
    CHECK_INT(event_count(&recovery.recovered), 0);
    short_of_threads(false);
    REQUIRE(event_wait(&recovery.recovered, 1, 5000));
    CHECK_INT(event_at(&recovery.recovered, 0), TIBEMS_OK);
    CHECK_OK(tibemsConnection_Close(f.connection));
}

static tibems_status close_while_short(void *unused)
{
    (void)unused;
    REQUIRE(event_wait(&refused, 2, 5000));
    return tibemsConnection_Close(f.connection);
}

TEST("D32", a_close_ends_a_lookup_without_a_thread)
{
    static struct recovery recovery = {.broken = EVENTS_INIT, .recovered = EVENTS_INIT, .go = EVENTS_INIT, .tries = 1};
    static struct proxy proxy;
    struct task closer;
    proxy_start_url(&proxy, url_a());
    recovery.factory = ufo_factory_for(by_name(proxy.port));
    f.connection = connect_with(recovery.factory);
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, recover_listener, &recovery));
    task_start(&closer, close_while_short, NULL);
    short_of_threads(true);
    proxy_cut(&proxy);
    REQUIRE(task_wait(&closer, 5000));
    CHECK_OK(closer.status);
    threads_end("ems-");
    short_of_threads(false);
    CHECK_INT(event_count(&recovery.recovered), 1);
    CHECK(event_at(&recovery.recovered, 0) != TIBEMS_OK);
}
