/*
 * broker.c - brokers and the misbehaving TCP proxy of the conformance programs
 *
 * A broker is tests/brokers/run-broker.sh in a child process that dies with its parent (PR_SET_PDEATHSIG). The proxy is
 * one thread with poll(); it owns all its sockets, other threads only leave a wish and wait until it was carried out.
 */
#define _GNU_SOURCE
#include "harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* ---- ports and URLs ---------------------------------------------------------------------------------------------------- */

static int bind_port(int port, int backlog)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, backlog) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Below the ephemeral range: an outgoing connection can never take the port of a broker that is down, nor connect to
 * itself on it. */
int free_port(void)
{
    static int counter;
    for (;;) {
        int port = 12000 + (int)((getpid() * 131LL + __sync_add_and_fetch(&counter, 1) * 7LL) % 20000);
        int fd = bind_port(port, 1);
        if (fd >= 0) {
            close(fd);
            return port;
        }
    }
}

int url_port(const char *url)
{
    const char *colon = strrchr(url, ':');
    return colon ? atoi(colon + 1) : 0;
}

const char *url_join(const char *separator, const char *a, const char *b, const char *c)
{
    static __thread char ring[8][256];
    static __thread unsigned turn;
    char *slot = ring[turn++ % 8];
    snprintf(slot, 256, "%s%s%s%s%s", a, separator, b, c ? separator : "", c ? c : "");
    return slot;
}

/* ---- brokers ------------------------------------------------------------------------------------------------------------- */

const char *broker_kind(void)
{
    const char *kind = getenv("TIBEMS_TEST_BROKER");
    return kind && *kind ? kind : "devbroker";
}

bool on_artemis(void) { return strcmp(broker_kind(), "artemis") == 0; }

static const char *launcher(void)
{
    const char *path = getenv("TIBEMS_TEST_LAUNCHER");
    return path ? path : "tests/brokers/run-broker.sh";
}

void broker_spawn(struct broker *broker)
{
    char port[16], log[160];
    snprintf(port, sizeof port, "%d", broker->port);
    snprintf(log, sizeof log, "%s.log", broker->data);
    pid_t parent = getpid();
    broker->pid = fork();
    if (broker->pid != 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)                    /* it died before the line above */
        _exit(127);
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (fd >= 0) {
        dup2(fd, 1);
        dup2(fd, 2);
    }
    execl(launcher(), "run-broker.sh", broker->kind, port, broker->data, (char *)NULL);
    _exit(127);
}

static bool tcp_answers(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool connected = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return connected;
}

static bool broker_died(const struct broker *broker)
{
    return broker->pid > 0 && waitpid(broker->pid, NULL, WNOHANG) == broker->pid;
}

/* first the port, so that the library is not asked to connect hundreds of times */
static bool tcp_ready(const struct broker *broker, long long until)
{
    while (!tcp_answers(broker->port)) {
        if (now_ms() > until || broker_died(broker))
            return false;
        usleep(10000);
    }
    return true;
}

void broker_ready(const struct broker *broker)
{
    long long until = now_ms() + slow(60000);
    tibemsConnectionFactory factory = factory_for(broker->url);
    tibems_status status = TIBEMS_SERVER_NOT_CONNECTED;
    if (tcp_ready(broker, until)) {
        CHECK_OK(tibemsConnectionFactory_SetConnectAttemptCount(factory, 1));
        do {
            tibemsConnection connection = NULL;
            status = tibemsConnectionFactory_CreateConnection(factory, &connection, USER, PASSWORD);
            if (status == TIBEMS_OK)
                status = tibemsConnection_Close(connection);
        } while (status != TIBEMS_OK && now_ms() < until && !broker_died(broker));
    }
    tibemsConnectionFactory_Destroy(factory);
    if (status != TIBEMS_OK) {
        check_failed(__FILE__, __LINE__, "broker %s on port %d is not ready: %d; its log is %s.log", broker->kind,
                     broker->port, (int)status, broker->data);
        test_over();
    }
}

static void broker_prepare(struct broker *broker)
{
    const char *scratch = getenv("TIBEMS_TEST_SCRATCH");
    memset(broker, 0, sizeof *broker);
    broker->port = free_port();
    snprintf(broker->kind, sizeof broker->kind, "%s", broker_kind());
    snprintf(broker->data, sizeof broker->data, "%s/broker-%d", scratch ? scratch : "/tmp", broker->port);
    snprintf(broker->url, sizeof broker->url, "tcp://127.0.0.1:%d", broker->port);
    char command[320];
    snprintf(command, sizeof command, "rm -rf '%s' '%s.log'", broker->data, broker->data);
    if (system(command) != 0)
        check_failed(__FILE__, __LINE__, "%s failed", command);
}

void broker_start(struct broker *broker)
{
    broker_prepare(broker);
    broker_spawn(broker);
    broker_ready(broker);
}

static void broker_signal(struct broker *broker, int signal, bool gone)
{
    if (broker->pid <= 0)
        return;
    kill(broker->pid, signal);
    if (gone) {
        waitpid(broker->pid, NULL, 0);
        broker->pid = 0;
    }
}

void broker_kill(struct broker *broker) { broker_signal(broker, SIGKILL, true); }
void broker_term(struct broker *broker) { broker_signal(broker, SIGTERM, true); }
void broker_stop(struct broker *broker) { broker_signal(broker, SIGSTOP, false); }
void broker_cont(struct broker *broker) { broker_signal(broker, SIGCONT, false); }

void broker_restart(struct broker *broker)
{
    broker_kill(broker);
    broker_spawn(broker);
    broker_ready(broker);
}

/* The runner's own pair, unless the environment names one. The runner must not use the library, so readiness here is the
 * TCP port; both kinds open it when they are ready to serve. */
void shared_brokers_start(void)
{
    static struct broker pair[2];
    const char *names[] = {"TIBEMS_TEST_URL_A", "TIBEMS_TEST_URL_B"};
    for (int i = 0; i < 2; i++)
        if (!getenv(names[i])) {
            broker_prepare(&pair[i]);
            broker_spawn(&pair[i]);
            setenv(names[i], pair[i].url, 1);
        }
    for (int i = 0; i < 2; i++)
        if (pair[i].pid && !tcp_ready(&pair[i], now_ms() + 60000)) {
            printf("Bail out! broker %s does not start; its log is %s.log\n", pair[i].kind, pair[i].data);
            exit(3);
        }
}

const char *url_a(void) { return getenv("TIBEMS_TEST_URL_A"); }
const char *url_b(void) { return getenv("TIBEMS_TEST_URL_B"); }

/* ---- proxy ------------------------------------------------------------------------------------------------------------- */

enum { PAIRS = 64 };

struct proxy_impl {
    int listener;
    struct { int client, server; long down; } pair[PAIRS];
};

static void hard_close(int fd)                  /* with a reset: the peer learns at once */
{
    struct linger linger = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(fd);
}

static void drop(struct proxy_impl *impl, int i)
{
    if (impl->pair[i].client >= 0)
        hard_close(impl->pair[i].client);
    if (impl->pair[i].server >= 0)
        hard_close(impl->pair[i].server);
    impl->pair[i].client = impl->pair[i].server = -1;
}

static ssize_t pump(int from, int to, long most)        /* bytes moved; 0 or less: this side has ended */
{
    char buffer[65536];
    ssize_t got = recv(from, buffer, most < (long)sizeof buffer ? (size_t)most : sizeof buffer, 0);
    for (ssize_t done = 0; done < got;) {
        ssize_t sent = send(to, buffer + done, (size_t)(got - done), MSG_NOSIGNAL);
        if (sent < 0)
            return -1;
        done += sent;
    }
    return got;
}

static void accept_one(struct proxy *proxy)
{
    struct proxy_impl *impl = proxy->impl;
    int one = 1, client = accept4(impl->listener, NULL, NULL, SOCK_CLOEXEC);
    if (client < 0)
        return;
    event_post(&proxy->accepted, event_count(&proxy->accepted) + 1);
    int server = -1, place = 0;
    while (place < PAIRS && impl->pair[place].client >= 0)
        place++;
    if (proxy->target && proxy->mode != PROXY_BLACKHOLE) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)proxy->target)};
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(server, (struct sockaddr *)&address, sizeof address) != 0) {
            close(server);
            server = -1;
        }
    }
    if (place == PAIRS || (server < 0 && proxy->mode != PROXY_BLACKHOLE)) {
        hard_close(client);
        if (server >= 0)
            close(server);
        return;
    }
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (server >= 0)
        setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    impl->pair[place].client = client;
    impl->pair[place].server = server;
    impl->pair[place].down = 0;
}

static void carry_out(struct proxy *proxy)      /* wishes of other threads; lock held */
{
    struct proxy_impl *impl = proxy->impl;
    char byte;
    while (read(proxy->wake[0], &byte, 1) == 1)
        ;
    if (proxy->applied == proxy->wanted)
        return;
    if (proxy->cut || proxy->mode == PROXY_REFUSE || proxy->ending)
        for (int i = 0; i < PAIRS; i++)
            drop(impl, i);
    proxy->cut = 0;
    if (proxy->mode == PROXY_REFUSE && impl->listener >= 0) {
        close(impl->listener);
        impl->listener = -1;
    } else if (proxy->mode != PROXY_REFUSE && impl->listener < 0) {
        impl->listener = bind_port(proxy->port, 64);
        if (impl->listener < 0)
            check_failed(__FILE__, __LINE__, "proxy cannot listen on %d again: %s", proxy->port, strerror(errno));
    }
    proxy->applied = proxy->wanted;
}

static void *proxy_main(void *argument)
{
    struct proxy *proxy = argument;
    struct proxy_impl *impl = proxy->impl;
    for (;;) {
        struct pollfd set[2 + 2 * PAIRS];
        int owner[2 + 2 * PAIRS], count = 0;
        pthread_mutex_lock(&proxy->lock);
        carry_out(proxy);
        enum proxy_mode mode = proxy->mode;
        bool ending = proxy->ending;
        pthread_mutex_unlock(&proxy->lock);
        if (ending)
            return NULL;
        set[count++] = (struct pollfd){proxy->wake[0], POLLIN, 0};
        set[count++] = (struct pollfd){impl->listener, POLLIN, 0};    /* -1 is ignored by poll */
        for (int i = 0; i < PAIRS && mode != PROXY_STALL; i++) {
            if (impl->pair[i].client < 0)
                continue;
            owner[count] = i;
            set[count++] = (struct pollfd){impl->pair[i].client, POLLIN, 0};
            if (mode == PROXY_STALL_DOWN || impl->pair[i].server < 0)
                continue;
            owner[count] = i;
            set[count++] = (struct pollfd){impl->pair[i].server, POLLIN, 0};
        }
        if (poll(set, (nfds_t)count, -1) < 0)
            continue;
        if (set[0].revents)
            continue;                           /* a wish: carried out before anything moves */
        if (set[1].revents)
            accept_one(proxy);
        for (int n = 2; n < count; n++) {
            int i = owner[n];
            if (!set[n].revents || impl->pair[i].client < 0)
                continue;
            bool up = set[n].fd == impl->pair[i].client;
            char sink[4096];
            if (impl->pair[i].server < 0 || mode == PROXY_BLACKHOLE) {
                if (recv(set[n].fd, sink, sizeof sink, 0) <= 0)
                    drop(impl, i);
            } else {
                long most = up || !proxy->cut_after ? 1L << 30 : proxy->cut_after - impl->pair[i].down;
                ssize_t moved = pump(set[n].fd, up ? impl->pair[i].server : impl->pair[i].client, most);
                impl->pair[i].down += up || moved < 0 ? 0 : moved;
                if (moved <= 0 || (proxy->cut_after && impl->pair[i].down >= proxy->cut_after))
                    drop(impl, i);
            }
        }
    }
}

void proxy_start(struct proxy *proxy, int target_port)
{
    struct events empty = EVENTS_INIT;
    memset(proxy, 0, sizeof *proxy);
    memcpy(&proxy->accepted, &empty, sizeof empty);
    pthread_mutex_init(&proxy->lock, NULL);
    proxy->target = target_port;
    proxy->impl = malloc(sizeof *proxy->impl);
    for (int i = 0; i < PAIRS; i++)
        proxy->impl->pair[i].client = proxy->impl->pair[i].server = -1;
    do {
        proxy->port = free_port();
        proxy->impl->listener = bind_port(proxy->port, 64);
    } while (proxy->impl->listener < 0);
    snprintf(proxy->url, sizeof proxy->url, "tcp://127.0.0.1:%d", proxy->port);
    if (pipe2(proxy->wake, O_NONBLOCK | O_CLOEXEC) != 0 || pthread_create(&proxy->thread, NULL, proxy_main, proxy) != 0) {
        check_failed(__FILE__, __LINE__, "no proxy: %s", strerror(errno));
        test_over();
    }
}

void proxy_start_url(struct proxy *proxy, const char *target_url) { proxy_start(proxy, url_port(target_url)); }

static void proxy_wish(struct proxy *proxy, enum proxy_mode mode, int cut)
{
    pthread_mutex_lock(&proxy->lock);
    proxy->mode = mode;
    proxy->cut = cut;
    long long wish = ++proxy->wanted;
    pthread_mutex_unlock(&proxy->lock);
    for (bool done = false; !done;) {
        if (write(proxy->wake[1], "x", 1) < 0 && errno != EAGAIN)
            break;
        usleep(200);
        pthread_mutex_lock(&proxy->lock);
        done = proxy->applied >= wish;
        pthread_mutex_unlock(&proxy->lock);
    }
}

void proxy_set(struct proxy *proxy, enum proxy_mode mode) { proxy_wish(proxy, mode, 0); }
void proxy_cut(struct proxy *proxy) { proxy_wish(proxy, proxy->mode, 1); }
int proxy_connections(struct proxy *proxy) { return event_count(&proxy->accepted); }
