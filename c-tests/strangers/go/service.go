package main

// What the module lacks: somebody who answers requests and counts what is in a queue.

/*
#include <tibems.h>

// Answers count requests of the queue with their own text behind "re: ".
static tibems_status answer(const char* url, const char* name, int count) {
    tibemsConnectionFactory factory = tibemsConnectionFactory_Create();
    tibemsConnection connection = NULL;
    tibemsSession session = NULL;
    tibemsDestination queue = NULL;
    tibemsMsgConsumer consumer = NULL;
    tibemsMsgProducer producer = NULL;
    tibems_status status;

    tibemsConnectionFactory_SetServerURL(factory, url);
    status = tibemsConnectionFactory_CreateConnection(factory, &connection, "ems", "ems");
    tibemsConnection_CreateSession(connection, &session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsDestination_Create(&queue, TIBEMS_QUEUE, name);
    tibemsSession_CreateConsumer(session, &consumer, queue, NULL, TIBEMS_FALSE);
    tibemsSession_CreateProducer(session, &producer, NULL);
    tibemsConnection_Start(connection);
    while (status == TIBEMS_OK && count-- > 0) {
        tibemsMsg request = NULL, reply = NULL;
        tibemsDestination back = NULL;
        char* text = NULL;
        char body[1000];

        status = tibemsMsgConsumer_ReceiveTimeout(consumer, &request, 20000);
        if (status != TIBEMS_OK) break;
        tibemsMsg_GetReplyTo(request, &back);
        tibemsTextMsg_GetText(request, (const char**)&text);
        snprintf(body, sizeof body, "re: %s", text);
        tibemsTextMsg_Create(&reply);
        tibemsTextMsg_SetText(reply, body);
        status = tibemsMsgProducer_SendToDestination(producer, back, reply);
        tibemsMsg_Destroy(reply);
        tibemsMsg_Destroy(request);
    }
    tibemsConnection_Close(connection);
    tibemsConnectionFactory_Destroy(factory);
    return status;
}
*/
import "C"

import (
	"fmt"
	"unsafe"
)

func answer(url, queue string, count int) error {
	curl, cqueue := C.CString(url), C.CString(queue)
	defer C.free(unsafe.Pointer(curl))
	defer C.free(unsafe.Pointer(cqueue))
	if status := C.answer(curl, cqueue, C.int(count)); status != C.TIBEMS_OK {
		return fmt.Errorf("status %d", status)
	}
	return nil
}
