/*
 * listener.c - the exception listener of a sample, against statuses of a script: it stops when the connection is
 * recovered or closed, and pauses after each failed round. SAMPLE is the source of the sample.
 */
#include <stdio.h>

#include <tibems/tibemsufo.h>

static const tibems_status *script;
static int rounds, pauses;

/* Past the end of a script the program has failed: the sample did not stop. */
static tibems_status scripted_recovery(tibemsConnectionFactory factory, tibemsConnection connection)
{
    (void)factory;
    (void)connection;
    if (script[rounds] == TIBEMS_EXCEPTION) {
        fprintf(stderr, "the listener goes on after status %d\n", (int)script[rounds - 1]);
        _Exit(1);
    }
    return script[rounds++];
}
static void counted_pause(tibems_long ms) { pauses += ms >= 50; }

#define tibemsUFOConnectionFactory_RecoverConnection scripted_recovery
#define tibems_Sleep counted_pause
#define main sample_main
#include SAMPLE
#undef main

static int play(const char *what, const tibems_status *statuses, int want_rounds)
{
    script = statuses;
    rounds = pauses = 0;
    on_exception(NULL, TIBEMS_SERVER_NOT_CONNECTED, NULL);
    if (rounds == want_rounds && pauses == want_rounds - 1)
        return 0;
    fprintf(stderr, "%s: %d rounds, %d pauses\n", what, rounds, pauses);
    return 1;
}

int main(void)
{
    static const tibems_status recovered[] = {TIBEMS_SERVER_NOT_CONNECTED, TIBEMS_SECURITY_EXCEPTION, TIBEMS_OK, TIBEMS_EXCEPTION},
                               closed[] = {TIBEMS_SERVER_NOT_CONNECTED, TIBEMS_ILLEGAL_STATE, TIBEMS_EXCEPTION},
                               gone[] = {TIBEMS_INVALID_CONNECTION, TIBEMS_EXCEPTION};
#ifdef DEMO_LOG_H
    log_file = stderr;
#endif
    return play("recovered", recovered, 3) + play("closed", closed, 2) + play("gone", gone, 1);
}
