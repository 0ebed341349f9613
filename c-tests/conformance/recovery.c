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
    CHECK_STR(active_url(p.f.connection), p.b.url);
    expect_disconnected(false);
    CHECK_OK(send_text(p.f.producer, "on B"));
    EXPECT_FIRST(p.f.consumer, "on B");
    CHECK_OK(send_text(to_listener, "2"));
    CHECK(event_wait(&listened, 2, 5000));
    CHECK_INT(event_at(&listened, 1), 2);
    CHECK_OK(tibemsConnection_Close(p.f.connection));
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
    b.target = 0;
    proxy_cut(&b);
    REQUIRE(event_wait(&broken, 1, 5000));
    CHECK_STATUS(tibemsUFOConnectionFactory_RecoverConnection(p.recovery.factory, p.f.connection),
                 TIBEMS_SERVER_NOT_CONNECTED);
    CHECK_INT(proxy_connections(&c), 1);
    CHECK_INT(proxy_connections(&a), 2);        /* one of the first connect */
    CHECK_INT(proxy_connections(&b), 2);
    CHECK(c.accepted.at_us[0] < a.accepted.at_us[1] && a.accepted.at_us[1] < b.accepted.at_us[1]);
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
        REQUIRE_OK(receive_text(p.f.consumer, slow(5000), got, NULL));
    while (strcmp(got, before) == 0);
    CHECK_STR(got, text);
}

TEST("10-84,10-85,10-91", dual_state)
{
    static struct dual d;
    CHECK_OK(tibems_SetExceptionOnFTEvents(TIBEMS_FALSE));
    dual_setup(&d);
    proxy_set(&d.a1, PROXY_REFUSE);             /* inside the group: no RecoverConnection, no callback */
    CHECK_OK(send_text(p.f.producer, "a2"));
    EXPECT_TEXT(p.f.consumer, "a2");
    CHECK_STR(active_url(p.f.connection), d.a2.url);
    CHECK_INT(event_count(&p.recovery.broken), 0);
    proxy_set(&d.a2, PROXY_REFUSE);             /* the group is gone: broken, recovery goes to B1 */
    wait_recovered();
    CHECK_INT(event_count(&p.recovery.broken), 1);
    CHECK_STR(active_url(p.f.connection), d.b1.url);
    CHECK_OK(send_text(p.f.producer, "b1"));
    EXPECT_TEXT(p.f.consumer, "b1");
    proxy_set(&d.b1, PROXY_REFUSE);
    CHECK_OK(send_text(p.f.producer, "b2"));
    expect_through_repeats("b2", "b1");
    CHECK_STR(active_url(p.f.connection), d.b2.url);
    CHECK_INT(event_count(&p.recovery.broken), 1);
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

TEST("10-86", second_break_during_recovery)
{
    static struct proxy a, b, c;
    proxy_start_url(&a, url_a());
    proxy_start_url(&b, url_b());
    proxy_start_url(&c, url_b());
    p.recovery.factory = ufo_factory_for(url_join("+", a.url, b.url, c.url));
    tibemsConnection connection = connect_with(p.recovery.factory);
    CHECK_OK(tibemsConnection_SetExceptionListener(connection, recover_listener, &p.recovery));
    fresh_on(&p.f, connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    for (int i = 0; i < 20; i++)
        session_of(connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    b.cut_after = 400;                          /* after the open, while the sessions are made again */
    proxy_set(&a, PROXY_REFUSE);
    wait_recovered();
    CHECK_INT(event_count(&p.recovery.broken), 1);
    CHECK_INT(event_count(&p.recovery.recovered), 1);           /* one call, one result */
    CHECK_STR(active_url(connection), c.url);
    CHECK_INT(proxy_connections(&b), 1);
    CHECK_OK(send_text(p.f.producer, "on C"));
    EXPECT_FIRST(p.f.consumer, "on C");
    CHECK_OK(tibemsConnection_Close(connection));
}

TEST("10-87", no_fail_back)
{
    plain();
    a_dies();
    wait_recovered();
    int before = proxy_connections(&p.a);
    proxy_set(&p.a, PROXY_PASS);
    sleep_ms(1500);
    CHECK_STR(active_url(p.f.connection), p.b.url);
    CHECK_INT(proxy_connections(&p.a), before);
    CHECK_OK(send_text(p.f.producer, "still B"));
    EXPECT_FIRST(p.f.consumer, "still B");
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

TEST("10-88,10-89", features_of_unshared_connections)
{
    tibemsConnection xa = (tibemsConnection)0x1;
    tibemsTopicSubscriber durable = NULL;
    tibemsMsgConsumer shared = NULL;
    tibemsMsgRequestor requestor = NULL;
    tibemsQueueBrowser browser = NULL;
    char name[128];
    plain();
    CHECK_STATUS(tibemsConnectionFactory_CreateXAConnection(p.recovery.factory, &xa, USER, PASSWORD),
                 TIBEMS_NOT_IMPLEMENTED);
    CHECK(xa == NULL);
    tibemsDestination topic = unique_topic();
    snprintf(name, sizeof name, "%s", unique_name("durable"));
    if (CHECK_OK(tibemsSession_CreateDurableSubscriber(p.f.session, &durable, topic, name, NULL, TIBEMS_FALSE))) {
        CHECK_OK(tibemsMsgConsumer_Close(durable));
        CHECK_OK(tibemsSession_Unsubscribe(p.f.session, name));
    }
    snprintf(name, sizeof name, "%s", unique_name("shared"));
    if (CHECK_OK(tibemsSession_CreateSharedDurableConsumer(p.f.session, &shared, topic, name, NULL))) {
        CHECK_OK(tibemsMsgConsumer_Close(shared));
        CHECK_OK(tibemsSession_Unsubscribe(p.f.session, name));
    }
    CHECK_OK(tibemsSession_CreateSharedConsumer(p.f.session, &shared, topic, unique_name("shared"), NULL));
    CHECK_OK(tibemsSession_CreateBrowser(p.f.session, &browser, p.f.queue, NULL));
    tibemsSession second = session_of(p.f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_OK(tibemsMsgRequestor_Create(second, &requestor, p.f.queue));
    CHECK_OK(send_text(p.f.producer, "unharmed"));
    EXPECT_FIRST(p.f.consumer, "unharmed");
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

TEST("10-90", active_url_in_every_state)
{
    char *url = NULL;
    p.recovery.delay_ms = 300;
    plain();
    CHECK_OK(tibemsConnection_GetActiveURL(p.f.connection, &url));
    CHECK_STR(url, p.a.url);
    free(url);
    a_dies();
    wait_broken();
    CHECK_OK(tibemsConnection_GetActiveURL(p.f.connection, &url));
    CHECK_STR(url, p.a.url);
    free(url);
    wait_recovered();
    CHECK_OK(tibemsConnection_GetActiveURL(p.f.connection, &url));
    CHECK_STR(url, p.b.url);
    free(url);
    CHECK_OK(tibemsConnection_Close(p.f.connection));
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
    CHECK_INT(event_count(&p.recovery.broken), 1);
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}
