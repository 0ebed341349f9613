/*
 * harness.h - test harness of the C conformance programs
 *
 * A program is one .c file full of TEST("ids", name) { ... } linked with runner.c, harness.c (helpers for events and
 * threads, library shortcuts) and broker.c (brokers, proxy). Every test runs in a process of its own, forked before the
 * library is touched: a crash or a hang fails that one test, and process-wide settings start fresh each time.
 *
 * A test passes when it ran to its end, asserted something, nothing failed and each case in its head was reached: a test
 * that ends early, for instance by exit(0), has failed. TIBEMS_NOT_IMPLEMENTED skips a test only for what the list of
 * unbuilt functions (c-tests/api/unbuilt.txt) names; from anything else it is a failure.
 *
 * Result lines on standard output, one a test: "ok IDS NAME MS ms", "not ok IDS NAME: why", "skip IDS NAME: why".
 * Command line: [-j N] [-l] [-c] [-s SEED] [-r RESULTS] [NAME or ID pattern ...]. -l lists ids, names and flags; -c runs
 * the cheap tests only; -s runs them in an order made from the seed; -r writes a row a test (result, name, ids, ms, why)
 * and, when the program has come to its end, a last row "end" with the number of the others. Exit status 0: nothing failed.
 *
 * Environment: TIBEMS_TEST_BROKER devbroker (default) or artemis; TIBEMS_TEST_URL_A, _B: running brokers to share;
 * without them the runner starts its own. TIBEMS_TEST_SLOW multiplies the limits after which something counts as hung
 * (default 3).
 * TIBEMS_TEST_UNBUILT names the list of unbuilt functions.
 */
#ifndef TIBEMSUFO_HARNESS_H
#define TIBEMSUFO_HARNESS_H

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <tibems/tibems.h>
#include <tibems/tibemsufo.h>

/* ---- registration ------------------------------------------------------------------------------------------- */

enum test_flags {
    T_ALONE = 1,    /* not beside other tests: it measures time or uses many threads */
    T_DEVBROKER = 2,/* needs devbroker: kills brokers, or expects what only it promises */
    T_CHEAP = 4,    /* worth a run under valgrind: no load, no long waits */
    T_FOREIGN = 8   /* needs a server that can do what devbroker cannot */
};

struct test {
    const char *ids, *name;
    unsigned flags, limit;          /* limit: seconds until a running test counts as hung */
    void (*run)(void);
    struct test *next;
};

void harness_register(struct test *test);

#define TEST_X(IDS, NAME, FLAGS, LIMIT)                                                                 \
    static void test_##NAME(void);                                                                      \
    static struct test reg_##NAME = {IDS, #NAME, FLAGS, LIMIT, test_##NAME, NULL};                      \
    __attribute__((constructor)) static void add_##NAME(void) { harness_register(&reg_##NAME); }        \
    static void test_##NAME(void)
#define TEST(IDS, NAME) TEST_X(IDS, NAME, 0, 20)
#define TEST_CHEAP(IDS, NAME) TEST_X(IDS, NAME, T_CHEAP, 20)
#define TEST_ALONE(IDS, NAME) TEST_X(IDS, NAME, T_ALONE, 40)

/* The assertions from here on, up to the next CASE, prove this case of docs/spec/cases.tsv ("10-47", or several with commas
 * when the same lines prove them). A head with several cases wants a mark for each; with one case the whole body proves it. */
#define CASE(IDS) case_reached(__FILE__, __LINE__, IDS)
void case_reached(const char *file, int line, const char *ids);

/* ---- assertions: CHECK goes on, REQUIRE ends the test; NOT_IMPLEMENTED of what is not built yet skips it ----------------- */

void check_failed(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
_Noreturn void test_over(void);     /* ends the test now; its result is what was recorded */
int failures(void);
void count_check(void);             /* what a test asserts is counted: a test without assertions proves nothing */

bool check_status_(const char *file, int line, const char *what, int got, int want);
bool check_int_(const char *file, int line, const char *what, long long got, long long want);
bool check_str_(const char *file, int line, const char *what, const char *got, const char *want);

#define CHECK(CONDITION) \
    (count_check(), (CONDITION) ? true : (check_failed(__FILE__, __LINE__, "%s is false", #CONDITION), false))
#define CHECK_STATUS(CALL, WANT) check_status_(__FILE__, __LINE__, #CALL, (int)(CALL), (int)(WANT))
#define CHECK_OK(CALL) CHECK_STATUS(CALL, TIBEMS_OK)
#define CHECK_INT(GOT, WANT) check_int_(__FILE__, __LINE__, #GOT, (long long)(GOT), (long long)(WANT))
#define CHECK_STR(GOT, WANT) check_str_(__FILE__, __LINE__, #GOT, GOT, WANT)
#define CHECK_BETWEEN(GOT, LOW, HIGH)                                                                   \
    do {                                                                                                \
        long long got_ = (long long)(GOT);                                                              \
        count_check();                                                                                  \
        if (got_ < (long long)(LOW) || got_ > (long long)(HIGH))                                        \
            check_failed(__FILE__, __LINE__, "%s is %lld, not in %lld .. %lld", #GOT, got_,             \
                         (long long)(LOW), (long long)(HIGH));                                          \
    } while (0)
#define REQUIRE(CONDITION) do { if (!CHECK(CONDITION)) test_over(); } while (0)
#define REQUIRE_OK(CALL) do { if (!CHECK_OK(CALL)) test_over(); } while (0)

/* ---- time ------------------------------------------------------------------------------------------------------------ */

long long now_us(void);             /* monotonic clock */
long long now_ms(void);
void sleep_ms(long long ms);        /* only where a test is about time itself */
long long slow(long long ms);       /* ms times TIBEMS_TEST_SLOW (default 3): after that something counts as hung */

/* ---- events: what callbacks and threads saw, in order ------------------------------------------------------------------ */

struct events {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int count;
    long long value[4096];
    long long at_us[4096];
};
#define EVENTS_INIT {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER}

void event_post(struct events *events, long long value);
int event_count(struct events *events);
/* until at least count were posted; the limit, at least 10 s times TIBEMS_TEST_SLOW, says that they never will be */
bool event_wait(struct events *events, int count, long long timeout_ms);
long long event_at(struct events *events, int index);                       /* value; -1 when there is none */

/* ---- calls in another thread ---------------------------------------------------------------------------------------- */

struct task {
    pthread_t thread;
    tibems_status (*run)(void *argument);
    void *argument;
    tibems_status status;
    struct events done;             /* one event when the call has returned */
    long long started_ms, ended_ms;
    int tid;                        /* of the thread in the system */
};

void task_start(struct task *task, tibems_status (*run)(void *), void *argument);
bool task_running(struct task *task);
bool task_blocks(struct task *task);    /* all_rests, then: true: the call sleeps in the kernel; false: it has returned */
bool task_wait(struct task *task, long long timeout_ms);   /* joins; false: still running after the limit of event_wait */

/* Waits until every other thread of this process sleeps in the kernel and none has run in between: whatever was under way
 * here has happened, except what a timer or a server will start. Needs threads that come to rest. */
void all_rests(void);
/* waits until the threads of the library whose names begin so are gone ("ems-": all) */
void threads_end(const char *name);

/* ---- other processes -------------------------------------------------------------------------------------------------- */

enum { DIED_OF = 1000 };            /* DIED_OF + SIGKILL: a process that a signal has ended */
/* Waits for the end of a child: its status, or the signal that it died of. One that hangs is a failure, and killed. */
int exit_status(pid_t child, const char *what);

/* ---- brokers ------------------------------------------------------------------------------------------------------------ */

struct broker {
    pid_t pid;
    int port;
    char kind[16], data[128], url[64];
    const char *options[4];         /* of devbroker; none after the first NULL */
};

const char *broker_kind(void);                  /* "devbroker" or "artemis" */
bool on_artemis(void);
int free_port(void);                            /* below the ephemeral range, nobody listens there now */
void broker_start(struct broker *broker);       /* on a free port, fresh data folder; returns when it answers */
/* devbroker with options (NULL: none) */
void broker_start_with(struct broker *broker, const char *one, const char *two, const char *three);
void broker_spawn(struct broker *broker);       /* start only: do not wait for the answer (a restart of the same) */
void broker_ready(const struct broker *broker); /* waits until a connection through the library succeeds */
void broker_kill(struct broker *broker);        /* SIGKILL and wait */
void broker_term(struct broker *broker);        /* SIGTERM and wait */
void broker_stop(struct broker *broker);        /* SIGSTOP */
void broker_cont(struct broker *broker);        /* SIGCONT */
void broker_restart(struct broker *broker);     /* kill if needed, same port and data, wait until ready */

const char *url_a(void);                        /* the shared brokers */
const char *url_b(void);

/* ---- proxy: a TCP relay that misbehaves on demand ----------------------------------------------------------------------- */

enum proxy_mode {
    PROXY_PASS,         /* relay both ways */
    PROXY_STALL,        /* keep connections, move nothing (bytes wait in the sockets) */
    PROXY_STALL_DOWN,   /* client to server moves, server to client waits: answers never come */
    PROXY_BLACKHOLE,    /* read and throw away, answer nothing */
    PROXY_REFUSE,       /* cut what is there, refuse what comes (the port is closed) */
    PROXY_DEAD          /* cut what is there; accept, count and close what comes */
};

struct proxy {
    int port, target;               /* target 0: PROXY_DEAD from the start */
    char url[64];
    struct events accepted;         /* one event a connection, value = its number */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int wake[2];
    enum proxy_mode mode;
    bool cut;                       /* connections to be cut at once */
    long cut_after, answered;
    long long applied, wanted;      /* mode changes made and asked for */
    struct proxy_impl *impl;
};

/* its thread runs to the end of the process: PROXY must be static */
void proxy_start(struct proxy *proxy, int target_port);
void proxy_start_url(struct proxy *proxy, const char *target_url);
void proxy_set(struct proxy *proxy, enum proxy_mode mode);     /* returns when the proxy has changed */
void proxy_cut(struct proxy *proxy);                           /* drops the connections of now, mode unchanged */
void proxy_cut_after(struct proxy *proxy, long bytes);         /* drops each one whose server has answered so many bytes */
long proxy_answered(struct proxy *proxy);                      /* bytes that the server answered on the latest connection */
int proxy_connections(struct proxy *proxy);                    /* accepted so far */

int url_port(const char *url);
/* "a" sep "b" [sep "c"]: joins up to three URLs; result from a ring of static buffers */
const char *url_join(const char *separator, const char *a, const char *b, const char *c);

/* ---- library shortcuts ------------------------------------------------------------------------------------------------------ */

#define USER "ems"
#define PASSWORD "ems"

struct fixture {                    /* "fresh" of spec 20 §12: a connected, started connection */
    tibemsConnectionFactory factory;
    tibemsConnection connection;
    tibemsSession session;
    tibemsDestination queue;
    tibemsMsgProducer producer;
    tibemsMsgConsumer consumer;
    char name[128];
};

const char *unique_name(const char *prefix);    /* PREFIX.time.pid.counter, static ring */
tibemsDestination unique_queue(void);
tibemsDestination unique_topic(void);
tibemsDestination queue_named(const char *name);

tibemsConnectionFactory factory_for(const char *url);          /* ordinary */
tibemsConnectionFactory ufo_factory_for(const char *url);      /* unshared */
tibemsConnection connect_to(const char *url);                  /* ordinary, not started */
tibemsConnection connect_with(tibemsConnectionFactory factory);
tibemsSession session_of(tibemsConnection connection, tibems_bool transacted, tibemsAcknowledgeMode mode);
void fresh(struct fixture *f);                                 /* shared broker A, started, AUTO, queue, both ends */
/* another program that reads QUEUE of the shared broker A: connection, AUTO session, consumer, started */
void reader(struct fixture *f, const char *queue);
void reader_close(struct fixture *f);
tibemsMsg receive_one(tibemsMsgConsumer consumer);             /* a message within the time limit, or the test ends */
void fresh_on(struct fixture *f, tibemsConnection connection, tibems_bool transacted, tibemsAcknowledgeMode mode);

tibemsMsg text_message(const char *text);
tibems_status send_text(tibemsMsgProducer producer, const char *text);         /* creates, sends, destroys */
tibems_status receive_text(tibemsMsgConsumer consumer, long long timeout_ms, char text[256], bool *redelivered);
void expect_text(const char *file, int line, tibemsMsgConsumer consumer, const char *text, int redelivered);
void expect_nothing(const char *file, int line, tibemsMsgConsumer consumer);
/* next message carries TEXT; redelivered: 0, 1 or -1 (any) */
#define EXPECT_TEXT(CONSUMER, TEXT) expect_text(__FILE__, __LINE__, CONSUMER, TEXT, -1)
#define EXPECT_FIRST(CONSUMER, TEXT) expect_text(__FILE__, __LINE__, CONSUMER, TEXT, 0)
#define EXPECT_AGAIN(CONSUMER, TEXT) expect_text(__FILE__, __LINE__, CONSUMER, TEXT, 1)
/* again after a client's death; Artemis marks it or not, whichever of its two clean-ups is first */
#define EXPECT_AFTER_DEATH(CONSUMER, TEXT) expect_text(__FILE__, __LINE__, CONSUMER, TEXT, on_artemis() ? -1 : 1)
/* the server says that it has nothing for the consumer (it is asked: receive_probe); no time passes by luck */
#define EXPECT_NOTHING(CONSUMER) expect_nothing(__FILE__, __LINE__, CONSUMER)
const char *text_of(tibemsMsg message);                                        /* "" when it is no text message */
void count_left(const char *file, int line, const char *url, const char *queue, int expected);
/* drains QUEUE through a connection of its own: how many messages the broker still holds */
#define EXPECT_LEFT(URL, QUEUE, COUNT) count_left(__FILE__, __LINE__, URL, QUEUE, COUNT)
const char *active_url(tibemsConnection connection);                           /* static ring */
const char *error_text(void);                                                  /* of this thread, "" when none */

/* exception listener that posts the status; closure is a struct events */
void post_status(tibemsConnection connection, tibems_status status, void *closure);

/* unshared recovery as programs write it: loops RecoverConnection until OK */
struct recovery {
    tibemsConnectionFactory factory;
    struct events broken;           /* value: the status of the callback */
    struct events recovered;        /* value: the status of each RecoverConnection call */
    bool gated;                     /* the callback waits for the first event of go before recovering */
    struct events go;
    int tries;                      /* give up after so many calls; 0: never */
};
#define RECOVERY_INIT {.broken = EVENTS_INIT, .recovered = EVENTS_INIT, .go = EVENTS_INIT}
void recover_listener(tibemsConnection connection, tibems_status status, void *closure);

#endif
