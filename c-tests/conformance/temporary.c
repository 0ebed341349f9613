/*
 * temporary.c - temporary queues and topics: who reads them, what follows a recovery, deletion, bad input (spec 20 §2.6,
 * spec 10 §5.12). The first cases of them are in destinations.c and recovery.c.
 */
#include "pair.h"
#include "sessions.h"

static tibemsTemporaryQueue temporary_queue(tibemsSession session)
{
    tibemsTemporaryQueue queue = NULL;
    REQUIRE_OK(tibemsSession_CreateTemporaryQueue(session, &queue));
    return queue;
}

static const char *name_of(tibemsDestination destination)
{
    static char names[4][256];
    static int next;
    char *name = names[next++ % 4];
    CHECK_OK(tibemsDestination_GetName(destination, name, 256));
    return name;
}

TEST_CHEAP("", several_sessions_read_one)
{
    fresh(&f);
    tibemsTemporaryQueue queue = temporary_queue(f.session);
    tibemsSession second = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsMsgConsumer one = consumer_of(f.session, queue), two = consumer_of(second, queue);
    tibemsMsgProducer producer = producer_of(second, queue);
    CHECK_OK(send_text(producer, "1"));
    CHECK_OK(tibemsMsgConsumer_Close(one));
    CHECK_OK(send_text(producer, "2"));
    CHECK_OK(tibemsSession_Close(f.session));
    CHECK_OK(send_text(producer, "3"));         /* it outlives the session that made it */
    int seen = 0;
    for (int i = 0; i < 3; i++) {               /* the first may have been with the consumer that was closed */
        tibemsMsg message = receive_one(two);
        seen |= 1 << atoi(text_of(message));
        CHECK_OK(tibemsMsg_Destroy(message));
    }
    CHECK_INT(seen, 1 << 1 | 1 << 2 | 1 << 3);
    CHECK_STATUS(tibemsSession_DeleteTemporaryQueue(second, queue), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsMsgConsumer_Close(two));
    CHECK_OK(tibemsSession_DeleteTemporaryQueue(second, queue));
    CHECK_OK(tibemsDestination_Destroy(queue));
    done();
}

TEST_CHEAP("", topics_reach_every_consumer)
{
    tibemsTemporaryTopic topic = NULL;
    struct fixture other;
    tibemsMsg got = NULL;
    tibemsDestination reply = NULL;
    tibemsDestinationType type = TIBEMS_UNKNOWN;
    tibemsMsgProducer producer = NULL;
    fresh(&f);
    fresh(&other);
    REQUIRE_OK(tibemsTopicSession_CreateTemporaryTopic(f.session, &topic));
    tibemsMsgConsumer one = consumer_of(f.session, topic), two = consumer_of(f.session, topic);
    tibemsMsg request = text_message("where?");
    CHECK_OK(tibemsMsg_SetReplyTo(request, topic));
    CHECK_OK(tibemsMsgProducer_SendToDestination(f.producer, other.queue, request));
    CHECK_OK(tibemsMsg_Destroy(request));
    got = receive_one(other.consumer);
    REQUIRE_OK(tibemsMsg_GetReplyTo(got, &reply));
    CHECK_OK(tibemsDestination_GetType(reply, &type));
    CHECK_INT(type, TIBEMS_TOPIC);
    REQUIRE_OK(tibemsSession_CreateProducer(other.session, &producer, reply));
    CHECK_OK(send_text(producer, "to both"));
    EXPECT_FIRST(one, "to both");
    EXPECT_FIRST(two, "to both");
    CHECK_OK(tibemsMsgConsumer_Close(one));
    CHECK_STATUS(tibemsTopicSession_DeleteTemporaryTopic(f.session, topic), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsMsgConsumer_Close(two));
    CHECK_OK(tibemsTopicSession_DeleteTemporaryTopic(f.session, topic));
    REQUIRE_OK(tibemsSession_CreateTemporaryTopic(f.session, &topic));
    CHECK_OK(tibemsSession_DeleteTemporaryTopic(f.session, topic));
    CHECK_OK(tibemsMsg_Destroy(got));
    CHECK_OK(tibemsConnection_Close(other.connection));
    done();
}

/* identity is kind and name: a copy, a reply-to that came back, a handle made by name (20 §2.5, §2.6) */
TEST_CHEAP("", every_handle_of_it_is_it)
{
    tibemsTemporaryQueue queue = NULL;
    tibemsDestination copy = NULL, reply = NULL;
    fresh(&f);
    REQUIRE_OK(tibemsQueueSession_CreateTemporaryQueue(f.session, &queue));
    REQUIRE_OK(tibemsDestination_Copy(queue, &copy));
    tibemsDestination named = queue_named(name_of(queue));
    tibemsMsg request = text_message("back to me");
    CHECK_OK(tibemsMsg_SetReplyTo(request, queue));
    CHECK_OK(tibemsMsgProducer_Send(f.producer, request));
    tibemsMsg got = receive_one(f.consumer);
    REQUIRE_OK(tibemsMsg_GetReplyTo(got, &reply));
    tibemsDestination all[] = {copy, reply, named};
    for (int i = 0; i < 3; i++) {
        tibemsMsgConsumer consumer = consumer_of(f.session, all[i]);
        CHECK_OK(tibemsMsgProducer_SendToDestination(f.producer, all[(i + 1) % 3], request));
        EXPECT_FIRST(consumer, "back to me");
        CHECK_STATUS(tibemsSession_DeleteTemporaryQueue(f.session, queue), TIBEMS_ILLEGAL_STATE);
        CHECK_OK(tibemsMsgConsumer_Close(consumer));
    }
    CHECK_OK(tibemsQueueSession_DeleteTemporaryQueue(f.session, reply));
    CHECK_STATUS(tibemsSession_DeleteTemporaryQueue(f.session, queue), TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsSession_DeleteTemporaryQueue(f.session, named), TIBEMS_INVALID_DESTINATION);
    CHECK_OK(tibemsMsg_Destroy(got));
    CHECK_OK(tibemsMsg_Destroy(request));
    done();
}

TEST_CHEAP("", what_a_deleted_one_still_does)
{
    tibemsMsgProducer late = (tibemsMsgProducer)0x1;
    tibemsMsgConsumer reader = (tibemsMsgConsumer)0x1;
    char before[256];
    fresh(&f);
    tibemsTemporaryQueue queue = temporary_queue(f.session);
    tibemsMsgProducer bound = producer_of(f.session, queue), any = producer_of(f.session, NULL);
    snprintf(before, sizeof before, "%s", name_of(queue));
    CHECK_OK(send_text(bound, "unread"));
    CHECK_OK(tibemsSession_DeleteTemporaryQueue(f.session, queue));
    CHECK_STR(name_of(queue), before);
    CHECK_STATUS(tibemsSession_CreateProducer(f.session, &late, queue), TIBEMS_INVALID_DESTINATION);
    CHECK(late == NULL);
    CHECK_STATUS(tibemsSession_CreateConsumer(f.session, &reader, queue, NULL, TIBEMS_FALSE), TIBEMS_INVALID_DESTINATION);
    CHECK(reader == NULL);
    CHECK(strstr(error_text(), "deleted") != NULL);
    /* who waits for the answer hears of it, others do not (spec 20 §2.6) */
    CHECK_STATUS(send_text(bound, "late"), TIBEMS_INVALID_DESTINATION);
    tibemsMsg message = text_message("late");
    CHECK_STATUS(tibemsMsgProducer_SendToDestination(any, queue, message), TIBEMS_INVALID_DESTINATION);
    CHECK_OK(tibemsMsgProducer_SetDeliveryMode(any, TIBEMS_RELIABLE));
    CHECK_OK(tibemsMsgProducer_SetDeliveryMode(bound, TIBEMS_RELIABLE));
    CHECK_OK(tibemsMsgProducer_SendToDestination(any, queue, message));
    CHECK_OK(tibemsMsgProducer_Send(bound, message));
    /* only with the broker's answer does this mode know (3.4) */
    CHECK_OK(tibemsMsgProducer_SetNPSendCheckMode(any, NPSEND_CHECK_TEMP_DEST));
    CHECK_OK(tibemsMsgProducer_SetDeliveryMode(any, TIBEMS_NON_PERSISTENT));
    CHECK_STATUS(tibemsMsgProducer_SendToDestination(any, queue, message), TIBEMS_INVALID_DESTINATION);
    CHECK_OK(tibemsMsg_SetReplyTo(message, queue));
    CHECK_OK(tibemsMsgProducer_Send(f.producer, message));
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsMsgProducer_Close(bound));
    CHECK_OK(tibemsDestination_Destroy(queue));
    CHECK_STATUS(tibemsSession_DeleteTemporaryQueue(f.session, queue), TIBEMS_INVALID_DESTINATION);
    done();
}

TEST_CHEAP("", bad_input)
{
    tibemsTemporaryTopic topic = NULL;
    fresh(&f);
    tibemsTemporaryQueue queue = temporary_queue(f.session);
    REQUIRE_OK(tibemsSession_CreateTemporaryTopic(f.session, &topic));
    CHECK_STATUS(tibemsSession_CreateTemporaryQueue(f.session, NULL), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsSession_CreateTemporaryTopic(f.session, NULL), TIBEMS_INVALID_ARG);
    void *bad[] = {NULL, (void *)0x1, (void *)0x7fffffff12345678, f.session, f.consumer, f.producer, f.queue};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_STATUS(tibemsSession_DeleteTemporaryQueue(f.session, bad[i]), TIBEMS_INVALID_DESTINATION);
        CHECK_STATUS(tibemsSession_DeleteTemporaryTopic(f.session, bad[i]), TIBEMS_INVALID_DESTINATION);
        CHECK_STATUS(tibemsQueueSession_DeleteTemporaryQueue(f.session, bad[i]), TIBEMS_INVALID_DESTINATION);
        CHECK_STATUS(tibemsTopicSession_DeleteTemporaryTopic(f.session, bad[i]), TIBEMS_INVALID_DESTINATION);
    }
    CHECK_STATUS(tibemsSession_DeleteTemporaryQueue(f.session, topic), TIBEMS_INVALID_DESTINATION);
    CHECK_STATUS(tibemsSession_DeleteTemporaryTopic(f.session, queue), TIBEMS_INVALID_DESTINATION);
    tibemsSession closed = session_of(f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_OK(tibemsSession_Close(closed));
    tibemsTemporaryQueue none = (tibemsTemporaryQueue)0x1;
    CHECK_STATUS(tibemsSession_CreateTemporaryQueue(closed, &none), TIBEMS_INVALID_SESSION);
    CHECK(none == NULL);
    CHECK_STATUS(tibemsSession_DeleteTemporaryQueue(closed, queue), TIBEMS_INVALID_SESSION);
    CHECK_OK(tibemsConnection_Close(f.connection));
    none = (tibemsTemporaryQueue)0x1;
    CHECK_STATUS(tibemsSession_CreateTemporaryQueue(f.session, &none), TIBEMS_ILLEGAL_STATE);
    CHECK(none == NULL);
    CHECK_STATUS(tibemsSession_DeleteTemporaryQueue(f.session, queue), TIBEMS_ILLEGAL_STATE);
    CHECK(strlen(name_of(queue)) > 0);
    CHECK_OK(tibemsDestination_Destroy(queue));
}

static struct events heard = EVENTS_INIT;

/* the session's own thread may make, read, answer and delete them (20 §4.4) */
static void in_listener(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    tibemsTemporaryQueue queue = NULL;
    (void)consumer;
    (void)closure;
    if (CHECK_OK(tibemsSession_CreateTemporaryQueue(f.session, &queue))) {
        tibemsMsgConsumer own = consumer_of(f.session, queue);
        CHECK_OK(tibemsMsgProducer_SendToDestination(f.producer, queue, message));
        EXPECT_FIRST(own, "inside");
        CHECK_STATUS(tibemsSession_DeleteTemporaryQueue(f.session, queue), TIBEMS_ILLEGAL_STATE);
        CHECK_OK(tibemsMsgConsumer_Close(own));
        CHECK_OK(tibemsSession_DeleteTemporaryQueue(f.session, queue));
        CHECK_OK(tibemsDestination_Destroy(queue));
    }
    CHECK_OK(tibemsMsg_Destroy(message));
    event_post(&heard, 1);
}

TEST_CHEAP("", inside_a_listener)
{
    fresh(&f);
    REQUIRE_OK(tibemsMsgConsumer_SetMsgListener(f.consumer, in_listener, NULL));
    CHECK_OK(send_text(f.producer, "inside"));
    CHECK(event_wait(&heard, 1, 10000));
    done();
}

static void note_text(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    (void)closure;
    event_post(&heard, atoll(text_of(message)));
    CHECK_OK(tibemsMsg_Destroy(message));
}

/* sends a request with this reply-to and answers it on the connection of the service */
static void ask(struct fixture *service, tibemsMsgProducer producer, tibemsMsg request, const char *want, const char *answer)
{
    tibemsDestination reply = NULL;
    tibemsMsgProducer replier = NULL;
    CHECK_OK(tibemsMsgProducer_Send(producer, request));
    tibemsMsg got = receive_one(service->consumer);
    REQUIRE_OK(tibemsMsg_GetReplyTo(got, &reply));
    CHECK_STR(name_of(reply), want);
    REQUIRE_OK(tibemsSession_CreateProducer(service->session, &replier, reply));
    CHECK_OK(send_text(replier, answer));
    CHECK_OK(tibemsMsgProducer_Close(replier));
    CHECK_OK(tibemsMsg_Destroy(got));
}

TEST("", everything_follows_a_recovery)
{
    struct fixture service;
    char before[256];
    plain();
    CHECK_OK(tibemsMsgConsumer_Close(p.f.consumer));
    tibemsSession session = session_of(p.f.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsTemporaryQueue queue = temporary_queue(session), listened = temporary_queue(session);
    tibemsTemporaryQueue deleted = temporary_queue(session);
    tibemsMsgConsumer reader = consumer_of(p.f.session, queue);
    tibemsMsgConsumer listener = consumer_of(session, listened);
    tibemsMsgProducer bound = producer_of(p.f.session, listened), gone = producer_of(p.f.session, deleted);
    REQUIRE_OK(tibemsMsgConsumer_SetMsgListener(listener, note_text, NULL));
    CHECK_OK(send_text(bound, "1"));
    CHECK(event_wait(&heard, 1, 5000));
    CHECK_OK(tibemsSession_DeleteTemporaryQueue(session, deleted));
    tibemsMsg request = text_message("request");
    CHECK_OK(tibemsMsg_SetReplyTo(request, queue));
    snprintf(before, sizeof before, "%s", name_of(queue));
    a_dies();
    wait_recovered();
    CHECK(strcmp(name_of(queue), before) != 0);
    CHECK_OK(send_text(bound, "2"));
    CHECK(event_wait(&heard, 2, 5000));
    CHECK_INT(event_at(&heard, 1), 2);
    CHECK_STATUS(send_text(gone, "x"), TIBEMS_INVALID_DESTINATION);
    /* the reply-to of a message is where the queue is now */
    fresh_on(&service, connect_to(url_b()), TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    ask(&service, producer_of(p.f.session, service.queue), request, name_of(queue), "answer");
    EXPECT_FIRST(reader, "answer");
    /* and it can be deleted there */
    CHECK_OK(tibemsMsgConsumer_Close(reader));
    CHECK_OK(tibemsSession_DeleteTemporaryQueue(p.f.session, queue));
    CHECK_STATUS(tibemsSession_DeleteTemporaryQueue(p.f.session, deleted), TIBEMS_INVALID_DESTINATION);
    CHECK_OK(tibemsMsg_Destroy(request));
    CHECK_OK(tibemsConnection_Close(service.connection));
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

/* the same over losses in a row inside a comma group */
TEST("", everything_follows_a_reconnect)
{
    struct fixture service;
    reconnecting();
    fresh_on(&service, connect_to(url_a()), TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsTemporaryQueue queue = temporary_queue(f.session);
    tibemsMsgConsumer reader = consumer_of(f.session, queue);
    tibemsMsgProducer producer = producer_of(f.session, service.queue);
    tibemsMsg request = text_message("request");
    CHECK_OK(tibemsMsg_SetReplyTo(request, queue));
    for (int i = 0; i < 3; i++) {
        char before[256];
        snprintf(before, sizeof before, "%s", name_of(queue));
        lose_server();
        while (strcmp(name_of(queue), before) == 0)
            sleep_ms(1);                        /* the test's own limit ends this */
        ask(&service, producer, request, name_of(queue), "answer");
        EXPECT_FIRST(reader, "answer");
    }
    CHECK_OK(tibemsMsg_Destroy(request));
    CHECK_OK(tibemsConnection_Close(service.connection));
    done();
}

static tibems_status create_now(void *queue) { return tibemsSession_CreateTemporaryQueue(p.f.session, queue); }
static tibems_status delete_now(void *queue) { return tibemsSession_DeleteTemporaryQueue(p.f.session, queue); }

/* while broken: calls outside of callbacks wait and are done on the new server (10 §5.6) */
TEST("", calls_while_broken_wait)
{
    tibemsTemporaryQueue made = NULL;
    struct task creation, deletion;
    gated();
    plain();
    tibemsTemporaryQueue old = temporary_queue(p.f.session);
    a_dies();
    wait_broken();
    task_start(&creation, create_now, &made);
    task_start(&deletion, delete_now, old);
    CHECK(task_blocks(&creation));
    CHECK(task_blocks(&deletion));
    let_recover();
    REQUIRE(task_wait(&creation, 10000));
    REQUIRE(task_wait(&deletion, 10000));
    CHECK_INT(creation.status, TIBEMS_OK);
    CHECK_INT(deletion.status, TIBEMS_OK);
    tibemsMsgConsumer reader = consumer_of(p.f.session, made);
    CHECK_OK(tibemsMsgConsumer_Close(p.f.consumer));
    CHECK_OK(send_text(producer_of(p.f.session, made), "here"));
    EXPECT_FIRST(reader, "here");
    CHECK_STATUS(tibemsSession_DeleteTemporaryQueue(p.f.session, old), TIBEMS_INVALID_DESTINATION);
    CHECK_OK(tibemsConnection_Close(p.f.connection));
}

/* a closed connection's queue is nobody's: its handle only tells its name */
TEST_CHEAP("", after_the_close_of_its_connection)
{
    struct fixture other;
    tibemsMsgConsumer reader = (tibemsMsgConsumer)0x1;
    fresh(&f);
    fresh(&other);
    tibemsTemporaryQueue queue = temporary_queue(f.session);
    CHECK_STATUS(tibemsSession_DeleteTemporaryQueue(other.session, queue), TIBEMS_INVALID_DESTINATION);
    done();
    CHECK(strlen(name_of(queue)) > 0);
    CHECK_STATUS(tibemsSession_CreateConsumer(other.session, &reader, queue, NULL, TIBEMS_FALSE),
                 TIBEMS_INVALID_DESTINATION);
    CHECK(reader == NULL);
    CHECK_STATUS(tibemsSession_DeleteTemporaryQueue(other.session, queue), TIBEMS_INVALID_DESTINATION);
    CHECK_OK(tibemsDestination_Destroy(queue));
    CHECK_OK(tibemsConnection_Close(other.connection));
}

/* own: allowed, foreign: refused (20 §5) */
TEST_CHEAP("", browsing_one)
{
    struct fixture other;
    tibemsQueueBrowser browser = NULL;
    tibemsMsg message = NULL;
    fresh(&f);
    fresh(&other);
    tibemsTemporaryQueue queue = temporary_queue(f.session);
    CHECK_OK(send_text(producer_of(f.session, queue), "look"));
    CHECK_STATUS(tibemsSession_CreateBrowser(other.session, &browser, queue, NULL), TIBEMS_INVALID_DESTINATION);
    CHECK(browser == NULL);
    REQUIRE_OK(tibemsSession_CreateBrowser(f.session, &browser, queue, NULL));
    REQUIRE_OK(tibemsQueueBrowser_GetNext(browser, &message));
    CHECK_STR(text_of(message), "look");
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsQueueBrowser_Close(browser));
    CHECK_OK(tibemsSession_DeleteTemporaryQueue(f.session, queue));
    CHECK_STATUS(tibemsSession_CreateBrowser(f.session, &browser, queue, NULL), TIBEMS_INVALID_DESTINATION);
    CHECK_OK(tibemsConnection_Close(other.connection));
    done();
}
