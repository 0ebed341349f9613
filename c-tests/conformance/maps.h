/*
 * maps.h - shared by the tests of map messages: a map with items of every type and value, its getters and what they give
 * (spec 30 §5.4, §5.6)
 */
#ifndef MAPS_H
#define MAPS_H

#include "conversions.h"

enum {MAP_MSG = COLUMNS, STREAM_MSG, GETTERS};

UNUSED static struct got get_value(tibemsMsg map, const char *name, int column)
{
    struct got got = nothing_got();
    switch (column) {
    case BOOLEAN: got.status = tibemsMapMsg_GetBoolean(map, name, &got.as.truth); break;
    case BYTE: got.status = tibemsMapMsg_GetByte(map, name, &got.as.byte); break;
    case SHORT: got.status = tibemsMapMsg_GetShort(map, name, &got.as.small); break;
    case CHAR: got.status = tibemsMapMsg_GetChar(map, name, &got.as.unit); break;
    case INT: got.status = tibemsMapMsg_GetInt(map, name, &got.as.number); break;
    case LONG: got.status = tibemsMapMsg_GetLong(map, name, &got.as.large); break;
    case FLOAT: got.status = tibemsMapMsg_GetFloat(map, name, &got.as.single); break;
    case DOUBLE: got.status = tibemsMapMsg_GetDouble(map, name, &got.as.real); break;
    case STRING: got.status = tibemsMapMsg_GetString(map, name, &got.as.text); break;
    default: got.status = tibemsMapMsg_GetBytes(map, name, &got.as.block.bytes, &got.as.block.size); break;
    }
    return got;
}

/* the getter of a column fails so and leaves its result alone, or sets it to NULL when it is a handle */
UNUSED static void check_refused(tibemsMsg map, const char *name, int column, tibems_status want)
{
    if (column < COLUMNS) {
        struct got got = get_value(map, name, column), untouched = nothing_got();
        if (!CHECK_STATUS(got.status, want))
            fprintf(stderr, "   \"%s\" as %s\n", name, column_names[column]);
        CHECK(memcmp(&got.as, &untouched.as, sizeof got.as) == 0);
    } else {
        tibemsMsg message = map;
        tibems_status (*get)(tibemsMsg, const char *, tibemsMsg *) =
            column == MAP_MSG ? tibemsMapMsg_GetMapMsg : tibemsMapMsg_GetStreamMsg;
        CHECK_STATUS(get(map, name, &message), want);
        CHECK(message == NULL);
    }
}

UNUSED static tibems_status set(tibemsMsg map, const char *name, const struct conversion *row)
{
    switch (row->type) {
    case TIBEMS_BOOL: return tibemsMapMsg_SetBoolean(map, name, (tibems_bool)row->truth);
    case TIBEMS_BYTE: return tibemsMapMsg_SetByte(map, name, (tibems_byte)row->whole);
    case TIBEMS_WCHAR: return tibemsMapMsg_SetChar(map, name, (tibems_wchar)row->whole);
    case TIBEMS_SHORT: return tibemsMapMsg_SetShort(map, name, (tibems_short)row->whole);
    case TIBEMS_INT: return tibemsMapMsg_SetInt(map, name, (tibems_int)row->whole);
    case TIBEMS_LONG: return tibemsMapMsg_SetLong(map, name, row->whole);
    case TIBEMS_FLOAT: return tibemsMapMsg_SetFloat(map, name, row->single);
    case TIBEMS_DOUBLE: return tibemsMapMsg_SetDouble(map, name, row->real);
    case TIBEMS_BYTES: return tibemsMapMsg_SetBytes(map, name, (void *)row->text, (tibems_uint)row->size);
    default: return tibemsMapMsg_SetString(map, name, row->text);
    }
}

/* a map with items of every type */
UNUSED static tibemsMsg full_map(void)
{
    tibemsMsg message = new_map(), map = new_map(), stream = new_stream();
    char name[16];
    for (int row = 0; row < CONVERSIONS; row++) {
        snprintf(name, sizeof name, "%d", row);
        CHECK_OK(set(message, name, &conversions[row]));
    }
    CHECK_OK(tibemsMapMsg_SetInt(map, "inner", 7));
    CHECK_OK(tibemsMapMsg_SetMapMsg(message, "map", map, TIBEMS_TRUE));
    CHECK_OK(tibemsStreamMsg_WriteInt(stream, 8));
    CHECK_OK(tibemsMapMsg_SetStreamMsg(message, "stream", stream, TIBEMS_TRUE));
    CHECK_OK(tibemsMapMsg_SetShortArray(message, "shorts", shorts, 3));
    CHECK_OK(tibemsMapMsg_SetIntArray(message, "ints", ints, 3));
    CHECK_OK(tibemsMapMsg_SetLongArray(message, "longs", longs, 3));
    CHECK_OK(tibemsMapMsg_SetFloatArray(message, "floats", floats, 3));
    CHECK_OK(tibemsMapMsg_SetDoubleArray(message, "doubles", doubles, 3));
    CHECK_OK(tibemsMsg_Destroy(map));
    CHECK_OK(tibemsMsg_Destroy(stream));
    return message;
}

UNUSED static tibemsMsgField field_of(tibemsMsg map, const char *name)
{
    tibemsMsgField field;
    memset(&field, 0x5A, sizeof field);
    CHECK_OK(tibemsMapMsg_GetField(map, name, &field));
    return field;
}

UNUSED static int item_count(tibemsMsg map)
{
    tibemsMsgEnum names = NULL;
    const char *name = NULL;
    int count = 0;
    REQUIRE_OK(tibemsMapMsg_GetMapNames(map, &names));
    while (tibemsMsgEnum_GetNextName(names, &name) == TIBEMS_OK) count++;
    CHECK_OK(tibemsMsgEnum_Destroy(names));
    return count;
}

UNUSED static int int_item(tibemsMsg map, const char *name)
{
    tibems_int value = -12345;
    CHECK_OK(tibemsMapMsg_GetInt(map, name, &value));
    return value;
}

UNUSED static void check_nested(tibemsMsg message, bool received)
{
    tibemsMsg map = NULL, stream = NULL;
    tibemsMsgField field;
    tibems_int number = 0;
    for (int column = 0; column < GETTERS; column++) {
        if (column != MAP_MSG) check_refused(message, "map", column, TIBEMS_CONVERSION_FAILED);
        if (column != STREAM_MSG) check_refused(message, "stream", column, TIBEMS_CONVERSION_FAILED);
        for (int at = 0; at < ARRAYS; at++) check_refused(message, arrays[at].name, column, TIBEMS_CONVERSION_FAILED);
        check_refused(message, "absent", column, TIBEMS_NOT_FOUND);
    }
    CHECK_OK(tibemsMapMsg_GetMapMsg(message, "map", &map));
    CHECK_INT(int_item(map, "inner"), 7);
    CHECK_OK(tibemsMapMsg_GetStreamMsg(message, "stream", &stream));
    if (received) {
        CHECK_OK(tibemsStreamMsg_ReadInt(stream, &number));
        CHECK_INT(number, 8);
        CHECK_STATUS(tibemsStreamMsg_ReadInt(stream, &number), TIBEMS_MSG_EOF);
    }
    field = field_of(message, "map");
    CHECK(field.type == TIBEMS_MAP_MSG && field.size == 0 && field.count == 0 && field.data.msgValue == map);
    field = field_of(message, "stream");
    CHECK(field.type == TIBEMS_STREAM_MSG && field.size == 0 && field.count == 0 && field.data.msgValue == stream);
}

UNUSED static void check_arrays(tibemsMsg message)
{
    for (int at = 0; at < ARRAYS; at++) {
        tibemsMsgField field = field_of(message, arrays[at].name);
        CHECK_INT(field.type, arrays[at].type);
        CHECK_INT(field.size, arrays[at].size);
        CHECK_INT(field.count, 3);
        CHECK((uintptr_t)field.data.arrayValue % (arrays[at].size / 3) == 0);
        CHECK(memcmp(field.data.arrayValue, arrays[at].elements, arrays[at].size) == 0);
    }
}

UNUSED static void check_map(const char *where, tibemsMsg message, bool received)
{
    char name[16];
    for (int row = 0; row < CONVERSIONS; row++) {
        snprintf(name, sizeof name, "%d", row);
        for (int column = 0; column < COLUMNS; column++)
            check_cell(where, &conversions[row], column, get_value(message, name, column), 0);
        check_refused(message, name, MAP_MSG, TIBEMS_CONVERSION_FAILED);
        check_refused(message, name, STREAM_MSG, TIBEMS_CONVERSION_FAILED);
        tibemsMsgField field = field_of(message, name);
        check_field(where, &conversions[row], &field);
    }
    check_nested(message, received);
    check_arrays(message);
    CHECK_INT(item_count(message), CONVERSIONS + ARRAYS + 2);
}

#endif
