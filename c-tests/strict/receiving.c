/*
 * receiving.c - what the library does with messages that it receives (peers/Receiving.java)
 */
#include "strict.h"

static void ready(const char *script, tibemsAcknowledgeMode mode)
{
    setenv("TIBEMS_AMQP_OPTIONS", "prefetch_queue=10", 0);
    open_scene(script);
    open_session(mode);
    open_consumer();
    REQUIRE_OK(tibemsConnection_Start(scene.connection));
}

static void receive_numbered(int from, int to)
{
    for (int i = from; i <= to; i++)
        receive_now(worded("message %d", i));
}

TEST("strict", strict_acknowledged_by_receive)
{
    ready("acknowledgedByReceive", TIBEMS_AUTO_ACKNOWLEDGE);
    receive_numbered(0, 2);
    close_scene();
}

static void on_message(tibemsMsgConsumer consumer, tibemsMsg message, void *closure)
{
    (void)consumer;
    event_post(closure, atoi(text_of(message) + strlen("message ")));
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST("strict", strict_acknowledged_by_listener)
{
    static struct events heard = EVENTS_INIT;
    setenv("TIBEMS_AMQP_OPTIONS", "prefetch_queue=10", 1);
    open_scene("acknowledgedByListener");
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    open_consumer();
    REQUIRE_OK(tibemsMsgConsumer_SetMsgListener(scene.consumer, on_message, &heard));
    REQUIRE_OK(tibemsConnection_Start(scene.connection));
    REQUIRE(event_wait(&heard, 3, slow(10000)));
    for (int i = 0; i < 3; i++)
        CHECK_INT(event_at(&heard, i), i);
    close_scene();
}

TEST("strict", strict_acknowledged_by_program)
{
    ready("acknowledgedByProgram", TIBEMS_CLIENT_ACKNOWLEDGE);
    receive_numbered(0, 1);
    tibemsMsg message = receive_one(scene.consumer);
    await("read");
    CHECK_OK(tibemsMsg_Acknowledge(message));
    CHECK_OK(tibemsMsg_Destroy(message));
    close_scene();
}

TEST("strict", strict_acknowledged_one_by_one)
{
    tibemsMsg message[3];
    ready("acknowledgedOneByOne", TIBEMS_EXPLICIT_CLIENT_ACKNOWLEDGE);
    for (int i = 0; i < 3; i++)
        message[i] = receive_one(scene.consumer);
    await("read");
    CHECK_OK(tibemsMsg_Acknowledge(message[1]));
    await("first");
    CHECK_OK(tibemsMsg_Recover(message[0]));
    await("second");
    close_scene();
}

TEST("40-P-D11", strict_recovered_and_closed)
{
    ready("recoveredAndClosed", TIBEMS_CLIENT_ACKNOWLEDGE);
    receive_numbered(0, 1);
    await("read");
    CHECK_OK(tibemsSession_Recover(scene.session));
    receive_numbered(4, 4);
    await("read-again");
    CHECK_OK(tibemsSession_Close(scene.session));
    close_scene();
}

TEST("40-P-C8", strict_drained_with_messages)
{
    ready("drainedWithMessages", TIBEMS_CLIENT_ACKNOWLEDGE);
    receive_numbered(0, 0);
    CHECK_OK(tibemsSession_Recover(scene.session));
    await("credit");
    close_scene();
}

TEST("strict", strict_settled_before)
{
    ready("settledBefore", TIBEMS_NO_ACKNOWLEDGE);
    receive_numbered(0, 1);
    close_scene();
}

static void receive_letters(void) { receive_now("abcdefghijklmnopqrstuvwxyzabcd"); }

TEST("40-P-X2", strict_in_frames)
{
    ready("inFrames", TIBEMS_AUTO_ACKNOWLEDGE);
    for (int i = 0; i < 3; i++)
        receive_letters();
    close_scene();
}

TEST("strict", strict_numbers_run_over)
{
    ready("numbersRunOver", TIBEMS_CLIENT_ACKNOWLEDGE);
    receive_numbered(0, 2);
    await("read");
    tibemsMsg message = receive_one(scene.consumer);
    CHECK_OK(tibemsMsg_Acknowledge(message));
    CHECK_OK(tibemsMsg_Destroy(message));
    message = receive_one(scene.consumer);
    await("renewed");
    CHECK_OK(tibemsMsg_Acknowledge(message));
    CHECK_OK(tibemsMsg_Destroy(message));
    close_scene();
}

TEST("strict", strict_interleaved)
{
    tibemsMsgConsumer second = NULL;
    CHECK_INT(setenv("TIBEMS_AMQP_OPTIONS", "prefetch_queue=10", 1), 0);
    open_scene("interleaved");
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    open_consumer();
    REQUIRE_OK(tibemsSession_CreateConsumer(scene.session, &second, scene.queue, NULL, TIBEMS_FALSE));
    REQUIRE_OK(tibemsConnection_Start(scene.connection));
    receive_letters();
    scene.consumer = second;
    receive_letters();
    await("read");
    close_scene();
}

TEST("strict", strict_undecodable)
{
    ready("undecodable", TIBEMS_AUTO_ACKNOWLEDGE);
    receive_numbered(1, 1);
    close_scene();
}

TEST("40-P-C6", strict_overrun)
{
    setenv("TIBEMS_AMQP_OPTIONS", "prefetch_queue=10", 1);
    open_scene("overrun");
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    open_producer();
    open_consumer();
    REQUIRE_OK(tibemsConnection_Start(scene.connection));
    REQUIRE(event_wait(&scene.exceptions, 1, slow(10000)));
    CHECK_OK(send_now("still there"));
    close_scene();
}

TEST("40-P-C10", strict_one_per_call)
{
    tibemsMsg message = NULL;
    CHECK_INT(setenv("TIBEMS_AMQP_OPTIONS", "prefetch_queue=0", 1), 0);
    ready("onePerCall", TIBEMS_AUTO_ACKNOWLEDGE);
    receive_numbered(0, 0);
    tibems_status status = tibemsMsgConsumer_ReceiveTimeout(scene.consumer, &message, 100);
    if (status == TIBEMS_OK) {                  /* it came exactly at the drain: for this call ... */
        CHECK_STR(text_of(message), "message 1");
        CHECK_OK(tibemsMsg_Destroy(message));
    } else {                                    /* ... or for the next */
        CHECK_STATUS(status, TIBEMS_TIMEOUT);
        receive_numbered(1, 1);
    }
    close_scene();
}

TEST("strict", strict_renewed)
{
    ready("renewed", TIBEMS_AUTO_ACKNOWLEDGE);
    receive_numbered(0, 4);
    close_scene();
}

TEST("strict", strict_stopped_and_started)
{
    ready("stoppedAndStarted", TIBEMS_AUTO_ACKNOWLEDGE);
    receive_numbered(0, 0);
    await("acknowledged");
    CHECK_OK(tibemsConnection_Stop(scene.connection));
    await("stopped");
    REQUIRE_OK(tibemsConnection_Start(scene.connection));
    receive_numbered(1, 1);
    close_scene();
}
