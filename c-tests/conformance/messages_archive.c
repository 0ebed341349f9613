/*
 * messages_archive.c - object bodies, messages as bytes (spec 30 §5.7, §6; cases 30-108 to 30-115)
 */
#include <sys/resource.h>
#include "messages.h"

TEST("30-108,30-109", objects)
{
    tibemsMsg message = NULL;
    void *bytes = &message;
    tibems_uint size = 7;
    char source[] = "abc";
    REQUIRE_OK(tibemsObjectMsg_Create(&message));
    CASE("30-108");
    CHECK_OK(tibemsObjectMsg_GetObjectBytes(message, &bytes, &size));
    CHECK(bytes == NULL && size == 0);
    EACH_WAY(message, back) {
        CHECK_OK(tibemsObjectMsg_GetObjectBytes(back, &bytes, &size));
        CHECK(bytes == NULL && size == 0);
    }
    CHECK_STATUS(tibemsObjectMsg_SetObjectBytes(message, NULL, 1), TIBEMS_INVALID_ARG);
    CASE("30-109");
    CHECK_OK(tibemsObjectMsg_SetObjectBytes(message, source, 3));
    memset(source, 'x', 3);
    CHECK_OK(tibemsObjectMsg_GetObjectBytes(message, &bytes, &size));
    CHECK(size == 3 && memcmp(bytes, "abc", 3) == 0);
    EACH_WAY(message, back) {
        CHECK_OK(tibemsObjectMsg_GetObjectBytes(back, &bytes, &size));
        CHECK(size == 3 && memcmp(bytes, "abc", 3) == 0);
        CHECK_STATUS(tibemsObjectMsg_SetObjectBytes(back, "x", 1), TIBEMS_MSG_NOT_WRITEABLE);
    }
    CHECK_OK(tibemsObjectMsg_SetObjectBytes(message, NULL, 0));
    CHECK_OK(tibemsObjectMsg_GetObjectBytes(message, &bytes, &size));
    CHECK(bytes == NULL && size == 0);
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

static tibemsMsg with_content(int type)
{
    static tibems_status (*const creators[])(tibemsMsg *) = {tibemsMsg_Create,       tibemsBytesMsg_Create,
                                                             tibemsMapMsg_Create,    tibemsObjectMsg_Create,
                                                             tibemsStreamMsg_Create, tibemsTextMsg_Create};
    static const tibems_double doubles[2] = {1, 2};
    tibemsMsg message = NULL;
    tibemsDestination queue = queue_named("archive.reply");
    REQUIRE_OK(creators[type - 1](&message));
    CHECK_OK(tibemsMsg_SetReplyTo(message, queue));
    CHECK_OK(tibemsMsg_SetDestination(message, queue));
    CHECK_OK(tibemsDestination_Destroy(queue));
    CHECK_OK(tibemsMsg_SetCorrelationID(message, "c\xE9"));
    CHECK_OK(tibemsMsg_SetMessageID(message, "ID:1"));
    CHECK_OK(tibemsMsg_SetType(message, ""));
    CHECK_OK(tibemsMsg_SetEncoding(message, "ISO-8859-1"));
    CHECK_OK(tibemsMsg_SetPriority(message, 9));
    CHECK_OK(tibemsMsg_SetDeliveryMode(message, TIBEMS_RELIABLE));
    CHECK_OK(tibemsMsg_SetTimestamp(message, 1000));
    CHECK_OK(tibemsMsg_SetExpiration(message, 1LL << 50));
    CHECK_OK(tibemsMsg_SetRedelivered(message, TIBEMS_TRUE));
    CHECK_OK(tibemsMsg_SetByteProperty(message, "byte", -1));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "null_", NULL));
    CHECK_OK(tibemsMsg_SetDoubleProperty(message, "double_", 0.1));
    if (type == TIBEMS_BYTES_MESSAGE) CHECK_OK(tibemsBytesMsg_WriteBytes(message, "a\0b", 3));
    if (type == TIBEMS_MAP_MESSAGE) CHECK_OK(tibemsMapMsg_SetDoubleArray(message, "d", doubles, 2));
    if (type == TIBEMS_OBJECT_MESSAGE) CHECK_OK(tibemsObjectMsg_SetObjectBytes(message, "o", 1));
    if (type == TIBEMS_STREAM_MESSAGE) CHECK_OK(tibemsStreamMsg_WriteChar(message, 0xD800));
    if (type == TIBEMS_TEXT_MESSAGE) CHECK_OK(tibemsTextMsg_SetText(message, "t\xE9xt"));
    return message;
}

static const char *header(tibems_status (*get)(tibemsMsg, const char **), tibemsMsg message)
{
    const char *text = "(not read)";
    CHECK_OK(get(message, &text));
    return text;
}

static tibems_long moment(tibems_status (*get)(tibemsMsg, tibems_long *), tibemsMsg message)
{
    tibems_long time = -1;
    CHECK_OK(get(message, &time));
    return time;
}

static void check_destination(tibems_status (*get)(tibemsMsg, tibemsDestination *), tibemsMsg message)
{
    tibemsDestination destination = NULL;
    tibemsDestinationType kind = TIBEMS_UNKNOWN;
    char name[64] = "";
    CHECK_OK(get(message, &destination));
    CHECK_OK(tibemsDestination_GetName(destination, name, sizeof name));
    CHECK_STR(name, "archive.reply");
    CHECK_OK(tibemsDestination_GetType(destination, &kind));
    CHECK_INT(kind, TIBEMS_QUEUE);
}

/* everything that with_content() has set */
static void check_content(tibemsMsg message, int type)
{
    tibemsMsgType kind = TIBEMS_MESSAGE_UNKNOWN;
    tibems_int priority = -1;
    tibemsDeliveryMode mode = (tibemsDeliveryMode)0;
    tibems_bool redelivered = TIBEMS_FALSE;
    tibemsMsgField field;
    void *bytes = NULL;
    tibems_uint size = 0;
    CHECK_OK(tibemsMsg_GetBodyType(message, &kind));
    CHECK_INT(kind, type);
    check_destination(tibemsMsg_GetReplyTo, message);
    check_destination(tibemsMsg_GetDestination, message);
    CHECK_STR(header(tibemsMsg_GetCorrelationID, message), "c\xE9");
    CHECK_STR(header(tibemsMsg_GetMessageID, message), "ID:1");
    CHECK_STR(header(tibemsMsg_GetType, message), "");
    CHECK_STR(header(tibemsMsg_GetEncoding, message), "ISO-8859-1");
    CHECK_OK(tibemsMsg_GetPriority(message, &priority));
    CHECK_INT(priority, 9);
    CHECK_OK(tibemsMsg_GetDeliveryMode(message, &mode));
    CHECK_INT(mode, TIBEMS_RELIABLE);
    CHECK_OK(tibemsMsg_GetRedelivered(message, &redelivered));
    CHECK_INT(redelivered, TIBEMS_TRUE);
    CHECK_INT(moment(tibemsMsg_GetTimestamp, message), 1000);
    CHECK_INT(moment(tibemsMsg_GetExpiration, message), 1LL << 50);
    CHECK_INT(moment(tibemsMsg_GetDeliveryTime, message), 0);
    CHECK_OK(tibemsMsg_GetProperty(message, "byte", &field));
    CHECK(field.type == TIBEMS_BYTE && field.data.byteValue == -1);
    CHECK_OK(tibemsMsg_GetProperty(message, "null_", &field));
    CHECK_INT(field.type, TIBEMS_NULL);
    CHECK_OK(tibemsMsg_GetProperty(message, "double_", &field));
    CHECK(field.type == TIBEMS_DOUBLE && field.data.doubleValue == 0.1);
    switch (type) {
    case TIBEMS_BYTES_MESSAGE:
        CHECK_OK(tibemsBytesMsg_GetBytes(message, &bytes, &size));
        CHECK(size == 3 && memcmp(bytes, "a\0b", 3) == 0);
        break;
    case TIBEMS_MAP_MESSAGE:
        CHECK_OK(tibemsMapMsg_GetField(message, "d", &field));
        CHECK(field.type == TIBEMS_DOUBLE_ARRAY && field.count == 2);
        CHECK(((const tibems_double *)field.data.arrayValue)[0] == 1 && ((const tibems_double *)field.data.arrayValue)[1] == 2);
        break;
    case TIBEMS_OBJECT_MESSAGE:
        CHECK_OK(tibemsObjectMsg_GetObjectBytes(message, &bytes, &size));
        CHECK(size == 1 && memcmp(bytes, "o", 1) == 0);
        break;
    case TIBEMS_STREAM_MESSAGE:
        CHECK_OK(tibemsStreamMsg_ReadField(message, &field));
        CHECK(field.type == TIBEMS_WCHAR && field.data.wcharValue == 0xD800);
        CHECK_STATUS(tibemsStreamMsg_ReadField(message, &field), TIBEMS_MSG_EOF);
        break;
    case TIBEMS_TEXT_MESSAGE:
        CHECK_STR(text_of(message), "t\xE9xt");
        break;
    default:
        break;
    }
}

static void check_read_only(tibemsMsg message, int type)
{
    CHECK_STATUS(tibemsMsg_SetIntProperty(message, "x", 1), TIBEMS_MSG_NOT_WRITEABLE);
    switch (type) {
    case TIBEMS_BYTES_MESSAGE: CHECK_STATUS(tibemsBytesMsg_WriteInt(message, 1), TIBEMS_MSG_NOT_WRITEABLE); break;
    case TIBEMS_MAP_MESSAGE: CHECK_STATUS(tibemsMapMsg_SetInt(message, "x", 1), TIBEMS_MSG_NOT_WRITEABLE); break;
    case TIBEMS_OBJECT_MESSAGE: CHECK_STATUS(tibemsObjectMsg_SetObjectBytes(message, "x", 1), TIBEMS_MSG_NOT_WRITEABLE); break;
    case TIBEMS_STREAM_MESSAGE: CHECK_STATUS(tibemsStreamMsg_WriteInt(message, 1), TIBEMS_MSG_NOT_WRITEABLE); break;
    case TIBEMS_TEXT_MESSAGE: CHECK_STATUS(tibemsTextMsg_SetText(message, "x"), TIBEMS_MSG_NOT_WRITEABLE); break;
    default: break;
    }
}

TEST_CHEAP("30-110", archives_of_every_type)
{
    for (int type = 1; type <= 6; type++) {
        tibemsMsg message = with_content(type), back = NULL;
        static char bytes[4096], again[4096];
        const void *block = NULL;
        tibems_int size = 0, copied = 0, lent = 0;
        CHECK_OK(tibemsMsg_GetByteSize(message, &size));
        CHECK_OK(tibemsMsg_GetAsBytesCopy(message, bytes, sizeof bytes, &copied));
        CHECK_OK(tibemsMsg_GetAsBytes(message, &block, &lent));
        CHECK(size > 24 && size == copied && size == lent && size == tibemsMsg_ByteSize(message));
        CHECK(memcmp(block, bytes, (size_t)size) == 0);
        CHECK_OK(tibemsMsg_Destroy(message));
        REQUIRE_OK(tibemsMsg_CreateFromBytes(&back, bytes));
        check_content(back, type);
        check_read_only(back, type);
        CHECK_OK(tibemsMsg_GetAsBytesCopy(back, again, sizeof again, &copied));
        CHECK(copied == size && memcmp(again, bytes, (size_t)size) == 0);
        CHECK_OK(tibemsMsg_Destroy(back));
    }
}

TEST_CHEAP("30-111,30-112", archive_buffers)
{
    tibemsMsg message = text_message("hello");
    tibems_int size = 0, actual = 0, lent = 0;
    const void *first = NULL, *second = NULL, *again = NULL;
    CHECK_OK(tibemsMsg_GetByteSize(message, &size));
    char *buffer = malloc((size_t)size);
    REQUIRE(buffer != NULL);
    memset(buffer, '#', (size_t)size);
    CASE("30-111");
    CHECK_STATUS(tibemsMsg_GetAsBytesCopy(message, buffer, size - 1, &actual), TIBEMS_INSUFFICIENT_BUFFER);
    CHECK_INT(actual, size);
    for (int i = 0; i < size; i++) CHECK_INT(buffer[i], '#');
    CHECK_STATUS(tibemsMsg_GetAsBytesCopy(message, NULL, 0, &actual), TIBEMS_INSUFFICIENT_BUFFER);
    CHECK_INT(actual, size);
    CHECK_STATUS(tibemsMsg_GetAsBytesCopy(message, buffer, -1, &actual), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsMsg_GetAsBytesCopy(message, buffer, size, &actual));
    CASE("30-112");
    CHECK_OK(tibemsMsg_GetAsBytes(message, &first, &lent));
    CHECK_OK(tibemsMsg_GetAsBytes(message, &again, &lent));
    CHECK(first == again);
    CHECK_OK(tibemsTextMsg_SetText(message, "other"));
    CHECK_OK(tibemsMsg_GetAsBytes(message, &second, &lent));
    CHECK(first != second && memcmp(first, second, (size_t)size) != 0);
    CHECK(memcmp(first, buffer, (size_t)size) == 0);
    CHECK_OK(tibemsMsg_Destroy(message));
    free(buffer);
}

TEST_CHEAP("30-113,30-114", damaged_archives)
{
    static unsigned char zeros[256], random_bytes[256];
    tibemsMsg back = (tibemsMsg)(void *)zeros;
    uint32_t state = 12345;
    CASE("30-113");
    CHECK_STATUS(tibemsMsg_CreateFromBytes(&back, zeros), TIBEMS_INVALID_MSG);
    CHECK(back == NULL);
    for (unsigned round = 0; round < 1000; round++) {
        for (size_t i = 0; i < sizeof random_bytes; i++) {
            state = state * 1664525u + 1013904223u;
            random_bytes[i] = (unsigned char)(state >> 24);
        }
        back = (tibemsMsg)(void *)zeros;
        CHECK_STATUS(tibemsMsg_CreateFromBytes(&back, random_bytes), TIBEMS_INVALID_MSG);
        CHECK(back == NULL);
    }
    back = (tibemsMsg)(void *)zeros;
    CHECK_STATUS(tibemsMsg_CreateFromBytes(&back, NULL), TIBEMS_INVALID_ARG);
    CHECK(back == NULL);
    CHECK_STATUS(tibemsMsg_CreateFromBytes(NULL, zeros), TIBEMS_INVALID_ARG);

    tibemsMsg message = with_content(TIBEMS_MAP_MESSAGE);
    static unsigned char archive[4096];
    tibems_int size = 0;
    REQUIRE_OK(tibemsMsg_GetAsBytesCopy(message, archive, sizeof archive, &size));
    /* other programs' archives: another beginning, with checksums of any kind */
    for (int first = 0; first < 256; first++) {
        unsigned char own = archive[0];
        if (first == own) continue;
        archive[0] = (unsigned char)first;
        seal_archive(archive, (size_t)size - 24);
        back = (tibemsMsg)(void *)zeros;
        CHECK_STATUS(tibemsMsg_CreateFromBytes(&back, archive), TIBEMS_INVALID_MSG);
        CHECK(back == NULL);
        archive[0] = own;
    }
    seal_archive(archive, (size_t)size - 24);
    CASE("30-114");
    for (int bit = 0; bit < size * 8; bit++) {
        archive[bit / 8] ^= (unsigned char)(1 << bit % 8);
        back = (tibemsMsg)(void *)zeros;
        count_check();
        tibems_status status = tibemsMsg_CreateFromBytes(&back, archive);
        if (back != NULL || (status != TIBEMS_INVALID_MSG && status != TIBEMS_VERSION_MISMATCH && status != TIBEMS_CORRUPT_MSG))
            check_failed(__FILE__, __LINE__, "bit %d flipped: %d", bit, status);
        archive[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    CHECK_OK(tibemsMsg_CreateFromBytes(&back, archive));
    CHECK_OK(tibemsMsg_Destroy(back));
    CHECK_OK(tibemsMsg_Destroy(message));
}

/* the body of an empty map message replaced by these bytes, sizes and checksums made right again */
static tibems_status with_body(const unsigned char *archive, tibems_int size, const unsigned char *body, size_t body_size)
{
    static unsigned char made[1 << 18];
    size_t front = (size_t)size - 24 - 3 - 1;   /* what the payload's list8 holds before the body, one byte here */
    size_t payload = 9 + front + body_size;
    tibemsMsg back = NULL;
    memcpy(made, archive, 24);
    made[24] = 0xD0;                            /* list32 */
    store_u32(made + 25, (uint32_t)(payload - 5));
    store_u32(made + 29, archive[26]);
    memcpy(made + 33, archive + 27, front);
    memcpy(made + 33 + front, body, body_size);
    seal_archive(made, payload);
    tibems_status status = tibemsMsg_CreateFromBytes(&back, made);
    CHECK((back != NULL) == (status == TIBEMS_OK));
    if (back)
        CHECK_OK(tibemsMsg_Destroy(back));
    return status;
}

TEST_CHEAP("30-115", hostile_archives)
{
    static const unsigned char empty[] = {0x45};
    static const unsigned char count[] = {0xD0, 0, 0, 0, 4, 0xFF, 0xFF, 0xFF, 0xFF};
    static const unsigned char odd_map[] = {0xC1, 2, 1, 0x40};
    static const unsigned char nulls[] = {0xF0, 0, 0, 0, 5, 0x80, 0, 0, 0, 0x40};
    /* the item "n" is an array of 2^31 ints, each the zero that takes no byte */
    static const unsigned char zeros[] = {0xC0, 16, 3, 0xA0, 1, 'n', 0x50, TIBEMS_INT_ARRAY,
                                          0xF0, 0, 0, 0, 5, 0x80, 0, 0, 0, 0x43};
    enum {DEEP = 10000, LEVEL = 13};
    static unsigned char described[2 * DEEP], maps[LEVEL * DEEP + 1];
    unsigned char archive[512];
    tibems_int size = 0;
    tibemsMapMsg map = NULL;
    struct rusage before, after;
    REQUIRE_OK(tibemsMapMsg_Create(&map));
    REQUIRE_OK(tibemsMsg_GetAsBytesCopy(map, archive, sizeof archive, &size));
    CHECK_OK(tibemsMsg_Destroy(map));
    REQUIRE(size > 28 && archive[24] == 0xC0 && archive[size - 1] == 0x45);
    CHECK_OK(with_body(archive, size, empty, sizeof empty));       /* the frame itself is right */
    for (int at = 0; at + 2 < 2 * DEEP; at += 2)                   /* described values inside each other */
        described[at] = 0x00, described[at + 1] = 0x44;
    described[2 * DEEP - 1] = 0x40;
    for (int level = 0; level < DEEP; level++) {                   /* maps inside each other, each the item "" */
        unsigned char *at = maps + level * LEVEL;
        memcpy(at, "\xD0....\0\0\0\3\xA0\0\x50\x0B", LEVEL);
        store_u32(at + 1, (uint32_t)((DEEP - level) * LEVEL + 1 - 5));
    }
    maps[sizeof maps - 1] = 0x45;
    CHECK_OK(with_body(archive, size, maps + (DEEP - 63) * LEVEL, 63 * LEVEL + 1));     /* 64 levels are allowed */
    getrusage(RUSAGE_SELF, &before);
    long long begin = now_ms();
    CHECK_STATUS(with_body(archive, size, count, sizeof count), TIBEMS_CORRUPT_MSG);
    CHECK_STATUS(with_body(archive, size, odd_map, sizeof odd_map), TIBEMS_CORRUPT_MSG);
    CHECK_STATUS(with_body(archive, size, nulls, sizeof nulls), TIBEMS_CORRUPT_MSG);
    CHECK_STATUS(with_body(archive, size, zeros, sizeof zeros), TIBEMS_CORRUPT_MSG);
    CHECK_STATUS(with_body(archive, size, described, sizeof described), TIBEMS_CORRUPT_MSG);
    CHECK_STATUS(with_body(archive, size, maps, sizeof maps), TIBEMS_CORRUPT_MSG);
    CHECK_STATUS(with_body(archive, size, maps + (DEEP - 64) * LEVEL, 64 * LEVEL + 1), TIBEMS_CORRUPT_MSG);
    /* against a hang only: whoever walks 2^31 elements one by one, or keeps them (2 GB at least), needs longer or more */
    CHECK(now_ms() - begin < slow(10000));
    getrusage(RUSAGE_SELF, &after);
    CHECK(after.ru_maxrss - before.ru_maxrss < 256 * 1024);        /* kilobytes */
}

/* one limit for sends and for stored messages, either way; a received message over it is a dialogue (P-X7) */
TEST_CHEAP("", message_limit_holds_for_sends_and_archives)
{
    static char text[3000];
    static unsigned char stored[4000];
    tibems_int size = -1;
    const void *bytes = NULL;
    tibemsMsg back = NULL, large = NULL, small = NULL;
    CHECK_INT(setenv("TIBEMS_AMQP_OPTIONS", "message_limit=2000", 1), 0);
    memset(text, 'x', sizeof text - 1);
    for (int kind = 0; kind < 4; kind++) {
        large = kind == 0 ? text_message(text) : kind == 1 ? new_bytes() : kind == 2 ? new_map() : new_stream();
        if (kind == 1) CHECK_OK(tibemsBytesMsg_SetBytes(large, text, 2100));
        if (kind == 2) CHECK_OK(tibemsMapMsg_SetString(large, "item", text));
        if (kind == 3) CHECK_OK(tibemsStreamMsg_WriteString(large, text));
        CHECK_STATUS(tibemsMsg_GetByteSize(large, &size), TIBEMS_INVALID_SIZE);
        CHECK(strstr(error_text(), "2000 bytes (option message_limit)") != NULL);
        CHECK_STATUS(tibemsMsg_GetAsBytes(large, &bytes, &size), TIBEMS_INVALID_SIZE);
        CHECK_STATUS(tibemsMsg_GetAsBytesCopy(large, stored, sizeof stored, &size), TIBEMS_INVALID_SIZE);
        CHECK_INT(size, -1);
        tibemsMsg first = text_message("first");
        small = delivered(first); /* opens the connection */
        CHECK_OK(tibemsMsg_Destroy(first));
        CHECK_STATUS(tibemsMsgProducer_Send(messages_fixture.producer, large), TIBEMS_INVALID_SIZE);
        CHECK(strstr(error_text(), "2000 bytes (option message_limit)") != NULL);
        CHECK_OK(tibemsMsg_Destroy(large));
        CHECK_OK(tibemsMsg_Destroy(small));
    }
    /* what fits goes both ways */
    text[1500] = '\0';
    large = text_message(text);
    EACH_WAY(large, copy) CHECK_INT(tibemsMsg_GetByteSize(copy, &size), TIBEMS_OK);
    CHECK(size > 1500 && size < 2024);
    CHECK_OK(tibemsMsg_GetAsBytesCopy(large, stored, sizeof stored, &size));
    CHECK_OK(tibemsMsg_Destroy(large));
    deliveries_over();
    /* an archive that says it is larger is refused before anything behind its preamble is read */
    seal_archive(stored, 3000);
    CHECK_STATUS(tibemsMsg_CreateFromBytes(&back, stored), TIBEMS_CORRUPT_MSG);
    CHECK(strstr(error_text(), "option message_limit") != NULL);
    CHECK(back == NULL);
}
