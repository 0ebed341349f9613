/* ems.c - the EMS API's side: N text messages of 100 bytes.
 *
 *   ems send|persistent|async|receive|request|reply URL ADDRESS N
 *
 * send: RELIABLE (settled) messages. persistent: PERSISTENT messages, each send waits for its outcome. async: asynchronous
 * sends of PERSISTENT messages, to the last completion.
 * receive: a message listener, AUTO acknowledge. request: a requestor, one request behind the other; reply: who
 * answers the requests of both sides, a listener that sends RELIABLE messages, for as long as it is let. */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <tibems/tibems.h>

#include "common.h"

#define OK(call) do { tibems_status s = (call); if (s) { fprintf(stderr, "%s: %s\n", #call, tibemsStatus_GetText(s)); exit(1); } } while (0)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t done = PTHREAD_COND_INITIALIZER;
static long count, wanted;
static struct mark begin;

/* counts one; the last one wakes the main thread */
static void counted(void)
{
    if (++count < wanted)
        return;
    pthread_mutex_lock(&lock);
    pthread_cond_signal(&done);
    pthread_mutex_unlock(&lock);
}

static void on_message(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer, (void)closure;
    OK(tibemsMsg_Destroy(message));
    if (count == 0)
        begin = mark_now();
    counted();
}

static void on_completion(tibemsMsg message, tibems_status status, void *closure)
{
    (void)message, (void)closure;
    OK(status);
    counted();
}

static void on_request(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    tibemsDestination to;
    (void)consumer;
    OK(tibemsMsg_GetReplyTo(message, &to));
    OK(tibemsMsgProducer_SendToDestinationEx(closure, to, message, TIBEMS_RELIABLE, 4, 0));
    OK(tibemsMsg_Destroy(message));
}

static tibemsTextMsg text_message(void)
{
    tibemsTextMsg message;
    char text[101];
    memset(text, 'x', 100);
    text[100] = 0;
    OK(tibemsTextMsg_Create(&message));
    OK(tibemsTextMsg_SetText(message, text));
    return message;
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
    bool persistent = strcmp(argv[1], "persistent") == 0;
    if (persistent || strcmp(argv[1], "send") == 0) {
        tibemsMsgProducer producer;
        tibemsTextMsg message = text_message();
        OK(tibemsSession_CreateProducer(session, &producer, queue));
        begin = mark_now();
        for (long i = 0; i < wanted; i++)
            OK(tibemsMsgProducer_SendEx(producer, message, persistent ? TIBEMS_PERSISTENT : TIBEMS_RELIABLE, 4, 0));
        OK(tibemsMsgProducer_Close(producer));
        report(persistent ? "ems_persistent" : "ems_send", begin, wanted);
    } else if (strcmp(argv[1], "async") == 0) {
        tibemsMsgProducer producer;
        tibemsTextMsg message = text_message();
        OK(tibemsSession_CreateProducer(session, &producer, queue));
        OK(tibemsMsgProducer_SetDeliveryMode(producer, TIBEMS_PERSISTENT));
        begin = mark_now();
        for (long i = 0; i < wanted; i++)
            OK(tibemsMsgProducer_AsyncSend(producer, message, on_completion, NULL));
        pthread_mutex_lock(&lock);
        while (count < wanted)
            pthread_cond_wait(&done, &lock);
        pthread_mutex_unlock(&lock);
        report("ems_async", begin, wanted);
    } else if (strcmp(argv[1], "request") == 0) {
        tibemsMsgRequestor requestor;
        tibemsTextMsg message = text_message();
        tibemsMsg answer;
        OK(tibemsMsgRequestor_Create(session, &requestor, queue));
        OK(tibemsConnection_Start(connection));
        begin = mark_now();
        for (long i = 0; i < wanted; i++) {
            OK(tibemsMsgRequestor_Request(requestor, message, &answer));
            OK(tibemsMsg_Destroy(answer));
        }
        report("ems_request", begin, wanted);
        OK(tibemsMsgRequestor_Close(requestor));
    } else if (strcmp(argv[1], "reply") == 0) {
        tibemsMsgConsumer consumer;
        tibemsMsgProducer producer;
        OK(tibemsSession_CreateProducer(session, &producer, NULL));
        OK(tibemsSession_CreateConsumer(session, &consumer, queue, NULL, TIBEMS_FALSE));
        OK(tibemsMsgConsumer_SetMsgListener(consumer, on_request, producer));
        OK(tibemsConnection_Start(connection));
        puts("answering");
        fflush(stdout);
        getchar();
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
