/*
 * peer.c - this library's side of the exchange with a JMS program (cases 30-131, 30-132, 30-133 and those that name Qpid JMS)
 *
 *   peer send URL QUEUE             sends one message of each kind and type
 *   peer receive URL QUEUE COUNT    prints each message: properties and body as tibemsMsg_Print gives them
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tibems/tibems.h>

static void ok_(tibems_status status, const char *call)
{
    if (status == TIBEMS_OK) return;
    const char *text = NULL;
    tibemsErrorContext context = NULL;
    if (tibemsErrorContext_Create(&context) == TIBEMS_OK) tibemsErrorContext_GetLastErrorString(context, &text);
    fprintf(stderr, "%s: %s (%s)\n", call, tibemsStatus_GetText(status), text == NULL ? "" : text);
    exit(1);
}
#define OK(CALL) ok_(CALL, #CALL)

static tibemsMsgProducer producer;

static void send_and_destroy(tibemsMsg message)
{
    OK(tibemsMsgProducer_Send(producer, message));
    OK(tibemsMsg_Destroy(message));
}

static tibemsMsg text_message(const char *text)
{
    tibemsTextMsg message = NULL;
    OK(tibemsTextMsg_Create(&message));
    OK(tibemsTextMsg_SetText(message, text));
    return message;
}

static void send_plain(void)
{
    tibemsMsg message = NULL;
    OK(tibemsMsg_Create(&message));
    OK(tibemsMsg_SetBooleanProperty(message, "boolean", TIBEMS_TRUE));
    OK(tibemsMsg_SetByteProperty(message, "byte", -1));
    OK(tibemsMsg_SetShortProperty(message, "short", -2));
    OK(tibemsMsg_SetIntProperty(message, "int", -2147483647 - 1));
    OK(tibemsMsg_SetLongProperty(message, "long", 9223372036854775807LL));
    OK(tibemsMsg_SetFloatProperty(message, "float_", 0.5f));
    OK(tibemsMsg_SetDoubleProperty(message, "double_", 0.1));
    OK(tibemsMsg_SetStringProperty(message, "string", "\xC3\xA4 \xF0\x9F\x98\x80"));
    OK(tibemsMsg_SetStringProperty(message, "nothing", NULL));
    OK(tibemsMsg_SetStringProperty(message, "JMSXGroupID", "group"));
    OK(tibemsMsg_SetIntProperty(message, "JMSXGroupSeq", 5));
    OK(tibemsMsg_SetType(message, "a type"));
    OK(tibemsMsg_SetCorrelationID(message, "a correlation"));
    send_and_destroy(message);
}

static void send_texts(void)
{
    enum {LARGE = 1 << 20};
    tibemsMsg message;
    char *large = calloc(1, LARGE + 1);
    send_and_destroy(text_message("\xC3\xA4 \xF0\x9F\x98\x80"));
    message = text_message("caf\xE9");
    OK(tibemsMsg_SetEncoding(message, "ISO-8859-1"));
    send_and_destroy(message);
    send_and_destroy(text_message(NULL));
    send_and_destroy(text_message(""));
    memset(large, 'x', LARGE);
    message = text_message(large);
    OK(tibemsMsg_SetBooleanProperty(message, "JMS_TIBCO_COMPRESS", TIBEMS_TRUE));
    send_and_destroy(message);
    free(large);
    OK(tibemsMsgProducer_SetDeliveryMode(producer, TIBEMS_RELIABLE));
    send_and_destroy(text_message("reliable"));
    OK(tibemsMsgProducer_SetDeliveryMode(producer, TIBEMS_PERSISTENT));
}

static void send_bytes_and_objects(void)
{
    tibemsMsg message = NULL;
    OK(tibemsBytesMsg_Create(&message));
    OK(tibemsBytesMsg_WriteInt(message, 7));
    OK(tibemsBytesMsg_WriteUTF(message, "\xF0\x9F\x98\x80"));
    send_and_destroy(message);
    OK(tibemsObjectMsg_Create(&message));
    send_and_destroy(message);
}

static void send_maps(void)
{
    static const tibems_int ints[3] = {1, -1, 7};
    tibemsMsg message = NULL, map = NULL, stream = NULL;
    OK(tibemsMapMsg_Create(&message));
    OK(tibemsMapMsg_SetBoolean(message, "boolean", TIBEMS_TRUE));
    OK(tibemsMapMsg_SetByte(message, "byte", -1));
    OK(tibemsMapMsg_SetShort(message, "short", -2));
    OK(tibemsMapMsg_SetChar(message, "char", 'A'));
    OK(tibemsMapMsg_SetInt(message, "int", 3));
    OK(tibemsMapMsg_SetLong(message, "long", 4));
    OK(tibemsMapMsg_SetFloat(message, "float", 0.5f));
    OK(tibemsMapMsg_SetDouble(message, "double", 0.1));
    OK(tibemsMapMsg_SetString(message, "string", "text"));
    OK(tibemsMapMsg_SetBytes(message, "bytes", "\1\2\3", 3));
    OK(tibemsMapMsg_SetString(message, "nothing", NULL));
    send_and_destroy(message);
    OK(tibemsMapMsg_Create(&message));
    OK(tibemsMapMsg_Create(&map));
    OK(tibemsStreamMsg_Create(&stream));
    OK(tibemsMapMsg_SetInt(message, "simple", 5));
    OK(tibemsMapMsg_SetIntArray(message, "ints", ints, 3));
    OK(tibemsMapMsg_SetString(map, "inner", "text"));
    OK(tibemsMapMsg_SetMapMsg(message, "map", map, TIBEMS_TRUE));
    OK(tibemsStreamMsg_WriteInt(stream, 1));
    OK(tibemsStreamMsg_WriteString(stream, "two"));
    OK(tibemsMapMsg_SetStreamMsg(message, "stream", stream, TIBEMS_TRUE));
    OK(tibemsMsg_Destroy(map));
    OK(tibemsMsg_Destroy(stream));
    send_and_destroy(message);
}

static void send_stream(void)
{
    tibemsMsg message = NULL;
    OK(tibemsStreamMsg_Create(&message));
    OK(tibemsStreamMsg_WriteBoolean(message, TIBEMS_TRUE));
    OK(tibemsStreamMsg_WriteByte(message, -1));
    OK(tibemsStreamMsg_WriteShort(message, -2));
    OK(tibemsStreamMsg_WriteChar(message, 'A'));
    OK(tibemsStreamMsg_WriteInt(message, 3));
    OK(tibemsStreamMsg_WriteLong(message, 4));
    OK(tibemsStreamMsg_WriteFloat(message, 0.5f));
    OK(tibemsStreamMsg_WriteDouble(message, 0.1));
    OK(tibemsStreamMsg_WriteString(message, "text"));
    OK(tibemsStreamMsg_WriteBytes(message, "\1\2\3", 3));
    OK(tibemsStreamMsg_WriteString(message, NULL));
    send_and_destroy(message);
}

static void receive(tibemsMsgConsumer consumer, int count)
{
    static char text[1 << 16];
    for (int i = 0; i < count; i++) {
        tibemsMsg message = NULL;
        const char *type = NULL, *correlation = NULL;
        OK(tibemsMsgConsumer_ReceiveTimeout(consumer, &message, 20000));
        OK(tibemsMsg_PrintToBuffer(message, text, sizeof text));
        OK(tibemsMsg_GetType(message, &type));
        OK(tibemsMsg_GetCorrelationID(message, &correlation));
        printf("%.*s type=%s correlation=%s %s\n", (int)strcspn(text, "="), text, type ? type : "null",
               correlation ? correlation : "null", strstr(text, "Properties={"));
        OK(tibemsMsg_Destroy(message));
    }
}

int main(int argc, char **argv)
{
    tibemsConnectionFactory factory = tibemsConnectionFactory_Create();
    tibemsConnection connection = NULL;
    tibemsSession session = NULL;
    tibemsDestination queue = NULL;
    tibemsMsgConsumer consumer = NULL;
    if (argc < 4) return 2;
    OK(tibemsConnectionFactory_SetServerURL(factory, argv[2]));
    OK(tibemsConnectionFactory_CreateConnection(factory, &connection, "ems", "ems"));
    OK(tibemsConnection_Start(connection));
    OK(tibemsConnection_CreateSession(connection, &session, TIBEMS_FALSE, TIBEMS_AUTO_ACKNOWLEDGE));
    OK(tibemsDestination_Create(&queue, TIBEMS_QUEUE, argv[3]));
    if (strcmp(argv[1], "send") == 0) {
        OK(tibemsSession_CreateProducer(session, &producer, queue));
        send_plain();
        send_texts();
        send_bytes_and_objects();
        send_maps();
        send_stream();
    } else {
        if (argc < 5) return 2;
        OK(tibemsSession_CreateConsumer(session, &consumer, queue, NULL, TIBEMS_FALSE));
        receive(consumer, atoi(argv[4]));
    }
    OK(tibemsConnection_Close(connection));
    return 0;
}
