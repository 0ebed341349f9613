/*
 * runner.c - runs the tests of a program, and what decides whether one has passed: assertions, cases, the way it ended
 *
 * The runner process never calls the library: it forks one child a test (fresh process-wide settings, crash and hang
 * cost one test), collects what the child wrote and what it says through shared memory, and prints one result line.
 * Helpers of the tests are in harness.c, brokers in broker.c.
 */
#define _GNU_SOURCE
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

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
