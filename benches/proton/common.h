/* common.h - CPU time and wall clock of the calling process, for both sides of the comparison. */
#ifndef BENCH_COMMON_H
#define BENCH_COMMON_H

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

struct mark {
    double cpu, wall;
};

static struct mark mark_now(void)
{
    struct rusage usage;
    struct timespec wall;
    getrusage(RUSAGE_SELF, &usage);
    clock_gettime(CLOCK_MONOTONIC, &wall);
    return (struct mark){usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
                             + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
                         wall.tv_sec + wall.tv_nsec / 1e9};
}

/* one row: name, microseconds of CPU a message, messages a second */
static void report(const char *name, struct mark since, long messages)
{
    struct mark now = mark_now();
    printf("%s %.4f %.0f\n", name, (now.cpu - since.cpu) * 1e6 / messages, messages / (now.wall - since.wall));
}

#endif
