/*
 * browsers.c - queue browsers, requestors, typed calls of old, XA and multicast answers (spec 20 §5 to §10; cases
 * 20-154 to 20-170)
 */
#include "harness.h"

static struct fixture f;

static void done(void) { CHECK_OK(tibemsConnection_Close(f.connection)); }

static void send_numbers(int from, int to)
{
    char text[16];
    for (int i = from; i <= to; i++) {
        snprintf(text, sizeof text, "%d", i);
        REQUIRE_OK(send_text(f.producer, text));
    }
}

static tibemsQueueBrowser browse(void)
{
    tibemsQueueBrowser browser = NULL;
    REQUIRE_OK(tibemsSession_CreateBrowser(f.session, &browser, f.queue, NULL));
    return browser;
}

static void expect_next(tibemsQueueBrowser browser, int number)
{
    tibemsMsg message = NULL;
    char text[16];
    snprintf(text, sizeof text, "%d", number);
    REQUIRE_OK(tibemsQueueBrowser_GetNext(browser, &message));
    CHECK_STR(text_of(message), text);
    CHECK_OK(tibemsMsg_Destroy(message));
}

/* what came after the end: the server is asked again once a second at most, NOT_FOUND until then (5) */
static void expect_later(tibemsQueueBrowser browser, int number)
{
    tibemsMsg message = NULL;
    char text[16];
    tibems_status status = TIBEMS_NOT_FOUND;
    for (long long until = now_ms() + slow(10000); status == TIBEMS_NOT_FOUND && now_ms() < until; sleep_ms(20))
        status = tibemsQueueBrowser_GetNext(browser, &message);
    REQUIRE_OK(status);
    snprintf(text, sizeof text, "%d", number);
    CHECK_STR(text_of(message), text);
    CHECK_OK(tibemsMsg_Destroy(message));
}

static void expect_end(tibemsQueueBrowser browser)
{
    tibemsMsg message = (tibemsMsg)0x1;
    CHECK_STATUS(tibemsQueueBrowser_GetNext(browser, &message), TIBEMS_NOT_FOUND);
    CHECK(message == NULL);
}

/* fixture whose own consumer does not take the messages away */
static void without_consumer(void)
{
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
}

TEST_CHEAP("20-154,20-155", browse_twice)
{
    struct fixture other;
    char text[16];
    without_consumer();
    send_numbers(1, 10);
    tibemsQueueBrowser browser = browse();
    CASE("20-154");
    for (int i = 1; i <= 10; i++)
        expect_next(browser, i);
    expect_end(browser);
    CASE("20-155");
    send_numbers(11, 12);
    expect_later(browser, 11);
    expect_later(browser, 12);
    expect_end(browser);
    CASE("20-154");
    CHECK_OK(tibemsQueueBrowser_Close(browser));
    reader(&other, f.name);
    for (int i = 1; i <= 12; i++) {
        snprintf(text, sizeof text, "%d", i);
        EXPECT_FIRST(other.consumer, text);
    }
    reader_close(&other);
    done();
}

TEST_CHEAP("20-156,20-158", browse_before_start)
{
    tibemsMsg message = NULL;
    without_consumer();
    send_numbers(1, 1);
    CHECK_OK(tibemsConnection_Stop(f.connection));
    tibemsQueueBrowser browser = browse();
    CASE("20-156");
    REQUIRE_OK(tibemsQueueBrowser_GetNext(browser, &message));
    CHECK_STR(text_of(message), "1");
    CASE("20-158");
    CHECK_OK(tibemsMsg_Acknowledge(message));
    CHECK_STATUS(tibemsMsg_Recover(message), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsQueueBrowser_Close(browser));
    done();
    EXPECT_LEFT(url_a(), f.name, 1);
}

TEST_CHEAP("20-157,20-159", browser_arguments)
{
    tibemsQueueBrowser browser = (tibemsQueueBrowser)0x1;
    tibemsMsg message = (tibemsMsg)0x1;
    without_consumer();
    CASE("20-157");
    CHECK_STATUS(tibemsSession_CreateBrowser(f.session, &browser, unique_topic(), NULL), TIBEMS_INVALID_DESTINATION);
    CHECK(browser == NULL);
    CHECK_STATUS(tibemsSession_CreateBrowser(f.session, &browser, f.queue, "a ="), TIBEMS_INVALID_SELECTOR);
    CASE("20-159");
    CHECK_STATUS(tibemsQueueBrowser_GetNext(NULL, &message), TIBEMS_INVALID_ARG);
    CHECK(message == NULL);
    browser = browse();
    CHECK_OK(tibemsQueueBrowser_Close(browser));
    CHECK_STATUS(tibemsQueueBrowser_Close(browser), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsQueueBrowser_GetNext(browser, &message), TIBEMS_INVALID_ARG);
    done();
}

TEST_CHEAP("20-160", requestor_needs_plain_session)
{
    static const int modes[] = {0, 2, 23};
    fresh(&f);
    for (size_t i = 0; i < 3; i++) {
        tibemsMsgRequestor requestor = (tibemsMsgRequestor)0x1;
        tibemsSession session = session_of(f.connection, modes[i] == 0 ? TIBEMS_TRUE : TIBEMS_FALSE,
                                           (tibemsAcknowledgeMode)modes[i]);
        CHECK_STATUS(tibemsMsgRequestor_Create(session, &requestor, f.queue), TIBEMS_ILLEGAL_STATE);
        CHECK(requestor == NULL);
    }
    done();
}

/* answers each request; twice, when the request asks for it; notes the kind of the reply destination */
struct service { tibemsMsgProducer replier; struct events kinds; };

static void serve(tibemsMsgConsumer consumer, tibemsMsg request, void *closure)
{
    struct service *service = closure;
    tibemsDestination reply = NULL;
    tibemsDestinationType type = TIBEMS_UNKNOWN;
    char text[64];
    (void)consumer;
    CHECK_OK(tibemsMsg_GetReplyTo(request, &reply));
    CHECK_OK(tibemsDestination_GetType(reply, &type));
    event_post(&service->kinds, type);
    for (int i = 1; i <= (strstr(text_of(request), "twice") ? 2 : 1); i++) {
        snprintf(text, sizeof text, "%s %d", text_of(request), i);
        tibemsMsg answer = text_message(text);
        CHECK_OK(tibemsMsgProducer_SendToDestination(service->replier, reply, answer));
        CHECK_OK(tibemsMsg_Destroy(answer));
    }
    CHECK_OK(tibemsMsg_Destroy(request));
}

static void start_service(struct fixture *server, struct service *service, tibemsDestination where)
{
    tibemsMsgConsumer consumer = NULL;
    fresh(server);
    REQUIRE_OK(tibemsSession_CreateProducer(server->session, &service->replier, NULL));
    REQUIRE_OK(tibemsSession_CreateConsumer(server->session, &consumer, where, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsMsgConsumer_SetMsgListener(consumer, serve, service));
}

static void expect_reply(tibemsMsgRequestor requestor, const char *text, const char *want)
{
    tibemsMsg request = text_message(text), reply = NULL;
    if (CHECK_OK(tibemsMsgRequestor_Request(requestor, request, &reply))) {
        CHECK_STR(text_of(reply), want);
        CHECK_OK(tibemsMsg_Destroy(reply));
    }
    CHECK_OK(tibemsMsg_Destroy(request));
}

TEST("20-161,20-162,20-164", request_and_reply)
{
    struct fixture server;
    static struct service service = {NULL, EVENTS_INIT};
    tibemsMsgRequestor requestor = NULL;
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    tibemsDestination topic = unique_topic();
    start_service(&server, &service, f.queue);
    start_service(&server, &service, topic);
    REQUIRE_OK(tibemsMsgRequestor_Create(f.session, &requestor, f.queue));
    CASE("20-161");
    expect_reply(requestor, "a twice", "a twice 1");
    expect_reply(requestor, "b", "b 1");
    CASE("20-164");
    CHECK_OK(tibemsMsgRequestor_Close(requestor));
    CHECK_STATUS(tibemsSession_Commit(f.session), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsSession_Close(f.session));
    CASE("20-162");
    tibemsSession session = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsMsgRequestor_Create(session, &requestor, topic));
    expect_reply(requestor, "c", "c 1");
    CHECK_INT(event_at(&service.kinds, 0), TIBEMS_QUEUE);
    CHECK_INT(event_at(&service.kinds, 2), TIBEMS_TOPIC);
    done();
}

static tibemsMsgRequestor waiting_requestor;

static tibems_status request_now(void *unused)
{
    tibemsMsg request = text_message("nobody answers"), reply = (tibemsMsg)0x1;
    (void)unused;
    tibems_status status = tibemsMsgRequestor_Request(waiting_requestor, request, &reply);
    CHECK(reply == NULL);
    return status;
}

TEST("20-163,20-165", blocked_request)
{
    struct task request, second;
    without_consumer();
    REQUIRE_OK(tibemsMsgRequestor_Create(f.session, &waiting_requestor, f.queue));
    task_start(&request, request_now, NULL);
    CHECK(task_blocks(&request));
    task_start(&second, request_now, NULL);
    CASE("20-165");
    REQUIRE(task_wait(&second, 10000));
    CHECK_INT(second.status, TIBEMS_ILLEGAL_STATE);
    CASE("20-163");
    done();
    REQUIRE(task_wait(&request, 10000));
    CHECK_INT(request.status, TIBEMS_INTR);
}

TEST_CHEAP("20-166,20-167,20-168", typed_calls)
{
    tibemsQueueConnection queues = NULL;
    tibemsQueueSession queue_session = NULL;
    tibemsQueueSender sender = (tibemsQueueSender)0x1;
    tibemsQueueReceiver receiver = NULL;
    tibemsTopicConnection topics = NULL;
    tibemsTopicSession topic_session = NULL;
    tibemsTopicPublisher publisher = NULL;
    tibemsTopicSubscriber subscriber = NULL;
    tibems_int priority = 0;
    tibemsDestination one = NULL, two = NULL;
    tibemsDestinationType type = TIBEMS_UNKNOWN;
    char name[256], other[256];
    tibemsDestination queue = unique_queue(), topic = unique_topic();
    REQUIRE_OK(tibemsQueueConnection_Create(&queues, url_a(), NULL, USER, PASSWORD));
    REQUIRE_OK(tibemsQueueConnection_CreateQueueSession(queues, &queue_session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE));
    CASE("20-166");
    CHECK_STATUS(tibemsQueueSession_CreateSender(queue_session, &sender, topic), TIBEMS_INVALID_DESTINATION);
    CHECK(sender == NULL);
    REQUIRE_OK(tibemsQueueSession_CreateSender(queue_session, &sender, NULL));
    REQUIRE_OK(tibemsQueueSession_CreateReceiver(queue_session, &receiver, queue, NULL));
    REQUIRE_OK(tibemsConnection_Start(queues));
    tibemsMsg message = text_message("typed");
    CHECK_OK(tibemsQueueSender_SendToQueue(sender, queue, message));
    EXPECT_TEXT(receiver, "typed");
    CASE("20-168");
    CHECK_OK(tibemsQueueReceiver_GetQueue(receiver, &one));
    CHECK_OK(tibemsMsgConsumer_GetDestination(receiver, &two));
    CHECK_OK(tibemsDestination_GetName(one, name, sizeof name));
    CHECK_OK(tibemsDestination_GetName(two, other, sizeof other));
    CHECK_STR(name, other);
    CHECK_OK(tibemsQueue_GetQueueName(queue, other, sizeof other));
    CHECK_STR(name, other);                     /* the one that it was made with */
    CHECK_OK(tibemsDestination_GetType(one, &type));
    CHECK_INT(type, TIBEMS_QUEUE);
    CHECK_OK(tibemsConnection_Close(queues));

    REQUIRE_OK(tibemsTopicConnection_Create(&topics, url_a(), NULL, USER, PASSWORD));
    REQUIRE_OK(tibemsTopicConnection_CreateTopicSession(topics, &topic_session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE));
    REQUIRE_OK(tibemsTopicSession_CreatePublisher(topic_session, &publisher, topic));
    REQUIRE_OK(tibemsTopicSession_CreateSubscriber(topic_session, &subscriber, topic, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsConnection_Start(topics));
    CASE("20-167");
    CHECK_OK(tibemsMsgProducer_SetPriority(publisher, 7));
    CHECK_OK(tibemsTopicPublisher_Publish(publisher, message));
    tibemsMsg published = receive_one(subscriber);
    CHECK_STR(text_of(published), "typed");
    CHECK_OK(tibemsMsg_GetPriority(published, &priority));
    CHECK_INT(priority, 7);
    CHECK_OK(tibemsMsg_Destroy(published));
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsConnection_Close(topics));
}

/* every function of xares.h, with the handles given: the same answer, outputs emptied, nothing else touched */
static void call_xa(tibemsConnection connection, tibemsSession session, tibemsXAResource resource, const char *url)
{
    tibemsConnection made = (tibemsConnection)0x1;
    tibemsSession below = (tibemsSession)0x1;
    tibemsXAResource found = (tibemsXAResource)0x1;
    tibems_int number = 7;
    tibems_bool same = TIBEMS_TRUE;
    XID xid, before;
    memset(&xid, 0x5a, sizeof xid);
    before = xid;
    CHECK_STATUS(tibemsXAConnection_Create(&made, url, NULL, USER, PASSWORD), TIBEMS_NOT_IMPLEMENTED);
    CHECK(made == NULL);
    CHECK(strstr(error_text(), "XA") != NULL);
    made = (tibemsConnection)0x1;
    CHECK_STATUS(tibemsXAConnection_CreateSSL(&made, url, NULL, USER, PASSWORD, NULL, NULL), TIBEMS_NOT_IMPLEMENTED);
    CHECK(made == NULL);
    made = (tibemsConnection)0x1;
    CHECK_STATUS(tibemsXAConnection_Get(&made, url), TIBEMS_NOT_IMPLEMENTED);
    CHECK(made == NULL);
    CHECK_STATUS(tibemsXAConnection_CreateXASession(connection, &below), TIBEMS_NOT_IMPLEMENTED);
    CHECK(below == NULL);
    below = (tibemsSession)0x1;
    CHECK_STATUS(tibemsXAConnection_GetXASession(connection, &below), TIBEMS_NOT_IMPLEMENTED);
    CHECK(below == NULL);
    below = (tibemsSession)0x1;
    CHECK_STATUS(tibemsXASession_GetSession(session, &below), TIBEMS_NOT_IMPLEMENTED);
    CHECK(below == NULL);
    CHECK_STATUS(tibemsXASession_GetXAResource(session, &found), TIBEMS_NOT_IMPLEMENTED);
    CHECK(found == NULL);
    CHECK_STATUS(tibemsXAConnection_Close(connection), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXASession_Close(session), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXAResource_Start(resource, &xid, 0), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXAResource_End(resource, &xid, 0), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXAResource_Prepare(resource, &xid), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXAResource_Commit(resource, &xid, TIBEMS_FALSE), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXAResource_Rollback(resource, &xid), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXAResource_Forget(resource, &xid), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXAResource_Recover(resource, &xid, 1, &number, 0), TIBEMS_NOT_IMPLEMENTED);
    CHECK_INT(number, 0);
    CHECK(memcmp(&xid, &before, sizeof xid) == 0);
    CHECK_STATUS(tibemsXAResource_isSameRM(resource, resource, &same), TIBEMS_NOT_IMPLEMENTED);
    CHECK_INT(same, TIBEMS_FALSE);
    number = 7;
    CHECK_STATUS(tibemsXAResource_GetTransactionTimeout(resource, &number), TIBEMS_NOT_IMPLEMENTED);
    CHECK_INT(number, 0);
    CHECK_STATUS(tibemsXAResource_SetTransactionTimeout(resource, 1), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXAResource_SetRMID(resource, 1), TIBEMS_NOT_IMPLEMENTED);
    number = 7;
    CHECK_STATUS(tibemsXAResource_GetRMID(resource, &number), TIBEMS_NOT_IMPLEMENTED);
    CHECK_INT(number, 0);
}

/* no argument is looked at first */
static void call_xa_with_nulls(void)
{
    CHECK_STATUS(tibemsXAConnection_Create(NULL, NULL, NULL, NULL, NULL), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXAConnection_CreateSSL(NULL, NULL, NULL, NULL, NULL, NULL, NULL), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXAConnection_Get(NULL, NULL), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXAConnection_CreateXASession(NULL, NULL), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXAConnection_GetXASession(NULL, NULL), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXASession_GetSession(NULL, NULL), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXASession_GetXAResource(NULL, NULL), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXAResource_Start(NULL, NULL, 0), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXAResource_End(NULL, NULL, 0), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXAResource_Prepare(NULL, NULL), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXAResource_Commit(NULL, NULL, TIBEMS_TRUE), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXAResource_Rollback(NULL, NULL), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXAResource_Forget(NULL, NULL), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXAResource_Recover(NULL, NULL, 0, NULL, 0), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXAResource_isSameRM(NULL, NULL, NULL), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXAResource_GetTransactionTimeout(NULL, NULL), TIBEMS_NOT_IMPLEMENTED);
    CHECK_STATUS(tibemsXAResource_GetRMID(NULL, NULL), TIBEMS_NOT_IMPLEMENTED);
}

TEST_CHEAP("20-169", xa_is_not_implemented)
{
    static struct proxy proxy;
    proxy_start_url(&proxy, url_a());
    fresh(&f);
    call_xa(NULL, NULL, NULL, proxy.url);
    call_xa(f.connection, f.session, (tibemsXAResource)f.session, proxy.url);
    call_xa_with_nulls();
    CHECK_INT(proxy_connections(&proxy), 0);    /* nobody went to the server */
    CHECK_OK(send_text(f.producer, "usable"));
    EXPECT_FIRST(f.consumer, "usable");
    CHECK_OK(tibemsSession_Close(f.session));
    done();
}

TEST_CHEAP("20-170", multicast_switches)
{
    tibems_bool multicast = TIBEMS_TRUE;
    CHECK_INT(tibems_GetMulticastEnabled(), TIBEMS_TRUE);
    CHECK_OK(tibems_SetMulticastEnabled(TIBEMS_FALSE));
    CHECK_INT(tibems_GetMulticastEnabled(), TIBEMS_FALSE);
    fresh(&f);
    for (int enabled = 0; enabled < 2; enabled++) {
        CHECK_OK(tibems_SetMulticastEnabled((tibems_bool)enabled));
        CHECK_INT(tibems_GetMulticastEnabled(), enabled);
        multicast = TIBEMS_TRUE;
        CHECK_OK(tibems_IsConsumerMulticast(f.consumer, &multicast));
        CHECK_INT(multicast, TIBEMS_FALSE);
    }
    CHECK_STATUS(tibems_IsConsumerMulticast(f.consumer, NULL), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibems_IsConsumerMulticast(NULL, &multicast), TIBEMS_INVALID_CONSUMER);
    done();
}
