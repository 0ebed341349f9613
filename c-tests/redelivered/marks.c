/*
 * marks.c - which messages a server marks as redelivered; the steps of run.sh
 *
 *   marks fill URL QUEUE COUNT     sends COUNT persistent messages, numbered from 1
 *   marks hold URL QUEUE HANDED    receives HANDED of them in CLIENT mode, acknowledges none, prints "holding" and waits for a line
 *                                  on standard input: "close" closes the connection, "again" receives what comes again
 *   marks look URL QUEUE HANDED    receives what is there and acknowledges it
 *
 * "again" and look print four numbers: of the first HANDED messages how many came and how many were marked, the same of the
 * others, which had been sent to the client at most. The end is a second without a message.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tibems/tibems.h>

static void must(tibems_status status, const char *what)
{
    if (status == TIBEMS_OK)
        return;
    fprintf(stderr, "marks: %s: %d %s\n", what, (int)status, tibemsStatus_GetText(status));
    exit(1);
}

static tibemsMsg receive(tibemsMsgConsumer consumer, tibems_long timeout)
{
    tibemsMsg message = NULL;
    tibems_status status = tibemsMsgConsumer_ReceiveTimeout(consumer, &message, timeout);
    if (status != TIBEMS_TIMEOUT)
        must(status, "ReceiveTimeout");
    return message;
}

static void look(tibemsMsgConsumer consumer, long handed)
{
    long came[2] = {0, 0}, marked[2] = {0, 0};
    tibems_long timeout = 60000;                /* a server that begins may take its time */
    tibemsMsg message;
    while ((message = receive(consumer, timeout)) != NULL) {
        tibems_bool mark = TIBEMS_FALSE;
        tibems_int number = 0;
        must(tibemsMsg_GetIntProperty(message, "number", &number), "GetIntProperty");
        must(tibemsMsg_GetRedelivered(message, &mark), "GetRedelivered");
        came[number > handed]++;
        marked[number > handed] += mark == TIBEMS_TRUE;
        must(tibemsMsg_Acknowledge(message), "Acknowledge");
        must(tibemsMsg_Destroy(message), "Destroy");
        timeout = 1000;
    }
    printf("%ld %ld %ld %ld\n", came[0], marked[0], came[1], marked[1]);
}

int main(int count, char **arguments)
{
    tibemsConnection connection;
    tibemsSession session;
    tibemsDestination queue;
    tibemsMsgProducer producer;
    tibemsMsgConsumer consumer;
    tibemsMsg message;
    char line[16] = "";
    if (count != 5)
        return 2;
    long number = atol(arguments[4]);
    must(tibems_SetConnectAttemptCount(120), "SetConnectAttemptCount");         /* a server may take a minute to begin */
    must(tibems_SetReconnectAttemptCount(120), "SetReconnectAttemptCount");
    must(tibemsConnection_Create(&connection, arguments[2], NULL, "ems", "ems"), "Connection_Create");
    must(tibemsConnection_CreateSession(connection, &session, TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE), "CreateSession");
    must(tibemsQueue_Create(&queue, arguments[3]), "Queue_Create");
    if (strcmp(arguments[1], "fill") == 0) {
        must(tibemsSession_CreateProducer(session, &producer, queue), "CreateProducer");
        must(tibemsMsg_Create(&message), "Msg_Create");
        for (tibems_int n = 1; n <= number; n++) {
            must(tibemsMsg_SetIntProperty(message, "number", n), "SetIntProperty");
            must(tibemsMsgProducer_Send(producer, message), "Send");
        }
        return tibemsConnection_Close(connection) != TIBEMS_OK;
    }
    must(tibemsSession_CreateConsumer(session, &consumer, queue, NULL, TIBEMS_FALSE), "CreateConsumer");
    must(tibemsConnection_Start(connection), "Start");
    if (strcmp(arguments[1], "look") == 0) {
        look(consumer, number);
        return tibemsConnection_Close(connection) != TIBEMS_OK;
    }
    for (long n = 0; n < number; n++)
        if (receive(consumer, 20000) == NULL)
            return 1;
    puts("holding");
    fflush(stdout);
    if (fgets(line, sizeof line, stdin) == NULL)
        return 1;
    if (strcmp(line, "again\n") == 0)
        look(consumer, number);
    return tibemsConnection_Close(connection) != TIBEMS_OK;
}
