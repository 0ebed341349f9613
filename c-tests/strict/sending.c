/*
 * sending.c - what the library sends: outcomes, credit, drain, frames (peers/Sending.java)
 */
#include "strict.h"

static void ready(const char *script)
{
    open_scene(script);
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    open_producer();
}

TEST("40-P-D3", strict_every_outcome)
{
    ready("everyOutcome");
    CHECK_OK(send_now("accepted"));
    CHECK_STATUS(send_now("limit"), TIBEMS_DESTINATION_LIMIT_EXCEEDED);
    CHECK_STATUS(send_now("unauthorized"), TIBEMS_SECURITY_EXCEPTION);
    CHECK_STATUS(send_now("rejected"), TIBEMS_EXCEPTION);
    CHECK_STATUS(send_now("released"), TIBEMS_EXCEPTION);
    CHECK_STATUS(send_now("modified"), TIBEMS_EXCEPTION);
    CHECK_OK(send_now("still there"));
    close_scene();
}

TEST("40-P-D4", strict_unsettled_outcome)
{
    ready("unsettledOutcome");
    CHECK_OK(send_now("settle it yourself"));
    close_scene();
}

TEST("40-P-D5", strict_no_outcome)
{
    ready("noOutcome");
    CHECK_STATUS(send_now("where is it"), TIBEMS_SERVER_NOT_CONNECTED);
    CHECK(strncmp(send_error, "outcome unknown:", 16) == 0);
    CHECK_OK(send_now("next"));
    close_scene();
}

TEST("strict", strict_unconfirmed)
{
    ready("unconfirmed");
    CHECK_OK(tibemsMsgProducer_SetDeliveryMode(scene.producer, TIBEMS_RELIABLE));
    CHECK_OK(send_now("unconfirmed 1"));
    CHECK_OK(send_now("unconfirmed 2"));
    CHECK_OK(tibemsMsgProducer_SetDeliveryMode(scene.producer, TIBEMS_PERSISTENT));
    CHECK_OK(send_now("confirmed"));
    CHECK_OK(tibemsMsgProducer_SetDeliveryMode(scene.producer, TIBEMS_NON_PERSISTENT));
    CHECK_OK(tibemsMsgProducer_SetNPSendCheckMode(scene.producer, NPSEND_CHECK_NEVER));
    CHECK_OK(send_now("unconfirmed 3"));
    close_scene();
}

static tibems_status send_five(void *unused)
{
    tibems_status status = TIBEMS_OK;
    (void)unused;
    for (int i = 0; i < 5 && status == TIBEMS_OK; i++)
        status = send_now(worded("message %d", i));
    return status;
}

TEST("40-P-C2", strict_one_credit_at_a_time)
{
    struct task task = {.done = EVENTS_INIT};
    ready("oneCreditAtATime");
    await("attached");
    task_start(&task, send_five, NULL);
    REQUIRE(task_blocks(&task));            /* no credit yet */
    cue();
    REQUIRE(task_wait(&task, slow(10000)));
    CHECK_OK(task.status);
    close_scene();
}

static tibems_status send_after(void *unused)
{
    (void)unused;
    return send_now("after");
}

TEST("40-P-C3", strict_credit_taken_back)
{
    struct task task = {.done = EVENTS_INIT};
    ready("creditTakenBack");
    CHECK_OK(send_now("before"));
    await("taken-back");
    task_start(&task, send_after, NULL);
    REQUIRE(task_blocks(&task));
    cue();
    REQUIRE(task_wait(&task, slow(10000)));
    CHECK_OK(task.status);
    close_scene();
}

TEST("strict", strict_drained)
{
    ready("drained");
    CHECK_OK(send_now("before"));
    await("drained");
    CHECK_OK(send_now("after"));
    close_scene();
}

TEST("strict", strict_echo)
{
    ready("echo");
    await("echoed");
    close_scene();
}

static const char *thousand(void)
{
    static char text[1001];
    for (int i = 0; i < 1000; i++)
        text[i] = (char)('0' + i % 10);
    return text;
}

TEST("strict", strict_small_frames)
{
    ready("smallFrames");
    CHECK_OK(send_now(thousand()));
    CHECK_OK(send_now("short"));
    close_scene();
}

TEST("strict", strict_narrow_window)
{
    ready("narrowWindow");
    CHECK_OK(send_now(thousand()));
    CHECK_OK(send_now(thousand()));
    close_scene();
}

TEST("40-P-X8", strict_too_large)
{
    ready("tooLarge");
    CHECK_STATUS(send_now(thousand()), TIBEMS_INVALID_SIZE);
    CHECK_OK(send_now("short"));
    close_scene();
}
