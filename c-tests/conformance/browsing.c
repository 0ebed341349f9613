/*
 * browsing.c - queue browsers beside everything else (spec 20 §5, spec 10 §4.2, §5.6): getters, selectors, large queues under
 * load, consumers and listeners of the same session, losses, closes, bad input
 */
#include "sessions.h"

static void without_consumer(void)
{
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
}

static tibemsQueueBrowser browse(const char *selector)
{
    tibemsQueueBrowser browser = NULL;
    REQUIRE_OK(tibemsSession_CreateBrowser(f.session, &browser, f.queue, selector));
    return browser;
}

/* the next message, a number; 0 at the end */
static int next_number(tibemsQueueBrowser browser)
{
    tibemsMsg message = (tibemsMsg)0x1;
    tibems_status status = tibemsQueueBrowser_GetNext(browser, &message);
    if (status == TIBEMS_NOT_FOUND) {
        CHECK(message == NULL);
        return 0;
    }
    REQUIRE_OK(status);
    int number = atoi(text_of(message));
    CHECK_OK(tibemsMsg_Destroy(message));
    return number;
}

TEST_CHEAP("", browser_getters)
{
    tibemsQueue one = NULL, two = NULL;
    const char *selector = "garbage";
    char name[256];
    without_consumer();
    tibemsQueueBrowser plain = browse("  "), chosen = NULL;
    REQUIRE_OK(tibemsQueueSession_CreateBrowser(f.session, &chosen, f.queue, "n > 1"));
    CHECK_OK(tibemsQueueBrowser_GetMsgSelector(plain, &selector));
    CHECK(selector == NULL);
    CHECK_OK(tibemsQueueBrowser_GetMsgSelector(chosen, &selector));
    CHECK_STR(selector, "n > 1");
    CHECK_OK(tibemsQueueBrowser_GetQueue(chosen, &one));
    CHECK_OK(tibemsQueueBrowser_GetQueue(chosen, &two));
    CHECK(one == two);
    CHECK_OK(tibemsDestination_GetName(one, name, sizeof name));
    CHECK_STR(name, f.name);
    CHECK_STATUS(tibemsDestination_Destroy(one), TIBEMS_NOT_PERMITTED);
    CHECK_OK(tibemsQueueBrowser_Close(chosen));
    CHECK_STATUS(tibemsDestination_GetName(one, name, sizeof name), TIBEMS_INVALID_DESTINATION);
    CHECK_OK(tibemsQueueBrowser_Close(plain));
    done();
}

TEST_CHEAP("", browser_with_a_selector)
{
    without_consumer();
    for (int i = 1; i <= 40; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        tibemsMsg message = text_message(text);
        CHECK_OK(tibemsMsg_SetIntProperty(message, "n", i));
        REQUIRE_OK(tibemsMsgProducer_Send(f.producer, message));
        CHECK_OK(tibemsMsg_Destroy(message));
    }
    tibemsQueueBrowser browser = browse("n > 10 AND n <= 30");
    for (int i = 11; i <= 30; i++)
        CHECK_INT(next_number(browser), i);
    CHECK_INT(next_number(browser), 0);
    CHECK_OK(tibemsQueueBrowser_Close(browser));
    done();
    EXPECT_LEFT(url_a(), f.name, 40);
}

TEST_CHEAP("", browser_bad_input)
{
    tibemsQueueBrowser browser = (tibemsQueueBrowser)0x1;
    tibemsMsg message = (tibemsMsg)0x1;
    tibemsDestination wild = queue_named("any.*"), queue = (tibemsDestination)0x1;
    const char *selector = "untouched";
    without_consumer();
    CHECK_STATUS(tibemsSession_CreateBrowser(f.session, &browser, wild, NULL), TIBEMS_INVALID_DESTINATION);
    CHECK(browser == NULL);
    CHECK(strstr(error_text(), "wildcard") != NULL);
    CHECK_STATUS(tibemsQueueSession_CreateBrowser(f.session, &browser, unique_topic(), NULL), TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsSession_CreateBrowser(f.session, NULL, f.queue, NULL), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsSession_CreateBrowser(f.session, &browser, NULL, NULL), TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsSession_CreateBrowser(f.session, &browser, (tibemsQueue)f.producer, NULL), TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsSession_CreateBrowser((tibemsSession)f.connection, &browser, f.queue, NULL), TIBEMS_INVALID_SESSION);
    void *bad[] = {NULL, (void *)0x1, (void *)(uintptr_t)-1, f.connection, f.session, f.producer, f.consumer, f.queue, &f};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        message = (tibemsMsg)0x1;
        CHECK_STATUS(tibemsQueueBrowser_GetNext(bad[i], &message), TIBEMS_INVALID_ARG);
        CHECK(message == NULL);
        CHECK_STATUS(tibemsQueueBrowser_GetQueue(bad[i], &queue), TIBEMS_INVALID_ARG);
        CHECK(queue == NULL);
        CHECK_STATUS(tibemsQueueBrowser_GetMsgSelector(bad[i], &selector), TIBEMS_INVALID_ARG);
        CHECK_STR(selector, "untouched");
        CHECK_STATUS(tibemsQueueBrowser_Close(bad[i]), TIBEMS_INVALID_ARG);
    }
    browser = browse(NULL);
    CHECK_STATUS(tibemsQueueBrowser_GetNext(browser, NULL), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsQueueBrowser_GetQueue(browser, NULL), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsQueueBrowser_GetMsgSelector(browser, NULL), TIBEMS_INVALID_ARG);
    /* a browser is no consumer and no session */
    CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait((tibemsMsgConsumer)browser, &message), TIBEMS_INVALID_CONSUMER);
    CHECK_STATUS(tibemsSession_Close((tibemsSession)browser), TIBEMS_INVALID_SESSION);
    CHECK_INT(next_number(browser), 0);
    done();
    CHECK_OK(tibemsDestination_Destroy(wild));
}

TEST_CHEAP("", browser_of_what_is_closed)
{
    tibemsMsg message = (tibemsMsg)0x1;
    tibemsQueue queue = NULL;
    const char *selector = NULL;
    for (int connection = 0; connection < 2; connection++) {
        without_consumer();
        send_numbers(f.producer, 1, 3);
        tibemsQueueBrowser browser = browse("TRUE"), other = NULL;
        CHECK_INT(next_number(browser), 1);
        tibemsMsg kept = NULL;
        REQUIRE_OK(tibemsQueueBrowser_GetNext(browser, &kept));
        CHECK_OK(connection ? tibemsConnection_Close(f.connection) : tibemsSession_Close(f.session));
        CHECK_STATUS(tibemsQueueBrowser_GetNext(browser, &message), TIBEMS_ILLEGAL_STATE);
        CHECK(message == NULL);
        CHECK_STATUS(tibemsQueueBrowser_GetQueue(browser, &queue), TIBEMS_ILLEGAL_STATE);
        CHECK_STATUS(tibemsQueueBrowser_GetMsgSelector(browser, &selector), TIBEMS_ILLEGAL_STATE);
        if (connection)
            CHECK_STATUS(tibemsSession_CreateBrowser(f.session, &other, f.queue, NULL), TIBEMS_ILLEGAL_STATE);
        CHECK_OK(tibemsQueueBrowser_Close(browser));
        CHECK_STATUS(tibemsQueueBrowser_Close(browser), TIBEMS_INVALID_ARG);
        CHECK_STR(text_of(kept), "2");              /* it survives */
        CHECK_OK(tibemsMsg_Acknowledge(kept));
        CHECK_OK(tibemsMsg_Destroy(kept));
        CHECK_OK(tibemsConnection_Close(f.connection));
        EXPECT_LEFT(url_a(), f.name, 3);
    }
}

TEST_CHEAP("", expired_is_never_shown)
{
    without_consumer();
    tibemsQueueBrowser browser = browse(NULL);
    tibemsMsg message = text_message("1");
    REQUIRE_OK(tibemsMsgProducer_SendEx(f.producer, message, TIBEMS_PERSISTENT, 4, 1));
    CHECK_OK(tibemsMsg_Destroy(message));
    send_numbers(f.producer, 2, 2);
    sleep_ms(50);                                   /* its life is over */
    CHECK_INT(next_number(browser), 2);
    CHECK_INT(next_number(browser), 0);
    done();
}

/* ---- beside consumers ---------------------------------------------------------------------------------------------------- */

static struct events listened = EVENTS_INIT;

/* browses what is left behind the message in work, and closes the browser */
static void browse_inside(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    tibemsQueueBrowser browser = NULL;
    (void)consumer;
    (void)closure;
    CHECK_OK(tibemsSession_CreateBrowser(f.session, &browser, f.queue, NULL));
    int number = next_number(browser);
    CHECK_OK(tibemsQueueBrowser_Close(browser));
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&listened, number);
}

TEST_CHEAP("", browse_in_a_listener)
{
    tibemsMsgConsumer consumer = NULL;
    without_consumer();
    tibemsDestination other = unique_queue();
    tibemsMsgProducer producer = NULL;
    send_numbers(f.producer, 7, 9);
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &producer, other));
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &consumer, other, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsMsgConsumer_SetMsgListener(consumer, browse_inside, NULL));
    REQUIRE_OK(send_text(producer, "look"));
    REQUIRE(event_wait(&listened, 1, 10000));
    CHECK_INT(event_at(&listened, 0), 7);
    done();
    EXPECT_LEFT(url_a(), f.name, 3);
}

/* What a consumer of the session holds and gives back is its own affair; Recover leaves browsers alone. With five in advance
 * the consumer never has more than the browser has seen. */
TEST_CHEAP("", browse_beside_a_recover)
{
    tibemsMsg message = NULL;
    REQUIRE(setenv("TIBEMS_AMQP_OPTIONS", "prefetch_queue=5", 1) == 0);
    session(TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    send_numbers(f.producer, 1, 20);
    tibemsQueueBrowser browser = browse(NULL);
    for (int i = 1; i <= 10; i++)
        CHECK_INT(next_number(browser), i);
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &f.consumer, f.queue, NULL, TIBEMS_FALSE));
    message = receive_one(f.consumer);
    CHECK_STR(text_of(message), "1");
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsSession_Recover(f.session));
    message = receive_one(f.consumer);
    CHECK_STR(text_of(message), "1");
    CHECK_OK(tibemsMsg_Destroy(message));
    for (int i = 11; i <= 20; i++)
        CHECK_INT(next_number(browser), i);
    CHECK_INT(next_number(browser), 0);
    CHECK_OK(tibemsSession_Recover(f.session));
    done();
    EXPECT_LEFT(url_a(), f.name, 20);
}

/* ---- large queues -------------------------------------------------------------------------------------------------------- */

enum { BEFORE = 4000, BESIDE = 2000 };

static tibems_status send_beside(void *producer)
{
    send_numbers(producer, BEFORE + 1, BEFORE + BESIDE);
    return TIBEMS_OK;
}

TEST_X("", large_queue_under_load, T_ALONE, 120)
{
    struct task sending;
    tibemsMsgProducer producer = NULL;
    without_consumer();
    tibemsSession session = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateProducer(session, &producer, f.queue));
    CHECK_OK(tibemsMsgProducer_SetDeliveryMode(producer, TIBEMS_NON_PERSISTENT));
    send_numbers(producer, 1, BEFORE);
    tibemsQueueBrowser browser = browse(NULL);
    task_start(&sending, send_beside, producer);
    int last = 0;
    for (int number; last < BEFORE; last = number) {
        number = next_number(browser);
        if (number == 0)                            /* unconfirmed sends may still be on their way */
            number = last, sleep_ms(10);
        else if (number != last + 1)
            REQUIRE(number == last + 1);
    }
    for (long long until = now_ms() + slow(30000); last < BEFORE + BESIDE && now_ms() < until;) {
        int number = next_number(browser);
        if (number == 0)
            sleep_ms(10);
        else {
            REQUIRE(number == last + 1);
            last = number;
        }
    }
    CHECK_INT(last, BEFORE + BESIDE);
    REQUIRE(task_wait(&sending, 30000));
    CHECK_OK(tibemsQueueBrowser_Close(browser));
    done();
    EXPECT_LEFT(url_a(), f.name, BEFORE + BESIDE);
}

TEST_X("", large_messages, T_ALONE, 60)
{
    enum { COUNT = 60, SIZE = 300000 };
    static char body[SIZE + 1];
    without_consumer();
    memset(body, 'x', SIZE);
    for (int i = 1; i <= COUNT; i++) {
        snprintf(body, 8, "%06d", i);
        body[6] = ' ';
        REQUIRE_OK(send_text(f.producer, body));
    }
    tibemsQueueBrowser browser = browse(NULL);
    for (int i = 1; i <= COUNT; i++)
        CHECK_INT(next_number(browser), i);
    CHECK_INT(next_number(browser), 0);
    CHECK_OK(tibemsQueueBrowser_Close(browser));
    done();
    EXPECT_LEFT(url_a(), f.name, COUNT);
}

/* ---- losses -------------------------------------------------------------------------------------------------------------- */

TEST("", browser_goes_on_after_a_reconnect)
{
    reconnecting();
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    send_numbers(f.producer, 1, 50);
    tibemsQueueBrowser browser = browse(NULL);
    for (int i = 1; i <= 50; i++) {
        CHECK_INT(next_number(browser), i);
        if (i % 12 == 0)
            lose_server();
    }
    CHECK_INT(next_number(browser), 0);
    lose_server();
    CHECK_INT(next_number(browser), 0);
    CHECK_OK(tibemsQueueBrowser_Close(browser));
    done();
    EXPECT_LEFT(url_a(), f.name, 50);
}

static tibems_status next_one(void *browser)
{
    tibemsMsg message = (tibemsMsg)0x1;
    tibems_status status = tibemsQueueBrowser_GetNext(browser, &message);
    if (status == TIBEMS_OK) {
        CHECK_STR(text_of(message), "101");
        CHECK_OK(tibemsMsg_Destroy(message));
    } else
        CHECK(message == NULL);
    return status;
}

TEST("", browser_begins_anew_after_a_recovery)
{
    static struct proxy one, two;
    static struct recovery recovery = RECOVERY_INIT;
    struct fixture other;
    struct task asking;
    proxy_start_url(&one, url_a());
    proxy_start_url(&two, url_b());
    recovery.factory = ufo_factory_for(url_join("+", one.url, two.url, NULL));
    recovery.gated = true;
    f.connection = connect_with(recovery.factory);
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, recover_listener, &recovery));
    fresh_on(&f, f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    send_numbers(f.producer, 1, 3);
    memset(&other, 0, sizeof other);
    other.connection = connect_to(url_b());
    other.session = session_of(other.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateProducer(other.session, &other.producer, f.queue));
    send_numbers(other.producer, 101, 103);
    tibemsQueueBrowser browser = browse(NULL);
    CHECK_INT(next_number(browser), 1);
    proxy_set(&one, PROXY_REFUSE);
    REQUIRE(event_wait(&recovery.broken, 1, 10000));
    task_start(&asking, next_one, browser);
    CHECK(task_blocks(&asking));
    event_post(&recovery.go, 1);
    REQUIRE(task_wait(&asking, 10000));
    CHECK_INT(asking.status, TIBEMS_OK);
    CHECK_INT(next_number(browser), 102);
    CHECK_INT(next_number(browser), 103);
    CHECK_INT(next_number(browser), 0);
    CHECK_OK(tibemsQueueBrowser_Close(browser));
    CHECK_OK(tibemsConnection_Close(other.connection));
    done();
}

TEST("", browser_of_a_dead_connection)
{
    static struct proxy proxy;
    static struct events events = EVENTS_INIT;
    tibemsMsg message = (tibemsMsg)0x1;
    proxy_start_url(&proxy, url_a());
    f.connection = connect_to(proxy.url);
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, post_status, &events));
    fresh_on(&f, f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsQueueBrowser browser = browse(NULL);
    proxy_set(&proxy, PROXY_REFUSE);
    REQUIRE(event_wait(&events, 1, 10000));
    CHECK_STATUS(tibemsQueueBrowser_GetNext(browser, &message), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK(message == NULL);
    CHECK_OK(tibemsQueueBrowser_Close(browser));
    done();
}

/* ---- temporary queues, transactions --------------------------------------------------------------------------------------- */

TEST_CHEAP("", browser_of_a_temporary_queue)
{
    tibemsTemporaryQueue queue = NULL;
    tibemsQueueBrowser browser = NULL, foreign = (tibemsQueueBrowser)0x1;
    tibemsMsgProducer producer = NULL;
    without_consumer();
    REQUIRE_OK(tibemsSession_CreateTemporaryQueue(f.session, &queue));
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &producer, queue));
    send_numbers(producer, 1, 3);
    REQUIRE_OK(tibemsSession_CreateBrowser(f.session, &browser, queue, NULL));
    for (int i = 1; i <= 3; i++)
        CHECK_INT(next_number(browser), i);
    CHECK_INT(next_number(browser), 0);
    tibemsConnection other = connect_to(url_a());
    tibemsSession session = session_of(other, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_STATUS(tibemsSession_CreateBrowser(session, &foreign, queue, NULL), TIBEMS_INVALID_DESTINATION);
    CHECK(foreign == NULL);
    CHECK_OK(tibemsConnection_Close(other));
    CHECK_OK(tibemsMsgProducer_Close(producer));
    CHECK_OK(tibemsQueueBrowser_Close(browser));
    CHECK_OK(tibemsSession_DeleteTemporaryQueue(f.session, queue));
    CHECK_STATUS(tibemsSession_CreateBrowser(f.session, &browser, queue, NULL), TIBEMS_INVALID_DESTINATION);
    CHECK(browser == NULL);
    done();
}

TEST_CHEAP("", browsing_is_outside_the_transaction)
{
    struct fixture other;
    without_consumer();
    send_numbers(f.producer, 1, 2);
    memset(&other, 0, sizeof other);
    other.connection = f.connection;
    other.session = session_of(f.connection, TIBEMS_TRUE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateProducer(other.session, &other.producer, f.queue));
    send_numbers(other.producer, 3, 3);
    tibemsQueueBrowser browser = NULL;
    REQUIRE_OK(tibemsSession_CreateBrowser(other.session, &browser, f.queue, NULL));
    CHECK_INT(next_number(browser), 1);
    CHECK_OK(tibemsSession_Rollback(other.session));
    CHECK_INT(next_number(browser), 2);
    CHECK_INT(next_number(browser), 0);         /* what was rolled back was never there */
    send_numbers(other.producer, 4, 4);
    CHECK_OK(tibemsSession_Commit(other.session));
    int number = 0;
    for (long long until = now_ms() + slow(10000); number == 0 && now_ms() < until; sleep_ms(20))
        number = next_number(browser);
    CHECK_INT(number, 4);
    done();
    EXPECT_LEFT(url_a(), f.name, 3);
}
