/*
 * messages_map.c - map bodies (spec 30 §5.4, §5.6; cases 30-74 to 30-83, 30-92 and 30-93)
 */
#include "maps.h"

TEST("30-74", every_map_conversion)
{
    tibemsMsg message = full_map();
    check_map("as it was set", message, false);
    EACH_WAY(message, back) check_map(way_ == 0 ? "rebuilt" : "delivered", back, true);
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

TEST_CHEAP("30-75", absent_item)
{
    tibemsMsg message = new_map();
    tibemsMsgField field, untouched;
    tibems_bool answer = TIBEMS_TRUE;
    CHECK_OK(tibemsMapMsg_SetInt(message, "Nothing", 1));           /* names are case-sensitive */
    for (int column = 0; column < GETTERS; column++) check_refused(message, "nothing", column, TIBEMS_NOT_FOUND);
    memset(&field, 0x5A, sizeof field);
    memset(&untouched, 0x5A, sizeof untouched);
    CHECK_STATUS(tibemsMapMsg_GetField(message, "nothing", &field), TIBEMS_NOT_FOUND);
    CHECK(memcmp(&field, &untouched, sizeof field) == 0);
    CHECK_OK(tibemsMapMsg_ItemExists(message, "nothing", &answer));
    CHECK_INT(answer, TIBEMS_FALSE);
    CHECK_OK(tibemsMapMsg_ItemExists(message, "Nothing", &answer));
    CHECK_INT(answer, TIBEMS_TRUE);
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
    for (int row = 0; row < CONVERSIONS; row++) {
        CHECK_STATUS(set(message, "", &conversions[row]), TIBEMS_INVALID_NAME);
        CHECK_STATUS(set(message, NULL, &conversions[row]), TIBEMS_INVALID_ARG);
        CHECK_OK(set(message, "a b-c", &conversions[row]));
    }
    for (int column = 0; column < GETTERS; column++) {
        check_refused(message, "", column, TIBEMS_INVALID_NAME);
        check_refused(message, NULL, column, TIBEMS_INVALID_ARG);
    }
    CHECK_STATUS(tibemsMapMsg_GetField(message, "", &field), TIBEMS_INVALID_NAME);
    CHECK_STATUS(tibemsMapMsg_ItemExists(message, "", &answer), TIBEMS_INVALID_NAME);
    CHECK_STATUS(tibemsMapMsg_ItemExists(message, NULL, &answer), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsMapMsg_SetInt(message, "a b-c", 1));
    CHECK_INT(int_item(message, "a b-c"), 1);
    CASE("30-78");
    CHECK_OK(tibemsMapMsg_SetString(message, "a b-c", "text"));
    CHECK_OK(tibemsMapMsg_GetField(message, "a b-c", &field));
    CHECK_INT(field.type, 9);
    CHECK_OK(tibemsMapMsg_GetString(message, "a b-c", &text));
    CHECK_STR(text, "text");
    CHECK_STATUS(tibemsMapMsg_GetInt(message, "a b-c", &number), TIBEMS_CONVERSION_FAILED);
    CHECK_INT(item_count(message), 2);
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
    CHECK_OK(tibemsMapMsg_SetString(message, "n", NULL));
    tibemsMsg back = rebuilt(message);
    for (int way = 0; way < 2; way++) {
        field = field_of(way ? back : message, "e");
        CHECK(field.type == TIBEMS_BYTES && field.size == 0);
        field = field_of(way ? back : message, "n");
        CHECK(field.type == TIBEMS_NULL && field.size == 0);
    }
    CHECK_OK(tibemsMsg_Destroy(back));

    CASE("30-82");
    CHECK_STATUS(tibemsMapMsg_SetShortArray(message, "a", shorts, 0), TIBEMS_INVALID_COUNT);
    CHECK_STATUS(tibemsMapMsg_SetIntArray(message, "a", ints, 0), TIBEMS_INVALID_COUNT);
    CHECK_STATUS(tibemsMapMsg_SetLongArray(message, "a", longs, 0), TIBEMS_INVALID_COUNT);
    CHECK_STATUS(tibemsMapMsg_SetFloatArray(message, "a", floats, 0), TIBEMS_INVALID_COUNT);
    CHECK_STATUS(tibemsMapMsg_SetDoubleArray(message, "a", doubles, 0), TIBEMS_INVALID_COUNT);
    CHECK_STATUS(tibemsMapMsg_SetShortArray(message, "a", NULL, 3), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsMapMsg_SetIntArray(message, "a", NULL, 3), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsMapMsg_SetLongArray(message, "a", NULL, 3), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsMapMsg_SetFloatArray(message, "a", NULL, 3), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsMapMsg_SetDoubleArray(message, "a", NULL, 3), TIBEMS_INVALID_ARG);
    check_refused(message, "a", INT, TIBEMS_NOT_FOUND);
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

static const char *numbered(int number)
{
    static char name[32];
    snprintf(name, sizeof name, "n\xC3\xA4me%d", (number * 7919) % 1000);
    return name;
}

static void check_order(tibemsMsg message)
{
    tibemsMsgEnum names = NULL;
    const char *got = NULL;
    REQUIRE_OK(tibemsMapMsg_GetMapNames(message, &names));
    for (int i = 0; i < 1000; i++) {
        CHECK_OK(tibemsMsgEnum_GetNextName(names, &got));
        CHECK_STR(got, numbered(i));
        CHECK_INT(int_item(message, numbered(i)), i);
    }
    CHECK_STATUS(tibemsMsgEnum_GetNextName(names, &got), TIBEMS_NOT_FOUND);
    CHECK_OK(tibemsMsgEnum_Destroy(names));
}

TEST("30-92", names_in_order)
{
    tibemsMsg message = new_map();
    for (int i = 0; i < 1000; i++) CHECK_OK(tibemsMapMsg_SetInt(message, numbered(i), i));
    check_order(message);
    EACH_WAY(message, back) check_order(back);
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
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
        CHECK_OK(tibemsMapMsg_GetChar(back, "a", &unit));
        CHECK_INT(unit, 0x41);
        CHECK_STATUS(tibemsMapMsg_GetString(back, "s", &text), TIBEMS_CONVERSION_FAILED);
        CHECK_OK(tibemsMapMsg_GetChar(back, "s", &unit));
        CHECK_INT(unit, 0xD800);
    }
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}
