/*
 * restart.c - the settings of the README for a server that restarts: a message is sent before and after. SAMPLE is the source of
 * the README's factory. Prints "connected" and waits for a line on standard input, which comes while the server is away.
 */
#include <stdio.h>

#include SAMPLE

static int bad(tibems_status status, const char *what)
{
    if (status != TIBEMS_OK)
        printf("%s: %d %s\n", what, (int)status, tibemsStatus_GetText(status));
    return status != TIBEMS_OK;
}

int main(void)
{
    tibemsConnection connection;
    tibemsSession session;
    tibemsDestination queue;
    tibemsMsgProducer producer;
    tibemsMsg message;
    tibemsConnectionFactory factory = patient_factory();
    if (bad(tibemsConnectionFactory_CreateConnection(factory, &connection, NULL, NULL), "CreateConnection") ||
        bad(tibemsConnection_CreateSession(connection, &session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE), "CreateSession") ||
        bad(tibemsQueue_Create(&queue, "restart"), "Queue_Create") ||
        bad(tibemsSession_CreateProducer(session, &producer, queue), "CreateProducer") ||
        bad(tibemsMsg_Create(&message), "Msg_Create") || bad(tibemsMsgProducer_Send(producer, message), "first Send"))
        return 1;
    puts("connected");
    fflush(stdout);
    getchar();
    if (bad(tibemsMsgProducer_Send(producer, message), "second Send"))
        return 1;
    return bad(tibemsConnection_Close(connection), "Connection_Close");
}
