/*
 * strict.c - what the dialogues have in common
 */
#include "strict.h"

struct scene scene = {.exceptions = EVENTS_INIT, .recovery = RECOVERY_INIT};

static char urls[4][64];

void play(const char *script)
{
    ask("start %s", script);
    for (int i = 0; i < 4; i++) {
        const char *port = fact(worded("port.%d", i + 1));
        snprintf(urls[i], sizeof urls[i], "tcp://127.0.0.1:%s", port ? port : "none");
    }
}

const char *peer(int number) { return urls[number - 1]; }

void await(const char *mark) { ask("await %s", mark); }

void cue(void) { ask("cue"); }

void played(void) { ask("finish"); }

tibemsConnectionFactory named_factory(bool unshared, const char *url)
{
    tibemsConnectionFactory factory = unshared ? ufo_factory_for(url) : factory_for(url);
    REQUIRE_OK(tibemsConnectionFactory_SetClientID(factory, CLIENT));
    return factory;
}

tibems_status connect_status(tibemsConnectionFactory factory, const char *user, const char *password)
{
    return tibemsConnectionFactory_CreateConnection(factory, &scene.connection, user, password);
}

void open_scene(const char *script)
{
    play(script);
    scene.factory = named_factory(false, peer(1));
    scene.connection = connect_with(scene.factory);
    REQUIRE_OK(tibemsConnection_SetExceptionListener(scene.connection, post_status, &scene.exceptions));
    scene.queue = queue_named("orders");
}

void open_session(tibemsAcknowledgeMode mode) { scene.session = session_of(scene.connection, TIBEMS_FALSE, mode); }

void open_producer(void)
{
    REQUIRE_OK(tibemsSession_CreateProducer(scene.session, &scene.producer, scene.queue));
}

void open_consumer(void)
{
    REQUIRE_OK(tibemsSession_CreateConsumer(scene.session, &scene.consumer, scene.queue, NULL, TIBEMS_FALSE));
}

void close_scene(void)
{
    CHECK_OK(tibemsConnection_Close(scene.connection));
    played();
}

char send_error[256];

tibems_status send_now(const char *text)
{
    tibemsMsg message = text_message(text);
    tibems_status status = tibemsMsgProducer_Send(scene.producer, message);
    snprintf(send_error, sizeof send_error, "%s", status == TIBEMS_OK ? "" : error_text());
    CHECK_OK(tibemsMsg_Destroy(message));
    return status;
}

void receive_now(const char *text) { EXPECT_TEXT(scene.consumer, text); }
