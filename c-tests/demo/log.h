/*
 * log.h - event lines of the demo programs
 *
 * One event a line: microseconds of the monotonic clock, the event, then name=value pairs. All programs of the demo use
 * the same clock, so that their lines can be put in one order. report.c reads them.
 */
#ifndef DEMO_LOG_H
#define DEMO_LOG_H

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static FILE *log_file;

static inline long long clock_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static inline void log_open(const char *path)
{
    log_file = fopen(path, "w");
    if (!log_file) {
        perror(path);
        exit(1);
    }
    setvbuf(log_file, NULL, _IOFBF, 1 << 16);
}

/* an event of the stream: sequence numbers, thousands of lines, written in blocks */
__attribute__((format(printf, 2, 3))) static inline void log_at(long long us, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    flockfile(log_file);
    fprintf(log_file, "%lld ", us);
    vfprintf(log_file, format, arguments);
    putc('\n', log_file);
    funlockfile(log_file);
    va_end(arguments);
}

#define LOG(...) log_at(clock_us(), __VA_ARGS__)
/* a rare event: visible in the file at once */
#define LOG_NOW(...) (LOG(__VA_ARGS__), fflush(log_file))

#endif
