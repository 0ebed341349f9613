/*
 * large.c - one message of many bytes to a server and back, compared byte by byte; run by hand, by run.sh
 *
 *   TIBEMS_AMQP_OPTIONS=message_limit=2147483647 large URL [BYTES]      1.5 GiB when BYTES is not given
 *
 * Prints what was done, how long it took and the most memory that the process had; ends with 0 when all is as it must be.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdint.h>
#include <time.h>
#include <sys/resource.h>
#include <tibems/tibems.h>

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void said(const char *what, double since)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%-10s %7.2f s, at most %ld MiB so far\n", what, now() - since, usage.ru_maxrss / 1024);
    fflush(stdout);
}

#define DO(CALL) must((CALL), #CALL)
static void must(tibems_status status, const char *call)
{
    if (status == TIBEMS_OK) return;
    tibemsErrorContext context = NULL;
    const char *text = NULL;
    if (tibemsErrorContext_Create(&context) == TIBEMS_OK)
        tibemsErrorContext_GetLastErrorString(context, &text);
    printf("%s: %d %s: %s\n", call, status, tibemsStatus_GetText(status), text ? text : "");
    exit(1);
}

/* no two parts of the body are alike, so that a part at the wrong place is noticed */
static uint64_t word(uint64_t at)
{
    at = (at + 1) * 0x9E3779B97F4A7C15u;
    return at ^ at >> 29;
}

int main(int argc, char **argv)
{
    tibems_uint size = argc > 2 ? (tibems_uint)strtoul(argv[2], NULL, 10) : 3u << 29;
    if (argc < 2) {
        printf("usage: large URL [BYTES]\n");
        return 2;
    }
    size_t words = size / 8;
    uint64_t *body = malloc((size_t)size + 8);
    if (body == NULL) {
        printf("no memory\n");
        return 2;
    }
    for (size_t at = 0; at <= words; at++) body[at] = word(at);

    tibemsConnectionFactory factory = tibemsConnectionFactory_Create();
    tibemsConnection connection = NULL;
    tibemsSession session = NULL;
    tibemsDestination queue = NULL;
    tibemsMsgProducer producer = NULL;
    tibemsMsgConsumer consumer = NULL;
    tibemsBytesMsg message = NULL;
    tibemsMsg back = NULL;
    DO(tibemsConnectionFactory_SetServerURL(factory, argv[1]));
    DO(tibemsConnectionFactory_CreateConnection(factory, &connection, "ems", "ems"));
    DO(tibemsConnection_Start(connection));
    DO(tibemsConnection_CreateSession(connection, &session, TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE));
    DO(tibemsDestination_Create(&queue, TIBEMS_QUEUE, "large.message"));
    DO(tibemsSession_CreateProducer(session, &producer, queue));
    DO(tibemsSession_CreateConsumer(session, &consumer, queue, NULL, TIBEMS_FALSE));

    double start = now();
    DO(tibemsBytesMsg_Create(&message));
    DO(tibemsBytesMsg_SetBytes(message, body, size));
    free(body);
    said("made", start);
    start = now();
    DO(tibemsMsgProducer_Send(producer, message));
    said("sent", start);
    DO(tibemsMsg_Destroy(message));
    start = now();
    DO(tibemsMsgConsumer_ReceiveTimeout(consumer, &back, 600000));
    said("received", start);

    const void *bytes = NULL;
    tibems_uint length = 0;
    start = now();
    DO(tibemsBytesMsg_GetBytes(back, (void **)&bytes, &length));
    if (length != size) {
        printf("%u bytes came of %u\n", length, size);
        return 1;
    }
    for (size_t at = 0; at < words; at++) {
        uint64_t found, expected = word(at);
        memcpy(&found, (const char *)bytes + at * 8, 8);
        if (found != expected) {
            printf("byte %zu or one of the next 7 is wrong\n", at * 8);
            return 1;
        }
    }
    said("compared", start);
    DO(tibemsMsg_Acknowledge(back));

    /* sent on, a received message is not copied before it is encoded; one more byte than C can tell is refused */
    DO(tibemsMsg_MakeWriteable(back));
    tibems_status status = TIBEMS_OK;
    for (uint64_t more = (uint64_t)INT32_MAX - size + 1; more > 0 && status == TIBEMS_OK; more = 0) {
        char *much = calloc(1, (size_t)more);
        status = much == NULL ? TIBEMS_NO_MEMORY : tibemsBytesMsg_WriteBytes(back, much, (tibems_uint)more);
        free(much);
    }
    if (status != TIBEMS_INVALID_SIZE) {
        printf("2^31 bytes: %d %s\n", status, tibemsStatus_GetText(status));
        return 1;
    }
    DO(tibemsMsg_Destroy(back));
    DO(tibemsConnection_Close(connection));
    DO(tibemsConnectionFactory_Destroy(factory));
    DO(tibemsDestination_Destroy(queue));
    said("OK", start);
    return 0;
}
