/*
 * messages_properties.c - properties: conversions, names, enumerations, provider properties (spec 30 §4; cases 30-31 to
 * 30-53)
 */
#include "conversions.h"

/* columns that properties have no getter for */
static bool no_getter(int column) { return column == CHAR || column == BYTES; }

static struct got get_value(tibemsMsg message, const char *name, int column)
{
    struct got got = nothing_got();
    switch (column) {
    case BOOLEAN: got.status = tibemsMsg_GetBooleanProperty(message, name, &got.as.truth); break;
    case BYTE: got.status = tibemsMsg_GetByteProperty(message, name, &got.as.byte); break;
    case SHORT: got.status = tibemsMsg_GetShortProperty(message, name, &got.as.small); break;
    case INT: got.status = tibemsMsg_GetIntProperty(message, name, &got.as.number); break;
    case LONG: got.status = tibemsMsg_GetLongProperty(message, name, &got.as.large); break;
    case FLOAT: got.status = tibemsMsg_GetFloatProperty(message, name, &got.as.single); break;
    case DOUBLE: got.status = tibemsMsg_GetDoubleProperty(message, name, &got.as.real); break;
    default: got.status = tibemsMsg_GetStringProperty(message, name, &got.as.text); break;
    }
    return got;
}

/* the status of the getter of a column */
static tibems_status get(tibemsMsg message, const char *name, int column) { return get_value(message, name, column).status; }

/* a failing getter leaves its result alone */
static void check_refused(tibemsMsg message, const char *name, int column, tibems_status want)
{
    struct got got = get_value(message, name, column), untouched = nothing_got();
    if (!CHECK_STATUS(got.status, want))
        fprintf(stderr, "   \"%s\" as %s\n", name, column_names[column]);
    CHECK(memcmp(&got.as, &untouched.as, sizeof got.as) == 0);
}

static tibems_double as_double(tibemsMsg message, const char *name)
{
    tibems_double value = -77;
    CHECK_OK(tibemsMsg_GetDoubleProperty(message, name, &value));
    return value;
}

TEST_CHEAP("30-31", absent)
{
    tibemsMsg message = new_plain();
    tibemsMsgField field, untouched;
    tibems_bool answer = TIBEMS_TRUE;
    CHECK_OK(tibemsMsg_SetIntProperty(message, "Nothing", 1));      /* names are case-sensitive */
    EACH_WAY(message, back)
        for (int column = 0; column < COLUMNS; column++)
            if (!no_getter(column)) check_refused(back, "nothing", column, TIBEMS_NOT_FOUND);
    for (int column = 0; column < COLUMNS; column++)
        if (!no_getter(column)) check_refused(message, "nothing", column, TIBEMS_NOT_FOUND);
    memset(&field, 0x5A, sizeof field);
    memset(&untouched, 0x5A, sizeof untouched);
    CHECK_STATUS(tibemsMsg_GetProperty(message, "nothing", &field), TIBEMS_NOT_FOUND);
    CHECK(memcmp(&field, &untouched, sizeof field) == 0);
    CHECK_OK(tibemsMsg_PropertyExists(message, "nothing", &answer));
    CHECK_INT(answer, TIBEMS_FALSE);
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

static void store(tibemsMsg message, const char *name, const struct conversion *row)
{
    switch (row->type) {
    case TIBEMS_BOOL: CHECK_OK(tibemsMsg_SetBooleanProperty(message, name, (tibems_bool)row->truth)); break;
    case TIBEMS_BYTE: CHECK_OK(tibemsMsg_SetByteProperty(message, name, (tibems_byte)row->whole)); break;
    case TIBEMS_SHORT: CHECK_OK(tibemsMsg_SetShortProperty(message, name, (tibems_short)row->whole)); break;
    case TIBEMS_INT: CHECK_OK(tibemsMsg_SetIntProperty(message, name, (tibems_int)row->whole)); break;
    case TIBEMS_LONG: CHECK_OK(tibemsMsg_SetLongProperty(message, name, row->whole)); break;
    case TIBEMS_FLOAT: CHECK_OK(tibemsMsg_SetFloatProperty(message, name, row->single)); break;
    case TIBEMS_DOUBLE: CHECK_OK(tibemsMsg_SetDoubleProperty(message, name, row->real)); break;
    default: CHECK_OK(tibemsMsg_SetStringProperty(message, name, row->text)); break;
    }
}

/* No setter makes a binary property, but messages of other programs have them. A stored text property is one whose code and
 * checksums are changed: its name, its code and its value stand behind each other. */
static tibemsMsg with_binary_property(const char *name, const char *bytes)
{
    tibemsMsg message = new_plain(), back = NULL;
    static unsigned char archive[512];
    char text[64], binary[64];
    tibems_int size = 0;
    CHECK_OK(tibemsMsg_SetStringProperty(message, name, bytes));
    REQUIRE_OK(tibemsMsg_GetAsBytesCopy(message, archive, sizeof archive, &size));
    CHECK_OK(tibemsMsg_Destroy(message));
    int length = snprintf(text, sizeof text, "\xA0%c%s\x50%c\xA0%c%s", (int)strlen(name), name, TIBEMS_UTF8,
                          (int)strlen(bytes), bytes);
    snprintf(binary, sizeof binary, "\xA0%c%s\x50%c\xA0%c%s", (int)strlen(name), name, TIBEMS_BYTES, (int)strlen(bytes),
             bytes);
    unsigned char *at = archive;
    while (at < archive + size && memcmp(at, text, (size_t)length) != 0) at++;
    REQUIRE(at < archive + size);
    memcpy(at, binary, (size_t)length);
    seal_archive(archive, (size_t)size - 24);
    REQUIRE_OK(tibemsMsg_CreateFromBytes(&back, archive));
    return back;
}

static void check_binary(tibemsMsg message)
{
    tibemsMsgField field;
    tibemsMsgEnum names = NULL;
    const char *name = NULL;
    CASE("30-52");
    memset(&field, 0x5A, sizeof field);
    CHECK_OK(tibemsMsg_GetProperty(message, "binary", &field));
    CHECK_INT(field.type, TIBEMS_BYTES);
    CHECK_INT(field.size, 3);
    CHECK_INT(field.count, 0);
    CHECK(memcmp(field.data.bytesValue, "abc", 3) == 0);
    CHECK(has_property(message, "binary"));
    REQUIRE_OK(tibemsMsg_GetPropertyNames(message, &names));
    CHECK_OK(tibemsMsgEnum_GetNextName(names, &name));
    CHECK_STR(name, "binary");
    CHECK_OK(tibemsMsgEnum_Destroy(names));
    CASE("30-32,30-52");
    for (int column = 0; column < COLUMNS; column++)
        if (!no_getter(column)) check_refused(message, "binary", column, TIBEMS_CONVERSION_FAILED);
}

static void check_conversions(const char *where, tibemsMsg message)
{
    char name[16];
    CASE("30-32");
    for (int row = 0; row < CONVERSIONS; row++) {
        const struct conversion *wanted = &conversions[row];
        tibemsMsgField field;
        snprintf(name, sizeof name, "p%d", row);
        if (wanted->type == TIBEMS_WCHAR || wanted->type == TIBEMS_BYTES) continue;
        for (int column = 0; column < COLUMNS; column++)
            if (!no_getter(column)) check_cell(where, wanted, column, get_value(message, name, column), 0);
        memset(&field, 0x5A, sizeof field);
        CHECK_OK(tibemsMsg_GetProperty(message, name, &field));
        check_field(where, wanted, &field);
    }
    for (int column = 0; column < COLUMNS; column++)
        if (!no_getter(column)) check_refused(message, "absent", column, TIBEMS_NOT_FOUND);
}

/* every row of the table with the values at the ends of its range, through every getter, on each way */
TEST("30-32,30-52", every_conversion)
{
    tibemsMsg message = new_plain();
    char name[16];
    for (int row = 0; row < CONVERSIONS; row++) {
        snprintf(name, sizeof name, "p%d", row);
        if (conversions[row].type != TIBEMS_WCHAR && conversions[row].type != TIBEMS_BYTES)
            store(message, name, &conversions[row]);
    }
    check_conversions("as it was set", message);
    EACH_WAY(message, back) check_conversions(way_ == 0 ? "rebuilt" : "delivered", back);
    CHECK_OK(tibemsMsg_Destroy(message));
    message = with_binary_property("binary", "abc");
    check_binary(message);
    EACH_WAY(message, back) check_binary(back);
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

TEST_CHEAP("30-33,30-34,30-35,30-36,30-37,30-38", conversions_of_values)
{
    tibemsMsg message = new_plain();
    tibems_short narrow = 77;
    tibems_long wide = 0;
    tibems_byte byte = 0;
    tibems_bool truth;
    CASE("30-33");
    CHECK_OK(tibemsMsg_SetIntProperty(message, "i", 5));
    CHECK_STATUS(tibemsMsg_GetShortProperty(message, "i", &narrow), TIBEMS_CONVERSION_FAILED);
    CHECK_INT(narrow, 77);
    CHECK_OK(tibemsMsg_SetByteProperty(message, "b", -1));
    CHECK_OK(tibemsMsg_GetLongProperty(message, "b", &wide));
    CHECK_INT(wide, -1);

    static const struct {const char *text; tibems_status status; int value;} bytes[] = {
        {"127", TIBEMS_OK, 127},  {"128", TIBEMS_CONVERSION_FAILED, 0}, {"-129", TIBEMS_CONVERSION_FAILED, 0},
        {"+5", TIBEMS_OK, 5},     {" 5", TIBEMS_CONVERSION_FAILED, 0},  {"", TIBEMS_CONVERSION_FAILED, 0},
        {"0x10", TIBEMS_CONVERSION_FAILED, 0},
    };
    CASE("30-34");
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
        CHECK_OK(tibemsMsg_SetStringProperty(message, "s", bytes[i].text));
        byte = 0;
        CHECK_STATUS(tibemsMsg_GetByteProperty(message, "s", &byte), bytes[i].status);
        CHECK_INT(byte, bytes[i].value);
    }
    static const struct {const char *text; int value;} truths[] = {{"TRUE", 1}, {"true", 1}, {"yes", 0}, {"", 0}, {"1", 0}};
    CASE("30-35");
    for (size_t i = 0; i < sizeof truths / sizeof *truths; i++) {
        CHECK_OK(tibemsMsg_SetStringProperty(message, "s", truths[i].text));
        truth = (tibems_bool)!truths[i].value;
        CHECK_OK(tibemsMsg_GetBooleanProperty(message, "s", &truth));
        CHECK_INT(truth, truths[i].value);
    }
    CASE("30-36");
    CHECK_OK(tibemsMsg_SetStringProperty(message, "s", "1e400"));
    CHECK(isinf(as_double(message, "s")));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "s", "abc"));
    CHECK_STATUS(get(message, "s", DOUBLE), TIBEMS_CONVERSION_FAILED);
    CHECK_OK(tibemsMsg_SetStringProperty(message, "s", " 1.5 "));
    CHECK(as_double(message, "s") == 1.5);
    CHECK_OK(tibemsMsg_SetStringProperty(message, "s", "NaN"));
    CHECK(isnan(as_double(message, "s")));

    CASE("30-37");
    CHECK_OK(tibemsMsg_SetFloatProperty(message, "f", 1e10f));
    CHECK_STR(string_property(message, "f"), "1.0E10");
    CHECK_OK(tibemsMsg_SetDoubleProperty(message, "d", 0.1));
    CHECK_STR(string_property(message, "d"), "0.1");
    CHECK_OK(tibemsMsg_SetFloatProperty(message, "f", 0.1f));
    CHECK(as_double(message, "f") == 0.10000000149011612);
    CASE("30-38");
    CHECK_OK(tibemsMsg_SetDoubleProperty(message, "d", 1.5));
    CHECK_STATUS(get(message, "d", FLOAT), TIBEMS_CONVERSION_FAILED);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST("30-39,30-40", null_and_empty)
{
    tibemsMsg message = new_plain();
    CHECK_OK(tibemsMsg_SetStringProperty(message, "n", NULL));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "e", ""));
    for (int way = 0; way < 3; way++) {
        tibemsMsg seen = way == 0 ? message : way == 1 ? rebuilt(message) : delivered(message);
        tibems_bool truth = TIBEMS_TRUE;
        tibemsMsgField field;
        CASE("30-39");
        CHECK(string_property(seen, "n") == NULL);
        CHECK_STATUS(get(seen, "n", INT), TIBEMS_CONVERSION_FAILED);
        CHECK_OK(tibemsMsg_GetBooleanProperty(seen, "n", &truth));
        CHECK_INT(truth, TIBEMS_FALSE);
        CHECK_OK(tibemsMsg_GetProperty(seen, "n", &field));
        CHECK_INT(field.type, 0);
        CHECK(has_property(seen, "n"));
        CASE("30-40");
        CHECK_STR(string_property(seen, "e"), "");
        if (way > 0) CHECK_OK(tibemsMsg_Destroy(seen));
    }
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

/* every setter of a property, by column */
static tibems_status set(tibemsMsg message, const char *name, int column)
{
    switch (column) {
    case BOOLEAN: return tibemsMsg_SetBooleanProperty(message, name, TIBEMS_TRUE);
    case BYTE: return tibemsMsg_SetByteProperty(message, name, 1);
    case SHORT: return tibemsMsg_SetShortProperty(message, name, 1);
    case INT: return tibemsMsg_SetIntProperty(message, name, 1);
    case LONG: return tibemsMsg_SetLongProperty(message, name, 1);
    case FLOAT: return tibemsMsg_SetFloatProperty(message, name, 1);
    case DOUBLE: return tibemsMsg_SetDoubleProperty(message, name, 1);
    default: return tibemsMsg_SetStringProperty(message, name, "1");
    }
}

static int property_count(tibemsMsg message)
{
    tibemsMsgEnum names = NULL;
    const char *name = NULL;
    int count = 0;
    REQUIRE_OK(tibemsMsg_GetPropertyNames(message, &names));
    while (tibemsMsgEnum_GetNextName(names, &name) == TIBEMS_OK) count++;
    CHECK_OK(tibemsMsgEnum_Destroy(names));
    return count;
}

#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof *(ARRAY))
static const char *const reserved[] = {"",   "NULL",    "TRUE", "FALSE", "NOT", "AND",
                                       "OR", "BETWEEN", "LIKE", "IN",    "IS",  "ESCAPE"};
static const char *const identifiers[] = {"like", "_x", "$y", "a1", "Null", "NULLS", "n\xC3\xA4me", "JMSType"};
static const char *const no_identifiers[] = {"1a", "a-b", "a.b", "a b"};

static void check_names(const char *const *names, size_t count, tibems_status want)
{
    for (size_t i = 0; i < count; i++)
        for (int column = 0; column < COLUMNS; column++) {
            if (no_getter(column)) continue;
            tibemsMsg message = new_plain();
            if (!CHECK_STATUS(set(message, names[i], column), want))
                fprintf(stderr, "   name \"%s\", column %d\n", names[i], column);
            CHECK_INT(property_count(message), want == TIBEMS_OK);
            if (want == TIBEMS_OK) CHECK(has_property(message, names[i]));
            CHECK_OK(tibemsMsg_Destroy(message));
        }
}

/* the rules that no option changes */
static void check_names_of_every_kind(void)
{
    tibemsMsg message = new_plain();
    tibemsMsgField field;
    tibems_bool answer;
    for (int column = 0; column < COLUMNS; column++) {
        if (no_getter(column)) continue;
        CHECK_STATUS(set(message, NULL, column), TIBEMS_INVALID_ARG);
        CHECK_STATUS(get(message, NULL, column), TIBEMS_INVALID_ARG);
        CHECK_STATUS(get(message, "", column), TIBEMS_INVALID_NAME);
        CHECK_STATUS(get(message, "a-b", column), TIBEMS_NOT_FOUND);
        CHECK_STATUS(get(message, "LIKE", column), TIBEMS_NOT_FOUND);
    }
    CHECK_STATUS(tibemsMsg_GetProperty(message, "", &field), TIBEMS_INVALID_NAME);
    CHECK_STATUS(tibemsMsg_PropertyExists(message, "", &answer), TIBEMS_INVALID_NAME);
    CHECK_STATUS(tibemsMsg_PropertyExists(message, NULL, &answer), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsMsg_Destroy(message));
    check_names(reserved, COUNT(reserved), TIBEMS_INVALID_NAME);
    check_names(identifiers, COUNT(identifiers), TIBEMS_OK);
}

TEST("30-41", names)
{
    tibemsMsg message = new_plain();
    check_names_of_every_kind();
    check_names(no_identifiers, COUNT(no_identifiers), TIBEMS_OK);
    for (size_t i = 0; i < COUNT(no_identifiers); i++)
        CHECK_OK(tibemsMsg_SetIntProperty(message, no_identifiers[i], (tibems_int)i));
    EACH_WAY(message, back) {
        for (size_t i = 0; i < COUNT(no_identifiers); i++) CHECK_INT(int_property(back, no_identifiers[i]), i);
        /* the name is looked at before the access mode */
        CHECK_STATUS(tibemsMsg_SetIntProperty(back, "LIKE", 1), TIBEMS_INVALID_NAME);
        CHECK_STATUS(tibemsMsg_SetIntProperty(back, "a-b", 1), TIBEMS_MSG_NOT_WRITEABLE);
    }
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

/* each test is a process of its own, and options are read at their first use */
TEST_CHEAP("30-41", names_without_relax_names)
{
    CHECK_INT(setenv("TIBEMS_AMQP_OPTIONS", "relax_names=0", 1), 0);
    check_names_of_every_kind();
    check_names(no_identifiers, COUNT(no_identifiers), TIBEMS_INVALID_NAME);
    tibemsMsg message = new_plain();
    CHECK_STATUS(tibemsMsg_SetIntProperty(message, "a-b", 1), TIBEMS_INVALID_NAME);
    CHECK(strstr(error_text(), "the property name is not an identifier") != NULL);
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("30-43", replaced_property)
{
    tibemsMsg message = new_plain();
    tibemsMsgEnum names = NULL;
    tibemsMsgField field;
    const char *name = NULL;
    CHECK_OK(tibemsMsg_SetIntProperty(message, "a", 1));
    CHECK_OK(tibemsMsg_SetIntProperty(message, "b", 1));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "a", "text"));
    CHECK_OK(tibemsMsg_GetProperty(message, "a", &field));
    CHECK_INT(field.type, 9);
    CHECK_INT(field.size, 5);
    CHECK_STR(field.data.utf8Value, "text");
    CHECK_STATUS(get(message, "a", INT), TIBEMS_CONVERSION_FAILED);
    REQUIRE_OK(tibemsMsg_GetPropertyNames(message, &names));
    CHECK_OK(tibemsMsgEnum_GetNextName(names, &name));
    CHECK_STR(name, "a");
    CHECK_OK(tibemsMsgEnum_GetNextName(names, &name));
    CHECK_STR(name, "b");
    CHECK_STATUS(tibemsMsgEnum_GetNextName(names, &name), TIBEMS_NOT_FOUND);
    CHECK_OK(tibemsMsgEnum_Destroy(names));
    CHECK_OK(tibemsMsg_Destroy(message));
}

TEST_CHEAP("30-44,30-45,30-46", enumerations)
{
    tibemsMsg message = new_plain();
    tibemsMsgEnum names = NULL;
    tibemsMsgField field;
    const char *name = "kept", *first = NULL;
    REQUIRE_OK(tibemsMsg_GetPropertyNames(message, &names));
    CASE("30-44");
    CHECK_STATUS(tibemsMsgEnum_GetNextName(names, &name), TIBEMS_NOT_FOUND);
    CHECK_STATUS(tibemsMsgEnum_GetNextName(names, &name), TIBEMS_NOT_FOUND);
    CHECK_STR(name, "kept");
    CHECK_OK(tibemsMsgEnum_Destroy(names));
    CHECK_STATUS(tibemsMsgEnum_Destroy(names), TIBEMS_INVALID_ARG);
    CHECK_STATUS(tibemsMsgEnum_Destroy(NULL), TIBEMS_INVALID_ARG);
    CHECK_OK(tibemsMsg_SetIntProperty(message, "a", 1));
    CHECK_OK(tibemsMsg_SetIntProperty(message, "b", 1));
    REQUIRE_OK(tibemsMsg_GetPropertyNames(message, &names));
    CHECK_OK(tibemsMsgEnum_GetNextName(names, &first));
    CASE("30-45");
    CHECK_OK(tibemsMsg_ClearProperties(message));
    CHECK_OK(tibemsMsgEnum_GetNextName(names, &name));
    CHECK_STR(name, "b");
    CHECK_STATUS(tibemsMsg_GetProperty(message, name, &field), TIBEMS_NOT_FOUND);
    CHECK_STATUS(tibemsMsg_GetProperty(message, first, &field), TIBEMS_NOT_FOUND);
    CHECK_INT(property_count(message), 0);
    CASE("30-46");
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_STR(first, "a");
    CHECK_STATUS(tibemsMsgEnum_GetNextName(names, &name), TIBEMS_NOT_FOUND);
    CHECK_OK(tibemsMsgEnum_Destroy(names));
}

TEST("30-47,30-49", delivery_count)
{
    struct fixture f;
    fresh(&f);
    tibemsMsg message = text_message("x");
    CASE("30-47");
    CHECK(!has_property(message, "JMSXDeliveryCount"));
    CHECK_OK(tibemsMsg_SetIntProperty(message, "JMSXDeliveryCount", 7));
    REQUIRE_OK(tibemsMsgProducer_Send(f.producer, message));
    tibemsMsg back = receive_one(f.consumer);
    CASE("30-47,30-49");
    CHECK_INT(int_property(back, "JMSXDeliveryCount"), 1);
    tibemsMsgEnum names = NULL;
    tibemsMsgField field;
    const char *name = NULL;
    REQUIRE_OK(tibemsMsg_GetPropertyNames(back, &names));
    CHECK_OK(tibemsMsgEnum_GetNextName(names, &name));
    CHECK_STR(name, "JMSXDeliveryCount");
    CHECK_STATUS(tibemsMsgEnum_GetNextName(names, &name), TIBEMS_NOT_FOUND);
    CHECK_OK(tibemsMsg_GetProperty(back, name, &field));
    CHECK(field.type == TIBEMS_INT && field.data.intValue == 1);
    CHECK_OK(tibemsMsgEnum_Destroy(names));
    CHECK_OK(tibemsMsg_Destroy(back));
    CHECK_OK(tibemsMsg_Destroy(message));
    CHECK_OK(tibemsConnection_Close(f.connection));
}

TEST("30-47", delivery_count_of_a_redelivery)
{
    struct fixture f;
    tibemsConnection connection = connect_to(url_a());
    tibems_bool redelivered = TIBEMS_FALSE;
    fresh_on(&f, connection, TIBEMS_FALSE, TIBEMS_CLIENT_ACKNOWLEDGE);
    REQUIRE_OK(send_text(f.producer, "x"));
    tibemsMsg back = receive_one(f.consumer);
    CHECK_INT(int_property(back, "JMSXDeliveryCount"), 1);
    CHECK_OK(tibemsMsg_GetRedelivered(back, &redelivered));
    CHECK_INT(redelivered, TIBEMS_FALSE);
    CHECK_OK(tibemsMsg_Destroy(back));
    REQUIRE_OK(tibemsSession_Recover(f.session));
    back = receive_one(f.consumer);
    CHECK_STR(text_of(back), "x");
    CHECK_INT(int_property(back, "JMSXDeliveryCount"), 2);
    CHECK_OK(tibemsMsg_GetRedelivered(back, &redelivered));
    CHECK_INT(redelivered, TIBEMS_TRUE);
    CHECK_OK(tibemsMsg_Acknowledge(back));
    CHECK_OK(tibemsMsg_Destroy(back));
    CHECK_OK(tibemsConnection_Close(connection));
}

TEST("30-48,30-50", mapped_properties)
{
    tibemsMsg message = new_plain();
    tibemsMsgField field;
    CHECK_OK(tibemsMsg_SetStringProperty(message, "JMSXGroupID", "g"));
    CHECK_OK(tibemsMsg_SetIntProperty(message, "JMSXGroupSeq", -1));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "JMS_TIBCO_MSG_TRACE", NULL));
    tibemsMsg back = delivered(message);
    CASE("30-48");
    CHECK_STR(string_property(back, "JMSXGroupID"), "g");
    CHECK_INT(int_property(back, "JMSXGroupSeq"), -1);
    CASE("30-50");
    CHECK_OK(tibemsMsg_GetProperty(back, "JMS_TIBCO_MSG_TRACE", &field));
    CHECK_INT(field.type, 0);
    CHECK_OK(tibemsMsg_Destroy(back));
    CASE("30-48");
    CHECK_OK(tibemsMsg_SetIntProperty(message, "JMSXGroupSeq", 0));
    back = delivered(message);
    CHECK(!has_property(back, "JMSXGroupSeq"));
    CHECK_OK(tibemsMsg_Destroy(back));
    CHECK_OK(tibemsMsg_Destroy(message));
    deliveries_over();
}

/* a text of 1 MB */
static char *large_text(void)
{
    enum {SIZE = 1 << 20};
    char *text = malloc(SIZE + 1);
    REQUIRE(text != NULL);
    memset(text, 'x', SIZE);
    text[SIZE] = 0;
    return text;
}

TEST("30-51", large_body)
{
    char *text = large_text();
    tibemsMsg message = text_message(text);
    CHECK_OK(tibemsMsg_SetBooleanProperty(message, "JMS_TIBCO_COMPRESS", TIBEMS_TRUE));
    tibemsMsg back = delivered(message);
    CHECK(strcmp(text_of(back), text) == 0);
    CHECK(has_property(back, "JMS_TIBCO_COMPRESS"));
    CHECK_OK(tibemsMsg_Destroy(back));
    CHECK_OK(tibemsMsg_Destroy(message));
    free(text);
    deliveries_over();
}

TEST("30-53", large_property)
{
    char *text = large_text();
    tibemsMsg message = new_plain();
    CHECK_OK(tibemsMsg_SetStringProperty(message, "large", text));
    tibemsMsg back = delivered(message);
    CHECK(strcmp(string_property(back, "large"), text) == 0);
    CHECK_OK(tibemsMsg_Destroy(back));
    CHECK_OK(tibemsMsg_Destroy(message));
    free(text);
    deliveries_over();
}
