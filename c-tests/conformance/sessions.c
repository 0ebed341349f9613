/*
 * sessions.c - sessions, acknowledge modes, recover, transactions (spec 20 §1; cases 20-1 to 20-46)
 *
 * "killed" in a case means that the program dies: the test forks before it uses the library, so a proxy that cuts the
 * connection stands for it.
 */
#include "harness.h"

static struct fixture f;

/* connected through a proxy, so that the program can "die" */
static struct proxy proxy;

static void mortal(tibems_bool transacted, tibemsAcknowledgeMode mode)
{
    proxy_start_url(&proxy, url_a());
    fresh_on(&f, connect_to(proxy.url), transacted, mode);
}

static void die(void) { proxy_set(&proxy, PROXY_REFUSE); }

static void session(tibems_bool transacted, tibemsAcknowledgeMode mode)
{
    fresh_on(&f, connect_to(url_a()), transacted, mode);
}

static void send_numbers(tibemsMsgProducer producer, int from, int to)
{
    char text[16];
    for (int i = from; i <= to; i++) {
        snprintf(text, sizeof text, "%d", i);
        REQUIRE_OK(send_text(producer, text));
    }
}

/* one transaction of its own: for transacted fixtures, whose sends must be committed to be seen */
static void put_numbers(int from, int to)
{
    send_numbers(f.producer, from, to);
    CHECK_OK(tibemsSession_Commit(f.session));
}

static void done(void) { CHECK_OK(tibemsConnection_Close(f.connection)); }

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

TEST_CHEAP("20-6,20-41", commit_needs_transaction)
{
    fresh(&f);
    CASE("20-6");
    CHECK_STATUS(tibemsSession_Commit(f.session), TIBEMS_ILLEGAL_STATE);
    CHECK_STATUS(tibemsSession_Rollback(f.session), TIBEMS_ILLEGAL_STATE);
    CASE("20-41");
    CHECK_OK(tibemsSession_Recover(f.session));
    done();
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

static struct events called = EVENTS_INIT;

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
    REQUIRE(event_wait(&called, 3, 5000));
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
    session(TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    put_numbers(1, 1);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, commit_in_listener, NULL));
    REQUIRE(event_wait(&called, 2, 5000));
    CHECK_INT(event_at(&called, 0), 1);
    CHECK_INT(event_at(&called, 1), TIBEMS_OK);
    sleep_ms(300);
    CHECK_INT(event_count(&called), 2);
    done();
    EXPECT_LEFT(url_a(), f.name, 0);
}

TEST_CHEAP("20-19", auto_receive_acknowledges)
{
    struct fixture other;
    fresh(&f);
    send_numbers(f.producer, 1, 2);
    EXPECT_FIRST(f.consumer, "1");
    done();
    reader(&other, f.name);
    EXPECT_FIRST(other.consumer, "2");
    EXPECT_NOTHING(other.consumer);
    reader_close(&other);
}

static void die_in_listener(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)message;
    (void)closure;
    die();
    event_post(&called, 1);
}

TEST("20-20", auto_listener_dies)
{
    struct fixture other;
    mortal(TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_OK(send_text(f.producer, "1"));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, die_in_listener, NULL));
    REQUIRE(event_wait(&called, 1, 5000));
    reader(&other, f.name);
    EXPECT_AFTER_DEATH(other.consumer, "1");
    reader_close(&other);
    done();
}

TEST_CHEAP("20-21,20-35", acknowledge_and_recover_by_mode)
{
    static const int modes[] = {0, 1, 3, 22, 2};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        session(modes[i] == 0 ? TIBEMS_TRUE : TIBEMS_FALSE, (tibemsAcknowledgeMode)modes[i]);
        CHECK_OK(send_text(f.producer, "x"));
        if (modes[i] == 0)
            CHECK_OK(tibemsSession_Commit(f.session));
        tibemsMsg message = receive_one(f.consumer);
        CASE("20-35");
        CHECK_STATUS(tibemsMsg_Recover(message), TIBEMS_ILLEGAL_STATE);
        CASE("20-21");
        CHECK_OK(tibemsMsg_Acknowledge(message));
        CHECK_OK(tibemsMsg_Destroy(message));
        done();
    }
}

TEST_CHEAP("20-22", client_acknowledges_whole_session)
{
    tibemsMsgConsumer second = NULL;
    tibemsMsgProducer to_second = NULL;
    char other_name[128];
    session(TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE);
    snprintf(other_name, sizeof other_name, "%s", unique_name("q"));
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &second, queue_named(other_name), NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &to_second, queue_named(other_name)));
    send_numbers(f.producer, 1, 2);
    CHECK_OK(send_text(to_second, "b1"));
    tibemsMsg a1 = receive_one(f.consumer);
    EXPECT_FIRST(second, "b1");
    EXPECT_FIRST(f.consumer, "2");
    CHECK_OK(tibemsMsg_Acknowledge(a1));
    done();
    EXPECT_LEFT(url_a(), f.name, 0);
    EXPECT_LEFT(url_a(), other_name, 0);
}

TEST_CHEAP("20-23", client_recover_after_acknowledge)
{
    session(TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE);
    send_numbers(f.producer, 1, 4);
    EXPECT_FIRST(f.consumer, "1");
    tibemsMsg second = receive_one(f.consumer);
    EXPECT_FIRST(f.consumer, "3");
    CHECK_OK(tibemsMsg_Acknowledge(second));
    EXPECT_FIRST(f.consumer, "4");
    CHECK_OK(tibemsSession_Recover(f.session));
    tibemsMsg again = receive_one(f.consumer);
    CHECK_STR(text_of(again), "4");
    EXPECT_NOTHING(f.consumer);
    CHECK_OK(tibemsMsg_Acknowledge(again));
    done();
    EXPECT_LEFT(url_a(), f.name, 0);
}

TEST_CHEAP("20-24", prefetched_is_not_consumed)
{
    struct fixture other;
    session(TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE);
    send_numbers(f.producer, 1, 4);
    tibemsMsg first = receive_one(f.consumer);
    CHECK_OK(tibemsMsg_Acknowledge(first));
    done();
    reader(&other, f.name);
    EXPECT_FIRST(other.consumer, "2");
    EXPECT_FIRST(other.consumer, "3");
    EXPECT_FIRST(other.consumer, "4");
    reader_close(&other);
}

TEST_CHEAP("20-25,20-26", client_acknowledge_repeated)
{
    session(TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE);
    CHECK_OK(send_text(f.producer, "1"));
    tibemsMsg old = receive_one(f.consumer);
    CHECK_OK(tibemsSession_Recover(f.session));
    EXPECT_AGAIN(f.consumer, "1");
    CASE("20-26");
    CHECK_OK(tibemsMsg_Acknowledge(old));       /* an old handle reaches the session's current list */
    CASE("20-25");
    CHECK_OK(tibemsMsg_Acknowledge(old));
    CHECK_OK(tibemsMsg_Destroy(old));
    done();
    EXPECT_LEFT(url_a(), f.name, 0);
}

TEST_CHEAP("20-27", destroy_does_not_acknowledge)
{
    struct fixture other;
    session(TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE);
    CHECK_OK(send_text(f.producer, "1"));
    EXPECT_FIRST(f.consumer, "1");
    CHECK_OK(tibemsSession_Close(f.session));
    reader(&other, f.name);
    EXPECT_AGAIN(other.consumer, "1");
    reader_close(&other);
    done();
}

TEST_CHEAP("20-28", client_consumer_closed)
{
    tibemsMsgConsumer second = NULL;
    session(TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE);
    CHECK_OK(send_text(f.producer, "1"));
    tibemsMsg first = receive_one(f.consumer);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    CHECK_STATUS(tibemsMsg_Acknowledge(first), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(send_text(f.producer, "2"));
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &second, f.queue, NULL, TIBEMS_FALSE));
    tibemsMsg next = receive_one(second);
    CHECK_STR(text_of(next), "2");
    CHECK_OK(tibemsMsg_Acknowledge(next));
    done();
    EXPECT_LEFT(url_a(), f.name, 0);
}

TEST_CHEAP("20-29", client_session_closed)
{
    session(TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE);
    CHECK_OK(send_text(f.producer, "1"));
    tibemsMsg message = receive_one(f.consumer);
    CHECK_OK(tibemsSession_Close(f.session));
    CHECK_STATUS(tibemsMsg_Acknowledge(message), TIBEMS_ILLEGAL_STATE);
    done();
}

TEST_CHEAP("20-30", explicit_acknowledges_one)
{
    struct fixture other;
    session(TIBEMS_FALSE, TIBEMS_EXPLICIT_CLIENT_ACKNOWLEDGE);
    send_numbers(f.producer, 1, 3);
    tibemsMsg one = receive_one(f.consumer);
    EXPECT_FIRST(f.consumer, "2");
    tibemsMsg three = receive_one(f.consumer);
    CHECK_OK(tibemsMsg_Acknowledge(three));
    CHECK_OK(tibemsMsg_Acknowledge(one));
    CHECK_OK(tibemsMsg_Acknowledge(one));
    done();
    reader(&other, f.name);
    EXPECT_AGAIN(other.consumer, "2");
    EXPECT_NOTHING(other.consumer);
    reader_close(&other);
}

TEST_CHEAP("20-31,20-32,20-33", explicit_message_recover)
{
    session(TIBEMS_FALSE, TIBEMS_EXPLICIT_CLIENT_ACKNOWLEDGE);
    send_numbers(f.producer, 1, 3);
    tibemsMsg one = receive_one(f.consumer), two = receive_one(f.consumer), three = receive_one(f.consumer);
    CASE("20-31");
    CHECK_OK(tibemsMsg_Recover(one));
    CASE("20-32");
    CHECK_STATUS(tibemsMsg_Recover(one), TIBEMS_ILLEGAL_STATE);
    CASE("20-33");
    CHECK_STATUS(tibemsMsg_Acknowledge(one), TIBEMS_ILLEGAL_STATE);
    CASE("20-31");
    tibemsMsg again = receive_one(f.consumer);
    tibems_bool redelivered = TIBEMS_FALSE;
    CHECK_STR(text_of(again), "1");
    CHECK_OK(tibemsMsg_GetRedelivered(again, &redelivered));
    CHECK_INT(redelivered, TIBEMS_TRUE);
    EXPECT_NOTHING(f.consumer);                 /* 2 and 3 do not come again */
    CASE("20-33");
    CHECK_OK(tibemsMsg_Acknowledge(two));
    CHECK_STATUS(tibemsMsg_Recover(two), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsMsg_Acknowledge(three));
    CHECK_OK(tibemsMsg_Acknowledge(again));
    done();
    EXPECT_LEFT(url_a(), f.name, 0);
}

TEST_CHEAP("20-34", explicit_session_recover)
{
    session(TIBEMS_FALSE, TIBEMS_EXPLICIT_CLIENT_ACKNOWLEDGE);
    CHECK_OK(send_text(f.producer, "1"));
    tibemsMsg old = receive_one(f.consumer);
    CHECK_OK(tibemsSession_Recover(f.session));
    CHECK_STATUS(tibemsMsg_Recover(old), TIBEMS_ILLEGAL_STATE);
    EXPECT_AGAIN(f.consumer, "1");
    done();
}

TEST("20-36", lazy_acknowledgements_go_out)
{
    mortal(TIBEMS_FALSE, TIBEMS_EXPLICIT_CLIENT_DUPS_OK_ACKNOWLEDGE);
    send_numbers(f.producer, 1, 5);
    for (int i = 0; i < 5; i++)
        CHECK_OK(tibemsMsg_Acknowledge(receive_one(f.consumer)));
    sleep_ms(2000);
    die();
    EXPECT_LEFT(url_a(), f.name, 0);
    done();
}

TEST_CHEAP("20-37", dups_ok_close_flushes)
{
    session(TIBEMS_FALSE, TIBEMS_DUPS_OK_ACKNOWLEDGE);
    send_numbers(f.producer, 1, 3);
    EXPECT_FIRST(f.consumer, "1");
    EXPECT_FIRST(f.consumer, "2");
    EXPECT_FIRST(f.consumer, "3");
    CHECK_OK(tibemsSession_Close(f.session));
    EXPECT_LEFT(url_a(), f.name, 0);
    done();
}

TEST("20-38", no_acknowledge_never_redelivers)
{
    mortal(TIBEMS_FALSE, TIBEMS_NO_ACKNOWLEDGE);
    CHECK_OK(send_text(f.producer, "1"));
    EXPECT_FIRST(f.consumer, "1");
    CHECK_OK(tibemsSession_Recover(f.session));
    EXPECT_NOTHING(f.consumer);
    die();
    EXPECT_LEFT(url_a(), f.name, 0);
    done();
}

TEST_CHEAP("20-39", no_acknowledge_refuses_durables)
{
    tibemsTopicSubscriber subscriber = (tibemsTopicSubscriber)0x1;
    tibemsMsgConsumer shared = (tibemsMsgConsumer)0x1;
    session(TIBEMS_FALSE, TIBEMS_NO_ACKNOWLEDGE);
    tibemsDestination topic = unique_topic();
    CHECK_STATUS(tibemsSession_CreateDurableSubscriber(f.session, &subscriber, topic, "d", NULL, TIBEMS_FALSE),
                 TIBEMS_ILLEGAL_STATE);
    CHECK(subscriber == NULL);
    CHECK_STATUS(tibemsSession_CreateSharedDurableConsumer(f.session, &shared, topic, "d", NULL), TIBEMS_ILLEGAL_STATE);
    CHECK(shared == NULL);
    done();
}

static void recover_once(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    tibems_bool redelivered = TIBEMS_FALSE;
    tibems_int count = 0;
    (void)consumer;
    (void)closure;
    CHECK_OK(tibemsMsg_GetRedelivered(message, &redelivered));
    CHECK_OK(tibemsMsg_GetIntProperty(message, "JMSXDeliveryCount", &count));
    if (!redelivered)
        CHECK_OK(tibemsSession_Recover(f.session));
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&called, redelivered * 10 + count);
}

TEST("20-40", recover_in_auto_listener)
{
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, recover_once, NULL));
    CHECK_OK(send_text(f.producer, "1"));
    REQUIRE(event_wait(&called, 2, 5000));
    CHECK_INT(event_at(&called, 0), 1);
    CHECK_INT(event_at(&called, 1), 12);
    sleep_ms(300);
    CHECK_INT(event_count(&called), 2);
    done();
    EXPECT_LEFT(url_a(), f.name, 0);
}

TEST_CHEAP("20-42,20-43", acknowledge_other_messages)
{
    tibemsMsg message = text_message("own");
    CASE("20-42");
    CHECK_OK(tibemsMsg_Acknowledge(message));
    CHECK_STATUS(tibemsMsg_Recover(message), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsMsg_Destroy(message));
    CASE("20-43");
    CHECK_STATUS(tibemsMsg_Acknowledge(message), TIBEMS_INVALID_MSG);
    CHECK_STATUS(tibemsMsg_Recover(message), TIBEMS_INVALID_MSG);
    CHECK_STATUS(tibemsMsg_Acknowledge(NULL), TIBEMS_INVALID_MSG);
    CHECK_STATUS(tibemsMsg_Recover(NULL), TIBEMS_INVALID_MSG);
}

enum { MANY = 1000, THREADS = 4 };
static tibemsMsg many[MANY];

static tibems_status acknowledge_share(void *share)
{
    for (int i = *(int *)share; i < MANY; i += THREADS) {
        tibems_status status = tibemsMsg_Acknowledge(many[i * 7 % MANY]);      /* 7 and 1000 share no factor */
        if (status != TIBEMS_OK)
            return status;
    }
    return TIBEMS_OK;
}

TEST_ALONE("20-44", explicit_acknowledge_by_threads)
{
    struct task tasks[THREADS];
    int shares[THREADS];
    session(TIBEMS_FALSE, TIBEMS_EXPLICIT_CLIENT_ACKNOWLEDGE);
    send_numbers(f.producer, 1, MANY);
    for (int i = 0; i < MANY; i++)
        many[i] = receive_one(f.consumer);
    for (int i = 0; i < THREADS; i++) {
        shares[i] = i;
        task_start(&tasks[i], acknowledge_share, &shares[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        REQUIRE(task_wait(&tasks[i], 10000));
        CHECK_INT(tasks[i].status, TIBEMS_OK);
    }
    done();
    EXPECT_LEFT(url_a(), f.name, 0);
}

static int inside, most_inside;
static pthread_mutex_t counter = PTHREAD_MUTEX_INITIALIZER;

static void overlap_listener(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    pthread_mutex_lock(&counter);
    if (++inside > most_inside)
        most_inside = inside;
    pthread_mutex_unlock(&counter);
    sleep_ms(50);
    pthread_mutex_lock(&counter);
    inside--;
    pthread_mutex_unlock(&counter);
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&called, 1);
}

static int overlap(bool two_sessions)
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
    int before = event_count(&called);
    inside = most_inside = 0;
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, overlap_listener, NULL));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(second, overlap_listener, NULL));
    REQUIRE(event_wait(&called, before + 10, 5000));
    done();
    return most_inside;
}

TEST("20-45", listeners_of_a_session_never_overlap)
{
    CHECK_INT(overlap(false), 1);
    CHECK_INT(overlap(true), 2);
}

TEST_CHEAP("20-46", redelivery_is_unchanged)
{
    session(TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE);
    CHECK_OK(send_text(f.producer, "original"));
    tibemsMsg message = receive_one(f.consumer);
    CHECK_OK(tibemsMsg_MakeWriteable(message));
    CHECK_OK(tibemsTextMsg_SetText(message, "edited"));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "added", "x"));
    CHECK_OK(tibemsSession_Recover(f.session));
    tibemsMsg again = receive_one(f.consumer);
    tibems_bool exists = TIBEMS_TRUE;
    CHECK_STR(text_of(again), "original");
    CHECK_OK(tibemsMsg_PropertyExists(again, "added", &exists));
    CHECK_INT(exists, TIBEMS_FALSE);
    done();
}
