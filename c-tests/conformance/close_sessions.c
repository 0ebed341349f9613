/*
 * close_sessions.c - closing and stopping against the order of events: listeners held at a gate, calls seen to block, what
 * is left afterwards (spec 20 §1.8, §0.3; cases 20-48 to 20-68)
 */
#include "calls.h"
#include "sessions.h"

#include <dirent.h>
#include <malloc.h>

/* ---- close and stop inside a listener ---------------------------------------------------------------------------------- */

static void try_to_close(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    CHECK_STATUS(tibemsSession_Close(f.session), TIBEMS_ILLEGAL_STATE);
    CHECK_STATUS(tibemsConnection_Stop(f.connection), TIBEMS_ILLEGAL_STATE);
    CHECK_STATUS(tibemsConnection_Close(f.connection), TIBEMS_ILLEGAL_STATE);
    event_post(&called, atoll(text_of(message)));
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST("20-48,20-49", refused_close_changes_nothing)
{
    tibemsMsgConsumer second = NULL;
    tibemsMsgProducer to_second = NULL;
    tibems_bool gone = TIBEMS_TRUE;
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, try_to_close, NULL));
    CHECK_OK(send_text(f.producer, "1"));
    REQUIRE(event_wait(&called, 1, 10000));
    CASE("20-48");                              /* the session: its listener, new children, its acknowledgements */
    CHECK_OK(send_text(f.producer, "2"));
    REQUIRE(event_wait(&called, 2, 10000));
    CHECK_INT(event_at(&called, 1), 2);
    tibemsDestination queue = unique_queue();
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &to_second, queue));
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &second, queue, NULL, TIBEMS_FALSE));
    CHECK_OK(send_text(to_second, "x"));
    EXPECT_FIRST(second, "x");
    CASE("20-49");                              /* the connection: connected, started, makes sessions */
    CHECK_OK(tibemsConnection_IsDisconnected(f.connection, &gone));
    CHECK_INT(gone, TIBEMS_FALSE);
    tibemsSession other = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateConsumer(other, &second, queue, NULL, TIBEMS_FALSE));
    CHECK_OK(tibemsSession_Close(other));
    done();
    CASE("20-48");
    EXPECT_LEFT(url_a(), f.name, 0);
}

static void close_inside(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    tibems_status (*close)(void *) = *(tibems_status (**)(void *))closure;
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&called, close(close == close_session      ? (void *)f.session
                              : close == close_connection ? (void *)f.connection
                                                          : (void *)consumer));
    event_post(&ended, 1);
}

TEST("20-50", allowed_close_ends_the_session)
{
    static tibems_status (*close)(void *) = close_session;
    struct fixture other;
    fresh(&f);
    CHECK_OK(tibems_SetAllowCloseInCallback(TIBEMS_TRUE));
    send_numbers(f.producer, 1, 3);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, close_inside, &close));
    REQUIRE(event_wait(&ended, 1, 10000));      /* it came back from the close: no deadlock */
    CHECK_INT(event_at(&called, 0), TIBEMS_OK);
    reader(&other, f.name);
    EXPECT_FIRST(other.consumer, "2");          /* 1 is acknowledged, 2 and 3 were never handed out */
    EXPECT_FIRST(other.consumer, "3");
    EXPECT_NOTHING(other.consumer);
    reader_close(&other);
    CHECK_STATUS(tibemsSession_Close(f.session), TIBEMS_INVALID_SESSION);
    CHECK_STATUS(send_text(f.producer, "x"), TIBEMS_ILLEGAL_STATE);
    done();
    CHECK_INT(event_count(&called), 1);         /* whatever would have been called is over */
    EXPECT_LEFT(url_a(), f.name, 0);
}

TEST("20-51", allowed_close_ends_the_connection)
{
    static tibems_status (*close)(void *) = close_connection;
    struct task receiver;
    struct fixture other;
    tibemsMsgConsumer second = NULL;
    fresh(&f);
    CHECK_OK(tibems_SetAllowCloseInCallback(TIBEMS_TRUE));
    tibemsSession session = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateConsumer(session, &second, unique_queue(), NULL, TIBEMS_FALSE));
    send_numbers(f.producer, 1, 2);
    task_start(&receiver, receive_forever, second);
    CHECK(task_blocks(&receiver));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, close_inside, &close));
    REQUIRE(event_wait(&ended, 1, 10000));
    CHECK_INT(event_at(&called, 0), TIBEMS_OK);
    REQUIRE(task_wait(&receiver, 10000));
    CHECK_INT(receiver.status, TIBEMS_INTR);
    reader(&other, f.name);
    EXPECT_FIRST(other.consumer, "2");
    EXPECT_NOTHING(other.consumer);
    reader_close(&other);
    CHECK_INT(event_count(&called), 1);
}

TEST("20-53", consumer_closes_itself_only)
{
    static tibems_status (*close)(void *) = close_consumer;
    tibemsMsgConsumer second = NULL;
    fresh(&f);
    send_numbers(f.producer, 1, 2);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, close_inside, &close));
    REQUIRE(event_wait(&ended, 1, 10000));
    CHECK_INT(event_at(&called, 0), TIBEMS_OK);
    CHECK_STATUS(tibemsMsgConsumer_Close(f.consumer), TIBEMS_INVALID_CONSUMER);
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &second, f.queue, NULL, TIBEMS_FALSE));
    EXPECT_FIRST(second, "2");                  /* the session goes on; 1 is acknowledged */
    EXPECT_NOTHING(second);
    done();
    CHECK_INT(event_count(&called), 1);
    EXPECT_LEFT(url_a(), f.name, 0);
}

/* ---- close and stop from another thread ------------------------------------------------------------------------------------ */

/* a close from here ends a receive there, with and without a limit, long before a minute is over */
static void interrupts(tibems_status (*close)(void *), tibems_status (*receive)(void *))
{
    struct task receiver, closer;
    fresh(&f);
    void *closed = close == close_session ? (void *)f.session
                   : close == close_consumer ? (void *)f.consumer : (void *)f.connection;
    task_start(&receiver, receive, f.consumer);
    CHECK(task_blocks(&receiver));
    task_start(&closer, close, closed);
    REQUIRE(task_wait(&closer, 15000));
    CHECK_INT(closer.status, TIBEMS_OK);
    REQUIRE(task_wait(&receiver, 15000));
    CHECK_INT(receiver.status, TIBEMS_INTR);
    done();
}

TEST_X("20-54", session_close_interrupts, 0, 60)
{
    interrupts(close_session, receive_forever);
    interrupts(close_session, receive_a_minute);
}

TEST_X("20-55", consumer_close_interrupts, 0, 60)
{
    interrupts(close_consumer, receive_forever);
    interrupts(close_consumer, receive_a_minute);
}

TEST_X("20-56", connection_close_interrupts, 0, 60)
{
    interrupts(close_connection, receive_forever);
    interrupts(close_connection, receive_a_minute);
}

/* the listener has 1 and stays inside; 2 and 3 wait behind it */
static void hold_listener(void)
{
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, gated_listener, NULL));
    send_numbers(f.producer, 1, 3);
    REQUIRE(event_wait(&begun, 1, 10000));
}

static void waits_for_listener(tibems_status (*close)(void *), void *closed)
{
    struct task closer;
    task_start(&closer, close, closed);
    CHECK(task_blocks(&closer));
    CHECK_INT(event_count(&ended), 0);
    event_post(&go_on, 1);
    REQUIRE(task_wait(&closer, 15000));
    CHECK_INT(closer.status, TIBEMS_OK);
    CHECK_INT(event_count(&ended), 1);          /* it was over when the call returned */
}

TEST("20-57", session_close_waits_for_its_listener)
{
    struct fixture other;
    hold_listener();
    waits_for_listener(close_session, f.session);
    reader(&other, f.name);                     /* nobody else has what waited: a later callback could get nothing */
    EXPECT_FIRST(other.consumer, "2");
    EXPECT_FIRST(other.consumer, "3");
    EXPECT_NOTHING(other.consumer);
    reader_close(&other);
    done();
    CHECK_INT(event_count(&begun), 1);
}

TEST("20-67", stop_holds_listeners_back)
{
    hold_listener();
    waits_for_listener(stop_connection, f.connection);
    CHECK_OK(send_text(f.producer, "4"));
    sleep_ms(300);                              /* shows the absence of calls; more time only makes it sharper */
    CHECK_INT(event_count(&begun), 1);
    CHECK_OK(tibemsConnection_Start(f.connection));
    REQUIRE(event_wait(&ended, 4, 10000));
    done();
    CHECK_INT(event_count(&begun), 4);
    for (int i = 0; i < 4; i++)
        CHECK_INT(event_at(&begun, i), i + 1);
}

TEST("20-68", stop_and_a_blocked_receive)
{
    struct task receiver, stopper;
    fresh(&f);
    task_start(&receiver, receive_forever, f.consumer);
    CHECK(task_blocks(&receiver));
    task_start(&stopper, stop_connection, f.connection);
    REQUIRE(task_wait(&stopper, 15000));        /* it does not wait for the receive, which has no end */
    CHECK_INT(stopper.status, TIBEMS_OK);
    CHECK_OK(send_text(f.producer, "1"));
    CHECK(task_blocks(&receiver));
    sleep_ms(300);                              /* more time only makes it sharper */
    CHECK(task_running(&receiver));
    CHECK_OK(tibemsConnection_Start(f.connection));
    REQUIRE(task_wait(&receiver, 10000));
    CHECK_INT(receiver.status, TIBEMS_OK);
    done();
}

/* ---- children of what is closed ------------------------------------------------------------------------------------------------ */

TEST_CHEAP("20-58,20-59", every_call_on_children)
{
    tibemsMsg message = (tibemsMsg)0x1, own = text_message("x");
    tibemsMsgProducer producer = (tibemsMsgProducer)0x1;
    tibemsMsgConsumer consumer = (tibemsMsgConsumer)0x1;
    fresh(&f);
    CHECK_OK(send_text(f.producer, "prefetched"));
    done();
    CASE("20-59");
    CHECK_STATUS(tibemsMsgConsumer_Receive(f.consumer, &message), TIBEMS_ILLEGAL_STATE);
    CHECK(message == NULL);
    message = (tibemsMsg)0x1;
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(f.consumer, &message, 100), TIBEMS_ILLEGAL_STATE);
    CHECK(message == NULL);
    message = (tibemsMsg)0x1;
    CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait(f.consumer, &message), TIBEMS_ILLEGAL_STATE);
    CHECK(message == NULL);
    CHECK_STATUS(tibemsMsgConsumer_SetMsgListener(f.consumer, gated_listener, NULL), TIBEMS_ILLEGAL_STATE);
    CHECK_STATUS(tibemsMsgProducer_Send(f.producer, own), TIBEMS_ILLEGAL_STATE);
    CHECK_STATUS(tibemsMsgProducer_SendToDestination(f.producer, f.queue, own), TIBEMS_ILLEGAL_STATE);
    CHECK_STATUS(tibemsSession_CreateProducer(f.session, &producer, f.queue), TIBEMS_ILLEGAL_STATE);
    CHECK(producer == NULL);
    CHECK_STATUS(tibemsSession_CreateConsumer(f.session, &consumer, f.queue, NULL, TIBEMS_FALSE), TIBEMS_ILLEGAL_STATE);
    CHECK(consumer == NULL);
    CHECK_STATUS(tibemsSession_CreateTextMessage(f.session, &message), TIBEMS_ILLEGAL_STATE);
    CHECK(message == NULL);
    CHECK_STATUS(tibemsSession_Recover(f.session), TIBEMS_ILLEGAL_STATE);
    CASE("20-58");
    CHECK_OK(tibemsSession_Close(f.session));
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    CHECK_OK(tibemsMsgProducer_Close(f.producer));
    CHECK_STATUS(tibemsSession_Close(f.session), TIBEMS_INVALID_SESSION);
    CHECK_STATUS(tibemsMsgConsumer_Close(f.consumer), TIBEMS_INVALID_CONSUMER);
    CHECK_STATUS(tibemsMsgProducer_Close(f.producer), TIBEMS_INVALID_PRODUCER);
    CHECK_OK(tibemsMsg_Destroy(own));
}

TEST_CHEAP("20-60", session_closed_twice)
{
    fresh(&f);
    CHECK_OK(tibemsSession_Close(f.session));
    CHECK_STATUS(tibemsSession_Close(f.session), TIBEMS_INVALID_SESSION);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));      /* closed with it: its own close frees the handle */
    CHECK_STATUS(tibemsMsgConsumer_Close(f.consumer), TIBEMS_INVALID_CONSUMER);
    CHECK_OK(tibemsMsgProducer_Close(f.producer));
    CHECK_STATUS(tibemsMsgProducer_Close(f.producer), TIBEMS_INVALID_PRODUCER);
    done();
}

/* ---- without a server ------------------------------------------------------------------------------------------------------------ */

/* closes the session; what it would wait for in vain takes a minute and more */
static void closes_at_once(tibemsMsgConsumer consumer)
{
    struct task receiver, closer;
    if (consumer) {
        task_start(&receiver, receive_forever, consumer);
        CHECK(task_blocks(&receiver));
    }
    task_start(&closer, close_session, f.session);
    REQUIRE(task_wait(&closer, 15000));
    CHECK_INT(closer.status, TIBEMS_OK);
    if (consumer) {
        REQUIRE(task_wait(&receiver, 15000));
        CHECK_INT(receiver.status, TIBEMS_INTR);
    }
    CHECK_STATUS(tibemsSession_Close(f.session), TIBEMS_INVALID_SESSION);
}

TEST("20-63", session_close_after_the_loss)
{
    static struct events lost = EVENTS_INIT;
    mortal(TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, post_status, &lost));
    die();
    REQUIRE(event_wait(&lost, 1, 10000));
    CHECK_INT(event_at(&lost, 0), TIBEMS_SERVER_NOT_CONNECTED);
    closes_at_once(NULL);
    done();
}

TEST("20-63", session_close_during_a_reconnect)
{
    static struct events lost = EVENTS_INIT;
    proxy_start_url(&proxy, url_a());
    CHECK_OK(tibems_SetReconnectAttemptCount(100));
    CHECK_OK(tibems_SetReconnectAttemptDelay(60000));
    fresh_on(&f, connect_to(url_join(",", proxy.url, proxy.url, NULL)), TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, post_status, &lost));
    proxy.target = 0;                           /* accepts, closes at once and counts */
    proxy_cut(&proxy);
    REQUIRE(event_wait(&proxy.accepted, 2, 10000));     /* the reconnect runs, and has a minute to wait now */
    closes_at_once(f.consumer);
    CHECK_INT(event_count(&lost), 0);           /* it still runs */
    done();
}

static void close_after_loss(tibemsConnection connection, tibems_status status, void *closure)
{
    event_post(closure, status);
    event_post(closure, tibemsConnection_Close(connection));
}

TEST("20-65", exception_listener_waits_for_message_listener)
{
    static struct events lost = EVENTS_INIT;
    struct task receiver;
    tibemsMsgConsumer second = NULL;
    mortal(TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_OK(tibemsConnection_SetExceptionListener(f.connection, close_after_loss, &lost));
    tibemsSession session = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateConsumer(session, &second, unique_queue(), NULL, TIBEMS_FALSE));
    task_start(&receiver, receive_forever, second);
    CHECK(task_blocks(&receiver));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, gated_listener, NULL));
    CHECK_OK(send_text(f.producer, "1"));
    REQUIRE(event_wait(&begun, 1, 10000));
    die();
    REQUIRE(event_wait(&lost, 1, 10000));
    CHECK_INT(event_at(&lost, 0), TIBEMS_SERVER_NOT_CONNECTED);
    REQUIRE(task_wait(&receiver, 10000));
    CHECK_INT(receiver.status, TIBEMS_INTR);
    CHECK_INT(event_count(&lost), 1);           /* the message listener still runs */
    event_post(&go_on, 1);
    REQUIRE(event_wait(&lost, 2, 10000));
    CHECK_INT(event_at(&lost, 1), TIBEMS_OK);
    CHECK_INT(event_count(&ended), 1);
    done();
}

/* ---- again and again -------------------------------------------------------------------------------------------------------------- */

static int entries(const char *folder)
{
    int count = 0;
    DIR *directory = opendir(folder);
    REQUIRE(directory != NULL);
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

static tibems_status keep_sending(void *stop)
{
    tibems_status status = TIBEMS_OK;
    while (status == TIBEMS_OK && !__atomic_load_n((int *)stop, __ATOMIC_ACQUIRE))
        status = send_text(f.producer, "7");
    return status;
}

/* threads that are done are given the time to end, files nothing */
static void expect_no_more(int files, int threads)
{
    for (long long until = now_ms() + slow(10000); entries("/proc/self/task") > threads && now_ms() < until;)
        sleep_ms(5);
    CHECK_BETWEEN(entries("/proc/self/task"), 0, threads);
    CHECK_INT(entries("/proc/self/fd"), files);
}

/* rounds of open and close while another thread sends; then nothing is left of them */
static void rounds(int count)
{
    struct task sender;
    int stop = 0;
    task_start(&sender, keep_sending, &stop);
    for (int i = 0; i < count && failures() == 0; i++) {
        tibemsSession session = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
        tibemsMsgConsumer consumer = NULL;
        REQUIRE_OK(tibemsSession_CreateConsumer(session, &consumer, f.queue, NULL, TIBEMS_FALSE));
        int before = event_count(&called);
        CHECK_OK(tibemsMsgConsumer_SetMsgListener(consumer, note, NULL));
        if (i % 10 == 0)                        /* in the others it may be closed before, while or after it is called */
            REQUIRE(event_wait(&called, before + 1, 10000));
        if (i % 2)
            CHECK_OK(tibemsMsgConsumer_Close(consumer));
        CHECK_OK(tibemsSession_Close(session));
        if (i % 2 == 0)
            CHECK_OK(tibemsMsgConsumer_Close(consumer));
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    REQUIRE(task_wait(&sender, 15000));
    CHECK_INT(sender.status, TIBEMS_OK);
}

TEST_X("20-66", rounds_leave_nothing, T_ALONE, 240)
{
    int many = on_artemis() ? 100 : 1000;
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    int files = entries("/proc/self/fd"), threads = entries("/proc/self/task");
    long long grown = 0;
    rounds(many / 2);                           /* tables and buffers have grown to their size */
    /* A buffer may still grow once, what leaks grows each time; a session with a consumer is some hundreds of bytes. */
    for (int repeat = 0; repeat < 5 && (repeat == 0 || grown >= 64LL * many); repeat++) {
        size_t before = mallinfo2().uordblks;
        rounds(many);
        grown = (long long)mallinfo2().uordblks - (long long)before;
    }
    if (!CHECK(grown < 64LL * many))
        fprintf(stderr, "   %lld bytes more after %d rounds\n", grown, many);
    expect_no_more(files, threads);
    done();
}
