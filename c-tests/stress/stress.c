/*
 * stress.c - many threads, random cuts, recoveries, closes at any moment: nothing hangs, nothing confirmed is lost
 *
 * Every message whose send returned OK must be read by somebody in the end, here or from what the servers still hold.
 * stress.h says how long it runs; actors.c has what else one connection can do meanwhile.
 */
#include "stress.h"

#include <malloc.h>

#define PRODUCERS 4
#define CONSUMERS 4
#define MOST 100000                     /* sends of one producer */

/* ---- load with cuts --------------------------------------------------------------------------------------------------- */

static struct {
    struct proxy a, b;
    char queue[128];
    tibemsConnection sending, receiving;
    struct recovery recover_sending, recover_receiving;
    atomic_bool over;                   /* producers stop */
    atomic_bool drained;                /* consumers stop */
    atomic_int sent[PRODUCERS];         /* highest number tried */
    atomic_int unknown, received;
    char *ok[PRODUCERS];                /* send returned OK */
    char *seen[PRODUCERS];              /* somebody read it */
    bool resends;                       /* shared state: no send may fail */
} load = {.recover_sending = RECOVERY_INIT, .recover_receiving = RECOVERY_INIT};

static void note(tibemsMsg message)
{
    int producer = -1, number = -1;
    if (sscanf(text_of(message), "%d %d", &producer, &number) != 2 || producer < 0 || producer >= PRODUCERS ||
        number < 0 || number >= MOST) {
        check_failed(__FILE__, __LINE__, "a message nobody sent: '%s'", text_of(message));
        return;
    }
    if (number > atomic_load(&load.sent[producer]))
        check_failed(__FILE__, __LINE__, "message %d of producer %d before its send", number, producer);
    load.seen[producer][number] = 1;
    atomic_fetch_add(&load.received, 1);
}

static tibems_status produce(void *argument)
{
    int me = (int)(intptr_t)argument;
    tibemsErrorContext context = NULL;
    CHECK_OK(tibemsErrorContext_Create(&context));
    tibems_status status = TIBEMS_OK;
    tibemsSession session = NULL;
    tibemsMsgProducer producer = NULL;
    tibemsDestination queue = queue_named(load.queue);
    ASK(status, tibemsConnection_CreateSession(load.sending, &session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE));
    CHECK_OK(status);
    ASK(status, tibemsSession_CreateProducer(session, &producer, queue));
    CHECK_OK(status);
    for (int number = 0; number < MOST && !atomic_load(&load.over); number++) {
        char text[64];
        snprintf(text, sizeof text, "%d %d", me, number);
        tibemsMsg message = text_message(text);
        atomic_store(&load.sent[me], number);
        status = tibemsMsgProducer_Send(producer, message);
        if (status == TIBEMS_OK) {
            load.ok[me][number] = 1;
        } else if (status == TIBEMS_SERVER_NOT_CONNECTED && (!load.resends || given_back(status))) {
            CHECK(outcome_unknown());
            atomic_fetch_add(&load.unknown, 1);
        } else {
            check_failed(__FILE__, __LINE__, "send: status %d: %s", (int)status, error_text());
            number = MOST;
        }
        CHECK_OK(tibemsMsg_Destroy(message));
    }
    CHECK_OK(tibemsMsgProducer_Close(producer));
    CHECK_OK(tibemsSession_Close(session));
    CHECK_OK(tibemsDestination_Destroy(queue));
    CHECK_OK(tibemsErrorContext_Close(context));
    return TIBEMS_OK;
}

static void on_message(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    note(message);
    CHECK_OK(tibemsMsg_Destroy(message));
}

/* even ones receive in CLIENT mode, odd ones listen in AUTO mode */
static tibems_status consume(void *argument)
{
    int me = (int)(intptr_t)argument;
    tibems_status status = TIBEMS_OK;
    tibemsErrorContext context = NULL;
    CHECK_OK(tibemsErrorContext_Create(&context));
    tibemsSession session = NULL;
    tibemsMsgConsumer consumer = NULL;
    tibemsDestination queue = queue_named(load.queue);
    ASK(status, tibemsConnection_CreateSession(load.receiving, &session, TIBEMS_FALSE,
                                               me % 2 ? TIBEMS_AUTO_ACKNOWLEDGE : TIBEMS_CLIENT_ACKNOWLEDGE));
    CHECK_OK(status);
    ASK(status, tibemsSession_CreateConsumer(session, &consumer, queue, NULL, TIBEMS_FALSE));
    CHECK_OK(status);
    if (me % 2)
        CHECK_OK(tibemsMsgConsumer_SetMsgListener(consumer, on_message, NULL));
    while (!atomic_load(&load.drained)) {
        if (me % 2) {
            sleep_ms(20);
            continue;
        }
        tibemsMsg message = NULL;
        status = tibemsMsgConsumer_ReceiveTimeout(consumer, &message, 100);
        if (status == TIBEMS_OK) {
            note(message);
            status = tibemsMsg_Acknowledge(message);
            /* shared state: the acknowledge of a message from before a reconnect does not count (10 F2) */
            if (!(status == TIBEMS_OK || (load.resends && status == TIBEMS_ILLEGAL_STATE)))
                check_failed(__FILE__, __LINE__, "acknowledge: status %d", (int)status);
            CHECK_OK(tibemsMsg_Destroy(message));
        } else if (status != TIBEMS_TIMEOUT) {
            check_failed(__FILE__, __LINE__, "receive: status %d", (int)status);
            break;
        }
    }
    CHECK_OK(tibemsMsgConsumer_Close(consumer));
    CHECK_OK(tibemsSession_Close(session));
    CHECK_OK(tibemsDestination_Destroy(queue));
    CHECK_OK(tibemsErrorContext_Close(context));
    return TIBEMS_OK;
}

/* the first confirmed message that nobody has read, if there is one */
static bool unread(int *producer, int *number)
{
    for (*producer = 0; *producer < PRODUCERS; ++*producer)
        for (*number = 0; *number < MOST; ++*number)
            if (load.ok[*producer][*number] && !load.seen[*producer][*number])
                return true;
    return false;
}

/* Reads what the servers still hold: first until every confirmed message was read, because a server gives back what a cut
 * connection held when it notices the cut; then what is left. */
static void read_rest(const char *const *urls, int count)
{
    struct fixture rest[2];
    tibemsMsg message = NULL;
    int producer, number;
    for (int i = 0; i < count; i++) {
        memset(&rest[i], 0, sizeof rest[i]);
        rest[i].connection = connect_to(urls[i]);
        rest[i].session = session_of(rest[i].connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
        rest[i].queue = queue_named(load.queue);
        REQUIRE_OK(tibemsSession_CreateConsumer(rest[i].session, &rest[i].consumer, rest[i].queue, NULL, TIBEMS_FALSE));
        REQUIRE_OK(tibemsConnection_Start(rest[i].connection));
    }
    for (long long limit = now_ms() + slow(10000); unread(&producer, &number) && now_ms() < limit;)
        for (int i = 0; i < count; i++)
            while (tibemsMsgConsumer_ReceiveTimeout(rest[i].consumer, &message, 20) == TIBEMS_OK) {
                note(message);
                CHECK_OK(tibemsMsg_Destroy(message));
            }
    for (int i = 0; i < count; i++) {
        while (tibemsMsgConsumer_ReceiveNoWait(rest[i].consumer, &message) == TIBEMS_OK) {
            note(message);
            CHECK_OK(tibemsMsg_Destroy(message));
        }
        reader_close(&rest[i]);
    }
}

static tibemsConnection connect_loaded(bool unshared, const char *urls, struct recovery *recovery)
{
    recovery->factory = unshared ? ufo_factory_for(urls) : factory_for(urls);
    CHECK_OK(tibemsConnectionFactory_SetReconnectAttemptCount(recovery->factory, 40));
    tibemsConnection connection = connect_with(recovery->factory);
    if (unshared)
        CHECK_OK(tibemsConnection_SetExceptionListener(connection, recover_listener, recovery));
    return connection;
}

/* both connections have come back several times: without it a run proves nothing */
static bool recovered_often(bool unshared)
{
    enum { OFTEN = 3 };
    if (unshared)
        return event_count(&load.recover_sending.recovered) >= OFTEN &&
               event_count(&load.recover_receiving.recovered) >= OFTEN;
    return proxy_connections(&load.a) + proxy_connections(&load.b) >= 2 + 2 * OFTEN;    /* two first connections */
}

static void load_and_cuts(bool unshared)
{
    struct task producers[PRODUCERS], consumers[CONSUMERS];
    int ok = 0, lost = 0, cuts = 0;
    dice(1);                                    /* the seed is chosen before there are other threads */
    load.resends = !unshared;
    for (int i = 0; i < PRODUCERS; i++) {
        load.ok[i] = calloc(MOST, 1);
        load.seen[i] = calloc(MOST, 1);
    }
    snprintf(load.queue, sizeof load.queue, "%s", unique_name("stress"));
    proxy_start_url(&load.a, url_a());
    proxy_start_url(&load.b, unshared ? url_b() : url_a());     /* shared state: two ways to one server */
    const char *urls = url_join(unshared ? "+" : ",", load.a.url, load.b.url, NULL);
    load.sending = connect_loaded(unshared, urls, &load.recover_sending);
    load.receiving = connect_loaded(unshared, urls, &load.recover_receiving);
    REQUIRE_OK(tibemsConnection_Start(load.receiving));
    for (int i = 0; i < CONSUMERS; i++)
        task_start(&consumers[i], consume, (void *)(intptr_t)i);
    for (int i = 0; i < PRODUCERS; i++)
        task_start(&producers[i], produce, (void *)(intptr_t)i);
    for (long long end = now_ms() + span(); now_ms() < end || !recovered_often(unshared); cuts++) {
        sleep_ms(20 + dice(150));
        proxy_cut(dice(2) ? &load.a : &load.b);
    }
    atomic_store(&load.over, true);
    for (int i = 0; i < PRODUCERS; i++)
        REQUIRE(task_wait(&producers[i], 20000));
    atomic_store(&load.drained, true);
    for (int i = 0; i < CONSUMERS; i++)
        REQUIRE(task_wait(&consumers[i], 20000));
    CHECK_OK(tibemsConnection_Close(load.sending));
    CHECK_OK(tibemsConnection_Close(load.receiving));
    threads_end("ems-");
    CHECK_OK(tibemsConnectionFactory_Destroy(load.recover_sending.factory));
    CHECK_OK(tibemsConnectionFactory_Destroy(load.recover_receiving.factory));
    read_rest((const char *const[]){url_a(), url_b()}, unshared ? 2 : 1);
    for (int i = 0; i < PRODUCERS; i++) {
        for (int number = 0; number < MOST; number++) {
            ok += load.ok[i][number];
            if (load.ok[i][number] && !load.seen[i][number] && lost++ < 5)
                check_failed(__FILE__, __LINE__, "message %d of producer %d was confirmed and is lost", number, i);
        }
        free(load.ok[i]);
        free(load.seen[i]);
    }
    printf("# %d sends confirmed, %d unknown, %d received, %d cuts, %d recoveries, seed %u\n", ok,
           atomic_load(&load.unknown), atomic_load(&load.received), cuts,
           event_count(&load.recover_sending.recovered) + event_count(&load.recover_receiving.recovered), seed);
    CHECK(ok > 0);
    CHECK(atomic_load(&load.received) >= ok);
}

TEST_X("stress", stress_unshared_load_and_cuts, T_ALONE | T_CHEAP, 90) { load_and_cuts(true); }
TEST_X("stress", stress_shared_load_and_cuts, T_ALONE | T_CHEAP, 90) { load_and_cuts(false); }

/* ---- creations and closes at any moment ------------------------------------------------------------------------------- */

static struct {
    struct proxy way;
    tibemsConnection connection;
    struct recovery recovery;
    atomic_bool over;
    atomic_int made;
} storm = {.recovery = RECOVERY_INIT};

/* after the close of the connection everything is ILLEGAL_STATE; before it everything works, or waits until it does */
static bool fine(const char *what, tibems_status status)
{
    if (status == TIBEMS_ILLEGAL_STATE && atomic_load(&storm.over))
        return false;
    if (status != TIBEMS_OK)
        check_failed(__FILE__, __LINE__, "%s: status %d: %s", what, (int)status, error_text());
    return status == TIBEMS_OK;
}

static void throw_away(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    CHECK_OK(tibemsMsg_Destroy(message));
}

static tibems_status create_and_close(void *argument)
{
    (void)argument;
    tibemsErrorContext context = NULL;
    CHECK_OK(tibemsErrorContext_Create(&context));
    tibemsDestination queue = unique_queue();
    bool alive = true;
    while (alive) {
        tibemsSession session = NULL;
        tibemsMsgProducer producer = NULL, loose = NULL;
        tibemsMsgConsumer consumer = NULL;
        tibemsQueueBrowser browser = NULL;
        tibems_status status = TIBEMS_OK;
        ASK(status, tibemsConnection_CreateSession(storm.connection, &session, TIBEMS_FALSE,
                                                   dice(2) ? TIBEMS_AUTO_ACKNOWLEDGE : TIBEMS_CLIENT_ACKNOWLEDGE));
        alive = fine("session", status);
        if (!alive)
            break;
        ASK(status, tibemsSession_CreateProducer(session, &producer, queue));
        alive = fine("producer", status);
        if (alive) {
            ASK(status, tibemsSession_CreateProducer(session, &loose, NULL));
            alive = fine("loose producer", status);
        }
        if (alive) {
            ASK(status, tibemsSession_CreateConsumer(session, &consumer, queue, NULL, TIBEMS_FALSE));
            alive = fine("consumer", status);
        }
        if (alive && dice(2))
            alive = fine("listener", tibemsMsgConsumer_SetMsgListener(consumer, throw_away, NULL));
        for (int i = 0; alive && i < 3; i++) {
            tibemsMsg message = text_message("storm");
            status = dice(2) ? tibemsMsgProducer_Send(producer, message)
                             : tibemsMsgProducer_SendToDestination(loose, queue, message);
            /* in flight at a cut, or at the close */
            if (status != TIBEMS_SERVER_NOT_CONNECTED || !outcome_unknown())
                alive = fine("send", status);
            CHECK_OK(tibemsMsg_Destroy(message));
        }
        if (alive && dice(2)) {
            ASK(status, tibemsSession_CreateBrowser(session, &browser, queue, NULL));
            alive = fine("browser", status);
        }
        for (int i = 0; alive && browser && i < 5; i++) {
            tibemsMsg message = NULL;
            ASK(status, tibemsQueueBrowser_GetNext(browser, &message));
            if (status == TIBEMS_NOT_FOUND)
                break;
            alive = fine("next", status);
            if (message)
                CHECK_OK(tibemsMsg_Destroy(message));
        }
        /* in any order, and some of them only with the session */
        if (browser && dice(2))
            CHECK_OK(tibemsQueueBrowser_Close(browser)), browser = NULL;
        if (consumer && dice(2))
            CHECK_OK(tibemsMsgConsumer_Close(consumer)), consumer = NULL;
        if (producer && dice(2))
            CHECK_OK(tibemsMsgProducer_Close(producer)), producer = NULL;
        CHECK_OK(tibemsSession_Close(session));
        if (browser)
            CHECK_OK(tibemsQueueBrowser_Close(browser));
        if (consumer)
            CHECK_OK(tibemsMsgConsumer_Close(consumer));
        if (producer)
            CHECK_OK(tibemsMsgProducer_Close(producer));
        if (loose)
            CHECK_OK(tibemsMsgProducer_Close(loose));
        atomic_fetch_add(&storm.made, 1);
    }
    CHECK_OK(tibemsDestination_Destroy(queue));
    CHECK_OK(tibemsErrorContext_Close(context));
    return TIBEMS_OK;
}

static void creations(bool cuts)
{
    struct task threads[6];
    int made = 0;
    dice(1);                                    /* the seed is chosen before there are other threads */
    proxy_start_url(&storm.way, url_a());
    storm.recovery.factory = ufo_factory_for(storm.way.url);
    for (long long end = now_ms() + span(); now_ms() < end || (cuts && event_count(&storm.recovery.recovered) == 0);) {
        atomic_store(&storm.over, false);
        storm.connection = connect_with(storm.recovery.factory);
        CHECK_OK(tibemsConnection_SetExceptionListener(storm.connection, recover_listener, &storm.recovery));
        CHECK_OK(tibemsConnection_Start(storm.connection));
        for (int i = 0; i < 6; i++)
            task_start(&threads[i], create_and_close, NULL);
        for (int i = 0; cuts && i < 3; i++) {
            sleep_ms(10 + dice(80));
            proxy_cut(&storm.way);
        }
        sleep_ms(dice(100));
        while (made == 0 && atomic_load(&storm.made) == 0)
            sleep_ms(1);                        /* however slow the machine is, something is closed */
        atomic_store(&storm.over, true);
        CHECK_OK(tibemsConnection_Close(storm.connection));
        for (int i = 0; i < 6; i++)
            REQUIRE(task_wait(&threads[i], 10000));
        threads_end("ems-");
        made = atomic_load(&storm.made);
    }
    CHECK_OK(tibemsConnectionFactory_Destroy(storm.recovery.factory));
    printf("# %d sessions, %d recoveries, seed %u\n", made, event_count(&storm.recovery.recovered), seed);
    CHECK(made > 0);
}

TEST_X("stress", stress_creations_and_closes, T_ALONE | T_CHEAP, 90) { creations(false); }
TEST_X("stress", stress_creations_closes_and_cuts, T_ALONE | T_CHEAP, 90) { creations(true); }

/* ---- what stays --------------------------------------------------------------------------------------------------------- */

static void one_life(int turn)
{
    struct fixture f;
    fresh(&f);
    CHECK_OK(send_text(f.producer, "a short life"));
    EXPECT_TEXT(f.consumer, "a short life");
    if (turn % 2)                               /* children before or after their connection */
        CHECK_OK(tibemsConnection_Close(f.connection));
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    CHECK_OK(tibemsMsgProducer_Close(f.producer));
    CHECK_OK(tibemsSession_Close(f.session));
    CHECK_OK(tibemsConnection_Close(f.connection));
    CHECK_OK(tibemsDestination_Destroy(f.queue));
    if (f.factory)
        CHECK_OK(tibemsConnectionFactory_Destroy(f.factory));
}

/* a closed connection stays known (IsDisconnected answers), so a little memory stays with it */
TEST_X("stress", stress_closed_connections_keep_little, T_ALONE, 60)
{
    enum { BEFORE = 50, LIVES = 200 };
    for (int i = 0; i < BEFORE; i++)
        one_life(i);
    threads_end("ems-");                        /* what they held is given back */
    size_t before = mallinfo2().uordblks;
    for (int i = 0; i < LIVES; i++)
        one_life(i);
    threads_end("ems-");
    CHECK_BETWEEN(((long long)mallinfo2().uordblks - (long long)before) / LIVES, -4000, 4000);
}
