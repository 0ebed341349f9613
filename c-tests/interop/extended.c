/*
 * extended.c - what EMS has and JMS has not: arrays, nested maps and streams. A JMS program still reads a MapMessage or a
 * StreamMessage with its simple items, a plain AMQP program sees native arrays, maps and lists (spec 30 §9.5)
 */
#include "partner.h"

static tibems_short shorts[] = {1, -1};
static tibems_int ints[] = {1, -1, 2147483647};
static tibems_long longs[] = {1, INT64_MIN};
static tibems_float floats[] = {1.5f};
static tibems_double doubles[] = {0.1, -0.0};

static tibemsMsg inner_map(void)
{
    tibemsMsg inner = new_message(tibemsMapMsg_Create);
    CHECK_OK(tibemsMapMsg_SetInt(inner, "n", 1));
    return inner;
}

static tibemsMsg inner_stream(void)
{
    tibemsMsg inner = new_message(tibemsStreamMsg_Create);
    CHECK_OK(tibemsStreamMsg_WriteString(inner, "in"));
    CHECK_OK(tibemsStreamMsg_WriteInt(inner, 2));
    return inner;
}

static tibemsMsg extended_map(void)
{
    tibemsMsg message = new_message(tibemsMapMsg_Create), map = inner_map(), stream = inner_stream();
    CHECK_OK(tibemsMapMsg_SetInt(message, "i", 5));
    CHECK_OK(tibemsMapMsg_SetShortArray(message, "shorts", shorts, 2));
    CHECK_OK(tibemsMapMsg_SetIntArray(message, "ints", ints, 3));
    CHECK_OK(tibemsMapMsg_SetLongArray(message, "longs", longs, 2));
    CHECK_OK(tibemsMapMsg_SetFloatArray(message, "floats", floats, 1));
    CHECK_OK(tibemsMapMsg_SetDoubleArray(message, "doubles", doubles, 2));
    CHECK_OK(tibemsMapMsg_SetMapMsg(message, "map", map, TIBEMS_TRUE));
    CHECK_OK(tibemsMapMsg_SetStreamMsg(message, "list", stream, TIBEMS_TRUE));
    CHECK_OK(tibemsMapMsg_SetString(message, "s", "text"));
    CHECK_OK(tibemsMsg_Destroy(map));
    CHECK_OK(tibemsMsg_Destroy(stream));
    return message;
}

static tibemsMsg extended_stream(void)
{
    tibemsMsg message = new_message(tibemsStreamMsg_Create), map = inner_map(), stream = inner_stream();
    CHECK_OK(tibemsStreamMsg_WriteInt(message, 5));
    CHECK_OK(tibemsStreamMsg_WriteShortArray(message, shorts, 2));
    CHECK_OK(tibemsStreamMsg_WriteIntArray(message, ints, 3));
    CHECK_OK(tibemsStreamMsg_WriteLongArray(message, longs, 2));
    CHECK_OK(tibemsStreamMsg_WriteFloatArray(message, floats, 1));
    CHECK_OK(tibemsStreamMsg_WriteDoubleArray(message, doubles, 2));
    CHECK_OK(tibemsStreamMsg_WriteMapMsg(message, map));
    CHECK_OK(tibemsStreamMsg_WriteStreamMsg(message, stream));
    CHECK_OK(tibemsStreamMsg_WriteString(message, "text"));
    CHECK_OK(tibemsMsg_Destroy(map));
    CHECK_OK(tibemsMsg_Destroy(stream));
    return message;
}

TEST("30-91,30-132", jms_reads_an_extended_map)
{
    shown_to_jms(extended_map());
    CHECK_FACT("class", "MapMessage");
    CASE("30-91");
    CHECK_FACT("property.JMS_TIBCO_MSG_EXT", "Boolean:true");
    CASE("30-132");
    CHECK_FACT("body.i", "Integer:5");
    CHECK_FACT("body.s", "String:text");
    CHECK_FACT("body.shorts", "short[]:[1, -1]");
    CHECK_FACT("body.ints", "int[]:[1, -1, 2147483647]");
    CHECK_FACT("body.longs", "long[]:[1, -9223372036854775808]");
    CHECK_FACT("body.floats", "float[]:[1.5]");
    CHECK_FACT("body.doubles", "double[]:[0.1, -0.0]");
    CHECK_FACT("body.map", "Map:{n=Integer:1}");
    CHECK_FACT("body.list", "List:[String:in, Integer:2]");
    CHECK_FACTS("body.", 9);
    ours_close();
}

/* Qpid JMS reads the simple items up to the first that JMS does not know, and cannot get past it */
TEST("30-132", jms_reads_an_extended_stream)
{
    tibemsMsg message = extended_stream(), simple_first = new_message(tibemsStreamMsg_Create), map = inner_map();
    shown_to_jms(message);
    CHECK_FACT("class", "StreamMessage");
    CHECK_FACT("property.JMS_TIBCO_MSG_EXT", "Boolean:true");
    CHECK_FACT("body.0", "Integer:5");
    CHECK(fact("refused.1") != NULL);
    CHECK_OK(tibemsStreamMsg_WriteInt(simple_first, 5));
    CHECK_OK(tibemsStreamMsg_WriteString(simple_first, "text"));
    CHECK_OK(tibemsStreamMsg_WriteMapMsg(simple_first, map));
    CHECK_OK(tibemsMsg_Destroy(map));
    shown_to_jms(simple_first);
    CHECK_FACT("class", "StreamMessage");
    CHECK_FACT("body.0", "Integer:5");
    CHECK_FACT("body.1", "String:text");
    CHECK(fact("refused.2") != NULL);
    ours_close();
}

TEST("30-132", plain_amqp_reads_extended_bodies)
{
    shown_to_plain(extended_map());
    CHECK_FACT("sections", "1");
    CHECK_FACT("annotations.x-opt-jms-msg-type", "Byte:2");
    CHECK_FACT("application.JMS_TIBCO_MSG_EXT", "Boolean:true");
    CHECK_FACT("AmqpValue.i", "Integer:5");
    CHECK_FACT("AmqpValue.shorts", "short[]:[1, -1]");
    CHECK_FACT("AmqpValue.ints", "int[]:[1, -1, 2147483647]");
    CHECK_FACT("AmqpValue.longs", "long[]:[1, -9223372036854775808]");
    CHECK_FACT("AmqpValue.floats", "float[]:[1.5]");
    CHECK_FACT("AmqpValue.doubles", "double[]:[0.1, -0.0]");
    CHECK_FACT("AmqpValue.map", "Map:{n=Integer:1}");
    CHECK_FACT("AmqpValue.list", "List:[String:in, Integer:2]");

    shown_to_plain(extended_stream());
    CHECK_FACT("sections", "1");
    CHECK_FACT("annotations.x-opt-jms-msg-type", "Byte:4");
    CHECK_FACT("AmqpSequence",
               "List:[Integer:5, short[]:[1, -1], int[]:[1, -1, 2147483647], long[]:[1, -9223372036854775808], "
               "float[]:[1.5], double[]:[0.1, -0.0], Map:{n=Integer:1}, List:[String:in, Integer:2], String:text]");
    ours_close();
}

static void check_array(tibemsMsgField field, int type, const void *want, size_t size, int count)
{
    CHECK_INT(field.type, type);
    CHECK_INT(field.count, count);
    CHECK_INT(field.size, size);
    CHECK(field.data.arrayValue && memcmp(field.data.arrayValue, want, size) == 0);
}

static void check_inner(tibemsMsg map, tibemsMsg list)
{
    tibems_int number = 0;
    const char *text = NULL;
    CHECK_OK(tibemsMapMsg_GetInt(map, "n", &number));
    CHECK_INT(number, 1);
    CHECK_OK(tibemsStreamMsg_ReadString(list, (char **)&text));
    CHECK_STR(text, "in");
    CHECK_OK(tibemsStreamMsg_ReadInt(list, &number));
    CHECK_INT(number, 2);
}

TEST("30-132", extended_map_from_plain_amqp)
{
    static const struct {
        const char *name;
        int type, count;
        const void *want;
        size_t size;
    } arrays[] = {
        {"shorts", TIBEMS_SHORT_ARRAY, 2, shorts, sizeof shorts}, {"ints", TIBEMS_INT_ARRAY, 3, ints, sizeof ints},
        {"longs", TIBEMS_LONG_ARRAY, 2, longs, sizeof longs}, {"floats", TIBEMS_FLOAT_ARRAY, 1, floats, sizeof floats},
        {"doubles", TIBEMS_DOUBLE_ARRAY, 2, doubles, sizeof doubles},
    };
    tibemsMsgField field;
    tibemsMsg map = NULL, list = NULL, message = from_plain("extended-map", "");
    CHECK_INT(body_type(message), TIBEMS_MAP_MESSAGE);
    for (size_t at = 0; at < sizeof arrays / sizeof *arrays; at++) {
        CHECK_OK(tibemsMapMsg_GetField(message, arrays[at].name, &field));
        check_array(field, arrays[at].type, arrays[at].want, arrays[at].size, arrays[at].count);
    }
    CHECK_OK(tibemsMapMsg_GetMapMsg(message, "map", &map));
    CHECK_OK(tibemsMapMsg_GetStreamMsg(message, "list", &list));
    check_inner(map, list);
    CHECK_OK(tibemsMsg_Destroy(message));
    ours_close();
}

TEST("30-132", extended_stream_from_plain_amqp)
{
    static const struct {
        int type, count;
        const void *want;
        size_t size;
    } arrays[] = {
        {TIBEMS_SHORT_ARRAY, 2, shorts, sizeof shorts}, {TIBEMS_INT_ARRAY, 3, ints, sizeof ints},
        {TIBEMS_LONG_ARRAY, 2, longs, sizeof longs}, {TIBEMS_FLOAT_ARRAY, 1, floats, sizeof floats},
        {TIBEMS_DOUBLE_ARRAY, 2, doubles, sizeof doubles},
    };
    tibemsMsgField map, list, field;
    tibems_int number = 0;
    tibemsMsg message = from_plain("extended-stream", "");
    CHECK_INT(body_type(message), TIBEMS_STREAM_MESSAGE);
    CHECK_OK(tibemsStreamMsg_ReadInt(message, &number));
    CHECK_INT(number, 5);
    for (size_t at = 0; at < sizeof arrays / sizeof *arrays; at++) {
        CHECK_OK(tibemsStreamMsg_ReadField(message, &field));
        check_array(field, arrays[at].type, arrays[at].want, arrays[at].size, arrays[at].count);
        tibemsStreamMsg_FreeField(&field);
    }
    REQUIRE_OK(tibemsStreamMsg_ReadField(message, &map));
    REQUIRE_OK(tibemsStreamMsg_ReadField(message, &list));
    CHECK_INT(map.type, TIBEMS_MAP_MSG);
    CHECK_INT(list.type, TIBEMS_STREAM_MSG);
    check_inner(map.data.msgValue, list.data.msgValue);
    tibemsStreamMsg_FreeField(&map);
    tibemsStreamMsg_FreeField(&list);
    CHECK_STATUS(tibemsStreamMsg_ReadField(message, &field), TIBEMS_MSG_EOF);
    CHECK_OK(tibemsMsg_Destroy(message));
    ours_close();
}
