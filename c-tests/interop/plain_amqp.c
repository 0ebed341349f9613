/*
 * plain_amqp.c - messages of a program that knows AMQP only, and what it gets from us (spec 30 §9, §10.9). The sections are
 * made by partner/Plain.java with a client of its own, and travel through the broker.
 */
#include "partner.h"

#include <time.h>

static const char *text_body(tibemsMsg message)
{
    const char *body = "(not read)";
    CHECK_INT(body_type(message), TIBEMS_TEXT_MESSAGE);
    CHECK_OK(tibemsTextMsg_GetText(message, &body));
    return body;
}

TEST("30-123", identifiers_of_every_type)
{
    static const struct { const char *sent, *seen, *value; } ids[] = {
        {"string:abc", "ID:AMQP_NO_PREFIX:abc", "String:abc"},
        {"string:ID:abc", "ID:abc", "String:ID:abc"},
        {"string:ID:AMQP_UUID:x", "ID:AMQP_STRING:ID:AMQP_UUID:x", "String:ID:AMQP_UUID:x"},
        {"uuid:01234567-89ab-cdef-0123-456789abcdef", "ID:AMQP_UUID:01234567-89ab-cdef-0123-456789abcdef",
         "UUID:01234567-89ab-cdef-0123-456789abcdef"},
        {"ulong:42", "ID:AMQP_ULONG:42", "UnsignedLong:42"},
        {"binary:ab", "ID:AMQP_BINARY:AB", "Binary:ab"},
    };
    for (size_t at = 0; at < sizeof ids / sizeof *ids; at++) {
        const char *id = NULL;
        tibemsMsg message = from_plain("text", worded("id=%s", ids[at].sent)), answer = text_message("answer");
        CHECK_OK(tibemsMsg_GetMessageID(message, &id));
        CHECK_STR(id, ids[at].seen);
        CHECK_OK(tibemsMsg_SetCorrelationID(answer, id));
        shown_to_plain(answer);
        CHECK_FACT("properties.correlation-id", ids[at].value);
        CHECK_OK(tibemsMsg_Destroy(message));
        /* as correlation id only the string without a prefix reads otherwise */
        message = from_plain("text", worded("correlation=%s", ids[at].sent));
        CHECK_OK(tibemsMsg_GetCorrelationID(message, &id));
        CHECK_STR(id, at == 0 ? "abc" : ids[at].seen);
        CHECK_OK(tibemsMsg_Destroy(message));
    }
    ours_close();
}

TEST("30-124", malformed_identifier_goes_out_as_text)
{
    tibemsMsg message = text_message("text");
    CHECK_OK(tibemsMsg_SetCorrelationID(message, "ID:AMQP_BINARY:ABC"));
    shown_to_plain(message);
    CHECK_FACT("properties.correlation-id", "String:ID:AMQP_BINARY:ABC");
    ours_close();
}

TEST("30-125", map_without_annotation)
{
    const char *value = NULL;
    tibemsMsg message = from_plain("map", "");
    CHECK_INT(body_type(message), TIBEMS_MAP_MESSAGE);
    CHECK_OK(tibemsMapMsg_GetString(message, "s", &value));
    CHECK_STR(value, "text");
    CHECK_OK(tibemsMapMsg_GetString(message, "1", &value));
    CHECK_STR(value, "one");
    CHECK_OK(tibemsMsg_Destroy(message));
    ours_close();
}

TEST("30-126", list_and_sequences_without_annotation)
{
    tibems_int number = 0;
    tibems_long large = 0;
    tibems_bool flag = TIBEMS_FALSE;
    char *value = NULL;
    tibemsMsgField field;
    tibemsMsg message = from_plain("list", "");
    CHECK_INT(body_type(message), TIBEMS_STREAM_MESSAGE);
    CHECK_OK(tibemsStreamMsg_ReadInt(message, &number));
    CHECK_INT(number, 1);
    CHECK_OK(tibemsStreamMsg_ReadString(message, &value));
    CHECK_STR(value, "two");
    CHECK_OK(tibemsStreamMsg_ReadBoolean(message, &flag));
    CHECK_INT(flag, TIBEMS_TRUE);
    CHECK_STATUS(tibemsStreamMsg_ReadField(message, &field), TIBEMS_MSG_EOF);
    CHECK_OK(tibemsMsg_Destroy(message));
    message = from_plain("sequences", "");
    CHECK_INT(body_type(message), TIBEMS_STREAM_MESSAGE);
    CHECK_OK(tibemsStreamMsg_ReadInt(message, &number));
    CHECK_INT(number, 1);
    CHECK_OK(tibemsStreamMsg_ReadString(message, &value));
    CHECK_STR(value, "two");
    CHECK_OK(tibemsStreamMsg_ReadLong(message, &large));
    CHECK_INT(large, 3);
    CHECK_STATUS(tibemsStreamMsg_ReadField(message, &field), TIBEMS_MSG_EOF);
    CHECK_OK(tibemsMsg_Destroy(message));
    message = from_plain("uint", "");           /* a scalar alone: a stream of one item */
    CHECK_INT(body_type(message), TIBEMS_STREAM_MESSAGE);
    CHECK_OK(tibemsStreamMsg_ReadLong(message, &large));
    CHECK_INT(large, 4294967295LL);
    CHECK_OK(tibemsMsg_Destroy(message));
    ours_close();
}

TEST("30-57,30-127", data_by_content_type)
{
    static const struct { const char *type; int body; } kinds[] = {
        {"application/json", TIBEMS_TEXT_MESSAGE}, {"application/xml", TIBEMS_TEXT_MESSAGE},
        {"text/plain", TIBEMS_TEXT_MESSAGE}, {"application/vnd.x+json", TIBEMS_TEXT_MESSAGE},
        {"image/png", TIBEMS_BYTES_MESSAGE}, {"application/octet-stream", TIBEMS_BYTES_MESSAGE},
        {"application/x-java-serialized-object", TIBEMS_OBJECT_MESSAGE},
    };
    const char *label = NULL;
    tibems_int length = -1;
    void *bytes = NULL;
    tibems_uint size = 0;
    CASE("30-127");
    for (size_t at = 0; at < sizeof kinds / sizeof *kinds; at++) {
        tibemsMsg message = from_plain("data", worded("content-type=%s", kinds[at].type));
        if (!CHECK_INT(body_type(message), kinds[at].body))
            fprintf(stderr, "   content type %s\n", kinds[at].type);
        if (kinds[at].body == TIBEMS_TEXT_MESSAGE)
            CHECK_STR(text_body(message), "{\"caf\xc3\xa9\": 1}");
        CHECK_OK(tibemsMsg_Destroy(message));
        message = from_plain("no-body", worded("content-type=%s", kinds[at].type));
        if (strcmp(kinds[at].type, "image/png") == 0)
            CHECK_INT(body_type(message), TIBEMS_MESSAGE);
        else
            CHECK_INT(body_type(message), kinds[at].body);
        CHECK_OK(tibemsMsg_Destroy(message));
    }
    tibemsMsg message = from_plain("two-data", "");
    CHECK_INT(body_type(message), TIBEMS_BYTES_MESSAGE);
    CHECK_OK(tibemsBytesMsg_GetBodyLength(message, &length));
    CHECK_INT(length, 3);
    CHECK_OK(tibemsMsg_Destroy(message));
    message = from_plain("binary", "");
    CHECK_INT(body_type(message), TIBEMS_BYTES_MESSAGE);
    CHECK_OK(tibemsMsg_Destroy(message));
    /* encoded content: the bytes as they came, and both fields go on with them */
    message = from_plain("latin1", "content-type=text/plain content-encoding=gzip");
    CHECK_INT(body_type(message), TIBEMS_BYTES_MESSAGE);
    CHECK_OK(tibemsBytesMsg_GetBytes(message, &bytes, &size));
    CHECK(size == 4 && memcmp(bytes, "caf\xe9", 4) == 0);
    shown_to_plain(message);
    CHECK_FACT("properties.content-type", "String:text/plain");
    CHECK_FACT("properties.content-encoding", "String:gzip");
    CHECK_FACT("Data", "byte[]:636166e9");
    message = from_plain("data", "content-type=application/json content-encoding=identity");
    CHECK_STR(text_body(message), "{\"caf\xc3\xa9\": 1}");
    CHECK_OK(tibemsMsg_Destroy(message));
    CASE("30-57");
    message = from_plain("latin1", "content-type=text/plain;charset=ISO-8859-1");
    CHECK_STR(text_body(message), "caf\xe9");
    CHECK_OK(tibemsMsg_GetEncoding(message, &label));
    CHECK_STR(label, "ISO-8859-1");
    CHECK_OK(tibemsMsg_Destroy(message));
    ours_close();
}

TEST("30-57", latin1_text_is_a_data_section)
{
    tibemsMsg message = text_message("caf\xe9");
    CHECK_OK(tibemsMsg_SetEncoding(message, "ISO-8859-1"));
    shown_to_plain(message);
    CHECK_FACT("sections", "1");
    CHECK_FACT("Data", "byte[]:636166e9");
    CHECK_FACT("properties.content-type", "String:text/plain; charset=ISO-8859-1");
    CHECK_FACT("annotations.x-opt-jms-msg-type", NULL);
    ours_close();
}

TEST("30-128", map_annotated_as_text)
{
    const char *value = NULL;
    tibemsMsg message = from_plain("map-as-text", "");
    CHECK_INT(body_type(message), TIBEMS_MAP_MESSAGE);
    CHECK_OK(tibemsMapMsg_GetString(message, "s", &value));
    CHECK_STR(value, "text");
    CHECK_OK(tibemsMsg_Destroy(message));
    ours_close();
}

static long long epoch_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

TEST("30-129", header_of_plain_amqp)
{
    tibems_int priority = -1;
    tibems_long expiration = 0, timestamp = -1;
    ours_open();
    long long before = epoch_ms();
    tibemsMsg message = from_plain("header", "");
    CHECK_OK(tibemsMsg_GetPriority(message, &priority));
    CHECK_INT(priority, 9);
    CHECK_OK(tibemsMsg_GetExpiration(message, &expiration));
    CHECK_BETWEEN(expiration, before + 60000, epoch_ms() + 60000);
    CHECK_OK(tibemsMsg_GetTimestamp(message, &timestamp));
    CHECK_INT(timestamp, 0);
    CHECK_OK(tibemsMsg_Destroy(message));
    ours_close();
}

TEST("30-130", wide_types_of_plain_amqp)
{
    tibemsMsgField field;
    tibemsMsg message = from_plain("wide", "");
    field = map_item(message, "ulong");
    CHECK(field.type == TIBEMS_UTF8 && strcmp(field.data.utf8Value, "18446744073709551615") == 0);
    field = map_item(message, "small ulong");
    CHECK(field.type == TIBEMS_LONG && field.data.longValue == 5);
    field = map_item(message, "uint");
    CHECK(field.type == TIBEMS_LONG && field.data.longValue == 4294967295LL);
    field = map_item(message, "ushort");
    CHECK(field.type == TIBEMS_INT && field.data.intValue == 65535);
    field = map_item(message, "ubyte");
    CHECK(field.type == TIBEMS_SHORT && field.data.shortValue == 255);
    field = map_item(message, "symbol");
    CHECK(field.type == TIBEMS_UTF8 && strcmp(field.data.utf8Value, "sym") == 0);
    field = map_item(message, "uuid");
    CHECK(field.type == TIBEMS_UTF8 && strcmp(field.data.utf8Value, "01234567-89ab-cdef-0123-456789abcdef") == 0);
    field = map_item(message, "time");
    CHECK(field.type == TIBEMS_LONG && field.data.longValue == 1000);
    field = map_item(message, "decimal");
    CHECK(field.type == TIBEMS_BYTES && field.size == 8 && memcmp(field.data.bytesValue, "\1\2\3\4\5\6\7\10", 8) == 0);
    CHECK_OK(tibemsMsg_Destroy(message));
    ours_close();
}

/* the sections of spec 30 §9.1 to §9.3, as another implementation of AMQP reads them */
TEST("30-131,30-133", plain_amqp_reads_our_sections)
{
    ours_open();
    tibemsMsg message = text_message(GREETING);
    CHECK_OK(tibemsMsg_SetType(message, "kind"));
    CHECK_OK(tibemsMsg_SetReplyTo(message, us.from));
    CHECK_OK(tibemsMsg_SetEncoding(message, "UTF-8"));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "JMSXGroupID", "group"));
    CHECK_OK(tibemsMsg_SetIntProperty(message, "JMSXGroupSeq", -1));
    CHECK_OK(tibemsMsgProducer_SetTimeToLive(us.producer, 60000));
    CHECK_OK(tibemsMsgProducer_SetDeliveryMode(us.producer, TIBEMS_RELIABLE));
    shown_to_plain(message);
    CASE("30-133");
    CHECK_FACT("header.durable", "false");
    CASE("30-131");
    CHECK_FACT("header.priority", NULL);            /* 4, the default of AMQP, is left out */
    CHECK(fact("header.ttl") && fact("properties.absolute-expiry-time"));
    CHECK_FACT("properties.to", worded("String:%s", us.to_name));
    CHECK_FACT("properties.reply-to", worded("String:%s", us.from_name));
    CHECK_FACT("properties.subject", "String:kind");
    CHECK_FACT("properties.group-id", "String:group");
    CHECK_FACT("properties.group-sequence", "4294967295");
    CHECK_FACT("properties.user-id", "null");
    CHECK(fact("properties.message-id") && strncmp(fact("properties.message-id"), "String:ID:", 10) == 0);
    CHECK_FACT("annotations.x-opt-jms-msg-type", "Byte:5");
    CHECK_FACT("annotations.x-opt-jms-dest", "Byte:0");
    CHECK_FACT("annotations.x-opt-jms-reply-to", "Byte:0");
    CHECK_FACT("annotations.x-opt-ems-delivery-mode", "UnsignedByte:22");
    CHECK_FACT("annotations.x-opt-ems-encoding", "String:UTF-8");
    CHECK_FACTS("application.", 0);
    CHECK_FACT("sections", "1");
    CHECK_FACT("AmqpValue", "String:" GREETING);

    CHECK_OK(tibemsMsgProducer_SetDeliveryMode(us.producer, TIBEMS_PERSISTENT));
    shown_to_plain(new_message(tibemsMsg_Create));
    CHECK_FACT("header.durable", "true");
    CHECK_FACT("annotations.x-opt-jms-msg-type", "Byte:0");
    CHECK_FACT("AmqpValue", "null");
    shown_to_plain(new_message(tibemsBytesMsg_Create));
    CHECK_FACT("annotations.x-opt-jms-msg-type", "Byte:3");
    CHECK_FACT("properties.content-type", "String:application/octet-stream");
    CHECK_FACT("Data", "byte[]:");
    shown_to_plain(new_message(tibemsObjectMsg_Create));
    CHECK_FACT("annotations.x-opt-jms-msg-type", "Byte:1");
    CHECK_FACT("properties.content-type", "String:application/x-java-serialized-object");
    CHECK_FACT("Data", "byte[]:aced000570");
    shown_to_plain(new_message(tibemsMapMsg_Create));
    CHECK_FACT("annotations.x-opt-jms-msg-type", "Byte:2");
    CHECK_FACT("AmqpValue", "Map:{}");
    shown_to_plain(new_message(tibemsStreamMsg_Create));
    CHECK_FACT("annotations.x-opt-jms-msg-type", "Byte:4");
    CHECK_FACT("AmqpSequence", "List:[]");
    ours_close();
}
