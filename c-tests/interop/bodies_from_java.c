/*
 * bodies_from_java.c - every body made with Apache Qpid JMS and read in C: same type, same values (spec 30 §9.3, §9.5). The
 * recipes are in partner/Recipes.java.
 */
#include "partner.h"

static void expect_text_body(const char *recipe, const char *want)
{
    const char *text = "(not read)";
    tibemsMsg message = from_jms(recipe, "");
    CHECK_INT(body_type(message), TIBEMS_TEXT_MESSAGE);
    CHECK_OK(tibemsTextMsg_GetText(message, &text));
    CHECK_STR(text, want);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST("30-54,30-56,30-131", text_from_jms)
{
    CASE("30-131");
    expect_text_body("text", "text");
    CASE("30-54");
    expect_text_body("text.empty", "");
    expect_text_body("text.null", NULL);
    CASE("30-56");
    expect_text_body("text.emoji", GREETING);
    expect_text_body("text.zero", "a");          /* C sees the part before the zero */
    ours_close();
}

TEST("30-51", megabyte_from_jms)
{
    const char *text = NULL;
    tibemsMsg message = from_jms("text.megabyte", "");
    CHECK_OK(tibemsTextMsg_GetText(message, &text));
    CHECK_INT(text ? strlen(text) : 0, 1 << 20);
    CHECK(text && strspn(text, "m") == 1 << 20);
    CHECK_OK(tibemsMsg_Destroy(message));
    ours_close();
}

TEST("30-131", bytes_from_jms)
{
    tibems_bool flag = TIBEMS_FALSE;
    tibems_byte octet = 0;
    tibems_short small = 0;
    tibems_wchar unit = 0;
    tibems_int number = -1, length = -1;
    tibems_long large = 0;
    tibems_float real = 0;
    tibems_double precise = 0;
    const char *text = NULL;
    const void *bytes = NULL;
    tibemsMsg message = from_jms("bytes.empty", "");
    CHECK_INT(body_type(message), TIBEMS_BYTES_MESSAGE);
    CHECK_OK(tibemsBytesMsg_GetBodyLength(message, &length));
    CHECK_INT(length, 0);
    CHECK_OK(tibemsMsg_Destroy(message));

    message = from_jms("bytes", "");
    CHECK_INT(body_type(message), TIBEMS_BYTES_MESSAGE);
    CHECK_OK(tibemsBytesMsg_ReadBoolean(message, &flag));
    CHECK_INT(flag, TIBEMS_TRUE);
    CHECK_OK(tibemsBytesMsg_ReadByte(message, &octet));
    CHECK_INT(octet, -5);
    CHECK_OK(tibemsBytesMsg_ReadShort(message, &small));
    CHECK_INT(small, -300);
    CHECK_OK(tibemsBytesMsg_ReadChar(message, &unit));
    CHECK_INT(unit, 0xC4);
    CHECK_OK(tibemsBytesMsg_ReadInt(message, &number));
    CHECK_INT(number, -70000);
    CHECK_OK(tibemsBytesMsg_ReadLong(message, &large));
    CHECK_INT(large, -5000000000LL);
    CHECK_OK(tibemsBytesMsg_ReadFloat(message, &real));
    CHECK(real == -1.5f);
    CHECK_OK(tibemsBytesMsg_ReadDouble(message, &precise));
    CHECK(precise == 0.1);
    CHECK_OK(tibemsBytesMsg_ReadUTF(message, &text, &length));
    CHECK_STR(text, GREETING);
    CHECK_INT(length, strlen(GREETING));
    CHECK_OK(tibemsBytesMsg_ReadUTF(message, &text, &length));
    CHECK_STR(text, "");
    CHECK_OK(tibemsBytesMsg_ReadBytes(message, &bytes, 10, &length));
    CHECK(length == 3 && bytes && memcmp(bytes, THREE, 3) == 0);
    CHECK_OK(tibemsBytesMsg_ReadBytes(message, &bytes, 10, &length));
    CHECK_INT(length, -1);
    CHECK_OK(tibemsMsg_Destroy(message));
    ours_close();
}

/* each as it came, without conversion */
#define CHECK_FIELD(FIELD, TYPE, CONDITION)                     \
    do {                                                        \
        CHECK_INT((FIELD).type, TYPE);                          \
        CHECK(CONDITION);                                       \
    } while (0)

TEST("30-131", map_from_jms)
{
    tibems_int number = 0, count = 0;
    const char *name = NULL;
    tibemsMsgEnum names = NULL;
    tibemsMsgField field;
    tibemsMsg message = from_jms("map.empty", "");
    CHECK_INT(body_type(message), TIBEMS_MAP_MESSAGE);
    CHECK_OK(tibemsMapMsg_GetMapNames(message, &names));
    CHECK_STATUS(tibemsMsgEnum_GetNextName(names, &name), TIBEMS_NOT_FOUND);
    CHECK_OK(tibemsMsgEnum_Destroy(names));
    CHECK_OK(tibemsMsg_Destroy(message));

    message = from_jms("map", "");
    CHECK_INT(body_type(message), TIBEMS_MAP_MESSAGE);
    CHECK_OK(tibemsMapMsg_GetMapNames(message, &names));
    while (tibemsMsgEnum_GetNextName(names, &name) == TIBEMS_OK)
        count++;
    CHECK_INT(count, 14);
    CHECK_OK(tibemsMsgEnum_Destroy(names));
    field = map_item(message, "z");
    CHECK_FIELD(field, TIBEMS_BOOL, field.data.boolValue == TIBEMS_TRUE);
    field = map_item(message, "b");
    CHECK_FIELD(field, TIBEMS_BYTE, field.data.byteValue == -5);
    field = map_item(message, "s");
    CHECK_FIELD(field, TIBEMS_SHORT, field.data.shortValue == -300);
    field = map_item(message, "c");
    CHECK_FIELD(field, TIBEMS_WCHAR, field.data.wcharValue == 0xC4);
    field = map_item(message, "i");
    CHECK_FIELD(field, TIBEMS_INT, field.data.intValue == -70000);
    field = map_item(message, "l");
    CHECK_FIELD(field, TIBEMS_LONG, field.data.longValue == -5000000000LL);
    field = map_item(message, "f");
    CHECK_FIELD(field, TIBEMS_FLOAT, field.data.floatValue == -1.5f);
    field = map_item(message, "d");
    CHECK_FIELD(field, TIBEMS_DOUBLE, field.data.doubleValue == 0.1);
    field = map_item(message, "u");
    CHECK_FIELD(field, TIBEMS_UTF8, strcmp(field.data.utf8Value, GREETING) == 0);
    field = map_item(message, "empty");
    CHECK_FIELD(field, TIBEMS_UTF8, strcmp(field.data.utf8Value, "") == 0);
    field = map_item(message, "null");
    CHECK_INT(field.type, TIBEMS_NULL);
    field = map_item(message, "bytes");
    CHECK_FIELD(field, TIBEMS_BYTES, field.size == 3 && memcmp(field.data.bytesValue, THREE, 3) == 0);
    field = map_item(message, "no bytes");
    CHECK_FIELD(field, TIBEMS_BYTES, field.size == 0);
    CHECK_OK(tibemsMapMsg_GetInt(message, "gr\xc3\xbc\xc3\x9f", &number));
    CHECK_INT(number, 1);
    CHECK_OK(tibemsMsg_Destroy(message));
    ours_close();
}

static tibemsMsgField next(tibemsMsg stream)
{
    tibemsMsgField field = {.type = 99};
    CHECK_OK(tibemsStreamMsg_ReadField(stream, &field));
    return field;
}

TEST("30-131", stream_from_jms)
{
    tibemsMsgField field;
    tibemsMsg message = from_jms("stream.empty", "");
    CHECK_INT(body_type(message), TIBEMS_STREAM_MESSAGE);
    CHECK_STATUS(tibemsStreamMsg_ReadField(message, &field), TIBEMS_MSG_EOF);
    CHECK_OK(tibemsMsg_Destroy(message));

    message = from_jms("stream", "");
    CHECK_INT(body_type(message), TIBEMS_STREAM_MESSAGE);
    field = next(message);
    CHECK_FIELD(field, TIBEMS_BOOL, field.data.boolValue == TIBEMS_TRUE);
    field = next(message);
    CHECK_FIELD(field, TIBEMS_BYTE, field.data.byteValue == -5);
    field = next(message);
    CHECK_FIELD(field, TIBEMS_SHORT, field.data.shortValue == -300);
    field = next(message);
    CHECK_FIELD(field, TIBEMS_WCHAR, field.data.wcharValue == 0xC4);
    field = next(message);
    CHECK_FIELD(field, TIBEMS_INT, field.data.intValue == -70000);
    field = next(message);
    CHECK_FIELD(field, TIBEMS_LONG, field.data.longValue == -5000000000LL);
    field = next(message);
    CHECK_FIELD(field, TIBEMS_FLOAT, field.data.floatValue == -1.5f);
    field = next(message);
    CHECK_FIELD(field, TIBEMS_DOUBLE, field.data.doubleValue == 0.1);
    field = next(message);
    CHECK_FIELD(field, TIBEMS_UTF8, strcmp(field.data.utf8Value, GREETING) == 0);
    tibemsStreamMsg_FreeField(&field);
    field = next(message);
    CHECK_FIELD(field, TIBEMS_UTF8, strcmp(field.data.utf8Value, "") == 0);
    tibemsStreamMsg_FreeField(&field);
    field = next(message);
    CHECK_INT(field.type, TIBEMS_NULL);
    field = next(message);
    CHECK_FIELD(field, TIBEMS_BYTES, field.size == 3 && memcmp(field.data.bytesValue, THREE, 3) == 0);
    tibemsStreamMsg_FreeField(&field);
    field = next(message);
    CHECK_FIELD(field, TIBEMS_BYTES, field.size == 0);
    tibemsStreamMsg_FreeField(&field);
    CHECK_STATUS(tibemsStreamMsg_ReadField(message, &field), TIBEMS_MSG_EOF);
    CHECK_OK(tibemsMsg_Destroy(message));
    ours_close();
}

TEST("30-108,30-131", object_from_jms)
{
    static const unsigned char serialized[] = {0xAC, 0xED, 0, 5, 0x74, 0, 6, 'o', 'b', 'j', 'e', 'c', 't'};
    void *bytes = NULL;
    tibems_uint size = 99;
    tibemsMsg message = from_jms("object", "");
    CASE("30-131");
    CHECK_INT(body_type(message), TIBEMS_OBJECT_MESSAGE);
    CHECK_OK(tibemsObjectMsg_GetObjectBytes(message, &bytes, &size));
    CHECK(bytes && size == sizeof serialized && memcmp(bytes, serialized, sizeof serialized) == 0);
    CHECK_OK(tibemsMsg_Destroy(message));
    message = from_jms("object.none", "");
    CASE("30-108");
    CHECK_INT(body_type(message), TIBEMS_OBJECT_MESSAGE);
    CHECK_OK(tibemsObjectMsg_GetObjectBytes(message, &bytes, &size));
    CHECK(bytes == NULL);
    CHECK_INT(size, 0);
    CHECK_OK(tibemsMsg_Destroy(message));
    ours_close();
}

TEST("30-131", plain_message_from_jms)
{
    tibemsMsg message = from_jms("plain", "type=nothing");
    const char *text = NULL;
    CHECK_INT(body_type(message), TIBEMS_MESSAGE);
    CHECK_STATUS(tibemsTextMsg_GetText(message, &text), TIBEMS_INVALID_TYPE);
    CHECK_OK(tibemsMsg_GetType(message, &text));
    CHECK_STR(text, "nothing");
    CHECK_OK(tibemsMsg_Destroy(message));
    ours_close();
}
