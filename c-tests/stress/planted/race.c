/*
 * Two races that are meant: in this file, and in race.rs. tsan.sh requires that ThreadSanitizer reports the one that is
 * named, for else its silence about the library says nothing.
 *
 *   race c | rust | none
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

void planted_touch(void);

static long count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *wanted;

static void *run(void *unused)
{
    for (int i = 0; i < 1000; i++) {
        if (strcmp(wanted, "c") == 0)
            count++;
        else if (strcmp(wanted, "rust") == 0)
            planted_touch();
        else {
            pthread_mutex_lock(&lock);
            count++;
            planted_touch();
            pthread_mutex_unlock(&lock);
        }
    }
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t threads[2];

    wanted = argc > 1 ? argv[1] : "none";
    for (int i = 0; i < 2; i++) {
        if (pthread_create(&threads[i], NULL, run, NULL) != 0) {
            perror("pthread_create");
            return 1;
        }
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
