/*
 * process.c - a good guest in a foreign process: signals, descriptors, fork, exit (spec 40 §6.7; cases 40-P-E1 to 40-P-E6)
 */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>

static struct fixture f;

static void done(void) { CHECK_OK(tibemsConnection_Close(f.connection)); }

/* The library's calls of poll() come here, because the program's own functions go first. While the switch is on its I/O
 * thread does not come to look at the socket, so it does not notice that the server has gone and others write on. */
static struct events blinded = EVENTS_INIT, sees_again = EVENTS_INIT;
static bool may_go_blind, blind;

static int poll_for(struct pollfd *set, nfds_t count, int timeout)
{
    struct timespec limit = {timeout / 1000, timeout % 1000 * 1000000L};
    return (int)syscall(SYS_ppoll, set, count, timeout < 0 ? NULL : &limit, NULL, 0);
}

int poll(struct pollfd *set, nfds_t count, int timeout)
{
    char name[32] = "";
    if (!may_go_blind || prctl(PR_GET_NAME, name) != 0 || strncmp(name, "ems-io", 6) != 0)
        return poll_for(set, count, timeout);
    for (long long end = now_ms() + timeout;;) {        /* in slices: the switch may be turned while it waits */
        if (__atomic_load_n(&blind, __ATOMIC_ACQUIRE)) {
            event_post(&blinded, 1);
            CHECK(event_wait(&sees_again, 1, 20000));
        }
        long long left = timeout < 0 ? 10 : end - now_ms();
        int ready = poll_for(set, count, left < 0 ? 0 : left < 10 ? (int)left : 10);
        if (ready != 0 || left <= 0)
            return ready;
    }
}

static tibems_status send_one(void *producer) { return send_text(producer, "into the void"); }

TEST("40-P-E1", sigpipe_keeps_its_default)
{
    struct broker broker;
    struct sigaction action;
    struct task first, second;
    tibemsMsgProducer other = NULL;
    CHECK(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
    unsetenv("TIBEMS_TEST_WAITERS_READ");       /* a call that reads would see the end that the I/O thread must not see */
    may_go_blind = true;                        /* before there are other threads */
    broker_start(&broker);
    fresh_on(&f, connect_to(broker.url), TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsSession session = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateProducer(session, &other, f.queue));
    __atomic_store_n(&blind, true, __ATOMIC_RELEASE);
    REQUIRE(event_wait(&blinded, 1, 5000));
    broker_kill(&broker);
    /* the first bytes are answered with a reset, the next write is the one that a signal would punish */
    task_start(&first, send_one, f.producer);
    CHECK(task_blocks(&first));
    task_start(&second, send_one, other);
    task_blocks(&second);
    __atomic_store_n(&blind, false, __ATOMIC_RELEASE);
    event_post(&sees_again, 1);
    REQUIRE(task_wait(&first, 5000));
    REQUIRE(task_wait(&second, 5000));
    CHECK_INT(first.status, TIBEMS_SERVER_NOT_CONNECTED);
    CHECK_INT(second.status, TIBEMS_SERVER_NOT_CONNECTED);
    CHECK_STATUS(send_text(f.producer, "x"), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK_INT(sigaction(SIGPIPE, NULL, &action), 0);
    CHECK(action.sa_handler == SIG_DFL);        /* and the library has not changed it */
    done();
}

static int alarms;                      /* that interrupted the thread of the test */
static pthread_t storm_on;

static void on_alarm(int number)
{
    (void)number;
    if (pthread_equal(pthread_self(), storm_on))
        __atomic_add_fetch(&alarms, 1, __ATOMIC_RELAXED);
}

/* enough alarms that a wait which one of them ends, or starts anew, shows it */
static void wait_for_alarms(void)
{
    int before = __atomic_load_n(&alarms, __ATOMIC_RELAXED);
    for (long long until = now_ms() + slow(10000); __atomic_load_n(&alarms, __ATOMIC_RELAXED) < before + 100; sleep_ms(1))
        REQUIRE(now_ms() < until);
}

static struct proxy storm_way;
static tibemsMsgProducer storm_feeder;

static tibems_status let_answer_pass(void *unused)
{
    (void)unused;
    wait_for_alarms();
    proxy_set(&storm_way, PROXY_PASS);
    return TIBEMS_OK;
}

static tibems_status send_in_storm(void *unused)
{
    (void)unused;
    wait_for_alarms();
    return send_text(storm_feeder, "late");
}

static void storm(int number)           /* SIG_BLOCK or SIG_UNBLOCK, for this thread and those that it starts */
{
    sigset_t alarm_only;
    sigemptyset(&alarm_only);
    sigaddset(&alarm_only, SIGALRM);
    CHECK_INT(pthread_sigmask(number, &alarm_only, NULL), 0);
}

TEST("40-P-E2", alarm_storm)
{
    struct sigaction action = {.sa_handler = on_alarm};         /* no SA_RESTART */
    struct itimerval every_ms = {{0, 1000}, {0, 1000}};
    struct task helper;
    struct fixture other;
    tibemsMsg message = NULL;
    storm_on = pthread_self();
    storm(SIG_BLOCK);                   /* the alarms are for the calling thread alone */
    proxy_start_url(&storm_way, url_a());
    fresh_on(&f, connect_to(storm_way.url), TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    reader(&other, unique_name("q"));
    REQUIRE_OK(tibemsSession_CreateProducer(other.session, &storm_feeder, f.queue));
    CHECK_INT(sigaction(SIGALRM, &action, NULL), 0);
    CHECK_INT(setitimer(ITIMER_REAL, &every_ms, NULL), 0);

    storm(SIG_UNBLOCK);
    for (int i = 0; i < 100; i++) {
        CHECK_OK(send_text(f.producer, "x"));
        EXPECT_TEXT(f.consumer, "x");
    }
    /* a send that waits for its answer meanwhile */
    storm(SIG_BLOCK);
    proxy_set(&storm_way, PROXY_STALL_DOWN);
    int before = __atomic_load_n(&alarms, __ATOMIC_RELAXED);    /* first: the helper waits for a hundred more than it sees */
    task_start(&helper, let_answer_pass, NULL);
    storm(SIG_UNBLOCK);
    CHECK_OK(send_text(f.producer, "stalled"));
    CHECK(__atomic_load_n(&alarms, __ATOMIC_RELAXED) >= before + 100);
    REQUIRE(task_wait(&helper, 5000));
    EXPECT_FIRST(f.consumer, "stalled");
    /* a receive without a limit: no INTR */
    storm(SIG_BLOCK);
    task_start(&helper, send_in_storm, NULL);
    storm(SIG_UNBLOCK);
    CHECK_OK(tibemsMsgConsumer_Receive(f.consumer, &message));
    CHECK_STR(text_of(message), "late");
    CHECK_OK(tibemsMsg_Destroy(message));
    REQUIRE(task_wait(&helper, 5000));
    CHECK_INT(helper.status, TIBEMS_OK);
    /* One with a limit that lasts longer than a hundred alarms: none shortens it. If each one started it anew, the call
     * would never end. */
    long long limit = 400;
    do {
        limit *= 2;
        before = __atomic_load_n(&alarms, __ATOMIC_RELAXED);
        long long begin = now_us();
        CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(f.consumer, &message, limit), TIBEMS_TIMEOUT);
        CHECK(now_us() - begin >= limit * 1000);
    } while (__atomic_load_n(&alarms, __ATOMIC_RELAXED) < before + 100);
    every_ms = (struct itimerval){{0, 0}, {0, 0}};
    CHECK_INT(setitimer(ITIMER_REAL, &every_ms, NULL), 0);
    done();
    CHECK_OK(tibemsConnection_Close(other.connection));
}

static void count(tibemsMsgConsumer consumer, tibemsMsg message, void *events)
{
    (void)consumer;
    event_post(events, atoll(text_of(message)));
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST("40-P-E3", fork_during_traffic)
{
    static struct events got = EVENTS_INIT;
    tibemsMsg message = text_message("x");
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, count, &got));
    for (int i = 1; i <= 300; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        CHECK_OK(send_text(f.producer, text));
        if (i % 100)
            continue;
        pid_t child = fork();
        if (child == 0) {                       /* no library thread lives here: a status, no hang, no byte on the socket */
            tibemsSession session = NULL;
            tibems_status created = tibemsConnection_CreateSession(f.connection, &session, TIBEMS_FALSE,
                                                                   TIBEMS_AUTO_ACKNOWLEDGE);
            tibems_status sent = tibemsMsgProducer_Send(f.producer, message);
            tibems_status closed = tibemsConnection_Close(f.connection);
            _exit(created == TIBEMS_INVALID_CONNECTION && sent == TIBEMS_INVALID_CONNECTION &&
                  closed == TIBEMS_INVALID_CONNECTION && session == NULL ? 0 : 1);
        }
        CHECK_INT(exit_status(child, "the child after fork"), 0);
    }
    REQUIRE(event_wait(&got, 300, 5000));
    for (int i = 0; i < 300; i++)
        CHECK_INT(event_at(&got, i), i + 1);
    CHECK_OK(tibemsMsg_Destroy(message));
    done();
}

TEST_CHEAP("40-P-E4", many_descriptors)
{
    struct rlimit limit;
    CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
    REQUIRE(limit.rlim_max >= 2100);
    limit.rlim_cur = 2100;
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
    for (int i = 0; i < 2000; i++)
        REQUIRE(open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0);
    fresh(&f);
    CHECK_OK(send_text(f.producer, "x"));
    EXPECT_TEXT(f.consumer, "x");
    done();
}

static void exit_inside(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)message;
    (void)closure;
    exit(7);
}

static void run_and_exit(bool in_listener)      /* in a child that has its own connection */
{
    fresh(&f);
    if (in_listener) {
        CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, exit_inside, NULL));
        CHECK_OK(send_text(f.producer, "x"));
        pause();                                /* the listener ends the process */
        exit(1);
    }
    CHECK_OK(send_text(f.producer, "x"));
    exit(7);
}

TEST("40-P-E5", exit_while_threads_run)
{
    for (int in_listener = 0; in_listener < 2; in_listener++) {
        pid_t child = fork();                   /* the library has not been used in this process yet */
        if (child == 0)
            run_and_exit(in_listener == 1);
        CHECK_INT(exit_status(child, in_listener ? "exit in a listener" : "exit in main"), 7);
    }
}

static void close_everything(tibemsConnection connection, tibems_status status, void *events)
{
    (void)status;
    event_post(events, tibemsMsgConsumer_Close(f.consumer));
    event_post(events, tibemsSession_Close(f.session));
    event_post(events, tibemsConnection_Close(connection));
}

TEST("40-P-E6", close_in_callbacks)
{
    static struct events closed = EVENTS_INIT;
    static struct proxy proxy;
    proxy_start_url(&proxy, url_a());
    f.connection = connect_to(proxy.url);
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, close_everything, &closed));
    fresh_on(&f, f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    proxy_set(&proxy, PROXY_REFUSE);
    REQUIRE(event_wait(&closed, 3, 5000));
    for (int i = 0; i < 3; i++)
        CHECK_INT(event_at(&closed, i), TIBEMS_OK);
}
