/*
 * report.c - reads the event lines of a demo run and tells what became of every message
 *
 *   report demo COUNT PERSISTENT LIMIT_MS timeline producer.log consumer.log [drain.log ...]
 *   report times timeline producer.log consumer.log
 *
 * timeline (written by the scripts): "<us> killed name=A url=U", "<us> restarted name=A url=U".
 *
 * Which server acknowledged a message: the one that the producer was connected to. A connection period lasts from
 * "connected"/"recovered" to the next "noticed"; a send that began before and ended after a "noticed" may belong to
 * either side and is counted on the side of the survivor.
 *
 * lost: acknowledged by a server that was not killed after the period began, and never received. With PERSISTENT 1 the
 * servers come back with their journals and are drained at the end, so that every acknowledged message counts.
 * gone: acknowledged by a server that was killed before it could deliver, and that keeps messages in memory only.
 * A call that took longer than LIMIT_MS counts as hung. Exit status of "demo": 0 nothing lost, all sent, nothing hung.
 */
#include <stdbool.h>
#include <string.h>

#include "log.h"

enum { PERIODS = 512, NAMES = 8 };

struct period { long long from, until; int server; };       /* until: the next "noticed" */
struct kill { long long at; int server; bool back; };

static char url[NAMES][128];
static char name[NAMES][16];
static int servers;
static struct kill kills[PERIODS];
static int kill_count;

struct program {
    const char *title, *verb;
    struct period period[PERIODS];
    int periods;
    long long *event_us;            /* acked or received, in order */
    long long *event_seq, *event_took;
    long events, capacity;
    long long noticed[PERIODS], recovered[PERIODS];
    int notices, recoveries;
    long long first_failed[PERIODS];
    int failures;
    long long longest;
    bool fatal;
};

static const char *value_of(const char *line, const char *key)
{
    static char result[128];
    const char *at = strstr(line, key);
    if (!at)
        return "";
    at += strlen(key);
    size_t length = strcspn(at, " \n");
    if (length >= sizeof result)
        length = sizeof result - 1;
    memcpy(result, at, length);
    result[length] = 0;
    return result;
}

static int server_of(const char *where)
{
    for (int i = 0; i < servers; i++)
        if (strcmp(url[i], where) == 0)
            return i;
    if (servers == NAMES)
        exit(2);
    snprintf(url[servers], sizeof url[0], "%s", where);
    snprintf(name[servers], sizeof name[0], "%s", where);
    return servers++;
}

static FILE *open_log(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        exit(2);
    }
    return file;
}

static void read_timeline(const char *path)
{
    char line[512];
    FILE *file = open_log(path);
    while (fgets(line, sizeof line, file)) {
        long long at = atoll(line);
        int server = server_of(value_of(line, " url="));
        snprintf(name[server], sizeof name[0], "%.15s", value_of(line, " name="));
        if (strstr(line, " killed ") && kill_count < PERIODS)
            kills[kill_count++] = (struct kill){at, server, false};
        if (strstr(line, " restarted "))
            for (int i = kill_count - 1; i >= 0; i--)
                if (kills[i].server == server) {
                    kills[i].back = true;
                    break;
                }
    }
    fclose(file);
}

static void add_event(struct program *program, long long at, long long sequence, long long took)
{
    if (program->events == program->capacity) {
        program->capacity = program->capacity ? program->capacity * 2 : 65536;
        size_t size = (size_t)program->capacity * sizeof(long long);
        program->event_us = realloc(program->event_us, size);
        program->event_seq = realloc(program->event_seq, size);
        program->event_took = realloc(program->event_took, size);
        if (!program->event_us || !program->event_seq || !program->event_took)
            exit(2);
    }
    program->event_us[program->events] = at;
    program->event_seq[program->events] = sequence;
    program->event_took[program->events++] = took;
    if (took > program->longest)
        program->longest = took;
}

static void read_program(struct program *program, const char *path)
{
    char line[1024];
    FILE *file = open_log(path);
    while (fgets(line, sizeof line, file)) {
        long long at = atoll(line);
        const char *event = strchr(line, ' ');
        if (!event)
            continue;
        event++;
        if (strncmp(event, "acked ", 6) == 0 || strncmp(event, "received ", 9) == 0) {
            long long took = atoll(value_of(line, " took="));
            add_event(program, at, atoll(value_of(line, " seq=")), took);
        } else if (strncmp(event, "failed ", 7) == 0 || strncmp(event, "slow ", 5) == 0) {
            long long took = atoll(value_of(line, " took="));
            if (took > program->longest)
                program->longest = took;
            if (*event == 'f' && program->failures < PERIODS)
                program->first_failed[program->failures++] = at;
        } else if (strncmp(event, "connected ", 10) == 0 || strncmp(event, "recovered ", 10) == 0) {
            if (program->periods < PERIODS)
                program->period[program->periods++] =
                    (struct period){at, 1LL << 62, server_of(value_of(line, " url="))};
            if (*event == 'r' && program->recoveries < PERIODS)
                program->recovered[program->recoveries++] = at;
        } else if (strncmp(event, "noticed ", 8) == 0) {
            if (program->periods)
                program->period[program->periods - 1].until = at;
            if (program->notices < PERIODS)
                program->noticed[program->notices++] = at;
        } else if (strncmp(event, "fatal ", 6) == 0) {
            printf("%s: %s", program->title, event);
            program->fatal = true;
        }
    }
    fclose(file);
}

static long long after(const long long *times, int count, long long at)
{
    for (int i = 0; i < count; i++)
        if (times[i] >= at)
            return times[i];
    return -1;
}

static long long event_after(const struct program *program, long long at)
{
    long low = 0, high = program->events;
    while (low < high) {
        long middle = (low + high) / 2;
        if (program->event_us[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low < program->events ? program->event_us[low] : -1;
}

/* true: the server that acknowledged this event still has (or delivered) the message */
static bool by_survivor(const struct program *producer, long event, bool persistent)
{
    long long end = producer->event_us[event], start = end - producer->event_took[event];
    for (int i = 0; i < producer->periods; i++) {
        const struct period *period = &producer->period[i];
        bool candidate = end >= period->from && start <= period->until;
        /* a send that blocked through the recovery ends a moment before "recovered" is logged */
        if (i + 1 < producer->periods && end > period->until && end < producer->period[i + 1].from)
            period++, candidate = true;
        if (!candidate)
            continue;
        bool survived = true;
        for (int k = 0; k < kill_count; k++)
            if (kills[k].server == period->server && kills[k].at > period->from && !(persistent && kills[k].back))
                survived = false;
        if (survived)
            return true;
    }
    return false;
}

static void step(const char *text, const char *who, long long at, long long killed, const char *where)
{
    if (at < 0)
        printf("              %s %s: never\n", who, text);
    else
        printf("  %+9.1f ms  %s %s%s%s\n", (double)(at - killed) / 1000, who, text, *where ? " " : "", where);
}

static void show_break(int k, struct program **programs, long long begin)
{
    long long at = kills[k].at, next = k + 1 < kill_count ? kills[k + 1].at : 1LL << 62;
    printf("%9.3f s  server %s killed (SIGKILL)\n", (double)(at - begin) / 1e6, name[kills[k].server]);
    for (int i = 0; i < 2; i++) {
        struct program *program = programs[i];
        long long noticed = after(program->noticed, program->notices, at);
        long long failed = after(program->first_failed, program->failures, at);
        long long recovered = after(program->recovered, program->recoveries, at);
        if (noticed > next || (noticed < 0 && recovered < 0)) {
            printf("              %s was not connected to it\n", program->title);
            continue;
        }
        const char *where = "";
        for (int p = 0; p < program->periods; p++)
            if (program->period[p].from == recovered)
                where = name[program->period[p].server];
        if (failed >= 0 && failed < next && failed < recovered)
            step("send returned: outcome unknown", program->title, failed, at, "");
        step("noticed (exception listener called)", program->title, noticed, at, "");
        step("recovered on", program->title, recovered, at, where);
        step(program->verb, program->title, recovered < 0 ? -1 : event_after(program, recovered), at, "");
    }
}

static int demo(int argc, char **argv)
{
    long count = atol(argv[2]), distinct = 0, acked = 0, lost = 0, gone = 0, duplicated = 0, resent = 0, total = 0;
    bool persistent = atoi(argv[3]) != 0, good = true;
    long limit_ms = atol(argv[4]);
    struct program producer = {.title = "producer", .verb = "first message acknowledged"};
    struct program consumer = {.title = "consumer", .verb = "first message received"};
    struct program drained = {.title = "drain"};
    struct program *both[] = {&producer, &consumer};
    read_timeline(argv[5]);
    read_program(&producer, argv[6]);
    read_program(&consumer, argv[7]);
    for (int i = 8; i < argc; i++)
        read_program(&drained, argv[i]);

    int *seen = calloc((size_t)count + 1, sizeof *seen), *failed = calloc((size_t)count + 1, sizeof *failed);
    if (!seen || !failed)
        return 2;
    struct program *receivers[] = {&consumer, &drained};
    for (int r = 0; r < 2; r++)
        for (long i = 0; i < receivers[r]->events; i++) {
            long long sequence = receivers[r]->event_seq[i];
            if (sequence >= 1 && sequence <= count)
                seen[sequence]++;
            total++;
        }
    for (long i = 1; i <= count; i++) {
        distinct += seen[i] > 0;
        duplicated += seen[i] > 1 ? seen[i] - 1 : 0;
    }
    for (long i = 0; i < producer.events; i++) {
        long long sequence = producer.event_seq[i];
        acked++;
        if (sequence < 1 || sequence > count || seen[sequence])
            continue;
        if (by_survivor(&producer, i, persistent)) {
            if (lost++ < 10)
                printf("lost: number %lld, acknowledged at %lld\n", sequence, producer.event_us[i]);
        } else
            gone++;
    }
    resent = producer.failures;

    printf("\nTimeline\n");
    for (int k = 0; k < kill_count; k++)
        show_break(k, both, producer.period[0].from);
    double seconds = producer.events ? (double)(producer.event_us[producer.events - 1] - producer.period[0].from) / 1e6 : 0;
    printf("\nsent          %8ld   in %.2f s; %ld sends failed with an unknown outcome and were repeated\n",
           count, seconds, resent);
    printf("acknowledged  %8ld\n", acked);
    printf("received      %8ld   different messages (%ld deliveries, %ld of them from the servers' stores at the end)\n",
           distinct, total, drained.events);
    printf("lost          %8ld   acknowledged by a surviving server and never delivered\n", lost);
    printf("duplicated    %8ld   delivered again: repeated sends, and deliveries whose server died before the acknowledge\n",
           duplicated);
    if (!persistent)
        printf("gone          %8ld   were in the memory of a killed server: acknowledged, not yet delivered\n", gone);
    printf("longest call  %8.1f ms (limit %ld ms)\n", (double)producer.longest / 1000, limit_ms);
    if (acked != count)
        good = false, printf("FAILED: %ld of %ld messages were never acknowledged\n", count - acked, count);
    if (lost)
        good = false, printf("FAILED: messages were lost\n");
    if (producer.longest > limit_ms * 1000 || consumer.longest > limit_ms * 1000)
        good = false, printf("FAILED: a call took longer than %ld ms\n", limit_ms);
    if (producer.recoveries < kill_count || consumer.recoveries < kill_count)
        good = false, printf("FAILED: %d kills, but the producer recovered %d times and the consumer %d times\n",
                             kill_count, producer.recoveries, consumer.recoveries);
    if (producer.fatal || consumer.fatal)
        good = false;
    return good ? 0 : 1;
}

static int by_value(const void *a, const void *b)
{
    long long x = *(const long long *)a, y = *(const long long *)b;
    return (x > y) - (x < y);
}

static void spread(const char *what, long long *values, int count)
{
    if (count == 0) {
        printf("%-44s no values\n", what);
        return;
    }
    qsort(values, (size_t)count, sizeof *values, by_value);
    double median = count % 2 ? (double)values[count / 2] : (double)(values[count / 2 - 1] + values[count / 2]) / 2;
    printf("%-44s min %8.2f   median %8.2f   max %8.2f ms   (%d kills)\n", what, (double)values[0] / 1000, median / 1000,
           (double)values[count - 1] / 1000, count);
}

static int times(char **argv)
{
    struct program producer = {.title = "producer"}, consumer = {.title = "consumer"};
    long long noticed[PERIODS], recovered[PERIODS], sent[PERIODS], through[PERIODS];
    int n = 0;
    read_timeline(argv[2]);
    read_program(&producer, argv[3]);
    read_program(&consumer, argv[4]);
    for (int k = 0; k < kill_count; k++) {
        long long at = kills[k].at;
        long long back = after(producer.recovered, producer.recoveries, at);
        long long reader = after(consumer.recovered, consumer.recoveries, at);
        long long first = back < 0 ? -1 : event_after(&producer, back);
        long long got = reader < 0 || first < 0 ? -1 : event_after(&consumer, reader > back ? reader : back);
        if (got < 0 || (k + 1 < kill_count && got > kills[k + 1].at)) {
            printf("kill %d: nothing came through\n", k + 1);
            return 1;
        }
        noticed[n] = after(producer.noticed, producer.notices, at) - at;
        recovered[n] = back - at;
        sent[n] = first - at;
        through[n++] = got - at;
    }
    spread("SIGKILL -> exception listener called", noticed, n);
    spread("SIGKILL -> RecoverConnection returned", recovered, n);
    spread("SIGKILL -> first message acknowledged", sent, n);
    spread("SIGKILL -> first message through, received", through, n);
    return producer.fatal || consumer.fatal ? 1 : 0;
}

int main(int argc, char **argv)
{
    if (argc >= 8 && strcmp(argv[1], "demo") == 0)
        return demo(argc, argv);
    if (argc == 5 && strcmp(argv[1], "times") == 0)
        return times(argv);
    fprintf(stderr, "usage: report demo COUNT PERSISTENT LIMIT_MS timeline producer.log consumer.log [drain.log ...]\n"
                    "       report times timeline producer.log consumer.log\n");
    return 2;
}
