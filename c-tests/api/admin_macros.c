/*
 * admin_macros.c - the names of administration that manuals describe and that are no symbols (spec 50 section 1.1), and what the
 * functions answer that are not built: their status, a text that names the feature, no object.
 */
#include <stdio.h>
#include <tibems/emsadmin.h>
#include <tibems/tibemsufo.h>

static int wrong, once;

static void count(void) { once++; }

static void refused(tibems_status status, const char *call) {
    if (status == TIBEMS_NOT_IMPLEMENTED) return;
    printf("%s: %d\n", call, (int)status);
    wrong++;
}
#define REFUSED(call) refused(call, #call)

int main(void) {
    tibemsAdmin admin = 5;
    tibemsErrorContext errors = NULL;
    const char *text = NULL;
    tibemsQueueInfo queue = 5;
    tibemsTopicInfo topic = 5;
    tibemsDestinationInfo info = 5;
    tibemsStatData counts = 5;
    tibemsCollection all = (tibemsCollection)&text;
    tibems_int number = 5;
    tibems_long large = 5;
    char name[8] = "before";

    if (tibemsErrorContext_Create(&errors) != TIBEMS_OK) return 1;
    REFUSED(tibemsAdmin_Create(&admin, "tcp://localhost:7222", "admin", NULL, NULL));
    if (tibemsErrorContext_GetLastErrorString(errors, &text) != TIBEMS_OK) return 2;
    if (text == NULL || strstr(text, "administration is not built") == NULL) return 3;
    if (admin != TIBEMS_INVALID_ADMIN_ID) return 4;
    REFUSED(tibemsAdmin_GetQueue(admin, &queue, "q"));
    REFUSED(tibemsAdmin_GetTopic(admin, &topic, "t"));
    if (queue != 0 || topic != 0) return 5;
    REFUSED(tibemsAdmin_GetQueues(admin, &all, ">", TIBEMS_DEST_GET_ALL));
    if (all != NULL) return 6;
    REFUSED(tibemsAdmin_GetTopics(admin, &all, ">", TIBEMS_DEST_GET_NOTEMP));
    REFUSED(tibemsQueueInfo_Create(&info, "q"));
    REFUSED(tibemsTopicInfo_Create(&info, "t"));
    if (info != 0) return 7;
#define BOTH(function, arguments) REFUSED(tibemsQueueInfo_##function arguments); REFUSED(tibemsTopicInfo_##function arguments)
    BOTH(GetName, (queue, name, 8));
    BOTH(GetPendingMessageCount, (queue, &large));
    BOTH(GetPendingMessageSize, (queue, &large));
    BOTH(GetPendingPersistentMessageCount, (queue, &large));
    BOTH(GetPendingPersistentMessageSize, (queue, &large));
    BOTH(GetInboundStatistics, (queue, &counts));
    BOTH(GetOutboundStatistics, (queue, &counts));
    BOTH(GetFlowControlMaxBytes, (queue, &large));
    BOTH(GetMaxBytes, (queue, &large));
    BOTH(GetMaxMsgs, (queue, &large));
    BOTH(GetOverflowPolicy, (queue, &number));
    BOTH(Destroy, (queue));
    REFUSED(tibemsQueueInfo_GetReceiverCount(queue, &number));
    REFUSED(tibemsTopicInfo_GetSubscriberCount(topic, &number));
    /* arguments are evaluated once */
    REFUSED(tibemsAdmin_GetQueues(admin, (count(), &all), (count(), ">"), (count(), TIBEMS_DEST_GET_ALL)));
    REFUSED(tibemsAdmin_GetTopic((count(), admin), (count(), &topic), (count(), "t")));
    REFUSED(tibemsTopicInfo_GetName((count(), topic), (count(), name), (count(), 8)));
    REFUSED(tibemsQueueInfo_Create((count(), &info), (count(), "q")));
    if (once != 11) return 11;
    if (number != 5 || large != 5 || counts != 0 || strcmp(name, "before") != 0) return 8;
    if (tibemsErrorContext_Close(errors) != TIBEMS_OK) return 9;
    return wrong ? 10 : 0;
}
