/*
 * factories.c - connection factories, server URLs, connect attempts (spec 10 §1.1 to §1.3, §2; cases 10-1 to 10-27)
 *
 * Dead servers are proxies without a target: they accept, count and close. No test needs a server that is killed. No test
 * asserts how quick something is: where a delay would be wrong it is an hour long, so that the test would hang.
 */
#include "harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>

enum { HOUR = 3600000, DELAY_US = 500000 /* between passes, by default */ };

/* The port 7222 of this machine as the library sees it while the switch is on: another port, so that a test can say whether
 * somebody listens there. The library's calls of connect() come here, because the program's own functions go first. */
static struct {
    bool on;
    int port;                           /* where 7222 really leads */
    int asked, others;                  /* connections to 7222 of this machine, to anything else */
} default_server;

int connect(int fd, const struct sockaddr *address, socklen_t length)
{
    struct sockaddr_in to;
    if (!__atomic_load_n(&default_server.on, __ATOMIC_ACQUIRE))
        return (int)syscall(SYS_connect, fd, address, length);
    if (address->sa_family == AF_INET6) {       /* nobody listens there */
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
        bool local = ntohs(six->sin6_port) == 7222 && IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
        __atomic_add_fetch(local ? &default_server.asked : &default_server.others, 1, __ATOMIC_RELAXED);
        errno = ECONNREFUSED;
        return -1;
    }
    memcpy(&to, address, sizeof to);
    if (address->sa_family != AF_INET || ntohs(to.sin_port) != 7222 || to.sin_addr.s_addr != htonl(INADDR_LOOPBACK)) {
        __atomic_add_fetch(&default_server.others, 1, __ATOMIC_RELAXED);
        return (int)syscall(SYS_connect, fd, address, length);
    }
    __atomic_add_fetch(&default_server.asked, 1, __ATOMIC_RELAXED);
    to.sin_port = htons((uint16_t)default_server.port);
    return (int)syscall(SYS_connect, fd, &to, sizeof to);
}

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

/* the list as the factory has understood it; "" when it refuses it */
static const char *understood(const char *url)
{
    static char text[2048];
    tibemsConnectionFactory factory = tibemsConnectionFactory_Create();
    tibems_status status = tibemsConnectionFactory_SetServerURL(factory, url);
    text[0] = 0;
    if (CHECK_OK(status))
        CHECK_OK(tibemsConnectionFactory_PrintToBuffer(factory, text, sizeof text));
    CHECK_OK(tibemsConnectionFactory_Destroy(factory));
    char *begin = strstr(text, "URL={"), *end = begin ? strchr(begin, '}') : NULL;
    if (!end)
        return "";
    *end = 0;
    return begin + 5;
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
    /* none of them was stored or used up the one permitted call */
    CHECK_OK(tibemsConnectionFactory_SetServerURL(factory, url_a()));
    tibemsConnection connection = connect_with(factory);
    CHECK_STR(active_url(connection), url_a());
    CHECK_OK(tibemsConnection_Close(connection));
    CHECK_OK(tibemsConnectionFactory_Destroy(factory));
}

/* connects when somebody listens on port 7222 of this machine, and is refused when nobody does */
static void uses_default_server(tibemsConnectionFactory factory)
{
    tibemsConnection connection;
    CHECK_OK(tibemsConnectionFactory_SetConnectAttemptCount(factory, 1));
    default_server.port = url_port(url_a());
    default_server.asked = default_server.others = 0;
    __atomic_store_n(&default_server.on, true, __ATOMIC_RELEASE);
    if (CHECK_OK(create(factory, &connection))) {
        CHECK_STR(active_url(connection), "tcp://localhost:7222");
        CHECK_OK(tibemsConnection_Close(connection));
    }
    CHECK(default_server.asked > 0);
    default_server.port = free_port();
    default_server.asked = 0;
    CHECK_STATUS(create(factory, &connection), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK(connection == NULL);
    CHECK(default_server.asked > 0);
    __atomic_store_n(&default_server.on, false, __ATOMIC_RELEASE);
    CHECK_INT(default_server.others, 0);
    CHECK_OK(tibemsConnectionFactory_Destroy(factory));
}

TEST("10-3", null_url_is_default)
{
    tibemsConnectionFactory factory = tibemsConnectionFactory_Create();
    CHECK_OK(tibemsConnectionFactory_SetServerURL(factory, NULL));
    CHECK_STATUS(tibemsConnectionFactory_SetServerURL(factory, url_a()), TIBEMS_EXCEPTION);
    uses_default_server(factory);
    uses_default_server(tibemsConnectionFactory_Create());      /* C3: no URL at all means the same */
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
    CHECK(connection == NULL);
    memset(url + 6, 'h', 128);
    strcpy(url + 134, ":7222");
    CHECK_STATUS(set_url(url), TIBEMS_INVALID_HOSTNAME);
}

TEST_CHEAP("10-7", ipv6_needs_brackets)
{
    CHECK_STR(understood("tcp://[::1]:7222"), "tcp://[::1]:7222");
    CHECK_STATUS(set_url("tcp://::1:7222"), TIBEMS_INVALID_HOSTNAME);
}

TEST_CHEAP("10-8", bad_ports)
{
    CHECK_STATUS(set_url("tcp://h:0"), TIBEMS_INVALID_PORT);
    CHECK_STATUS(set_url("tcp://h:65536"), TIBEMS_INVALID_PORT);
    CHECK_STATUS(set_url("tcp://h:x"), TIBEMS_INVALID_PORT);
    CHECK_STATUS(set_url("tcp://h:"), TIBEMS_INVALID_PORT);
    CHECK_OK(set_url("tcp://h:1"));
    CHECK_OK(set_url("tcp://h:65535"));
}

TEST_CHEAP("10-9", bad_protocol) { CHECK_STATUS(set_url("http://h:1"), TIBEMS_INVALID_PROTOCOL); }

TEST_CHEAP("10-10", url_defaults)
{
    CHECK_STR(understood("host:7222"), "tcp://host:7222");
    CHECK_STR(understood("host:7333"), "tcp://host:7333");
    CHECK_STR(understood("host"), "tcp://host:7222");
    CHECK_STR(understood("tcp://7222"), "tcp://localhost:7222");
    CHECK_STR(understood("tcp://7333"), "tcp://localhost:7333");
    CHECK_STR(understood("ssl://host"), "ssl://host:7243");
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
    CHECK_STR(understood("tcp://a:1 , tcp://b:2"), "tcp://a:1,tcp://b:2");
    CHECK_STR(understood(" \ttcp://a:1\t"), "tcp://a:1");
    CHECK_STATUS(set_url("tcp://a b:1"), TIBEMS_INVALID_HOSTNAME);          /* inside a URL it is an error */
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
    static struct proxy dead, a, b;
    tibemsConnection connection;
    dead_server(&dead);
    proxy_start_url(&a, url_a());
    proxy_start_url(&b, url_b());
    REQUIRE_OK(create(ufo_factory_for(url_join("+", dead.url, a.url, b.url)), &connection));
    CHECK_STR(active_url(connection), a.url);
    CHECK_INT(proxy_connections(&dead), 1);
    CHECK_INT(proxy_connections(&a), 1);
    CHECK_INT(proxy_connections(&b), 0);
    CHECK(dead.accepted.at_us[0] <= a.accepted.at_us[0]);
    CHECK_OK(tibemsConnection_Close(connection));
}

/* The delay's upper end, 550 ms, is proved with numbers in src/client/reconnect.rs. */
TEST("10-16", default_attempts)
{
    static struct proxy one, two;
    tibemsConnection connection;
    dead_server(&one);
    dead_server(&two);
    const char *list = url_join(",", one.url, two.url, NULL);
    CHECK_STATUS(create(factory_for(list), &connection), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK(connection == NULL);
    CHECK_INT(proxy_connections(&one), 2);
    CHECK_INT(proxy_connections(&two), 2);
    CHECK(one.accepted.at_us[0] <= two.accepted.at_us[0] && one.accepted.at_us[1] <= two.accepted.at_us[1]);
    /* from the last try of the first pass to the first try of the second */
    CHECK(one.accepted.at_us[1] - two.accepted.at_us[0] >= DELAY_US);
    /* no delay follows the last pass */
    tibemsConnectionFactory once = factory_for(list);
    CHECK_OK(tibemsConnectionFactory_SetConnectAttemptCount(once, 1));
    CHECK_OK(tibemsConnectionFactory_SetConnectAttemptDelay(once, HOUR));
    CHECK_STATUS(create(once, &connection), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK_INT(proxy_connections(&one) + proxy_connections(&two), 6);
}

TEST("10-17", second_url_at_once)
{
    static struct proxy dead;
    tibemsConnection connection;
    dead_server(&dead);
    tibemsConnectionFactory factory = factory_for(url_join(",", dead.url, url_a(), NULL));
    CHECK_OK(tibemsConnectionFactory_SetConnectAttemptDelay(factory, HOUR));    /* it lies between passes, not between URLs */
    REQUIRE_OK(create(factory, &connection));
    CHECK_INT(proxy_connections(&dead), 1);
    CHECK_STR(active_url(connection), url_a());
    CHECK_OK(tibemsConnection_Close(connection));
}

TEST("10-18", global_count_replaces)
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

TEST("10-19", global_count_multiplies_unshared)
{
    static struct proxy dead;
    tibemsConnection connection;
    dead_server(&dead);
    tibemsConnectionFactory factory = ufo_factory_for(dead.url);
    CHECK_OK(tibems_SetConnectAttemptCount(3));
    CHECK_OK(tibems_SetConnectAttemptDelay(250));
    CHECK_OK(tibemsConnectionFactory_SetConnectAttemptCount(factory, 5));
    CHECK_OK(tibemsConnectionFactory_SetConnectAttemptDelay(factory, 400));
    CHECK_STATUS(create(factory, &connection), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK_INT(proxy_connections(&dead), 15);
    for (int i = 1; i < 15; i++)                /* C11: rounds of 3 passes, the factory's delay between rounds */
        CHECK(dead.accepted.at_us[i] - dead.accepted.at_us[i - 1] >= (i % 3 ? 250000 : 400000));
}

TEST("10-20", unshared_factory_count_alone)
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

TEST("10-21", attempt_limits)
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
    CHECK(dead.accepted.at_us[1] - dead.accepted.at_us[0] >= 250000);
}

/* without the idle limit only the connect timeout ends the try of a server that says nothing */
TEST("10-22", connect_timeout)
{
    static struct proxy silent;
    tibemsConnection connection;
    CHECK_INT(setenv("TIBEMS_AMQP_OPTIONS", "idle=0", 1), 0);
    proxy_start_url(&silent, url_a());
    proxy_set(&silent, PROXY_BLACKHOLE);
    tibemsConnectionFactory factory = factory_for(url_join(",", silent.url, url_a(), NULL));
    CHECK_OK(tibemsConnectionFactory_SetConnectAttemptTimeout(factory, 1000));
    long long begin = now_ms();
    REQUIRE_OK(create(factory, &connection));
    CHECK(now_ms() - begin >= 1000);
    CHECK_INT(proxy_connections(&silent), 1);
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
    static struct proxy refusing, dead;
    tibemsConnection connection = (tibemsConnection)0x1;
    broker_with_login(&broker);
    proxy_start(&refusing, broker.port);
    dead_server(&dead);
    tibemsConnectionFactory factory = factory_for(url_join(",", refusing.url, dead.url, NULL));
    CHECK_STATUS(tibemsConnectionFactory_CreateConnection(factory, &connection, USER, "wrong"),
                 TIBEMS_SECURITY_EXCEPTION);
    CHECK(connection == NULL);
    CHECK_INT(proxy_connections(&refusing), 1);     /* C17: not asked again in the second pass */
    CHECK_INT(proxy_connections(&dead), 2);
    /* every URL with what it answered, in order */
    const char *text = error_text(), *first = strstr(text, refusing.url), *second = strstr(text, dead.url);
    CHECK(strstr(text, "no server took the connection: ") != NULL);
    CHECK(first != NULL && second != NULL && first < second);
    CHECK(first != NULL && strstr(first, "refuses user and password; ") != NULL);
    CHECK(second != NULL && strstr(second, " the connection without a word") != NULL);
    CHECK(second != NULL && strstr(second, "(2 tries)") != NULL);
    CHECK(strstr(text, "wrong") == NULL);
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
    CHECK(connection == NULL);
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
    CHECK(tibemsUFOConnectionFactory_CreateFromConnectionFactory((tibemsConnectionFactory)0xdeadbeef) == NULL);
    /* U3: a source without a URL gives a factory on which it can still be set once, and which is an unshared one */
    tibemsConnectionFactory source = tibemsConnectionFactory_Create();
    tibemsConnectionFactory converted = tibemsUFOConnectionFactory_CreateFromConnectionFactory(source);
    tibemsConnectionFactory each[] = {factory, converted};
    const char *list = url_join("+", url_a(), url_b(), NULL);
    for (int i = 0; i < 2; i++) {
        tibemsConnection connection = NULL;
        REQUIRE(each[i] != NULL);
        CHECK_OK(tibemsConnectionFactory_SetServerURL(each[i], list));
        CHECK_STATUS(tibemsConnectionFactory_SetServerURL(each[i], list), TIBEMS_EXCEPTION);
        REQUIRE_OK(create(each[i], &connection));
        CHECK_STR(active_url(connection), url_a());
        CHECK_OK(tibemsConnection_Close(connection));
        CHECK_OK(tibemsConnectionFactory_Destroy(each[i]));
    }
    CHECK_OK(tibemsConnectionFactory_Destroy(source));
}
