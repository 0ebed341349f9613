/*
 * process.c - a good guest in a foreign process: signals, descriptors, fork, exit (spec 40 §6.7; cases 40-P-E1 to 40-P-E6)
 */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

static struct fixture f;

static void done(void) { CHECK_OK(tibemsConnection_Close(f.connection)); }

TEST_CHEAP("40-P-E1", sigpipe_keeps_its_default)
{
    static struct proxy proxy;
    struct sigaction action;
    CHECK(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
    proxy_start_url(&proxy, url_a());
    fresh_on(&f, connect_to(proxy.url), TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_OK(tibemsMsgProducer_SetDeliveryMode(f.producer, TIBEMS_RELIABLE));
    proxy_cut(&proxy);
    /* writes go to the dead socket until the loss is noticed; the process must not die of them */
    tibems_status status = TIBEMS_OK;
    for (long long until = now_ms() + slow(10000); status == TIBEMS_OK && now_ms() < until;)
        status = send_text(f.producer, "x");
    CHECK_STATUS(status, TIBEMS_SERVER_NOT_CONNECTED);
    CHECK_STATUS(send_text(f.producer, "x"), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK_INT(sigaction(SIGPIPE, NULL, &action), 0);
    CHECK(action.sa_handler == SIG_DFL);        /* and the library has not changed it */
    done();
}

static volatile sig_atomic_t alarms;

static void on_alarm(int number)
{
    (void)number;
    alarms++;
}

TEST_ALONE("40-P-E2", alarm_storm)
{
    struct sigaction action = {.sa_handler = on_alarm};         /* no SA_RESTART */
    struct itimerval every_ms = {{0, 1000}, {0, 1000}};
    tibemsMsg message = NULL;
    fresh(&f);
    CHECK_INT(sigaction(SIGALRM, &action, NULL), 0);
    CHECK_INT(setitimer(ITIMER_REAL, &every_ms, NULL), 0);
    for (int i = 0; i < 100; i++) {
        CHECK_OK(send_text(f.producer, "x"));
        EXPECT_TEXT(f.consumer, "x");
    }
    long long begin = now_us();
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(f.consumer, &message, 400), TIBEMS_TIMEOUT);
    CHECK_BETWEEN((now_us() - begin) / 1000, 400, slow(450));
    every_ms = (struct itimerval){{0, 0}, {0, 0}};
    CHECK_INT(setitimer(ITIMER_REAL, &every_ms, NULL), 0);
    CHECK(alarms > 100);
    done();
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
            _exit(created == TIBEMS_INVALID_CONNECTION && sent != TIBEMS_OK && closed != TIBEMS_OK ? 0 : 1);
        }
        int status = -1;
        for (long long until = now_ms() + slow(5000); waitpid(child, &status, WNOHANG) == 0; usleep(1000))
            if (now_ms() > until) {
                check_failed(__FILE__, __LINE__, "the child hangs");
                kill(child, SIGKILL);
            }
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
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
        sleep_ms(slow(10000));
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
        int status = -1;
        for (long long until = now_ms() + slow(8000); waitpid(child, &status, WNOHANG) == 0; usleep(1000))
            if (now_ms() > until) {
                check_failed(__FILE__, __LINE__, "exit hangs (%s)", in_listener ? "in a listener" : "in main");
                kill(child, SIGKILL);
            }
        CHECK(WIFEXITED(status));
        CHECK_INT(WEXITSTATUS(status), 7);
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
