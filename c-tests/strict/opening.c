/*
 * opening.c - sessions and links: begin, attach, refusals, and how the program closes them (peers/Opening.java)
 */
#include "strict.h"

static tibemsDestination news(void)
{
    tibemsDestination topic = NULL;
    REQUIRE_OK(tibemsTopic_Create(&topic, "news"));
    return topic;
}

TEST("strict", strict_closed_one_by_one)
{
    tibemsMsgProducer other = NULL;
    open_scene("closedOneByOne");
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    tibemsSession second = session_of(scene.connection, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE);
    open_producer();
    open_consumer();
    REQUIRE_OK(tibemsSession_CreateProducer(second, &other, news()));
    CHECK_OK(tibemsMsgProducer_Close(other));
    CHECK_OK(tibemsSession_Close(second));
    CHECK_OK(tibemsMsgConsumer_Close(scene.consumer));
    CHECK_OK(tibemsMsgProducer_Close(scene.producer));
    CHECK_OK(tibemsSession_Close(scene.session));
    close_scene();
}

TEST("strict", strict_closed_with_its_session)
{
    tibemsMsgConsumer second = NULL;
    open_scene("closedWithItsSession");
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    open_producer();
    open_consumer();
    REQUIRE_OK(tibemsSession_CreateConsumer(scene.session, &second, scene.queue, NULL, TIBEMS_FALSE));
    CHECK_OK(tibemsSession_Close(scene.session));
    close_scene();
}

TEST("strict", strict_numbers_again)
{
    open_scene("numbersAgain");
    for (int round = 0; round < 2; round++) {
        open_session(TIBEMS_AUTO_ACKNOWLEDGE);
        for (int link = 0; link < 2; link++) {
            open_producer();
            CHECK_OK(tibemsMsgProducer_Close(scene.producer));
        }
        CHECK_OK(tibemsSession_Close(scene.session));
    }
    close_scene();
}

TEST("strict", strict_every_kind_of_link)
{
    open_scene("everyKindOfLink");
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateProducer(scene.session, &scene.producer, news()));
    REQUIRE_OK(tibemsSession_CreateConsumer(scene.session, &scene.consumer, scene.queue, "colour = 'red'",
                                            TIBEMS_FALSE));
    REQUIRE_OK(tibemsSession_CreateConsumer(scene.session, &scene.consumer, news(), NULL, TIBEMS_TRUE));
    tibemsSession second = session_of(scene.connection, TIBEMS_FALSE, TIBEMS_NO_ACKNOWLEDGE);
    REQUIRE_OK(tibemsSession_CreateConsumer(second, &scene.consumer, scene.queue, NULL, TIBEMS_FALSE));
    close_scene();
}

TEST("40-P-A1", strict_refused_links)
{
    static const tibems_status status[] = {TIBEMS_INVALID_DESTINATION, TIBEMS_SECURITY_EXCEPTION,
                                           TIBEMS_NOT_IMPLEMENTED};
    open_scene("refusedLinks");
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    for (int i = 0; i < 3; i++) {
        CHECK_STATUS(tibemsSession_CreateProducer(scene.session, &scene.producer, scene.queue), status[i]);
        CHECK_STATUS(tibemsSession_CreateConsumer(scene.session, &scene.consumer, scene.queue, NULL, TIBEMS_FALSE),
                     status[i]);
    }
    CHECK_STATUS(tibemsSession_CreateConsumer(scene.session, &scene.consumer, scene.queue, "colour = 'red'",
                                              TIBEMS_FALSE),
                 TIBEMS_INVALID_SELECTOR);
    CHECK_OK(tibemsSession_Close(scene.session));
    close_scene();
}

TEST("40-P-A5", strict_selector_left_out)
{
    open_scene("selectorLeftOut");
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_STATUS(tibemsSession_CreateConsumer(scene.session, &scene.consumer, scene.queue, "colour = 'red'",
                                              TIBEMS_FALSE),
                 TIBEMS_NOT_IMPLEMENTED);
    CHECK_OK(tibemsSession_Close(scene.session));
    close_scene();
}

TEST("strict", strict_refused_session)
{
    tibemsSession second = NULL;
    open_scene("refusedSession");
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    CHECK_STATUS(tibemsConnection_CreateSession(scene.connection, &second, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE),
                 TIBEMS_SERVER_LIMIT);
    open_producer();
    close_scene();
}
