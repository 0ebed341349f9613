/*
 * broker.c - brokers and the misbehaving TCP proxy of the conformance programs
 *
 * A broker is tests/brokers/run-broker.sh in a child process that dies with its parent (PR_SET_PDEATHSIG). The proxy is
 * one thread with poll(); it owns all its sockets and blocks on none, other threads only leave a wish and wait until it
 * was carried out.
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
#include <sys/un.h>
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

/* The port is ours until this process and its forked children have ended: a name that the system gives to one program at a
 * time stands for it, so that nobody takes the port between this answer and its use. */
static bool reserve(int port)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int length = snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "tibemsufo-test-port-%d", port);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&name, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length)) == 0)
        return true;                            /* stays open */
    close(fd);
    return false;
}

/* Below the ephemeral range: an outgoing connection can never take the port of a broker that is down, nor connect to
 * itself on it. The scripts that start servers look above 22000 (demo/tool.c). */
int free_port(void)
{
    static int counter;
    for (;;) {
        int port = 12000 + (int)((getpid() * 131LL + __sync_add_and_fetch(&counter, 1) * 7LL) % 10000);
        int fd = bind_port(port, 1);
        if (fd < 0)
            continue;
        close(fd);
        if (reserve(port))
            return port;
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
    execl(launcher(), "run-broker.sh", broker->kind, port, broker->data, broker->options[0], broker->options[1],
          broker->options[2], (char *)NULL);
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

static bool broker_died(const struct broker *broker)       /* it stays for broker_kill to collect */
{
    siginfo_t info = {0};
    return broker->pid > 0 && waitid(P_PID, (id_t)broker->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == broker->pid;
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
    if (status != TIBEMS_OK || broker_died(broker)) {          /* somebody else may answer on its port */
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

void broker_start_with(struct broker *broker, const char *one, const char *two, const char *three)
{
    broker_prepare(broker);
    broker->options[0] = one;
    broker->options[1] = two;
    broker->options[2] = three;
    broker_spawn(broker);
    broker_ready(broker);
}

void broker_start(struct broker *broker) { broker_start_with(broker, NULL, NULL, NULL); }

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

/* Bytes of one direction on their way: read only when the last ones have been written, so a side that takes nothing holds up
 * its own direction and nobody else. */
struct flow {
    size_t from, to;
    bool ended, told;               /* the source has ended; and the sink was told */
    char data[32768];
};

struct proxy_impl {
    int listener;
    struct pair {
        int client, server;
        long answered;              /* bytes read from the server */
        struct flow up, down;
    } pair[PAIRS];
};

static void hard_close(int fd)                  /* with a reset: the peer learns at once */
{
    struct linger linger = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(fd);
}

static void drop(struct pair *pair)
{
    if (pair->client >= 0)
        hard_close(pair->client);
    if (pair->server >= 0)
        hard_close(pair->server);
    pair->client = pair->server = -1;
}

static bool moving(const struct flow *flow) { return flow->from < flow->to; }

/* takes what the source has and the sink takes; false: one of them has failed */
static bool carry(struct flow *flow, int source, int sink, size_t most, long *count)
{
    if (!moving(flow) && !flow->ended && most > 0) {
        ssize_t got = recv(source, flow->data, most < sizeof flow->data ? most : sizeof flow->data, 0);
        if (got < 0)
            return errno == EAGAIN || errno == EINTR;
        flow->ended = got == 0;
        flow->from = 0;
        flow->to = (size_t)got;
        *count += got;
    }
    while (moving(flow)) {
        ssize_t sent = send(sink, flow->data + flow->from, flow->to - flow->from, MSG_NOSIGNAL);
        if (sent < 0)
            return errno == EAGAIN || errno == EINTR;
        flow->from += (size_t)sent;
    }
    if (flow->ended && !flow->told) {
        flow->told = true;
        shutdown(sink, SHUT_WR);
    }
    return true;
}

static int connect_target(const struct proxy *proxy)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)proxy->target)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

static void quick(int fd)
{
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static void accept_one(struct proxy *proxy, enum proxy_mode mode)
{
    struct proxy_impl *impl = proxy->impl;
    int client = accept4(impl->listener, NULL, NULL, SOCK_CLOEXEC), server = -1, place = 0;
    if (client < 0)
        return;
    event_post(&proxy->accepted, event_count(&proxy->accepted) + 1);
    while (place < PAIRS && impl->pair[place].client >= 0)
        place++;
    if (place == PAIRS)
        check_failed(__FILE__, __LINE__, "the proxy has no place for a connection");
    if (place < PAIRS && mode != PROXY_DEAD && mode != PROXY_BLACKHOLE)
        server = connect_target(proxy);
    if (place == PAIRS || (server < 0 && mode != PROXY_BLACKHOLE)) {
        hard_close(client);
        return;
    }
    struct pair *pair = &impl->pair[place];
    quick(client);
    if (server >= 0)
        quick(server);
    pair->client = client;
    pair->server = server;
    pair->answered = 0;
    pair->up.from = pair->up.to = pair->down.from = pair->down.to = 0;
    pair->up.ended = pair->up.told = pair->down.ended = pair->down.told = false;
    __atomic_store_n(&proxy->answered, 0, __ATOMIC_RELEASE);
}

static void carry_out(struct proxy *proxy)      /* wishes of other threads; lock held */
{
    struct proxy_impl *impl = proxy->impl;
    char byte;
    while (read(proxy->wake[0], &byte, 1) == 1)
        ;
    if (proxy->applied == proxy->wanted)
        return;
    if (proxy->cut || proxy->mode == PROXY_REFUSE || proxy->mode == PROXY_DEAD)
        for (int i = 0; i < PAIRS; i++)
            drop(&impl->pair[i]);
    proxy->cut = false;
    if (proxy->mode == PROXY_REFUSE && impl->listener >= 0) {
        close(impl->listener);
        impl->listener = -1;
    } else if (proxy->mode != PROXY_REFUSE && impl->listener < 0) {
        impl->listener = bind_port(proxy->port, 64);
        if (impl->listener < 0)
            check_failed(__FILE__, __LINE__, "proxy cannot listen on %d again: %s", proxy->port, strerror(errno));
    }
    proxy->applied = proxy->wanted;
    pthread_cond_broadcast(&proxy->changed);
}

/* which events of a pair the proxy waits for; none: poll would report its end again and again */
static void interests(const struct pair *pair, enum proxy_mode mode, short *client, short *server)
{
    *client = *server = 0;
    if (mode == PROXY_STALL)
        return;
    if (pair->server < 0 || mode == PROXY_BLACKHOLE) {
        *client = *server = POLLIN;
        return;
    }
    if (moving(&pair->up))
        *server |= POLLOUT;
    else if (!pair->up.ended)
        *client |= POLLIN;
    if (mode == PROXY_STALL_DOWN)
        return;
    if (moving(&pair->down))
        *client |= POLLOUT;
    else if (!pair->down.ended)
        *server |= POLLIN;
}

static bool swallow(int fd)                     /* false: its end */
{
    char sink[4096];
    return fd < 0 || recv(fd, sink, sizeof sink, MSG_DONTWAIT) > 0 || errno == EAGAIN;
}

static void serve(struct proxy *proxy, struct pair *pair, enum proxy_mode mode, long cut_after)
{
    if (pair->server < 0 || mode == PROXY_BLACKHOLE) {
        errno = 0;
        if (!swallow(pair->client) || !swallow(pair->server))
            drop(pair);
        return;
    }
    long unused = 0, left = cut_after ? cut_after - pair->answered : 1L << 30;
    bool alive = carry(&pair->up, pair->client, pair->server, 1L << 30, &unused);
    if (alive && mode != PROXY_STALL_DOWN) {
        alive = carry(&pair->down, pair->server, pair->client, left > 0 ? (size_t)left : 0, &pair->answered);
        __atomic_store_n(&proxy->answered, pair->answered, __ATOMIC_RELEASE);
    }
    if (!alive || (cut_after && pair->answered >= cut_after && !moving(&pair->down)))
        drop(pair);
    else if (pair->up.told && pair->down.told) {
        close(pair->client);
        close(pair->server);
        pair->client = pair->server = -1;
    }
}

static _Noreturn void *proxy_main(void *argument)
{
    struct proxy *proxy = argument;
    struct proxy_impl *impl = proxy->impl;
    for (;;) {
        struct pollfd set[2 + 2 * PAIRS];
        struct pair *owner[2 + 2 * PAIRS];
        int count = 0;
        pthread_mutex_lock(&proxy->lock);
        carry_out(proxy);
        enum proxy_mode mode = proxy->mode;
        long cut_after = proxy->cut_after;
        pthread_mutex_unlock(&proxy->lock);
        set[count++] = (struct pollfd){proxy->wake[0], POLLIN, 0};
        set[count++] = (struct pollfd){impl->listener, POLLIN, 0};    /* -1 is ignored by poll */
        for (struct pair *pair = impl->pair; pair < impl->pair + PAIRS; pair++) {
            short client, server;
            if (pair->client < 0)
                continue;
            interests(pair, mode, &client, &server);
            owner[count] = pair;
            if (client)
                set[count++] = (struct pollfd){pair->client, client, 0};
            owner[count] = pair;
            if (server && pair->server >= 0)
                set[count++] = (struct pollfd){pair->server, server, 0};
        }
        if (poll(set, (nfds_t)count, -1) < 0)
            continue;
        if (set[0].revents)
            continue;                           /* a wish: carried out before anything moves */
        for (int n = 2; n < count; n++)
            if (set[n].revents && owner[n]->client >= 0)
                serve(proxy, owner[n], mode, cut_after);
        if (set[1].revents)
            accept_one(proxy, mode);
    }
}

void proxy_start(struct proxy *proxy, int target_port)
{
    struct events empty = EVENTS_INIT;
    memset(proxy, 0, sizeof *proxy);
    memcpy(&proxy->accepted, &empty, sizeof empty);
    pthread_mutex_init(&proxy->lock, NULL);
    pthread_cond_init(&proxy->changed, NULL);
    proxy->target = target_port;
    proxy->mode = target_port ? PROXY_PASS : PROXY_DEAD;
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

static void proxy_wish(struct proxy *proxy, const enum proxy_mode *mode, bool cut, long cut_after)
{
    pthread_mutex_lock(&proxy->lock);
    if (mode)
        proxy->mode = *mode;
    proxy->cut |= cut;
    proxy->cut_after = cut_after;
    long long wish = ++proxy->wanted;
    ssize_t written = write(proxy->wake[1], "x", 1);        /* a full pipe wakes, too */
    (void)written;
    while (proxy->applied < wish)
        pthread_cond_wait(&proxy->changed, &proxy->lock);
    pthread_mutex_unlock(&proxy->lock);
}

void proxy_set(struct proxy *proxy, enum proxy_mode mode) { proxy_wish(proxy, &mode, false, 0); }
void proxy_cut(struct proxy *proxy) { proxy_wish(proxy, NULL, true, 0); }
void proxy_cut_after(struct proxy *proxy, long bytes) { proxy_wish(proxy, NULL, false, bytes); }
int proxy_connections(struct proxy *proxy) { return event_count(&proxy->accepted); }
long proxy_answered(struct proxy *proxy) { return __atomic_load_n(&proxy->answered, __ATOMIC_ACQUIRE); }
