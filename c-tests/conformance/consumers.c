/*
 * consumers.c - receive calls, listeners, selectors, durable and shared subscriptions (spec 20 §4; cases 20-124 to
 * 20-150, 20-153)
 */
#include "harness.h"

static struct fixture f;
static struct events called = EVENTS_INIT;

static void done(void) { CHECK_OK(tibemsConnection_Close(f.connection)); }

static void send_numbers(tibemsMsgProducer producer, int from, int to)
{
    char text[16];
    for (int i = from; i <= to; i++) {
        snprintf(text, sizeof text, "%d", i);
        REQUIRE_OK(send_text(producer, text));
    }
}

static tibems_status receive_forever(void *consumer)
{
    tibemsMsg message = NULL;
    return tibemsMsgConsumer_Receive(consumer, &message);
}

static tibems_status receive_zero(void *consumer)
{
    tibemsMsg message = NULL;
    return tibemsMsgConsumer_ReceiveTimeout(consumer, &message, 0);
}

static void note(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    long long base = closure ? *(long long *)closure : 0;
    event_post(&called, base + atoll(text_of(message)));
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("20-124,20-126", receive_without_message)
{
    tibemsMsg message = (tibemsMsg)0x1234;
    fresh(&f);
    CASE("20-124");
    CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait(f.consumer, &message), TIBEMS_NOT_FOUND);
    CHECK(message == NULL);
    CASE("20-126");
    CHECK_OK(send_text(f.producer, "x"));
    CHECK_STATUS(tibemsMsgConsumer_Receive(f.consumer, NULL), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(f.consumer, NULL, 100), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait(f.consumer, NULL), TIBEMS_INVALID_ARG);
    EXPECT_FIRST(f.consumer, "x");
    done();
}

TEST_ALONE("20-125", receive_timeouts)
{
    struct task forever;
    tibemsMsg message = (tibemsMsg)0x1234;
    fresh(&f);
    long long begin = now_us();
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(f.consumer, &message, 200), TIBEMS_TIMEOUT);
    CHECK_BETWEEN((now_us() - begin) / 1000, 200, slow(250));
    CHECK(message == NULL);
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(f.consumer, &message, -1), TIBEMS_INVALID_ARG);
    task_start(&forever, receive_zero, f.consumer);
    sleep_ms(2000);
    CHECK(task_running(&forever));
    CHECK_OK(send_text(f.producer, "x"));
    REQUIRE(task_wait(&forever, 2000));
    CHECK_INT(forever.status, TIBEMS_OK);
    done();
}

TEST_CHEAP("20-127", receive_before_start)
{
    struct fixture g = {0};
    tibemsMsg message = (tibemsMsg)0x1234;
    g.connection = connect_to(url_a());
    g.session = session_of(g.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsDestination queue = unique_queue();
    REQUIRE_OK(tibemsSession_CreateConsumer(g.session, &g.consumer, queue, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsSession_CreateProducer(g.session, &g.producer, queue));
    CHECK_OK(send_text(g.producer, "x"));
    CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait(g.consumer, &message), TIBEMS_NOT_FOUND);
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(g.consumer, &message, 200), TIBEMS_TIMEOUT);
    CHECK_OK(tibemsConnection_Start(g.connection));
    REQUIRE_OK(tibemsMsgConsumer_Receive(g.consumer, &message));
    CHECK_STR(text_of(message), "x");
    CHECK_OK(tibemsConnection_Close(g.connection));
}

TEST_CHEAP("20-128", receive_nowait_after_send)
{
    fresh(&f);
    for (int i = 0; i < 50; i++) {
        tibemsMsg message = NULL;
        CHECK_OK(send_text(f.producer, "x"));
        REQUIRE_OK(tibemsMsgConsumer_ReceiveNoWait(f.consumer, &message));
        CHECK_OK(tibemsMsg_Destroy(message));
    }
    done();
}

TEST_CHEAP("20-129,20-131", listener_excludes_receive)
{
    tibemsMsgConsumer second = NULL;
    tibemsMsg message = NULL;
    tibemsMsgCallback read = (tibemsMsgCallback)note;
    void *closure = &f;
    fresh(&f);
    CASE("20-131");
    CHECK_OK(tibemsMsgConsumer_GetMsgListener(f.consumer, &read, &closure));
    CHECK(read == NULL && closure == NULL);
    CHECK_STATUS(tibemsMsgConsumer_GetMsgListener(f.consumer, NULL, &closure), TIBEMS_INVALID_ARG);
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &second, unique_queue(), NULL, TIBEMS_FALSE));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, note, NULL));
    CHECK_OK(tibemsMsgConsumer_GetMsgListener(f.consumer, &read, NULL));
    CHECK(read == note);
    CASE("20-129");
    CHECK_STATUS(tibemsMsgConsumer_Receive(f.consumer, &message), TIBEMS_ILLEGAL_STATE);
    CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait(f.consumer, &message), TIBEMS_ILLEGAL_STATE);
    CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait(second, &message), TIBEMS_NOT_FOUND);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, NULL, NULL));
    send_numbers(f.producer, 1, 3);
    EXPECT_FIRST(f.consumer, "1");
    EXPECT_FIRST(f.consumer, "2");
    EXPECT_FIRST(f.consumer, "3");
    done();
}

TEST("20-130", listener_while_receive_blocks)
{
    struct task receiver;
    fresh(&f);
    task_start(&receiver, receive_forever, f.consumer);
    CHECK(task_blocks(&receiver));
    CHECK_STATUS(tibemsMsgConsumer_SetMsgListener(f.consumer, note, NULL), TIBEMS_ILLEGAL_STATE);
    CHECK(task_running(&receiver));
    CHECK_OK(send_text(f.producer, "1"));
    REQUIRE(task_wait(&receiver, 2000));
    CHECK_INT(receiver.status, TIBEMS_OK);
    done();
}

TEST_CHEAP("20-132", listener_set_late)
{
    fresh(&f);
    send_numbers(f.producer, 1, 100);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, note, NULL));
    REQUIRE(event_wait(&called, 100, 5000));
    for (int i = 0; i < 100; i++)
        CHECK_INT(event_at(&called, i), i + 1);
    done();
}

static void remove_itself(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)closure;
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&called, tibemsMsgConsumer_SetMsgListener(consumer, NULL, NULL));
}

TEST_CHEAP("20-133", listener_removes_itself)
{
    fresh(&f);
    send_numbers(f.producer, 1, 3);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, remove_itself, NULL));
    REQUIRE(event_wait(&called, 1, 5000));
    CHECK_INT(event_at(&called, 0), TIBEMS_OK);
    EXPECT_FIRST(f.consumer, "2");
    EXPECT_FIRST(f.consumer, "3");
    CHECK_INT(event_count(&called), 1);
    done();
}

static void replace_itself(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    static long long base = 100;
    (void)closure;
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(consumer, note, &base));
    event_post(&called, atoll(text_of(message)));
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("20-134", listener_replaced_inside)
{
    fresh(&f);
    send_numbers(f.producer, 1, 3);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, replace_itself, NULL));
    REQUIRE(event_wait(&called, 3, 5000));
    CHECK_INT(event_at(&called, 0), 1);
    CHECK_INT(event_at(&called, 1), 102);
    CHECK_INT(event_at(&called, 2), 103);
    done();
}

static void receive_inside(tibemsMsgConsumer consumer, tibemsMsg message, void *second)
{
    char text[256];
    (void)consumer;
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&called, receive_text(second, slow(2000), text, NULL));
    CHECK_STR(text, "other");
    event_post(&called, 0);
}

TEST_CHEAP("20-135", receive_in_listener)
{
    tibemsMsgConsumer second = NULL;
    tibemsMsgProducer to_second = NULL;
    fresh(&f);
    tibemsDestination queue = unique_queue();
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &second, queue, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &to_second, queue));
    CHECK_OK(send_text(to_second, "other"));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, receive_inside, second));
    CHECK_OK(send_text(f.producer, "go"));
    REQUIRE(event_wait(&called, 2, 5000));
    CHECK_INT(event_at(&called, 0), TIBEMS_OK);
    done();
}

TEST_X("20-136,20-138", selector_texts, T_FOREIGN, 20)
{
    static const char *none[] = {NULL, "", "  "};
    const char *read = "garbage";
    tibemsMsgConsumer consumer = (tibemsMsgConsumer)0x1;
    fresh(&f);
    CASE("20-138");
    CHECK_OK(tibemsMsgConsumer_GetMsgSelector(f.consumer, &read));
    CHECK(read == NULL);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    CASE("20-136");
    CHECK_STATUS(tibemsSession_CreateConsumer(f.session, &consumer, f.queue, "a = 1 AND", TIBEMS_FALSE),
                 TIBEMS_INVALID_SELECTOR);
    CHECK(consumer == NULL);
    for (size_t i = 0; i < 3; i++) {
        REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &consumer, f.queue, none[i], TIBEMS_FALSE));
        CHECK_OK(tibemsMsgConsumer_GetMsgSelector(consumer, &read));
        CHECK(read == NULL);
        CHECK_OK(send_text(f.producer, "any"));
        EXPECT_TEXT(consumer, "any");
        CHECK_OK(tibemsMsgConsumer_Close(consumer));
    }
    done();
}

/* a message with property p (NULL: none), s, x and a priority; sent through the fixture's producer */
static void send_with(const char *text, const char *p, const char *s, int x, int priority)
{
    tibemsMsg message = text_message(text);
    if (p)
        CHECK_OK(tibemsMsg_SetStringProperty(message, "p", p));
    if (s)
        CHECK_OK(tibemsMsg_SetStringProperty(message, "s", s));
    CHECK_OK(tibemsMsg_SetIntProperty(message, "x", x));
    CHECK_OK(tibemsMsgProducer_SendEx(f.producer, message, TIBEMS_PERSISTENT, priority, 0));
    CHECK_OK(tibemsMsg_Destroy(message));
}

static void expect_selected(const char *selector, const char *text)
{
    tibemsMsgConsumer consumer = NULL;
    tibems_status status = tibemsSession_CreateConsumer(f.session, &consumer, f.queue, selector, TIBEMS_FALSE);
    if (!CHECK_STATUS(status, TIBEMS_OK))
        return;
    send_with("yes", NULL, "a_b", 7, 6);
    send_with("no", "here", "axb", 2, 4);
    char got[256];
    if (text)
        EXPECT_TEXT(consumer, text);
    if (receive_text(consumer, 200, got, NULL) == TIBEMS_OK)
        check_failed(__FILE__, __LINE__, "selector %s also selected \"%s\"", selector, got);
    CHECK_OK(tibemsMsgConsumer_Close(consumer));
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &consumer, f.queue, NULL, TIBEMS_FALSE));
    while (receive_text(consumer, 200, got, NULL) == TIBEMS_OK)
        ;
    CHECK_OK(tibemsMsgConsumer_Close(consumer));
}

TEST_X("20-137", selectors, T_FOREIGN, 20)
{
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    expect_selected("JMSPriority > 5", "yes");
    expect_selected("p IS NULL", "yes");
    expect_selected("s LIKE 'a\\_%' ESCAPE '\\'", "yes");
    expect_selected("x NOT BETWEEN 1 AND 3", "yes");
    expect_selected("s IN ('a_b','c')", "yes");
    expect_selected("NOT (p = 'here')", NULL);          /* unknown for "yes", false for "no" */
    expect_selected("1 = '1'", NULL);
    expect_selected("JMSDeliveryMode = 'PERSISTENT' AND x = 7", "yes");
    done();
}

TEST_CHEAP("20-139", no_local)
{
    struct fixture other;
    tibemsMsgConsumer consumer = NULL;
    tibemsMsgProducer mine = NULL, theirs = NULL;
    tibems_bool flag = TIBEMS_FALSE;
    fresh(&f);
    fresh(&other);
    tibemsDestination topic = unique_topic();
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &consumer, topic, NULL, TIBEMS_TRUE));
    CHECK_OK(tibemsMsgConsumer_GetNoLocal(consumer, &flag));
    CHECK_INT(flag, TIBEMS_TRUE);
    tibemsSession second = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateProducer(second, &mine, topic));
    REQUIRE_OK(tibemsSession_CreateProducer(other.session, &theirs, topic));
    CHECK_OK(send_text(mine, "mine"));
    CHECK_OK(send_text(theirs, "theirs"));
    EXPECT_TEXT(consumer, "theirs");
    EXPECT_NOTHING(consumer);
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &consumer, unique_queue(), NULL, TIBEMS_TRUE));
    CHECK_OK(tibemsMsgConsumer_GetNoLocal(consumer, &flag));
    CHECK_INT(flag, TIBEMS_FALSE);
    CHECK_OK(tibemsConnection_Close(other.connection));
    done();
}

TEST_CHEAP("20-140", queue_shares_topic_copies)
{
    tibemsMsgConsumer second = NULL, one = NULL, two = NULL;
    tibemsMsgProducer publisher = NULL;
    char text[256];
    bool seen[21] = {false};
    fresh(&f);
    tibemsSession other = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateConsumer(other, &second, f.queue, NULL, TIBEMS_FALSE));
    send_numbers(f.producer, 1, 20);
    for (int i = 0; i < 40; i++) {
        tibemsMsgConsumer consumer = i % 2 ? f.consumer : second;
        if (receive_text(consumer, 100, text, NULL) == TIBEMS_OK) {
            CHECK(!seen[atoi(text)]);
            seen[atoi(text)] = true;
        }
    }
    for (int i = 1; i <= 20; i++)
        CHECK(seen[i]);
    tibemsDestination topic = unique_topic();
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &one, topic, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsSession_CreateConsumer(other, &two, topic, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &publisher, topic));
    send_numbers(publisher, 1, 2);
    EXPECT_FIRST(one, "1");
    EXPECT_FIRST(one, "2");
    EXPECT_FIRST(two, "1");
    EXPECT_FIRST(two, "2");
    done();
}

static tibemsTopicSubscriber durable_on(tibemsSession session, tibemsDestination topic, const char *name)
{
    tibemsTopicSubscriber subscriber = NULL;
    REQUIRE_OK(tibemsSession_CreateDurableSubscriber(session, &subscriber, topic, name, NULL, TIBEMS_FALSE));
    return subscriber;
}

TEST_CHEAP("20-141,20-142,20-145", durable_subscriber)
{
    struct fixture other = {0};
    tibemsTopicSubscriber second = (tibemsTopicSubscriber)0x1;
    tibemsMsgProducer publisher = NULL;
    char name[128];
    snprintf(name, sizeof name, "%s", unique_name("durable"));
    fresh(&f);
    tibemsDestination topic = unique_topic();
    tibemsTopicSubscriber subscriber = durable_on(f.session, topic, name);
    CASE("20-142");
    CHECK_STATUS(tibemsSession_CreateDurableSubscriber(f.session, &second, topic, name, NULL, TIBEMS_FALSE),
                 TIBEMS_INVALID_CONSUMER);
    CHECK(second == NULL);
    CASE("20-145");
    CHECK_STATUS(tibemsSession_Unsubscribe(f.session, name), TIBEMS_EXCEPTION);
    CHECK_OK(tibemsMsgConsumer_Close(subscriber));
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &publisher, topic));
    send_numbers(publisher, 1, 3);
    done();
    CASE("20-141");
    fresh(&other);
    subscriber = durable_on(other.session, topic, name);
    EXPECT_FIRST(subscriber, "1");
    EXPECT_FIRST(subscriber, "2");
    EXPECT_FIRST(subscriber, "3");
    CASE("20-145");
    CHECK_OK(tibemsMsgConsumer_Close(subscriber));
    CHECK_OK(tibemsSession_Unsubscribe(other.session, name));
    CHECK_STATUS(tibemsSession_Unsubscribe(other.session, name), TIBEMS_INVALID_DESTINATION);
    CHECK_OK(tibemsConnection_Close(other.connection));
}

TEST_CHEAP("20-143", durable_with_another_topic)
{
    tibemsMsgProducer publisher = NULL;
    char name[128];
    snprintf(name, sizeof name, "%s", unique_name("durable"));
    fresh(&f);
    tibemsDestination one = unique_topic(), two = unique_topic();
    CHECK_OK(tibemsMsgConsumer_Close(durable_on(f.session, one, name)));
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &publisher, one));
    send_numbers(publisher, 1, 2);
    CHECK_OK(tibemsMsgConsumer_Close(durable_on(f.session, two, name)));
    tibemsTopicSubscriber subscriber = durable_on(f.session, one, name);
    EXPECT_NOTHING(subscriber);
    CHECK_OK(tibemsMsgConsumer_Close(subscriber));
    CHECK_OK(tibemsSession_Unsubscribe(f.session, name));
    done();
}

TEST_CHEAP("20-144", durable_arguments)
{
    char long_name[260];
    tibemsTopicSubscriber subscriber = (tibemsTopicSubscriber)0x1;
    fresh(&f);
    tibemsDestination topic = unique_topic();
    memset(long_name, 'd', 256);
    long_name[256] = 0;
    CHECK_STATUS(tibemsSession_CreateDurableSubscriber(f.session, &subscriber, topic, NULL, NULL, TIBEMS_FALSE),
                 TIBEMS_INVALID_ARG);
    CHECK(subscriber == NULL);
    CHECK_STATUS(tibemsSession_CreateDurableSubscriber(f.session, &subscriber, topic, "", NULL, TIBEMS_FALSE),
                 TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsSession_CreateDurableSubscriber(f.session, &subscriber, topic, long_name, NULL, TIBEMS_FALSE),
                 TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsSession_CreateDurableSubscriber(f.session, &subscriber, f.queue, "d", NULL, TIBEMS_FALSE),
                 TIBEMS_INVALID_DESTINATION);
    done();
}

TEST_CHEAP("20-146", unsubscribe_with_unacknowledged)
{
    tibemsMsgProducer publisher = NULL;
    char name[128];
    snprintf(name, sizeof name, "%s", unique_name("durable"));
    fresh_on(&f, connect_to(url_a()), TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE);
    tibemsDestination topic = unique_topic();
    tibemsTopicSubscriber subscriber = durable_on(f.session, topic, name);
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &publisher, topic));
    send_numbers(publisher, 1, 1);
    EXPECT_FIRST(subscriber, "1");
    CHECK_OK(tibemsMsgConsumer_Close(subscriber));
    CHECK_STATUS(tibemsSession_Unsubscribe(f.session, name), TIBEMS_EXCEPTION);
    CHECK_OK(tibemsSession_Recover(f.session));
    CHECK_OK(tibemsSession_Unsubscribe(f.session, name));
    done();
}

TEST_CHEAP("20-147", shared_subscription_splits)
{
    struct fixture other;
    tibemsMsgConsumer one = NULL, two = NULL;
    tibemsMsgProducer publisher = NULL;
    char name[128], text[256];
    bool seen[11] = {false};
    int received = 0;
    snprintf(name, sizeof name, "%s", unique_name("shared"));
    fresh(&f);
    fresh(&other);
    tibemsDestination topic = unique_topic();
    REQUIRE_OK(tibemsSession_CreateSharedConsumer(f.session, &one, topic, name, NULL));
    REQUIRE_OK(tibemsSession_CreateSharedConsumer(other.session, &two, topic, name, NULL));
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &publisher, topic));
    send_numbers(publisher, 1, 10);
    for (int i = 0; i < 30 && received < 10; i++)
        if (receive_text(i % 2 ? one : two, 200, text, NULL) == TIBEMS_OK) {
            CHECK(!seen[atoi(text)]);
            seen[atoi(text)] = true;
            received++;
        }
    CHECK_INT(received, 10);
    EXPECT_NOTHING(one);
    EXPECT_NOTHING(two);
    CHECK_OK(tibemsConnection_Close(other.connection));
    done();
}

TEST_CHEAP("20-149", shared_durable)
{
    tibemsMsgConsumer consumer = NULL;
    tibemsMsgProducer publisher = NULL;
    char name[128];
    snprintf(name, sizeof name, "%s", unique_name("shared"));
    fresh(&f);
    tibemsDestination topic = unique_topic();
    REQUIRE_OK(tibemsSession_CreateSharedDurableConsumer(f.session, &consumer, topic, name, NULL));
    CHECK_OK(tibemsMsgConsumer_Close(consumer));
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &publisher, topic));
    send_numbers(publisher, 1, 2);
    REQUIRE_OK(tibemsSession_CreateSharedDurableConsumer(f.session, &consumer, topic, name, NULL));
    EXPECT_FIRST(consumer, "1");
    EXPECT_FIRST(consumer, "2");
    CHECK_OK(tibemsMsgConsumer_Close(consumer));
    CHECK_OK(tibemsSession_Unsubscribe(f.session, name));
    done();
}

TEST("20-153", expired_is_never_received)
{
    tibemsMsg message = NULL;
    fresh(&f);
    CHECK_OK(tibemsConnection_Stop(f.connection));
    CHECK_OK(tibemsMsgProducer_SetTimeToLive(f.producer, 150));
    send_numbers(f.producer, 1, 3);             /* some are prefetched, none is handed out */
    sleep_ms(400);
    CHECK_OK(tibemsConnection_Start(f.connection));
    CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait(f.consumer, &message), TIBEMS_NOT_FOUND);
    EXPECT_NOTHING(f.consumer);
    done();
}
