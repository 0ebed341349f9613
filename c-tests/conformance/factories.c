/*
 * factories.c - connection factories, server URLs, connect attempts (spec 10 §1.1 to §1.3, §2; cases 10-1 to 10-27)
 *
 * Dead servers are proxies without a target: they accept, count and close. No test needs a server that is killed.
 */
#include "harness.h"

/* A URL that answers with a closed connection, and counts. */
static void dead_server(struct proxy *proxy) { proxy_start(proxy, 0); }

static tibems_status create(tibemsConnectionFactory factory, tibemsConnection *connection)
{
    *connection = (tibemsConnection)0x1;        /* must be overwritten in every case */
    return tibemsConnectionFactory_CreateConnection(factory, connection, USER, PASSWORD);
}

static tibems_status set_url(const char *url)
{
    tibemsConnectionFactory factory = tibemsConnectionFactory_Create();
    tibems_status status = tibemsConnectionFactory_SetServerURL(factory, url);
    CHECK_OK(tibemsConnectionFactory_Destroy(factory));
    return status;
}

static tibems_status set_ufo_url(const char *url)
{
    tibemsConnectionFactory factory = tibemsUFOConnectionFactory_Create();
    tibems_status status = tibemsConnectionFactory_SetServerURL(factory, url);
    CHECK_OK(tibemsConnectionFactory_Destroy(factory));
    return status;
}

TEST_CHEAP("10-1", url_once)
{
    tibemsConnection connection;
    tibemsConnectionFactory factory = factory_for(url_a());
    CHECK_STATUS(tibemsConnectionFactory_SetServerURL(factory, "tcp://127.0.0.1:1"), TIBEMS_EXCEPTION);
    REQUIRE_OK(create(factory, &connection));
    CHECK_STR(active_url(connection), url_a());
    CHECK_OK(tibemsConnection_Close(connection));
    CHECK_OK(tibemsConnectionFactory_Destroy(factory));
}

TEST_CHEAP("10-2", bad_url_then_good)
{
    tibemsConnectionFactory factory = tibemsConnectionFactory_Create();
    CHECK_STATUS(tibemsConnectionFactory_SetServerURL(factory, "foo://h:1"), TIBEMS_INVALID_PROTOCOL);
    CHECK_STATUS(tibemsConnectionFactory_SetServerURL(factory, "tcp://[::1:7222"), TIBEMS_INVALID_HOSTNAME);
    CHECK_STATUS(tibemsConnectionFactory_SetServerURL(factory, "tcp://h:99999"), TIBEMS_INVALID_PORT);
    CHECK_OK(tibemsConnectionFactory_SetServerURL(factory, url_a()));
    CHECK_OK(tibemsConnectionFactory_Destroy(factory));
}

TEST("10-3", null_url_is_default)
{
    tibemsConnection connection;
    tibemsConnectionFactory factory = tibemsConnectionFactory_Create();
    CHECK_OK(tibemsConnectionFactory_SetServerURL(factory, NULL));
    CHECK_STATUS(tibemsConnectionFactory_SetServerURL(factory, url_a()), TIBEMS_EXCEPTION);
    CHECK_OK(tibemsConnectionFactory_SetConnectAttemptCount(factory, 1));
    tibems_status status = create(factory, &connection);
    if (status == TIBEMS_OK) {
        CHECK_STR(active_url(connection), "tcp://localhost:7222");
        CHECK_OK(tibemsConnection_Close(connection));
    } else {
        CHECK_STATUS(status, TIBEMS_SERVER_NOT_CONNECTED);
        CHECK(connection == NULL);
    }
}

TEST_CHEAP("10-5", url_length)
{
    char url[1102];
    size_t length = 0;
    while (length + 18 <= 1000) {
        memcpy(url + length, "tcp://127.0.0.1:10,", 19);
        length += 19;
    }
    url[length - 1] = 0;                        /* ends in a complete URL */
    length--;
    memset(url + length, ' ', 1000 - length);   /* blanks at the end are allowed (R1) and count */
    url[1000] = 0;
    CHECK_OK(set_url(url));
    strcpy(url + 1000, " ");
    CHECK_STATUS(set_url(url), TIBEMS_INVALID_ARG);
}

TEST("10-6", host_length)
{
    char url[200] = "tcp://";
    memset(url + 6, 'h', 127);
    strcpy(url + 133, ":7222");
    CHECK_OK(set_url(url));
    tibemsConnection connection;
    tibemsConnectionFactory factory = factory_for(url);
    CHECK_OK(tibemsConnectionFactory_SetConnectAttemptCount(factory, 1));
    CHECK_STATUS(create(factory, &connection), TIBEMS_INVALID_HOSTNAME);    /* at connect: name lookup fails (C16) */
    memset(url + 6, 'h', 128);
    strcpy(url + 134, ":7222");
    CHECK_STATUS(set_url(url), TIBEMS_INVALID_HOSTNAME);
}

TEST_CHEAP("10-7", ipv6_needs_brackets)
{
    CHECK_OK(set_url("tcp://[::1]:7222"));
    CHECK_STATUS(set_url("tcp://::1:7222"), TIBEMS_INVALID_HOSTNAME);
}

TEST_CHEAP("10-8", bad_ports)
{
    CHECK_STATUS(set_url("tcp://h:0"), TIBEMS_INVALID_PORT);
    CHECK_STATUS(set_url("tcp://h:65536"), TIBEMS_INVALID_PORT);
    CHECK_STATUS(set_url("tcp://h:x"), TIBEMS_INVALID_PORT);
    CHECK_STATUS(set_url("tcp://h:"), TIBEMS_INVALID_PORT);
    CHECK_OK(set_url("tcp://h:65535"));
}

TEST_CHEAP("10-9", bad_protocol) { CHECK_STATUS(set_url("http://h:1"), TIBEMS_INVALID_PROTOCOL); }

TEST_CHEAP("10-10", url_defaults)
{
    CHECK_OK(set_url("host:7222"));
    CHECK_OK(set_url("host"));
    CHECK_OK(set_url("tcp://7222"));
    CHECK_OK(set_url("ssl://host"));
    /* protocol omitted: connects as tcp, and the active URL is in normal form */
    char bare[64];
    tibemsConnection connection;
    snprintf(bare, sizeof bare, "127.0.0.1:%d", url_port(url_a()));
    REQUIRE_OK(create(factory_for(bare), &connection));
    CHECK_STR(active_url(connection), url_a());
    CHECK_OK(tibemsConnection_Close(connection));
}

TEST_CHEAP("10-11", blanks_in_lists)
{
    static struct proxy dead;
    tibemsConnection connection;
    char list[160];
    dead_server(&dead);
    snprintf(list, sizeof list, " %s ,\t%s ", dead.url, url_a());
    REQUIRE_OK(create(factory_for(list), &connection));
    CHECK_STR(active_url(connection), url_a());
    CHECK_INT(proxy_connections(&dead), 1);
    CHECK_OK(tibemsConnection_Close(connection));
}

TEST_CHEAP("10-12", mixed_protocols)
{
    CHECK_STATUS(set_url("tcp://a:1,ssl://b:2"), TIBEMS_INVALID_ARG);
    CHECK_OK(set_ufo_url("tcp://a:1+ssl://b:2"));
}

TEST_CHEAP("10-13", malformed_lists)
{
    CHECK_STATUS(set_url("a+b|c"), TIBEMS_INVALID_ARG);
    CHECK_STATUS(set_url("a,,b"), TIBEMS_INVALID_ARG);
    CHECK_STATUS(set_url("a+"), TIBEMS_INVALID_ARG);
    CHECK_STATUS(set_url("a,"), TIBEMS_INVALID_ARG);
    CHECK_STATUS(set_url("a|"), TIBEMS_INVALID_ARG);
    CHECK_STATUS(set_ufo_url("a|b"), TIBEMS_INVALID_ARG);
    CHECK_STATUS(set_url("tcp://h:1?x=y"), TIBEMS_INVALID_ARG);
    CHECK_STATUS(set_url("tcp://u@h:1"), TIBEMS_INVALID_ARG);
}

TEST_CHEAP("10-14", plus_needs_unshared_factory)
{
    static struct proxy a, b;
    tibemsConnection connection = (tibemsConnection)0x1;
    tibemsLookupContext context = (tibemsLookupContext)0x1;
    proxy_start_url(&a, url_a());
    proxy_start_url(&b, url_b());
    const char *list = url_join("+", a.url, b.url, NULL);
    CHECK_STATUS(create(factory_for(list), &connection), TIBEMS_INVALID_ARG);
    CHECK(connection == NULL);
    CHECK_STATUS(tibemsConnection_Create(&connection, list, NULL, USER, PASSWORD), TIBEMS_INVALID_ARG);
    CHECK(connection == NULL);
    CHECK_STATUS(tibemsLookupContext_Create(&context, list, USER, PASSWORD), TIBEMS_INVALID_ARG);
    CHECK(context == NULL);
    CHECK_INT(proxy_connections(&a) + proxy_connections(&b), 0);
}

TEST_CHEAP("10-15", plus_list_in_order)
{
    static struct proxy dead;
    tibemsConnection connection;
    dead_server(&dead);
    REQUIRE_OK(create(ufo_factory_for(url_join("+", dead.url, url_a(), url_b())), &connection));
    CHECK_STR(active_url(connection), url_a());
    CHECK_INT(proxy_connections(&dead), 1);
    CHECK_OK(tibemsConnection_Close(connection));
}

TEST_ALONE("10-16", default_attempts)
{
    static struct proxy one, two;
    tibemsConnection connection;
    dead_server(&one);
    dead_server(&two);
    long long begin = now_ms();
    CHECK_STATUS(create(factory_for(url_join(",", one.url, two.url, NULL)), &connection), TIBEMS_SERVER_NOT_CONNECTED);
    long long took = now_ms() - begin;
    CHECK(connection == NULL);
    CHECK_INT(proxy_connections(&one), 2);
    CHECK_INT(proxy_connections(&two), 2);
    /* from the last try of the first pass to the first try of the second */
    CHECK_BETWEEN((one.accepted.at_us[1] - two.accepted.at_us[0]) / 1000, 495, slow(650));
    CHECK_BETWEEN(took, 495, slow(800));        /* no delay after the last pass */
}

TEST_ALONE("10-17", second_url_at_once)
{
    static struct proxy dead;
    tibemsConnection connection;
    dead_server(&dead);
    long long begin = now_ms();
    REQUIRE_OK(create(factory_for(url_join(",", dead.url, url_a(), NULL)), &connection));
    CHECK_BETWEEN(now_ms() - begin, 0, slow(300));
    CHECK_STR(active_url(connection), url_a());
    CHECK_OK(tibemsConnection_Close(connection));
}

TEST_ALONE("10-18", global_count_replaces)
{
    static struct proxy dead;
    tibemsConnection connection;
    dead_server(&dead);
    tibemsConnectionFactory factory = factory_for(dead.url);
    CHECK_OK(tibems_SetConnectAttemptCount(3));
    CHECK_INT(tibems_GetConnectAttemptCount(), 3);
    CHECK_OK(tibemsConnectionFactory_SetConnectAttemptCount(factory, 5));
    CHECK_OK(tibemsConnectionFactory_SetConnectAttemptDelay(factory, 250));
    CHECK_STATUS(create(factory, &connection), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK_INT(proxy_connections(&dead), 3);
}

TEST_ALONE("10-19", global_count_multiplies_unshared)
{
    static struct proxy dead;
    tibemsConnection connection;
    dead_server(&dead);
    tibemsConnectionFactory factory = ufo_factory_for(dead.url);
    CHECK_OK(tibems_SetConnectAttemptCount(3));
    CHECK_OK(tibems_SetConnectAttemptDelay(250));
    CHECK_OK(tibemsConnectionFactory_SetConnectAttemptCount(factory, 5));
    CHECK_OK(tibemsConnectionFactory_SetConnectAttemptDelay(factory, 250));
    CHECK_STATUS(create(factory, &connection), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK_INT(proxy_connections(&dead), 15);
}

TEST_ALONE("10-20", unshared_factory_count_alone)
{
    static struct proxy dead;
    tibemsConnection connection;
    dead_server(&dead);
    tibemsConnectionFactory factory = ufo_factory_for(dead.url);
    CHECK_OK(tibemsConnectionFactory_SetConnectAttemptCount(factory, 5));
    CHECK_OK(tibemsConnectionFactory_SetConnectAttemptDelay(factory, 250));
    CHECK_STATUS(create(factory, &connection), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK_INT(proxy_connections(&dead), 5);
}

TEST_ALONE("10-21", attempt_limits)
{
    CHECK_OK(tibems_SetConnectAttemptDelay(10));
    CHECK_INT(tibems_GetConnectAttemptDelay(), 250);
    CHECK_OK(tibems_SetConnectAttemptCount(0));
    CHECK_INT(tibems_GetConnectAttemptCount(), 1);
    CHECK_STATUS(tibems_SetConnectAttemptCount(-1), TIBEMS_INVALID_ARG);
    CHECK_INT(tibems_GetConnectAttemptCount(), 1);
    CHECK_STATUS(tibems_SetConnectAttemptDelay(-1), TIBEMS_INVALID_ARG);
    CHECK_OK(tibems_SetConnectAttemptTimeout(5));
    CHECK_INT(tibems_GetConnectAttemptTimeout(), 100);
    CHECK_OK(tibems_SetConnectAttemptTimeout(0));
    CHECK_INT(tibems_GetConnectAttemptTimeout(), 0);
    CHECK_STATUS(tibems_SetReconnectAttemptTimeout(-1), TIBEMS_INVALID_ARG);

    static struct proxy dead;
    tibemsConnection connection;
    dead_server(&dead);
    CHECK_OK(tibems_SetConnectAttemptCount(2));
    CHECK_STATUS(create(factory_for(dead.url), &connection), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK_INT(proxy_connections(&dead), 2);
    CHECK_BETWEEN((dead.accepted.at_us[1] - dead.accepted.at_us[0]) / 1000, 245, slow(400));
}

TEST_ALONE("10-22", connect_timeout)
{
    static struct proxy silent;
    tibemsConnection connection;
    proxy_start_url(&silent, url_a());
    proxy_set(&silent, PROXY_BLACKHOLE);
    tibemsConnectionFactory factory = factory_for(url_join(",", silent.url, url_a(), NULL));
    CHECK_OK(tibemsConnectionFactory_SetConnectAttemptTimeout(factory, 1000));
    long long begin = now_ms();
    REQUIRE_OK(create(factory, &connection));
    CHECK_BETWEEN(now_ms() - begin, 950, slow(1500));
    CHECK_STR(active_url(connection), url_a());
    CHECK_OK(tibemsConnection_Close(connection));
}

static void broker_with_login(struct broker *broker)
{
    CHECK_INT(setenv("TIBEMS_BROKER_LOGIN", "required", 1), 0);
    broker_start(broker);
}

TEST("10-23", wrong_password_one_try)
{
    struct broker broker;
    static struct proxy proxy;
    tibemsConnection connection = (tibemsConnection)0x1;
    broker_with_login(&broker);
    proxy_start(&proxy, broker.port);
    CHECK_STATUS(tibemsConnectionFactory_CreateConnection(factory_for(proxy.url), &connection, USER, "wrong"),
                 TIBEMS_SECURITY_EXCEPTION);
    CHECK(connection == NULL);
    CHECK_INT(proxy_connections(&proxy), 1);
}

TEST("10-24", refusal_beats_unreachable)
{
    struct broker broker;
    static struct proxy dead;
    tibemsConnection connection = NULL;
    broker_with_login(&broker);
    dead_server(&dead);
    tibemsConnectionFactory factory = factory_for(url_join(",", broker.url, dead.url, NULL));
    CHECK_STATUS(tibemsConnectionFactory_CreateConnection(factory, &connection, USER, "wrong"),
                 TIBEMS_SECURITY_EXCEPTION);
    CHECK_INT(proxy_connections(&dead), 2);
}

TEST("10-25", anonymous)
{
    struct broker broker;
    tibemsConnection connection = NULL;
    CHECK_OK(tibemsConnectionFactory_CreateConnection(factory_for(url_a()), &connection, NULL, NULL));
    CHECK_OK(tibemsConnection_Close(connection));
    broker_with_login(&broker);
    CHECK_STATUS(tibemsConnectionFactory_CreateConnection(factory_for(broker.url), &connection, NULL, NULL),
                 TIBEMS_SECURITY_EXCEPTION);
}

TEST("10-26", argument_beats_factory_user)
{
    struct broker broker;
    tibemsConnection connection = NULL;
    broker_with_login(&broker);
    tibemsConnectionFactory factory = factory_for(broker.url);
    CHECK_OK(tibemsConnectionFactory_SetUserName(factory, "nobody"));
    CHECK_OK(tibemsConnectionFactory_SetUserPassword(factory, PASSWORD));
    CHECK_OK(tibemsConnectionFactory_CreateConnection(factory, &connection, USER, PASSWORD));
    CHECK_OK(tibemsConnection_Close(connection));
    CHECK_STATUS(tibemsConnectionFactory_CreateConnection(factory, &connection, NULL, NULL), TIBEMS_SECURITY_EXCEPTION);
    /* user and password are chosen together: the factory's password does not complete the argument's user */
    CHECK_STATUS(tibemsConnectionFactory_CreateConnection(factory, &connection, USER, NULL), TIBEMS_SECURITY_EXCEPTION);
    CHECK_OK(tibemsConnectionFactory_SetUserName(factory, USER));
    CHECK_OK(tibemsConnectionFactory_CreateConnection(factory, &connection, NULL, NULL));
    CHECK_OK(tibemsConnection_Close(connection));
}

TEST_CHEAP("10-27", client_id_is_unique)
{
    tibemsConnection first = NULL, second = NULL;
    const char *id = unique_name("client");
    REQUIRE_OK(tibemsConnection_Create(&first, url_a(), id, USER, PASSWORD));
    CHECK_STATUS(tibemsConnection_Create(&second, url_a(), id, USER, PASSWORD), TIBEMS_INVALID_CLIENT_ID);
    CHECK(second == NULL);
    CHECK_OK(tibemsConnection_Close(first));
    CHECK_OK(tibemsConnection_Create(&second, url_a(), id, USER, PASSWORD));
    CHECK_OK(tibemsConnection_Close(second));
}

TEST_CHEAP("10-58", unshared_factory_basics)
{
    tibemsConnectionFactory factory = tibemsUFOConnectionFactory_Create();
    CHECK(factory != NULL);
    CHECK(tibemsUFOConnectionFactory_CreateFromConnectionFactory(NULL) == NULL);
    CHECK_OK(tibemsConnectionFactory_Destroy(factory));
}
