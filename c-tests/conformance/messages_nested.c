/*
 * messages_nested.c - messages inside map messages (spec 30 §5.4; cases 30-84 to 30-91)
 */
#include "maps.h"

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
    CHECK_OK(tibemsMapMsg_SetInt(inner, "x", 1));
    CHECK_OK(tibemsMapMsg_SetMapMsg(outer, "m", inner, TIBEMS_FALSE));
    CHECK_OK(tibemsMapMsg_GetMapMsg(outer, "m", &got));
    CHECK(got == inner);
    CHECK_OK(tibemsMsg_Destroy(outer));
    CHECK_INT(int_item(inner, "x"), 1);
    CHECK_OK(tibemsMapMsg_SetInt(inner, "x", 2));
    CHECK_INT(int_item(inner, "x"), 2);
    CHECK_OK(tibemsMsg_Destroy(inner));
    CHECK_STATUS(tibemsMsg_Destroy(inner), TIBEMS_INVALID_MSG);
    outer = new_map();
    inner = new_map();
    CHECK_OK(tibemsMapMsg_SetInt(inner, "x", 1));
    CHECK_OK(tibemsMapMsg_SetMapMsg(outer, "m", inner, TIBEMS_FALSE));
    CHECK_OK(tibemsMsg_Destroy(inner));                 /* the other order is as safe */
    CHECK_OK(tibemsMapMsg_GetMapMsg(outer, "m", &got));
    CHECK_INT(int_item(got, "x"), 1);
    CHECK_OK(tibemsMsg_Destroy(outer));

    tibemsMsg a = new_map(), b = new_map(), stream = new_stream();
    CASE("30-87");
    CHECK_STATUS(tibemsMapMsg_SetMapMsg(a, "x", a, TIBEMS_TRUE), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsMapMsg_SetMapMsg(a, "x", a, TIBEMS_FALSE), TIBEMS_INVALID_ARG);
    CHECK_INT(item_count(a), 0);
    CHECK_OK(tibemsMapMsg_SetMapMsg(a, "x", b, TIBEMS_TRUE));
    CHECK_STATUS(tibemsMapMsg_SetMapMsg(b, "x", a, TIBEMS_TRUE), TIBEMS_INVALID_ARG);
    CHECK_INT(item_count(b), 0);
    CHECK_STATUS(tibemsMapMsg_SetStreamMsg(a, "x", b, TIBEMS_TRUE), TIBEMS_INVALID_TYPE);
    CHECK_STATUS(tibemsMapMsg_SetMapMsg(a, "x", stream, TIBEMS_TRUE), TIBEMS_INVALID_TYPE);
    CHECK_STATUS(tibemsMapMsg_SetMapMsg(a, "x", NULL, TIBEMS_TRUE), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsMapMsg_SetStreamMsg(a, "s", stream, TIBEMS_TRUE));
    CHECK_OK(tibemsMapMsg_SetInt(a, "i", 1));
    CHECK_OK(tibemsMapMsg_SetBytes(a, "b", "x", 1));
    CASE("30-88");
    check_refused(a, "s", MAP_MSG, TIBEMS_CONVERSION_FAILED);
    check_refused(a, "i", MAP_MSG, TIBEMS_CONVERSION_FAILED);
    check_refused(a, "b", MAP_MSG, TIBEMS_CONVERSION_FAILED);
    CHECK_OK(tibemsMsg_Destroy(stream));
    CHECK_OK(tibemsMsg_Destroy(b));
    CHECK_OK(tibemsMsg_Destroy(a));
}

TEST("30-86,30-90", nested_in_a_received_message)
{
    tibemsMsg message = full_map();
    EACH_WAY(message, back) {
        tibemsMsg map = NULL, stream = NULL;
        REQUIRE_OK(tibemsMapMsg_GetMapMsg(back, "map", &map));
        REQUIRE_OK(tibemsMapMsg_GetStreamMsg(back, "stream", &stream));
        CASE("30-86");
        CHECK_STATUS(tibemsMsg_Destroy(map), TIBEMS_NOT_PERMITTED);
        CHECK_STATUS(tibemsMsg_Destroy(stream), TIBEMS_NOT_PERMITTED);
        CHECK_INT(int_item(map, "inner"), 7);
        check_map("after Destroy of what is nested", back, true);
        CASE("30-90");
        CHECK_STATUS(tibemsMapMsg_SetInt(map, "inner", 8), TIBEMS_MSG_NOT_WRITEABLE);
        CHECK_STATUS(tibemsStreamMsg_WriteInt(stream, 9), TIBEMS_MSG_NOT_WRITEABLE);
        CHECK_INT(int_item(map, "inner"), 7);
        CHECK_OK(tibemsMsg_MakeWriteable(back));
        CHECK_OK(tibemsMapMsg_SetInt(map, "inner", 8));
        CHECK_INT(int_item(map, "inner"), 8);
        CHECK_OK(tibemsStreamMsg_WriteInt(stream, 9));
    }
    EACH_WAY(message, back) {                           /* also what is looked at only after MakeWriteable */
        tibemsMsg map = NULL;
        CHECK_OK(tibemsMsg_MakeWriteable(back));
        REQUIRE_OK(tibemsMapMsg_GetMapMsg(back, "map", &map));
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

/* whether the message arrives marked as extended; its own object never is */
static bool arrives_extended(tibemsMsg message)
{
    tibems_bool extended = TIBEMS_FALSE;
    tibemsMsg back = delivered(message);
    bool marked = has_property(back, "JMS_TIBCO_MSG_EXT");
    if (marked) {
        CHECK_OK(tibemsMsg_GetBooleanProperty(back, "JMS_TIBCO_MSG_EXT", &extended));
        CHECK_INT(extended, TIBEMS_TRUE);
    }
    CHECK(!has_property(message, "JMS_TIBCO_MSG_EXT"));
    CHECK_OK(tibemsMsg_Destroy(back));
    CHECK_OK(tibemsMsg_Destroy(message));
    return marked;
}

TEST("30-91", extension_property)
{
    tibemsMsg flat = new_map(), with_map = new_map(), with_stream = new_map(), map = new_map(), stream = new_stream();
    char name[16];
    for (int row = 0; row < CONVERSIONS; row++) {
        snprintf(name, sizeof name, "%d", row);
        CHECK_OK(set(flat, name, &conversions[row]));
    }
    CHECK(!arrives_extended(flat));
    CHECK(!arrives_extended(new_map()));
    CHECK_OK(tibemsMapMsg_SetMapMsg(with_map, "m", map, TIBEMS_TRUE));
    CHECK(arrives_extended(with_map));
    CHECK_OK(tibemsMapMsg_SetStreamMsg(with_stream, "s", stream, TIBEMS_TRUE));
    CHECK(arrives_extended(with_stream));
    for (int at = 0; at < ARRAYS; at++) {
        tibemsMsg message = new_map();
        switch (arrays[at].type) {
        case TIBEMS_SHORT_ARRAY: CHECK_OK(tibemsMapMsg_SetShortArray(message, "a", shorts, 3)); break;
        case TIBEMS_INT_ARRAY: CHECK_OK(tibemsMapMsg_SetIntArray(message, "a", ints, 3)); break;
        case TIBEMS_LONG_ARRAY: CHECK_OK(tibemsMapMsg_SetLongArray(message, "a", longs, 3)); break;
        case TIBEMS_FLOAT_ARRAY: CHECK_OK(tibemsMapMsg_SetFloatArray(message, "a", floats, 3)); break;
        default: CHECK_OK(tibemsMapMsg_SetDoubleArray(message, "a", doubles, 3)); break;
        }
        CHECK(arrives_extended(message));
    }
    CHECK_OK(tibemsMsg_Destroy(map));
    CHECK_OK(tibemsMsg_Destroy(stream));
    deliveries_over();
}
