/*
 * actors.c - actors of every kind on one connection that is cut, recovered and closed at any moment
 *
 * The kinds are in headers of their own, each with its book of what the program was told and what the servers had in the
 * end. stress.h says how to run it for long. Threads and descriptors are as many behind each connection as before it.
 */
#include "async.h"
#include "subscribers.h"
#include "temporaries.h"
#include "transactions.h"

static const struct kind *const kinds[] = {&transactions, &asynchronous, &temporaries, &subscriptions};
enum { KINDS = sizeof kinds / sizeof *kinds, MOST_ACTORS = 32 };

static bool wanted(const struct kind *kind)
{
    const char *names = getenv("TIBEMS_STRESS_KINDS");
    char list[256], *save = NULL;
    if (!names)
        return true;
    snprintf(list, sizeof list, "%s", names);
    for (char *name = strtok_r(list, " ", &save); name; name = strtok_r(NULL, " ", &save))
        if (strcmp(name, kind->name) == 0)
            return true;
    return false;
}

static void world_begin(bool unshared, bool closes)
{
    dice(1);                                    /* the seed is chosen before there are other threads */
    world.unshared = unshared;
    world.closes = closes;
    world.servers[0] = url_a();
    world.servers[1] = url_b();
    world.count = unshared ? 2 : 1;
    proxy_start_url(&world.a, url_a());
    proxy_start_url(&world.b, unshared ? url_b() : url_a());
    const char *urls = url_join(unshared ? "+" : ",", world.a.url, world.b.url, NULL);
    world.recovery.factory = unshared ? ufo_factory_for(urls) : factory_for(urls);
    CHECK_OK(tibemsConnectionFactory_SetReconnectAttemptCount(world.recovery.factory, 40));
    for (int i = 0; i < KINDS; i++)
        if (wanted(kinds[i]))
            kinds[i]->begin();
}

/* how often the connection has come back */
static int recoveries(void)
{
    return world.unshared ? event_count(&world.recovery.recovered)
                          : proxy_connections(&world.a) + proxy_connections(&world.b) - atomic_load(&world.lives);
}

static bool enough(void)
{
    for (int i = 0; i < KINDS; i++)
        if (wanted(kinds[i]) && !kinds[i]->enough())
            return false;
    return true;
}

static void cut_now_and_then(long long until, int least)
{
    while (now_ms() < until || recoveries() < least || (least && !enough())) {
        sleep_ms(slow(20 + dice(150)) / 3);     /* what is slower is cut less often */
        atomic_fetch_add(&world.cuts, 1);
        proxy_cut(dice(2) ? &world.a : &world.b);
    }
}

/* one connection with all its actors; closed under them, or when they have come to their end */
static void live(long long until, int least)
{
    static struct task actors[MOST_ACTORS];
    int count = 0;
    struct held before = held_now();
    atomic_store(&world.over, false);
    atomic_fetch_add(&world.lives, 1);
    world.connection = connect_with(world.recovery.factory);
    if (world.unshared)
        CHECK_OK(tibemsConnection_SetExceptionListener(world.connection, recover_listener, &world.recovery));
    REQUIRE_OK(tibemsConnection_Start(world.connection));
    for (int i = 0; i < KINDS; i++)
        for (int k = 0; wanted(kinds[i]) && k < kinds[i]->actors; k++)
            task_start(&actors[count++], kinds[i]->act, (void *)(intptr_t)k);
    cut_now_and_then(until, least);
    atomic_store(&world.over, true);
    if (world.closes)
        CHECK_OK(tibemsConnection_Close(world.connection));
    for (int i = 0; i < count; i++)
        REQUIRE(task_wait(&actors[i], 60000));
    if (!world.closes)
        CHECK_OK(tibemsConnection_Close(world.connection));
    held_end(before);
}

static void actors(bool unshared, bool closes)
{
    enum { OFTEN = 5 };
    world_begin(unshared, closes);
    long long end = now_ms() + span();
    if (!closes)
        live(end, OFTEN);
    else
        do
            live(now_ms() + slow(dice(400)) / 3 * (1 + atomic_load(&world.lives) / 8), 0);
        while (now_ms() < end || !enough());
    for (int i = 0; i < KINDS; i++)
        if (wanted(kinds[i]))
            kinds[i]->end();
    CHECK_OK(tibemsConnectionFactory_Destroy(world.recovery.factory));
    threads_end("ems-");
    printf("# %d connections, %d cuts, %d recoveries, %d turns, seed %u\n", atomic_load(&world.lives),
           atomic_load(&world.cuts), recoveries(), atomic_load(&world.turns), seed);
}

TEST_X("stress", stress_actors_unshared, T_ALONE | T_CHEAP, 120) { actors(true, false); }
TEST_X("stress", stress_actors_shared, T_ALONE | T_CHEAP, 120) { actors(false, false); }
TEST_X("stress", stress_actors_and_closes, T_ALONE | T_CHEAP, 120) { actors(true, true); }
