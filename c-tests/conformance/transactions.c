/*
 * transactions.c - what is in a transaction and what comes back (spec 20 §1.4 to §1.6; cases 20-9, 20-10, 20-12,
 * 20-14, 20-18)
 */
#include "sessions.h"

static void transacted(void) { session(TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED); }

/* Ten wait, four are received: all come again in their order, and only the four may have been seen. */
TEST_CHEAP("20-10", rollback_puts_back_what_came_in_advance)
{
    char text[16];
    transacted();
    put_numbers(1, 10);
    for (int round = 0; round < 3; round++) {
        for (int i = 1; i <= 4; i++) {
            snprintf(text, sizeof text, "%d", i);
            if (round == 0)
                EXPECT_FIRST(f.consumer, text);
            else
                EXPECT_AGAIN(f.consumer, text);
        }
        CHECK_OK(tibemsSession_Rollback(f.session));
    }
    for (int i = 1; i <= 10; i++) {
        snprintf(text, sizeof text, "%d", i);
        if (i <= 4)
            EXPECT_AGAIN(f.consumer, text);
        else
            EXPECT_FIRST(f.consumer, text);
    }
    CHECK_OK(tibemsSession_Commit(f.session));
    EXPECT_NOTHING(f.consumer);
    done();
    EXPECT_LEFT(url_a(), f.name, 0);
}

/* Receives and sends are one: neither or both. */
TEST_CHEAP("20-9,20-10", receive_and_send_together)
{
    struct fixture other;
    tibemsMsgProducer forward = NULL;
    tibemsDestination to = unique_queue();
    char name[128];
    transacted();
    CHECK_OK(tibemsDestination_GetName(to, name, sizeof name));
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &forward, to));
    put_numbers(1, 2);
    CASE("20-10");
    EXPECT_FIRST(f.consumer, "1");
    CHECK_OK(send_text(forward, "one"));
    CHECK_OK(tibemsSession_Rollback(f.session));
    EXPECT_LEFT(url_a(), name, 0);
    CASE("20-9");
    EXPECT_AGAIN(f.consumer, "1");
    CHECK_OK(send_text(forward, "one"));
    CHECK_OK(tibemsSession_Commit(f.session));
    EXPECT_FIRST(f.consumer, "2");
    CHECK_OK(tibemsSession_Rollback(f.session));
    reader(&other, name);
    EXPECT_FIRST(other.consumer, "one");
    EXPECT_NOTHING(other.consumer);
    reader_close(&other);
    done();
    EXPECT_LEFT(url_a(), f.name, 1);
}

/* Whatever its delivery mode, a send belongs to the transaction; a topic that nobody reads takes it. */
TEST_CHEAP("20-9", every_delivery_mode_is_in_the_transaction)
{
    static const tibems_int modes[] = {TIBEMS_PERSISTENT, TIBEMS_NON_PERSISTENT, TIBEMS_RELIABLE};
    tibemsMsgProducer topic = NULL;
    transacted();
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &topic, unique_topic()));
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        CHECK_OK(tibemsMsgProducer_SetDeliveryMode(f.producer, modes[i]));
        CHECK_OK(tibemsMsgProducer_SetDeliveryMode(topic, modes[i]));
        CHECK_OK(send_text(f.producer, "undone"));
        CHECK_OK(send_text(topic, "undone"));
        CHECK_OK(tibemsSession_Rollback(f.session));
        CHECK_OK(send_text(f.producer, "done"));
        CHECK_OK(send_text(topic, "done"));
        CHECK_OK(tibemsSession_Commit(f.session));
        EXPECT_FIRST(f.consumer, "done");
        EXPECT_NOTHING(f.consumer);
        CHECK_OK(tibemsSession_Commit(f.session));
    }
    done();
    EXPECT_LEFT(url_a(), f.name, 0);
}

/* A consumer and a producer that are closed leave what they did in the transaction. */
TEST_CHEAP("20-9,20-10", closed_before_the_commit)
{
    transacted();
    put_numbers(1, 2);
    CASE("20-10");
    EXPECT_FIRST(f.consumer, "1");
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    CHECK_OK(tibemsSession_Rollback(f.session));
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &f.consumer, f.queue, NULL, TIBEMS_FALSE));
    EXPECT_AGAIN(f.consumer, "1");
    CASE("20-9");
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    send_numbers(f.producer, 3, 3);
    CHECK_OK(tibemsMsgProducer_Close(f.producer));
    CHECK_OK(tibemsSession_Commit(f.session));
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &f.consumer, f.queue, NULL, TIBEMS_FALSE));
    EXPECT_FIRST(f.consumer, "2");
    EXPECT_FIRST(f.consumer, "3");
    EXPECT_NOTHING(f.consumer);
    CHECK_OK(tibemsSession_Commit(f.session));
    done();
    EXPECT_LEFT(url_a(), f.name, 0);
}

/* More than any window or prefetch. */
TEST("20-9,20-10", large_transactions)
{
    enum { MANY = 3000 };
    char text[16];
    transacted();
    put_numbers(1, MANY);
    for (int round = 0; round < 2; round++) {
        CASE(round ? "20-9" : "20-10");
        for (int i = 1; i <= MANY; i++) {
            tibemsMsg message = receive_one(f.consumer);
            snprintf(text, sizeof text, "%d", i);
            if (!CHECK_STR(text_of(message), text))
                i = MANY;
            CHECK_OK(tibemsMsg_Destroy(message));
        }
        if (round == 0)
            CHECK_OK(tibemsSession_Rollback(f.session));
        else
            CHECK_OK(tibemsSession_Commit(f.session));
    }
    EXPECT_NOTHING(f.consumer);
    done();
    EXPECT_LEFT(url_a(), f.name, 0);
}

/* rolls back what it gets for the first time, commits the rest */
static void roll_back_first(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    tibems_bool redelivered = TIBEMS_FALSE;
    (void)consumer;
    (void)closure;
    CHECK_OK(tibemsMsg_GetRedelivered(message, &redelivered));
    event_post(&called, atoll(text_of(message)) * 10 + redelivered);
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&called, redelivered ? tibemsSession_Commit(f.session) : tibemsSession_Rollback(f.session));
}

TEST("20-10,20-18", rollback_in_listener)
{
    tibemsMsgProducer producer = NULL;
    transacted();
    tibemsSession other = session_of(f.connection, TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    REQUIRE_OK(tibemsSession_CreateProducer(other, &producer, f.queue));
    send_numbers(producer, 1, 3);
    CHECK_OK(tibemsSession_Commit(other));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, roll_back_first, NULL));
    REQUIRE(event_wait(&called, 12, 10000));
    CASE("20-10,20-18");
    for (int i = 0; i < 6; i++) {               /* 1, 1 again, 2, 2 again, 3, 3 again */
        CHECK_INT(event_at(&called, 2 * i), (i / 2 + 1) * 10 + i % 2);
        CHECK_INT(event_at(&called, 2 * i + 1), TIBEMS_OK);
    }
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, NULL, NULL));
    done();
    EXPECT_LEFT(url_a(), f.name, 0);
}

static struct proxy cut_here;

/* commits after every second message; the connection is cut with the very first in hand */
static void commit_every_second(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    static int seen;
    (void)consumer;
    (void)closure;
    event_post(&called, atoll(text_of(message)));
    CHECK_OK(tibemsMsg_Destroy(message));
    if (++seen == 1)
        proxy_cut(&cut_here);
    else if (seen % 2 == 0)
        event_post(&called, 1000 + tibemsSession_Commit(f.session));
}

/* Listeners go on in a transaction that is lost, or a program that commits in them would wait for ever; its commit says
 * so, and everything comes again. */
TEST("20-14,20-18", listener_in_a_lost_transaction)
{
    int committed = 0, rolled_back = 0, at = 0;
    proxy_start_url(&cut_here, url_a());
    fresh_on(&f, connect_to(url_join(",", cut_here.url, cut_here.url, NULL)), TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    put_numbers(1, 4);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, commit_every_second, NULL));
    while (committed < 2) {
        REQUIRE(event_wait(&called, at + 1, 10000));
        long long event = event_at(&called, at++);
        committed += event == 1000 + TIBEMS_OK;
        rolled_back += event == 1000 + TIBEMS_TRANSACTION_ROLLBACK;
        REQUIRE(event < 1000 || event == 1000 + TIBEMS_OK || event == 1000 + TIBEMS_TRANSACTION_ROLLBACK);
    }
    CASE("20-14");
    CHECK_INT(rolled_back, 1);
    CASE("20-18");
    CHECK_INT(committed, 2);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, NULL, NULL));
    done();
    EXPECT_LEFT(url_a(), f.name, 0);
}

/* The end of a connection is the end of its transactions. */
TEST_CHEAP("20-12", connection_close_rolls_back)
{
    struct fixture other;
    transacted();
    put_numbers(1, 2);
    EXPECT_FIRST(f.consumer, "1");
    send_numbers(f.producer, 3, 3);
    done();
    reader(&other, f.name);
    EXPECT_AGAIN(other.consumer, "1");
    EXPECT_FIRST(other.consumer, "2");
    EXPECT_NOTHING(other.consumer);
    reader_close(&other);
}

/* The server takes every send and has no room for one of them in the end: the commit is a rollback, and what had come in
 * advance does not come before what it brings back. */
TEST_X("20-10", rejected_commit_keeps_the_order, T_DEVBROKER, 20)
{
    struct broker broker;
    tibemsMsgProducer producer = NULL;
    broker_start_with(&broker, "--queue-limit=9", NULL, NULL);
    fresh_on(&f, connect_to(broker.url), TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    put_numbers(1, 5);
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &producer, queue_named("other")));
    tibemsSession session = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsMsgProducer filler = NULL;
    REQUIRE_OK(tibemsSession_CreateProducer(session, &filler, queue_named("other")));
    EXPECT_FIRST(f.consumer, "1");
    EXPECT_FIRST(f.consumer, "2");
    CHECK_OK(send_text(producer, "too late"));
    send_numbers(filler, 1, 9);
    CHECK_STATUS(tibemsSession_Commit(f.session), TIBEMS_TRANSACTION_ROLLBACK);
    EXPECT_AGAIN(f.consumer, "1");
    EXPECT_AGAIN(f.consumer, "2");
    EXPECT_FIRST(f.consumer, "3");
    EXPECT_FIRST(f.consumer, "4");
    EXPECT_FIRST(f.consumer, "5");
    CHECK_OK(tibemsSession_Commit(f.session));
    EXPECT_NOTHING(f.consumer);
    done();
    EXPECT_LEFT(broker.url, f.name, 0);
    EXPECT_LEFT(broker.url, "other", 9);
    broker_kill(&broker);
}

/* The same on a server of others: Artemis rolls back what has a duplicate id that it has had before, and says so at the
 * commit only. */
TEST_X("20-10", refused_duplicate_keeps_the_order, T_FOREIGN, 20)
{
    tibemsMsgProducer producer = NULL;
    transacted();
    put_numbers(1, 5);
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &producer, unique_queue()));
    tibemsMsg message = text_message("once");
    CHECK_OK(tibemsMsg_SetStringProperty(message, "_AMQ_DUPL_ID", f.name));
    CHECK_OK(tibemsMsgProducer_Send(producer, message));
    CHECK_OK(tibemsSession_Commit(f.session));
    EXPECT_FIRST(f.consumer, "1");
    EXPECT_FIRST(f.consumer, "2");
    CHECK_OK(tibemsMsgProducer_Send(producer, message));
    CHECK(tibemsSession_Commit(f.session) != TIBEMS_OK);
    EXPECT_AGAIN(f.consumer, "1");
    EXPECT_AGAIN(f.consumer, "2");
    EXPECT_FIRST(f.consumer, "3");
    EXPECT_FIRST(f.consumer, "4");
    EXPECT_FIRST(f.consumer, "5");
    CHECK_OK(tibemsSession_Commit(f.session));
    EXPECT_NOTHING(f.consumer);
    CHECK_OK(tibemsMsg_Destroy(message));
    done();
    EXPECT_LEFT(url_a(), f.name, 0);
}
