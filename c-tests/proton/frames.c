/*
 * frames.c - every performative that this library writes, as Proton reads it: SASL, open, begin, attach, flow, dispositions,
 * detach, end, close; and what the library makes of Proton's outcomes and messages (spec 40, parts 1 and 2)
 */
#include "proton.h"

static tibems_status connect_as(tibemsConnection *connection, const char *user, const char *password)
{
    return tibemsConnectionFactory_CreateConnection(factory_for(url_a()), connection, user, password);
}

TEST("-", proton_reads_the_handshake)
{
    struct fixture f;
    fresh_on_proton(&f, "sasl=PLAIN vhost=the-host frame_size=8192 idle=30000");
    fixture_close(&f);
    CHECK_INT(frames_of("header 414d515003010000"), 1);
    CHECK_FRAME("sasl-init", "sasl-init mechanism='PLAIN' initial-response=binary:00656d7300656d73 hostname=\"the-host\"");
    CHECK_INT(frames_of("header 414d515000010000"), 1);
    CHECK_FIELD("open", "hostname", "\"the-host\"");
    CHECK_FIELD("open", "max-frame-size", "uint:8192");
    CHECK_FIELD("open", "idle-time-out", "uint:15000");      /* half of what it tolerates (standard 2.4.5) */
    CHECK_FIELD("open", "channel-max", "ushort:32767");
    CHECK_FIELD("open", "desired-capabilities", "['DELAYED_DELIVERY' 'ANONYMOUS-RELAY' 'SHARED-SUBS']");
    CHECK(field_of(fact("frame"), "container-id") && strncmp(field_of(fact("frame"), "container-id"), "\"EMS-", 5) == 0);
    CHECK_FRAME("begin", "begin next-outgoing-id=uint:0 incoming-window=uint:2147483647 outgoing-window=uint:2147483647 "
                "handle-max=uint:65535");
    CHECK_FRAME("close", "close");
    CHECK_INT(frames_of("open"), 1);
    CHECK_INT(frames_of("close"), 1);
}

static void login(const char *options, const char *mechanism)
{
    struct fixture f;
    fresh_on_proton(&f, options);
    ask("login");
    CHECK_FACT("mechanism", mechanism);
    CHECK_FACT("refused", NULL);
    CHECK_OK(send_text(f.producer, "t"));
    fixture_close(&f);
}

/* the proofs of SCRAM are checked by Python's hashlib, the server's by this library */
TEST("-", proton_login_by_scram_sha_256) { login("sasl=SCRAM-SHA-256", "SCRAM-SHA-256"); }
TEST("-", proton_login_by_scram_sha_512) { login("", "SCRAM-SHA-512"); }

TEST("-", proton_login_with_a_wrong_password)
{
    tibemsConnection connection = NULL;
    setenv("TIBEMS_AMQP_OPTIONS", "sasl=SCRAM-SHA-256", 1);
    CHECK_STATUS(connect_as(&connection, USER, "wrong"), TIBEMS_SECURITY_EXCEPTION);
    ask("login");
    CHECK_FACT("refused", "the proof is wrong");
}

TEST("-", proton_login_without_a_user)
{
    tibemsConnection connection = NULL;
    ask("forget");
    REQUIRE_OK(connect_as(&connection, NULL, NULL));
    CHECK_OK(tibemsConnection_Close(connection));
    CHECK_FIELD("sasl-init", "mechanism", "'ANONYMOUS'");
}

TEST("-", proton_without_sasl)
{
    struct fixture f;
    fresh_on_proton(&f, "sasl=off");
    CHECK_OK(send_text(f.producer, "t"));
    fixture_close(&f);
    CHECK_INT(frames_of("header 414d515003010000"), 0);
    CHECK_INT(frames_of("header 414d515000010000"), 1);
    CHECK_INT(frames_of("sasl"), 0);
}

TEST("-", proton_reads_links)
{
    struct fixture f;
    tibemsMsgConsumer selective = NULL;
    tibemsDestination topic = NULL;
    tibemsMsgProducer anonymous = NULL;
    fresh_on_proton(&f, "prefetch_queue=7");
    const char *outcomes = "['amqp:accepted:list' 'amqp:rejected:list' 'amqp:released:list' 'amqp:modified:list']";
    /* the producer of the queue, then its consumer */
    ask("frame attach name=\"ems:snd:");
    const char *sender = fact("frame");
    CHECK_STR(field_of(sender, "role"), "false");
    CHECK_STR(field_of(sender, "snd-settle-mode"), "ubyte:2");
    CHECK_STR(field_of(sender, "rcv-settle-mode"), "ubyte:0");
    CHECK_STR(field_of(sender, "outcomes"), outcomes);
    CHECK_STR(field_of(sender, "target"), said("(target address=\"%s\" capabilities=['queue'])", f.name));
    CHECK_STR(field_of(sender, "initial-delivery-count"), "uint:0");
    ask("frame attach name=\"ems:rcv:");
    const char *receiver = fact("frame");
    CHECK_STR(field_of(receiver, "role"), "true");
    CHECK_STR(field_of(receiver, "snd-settle-mode"), "ubyte:0");
    CHECK_STR(field_of(receiver, "rcv-settle-mode"), "ubyte:0");
    CHECK_STR(field_of(receiver, "initial-delivery-count"), NULL);
    CHECK(strstr(receiver, said("source=(source address=\"%s\"", f.name)) != NULL);
    CHECK_STR(field_of(receiver, "outcomes"), outcomes);
    CHECK_STR(field_of(receiver, "capabilities"), "['queue']");
    /* credit as asked for */
    CHECK_FIELD("flow", "link-credit", "uint:7");
    CHECK_FIELD("flow", "delivery-count", "uint:0");
    CHECK_FIELD("flow", "incoming-window", "uint:2147483647");

    ask("forget");
    CHECK_OK(tibemsSession_CreateConsumer(f.session, &selective, f.queue, "a = 'b' AND c > 5", TIBEMS_FALSE));
    CHECK_FIELD("attach", "filter", "{'jms-selector'=@ulong:77567109365764(\"a = 'b' AND c > 5\")}");
    ask("forget");
    CHECK_OK(tibemsTopic_Create(&topic, "news.today"));
    CHECK_OK(tibemsSession_CreateConsumer(f.session, &selective, topic, NULL, TIBEMS_FALSE));
    CHECK_FIELD("attach", "address", "\"news.today\"");
    CHECK_FIELD("attach", "capabilities", "['topic']");
    ask("forget");
    CHECK_OK(tibemsSession_CreateProducer(f.session, &anonymous, NULL));
    CHECK_OK(tibemsMsgProducer_SendToDestination(anonymous, topic, text_message("t")));
    ask("message news.today");
    CHECK_BODY("amqp-value \"t\"");
    CHECK_FACT("proton.address", "news.today");
    ask("forget");
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    CHECK_FIELD("detach", "closed", "true");
    CHECK_OK(tibemsSession_Close(f.session));
    CHECK_FRAME("end", "end");
    fixture_close(&f);
    CHECK_FRAME("close", "close");
}

static void put(struct fixture *f, int count)
{
    for (int n = 0; n < count; n++)
        ask("send %s text", f->name);
}

TEST("-", proton_reads_acknowledgements)
{
    struct fixture f;
    fresh_on_proton(&f, "");
    put(&f, 2);
    for (int n = 0; n < 2; n++)
        CHECK_OK(tibemsMsg_Destroy(receive_one(f.consumer)));
    ask("given %s 2", f.name);
    CHECK_FACT("0", "accepted");
    CHECK_FACT("1", "accepted");
    CHECK_FIELD("disposition", "role", "true");
    CHECK_FIELD("disposition", "first", "uint:0");
    CHECK_FIELD("disposition", "settled", "true");
    CHECK_FIELD("disposition", "state", "(accepted)");
    fixture_close(&f);
}

TEST("-", proton_reads_one_acknowledgement_of_many)
{
    struct fixture f = {0};
    setenv("TIBEMS_AMQP_OPTIONS", "", 1);
    fresh_on(&f, connect_to(url_a()), TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE);
    ask("forget");
    put(&f, 5);
    tibemsMsg last = NULL;
    for (int n = 0; n < 5; n++) {
        if (last)
            CHECK_OK(tibemsMsg_Destroy(last));
        last = receive_one(f.consumer);
    }
    CHECK_OK(tibemsMsg_Acknowledge(last));
    ask("given %s 5", f.name);
    CHECK_FACT("4", "accepted");
    /* the first of all dispositions: none came before the call */
    CHECK_FRAME("disposition", "disposition role=true first=uint:0 last=uint:4 settled=true state=(accepted)");
    CHECK_OK(tibemsMsg_Destroy(last));
    fixture_close(&f);
}

TEST("-", proton_reads_unsettled_and_settled_links)
{
    struct fixture f = {0};
    setenv("TIBEMS_AMQP_OPTIONS", "", 1);
    ask("forget");
    fresh_on(&f, connect_to(url_a()), TIBEMS_FALSE, TIBEMS_NO_ACKNOWLEDGE);
    ask("frame attach name=\"ems:rcv:");
    CHECK_STR(field_of(fact("frame"), "snd-settle-mode"), "ubyte:1");
    put(&f, 1);
    CHECK_OK(tibemsMsg_Destroy(receive_one(f.consumer)));
    fixture_close(&f);
    CHECK_FRAME("close", "close");
    CHECK_INT(frames_of("disposition"), 0);
}

TEST("-", proton_drains_a_link)
{
    struct fixture f;
    tibemsMsg message = NULL;
    fresh_on_proton(&f, "prefetch_queue=0");
    CHECK_STATUS(tibemsMsgConsumer_ReceiveNoWait(f.consumer, &message), TIBEMS_NOT_FOUND);
    ask("frame flow");
    CHECK_STR(field_of(fact("frame"), "link-credit"), "uint:1");
    CHECK_STR(field_of(fact("frame"), "drain"), "true");
    put(&f, 1);
    CHECK_OK(tibemsMsg_Destroy(receive_one(f.consumer)));    /* credit counts rightly behind a drain */
    fixture_close(&f);
}

TEST("-", proton_outcomes_become_statuses)
{
    struct fixture f;
    fresh_on_proton(&f, "");
    CHECK_OK(send_text(f.producer, "accepted"));
    static const char *const refusals[][2] = {
        {"rejected", "app:refused: not wanted"}, {"released", "released"}, {"modified", "modified"}};
    for (int n = 0; n < 3; n++) {
        tibemsMsg message = text_message("refused");
        ask("outcome %s %s", f.name, refusals[n][0]);
        CHECK_STATUS(tibemsMsgProducer_Send(f.producer, message), TIBEMS_EXCEPTION);
        const char *why = error_text();
        if (!strstr(why, refusals[n][1]))
            CHECK_STR(why, refusals[n][1]);
        CHECK_OK(tibemsMsg_Destroy(message));
    }
    ask("outcome %s accepted", f.name);
    CHECK_OK(send_text(f.producer, "accepted"));
    fixture_close(&f);
}

TEST("-", proton_gets_heartbeats)
{
    tibemsConnection connection = NULL;
    setenv("TIBEMS_AMQP_OPTIONS", "vhost=heartbeats", 1);   /* Proton asks for one each 4 s then */
    ask("forget");
    REQUIRE_OK(connect_as(&connection, USER, PASSWORD));
    CHECK_FRAME("empty", "empty");
    CHECK_FACT("size", "8");
    CHECK_OK(tibemsConnection_Close(connection));
}

TEST("-", protons_message_is_read)
{
    struct fixture f;
    const char *text = NULL;
    tibems_int number = 0;
    tibemsDestination reply = NULL;
    fresh_on_proton(&f, "");
    put(&f, 1);
    tibemsMsg message = receive_one(f.consumer);
    CHECK_STR(text_of(message), "from proton");
    CHECK_OK(tibemsMsg_GetMessageID(message, &text));
    CHECK_STR(text, "ID:proton");
    CHECK_OK(tibemsMsg_GetType(message, &text));
    CHECK_STR(text, "the type");
    CHECK_OK(tibemsMsg_GetCorrelationID(message, &text));
    CHECK_STR(text, "the correlation");
    CHECK_OK(tibemsMsg_GetPriority(message, &number));
    CHECK_INT(number, 7);
    CHECK_OK(tibemsMsg_GetIntProperty(message, "n", &number));
    CHECK_INT(number, 5);
    CHECK_OK(tibemsMsg_GetReplyTo(message, &reply));
    tibemsDestinationType kind = TIBEMS_UNKNOWN;
    CHECK_OK(tibemsDestination_GetType(reply, &kind));
    CHECK_INT(kind, TIBEMS_TOPIC);
    CHECK_OK(tibemsMsg_Destroy(message));
    fixture_close(&f);
}
