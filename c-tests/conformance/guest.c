/*
 * guest.c - manners in somebody else's process (D32): stacks, descriptors, sleeps, calls where thread-local destructors have
 * run, and what threads and closed connections leave behind. threads.c has threads that are cancelled or cannot be made,
 * exits.c the ends of processes, process.c signals, fork and the rest of spec 40 §6.7.
 */
#define _GNU_SOURCE
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <time.h>
#include <sys/syscall.h>

static struct fixture f;

/* ---- stacks ------------------------------------------------------------------------------------------------------- */

static size_t own_stack(void)
{
    pthread_attr_t attributes;
    void *start = NULL;
    size_t size = 0;
    REQUIRE(pthread_getattr_np(pthread_self(), &attributes) == 0);
    REQUIRE(pthread_attr_getstack(&attributes, &start, &size) == 0);
    pthread_attr_destroy(&attributes);
    return size;
}

static void tell_stack(tibemsMsgConsumer consumer, tibemsMsg message, void *events)
{
    (void)consumer;
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(events, (long long)own_stack());
}

static void tell_stack_of_exception(tibemsConnection connection, tibems_status status, void *events)
{
    (void)connection;
    (void)status;
    event_post(events, (long long)own_stack());
}

static void *take_stack(void *size)
{
    *(size_t *)size = own_stack();
    return NULL;
}

TEST("D32", callbacks_have_the_stack_of_any_thread)
{
    static struct events told = EVENTS_INIT;
    static struct proxy proxy;
    pthread_attr_t wanted;
    pthread_t thread;
    size_t any = 0;
    /* more than any system's default, so that nothing has it by chance */
    REQUIRE(pthread_attr_init(&wanted) == 0);
    REQUIRE(pthread_attr_setstacksize(&wanted, 48 << 20) == 0);
    REQUIRE(pthread_setattr_default_np(&wanted) == 0);
    REQUIRE(pthread_create(&thread, NULL, take_stack, &any) == 0 && pthread_join(thread, NULL) == 0);
    REQUIRE(any >= 48 << 20);
    proxy_start_url(&proxy, url_a());
    fresh_on(&f, connect_to(proxy.url), TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, tell_stack_of_exception, &told));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, tell_stack, &told));
    CHECK_OK(send_text(f.producer, "x"));
    REQUIRE(event_wait(&told, 1, 5000));
    CHECK_INT(event_at(&told, 0), any);
    proxy_set(&proxy, PROXY_REFUSE);
    REQUIRE(event_wait(&told, 2, 5000));
    CHECK_INT(event_at(&told, 1), any);
    CHECK_OK(tibemsConnection_Close(f.connection));
}

/* ---- sleep -------------------------------------------------------------------------------------------------------- */

/* The library's sleeps come here, because the program's own functions go first: a signal interrupts each one three times. */
static struct {
    bool on;
    int calls, interrupts;
    clockid_t clock;
    int flags[8];
    struct timespec until[8];
} slept;

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *request, struct timespec *left)
{
    if (!slept.on)
        return syscall(SYS_clock_nanosleep, clock, flags, request, left) == 0 ? 0 : errno;
    if (slept.calls < 8) {
        slept.clock = clock;
        slept.flags[slept.calls] = flags;
        slept.until[slept.calls] = *request;
    }
    slept.calls++;
    return slept.interrupts-- > 0 ? EINTR : 0;
}

static long long sleep_until(tibems_long milliseconds)      /* the end of a sleep, as the system was told, in microseconds */
{
    slept.calls = 0;
    slept.interrupts = 3;
    slept.on = true;
    tibems_Sleep(milliseconds);
    slept.on = false;
    return slept.until[0].tv_sec >= INT64_MAX / 1000000 ? INT64_MAX
                                                        : slept.until[0].tv_sec * 1000000LL + slept.until[0].tv_nsec / 1000;
}

TEST_CHEAP("D32", signals_do_not_lengthen_a_sleep)
{
    long long before = now_us(), until = sleep_until(1999), after = now_us();
    REQUIRE(slept.calls == 4);
    CHECK_BETWEEN(until, before + 1999000, after + 1999000);
    for (int i = 0; i < 4; i++) {               /* the end is fixed at the beginning */
        CHECK_INT(slept.clock, CLOCK_MONOTONIC);
        CHECK_INT(slept.flags[i], TIMER_ABSTIME);
        CHECK_INT(slept.until[i].tv_sec, slept.until[0].tv_sec);
        CHECK_INT(slept.until[i].tv_nsec, slept.until[0].tv_nsec);
    }
    CHECK(sleep_until(INT64_MAX) > now_us() && slept.calls == 4);
    for (int i = 0; i < 3; i++) {
        static const tibems_long none[] = {0, -1, INT64_MIN};
        sleep_until(none[i]);
        CHECK_INT(slept.calls, 0);
    }
    before = now_us();
    tibems_Sleep(2);                            /* and a real one */
    CHECK(now_us() - before >= 2000);
}

/* ---- descriptors -------------------------------------------------------------------------------------------------- */

static int saved[3], taken;             /* taken: a bit for each standard descriptor that was seen open */

static void look_at_descriptors(void)
{
    for (int i = 0; i < 3; i++)
        taken |= fcntl(i, F_GETFD) >= 0 ? 1 << i : 0;
}

static void with_standard_closed(const char *what, tibems_status got)
{
    look_at_descriptors();
    if (got != TIBEMS_OK || taken) {
        for (int i = 0; i < 3; i++)
            dup2(saved[i], i);
        check_failed(__FILE__, __LINE__, "%s: status %d, descriptors taken: %d", what, (int)got, taken);
        test_over();
    }
}

TEST_X("D32", standard_descriptors_are_the_programs, T_DEVBROKER, 20)
{
    static struct recovery recovery = RECOVERY_INIT;
    struct broker broker;               /* no proxy: its sockets are of this process */
    char trace[200], name[64];
    tibemsMsg message = NULL;
    broker_start(&broker);
    /* names, so that a lookup takes part */
    snprintf(name, sizeof name, "tcp://localhost:%d+tcp://localhost:%d", broker.port, url_port(url_a()));
    snprintf(trace, sizeof trace, "%s/trace-%d", getenv("TIBEMS_TEST_SCRATCH"), (int)getpid());
    recovery.factory = ufo_factory_for(name);
    f.queue = unique_queue();
    for (int i = 0; i < 3; i++) {
        REQUIRE((saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 100)) >= 0);
        close(i);
    }
    with_standard_closed("SetTraceFile", tibems_SetTraceFile(trace));
    tibems_status status = tibemsConnectionFactory_CreateConnection(recovery.factory, &f.connection, USER, PASSWORD);
    with_standard_closed("CreateConnection", status);
    status = tibemsConnection_SetExceptionListener(f.connection, recover_listener, &recovery);
    with_standard_closed("SetExceptionListener", status);
    status = tibemsConnection_CreateSession(f.connection, &f.session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    with_standard_closed("CreateSession", status);
    with_standard_closed("CreateProducer", tibemsSession_CreateProducer(f.session, &f.producer, f.queue));
    with_standard_closed("CreateConsumer",
                         tibemsSession_CreateConsumer(f.session, &f.consumer, f.queue, NULL, TIBEMS_FALSE));
    with_standard_closed("Start", tibemsConnection_Start(f.connection));
    broker_kill(&broker);
    with_standard_closed("the recovery", event_wait(&recovery.recovered, 1, 5000) ? TIBEMS_OK : TIBEMS_TIMEOUT);
    for (int i = 0; i < 3; i++) {                       /* what the program prints reaches nobody */
        taken |= write(1, "diagnostic\n", 11) >= 0;
        with_standard_closed("Send", send_text(f.producer, "x"));
        with_standard_closed("Receive", tibemsMsgConsumer_ReceiveTimeout(f.consumer, &message, slow(5000)));
        with_standard_closed("Destroy", tibemsMsg_Destroy(message));
    }
    with_standard_closed("Close", tibemsConnection_Close(f.connection));
    with_standard_closed("SetTraceFile(NULL)", tibems_SetTraceFile(NULL));
    for (int i = 0; i < 3; i++)
        CHECK_INT(dup2(saved[i], i), i);
    CHECK_INT(event_at(&recovery.recovered, 0), TIBEMS_OK);
    CHECK_INT(taken, 0);
    unlink(trace);
}

/* ---- where thread-local destructors have run ---------------------------------------------------------------------- */

static pthread_key_t before, behind;    /* keys made before and after the library's own */
static int last_words;                  /* bits of calls that failed */

/* what any call may need: a handle, a message, a send, a receive, a text of an error */
static void call_everything(void)
{
    const char *text = NULL;
    tibemsMsg message = NULL;
    tibemsErrorContext context = NULL;
    tibemsSession session = NULL;
    last_words |= tibemsErrorContext_Create(&context) != TIBEMS_OK;
    last_words |= (tibemsTextMsg_Create((tibemsTextMsg *)&message) != TIBEMS_OK) << 1;
    last_words |= (tibemsMsgProducer_Send(f.producer, message) != TIBEMS_OK) << 2;
    last_words |= (tibemsMsg_Destroy(message) != TIBEMS_OK) << 3;
    last_words |= (tibemsMsgConsumer_ReceiveTimeout(f.consumer, &message, slow(5000)) != TIBEMS_OK) << 4;
    last_words |= (tibemsMsg_Destroy(message) != TIBEMS_OK) << 5;
    last_words |= (tibemsMsgProducer_SetPriority(f.producer, 99) != TIBEMS_INVALID_ARG) << 6;
    last_words |= (tibemsErrorContext_GetLastErrorString(context, &text) != TIBEMS_OK || !text || !*text) << 7;
    last_words |= (tibemsErrorContext_Close(context) != TIBEMS_OK) << 8;
    last_words |= (tibemsConnection_CreateSession(f.connection, &session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE) !=
                   TIBEMS_OK) << 9;
    last_words |= (tibemsSession_Close(session) != TIBEMS_OK) << 10;
}

static void at_thread_end(void *key)
{
    (void)key;
    call_everything();
}

static tibems_status thread_with_keys(void *unused)
{
    (void)unused;
    call_everything();
    pthread_setspecific(before, &f);
    pthread_setspecific(behind, &f);
    return TIBEMS_OK;
}

TEST("D32", calls_in_the_destructors_of_keys)
{
    struct task thread;
    REQUIRE(pthread_key_create(&before, at_thread_end) == 0);
    fresh(&f);
    REQUIRE(pthread_key_create(&behind, at_thread_end) == 0);
    task_start(&thread, thread_with_keys, NULL);
    REQUIRE(task_wait(&thread, 10000));
    CHECK_INT(last_words, 0);
    CHECK_OK(tibemsConnection_Close(f.connection));
}

static void at_exit(void)
{
    call_everything();
    last_words |= (tibemsConnection_Close(f.connection) != TIBEMS_OK) << 11;
    fprintf(stderr, last_words ? "calls that failed in the handler: %#x\n" : "", last_words);
    _exit(last_words ? 1 : 7);
}

TEST("D32", calls_in_an_atexit_handler)
{
    pid_t child = fork();               /* the library has not been used in this process yet */
    if (child == 0) {
        fresh(&f);
        call_everything();              /* so that there is something that a destructor could take away */
        if (atexit(at_exit) != 0 || last_words)
            _exit(2);
        exit(0);
    }
    CHECK_INT(exit_status(child, "a process with an atexit handler"), 7);
}

/* ---- what threads leave behind ------------------------------------------------------------------------------------ */

/* What the allocator keeps in its caches and counts as in use: it depends on which threads ran side by side. */
enum { ROOM = 100000 };

static void *short_life(void *context)
{
    const char *text = NULL;
    tibemsMsg message = NULL;
    CHECK_OK(tibemsTextMsg_Create((tibemsTextMsg *)&message));
    CHECK_OK(tibemsTextMsg_SetText((tibemsTextMsg)message, "of a short life"));
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_STATUS(tibemsMsg_Destroy(message), TIBEMS_INVALID_MSG);
    CHECK_OK(tibemsErrorContext_GetLastErrorString(context, &text));
    CHECK(text && *text);
    return NULL;
}

static void short_lives(int count, void *context)
{
    for (int i = 0; i < count; i++) {
        pthread_t thread;
        REQUIRE(pthread_create(&thread, NULL, short_life, context) == 0 && pthread_join(thread, NULL) == 0);
    }
}

TEST_ALONE("D32", short_threads_leave_nothing)
{
    tibemsErrorContext context = NULL;
    REQUIRE_OK(tibemsErrorContext_Create(&context));
    short_lives(1000, context);
    struct mallinfo2 first = mallinfo2();
    short_lives(100000, context);
    struct mallinfo2 last = mallinfo2();
    /* a byte for each thread, in all arenas together */
    CHECK_BETWEEN(last.uordblks, 0, first.uordblks + ROOM);
    CHECK_OK(tibemsErrorContext_Close(context));
}

/* ---- what closed connections leave behind ------------------------------------------------------------------------- */

/* The bytes of an entry are counted exactly by the unit test of src/ffi/closed.rs. */
enum { EARLY = 300, LATER = 3000 };

static void come_and_go(tibemsConnection *gone, int count)
{
    for (int i = 0; i < count; i++) {
        fresh(&f);
        gone[i] = f.connection;
        CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
        CHECK_OK(tibemsMsgProducer_Close(f.producer));
        CHECK_OK(tibemsSession_Close(f.session));
        REQUIRE_OK(tibemsConnection_Close(f.connection));
        CHECK_OK(tibemsDestination_Destroy(f.queue));
    }
    threads_end("ems-");
}

TEST_X("D32", closed_connections_leave_32_bytes, T_ALONE, 60)
{
    static tibemsConnection gone[EARLY + LATER];
    tibems_bool over = TIBEMS_FALSE;
    come_and_go(gone, EARLY);
    struct mallinfo2 first = mallinfo2();
    come_and_go(gone + EARLY, LATER);
    struct mallinfo2 last = mallinfo2();
    CHECK_BETWEEN(last.uordblks, 0, first.uordblks + 32 * LATER + ROOM);
    for (int i = 0; i < EARLY + LATER; i++) {           /* all of them stay known (spec 10 C31) */
        over = TIBEMS_FALSE;
        CHECK_OK(tibemsConnection_IsDisconnected(gone[i], &over));
        CHECK(over);
        CHECK_STATUS(tibemsConnection_Start(gone[i]), TIBEMS_ILLEGAL_STATE);
        CHECK_OK(tibemsConnection_Close(gone[i]));
    }
}

/* A program that closes its connections and nothing below them. */
static void leave_open(struct fixture *left, int count)
{
    tibemsConnectionFactory factory = factory_for(url_a());
    tibemsDestination queue = unique_queue();
    for (int i = 0; i < count; i++) {
        left[i].connection = connect_with(factory);
        left[i].session = session_of(left[i].connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
        REQUIRE_OK(tibemsSession_CreateProducer(left[i].session, &left[i].producer, queue));
        REQUIRE_OK(tibemsSession_CreateConsumer(left[i].session, &left[i].consumer, queue, NULL, TIBEMS_FALSE));
        REQUIRE_OK(tibemsConnection_Close(left[i].connection));
    }
    CHECK_OK(tibemsDestination_Destroy(queue));
    tibemsConnectionFactory_Destroy(factory);
    threads_end("ems-");
}

TEST_X("D32", what_is_left_open_is_bounded, T_ALONE, 90)
{
    enum { FIRST = 1100, MORE = 1500 };                 /* 1,000 connections may have left something */
    static struct fixture left[FIRST + MORE];
    tibems_bool transacted = TIBEMS_FALSE;
    tibemsDestination destination = NULL;
    leave_open(left, FIRST);
    struct mallinfo2 first = mallinfo2();
    leave_open(left + FIRST, MORE);
    struct mallinfo2 last = mallinfo2();
    CHECK_BETWEEN(last.uordblks, 0, first.uordblks + 4 * 32 * MORE + ROOM);
    for (int i = 0; i < FIRST + MORE; i++) {            /* old or new, they are closed, and closing them is no error (C31) */
        CHECK_STATUS(tibemsSession_GetTransacted(left[i].session, &transacted), TIBEMS_ILLEGAL_STATE);
        CHECK_STATUS(tibemsMsgProducer_GetDestination(left[i].producer, &destination), TIBEMS_ILLEGAL_STATE);
        CHECK_STATUS(tibemsMsgConsumer_GetDestination(left[i].consumer, &destination), TIBEMS_ILLEGAL_STATE);
        CHECK_OK(tibemsMsgConsumer_Close(left[i].consumer));
        CHECK_STATUS(tibemsMsgConsumer_Close(left[i].consumer), TIBEMS_INVALID_CONSUMER);
        CHECK_OK(tibemsMsgProducer_Close(left[i].producer));
        CHECK_STATUS(tibemsMsgProducer_Close(left[i].producer), TIBEMS_INVALID_PRODUCER);
        CHECK_OK(tibemsSession_Close(left[i].session));
        CHECK_STATUS(tibemsSession_Close(left[i].session), TIBEMS_INVALID_SESSION);
        CHECK_OK(tibemsConnection_Close(left[i].connection));
    }
}
