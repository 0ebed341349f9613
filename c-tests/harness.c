/*
 * harness.c - runner of the conformance programs, assertions, events, tasks, library shortcuts
 *
 * The runner process never calls the library: it forks one child a test (fresh process-wide settings, crash and hang
 * cost one test), collects what the child wrote, and prints one result line. Brokers are in broker.c.
 */
#define _GNU_SOURCE
#include "harness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

enum { EXIT_SKIP = 77 };

static struct test *tests;
static int failed_checks;

/* What a test tells its runner besides an exit status; in memory that both share. */
struct verdict {
    bool complete;                  /* the test came to its end; nobody else's exit(0) can say so */
    int checks;
    unsigned reached;               /* bit n: the n-th case of its head was reached */
};
static struct verdict *verdict;     /* of the running test, in its process */
static const struct test *current;
static pid_t test_process;          /* children of a test do not speak for it */

void harness_register(struct test *test)
{
    struct test **end = &tests;
    while (*end)
        end = &(*end)->next;
    *end = test;
}

/* ---- assertions ------------------------------------------------------------------------------------------------------ */

static pthread_mutex_t report = PTHREAD_MUTEX_INITIALIZER;
static const char *case_now;        /* ids of the last CASE */

/* the n-th of ids with commas, compared with WANT when it is given; false when there is no n-th */
static bool nth_id(const char *ids, int n, char id[32])
{
    while (n-- > 0) {
        ids = strchr(ids, ',');
        if (!ids++)
            return false;
    }
    snprintf(id, 32, "%.*s", (int)strcspn(ids, ","), ids);
    return *id != 0;
}

void case_reached(const char *file, int line, const char *ids)
{
    char id[32], head[32];
    for (int n = 0; nth_id(ids, n, id); n++) {
        int k = 0;
        while (nth_id(current->ids, k, head) && strcmp(head, id) != 0)
            k++;
        if (strcmp(head, id) == 0)
            __atomic_or_fetch(&verdict->reached, 1u << k, __ATOMIC_RELAXED);
        else
            check_failed(file, line, "case %s does not stand in the head of %s", id, current->name);
    }
    __atomic_store_n(&case_now, ids, __ATOMIC_RELEASE);
}

/* a case of the head that no assertion named; a head with one case needs no mark */
static bool unreached_case(const struct test *test, unsigned reached, char id[32])
{
    char second[32];
    if (!nth_id(test->ids, 1, second))
        return false;
    for (int n = 0; nth_id(test->ids, n, id); n++)
        if (!(reached & 1u << n))
            return true;
    return false;
}

void count_check(void)
{
    if (verdict)
        __atomic_add_fetch(&verdict->checks, 1, __ATOMIC_RELAXED);
}

void check_failed(const char *file, int line, const char *format, ...)
{
    const char *slash = strrchr(file, '/');
    va_list arguments;
    va_start(arguments, format);
    pthread_mutex_lock(&report);
    failed_checks++;
    const char *ids = __atomic_load_n(&case_now, __ATOMIC_ACQUIRE);
    fprintf(stderr, "%s:%d: %s%s", slash ? slash + 1 : file, line, ids ? ids : "", ids ? ": " : "");
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    fflush(stderr);
    pthread_mutex_unlock(&report);
    va_end(arguments);
}

int failures(void) { return failed_checks; }

static void completed(void)
{
    if (getpid() == test_process)
        verdict->complete = true;
}

void test_over(void)
{
    if (!failed_checks)
        check_failed(__FILE__, __LINE__, "the test ended itself and no check had failed");
    completed();
    fflush(NULL);
    _exit(1);
}

static _Noreturn void test_skip(const char *why)
{
    fprintf(stderr, "%s\n", why);
    fflush(NULL);
    completed();
    _exit(failed_checks ? 1 : EXIT_SKIP);
}

/* Whether the list of what is not built yet has this function with a text that the error context contains. Rows: function,
 * TAB, text, TAB, what it waits for. */
static bool unbuilt(const char *function, const char *text)
{
    const char *path = getenv("TIBEMS_TEST_UNBUILT");
    FILE *list = fopen(path ? path : "c-tests/api/unbuilt.txt", "r");
    char line[512];
    bool found = false;
    if (!list)
        check_failed(__FILE__, __LINE__, "the list of unbuilt functions cannot be read (TIBEMS_TEST_UNBUILT)");
    while (list && !found && fgets(line, sizeof line, list)) {
        char *save = NULL, *name = strtok_r(line, "\t\n", &save), *part = strtok_r(NULL, "\t\n", &save);
        found = name && part && strcmp(name, function) == 0 && strstr(text, part);
    }
    if (list)
        fclose(list);
    return found;
}

bool check_status_(const char *file, int line, const char *what, int got, int want)
{
    count_check();
    if (got == want)
        return true;
    const char *text = got == TIBEMS_OK ? "" : error_text();
    if (got == TIBEMS_NOT_IMPLEMENTED) {
        char function[64], why[256];
        snprintf(function, sizeof function, "%.*s", (int)strcspn(what, "("), what);
        if (unbuilt(function, text)) {
            snprintf(why, sizeof why, "not built yet: %s: %.120s", function, text);
            test_skip(why);
        }
    }
    check_failed(file, line, "%s -> %d (%s), expected %d (%s)%s%s", what, got, tibemsStatus_GetText((tibems_status)got),
                 want, tibemsStatus_GetText((tibems_status)want), *text ? "; context: " : "", text);
    return false;
}

bool check_int_(const char *file, int line, const char *what, long long got, long long want)
{
    count_check();
    if (got == want)
        return true;
    check_failed(file, line, "%s is %lld, expected %lld", what, got, want);
    return false;
}

bool check_str_(const char *file, int line, const char *what, const char *got, const char *want)
{
    count_check();
    if (got && want ? strcmp(got, want) == 0 : got == want)
        return true;
    check_failed(file, line, "%s is \"%s\", expected \"%s\"", what, got ? got : "(NULL)", want ? want : "(NULL)");
    return false;
}

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

/* ---- runner ------------------------------------------------------------------------------------------------------------ */

struct running {
    pid_t pid;
    const struct test *test;
    struct verdict *verdict;
    FILE *output;
    long long since, until;
};

static FILE *results;               /* tab separated copy of the result lines */

static bool selected(const struct test *test, int count, char **patterns)
{
    if (count == 0)
        return true;
    for (int i = 0; i < count; i++) {
        char ids[256], *save = NULL;
        if (fnmatch(patterns[i], test->name, 0) == 0)
            return true;
        snprintf(ids, sizeof ids, "%s", test->ids);
        for (char *id = strtok_r(ids, ",", &save); id; id = strtok_r(NULL, ",", &save))
            if (fnmatch(patterns[i], id, 0) == 0)
                return true;
    }
    return false;
}

static void launch(struct running *slot, const struct test *test)
{
    fflush(NULL);
    slot->test = test;
    if (!slot->verdict)
        slot->verdict = mmap(NULL, sizeof *slot->verdict, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    slot->output = tmpfile();
    if (slot->verdict == MAP_FAILED || !slot->output) {
        perror("harness");
        exit(2);
    }
    memset(slot->verdict, 0, sizeof *slot->verdict);
    slot->since = now_ms();
    slot->until = slot->since + slow(test->limit * 1000LL);
    pid_t parent = getpid();
    slot->pid = fork();
    if (slot->pid != 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    dup2(fileno(slot->output), 1);
    dup2(fileno(slot->output), 2);
    verdict = slot->verdict;
    current = test;
    test_process = getpid();
    tibemsErrorContext context = NULL;
    if (tibemsErrorContext_Create(&context) != TIBEMS_OK)
        check_failed(__FILE__, __LINE__, "no error context");
    test->run();
    completed();
    fflush(NULL);
    exit(failed_checks ? 1 : 0);
}

static void record(const char *result, struct running *slot, long long ms, const char *why)
{
    if (strcmp(result, "ok") == 0)
        printf("ok %s %s (%lld ms)\n", slot->test->ids, slot->test->name, ms);
    else
        printf("%s %s %s: %s\n", result, slot->test->ids, slot->test->name, why);
    if (strcmp(result, "ok") != 0 || getenv("TIBEMS_TEST_VERBOSE")) {
        char line[1024];
        rewind(slot->output);
        while (fgets(line, sizeof line, slot->output))
            printf("#   %s%s", line, strchr(line, '\n') ? "" : "\n");
    }
    fflush(stdout);
    if (results)
        fprintf(results, "%s\t%s\t%s\t%lld\t%s\n", result, slot->test->name, slot->test->ids, ms, why);
    fclose(slot->output);
    slot->pid = 0;
}

/* why a test that exited with 0 has not passed all the same; empty when it has */
static void hollow(const struct running *slot, char *why, size_t size)
{
    char id[32];
    if (!slot->verdict->complete)
        snprintf(why, size, "ended with exit status 0 before its end");
    else if (slot->verdict->checks == 0)
        snprintf(why, size, "nothing was asserted");
    else if (unreached_case(slot->test, slot->verdict->reached, id))
        snprintf(why, size, "case %s was not reached", id);
}

/* looks after the running tests once; true when one ended */
static bool look_after(struct running *slots, int width, int totals[3])
{
    bool ended = false;
    for (int i = 0; i < width; i++) {
        struct running *slot = &slots[i];
        int status, code;
        char why[128] = "";
        if (!slot->pid)
            continue;
        if (waitpid(slot->pid, &status, WNOHANG) == slot->pid) {
            long long ms = now_ms() - slot->since;
            code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
            if (WIFSIGNALED(status))
                snprintf(why, sizeof why, "killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
            else if (code == EXIT_SKIP) {
                rewind(slot->output);
                if (fgets(why, sizeof why, slot->output))
                    why[strcspn(why, "\n")] = 0;
            } else if (code == 0) {
                hollow(slot, why, sizeof why);
                code = *why ? 1 : 0;
            } else if (code == 1)
                snprintf(why, sizeof why, "failed after %lld ms", ms);
            else if (code)
                snprintf(why, sizeof why, "exit status %d", code);
            totals[code == 0 ? 0 : code == EXIT_SKIP ? 2 : 1]++;
            record(code == 0 ? "ok" : code == EXIT_SKIP ? "skip" : "not ok", slot, ms, why);
            ended = true;
        } else if (now_ms() > slot->until) {
            char command[160];
            fflush(stdout);
            snprintf(command, sizeof command, "gdb -batch -p %d -ex 'thread apply all bt 12' 2>/dev/null "
                     "| grep -E '^(#|Thread)' | cut -c1-150 >&%d", (int)slot->pid, fileno(slot->output));
            if (getenv("TIBEMS_TEST_GDB") && system(command) != 0)
                fprintf(stderr, "gdb could not be run\n");
            kill(slot->pid, SIGKILL);
            waitpid(slot->pid, &status, 0);
            snprintf(why, sizeof why, "HANG: a call did not return within %lld s", (slot->until - slot->since) / 1000);
            totals[1]++;
            record("not ok", slot, now_ms() - slot->since, why);
            ended = true;
        }
    }
    return ended;
}

void shared_brokers_start(void);    /* broker.c */

/* puts the tests into an order made from the seed */
static void shuffle(unsigned seed)
{
    struct test *left = tests, *shuffled = NULL;
    int count = 0;
    for (struct test *test = tests; test; test = test->next)
        count++;
    for (; count > 0; count--) {
        struct test **at = &left, *picked;
        for (int skip = rand_r(&seed) % count; skip > 0; skip--)
            at = &(*at)->next;
        picked = *at;
        *at = picked->next;
        picked->next = shuffled;
        shuffled = picked;
    }
    tests = shuffled;
}

/* a result without a run: needs a server of another kind */
static bool left_out(const struct test *test)
{
    const char *why = test->flags & T_DEVBROKER && on_artemis() ? "needs devbroker"
                      : test->flags & T_FOREIGN && !on_artemis() ? "devbroker cannot do this" : NULL;
    if (!why)
        return false;
    printf("skip %s %s: %s\n", test->ids, test->name, why);
    if (results)
        fprintf(results, "skip\t%s\t%s\t0\t%s\n", test->name, test->ids, why);
    return true;
}

int main(int argc, char **argv)
{
    int width = 1, option, totals[3] = {0, 0, 0}, busy = 0;
    unsigned only = 0;
    bool list = false;
    struct running slots[16] = {{0}};
    while ((option = getopt(argc, argv, "j:lr:cs:")) != -1)
        switch (option) {
        case 'j': width = atoi(optarg); break;
        case 'l': list = true; break;
        case 'r': results = fopen(optarg, "w"); break;
        case 'c': only = T_CHEAP; break;
        case 's': shuffle((unsigned)strtoul(optarg, NULL, 10)); break;
        default:
            fprintf(stderr, "usage: %s [-j N] [-l] [-c] [-s SEED] [-r RESULTS] [name or id pattern ...]\n", argv[0]);
            return 2;
        }
    if (width < 1 || width > 16)
        width = 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!list)
        shared_brokers_start();
    for (const struct test *test = tests; test; test = test->next) {
        if (!selected(test, argc - optind, argv + optind) || (only && !(test->flags & only)))
            continue;
        if (list) {
            printf("%s\t%s\t%s%s%s%s-\n", test->ids, test->name, test->flags & T_ALONE ? "A" : "",
                   test->flags & T_DEVBROKER ? "D" : "", test->flags & T_CHEAP ? "C" : "", test->flags & T_FOREIGN ? "F" : "");
            continue;
        }
        if (left_out(test)) {
            totals[2]++;
            continue;
        }
        for (;;) {
            int free_slot = -1;
            busy = 0;
            for (int i = 0; i < width; i++)
                slots[i].pid ? (void)busy++ : (void)(free_slot = i);
            bool alone = (test->flags & T_ALONE) != 0;
            bool neighbour_alone = false;
            for (int i = 0; i < width; i++)
                neighbour_alone |= slots[i].pid && (slots[i].test->flags & T_ALONE);
            if (free_slot >= 0 && !neighbour_alone && (!alone || busy == 0)) {
                launch(&slots[free_slot], test);
                break;
            }
            if (!look_after(slots, width, totals))
                usleep(2000);
        }
    }
    do {
        busy = 0;
        for (int i = 0; i < width; i++)
            busy += slots[i].pid != 0;
        if (busy && !look_after(slots, width, totals))
            usleep(2000);
    } while (busy);
    if (list)
        return 0;
    printf("# %d passed, %d failed, %d skipped\n", totals[0], totals[1], totals[2]);
    if (results) {
        const char *slash = strrchr(argv[0], '/');
        fprintf(results, "end\t%s\t-\t0\t%d\n", slash ? slash + 1 : argv[0], totals[0] + totals[1] + totals[2]);
        if (fclose(results) != 0)
            return 2;
    }
    return totals[1] ? 1 : 0;
}
