/*
 * consumers.c - receive calls, listeners, noLocal, sharing, expiry (spec 20 §4.1 to §4.4; cases 20-124 to 20-140,
 * 20-153)
 */
#include "calls.h"
#include "sessions.h"

TEST_CHEAP("20-124,20-126", receive_without_message)
{
    tibemsMsg message = (tibemsMsg)0x1234;
    fresh(&f);
    CASE("20-124");
    CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait(f.consumer, &message), TIBEMS_NOT_FOUND);
    CHECK(message == NULL);
    CASE("20-126");
    CHECK_OK(send_text(f.producer, "x"));
    CHECK_STATUS(tibemsMsgConsumer_Receive(f.consumer, NULL), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(f.consumer, NULL, 100), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait(f.consumer, NULL), TIBEMS_INVALID_ARG);
    EXPECT_FIRST(f.consumer, "x");
    EXPECT_NOTHING(f.consumer);
    done();
}

struct timed { tibems_long timeout; tibemsMsg message; long long took_us; };

static tibems_status receive_timed(void *argument)
{
    struct timed *timed = argument;
    long long begin = now_us();
    timed->message = (tibemsMsg)0x1234;
    tibems_status status = tibemsMsgConsumer_ReceiveTimeout(f.consumer, &timed->message, timed->timeout);
    timed->took_us = now_us() - begin;
    return status;
}

TEST("20-125", receive_timeouts)
{
    struct timed brief = {.timeout = 200}, none = {.timeout = 0};
    struct task one, forever;
    tibemsMsg message = (tibemsMsg)0x1234;
    fresh(&f);
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(f.consumer, &message, -1), TIBEMS_INVALID_ARG);
    CHECK(message == NULL);
    task_start(&one, receive_timed, &brief);
    REQUIRE(task_wait(&one, 10000));            /* the upper bound is that of a hang: 20 §4.3 speaks of an idle machine */
    CHECK_INT(one.status, TIBEMS_TIMEOUT);
    CHECK(brief.took_us >= 200000);             /* never before its time */
    CHECK(brief.message == NULL);
    task_start(&forever, receive_timed, &none);
    CHECK(task_blocks(&forever));
    sleep_ms(2000);                             /* of the case; more time only makes it sharper */
    CHECK(task_running(&forever));
    CHECK_OK(send_text(f.producer, "x"));
    REQUIRE(task_wait(&forever, 10000));
    CHECK_INT(forever.status, TIBEMS_OK);
    CHECK_STR(text_of(none.message), "x");
    done();
}

TEST_CHEAP("20-127", receive_before_start)
{
    tibemsMsg message = (tibemsMsg)0x1234;
    f.connection = connect_to(url_a());
    f.session = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsDestination queue = unique_queue();
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &f.consumer, queue, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &f.producer, queue));
    CHECK_OK(send_text(f.producer, "x"));
    CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait(f.consumer, &message), TIBEMS_NOT_FOUND);
    CHECK(message == NULL);
    long long begin = now_us();
    message = (tibemsMsg)0x1234;
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(f.consumer, &message, 200), TIBEMS_TIMEOUT);
    CHECK(now_us() - begin >= 200000);
    CHECK(message == NULL);
    CHECK_OK(tibemsConnection_Start(f.connection));
    REQUIRE_OK(tibemsMsgConsumer_Receive(f.consumer, &message));
    CHECK_STR(text_of(message), "x");
    done();
}

TEST_CHEAP("20-128", receive_nowait_after_send)
{
    fresh(&f);
    for (int i = 0; i < 50; i++) {
        tibemsMsg message = NULL;
        CHECK_OK(send_text(f.producer, "x"));
        REQUIRE_OK(tibemsMsgConsumer_ReceiveNoWait(f.consumer, &message));
        CHECK_OK(tibemsMsg_Destroy(message));
    }
    done();
}

/* All messages come before the queue is said to be empty, in each of `rounds`. */
static void read_without_waiting(const char *options, int rounds, int count, size_t size)
{
    static char body[300001];
    CHECK_INT(setenv("TIBEMS_AMQP_OPTIONS", options, 1), 0);
    fresh(&f);
    memset(body, 'x', size);
    for (int round = 0; round < rounds; round++) {
        tibemsMsg message = NULL;
        tibems_status status;
        int got = 0;
        CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
        for (int i = 0; i < count; i++)
            REQUIRE_OK(send_text(f.producer, body));
        REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &f.consumer, f.queue, NULL, TIBEMS_FALSE));
        for (; (status = tibemsMsgConsumer_ReceiveNoWait(f.consumer, &message)) == TIBEMS_OK; got++)
            CHECK_OK(tibemsMsg_Destroy(message));
        CHECK_INT(status, TIBEMS_NOT_FOUND);
        CHECK_INT(got, count);
    }
    done();
}

/* Artemis answers a drain as if nothing followed while it is not done with a large message (decision 57) */
TEST_X("", large_ones_without_waiting, T_ALONE, 60) { read_without_waiting("", 3, 60, 300000); }

TEST_X("", large_ones_without_prefetch, T_ALONE, 60) { read_without_waiting("prefetch_queue=0", 3, 60, 300000); }

/* and takes the credit of a question for a part of the one before, which it answers late */
TEST_X("", many_without_waiting, 0, 60) { read_without_waiting("", 30, 100, 10); }

TEST_X("", many_without_prefetch, 0, 60) { read_without_waiting("prefetch_queue=0", 30, 100, 10); }

TEST_CHEAP("20-131", listener_can_be_read)
{
    tibemsMsgCallback read = (tibemsMsgCallback)note;
    void *closure = &f;
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_GetMsgListener(f.consumer, &read, &closure));
    CHECK(read == NULL && closure == NULL);
    CHECK_STATUS(tibemsMsgConsumer_GetMsgListener(f.consumer, NULL, &closure), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, note, &f));
    CHECK_OK(tibemsMsgConsumer_GetMsgListener(f.consumer, &read, NULL));
    CHECK(read == note);
    CHECK_OK(tibemsMsgConsumer_GetMsgListener(f.consumer, &read, &closure));
    CHECK(read == note && closure == &f);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, NULL, &f));
    CHECK_OK(tibemsMsgConsumer_GetMsgListener(f.consumer, &read, &closure));
    CHECK(read == NULL && closure == NULL);
    done();
}

static struct events gate = EVENTS_INIT;        /* opened when the listener may go on */

static void wait_at_gate(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    event_post(&called, atoll(text_of(message)));
    CHECK(event_wait(&gate, 1, 15000));
    CHECK_OK(tibemsMsg_Destroy(message));
}

static void expect_illegal(tibemsMsgConsumer consumer)
{
    tibemsMsg message = (tibemsMsg)0x1;
    CHECK_STATUS(tibemsMsgConsumer_Receive(consumer, &message), TIBEMS_ILLEGAL_STATE);
    CHECK(message == NULL);
    message = (tibemsMsg)0x1;
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(consumer, &message, 100), TIBEMS_ILLEGAL_STATE);
    CHECK(message == NULL);
    message = (tibemsMsg)0x1;
    CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait(consumer, &message), TIBEMS_ILLEGAL_STATE);
    CHECK(message == NULL);
}

static tibems_status remove_listener(void *consumer) { return tibemsMsgConsumer_SetMsgListener(consumer, NULL, NULL); }

TEST_CHEAP("20-129", listener_excludes_receive)
{
    struct fixture other;
    struct task remover;
    tibemsMsgConsumer second = NULL;
    tibemsMsgProducer to_second = NULL;
    fresh(&f);
    tibemsDestination queue = unique_queue();
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &second, queue, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &to_second, queue));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, wait_at_gate, NULL));
    expect_illegal(f.consumer);                         /* nothing has come yet */
    CHECK_OK(send_text(to_second, "second"));
    EXPECT_FIRST(second, "second");
    send_numbers(f.producer, 1, 4);
    REQUIRE(event_wait(&called, 1, 10000));             /* the listener has 1 and keeps it */
    expect_illegal(f.consumer);                         /* though messages wait */
    CHECK_OK(send_text(to_second, "beside"));
    EXPECT_FIRST(second, "beside");
    reader(&other, f.name);
    if (!on_artemis())                                  /* which may still be handing them out */
        EXPECT_NOTHING(other.consumer);                 /* 2 to 4 are prefetched: 5 credits at first (4.3) */
    task_start(&remover, remove_listener, f.consumer);
    CHECK(task_blocks(&remover));                       /* waits for the running callback (4.4) */
    event_post(&gate, 1);
    REQUIRE(task_wait(&remover, 10000));
    CHECK_INT(remover.status, TIBEMS_OK);
    EXPECT_FIRST(f.consumer, "2");
    EXPECT_FIRST(f.consumer, "3");
    EXPECT_FIRST(f.consumer, "4");
    EXPECT_NOTHING(f.consumer);
    reader_close(&other);
    done();
    CHECK_INT(event_count(&called), 1);                 /* it was called for 1 only */
    CHECK_INT(event_at(&called, 0), 1);
}

TEST("20-130", listener_while_receive_blocks)
{
    struct task receiver;
    tibemsMsgCallback read = note;
    fresh(&f);
    task_start(&receiver, receive_forever, f.consumer);
    CHECK(task_blocks(&receiver));
    CHECK_STATUS(tibemsMsgConsumer_SetMsgListener(f.consumer, note, NULL), TIBEMS_ILLEGAL_STATE);
    CHECK(task_blocks(&receiver));              /* it stays */
    CHECK_OK(tibemsMsgConsumer_GetMsgListener(f.consumer, &read, NULL));
    CHECK(read == NULL);
    CHECK_OK(send_text(f.producer, "1"));
    REQUIRE(task_wait(&receiver, 10000));
    CHECK_INT(receiver.status, TIBEMS_OK);
    done();
    CHECK_INT(event_count(&called), 0);
}

TEST_CHEAP("20-132", listener_set_late)
{
    fresh(&f);
    send_numbers(f.producer, 1, 100);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, note, NULL));
    REQUIRE(event_wait(&called, 100, 10000));
    for (int i = 0; i < 100; i++)
        CHECK_INT(event_at(&called, i), i + 1);
    done();
    CHECK_INT(event_count(&called), 100);
    EXPECT_LEFT(url_a(), f.name, 0);
}

static void remove_itself(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)closure;
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&called, tibemsMsgConsumer_SetMsgListener(consumer, NULL, NULL));
}

TEST_CHEAP("20-133", listener_removes_itself)
{
    fresh(&f);
    send_numbers(f.producer, 1, 3);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, remove_itself, NULL));
    REQUIRE(event_wait(&called, 1, 10000));
    CHECK_INT(event_at(&called, 0), TIBEMS_OK);
    EXPECT_FIRST(f.consumer, "2");
    EXPECT_FIRST(f.consumer, "3");
    EXPECT_NOTHING(f.consumer);
    done();
    CHECK_INT(event_count(&called), 1);
}

static void replace_itself(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    static long long base = 100;
    (void)closure;
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(consumer, note, &base));
    event_post(&called, atoll(text_of(message)));
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("20-134", listener_replaced_inside)
{
    fresh(&f);
    send_numbers(f.producer, 1, 3);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, replace_itself, NULL));
    REQUIRE(event_wait(&called, 3, 10000));
    CHECK_INT(event_at(&called, 0), 1);
    CHECK_INT(event_at(&called, 1), 102);
    CHECK_INT(event_at(&called, 2), 103);
    done();
}

static void receive_inside(tibemsMsgConsumer consumer, tibemsMsg message, void *second)
{
    char text[256];
    (void)consumer;
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&called, receive_text(second, slow(10000), text, NULL));
    CHECK_STR(text, "other");
    event_post(&called, 0);
}

TEST_CHEAP("20-135", receive_in_listener)
{
    tibemsMsgConsumer second = NULL;
    tibemsMsgProducer to_second = NULL;
    fresh(&f);
    tibemsDestination queue = unique_queue();
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &second, queue, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &to_second, queue));
    CHECK_OK(send_text(to_second, "other"));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, receive_inside, second));
    CHECK_OK(send_text(f.producer, "go"));
    REQUIRE(event_wait(&called, 2, 10000));
    CHECK_INT(event_at(&called, 0), TIBEMS_OK);
    done();
}

TEST_CHEAP("20-139", no_local)
{
    struct fixture other;
    tibemsMsgConsumer consumer = NULL;
    tibemsMsgProducer mine = NULL, same = NULL, theirs = NULL;
    tibems_bool flag = TIBEMS_FALSE;
    fresh(&f);
    fresh(&other);
    tibemsDestination topic = unique_topic();
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &consumer, topic, NULL, TIBEMS_TRUE));
    CHECK_OK(tibemsMsgConsumer_GetNoLocal(consumer, &flag));
    CHECK_INT(flag, TIBEMS_TRUE);
    tibemsSession second = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateProducer(second, &mine, topic));
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &same, topic));
    REQUIRE_OK(tibemsSession_CreateProducer(other.session, &theirs, topic));
    CHECK_OK(send_text(mine, "mine"));
    CHECK_OK(send_text(same, "mine"));
    CHECK_OK(send_text(theirs, "theirs"));      /* also the fence: mine would have come before it */
    CHECK_OK(send_text(mine, "mine"));
    EXPECT_TEXT(consumer, "theirs");
    EXPECT_NOTHING(consumer);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &consumer, f.queue, NULL, TIBEMS_TRUE));
    flag = TIBEMS_TRUE;
    CHECK_OK(tibemsMsgConsumer_GetNoLocal(consumer, &flag));
    CHECK_INT(flag, TIBEMS_FALSE);
    CHECK_OK(send_text(f.producer, "own"));     /* ignored on a queue */
    EXPECT_FIRST(consumer, "own");
    CHECK_OK(tibemsConnection_Close(other.connection));
    done();
}

TEST_CHEAP("20-140", queue_shares_topic_copies)
{
    tibemsMsgConsumer second = NULL, one = NULL, two = NULL;
    tibemsMsgProducer publisher = NULL;
    fresh(&f);
    tibemsSession other = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateConsumer(other, &second, f.queue, NULL, TIBEMS_FALSE));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, note, NULL));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(second, note, NULL));
    send_numbers(f.producer, 1, 20);
    expect_each_once(20);
    tibemsDestination topic = unique_topic();
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &one, topic, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsSession_CreateConsumer(other, &two, topic, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &publisher, topic));
    send_numbers(publisher, 1, 2);
    EXPECT_FIRST(one, "1");
    EXPECT_FIRST(one, "2");
    EXPECT_NOTHING(one);
    EXPECT_FIRST(two, "1");
    EXPECT_FIRST(two, "2");
    EXPECT_NOTHING(two);
    done();
    CHECK_INT(event_count(&called), 20);
    EXPECT_LEFT(url_a(), f.name, 0);
}

TEST("20-153", expired_is_never_received)
{
    struct fixture other;
    tibemsMsg message = NULL;
    fresh(&f);
    CHECK_OK(tibemsMsgProducer_SetTimeToLive(f.producer, 150));
    send_numbers(f.producer, 1, 8);             /* 5 at most are prefetched, the others wait at the server */
    CHECK_OK(tibemsMsgProducer_SetTimeToLive(f.producer, 0));
    sleep_ms(400);                              /* longer than they live */
    CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait(f.consumer, &message), TIBEMS_NOT_FOUND);
    CHECK(message == NULL);
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(f.consumer, &message, 100), TIBEMS_TIMEOUT);
    CHECK(message == NULL);
    /* the same for a receive without limit and for a listener: the next that lives is the first to come */
    for (int round = 0; round < 2; round++) {
        CHECK_OK(tibemsMsgProducer_SetTimeToLive(f.producer, 150));
        send_numbers(f.producer, 1, 8);
        CHECK_OK(tibemsMsgProducer_SetTimeToLive(f.producer, 0));
        CHECK_OK(send_text(f.producer, "9"));
        sleep_ms(400);
        if (round == 0) {
            REQUIRE_OK(tibemsMsgConsumer_Receive(f.consumer, &message));
            CHECK_STR(text_of(message), "9");
        } else {
            CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, note, NULL));
            REQUIRE(event_wait(&called, 1, 10000));
            CHECK_INT(event_at(&called, 0), 9);
        }
    }
    done();
    CHECK_INT(event_count(&called), 1);
    reader(&other, f.name);                     /* none was given back either */
    EXPECT_NOTHING(other.consumer);
    reader_close(&other);
}
