/*
 * messages_archive.c - object bodies, messages as bytes, printing (spec 30 §5.7, §6, §7; cases 30-108 to 30-120)
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

static const char *printed(tibemsMsg message, char *buffer, size_t size)
{
    CHECK_OK(tibemsMsg_PrintToBuffer(message, buffer, (tibems_int)size));
    return buffer;
}

TEST_CHEAP("30-110", archives_of_every_type)
{
    for (int type = 1; type <= 6; type++) {
        tibemsMsg message = with_content(type), back = NULL;
        static char bytes[4096], before[4096], after[4096];
        const void *block = NULL;
        tibems_int size = 0, copied = 0, lent = 0;
        tibemsMsgField field;
        CHECK_OK(tibemsMsg_GetByteSize(message, &size));
        CHECK_OK(tibemsMsg_GetAsBytesCopy(message, bytes, sizeof bytes, &copied));
        CHECK_OK(tibemsMsg_GetAsBytes(message, &block, &lent));
        CHECK(size == copied && size == lent && size == tibemsMsg_ByteSize(message));
        CHECK(memcmp(block, bytes, (size_t)size) == 0);
        CHECK_STR(printed(rebuilt(message), after, sizeof after), printed(message, before, sizeof before));
        CHECK_OK(tibemsMsg_Destroy(message));
        REQUIRE_OK(tibemsMsg_CreateFromBytes(&back, bytes));
        CHECK_OK(tibemsMsg_GetProperty(back, "byte", &field));
        CHECK_INT(field.type, 2);
        CHECK_OK(tibemsMsg_GetProperty(back, "double_", &field));
        CHECK_INT(field.type, 8);
        CHECK_STATUS(tibemsMsg_SetIntProperty(back, "x", 1), TIBEMS_MSG_NOT_WRITEABLE);
        const char *text = NULL;
        CHECK_OK(tibemsMsg_GetType(back, &text));
        CHECK_STR(text, "");
        CHECK_OK(tibemsMsg_GetEncoding(back, &text));
        CHECK_STR(text, "ISO-8859-1");
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
    for (size_t i = 0; i < sizeof random_bytes; i++) {
        state = state * 1664525u + 1013904223u;
        random_bytes[i] = (unsigned char)(state >> 24);
    }
    CASE("30-113");
    CHECK_STATUS(tibemsMsg_CreateFromBytes(&back, zeros), TIBEMS_INVALID_MSG);
    CHECK(back == NULL);
    CHECK_STATUS(tibemsMsg_CreateFromBytes(&back, random_bytes), TIBEMS_INVALID_MSG);
    CHECK_STATUS(tibemsMsg_CreateFromBytes(&back, NULL), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsMsg_CreateFromBytes(NULL, zeros), TIBEMS_INVALID_ARG);

    tibemsMsg message = with_content(TIBEMS_MAP_MESSAGE);
    static unsigned char archive[4096];
    tibems_int size = 0;
    REQUIRE_OK(tibemsMsg_GetAsBytesCopy(message, archive, sizeof archive, &size));
    CASE("30-114");
    for (int bit = 0; bit < size * 8; bit++) {
        archive[bit / 8] ^= (unsigned char)(1 << bit % 8);
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
    static unsigned char made[32768];
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
    static unsigned char deep[2 * 10000];
    unsigned char archive[512];
    tibems_int size = 0;
    tibemsMapMsg map = NULL;
    struct rusage before, after;
    REQUIRE_OK(tibemsMapMsg_Create(&map));
    REQUIRE_OK(tibemsMsg_GetAsBytesCopy(map, archive, sizeof archive, &size));
    CHECK_OK(tibemsMsg_Destroy(map));
    REQUIRE(size > 28 && archive[24] == 0xC0 && archive[size - 1] == 0x45);
    CHECK_OK(with_body(archive, size, empty, sizeof empty));       /* the frame itself is right */
    getrusage(RUSAGE_SELF, &before);
    long long begin = now_ms();
    CHECK_STATUS(with_body(archive, size, count, sizeof count), TIBEMS_CORRUPT_MSG);
    CHECK_STATUS(with_body(archive, size, odd_map, sizeof odd_map), TIBEMS_CORRUPT_MSG);
    CHECK_STATUS(with_body(archive, size, nulls, sizeof nulls), TIBEMS_CORRUPT_MSG);
    for (size_t at = 0; at + 2 < sizeof deep; at += 2)             /* described values inside each other */
        deep[at] = 0x00, deep[at + 1] = 0x44;
    deep[sizeof deep - 1] = 0x40;
    CHECK_STATUS(with_body(archive, size, deep, sizeof deep), TIBEMS_CORRUPT_MSG);
    CHECK(now_ms() - begin < slow(1000));
    getrusage(RUSAGE_SELF, &after);
    CHECK(after.ru_maxrss - before.ru_maxrss < 32 * 1024);         /* kilobytes */
}

TEST_CHEAP("30-116", print_buffers)
{
    tibemsMsg message = text_message("hello");
    static char whole[4096], cut[4096];
    CHECK_OK(tibemsMsg_PrintToBuffer(message, whole, sizeof whole));
    tibems_int length = (tibems_int)strlen(whole);
    CHECK_OK(tibemsMsg_PrintToBuffer(message, cut, length + 1));
    CHECK_STR(cut, whole);
    memset(cut, '#', sizeof cut);
    CHECK_STATUS(tibemsMsg_PrintToBuffer(message, cut, length), TIBEMS_INSUFFICIENT_BUFFER);
    CHECK(strlen(cut) == (size_t)length - 1 && strncmp(cut, whole, (size_t)length - 1) == 0);
    memset(cut, '#', sizeof cut);
    CHECK_STATUS(tibemsMsg_PrintToBuffer(message, cut, 0), TIBEMS_INSUFFICIENT_BUFFER);
    CHECK_INT(cut[0], '#');
    CHECK_STATUS(tibemsMsg_PrintToBuffer(message, NULL, 10), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("30-117", printing_moves_nothing)
{
    tibemsMsg message = new_stream();
    static char text[4096];
    tibems_int number = 0;
    CHECK_OK(tibemsStreamMsg_WriteInt(message, 1));
    CHECK_OK(tibemsStreamMsg_WriteString(message, "two"));
    CHECK(strstr(printed(message, text, sizeof text), "Fields={ {Integer:1} {String:two} }") != NULL);
    tibemsMsg back = rebuilt(message);
    CHECK_OK(tibemsStreamMsg_ReadInt(back, &number));
    CHECK(strstr(printed(back, text, sizeof text), "Fields={ {Integer:1} {String:two} }") != NULL);
    char *two = NULL;
    CHECK_OK(tibemsStreamMsg_ReadString(back, &two));
    CHECK_STR(two, "two");
    CHECK_OK(tibemsMsg_Destroy(back));
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("30-118", print_of_a_new_message)
{
    static const char *const headers[] = {"JMSMessageID", "JMSDestination",   "JMSReplyTo",   "JMSDeliveryMode",
                                          "JMSRedelivered", "JMSCorrelationID", "JMSType",    "JMSTimestamp",
                                          "JMSDeliveryTime", "JMSExpiration",  "JMSPriority"};
    tibemsMsg message = new_plain();
    static char text[4096];
    const char *at = printed(message, text, sizeof text);
    CHECK(strncmp(text, "Message={ Header={ ", 19) == 0);
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        const char *found = strstr(at, headers[i]);
        if (found == NULL) check_failed(__FILE__, __LINE__, "%s is missing or out of order", headers[i]);
        else at = found;
    }
    CHECK(strstr(text, "Properties={ }") != NULL);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("30-119", print_to_streams)
{
    FILE *file = tmpfile();
    static char text[4096], read_back[4200];
    tibemsMsg message = text_message("hello");
    tibemsMsgField field;
    REQUIRE(file != NULL);
    CHECK_OK(tibemsMsg_SetIntProperty(message, "p", 5));
    CHECK_OK(tibemsMsg_GetProperty(message, "p", &field));
    fputs("before ", file);
    tibemsMsgField_PrintFile(&field, file);
    fputs(" between ", file);
    tibemsMsg_PrintFile(message, file);
    fputs("after", file);
    tibemsMsg_PrintFile(NULL, file);
    tibemsMsg_PrintFile(message, NULL);
    tibemsMsgField_PrintFile(NULL, file);
    rewind(file);
    size_t length = fread(read_back, 1, sizeof read_back - 1, file);
    read_back[length] = 0;
    char want[4200];
    snprintf(want, sizeof want, "before Integer:5 between %s\nafter", printed(message, text, sizeof text));
    CHECK_STR(read_back, want);
    tibemsMsg_Print(NULL);
    tibemsMsgField_Print(NULL);
    CHECK_INT(tibemsMsg_ByteSize(NULL), 0);
    fclose(file);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("30-120", print_of_fields)
{
    char text[64] = "";
    tibemsMsgField field;
    memset(&field, 0, sizeof field);
    CHECK_OK(tibemsMsgField_PrintToBuffer(&field, text, sizeof text));
    CHECK_STR(text, "null");
    field.type = 5;
    field.data.intValue = 5;
    CHECK_OK(tibemsMsgField_PrintToBuffer(&field, text, sizeof text));
    CHECK_STR(text, "Integer:5");
    CHECK_STATUS(tibemsMsgField_PrintToBuffer(&field, text, 9), TIBEMS_INSUFFICIENT_BUFFER);
    CHECK_STR(text, "Integer:");
    field.type = 99;
    CHECK_STATUS(tibemsMsgField_PrintToBuffer(&field, text, sizeof text), TIBEMS_INVALID_FIELD);
    CHECK_STATUS(tibemsMsgField_PrintToBuffer(NULL, text, sizeof text), TIBEMS_INVALID_ARG);
}
