/*
 * messages_life.c - creating, destroying, copying, access modes (spec 30 §2; cases 30-1 to 30-17)
 */
#include "messages.h"

typedef tibems_status (*create)(tibemsMsg *);

/* plain, bytes, map, object, stream, text: body types 1 to 6 */
static const create creators[] = {tibemsMsg_Create,       tibemsBytesMsg_Create,  tibemsMapMsg_Create,
                                  tibemsObjectMsg_Create, tibemsStreamMsg_Create, tibemsTextMsg_Create};

TEST_CHEAP("30-1,30-2,30-3", create_and_destroy)
{
    for (int i = 0; i < 6; i++) {
        tibemsMsg message = NULL;
        tibemsMsgType type = TIBEMS_MESSAGE_UNKNOWN;
        CASE("30-1");
        CHECK_STATUS(creators[i](NULL), TIBEMS_INVALID_ARG);
        REQUIRE_OK(creators[i](&message));
        CASE("30-3");
        CHECK_OK(tibemsMsg_GetBodyType(message, &type));
        CHECK_INT(type, i + 1);
        CHECK_OK(tibemsMsg_ClearBody(message));         /* also 30-16 */
        CASE("30-2");
        CHECK_OK(tibemsMsg_Destroy(message));
        CHECK_STATUS(tibemsMsg_Destroy(message), TIBEMS_INVALID_MSG);
        CHECK_STATUS(tibemsMsg_GetBodyType(message, &type), TIBEMS_INVALID_MSG);
    }
    CHECK_STATUS(tibemsMsg_Destroy(NULL), TIBEMS_INVALID_MSG);
}

TEST_CHEAP("30-4", wrong_body_type)
{
    tibemsMsg map = new_map();
    const char *text = "kept";
    CHECK_STATUS(tibemsTextMsg_GetText(map, &text), TIBEMS_INVALID_TYPE);
    CHECK_STATUS(tibemsTextMsg_GetText(NULL, &text), TIBEMS_INVALID_MSG);
    CHECK_STATUS(tibemsTextMsg_GetText((tibemsTextMsg)(void *)&text, &text), TIBEMS_INVALID_MSG);
    CHECK_STATUS(tibemsTextMsg_SetText(map, "x"), TIBEMS_INVALID_TYPE);
    CHECK_STATUS(tibemsBytesMsg_WriteInt(map, 1), TIBEMS_INVALID_TYPE);
    CHECK_STATUS(tibemsStreamMsg_Reset(map), TIBEMS_INVALID_TYPE);
    CHECK_STR(text, "kept");
    CHECK_OK(tibemsMsg_Destroy(map));
}

TEST("30-5,30-6,30-7", received_is_read_only)
{
    tibemsMsg message = text_message("first");
    CHECK_OK(tibemsMsg_SetIntProperty(message, "p", 1));
    EACH_WAY(message, back) {
        CASE("30-5");
        CHECK_STATUS(tibemsTextMsg_SetText(back, "x"), TIBEMS_MSG_NOT_WRITEABLE);
        CHECK_STATUS(tibemsMsg_SetIntProperty(back, "q", 1), TIBEMS_MSG_NOT_WRITEABLE);
        CHECK_OK(tibemsMsg_ClearBody(back));
        CHECK_OK(tibemsTextMsg_SetText(back, "x"));
        CHECK_INT(int_property(back, "p"), 1);
        CHECK_STATUS(tibemsMsg_SetIntProperty(back, "q", 1), TIBEMS_MSG_NOT_WRITEABLE);
    }
    EACH_WAY(message, back) {
        CASE("30-6");
        CHECK_OK(tibemsMsg_ClearProperties(back));
        CHECK_OK(tibemsMsg_SetIntProperty(back, "q", 2));
        CHECK(!has_property(back, "p"));
        CHECK_STATUS(tibemsTextMsg_SetText(back, "x"), TIBEMS_MSG_NOT_WRITEABLE);
        CHECK_STR(text_of(back), "first");
    }
    EACH_WAY(message, back) {
        CASE("30-7");
        CHECK_OK(tibemsMsg_MakeWriteable(back));
        CHECK_OK(tibemsMsg_SetStringProperty(back, "q", "s"));
        CHECK_OK(tibemsTextMsg_SetText(back, "second"));
        CHECK_INT(int_property(back, "p"), 1);
        CHECK_STR(text_of(back), "second");
    }
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

TEST("30-8", bytes_made_writeable)
{
    tibemsMsg message = new_bytes();
    tibems_int value = 0;
    CHECK_OK(tibemsBytesMsg_WriteInt(message, 1));
    CHECK_OK(tibemsBytesMsg_WriteInt(message, 2));
    EACH_WAY(message, back) {
        CHECK_OK(tibemsBytesMsg_ReadInt(back, &value));
        CHECK_INT(value, 1);
        CHECK_OK(tibemsMsg_MakeWriteable(back));
        CHECK_OK(tibemsBytesMsg_ReadInt(back, &value));
        CHECK_INT(value, 2);
        CHECK_OK(tibemsBytesMsg_WriteInt(back, 3));
        CHECK_INT(body_length(back), 12);
        CHECK_OK(tibemsBytesMsg_ReadInt(back, &value));
        CHECK_INT(value, 3);
    }
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

TEST_CHEAP("30-9,30-16", make_writeable_of_a_new_message)
{
    tibemsMsg message = new_bytes();
    tibems_int value;
    CASE("30-9");
    CHECK_OK(tibemsMsg_MakeWriteable(message));
    CHECK_STATUS(tibemsBytesMsg_ReadInt(message, &value), TIBEMS_MSG_NOT_READABLE);
    CHECK_OK(tibemsBytesMsg_WriteInt(message, 1));
    CHECK_OK(tibemsMsg_Destroy(message));
    message = new_plain();
    CASE("30-16");
    CHECK_OK(tibemsMsg_ClearBody(message));
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("30-10", copy_keeps_the_mode)
{
    tibemsMsg map = new_map(), copy = NULL;
    CHECK_OK(tibemsMapMsg_SetInt(map, "a", 1));
    tibemsMsg back = rebuilt(map);
    REQUIRE_OK(tibemsMsg_CreateCopy(back, &copy));
    CHECK_STATUS(tibemsMapMsg_SetInt(copy, "b", 1), TIBEMS_MSG_NOT_WRITEABLE);
    CHECK_OK(tibemsMsg_MakeWriteable(copy));
    CHECK_OK(tibemsMapMsg_SetInt(copy, "b", 1));
    CHECK_STATUS(tibemsMapMsg_SetInt(back, "b", 1), TIBEMS_MSG_NOT_WRITEABLE);
    CHECK_STATUS(tibemsMsg_CreateCopy(back, NULL), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsMsg_Destroy(copy));
    CHECK_OK(tibemsMsg_Destroy(back));
    CHECK_OK(tibemsMsg_Destroy(map));
}

TEST_CHEAP("30-11,30-12", copy_is_independent)
{
    tibemsMsg map = new_map(), inner = new_map(), copy = NULL;
    tibems_int numbers[3] = {1, 2, 3};
    CHECK_OK(tibemsMapMsg_SetString(map, "s", "text"));
    CHECK_OK(tibemsMapMsg_SetBytes(map, "b", "\1\2", 2));
    CHECK_OK(tibemsMapMsg_SetReferencedBytes(map, "r", "\3", 1));
    CHECK_OK(tibemsMapMsg_SetIntArray(map, "i", numbers, 3));
    CHECK_OK(tibemsMapMsg_SetInt(inner, "x", 1));
    CHECK_OK(tibemsMapMsg_SetMapMsg(map, "m", inner, TIBEMS_TRUE));
    CHECK_OK(tibemsMsg_SetStringProperty(map, "p", "property"));
    CHECK_OK(tibemsMsg_SetType(map, "type"));
    REQUIRE_OK(tibemsMsg_CreateCopy(map, &copy));
    CHECK_OK(tibemsMapMsg_SetInt(inner, "x", 2));
    CHECK_OK(tibemsMsg_Destroy(inner));
    CHECK_OK(tibemsMsg_Destroy(map));

    const char *text = NULL;
    const void *bytes = NULL;
    tibems_uint size = 0;
    tibems_int number = 0;
    tibemsMsgField field;
    tibemsMapMsg nested = NULL;
    CASE("30-12");
    CHECK_OK(tibemsMapMsg_GetString(copy, "s", &text));
    CHECK_STR(text, "text");
    CHECK_OK(tibemsMapMsg_GetBytes(copy, "b", &bytes, &size));
    CHECK(size == 2 && memcmp(bytes, "\1\2", 2) == 0);
    CHECK_OK(tibemsMapMsg_GetBytes(copy, "r", &bytes, &size));
    CHECK(size == 1 && memcmp(bytes, "\3", 1) == 0);
    CHECK_OK(tibemsMapMsg_GetField(copy, "i", &field));
    CHECK(field.count == 3 && memcmp(field.data.arrayValue, numbers, sizeof numbers) == 0);
    CASE("30-11");
    CHECK_OK(tibemsMapMsg_GetMapMsg(copy, "m", &nested));
    CHECK_OK(tibemsMapMsg_GetInt(nested, "x", &number));
    CHECK_INT(number, 1);
    CHECK_STR(string_property(copy, "p"), "property");
    CHECK_OK(tibemsMsg_GetType(copy, &text));
    CHECK_STR(text, "type");
    CHECK_OK(tibemsMsg_Destroy(copy));
}

TEST("30-13,30-14", acknowledge_and_recover)
{
    tibemsMsg message = text_message("x"), copy = NULL;
    CASE("30-13");
    CHECK_OK(tibemsMsg_Acknowledge(message));
    CHECK_STATUS(tibemsMsg_Recover(message), TIBEMS_ILLEGAL_STATE);
    CHECK_STATUS(tibemsMsg_Acknowledge(NULL), TIBEMS_INVALID_MSG);
    tibemsMsg back = delivered(message);
    CASE("30-14");
    CHECK_OK(tibemsMsg_Acknowledge(back));
    CHECK_STATUS(tibemsMsg_Recover(back), TIBEMS_ILLEGAL_STATE);
    CASE("30-13");
    REQUIRE_OK(tibemsMsg_CreateCopy(back, &copy));
    CHECK_OK(tibemsMsg_Acknowledge(copy));
    CHECK_STATUS(tibemsMsg_Recover(copy), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsMsg_Destroy(copy));
    CHECK_OK(tibemsMsg_Destroy(back));
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

TEST("30-15", send_takes_a_snapshot)
{
    tibemsMsg message = new_bytes();
    CHECK_OK(tibemsBytesMsg_WriteInt(message, 1));
    tibemsMsg first = delivered(message);
    CHECK_OK(tibemsBytesMsg_WriteInt(message, 2));
    tibemsMsg second = delivered(message);
    CHECK_INT(body_length(first), 4);
    CHECK_INT(body_length(second), 8);
    CHECK_OK(tibemsMsg_Destroy(first));
    CHECK_OK(tibemsMsg_Destroy(second));
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

TEST("30-17", headers_of_a_received_message)
{
    tibemsMsg message = text_message("x");
    EACH_WAY(message, back) {
        tibemsDestination queue = queue_named("answers"), got = NULL;
        const char *text = NULL;
        CHECK_OK(tibemsMsg_SetReplyTo(back, queue));
        CHECK_OK(tibemsMsg_SetCorrelationID(back, "c"));
        CHECK_OK(tibemsMsg_SetEncoding(back, "UTF-8"));
        CHECK_OK(tibemsMsg_GetReplyTo(back, &got));
        CHECK(got != NULL);
        CHECK_OK(tibemsMsg_GetCorrelationID(back, &text));
        CHECK_STR(text, "c");
        CHECK_OK(tibemsDestination_Destroy(queue));
    }
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}
