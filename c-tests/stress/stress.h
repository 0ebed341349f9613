/*
 * stress.h - what the stress programs share: choices of a run, a connection under cuts, kinds of actors, sinks
 *
 * The servers live; what dies is the way to them (proxies). Each test takes TIBEMS_STRESS_MS (default 2500), and longer until
 * its cuts have led to recoveries; TIBEMS_STRESS_SEED repeats a run's choices, which is printed when a test fails.
 * No time is asserted: a hang is what lasts longer than the limits of the harness. By hand, for minutes:
 *
 *   TIBEMS_STRESS_MS=300000 TIBEMS_TEST_SLOW=100 TIBEMS_TEST_VERBOSE=1 PROGRAMS="stress actors" VALGRIND=0 c-tests/run.sh
 *
 * (TIBEMS_TEST_SLOW multiplies the limit of a whole test), against Artemis with TIBEMS_TEST_BROKER=artemis, under
 * ThreadSanitizer with c-tests/stress/tsan.sh. TIBEMS_STRESS_KINDS names the kinds of actors to run, with blanks (default:
 * those of the test).
 */
#ifndef STRESS_H
#define STRESS_H

#include "../harness.h"

#include <dirent.h>
#include <stdatomic.h>

#define SHARED __attribute__((unused)) static

SHARED long long setting(const char *name, long long otherwise)
{
    const char *text = getenv(name);
    return text ? atoll(text) : otherwise;
}

SHARED long long span(void) { return setting("TIBEMS_STRESS_MS", 2500); }

static unsigned seed;

SHARED unsigned dice(unsigned sides)    /* by the main thread and, less repeatably, by others */
{
    static _Atomic unsigned state;
    if (!seed) {
        seed = (unsigned)setting("TIBEMS_STRESS_SEED", (long long)getpid() ^ now_us());
        seed += seed == 0;
        printf("# seed %u\n", seed);
        state = seed;
    }
    unsigned x = atomic_fetch_add(&state, 0x9e3779b9u);
    x = (x ^ (x >> 16)) * 0x85ebca6bu;
    x = (x ^ (x >> 13)) * 0xc2b2ae35u;
    return (x ^ (x >> 16)) % sides;
}

/* ---- statuses ----------------------------------------------------------------------------------------------------------- */

/* three cuts in a row behind the same request give it back (D22) */
SHARED bool given_back(tibems_status status)
{
    return status == TIBEMS_SERVER_NOT_CONNECTED && strstr(error_text(), "lost each time the server got this request");
}

/* asks for something until it is not given back */
#define ASK(status, call) \
    do                    \
        (status) = (call);  \
    while (given_back(status))

/* of the call that this thread has just made */
SHARED bool outcome_unknown(void) { return strncmp(error_text(), "outcome unknown:", 16) == 0; }

/* Sends a text. Cut: it may fail as it did, because the connection was cut or closed under it. */
SHARED tibems_status text_sent(tibemsMsgProducer producer, const char *text, bool *cut)
{
    tibemsMsg message = text_message(text);
    tibems_status status = tibemsMsgProducer_Send(producer, message);
    *cut = given_back(status) || (status == TIBEMS_SERVER_NOT_CONNECTED && outcome_unknown());
    CHECK_OK(tibemsMsg_Destroy(message));
    return status;
}

/* what became of something, as the program was told */
enum outcome { NEVER_TOLD, DONE, NOT_DONE, UNKNOWN };

SHARED enum outcome outcome_of(tibems_status status)
{
    return status == TIBEMS_OK ? DONE : outcome_unknown() ? UNKNOWN : NOT_DONE;
}

/* ---- what a process has ------------------------------------------------------------------------------------------------- */

struct held { int threads, descriptors; };      /* threads of the library */

SHARED int entries(const char *path, bool (*counts)(const char *name))
{
    int count = 0;
    DIR *folder = opendir(path);
    struct dirent *entry;
    if (!folder) {
        check_failed(__FILE__, __LINE__, "%s cannot be read", path);
        return 0;
    }
    while ((entry = readdir(folder)))
        count += counts(entry->d_name);
    closedir(folder);
    return count;
}

SHARED bool is_descriptor(const char *name) { return *name != '.'; }

SHARED bool is_of_the_library(const char *name)
{
    char path[300], comm[32] = "";
    snprintf(path, sizeof path, "/proc/self/task/%s/comm", name);
    FILE *file = *name == '.' ? NULL : fopen(path, "r");
    if (!file)
        return false;
    bool is = fgets(comm, sizeof comm, file) && strncmp(comm, "ems-", 4) == 0;
    fclose(file);
    return is;
}

SHARED struct held held_now(void)
{
    struct held held = {entries("/proc/self/task", is_of_the_library), entries("/proc/self/fd", is_descriptor)};
    return held;
}

/* Waits until there is no more than before: threads end a little later, and a proxy, which lives in this process, closes
 * its descriptors when it notices. */
SHARED void held_end(struct held before)
{
    struct held now;
    long long until = now_ms() + slow(10000);
    count_check();
    while (now = held_now(), now.threads > before.threads || now.descriptors > before.descriptors) {
        if (now_ms() > until) {
            check_failed(__FILE__, __LINE__, "%d threads of the library and %d descriptors, %d and %d before", now.threads,
                         now.descriptors, before.threads, before.descriptors);
            return;
        }
        sleep_ms(2);
    }
}

/* ---- the world: one connection, whose way to the servers is cut ------------------------------------------------------------ */

struct world {
    bool unshared;                      /* two servers and a program that recovers, or two ways to one server */
    bool closes;                        /* the connection is closed while actors use it */
    const char *servers[2];             /* their own URLs, without cuts */
    int count;                          /* of servers */
    struct proxy a, b;
    tibemsConnection connection;
    struct recovery recovery;
    atomic_bool over;                   /* actors come to their end */
    atomic_int cuts;                    /* each is counted before it is made */
    atomic_int lives;                   /* connections so far */
    atomic_int turns;                   /* how often actors have done what they do */
};

static struct world world = {.recovery = RECOVERY_INIT};

/* Changes with each cut, and again when the connection has come back behind it: what was confirmed in between may be lost. */
SHARED int breaks(void)
{
    return atomic_load(&world.cuts) + proxy_connections(&world.a) + proxy_connections(&world.b);
}

SHARED bool quiet_since(int before) { return breaks() == before; }

/* an actor ends with its world, or when it finds the connection closed */
SHARED bool goes_on(void) { return world.closes || !atomic_load(&world.over); }

/* Whether a call did what it says. After the close of the connection everything is ILLEGAL_STATE (a receive that waits gets
 * INTR); before it everything works, or waits until it does. */
SHARED bool fine_at(int line, const char *what, tibems_status status)
{
    if ((status == TIBEMS_ILLEGAL_STATE || status == TIBEMS_INTR) && world.closes && atomic_load(&world.over))
        return false;
    if (status != TIBEMS_OK)
        check_failed(__FILE__, line, "%s: status %d: %s", what, (int)status, error_text());
    return status == TIBEMS_OK;
}
#define FINE(WHAT, STATUS) fine_at(__LINE__, WHAT, STATUS)

/* A session; false when there is none because the connection is closed. */
SHARED bool session_made(tibemsSession *session, bool transacted, tibemsAcknowledgeMode mode)
{
    tibems_status status;
    ASK(status, tibemsConnection_CreateSession(world.connection, session, transacted, mode));
    return FINE("session", status);
}

SHARED bool producer_made(tibemsSession session, tibemsMsgProducer *producer, tibemsDestination destination)
{
    tibems_status status;
    ASK(status, tibemsSession_CreateProducer(session, producer, destination));
    return FINE("producer", status);
}

SHARED bool consumer_made(tibemsSession session, tibemsMsgConsumer *consumer, tibemsDestination destination)
{
    tibems_status status;
    ASK(status, tibemsSession_CreateConsumer(session, consumer, destination, NULL, TIBEMS_FALSE));
    return FINE("consumer", status);
}

/* ---- kinds of actors ------------------------------------------------------------------------------------------------------ */

struct kind {
    const char *name;
    int actors;                                         /* threads of this kind */
    void (*begin)(void);                                /* before the first connection */
    tibems_status (*act)(void *me);                     /* (intptr_t) its number; until the world is over */
    bool (*enough)(void);                               /* each thing that its actors do was done */
    void (*end)(void);                                  /* when the last connection is closed: what must be true now */
};

/* ---- sinks: read a queue of a server, on a connection that nobody cuts ------------------------------------------------------ */

struct sink {
    int server;                                         /* index in world.servers */
    void (*note)(struct sink *sink, tibemsMsg message); /* borrows the message */
    bool (*complete)(void);                             /* everything that must come has come */
    struct fixture f;                                   /* without factory and producer */
    tibemsMsgProducer answers;                          /* for who wants one */
    atomic_bool ending;
    struct task task;
};

SHARED void sink_drain(struct sink *sink, long long ms)
{
    tibemsMsg message = NULL;
    tibems_status status;
    while ((status = tibemsMsgConsumer_ReceiveTimeout(sink->f.consumer, &message, ms)) == TIBEMS_OK) {
        sink->note(sink, message);
        CHECK_OK(tibemsMsg_Destroy(message));
    }
    CHECK_INT(status, TIBEMS_TIMEOUT);
}

SHARED tibems_status sink_run(void *argument)
{
    struct sink *sink = argument;
    tibemsErrorContext context = NULL;
    CHECK_OK(tibemsErrorContext_Create(&context));
    while (!atomic_load(&sink->ending))
        sink_drain(sink, 20);
    /* a server gives back what a cut connection held when it notices the cut */
    for (long long limit = now_ms() + slow(10000); !sink->complete() && now_ms() < limit;)
        sink_drain(sink, 20);
    sink_drain(sink, 20);
    CHECK_OK(tibemsErrorContext_Close(context));
    return TIBEMS_OK;
}

SHARED void sinks_begin(struct sink sinks[2], const char *queue, void (*note)(struct sink *, tibemsMsg),
                        bool (*complete)(void))
{
    for (int i = 0; i < world.count; i++) {
        struct sink *sink = &sinks[i];
        sink->server = i;
        sink->note = note;
        sink->complete = complete;
        sink->f.connection = connect_to(world.servers[i]);
        sink->f.session = session_of(sink->f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
        sink->f.queue = queue_named(queue);
        REQUIRE_OK(tibemsSession_CreateConsumer(sink->f.session, &sink->f.consumer, sink->f.queue, NULL, TIBEMS_FALSE));
        REQUIRE_OK(tibemsSession_CreateProducer(sink->f.session, &sink->answers, NULL));
        REQUIRE_OK(tibemsConnection_Start(sink->f.connection));
        task_start(&sink->task, sink_run, sink);
    }
}

SHARED void sinks_end(struct sink sinks[2])
{
    for (int i = 0; i < world.count; i++)
        atomic_store(&sinks[i].ending, true);
    for (int i = 0; i < world.count; i++) {
        REQUIRE(task_wait(&sinks[i].task, 60000));
        reader_close(&sinks[i].f);
        CHECK_OK(tibemsMsgProducer_Close(sinks[i].answers));
    }
}

#endif
