/*
 * properties.c - every type of property in both directions with Apache Qpid JMS, and what plain AMQP programs send as
 * properties (spec 30 §4, §9.5)
 */
#include "partner.h"

#include <math.h>

static tibemsMsg any(void) { return text_message("text"); }

TEST("30-39,30-40,30-50,30-131", jms_reads_properties)
{
    tibemsMsg message = any();
    CHECK_OK(tibemsMsg_SetBooleanProperty(message, "z", TIBEMS_TRUE));
    CHECK_OK(tibemsMsg_SetByteProperty(message, "b", -5));
    CHECK_OK(tibemsMsg_SetShortProperty(message, "s", -300));
    CHECK_OK(tibemsMsg_SetIntProperty(message, "i", -70000));
    CHECK_OK(tibemsMsg_SetLongProperty(message, "l", -5000000000LL));
    CHECK_OK(tibemsMsg_SetFloatProperty(message, "f", -1.5f));
    CHECK_OK(tibemsMsg_SetDoubleProperty(message, "d", 0.1));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "u", GREETING));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "empty", ""));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "none", NULL));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "JMS_TIBCO_MSG_TRACE", NULL));
    CHECK_OK(tibemsMsg_SetDoubleProperty(message, "least", 4.9406564584124654e-324));
    CHECK_OK(tibemsMsg_SetFloatProperty(message, "nan", NAN));
    CHECK_OK(tibemsMsg_SetDoubleProperty(message, "infinite", -INFINITY));
    CHECK_OK(tibemsMsg_SetLongProperty(message, "lowest", INT64_MIN));
    shown_to_jms(message);
    CASE("30-131");
    CHECK_FACT("property.z", "Boolean:true");
    CHECK_FACT("property.b", "Byte:-5");
    CHECK_FACT("property.s", "Short:-300");
    CHECK_FACT("property.i", "Integer:-70000");
    CHECK_FACT("property.l", "Long:-5000000000");
    CHECK_FACT("property.f", "Float:-1.5");
    CHECK_FACT("property.d", "Double:0.1");
    CHECK_FACT("property.u", "String:" GREETING);
    CASE("30-40");
    CHECK_FACT("property.empty", "String:");
    CASE("30-39");
    CHECK_FACT("property.none", "null");
    CASE("30-50");
    CHECK_FACT("property.JMS_TIBCO_MSG_TRACE", "null");
    CASE("30-131");
    CHECK_FACT("property.least", "Double:4.9E-324");
    CHECK_FACT("property.nan", "Float:NaN");
    CHECK_FACT("property.infinite", "Double:-Infinity");
    CHECK_FACT("property.lowest", "Long:-9223372036854775808");
    CHECK_FACT("property.JMSXDeliveryCount", "Integer:1");
    CHECK_FACTS("property.", 16);
    ours_close();
}

static tibemsMsgField property(tibemsMsg message, const char *name)
{
    tibemsMsgField field = {.type = 99};
    CHECK_OK(tibemsMsg_GetProperty(message, name, &field));
    return field;
}

TEST("30-39,30-40,30-131", properties_from_jms)
{
    tibems_int count = 0;
    const char *name = NULL;
    tibemsMsgEnum names = NULL;
    tibemsMsgField field;
    tibemsMsg message = from_jms("properties", "");
    CASE("30-131");
    field = property(message, "z");
    CHECK(field.type == TIBEMS_BOOL && field.data.boolValue == TIBEMS_TRUE);
    field = property(message, "b");
    CHECK(field.type == TIBEMS_BYTE && field.data.byteValue == -5);
    field = property(message, "s");
    CHECK(field.type == TIBEMS_SHORT && field.data.shortValue == -300);
    field = property(message, "i");
    CHECK(field.type == TIBEMS_INT && field.data.intValue == -70000);
    field = property(message, "l");
    CHECK(field.type == TIBEMS_LONG && field.data.longValue == -5000000000LL);
    field = property(message, "f");
    CHECK(field.type == TIBEMS_FLOAT && field.data.floatValue == -1.5f);
    field = property(message, "d");
    CHECK(field.type == TIBEMS_DOUBLE && field.data.doubleValue == 0.1);
    field = property(message, "u");
    CHECK(field.type == TIBEMS_UTF8 && strcmp(field.data.utf8Value, GREETING) == 0);
    CASE("30-40");
    field = property(message, "empty");
    CHECK(field.type == TIBEMS_UTF8 && strcmp(field.data.utf8Value, "") == 0);
    CASE("30-39");
    field = property(message, "none");
    CHECK(field.type == TIBEMS_NULL);
    CASE("30-131");
    field = property(message, "least");
    CHECK(field.type == TIBEMS_DOUBLE && field.data.doubleValue == 4.9406564584124654e-324);
    field = property(message, "nan");
    CHECK(field.type == TIBEMS_FLOAT && isnan(field.data.floatValue));
    field = property(message, "infinite");
    CHECK(field.type == TIBEMS_DOUBLE && isinf(field.data.doubleValue) && field.data.doubleValue < 0);
    field = property(message, "lowest");
    CHECK(field.type == TIBEMS_LONG && field.data.longValue == INT64_MIN);
    field = property(message, "JMSXDeliveryCount");
    CHECK(field.type == TIBEMS_INT && field.data.intValue == 1);
    REQUIRE_OK(tibemsMsg_GetPropertyNames(message, &names));
    while (tibemsMsgEnum_GetNextName(names, &name) == TIBEMS_OK)
        count++;
    CHECK_INT(count, 15);
    CHECK_OK(tibemsMsgEnum_Destroy(names));
    CHECK_OK(tibemsMsg_Destroy(message));
    ours_close();
}

TEST("30-53", jms_reads_a_property_of_a_megabyte)
{
    static char megabyte[(1 << 20) + 1];
    memset(megabyte, 'p', sizeof megabyte - 1);
    tibemsMsg message = any();
    CHECK_OK(tibemsMsg_SetStringProperty(message, "big", megabyte));
    shown_to_jms(message);
    const char *value = fact("property.big");
    CHECK(value && strncmp(value, "String:", 7) == 0 && strcmp(value + 7, megabyte) == 0);
    ours_close();
}

/* names and types that JMS cannot set */
TEST("30-42,30-52", properties_from_plain_amqp)
{
    tibems_int number = 0;
    tibems_bool flag = TIBEMS_TRUE;
    tibems_double precise = 0;
    const char *text = NULL, *name = NULL;
    bool seen = false;
    tibemsMsgEnum names = NULL;
    tibemsMsgField field;
    tibemsMsg message = from_plain("properties", "");
    CASE("30-42");
    CHECK_OK(tibemsMsg_GetStringProperty(message, "a-b", &text));
    CHECK_STR(text, "dash");
    REQUIRE_OK(tibemsMsg_GetPropertyNames(message, &names));
    while (tibemsMsgEnum_GetNextName(names, &name) == TIBEMS_OK)
        seen |= strcmp(name, "a-b") == 0;
    CHECK(seen);
    CHECK_OK(tibemsMsgEnum_Destroy(names));
    CASE("30-52");
    field = property(message, "binary");
    CHECK(field.type == TIBEMS_BYTES && field.size == 3 && memcmp(field.data.bytesValue, THREE, 3) == 0);
    CHECK_STATUS(tibemsMsg_GetStringProperty(message, "binary", &text), TIBEMS_CONVERSION_FAILED);
    CHECK_STATUS(tibemsMsg_GetIntProperty(message, "binary", &number), TIBEMS_CONVERSION_FAILED);
    CHECK_STATUS(tibemsMsg_GetBooleanProperty(message, "binary", &flag), TIBEMS_CONVERSION_FAILED);
    CHECK_STATUS(tibemsMsg_GetDoubleProperty(message, "binary", &precise), TIBEMS_CONVERSION_FAILED);
    field = property(message, "symbol");
    CHECK(field.type == TIBEMS_UTF8 && strcmp(field.data.utf8Value, "sym") == 0);
    field = property(message, "ubyte");
    CHECK(field.type == TIBEMS_SHORT && field.data.shortValue == 255);
    field = property(message, "time");
    CHECK(field.type == TIBEMS_LONG && field.data.longValue == 1000);
    CHECK_OK(tibemsMsg_Destroy(message));
    ours_close();
}
