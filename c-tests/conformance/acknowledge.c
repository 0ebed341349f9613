/*
 * acknowledge.c - acknowledging and recovering in AUTO, DUPS_OK, NO_ACKNOWLEDGE and CLIENT mode (spec 20 §1.3 to §1.5; cases
 * 20-19 to 20-29, 20-35, 20-42, 20-43, 20-46)
 */
#include "sessions.h"

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
    /* what had gone out before this answer, an early acknowledgement too, the server has */
    event_post(&called, send_text(closure, "fence"));
    die();
    event_post(&called, 1);
}

TEST("20-20", auto_listener_dies)
{
    struct fixture other;
    tibemsMsgProducer elsewhere = NULL;
    mortal(TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &elsewhere, unique_queue()));
    CHECK_OK(send_text(f.producer, "1"));
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, die_in_listener, elsewhere));
    REQUIRE(event_wait(&called, 2, 10000));
    CHECK_INT(event_at(&called, 0), TIBEMS_OK);
    reader(&other, f.name);
    EXPECT_AFTER_DEATH(other.consumer, "1");
    EXPECT_NOTHING(other.consumer);
    reader_close(&other);
    done();
}

/* modes in which the program does not acknowledge: both calls leave everything as it is */
static void no_say_for_the_program(tibemsAcknowledgeMode mode)
{
    session(TIBEMS_FALSE, mode);
    send_numbers(f.producer, 1, 3);
    tibemsMsg message = receive_one(f.consumer);
    CHECK_STR(text_of(message), "1");
    CASE("20-35");
    CHECK_STATUS(tibemsMsg_Recover(message), TIBEMS_ILLEGAL_STATE);
    CASE("20-21");
    CHECK_OK(tibemsMsg_Acknowledge(message));
    CHECK_OK(tibemsMsg_Acknowledge(message));
    CASE("20-35");
    CHECK_STATUS(tibemsMsg_Recover(message), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsMsg_Destroy(message));
    if (mode == TIBEMS_NO_ACKNOWLEDGE) {        /* the server forgot all of them when it sent them */
        EXPECT_FIRST(f.consumer, "2");
        EXPECT_FIRST(f.consumer, "3");
        EXPECT_NOTHING(f.consumer);
        done();
        EXPECT_LEFT(url_a(), f.name, 0);
        return;
    }
    CASE("20-21,20-35");                        /* neither took 2 and 3 nor gave 1 back */
    done();
    struct fixture other;
    reader(&other, f.name);
    EXPECT_FIRST(other.consumer, "2");
    EXPECT_FIRST(other.consumer, "3");
    EXPECT_NOTHING(other.consumer);
    reader_close(&other);
}

TEST_CHEAP("20-21,20-35", acknowledge_and_recover_in_auto) { no_say_for_the_program(TIBEMS_AUTO_ACKNOWLEDGE); }
TEST_CHEAP("20-21,20-35", acknowledge_and_recover_in_dups_ok) { no_say_for_the_program(TIBEMS_DUPS_OK_ACKNOWLEDGE); }
TEST_CHEAP("20-21,20-35", acknowledge_and_recover_in_no_ack) { no_say_for_the_program(TIBEMS_NO_ACKNOWLEDGE); }

TEST_CHEAP("20-21,20-35", acknowledge_and_recover_in_transaction)
{
    session(TIBEMS_TRUE, TIBEMS_SESSION_TRANSACTED);
    put_numbers(1, 1);
    tibemsMsg message = receive_one(f.consumer);
    CASE("20-35");
    CHECK_STATUS(tibemsMsg_Recover(message), TIBEMS_ILLEGAL_STATE);
    CASE("20-21");
    CHECK_OK(tibemsMsg_Acknowledge(message));
    CHECK_OK(tibemsSession_Rollback(f.session));
    EXPECT_AGAIN(f.consumer, "1");
    CASE("20-35");
    CHECK_STATUS(tibemsMsg_Recover(message), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsSession_Commit(f.session));
    done();
    EXPECT_LEFT(url_a(), f.name, 0);
}

TEST_CHEAP("20-35", message_recover_in_client_mode)
{
    session(TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE);
    CHECK_OK(send_text(f.producer, "1"));
    tibemsMsg message = receive_one(f.consumer);
    CHECK_STATUS(tibemsMsg_Recover(message), TIBEMS_ILLEGAL_STATE);
    EXPECT_NOTHING(f.consumer);                 /* it does not come again */
    CHECK_OK(tibemsMsg_Acknowledge(message));   /* and can be acknowledged as before */
    CHECK_STATUS(tibemsMsg_Recover(message), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsMsg_Destroy(message));
    done();
    EXPECT_LEFT(url_a(), f.name, 0);
}

/* Acknowledge says OK and does nothing: the session still gets the message back */
static void acknowledge_and_recover(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    tibems_bool redelivered = TIBEMS_FALSE;
    (void)consumer;
    (void)closure;
    CHECK_OK(tibemsMsg_GetRedelivered(message, &redelivered));
    CHECK_OK(tibemsMsg_Acknowledge(message));
    if (!redelivered)
        CHECK_OK(tibemsSession_Recover(f.session));
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&called, redelivered);
}

static void acknowledge_inside(tibemsAcknowledgeMode mode)
{
    session(TIBEMS_FALSE, mode);
    CHECK_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, acknowledge_and_recover, NULL));
    CHECK_OK(send_text(f.producer, "1"));
    REQUIRE(event_wait(&called, 2, 10000));
    CHECK_INT(event_at(&called, 0), TIBEMS_FALSE);
    CHECK_INT(event_at(&called, 1), TIBEMS_TRUE);
    done();
    CHECK_INT(event_count(&called), 2);
    EXPECT_LEFT(url_a(), f.name, 0);
}

TEST_CHEAP("20-21", acknowledge_in_auto_listener) { acknowledge_inside(TIBEMS_AUTO_ACKNOWLEDGE); }
TEST_CHEAP("20-21", acknowledge_in_dups_ok_listener) { acknowledge_inside(TIBEMS_DUPS_OK_ACKNOWLEDGE); }

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
    tibems_bool redelivered = TIBEMS_FALSE;
    CHECK_STR(text_of(again), "4");
    CHECK_OK(tibemsMsg_GetRedelivered(again, &redelivered));
    CHECK_INT(redelivered, TIBEMS_TRUE);
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
    reader(&other, f.name);
    if (!on_artemis())                          /* which may still be handing them out */
        EXPECT_NOTHING(other.consumer);         /* 2 to 4 are with the first consumer: 5 credits at first (4.3) */
    reader_close(&other);
    CHECK_OK(tibemsMsg_Acknowledge(first));
    done();
    reader(&other, f.name);
    EXPECT_FIRST(other.consumer, "2");
    EXPECT_FIRST(other.consumer, "3");
    EXPECT_FIRST(other.consumer, "4");
    EXPECT_NOTHING(other.consumer);
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

TEST_CHEAP("20-29", acknowledge_after_close)
{
    for (size_t i = 0; i < 2 * sizeof by_program / sizeof *by_program; i++) {
        session(TIBEMS_FALSE, by_program[i / 2]);
        CHECK_OK(send_text(f.producer, "1"));
        tibemsMsg message = receive_one(f.consumer);
        if (i % 2)
            CHECK_OK(tibemsSession_Close(f.session));
        else
            done();
        CHECK_STATUS(tibemsMsg_Acknowledge(message), TIBEMS_ILLEGAL_STATE);
        CHECK_OK(tibemsMsg_Destroy(message));
        struct fixture other;
        reader(&other, f.name);
        EXPECT_AGAIN(other.consumer, "1");      /* closing acknowledged nothing, nor did the late call */
        reader_close(&other);
        done();                                 /* twice is once */
    }
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
    tibems_bool exists = TIBEMS_TRUE, redelivered = TIBEMS_FALSE;
    CHECK_STR(text_of(again), "original");
    CHECK_OK(tibemsMsg_GetRedelivered(again, &redelivered));
    CHECK_INT(redelivered, TIBEMS_TRUE);
    CHECK_STR(text_of(message), "edited");      /* the recovered handle stays the program's */
    CHECK_OK(tibemsMsg_PropertyExists(again, "added", &exists));
    CHECK_INT(exists, TIBEMS_FALSE);
    done();
}
