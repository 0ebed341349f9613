/*
 * recovery.c - unshared-state failover: what is rebuilt, in which order, where (spec 10 §5; cases 10-59, 10-60, 10-73,
 * 10-74, 10-83 to 10-91). The calls made meanwhile are in recovery_calls.c, servers that really die in kills.c.
 */
#include "pair.h"

TEST("10-59", factory_from_ordinary_factory)
{
    proxy_start_url(&p.a, url_a());
    proxy_start_url(&p.b, url_b());
    tibemsConnectionFactory source = factory_for(url_join("+", p.a.url, p.b.url, NULL));
    p.recovery.factory = tibemsUFOConnectionFactory_CreateFromConnectionFactory(source);
    REQUIRE(p.recovery.factory != NULL);
    CHECK_OK(tibemsConnectionFactory_Destroy(source));
    CHECK_STATUS(tibemsConnectionFactory_SetServerURL(p.recovery.factory, url_a()), TIBEMS_EXCEPTION);
    tibemsConnection connection = connect_with(p.recovery.factory);
    CHECK_OK(tibemsConnection_SetExceptionListener(connection, recover_listener, &p.recovery));
    fresh_on(&p.f, connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    a_dies();
    wait_recovered();
    CHECK_STR(active_url(connection), p.b.url);
    CHECK_INT(proxy_connections(&p.b), 1);
    CHECK_OK(send_text(p.f.producer, "on B"));
    EXPECT_FIRST(p.f.consumer, "on B");
    CHECK_OK(tibemsConnection_Close(connection));
}

static struct events listened = EVENTS_INIT;

static void note_text(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    event_post(&listened, atoll(text_of(message)));
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST("10-60", everything_works_on_b)
{
    tibemsMsgConsumer listening = NULL;
    tibemsMsgProducer to_listener = NULL;
    plain();
    tibemsSession second = session_of(p.f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsDestination other = unique_queue();
    REQUIRE_OK(tibemsSession_CreateConsumer(second, &listening, other, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsMsgConsumer_SetMsgListener(listening, note_text, NULL));
    REQUIRE_OK(tibemsSession_CreateProducer(p.f.session, &to_listener, other));
    CHECK_OK(send_text(p.f.producer, "on A"));
    EXPECT_FIRST(p.f.consumer, "on A");
    CHECK_OK(send_text(to_listener, "1"));
    CHECK(event_wait(&listened, 1, 5000));
    a_dies();
    wait_recovered();
    CHECK_INT(event_count(&p.recovery.broken), 1);
    CHECK_INT(event_count(&p.recovery.recovered), 1);
    CHECK_STR(active_url(p.f.connection), p.b.url);
    expect_disconnected(false);
    CHECK_OK(send_text(p.f.producer, "on B"));
    EXPECT_FIRST(p.f.consumer, "on B");
    CHECK_OK(send_text(to_listener, "2"));
    CHECK(event_wait(&listened, 2, 5000));
    CHECK_INT(event_at(&listened, 1), 2);
    CHECK_OK(tibemsConnection_Close(p.f.connection));
    EXPECT_LEFT(url_a(), p.f.name, 0);
    EXPECT_LEFT(url_b(), p.f.name, 0);
}

TEST("10-73", temporary_queue_is_recreated)
{
    tibemsTemporaryQueue temporary = NULL;
    tibemsMsgConsumer consumer = NULL;
    tibemsMsgProducer producer = NULL;
    char name[256] = "";
    plain();
    REQUIRE_OK(tibemsSession_CreateTemporaryQueue(p.f.session, &temporary));
    REQUIRE_OK(tibemsSession_CreateConsumer(p.f.session, &consumer, temporary, NULL, TIBEMS_FALSE));
    a_dies();
    wait_recovered();
    CHECK_OK(tibemsDestination_GetName(temporary, name, sizeof name));
    CHECK_STR(active_url(p.f.connection), p.b.url);
    CHECK(*name);
    REQUIRE_OK(tibemsSession_CreateProducer(p.f.session, &producer, temporary));
    CHECK_OK(send_text(producer, "temporary"));
    EXPECT_FIRST(consumer, "temporary");
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

TEST("10-74", stopped_stays_stopped)
{
    plain();
    CHECK_OK(tibemsConnection_Stop(p.f.connection));
    a_dies();
    wait_recovered();
    CHECK_OK(send_text(p.f.producer, "held"));
    EXPECT_NOTHING(p.f.consumer);
    CHECK_OK(tibemsConnection_Start(p.f.connection));
    EXPECT_FIRST(p.f.consumer, "held");
    CHECK_STR(active_url(p.f.connection), p.b.url);
    proxy_set(&p.a, PROXY_PASS);
    proxy_set(&p.b, PROXY_REFUSE);
    REQUIRE(event_wait(&p.recovery.recovered, 2, 10000));
    CHECK_STR(active_url(p.f.connection), p.a.url);
    CHECK_OK(send_text(p.f.producer, "running"));
    EXPECT_FIRST(p.f.consumer, "running");
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

TEST("10-83", recovery_order)
{
    static struct proxy a, b, c;
    static struct events broken = EVENTS_INIT;
    proxy_start(&a, 0);
    proxy_start_url(&b, url_a());
    proxy_start(&c, 0);
    CHECK_OK(tibems_SetReconnectAttemptCount(1));
    p.recovery.factory = ufo_factory_for(url_join("+", a.url, b.url, c.url));
    CHECK_OK(tibemsConnectionFactory_SetReconnectAttemptCount(p.recovery.factory, 1));
    p.f.connection = connect_with(p.recovery.factory);
    CHECK_OK(tibemsConnection_SetExceptionListener(p.f.connection, post_status, &broken));
    CHECK_STR(active_url(p.f.connection), b.url);
    proxy_set(&b, PROXY_DEAD);
    REQUIRE(event_wait(&broken, 1, 5000));
    CHECK_STATUS(tibemsUFOConnectionFactory_RecoverConnection(p.recovery.factory, p.f.connection),
                 TIBEMS_SERVER_NOT_CONNECTED);
    CHECK_INT(proxy_connections(&c), 1);
    CHECK_INT(proxy_connections(&a), 2);        /* one of the first connect */
    CHECK_INT(proxy_connections(&b), 2);
    CHECK(c.accepted.at_us[0] <= a.accepted.at_us[1] && a.accepted.at_us[1] <= b.accepted.at_us[1]);
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

/* A1 and A2 reach broker A, B1 and B2 reach broker B */
struct dual { struct proxy a1, a2, b1, b2; };

static void dual_setup(struct dual *d)
{
    char list[256];
    proxy_start_url(&d->a1, url_a());
    proxy_start_url(&d->a2, url_a());
    proxy_start_url(&d->b1, url_b());
    proxy_start_url(&d->b2, url_b());
    snprintf(list, sizeof list, "%s,%s+%s,%s", d->a1.url, d->a2.url, d->b1.url, d->b2.url);
    CHECK_OK(tibems_SetReconnectAttemptCount(1));
    p.recovery.factory = ufo_factory_for(list);
    CHECK_OK(tibemsConnectionFactory_SetReconnectAttemptCount(p.recovery.factory, 1));
    tibemsConnection connection = connect_with(p.recovery.factory);
    CHECK_OK(tibemsConnection_SetExceptionListener(connection, recover_listener, &p.recovery));
    fresh_on(&p.f, connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_STR(active_url(connection), d->a1.url);
}

/* waits for TEXT; what was consumed just before the loss may come again first */
static void expect_through_repeats(const char *text, const char *before)
{
    char got[256];
    do
        REQUIRE_OK(receive_text(p.f.consumer, slow(10000), got, NULL));
    while (strcmp(got, before) == 0);
    CHECK_STR(got, text);
}

TEST("10-84,10-85", dual_state)
{
    static struct dual d;
    CHECK_OK(tibems_SetExceptionOnFTEvents(TIBEMS_FALSE));
    dual_setup(&d);
    CASE("10-84");
    proxy_set(&d.a1, PROXY_REFUSE);             /* inside the group: no RecoverConnection, no callback */
    CHECK_OK(send_text(p.f.producer, "a2"));
    EXPECT_TEXT(p.f.consumer, "a2");
    CHECK_STR(active_url(p.f.connection), d.a2.url);
    all_rests();
    CHECK_INT(event_count(&p.recovery.broken), 0);
    CASE("10-85");
    proxy_set(&d.a2, PROXY_REFUSE);             /* the group is gone: broken, recovery goes to B1 */
    wait_recovered();
    CHECK_STR(active_url(p.f.connection), d.b1.url);
    CHECK_OK(send_text(p.f.producer, "b1"));
    EXPECT_TEXT(p.f.consumer, "b1");
    CHECK_INT(event_count(&p.recovery.broken), 1);
    CHECK_INT(event_count(&p.recovery.recovered), 1);
    proxy_set(&d.b1, PROXY_REFUSE);
    CHECK_OK(send_text(p.f.producer, "b2"));
    expect_through_repeats("b2", "b1");
    CHECK_STR(active_url(p.f.connection), d.b2.url);
    CHECK_OK(tibemsConnection_Close(p.f.connection));
    threads_end("ems-");
    CHECK_INT(event_count(&p.recovery.broken), 1);
    CHECK_INT(event_count(&p.recovery.recovered), 1);
}

TEST("10-86", second_break_during_recovery)
{
    static struct proxy a, b, c;
    proxy_start_url(&a, url_a());
    proxy_start_url(&b, url_b());
    proxy_start_url(&c, url_b());
    /* what B answers before there are sessions */
    tibemsConnection bare = connect_to(b.url);
    all_rests();
    long opened = proxy_answered(&b);
    CHECK(opened > 0);
    CHECK_OK(tibemsConnection_Close(bare));

    p.recovery.factory = ufo_factory_for(url_join("+", a.url, b.url, c.url));
    tibemsConnection connection = connect_with(p.recovery.factory);
    CHECK_OK(tibemsConnection_SetExceptionListener(connection, recover_listener, &p.recovery));
    fresh_on(&p.f, connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    for (int i = 0; i < 20; i++)
        session_of(connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    proxy_cut_after(&b, opened + 100);          /* the answers for 21 sessions are longer: some exist, some do not */
    proxy_set(&a, PROXY_REFUSE);
    wait_recovered();
    CHECK_INT(event_count(&p.recovery.broken), 1);
    CHECK_INT(event_count(&p.recovery.recovered), 1);           /* one call, one result */
    CHECK_STR(active_url(connection), c.url);
    CHECK_INT(proxy_connections(&b), 2);
    CHECK_INT(proxy_answered(&b), opened + 100);
    CHECK_OK(send_text(p.f.producer, "on C"));
    EXPECT_FIRST(p.f.consumer, "on C");
    CHECK_OK(tibemsConnection_Close(connection));
    threads_end("ems-");
    CHECK_INT(event_count(&p.recovery.broken), 1);
}

TEST("10-87", no_fail_back)
{
    plain();
    a_dies();
    wait_recovered();
    int before = proxy_connections(&p.a);
    proxy_set(&p.a, PROXY_PASS);
    sleep_ms(1500);                             /* only waiting can show it, and a slow machine only shows less */
    CHECK_STR(active_url(p.f.connection), p.b.url);
    CHECK_INT(proxy_connections(&p.a), before);
    CHECK_OK(send_text(p.f.producer, "still B"));
    EXPECT_FIRST(p.f.consumer, "still B");
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

/* NOT_IMPLEMENTED with the text that says what there is not */
#define NO_XA(CALL)                                                 \
    do {                                                            \
        CHECK_STATUS(CALL, TIBEMS_NOT_IMPLEMENTED);                 \
        CHECK(strstr(error_text(), "XA transactions") != NULL);     \
    } while (0)

/* XA half of 10-88; the functions of chapter 20 section 9 one by one are in sessions.c */
TEST("10-88", xa_on_unshared_connections)
{
    tibemsConnection xa = (tibemsConnection)0x1;
    tibemsSession session = (tibemsSession)0x1, read = (tibemsSession)0x1;
    tibemsXAResource resource = (tibemsXAResource)0x1;
    plain();
    NO_XA(tibemsConnectionFactory_CreateXAConnection(p.recovery.factory, &xa, USER, PASSWORD));
    CHECK(xa == NULL);
    NO_XA(tibemsXAConnection_CreateXASession(p.f.connection, &session));
    CHECK(session == NULL);
    session = (tibemsSession)0x1;
    NO_XA(tibemsXAConnection_GetXASession(p.f.connection, &session));
    CHECK(session == NULL);
    NO_XA(tibemsXASession_GetSession(p.f.session, &read));
    CHECK(read == NULL);
    NO_XA(tibemsXASession_GetXAResource(p.f.session, &resource));
    CHECK(resource == NULL);
    NO_XA(tibemsXASession_Close(p.f.session));
    NO_XA(tibemsXAConnection_Close(p.f.connection));
    /* nothing was closed, nothing was contacted, and it all recovers */
    CHECK_INT(proxy_connections(&p.a), 1);
    CHECK_INT(proxy_connections(&p.b), 0);
    CHECK_OK(send_text(p.f.producer, "unharmed"));
    EXPECT_FIRST(p.f.consumer, "unharmed");
    a_dies();
    wait_recovered();
    NO_XA(tibemsConnectionFactory_CreateXAConnection(p.recovery.factory, &xa, USER, PASSWORD));
    CHECK_OK(send_text(p.f.producer, "on B"));
    EXPECT_FIRST(p.f.consumer, "on B");
    CHECK_INT(event_count(&p.recovery.broken), 1);
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

/* the other half: what other unshared connections refused works here (D6) */
TEST("10-88", durables_on_unshared_connections)
{
    tibemsTopicSubscriber durable = NULL;
    tibemsMsgConsumer shared = NULL;
    tibemsMsgRequestor requestor = NULL;
    char name[128];
    plain();
    tibemsDestination topic = unique_topic();
    snprintf(name, sizeof name, "%s", unique_name("durable"));
    CHECK_OK(tibemsSession_CreateDurableSubscriber(p.f.session, &durable, topic, name, NULL, TIBEMS_FALSE));
    CHECK_OK(tibemsMsgConsumer_Close(durable));
    CHECK_OK(tibemsSession_Unsubscribe(p.f.session, name));
    snprintf(name, sizeof name, "%s", unique_name("shared"));
    CHECK_OK(tibemsSession_CreateSharedDurableConsumer(p.f.session, &shared, topic, name, NULL));
    CHECK_OK(tibemsMsgConsumer_Close(shared));
    CHECK_OK(tibemsSession_Unsubscribe(p.f.session, name));
    tibemsSession second = session_of(p.f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_OK(tibemsMsgRequestor_Create(second, &requestor, p.f.queue));
    CHECK_OK(send_text(p.f.producer, "unharmed"));
    EXPECT_FIRST(p.f.consumer, "unharmed");
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

TEST("10-89", shared_consumer_and_browser_on_unshared_connections)
{
    tibemsMsgConsumer shared = NULL;
    tibemsQueueBrowser browser = NULL;
    plain();
    CHECK_OK(tibemsSession_CreateSharedConsumer(p.f.session, &shared, unique_topic(), unique_name("shared"), NULL));
    CHECK_OK(tibemsSession_CreateBrowser(p.f.session, &browser, p.f.queue, NULL));
    CHECK_OK(send_text(p.f.producer, "unharmed"));
    EXPECT_FIRST(p.f.consumer, "unharmed");
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

/* the result is the program's and may be freed */
static void expect_url(tibemsConnection connection, const char *expected)
{
    char *url = NULL;
    CHECK_OK(tibemsConnection_GetActiveURL(connection, &url));
    CHECK_STR(url, expected);
    free(url);
}

TEST("10-90", active_url_in_every_state)
{
    static struct proxy one, two;
    static struct events events = EVENTS_INIT;
    gated();
    plain();
    expect_url(p.f.connection, p.a.url);        /* connected */
    a_dies();
    wait_broken();
    expect_url(p.f.connection, p.a.url);        /* broken */
    let_recover();
    wait_recovered();
    expect_url(p.f.connection, p.b.url);
    CHECK_OK(tibemsConnection_Close(p.f.connection));

    proxy_start_url(&one, url_a());
    proxy_start(&two, 0);
    tibemsConnection connection = connect_to(url_join(",", one.url, two.url, NULL));
    CHECK_OK(tibemsConnection_SetExceptionListener(connection, post_status, &events));
    proxy_set(&one, PROXY_STALL);               /* the reconnect waits for its answer */
    proxy_cut(&one);
    REQUIRE(event_wait(&one.accepted, 2, 5000));
    expect_url(connection, one.url);            /* reconnecting */
    CHECK_INT(event_count(&events), 0);
    proxy_set(&one, PROXY_DEAD);
    REQUIRE(event_wait(&events, 1, 10000));
    expect_url(connection, one.url);            /* over */
    CHECK_OK(tibemsConnection_Close(connection));
    char *url = (char *)0x1;
    CHECK_STATUS(tibemsConnection_GetActiveURL(connection, &url), TIBEMS_ILLEGAL_STATE);
}

TEST("10-91", no_failover_events_unshared)
{
    CHECK_OK(tibems_SetExceptionOnFTEvents(TIBEMS_TRUE));
    CHECK_OK(tibems_setExceptionOnFTSwitch(TIBEMS_TRUE));
    plain();
    a_dies();
    wait_recovered();
    CHECK_OK(send_text(p.f.producer, "x"));
    EXPECT_TEXT(p.f.consumer, "x");
    all_rests();
    CHECK_INT(event_count(&p.recovery.broken), 1);              /* wait_recovered saw that it was 11 */
    CHECK_OK(tibemsConnection_Close(p.f.connection));
    threads_end("ems-");
    CHECK_INT(event_count(&p.recovery.broken), 1);
}
