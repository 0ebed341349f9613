/*
 * calls.h - calls for task_start, and a listener that says when it begins and ends and waits in between
 */
#ifndef CONFORMANCE_CALLS_H
#define CONFORMANCE_CALLS_H

#include "harness.h"

static char received[256];              /* text of what receive_forever got */

__attribute__((unused)) static tibems_status receive_forever(void *consumer)
{
    tibemsMsg message = (tibemsMsg)0x1;
    tibems_status status = tibemsMsgConsumer_Receive(consumer, &message);
    if (status == TIBEMS_OK) {
        snprintf(received, sizeof received, "%s", text_of(message));
        CHECK_OK(tibemsMsg_Destroy(message));
    } else
        CHECK(message == NULL);
    return status;
}

/* of a consumer that gets nothing */
__attribute__((unused)) static tibems_status receive_a_minute(void *consumer)
{
    tibemsMsg message = (tibemsMsg)0x1;
    tibems_status status = tibemsMsgConsumer_ReceiveTimeout(consumer, &message, 60000);
    CHECK(message == NULL);
    return status;
}

__attribute__((unused)) static tibems_status send_one(void *producer) { return send_text(producer, "waited"); }
__attribute__((unused)) static tibems_status stop_connection(void *connection) { return tibemsConnection_Stop(connection); }
__attribute__((unused)) static tibems_status close_connection(void *connection) { return tibemsConnection_Close(connection); }
__attribute__((unused)) static tibems_status close_session(void *session) { return tibemsSession_Close(session); }
__attribute__((unused)) static tibems_status close_consumer(void *consumer) { return tibemsMsgConsumer_Close(consumer); }
__attribute__((unused)) static tibems_status close_producer(void *producer) { return tibemsMsgProducer_Close(producer); }

__attribute__((unused)) static struct events begun = EVENTS_INIT, ended = EVENTS_INIT, go_on = EVENTS_INIT;

__attribute__((unused)) static void gated_listener(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    event_post(&begun, atoll(text_of(message)));
    CHECK(event_wait(&go_on, 1, 15000));
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&ended, 1);
}

#endif
