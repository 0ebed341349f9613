/*
 * connecting.c - headers, SASL, open, heartbeats (peers/Connecting.java)
 */
#include "strict.h"

static void connect_and_close(const char *user, const char *password)
{
    tibemsConnectionFactory factory = named_factory(false, peer(1));
    REQUIRE_OK(connect_status(factory, user, password));
    CHECK_OK(tibemsConnection_Close(scene.connection));
    played();
}

static void refused(tibems_status status, const char *user, const char *password)
{
    tibemsConnectionFactory factory = named_factory(false, peer(1));
    CHECK_STATUS(connect_status(factory, user, password), status);
    played();
}

TEST("strict", strict_anonymous)
{
    play("anonymous");
    connect_and_close(NULL, NULL);
}

TEST("strict", strict_generated_name)
{
    play("generatedName");
    CHECK_OK(tibemsConnection_Close(connect_to(peer(1))));
    played();
}

TEST("strict", strict_without_sasl)
{
    CHECK_INT(setenv("TIBEMS_AMQP_OPTIONS", "sasl=off", 1), 0);
    play("withoutSasl");
    connect_and_close(USER, PASSWORD);
}

TEST("40-P-H5,40-P-H7", strict_eager)
{
    CASE("40-P-H5,40-P-H7");
    play("eager");
    connect_and_close(USER, PASSWORD);
}

TEST("strict", strict_refused_password)
{
    play("refusedPassword");
    refused(TIBEMS_SECURITY_EXCEPTION, USER, PASSWORD);
}

TEST("40-P-S4", strict_refused_password_then_taken)
{
    play("refusedPasswordThenTaken");
    tibemsConnectionFactory factory = named_factory(true, url_join("+", peer(1), peer(2), NULL));
    REQUIRE_OK(connect_status(factory, USER, PASSWORD));
    CHECK_STR(active_url(scene.connection), peer(2));
    close_scene();
}

/* two passes, and the peer's script is over after the first */
TEST("40-P-S4", strict_refused_password_not_tried_again)
{
    char dead[32];
    snprintf(dead, sizeof dead, "tcp://127.0.0.1:%d", free_port());
    play("refusedPassword");
    tibemsConnectionFactory factory = named_factory(true, url_join("+", peer(1), dead, NULL));
    CHECK_STATUS(connect_status(factory, USER, PASSWORD), TIBEMS_SECURITY_EXCEPTION);
    played();
}

TEST("40-P-S3", strict_no_downgrade_to_anonymous)
{
    play("anonymousOnly");
    refused(TIBEMS_SECURITY_EXCEPTION, USER, PASSWORD);
}

TEST("strict", strict_no_common_mechanism)
{
    play("unknownMechanismsOnly");
    refused(TIBEMS_SECURITY_EXCEPTION, USER, PASSWORD);
}

TEST("40-P-S7", strict_strongest_mechanism)
{
    play("strongestMechanism");
    connect_and_close(USER, PASSWORD);
}

TEST("40-P-S7,40-P-S10", strict_escaped_user)
{
    CASE("40-P-S7,40-P-S10");
    play("escapedUser");
    connect_and_close("gr\xc3\xbc=,e", "p\xc3\xa4ss,w=rd");
}

TEST("40-P-S8", strict_wrong_signature)
{
    play("wrongSignature");
    refused(TIBEMS_SECURITY_EXCEPTION, USER, PASSWORD);
}

TEST("40-P-O1", strict_client_id_in_use)
{
    play("clientIdInUse");
    refused(TIBEMS_INVALID_CLIENT_ID, USER, PASSWORD);
}

TEST("strict", strict_not_authorized)
{
    play("notAuthorized");
    refused(TIBEMS_SECURITY_EXCEPTION, USER, PASSWORD);
}

/* the connection is idle and must not be taken for dead; the peer's close ends the dialogue */
TEST("strict", strict_heartbeats)
{
    open_scene("heartbeats");
    REQUIRE(event_wait(&scene.exceptions, 1, slow(10000)));
    CHECK_STATUS(event_at(&scene.exceptions, 0), TIBEMS_SERVER_NOT_CONNECTED);
    close_scene();
}

TEST("strict", strict_silence)
{
    CHECK_INT(setenv("TIBEMS_AMQP_OPTIONS", "idle=3000", 1), 0);
    long long begin = now_ms();
    open_scene("silence");
    REQUIRE(event_wait(&scene.exceptions, 1, slow(10000)));
    CHECK(now_ms() - begin >= 3000);
    CHECK_STATUS(event_at(&scene.exceptions, 0), TIBEMS_SERVER_NOT_CONNECTED);
    close_scene();
}
