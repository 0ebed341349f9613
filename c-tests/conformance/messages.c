/*
 * messages.c - life, access modes, headers, properties (spec 30 §2 to §4; cases 30-1 to 30-55)
 *
 * Most tests need no server: "received" is an archive read back, which gives the same read-only message.
 */
#include "wire.h"

#include <math.h>

TEST_CHEAP("30-1,30-2,30-3", creators)
{
    tibemsMsg message = NULL;
    tibemsMsgType type = TIBEMS_MESSAGE_UNKNOWN;
    tibems_status (*creators[])(tibemsMsg *) = {tibemsMsg_Create, tibemsBytesMsg_Create, tibemsMapMsg_Create,
                                                tibemsObjectMsg_Create, tibemsStreamMsg_Create, tibemsTextMsg_Create};
    for (int i = 0; i < 6; i++) {
        CHECK_STATUS(creators[i](NULL), TIBEMS_INVALID_ARG);
        REQUIRE_OK(creators[i](&message));
        CHECK_OK(tibemsMsg_GetBodyType(message, &type));
        CHECK_INT(type, i + 1);
        CHECK_OK(tibemsMsg_Destroy(message));
        CHECK_STATUS(tibemsMsg_Destroy(message), TIBEMS_INVALID_MSG);
        CHECK_STATUS(tibemsMsg_GetBodyType(message, &type), TIBEMS_INVALID_MSG);
    }
}

TEST_CHEAP("30-4", text_of_wrong_kind)
{
    tibemsMsg map = NULL;
    const char *text = NULL;
    REQUIRE_OK(tibemsMapMsg_Create(&map));
    CHECK_STATUS(tibemsTextMsg_GetText(map, &text), TIBEMS_INVALID_TYPE);
    CHECK_STATUS(tibemsTextMsg_GetText(NULL, &text), TIBEMS_INVALID_MSG);
    CHECK_OK(tibemsMsg_Destroy(map));
}

TEST_CHEAP("30-5,30-6,30-7,30-17", received_text_modes)
{
    tibems_int number = 0;
    tibemsMsg sent = text_message("body");
    CHECK_OK(tibemsMsg_SetIntProperty(sent, "n", 5));
    tibemsMsg got = through_server(sent);
    CHECK_STATUS(tibemsTextMsg_SetText(got, "x"), TIBEMS_MSG_NOT_WRITEABLE);
    CHECK_STATUS(tibemsMsg_SetIntProperty(got, "m", 1), TIBEMS_MSG_NOT_WRITEABLE);
    CHECK_OK(tibemsMsg_SetCorrelationID(got, "c"));
    CHECK_OK(tibemsMsg_SetEncoding(got, "UTF-8"));
    tibemsDestination reply = queue_named("reply");
    CHECK_OK(tibemsMsg_SetReplyTo(got, reply));
    CHECK_OK(tibemsMsg_ClearBody(got));
    CHECK_OK(tibemsTextMsg_SetText(got, "new"));
    CHECK_OK(tibemsMsg_GetIntProperty(got, "n", &number));
    CHECK_INT(number, 5);
    CHECK_STATUS(tibemsMsg_SetIntProperty(got, "n", 6), TIBEMS_MSG_NOT_WRITEABLE);
    CHECK_OK(tibemsMsg_Destroy(got));

    got = through_server(sent);
    CHECK_OK(tibemsMsg_ClearProperties(got));
    CHECK_OK(tibemsMsg_SetIntProperty(got, "n", 6));
    CHECK_STATUS(tibemsTextMsg_SetText(got, "x"), TIBEMS_MSG_NOT_WRITEABLE);
    CHECK_OK(tibemsMsg_Destroy(got));

    got = through_server(sent);
    CHECK_OK(tibemsMsg_MakeWriteable(got));
    CHECK_OK(tibemsTextMsg_SetText(got, "x"));
    CHECK_OK(tibemsMsg_SetStringProperty(got, "s", "y"));
    CHECK_OK(tibemsMsg_GetIntProperty(got, "n", &number));
    CHECK_INT(number, 5);
    CHECK_OK(tibemsMsg_Destroy(got));
    CHECK_OK(tibemsMsg_Destroy(sent));
    wire_close();
}

TEST_CHEAP("30-8,30-9,30-16", make_writeable)
{
    tibemsMsg bytes = NULL, plain = NULL;
    tibems_int number = 0, length = 0;
    REQUIRE_OK(tibemsBytesMsg_Create(&bytes));
    CHECK_OK(tibemsMsg_MakeWriteable(bytes));
    CHECK_OK(tibemsBytesMsg_WriteInt(bytes, 1));
    CHECK_OK(tibemsBytesMsg_WriteInt(bytes, 2));
    tibemsMsg got = as_received(bytes);
    CHECK_OK(tibemsBytesMsg_ReadInt(got, &number));
    CHECK_INT(number, 1);
    CHECK_OK(tibemsMsg_MakeWriteable(got));
    CHECK_OK(tibemsBytesMsg_ReadInt(got, &number));
    CHECK_INT(number, 2);
    CHECK_OK(tibemsBytesMsg_WriteInt(got, 3));
    CHECK_OK(tibemsBytesMsg_GetBodyLength(got, &length));
    CHECK_INT(length, 12);
    CHECK_OK(tibemsMsg_Destroy(got));
    CHECK_OK(tibemsMsg_Destroy(bytes));
    REQUIRE_OK(tibemsMsg_Create(&plain));
    CHECK_OK(tibemsMsg_ClearBody(plain));
    CHECK_OK(tibemsMsg_Destroy(plain));
}

TEST_CHEAP("30-10,30-11,30-12", copies)
{
    tibemsMsg outer = NULL, inner = NULL, copy = NULL, nested = NULL;
    const char *text = NULL;
    const void *bytes = NULL;
    tibems_uint size = 0;
    tibems_int numbers[] = {1, 2, 3}, number = 0;
    tibemsMsgField field;
    REQUIRE_OK(tibemsMapMsg_Create(&outer));
    REQUIRE_OK(tibemsMapMsg_Create(&inner));
    CHECK_OK(tibemsMapMsg_SetInt(inner, "n", 1));
    CHECK_OK(tibemsMapMsg_SetString(outer, "s", "text"));
    CHECK_OK(tibemsMapMsg_SetBytes(outer, "b", "\1\2\3", 3));
    CHECK_OK(tibemsMapMsg_SetIntArray(outer, "a", numbers, 3));
    CHECK_OK(tibemsMapMsg_SetMapMsg(outer, "m", inner, TIBEMS_FALSE));
    REQUIRE_OK(tibemsMsg_CreateCopy(outer, &copy));
    CHECK_OK(tibemsMapMsg_SetInt(inner, "n", 2));
    CHECK_OK(tibemsMsg_Destroy(outer));
    CHECK_OK(tibemsMsg_Destroy(inner));
    CHECK_OK(tibemsMapMsg_GetString(copy, "s", &text));
    CHECK_STR(text, "text");
    CHECK_OK(tibemsMapMsg_GetBytes(copy, "b", &bytes, &size));
    CHECK(size == 3 && memcmp(bytes, "\1\2\3", 3) == 0);
    CHECK_OK(tibemsMapMsg_GetField(copy, "a", &field));
    CHECK(field.count == 3 && memcmp(field.data.arrayValue, numbers, sizeof numbers) == 0);
    CHECK_OK(tibemsMapMsg_GetMapMsg(copy, "m", &nested));
    CHECK_OK(tibemsMapMsg_GetInt(nested, "n", &number));
    CHECK_INT(number, 1);
    tibemsMsg got = as_received(copy), second = NULL;
    REQUIRE_OK(tibemsMsg_CreateCopy(got, &second));
    CHECK_STATUS(tibemsMapMsg_SetInt(second, "x", 1), TIBEMS_MSG_NOT_WRITEABLE);
    CHECK_OK(tibemsMsg_MakeWriteable(second));
    CHECK_OK(tibemsMapMsg_SetInt(second, "x", 1));
    CHECK_STATUS(tibemsMapMsg_SetInt(got, "x", 1), TIBEMS_MSG_NOT_WRITEABLE);
    CHECK_OK(tibemsMsg_Destroy(second));
    CHECK_OK(tibemsMsg_Destroy(got));
    CHECK_OK(tibemsMsg_Destroy(copy));
}

TEST_CHEAP("30-13,30-14", acknowledge_and_copies)
{
    tibemsMsg copy = NULL;
    tibemsMsg sent = text_message("x");
    CHECK_OK(tibemsMsg_Acknowledge(sent));
    CHECK_STATUS(tibemsMsg_Recover(sent), TIBEMS_ILLEGAL_STATE);
    tibemsMsg got = through_server(sent);
    CHECK_OK(tibemsMsg_Acknowledge(got));
    CHECK_STATUS(tibemsMsg_Recover(got), TIBEMS_ILLEGAL_STATE);
    REQUIRE_OK(tibemsMsg_CreateCopy(got, &copy));
    CHECK_OK(tibemsMsg_Acknowledge(copy));
    CHECK_STATUS(tibemsMsg_Recover(copy), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsMsg_Destroy(copy));
    CHECK_OK(tibemsMsg_Destroy(got));
    CHECK_OK(tibemsMsg_Destroy(sent));
    wire_close();
}

TEST_CHEAP("30-15", bytes_message_sent_twice)
{
    tibems_int length = 0;
    tibemsMsg bytes = NULL;
    REQUIRE_OK(tibemsBytesMsg_Create(&bytes));
    CHECK_OK(tibemsBytesMsg_WriteInt(bytes, 1));
    tibemsMsg first = through_server(bytes);
    CHECK_OK(tibemsBytesMsg_WriteInt(bytes, 2));
    tibemsMsg second = through_server(bytes);
    CHECK_OK(tibemsBytesMsg_GetBodyLength(first, &length));
    CHECK_INT(length, 4);
    CHECK_OK(tibemsBytesMsg_GetBodyLength(second, &length));
    CHECK_INT(length, 8);
    CHECK_OK(tibemsMsg_Destroy(first));
    CHECK_OK(tibemsMsg_Destroy(second));
    CHECK_OK(tibemsMsg_Destroy(bytes));
    wire_close();
}

TEST_CHEAP("30-18,30-19,30-20,30-26,30-30", header_accessors)
{
    const char *text = "garbage", *kept = NULL;
    tibemsDestination destination = (tibemsDestination)0x1;
    tibems_int priority = 0;
    tibemsDeliveryMode mode = (tibemsDeliveryMode)0;
    tibems_long number = 1;
    tibems_bool flag = TIBEMS_TRUE;
    tibemsMsg message = text_message("x");
    tibems_status (*texts[])(tibemsMsg, const char **) = {tibemsMsg_GetMessageID, tibemsMsg_GetCorrelationID,
                                                          tibemsMsg_GetType};
    for (int i = 0; i < 3; i++) {
        text = "garbage";
        CHECK_OK(texts[i](message, &text));
        CHECK(text == NULL);
    }
    text = "garbage";
    CHECK_OK(tibemsMsg_GetEncoding(message, &text));
    CHECK(text == NULL);
    CHECK_OK(tibemsMsg_GetDestination(message, &destination));
    CHECK(destination == NULL);
    CHECK_OK(tibemsMsg_GetReplyTo(message, &destination));
    CHECK(destination == NULL);
    CHECK_OK(tibemsMsg_GetPriority(message, &priority));
    CHECK_INT(priority, 4);
    CHECK_OK(tibemsMsg_GetDeliveryMode(message, &mode));
    CHECK_INT(mode, 2);
    CHECK_OK(tibemsMsg_GetTimestamp(message, &number));
    CHECK_INT(number, 0);
    CHECK_OK(tibemsMsg_GetExpiration(message, &number));
    CHECK_INT(number, 0);
    CHECK_OK(tibemsMsg_GetDeliveryTime(message, &number));
    CHECK_INT(number, 0);
    CHECK_OK(tibemsMsg_GetRedelivered(message, &flag));
    CHECK_INT(flag, TIBEMS_FALSE);
    CHECK_STATUS(tibemsMsg_SetPriority(message, -1), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsMsg_SetPriority(message, 10), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsMsg_GetPriority(message, &priority));
    CHECK_INT(priority, 4);
    CHECK_OK(tibemsMsg_SetPriority(message, 0));
    CHECK_OK(tibemsMsg_SetPriority(message, 9));
    CHECK_STATUS(tibemsMsg_SetDeliveryMode(message, (tibemsDeliveryMode)3), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsMsg_SetDeliveryMode(message, TIBEMS_RELIABLE));
    CHECK_OK(tibemsMsg_SetCorrelationID(message, "c"));
    CHECK_OK(tibemsMsg_SetCorrelationID(message, NULL));
    CHECK_OK(tibemsMsg_GetCorrelationID(message, &text));
    CHECK(text == NULL);
    CHECK_OK(tibemsMsg_SetCorrelationID(message, ""));
    CHECK_OK(tibemsMsg_GetCorrelationID(message, &text));
    CHECK_STR(text, "");
    CHECK_OK(tibemsMsg_SetType(message, "one"));
    CHECK_OK(tibemsMsg_GetType(message, &kept));
    CHECK_OK(tibemsMsg_SetPriority(message, 3));
    CHECK_OK(tibemsMsg_SetCorrelationID(message, "other"));
    CHECK_STR(kept, "one");
    CHECK_OK(tibemsMsg_SetType(message, "two"));
    CHECK_OK(tibemsMsg_GetType(message, &text));
    CHECK_STR(text, "two");
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("30-21,30-22,30-23,30-24,30-25,30-28", headers_of_a_send)
{
    tibems_int priority = 0;
    tibems_long expiration = 1, stamp = 0;
    tibems_bool again = TIBEMS_TRUE;
    const char *id = NULL;
    tibemsMsg sent = text_message("x");
    fresh(&wire);
    CHECK_OK(tibemsMsgProducer_SetPriority(wire.producer, 2));
    CHECK_OK(tibemsMsg_SetPriority(sent, 9));
    CHECK_OK(tibemsMsg_SetExpiration(sent, 12345));
    CHECK_OK(tibemsMsg_SetMessageID(sent, "x"));
    CHECK_OK(tibemsMsg_SetRedelivered(sent, TIBEMS_TRUE));
    tibemsMsg got = through_server(sent);
    CHECK_OK(tibemsMsg_GetPriority(got, &priority));
    CHECK_INT(priority, 2);
    CHECK_OK(tibemsMsg_GetPriority(sent, &priority));
    CHECK_INT(priority, 2);
    CHECK_OK(tibemsMsg_GetExpiration(got, &expiration));
    CHECK_INT(expiration, 0);
    CHECK_OK(tibemsMsg_GetRedelivered(got, &again));
    CHECK_INT(again, TIBEMS_FALSE);
    CHECK_OK(tibemsMsg_GetMessageID(sent, &id));
    CHECK(id && strncmp(id, "ID:", 3) == 0);
    CHECK_OK(tibemsMsg_Destroy(got));
    CHECK_OK(tibemsMsgProducer_SetTimeToLive(wire.producer, 60000));
    got = through_server(sent);
    tibemsMsg both[] = {sent, got};
    for (int i = 0; i < 2; i++) {
        CHECK_OK(tibemsMsg_GetExpiration(both[i], &expiration));
        CHECK_OK(tibemsMsg_GetTimestamp(both[i], &stamp));
        CHECK_INT(expiration - stamp, 60000);
    }
    CHECK_OK(tibemsMsg_Destroy(got));
    CHECK_OK(tibemsMsgProducer_SetDisableMessageTimestamp(wire.producer, TIBEMS_TRUE));
    CHECK_OK(tibemsMsgProducer_SetDisableMessageID(wire.producer, TIBEMS_TRUE));
    got = through_server(sent);
    CHECK_OK(tibemsMsg_GetTimestamp(got, &stamp));
    CHECK_INT(stamp, 0);
    CHECK_OK(tibemsMsg_GetExpiration(got, &expiration));
    CHECK(expiration != 0);
    CHECK_OK(tibemsMsg_GetMessageID(sent, &id));
    CHECK(id == NULL);
    CHECK_OK(tibemsMsg_Destroy(got));
    CHECK_OK(tibemsMsg_Destroy(sent));
    wire_close();
}

TEST_CHEAP("30-27", reply_to_outlives_handle)
{
    tibemsDestination reply = NULL, made = queue_named("r");
    tibemsDestinationType type = TIBEMS_UNKNOWN;
    char name[256];
    tibemsMsg message = text_message("x");
    CHECK_OK(tibemsMsg_SetReplyTo(message, made));
    CHECK_OK(tibemsDestination_Destroy(made));
    CHECK_OK(tibemsMsg_GetReplyTo(message, &reply));
    CHECK_OK(tibemsDestination_GetName(reply, name, sizeof name));
    CHECK_STR(name, "r");
    CHECK_OK(tibemsDestination_GetType(reply, &type));
    CHECK_INT(type, TIBEMS_QUEUE);
    CHECK_OK(tibemsMsg_Destroy(message));
}

/* one column of table 4.3 each */
static tibems_status read_property(tibemsMsg message, const char *name, int column)
{
    tibems_bool b;
    tibems_byte y;
    tibems_short s;
    tibems_int i;
    tibems_long l;
    tibems_float f;
    tibems_double d;
    const char *t;
    switch (column) {
    case 0: return tibemsMsg_GetBooleanProperty(message, name, &b);
    case 1: return tibemsMsg_GetByteProperty(message, name, &y);
    case 2: return tibemsMsg_GetShortProperty(message, name, &s);
    case 3: return tibemsMsg_GetIntProperty(message, name, &i);
    case 4: return tibemsMsg_GetLongProperty(message, name, &l);
    case 5: return tibemsMsg_GetFloatProperty(message, name, &f);
    case 6: return tibemsMsg_GetDoubleProperty(message, name, &d);
    default: return tibemsMsg_GetStringProperty(message, name, &t);
    }
}

TEST_CHEAP("30-31,30-32", property_conversions)
{
    static const struct { const char *name, *row; } table[] = {
        {"boolean", "o......o"}, {"byte", ".oooo..o"},   {"short", "..ooo..o"}, {"int", "...oo..o"},
        {"long", "....o..o"},    {"float", ".....ooo"},  {"double", "......oo"}, {"string", "oooooooo"},
        {"null", "o......o"},    {"absent", "nnnnnnnn"}};
    tibemsMsg message = text_message("x");
    tibemsMsgField field;
    tibems_bool exists = TIBEMS_TRUE;
    CHECK_OK(tibemsMsg_SetBooleanProperty(message, "boolean", TIBEMS_TRUE));
    CHECK_OK(tibemsMsg_SetByteProperty(message, "byte", 1));
    CHECK_OK(tibemsMsg_SetShortProperty(message, "short", 1));
    CHECK_OK(tibemsMsg_SetIntProperty(message, "int", 1));
    CHECK_OK(tibemsMsg_SetLongProperty(message, "long", 1));
    CHECK_OK(tibemsMsg_SetFloatProperty(message, "float", 1));
    CHECK_OK(tibemsMsg_SetDoubleProperty(message, "double", 1));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "string", "1"));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "null", NULL));
    for (size_t row = 0; row < sizeof table / sizeof *table; row++)
        for (int column = 0; column < 8; column++) {
            char cell = table[row].row[column];
            tibems_status want = cell == 'o' ? TIBEMS_OK : cell == 'n' ? TIBEMS_NOT_FOUND : TIBEMS_CONVERSION_FAILED;
            if (!CHECK_STATUS(read_property(message, table[row].name, column), want))
                fprintf(stderr, "   row %s, column %d\n", table[row].name, column);
        }
    CHECK_STATUS(tibemsMsg_GetProperty(message, "absent", &field), TIBEMS_NOT_FOUND);
    CHECK_OK(tibemsMsg_PropertyExists(message, "absent", &exists));
    CHECK_INT(exists, TIBEMS_FALSE);
    CHECK_OK(tibemsMsg_Destroy(message));
}

static void put(tibemsMsg message, const char *text) { REQUIRE_OK(tibemsMsg_SetStringProperty(message, "p", text)); }

TEST_CHEAP("30-33,30-34,30-35,30-36,30-37,30-38", property_text_formats)
{
    tibems_byte byte = 0;
    tibems_short small = 0;
    tibems_int number = 0;
    tibems_long large = 0;
    tibems_bool flag = TIBEMS_FALSE;
    tibems_float real = 0;
    tibems_double precise = 0;
    const char *text = NULL;
    tibemsMsg message = text_message("x");
    CHECK_OK(tibemsMsg_SetIntProperty(message, "p", 5));
    CHECK_STATUS(tibemsMsg_GetShortProperty(message, "p", &small), TIBEMS_CONVERSION_FAILED);
    CHECK_OK(tibemsMsg_SetByteProperty(message, "p", -1));
    CHECK_OK(tibemsMsg_GetLongProperty(message, "p", &large));
    CHECK_INT(large, -1);
    put(message, "127");
    CHECK_OK(tibemsMsg_GetByteProperty(message, "p", &byte));
    CHECK_INT(byte, 127);
    put(message, "128");
    CHECK_STATUS(tibemsMsg_GetByteProperty(message, "p", &byte), TIBEMS_CONVERSION_FAILED);
    put(message, "-129");
    CHECK_STATUS(tibemsMsg_GetByteProperty(message, "p", &byte), TIBEMS_CONVERSION_FAILED);
    put(message, "+5");
    CHECK_OK(tibemsMsg_GetIntProperty(message, "p", &number));
    CHECK_INT(number, 5);
    static const char *bad[] = {" 5", "", "0x10", "5 ", "1.0"};
    for (int i = 0; i < 5; i++) {
        put(message, bad[i]);
        CHECK_STATUS(tibemsMsg_GetIntProperty(message, "p", &number), TIBEMS_CONVERSION_FAILED);
    }
    put(message, "TRUE");
    CHECK_OK(tibemsMsg_GetBooleanProperty(message, "p", &flag));
    CHECK_INT(flag, TIBEMS_TRUE);
    static const char *no[] = {"yes", "", "1"};
    for (int i = 0; i < 3; i++) {
        put(message, no[i]);
        CHECK_OK(tibemsMsg_GetBooleanProperty(message, "p", &flag));
        CHECK_INT(flag, TIBEMS_FALSE);
    }
    put(message, "1e400");
    CHECK_OK(tibemsMsg_GetDoubleProperty(message, "p", &precise));
    CHECK(isinf(precise));
    put(message, "abc");
    CHECK_STATUS(tibemsMsg_GetDoubleProperty(message, "p", &precise), TIBEMS_CONVERSION_FAILED);
    put(message, " 1.5 ");
    CHECK_OK(tibemsMsg_GetDoubleProperty(message, "p", &precise));
    CHECK(precise == 1.5);
    put(message, "NaN");
    CHECK_OK(tibemsMsg_GetDoubleProperty(message, "p", &precise));
    CHECK(isnan(precise));
    CHECK_OK(tibemsMsg_SetFloatProperty(message, "p", 1e10f));
    CHECK_OK(tibemsMsg_GetStringProperty(message, "p", &text));
    CHECK_STR(text, "1.0E10");
    CHECK_OK(tibemsMsg_SetDoubleProperty(message, "p", 0.1));
    CHECK_OK(tibemsMsg_GetStringProperty(message, "p", &text));
    CHECK_STR(text, "0.1");
    CHECK_OK(tibemsMsg_SetFloatProperty(message, "p", 0.1f));
    CHECK_OK(tibemsMsg_GetDoubleProperty(message, "p", &precise));
    CHECK(precise == (double)0.1f);
    CHECK_OK(tibemsMsg_SetDoubleProperty(message, "p", 1.5));
    CHECK_STATUS(tibemsMsg_GetFloatProperty(message, "p", &real), TIBEMS_CONVERSION_FAILED);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("30-39,30-40", null_and_empty_properties)
{
    const char *text = "garbage";
    tibems_int number;
    tibems_bool flag = TIBEMS_TRUE;
    tibemsMsgField field;
    tibemsMsg message = text_message("x");
    CHECK_OK(tibemsMsg_SetStringProperty(message, "null", NULL));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "empty", ""));
    tibemsMsg got = through_server(message), both[] = {message, got};
    for (int i = 0; i < 2; i++) {
        CHECK_OK(tibemsMsg_GetStringProperty(both[i], "null", &text));
        CHECK(text == NULL);
        CHECK_STATUS(tibemsMsg_GetIntProperty(both[i], "null", &number), TIBEMS_CONVERSION_FAILED);
        CHECK_OK(tibemsMsg_GetBooleanProperty(both[i], "null", &flag));
        CHECK_INT(flag, TIBEMS_FALSE);
        CHECK_OK(tibemsMsg_GetProperty(both[i], "null", &field));
        CHECK_INT(field.type, 0);
        CHECK_OK(tibemsMsg_PropertyExists(both[i], "null", &flag));
        CHECK_INT(flag, TIBEMS_TRUE);
        CHECK_OK(tibemsMsg_GetStringProperty(both[i], "empty", &text));
        CHECK_STR(text, "");
    }
    CHECK_OK(tibemsMsg_Destroy(got));
    CHECK_OK(tibemsMsg_Destroy(message));
    wire_close();
}

TEST_CHEAP("30-41", property_names)
{
    static const char *bad[] = {"", "1a", "a-b", "a b", "NULL", "LIKE"}, *good[] = {"like", "_x", "$y", "a1"};
    tibemsMsg message = text_message("x");
    CHECK_STATUS(tibemsMsg_SetIntProperty(message, NULL, 1), TIBEMS_INVALID_ARG);
    for (int i = 0; i < 6; i++)
        if (!CHECK_STATUS(tibemsMsg_SetIntProperty(message, bad[i], 1), TIBEMS_INVALID_NAME))
            fprintf(stderr, "   name \"%s\"\n", bad[i]);
    for (int i = 0; i < 4; i++)
        CHECK_OK(tibemsMsg_SetIntProperty(message, good[i], 1));
    CHECK_OK(tibemsMsg_Destroy(message));
}

static void expect_names(tibemsMsgEnum names, const char *const *want, int count)
{
    const char *name = NULL;
    for (int i = 0; i < count; i++)
        if (CHECK_OK(tibemsMsgEnum_GetNextName(names, &name)))
            CHECK_STR(name, want[i]);
    CHECK_STATUS(tibemsMsgEnum_GetNextName(names, &name), TIBEMS_NOT_FOUND);
    CHECK_STATUS(tibemsMsgEnum_GetNextName(names, &name), TIBEMS_NOT_FOUND);
}

TEST_CHEAP("30-43,30-44,30-45,30-46", property_enumeration)
{
    static const char *const want[] = {"a", "b", "c"};
    tibemsMsgEnum names = NULL;
    tibemsMsgField field;
    const char *name = NULL;
    tibemsMsg message = text_message("x");
    REQUIRE_OK(tibemsMsg_GetPropertyNames(message, &names));
    expect_names(names, NULL, 0);
    CHECK_OK(tibemsMsgEnum_Destroy(names));
    CHECK_OK(tibemsMsg_SetIntProperty(message, "a", 1));
    CHECK_OK(tibemsMsg_SetIntProperty(message, "b", 2));
    CHECK_OK(tibemsMsg_SetIntProperty(message, "c", 3));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "b", "now text"));
    CHECK_OK(tibemsMsg_GetProperty(message, "b", &field));
    CHECK_INT(field.type, 9);
    REQUIRE_OK(tibemsMsg_GetPropertyNames(message, &names));
    expect_names(names, want, 3);
    CHECK_OK(tibemsMsgEnum_Destroy(names));
    REQUIRE_OK(tibemsMsg_GetPropertyNames(message, &names));
    CHECK_OK(tibemsMsgEnum_GetNextName(names, &name));
    CHECK_OK(tibemsMsg_ClearProperties(message));
    CHECK_STATUS(tibemsMsg_GetProperty(message, "a", &field), TIBEMS_NOT_FOUND);
    CHECK_OK(tibemsMsg_Destroy(message));
    expect_names(names, want + 1, 2);
    CHECK_OK(tibemsMsgEnum_Destroy(names));
}

TEST_CHEAP("30-47,30-49", delivery_count)
{
    tibems_int count = 0;
    tibems_bool exists = TIBEMS_TRUE;
    tibemsMsg message = text_message("x");
    CHECK_OK(tibemsMsg_PropertyExists(message, "JMSXDeliveryCount", &exists));
    CHECK_INT(exists, TIBEMS_FALSE);
    CHECK_OK(tibemsMsg_SetIntProperty(message, "JMSXDeliveryCount", 7));
    tibemsMsg got = through_server(message);
    CHECK_OK(tibemsMsg_GetIntProperty(got, "JMSXDeliveryCount", &count));
    CHECK_INT(count, 1);
    CHECK_OK(tibemsMsg_Destroy(got));
    CHECK_OK(tibemsMsg_Destroy(message));
    wire_close();
}

TEST_CHEAP("30-48,30-50,30-51,30-53", special_properties)
{
    static char megabyte[1 << 20];
    tibems_int number = 0;
    tibems_bool exists = TIBEMS_FALSE;
    const char *text = "garbage";
    tibemsMsg message = text_message("x");
    memset(megabyte, 'm', sizeof megabyte - 1);
    CHECK_OK(tibemsTextMsg_SetText(message, megabyte));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "JMSXGroupID", "g"));
    CHECK_OK(tibemsMsg_SetIntProperty(message, "JMSXGroupSeq", -1));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "JMS_TIBCO_MSG_TRACE", NULL));
    CHECK_OK(tibemsMsg_SetBooleanProperty(message, "JMS_TIBCO_COMPRESS", TIBEMS_TRUE));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "big", megabyte));
    tibemsMsg got = through_server(message);
    CHECK_OK(tibemsMsg_GetStringProperty(got, "JMSXGroupID", &text));
    CHECK_STR(text, "g");
    CHECK_OK(tibemsMsg_GetIntProperty(got, "JMSXGroupSeq", &number));
    CHECK_INT(number, -1);
    CHECK_OK(tibemsMsg_PropertyExists(got, "JMS_TIBCO_MSG_TRACE", &exists));
    CHECK_INT(exists, TIBEMS_TRUE);
    CHECK_OK(tibemsMsg_GetStringProperty(got, "JMS_TIBCO_MSG_TRACE", &text));
    CHECK(text == NULL);
    CHECK_OK(tibemsMsg_GetStringProperty(got, "big", &text));
    CHECK(text && strcmp(text, megabyte) == 0);
    CHECK(strcmp(text_of(got), megabyte) == 0);
    CHECK_OK(tibemsMsg_Destroy(got));
    CHECK_OK(tibemsMsg_Destroy(message));
    wire_close();
}

TEST_CHEAP("30-54,30-55,30-56", text_bodies)
{
    char buffer[] = "caller's";
    const char *text = "garbage", *states[] = {NULL, "", "\xf0\x9f\x98\x80 \xc3\xa4"};
    tibemsMsg message = NULL;
    REQUIRE_OK(tibemsTextMsg_Create(&message));
    CHECK_OK(tibemsTextMsg_GetText(message, &text));
    CHECK(text == NULL);
    CHECK_OK(tibemsTextMsg_SetText(message, buffer));
    memset(buffer, '#', sizeof buffer - 1);
    CHECK_OK(tibemsTextMsg_GetText(message, &text));
    CHECK_STR(text, "caller's");
    for (int i = 0; i < 3; i++) {
        CHECK_OK(tibemsTextMsg_SetText(message, states[i]));
        CHECK_OK(tibemsTextMsg_GetText(message, &text));
        CHECK_STR(text, states[i]);
        tibemsMsg got = through_server(message);
        CHECK_OK(tibemsTextMsg_GetText(got, &text));
        CHECK_STR(text, states[i]);
        CHECK_OK(tibemsMsg_Destroy(got));
    }
    CHECK_OK(tibemsMsg_Destroy(message));
    wire_close();
}

TEST_CHEAP("30-57,30-58", text_that_is_not_utf8)
{
    const char *label = NULL;
    tibemsMsg message = text_message("caf\xe9");
    CHECK_OK(tibemsMsg_SetEncoding(message, "ISO-8859-1"));
    tibemsMsg got = through_server(message);
    CHECK_STR(text_of(got), "caf\xe9");
    CHECK_OK(tibemsMsg_GetEncoding(got, &label));
    CHECK_STR(label, "ISO-8859-1");
    CHECK_OK(tibemsMsg_Destroy(got));
    CHECK_OK(tibemsMsg_Destroy(message));
    message = text_message("plain");
    CHECK_OK(tibemsMsg_SetStringProperty(message, "p", "caf\xe9"));
    CHECK_STATUS(tibemsMsgProducer_Send(wire.producer, message), TIBEMS_CONVERSION_FAILED);
    EXPECT_NOTHING(wire.consumer);
    CHECK_OK(tibemsMsg_SetStringProperty(message, "p", "fine"));
    CHECK_OK(tibemsMsgProducer_Send(wire.producer, message));
    EXPECT_TEXT(wire.consumer, "plain");
    CHECK_OK(tibemsMsg_Destroy(message));
    wire_close();
}
