/* transacted.c - the EMS API's side: N persistent text messages of 100 bytes, so many a commit.
 *
 *   transacted URL ADDRESS N EACH */
#include <stdlib.h>
#include <string.h>
#include <tibems/tibems.h>

#include "../proton/common.h"

#define OK(call) do { tibems_status s = (call); if (s) { fprintf(stderr, "%s: %s\n", #call, tibemsStatus_GetText(s)); exit(1); } } while (0)

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    long count = atol(argv[3]), each = atol(argv[4]);
    tibemsConnection connection;
    tibemsSession session;
    tibemsDestination queue;
    tibemsMsgProducer producer;
    tibemsTextMsg message;
    char text[101];
    memset(text, 'x', 100);
    text[100] = 0;
    OK(tibemsConnection_Create(&connection, argv[1], NULL, "ems", "ems"));
    OK(tibemsConnection_CreateSession(connection, &session, TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED));
    OK(tibemsQueue_Create(&queue, argv[2]));
    OK(tibemsSession_CreateProducer(session, &producer, queue));
    OK(tibemsMsgProducer_SetDeliveryMode(producer, TIBEMS_PERSISTENT));
    OK(tibemsTextMsg_Create(&message));
    OK(tibemsTextMsg_SetText(message, text));
    struct mark begin = mark_now();
    for (long i = 1; i <= count; i++) {
        OK(tibemsMsgProducer_Send(producer, message));
        if (i % each == 0 || i == count)
            OK(tibemsSession_Commit(session));
    }
    report("ems", begin, count);
    OK(tibemsConnection_Close(connection));
    return 0;
}
