/*
 * spawning.c - programs that a listener starts: they inherit that all signals are blocked there, and what the header says to do
 * about it works. (40-P-E1 and the rest of a good guest's manners: process.c)
 */
#include "harness.h"

#include <signal.h>
#include <spawn.h>

extern char **environ;

static struct events ended = EVENTS_INIT;

/* A shell that sends itself SIGTERM: it dies of it, or goes on to its end when the signal is blocked. */
static char *const arguments[] = {"sh", "-c", "kill -TERM $$; exit 7", NULL};
enum { GOES_ON = 7, DIES = DIED_OF + SIGTERM };

static int end_of(pid_t child) { return exit_status(child, "a program of a listener"); }

static pid_t spawned(posix_spawnattr_t *attributes)
{
    pid_t child = -1;
    CHECK_INT(posix_spawn(&child, "/bin/sh", NULL, attributes, arguments, environ), 0);
    return child;
}

static pid_t forked(void)
{
    pid_t child = fork();
    if (child == 0) {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        execv("/bin/sh", arguments);
        _exit(99);
    }
    return child;
}

static void start_programs(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    posix_spawnattr_t attributes;
    sigset_t none;
    (void)consumer;
    (void)closure;
    sigemptyset(&none);
    CHECK_INT(posix_spawnattr_init(&attributes), 0);
    CHECK_INT(posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK), 0);
    CHECK_INT(posix_spawnattr_setsigmask(&attributes, &none), 0);
    event_post(&ended, end_of(spawned(NULL)));
    event_post(&ended, end_of(spawned(&attributes)));
    event_post(&ended, end_of(forked()));
    CHECK_INT(posix_spawnattr_destroy(&attributes), 0);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("", programs_of_a_listener)
{
    struct fixture f;
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, start_programs, NULL));
    CHECK_OK(send_text(f.producer, "start"));
    REQUIRE(event_wait(&ended, 3, 10000));
    CHECK_INT(event_at(&ended, 0), GOES_ON);    /* inherits the mask of the library's thread */
    CHECK_INT(event_at(&ended, 1), DIES);
    CHECK_INT(event_at(&ended, 2), DIES);
    CHECK_OK(tibemsConnection_Close(f.connection));
}
