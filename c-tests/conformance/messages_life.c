/*
 * messages_life.c - creating, destroying, copying, access modes (spec 30 §2; cases 30-1 to 30-17)
 */
#include "maps.h"

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
        CHECK_OK(tibemsMsg_ClearBody(message));
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
        CHECK_STR(text_of(back), "");                   /* NULL, as in a new message */
        CHECK_OK(tibemsTextMsg_SetText(back, "x"));
        CHECK_STR(text_of(back), "x");
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

/* a message of a body type with something in every part; the stream and the bytes message can only be written */
static tibemsMsg with_content(int type)
{
    tibemsMsg message = NULL;
    REQUIRE_OK(creators[type - 1](&message));
    CHECK_OK(tibemsMsg_SetCorrelationID(message, "c"));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "p", "property"));
    switch (type) {
    case TIBEMS_BYTES_MESSAGE: CHECK_OK(tibemsBytesMsg_WriteInt(message, 1)); break;
    case TIBEMS_MAP_MESSAGE: CHECK_OK(tibemsMapMsg_SetInt(message, "i", 1)); break;
    case TIBEMS_OBJECT_MESSAGE: CHECK_OK(tibemsObjectMsg_SetObjectBytes(message, "o", 1)); break;
    case TIBEMS_STREAM_MESSAGE: CHECK_OK(tibemsStreamMsg_WriteInt(message, 1)); break;
    case TIBEMS_TEXT_MESSAGE: CHECK_OK(tibemsTextMsg_SetText(message, "t")); break;
    default: break;
    }
    return message;
}

struct stored {char bytes[65536]; tibems_int size;};

/* everything that a message holds */
static struct stored *stored(tibemsMsg message, struct stored *into)
{
    memset(into, 0, sizeof *into);
    CHECK_OK(tibemsMsg_GetAsBytesCopy(message, into->bytes, sizeof into->bytes, &into->size));
    return into;
}

static bool same_stored(const struct stored *a, const struct stored *b)
{
    return a->size > 0 && a->size == b->size && memcmp(a->bytes, b->bytes, (size_t)a->size) == 0;
}

TEST_CHEAP("30-9,30-16", make_writeable_of_a_new_message)
{
    static struct stored before, after;
    tibems_int value = 0;
    for (int type = 1; type <= 6; type++) {
        CASE("30-9");
        tibemsMsg message = with_content(type), copy = NULL;
        stored(message, &before);
        CHECK_OK(tibemsMsg_MakeWriteable(message));
        CHECK(same_stored(stored(message, &after), &before));
        if (type == TIBEMS_BYTES_MESSAGE) {             /* still as new: to be written only */
            CHECK_STATUS(tibemsBytesMsg_ReadInt(message, &value), TIBEMS_MSG_NOT_READABLE);
            CHECK_OK(tibemsBytesMsg_WriteInt(message, 2));
            CHECK_INT(body_length(message), 8);
        }
        if (type == TIBEMS_STREAM_MESSAGE) {
            CHECK_STATUS(tibemsStreamMsg_ReadInt(message, &value), TIBEMS_MSG_NOT_READABLE);
            CHECK_OK(tibemsStreamMsg_WriteInt(message, 2));
        }
        CASE("30-16");
        CHECK_OK(tibemsMsg_ClearBody(message));
        CHECK_STR(string_property(message, "p"), "property");
        if (type == TIBEMS_MESSAGE) CHECK(same_stored(stored(message, &after), &before));
        else CHECK(!same_stored(stored(message, &after), &before));
        REQUIRE_OK(creators[type - 1](&copy));          /* an empty one with the same header and property */
        CHECK_OK(tibemsMsg_SetCorrelationID(copy, "c"));
        CHECK_OK(tibemsMsg_SetStringProperty(copy, "p", "property"));
        CHECK(same_stored(stored(copy, &before), &after));
        CHECK_OK(tibemsMsg_Destroy(copy));
        CHECK_OK(tibemsMsg_Destroy(message));
    }
}

TEST("30-10", copy_keeps_the_mode)
{
    tibemsMsg map = new_map(), copy = NULL;
    CHECK_OK(tibemsMapMsg_SetInt(map, "a", 1));
    EACH_WAY(map, back) {
        REQUIRE_OK(tibemsMsg_CreateCopy(back, &copy));
        CHECK_STATUS(tibemsMapMsg_SetInt(copy, "b", 1), TIBEMS_MSG_NOT_WRITEABLE);
        CHECK_STATUS(tibemsMsg_SetIntProperty(copy, "b", 1), TIBEMS_MSG_NOT_WRITEABLE);
        CHECK_INT(int_item(copy, "a"), 1);
        CHECK_OK(tibemsMsg_MakeWriteable(copy));
        CHECK_OK(tibemsMapMsg_SetInt(copy, "b", 1));
        CHECK_OK(tibemsMsg_SetIntProperty(copy, "b", 1));
        CHECK_STATUS(tibemsMapMsg_SetInt(back, "b", 1), TIBEMS_MSG_NOT_WRITEABLE);
        CHECK_STATUS(tibemsMsg_SetIntProperty(back, "b", 1), TIBEMS_MSG_NOT_WRITEABLE);
        CHECK_INT(item_count(copy), 2);
        CHECK_INT(item_count(back), 1);
        CHECK_STATUS(tibemsMsg_CreateCopy(back, NULL), TIBEMS_INVALID_ARG);
        CHECK_OK(tibemsMsg_Destroy(copy));
    }
    CHECK_OK(tibemsMsg_Destroy(map));
    deliveries_over();
}

TEST_CHEAP("30-11,30-12", copy_is_independent)
{
    static struct stored before, after;
    tibemsMsg map = full_map(), inner = NULL, copy = NULL, nested = NULL;
    tibemsDestination queue = queue_named("copy.reply");
    const struct conversion *row = &conversions[CONVERSIONS - 2];
    char name[16], *referenced = memcpy(malloc(3), row->text, 3);
    REQUIRE(row->type == TIBEMS_BYTES && row->size == 3);
    snprintf(name, sizeof name, "%d", CONVERSIONS - 2);
    CHECK_OK(tibemsMapMsg_SetReferencedBytes(map, name, referenced, 3));
    CHECK_OK(tibemsMsg_SetStringProperty(map, "p", "property"));
    CHECK_OK(tibemsMsg_SetType(map, "type"));
    CHECK_OK(tibemsMsg_SetCorrelationID(map, "c"));
    CHECK_OK(tibemsMsg_SetReplyTo(map, queue));
    CHECK_OK(tibemsDestination_Destroy(queue));
    stored(map, &before);
    REQUIRE_OK(tibemsMsg_CreateCopy(map, &copy));
    CHECK(same_stored(stored(copy, &after), &before));
    CASE("30-11");
    CHECK_OK(tibemsMapMsg_GetMapMsg(map, "map", &inner));
    CHECK_OK(tibemsMapMsg_SetInt(inner, "inner", 99));
    CHECK_OK(tibemsMapMsg_GetMapMsg(copy, "map", &nested));
    CHECK_INT(int_item(nested, "inner"), 7);
    CHECK(nested != inner);
    CHECK(same_stored(stored(copy, &after), &before));
    CHECK_OK(tibemsMapMsg_SetInt(inner, "inner", 7));
    CHECK_OK(tibemsMapMsg_SetInt(nested, "inner", 98));  /* and the other way round */
    CHECK(same_stored(stored(map, &after), &before));
    CHECK_OK(tibemsMapMsg_SetInt(nested, "inner", 7));
    CASE("30-12");
    CHECK_OK(tibemsMsg_Destroy(map));
    memset(referenced, 'x', 3);
    free(referenced);
    check_map("copy", copy, false);
    CHECK(same_stored(stored(copy, &after), &before));
    CHECK_OK(tibemsMsg_Destroy(copy));
}

/* nothing of this has an effect on a session, and Recover says that it cannot */
static void check_strange(tibemsMsg message)
{
    CHECK_OK(tibemsMsg_Acknowledge(message));
    CHECK_STATUS(tibemsMsg_Recover(message), TIBEMS_ILLEGAL_STATE);
    CHECK_OK(tibemsMsg_Acknowledge(message));
}

TEST("30-13", acknowledge_of_what_was_never_received)
{
    static const tibemsAcknowledgeMode modes[] = {TIBEMS_CLIENT_ACKNOWLEDGE, TIBEMS_EXPLICIT_CLIENT_ACKNOWLEDGE,
                                                  TIBEMS_EXPLICIT_CLIENT_DUPS_OK_ACKNOWLEDGE};
    CHECK_STATUS(tibemsMsg_Acknowledge(NULL), TIBEMS_INVALID_MSG);
    CHECK_STATUS(tibemsMsg_Recover(NULL), TIBEMS_INVALID_MSG);
    for (int type = 1; type <= 6; type++) {
        tibemsMsg message = with_content(type), back = rebuilt(message);
        check_strange(message);
        check_strange(back);
        CHECK_OK(tibemsMsg_Destroy(back));
        CHECK_OK(tibemsMsg_Destroy(message));
    }
    for (int at = 0; at < 3; at++) {
        struct fixture f;
        tibemsConnection connection = connect_to(url_a());
        tibemsMsg copy = NULL;
        fresh_on(&f, connection, TIBEMS_FALSE, modes[at]);
        REQUIRE_OK(send_text(f.producer, "one"));
        tibemsMsg message = receive_one(f.consumer), made = text_message("made");
        REQUIRE_OK(tibemsMsg_CreateCopy(message, &copy));
        check_strange(copy);
        check_strange(made);
        tibemsMsg back = rebuilt(message);
        check_strange(back);
        EXPECT_NOTHING(f.consumer);                     /* Recover of the copy has put nothing back */
        REQUIRE_OK(tibemsSession_Recover(f.session));
        EXPECT_AGAIN(f.consumer, "one");                /* acknowledging the copy has acknowledged nothing */
        REQUIRE_OK(tibemsSession_Recover(f.session));
        tibemsMsg again = receive_one(f.consumer);
        CHECK_OK(tibemsMsg_Destroy(message));
        CHECK_OK(tibemsMsg_Acknowledge(again));
        check_strange(copy);                            /* also when the message is done with */
        CHECK_OK(tibemsMsg_Destroy(again));
        REQUIRE_OK(tibemsConnection_Close(connection));
        check_strange(copy);                            /* and when the session is gone */
        EXPECT_LEFT(url_a(), f.name, 0);
        CHECK_OK(tibemsMsg_Destroy(back));
        CHECK_OK(tibemsMsg_Destroy(made));
        CHECK_OK(tibemsMsg_Destroy(copy));
    }
}

TEST("30-14", recover_where_the_session_acknowledges)
{
    static const tibemsAcknowledgeMode modes[] = {TIBEMS_AUTO_ACKNOWLEDGE, TIBEMS_DUPS_OK_ACKNOWLEDGE,
                                                  TIBEMS_NO_ACKNOWLEDGE, TIBEMS_CLIENT_ACKNOWLEDGE};
    for (int at = 0; at < 4; at++) {
        struct fixture f;
        tibemsConnection connection = connect_to(url_a());
        fresh_on(&f, connection, TIBEMS_FALSE, modes[at]);
        REQUIRE_OK(send_text(f.producer, "one"));
        tibemsMsg message = receive_one(f.consumer);
        CHECK_STATUS(tibemsMsg_Recover(message), TIBEMS_ILLEGAL_STATE);
        CHECK_OK(tibemsMsg_Acknowledge(message));
        CHECK_STATUS(tibemsMsg_Recover(message), TIBEMS_ILLEGAL_STATE);
        CHECK_OK(tibemsMsg_Acknowledge(message));
        EXPECT_NOTHING(f.consumer);                     /* nothing came back */
        CHECK_OK(tibemsMsg_Destroy(message));
        REQUIRE_OK(tibemsConnection_Close(connection));
        EXPECT_LEFT(url_a(), f.name, 0);
    }
}

TEST("30-15", send_takes_a_snapshot)
{
    tibemsMsg message = new_bytes();
    void *bytes = NULL;
    tibems_uint size = 0;
    CHECK_OK(tibemsBytesMsg_WriteInt(message, 1));
    tibemsMsg first = delivered(message);
    CHECK_OK(tibemsBytesMsg_WriteInt(message, 2));
    tibemsMsg second = delivered(message);
    CHECK_INT(body_length(first), 4);
    CHECK_INT(body_length(second), 8);
    CHECK_OK(tibemsBytesMsg_GetBytes(first, &bytes, &size));
    CHECK(size == 4 && memcmp(bytes, "\0\0\0\1", 4) == 0);
    CHECK_OK(tibemsBytesMsg_GetBytes(second, &bytes, &size));
    CHECK(size == 8 && memcmp(bytes, "\0\0\0\1\0\0\0\2", 8) == 0);
    CHECK_OK(tibemsMsg_Destroy(first));
    CHECK_OK(tibemsMsg_Destroy(second));
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

TEST("30-17", headers_of_a_received_message)
{
    tibemsMsg message = text_message("x");
    tibemsDestination queue = queue_named("answers");
    EACH_WAY(message, back) {
        tibemsDestination got = NULL;
        char name[64] = "";
        const char *text = NULL;
        CHECK_OK(tibemsMsg_SetReplyTo(back, queue));
        CHECK_OK(tibemsMsg_SetCorrelationID(back, "c"));
        CHECK_OK(tibemsMsg_SetEncoding(back, "UTF-8"));
        CHECK_OK(tibemsMsg_GetReplyTo(back, &got));
        CHECK_OK(tibemsDestination_GetName(got, name, sizeof name));
        CHECK_STR(name, "answers");
        CHECK_OK(tibemsMsg_GetCorrelationID(back, &text));
        CHECK_STR(text, "c");
        CHECK_OK(tibemsMsg_GetEncoding(back, &text));
        CHECK_STR(text, "UTF-8");
        CHECK_STATUS(tibemsTextMsg_SetText(back, "y"), TIBEMS_MSG_NOT_WRITEABLE);
        CHECK_STR(text_of(back), "x");
    }
    CHECK_OK(tibemsDestination_Destroy(queue));
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}
