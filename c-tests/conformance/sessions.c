/*
 * sessions.c - making sessions, transactions, whose listeners run at a time (spec 20 §1.1 to §1.3, §1.6, §1.7; cases 20-1 to
 * 20-18, 20-41, 20-45)
 */
#include "sessions.h"

static void check_mode(tibems_bool transacted, int mode, tibems_bool want_transacted, int want_mode)
{
    tibemsSession made = NULL;
    tibems_bool flag = (tibems_bool)9;
    tibemsAcknowledgeMode read = (tibemsAcknowledgeMode)99;
    if (!CHECK_OK(tibemsConnection_CreateSession(f.connection, &made, transacted, (tibemsAcknowledgeMode)mode)))
        return;
    CHECK_OK(tibemsSession_GetTransacted(made, &flag));
    CHECK_INT(flag, want_transacted);
    CHECK_OK(tibemsSession_GetAcknowledgeMode(made, &read));
    CHECK_INT(read, want_mode);
    CHECK_OK(tibemsSession_Close(made));
}

TEST_CHEAP("20-4", create_session_modes)
{
    static const int modes[] = {1, 2, 3, 22, 23, 24};
    f.connection = connect_to(url_a());
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        check_mode(TIBEMS_FALSE, modes[i], TIBEMS_FALSE, modes[i]);
    done();
}

TEST_CHEAP("20-1,20-2,20-5", create_transacted_session)
{
    f.connection = connect_to(url_a());
    CASE("20-1");
    check_mode(TIBEMS_TRUE, 2, TIBEMS_TRUE, 0);
    CASE("20-2");
    check_mode(TIBEMS_TRUE, 999, TIBEMS_TRUE, 0);
    CASE("20-5");
    check_mode((tibems_bool)7, 0, TIBEMS_TRUE, 0);
    done();
}

TEST_CHEAP("20-3", create_session_bad_modes)
{
    static const int modes[] = {0, 4, -1, 21};
    f.connection = connect_to(url_a());
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        tibemsSession made = (tibemsSession)0x1;
        CHECK_STATUS(tibemsConnection_CreateSession(f.connection, &made, TIBEMS_FALSE, (tibemsAcknowledgeMode)modes[i]),
                     TIBEMS_INVALID_ARG);
        CHECK(made == NULL);
    }
    CHECK_STATUS(tibemsConnection_CreateSession(f.connection, NULL, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE),
                 TIBEMS_INVALID_ARG);
    done();
}

TEST_CHEAP("20-6", commit_needs_transaction)
{
    static const int modes[] = {1, 2, 3, 22, 23, 24};
    f.connection = connect_to(url_a());
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        tibemsSession made = session_of(f.connection, TIBEMS_FALSE, (tibemsAcknowledgeMode)modes[i]);
        CHECK_STATUS(tibemsSession_Commit(made), TIBEMS_ILLEGAL_STATE);
        CHECK_STATUS(tibemsSession_Rollback(made), TIBEMS_ILLEGAL_STATE);
        CHECK_OK(tibemsSession_Close(made));
    }
    done();
}

TEST_CHEAP("20-41", recover_without_anything)
{
    fresh(&f);
    CHECK_OK(tibemsSession_Recover(f.session));
    send_numbers(f.producer, 1, 2);
    EXPECT_FIRST(f.consumer, "1");
    CHECK_OK(tibemsSession_Recover(f.session));         /* 1 was acknowledged when the receive returned */
    EXPECT_FIRST(f.consumer, "2");
    EXPECT_NOTHING(f.consumer);
    done();
    EXPECT_LEFT(url_a(), f.name, 0);
}

TEST_CHEAP("20-7,20-8", transacted_session_calls)
{
    session(TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    CASE("20-7");
    CHECK_STATUS(tibemsSession_Recover(f.session), TIBEMS_INVALID_SESSION);
    CASE("20-8");
    CHECK_OK(tibemsSession_Commit(f.session));
    CHECK_OK(tibemsSession_Commit(f.session));
    CHECK_OK(tibemsSession_Rollback(f.session));
    done();
}

TEST_CHEAP("20-9", commit_publishes)
{
    struct fixture other;
    session(TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    reader(&other, f.name);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    send_numbers(f.producer, 1, 3);
    EXPECT_NOTHING(other.consumer);
    CHECK_OK(tibemsSession_Commit(f.session));
    EXPECT_FIRST(other.consumer, "1");
    EXPECT_FIRST(other.consumer, "2");
    EXPECT_FIRST(other.consumer, "3");
    reader_close(&other);
    done();
}

TEST_CHEAP("20-10", rollback_redelivers_in_order)
{
    session(TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    put_numbers(1, 3);
    EXPECT_FIRST(f.consumer, "1");
    EXPECT_FIRST(f.consumer, "2");
    EXPECT_FIRST(f.consumer, "3");
    CHECK_OK(tibemsSession_Rollback(f.session));
    tibems_int count = 0;
    tibemsMsg message = receive_one(f.consumer);
    CHECK_STR(text_of(message), "1");
    CHECK_OK(tibemsMsg_GetIntProperty(message, "JMSXDeliveryCount", &count));
    CHECK_INT(count, 2);
    CHECK_OK(tibemsMsg_Destroy(message));
    EXPECT_AGAIN(f.consumer, "2");
    EXPECT_AGAIN(f.consumer, "3");
    CHECK_OK(tibemsSession_Commit(f.session));
    done();
    EXPECT_LEFT(url_a(), f.name, 0);
}

TEST_CHEAP("20-11", destroyed_handles_stay_in_transaction)
{
    session(TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    put_numbers(1, 2);
    EXPECT_FIRST(f.consumer, "1");              /* destroys the handle */
    EXPECT_FIRST(f.consumer, "2");
    CHECK_OK(tibemsSession_Rollback(f.session));
    EXPECT_AGAIN(f.consumer, "1");
    EXPECT_AGAIN(f.consumer, "2");
    CHECK_OK(tibemsSession_Commit(f.session));
    EXPECT_NOTHING(f.consumer);
    CHECK_OK(tibemsSession_Rollback(f.session));
    EXPECT_NOTHING(f.consumer);
    done();
    EXPECT_LEFT(url_a(), f.name, 0);
}

TEST_CHEAP("20-12", close_rolls_back)
{
    struct fixture other;
    session(TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    put_numbers(1, 1);
    EXPECT_FIRST(f.consumer, "1");
    send_numbers(f.producer, 2, 2);
    CHECK_OK(tibemsSession_Close(f.session));
    reader(&other, f.name);
    EXPECT_AGAIN(other.consumer, "1");
    EXPECT_NOTHING(other.consumer);
    reader_close(&other);
    done();
}

TEST("20-13", expires_before_commit)
{
    session(TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    CHECK_OK(tibemsMsgProducer_SetTimeToLive(f.producer, 300));
    CHECK_OK(send_text(f.producer, "short"));
    sleep_ms(600);
    CHECK_OK(tibemsSession_Commit(f.session));
    EXPECT_NOTHING(f.consumer);
    done();
}

static void commit_in_completion(tibemsMsg message, tibems_status status, void *closure)
{
    (void)message;
    (void)closure;
    event_post(&called, status);
    event_post(&called, tibemsSession_Commit(f.session));
    event_post(&called, tibemsSession_Rollback(f.session));
}

TEST("20-17", commit_in_completion_listener)
{
    session(TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    tibemsMsg message = text_message("x");
    CHECK_OK(tibemsMsgProducer_AsyncSend(f.producer, message, commit_in_completion, NULL));
    REQUIRE(event_wait(&called, 3, 10000));
    CHECK_INT(event_at(&called, 0), TIBEMS_OK);
    CHECK_INT(event_at(&called, 1), TIBEMS_ILLEGAL_STATE);
    CHECK_INT(event_at(&called, 2), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsSession_Commit(f.session));
    CHECK_OK(tibemsMsg_Destroy(message));
    done();
}

static void commit_in_listener(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    event_post(&called, atoll(text_of(message)));
    event_post(&called, tibemsSession_Commit(f.session));
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST("20-18", commit_in_listener)
{
    tibemsMsgProducer to_other = NULL;
    session(TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    tibemsSession other = session_of(f.connection, TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    REQUIRE_OK(tibemsSession_CreateProducer(other, &to_other, f.queue));
    put_numbers(1, 1);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, commit_in_listener, NULL));
    REQUIRE(event_wait(&called, 2, 10000));
    CHECK_INT(event_at(&called, 0), 1);
    CHECK_INT(event_at(&called, 1), TIBEMS_OK);
    CHECK_OK(send_text(to_other, "2"));                 /* a fence: it would come behind a second 1 */
    CHECK_OK(tibemsSession_Commit(other));
    REQUIRE(event_wait(&called, 4, 10000));
    CHECK_INT(event_at(&called, 2), 2);
    CHECK_INT(event_at(&called, 3), TIBEMS_OK);
    done();
    CHECK_INT(event_count(&called), 4);
    EXPECT_LEFT(url_a(), f.name, 0);
}

static int inside, most_inside;
static pthread_mutex_t counter = PTHREAD_MUTEX_INITIALIZER;
static struct events both = EVENTS_INIT;                /* each time that two are inside */

/* stays a while, so that another one could come in; leaves at once when one did */
static void overlap_listener(tibemsMsgConsumer consumer, tibemsMsg message, void *stay_ms)
{
    (void)consumer;
    pthread_mutex_lock(&counter);
    if (++inside > most_inside)
        most_inside = inside;
    if (inside == 2)
        event_post(&both, 1);
    pthread_mutex_unlock(&counter);
    for (long long until = now_ms() + *(int *)stay_ms; event_count(&both) == 0 && now_ms() < until;)
        sleep_ms(1);
    pthread_mutex_lock(&counter);
    inside--;
    pthread_mutex_unlock(&counter);
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&called, 1);
}

/* the most that were inside at a time, of ten messages for two consumers */
static int overlap(bool two_sessions, int stay_ms)
{
    tibemsMsgConsumer second = NULL;
    tibemsMsgProducer to_second = NULL;
    fresh(&f);
    tibemsSession other = two_sessions ? session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE) : f.session;
    tibemsDestination queue = unique_queue();
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &to_second, queue));
    REQUIRE_OK(tibemsSession_CreateConsumer(other, &second, queue, NULL, TIBEMS_FALSE));
    send_numbers(f.producer, 1, 5);
    send_numbers(to_second, 1, 5);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, overlap_listener, &stay_ms));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(second, overlap_listener, &stay_ms));
    REQUIRE(event_wait(&called, 10, 15000));
    done();
    return most_inside;
}

/* 50 ms of the case; a slow machine makes it less sharp, it never fails */
TEST("20-45", listeners_of_a_session_never_overlap) { CHECK_INT(overlap(false, 50), 1); }

/* the first one stays until the other session's has come in */
TEST("20-45", listeners_of_two_sessions_overlap) { CHECK_INT(overlap(true, 10000), 2); }
