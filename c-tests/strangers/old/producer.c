/*
 * producer.c - sends numbered texts, in the C of thirty years ago: K&R definitions, globals, whatever is not given is 0
 *
 *   producer -server URL [-queue NAME | -topic NAME] [-count N] [-async] [-txnsize N]
 *
 * With -async the message belongs to the completion, which destroys it. With -txnsize a commit follows every N messages.
 * One line at the end: how many were sent, how many completions are missing, and how many were not as they should be.
 */
#include <tibems/tibems.h>

char *url = NULL, *name = NULL;
int topic = 0, async = 0, txnsize = 0, count = 100, completed = 0, wrong = 0;

tibemsErrorContext context = NULL;
tibemsConnectionFactory factory = NULL;
tibemsConnection connection = NULL;
tibemsSession session = NULL;
tibemsDestination destination = NULL;
tibemsMsgProducer producer = NULL;

void
check(status, what)
    tibems_status status;
    char *what;
{
    const char *text = NULL;
    if (status == TIBEMS_OK) return;
    tibemsErrorContext_GetLastErrorString(context, &text);
    fprintf(stderr, "producer: %s: %d %s: %s\n", what, (int)status, tibemsStatus_GetText(status), text ? text : "");
    exit(1);
}

void
on_completion(message, status, closure)
    tibemsMsg message;
    tibems_status status;
    void *closure;
{
    char *text = NULL;
    tibemsTextMsg_GetText(message, (const char **)&text);
    if (status != TIBEMS_OK || atoi(text) != (int)(size_t)closure || atoi(text) != completed) wrong++;
    completed++;
    tibemsMsg_Destroy(message);
}

main(argc, argv)
    int argc;
    char **argv;
{
    int i;
    char body[20];
    tibemsMsg message;
    tibems_status status;

    for (i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "-server")) url = argv[++i];
        else if (!strcmp(argv[i], "-queue")) name = argv[++i];
        else if (!strcmp(argv[i], "-topic")) topic = 1, name = argv[++i];
        else if (!strcmp(argv[i], "-count")) count = atoi(argv[++i]);
        else if (!strcmp(argv[i], "-txnsize")) txnsize = atoi(argv[++i]);
        else if (!strcmp(argv[i], "-async")) async = 1;
        else exit(2);
    }
    check(tibemsErrorContext_Create(&context), "error context");
    factory = tibemsConnectionFactory_Create();
    check(tibemsConnectionFactory_SetServerURL(factory, url), "url");
    check(tibemsConnectionFactory_CreateConnection(factory, &connection, "ems", "ems"), "connection");
    check(topic ? tibemsTopic_Create(&destination, name) : tibemsQueue_Create(&destination, name), "destination");
    check(tibemsConnection_CreateSession(connection, &session, txnsize != 0, TIBEMS_AUTO_ACKNOWLEDGE), "session");
    check(tibemsSession_CreateProducer(session, &producer, destination), "producer");
    for (i = 0; i < count; i++) {
        sprintf(body, "%d", i);
        tibemsTextMsg_Create(&message);
        tibemsTextMsg_SetText(message, body);
        if (async) status = tibemsMsgProducer_AsyncSend(producer, message, on_completion, (void *)(size_t)i);
        else status = tibemsMsgProducer_Send(producer, message), tibemsMsg_Destroy(message);
        check(status, "send");
        if (txnsize && (i + 1) % txnsize == 0) check(tibemsSession_Commit(session), "commit");
    }
    if (txnsize && count % txnsize) check(tibemsSession_Commit(session), "last commit");
    tibemsDestination_Destroy(destination);
    tibemsMsgProducer_Close(producer);
    tibemsSession_Close(session);
    tibemsConnection_Close(connection);
    tibemsConnectionFactory_Destroy(factory);
    tibemsErrorContext_Close(context);
    printf("sent %d, missing %d, wrong %d\n", count, async ? count - completed : 0, wrong);
    return 0;
}
