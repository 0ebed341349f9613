/*
 * consumer.c - receives numbered messages and survives the loss of its server
 *
 *   consumer URL QUEUE LOGFILE [listener|receive|drain] [QUIET_MS]
 *
 * As producer.c: unshared factory, recovery in the exception listener. "listener" (default) takes messages in a message
 * listener, "receive" in a loop of ReceiveTimeout. Both go on until SIGTERM and then end when no message came for
 * QUIET_MS (default 1500). "drain" does not wait for the signal: it empties what a server holds and ends.
 * Every message is an event line in LOGFILE (log.h). Exit status 0 unless a call failed.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <tibems/tibems.h>
#include <tibems/tibemsufo.h>

#include "log.h"

enum { SLICE_MS = 250 };

static tibemsConnectionFactory factory;
static volatile sig_atomic_t stopping;
static atomic_llong last_us;            /* when the last message came */
static atomic_long received;

static void on_signal(int number) { stopping = number; }

static void must(tibems_status status, const char *what)
{
    if (status == TIBEMS_OK)
        return;
    const char *text = NULL;
    if (tibemsErrorContext_GetLastErrorString(NULL, &text) != TIBEMS_OK)
        text = "";
    LOG_NOW("fatal call=%s status=%d text=%s", what, (int)status, text);
    fprintf(stderr, "consumer: %s: %d %s %s\n", what, (int)status, tibemsStatus_GetText(status), text);
    exit(1);
}

static void log_server(tibemsConnection connection, const char *event)
{
    char *url = NULL;
    if (tibemsConnection_GetActiveURL(connection, &url) == TIBEMS_OK)
        LOG_NOW("%s url=%s", event, url);
    free(url);
}

/* Called by the library when the connection breaks. */
static void on_exception(tibemsConnection connection, tibems_status status, void *closure)
{
    (void)closure;
    LOG_NOW("noticed status=%d", (int)status);
    for (;;) {
        status = tibemsUFOConnectionFactory_RecoverConnection(factory, connection);
        if (status == TIBEMS_OK)
            break;
        LOG_NOW("recovery-failed status=%d", (int)status);
        if (status == TIBEMS_ILLEGAL_STATE || status == TIBEMS_INVALID_CONNECTION)
            return;                                 /* the program has closed the connection */
        tibems_Sleep(100);                          /* a series of attempts has failed: no storm of them */
    }
    log_server(connection, "recovered");
}

static void take(tibemsMsg message)
{
    tibems_long sequence = 0;
    tibems_bool redelivered = TIBEMS_FALSE;
    must(tibemsMsg_GetLongProperty(message, "sequence", &sequence), "GetLongProperty");
    must(tibemsMsg_GetRedelivered(message, &redelivered), "GetRedelivered");
    must(tibemsMsg_Destroy(message), "Msg_Destroy");
    long long now = clock_us();
    log_at(now, "received seq=%lld again=%d", sequence, redelivered == TIBEMS_TRUE);
    atomic_store(&last_us, now);
    atomic_fetch_add(&received, 1);
}

static void on_message(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    take(message);
}

/* one step of the waiting loop: progress for the eye, true while the program should go on */
static bool go_on(bool drain, long quiet_ms)
{
    static long shown = -1;
    long now = atomic_load(&received);
    if (now != shown)
        printf("received %ld\n", shown = now);
    fflush(log_file);
    return (!stopping && !drain) || clock_us() - atomic_load(&last_us) < quiet_ms * 1000;
}

static void receive_loop(tibemsMsgConsumer consumer, bool drain, long quiet_ms)
{
    long long shown = 0;
    while (clock_us() - shown < SLICE_MS * 1000 || (shown = clock_us(), go_on(drain, quiet_ms))) {
        tibemsMsg message = NULL;
        long long start = clock_us();
        tibems_status status = tibemsMsgConsumer_ReceiveTimeout(consumer, &message, SLICE_MS);
        long long took = clock_us() - start;
        if (took > 2 * SLICE_MS * 1000)
            LOG_NOW("slow call=ReceiveTimeout took=%lld", took);
        if (status == TIBEMS_OK)
            take(message);
        else if (status != TIBEMS_TIMEOUT)
            must(status, "ReceiveTimeout");
    }
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: consumer URL QUEUE LOGFILE [listener|receive|drain] [QUIET_MS]\n");
        return 2;
    }
    const char *style = argc > 4 ? argv[4] : "listener";
    bool drain = strcmp(style, "drain") == 0;
    long quiet_ms = argc > 5 ? atol(argv[5]) : 1500;
    log_open(argv[3]);
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGTERM, on_signal);

    tibemsErrorContext context = NULL;
    tibemsConnection connection = NULL;
    tibemsSession session = NULL;
    tibemsDestination queue = NULL;
    tibemsMsgConsumer consumer = NULL;

    must(tibemsErrorContext_Create(&context), "ErrorContext_Create");
    factory = tibemsUFOConnectionFactory_Create();
    must(tibemsConnectionFactory_SetServerURL(factory, argv[1]), "SetServerURL");
    must(tibemsConnectionFactory_CreateConnection(factory, &connection, "ems", "ems"), "CreateConnection");
    must(tibemsConnection_SetExceptionListener(connection, on_exception, NULL), "SetExceptionListener");
    must(tibemsConnection_CreateSession(connection, &session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE), "CreateSession");
    must(tibemsQueue_Create(&queue, argv[2]), "Queue_Create");
    must(tibemsSession_CreateConsumer(session, &consumer, queue, NULL, TIBEMS_FALSE), "CreateConsumer");
    if (strcmp(style, "listener") == 0)
        must(tibemsMsgConsumer_SetMsgListener(consumer, on_message, NULL), "SetMsgListener");
    atomic_store(&last_us, clock_us());
    must(tibemsConnection_Start(connection), "Connection_Start");
    log_server(connection, "connected");

    if (strcmp(style, "listener") != 0)
        receive_loop(consumer, drain, quiet_ms);
    else
        while (go_on(false, quiet_ms))
            usleep(SLICE_MS * 1000);
    LOG_NOW("done received=%ld", atomic_load(&received));
    printf("done %ld\n", atomic_load(&received));

    must(tibemsMsgConsumer_Close(consumer), "MsgConsumer_Close");
    must(tibemsSession_Close(session), "Session_Close");
    must(tibemsConnection_Close(connection), "Connection_Close");
    must(tibemsDestination_Destroy(queue), "Destination_Destroy");
    must(tibemsConnectionFactory_Destroy(factory), "ConnectionFactory_Destroy");
    must(tibemsErrorContext_Close(context), "ErrorContext_Close");
    LOG_NOW("closed");
    fclose(log_file);
    return 0;
}
