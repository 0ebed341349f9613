/*
 * messages_text_bytes.c - text and bytes bodies (spec 30 §5.1, §5.2; cases 30-54 to 30-73)
 */
#include "messages.h"

TEST("30-54,30-56", texts)
{
    static const char *texts[] = {NULL, "", "\xF0\x9F\x98\x80 \xC3\xA4"};
    tibemsMsg message = NULL;
    const char *text = "not written";
    REQUIRE_OK(tibemsTextMsg_Create(&message));
    CASE("30-54");
    CHECK_OK(tibemsTextMsg_GetText(message, &text));
    CHECK(text == NULL);
    CHECK_STATUS(tibemsTextMsg_GetText(message, NULL), TIBEMS_INVALID_ARG);
    for (int i = 2; i >= 0; i--) {
        CHECK_OK(tibemsTextMsg_SetText(message, texts[i]));
        text = "not written";
        CHECK_OK(tibemsTextMsg_GetText(message, &text));
        CHECK_STR(text, texts[i]);
        EACH_WAY(message, back) {
            CASE("30-54,30-56");
            CHECK_OK(tibemsTextMsg_GetText(back, &text));
            CHECK_STR(text, texts[i]);
        }
    }
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

TEST_CHEAP("30-55", text_is_copied)
{
    char buffer[] = "before";
    tibemsMsg message = text_message(buffer);
    memset(buffer, 'x', 6);
    CHECK_STR(text_of(message), "before");
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST("30-57", latin_1)
{
    tibemsMsg message = text_message("caf\xE9");
    const char *label = NULL;
    CHECK_OK(tibemsMsg_SetEncoding(message, "ISO-8859-1"));
    EACH_WAY(message, back) {
        CHECK_STR(text_of(back), "caf\xE9");
        CHECK_OK(tibemsMsg_GetEncoding(back, &label));
        CHECK_STR(label, "ISO-8859-1");
    }
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

TEST("30-58", latin_1_in_a_property)
{
    struct fixture f;
    fresh(&f);
    tibemsMsg message = text_message("x");
    const char *id = "not written";
    CHECK_OK(tibemsMsg_SetStringProperty(message, "p", "\xE9"));
    CHECK_STATUS(tibemsMsgProducer_Send(f.producer, message), TIBEMS_CONVERSION_FAILED);
    CHECK_OK(tibemsMsg_GetMessageID(message, &id));
    CHECK(id == NULL);
    EXPECT_NOTHING(f.consumer);
    CHECK_OK(tibemsMsg_SetStringProperty(message, "p", "e"));
    CHECK_OK(tibemsMsgProducer_Send(f.producer, message));
    EXPECT_TEXT(f.consumer, "x");
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsConnection_Close(f.connection));
}

TEST_CHEAP("30-59,30-60,30-61,30-73", reads_and_writes)
{
    tibemsMsg message = new_bytes();
    tibems_int number = 0;
    tibems_byte byte = 0;
    tibems_short small = 0;
    tibems_bool truth = TIBEMS_FALSE;
    void *bytes = NULL;
    tibems_uint size = 0;
    CASE("30-59");
    CHECK_STATUS(tibemsBytesMsg_ReadInt(message, &number), TIBEMS_MSG_NOT_READABLE);
    CHECK_OK(tibemsBytesMsg_WriteByte(message, 1));
    CHECK_OK(tibemsBytesMsg_WriteByte(message, 2));
    CHECK_OK(tibemsBytesMsg_WriteByte(message, 3));
    CHECK_OK(tibemsBytesMsg_Reset(message));
    CHECK_STATUS(tibemsBytesMsg_ReadInt(message, &number), TIBEMS_MSG_EOF);
    for (int i = 1; i <= 3; i++) {
        CHECK_OK(tibemsBytesMsg_ReadByte(message, &byte));
        CHECK_INT(byte, i);
    }
    CHECK_STATUS(tibemsBytesMsg_ReadByte(message, &byte), TIBEMS_MSG_EOF);

    CHECK_OK(tibemsMsg_ClearBody(message));
    CHECK_OK(tibemsBytesMsg_WriteInt(message, 0x01020304));
    CASE("30-60");
    CHECK_OK(tibemsBytesMsg_GetBytes(message, &bytes, &size));
    CHECK(size == 4 && memcmp(bytes, "\1\2\3\4", 4) == 0);

    CHECK_OK(tibemsMsg_ClearBody(message));
    CHECK_OK(tibemsBytesMsg_WriteByte(message, -1));
    CHECK_OK(tibemsBytesMsg_WriteByte(message, -1));
    CHECK_OK(tibemsBytesMsg_WriteShort(message, -2));
    CHECK_OK(tibemsBytesMsg_WriteShort(message, -2));
    CHECK_OK(tibemsBytesMsg_WriteBoolean(message, (tibems_bool)5));
    CHECK_OK(tibemsBytesMsg_WriteByte(message, 2));
    CHECK_OK(tibemsBytesMsg_Reset(message));
    CASE("30-61");
    CHECK_OK(tibemsBytesMsg_ReadUnsignedByte(message, &number));
    CHECK_INT(number, 255);
    CHECK_OK(tibemsBytesMsg_ReadByte(message, &byte));
    CHECK_INT(byte, -1);
    CHECK_OK(tibemsBytesMsg_ReadUnsignedShort(message, &number));
    CHECK_INT(number, 65534);
    CHECK_OK(tibemsBytesMsg_ReadShort(message, &small));
    CHECK_INT(small, -2);
    CHECK_OK(tibemsBytesMsg_ReadByte(message, &byte));
    CASE("30-73");
    CHECK_INT(byte, 1);
    CHECK_OK(tibemsBytesMsg_ReadBoolean(message, &truth));
    CHECK_INT(truth, TIBEMS_TRUE);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("30-62,30-63,30-64,30-65", reading_in_pieces)
{
    tibemsMsg message = new_bytes();
    const void *part = NULL;
    tibems_int got = 0;
    tibems_byte byte = 0;
    CASE("30-64");
    CHECK_OK(tibemsBytesMsg_Reset(message));
    CHECK_OK(tibemsBytesMsg_ReadBytes(message, &part, 4, &got));
    CHECK(got == -1 && part == NULL);
    CHECK_OK(tibemsMsg_ClearBody(message));
    CHECK_OK(tibemsBytesMsg_WriteBytes(message, "abcde", 5));
    CHECK_OK(tibemsBytesMsg_Reset(message));
    CASE("30-62");
    CHECK_STATUS(tibemsBytesMsg_ReadBytes(message, &part, 0, &got), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsBytesMsg_ReadBytes(message, &part, -1, &got), TIBEMS_INVALID_ARG);
    CASE("30-63");
    CHECK_OK(tibemsBytesMsg_ReadBytes(message, &part, 4, &got));
    CHECK(got == 4 && memcmp(part, "abcd", 4) == 0);
    CHECK_OK(tibemsBytesMsg_ReadBytes(message, &part, 4, &got));
    CHECK(got == 1 && memcmp(part, "e", 1) == 0);
    for (int i = 0; i < 2; i++) {
        CHECK_OK(tibemsBytesMsg_ReadBytes(message, &part, 4, &got));
        CHECK(got == -1 && part == NULL);
    }
    CASE("30-65");
    CHECK_OK(tibemsBytesMsg_Reset(message));
    CHECK_OK(tibemsBytesMsg_Reset(message));
    CHECK_OK(tibemsBytesMsg_ReadByte(message, &byte));
    CHECK_INT(byte, 'a');
    CHECK_OK(tibemsBytesMsg_Reset(message));
    CHECK_OK(tibemsBytesMsg_ReadByte(message, &byte));
    CHECK_INT(byte, 'a');
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("30-66,30-67,30-68", blocks)
{
    tibemsMsg message = new_bytes();
    void *empty = NULL, *old = NULL;
    const void *part = NULL;
    tibems_uint size = 7;
    tibems_int got = 0;
    tibems_byte byte = 0;
    CASE("30-68");
    CHECK_OK(tibemsBytesMsg_GetBytes(message, &empty, &size));
    CHECK(empty != NULL && size == 0);
    CASE("30-67");
    CHECK_OK(tibemsBytesMsg_SetBytes(message, "abc", 3));
    CHECK_OK(tibemsBytesMsg_WriteByte(message, 'd'));
    CHECK_INT(body_length(message), 4);
    CHECK_OK(tibemsBytesMsg_GetBytes(message, &old, &size));
    CHECK_STATUS(tibemsBytesMsg_SetBytes(message, NULL, 1), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsBytesMsg_SetBytes(message, NULL, 0));
    CHECK_INT(body_length(message), 0);
    CHECK_OK(tibemsBytesMsg_WriteInt(message, 1));
    CHECK_OK(tibemsBytesMsg_Reset(message));
    CASE("30-66");
    CHECK_STATUS(tibemsBytesMsg_WriteInt(message, 1), TIBEMS_MSG_NOT_WRITEABLE);
    CHECK_STATUS(tibemsBytesMsg_SetBytes(message, "x", 1), TIBEMS_MSG_NOT_WRITEABLE);
    CHECK_STATUS(tibemsBytesMsg_WriteUTF(message, "x"), TIBEMS_MSG_NOT_WRITEABLE);
    CHECK_STATUS(tibemsBytesMsg_WriteBytes(message, "x", 1), TIBEMS_MSG_NOT_WRITEABLE);
    CHECK_INT(body_length(message), 4);
    CHECK_OK(tibemsBytesMsg_ReadByte(message, &byte));
    CHECK_OK(tibemsBytesMsg_GetBytes(message, &empty, &size));
    CHECK_OK(tibemsBytesMsg_ReadBytes(message, &part, 10, &got));
    CHECK_INT(got, 3);
    CHECK_OK(tibemsMsg_ClearBody(message));
    CHECK_OK(tibemsBytesMsg_WriteInt(message, 2));
    CHECK_INT(body_length(message), 4);
    CHECK_OK(tibemsBytesMsg_GetBytes(message, &empty, &size));
    CHECK(size == 4 && memcmp(empty, "\0\0\0\2", 4) == 0);
    CASE("30-68");
    CHECK(memcmp(old, "abcd", 4) == 0);
    CHECK(memcmp(part, "\0\0\1", 3) == 0);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("30-69,30-70,30-71", utf)
{
    tibemsMsg message = new_bytes();
    static char long_text[65537];
    const char *text = NULL;
    tibems_int length = 0;
    tibems_short prefix = 0;
    void *bytes = NULL;
    tibems_uint size = 0;
    CASE("30-69");
    CHECK_OK(tibemsBytesMsg_WriteUTF(message, ""));
    CHECK_INT(body_length(message), 2);
    memset(long_text, 'x', 65536);
    CHECK_STATUS(tibemsBytesMsg_WriteUTF(message, long_text), TIBEMS_INVALID_SIZE);
    CHECK_STATUS(tibemsBytesMsg_WriteUTF(message, NULL), TIBEMS_INVALID_ARG);
    CHECK_INT(body_length(message), 2);
    long_text[65535] = 0;
    CHECK_OK(tibemsBytesMsg_WriteUTF(message, long_text));
    CASE("30-70");
    CHECK_OK(tibemsBytesMsg_WriteUTF(message, "\xF0\x9F\x98\x80"));
    CHECK_INT(body_length(message), 2 + 65537 + 8);
    CHECK_OK(tibemsBytesMsg_GetBytes(message, &bytes, &size));
    CHECK(memcmp((char *)bytes + 2 + 65537, "\0\6\xED\xA0\xBD\xED\xB8\x80", 8) == 0);
    CHECK(memcmp(bytes, "\0\0\xFF\xFFx", 5) == 0);
    CHECK_OK(tibemsBytesMsg_Reset(message));
    CHECK_OK(tibemsBytesMsg_ReadShort(message, &prefix));
    CHECK_INT(prefix, 0);
    CHECK_OK(tibemsBytesMsg_ReadUTF(message, &text, &length));
    CHECK(length == 65535 && strcmp(text, long_text) == 0);
    CHECK_OK(tibemsBytesMsg_ReadUTF(message, &text, &length));
    CHECK_INT(length, 4);
    CHECK_STR(text, "\xF0\x9F\x98\x80");
    CHECK_OK(tibemsMsg_ClearBody(message));
    CHECK_OK(tibemsBytesMsg_WriteBytes(message, "\0\5ab", 4));
    CHECK_OK(tibemsBytesMsg_Reset(message));
    CASE("30-71");
    text = "kept";
    length = 77;
    for (int again = 0; again < 2; again++) CHECK_STATUS(tibemsBytesMsg_ReadUTF(message, &text, &length), TIBEMS_MSG_EOF);
    CHECK_STR(text, "kept");
    CHECK_INT(length, 77);
    CHECK_OK(tibemsBytesMsg_ReadShort(message, &prefix));
    CHECK_INT(prefix, 5);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST("30-72", floating_point_bits)
{
    static const uint64_t doubles[] = {0x7FF8000000000123, 0x8000000000000000, 1, 0xFFF4000000000001};
    static const uint32_t floats[] = {0x7FC00123, 0x80000000, 1, 0xFFA00001};
    tibemsMsg message = new_bytes();
    for (int i = 0; i < 4; i++) {
        tibems_double d;
        tibems_float f;
        memcpy(&d, &doubles[i], 8);
        memcpy(&f, &floats[i], 4);
        CHECK_OK(tibemsBytesMsg_WriteDouble(message, d));
        CHECK_OK(tibemsBytesMsg_WriteFloat(message, f));
    }
    EACH_WAY(message, back) {
        for (int i = 0; i < 4; i++) {
            tibems_double d = 0;
            tibems_float f = 0;
            CHECK_OK(tibemsBytesMsg_ReadDouble(back, &d));
            CHECK(memcmp(&d, &doubles[i], 8) == 0);
            CHECK_OK(tibemsBytesMsg_ReadFloat(back, &f));
            CHECK(memcmp(&f, &floats[i], 4) == 0);
        }
    }
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}
