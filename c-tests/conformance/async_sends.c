/*
 * async_sends.c - sends with completion callbacks (spec 20 §3.8; cases 20-110 to 20-123)
 */
#include "sessions.h"

struct seen { tibemsMsg message; void *closure; pthread_t thread; char text[64]; };
static struct seen last;

static void note_outcome(tibemsMsg message, tibems_status status, void *closure)
{
    last.message = message;
    last.closure = closure;
    last.thread = pthread_self();
    snprintf(last.text, sizeof last.text, "%s", text_of(message));
    event_post(&called, status);
}

/* that many callbacks came, or come now, all with TIBEMS_OK */
static void all_ok(int count)
{
    REQUIRE(event_wait(&called, count, 15000));
    CHECK_INT(event_count(&called), count);
    for (int i = 0; i < count; i++)
        CHECK_INT(event_at(&called, i), TIBEMS_OK);
}

TEST_CHEAP("20-110,20-114", completion_callback)
{
    const char *id = NULL;
    char sent[256];
    fresh(&f);
    tibemsMsg message = text_message("x");
    CHECK_OK(tibemsMsgProducer_AsyncSend(f.producer, message, note_outcome, &last));
    CHECK_OK(tibemsMsg_GetMessageID(message, &id));
    REQUIRE(id != NULL);
    snprintf(sent, sizeof sent, "%s", id);
    REQUIRE(event_wait(&called, 1, 10000));
    CASE("20-110");
    CHECK_INT(event_at(&called, 0), TIBEMS_OK);
    CHECK(last.message == message);
    CHECK(last.closure == &last);
    CHECK(!pthread_equal(last.thread, pthread_self()));
    CASE("20-114");
    tibemsMsg got = receive_one(f.consumer);
    CHECK_OK(tibemsMsg_GetMessageID(got, &id));
    CHECK_STR(id, sent);
    CASE("20-110");
    CHECK_OK(tibemsMsgProducer_Close(f.producer));      /* after it no callback comes */
    CHECK_INT(event_count(&called), 1);
    CHECK_OK(tibemsMsg_Destroy(got));
    CHECK_OK(tibemsMsg_Destroy(message));
    done();
}

TEST_CHEAP("20-111", destroy_before_completion)
{
    fresh(&f);
    tibemsMsg message = text_message("still readable");
    CHECK_OK(tibemsMsgProducer_AsyncSend(f.producer, message, note_outcome, NULL));
    CHECK_OK(tibemsMsg_Destroy(message));
    all_ok(1);
    CHECK_STR(last.text, "still readable");
    CHECK_OK(tibemsMsgProducer_Close(f.producer));      /* after every callback has returned */
    CHECK_STATUS(tibemsMsg_Destroy(message), TIBEMS_INVALID_MSG);
    done();
}

TEST("20-112", one_handle_many_times)
{
    fresh(&f);
    tibemsMsg message = text_message("x");
    for (int i = 0; i < 1000; i++)
        REQUIRE_OK(tibemsMsgProducer_AsyncSend(f.producer, message, note_outcome, NULL));
    CHECK_OK(tibemsMsgProducer_Close(f.producer));
    CHECK_INT(event_count(&called), 1000);
    all_ok(1000);
    CHECK_OK(tibemsMsg_Destroy(message));
    done();
    EXPECT_LEFT(url_a(), f.name, 1000);
}

TEST_CHEAP("20-113", content_is_captured)
{
    fresh(&f);
    tibemsMsg message = text_message("old");
    CHECK_OK(tibemsMsgProducer_AsyncSend(f.producer, message, note_outcome, NULL));
    CHECK_OK(tibemsTextMsg_SetText(message, "new"));
    EXPECT_TEXT(f.consumer, "old");
    all_ok(1);
    CHECK_OK(tibemsMsg_Destroy(message));
    done();
}

TEST_CHEAP("20-115,20-116", refused_async_sends)
{
    tibemsMsgProducer unspecified = NULL;
    fresh(&f);
    tibemsMsg message = text_message("x");
    CASE("20-115");
    CHECK_STATUS(tibemsMsgProducer_AsyncSend(f.producer, message, NULL, NULL), TIBEMS_INVALID_ARG);
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &unspecified, NULL));
    CASE("20-116");
    CHECK_STATUS(tibemsMsgProducer_AsyncSend(unspecified, message, note_outcome, NULL), TIBEMS_INVALID_DESTINATION);
    CASE("20-115,20-116");
    EXPECT_NOTHING(f.consumer);
    CHECK_OK(tibemsSession_Close(f.session));
    CHECK_STATUS(tibemsMsgProducer_AsyncSend(f.producer, message, NULL, NULL), TIBEMS_ILLEGAL_STATE);
    CHECK_STATUS(tibemsMsgProducer_AsyncSend(f.producer, message, note_outcome, NULL), TIBEMS_ILLEGAL_STATE);
    CHECK_INT(event_count(&called), 0);
    CHECK_OK(tibemsMsg_Destroy(message));
    done();
}

static void note_number(tibemsMsg message, tibems_status status, void *closure)
{
    (void)message;
    event_post(&called, status * 1000 + *(int *)closure);
}

TEST("20-118", pending_sends_at_the_loss)
{
    static struct proxy proxy;
    static int order[100];
    proxy_start_url(&proxy, url_a());
    fresh_on(&f, connect_to(proxy.url), TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    proxy_set(&proxy, PROXY_STALL_DOWN);        /* no answer comes any more */
    tibemsMsg message = text_message("x");
    for (int i = 0; i < 100; i++) {
        order[i] = i;
        REQUIRE_OK(tibemsMsgProducer_AsyncSend(f.producer, message, note_number, &order[i]));
    }
    proxy_set(&proxy, PROXY_REFUSE);
    CHECK_OK(tibemsMsgProducer_Close(f.producer));      /* returns after the callbacks */
    CHECK_INT(event_count(&called), 100);
    for (int i = 0; i < 100; i++)
        CHECK_INT(event_at(&called, i), TIBEMS_SERVER_NOT_CONNECTED * 1000 + i);
    CHECK_OK(tibemsMsg_Destroy(message));
    done();
}

enum { CHAIN = 10000 };
static int links;

static void send_next(tibemsMsg message, tibems_status status, void *closure)
{
    (void)closure;
    if (status != TIBEMS_OK || ++links == CHAIN || tibemsMsgProducer_AsyncSend(f.producer, message, send_next, NULL))
        event_post(&called, status);
}

TEST_ALONE("20-119", chain_of_async_sends)
{
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    CHECK_OK(tibemsMsgProducer_SetDeliveryMode(f.producer, TIBEMS_NON_PERSISTENT));
    tibemsMsg message = text_message("x");
    CHECK_OK(tibemsMsgProducer_AsyncSend(f.producer, message, send_next, NULL));
    REQUIRE(event_wait(&called, 1, 30000));
    CHECK_INT(event_at(&called, 0), TIBEMS_OK);
    CHECK_INT(links, CHAIN);
    done();
}

TEST_CHEAP("20-120", order_of_mixed_sends)
{
    char text[16];
    fresh(&f);
    for (int i = 1; i <= 100; i++) {
        snprintf(text, sizeof text, "%d", i);
        tibemsMsg message = text_message(text);
        if (i % 2)
            CHECK_OK(tibemsMsgProducer_Send(f.producer, message));
        else
            CHECK_OK(tibemsMsgProducer_AsyncSend(f.producer, message, note_outcome, NULL));
        CHECK_OK(tibemsMsg_Destroy(message));
    }
    for (int i = 1; i <= 100; i++) {
        snprintf(text, sizeof text, "%d", i);
        EXPECT_FIRST(f.consumer, text);
    }
    all_ok(50);
    done();
}

TEST_CHEAP("20-121", async_sends_in_transactions)
{
    struct fixture other;
    fresh_on(&f, connect_to(url_a()), TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    tibemsMsg message = text_message("x");
    for (int i = 0; i < 50; i++)
        REQUIRE_OK(tibemsMsgProducer_AsyncSend(f.producer, message, note_outcome, NULL));
    CHECK_OK(tibemsSession_Rollback(f.session));
    CHECK_INT(event_count(&called), 50);
    all_ok(50);                         /* undone all the same */
    reader(&other, f.name);
    EXPECT_NOTHING(other.consumer);
    reader_close(&other);
    for (int i = 0; i < 50; i++)
        REQUIRE_OK(tibemsMsgProducer_AsyncSend(f.producer, message, note_outcome, NULL));
    CHECK_OK(tibemsSession_Commit(f.session));
    CHECK_INT(event_count(&called), 100);
    all_ok(100);
    CHECK_OK(tibemsMsg_Destroy(message));
    done();
    EXPECT_LEFT(url_a(), f.name, 50);
}

static int inside, overlaps, positions[2];

static void exclusive(tibemsMsg message, tibems_status status, void *closure)
{
    long number = (long)closure;                /* producer * 1000 + position */
    if (__atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST) != 1)
        overlaps++;
    if (number % 1000 != positions[number / 1000])
        check_failed(__FILE__, __LINE__, "producer %ld: callback %ld, expected %d", number / 1000, number % 1000,
                     positions[number / 1000]);
    positions[number / 1000]++;
    (void)message;
    __atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
    event_post(&called, status);
}

TEST("20-122", completions_of_a_session_never_overlap)
{
    tibemsMsgProducer second = NULL;
    fresh(&f);
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &second, unique_queue()));
    tibemsMsg message = text_message("x");
    for (long i = 0; i < 200; i++) {
        REQUIRE_OK(tibemsMsgProducer_AsyncSend(f.producer, message, exclusive, (void *)i));
        REQUIRE_OK(tibemsMsgProducer_AsyncSend(second, message, exclusive, (void *)(1000 + i)));
    }
    all_ok(400);
    CHECK_INT(overlaps, 0);
    CHECK_OK(tibemsMsg_Destroy(message));
    done();
}

TEST("20-123", reliable_sends_before_close)
{
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    CHECK_OK(tibemsMsgProducer_SetDeliveryMode(f.producer, TIBEMS_RELIABLE));
    tibemsMsg message = text_message("x");
    CHECK_OK(tibemsMsgProducer_AsyncSend(f.producer, message, note_outcome, NULL));
    all_ok(1);
    for (int i = 0; i < 1000; i++)
        REQUIRE_OK(tibemsMsgProducer_Send(f.producer, message));
    done();
    EXPECT_LEFT(url_a(), f.name, 1001);
}

TEST_CHEAP("20-110", the_other_three_forms)
{
    tibemsMsgProducer unspecified = NULL;
    tibems_int priority = 0;
    fresh(&f);
    tibemsMsg message = text_message("x");
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &unspecified, NULL));
    CHECK_OK(tibemsMsgProducer_AsyncSendEx(f.producer, message, TIBEMS_NON_PERSISTENT, 7, 0, note_outcome, &last));
    CHECK_OK(tibemsMsgProducer_AsyncSendToDestination(unspecified, f.queue, message, note_outcome, &last));
    CHECK_OK(tibemsMsgProducer_AsyncSendToDestinationEx(unspecified, f.queue, message, TIBEMS_PERSISTENT, 2, 0, note_outcome, &last));
    CHECK_STATUS(tibemsMsgProducer_AsyncSendEx(f.producer, message, TIBEMS_PERSISTENT, 10, 0, note_outcome, &last), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsMsgProducer_AsyncSendToDestination(unspecified, NULL, message, note_outcome, &last),
                 TIBEMS_INVALID_DESTINATION);
    all_ok(3);
    int sum = 0;
    for (int i = 0; i < 3; i++) {
        tibemsMsg got = receive_one(f.consumer);
        CHECK_OK(tibemsMsg_GetPriority(got, &priority));
        sum += 1 << priority;
        CHECK_OK(tibemsMsg_Destroy(got));
    }
    CHECK_INT(sum, 1 << 7 | 1 << 4 | 1 << 2);
    CHECK_OK(tibemsMsgProducer_Close(f.producer));
    CHECK_OK(tibemsMsgProducer_Close(unspecified));
    CHECK_INT(event_count(&called), 3);         /* none for what was refused */
    CHECK_OK(tibemsMsg_Destroy(message));
    done();
}

static struct events leave = EVENTS_INIT;

static void send_again(tibemsMsg message, tibems_status status, void *closure)
{
    (void)closure;
    event_post(&called, status);
    event_wait(&leave, 1, 10000);
    event_post(&called, tibemsMsgProducer_AsyncSend(f.producer, message, note_outcome, NULL));
}

TEST_CHEAP("20-111", destroyed_message_in_its_callback)
{
    fresh(&f);
    tibemsMsg message = text_message("again");
    CHECK_OK(tibemsMsgProducer_AsyncSend(f.producer, message, send_again, NULL));
    REQUIRE(event_wait(&called, 1, 10000));
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_STATUS(tibemsMsgProducer_AsyncSend(f.producer, message, note_outcome, NULL), TIBEMS_INVALID_MSG);
    CHECK_STATUS(tibemsMsgProducer_Send(f.producer, message), TIBEMS_INVALID_MSG);
    CHECK_STATUS(tibemsMsg_Destroy(message), TIBEMS_INVALID_MSG);
    event_post(&leave, TIBEMS_OK);
    all_ok(3);
    CHECK_STR(last.text, "again");
    EXPECT_FIRST(f.consumer, "again");
    EXPECT_FIRST(f.consumer, "again");
    CHECK_OK(tibemsMsgProducer_Close(f.producer));
    CHECK_STATUS(tibemsMsg_Destroy(message), TIBEMS_INVALID_MSG);
    done();
}
