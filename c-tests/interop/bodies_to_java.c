/*
 * bodies_to_java.c - every body made in C and read by Apache Qpid JMS: same class, same values (spec 30 §9.3, §9.5)
 */
#include "partner.h"

static tibemsMsg text(const char *content)
{
    tibemsMsg message = new_message(tibemsTextMsg_Create);
    CHECK_OK(tibemsTextMsg_SetText(message, content));
    return message;
}

TEST("30-54,30-56,30-131", jms_reads_text)
{
    CASE("30-131");
    shown_to_jms(text("text"));
    CHECK_FACT("class", "TextMessage");
    CHECK_FACT("body", "String:text");
    CASE("30-54");
    shown_to_jms(text(""));
    CHECK_FACT("class", "TextMessage");
    CHECK_FACT("body", "String:");
    shown_to_jms(text(NULL));
    CHECK_FACT("class", "TextMessage");
    CHECK_FACT("body", "null");
    CASE("30-56");
    shown_to_jms(text(GREETING));
    CHECK_FACT("body", "String:" GREETING);
    ours_close();
}

TEST("30-57", jms_reads_latin1_text)
{
    tibemsMsg message = text("caf\xe9");
    CHECK_OK(tibemsMsg_SetEncoding(message, "ISO-8859-1"));
    shown_to_jms(message);
    CHECK_FACT("class", "TextMessage");
    CHECK_FACT("body", "String:caf\xc3\xa9");
    message = text("caf\xe9");              /* without a label it is taken for the same */
    shown_to_jms(message);
    CHECK_FACT("body", "String:caf\xc3\xa9");
    message = text("\xa4");                 /* the euro sign there */
    CHECK_OK(tibemsMsg_SetEncoding(message, "ISO-8859-15"));
    shown_to_jms(message);
    CHECK_FACT("body", "String:\xe2\x82\xac");
    ours_close();
}

TEST("30-51", jms_reads_a_megabyte_marked_for_compression)
{
    static char megabyte[(1 << 20) + 1];
    memset(megabyte, 'm', sizeof megabyte - 1);
    tibemsMsg message = text(megabyte);
    CHECK_OK(tibemsMsg_SetBooleanProperty(message, "JMS_TIBCO_COMPRESS", TIBEMS_TRUE));
    shown_to_jms(message);
    const char *body = fact("body");
    CHECK(body && strncmp(body, "String:", 7) == 0 && strcmp(body + 7, megabyte) == 0);
    CHECK_FACT("property.JMS_TIBCO_COMPRESS", "Boolean:true");
    ours_close();
}

TEST("30-70,30-131", jms_reads_bytes)
{
    CASE("30-131");
    shown_to_jms(new_message(tibemsBytesMsg_Create));
    CHECK_FACT("class", "BytesMessage");
    CHECK_FACT("body", "byte[]:");

    tibemsMsg message = new_message(tibemsBytesMsg_Create);
    CHECK_OK(tibemsBytesMsg_WriteBoolean(message, TIBEMS_TRUE));
    CHECK_OK(tibemsBytesMsg_WriteByte(message, -5));
    CHECK_OK(tibemsBytesMsg_WriteByte(message, -1));
    CHECK_OK(tibemsBytesMsg_WriteShort(message, -300));
    CHECK_OK(tibemsBytesMsg_WriteShort(message, -2));
    CHECK_OK(tibemsBytesMsg_WriteChar(message, 0xC4));
    CHECK_OK(tibemsBytesMsg_WriteInt(message, -70000));
    CHECK_OK(tibemsBytesMsg_WriteLong(message, -5000000000LL));
    CHECK_OK(tibemsBytesMsg_WriteFloat(message, -1.5f));
    CHECK_OK(tibemsBytesMsg_WriteDouble(message, 0.1));
    CHECK_OK(tibemsBytesMsg_WriteUTF(message, GREETING));
    CHECK_OK(tibemsBytesMsg_WriteUTF(message, ""));
    CHECK_OK(tibemsBytesMsg_WriteBytes(message, THREE, 3));
    shown_to_jms(message);
    CHECK_FACT("class", "BytesMessage");
    ask("bytes zbBsScilfduu3");
    CHECK_FACT("0", "Boolean:true");
    CHECK_FACT("1", "Byte:-5");
    CHECK_FACT("2", "Integer:255");
    CHECK_FACT("3", "Short:-300");
    CHECK_FACT("4", "Integer:65534");
    CHECK_FACT("5", "Character:U+00C4");
    CHECK_FACT("6", "Integer:-70000");
    CHECK_FACT("7", "Long:-5000000000");
    CHECK_FACT("8", "Float:-1.5");
    CHECK_FACT("9", "Double:0.1");
    CASE("30-70");
    CHECK_FACT("10", "String:" GREETING);
    CHECK_FACT("11", "String:");
    CHECK_FACT("12", "byte[]:0001ff");
    CHECK_FACT("left", "0");
    ours_close();
}

TEST("30-93,30-131", jms_reads_a_map)
{
    CASE("30-131");
    shown_to_jms(new_message(tibemsMapMsg_Create));
    CHECK_FACT("class", "MapMessage");
    CHECK_FACTS("body", 0);

    tibemsMsg message = new_message(tibemsMapMsg_Create);
    CHECK_OK(tibemsMapMsg_SetBoolean(message, "z", TIBEMS_TRUE));
    CHECK_OK(tibemsMapMsg_SetByte(message, "b", -5));
    CHECK_OK(tibemsMapMsg_SetShort(message, "s", -300));
    CHECK_OK(tibemsMapMsg_SetChar(message, "c", 0xC4));
    CHECK_OK(tibemsMapMsg_SetChar(message, "lone surrogate", 0xD800));
    CHECK_OK(tibemsMapMsg_SetInt(message, "i", -70000));
    CHECK_OK(tibemsMapMsg_SetLong(message, "l", -5000000000LL));
    CHECK_OK(tibemsMapMsg_SetFloat(message, "f", -1.5f));
    CHECK_OK(tibemsMapMsg_SetDouble(message, "d", 0.1));
    CHECK_OK(tibemsMapMsg_SetString(message, "u", GREETING));
    CHECK_OK(tibemsMapMsg_SetString(message, "empty", ""));
    CHECK_OK(tibemsMapMsg_SetString(message, "null", NULL));
    CHECK_OK(tibemsMapMsg_SetBytes(message, "bytes", THREE, 3));
    CHECK_OK(tibemsMapMsg_SetBytes(message, "no bytes", NULL, 0));
    CHECK_OK(tibemsMapMsg_SetReferencedBytes(message, "referenced", THREE, 3));
    CHECK_OK(tibemsMapMsg_SetInt(message, "gr\xc3\xbc\xc3\x9f", 1));
    shown_to_jms(message);
    CHECK_FACT("class", "MapMessage");
    CHECK_FACT("body.z", "Boolean:true");
    CHECK_FACT("body.b", "Byte:-5");
    CHECK_FACT("body.s", "Short:-300");
    CHECK_FACT("body.c", "Character:U+00C4");
    CASE("30-93");
    CHECK_FACT("body.lone surrogate", "Character:U+D800");
    CASE("30-131");
    CHECK_FACT("body.i", "Integer:-70000");
    CHECK_FACT("body.l", "Long:-5000000000");
    CHECK_FACT("body.f", "Float:-1.5");
    CHECK_FACT("body.d", "Double:0.1");
    CHECK_FACT("body.u", "String:" GREETING);
    CHECK_FACT("body.empty", "String:");
    CHECK_FACT("body.null", "null");
    CHECK_FACT("body.bytes", "byte[]:0001ff");
    CHECK_FACT("body.no bytes", "byte[]:");
    CHECK_FACT("body.referenced", "byte[]:0001ff");
    CHECK_FACT("body.gr\xc3\xbc\xc3\x9f", "Integer:1");
    CHECK_FACTS("body.", 16);
    CHECK_FACT("property.JMS_TIBCO_MSG_EXT", NULL);
    ours_close();
}

TEST("30-131", jms_reads_a_stream)
{
    shown_to_jms(new_message(tibemsStreamMsg_Create));
    CHECK_FACT("class", "StreamMessage");
    CHECK_FACTS("body", 0);

    tibemsMsg message = new_message(tibemsStreamMsg_Create);
    CHECK_OK(tibemsStreamMsg_WriteBoolean(message, TIBEMS_TRUE));
    CHECK_OK(tibemsStreamMsg_WriteByte(message, -5));
    CHECK_OK(tibemsStreamMsg_WriteShort(message, -300));
    CHECK_OK(tibemsStreamMsg_WriteChar(message, 0xC4));
    CHECK_OK(tibemsStreamMsg_WriteInt(message, -70000));
    CHECK_OK(tibemsStreamMsg_WriteLong(message, -5000000000LL));
    CHECK_OK(tibemsStreamMsg_WriteFloat(message, -1.5f));
    CHECK_OK(tibemsStreamMsg_WriteDouble(message, 0.1));
    CHECK_OK(tibemsStreamMsg_WriteString(message, GREETING));
    CHECK_OK(tibemsStreamMsg_WriteString(message, ""));
    CHECK_OK(tibemsStreamMsg_WriteString(message, NULL));
    CHECK_OK(tibemsStreamMsg_WriteBytes(message, THREE, 3));
    CHECK_OK(tibemsStreamMsg_WriteBytes(message, NULL, 0));
    shown_to_jms(message);
    CHECK_FACT("class", "StreamMessage");
    CHECK_FACT("body.0", "Boolean:true");
    CHECK_FACT("body.1", "Byte:-5");
    CHECK_FACT("body.2", "Short:-300");
    CHECK_FACT("body.3", "Character:U+00C4");
    CHECK_FACT("body.4", "Integer:-70000");
    CHECK_FACT("body.5", "Long:-5000000000");
    CHECK_FACT("body.6", "Float:-1.5");
    CHECK_FACT("body.7", "Double:0.1");
    CHECK_FACT("body.8", "String:" GREETING);
    CHECK_FACT("body.9", "String:");
    CHECK_FACT("body.10", "null");
    CHECK_FACT("body.11", "byte[]:0001ff");
    CHECK_FACT("body.12", "byte[]:");
    CHECK_FACTS("body.", 13);
    ours_close();
}

TEST("30-108,30-131", jms_reads_an_object)
{
    /* what Java writes for the String "object" */
    static const unsigned char serialized[] = {0xAC, 0xED, 0, 5, 0x74, 0, 6, 'o', 'b', 'j', 'e', 'c', 't'};
    tibemsMsg message = new_message(tibemsObjectMsg_Create);
    CHECK_OK(tibemsObjectMsg_SetObjectBytes(message, serialized, sizeof serialized));
    CASE("30-131");
    shown_to_jms(message);
    CHECK_FACT("class", "ObjectMessage");
    CHECK_FACT("body", "String:object");
    CASE("30-108");
    shown_to_jms(new_message(tibemsObjectMsg_Create));
    CHECK_FACT("class", "ObjectMessage");
    CHECK_FACT("body", "null");
    ours_close();
}

TEST("30-131", jms_reads_a_plain_message)
{
    tibemsMsg message = new_message(tibemsMsg_Create);
    CHECK_OK(tibemsMsg_SetIntProperty(message, "i", 5));
    shown_to_jms(message);
    CHECK_FACT("class", "Message");
    CHECK_FACT("property.i", "Integer:5");
    ours_close();
}
