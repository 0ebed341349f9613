/*
 * messages_print.c - printing messages and fields to buffers and streams (spec 30 §7; cases 30-116 to 30-120)
 */
#define _GNU_SOURCE                     /* fopencookie */
#include <errno.h>
#include <fcntl.h>
#include "messages.h"

static const char *printed(tibemsMsg message, char *buffer, size_t size)
{
    CHECK_OK(tibemsMsg_PrintToBuffer(message, buffer, (tibems_int)size));
    return buffer;
}

TEST_CHEAP("30-116", print_buffers)
{
    tibemsMsg message = text_message("hell\xC3\xB6");
    static char whole[4096], cut[4096];
    CHECK_OK(tibemsMsg_PrintToBuffer(message, whole, sizeof whole));
    tibems_int length = (tibems_int)strlen(whole);
    memset(cut, '#', sizeof cut);
    CHECK_OK(tibemsMsg_PrintToBuffer(message, cut, length + 1));
    CHECK_STR(cut, whole);
    CHECK_INT(cut[length + 1], '#');
    for (tibems_int room = length; room > 0; room--) {
        memset(cut, '#', sizeof cut);
        CHECK_STATUS(tibemsMsg_PrintToBuffer(message, cut, room), TIBEMS_INSUFFICIENT_BUFFER);
        /* one byte less where the cut would go through the two of a letter */
        size_t kept = (size_t)room - 1 - ((unsigned char)whole[room - 1] == 0xB6);
        CHECK_INT(strlen(cut), kept);
        CHECK(strncmp(cut, whole, kept) == 0);
        CHECK_INT(cut[room], '#');
    }
    for (tibems_int room = 0; room >= -1; room--) {
        memset(cut, '#', sizeof cut);
        CHECK_STATUS(tibemsMsg_PrintToBuffer(message, cut, room), TIBEMS_INSUFFICIENT_BUFFER);
        CHECK_INT(cut[0], '#');
    }
    CHECK_STATUS(tibemsMsg_PrintToBuffer(message, NULL, 10), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST("30-117", printing_moves_nothing)
{
    tibemsMsg message = new_stream(), bytes = new_bytes();
    static char text[4096];
    tibems_int number = 0;
    char *two = NULL;
    CHECK_OK(tibemsStreamMsg_WriteInt(message, 1));
    CHECK_OK(tibemsStreamMsg_WriteString(message, "two"));
    CHECK(strstr(printed(message, text, sizeof text), "Fields={ {Integer:1} {String:two} }") != NULL);
    CHECK_STATUS(tibemsStreamMsg_ReadInt(message, &number), TIBEMS_MSG_NOT_READABLE);
    CHECK_OK(tibemsStreamMsg_WriteInt(message, 3));     /* still to be written, at its end */
    EACH_WAY(message, back) {
        CHECK_OK(tibemsStreamMsg_ReadInt(back, &number));
        CHECK(strstr(printed(back, text, sizeof text), "Fields={ {Integer:1} {String:two} {Integer:3} }") != NULL);
        CHECK_OK(tibemsStreamMsg_ReadString(back, &two));
        CHECK_STR(two, "two");
        CHECK_STATUS(tibemsStreamMsg_WriteInt(back, 4), TIBEMS_MSG_NOT_WRITEABLE);
    }
    CHECK_OK(tibemsBytesMsg_WriteInt(bytes, 5));
    CHECK_OK(tibemsBytesMsg_WriteInt(bytes, 6));
    EACH_WAY(bytes, back) {
        CHECK_OK(tibemsBytesMsg_ReadInt(back, &number));
        CHECK(strstr(printed(back, text, sizeof text), "Bytes={8 bytes}") != NULL);
        CHECK_OK(tibemsBytesMsg_ReadInt(back, &number));
        CHECK_INT(number, 6);
    }
    CHECK_OK(tibemsMsg_Destroy(bytes));
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

TEST_CHEAP("30-118", print_of_a_new_message)
{
    static tibems_status (*const creators[])(tibemsMsg *) = {tibemsMsg_Create,       tibemsBytesMsg_Create,
                                                             tibemsMapMsg_Create,    tibemsObjectMsg_Create,
                                                             tibemsStreamMsg_Create, tibemsTextMsg_Create};
    static const char *const words[] = {"Message",       "BytesMessage",  "MapMessage",
                                        "ObjectMessage", "StreamMessage", "TextMessage"};
    static const char *const bodies[] = {"",           " Bytes={0 bytes}", " Fields={ }", " Object={0 bytes}",
                                         " Fields={ }", " Text={null}"};
    static char text[4096], want[4096];
    for (int i = 0; i < 6; i++) {
        tibemsMsg message = NULL;
        REQUIRE_OK(creators[i](&message));
        snprintf(want, sizeof want, "%s={ Header={ JMSMessageID={null} JMSDestination={null} JMSReplyTo={null} "
                 "JMSDeliveryMode={PERSISTENT} JMSRedelivered={false} JMSCorrelationID={null} JMSType={null} "
                 "JMSTimestamp={0} JMSDeliveryTime={0} JMSExpiration={0} JMSPriority={4} } Properties={ }%s }",
                 words[i], bodies[i]);
        CHECK_STR(printed(message, text, sizeof text), want);
        CHECK_OK(tibemsMsg_Destroy(message));
    }
    tibemsMsg message = text_message("x");
    tibemsDestination queue = queue_named("q"), topic = NULL;
    REQUIRE_OK(tibemsDestination_Create(&topic, TIBEMS_TOPIC, "t"));
    CHECK_OK(tibemsMsg_SetMessageID(message, "ID:1"));
    CHECK_OK(tibemsMsg_SetDestination(message, queue));
    CHECK_OK(tibemsMsg_SetReplyTo(message, topic));
    CHECK_OK(tibemsMsg_SetDeliveryMode(message, TIBEMS_RELIABLE));
    CHECK_OK(tibemsMsg_SetRedelivered(message, TIBEMS_TRUE));
    CHECK_OK(tibemsMsg_SetCorrelationID(message, "c"));
    CHECK_OK(tibemsMsg_SetType(message, ""));
    CHECK_OK(tibemsMsg_SetTimestamp(message, 1000));
    CHECK_OK(tibemsMsg_SetExpiration(message, 951782400000LL));    /* a day that many calendars have not */
    CHECK_OK(tibemsMsg_SetPriority(message, 9));
    CHECK_OK(tibemsMsg_SetIntProperty(message, "i", 5));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "n", NULL));
    CHECK_STR(printed(message, text, sizeof text),
              "TextMessage={ Header={ JMSMessageID={ID:1} JMSDestination={Queue[q]} JMSReplyTo={Topic[t]} "
              "JMSDeliveryMode={22} JMSRedelivered={true} JMSCorrelationID={c} JMSType={} "
              "JMSTimestamp={Thu Jan 01 00:00:01 UTC 1970} JMSDeliveryTime={0} "
              "JMSExpiration={Tue Feb 29 00:00:00 UTC 2000} JMSPriority={9} } Properties={ i={Integer:5} n={null} } "
              "Text={x} }");
    CHECK_OK(tibemsDestination_Destroy(queue));
    CHECK_OK(tibemsDestination_Destroy(topic));
    CHECK_OK(tibemsMsg_Destroy(message));
}

/* a stream of the caller's that has room for so many bytes and fails from then on */
struct sink {char bytes[1 << 16]; size_t used, room;};

static ssize_t sink_write(void *cookie, const char *bytes, size_t size)
{
    struct sink *sink = cookie;
    if (size > sink->room - sink->used) size = sink->room - sink->used;
    memcpy(sink->bytes + sink->used, bytes, size);
    sink->used += size;
    errno = ENOSPC;
    return (ssize_t)size;
}

static FILE *sink_open(struct sink *sink, size_t room)
{
    cookie_io_functions_t functions = {.write = sink_write};
    memset(sink, 0, sizeof *sink);
    sink->room = room;
    FILE *file = fopencookie(sink, "w", functions);
    REQUIRE(file != NULL);
    return file;
}

/* the other end of a pipe that holds one page: whoever writes more has to wait, and goes on in pieces */
struct drain {int from; char *text; size_t used;};

static tibems_status drain_all(void *argument)
{
    struct drain *drain = argument;
    ssize_t got;
    while ((got = read(drain->from, drain->text + drain->used, 777)) > 0) drain->used += (size_t)got;
    drain->text[drain->used] = 0;
    return TIBEMS_OK;
}

static FILE *pipe_open(struct task *task, struct drain *drain, char *text)
{
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    REQUIRE(fcntl(ends[1], F_SETPIPE_SZ, 4096) >= 0);
    *drain = (struct drain){.from = ends[0], .text = text};
    task_start(task, drain_all, drain);
    return fdopen(ends[1], "w");
}

/* what is written to standard output from begin to end */
static FILE *captured;
static int real_output;

static void capture_begin(void)
{
    fflush(stdout);
    captured = tmpfile();
    real_output = dup(STDOUT_FILENO);
    REQUIRE(captured != NULL && real_output >= 0);
    REQUIRE(dup2(fileno(captured), STDOUT_FILENO) >= 0);
}

static const char *capture_end(char *text, size_t size)
{
    fflush(stdout);
    REQUIRE(dup2(real_output, STDOUT_FILENO) >= 0);
    close(real_output);
    rewind(captured);
    text[fread(text, 1, size - 1, captured)] = 0;
    fclose(captured);
    return text;
}

/* a text that a format would take for its own, with bytes that are no UTF-8 and control characters */
#define TRICKY "100%s %n %d\\ \xE9\n\t\x01 end"
enum {LARGE = 1 << 20};

TEST("30-119", print_to_streams)
{
    static char form[LARGE + 4096], text[LARGE + 8192], want[LARGE + 8192], big[LARGE + 1];
    static struct sink sink;
    tibemsMsg tricky = text_message(TRICKY), large = NULL, gone = new_plain();
    tibemsMsgField field, unknown = {.type = 99};
    CHECK_OK(tibemsMsg_Destroy(gone));
    for (int i = 0; i < LARGE; i++) big[i] = (char)('a' + i % 26);
    large = text_message(big);
    CHECK_OK(tibemsMsg_SetStringProperty(tricky, "p", TRICKY));
    CHECK_OK(tibemsMsg_GetProperty(tricky, "p", &field));
    tibemsMsg messages[] = {tricky, large};

    for (int i = 0; i < 2; i++) {
        /* standard output: between what the program prints, in order */
        printed(messages[i], form, sizeof form);
        capture_begin();
        printf("before ");
        tibemsMsg_Print(messages[i]);
        printf("between ");
        tibemsMsgField_Print(&field);
        printf(" after");
        snprintf(want, sizeof want, "before %s\nbetween String:%s after", form, TRICKY);
        CHECK(strcmp(capture_end(text, sizeof text), want) == 0);

        /* a stream of the caller's: to a slow reader, with buffers of any kind */
        static const int buffers[] = {_IOFBF, _IOLBF, _IONBF};
        for (int kind = 0; kind < 3; kind++) {
            struct task task;
            struct drain drain;
            FILE *file = pipe_open(&task, &drain, text);
            REQUIRE(file != NULL);
            CHECK_INT(setvbuf(file, NULL, buffers[kind], kind == 2 ? 0 : 100), 0);
            fputs("before ", file);
            tibemsMsg_PrintFile(messages[i], file);
            fputs("between ", file);
            tibemsMsgField_PrintFile(&field, file);
            fputs(" after", file);
            CHECK_INT(fclose(file), 0);
            REQUIRE(task_wait(&task, 60000));
            close(drain.from);
            CHECK(drain.used == strlen(want) && strcmp(text, want) == 0);
        }
    }

    /* nothing to print, or nowhere to: no output, no crash */
    capture_begin();
    tibemsMsg_Print(NULL);
    tibemsMsg_Print(gone);
    tibemsMsg_Print((tibemsMsg)(void *)&field);
    tibemsMsgField_Print(NULL);
    tibemsMsgField_Print(&unknown);
    tibemsMsg_PrintFile(tricky, NULL);
    tibemsMsgField_PrintFile(&field, NULL);
    CHECK_STR(capture_end(text, sizeof text), "");
    FILE *file = sink_open(&sink, sizeof sink.bytes);
    tibemsMsg_PrintFile(NULL, file);
    tibemsMsg_PrintFile(gone, file);
    tibemsMsgField_PrintFile(NULL, file);
    tibemsMsgField_PrintFile(&unknown, file);
    CHECK_INT(fclose(file), 0);
    CHECK_INT(sink.used, 0);

    /* a stream that fails: what went out is the beginning, the rest is the caller's to notice, the message is whole */
    printed(large, form, sizeof form);
    file = sink_open(&sink, 10000);
    tibemsMsg_PrintFile(large, file);
    fflush(file);
    CHECK(ferror(file) != 0);
    tibemsMsgField_PrintFile(&field, file);
    fclose(file);
    CHECK(sink.used == 10000 && memcmp(sink.bytes, form, 10000) == 0);
    REQUIRE((file = fopen("/dev/full", "w")) != NULL);
    tibemsMsg_PrintFile(large, file);
    CHECK(ferror(file) != 0);
    fclose(file);
    REQUIRE((file = fopen("/dev/null", "r")) != NULL);      /* not open for writing */
    tibemsMsg_PrintFile(tricky, file);
    CHECK(ferror(file) != 0);
    fclose(file);
    CHECK(strcmp(text_of(large), big) == 0);
    CHECK_STR(text_of(tricky), TRICKY);

    CHECK_INT(tibemsMsg_ByteSize(NULL), 0);
    CHECK_INT(tibemsMsg_ByteSize(gone), 0);
    CHECK_OK(tibemsMsg_Destroy(large));
    CHECK_OK(tibemsMsg_Destroy(tricky));
}

static void check_print(const tibemsMsgField *field, const char *want)
{
    char text[256] = "";
    CHECK_OK(tibemsMsgField_PrintToBuffer((tibemsMsgField *)field, text, sizeof text));
    CHECK_STR(text, want);
}

TEST_CHEAP("30-120", print_of_fields)
{
    char text[64] = "";
    tibemsMsg map = new_map(), inner = new_map(), list = new_stream();
    tibemsMsgField field;
    static const char *const names[] = {"z", "b", "c", "s", "i", "l", "f", "d", "u", "n", "y",
                                        "as", "ai", "al", "af", "ad", "m", "t"};
    static const char *const prints[] = {
        "Boolean:true", "Byte:-1", "Character:A", "Short:-300", "Integer:5", "Long:-5000000000", "Float:123.0",
        "Double:123.456", "String:text", "null", "Bytes:[3 bytes]", "Short[]:{1,-2}", "Integer[]:{1,-2}", "Long[]:{1,-2}",
        "Float[]:{1.0,-0.5}", "Double[]:{1.0,-0.5}", "MapMessage:{ i={Integer:5} s={String:in} }",
        "StreamMessage:{ {Integer:5} {String:in} }",
    };
    CHECK_OK(tibemsMapMsg_SetInt(inner, "i", 5));
    CHECK_OK(tibemsMapMsg_SetString(inner, "s", "in"));
    CHECK_OK(tibemsStreamMsg_WriteInt(list, 5));
    CHECK_OK(tibemsStreamMsg_WriteString(list, (char *)"in"));
    CHECK_OK(tibemsMapMsg_SetBoolean(map, "z", TIBEMS_TRUE));
    CHECK_OK(tibemsMapMsg_SetByte(map, "b", -1));
    CHECK_OK(tibemsMapMsg_SetChar(map, "c", 'A'));
    CHECK_OK(tibemsMapMsg_SetShort(map, "s", -300));
    CHECK_OK(tibemsMapMsg_SetInt(map, "i", 5));
    CHECK_OK(tibemsMapMsg_SetLong(map, "l", -5000000000LL));
    CHECK_OK(tibemsMapMsg_SetFloat(map, "f", 123));
    CHECK_OK(tibemsMapMsg_SetDouble(map, "d", 123.456));
    CHECK_OK(tibemsMapMsg_SetString(map, "u", "text"));
    CHECK_OK(tibemsMapMsg_SetString(map, "n", NULL));
    CHECK_OK(tibemsMapMsg_SetBytes(map, "y", (void *)"abc", 3));
    CHECK_OK(tibemsMapMsg_SetShortArray(map, "as", (tibems_short[]){1, -2}, 2));
    CHECK_OK(tibemsMapMsg_SetIntArray(map, "ai", (tibems_int[]){1, -2}, 2));
    CHECK_OK(tibemsMapMsg_SetLongArray(map, "al", (tibems_long[]){1, -2}, 2));
    CHECK_OK(tibemsMapMsg_SetFloatArray(map, "af", (tibems_float[]){1, -0.5f}, 2));
    CHECK_OK(tibemsMapMsg_SetDoubleArray(map, "ad", (tibems_double[]){1, -0.5}, 2));
    CHECK_OK(tibemsMapMsg_SetMapMsg(map, "m", inner, TIBEMS_TRUE));
    CHECK_OK(tibemsMapMsg_SetStreamMsg(map, "t", list, TIBEMS_TRUE));
    for (int i = 0; i < 18; i++) {
        CHECK_OK(tibemsMapMsg_GetField(map, names[i], &field));
        check_print(&field, prints[i]);
    }
    CHECK_OK(tibemsMsg_Destroy(inner));
    CHECK_OK(tibemsMsg_Destroy(list));
    CHECK_OK(tibemsMsg_Destroy(map));

    memset(&field, 0, sizeof field);                    /* a field that the program made */
    check_print(&field, "null");
    field.type = 5;
    field.data.intValue = 5;
    check_print(&field, "Integer:5");
    CHECK_STATUS(tibemsMsgField_PrintToBuffer(&field, text, 9), TIBEMS_INSUFFICIENT_BUFFER);
    CHECK_STR(text, "Integer:");
    CHECK_OK(tibemsMsgField_PrintToBuffer(&field, text, 10));
    CHECK_STR(text, "Integer:5");
    CHECK_STATUS(tibemsMsgField_PrintToBuffer(&field, text, 0), TIBEMS_INSUFFICIENT_BUFFER);
    CHECK_STATUS(tibemsMsgField_PrintToBuffer(&field, NULL, 10), TIBEMS_INVALID_ARG);
    for (int type = 13; type < 256; type++) {
        field.type = (tibems_byte)type;
        if (type < TIBEMS_SHORT_ARRAY || type > TIBEMS_DOUBLE_ARRAY)
            CHECK_STATUS(tibemsMsgField_PrintToBuffer(&field, text, sizeof text), TIBEMS_INVALID_FIELD);
    }
    CHECK_STATUS(tibemsMsgField_PrintToBuffer(NULL, text, sizeof text), TIBEMS_INVALID_ARG);
}
