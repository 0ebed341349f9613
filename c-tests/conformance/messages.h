/*
 * messages.h - shared by the tests of messages: ways through which a message becomes a received one
 *
 * "received" in the cases means: handed out by a consumer, or made by tibemsMsg_CreateFromBytes. Tests of rules that do
 * not depend on the way use rebuilt(), which needs no broker; EACH_WAY runs a block for both.
 */
#ifndef MESSAGES_H
#define MESSAGES_H

#include <math.h>
#include "harness.h"

#define UNUSED __attribute__((unused))

/* the read-only message of this one's bytes */
UNUSED static tibemsMsg rebuilt(tibemsMsg message)
{
    tibemsMsg back = NULL;
    const void *bytes = NULL;
    tibems_int size = 0;
    REQUIRE_OK(tibemsMsg_GetAsBytes(message, &bytes, &size));
    REQUIRE_OK(tibemsMsg_CreateFromBytes(&back, bytes));
    return back;
}

static struct fixture messages_fixture;

/* the message that another consumer gets when this one is sent */
UNUSED static tibemsMsg delivered(tibemsMsg message)
{
    if (messages_fixture.connection == NULL) fresh(&messages_fixture);
    REQUIRE_OK(tibemsMsgProducer_Send(messages_fixture.producer, message));
    return receive_one(messages_fixture.consumer);
}

UNUSED static void deliveries_over(void)
{
    if (messages_fixture.connection != NULL) CHECK_OK(tibemsConnection_Close(messages_fixture.connection));
    messages_fixture.connection = NULL;
}

/* runs the block with "back" made of MESSAGE, first rebuilt, then delivered */
#define EACH_WAY(MESSAGE, BACK)                                                                             \
    for (int way_ = 0; way_ < 2; way_++)                                                                    \
        for (tibemsMsg BACK = way_ == 0 ? rebuilt(MESSAGE) : delivered(MESSAGE); BACK != NULL;              \
             CHECK_OK(tibemsMsg_Destroy(BACK)), BACK = NULL)

UNUSED static tibemsMsg new_map(void)
{
    tibemsMapMsg message = NULL;
    REQUIRE_OK(tibemsMapMsg_Create(&message));
    return message;
}

UNUSED static tibemsMsg new_stream(void)
{
    tibemsStreamMsg message = NULL;
    REQUIRE_OK(tibemsStreamMsg_Create(&message));
    return message;
}

UNUSED static tibemsMsg new_bytes(void)
{
    tibemsBytesMsg message = NULL;
    REQUIRE_OK(tibemsBytesMsg_Create(&message));
    return message;
}

UNUSED static tibemsMsg new_plain(void)
{
    tibemsMsg message = NULL;
    REQUIRE_OK(tibemsMsg_Create(&message));
    return message;
}

UNUSED static int int_property(tibemsMsg message, const char *name)
{
    tibems_int value = -12345;
    CHECK_OK(tibemsMsg_GetIntProperty(message, name, &value));
    return value;
}

UNUSED static const char *string_property(tibemsMsg message, const char *name)
{
    const char *value = "(not read)";
    CHECK_OK(tibemsMsg_GetStringProperty(message, name, &value));
    return value;
}

UNUSED static bool has_property(tibemsMsg message, const char *name)
{
    tibems_bool answer = TIBEMS_FALSE;
    CHECK_OK(tibemsMsg_PropertyExists(message, name, &answer));
    return answer == TIBEMS_TRUE;
}

UNUSED static tibems_int body_length(tibemsMsg message)
{
    tibems_int length = -1;
    CHECK_OK(tibemsBytesMsg_GetBodyLength(message, &length));
    return length;
}

UNUSED static uint32_t crc32_of(const unsigned char *bytes, size_t size)
{
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
    }
    return ~crc;
}

UNUSED static void store_u32(unsigned char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> (24 - 8 * i));
}

/* makes length and checksums of changed stored bytes right again; the layout stands in src/message/archive.rs */
UNUSED static void seal_archive(unsigned char *archive, size_t payload)
{
    store_u32(archive + 12, (uint32_t)payload);
    store_u32(archive + 16, crc32_of(archive + 24, payload));
    store_u32(archive + 20, crc32_of(archive, 20));
}

#endif
