/*
 * consumer.c - receives what producer.c sends, over the typed calls of JMS 1.0, in the C of thirty years ago
 *
 *   consumer -server URL [-queue NAME | -topic NAME] [-count N] [-async] [-txnsize N] [-ack MODE]
 *            [-clientid ID] [-durable NAME] [-unsubscribe NAME] [-browse]
 *
 * With -async a listener receives, and main looks at its counter now and then. -count 0 only subscribes. One line at the
 * end: how many came, and how many of them were not the next. What browses or unsubscribes closes nothing.
 */
#include <tibems/tibems.h>

char *url = NULL, *name = NULL, *clientid = NULL, *durable = NULL, *unsubscribe = NULL;
int topic = 0, async = 0, txnsize = 0, count = 100, browse = 0, mode = TIBEMS_AUTO_ACKNOWLEDGE, wrong = 0;
volatile int got = 0;

tibemsConnection connection = NULL;
tibemsSession session = NULL;
tibemsDestination destination = NULL;
tibemsMsgConsumer consumer = NULL;
tibemsQueueBrowser browser = NULL;

void
check(status, what)
    tibems_status status;
    char *what;
{
    if (status == TIBEMS_OK) return;
    fprintf(stderr, "consumer: %s: %d %s\n", what, (int)status, tibemsStatus_GetText(status));
    exit(1);
}

void
take(message)
    tibemsMsg message;
{
    char *text = "";
    tibemsTextMsg_GetText(message, (const char **)&text);
    if (atoi(text) != got) wrong++;
    got++;
    if (mode != TIBEMS_AUTO_ACKNOWLEDGE) tibemsMsg_Acknowledge(message);
    if (txnsize && (got % txnsize == 0 || got == count)) check(tibemsSession_Commit(session), "commit");
    tibemsMsg_Destroy(message);
}

void
on_message(from, message, closure)
    tibemsMsgConsumer from;
    tibemsMsg message;
    void *closure;
{
    take(message);
}

void
on_exception(of, status, closure)
    tibemsConnection of;
    tibems_status status;
    void *closure;
{
    check(status, "exception");
}

main(argc, argv)
    int argc;
    char **argv;
{
    int i;
    tibemsMsg message;
    tibems_status status;

    for (i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "-server")) url = argv[++i];
        else if (!strcmp(argv[i], "-queue")) name = argv[++i];
        else if (!strcmp(argv[i], "-topic")) topic = 1, name = argv[++i];
        else if (!strcmp(argv[i], "-count")) count = atoi(argv[++i]);
        else if (!strcmp(argv[i], "-txnsize")) txnsize = atoi(argv[++i]);
        else if (!strcmp(argv[i], "-ack")) mode = atoi(argv[++i]);
        else if (!strcmp(argv[i], "-clientid")) clientid = argv[++i];
        else if (!strcmp(argv[i], "-durable")) durable = argv[++i];
        else if (!strcmp(argv[i], "-unsubscribe")) unsubscribe = argv[++i];
        else if (!strcmp(argv[i], "-async")) async = 1;
        else if (!strcmp(argv[i], "-browse")) browse = 1;
        else exit(2);
    }
    if (topic) {
        check(tibemsTopicConnection_Create(&connection, url, clientid, "ems", "ems"), "connection");
        check(tibemsTopicConnection_CreateTopicSession(connection, &session, txnsize != 0, mode), "session");
        check(tibemsTopic_Create(&destination, name), "topic");
    } else {
        check(tibemsQueueConnection_Create(&connection, url, clientid, "ems", "ems"), "connection");
        check(tibemsQueueConnection_CreateQueueSession(connection, &session, txnsize != 0, mode), "session");
        check(tibemsQueue_Create(&destination, name), "queue");
    }
    tibemsConnection_SetExceptionListener(connection, on_exception, NULL);
    if (unsubscribe) {
        check(tibemsSession_Unsubscribe(session, unsubscribe), "unsubscribe");
        printf("unsubscribed\n");
        return 0;
    }
    if (browse) {
        check(tibemsSession_CreateBrowser(session, &browser, destination, NULL), "browser");
        while ((status = tibemsQueueBrowser_GetNext(browser, &message)) == TIBEMS_OK) got++, tibemsMsg_Destroy(message);
        if (status != TIBEMS_NOT_FOUND) check(status, "browse");
        printf("browsed %d\n", got);
        return 0;
    }
    if (durable) status = tibemsTopicSession_CreateDurableSubscriber(session, &consumer, destination, durable, NULL, TIBEMS_FALSE);
    else if (topic) status = tibemsTopicSession_CreateSubscriber(session, &consumer, destination, NULL, TIBEMS_FALSE);
    else status = tibemsQueueSession_CreateReceiver(session, &consumer, destination, NULL);
    check(status, "consumer");
    if (async) check(tibemsMsgConsumer_SetMsgListener(consumer, on_message, NULL), "listener");
    check(tibemsConnection_Start(connection), "start");
    while (async && got < count) tibems_Sleep(1);
    while (got < count) {
        check(tibemsMsgConsumer_Receive(consumer, &message), "receive");
        take(message);
    }
    tibemsDestination_Destroy(destination);
    tibemsMsgConsumer_Close(consumer);
    tibemsSession_Close(session);
    tibemsConnection_Close(connection);
    printf("got %d, wrong %d\n", got, wrong);
    return 0;
}
