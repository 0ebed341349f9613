/* ems.c - the EMS API's side: sends or receives N text messages of 100 bytes.
 *
 *   ems send|receive URL ADDRESS N
 *
 * send: RELIABLE (settled) messages. receive: a message listener, AUTO acknowledge. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <tibems/tibems.h>

#include "common.h"

#define OK(call) do { tibems_status s = (call); if (s) { fprintf(stderr, "%s: %s\n", #call, tibemsStatus_GetText(s)); exit(1); } } while (0)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t done = PTHREAD_COND_INITIALIZER;
static long count, wanted;
static struct mark begin;

static void on_message(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer, (void)closure;
    OK(tibemsMsg_Destroy(message));
    if (count++ == 0)
        begin = mark_now();
    if (count == wanted) {
        pthread_mutex_lock(&lock);
        pthread_cond_signal(&done);
        pthread_mutex_unlock(&lock);
    }
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    tibemsConnection connection;
    tibemsSession session;
    tibemsDestination queue;
    wanted = atol(argv[4]);
    OK(tibemsConnection_Create(&connection, argv[2], NULL, "ems", "ems"));
    OK(tibemsConnection_CreateSession(connection, &session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE));
    OK(tibemsQueue_Create(&queue, argv[3]));
    if (strcmp(argv[1], "send") == 0) {
        tibemsMsgProducer producer;
        tibemsTextMsg message;
        char text[101];
        memset(text, 'x', 100);
        text[100] = 0;
        OK(tibemsSession_CreateProducer(session, &producer, queue));
        OK(tibemsTextMsg_Create(&message));
        OK(tibemsTextMsg_SetText(message, text));
        begin = mark_now();
        for (long i = 0; i < wanted; i++)
            OK(tibemsMsgProducer_SendEx(producer, message, TIBEMS_RELIABLE, 4, 0));
        OK(tibemsMsgProducer_Close(producer));
        report("ems_send", begin, wanted);
    } else {
        tibemsMsgConsumer consumer;
        OK(tibemsSession_CreateConsumer(session, &consumer, queue, NULL, TIBEMS_FALSE));
        OK(tibemsMsgConsumer_SetMsgListener(consumer, on_message, NULL));
        pthread_mutex_lock(&lock);
        OK(tibemsConnection_Start(connection));
        pthread_cond_wait(&done, &lock);
        pthread_mutex_unlock(&lock);
        report("ems_receive", begin, wanted);
    }
    OK(tibemsConnection_Close(connection));
    return 0;
}
