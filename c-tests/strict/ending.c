/*
 * ending.c - the peer ends links, sessions, connections, or breaks the rules (peers/Ending.java)
 */
#include "strict.h"

static void linked(const char *script)
{
    CHECK_INT(setenv("TIBEMS_AMQP_OPTIONS", "prefetch_queue=10", 1), 0);
    open_scene(script);
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    open_producer();
    open_consumer();
    REQUIRE_OK(tibemsConnection_Start(scene.connection));
    await("credit");
}

/* the exception listener was called once, with that status */
static void told(tibems_status status)
{
    REQUIRE(event_wait(&scene.exceptions, 1, slow(10000)));
    CHECK_INT(event_count(&scene.exceptions), 1);
    CHECK_STATUS(event_at(&scene.exceptions, 0), status);
}

static void consumer_ends(const char *script, tibems_status status)
{
    tibemsMsg message = NULL;
    linked(script);
    cue();
    told(status);
    CHECK_STATUS(tibemsMsgConsumer_ReceiveTimeout(scene.consumer, &message, 10), status);
    CHECK_OK(tibemsMsgConsumer_Close(scene.consumer));
    CHECK_OK(send_now("still there"));
    close_scene();
    CHECK_INT(event_count(&scene.exceptions), 1);
}

TEST("strict", strict_consumer_forbidden)
{
    consumer_ends("consumerForbidden", TIBEMS_SECURITY_EXCEPTION);
}

TEST("40-P-A9", strict_consumer_stolen)
{
    consumer_ends("consumerStolen", TIBEMS_ID_IN_USE);
}

TEST("strict", strict_consumer_forced)
{
    linked("consumerForced");
    cue();
    receive_now("after");
    close_scene();
    CHECK_INT(event_count(&scene.exceptions), 0);
}

TEST("40-P-A10", strict_producer_forced)
{
    open_scene("producerForced");
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    open_producer();
    CHECK_OK(send_now("before"));
    cue();
    await("detached");
    CHECK_OK(send_now("after"));
    close_scene();
    CHECK_INT(event_count(&scene.exceptions), 0);
}

TEST("strict", strict_producer_at_its_limit)
{
    open_scene("producerAtItsLimit");
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    open_producer();
    CHECK_STATUS(send_now("too much"), TIBEMS_DESTINATION_LIMIT_EXCEEDED);
    told(TIBEMS_DESTINATION_LIMIT_EXCEEDED);
    CHECK_STATUS(send_now("no more"), TIBEMS_DESTINATION_LIMIT_EXCEEDED);
    close_scene();
}

TEST("strict", strict_session_ends)
{
    tibemsMsgProducer lost = NULL;
    open_scene("sessionEnds");
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsSession first = scene.session;
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    open_producer();
    REQUIRE_OK(tibemsSession_CreateProducer(first, &lost, scene.queue));
    tibemsMsg message = text_message("lost");
    CHECK_STATUS(tibemsMsgProducer_Send(lost, message), TIBEMS_SERVER_LIMIT);
    CHECK_OK(tibemsMsg_Destroy(message));
    told(TIBEMS_SERVER_LIMIT);
    CHECK_OK(tibemsSession_Close(first));
    CHECK_OK(send_now("still there"));
    close_scene();
}

TEST("strict", strict_connection_forced)
{
    open_scene("connectionForced");
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    open_producer();
    CHECK_STATUS(send_now("in doubt"), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK(strncmp(send_error, "outcome unknown:", 16) == 0);
    CHECK(strstr(send_error, "amqp:connection:forced") != NULL);
    told(TIBEMS_SERVER_NOT_CONNECTED);
    close_scene();
}

TEST("40-P-O8", strict_closes_cross)
{
    open_scene("closesCross");
    close_scene();
    CHECK_INT(event_count(&scene.exceptions), 0);
}

TEST("strict", strict_close_unanswered)
{
    open_scene("closeUnanswered");
    close_scene();
}

TEST("40-P-A13", strict_detaches_cross)
{
    open_scene("detachesCross");
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    open_producer();
    open_consumer();
    CHECK_OK(tibemsMsgConsumer_Close(scene.consumer));
    CHECK_OK(tibemsMsgProducer_Close(scene.producer));
    CHECK_OK(tibemsSession_Close(scene.session));
    close_scene();
}

TEST("40-P-A15", strict_late_frames)
{
    CHECK_INT(setenv("TIBEMS_AMQP_OPTIONS", "prefetch_queue=10", 1), 0);
    open_scene("lateFrames");
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    open_consumer();
    REQUIRE_OK(tibemsConnection_Start(scene.connection));
    await("credit");
    CHECK_OK(tibemsMsgConsumer_Close(scene.consumer));
    CHECK_OK(tibemsSession_Close(scene.session));
    close_scene();
}

TEST("strict", strict_unknown_handle)
{
    linked("unknownHandle");
    cue();
    REQUIRE(event_wait(&scene.exceptions, 1, slow(10000)));
    CHECK(send_now("too late") != TIBEMS_OK);
    CHECK(strncmp(send_error, "closed by this library: amqp:session:unattached-handle", 54) == 0);      /* D27 */
    close_scene();
}

static void broken(const char *script)
{
    open_scene(script);
    cue();
    told(TIBEMS_SERVER_NOT_CONNECTED);
    close_scene();
}

TEST("strict", strict_second_open) { broken("secondOpen"); }

TEST("strict", strict_huge_frame) { broken("hugeFrame"); }

TEST("strict", strict_unwanted_session)
{
    open_scene("unwantedSession");
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    cue();
    await("refused");
    open_producer();
    close_scene();
}
