/*
 * forks.c - children of a process whose threads are inside the library at the fork: they make objects of their own and end,
 * whatever lock a thread that does not exist in them has held (spec 40 §6.7), and never go on as a thread of their parent's
 * library. What else a child may not do stands in process.c.
 */
#include "harness.h"

#include <fcntl.h>
#include <sys/wait.h>

enum { CHILDREN = 200, AT_A_TIME = 8, EACH = 4 };

static struct fixture f;
static bool over;                       /* the threads of the parent are to end */

/* ---- the child ---------------------------------------------------------------------------------------------------- */

/* What takes the locks that are the process's own and belong to no connection; 0, or a bit for what failed. */
static int small_calls(tibemsConnection connection)
{
    int failed = 0;
    tibemsConnectionMetaData meta = NULL;
    tibemsMapMsg outer = NULL, inner = NULL;
    tibemsStreamMsg stream = NULL;
    tibemsMsgField field;
    tibems_int major = 0;
    failed |= tibemsConnection_GetMetaData(connection, &meta) != TIBEMS_OK;
    failed |= tibemsConnectionMetaData_GetEMSMajorVersion(meta, &major) != TIBEMS_OK || major != 2;
    failed |= (tibemsMapMsg_Create(&outer) != TIBEMS_OK || tibemsMapMsg_Create(&inner) != TIBEMS_OK) << 1;
    failed |= (tibemsMapMsg_SetMapMsg(outer, "inner", inner, TIBEMS_FALSE) != TIBEMS_OK) << 2;
    failed |= (tibemsMsg_Destroy(inner) != TIBEMS_OK || tibemsMsg_Destroy(outer) != TIBEMS_OK) << 3;
    failed |= (tibemsStreamMsg_Create(&stream) != TIBEMS_OK || tibemsStreamMsg_WriteString(stream, "text") != TIBEMS_OK ||
               tibemsStreamMsg_Reset(stream) != TIBEMS_OK) << 4;
    failed |= (tibemsStreamMsg_ReadField(stream, &field) != TIBEMS_OK) << 5;
    tibemsStreamMsg_FreeField(&field);
    failed |= (tibemsMsg_Destroy(stream) != TIBEMS_OK) << 6;
    tibems_SetMulticastDaemon("7444");
    failed |= !tibems_GetMulticastDaemon() << 7;
    return failed;
}

/* A client of its own, from the factory to the close: 0, or the number of the step that failed. */
static int live(void)
{
    tibemsConnectionFactory factory = tibemsConnectionFactory_Create();
    tibemsConnection connection = NULL;
    tibemsSession session = NULL;
    tibemsQueue queue = NULL;
    tibemsMsgProducer producer = NULL;
    tibemsTextMsg message = NULL;
    if (tibemsConnectionFactory_SetServerURL(factory, url_a()) != TIBEMS_OK)
        return 11;
    if (tibemsConnectionFactory_CreateConnection(factory, &connection, USER, PASSWORD) != TIBEMS_OK)
        return 12;
    for (int i = 0; i < 5; i++)
        if (tibemsConnection_CreateSession(connection, &session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE) != TIBEMS_OK)
            return 13;
    if (tibemsQueue_Create(&queue, f.name) != TIBEMS_OK)
        return 14;
    if (tibemsSession_CreateProducer(session, &producer, (tibemsDestination)queue) != TIBEMS_OK)
        return 15;
    if (tibemsTextMsg_Create(&message) != TIBEMS_OK || tibemsTextMsg_SetText(message, "of a child") != TIBEMS_OK)
        return 16;
    if (tibemsMsgProducer_Send(producer, (tibemsMsg)message) != TIBEMS_OK)
        return 17;
    if (tibemsMsg_Destroy((tibemsMsg)message) != TIBEMS_OK)
        return 18;
    int failed = small_calls(connection);
    if (failed)
        return 64 | failed;
    if (tibemsConnection_Close(connection) != TIBEMS_OK || tibemsConnection_Close(connection) != TIBEMS_OK)
        return 19;
    if (tibemsConnectionFactory_Destroy(factory) != TIBEMS_OK)
        return 20;
    return tibemsMsgProducer_SetPriority(f.producer, 4) == TIBEMS_INVALID_CONNECTION ? 0 : 21;     /* of the parent */
}

/* ---- the parent ---------------------------------------------------------------------------------------------------- */

static tibems_status send_on(void *unused)
{
    tibemsSession session = NULL;
    tibemsMsgProducer producer = NULL;
    tibemsDestination nowhere = unique_topic();         /* nobody subscribes to it, so nothing piles up */
    (void)unused;
    tibems_status status = tibemsConnection_CreateSession(f.connection, &session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    if (status == TIBEMS_OK)
        status = tibemsSession_CreateProducer(session, &producer, nowhere);
    while (status == TIBEMS_OK && !__atomic_load_n(&over, __ATOMIC_ACQUIRE)) {
        status = send_text(producer, "on and on");
        if (small_calls(f.connection) != 0)
            status = TIBEMS_EXCEPTION;
    }
    return status;
}

static tibems_status receive_on(void *unused)
{
    tibemsSession session = NULL;
    tibemsMsgConsumer consumer = NULL;
    tibemsMsg message = NULL;
    (void)unused;
    tibems_status status = tibemsConnection_CreateSession(f.connection, &session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    if (status == TIBEMS_OK)
        status = tibemsSession_CreateConsumer(session, &consumer, unique_queue(), NULL, TIBEMS_FALSE);
    while (status == TIBEMS_OK && !__atomic_load_n(&over, __ATOMIC_ACQUIRE)) {
        status = tibemsMsgConsumer_ReceiveTimeout(consumer, &message, 1);
        if (status == TIBEMS_TIMEOUT)
            status = TIBEMS_OK;
    }
    return status;
}

static tibems_status connect_on(void *unused)
{
    tibemsConnectionFactory factory = tibemsConnectionFactory_Create();
    (void)unused;
    tibems_status status = tibemsConnectionFactory_SetServerURL(factory, url_a());
    while (status == TIBEMS_OK && !__atomic_load_n(&over, __ATOMIC_ACQUIRE)) {
        tibemsConnection connection = NULL;
        status = tibemsConnectionFactory_CreateConnection(factory, &connection, USER, PASSWORD);
        if (status == TIBEMS_OK)
            status = tibemsConnection_Close(connection);
    }
    return status;
}

static pid_t child_of_now(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(live());
    return child;
}

/* Forks beside threads that send, receive and connect, some children at a time. The first that fails or hangs ends it. */
static pid_t fork_on(void)
{
    static struct task sender[EACH], receiver[EACH], guest;
    pid_t child[AT_A_TIME] = {0};
    pid_t last = 0;
    fresh(&f);
    task_start(&guest, connect_on, NULL);
    for (int i = 0; i < EACH; i++) {
        task_start(&sender[i], send_on, NULL);
        task_start(&receiver[i], receive_on, NULL);
    }
    for (int i = 0; i < CHILDREN + AT_A_TIME && failures() == 0; i++) {
        if (child[i % AT_A_TIME])
            CHECK_INT(exit_status(child[i % AT_A_TIME], "a child with a client of its own"), 0);
        child[i % AT_A_TIME] = i < CHILDREN ? child_of_now() : 0;
        last = i < CHILDREN ? child[i % AT_A_TIME] : last;
    }
    for (int i = 0; i < AT_A_TIME; i++)
        if (child[i] && failures())
            kill(child[i], SIGKILL);
    __atomic_store_n(&over, true, __ATOMIC_RELEASE);
    for (int i = 0; i < EACH; i++) {
        REQUIRE(task_wait(&sender[i], 10000) && task_wait(&receiver[i], 10000));
        CHECK_INT(sender[i].status, TIBEMS_OK);
        CHECK_INT(receiver[i].status, TIBEMS_OK);
    }
    REQUIRE(task_wait(&guest, 10000));
    CHECK_INT(guest.status, TIBEMS_OK);
    for (int i = 0; i < CHILDREN && failures() == 0; i++)
        EXPECT_TEXT(f.consumer, "of a child");
    CHECK_OK(tibemsConnection_Close(f.connection));
    return last;
}

TEST_X("40-P-E3", children_with_clients_of_their_own, T_ALONE, 60) { fork_on(); }

TEST_X("40-P-E3", children_beside_a_trace_file, T_ALONE, 60)
{
    char trace[200], mark[40], line[4096];
    int own = 0;
    snprintf(trace, sizeof trace, "%s/forks-%d", getenv("TIBEMS_TEST_SCRATCH"), (int)getpid());
    REQUIRE(setenv("TIBEMS_TRACE", "frames,state", 1) == 0);
    REQUIRE_OK(tibems_SetTraceFile(trace));
    snprintf(mark, sizeof mark, " pid %d ", (int)fork_on());
    FILE *lines = fopen(trace, "r");
    REQUIRE(lines != NULL);
    while (fgets(line, sizeof line, lines))     /* a child goes on in the file of its parent */
        own += strstr(line, mark) != NULL;
    CHECK(own > 0);
    fclose(lines);
    unlink(trace);
}

TEST_X("40-P-E3", children_beside_a_trace, T_ALONE, 60)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC), before = fcntl(2, F_DUPFD_CLOEXEC, 3);
    REQUIRE(setenv("TIBEMS_TRACE", "frames,state", 1) == 0);
    REQUIRE(null >= 0 && before >= 0 && dup2(null, 2) == 2);
    fork_on();
    REQUIRE(dup2(before, 2) == 2);
    CHECK_INT(failures(), 0);
}

/* ---- forks of a thread of the library -------------------------------------------------------------------------------- */

static struct events children = EVENTS_INIT;

static void fork_in_listener(tibemsMsgConsumer consumer, tibemsMsg message, void *unused)
{
    (void)consumer;
    (void)unused;
    event_post(&children, child_of_now());
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST("40-P-E3", children_of_a_listener_with_clients_of_their_own)
{
    tibemsMsgConsumer consumer = NULL;
    tibemsMsgProducer producer = NULL;
    tibemsDestination queue = unique_queue();
    fresh(&f);
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &consumer, queue, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsMsgConsumer_SetMsgListener(consumer, fork_in_listener, NULL));
    tibemsSession session = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateProducer(session, &producer, queue));
    for (int i = 0; i < 20; i++)
        CHECK_OK(send_text(producer, "fork"));
    REQUIRE(event_wait(&children, 20, 10000));
    for (int i = 0; i < 20; i++)
        CHECK_INT(exit_status((pid_t)event_at(&children, i), "a child of a listener"), 0);
    CHECK_OK(tibemsConnection_Close(f.connection));
}

/* ---- children that return from the callback that made them ----------------------------------------------------------- */

static pid_t parent;

/* True in the parent. A child that is called back goes on with the connection of its parent. */
static bool fork_here(void)
{
    if (getpid() != parent)
        _exit(42);
    pid_t child = fork();
    if (child != 0)
        event_post(&children, child);
    return child != 0;
}

/* Connected; a producer on a session that has no listener. */
static tibemsMsgProducer forking(void)
{
    tibemsMsgProducer producer = NULL;
    parent = getpid();
    fresh_on(&f, connect_to(url_a()), TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsSession session = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateProducer(session, &producer, f.queue));
    return producer;
}

static void all_end(int count, int status)
{
    REQUIRE(event_wait(&children, count, 10000));
    for (int i = 0; i < count; i++)
        CHECK_INT(exit_status((pid_t)event_at(&children, i), "a child of a callback"), status);
    CHECK_INT(event_count(&children), count);
}

static void fork_and_return(tibemsMsgConsumer consumer, tibemsMsg message, void *unused)
{
    (void)consumer;
    (void)unused;
    if (fork_here())
        CHECK_OK(tibemsMsg_Destroy(message));
}

TEST("40-P-E3", children_that_return_from_a_message_listener)
{
    tibemsMsgProducer producer = forking();
    REQUIRE_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, fork_and_return, NULL));
    for (int i = 0; i < 10; i++)
        CHECK_OK(send_text(producer, "fork"));
    all_end(10, 0);
    CHECK_OK(tibemsConnection_Close(f.connection));
    EXPECT_LEFT(url_a(), f.name, 0);
}

static void *outlive(void *unused)
{
    char path[64], state = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)getpid());
    while (state != 'Z') {                  /* the thread of the callback is gone; the limit of the test ends this */
        FILE *stat = fopen(path, "r");
        if (!stat || fscanf(stat, "%*d (%*[^)]) %c", &state) != 1)
            _exit(43);
        fclose(stat);
        sleep_ms(1);
    }
    snprintf(f.name, sizeof f.name, "%s", unique_name("q"));       /* a queue that the listener does not read */
    _exit(live() == 0 ? 7 : 44);
    return unused;
}

static void fork_start_and_return(tibemsMsgConsumer consumer, tibemsMsg message, void *unused)
{
    pthread_t own;
    (void)consumer;
    (void)unused;
    if (fork_here())
        CHECK_OK(tibemsMsg_Destroy(message));
    else if (pthread_create(&own, NULL, outlive, NULL) != 0)
        _exit(45);
}

/* nothing but that thread ends: what the child has begun goes on */
TEST("40-P-E3", a_thread_of_a_child_outlives_its_callback)
{
    tibemsMsgProducer producer = forking();
    REQUIRE_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, fork_start_and_return, NULL));
    CHECK_OK(send_text(producer, "fork"));
    all_end(1, 7);
    CHECK_OK(tibemsConnection_Close(f.connection));
    EXPECT_LEFT(url_a(), f.name, 0);
}

static void fork_and_recover(tibemsConnection connection, tibems_status status, void *recovery)
{
    if (fork_here())
        recover_listener(connection, status, recovery);
}

TEST("40-P-E3", a_child_that_returns_from_an_exception_listener)
{
    static struct proxy one, two;
    static struct recovery recovery = RECOVERY_INIT;
    proxy_start_url(&one, url_a());
    proxy_start_url(&two, url_b());
    parent = getpid();
    recovery.factory = ufo_factory_for(url_join("+", one.url, two.url, NULL));
    f.connection = connect_with(recovery.factory);
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, fork_and_recover, &recovery));
    fresh_on(&f, f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    proxy_set(&one, PROXY_REFUSE);
    REQUIRE(event_wait(&recovery.recovered, 1, 10000));
    CHECK_OK(send_text(f.producer, "recovered"));
    EXPECT_TEXT(f.consumer, "recovered");
    all_end(1, 0);
    CHECK_OK(tibemsConnection_Close(f.connection));
}

static void fork_at_the_outcome(tibemsMsg message, tibems_status status, void *unused)
{
    (void)unused;
    if (fork_here()) {
        CHECK_OK(status);
        CHECK_OK(tibemsMsg_Destroy(message));
    }
}

TEST("40-P-E3", children_that_return_from_a_completion)
{
    tibemsMsgProducer producer = forking();
    for (int i = 0; i < 10; i++)
        CHECK_OK(tibemsMsgProducer_AsyncSend(producer, text_message("fork"), fork_at_the_outcome, NULL));
    all_end(10, 0);
    CHECK_OK(tibemsConnection_Close(f.connection));
    EXPECT_LEFT(url_a(), f.name, 10);
}
