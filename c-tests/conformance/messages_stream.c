/*
 * messages_stream.c - stream bodies (spec 30 §5.5, §5.6; cases 30-94 to 30-107)
 */
#include "conversions.h"

enum {FIELD = COLUMNS, READERS};
#define NO_BYTES 0xFFFFFFFFu            /* what ReadBytes gives as size at the end of an item */

static struct got read_value(tibemsMsg stream, int column)
{
    struct got got = nothing_got();
    void *bytes = (void *)got.as.block.bytes;
    switch (column) {
    case BOOLEAN: got.status = tibemsStreamMsg_ReadBoolean(stream, &got.as.truth); break;
    case BYTE: got.status = tibemsStreamMsg_ReadByte(stream, &got.as.byte); break;
    case SHORT: got.status = tibemsStreamMsg_ReadShort(stream, &got.as.small); break;
    case CHAR: got.status = tibemsStreamMsg_ReadChar(stream, &got.as.unit); break;
    case INT: got.status = tibemsStreamMsg_ReadInt(stream, &got.as.number); break;
    case LONG: got.status = tibemsStreamMsg_ReadLong(stream, &got.as.large); break;
    case FLOAT: got.status = tibemsStreamMsg_ReadFloat(stream, &got.as.single); break;
    case DOUBLE: got.status = tibemsStreamMsg_ReadDouble(stream, &got.as.real); break;
    case STRING: got.status = tibemsStreamMsg_ReadString(stream, &got.as.own_text); break;
    default:
        got.status = tibemsStreamMsg_ReadBytes(stream, &bytes, &got.as.block.size);
        got.as.block.bytes = bytes;
        break;
    }
    return got;
}

/* the reader of a column fails so, and leaves its result alone */
static void check_refused(tibemsMsg stream, int column, tibems_status want)
{
    if (column == FIELD) {
        tibemsMsgField field, untouched;
        memset(&field, 0x5A, sizeof field);
        memset(&untouched, 0x5A, sizeof untouched);
        CHECK_STATUS(tibemsStreamMsg_ReadField(stream, &field), want);
        CHECK(memcmp(&field, &untouched, sizeof field) == 0);
    } else {
        struct got got = read_value(stream, column), untouched = nothing_got();
        if (!CHECK_STATUS(got.status, want))
            fprintf(stderr, "   as %s\n", column_names[column]);
        CHECK(memcmp(&got.as, &untouched.as, sizeof got.as) == 0);
    }
}

static void append(tibemsMsg stream, const struct conversion *row)
{
    switch (row->type) {
    case TIBEMS_BOOL: CHECK_OK(tibemsStreamMsg_WriteBoolean(stream, (tibems_bool)row->truth)); break;
    case TIBEMS_BYTE: CHECK_OK(tibemsStreamMsg_WriteByte(stream, (tibems_byte)row->whole)); break;
    case TIBEMS_WCHAR: CHECK_OK(tibemsStreamMsg_WriteChar(stream, (tibems_wchar)row->whole)); break;
    case TIBEMS_SHORT: CHECK_OK(tibemsStreamMsg_WriteShort(stream, (tibems_short)row->whole)); break;
    case TIBEMS_INT: CHECK_OK(tibemsStreamMsg_WriteInt(stream, (tibems_int)row->whole)); break;
    case TIBEMS_LONG: CHECK_OK(tibemsStreamMsg_WriteLong(stream, row->whole)); break;
    case TIBEMS_FLOAT: CHECK_OK(tibemsStreamMsg_WriteFloat(stream, row->single)); break;
    case TIBEMS_DOUBLE: CHECK_OK(tibemsStreamMsg_WriteDouble(stream, row->real)); break;
    case TIBEMS_BYTES: CHECK_OK(tibemsStreamMsg_WriteBytes(stream, (void *)row->text, (tibems_uint)row->size)); break;
    default: CHECK_OK(tibemsStreamMsg_WriteString(stream, (char *)row->text)); break;
    }
}

/* the items behind those of the table, which only ReadField gives */
enum {MAP_ITEM = CONVERSIONS, STREAM_ITEM, FIRST_ARRAY, ITEMS = FIRST_ARRAY + ARRAYS};

static tibemsMsg full_stream(void)
{
    tibemsMsg message = new_stream(), map = new_map(), stream = new_stream();
    for (int row = 0; row < CONVERSIONS; row++) append(message, &conversions[row]);
    CHECK_OK(tibemsMapMsg_SetInt(map, "inner", 7));
    CHECK_OK(tibemsStreamMsg_WriteInt(stream, 8));
    CHECK_OK(tibemsStreamMsg_WriteMapMsg(message, map));
    CHECK_OK(tibemsStreamMsg_WriteStreamMsg(message, stream));
    CHECK_OK(tibemsStreamMsg_WriteShortArray(message, shorts, 3));
    CHECK_OK(tibemsStreamMsg_WriteIntArray(message, ints, 3));
    CHECK_OK(tibemsStreamMsg_WriteLongArray(message, longs, 3));
    CHECK_OK(tibemsStreamMsg_WriteFloatArray(message, floats, 3));
    CHECK_OK(tibemsStreamMsg_WriteDoubleArray(message, doubles, 3));
    CHECK_OK(tibemsMsg_Destroy(map));
    CHECK_OK(tibemsMsg_Destroy(stream));
    return message;
}

static tibemsMsgField next_field(tibemsMsg stream)
{
    tibemsMsgField field;
    memset(&field, 0x5A, sizeof field);
    CHECK_OK(tibemsStreamMsg_ReadField(stream, &field));
    return field;
}

static void check_int_in(tibemsMsg map, const char *name, int want)
{
    tibems_int number = 0;
    CHECK_OK(tibemsMapMsg_GetInt(map, name, &number));
    CHECK_INT(number, want);
}

static void check_item_field(const char *where, int item, tibemsMsgField *field)
{
    if (item < CONVERSIONS) {
        check_field(where, &conversions[item], field);
    } else if (item < FIRST_ARRAY) {
        tibems_int number = 0;
        CHECK_INT(field->type, item == MAP_ITEM ? TIBEMS_MAP_MSG : TIBEMS_STREAM_MSG);
        CHECK(field->size == 0 && field->count == 0);
        if (item == MAP_ITEM) {
            check_int_in(field->data.msgValue, "inner", 7);
        } else {
            /* one message behind every field of this item, with its own position */
            CHECK_OK(tibemsStreamMsg_Reset(field->data.msgValue));
            CHECK_OK(tibemsStreamMsg_ReadInt(field->data.msgValue, &number));
            CHECK_INT(number, 8);
            CHECK_STATUS(tibemsStreamMsg_ReadInt(field->data.msgValue, &number), TIBEMS_MSG_EOF);
        }
    } else {
        int at = item - FIRST_ARRAY;
        CHECK_INT(field->type, arrays[at].type);
        CHECK_INT(field->size, arrays[at].size);
        CHECK_INT(field->count, 3);
        CHECK((uintptr_t)field->data.arrayValue % (arrays[at].size / 3) == 0);
        CHECK(memcmp(field->data.arrayValue, arrays[at].elements, arrays[at].size) == 0);
    }
}

/* One pass a reader: each item is first tried by every reader that cannot have it, which must not move the stream, then read
 * by this one if it can, else as a field. That each item is the next one shows that reading moved by exactly one. */
static void check_stream(const char *where, tibemsMsg message)
{
    for (int reader = 0; reader < READERS; reader++) {
        CHECK_OK(tibemsStreamMsg_Reset(message));
        for (int item = 0; item < ITEMS; item++) {
            const struct conversion *row = item < CONVERSIONS ? &conversions[item] : NULL;
            for (int column = 0; column < COLUMNS; column++)
                if (row == NULL) check_refused(message, column, TIBEMS_CONVERSION_FAILED);
                else if (!wants_ok(row, column)) check_cell(where, row, column, read_value(message, column), NO_BYTES);
            if (row && reader < COLUMNS && wants_ok(row, reader)) {
                check_cell(where, row, reader, read_value(message, reader), NO_BYTES);
            } else {
                tibemsMsgField field = next_field(message);
                check_item_field(where, item, &field);
                tibemsStreamMsg_FreeField(&field);
            }
        }
        check_refused(message, reader, TIBEMS_MSG_EOF);
    }
}

TEST("30-94", every_stream_conversion)
{
    tibemsMsg message = full_stream();
    EACH_WAY(message, back) check_stream(way_ == 0 ? "rebuilt" : "delivered", back);
    check_stream("after Reset", message);
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

TEST_CHEAP("30-95", empty_stream)
{
    tibemsMsg message = new_stream();
    for (int reader = 0; reader < READERS; reader++) check_refused(message, reader, TIBEMS_MSG_NOT_READABLE);
    CHECK_OK(tibemsStreamMsg_WriteInt(message, 1));
    for (int reader = 0; reader < READERS; reader++) check_refused(message, reader, TIBEMS_MSG_NOT_READABLE);
    CHECK_OK(tibemsMsg_ClearBody(message));
    CHECK_OK(tibemsStreamMsg_Reset(message));
    for (int reader = 0; reader < READERS; reader++)
        for (int again = 0; again < 3; again++) check_refused(message, reader, TIBEMS_MSG_EOF);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("30-96,30-97,30-107", byte_array_in_between)
{
    tibemsMsg message = new_stream();
    tibems_int number = 0;
    char *text = NULL;
    void *bytes = NULL;
    tibems_uint size = 0;
    tibemsMsgField field;
    CHECK_OK(tibemsStreamMsg_WriteInt(message, 5));
    CHECK_OK(tibemsStreamMsg_WriteBytes(message, "\1\2\3", 3));
    CHECK_OK(tibemsStreamMsg_WriteString(message, "end"));
    CHECK_OK(tibemsStreamMsg_Reset(message));
    CASE("30-96");
    CHECK_OK(tibemsStreamMsg_ReadInt(message, &number));
    CHECK_INT(number, 5);
    CHECK_OK(tibemsStreamMsg_ReadBytes(message, &bytes, &size));
    CHECK(size == 3 && memcmp(bytes, "\1\2\3", 3) == 0);
    CHECK_OK(tibemsStreamMsg_ReadBytes(message, &bytes, &size));
    CHECK(size == NO_BYTES && bytes == NULL);
    CHECK_OK(tibemsStreamMsg_ReadString(message, &text));
    CHECK_STR(text, "end");
    CHECK_OK(tibemsStreamMsg_Reset(message));
    CASE("30-97");
    CHECK_OK(tibemsStreamMsg_ReadInt(message, &number));
    CHECK_OK(tibemsStreamMsg_ReadBytes(message, &bytes, &size));
    CHECK_OK(tibemsStreamMsg_ReadString(message, &text));
    CHECK_STR(text, "end");
    check_refused(message, STRING, TIBEMS_MSG_EOF);
    CHECK_OK(tibemsStreamMsg_Reset(message));
    CHECK_OK(tibemsStreamMsg_ReadInt(message, &number));
    CHECK_OK(tibemsStreamMsg_ReadBytes(message, &bytes, &size));
    field = next_field(message);                        /* as does ReadField */
    CHECK(field.type == TIBEMS_UTF8 && strcmp(field.data.utf8Value, "end") == 0);
    tibemsStreamMsg_FreeField(&field);
    CASE("30-107");
    CHECK_OK(tibemsStreamMsg_Reset(message));
    CHECK_OK(tibemsStreamMsg_ReadInt(message, &number));
    CHECK_OK(tibemsStreamMsg_ReadBytes(message, &bytes, &size));
    CHECK_OK(tibemsStreamMsg_Reset(message));
    field = next_field(message);
    CHECK(field.type == TIBEMS_INT && field.data.intValue == 5);
    tibemsStreamMsg_FreeField(&field);
    CHECK_OK(tibemsStreamMsg_ReadBytes(message, &bytes, &size));
    CHECK(size == 3 && memcmp(bytes, "\1\2\3", 3) == 0);
    CHECK_OK(tibemsMsg_Destroy(message));
}

/* reads a byte array as documented, until -1; TEXT is all of it, READS how many calls gave bytes */
static void check_documented_loop(tibemsMsg stream, const char *text, int reads)
{
    char all[16] = "";
    int calls = 0;
    for (;; calls++) {
        void *bytes = stream;
        tibems_uint size = 7;
        CHECK_OK(tibemsStreamMsg_ReadBytes(stream, &bytes, &size));
        if (size == NO_BYTES) {
            CHECK(bytes == NULL);
            break;
        }
        REQUIRE(strlen(all) + size < sizeof all);
        strncat(all, bytes, size);
    }
    CHECK_STR(all, text);
    CHECK_INT(calls, reads);
}

TEST_CHEAP("30-98,30-99,30-100", byte_arrays)
{
    tibemsMsg message = new_stream();
    tibems_int number = 0;
    char *text = (char *)"not read";
    CHECK_OK(tibemsStreamMsg_WriteBytes(message, (void *)"ab", 2));
    CHECK_OK(tibemsStreamMsg_WriteBytes(message, (void *)"cde", 3));
    CHECK_OK(tibemsStreamMsg_WriteBytes(message, NULL, 0));
    CHECK_STATUS(tibemsStreamMsg_WriteBytes(message, NULL, 1), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsStreamMsg_WriteString(message, NULL));
    CHECK_OK(tibemsStreamMsg_WriteString(message, NULL));
    CHECK_OK(tibemsStreamMsg_WriteInt(message, 7));
    CHECK_OK(tibemsStreamMsg_Reset(message));
    CASE("30-98");
    check_documented_loop(message, "ab", 1);
    check_documented_loop(message, "cde", 1);
    CASE("30-99");
    check_documented_loop(message, "", 0);              /* empty: one call, and the next item follows */
    for (int again = 0; again < 2; again++)
        check_refused(message, INT, TIBEMS_CONVERSION_FAILED);
    CHECK_OK(tibemsStreamMsg_ReadString(message, &text));
    CHECK(text == NULL);
    check_documented_loop(message, "", 0);              /* null as well */
    CASE("30-100");
    for (int again = 0; again < 2; again++)
        check_refused(message, BYTES, TIBEMS_CONVERSION_FAILED);
    CHECK_OK(tibemsStreamMsg_ReadInt(message, &number));
    CHECK_INT(number, 7);
    for (int again = 0; again < 2; again++)
        check_refused(message, BYTES, TIBEMS_MSG_EOF);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST("30-101", fields)
{
    tibemsMsg message = full_stream();
    bool seen[TIBEMS_DOUBLE_ARRAY + 1] = {false};
    int types = 0;
    EACH_WAY(message, back) {
        for (int item = 0; item < ITEMS; item++) {
            tibemsMsgField field = next_field(back);
            REQUIRE(field.type <= TIBEMS_DOUBLE_ARRAY);
            seen[field.type] = true;
            check_item_field("ReadField", item, &field);
            tibemsStreamMsg_FreeField(&field);
        }
        for (int again = 0; again < 2; again++) check_refused(back, FIELD, TIBEMS_MSG_EOF);
    }
    for (size_t type = 0; type < sizeof seen; type++) types += seen[type];
    CHECK_INT(types, 18);
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

TEST_CHEAP("30-102,30-103", freeing_fields)
{
    tibemsMsg stream = full_stream(), map = new_map();
    tibemsMsgField fields[ITEMS], again, borrowed;
    CHECK_OK(tibemsStreamMsg_Reset(stream));
    for (int item = 0; item < ITEMS; item++) fields[item] = next_field(stream);
    CHECK_OK(tibemsStreamMsg_Reset(stream));
    again = next_field(stream);
    while (again.type != TIBEMS_UTF8) {
        tibemsStreamMsg_FreeField(&again);
        again = next_field(stream);
    }
    CASE("30-102");
    CHECK_OK(tibemsMsg_Destroy(stream));
    for (int item = 0; item < ITEMS; item++) check_item_field("after Destroy", item, &fields[item]);
    CHECK_STATUS(tibemsMsg_Destroy(fields[MAP_ITEM].data.msgValue), TIBEMS_NOT_PERMITTED);
    check_int_in(fields[MAP_ITEM].data.msgValue, "inner", 7);
    tibemsMsg nested = fields[MAP_ITEM].data.msgValue;
    for (int item = 0; item < ITEMS; item++)
        for (int time = 0; time < 2; time++) {
            tibemsStreamMsg_FreeField(&fields[item]);
            CHECK_INT(fields[item].type, TIBEMS_NULL);
        }
    CHECK_STATUS(tibemsMsg_Destroy(nested), TIBEMS_INVALID_MSG);
    CHECK_STR(again.data.utf8Value, "true");            /* another field of the same item is not touched */
    tibemsStreamMsg_FreeField(&again);
    tibemsStreamMsg_FreeField(NULL);

    const char *text = NULL;
    tibemsMsg inner = new_map();
    static const char *const names[] = {"s", "b", "a", "m"};
    CHECK_OK(tibemsMapMsg_SetString(map, "s", "kept"));
    CHECK_OK(tibemsMapMsg_SetBytes(map, "b", (void *)"kept", 4));
    CHECK_OK(tibemsMapMsg_SetIntArray(map, "a", ints, 3));
    CHECK_OK(tibemsMapMsg_SetInt(inner, "x", 1));
    CHECK_OK(tibemsMapMsg_SetMapMsg(map, "m", inner, TIBEMS_TRUE));
    CHECK_OK(tibemsMsg_Destroy(inner));
    CHECK_OK(tibemsMsg_SetStringProperty(map, "p", "kept"));
    CASE("30-103");
    for (int time = 0; time < 2; time++) {
        for (int at = 0; at < 4; at++) {
            CHECK_OK(tibemsMapMsg_GetField(map, names[at], &borrowed));
            tibemsStreamMsg_FreeField(&borrowed);
        }
        CHECK_OK(tibemsMsg_GetProperty(map, "p", &borrowed));
        tibemsStreamMsg_FreeField(&borrowed);
    }
    CHECK_OK(tibemsMapMsg_GetString(map, "s", &text));
    CHECK_STR(text, "kept");
    CHECK_STR(string_property(map, "p"), "kept");
    CHECK_OK(tibemsMapMsg_GetField(map, "b", &borrowed));
    CHECK(borrowed.size == 4 && memcmp(borrowed.data.bytesValue, "kept", 4) == 0);
    CHECK_OK(tibemsMapMsg_GetField(map, "a", &borrowed));
    CHECK(borrowed.count == 3 && memcmp(borrowed.data.arrayValue, ints, sizeof ints) == 0);
    CHECK_OK(tibemsMapMsg_GetField(map, "m", &borrowed));
    check_int_in(borrowed.data.msgValue, "x", 1);
    CHECK_OK(tibemsMsg_Destroy(map));
}

TEST_CHEAP("30-104,30-105,30-106", writes)
{
    tibemsMsg stream = new_stream(), map = new_map();
    tibemsMsgField field;
    char *text = NULL;
    CHECK_OK(tibemsMapMsg_SetInt(map, "x", 1));
    CASE("30-104");
    CHECK_OK(tibemsStreamMsg_WriteMapMsg(stream, map));
    CHECK_STATUS(tibemsStreamMsg_WriteMapMsg(stream, stream), TIBEMS_INVALID_TYPE);
    CHECK_STATUS(tibemsStreamMsg_WriteMapMsg(stream, NULL), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsStreamMsg_WriteStreamMsg(stream, map), TIBEMS_INVALID_TYPE);
    CHECK_OK(tibemsMapMsg_SetInt(map, "x", 2));
    CHECK_OK(tibemsStreamMsg_WriteMapMsg(stream, map));
    CASE("30-105");
    for (int count = 0; count >= -1; count--) {
        CHECK_STATUS(tibemsStreamMsg_WriteShortArray(stream, shorts, count), TIBEMS_INVALID_COUNT);
        CHECK_STATUS(tibemsStreamMsg_WriteIntArray(stream, ints, count), TIBEMS_INVALID_COUNT);
        CHECK_STATUS(tibemsStreamMsg_WriteLongArray(stream, longs, count), TIBEMS_INVALID_COUNT);
        CHECK_STATUS(tibemsStreamMsg_WriteFloatArray(stream, floats, count), TIBEMS_INVALID_COUNT);
        CHECK_STATUS(tibemsStreamMsg_WriteDoubleArray(stream, doubles, count), TIBEMS_INVALID_COUNT);
    }
    CHECK_OK(tibemsStreamMsg_Reset(stream));
    CASE("30-104");
    for (int number = 1; number <= 2; number++) {       /* each as it was when it was written, and nothing else */
        field = next_field(stream);
        CHECK_INT(field.type, TIBEMS_MAP_MSG);
        check_int_in(field.data.msgValue, "x", number);
        tibemsStreamMsg_FreeField(&field);
    }
    check_refused(stream, FIELD, TIBEMS_MSG_EOF);
    check_int_in(map, "x", 2);
    CHECK_OK(tibemsMapMsg_SetInt(map, "x", 3));
    CHECK_OK(tibemsMsg_Destroy(map));
    CASE("30-106");
    CHECK_STATUS(tibemsStreamMsg_WriteString(stream, "x"), TIBEMS_MSG_NOT_WRITEABLE);
    CHECK_STATUS(tibemsStreamMsg_WriteIntArray(stream, ints, 3), TIBEMS_MSG_NOT_WRITEABLE);
    CHECK_OK(tibemsMsg_ClearBody(stream));
    for (int reader = 0; reader < READERS; reader++) check_refused(stream, reader, TIBEMS_MSG_NOT_READABLE);
    CHECK_OK(tibemsStreamMsg_WriteString(stream, "new"));
    CHECK_OK(tibemsStreamMsg_Reset(stream));
    CHECK_OK(tibemsStreamMsg_ReadString(stream, &text));
    CHECK_STR(text, "new");                             /* the first item: the body was empty */
    check_refused(stream, STRING, TIBEMS_MSG_EOF);
    CHECK_OK(tibemsMsg_Destroy(stream));
}
