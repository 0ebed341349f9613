/*
 * messages_stream.c - stream bodies (spec 30 §5.5, §5.6; cases 30-94 to 30-107)
 */
#include "messages.h"

enum {BOOLEAN, BYTE, SHORT, CHAR, INT, LONG, FLOAT, DOUBLE, STRING, BYTES, FIELD, COLUMNS};

static tibems_status read_as(tibemsMsg stream, int column)
{
    tibems_bool b;
    tibems_byte y;
    tibems_short s;
    tibems_wchar c;
    tibems_int i;
    tibems_long l;
    tibems_float f;
    tibems_double d;
    char *t;
    void *v;
    tibems_uint n;
    tibemsMsgField field;
    tibems_status status;
    switch (column) {
    case BOOLEAN: return tibemsStreamMsg_ReadBoolean(stream, &b);
    case BYTE: return tibemsStreamMsg_ReadByte(stream, &y);
    case SHORT: return tibemsStreamMsg_ReadShort(stream, &s);
    case CHAR: return tibemsStreamMsg_ReadChar(stream, &c);
    case INT: return tibemsStreamMsg_ReadInt(stream, &i);
    case LONG: return tibemsStreamMsg_ReadLong(stream, &l);
    case FLOAT: return tibemsStreamMsg_ReadFloat(stream, &f);
    case DOUBLE: return tibemsStreamMsg_ReadDouble(stream, &d);
    case STRING: return tibemsStreamMsg_ReadString(stream, &t);
    case BYTES: return tibemsStreamMsg_ReadBytes(stream, &v, &n);
    default:
        status = tibemsStreamMsg_ReadField(stream, &field);
        if (status == TIBEMS_OK) tibemsStreamMsg_FreeField(&field);
        return status;
    }
}

/* o: OK; a dot: CONVERSION_FAILED. Columns: Boolean Byte Short Char Int Long Float Double String Bytes Field */
static const struct {const char *cells; int type, size, count;} table[] = {
    {"o.......o.o", 1, 1, 0},   {".oo.oo..o.o", 2, 1, 0},  {"...o....o.o", 3, 2, 0},  {"..o.oo..o.o", 4, 2, 0},
    {"....oo..o.o", 5, 4, 0},   {".....o..o.o", 6, 8, 0},  {"......ooo.o", 7, 4, 0},  {".......oo.o", 8, 8, 0},
    {"ooo.ooooo.o", 9, 2, 0},   {"o.......o.o", 9, 4, 0},  {".........oo", 10, 3, 0}, {"o.......ooo", 0, 0, 0},
    {"..........o", 11, 0, 0},  {"..........o", 12, 0, 0}, {"..........o", 20, 6, 3}, {"..........o", 21, 12, 3},
    {"..........o", 22, 24, 3}, {"..........o", 23, 12, 3}, {"..........o", 24, 24, 3},
};
enum {ROWS = sizeof table / sizeof *table};

/* one item of every row, in order */
static tibemsMsg full_stream(void)
{
    static const tibems_short shorts[3] = {1, -1, 32767};
    static const tibems_int ints[3] = {1, -1, 2147483647};
    static const tibems_long longs[3] = {1, -1, 1LL << 62};
    static const tibems_float floats[3] = {1, -1, 0.5f};
    static const tibems_double doubles[3] = {1, -1, 0.25};
    tibemsMsg message = new_stream(), map = new_map(), stream = new_stream();
    CHECK_OK(tibemsStreamMsg_WriteBoolean(message, TIBEMS_TRUE));
    CHECK_OK(tibemsStreamMsg_WriteByte(message, -1));
    CHECK_OK(tibemsStreamMsg_WriteChar(message, 0x41));
    CHECK_OK(tibemsStreamMsg_WriteShort(message, -1));
    CHECK_OK(tibemsStreamMsg_WriteInt(message, -1));
    CHECK_OK(tibemsStreamMsg_WriteLong(message, -1));
    CHECK_OK(tibemsStreamMsg_WriteFloat(message, 1));
    CHECK_OK(tibemsStreamMsg_WriteDouble(message, 1));
    CHECK_OK(tibemsStreamMsg_WriteString(message, "1"));
    CHECK_OK(tibemsStreamMsg_WriteString(message, "abc"));
    CHECK_OK(tibemsStreamMsg_WriteBytes(message, "abc", 3));
    CHECK_OK(tibemsStreamMsg_WriteString(message, NULL));
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

/* every cell: the stream is reset and read up to the row's item, whose other conversions must not move it */
static void check_table(tibemsMsg message)
{
    for (int row = 0; row < ROWS; row++)
        for (int column = 0; column < COLUMNS; column++) {
            tibems_status want = table[row].cells[column] == 'o' ? TIBEMS_OK : TIBEMS_CONVERSION_FAILED;
            CHECK_OK(tibemsStreamMsg_Reset(message));
            for (int before = 0; before < row; before++) CHECK_OK(read_as(message, FIELD));
            tibems_status got = read_as(message, column);
            if (got != want)
                check_failed(__FILE__, __LINE__, "row %d, column %d: %d, expected %d", row, column, got, want);
            if (got == TIBEMS_CONVERSION_FAILED) {
                tibemsMsgField field;
                CHECK_OK(tibemsStreamMsg_ReadField(message, &field));
                CHECK_INT(field.type, table[row].type);
                tibemsStreamMsg_FreeField(&field);
            }
        }
}

TEST("30-94", every_stream_conversion)
{
    tibemsMsg message = full_stream();
    EACH_WAY(message, back) check_table(back);
    check_table(message);
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

TEST_CHEAP("30-95", empty_stream)
{
    tibemsMsg message = new_stream();
    for (int column = 0; column < COLUMNS; column++)
        CHECK_STATUS(read_as(message, column), TIBEMS_MSG_NOT_READABLE);
    CHECK_OK(tibemsStreamMsg_Reset(message));
    for (int column = 0; column < COLUMNS; column++) {
        CHECK_STATUS(read_as(message, column), TIBEMS_MSG_EOF);
        CHECK_STATUS(read_as(message, column), TIBEMS_MSG_EOF);
    }
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
    CHECK_OK(tibemsStreamMsg_ReadBytes(message, &bytes, &size));
    CHECK(size == 3 && memcmp(bytes, "\1\2\3", 3) == 0);
    CHECK_OK(tibemsStreamMsg_ReadBytes(message, &bytes, &size));
    CHECK(size == 0xFFFFFFFFu && bytes == NULL);
    CHECK_OK(tibemsStreamMsg_ReadString(message, &text));
    CHECK_STR(text, "end");
    CHECK_OK(tibemsStreamMsg_Reset(message));
    CASE("30-97");
    CHECK_OK(tibemsStreamMsg_ReadInt(message, &number));
    CHECK_OK(tibemsStreamMsg_ReadBytes(message, &bytes, &size));
    CHECK_OK(tibemsStreamMsg_ReadString(message, &text));
    CHECK_STR(text, "end");
    CHECK_OK(tibemsStreamMsg_Reset(message));
    CASE("30-107");
    CHECK_OK(tibemsStreamMsg_ReadInt(message, &number));
    CHECK_OK(tibemsStreamMsg_ReadBytes(message, &bytes, &size));
    CHECK_OK(tibemsStreamMsg_Reset(message));
    CHECK_OK(tibemsStreamMsg_ReadField(message, &field));
    CHECK_INT(field.type, 5);
    tibemsStreamMsg_FreeField(&field);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("30-98,30-99,30-100", byte_arrays)
{
    tibemsMsg message = new_stream();
    static const char *const parts[2] = {"ab", "cde"};
    tibems_int number = 0;
    char *text = NULL;
    void *bytes = NULL;
    tibems_uint size = 0;
    CHECK_OK(tibemsStreamMsg_WriteBytes(message, (void *)parts[0], 2));
    CHECK_OK(tibemsStreamMsg_WriteBytes(message, (void *)parts[1], 3));
    CHECK_OK(tibemsStreamMsg_WriteBytes(message, NULL, 0));
    CHECK_STATUS(tibemsStreamMsg_WriteBytes(message, NULL, 1), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsStreamMsg_WriteString(message, NULL));
    CHECK_OK(tibemsStreamMsg_WriteInt(message, 7));
    CHECK_OK(tibemsStreamMsg_Reset(message));
    CASE("30-98");
    for (int i = 0; i < 2; i++) {                       /* the documented loop: until -1 */
        char all[8] = "";
        for (;;) {
            CHECK_OK(tibemsStreamMsg_ReadBytes(message, &bytes, &size));
            if (size == 0xFFFFFFFFu) break;
            REQUIRE(size < sizeof all);
            strncat(all, bytes, size);
        }
        CHECK_STR(all, parts[i]);
    }
    CASE("30-99");
    CHECK_OK(tibemsStreamMsg_ReadBytes(message, &bytes, &size));
    CHECK_INT(size, 0xFFFFFFFFu);
    CHECK_STATUS(tibemsStreamMsg_ReadInt(message, &number), TIBEMS_CONVERSION_FAILED);
    CHECK_OK(tibemsStreamMsg_ReadString(message, &text));
    CHECK(text == NULL);
    CASE("30-100");
    CHECK_STATUS(tibemsStreamMsg_ReadBytes(message, &bytes, &size), TIBEMS_CONVERSION_FAILED);
    CHECK_OK(tibemsStreamMsg_ReadInt(message, &number));
    CHECK_INT(number, 7);
    CHECK_STATUS(tibemsStreamMsg_ReadBytes(message, &bytes, &size), TIBEMS_MSG_EOF);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST("30-101", fields)
{
    tibemsMsg message = full_stream();
    CHECK_OK(tibemsStreamMsg_Reset(message));
    EACH_WAY(message, back) {
        tibemsMsgField field;
        for (int row = 0; row < ROWS; row++) {
            memset(&field, 0xFF, sizeof field);
            CHECK_OK(tibemsStreamMsg_ReadField(back, &field));
            CHECK_INT(field.type, table[row].type);
            CHECK_INT(field.size, table[row].size);
            CHECK_INT(field.count, table[row].count);
            tibemsStreamMsg_FreeField(&field);
        }
        CHECK_STATUS(tibemsStreamMsg_ReadField(back, &field), TIBEMS_MSG_EOF);
    }
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

TEST_CHEAP("30-102,30-103", freeing_fields)
{
    tibemsMsg stream = full_stream(), map = new_map();
    tibemsMsgField fields[ROWS], again, borrowed;
    CHECK_OK(tibemsStreamMsg_Reset(stream));
    for (int row = 0; row < ROWS; row++) CHECK_OK(tibemsStreamMsg_ReadField(stream, &fields[row]));
    CHECK_OK(tibemsStreamMsg_Reset(stream));
    for (int row = 0; row < 9; row++) CHECK_OK(read_as(stream, FIELD));
    CHECK_OK(tibemsStreamMsg_ReadField(stream, &again));
    CASE("30-102");
    CHECK_OK(tibemsMsg_Destroy(stream));
    CHECK_STR(fields[9].data.utf8Value, "abc");
    CHECK_STR(again.data.utf8Value, "abc");
    CHECK_STATUS(tibemsMsg_Destroy(fields[12].data.msgValue), TIBEMS_NOT_PERMITTED);
    tibemsMsg nested = fields[12].data.msgValue;
    for (int row = 0; row < ROWS; row++) {
        tibemsStreamMsg_FreeField(&fields[row]);
        CHECK_INT(fields[row].type, 0);
        tibemsStreamMsg_FreeField(&fields[row]);
    }
    CHECK_STATUS(tibemsMsg_Destroy(nested), TIBEMS_INVALID_MSG);
    CHECK_STR(again.data.utf8Value, "abc");
    tibemsStreamMsg_FreeField(&again);
    tibemsStreamMsg_FreeField(NULL);

    const char *text = NULL;
    CHECK_OK(tibemsMapMsg_SetString(map, "s", "kept"));
    CHECK_OK(tibemsMsg_SetStringProperty(map, "p", "kept"));
    CASE("30-103");
    CHECK_OK(tibemsMapMsg_GetField(map, "s", &borrowed));
    tibemsStreamMsg_FreeField(&borrowed);
    CHECK_OK(tibemsMsg_GetProperty(map, "p", &borrowed));
    tibemsStreamMsg_FreeField(&borrowed);
    CHECK_OK(tibemsMapMsg_GetString(map, "s", &text));
    CHECK_STR(text, "kept");
    CHECK_STR(string_property(map, "p"), "kept");
    CHECK_OK(tibemsMsg_Destroy(map));
}

TEST_CHEAP("30-104,30-105,30-106", writes)
{
    tibemsMsg stream = new_stream(), map = new_map();
    tibemsMsgField field;
    tibems_int number = 0;
    static const tibems_int ints[1] = {1};
    CHECK_OK(tibemsMapMsg_SetInt(map, "x", 1));
    CASE("30-104");
    CHECK_OK(tibemsStreamMsg_WriteMapMsg(stream, map));
    CHECK_STATUS(tibemsStreamMsg_WriteMapMsg(stream, stream), TIBEMS_INVALID_TYPE);
    CHECK_STATUS(tibemsStreamMsg_WriteMapMsg(stream, NULL), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsMapMsg_SetInt(map, "x", 2));
    CASE("30-105");
    CHECK_STATUS(tibemsStreamMsg_WriteIntArray(stream, ints, 0), TIBEMS_INVALID_COUNT);
    CHECK_STATUS(tibemsStreamMsg_WriteIntArray(stream, ints, -1), TIBEMS_INVALID_COUNT);
    CHECK_OK(tibemsStreamMsg_Reset(stream));
    CASE("30-106");
    CHECK_STATUS(tibemsStreamMsg_WriteString(stream, "x"), TIBEMS_MSG_NOT_WRITEABLE);
    CASE("30-104");
    CHECK_OK(tibemsStreamMsg_ReadField(stream, &field));
    CHECK_OK(tibemsMapMsg_GetInt(field.data.msgValue, "x", &number));
    CHECK_INT(number, 1);
    tibemsStreamMsg_FreeField(&field);
    CHECK_OK(tibemsMapMsg_GetInt(map, "x", &number));
    CHECK_INT(number, 2);
    CASE("30-106");
    CHECK_OK(tibemsMsg_ClearBody(stream));
    CHECK_STATUS(tibemsStreamMsg_ReadInt(stream, &number), TIBEMS_MSG_NOT_READABLE);
    CHECK_OK(tibemsStreamMsg_WriteString(stream, "x"));
    CHECK_OK(tibemsMsg_Destroy(stream));
    CHECK_OK(tibemsMsg_Destroy(map));
}
