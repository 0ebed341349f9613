/*
 * producer.c - sends numbered persistent messages and survives the loss of its server
 *
 *   producer URL QUEUE COUNT LOGFILE [RATE]
 *
 * URL lists servers that share nothing ("tcp://a:7222+tcp://b:7222"). The connection comes from an unshared factory;
 * its exception listener recovers it on the next server. A send that fails is repeated with the same number in the
 * property "sequence", so that the receiver can tell a repetition. COUNT 0 goes on until SIGTERM; RATE limits the
 * messages per second. Progress lines go to standard output, every event to LOGFILE (log.h).
 * Exit status: 0 every message was acknowledged by a server, 1 recovery was given up or something else failed.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <tibems/tibems.h>
#include <tibems/tibemsufo.h>

#include "log.h"

static tibemsConnectionFactory factory;
static volatile sig_atomic_t stopping;

static void on_signal(int number) { stopping = number; }

static void must(tibems_status status, const char *what)
{
    if (status == TIBEMS_OK)
        return;
    const char *text = NULL;
    if (tibemsErrorContext_GetLastErrorString(NULL, &text) != TIBEMS_OK)
        text = "";
    LOG_NOW("fatal call=%s status=%d text=%s", what, (int)status, text);
    fprintf(stderr, "producer: %s: %d %s %s\n", what, (int)status, tibemsStatus_GetText(status), text);
    exit(1);
}

static void log_server(tibemsConnection connection, const char *event)
{
    char *url = NULL;
    if (tibemsConnection_GetActiveURL(connection, &url) == TIBEMS_OK)
        LOG_NOW("%s url=%s", event, url);
    free(url);
}

/* Called by the library when the connection breaks. Until RecoverConnection has returned OK, sends wait. */
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

/* Sends one message until a server has acknowledged it. */
static void send_until_acknowledged(tibemsMsgProducer producer, tibemsMsg message, long sequence)
{
    for (;;) {
        long long start = clock_us();
        tibems_status status = tibemsMsgProducer_Send(producer, message);
        long long end = clock_us();
        if (status == TIBEMS_OK) {
            log_at(end, "acked seq=%ld took=%lld", sequence, end - start);
            return;
        }
        const char *text = NULL;
        if (tibemsErrorContext_GetLastErrorString(NULL, &text) != TIBEMS_OK)
            text = "";
        log_at(end, "failed seq=%ld status=%d took=%lld text=%s", sequence, (int)status, end - start, text);
        fflush(log_file);
        if (status != TIBEMS_SERVER_NOT_CONNECTED)  /* the outcome is unknown: send again; anything else is fatal */
            must(status, "Send");
    }
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: producer URL QUEUE COUNT LOGFILE [RATE]\n");
        return 2;
    }
    long count = atol(argv[3]);
    long rate = argc > 5 ? atol(argv[5]) : 0;
    log_open(argv[4]);
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGTERM, on_signal);

    tibemsErrorContext context = NULL;
    tibemsConnection connection = NULL;
    tibemsSession session = NULL;
    tibemsDestination queue = NULL;
    tibemsMsgProducer producer = NULL;
    tibemsTextMsg message = NULL;

    must(tibemsErrorContext_Create(&context), "ErrorContext_Create");
    factory = tibemsUFOConnectionFactory_Create();
    must(tibemsConnectionFactory_SetServerURL(factory, argv[1]), "SetServerURL");
    must(tibemsConnectionFactory_CreateConnection(factory, &connection, "ems", "ems"), "CreateConnection");
    must(tibemsConnection_SetExceptionListener(connection, on_exception, NULL), "SetExceptionListener");
    must(tibemsConnection_CreateSession(connection, &session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE), "CreateSession");
    must(tibemsQueue_Create(&queue, argv[2]), "Queue_Create");
    must(tibemsSession_CreateProducer(session, &producer, queue), "CreateProducer");
    must(tibemsMsgProducer_SetDeliveryMode(producer, TIBEMS_PERSISTENT), "SetDeliveryMode");
    must(tibemsTextMsg_Create(&message), "TextMsg_Create");
    log_server(connection, "connected");

    long sequence = 0;
    long long begin = clock_us();
    while (!stopping && (count == 0 || sequence < count)) {
        sequence++;
        must(tibemsTextMsg_SetText(message, "one of many messages of about a hundred bytes, numbered by a property, "
                                            "sent one by one"), "SetText");
        must(tibemsMsg_SetLongProperty(message, "sequence", sequence), "SetLongProperty");
        send_until_acknowledged(producer, message, sequence);
        if (sequence % 500 == 0)
            printf("acked %ld\n", sequence);
        if (rate) {
            long long ahead = begin + sequence * 1000000LL / rate - clock_us();
            if (ahead > 1000)
                usleep((useconds_t)ahead);
        }
    }
    LOG_NOW("done sent=%ld", sequence);
    printf("done %ld\n", sequence);

    must(tibemsMsg_Destroy(message), "Msg_Destroy");
    must(tibemsMsgProducer_Close(producer), "MsgProducer_Close");
    must(tibemsSession_Close(session), "Session_Close");
    must(tibemsConnection_Close(connection), "Connection_Close");
    must(tibemsDestination_Destroy(queue), "Destination_Destroy");
    must(tibemsConnectionFactory_Destroy(factory), "ConnectionFactory_Destroy");
    must(tibemsErrorContext_Close(context), "ErrorContext_Close");
    LOG_NOW("closed");
    fclose(log_file);
    return 0;
}
