/* many.c - how long RecoverConnection takes with many consumers.
 *
 *   many URL PID SESSIONS CONSUMERS
 *
 * Connects to URL (tcp://a+tcp://b), creates SESSIONS sessions of CONSUMERS consumers each, kills the process PID (the
 * first server) and recovers in the exception listener. Prints the milliseconds of the call, and those of the creation. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <tibems/tibems.h>
#include <tibems/tibemsufo.h>

#define OK(call) do { tibems_status s = (call); if (s) { fprintf(stderr, "%s: %s\n", #call, tibemsStatus_GetText(s)); exit(1); } } while (0)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static tibemsConnectionFactory factory;
static double recovered;

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void on_exception(tibemsConnection connection, tibems_status status, void *closure)
{
    (void)status, (void)closure;
    double begin = now_ms();
    OK(tibemsUFOConnectionFactory_RecoverConnection(factory, connection));
    pthread_mutex_lock(&lock);
    recovered = now_ms() - begin;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    tibemsConnection connection;
    tibemsQueue queue;
    factory = tibemsUFOConnectionFactory_Create();
    OK(tibemsConnectionFactory_SetServerURL(factory, argv[1]));
    OK(tibemsConnectionFactory_CreateConnection(factory, &connection, NULL, NULL));
    OK(tibemsConnection_SetExceptionListener(connection, on_exception, NULL));
    OK(tibemsConnection_Start(connection));
    OK(tibemsQueue_Create(&queue, "many"));
    double begin = now_ms();
    for (int i = 0; i < atoi(argv[3]); i++) {
        tibemsSession session;
        OK(tibemsConnection_CreateSession(connection, &session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE));
        for (int k = 0; k < atoi(argv[4]); k++) {
            tibemsMsgConsumer consumer;
            OK(tibemsSession_CreateConsumer(session, &consumer, queue, NULL, TIBEMS_FALSE));
        }
    }
    double created = now_ms() - begin;
    kill(atoi(argv[2]), SIGKILL);
    pthread_mutex_lock(&lock);
    while (recovered == 0)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    printf("%.1f %.1f\n", recovered, created);
    OK(tibemsConnection_Close(connection));
    return 0;
}
