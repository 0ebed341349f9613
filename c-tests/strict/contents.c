/*
 * contents.c - what stands in messages, in both directions (peers/Contents.java)
 */
#include "strict.h"

static void sent(tibemsMsg message)
{
    CHECK_OK(tibemsMsgProducer_Send(scene.producer, message));
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST("strict", strict_sent_messages)
{
    tibemsMsg message = NULL;
    tibemsDestination answers = NULL;
    open_scene("sentMessages");
    open_session(TIBEMS_AUTO_ACKNOWLEDGE);
    open_producer();
    sent(text_message("plain"));

    REQUIRE_OK(tibemsTopic_Create(&answers, "answers"));
    message = text_message("full");
    CHECK_OK(tibemsMsg_SetType(message, "kind"));
    CHECK_OK(tibemsMsg_SetReplyTo(message, answers));
    CHECK_OK(tibemsMsg_SetCorrelationID(message, "together"));
    CHECK_OK(tibemsMsg_SetBooleanProperty(message, "a_boolean", TIBEMS_TRUE));
    CHECK_OK(tibemsMsg_SetByteProperty(message, "a_byte", -1));
    CHECK_OK(tibemsMsg_SetShortProperty(message, "a_short", -2));
    CHECK_OK(tibemsMsg_SetIntProperty(message, "an_int", -3));
    CHECK_OK(tibemsMsg_SetLongProperty(message, "a_long", -4000000000LL));
    CHECK_OK(tibemsMsg_SetFloatProperty(message, "a_float", 1.5f));
    CHECK_OK(tibemsMsg_SetDoubleProperty(message, "a_double", -2.25));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "a_string", "gr\xc3\xbc\xc3\x9f"));
    CHECK_OK(tibemsMsgProducer_SendEx(scene.producer, message, TIBEMS_NON_PERSISTENT, 7, 60000));
    CHECK_OK(tibemsMsg_Destroy(message));

    sent(new_message(tibemsMsg_Create));

    message = new_message(tibemsBytesMsg_Create);
    CHECK_OK(tibemsBytesMsg_WriteBytes(message, "\0\1\xff", 3));
    sent(message);

    message = new_message(tibemsMapMsg_Create);
    CHECK_OK(tibemsMapMsg_SetInt(message, "an int", 5));
    CHECK_OK(tibemsMapMsg_SetString(message, "a text", "red"));
    sent(message);

    message = new_message(tibemsStreamMsg_Create);
    CHECK_OK(tibemsStreamMsg_WriteBoolean(message, TIBEMS_TRUE));
    CHECK_OK(tibemsStreamMsg_WriteLong(message, 9000000000LL));
    CHECK_OK(tibemsStreamMsg_WriteString(message, "red"));
    sent(message);
    close_scene();
}

static void check_full(tibemsMsg message)
{
    const char *text = NULL;
    tibems_bool flag = TIBEMS_FALSE;
    tibems_byte byte = 0;
    tibems_short small = 0;
    tibems_int number = 0;
    tibems_long large = 0;
    tibems_float real = 0;
    tibems_double precise = 0;
    tibemsDeliveryMode mode = TIBEMS_RELIABLE;
    tibemsDestination reply = NULL;
    tibemsDestinationType type = TIBEMS_UNKNOWN;
    char name[64] = "";
    CHECK_INT(body_type(message), TIBEMS_TEXT_MESSAGE);
    CHECK_STR(text_of(message), "full");
    CHECK_OK(tibemsMsg_GetDeliveryMode(message, &mode));
    CHECK_INT(mode, TIBEMS_PERSISTENT);
    CHECK_OK(tibemsMsg_GetPriority(message, &number));
    CHECK_INT(number, 7);
    CHECK_OK(tibemsMsg_GetRedelivered(message, &flag));
    CHECK_INT(flag, TIBEMS_TRUE);
    CHECK_OK(tibemsMsg_GetIntProperty(message, "JMSXDeliveryCount", &number));
    CHECK_INT(number, 4);
    CHECK_OK(tibemsMsg_GetMessageID(message, &text));
    CHECK_STR(text, "ID:the-one");
    CHECK_OK(tibemsMsg_GetType(message, &text));
    CHECK_STR(text, "kind");
    CHECK_OK(tibemsMsg_GetCorrelationID(message, &text));
    CHECK_STR(text, "together");
    CHECK_OK(tibemsMsg_GetTimestamp(message, &large));
    CHECK_INT(large, 1700000000000LL);
    CHECK_OK(tibemsMsg_GetReplyTo(message, &reply));
    CHECK_OK(tibemsDestination_GetType(reply, &type));
    CHECK_INT(type, TIBEMS_TOPIC);
    CHECK_OK(tibemsDestination_GetName(reply, name, sizeof name));
    CHECK_STR(name, "answers");
    CHECK_OK(tibemsMsg_GetStringProperty(message, "JMSXGroupID", &text));
    CHECK_STR(text, "group");
    CHECK_OK(tibemsMsg_GetIntProperty(message, "JMSXGroupSeq", &number));
    CHECK_INT(number, 4);
    CHECK_OK(tibemsMsg_GetBooleanProperty(message, "a_boolean", &flag));
    CHECK_INT(flag, TIBEMS_TRUE);
    CHECK_OK(tibemsMsg_GetByteProperty(message, "a_byte", &byte));
    CHECK_INT(byte, -1);
    CHECK_OK(tibemsMsg_GetShortProperty(message, "a_short", &small));
    CHECK_INT(small, -2);
    CHECK_OK(tibemsMsg_GetIntProperty(message, "an_int", &number));
    CHECK_INT(number, -3);
    CHECK_OK(tibemsMsg_GetLongProperty(message, "a_long", &large));
    CHECK_INT(large, -4000000000LL);
    CHECK_OK(tibemsMsg_GetFloatProperty(message, "a_float", &real));
    CHECK(real == 1.5f);
    CHECK_OK(tibemsMsg_GetDoubleProperty(message, "a_double", &precise));
    CHECK(precise == -2.25);
    CHECK_OK(tibemsMsg_GetStringProperty(message, "a_string", &text));
    CHECK_STR(text, "gr\xc3\xbc\xc3\x9f");
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST("strict", strict_received_messages)
{
    tibemsMsg message = NULL;
    const char *text = NULL;
    void *bytes = NULL;
    tibems_uint size = 0;
    tibems_bool flag = TIBEMS_FALSE;
    tibems_short small = 0;
    tibems_int number = 0;
    tibems_long large = 0;
    CHECK_INT(setenv("TIBEMS_AMQP_OPTIONS", "prefetch_queue=100", 1), 0);
    open_scene("receivedMessages");
    open_session(TIBEMS_NO_ACKNOWLEDGE);
    open_consumer();
    REQUIRE_OK(tibemsConnection_Start(scene.connection));
    check_full(receive_one(scene.consumer));

    message = receive_one(scene.consumer);
    CHECK_INT(body_type(message), TIBEMS_BYTES_MESSAGE);
    CHECK_OK(tibemsBytesMsg_GetBytes(message, &bytes, &size));
    CHECK(size == 3 && memcmp(bytes, "\0\1\xff", 3) == 0);
    CHECK_OK(tibemsMsg_Destroy(message));

    message = receive_one(scene.consumer);
    CHECK_INT(body_type(message), TIBEMS_MAP_MESSAGE);
    CHECK_OK(tibemsMapMsg_GetInt(message, "an int", &number));
    CHECK_INT(number, 5);
    CHECK_OK(tibemsMapMsg_GetString(message, "a text", &text));
    CHECK_STR(text, "red");
    CHECK_OK(tibemsMsg_Destroy(message));

    message = receive_one(scene.consumer);
    CHECK_INT(body_type(message), TIBEMS_STREAM_MESSAGE);
    CHECK_OK(tibemsStreamMsg_ReadBoolean(message, &flag));
    CHECK_INT(flag, TIBEMS_TRUE);
    CHECK_OK(tibemsStreamMsg_ReadLong(message, &large));
    CHECK_INT(large, 9000000000LL);
    CHECK_OK(tibemsStreamMsg_ReadString(message, (char **)&text));
    CHECK_STR(text, "red");
    CHECK_OK(tibemsMsg_Destroy(message));

    message = receive_one(scene.consumer);
    CHECK_STR(text_of(message), "odd");
    CHECK_OK(tibemsMsg_GetPriority(message, &number));
    CHECK_INT(number, 9);
    CHECK_OK(tibemsMsg_GetMessageID(message, &text));
    CHECK_STR(text, "ID:AMQP_ULONG:7");
    CHECK_OK(tibemsMsg_GetCorrelationID(message, &text));
    CHECK_STR(text, "ID:AMQP_BINARY:0AFF");
    CHECK_OK(tibemsMsg_GetShortProperty(message, "a_ubyte", &small));
    CHECK_INT(small, 200);
    CHECK_OK(tibemsMsg_GetLongProperty(message, "a_uint", &large));
    CHECK_INT(large, 4000000000LL);
    CHECK_OK(tibemsMsg_GetStringProperty(message, "a_symbol", &text));
    CHECK_STR(text, "red");
    CHECK_OK(tibemsMsg_Destroy(message));
    close_scene();
}
