/*
 * selector_table.h - the table of tests/selectors: messages, and expressions with what they select
 */
#ifndef SELECTOR_TABLE_H
#define SELECTOR_TABLE_H

#include "harness.h"

enum { MESSAGES = 8, ROWS = 1024 };

struct row { const char *result, *selector, *artemis, *why; };

static struct row rows[ROWS];
static tibemsMsg messages[MESSAGES];
static int row_count, message_count, priority[MESSAGES], mode[MESSAGES];

/* a line of a message: its type, name and value */
static void describe(const char *type, const char *name, const char *value)
{
    tibemsMsg message = messages[message_count - 1];
    int at = message_count - 1;
    if (strcmp(type, "header") == 0 && strcmp(name, "JMSPriority") == 0)
        priority[at] = atoi(value);
    else if (strcmp(type, "header") == 0 && strcmp(name, "JMSDeliveryMode") == 0)
        mode[at] = strcmp(value, "PERSISTENT") == 0 ? TIBEMS_PERSISTENT : TIBEMS_NON_PERSISTENT;
    else if (strcmp(type, "header") == 0 && strcmp(name, "JMSType") == 0)
        CHECK_OK(tibemsMsg_SetType(message, value));
    else if (strcmp(type, "header") == 0 && strcmp(name, "JMSCorrelationID") == 0)
        CHECK_OK(tibemsMsg_SetCorrelationID(message, value));
    else if (strcmp(type, "int") == 0)
        CHECK_OK(tibemsMsg_SetIntProperty(message, name, atoi(value)));
    else if (strcmp(type, "long") == 0)
        CHECK_OK(tibemsMsg_SetLongProperty(message, name, atoll(value)));
    else if (strcmp(type, "short") == 0)
        CHECK_OK(tibemsMsg_SetShortProperty(message, name, (tibems_short)atoi(value)));
    else if (strcmp(type, "byte") == 0)
        CHECK_OK(tibemsMsg_SetByteProperty(message, name, (tibems_byte)atoi(value)));
    else if (strcmp(type, "double") == 0)
        CHECK_OK(tibemsMsg_SetDoubleProperty(message, name, strtod(value, NULL)));
    else if (strcmp(type, "float") == 0)
        CHECK_OK(tibemsMsg_SetFloatProperty(message, name, strtof(value, NULL)));
    else if (strcmp(type, "boolean") == 0)
        CHECK_OK(tibemsMsg_SetBooleanProperty(message, name, strcmp(value, "true") == 0));
    else if (strcmp(type, "string") == 0)
        CHECK_OK(tibemsMsg_SetStringProperty(message, name, value));
    else
        REQUIRE(!"a line that the table of selectors does not have");
}

/* reads tests/selectors/table.txt into messages and rows */
static void read_table(void)
{
    static char text[1 << 16];
    FILE *file = fopen("tests/selectors/table.txt", "r");
    REQUIRE(file != NULL);
    size_t length = fread(text, 1, sizeof text, file);
    fclose(file);
    REQUIRE(length > 0 && length < sizeof text);
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        char *column[4] = {line, NULL, NULL, NULL};
        *end = '\0';
        if (*line == '#')
            continue;
        for (int i = 1; i < 4 && (column[i] = strchr(column[i - 1], '\t')) != NULL; i++)
            *column[i]++ = '\0';
        REQUIRE(column[1] != NULL);
        if (strcmp(column[0], "message") == 0) {
            REQUIRE(message_count < MESSAGES);
            messages[message_count++] = text_message(column[1]);
        } else if (strspn(column[0], "TFU") == strlen(column[0]) || strcmp(column[0], "invalid") == 0) {
            REQUIRE(row_count < ROWS);
            rows[row_count++] = (struct row){column[0], column[1], column[2], column[3]};
        } else {
            REQUIRE(column[2] != NULL);
            describe(column[0], column[1], column[2]);
        }
    }
    REQUIRE(message_count == 4 && row_count > 500);
}

/* one of the messages, with its priority and delivery mode */
static void send_message(tibemsMsgProducer producer, int at)
{
    CHECK_OK(tibemsMsgProducer_SendEx(producer, messages[at], mode[at], priority[at], 0));
}

#endif
