/*
 * harness.c - what tests are written with: time, events, calls in other threads, shortcuts to the library
 *
 * Runs in the process of a test. Waits end with an event or a limit that only a hang reaches. The runner is in runner.c.
 */
#define _GNU_SOURCE
#include "harness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

/* ---- time ------------------------------------------------------------------------------------------------------------ */

long long now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

long long now_ms(void) { return now_us() / 1000; }

void sleep_ms(long long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    while (nanosleep(&t, &t) != 0 && errno == EINTR)
        ;
}

/* No test asserts how quick something is: these limits only end what would never end. */
long long slow(long long ms)
{
    static long long factor;
    long long now = __atomic_load_n(&factor, __ATOMIC_RELAXED);
    if (!now) {
        const char *given = getenv("TIBEMS_TEST_SLOW");
        now = given && atoll(given) > 0 ? atoll(given) : 3;
        __atomic_store_n(&factor, now, __ATOMIC_RELAXED);
    }
    return ms * now;
}

enum { LIMIT_MS = 10000 };          /* for what should come at once: only a hang lasts longer */

static struct timespec deadline_in(long long ms)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += ms % 1000 * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

/* ---- events and tasks ------------------------------------------------------------------------------------------------ */

void event_post(struct events *events, long long value)
{
    pthread_mutex_lock(&events->lock);
    if (events->count < (int)(sizeof events->value / sizeof *events->value)) {
        events->value[events->count] = value;
        events->at_us[events->count] = now_us();
    }
    events->count++;
    pthread_cond_broadcast(&events->changed);
    pthread_mutex_unlock(&events->lock);
}

int event_count(struct events *events)
{
    pthread_mutex_lock(&events->lock);
    int count = events->count;
    pthread_mutex_unlock(&events->lock);
    return count;
}

bool event_wait(struct events *events, int count, long long timeout_ms)
{
    struct timespec until = deadline_in(slow(timeout_ms > LIMIT_MS ? timeout_ms : LIMIT_MS));
    pthread_mutex_lock(&events->lock);
    while (events->count < count && pthread_cond_timedwait(&events->changed, &events->lock, &until) == 0)
        ;
    bool reached = events->count >= count;
    pthread_mutex_unlock(&events->lock);
    return reached;
}

long long event_at(struct events *events, int index)
{
    pthread_mutex_lock(&events->lock);
    long long value = index < events->count ? events->value[index] : -1;
    pthread_mutex_unlock(&events->lock);
    return value;
}

static void *task_main(void *argument)
{
    struct task *task = argument;
    __atomic_store_n(&task->tid, (int)syscall(SYS_gettid), __ATOMIC_RELEASE);
    task->status = task->run(task->argument);
    task->ended_ms = now_ms();
    event_post(&task->done, task->status);
    return NULL;
}

void task_start(struct task *task, tibems_status (*run)(void *), void *argument)
{
    struct events empty = EVENTS_INIT;
    memcpy(&task->done, &empty, sizeof empty);
    task->run = run;
    task->argument = argument;
    task->started_ms = now_ms();
    task->tid = 0;
    if (pthread_create(&task->thread, NULL, task_main, task) != 0) {
        check_failed(__FILE__, __LINE__, "no thread for a task");
        test_over();
    }
}

bool task_running(struct task *task) { return event_count(&task->done) == 0; }

/* calls visit with the directory of each thread but this one */
static bool for_other_threads(bool (*visit)(const char *thread, void *closure), void *closure)
{
    DIR *threads = opendir("/proc/self/task");
    int self = (int)syscall(SYS_gettid);
    bool all = threads != NULL;
    for (struct dirent *entry; all && (entry = readdir(threads)) != NULL;)
        if (entry->d_name[0] != '.' && atoi(entry->d_name) != self)
            all = visit(entry->d_name, closure);
    if (threads)
        closedir(threads);
    return all;
}

static bool thread_file(const char *thread, const char *name, char *text, size_t size)
{
    char path[320];
    snprintf(path, sizeof path, "/proc/self/task/%s/%s", thread, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, text, size - 1);
    if (fd >= 0)
        close(fd);
    text[got > 0 ? got : 0] = 0;
    return got > 0;                             /* false: it has ended */
}

/* false when the thread does not sleep; else how often it was switched is added */
static bool sleeps(const char *thread, void *switches)
{
    char text[4096];
    if (!thread_file(thread, "status", text, sizeof text))
        return true;
    const char *state = strstr(text, "State:\t"), *count = strstr(text, "\nvoluntary_ctxt_switches:");
    if (state && state[7] != 'S')
        return state[7] == 'X' || state[7] == 'Z';
    *(unsigned long long *)switches += count ? strtoull(count + 25, NULL, 10) + 1 : 0;
    return true;
}

void all_rests(void)
{
    enum { LOOKS = 5 };                         /* under valgrind one look is not enough: there a waiting thread sleeps, too */
    unsigned long long before = 0;
    long long until = now_ms() + slow(LIMIT_MS);
    for (int quiet = 0; quiet < LOOKS; sleep_ms(2)) {
        unsigned long long switches = 0;
        bool resting = for_other_threads(sleeps, &switches);
        quiet = resting && switches == before ? quiet + 1 : 0;
        before = switches;
        if (now_ms() > until) {
            check_failed(__FILE__, __LINE__, "the threads of this process do not come to rest");
            return;
        }
    }
}

bool task_blocks(struct task *task)
{
    while (task_running(task) && !__atomic_load_n(&task->tid, __ATOMIC_ACQUIRE))
        sleep_ms(1);
    if (task_running(task))
        all_rests();
    return task_running(task);
}

static bool named_otherwise(const char *thread, void *name)
{
    char comm[64];
    return !thread_file(thread, "comm", comm, sizeof comm) || strncmp(comm, name, strlen(name)) != 0;
}

void threads_end(const char *name)
{
    long long until = now_ms() + slow(LIMIT_MS);
    count_check();
    while (!for_other_threads(named_otherwise, (void *)name)) {
        if (now_ms() > until) {
            check_failed(__FILE__, __LINE__, "threads %s... do not end", name);
            return;
        }
        sleep_ms(2);
    }
}

/* ---- other processes -------------------------------------------------------------------------------------------------- */

int exit_status(pid_t child, const char *what)
{
    int status = 0;
    pid_t ended = -1;
    long long until = now_ms() + slow(LIMIT_MS);
    while (child > 0 && (ended = waitpid(child, &status, WNOHANG)) == 0 && now_ms() <= until)
        sleep_ms(1);
    if (ended == 0) {
        check_failed(__FILE__, __LINE__, "%s hangs", what);
        kill(child, SIGKILL);
        ended = waitpid(child, &status, 0);
    }
    if (ended != child || child <= 0) {
        check_failed(__FILE__, __LINE__, "%s: there is no such process", what);
        return -1;
    }
    return WIFSIGNALED(status) ? DIED_OF + WTERMSIG(status) : WEXITSTATUS(status);
}

bool task_wait(struct task *task, long long timeout_ms)
{
    if (!event_wait(&task->done, 1, timeout_ms))
        return false;
    pthread_join(task->thread, NULL);
    return true;
}

/* ---- library shortcuts ------------------------------------------------------------------------------------------------- */

#define RING(SIZE)                              \
    static __thread char ring[8][SIZE];         \
    static __thread unsigned turn;              \
    char *slot = ring[turn++ % 8]

const char *unique_name(const char *prefix)
{
    static int counter;
    RING(128);
    snprintf(slot, 128, "%s.%llx.%d.%d", prefix, now_us(), (int)getpid(), __sync_add_and_fetch(&counter, 1));
    return slot;
}

static tibemsDestination destination_named(tibemsDestinationType type, const char *name)
{
    tibemsDestination destination = NULL;
    REQUIRE_OK(tibemsDestination_Create(&destination, type, name));
    return destination;
}

tibemsDestination queue_named(const char *name) { return destination_named(TIBEMS_QUEUE, name); }
tibemsDestination unique_queue(void) { return queue_named(unique_name("q")); }
tibemsDestination unique_topic(void) { return destination_named(TIBEMS_TOPIC, unique_name("t")); }

tibemsConnectionFactory factory_for(const char *url)
{
    tibemsConnectionFactory factory = tibemsConnectionFactory_Create();
    REQUIRE(factory != NULL);
    REQUIRE_OK(tibemsConnectionFactory_SetServerURL(factory, url));
    return factory;
}

tibemsConnectionFactory ufo_factory_for(const char *url)
{
    tibemsConnectionFactory factory = tibemsUFOConnectionFactory_Create();
    REQUIRE(factory != NULL);
    REQUIRE_OK(tibemsConnectionFactory_SetServerURL(factory, url));
    return factory;
}

tibemsConnection connect_with(tibemsConnectionFactory factory)
{
    tibemsConnection connection = NULL;
    REQUIRE_OK(tibemsConnectionFactory_CreateConnection(factory, &connection, USER, PASSWORD));
    return connection;
}

tibemsConnection connect_to(const char *url)
{
    tibemsConnection connection = NULL;
    REQUIRE_OK(tibemsConnection_Create(&connection, url, NULL, USER, PASSWORD));
    return connection;
}

tibemsSession session_of(tibemsConnection connection, tibems_bool transacted, tibemsAcknowledgeMode mode)
{
    tibemsSession session = NULL;
    REQUIRE_OK(tibemsConnection_CreateSession(connection, &session, transacted, mode));
    return session;
}

void fresh_on(struct fixture *f, tibemsConnection connection, tibems_bool transacted, tibemsAcknowledgeMode mode)
{
    f->connection = connection;
    snprintf(f->name, sizeof f->name, "%s", unique_name("q"));
    f->queue = queue_named(f->name);
    f->session = session_of(connection, transacted, mode);
    REQUIRE_OK(tibemsSession_CreateProducer(f->session, &f->producer, f->queue));
    REQUIRE_OK(tibemsSession_CreateConsumer(f->session, &f->consumer, f->queue, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsConnection_Start(connection));
}

void fresh(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    fresh_on(f, connect_to(url_a()), TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
}

tibemsMsg text_message(const char *text)
{
    tibemsTextMsg message = NULL;
    REQUIRE_OK(tibemsTextMsg_Create(&message));
    REQUIRE_OK(tibemsTextMsg_SetText(message, text));
    return message;
}

tibems_status send_text(tibemsMsgProducer producer, const char *text)
{
    tibemsMsg message = text_message(text);
    tibems_status status = tibemsMsgProducer_Send(producer, message);
    const char *why = status == TIBEMS_OK ? "" : error_text();
    if (*why)
        fprintf(stderr, "send of \"%s\": %d: %s\n", text, (int)status, why);
    tibemsMsg_Destroy(message);
    return status;
}

const char *text_of(tibemsMsg message)
{
    const char *text = NULL;
    return message && tibemsTextMsg_GetText(message, &text) == TIBEMS_OK && text ? text : "";
}

static tibems_status taken(tibems_status status, tibemsMsg message, char text[256], bool *redelivered)
{
    tibems_bool flag = TIBEMS_FALSE;
    text[0] = 0;
    if (status != TIBEMS_OK) {
        CHECK(message == NULL);
        return status;
    }
    snprintf(text, 256, "%s", text_of(message));
    CHECK_OK(tibemsMsg_GetRedelivered(message, &flag));
    if (redelivered)
        *redelivered = flag == TIBEMS_TRUE;
    CHECK_OK(tibemsMsg_Destroy(message));
    return TIBEMS_OK;
}

tibems_status receive_text(tibemsMsgConsumer consumer, long long timeout_ms, char text[256], bool *redelivered)
{
    tibemsMsg message = NULL;
    tibems_status status = tibemsMsgConsumer_ReceiveTimeout(consumer, &message, timeout_ms);
    return taken(status, message, text, redelivered);
}

/* the next message that the server has for the consumer now; TIBEMS_NOT_FOUND: it said that there is none */
static tibems_status ask_for_text(tibemsMsgConsumer consumer, char text[256])
{
    tibemsMsg message = NULL;
    tibems_status status = tibemsMsgConsumer_ReceiveNoWait(consumer, &message);
    return taken(status, message, text, NULL);
}

void expect_text(const char *file, int line, tibemsMsgConsumer consumer, const char *want, int redelivered)
{
    char text[256];
    bool again = false;
    tibems_status status = receive_text(consumer, slow(LIMIT_MS), text, &again);
    count_check();
    if (status != TIBEMS_OK)
        check_failed(file, line, "no message \"%s\": status %d (%s)", want, (int)status, tibemsStatus_GetText(status));
    else if (strcmp(text, want) != 0)
        check_failed(file, line, "message \"%s\" came, expected \"%s\"", text, want);
    else if (redelivered >= 0 && again != (redelivered == 1))
        check_failed(file, line, "message \"%s\": JMSRedelivered is %d, expected %d", want, again, redelivered);
}

void expect_nothing(const char *file, int line, tibemsMsgConsumer consumer)
{
    char text[256];
    tibems_status status = ask_for_text(consumer, text);
    count_check();
    if (status == TIBEMS_OK)
        check_failed(file, line, "message \"%s\" came, expected none", text);
    else if (status != TIBEMS_NOT_FOUND)
        check_failed(file, line, "receive: status %d (%s), expected none", (int)status, tibemsStatus_GetText(status));
}

static void reader_on(struct fixture *f, const char *url, const char *queue)
{
    memset(f, 0, sizeof *f);
    f->connection = connect_to(url);
    f->session = session_of(f->connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    f->queue = queue_named(queue);
    REQUIRE_OK(tibemsSession_CreateConsumer(f->session, &f->consumer, f->queue, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsConnection_Start(f->connection));
}

void reader(struct fixture *f, const char *queue) { reader_on(f, url_a(), queue); }

void reader_close(struct fixture *f)
{
    CHECK_OK(tibemsConnection_Close(f->connection));
    CHECK_OK(tibemsMsgConsumer_Close(f->consumer));
    CHECK_OK(tibemsSession_Close(f->session));
    CHECK_OK(tibemsDestination_Destroy(f->queue));
}

tibemsMsg receive_one(tibemsMsgConsumer consumer)
{
    tibemsMsg message = NULL;
    REQUIRE_OK(tibemsMsgConsumer_ReceiveTimeout(consumer, &message, slow(LIMIT_MS)));
    REQUIRE(message != NULL);
    return message;
}

void count_left(const char *file, int line, const char *url, const char *queue, int expected)
{
    struct fixture f;
    char text[256], all[512] = "";
    int count = 0;
    reader_on(&f, url, queue);
    count_check();
    /* what is expected may take its time; whether there is more the server says */
    while ((count < expected ? receive_text(f.consumer, slow(LIMIT_MS), text, NULL) : ask_for_text(f.consumer, text)) ==
           TIBEMS_OK) {
        count++;
        if (strlen(all) + strlen(text) + 2 < sizeof all)
            strcat(strcat(all, " "), text);
    }
    if (count != expected)
        check_failed(file, line, "%d messages left on %s, expected %d:%s", count, queue, expected, all);
    reader_close(&f);
}

const char *active_url(tibemsConnection connection)
{
    RING(128);
    char *url = NULL;
    tibems_status status = tibemsConnection_GetActiveURL(connection, &url);
    snprintf(slot, 128, "%s", status == TIBEMS_OK && url ? url : "(none)");
    free(url);
    return slot;
}

const char *error_text(void)
{
    RING(512);
    const char *text = NULL;
    if (tibemsErrorContext_GetLastErrorString(NULL, &text) != TIBEMS_OK || !text)
        text = "";
    snprintf(slot, 512, "%s", text);
    return slot;
}

void post_status(tibemsConnection connection, tibems_status status, void *closure)
{
    (void)connection;
    event_post(closure, status);
}

void recover_listener(tibemsConnection connection, tibems_status status, void *closure)
{
    struct recovery *recovery = closure;
    tibems_status result;
    int tries = 0;
    event_post(&recovery->broken, status);
    if (recovery->gated && !event_wait(&recovery->go, 1, 60000))
        check_failed(__FILE__, __LINE__, "nobody opens the gate of the recovery");
    do {
        result = tibemsUFOConnectionFactory_RecoverConnection(recovery->factory, connection);
        event_post(&recovery->recovered, result);
    } while (result != TIBEMS_OK && result != TIBEMS_ILLEGAL_STATE && ++tries != recovery->tries);
}
