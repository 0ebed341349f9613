/*
 * messages.c - every header, property and body that a program can set, as Proton reads it from the bytes (spec 30 §9)
 */
#include "proton.h"

#define TYPE(NUMBER) "'x-opt-jms-msg-type'=byte:" #NUMBER " 'x-opt-jms-dest'=byte:0"
#define OCTETS " content-type='application/octet-stream'"
#define JAVA " content-type='application/x-java-serialized-object'"
#define GREETING_SHOWN "gr\\xc3\\xbc\\xc3\\x9f \\xf0\\x9f\\x98\\x80"

static tibemsMsg text_of_bytes(const char *content)
{
    tibemsMsg message = new_message(tibemsTextMsg_Create);
    CHECK_OK(tibemsTextMsg_SetText(message, content));
    return message;
}

TEST("-", proton_reads_text)
{
    static char longer[301];
    struct fixture f;
    fresh_on_proton(&f, "");
    look_at(&f, text_of_bytes("hello"), TYPE(5), "", 4);
    CHECK_BODY("amqp-value \"hello\"");
    CHECK_FACT("proton.body", "str");
    look_at(&f, text_of_bytes(""), TYPE(5), "", 4);
    CHECK_BODY("amqp-value \"\"");
    look_at(&f, text_of_bytes(NULL), TYPE(5), "", 4);
    CHECK_BODY("amqp-value null");
    look_at(&f, text_of_bytes(GREETING), TYPE(5), "", 4);
    CHECK_BODY("amqp-value \"" GREETING_SHOWN "\"");
    memset(longer, 'x', sizeof longer - 1);
    look_at(&f, text_of_bytes(longer), TYPE(5), "", 4);
    CHECK_BODY(said("amqp-value \"%s\"", longer));
    look_at(&f, text_of_bytes("caf\xe9"), "'x-opt-jms-dest'=byte:0", " content-type='text/plain; charset=ISO-8859-1'", 4);
    CHECK_BODY("data binary:636166e9");
    fixture_close(&f);
}

TEST("-", proton_reads_bytes)
{
    struct fixture f;
    fresh_on_proton(&f, "");
    look_at(&f, new_message(tibemsBytesMsg_Create), TYPE(3), OCTETS, 4);
    CHECK_BODY("data binary:");
    tibemsMsg message = new_message(tibemsBytesMsg_Create);
    CHECK_OK(tibemsBytesMsg_WriteBoolean(message, TIBEMS_TRUE));
    CHECK_OK(tibemsBytesMsg_WriteByte(message, -5));
    CHECK_OK(tibemsBytesMsg_WriteShort(message, -300));
    CHECK_OK(tibemsBytesMsg_WriteChar(message, 0x20ac));
    CHECK_OK(tibemsBytesMsg_WriteInt(message, -70000));
    CHECK_OK(tibemsBytesMsg_WriteLong(message, -5000000000LL));
    CHECK_OK(tibemsBytesMsg_WriteFloat(message, -1.5f));
    CHECK_OK(tibemsBytesMsg_WriteDouble(message, 0.1));
    CHECK_OK(tibemsBytesMsg_WriteUTF(message, "\xc3\xa4"));
    CHECK_OK(tibemsBytesMsg_WriteBytes(message, THREE, 3));
    look_at(&f, message, TYPE(3), OCTETS, 4);
    CHECK_BODY("data binary:" "01" "fb" "fed4" "20ac" "fffeee90" "fffffffed5fa0e00" "bfc00000" "3fb999999999999a"
               "0002c3a4" "0001ff");
    fixture_close(&f);
}

static tibems_short shorts[] = {1, -1, 32767};
static tibems_int ints[] = {1, -1, 2147483647};
static tibems_long longs[] = {1, INT64_MIN};
static tibems_float floats[] = {1.5f};
static tibems_double doubles[] = {0.1, -0.0};

TEST("-", proton_reads_maps)
{
    static char big[300];
    struct fixture f;
    fresh_on_proton(&f, "");
    look_at(&f, new_message(tibemsMapMsg_Create), TYPE(2), "", 4);
    CHECK_BODY("amqp-value {}");

    tibemsMsg map = new_message(tibemsMapMsg_Create), inner = new_message(tibemsMapMsg_Create),
              list = new_message(tibemsStreamMsg_Create);
    CHECK_OK(tibemsMapMsg_SetInt(inner, "n", 1));
    CHECK_OK(tibemsStreamMsg_WriteString(list, "in"));
    CHECK_OK(tibemsMapMsg_SetBoolean(map, "z", TIBEMS_TRUE));
    CHECK_OK(tibemsMapMsg_SetBoolean(map, "no", TIBEMS_FALSE));
    CHECK_OK(tibemsMapMsg_SetByte(map, "b", -128));
    CHECK_OK(tibemsMapMsg_SetChar(map, "c", 0x20ac));
    CHECK_OK(tibemsMapMsg_SetShort(map, "s", -32768));
    CHECK_OK(tibemsMapMsg_SetInt(map, "i", 0));
    CHECK_OK(tibemsMapMsg_SetInt(map, "i127", 127));
    CHECK_OK(tibemsMapMsg_SetInt(map, "i128", 128));
    CHECK_OK(tibemsMapMsg_SetInt(map, "i-128", -128));
    CHECK_OK(tibemsMapMsg_SetInt(map, "i-129", -129));
    CHECK_OK(tibemsMapMsg_SetLong(map, "l", -1));
    CHECK_OK(tibemsMapMsg_SetLong(map, "lowest", INT64_MIN));
    CHECK_OK(tibemsMapMsg_SetFloat(map, "f", -1.5f));
    CHECK_OK(tibemsMapMsg_SetDouble(map, "d", 0.1));
    CHECK_OK(tibemsMapMsg_SetString(map, "u", GREETING));
    CHECK_OK(tibemsMapMsg_SetString(map, "none", NULL));
    CHECK_OK(tibemsMapMsg_SetBytes(map, "bytes", THREE, 3));
    CHECK_OK(tibemsMapMsg_SetBytes(map, "big", big, sizeof big));
    look_at(&f, map, TYPE(2), "", 4);
    CHECK_BODY(said("amqp-value {\"z\"=true \"no\"=false \"b\"=byte:-128 \"c\"=char:20ac \"s\"=short:-32768 \"i\"=int:0 "
                    "\"i127\"=int:127 \"i128\"=int:128 \"i-128\"=int:-128 \"i-129\"=int:-129 \"l\"=long:-1 "
                    "\"lowest\"=long:-9223372036854775808 \"f\"=float:bfc00000 \"d\"=double:3fb999999999999a \"u\"=\""
                    GREETING_SHOWN "\" \"none\"=null \"bytes\"=binary:0001ff \"big\"=binary:%0600d}", 0));

    map = new_message(tibemsMapMsg_Create);
    CHECK_OK(tibemsMapMsg_SetMapMsg(map, "map", inner, TIBEMS_TRUE));
    CHECK_OK(tibemsMapMsg_SetStreamMsg(map, "list", list, TIBEMS_TRUE));
    CHECK_OK(tibemsMapMsg_SetShortArray(map, "shorts", shorts, 3));
    CHECK_OK(tibemsMapMsg_SetIntArray(map, "ints", ints, 3));
    CHECK_OK(tibemsMapMsg_SetLongArray(map, "longs", longs, 2));
    CHECK_OK(tibemsMapMsg_SetFloatArray(map, "floats", floats, 1));
    CHECK_OK(tibemsMapMsg_SetDoubleArray(map, "doubles", doubles, 2));
    look_at(&f, map, TYPE(2), "", 5);
    CHECK_FACT("section.3", "application-properties {\"JMS_TIBCO_MSG_EXT\"=true}");
    CHECK_BODY("amqp-value {\"map\"={\"n\"=int:1} \"list\"=[\"in\"] \"shorts\"=array[short:1 short:-1 short:32767] "
               "\"ints\"=array[int:1 int:-1 int:2147483647] \"longs\"=array[long:1 long:-9223372036854775808] "
               "\"floats\"=array[float:3fc00000] \"doubles\"=array[double:3fb999999999999a double:8000000000000000]}");
    fixture_close(&f);
}

/* sizes at which the short forms of list, map, string and array end, and an array of more than 255 elements */
TEST("-", proton_reads_maps_of_every_length)
{
    static char text[301];
    static tibems_short many[300];
    struct fixture f;
    fresh_on_proton(&f, "");
    memset(text, 's', sizeof text - 1);
    for (int size = 240; size <= 262; size++) {
        tibemsMsg map = new_message(tibemsMapMsg_Create);
        text[size] = 0;
        CHECK_OK(tibemsMapMsg_SetString(map, "k", text));
        look_at(&f, map, TYPE(2), "", 4);
        CHECK_BODY(said("amqp-value {\"k\"=\"%s\"}", text));
        text[size] = 's';
    }
    for (int count = 124; count <= 130; count++) {          /* 255 keys and values are the most of a short map */
        char shown[1000] = "amqp-value {", *end = shown + strlen(shown);
        tibemsMsg map = new_message(tibemsMapMsg_Create);
        for (int n = 0; n < count; n++) {
            char name[3] = {(char)('A' + n / 26), (char)('A' + n % 26), 0};
            CHECK_OK(tibemsMapMsg_SetString(map, name, NULL));
        }
        look_at(&f, map, TYPE(2), "", 4);
        const char *body = fact("section.3");
        int pairs = 0;
        for (const char *at = body; at && (at = strstr(at, "=null")); at++)
            pairs++;
        CHECK_INT(pairs, count);
        CHECK(body && strncmp(body, shown, (size_t)(end - shown)) == 0);
    }
    for (int count = 124; count <= 130; count += 1) {       /* 2 bytes each: 254 bytes and more need the long form */
        tibemsMsg map = new_message(tibemsMapMsg_Create);
        CHECK_OK(tibemsMapMsg_SetShortArray(map, "k", many, (tibems_uint)count));
        look_at(&f, map, TYPE(2), "", 5);
        CHECK_INT(strlen(fact("section.4")), strlen("amqp-value {\"k\"=array[]}") + (size_t)count * 8 - 1);
    }
    tibemsMsg map = new_message(tibemsMapMsg_Create);
    CHECK_OK(tibemsMapMsg_SetShortArray(map, "k", many, 300));
    look_at(&f, map, TYPE(2), "", 5);
    CHECK_INT(strlen(fact("section.4")), strlen("amqp-value {\"k\"=array[]}") + 300 * 8 - 1);
    fixture_close(&f);
}

TEST("-", proton_reads_streams)
{
    struct fixture f;
    fresh_on_proton(&f, "");
    look_at(&f, new_message(tibemsStreamMsg_Create), TYPE(4), "", 4);
    CHECK_BODY("amqp-sequence []");

    tibemsMsg stream = new_message(tibemsStreamMsg_Create), inner = new_message(tibemsMapMsg_Create);
    CHECK_OK(tibemsMapMsg_SetBoolean(inner, "z", TIBEMS_FALSE));
    CHECK_OK(tibemsStreamMsg_WriteBoolean(stream, TIBEMS_TRUE));
    CHECK_OK(tibemsStreamMsg_WriteByte(stream, 127));
    CHECK_OK(tibemsStreamMsg_WriteChar(stream, 'x'));
    CHECK_OK(tibemsStreamMsg_WriteShort(stream, 255));
    CHECK_OK(tibemsStreamMsg_WriteInt(stream, 70000));
    CHECK_OK(tibemsStreamMsg_WriteLong(stream, 5000000000LL));
    CHECK_OK(tibemsStreamMsg_WriteFloat(stream, 0.5f));
    CHECK_OK(tibemsStreamMsg_WriteDouble(stream, -0.5));
    CHECK_OK(tibemsStreamMsg_WriteString(stream, ""));
    CHECK_OK(tibemsStreamMsg_WriteString(stream, NULL));
    CHECK_OK(tibemsStreamMsg_WriteBytes(stream, "", 0));
    CHECK_OK(tibemsStreamMsg_WriteIntArray(stream, ints, 3));
    CHECK_OK(tibemsStreamMsg_WriteMapMsg(stream, inner));
    look_at(&f, stream, TYPE(4), "", 5);
    CHECK_BODY("amqp-sequence [true byte:127 char:78 short:255 int:70000 long:5000000000 float:3f000000 "
               "double:bfe0000000000000 \"\" null binary: array[int:1 int:-1 int:2147483647] {\"z\"=false}]");
    fixture_close(&f);
}

TEST("-", proton_reads_objects_and_plain_messages)
{
    struct fixture f;
    fresh_on_proton(&f, "");
    tibemsMsg object = new_message(tibemsObjectMsg_Create);
    CHECK_OK(tibemsObjectMsg_SetObjectBytes(object, "\xac\xed\0\5t\0\1a", 8));
    look_at(&f, object, TYPE(1), JAVA, 4);
    CHECK_BODY("data binary:aced000574000161");
    look_at(&f, new_message(tibemsObjectMsg_Create), TYPE(1), JAVA, 4);
    CHECK_BODY("data binary:aced000570");
    look_at(&f, new_message(tibemsMsg_Create), TYPE(0), "", 4);
    CHECK_BODY("amqp-value null");
    fixture_close(&f);
}

TEST("-", proton_reads_properties)
{
    struct fixture f;
    fresh_on_proton(&f, "");
    tibemsMsg message = text_message("t");
    CHECK_OK(tibemsMsg_SetBooleanProperty(message, "z", TIBEMS_FALSE));
    CHECK_OK(tibemsMsg_SetByteProperty(message, "b", -5));
    CHECK_OK(tibemsMsg_SetShortProperty(message, "s", -300));
    CHECK_OK(tibemsMsg_SetIntProperty(message, "i", -70000));
    CHECK_OK(tibemsMsg_SetLongProperty(message, "l", 0));
    CHECK_OK(tibemsMsg_SetFloatProperty(message, "f", -1.5f));
    CHECK_OK(tibemsMsg_SetDoubleProperty(message, "d", 4.9406564584124654e-324));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "u", GREETING));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "none", NULL));
    look_at(&f, message, TYPE(5), "", 5);
    CHECK_FACT("section.3", "application-properties {\"z\"=false \"b\"=byte:-5 \"s\"=short:-300 \"i\"=int:-70000 \"l\"=long:0 "
               "\"f\"=float:bfc00000 \"d\"=double:0000000000000001 \"u\"=\"" GREETING_SHOWN "\" \"none\"=null}");
    CHECK_FACT("proton.properties", "9");
    fixture_close(&f);
}

TEST("-", proton_reads_ids_of_every_type)
{
    static const char *const ids[][2] = {
        {"plain", "\"plain\""},
        {"ID:AMQP_UUID:00112233-4455-6677-8899-aabbccddeeff", "uuid:00112233445566778899aabbccddeeff"},
        {"ID:AMQP_ULONG:0", "ulong:0"},
        {"ID:AMQP_ULONG:255", "ulong:255"},
        {"ID:AMQP_ULONG:18446744073709551615", "ulong:18446744073709551615"},
        {"ID:AMQP_BINARY:00FF", "binary:00ff"},
        {"ID:AMQP_NO_PREFIX:x", "\"x\""},
        {"ID:other", "\"ID:other\""},
    };
    struct fixture f;
    fresh_on_proton(&f, "");
    for (size_t n = 0; n < sizeof ids / sizeof *ids; n++) {
        tibemsMsg message = text_message("t");
        CHECK_OK(tibemsMsg_SetCorrelationID(message, ids[n][0]));
        look_at(&f, message, TYPE(5), said(" correlation-id=%s", ids[n][1]), 4);
    }
    fixture_close(&f);
}

TEST("-", proton_reads_every_header)
{
    struct fixture f;
    const char *id = NULL;
    tibems_long sent = 0, ends = 0;
    fresh_on_proton(&f, "");
    tibemsMsg message = text_message("t");
    CHECK_OK(tibemsMsg_SetCorrelationID(message, "correlation"));
    CHECK_OK(tibemsMsg_SetType(message, "the type"));
    tibemsDestination topic = NULL;
    CHECK_OK(tibemsTopic_Create(&topic, "answers"));
    CHECK_OK(tibemsMsg_SetReplyTo(message, topic));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "JMSXGroupID", "the group"));
    CHECK_OK(tibemsMsg_SetIntProperty(message, "JMSXGroupSeq", -1));
    CHECK_OK(tibemsMsgProducer_SetDeliveryMode(f.producer, TIBEMS_NON_PERSISTENT));
    CHECK_OK(tibemsMsgProducer_SetPriority(f.producer, 9));
    CHECK_OK(tibemsMsgProducer_SetTimeToLive(f.producer, 3600000));
    REQUIRE_OK(tibemsMsgProducer_Send(f.producer, message));
    CHECK_OK(tibemsMsg_GetMessageID(message, &id));
    CHECK_OK(tibemsMsg_GetTimestamp(message, &sent));
    CHECK_OK(tibemsMsg_GetExpiration(message, &ends));
    CHECK_INT(ends, sent + 3600000);
    ask("message %s", f.name);
    CHECK_FACT("section.0", "header durable=false priority=ubyte:9 ttl=uint:3600000");
    CHECK_FACT("section.1", "message-annotations {" TYPE(5) " 'x-opt-jms-reply-to'=byte:1}");
    CHECK_FACT("section.2",
               said("properties message-id=\"%s\" to=\"%s\" subject=\"the type\" reply-to=\"answers\" "
                    "correlation-id=\"correlation\" absolute-expiry-time=timestamp:%lld creation-time=timestamp:%lld "
                    "group-id=\"the group\" group-sequence=uint:4294967295", id, f.name, (long long)ends, (long long)sent));
    CHECK_FACT("sections", "4");
    CHECK_FACT("proton.priority", "9");
    CHECK_FACT("proton.ttl", "3600.0");
    CHECK_FACT("proton.durable", "False");
    CHECK_FACT("proton.subject", "the type");
    CHECK_FACT("proton.reply_to", "answers");
    CHECK_FACT("proton.correlation_id", "correlation");
    CHECK_FACT("proton.group_id", "the group");
    CHECK_FACT("proton.group_sequence", "4294967295");
    CHECK_OK(tibemsMsg_Destroy(message));

    message = text_message("t");                            /* without what can be left out; reliable; delayed */
    CHECK_OK(tibemsMsgProducer_SetDeliveryMode(f.producer, TIBEMS_RELIABLE));
    CHECK_OK(tibemsMsgProducer_SetPriority(f.producer, 4));
    CHECK_OK(tibemsMsgProducer_SetTimeToLive(f.producer, 0));
    CHECK_OK(tibemsMsgProducer_SetDisableMessageID(f.producer, TIBEMS_TRUE));
    CHECK_OK(tibemsMsgProducer_SetDisableMessageTimestamp(f.producer, TIBEMS_TRUE));
    REQUIRE_OK(tibemsMsgProducer_Send(f.producer, message));
    ask("message %s", f.name);
    CHECK_FACT("section.0", "header durable=false");
    CHECK_FACT("section.1", "message-annotations {" TYPE(5) " 'x-opt-ems-delivery-mode'=ubyte:22}");
    CHECK_FACT("section.2", said("properties to=\"%s\"", f.name));
    CHECK_OK(tibemsMsg_Destroy(message));
    fixture_close(&f);
}

/* Proton takes frames of 4096 bytes. Every length around one and two frames, then a megabyte */
TEST_X("-", proton_joins_messages_of_many_frames, 0, 60)
{
    enum { LARGE = 1000000 };
    static char text[LARGE + 1], shown[LARGE + 32];
    struct fixture f;
    fresh_on_proton(&f, "");
    for (int n = 0; n < LARGE; n++)
        text[n] = (char)('a' + n % 23);
    const int sizes[] = {3880, 3890, 3900, 3901, 3902, 3903, 3904, 3905, 3906, 3907, 3908, 3909, 3910, 3911, 3912, 3920, 3930,
                         3940, 3950, 3960, 3970, 3980, 3990, 4000, 4096, 7960, 7980, 8000, 8020, 8040, 8192, LARGE};
    for (size_t n = 0; n < sizeof sizes / sizeof *sizes; n++) {
        int size = sizes[n];
        text[size] = 0;
        look_at(&f, text_of_bytes(text), TYPE(5), "", 4);
        snprintf(shown, sizeof shown, "amqp-value \"%s\"", text);
        CHECK_BODY(shown);
        int payload = atoi(fact("payload")), frames = atoi(fact("frames")), largest = atoi(fact("largest"));
        CHECK_BETWEEN(largest, 0, 4096);
        /* no more frames than the payload fills, each with at most 64 bytes before it */
        CHECK_BETWEEN(frames, (payload + 4095) / 4096, payload / (4096 - 64) + 1);
        text[size] = (char)('a' + size % 23);
    }
    fixture_close(&f);
}
