/*
 * selectors.c - message selectors (spec 20 §4.2; cases 20-136 to 20-138), with the table of tests/selectors: what the library's
 * own evaluator says of each expression is held against what the server delivers, devbroker or Artemis.
 */
#include "selector_table.h"
#include "sessions.h"

/* no selector in three spellings: all messages, and none to read */
TEST_CHEAP("20-136,20-138", no_selector)
{
    static const char *none[] = {NULL, "", "  "};
    const char *read = "garbage";
    tibemsMsgConsumer consumer = NULL;
    fresh(&f);
    CASE("20-138");
    CHECK_OK(tibemsMsgConsumer_GetMsgSelector(f.consumer, &read));
    CHECK(read == NULL);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    for (size_t i = 0; i < 3; i++) {
        REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &consumer, f.queue, none[i], TIBEMS_FALSE));
        CASE("20-138");
        read = "garbage";
        CHECK_OK(tibemsMsgConsumer_GetMsgSelector(consumer, &read));
        CHECK(read == NULL);
        CASE("20-136");
        CHECK_OK(send_text(f.producer, "any"));
        EXPECT_FIRST(consumer, "any");
        CHECK_OK(tibemsMsgConsumer_Close(consumer));
    }
    done();
}

TEST_CHEAP("20-136", selector_texts)
{
    static const char *bad[] = {"a = 1 AND", "a =", "(a = 1", "caf\xe9 = 1", "a = 'x"};
    const char *read = "garbage";
    tibemsMsgConsumer consumer = (tibemsMsgConsumer)0x1;
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        consumer = (tibemsMsgConsumer)0x1;
        if (!CHECK_STATUS(tibemsSession_CreateConsumer(f.session, &consumer, f.queue, bad[i], TIBEMS_FALSE),
                          TIBEMS_INVALID_SELECTOR))
            fprintf(stderr, "   selector \"%s\"\n", bad[i]);
        CHECK(consumer == NULL);
    }
    CHECK(strstr(error_text(), "invalid selector: a text without its closing quote at character 5: 'x") != NULL);
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &consumer, f.queue, "a = 1", TIBEMS_FALSE));
    CHECK_OK(tibemsMsgConsumer_GetMsgSelector(consumer, &read));
    CHECK_STR(read, "a = 1");
    done();
}

/* a message with property p (NULL: none), s, x, a priority and a delivery mode; sent through the fixture's producer */
static void send_with(const char *text, const char *p, const char *s, int x, int priority, tibems_int mode)
{
    tibemsMsg message = text_message(text);
    if (p)
        CHECK_OK(tibemsMsg_SetStringProperty(message, "p", p));
    CHECK_OK(tibemsMsg_SetStringProperty(message, "s", s));
    CHECK_OK(tibemsMsg_SetIntProperty(message, "x", x));
    CHECK_OK(tibemsMsgProducer_SendEx(f.producer, message, mode, priority, 0));
    CHECK_OK(tibemsMsg_Destroy(message));
}

/* Of "yes" and "no" the selector takes those in WANT, in this order ("yes no", "yes", ""); the others stay for others. */
static void expect_selected(const char *selector, const char *want)
{
    tibemsMsgConsumer consumer = NULL;
    bool yes = strstr(want, "yes") != NULL, no = strstr(want, "no") != NULL;
    tibems_status status = tibemsSession_CreateConsumer(f.session, &consumer, f.queue, selector, TIBEMS_FALSE);
    if (!CHECK_STATUS(status, TIBEMS_OK))
        return;
    int failed = failures();
    send_with("yes", NULL, "a_b", 7, 6, TIBEMS_PERSISTENT);
    send_with("no", "here", "axb", 3, 4, TIBEMS_NON_PERSISTENT);
    CHECK_OK(send_text(f.producer, "fence"));   /* has none of the properties: selected by nobody */
    if (yes)
        EXPECT_TEXT(consumer, "yes");
    if (no)
        EXPECT_TEXT(consumer, "no");
    EXPECT_NOTHING(consumer);
    CHECK_OK(tibemsMsgConsumer_Close(consumer));
    REQUIRE_OK(tibemsSession_CreateConsumer(f.session, &consumer, f.queue, NULL, TIBEMS_FALSE));
    if (!yes)
        EXPECT_TEXT(consumer, "yes");
    if (!no)
        EXPECT_TEXT(consumer, "no");
    EXPECT_TEXT(consumer, "fence");
    EXPECT_NOTHING(consumer);
    CHECK_OK(tibemsMsgConsumer_Close(consumer));
    if (failures() != failed)
        check_failed(__FILE__, __LINE__, "all this with selector %s", selector);
}

TEST_X("20-137", selectors, 0, 60)
{
    fresh(&f);
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    expect_selected("x > 0 AND JMSPriority > 5", "yes");
    expect_selected("x > 0 AND JMSDeliveryMode = 'PERSISTENT'", "yes");
    expect_selected("JMSDeliveryMode = 'NON_PERSISTENT'", "no");
    expect_selected("x > 0 AND p IS NULL", "yes");
    expect_selected("p IS NOT NULL", "no");
    expect_selected("s LIKE 'a\\_%' ESCAPE '\\'", "yes");
    expect_selected("s LIKE 'a_%'", "yes no");
    expect_selected("x NOT BETWEEN 1 AND 3", "yes");    /* 3 is inside */
    expect_selected("x BETWEEN 3 AND 7", "yes no");
    expect_selected("s IN ('a_b','c')", "yes");
    expect_selected("s NOT IN ('a_b','c')", "no");
    expect_selected("NOT (p = 'here')", "");            /* unknown where there is no p, false for "no" */
    expect_selected("NOT (p = 'there')", "no");         /* true for "no", unknown for the others */
    expect_selected("1 = '1'", "");
    done();
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

/* the numbers of the messages that the result selects, in this order: "13" */
static const char *selected(const char *result)
{
    static char numbers[MESSAGES + 1];
    int count = 0;
    for (int i = 0; result[i]; i++)
        if (result[i] == 'T')
            numbers[count++] = (char)('1' + i);
    numbers[count] = '\0';
    return numbers;
}

/* what the row says of this server: NULL when it refuses the selector */
static const char *expected(const struct row *row)
{
    if (!on_artemis() || row->artemis == NULL)
        return selected(row->result);
    if (strcmp(row->artemis, "refuses") == 0)
        return NULL;
    return strcmp(row->artemis, "-") == 0 ? "" : row->artemis;
}

/* the numbers of what waits for the consumer, in ascending order */
static const char *arrived(tibemsMsgConsumer consumer)
{
    static char numbers[MESSAGES + 1];
    tibemsMsg message = NULL;
    tibems_status status;
    bool here[MESSAGES] = {false};
    int count = 0;
    while ((status = tibemsMsgConsumer_ReceiveNoWait(consumer, &message)) == TIBEMS_OK) {
        int number = atoi(text_of(message)) - 1;
        REQUIRE(number >= 0 && number < MESSAGES && !here[number]);
        here[number] = true;
        CHECK_OK(tibemsMsg_Destroy(message));
    }
    CHECK_INT(status, TIBEMS_NOT_FOUND);
    for (int i = 0; i < MESSAGES; i++)
        if (here[i])
            numbers[count++] = (char)('1' + i);
    numbers[count] = '\0';
    return numbers;
}

static tibemsMsgConsumer selecting(const struct row *row, tibemsDestination destination)
{
    tibemsMsgConsumer consumer = NULL;
    bool invalid = strcmp(row->result, "invalid") == 0 || expected(row) == NULL;
    tibems_status status = tibemsSession_CreateConsumer(f.session, &consumer, destination, row->selector, TIBEMS_FALSE);
    if (!CHECK_STATUS(status, invalid ? TIBEMS_INVALID_SELECTOR : TIBEMS_OK))
        fprintf(stderr, "   selector %s: %s\n", row->selector, error_text());
    return consumer;
}

/* every expression has its consumer on one topic, the messages are published once */
TEST_X("20-137", selector_table, 0, 120)
{
    static tibemsMsgConsumer consumers[ROWS];
    tibemsMsgProducer publisher = NULL;
    fresh(&f);
    read_table();
    tibemsDestination topic = unique_topic();
    for (int i = 0; i < row_count; i++)
        consumers[i] = selecting(&rows[i], topic);
    REQUIRE_OK(tibemsSession_CreateProducer(f.session, &publisher, topic));
    for (int i = 0; i < message_count; i++)
        send_message(publisher, i);
    for (int i = 0; i < row_count; i++)
        if (consumers[i] != NULL && !CHECK_STR(arrived(consumers[i]), expected(&rows[i])))
            fprintf(stderr, "   selector %s\n", rows[i].selector);
    done();
}

/* one consumer after the other on one queue: what it takes is sent again, the others stay */
TEST_X("20-137", selector_table_on_a_queue, 0, 240)
{
    fresh(&f);
    read_table();
    CHECK_OK(tibemsMsgConsumer_Close(f.consumer));
    for (int i = 0; i < message_count; i++)
        send_message(f.producer, i);
    for (int i = 0; i < row_count; i++) {
        tibemsMsgConsumer consumer = selecting(&rows[i], f.queue);
        if (consumer == NULL)
            continue;
        const char *came = arrived(consumer);
        if (!CHECK_STR(came, expected(&rows[i])))
            fprintf(stderr, "   selector %s\n", rows[i].selector);
        CHECK_OK(tibemsMsgConsumer_Close(consumer));
        for (; *came; came++)
            send_message(f.producer, *came - '1');
    }
    done();
    EXPECT_LEFT(url_a(), f.name, message_count);
}
