/*
 * messages_map.c - map bodies and messages inside messages (spec 30 §5.4, §5.6; cases 30-74 to 30-93)
 */
#include "messages.h"

enum {BOOLEAN, BYTE, SHORT, CHAR, INT, LONG, FLOAT, DOUBLE, STRING, BYTES, MAP_MSG, STREAM_MSG, COLUMNS};

static tibems_status get(tibemsMsg map, const char *name, int column)
{
    tibems_bool b;
    tibems_byte y;
    tibems_short s;
    tibems_wchar c;
    tibems_int i;
    tibems_long l;
    tibems_float f;
    tibems_double d;
    const char *t;
    const void *v;
    tibems_uint n;
    tibemsMsg m;
    switch (column) {
    case BOOLEAN: return tibemsMapMsg_GetBoolean(map, name, &b);
    case BYTE: return tibemsMapMsg_GetByte(map, name, &y);
    case SHORT: return tibemsMapMsg_GetShort(map, name, &s);
    case CHAR: return tibemsMapMsg_GetChar(map, name, &c);
    case INT: return tibemsMapMsg_GetInt(map, name, &i);
    case LONG: return tibemsMapMsg_GetLong(map, name, &l);
    case FLOAT: return tibemsMapMsg_GetFloat(map, name, &f);
    case DOUBLE: return tibemsMapMsg_GetDouble(map, name, &d);
    case STRING: return tibemsMapMsg_GetString(map, name, &t);
    case BYTES: return tibemsMapMsg_GetBytes(map, name, &v, &n);
    case MAP_MSG: return tibemsMapMsg_GetMapMsg(map, name, &m);
    default: return tibemsMapMsg_GetStreamMsg(map, name, &m);
    }
}

/* o: OK; a dot: CONVERSION_FAILED. Columns: Boolean Byte Short Char Int Long Float Double String Bytes MapMsg StreamMsg */
static const struct {const char *name, *cells; int type, size, count;} table[] = {
    {"boolean", "o.......o...", 1, 1, 0},  {"byte", ".oo.oo..o...", 2, 1, 0},    {"short", "..o.oo..o...", 4, 2, 0},
    {"char", "...o....o...", 3, 2, 0},     {"int", "....oo..o...", 5, 4, 0},     {"long", ".....o..o...", 6, 8, 0},
    {"float", "......ooo...", 7, 4, 0},    {"double", ".......oo...", 8, 8, 0},  {"number", "ooo.ooooo...", 9, 2, 0},
    {"word", "o.......o...", 9, 4, 0},     {"bytes", ".........o..", 10, 3, 0},  {"null", "o.......oo..", 0, 0, 0},
    {"map", "..........o.", 11, 0, 0},     {"stream", "...........o", 12, 0, 0}, {"shorts", "............", 20, 6, 3},
    {"ints", "............", 21, 12, 3},   {"longs", "............", 22, 24, 3}, {"floats", "............", 23, 12, 3},
    {"doubles", "............", 24, 24, 3},
};

/* a map with an item of every type */
static tibemsMsg full_map(void)
{
    static const tibems_short shorts[3] = {1, -1, 32767};
    static const tibems_int ints[3] = {1, -1, 2147483647};
    static const tibems_long longs[3] = {1, -1, 1LL << 62};
    static const tibems_float floats[3] = {1, -1, 0.5f};
    static const tibems_double doubles[3] = {1, -1, 0.25};
    tibemsMsg message = new_map(), map = new_map(), stream = new_stream();
    CHECK_OK(tibemsMapMsg_SetBoolean(message, "boolean", TIBEMS_TRUE));
    CHECK_OK(tibemsMapMsg_SetByte(message, "byte", -1));
    CHECK_OK(tibemsMapMsg_SetShort(message, "short", -1));
    CHECK_OK(tibemsMapMsg_SetChar(message, "char", 0x41));
    CHECK_OK(tibemsMapMsg_SetInt(message, "int", -1));
    CHECK_OK(tibemsMapMsg_SetLong(message, "long", -1));
    CHECK_OK(tibemsMapMsg_SetFloat(message, "float", 1));
    CHECK_OK(tibemsMapMsg_SetDouble(message, "double", 1));
    CHECK_OK(tibemsMapMsg_SetString(message, "number", "1"));
    CHECK_OK(tibemsMapMsg_SetString(message, "word", "abc"));
    CHECK_OK(tibemsMapMsg_SetBytes(message, "bytes", "abc", 3));
    CHECK_OK(tibemsMapMsg_SetString(message, "null", NULL));
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

static void check_table(tibemsMsg message)
{
    for (size_t row = 0; row < sizeof table / sizeof *table; row++) {
        tibemsMsgField field;
        for (int column = 0; column < COLUMNS; column++) {
            tibems_status want = table[row].cells[column] == 'o' ? TIBEMS_OK : TIBEMS_CONVERSION_FAILED;
            tibems_status got = get(message, table[row].name, column);
            if (got != want)
                check_failed(__FILE__, __LINE__, "%s, column %d: %d, expected %d", table[row].name, column, got, want);
        }
        memset(&field, 0xFF, sizeof field);
        CHECK_OK(tibemsMapMsg_GetField(message, table[row].name, &field));
        CHECK_INT(field.type, table[row].type);
        CHECK_INT(field.size, table[row].size);
        CHECK_INT(field.count, table[row].count);
    }
}

TEST("30-74", every_map_conversion)
{
    tibemsMsg message = full_map();
    check_table(message);
    EACH_WAY(message, back) check_table(back);
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

TEST_CHEAP("30-75", absent_item)
{
    tibemsMsg message = new_map();
    tibemsMsgField field;
    tibems_bool answer = TIBEMS_TRUE;
    for (int column = 0; column < COLUMNS; column++)
        CHECK_STATUS(get(message, "nothing", column), TIBEMS_NOT_FOUND);
    CHECK_STATUS(tibemsMapMsg_GetField(message, "nothing", &field), TIBEMS_NOT_FOUND);
    CHECK_OK(tibemsMapMsg_ItemExists(message, "nothing", &answer));
    CHECK_INT(answer, TIBEMS_FALSE);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("30-76,30-77,30-78", null_items_and_names)
{
    tibemsMsg message = new_map();
    tibems_bool answer = TIBEMS_FALSE;
    const char *text = "not written";
    const void *bytes = &text;
    tibems_uint size = 7;
    tibems_int number = 0;
    tibemsMsgField field;
    CASE("30-76");
    CHECK_OK(tibemsMapMsg_SetString(message, "n", NULL));
    CHECK_OK(tibemsMapMsg_ItemExists(message, "n", &answer));
    CHECK_INT(answer, TIBEMS_TRUE);
    CHECK_OK(tibemsMapMsg_GetString(message, "n", &text));
    CHECK(text == NULL);
    CHECK_STATUS(tibemsMapMsg_GetInt(message, "n", &number), TIBEMS_CONVERSION_FAILED);
    CHECK_OK(tibemsMapMsg_GetBytes(message, "n", &bytes, &size));
    CHECK(bytes == NULL && size == 0);
    CHECK_OK(tibemsMapMsg_GetField(message, "n", &field));
    CHECK_INT(field.type, 0);
    CASE("30-77");
    CHECK_STATUS(tibemsMapMsg_SetInt(message, "", 1), TIBEMS_INVALID_NAME);
    CHECK_STATUS(tibemsMapMsg_SetInt(message, NULL, 1), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsMapMsg_SetInt(message, "a b-c", 1));
    CASE("30-78");
    CHECK_OK(tibemsMapMsg_SetString(message, "a b-c", "text"));
    CHECK_OK(tibemsMapMsg_GetField(message, "a b-c", &field));
    CHECK_INT(field.type, 9);
    tibemsMsgEnum names = NULL;
    int count = 0;
    REQUIRE_OK(tibemsMapMsg_GetMapNames(message, &names));
    while (tibemsMsgEnum_GetNextName(names, &text) == TIBEMS_OK) count++;
    CHECK_INT(count, 2);
    CHECK_OK(tibemsMsgEnum_Destroy(names));
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("30-79", made_texts_stay)
{
    tibemsMsg message = new_map();
    const char *first = NULL, *again = NULL, *other = NULL;
    CHECK_OK(tibemsMapMsg_SetInt(message, "i", 5));
    CHECK_OK(tibemsMapMsg_SetInt(message, "j", 6));
    CHECK_OK(tibemsMapMsg_GetString(message, "j", &other));
    CHECK_OK(tibemsMapMsg_GetString(message, "i", &first));
    CHECK_OK(tibemsMapMsg_GetString(message, "i", &again));
    CHECK(first == again);
    CHECK_STR(first, "5");
    for (int i = 0; i < 100; i++) {
        char name[16];
        snprintf(name, sizeof name, "more%d", i);
        CHECK_OK(tibemsMapMsg_SetInt(message, name, i));
    }
    CHECK_STR(other, "6");
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("30-80,30-81,30-82,30-83", bytes_and_arrays)
{
    tibemsMsg message = new_map();
    const void *bytes = NULL;
    tibems_uint size = 7;
    tibems_int number;
    const char *text;
    tibemsMsgField field;
    char *source = strdup("abc");
    CASE("30-80");
    CHECK_OK(tibemsMapMsg_SetBytes(message, "b", source, 3));
    CHECK_OK(tibemsMapMsg_SetReferencedBytes(message, "r", source, 3));
    memset(source, 'x', 3);
    free(source);
    CHECK_OK(tibemsMapMsg_GetBytes(message, "b", &bytes, &size));
    CHECK(size == 3 && memcmp(bytes, "abc", 3) == 0);
    CHECK_OK(tibemsMapMsg_GetBytes(message, "r", &bytes, &size));
    CHECK(size == 3 && memcmp(bytes, "abc", 3) == 0);

    CASE("30-81");
    CHECK_OK(tibemsMapMsg_SetBytes(message, "e", NULL, 0));
    CHECK_STATUS(tibemsMapMsg_SetBytes(message, "e", NULL, 1), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsMapMsg_GetBytes(message, "e", &bytes, &size));
    CHECK_INT(size, 0);
    CHECK_OK(tibemsMapMsg_GetField(message, "e", &field));
    CHECK_INT(field.type, 10);

    static const tibems_int ints[3] = {1, -1, 2147483647};
    CASE("30-82");
    CHECK_STATUS(tibemsMapMsg_SetIntArray(message, "a", ints, 0), TIBEMS_INVALID_COUNT);
    CHECK_STATUS(tibemsMapMsg_SetIntArray(message, "a", NULL, 3), TIBEMS_INVALID_ARG);
    CASE("30-83");
    CHECK_OK(tibemsMapMsg_SetIntArray(message, "a", ints, 3));
    CHECK_OK(tibemsMapMsg_GetField(message, "a", &field));
    CHECK(field.type == 21 && field.count == 3 && field.size == 12);
    CHECK((uintptr_t)field.data.arrayValue % sizeof(tibems_int) == 0);
    CHECK(memcmp(field.data.arrayValue, ints, sizeof ints) == 0);
    CHECK_STATUS(tibemsMapMsg_GetString(message, "a", &text), TIBEMS_CONVERSION_FAILED);
    CHECK_STATUS(tibemsMapMsg_GetBytes(message, "a", &bytes, &size), TIBEMS_CONVERSION_FAILED);
    CHECK_STATUS(tibemsMapMsg_GetInt(message, "a", &number), TIBEMS_CONVERSION_FAILED);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("30-84,30-85,30-87,30-88", nesting)
{
    tibemsMsg outer = new_map(), inner = new_map(), got = NULL;
    tibems_int number = 0;
    CHECK_OK(tibemsMapMsg_SetInt(inner, "x", 1));
    CASE("30-84");
    CHECK_OK(tibemsMapMsg_SetMapMsg(outer, "m", inner, TIBEMS_TRUE));
    CHECK_OK(tibemsMsg_Destroy(inner));
    CHECK_OK(tibemsMapMsg_GetMapMsg(outer, "m", &got));
    CHECK_OK(tibemsMapMsg_GetInt(got, "x", &number));
    CHECK_INT(number, 1);
    CHECK_OK(tibemsMsg_Destroy(outer));
    CHECK_STATUS(tibemsMapMsg_GetInt(got, "x", &number), TIBEMS_INVALID_MSG);

    outer = new_map();
    inner = new_map();
    CASE("30-85");
    CHECK_OK(tibemsMapMsg_SetMapMsg(outer, "m", inner, TIBEMS_FALSE));
    CHECK_OK(tibemsMsg_Destroy(outer));
    CHECK_OK(tibemsMapMsg_SetInt(inner, "x", 1));
    CHECK_OK(tibemsMsg_Destroy(inner));

    tibemsMsg a = new_map(), b = new_map(), stream = new_stream();
    CASE("30-87");
    CHECK_STATUS(tibemsMapMsg_SetMapMsg(a, "x", a, TIBEMS_TRUE), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsMapMsg_SetMapMsg(a, "x", b, TIBEMS_TRUE));
    CHECK_STATUS(tibemsMapMsg_SetMapMsg(b, "x", a, TIBEMS_TRUE), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsMapMsg_SetMapMsg(a, "x", stream, TIBEMS_TRUE), TIBEMS_INVALID_TYPE);
    CHECK_STATUS(tibemsMapMsg_SetMapMsg(a, "x", NULL, TIBEMS_TRUE), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsMapMsg_SetStreamMsg(a, "s", stream, TIBEMS_TRUE));
    CHECK_OK(tibemsMapMsg_SetInt(a, "i", 1));
    CHECK_OK(tibemsMapMsg_SetBytes(a, "b", "x", 1));
    CASE("30-88");
    CHECK_STATUS(tibemsMapMsg_GetMapMsg(a, "s", &got), TIBEMS_CONVERSION_FAILED);
    CHECK_STATUS(tibemsMapMsg_GetMapMsg(a, "i", &got), TIBEMS_CONVERSION_FAILED);
    CHECK_STATUS(tibemsMapMsg_GetMapMsg(a, "b", &got), TIBEMS_CONVERSION_FAILED);
    CHECK(got == NULL);
    CHECK_OK(tibemsMsg_Destroy(stream));
    CHECK_OK(tibemsMsg_Destroy(b));
    CHECK_OK(tibemsMsg_Destroy(a));
}

TEST("30-86,30-90", nested_in_a_received_message)
{
    tibemsMsg message = full_map();
    EACH_WAY(message, back) {
        tibemsMsg map = NULL;
        tibems_int number = 0;
        REQUIRE_OK(tibemsMapMsg_GetMapMsg(back, "map", &map));
        CASE("30-86");
        CHECK_STATUS(tibemsMsg_Destroy(map), TIBEMS_NOT_PERMITTED);
        CHECK_OK(tibemsMapMsg_GetInt(map, "inner", &number));
        CHECK_INT(number, 7);
        CASE("30-90");
        CHECK_STATUS(tibemsMapMsg_SetInt(map, "inner", 8), TIBEMS_MSG_NOT_WRITEABLE);
        CHECK_OK(tibemsMsg_MakeWriteable(back));
        CHECK_OK(tibemsMapMsg_SetInt(map, "inner", 8));
    }
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

/* a chain of so many maps, the last one an empty one; NULL if it was refused */
static tibemsMsg chain(int levels)
{
    tibemsMsg inner = new_map();
    for (int level = 1; level < levels; level++) {
        tibemsMsg outer = new_map();
        tibems_status status = tibemsMapMsg_SetMapMsg(outer, "m", inner, TIBEMS_TRUE);
        CHECK_OK(tibemsMsg_Destroy(inner));
        inner = outer;
        if (status != TIBEMS_OK) {
            CHECK_STATUS(status, TIBEMS_INVALID_SIZE);
            CHECK_OK(tibemsMsg_Destroy(outer));
            return NULL;
        }
    }
    return inner;
}

TEST("30-89", sixty_four_levels)
{
    CHECK(chain(65) == NULL);
    tibemsMsg message = chain(64);
    REQUIRE(message != NULL);
    EACH_WAY(message, back) {
        int levels = 1;
        tibemsMsg map = back, next = NULL;
        while (tibemsMapMsg_GetMapMsg(map, "m", &next) == TIBEMS_OK) {
            map = next;
            levels++;
        }
        CHECK_INT(levels, 64);
    }
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

TEST("30-91", extension_property)
{
    tibemsMsg message = full_map(), flat = new_map();
    tibems_bool extended = TIBEMS_FALSE;
    CHECK_OK(tibemsMapMsg_SetInt(flat, "i", 1));
    tibemsMsg back = delivered(message);
    CHECK_OK(tibemsMsg_GetBooleanProperty(back, "JMS_TIBCO_MSG_EXT", &extended));
    CHECK_INT(extended, TIBEMS_TRUE);
    CHECK(!has_property(message, "JMS_TIBCO_MSG_EXT"));
    CHECK_OK(tibemsMsg_Destroy(back));
    back = delivered(flat);
    CHECK(!has_property(back, "JMS_TIBCO_MSG_EXT"));
    CHECK_OK(tibemsMsg_Destroy(back));
    CHECK_OK(tibemsMsg_Destroy(flat));
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

TEST_CHEAP("30-92", names_in_order)
{
    tibemsMsg message = new_map();
    tibemsMsgEnum names = NULL;
    char name[32];
    const char *got = NULL;
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "n\xC3\xA4me%d", (i * 7919) % 1000);
        CHECK_OK(tibemsMapMsg_SetInt(message, name, i));
    }
    REQUIRE_OK(tibemsMapMsg_GetMapNames(message, &names));
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "n\xC3\xA4me%d", (i * 7919) % 1000);
        CHECK_OK(tibemsMsgEnum_GetNextName(names, &got));
        CHECK_STR(got, name);
    }
    CHECK_STATUS(tibemsMsgEnum_GetNextName(names, &got), TIBEMS_NOT_FOUND);
    CHECK_OK(tibemsMsgEnum_Destroy(names));
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST("30-93", characters)
{
    tibemsMsg message = new_map();
    CHECK_OK(tibemsMapMsg_SetChar(message, "a", 0x41));
    CHECK_OK(tibemsMapMsg_SetChar(message, "s", 0xD800));
    EACH_WAY(message, back) {
        const char *text = NULL;
        tibems_wchar unit = 0;
        CHECK_OK(tibemsMapMsg_GetString(back, "a", &text));
        CHECK_STR(text, "A");
        CHECK_STATUS(tibemsMapMsg_GetString(back, "s", &text), TIBEMS_CONVERSION_FAILED);
        CHECK_OK(tibemsMapMsg_GetChar(back, "s", &unit));
        CHECK_INT(unit, 0xD800);
    }
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}
