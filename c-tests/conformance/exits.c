/*
 * exits.c - the process ends at any time, from any thread, with handlers that close everything (D32; spec 40 §6.7)
 *
 * Each way is a child of its own, forked before the library is used. It brings its connection into a state, one of its
 * threads calls exit() or _exit(), and the handler of exit() closes everything on that very thread. Where nothing else is
 * said, closing inside a callback is tried as it is refused and as it is allowed.
 */
#include "harness.h"

#include <signal.h>

enum state { OPEN, BROKEN, RECOVERING, RECONNECTING, CONNECTING, CLOSING };
enum who { BY_MAIN, BY_THREAD, BY_LISTENER, BY_EXCEPTION_LISTENER };

struct way {
    enum state state;
    enum who who;
    bool at_once;                       /* _exit(): no handler runs */
    bool allowed;                       /* tibems_SetAllowCloseInCallback */
};

static struct fixture f;
static struct way way;
static struct proxy server, hole;       /* of the parent: what breaks, and what answers nothing */
static int up[2], down[2];              /* a byte to the parent, a byte to the child */
static struct events handled = EVENTS_INIT, broken = EVENTS_INIT;

/* ---- the child ---------------------------------------------------------------------------------------------------- */

static void say(int pipe)
{
    if (write(pipe, "x", 1) != 1)
        _exit(3);
}

static void hear(int pipe)
{
    char byte;
    if (read(pipe, &byte, 1) != 1)
        _exit(4);
}

static void close_everything(void)
{
    tibemsMsg message = NULL;
    tibemsMsgConsumer_ReceiveNoWait(f.consumer, &message);
    tibemsMsgConsumer_Close(f.consumer);
    tibemsMsgProducer_Close(f.producer);
    tibemsSession_Close(f.session);
    tibemsConnection_Close(f.connection);
    tibemsMsgConsumer_Close(f.consumer);
    tibemsSession_Close(f.session);
    tibemsConnectionFactory_Destroy(f.factory);
}

static void leave(void)
{
    if (way.at_once)
        _exit(7);
    exit(7);
}

static void on_message(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    tibems_bool over = TIBEMS_FALSE;
    (void)consumer;
    (void)closure;
    tibemsMsg_Destroy(message);
    event_post(&handled, 1);
    if (way.who != BY_LISTENER)
        return;
    if (way.state == BROKEN)
        event_wait(&broken, 1, 5000);
    else if (way.state == CLOSING)
        while (tibemsConnection_IsDisconnected(f.connection, &over) == TIBEMS_OK && !over)
            sched_yield();
    else if (way.state != OPEN)
        hear(down[0]);
    leave();
}

static void on_exception(tibemsConnection connection, tibems_status status, void *closure)
{
    (void)status;
    (void)closure;
    event_post(&broken, 1);
    if (way.who == BY_EXCEPTION_LISTENER)
        leave();
    if (way.state == RECOVERING)
        tibemsUFOConnectionFactory_RecoverConnection(f.factory, connection);
}

static void *leave_in_thread(void *unused)
{
    (void)unused;
    if (way.state != OPEN)
        hear(down[0]);
    leave();
    return NULL;
}

static void *connect_to_hole(void *unused)
{
    tibemsConnection connection = NULL;
    tibemsConnectionFactory_CreateConnection(factory_for(hole.url), &connection, USER, PASSWORD);
    return unused;
}

static void *close_it(void *unused)
{
    tibemsConnection_Close(f.connection);
    return unused;
}

static void start(void *(*run)(void *))
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, NULL) != 0)
        _exit(5);
}

static const char *url_of_way(void)
{
    switch (way.state) {
    case BROKEN: return url_join("+", server.url, server.url, NULL);
    case RECOVERING: return url_join("+", server.url, hole.url, NULL);
    case RECONNECTING: return url_join(",", server.url, hole.url, NULL);
    case CLOSING: return server.url;
    default: return url_a();
    }
}

static void run_child(void)
{
    tibemsMsg message = NULL;
    tibems_bool over = TIBEMS_FALSE;
    /* a close that a server does not answer ends soon */
    if (setenv("TIBEMS_AMQP_OPTIONS", "close_timeout=300", 1) != 0 || atexit(close_everything) != 0)
        _exit(6);
    f.factory = way.state == BROKEN || way.state == RECOVERING ? ufo_factory_for(url_of_way()) : factory_for(url_of_way());
    REQUIRE_OK(tibems_SetAllowCloseInCallback(way.allowed ? TIBEMS_TRUE : TIBEMS_FALSE));
    fresh_on(&f, connect_with(f.factory), TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsConnection_SetExceptionListener(f.connection, on_exception, NULL));
    REQUIRE_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, on_message, NULL));
    if (way.who == BY_THREAD)
        start(leave_in_thread);
    if (way.state != OPEN || way.who == BY_LISTENER) {
        REQUIRE_OK(send_text(f.producer, "x"));
        REQUIRE(event_wait(&handled, 1, 5000));
    }
    if (way.state == CONNECTING)
        start(connect_to_hole);
    if (way.state != OPEN && !(way.state == CLOSING && way.who == BY_LISTENER))
        say(up[1]);                                     /* the parent does what the state needs */
    if (way.state == CLOSING && way.who == BY_LISTENER)
        close_it(NULL);                                 /* waits for the callback, which ends the process */
    if (way.state == CLOSING && way.who == BY_MAIN) {
        hear(down[0]);                                  /* the server answers no more */
        start(close_it);
        while (tibemsConnection_IsDisconnected(f.connection, &over) == TIBEMS_OK && !over)
            sched_yield();
    } else if (way.who == BY_MAIN && way.state == BROKEN) {
        REQUIRE(event_wait(&broken, 1, 5000));
    } else if (way.who == BY_MAIN && way.state != OPEN) {
        hear(down[0]);
    }
    if (way.who == BY_MAIN)
        leave();
    /* another thread ends the process, wherever this one is */
    tibemsMsgConsumer other = NULL;
    tibemsDestination nothing = queue_named(unique_name("nothing"));
    if (tibemsSession_CreateConsumer(f.session, &other, nothing, NULL, TIBEMS_FALSE) == TIBEMS_OK)
        tibemsMsgConsumer_Receive(other, &message);
    for (;;)
        pause();
}

/* ---- the parent --------------------------------------------------------------------------------------------------- */

static const char *name_of_way(void)
{
    static const char *const states[] = {"open", "broken", "recovering", "reconnecting", "connecting", "closing"};
    static const char *const whos[] = {"main", "another thread", "the message listener", "the exception listener"};
    static char name[160];
    snprintf(name, sizeof name, "%s: %s by %s, close in callbacks %s", states[way.state], way.at_once ? "_exit" : "exit",
             whos[way.who], way.allowed ? "allowed" : "refused");
    return name;
}

static void try_way(struct way chosen)
{
    way = chosen;
    int connections = proxy_connections(&hole);
    proxy_set(&server, PROXY_PASS);
    REQUIRE(pipe(up) == 0 && pipe(down) == 0);
    pid_t child = fork();
    if (child == 0) {
        close(up[0]);
        close(down[1]);
        run_child();
        _exit(2);
    }
    close(up[1]);
    close(down[0]);
    char byte;
    if (way.state != OPEN && read(up[0], &byte, 1) == 1) {     /* a child that says nothing has closed its end */
        if (way.state == CLOSING)
            proxy_set(&server, PROXY_STALL_DOWN);
        else if (way.state != CONNECTING)
            proxy_set(&server, PROXY_REFUSE);
        if (way.state == RECOVERING || way.state == RECONNECTING || way.state == CONNECTING)
            CHECK(event_wait(&hole.accepted, connections + 1, 5000));
        if (way.state != BROKEN && write(down[1], "x", 1) != 1)      /* a break is seen without a word */
            check_failed(__FILE__, __LINE__, "%s: the child is gone", name_of_way());
    }
    int status = exit_status(child, name_of_way());
    count_check();
    if (status != 7)
        check_failed(__FILE__, __LINE__, "%s: the process ended with %s %d", name_of_way(),
                     status >= DIED_OF ? "signal" : "status", status % DIED_OF);
    close(up[0]);
    close(down[1]);
}

static void try_ways(enum state state, enum who who)
{
    for (int allowed = 0; allowed < 2; allowed++)
        try_way((struct way){state, who, false, allowed == 1});
    try_way((struct way){state, who, true, false});
}

static void prepare(void)
{
    CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR);                /* for the pipe to a child that has gone */
    proxy_start_url(&server, url_a());
    proxy_start_url(&hole, url_a());
    proxy_set(&hole, PROXY_BLACKHOLE);
}

TEST("D32", exit_while_open)
{
    prepare();
    try_ways(OPEN, BY_MAIN);
    try_ways(OPEN, BY_THREAD);
    try_ways(OPEN, BY_LISTENER);
}

TEST("D32", exit_while_broken)
{
    prepare();
    try_ways(BROKEN, BY_MAIN);
    try_ways(BROKEN, BY_LISTENER);
    try_ways(BROKEN, BY_EXCEPTION_LISTENER);
}

TEST("D32", exit_while_recovering)
{
    prepare();
    try_ways(RECOVERING, BY_MAIN);
    try_ways(RECOVERING, BY_THREAD);
    try_ways(RECOVERING, BY_LISTENER);
}

TEST("D32", exit_while_reconnecting)
{
    prepare();
    try_ways(RECONNECTING, BY_MAIN);
    try_ways(RECONNECTING, BY_THREAD);
    try_ways(RECONNECTING, BY_LISTENER);
}

TEST("D32", exit_while_connecting)
{
    prepare();
    try_ways(CONNECTING, BY_MAIN);
    try_ways(CONNECTING, BY_THREAD);
    try_ways(CONNECTING, BY_LISTENER);
}

TEST("D32", exit_while_closing)
{
    prepare();
    try_ways(CLOSING, BY_MAIN);
    try_ways(CLOSING, BY_LISTENER);
}

/* ---- fork in a callback ------------------------------------------------------------------------------------------- */

static struct events children = EVENTS_INIT;

static void fork_in_listener(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    pid_t child = fork();
    if (child == 0) {                   /* what it inherits is refused, and its end is that of any process */
        tibems_status status = tibemsMsg_Destroy(message);
        if (status != TIBEMS_INVALID_CONNECTION)
            _exit(1);
        exit(7);
    }
    tibemsMsg_Destroy(message);
    event_post(&children, child);
}

TEST("D32", exit_of_a_child_of_a_listener)
{
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, fork_in_listener, NULL));
    way.at_once = false;
    REQUIRE(atexit(close_everything) == 0);             /* also of the children; here it runs after the test */
    for (int i = 1; i <= 3; i++) {
        CHECK_OK(send_text(f.producer, "x"));
        REQUIRE(event_wait(&children, i, 5000));
        CHECK_INT(exit_status((pid_t)event_at(&children, i - 1), "the child of a listener"), 7);
    }
    CHECK_OK(tibemsConnection_Close(f.connection));
}
